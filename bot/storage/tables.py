"""The tables of the gap log, as they are now. How they came to be so is in `migrations`; a test compares the two."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from bot.storage.columns import Checked

TABLES = sa.MetaData()
SERVER_TIME = sa.cast(sa.extract("epoch", sa.func.statement_timestamp()), sa.Double)  # PostgreSQL's, in seconds


def pairs(listed: list[Any]) -> tuple[tuple[str, float], ...]:
    """Ids of entries with their scores, of what JSON has for them. Raises ValueError and TypeError."""
    return tuple((str(entry), float(score)) for entry, score in listed)


def _text(length: int) -> Checked:
    return Checked(sa.String(length), str)


CODE = _text(32)  # a keyed hash, as hexadecimal digits
MAYBE_CODE = Checked(sa.String(32), str, nullable=True)
# SQLite takes more than a column's type says; PostgreSQL does not, so there the type is a wider one.
ENTRY = _text(40).with_variant(Checked(sa.Text(), str), "postgresql")
ID = Checked(sa.Integer(), int).with_variant(Checked(sa.BigInteger(), int), "postgresql")
MAYBE_ID = Checked(sa.Integer(), int, nullable=True).with_variant(
    Checked(sa.BigInteger(), int, nullable=True), "postgresql"
)
NUMBER = Checked(sa.Integer(), int)
BYTES = Checked(sa.LargeBinary(), bytes)
MINUTE = Checked(sa.DateTime(), datetime)
DAY = Checked(sa.Date(), date)
TIME = Checked(sa.Double(), float)  # Unix time
NEAREST = Checked(sa.JSON(), list, read=pairs)

gap = sa.Table(
    "gap",
    TABLES,
    sa.Column("id", ID, primary_key=True),
    sa.Column("at", MINUTE, nullable=False, index=True),  # UTC, to the minute
    sa.Column("reason", _text(32), nullable=False),
    sa.Column("text", BYTES, nullable=False),  # redacted, then encrypted
    sa.Column("language", _text(8), nullable=False),
    sa.Column("channel", _text(16), nullable=False),
    sa.Column("entry", ENTRY, nullable=False),  # that was judged; empty for other reasons
    sa.Column("nearest", NEAREST, nullable=False),  # [[entry id, score], …], the best first
    sa.Column("faq_version", _text(16), nullable=False),
    sa.Column("status", _text(16), nullable=False),
    sa.Column("resolution", ENTRY, nullable=False, server_default=""),  # the entry that answers it now
    sa.Column("in_group", MAYBE_ID),  # that reviewers put it into
    sa.Column("reviewer", _text(40), nullable=False, server_default=""),  # who decided on it last, if that is known
    sa.Column("asker", MAYBE_CODE, index=True),
    sa.Column("message", MAYBE_CODE, unique=True),
    sqlite_autoincrement=True,  # PostgreSQL gives no number again by itself
)

count = sa.Table(
    "count",
    TABLES,
    sa.Column("day", DAY, primary_key=True),
    sa.Column("outcome", _text(32), primary_key=True),
    sa.Column("entry", ENTRY, primary_key=True),  # empty where there is none
    sa.Column("language", _text(8), primary_key=True),
    sa.Column("channel", _text(16), primary_key=True),
    sa.Column("number", NUMBER, nullable=False),
)

person = sa.Table(
    "person",
    TABLES,
    sa.Column("asker", CODE, primary_key=True),
    sa.Column("language", _text(8), nullable=False),
    sa.Column("last_used", DAY, nullable=False, index=True),
)

# What reviewers did, encrypted as the texts of gaps are.
action = sa.Table(
    "action",
    TABLES,
    sa.Column("id", ID, primary_key=True),
    sa.Column("at", TIME, nullable=False, index=True),  # Unix time
    sa.Column("text", BYTES, nullable=False),
    sqlite_autoincrement=True,
)

# Jobs done once a period, such as the digest of a week, by whichever process takes them first.
job = sa.Table(
    "job",
    TABLES,
    sa.Column("name", _text(48), primary_key=True),
    sa.Column("period", _text(16), primary_key=True),
)

# Updates of Telegram, as keyed hashes of their numbers: being handled by a process, the owner, or handled, without one.
claim = sa.Table(
    "claim",
    TABLES,
    sa.Column("code", CODE, primary_key=True),
    sa.Column("owner", MAYBE_CODE),
    sa.Column("until", TIME, nullable=False, index=True),  # Unix time; from then on the row counts for nothing
)

# How much of a rate limit is used, by a keyed hash of what it limits. Used in PostgreSQL alone, and unlogged there.
pace = sa.Table(
    "pace",
    TABLES,
    sa.Column("code", CODE, primary_key=True),
    sa.Column("at", TIME, nullable=False),  # Unix time; from then on the row counts for nothing
    sa.Column("number", NUMBER, nullable=False),  # counted in this window; 0 where places in time are given out
)

# What a person was told last, the answer and the choices, by a keyed hash of the person. Used in PostgreSQL alone, and
# unlogged there.
answered = sa.Table(
    "answered",
    TABLES,
    sa.Column("code", CODE, primary_key=True),
    sa.Column("entry", ENTRY, nullable=False),  # empty where the reply was no answer
    sa.Column("until", TIME, nullable=False),  # Unix time; from then on the row counts for nothing
    sa.Column("choices", Checked(sa.Text(), str), nullable=False, server_default=""),  # as buttons have them, by spaces
)

# In a copy that was made by `gaps import`: the log that it is a copy of, by the code of its key check. One row at most.
home = sa.Table("home", TABLES, sa.Column("asker", CODE, primary_key=True))

# Proof of the keys that the log was begun with: a known text, encrypted with one and hashed with the other.
key_check = sa.Table(
    "key_check",
    TABLES,
    sa.Column("id", NUMBER, primary_key=True),
    sa.Column("text", BYTES, nullable=False),
    sa.Column("asker", CODE, nullable=False),
)


def free(table: sa.Table, where: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Those rows of a table of codes that no other transaction has locked: waiting for locks could deadlock."""
    codes = sa.select(table.c.code).where(where).with_for_update(skip_locked=True)
    return table.c.code.in_(codes)
