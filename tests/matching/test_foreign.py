"""Messages in other languages, ranked by their words beside their meaning."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from bot.domain.faq import Entry, Faq
from bot.domain.matching import Basis
from bot.matching.foreign import ForeignWords
from bot.matching.matcher import RegressionMatcher, _after_silent, fit
from bot.matching.model_cache import load_or_fit
from bot.matching.regression import HeldOut, LocalRidge
from bot.matching.similarity import SimilarityIndex
from tests.support.samples import DOGS, ENTRIES, OPENING_HOURS, TICKET_PRICE, faq_of

# Words of no language, which mean nothing to the encoder: only that they were written before tells what is asked.
ASKED = {
    OPENING_HOURS: ("zulbat", "grenko", "pimofar"),
    TICKET_PRICE: ("vrasti", "hukelom", "drenpa"),
    DOGS: ("wembril", "toskani", "lufrede"),
}
LITTLE_WORDS = ("ka", "ol", "mez", "tra", "bis")


def phrasings(words: tuple[str, ...]) -> tuple[str, ...]:
    """Forty sentences with one of the words and a few that all sentences have."""
    return tuple(
        f"{LITTLE_WORDS[at % 5]} {words[at % 3]} {LITTLE_WORDS[at // 5 % 5]} {LITTLE_WORDS[at // 8]}"
        for at in range(40)
    )


@pytest.fixture(scope="module")
def faq() -> Faq:
    asked = {entry.id: phrasings(words) for entry, words in ASKED.items()}
    return replace(faq_of(*ENTRIES), foreign_phrasings=asked)


@pytest.fixture(scope="module")
def matcher(faq: Faq) -> RegressionMatcher:
    return RegressionMatcher(faq)


@pytest.mark.parametrize(("entry", "word"), [(entry, word) for entry, words in ASKED.items() for word in words])
def test_a_word_that_means_nothing_to_the_encoder_finds_its_entry(
    matcher: RegressionMatcher, entry: Entry, word: str
) -> None:
    """Slang, dialects and names are told by the words of those who asked before."""
    ranking = matcher.rank(f"tra {word} mez bis")
    assert ranking.basis is Basis.FOREIGN
    assert ranking.candidates[0].entry == entry


def test_words_and_meaning_count_half_each(faq: Faq, matcher: RegressionMatcher) -> None:
    """The words' scores alone find the entry too, so they carry their half."""
    text = "tra zulbat mez bis"
    by_words, without_words = matcher.model.foreign, RegressionMatcher(faq, replace(matcher.model, foreign=None))
    assert by_words is not None
    scores = by_words.scores([text])[0]
    assert matcher.entries[int(scores.argmax())].id == OPENING_HOURS.id
    found, meant = matcher.rank(text).candidates[0], without_words.rank(text).candidates[0]
    assert found.score == pytest.approx((scores.max() + meant.score) / 2, abs=1e-3)


def test_accents_capitals_and_repeated_letters_make_no_difference(matcher: RegressionMatcher) -> None:
    """People type without accents, or with others."""
    foreign = matcher.model.foreign
    assert foreign is not None
    assert_allclose(foreign.scores(["TRA zülbaaat mez"]), foreign.scores(["tra zulbat mez"]), atol=1e-6)


def test_what_no_phrasing_says_scores_nothing(matcher: RegressionMatcher) -> None:
    """No row is near, so the meaning counts alone."""
    foreign = matcher.model.foreign
    assert foreign is not None
    assert not foreign.scores(["qqq xxx", ""]).any()


def test_a_message_in_another_language_is_read_as_it_was_typed(matcher: RegressionMatcher) -> None:
    """No English word is made of it, above all no place: "tenga" is not Tonga."""
    text = "tra zulbat tikets mez"
    assert "tickets" in matcher.read(text).corrected
    assert matcher.rank(text).reading.corrected == ("tra", "zulbat", "tikets", "mez")


def test_the_explanation_adds_up(matcher: RegressionMatcher) -> None:
    """The parts by words and by meaning are the score; the words are named."""
    text = "tra zulbat mez bis"
    candidate = matcher.rank(text).candidates[0]
    evidence = matcher.evidence(text, candidate.entry)
    assert evidence.by_words + evidence.by_meaning == pytest.approx(candidate.score, abs=1e-3)
    assert evidence.by_words > 0
    assert any("zulbat" in word for word, _ in evidence.words)
    assert any("zulbat" in phrasing.text for phrasing in evidence.phrasings)


