"""Updates that are handled or being handled, so that none is handled twice."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "4"
down_revision = "3"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "claim",
        sa.Column("code", sa.String(32), primary_key=True),
        sa.Column("owner", sa.String(32)),
        sa.Column("until", sa.Double, nullable=False, index=True),
    )
