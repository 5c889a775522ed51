"""Where a gap log is kept: SQLite in a folder, or PostgreSQL at a URL."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from bot.storage.database import translate_db_errors
from bot.storage.errors import LogError, NewerError
from bot.storage.migrate import step_of
from bot.storage.sqlite import SQLite

if TYPE_CHECKING:
    from bot.storage.database import Store

FILE = "gaps.sqlite3"
LOOK_SECONDS = 0.5  # how long a program that starts waits for another process that is writing
BUSY_SECONDS = 5.0  # how long a write waits for another process that is writing


def store_of(folder: Path, url: SecretStr | None, *, busy_seconds: float = BUSY_SECONDS) -> Store:
    """Where a gap log is kept: in PostgreSQL at a URL, without one in SQLite in a folder."""
    if url is None:
        return SQLite(folder / FILE, busy_seconds=busy_seconds)
    from bot.storage.postgresql import PostgreSQL  # its driver is loaded where it is used

    return PostgreSQL(url, busy_seconds=busy_seconds)


def refuse_newer(folder: Path, url: SecretStr | None) -> None:
    """Raise NewerError where the log, if there is one, is ahead of this program; begins none and changes none.

    Other errors are raised when it is used. Call it where no event loop runs.
    """
    store = store_of(folder, url, busy_seconds=LOOK_SECONDS)
    try:
        with translate_db_errors(store):
            if store.is_begun():
                store.prepare(step_of)
    except NewerError:
        raise
    except LogError:
        return