def test_a_row_is_held_out_with_every_second_one_of_its_entry() -> None:
    """As if half as much had been written, and with its whole entry; other rows stay."""
    texts = [text for words in ASKED.values() for text in phrasings(words)]
    labels = np.repeat(np.arange(3), 40)
    foreign = ForeignWords.fit(texts, labels, 3)
    held_out = foreign.held_out(np.array([5, 40]))
    for at, row in enumerate(held_out.rows):
        own = np.flatnonzero(labels == labels[row])
        for found, out in ((held_out.without_row, own[(own - row) % 2 == 0]), (held_out.without_entry, own)):
            kept = np.setdiff1d(np.arange(len(texts)), out)
            index = SimilarityIndex.of(foreign.ridge.index.by_row[kept])
            rest = LocalRidge(index, labels[kept], 3, foreign.ridge.power)
            message = foreign.ridge.index.by_row[[row]]
            assert_allclose(found[at], rest.scores([(message.indices, message.data)])[0], atol=1e-4)


def test_rows_of_the_main_language_come_first_and_score_nothing() -> None:
    """They have no words of another one; a row in another one is counted among all."""
    ones = np.ones((2, 3), np.float32)
    held_out = _after_silent(np.array([1, 4]), HeldOut(np.array([0, 3]), ones, ones), 5)
    assert held_out.rows.tolist() == [1, 4, 5, 8]
    for scores in (held_out.without_row, held_out.without_entry):
        assert scores.any(axis=1).tolist() == [False, False, True, True]


def test_they_are_kept_on_disk(faq: Faq, matcher: RegressionMatcher, tmp_path: Path) -> None:
    """Read again, they score the same."""
    load_or_fit(faq, tmp_path)
    kept, learned = load_or_fit(faq, tmp_path).foreign, matcher.model.foreign
    assert kept is not None
    assert learned is not None
    assert_array_equal(kept.scores(["tra zulbat mez"]), learned.scores(["tra zulbat mez"]))


def test_an_edit_of_the_main_language_leaves_them(faq: Faq, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are taken from the folder then, with the same model as if they had been learned anew."""
    load_or_fit(faq, tmp_path)
    entry = faq.entries[OPENING_HOURS.id]
    edited = replace(
        faq, entries={**faq.entries, entry.id: replace(entry, phrasings=(*entry.phrasings, "is it shut at night"))}
    )
    anew = fit(edited)

    def fail(*_: object) -> None:
        raise AssertionError("learned anew")

    monkeypatch.setattr(ForeignWords, "fit", fail)
    kept = load_or_fit(edited, tmp_path)
    confidence, of_anew = kept.calibrations.foreign.confidence, anew.calibrations.foreign.confidence
    assert confidence.weights == pytest.approx(of_anew.weights, rel=1e-4)  # meanings differ in their last digits
    assert kept.foreign is not None
    assert anew.foreign is not None
    assert_array_equal(kept.foreign.scores(["tra zulbat mez"]), anew.foreign.scores(["tra zulbat mez"]))


def test_of_a_damaged_copy_they_are_learned_anew(faq: Faq, tmp_path: Path) -> None:
    """Whatever is wrong with it."""
    whole = load_or_fit(faq, tmp_path)
    for file in ("rows.npy", "foreign-words.marisa", "model.json"):
        for folder in tmp_path.iterdir():  # what of the whole model would be loaded first
            if folder.is_dir() and not folder.name.startswith(("foreign-", "encoder-")):
                shutil.rmtree(folder)
        (damaged,) = tmp_path.glob("foreign-*")
        (damaged / file).write_bytes(b"\0" * 40)
        assert load_or_fit(faq, tmp_path).calibrations == whole.calibrations


def test_too_few_phrasings_give_no_words() -> None:
    """Nothing can be calibrated on a handful."""
    asked = {OPENING_HOURS.id: phrasings(ASKED[OPENING_HOURS])}
    assert fit(replace(faq_of(*ENTRIES), foreign_phrasings=asked)).foreign is None
