"""`explain`: what an editor is told of how a message was read and what carried its candidates."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.answering.explain import SHOWN_PHRASINGS, explain
from bot.domain.faq import Lookalike
from bot.matching.matcher import RegressionMatcher
from tests.support.samples import ENTRIES, OPENING_HOURS, faq_of, garden

GARDEN = RegressionMatcher(garden())


def under(explanation: str, entry: str) -> list[str]:
    """The phrasings shown for a candidate."""
    lines = explanation.splitlines()
    at = next(at for at, line in enumerate(lines) if line.split()[1:2] == [entry])
    return [line.strip() for line in lines[at + 2 : at + 2 + SHOWN_PHRASINGS] if line.strip().startswith("phrasing")]


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("may my pupy come on sunday", "pupy for puppy"),
        ("tix price", "tix for tickets"),
        ("mornin may i stay after openinghours", "mornin for morning, openinghours for opening hours"),
        ("the gar den", "gar den for garden"),
    ],
)
def test_mended_words_are_shown(text: str, taken: str) -> None:
    """An editor sees which words were taken for which, side by side and in order."""
    assert f"  taking         {taken}" in explain(text, GARDEN).splitlines()


@pytest.mark.parametrize("text", ["may my puppy come on sunday", "OPENING hours!", "жжж", ""])
def test_where_nothing_is_mended_nothing_is_taken_for_another(text: str) -> None:
    """Capitals, marks and words that are like no other are no typos."""
    assert "taking" not in explain(text, GARDEN)


def test_phrasings_of_other_entries_are_told_by_their_id() -> None:
    """What speaks for a candidate or against it: with its weight, and with its entry where that is another."""
    marked = replace(OPENING_HOURS, not_this=(Lookalike("is the garden shop open", None),))
    matcher = RegressionMatcher(faq_of(marked, *ENTRIES[1:]))
    own = under(explain("opening hours", matcher), "opening-hours")
    assert any(line.endswith(": opening hours") and line.startswith("phrasing +") for line in own)
    against = under(explain("may i bring my dog", GARDEN), "opening-hours")
    assert any(line.endswith(": May I bring my dog?  [dogs]") and line.startswith("phrasing -") for line in against)
    assert any(line.endswith(": until when may i stay") for line in against)
    of_none = under(explain("when is the shop open", matcher), "opening-hours")
    assert any(line.endswith(": is the garden shop open  [look-alike of none]") for line in of_none)
