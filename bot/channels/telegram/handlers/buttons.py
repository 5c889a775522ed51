"""Buttons: what each asks for is done, mostly by changing the message it stands under. Every press is answered."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import assert_never

from telegram import CallbackQuery, Message
from telegram.error import BadRequest

from bot.answering.commands import command_reply, linked, topic_reply
from bot.channels.port import IncomingMessage
from bot.channels.telegram.context import BotContext, channel_of, languages_of
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
from bot.channels.telegram.ui.sender import (
    OutgoingMessage,
    entry_message,
    replace_closing,
    replace_message,
    send,
    text_message,
)
from bot.channels.telegram.update_record import UpdateRecord
from bot.domain.conversation import Channel, Outcome, Reply
from bot.domain.faq import Faq, Interface
from bot.domain.gap import Count
from bot.domain.matching import Matcher

TOAST = 200  # characters shown for a moment over the chat: core.telegram.org/bots/api#answercallbackquery


@dataclass(frozen=True, slots=True)
class ButtonPress:
    """A pressed button: what it asks for, the message it stands under, and the question that this message answers.

    ``about`` is that question as the assistant takes it, without text where the message answers none.
    """

    record: UpdateRecord
    action: ButtonAction
    value: str
    shown: Message
    about: IncomingMessage
    person: str | None
    matcher: Matcher

    @property
    def faq(self) -> Faq:
        """The FAQ in the language of the person who pressed."""
        return self.matcher.faq

    @property
    def says(self) -> Interface:
        """The bot's own texts in that language."""
        return self.matcher.faq.interface

    def set_outcome(self, outcome: Outcome) -> None:
        """Say what became of the press, where nothing is noted of it."""
        self.record.set_outcome(Count(outcome, self.faq.language, self.about.channel))


async def on_press(context: BotContext, record: UpdateRecord) -> None:
    """Do what a button asks for. Telegram shows a clock on it until it is answered, so it always is."""
    query = record.update.callback_query
    if query is None:
        return
    toast = ""
    try:
        toast = await _read(context, record, query)
    finally:
        await _answer(query, toast)


async def _read(context: BotContext, record: UpdateRecord, query: CallbackQuery) -> str:
    """Find out what was pressed and do it; the words to be shown for a moment."""
    user, person = query.from_user, context.person(query)
    matcher = await context.assistant.matcher_for(context.person_of(user), languages_of(user))
    says, shown, action = matcher.faq.interface, query.message, action_of(query.data or "")
    language, channel = matcher.faq.language, channel_of(shown) if shown else Channel.PRIVATE
    record.set_outcome(Count(Outcome.GONE, language, channel))
    if not isinstance(shown, Message) or not shown.is_accessible or action is None:  # too old, or no button of ours
        return says.gone
    if not await context.assistant.admits_press(person):
        record.set_outcome(Count(Outcome.TOO_FAST, language, channel))
        return says.too_fast
    about = _about(context, shown, person)
    return await _do(context, ButtonPress(record, *action, shown, about, person, matcher))


def _about(context: BotContext, shown: Message, person: str | None) -> IncomingMessage:
    """What a button is about: a person's question, as that person's; else a text of the FAQ's own, as the presser's."""
    question, asked = question_behind(shown, shown.get_bot()), shown.reply_to_message
    if question and asked is not None:
        return context.incoming(asked, question)
    return IncomingMessage("", channel_of(shown), person, id=context.message_pseudonym(shown))


async def _do(context: BotContext, press: ButtonPress) -> str:
    match press.action:
        case ButtonAction.CHOOSE | ButtonAction.SHOW | ButtonAction.BROWSE:
            return await _show(context, press)
        case ButtonAction.NONE:
            return await _none_of_these(context, press)
        case ButtonAction.TOPIC:
            return await _topic(press)
        case ButtonAction.TOPICS | ButtonAction.COMMAND:
            return await _command(press)
        case ButtonAction.LANGUAGE:
            return await _language(context, press)
        case ButtonAction.NOT_HELPFUL:
            return await _ask_why(press)
        case ButtonAction.HELPFUL | ButtonAction.WRONG | ButtonAction.OUTDATED | ButtonAction.UNCLEAR:
            return await _judge(context, press)
        case _:
            assert_never(press.action)


