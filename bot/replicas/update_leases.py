"""Which updates are handled or being handled, known to all processes with one database, so that none is handled twice.

An update is claimed before it is handled, for a lease that is renewed while its process lives: after a kill another may
take it. Once handled it is known for two to three days; Telegram sends again what nobody confirmed for one. Kept is a
keyed hash of the update's number, nothing of who wrote it, and not when. With PostgreSQL the time is the server's.

Where the database cannot be asked, answers go on: what comes is taken, and only this process knows of it.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from enum import Enum
from functools import cache
from typing import Any

import sqlalchemy as sa

from bot.replicas.batched_query import PATIENCE, BatchedQuery
from bot.storage.database import Database
from bot.storage.errors import LogError
from bot.storage.tables import claim, free

LEASE = timedelta(seconds=10)
RENEWALS = 10  # within a lease: it outlives failures of most of its time
DAY = 86400  # seconds
KEPT = 2 * DAY
MOST_DONE = 10_000  # handled updates that this process remembers, whether the database knows them or not
_OWNER_BYTES = 16
_WARNING = "which updates are handled cannot be asked ({}); all are, some maybe twice"
_logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]


class LeaseState(Enum):
    """Whose an update is: this process's, to be handled now; busy, being handled by some process; or handled."""

    OURS = "ours"
    BUSY = "busy"
    HANDLED = "handled"


