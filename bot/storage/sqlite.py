"""The gap log in a file of SQLite: readable by its owner alone, in WAL mode, with deleted content overwritten.

`bot.storage.postgresql` has the same for the other database; what the two share is in `bot.storage.database`.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from datetime import UTC, datetime
from itertools import chain, count
from pathlib import Path
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.storage.atomic_file import locked
from bot.storage.columns import UnreadableValueError
from bot.storage.errors import LogError
from bot.storage.migrate import NEWEST, VERSION_TABLE, step_of
from bot.storage.tables import TABLES

_Result = TypeVar("_Result")
_ASIDE = ".damaged-"  # and the time in UTC, behind the name of a file that was set aside
_TIME = "%Y%m%dT%H%M%S"
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_UNFIT = sqlite3.SQLITE_ERROR  # a statement of ours does not fit the tables
_UNREAD = (sqlite3.SQLITE_IOERR, *_DAMAGED, _UNFIT)
_KIND = 0xFF  # of an error's code, behind which more may be said: sqlite.org/rescode.html
_NOT_DECODED = "Could not decode to UTF-8"  # how the driver's error begins, which then shows the value
_JOURNAL = "what was deleted still stands in its journal, which another process reads; end that one, or wait"


class SQLite:
    """The file at a path. ``busy_seconds`` is how long a write waits for another process that is writing."""

    setting = "DATA_DIR"
    to_begin_anew = "move it away to begin a new one, nothing is overwritten"
    server_time: sa.Select[tuple[float]] | None = None  # the clock of this machine is everybody's
    errors: tuple[type[Exception], ...] = (sa.exc.SQLAlchemyError, sqlite3.Error, OSError)
    insert = staticmethod(sqlite.insert)

    def __init__(self, path: Path, *, busy_seconds: float) -> None:
        self.path = path
        self._busy_seconds = busy_seconds

    @property
    def name(self) -> str:
        """What an error calls it."""
        return str(self.path)

    def is_begun(self) -> bool:
        """Whether there is a log. Raises OSError where this user may not look."""
        return self.path.exists()

    def identity(self) -> object:
        """Device and inode, which tell a new file of the same name; None where there is none."""
        try:
            stat = self.path.stat()
        except FileNotFoundError:
            return None
        return stat.st_dev, stat.st_ino

    def prepare(self, do: Callable[[sa.Connection], _Result]) -> _Result:
        """Make the file if there is none, and do something in it that nobody else does at the same time."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Nobody else's, its journal like it. A file that is there is not opened: to close it again would end our locks.
        with suppress(FileExistsError):
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        engine = sa.create_engine(sa.URL.create("sqlite", database=str(self.path)), **self._options())
        _listen(engine)
        try:
            self._write_ahead()
            with engine.connect().execution_options(begin="BEGIN IMMEDIATE") as connection, connection.begin():
                return do(connection)
        finally:
            engine.dispose()

    def engine(self) -> FileEngine:
        """The connections of one process to the file."""
        of_loop = create_async_engine(
            sa.URL.create("sqlite+aiosqlite", database=str(self.path)), **self._options()
        ).sync_engine
        of_thread = sa.create_engine(
            sa.URL.create("sqlite", database=str(self.path)),
            poolclass=sa.StaticPool,
            pool_reset_on_return=None,  # each use ends its transaction
            execution_options={"begin": "BEGIN IMMEDIATE"},
            **self._options(),
        )
        for engine in (of_loop, of_thread):
            _listen(engine)
        return FileEngine(of_loop, of_thread)

    @asynccontextmanager
    async def transaction(self, engine: AsyncEngine, *, alone: bool) -> AsyncIterator[AsyncConnection]:
        """A transaction; ``alone`` from its begin on, so that what it reads is so until it ends."""
        async with engine.connect() as connection:
            await connection.execution_options(begin="BEGIN IMMEDIATE" if alone else "BEGIN")
            async with connection.begin():
                yield connection

    async def transact(
        self,
        engine: AsyncEngine,
        do: Callable[[sa.Connection], _Result],
        *,
        alone: bool,  # noqa: ARG002  # it always is, from its begin on
    ) -> _Result:
        """Do something in a transaction, in one visit to a thread."""
        return await cast(FileEngine, engine).in_its_thread(do)

    async def erase(self, engine: AsyncEngine) -> None:
        """Erase what was deleted from the write-ahead log, too (sqlite.org/pragma.html#pragma_wal_checkpoint).

        SQLite does not wait by itself for another process that does the same. Raises LogError.
        """
        until = time.monotonic() + self._busy_seconds
        while True:
            async with engine.connect() as connection:
                await connection.execution_options(begin="")
                is_busy = (await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")).one()[0]
            if not is_busy:
                return
            if time.monotonic() > until:
                raise LogError(f"{self.name}: {_JOURNAL}")
            await asyncio.sleep(0.05)

    def is_of_damage(self, error: Exception) -> bool:
        """Whether an error says that the file is damaged. To be sure, `set_aside` looks again."""
        return isinstance(error, UnreadableValueError) or _kind(error) in _DAMAGED

    def is_unfit(self, error: Exception) -> bool:
        """Whether an error says that the tables are not a gap log's, be it by damage or by somebody's hand."""
        return _kind(error) == _UNFIT

    def reopens_after(self, error: Exception) -> bool:
        """Whether to begin with new connections: these may know something else than stands in the file by now."""
        return _kind(error) in _UNREAD

    def set_aside(self, now: datetime) -> Path | None:
        """Move the file and its journal away, if it certainly is damaged, so that a new one is begun; where it is then.

        None where it is not damaged, or another process has moved it. Raises OSError and SQLAlchemyError, such as
        where the file cannot be read now.
        """
        with locked(self.path.parent):
            if not self.path.exists() or not self._is_damaged():
                return None
            aside = self._new_name(now)
            # The file goes last: beside a new one nothing is moved any more, and SQLite uses no journal that is older.
            for end in ("-shm", "-wal", ""):
                with suppress(FileNotFoundError):
                    _with(self.path, end).rename(_with(aside, end))
            return aside

    def _is_damaged(self) -> bool:
        """Whether what SQLite or we read of the file, all of it, cannot have been written so.

        A log that somebody changed by hand, of another schema or with a table dropped, is not damaged.
        """
        address = f"{self.path.absolute().as_uri()}?mode=ro"  # who may write also tidies up the journal
        engine = sa.create_engine(
            "sqlite://", creator=lambda: _connect(address, uri=True, timeout=self._busy_seconds), poolclass=sa.NullPool
        )
        try:
            with engine.connect() as connection:
                if not _is_whole(connection):
                    return True
                step = step_of(connection)
                return _are_garbled(connection) if step in (None, NEWEST) else False
        except self.errors as error:
            if self.is_of_damage(error):
                return True
            raise
        finally:
            engine.dispose()

    def _new_name(self, now: datetime) -> Path:
        first = f"{self.path}{_ASIDE}{now.astimezone(UTC).strftime(_TIME)}"
        names = chain((Path(first),), (Path(f"{first}-{number}") for number in count(2)))
        return next(name for name in names if not any(_with(name, end).exists() for end in ("", "-wal", "-shm")))

    def let_go(self, before: datetime) -> None:
        """Delete what was set aside before a time, with what it still holds of people. Raises OSError."""
        start = self.path.name + _ASIDE
        for path in self.path.parent.glob(f"{start}*"):
            with suppress(ValueError):  # it has another name by now: somebody wants to keep it
                at = datetime.strptime(path.name.removeprefix(start)[: len("20261126T120000")], _TIME)
                if at.replace(tzinfo=UTC) < before:
                    path.unlink(missing_ok=True)

    def hint(self, error: Exception) -> str:
        """What is the matter and what to do, in words; never the statement that failed."""
        said, kind = _message(error), _kind(error)
        if isinstance(error, UnreadableValueError):
            return f"holds values that no gap log has, so it is damaged; {self.to_begin_anew}"
        if kind == sqlite3.SQLITE_NOTADB:
            return f"is no database; {self.to_begin_anew}"
        if self.is_of_damage(error) or (kind == _UNFIT and said.startswith("unsupported file format")):
            return f"is damaged; {self.to_begin_anew}"
        if kind == _UNFIT:
            return f"has not the tables of a gap log; restore a backup, or {self.to_begin_anew}"
        if isinstance(error, OSError):
            return f"{error.strerror or type(error).__name__}; see that DATA_DIR is a folder this user may write to"
        for part, hint in (
            ("locked", "another process holds it; end that one, or wait"),
            ("busy", "another process holds it; end that one, or wait"),
            ("full", "the disk is full; make room"),
            ("readonly", f"cannot be written to; let this user write to it and to {self.path.parent}"),
            ("read-only", f"cannot be written to; let this user write to it and to {self.path.parent}"),
            ("unable to open", f"cannot be opened; let this user write to it and to {self.path.parent}"),
            ("disk i/o", "cannot be read or written; see to the disk"),
        ):
            if part in said:
                return hint
        return f"{type(error).__name__}; see that the file is a gap log and can be written to"

    def _options(self) -> dict[str, Any]:
        # An error does not show what was to be written.
        return {"connect_args": {"timeout": self._busy_seconds, "factory": _Connection}, "hide_parameters": True}

    def _write_ahead(self) -> None:
        """Switch the file to WAL mode, for good. SQLite does not wait for other processes here, so we do."""
        until = time.monotonic() + self._busy_seconds
        with closing(_connect(self.path, timeout=self._busy_seconds, isolation_level=None)) as connection:
            while True:
                try:
                    connection.execute("PRAGMA journal_mode=WAL")
                    return
                except sqlite3.OperationalError:
                    if time.monotonic() > until:
                        raise
                    time.sleep(0.02)


class FileEngine(AsyncEngine):
    """Connections of an event loop, and one of a thread, whose transactions follow each other without waiting."""

    def __init__(self, of_loop: sa.Engine, of_thread: sa.Engine) -> None:
        super().__init__(of_loop)
        self.of_thread, self._thread = of_thread, ThreadPoolExecutor(1, "gap-log")

    async def in_its_thread(self, do: Callable[[sa.Connection], _Result]) -> _Result:
        """Do something in a transaction in the thread. It goes on to its end though whoever waits is cancelled."""

        def transaction() -> _Result:
            with self.of_thread.begin() as connection:
                return do(connection)

        return await asyncio.get_running_loop().run_in_executor(self._thread, transaction)

    async def dispose(self, close: bool = True) -> None:  # noqa: FBT001, FBT002  # as its base has it
        """Close all connections, once what the thread does is done."""
        await super().dispose(close)
        await asyncio.get_running_loop().run_in_executor(self._thread, self.of_thread.dispose)
        self._thread.shutdown(wait=False)


class _Cursor(sqlite3.Cursor):
    """A cursor that reports damage as SQLite does, where the driver fails to decode what SQLite says of it."""

    def execute(self, *arguments: Any) -> _Cursor:
        with _decoding():
            return super().execute(*arguments)

    def executemany(self, *arguments: Any) -> _Cursor:
        with _decoding():
            return super().executemany(*arguments)

    def fetchone(self) -> Any:
        with _decoding():
            return super().fetchone()

    def fetchmany(self, *arguments: Any, **named: Any) -> list[Any]:
        with _decoding():
            return super().fetchmany(*arguments, **named)

    def fetchall(self) -> list[Any]:
        with _decoding():
            return super().fetchall()


class _Connection(sqlite3.Connection):
    def cursor(self, factory: Any = _Cursor) -> Any:
        return super().cursor(factory)

    def execute(self, *arguments: Any) -> Any:
        return self.cursor().execute(*arguments)  # the driver's own would make another cursor


@contextmanager
def _decoding() -> Iterator[None]:
    """Raise what the driver cannot decode, an error's text or a value, as damage. Nothing of ours runs within it."""
    try:
        yield
    except UnicodeDecodeError:
        raise _damage() from None
    except sqlite3.OperationalError as error:
        if str(error).startswith(_NOT_DECODED):
            raise _damage() from None
        raise


def _damage() -> sqlite3.DatabaseError:
    damage = sqlite3.DatabaseError("database disk image is malformed")
    damage.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return damage


def _connect(*arguments: Any, **named: Any) -> sqlite3.Connection:
    return sqlite3.connect(*arguments, factory=_Connection, **named)


def _is_whole(connection: sa.Connection) -> bool:
    """Whether SQLite finds nothing wrong with the file. The statement is sound, so any fault of it is the file's."""
    try:
        return connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar() == "ok"
    except sa.exc.DBAPIError as error:
        if _kind(error) == _UNFIT:
            return False
        raise


def _are_garbled(connection: sa.Connection) -> bool:
    """Whether a table or column has another name than ours. Raises UnreadableValueError where a value is none of ours.

    A table that is missing was dropped by somebody, unless another stands in its place.
    """
    there = set(connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars())
    ours = there & TABLES.tables.keys()
    strange = {name for name in there - ours if not name.startswith("sqlite_")} - {VERSION_TABLE}
    if ours and strange and (TABLES.tables.keys() | {VERSION_TABLE}) - there:
        return True
    for name in ours:
        columns = {row[1] for row in connection.exec_driver_sql(f"PRAGMA table_info({name})")}
        if not set(TABLES.tables[name].columns.keys()) <= columns:
            return True
        for _ in connection.execute(sa.select(TABLES.tables[name])):
            pass
    return False


def _message(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error).partition("\n")[0].lower()


def _kind(error: Exception) -> int:
    code = getattr(getattr(error, "orig", None) or error, "sqlite_errorcode", None)
    return (code or 0) & _KIND


def _with(path: Path, end: str) -> Path:
    return path.with_name(path.name + end)


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
