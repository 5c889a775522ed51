"""Jobs that are done once a period, and the log that a copy is of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "3"
down_revision = "2"


def upgrade() -> None:
    """Make the two tables."""
    op.create_table(
        "job",
        sa.Column("name", sa.String(48), primary_key=True),
        sa.Column("period", sa.String(16), primary_key=True),
    )
    op.create_table("home", sa.Column("asker", sa.String(32), primary_key=True))
