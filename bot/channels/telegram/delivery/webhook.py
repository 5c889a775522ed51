"""Messages that Telegram brings: it is told where to, and seen to that this stays so.

A message is confirmed by the answer to Telegram's request, which is given when it is handled. What is not confirmed,
Telegram brings again, to whichever process takes it: after a second where we ask for that, else after growing pauses.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from telegram import Bot, WebhookInfo
from telegram.error import BadRequest, InvalidToken

from bot.channels.telegram.delivery.intake import Intake, IntakeResult
from bot.settings import Settings

LOOK_EVERY = 180.0  # seconds
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WebhookSetup:
    """How Telegram is to bring messages: where to, with which secret, over how many connections, which kinds."""

    url: str
    secret: str
    connections: int
    kinds: tuple[str, ...]


def setup_of(settings: Settings, kinds: Sequence[str]) -> WebhookSetup | None:
    """What the settings want; None where messages are fetched."""
    if settings.webhook_url is None or settings.webhook_secret is None:
        return None
    secret = settings.webhook_secret.get_secret_value()
    return WebhookSetup(settings.webhook_url, secret, settings.webhook_connections, tuple(kinds))


class Webhook:
    """The webhook of a bot, which many processes may share: each sets the same one, and none takes it away."""

    def __init__(
        self,
        bot: Bot,
        setup: WebhookSetup,
        intake: Intake,
        *,
        every: float = LOOK_EVERY,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._bot, self._setup, self._intake = bot, setup, intake
        self._every, self._clock, self._sleep = every, clock, sleep

    async def receive(self, update: object) -> bool:
        """Have an update handled; whether Telegram may forget it."""
        if self._intake.is_full:
            return False
        return await self._intake.handle(update) is not IntakeResult.HELD

    async def set(self) -> None:
        """Tell Telegram where to bring messages. Raises TelegramError."""
        setup = self._setup
        try:
            await self._bot.set_webhook(
                setup.url,
                secret_token=setup.secret,
                allowed_updates=setup.kinds,
                max_connections=setup.connections,
            )
        except BadRequest as refusal:
            _logger.error("Telegram refuses WEBHOOK_URL (%s)", refusal.message)
            raise

    async def keep(self) -> None:
        """For ever see that it stays so. Raises InvalidToken where Telegram does not know the token any more."""
        while True:
            await self._sleep(self._every)
            try:
                await self._look(await self._bot.get_webhook_info())
            except Exception as fault:  # be it that what answers is not Telegram
                if isinstance(fault, InvalidToken) and fault.__cause__ is None:  # Telegram's word, not a proxy's page
                    raise
                _logger.warning("the webhook cannot be looked at now (%s); trying again", type(fault).__name__)

    async def _look(self, found: WebhookInfo) -> None:
        if found.url != self._setup.url:
            _logger.warning("messages do not come to WEBHOOK_URL any more, somebody has changed it; it is set again")
            await self.set()
        elif (error := last_error(found, within=self._every, now=self._clock())) is not None:
            _logger.warning("%s; %d messages wait", error, found.pending_update_count)


def last_error(found: WebhookInfo, *, within: float, now: float) -> str | None:
    """What Telegram last said of messages that it could not bring; None if that was not within so many seconds."""
    if found.last_error_date is None:
        return None
    ago = max(0.0, now - found.last_error_date.timestamp())
    if ago > within:
        return None
    return f"Telegram could not bring a message {ago:.0f} s ago ({found.last_error_message})"
