"""Text kernels: a message as one sparse vector whose dot product with another is their similarity in [0, 1].

Each kernel is a cosine of TF-IDF weighted grams (Salton and Buckley 1988, logarithmic counts); the vector is the
kernels' unit vectors side by side, each scaled by the root of its weight, so that the dot product is their weighted
mean. Words that no phrasing has are matched to the nearest word that one has (Damerau-Levenshtein, by RapidFuzz).
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, chain, pairwise

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import DamerauLevenshtein
from rapidfuzz.process import extract
from scipy import sparse

from bot.text import Speller, words

Floats = NDArray[np.float32]

# Wrong letters allowed in a word of so many letters, its first letter being right: one from 4, two from 9.
_ONE_TYPO, _TWO_TYPOS = 4, 9
_WITHOUT_VOWELS = str.maketrans("", "", "aeiou")
SELF = "@self"  # stands among the meanings of a message in which people speak of themselves or theirs
_DOUBLED = re.compile(r"([^\W\d_])\1+")
_CACHED_WORDS = 20_000


@dataclass(frozen=True, slots=True)
class Reading:
    """How a message was read: as typed, with typos mended, as stems and as shared meanings."""

    typed: tuple[str, ...]
    mended: tuple[str, ...]
    stems: tuple[str, ...]
    meanings: tuple[str, ...]
    is_personal: bool = False


class Reader:
    """Reads messages. ``known`` are words with how often the phrasings have them; unknown words are matched to them."""

    def __init__(self, speller: Speller, known: Mapping[str, int]) -> None:
        self._speller = speller
        self.known = known
        self._by_letter: dict[str, list[str]] = defaultdict(list)
        for word in sorted({*known, *speller.vocabulary}):
            self._by_letter[word[0]].append(word)
        self.nearest_word = lru_cache(maxsize=_CACHED_WORDS)(self._nearest_word)

    @classmethod
    def fit(cls, speller: Speller, texts: Sequence[str]) -> tuple[Reader, list[Reading]]:
        """A reader that knows the words of these texts, and the texts as it reads them."""
        typed = [words(text) for text in texts]
        mended = [speller.mend(row) for row in typed]
        reader = cls(speller, Counter(chain.from_iterable(mended)))
        return reader, [reader._reading(*row) for row in zip(typed, mended, strict=True)]

    def read(self, text: str) -> Reading:
        """A message as its words, stems and meanings."""
        typed = words(text)
        return self._reading(typed, [self.nearest_word(word) or word for word in self._speller.mend(typed)])

    def _reading(self, typed: list[str], mended: list[str]) -> Reading:
        stems = self._speller.stems(mended)
        is_personal = not self._speller.first_person.isdisjoint(mended)
        return Reading(tuple(typed), tuple(mended), tuple(stems), tuple(self._speller.meanings(stems)), is_personal)

    def _nearest_word(self, word: str) -> str | None:
        """The known word that an unknown one is most probably a typo of, or None.

        Of words equally near, one with the same consonants is likelier (people drop vowels), then the more frequent.
        """
        if word in self.known or word in self._speller.vocabulary or word[0].isdigit():
            return None
        squeezed = _DOUBLED.sub(r"\1", word)  # hii, pleease
        if squeezed in self.known:
            return squeezed
        if len(word) < _ONE_TYPO:
            return None
        typos = 1 if len(word) < _TWO_TYPOS else 2
        near = extract(
            word,
            self._by_letter.get(word[0], ()),
            scorer=DamerauLevenshtein.distance,
            score_cutoff=typos,
            limit=None,
        )
        return min(
            (known for known, _, _ in near),
            key=lambda known: (
                DamerauLevenshtein.distance(word, known),
                _consonants(known) != _consonants(word),
                -self.known.get(known, 0),
                known,
            ),
            default=None,
        )


def _consonants(word: str) -> str:
    return word.translate(_WITHOUT_VOWELS)


def stem_grams(reading: Reading) -> Iterable[str]:
    """Stems and pairs of stems."""
    return chain(reading.stems, _pairs(reading.stems))


def meaning_grams(reading: Reading) -> Iterable[str]:
    """Meanings and pairs of meanings, and a mark for messages in the first person."""
    return chain(reading.meanings, _pairs(reading.meanings), (SELF,) if reading.is_personal else ())


def character_grams(reading: Reading) -> Iterable[str]:
    """Runs of 2 to 5 characters within each word, its borders included: these carry typos and inflection."""
    return chain.from_iterable(map(_character_grams, reading.mended))


def _pairs(items: Sequence[str]) -> Iterable[str]:
    return map(" ".join, pairwise(items))


@lru_cache(maxsize=_CACHED_WORDS)
def _character_grams(word: str) -> tuple[str, ...]:
    padded = f" {word} "
    return tuple(
        padded[start : start + length] for length in range(2, 6) for start in range(max(1, len(padded) - length + 1))
    )


@dataclass(frozen=True, slots=True)
class Kernel:
    """A kind of gram and its share in the similarity of two messages; the shares add up to 1.

    Grams that fewer than ``fewest_rows`` phrasings hold are passed over.
    """

    name: str
    grams: Callable[[Reading], Iterable[str]]
    share: float
    fewest_rows: int = 1


KERNELS = (
    Kernel("stems", stem_grams, 0.3),
    Kernel("characters", character_grams, 0.3, fewest_rows=2),
    Kernel("meanings", meaning_grams, 0.4),
)


def inverse_document_frequency(holders: int, total: int) -> float:
    """Weight of a gram that so many of all rows hold, smoothed: rare ones tell more (Sparck Jones 1972)."""
    return math.log((1 + total) / (1 + holders)) + 1


class Vectors:
    """Turns readings into vectors. ``grams`` are those of each kernel in the order of their columns."""

    def __init__(self, grams: Sequence[Sequence[str]], idf: Floats) -> None:
        self.grams = grams
        self.idf = idf
        starts = accumulate((len(of_kernel) for of_kernel in grams), initial=0)
        self._columns = [
            {gram: start + at for at, gram in enumerate(of_kernel)}
            for start, of_kernel in zip(starts, grams, strict=False)
        ]

    @classmethod
    def fit(cls, readings: Sequence[Reading]) -> tuple[Vectors, sparse.csr_array]:
        """Learn the grams and their weights from the phrasings; also gives the phrasings' own vectors, row by row."""
        counts = [[Counter(kernel.grams(reading)) for reading in readings] for kernel in KERNELS]
        grams: list[list[str]] = []
        weights: list[float] = []
        for kernel, of_kernel in zip(KERNELS, counts, strict=True):
            holders = Counter(chain.from_iterable(of_kernel))
            grams.append(sorted(gram for gram, number in holders.items() if number >= kernel.fewest_rows))
            weights += [inverse_document_frequency(holders[gram], len(readings)) for gram in grams[-1]]
        vectors = cls(grams, np.array(weights, dtype=np.float32))
        rows = [vectors._vector(row) for row in zip(*counts, strict=True)]
        starts = np.cumsum([0, *(len(columns) for columns, _ in rows)], dtype=np.int32)
        columns = np.concatenate([columns for columns, _ in rows])
        values = np.concatenate([values for _, values in rows])
        return vectors, sparse.csr_array((values, columns, starts), shape=(len(rows), len(weights)), dtype=np.float32)

    def vector(self, reading: Reading) -> tuple[NDArray[np.int32], Floats]:
        """Columns and values of a message's vector; both empty where no gram is known."""
        return self._vector([Counter(kernel.grams(reading)) for kernel in KERNELS])

    def _vector(self, counts: Sequence[Counter[str]]) -> tuple[NDArray[np.int32], Floats]:
        all_columns: list[int] = []
        parts = [np.zeros(0, dtype=np.float32)]
        for kernel, columns, count in zip(KERNELS, self._columns, counts, strict=True):
            known = [(columns[gram], number) for gram, number in count.items() if gram in columns]
            at = [column for column, _ in known]
            values = self.idf[at] * np.array([1 + math.log(number) for _, number in known], dtype=np.float32)
            length = float(np.sqrt(values @ values))
            if length:
                all_columns += at
                parts.append(values * np.float32(math.sqrt(kernel.share) / length))
        return np.array(all_columns, dtype=np.int32), np.concatenate(parts)

    def gram(self, column: int) -> tuple[str, str]:
        """The kernel and gram of a column."""
        for kernel, of_kernel in zip(KERNELS, self.grams, strict=True):
            if column < len(of_kernel):
                return kernel.name, of_kernel[column]
            column -= len(of_kernel)
        raise IndexError(column)


class Lexicon:
    """How much of a message, by the weight of its words, the phrasings know: its coverage."""

    def __init__(self, weights: Mapping[str, float], weight_of_unknown: float) -> None:
        self.weights = weights
        self.weight_of_unknown = weight_of_unknown

    @classmethod
    def fit(cls, readings: Sequence[Reading]) -> Lexicon:
        """Weigh the words (as meanings) of the phrasings by how few phrasings hold them."""
        holders = Counter(chain.from_iterable(set(reading.meanings) for reading in readings))
        total = len(readings)
        weights = {word: inverse_document_frequency(number, total) for word, number in holders.items()}
        return cls(weights, inverse_document_frequency(0, total))

    def coverage(self, words: Iterable[str]) -> float:
        """The share of the words that are known, by weight; 0 where there are none."""
        inside = outside = 0.0
        for word in set(words):
            if word in self.weights:
                inside += self.weights[word]
            else:
                outside += self.weight_of_unknown
        return inside / (inside + outside) if inside or outside else 0.0
