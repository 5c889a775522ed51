"""Render a decision as a Reply free of markup, and a Reply as plain text."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import assert_never

from bot.domain.conversation import (
    Answer,
    Choice,
    Clarify,
    Decision,
    Link,
    NoAnswerReason,
    Reply,
    Section,
    Smalltalk,
    Unanswered,
    Urgent,
)
from bot.domain.faq import Cries, Entry, Fact, Faq, Interface, Kind, Source

SCREEN = 1_000  # characters that a phone shows at once


def render(decision: Decision, faq: Faq, language: str | None = None) -> Reply:
    """The reply to a message, from the decision about it.

    ``language`` is the message's, if that is not the FAQ's: it begins with lines in that language.
    """
    reply = _render(decision, faq, language)
    first = "" if language is None else _first_lines(decision, faq, language)
    return replace(reply, sections=(Section("", first), *reply.sections)) if first else reply


def _first_lines(decision: Decision, faq: Faq, language: str) -> str:
    """What stands above a reply in the person's language: which language follows; what to do in danger.

    Above a card these are the four lines for people in danger. Where there is no answer, and the language has no line
    of its own or is not known, what to do in danger stands in as many languages as fit a screen.
    """
    says, cries = faq.interface, {cries.language: cries for cries in faq.cries}
    spoken = cries.get(language)
    if isinstance(decision, Urgent) and spoken is not None:
        return "\n".join(spoken.lines)
    if not (isinstance(decision, Unanswered) and decision.reason is NoAnswerReason.OTHER_LANGUAGE):
        return says.in_this_language.get(language, says.in_this_language.get(faq.language, ""))
    if spoken is not None:
        return "\n".join(filter(None, (says.no_answer.get(language, ""), spoken.do, spoken.call, spoken.program)))
    return says.no_answer.get(language) or _in_danger(faq.cries)


def _in_danger(languages: Sequence[Cries]) -> str:
    """What to do in danger in as many languages as fit a screen, beginning with one of each script."""
    first_of_script: dict[str, Cries] = {}
    for cries in languages:
        letter = next(filter(str.isalpha, cries.do), "?")
        first_of_script.setdefault(unicodedata.name(letter).split()[0], cries)
    in_order = dict.fromkeys([*(cries.do for cries in first_of_script.values()), *(cries.do for cries in languages)])
    lines: list[str] = []
    for line in in_order:
        if sum(map(len, lines)) + len(line) <= SCREEN:
            lines.append(line)
    return "\n".join(lines)


def _render(decision: Decision, faq: Faq, language: str | None = None) -> Reply:
    says = faq.interface
    match decision:
        case Answer(entries):
            return _render_answer(entries, faq)
        case Urgent(entry):
            is_said = any(cries.language == language for cries in faq.cries)  # in the lines above it
            text = _steps(entry, says) if is_said else _card_text(entry, says)
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
    """The reply that shows an entry, as a decision for it would."""
    match entry.kind:
        case Kind.ANSWER:
            return render(Answer((entry,)), faq)
        case Kind.URGENT:
            return render(Urgent(entry), faq)
        case Kind.SMALLTALK:
            return render(Smalltalk(entry), faq)
        case Kind.OUT_OF_SCOPE:
            return render(Unanswered(NoAnswerReason.OUT_OF_SCOPE, entry), faq)
        case _:
            assert_never(entry.kind)


def choices_of(entries: Iterable[Entry]) -> tuple[Choice, ...]:
    """Choices of entries, labelled by their questions, and cards as their buttons say."""
    return tuple(Choice(entry.label, entry.id) for entry in entries)


def unread(text: str, faq: Faq) -> Reply:
    """The reply to a message that could not be read, which may have been a call for help: nobody else reads it."""
    return Reply((Section("", f"{text.strip()}\n\n{faq.interface.program.strip()}"),))


def _steps(entry: Entry, says: Interface) -> str:
    """An urgent card without what the lines in another language say above it."""
    return "\n\n".join([entry.answer, *([says.delete_chat.strip()] if entry.discreet else [])])


def _card_text(entry: Entry, says: Interface) -> str:
    """An urgent card: what to do, whom to call, that nobody reads this chat, and the steps.

    Where a call may be a danger, the emergency number comes after the steps.
    """
    first, _, steps = entry.answer.partition("\n")
    if entry.careful:
        parts = [first, says.program, steps, says.emergency_careful]
    else:
        parts = [f"{first}\n{says.emergency}", says.program, steps]
    parts += [says.delete_chat] if entry.discreet else []
    return "\n\n".join(part.strip() for part in parts if part.strip())


def _render_answer(entries: Sequence[Entry], faq: Faq) -> Reply:
    sections = tuple(_section(entry, faq) for entry in entries)
    pages = dict.fromkeys(page for entry in entries for page in _pages(entry, faq))
    cited = {link.url for section in sections for link in section.sources}
    more = tuple(page for page in pages if page.url not in cited)
    related = dict.fromkeys(name for entry in entries for name in entry.see_also if name in faq.entries)
    others = [faq.entries[name] for name in related if faq.entries[name] not in entries]
    says = faq.interface
    return Reply(sections, says.read_more, more, says.see_also, choices_of(others[:3]))


def _render_unanswered(reason: NoAnswerReason, entry: Entry | None, topic: str | None, faq: Faq) -> Reply:
    says = faq.interface
    match reason:
        case NoAnswerReason.OUT_OF_SCOPE if entry is not None:
            return Reply((Section("", entry.answer),), says.where_to_turn, _pages(entry, faq))
        case NoAnswerReason.OTHER_LANGUAGE:
            return unread(says.other_language, faq)
        case NoAnswerReason.EMPTY:
            return unread(says.no_words, faq)
        case NoAnswerReason.NO_MATCH | NoAnswerReason.OUT_OF_SCOPE:
            nearest = f"\n{says.nearest_topic.format(topic=topic)}" if topic else ""
            return Reply((Section("", says.unanswered.strip() + nearest),))
        case _:
            assert_never(reason)


def _section(entry: Entry, faq: Faq) -> Section:
    cited = faq.cited(entry)
    sources = dict.fromkeys(source_link(source, faq) for source, _ in cited)
    return Section(entry.question, entry.answer, _time_line([fact for _, fact in cited], faq), tuple(sources))


def _time_line(facts: Sequence[Fact], faq: Faq) -> str:
    """The line with the times of an answer's facts, in their order; a time that no source prints is marked inferred."""
    printed = {fact.time for fact in facts if fact.as_of == "printed"}
    times = dict.fromkeys(fact.time for fact in facts)
    marked = (time if time in printed else f"{time} ({faq.interface.inferred})" for time in times)
    return faq.interface.time.format(time="; ".join(marked)) if times else ""


def source_link(source: Source, faq: Faq) -> Link:
    """A link to a source, titled with its date and labelled where the address does not lead to the text itself."""
    says = faq.interface
    label = {"landing": says.landing, "publisher": says.publisher}.get(source.is_, "")
    title = f"{source.title} ({source.date})" if source.date else source.title
    return Link(title, source.url, label if source.original else "")


def _pages(entry: Entry, faq: Faq) -> tuple[Link, ...]:
    return tuple(Link(page.title, page.url) for page in (faq.sources[name] for name in entry.read_more))


# --- As plain text -----------------------------------------------------------------------------------------------


def body_text(reply: Reply) -> str:
    """The reply as plain text, without the echoed question and the source lines."""
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
    """All links of a reply: its sources, then its further pages, each once."""
    return tuple(dict.fromkeys([link for section in reply.sections for link in section.sources] + list(reply.pages)))
