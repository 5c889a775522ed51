"""Calibration: each fast formula against a slow and obvious one, and the rates that the thresholds keep."""

from __future__ import annotations

import random
from dataclasses import astuple, fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from bot.domain.faq import Entry, Kind
from bot.domain.matching import Reading
from bot.matching.calibration import (
    CHOICES,
    FALSE_ALARMS,
    IDLE,
    IN_SCOPE,
    NOT_OFFERED,
    PENALTY,
    SURELY_FALSE_ALARMS,
    WITHHELD,
    WRONG,
    Calibration,
    Kinds,
    Logistic,
    Sample,
    best_answers,
    best_replies,
    calibrate,
    certainty_signals,
    confidence_signals,
    fit_logistic,
    sample_of,
    urgency_signals,
)
from bot.matching.coverage import WordCoverage
from bot.matching.features import Floats
from bot.matching.matcher import RegressionMatcher, fit, fit_and_sample, kinds_of, training_rows
from bot.matching.regression import HeldOut
from tests.support.samples import DOGS, ENTRIES, HELLO, HURT, OPENING_HOURS, WEATHER, entry, faq_of, garden

Doubles = NDArray[np.float64]
some = settings(max_examples=60, deadline=None)
seeds = st.integers(0, 10**6)
score = st.floats(-1, 2, width=32)
kind_lists = st.lists(st.sampled_from(list(Kind)), max_size=6).map(lambda kinds: [Kind.ANSWER, *kinds])


# --- Signals ---------------------------------------------------------------------------------------------------------


def masks(kinds: list[Kind]) -> Kinds:
    """Entries of these kinds as masks."""
    of = {kind: np.array([own is kind for own in kinds]) for kind in Kind}
    return Kinds(
        answer=of[Kind.ANSWER],
        smalltalk=of[Kind.SMALLTALK],
        urgent=of[Kind.URGENT],
        out_of_scope=of[Kind.OUT_OF_SCOPE],
    )


def replies_of(kinds: list[Kind]) -> list[int]:
    return [at for at, kind in enumerate(kinds) if kind in (Kind.ANSWER, Kind.SMALLTALK)]


def slow_best(scores: list[float], kinds: list[Kind]) -> int:
    return max(replies_of(kinds), key=lambda at: scores[at])


def slow_confidence(scores: list[float], coverage: float, kinds: list[Kind]) -> list[float]:
    outside = [one for one, kind in zip(scores, kinds, strict=True) if kind is Kind.OUT_OF_SCOPE]
    return [sum(scores[at] ** 2 for at in replies_of(kinds)) ** 0.5, coverage, max([0, *outside])]


def slow_certainty(scores: list[float], kinds: list[Kind]) -> list[float]:
    best = slow_best(scores, kinds)
    others = [scores[at] for at in replies_of(kinds) if at != best]
    return [scores[best], scores[best] - max([0, *others])]


def slow_urgency(scores: list[float], kinds: list[Kind]) -> list[float]:
    urgent = [one for one, kind in zip(scores, kinds, strict=True) if kind is Kind.URGENT]
    other = [one for one, kind in zip(scores, kinds, strict=True) if kind is not Kind.URGENT]
    return [sum(urgent), max(urgent, default=-1), max(other, default=-1)]


@some
@given(kind_lists, st.integers(1, 4), st.data())
def test_signals_are_what_their_docstrings_say(kinds: list[Kind], texts: int, data: st.DataObject) -> None:
    """The signals of confidence, certainty and urgency, in plain Python; kinds without any entry included."""
    scores: Floats = data.draw(arrays(np.float32, (texts, len(kinds)), elements=score))
    coverage: Floats = data.draw(arrays(np.float32, texts, elements=st.floats(0, 1, width=32)))
    rows = scores.tolist()
    confidence = [slow_confidence(row, share, kinds) for row, share in zip(rows, coverage.tolist(), strict=True)]
    certainty = [slow_certainty(row, kinds) for row in rows]
    assert best_replies(scores, masks(kinds)).tolist() == [slow_best(row, kinds) for row in rows]
    assert np.allclose(confidence_signals(scores, coverage, masks(kinds)), confidence, atol=1e-5)
    assert np.allclose(certainty_signals(scores, masks(kinds)), certainty, atol=1e-5)
    assert np.allclose(urgency_signals(scores, masks(kinds)), [slow_urgency(row, kinds) for row in rows], atol=1e-5)


