"""The gap log in a PostgreSQL database, which any number of processes share.

`sqlite` has the same for the other database; what the two share is in `database`. No error or log line from here shows
the URL, the password or the host.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.storage.columns import UnreadableValueError
from bot.storage.tables import SERVER_TIME

CONNECTIONS = 5  # of one process, at most
CONNECT_SECONDS = 10.0
COMMAND_SECONDS = 60.0  # for one statement: a server that falls silent holds nobody for ever
DEAD_SECONDS = 300  # after which the server ends a transaction whose process says nothing
_DRIVER = "postgresql+asyncpg"
_SSL = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_HOST = re.compile(r"[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*\.?|[0-9A-Fa-f:.]+")
_UPGRADING = int.from_bytes(b"gap log", "big")  # the advisory lock of whoever upgrades the schema
_BAD_URL = (
    "is no address that can be used; write postgresql+asyncpg://user:password@host/name, signs such as @ : / in the "
    "password as %40 %3A %2F, and ?ssl=require or ?host=/folder/of/the/socket if need be; "
    "leave it out for SQLite in DATA_DIR"
)
_Result = TypeVar("_Result")

_LOST = "the connection was lost and is made anew by itself; see that the server runs and can be reached"
_REFUSED = "the server lets nobody in by this user and password; correct them in DATABASE_URL, or its pg_hba.conf"
_HELD = "another process holds it; end that one, or wait"
_NO_TABLES = "has not the tables of a gap log; restore a backup, or name another database in DATABASE_URL"
_UNREADABLE = "holds values that no gap log has; see to the server's disk, and restore a backup"
# By SQLSTATE, the longest prefix that fits (postgresql.org/docs/current/errcodes-appendix.html).
_HINTS = {
    "08": _LOST,
    "22021": "holds text that is none; see that the database's encoding is UTF8, and see to the server's disk",
    "25006": "the server takes no writes, as a replica does; name the primary in DATABASE_URL",
    "28": _REFUSED,
    "3D000": "there is no such database; make it, or correct the name at the end of DATABASE_URL",
    "40": _HELD,
    "42501": "this user may not do that here; make it the owner of the database (ALTER DATABASE … OWNER TO …)",
    "42": _NO_TABLES,
    "53100": "the server's disk is full; make room there",
    "53200": "the server has no memory left; end what takes it there",
    "53300": f"the server has no connection left; raise its max_connections to {CONNECTIONS + 1} for each process of "
    "this program, or run fewer",
    "53": "the server has reached a limit of its own; its log says which",
    "55P03": _HELD,
    "57014": _HELD,
    "57P03": "the server is starting or stopping; wait",
    "57P04": "the database was dropped; restore a backup, or name another in DATABASE_URL",
    "57P": _LOST,
    "58": "the server cannot read or write its files; see to its disk and its log",
    "XX001": "the database is damaged; see to the server's disk, and restore a backup",
    "XX002": "the database is damaged; see to the server's disk, and restore a backup",
}


class PostgreSQL:
    """The database at a URL. ``busy_seconds`` is how long a write waits for another process that is writing."""

    setting = "DATABASE_URL"
    to_begin_anew = "name another database in DATABASE_URL to begin a new one, nothing is overwritten"
    server_time: sa.Select[tuple[float]] | None = sa.select(SERVER_TIME)
    errors: tuple[type[Exception], ...] = (
        sa.exc.SQLAlchemyError,
        asyncpg.PostgresError,
        asyncpg.InterfaceError,
        asyncpg.InternalClientError,
        OSError,
        EOFError,
    )
    insert = staticmethod(postgresql.insert)
    name = "the log in PostgreSQL"  # what an error calls it

    def __init__(self, url: SecretStr, *, busy_seconds: float) -> None:
        self._url = parsed(url)
        self._busy_seconds = busy_seconds

    def is_begun(self) -> bool:
        """Whether there is a log: it is taken for granted, since to know it the server would have to be asked."""
        return True

    def identity(self) -> object:
        """It is the same for as long as it answers; see ``reopens_after``."""
        return None

    def prepare(self, do: Callable[[sa.Connection], _Result]) -> _Result:
        """Do something in it, in a transaction that runs in one process at a time.

        It runs in a loop of its own, so call it from a thread that has none.
        """
        return asyncio.run(self._prepare(do))

    async def _prepare(self, do: Callable[[sa.Connection], _Result]) -> _Result:
        engine = self._engine(poolclass=sa.NullPool)
        try:
            async with engine.begin() as connection:
                await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_UPGRADING)))
                return await connection.run_sync(do)
        finally:
            await engine.dispose()

    def engine(self) -> AsyncEngine:
        """The connections of one process, each tried before it is used again."""
        return self._engine(pool_size=CONNECTIONS, max_overflow=0, pool_timeout=CONNECT_SECONDS, pool_pre_ping=True)

    def _engine(self, **pool: Any) -> AsyncEngine:
        engine = create_async_engine(self._url, **pool, **self._options())
        sa.event.listen(engine.sync_engine, "handle_error", _translate_undecoded)
        return engine

    @asynccontextmanager
    async def transaction(self, engine: AsyncEngine, *, alone: bool) -> AsyncIterator[AsyncConnection]:
        """A transaction; ``alone`` from its begin on: others may read meanwhile, and whoever writes gaps waits."""
        async with engine.begin() as connection:
            if alone:
                await connection.exec_driver_sql("LOCK TABLE gap IN EXCLUSIVE MODE")
            yield connection

    async def transact(self, engine: AsyncEngine, do: Callable[[sa.Connection], _Result], *, alone: bool) -> _Result:
        """Do something in a transaction."""
        async with self.transaction(engine, alone=alone) as connection:
            return await connection.run_sync(do)

    async def erase(self, engine: AsyncEngine) -> None:
        """Free the space of what was deleted; its bytes may stand in files and in the server's log until overwritten.

        To a user who may not do so the server only gives a warning.
        """
        async with engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            await connection.exec_driver_sql("VACUUM gap, person, action")

    def reopens_after(self, error: Exception) -> bool:  # noqa: ARG002
        """Whether to begin with new connections: it may be a restored database, of an older schema."""
        return True

    def set_aside(self, now: datetime) -> Path | None:  # noqa: ARG002
        """Nothing: the server's files are not ours."""
        return None

    def let_go(self, before: datetime) -> None:
        """Nothing was set aside."""

    def is_of_damage(self, error: Exception) -> bool:  # noqa: ARG002
        """Whether an error says that a file is damaged which can be set aside: here none is ours."""
        return False

    def is_unfit(self, error: Exception) -> bool:  # noqa: ARG002
        """Whether an error says that a file holds other tables: here none is ours."""
        return False

    def hint(self, error: Exception) -> str:
        """What is the matter and what to do, in words; never the statement that failed, nor where the server is."""
        if isinstance(error, UnreadableValueError):
            return _UNREADABLE
        cause = getattr(error, "orig", None) or error
        state = str(getattr(cause, "sqlstate", None) or "")
        for length in (5, 3, 2):
            if state[:length] in _HINTS:
                return _HINTS[state[:length]]
        said = str(cause).lower()
        if isinstance(cause, ssl.SSLError) or "ssl" in said or "certificate" in said:
            return "no encrypted connection can be made; see to ?ssl= in DATABASE_URL and to the server's certificate"
        if isinstance(error, sa.exc.TimeoutError):
            return "all connections of this process are in use; see what keeps the server busy, or wait"
        if isinstance(cause, TimeoutError):
            return "the server does not answer in time; see to its load, and that it can be reached"
        if isinstance(cause, OSError):
            return "the server cannot be reached; see that it runs, and that DATABASE_URL has its host and port"
        if "closed" in said or "operation" in said or isinstance(cause, EOFError):  # the driver's words for it
            return _LOST
        return f"{type(cause).__name__}; see the server's log"

    def _options(self) -> dict[str, Any]:
        server = {
            "application_name": "migration-faq-bot",
            "lock_timeout": str(round(self._busy_seconds * 1000)),
            "idle_in_transaction_session_timeout": str(DEAD_SECONDS * 1000),
        }
        connect = {"timeout": CONNECT_SECONDS, "command_timeout": COMMAND_SECONDS, "server_settings": server}
        return {"connect_args": connect, "hide_parameters": True}  # an error does not show what was to be written


def _translate_undecoded(context: sa.engine.ExceptionContext) -> None:
    """Where the driver cannot decode what the server sent, say so: SQLAlchemy passes on such an error as it is."""
    if context.sqlalchemy_exception is None and isinstance(context.original_exception, ValueError | OverflowError):
        raise UnreadableValueError("what the server sent cannot be decoded")


def parsed(setting: SecretStr) -> sa.URL:
    """The address that DATABASE_URL holds. Raises ValueError with a hint, which shows nothing of it."""
    try:
        url = sa.make_url(setting.get_secret_value().strip())
        is_sound = (
            url.drivername == _DRIVER
            and bool(url.database)
            and (url.host is None or bool(_HOST.fullmatch(url.host)))
            and url.query.keys() <= {"ssl", "host"}
            and url.query.get("ssl", "prefer") in _SSL
            and isinstance(url.query.get("host", ""), str)
            and (url.port is None or 0 < url.port < 2**16)
        )
    except (sa.exc.ArgumentError, ValueError):  # shows what it could not read
        is_sound = False
    if not is_sound:
        raise ValueError(_BAD_URL)
    return url
