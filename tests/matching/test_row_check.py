"""The rows compared with each other: as a person's messages would find them, and which are nearly the same."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.faq import Entry
from bot.domain.matching import Owned
from bot.matching.matcher import RegressionMatcher
from bot.matching.row_check import check_rows
from tests.support.samples import ENTRIES, OPENING_HOURS, entry, faq_of

SEVERAL: dict[str, tuple[Entry, ...]] = {
    "sound": ENTRIES,
    "a phrasing without words": (replace(OPENING_HOURS, phrasings=("🕐", *OPENING_HOURS.phrasings)), *ENTRIES[1:]),
    "shared phrasings": (
        entry("b", "Where is the ball?", "red ball", "blue ball in the grass", "the ball of 2019"),
        entry("a", "Where is the ball?", "red ball", "blue ball in the grass", "the ball of 2020"),
        *ENTRIES,
    ),
    "a phrasing in the wrong entry": (
        *ENTRIES,
        entry("stray", "Is there a kiosk?", "ice cream kiosk", "kiosk snacks", "when does the garden open on sundays"),
    ),
}


def found_by_rank(matcher: RegressionMatcher) -> list[tuple[str, str, str]]:
    """The rows that find another entry as messages: text, own entry and the found one."""
    own = [(row.text, matcher.entries[row.entry].id) for row in matcher.rows if row.entry is not None]
    first = [(text, owner, matcher.rank(text).candidates[0].entry.id) for text, owner in own]
    return [one for one in first if one[1] != one[2]]


@pytest.mark.parametrize("entries", SEVERAL.values(), ids=SEVERAL)
def test_a_row_is_astray_exactly_if_its_text_finds_another_entry(entries: tuple[Entry, ...]) -> None:
    """Also where it is judged by the regression it was learned in, without being ranked."""
    matcher = RegressionMatcher(faq_of(*entries))
    astray = [(one.row.text, one.row.owner, one.finds) for one in check_rows(matcher).astray]
    assert astray == found_by_rank(matcher)


def test_a_shared_phrasing_is_astray_in_one_of_its_entries_and_says_what_takes_it_away() -> None:
    """An editor sees the phrasing of the other entry."""
    astray = check_rows(RegressionMatcher(faq_of(*SEVERAL["shared phrasings"]))).astray
    found = {(one.row.owner, one.finds, one.by) for one in astray if one.row.text == "red ball"}
    assert found in ({("a", "b", "red ball")}, {("b", "a", "red ball")})


def test_most_rows_need_not_be_ranked() -> None:
    """Else the check of a large FAQ would take as long as asking all its phrasings."""
    matcher = RegressionMatcher(faq_of(*ENTRIES))
    assert len(matcher.unclear_rows(0.1)) < len(matcher.rows) / 2


def test_near_rows_are_those_of_different_entries() -> None:
    """The same words with marks are near; two phrasings of one entry may say the same."""
    twin = entry("twin", "Is there a kiosk?", "Opening hours!!")
    near = check_rows(RegressionMatcher(faq_of(OPENING_HOURS, twin))).near
    assert (Owned("opening hours", OPENING_HOURS.id), Owned("Opening hours!!", "twin")) in near
    assert all(one.owner != other.owner for one, other in near)
