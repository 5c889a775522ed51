"""Which updates are in hand: what is new, and what may be confirmed to Telegram because it is finished."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection

REMEMBERED = 5000  # updates that are known to be finished


class PendingOffsets:
    """Which updates are in hand, which were finished last, and from where on Telegram is to send."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._held: dict[int, float] = {}  # since when
        self._finished: OrderedDict[int, None] = OrderedDict()
        self._next: int | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is in hand."""
        return not self._held

    @property
    def offset(self) -> int | None:
        """The first update that Telegram is to send; it forgets all before. None where there is none to forget."""
        return min(self._held, default=self._next)

    def came(self, numbers: Collection[int]) -> None:
        """Know what an answer held. After one of nothing there is nothing left to confirm.

        That matters since Telegram, after a week without updates, numbers the next ones anew, maybe lower.
        """
        self._next = max(numbers) + 1 if numbers else None

    def begin(self, number: int) -> bool:
        """Whether an update is new, in which case it is in hand from now on."""
        if number in self._held or number in self._finished:
            return False
        self._held[number] = self._clock()
        return True

    def keep(self, number: int) -> None:
        """An update is still somebody else's: it is in hand from now on only."""
        if number in self._held:
            self._held[number] = self._clock()

    def finish(self, number: int) -> None:
        """Let an update be confirmed."""
        self._held.pop(number, None)
        self._finished[number] = None
        if len(self._finished) > REMEMBERED:
            self._finished.popitem(last=False)

    def finish_older(self, seconds: float) -> int:
        """Let those be confirmed that have been in hand for longer than this; how many."""
        late = [number for number, since in self._held.items() if self._clock() - since > seconds]
        for number in late:
            self.finish(number)
        return len(late)
