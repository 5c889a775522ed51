"""How many messages of one person are answered in a while, so that nobody holds up the others.

Persons are known by their codes only, in memory only, and are forgotten once the while has passed.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable
from enum import Enum

MOST_PERSONS = 50_000  # remembered at once; the one who was silent longest goes first


class Allowed(Enum):
    """Whether a message is answered: yes, no with a word to the person, or no without another."""

    YES = "yes"
    TELL = "tell"
    SILENT = "silent"


class Throttle:
    """At most ``messages`` of one person in ``seconds``; 0 messages mean no limit. ``clock`` gives seconds."""

    def __init__(self, messages: int, seconds: float, clock: Callable[[], float]) -> None:
        self._messages = messages
        self._seconds = seconds
        self._clock = clock
        self._seen: OrderedDict[str, deque[float]] = OrderedDict()
        self._told: dict[str, float] = {}

    def take(self, person: str) -> Allowed:
        """Count a message of a person, and say whether it is answered. The person is told once in a while."""
        if not self._messages:
            return Allowed.YES
        now = self._clock()
        self._forget_before(now - self._seconds)
        times = self._seen.setdefault(person, deque())
        while times and times[0] <= now - self._seconds:
            times.popleft()
        if len(times) < self._messages:
            times.append(now)
            self._seen.move_to_end(person)
            self._told.pop(person, None)
            return Allowed.YES
        if person in self._told:
            return Allowed.SILENT
        self._told[person] = now
        return Allowed.TELL

    def forget(self, person: str) -> None:
        """Remember nothing of a person."""
        self._seen.pop(person, None)
        self._told.pop(person, None)

    def _forget_before(self, past: float) -> None:
        """Those who were silent longest stand first: drop all whose last answered message is past."""
        while self._seen:
            person, times = next(iter(self._seen.items()))
            if times and times[-1] > past and len(self._seen) <= MOST_PERSONS:
                return
            self.forget(person)
