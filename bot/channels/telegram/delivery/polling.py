"""Fetching updates from Telegram so that nothing is lost: an update is confirmed only once it is handled.

Telegram sends again whatever no `offset` has confirmed, oldest first, a hundred at most. So while something is in hand
it is asked at short intervals, and what is in hand or done already is passed over; while nothing is, it holds its
answer back until there is news. After a kill it sends again what was in hand. Of an update nothing is ever logged.
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
LONG_POLL = 20  # seconds for which Telegram holds its answer back until there is news
ANSWER_WITHIN = 10.0  # seconds that the answer itself may take
SOON, LATER = 0.02, 0.2  # seconds between two looks while something is in hand: with news, and without for long
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0  # seconds after a fault
HELD, PATIENCE = 90.0, 5.0  # seconds after which an update is confirmed unfinished; where it keeps others from coming
HURRIED = 0.5  # seconds instead, once that was so: behind a flood of one chat stand more of it, and then the others
LOOK_AGAIN = 1.0  # seconds until an update is tried again that another process has in hand
END_WITHIN, CONFIRM_WITHIN = 30.0, 5.0  # seconds to finish what is in hand at the end, and to confirm it
_logger = logging.getLogger(__name__)


class SilenceError(Exception):
    """No updates could be had from Telegram for longer than is allowed."""


class Poller:
    """Fetches updates and gives them to an intake. ``silence`` is in seconds; see SilenceError."""

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
        self._in_hand = PendingOffsets(clock)
        self._confirmed: int | None = None  # the offset that Telegram last heard
        self._handling: set[asyncio.Task[None]] = set()
        self._last_answer = clock()
        self._pause, self._patience = FIRST_PAUSE, PATIENCE
        self._rate_limited = RateLimitedLogger(_logger, clock)
        self._is_ending = False
        self._nameless: list[object] = []  # what the last answer held that has no number

    @property
    def silent_for(self) -> float:
        """Seconds since Telegram last answered."""
        return self._clock() - self._last_answer

    async def run(self) -> None:
        """Fetch updates and have them handled, until cancelled.

        Raises InvalidToken where Telegram refuses the token, and SilenceError.
        """
        self._last_answer, look = self._clock(), SOON
        while True:
            asked, at = self._in_hand.offset, self._clock()
            try:
                updates = await self._ask(asked, self._long_poll if self._in_hand.is_empty else 0)
            except Exception as fault:
                if isinstance(fault, InvalidToken) and fault.__cause__ is None:  # Telegram's word, not a proxy's page
                    raise
                await self._wait_after(fault)
                continue
            taken = self._take(updates)
            is_stuck = len(updates) >= LIMIT and not taken and self._intake.has_places
            if self._let_go(self._patience if is_stuck and not self._intake.is_full else HELD) and is_stuck:
                self._patience = HURRIED
            elif len(updates) < LIMIT:
                self._patience = PATIENCE
            if taken or not updates or self._in_hand.offset != asked:
                look = SOON
            else:
                look = min(2 * look, FIRST_PAUSE if self._in_hand.is_empty else LATER)
            await self._sleep(max(0.0, at + look - self._clock()))

    async def finish(self, *, within: float = END_WITHIN) -> None:
        """Wait for so many seconds until what was taken is handled, and confirm it, so that it does not come again."""
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
        while (offset := self._in_hand.offset) not in (None, self._confirmed):
            try:
                await self._ask(offset, 0)
            except InvalidToken:
                raise
            except Exception:  # whatever it is: it is tried again until the time is up, and then told
                await self._sleep(FIRST_PAUSE / 2)

    async def _ask(self, offset: int | None, seconds: int) -> list[object]:
        """What Telegram has from an offset on, waiting so long for news."""
        asked = {"offset": offset, "limit": LIMIT, "timeout": seconds, "allowed_updates": self._kinds}
        within = seconds + self._answer_within
        async with asyncio.timeout(within):
            # Not Bot.get_updates, which drops all for one that is malformed.
            updates = await raw_call(self._application.bot, "getUpdates", asked, read_timeout=within)
        if not isinstance(updates, list):
            raise TypeError("no list")
        self._confirmed, self._last_answer, self._pause = offset, self._clock(), FIRST_PAUSE
        return updates

    async def _wait_after(self, fault: Exception) -> None:
        """Wait, longer each time, before Telegram is asked again. Raises SilenceError."""
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

    def _take(self, updates: list[object]) -> int:
        """Begin to handle those that are new; how many there are."""
        numbers = [number_of(update) for update in updates]
        self._in_hand.came([number for number in numbers if number is not None])
        before, self._nameless = self._nameless, [u for u, n in zip(updates, numbers, strict=True) if n is None]
        taken = 0
        for update, number in zip(updates, numbers, strict=True):
            if number is None:
                if update not in before:
                    self._intake.skip("it has no number")
            elif self._in_hand.begin(number):
                taken += 1
                task = asyncio.create_task(self._handle(update, number))
                self._handling.add(task)
                task.add_done_callback(self._handling.discard)
        return taken

    async def _handle(self, update: object, number: int) -> None:
        until = self._clock() + HELD
        while await self._intake.handle(update) is IntakeResult.HELD:
            self._rate_limited.warn("held", "what others have in hand, or a deletion that waits, is asked for again")
            await self._sleep(LOOK_AGAIN)
            if self._is_ending:
                return  # the next start gets it again
            if self._clock() < until:
                self._in_hand.keep(number)  # let go it would be lost if that process is dead
        self._in_hand.finish(number)

    def _let_go(self, seconds: float) -> int:
        if late := self._in_hand.finish_older(seconds):
            _logger.warning("not handled after %g s: %d updates; a kill would lose them now", seconds, late)
        return late
