"""From a decision to what a person reads: a Reply free of markup, then HTML for Telegram or plain text.

All that comes from outside the program is escaped here and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import assert_never

from bot.domain.faq import (
    Answer,
    Choice,
    Clarify,
    Decision,
    Entry,
    Fact,
    Faq,
    Kind,
    Link,
    Reason,
    Reply,
    Section,
    Smalltalk,
    Source,
    Unanswered,
    Urgent,
)

LONGEST_TITLE, LONGEST_ADDRESS = 300, 2000
BUTTON_CHARACTERS = 36  # of a label that a telephone shows whole on a button as wide as the chat
PIECE_UNITS = 3000  # of one paragraph; longer ones are divided
_TOO_LONG = re.compile(r"(?:&#?\w+;|[^&]|&){1,500}")
MESSAGE_UNITS = (
    4096  # UTF-16 code units of one message after its markup is parsed: core.telegram.org/bots/api#sendmessage
)


def render(decision: Decision, faq: Faq) -> Reply:
    """What a person reads as the answer to a message."""
    says = faq.interface
    match decision:
        case Answer(entries):
            return _render_answer(entries, faq)
        case Urgent(entry):
            text = f"{says.emergency.strip()}\n\n{entry.answer}"
            return Reply((Section("", text),), says.where_to_turn, _pages(entry, faq))
        case Smalltalk(entry):
            return Reply((Section("", entry.answer),), says.read_more, _pages(entry, faq))
        case Clarify(choices):
            none_of_these = Choice(says.none_of_these)
            return Reply((Section("", says.clarify),), choices=(*choices_of(choices), none_of_these))
        case Unanswered(reason, entry, topic):
            return _render_unanswered(reason, entry, topic, faq)
        case _:
            assert_never(decision)


def render_entry(entry: Entry, faq: Faq) -> Reply:
    """An entry as its own decision would show it."""
    match entry.kind:
        case Kind.ANSWER:
            return render(Answer((entry,)), faq)
        case Kind.URGENT:
            return render(Urgent(entry), faq)
        case Kind.SMALLTALK:
            return render(Smalltalk(entry), faq)
        case Kind.OUT_OF_SCOPE:
            return render(Unanswered(Reason.OUT_OF_SCOPE, entry), faq)
        case _:
            assert_never(entry.kind)


def choices_of(entries: Iterable[Entry]) -> tuple[Choice, ...]:
    """Entries as something to choose from."""
    return tuple(Choice(entry.question, entry.id) for entry in entries)


def _render_answer(entries: Sequence[Entry], faq: Faq) -> Reply:
    sections = tuple(_section(entry, faq) for entry in entries)
    pages = dict.fromkeys(page for entry in entries for page in _pages(entry, faq))
    cited = {link.url for section in sections for link in section.sources}
    more = tuple(page for page in pages if page.url not in cited)
    related = dict.fromkeys(name for entry in entries for name in entry.see_also if name in faq.entries)
    others = [faq.entries[name] for name in related if faq.entries[name] not in entries]
    says = faq.interface
    return Reply(sections, says.read_more, more, says.see_also, choices_of(others[:3]))


def _render_unanswered(reason: Reason, entry: Entry | None, topic: str | None, faq: Faq) -> Reply:
    says = faq.interface
    match reason:
        case Reason.OUT_OF_SCOPE if entry is not None:
            return Reply((Section("", entry.answer),), says.where_to_turn, _pages(entry, faq))
        case Reason.OTHER_LANGUAGE:
            return Reply((Section("", says.other_language),))
        case Reason.EMPTY:
            return Reply((Section("", says.no_words),))
        case Reason.NO_MATCH | Reason.OUT_OF_SCOPE:
            nearest = f"\n{says.nearest_topic.format(topic=topic)}" if topic else ""
            return Reply((Section("", says.unanswered.strip() + nearest),))
        case _:
            assert_never(reason)


def _section(entry: Entry, faq: Faq) -> Section:
    cited = faq.cited(entry)
    sources = dict.fromkeys(source_link(source, faq) for source, _ in cited)
    return Section(entry.question, entry.answer, _time_line([fact for _, fact in cited], faq), tuple(sources))


def _time_line(facts: Sequence[Fact], faq: Faq) -> str:
    """The times that an answer's facts speak of, in the order of its facts; those that no fact prints are marked."""
    printed = {fact.time for fact in facts if fact.as_of == "printed"}
    times = dict.fromkeys(fact.time for fact in facts)
    marked = (time if time in printed else f"{time} ({faq.interface.inferred})" for time in times)
    return faq.interface.time.format(time="; ".join(marked)) if times else ""


def source_link(source: Source, faq: Faq) -> Link:
    """A source as a person sees it, with its date and with what its address leads to where that is not the text."""
    says = faq.interface
    label = {"landing": says.landing, "publisher": says.publisher}.get(source.is_, "")
    title = f"{source.title} ({source.date})" if source.date else source.title
    return Link(title, source.url, label if source.original else "")


