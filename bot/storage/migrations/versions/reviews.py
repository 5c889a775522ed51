"""Groups that reviewers made, the names of reviewers, and what they did."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "7"
down_revision = "6"
NUMBER = sa.Integer().with_variant(sa.BigInteger(), "postgresql")


def upgrade() -> None:
    """Add the columns and make the table."""
    op.add_column("gap", sa.Column("in_group", NUMBER))
    op.add_column("gap", sa.Column("reviewer", sa.String(40), nullable=False, server_default=""))
    op.create_table(
        "action",
        sa.Column("id", NUMBER, primary_key=True),
        sa.Column("at", sa.Double, nullable=False, index=True),
        sa.Column("text", sa.LargeBinary, nullable=False),
        sqlite_autoincrement=True,
    )
