"""The values that the whole program speaks in. Frozen, without behaviour beyond looking up; imports nothing of ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

# --- What the content says -----------------------------------------------------------------------------------


class Kind(StrEnum):
    """What an entry is for. One ranking covers entries of every kind."""

    ANSWER = "answer"
    URGENT = "urgent"
    SMALLTALK = "smalltalk"
    OUT_OF_SCOPE = "out-of-scope"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that a source states, in our words, with its figures as the source prints them.

    ``time`` is the time the fact speaks of; ``as_of`` says whether the source prints that time or we inferred it.
    """

    id: str
    fact: str
    time: str
    as_of: Literal["printed", "inferred"]
    figures: tuple[str, ...] = ()
    heading: str | None = None
    left_out: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A document that the FAQ rests on, or a page that it links to.

    ``is_`` says what a reader finds at ``url``: the ``document`` itself, a ``landing`` page that leads to it, the
    ``publisher``'s page on the subject, or a ``page`` of its own.
    """

    id: str
    title: str
    publisher: str
    url: str
    is_: Literal["document", "landing", "publisher", "page"]
    rating: Literal["confirmed", "likely"]
    checked: date
    facts: tuple[Fact, ...] = ()
    date: str | None = None
    as_of: Literal["printed", "inferred"] | None = None
    purpose: Literal["help", "policy", "data"] | None = None
    original: str | None = None


@dataclass(frozen=True, slots=True)
class Lookalike:
    """A message that resembles an entry's phrasings and belongs to another entry, or to none (``None``)."""

    text: str
    belongs_to: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One curated answer and the ways people ask for it. ``question`` is the title for kinds that are no question."""

    id: str
    kind: Kind
    topic: str
    question: str
    phrasings: tuple[str, ...]
    answer: str
    reviewed: date
    review_by: date
    not_this: tuple[Lookalike, ...] = ()
    sources: tuple[str, ...] = ()
    read_more: tuple[str, ...] = ()
    see_also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wording:
    """How the people of one language type: spellings to mend, words that mean the same, words for oneself.

    ``spellings`` maps a run of typed words to the words meant; ``synonyms`` holds groups whose first member names the
    group; ``first_person`` are the words by which people speak of themselves and theirs; ``question_words`` begin a
    question; ``places`` are names of countries, peoples, cities and seas.
    """

    spellings: Mapping[str, str] = field(default_factory=dict)
    synonyms: tuple[tuple[str, ...], ...] = ()
    first_person: tuple[str, ...] = ()
    question_words: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Interface:
    """Everything the bot says itself. What stands in braces is filled by the bot; `soundness` lists where."""

    language_name: str  # the name that the language of these texts gives itself
    description: str  # {days}; what Telegram shows before a chat begins
    short_description: str  # what Telegram shows with the bot's profile
    welcome: str
    examples: tuple[str, ...]  # entries shown with the welcome
    try_asking: str
    help: str
    topics: str
    topic: str  # {topic}
    browse_topics: str
    all_topics: str
    back: str
    more: str
    sources: str
    privacy: str  # {days}
    forget: str
    forget_failed: str
    settings: str
    choose_language: str
    language_chosen: str
    language_failed: str
    unknown_command: str
    unanswered: str
    nearest_topic: str  # {topic}
    other_language: str
    no_words: str
    text_only: str
    too_fast: str
    failed: str
    clarify: str
    none_of_these: str
    none_chosen: str
    no_such_choice: str
    gone: str
    helpful: str
    helpful_yes: str
    helpful_no: str
    what_is_wrong: str
    wrong: str
    outdated: str
    unclear: str
    thanks_helpful: str
    thanks_not_helpful: str
    urgent_title: str
    private_chat: str
    emergency: str  # the first line of every urgent card, and the only place for a telephone number
    where_to_turn: str
    read_more: str
    see_also: str
    time: str  # {time}
    inferred: str
    landing: str
    publisher: str
    commands: Mapping[str, str]  # one line for each command of the menu


@dataclass(frozen=True, slots=True)
class Faq:
    """The FAQ in one language, with the sources that it cites."""

    language: str
    entries: Mapping[str, Entry]
    sources: Mapping[str, Source]
    interface: Interface
    wording: Wording = Wording()
    off_topic: tuple[str, ...] = ()  # messages that no entry is for
    languages: Mapping[str, str] = field(default_factory=dict)  # all there are: code -> its own name
    version: str = ""  # a digest of the content

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics of the answers, in the order of their files."""
        return tuple(dict.fromkeys(entry.topic for entry in self.of_kind(Kind.ANSWER)))

    def of_kind(self, kind: Kind) -> tuple[Entry, ...]:
        """All entries of one kind, in file order."""
        return tuple(entry for entry in self.entries.values() if entry.kind is kind)

    def of_topic(self, topic: str) -> tuple[Entry, ...]:
        """The answers of one topic, in file order."""
        return tuple(entry for entry in self.of_kind(Kind.ANSWER) if entry.topic == topic)

    def cited(self, entry: Entry) -> tuple[tuple[Source, Fact], ...]:
        """The facts that an entry cites, each with its source, in the entry's order."""
        facts = {fact.id: (source, fact) for source in self.sources.values() for fact in source.facts}
        return tuple(facts[reference] for reference in entry.sources)


# --- A message and what becomes of it ------------------------------------------------------------------------


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


class Reason(StrEnum):
    """Why a message got no answer."""

    NO_MATCH = "no match"
    OUT_OF_SCOPE = "out of scope"
    OTHER_LANGUAGE = "other language"
    EMPTY = "no words"


@dataclass(frozen=True, slots=True)
class Unanswered:
    """No entry is right. ``entry`` is the out-of-scope entry that says why, if one fits; ``topic`` the nearest one."""

    reason: Reason
    entry: Entry | None = None
    topic: str | None = None


Decision = Answer | Clarify | Urgent | Smalltalk | Unanswered


# --- What is logged of it ------------------------------------------------------------------------------------


class GapReason(StrEnum):
    """Why a question is a gap: nothing matched, or what was offered or answered did not serve."""

    NO_MATCH = "no match"
    OTHER_LANGUAGE = "other language"
    NONE_OF_THESE = "none of these"
    WRONG = "wrong"
    OUTDATED = "outdated"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Count:
    """One outcome to be counted, without text and without person."""

    outcome: str
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


# --- What a person reads -------------------------------------------------------------------------------------


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
