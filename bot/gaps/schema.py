"""The schema of the gap log: which one a database has, and the way up to ours. Never down, never over a newer one."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

import sqlalchemy as sa

NEWEST = "3"  # the last step of migrations/versions; a test compares the two
_MIGRATIONS = Path(__file__).parent / "migrations"
_ALEMBIC = Lock()  # its `context` and `op` are of the whole process


class NewerSchemaError(Exception):
    """The database was written by a newer version of this program."""


def upgrade(connection: sa.Connection) -> None:
    """Take the steps from the database's schema to ours, if any, within the connection's transaction.

    Raises NewerSchemaError where the database is ahead of this program.
    """
    has = _version(connection)
    if has == NEWEST:
        return
    from alembic import command  # a tenth of a second, spent only where there is something to do
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    if has is not None and has not in {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}:
        raise NewerSchemaError
    config.attributes["connection"] = connection
    with _ALEMBIC:
        command.upgrade(config, "head")


def _version(connection: sa.Connection) -> str | None:
    """The step that the database is at; None for an empty one."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return version
