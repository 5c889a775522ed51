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

from bot.answering.decide import Reasoning
from bot.answering.render import choices_of, none_chosen, render_entry, ways_on, whole_sources
from bot.domain.conversation import (
    Answer,
    Choice,
    Clarify,
    Decision,
    EmergencyNumbers,
    NoAnswerReason,
    Question,
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
from bot.text.normalize import clean

MOST_WORDS = 12  # of a message that continues a question; a longer one says what it is about
ANSWERS = 0.15  # least score, alone and joined together, for an entry to answer a question that continues one
CLEARLY = 2.0  # times the score of the next one
COURTESY = 2  # words of small talk, at most, that mean nothing else after an answer: "thanks", "bye"
MEANT, SURELY_MEANT = 0.62, 0.82  # least cosine with a listed follow-up for a message to say the same
OFFERS = 0.06  # least score for a choice
OF_ANOTHER_TOPIC = 0.25  # of its score counts
CHOICES = 3
_TOKEN = re.compile(r"\d|[^\W\d_]+")
_NUMBERS = {Said.FIRST: 1, Said.SECOND: 2, Said.THIRD: 3}

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
    return is_opened or (not by_opener and any((word,) in book.pronouns for word in key))


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


def picked_by_words(text: str, reasoning: Reasoning, offered: Sequence[Choice], matcher: Matcher) -> tuple[int, ...]:
    """Which of some choices a message picks by what it says of them, by their numbers; none if it is another question.

    ``offered`` are choices that the bot asked to choose from, if one of them is that none fits.
    """
    if not any(choice.is_none for choice in offered):
        return ()
    if isinstance(reasoning.decision, Answer | Urgent | EmergencyNumbers):
        return ()
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
        case Said.YES:
            return Reply((Section("", says.thanks_helpful),), choices=ways_on(faq))
        case Said.NO:
            other = none_chosen(faq)
            return replace(other, choices=(*related.choices, *other.choices))
        case _:
            return None


# --- Questions that continue one ---------------------------------------------------------------------------------


def act_by_meaning(text: str, decision: Decision, matcher: Matcher) -> Said | None:
    """What a message that is listed nowhere says about the one before it, if its meaning is near to what is listed.

    ``decision`` is that on the message so far: it must be nearer where that is an answer, or says why there is none.
    """
    if isinstance(decision, Urgent | EmergencyNumbers) or len(text.split()) > MOST_WORDS:
        return None
    if isinstance(decision, Smalltalk) and (decision.entry.after_answer is not None or len(_key(text)) <= COURTESY):
        return decision.entry.after_answer
    nearest = matcher.nearest_act(text)
    is_told = isinstance(decision, Answer) or (isinstance(decision, Unanswered) and decision.entry is not None)
    least = SURELY_MEANT if is_told else MEANT
    return nearest[0] if nearest is not None and nearest[1] >= least else None


def in_context(question: Question, last: Entry, reasoning: Reasoning, matcher: Matcher) -> Decision:
    """The decision on a message after the answer ``last``: on the message alone, unless that is not sure.

    What is urgent, has an answer of its own or is out of scope stands by itself. What may be a cry must begin as a
    question that continues another.
    """
    decision, text = reasoning.decision, question.text
    match decision:
        case Clarify() | Unanswered(NoAnswerReason.NO_MATCH | NoAnswerReason.OTHER_LANGUAGE, None):
            is_open = len(text.split()) <= MOST_WORDS
        case Smalltalk():
            is_open = continues(text, matcher.faq)
        case _:
            is_open = False
    if not is_open or (reasoning.is_private and not continues(text, matcher.faq, by_opener=True)):
        return decision
    scores = _scores_after(text, last, matcher, reasoning)
    best, *others = sorted(scores.items(), key=lambda item: -item[1]) or [("", 0.0)]
    entries, (name, score) = matcher.faq.entries, best
    is_clear = score >= ANSWERS and score >= CLEARLY * (others[0][1] if others else 0.0)
    if is_clear and not matcher.unmet(matcher.read(text), entries[name]):
        return Answer((entries[name],))
    if score >= OFFERS and not isinstance(decision, Smalltalk):
        near = tuple(entries[name] for name, score in (best, *others)[:CHOICES] if score >= OFFERS / 2)
        return Clarify(near) if len(near) > 1 or continues(text, matcher.faq) else decision
    return decision


def _scores_after(text: str, last: Entry, matcher: Matcher, reasoning: Reasoning) -> dict[str, float]:
    """How well each other answer fits a message, alone and behind the question answered last, by id."""
    asked = matcher.faq.in_language(reasoning.language).entries[last.id].question
    joined, alone = matcher.rank(f"{asked} {text}"), matcher.rank(text)
    own = {one.entry.id: one.score for one in alone.answers}
    scores = {one.entry.id: one.score + own.get(one.entry.id, 0.0) for one in joined.answers if one.entry != last}
    return {
        name: score if _are_near(matcher.faq.entries[name], last) else OF_ANOTHER_TOPIC * score
        for name, score in scores.items()
    }


def _are_near(one: Entry, other: Entry) -> bool:
    return one.topic == other.topic or one.id in other.see_also or other.id in one.see_also


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
