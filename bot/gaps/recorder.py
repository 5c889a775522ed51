"""Writes notes to the gap log behind the replies, so that a slow or failing log never costs anybody the answer.

Notes wait in memory, in a bounded queue; one task writes all that wait in one transaction and tries again after a
failure. Whoever notes something is never made to wait and never told of an error.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from datetime import timedelta

from bot.gaps.log import GapLog, LogError
from bot.model import Note

MOST_WAITING = 10_000  # notes; beyond it the oldest are dropped, and how many is logged
MOST_AT_ONCE = 500  # notes in one transaction
RETRY = timedelta(seconds=5)
REPEAT = timedelta(minutes=5)  # the same trouble is logged again only after it
EXPIRE_EVERY = timedelta(days=1)
_log = logging.getLogger(__name__)


class Recorder:
    """The queue before a gap log. `start` begins writing, `stop` writes what waits, as far as that is possible."""

    def __init__(self, log: GapLog, *, retry: timedelta = RETRY, most_waiting: int = MOST_WAITING) -> None:
        self.log = log
        self._retry = retry.total_seconds()
        self._most_waiting = most_waiting
        self._waiting: deque[Note] = deque()
        self._dropped = 0
        self._work = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._tasks: list[asyncio.Task[None]] = []
        self._told: tuple[str, float] = ("", 0.0)

    def start(self) -> None:
        """Begin writing what is noted, and once a day delete what is past its time."""
        self._tasks = [asyncio.create_task(self._write_for_ever()), asyncio.create_task(self._expire_daily())]

    async def stop(self, *, within: timedelta = timedelta(seconds=10)) -> None:
        """Write what waits, then end; what cannot be written within the time is dropped, and how much is logged."""
        await self.flush(within=within)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._waiting:
            _log.error("%d notes were never written to the gap log", len(self._waiting))
        await self.log.close()

    def note(self, note: Note) -> None:
        """Take a note. Returns at once and never raises."""
        if len(self._waiting) >= self._most_waiting:
            self._waiting.popleft()
            self._dropped += 1
        self._waiting.append(note)
        self._idle.clear()
        self._work.set()

    async def flush(self, *, within: timedelta = timedelta(seconds=10)) -> bool:
        """Wait until all that was noted is written; whether it was, within the time."""
        try:
            await asyncio.wait_for(self._idle.wait(), within.total_seconds())
        except TimeoutError:
            return False
        return True

    async def forget(self, asker: str) -> bool:
        """Delete all that is kept of a person, what waits included; whether it was done."""
        self._waiting = deque(note for note in self._waiting if note.asker != asker)
        try:
            await self.flush()  # what is just being written may be this person's
            await self.log.forget(asker)
        except LogError as error:
            self._tell(str(error))
            return False
        return True

    async def language(self, asker: str) -> str | None:
        """The language that a person chose; None if there is none or it cannot be read."""
        try:
            return await self.log.language(asker)
        except LogError as error:
            self._tell(str(error))
            return None

    async def choose_language(self, asker: str, language: str) -> bool:
        """Keep the language that a person chose; whether it was done."""
        try:
            await self.log.choose_language(asker, language)
        except LogError as error:
            self._tell(str(error))
            return False
        return True

    async def _write_for_ever(self) -> None:
        while True:
            await self._work.wait()
            batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_AT_ONCE))]
            if not batch:
                self._work.clear()
                self._idle.set()
                continue
            if not await self._write(batch):
                await asyncio.sleep(self._retry)

    async def _write(self, batch: Sequence[Note]) -> bool:
        """Write a batch; after a failure it waits again, before what came since. Whether it was written."""
        try:
            await self.log.write(batch)
        except LogError as error:
            room = self._most_waiting - len(self._waiting)
            self._dropped += max(0, len(batch) - room)
            self._waiting.extendleft(reversed(batch[max(0, len(batch) - room) :]))
            self._tell(str(error))
            return False
        except Exception as error:  # a fault of ours must not end the writing; this batch would only raise it again
            _log.error("%d notes cannot be written: %s", len(batch), type(error).__name__)
        if self._dropped:
            _log.error("%d notes were dropped while the gap log could not be written", self._dropped)
            self._dropped = 0
        return True

    async def _expire_daily(self) -> None:
        while True:
            try:
                expired = await self.log.expire()
                _log.info("gap log: %d gaps were past their time and are deleted", expired)
            except LogError as error:
                self._tell(str(error))
            await asyncio.sleep(EXPIRE_EVERY.total_seconds())

    def _tell(self, trouble: str) -> None:
        now = asyncio.get_running_loop().time()
        told, at = self._told
        if trouble != told or now - at >= REPEAT.total_seconds():
            _log.error("gap log: %s; answers go on, %d notes wait", trouble, len(self._waiting))
            self._told = (trouble, now)
