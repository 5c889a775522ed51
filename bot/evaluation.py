"""How well the bot does on question sets: what is right, offered, wrong or without an answer, and where it errs.

A set is a folder of JSON-lines files; the file's name says how its messages are judged (see tests/questions/README.md).
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from bot.deciding import THRESHOLDS, Reasoning, Thresholds, conclude, reason
from bot.dialogue import Outcome, outcome_of
from bot.matching.matcher import Matcher
from bot.model import Answer, Clarify, Decision, Entry, Question, Reason, Unanswered

Verdict = Literal["right", "offered", "wrong", "none"]
VERDICTS: tuple[Verdict, ...] = ("right", "offered", "wrong", "none")


@dataclass(frozen=True, slots=True)
class Message:
    """A message of a question set, with what its set says of it (`expected`: the other keys of its line)."""

    id: str
    set: str
    text: str
    expected: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Judged:
    """A message with what the bot made of it."""

    message: Message
    outcome: Outcome
    entries: tuple[Entry, ...]
    verdict: Verdict
    reasoning: Reasoning


def read_questions(folder: Path) -> list[Message]:
    """All messages of a folder's sets. Raises ValueError with the place of a line that is none."""
    messages = []
    for path in sorted(folder.glob("*.jsonl")):
        if path.stem not in JUDGES:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            try:
                row = json.loads(line)
                messages.append(Message(row["id"], path.stem, row["text"], row))
            except (ValueError, KeyError, TypeError) as error:
                raise ValueError(f"{path}:{number}: {error!r}; write an object with id and text") from None
    if not messages:
        raise ValueError(f"{folder}: no question sets; the folder holds files such as inscope.jsonl")
    return messages


def evaluate(messages: Sequence[Message], matcher: Matcher) -> Iterator[Judged]:
    """Ask every message and judge the decision."""
    for message in messages:
        reasoning = reason(Question(message.text, matcher.faq.language), matcher)
        yield judge(message, reasoning)


def judge(message: Message, reasoning: Reasoning) -> Judged:
    """Set what the bot decided against what the set expects."""
    decision = reasoning.decision
    outcome, _ = outcome_of(decision)
    entries = decision.entries if isinstance(decision, Answer) else decision.choices if isinstance(decision, Clarify) else ()
    verdict = JUDGES[message.set](message.expected, outcome, entries, decision)
    return Judged(message, outcome, entries, verdict, reasoning)


def is_right(entry: Entry, expected: Mapping[str, Any]) -> bool:
    """Whether an entry is one of `entries`, or its answer matches one of the regular expressions of `any_of`."""
    answer = " ".join(entry.answer.split())
    return entry.id in expected.get("entries", ()) or any(
        re.search(pattern, answer, re.I) for pattern in expected.get("any_of", ())
    )


def _judge_in_scope(
    expected: Mapping[str, Any], outcome: Outcome, entries: tuple[Entry, ...], decision: Decision
) -> Verdict:
    if outcome not in ("answer", "clarify"):
        return "none"
    found = any(is_right(entry, expected) for entry in entries)
    if outcome == "clarify":
        return "offered" if found else "none"
    if found and "both" in expected:
        covers_both = all(any(entry.id in ids for entry in entries) for ids in expected["both"])
        return "right" if covers_both else "offered"
    return "right" if found else "wrong"


def _judge_out_of_scope(
    expected: Mapping[str, Any], outcome: Outcome, entries: tuple[Entry, ...], decision: Decision
) -> Verdict:
    verdicts: dict[Outcome, Verdict] = {"unanswered": "right", "clarify": "offered", "answer": "wrong"}
    return verdicts.get(outcome, "none")


def _judge_far(
    expected: Mapping[str, Any], outcome: Outcome, entries: tuple[Entry, ...], decision: Decision
) -> Verdict:
    verdicts: dict[Outcome, Verdict] = {
        "unanswered": "right",
        "smalltalk": "right",
        "command": "right",
        "clarify": "offered",
        "answer": "wrong",
    }
    return verdicts.get(outcome, "none")


def _judge_outcome(wanted: Outcome) -> Judge:
    return lambda expected, outcome, entries, decision: (
        "right" if outcome == wanted else "wrong" if outcome == "answer" else "none"
    )


def _judge_lookalike(
    expected: Mapping[str, Any], outcome: Outcome, entries: tuple[Entry, ...], decision: Decision
) -> Verdict:
    if outcome == "urgent":
        return "wrong"
    wanted = expected["expect"]
    if wanted == "abstain":
        return _judge_far(expected, outcome, entries, decision)
    if outcome in ("answer", "clarify"):
        judged = {"entries", "any_of"} & expected.keys()
        return _judge_in_scope(expected, outcome, entries, decision) if judged else "right"
    return "right" if wanted == "answer_or_abstain" else "none"


def _judge_other_language(
    expected: Mapping[str, Any], outcome: Outcome, entries: tuple[Entry, ...], decision: Decision
) -> Verdict:
    if isinstance(decision, Unanswered):
        return "right" if decision.reason is Reason.OTHER_LANGUAGE else "none"
    return "wrong" if outcome == "answer" else "none"


Judge = Callable[[Mapping[str, Any], Outcome, "tuple[Entry, ...]", Decision], Verdict]
JUDGES: Mapping[str, Judge] = {
    "inscope": _judge_in_scope,
    "near_oos": _judge_out_of_scope,
    "far_oos": _judge_far,
    "smalltalk": _judge_outcome("smalltalk"),
    "distress": _judge_outcome("urgent"),
    "distress_hardneg": _judge_lookalike,
    "other_language": _judge_other_language,
}


def counts(judged: Sequence[Judged], key: Callable[[Judged], str]) -> dict[str, Counter[Verdict]]:
    """Verdicts counted by a key, such as the set, the style or the topic."""
    table: dict[str, Counter[Verdict]] = {}
    for one in judged:
        table.setdefault(key(one), Counter())[one.verdict] += 1
    return table


def _again(one: Judged, lines: Thresholds) -> Decision:
    return conclude(Question(one.message.text), one.reasoning.whole, one.reasoning.parts, lines)


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """At one answer threshold: the share of in-scope messages answered rightly, and of all messages answered wrongly."""

    threshold: float
    right: float
    wrong: float


def curve(judged: Sequence[Judged], matcher: Matcher, steps: int = 40) -> list[CurvePoint]:
    """Wrong answers against right ones as the answer threshold goes from 0 to 1."""
    points = []
    in_scope = sum(one.message.set == "inscope" for one in judged)
    for step in range(steps + 1):
        lines = replace(THRESHOLDS, answer=step / steps, clarify=min(THRESHOLDS.clarify, step / steps))
        again = [
            judge(one.message, replace(one.reasoning, decision=_again(one, lines)))
            for one in judged
        ]
        right = sum(one.verdict == "right" for one in again if one.message.set == "inscope")
        wrong = sum(one.outcome == "answer" and one.verdict == "wrong" for one in again)
        points.append(CurvePoint(lines.answer, right / max(in_scope, 1), wrong / len(again)))
    return points
