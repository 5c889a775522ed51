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
from bot.domain.matching import Basis, Matcher, Ranking, Thresholds
from bot.matching.calibration import CHOICES
from bot.matching.encoder import LANGUAGES, is_readable
from bot.text.language_id import UNKNOWN, guess
from bot.text.normalize import clean, sentences
from bot.text.redaction import without_personal_data

_MARKS = "؟？。"  # that `split` takes off the end
_BLANKS = re.compile(r"[^\S\n]+")
MOST_PARTS = 12  # of a long message; what follows seldom adds anything
CLARIFY_SHARE = 0.5  # a choice scores at least this share of the best
MOST_GREETINGS = 3  # clauses at the beginning of a sentence that may be greetings or thanks
FIRST_WORDS = 4  # of a sentence; a question word among them makes it a question, even without a question mark
NOTED_SCORE = 0.2  # least score for an out-of-scope entry to explain why there is no answer
KNOWN = 0.5  # least coverage, the share of known words by weight, for answering or offering anything by words
FEWEST_WORDS = 3  # of a part that is judged by itself; "no" alone is close to many urgent phrasings
LIKE_A_CARD = 0.1  # least score of a card for a message to be perhaps a cry, whatever its urgency
CARD_OF_FEW_WORDS = 0.3  # least score of a card for a shorter message to be urgent; the card must also rank first


@dataclass(frozen=True, slots=True)
class Part:
    """A message, or a sentence of it, with its ranking.

    ``unmet`` are the years and places that it names and that the best reply does not cover.
    """

    text: str
    ranking: Ranking
    is_question: bool
    unmet: tuple[str, ...]

    def answers(self, thresholds: Thresholds) -> bool:
        """Whether the best reply is an answer that is sure enough and covers the years and places of the part."""
        ranking = self.ranking
        is_sure = ranking.confidence >= thresholds.answer and ranking.certainty >= thresholds.certain
        return ranking.reply.entry.kind is Kind.ANSWER and is_sure and is_known(ranking) and not self.unmet


def is_known(ranking: Ranking) -> bool:
    """Whether enough words of a message are known to answer it, unless its meaning was judged alone."""
    return ranking.coverage >= KNOWN or ranking.basis is Basis.MEANING


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
    parts_of = split(text, matcher)[:MOST_PARTS]
    is_whole = [part + mark for part in parts_of[:1] for mark in _MARKS] if len(parts_of) == 1 else []
    texts = [text, *(() if text in is_whole else parts_of)]  # without its mark it is no part
    whole, *parts = (_part(*ranked, matcher) for ranked in zip(texts, matcher.rank_all(texts), strict=True))
    if matcher.is_unlisted_number(whole.ranking.reading):
        return Reasoning(Unanswered(NoAnswerReason.NO_MATCH), whole, ())  # a number alone asks nothing
    decision = conclude(replace(question, text=text), whole, parts, matcher.thresholds)
    language = foreign_language(question, whole)
    may_be_cry = any(_may_be_cry(part.ranking, matcher.thresholds) for part in (whole, *parts))
    is_unread = language is not None and language not in LANGUAGES
    return Reasoning(decision, whole, tuple(parts), language, is_private=may_be_cry or is_unread)


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
    if whole.ranking.coverage >= KNOWN and whole.ranking.basis is not Basis.MEANING:
        return None
    told = [language for language in (guess(whole.text), *question.spoken) if language != UNKNOWN]
    if not told:
        return UNKNOWN if any(map(str.isalpha, whole.text)) and not is_readable(whole.text) else None
    return told[0] if told[0] != question.language else None


def split(text: str, matcher: Matcher) -> list[str]:
    """The parts of a message that are ranked by themselves; none if the message is a single part.

    They are its sentences. A sentence that joins two questions ("… and how many …") is split into both, one that begins
    with a greeting or thanks into the greeting and the rest.
    """
    parts: list[str] = []
    for sentence in sentences(text)[:MOST_PARTS]:
        greeting, rest = _greeting(sentence, matcher)
        parts += [greeting] if greeting else []
        parts += matcher.second_question.split(rest) if matcher.second_question else [rest]
    long_enough = [part for part in parts if len(part.split()) >= FEWEST_WORDS]
    return long_enough if long_enough != [text.strip()] else []


def _greeting(sentence: str, matcher: Matcher) -> tuple[str, str]:
    """Split the greetings and thanks off the beginning of a sentence, each up to a comma or the like."""
    clauses = re.split(r"(?<=[,;:–—])\s", sentence, maxsplit=MOST_GREETINGS)
    for at, clause in enumerate(clauses[:-1]):
        ranking = matcher.rank(clause)
        if ranking.reply.entry.kind is not Kind.SMALLTALK or ranking.confidence < matcher.thresholds.clarify:
            return " ".join(clauses[:at]), " ".join(clauses[at:])
    return " ".join(clauses[:-1]), clauses[-1]


