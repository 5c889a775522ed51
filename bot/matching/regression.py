"""Kernel ridge regression with one column per entry (Saunders, Gammerman and Vovk 1998), and its held-out scores.

alpha = (K + lambda I)^-1 Y, and the scores of a message are k(message, rows) alpha. The kernel is the similarity to a
power that grows slowly with the number of rows: as rows become denser, nearer ones should count more, just as the
bandwidth of a kernel density estimate shrinks (Silverman 1986).

With very many rows, the same regression is solved for each message on its nearest rows alone (local learning, Bottou
and Vapnik 1992), since the time to solve it for all grows with the cube of their number.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.matching.features import Columns, Floats
from bot.matching.similarity import Rows, SimilarityIndex, all_similarities

Labels = NDArray[np.int64]

RIDGE = 0.25  # lambda: the smaller, the closer the regression follows single phrasings
SOLVING_THREADS = 2  # which halves the time; learning runs in a process of its own
WHOLE_ROWS = 11_000  # with more rows the regression is local
NEIGHBOURS = 64  # rows that a local regression is fitted on
HELD_OUT_ROWS = 2_000  # of a local regression, to calibrate its scores on


def use_one_thread() -> None:
    """Limit the BLAS libraries that this process has loaded to one thread, permanently.

    The products for one message are small: on busy cores, waiting threads made a message take twenty times as long, and
    fitting five times as long.
    """
    from threadpoolctl import threadpool_limits

    threadpool_limits(1, user_api="blas")


def power_for(rows: int) -> float:
    """The power to which similarities are raised: 1 for few rows, 1.2 for 330, 1.5 for 7,500.

    Chosen on FAQs of these sizes; results vary little between 1 and 1.75.
    """
    return 1 + math.log10(max(rows, 50) / 50) / 4


def sharpen(similarities: Floats, power: float, out: Floats | None = None) -> Floats:
    """The kernel: similarities, negative ones set to 0, raised to a power; in ``out`` if it is given."""
    sharpened: Floats = np.maximum(similarities, 0, out=out)
    return np.power(sharpened, np.float32(power), out=sharpened)


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Scores (rows x entries) of held-out rows: those that they would get if the regression were fitted without them.

    ``rows`` are their indices; ``without_row`` are the scores without the row itself, ``without_entry`` without all
    rows of its entry; rows of no entry are held out one by one in both. Where few people wrote the rows, they are more
    like each other than like what others write; then ``without_row`` is halved: without every second row of its entry.
    """

    rows: Rows
    without_row: Floats
    without_entry: Floats


def targets_of(labels: Labels, entries: int) -> Floats:
    """Y (rows x entries): 1 where a row belongs to an entry, else 0."""
    targets = np.zeros((len(labels), entries), dtype=np.float32)
    targets[np.flatnonzero(labels >= 0), labels[labels >= 0]] = 1
    return targets


@dataclass(frozen=True, slots=True)
class WholeRidge:
    """The regression on all rows. ``alpha`` is rows x entries, in memory entry by entry.

    So the product with a message reads it once from end to end: 11,000 rows in a third of the time that it takes row by
    row, or for several messages at once.
    """

    index: SimilarityIndex
    alpha: Floats
    power: float

    @classmethod
    def fit(cls, index: SimilarityIndex, labels: Labels, entries: int) -> tuple[WholeRidge, HeldOut]:
        """Fit on all rows; also returns their held-out scores."""
        power = power_for(len(labels))
        similarities = all_similarities(index.by_row)
        kernel = sharpen(similarities, power, out=similarities)  # new memory for so many would take seconds
        targets = targets_of(labels, entries)
        alpha, inverse_factor = solve(kernel, targets)
        return cls(index, alpha, power), hold_out(inverse_factor, alpha, targets, labels)

    def scores(self, vectors: Sequence[tuple[Columns, Floats]]) -> Floats:
        """The score of every entry for each vector: vectors x entries."""
        scores = np.zeros((len(vectors), self.alpha.shape[1]), np.float32)
        for at, (columns, values) in enumerate(vectors):
            if len(columns):  # not so in another script
                scores[at] = sharpen(self.index.similarities(columns, values), self.power) @ self.alpha
        return scores

    def scores_of_rows(self, labels: Labels) -> Floats:
        """The scores of the rows themselves, K alpha: since (K + lambda I) alpha = Y, they are Y - lambda alpha."""
        return targets_of(labels, self.alpha.shape[1]) - np.float32(RIDGE) * self.alpha

    def parts(self, columns: Columns, values: Floats, entry: int) -> tuple[Rows, Floats]:
        """The rows that contribute to an entry's score, and the part of the score that is due to each."""
        kernel = sharpen(self.index.similarities(columns, values), self.power)
        return np.arange(len(kernel)), kernel * self.alpha[:, entry]


