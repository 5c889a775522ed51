"""The gap log in a database: note outcomes and gaps, forget a person, let the old go, list.

Texts go in redacted and encrypted; persons as codes. Every failure is a LogError that says what to do.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.gaps.keys import KeyProblem, Keys
from bot.gaps.redaction import redact
from bot.gaps.schema import NewerSchemaError, upgrade
from bot.gaps.tables import count, gap, key_check, person
from bot.model import Channel, Count, Gap, GapReason, GapStatus, LoggedGap, Note

FILE = "gaps.sqlite3"
BUSY_SECONDS = 5.0  # how long a write waits for another process that is writing
_log = logging.getLogger(__name__)
_CHECKED = "the key of this log"
_OTHER_KEY = "was begun with another {name}; set the {name} it was begun with, or name another DATA_DIR"


def utc_now() -> datetime:
    """The clock of the log, where no other is given."""
    return datetime.now(UTC)


class LogError(Exception):
    """The log cannot be used now; the text says where, what and what mends it, and holds nothing of a message."""


class GapLog:
    """The gap log of one data folder. Use it as a context manager, or `close` it.

    Nothing is opened before it is needed, and a database that is gone is begun anew. ``keep`` is how long gaps and
    persons stay; ``now`` is the clock, in UTC.
    """

    def __init__(
        self,
        folder: Path,
        keys: Keys,
        *,
        keep: timedelta,
        now: Callable[[], datetime] = utc_now,
        busy_seconds: float = BUSY_SECONDS,
    ) -> None:
        self.path = folder / FILE
        self._busy_seconds = busy_seconds
        self._keys = keys
        self._keep = keep
        self.now = now
        self._engine: AsyncEngine | None = None
        self._uses: Counter[AsyncEngine] = Counter()
        self._opened_file: tuple[int, int] | None = None
        self._opening = asyncio.Lock()

    async def __aenter__(self) -> GapLog:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the database's connections, those in use once they are not; the next use opens it again."""
        engine, self._engine = self._engine, None
        if engine is not None and not self._uses[engine]:
            await engine.dispose()

    # --- Writing ---------------------------------------------------------------------------------------------

    async def write(self, notes: Sequence[Note]) -> None:
        """Count and keep what these notes say, all of it or nothing. Raises LogError."""
        sealed = await asyncio.to_thread(self._seal, notes)  # finding telephone numbers takes its time
        minutes = [
            (note.at or self.now()).astimezone(UTC).replace(second=0, microsecond=0, tzinfo=None) for note in notes
        ]
        counts = Counter((note.count, minute.date()) for note, minute in zip(notes, minutes, strict=True))
        async with self._connection() as connection:
            for (counted, day), number in counts.items():
                await connection.execute(_add_to_count(counted, day, number))
            for note, text, minute in zip(notes, sealed, minutes, strict=True):
                if note.is_edited and note.message is not None:
                    await connection.execute(sa.delete(gap).where(gap.c.message == note.message))
                if note.gap is not None and text is not None:
                    await connection.execute(_keep_gap(note, note.gap, text, minute))

    def _seal(self, notes: Iterable[Note]) -> list[bytes | None]:
        return [self._sealed(note.gap.text) if note.gap is not None else None for note in notes]

    def _sealed(self, text: str) -> bytes | None:
        """A text redacted and encrypted; None for one that cannot be: it is counted, and the others are kept."""
        try:
            return self._keys.encrypt(redact(text))
        except Exception as error:
            _log.error("a text cannot be redacted (%s) and is not kept", type(error).__name__)
            return None

    async def choose_language(self, asker: str, language: str) -> None:
        """Keep the language that a person chose. Raises LogError."""
        values = {"asker": asker, "language": language, "last_used": self._today()}
        async with self._connection() as connection:
            await connection.execute(insert(person).values(values).on_conflict_do_update(["asker"], set_=values))

    async def touch(self, askers: Iterable[str]) -> None:
        """Keep the languages that these persons chose from expiring: they were used today. Raises LogError."""
        used = person.c.asker.in_(list(askers)) & (person.c.last_used != self._today())
        async with self._connection() as connection:
            await connection.execute(sa.update(person).where(used).values(last_used=self._today()))

    async def forget(self, asker: str) -> int:
        """Delete all that is kept of a person, out of the file too; the number of gaps that were. Raises LogError."""
        async with self._connection() as connection:
            deleted = await connection.execute(sa.delete(gap).where(gap.c.asker == asker))
            await connection.execute(sa.delete(person).where(person.c.asker == asker))
        await self._empty_journal()
        return deleted.rowcount

    async def expire(self) -> int:
        """Delete what is older than the log keeps; the number of gaps that were. Counts stay. Raises LogError."""
        since = self.now().astimezone(UTC).replace(tzinfo=None) - self._keep
        async with self._connection() as connection:
            deleted = await connection.execute(sa.delete(gap).where(gap.c.at < since))
            await connection.execute(sa.delete(person).where(person.c.last_used < since.date()))
        await self._empty_journal()
        return deleted.rowcount

    async def _empty_journal(self) -> None:
        """What was deleted also goes from the write-ahead log (sqlite.org/pragma.html#pragma_wal_checkpoint).

        For another who does the same SQLite does not wait by itself.
        """
        until = time.monotonic() + self._busy_seconds
        while True:
            async with self._connection(begin="") as connection:
                is_busy = (await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")).one()[0]
            if not is_busy:
                return
            if time.monotonic() > until:
                what = (
                    "what was deleted still stands in its journal, which another process reads; end that one, or wait"
                )
                raise LogError(f"{self.path}: {what}")
            await asyncio.sleep(0.05)

    async def mark(self, gaps: Iterable[int], status: GapStatus, *, entry: str = "") -> int:
        """Say what became of gaps, by their ids; the number of those there are. Raises LogError."""
        marked = sa.update(gap).where(gap.c.id.in_(list(gaps))).values(status=status.value, resolution=entry)
        async with self._connection() as connection:
            return (await connection.execute(marked)).rowcount

    # --- Reading ---------------------------------------------------------------------------------------------

    async def language(self, asker: str) -> str | None:
        """The language that a person chose, if it is kept. Raises LogError."""
        async with self._connection() as connection:
            found: str | None = await connection.scalar(sa.select(person.c.language).where(person.c.asker == asker))
        return found

    async def gaps(self, *, most: int | None = None) -> list[LoggedGap]:
        """The gaps, newest first. Raises LogError."""
        newest_first = sa.select(gap).order_by(gap.c.at.desc(), gap.c.id.desc()).limit(most)
        async with self._connection() as connection:
            rows = (await connection.execute(newest_first)).all()
        try:
            return [_logged(row, self._keys.decrypt(row.text)) for row in rows]
        except KeyProblem as problem:
            raise LogError(f"{self.path}: {problem}") from None

    async def counts(self) -> list[tuple[date, Count, int]]:
        """How often each outcome came, day by day. Raises LogError."""
        by_day = sa.select(count).order_by(*count.primary_key.columns)
        async with self._connection() as connection:
            rows = (await connection.execute(by_day)).all()
        return [
            (row.day, Count(row.outcome, row.language, Channel(row.channel), row.entry), row.number) for row in rows
        ]

    def _today(self) -> date:
        return self.now().astimezone(UTC).date()

    # --- The database ----------------------------------------------------------------------------------------

    @asynccontextmanager
    async def _connection(self, *, begin: str = "BEGIN") -> AsyncIterator[AsyncConnection]:
        """A connection in a transaction, committed at the end. Raises LogError for all that a database can refuse."""
        try:
            async with self._engine_in_use() as engine, engine.connect() as connection:
                await connection.execution_options(begin=begin)
                async with connection.begin():
                    yield connection
        except (sa.exc.SQLAlchemyError, sqlite3.Error, OSError) as error:
            raise LogError(f"{self.path}: {_mend(error, self.path)}") from None

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
        code = self._keys.code("check", _CHECKED)
        if row is None:
            connection.execute(sa.insert(key_check).values(text=self._keys.encrypt(_CHECKED), asker=code))
            return
        if row.asker != code:
            raise LogError(f"{self.path}: {_OTHER_KEY.format(name='ASKER_KEY')}")
        try:
            self._keys.decrypt(row.text)
        except KeyProblem:
            raise LogError(f"{self.path}: {_OTHER_KEY.format(name='GAPS_KEY')}") from None


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


def _add_to_count(counted: Count, day: date, number: int) -> Any:
    values = {
        "day": day,
        "outcome": counted.outcome,
        "entry": counted.entry,
        "language": counted.language,
        "channel": counted.channel.value,
    }
    statement = insert(count).values(**values, number=number)
    return statement.on_conflict_do_update(list(values), set_={"number": count.c.number + number})


def _keep_gap(note: Note, kept: Gap, text: bytes, minute: datetime) -> Any:
    values = {
        "at": minute,
        "reason": kept.reason.value,
        "text": text,
        "language": kept.language,
        "channel": kept.channel.value,
        "entry": kept.entry,
        "nearest": [list(pair) for pair in kept.nearest],
        "faq_version": kept.faq_version,
        "status": GapStatus.NEW.value,
        "resolution": "",
        "asker": note.asker,
        "message": note.message,
    }
    return insert(gap).values(values).on_conflict_do_update(["message"], set_=values)


def _logged(row: Any, text: str) -> LoggedGap:
    nearest = tuple((str(entry), float(score)) for entry, score in row.nearest)
    kept = Gap(GapReason(row.reason), text, row.language, Channel(row.channel), row.faq_version, nearest, row.entry)
    return LoggedGap(row.id, row.at, GapStatus(row.status), kept, row.resolution)


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
