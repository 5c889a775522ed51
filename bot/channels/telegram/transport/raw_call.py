"""Calls that give the JSON of Telegram's response, without making objects of python-telegram-bot."""

from __future__ import annotations

from typing import Any

from telegram import Bot
from telegram.error import EndPointNotFound
from telegram.request import BaseRequest


async def raw_call(
    bot: Bot, method: str, fields: dict[str, Any], *, read_timeout: Any = BaseRequest.DEFAULT_NONE
) -> Any:
    """The result of a method of the Bot API, as JSON. Raises TelegramError.

    `Bot.do_api_request` is meant for methods that the library does not have, and warns about those that it has. A "_"
    after the name avoids the warning: no method has such a name, and the library drops the "_" before the call.
    """
    try:
        return await bot.do_api_request(f"{method}_", fields, read_timeout=read_timeout)
    except EndPointNotFound as fault:
        refused = fault.__cause__ or fault  # the cause is InvalidToken if the method exists but the token does not
    raise refused
