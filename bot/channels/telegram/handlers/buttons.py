"""Buttons: what each says is done, mostly by changing the message it stands under. Every press is answered."""

from __future__ import annotations

import dataclasses
from contextlib import suppress
from dataclasses import dataclass
from typing import assert_never

from telegram import CallbackQuery, Message, Update
from telegram.error import BadRequest
from telegram.ext import ContextTypes

from bot.answering.commands import command_reply, linked, topic_reply
from bot.channels.telegram.context import Service, channel_of
from bot.channels.telegram.ui.addressing import question_behind
from bot.channels.telegram.ui.html import to_html
from bot.channels.telegram.ui.keyboards import (
    REASONS,
    ButtonAction,
    Rows,
    action_of,
    back_rows,
    choice_rows,
    reason_rows,
    topic_of,
    topic_rows,
    without_feedback,
)
from bot.channels.telegram.ui.sender import OutgoingMessage, entry_message, replace, replace_closing, send, text_message
from bot.channels.telegram.update_log import tell
from bot.channels.throttle import Allowed
from bot.domain.conversation import Channel, Question, Reply
from bot.domain.faq import Faq
from bot.domain.gap import Count, GapReason, Note
from bot.domain.matching import Matcher
from bot.gaps.record import gap_behind

TOAST = 200  # characters shown for a moment over the chat: core.telegram.org/bots/api#answercallbackquery


@dataclass(frozen=True, slots=True)
class ButtonPress:
    """A pressed button: what it says, the message it stands under, and the question that this message answers."""

    press: ButtonAction
    value: str
    shown: Message
    question: Question  # without text where the message answers none
    person: str | None


