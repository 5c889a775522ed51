"""Rate limits that all processes with one PostgreSQL share.

A row is a pseudonym of whose limit it is and how much of it is used; it is deleted once the window is over. All times
are the server's. Where the database does not answer in time, the caller keeps to a limit of its own.
"""

from __future__ import annotations

import itertools
import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from bot.replicas.batched_query import COOLDOWN, PATIENCE, BatchedQuery
from bot.replicas.limit_purpose import RateLimitPurpose, pace_pseudonym
from bot.replicas.sweeper import SWEEP, Sweeper
from bot.storage.database import Database
from bot.storage.tables import SERVER_TIME, free, pace

FARTHEST = 600.0  # seconds; what lies farther ahead than it can is there since the server's clock was set back
_WARNING = "the pace of all processes together cannot be kept ({}); each keeps its own"
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limit:
    """So many in so many seconds."""

    number: int
    seconds: float


class RateLimits:
    """The limits in a database, which has to be PostgreSQL. From `start` to `stop` what is past is deleted, too."""

    def __init__(
        self,
        database: Database,
        *,
        patience: timedelta = PATIENCE,
        cooldown: timedelta = COOLDOWN,
        sweep: timedelta = SWEEP,
        now: sa.ColumnElement[float] = SERVER_TIME,
    ) -> None:
        self._database, self._now = database, now
        self._counts = BatchedQuery(self._count_all, _logger, _WARNING, patience=patience, cooldown=cooldown)
        self._places = BatchedQuery(self._place_all, _logger, _WARNING, patience=patience, cooldown=cooldown)
        past = sa.delete(pace).where(free(pace, pace.c.at < now))
        self._sweeper = Sweeper(database, past, sweep)

    def start(self) -> None:
        """Begin to delete what is past."""
        self._sweeper.start()

    async def stop(self) -> None:
        """Ask the database nothing more."""
        await self._sweeper.stop()
        await self._counts.stop()
        await self._places.stop()

    async def count(self, purpose: RateLimitPurpose, whose: str, seconds: float) -> int | None:
        """Count one more event, in a window of so many seconds that begins with the first; how many there are now.

        None if the database does not answer in time.
        """
        return await self._counts.ask((pace_pseudonym(self._database.keys, purpose, whose), seconds))

    async def reserve_slot(self, purpose: RateLimitPurpose, whose: str, limit: Limit) -> float | None:
        """Reserve the next slot; the seconds until then, None if the database does not answer in time.

        After a silence as many as the limit says may go at once, else one after another at its pace (GCRA, the generic
        cell rate algorithm: ITU-T I.371).
        """
        return await self._places.ask((pace_pseudonym(self._database.keys, purpose, whose), limit))

    async def _count_all(self, asked: Sequence[tuple[str, float]]) -> list[int]:
        """Count all that are asked for; the number of each."""
        times, seconds = Counter(code for code, _ in asked), dict(asked)
        new = self._insert()
        is_past = (pace.c.at <= self._now) | (pace.c.at > new.excluded.at + FARTHEST)
        changed = {
            "at": sa.case((is_past, new.excluded.at), else_=pace.c.at),
            "number": sa.case((is_past, new.excluded.number), else_=pace.c.number + new.excluded.number),
        }
        counting = new.on_conflict_do_update(index_elements=["code"], set_=changed).returning(
            pace.c.code, pace.c.number
        )
        rows = [{"whose": code, "seconds": seconds[code], "times": times[code]} for code in sorted(times)]
        async with self._database.connection() as connection:
            last = (await connection.execute(counting, rows)).all()
        numbers = {code: itertools.count(number - times[code] + 1) for code, number in last}
        return [next(numbers[code]) for code, _ in asked]

    async def _place_all(self, asked: Sequence[tuple[str, Limit]]) -> list[float]:
        """Take all places that are asked for; the seconds until each."""
        times, limits = Counter(code for code, _ in asked), dict(asked)
        apart = {code: limit.seconds / limit.number for code, limit in limits.items()}
        new = self._insert()
        ahead = pace.c.at - self._now
        is_ahead = (ahead > 0) & (ahead < FARTHEST + new.excluded.at - self._now)
        changed = {"at": new.excluded.at + sa.case((is_ahead, ahead), else_=0.0)}
        taking = new.on_conflict_do_update(index_elements=["code"], set_=changed).returning(pace.c.code, ahead)
        rows = [{"whose": code, "seconds": times[code] * apart[code], "times": 0} for code in sorted(times)]
        async with self._database.connection() as connection:
            last = (await connection.execute(taking, rows)).all()
        places = {
            code: itertools.count(seconds - (times[code] - 1) * apart[code] - limits[code].seconds, apart[code])
            for code, seconds in last
        }
        return [max(0.0, next(places[code])) for code, _ in asked]

    def _insert(self) -> Any:
        """Takes rows, sorted by code: two processes that wait for each other's rows would wait for ever."""
        until = self._now + sa.bindparam("seconds", type_=sa.Double)
        values = {"code": sa.bindparam("whose"), "at": until, "number": sa.bindparam("times")}
        return self._database.store.insert(pace).values(values)
