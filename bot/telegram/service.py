"""What all handlers share: the FAQ in use, the recorder, and who asks, as a code and never by name or number."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field, replace

from telegram import CallbackQuery, Message, User

from bot.diary import FIELDS
from bot.gaps.keys import Keys
from bot.gaps.recorder import Recorder
from bot.in_use import InUse
from bot.matching.matcher import Matcher
from bot.model import Channel, Count, Note
from bot.telegram.posting import Replies
from bot.telegram.throttle import Throttle

_log = logging.getLogger("bot.telegram")


@dataclass(frozen=True, slots=True)
class Service:
    """The one bot that this process is."""

    in_use: InUse
    recorder: Recorder
    keys: Keys
    throttle: Throttle
    care: Throttle  # of messages past the throttle that are still looked at, in case they are urgent
    inline_throttle: Throttle
    maintainer_chats: tuple[int, ...] = ()
    replies: Replies = field(default_factory=lambda: Replies(time.monotonic))

    def person(self, asked: Message | CallbackQuery) -> str | None:
        """The code of the person who asks; None for one who speaks as a group."""
        if asked.from_user is None or (isinstance(asked, Message) and asked.sender_chat is not None):
            return None
        return self.person_of(asked.from_user)

    def person_of(self, user: User) -> str:
        """The code of a person."""
        return self.keys.code("asker", f"telegram:{user.id}")

    def message_code(self, message: Message) -> str:
        """The code of a message."""
        return self.keys.code("message", f"telegram:{message.chat_id}:{message.message_id}")

    async def matcher_for(self, user: User | None) -> Matcher:
        """The matcher of a person's language: the one chosen, else the one that Telegram names, else the main one."""
        matchers = self.in_use.matchers
        if len(matchers) == 1 or user is None:
            return self.in_use.main
        chosen = await self.recorder.language(self.person_of(user))
        of_telegram = (user.language_code or "").partition("-")[0]
        return matchers.get(chosen or "") or matchers.get(of_telegram) or self.in_use.main

    def note(self, note: Note, person: str | None, message: Message, *, is_edited: bool = False) -> None:
        """Note what became of a message.

        A person's code goes only with a gap, where /forget has to find it. Where nobody could find it, since an
        administrator spoke as the group, no gap is kept.
        """
        gap = note.gap if person is not None else None
        code = self.message_code(message)
        self.recorder.note(replace(note, gap=gap, asker=person if gap else None, message=code, is_edited=is_edited))

    async def forget(self, person: str | None) -> bool:
        """Delete all that is kept of a person; whether it was done."""
        if person is None:
            return True
        for throttle in (self.throttle, self.care, self.inline_throttle):
            throttle.forget(person)
        return await self.recorder.forget(person)


def channel_of(message: Message) -> Channel:
    """Where a message was written."""
    return Channel.PRIVATE if message.chat.type == message.chat.PRIVATE else Channel.GROUP


def log_line(count: Count, began: float, *, score: float | None = None) -> None:
    """The one line of a message: what became of it and how long that took; nothing of who asked or what."""
    fields = {
        "outcome": count.outcome.replace(" ", "-"),
        "entry": count.entry or None,
        "score": None if score is None else round(score, 2),
        "channel": count.channel.value,
        "language": count.language,
        "ms": round((time.perf_counter() - began) * 1000, 1),
    }
    line = " ".join(f"{name}={'-' if value is None else value}" for name, value in fields.items())
    _log.info("%s", line, extra={FIELDS: fields})
