"""What all handlers share: the FAQ in use, the recorder, and who asks, as a code and never by name or number."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

from telegram import CallbackQuery, MaybeInaccessibleMessage, Message, User

from bot.channels.telegram.ui.sender import SentReplies
from bot.channels.telegram.update_log import tell
from bot.channels.throttle import Throttle
from bot.domain.conversation import Channel
from bot.domain.gap import Note
from bot.domain.matching import Matcher
from bot.gaps.writer import GapWriter
from bot.replicas.rate_limits import RateLimits
from bot.runtime.catalog import Catalog
from bot.storage.keys import Keys


@dataclass(frozen=True, slots=True)
class Service:
    """The one bot that this process is."""

    catalog: Catalog
    gap_writer: GapWriter
    keys: Keys
    throttle: Throttle
    care: Throttle  # of messages past the throttle that are still looked at, in case they are urgent
    inline_throttle: Throttle
    rates: RateLimits | None = None  # of all processes together, where there may be more than one
    maintainer_chats: tuple[int, ...] = ()
    replies: SentReplies = field(default_factory=lambda: SentReplies(time.monotonic))

    def person(self, asked: Message | CallbackQuery) -> str | None:
        """The code of the person who asks; None for one who speaks as a group."""
        if asked.from_user is None or (isinstance(asked, Message) and asked.sender_chat is not None):
            return None
        return self.person_of(asked.from_user)

    def person_of(self, user: User) -> str:
        """The code of a person."""
        return self.keys.pseudonym("asker", f"telegram:{user.id}")

    def message_pseudonym(self, message: Message) -> str:
        """The code of a message."""
        return self.keys.pseudonym("message", f"telegram:{message.chat_id}:{message.message_id}")

    def update_pseudonym(self, bot: int, number: int) -> str:
        """The code of an update, by its number and that of the bot that gets it."""
        return self.keys.pseudonym("update", f"telegram:{bot}:{number}")

    async def matcher_for(self, user: User | None) -> Matcher:
        """The matcher of a person's language: the one chosen, else the one that Telegram names, else the main one."""
        matchers = self.catalog.matchers
        if len(matchers) == 1 or user is None:
            return self.catalog.main
        chosen = await self.gap_writer.language(self.person_of(user))
        of_telegram = (user.language_code or "").partition("-")[0]
        return matchers.get(chosen or "") or matchers.get(of_telegram) or self.catalog.main

    def note(self, note: Note, person: str | None, message: Message, *, is_edited: bool = False) -> None:
        """Note what became of a message.

        A person's code goes only with a gap, where /forget has to find it. Where nobody could find it, since an
        administrator spoke as the group, no gap is kept.
        """
        tell(note.count, is_answered=False)
        gap = note.gap if person is not None else None
        code = self.message_pseudonym(message)
        self.gap_writer.note(replace(note, gap=gap, asker=person if gap else None, message=code, is_edited=is_edited))

    async def forget(self, person: str | None) -> bool:
        """Delete all that is kept of a person; whether it was done."""
        if person is None:
            return True
        for throttle in (self.throttle, self.care, self.inline_throttle):
            throttle.forget(person)
        return await self.gap_writer.forget(person)


def channel_of(message: MaybeInaccessibleMessage) -> Channel:
    """Where a message was written."""
    return Channel.PRIVATE if message.chat.type == message.chat.PRIVATE else Channel.GROUP


# --- The one line of an update -----------------------------------------------------------------------------------
