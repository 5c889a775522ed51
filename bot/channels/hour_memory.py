"""What a process remembers of its chats for an hour, in memory alone."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

MOST = 2000  # values; the oldest is dropped first
SECONDS = 3600.0
CHECK_EVERY = 60.0  # seconds
Value = TypeVar("Value")


class HourMemory(Generic[Value]):
    """Values by a key, each for an hour by the given monotonic clock."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._kept: OrderedDict[str, tuple[float, Value]] = OrderedDict()

    def keep(self, key: str, value: Value) -> None:
        """Keep a value for an hour from now, in place of an earlier one."""
        self._kept.pop(key, None)
        self._kept[key] = (self._clock() + SECONDS, value)
        if len(self._kept) > MOST:
            self._kept.popitem(last=False)
        self.drop_old()

    def get(self, key: str) -> Value | None:
        """The value of a key; None if none is kept."""
        self.drop_old()
        return self._kept[key][1] if key in self._kept else None

    def drop(self, key: str) -> None:
        """Drop the value of a key, if one is kept."""
        self._kept.pop(key, None)

    def drop_old(self) -> None:
        """Drop what is older than an hour."""
        while self._kept and next(iter(self._kept.values()))[0] <= self._clock():
            self._kept.popitem(last=False)

    async def run(self) -> None:
        """Drop what is older than an hour, also while nobody writes."""
        while True:
            await asyncio.sleep(CHECK_EVERY)
            self.drop_old()
