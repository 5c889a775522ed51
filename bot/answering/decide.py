"""From a message to a decision: answer, clarify, urgent help, small talk, or an honest "I don't know".

The same function serves Telegram, the terminal, the content check and the evaluation. It is pure: question and
matcher in, decision out.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from bot.answering.emergency_numbers import with_emergency_numbers
from bot.domain.conversation import (
    Answer,
    Candidate,
    Channel,
    Clarify,
    Decision,
    Missing,
    NoAnswerReason,
    Question,
    Smalltalk,
    Unanswered,
    Urgent,
)
from bot.domain.faq import MAIN_LANGUAGE, Entry, Kind
from bot.domain.matching import KNOWN, Basis, Matcher, Ranking, Thresholds
from bot.matching.calibration import CHOICES
from bot.matching.encoder import LANGUAGES, is_readable
from bot.text.language_id import UNKNOWN, by_script, guess
from bot.text.normalize import clean, is_year, sentences
from bot.text.redaction import without_personal_data

SOS = "🆘"  # alone, or among what has no letters, it is a cry for help
_MARKS = "؟？。"  # that `sentences` takes off the end
_BLANKS = re.compile(r"[^\S\n]+")
_BULLET = re.compile(r"[-–—*•·‣▪◦●○][ ]?")
_NUMBERING = re.compile(r"(?:(?<=\s)|^)[(#qQ]{0,2}(\d{1,2}|[a-e])(?:[.):\]]|\ufe0f?\u20e3)")
_CLAUSE_ENDS = frozenset(",;:–—")
_BETWEEN_WORDS = re.compile(r"[,;/+\n]")
MOST_PARTS = 8  # of a long message; what follows seldom adds anything
MOST_ANSWERS = 3  # in one reply
CLARIFY_SHARE = 0.5  # a choice scores at least this share of the best
CLEARLY_SURER = 1.5  # times as probably right as that to all is the answer to one question in it, to be given instead
MOST_GREETINGS = 3  # clauses at the beginning of a sentence that may be greetings or thanks
MOST_LEAD_INS = 3  # before one question
MOST_CONTINUED = 2  # words beside a year, at most, of a question that continues the one before it: "and in 2015?"
FIRST_WORDS = 4  # of a sentence; a question word among them makes it a question, even without a question mark
NOTED_SCORE = 0.2  # least score for an out-of-scope entry to explain why there is no answer
FEWEST_WORDS = 3  # of a part that is judged by itself; "no" alone is close to many urgent phrasings
LIKE_A_CARD = 0.1  # least score of a card for a message to be perhaps a cry, whatever its urgency
NEAR = 0.95  # least score of a card, relative to the best, to be as likely: `evaluate --calibration` shows why
NEXT_CARD = 0.3  # and to be offered beside it
CARD_OF_FEW_WORDS = 0.3  # least score of a card for a shorter message to be urgent, in the FAQ's language


@dataclass(frozen=True, slots=True)
class Part:
    """A message, or a sentence of it, with its ranking.

    ``asked`` is what was ranked: the text, or what is left of it without a greeting and lead-ins. ``unmet`` are the
    years and places that it names and that the best reply does not cover.
    """

    text: str
    asked: str
    ranking: Ranking
    is_question: bool
    unmet: tuple[str, ...]

    def answers(self, thresholds: Thresholds) -> bool:
        """Whether the best reply is an answer that is sure enough and covers the years and places of the part."""
        return self.is_sure(thresholds) and not self.unmet

    def is_sure(self, thresholds: Thresholds) -> bool:
        """Whether the best reply is an answer that is sure enough, save for the years and places of the part."""
        ranking = self.ranking
        is_sure = ranking.confidence >= thresholds.answer and ranking.certainty >= thresholds.certain
        return ranking.reply.entry.kind is Kind.ANSWER and is_sure and ranking.is_known

    @property
    def is_talk(self) -> bool:
        """Whether it is most like small talk."""
        return self.ranking.candidates[0].entry.kind is Kind.SMALLTALK


@dataclass(frozen=True, slots=True)
class Reasoning:
    """A decision with what it was based on: the whole message and its parts, as ranked.

    ``language`` is the message's as far as it can be told, if that is not the FAQ's; else None. The text of a
    ``is_private`` one is never kept: it may be a cry for help, or it is in a language that the bot cannot read.
    """

    decision: Decision
    whole: Part
    parts: tuple[Part, ...]
    language: str | None = None
    is_private: bool = False


def decide(question: Question, matcher: Matcher) -> Decision:
    """What to do with a message. Never raises for what the message holds."""
    return decide_with_reasoning(question, matcher).decision


def decide_with_reasoning(question: Question, matcher: Matcher) -> Reasoning:
    """The decision with the rankings it is based on, for `--explain`.

    A message is also urgent if it would be without the personal data in it, such as a phone number or an address.
    """
    reasoning = _reason(question, matcher)
    if isinstance(reasoning.decision, Urgent):
        return reasoning
    redacted = without_personal_data(question.text)
    if redacted == question.text:
        return reasoning
    retried = _reason(replace(question, text=redacted), matcher)
    return retried if isinstance(retried.decision, Urgent) else reasoning


def _reason(question: Question, matcher: Matcher) -> Reasoning:
    text = _BLANKS.sub(" ", clean(question.text)).strip(" ")
    if SOS in text and not any(map(str.isalpha, text)):
        text = "sos"
    message, pieces = _piece(text, matcher, without=_after_talk(text, matcher)), _pieces(text, matcher)
    matcher.rank_all([way for piece in (message, *pieces) for way in piece.ways])  # together, which takes less time
    whole = _part(message, matcher)
    if matcher.asks_nothing(whole.ranking.reading):
        return Reasoning(Unanswered(NoAnswerReason.NO_MATCH), whole, ())  # numbers alone ask nothing
    parts = _parts(text, whole, pieces, matcher)
    languages = matcher.faq.translations.keys()
    decision = conclude(replace(question, text=text), whole, parts, matcher.thresholds, languages)
    is_sure = whole.ranking.urgency >= matcher.thresholds.surely_urgent
    decision = with_emergency_numbers(decision, text, matcher.faq.emergency, is_sure=is_sure)
    language = foreign_language(question, whole)
    may_be_cry = any(_may_be_cry(part.ranking, matcher.thresholds) for part in (whole, *parts))
    is_unread = language is not None and language not in LANGUAGES
    return Reasoning(decision, whole, parts, language, is_private=may_be_cry or is_unread)


def _may_be_cry(ranking: Ranking, thresholds: Thresholds) -> bool:
    """Whether a message is too near to a cry to be kept; in the FAQ's language it must be like a card at all."""
    is_like = ranking.language is not None or (ranking.card is not None and ranking.card.score >= LIKE_A_CARD)
    return is_like and ranking.urgency >= thresholds.perhaps_urgent


