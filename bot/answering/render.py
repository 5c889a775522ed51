"""Render a decision as a Reply free of markup, and a Reply as plain text."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypedDict, assert_never

from bot.domain.conversation import (
    Answer,
    Choice,
    Clarify,
    Decision,
    EmergencyNumbers,
    Link,
    Missing,
    NoAnswerReason,
    Reply,
    Section,
    ShownCard,
    Smalltalk,
    Unanswered,
    Urgent,
)
from bot.domain.emergency import EmergencyNumber, Service
from bot.domain.faq import MAIN_LANGUAGE, Cries, Entry, Fact, Faq, Interface, Kind, Source
from bot.text.normalize import is_year, words

SCREEN = 1_000  # characters that a phone shows at once


def render(decision: Decision, faq: Faq, language: str | None = None) -> Reply:
    """The reply to a message, from the decision about it, in the language of ``faq``.

    ``language`` is the message's, if it is told to be another than the main one. If the reply is not in it, it begins
    with lines in that language.
    """
    decision = _in_language(decision, faq)
    entries = _entries(decision)
    is_own = all(entry.language == faq.language for entry in entries)
    language = language if language != faq.language else None
    language = language if is_own or language is not None else faq.language
    reply = _render(decision, faq, language)
    first = "" if language is None else _first_lines(decision, faq, language, is_own=is_own)
    reply = replace(reply, sections=(Section("", first), *reply.sections)) if first else reply
    return _marked(reply, entries, faq)


def _in_language(decision: Decision, faq: Faq) -> Decision:
    """A decision with the entries as they are in ``faq``, which may be a translation."""
    if faq.language == MAIN_LANGUAGE:
        return decision
    own = faq.entries
    match decision:
        case Answer(entries):
            return replace(decision, entries=tuple(own.get(entry.id, entry) for entry in entries))
        case Clarify(choices):
            return Clarify(tuple(own.get(entry.id, entry) for entry in choices))
        case Urgent():
            return _card_in_language(decision, faq)
        case Smalltalk(entry):
            return Smalltalk(own.get(entry.id, entry))
        case Unanswered(_, entry, topic):
            entry = own.get(entry.id, entry) if entry is not None else None
            return replace(decision, entry=entry, topic=topic and faq.topic_names.get(topic, topic))
        case EmergencyNumbers():
            return decision
        case _:
            assert_never(decision)


def _card_in_language(card: Urgent, faq: Faq) -> Urgent:
    if faq.language == MAIN_LANGUAGE:
        return card
    others = tuple(faq.entries.get(other.id, other) for other in card.others)
    return replace(card, entry=faq.entries.get(card.entry.id, card.entry), others=others)


def _entries(decision: Decision) -> tuple[Entry, ...]:
    """The entries whose texts a decision shows."""
    match decision:
        case Answer(entries) | Clarify(entries):
            return entries
        case Urgent(entry, others=others, is_question=is_question):
            return (entry, *others) if is_question else (entry,)
        case Smalltalk(entry):
            return (entry,)
        case Unanswered(entry=entry):
            return (entry,) if entry is not None else ()
        case EmergencyNumbers():
            return ()
        case _:
            assert_never(decision)


def _marked(reply: Reply, entries: Sequence[Entry], faq: Faq) -> Reply:
    """A reply with a line on who translated its texts, if that was a machine, and a way to the original."""
    translated = [entry for entry in entries if entry.is_machine and entry.kind is not Kind.SMALLTALK]
    if not translated:
        return reply
    first = translated[0]
    is_linked = len(entries) == 1 and first.kind in (Kind.ANSWER, Kind.URGENT)
    original = Choice(faq.interface.original, first.id, language=MAIN_LANGUAGE, is_card=first.kind is Kind.URGENT)
    choices = (*reply.choices, original) if is_linked else reply.choices
    return replace(reply, sections=(*reply.sections, Section("", faq.interface.machine)), choices=choices)


def _first_lines(decision: Decision, faq: Faq, language: str, *, is_own: bool) -> str:
    """What stands above a reply in the person's language: which language follows; what to do in danger.

    Above a card these are the four lines for people in danger. Where there is no answer, and the language has no line
    of its own or is not known, what to do in danger stands in as many languages as fit a screen.
    """
    says, cries = faq.interface, {cries.language: cries for cries in faq.cries}
    spoken = cries.get(language)
    if isinstance(decision, Urgent) and spoken is not None:
        return "\n".join(spoken.lines)
    if not (isinstance(decision, Unanswered) and decision.reason is NoAnswerReason.OTHER_LANGUAGE):
        is_main = faq.language == MAIN_LANGUAGE or not is_own
        return says.in_this_language.get(language, says.in_this_language.get(MAIN_LANGUAGE, "")) if is_main else ""
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
        case Answer(entries, missing, is_cut):
            return _render_answer(entries, faq, _not_answered(missing, is_cut=is_cut, faq=faq))
        case Urgent(entry, countries, others, is_question=True):
            return _render_question((entry, *others), countries, faq)
        case Urgent(entry, countries, others):
            is_said = any(cries.language == language for cries in faq.cries)  # in the lines above it
            return _render_card(entry, countries, others, faq, is_said=is_said)
        case EmergencyNumbers((), _):
            return Reply((Section("", says.emergency.strip()),), **_where(faq))
        case EmergencyNumbers(countries, services):
            return render_numbers(countries, faq, first=services)
        case Smalltalk(entry):
            return Reply(
                (Section("", entry.answer),), says.read_more, _pages(entry.read_more, faq), choices=ways_on(faq)
            )
        case Clarify(choices):
            none_of_these = Choice(says.none_of_these)
            return Reply((Section("", says.clarify),), choices=(*choices_of(choices), none_of_these))
        case Unanswered(NoAnswerReason.OUT_OF_SCOPE, entry, _, countries) if entry is not None:
            return _render_out_of_scope(entry, countries, faq)
        case Unanswered():
            return _render_unanswered(decision, faq)
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


def for_group(reply: Reply) -> Reply:
    """An answer for a chat in which others read along: no related questions, and the pages beside the sources."""
    choices = tuple(choice for choice in reply.choices if choice.entry is None or choice.language is not None)
    reply = replace(reply, choices_title="", choices=choices)
    answered = [at for at, section in enumerate(reply.sections) if section.question and section.sources]
    if not answered:
        return reply
    *before, last = reply.sections[: answered[-1] + 1]
    last = replace(last, sources=(*last.sources, *reply.pages))
    return replace(reply, sections=(*before, last, *reply.sections[answered[-1] + 1 :]), pages=())


def choices_of(entries: Iterable[Entry]) -> tuple[Choice, ...]:
    """Choices of entries, labelled by their questions, and cards as their buttons say."""
    return tuple(Choice(entry.label, entry.id, is_card=entry.kind is Kind.URGENT) for entry in entries)


def unread(text: str, faq: Faq) -> Reply:
    """The reply to a message that could not be read, which may have been a call for help: nobody else reads it."""
    section = Section("", f"{text.strip()}\n\n{faq.interface.program.strip()}")
    return Reply((section,), choices=(in_danger(faq), *ways_on(faq, is_language_open=True)))


def ways_on(faq: Faq, topic: str | None = None, *, is_language_open: bool = False) -> tuple[Choice, ...]:
    """The choices under a reply that has none of its own: a topic near to the message, all topics, the languages."""
    says = faq.interface
    near = (Choice(topic, topic=topic),) if topic else ()
    topics = Choice(says.browse_topics, command="topics")
    languages = (Choice(says.language, command="settings"),) if is_language_open and len(faq.languages) > 1 else ()
    return (*near, topics, *languages)


def none_chosen(faq: Faq) -> Reply:
    """The reply to one whom none of the offered answers helps."""
    return Reply((Section("", faq.interface.none_chosen),), choices=ways_on(faq))


def in_danger(faq: Faq) -> Choice:
    """The choice that leads to the emergency numbers."""
    return Choice(faq.interface.in_danger, command="danger")


def render_danger(faq: Faq) -> Reply:
    """What to do in danger, and the countries whose emergency numbers are known."""
    says = faq.interface
    return Reply((Section("", f"{says.emergency.strip()}\n\n{says.program.strip()}"),), **_where(faq))


def whole_sources(entry: Entry, text: str, faq: Faq) -> Section:
    """A text with all sources of an answer, and the times of its facts."""
    return replace(_section(entry, faq), question="", text=text)


MOST_COUNTRIES = 3  # of a message, whose numbers are shown together
MOST_SOURCES = 2  # of a country's numbers; the records have more


def render_numbers(
    countries: Sequence[str],
    faq: Faq,
    *,
    first: Sequence[Service] = (),
    before: str = "",
    after: str = "",
    hides_police: bool = False,
) -> Reply:
    """The emergency numbers of countries, those for the services ``first`` first; texts may stand around them."""
    texts = faq.emergency.texts
    if texts is None:
        return Reply((Section("", faq.interface.gone),))
    shown = _with_numbers(countries, faq)
    sections = [Section("", before)] if before else []
    for country in shown:
        numbers = numbers_text(country, faq, first=first, hides_police=hides_police)
        sections.append(Section("", numbers, sources=_number_sources(country, faq)))
    sections.append(Section("", after or f"{texts.elsewhere}\n{faq.interface.program.strip()}"))
    return Reply(tuple(sections))


def numbers_text(country: str, faq: Faq, *, first: Sequence[Service] = (), hides_police: bool = False) -> str:
    """The numbers of a country, one a line, under its name. The bot's texts for them must be there."""
    texts = faq.emergency.texts
    if texts is None:
        return ""
    listed = faq.emergency.countries[country]
    if hides_police:
        listed = tuple(one for one in listed if one.services != (Service.POLICE,)) or listed
    listed = tuple(sorted(listed, key=lambda one: set(first).isdisjoint(one.services)))
    lines = [f"• {one.number}: {_uses(one, texts.services)}" for one in listed]
    return "\n".join([texts.heading.format(country=faq.emergency.name(country)), *lines])


