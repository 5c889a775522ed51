"""From a message to a decision: answer, clarify, urgent help, small talk, or an honest "I don't know".

The same function serves Telegram, the terminal, the content check and the evaluation. It is pure: question, FAQ and
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
_QUESTION = re.compile(r"\?|^\W*(?:and |but |or |so )?(?:who|what|when|where|why|which|whose|how|is|are|was|were|do|does|did|can|could|will|would|should|has|have)\b", re.I)
_SECOND_QUESTION = re.compile(
    r"[,;]?\s+(?:and|also|plus|&)\s+(?=(?:also\s+)?(?:who|what|when|where|why|which|whose|how)\b)", re.I
)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where the lines are drawn between decisions. All but the last are probabilities, learned from the phrasings."""

    answer: float = 0.6
    clarify: float = 0.35
    urgent: float = 0.5
    foreign_coverage: float = 0.7


THRESHOLDS = Thresholds()


@dataclass(frozen=True, slots=True)
class Reasoning:
    """How a decision fell: the message and its parts, each with its ranking."""

    decision: Decision
    rankings: tuple[tuple[str, Ranking], ...]


def decide(question: Question, matcher: Matcher) -> Decision:
    """What to do with a message. Never raises for what the message holds."""
    return reason(question, matcher).decision


def reason(question: Question, matcher: Matcher) -> Reasoning:
    """The decision with the rankings it rests on, for `--explain`."""
    whole = matcher.rank(question.text)
    parts = [part for part in _parts(question.text) if part != question.text.strip()][:MOST_PARTS]
    rankings = ((question.text, whole), *((part, matcher.rank(part)) for part in parts))
    return Reasoning(conclude(question, rankings), rankings)


def _parts(text: str) -> list[str]:
    return [part for sentence in sentences(text) for part in _SECOND_QUESTION.split(sentence) if part.strip()]


def conclude(
    question: Question, rankings: Sequence[tuple[str, Ranking]], lines: Thresholds = THRESHOLDS
) -> Decision:
    """The decision that the rankings of a message (the whole first, then its parts) lead to."""
    whole = rankings[0][1]
    if not whole.reading.typed:
        return Unanswered(Reason.EMPTY)
    most_urgent = max((ranking for _, ranking in rankings), key=lambda ranking: ranking.urgency)
    if most_urgent.urgency >= lines.urgent:
        return Urgent(next(c.entry for c in most_urgent.candidates if c.entry.kind is Kind.URGENT))
    if whole.coverage < lines.foreign_coverage and is_foreign(question.text, question.language):
        return Unanswered(Reason.OTHER_LANGUAGE)
    answers = _answers(rankings, lines.answer)
    if answers:
        return Answer(answers)
    first = whole.candidates[0]
    if first.entry.kind is Kind.SMALLTALK and whole.confidence >= lines.answer:
        return Smalltalk(first.entry)
    if first.entry.kind is Kind.OUT_OF_SCOPE and whole.confidence >= lines.clarify:
        return Unanswered(Reason.OUT_OF_SCOPE, first.entry)
    best = max((ranking for _, ranking in rankings), key=lambda ranking: ranking.confidence)
    choices = _choices(best)
    if best.confidence >= lines.clarify and choices:
        return Clarify(choices)
    return Unanswered(Reason.NO_MATCH, topic=_nearest_topic(whole))


def _answers(rankings: Sequence[tuple[str, Ranking]], line: float) -> tuple[Entry, ...]:
    """The entry that answers the message, or the two that answer two questions in it."""
    whole, *parts = rankings
    sure = [
        (text, ranking)
        for text, ranking in parts
        if ranking.confidence >= line and ranking.candidates[0].entry.kind is Kind.ANSWER
    ]
    asked = list(dict.fromkeys(ranking.candidates[0].entry for text, ranking in sure if _QUESTION.search(text)))
    if len(asked) == 2:
        return tuple(asked)
    first = whole[1].candidates[0].entry
    if whole[1].confidence >= line and first.kind is Kind.ANSWER:
        return (first,)
    if sure and first.kind is not Kind.OUT_OF_SCOPE:
        return (max(sure, key=lambda pair: pair[1].confidence)[1].candidates[0].entry,)
    return ()


def _choices(ranking: Ranking) -> tuple[Entry, ...]:
    best = ranking.candidates[0].score
    near = [candidate for candidate in ranking.candidates[:8] if candidate.score >= CLARIFY_SHARE * best]
    return tuple(candidate.entry for candidate in near if candidate.entry.kind is Kind.ANSWER)[:MOST_CHOICES]


def _nearest_topic(ranking: Ranking) -> str | None:
    first = ranking.candidates[0].entry
    return first.topic if first.kind is Kind.ANSWER and ranking.coverage >= 0.5 else None
