"""Text kernels: the grams of a message, its vector, and how similar two messages are."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.matching import Reading
from bot.matching.features import (
    KERNELS,
    SELF,
    UNKNOWN,
    KeptGrams,
    Kernel,
    Vectorizer,
    character_grams,
    inverse_document_frequency,
    word_grams,
)
from bot.matching.similarity import SimilarityIndex
from bot.matching.tokenizer import Tokenizer
from bot.text.normalize import Speller
from tests.support.samples import ENTRIES, WORDING

TEXTS = [text for entry in ENTRIES for text in (entry.question, *entry.phrasings)]
READER, READINGS = Tokenizer.fit(Speller(WORDING), TEXTS)
VECTORS, MATRIX = Vectorizer.fit(READINGS)
INDEX = SimilarityIndex.of(MATRIX)
message = st.one_of(
    st.sampled_from(TEXTS),
    st.lists(st.sampled_from(sorted(READER.known)), max_size=12).map(" ".join),
    st.text(max_size=60),
)
often = settings(max_examples=150, deadline=None)


def dense(reading: Reading) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """A message's vector with all its columns."""
    vector = np.zeros(len(VECTORS.idf))
    columns, values = VECTORS.vector(reading)
    vector[columns] = values
    return vector


def similarity(one: str, other: str) -> float:
    """The dot product of two messages' vectors."""
    return float(dense(READER.read(one)) @ dense(READER.read(other)))


def said(*stems: str) -> Reading:
    """A reading of stems that stand for themselves."""
    return Reading(stems, stems, stems, stems)


# --- Grams -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("meanings", "pairs"),
    [
        ((), []),
        (("a",), []),
        (("a", "b", "c"), ["a+b", "a+c", "b+c"]),
        (("a", "b", "c", "d", "e"), ["a+b", "a+c", "a+d", "b+c", "b+d", "b+e", "c+d", "c+e", "d+e"]),
        (("a", "a"), ["a+a"]),
    ],
)
def test_word_grams_are_meanings_and_those_near_each_other(meanings: tuple[str, ...], pairs: list[str]) -> None:
    """In the order in which they stand, up to three places apart; the first person leaves a mark."""
    assert list(word_grams(said(*meanings))) == [*meanings, *pairs]
    assert list(word_grams(Reading((), (), (), meanings, is_personal=True))) == [*meanings, *pairs, SELF]


def test_character_grams_are_runs_of_letters() -> None:
    """Two to five characters within a word and its borders, none across two words."""
    assert sorted(character_grams(said("i"))) == sorted([" i", "i ", " i ", " i ", " i "])
    assert sorted(character_grams(said("oak"))) == sorted(
        [" o", "oa", "ak", "k ", " oa", "oak", "ak ", " oak", "oak ", " oak "]
    )
    assert Counter(character_grams(said("oak", "i"))) == Counter(
        [*character_grams(said("oak")), *character_grams(said("i"))]
    )


@pytest.mark.parametrize("kernel", [kernel for kernel in KERNELS if kernel.of_word], ids=lambda kernel: kernel.name)
@pytest.mark.parametrize("text", ["", "i", "my dogs", "how old is my dog", "жжж oak oak"])
def test_grams_of_words_are_those_of_the_message(kernel: Kernel, text: str) -> None:
    """What a kernel finds word by word is all that it finds in the whole."""
    assert kernel.of_word is not None
    reading = READER.read(text)
    assert list(kernel.grams(reading)) == [gram for word in reading.corrected for gram in kernel.of_word(word)]


def test_a_message_has_grams_of_each_kind() -> None:
    """Meanings for the words, letters of the words as mended."""
    reading = READER.read("my dogs")
    assert list(word_grams(reading)) == ["my", "=dog", "my+=dog", SELF]
    assert {" m", " my ", " dog", "dogs", "ogs "} < set(character_grams(reading))


def test_the_kernels_shares_add_up() -> None:
    """The similarity of a text with itself can be 1, and not more."""
    assert sum(kernel.share for kernel in KERNELS) == pytest.approx(1)
    assert all(kernel.share > 0 for kernel in KERNELS)


