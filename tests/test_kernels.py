"""Text kernels: typos, similarity of messages, and how much of a message is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.matching.kernels import (
    KERNELS,
    SELF,
    Lexicon,
    Reader,
    Vectors,
    character_grams,
    inverse_document_frequency,
    meaning_grams,
    stem_grams,
)
from bot.model import Wording
from bot.text import Speller
from tests.made import ENTRIES, WORDING

TEXTS = [text for entry in ENTRIES for text in (entry.question, *entry.phrasings)]
READER, READINGS = Reader.fit(Speller(WORDING), TEXTS)
VECTORS, MATRIX = Vectors.fit(READINGS)
LEXICON = Lexicon.fit(READINGS)
message = st.one_of(
    st.sampled_from(TEXTS),
    st.lists(st.sampled_from(sorted(READER.known)), max_size=12).map(" ".join),
    st.text(max_size=60),
)
often = settings(max_examples=150, deadline=None)


def knows(*typed: str, vocabulary: Sequence[str] = ()) -> Reader:
    """A reader whose phrasings have these words, as often as they are named."""
    return Reader(Speller(Wording(places=tuple(vocabulary))), Counter(typed))


def similarity(one: str, other: str) -> float:
    """The dot product of two messages' vectors."""
    dense = np.zeros((2, len(VECTORS.idf)))
    for row, text in zip(dense, (one, other), strict=True):
        columns, values = VECTORS.vector(READER.read(text))
        row[columns] = values
    return float(dense[0] @ dense[1])


@pytest.mark.parametrize(
    ("known", "typed", "meant"),
    [
        (["migrant"], "migrnt", "migrant"),
        (["migrant"], "migarnt", "migrant"),
        (["migrant"], "migrrant", "migrant"),
        (["migrant"], "migront", "migrant"),
        (["remittances"], "remitances", "remittances"),
        (["remittances"], "remitancs", "remittances"),
        (["pathways"], "pothwoys", None),
        (["bird"], "brd", None),
        (["birds"], "brds", "birds"),
        (["children"], "chldrn", None),
        (["migrant"], "nigrant", None),
        (["migrant"], "immigrant", None),
        (["2016"], "2017", None),
        (["visa"], "vissa", "visa"),
        ([], "migrnt", None),
    ],
)
def test_typos_are_mended_within_limits(known: list[str], typed: str, meant: str | None) -> None:
    """One wrong letter from four letters on, two from nine; never the first letter, never a number."""
    assert knows(*known).nearest_word(typed) == meant


def test_a_known_word_is_no_typo() -> None:
    """Words of the phrasings and of the wording stay, however near a frequent word is."""
    reader = knows("border", "border", "bordes", vocabulary=["Borden"])
    assert reader.nearest_word("bordes") is None
    assert reader.nearest_word("borden") is None
    assert reader.nearest_word("bordex") == "border"


def test_a_dropped_vowel_is_likelier_than_another_letter() -> None:
    """Of words equally near, one with the same consonants is meant, though another be more frequent."""
    assert knows("caps", "caps", "caps", "crops").nearest_word("crps") == "crops"


def test_of_typos_equally_likely_the_frequent_word_is_meant_then_the_first() -> None:
    """Ties fall by the frequency in the phrasings, then by the alphabet, whatever the order of the phrasings."""
    assert knows("crops", "crips", "crops").nearest_word("crps") == "crops"
    assert knows("crops", "crips").nearest_word("crps") == knows("crips", "crops").nearest_word("crps") == "crips"


def test_the_nearer_word_is_meant_before_all_rules() -> None:
    """One wrong letter beats two."""
    assert knows("remittances", "remittances", "remitters").nearest_word("remitterx") == "remitters"


def test_typos_are_mended_towards_words_of_the_wording() -> None:
    """Places and synonyms can be meant although no phrasing has them."""
    assert knows("oak", vocabulary=["Lisbon"]).read("from Libson").mended == ("from", "lisbon")


def test_a_message_is_read_with_spellings_before_typos() -> None:
    """A spelling of the wording is applied first, then typos are mended, then stems and meanings are taken."""
    reading = READER.read("My PUPPY wants tix, op hours, entranse?")
    assert reading.typed == ("my", "puppy", "wants", "tix", "op", "hours", "entranse")
    assert reading.mended == ("my", "puppy", "wants", "tickets", "opening", "hours", "entrance")
    assert reading.meanings[1] == READER.read("dogs").meanings[0] == "=dog"
    assert reading.is_personal
    assert not READER.read("the puppy").is_personal


def test_reading_a_phrasing_again_gives_what_was_learned() -> None:
    """A phrasing typed by a person is read exactly as it was when the FAQ was learned."""
    assert [READER.read(text) for text in TEXTS] == READINGS