def _uses(one: EmergencyNumber, labels: Mapping[str, str]) -> str:
    uses = ", ".join(labels.get(service, service) for service in one.services)
    return f"{uses} ({one.note})" if one.note else uses


def _number_sources(country: str, faq: Faq) -> tuple[Link, ...]:
    cited = dict.fromkeys(name for one in faq.emergency.countries[country] for name in one.sources[:1])
    return tuple(source_link(faq.sources[name], faq) for name in cited if name in faq.sources)[:MOST_SOURCES]


def render_regions(region: int, faq: Faq) -> Reply:
    """The countries of a region to choose from, by its number; the regions if there is none of that number."""
    directory = faq.emergency
    if directory.texts is None:
        return Reply((Section("", faq.interface.gone),))
    if not 0 <= region < len(directory.regions):
        choices = tuple(Choice(item.name, region=at) for at, item in enumerate(directory.regions))
        return Reply((Section("", directory.texts.where),), choices=choices)
    listed = [code for code in directory.regions[region].countries if code in directory.countries]
    choices = tuple(Choice(directory.name(code), country=code) for code in sorted(listed, key=directory.name))
    others = Choice(directory.texts.other_regions, region=-1)
    return Reply((Section("", directory.texts.where),), choices=(*choices, others))


class _Where(TypedDict):
    choices_title: str
    choices: tuple[Choice, ...]


