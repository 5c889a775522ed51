"""The interface between a channel and the assistant: a message in, a reply out, independent of any messenger.

A new messenger translates what it receives into an `IncomingMessage`, and an `OutgoingReply` into what it sends.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from bot.answering.turn import Turn
from bot.domain.conversation import NOTHING_BEFORE, Channel, Conversation, Question
from bot.domain.faq import Faq
from bot.domain.gap import Count, Note


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """A message to the bot, from any channel.

    ``asker`` and ``id`` are pseudonyms of the person and of the message. Without an asker (an administrator who writes
    as the group) the message is answered and throttled by ``throttle_key``, and no gap is kept, since nobody could have
    it forgotten. ``languages`` are those that the channel names for the person, the preferred first. ``is_caption``
    means that the text, which may be empty, belongs to something that the bot cannot read, such as a picture. ``place``
    is the latitude and longitude of a place that the person shares; it is used for the reply and kept nowhere. What
    ``is_forwarded`` was written elsewhere, maybe by others: it follows nothing of this chat.
    """

    text: str
    channel: Channel
    asker: str | None
    id: str | None = None
    throttle_key: str = ""
    languages: tuple[str, ...] = ()
    conversation: Conversation = NOTHING_BEFORE
    is_edited: bool = False
    is_caption: bool = False
    is_forwarded: bool = False
    place: tuple[float, float] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class OutgoingReply:
    """The reply to a message, and what it was made from. ``count`` is what the gap log counts of it."""

    turn: Turn
    question: Question
    faq: Faq = field(repr=False)  # megabytes: where a task ends, asyncio writes out its result several times
    count: Count
    conversation: Conversation = NOTHING_BEFORE

    @property
    def is_silent(self) -> bool:
        """Whether nothing is sent: the person was already told that it was too fast, or has the reply already."""
        return not self.turn.reply.sections

    @property
    def score(self) -> float | None:
        """The score of the first candidate, if the message was ranked."""
        return self.turn.candidates[0].score if self.turn.candidates else None


class GapNotes(Protocol):
    """What the assistant needs of the gap log. Nothing here raises: a failing gap log never prevents an answer."""

    def note(self, note: Note) -> None:
        """Accept a note, to be written after the reply."""

    async def forget(self, asker: str) -> bool:
        """Delete all that is kept of a person; whether that is done by now."""

    async def language(self, asker: str) -> str | None:
        """The language that a person chose earlier; None if the person chose none or it cannot be read."""

    async def choose_language(self, asker: str, language: str) -> bool:
        """Store the language that a person chose; whether that was done."""


class NoGapNotes:
    """The gap log switched off: it keeps nothing, so there is nothing to forget."""

    def note(self, note: Note) -> None:
        """Discard the note."""

    async def forget(self, asker: str) -> bool:  # noqa: ARG002  # the protocol's signature
        """Always True: nothing was kept."""
        return True

    async def language(self, asker: str) -> str | None:  # noqa: ARG002
        """Always None: nothing was kept."""
        return None

    async def choose_language(self, asker: str, language: str) -> bool:  # noqa: ARG002
        """Always True: the channel keeps it, for this conversation only."""
        return True
