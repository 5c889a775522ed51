"""The entry by which a gap was resolved."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2"
down_revision = "1"


def upgrade() -> None:
    """Add the column; gaps so far were resolved by none."""
    entry = sa.String(40).with_variant(sa.Text(), "postgresql")
    op.add_column("gap", sa.Column("resolution", entry, nullable=False, server_default=""))