def _part(text: str, ranking: Ranking, matcher: Matcher) -> Part:
    asks = "?" in text or not matcher.question_words.isdisjoint(ranking.reading.corrected[:FIRST_WORDS])
    return Part(text, ranking, asks, matcher.unmet(ranking.reading, ranking.reply.entry))


def conclude(question: Question, whole: Part, parts: Sequence[Part], thresholds: Thresholds) -> Decision:
    """Decide from the rankings of a message and its parts."""
    if not whole.ranking.reading.typed:
        return Unanswered(NoAnswerReason.EMPTY)
    card, urgency = _card(whole, parts, thresholds)
    if card is not None and urgency >= thresholds.surely_urgent:
        return Urgent(card)
    urgent = Urgent(card) if card is not None and urgency >= thresholds.urgent else None
    answers = _answers(whole, parts, thresholds)
    if answers:
        return Answer(answers)
    if urgent is not None:
        return urgent
    if _is_smalltalk(whole, parts, thresholds):
        return Smalltalk(whole.ranking.reply.entry)
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
    is_like = first.score >= NOTED_SCORE and is_known(whole.ranking)
    return first.entry if first.entry.kind is Kind.OUT_OF_SCOPE and is_like else None


def _card(whole: Part, parts: Sequence[Part], thresholds: Thresholds) -> tuple[Entry | None, float]:
    """The best card for a message or a sentence of it, and the urgency from 0 to 1.

    The urgency of a sentence counts up to twice that of the whole message, and never as surely urgent.
    """
    most = max((whole, *parts), key=lambda part: part.ranking.urgency)
    card = most.ranking.card
    if card is None:
        return None, 0.0
    is_first = most.ranking.candidates[0] == card and card.score >= CARD_OF_FEW_WORDS
    if len(most.ranking.reading.typed) < FEWEST_WORDS and not is_first:
        return None, 0.0
    of_part = min(most.ranking.urgency, 2 * whole.ranking.urgency)
    of_part = min(of_part, math.nextafter(thresholds.surely_urgent, 0))
    return card.entry, max(whole.ranking.urgency, of_part)


def _answers(whole: Part, parts: Sequence[Part], thresholds: Thresholds) -> tuple[Entry, ...]:
    """The entry that answers the message, or the two that answer two questions in it."""
    sure = [part for part in parts if part.answers(thresholds)]
    asked = list(dict.fromkeys(part.ranking.reply.entry for part in sure if part.is_question))
    if len(asked) == 2:
        return tuple(asked)
    if whole.answers(thresholds):
        return (whole.ranking.reply.entry,)
    if sure:
        return (max(sure, key=lambda part: part.ranking.confidence).ranking.reply.entry,)
    return ()


def _is_smalltalk(whole: Part, parts: Sequence[Part], thresholds: Thresholds) -> bool:
    """Whether a message is surely small talk and no part of it asks a question of the FAQ."""
    asks = any(
        part.is_question
        and part.ranking.reply.entry.kind is Kind.ANSWER
        and part.ranking.confidence >= thresholds.clarify
        for part in parts
    )
    is_sure = whole.ranking.confidence >= thresholds.answer and is_known(whole.ranking)
    return whole.ranking.reply.entry.kind is Kind.SMALLTALK and is_sure and not asks


def _choices(whole: Part, parts: Sequence[Part], thresholds: Thresholds) -> tuple[Entry, ...]:
    """The entries of which one is probably meant; if several questions are asked, the best entry of each."""
    asked = [part.ranking for part in parts if part.is_question and part.ranking.offer >= thresholds.clarify]
    firsts = dict.fromkeys(ranking.answers[0].entry for ranking in asked if ranking.answers)
    if len(firsts) > 1:
        return tuple(firsts)[:CHOICES]
    asking = [part.ranking for part in (whole, *parts) if part.ranking.reply.entry.kind is Kind.ANSWER]
    best = max(asking, key=lambda ranking: ranking.offer, default=whole.ranking)
    if best.offer < thresholds.clarify or not is_known(best):
        return ()
    choices = best.answers[:CHOICES]
    near = [candidate for candidate in choices if candidate.score >= CLARIFY_SHARE * choices[0].score]
    return tuple(candidate.entry for candidate in (near if len(near) > 1 else choices[:2]))


def _nearest_topic(ranking: Ranking) -> str | None:
    reply = ranking.reply.entry
    return reply.topic if reply.kind is Kind.ANSWER and ranking.coverage >= KNOWN else None
