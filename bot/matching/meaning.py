"""Score the entries by meaning: a second kernel ridge regression, on the encoder's vectors of the phrasings.

The kernel is (v . v')^2, the square of the cosine; a square of a positive definite kernel is one (Schur 1911). The
vectors are reduced to their principal components, which loses nothing and makes a message ten times as fast. As with
words, a regression on very many rows is solved for each message on its nearest ones alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bot.matching.features import Floats
from bot.matching.regression import (
    HELD_OUT_ROWS,
    NEIGHBOURS,
    HeldOut,
    Labels,
    hold_out,
    is_local,
    solve,
    solve_near,
    targets_of,
)
from bot.matching.similarity import Rows

COMPONENTS = 256  # principal components of the vectors
COMPONENTS_OF_ALL = 128  # of the rows in all languages, which are more


@dataclass(frozen=True, slots=True)
class Meaning:
    """The regression on meaning. ``rows`` are the rows' vectors, reduced by ``components`` (dimensions x components).

    ``alpha`` is rows x entries; None if the regression is local. ``labels`` is each row's entry, -1 for rows of none.
    """

    components: Floats
    rows: Floats
    labels: Labels
    entries: int
    alpha: Floats | None

    @classmethod
    def fit(cls, vectors: Floats, labels: Labels, entries: int) -> tuple[Meaning, HeldOut]:
        """Fit on the rows' vectors; also returns the held-out scores, of the same rows as the regression on words."""
        if is_local(len(labels)):
            held_out = np.unique(np.linspace(0, len(labels) - 1, HELD_OUT_ROWS).astype(np.int64))
            return cls.fit_local(vectors, labels, entries, held_out, COMPONENTS)
        components = principal_components(vectors, COMPONENTS)
        rows = np.ascontiguousarray(vectors @ components)
        targets, kernel = targets_of(labels, entries), rows @ rows.T
        alpha, inverse_factor = solve(np.square(kernel, out=kernel), targets)
        return cls(components, rows, labels, entries, alpha), hold_out(inverse_factor, alpha, targets, labels)

    @classmethod
    def fit_local(
        cls, vectors: Floats, labels: Labels, entries: int, held_out: Rows, most: int
    ) -> tuple[Meaning, HeldOut]:
        """As `fit`, but local; with the held-out scores of these rows, and ``most`` components."""
        components = principal_components(vectors, most)
        local = cls(components, np.ascontiguousarray(vectors @ components), labels, entries, None)
        return local, HeldOut(held_out, *map(np.array, zip(*local._held_out(held_out), strict=True)))

    def scores(self, vectors: Floats) -> Floats:
        """The score of every entry for each vector: vectors x entries."""
        return self._scores(vectors @ self.components)

    def vector(self, row: int) -> Floats:
        """The vector of a row, without what the components leave out of it."""
        vector: Floats = self.components @ self.rows[row]
        return vector

    def _scores(self, reduced: Floats) -> Floats:
        cosines = reduced @ self.rows.T
        if self.alpha is None:
            return np.array([self._local_scores(*self._weights(one)) for one in cosines], np.float32)
        scores: Floats = np.square(cosines) @ self.alpha
        return scores

    def parts(self, vector: Floats, entry: int) -> tuple[Floats, Floats]:
        """The cosine of every row with a vector, and the part of an entry's score that is due to each."""
        cosines: Floats = self.rows @ (vector @ self.components)
        if self.alpha is not None:
            return cosines, np.square(cosines) * self.alpha[:, entry]
        rows, weights = self._weights(cosines)
        parts = np.zeros_like(cosines)
        parts[rows] = np.where(self.labels[rows] == entry, weights, 0)
        return cosines, parts

    def _weights(self, cosines: Floats, without: Rows | None = None) -> tuple[Rows, Floats]:
        """The rows nearest in meaning and their weights (K + lambda I)^-1 k."""
        kernel = np.square(cosines)
        if without is not None:
            kernel[without] = 0
        rows = nearest_rows(kernel)
        near = self.rows[rows]
        return rows, solve_near(np.square(near @ near.T), kernel[rows])

    def _local_scores(self, rows: Rows, weights: Floats) -> Floats:
        owners = self.labels[rows]
        own = owners >= 0
        return np.bincount(owners[own], weights[own], self.entries).astype(np.float32)

    def _held_out(self, rows: Rows) -> Iterator[tuple[Floats, Floats]]:
        """For each row its scores without the row, and without all rows of its entry."""
        for row in rows.tolist():
            cosines = self.rows @ self.rows[row]
            without_row = self._local_scores(*self._weights(cosines, np.array([row])))
            if self.labels[row] < 0:
                yield without_row, without_row
                continue
            entry = np.flatnonzero(self.labels == self.labels[row])
            yield without_row, self._local_scores(*self._weights(cosines, entry))


def principal_components(vectors: Floats, most: int) -> Floats:
    """The directions in which the vectors vary most (dimensions x components), as many as ``most``; not centred.

    Centred vectors would have other cosines.
    """
    _, directions = np.linalg.eigh(vectors.T.astype(np.float64) @ vectors)  # in ascending order of their variance
    components: Floats = np.ascontiguousarray(directions[:, ::-1][:, :most], np.float32)
    return components


def nearest_rows(kernel: Floats) -> Rows:
    """The rows most similar to a message, at most `NEIGHBOURS`, unsorted; none with a kernel of 0."""
    if len(kernel) <= NEIGHBOURS:
        return np.flatnonzero(kernel)
    nearest = np.argpartition(kernel, len(kernel) - NEIGHBOURS)[-NEIGHBOURS:]
    return nearest[kernel[nearest] > 0]