@dataclass(frozen=True, slots=True)
class LocalRidge:
    """The regression on the rows nearest to a message. ``labels`` is each row's entry, -1 for rows of none."""

    index: SimilarityIndex
    labels: Labels
    entries: int
    power: float

    @classmethod
    def fit(cls, index: SimilarityIndex, labels: Labels, entries: int) -> tuple[LocalRidge, HeldOut]:
        """Compute the held-out scores of `HELD_OUT_ROWS` rows, evenly spaced. Nothing is fitted in advance."""
        local = cls(index, labels, entries, power_for(len(labels)))
        rows = np.unique(np.linspace(0, len(labels) - 1, HELD_OUT_ROWS).astype(np.int64))
        return local, HeldOut(rows, *map(np.array, zip(*local.held_out(rows), strict=True)))

    def scores(self, vectors: Sequence[tuple[Columns, Floats]]) -> Floats:
        """The score of every entry for each vector: vectors x entries; 0 for entries without a row near it."""
        return np.array([self._scores(*self._weights(*vector)) for vector in vectors])

    def scores_of_rows(self, labels: Labels) -> Floats:
        """The scores of the rows themselves, each computed as a message's."""
        by_row = self.index.by_row
        rows = (by_row[[row]] for row in range(len(labels)))
        return self.scores([(row.indices, row.data) for row in rows])

    def parts(self, columns: Columns, values: Floats, entry: int) -> tuple[Rows, Floats]:
        """The rows that contribute to an entry's score, and the part of the score that is due to each."""
        rows, weights = self._weights(columns, values)
        own = self.labels[rows] == entry
        return rows[own], weights[own]

    def _weights(self, columns: Columns, values: Floats, without: Rows | None = None) -> tuple[Rows, Floats]:
        """The nearest rows and their weights (K + lambda I)^-1 k, so that Y^T weights are the scores."""
        without = np.zeros(0, np.int64) if without is None else without
        rows, similarities = self.index.nearest(columns, values, NEIGHBOURS, without)
        return rows, solve_near(sharpen(self.index.among(rows), self.power), sharpen(similarities, self.power))

    def _scores(self, rows: Rows, weights: Floats) -> Floats:
        owners = self.labels[rows]
        own = owners >= 0
        return np.bincount(owners[own], weights[own], self.entries).astype(np.float32)

    def held_out(self, rows: Rows, *, halved: bool = False) -> Iterator[tuple[Floats, Floats]]:
        """For each row, as if it were a message: its scores without the row, and without all rows of its entry.

        ``halved`` as in `HeldOut`.
        """
        by_row = self.index.by_row
        for row in rows.tolist():
            part = slice(by_row.indptr[row], by_row.indptr[row + 1])
            columns, values = by_row.indices[part], by_row.data[part]
            label = self.labels[row]
            entry = np.flatnonzero(self.labels == label) if label >= 0 else np.array([row])
            out = entry[(entry - row) % 2 == 0] if halved else np.array([row])
            without_row = self._scores(*self._weights(columns, values, out))
            yield without_row, self._scores(*self._weights(columns, values, entry)) if label >= 0 else without_row


Ridge = WholeRidge | LocalRidge


def is_local(rows: int) -> bool:
    """Whether there are too many rows for a regression on all of them."""
    return rows > WHOLE_ROWS


def fit_ridge(index: SimilarityIndex, labels: Labels, entries: int) -> tuple[Ridge, HeldOut]:
    """Fit the regression on all rows, or a local one if there are too many."""
    method = LocalRidge if is_local(len(labels)) else WholeRidge
    return method.fit(index, labels, entries)


def solve_near(kernel: Floats, similarities: Floats) -> Floats:
    """The weights (K + lambda I)^-1 k of the rows nearest to a message, or to several. Overwrites the kernel."""
    diagonal = np.arange(kernel.shape[-1])
    kernel[..., diagonal, diagonal] += np.float32(RIDGE)
    weights: Floats = np.linalg.solve(kernel, similarities[..., None])[..., 0]
    return weights


def solve(kernel: Floats, targets: Floats) -> tuple[Floats, Floats]:
    """alpha = (K + lambda I)^-1 Y, and L^-1, where L is the Cholesky factor of K + lambda I; in single precision.

    Overwrites the kernel. Raises ArithmeticError if the system cannot be solved.
    """
    from scipy.linalg import lapack  # only fitting needs it
    from threadpoolctl import threadpool_limits

    use_one_thread()  # for SciPy's BLAS, which has just been loaded
    kernel[np.diag_indices_from(kernel)] += np.float32(RIDGE)
    with threadpool_limits(SOLVING_THREADS, user_api="blas"):
        factor, failed = lapack.spotrf(
            kernel.T, lower=1, overwrite_a=1
        )  # symmetric, so the transpose is the same in LAPACK's order
        if failed:
            raise ArithmeticError(f"the ridge system cannot be solved (LAPACK spotrf {failed})")
        alpha, _ = lapack.spotrs(factor, targets, lower=1)
        inverse, _ = lapack.strtri(factor, lower=1, overwrite_c=1)
    return np.asfortranarray(alpha), inverse


def hold_out(inverse_factor: Floats, alpha: Floats, targets: Floats, labels: Labels) -> HeldOut:
    """Closed-form leave-one-out and leave-one-entry-out predictions of every row.

    With A = (K + lambda I)^-1 and alpha = A Y, leaving out row i gives Y_i - alpha_i / A_ii (Allen 1974), and leaving
    out all rows B of an entry gives Y_B - A_BB^-1 alpha_B (An, Liu and Venkatesh 2007). ``inverse_factor`` is L^-1 of
    the Cholesky factor L of K + lambda I, so that A = L^-T L^-1; ``labels`` is each row's entry, -1 for rows of none.
    """
    diagonal = np.einsum("ij,ij->j", inverse_factor, inverse_factor)
    without_row = targets - alpha / diagonal[:, None]
    without_entry = without_row.copy()
    for entry in np.unique(labels[labels >= 0]):
        block = np.flatnonzero(labels == entry)
        columns = inverse_factor[block.min() :, block].astype(np.float64)  # the rows above are 0 in a lower triangle
        without_entry[block] = targets[block] - np.linalg.solve(columns.T @ columns, alpha[block])
    return HeldOut(np.arange(len(labels)), without_row, without_entry)
