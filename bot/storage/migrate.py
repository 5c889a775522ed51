"""The schema of the gap log: which one a database has, and its upgrade to ours. Never down, never over a newer one."""

from __future__ import annotations

import re
from pathlib import Path
from threading import Lock

import sqlalchemy as sa

from bot.storage.columns import UnreadableValueError

STEPS = ("5", "6", "7", "8")  # the revisions in migrations/versions, in their order; a test compares the two
NEWEST = STEPS[-1]
VERSION_TABLE = "alembic_version"
_BEFORE_RELEASE = ("1", "2", "3", "4")  # of development versions, to which no migration leads back
_REVISION = re.compile(r"[A-Za-z0-9_]{1,32}")  # of any version, be it a newer one
_MIGRATIONS = Path(__file__).parent / "migrations"
_ALEMBIC = Lock()  # its `context` and `op` are of the whole process


class NewerSchemaError(Exception):
    """The database was written by a newer version of this program."""


class OlderSchemaError(Exception):
    """The database is of a development version, and cannot be upgraded; the text is its revision."""


def step_of(connection: sa.Connection) -> str | None:
    """The revision that the database is at; None for an empty one.

    Raises NewerSchemaError where it is ahead of us, OlderSchemaError where no migration leads from it to ours, and
    UnreadableValueError where what stands there is no revision.
    """
    if not sa.inspect(connection).has_table(VERSION_TABLE):
        return None
    step: object = connection.scalar(sa.text(f"SELECT version_num FROM {VERSION_TABLE}"))  # noqa: S608  # ours
    if step is None:
        return None
    if not isinstance(step, str) or not _REVISION.fullmatch(step):
        raise UnreadableValueError("the revision of the schema is none")
    if step in _BEFORE_RELEASE:
        raise OlderSchemaError(step)
    if step not in STEPS:
        raise NewerSchemaError
    return step


def upgrade(connection: sa.Connection, *, to: str = NEWEST) -> str | None:
    """Run the migrations from the database's schema to ours, if any, within the connection's transaction.

    Returns the revision that it was at before. Raises what `step_of` does.
    """
    was = step_of(connection)
    if was == to:
        return was
    from alembic import command  # a tenth of a second, spent only where there is something to do
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    with _ALEMBIC:
        command.upgrade(config, to)
    return was
