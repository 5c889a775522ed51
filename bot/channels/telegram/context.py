"""What all handlers share: the FAQ in use, the recorder, and who asks, as a code and never by name or number."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace

from telegram import CallbackQuery, MaybeInaccessibleMessage, Message, Update, User

from bot.channels.telegram.ui.sender import Replies
from bot.channels.throttle import Throttle
from bot.domain.faq import Channel, Count, Note
from bot.gaps.writer import Recorder
from bot.matching.matcher import Matcher
from bot.observability import metrics
from bot.observability.logs import FIELDS
from bot.replicas.rate_limits import Rates
from bot.runtime.catalog import InUse
from bot.storage.keys import Keys

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
    rates: Rates | None = None  # of all processes together, where there may be more than one
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

    def update_code(self, bot: int, number: int) -> str:
        """The code of an update, by its number and that of the bot that gets it."""
        return self.keys.code("update", f"telegram:{bot}:{number}")

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
        tell(note.count, is_answered=False)
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


def channel_of(message: MaybeInaccessibleMessage) -> Channel:
    """Where a message was written."""
    return Channel.PRIVATE if message.chat.type == message.chat.PRIVATE else Channel.GROUP


# --- The one line of an update -----------------------------------------------------------------------------------


@dataclass(slots=True)
class _Line:
    """What is known of an update that is being handled. Times are in seconds."""

    began: float
    count: Count | None = None
    score: float | None = None
    is_answered: bool = False


_line: ContextVar[_Line | None] = ContextVar("line", default=None)
_came: ContextVar[float | None] = ContextVar("came", default=None)


def mark_coming() -> None:
    """Say that what this task handles has come in just now. Without it, it came when its handling began."""
    _came.set(time.perf_counter())


@contextmanager
def one_line(update: Update) -> Iterator[None]:
    """Within it an update is handled; at its end one line is logged and one message counted, whatever became of it."""
    line, fault = _Line(_came.get() or time.perf_counter()), ""
    before = _line.set(line)
    try:
        yield
    except BaseException as error:
        fault = type(error).__name__
        raise
    finally:
        _line.reset(before)
        _write(line, _channel_of(update), fault)


def tell(count: Count, *, score: float | None = None, is_answered: bool = True) -> None:
    """Say what became of the update in hand, for its line; what is said last stands there."""
    line = _line.get()
    if line is not None:
        line.count, line.score, line.is_answered = count, score, is_answered


def _write(line: _Line, channel: Channel, fault: str) -> None:
    """Log and count what became of an update: nothing of who asked or what."""
    count = line.count or Count("ignored", "", channel)
    if fault:
        count = replace(count, outcome="failed")
    seconds = time.perf_counter() - line.began
    fields = {
        "outcome": count.outcome.replace(" ", "-"),
        "entry": count.entry or None,
        "score": None if line.score is None else round(line.score, 2),
        "channel": count.channel.value,
        "language": count.language or None,
        "ms": round(seconds * 1000, 1),
        "error": fault or None,
    }
    text = " ".join(f"{name}={'-' if value is None else value}" for name, value in fields.items())
    _log.info("%s", text, extra={FIELDS: fields})
    is_timed = line.is_answered and not fault
    metrics.message(count.outcome, count.channel.value, count.language, seconds=seconds if is_timed else None)


def _channel_of(update: Update) -> Channel:
    if update.inline_query is not None:
        return Channel.INLINE
    chat = update.effective_chat
    return Channel.PRIVATE if chat is not None and chat.type == chat.PRIVATE else Channel.GROUP