def _where(faq: Faq, shown: Sequence[str] = ()) -> _Where:
    """The question where the person is, with the likely countries; nothing if that is known, or no numbers are."""
    directory = faq.emergency
    if shown or directory.texts is None or not directory.countries:
        return _Where(choices_title="", choices=())
    likely = tuple(
        Choice(directory.name(code), country=code) for code in directory.likely if code in directory.countries
    )
    others = Choice(directory.texts.other_countries, region=-1)
    return _Where(choices_title=directory.texts.where, choices=(*likely, others))


def _render_question(cards: Sequence[Entry], countries: Sequence[str], faq: Faq) -> Reply:
    """The question which card it is about, with what each says first, below whom to call and who does not read this."""
    says = faq.interface
    emergency = says.emergency_careful if any(card.careful for card in cards) else says.emergency
    calls = [numbers_text(country, faq, hides_police=True) for country in _with_numbers(countries, faq)]
    first_lines = "\n".join(f"• {card.label}: {card.answer.partition(chr(10))[0]}" for card in cards)
    parts = (*(calls or [emergency]), says.program, first_lines, says.which_danger)
    text = "\n\n".join(part.strip() for part in parts)
    return Reply((Section("", text, sources=_sources_of(countries if calls else (), faq)),), choices=choices_of(cards))


