"""An inverted index of the rows' vectors: the similarity of a message to every row, or to its nearest ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bot.matching.features import Columns, Floats

Rows = NDArray[np.int64]

POSTINGS = 60_000  # most postings that `nearest` reads, those of the rarest grams first
AT_ONCE = 500  # rows compared with all others at a time
CANDIDATES = 4  # rows that `nearest` compares in full, per row to be found


@dataclass(frozen=True, slots=True)
class SimilarityIndex:
    """The rows' vectors (``by_row``: rows x grams), and their transpose with the last gram first (``by_gram``)."""

    by_row: sparse.csr_array
    by_gram: sparse.csr_array

    @classmethod
    def of(cls, by_row: sparse.csr_array) -> SimilarityIndex:
        """Build the index from the rows' vectors (rows x grams)."""
        return cls(by_row, sparse.csr_array(by_row.T)[::-1])

    def similarities(self, columns: Columns, values: Floats) -> Floats:
        """The similarity of a message to every row. Its ``columns`` ascend."""
        return self._product(self._at(columns), values)

    def _product(self, at: Columns, values: Floats) -> Floats:
        """`values @ by_gram[at]`, but without copying rows of `by_gram`; ``at`` descends.

        The message's grams become the columns of a CSC array that shares the data of `by_gram`. Column k of a CSC array
        extends from ``indptr[k]`` to ``indptr[k + 1]``, so the data between two grams also forms a column, which gets
        the weight 0. Since ``at`` descends, such a column has an end before its start: it is empty, and none of its
        data is read.
        """
        grams, width = 2 * len(at), self.by_gram.shape[1]
        starts = np.zeros(grams + 1, self.by_gram.indptr.dtype)
        starts[0:-1:2], starts[1::2] = self.by_gram.indptr[at], self.by_gram.indptr[at + 1]
        weights = np.zeros(grams, np.float32)
        weights[0::2] = values
        by_column = sparse.csc_array((width, grams), dtype=np.float32)
        by_column.data, by_column.indices, by_column.indptr = self.by_gram.data, self.by_gram.indices, starts
        product: Floats = by_column @ weights
        return product

    def _at(self, columns: Columns) -> Columns:
        """The rows of `by_gram` that belong to these columns of `by_row`."""
        at: Columns = self.by_gram.shape[0] - 1 - columns
        return at

    def nearest(self, columns: Columns, values: Floats, most: int, without: Rows) -> tuple[Rows, Floats]:
        """The ``most`` rows most similar to a message, nearest first, with their similarities; none of ``without``.

        Candidates are found by the message's rarest grams, as many as `POSTINGS` allows; their similarity is then
        computed over all grams. So a row that shares only very common grams with the message may be missed.
        """
        if not len(columns):
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        at = self._at(columns)
        frequencies = self.by_gram.indptr[at + 1] - self.by_gram.indptr[at]
        rarest = np.argsort(frequencies, kind="stable")
        rarest = rarest[: max(1, int(np.searchsorted(np.cumsum(frequencies[rarest]), POSTINGS, side="right")))]
        rarest.sort()
        partly = self._product(at[rarest], values[rarest])
        partly[without] = 0
        candidates = _largest(partly, CANDIDATES * most)
        if not len(candidates):
            return candidates, np.zeros(0, np.float32)
        message = np.zeros(self.by_row.shape[1], np.float32)
        message[columns] = values
        grams, weights, lengths = self._grams_of(candidates)
        similarities = np.add.reduceat(weights * message[grams], np.cumsum(lengths) - lengths)
        order = np.lexsort((candidates, -similarities))[:most]
        return candidates[order], similarities[order]

    def among(self, rows: Rows) -> Floats:
        """The similarities of some rows to each other: X X^T of these alone."""
        grams, weights, lengths = self._grams_of(rows)
        distinct, at = np.unique(grams, return_inverse=True)
        dense = np.zeros((len(rows), len(distinct)), np.float32)
        dense[np.repeat(np.arange(len(rows)), lengths), at] = weights
        similarities: Floats = dense @ dense.T
        return similarities

    def _grams_of(self, rows: Rows) -> tuple[Columns, Floats, Columns]:
        """The grams of some rows, one row after another, their weights, and how many of them are each row's.

        As `by_row[rows]` has them, which takes three times as long.
        """
        starts = self.by_row.indptr[rows]
        lengths = self.by_row.indptr[rows + 1] - starts
        at = np.repeat(starts - (np.cumsum(lengths) - lengths), lengths) + np.arange(lengths.sum())
        return self.by_row.indices[at], self.by_row.data[at], lengths


def _largest(values: Floats, most: int) -> Rows:
    """The indices of the ``most`` largest values above 0, unsorted."""
    above = np.flatnonzero(values)  # the many zeros would make the partition slow
    if len(above) <= most:
        return above
    return above[np.argpartition(values[above], len(above) - most)[-most:]]


def all_similarities(by_row: sparse.csr_array) -> Floats:
    """X X^T."""
    similarities = np.empty((by_row.shape[0], by_row.shape[0]), np.float32)
    for start, rows in _some_rows(by_row):
        similarities[start : start + len(rows)] = rows
    return similarities


def similar_pairs(by_row: sparse.csr_array, least: float) -> list[tuple[int, int]]:
    """The pairs of rows that are at least so similar; each pair once."""
    pairs: list[tuple[int, int]] = []
    for start, rows in _some_rows(by_row):
        one, other = np.nonzero(rows >= least)
        is_first = one + start < other
        pairs += zip((one[is_first] + start).tolist(), other[is_first].tolist(), strict=True)
    return pairs


def _some_rows(by_row: sparse.csr_array) -> Iterator[tuple[int, Floats]]:
    """Some rows of X X^T at a time, to spare memory, with the number of the first.

    The few columns with many rows are multiplied densely, which is far faster, the others sparsely.
    """
    frequencies = np.bincount(by_row.indices, minlength=by_row.shape[1])
    is_common = frequencies > len(frequencies) ** 0.5
    columns = sparse.csc_array(by_row)
    common = columns[:, np.flatnonzero(is_common)].toarray()
    rare = columns[:, np.flatnonzero(~is_common)].tocsr()
    turned = sparse.csr_array(rare.T)
    for start in range(0, len(common), AT_ONCE):
        some = slice(start, start + AT_ONCE)
        yield start, common[some] @ common.T + (rare[some] @ turned).toarray()
