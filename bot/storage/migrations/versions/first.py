"""The first tables: gaps, counts, persons, and the check of the keys."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "1"
down_revision = None
ENTRY = sa.String(40).with_variant(sa.Text(), "postgresql")
NUMBER = sa.Integer().with_variant(sa.BigInteger(), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "gap",
        sa.Column("id", NUMBER, primary_key=True),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("text", sa.LargeBinary, nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("entry", ENTRY, nullable=False),
        sa.Column("nearest", sa.JSON, nullable=False),
        sa.Column("faq_version", sa.String(16), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("asker", sa.String(32)),
        sa.Column("message", sa.String(32), unique=True),
    )
    op.create_index("ix_gap_at", "gap", ["at"])
    op.create_index("ix_gap_asker", "gap", ["asker"])
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
        sa.Column("asker", sa.String(32), primary_key=True),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("last_used", sa.Date, nullable=False),
    )
    op.create_index("ix_person_last_used", "person", ["last_used"])
    op.create_table(
        "key_check",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("text", sa.LargeBinary, nullable=False),
        sa.Column("asker", sa.String(32), nullable=False),
    )
