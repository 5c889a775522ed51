"""The record of one update while it is handled, from which its log line and its metrics are made."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace

from telegram import Update

from bot.domain.conversation import Channel, Outcome
from bot.domain.gap import Count
from bot.observability.logs import FIELDS
from bot.observability.metrics import Metrics, label

_logger = logging.getLogger("bot.telegram")  # this name is part of the documented log line


@dataclass(slots=True)
class UpdateRecord:
    """An update that is being handled: when this process received it, by `time.perf_counter`, and its outcome.

    ``recorded`` is closed once it is recorded as handled.
    """

    update: Update
    received_at: float = field(default_factory=time.perf_counter)
    count: Count | None = None
    score: float | None = None
    is_timed: bool = False
    recorded: ExitStack = field(default_factory=ExitStack)

    def set_outcome(self, count: Count, *, score: float | None = None, is_timed: bool = True) -> None:
        """Set the outcome; the one set last is logged."""
        self.count, self.score, self.is_timed = count, score, is_timed

    @contextmanager
    def logged(self, metrics: Metrics) -> Iterator[None]:
        """Handle the update in this context; at its end one line is logged and one message counted, errors included."""
        fault = ""
        try:
            yield
        except BaseException as error:
            fault = type(error).__name__
            raise
        finally:
            self._log(metrics, fault)

    def _log(self, metrics: Metrics, fault: str) -> None:
        """Log and count the outcome: never the person or the text."""
        count = self.count or Count(Outcome.IGNORED, "", self._channel)
        if fault:
            count = replace(count, outcome=Outcome.FAILED)
        seconds = time.perf_counter() - self.received_at
        fields = {
            "outcome": label(count.outcome),
            "entry": count.entry or None,
            "score": None if self.score is None else round(self.score, 2),
            "channel": count.channel.value,
            "language": count.language or None,
            "ms": round(seconds * 1000, 1),
            "error": fault or None,
        }
        text = " ".join(f"{name}={'-' if value is None else value}" for name, value in fields.items())
        _logger.info("%s", text, extra={FIELDS: fields})
        is_timed = self.is_timed and not fault
        metrics.message(count.outcome, count.channel, count.language, seconds=seconds if is_timed else None)

    @property
    def _channel(self) -> Channel:
        if self.update.inline_query is not None:
            return Channel.INLINE
        chat = self.update.effective_chat if self.update.guest_message is None else None
        return Channel.PRIVATE if chat is not None and chat.type == chat.PRIVATE else Channel.GROUP