@some
@given(kind_lists, st.integers(1, 4), st.data())
def test_the_best_answers_are_the_first_choices(kinds: list[Kind], texts: int, data: st.DataObject) -> None:
    """A few answers each, the highest score first, equal ones in order; what is missing is no entry, nor none."""
    scores: Floats = data.draw(arrays(np.float32, (texts, len(kinds)), elements=score))
    answers = [at for at, kind in enumerate(kinds) if kind is Kind.ANSWER]
    for row, best in zip(scores.tolist(), best_answers(scores, masks(kinds)).tolist(), strict=True):
        slow = sorted(answers, key=lambda at: (-row[at], at))[:CHOICES]
        assert best == slow + [-2] * (min(CHOICES, len(kinds)) - len(slow))


# --- Logistic regression ---------------------------------------------------------------------------------------------


def slope(logistic: Logistic, signals: Doubles, is_right: NDArray[np.bool_], *, prior: float | None) -> Doubles:
    """The gradient of the loss: each weight is drawn to zero, the bias less.

    All right rows together weigh ``prior``, all wrong ones the rest; with None each row weighs alike.
    """
    loss = np.zeros(signals.shape[1] + 1)
    for row, right in zip(signals, is_right, strict=True):
        together = len(signals) if prior is None else int((is_right == right).sum())
        of_all = 1 if prior is None else prior if right else 1 - prior
        error = logistic(*row) - right
        loss += of_all / together * error * np.array([1, *row])
    gradient: Doubles = loss + PENALTY * np.array([logistic.bias / 100, *logistic.weights])
    return gradient


@some
@given(
    seeds,
    st.sampled_from([0.0, 0.3, 3.0]),
    st.sampled_from([0.1, 1.0, 5.0]),
    st.sampled_from([None, 0.1, 0.5, 0.6, 0.95]),
)
def test_logistic_regression_reaches_the_optimum(seed: int, noise: float, scale: float, prior: float | None) -> None:
    """At the solution the loss is level in every direction, on separable and noisy data, however they are weighed."""
    rng = np.random.default_rng(seed)
    rows, columns = int(rng.integers(6, 50)), int(rng.integers(1, 4))
    signals = rng.normal(size=(rows, columns)) * scale
    is_right = signals.sum(axis=1) + rng.normal(size=rows) * noise > 0
    is_right[:2] = True, False
    logistic = fit_logistic(signals, is_right, prior=prior)
    assert np.abs(slope(logistic, signals, is_right, prior=prior)).max() < 1e-6


def test_separable_data_give_finite_weights() -> None:
    """A perfect split is sure and not infinite."""
    signals = np.array([[-1.0], [-0.5], [0.5], [1.0]])
    logistic = fit_logistic(signals, signals[:, 0] > 0)
    assert np.isfinite([logistic.bias, *logistic.weights]).all()
    assert logistic(1.0) > 0.99
    assert logistic(-1.0) < 0.01
    assert logistic(0.0) == pytest.approx(0.5, abs=1e-6)


@pytest.mark.parametrize("right", [True, False])
def test_one_class_alone_gives_finite_weights(right: bool) -> None:  # noqa: FBT001  # a case of the test
    """An FAQ without urgent cards, or one whose rows are all right, can be learned."""
    signals = np.array([[0.1, 2.0], [0.5, -1.0], [0.9, 0.0]])
    logistic = fit_logistic(signals, np.full(3, right))
    assert np.isfinite([logistic.bias, *logistic.weights]).all()
    assert all((logistic(*row) > 0.9) is right for row in signals)


