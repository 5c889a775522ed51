"""The order in which updates are handled: many chats at once, the messages of one chat one after another."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable

from telegram import Update
from telegram.ext import BaseUpdateProcessor

MOST_WAITING = 10_000  # updates taken from Telegram and not yet handled; more of them stay with Telegram


class InOrder(BaseUpdateProcessor):
    """Handles up to ``at_once`` updates at a time, in the order of their coming within each chat.

    A chat's next message does not take a place while it waits for the one before, so nobody can fill all places.
    """

    def __init__(self, at_once: int) -> None:
        super().__init__(MOST_WAITING)
        self._places = asyncio.Semaphore(at_once)
        self._turns: dict[int, asyncio.Lock] = {}
        self._users: Counter[int] = Counter()

    async def do_process_update(self, update: object, coroutine: Awaitable[object]) -> None:
        """Wait for this chat's turn, then for a place, then handle the update."""
        chat = _chat(update)
        self._users[chat] += 1
        try:
            async with self._turns.setdefault(chat, asyncio.Lock()), self._places:
                await coroutine
        finally:
            self._users[chat] -= 1
            if not self._users[chat]:
                del self._users[chat], self._turns[chat]

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Nothing to put away."""


def _chat(update: object) -> int:
    """What is handled in order: a chat, or for inline queries a person; all else together."""
    if not isinstance(update, Update):
        return 0
    who = update.effective_chat or update.effective_user
    return who.id if who else 0
