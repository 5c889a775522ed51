"""A reply as Telegram messages with buttons, and sending it: as new messages, or in place of earlier ones."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Message, MessageEntity
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, TelegramError

from bot.answering.render import for_group, render_entry
from bot.channels.port import OutgoingReply
from bot.channels.telegram.transport.raw_call import raw_call
from bot.channels.telegram.ui.html import to_html
from bot.channels.telegram.ui.keyboards import (
    ButtonAction,
    Rows,
    answer_rows,
    choice_rows,
    in_language,
    keyboard,
)
from bot.domain.conversation import Channel, Outcome, Reply, Section
from bot.domain.faq import MAIN_LANGUAGE, Entry, Faq

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """What is sent to a chat: HTML texts in a language, mostly one, and the buttons under the last."""

    texts: Sequence[str]
    rows: Rows
    language: str = MAIN_LANGUAGE


def outgoing_for(reply: OutgoingReply, bot: Bot) -> OutgoingMessage:
    """A reply of the assistant as a message, with the buttons for its outcome."""
    turn, faq = reply.turn, reply.faq
    if turn.outcome is Outcome.TOO_FAST:
        return OutgoingMessage(to_html(turn.reply), [])
    channel = reply.question.channel
    if turn.entry is not None and turn.outcome in (Outcome.ANSWER, Outcome.COMMAND):
        return answer_message(turn.reply, turn.entry, faq, channel)
    if turn.outcome is Outcome.FOLLOW_UP and turn.entry is not None and channel is Channel.GROUP:
        return reply_message(for_group(turn.reply), faq.language)
    if turn.card is not None and channel is Channel.GROUP:
        address = f"https://t.me/{bot.username}?start=group"
        private_chat = InlineKeyboardButton(faq.interface.private_chat, url=address)
        return OutgoingMessage(to_html(replace(turn.reply, choices_title="", choices=())), [[private_chat]])
    return reply_message(turn.reply, faq.language)


def reply_message(reply: Reply, language: str) -> OutgoingMessage:
    """A reply with its choices as buttons.

    Where none of them may be meant, the answer of the one that is replaces the message; else it is shown below it.
    """
    action = ButtonAction.CHOOSE if any(choice.is_none for choice in reply.choices) else ButtonAction.SHOW
    return OutgoingMessage(to_html(reply), choice_rows(reply.choices, action), language)


def answer_message(
    reply: Reply, entry: str, faq: Faq, channel: Channel = Channel.PRIVATE, *, more: Rows | None = None
) -> OutgoingMessage:
    """An answer with its buttons, short in a group; ``more`` are added below them."""
    says, reply = faq.interface, for_group(reply) if channel is Channel.GROUP else reply
    rows = [*answer_rows(reply, entry, says), *(more or [])]
    return OutgoingMessage(to_html(reply, closing=says.helpful), rows, faq.language)


def entry_message(entry: Entry, faq: Faq, channel: Channel, *, more: Rows | None = None) -> OutgoingMessage:
    """The answer of an entry, for a button that leads to it."""
    return answer_message(render_entry(entry, faq), entry.id, faq, channel, more=more)


def text_message(text: str) -> OutgoingMessage:
    """A plain text, without buttons."""
    return OutgoingMessage(to_html(Reply((Section("", text),))), [])


async def send(outgoing: OutgoingMessage, answered: Message) -> tuple[int, ...]:
    """Send a message as a reply to ``answered``; the ids of the new messages."""
    reply_to = {"message_id": answered.message_id, "allow_sending_without_reply": True}
    sent = []
    for text, markup in _with_markup(outgoing):
        sent.append(await _reply(answered, text, markup, reply_to))
    return tuple(sent)


async def _reply(answered: Message, text: str, markup: InlineKeyboardMarkup | None, reply_to: dict[str, Any]) -> int:
    """Send a message to the chat, and the topic, of ``answered``; the id of the new message.

    Not by Message.reply_text: it makes objects of the whole response, which takes longer than the call itself, though
    only the id is needed.
    """
    topic = answered.direct_messages_topic
    call = {
        "chat_id": answered.chat_id,
        "text": text,
        "parse_mode": ParseMode.HTML,
        "link_preview_options": {"is_disabled": True},
        "reply_parameters": reply_to,
        "reply_markup": markup.to_dict() if markup else None,
        "message_thread_id": answered.message_thread_id if answered.is_topic_message else None,
        "business_connection_id": answered.business_connection_id,
        "direct_messages_topic_id": topic.topic_id if topic else None,
    }
    bot = answered.get_bot()
    try:
        new: dict[str, Any] = await raw_call(bot, "sendMessage", call)
    except ChatMigrated as moved:  # the group has become another chat, in which the message answered does not exist
        there = {"chat_id": moved.new_chat_id, "reply_parameters": None, "message_thread_id": None}
        new = await raw_call(bot, "sendMessage", call | there)
    except BadRequest as error:
        if "thread not found" not in error.message.lower():
            raise
        new = await raw_call(bot, "sendMessage", call | {"message_thread_id": None})
    return int(new["message_id"])


async def replace_message(outgoing: OutgoingMessage, shown: Message) -> None:
    """Replace one of the bot's messages; texts after the first are sent below it."""
    (text, markup), *rest = _with_markup(outgoing)
    await _change(partial(shown.edit_text, text, reply_markup=markup))
    for more, markup_ in rest:
        await shown.reply_text(more, reply_markup=markup_)


