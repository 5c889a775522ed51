"""What all handlers share, and how Telegram's objects become the assistant's: persons as pseudonyms, never by name."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from telegram import CallbackQuery, MaybeInaccessibleMessage, Message, User

from bot.channels.assistant import Assistant
from bot.channels.port import IncomingMessage
from bot.channels.telegram.ui.sender import SentReplies
from bot.domain.conversation import Channel
from bot.gaps.writer import GapWriter
from bot.observability.metrics import Metrics
from bot.replicas.rate_limits import RateLimits
from bot.runtime.catalog import Catalog
from bot.storage.keys import Keys


@dataclass(frozen=True, slots=True)
class BotContext:
    """The one bot that this process is. ``rate_limits`` are those of all processes, where there may be several."""

    catalog: Catalog
    assistant: Assistant
    gap_writer: GapWriter
    keys: Keys
    metrics: Metrics
    rate_limits: RateLimits | None = None
    maintainer_chats: tuple[int, ...] = ()
    replies: SentReplies = field(default_factory=lambda: SentReplies(time.monotonic))

    def person(self, asked: Message | CallbackQuery) -> str | None:
        """The pseudonym of the person who asks; None for one who speaks as a group."""
        if asked.from_user is None or (isinstance(asked, Message) and asked.sender_chat is not None):
            return None
        return self.person_of(asked.from_user)

    def person_of(self, user: User) -> str:
        """The pseudonym of a person."""
        return self.keys.pseudonym("asker", f"telegram:{user.id}")

    def message_pseudonym(self, message: Message) -> str:
        """The pseudonym of a message."""
        return self.keys.pseudonym("message", f"telegram:{message.chat_id}:{message.message_id}")

    def update_pseudonym(self, bot: int, number: int) -> str:
        """The pseudonym of an update, by its number and that of the bot that gets it."""
        return self.keys.pseudonym("update", f"telegram:{bot}:{number}")

    def incoming(self, message: Message, text: str, *, is_edited: bool = False) -> IncomingMessage:
        """A message as the assistant takes it, ``text`` being what it says to the bot."""
        person = self.person(message)
        return IncomingMessage(
            text,
            channel_of(message),
            person,
            id=self.message_pseudonym(message),
            pace="" if person else self.keys.pseudonym("chat", str(message.chat_id)),
            languages=languages_of(message.from_user),
            is_edited=is_edited,
            is_caption=message.text is None,
        )


def channel_of(message: MaybeInaccessibleMessage) -> Channel:
    """Where a message was written."""
    return Channel.PRIVATE if message.chat.type == message.chat.PRIVATE else Channel.GROUP


def languages_of(user: User | None) -> tuple[str, ...]:
    """The language that somebody's Telegram is in, if it says so."""
    code = (user.language_code or "").partition("-")[0] if user is not None else ""
    return (code,) if code else ()
