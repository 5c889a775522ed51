"""The answer that each person got last, as all processes with one PostgreSQL know it.

A row is a pseudonym, the id of an entry, and until when it counts; it is deleted once that is past. All times are the
server's. Where the database does not answer in time, each process knows only what it has answered itself.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa

from bot.replicas.batched_query import COOLDOWN, PATIENCE, BatchedQuery
from bot.replicas.sweeper import SWEEP, Sweeper
from bot.storage.database import Database
from bot.storage.keys import Keys
from bot.storage.tables import SERVER_TIME, answered, free

SECONDS = 600.0  # for which an answer is known
_WARNING = "what other processes answered last cannot be known ({}); each knows its own answers"
_logger = logging.getLogger(__name__)


def answer_pseudonym(keys: Keys, person: str) -> str:
    """The key of a person's row in `answered`, which has nothing in common with other pseudonyms of the person."""
    return keys.pseudonym("answered", person)


class SharedAnswers:
    """The answers in a database, which has to be PostgreSQL. From `start` to `stop` what is past is deleted, too."""

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
        self._reads = BatchedQuery(self._read_all, _logger, _WARNING, patience=patience, cooldown=cooldown)
        self._writes = BatchedQuery(self._write_all, _logger, _WARNING, patience=patience, cooldown=cooldown)
        past = sa.delete(answered).where(free(answered, answered.c.until < now))
        self._sweeper = Sweeper(database, past, sweep)

    def start(self) -> None:
        """Begin to delete what is past."""
        self._sweeper.start()

    async def stop(self) -> None:
        """Ask the database nothing more."""
        await self._sweeper.stop()
        await self._reads.stop()
        await self._writes.stop()

    async def get(self, person: str) -> str | None:
        """The id of the answer that a person got last; empty if there is none, None if the database does not say."""
        return await self._reads.ask(answer_pseudonym(self._database.keys, person))

    async def keep(self, person: str, entry: str) -> None:
        """Keep the answer that a person got last, from now on; an empty id deletes an earlier one."""
        await self._writes.ask((answer_pseudonym(self._database.keys, person), entry))

    async def _read_all(self, codes: Sequence[str]) -> list[str]:
        is_known = answered.c.code.in_(set(codes)) & (answered.c.until > self._now)
        async with self._database.connection() as connection:
            rows = await connection.execute(sa.select(answered.c.code, answered.c.entry).where(is_known))
            found = {row.code: row.entry for row in rows}
        return [found.get(code, "") for code in codes]

    async def _write_all(self, given: Sequence[tuple[str, str]]) -> list[None]:
        """Write the last one given of each person, sorted by code: else two processes might wait for each other."""
        last = dict(given)
        rows = [{"whose": code, "answer": last[code]} for code in sorted(last) if last[code]]
        until = self._now + SECONDS
        values = {"code": sa.bindparam("whose"), "entry": sa.bindparam("answer"), "until": until}
        new = self._database.store.insert(answered).values(values)
        changed = {"entry": new.excluded.entry, "until": new.excluded.until}
        gone = sorted(code for code in last if not last[code])
        async with self._database.connection() as connection:
            if rows:
                await connection.execute(new.on_conflict_do_update(index_elements=["code"], set_=changed), rows)
            if gone:
                await connection.execute(sa.delete(answered).where(answered.c.code.in_(gone)))
        return [None] * len(given)
