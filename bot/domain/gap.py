"""What the gap log stores about a message: an outcome to count and, if the FAQ did not help, the gap."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from bot.domain.conversation import Channel, Outcome


class GapReason(StrEnum):
    """Why a question is a gap: nothing matched, or the choices or the answer did not help."""

    NO_MATCH = "no match"
    OTHER_LANGUAGE = "other language"
    NONE_OF_THESE = "none of these"
    WRONG = "wrong"
    OUTDATED = "outdated"
    UNCLEAR = "unclear"
    NOT_ASKED = "not asked"


# The outcomes counted for a person's feedback on choices or an answer.
OUTCOME_OF = {
    GapReason.NONE_OF_THESE: Outcome.NONE_OF_THESE,
    GapReason.WRONG: Outcome.WRONG,
    GapReason.OUTDATED: Outcome.OUTDATED,
    GapReason.UNCLEAR: Outcome.UNCLEAR,
    GapReason.NOT_ASKED: Outcome.NOT_ASKED,
}


@dataclass(frozen=True, slots=True)
class Count:
    """One outcome to count. It holds neither the message nor who sent it."""

    outcome: Outcome
    language: str
    channel: Channel
    entry: str = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """A question that the FAQ did not answer well. ``nearest`` are ids of entries with their scores, best first.

    ``entry`` is the answer that the person judged wrong, outdated or unclear; empty for other reasons.
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
    """What the gap log records for one message: the outcome to count, and the gap if there is one.

    ``also`` are the counts of further questions in the message.
    ``asker`` and ``message`` are pseudonyms (keyed hashes), by which /forget finds a person's gaps and a message that
    is edited or delivered again has at most one gap. ``is_edited``: the gap of the message's earlier text is dropped.
    ``at`` is when the message was sent, in UTC; None for now.
    """

    count: Count
    gap: Gap | None = None
    asker: str | None = None
    message: str | None = None
    is_edited: bool = False
    at: datetime | None = None
    also: tuple[Count, ...] = ()


class GapStatus(StrEnum):
    """The review status of a gap; ``NEW`` and ``LATER`` are open."""

    NEW = "new"
    LATER = "later"
    RESOLVED = "resolved"
    OFF_TOPIC = "off topic"


OPEN = (GapStatus.NEW, GapStatus.LATER)


class Mark(NamedTuple):
    """What became of a gap: its status, and the entry that resolves it."""

    status: GapStatus
    resolution: str = ""


class Grouped(NamedTuple):
    """The group that reviewers put a gap into: a number, the later one the greater. None: that which its words give."""

    in_group: int | None = None


State: TypeAlias = Mark | Grouped  # what reviewers decide of a gap


@dataclass(frozen=True, slots=True)
class LoggedGap:
    """A gap as stored in the gap log; ``gap.text`` is redacted. ``at`` is in UTC, to the minute.

    ``resolution`` is the entry that answers it now, if it was resolved by one; ``in_group`` is as in `Grouped`.
    ``reviewer`` is who decided on it last, if that is known.
    """

    id: int
    at: datetime
    status: GapStatus
    gap: Gap
    resolution: str = ""
    in_group: int | None = None
    reviewer: str = ""

    @property
    def mark(self) -> Mark:
        """What became of it."""
        return Mark(self.status, self.resolution)
