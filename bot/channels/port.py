"""What a channel and the assistant say to each other: a message in, a reply out, in no messenger's own terms.

A new messenger translates what it gets into an `IncomingMessage`, and what comes back into what it sends.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bot.answering.turn import Turn
from bot.domain.conversation import Channel, Choice, Outcome, Question
from bot.domain.faq import Faq
from bot.domain.gap import Count, Note


@dataclass(frozen=True, slots=True)
class Conversation:
    """What a conversation has left so far: the channel keeps it, and gives it with the next message.

    ``choices`` are those that the last reply showed, of which a number picks one; ``asked`` is the question that they
    were offered for; ``language`` is the one chosen within this conversation.
    """

    choices: tuple[Choice, ...] = ()
    asked: str = ""
    language: str | None = None


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """A message to the bot, as every channel gives it.

    ``asker`` and ``id`` are pseudonyms of the person and of the message. Without an asker (an administrator who speaks
    as the group) the message is answered, and no gap is kept that nobody could ask to forget; its pace is that of
    ``pace``. ``languages`` are those that the channel names for the person, the best first. ``is_caption``: the words
    stand with something that nobody looked at, such as a picture, or there are none.
    """

    text: str
    channel: Channel
    asker: str | None
    id: str | None = None
    pace: str = ""
    languages: tuple[str, ...] = ()
    conversation: Conversation = Conversation()
    is_edited: bool = False
    is_caption: bool = False


@dataclass(frozen=True, slots=True)
class OutgoingReply:
    """What became of a message, and what the person reads. ``count`` is what was noted of it."""

    turn: Turn
    question: Question
    faq: Faq
    count: Count
    conversation: Conversation = Conversation()

    @property
    def is_silent(self) -> bool:
        """Whether nothing is said: the person writes too fast, and was told so already."""
        return self.turn.outcome is Outcome.TOO_FAST and not self.turn.reply.sections

    @property
    def score(self) -> float | None:
        """The score of the first candidate, if the message was ranked."""
        return self.turn.candidates[0].score if self.turn.candidates else None


class GapNotes(Protocol):
    """What the assistant needs of the gap log. Nothing here raises: a failing log never costs anybody the answer."""

    def note(self, note: Note) -> None:
        """Take a note; it is written behind the reply."""

    async def forget(self, asker: str) -> bool:
        """Delete all that is kept of a person; whether it is done by now."""

    async def language(self, asker: str) -> str | None:
        """The language that a person chose earlier; None if there is none or it cannot be read."""

    async def choose_language(self, asker: str, language: str) -> bool:
        """Keep the language that a person chose; whether that was done."""


class NoGapNotes:
    """Keeps nothing, so there is nothing to forget."""

    def note(self, note: Note) -> None:
        """Keep nothing of it."""

    async def forget(self, asker: str) -> bool:  # noqa: ARG002  # the port's form
        """Done: nothing was kept."""
        return True

    async def language(self, asker: str) -> str | None:  # noqa: ARG002
        """None was kept."""
        return None

    async def choose_language(self, asker: str, language: str) -> bool:  # noqa: ARG002
        """It holds for this conversation only, which its channel keeps."""
        return True
