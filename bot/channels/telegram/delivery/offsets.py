"""Which updates are in hand, which are new, and up to where they may be confirmed to Telegram."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection

REMEMBERED = 5000  # finished updates, so that they are not handled again


class PendingOffsets:
    """The updates in hand, those finished last, and the offset for the next getUpdates."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._pending: dict[int, float] = {}  # the time since which each is in hand
        self._finished: OrderedDict[int, None] = OrderedDict()
        self._next: int | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is in hand."""
        return not self._pending

    @property
    def offset(self) -> int | None:
        """The first update that Telegram is to send; it discards those before. None if there is nothing to confirm."""
        return min(self._pending, default=self._next)

    def advance(self, numbers: Collection[int]) -> None:
        """Move the offset past the updates of a response. An empty response resets it: all is confirmed.

        The reset matters: after a week without updates Telegram starts from another number, which may be lower.
        """
        self._next = max(numbers) + 1 if numbers else None

    def begin(self, number: int) -> bool:
        """Put an update in hand if it is new; whether it is."""
        if number in self._pending or number in self._finished:
            return False
        self._pending[number] = self._clock()
        return True

    def restart(self, number: int) -> None:
        """Count the time in hand from now, for an update that another process still holds."""
        if number in self._pending:
            self._pending[number] = self._clock()

    def finish(self, number: int) -> None:
        """Allow an update to be confirmed."""
        self._pending.pop(number, None)
        self._finished[number] = None
        if len(self._finished) > REMEMBERED:
            self._finished.popitem(last=False)

    def finish_older(self, seconds: float) -> int:
        """Allow updates to be confirmed that have been in hand for more than so many seconds; how many there were."""
        late = [number for number, since in self._pending.items() if self._clock() - since > seconds]
        for number in late:
            self.finish(number)
        return len(late)
