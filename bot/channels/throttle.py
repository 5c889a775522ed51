"""How many messages of one person are answered in a period of time, so that nobody holds up the others.

Persons are pseudonyms, and are forgotten once the period has passed. The counts are kept in memory or, by several
processes with one database, in the database; while it is unreachable, in memory as well.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum

MOST_PERSONS = 50_000  # in memory; the one whose last answered message is oldest is dropped first
CountMessage = Callable[[str, float], Awaitable[int | None]]


class Allowed(Enum):
    """Whether a message is answered: yes; no, but the person is told why; or no, in silence."""

    YES = "yes"
    NOTIFY = "notify"
    SILENT = "silent"


class Throttle:
    """At most ``messages`` of one person in ``seconds``; 0 messages mean no limit. ``clock`` gives seconds.

    ``count`` counts a message and gives the number of the person's messages in the period, this one included, over all
    processes; None if the database does not answer.
    """

    def __init__(
        self, messages: int, seconds: float, clock: Callable[[], float], *, count: CountMessage | None = None
    ) -> None:
        self._messages = messages
        self._seconds = seconds
        self._clock = clock
        self._count = count
        self._answered: OrderedDict[str, deque[float]] = OrderedDict()
        self._notified: dict[str, float] = {}

    async def admit(self, person: str) -> Allowed:
        """Count a message of a person; whether it is answered. The first refusal is NOTIFY, those after it SILENT."""
        if not self._messages:
            return Allowed.YES
        number = await self._count(person, self._seconds) if self._count else None
        if number is None:
            return self._admit_in_memory(person)
        if number <= self._messages:
            return Allowed.YES
        return Allowed.NOTIFY if number == self._messages + 1 else Allowed.SILENT

    def _admit_in_memory(self, person: str) -> Allowed:
        now = self._clock()
        self._drop_before(now - self._seconds)
        times = self._answered.setdefault(person, deque())
        while times and times[0] <= now - self._seconds:
            times.popleft()
        if len(times) < self._messages:
            times.append(now)
            self._answered.move_to_end(person)
            self._notified.pop(person, None)
            return Allowed.YES
        if person in self._notified:
            return Allowed.SILENT
        self._notified[person] = now
        return Allowed.NOTIFY

    def forget(self, person: str) -> None:
        """Drop what is kept of a person in memory."""
        self._answered.pop(person, None)
        self._notified.pop(person, None)

    def _drop_before(self, past: float) -> None:
        """Drop persons without an answered message after ``past``; those silent longest stand first."""
        while self._answered:
            person, times = next(iter(self._answered.items()))
            if times and times[-1] > past and len(self._answered) <= MOST_PERSONS:
                return
            self.forget(person)


@dataclass(frozen=True, slots=True)
class Throttles:
    """The limits for one person: messages, inline queries, and checks for urgency.

    ``urgent_checks`` limits how many messages beyond the first limit are still checked for being urgent.
    """

    messages: Throttle
    urgent_checks: Throttle
    inline: Throttle

    def forget(self, person: str) -> None:
        """Drop what is kept of a person in memory."""
        for throttle in (self.messages, self.urgent_checks, self.inline):
            throttle.forget(person)


_NO_LIMIT = Throttle(0, 0, lambda: 0.0)
UNLIMITED = Throttles(_NO_LIMIT, _NO_LIMIT, _NO_LIMIT)  # for the person at the terminal
