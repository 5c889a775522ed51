"""Button presses: most change the message that the button is under. Every press is answered."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import assert_never

from telegram import CallbackQuery, MaybeInaccessibleMessage, Message
from telegram.error import BadRequest

from bot.answering.commands import command_reply, linked, topic_reply
from bot.answering.render import none_chosen, render_numbers, render_regions
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
    explain_rows,
    in_language,
    reason_rows,
    topic_of,
    topic_rows,
    without_feedback,
    without_places,
)
from bot.channels.telegram.ui.sender import (
    OutgoingMessage,
    answer_message,
    entry_message,
    replace_buttons,
    replace_closing,
    replace_message,
    reply_message,
    send,
    text_message,
)
from bot.channels.telegram.update_record import UpdateRecord
from bot.domain.conversation import Channel, Outcome, Reply, ShownCard
from bot.domain.faq import Faq, Interface
from bot.domain.gap import Count

Pressed = tuple[ButtonAction, str, str | None]  # see `action_of`
_SENT_ANEW = frozenset(
    {
        *(ButtonAction.CHOOSE, ButtonAction.SHOW, ButtonAction.BROWSE),
        *(ButtonAction.CARD, ButtonAction.COUNTRY, ButtonAction.COMMAND),
    }
)
TOAST = 200  # characters shown for a moment over the chat: core.telegram.org/bots/api#answercallbackquery


@dataclass(frozen=True, slots=True)
class ButtonPress:
    """A pressed button: its action, the message it is under, and the question that this message answers.

    ``asked`` is that question as an incoming message, without text if the message answers none; ``faq`` is in the
    language of the message with the button.
    """

    record: UpdateRecord
    action: ButtonAction
    value: str
    shown: Message
    asked: IncomingMessage
    person: str | None
    faq: Faq

    @property
    def says(self) -> Interface:
        """The bot's own texts in that language."""
        return self.faq.interface

    def set_outcome(self, outcome: Outcome) -> None:
        """Set the outcome of a press of which the gap log notes nothing."""
        self.record.set_outcome(Count(outcome, self.faq.language, self.asked.channel))


async def on_press(context: BotContext, record: UpdateRecord) -> None:
    """Handle a button press. Telegram shows a spinner on the button until the press is answered, so it always is."""
    query = record.update.callback_query
    if query is None:
        return
    toast = ""
    try:
        toast = await _handle(context, record, query)
    finally:
        await _answer(query, toast)


async def _handle(context: BotContext, record: UpdateRecord, query: CallbackQuery) -> str:
    """Read the press and act on it; the text to show for a moment."""
    person, (shown, pressed) = context.sender_pseudonym(query), _reached(query.message, action_of(query.data or ""))
    faq = context.assistant.faq_in(pressed[2]) if pressed is not None else None
    faq = faq or await context.assistant.faq_for(context.user_pseudonym(query.from_user), languages_of(query.from_user))
    says, channel = faq.interface, channel_of(shown) if shown else Channel.PRIVATE
    record.set_outcome(Count(Outcome.GONE, faq.language, channel))
    if shown is None or pressed is None:  # too old, or an unknown button
        return says.gone
    if not await context.assistant.admits_press(person):
        record.set_outcome(Count(Outcome.TOO_FAST, faq.language, channel))
        return says.too_fast
    if person is not None:
        context.just_before.drop(person)  # whoever has pressed a button below a reply has read it
    asked = _question_of(context, shown, person)
    action, value, _ = pressed
    return await _dispatch(context, ButtonPress(record, action, value, shown, asked, person, faq))


def _reached(shown: MaybeInaccessibleMessage | None, pressed: Pressed | None) -> tuple[Message | None, Pressed | None]:
    """The message with the button, and what that asks for.

    Of a message too old for the bot to get, only its chat is told. What the button shows is then sent there anew, if
    its data tells what that is; else there is no message.
    """
    if isinstance(shown, Message) and shown.is_accessible:
        return shown, pressed
    if shown is None or pressed is None or pressed[0] not in _SENT_ANEW:
        return None, pressed
    action, value, language = pressed
    stand_in = Message(shown.message_id, shown.date, shown.chat)
    stand_in.set_bot(shown.get_bot())
    is_entry = action in (ButtonAction.CHOOSE, ButtonAction.BROWSE)
    return stand_in, (ButtonAction.SHOW if is_entry else action, value, language)


