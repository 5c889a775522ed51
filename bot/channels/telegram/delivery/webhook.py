"""Updates by webhook: setting it, receiving updates, and checking that it stays set.

An update is confirmed by the response to Telegram's request, which is sent once the update is handled. Telegram sends
an unconfirmed update again, to any process: after a second if the response asks for that, else after growing pauses.
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

CHECK_EVERY = 180.0  # seconds
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WebhookSetup:
    """The webhook as it should be: its URL and secret, how many connections, and the kinds of updates."""

    url: str
    secret: str
    connections: int
    kinds: tuple[str, ...]


def setup_of(settings: Settings, kinds: Sequence[str]) -> WebhookSetup | None:
    """The webhook of the settings; None for long polling."""
    if settings.webhook_url is None or settings.webhook_secret is None:
        return None
    secret = settings.webhook_secret.get_secret_value()
    return WebhookSetup(settings.webhook_url, secret, settings.webhook_connections, tuple(kinds))


class Webhook:
    """The webhook of a bot. Several processes may share it: each sets the same one, and none deletes it."""

    def __init__(
        self,
        bot: Bot,
        setup: WebhookSetup,
        intake: Intake,
        *,
        every: float = CHECK_EVERY,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._bot, self._setup, self._intake = bot, setup, intake
        self._every, self._clock, self._sleep = every, clock, sleep

    async def receive(self, update: object) -> bool:
        """Handle an update; whether it is confirmed."""
        if self._intake.is_full:
            return False
        return await self._intake.handle(update) is not IntakeResult.RETRY

    async def set(self) -> None:
        """Set the webhook at Telegram. Raises TelegramError."""
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

    async def monitor(self) -> None:
        """Check the webhook regularly, until cancelled. Raises InvalidToken if Telegram no longer knows the token."""
        while True:
            await self._sleep(self._every)
            try:
                await self._check(await self._bot.get_webhook_info())
            except Exception as fault:  # of any kind: what answers may not be Telegram
                if isinstance(fault, InvalidToken) and fault.__cause__ is None:  # from Telegram, not a proxy's page
                    raise
                _logger.warning("the webhook cannot be looked at now (%s); trying again", type(fault).__name__)

    async def _check(self, found: WebhookInfo) -> None:
        if found.url != self._setup.url:
            _logger.warning("messages do not come to WEBHOOK_URL any more, somebody has changed it; it is set again")
            await self.set()
        elif (error := last_error(found, within=self._every, now=self._clock())) is not None:
            _logger.warning("%s; %d messages wait", error, found.pending_update_count)


def last_error(found: WebhookInfo, *, within: float, now: float) -> str | None:
    """The last delivery error that Telegram reports; None if there was none in the last ``within`` seconds."""
    if found.last_error_date is None:
        return None
    ago = max(0.0, now - found.last_error_date.timestamp())
    if ago > within:
        return None
    return f"Telegram could not bring a message {ago:.0f} s ago ({found.last_error_message})"
