"""Probabilities and thresholds from the phrasings alone: how a ranking scores when it is right, and when no entry is.

A row that is held out is a message whose entry is in the FAQ; a row that is held out with all rows of its entry is one
whose entry is not. A logistic regression tells the two apart and so turns a ranking's signals into a probability that
its first entry is right. The thresholds lie where rates on the held-out rows are as wanted.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bot.domain.matching import Reading, Thresholds
from bot.matching.coverage import WordCoverage
from bot.matching.features import Floats
from bot.matching.regression import Belongs, HeldOut

Vector = NDArray[np.float64]
Mask = NDArray[np.bool_]
FLAT = 30.0  # so far from evens a probability no longer changes
PENALTY = 1e-4  # of the squared weights; the bias has a hundredth of it

# The rates that fix the thresholds, on rows held out: an FAQ of any size keeps them.
IN_SCOPE = 0.6  # so many messages are assumed to have an entry that is right for them
EVEN = 0.5  # an answer is given where it is at least as likely right as not
OFFERED = 0.9  # so many messages whose entry is among the first CHOICES are answered or offered a choice
CHOICES = 3
FALSE_ALARMS = 1 / 60  # so many messages of other entries may be taken for urgent
SURELY_FALSE_ALARMS = 1 / 200  # and so many for surely urgent


@dataclass(frozen=True)
class Kinds:
    """Which entries are of which kind, as masks over the entries."""

    answer: Mask
    smalltalk: Mask
    urgent: Mask
    out_of_scope: Mask

    @cached_property
    def reply(self) -> Mask:
        """Entries that reply to a message: answers and small talk."""
        return self.answer | self.smalltalk

    @cached_property
    def not_urgent(self) -> Mask:
        """All entries but the urgent cards."""
        return ~self.urgent


def best_replies(scores: Floats, kinds: Kinds) -> Belongs:
    """The entry with the highest score among answers and small talk, text by text."""
    best: Belongs = np.where(kinds.reply, scores, -np.inf).argmax(axis=1)
    return best


def confidence_signals(scores: Floats, coverage: Floats, kinds: Kinds) -> Vector:
    """What tells whether the FAQ has a reply: texts x signals.

    The strength of the scores of all replies together (their Euclidean length: what two entries share speaks for both);
    how much of the message the best reply's own phrasings know; the score of the best out-of-scope entry.
    """
    replies = scores[:, kinds.reply]
    strength = np.sqrt(np.einsum("ij,ij->i", replies, replies))
    return _signals(strength, coverage, scores[:, kinds.out_of_scope].max(axis=1, initial=0))


def certainty_signals(scores: Floats, kinds: Kinds) -> Vector:
    """What tells whether the best reply is the right one of them all: its score, and its lead over the second."""
    in_order = np.sort(scores[:, kinds.reply], axis=1)
    best, second = in_order[:, -1], in_order[:, -2:-1].max(axis=1, initial=0)
    return _signals(best, best - second)


def urgency_signals(scores: Floats, kinds: Kinds) -> Vector:
    """What tells whether a person is in need: the urgent entries' scores, summed and the best, and the best other."""
    urgent, other = scores[:, kinds.urgent], scores[:, kinds.not_urgent]
    return _signals(urgent.sum(axis=1), urgent.max(axis=1, initial=-1), other.max(axis=1, initial=-1))


