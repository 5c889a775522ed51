"""The entry of every update, polled or from the webhook: each is handled once, in its chat's order, without raising."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from enum import Enum
from typing import Any, cast

from telegram import Update

from bot.channels.telegram.context import BotContext
from bot.channels.telegram.delivery.chat_queue import MOST_WAITING, ChatQueue
from bot.channels.telegram.types import AnyApplication
from bot.channels.telegram.update_record import UpdateRecord
from bot.observability.logs import RateLimitedLogger, kind_and_place
from bot.replicas.update_leases import LeaseState, UpdateLeases

_logger = logging.getLogger(__name__)


class IntakeResult(Enum):
    """What became of an update: handled now, handled before, held (to be delivered again), or skipped as malformed."""

    HANDLED = "handled"
    REPEATED = "repeated"
    RETRY = "retry"
    SKIPPED = "skipped"


class Intake:
    """Accepts updates as parsed JSON and passes them to the application."""

    def __init__(
        self,
        application: AnyApplication,
        context: BotContext,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._application, self._context = application, context
        log = context.gap_writer.log
        self._leases = UpdateLeases(log.database, log.now)
        self._queue = cast(ChatQueue, application.update_processor)
        self._rate_limited = RateLimitedLogger(_logger, clock)
        self.in_hand = 0
        self.skipped = 0  # malformed updates
        self.repeated = 0  # updates that arrived again after they were handled

    @property
    def is_full(self) -> bool:
        """Whether no more updates should be accepted now."""
        return self.in_hand >= MOST_WAITING

    @property
    def has_free_slots(self) -> bool:
        """Whether another update could be handled right now."""
        return self._queue.has_free_slots

    def start(self) -> None:
        """Start exchanging update leases with the database."""
        self._leases.start()

    async def stop(self) -> None:
        """Record what was handled and release the other leases. Call it when no more updates arrive."""
        await self._leases.stop()

    async def handle(self, update: object) -> IntakeResult:
        """Handle an update to its end. Raises nothing but CancelledError."""
        received_at = time.perf_counter()
        self.in_hand += 1
        try:
            return await self._handle(update, received_at)
        finally:
            self.in_hand -= 1

    def skip(self, reason: str) -> IntakeResult:
        """Count and log a malformed update."""
        self.skipped += 1
        self._rate_limited.warn("malformed", f"malformed updates are skipped, {self.skipped} so far ({reason})")
        return IntakeResult.SKIPPED

    async def _handle(self, update: Any, received_at: float) -> IntakeResult:
        number = number_of(update)
        if number is None:
            return self.skip("it has no number")
        try:
            record = UpdateRecord(Update.de_json(update, self._application.bot), received_at)
        except Exception as fault:
            return self.skip(kind_and_place(fault))
        pseudonym = self._context.update_pseudonym(self._application.bot.id, number)
        match await self._leases.acquire(pseudonym):
            case LeaseState.BUSY:
                return IntakeResult.RETRY
            case LeaseState.HANDLED:
                self.repeated += 1
                return IntakeResult.REPEATED
        with record.recorded, self._context.gap_writer.holding(pseudonym):
            return await self._handle_ours(record, pseudonym)

    async def _handle_ours(self, record: UpdateRecord, pseudonym: str) -> IntakeResult:
        handling = self._application.process_update(record)
        try:
            await self._queue.process_update(record, handling)
        except Exception as fault:
            _logger.error("an update was not handled: %s", kind_and_place(fault))
        except asyncio.CancelledError:
            self._leases.give_back(pseudonym)
            raise
        finally:
            handling.close()  # it may not have started, if the process ends first
        if record.update.my_chat_member is not None and self._context.gap_writer.is_forgetting:
            self._leases.give_back(pseudonym)  # redelivered: who blocked the bot cannot send /forget
            return IntakeResult.RETRY
        is_saved = False
        try:
            is_saved = await self._context.gap_writer.settled()  # else a kill could lose a gap of what is confirmed
        finally:
            self._leases.finish(pseudonym, is_saved=is_saved)
        return IntakeResult.HANDLED


def number_of(update: object) -> int | None:
    """The `update_id` of an update; None if it has no valid one."""
    number = update.get("update_id") if isinstance(update, dict) else None
    return number if type(number) is int and 0 < number < 2**31 else None
