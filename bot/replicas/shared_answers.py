"""What each person was told last, the answer and the choices, as all processes with one PostgreSQL know it.

A row is a pseudonym, ids of entries, and until when it counts; it is deleted once that is past. All times are the
server's. Where the database does not answer in time, each process knows only what it has answered itself.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class LastReply:
    """What the bot said last in a chat: the answer, by its id, and the data of the buttons under it."""

    entry: str | None = None
    buttons: tuple[str, ...] = ()


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

    async def get(self, person: str) -> LastReply | None:
        """What a person was told last; None if the database does not say."""
        return await self._reads.ask(answer_pseudonym(self._database.keys, person))

    async def keep(self, person: str, reply: LastReply) -> None:
        """Keep what a person was told last, from now on; an empty reply deletes an earlier one."""
        await self._writes.ask((answer_pseudonym(self._database.keys, person), reply))

    async def _read_all(self, codes: Sequence[str]) -> list[LastReply]:
        is_known = answered.c.code.in_(set(codes)) & (answered.c.until > self._now)
        async with self._database.connection() as connection:
            rows = await connection.execute(sa.select(answered).where(is_known))
            found = {row.code: LastReply(row.entry or None, tuple(row.choices.split())) for row in rows}
        return [found.get(code, LastReply()) for code in codes]

    async def _write_all(self, given: Sequence[tuple[str, LastReply]]) -> list[None]:
        """Write the last one given of each person, sorted by code: else two processes might wait for each other."""
        last = dict(given)
        rows = [
            {"whose": code, "answer": last[code].entry or "", "offered": " ".join(last[code].buttons)}
            for code in sorted(last)
            if last[code] != LastReply()
        ]
        until = self._now + SECONDS
        values = {
            "code": sa.bindparam("whose"),
            "entry": sa.bindparam("answer"),
            "until": until,
            "choices": sa.bindparam("offered"),
        }
        new = self._database.store.insert(answered).values(values)
        changed = {"entry": new.excluded.entry, "until": new.excluded.until, "choices": new.excluded.choices}
        gone = sorted(code for code in last if last[code] == LastReply())
        async with self._database.connection() as connection:
            if rows:
                await connection.execute(new.on_conflict_do_update(index_elements=["code"], set_=changed), rows)
            if gone:
                await connection.execute(sa.delete(answered).where(answered.c.code.in_(gone)))
        return [None] * len(given)
