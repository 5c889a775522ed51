"""What all handlers share, and how they translate Telegram's objects for the assistant: persons become pseudonyms."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from telegram import CallbackQuery, MaybeInaccessibleMessage, Message, User

from bot.answering.handover import may_be_replaced
from bot.channels.assistant import Assistant
from bot.channels.memory import Memory
from bot.channels.port import IncomingMessage, OutgoingReply
from bot.channels.telegram.ui.keyboards import Rows, choice_buttons, choices_behind
from bot.domain.conversation import Channel, Conversation, Preceding, ShownCard
from bot.gaps.writer import GapWriter
from bot.observability.metrics import Metrics
from bot.replicas.rate_limits import RateLimits
from bot.replicas.shared_answers import LastReply, SharedAnswers
from bot.runtime.catalog import Catalog
from bot.storage.keys import Keys

CONTEXT_SECONDS = 600.0  # for which a chat's last reply is remembered
CONTEXTS = 100_000  # chats of which it is
FRAGMENT_SECONDS = 30.0  # for which a message that had no answer is remembered
TOGETHER = timedelta(seconds=10)  # between two messages that may be one question


@dataclass(frozen=True, slots=True)
class JustBefore:
    """The message just before, in a private chat: what the next one may go on from, and the replies to it."""

    sent_at: datetime
    fragment: str = field(default="", repr=False)
    preceding: Preceding = Preceding.OTHER
    replies: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class BotContext:
    """What the handlers of this process share. ``rate_limits`` and ``shared_answers`` are of all processes together.

    They are None where there is but one.

    In the memory of this process alone are ``replies``, the ids of the replies to each message, by its pseudonym, for
    when it is edited; ``albums`` of which a message was answered; and of each private chat, by the pseudonym of its
    person, the card that it was shown (``cards``), the language of its last reply (``languages``), what that said
    (``said``), the last message if the next may belong to it (``just_before``), and the answer, by its id, of which the
    next message says what is unclear (``explaining``).
    """

    catalog: Catalog
    assistant: Assistant
    gap_writer: GapWriter
    keys: Keys
    metrics: Metrics
    rate_limits: RateLimits | None = None
    shared_answers: SharedAnswers | None = None
    maintainer_chats: tuple[int, ...] = ()
    replies: Memory[tuple[int, ...]] = field(default_factory=lambda: Memory(time.monotonic))
    cards: Memory[ShownCard] = field(default_factory=lambda: Memory(time.monotonic))
    languages: Memory[str] = field(default_factory=lambda: Memory(time.monotonic))
    said: Memory[LastReply] = field(default_factory=lambda: Memory(time.monotonic, CONTEXT_SECONDS, CONTEXTS))
    just_before: Memory[JustBefore] = field(default_factory=lambda: Memory(time.monotonic, FRAGMENT_SECONDS))
    explaining: Memory[str] = field(default_factory=lambda: Memory(time.monotonic, CONTEXT_SECONDS))
    albums: Memory[int] = field(default_factory=lambda: Memory(time.monotonic))

    @property
    def memories(self) -> tuple[Memory[Any], ...]:
        """All that is remembered for a time."""
        return (self.replies, self.albums, *self._of_chats)

    @property
    def _of_chats(self) -> tuple[Memory[Any], ...]:
        """What is remembered of private chats, by the pseudonym of the person."""
        return (self.cards, self.languages, self.said, self.just_before, self.explaining)

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
            for memory in self._of_chats:
                memory.drop(person)

    def remember_reply(self, person: str | None, entry: str | None, rows: Rows) -> None:
        """Remember the last reply in a person's private chat: the answer and the buttons."""
        if person is None:
            return
        self.just_before.drop(person)
        buttons = tuple(sys.intern(str(button.callback_data)) for row in rows for button in row if button.callback_data)
        self.said.keep(person, LastReply(entry, buttons))

    def remember_message(
        self, message: IncomingMessage, reply: OutgoingReply, sent_at: datetime, replies: tuple[int, ...]
    ) -> None:
        """Remember a message of a private chat for the next one, and the replies to it, if they may be taken back.

        ``replies`` are those to the message, and before them those to the parts of a thought that it goes on from.
        """
        if message.asker is None:
            return
        then = reply.conversation
        is_kept = not message.is_forwarded and may_be_replaced(reply.turn, message.text)
        before = JustBefore(sent_at, then.fragment, then.preceding, replies if is_kept else ())
        self.just_before.keep(message.asker, before)

    def before(self, message: Message) -> JustBefore:
        """The message just before this one; only what it may go on from if that was not sent within some seconds."""
        person = self.sender_pseudonym(message) if channel_of(message) is Channel.PRIVATE else None
        earlier = (self.just_before.get(person) if person else None) or JustBefore(message.date)
        is_near = abs(message.date - earlier.sent_at) <= TOGETHER
        if is_near:
            return earlier
        return JustBefore(earlier.sent_at, "" if earlier.preceding is Preceding.PART else earlier.fragment)

    def is_answered_album(self, message: Message) -> bool:
        """Whether a message is a further one of an album, whose first one was answered; a first one is noted."""
        if message.media_group_id is None:
            return False
        key = self.keys.pseudonym("message", f"album:{message.chat_id}:{message.media_group_id}")
        is_known = self.albums.get(key) is not None
        self.albums.keep(key, message.message_id)
        return is_known

    async def said_last(self, message: Message) -> LastReply | None:
        """What any process said last in a private chat; None if that is not known."""
        person = self.sender_pseudonym(message) if channel_of(message) is Channel.PRIVATE else None
        return await self.shared_answers.get(person) if self.shared_answers is not None and person else None

    async def share_reply(self, person: str | None, before: LastReply | None = None) -> None:
        """Let the other processes know what was said last in a person's private chat: the answer and the choices.

        ``before`` is what they know by now, None if that is not known.
        """
        said = self.said.get(person) if person is not None else None
        if self.shared_answers is None or person is None or said is None:
            return
        now = replace(said, buttons=choice_buttons(said.buttons))
        if (before, now) != (LastReply(), LastReply()):
            await self.shared_answers.keep(person, now)

    def incoming(
        self, message: Message, text: str, *, is_edited: bool = False, shared: LastReply | None = None
    ) -> IncomingMessage:
        """A message for the assistant; ``text`` is the part of it that is meant for the bot.

        ``shared`` is what any process said last; None where only what we said ourselves is known.
        """
        asker, place = self.sender_pseudonym(message), message.location
        chat = asker if channel_of(message) is Channel.PRIVATE else None
        language = self.languages.get(chat) if chat else None
        # An edited message is older than what was said since.
        earlier = JustBefore(message.date) if is_edited else self.before(message)
        last = (shared or self.said.get(chat)) if chat and not is_edited else None
        quoted = self._quoted(message)
        said = quoted or last or LastReply()
        before = Conversation(
            choices=choices_behind(said.buttons, self.catalog.faq.in_language(language)),
            replied_in=language,
            shown=self.cards.get(chat) if chat else None,
            last=said.entry,
            fragment=earlier.fragment,
            preceding=earlier.preceding if quoted is None else Preceding.OTHER,
            explains=self.explaining.get(chat) if chat and message.text and not is_edited else None,
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
            is_forwarded=message.forward_origin is not None,
            place=(place.latitude, place.longitude) if place is not None else None,
        )

    def _quoted(self, message: Message) -> LastReply | None:
        """What one of the bot's own messages said, that a message replies to; None if it replies to none."""
        other = message.reply_to_message
        if other is None or other.from_user is None or other.from_user.id != message.get_bot().id:
            return None
        rows = other.reply_markup.inline_keyboard if other.reply_markup else ()
        buttons = tuple(str(button.callback_data) for row in rows for button in row if button.callback_data)
        title = (other.text or "").partition("\n")[0]
        faqs = (self.catalog.faq, *self.catalog.faq.translations.values())
        asked = (entry.id for faq in faqs for entry in faq.entries.values() if entry.question == title)
        return LastReply(next(asked, None), buttons)


def channel_of(message: MaybeInaccessibleMessage) -> Channel:
    """Whether a message was written in a private chat or in a group."""
    return Channel.PRIVATE if message.chat.type == message.chat.PRIVATE else Channel.GROUP


def languages_of(user: User | None) -> tuple[str, ...]:
    """The language of a user's Telegram app, if Telegram names it."""
    code = (user.language_code or "").partition("-")[0] if user is not None else ""
    return (code,) if code else ()
