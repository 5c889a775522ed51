"""Judge the bot's decisions on question sets: right, offered, wrong or none.

A set is a JSON Lines file; its name determines how its messages are judged (see tests/questions/README.md).
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from bot.answering.commands import command_reply
from bot.answering.decide import Reasoning, conclude, decide_with_reasoning
from bot.answering.turn import outcome_of
from bot.domain.conversation import Answer, Clarify, Decision, NoAnswerReason, Outcome, Question, Unanswered, Urgent
from bot.domain.faq import Entry
from bot.domain.matching import Matcher, Thresholds
from bot.evaluation.question_sets import Message

Verdict = Literal["right", "offered", "wrong", "none"]
VERDICTS: tuple[Verdict, ...] = ("right", "offered", "wrong", "none")

CARDS = frozenset({Outcome.URGENT, Outcome.URGENT_QUESTION})
# The right outcomes in sets that expect no answer. A choice is tolerated ("offered"); an answer is wrong.
_RIGHT_OUTCOMES: Mapping[str, frozenset[Outcome]] = {
    "near_oos": frozenset({Outcome.UNANSWERED}),
    "foreign_oos": frozenset({Outcome.UNANSWERED}),
    "far_oos": frozenset({Outcome.UNANSWERED, Outcome.SMALLTALK, Outcome.COMMAND}),
    "smalltalk": frozenset({Outcome.SMALLTALK}),
    "distress": CARDS,
}


@dataclass(frozen=True, slots=True)
class Judged:
    """A message with the bot's decision and the verdict. ``entries`` are answered with or offered, or the card."""

    message: Message
    outcome: Outcome
    entries: tuple[Entry, ...]
    verdict: Verdict
    reasoning: Reasoning


def read_floor(text: str) -> dict[str, dict[Verdict, int]]:
    """Read a floor, the counts that an evaluation must reach, from JSON. Raises ValueError if it is not one."""
    floor = json.loads(text)
    rows = floor.values() if isinstance(floor, dict) else [None]
    if not all(isinstance(row, dict) and all(isinstance(number, int) for number in row.values()) for row in rows):
        raise ValueError('the floor is no table of counts; write {"inscope": {"right": 1, "wrong": 2}, …}')
    return {name: {verdict: row[verdict] for verdict in VERDICTS if verdict in row} for name, row in floor.items()}


def evaluate(messages: Sequence[Message], matcher: Matcher) -> Iterator[Judged]:
    """Decide every message and judge the decision."""
    for message in messages:
        reasoning = decide_with_reasoning(Question(message.text), matcher)
        judged = judge(message, reasoning)
        if command_reply(message.text, matcher.faq) is not None:
            judged = replace(
                judged, outcome=Outcome.COMMAND, entries=(), verdict=_verdict(message, Outcome.COMMAND, (), None)
            )
        yield judged


def judge(message: Message, reasoning: Reasoning) -> Judged:
    """Compare the bot's decision with what the set expects."""
    decision = reasoning.decision
    outcome, _ = outcome_of(decision)
    match decision:
        case Answer(entries) | Clarify(entries):
            pass
        case Urgent(card, others=others):
            entries = (card, *others)
        case _:
            entries = ()
    return Judged(message, outcome, entries, _verdict(message, outcome, entries, decision), reasoning)


def is_right(entry: Entry, expected: Mapping[str, Any]) -> bool:
    """Whether an entry is one of ``entries``, or its answer matches one of the regular expressions of ``any_of``."""
    answer = " ".join(entry.answer.split())
    return entry.id in expected.get("entries", ()) or any(
        re.search(pattern, answer, re.IGNORECASE) for pattern in expected.get("any_of", ())
    )


def _verdict(message: Message, outcome: Outcome, entries: tuple[Entry, ...], decision: Decision | None) -> Verdict:
    match message.set:
        case "years" if not message.expected.get("year_known", True):
            return _verdict_without_answer(outcome, _RIGHT_OUTCOMES["near_oos"])
        case "inscope" | "prose" | "years" | "foreign_inscope":
            return _verdict_in_scope(message.expected, outcome, entries)
        case "several":
            return _verdict_several(message.expected["parts"], outcome, entries)
        case "introductions":
            return _verdict_introduction(message.expected, outcome, entries)
        case "distress" | "foreign_distress" if "cards" in message.expected:
            return _verdict_card(message.expected["cards"], outcome, entries)
        case "lookalikes" | "foreign_lookalikes":
            return "wrong" if outcome in CARDS else "right"
        case "distress_hardneg":
            return _verdict_look_alike(message.expected, outcome, entries)
        case "other_language":
            is_told = isinstance(decision, Unanswered) and decision.reason is NoAnswerReason.OTHER_LANGUAGE
            if is_told and message.expected.get("unread"):
                return "right"
            return _verdict_in_scope(message.expected, outcome, entries)
        case _:
            return _verdict_without_answer(outcome, _RIGHT_OUTCOMES[message.set])


def _verdict_without_answer(outcome: Outcome, right: frozenset[Outcome]) -> Verdict:
    if outcome in right:
        return "right"
    return "wrong" if outcome is Outcome.ANSWER else "offered" if outcome is Outcome.CLARIFY else "none"


