"""Turn messages into sparse vectors whose dot product is their similarity in [0, 1].

The similarity is a weighted mean of kernels. Each kernel is the cosine of TF-IDF vectors of grams (Salton and Buckley
1988, logarithmic counts); a message's vector concatenates the kernels' unit vectors, each scaled by the square root of
its share.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate, chain, compress, pairwise
from typing import overload

import numpy as np
from marisa_trie import Trie
from numpy.typing import NDArray
from scipy import sparse

from bot.domain.matching import Reading

Floats = NDArray[np.float32]
Columns = NDArray[np.int32]

UNKNOWN = 0.5  # weight in the norm of a message's vector of a gram that no row has, relative to the rarest known gram
SELF = "@self"  # the gram of messages that contain a first-person word
PAIRED = 3  # words up to this many places apart form a pair
_CACHED_WORDS = 20_000
_NO_COLUMNS: Columns = np.zeros(0, np.int32)


def word_grams(reading: Reading) -> Iterable[str]:
    """Words, as their meanings; pairs of words near each other, in order; `SELF` for the first person."""
    meanings = reading.meanings
    pairs = (f"{first}+{second}" for at, first in enumerate(meanings) for second in meanings[at + 1 : at + 1 + PAIRED])
    return chain(meanings, pairs, (SELF,) if reading.is_personal else ())


def character_grams(reading: Reading) -> Iterable[str]:
    """Runs of 2 to 5 characters within each word, its borders included: robust to typos and inflection."""
    return chain.from_iterable(map(_character_grams, reading.corrected))


def grams_of_word(word: str) -> tuple[str, ...]:
    """The character grams of one word."""
    padded = f" {word} "
    return tuple(
        padded[start : start + length] for length in range(2, 6) for start in range(max(1, len(padded) - length + 1))
    )


_character_grams = lru_cache(maxsize=_CACHED_WORDS)(grams_of_word)


@dataclass(frozen=True, slots=True)
class Kernel:
    """A kind of gram and its share in the similarity of two messages; the shares add up to 1.

    ``of_word`` gives the grams of one corrected word, for kernels whose grams of a reading are just those of its words;
    they can then be cached by word.
    """

    name: str
    grams: Callable[[Reading], Iterable[str]]
    share: float
    of_word: Callable[[str], Iterable[str]] | None = None


KERNELS = (
    Kernel("words", word_grams, 0.5),
    Kernel("characters", character_grams, 0.5, grams_of_word),
)


def inverse_document_frequency(frequency: int, total: int) -> float:
    """The smoothed IDF weight of a gram in ``frequency`` of ``total`` rows (Sparck Jones 1972)."""
    return math.log((1 + total) / (1 + frequency)) + 1


@dataclass(frozen=True, slots=True)
class Background:
    """Document frequencies in a set of texts: for each kernel, in how many of the ``total`` texts each gram occurs."""

    frequencies: tuple[Counter[str], ...]
    total: int


class KeptGrams(Sequence[str]):
    """The grams of a kernel, in column order, as a trie: a twentieth of the memory of a dict, at three times its time.

    ``columns`` are the columns by the trie's keys.
    """

    def __init__(self, trie: Trie, columns: Columns) -> None:
        self.trie, self.columns = trie, columns

    @cached_property
    def _keys(self) -> Columns:
        """The trie's keys by their columns, which only an explanation and an estimate ask for."""
        return np.argsort(self.columns).astype(np.int32)

    @classmethod
    def of(cls, grams: Sequence[str]) -> KeptGrams:
        """The trie of some grams."""
        trie, columns = Trie(grams), np.zeros(len(grams), np.int32)
        columns[[trie[gram] for gram in grams]] = np.arange(len(grams))
        return cls(trie, columns)

    def __len__(self) -> int:
        return len(self.trie)

    def __iter__(self) -> Iterator[str]:
        return map(self.trie.restore_key, self._keys.tolist())

    @overload
    def __getitem__(self, column: int) -> str: ...
    @overload
    def __getitem__(self, column: slice) -> list[str]: ...
    def __getitem__(self, column: int | slice) -> str | list[str]:
        keys = self._keys[column]
        return (
            [self.trie.restore_key(key) for key in keys] if isinstance(column, slice) else self.trie.restore_key(keys)
        )


