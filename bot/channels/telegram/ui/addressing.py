"""Which messages are meant for the bot, and what they say to it.

In a private chat all are; in a group only commands, mentions and replies to it. Everything else gets silence.
"""

from __future__ import annotations

import re

from telegram import Bot, Message, MessageEntity, Update
from telegram.constants import ChatType
from telegram.ext import filters

from bot.answering.commands import COMMANDS, call_of

_MENTION = MessageEntity.MENTION


def text_for_bot(update: Update, bot: Bot) -> str | None:
    """What a message says to the bot; empty if it holds no text, as a photo does; None if it is not for the bot."""
    message = update.effective_message
    if message is None or _is_of_a_bot(message) or filters.StatusUpdate.ALL.check_update(update):
        return None
    is_private = message.chat.type == ChatType.PRIVATE
    text = message.text or message.caption
    call = call_of(text or "")
    if text is None or (message.text is None and call is not None):  # no command is meant for a picture
        return "" if is_private else None
    if not is_private and call is not None and call.bot is not None and call.bot.lower() != bot.username.lower():
        return None
    if is_private or (call is not None and (call.bot is not None or call.name in COMMANDS)):
        return text
    if call is None and (_mentions(message, bot) or _answers(message, bot)):
        return without_name(text, bot)
    return None


def question_behind(message: Message, bot: Bot) -> str | None:
    """The question of a person that one of the bot's messages answers; None where it answers none."""
    asked = message.reply_to_message
    if asked is None or asked.from_user is None or asked.from_user.is_bot:
        return None
    text = asked.text or asked.caption
    return None if text is None or call_of(text) is not None else without_name(text, bot)


def without_name(text: str, bot: Bot) -> str:
    """A text without the mention that called the bot."""
    return re.sub(rf"@{re.escape(bot.username)}\b", " ", text, flags=re.IGNORECASE).strip()


def _is_of_a_bot(message: Message) -> bool:
    """Whether a bot wrote it, or this one did through inline mode; an anonymous administrator is a person."""
    sender = message.from_user
    return message.via_bot is not None or (sender is not None and sender.is_bot and message.sender_chat is None)


def _mentions(message: Message, bot: Bot) -> bool:
    entities = (*message.entities, *message.caption_entities)
    if any(entity.user is not None and entity.user.id == bot.id for entity in entities):
        return True
    # Not Message.parse_entities, which raises where the text holds half a character.
    encoded = (message.text or message.caption or "").encode("utf-16-le", "surrogatepass")
    named = (encoded[2 * one.offset : 2 * (one.offset + one.length)] for one in entities if one.type == _MENTION)
    return any(name.decode("utf-16-le", "replace").lower() == f"@{bot.username}".lower() for name in named)


def _answers(message: Message, bot: Bot) -> bool:
    other = message.reply_to_message
    return other is not None and other.from_user is not None and other.from_user.id == bot.id
