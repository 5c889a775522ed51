"""How much of a message is known: each count against a lexicon that is made anew without what is missing."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.matching import Reading
from bot.matching.coverage import WordCoverage
from bot.matching.tokenizer import Tokenizer
from bot.text.normalize import Speller
from tests.support.samples import ENTRIES, WORDING

TEXTS = [text for entry in ENTRIES for text in (entry.question, *entry.phrasings)]
BELONGS = [at for at, entry in enumerate(ENTRIES) for _ in (entry.question, *entry.phrasings)]
READER, READINGS = Tokenizer.fit(Speller(WORDING), TEXTS)
LEXICON = WordCoverage.fit(READINGS, BELONGS, len(ENTRIES))
FEW = 3  # entries of the made-up lexicons
message = st.one_of(
    st.sampled_from(TEXTS),
    st.lists(st.sampled_from(sorted(READER.known)), max_size=12).map(" ".join),
    st.text(max_size=60),
)
often = settings(max_examples=150, deadline=None)


def said(*words: str) -> Reading:
    """A reading of words that stand for themselves."""
    return Reading(words, words, words, words)


readings = st.lists(st.sampled_from("abcdef"), max_size=6).map(lambda words: said(*words))
rows = st.lists(st.tuples(readings, st.integers(-1, FEW - 1)), min_size=1, max_size=8)
Rows = Sequence[tuple[Reading, int]]


def lexicon_of(rows: Rows) -> WordCoverage:
    return WordCoverage.fit([reading for reading, _ in rows], [entry for _, entry in rows], FEW)


def slow_coverage(rows: Rows, reading: Reading, *, total: int, entry: int | None = None) -> float:
    """The known share of a message, word by word: by any of these rows, or by those of an entry."""
    known = whole = 0.0
    for word in set(reading.meanings):
        frequencies = sum(word in row.meanings for row, _ in rows)
        weight = math.log((1 + total) / (1 + frequencies)) + 1
        whole += weight
        if any(word in row.meanings for row, own in rows if entry is None or own == entry):
            known += weight
    return known / whole if whole else 0.0


@often
@given(rows, readings)
def test_coverage_is_the_known_share_by_weight(rows: Rows, reading: Reading) -> None:
    """By all phrasings, and by those of each entry; a word counts once and by its rarity."""
    word_coverage = lexicon_of(rows)
    assert word_coverage.coverage(reading) == pytest.approx(slow_coverage(rows, reading, total=len(rows)))
    for entry in range(FEW):
        slow = slow_coverage(rows, reading, total=len(rows), entry=entry)
        assert word_coverage.coverage_by(entry, reading) == pytest.approx(slow)


@often
@given(rows, st.data())
def test_coverage_without_a_row_is_that_of_the_others(rows: Rows, data: st.DataObject) -> None:
    """A row sees only the others, as if it had never been counted; the number of rows stays."""
    at = data.draw(st.integers(0, len(rows) - 1), label="row")
    reading, own = rows[at]
    others = [*rows[:at], *rows[at + 1 :]]
    refitted = WordCoverage(len(rows), lexicon_of(others).frequencies, lexicon_of(others).entry_frequencies)
    for entry in range(FEW):
        covered = lexicon_of(rows).coverage_without_row(entry, reading, own)
        assert covered == pytest.approx(refitted.coverage_by(entry, reading))
        assert covered == pytest.approx(slow_coverage(others, reading, total=len(rows), entry=entry))


def assert_covered_without_entry(rows: Rows, at: int, entry: int) -> None:
    """What the phrasings of an entry know of a row is the same as if the row's own entry had never been counted."""
    reading, own = rows[at]
    others = [row for row in rows if row[1] != own]
    refitted = WordCoverage(len(rows), lexicon_of(others).frequencies, lexicon_of(others).entry_frequencies)
    covered = lexicon_of(rows).coverage_without_entry(entry, reading, own)
    assert covered == pytest.approx(refitted.coverage_by(entry, reading))
    assert covered == pytest.approx(slow_coverage(others, reading, total=len(rows), entry=entry))


@often
@given(rows.filter(lambda rows: any(own >= 0 for _, own in rows)), st.data())
def test_coverage_without_an_entry_is_that_of_the_others(rows: Rows, data: st.DataObject) -> None:
    """A row sees only the rows of other entries and of none; the number of rows stays."""
    at = data.draw(st.sampled_from([at for at, (_, own) in enumerate(rows) if own >= 0]), label="row")
    for entry in range(FEW):
        if entry != rows[at][1]:
            assert_covered_without_entry(rows, at, entry)


def test_a_missing_entry_knows_nothing() -> None:
    """Without its rows an entry covers nothing of a message."""
    assert_covered_without_entry([(said("a", "b"), 0), (said("c"), 1)], 0, 0)


def test_coverage_of_all_and_of_nothing() -> None:
    """All known is 1, nothing known and nothing said are 0; a word said twice counts once."""
    word_coverage = lexicon_of([(said("the", "oak"), 0), (said("the", "dog"), 1)])
    assert word_coverage.coverage(said("the", "oak", "dog")) == 1
    assert word_coverage.coverage(said("quasar")) == word_coverage.coverage(said()) == 0
    assert word_coverage.coverage(said("oak", "oak", "quasar")) == word_coverage.coverage(said("oak", "quasar"))
    assert word_coverage.coverage_by(0, said("the", "oak")) == 1
    assert 0 < word_coverage.coverage_by(0, said("the", "dog")) < 0.5


def test_unknown_words_outweigh_all_known_ones() -> None:
    """A word that no phrasing has counts more than any that one has, and a rare one more than a frequent one."""
    word_coverage = lexicon_of([(said("the", "oak"), 0), (said("the", "dog"), 1), (said("the"), -1)])
    assert word_coverage.coverage(said("the", "quasar")) < word_coverage.coverage(said("oak", "quasar")) < 0.5


@often
@given(message, st.sampled_from(["qzx", "жжж", "qzx жжж"]))
def test_unknown_words_lower_the_coverage(text: str, unknown: str) -> None:
    """Coverage lies in [0, 1] and never grows by a word that no phrasing has."""
    before = LEXICON.coverage(READER.read(text))
    after = LEXICON.coverage(READER.read(f"{text} {unknown}"))
    assert 0 <= after <= before <= 1
    assert after < 1


@often
@given(message)
def test_no_entry_knows_more_than_all(text: str) -> None:
    """The phrasings of one entry know at most what the phrasings of all know; an own phrasing is known whole."""
    reading = READER.read(text)
    assert all(LEXICON.coverage_by(at, reading) <= LEXICON.coverage(reading) <= 1 for at in range(len(ENTRIES)))
    for own, row in zip(BELONGS, READINGS, strict=True):
        if row == reading:
            assert LEXICON.coverage_by(own, reading) == pytest.approx(1)
