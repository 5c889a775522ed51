"""The database of the gap log: opened when it is needed, brought up to our schema, and never overwritten.

Every failure is a LogError that says what to do.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.gaps.keys import KeyProblem, Keys
from bot.gaps.schema import NewerSchemaError, upgrade
from bot.gaps.tables import home, key_check

BUSY_SECONDS = 5.0  # how long a write waits for another process that is writing
KEY_CHECKED = "the key of this log"  # what is encrypted and hashed, to see that keys are those of the log
_OTHER_KEY = "was begun with another {name}; set the {name} it was begun with, or name another DATA_DIR"
_NEWER_KEY = "has another GAPS_KEY by now; set that one if it is a setting, and start this program anew"
_COPY = "is a copy of another log, for review alone; name another DATA_DIR to note questions in"
_IS_COPY = sa.exists(sa.select(home.c.asker)).label("is_copy")


class LogError(Exception):
    """The log cannot be used now; the text says where, what and what mends it, and holds nothing of a message."""


class Database:
    """The SQLite file at a path. Nothing is opened before it is needed; one that is gone is begun anew."""

    def __init__(self, path: Path, keys: Keys, *, busy_seconds: float = BUSY_SECONDS) -> None:
        self.path = path
        self.keys = keys
        self._checked = b""
        self._busy_seconds = busy_seconds
        self._engine: AsyncEngine | None = None
        self._uses: Counter[AsyncEngine] = Counter()
        self._opened_file: tuple[int, int] | None = None
        self._opening = asyncio.Lock()

    async def close(self) -> None:
        """Close the connections, those in use once they are not; the next use opens the file again."""
        engine, self._engine = self._engine, None
        if engine is not None and not self._uses[engine]:
            await engine.dispose()

    @asynccontextmanager
    async def connection(self, *, begin: str = "BEGIN") -> AsyncIterator[AsyncConnection]:
        """A connection in a transaction, committed at the end. Raises LogError for all that a database can refuse."""
        try:
            async with self._engine_in_use() as engine, engine.connect() as connection:
                await connection.execution_options(begin=begin)
                async with connection.begin():
                    yield connection
        except (sa.exc.SQLAlchemyError, sqlite3.Error, OSError) as error:
            raise LogError(f"{self.path}: {_mend(error, self.path)}") from None

    async def empty_journal(self) -> None:
        """What was deleted also goes from the write-ahead log (sqlite.org/pragma.html#pragma_wal_checkpoint).

        For another who does the same SQLite does not wait by itself.
        """
        until = time.monotonic() + self._busy_seconds
        while True:
            async with self.connection(begin="") as connection:
                is_busy = (await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")).one()[0]
            if not is_busy:
                return
            if time.monotonic() > until:
                what = (
                    "what was deleted still stands in its journal, which another process reads; end that one, or wait"
                )
                raise LogError(f"{self.path}: {what}")
            await asyncio.sleep(0.05)

    @asynccontextmanager
    async def _engine_in_use(self) -> AsyncIterator[AsyncEngine]:
        """The engine of the file that is there now. One that is closed meanwhile is put away by its last user."""
        async with self._opening:
            engine = await self._opened()
            self._uses[engine] += 1
        try:
            yield engine
        finally:
            self._uses[engine] -= 1
            if not self._uses[engine]:
                del self._uses[engine]
                if engine is not self._engine:
                    await engine.dispose()

    async def _opened(self) -> AsyncEngine:
        if self._engine is not None and self._file() != self._opened_file:
            await self.close()  # deleted or replaced under us: what we write would be seen by nobody
        if self._engine is None:
            self._engine = await self._open()
            self._opened_file = self._file()
        return self._engine

    def _file(self) -> tuple[int, int] | None:
        """What tells one file from another of the same name; None where there is none."""
        try:
            stat = self.path.stat()
        except FileNotFoundError:
            return None
        return stat.st_dev, stat.st_ino

    async def _open(self) -> AsyncEngine:
        await asyncio.to_thread(self._prepare)
        url = sa.URL.create("sqlite+aiosqlite", database=str(self.path))
        engine = create_async_engine(url, **self._options())
        _listen(engine.sync_engine)
        return engine

    def _options(self) -> dict[str, Any]:
        # An error does not show what was to be written.
        return {"connect_args": {"timeout": self._busy_seconds}, "hide_parameters": True}

    def _prepare(self) -> None:
        """Make the file if there is none, bring its schema up to ours, and see that our keys are its own."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))  # nobody else's, its journal like it
        engine = sa.create_engine(sa.URL.create("sqlite", database=str(self.path)), **self._options())
        _listen(engine)
        try:
            self._write_ahead()
            with engine.connect().execution_options(begin="BEGIN IMMEDIATE") as connection, connection.begin():
                upgrade(connection)  # alone: two processes may open it at once
                self._check_keys(connection)
        except NewerSchemaError:
            raise LogError(f"{self.path}: was written by a newer version of this program; update this one") from None
        finally:
            engine.dispose()

    def _write_ahead(self) -> None:
        """Switch the file to a write-ahead log, for good. For this SQLite does not wait for others, so we do."""
        until = time.monotonic() + self._busy_seconds
        with closing(sqlite3.connect(self.path, timeout=self._busy_seconds, isolation_level=None)) as connection:
            while True:
                try:
                    connection.execute("PRAGMA journal_mode=WAL")
                    return
                except sqlite3.OperationalError:
                    if time.monotonic() > until:
                        raise
                    time.sleep(0.02)

    def _check_keys(self, connection: sa.Connection) -> None:
        """See that these are the keys that the log was begun with; a new log remembers them."""
        row = connection.execute(sa.select(key_check)).one_or_none()
        code = self.keys.code("check", KEY_CHECKED)
        if row is None:
            self._checked = key_tokens([self.keys])
            connection.execute(sa.insert(key_check).values(text=self._checked, asker=code))
            return
        if row.asker != code:
            raise LogError(f"{self.path}: {_OTHER_KEY.format(name='ASKER_KEY')}")
        if not _opens(row.text, self.keys):
            raise LogError(f"{self.path}: {_OTHER_KEY.format(name='GAPS_KEY')}")
        self._checked = row.text

    async def see_that_it_takes_notes(self, connection: AsyncConnection) -> None:
        """Raise LogError in a copy, or where texts have another key since the file was opened."""
        row = (await connection.execute(sa.select(key_check.c.text, _IS_COPY))).one()
        if row.text != self._checked:
            if not _opens(row.text, self.keys):
                raise LogError(f"{self.path}: {_NEWER_KEY}")
            self._checked = row.text
        if row.is_copy:
            raise LogError(f"{self.path}: {_COPY}")


def key_tokens(accepted: Iterable[Keys]) -> bytes:
    """By what a log knows its keys: a token by the first of each one's keys, all of which it accepts."""
    return b" ".join(keys.encrypt(KEY_CHECKED) for keys in accepted)


def _opens(tokens: bytes, keys: Keys) -> bool:
    for token in tokens.split():
        with suppress(KeyProblem):
            return keys.decrypt(token) == KEY_CHECKED
    return False


def _listen(engine: sa.Engine) -> None:
    sa.event.listen(engine, "connect", _set_pragmas)
    sa.event.listen(engine, "begin", _begin)


def _set_pragmas(connection: Any, _: object) -> None:
    connection.isolation_level = None  # the driver begins no transaction of its own; `_begin` does
    for pragma in ("synchronous=NORMAL", "secure_delete=ON"):
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA {pragma}")
        cursor.close()


def _begin(connection: sa.Connection) -> None:
    begin = connection.get_execution_options().get("begin", "BEGIN")
    if begin:
        connection.exec_driver_sql(begin)


def _mend(error: Exception, path: Path) -> str:
    """What is the matter with the database and what to do, in words; never the statement that failed."""
    said = str(getattr(error, "orig", None) or error).splitlines()[0].lower()
    if isinstance(error, OSError):
        return f"{error.strerror or type(error).__name__}; see that DATA_DIR is a folder this user may write to"
    for part, mend in (
        ("locked", "another process holds it; end that one, or wait"),
        ("busy", "another process holds it; end that one, or wait"),
        ("full", "the disk is full; make room"),
        ("readonly", f"cannot be written to; let this user write to it and to {path.parent}"),
        ("read-only", f"cannot be written to; let this user write to it and to {path.parent}"),
        ("unable to open", f"cannot be opened; let this user write to it and to {path.parent}"),
        ("not a database", "is no database; move it away to begin a new one, nothing is overwritten"),
        ("malformed", "is damaged; move it away to begin a new one, nothing is overwritten"),
        ("disk i/o", "cannot be read or written; see to the disk"),
    ):
        if part in said:
            return mend
    return f"{type(error).__name__}; see that the file is a gap log and can be written to"