class Vectorizer:
    """Turns readings into vectors. ``grams`` are the grams of each kernel, in column order; ``idf`` their weights."""

    def __init__(self, grams: Sequence[Sequence[str]], idf: Floats) -> None:
        self.grams = grams
        self.idf = idf
        self.kernels = KERNELS
        starts = list(accumulate((len(of_kernel) for of_kernel in grams), initial=0))
        self._starts = np.array(starts, dtype=np.int32)
        self._square_of_unknown = (UNKNOWN * float(idf.max(initial=0))) ** 2
        self._finders = [
            _ColumnFinder(kernel, start, of_kernel)
            for kernel, start, of_kernel in zip(self.kernels, starts, grams, strict=False)
        ]

    @classmethod
    def fit(
        cls, readings: Sequence[Reading], *, background: Background | None = None, fewest: int = 1
    ) -> tuple[Vectorizer, sparse.csr_array]:
        """Learn the grams and their weights from texts; also returns the texts' own vectors, row by row.

        The document frequencies of a ``background`` are added: those of a few texts alone say little. Grams of less
        than ``fewest`` texts are left out.
        """
        others = background or Background((Counter(),) * len(KERNELS), 0)
        grams: list[list[str]] = []
        weights: list[float] = []
        for kernel, of_others in zip(KERNELS, others.frequencies, strict=True):
            frequencies = Counter(chain.from_iterable(set(kernel.grams(reading)) for reading in readings))
            grams.append(sorted(gram for gram, texts in frequencies.items() if texts >= fewest))
            total = len(readings) + others.total
            weights += [inverse_document_frequency(frequencies[gram] + of_others[gram], total) for gram in grams[-1]]
        vectors = cls(grams, np.array(weights, dtype=np.float32))
        return vectors, vectors.matrix(readings)

    def keeping(self, is_kept: NDArray[np.bool_], idf: Floats) -> Vectorizer:
        """A vectorizer of some of the grams, with weights of their own. ``is_kept`` is by column of this one."""
        of_kernel = zip(self.grams, pairwise(self._starts.tolist()), strict=True)
        return Vectorizer([list(compress(grams, is_kept[start:end])) for grams, (start, end) in of_kernel], idf)

    def vector(self, reading: Reading) -> tuple[Columns, Floats]:
        """Columns and values of a message's vector; both are empty if no gram is known.

        Unknown grams make the vector shorter, so a message that is mostly unknown is similar to none.
        """
        known = [_NO_COLUMNS]
        unknown: list[int] = []  # number of unknown grams of each kernel
        for finder in self._finders:
            columns, missing = finder.find(reading)
            known += columns
            unknown.append(missing)
        at, counts = _unique_counts(np.concatenate(known))
        values = self.idf[at] * (1 + np.log(counts)).astype(np.float32)
        squares_up_to = [0.0, *np.cumsum(values * values).tolist()]
        starts = at.searchsorted(self._starts).tolist()  # of each kernel among the columns
        for kernel, (start, end), missing in zip(self.kernels, pairwise(starts), unknown, strict=True):
            square = squares_up_to[end] - squares_up_to[start] + missing * self._square_of_unknown
            if square:
                values[start:end] *= np.float32(math.sqrt(kernel.share / square))
        return at, values

    def matrix(self, readings: Sequence[Reading]) -> sparse.csr_array:
        """The vectors of texts, row by row."""
        rows = [self.vector(reading) for reading in readings]
        starts = np.cumsum([0, *(len(columns) for columns, _ in rows)], dtype=np.int32)
        columns = np.concatenate([columns for columns, _ in rows])
        values = np.concatenate([values for _, values in rows])
        return sparse.csr_array((values, columns, starts), shape=(len(rows), len(self.idf)), dtype=np.float32)

    def background_of(self, rows: sparse.csr_array) -> Background:
        """The document frequencies in rows of this vectorizer's vectors."""
        counts = np.bincount(rows.indices, minlength=len(self.idf)).tolist()
        of_kernel = (counts[start:end] for start, end in pairwise(self._starts.tolist()))
        named = zip(self.grams, of_kernel, strict=True)
        return Background(tuple(Counter(dict(zip(*one, strict=True))) for one in named), rows.shape[0])

    def gram(self, column: int) -> tuple[str, str]:
        """The name of the kernel and the gram of a column. Raises IndexError if there is no such column."""
        for kernel, of_kernel in zip(self.kernels, self.grams, strict=True):
            if column < len(of_kernel):
                return kernel.name, of_kernel[column]
            column -= len(of_kernel)
        raise IndexError(column)


class _ColumnFinder:
    """Finds the columns of a message's grams in one kernel, of which the first is ``start``.

    Caches them by word if the kernel has ``of_word``.
    """

    def __init__(self, kernel: Kernel, start: int, grams: Sequence[str]) -> None:
        self._key_of: Callable[[str], int | None]
        if isinstance(grams, KeptGrams):
            self._key_of, self._columns = grams.trie.get, grams.columns + np.int32(start)
        else:
            columns = {gram: at for at, gram in enumerate(grams)}
            self._key_of, self._columns = columns.get, np.arange(start, start + len(columns), dtype=np.int32)
        self._grams, of_word = kernel.grams, kernel.of_word
        self._of_word = of_word and lru_cache(maxsize=_CACHED_WORDS)(lambda word: self._find(of_word(word)))

    def find(self, reading: Reading) -> tuple[list[Columns], int]:
        """The columns of the known grams, as unsorted arrays to concatenate, and the number of unknown grams."""
        if self._of_word is None:
            columns, missing = self._find(self._grams(reading))
            return [columns], missing
        of_words = list(map(self._of_word, reading.corrected))
        return [columns for columns, _ in of_words], sum([missing for _, missing in of_words])

    def _find(self, grams: Iterable[str]) -> tuple[Columns, int]:
        found = list(map(self._key_of, grams))
        known = [key for key in found if key is not None]
        return self._columns[known] if known else _NO_COLUMNS, len(found) - len(known)


def _unique_counts(columns: Columns) -> tuple[Columns, NDArray[np.int64]]:
    """Sorted distinct columns and their counts. `numpy.unique` does the same, but takes twice as long for so few."""
    columns.sort()
    is_first = np.ones(len(columns) + 1, dtype=bool)
    np.not_equal(columns[1:], columns[:-1], out=is_first[1:-1])
    starts = is_first.nonzero()[0]
    return columns[starts[:-1]], starts[1:] - starts[:-1]
