"""The paces that all processes with one PostgreSQL keep together: how much is let through in a while.

Kept is a keyed hash of whose pace it is and how far that has got, until it is past. All times are the server's, and one
statement asks for all that wait. Where the database does not answer in time there is no answer, and for a while none is
waited for: whoever asks then keeps to a pace of its own.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

from bot.observability.logs import RateLimitedLogger
from bot.storage.database import Database
from bot.storage.errors import LogError
from bot.storage.pseudonyms import Purpose, pace_pseudonym
from bot.storage.tables import SERVER_TIME, free, pace

PATIENCE = timedelta(seconds=1)  # of a message that waits for the database
DB_COOLDOWN = timedelta(seconds=5)  # after a failure nobody waits for the database
BATCH_WINDOW = 0.1  # seconds: so long those wait for each other whose turn does not come sooner, to be one question
FARTHEST = 600.0  # seconds; what lies farther ahead than it can is there since the server's clock was set back
SWEEP = timedelta(minutes=1)  # between two deletions of what is past
_logger = logging.getLogger(__name__)
_Asked = TypeVar("_Asked")
_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class Limit:
    """So many in so many seconds."""

    number: int
    seconds: float


class RateLimits:
    """The paces in a database, which has to be PostgreSQL. `start` also has deleted what is past, until `stop`."""

    def __init__(
        self,
        database: Database,
        *,
        patience: timedelta = PATIENCE,
        blind: timedelta = DB_COOLDOWN,
        sweep: timedelta = SWEEP,
        now: sa.ColumnElement[float] = SERVER_TIME,
    ) -> None:
        self._database, self._now, self._every = database, now, sweep.total_seconds()
        self._counts: _Together[tuple[str, float], int] = _Together(self._counted, patience, blind)
        self._places: _Together[tuple[str, Limit], float] = _Together(self._placed, patience, blind)
        self._sweeping: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to delete what is past."""
        self._sweeping = asyncio.create_task(self._sweep())

    async def stop(self) -> None:
        """Ask the database nothing more."""
        if self._sweeping is not None:
            self._sweeping.cancel()
            await asyncio.gather(self._sweeping, return_exceptions=True)
        await self._counts.stop()
        await self._places.stop()

    async def count(self, purpose: Purpose, whose: str, seconds: float) -> int | None:
        """The how-manieth this is in a while of so many seconds, which begins with the first; None without answer."""
        return await self._counts.answer((pace_pseudonym(self._database.keys, purpose, whose), seconds))

    async def place(self, purpose: Purpose, whose: str, limit: Limit) -> float | None:
        """Take the next place in time; the seconds until then, None without answer.

        After a silence as many as the limit says may go at once, else one after another at its pace (GCRA, the generic
        cell rate algorithm: ITU-T I.371).
        """
        return await self._places.answer((pace_pseudonym(self._database.keys, purpose, whose), limit))

    async def _counted(self, asked: Sequence[tuple[str, float]]) -> tuple[list[int], float]:
        """The number of each among those of its code."""
        times, seconds = Counter(code for code, _ in asked), dict(asked)
        rows = [{"whose": code, "seconds": seconds[code], "times": times[code]} for code in sorted(times)]
        new = self._new()
        is_past = (pace.c.at <= self._now) | (pace.c.at > new.excluded.at + FARTHEST)
        changed = {
            "at": sa.case((is_past, new.excluded.at), else_=pace.c.at),
            "number": sa.case((is_past, new.excluded.number), else_=pace.c.number + new.excluded.number),
        }
        counting = new.on_conflict_do_update(index_elements=["code"], set_=changed)
        async with self._database.connection() as connection:
            done = await connection.execute(counting.returning(pace.c.code, pace.c.number), rows)
            last = {str(code): int(number) for code, number in done.all()}
        return _in_turn([code for code, _ in asked], times, lambda code, to_come: last[code] - to_come), 0.0

    async def _placed(self, asked: Sequence[tuple[str, Limit]]) -> tuple[list[float], float]:
        """The seconds until the turn of each; nobody need ask again sooner than the first of them."""
        times, limits = Counter(code for code, _ in asked), dict(asked)
        each = {code: limit.seconds / limit.number for code, limit in limits.items()}
        rows = [{"whose": code, "seconds": times[code] * each[code], "times": 0} for code in sorted(times)]
        new = self._new()
        ahead = pace.c.at - self._now
        is_ahead = (ahead > 0) & (ahead < FARTHEST + new.excluded.at - self._now)
        taking = new.on_conflict_do_update(
            index_elements=["code"], set_={"at": new.excluded.at + sa.case((is_ahead, ahead), else_=0.0)}
        )
        async with self._database.connection() as connection:
            done = await connection.execute(taking.returning(pace.c.code, pace.c.at - self._now), rows)
            last = {str(code): float(seconds) for code, seconds in done.all()}

        def until(code: str, to_come: int) -> float:
            return max(0.0, last[code] - to_come * each[code] - limits[code].seconds)

        turns = _in_turn([code for code, _ in asked], times, until)
        return turns, min(BATCH_WINDOW, *turns)

    def _new(self) -> Any:
        """Rows to be put in, sorted: two processes that wait for each other's rows would wait for ever."""
        until = self._now + sa.bindparam("seconds", type_=sa.Double)
        values = {"code": sa.bindparam("whose"), "at": until, "number": sa.bindparam("times")}
        return self._database.store.insert(pace).values(values)

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(self._every)
            with suppress(LogError):
                async with self._database.connection() as connection:
                    await connection.execute(sa.delete(pace).where(free(pace, pace.c.at < self._now)))


