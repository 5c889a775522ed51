"""The one log line of each update, and its count in the metrics."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace

from telegram import Update

from bot.domain.conversation import Channel
from bot.domain.gap import Count
from bot.observability import metrics
from bot.observability.logs import FIELDS

_logger = logging.getLogger("bot.telegram")


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
    _logger.info("%s", text, extra={FIELDS: fields})
    is_timed = line.is_answered and not fault
    metrics.message(count.outcome, count.channel.value, count.language, seconds=seconds if is_timed else None)


def _channel_of(update: Update) -> Channel:
    if update.inline_query is not None:
        return Channel.INLINE
    chat = update.effective_chat
    return Channel.PRIVATE if chat is not None and chat.type == chat.PRIVATE else Channel.GROUP
