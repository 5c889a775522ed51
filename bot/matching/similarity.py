"""The rows as an inverted index: how similar a message is to each, or to its nearest ones among very many."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bot.matching.features import Columns, Floats

Rows = NDArray[np.int64]

POSTINGS = 60_000  # entries of the index that a search among very many rows reads, the rarest grams first
CANDIDATES = 4  # times as many rows are compared in full as are asked for


@dataclass(frozen=True, slots=True)
class SimilarityIndex:
    """The rows' vectors (rows x grams), and the same turned round, the last gram first."""

    by_row: sparse.csr_array
    by_gram: sparse.csr_array

    @classmethod
    def of(cls, by_row: sparse.csr_array) -> SimilarityIndex:
        """Turn the rows' vectors round."""
        return cls(by_row, sparse.csr_array(by_row.T)[::-1])

    def similarities(self, columns: Columns, values: Floats) -> Floats:
        """The similarity of a message to every row: `values @ by_gram[at]`, but read in place, without copies.

        The message's grams become columns of an array that shares the data of `by_gram`. Column k of such an array is
        what lies between the starts of columns k and k + 1, so the stretch between two grams is a column, too, with
        weight 0. `by_gram` has the last gram first, so that with ascending ``columns`` such a stretch ends before it
        starts, and nothing of it is read.
        """
        grams, width = 2 * len(columns), self.by_gram.shape[1]
        at = self._at(columns)
        starts = np.zeros(grams + 1, self.by_gram.indptr.dtype)
        starts[0:-1:2], starts[1::2] = self.by_gram.indptr[at], self.by_gram.indptr[at + 1]
        weights = np.zeros(grams, np.float32)
        weights[0::2] = values
        by_column = sparse.csc_array((width, grams), dtype=np.float32)
        by_column.data, by_column.indices, by_column.indptr = self.by_gram.data, self.by_gram.indices, starts
        similarities: Floats = by_column @ weights
        return similarities

    def _at(self, columns: Columns) -> Columns:
        """Where grams stand in `by_gram`, by their columns."""
        at: Columns = self.by_gram.shape[0] - 1 - columns
        return at

    def nearest(self, columns: Columns, values: Floats, most: int, without: Rows) -> tuple[Rows, Floats]:
        """The rows most similar to a message, nearest first, with their similarity; none of ``without``.

        Candidates are found by the message's rarest grams alone, until so many entries of the index are read that
        more would cost too much time; their similarity is that of all grams. So a row that shares only very common
        grams with the message may be missed.
        """
        if not len(columns):
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        at = self._at(columns)
        holders = self.by_gram.indptr[at + 1] - self.by_gram.indptr[at]
        rarest = np.argsort(holders, kind="stable")
        rarest = rarest[: max(1, int(np.searchsorted(np.cumsum(holders[rarest]), POSTINGS, side="right")))]
        partly: Floats = values[rarest] @ self.by_gram[at[rarest]]
        partly[without] = 0
        candidates = _largest(partly, CANDIDATES * most)
        message = np.zeros(self.by_row.shape[1], np.float32)
        message[columns] = values
        similarities: Floats = self.by_row[candidates] @ message
        order = np.lexsort((candidates, -similarities))[:most]
        return candidates[order], similarities[order]


def _largest(values: Floats, most: int) -> Rows:
    """Where the largest values above 0 stand, in no order."""
    above = np.flatnonzero(values)  # the many zeros would make the partition slow
    if len(above) <= most:
        return above
    return above[np.argpartition(values[above], len(above) - most)[-most:]]


def all_similarities(by_row: sparse.csr_array) -> Floats:
    """X X^T. The few columns that many rows share are multiplied densely, which is far faster, the others sparsely."""
    holders = np.bincount(by_row.indices, minlength=by_row.shape[1])
    is_common = holders > len(holders) ** 0.5
    columns = sparse.csc_array(by_row)
    common = columns[:, np.flatnonzero(is_common)].toarray()
    rare = columns[:, np.flatnonzero(~is_common)].tocsr()
    turned = sparse.csr_array(rare.T)
    similarities: Floats = common @ common.T
    for start in range(0, len(similarities), 1000):  # some rows at a time, to spare memory
        similarities[start : start + 1000] += (rare[start : start + 1000] @ turned).toarray()
    return similarities
