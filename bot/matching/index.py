"""The rows as an inverted index: how similar a message is to each, or to its nearest ones among very many."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bot.matching.kernels import Columns, Floats

Rows = NDArray[np.int64]

POSTINGS = 60_000  # entries of the index that a search among very many rows reads, the rarest grams first
CANDIDATES = 4  # times as many rows are compared in full as are asked for


@dataclass(frozen=True, slots=True)
class Index:
    """The rows' vectors (rows x grams), and the same turned round."""

    by_row: sparse.csr_array
    by_gram: sparse.csr_array

    @classmethod
    def of(cls, by_row: sparse.csr_array) -> Index:
        """Turn the rows' vectors round."""
        return cls(by_row, sparse.csr_array(by_row.T))

    def similarities(self, columns: Columns, values: Floats) -> Floats:
        """The similarity of a message to every row."""
        if not len(columns):
            return np.zeros(self.by_row.shape[0], np.float32)
        similarities: Floats = values @ self.by_gram[columns]
        return similarities

    def nearest(self, columns: Columns, values: Floats, most: int, without: Rows) -> tuple[Rows, Floats]:
        """The rows most similar to a message, nearest first, with their similarity; none of ``without``.

        Candidates are found by the message's rarest grams alone, until so many entries of the index are read that
        more would cost too much time; their similarity is that of all grams. So a row that shares only very common
        grams with the message may be missed.
        """
        if not len(columns):
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        holders = self.by_gram.indptr[columns + 1] - self.by_gram.indptr[columns]
        rarest = np.argsort(holders, kind="stable")
        rarest = rarest[: max(1, int(np.searchsorted(np.cumsum(holders[rarest]), POSTINGS, side="right")))]
        partly: Floats = values[rarest] @ self.by_gram[columns[rarest]]
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