class UpdateLeases:
    """The leases of one process; from `start` to `stop` other processes know of them.

    Updates are given by their pseudonyms.
    """

    def __init__(self, database: Database, now: Clock, *, lease: timedelta = LEASE) -> None:
        self._database, self._clock, self._lease = database, now, lease.total_seconds()
        self._owner = secrets.token_hex(_OWNER_BYTES)
        self._held: set[str] = set()
        self._done: OrderedDict[str, None] = OrderedDict()
        self._unsaved: set[str] = set()  # of those that are done: what the database does not know yet
        self._exchanges = BatchedQuery(self._exchange_unsaved, _logger, _WARNING)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to use the database."""
        self._task = asyncio.create_task(self._keep())

    async def stop(self) -> None:
        """Save what was handled and give back the rest, as far as the database lets us. Call it after all `acquire`."""
        if self._task is None:
            return
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._task = None
        await self._exchanges.stop()
        with suppress(LogError, TimeoutError):  # was logged before; the leases end by themselves
            async with asyncio.timeout(PATIENCE.total_seconds()):
                await self._exchange((), tuple(self._unsaved))
                await self._delete_ours()

    async def acquire(self, code: str) -> LeaseState:
        """Claim an update. What is OURS has to be finished or given back."""
        if code in self._held:
            return LeaseState.BUSY
        if code in self._done:
            return LeaseState.HANDLED
        self._held.add(code)
        known: LeaseState | None = None
        try:
            known = (await self._exchanges.ask(code) if self._task else None) or LeaseState.OURS
        finally:
            if known is not LeaseState.OURS:
                self._held.discard(code)
        return known

    def finish(self, code: str, *, is_saved: bool = False) -> None:
        """An update is handled: nobody handles it again. ``is_saved``: the database knows (`save_handled`)."""
        self._held.discard(code)
        self._done[code] = None
        if not is_saved:
            self._unsaved.add(code)
        if len(self._done) > MOST_DONE:
            oldest, _ = self._done.popitem(last=False)
            self._unsaved.discard(oldest)
        if self._task and not is_saved:
            self._exchanges.run_soon()

    def give_back(self, code: str) -> None:
        """An update was not handled; whoever asks next here takes it, and after `stop` anybody."""
        self._held.discard(code)

    async def _keep(self) -> None:
        """Renew the leases of what is being handled, and save what was but could not be saved at once."""
        while True:
            await asyncio.sleep(self._lease / RENEWALS)
            try:
                if self._unsaved:
                    await self._exchange_unsaved(())
                if self._held:
                    await self._renew()
            except Exception as error:  # a fault of ours must not end the renewing
                self._exchanges.fail(error)

    async def _exchange_unsaved(self, asked: Sequence[str]) -> list[LeaseState]:
        """Claim updates, and save all that were handled; what is known of the first. Raises LogError."""
        handled = tuple(self._unsaved)
        known = await self._exchange(asked, handled)
        self._unsaved.difference_update(handled)
        return [known[code] for code in asked]

    async def _exchange(self, asked: Collection[str], handled: Collection[str]) -> dict[str, LeaseState]:
        """Claim updates, and save that others are handled; what is known of the first. Raises LogError.

        In one statement, sorted: two processes that wait for each other's rows would wait for ever. A lease that ends
        later than any can was given by a clock that was ahead, and is over.
        """
        if not asked and not handled:
            return {}
        owners = dict.fromkeys(asked, self._owner) | dict.fromkeys(handled, None)

        def exchange(connection: sa.Connection) -> Sequence[Any]:
            now = self._database.time(connection, self._clock)
            until = {self._owner: now + self._lease, None: _kept_until(now)}
            same = {"taker": self._owner, "now": now, "farthest": now + 2 * self._lease}
            rows = [
                {"code": code, "owner": owner, "until": until[owner], **same} for code, owner in sorted(owners.items())
            ]
            taken = set(connection.scalars(_taking(self._database.store.insert), rows))
            refused = [code for code in asked if code not in taken]
            return connection.execute(_THEIRS, {"codes": refused}).all() if refused else []

        found = await self._database.transact(exchange)
        known = dict.fromkeys(asked, LeaseState.OURS)
        return known | {code: LeaseState.HANDLED if owner is None else LeaseState.BUSY for code, owner in found}

    async def _renew(self) -> None:
        """Keep others from what is being handled here. Raises LogError."""

        def renew(connection: sa.Connection) -> None:
            until = self._database.time(connection, self._clock) + self._lease
            connection.execute(sa.update(claim).where(self._is_ours()).values(until=until))

        await self._database.transact(renew)

    async def _delete_ours(self) -> None:
        await self._database.transact(lambda connection: connection.execute(sa.delete(claim).where(self._is_ours())))

    def _is_ours(self) -> sa.ColumnElement[bool]:
        return free(claim, claim.c.owner == self._owner)


def save_handled(database: Database, connection: sa.Connection, codes: Collection[str], clock: Clock) -> None:
    """Save that updates are handled, in a transaction that also saves what was noted of them."""
    until = _kept_until(database.time(connection, clock))
    rows = [{"code": code, "until": until} for code in sorted(codes)]
    connection.execute(_marking(database.store.insert), rows)


def _kept_until(now: float) -> float:
    return (now + KEPT) // DAY * DAY + DAY


# Made once: to make a statement takes longer than to execute it.
_THEIRS = sa.select(claim.c.code, claim.c.owner).where(claim.c.code.in_(sa.bindparam("codes", expanding=True)))


@cache
def _taking(insert: Callable[[sa.Table], Any]) -> Any:
    """Takes what is free, and gives the codes of what was taken."""
    new, now = insert(claim), sa.bindparam("now", type_=sa.Double)
    is_over = claim.c.owner.is_not(None) & (claim.c.until > sa.bindparam("farthest", type_=sa.Double))
    is_ours = claim.c.owner == sa.bindparam("taker", type_=sa.String)
    is_free = new.excluded.owner.is_(None) | is_ours | (claim.c.until < now) | is_over
    changed = {"owner": new.excluded.owner, "until": new.excluded.until}
    return new.on_conflict_do_update(index_elements=["code"], set_=changed, where=is_free).returning(claim.c.code)


@cache
def _marking(insert: Callable[[sa.Table], Any]) -> Any:
    new = insert(claim)
    return new.on_conflict_do_update(index_elements=["code"], set_={"owner": None, "until": new.excluded.until})