async def on_press(service: Service, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Do what a button says. Telegram shows a clock on it until it is answered, so it always is."""
    query = update.callback_query
    if query is None:
        return
    toast = ""
    try:
        toast = await _read(service, query, context)
    finally:
        await _answer(query, toast)


async def _read(service: Service, query: CallbackQuery, context: ContextTypes.DEFAULT_TYPE) -> str:
    """Find out what was pressed and do it; the words to be shown for a moment."""
    matcher, person = await service.matcher_for(query.from_user), service.person(query)
    says, shown, press = matcher.faq.interface, query.message, action_of(query.data or "")
    language, channel = matcher.faq.language, channel_of(shown) if shown else Channel.PRIVATE
    tell(Count("gone", language, channel))
    if not isinstance(shown, Message) or not shown.is_accessible or press is None:  # too old, or no button of ours
        return says.gone
    if await service.throttle.admit(person or "") is not Allowed.YES:
        tell(Count("too fast", language, channel))
        return says.too_fast
    asked = question_behind(shown, context.bot) or ""
    return await _do(service, ButtonPress(*press, shown, Question(asked, language, channel), person), matcher)


async def _do(service: Service, pressed: ButtonPress, matcher: Matcher) -> str:
    match pressed.press:
        case ButtonAction.CHOOSE | ButtonAction.SHOW | ButtonAction.BROWSE:
            return await _show(service, pressed, matcher.faq)
        case ButtonAction.NONE:
            return await _none_of_these(service, pressed, matcher)
        case ButtonAction.TOPIC:
            return await _topic(pressed, matcher.faq)
        case ButtonAction.TOPICS | ButtonAction.COMMAND:
            return await _command(pressed, matcher.faq)
        case ButtonAction.LANGUAGE:
            return await _language(service, pressed, matcher.faq)
        case ButtonAction.NOT_HELPFUL:
            return await _ask_why(pressed, matcher.faq)
        case ButtonAction.HELPFUL | ButtonAction.WRONG | ButtonAction.OUTDATED | ButtonAction.UNCLEAR:
            return await _feedback(service, pressed, matcher)
        case _:
            assert_never(pressed.press)


async def _show(service: Service, pressed: ButtonPress, faq: Faq) -> str:
    """An entry: as a message of its own, or in place of the message with the button."""
    entry = linked(pressed.value, faq)
    if entry is None:
        return faq.interface.gone
    outcome = "chosen" if pressed.press is ButtonAction.CHOOSE else "browsed"
    count = Count(outcome, faq.language, pressed.question.channel, entry.id)
    service.gap_writer.note(Note(count))
    if pressed.press is ButtonAction.SHOW:
        await send(entry_message(entry, faq), pressed.shown)
    else:
        way_back = back_rows(entry.topic, entry.id, faq) if pressed.press is ButtonAction.BROWSE else []
        await replace(entry_message(entry, faq, more=way_back), pressed.shown)
    tell(count)
    return ""


async def _none_of_these(service: Service, pressed: ButtonPress, matcher: Matcher) -> str:
    """The question is a gap; without its text, which the person may have deleted, it only counts."""
    question, reason = pressed.question, GapReason.NONE_OF_THESE
    count = Count(reason.value, question.language, question.channel)
    gap = gap_behind(reason, question, matcher) if question.text else None
    _note(service, Note(count, gap), pressed)
    await replace(text_message(matcher.faq.interface.none_chosen), pressed.shown)
    tell(count)
    return ""


async def _topic(pressed: ButtonPress, faq: Faq) -> str:
    """A topic's questions in place of the message, from one of them on."""
    key, _, start = pressed.value.partition(":")
    topic = topic_of(key, faq)
    if topic is None:
        return faq.interface.gone
    questions, rows = topic_rows(topic, int(start) if start.isdecimal() else 0, faq)
    title = topic_reply(topic, faq).sections
    _tell("topics", pressed)
    await replace(OutgoingMessage(to_html(Reply(title, choices=questions)), rows), pressed.shown)
    return ""


async def _command(pressed: ButtonPress, faq: Faq) -> str:
    """What a command says: all topics in place of the message, any other below it."""
    is_topics = pressed.press is ButtonAction.TOPICS
    reply = command_reply("/topics" if is_topics else f"/{pressed.value}", faq)
    if reply is None:
        return faq.interface.gone
    _tell("topics" if is_topics else "command", pressed)
    post = OutgoingMessage(to_html(reply), choice_rows(reply.choices, ButtonAction.SHOW))
    await (replace(post, pressed.shown) if is_topics else send(post, pressed.shown))
    return ""


async def _language(service: Service, pressed: ButtonPress, faq: Faq) -> str:
    matcher = service.catalog.matchers.get(pressed.value)
    if matcher is None:
        return faq.interface.gone
    _tell("language", pressed)
    if pressed.person is None or not await service.gap_writer.choose_language(pressed.person, pressed.value):
        return faq.interface.language_failed
    await replace(text_message(matcher.faq.interface.language_chosen), pressed.shown)
    return ""


async def _ask_why(pressed: ButtonPress, faq: Faq) -> str:
    """The line below the answer asks what is not right with it."""
    says = faq.interface
    if linked(pressed.value, faq) is None:
        return says.gone
    _tell("not helpful", pressed)
    rows = [*reason_rows(pressed.value, says), *_other_rows(pressed.shown)]
    await replace_closing(pressed.shown, says.helpful, says.what_is_wrong, rows)
    return ""


async def _feedback(service: Service, pressed: ButtonPress, matcher: Matcher) -> str:
    """Thanks; and where the answer did not help, the question is a gap."""
    says, question = matcher.faq.interface, pressed.question
    entry, reason = linked(pressed.value, matcher.faq), REASONS.get(pressed.press)
    if entry is None:
        return says.gone
    count = Count(reason.value if reason else "helpful", question.language, question.channel, entry.id)
    kept = question if question.text else dataclasses.replace(question, text=entry.question)
    gap = gap_behind(reason, kept, matcher, entry=entry.id) if reason else None
    _note(service, Note(count, gap), pressed)
    before = says.what_is_wrong if reason else says.helpful
    after = says.thanks_not_helpful if reason else says.thanks_helpful
    await replace_closing(pressed.shown, before, after, _other_rows(pressed.shown))
    tell(count)
    return after


def _tell(outcome: str, pressed: ButtonPress) -> None:
    tell(Count(outcome, pressed.question.language, pressed.question.channel))


def _note(service: Service, note: Note, pressed: ButtonPress) -> None:
    """Note what was pressed: with a person's text, as that person's; else, the FAQ's own, as the presser's."""
    asked = pressed.shown.reply_to_message
    if pressed.question.text and asked is not None:
        service.note(note, service.person(asked), asked)
    else:
        service.note(note, pressed.person, pressed.shown)


def _other_rows(shown: Message) -> Rows:
    return without_feedback(shown.reply_markup.inline_keyboard if shown.reply_markup else ())


async def _answer(query: CallbackQuery, toast: str) -> None:
    with suppress(BadRequest):  # it waited too long: nobody looks at the clock any more
        await query.answer(toast[:TOAST] or None)
