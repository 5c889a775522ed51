"""How many messages of one person are answered in a given time, so that nobody holds up the others.

Persons are known by their codes only and are forgotten once the while has passed: by a process alone in its memory,
by many with one database there, and in memory while it cannot be asked.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum

MOST_PERSONS = 50_000  # remembered at once; the one who was silent longest goes first
Count = Callable[[str, float], Awaitable[int | None]]


class Allowed(Enum):
    """Whether a message is answered: yes, no with a word to the person, or no without another."""

    YES = "yes"
    TELL = "tell"
    SILENT = "silent"


class Throttle:
    """At most ``messages`` of one person in ``seconds``; 0 messages mean no limit. ``clock`` gives seconds.

    ``count`` says the how-manieth message of a person this is in so many seconds, over all processes; None where it
    cannot tell.
    """

    def __init__(
        self, messages: int, seconds: float, clock: Callable[[], float], *, count: Count | None = None
    ) -> None:
        self._messages = messages
        self._seconds = seconds
        self._clock = clock
        self._count = count
        self._seen: OrderedDict[str, deque[float]] = OrderedDict()
        self._told: dict[str, float] = {}

    async def admit(self, person: str) -> Allowed:
        """Count a message of a person, and say whether it is answered. The person is told once in a while."""
        if not self._messages:
            return Allowed.YES
        number = await self._count(person, self._seconds) if self._count else None
        if number is None:
            return self._admit_here(person)
        if number <= self._messages:
            return Allowed.YES
        return Allowed.TELL if number == self._messages + 1 else Allowed.SILENT

    def _admit_here(self, person: str) -> Allowed:
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
        """Remember nothing of a person here."""
        self._seen.pop(person, None)
        self._told.pop(person, None)

    def _forget_before(self, past: float) -> None:
        """Those who were silent longest stand first: drop all whose last answered message is past."""
        while self._seen:
            person, times = next(iter(self._seen.items()))
            if times and times[-1] > past and len(self._seen) <= MOST_PERSONS:
                return
            self.forget(person)


@dataclass(frozen=True, slots=True)
class Throttles:
    """How fast one person may be answered.

    ``urgent_checks`` is of messages past the first limit that are still looked at, in case they are urgent.
    """

    messages: Throttle
    urgent_checks: Throttle
    inline: Throttle

    def forget(self, person: str) -> None:
        """Remember nothing of a person here."""
        for throttle in (self.messages, self.urgent_checks, self.inline):
            throttle.forget(person)


_NO_LIMIT = Throttle(0, 0, lambda: 0.0)
UNLIMITED = Throttles(_NO_LIMIT, _NO_LIMIT, _NO_LIMIT)  # for who sits at the terminal