def _pages(entry: Entry, faq: Faq) -> tuple[Link, ...]:
    return tuple(Link(page.title, page.url) for page in (faq.sources[name] for name in entry.read_more))


# --- As HTML for Telegram, and as plain text ---------------------------------------------------------------------


def to_html(reply: Reply, *, closing: str = "") -> list[str]:
    """The reply as messages in Telegram's HTML, each within the limit; mostly one.

    Choices are buttons; where one has more words than a telephone shows of it, they stand in the text as well.
    ``closing`` is the last line, about what the buttons ask first. Long texts are divided between words. Titles over
    300 characters are cut; an address over 2,000, or without a title, is left out.
    """
    blocks: list[str] = []
    for section in reply.sections:
        blocks += [f"<b>{_escape(section.question[:LONGEST_TITLE])}</b>"] if section.question.strip() else []
        blocks += [piece for paragraph in section.text.split("\n\n") for piece in _pieces(paragraph)]
        blocks += [f"<i>{piece}</i>" for piece in _pieces(section.time)]
        blocks += _joined([_html_link(link) for link in section.sources], "\n")
    if reply.pages:
        blocks += _joined([*_pieces(reply.pages_title), *(_html_link(link) for link in reply.pages)], "\n")
    listed = _listed(reply.choices)
    if listed or (reply.choices and not closing):
        blocks += _joined([*_pieces(reply.choices_title), *listed], "\n")
    blocks += [f"<i>{_escape(closing)}</i>"] if closing else []
    return _joined(blocks, "\n\n")


def _listed(choices: Sequence[Choice]) -> list[str]:
    """The choices as lines, where a button would cut one of them; "none of these" needs none."""
    if all(len(choice.label) <= BUTTON_CHARACTERS for choice in choices):
        return []
    return [f"• {_escape(choice.label[:LONGEST_TITLE])}" for choice in choices if choice.entry or choice.topic]


def _escape(text: str) -> str:
    """The one place where text becomes HTML. A lone surrogate, which no message can hold, becomes U+FFFD."""
    return escape(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def _html_link(link: Link) -> str:
    title = _escape(link.title[:LONGEST_TITLE])
    label = f" ({_escape(link.label[:LONGEST_TITLE])})" if link.label else ""
    if len(link.url) > LONGEST_ADDRESS or not title.strip():
        return f"{title}{label}"
    return f'<a href="{_escape(link.url)}">{title}</a>{label}'


def _pieces(text: str) -> list[str]:
    """A paragraph as escaped HTML, in as many pieces as it takes to keep each within a message."""
    escaped = _escape(text).strip()
    if _units(escaped) < PIECE_UNITS:
        return [escaped] if escaped else []
    pieces: list[str] = []
    for line in _lines_within(escaped):
        if pieces and _units(pieces[-1]) + _units(line) < PIECE_UNITS:
            pieces[-1] += line
        else:
            pieces.append(line)
    return [piece.strip() for piece in pieces if piece.strip()]


def _lines_within(escaped: str) -> list[str]:
    """Words with the space behind them; what is too long for a word is divided, though never inside an `&amp;`."""
    return [part for word in re.findall(r"\S*\s*", escaped) for part in _TOO_LONG.findall(word)]


def _joined(blocks: Sequence[str], between: str) -> list[str]:
    """Blocks joined to as few as the limit allows. Markup counts as well, so a message may end a little early."""
    joined: list[str] = []
    for block in blocks:
        if joined and _units(joined[-1]) + _units(between) + _units(block) <= MESSAGE_UNITS:
            joined[-1] += between + block
        elif block:
            joined.append(block)
    return joined


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def body_text(reply: Reply) -> str:
    """What a person reads, as plain text without the echoed question and the source lines."""
    parts: list[str] = []
    for section in reply.sections:
        parts += [section.text.strip(), section.time]
    parts.append(_pages_text(reply))
    return "\n\n".join(part for part in parts if part)


def to_text(reply: Reply) -> str:
    """The whole reply as plain text, choices numbered from 1."""
    parts: list[str] = []
    for section in reply.sections:
        parts += [section.question, section.text.strip(), section.time]
        parts.append("\n".join(_text_link(link) for link in section.sources))
    parts.append(_pages_text(reply))
    numbered = [f"{number}. {choice.label}" for number, choice in enumerate(reply.choices, 1)]
    if numbered:
        parts.append("\n".join(filter(None, [reply.choices_title, *numbered])))
    return "\n\n".join(part for part in parts if part)


def _pages_text(reply: Reply) -> str:
    if not reply.pages:
        return ""
    return "\n".join([reply.pages_title, *(f"- {page.title}: {page.url}" for page in reply.pages)])


def _text_link(link: Link) -> str:
    return f"Source: {link.title}{f' [{link.label}]' if link.label else ''}\n  {link.url}"


def sources_of(reply: Reply) -> tuple[Link, ...]:
    """All the pages behind a reply: its sources, then its further pages, each once."""
    return tuple(dict.fromkeys([link for section in reply.sections for link in section.sources] + list(reply.pages)))
