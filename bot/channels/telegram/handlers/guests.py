"""Guest mode: whoever names the bot in a chat that it is not in gets one reply there; it sees nothing else of that."""

from __future__ import annotations

from dataclasses import replace

from telegram import InlineKeyboardMarkup, InlineQueryResultArticle, InputTextMessageContent

from bot.channels.telegram.context import BotContext
from bot.channels.telegram.ui.addressing import text_for_guest
from bot.channels.telegram.ui.sender import outgoing_for
from bot.channels.telegram.update_record import UpdateRecord
from bot.domain.conversation import NOTHING_BEFORE, Channel

RESULT = "reply"  # the id of the one result


async def on_guest(context: BotContext, record: UpdateRecord) -> None:
    """Answer a message as in a group: short, since others read along, and without what is remembered of its person.

    Buttons under such a reply would lead to no message that the bot can read, so only those with an address stay.
    """
    message, bot = record.update.guest_message, record.update.get_bot()
    text = text_for_guest(message, bot) if message is not None else ""
    if message is None or not message.guest_query_id or not text:
        return
    # Its chat may have the id of another one, so no gap is known by its message.
    incoming = replace(context.incoming(message, text), channel=Channel.GROUP, conversation=NOTHING_BEFORE, id=None)
    reply = await context.assistant.answer(incoming)
    record.set_outcome(reply.count, is_timed=False)
    if reply.is_silent:
        return
    outgoing = outgoing_for(reply, bot)
    rows = [[button for button in row if button.url] for row in outgoing.rows]
    linked = [row for row in rows if row]
    result = InlineQueryResultArticle(
        id=RESULT,
        title=reply.faq.interface.private_chat,
        input_message_content=InputTextMessageContent(outgoing.texts[0]),
        reply_markup=InlineKeyboardMarkup(linked) if linked else None,
    )
    await bot.answer_guest_query(message.guest_query_id, result)
    record.set_outcome(reply.count, score=reply.score)
