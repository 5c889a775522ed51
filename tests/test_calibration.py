"""Calibration: each fast formula against a slow and obvious one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from bot.matching.calibration import (
    PENALTY,
    Belongs,
    HeldOut,
    Kinds,
    Logistic,
    Matrix,
    Rows,
    best_replies,
    calibrate,
    certainty_signals,
    confidence_signals,
    fit_logistic,
    hold_out,
    urgency_signals,
)
from bot.matching.matcher import RIDGE, Matcher, fit
from bot.model import Kind
from tests.made import ENTRIES, faq_of, garden

Doubles = NDArray[np.float64]
some = settings(max_examples=60, deadline=None)
score = st.floats(-1, 2, width=32)
kind_lists = st.lists(st.sampled_from(list(Kind)), max_size=6).map(lambda kinds: [Kind.ANSWER, *kinds])


# --- Holding out -----------------------------------------------------------------------------------------------------


def predict(kernel: Doubles, targets: Doubles, row: int, *, without: NDArray[np.int64]) -> Doubles:
    """What a ridge regression predicts for a row after learning from all rows but some."""
    kept = np.setdiff1d(np.arange(len(kernel)), without)
    alpha = np.linalg.solve(kernel[np.ix_(kept, kept)] + RIDGE * np.eye(len(kept)), targets[kept])
    predicted: Doubles = kernel[row, kept] @ alpha
    return predicted


def random_problem(seed: int) -> tuple[Doubles, Doubles, Belongs]:
    """A kernel of random rows, their targets and their entries; some rows belong to none."""
    rng = np.random.default_rng(seed)
    rows, entries = int(rng.integers(2, 16)), int(rng.integers(1, 5))
    vectors = rng.normal(size=(rows, int(rng.integers(1, 9))))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    belongs = rng.integers(-1, entries, size=rows)
    return vectors @ vectors.T, np.equal.outer(belongs, np.arange(entries)).astype(float), belongs


def held_out_of(kernel: Doubles, targets: Doubles, belongs: Belongs) -> HeldOut:
    """The closed form, in the single precision that the matcher uses."""
    ridged = kernel + RIDGE * np.eye(len(kernel))
    factor, alpha = np.linalg.inv(np.linalg.cholesky(ridged)), np.linalg.solve(ridged, targets)
    return hold_out(factor.astype(np.float32), alpha.astype(np.float32), targets.astype(np.float32), belongs)


@some
@given(st.integers(0, 10**6))
def test_hold_out_is_refitting_without_the_row_or_the_entry(seed: int) -> None:
    """The closed form gives what a regression gives that never saw the row, or any row of its entry."""
    kernel, targets, belongs = random_problem(seed)
    held_out = held_out_of(kernel, targets, belongs)
    for row, entry in enumerate(belongs):
        alone = np.array([row])
        together = np.flatnonzero(belongs == entry) if entry >= 0 else alone
        assert np.allclose(held_out.without_row[row], predict(kernel, targets, row, without=alone), atol=1e-4)
        assert np.allclose(held_out.without_entry[row], predict(kernel, targets, row, without=together), atol=1e-4)


# --- Signals ---------------------------------------------------------------------------------------------------------


@some
@given(st.lists(st.integers(-1, 4), min_size=1, max_size=12), st.integers(1, 4), st.data())
def test_nearest_rows_is_the_largest_similarity_of_each_entry(
    belongs: list[int], texts: int, data: st.DataObject
) -> None:
    """Rows in any order, entries without rows and rows without an entry included."""
    similarities = data.draw(arrays(np.float32, (texts, len(belongs)), elements=st.floats(0, 1, width=32)))
    slow = [
        [max((float(row[at]) for at, own in enumerate(belongs) if own == entry), default=-1) for entry in range(5)]
        for row in similarities
    ]
    assert Rows.of(np.array(belongs), 5).nearest(similarities).tolist() == slow


def masks(kinds: list[Kind]) -> Kinds:
    """Entries of these kinds as masks."""
    of = {kind: np.array([own is kind for own in kinds]) for kind in Kind}
    return Kinds(
        answer=of[Kind.ANSWER],
        smalltalk=of[Kind.SMALLTALK],
        urgent=of[Kind.URGENT],
        out_of_scope=of[Kind.OUT_OF_SCOPE],
    )


def slow_best(scores: list[float], kinds: list[Kind]) -> int:
    replies = [at for at, kind in enumerate(kinds) if kind in (Kind.ANSWER, Kind.SMALLTALK)]
    return max(replies, key=lambda at: scores[at])


def slow_confidence(scores: list[float], nearest: list[float], kinds: list[Kind]) -> list[float]:
    best = slow_best(scores, kinds)
    outside = [one for one, kind in zip(scores, kinds, strict=True) if kind is Kind.OUT_OF_SCOPE]
    same_kind = [one for one, kind in zip(scores, kinds, strict=True) if kind is kinds[best]]
    others = [near for at, near in enumerate(nearest) if at != best]
    return [
        scores[best],
        scores[best] - max(outside, default=-1),
        nearest[best] - max(others, default=-1),
        sum(same_kind) - sum(outside),
    ]


def slow_certainty(scores: list[float], nearest: list[float], kinds: list[Kind]) -> list[float]:
    best = slow_best(scores, kinds)
    other_replies = [one for at, one in enumerate(scores) if at != best and kinds[at] in (Kind.ANSWER, Kind.SMALLTALK)]
    others = [near for at, near in enumerate(nearest) if at != best]
    return [scores[best] - max(other_replies, default=-1), nearest[best] - max(others, default=-1)]


def slow_urgency(scores: list[float], kinds: list[Kind]) -> list[float]:
    urgent = [one for one, kind in zip(scores, kinds, strict=True) if kind is Kind.URGENT]
    other = [one for one, kind in zip(scores, kinds, strict=True) if kind is not Kind.URGENT]
    return [sum(urgent), max(urgent, default=-1), max(other, default=-1)]


@some
@given(kind_lists, st.integers(1, 4), st.data())
def test_signals_are_what_their_docstrings_say(kinds: list[Kind], texts: int, data: st.DataObject) -> None:
    """The signals of confidence, certainty and urgency, in plain Python; kinds without any entry included."""
    scores: Matrix = data.draw(arrays(np.float32, (texts, len(kinds)), elements=score))
    nearest: Matrix = data.draw(arrays(np.float32, (texts, len(kinds)), elements=st.floats(-1, 1, width=32)))
    rows, nears = scores.tolist(), nearest.tolist()
    confidence = [slow_confidence(row, near, kinds) for row, near in zip(rows, nears, strict=True)]
    certainty = [slow_certainty(row, near, kinds) for row, near in zip(rows, nears, strict=True)]
    assert best_replies(scores, masks(kinds)).tolist() == [slow_best(row, kinds) for row in rows]
    assert np.allclose(confidence_signals(scores, nearest, masks(kinds)), confidence, atol=1e-5)
    assert np.allclose(certainty_signals(scores, nearest, masks(kinds)), certainty, atol=1e-5)
    assert np.allclose(urgency_signals(scores, masks(kinds)), [slow_urgency(row, kinds) for row in rows], atol=1e-5)


# --- Logistic regression ---------------------------------------------------------------------------------------------


def slope(logistic: Logistic, signals: Doubles, is_right: NDArray[np.bool_]) -> Doubles:
    """The gradient of the loss: both classes weigh a half, and each weight is drawn to zero, the bias less."""
    loss = np.zeros(signals.shape[1] + 1)
    for row, right in zip(signals, is_right, strict=True):
        share = is_right.mean() if right else 1 - is_right.mean()
        error = logistic(*row) - right
        loss += 0.5 / share / len(signals) * error * np.array([1, *row])
    gradient: Doubles = loss + PENALTY * np.array([logistic.bias / 100, *logistic.weights])
    return gradient


@some
@given(st.integers(0, 10**6), st.sampled_from([0.0, 0.3, 3.0]), st.sampled_from([0.1, 1.0, 5.0]))
def test_logistic_regression_reaches_the_optimum(seed: int, noise: float, scale: float) -> None:
    """At the solution the loss is level in every direction, on separable and on noisy data."""
    rng = np.random.default_rng(seed)
    rows, columns = int(rng.integers(6, 50)), int(rng.integers(1, 4))
    signals = rng.normal(size=(rows, columns)) * scale
    is_right = signals.sum(axis=1) + rng.normal(size=rows) * noise > 0
    is_right[:2] = True, False
    assert np.abs(slope(fit_logistic(signals, is_right), signals, is_right)).max() < 1e-6


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


def test_both_classes_weigh_alike() -> None:
    """Ten wrong rows for each right one do not push the probability down where both are as likely."""
    signals = np.array([[1.0]] * 5 + [[-1.0]] * 5 + [[1.0]] * 50 + [[-1.0]] * 50)
    assert fit_logistic(signals, np.arange(110) < 10)(1.0) == pytest.approx(0.5, abs=1e-6)


@some
@given(st.lists(st.floats(-1e9, 1e9), min_size=2, max_size=2))
def test_a_probability_stays_within_zero_and_one(signals: list[float]) -> None:
    """However far a signal lies outside of what was learned."""
    assert 0 <= Logistic(0.5, (2.0, -3.0))(*signals) <= 1


# --- All together ----------------------------------------------------------------------------------------------------


def test_confidence_falls_where_the_entry_is_missing() -> None:
    """The same questions get a much lower confidence from an FAQ that has every entry but theirs."""
    whole = Matcher(garden())
    with_entry, without_entry = [], []
    for entry in whole.faq.of_kind(Kind.ANSWER):
        rest = Matcher(faq_of(*(other for other in ENTRIES if other is not entry)))
        with_entry += [whole.rank(f"{text} please").confidence for text in entry.phrasings]
        without_entry += [rest.rank(f"{text} please").confidence for text in entry.phrasings]
    assert np.mean(with_entry) > 0.9
    assert np.mean(without_entry) < np.mean(with_entry) - 0.2


def test_the_same_rows_calibrate_alike_in_any_order() -> None:
    """Probabilities do not hang on the order of the files."""
    one, other = fit(faq_of(*ENTRIES)).calibration, fit(faq_of(*reversed(ENTRIES))).calibration
    assert np.allclose(one.confidence.weights, other.confidence.weights, rtol=0.02, atol=0.01)
    assert np.allclose(one.certainty.weights, other.certainty.weights, rtol=0.02, atol=0.01)
    assert np.allclose(one.urgency.weights, other.urgency.weights, rtol=0.02, atol=0.01)


def slow_nearest(kernel: Doubles, belongs: Belongs, row: int, entries: int) -> list[float]:
    """The largest similarity of a row to other rows, entry by entry."""
    return [
        max((float(kernel[row, at]) for at in range(len(kernel)) if at != row and belongs[at] == entry), default=-1)
        for entry in range(entries)
    ]


@some
@given(st.integers(0, 10**6), st.data())
def test_calibration_learns_from_what_was_held_out(seed: int, data: st.DataObject) -> None:
    """Right are held-out rows that find their entry; wrong are the others, and all rows once their entry is gone."""
    kernel, targets, belongs, kinds = calibration_problem(seed, data)
    both = held_out_of(kernel, targets, belongs)
    held_out = HeldOut(np.clip(both.without_row, -1, 2), np.clip(both.without_entry, -1, 2))  # as scores of texts are
    signals: list[list[float]] = []
    is_right: list[bool] = []
    for row, own in enumerate(belongs):
        scores, nearest = held_out.without_row[row].tolist(), slow_nearest(kernel, belongs, row, len(kinds))
        signals.append(slow_confidence(scores, nearest, kinds))
        is_right.append(slow_best(scores, kinds) == own)
        if own >= 0:
            scores, nearest[own] = held_out.without_entry[row].tolist(), -1.0
            scores[own] = -1.0
        signals.append(slow_confidence(scores, nearest, kinds))
        is_right.append(False)
    confidence = calibrate(held_out, kernel.astype(np.float32), belongs, masks(kinds)).confidence
    assert np.abs(slope(confidence, np.array(signals), np.array(is_right))).max() < 1e-4


def calibration_problem(seed: int, data: st.DataObject) -> tuple[Doubles, Doubles, Belongs, list[Kind]]:
    """Random rows with entries of random kinds, the first an answer."""
    kernel, targets, belongs = random_problem(seed)
    entries = targets.shape[1] - 1
    return (
        kernel,
        targets,
        belongs,
        [
            Kind.ANSWER,
            *data.draw(st.lists(st.sampled_from(list(Kind)), min_size=entries, max_size=entries)),
        ],
    )


@some
@given(st.integers(0, 10**6), st.data())
def test_any_rows_can_be_calibrated(seed: int, data: st.DataObject) -> None:
    """Few rows, rows of none, and kinds without rows give probabilities all the same."""
    kernel, targets, belongs, kinds = calibration_problem(seed, data)
    held_out = held_out_of(kernel, targets, belongs)
    calibration = calibrate(held_out, kernel.astype(np.float32), belongs, masks(kinds))
    assert 0 <= calibration.confidence(0.5, 0.1, 0.1, 0.5) <= 1
    assert 0 <= calibration.certainty(0.1, 0.1) <= 1
    assert 0 <= calibration.urgency(0.5, 0.5, 0.5) <= 1