def _with_numbers(countries: Iterable[str], faq: Faq) -> list[str]:
    """Those of the countries of a message whose numbers are shown."""
    directory = faq.emergency
    return [one for one in countries if one in directory.countries][:MOST_COUNTRIES] if directory.texts else []


def _render_card(
    entry: Entry, countries: Sequence[str], others: Iterable[Entry], faq: Faq, *, is_said: bool, is_short: bool = False
) -> Reply:
    """An urgent card: what to do, whom to call, that nobody reads this chat, and the steps, if it is not ``is_short``.

    Where a call may be a danger, a line with a caution says whom to call, and the numbers of countries that the message
    names come last; elsewhere these stand in place of the general line. ``is_said``: lines in another language above
    the card say the general things.
    """
    says, texts = faq.interface, faq.emergency.texts
    shown = _with_numbers(countries, faq)
    calls = [numbers_text(country, faq, first=entry.call_first, hides_police=entry.hides_police) for country in shown]
    calls += [texts.elsewhere] if texts and shown else []
    first, _, steps = entry.answer.partition("\n")
    steps = "" if is_short else steps
    if is_said:
        parts = [*calls, first if is_short else entry.answer]
    elif entry.careful:
        parts = [first, says.program, says.emergency_careful, steps, *calls]
    elif calls:
        parts = [first, *calls, says.program, steps]
    else:
        parts = [f"{first}\n{says.emergency}", says.program, steps]
    parts += [says.delete_chat] if entry.discreet and not is_short else []
    card = Section("", "\n\n".join(part.strip() for part in parts if part.strip()), sources=_sources_of(shown, faq))
    where = _where(faq, shown)
    choices = (
        *(Choice(says.or_card.format(card=other.label), other.id, is_card=True) for other in others),
        *where["choices"],
        Choice(says.not_about_me, entry.id, is_not_about_me=True),
    )
    pages = () if is_short else _pages(entry.read_more, faq, countries)
    return Reply((card,), says.where_to_turn, pages, where["choices_title"], choices)


def render_again(shown: ShownCard, faq: Faq) -> Reply:
    """The lines of a card that matter most, for a message that asks nothing after it, and the card's buttons.

    They are what to do, whom to call, and that nobody reads this chat; in the language of the message, if it is known.
    """
    card = _card_in_language(shown.card, faq)
    language = faq.language if card.entry.language != faq.language else shown.language
    language = language if language != card.entry.language else None
    spoken = next((one for one in faq.cries if one.language == language), None)
    if card.is_question:
        return _render_question((card.entry, *card.others), card.countries, faq)
    reply = _render_card(card.entry, card.countries, card.others, faq, is_said=spoken is not None, is_short=True)
    if spoken is None:
        return reply
    lines = Section("", "\n".join((spoken.do, spoken.call, spoken.program)))
    return replace(reply, sections=(lines, *reply.sections))


