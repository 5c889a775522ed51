"""Thresholds from the phrasings alone: how a ranking scores when it is right, and when no entry is.

Ridge regression tells in closed form what it would predict for a row had it not learned from it. With
A = (K + lambda I)^-1 and alpha = A Y, leaving out row i gives Y_i - alpha_i / A_ii (Allen 1974), and leaving out all
rows B of an entry gives Y_B - A_BB^-1 alpha_B (An, Liu and Venkatesh 2007). The first are messages whose entry is in
the FAQ, the second messages whose entry is not. A logistic regression tells the two apart and so turns a ranking's
signals into a probability that its first entry is right.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
Vector = NDArray[np.float64]
Belongs = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where the lines are drawn. ``answer`` and ``clarify`` are confidences, ``urgent`` a sum of scores."""

    answer: float = 0.6
    clarify: float = 0.35
    urgent: float = 0.35
    foreign_coverage: float = 0.7


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was learned from the rows held out: the confidence in a ranking, and where to draw the lines."""

    confidence: Logistic
    held_out: HeldOut


def calibrate(
    kernel: Matrix,
    inverse: Matrix,
    alpha: Matrix,
    targets: Matrix,
    belongs: NDArray[np.int64],
    coverage: tuple[Vector, Vector],
) -> Calibration:
    """Learn from the held-out rows. ``coverage`` is that of each row without the row, and without its entry."""
    held_out = hold_out(inverse, alpha, targets, belongs)
    nearness = held_out_nearness(kernel, belongs)
    of_some = belongs >= 0
    first = held_out.without_row.argmax(axis=1)
    right = np.column_stack([held_out.without_row.max(axis=1), coverage[0], nearness[0]])[of_some & (first == belongs)]
    none = np.column_stack([held_out.without_entry.max(axis=1), coverage[1], nearness[1]])
    signals = np.concatenate([right, none])
    is_right = np.arange(len(signals)) < len(right)
    return Calibration(fit_logistic(signals, is_right), held_out)


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Scores that the rows would get, had the regression not learned from them: rows x entries."""

    without_row: Matrix
    without_entry: Matrix


def hold_out(inverse_factor: Matrix, alpha: Matrix, targets: Matrix, belongs: Belongs) -> HeldOut:
    """Closed-form leave-one-out and leave-one-entry-out predictions of every row.

    ``inverse_factor`` is L^-1 of the Cholesky factor L of K + lambda I, so that A = L^-T L^-1; ``belongs`` is each
    row's entry, -1 for rows of none, which are left out one by one in both.
    """
    diagonal = np.einsum("ij,ij->j", inverse_factor, inverse_factor)
    without_row = targets - alpha / diagonal[:, None]
    without_entry = without_row.copy()
    for entry in np.unique(belongs[belongs >= 0]):
        block = np.flatnonzero(belongs == entry)
        columns = inverse_factor[block.min() :, block].astype(np.float64)  # above them a lower triangle is zero
        without_entry[block] = targets[block] - np.linalg.solve(columns.T @ columns, alpha[block])
    return HeldOut(without_row, without_entry)


def held_out_nearness(kernel: Matrix, belongs: Belongs) -> tuple[Vector, Vector]:
    """Each row's similarity to its nearest other row, and to the nearest row of another entry."""
    to_rows, to_entries = np.zeros(len(kernel)), np.zeros(len(kernel))
    for at, row in enumerate(kernel):
        others = row.copy()
        others[at] = -1
        to_rows[at] = others.max()
        if belongs[at] >= 0:
            others[belongs == belongs[at]] = -1
        to_entries[at] = others.max()
    return to_rows, to_entries


def confidence_signals(scores: Matrix, coverage: Vector, nearness: Vector) -> Vector:
    """What tells whether the first entry is right: its score, the coverage, the nearest phrasing; rows x signals."""
    return np.column_stack([scores.max(axis=1), coverage, nearness])


def urgency_signals(scores: Matrix, is_urgent: Mask, coverage: Vector) -> Vector:
    """What tells whether a person is in need: the urgent entries' scores, summed and the best, against the others'."""
    urgent, other = scores[:, is_urgent], scores[:, ~is_urgent]
    return np.column_stack([urgent.sum(axis=1), urgent.max(axis=1), other.max(axis=1), coverage])


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was learned from the rows held out: how far a ranking may be trusted, and how urgent a message is."""

    confidence: Logistic
    urgency: Logistic


def calibrate(
    held_out: HeldOut, belongs: Belongs, is_urgent: Mask, coverage: tuple[Vector, Vector], nearness: tuple[Vector, Vector]
) -> Calibration:
    """Learn from the held-out rows. ``is_urgent`` marks entries; the pairs are without the row, without its entry."""
    of_some = belongs >= 0
    is_right = of_some & (held_out.without_row.argmax(axis=1) == belongs)
    right = confidence_signals(held_out.without_row, coverage[0], nearness[0])[is_right]
    none = confidence_signals(held_out.without_entry, coverage[1], nearness[1])
    confidence = fit_logistic(np.concatenate([right, none]), np.arange(len(right) + len(none)) < len(right))

    in_need = of_some & is_urgent[belongs]
    urgency = fit_logistic(
        np.concatenate(
            [
                urgency_signals(held_out.without_row, is_urgent, coverage[0]),
                urgency_signals(held_out.without_entry, is_urgent, coverage[1]),
            ]
        ),
        np.concatenate([in_need, in_need]),
    )
    return Calibration(confidence, urgency)


@dataclass(frozen=True, slots=True)
class Logistic:
    """P(right) = 1 / (1 + exp(-(bias + weights . signals)))."""

    bias: float
    weights: tuple[float, ...]

    def __call__(self, *signals: float) -> float:
        total = self.bias + sum(weight * signal for weight, signal in zip(self.weights, signals, strict=True))
        return float(1 / (1 + np.exp(-np.clip(total, -30, 30))))


def fit_logistic(signals: Vector, is_right: NDArray[np.bool_], *, steps: int = 30) -> Logistic:
    """Logistic regression with the two classes weighted alike, by Newton's method, lightly regularised."""
    design = np.column_stack([np.ones(len(signals)), signals])
    share = is_right.mean()
    weight = np.where(is_right, 0.5 / max(share, 1e-9), 0.5 / max(1 - share, 1e-9)) / len(signals)
    penalty = np.diag([0.0, *([1e-4] * signals.shape[1])])
    beta = np.zeros(design.shape[1])
    for _ in range(steps):
        probability = 1 / (1 + np.exp(-np.clip(design @ beta, -30, 30)))
        gradient = design.T @ (weight * (is_right - probability)) - penalty @ beta
        curvature = design.T @ (design * (weight * probability * (1 - probability))[:, None]) + penalty
        step = np.linalg.solve(curvature + 1e-9 * np.eye(len(beta)), gradient)
        beta += step
        if np.abs(step).max() < 1e-8:
            break
    return Logistic(float(beta[0]), tuple(float(value) for value in beta[1:]))
