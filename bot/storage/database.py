"""The database of the gap log: opened when it is needed, brought up to our schema, and never overwritten.

Every failure is a LogError that says what to do. Where the two databases differ see `sqlite` and `postgresql`.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.storage.errors import DamagedError, LogError, NewerError, UnfitError
from bot.storage.keys import KeyProblem, Keys
from bot.storage.migrate import NewerSchemaError, OlderSchemaError, upgrade
from bot.storage.tables import home, key_check

if TYPE_CHECKING:
    from bot.storage.postgresql import PostgreSQL
    from bot.storage.sqlite import SQLite

    Store: TypeAlias = SQLite | PostgreSQL

_Result = TypeVar("_Result")
KEY_CHECKED = "the key of this log"  # encrypted and hashed, to check that keys are those of the log
CLOSING_SECONDS = 5.0  # for closing connections to a server that may be silent
_OTHER_KEY = "was begun with another {name}; set the {name} it was begun with, or name another {setting}"
_NEWER_KEY = "has another GAPS_KEY by now; set that one if it is a setting, and start this program anew"
_COPY = "is a copy of another log, for review alone; name another {setting} to note questions in"
_OLDER = "has schema {}, from before the first release, which cannot be brought up"
_ACCEPTS = sa.select(key_check.c.text, sa.exists(sa.select(home.c.asker)).label("is_copy"))


class Database:
    """The tables of a gap log. Nothing is opened before it is needed; a file that is gone is begun anew."""

    def __init__(self, store: Store, keys: Keys) -> None:
        self.store = store
        self.keys = keys
        self._checked = b""
        self._engine: AsyncEngine | None = None
        self._uses: Counter[AsyncEngine] = Counter()
        self._opened_as: object = None
        self._opening = asyncio.Lock()
        self._attempts = 0  # to open it
        self._refused: LogError | None = None  # what the last attempt failed for

    async def close(self) -> None:
        """Close the connections, those in use once they are not; the next use opens them again."""
        engine, self._engine = self._engine, None
        if engine is not None and not self._uses[engine]:
            await _dispose(engine)

    @asynccontextmanager
    async def connection(self, *, alone: bool = False) -> AsyncIterator[AsyncConnection]:
        """A connection in a transaction, committed at the end; ``alone``: nobody else writes gaps meanwhile.

        Raises LogError for all that a database can refuse.
        """
        with translate_db_errors(self.store):
            async with (
                self._engine_in_use() as engine,
                self.store.transaction(engine, alone=alone) as connection,
            ):
                yield connection

    async def transact(self, do: Callable[[sa.Connection], _Result], *, alone: bool = False) -> _Result:
        """Do something in a transaction of its own, as with `connection`; for what is done for every message.

        With SQLite all of it is one visit to a thread, which takes a tenth of the time of one visit a statement.
        """
        with translate_db_errors(self.store):
            async with self._engine_in_use() as engine:
                return await self.store.transact(engine, do, alone=alone)

    async def erase(self) -> None:
        """Erase from the disk what was deleted, as far as the database lets us. Raises LogError."""
        with translate_db_errors(self.store):
            async with self._engine_in_use() as engine:
                await self.store.erase(engine)

    @asynccontextmanager
    async def _engine_in_use(self) -> AsyncIterator[AsyncEngine]:
        """The engine of the database as it is now. One that is closed meanwhile is disposed of by its last user."""
        before = self._attempts
        async with self._opening:
            if self._attempts > before and self._refused:
                # It failed while we waited for our turn; if each in the queue tried again, the last would wait long.
                raise type(self._refused)(str(self._refused))
            engine = await self._opened()
            self._uses[engine] += 1
        try:
            yield engine
        except self.store.errors as error:
            if engine is self._engine and self.store.reopens_after(error):
                self._engine = None
            raise
        finally:
            self._uses[engine] -= 1
            if not self._uses[engine]:
                del self._uses[engine]
                if engine is not self._engine:
                    await _dispose(engine)

    async def _opened(self) -> AsyncEngine:
        if self._engine is not None and self.store.identity() != self._opened_as:
            await self.close()  # deleted or replaced under us: what we write would be seen by nobody
        if self._engine is None:
            self._engine = await self._open()
            self._opened_as = self.store.identity()
        return self._engine

    async def _open(self) -> AsyncEngine:
        self._attempts += 1
        self._refused = None
        try:
            with translate_db_errors(self.store):
                await asyncio.to_thread(self.store.prepare, self._begin)
        except LogError as error:
            self._refused = error
            raise
        return self.store.engine()

    def _begin(self, connection: sa.Connection) -> None:
        """Upgrade the schema to ours, and check that our keys are those of the log."""
        upgrade(connection)
        self._check_keys(connection)

    def _check_keys(self, connection: sa.Connection) -> None:
        """Check that these are the keys that the log was begun with; a new log remembers them."""
        row = connection.execute(sa.select(key_check)).one_or_none()
        code = self.keys.pseudonym("check", KEY_CHECKED)
        if row is None:
            self._checked = key_tokens([self.keys])
            connection.execute(sa.insert(key_check).values(text=self._checked, asker=code))
            return
        if row.asker != code:
            raise self._error(_OTHER_KEY.format(name="ASKER_KEY", setting=self.store.setting))
        if not _opens(row.text, self.keys):
            raise self._error(_OTHER_KEY.format(name="GAPS_KEY", setting=self.store.setting))
        self._checked = row.text

    def time(self, connection: sa.Connection, clock: Callable[[], datetime]) -> float:
        """The time that all processes agree on, in seconds: the server's, or with SQLite that of a clock."""
        server_time = self.store.server_time
        return clock().timestamp() if server_time is None else connection.scalar(server_time) or 0.0

    def check_accepts_notes(self, connection: sa.Connection) -> None:
        """Raise LogError in a copy, or where texts have another key since it was opened."""
        row = connection.execute(_ACCEPTS).one()
        if row.text != self._checked:
            if not _opens(row.text, self.keys):
                raise self._error(_NEWER_KEY)
            self._checked = row.text
        if row.is_copy:
            raise self._error(_COPY.format(setting=self.store.setting))

    def _error(self, says: str) -> LogError:
        return LogError(f"{self.store.name}: {says}")


@contextmanager
def translate_db_errors(store: Store) -> Iterator[None]:
    """Turn every error of the database in the block into a LogError with a hint."""
    try:
        yield
    except NewerSchemaError:
        raise NewerError(f"{store.name}: was written by a newer version of this program; update this one") from None
    except OlderSchemaError as older:
        raise LogError(f"{store.name}: {_OLDER.format(older)}; {store.to_begin_anew}") from None
    except store.errors as error:
        kind = DamagedError if store.is_of_damage(error) else UnfitError if store.is_unfit(error) else LogError
        raise kind(f"{store.name}: {store.hint(error)}") from None


def key_tokens(accepted: Iterable[Keys]) -> bytes:
    """What `key_check` holds: a token by the first key of each of these, all of which the log accepts."""
    return b" ".join(keys.encrypt(KEY_CHECKED) for keys in accepted)


def _opens(tokens: bytes, keys: Keys) -> bool:
    for token in tokens.split():
        with suppress(KeyProblem):
            return keys.decrypt(token) == KEY_CHECKED
    return False


async def _dispose(engine: AsyncEngine) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(engine.dispose(), CLOSING_SECONDS)
