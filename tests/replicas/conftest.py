"""What the tests of several processes with one database share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.gaps.repository import GapLog
from tests.gaps.test_repository import KEEP
from tests.support.postgresql_server import Server
from tests.support.telegram_talk import KEYS


@pytest.fixture
async def log(postgresql: Server, tmp_path: Path) -> AsyncIterator[GapLog]:
    """An empty log in PostgreSQL, with a clock in it that stands still."""
    name = postgresql.new_database()
    async with GapLog(tmp_path, KEYS, keep=KEEP, url=postgresql.url(name)) as opened:
        async with opened.database.connection() as connection:
            await connection.execute(sa.text("CREATE TABLE clock AS SELECT 1e9::float8 AS at"))
        yield opened
    postgresql.drop(name)