def foreign_language(question: Question, whole: Part) -> str | None:
    """The language of a message if it is another than the FAQ's, as far as the message or the device tells; else None.

    A script that says nothing of the language gives `UNKNOWN`.

    A message of known words is in the FAQ's language, whatever else they may mean elsewhere.
    """
    if whole.ranking.language is not None:
        return whole.ranking.language
    if (script := by_script(whole.text)) is not None and script != UNKNOWN:
        return script
    if whole.ranking.coverage >= KNOWN and whole.ranking.basis is not Basis.FOREIGN:
        return None
    told = [language for language in (guess(whole.text), *question.spoken) if language != UNKNOWN]
    if not told:
        return UNKNOWN if any(map(str.isalpha, whole.text)) and not is_readable(whole.text) else None
    return told[0] if told[0] != MAIN_LANGUAGE else None


@dataclass(frozen=True, slots=True)
class _Piece:
    """A message or a part of it, and the ways to read it: as it is, without its greeting, without its lead-ins.

    ``led_in`` is the last of the ``ways`` if it has lead-ins, else empty.
    """

    text: str
    ways: tuple[str, ...]
    led_in: str
    is_item: bool


def _piece(text: str, matcher: Matcher, *, without: str = "", is_item: bool = False) -> _Piece:
    """A text, which is ``without`` once its greeting is left out, if it has one."""
    led_in = _without_lead_ins(without or text, matcher)
    return _Piece(text, (text, *filter(None, (without, led_in))), led_in, is_item)


