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
FEWEST_WORDS = 3  # in a shorter message a card must be the very best candidate: "no" is in many a cry for help


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where the lines are drawn between decisions. All are probabilities, learned from the phrasings, but the last.

    Below ``foreign`` the FAQ knows so little of a message's words that it may be in another language.
    """

    answer: float = 0.5
    clarify: float = 0.2
    urgent: float = 0.85
    foreign: float = 0.7


THRESHOLDS = Thresholds()


@dataclass(frozen=True, slots=True)
class Part:
    """A message, or a sentence of it, with its ranking. ``unmet`` are years and places of which the reply says nothing."""

    text: str
    ranking: Ranking
    is_question: bool
    unmet: tuple[str, ...]

    def answers(self, line: float) -> bool:
        """Whether the best reply is an answer that is sure enough and meets all that the part names."""
        is_answer = self.ranking.reply.entry.kind is Kind.ANSWER
        return is_answer and self.ranking.confidence >= line and not self.unmet


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
    texts = [text for text in split(question.text, matcher) if text != question.text.strip()]
    parts = tuple(_part(text, matcher) for text in texts[:MOST_PARTS])
    return Reasoning(conclude(question, whole, parts), whole, parts)


def split(text: str, matcher: Matcher) -> list[str]:
    """The sentences of a message; one that joins two questions ("… and how many …") is two."""
    joined = re.compile(rf"[,;]?\s+(?:and|also|plus|&)\s+(?=(?:also\s+)?(?:{'|'.join(matcher.question_words)})\b)", re.I)
    return [part for sentence in sentences(text) for part in joined.split(sentence) if part.strip()]


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
    card = _card(whole, parts, lines)
    if card is not None:
        return Urgent(card)
    answers = _answers(whole, parts, lines.answer)
    if answers:
        return Answer(answers)
    first = whole.ranking.candidates[0]
    if whole.ranking.reply.entry.kind is Kind.SMALLTALK and whole.ranking.confidence >= lines.answer:
        return Smalltalk(whole.ranking.reply.entry)
    best = max((whole, *parts), key=lambda part: part.ranking.confidence)
    choices = _choices(best.ranking)
    if best.ranking.confidence >= lines.clarify and choices:
        return Clarify(choices)
    if first.entry.kind is Kind.OUT_OF_SCOPE:
        return Unanswered(Reason.OUT_OF_SCOPE, first.entry)
    return Unanswered(Reason.NO_MATCH, topic=_nearest_topic(whole.ranking))


def _card(whole: Part, parts: Sequence[Part], lines: Thresholds) -> Entry | None:
    """The card for a message that as a whole is urgent, or that holds an urgent sentence and is half-way so."""
    most = max((whole, *parts), key=lambda part: part.ranking.urgency)
    card = most.ranking.best(Kind.URGENT)
    if card is None or most.ranking.urgency < lines.urgent or whole.ranking.urgency < lines.urgent / 2:
        return None
    if len(most.ranking.reading.typed) < FEWEST_WORDS and most.ranking.candidates[0] != card:
        return None
    return card.entry


def _answers(whole: Part, parts: Sequence[Part], line: float) -> tuple[Entry, ...]:
    """The entry that answers the message, or the two that answer two questions in it."""
    sure = [part for part in parts if part.answers(line)]
    asked = list(dict.fromkeys(part.ranking.reply.entry for part in sure if part.is_question))
    if len(asked) == 2:
        return tuple(asked)
    if whole.answers(line):
        return (whole.ranking.reply.entry,)
    if sure:
        return (max(sure, key=lambda part: part.ranking.confidence).ranking.reply.entry,)
    return ()


def _choices(ranking: Ranking) -> tuple[Entry, ...]:
    answers = [candidate for candidate in ranking.candidates if candidate.entry.kind is Kind.ANSWER][:MOST_CHOICES]
    return tuple(c.entry for c in answers if c.score >= CLARIFY_SHARE * answers[0].score)


def _nearest_topic(ranking: Ranking) -> str | None:
    reply = ranking.reply.entry
    return reply.topic if reply.kind is Kind.ANSWER and ranking.coverage >= 0.5 else None
