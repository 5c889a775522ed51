"""From a message to a decision: answer, clarify, urgent help, small talk, or an honest "I don't know".

The same function serves Telegram, the terminal, the content check and the evaluation. It is pure: question and
matcher in, decision out.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.domain.conversation import Answer, Clarify, Decision, NoAnswerReason, Question, Smalltalk, Unanswered, Urgent
from bot.domain.faq import Entry, Kind
from bot.domain.matching import Matcher, Ranking, Thresholds
from bot.matching.calibration import CHOICES
from bot.text.language_id import is_foreign
from bot.text.normalize import clean, sentences
from bot.text.redaction import without_personal_data

_BLANKS = re.compile(r"[^\S\n]+")
MOST_PARTS = 12  # of a long story; what follows is told in the same words
CLARIFY_SHARE = 0.5  # a choice scores at least this share of the best
MOST_GREETINGS = 3  # clauses at the head of a sentence that may be greetings or thanks
FIRST_WORDS = 4  # among them a question word makes a question, with or without its mark
NOTED_SCORE = 0.2  # an out-of-scope entry below it says nothing of why there is no answer
KNOWN = 0.5  # of a message's words, by weight; where fewer are known nothing is answered or offered
FOREIGN = 0.7  # where fewer are known the message may be in another language
FEWEST_WORDS = 3  # a shorter part of a message says nothing by itself; "no" stands in many a cry for help
CARD_OF_FEW_WORDS = 0.3  # the score from which so short a message is taken for urgent, its card being first of all


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
        is_sure = ranking.confidence >= lines.answer and ranking.certainty >= lines.certain
        is_known = ranking.coverage >= KNOWN
        return ranking.reply.entry.kind is Kind.ANSWER and is_sure and is_known and not self.unmet


@dataclass(frozen=True, slots=True)
class Reasoning:
    """How a decision fell: the whole message and its parts, as ranked."""

    decision: Decision
    whole: Part
    parts: tuple[Part, ...]


def decide(question: Question, matcher: Matcher) -> Decision:
    """What to do with a message. Never raises for what the message holds."""
    return decide_with_reasoning(question, matcher).decision


def decide_with_reasoning(question: Question, matcher: Matcher) -> Reasoning:
    """The decision with the rankings it rests on, for `--explain`.

    A number to call, or a place to come to, does not make a cry for help less of one.
    """
    reasoning = _reason(question, matcher)
    if isinstance(reasoning.decision, Urgent):
        return reasoning
    left = without_personal_data(question.text)
    bare = _reason(replace(question, text=left), matcher) if left != question.text else reasoning
    return bare if isinstance(bare.decision, Urgent) else reasoning


def _reason(question: Question, matcher: Matcher) -> Reasoning:
    text = _BLANKS.sub(" ", clean(question.text)).strip(" ")
    whole = _part(text, matcher)
    if matcher.is_unlisted_number(whole.ranking.reading):
        return Reasoning(Unanswered(NoAnswerReason.NO_MATCH), whole, ())  # a number alone asks nothing
    parts = tuple(_part(part, matcher) for part in split(text, matcher)[:MOST_PARTS])
    return Reasoning(conclude(replace(question, text=text), whole, parts, matcher.thresholds), whole, parts)


def split(text: str, matcher: Matcher) -> list[str]:
    """The parts of a message that may be asked by themselves, if it has any.

    Its sentences; of a sentence that joins two questions ("… and how many …") both; of one that begins with a
    greeting or thanks, what follows.
    """
    parts: list[str] = []
    for sentence in sentences(text)[:MOST_PARTS]:
        greeting, rest = _greeting(sentence, matcher)
        parts += [greeting] if greeting else []
        parts += matcher.second_question.split(rest) if matcher.second_question else [rest]
    long_enough = [part for part in parts if len(part.split()) >= FEWEST_WORDS]
    return long_enough if long_enough != [text.strip()] else []


def _greeting(sentence: str, matcher: Matcher) -> tuple[str, str]:
    """The greetings and thanks that a sentence begins with, each up to a comma or the like, and the rest."""
    clauses = re.split(r"(?<=[,;:–—])\s", sentence, maxsplit=MOST_GREETINGS)
    for at, clause in enumerate(clauses[:-1]):
        ranking = matcher.rank(clause)
        if ranking.reply.entry.kind is not Kind.SMALLTALK or ranking.confidence < matcher.thresholds.clarify:
            return " ".join(clauses[:at]), " ".join(clauses[at:])
    return " ".join(clauses[:-1]), clauses[-1]


def _part(text: str, matcher: Matcher) -> Part:
    ranking = matcher.rank(text)
    asks = "?" in text or not matcher.question_words.isdisjoint(ranking.reading.corrected[:FIRST_WORDS])
    return Part(text, ranking, asks, matcher.unmet(ranking.reading, ranking.reply.entry))


def conclude(question: Question, whole: Part, parts: Sequence[Part], lines: Thresholds) -> Decision:
    """The decision that the rankings of a message and its parts lead to."""
    if not whole.ranking.reading.typed:
        return Unanswered(NoAnswerReason.EMPTY)
    card, urgency = _card(whole, parts, lines)
    if card is not None and urgency >= lines.surely_urgent:
        return Urgent(card)
    if whole.ranking.coverage < FOREIGN and is_foreign(question.text, question.language):
        return (
            Urgent(card) if card is not None and urgency >= lines.urgent else Unanswered(NoAnswerReason.OTHER_LANGUAGE)
        )
    answers = _answers(whole, parts, lines)
    if answers:
        return Answer(answers)
    if card is not None and urgency >= lines.urgent:
        return Urgent(card)
    if _is_smalltalk(whole, parts, lines):
        return Smalltalk(whole.ranking.reply.entry)
    outside = _out_of_scope(whole)
    choices = _choices(whole, parts, lines) if outside is None else ()
    if choices:
        return Clarify(choices)
    if outside is not None:
        return Unanswered(NoAnswerReason.OUT_OF_SCOPE, outside)
    return Unanswered(NoAnswerReason.NO_MATCH, topic=_nearest_topic(whole.ranking))


def _out_of_scope(whole: Part) -> Entry | None:
    """The out-of-scope entry that a message is most like of all."""
    first = whole.ranking.candidates[0]
    is_like = first.score >= NOTED_SCORE and whole.ranking.coverage >= KNOWN
    return first.entry if first.entry.kind is Kind.OUT_OF_SCOPE and is_like else None


def _card(whole: Part, parts: Sequence[Part], lines: Thresholds) -> tuple[Entry | None, float]:
    """The best card for a message or a sentence of it, and how urgent that is.

    A sentence counts only as far as the whole message is half-way urgent too, and is never surely urgent by itself.
    """
    most = max((whole, *parts), key=lambda part: part.ranking.urgency)
    card = most.ranking.card
    if card is None:
        return None, 0.0
    is_first = most.ranking.candidates[0] == card and card.score >= CARD_OF_FEW_WORDS
    if len(most.ranking.reading.typed) < FEWEST_WORDS and not is_first:
        return None, 0.0
    of_part = min(most.ranking.urgency, 2 * whole.ranking.urgency)
    of_part = min(of_part, math.nextafter(lines.surely_urgent, 0))
    return card.entry, max(whole.ranking.urgency, of_part)


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


def _is_smalltalk(whole: Part, parts: Sequence[Part], lines: Thresholds) -> bool:
    """Whether a message is surely small talk and no part of it asks something else."""
    asks = any(
        part.is_question and part.ranking.reply.entry.kind is Kind.ANSWER and part.ranking.confidence >= lines.clarify
        for part in parts
    )
    is_sure = whole.ranking.confidence >= lines.answer and whole.ranking.coverage >= KNOWN
    return whole.ranking.reply.entry.kind is Kind.SMALLTALK and is_sure and not asks


def _choices(whole: Part, parts: Sequence[Part], lines: Thresholds) -> tuple[Entry, ...]:
    """The entries of which one is probably meant; where several questions are asked, the first of each."""
    asked = [part.ranking for part in parts if part.is_question and part.ranking.confidence >= lines.clarify]
    firsts = dict.fromkeys(ranking.answers[0].entry for ranking in asked if ranking.answers)
    if len(firsts) > 1:
        return tuple(firsts)[:CHOICES]
    asking = [part.ranking for part in (whole, *parts) if part.ranking.reply.entry.kind is Kind.ANSWER]
    best = max(asking, key=lambda ranking: ranking.confidence, default=whole.ranking)
    if best.confidence < lines.clarify or best.coverage < KNOWN:
        return ()
    choices = best.answers[:CHOICES]
    near = [candidate for candidate in choices if candidate.score >= CLARIFY_SHARE * choices[0].score]
    return tuple(candidate.entry for candidate in (near if len(near) > 1 else choices[:2]))


def _nearest_topic(ranking: Ranking) -> str | None:
    reply = ranking.reply.entry
    return reply.topic if reply.kind is Kind.ANSWER and ranking.coverage >= KNOWN else None
