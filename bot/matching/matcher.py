"""The matcher: fit on the phrasings of an FAQ, rank its entries for a message, explain a ranking.

Kernel ridge regression with one column per entry: alpha = (K + lambda I)^-1 Y, score = k(message, phrasings) alpha
(Saunders, Gammerman and Vovk 1998). The kernels are dot products, so the scores of a message are those of its grams,
added up: score = x (X^T alpha).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse
from threadpoolctl import threadpool_limits

from bot.matching.calibration import (
    Calibration,
    calibrate,
    confidence_signals,
    held_out_nearness,
    hold_out,
    urgency_signals,
)
from bot.matching.kernels import Floats, Lexicon, Reader, Reading, Vectors
from bot.model import Candidate, Entry, Faq, Kind
from bot.text import Speller

RIDGE = 0.5  # lambda: how far the regression may follow single phrasings


@dataclass(frozen=True, slots=True)
class Ranking:
    """All entries for one message, best first, and how far the first may be trusted.

    ``confidence`` is the probability, in [0, 1], that the first entry is right; ``urgency`` the probability that a
    person is in danger or need; ``coverage`` the share of the message's words, by weight, that any phrasing knows; ``nearness``
    the similarity to the nearest phrasing.
    """

    reading: Reading
    candidates: tuple[Candidate, ...]
    confidence: float
    urgency: float
    coverage: float
    nearness: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """What carried a candidate: the words with their part of the score, and the nearest of its phrasings."""

    words: tuple[tuple[str, float], ...]
    phrasing: str
    similarity: float


@dataclass(frozen=True, slots=True)
class Row:
    """A text that the matcher learns from: it belongs to an entry, or (a look-alike) to none."""

    text: str
    entry: int | None


def training_rows(entries: Sequence[Entry]) -> list[Row]:
    """The rows of an FAQ: each entry's question and phrasings, and the look-alikes that belong elsewhere or nowhere."""
    number = {entry.id: at for at, entry in enumerate(entries)}
    rows: dict[tuple[str, int | None], Row] = {}
    for at, entry in enumerate(entries):
        own = (entry.question, *entry.phrasings) if entry.kind is Kind.ANSWER else entry.phrasings
        for text in own:
            rows.setdefault((text, at), Row(text, at))
        for other in entry.not_this:
            belongs = number.get(other.belongs_to) if other.belongs_to is not None else None
            rows.setdefault((other.text, belongs), Row(other.text, belongs))
    return list(rows.values())


@dataclass(frozen=True, slots=True)
class Model:
    """All that was learned from the phrasings of an FAQ. ``weights`` is grams x entries."""

    reader: Reader
    vectors: Vectors
    lexicon: Lexicon
    matrix: sparse.csr_array
    weights: Floats
    calibration: Calibration


def fit(faq: Faq) -> Model:
    """Learn an FAQ: seconds for thousands of phrasings. The same FAQ gives the same model."""
    entries = tuple(faq.entries.values())
    rows = training_rows(entries)
    reader, readings = Reader.fit(Speller(faq.wording, faq.language), [row.text for row in rows])
    vectors, matrix = Vectors.fit(readings)
    lexicon = Lexicon.fit(readings)

    belongs = np.array([-1 if row.entry is None else row.entry for row in rows])
    targets = np.zeros((len(rows), len(entries)), dtype=np.float32)
    targets[np.flatnonzero(belongs >= 0), belongs[belongs >= 0]] = 1
    kernel = _kernel(matrix)
    with threadpool_limits(1, user_api="blas"):
        alpha, inverse_factor = _solve_ridge(kernel, targets)
    is_urgent = np.array([entry.kind is Kind.URGENT for entry in entries])
    calibration = calibrate(
        hold_out(inverse_factor, alpha, targets, belongs),
        belongs,
        is_urgent,
        lexicon.held_out(readings, belongs),
        held_out_nearness(kernel, belongs),
    )
    return Model(reader, vectors, lexicon, matrix, np.ascontiguousarray(matrix.T @ alpha), calibration)


class Matcher:
    """Ranks the entries of one FAQ. Immutable once made; may be used by several threads at once."""

    def __init__(self, faq: Faq, model: Model | None = None) -> None:
        self.faq = faq
        self.entries = tuple(faq.entries.values())
        self.rows = training_rows(self.entries)
        self.model = model or fit(faq)
        self._by_gram = sparse.csr_array(self.model.matrix.T)
        self._is_urgent = np.array([entry.kind is Kind.URGENT for entry in self.entries])

    def rank(self, text: str) -> Ranking:
        """Every entry with its score for this message, best first; equal scores in the order of ids."""
        reading = self.model.reader.read(text)
        columns, values = self.model.vectors.vector(reading)
        scores = values @ self.model.weights[columns]
        order = sorted(range(len(self.entries)), key=lambda at: (-scores[at], self.entries[at].id))
        coverage = np.array([self.model.lexicon.coverage(reading.meanings)])
        nearness = np.array([float(self._similarities(columns, values).max(initial=0))])
        calibration = self.model.calibration
        return Ranking(
            reading=reading,
            candidates=tuple(Candidate(self.entries[at], float(scores[at])) for at in order),
            confidence=calibration.confidence(*confidence_signals(scores[None], coverage, nearness)[0]),
            urgency=calibration.urgency(*urgency_signals(scores[None], self._is_urgent, coverage)[0]),
            coverage=float(coverage[0]),
            nearness=float(nearness[0]),
        )

    def found(self) -> list[Entry]:
        """The first entry for the text of each row, all at once: what `rank` would find for it."""
        scores = self.model.matrix @ self.model.weights
        return [self.entries[at] for at in scores.argmax(axis=1)]

    def near_rows(self, similarity: float) -> list[tuple[int, int]]:
        """Pairs of rows at least that similar, each pair once."""
        pairs = np.argwhere(np.triu(_kernel(self.model.matrix) >= similarity, 1))
        return [(int(one), int(other)) for one, other in pairs]

    def _similarities(self, columns: NDArray[np.int32], values: Floats) -> Floats:
        """The similarity of a message to every row."""
        similarities: Floats = values @ self._by_gram[columns] if len(columns) else np.zeros(len(self.rows), np.float32)
        return similarities


def _kernel(matrix: sparse.csr_array) -> Floats:
    """X X^T. The few columns that many rows share are multiplied densely, which is far faster, the others sparsely."""
    holders = np.bincount(matrix.indices, minlength=matrix.shape[1])
    is_common = holders > len(holders) ** 0.5
    columns = sparse.csc_array(matrix)
    common = columns[:, np.flatnonzero(is_common)].toarray()
    rare = columns[:, np.flatnonzero(~is_common)].tocsr()
    kernel: Floats = common @ common.T
    kernel += (rare @ rare.T).toarray()
    return kernel


def _solve_ridge(kernel: Floats, targets: Floats) -> tuple[Floats, Floats]:
    """alpha = (K + lambda I)^-1 Y, and L^-1 of the Cholesky factor L of K + lambda I.

    In single precision and one thread: on two shared cores, two threads took five times as long.
    """
    ridged = np.array(kernel, dtype=np.float32, order="F")
    ridged[np.diag_indices_from(ridged)] += np.float32(RIDGE)
    factor, failed = linalg.lapack.spotrf(ridged, lower=1, overwrite_a=1)
    if failed:
        raise ArithmeticError(f"the ridge system cannot be solved (LAPACK spotrf {failed})")
    alpha, _ = linalg.lapack.spotrs(factor, targets, lower=1)
    inverse, _ = linalg.lapack.strtri(factor, lower=1, overwrite_c=1)
    return alpha, inverse
