"""A message, what is decided about it, and what a person reads. Frozen values; imports only values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.faq import Entry


class Channel(StrEnum):
    """Where a message came in."""

    TERMINAL = "terminal"
    JSONL = "jsonl"
    PRIVATE = "private"
    GROUP = "group"
    INLINE = "inline"


@dataclass(frozen=True, slots=True)
class Question:
    """A message as it came in. Who asked stays at the edge."""

    text: str
    language: str = "en"
    channel: Channel = Channel.TERMINAL


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry that a message may mean. ``score`` is about 1 for a sure match and about 0 for none."""

    entry: Entry
    score: float


@dataclass(frozen=True, slots=True)
class Answer:
    """The entries that answer the message: one, or two where the message asks two clear questions."""

    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Clarify:
    """Two or three entries of which one is probably meant."""

    choices: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Urgent:
    """The card for a person in danger or need."""

    entry: Entry


@dataclass(frozen=True, slots=True)
class Smalltalk:
    """The reply to a greeting, thanks, or a question about the bot."""

    entry: Entry


class Outcome(StrEnum):
    """What became of a message, a pressed button or an inline query: one word from the decision to the metric.

    The values are counted in the database and shown in log lines and metrics (there with hyphens), so they stay.
    """

    # of messages, and of inline queries that were typed
    ANSWER = "answer"
    CLARIFY = "clarify"
    UNANSWERED = "unanswered"
    URGENT = "urgent"
    SMALLTALK = "smalltalk"
    COMMAND = "command"
    TEXT_ONLY = "text only"  # a picture, say, whose words found no answer
    TOO_FAST = "too fast"
    # of pressed buttons
    CHOSEN = "chosen"
    BROWSED = "browsed"
    NONE_OF_THESE = "none of these"
    HELPFUL = "helpful"
    NOT_HELPFUL = "not helpful"  # before it is said why
    WRONG = "wrong"
    OUTDATED = "outdated"
    UNCLEAR = "unclear"
    TOPICS = "topics"
    LANGUAGE = "language"
    GONE = "gone"  # a button of an older FAQ
    # of an inline query before anything is typed
    EXAMPLES = "examples"
    # of any update: not for the bot; the person has blocked it; handling it failed
    IGNORED = "ignored"
    BLOCKED = "blocked"
    FAILED = "failed"


class NoAnswerReason(StrEnum):
    """Why a message got no answer."""

    NO_MATCH = "no match"
    OUT_OF_SCOPE = "out of scope"
    OTHER_LANGUAGE = "other language"
    EMPTY = "no words"


@dataclass(frozen=True, slots=True)
class Unanswered:
    """No entry is right. ``entry`` is the out-of-scope entry that says why, if one fits; ``topic`` the nearest one."""

    reason: NoAnswerReason
    entry: Entry | None = None
    topic: str | None = None


Decision = Answer | Clarify | Urgent | Smalltalk | Unanswered


@dataclass(frozen=True, slots=True)
class Link:
    """A source or page as a person sees it; ``label`` says what the page is where it is not the text itself."""

    title: str
    url: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One answer within a reply: the question it answers, the text, the time its figures speak of, its sources."""

    question: str
    text: str
    time: str = ""
    sources: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that a person may choose next: a button in Telegram, a number in the terminal.

    It leads to an entry, to a topic, or to another language; with none of them it says "none of these".
    """

    label: str
    entry: str | None = None
    topic: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What a person reads, free of any channel's markup.

    ``pages`` are read-more or help pages; ``choices`` are entries to choose from, under the line ``choices_title``.
    """

    sections: tuple[Section, ...]
    pages_title: str = ""
    pages: tuple[Link, ...] = ()
    choices_title: str = ""
    choices: tuple[Choice, ...] = ()
