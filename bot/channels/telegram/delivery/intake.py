"""Where every update comes in, fetched or sent to us: each is handled once, in its chat's order; no fault escapes."""

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
from bot.replicas.update_leases import Lease, UpdateLeases

_logger = logging.getLogger(__name__)


class IntakeResult(Enum):
    """What became of an update: handled now, or before, or being handled by somebody, or skipped as no update."""

    HANDLED = "handled"
    REPEATED = "repeated"
    HELD = "held"
    SKIPPED = "skipped"


class Intake:
    """Takes updates as Telegram's JSON has them and has the application handle them."""

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
        self._order = cast(ChatQueue, application.update_processor)
        self._rate_limited = RateLimitedLogger(_logger, clock)
        self.in_hand = 0
        self.skipped = 0  # malformed updates
        self.repeated = 0  # updates that came though they were handled

    @property
    def is_full(self) -> bool:
        """Whether no more should be taken now."""
        return self.in_hand >= MOST_WAITING

    @property
    def has_places(self) -> bool:
        """Whether more could be handled at once than is."""
        return self._order.has_places

    def start(self) -> None:
        """Be ready for updates."""
        self._leases.start()

    async def stop(self) -> None:
        """No more updates come: let others know what was handled, and have what was not."""
        await self._leases.stop()

    async def handle(self, update: object) -> IntakeResult:
        """Have an update handled, and wait for that. Raises nothing but CancelledError."""
        came = time.perf_counter()
        self.in_hand += 1
        try:
            return await self._handle(update, came)
        finally:
            self.in_hand -= 1

    def skip(self, reason: str) -> IntakeResult:
        """Count an update that nobody can handle."""
        self.skipped += 1
        self._rate_limited.warn("malformed", f"malformed updates are skipped, {self.skipped} so far ({reason})")
        return IntakeResult.SKIPPED

    async def _handle(self, update: Any, came: float) -> IntakeResult:
        number = number_of(update)
        if number is None:
            return self.skip("it has no number")
        try:
            record = UpdateRecord(Update.de_json(update, self._application.bot), came)
        except Exception as fault:
            return self.skip(kind_and_place(fault))
        code = self._context.update_pseudonym(self._application.bot.id, number)
        match await self._leases.acquire(code):
            case Lease.HELD:
                return IntakeResult.HELD
            case Lease.DONE:
                self.repeated += 1
                return IntakeResult.REPEATED
        handling = self._application.process_update(record)
        try:
            await self._order.process_update(record, handling)
        except Exception as fault:
            _logger.error("an update was not handled: %s", kind_and_place(fault))
        except asyncio.CancelledError:
            self._leases.give_back(code)
            raise
        finally:
            handling.close()  # it has not begun where the process ends first
        if record.update.my_chat_member is not None and self._context.gap_writer.is_forgetting:
            self._leases.give_back(code)  # who blocked the bot does not ask again to be forgotten: this comes again
            return IntakeResult.HELD
        try:
            await self._context.gap_writer.settled()  # a kill must not lose a gap whose update nobody sends again
        finally:
            self._leases.finish(code)
        return IntakeResult.HANDLED


def number_of(update: object) -> int | None:
    """An update's own number; None for one without that Telegram could have given it."""
    number = update.get("update_id") if isinstance(update, dict) else None
    return number if type(number) is int and 0 < number < 2**31 else None
