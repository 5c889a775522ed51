"""A message, the decision on it, and the reply. Frozen values; imports only `bot.domain`."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, StrEnum

from bot.domain.emergency import Service
from bot.domain.faq import Entry


class Channel(StrEnum):
    """Where a message came from."""

    TERMINAL = "terminal"
    JSONL = "jsonl"
    PRIVATE = "private"
    GROUP = "group"
    INLINE = "inline"


@dataclass(frozen=True, slots=True)
class Question:
    """A message as it was received. It does not say who sent it; only the channels know that.

    ``spoken`` are the languages of the person's device, as far as known; ``chosen`` is the one that the person chose to
    be answered in, ``before`` that of the reply before this message. ``is_calm``: the person has said that nobody is in
    danger, so it gets no card.
    """

    text: str
    channel: Channel = Channel.TERMINAL
    spoken: tuple[str, ...] = ()
    chosen: str | None = None
    before: str | None = None
    is_calm: bool = False


class Preceding(Enum):
    """What a message was that came some seconds before another one of the same person."""

    OTHER = "other"  # or came earlier
    COMMENT = "comment"  # says something of another message, such as a doubt
    FORWARD = "forward"
    PART = "part"  # the last part so far of a thought in several messages, which has its answer


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry that may match a message. ``score`` is about 1 for a sure match and about 0 for none."""

    entry: Entry
    score: float


@dataclass(frozen=True, slots=True)
class Missing:
    """A question of several in one message that has no answer: its number in the message, from 1, and its text.

    ``is_gap`` says whether editors should see the text: not where they foresaw it, nor where it may be urgent.
    """

    number: int
    text: str
    is_gap: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """The entries that answer the message: one, or up to three where the message asks several clear questions.

    ``missing`` are its questions without an answer; ``is_cut`` says that it asks more than three that have one.
    """

    entries: tuple[Entry, ...]
    missing: tuple[Missing, ...] = ()
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Clarify:
    """Two or three entries to choose from, one of which is probably meant."""

    choices: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Urgent:
    """The card for a person in danger or need. ``countries`` are those that the message names, by their codes.

    ``others`` are the next likely cards. ``is_question``: they are about as likely, so the person is asked which it is.
    """

    entry: Entry
    countries: tuple[str, ...] = ()
    others: tuple[Entry, ...] = ()
    is_question: bool = False


@dataclass(frozen=True, slots=True)
class ShownCard:
    """A card that a conversation was shown, or asked about, and the message that it answers.

    It is remembered for an hour, until ``until`` on a monotonic clock, in memory alone. ``message`` is the message's
    pseudonym, ``language`` its language if that is another than the FAQ's.
    """

    card: Urgent
    text: str = field(repr=False)
    until: float
    message: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Smalltalk:
    """The reply to a greeting, thanks, or a question about the bot."""

    entry: Entry


@dataclass(frozen=True, slots=True)
class EmergencyNumbers:
    """The emergency numbers of the countries that the message names; of none if it names none.

    ``services`` are those that it asks for: their numbers stand first.
    """

    countries: tuple[str, ...] = ()
    services: tuple[Service, ...] = ()


class Outcome(StrEnum):
    """The result of a message, a pressed button or an inline query, under one name everywhere.

    The values are stored with the counts in the database and shown in log lines and metrics (there with hyphens), so
    they must not change.
    """

    # of messages, and of inline queries that were typed
    ANSWER = "answer"
    CLARIFY = "clarify"
    UNANSWERED = "unanswered"
    URGENT = "urgent"
    URGENT_QUESTION = "urgent question"  # which of the near cards it is about
    URGENT_AGAIN = "urgent again"  # the lines of a card that matter, for a message after it
    EMERGENCY_NUMBERS = "emergency numbers"
    SMALLTALK = "smalltalk"
    COMMAND = "command"
    FOLLOW_UP = "follow up"  # more on the answer before, such as its source
    EXPLAINED = "explained"  # what is unclear in an answer, in the person's own words
    TEXT_ONLY = "text only"  # a picture, say, whose words found no answer
    TOO_FAST = "too fast"
    # of pressed buttons
    CHOSEN = "chosen"
    BROWSED = "browsed"
    NONE_OF_THESE = "none of these"
    NOT_ABOUT_ME = "not about me"  # of the card: it was not needed
    HELPFUL = "helpful"
    NOT_HELPFUL = "not helpful"  # before the person gives a reason
    WRONG = "wrong"
    OUTDATED = "outdated"
    UNCLEAR = "unclear"
    NOT_ASKED = "not asked"  # the answer is to another question
    TOPICS = "topics"
    LANGUAGE = "language"
    GONE = "gone"  # the button is too old, or leads to what the FAQ no longer has
    # of an inline query before anything is typed
    EXAMPLES = "examples"
    # of any update: not addressed to the bot; the person has blocked the bot; handling the update failed
    IGNORED = "ignored"
    BLOCKED = "blocked"
    FAILED = "failed"


