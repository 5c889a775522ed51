"""The choices offered last, beside the answer given last."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "8"
down_revision = "7"


def upgrade() -> None:
    """Add the column."""
    op.add_column("answered", sa.Column("choices", sa.Text(), nullable=False, server_default=""))