def _question_of(context: BotContext, shown: Message, person: str | None) -> IncomingMessage:
    """The question that a message answers, as its author's; if it answers none, an empty one, as the presser's."""
    question, replied_to = question_behind(shown, shown.get_bot()), shown.reply_to_message
    if question and replied_to is not None:
        return context.incoming(replied_to, question)
    return IncomingMessage("", channel_of(shown), person, id=context.message_pseudonym(shown))


async def _dispatch(context: BotContext, press: ButtonPress) -> str:
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
        case ButtonAction.COUNTRY | ButtonAction.REGION:
            return await _numbers(press)
        case ButtonAction.CARD:
            return await _card(context, press)
        case ButtonAction.NOT_ABOUT_ME:
            return await _not_about_me(context, press)
        case ButtonAction.NOT_HELPFUL:
            return await _ask_why(press)
        case ButtonAction.EXPLAIN:
            return await _explain(context, press)
        case ButtonAction.NOT_ASKED:
            return await _not_asked(context, press)
        case ButtonAction.HELPFUL | ButtonAction.WRONG | ButtonAction.OUTDATED | ButtonAction.UNCLEAR:
            return await _judge(context, press)
        case _:
            assert_never(press.action)


async def _show(context: BotContext, press: ButtonPress) -> str:
    """Show an entry: as a new message, or in place of the message with the button."""
    outcome = Outcome.CHOSEN if press.action is ButtonAction.CHOOSE else Outcome.BROWSED
    found = context.assistant.show(press.value, outcome, press.faq, press.asked.channel)
    if found is None:
        return press.says.gone
    entry, count = found
    is_browsing = press.action is ButtonAction.BROWSE
    more = back_rows(entry.topic, entry.id, press.faq) if is_browsing else []
    outgoing = entry_message(entry, press.faq, press.asked.channel, more=more)
    if press.asked.channel is Channel.PRIVATE:
        context.remember_reply(press.person, entry.id, outgoing.rows)
        await context.share_reply(press.person)
    await (send if press.action is ButtonAction.SHOW else replace_message)(outgoing, press.shown)
    press.record.set_outcome(count)
    return ""


async def _none_of_these(context: BotContext, press: ButtonPress) -> str:
    """Note the question as a gap; without its text, which the person may have deleted, it is only counted."""
    count = await context.assistant.none_of_these(press.asked, press.faq)
    press.record.set_outcome(count, is_timed=False)
    await replace_message(reply_message(none_chosen(press.faq), press.faq.language), press.shown)
    press.record.set_outcome(count)
    return ""


def _shown_to(context: BotContext, press: ButtonPress) -> ShownCard | None:
    """The card that the chat was shown, unless the message with the button is known to answer another message."""
    if press.person is None or press.asked.channel is not Channel.PRIVATE:
        return None
    shown = context.cards.get(press.person)
    is_of_another = bool(press.asked.text) and shown is not None and shown.message != press.asked.id
    return None if is_of_another else shown


async def _card(context: BotContext, press: ButtonPress) -> str:
    """Show a card below the message; the buttons under that stay."""
    found = context.assistant.show_card(press.value, _shown_to(context, press), press.faq, press.asked.channel)
    if found is None:
        return press.says.gone
    turn, shown, count = found
    if shown is not None:
        context.remember(press.person, shown)
    await send(reply_message(turn.reply, press.faq.language), press.shown)
    press.record.set_outcome(count)
    return ""


async def _not_about_me(context: BotContext, press: ButtonPress) -> str:
    """Answer the question behind a card as if it were no cry. Its text is only in memory, and dropped with this."""
    if press.value not in press.faq.entries:
        return press.says.gone
    shown = _shown_to(context, press)
    turn, count = await context.assistant.not_about_me(press.value, shown, press.asked, press.faq)
    if shown is not None:
        context.remember(press.person, None)
    press.record.set_outcome(count, is_timed=False)
    faq = context.assistant.faq_in(turn.reply_in) or press.faq
    if turn.outcome is Outcome.ANSWER and turn.entry is not None:
        outgoing = answer_message(turn.reply, turn.entry, faq)
    else:
        outgoing = reply_message(turn.reply, faq.language)
    await send(outgoing, press.shown)
    press.record.set_outcome(count)
    return ""