async def replace_buttons(shown: Message, rows: Rows) -> None:
    """Replace the buttons under one of the bot's messages; its text stays."""
    await _change(partial(shown.edit_reply_markup, keyboard(rows)))


async def send_anew(outgoing: OutgoingMessage, answered: Message, before: Sequence[int]) -> tuple[int, ...]:
    """Replace the replies that a message had before it was edited; the ids of the replies it has now."""
    chat, bot = answered.chat_id, answered.get_bot()
    kept: list[int] = []
    for message, (text, markup) in zip(before, _with_markup(outgoing), strict=False):
        try:
            await _change(partial(bot.edit_message_text, text, chat, message, reply_markup=markup))
        except BadRequest:  # the reply was deleted, or is too old
            break
        kept.append(message)
    await take_back(before[len(kept) :], answered)
    rest = outgoing.texts[len(kept) :]
    return (*kept, *(await send(replace(outgoing, texts=rest), answered) if rest else ()))


async def take_back(replies: Sequence[int], answered: Message) -> None:
    """Delete earlier replies in the chat of a message. One that cannot be deleted stays."""
    for reply in replies:
        with suppress(TelegramError):
            await answered.get_bot().delete_message(answered.chat_id, reply)


async def replace_closing(shown: Message, before: str, after: str, rows: Rows) -> None:
    """Change the last line and buttons of one of the bot's messages; only the buttons if the line is not ``before``.

    The text is sent back with its entities, not as `Message.text_html`, which leaves an `&` in a URL unescaped.
    """
    text = shown.text or ""
    head = text.removesuffix(before)
    start = len(head.encode("utf-16-le")) // 2  # entities count UTF-16 code units
    kept = [entity for entity in shown.entities if entity.offset + entity.length <= start]
    last_line = MessageEntity(MessageEntity.ITALIC, start, len(after.encode("utf-16-le")) // 2)
    if head != text:
        entities, markup = [*kept, last_line], keyboard(rows)
        await _change(partial(shown.edit_text, head + after, parse_mode=None, entities=entities, reply_markup=markup))
    else:
        await _change(partial(shown.edit_reply_markup, keyboard(rows)))


async def _change(edit: Callable[[], Awaitable[object]]) -> None:
    """Edit a message; an edit that changes nothing is not an error."""
    try:
        await edit()
    except BadRequest as error:
        if "not modified" not in error.message.lower():
            raise
        _logger.info("a message stays as it is: it says the same already")


def _with_markup(outgoing: OutgoingMessage) -> list[tuple[str, InlineKeyboardMarkup | None]]:
    """The texts, each with its buttons: only the last has any."""
    markup = keyboard(in_language(outgoing.rows, outgoing.language))
    return [*((text, None) for text in outgoing.texts[:-1]), (outgoing.texts[-1], markup)]