def test_from_nothing_nothing_is_learned() -> None:
    """Without any row a probability is one half."""
    logistic = fit_logistic(np.zeros((0, 2)), np.zeros(0, dtype=bool))
    assert logistic(3.0, -2.0) == 0.5


@pytest.mark.parametrize(("prior", "probability"), [(0.1, 0.1), (0.5, 0.5), (0.6, 0.6), (0.95, 0.95), (None, 1 / 11)])
def test_where_a_signal_tells_nothing_the_prior_is_the_probability(prior: float | None, probability: float) -> None:
    """Ten wrong rows for each right one do not push it down; without a prior they do: one right row in eleven."""
    signals = np.array([[1.0]] * 5 + [[-1.0]] * 5 + [[1.0]] * 50 + [[-1.0]] * 50)
    logistic = fit_logistic(signals, np.arange(110) < 10, prior=prior)
    assert logistic(1.0) == pytest.approx(probability, abs=1e-4)
    assert logistic(-1.0) == pytest.approx(probability, abs=1e-4)


def test_a_prior_is_one_half_unless_named() -> None:
    """Both classes weigh alike."""
    signals, is_right = np.array([[1.0], [2.0], [0.5], [3.0]]), np.array([True, False, False, False])
    assert fit_logistic(signals, is_right) == fit_logistic(signals, is_right, prior=0.5)
    assert fit_logistic(signals, is_right) != fit_logistic(signals, is_right, prior=None)


def test_the_share_that_there_is_makes_no_difference_as_prior() -> None:
    """Weighing the rows to the share that they have is leaving them as they are."""
    signals, is_right = np.array([[1.0], [2.0], [0.5], [3.0]]), np.array([True, False, False, False])
    weighed, plain = (fit_logistic(signals, is_right, prior=prior) for prior in (0.25, None))
    assert weighed(1.5) == pytest.approx(plain(1.5), abs=1e-6)


@some
@given(st.lists(st.floats(-1e9, 1e9), min_size=2, max_size=2))
def test_a_probability_stays_within_zero_and_one(signals: list[float]) -> None:
    """However far a signal lies outside of what was learned; one text alone gets what it gets among others."""
    logistic = Logistic(0.5, (2.0, -3.0))
    assert 0 <= logistic(*signals) <= 1
    assert logistic.of(np.array([signals, [0, 0]]))[0] == pytest.approx(logistic(*signals), abs=1e-12)


# --- What was held out -----------------------------------------------------------------------------------------------


def random_sample(seed: int, kinds: list[Kind]) -> tuple[HeldOut, list[Reading], WordCoverage, NDArray[np.int64]]:
    """Rows of few words, of random entries or none; some of them held out with scores that favour their entry."""
    rng = np.random.default_rng(seed)
    size = int(rng.integers(2, 30))
    labels = rng.integers(-1, len(kinds), size=size)
    said = [tuple(rng.choice(list("abcdefgh"), size=int(rng.integers(0, 5))).tolist()) for _ in range(size)]
    readings = [Reading(words, words, words, words) for words in said]
    rows = np.flatnonzero(rng.random(size) < 0.8)
    rows = rows if len(rows) else np.array([0])
    without_row, without_entry = (rng.normal(0.1, 0.2, (len(rows), len(kinds))).astype(np.float32) for _ in range(2))
    of_some = np.flatnonzero(labels[rows] >= 0)
    without_row[of_some, labels[rows][of_some]] += np.float32(0.4)
    without_entry[labels[rows] < 0] = without_row[labels[rows] < 0]
    word_coverage = WordCoverage.fit(readings, labels.tolist(), len(kinds))
    return HeldOut(rows, without_row, without_entry), readings, word_coverage, labels


