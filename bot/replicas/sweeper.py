"""Deletes what is past in a table that processes share, time and again."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta

import sqlalchemy as sa

from bot.storage.database import Database
from bot.storage.errors import LogError

SWEEP = timedelta(minutes=1)  # between two deletions


class Sweeper:
    """Runs ``deletion`` each time that ``every`` is over, from `start` to `stop`; what fails is done the next time."""

    def __init__(self, database: Database, deletion: sa.Delete, every: timedelta) -> None:
        self._database, self._deletion, self._seconds = database, deletion, every.total_seconds()
        self._sweeping: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to delete."""
        self._sweeping = asyncio.create_task(self._sweep())

    async def stop(self) -> None:
        """Delete nothing more."""
        if self._sweeping is not None:
            self._sweeping.cancel()
            await asyncio.gather(self._sweeping, return_exceptions=True)

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(self._seconds)
            with suppress(LogError):
                async with self._database.connection() as connection:
                    await connection.execute(self._deletion)
