"""The tables of the gap log, as they are now. How they came to be so is in `migrations`; a test compares the two."""

from __future__ import annotations

import sqlalchemy as sa

TABLES = sa.MetaData()
SERVER_TIME = sa.cast(sa.extract("epoch", sa.func.statement_timestamp()), sa.Double)  # PostgreSQL's, in seconds
CODE = sa.String(32)  # a keyed hash, as hexadecimal digits
# SQLite takes more than a column's type says; PostgreSQL does not, so there the type is a wider one.
ENTRY = sa.String(40).with_variant(sa.Text(), "postgresql")
NUMBER = sa.Integer().with_variant(sa.BigInteger(), "postgresql")

gap = sa.Table(
    "gap",
    TABLES,
    sa.Column("id", NUMBER, primary_key=True),
    sa.Column("at", sa.DateTime, nullable=False, index=True),  # UTC, to the minute
    sa.Column("reason", sa.String(32), nullable=False),
    sa.Column("text", sa.LargeBinary, nullable=False),  # redacted, then encrypted
    sa.Column("language", sa.String(8), nullable=False),
    sa.Column("channel", sa.String(16), nullable=False),
    sa.Column("entry", ENTRY, nullable=False),  # that was judged; empty for other reasons
    sa.Column("nearest", sa.JSON, nullable=False),  # [[entry id, score], …], the best first
    sa.Column("faq_version", sa.String(16), nullable=False),
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("resolution", ENTRY, nullable=False, server_default=""),  # the entry that answers it now
    sa.Column("asker", CODE, index=True),
    sa.Column("message", CODE, unique=True),
    sqlite_autoincrement=True,  # PostgreSQL gives no number again by itself
)

count = sa.Table(
    "count",
    TABLES,
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("outcome", sa.String(32), primary_key=True),
    sa.Column("entry", ENTRY, primary_key=True),  # empty where there is none
    sa.Column("language", sa.String(8), primary_key=True),
    sa.Column("channel", sa.String(16), primary_key=True),
    sa.Column("number", sa.Integer, nullable=False),
)

person = sa.Table(
    "person",
    TABLES,
    sa.Column("asker", CODE, primary_key=True),
    sa.Column("language", sa.String(8), nullable=False),
    sa.Column("last_used", sa.Date, nullable=False, index=True),
)

# Jobs done once a period, such as the digest of a week, by whichever process takes them first.
job = sa.Table(
    "job",
    TABLES,
    sa.Column("name", sa.String(48), primary_key=True),
    sa.Column("period", sa.String(16), primary_key=True),
)

# Updates of Telegram, as keyed hashes of their numbers: being handled by a process, the owner, or handled, without one.
claim = sa.Table(
    "claim",
    TABLES,
    sa.Column("code", CODE, primary_key=True),
    sa.Column("owner", CODE),
    sa.Column("until", sa.Double, nullable=False, index=True),  # Unix time; from then on the row counts for nothing
)

# How much of a rate limit is used, by a keyed hash of what it limits. Used in PostgreSQL alone, and unlogged there.
pace = sa.Table(
    "pace",
    TABLES,
    sa.Column("code", CODE, primary_key=True),
    sa.Column("at", sa.Double, nullable=False),  # Unix time; from then on the row counts for nothing
    sa.Column("number", sa.Integer, nullable=False),  # counted in this window; 0 where places in time are given out
)

# In a copy that was made by `gaps import`: the log that it is a copy of, by the code of its key check. One row at most.
home = sa.Table("home", TABLES, sa.Column("asker", CODE, primary_key=True))

# Proof of the keys that the log was begun with: a known text, encrypted with one and hashed with the other.
key_check = sa.Table(
    "key_check",
    TABLES,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("text", sa.LargeBinary, nullable=False),
    sa.Column("asker", CODE, nullable=False),
)


def free(table: sa.Table, where: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Those rows of a table of codes that no other transaction has locked: waiting for locks could deadlock."""
    codes = sa.select(table.c.code).where(where).with_for_update(skip_locked=True)
    return table.c.code.in_(codes)
