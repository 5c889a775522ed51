"""How the rows of an FAQ stand to each other: which nearly say the same, and which find another entry.

To rank thousands of rows takes long, so most are judged by their scores in the regression that they were learned in:
where these are clear, a row finds its own entry. Only the others are ranked as messages are.
"""

from __future__ import annotations

import re

from bot.domain.faq import Faq
from bot.domain.matching import Astray, Owned, RowCheck
from bot.matching.matcher import RegressionMatcher

NEAR = 0.7  # similarity by words from which two rows may say the same
CLEAR = 0.1  # how far a row's own entry has to be before all others
_NUMBER = re.compile(r"\d+")


def check_rows(matcher: RegressionMatcher) -> RowCheck:
    """Compare all rows with each other. Takes some seconds for thousands of rows."""
    owned = [Owned(row.text, None if row.entry is None else matcher.entries[row.entry].id) for row in matcher.rows]
    near = tuple(
        (owned[one], owned[other])
        for one, other in matcher.near_rows(NEAR)
        if matcher.rows[one].entry != matcher.rows[other].entry
    )
    unclear = matcher.unclear_rows(CLEAR)
    found = matcher.found(unclear)
    astray = (
        Astray(owned[at], first.id, matcher.shadow(owned[at].text, first))
        for at, first in zip(unclear, found, strict=True)
        if owned[at].owner not in (None, first.id)
    )
    return RowCheck(near, tuple(astray))


def years_of(faq: Faq) -> list[list[str]]:
    """What besides the rows decides which entry a row finds: the numbers in each entry's answer and facts."""
    said = (
        (entry.answer, *(f"{source.date} {fact.fact} {fact.time}" for source, fact in faq.cited(entry)))
        for entry in faq.entries.values()
    )
    return [_NUMBER.findall(" ".join(texts)) for texts in said]
