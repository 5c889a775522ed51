"""What is noted of a message: an outcome to count and, where the FAQ did not serve, the gap."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.conversation import Channel, Outcome


class GapReason(StrEnum):
    """Why a question is a gap: nothing matched, or what was offered or answered did not serve."""

    NO_MATCH = "no match"
    OTHER_LANGUAGE = "other language"
    NONE_OF_THESE = "none of these"
    WRONG = "wrong"
    OUTDATED = "outdated"
    UNCLEAR = "unclear"


# What a person says of a choice or an answer, as it is counted.
OUTCOME_OF = {
    GapReason.NONE_OF_THESE: Outcome.NONE_OF_THESE,
    GapReason.WRONG: Outcome.WRONG,
    GapReason.OUTDATED: Outcome.OUTDATED,
    GapReason.UNCLEAR: Outcome.UNCLEAR,
}


@dataclass(frozen=True, slots=True)
class Count:
    """One outcome to be counted, without text and without person."""

    outcome: Outcome
    language: str
    channel: Channel
    entry: str = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """A question that the FAQ did not serve. ``nearest`` are entries by id with their scores, the best first.

    ``entry`` is the one that was answered with and judged wrong, outdated or unclear; empty for other reasons.
    """

    reason: GapReason
    text: str
    language: str
    channel: Channel
    faq_version: str
    nearest: tuple[tuple[str, float], ...] = ()
    entry: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """What the log is told of one message: what to count, and the gap if it is one.

    ``asker`` and ``message`` are keyed hashes, so that /forget finds a person's gaps and a message that is edited or
    delivered again has one gap at most. ``is_edited``: what the message said before is no longer a gap. ``at`` is when
    it was asked, in UTC; None while it is now.
    """

    count: Count
    gap: Gap | None = None
    asker: str | None = None
    message: str | None = None
    is_edited: bool = False
    at: datetime | None = None


class GapStatus(StrEnum):
    """What a reviewer made of a gap; those that are new or for later are open."""

    NEW = "new"
    LATER = "later"
    RESOLVED = "resolved"
    OFF_TOPIC = "off topic"


OPEN = (GapStatus.NEW, GapStatus.LATER)


@dataclass(frozen=True, slots=True)
class LoggedGap:
    """A gap as it stands in the log; ``gap.text`` is redacted. ``at`` is UTC, to the minute.

    ``resolution`` is the entry that answers it now, where it is resolved by one.
    """

    id: int
    at: datetime
    status: GapStatus
    gap: Gap
    resolution: str = ""
