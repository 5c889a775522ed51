"""Inline mode: answers with their sources, to share in any chat."""

from __future__ import annotations

from telegram import InlineQueryResultArticle, InlineQueryResultsButton, InputTextMessageContent

from bot.answering.render import render_entry
from bot.channels.telegram.context import BotContext, languages_of
from bot.channels.telegram.ui.html import to_html
from bot.channels.telegram.update_record import UpdateRecord
from bot.domain.conversation import Outcome, Reply, Section
from bot.domain.faq import Entry, Faq, Kind

CACHE_SECONDS = 60  # for which Telegram may cache the results
DESCRIPTION = 120  # characters of the answer shown below the title


async def on_inline(context: BotContext, record: UpdateRecord) -> None:
    """Offer answers for what a person types in another chat, or example questions before anything is typed."""
    query = record.update.inline_query
    if query is None:
        return
    user = query.from_user
    found = await context.assistant.search(query.query, context.user_pseudonym(user), languages_of(user))
    is_throttled = found.count.outcome is Outcome.TOO_FAST
    record.set_outcome(found.count)
    await query.answer(
        [_article(entry, found.faq) for entry in found.entries],
        cache_time=0 if is_throttled else CACHE_SECONDS,  # an empty result must not be cached
        is_personal=is_throttled or bool(context.catalog.faq.translations),
        button=InlineQueryResultsButton(found.faq.interface.private_chat, start_parameter="inline"),
    )


def _article(entry: Entry, faq: Faq) -> InlineQueryResultArticle:
    """An entry as a result; if chosen, it is sent as the person's own message, with its sources and what the bot is."""
    reply = render_entry(entry, faq)
    what_it_is = Section("", faq.interface.short_description)
    shared = Reply((*reply.sections, what_it_is), reply.pages_title, reply.pages)
    return InlineQueryResultArticle(
        id=entry.id,
        title=faq.interface.urgent_title if entry.kind is Kind.URGENT else entry.question,
        input_message_content=InputTextMessageContent(to_html(shared)[0]),
        description=(entry.answer.partition("\n")[0] if entry.kind is Kind.URGENT else entry.answer)[:DESCRIPTION],
    )