async def _show(context: BotContext, press: ButtonPress) -> str:
    """An entry: as a message of its own, or in place of the message with the button."""
    outcome = Outcome.CHOSEN if press.action is ButtonAction.CHOOSE else Outcome.BROWSED
    found = context.assistant.show(press.value, outcome, press.faq, press.about.channel)
    if found is None:
        return press.says.gone
    entry, count = found
    if press.action is ButtonAction.SHOW:
        await send(entry_message(entry, press.faq), press.shown)
    else:
        is_browsing = press.action is ButtonAction.BROWSE
        way_back = back_rows(entry.topic, entry.id, press.faq) if is_browsing else []
        await replace_message(entry_message(entry, press.faq, more=way_back), press.shown)
    press.record.set_outcome(count)
    return ""


async def _none_of_these(context: BotContext, press: ButtonPress) -> str:
    """The question is a gap; without its text, which the person may have deleted, it only counts."""
    count = context.assistant.none_of_these(press.about, press.matcher)
    press.record.set_outcome(count, is_answered=False)
    await replace_message(text_message(press.says.none_chosen), press.shown)
    press.record.set_outcome(count)
    return ""


async def _topic(press: ButtonPress) -> str:
    """A topic's questions in place of the message, from one of them on."""
    key, _, start = press.value.partition(":")
    topic = topic_of(key, press.faq)
    if topic is None:
        return press.says.gone
    questions, rows = topic_rows(topic, int(start) if start.isdecimal() else 0, press.faq)
    title = topic_reply(topic, press.faq).sections
    press.set_outcome(Outcome.TOPICS)
    await replace_message(OutgoingMessage(to_html(Reply(title, choices=questions)), rows), press.shown)
    return ""


async def _command(press: ButtonPress) -> str:
    """What a command says: all topics in place of the message, any other below it."""
    is_topics = press.action is ButtonAction.TOPICS
    reply = command_reply("/topics" if is_topics else f"/{press.value}", press.faq)
    if reply is None:
        return press.says.gone
    press.set_outcome(Outcome.TOPICS if is_topics else Outcome.COMMAND)
    outgoing = OutgoingMessage(to_html(reply), choice_rows(reply.choices, ButtonAction.SHOW))
    await (replace_message(outgoing, press.shown) if is_topics else send(outgoing, press.shown))
    return ""


async def _language(context: BotContext, press: ButtonPress) -> str:
    faq = context.assistant.faq_in(press.value)
    if faq is None:
        return press.says.gone
    press.set_outcome(Outcome.LANGUAGE)
    if press.person is None or not await context.assistant.choose_language(press.person, press.value):
        return press.says.language_failed
    await replace_message(text_message(faq.interface.language_chosen), press.shown)
    return ""


async def _ask_why(press: ButtonPress) -> str:
    """The line below the answer asks what is not right with it."""
    if linked(press.value, press.faq) is None:
        return press.says.gone
    press.set_outcome(Outcome.NOT_HELPFUL)
    rows = [*reason_rows(press.value, press.says), *_other_rows(press.shown)]
    await replace_closing(press.shown, press.says.helpful, press.says.what_is_wrong, rows)
    return ""


async def _judge(context: BotContext, press: ButtonPress) -> str:
    """Thanks; and where the answer did not help, the question is a gap."""
    says, entry, reason = press.says, linked(press.value, press.faq), REASONS.get(press.action)
    if entry is None:
        return says.gone
    count = context.assistant.judge(entry, reason, press.about, press.matcher)
    press.record.set_outcome(count, is_answered=False)
    before = says.what_is_wrong if reason else says.helpful
    after = says.thanks_not_helpful if reason else says.thanks_helpful
    await replace_closing(press.shown, before, after, _other_rows(press.shown))
    press.record.set_outcome(count)
    return after


def _other_rows(shown: Message) -> Rows:
    return without_feedback(shown.reply_markup.inline_keyboard if shown.reply_markup else ())


async def _answer(query: CallbackQuery, toast: str) -> None:
    with suppress(BadRequest):  # it waited too long: nobody looks at the clock any more
        await query.answer(toast[:TOAST] or None)