def _signals(*columns: Floats) -> Vector:
    return np.array(columns, dtype=np.float64).T


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was learned from the rows held out.

    ``confidence``: is there an answer; ``certainty``: is the first reply the right one, if one is; ``urgency``.
    """

    confidence: Logistic
    certainty: Logistic
    urgency: Logistic
    thresholds: Thresholds


@dataclass(frozen=True, slots=True)
class Sample:
    """The held-out rows as messages: what a message would be judged by, row by row.

    ``own`` is the entry of each row (-1: none), ``first`` the best reply found without the row. All signals are those
    without the row, but ``confidence_without_entry``: those without its entry.
    """

    own: Belongs
    first: Belongs
    scores: Floats
    confidence: Vector
    confidence_without_entry: Vector
    certainty: Vector
    urgency: Vector

    def is_of(self, kind: Mask) -> Mask:
        """Which rows are phrasings of entries of a kind, one of the masks of `Kinds`."""
        is_of: Mask = (self.own >= 0) & kind[self.own]
        return is_of


def sample_of(
    held_out: HeldOut, readings: Sequence[Reading], word_coverage: WordCoverage, belongs: Belongs, kinds: Kinds
) -> Sample:
    """The signals of the held-out rows. ``readings`` are those of all rows, ``belongs`` their entries."""
    rows, scores = held_out.rows, held_out.without_row
    own = belongs[rows]
    of_some = np.flatnonzero(own >= 0)
    without_entry = held_out.without_entry.copy()
    without_entry[of_some, own[of_some]] = 0  # it cannot be found

    first, first_without = best_replies(scores, kinds), best_replies(without_entry, kinds)
    coverage = [
        word_coverage.coverage_without_row(entry, readings[row], mine)
        for row, entry, mine in zip(rows, first, own, strict=True)
    ]
    coverage_without = [
        word_coverage.coverage_without_entry(entry, readings[row], mine) if mine >= 0 else known
        for row, entry, mine, known in zip(rows, first_without, own, coverage, strict=True)
    ]
    return Sample(
        own=own,
        first=first,
        scores=scores,
        confidence=confidence_signals(scores, np.array(coverage), kinds),
        confidence_without_entry=confidence_signals(without_entry, np.array(coverage_without), kinds),
        certainty=certainty_signals(scores, kinds),
        urgency=urgency_signals(scores, kinds),
    )


def calibrate(sample: Sample, kinds: Kinds) -> Calibration:
    """Learn from the held-out rows."""
    is_right = sample.first == sample.own
    confidence = fit_logistic(
        np.concatenate([sample.confidence, sample.confidence_without_entry]),
        np.concatenate([is_right, np.zeros(len(is_right), dtype=bool)]),
        prior=IN_SCOPE,
    )
    has_reply = sample.is_of(kinds.reply)
    certainty = fit_logistic(sample.certainty[has_reply], is_right[has_reply], prior=None)
    in_need = sample.is_of(kinds.urgent)
    urgency = fit_logistic(sample.urgency, in_need)

    found = sample.own[:, None] == best_answers(sample.scores, kinds)
    offered = confidence.of(sample.confidence[found.any(axis=1)])
    alarms = urgency.of(sample.urgency[~in_need])
    thresholds = Thresholds(
        answer=EVEN,
        certain=EVEN,
        clarify=min(_quantile(offered, 1 - OFFERED, if_none=EVEN), EVEN),
        urgent=_quantile(alarms, 1 - FALSE_ALARMS, if_none=EVEN),
        surely_urgent=_quantile(alarms, 1 - SURELY_FALSE_ALARMS, if_none=EVEN),
    )
    return Calibration(confidence, certainty, urgency, thresholds)


def best_answers(scores: Floats, kinds: Kinds) -> Belongs:
    """The first CHOICES answers of each text; -2 where there are fewer."""
    answers = np.where(kinds.answer, scores, -np.inf)
    best = np.argsort(-answers, axis=1, kind="stable")[:, :CHOICES]
    return np.where(np.isfinite(np.take_along_axis(answers, best, axis=1)), best, -2)


def _quantile(probabilities: Vector, share: float, *, if_none: float) -> float:
    return float(np.quantile(probabilities, share)) if len(probabilities) else if_none


@dataclass(frozen=True, slots=True)
class Logistic:
    """P(right) = 1 / (1 + exp(-(bias + weights . signals)))."""

    bias: float
    weights: tuple[float, ...]

    def __call__(self, *signals: float) -> float:
        total = self.bias + sum(weight * signal for weight, signal in zip(self.weights, signals, strict=True))
        return 1 / (1 + math.exp(-min(max(total, -FLAT), FLAT)))

    def of(self, signals: Vector) -> Vector:
        """The probabilities of texts, from texts x signals."""
        probabilities: Vector = 1 / (1 + np.exp(-np.clip(self.bias + signals @ np.array(self.weights), -FLAT, FLAT)))
        return probabilities


def fit_logistic(signals: Vector, is_right: Mask, *, prior: float | None = 0.5) -> Logistic:
    """Logistic regression, lightly regularised.

    The right ones are weighed as if they were the share ``prior`` of all, however many they are; None: as they are.

    From nothing it learns nothing: a probability of one half.
    """
    from scipy.optimize import minimize  # only fitting needs it

    if not len(signals):
        return Logistic(0.0, (0.0,) * signals.shape[1])
    design = np.column_stack([np.ones(len(signals)), signals])
    share = is_right.mean()
    prior = share if prior is None else prior
    weight = np.where(is_right, prior / max(share, 1e-9), (1 - prior) / max(1 - share, 1e-9)) / len(signals)
    penalty = np.array([PENALTY / 100, *([PENALTY] * signals.shape[1])])

    def loss(beta: Vector) -> tuple[float, Vector]:
        margin = np.where(is_right, 1, -1) * (design @ beta)
        miss = np.where(is_right, 1, -1) * weight / (1 + np.exp(np.clip(margin, -700, 700)))
        return float(weight @ np.logaddexp(0, -margin) + penalty @ beta**2 / 2), penalty * beta - design.T @ miss

    found = minimize(loss, np.zeros(design.shape[1]), jac=True, method="BFGS", options={"gtol": 1e-9, "maxiter": 1000})
    return Logistic(float(found.x[0]), tuple(float(value) for value in found.x[1:]))
