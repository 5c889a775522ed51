"""Messages: translated for the assistant, whose reply is sent. Read `on_message` to see the path of a question."""

from __future__ import annotations

from functools import partial

from bot.answering.commands import asks_to_forget
from bot.channels.telegram.admin.weekly_digest import command_reply, maintainers_command
from bot.channels.telegram.context import BotContext
from bot.channels.telegram.ui.addressing import text_for_bot
from bot.channels.telegram.ui.sender import outgoing_for, send, send_anew, take_back
from bot.channels.telegram.update_record import UpdateRecord
from bot.domain.conversation import Channel, Outcome


async def on_message(context: BotContext, record: UpdateRecord) -> None:
    """Answer a message; the answer to an edited message replaces the earlier reply."""
    update, bot = record.update, record.update.get_bot()
    message, is_edited = update.effective_message, update.edited_message is not None
    command = maintainers_command(update, bot, context.maintainer_chats)
    text = f"/{command}" if command is not None else text_for_bot(update, bot)
    if message is None or text is None or (is_edited and not text):  # an edit without text, such as a live location
        return
    if context.is_answered_album(message) and not text:
        return
    earlier = context.before(message)
    shared = await context.said_last(message)
    incoming = context.incoming(message, text, is_edited=is_edited, shared=shared)
    extra = {command: partial(command_reply, command, context)} if command is not None else None
    reply = await context.assistant.answer(incoming, extra=extra)
    record.set_outcome(reply.count, is_timed=False)
    if incoming.channel is Channel.PRIVATE and reply.conversation.shown != incoming.conversation.shown:
        context.remember(incoming.asker, reply.conversation.shown)
    if incoming.channel is Channel.PRIVATE and incoming.asker is not None and reply.conversation.replied_in is not None:
        context.languages.keep(incoming.asker, reply.conversation.replied_in)
    if incoming.conversation.explains is not None and incoming.asker is not None and not incoming.is_forwarded:
        context.explaining.drop(incoming.asker)
    if asks_to_forget(text):
        context.forget(incoming.asker)
    if reply.is_silent:
        return
    outgoing = outgoing_for(reply, bot)
    if incoming.channel is Channel.PRIVATE and not asks_to_forget(text):
        context.remember_reply(incoming.asker, reply.conversation.last, outgoing.rows)
    is_remembered = reply.turn.outcome is not Outcome.TOO_FAST and command is None
    key = context.message_pseudonym(message)
    before = (context.replies.get(key) if is_edited and is_remembered else None) or ()
    sent = await (send_anew(outgoing, message, before) if before else send(outgoing, message))
    if is_remembered:
        context.replies.keep(key, sent)
    if incoming.channel is Channel.PRIVATE and not asks_to_forget(text):
        is_going_on = bool(earlier.fragment and reply.conversation.fragment)
        await context.share_reply(incoming.asker, shared)
        context.remember_message(incoming, reply, message.date, (*(earlier.replies if is_going_on else ()), *sent))
    record.set_outcome(reply.count, score=reply.score)
    if reply.turn.takes_place:
        await take_back(earlier.replies, message)