@some
@given(seeds, kind_lists)
def test_a_sample_is_the_rows_held_out_as_messages(seed: int, kinds: list[Kind]) -> None:
    """Each row is judged by its scores and its best reply's words, both without the row; then without its entry."""
    held_out, readings, word_coverage, labels = random_sample(seed, kinds)
    sample = sample_of(held_out, readings, word_coverage, labels, masks(kinds))
    for at, row in enumerate(held_out.rows.tolist()):
        own, scores, left = int(labels[row]), held_out.without_row[at].tolist(), held_out.without_entry[at].tolist()
        first = slow_best(scores, kinds)
        coverage = known = word_coverage.coverage_without_row(first, readings[row], own)
        if own >= 0:
            left[own] = 0.0
            known = word_coverage.coverage_without_entry(slow_best(left, kinds), readings[row], own)
        assert (sample.own[at], sample.first[at]) == (own, first)
        assert sample.scores[at].tolist() == scores
        assert np.allclose(sample.confidence[at], slow_confidence(scores, coverage, kinds), atol=1e-5)
        assert np.allclose(sample.confidence_without_entry[at], slow_confidence(left, known, kinds), atol=1e-5)
        assert np.allclose(sample.certainty[at], slow_certainty(scores, kinds), atol=1e-5)
        assert np.allclose(sample.urgency[at], slow_urgency(scores, kinds), atol=1e-5)


def assert_calibrated(calibration: Calibration, sample: Sample, kinds: Kinds) -> None:
    """The four regressions are at their optimum, and each learned from the rows that it should."""
    right = sample.first == sample.own
    both = np.concatenate([sample.confidence, sample.confidence_without_entry])
    is_right = np.concatenate([right, np.zeros(len(right), dtype=bool)])
    replies = np.array([own >= 0 and bool(kinds.reply[own]) for own in sample.own.tolist()])
    in_need = np.array([own >= 0 and bool(kinds.urgent[own]) for own in sample.own.tolist()])
    assert np.abs(slope(calibration.confidence, both, is_right, prior=IN_SCOPE)).max() < 1e-4
    best = best_answers(sample.scores, kinds).tolist()
    found = [own in some for own, some in zip(sample.own, best, strict=True)]
    is_found = np.concatenate([np.array(found), np.zeros(len(right), dtype=bool)])
    assert np.abs(slope(calibration.offer, both, is_found, prior=IN_SCOPE)).max() < 1e-4
    assert np.abs(slope(calibration.urgency, sample.urgency, in_need, prior=0.5)).max() < 1e-4
    if replies.any():
        gradient = slope(calibration.certainty, sample.certainty[replies], right[replies], prior=None)
        assert np.abs(gradient).max() < 1e-4
    else:
        assert calibration.certainty(1.0, 1.0) == 0.5


def assert_thresholds_keep_their_rates(calibration: Calibration, sample: Sample, kinds: Kinds) -> None:
    """On the rows held out, but for one row where the rate falls between two."""
    lines = calibration.thresholds
    assert all(0 <= line <= 1 for line in (lines.answer, lines.certain, lines.clarify, lines.urgent))
    assert lines.urgent <= lines.surely_urgent <= 1
    assert lines.clarify < lines.answer == lines.certain == 0.5
    for line, in_vain, left_out in (
        (lines.answer, WRONG, WITHHELD),
        (lines.certain, WRONG, WITHHELD),
        (lines.clarify, IDLE, NOT_OFFERED),
    ):
        assert line * left_out == pytest.approx((1 - line) * in_vain)  # there both cost the same

    in_need = (sample.own >= 0) & kinds.urgent[sample.own]
    alarms = [calibration.urgency(*signals) for signals in sample.urgency[~in_need].tolist()]
    for line, rate in ((lines.urgent, FALSE_ALARMS), (lines.surely_urgent, SURELY_FALSE_ALARMS)):
        assert sum(alarm > line + 1e-9 for alarm in alarms) <= rate * len(alarms) + 1


@pytest.mark.slow
@some
@given(seeds, kind_lists)
def test_any_rows_can_be_calibrated(seed: int, kinds: list[Kind]) -> None:
    """Few rows, rows of none, and kinds without rows give probabilities, and thresholds that keep their rates."""
    sample = sample_of(*random_sample(seed, kinds), masks(kinds))
    calibration = calibrate(sample, masks(kinds))
    assert_calibrated(calibration, sample, masks(kinds))
    assert_thresholds_keep_their_rates(calibration, sample, masks(kinds))