def test_rare_grams_weigh_more() -> None:
    """The fewer phrasings hold a gram, the more it tells; one that all hold still counts."""
    weights = [inverse_document_frequency(frequencies, 10) for frequencies in range(11)]
    assert weights == sorted(weights, reverse=True)
    assert weights[-1] == 1


# --- Vectors ---------------------------------------------------------------------------------------------------------


def slow_vector(reading: Reading) -> dict[tuple[str, str], float]:
    """A message's vector by kernel and gram: each kernel's unit vector times the root of its share, known grams only.

    Each gram that no phrasing has counts in the length only, with a share of the weight of the rarest gram of all.
    """
    vector: dict[tuple[str, str], float] = {}
    held = [Counter(gram for row in READINGS for gram in set(kernel.grams(row))) for kernel in KERNELS]
    rarest = max(
        inverse_document_frequency(number, len(READINGS)) for frequencies in held for number in frequencies.values()
    )
    for kernel, frequencies in zip(KERNELS, held, strict=True):
        grams = Counter(kernel.grams(reading))
        weights = {
            gram: (1 + math.log(number)) * inverse_document_frequency(frequencies[gram], len(READINGS))
            for gram, number in grams.items()
            if gram in frequencies
        }
        unknown = [UNKNOWN * rarest for gram in grams.elements() if gram not in frequencies]
        length = math.hypot(*weights.values(), *unknown)
        vector |= {(kernel.name, gram): math.sqrt(kernel.share) * one / length for gram, one in weights.items()}
    return vector


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(message)
def test_a_vector_is_what_the_docstring_says(text: str) -> None:
    """Logarithmic counts times rarity, each kernel of its share's length or shorter, gram by gram."""
    columns, values = VECTORS.vector(READER.read(text))
    named = {VECTORS.gram(int(column)): float(value) for column, value in zip(columns, values, strict=True)}
    assert len(named) == len(columns)
    assert named == pytest.approx(slow_vector(READER.read(text)), abs=1e-6)


@often
@given(message)
def test_a_vector_has_at_most_the_length_of_its_known_kernels(text: str) -> None:
    """Each kernel adds its share where it knows every gram, less where some are unknown, nothing where all are."""
    reading = READER.read(text)
    columns, values = VECTORS.vector(reading)
    squares = dict.fromkeys((kernel.name for kernel in KERNELS), 0.0)
    for column, value in zip(columns, values, strict=True):
        squares[VECTORS.gram(int(column))[0]] += float(value) ** 2
    for kernel in KERNELS:
        grams = set(kernel.grams(reading))
        known = grams & set(VECTORS.grams[KERNELS.index(kernel)])
        if known == grams != set():
            assert squares[kernel.name] == pytest.approx(kernel.share, abs=1e-5)
        elif known:
            assert 0 < squares[kernel.name] < kernel.share
        else:
            assert squares[kernel.name] == 0


UNKNOWN_WORDS = ("жжж", "ъъ", "жжж ъъ")  # no phrasing has one of their letters


@often
@given(message, st.sampled_from(UNKNOWN_WORDS), st.sampled_from(["before", "after"]))
def test_an_unknown_word_makes_a_message_less_like_every_phrasing(text: str, unknown: str, place: str) -> None:
    """It adds no known gram, takes none away, and lowers each similarity."""
    more = READER.read(f"{unknown} {text}" if place == "before" else f"{text} {unknown}")
    (before, values), (after, shorter) = VECTORS.vector(READER.read(text)), VECTORS.vector(more)
    assert after.tolist() == before.tolist()
    was, now = INDEX.similarities(before, values), INDEX.similarities(after, shorter)
    assert (now[was > 0] < was[was > 0]).all()
    assert (now[was == 0] == 0).all()


def test_the_phrasings_own_vectors_have_length_one() -> None:
    """Every phrasing counts alike, long or short; it has no unknown gram."""
    assert np.allclose((MATRIX * MATRIX).sum(axis=1), 1, atol=1e-5)