def _pieces(text: str, matcher: Matcher) -> list[_Piece]:
    """The parts of a message that are ranked by themselves."""
    before, items = list_items(text)
    texts = _continued(([*before, *items] or split(text, matcher))[:MOST_PARTS], matcher)
    return [_piece(one, matcher, is_item=at >= len(before) and bool(items)) for at, one in enumerate(texts)]


def _parts(text: str, whole: Part, pieces: Sequence[_Piece], matcher: Matcher) -> tuple[Part, ...]:
    """The parts of a message, ranked. What is too short to be judged by itself counts only where nobody is in need."""
    thresholds = matcher.thresholds
    parts = [_part(piece, matcher) for piece in pieces]
    if whole.ranking.urgency >= thresholds.urgent:
        return tuple(part for part in parts if not _is_short(part.text))
    if not parts:
        listed = [_part(_piece(word, matcher, is_item=True), matcher) for word in keywords(text, matcher)]
        surest = whole.ranking.confidence if whole.answers(thresholds) else 0.0
        is_list = all(part.answers(thresholds) and part.ranking.confidence > surest for part in listed)
        parts = listed if is_list else []
    return tuple(_calm(part) if _is_short(part.text) else part for part in parts)


def _continued(texts: Sequence[str], matcher: Matcher) -> list[str]:
    """Complete each text that names hardly more than a year by what the text before it asks."""
    complete: list[str] = []
    for text in texts:
        named = [word for word in matcher.read(text).corrected if word not in matcher.joining_words]
        others = [word for word in named if not is_year(word)]
        if complete and len(named) > len(others) and len(others) <= MOST_CONTINUED:
            before = matcher.read(complete[-1]).corrected
            text = " ".join([*(word for word in before if not is_year(word)), text])
        complete.append(text)
    return complete


def _is_short(text: str) -> bool:
    return len(text.split()) < FEWEST_WORDS


def _calm(part: Part) -> Part:
    return replace(part, ranking=replace(part.ranking, urgency=0.0))


def list_items(text: str) -> tuple[list[str], list[str]]:
    """What stands before a list, and its items: numbered from 1 or a, bulleted, or lines of few words; none if none.

    Both are without the numbers and bullets.
    """
    found = list(_NUMBERING.finditer(text))
    names = [mark[1] for mark in found]
    if len(found) > 1 and names in ([str(at) for at in range(1, len(found) + 1)], list("abcde"[: len(found)])):
        ends = [*(mark.start() for mark in found[1:]), len(text)]
        items = [text[mark.end() : end].strip() for mark, end in zip(found, ends, strict=True)]
        return sentences(text[: found[0].start()]), [item for item in items if sentences(item)][:MOST_PARTS]
    lines = [line.strip() for line in text.splitlines() if sentences(line)]
    bulleted = [_BULLET.match(line) for line in lines]
    if sum(map(bool, bulleted)) > 1:
        first = next(at for at, bullet in enumerate(bulleted) if bullet)
        items = [
            line[bullet.end() if bullet else 0 :] for line, bullet in zip(lines[first:], bulleted[first:], strict=True)
        ]
        return lines[:first], items[:MOST_PARTS]
    is_list = len(lines) > 1 and all(len(line.split()) <= FEWEST_WORDS for line in lines)
    return [], lines[:MOST_PARTS] if is_list else []


def keywords(text: str, matcher: Matcher) -> list[str]:
    """The items of a list of keywords, as "deaths, remittances and women"; none if the text is anything else."""
    typed = text.casefold().split()
    if len(typed) > MOST_PARTS or not matcher.question_words.isdisjoint(typed):
        return []
    spaced = " ".join("," if word in matcher.joining_words or word == "&" else word for word in text.split(" "))
    items = [item.strip() for item in _BETWEEN_WORDS.split(spaced) if sentences(item)]
    return items if len(items) > 1 and all(len(item.split()) <= FEWEST_WORDS for item in items) else []


