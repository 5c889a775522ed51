"""Long polling without loss: an update is confirmed only once it is handled.

Telegram sends all updates again that no `offset` has confirmed, oldest first, at most a hundred. So while updates are
in hand, getUpdates is called at short intervals, and updates in hand or finished are ignored; otherwise it is a long
poll. After a kill Telegram sends again what was in hand. The content of an update is never logged.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence

from telegram.error import Conflict, InvalidToken, RetryAfter

from bot.channels.telegram.delivery.intake import Intake, IntakeResult, number_of
from bot.channels.telegram.delivery.offsets import PendingOffsets
from bot.channels.telegram.transport.raw_call import raw_call
from bot.channels.telegram.transport.retry import seconds_of
from bot.channels.telegram.types import AnyApplication
from bot.observability.logs import RateLimitedLogger
from bot.observability.metrics import Metrics

LIMIT = 100  # updates in one answer, at most: core.telegram.org/bots/api#getupdates
LONG_POLL = 20  # seconds that Telegram waits for an update before it answers
ANSWER_WITHIN = 10.0  # seconds that the answer may take beyond the long poll
SHORTEST_INTERVAL, LONGEST_INTERVAL = 0.02, 0.2  # seconds between calls while updates are in hand; grows without news
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0  # seconds after an error
CONFIRM_AFTER = 90.0  # seconds after which an update is confirmed though it is unfinished
CONFIRM_STUCK_AFTER = 5.0  # seconds instead while a full response of unfinished updates keeps new ones from coming
CONFIRM_FLOOD_AFTER = 0.5  # seconds instead once that happened: behind the flood of one chat there may be more of it
RETRY_HELD = 1.0  # seconds until an update that another process holds is tried again
END_WITHIN, CONFIRM_WITHIN = 30.0, 5.0  # seconds to finish the updates in hand at shutdown, and to confirm them
_logger = logging.getLogger(__name__)


class SilenceError(Exception):
    """No updates could be fetched from Telegram for longer than the settings allow."""


class Poller:
    """Fetches updates and passes them to an intake. ``silence`` is in seconds; see SilenceError."""

    def __init__(
        self,
        application: AnyApplication,
        intake: Intake,
        kinds: Sequence[str],
        metrics: Metrics,
        *,
        silence: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._application, self._intake, self._kinds = application, intake, list(kinds)
        self._metrics = metrics
        self._silence, self._clock, self._sleep = silence, clock, sleep
        self._long_poll, self._answer_within = min(LONG_POLL, int(silence)), min(ANSWER_WITHIN, silence)
        self._offsets = PendingOffsets(clock)
        self._confirmed: int | None = None  # the offset of the last successful call
        self._handling: set[asyncio.Task[None]] = set()
        self._last_answer = clock()
        self._pause, self._stuck_after = FIRST_PAUSE, CONFIRM_STUCK_AFTER
        self._rate_limited = RateLimitedLogger(_logger, clock)
        self._is_ending = False
        self._unnumbered: list[object] = []  # updates without a valid update_id in the last response

    @property
    def silent_for(self) -> float:
        """Seconds since the last successful getUpdates."""
        return self._clock() - self._last_answer

    async def run(self) -> None:
        """Fetch updates and start handling them, until cancelled.

        Raises InvalidToken if Telegram refuses the token, and SilenceError.
        """
        self._last_answer, interval = self._clock(), SHORTEST_INTERVAL
        while True:
            offset, called_at = self._offsets.offset, self._clock()
            try:
                updates = await self._get_updates(offset, self._long_poll if self._offsets.is_empty else 0)
            except Exception as fault:
                if isinstance(fault, InvalidToken) and fault.__cause__ is None:  # from Telegram, not a proxy's page
                    raise
                await self._wait_after(fault)
                continue
            new = self._start_handling(updates)
            is_stuck = len(updates) >= LIMIT and not new and self._intake.has_free_slots
            confirm_after = self._stuck_after if is_stuck and not self._intake.is_full else CONFIRM_AFTER
            if self._confirm_unfinished(confirm_after) and is_stuck:
                self._stuck_after = CONFIRM_FLOOD_AFTER
            elif len(updates) < LIMIT:
                self._stuck_after = CONFIRM_STUCK_AFTER
            if new or not updates or self._offsets.offset != offset:
                interval = SHORTEST_INTERVAL
            else:
                interval = min(2 * interval, FIRST_PAUSE if self._offsets.is_empty else LONGEST_INTERVAL)
            await self._sleep(max(0.0, called_at + interval - self._clock()))

    async def finish(self, *, within: float = END_WITHIN) -> None:
        """Wait for the updates in hand, at most ``within`` seconds, and confirm those that are handled."""
        self._is_ending = True
        unfinished: set[asyncio.Task[None]] = set()
        if self._handling:
            _, unfinished = await asyncio.wait(self._handling, timeout=within)
        for task in unfinished:
            task.cancel()
        await asyncio.gather(*unfinished, return_exceptions=True)
        if unfinished:
            _logger.error("not handled in time: %d updates; the next start gets them again", len(unfinished))
        try:
            async with asyncio.timeout(CONFIRM_WITHIN):
                await self._confirm()
        except (InvalidToken, TimeoutError):
            _logger.warning("what was handled last could not be confirmed; Telegram may send it again")

    async def _confirm(self) -> None:
        while (offset := self._offsets.offset) not in (None, self._confirmed):
            try:
                await self._get_updates(offset, 0)
            except InvalidToken:
                raise
            except Exception:  # of any kind: retried until the time is up, which the caller logs
                await self._sleep(FIRST_PAUSE / 2)

    async def _get_updates(self, offset: int | None, seconds: int) -> list[object]:
        """The updates from an offset on, after a long poll of at most so many seconds."""
        parameters = {"offset": offset, "limit": LIMIT, "timeout": seconds, "allowed_updates": self._kinds}
        within = seconds + self._answer_within
        async with asyncio.timeout(within):
            # Not Bot.get_updates, which drops all updates if one is malformed.
            updates = await raw_call(self._application.bot, "getUpdates", parameters, read_timeout=within)
        if not isinstance(updates, list):
            raise TypeError("no list")
        self._confirmed, self._last_answer, self._pause = offset, self._clock(), FIRST_PAUSE
        return updates

    async def _wait_after(self, fault: Exception) -> None:
        """Log a failed getUpdates and wait, longer each time. Raises SilenceError if the silence is too long by now."""
        kind, left = type(fault).__name__, self._silence - self.silent_for
        self._metrics.call_failed("getUpdates", fault)
        if isinstance(fault, Conflict):
            self._rate_limited.warn(kind, "another process fetches the messages of this token; end it, or this one")
        else:
            self._rate_limited.warn(kind, f"messages cannot be fetched now ({kind}); trying again")
        if left <= 0:
            raise SilenceError(f"no messages could be fetched for {self._silence:.0f} s ({kind})")
        if isinstance(fault, RetryAfter):
            await self._sleep(seconds_of(fault))
            return
        await self._sleep(min(self._pause, left))
        self._pause = min(LONGEST_PAUSE, 2 * self._pause)

    def _start_handling(self, updates: list[object]) -> int:
        """Start handling the new updates; how many there are."""
        numbers = [number_of(update) for update in updates]
        self._offsets.advance([number for number in numbers if number is not None])
        before = self._unnumbered
        self._unnumbered = [update for update, number in zip(updates, numbers, strict=True) if number is None]
        new = 0
        for update, number in zip(updates, numbers, strict=True):
            if number is None:
                if update not in before:
                    self._intake.skip("it has no number")
            elif self._offsets.begin(number):
                new += 1
                task = asyncio.create_task(self._handle(update, number))
                self._handling.add(task)
                task.add_done_callback(self._handling.discard)
        return new

    async def _handle(self, update: object, number: int) -> None:
        until = self._clock() + CONFIRM_AFTER
        while await self._intake.handle(update) is IntakeResult.RETRY:
            self._rate_limited.warn("held", "what others have in hand, or a deletion that waits, is asked for again")
            await self._sleep(RETRY_HELD)
            if self._is_ending:
                return  # after the next start it comes again
            if self._clock() < until:
                self._offsets.restart(number)  # confirmed, it would be lost if the other process is dead
        self._offsets.finish(number)

    def _confirm_unfinished(self, seconds: float) -> int:
        if late := self._offsets.finish_older(seconds):
            _logger.warning("not handled after %g s: %d updates; a kill would lose them now", seconds, late)
        return late