def _in_turn(codes: Sequence[str], times: Counter[str], answer: Callable[[str, int], _Answer]) -> list[_Answer]:
    """The answer for each code, by how many of the same come after it."""
    to_come = times.copy()
    answers = []
    for code in codes:
        to_come[code] -= 1
        answers.append(answer(code, to_come[code]))
    return answers


class _Together(Generic[_Asked, _Answer]):
    """Asks for all that wait, once at a time. ``ask`` gives the answers, and for how many seconds to ask no more."""

    def __init__(
        self,
        ask: Callable[[Sequence[_Asked]], Awaitable[tuple[list[_Answer], float]]],
        patience: timedelta,
        blind: timedelta,
    ) -> None:
        self._ask, self._patience, self._cooldown = ask, patience.total_seconds(), blind.total_seconds()
        self._waiting: list[tuple[_Asked, asyncio.Future[_Answer | None]]] = []
        self._cooldown_until = 0.0
        self._task: asyncio.Task[None] | None = None
        self._rate_limited = RateLimitedLogger(_logger, _now)

    async def answer(self, asked: _Asked) -> _Answer | None:
        """The answer; None if there is none in time."""
        if _now() < self._cooldown_until:
            return None
        answer: asyncio.Future[_Answer | None] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, answer))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        done, _ = await asyncio.wait({answer}, timeout=self._patience)
        if done:
            return answer.result()
        self._cool_down("no answer in time")
        return None

    async def stop(self) -> None:
        """Ask no more; who still waits gets no answer."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while self._waiting:
            waiting, self._waiting = self._waiting, []
            answers: Sequence[_Answer | None] = [None] * len(waiting)
            pause = 0.0
            try:
                answers, pause = await self._ask([asked for asked, _ in waiting])
            except Exception as error:  # a fault of ours must not end the asking
                self._cool_down(str(error) if isinstance(error, LogError) else type(error).__name__)
            finally:
                for (_, future), answer in zip(waiting, answers, strict=True):
                    future.set_result(answer)
            await asyncio.sleep(pause)

    def _cool_down(self, trouble: str) -> None:
        """Let nobody wait for a while."""
        self._rate_limited.warn(
            "pace", f"the pace of all processes together cannot be kept ({trouble}); each keeps its own"
        )
        self._cooldown_until = _now() + self._cooldown


def _now() -> float:
    return asyncio.get_running_loop().time()