async def _topic(press: ButtonPress) -> str:
    """Replace the message by a page of a topic's questions."""
    key, _, start = press.value.partition(":")
    topic = topic_of(key, press.faq)
    if topic is None:
        return press.says.gone
    questions, rows = topic_rows(topic, int(start) if start.isdecimal() else 0, press.faq)
    title = topic_reply(topic, press.faq).sections
    press.set_outcome(Outcome.TOPICS)
    texts = to_html(Reply(title, choices=questions))
    await replace_message(OutgoingMessage(texts, rows, press.faq.language), press.shown)
    return ""


async def _command(press: ButtonPress) -> str:
    """Show the reply of a command: all topics in place of the message, others below it."""
    is_topics = press.action is ButtonAction.TOPICS
    reply = command_reply("/topics" if is_topics else f"/{press.value}", press.faq)
    if reply is None:
        return press.says.gone
    press.set_outcome(Outcome.TOPICS if is_topics else Outcome.COMMAND)
    outgoing = reply_message(reply, press.faq.language)
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


async def _numbers(press: ButtonPress) -> str:
    """Show a country's emergency numbers below the message, or other countries under it. Nothing is kept of it."""
    directory = press.faq.emergency
    if press.action is ButtonAction.COUNTRY:
        if press.value not in directory.countries:
            return press.says.gone
        press.set_outcome(Outcome.EMERGENCY_NUMBERS)
        await send(OutgoingMessage(to_html(render_numbers((press.value,), press.faq)), []), press.shown)
        return ""
    reply = render_regions(int(press.value) if press.value.isdecimal() else -1, press.faq)
    if not reply.choices:
        return press.says.gone
    press.set_outcome(Outcome.EMERGENCY_NUMBERS)
    others = without_places(press.shown.reply_markup.inline_keyboard if press.shown.reply_markup else ())
    places = in_language(choice_rows(reply.choices, ButtonAction.SHOW), press.faq.language)
    await replace_buttons(press.shown, [*places, *others])
    return ""


async def _ask_why(press: ButtonPress) -> str:
    """Ask in the answer's last line what is wrong with it."""
    if linked(press.value, press.faq) is None:
        return press.says.gone
    press.set_outcome(Outcome.NOT_HELPFUL)
    reasons = in_language(reason_rows(press.value, press.says), press.faq.language)
    rows = [*reasons, *_other_rows(press.shown)]
    await replace_closing(press.shown, press.says.helpful, press.says.what_is_wrong, rows)
    return ""


async def _judge(context: BotContext, press: ButtonPress) -> str:
    """Note feedback on an answer, a gap if the answer did not help, and thank the person."""
    says, entry, reason = press.says, linked(press.value, press.faq), REASONS.get(press.action)
    if entry is None:
        return says.gone
    count = await context.assistant.judge(entry, reason, press.asked, press.faq)
    press.record.set_outcome(count, is_timed=False)
    before = says.what_is_wrong if reason else says.helpful
    after = says.thanks_not_helpful if reason else says.thanks_helpful
    is_explained = press.action is ButtonAction.UNCLEAR and press.asked.channel is Channel.PRIVATE
    more = in_language(explain_rows(entry.id, says), press.faq.language) if is_explained else []
    await replace_closing(press.shown, before, after, [*more, *_other_rows(press.shown)])
    press.record.set_outcome(count)
    return after


async def _explain(context: BotContext, press: ButtonPress) -> str:
    """Ask for a message that says what is unclear in an answer: the next one of the person is kept as a gap."""
    entry = linked(press.value, press.faq)
    if entry is None or press.person is None or press.asked.channel is not Channel.PRIVATE:
        return press.says.gone
    context.explaining.keep(press.person, entry.id)
    press.set_outcome(Outcome.COMMAND)
    await replace_buttons(press.shown, _other_rows(press.shown))
    await send(text_message(press.says.what_is_unclear), press.shown)
    return ""


async def _not_asked(context: BotContext, press: ButtonPress) -> str:
    """Note that an answer is to another question, and show the questions that come next below it."""
    thanks = await _judge(context, press)
    entry = linked(press.value, press.faq)
    if entry is None:
        return thanks
    reply = await context.assistant.instead(entry, press.asked, press.faq)
    await send(reply_message(reply, press.faq.language), press.shown)
    return thanks


def _other_rows(shown: Message) -> Rows:
    return without_feedback(shown.reply_markup.inline_keyboard if shown.reply_markup else ())


async def _answer(query: CallbackQuery, toast: str) -> None:
    with suppress(BadRequest):  # too late: the spinner is gone already
        await query.answer(toast[:TOAST] or None)
