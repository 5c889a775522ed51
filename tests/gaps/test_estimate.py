"""The estimate of what phrasings change: the model with their rows is about the one that is learned with them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from bot.content.loader import read_content
from bot.domain.conversation import Channel
from bot.domain.faq import Faq
from bot.domain.gap import Gap, GapReason, GapStatus, LoggedGap
from bot.gaps.estimate import estimate, with_phrasings
from bot.matching import regression
from bot.matching.matcher import RegressionMatcher
from tests.support.paths import SMALL

FAQ = read_content(SMALL / "faq", SMALL / "seeds").faq()
ADDED = ("where may people fly a kite", "zebra crossing for dogs")
ASKED = (
    "where is the kite flying zone",
    "a zebra crossing",
    "zebras",
    "what does a ticket cost",
    "when do the boats leave",
    "is there wifi on board",
    "may i bring my bicycle",
)


def edited(faq: Faq) -> Faq:
    """The FAQ with the phrasings that are added."""
    entry = faq.entries["ferry-bicycles"]
    entries = {**faq.entries, entry.id: replace(entry, phrasings=(*entry.phrasings, *ADDED))}
    return replace(faq, entries=entries)


def logged(number: int, text: str) -> LoggedGap:
    """A gap that is open."""
    gap = Gap(GapReason.NO_MATCH, text, "en", Channel.PRIVATE, "v1")
    return LoggedGap(number, datetime(2026, 11, 26, 9, 0), GapStatus.NEW, gap)


@pytest.mark.parametrize("most", [regression.WHOLE_ROWS, 0], ids=["on all rows", "on near rows"])
def test_its_scores_are_about_those_of_a_learned_one(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    """Of what was added, of what is near to it and has new words too, and of everything else."""
    monkeypatch.setattr(regression, "WHOLE_ROWS", most)
    before = RegressionMatcher(FAQ)
    learned, guessed = RegressionMatcher(edited(FAQ)), with_phrasings(before, "ferry-bicycles", ADDED)
    for text in (*ADDED, *ASKED):
        exact, about = learned.rank(text), guessed.rank(text)
        scores = {one.entry.id: one.score for one in exact.candidates}
        assert about.candidates[0].entry == exact.candidates[0].entry, text
        assert [scores[one.entry.id] for one in about.candidates[:1]] == pytest.approx(
            [one.score for one in about.candidates[:1]], abs=0.06
        ), text
        assert about.coverage == pytest.approx(exact.coverage, abs=0.02), text
    gained = guessed.rank(ADDED[1]).candidates[0].score - before.rank(ADDED[1]).candidates[0].score
    assert gained > 0.3, "it is another model than before"


def test_it_says_which_gaps_and_phrasings_change() -> None:
    """Those that are answered then; what another entry would take away from its own; nothing of what it cannot know."""
    matcher = RegressionMatcher(FAQ)
    gaps = [logged(at, text) for at, text in enumerate(ASKED)]
    found = estimate(ADDED, "ferry-bicycles", gaps, matcher)
    assert found is not None
    assert found.asked == len(ASKED)
    assert {gap.gap.text: entry for gap, entry in found.answered}[ASKED[0]] == "ferry-bicycles"
    assert estimate(ADDED, "no-such-entry", gaps, matcher) is None
    stolen = FAQ.entries["ferry-times"].phrasings[0]
    taken = estimate([stolen] * 3, "ferry-bicycles", [], matcher)
    assert taken is not None
    assert stolen in {one.text for one in taken.shadowed}
