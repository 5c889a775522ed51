"""The checks of `python -m bot doctor` at Telegram. They send no message and fetch none."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from telegram import Bot, User, WebhookInfo
from telegram.error import InvalidToken, NetworkError, TelegramError

from bot.channels.telegram.app import HANDLERS, request_for
from bot.channels.telegram.delivery.webhook import WebhookSetup, last_error, setup_of
from bot.channels.telegram.transport.http_client import AioRequest
from bot.observability.check import Finding
from bot.settings import Settings, SettingsError

MOST_CLOCK_ERROR = 60.0  # seconds
MOST_PENDING = 100  # messages; more of them are a problem
RECENT = 3600.0  # seconds for which a delivery error of the webhook is reported


async def check_telegram(settings: Settings) -> AsyncIterator[Finding]:
    """Check the server, the clock, the token, the delivery of messages and the maintainers' chats."""
    try:
        request = request_for(settings)
    except SettingsError as error:
        yield Finding("network", "the environment names a proxy that cannot be used", str(error))
        return
    async with request:
        date, finding = await _check_server(request, settings.telegram_api_url)
        yield finding
        if date is not None:
            yield _check_clock(date)
        if settings.telegram_bot_token is None:
            yield Finding("token", "is not set, so the bot answers in the terminal alone")
            return
        if date is None:
            return
        token = settings.telegram_bot_token.get_secret_value()
        bot = Bot(token, f"{settings.telegram_api_url}/bot", request=request, get_updates_request=request)
        try:
            async with bot:
                yield _check_bot(await bot.get_me())
                yield _check_incoming(await bot.get_webhook_info(), settings)
                for place, chat in enumerate(settings.maintainers, 1):
                    yield await _check_maintainers(bot, place, chat)
        except InvalidToken:
            yield Finding("token", "Telegram does not know it", "copy it anew from @BotFather into TELEGRAM_BOT_TOKEN")
        except TelegramError as error:
            yield Finding("token", f"Telegram does not answer ({type(error).__name__})", "try again in a minute")


async def _check_server(request: AioRequest, url: str) -> tuple[str | None, Finding]:
    """The Date header of the server, empty if it sends none; None if the server cannot be reached."""
    try:
        date = await request.time_at(url)
    except NetworkError as error:
        hint = "see to the network, to a proxy (HTTPS_PROXY), and to TELEGRAM_API_URL"
        return None, Finding("network", f"{url} cannot be reached ({error.message})", hint)
    return date or "", Finding("network", f"{url} answers")


def _check_clock(date: str) -> Finding:
    try:
        off = time.time() - parsedate_to_datetime(date).timestamp()
    except ValueError:
        return Finding("clock", "the server does not say what time it is")
    if abs(off) > MOST_CLOCK_ERROR:
        return Finding("clock", f"is off by {off:.0f} seconds", "set it; days and the weekly digest go by it")
    return Finding("clock", "is right to the minute")


def _check_bot(me: User) -> Finding:
    inline = "inline mode on" if me.supports_inline_queries else "inline mode off (@BotFather: /setinline)"
    privacy = "sees all of groups (@BotFather: /setprivacy)" if me.can_read_all_group_messages else "group privacy on"
    return Finding("token", f"is that of @{me.username}; {inline}, {privacy}")


def _check_incoming(found: WebhookInfo, settings: Settings) -> Finding:
    setup = setup_of(settings, [kind.value for kind in HANDLERS])
    if setup is not None:
        return _check_webhook(found, setup)
    waiting = found.pending_update_count
    if found.url:
        hint = "set WEBHOOK_URL if the bot is to use it; else the bot takes it away when it starts"
        return Finding("messages", f"go to a webhook{_host(found)}, so that they cannot be fetched", hint)
    if waiting > MOST_PENDING:
        return Finding("messages", f"{waiting} wait to be fetched", "see that the bot runs")
    return Finding("messages", f"are fetched; {waiting} wait")


def _check_webhook(found: WebhookInfo, setup: WebhookSetup) -> Finding:
    """Whether the webhook is set as the settings want it, and delivers without errors."""
    waiting = f"{found.pending_update_count} wait"
    if not found.url:
        hint = "start the bot, which says to Telegram where to bring them; or unset WEBHOOK_URL"
        return Finding("messages", f"are not brought to WEBHOOK_URL but wait to be fetched; {waiting}", hint)
    if found.url != setup.url:
        hint = "start the bot, which changes it; or end what uses the other"
        return Finding("messages", f"are brought elsewhere{_host(found)}, not to WEBHOOK_URL; {waiting}", hint)
    if (error := last_error(found, within=RECENT, now=time.time())) is not None:
        hint = f"see that {setup.url} leads to the bot, and that its certificate is of an authority that Telegram knows"
        return Finding("messages", f"{error}; {waiting}", hint)
    if _differs(found, setup):
        hint = "start the bot anew, with the same settings for all replicas"
        return Finding("messages", "are brought over other connections, or of other kinds, than is wanted", hint)
    if found.pending_update_count > MOST_PENDING:
        return Finding("messages", f"{waiting} to be brought", "see that the bot runs, and that it is not too busy")
    address = f" at {found.ip_address}" if found.ip_address else ""
    return Finding("messages", f"are brought{_host(found)}{address}, over {setup.connections} connections; {waiting}")


def _differs(found: WebhookInfo, setup: WebhookSetup) -> bool:
    """Whether the webhook has other kinds of updates or another number of connections, where Telegram reports them."""
    kinds, connections = set(found.allowed_updates or setup.kinds), found.max_connections or setup.connections
    return kinds != set(setup.kinds) or connections != setup.connections


def _host(found: WebhookInfo) -> str:
    """The host of a webhook; its path may be secret."""
    try:
        host = urlsplit(found.url).hostname
    except ValueError:
        host = None
    return f", to {host}" if host else ""


async def _check_maintainers(bot: Bot, place: int, chat: int) -> Finding:
    what = f"maintainers' chat {place}"
    try:
        await bot.get_chat(chat)
    except TelegramError as error:
        hint = "a person has to start the bot, a group to have it as a member; or correct MAINTAINER_CHATS"
        return Finding(what, f"cannot be reached ({type(error).__name__})", hint)
    return Finding(what, "can be reached")
