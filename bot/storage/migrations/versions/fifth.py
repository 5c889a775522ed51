"""Paces that processes keep together; and in SQLite numbers of gaps that are never given again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "5"
down_revision = "4"
COLUMNS = (
    *("id", "at", "reason", "text", "language", "channel", "entry", "nearest", "faq_version", "status"),
    *("asker", "message", "resolution"),
)


def upgrade() -> None:
    """Make the table; in SQLite, where a table cannot be changed so, also copy the gaps into a new one."""
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    op.create_table(
        "pace",
        sa.Column("code", sa.String(32), primary_key=True),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        prefixes=["UNLOGGED"] if is_postgresql else [],  # so that it is in no copy of the server's log
    )
    if not is_postgresql:
        _copy_gaps()


def _copy_gaps() -> None:
    op.create_table(
        "gap_copied",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("text", sa.LargeBinary, nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("entry", sa.String(40), nullable=False),
        sa.Column("nearest", sa.JSON, nullable=False),
        sa.Column("faq_version", sa.String(16), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("asker", sa.String(32)),
        sa.Column("message", sa.String(32), unique=True),
        sa.Column("resolution", sa.String(40), nullable=False, server_default=""),
        sqlite_autoincrement=True,
    )
    columns = ", ".join(COLUMNS)
    op.execute(f"INSERT INTO gap_copied ({columns}) SELECT {columns} FROM gap")  # noqa: S608  # names of ours
    op.drop_table("gap")
    op.rename_table("gap_copied", "gap")
    op.create_index("ix_gap_at", "gap", ["at"])
    op.create_index("ix_gap_asker", "gap", ["asker"])