def test_vectors_of_phrasings_are_the_rows_learned() -> None:
    """Reading a phrasing anew gives its row of the matrix, so that a stored model ranks like a fresh one."""
    again = Vectorizer(VECTORS.grams, VECTORS.idf)
    learned = MATRIX.toarray()
    for at, reading in enumerate(READINGS):
        columns, values = again.vector(reading)
        row = np.zeros(len(VECTORS.idf), dtype=np.float32)
        row[columns] = values
        assert np.allclose(row, learned[at], atol=1e-6)


def test_grams_in_a_trie_have_the_same_columns() -> None:
    """So that a model from a file reads messages as the one that was learned."""
    kept = Vectorizer([KeptGrams.of(grams) for grams in VECTORS.grams], VECTORS.idf)
    assert [list(grams) for grams in kept.grams] == [list(grams) for grams in VECTORS.grams]
    for text in ("how old is my dog", "", "жжж oak", "*!* ☃"):
        (columns, values), (expected, weights) = kept.vector(READER.read(text)), VECTORS.vector(READER.read(text))
        assert columns.tolist() == expected.tolist()
        assert values.tolist() == weights.tolist()


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


# --- Similarity ------------------------------------------------------------------------------------------------------


@often
@given(message, message)
def test_similarity_is_a_cosine(one: str, other: str) -> None:
    """It is symmetric, lies between 0 and 1, and two texts are no more alike than each is like itself."""
    assert similarity(one, other) == pytest.approx(similarity(other, one), abs=1e-6)
    assert -1e-6 <= similarity(one, other) <= 1 + 1e-5
    assert similarity(one, other) ** 2 <= similarity(one, one) * similarity(other, other) + 1e-5


@pytest.mark.parametrize("text", ["opening hours", "how old is the big oak", "OPENING hours!"])
def test_a_phrasing_is_like_itself(text: str) -> None:
    """Self-similarity is 1 where every gram is known."""
    assert similarity(text, text) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("text", ["my dog and my puppy", "how old is the big oak in the garden"])
def test_a_text_of_known_words_is_much_like_itself(text: str) -> None:
    """Not wholly: words that no phrasing has beside each other are pairs that none has."""
    assert 0.7 < similarity(text, text) < 1 - 1e-3


def test_texts_of_other_subjects_are_unlike() -> None:
    """Little in common is little similarity."""
    assert similarity("will it rain tomorrow", "nearest bus") == pytest.approx(0, abs=0.05)


@pytest.mark.parametrize("text", ["", "…", "жжж", "жжж ъъъ", "7"])
def test_texts_of_nothing_known_are_like_no_text(text: str) -> None:
    """Not even like themselves: where no word and no run of letters is known, there is nothing to compare."""
    assert similarity(text, "opening hours") == 0
    assert similarity(text, text) == 0


def test_nearer_wording_is_more_similar() -> None:
    """A typo, a synonym or another form keeps texts nearer than another subject does."""
    asked = "can i come with my dog"
    for near in ("can i come with my puppy", "can i come wiht my dog", "coming with my dogs"):
        assert similarity(asked, near) > 0.4 > similarity(asked, "how many species grow here")


def test_the_order_of_words_counts() -> None:
    """The same words in another order are near, and not the same."""
    assert 0.6 < similarity("is the garden open on sunday", "on sunday is the garden open") < 0.99


def test_a_background_says_how_common_a_gram_is() -> None:
    """A gram weighs as if the background's texts were rows too, and no gram comes from them alone."""
    own = READINGS[:2]
    vectors, _ = Vectorizer.fit(own, background=VECTORS.background_of(MATRIX))
    both, _ = Vectorizer.fit([*own, *READINGS])
    weights = {both.gram(column): weight for column, weight in enumerate(both.idf.tolist())}
    assert {vectors.gram(column) for column in range(len(vectors.idf))} < weights.keys()
    for column, weight in enumerate(vectors.idf.tolist()):
        assert weight == pytest.approx(weights[vectors.gram(column)])
