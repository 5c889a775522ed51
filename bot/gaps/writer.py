"""Writes notes to the gap log in the background, so that a slow or failing database never delays or fails a reply.

One task does all the writing: first the deletions of `/forget`, then the waiting notes in batches, each a transaction.
After a failure both stay queued and are retried. `note` never waits and never raises; `forget` waits a little, so that
the reply to the person says whether it is done.
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
from bot.storage.errors import DamagedError, LogError, UnfitError

MOST_WAITING = 10_000  # notes; beyond that the oldest are dropped, and their number is logged
MOST_AT_ONCE = 500  # notes in one transaction
RETRY = timedelta(seconds=5)
PATIENCE = timedelta(seconds=2)  # for a database access that a person waits for; messages of others wait for it too
EXPIRE_RETRY = timedelta(minutes=5)  # after a failure
EXPIRE_EVERY = timedelta(days=1)
_SET_ASIDE = (
    "gap log: %s was damaged and is now %s; a new one is begun, and nothing that waits is lost; what can be saved of "
    "it this shows: sqlite3 %s .dump (or .recover); then delete it, for it holds what may be forgotten since"
)
_logger = logging.getLogger(__name__)
_T = TypeVar("_T")


class GapWriter:
    """The queue of a gap log. `start` starts the background tasks, `stop` writes what is still queued, if possible."""

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
        self._one_by_one = 0  # how many of the next notes are written each by itself
        self._to_forget: dict[str, asyncio.Future[None]] = {}
        self._used: set[str] = set()  # pseudonyms of people whose chosen language was read
        self._dropped = 0
        self._has_work = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._stopping = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._settling: list[asyncio.Future[None]] = []  # of callers of `settled`
        self._is_failing = False
        self._damage: DamagedError | None = None  # that a failed access reported, until `set_aside` has looked again
        self._rate_limited = RateLimitedLogger(_logger, time.monotonic)

    @property
    def waiting(self) -> int:
        """The number of notes that are not yet written."""
        return len(self._waiting) + len(self._in_flight)

    @property
    def is_forgetting(self) -> bool:
        """Whether any deletion is pending."""
        return bool(self._to_forget)

    def start(self) -> None:
        """Start writing notes in the background, and delete expired data at once and every day."""
        self._tasks = [asyncio.create_task(self._write_until_stopped()), asyncio.create_task(self._expire_daily())]

    async def stop(self, *, within: timedelta = timedelta(seconds=10)) -> None:
        """Write what is queued, then close the gap log. What cannot be written within ``within`` is lost and logged."""
        if self._tasks:
            await self.flush(within=within)
        self._stopping.set()
        self._has_work.set()
        if self._tasks:  # an access in progress ends by itself, or by SQLite's own time-out
            await asyncio.wait(self._tasks)
        lost = self.waiting + self._dropped
        if lost or self._to_forget:
            _logger.error("%d notes and %d deletions never reached the gap log", lost, len(self._to_forget))
        await self.log.close()

    def note(self, note: Note) -> None:
        """Queue a note, with the current time. Returns at once and never raises."""
        if len(self._waiting) >= self._most_waiting:
            self._waiting.popleft()
            self._drop(1)
        if note.gap is not None:
            self._metrics.gap(note.gap.reason)
        self._waiting.append(replace(note, at=self.log.now()))
        self._wake()

    async def settled(self) -> None:
        """Wait until all notes so far are written: at most for the patience, and not at all while the gap log fails."""
        if self._tasks and self.waiting and not self._is_failing:
            done = asyncio.get_running_loop().create_future()
            self._settling.append(done)
            await asyncio.wait({done}, timeout=self._patience)

    async def flush(self, *, within: timedelta = timedelta(seconds=10)) -> bool:
        """Wait until all notes are written; false if that takes longer than ``within``."""
        try:
            await asyncio.wait_for(self._idle.wait(), within.total_seconds())
        except TimeoutError:
            return False
        return True

    async def forget(self, asker: str) -> bool:
        """Delete all data of a person, including queued notes; whether it was done within the patience.

        If not, it is retried for as long as this writer runs.
        """
        self._waiting = deque(note for note in self._waiting if note.asker != asker)
        self._used.discard(asker)
        done = self._to_forget.setdefault(asker, asyncio.get_running_loop().create_future())
        self._wake()
        await asyncio.wait({done}, timeout=self._patience)
        return done.done()

    async def open(self) -> bool:
        """Open the database, so that no message has to wait for that; whether it is open within the patience.

        What is wrong with it is reported when it is used.
        """
        opening = asyncio.create_task(self.log.known(()))
        opening.add_done_callback(lambda task: task.cancelled() or task.exception())
        await asyncio.wait({opening}, timeout=self._patience)
        return opening.done() and opening.exception() is None

    async def language(self, asker: str) -> str | None:
        """The language that a person chose; None if they chose none or it cannot be read."""
        _, language = await self._within_patience(self.log.language(asker))
        if language is not None:
            self._used.add(asker)
            self._wake()
        return language

    async def choose_language(self, asker: str, language: str) -> bool:
        """Store the language that a person chose; whether that succeeded."""
        is_done, _ = await self._within_patience(self.log.choose_language(asker, language))
        return is_done

    async def _within_patience(self, access: Coroutine[Any, Any, _T]) -> tuple[bool, _T | None]:
        """Access the gap log for a person who waits: whether it succeeded within the patience, and its result."""
        task = asyncio.create_task(access)
        await asyncio.wait({task}, timeout=self._patience)
        if not task.done():
            task.add_done_callback(lambda task: task.cancelled() or task.exception())
            return False, None
        error = task.exception()
        if error is None:
            return True, task.result()
        self._report(error)
        return False, None

    def _wake(self) -> None:
        self._idle.clear()
        self._has_work.set()

    async def _pause(self, seconds: float) -> None:
        """Sleep, but wake up when the writer stops."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    async def _write_until_stopped(self) -> None:
        while not self._stopping.is_set():
            await self._has_work.wait()
            if not self._damage and not self._waiting and not self._to_forget and not self._used:
                self._has_work.clear()
                self._idle.set()
                self._release(self._settling)
                continue
            is_done = await self._forget_all() and await self._touch_all() and await self._write_batch()
            if self._damage:
                is_done = await self._set_aside(self._damage)
            self._is_failing = not is_done
            if self._is_failing:
                self._release(self._settling)
                await self._pause(self._retry)

    async def _set_aside(self, damage: DamagedError) -> bool:
        """Move a damaged database file away, so that a new one is created; whether that succeeded."""
        self._damage = None
        try:
            aside = await self.log.set_aside()
        except Exception as error:
            self._log_error(error)
            return False
        if aside is None:
            is_well = LogError(f"{self.log.path}: seemed damaged, and is well when looked at again")
            self._log_error(damage if isinstance(damage, UnfitError) else is_well)
            return False
        _logger.error(_SET_ASIDE, self.log.path, aside, aside)
        return True

    async def _forget_all(self) -> bool:
        """Delete the data of all people who asked for it; whether that succeeded."""
        for asker in tuple(self._to_forget):
            try:
                await self.log.forget(asker)
            except Exception as error:  # a bug must not end the task
                self._report(error)
                return False
            done = self._to_forget.pop(asker)
            done.set_result(None)
        return True

    async def _touch_all(self) -> bool:
        """Store the day on which chosen languages were used; whether that succeeded. A failure is not retried."""
        used, self._used = self._used, set()
        if not used:
            return True
        try:
            await self.log.touch(used)
        except Exception as error:
            self._report(error)
            return False
        return True

    async def _write_batch(self) -> bool:
        """Write a batch of notes; whether that succeeded. After a failure they go back to the front of the queue.

        A note that raises what is no failure of the log is dropped, and no other with it.
        """
        most = 1 if self._one_by_one else MOST_AT_ONCE
        self._in_flight = [self._waiting.popleft() for _ in range(min(len(self._waiting), most))]
        if not self._in_flight:
            return True
        settling: list[asyncio.Future[None]] = []
        if not self._waiting:
            settling, self._settling = self._settling, settling
        try:
            await self.log.write(self._in_flight)
        except LogError as error:
            self._release(settling)
            self._put_back(self._still_wanted())
            self._report(error)
            return False
        except Exception as error:  # a bug, which this batch would raise at each retry
            self._metrics.gap_log_failed()
            if len(self._in_flight) > 1:  # the fault may be one note's: no other is to be lost with it
                self._settling += settling
                self._one_by_one = len(self._in_flight)
                self._put_back(self._still_wanted())
                return True
            self._metrics.notes_dropped(1)
            kind = type(error).__name__
            self._rate_limited.error(f"note: {kind}", f"a note cannot be written ({kind}) and is dropped")
        self._one_by_one = max(0, self._one_by_one - len(self._in_flight))
        self._in_flight = ()
        self._release(settling)
        if self._dropped:
            _logger.error("%d notes were dropped while the gap log could not be written", self._dropped)
            self._dropped = 0
        return True

    def _still_wanted(self) -> list[Note]:
        return [note for note in self._in_flight if note.asker not in self._to_forget]

    def _release(self, waiting: list[asyncio.Future[None]]) -> None:
        """Let callers of `settled` go on."""
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
        is_due = True  # at the start for each process, since a backup may have been restored; later one does it for all
        while not self._stopping.is_set():
            pause = EXPIRE_EVERY
            try:
                is_due = is_due or await self.log.acquire_job("expire", self.log.now().date().isoformat())
                if is_due:
                    expired = await self.log.expire()
                    if expired.gaps:
                        _logger.info("gap log: %d gaps were past their time and are deleted", expired.gaps)
                    if expired.waits_until is not None:
                        pause = expired.waits_until - self.log.now()
                    is_due = expired.waits_until is not None
            except Exception as error:  # a bug must not end the task
                self._report(error)
                pause = EXPIRE_RETRY
            await self._pause(max(0.0, pause.total_seconds()))

    def _report(self, error: BaseException) -> None:
        """Count an error and log it. A damaged database is logged later, by `_set_aside`."""
        self._metrics.gap_log_failed()
        if isinstance(error, DamagedError):
            self._damage = error
            self._wake()
        else:
            self._log_error(error)

    def _log_error(self, error: BaseException) -> None:
        """Log an error at a limited rate: a LogError with its text, any other with its type only."""
        text = str(error) if isinstance(error, LogError) else type(error).__name__
        self._rate_limited.error(text, f"gap log: {text}; answers go on, {self.waiting} notes wait")
