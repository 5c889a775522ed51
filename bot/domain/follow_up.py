"""What people say about the bot's last message: short messages that mean nothing without it. Frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Said(StrEnum):
    """What a short message says about an answer, about offered choices, or to the bot."""

    # about an answer
    SOURCE = "source"  # where it comes from
    SURE = "sure"  # doubts it
    MORE = "more"
    SHORTER = "shorter"
    REPEAT = "repeat"
    WHY = "why"
    DONE = "done"  # what is done about it, or for those whom it is about
    REST = "rest"  # of what it gives a share of
    READ = "read"  # where the document that it is about can be read
    POINTING = "pointing"  # names nothing that it asks about: "and the one before?"
    # about choices
    FIRST = "first"
    SECOND = "second"
    THIRD = "third"
    LAST = "last"
    ALL = "all"
    NONE = "none"
    YES = "yes"
    NO = "no"
    # to the bot: what a command does
    START = "start"
    HELP = "help"
    TOPICS = "topics"
    SETTINGS = "settings"
    STOP = "stop"
    CONTACT = "contact"


@dataclass(frozen=True, slots=True)
class FollowUps:
    """How people of one language follow a message of the bot up.

    ``said`` are whole messages; ``fillers`` may stand before and after them. ``openers`` begin a question that
    continues the one before it, ``pronouns`` stand for what it is about.
    """

    language: str
    said: Mapping[Said, tuple[str, ...]]
    openers: tuple[str, ...] = ()
    pronouns: tuple[str, ...] = ()
    fillers: tuple[str, ...] = ()

    def __hash__(self) -> int:
        """Of what can be hashed, so that what is made of the follow-ups can be kept."""
        return hash((self.language, self.openers, self.pronouns, self.fillers))
