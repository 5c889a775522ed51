"""Text kernels: a message as one sparse vector whose dot product with another is their similarity in [0, 1].

Each kernel is a cosine of TF-IDF weighted grams (Salton and Buckley 1988, logarithmic counts); the vector is the
kernels' unit vectors side by side, each scaled by the root of its share, so that the dot product is their weighted
mean.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, chain, pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bot.matching.reader import Reading

Floats = NDArray[np.float32]
Columns = NDArray[np.int32]

UNKNOWN = 0.5  # of its weight a gram that no row has keeps in a message's length
SELF = "@self"  # a gram of messages in which people speak of themselves or theirs
PAIRED = 3  # words so many places apart make a pair
_CACHED_WORDS = 20_000


def word_grams(reading: Reading) -> Iterable[str]:
    """Words, as their meanings; pairs of words near each other, in their order; a mark for the first person."""
    meanings = reading.meanings
    pairs = (f"{first}+{second}" for at, first in enumerate(meanings) for second in meanings[at + 1 : at + 1 + PAIRED])
    return chain(meanings, pairs, (SELF,) if reading.is_personal else ())


def character_grams(reading: Reading) -> Iterable[str]:
    """Runs of 2 to 5 characters within each word, its borders included: these carry typos and inflection."""
    return chain.from_iterable(map(_character_grams, reading.mended))


@lru_cache(maxsize=_CACHED_WORDS)
def _character_grams(word: str) -> tuple[str, ...]:
    padded = f" {word} "
    return tuple(
        padded[start : start + length] for length in range(2, 6) for start in range(max(1, len(padded) - length + 1))
    )


@dataclass(frozen=True, slots=True)
class Kernel:
    """A kind of gram and its share in the similarity of two messages; the shares add up to 1."""

    name: str
    grams: Callable[[Reading], Iterable[str]]
    share: float


KERNELS = (
    Kernel("words", word_grams, 0.5),
    Kernel("characters", character_grams, 0.5),
)


def inverse_document_frequency(holders: int, total: int) -> float:
    """Weight of a gram that so many of all rows hold, smoothed: rare ones tell more (Sparck Jones 1972)."""
    return math.log((1 + total) / (1 + holders)) + 1


@dataclass(frozen=True, slots=True)
class Background:
    """Texts by how many of them hold each gram, of each kernel, and how many there are."""

    holders: tuple[Counter[str], ...]
    total: int


class Vectors:
    """Turns readings into vectors. ``grams`` are those of each kernel in the order of their columns."""

    def __init__(self, grams: Sequence[Sequence[str]], idf: Floats) -> None:
        self.grams = grams
        self.idf = idf
        self.kernels = KERNELS
        starts = list(accumulate((len(of_kernel) for of_kernel in grams), initial=0))
        self._columns = [
            {gram: start + at for at, gram in enumerate(of_kernel)}
            for start, of_kernel in zip(starts, grams, strict=False)
        ]
        self._starts = np.array(starts)
        self._square_of_unknown = (UNKNOWN * float(idf.max(initial=0))) ** 2
        self._shares = np.array([kernel.share for kernel in self.kernels])

    @classmethod
    def fit(
        cls, readings: Sequence[Reading], *, background: Background | None = None
    ) -> tuple[Vectors, sparse.csr_array]:
        """Learn the grams and their weights from the phrasings; also gives the phrasings' own vectors, row by row.

        A ``background`` of other texts also says how common a gram is: few texts of their own cannot.
        """
        others = background or Background((Counter(),) * len(KERNELS), 0)
        grams: list[list[str]] = []
        weights: list[float] = []
        for kernel, of_others in zip(KERNELS, others.holders, strict=True):
            holders = Counter(chain.from_iterable(set(kernel.grams(reading)) for reading in readings))
            grams.append(sorted(holders))
            total = len(readings) + others.total
            weights += [inverse_document_frequency(holders[gram] + of_others[gram], total) for gram in grams[-1]]
        vectors = cls(grams, np.array(weights, dtype=np.float32))
        rows = [vectors.vector(reading) for reading in readings]
        starts = np.cumsum([0, *(len(columns) for columns, _ in rows)], dtype=np.int32)
        columns = np.concatenate([columns for columns, _ in rows])
        values = np.concatenate([values for _, values in rows])
        return vectors, sparse.csr_array((values, columns, starts), shape=(len(rows), len(weights)), dtype=np.float32)

    def vector(self, reading: Reading) -> tuple[Columns, Floats]:
        """Columns and values of a message's vector; both empty where no gram is known.

        Grams that no row has make the vector shorter: a message of which much is unknown is like none.
        """
        known: list[int] = []
        unknown: list[int] = []  # grams of each kernel
        for kernel, columns in zip(self.kernels, self._columns, strict=True):
            found = list(map(columns.get, kernel.grams(reading)))
            known += [column for column in found if column is not None]
            unknown.append(found.count(None))
        at, counts = np.unique(np.array(known, dtype=np.int32), return_counts=True)
        values = self.idf[at] * (1 + np.log(counts)).astype(np.float32)
        starts = np.searchsorted(at, self._starts)  # of each kernel among the columns
        squares = np.diff(np.concatenate(([0], np.cumsum(values * values)))[starts])
        squares += np.array(unknown) * self._square_of_unknown
        scales = np.sqrt(np.divide(self._shares, squares, out=np.zeros_like(squares), where=squares > 0))
        return at, values * np.repeat(scales, np.diff(starts)).astype(np.float32)

    def holders_in(self, rows: sparse.csr_array) -> Background:
        """Rows of vectors as a background."""
        counts = np.bincount(rows.indices, minlength=len(self.idf)).tolist()
        of_kernel = (counts[start:end] for start, end in pairwise(self._starts.tolist()))
        named = zip(self.grams, of_kernel, strict=True)
        return Background(tuple(Counter(dict(zip(*one, strict=True))) for one in named), rows.shape[0])

    def gram(self, column: int) -> tuple[str, str]:
        """The kernel and gram of a column."""
        for kernel, of_kernel in zip(self.kernels, self.grams, strict=True):
            if column < len(of_kernel):
                return kernel.name, of_kernel[column]
            column -= len(of_kernel)
        raise IndexError(column)
