"""From a message to a decision: answer, clarify, urgent help, small talk, or an honest "I don't know".

The same function serves Telegram, the terminal, the content check and the evaluation. It is pure: question and
matcher in, decision out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.language import is_foreign
from bot.matching.matcher import Matcher, Ranking
from bot.model import Answer, Clarify, Decision, Entry, Kind, Question, Reason, Smalltalk, Unanswered, Urgent
from bot.text import sentences

MOST_PARTS = 12  # of a long story; what follows is told in the same words
CLARIFY_SHARE = 0.5  # a choice scores at least this share of the best
MOST_CHOICES = 3
FEWEST_WORDS = 3  # a shorter part of a message says nothing by itself; "no" stands in many a cry for help
CARD_OF_FEW_WORDS = 0.3  # the score from which so short a message is taken for urgent, its card being first of all


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where the lines are drawn between decisions.

    ``answer``, ``clarify`` and the urgent ones are probabilities, learned from the phrasings; what is urgent but not
    ``surely_urgent`` gives way to a question that has an answer. ``known`` and ``foreign`` are shares of the message's
    words: below the first it is not answered, below the second it may be in another language.
    """

    answer: float = 0.5
    clarify: float = 0.2
    urgent: float = 0.85
    surely_urgent: float = 0.97
    known: float = 0.5
    foreign: float = 0.7


THRESHOLDS = Thresholds()


@dataclass(frozen=True, slots=True)
class Part:
    """A message, or a sentence of it, with its ranking.

    ``unmet`` are the years and places that it names and of which the best reply says nothing.
    """

    text: str
    ranking: Ranking
    is_question: bool
    unmet: tuple[str, ...]

    def answers(self, lines: Thresholds) -> bool:
        """Whether the best reply is an answer that is sure enough and meets all that the part names."""
        ranking = self.ranking
        is_sure = ranking.confidence >= lines.answer and ranking.coverage >= lines.known
        return ranking.reply.entry.kind is Kind.ANSWER and is_sure and not self.unmet


@dataclass(frozen=True, slots=True)
class Reasoning:
    """How a decision fell: the whole message and its parts, as ranked."""

    decision: Decision
    whole: Part
    parts: tuple[Part, ...]


def decide(question: Question, matcher: Matcher) -> Decision:
    """What to do with a message. Never raises for what the message holds."""
    return reason(question, matcher).decision


def reason(question: Question, matcher: Matcher) -> Reasoning:
    """The decision with the rankings it rests on, for `--explain`."""
    whole = _part(question.text, matcher)
    parts = tuple(_part(text, matcher) for text in split(question.text, matcher)[:MOST_PARTS])
    return Reasoning(conclude(question, whole, parts), whole, parts)


def split(text: str, matcher: Matcher) -> list[str]:
    """The parts of a message that may be asked by themselves, if it has any.

    Its sentences; of a sentence that joins two questions ("… and how many …") both; of one that begins with a
    greeting or thanks, what follows.
    """
    words = "|".join(sorted(matcher.question_words))
    joined = re.compile(rf"[,;]?\s+(?:and|also|plus|&)\s+(?=(?:also\s+)?(?:{words})\b)", re.I)
    parts = []
    for sentence in sentences(text):
        greeting, rest = _greeting(sentence, matcher)
        parts += [greeting, *joined.split(rest)] if greeting else joined.split(rest)
    long_enough = [part for part in parts if len(part.split()) >= FEWEST_WORDS]
    return long_enough if long_enough != [text.strip()] else []


def _greeting(sentence: str, matcher: Matcher) -> tuple[str, str]:
    """The greeting or thanks that a sentence begins with, up to its first comma or the like, and the rest."""
    first, mark, rest = re.match(r"([^,;:–—]*)([,;:–—]?)(.*)", sentence, re.S).groups()  # type: ignore[union-attr]
    if mark and rest.strip():
        ranking = matcher.rank(first)
        if ranking.reply.entry.kind is Kind.SMALLTALK and ranking.confidence >= THRESHOLDS.answer:
            return first, rest.strip()
    return "", sentence


def _part(text: str, matcher: Matcher) -> Part:
    ranking = matcher.rank(text)
    first = ranking.reading.mended[:3]
    asks = "?" in text or any(word in matcher.question_words for word in first)
    return Part(text, ranking, asks, matcher.unmet(ranking.reading, ranking.reply.entry))


def conclude(question: Question, whole: Part, parts: Sequence[Part], lines: Thresholds = THRESHOLDS) -> Decision:
    """The decision that the rankings of a message and its parts lead to."""
    if not whole.ranking.reading.typed:
        return Unanswered(Reason.EMPTY)
    if whole.ranking.coverage < lines.foreign and is_foreign(question.text, question.language):
        return Unanswered(Reason.OTHER_LANGUAGE)
    card, urgency = _card(whole, parts)
    if card is not None and urgency >= lines.surely_urgent:
        return Urgent(card)
    answers = _answers(whole, parts, lines)
    if answers:
        return Answer(answers)
    if card is not None and urgency >= lines.urgent:
        return Urgent(card)
    if whole.ranking.reply.entry.kind is Kind.SMALLTALK and whole.ranking.confidence >= lines.answer:
        return Smalltalk(whole.ranking.reply.entry)
    best = max((whole, *parts), key=lambda part: part.ranking.confidence)
    choices = _choices(best.ranking)
    if best.ranking.confidence >= lines.clarify and choices:
        return Clarify(choices)
    first = whole.ranking.candidates[0].entry
    if first.kind is Kind.OUT_OF_SCOPE:
        return Unanswered(Reason.OUT_OF_SCOPE, first)
    return Unanswered(Reason.NO_MATCH, topic=_nearest_topic(whole.ranking))


def _card(whole: Part, parts: Sequence[Part]) -> tuple[Entry | None, float]:
    """The best card for a message or a sentence of it, and how urgent that is.

    A sentence counts only as far as the whole message is half-way urgent too.
    """
    most = max((whole, *parts), key=lambda part: part.ranking.urgency)
    card = most.ranking.best(Kind.URGENT)
    is_first = most.ranking.candidates[0] == card and card is not None and card.score >= CARD_OF_FEW_WORDS
    too_short = len(most.ranking.reading.typed) < FEWEST_WORDS and not is_first
    if card is None or too_short:
        return None, 0.0
    return card.entry, min(most.ranking.urgency, 2 * whole.ranking.urgency)


def _answers(whole: Part, parts: Sequence[Part], lines: Thresholds) -> tuple[Entry, ...]:
    """The entry that answers the message, or the two that answer two questions in it."""
    sure = [part for part in parts if part.answers(lines)]
    asked = list(dict.fromkeys(part.ranking.reply.entry for part in sure if part.is_question))
    if len(asked) == 2:
        return tuple(asked)
    if whole.answers(lines):
        return (whole.ranking.reply.entry,)
    if sure:
        return (max(sure, key=lambda part: part.ranking.confidence).ranking.reply.entry,)
    return ()


def _choices(ranking: Ranking) -> tuple[Entry, ...]:
    answers = [candidate for candidate in ranking.candidates if candidate.entry.kind is Kind.ANSWER][:MOST_CHOICES]
    return tuple(c.entry for c in answers if c.score >= CLARIFY_SHARE * answers[0].score)


def _nearest_topic(ranking: Ranking) -> str | None:
    reply = ranking.reply.entry
    return reply.topic if reply.kind is Kind.ANSWER and ranking.coverage >= THRESHOLDS.known else None