class NoAnswerReason(StrEnum):
    """Why a message got no answer."""

    NO_MATCH = "no match"
    OUT_OF_SCOPE = "out of scope"
    OTHER_YEAR = "other year"
    OTHER_LANGUAGE = "other language"
    EMPTY = "no words"


@dataclass(frozen=True, slots=True)
class Unanswered:
    """No entry fits. ``topic`` is the nearest topic.

    ``entry`` is the out-of-scope entry that explains why, if any; for another year, the entry that has some years.
    ``countries`` are those that the message names, by their codes.
    """

    reason: NoAnswerReason
    entry: Entry | None = None
    topic: str | None = None
    countries: tuple[str, ...] = ()


Decision = Answer | Clarify | Urgent | EmergencyNumbers | Smalltalk | Unanswered


@dataclass(frozen=True, slots=True)
class Link:
    """A source or page as shown to a person. ``label`` says what the page is if it is not the document itself."""

    title: str
    url: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One answer within a reply: the question it answers, its text, the time its figures refer to, its sources."""

    question: str
    text: str
    time: str = ""
    sources: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """An option offered to a person: a button in Telegram, a number in the terminal.

    It leads to an entry, to a topic, to another language, to the emergency numbers of a country, or to the countries of
    a region (its number, or -1 for the regions), or to the reply of a command; with none of them it means "none of
    these". With an entry, the language is the one to show it in. ``is_card``: the entry is an urgent card. One that
    ``is_not_about_me`` says that the card ``entry`` is not about the person.
    """

    label: str
    entry: str | None = None
    topic: str | None = None
    language: str | None = None
    country: str | None = None
    region: int | None = None
    command: str | None = None
    is_card: bool = False
    is_not_about_me: bool = False

    @property
    def is_none(self) -> bool:
        """Whether it says that none of the others fits."""
        leads_to = (self.entry, self.topic, self.language, self.country, self.region, self.command)
        return all(target is None for target in leads_to)


@dataclass(frozen=True, slots=True)
class Reply:
    """The content of a reply, free of any channel's markup.

    ``pages`` are read-more or help pages; ``choices`` are the options offered, under the line ``choices_title``.
    """

    sections: tuple[Section, ...]
    pages_title: str = ""
    pages: tuple[Link, ...] = ()
    choices_title: str = ""
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Conversation:
    """The state of a conversation: the channel keeps it, and passes it on with the next message.

    ``choices`` are those of the last reply, from which a number picks one; ``asked`` is the question that they were
    offered for; ``language`` is the one chosen within this conversation, ``replied_in`` that of the last reply;
    ``shown`` is the card of the last hour; ``last`` is the answer given last, by its id; ``fragment`` is the message
    just before, if it had no answer; ``preceding`` is what that was, if it was sent some seconds before; ``explains``
    is the answer, by its id, of which the person has agreed to say in the next message what is unclear.
    """

    choices: tuple[Choice, ...] = ()
    asked: str = field(default="", repr=False)
    language: str | None = None
    replied_in: str | None = None
    shown: ShownCard | None = None
    last: str | None = None
    fragment: str = field(default="", repr=False)
    preceding: Preceding = Preceding.OTHER
    explains: str | None = None


NOTHING_BEFORE = Conversation()
