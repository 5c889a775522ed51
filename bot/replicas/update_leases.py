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
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import datetime, timedelta
from enum import Enum

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.observability.logs import RateLimitedLogger
from bot.storage.database import Database
from bot.storage.errors import LogError
from bot.storage.tables import claim, free

LEASE = timedelta(seconds=10)
RENEWALS = 3  # within a lease
DAY = 86400  # seconds
KEPT = 2 * DAY
PATIENCE = timedelta(seconds=1)  # of an update that waits for the database
DB_COOLDOWN = timedelta(seconds=5)  # after a failure nobody waits for the database
RETRY = timedelta(seconds=1)  # then it is tried again, so that no lease ends while its process lives
REMEMBERED = 5000  # updates that this process knows to be handled
MOST_TO_TELL = 10_000  # of them that the database does not know yet; beyond it the oldest are not told
_OWNER_BYTES = 16
_logger = logging.getLogger(__name__)


class Lease(Enum):
    """What is known of an update: it is ours to handle now, it is being handled, or it was."""

    TAKEN = "taken"
    HELD = "held"
    DONE = "done"


class UpdateLeases:
    """The claims of one process. `start` lets them be known to others, `stop` gives back what is not handled.

    Updates are given by their codes (`Keys.code`). One task asks and tells the database for all that wait.
    """

    def __init__(
        self,
        database: Database,
        now: Callable[[], datetime],
        *,
        lease: timedelta = LEASE,
        patience: timedelta = PATIENCE,
    ) -> None:
        self._database, self._clock = database, now
        self._lease, self._patience = lease.total_seconds(), patience.total_seconds()
        self._owner = secrets.token_hex(_OWNER_BYTES)
        self._held: set[str] = set()
        self._done: OrderedDict[str, None] = OrderedDict()
        self._asked: dict[str, asyncio.Future[Lease]] = {}
        self._to_tell: dict[str, None] = {}  # handled, which the database does not know yet; the oldest first
        self._cooldown_until = self._renewed = 0.0
        self._rate_limited = RateLimitedLogger(_logger, _now)
        self._work = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to ask and tell the database."""
        self._renewed = _now()
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Tell what was handled and give back the rest, as far as the database lets us. Call it after the last take."""
        if self._task is None:
            return
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        with suppress(LogError, TimeoutError):  # was told before; the leases end by themselves
            async with asyncio.timeout(self._patience):
                await self._exchange((), tuple(self._to_tell))
                await self._give_back()

    async def acquire(self, code: str) -> Lease:
        """Claim an update. What is TAKEN has to be finished."""
        if code in self._held:
            return Lease.HELD
        if code in self._done:
            return Lease.DONE
        self._held.add(code)
        known: Lease | None = None
        try:
            known = await self._known(code)
        finally:
            if known is not Lease.TAKEN:
                self._held.discard(code)
        return known

    def finish(self, code: str) -> None:
        """An update is handled: nobody handles it again."""
        self._held.discard(code)
        self._done[code] = None
        if len(self._done) > REMEMBERED:
            self._done.popitem(last=False)
        self._to_tell[code] = None
        if len(self._to_tell) > MOST_TO_TELL:
            del self._to_tell[next(iter(self._to_tell))]
        self._work.set()

    def give_back(self, code: str) -> None:
        """An update was not handled; whoever asks next here takes it, and after `stop` anybody."""
        self._held.discard(code)

    async def _known(self, code: str) -> Lease:
        """What the database says of an update; TAKEN where it does not say it in time."""
        if self._task is None or self._is_cooling_down:
            return Lease.TAKEN
        answer: asyncio.Future[Lease] = asyncio.get_running_loop().create_future()
        self._asked[code] = answer
        self._work.set()
        done, _ = await asyncio.wait({answer}, timeout=self._patience)
        if done:
            return answer.result()
        self._asked.pop(code, None)
        self._cool_down("no answer in time")
        return Lease.TAKEN

    async def _run(self) -> None:
        every = self._lease / RENEWALS
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(every):
                    await self._work.wait()
            self._work.clear()
            asked, told = self._asked, tuple(self._to_tell)
            self._asked = {}
            known: dict[str, Lease] = {}
            try:
                known = await self._exchange(asked, told)
                for code in told:
                    self._to_tell.pop(code, None)
                if self._held and _now() - self._renewed >= every:
                    await self._renew()
                    self._renewed = _now()
            except Exception as error:  # a fault of ours must not end the asking
                self._cool_down(str(error) if isinstance(error, LogError) else type(error).__name__)
                self._work.set()
            for code, answer in asked.items():
                answer.set_result(known.get(code, Lease.TAKEN))
            if self._is_cooling_down:
                await asyncio.sleep(RETRY.total_seconds())

    async def _exchange(self, asked: Collection[str], told: Collection[str]) -> dict[str, Lease]:
        """Claim updates, and tell of others that they are handled; what is known of the first. Raises LogError.

        In one statement, sorted: two processes that wait for each other's rows would wait for ever. A lease that ends
        later than any can was given by a clock that was ahead, and is over.
        """
        if not asked and not told:
            return {}
        new = self._database.store.insert(claim)
        changed = {"owner": new.excluded.owner, "until": new.excluded.until}
        async with self._database.connection() as connection:
            now = await self._time(connection)
            owners = dict.fromkeys(asked, self._owner) | dict.fromkeys(told, None)
            until = {self._owner: now + self._lease, None: (now + KEPT) // DAY * DAY + DAY}
            rows = [{"code": code, "owner": owner, "until": until[owner]} for code, owner in sorted(owners.items())]
            is_over = claim.c.owner.is_not(None) & (claim.c.until > now + 2 * self._lease)
            is_free = new.excluded.owner.is_(None) | (claim.c.owner == self._owner) | (claim.c.until < now) | is_over
            taking = new.on_conflict_do_update(index_elements=["code"], set_=changed, where=is_free)
            taken = set((await connection.scalars(taking.returning(claim.c.code), rows)).all())
            refused = [code for code in asked if code not in taken]
            theirs = sa.select(claim.c.code, claim.c.owner).where(claim.c.code.in_(refused))
            found = (await connection.execute(theirs)).all() if refused else []
        known = dict.fromkeys(asked, Lease.TAKEN)
        return known | {code: Lease.DONE if owner is None else Lease.HELD for code, owner in found}

    async def _renew(self) -> None:
        """Keep others from what is being handled here. Raises LogError."""
        async with self._database.connection() as connection:
            until = await self._time(connection) + self._lease
            await connection.execute(sa.update(claim).where(self._is_ours()).values(until=until))

    async def _give_back(self) -> None:
        async with self._database.connection() as connection:
            await connection.execute(sa.delete(claim).where(self._is_ours()))

    def _is_ours(self) -> sa.ColumnElement[bool]:
        return free(claim, claim.c.owner == self._owner)

    async def _time(self, connection: AsyncConnection) -> float:
        """The time that all processes agree on, in seconds."""
        server_time = self._database.store.server_time
        return self._clock().timestamp() if server_time is None else await connection.scalar(server_time) or 0.0

    @property
    def _is_cooling_down(self) -> bool:
        return _now() < self._cooldown_until

    def _cool_down(self, trouble: str) -> None:
        """Let nobody wait for a while."""
        line = f"which updates are handled cannot be asked ({trouble}); all are, some maybe twice"
        self._rate_limited.warn("claims", line)
        self._cooldown_until = _now() + DB_COOLDOWN.total_seconds()


def _now() -> float:
    return asyncio.get_running_loop().time()
