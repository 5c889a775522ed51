"""What a message says about the bot's last message: acts on an answer, typed choices, questions that continue one.

A question that means nothing alone is ranked together with the question answered last. Such a question mostly asks for
an entry near to the last one, so entries of other topics count less.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from bot.answering.decide import MOST_CONTINUED, Reasoning
from bot.answering.render import choices_of, none_chosen, render_entry, ways_on, whole_sources
from bot.domain.conversation import (
    Answer,
    Candidate,
    Choice,
    Clarify,
    Decision,
    EmergencyNumbers,
    NoAnswerReason,
    Reply,
    Section,
    Smalltalk,
    Unanswered,
    Urgent,
)
from bot.domain.faq import Entry, Faq, Kind
from bot.domain.follow_up import FollowUps, Said
from bot.domain.matching import Matcher, Ranking
from bot.text.folding import folded_words
from bot.text.normalize import clean, is_year

MOST_WORDS = 12  # of a message that continues a question; a longer one says what it is about
ANSWERS = 0.12  # least fit for an entry to answer a question that continues one
ANSWERS_OPENED = 0.1  # where it begins as such a question
ANSWERS_YEAR = 0.06  # where the question names a year that the entry speaks of
FITS_WELL = 0.25  # least fit to answer what seems to be out of scope, or may be a cry
CLEARLY = 1.5  # times the fit of the next one
COURTESY = 2  # words of small talk, at most, that mean nothing else after an answer: "thanks", "bye"
MEANT = 0.56  # least cosine with a listed follow-up for a message to say the same
MEANT_THOUGH_TOLD = 0.66  # where the message alone has an answer, or a reason why there is none
SURELY_MEANT = 0.8  # where the message may also be the rest of a question
MEANT_RATHER = 0.5  # by how much the cosine is above the fit of an answer to it as a question
OFFERS = 0.06  # least fit for a choice
OF_THE_TOPIC, OF_ANOTHER_TOPIC = 0.67, 0.25  # of the fit counts where the entries are not linked to one another
OF_BEFORE = 0.5  # of its score for the question before is taken off that behind it: what the message adds counts
FEW, FEW_CHARACTERS = 4, 8  # words, or Chinese ones, of a message that may continue a question without saying so
CHOICES = 3
NAMES = 3  # words, or Chinese characters, that may name a choice
_NO_PLACE = re.compile(r"\d\d|[-−+]\d|\d\.\d|\d\s?%")  # of a number that is a figure and no place in a list
_CLAUSE_END = re.compile(r"[.!?…؟,;](?=\s)|[。！？，、،\n]")  # within a message
_TOKEN = re.compile(r"\d|[^\W\d_]+")
_NUMBERS = {Said.FIRST: 1, Said.SECOND: 2, Said.THIRD: 3}
_PLACES = (*_NUMBERS, Said.LAST)

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Book:
    """All follow-ups of all languages, as keys."""

    said: dict[Key, Said]
    openers: frozenset[Key]
    pronouns: frozenset[Key]
    fillers: frozenset[Key]


def said_in(text: str, faq: Faq) -> Said | None:
    """What a short message says about the one before it; None if it is no such message as a whole."""
    book = _book(faq.follow_ups)
    key = _key(text)
    while True:
        if key in book.said:
            return book.said[key]
        shorter = _without_filler(key, book)
        if shorter == key:
            return None
        key = shorter


def continues(text: str, faq: Faq, *, by_opener: bool = False) -> bool:
    """Whether a message may continue a question: it is short, and begins so or has a word that stands for another.

    ``by_opener``: it must begin so.
    """
    book, key = _book(faq.follow_ups), _key(text)
    if not 0 < len(text.split()) <= MOST_WORDS:
        return False
    is_opened = any(key[: len(opener)] == opener for opener in book.openers)
    return is_opened or (not by_opener and _has_any(key, book.pronouns))


def _has_any(key: Key, parts: frozenset[Key]) -> bool:
    """Whether one of some keys is part of a key."""
    sizes = {len(part) for part in parts}
    return any(key[at : at + size] in parts for size in sizes for at in range(len(key)))


@lru_cache(maxsize=8)
def _book(follow_ups: tuple[FollowUps, ...]) -> _Book:
    said = {_key(text): what for one in follow_ups for what, texts in one.said.items() for text in texts}

    def keys(texts: Iterator[str]) -> frozenset[Key]:
        return frozenset(filter(None, map(_key, texts)))

    return _Book(
        said,
        keys(text for one in follow_ups for text in one.openers),
        keys(text for one in follow_ups for text in one.pronouns),
        keys(text for one in follow_ups for text in one.fillers),
    )


def _key(text: str) -> Key:
    """A text as folded words; digits stay as they are, and each Chinese character is a word."""
    tokens = _TOKEN.findall(clean(text[:200]).casefold().replace("'", "").replace("’", ""))
    key: list[str] = []
    for token in tokens:
        if token.isdigit():
            key.append(str(unicodedata.digit(token, token)))
        elif unicodedata.name(token[0], "").startswith("CJK"):
            key += token
        else:
            key += folded_words(token)
    return tuple(key)


def _without_filler(key: Key, book: _Book) -> Key:
    """A key without the longest filler or opener before it, or filler after it; as it is if there is none."""
    for size in range(min(4, len(key) - 1), 0, -1):
        if key[:size] in book.fillers or key[:size] in book.openers:
            return key[size:]
        if key[-size:] in book.fillers:
            return key[:-size]
    return key


# --- Choices -----------------------------------------------------------------------------------------------------


def chosen_numbers(said: Said, offered: Sequence[Choice]) -> tuple[int, ...]:
    """Which of the offered choices a message picks, by their numbers from 1; none if it picks none."""
    entries = [at for at, choice in enumerate(offered, 1) if choice.entry and choice.language is None]
    none = [at for at, choice in enumerate(offered, 1) if choice.is_none]
    match said:
        case Said.FIRST | Said.SECOND | Said.THIRD:
            return (_NUMBERS[said],)
        case Said.LAST:
            return tuple(entries[-1:])
        case Said.ALL:
            return tuple(entries[:CHOICES])
        case Said.NONE | Said.NO:
            return tuple(none)
        case _:
            return ()


def numbers_in(text: str, offered: Sequence[Choice], faq: Faq) -> tuple[int, ...]:
    """The numbers and places in a list that a message has and nothing else, as "1 and 3" or "the second, please".

    If one is of no choice that is offered, that one alone.
    """
    if not offered or _NO_PLACE.search(text):
        return ()
    book, key, numbers = _book(faq.follow_ups), _key(text), list[int]()
    while key:
        size = next((size for size in range(len(key), 0, -1) if _is_of_choices(key[:size], book)), 0)
        if not size:
            return ()
        place = book.said.get(key[:size])
        numbers += [int(key[0])] if key[0].isdigit() and size == 1 else chosen_numbers(place, offered) if place else ()
        key = key[size:]
    none_such = next((number for number in numbers if not 1 <= number <= len(offered)), None)
    return tuple(dict.fromkeys(numbers)) if none_such is None else (none_such,)


def _is_of_choices(key: Key, book: _Book) -> bool:
    """Whether words are a number, a place in a list, or what may stand beside them."""
    is_number = len(key) == 1 and key[0].isdigit()
    return is_number or book.said.get(key) in _PLACES or key in book.fillers or key in book.openers


def picked_by_words(text: str, reasoning: Reasoning, offered: Sequence[Choice], matcher: Matcher) -> tuple[int, ...]:
    """Which of some choices a message picks by what it says of them, by their numbers; none if it is another question.

    ``offered`` are choices that the bot asked to choose from, if one of them is that none fits.
    """
    if not any(choice.is_none for choice in offered) or isinstance(reasoning.decision, Urgent | EmergencyNumbers):
        return ()
    worded = _choice_with_words(text, offered, matcher.faq)
    if worded is not None or isinstance(reasoning.decision, Answer):
        return (worded,) if worded is not None else ()
    act = act_by_meaning(text, reasoning.decision, matcher)
    numbers = chosen_numbers(act, offered) if act is not None else ()
    named = _named_choice(reasoning.whole.ranking, offered)
    return numbers or ((named,) if named is not None else ())


def _named_choice(ranking: Ranking, offered: Sequence[Choice]) -> int | None:
    """The number of the offered entry that a message names in words, from 1; None if it names none of them clearly."""
    scores = {candidate.entry.id: candidate.score for candidate in ranking.answers}
    found = sorted(((scores.get(one.entry or "", 0.0), at) for at, one in enumerate(offered, 1)), reverse=True)
    if not found or found[0][0] < OFFERS or (len(found) > 1 and found[0][0] < CLEARLY * found[1][0]):
        return None
    return found[0][1]


def _choice_with_words(text: str, offered: Sequence[Choice], faq: Faq) -> int | None:
    """The number of the offered entry that alone has all words of a message in its label, from 1; None without one."""
    book, key = _book(faq.follow_ups), _key(text)
    while (shorter := _without_filler(key, book)) != key:
        key = shorter
    if not 0 < len(key) <= NAMES and not text.strip().isdigit():
        return None
    having = [at for at, one in enumerate(offered, 1) if one.entry and set(key) <= set(_key(one.label))]
    return having[0] if len(having) == 1 else None


# --- Acts on an answer -------------------------------------------------------------------------------------------


def act_reply(said: Said, entry: Entry, faq: Faq) -> Reply | None:
    """The reply to an act on an answer; None if the message is no such act."""
    says = faq.interface
    shown = render_entry(entry, faq)
    related = replace(shown, sections=())
    match said:
        case Said.REPEAT:
            return shown
        case Said.SOURCE:
            return replace(related, sections=(whole_sources(entry, entry.question, faq),))
        case Said.SURE:
            return replace(related, sections=(whole_sources(entry, says.sure, faq),))
        case Said.MORE | Said.WHY:
            return replace(related, sections=(whole_sources(entry, says.nothing_more, faq),))
        case Said.SHORTER:
            first = entry.answer.strip().partition("\n")[0]
            return replace(related, sections=(replace(shown.sections[0], text=first),))
        case Said.POINTING if related.choices:
            return Reply((Section("", says.clarify),), choices=related.choices)
        case Said.YES:
            return Reply((Section("", says.thanks_helpful),), choices=ways_on(faq))
        case Said.NO | Said.NONE:
            other = none_chosen(faq)
            return replace(other, choices=(*related.choices, *other.choices))
        case _:
            return None


# --- Questions that continue one ---------------------------------------------------------------------------------


def act_by_meaning(
    text: str, decision: Decision, matcher: Matcher, last: Entry | None = None, near: Sequence[Candidate] = ()
) -> Said | None:
    """What a message that is listed nowhere says about the one before it, if its meaning is near to what is listed.

    ``decision`` is that on the message alone: it must be nearer where that is an answer, or says why there is none.
    ``near`` is how well answers fit the message as a question that continues the ``last`` one, "where can i read it":
    the best of them speaks against it, unless what is said leads to that very answer.
    """
    if isinstance(decision, Urgent | EmergencyNumbers) or len(text.split()) > MOST_WORDS:
        return None
    is_told = isinstance(decision, Answer) or (isinstance(decision, Unanswered) and decision.entry is not None)
    is_whole = is_told or continues(text, matcher.faq, by_opener=True)
    said, cosine = _nearest_act(text, "" if is_whole else _last_clause(text), matcher)
    if isinstance(decision, Smalltalk) and (decision.entry.after_answer is not None or len(_key(text)) <= COURTESY):
        is_said = cosine >= MEANT_THOUGH_TOLD and len(_key(text)) > COURTESY
        return said if is_said else decision.entry.after_answer
    least = MEANT_THOUGH_TOLD if is_told else MEANT
    leads_there = bool(near) and last is not None and said is not None and last.then.get(said) == near[0].entry.id
    fit = near[0].score if near and not leads_there else 0.0
    return said if cosine >= least and cosine - fit >= MEANT_RATHER else None


def _last_clause(text: str) -> str:
    """What stands behind the last mark within a message: all of it, if there is none."""
    return next((clause for part in reversed(_CLAUSE_END.split(text)) if (clause := part.strip())), "")


def _nearest_act(text: str, clause: str, matcher: Matcher) -> tuple[Said | None, float]:
    """What a text or a clause of it says most surely, and how surely: its cosine with what is listed.

    1 for a clause that is listed itself.
    """
    listed = said_in(clause, matcher.faq) if clause else None
    if listed is not None:
        return listed, 1.0
    found = map(matcher.nearest_act, dict.fromkeys((text, clause or text)))
    return max(filter(None, found), key=lambda one: one[1], default=(None, 0.0))


def ranked_after(text: str, last: Entry, reasoning: Reasoning, matcher: Matcher) -> tuple[Candidate, ...]:
    """The other answers by how well they fit a message, alone and behind the question answered last; best first.

    The score of a candidate is its fit. None fits what is urgent or long, which stands by itself.
    """
    if isinstance(reasoning.decision, Urgent | EmergencyNumbers) or len(text.split()) > MOST_WORDS:
        return ()
    asked, text = _asked_before(last, reasoning, matcher), _years_alone(text, matcher)
    alone = {one.entry.id: one.score for one in matcher.rank(text).answers}
    before = {one.entry.id: one.score for one in matcher.rank(asked).answers}
    behind = {one.entry: one.score for one in matcher.rank(f"{asked} {text}").answers if one.entry != last}
    fits = {
        entry: max(0.0, score - OF_BEFORE * before.get(entry.id, 0.0)) + alone.get(entry.id, 0.0)
        for entry, score in behind.items()
    }
    near = (Candidate(entry, _nearness(entry, last) * fit) for entry, fit in fits.items())
    return tuple(sorted(near, key=lambda one: -one.score))


def _years_alone(text: str, matcher: Matcher) -> str:
    """The years of a message that says hardly more: "and only 2015?". As it is if it does, or names none."""
    typed = matcher.read(text).corrected
    years = [word for word in typed if is_year(word)]
    return " ".join(years) if years and len(typed) - len(years) <= MOST_CONTINUED else text


def _asked_before(last: Entry, reasoning: Reasoning, matcher: Matcher) -> str:
    """The question answered last, in the language of the message after it."""
    return matcher.faq.in_language(reasoning.language).entries[last.id].question


def _nearness(one: Entry, other: Entry) -> float:
    """How much of its fit counts of an entry after another one."""
    if one.id in other.see_also or other.id in one.see_also:
        return 1.0
    return OF_THE_TOPIC if one.topic == other.topic else OF_ANOTHER_TOPIC


def in_context(text: str, last: Entry, near: Sequence[Candidate], reasoning: Reasoning, matcher: Matcher) -> Decision:
    """The decision on a message after the answer ``last``: on the message alone, unless an answer fits that better.

    ``near`` is how well the other answers fit. What is urgent stands by itself. What may be a cry must begin as a
    question that continues another.
    """
    decision = reasoning.decision
    if not near:
        return decision
    best, reading = near[0], matcher.read(text)
    is_opened, is_continued = continues(text, matcher.faq, by_opener=True), continues(text, matcher.faq)
    if reasoning.is_private and not is_opened and not (is_continued and best.score >= FITS_WELL):
        return decision
    is_of_year = any(map(is_year, reading.typed))
    is_first = all(best.score >= CLEARLY * other.score for other in near[1:2])
    least = ANSWERS_YEAR if is_of_year else ANSWERS_OPENED if is_opened else ANSWERS
    is_clear = is_first and best.score >= least and not matcher.unmet(reading, best.entry)
    match decision:
        case Clarify() | Unanswered(NoAnswerReason.NO_MATCH | NoAnswerReason.OTHER_LANGUAGE, None) if (
            is_clear and _may_continue(text, matcher.faq)
        ):
            return Answer((best.entry,))
        case Clarify() | Unanswered(NoAnswerReason.NO_MATCH | NoAnswerReason.OTHER_LANGUAGE, None):
            fitting = [one.entry for one in near[:CHOICES] if one.score >= OFFERS / 2]
            offered = tuple(one for one in fitting if not (is_of_year and matcher.unmet(reading, one)))
            is_offer = best.score >= OFFERS and (len(offered) > 1 or (is_continued and bool(offered)))
            return Clarify(offered) if is_offer else decision
        case Smalltalk() if is_clear and _may_continue(text, matcher.faq):
            return Answer((best.entry,))
        case Smalltalk() | Unanswered(NoAnswerReason.OUT_OF_SCOPE | NoAnswerReason.OTHER_YEAR) if is_clear:
            is_sure = best.score >= FITS_WELL and _is_first_after(text, last, best.entry, reasoning, matcher)
            return Answer((best.entry,)) if (is_sure or is_of_year) and _may_continue(text, matcher.faq) else decision
        case Answer((one,), ()) if is_clear and one != last:
            return Answer((best.entry,)) if is_continued else decision
        case _:
            return decision


def taken_as(last: Entry, faq: Faq) -> Reply | None:
    """The reply to a message that continues a question and has no answer: that question, and what is near to it.

    None if nothing is linked to it.
    """
    entry, says = faq.entries[last.id], faq.interface
    near = choices_of(faq.entries[name] for name in entry.see_also if name in faq.entries)[:CHOICES]
    text = says.taken_as.format(question=entry.question)
    return Reply((Section("", text),), choices=(*near, *ways_on(faq))) if near else None


def of_forward(last: Entry | None, faq: Faq) -> Reply:
    """The reply to a doubt about a forwarded message; ``last`` is the answer to that, if it had one."""
    says = faq.interface
    if last is None:
        return Reply((Section("", says.of_unknown_forward),), choices=ways_on(faq))
    entry = faq.entries[last.id]
    return replace(render_entry(entry, faq), sections=(whole_sources(entry, says.of_forward, faq),))


def _may_continue(text: str, faq: Faq) -> bool:
    """Whether a message continues a question by its words, or is of so few that it may."""
    few = FEW_CHARACTERS if len(_key(text)) > len(text.split()) else FEW
    return continues(text, faq) or len(_key(text)) <= few


def _is_first_after(text: str, last: Entry, entry: Entry, reasoning: Reasoning, matcher: Matcher) -> bool:
    """Whether an entry comes first behind the question answered last, before what is no answer too."""
    asked = _asked_before(last, reasoning, matcher)
    others = (one.entry for one in matcher.rank(f"{asked} {text}").candidates if one.entry != last)
    return next(others, None) == entry


def instead(text: str, entry: Entry, matcher: Matcher, faq: Faq) -> Reply:
    """The answers that come next for a message to which ``entry`` is none; ways on if none is near."""
    ranked = matcher.rank(text).answers if text.strip() else ()
    near = [faq.entries[one.entry.id] for one in ranked if one.entry.id != entry.id and one.score >= OFFERS][:CHOICES]
    if not near:
        return none_chosen(faq)
    says = faq.interface
    return Reply((Section("", says.instead),), choices=(*choices_of(near), Choice(says.none_of_these)))


def answer_before(entry_id: str | None, faq: Faq) -> Entry | None:
    """The answer given last, if the FAQ still has it."""
    entry = faq.entries.get(entry_id or "")
    return entry if entry is not None and entry.kind is Kind.ANSWER else None
