"""Looks at what Telegram says of the bot, for `python -m bot doctor`. Sends nothing and fetches no message."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from email.utils import parsedate_to_datetime

import httpx
from telegram import Bot, User
from telegram.error import InvalidToken, TelegramError

from bot.finding import Finding
from bot.settings import Settings

PATIENCE = 15.0  # seconds that Telegram has for an answer
MOST_OFF = 60.0  # seconds that a clock may be off
MOST_PENDING = 100  # messages that wait without a reason to worry


async def check_telegram(settings: Settings) -> AsyncIterator[Finding]:
    """What is found: the server, the clock, the token, how messages come in, the maintainers' chats."""
    reached, finding = await _check_server(settings.telegram_api_url)
    yield finding
    if reached is not None:
        yield _check_clock(reached)
    if settings.telegram_bot_token is None:
        yield Finding("token", "is not set, so the bot answers in the terminal alone")
        return
    if reached is None:
        return
    bot = Bot(settings.telegram_bot_token.get_secret_value(), f"{settings.telegram_api_url}/bot")
    try:
        async with bot:
            yield _told_by(await bot.get_me())
            yield await _check_incoming(bot)
            for place, chat in enumerate(settings.maintainers, 1):
                yield await _check_maintainers(bot, place, chat)
    except InvalidToken:
        yield Finding("token", "Telegram does not know it", "copy it anew from @BotFather into TELEGRAM_BOT_TOKEN")
    except TelegramError as error:
        yield Finding("token", f"Telegram does not answer ({type(error).__name__})", "try again in a minute")


async def _check_server(url: str) -> tuple[str | None, Finding]:
    """The time that the server says it is, empty if it says none; None where it cannot be reached."""
    try:
        async with httpx.AsyncClient(timeout=PATIENCE) as client:
            response = await client.get(url)
    except httpx.HTTPError as error:
        mend = "see to the network, to a proxy (HTTPS_PROXY), and to TELEGRAM_API_URL"
        return None, Finding("network", f"{url} cannot be reached ({type(error).__name__})", mend)
    return response.headers.get("date", ""), Finding("network", f"{url} answers")


def _check_clock(said: str) -> Finding:
    try:
        off = time.time() - parsedate_to_datetime(said).timestamp()
    except ValueError:
        return Finding("clock", "the server does not say what time it is")
    if abs(off) > MOST_OFF:
        return Finding("clock", f"is off by {off:.0f} seconds", "set it; days and the weekly digest go by it")
    return Finding("clock", "is right to the minute")


def _told_by(me: User) -> Finding:
    inline = "inline mode on" if me.supports_inline_queries else "inline mode off (@BotFather: /setinline)"
    privacy = "sees all of groups (@BotFather: /setprivacy)" if me.can_read_all_group_messages else "group privacy on"
    return Finding("token", f"is that of @{me.username}; {inline}, {privacy}")


async def _check_incoming(bot: Bot) -> Finding:
    hook = await bot.get_webhook_info()
    if hook.url:
        mend = "end what uses it; the bot takes it away when it starts"
        return Finding("messages", "go to a webhook, so that they cannot be fetched", mend)
    if hook.pending_update_count > MOST_PENDING:
        return Finding("messages", f"{hook.pending_update_count} wait to be fetched", "see that the bot runs")
    return Finding("messages", f"are fetched; {hook.pending_update_count} wait")


async def _check_maintainers(bot: Bot, place: int, chat: int) -> Finding:
    what = f"maintainers' chat {place}"
    try:
        await bot.get_chat(chat)
    except TelegramError as error:
        mend = "a person has to start the bot, a group to have it as a member; or correct MAINTAINER_CHATS"
        return Finding(what, f"cannot be reached ({type(error).__name__})", mend)
    return Finding(what, "can be reached")
