"""Learn probabilities and thresholds from the phrasings alone: how rankings score when they are right and when not.

A row that is held out stands for a message whose entry is in the FAQ; a row that is held out with all rows of its entry
stands for one whose entry is not. A logistic regression separates the two and so turns a ranking's signals into the
probability that its first entry is right. Since these are probabilities, what an error costs gives the thresholds;
those of urgency are set to reach the wanted rates on the held-out rows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bot.domain.matching import Basis, Reading, Thresholds
from bot.matching.coverage import WordCoverage
from bot.matching.features import Floats
from bot.matching.regression import HeldOut, Labels

Vector = NDArray[np.float64]
Mask = NDArray[np.bool_]
LOGIT_LIMIT = 30.0  # larger logits are clipped, against overflow; the probability is 0 or 1 anyway
PENALTY = 1e-4  # L2 penalty on the weights; that on the bias is a hundredth of it

# The rates on held-out rows that determine the thresholds of urgency; they do not depend on the size of the FAQ.
IN_SCOPE = 2 / 3  # assumed share of messages that some entry is right for
CHOICES = 3
EVEN_ODDS = 0.5  # where there is nothing to learn from

# What a decision costs, in units of a right answer that is withheld. They determine the other thresholds.
WRONG, WITHHELD = 1.0, 1.0  # an answer where there is none or another one, against a right one that is not given
IDLE, NOT_OFFERED = 0.8, 1.0  # a choice of which nothing is meant, against one that is not offered
FALSE_ALARMS = 1 / 100  # largest share of messages of other entries that count as urgent
SURELY_FALSE_ALARMS = 1 / 200  # and as surely urgent
PERHAPS_FALSE_ALARMS = 1 / 20  # and as perhaps urgent, which are not kept


@dataclass(frozen=True)
class Kinds:
    """The kinds of the entries, as boolean masks over the entries."""

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


def best_replies(scores: Floats, kinds: Kinds) -> Labels:
    """The index of the best entry among answers and small talk, for each text."""
    best: Labels = np.where(kinds.reply, scores, -np.inf).argmax(axis=1)
    return best


def confidence_signals(scores: Floats, coverage: Floats, kinds: Kinds) -> Vector:
    """The signals of whether the FAQ has a reply: texts x signals.

    They are the strength of all replies' scores together (their Euclidean norm, since two entries may share the score);
    the coverage of the message by the best reply's own phrasings; the score of the best out-of-scope entry.
    """
    replies = scores[:, kinds.reply]
    strength = np.sqrt(np.einsum("ij,ij->i", replies, replies))
    return _signals(strength, coverage, scores[:, kinds.out_of_scope].max(axis=1, initial=0))


def certainty_signals(scores: Floats, kinds: Kinds) -> Vector:
    """The signals of whether the best reply is the right one: its score, and its lead over the second best."""
    in_order = np.sort(scores[:, kinds.reply], axis=1)
    best, second = in_order[:, -1], in_order[:, -2:-1].max(axis=1, initial=0)
    return _signals(best, best - second)


def urgency_signals(scores: Floats, kinds: Kinds) -> Vector:
    """The signals of urgency: the sum and the maximum of the urgent entries' scores, and the best score of others."""
    urgent, other = scores[:, kinds.urgent], scores[:, kinds.not_urgent]
    return _signals(urgent.sum(axis=1), urgent.max(axis=1, initial=-1), other.max(axis=1, initial=-1))


def _signals(*columns: Floats) -> Vector:
    return np.array(columns, dtype=np.float64).T


@dataclass(frozen=True, slots=True)
class Calibration:
    """The logistic regressions and thresholds learned from the held-out rows.

    ``confidence``: whether the best reply is right; ``certainty``: whether it is right, given that the FAQ has a right
    one; ``offer``: whether one of the best `CHOICES` answers is right; ``urgency``: whether the person is in danger or
    need.
    """

    confidence: Logistic
    certainty: Logistic
    offer: Logistic
    urgency: Logistic
    thresholds: Thresholds


@dataclass(frozen=True, slots=True)
class Calibrations:
    """One calibration for each basis of a ranking, with thresholds that mean the same for all: those of ``both``."""

    words: Calibration
    both: Calibration
    foreign: Calibration

    def of(self, basis: Basis) -> Calibration:
        """The calibration of rankings by words, by words and meaning, or of other languages."""
        return {Basis.WORDS: self.words, Basis.BOTH: self.both, Basis.FOREIGN: self.foreign}[basis]


@dataclass(frozen=True, slots=True)
class Sample:
    """The held-out rows with the signals that each would have as a message.

    ``own`` is the entry of each row (-1: none), ``first`` the best reply found without the row. All signals are
    computed without the row, ``confidence_without_entry`` without all rows of its entry.
    """

    own: Labels
    first: Labels
    scores: Floats
    confidence: Vector
    confidence_without_entry: Vector
    certainty: Vector
    urgency: Vector

    def is_of(self, kind: Mask) -> Mask:
        """A mask of the rows whose entry is of a kind, which is one of the masks of `Kinds`."""
        is_of: Mask = (self.own >= 0) & kind[self.own]
        return is_of


