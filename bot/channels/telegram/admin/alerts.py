"""Word to the maintainers' chats of what they have to mend, when it happens. Nothing waits for it."""

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

TRY_AGAIN = 60.0  # seconds
MOST_KEPT = 5  # texts for a chat that cannot be reached; the oldest goes first
_logger = logging.getLogger(__name__)


class Alerts:
    """Tells the maintainers' chats what others have it told, each chat apart from the others.

    ``bot`` should know no rate limiter: one that waits for these chats would hold up the answers in all others.
    """

    def __init__(
        self, bot: Bot, chats: tuple[int, ...], *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._bot, self._sleep = bot, sleep
        self._waiting: dict[int, deque[str]] = {chat: deque(maxlen=MOST_KEPT) for chat in chats}
        self._news, self._rate_limited = asyncio.Event(), RateLimitedLogger(_logger, time.monotonic)

    def tell(self, text: str) -> None:
        """Have a text told to all chats, soon: of at most 4,096 characters, and without markup."""
        for texts in self._waiting.values():
            texts.append(text)
        self._news.set()

    async def run(self) -> None:
        """For ever tell what is to be told; what Telegram cannot take now, again later."""
        while True:
            await self._news.wait()
            self._news.clear()
            while not await self._send_all():
                await self._sleep(TRY_AGAIN)

    async def _send_all(self) -> bool:
        """Send what waits; whether nothing is left."""
        for place, (chat, texts) in enumerate(self._waiting.items(), 1):
            while texts and await self._send(texts[0], chat, place):
                texts.popleft()
        return not any(self._waiting.values())

    async def _send(self, text: str, chat: int, place: int) -> bool:
        """Send a text to one chat; whether that is done with, be it that Telegram refuses it."""
        shown = text.encode("utf-8", "replace").decode()  # a file's name may hold what no message can
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
        except Exception as fault:  # of ours; the other chats must not go without
            _logger.error("word of a fault was not sent: %s", kind_and_place(fault))
        return True