def with_lines(reply: Reply, shown: ShownCard, faq: Faq) -> Reply:
    """The numbers for a place, after a card: below its first line, with its buttons but those for the country."""
    lines = render_again(shown, faq)
    first = lines.sections[0].text.partition("\n")[0]
    choices = tuple(one for one in lines.choices if one.country is None and one.region is None)
    return replace(reply, sections=(Section("", first), *reply.sections), choices=choices)


def chosen_card(entry: Entry, shown: ShownCard | None) -> Urgent:
    """The card for a button; those that were offered with it remain the next likely ones."""
    if shown is None:
        return Urgent(entry)
    offered = (shown.card.entry, *shown.card.others)
    return Urgent(entry, shown.card.countries, tuple(one for one in offered if one != entry))


def _sources_of(countries: Sequence[str], faq: Faq) -> tuple[Link, ...]:
    return tuple(dict.fromkeys(link for country in countries for link in _number_sources(country, faq)))


def _not_answered(missing: Sequence[Missing], *, is_cut: bool, faq: Faq) -> str:
    """What the reply says of the questions in a message that it does not answer; empty if it answers all."""
    says = faq.interface
    numbers = ", ".join(str(one.number) for one in missing)
    lines = [says.not_answered.format(numbers=numbers)] if missing else []
    return "\n".join([*lines, *([says.too_many] if is_cut else [])])


def _render_answer(entries: Sequence[Entry], faq: Faq, not_answered: str) -> Reply:
    sections = tuple(_section(entry, faq) for entry in entries)
    sections += (Section("", not_answered),) if not_answered else ()
    pages = dict.fromkeys(page for entry in entries for page in _pages(entry.read_more, faq))
    cited = {link.url for section in sections for link in section.sources}
    more = tuple(page for page in pages if page.url not in cited)
    related = dict.fromkeys(name for entry in entries for name in entry.see_also if name in faq.entries)
    others = [faq.entries[name] for name in related if faq.entries[name] not in entries]
    says = faq.interface
    return Reply(sections, says.read_more, more, says.see_also, choices_of(others[:3]))


def _render_out_of_scope(entry: Entry, countries: Sequence[str], faq: Faq) -> Reply:
    """What the bot does not answer: where to turn, in the countries named if possible, and the questions near to it."""
    near = choices_of(faq.entries[name] for name in entry.see_also if name in faq.entries)
    says, pages = faq.interface, _pages(entry.read_more, faq, countries)
    choices = near or ways_on(faq)
    return Reply((Section("", entry.answer),), says.where_to_turn, pages, says.can_answer if near else "", choices)


def _render_unanswered(decision: Unanswered, faq: Faq) -> Reply:
    says, entry, topic = faq.interface, decision.entry, decision.topic
    pages = _pages(says.own_case_pages, faq, decision.countries)
    title = says.own_case if pages else ""
    match decision.reason:
        case NoAnswerReason.OTHER_YEAR if entry is not None:
            years = ", ".join(_years_of(entry, faq))
            text = says.other_year.format(years=years) if years else says.unanswered.strip()
            return Reply((Section("", text),), choices=choices_of((entry,)))
        case NoAnswerReason.OTHER_LANGUAGE:
            return replace(unread(says.other_language, faq), pages_title=title, pages=pages)
        case NoAnswerReason.EMPTY:
            return unread(says.no_words, faq)
        case NoAnswerReason.NO_MATCH | NoAnswerReason.OUT_OF_SCOPE | NoAnswerReason.OTHER_YEAR:
            nearest = f"\n{says.nearest_topic.format(topic=topic)}" if topic else ""
            shown = Section("", says.unanswered.strip() + nearest)
            return Reply((shown,), title, pages, choices=ways_on(faq, topic))
        case _:
            assert_never(decision.reason)


