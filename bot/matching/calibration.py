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
PENALTY = 1e-4  # of the squared weights; the bias has a hundredth of it


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


@dataclass(frozen=True, slots=True)
class Kinds:
    """Which entries are of which kind, as masks over the entries."""

    answer: Mask
    smalltalk: Mask
    urgent: Mask
    out_of_scope: Mask

    @property
    def reply(self) -> Mask:
        """Entries that reply to a message: answers and small talk."""
        return self.answer | self.smalltalk


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows grouped by the entry that they belong to, to find the nearest row of each entry quickly.

    ``belongs`` is each row's entry, -1 for rows of none.
    """

    belongs: Belongs
    entries: int
    _order: Belongs
    _starts: Belongs
    _own: Belongs

    @classmethod
    def of(cls, belongs: Belongs, entries: int) -> Rows:
        """Group rows by entry."""
        order = np.argsort(belongs, kind="stable")
        order = order[np.searchsorted(belongs[order], 0) :]
        own, starts = np.unique(belongs[order], return_index=True)
        return cls(belongs, entries, order, starts, own)

    def nearest(self, similarities: Matrix) -> Matrix:
        """From similarities to each row (texts x rows), those to the nearest row of each entry; -1 without rows."""
        nearest = np.full((len(similarities), self.entries), -1, dtype=np.float32)
        if len(self._own):
            nearest[:, self._own] = np.maximum.reduceat(similarities[:, self._order], self._starts, axis=1)
        return nearest


def _nearest_others(kernel: Matrix, rows: Rows) -> Matrix:
    """The similarity of each row to the nearest other row of each entry, some rows at a time to spare memory."""
    nearest = []
    for start in range(0, len(kernel), 500):
        some = kernel[start : start + 500].copy()
        some[np.arange(len(some)), start + np.arange(len(some))] = -1  # not to itself
        nearest.append(rows.nearest(some))
    return np.concatenate(nearest)


def best_replies(scores: Matrix, kinds: Kinds) -> Belongs:
    """The entry with the highest score among answers and small talk, text by text."""
    best: Belongs = np.where(kinds.reply, scores, -np.inf).argmax(axis=1)
    return best


def confidence_signals(scores: Matrix, nearest: Matrix, kinds: Kinds) -> Vector:
    """What tells whether the FAQ has an answer, the best reply being it: texts x signals.

    Its score; its lead over the best out-of-scope entry; how much nearer its nearest phrasing is than that of any
    other entry; the summed scores of its kind less those of the out-of-scope entries.
    """
    texts = np.arange(len(scores))
    best = best_replies(scores, kinds)
    score = scores[texts, best]
    outside = np.where(kinds.out_of_scope, scores, -np.inf).max(axis=1, initial=-1)
    same_kind = np.where(
        kinds.answer[best], scores[:, kinds.answer].sum(axis=1), scores[:, kinds.smalltalk].sum(axis=1)
    )
    balance = same_kind - scores[:, kinds.out_of_scope].sum(axis=1)
    return _signals(score, score - outside, _lead(nearest, best), balance)


def certainty_signals(scores: Matrix, nearest: Matrix, kinds: Kinds) -> Vector:
    """What tells whether the best reply is the right one of them all: its lead in score, and in nearness."""
    best = best_replies(scores, kinds)
    return _signals(_lead(np.where(kinds.reply, scores, -1), best), _lead(nearest, best))


def _lead(values: Matrix, best: Belongs) -> Matrix:
    """By how much the value of the best entry exceeds the highest of the others, text by text."""
    texts = np.arange(len(values))
    others = values.copy()
    others[texts, best] = -1
    lead: Matrix = values[texts, best] - others.max(axis=1, initial=-1)
    return lead


def _signals(*columns: Matrix) -> Vector:
    return np.column_stack(columns).astype(np.float64)


def urgency_signals(scores: Matrix, kinds: Kinds) -> Vector:
    """What tells whether a person is in need: the urgent entries' scores, summed and the best, and the best other."""
    urgent, other = scores[:, kinds.urgent], scores[:, ~kinds.urgent]
    best = urgent.max(axis=1, initial=-1)
    return _signals(urgent.sum(axis=1), best, other.max(axis=1, initial=-1))


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was learned from the rows held out.

    ``confidence``: is there an answer; ``certainty``: is the first reply the right one, if one is; ``urgency``.
    """

    confidence: Logistic
    certainty: Logistic
    urgency: Logistic


def calibrate(held_out: HeldOut, kernel: Matrix, belongs: Belongs, kinds: Kinds) -> Calibration:
    """Learn from the held-out rows. ``kernel`` holds the similarities of the rows to each other."""
    nearest = _nearest_others(kernel, Rows.of(belongs, len(kinds.answer)))
    of_some = np.flatnonzero(belongs >= 0)
    without_entry, nearest_without = held_out.without_entry.copy(), nearest.copy()
    without_entry[of_some, belongs[of_some]] = -1
    nearest_without[of_some, belongs[of_some]] = -1

    is_right = best_replies(held_out.without_row, kinds) == belongs
    confidence = fit_logistic(
        np.concatenate(
            [
                confidence_signals(held_out.without_row, nearest, kinds),
                confidence_signals(without_entry, nearest_without, kinds),
            ]
        ),
        np.concatenate([is_right, np.zeros(len(belongs), dtype=bool)]),
    )
    has_reply = (belongs >= 0) & kinds.reply[belongs]
    certainty = fit_logistic(certainty_signals(held_out.without_row, nearest, kinds)[has_reply], is_right[has_reply])
    in_need = (belongs >= 0) & kinds.urgent[belongs]
    urgency = fit_logistic(urgency_signals(held_out.without_row, kinds), in_need)
    return Calibration(confidence, certainty, urgency)


@dataclass(frozen=True, slots=True)
class Logistic:
    """P(right) = 1 / (1 + exp(-(bias + weights . signals)))."""

    bias: float
    weights: tuple[float, ...]

    def __call__(self, *signals: float) -> float:
        total = self.bias + sum(weight * signal for weight, signal in zip(self.weights, signals, strict=True))
        return float(1 / (1 + np.exp(-np.clip(total, -30, 30))))


def fit_logistic(signals: Vector, is_right: Mask) -> Logistic:
    """Logistic regression with the two classes weighted alike, lightly regularised.

    From nothing it learns nothing: a probability of one half.
    """
    from scipy.optimize import minimize  # only fitting needs it

    if not len(signals):
        return Logistic(0.0, (0.0,) * signals.shape[1])
    design = np.column_stack([np.ones(len(signals)), signals])
    share = is_right.mean()
    weight = np.where(is_right, 0.5 / max(share, 1e-9), 0.5 / max(1 - share, 1e-9)) / len(signals)
    penalty = np.array([PENALTY / 100, *([PENALTY] * signals.shape[1])])

    def loss(beta: Vector) -> tuple[float, Vector]:
        margin = np.where(is_right, 1, -1) * (design @ beta)
        miss = np.where(is_right, 1, -1) * weight / (1 + np.exp(np.clip(margin, -700, 700)))
        return float(weight @ np.logaddexp(0, -margin) + penalty @ beta**2 / 2), penalty * beta - design.T @ miss

    found = minimize(loss, np.zeros(design.shape[1]), jac=True, method="BFGS", options={"gtol": 1e-9, "maxiter": 1000})
    return Logistic(float(found.x[0]), tuple(float(value) for value in found.x[1:]))
