"""The order in which updates are handled: many chats at once, the messages of one chat one after another."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable
from contextlib import ExitStack

from telegram.ext import BaseUpdateProcessor

from bot.channels.telegram.update_record import UpdateRecord

MOST_WAITING = 10_000  # updates taken from Telegram and not yet handled; more of them stay with Telegram
LONGEST = 90.0  # seconds after which others go on without an update whose handling does not end
_logger = logging.getLogger(__name__)


class ChatQueue(BaseUpdateProcessor):
    """Handles up to ``at_once`` updates at a time, in the order of their coming within each chat.

    A chat's next message does not take a place while it waits for the one before, so nobody can fill all places.
    Handling that takes longer than ``longest`` seconds goes on, but gives its place and its chat's turn to others.
    """

    def __init__(self, at_once: int, *, longest: float = LONGEST) -> None:
        super().__init__(MOST_WAITING)
        self._places = asyncio.Semaphore(at_once)
        self._longest = longest
        self._turns: dict[int, asyncio.Lock] = {}
        self._users: Counter[int] = Counter()

    @property
    def has_places(self) -> bool:
        """Whether more could be handled at once than is."""
        return not self._places.locked()

    async def do_process_update(self, update: object, coroutine: Awaitable[object]) -> None:
        """Wait for this chat's turn, then for a place, then handle the update."""
        chat = _chat(update)
        self._users[chat] += 1
        turn = self._turns.setdefault(chat, asyncio.Lock())
        try:
            with ExitStack() as given_back:
                for held in (turn, self._places):
                    await held.acquire()
                    given_back.callback(held.release)
                late = asyncio.get_running_loop().call_later(self._longest, self._go_on_without, given_back)
                given_back.callback(late.cancel)
                await coroutine
        finally:
            self._users[chat] -= 1
            if not self._users[chat]:
                del self._users[chat], self._turns[chat]

    def _go_on_without(self, given_back: ExitStack) -> None:
        _logger.error("an update is still being handled after %.0f s; others go on without it", self._longest)
        given_back.close()

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Nothing to put away."""


def _chat(update: object) -> int:
    """What is handled in order: a chat, or for inline queries a person; all else together."""
    known = update.update if isinstance(update, UpdateRecord) else None
    who = (known.effective_chat or known.effective_user) if known else None
    return who.id if who is not None and isinstance(who.id, int) else 0  # Telegram's word is not checked before