def _section(entry: Entry, faq: Faq) -> Section:
    cited = faq.cited(entry)
    sources = dict.fromkeys(source_link(source, faq) for source, _ in cited)
    return Section(entry.question, entry.answer, _time_line([fact for _, fact in cited], faq), tuple(sources))


def _years_of(entry: Entry, faq: Faq) -> list[str]:
    """The years to which the facts of an entry refer that a document states, in order."""
    times = [fact.time for source, fact in faq.cited(entry) if source.original]
    return sorted({year for time in times for year in words(time) if is_year(year)})


def _time_line(facts: Sequence[Fact], faq: Faq) -> str:
    """The line with the times of an answer's facts, in their order; a time that no source prints is marked inferred."""
    printed = {fact.time for fact in facts if fact.as_of == "printed"}
    shown = {time: faq.times.get(time, time) for time in dict.fromkeys(fact.time for fact in facts)}
    marked = {
        said if time in printed else f"{said} ({faq.interface.inferred})": None for time, said in shown.items() if said
    }
    line = faq.interface.time.format(time="; ".join(marked)) if marked else ""
    return line[:-1] if line.endswith("..") else line  # after a date that itself ends with one


def source_link(source: Source, faq: Faq) -> Link:
    """A link to a source, titled with its date and labelled where the address does not lead to the text itself."""
    says = faq.interface
    label = {"landing": says.landing, "publisher": says.publisher}.get(source.is_, "")
    title = f"{source.title} ({faq.times.get(source.date, source.date)})" if source.date else source.title
    return Link(title, source.url, label if source.original else "")


def _pages(names: Iterable[str], faq: Faq, countries: Sequence[str] = ()) -> tuple[Link, ...]:
    """Pages by their ids. Where a page for all countries has others for these ones, they stand in its place."""
    pages: list[Link] = []
    for name in names:
        page = faq.sources[name]
        pages += _country_pages(name, countries, faq) or [Link(page.title, page.url)]
    return tuple(pages)


def _country_pages(page: str, countries: Sequence[str], faq: Faq) -> list[Link]:
    """What a page for all countries has for these ones: at most `MOST_COUNTRIES` pages."""
    own = faq.country_pages.get(page)
    if own is None:
        return []
    named = [country for country in countries if country in own.urls][:MOST_COUNTRIES]
    return [Link(own.title.format(country=faq.emergency.name(country)), own.urls[country]) for country in named]


# --- As plain text -----------------------------------------------------------------------------------------------


def body_text(reply: Reply) -> str:
    """The reply as plain text, without the echoed question and the source lines."""
    parts: list[str] = []
    for section in reply.sections:
        parts += [section.text.strip(), section.time]
    parts.append(_pages_text(reply))
    return "\n\n".join(part for part in parts if part)


def to_text(reply: Reply, says: Interface) -> str:
    """The whole reply as plain text, choices numbered from 1; ``says`` are the bot's texts in its language."""
    parts: list[str] = []
    for section in reply.sections:
        parts += [section.question, section.text.strip(), section.time]
        parts.append("\n".join(_text_link(link, says) for link in section.sources))
    parts.append(_pages_text(reply))
    numbered = [f"{number}. {choice.label}" for number, choice in enumerate(reply.choices, 1)]
    if numbered:
        parts.append("\n".join(filter(None, [reply.choices_title, *numbered])))
    return "\n\n".join(part for part in parts if part)


def _pages_text(reply: Reply) -> str:
    if not reply.pages:
        return ""
    return "\n".join([reply.pages_title, *(f"- {page.title}: {page.url}" for page in reply.pages)])


def _text_link(link: Link, says: Interface) -> str:
    return f"{says.source} {link.title}{f' [{link.label}]' if link.label else ''}\n  {link.url}"


def sources_of(reply: Reply) -> tuple[Link, ...]:
    """All links of a reply: its sources, then its further pages, each once."""
    return tuple(dict.fromkeys([link for section in reply.sections for link in section.sources] + list(reply.pages)))
