"""The order in which updates are handled: many chats concurrently, the updates of one chat one after another."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Awaitable
from contextlib import ExitStack

from telegram.ext import BaseUpdateProcessor

from bot.channels.telegram.update_record import UpdateRecord

MOST_WAITING = 10_000  # updates received and not yet handled; the rest stay with Telegram
LONGEST = 90.0  # seconds after which an unfinished update holds up no others
UNRECORDED = 5  # updates whose replies a kill may double: begun and not yet recorded as handled
SLOWEST = 30.0  # updates a second that are begun though these are not recorded: as many as Telegram lets a bot send,
SPARE = 1.2  # or as many as came in the last second, times this, if that is more
LONGEST_RECORDING = 0.5  # seconds that are waited for the record once the reply is sent
STEP, MOST_OF_A_STEP = 0.01, 0.02  # seconds in which such time is counted; what one takes beyond that, we were busy
_logger = logging.getLogger(__name__)


class ChatQueue(BaseUpdateProcessor):
    """Handles up to ``at_once`` updates concurrently, in the order of their arrival within each chat.

    An update that waits for an earlier one of its chat occupies no slot, so one chat cannot fill all slots. Handling
    that takes longer than ``longest`` seconds goes on, but releases its slot and its chat's lock.

    The next update is begun when fewer than ``UNRECORDED`` are on their way from their beginning to the record that
    they are handled. They are not waited for where Telegram is so slow that they would not keep up with those that
    come, or where the database does not answer. Time in which this process was too busy to hear of it does not count.
    """

    def __init__(self, at_once: int, *, longest: float = LONGEST) -> None:
        super().__init__(MOST_WAITING)
        self._slots, self._unrecorded = asyncio.Semaphore(at_once), asyncio.Semaphore(UNRECORDED)
        self._beginning, self._longest = asyncio.Lock(), longest
        self._came: deque[float] = deque()  # when the updates of the last second came
        self._locks: dict[int, asyncio.Lock] = {}
        self._pending: Counter[int] = Counter()

    @property
    def has_free_slots(self) -> bool:
        """Whether another update could be handled right now."""
        return not self._slots.locked() and not self._unrecorded.locked()

    async def do_process_update(self, update: object, coroutine: Awaitable[object]) -> None:
        """Wait for the chat's lock, then for a slot, then handle the update."""
        chat = _chat(update)
        self._pending[chat] += 1
        self._came.append(asyncio.get_running_loop().time())
        lock = self._locks.setdefault(chat, asyncio.Lock())
        try:
            with ExitStack() as releases:
                for waited_for in (lock, self._slots):
                    await waited_for.acquire()
                    releases.callback(waited_for.release)
                timer = asyncio.get_running_loop().call_later(self._longest, self._release_early, releases)
                releases.callback(timer.cancel)
                recorded = update.recorded if isinstance(update, UpdateRecord) else releases
                place = await self._enter_unrecorded(recorded)
                replying = asyncio.create_task(_close_after(place, self._longest_reply))
                try:
                    await coroutine
                finally:
                    replying.cancel()
                recording = asyncio.create_task(_close_after(place, LONGEST_RECORDING))
                recorded.callback(recording.cancel)
        finally:
            self._pending[chat] -= 1
            if not self._pending[chat]:
                del self._pending[chat], self._locks[chat]

    async def _enter_unrecorded(self, recorded: ExitStack) -> ExitStack:
        place = recorded.enter_context(ExitStack())
        async with self._beginning:
            await self._unrecorded.acquire()
            place.callback(self._unrecorded.release)
            await asyncio.sleep(0)  # between two beginnings replies go out, and what Telegram answers is read
        return place

    @property
    def _longest_reply(self) -> float:
        """Seconds after which the next update is begun in any case."""
        now = asyncio.get_running_loop().time()
        while self._came and self._came[0] < now - 1:
            self._came.popleft()
        return UNRECORDED / max(SLOWEST, SPARE * len(self._came))

    def _release_early(self, releases: ExitStack) -> None:
        _logger.error("an update is still being handled after %.0f s; others go on without it", self._longest)
        releases.close()

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Nothing to clean up."""


async def _close_after(place: ExitStack, seconds: float) -> None:
    """Close a place after a time; only that in which this process was free to hear from others counts."""
    loop = asyncio.get_running_loop()
    while seconds > 0:
        began = loop.time()
        await asyncio.sleep(min(STEP, seconds))
        seconds -= min(loop.time() - began, MOST_OF_A_STEP)
    place.close()


def _chat(update: object) -> int:
    """The id within which updates keep their order: of the chat, of the person for inline queries, else 0."""
    sent = update.update if isinstance(update, UpdateRecord) else None
    sender = (sent.effective_chat or sent.effective_user) if sent else None
    return sender.id if sender is not None and isinstance(sender.id, int) else 0  # ids are not validated before