def split(text: str, matcher: Matcher) -> list[str]:
    """The parts of a message that are ranked by themselves; none if the message is a single part.

    They are its sentences. A sentence that joins two questions ("… and how many …") is split into both, one that begins
    with a greeting or thanks into the greeting and the rest. A word or two are a part only as a question.
    """
    parts: list[str] = []
    for sentence in sentences(text)[:MOST_PARTS]:
        greeting, rest = _greeting(sentence, matcher)
        parts += [greeting] if greeting else []
        parts += matcher.second_question.split(rest) if matcher.second_question else [rest]
    kept = [part for part in parts if not _is_short(part) or _asks(part, matcher)][:MOST_PARTS]
    return kept if kept not in ([text.strip()], [text.strip().rstrip(_MARKS)]) else []


def _asks(text: str, matcher: Matcher) -> bool:
    return "?" in text or not matcher.question_words.isdisjoint(text.casefold().split()[:FIRST_WORDS])


def _greeting(sentence: str, matcher: Matcher) -> tuple[str, str]:
    """Split the small talk off the beginning of a sentence, each clause of it up to a comma or a joining word."""
    clauses = _clauses(sentence, matcher)
    for at, clause in enumerate(clauses[:-1]):
        ranking = matcher.rank_by_words(clause)
        if ranking.reply.entry.kind is not Kind.SMALLTALK or ranking.confidence < matcher.thresholds.clarify:
            return " ".join(clauses[:at]), " ".join(clauses[at:])
    return " ".join(clauses[:-1]), clauses[-1]


def _clauses(sentence: str, matcher: Matcher) -> list[str]:
    clauses: list[list[str]] = [[]]
    for word in sentence.split(" "):
        is_end = bool(clauses[-1]) and (
            clauses[-1][-1][-1:] in _CLAUSE_ENDS or word.casefold() in matcher.joining_words
        )
        if is_end and len(clauses) <= MOST_GREETINGS:
            clauses.append([])
        clauses[-1].append(word)
    return [" ".join(clause) for clause in clauses]


def _after_talk(text: str, matcher: Matcher) -> str:
    """What follows the greetings and thanks that a message begins with; empty if nothing follows, or it has none."""
    listed = sentences(text)[:MOST_PARTS]
    for at, sentence in enumerate(listed):
        greeting, rest = _greeting(sentence, matcher)
        if at in (len(listed) - 1, MOST_GREETINGS) or not _is_talk(matcher.rank_by_words(rest), matcher.thresholds):
            return " ".join([rest, *listed[at + 1 :]]) if greeting or at else ""
    return ""


def _is_talk(ranking: Ranking, thresholds: Thresholds) -> bool:
    return ranking.candidates[0].entry.kind is Kind.SMALLTALK and ranking.confidence >= thresholds.clarify


def _part(piece: _Piece, matcher: Matcher) -> Part:
    """Rank a text in the ways that it can be read: the better of them counts.

    Where one of them is urgent, that one counts; taking a lead-in away makes none urgent.
    """
    readings = [_ranked(piece.text, way, matcher, is_item=piece.is_item) for way in piece.ways]
    led_in = readings[-1:] if piece.led_in else []
    most = max(readings[: len(readings) - len(led_in)], key=lambda part: part.ranking.urgency)
    if most.ranking.urgency >= matcher.thresholds.urgent:
        return most
    best = max(readings, key=lambda part: _preference(part, matcher.thresholds))
    return replace(best, ranking=replace(best.ranking, urgency=most.ranking.urgency))


def _ranked(text: str, asked: str, matcher: Matcher, *, is_item: bool) -> Part:
    ranking = matcher.rank(asked)
    asks = is_item or "?" in text or not matcher.question_words.isdisjoint(ranking.reading.corrected[:FIRST_WORDS])
    return Part(text, asked, ranking, asks, matcher.unmet(ranking.reading, ranking.reply.entry))


def _preference(part: Part, thresholds: Thresholds) -> tuple[bool, bool, float]:
    """An answer goes before none, a question before the small talk around it, then what is surer."""
    return part.answers(thresholds), part.is_question and not part.is_talk, part.ranking.confidence


def _without_lead_ins(text: str, matcher: Matcher) -> str:
    """What is left of a text without the lead-ins that it begins with; empty if it has none, or nothing is left."""
    tokens = matcher.read(text).corrected
    joined = int(tokens[:1] != () and tokens[0] in matcher.joining_words)
    tokens, start = tokens[joined:], 0
    for _ in range(MOST_LEAD_INS):
        first = tokens[start : start + 1]
        leads = (lead for lead in matcher.lead_ins if lead[:1] == first)
        ends = [start + len(lead) for lead in leads if tokens[start : start + len(lead)] == lead]
        start = max(ends, default=start)
    return " ".join(tokens[start:]) if start else ""


