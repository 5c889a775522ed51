"""The bot's command menus and descriptions in Telegram, in each language.

Only what has changed is set: Telegram lets a bot set descriptions only a few times a day. What Telegram refuses is
logged, and the bot goes on without it.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from telegram import Bot, BotCommand, BotCommandScopeAllGroupChats, BotCommandScopeAllPrivateChats
from telegram.error import TelegramError

from bot.answering.commands import COMMANDS
from bot.domain.faq import Faq

_logger = logging.getLogger(__name__)


async def set_menus(bot: Bot, faq: Faq) -> None:
    """Set the menus and descriptions of all languages; those of the main one are shown for languages without any."""
    for one in (faq, *faq.translations.values()):
        code = None if one is faq else one.language
        for name, set_one in _settings(bot, one, code).items():
            try:
                await set_one()
            except TelegramError as error:
                kind = type(error).__name__
                _logger.warning("%s (%s) could not be set: %s; the bot goes on", name, one.language, kind)


def _settings(bot: Bot, faq: Faq, code: str | None) -> dict[str, Callable[[], Awaitable[None]]]:
    says = faq.interface
    private = [BotCommand(name, says.commands.get(name, name)) for name in COMMANDS]
    groups = [BotCommand(name, says.commands.get(name, name)) for name, item in COMMANDS.items() if item.in_groups]

    async def set_private() -> None:
        scope = BotCommandScopeAllPrivateChats()
        if await bot.get_my_commands(scope, code) != tuple(private):
            await bot.set_my_commands(private, scope, code)

    async def set_groups() -> None:
        scope = BotCommandScopeAllGroupChats()
        if await bot.get_my_commands(scope, code) != tuple(groups):
            await bot.set_my_commands(groups, scope, code)

    async def set_description() -> None:
        if (await bot.get_my_description(code)).description != says.description.strip():
            await bot.set_my_description(says.description.strip(), code)

    async def set_short_description() -> None:
        if (await bot.get_my_short_description(code)).short_description != says.short_description.strip():
            await bot.set_my_short_description(says.short_description.strip(), code)

    return {
        "the menu of private chats": set_private,
        "the menu of groups": set_groups,
        "the description": set_description,
        "the short description": set_short_description,
    }