def test_grams_are_words_pairs_and_runs_of_letters() -> None:
    """Stems with their pairs, meanings with a mark for the first person, letters within words and their borders."""
    reading = READER.read("my dogs")
    assert list(stem_grams(reading)) == ["my", "dog", "my dog"]
    assert list(meaning_grams(reading)) == ["my", "=dog", "my =dog", SELF]
    letters = list(character_grams(reading))
    assert {" m", "my", "y ", " my ", " dog", "dogs", "ogs "} < set(letters)
    assert not any("y d" in gram for gram in letters)
    assert {len(gram) for gram in letters} == {2, 3, 4, 5}


def test_the_kernels_shares_add_up() -> None:
    """The similarity of a text with itself can be 1, and not more."""
    assert sum(kernel.share for kernel in KERNELS) == pytest.approx(1)


@often
@given(message, message)
def test_similarity_is_a_cosine(one: str, other: str) -> None:
    """It is symmetric, lies between 0 and 1, and two texts are no more alike than each is like itself."""
    assert similarity(one, other) == pytest.approx(similarity(other, one), abs=1e-6)
    assert -1e-6 <= similarity(one, other) <= 1 + 1e-5
    assert similarity(one, other) ** 2 <= similarity(one, one) * similarity(other, other) + 1e-5


@pytest.mark.parametrize("text", ["opening hours", "my dog and my puppy", "how old is the big oak in the garden"])
def test_a_text_of_known_words_is_like_itself(text: str) -> None:
    """Self-similarity is 1, whether or not the text is a phrasing."""
    assert similarity(text, text) == pytest.approx(1, abs=1e-5)


def test_the_phrasings_own_vectors_have_length_one() -> None:
    """Every phrasing counts alike, long or short."""
    assert np.allclose((MATRIX * MATRIX).sum(axis=1), 1, atol=1e-5)


def test_texts_without_a_common_gram_are_unlike() -> None:
    """Nothing in common is 0; texts of nothing known are like no text, not even themselves."""
    assert similarity("will it rain tomorrow", "nearest bus") == pytest.approx(0, abs=0.05)
    assert similarity("жжж", "opening hours") == 0
    assert similarity("жжж", "жжж") == similarity("", "") == 0


def test_nearer_wording_is_more_similar() -> None:
    """A typo, a synonym or another form keeps texts nearer than another subject does."""
    asked = "can i come with my dog"
    for near in ("can i come with my puppy", "can i come wiht my dog", "coming with my dogs"):
        assert similarity(asked, near) > 0.4 > similarity(asked, "how many species grow here")


def test_vectors_of_phrasings_are_the_rows_learned() -> None:
    """Reading a phrasing anew gives its row of the matrix, so that a stored model ranks like a fresh one."""
    again = Vectors(VECTORS.grams, VECTORS.idf)
    dense = MATRIX.toarray()
    for at, reading in enumerate(READINGS):
        columns, values = again.vector(reading)
        row = np.zeros(len(VECTORS.idf), dtype=np.float32)
        row[columns] = values
        assert np.allclose(row, dense[at], atol=1e-6)


def test_a_column_names_its_gram() -> None:
    """Each column of a message's vector leads back to a gram that the message holds; there is no other column."""
    reading = READER.read("how old is my dog")
    held = {kernel.name: set(kernel.grams(reading)) for kernel in KERNELS}
    columns, _ = VECTORS.vector(reading)
    named = [VECTORS.gram(int(column)) for column in columns]
    assert {name for name, _ in named} == set(held)
    assert all(gram in held[name] for name, gram in named)
    with pytest.raises(IndexError):
        VECTORS.gram(len(VECTORS.idf))


def test_rare_grams_weigh_more() -> None:
    """The fewer phrasings hold a gram, the more it tells; one that all hold still counts."""
    weights = [inverse_document_frequency(holders, 10) for holders in range(11)]
    assert weights == sorted(weights, reverse=True)
    assert weights[-1] == 1


def test_coverage_is_the_known_share_of_a_message() -> None:
    """All known is 1, nothing known and nothing said are 0, and an unknown word weighs as much as the rarest known."""
    lexicon = Lexicon({"oak": 3.0, "the": 1.0}, 4.0)
    assert lexicon.coverage(["the", "oak"]) == 1
    assert lexicon.coverage(["quasar"]) == lexicon.coverage([]) == 0
    assert lexicon.coverage(["the", "oak", "quasar"]) == pytest.approx(0.5)
    assert lexicon.coverage(["oak", "oak", "quasar"]) == lexicon.coverage(["oak", "quasar"])


@often
@given(message, st.sampled_from(["qzx", "жжж", "qzx жжж"]))
def test_unknown_words_lower_the_coverage(text: str, unknown: str) -> None:
    """Coverage lies in [0, 1] and never grows by a word that no phrasing has."""
    before = LEXICON.coverage(READER.read(text).meanings)
    after = LEXICON.coverage(READER.read(f"{text} {unknown}").meanings)
    assert 0 <= after <= before <= 1
    assert after < 1


def test_unknown_words_outweigh_all_known_ones() -> None:
    """A word that no phrasing has counts at least as much as any that one has."""
    assert max(LEXICON.weights.values()) <= LEXICON.weight_of_unknown