BARE = entry("bare", "What is bare?")
FAQS = {
    "the garden": ENTRIES,
    "without urgent entries": tuple(item for item in ENTRIES if item.kind is not Kind.URGENT),
    "one entry": (OPENING_HOURS,),
    "one row": (BARE,),
    "questions only": tuple(replace(item, phrasings=()) for item in ENTRIES if item.kind is Kind.ANSWER),
    "small talk alone": (HELLO,),
    "one answer and a card": (DOGS, HURT),
    "one answer and what is outside": (BARE, WEATHER),
}


@pytest.mark.parametrize("entries", FAQS.values(), ids=FAQS.keys())
def test_any_faq_is_calibrated_on_its_own_rows(entries: tuple[Entry, ...]) -> None:
    """What an FAQ learns is what its rows tell when held out."""
    model, sample = fit_and_sample(faq_of(*entries))
    kinds, calibration = kinds_of(entries), calibrate(sample, kinds_of(entries))
    assert calibration == model.calibration
    assert len(sample.own) == len(training_rows(entries))
    assert_calibrated(calibration, sample, kinds)
    assert_thresholds_keep_their_rates(calibration, sample, kinds)


# --- All together ----------------------------------------------------------------------------------------------------


def test_confidence_falls_where_the_entry_is_missing() -> None:
    """The same questions get a much lower confidence from an FAQ that has every entry but theirs."""
    whole = RegressionMatcher(garden())
    with_entry, without_entry = [], []
    for item in whole.faq.of_kind(Kind.ANSWER):
        rest = RegressionMatcher(faq_of(*(other for other in ENTRIES if other is not item)))
        with_entry += [whole.rank(f"{text} please").confidence for text in item.phrasings]
        without_entry += [rest.rank(f"{text} please").confidence for text in item.phrasings]
    assert np.mean(with_entry) > 0.9
    assert np.mean(without_entry) < np.mean(with_entry) - 0.2


def test_the_same_rows_calibrate_alike_in_any_order() -> None:
    """Probabilities and thresholds do not hang on the order of the files."""
    one, other = fit(faq_of(*ENTRIES)).calibration, fit(faq_of(*reversed(ENTRIES))).calibration
    assert np.allclose(one.confidence.weights, other.confidence.weights, rtol=0.02, atol=0.01)
    assert np.allclose(one.certainty.weights, other.certainty.weights, rtol=0.02, atol=0.01)
    assert np.allclose(one.urgency.weights, other.urgency.weights, rtol=0.02, atol=0.01)
    assert astuple(one.thresholds) == pytest.approx(astuple(other.thresholds), abs=0.01)


@pytest.mark.slow
@some
@given(seeds, kind_lists, st.randoms(use_true_random=False))
def test_shuffled_rows_calibrate_alike(seed: int, kinds: list[Kind], order: random.Random) -> None:
    """Nor do they hang on the order of the rows held out."""
    sample = sample_of(*random_sample(seed, kinds), masks(kinds))
    at = order.sample(range(len(sample.own)), len(sample.own))
    shuffled = Sample(*(getattr(sample, field.name)[at] for field in fields(Sample)))
    one, other = calibrate(sample, masks(kinds)), calibrate(shuffled, masks(kinds))
    assert astuple(one.thresholds) == pytest.approx(astuple(other.thresholds), abs=1e-4)
    assert one.confidence(0.5, 0.5, 0.1) == pytest.approx(other.confidence(0.5, 0.5, 0.1), abs=1e-4)


@pytest.mark.parametrize("entries", [(OPENING_HOURS,), (HELLO,)], ids=["an answer", "small talk"])
def test_an_faq_of_one_entry_does_not_trust_it_with_everything(entries: tuple[Entry, ...]) -> None:
    """A message of nothing known is not what the one entry replies to."""
    matcher = RegressionMatcher(faq_of(*entries))
    assert matcher.rank("").confidence < 0.5 < matcher.rank(entries[0].phrasings[0]).confidence
