"""What a process remembers of its chats for a time, in memory alone."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

HOUR = 3600.0  # seconds
MOST = 2000  # values; the oldest is dropped first
CHECK_EVERY = 60.0  # seconds
Value = TypeVar("Value")


class Memory(Generic[Value]):
    """Values by a key, each for some seconds by the given monotonic clock, and at most so many."""

    def __init__(self, clock: Callable[[], float], seconds: float = HOUR, most: int = MOST) -> None:
        self._clock, self._seconds, self._most = clock, seconds, most
        self._kept: OrderedDict[str, tuple[float, Value]] = OrderedDict()

    def keep(self, key: str, value: Value) -> None:
        """Keep a value from now on, in place of an earlier one."""
        self._kept.pop(key, None)
        self._kept[key] = (self._clock() + self._seconds, value)
        if len(self._kept) > self._most:
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
        """Drop what was kept for its time."""
        while self._kept and next(iter(self._kept.values()))[0] <= self._clock():
            self._kept.popitem(last=False)

    async def run(self) -> None:
        """Drop what is old, also while nobody writes."""
        while True:
            await asyncio.sleep(min(CHECK_EVERY, self._seconds))
            self.drop_old()
