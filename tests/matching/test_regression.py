"""Ridge regression: on all rows and on the nearest, each against a slow and obvious one that never saw what is out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import sparse

from bot.domain.faq import Entry, Lookalike
from bot.matching import regression as ridge_module
from bot.matching.encoder import encode
from bot.matching.features import Columns, Floats
from bot.matching.matcher import fit, labels_of, training_rows
from bot.matching.meaning import Meaning
from bot.matching.regression import (
    NEIGHBOURS,
    RIDGE,
    WHOLE_ROWS,
    HeldOut,
    Labels,
    LocalRidge,
    WholeRidge,
    fit_ridge,
    hold_out,
    is_local,
    power_for,
    sharpen,
    solve,
    targets_of,
)
from bot.matching.similarity import SimilarityIndex, all_similarities
from tests.support.samples import DOGS, ENTRIES, HELLO, HURT, OPENING_HOURS, WEATHER, entry, faq_of

Doubles = NDArray[np.float64]
some = settings(max_examples=60, deadline=None)
seeds = st.integers(0, 10**6)
powers = st.sampled_from([1.0, 1.25, 1.7])


# --- Slow and obvious ------------------------------------------------------------------------------------------------


def predict(kernel: Doubles, targets: Doubles, row: int, *, without: NDArray[np.int64]) -> Doubles:
    """What a ridge regression predicts for a row after learning from all rows but some."""
    kept = np.setdiff1d(np.arange(len(kernel)), without)
    alpha = np.linalg.solve(kernel[np.ix_(kept, kept)] + RIDGE * np.eye(len(kept)), targets[kept])
    predicted: Doubles = kernel[row, kept] @ alpha
    return predicted


def random_problem(seed: int) -> tuple[Doubles, Doubles, Labels]:
    """A kernel of random rows, their targets and their entries; some rows belong to none."""
    rng = np.random.default_rng(seed)
    rows, entries = int(rng.integers(2, 16)), int(rng.integers(1, 5))
    vectors = rng.normal(size=(rows, int(rng.integers(1, 9))))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    labels = rng.integers(-1, entries, size=rows)
    return vectors @ vectors.T, one_hot(labels, entries), labels


def one_hot(labels: Labels, entries: int) -> Doubles:
    return np.equal.outer(labels, np.arange(entries)).astype(float)


def random_rows(seed: int, share: float, *, most: int = 40) -> tuple[SimilarityIndex, Labels, int]:
    """Unit rows that hold such a share of the grams each, at least one, with their entries; some belong to none."""
    rng = np.random.default_rng(seed)
    rows, grams, entries = int(rng.integers(2, most)), int(rng.integers(3, 30)), int(rng.integers(1, 5))
    table = rng.random((rows, grams)) * (rng.random((rows, grams)) < share)
    table[np.arange(rows), rng.integers(0, grams, rows)] += 0.1
    table /= np.linalg.norm(table, axis=1, keepdims=True)
    return SimilarityIndex.of(sparse.csr_array(table.astype(np.float32))), rng.integers(-1, entries, size=rows), entries


def random_message(seed: int, index: SimilarityIndex, share: float) -> tuple[Columns, Floats]:
    """A vector of length one of some of the grams."""
    rng = np.random.default_rng(seed + 1)
    columns = np.flatnonzero(rng.random(index.by_row.shape[1]) < share).astype(np.int32)
    values = rng.random(len(columns)) + 0.01
    return columns, (values / max(float(np.linalg.norm(values)), 1e-9)).astype(np.float32)


def slow_scores(
    index: SimilarityIndex,
    labels: Labels,
    entries: int,
    power: float,
    message: tuple[Columns, Floats],
    rows: list[int],
) -> Doubles:
    """k(message, rows) (K + lambda I)^-1 Y over some of the rows, in double precision."""
    table = index.by_row.toarray().astype(float)[rows]
    dense = np.zeros(index.by_row.shape[1])
    dense[message[0]] = message[1]
    kernel = np.maximum(table @ table.T, 0) ** power + RIDGE * np.eye(len(rows))
    scores: Doubles = (table @ dense) ** power @ np.linalg.solve(kernel, one_hot(labels[rows], entries))
    return scores


def everything(index: SimilarityIndex) -> list[int]:
    return list(range(index.by_row.shape[0]))


def row_as_message(index: SimilarityIndex, row: int) -> tuple[Columns, Floats]:
    vector = index.by_row[[row]]
    return vector.indices, vector.data


# --- The pieces ------------------------------------------------------------------------------------------------------


def test_few_rows_are_taken_as_they_are() -> None:
    """Up to 50 rows the kernel is the similarity itself."""
    assert {power_for(rows) for rows in (0, 1, 10, 49, 50)} == {1.0}


def test_the_power_grows_slowly_with_the_rows() -> None:
    """Ten times as many rows add a quarter; more rows never take anything away."""
    assert power_for(500) == pytest.approx(1.25)
    assert power_for(50_000) == pytest.approx(1.75)
    powers = [power_for(rows) for rows in range(1, 20_000, 7)]
    assert powers == sorted(powers)
    assert power_for(51) > power_for(50)


@some
@given(st.lists(st.floats(-1, 1, width=32), max_size=20), powers)
def test_sharpen_is_a_power_of_what_is_above_zero(similarities: list[float], power: float) -> None:
    """Nothing becomes negative, 0 and 1 stay, and no order changes."""
    sharpened = sharpen(np.array(similarities, dtype=np.float32), power)
    assert sharpened.dtype == np.float32
    assert np.allclose(sharpened, [max(one, 0) ** power for one in similarities], atol=1e-6)
    in_order = [float(sharpened[at]) for at in np.argsort(similarities)]
    assert in_order == sorted(in_order)
    assert sharpen(np.array([0, 1], dtype=np.float32), power).tolist() == [0, 1]


@some
@given(st.lists(st.integers(-1, 3), max_size=12))
def test_targets_are_one_at_the_own_entry(labels: list[int]) -> None:
    """A row of an entry is 1 there and 0 elsewhere; a row of none is 0 everywhere."""
    targets = targets_of(np.array(labels, dtype=np.int64), 4)
    assert targets.tolist() == [[float(entry == own) for entry in range(4)] for own in labels]


@some
@given(seeds)
def test_solve_solves_the_system(seed: int) -> None:
    """(K + lambda I) alpha = Y, and the factor is a triangle that gives the inverse."""
    kernel, targets, _ = random_problem(seed)
    ridged = kernel + RIDGE * np.eye(len(kernel))
    alpha, inverse_factor = solve(kernel.astype(np.float32), targets.astype(np.float32))
    assert np.allclose(ridged @ alpha, targets, atol=1e-4)
    assert np.allclose(inverse_factor.T @ inverse_factor @ ridged, np.eye(len(kernel)), atol=1e-4)
    assert not np.triu(inverse_factor, 1).any()


def test_a_system_without_a_solution_is_an_error() -> None:
    """What is no kernel is refused, not solved wrongly."""
    with pytest.raises(ArithmeticError, match="cannot be solved"):
        solve(np.array([[0, 5], [5, 0]], dtype=np.float32), np.ones((2, 1), dtype=np.float32))


@some
@given(seeds)
def test_hold_out_is_refitting_without_the_row_or_the_entry(seed: int) -> None:
    """The closed form gives what a regression gives that never saw the row, or any row of its entry."""
    kernel, targets, labels = random_problem(seed)
    ridged = kernel + RIDGE * np.eye(len(kernel))
    factor, alpha = np.linalg.inv(np.linalg.cholesky(ridged)), np.linalg.solve(ridged, targets)
    held_out = hold_out(factor.astype(np.float32), alpha.astype(np.float32), targets.astype(np.float32), labels)
    assert held_out.rows.tolist() == list(range(len(labels)))
    for row, own in enumerate(labels):
        alone = np.array([row])
        together = np.flatnonzero(labels == own) if own >= 0 else alone
        assert np.allclose(held_out.without_row[row], predict(kernel, targets, row, without=alone), atol=1e-4)
        assert np.allclose(held_out.without_entry[row], predict(kernel, targets, row, without=together), atol=1e-4)


# --- On all rows -----------------------------------------------------------------------------------------------------


def whole_of(index: SimilarityIndex, labels: Labels, entries: int, power: float) -> WholeRidge:
    """The regression on all rows, with any power."""
    alpha, _ = solve(sharpen(all_similarities(index.by_row), power), targets_of(labels, entries))
    return WholeRidge(index, alpha, power)


@some
@given(seeds, st.sampled_from([0.1, 0.5, 1.0]), st.sampled_from([0.0, 0.2, 1.0]))
def test_the_whole_regression_is_its_formula(seed: int, share: float, asked: float) -> None:
    """Scores are k(message, rows) (K + lambda I)^-1 Y, and the parts of the rows add up to them."""
    index, labels, entries = random_rows(seed, share, most=80)
    message = random_message(seed, index, asked)
    whole, _ = WholeRidge.fit(index, labels, entries)
    assert whole.power == power_for(len(labels))
    scores = whole.scores([message])[0]
    assert np.allclose(scores, slow_scores(index, labels, entries, whole.power, message, everything(index)), atol=1e-4)
    for at in range(entries):
        rows, parts = whole.parts(*message, at)
        assert rows.tolist() == everything(index)
        assert parts.sum() == pytest.approx(scores[at], abs=1e-5)


def assert_held_out_is_refitted(
    held_out: HeldOut, index: SimilarityIndex, labels: Labels, entries: int, power: float
) -> None:
    """The scores held out are those of the slow regression on the rows that are left."""
    for row, without_row, without_entry in zip(*vars_of(held_out), strict=True):
        own = labels[row]
        message = row_as_message(index, row)
        kept = [other for other in everything(index) if other != row]
        left = [other for other in kept if own < 0 or labels[other] != own]
        assert np.allclose(without_row, slow_scores(index, labels, entries, power, message, kept), atol=1e-4)
        assert np.allclose(without_entry, slow_scores(index, labels, entries, power, message, left), atol=1e-4)


def vars_of(held_out: HeldOut) -> tuple[list[int], Floats, Floats]:
    return held_out.rows.tolist(), held_out.without_row, held_out.without_entry


@pytest.mark.slow
@some
@given(seeds, st.sampled_from([0.1, 1.0]))
def test_what_the_whole_regression_holds_out_is_refitted(seed: int, share: float) -> None:
    """As if the row, or all rows of its entry, had never been there."""
    index, labels, entries = random_rows(seed, share, most=60)
    whole, held_out = WholeRidge.fit(index, labels, entries)
    assert_held_out_is_refitted(held_out, index, labels, entries, whole.power)


SMALL_FAQS = [
    (OPENING_HOURS,),
    (OPENING_HOURS, HELLO),
    (DOGS, HURT, WEATHER),
    (replace(OPENING_HOURS, not_this=(Lookalike("shop hours", None), Lookalike("dog hours", "dogs"))), DOGS, HURT),
    (entry("bare", "What is bare?"), DOGS),
    ENTRIES,
]


@pytest.mark.parametrize("entries", SMALL_FAQS, ids=lambda entries: str(len(entries)))
def test_what_an_faq_holds_out_is_refitted(entries: tuple[Entry, ...]) -> None:
    """For each row of an FAQ, as learned: its scores, and the entry found, had the row been missing."""
    model = fit(faq_of(*entries))
    labels = labels_of(training_rows(entries))
    assert isinstance(model.ridge, WholeRidge)
    again, held_out = WholeRidge.fit(model.index, labels, len(entries))
    assert np.array_equal(again.alpha, model.ridge.alpha)
    assert_held_out_is_refitted(held_out, model.index, labels, len(entries), model.ridge.power)
    texts = [" ".join(model.tokenizer.read(row.text).corrected) for row in training_rows(entries)]
    meaning = Meaning.fit(encode(texts).astype(np.float16).astype(np.float32), labels, len(entries))
    by_meaning = meaning.held_out(held_out.rows)
    joined = held_out.without_row + by_meaning.without_row
    assert model.found_without.tolist() == joined.argmax(axis=1).tolist()


# --- On the nearest rows ---------------------------------------------------------------------------------------------


def local_of(index: SimilarityIndex, labels: Labels, entries: int, power: float) -> LocalRidge:
    return LocalRidge(index, labels, entries, power)


@some
@given(seeds, powers)
def test_with_few_rows_the_local_regression_is_the_whole_one(seed: int, power: float) -> None:
    """Where all rows are neighbours, and each is similar to the message, the two learn from the same."""
    index, labels, entries = random_rows(seed, 1.0)
    message = random_message(seed, index, 1.0)
    whole, local = whole_of(index, labels, entries, power), local_of(index, labels, entries, power)
    assert len(labels) < NEIGHBOURS
    assert np.allclose(local.scores([message])[0], whole.scores([message])[0], atol=1e-4)


@some
@given(seeds, powers, st.integers(1, 12))
def test_the_local_regression_is_the_whole_one_on_the_nearest_rows(seed: int, power: float, neighbours: int) -> None:
    """It learns from the rows most similar to the message, and from none that shares nothing with it."""
    index, labels, entries = random_rows(seed, 0.2)
    message = random_message(seed, index, 0.3)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ridge_module, "NEIGHBOURS", neighbours)
        local = local_of(index, labels, entries, power)
        scores = local.scores([message])[0]
    similarities = index.similarities(*message)
    ranked = [row for row in np.argsort(-similarities, kind="stable").tolist() if similarities[row] > 0]
    near, others = ranked[:neighbours], ranked[neighbours:]
    assume(not others or similarities[near[-1]] - similarities[others[0]] > 1e-6)  # of a tie either may be the nearest
    assert scores.shape == (entries,)
    assert scores.dtype == np.float32
    assert np.allclose(scores, slow_scores(index, labels, entries, power, message, near), atol=1e-4)


@some
@given(seeds, powers)
def test_the_parts_of_a_local_score_add_up(seed: int, power: float) -> None:
    """Only rows of the entry carry its score."""
    index, labels, entries = random_rows(seed, 0.2)
    message = random_message(seed, index, 0.3)
    local = local_of(index, labels, entries, power)
    for at, score in enumerate(local.scores([message])[0]):
        rows, parts = local.parts(*message, at)
        assert (labels[rows] == at).all()
        assert parts.sum() == pytest.approx(score, abs=1e-5)


@some
@given(seeds)
def test_a_message_of_nothing_known_scores_nothing(seed: int) -> None:
    """Without any gram all scores are 0 and nothing carries them, on all rows and on the nearest."""
    index, labels, entries = random_rows(seed, 0.3)
    nothing = np.zeros(0, np.int32), np.zeros(0, np.float32)
    for ridge in (whole_of(index, labels, entries, 1.0), local_of(index, labels, entries, 1.0)):
        assert ridge.scores([nothing])[0].tolist() == [0] * entries
        assert not any(ridge.parts(*nothing, at)[1].any() for at in range(entries))


@pytest.mark.slow
@some
@given(seeds, st.integers(2, 12), st.sampled_from([0.2, 1.0]))
def test_what_the_local_regression_holds_out_is_refitted(seed: int, neighbours: int, share: float) -> None:
    """As a local regression that never had the row, or any row of its entry; all rows are held out if they are few."""
    index, labels, entries = random_rows(seed, share)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ridge_module, "NEIGHBOURS", neighbours)
        local, held_out = LocalRidge.fit(index, labels, entries)
        assert held_out.rows.tolist() == everything(index)
        for row, without_row, without_entry in zip(*vars_of(held_out), strict=True):
            message = row_as_message(index, row)
            out = labels == labels[row] if labels[row] >= 0 else np.arange(len(labels)) == row
            for scores, kept in ((without_row, np.arange(len(labels)) != row), (without_entry, ~out)):
                rest = SimilarityIndex.of(sparse.csr_array(index.by_row[np.flatnonzero(kept)]))
                expected = local_of(rest, labels[kept], entries, local.power).scores([message])[0]
                assert np.allclose(scores, expected, atol=1e-4)


def test_of_very_many_rows_some_are_held_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are evenly chosen, from the first to the last."""
    monkeypatch.setattr(ridge_module, "HELD_OUT_ROWS", 5)
    table = sparse.csr_array(np.eye(21, dtype=np.float32) + np.float32(0.1))
    _, held_out = LocalRidge.fit(SimilarityIndex.of(table), np.arange(21) % 3, 3)
    assert held_out.rows.tolist() == [0, 5, 10, 15, 20]
    assert held_out.without_row.shape == held_out.without_entry.shape == (5, 3)


def test_the_regression_is_local_with_very_many_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Up to a number of rows all are learned from, beyond it the nearest ones."""
    assert not is_local(WHOLE_ROWS)
    assert is_local(WHOLE_ROWS + 1)
    index = SimilarityIndex.of(sparse.csr_array(np.eye(4, dtype=np.float32)))
    for rows, method in ((4, WholeRidge), (3, LocalRidge)):
        monkeypatch.setattr(ridge_module, "WHOLE_ROWS", rows)
        ridge, held_out = fit_ridge(index, np.array([0, 0, 1, -1]), 2)
        assert isinstance(ridge, method)
        assert held_out.without_row.shape == (4, 2)
