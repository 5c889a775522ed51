"""Writes notes to the gap log behind the replies, so that a slow or failing log never costs anybody the answer.

One task does all the writing: what is to be forgotten first, then all notes that wait, in one transaction. After a
failure both wait and are tried again. Whoever notes something is never made to wait and never told of an error; whoever
wants to be forgotten waits a little, to be told the truth.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

from bot.domain.gap import Note
from bot.gaps.repository import GapLog
from bot.observability.logs import RateLimitedLogger
from bot.observability.metrics import Metrics
from bot.storage.errors import DamagedError, LogError

MOST_WAITING = 10_000  # notes; beyond it the oldest are dropped, and how many is logged
MOST_AT_ONCE = 500  # notes in one transaction
RETRY = timedelta(seconds=5)
PATIENCE = timedelta(seconds=2)  # of a person who waits for the log; the messages of others wait for it as well
EXPIRE_AGAIN = timedelta(minutes=5)  # after a failure
EXPIRE_EVERY = timedelta(days=1)
_SET_ASIDE = (
    "gap log: %s was damaged and is now %s; a new one is begun, and nothing that waits is lost; what can be saved of "
    "it this shows: sqlite3 %s .dump (or .recover); then delete it, for it holds what may be forgotten since"
)
_logger = logging.getLogger(__name__)
_T = TypeVar("_T")


class GapWriter:
    """The queue before a gap log. `start` begins writing, `stop` writes what waits, as far as that is possible."""

    def __init__(
        self,
        log: GapLog,
        metrics: Metrics | None = None,
        *,
        retry: timedelta = RETRY,
        patience: timedelta = PATIENCE,
        most_waiting: int = MOST_WAITING,
    ) -> None:
        self.log = log
        self._metrics = metrics or Metrics()
        self._retry = retry.total_seconds()
        self._patience = patience.total_seconds()
        self._most_waiting = most_waiting
        self._waiting: deque[Note] = deque()
        self._in_flight: Sequence[Note] = ()
        self._to_forget: dict[str, asyncio.Future[None]] = {}
        self._used: set[str] = set()  # persons whose choice of a language was used
        self._dropped = 0
        self._work = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._stopping = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._settling: list[asyncio.Future[None]] = []  # those who wait for what was noted before
        self._is_failing = False
        self._is_damaged = False  # as far as was seen, and not yet looked at
        self._rate_limited = RateLimitedLogger(_logger, time.monotonic)

    @property
    def waiting(self) -> int:
        """How many notes wait to be written."""
        return len(self._waiting) + len(self._in_flight)

    @property
    def is_forgetting(self) -> bool:
        """Whether somebody is still to be forgotten."""
        return bool(self._to_forget)

    def start(self) -> None:
        """Begin writing what is noted; at the start, and later once a day, delete what is past its time."""
        self._tasks = [asyncio.create_task(self._work_till_stopped()), asyncio.create_task(self._expire_daily())]

    async def stop(self, *, within: timedelta = timedelta(seconds=10)) -> None:
        """Write what waits, then end; what cannot be written within the time is lost, and how much is logged."""
        if self._tasks:
            await self.flush(within=within)
        self._stopping.set()
        self._work.set()
        if self._tasks:  # what they are just doing ends by itself, or by SQLite's own time-out
            await asyncio.wait(self._tasks)
        lost = self.waiting + self._dropped
        if lost or self._to_forget:
            _logger.error("%d notes and %d deletions never reached the gap log", lost, len(self._to_forget))
        await self.log.close()

    def note(self, note: Note) -> None:
        """Take a note, with the time that it is now. Returns at once and never raises."""
        if len(self._waiting) >= self._most_waiting:
            self._waiting.popleft()
            self._drop(1)
        if note.gap is not None:
            self._metrics.gap(note.gap.reason)
        self._waiting.append(replace(note, at=self.log.now()))
        self._wake()

    async def settled(self) -> None:
        """Wait until what was noted is written: no longer than the patience, and not at all while the log fails."""
        if self._tasks and self.waiting and not self._is_failing:
            done = asyncio.get_running_loop().create_future()
            self._settling.append(done)
            await asyncio.wait({done}, timeout=self._patience)

    async def flush(self, *, within: timedelta = timedelta(seconds=10)) -> bool:
        """Wait until all that was noted is written; whether it was, within the time."""
        try:
            await asyncio.wait_for(self._idle.wait(), within.total_seconds())
        except TimeoutError:
            return False
        return True

    async def forget(self, asker: str) -> bool:
        """Delete all that is kept of a person, what waits included; whether it is done by now.

        What could not be done within the patience is tried again for as long as this runs.
        """
        self._waiting = deque(note for note in self._waiting if note.asker != asker)
        self._used.discard(asker)
        done = self._to_forget.setdefault(asker, asyncio.get_running_loop().create_future())
        self._wake()
        await asyncio.wait({done}, timeout=self._patience)
        return done.done()

    async def language(self, asker: str) -> str | None:
        """The language that a person chose; None if there is none or it cannot be read."""
        _, language = await self._patiently(self.log.language(asker))
        if language is not None:
            self._used.add(asker)
            self._wake()
        return language

    async def choose_language(self, asker: str, language: str) -> bool:
        """Keep the language that a person chose; whether it was done."""
        is_done, _ = await self._patiently(self.log.choose_language(asker, language))
        return is_done

    async def _patiently(self, use: Coroutine[Any, Any, _T]) -> tuple[bool, _T | None]:
        """Use the log for somebody who waits: whether that was done within the patience, and what it gave."""
        task = asyncio.create_task(use)
        await asyncio.wait({task}, timeout=self._patience)
        if not task.done():
            task.add_done_callback(lambda task: task.cancelled() or task.exception())
            return False, None
        error = task.exception()
        if error is None:
            return True, task.result()
        self._tell(error)
        return False, None

    def _wake(self) -> None:
        self._idle.clear()
        self._work.set()

    async def _pause(self, seconds: float) -> None:
        """Wait, though not longer than this runs."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    async def _work_till_stopped(self) -> None:
        while not self._stopping.is_set():
            await self._work.wait()
            if not self._is_damaged and not self._waiting and not self._to_forget and not self._used:
                self._work.clear()
                self._idle.set()
                self._settle(self._settling)
                continue
            is_done = await self._forget_all() and await self._touch_all() and await self._write_some()
            if self._is_damaged:
                is_done = await self._set_aside()
            self._is_failing = not is_done
            if self._is_failing:
                self._settle(self._settling)
                await self._pause(self._retry)

    async def _set_aside(self) -> bool:
        """Move the log away, which was found damaged, so that a new one is begun; whether that was done."""
        self._is_damaged = False
        try:
            aside = await self.log.set_aside()
        except Exception as error:
            self._tell_of(error)
            return False
        if aside is None:
            self._tell_of(LogError(f"{self.log.path}: seemed damaged, and is well when looked at again"))
            return False
        _logger.error(_SET_ASIDE, self.log.path, aside, aside)
        return True

    async def _forget_all(self) -> bool:
        """Delete what is to be forgotten; whether that was done."""
        for asker in tuple(self._to_forget):
            try:
                await self.log.forget(asker)
            except Exception as error:  # a fault of ours must not end the writing
                self._tell(error)
                return False
            done = self._to_forget.pop(asker)
            done.set_result(None)
        return True

    async def _touch_all(self) -> bool:
        """Note the day on which languages were used; whether that was done. It is no loss if not."""
        used, self._used = self._used, set()
        if not used:
            return True
        try:
            await self.log.touch(used)
        except Exception as error:
            self._tell(error)
            return False
        return True

    async def _write_some(self) -> bool:
        """Write what waits; after a failure it waits again, before what came since. Whether it was written."""
        self._in_flight = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_AT_ONCE))]
        if not self._in_flight:
            return True
        settling: list[asyncio.Future[None]] = []
        if not self._waiting:
            settling, self._settling = self._settling, settling
        try:
            await self.log.write(self._in_flight)
        except LogError as error:
            self._settle(settling)
            self._put_back([note for note in self._in_flight if note.asker not in self._to_forget])
            self._tell(error)
            return False
        except Exception as error:  # this batch would only raise it again
            self._metrics.gap_log_failed()
            self._metrics.notes_dropped(len(self._in_flight))
            _logger.error("%d notes cannot be written: %s", len(self._in_flight), type(error).__name__)
        self._in_flight = ()
        self._settle(settling)
        if self._dropped:
            _logger.error("%d notes were dropped while the gap log could not be written", self._dropped)
            self._dropped = 0
        return True

    def _settle(self, waiting: list[asyncio.Future[None]]) -> None:
        """Let go those who wait."""
        for done in waiting:
            if not done.done():
                done.set_result(None)
        waiting.clear()

    def _put_back(self, notes: Sequence[Note]) -> None:
        room = max(0, self._most_waiting - len(self._waiting))
        kept = notes[max(0, len(notes) - room) :]
        self._drop(len(notes) - len(kept))
        self._waiting.extendleft(reversed(kept))
        self._in_flight = ()

    def _drop(self, notes: int) -> None:
        self._dropped += notes
        self._metrics.notes_dropped(notes)

    async def _expire_daily(self) -> None:
        is_start = True  # when a backup may have been put back, so by each process; later one does it for all
        while not self._stopping.is_set():
            pause = EXPIRE_EVERY
            try:
                is_ours = is_start or await self.log.acquire_job("expire", self.log.now().date().isoformat())
                if is_ours and (expired := await self.log.expire()):
                    _logger.info("gap log: %d gaps were past their time and are deleted", expired)
            except Exception as error:  # whatever it is, the day after tomorrow must not go without
                self._tell(error)
                pause = EXPIRE_AGAIN
            is_start = False
            await self._pause(pause.total_seconds())

    def _tell(self, error: BaseException) -> None:
        """Count a trouble, and log it; of a damaged log only once it is known what becomes of it."""
        self._metrics.gap_log_failed()
        if isinstance(error, DamagedError):
            self._is_damaged = True
            self._wake()
        else:
            self._tell_of(error)

    def _tell_of(self, error: BaseException) -> None:
        """Log a trouble, once in a while: a LogError in its own words, any other by its kind."""
        trouble = str(error) if isinstance(error, LogError) else type(error).__name__
        self._rate_limited.error(trouble, f"gap log: {trouble}; answers go on, {self.waiting} notes wait")
