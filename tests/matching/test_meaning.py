"""The regression on meaning: what it computes, against a regression written out in full."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bot.matching.encoder import encode
from bot.matching.features import Floats
from bot.matching.matcher import RegressionMatcher, fit
from bot.matching.meaning import NEIGHBOURS, Meaning, weigh
from bot.matching.regression import RIDGE, Labels, targets_of
from bot.matching.shortlist import FEW, LISTED, Shortlist
from tests.support.samples import ENTRIES, faq_of

ENTRY_COUNT = 3
chance = np.random.default_rng(1)


def vectors(number: int) -> Floats:
    """So many of length 1, at random."""
    drawn = chance.normal(size=(number, 12)).astype(np.float32)
    drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
    return drawn


def written_out(rows: Floats, labels: Labels, message: Floats) -> Floats:
    """k (K + lambda I)^-1 Y on all rows, in double precision."""
    kernel = np.square(rows.astype(np.float64) @ rows.T) + RIDGE * np.eye(len(rows))
    weights = np.linalg.solve(kernel, np.square(rows @ message))
    return (weights @ targets_of(labels, ENTRY_COUNT)).astype(np.float32)


@pytest.fixture
def few() -> tuple[Floats, Labels]:
    """So few rows that all count."""
    return vectors(FEW), np.arange(FEW) % (ENTRY_COUNT + 1) - 1


def test_with_few_rows_the_scores_are_those_of_all_rows(few: tuple[Floats, Labels]) -> None:
    """Of several messages together as of each alone."""
    rows, labels = few
    meaning, messages = Meaning.fit(rows, labels, ENTRY_COUNT), vectors(5)
    expected = [written_out(rows, labels, message) for message in messages]
    assert meaning.scores(messages) == pytest.approx(np.array(expected), abs=1e-4)
    assert meaning.scores(messages[2:3])[0] == pytest.approx(expected[2], abs=1e-4)


def test_a_row_is_held_out_as_if_it_and_its_entry_were_missing(few: tuple[Floats, Labels]) -> None:
    """The scores that a regression on the other rows gives."""
    rows, labels = few
    wanted = np.array([0, 1, 2, 17])
    held_out = Meaning.fit(rows, labels, ENTRY_COUNT).held_out(wanted)
    for at, row in enumerate(wanted):
        others = np.arange(len(rows)) != row
        assert held_out.without_row[at] == pytest.approx(written_out(rows[others], labels[others], rows[row]), abs=1e-4)
        if labels[row] >= 0:
            others &= labels != labels[row]
        assert held_out.without_entry[at] == pytest.approx(
            written_out(rows[others], labels[others], rows[row]), abs=1e-4
        )


def test_only_the_nearest_rows_count() -> None:
    """Of many rows those farther away weigh nothing; nor does a row that the kernel leaves out."""
    rows = vectors(300)
    kernel = np.square(rows[:1] @ rows.T)
    kernel[0, 0] = -1
    nearest, weights = weigh(kernel, rows, None, NEIGHBOURS)
    assert nearest.shape == weights.shape == (1, NEIGHBOURS)
    assert set(nearest[0].tolist()) == set(np.argsort(-kernel[0])[:NEIGHBOURS].tolist())
    few_left = np.where(np.arange(300) < 3, kernel, -1)
    nearest, weights = weigh(few_left, rows, None, NEIGHBOURS)
    assert set(nearest[weights != 0].tolist()) <= {1, 2}


@pytest.mark.parametrize("rows", [3, FEW, 2_000])
def test_the_shortlist_has_the_nearest_rows(rows: int) -> None:
    """All of them where it has room; of more rows those whose product with a message is largest, also below zero."""
    every = vectors(rows) * np.linspace(1, 0.1, 12, dtype=np.float32)  # as principal components are
    for message in (every[1], -every[1], vectors(1)[0]):
        near = Shortlist.of(every).near(message)
        assert len(set(near.tolist())) == (rows if rows <= FEW else LISTED)
        nearest = np.argsort(-np.abs(every @ message))[: LISTED // 2].tolist()
        assert set(nearest) <= set(near.tolist())


def test_a_message_of_no_meaning_has_a_shortlist() -> None:
    """Of any rows: none is near."""
    assert len(Shortlist.of(vectors(500)).near(np.zeros(12, np.float32))) == LISTED


def test_the_parts_of_the_rows_add_up_to_the_score(few: tuple[Floats, Labels]) -> None:
    """For each entry; the other entries' rows have no part."""
    rows, labels = few
    meaning, message = Meaning.fit(rows, labels, ENTRY_COUNT), vectors(1)
    for entry, score in enumerate(meaning.scores(message)[0].tolist()):
        cosines, parts = meaning.parts(message[0], entry)
        assert parts.sum() == pytest.approx(score, abs=1e-4)
        assert not parts[labels != entry].any()
        assert cosines == pytest.approx(rows @ message[0], abs=1e-4)


def test_phrasings_in_another_language_help_in_each() -> None:
    """A question that no phrasing in the FAQ's own language is near finds the entry through one in another."""
    listed = {ENTRIES[0].id: tuple(f"los tulipanes azules del jardín {at}" for at in range(100))}
    before, after = faq_of(*ENTRIES), replace(faq_of(*ENTRIES), foreign_phrasings=listed)
    text = encode(["blue tulips in the garden"])
    scores = [fit(faq).meaning.scores(text)[0, 0] for faq in (before, after)]
    assert scores[1] > scores[0] + 0.1
    ranking = RegressionMatcher(after).rank("blaue Tulpen im Garten")
    assert ranking.candidates[0].entry == ENTRIES[0]