def conclude(
    question: Question,
    whole: Part,
    parts: Sequence[Part],
    thresholds: Thresholds,
    languages: Collection[str] = (),
) -> Decision:
    """Decide from the rankings of a message and its parts; ``languages`` are those that the FAQ is translated into."""
    if not whole.ranking.reading.typed:
        return Unanswered(NoAnswerReason.EMPTY)
    is_spoken = whole.ranking.language is None or whole.ranking.language in languages
    may_ask = is_spoken and question.channel is not Channel.GROUP
    cards, urgency = _cards(whole, parts, thresholds)
    is_urgent = urgency >= thresholds.urgent and not question.is_calm
    urgent = urgent_of(cards, may_ask=may_ask) if is_urgent else None
    if urgent is not None and urgency >= thresholds.surely_urgent:
        return urgent
    answer = _answer(whole, parts, thresholds)
    if answer is not None:
        return answer
    if urgent is not None:
        return urgent
    if _is_smalltalk(whole, parts, thresholds):
        return Smalltalk(whole.ranking.reply.entry)
    elsewhen = next((part for part in (whole, *parts) if _is_of_other_year(part, thresholds)), None)
    if elsewhen is not None:
        return Unanswered(NoAnswerReason.OTHER_YEAR, elsewhen.ranking.reply.entry)
    outside = _out_of_scope(whole)
    choices = _choices(whole, parts, thresholds) if outside is None else ()
    if choices:
        return Clarify(choices)
    if outside is not None:
        return Unanswered(NoAnswerReason.OUT_OF_SCOPE, outside)
    if foreign_language(question, whole) is not None:
        return Unanswered(NoAnswerReason.OTHER_LANGUAGE)
    return Unanswered(NoAnswerReason.NO_MATCH, topic=_nearest_topic(whole.ranking))


def _out_of_scope(whole: Part) -> Entry | None:
    """The out-of-scope entry that ranks first for a message, if its score and coverage suffice."""
    first = whole.ranking.candidates[0]
    is_like = first.score >= NOTED_SCORE and whole.ranking.is_known
    return first.entry if first.entry.kind is Kind.OUT_OF_SCOPE and is_like else None


def urgent_of(cards: Sequence[Candidate], *, may_ask: bool, near: float = NEAR) -> Urgent | None:
    """The best of the cards, or the question which of those that are near to it is meant; None without cards.

    Where one of the near ones is for rescue within minutes, it is shown at once: to ask would cost time, and to miss it
    most. The best one is shown where the bot may not ask: in a group, or in a language that the labels are not in.
    """
    if not cards:
        return None
    line = cards[0].score * near if may_ask else math.inf
    likely = [card.entry for card in cards if card is cards[0] or card.score >= line]
    first = next((entry for entry in likely if entry.call_first), cards[0].entry)
    others = (card.entry for card in cards if card.score >= NEXT_CARD * cards[0].score)
    is_question = len(likely) > 1 and not first.call_first
    return Urgent(first, others=tuple(entry for entry in others if entry is not first), is_question=is_question)


def _cards(whole: Part, parts: Sequence[Part], thresholds: Thresholds) -> tuple[tuple[Candidate, ...], float]:
    """The best cards for a message or a sentence of it, and the urgency from 0 to 1.

    The urgency of a sentence counts up to twice that of the whole message, and never as surely urgent. A message of a
    word or two is urgent only where its card ranks first of all entries.
    """
    most = max((whole, *parts), key=lambda part: part.ranking.urgency)
    card = most.ranking.card
    if card is None:
        return (), 0.0
    is_clear = most.ranking.language is not None or card.score >= CARD_OF_FEW_WORDS
    is_first = most.ranking.candidates[0] == card
    if len(most.ranking.reading.typed) < FEWEST_WORDS and not (is_first and is_clear):
        return (), 0.0
    of_part = min(most.ranking.urgency, 2 * whole.ranking.urgency)
    of_part = min(of_part, math.nextafter(thresholds.surely_urgent, 0))
    return most.ranking.cards, max(whole.ranking.urgency, of_part)