def sample_of(
    held_out: HeldOut, readings: Sequence[Reading], word_coverage: WordCoverage | None, labels: Labels, kinds: Kinds
) -> Sample:
    """Compute the signals of the held-out rows. ``readings`` and ``labels`` are those of all rows.

    Without ``word_coverage``, as for messages in another language, every coverage is 0.
    """
    rows, scores = held_out.rows, held_out.without_row
    own = labels[rows]
    has_entry = np.flatnonzero(own >= 0)
    without_entry = held_out.without_entry.copy()
    without_entry[has_entry, own[has_entry]] = 0  # an entry that is missing cannot be found

    first, first_without = best_replies(scores, kinds), best_replies(without_entry, kinds)
    coverage = coverage_without = [0.0] * len(rows)
    if word_coverage is not None:
        coverage = [
            word_coverage.coverage_without_row(entry, readings[row], label)
            for row, entry, label in zip(rows, first, own, strict=True)
        ]
        coverage_without = [
            word_coverage.coverage_without_entry(entry, readings[row], label) if label >= 0 else share
            for row, entry, label, share in zip(rows, first_without, own, coverage, strict=True)
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
    """Fit the logistic regressions on the held-out rows and set the thresholds."""
    is_right = sample.first == sample.own
    confidence = fit_logistic(
        np.concatenate([sample.confidence, sample.confidence_without_entry]),
        np.concatenate([is_right, np.zeros(len(is_right), dtype=bool)]),
        prior=IN_SCOPE,
    )
    has_reply = sample.is_of(kinds.reply)
    certainty = fit_logistic(sample.certainty[has_reply], is_right[has_reply], prior=None)
    is_found = (sample.own[:, None] == best_answers(sample.scores, kinds)).any(axis=1)
    offer = fit_logistic(
        np.concatenate([sample.confidence, sample.confidence_without_entry]),
        np.concatenate([is_found, np.zeros(len(is_found), dtype=bool)]),
        prior=IN_SCOPE,
    )
    in_need = sample.is_of(kinds.urgent)
    urgency = fit_logistic(sample.urgency, in_need)

    alarms = urgency.of(sample.urgency[~in_need])
    thresholds = Thresholds(
        answer=_least_probability(WRONG, WITHHELD),
        certain=_least_probability(WRONG, WITHHELD),
        clarify=_least_probability(IDLE, NOT_OFFERED),
        urgent=_quantile(alarms, 1 - FALSE_ALARMS, if_none=EVEN_ODDS),
        surely_urgent=_quantile(alarms, 1 - SURELY_FALSE_ALARMS, if_none=EVEN_ODDS),
        perhaps_urgent=_quantile(alarms, 1 - PERHAPS_FALSE_ALARMS, if_none=EVEN_ODDS),
    )
    return Calibration(confidence, certainty, offer, urgency, thresholds)


def with_lines_of(calibration: Calibration, other: Calibration) -> Calibration:
    """The calibration with its urgency stretched so that it reaches the thresholds of another one where its own lie."""
    own, wanted = calibration.thresholds, other.thresholds
    low, high, to, until = map(_logit, (own.urgent, own.surely_urgent, wanted.urgent, wanted.surely_urgent))
    slope = (until - to) / (high - low) if high > low and until > to else 1.0
    urgency = calibration.urgency
    stretched = Logistic(slope * (urgency.bias - low) + to, tuple(slope * weight for weight in urgency.weights))
    return replace(calibration, urgency=stretched, thresholds=wanted)


def _logit(probability: float) -> float:
    within = min(max(probability, 1e-9), 1 - 1e-9)
    return math.log(within / (1 - within))


def best_answers(scores: Floats, kinds: Kinds) -> Labels:
    """The indices of the best `CHOICES` answers for each text; where there are fewer, -2, which equals no label."""
    answers = np.where(kinds.answer, scores, -np.inf)
    best = np.argsort(-answers, axis=1, kind="stable")[:, :CHOICES]
    return np.where(np.isfinite(np.take_along_axis(answers, best, axis=1)), best, -2)


def _least_probability(in_vain: float, left_out: float) -> float:
    """The probability of being right from which acting costs less than not acting, given what each error costs."""
    return in_vain / (in_vain + left_out)


def _quantile(probabilities: Vector, share: float, *, if_none: float) -> float:
    return float(np.quantile(probabilities, share)) if len(probabilities) else if_none


@dataclass(frozen=True, slots=True)
class Logistic:
    """A fitted logistic regression: P(right) = 1 / (1 + exp(-(bias + weights . signals)))."""

    bias: float
    weights: tuple[float, ...]

    def __call__(self, *signals: float) -> float:
        total = self.bias + sum(weight * signal for weight, signal in zip(self.weights, signals, strict=True))
        return 1 / (1 + math.exp(-min(max(total, -LOGIT_LIMIT), LOGIT_LIMIT)))

    def of(self, signals: Vector) -> Vector:
        """The probability for each text, from an array of texts x signals."""
        probabilities: Vector = 1 / (
            1 + np.exp(-np.clip(self.bias + signals @ np.array(self.weights), -LOGIT_LIMIT, LOGIT_LIMIT))
        )
        return probabilities


def fit_logistic(signals: Vector, is_right: Mask, *, prior: float | None = 0.5) -> Logistic:
    """Fit a logistic regression with a light L2 penalty.

    Samples are weighted as if the share of right ones were ``prior``; None keeps their real share. Without samples
    every probability is one half.
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
