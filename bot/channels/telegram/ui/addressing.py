"""Which messages are addressed to the bot, and their text without its name.

In a private chat all are; in a group only commands, mentions and replies to it. The bot ignores all others.
"""

from __future__ import annotations

import re

from telegram import Bot, Message, MessageEntity, Update
from telegram.constants import ChatType
from telegram.ext import filters

from bot.answering.commands import COMMANDS, call_of

_MENTION = MessageEntity.MENTION


def text_for_bot(update: Update, bot: Bot) -> str | None:
    """The text of a message to the bot; empty if it has none, as a photo; None if it is not addressed to the bot."""
    message = update.effective_message
    if message is None or _is_from_bot(message) or filters.StatusUpdate.ALL.check_update(update):
        return None
    is_private = message.chat.type == ChatType.PRIVATE
    text = message.text or message.caption
    call = call_of(text or "")
    if text is None or (message.text is None and call is not None):  # a caption is never a command
        return "" if is_private else None
    if not is_private and call is not None and call.bot is not None and call.bot.lower() != bot.username.lower():
        return None
    if is_private:
        return without_mention(text, bot) if call is None else text
    if call is not None and (call.bot is not None or call.name in COMMANDS):
        return text
    if call is None and (_mentions(message, bot) or _is_reply_to(message, bot)):
        return without_mention(text, bot) or _question_of_other(message, bot)
    return None


def text_for_guest(message: Message, bot: Bot) -> str:
    """The text of a message that names the bot in a chat that it is not in, or of the one that this replies to."""
    if _is_from_bot(message):
        return ""
    return without_mention(message.text or message.caption or "", bot) or _question_of_other(message, bot)


def _question_of_other(message: Message, bot: Bot) -> str:
    """The text of a person's message to which somebody calls the bot by its name alone; empty if there is none."""
    other = message.reply_to_message
    if other is None or other.from_user is None or other.from_user.is_bot:
        return ""
    return without_mention(other.text or other.caption or "", bot)


def question_behind(message: Message, bot: Bot) -> str | None:
    """The person's question that one of the bot's messages answers; None if it answers none."""
    asked = message.reply_to_message
    if asked is None or asked.from_user is None or asked.from_user.is_bot:
        return None
    text = asked.text or asked.caption
    return None if text is None or call_of(text) is not None else without_mention(text, bot)


def without_mention(text: str, bot: Bot) -> str:
    """A text without mentions of the bot."""
    return re.sub(rf"@{re.escape(bot.username)}\b", " ", text, flags=re.IGNORECASE).strip()


def _is_from_bot(message: Message) -> bool:
    """Whether it was written by a bot or through inline mode; an anonymous administrator counts as a person."""
    sender = message.from_user
    return message.via_bot is not None or (sender is not None and sender.is_bot and message.sender_chat is None)


def _mentions(message: Message, bot: Bot) -> bool:
    entities = (*message.entities, *message.caption_entities)
    if any(entity.user is not None and entity.user.id == bot.id for entity in entities):
        return True
    # Not Message.parse_entities, which raises if the text contains a lone surrogate.
    encoded = (message.text or message.caption or "").encode("utf-16-le", "surrogatepass")
    mentions = (encoded[2 * one.offset : 2 * (one.offset + one.length)] for one in entities if one.type == _MENTION)
    return any(name.decode("utf-16-le", "replace").lower() == f"@{bot.username}".lower() for name in mentions)


def _is_reply_to(message: Message, bot: Bot) -> bool:
    other = message.reply_to_message
    return other is not None and other.from_user is not None and other.from_user.id == bot.id
