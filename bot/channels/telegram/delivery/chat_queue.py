"""The order in which updates are handled: many chats concurrently, the updates of one chat one after another."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable
from contextlib import ExitStack

from telegram.ext import BaseUpdateProcessor

from bot.channels.telegram.update_record import UpdateRecord

MOST_WAITING = 10_000  # updates received and not yet handled; the rest stay with Telegram
LONGEST = 90.0  # seconds after which an unfinished update holds up no others
_logger = logging.getLogger(__name__)


class ChatQueue(BaseUpdateProcessor):
    """Handles up to ``at_once`` updates concurrently, in the order of their arrival within each chat.

    An update that waits for an earlier one of its chat occupies no slot, so one chat cannot fill all slots. Handling
    that takes longer than ``longest`` seconds goes on, but releases its slot and its chat's lock.
    """

    def __init__(self, at_once: int, *, longest: float = LONGEST) -> None:
        super().__init__(MOST_WAITING)
        self._slots = asyncio.Semaphore(at_once)
        self._longest = longest
        self._locks: dict[int, asyncio.Lock] = {}
        self._pending: Counter[int] = Counter()

    @property
    def has_free_slots(self) -> bool:
        """Whether another update could be handled right now."""
        return not self._slots.locked()

    async def do_process_update(self, update: object, coroutine: Awaitable[object]) -> None:
        """Wait for the chat's lock, then for a slot, then handle the update."""
        chat = _chat(update)
        self._pending[chat] += 1
        lock = self._locks.setdefault(chat, asyncio.Lock())
        try:
            with ExitStack() as releases:
                for waited_for in (lock, self._slots):
                    await waited_for.acquire()
                    releases.callback(waited_for.release)
                timer = asyncio.get_running_loop().call_later(self._longest, self._release_early, releases)
                releases.callback(timer.cancel)
                await coroutine
        finally:
            self._pending[chat] -= 1
            if not self._pending[chat]:
                del self._pending[chat], self._locks[chat]

    def _release_early(self, releases: ExitStack) -> None:
        _logger.error("an update is still being handled after %.0f s; others go on without it", self._longest)
        releases.close()

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Nothing to clean up."""


def _chat(update: object) -> int:
    """The id within which updates keep their order: of the chat, of the person for inline queries, else 0."""
    sent = update.update if isinstance(update, UpdateRecord) else None
    sender = (sent.effective_chat or sent.effective_user) if sent else None
    return sender.id if sender is not None and isinstance(sender.id, int) else 0  # ids are not validated before