def _answer(whole: Part, parts: Sequence[Part], thresholds: Thresholds) -> Answer | None:
    """The entry that answers the message, or those that answer the questions in it, with what has no answer."""
    sure = [part for part in parts if part.answers(thresholds)]
    asked = list(dict.fromkeys(part.ranking.reply.entry for part in sure if part.is_question))
    if len(asked) > 1:
        missing = _missing(asked, whole, parts, thresholds)
        return Answer(tuple(asked[:MOST_ANSWERS]), missing, is_cut=len(asked) > MOST_ANSWERS)
    alone = (part for part in sure if not _is_short(part.text) and (part.is_question or not whole.answers(thresholds)))
    best = max(alone, key=_chance, default=None)
    if whole.answers(thresholds) and (best is None or _chance(best) < CLEARLY_SURER * _chance(whole)):
        best = whole
    if best is None:
        return None
    entry = best.ranking.reply.entry
    return Answer((entry,), _missing(asked, whole, parts, thresholds) if asked == [entry] else ())


def _chance(part: Part) -> float:
    """The probability that the best reply answers the part."""
    return part.ranking.confidence * part.ranking.certainty


def _missing(
    answered: Sequence[Entry], whole: Part, parts: Sequence[Part], thresholds: Thresholds
) -> tuple[Missing, ...]:
    """The questions of a message without an answer; none where not all of it is questions.

    What asks the same as an answered one in other words is none.
    """
    questions = [part for part in parts if not part.is_talk]
    if not all(part.is_question for part in questions):
        return ()
    return tuple(
        Missing(at, part.text, _is_gap(part, whole, thresholds))
        for at, part in enumerate(questions, 1)
        if not part.answers(thresholds)
        and (part.unmet or _out_of_scope(part) is not None or part.ranking.answers[0].entry not in answered)
    )


def _is_gap(part: Part, whole: Part, thresholds: Thresholds) -> bool:
    is_calm = max(part.ranking.urgency, whole.ranking.urgency) < thresholds.urgent
    return is_calm and _out_of_scope(part) is None


def _is_of_other_year(part: Part, thresholds: Thresholds) -> bool:
    """Whether a part has a sure answer but for the years that it names."""
    return bool(part.unmet) and all(map(is_year, part.unmet)) and part.is_sure(thresholds)


def _is_smalltalk(whole: Part, parts: Sequence[Part], thresholds: Thresholds) -> bool:
    """Whether a message is surely small talk and no part of it asks a question of the FAQ."""
    asks = any(
        part.is_question
        and part.ranking.reply.entry.kind is Kind.ANSWER
        and part.ranking.confidence >= thresholds.clarify
        for part in parts
    )
    is_sure = whole.ranking.confidence >= thresholds.answer and whole.ranking.is_known
    return whole.ranking.reply.entry.kind is Kind.SMALLTALK and is_sure and not asks


def _choices(whole: Part, parts: Sequence[Part], thresholds: Thresholds) -> tuple[Entry, ...]:
    """The entries of which one is probably meant; if several questions are asked, the best entry of each."""
    asked = [part.ranking for part in parts if part.is_question and part.ranking.offer >= thresholds.clarify]
    firsts = dict.fromkeys(ranking.answers[0].entry for ranking in asked if ranking.answers)
    if len(firsts) > 1:
        return tuple(firsts)[:CHOICES]
    asking = [part.ranking for part in (whole, *parts) if part.ranking.reply.entry.kind is Kind.ANSWER]
    best = max(asking, key=lambda ranking: ranking.offer, default=whole.ranking)
    if best.offer < thresholds.clarify or not best.is_known:
        return ()
    choices = best.answers[:CHOICES]
    near = [candidate for candidate in choices if candidate.score >= CLARIFY_SHARE * choices[0].score]
    return tuple(candidate.entry for candidate in (near if len(near) > 1 else choices[:2]))


def _nearest_topic(ranking: Ranking) -> str | None:
    reply = ranking.reply.entry
    return reply.topic if reply.kind is Kind.ANSWER and ranking.coverage >= KNOWN else None
