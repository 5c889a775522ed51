"""The answers given last, shared by all processes with one PostgreSQL."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "6"
down_revision = "5"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "answered",
        sa.Column("code", sa.String(32), primary_key=True),
        sa.Column("entry", sa.String(40).with_variant(sa.Text(), "postgresql"), nullable=False),
        sa.Column("until", sa.Double, nullable=False),
        prefixes=["UNLOGGED"] if op.get_bind().dialect.name == "postgresql" else [],  # so not in the server's log
    )
