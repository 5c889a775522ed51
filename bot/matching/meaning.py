"""Score the entries by meaning: a second kernel ridge regression, on the encoder's vectors of the phrasings.

The phrasings are those in all languages together: since the encoder puts translations near each other, each language
says more of an entry in the others too. The kernel is (v . v')^2, the square of the cosine; a square of a positive
definite kernel is one (Schur 1911). The vectors are reduced to their principal components, which loses nothing and
makes a message quicker. The regression is local: it is solved for each message on its nearest rows alone
(`regression.py`), or on all where they are few, so nothing has to be fitted.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from bot.matching.features import Floats
from bot.matching.regression import HeldOut, Labels, solve_near
from bot.matching.shortlist import FEW, Shortlist
from bot.matching.similarity import Rows

COMPONENTS = 192  # principal components of the vectors of more than `FEW` rows
NEIGHBOURS = 96  # of more than `FEW` rows, on which the regression is solved for a message
AT_ONCE = 256  # rows held out together: more would take much memory
THREADS = 2
LEFT_OUT = -1.0  # the kernel of a row that is to be left out


@dataclass(frozen=True, slots=True)
class Meaning:
    """The regression on meaning. ``rows`` are the rows' vectors, reduced by ``components`` (dimensions x components).

    ``labels`` is each row's entry, -1 for rows of none.
    """

    components: Floats
    rows: Floats
    labels: Labels
    entries: int
    _shortlist: Shortlist = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_shortlist", Shortlist.of(self.rows))

    @classmethod
    def fit(cls, vectors: Floats, labels: Labels, entries: int) -> Meaning:
        """Reduce the rows' vectors, if they are many."""
        components = principal_components(vectors, vectors.shape[1] if len(vectors) <= FEW else COMPONENTS)
        return cls(components, np.ascontiguousarray(vectors @ components), labels, entries)

    def scores(self, vectors: Floats) -> Floats:
        """The score of every entry for each vector: vectors x entries."""
        messages = vectors @ self.components
        near = np.array([self._shortlist.near(message) for message in messages])
        cosines = np.array([self.rows[at] @ message for at, message in zip(near, messages, strict=True)])
        return self._scores(np.square(cosines), near)

    def scores_of_rows(self, most: int) -> Floats:
        """The scores of the first ``most`` rows themselves: rows x entries."""
        scores = np.zeros((most, self.entries), np.float32)

        def score(start: int) -> None:
            some = slice(start, min(most, start + AT_ONCE))
            scores[some] = self._scores(np.square(self.rows[some] @ self.rows.T))

        _beside_each_other(score, most)
        return scores

    def vector(self, row: int) -> Floats:
        """The vector of a row, without what the components leave out of it."""
        vector: Floats = self.components @ self.rows[row]
        return vector

    def parts(self, vector: Floats, entry: int) -> tuple[Floats, Floats]:
        """The cosine of every row with a vector, and the part of an entry's score that is due to each."""
        message = vector @ self.components
        cosines: Floats = self.rows @ message
        near = self._shortlist.near(message)
        kernel = np.square(cosines[near])[None]
        nearest, weights = (one[0] for one in weigh(kernel, self.rows, near[None], self._neighbours))
        parts = np.zeros_like(cosines)
        parts[nearest] = np.where(self.labels[nearest] == entry, weights, 0)
        return cosines, parts

    def held_out(self, rows: Rows, *, halved: bool = False) -> HeldOut:
        """The scores of rows as if they were messages: without themselves, and without all rows of their entry.

        ``halved``: not only without themselves but without every second row of their entry, see `HeldOut`.
        """
        without_row, without_entry = (np.zeros((len(rows), self.entries), np.float32) for _ in range(2))
        largest = int(np.bincount(self.labels[self.labels >= 0], minlength=1).max())

        def hold_out(start: int) -> None:
            some = slice(start, start + AT_ONCE)
            own = rows[some]
            kernel = np.square(self.rows[own] @ self.rows.T)
            most = self._neighbours + largest + 1  # so many that enough are left without those of an entry
            near = _nearest(kernel, most)
            kernel = np.take_along_axis(kernel, near, axis=1)
            labels = self.labels[own][:, None]
            is_of_entry = (labels >= 0) & (self.labels[near] == labels)
            kernel[near == own[:, None]] = LEFT_OUT
            if halved:
                kernel[is_of_entry & ((near - own[:, None]) % 2 == 0)] = LEFT_OUT
            without_row[some] = self._scores(kernel, near)
            kernel[is_of_entry] = LEFT_OUT
            without_entry[some] = self._scores(kernel, near)

        _beside_each_other(hold_out, len(rows))
        return HeldOut(rows, without_row, without_entry)

    @property
    def _neighbours(self) -> int:
        """The rows that the regression is solved on, at most."""
        return len(self.rows) if len(self.rows) <= FEW else NEIGHBOURS

    def _scores(self, kernel: Floats, of: Rows | None = None) -> Floats:
        nearest, weights = weigh(kernel, self.rows, of, self._neighbours)
        owners = self.labels[nearest]
        weights[owners < 0] = 0
        at = np.maximum(owners, 0) + self.entries * np.arange(len(kernel))[:, None]
        scores = np.bincount(at.ravel(), weights.ravel(), len(kernel) * self.entries)
        return scores.reshape(len(kernel), self.entries).astype(np.float32)


def weigh(kernel: Floats, rows: Floats, of: Rows | None, neighbours: int) -> tuple[Rows, Floats]:
    """The rows nearest in meaning to messages and their weights (K + lambda I)^-1 k: both messages x ``neighbours``.

    ``kernel`` is that of messages and rows; if only some rows come into question, ``of`` says which, for each message.
    Where it is not above 0 the weight is 0.
    """
    at = _nearest(kernel, neighbours)
    similarities = np.maximum(np.take_along_axis(kernel, at, axis=1), 0)
    nearest = at if of is None else np.take_along_axis(of, at, axis=1)
    near = rows[nearest] * (similarities > 0)[..., None]
    return nearest, solve_near(np.square(near @ near.transpose(0, 2, 1)), similarities)


def _beside_each_other(work: Callable[[int], None], rows: int) -> None:
    """Do the work for each `AT_ONCE` rows, given the first of them, in threads, as NumPy lets them run."""
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(work, range(0, rows, AT_ONCE)))


def _nearest(kernel: Floats, most: int) -> Rows:
    """Where the kernel of each message is greatest, at most ``most``, unsorted."""
    rows = kernel.shape[1]
    return np.argpartition(kernel, max(0, rows - most), axis=1)[:, -most:]


def principal_components(vectors: Floats, most: int) -> Floats:
    """The directions in which the vectors vary most (dimensions x components), as many as ``most``; not centred.

    Centred vectors would have other cosines.
    """
    _, directions = np.linalg.eigh(vectors.T.astype(np.float64) @ vectors)  # in ascending order of their variance
    components: Floats = np.ascontiguousarray(directions[:, ::-1][:, :most], np.float32)
    return components
