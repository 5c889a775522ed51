"""What the tests of the gap log share: a clock that they turn, and an empty log by it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.gaps.repository import GapLog
from tests.gaps.test_repository import KEEP, KEYS, Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def log(tmp_path: Path, clock: Clock, url: SecretStr | None) -> AsyncIterator[GapLog]:
    """A log in SQLite, and one in PostgreSQL."""
    async with GapLog(tmp_path / "data", KEYS, keep=KEEP, url=url, now=clock, busy_seconds=0.2) as opened:
        yield opened
