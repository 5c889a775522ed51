"""The tables of the first release."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "5"  # 1 to 4 were of development versions, whose last had these tables; see `storage.migrate`
down_revision = None
CODE = sa.String(32)
ENTRY = sa.String(40).with_variant(sa.Text(), "postgresql")
NUMBER = sa.Integer().with_variant(sa.BigInteger(), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "gap",
        sa.Column("id", NUMBER, primary_key=True),
        sa.Column("at", sa.DateTime, nullable=False, index=True),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("text", sa.LargeBinary, nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("entry", ENTRY, nullable=False),
        sa.Column("nearest", sa.JSON, nullable=False),
        sa.Column("faq_version", sa.String(16), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("resolution", ENTRY, nullable=False, server_default=""),
        sa.Column("asker", CODE, index=True),
        sa.Column("message", CODE, unique=True),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "count",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("outcome", sa.String(32), primary_key=True),
        sa.Column("entry", ENTRY, primary_key=True),
        sa.Column("language", sa.String(8), primary_key=True),
        sa.Column("channel", sa.String(16), primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
    )
    op.create_table(
        "person",
        sa.Column("asker", CODE, primary_key=True),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("last_used", sa.Date, nullable=False, index=True),
    )
    op.create_table(
        "job", sa.Column("name", sa.String(48), primary_key=True), sa.Column("period", sa.String(16), primary_key=True)
    )
    op.create_table(
        "claim",
        sa.Column("code", CODE, primary_key=True),
        sa.Column("owner", CODE),
        sa.Column("until", sa.Double, nullable=False, index=True),
    )
    op.create_table(
        "pace",
        sa.Column("code", CODE, primary_key=True),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        prefixes=["UNLOGGED"] if op.get_bind().dialect.name == "postgresql" else [],  # so not in the server's log
    )
    op.create_table("home", sa.Column("asker", CODE, primary_key=True))
    op.create_table(
        "key_check",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("text", sa.LargeBinary, nullable=False),
        sa.Column("asker", CODE, nullable=False),
    )
