"""What all handlers share, and how they translate Telegram's objects for the assistant: persons become pseudonyms."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from telegram import CallbackQuery, MaybeInaccessibleMessage, Message, User

from bot.channels.assistant import Assistant
from bot.channels.hour_memory import HourMemory
from bot.channels.port import Conversation, IncomingMessage
from bot.domain.conversation import Channel, ShownCard
from bot.gaps.writer import GapWriter
from bot.observability.metrics import Metrics
from bot.replicas.rate_limits import RateLimits
from bot.runtime.catalog import Catalog
from bot.storage.keys import Keys


@dataclass(frozen=True, slots=True)
class BotContext:
    """What the handlers of this process share. ``rate_limits`` are shared by all processes, if there may be several.

    ``replies`` are the ids of the replies to each message, by its pseudonym, for when it is edited; ``cards`` the card
    that each private chat was shown, and ``languages`` the language of its last reply, by the pseudonym of its person.
    All are in the memory of this process alone.
    """

    catalog: Catalog
    assistant: Assistant
    gap_writer: GapWriter
    keys: Keys
    metrics: Metrics
    rate_limits: RateLimits | None = None
    maintainer_chats: tuple[int, ...] = ()
    replies: HourMemory[tuple[int, ...]] = field(default_factory=lambda: HourMemory(time.monotonic))
    cards: HourMemory[ShownCard] = field(default_factory=lambda: HourMemory(time.monotonic))
    languages: HourMemory[str] = field(default_factory=lambda: HourMemory(time.monotonic))

    def sender_pseudonym(self, sent: Message | CallbackQuery) -> str | None:
        """The pseudonym of who wrote a message or pressed a button; None for one who writes as a group or channel."""
        if sent.from_user is None or (isinstance(sent, Message) and sent.sender_chat is not None):
            return None
        return self.user_pseudonym(sent.from_user)

    def user_pseudonym(self, user: User) -> str:
        """The pseudonym of a person."""
        return self.keys.pseudonym("asker", f"telegram:{user.id}")

    def message_pseudonym(self, message: Message) -> str:
        """The pseudonym of a message."""
        return self.keys.pseudonym("message", f"telegram:{message.chat_id}:{message.message_id}")

    def update_pseudonym(self, bot: int, number: int) -> str:
        """The pseudonym of an update, made from the ids of the bot and of the update."""
        return self.keys.pseudonym("update", f"telegram:{bot}:{number}")

    def remember(self, person: str | None, shown: ShownCard | None) -> None:
        """Remember the card that a person was shown in the private chat; None forgets an earlier one."""
        if person is not None and shown is not None:
            self.cards.keep(person, shown)
        elif person is not None:
            self.cards.drop(person)

    def forget(self, person: str | None) -> None:
        """Forget all that is remembered of a person's private chat."""
        if person is not None:
            self.cards.drop(person)
            self.languages.drop(person)

    def incoming(self, message: Message, text: str, *, is_edited: bool = False) -> IncomingMessage:
        """A message for the assistant; ``text`` is the part of it that is meant for the bot."""
        asker, place = self.sender_pseudonym(message), message.location
        chat = asker if channel_of(message) is Channel.PRIVATE else None
        before = Conversation(
            replied_in=self.languages.get(chat) if chat else None, shown=self.cards.get(chat) if chat else None
        )
        return IncomingMessage(
            text,
            channel_of(message),
            asker,
            id=self.message_pseudonym(message),
            throttle_key="" if asker else self.keys.pseudonym("chat", str(message.chat_id)),
            languages=languages_of(message.from_user),
            conversation=before,
            is_edited=is_edited,
            is_caption=message.text is None,
            place=(place.latitude, place.longitude) if place is not None else None,
        )


def channel_of(message: MaybeInaccessibleMessage) -> Channel:
    """Whether a message was written in a private chat or in a group."""
    return Channel.PRIVATE if message.chat.type == message.chat.PRIVATE else Channel.GROUP


def languages_of(user: User | None) -> tuple[str, ...]:
    """The language of a user's Telegram app, if Telegram names it."""
    code = (user.language_code or "").partition("-")[0] if user is not None else ""
    return (code,) if code else ()
