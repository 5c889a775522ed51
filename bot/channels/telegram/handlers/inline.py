"""Inline mode: a sourced answer to share in any chat. Counted, never kept."""

from __future__ import annotations

from typing import assert_never

from telegram import InlineQueryResultArticle, InlineQueryResultsButton, InputTextMessageContent, Update
from telegram.ext import ContextTypes

from bot.answering.decide import decide
from bot.answering.render import render_entry
from bot.answering.turn import outcome_of
from bot.channels.telegram.context import Service
from bot.channels.telegram.ui.html import to_html
from bot.channels.telegram.update_log import tell
from bot.channels.throttle import Allowed
from bot.domain.conversation import Answer, Channel, Clarify, Decision, Question, Reply, Smalltalk, Unanswered, Urgent
from bot.domain.faq import Entry, Faq, Kind
from bot.domain.gap import Count, Note

CACHE_SECONDS = 60  # that Telegram may show the same results again
DESCRIPTION = 120  # characters of an answer below its title


async def on_inline(service: Service, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:  # noqa: ARG001  # PTB's form
    """Offer the answers to what somebody types in another chat, or example questions before anything is typed."""
    query = update.inline_query
    if query is None:
        return
    faq = (matcher := await service.matcher_for(query.from_user)).faq
    entries: tuple[Entry, ...] = ()
    is_throttled = False
    if not query.query.strip():
        entries = tuple(faq.entries[name] for name in faq.interface.examples)
        count = Count("examples", faq.language, Channel.INLINE)
    elif await service.inline_throttle.admit(service.person_of(query.from_user)) is Allowed.YES:
        decision = decide(Question(query.query, faq.language, Channel.INLINE), matcher)
        outcome, entry = outcome_of(decision)
        entries = _entries(decision)
        count = Count(outcome, faq.language, Channel.INLINE, entry or "")
        service.gap_writer.note(Note(count))
    else:
        is_throttled = True
        count = Count("too fast", faq.language, Channel.INLINE)
    tell(count)
    await query.answer(
        [_article(entry, faq) for entry in entries],
        cache_time=0 if is_throttled else CACHE_SECONDS,  # nobody else is to be shown nothing
        is_personal=is_throttled or len(service.catalog.matchers) > 1,
        button=InlineQueryResultsButton(faq.interface.private_chat, start_parameter="inline"),
    )


def _entries(decision: Decision) -> tuple[Entry, ...]:
    """What of a decision can be shared."""
    match decision:
        case Answer(entries) | Clarify(entries):
            return entries
        case Urgent(entry):
            return (entry,)
        case Smalltalk() | Unanswered():
            return ()
        case _:
            assert_never(decision)


def _article(entry: Entry, faq: Faq) -> InlineQueryResultArticle:
    """An entry as a result; chosen, it is sent as the person's own message, with its sources."""
    reply = render_entry(entry, faq)
    shared = Reply(reply.sections, reply.pages_title, reply.pages)
    return InlineQueryResultArticle(
        id=entry.id,
        title=faq.interface.urgent_title if entry.kind is Kind.URGENT else entry.question,
        input_message_content=InputTextMessageContent(to_html(shared)[0]),
        description=entry.answer[:DESCRIPTION],
    )
