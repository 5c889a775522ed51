"""Messages: heard, answered, noted, and the reply sent. Read `on_message` to see the way of a question."""

from __future__ import annotations

from telegram import Update
from telegram.ext import ContextTypes

from bot.answering.commands import asks_to_forget, call_of
from bot.answering.decide import decide
from bot.answering.turn import Turn, take_turn
from bot.channels.telegram.admin.weekly_digest import COMMAND, asks_for_digest, digest_message
from bot.channels.telegram.context import Service, channel_of
from bot.channels.telegram.ui.addressing import text_for_bot
from bot.channels.telegram.ui.sender import outgoing_for, send, send_anew, text_message
from bot.channels.telegram.update_log import tell
from bot.channels.throttle import Allowed
from bot.domain.conversation import Question, Reply, Section, Urgent
from bot.domain.gap import Count, Note
from bot.domain.matching import Matcher
from bot.gaps.record import note_turn


async def on_message(service: Service, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Answer a message; one that is edited is answered anew, in the place of the earlier reply."""
    message, is_edited = update.effective_message, update.edited_message is not None
    is_for_digest = asks_for_digest(update, context.bot, service.maintainer_chats)
    text = f"/{COMMAND}" if is_for_digest else text_for_bot(update, context.bot)
    if message is None or text is None or (is_edited and not text):  # an edit without text: a place that moves, say
        return
    matcher = await service.matcher_for(message.from_user)
    person, says = service.person(message), matcher.faq.interface
    question = Question(text, matcher.faq.language, channel_of(message))
    allowed = await service.throttle.admit(person or service.keys.pseudonym("chat", str(message.chat_id)))
    if allowed is not Allowed.YES and not await _is_pressing(service, question, person, matcher):
        count = Count("too fast", question.language, question.channel)
        service.note(Note(count), person, message, is_edited=is_edited)
        if allowed is Allowed.TELL:
            await send(text_message(says.too_fast), message)
            tell(count)
        return
    if is_for_digest:
        count = Count("command", question.language, question.channel)
        service.note(Note(count), person, message)
        await send(await digest_message(service), message)
        tell(count)
        return

    turn = await _turn(service, question, person, matcher)
    note, post = note_turn(turn, question, matcher), outgoing_for(turn, question, matcher.faq, context.bot)
    if message.text is None and turn.outcome == "unanswered":  # a picture, say: nobody looked at it
        note, post = Note(Count("text only", question.language, question.channel)), text_message(says.text_only)

    service.note(note, person, message, is_edited=is_edited)
    before = service.replies.of(service.message_pseudonym(message)) if is_edited else ()
    sent = await (send_anew(post, message, before) if before else send(post, message))
    service.replies.keep(service.message_pseudonym(message), sent)
    tell(note.count, score=turn.candidates[0].score if turn.candidates else None)


async def _turn(service: Service, question: Question, person: str | None, matcher: Matcher) -> Turn:
    """What becomes of a question; `/forget` deletes before it says so."""
    if asks_to_forget(question.text):
        says = matcher.faq.interface
        said = says.forget if await service.forget(person) else says.forget_failed
        return Turn("command", Reply((Section("", said),)))
    return take_turn(question, matcher)


async def _is_pressing(service: Service, question: Question, person: str | None, matcher: Matcher) -> bool:
    """Whether a message is answered at any pace: a wish to be forgotten, or, of so many more, an urgent one."""
    if call_of(question.text) is not None:
        return asks_to_forget(question.text)
    is_looked_at = person is not None and await service.care.admit(person) is Allowed.YES
    return is_looked_at and isinstance(decide(question, matcher), Urgent)
