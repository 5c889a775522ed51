"""The application of python-telegram-bot: which handler gets which update, and what happens when one fails."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from telegram import LinkPreviewOptions
from telegram.constants import ChatType, ParseMode, UpdateType
from telegram.error import TelegramError
from telegram.ext import (
    AIORateLimiter,
    ApplicationBuilder,
    BaseRateLimiter,
    ContextTypes,
    Defaults,
    TypeHandler,
)
from telegram.request import BaseRequest

from bot.channels.assistant import Assistant
from bot.channels.long_texts import REST
from bot.channels.telegram.context import BotContext
from bot.channels.telegram.delivery.chat_queue import ChatQueue
from bot.channels.telegram.handlers.buttons import on_press
from bot.channels.telegram.handlers.guests import on_guest
from bot.channels.telegram.handlers.inline import on_inline
from bot.channels.telegram.handlers.membership import on_member
from bot.channels.telegram.handlers.messages import on_message
from bot.channels.telegram.transport.http_client import AioRequest, proxy_for
from bot.channels.telegram.transport.rate_limiter import SharedRateLimiter
from bot.channels.telegram.transport.retry import DEFAULT_RETRIES, RetryingLimiter, RetryPolicy
from bot.channels.telegram.types import AnyApplication
from bot.channels.telegram.ui.sender import send, text_message
from bot.channels.telegram.update_record import UpdateRecord
from bot.channels.throttle import Throttle, Throttles
from bot.gaps.repository import GapLog
from bot.gaps.writer import GapWriter
from bot.observability.logs import kind_and_place
from bot.observability.metrics import Metrics
from bot.replicas.limit_purpose import RateLimitPurpose
from bot.replicas.rate_limits import RateLimits
from bot.replicas.shared_answers import SharedAnswers
from bot.runtime.catalog import Catalog
from bot.settings import Settings
from bot.storage.keys import Keys

INLINE_PER_MESSAGE = 5  # an inline query is sent every few letters
URGENT_CHECKS_PER_MESSAGE = 10  # beyond the limit, messages are still checked for being urgent
PACKAGE = Path(__file__).parents[2]  # the folder of this program
_logger = logging.getLogger(__name__)

Handle = Callable[[BotContext, UpdateRecord], Awaitable[None]]

# The kinds of updates that the bot asks Telegram for, and the handler of each.
HANDLERS: dict[UpdateType, Handle] = {
    UpdateType.MESSAGE: on_message,
    UpdateType.EDITED_MESSAGE: on_message,
    UpdateType.CALLBACK_QUERY: on_press,
    UpdateType.INLINE_QUERY: on_inline,
    UpdateType.GUEST_MESSAGE: on_guest,
    UpdateType.MY_CHAT_MEMBER: on_member,
}


async def handle_update(context: BotContext, record: UpdateRecord, _: object) -> None:
    """Pass an update to the handler of its kind, and log its one line."""
    for kind, handle in HANDLERS.items():
        if getattr(record.update, kind) is not None:
            with record.logged(context.metrics):
                await handle(context, record)
            return


async def on_error(context: BotContext, record: object, failed: ContextTypes.DEFAULT_TYPE) -> None:
    """Log an error by its kind and place, without any text; in a private chat, apologize to the person."""
    fault, update = failed.error, record.update if isinstance(record, UpdateRecord) else None
    if fault is None:
        return
    _logger.error("an update was not handled: %s", kind_and_place(fault, within=PACKAGE))
    if isinstance(fault, TelegramError) or update is None or update.message is None:
        return  # Telegram itself failed, or no person waits for a reply
    try:
        if update.message.chat.type == ChatType.PRIVATE:
            await send(text_message(context.catalog.faq.interface.failed), update.message)
    except Exception as other:  # there is no chat in the message, say, or its person has left
        _logger.warning("nobody could be told of that: %s", kind_and_place(other, within=PACKAGE))


def build(
    settings: Settings,
    context: BotContext,
    *,
    request: BaseRequest | None = None,
    policy: RetryPolicy = DEFAULT_RETRIES,
) -> AnyApplication:
    """The application of python-telegram-bot with the bot's handlers; tests replace the network by ``request``."""
    if settings.telegram_bot_token is None:
        raise ValueError("no token")
    request = request or request_for(settings)
    builder = (
        ApplicationBuilder()
        .token(settings.telegram_bot_token.get_secret_value())
        .base_url(f"{settings.telegram_api_url}/bot")
        .defaults(Defaults(parse_mode=ParseMode.HTML, link_preview_options=LinkPreviewOptions(is_disabled=True)))
        .concurrent_updates(ChatQueue(settings.concurrency))
        .rate_limiter(RetryingLimiter(rate_limiter_for(settings, context), context.metrics, policy))
        .request(request)
        .get_updates_request(request)
    )
    application = builder.build()
    application.add_handler(TypeHandler(UpdateRecord, partial(handle_update, context)))
    application.add_error_handler(partial(on_error, context))
    return application


def request_for(settings: Settings) -> AioRequest:
    """The HTTP client, with the proxy that the environment names. Raises SettingsError."""
    url = settings.telegram_api_url
    return AioRequest(url, connections=2 * settings.concurrency, proxy=proxy_for(url))


def rate_limiter_for(settings: Settings, context: BotContext) -> BaseRateLimiter[int]:
    """The limits on outgoing calls: this process's own or, with a shared database, those of all processes together."""
    sends, in_a_group = settings.sends_a_second, settings.group_sends_a_minute
    own = AIORateLimiter(overall_max_rate=sends, group_max_rate=in_a_group, max_retries=0)
    if context.rate_limits is None:
        return own
    return SharedRateLimiter(own, context.rate_limits, sends_a_second=sends, group_sends_a_minute=in_a_group)


def context_of(settings: Settings, catalog: Catalog, keys: Keys, metrics: Metrics) -> BotContext:
    """What the handlers share, made from the settings."""
    log = GapLog(settings.data_dir, keys, keep=settings.retention, url=settings.database_url, redact=catalog.redacted)
    rate_limits = None if settings.database_url is None else RateLimits(log.database)
    shared_answers = None if settings.database_url is None else SharedAnswers(log.database)
    per_person = settings.throttle_messages

    def throttle(messages: int, purpose: RateLimitPurpose) -> Throttle:
        count = None if rate_limits is None else partial(rate_limits.count, purpose)
        return Throttle(messages, settings.throttle_seconds, time.monotonic, count=count)

    throttles = Throttles(
        messages=throttle(per_person, RateLimitPurpose.MESSAGES),
        urgent_checks=throttle(per_person * URGENT_CHECKS_PER_MESSAGE, RateLimitPurpose.URGENT_CHECK),
        inline=throttle(per_person * INLINE_PER_MESSAGE, RateLimitPurpose.INLINE),
    )
    gap_writer = GapWriter(log, metrics)
    return BotContext(
        catalog=catalog,
        assistant=Assistant(catalog, gap_writer, throttles, rest=REST),
        gap_writer=gap_writer,
        keys=keys,
        metrics=metrics,
        rate_limits=rate_limits,
        shared_answers=shared_answers,
        maintainer_chats=settings.maintainers,
    )
