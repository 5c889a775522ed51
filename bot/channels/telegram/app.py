"""The application of python-telegram-bot: what handles which update, and what happens when that fails."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

from telegram import LinkPreviewOptions, Update
from telegram.constants import ChatMemberStatus, ChatType, ParseMode, UpdateType
from telegram.error import TelegramError
from telegram.ext import (
    AIORateLimiter,
    Application,
    ApplicationBuilder,
    BaseRateLimiter,
    CallbackQueryHandler,
    ChatMemberHandler,
    ContextTypes,
    Defaults,
    InlineQueryHandler,
    MessageHandler,
    filters,
)
from telegram.request import BaseRequest

from bot.channels.telegram.context import Service, one_line, tell
from bot.channels.telegram.delivery.chat_queue import InOrder
from bot.channels.telegram.handlers.buttons import on_press
from bot.channels.telegram.handlers.inline import on_inline
from bot.channels.telegram.handlers.messages import on_message
from bot.channels.telegram.transport.http_client import PATIENT, AioRequest, Patience, Persistent, proxy_for
from bot.channels.telegram.transport.rate_limiter import SharedPace
from bot.channels.telegram.ui.sender import send, text_post
from bot.channels.throttle import Throttle
from bot.domain.faq import Channel, Count
from bot.gaps.repository import GapLog
from bot.gaps.writer import Recorder
from bot.observability.logs import kind_and_place
from bot.replicas.rate_limits import Purpose, Rates
from bot.runtime.catalog import InUse
from bot.settings import Settings
from bot.storage.keys import Keys

INLINE_PER_MESSAGE = 5  # an inline query is sent every few letters
LOOKED_AT = 10  # times as many messages are looked at, in case they are urgent, as are answered
OURS = Path(__file__).parents[2]  # the folder of this program
Handle = Callable[[Service, Update, ContextTypes.DEFAULT_TYPE], Awaitable[None]]
AnyApplication = Application[Any, Any, Any, Any, Any, Any]
_log = logging.getLogger(__name__)


async def on_member(service: Service, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:  # noqa: ARG001
    """Whoever blocks the bot is forgotten: that person has no other way left to ask for it."""
    change = update.my_chat_member
    if change is None or change.chat.type != ChatType.PRIVATE:
        return
    if change.new_chat_member.status == ChatMemberStatus.BANNED:
        tell(Count("blocked", "", Channel.PRIVATE), is_answered=False)
        await service.forget(service.person_of(change.from_user))


# Every kind of update that the bot asks Telegram for, and what handles it.
HANDLERS: dict[UpdateType, tuple[Any, Handle]] = {
    UpdateType.MESSAGE: (partial(MessageHandler, filters.UpdateType.MESSAGE), on_message),
    UpdateType.EDITED_MESSAGE: (partial(MessageHandler, filters.UpdateType.EDITED_MESSAGE), on_message),
    UpdateType.CALLBACK_QUERY: (CallbackQueryHandler, on_press),
    UpdateType.INLINE_QUERY: (InlineQueryHandler, on_inline),
    UpdateType.MY_CHAT_MEMBER: (
        partial(ChatMemberHandler, chat_member_types=ChatMemberHandler.MY_CHAT_MEMBER),
        on_member,
    ),
}


async def handle_in_one_line(
    handle: Handle, service: Service, update: Update, context: ContextTypes.DEFAULT_TYPE
) -> None:
    """Handle an update, and have its one line logged."""
    with one_line(update):
        await handle(service, update, context)


async def on_error(service: Service, update: object, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Log what kind of thing went wrong and where, nothing of what was said; tell the person that it did."""
    fault = context.error
    if fault is None:
        return
    _log.error("an update was not handled: %s", kind_and_place(fault, within=OURS))
    if isinstance(fault, TelegramError) or not isinstance(update, Update) or update.message is None:
        return  # Telegram itself failed, or nobody waits for words
    try:
        if update.message.chat.type == ChatType.PRIVATE:
            await send(text_post(service.in_use.main.faq.interface.failed), update.message)
    except Exception as other:  # there is no chat in the message, say, or its person has left
        _log.warning("nobody could be told of that: %s", kind_and_place(other, within=OURS))


def build(
    settings: Settings, service: Service, *, request: BaseRequest | None = None, patience: Patience = PATIENT
) -> AnyApplication:
    """The application of python-telegram-bot with our handlers; ``request`` takes the place of the network in tests."""
    if settings.telegram_bot_token is None:
        raise ValueError("no token")
    request = request or request_for(settings)
    builder = (
        ApplicationBuilder()
        .token(settings.telegram_bot_token.get_secret_value())
        .base_url(f"{settings.telegram_api_url}/bot")
        .defaults(Defaults(parse_mode=ParseMode.HTML, link_preview_options=LinkPreviewOptions(is_disabled=True)))
        .concurrent_updates(InOrder(settings.concurrency))
        .rate_limiter(Persistent(pace_of(settings, service), patience))
        .request(request)
        .get_updates_request(request)
    )
    application = builder.build()
    for make, handle in HANDLERS.values():
        application.add_handler(make(partial(handle_in_one_line, handle, service)))
    application.add_error_handler(partial(on_error, service))
    return application


def request_for(settings: Settings) -> AioRequest:
    """The network as the settings and the environment want it. Raises SettingsError."""
    url = settings.telegram_api_url
    return AioRequest(url, connections=2 * settings.concurrency, proxy=proxy_for(url))


def pace_of(settings: Settings, service: Service) -> BaseRateLimiter[int]:
    """How fast calls go out: this process alone, or all with one database together."""
    sends, in_a_group = settings.sends_a_second, settings.group_sends_a_minute
    own = AIORateLimiter(overall_max_rate=sends, group_max_rate=in_a_group, max_retries=0)
    if service.rates is None:
        return own
    return SharedPace(own, service.rates, sends_a_second=sends, group_sends_a_minute=in_a_group)


def service_of(settings: Settings, in_use: InUse, keys: Keys) -> Service:
    """The one service of a process, as the settings want it."""
    log = GapLog(settings.data_dir, keys, keep=settings.retention, url=settings.database_url)
    rates = None if settings.database_url is None else Rates(log.database)
    pace = settings.throttle_messages

    def throttle(messages: int, purpose: Purpose) -> Throttle:
        count = None if rates is None else partial(rates.count, purpose)
        return Throttle(messages, settings.throttle_seconds, time.monotonic, count=count)

    return Service(
        in_use=in_use,
        recorder=Recorder(log),
        keys=keys,
        throttle=throttle(pace, Purpose.MESSAGES),
        care=throttle(pace * LOOKED_AT, Purpose.CARE),
        inline_throttle=throttle(pace * INLINE_PER_MESSAGE, Purpose.INLINE),
        rates=rates,
        maintainer_chats=settings.maintainers,
    )