def _verdict_in_scope(expected: Mapping[str, Any], outcome: Outcome, entries: tuple[Entry, ...]) -> Verdict:
    if outcome not in (Outcome.ANSWER, Outcome.CLARIFY):
        return "none"
    found = any(is_right(entry, expected) for entry in entries)
    if outcome is Outcome.CLARIFY:
        return "offered" if found else "none"
    if found and "both" in expected:
        covers_both = all(any(entry.id in ids for entry in entries) for ids in expected["both"])
        return "right" if covers_both else "offered"
    return "right" if found else "wrong"


def _verdict_several(parts: Sequence[Sequence[str]], outcome: Outcome, entries: tuple[Entry, ...]) -> Verdict:
    """Right where each question that has an answer gets it, offered where one does, wrong with an answer to none."""
    if outcome not in (Outcome.ANSWER, Outcome.CLARIFY):
        return "none"
    answerable = [ids for ids in parts if ids]
    given = {entry.id for entry in entries}
    answered = sum(not given.isdisjoint(ids) for ids in answerable)
    if outcome is Outcome.ANSWER and not given <= {one for ids in answerable for one in ids}:
        return "wrong"
    return "right" if outcome is Outcome.ANSWER and answered == len(answerable) else "offered" if answered else "none"


def _verdict_introduction(expected: Mapping[str, Any], outcome: Outcome, entries: tuple[Entry, ...]) -> Verdict:
    """A card is wrong: none of these people is in danger."""
    if outcome in CARDS:
        return "wrong"
    match expected["expect"]:
        case "smalltalk":
            return _verdict_without_answer(outcome, _RIGHT_OUTCOMES["smalltalk"])
        case "none":
            return _verdict_without_answer(outcome, _RIGHT_OUTCOMES["far_oos"])
        case _:
            return _verdict_in_scope(expected, outcome, entries)


def _verdict_card(cards: Sequence[str], outcome: Outcome, entries: tuple[Entry, ...]) -> Verdict:
    """Another card than those that fit, and a question, count as offered: they have the emergency numbers too."""
    if outcome not in CARDS:
        return "wrong" if outcome is Outcome.ANSWER else "none"
    return "right" if outcome is Outcome.URGENT and entries[0].id in cards else "offered"


def _verdict_look_alike(expected: Mapping[str, Any], outcome: Outcome, entries: tuple[Entry, ...]) -> Verdict:
    if outcome in CARDS:
        return "wrong"
    if expected["expect"] == "abstain":
        return _verdict_without_answer(outcome, _RIGHT_OUTCOMES["far_oos"])
    if outcome in (Outcome.ANSWER, Outcome.CLARIFY):
        return _verdict_in_scope(expected, outcome, entries) if {"entries", "any_of"} & expected.keys() else "right"
    return "right" if expected["expect"] == "answer_or_abstain" else "none"


def counts(judged: Sequence[Judged], key: Callable[[Judged], str]) -> dict[str, Counter[Verdict]]:
    """Count the verdicts by a key, such as the set, the style or the topic."""
    table: dict[str, Counter[Verdict]] = {}
    for one in judged:
        table.setdefault(key(one), Counter())[one.verdict] += 1
    return table


def confusions(judged: Sequence[Judged]) -> Counter[tuple[str, str]]:
    """How often an in-scope message of one entry was answered with another: (expected, answered)."""
    return Counter(
        (expected, entry.id)
        for one in judged
        if one.message.set == "inscope" and one.verdict == "wrong"
        for expected in one.message.expected.get("entries", ["?"])[:1]
        for entry in one.entries
    )


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """The rates at one answer threshold.

    ``right`` is the share of in-scope messages answered rightly, ``wrong`` the share of all messages answered wrongly.
    ``is_own`` marks the threshold nearest to the matcher's own.
    """

    threshold: float
    right: float
    wrong: float
    is_own: bool


def curve(judged: Sequence[Judged], thresholds: Thresholds, *, steps: int = 40) -> list[CurvePoint]:
    """The rates of right and wrong answers as the answer threshold goes from 0 to 1, the other thresholds unchanged.

    Only ``clarify`` is lowered where it would exceed the answer threshold.
    """
    own = round(thresholds.answer * steps)
    points = []
    in_scope = sum(one.message.set == "inscope" for one in judged)
    for step in range(steps + 1):
        varied = replace(thresholds, answer=step / steps, clarify=min(thresholds.clarify, step / steps))
        judged_again = [judge(one.message, replace(one.reasoning, decision=_decide(one, varied))) for one in judged]
        right = sum(one.verdict == "right" for one in judged_again if one.message.set == "inscope")
        wrong = sum(one.outcome is Outcome.ANSWER and one.verdict == "wrong" for one in judged_again)
        points.append(CurvePoint(varied.answer, right / max(in_scope, 1), wrong / len(judged_again), step == own))
    return points


def _decide(one: Judged, thresholds: Thresholds) -> Decision:
    return conclude(Question(one.message.text), one.reasoning.whole, one.reasoning.parts, thresholds)


def below_floor(judged: Sequence[Judged], floor: Mapping[str, Mapping[Verdict, int]]) -> list[str]:
    """Describe each count that misses the floor: an upper limit for "wrong", a lower one for other verdicts, by set."""
    by_set = counts(judged, lambda one: one.message.set)
    short = []
    for name, wanted in floor.items():
        found = by_set.get(name, Counter())
        for verdict, number in wanted.items():
            if found[verdict] > number if verdict == "wrong" else found[verdict] < number:
                limit = "at most" if verdict == "wrong" else "at least"
                short.append(f"{name}: {found[verdict]} {verdict}, the floor is {limit} {number}")
    return short
