"""Alerts to the maintainers' chats about what they have to fix. Sending them holds up nothing else."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable

from telegram import Bot, LinkPreviewOptions
from telegram.error import TelegramError

from bot.channels.telegram.transport.http_client import REFUSALS
from bot.observability.logs import RateLimitedLogger, kind_and_place

RETRY = 60.0  # seconds
MOST_KEPT = 5  # texts for a chat that cannot be reached; the oldest goes first
_logger = logging.getLogger(__name__)


class Alerts:
    """A queue of texts for each of the maintainers' chats, so that one unreachable chat does not hold up the others.

    ``bot`` should have no rate limiter: one that waits for these chats would hold up the answers in all others.
    """

    def __init__(
        self, bot: Bot, chats: tuple[int, ...], *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._bot, self._sleep = bot, sleep
        self._waiting: dict[int, deque[str]] = {chat: deque(maxlen=MOST_KEPT) for chat in chats}
        self._queued, self._rate_limited = asyncio.Event(), RateLimitedLogger(_logger, time.monotonic)

    def notify(self, text: str) -> None:
        """Queue a text for all chats: at most 4,096 characters, without markup."""
        for texts in self._waiting.values():
            texts.append(text)
        self._queued.set()

    async def run(self) -> None:
        """Send what is queued, until cancelled; retry later what cannot be sent now."""
        while True:
            await self._queued.wait()
            self._queued.clear()
            while not await self._send_all():
                await self._sleep(RETRY)

    async def _send_all(self) -> bool:
        """Send what is queued; whether nothing is left."""
        for place, (chat, texts) in enumerate(self._waiting.items(), 1):
            while texts and await self._send(texts[0], chat, place):
                texts.popleft()
        return not any(self._waiting.values())

    async def _send(self, text: str, chat: int, place: int) -> bool:
        """Send a text to one chat; whether it is finished with, sent or refused for good."""
        shown = text.encode("utf-8", "replace").decode()  # no message can contain a lone surrogate; a file name can
        try:
            await self._bot.send_message(chat, shown, link_preview_options=LinkPreviewOptions(is_disabled=True))
        except REFUSALS as refusal:
            _logger.error(
                "Telegram refuses word of a fault for the chat at place %d of MAINTAINER_CHATS (%s); see that its"
                " number is right (that of a group that became a supergroup changes) and that the bot may write there",
                place,
                type(refusal).__name__,
            )
        except TelegramError as error:
            self._rate_limited.warn(
                "later", f"word of a fault cannot be sent now ({type(error).__name__}); trying again"
            )
            return False
        except Exception as fault:  # a bug; the other chats must still get theirs
            _logger.error("word of a fault was not sent: %s", kind_and_place(fault))
        return True
