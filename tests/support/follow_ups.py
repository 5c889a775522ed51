"""Second messages of people, after an answer, an offer or half a thought, and what becomes of them."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.answering.follow_up import said_in
from bot.answering.handover import fragment_after, last_answer, preceding
from bot.answering.render import choices_of, render_entry
from bot.answering.turn import Turn, take_turn
from bot.domain.conversation import Choice, Conversation, Outcome, Question
from bot.domain.gap import GapReason
from bot.domain.matching import Matcher
from tests.support.paths import ROOT

FOLDER = ROOT / "tests/answering/follow_ups"
SETS = {path.stem: path for path in sorted(FOLDER.glob("*.jsonl"))}


@dataclass(frozen=True, slots=True)
class Judged:
    """A follow-up with its turn. ``kind`` is what it is; ``verdict`` is right, offered, wrong (an answer) or none."""

    item: dict[str, Any]
    kind: str
    turn: Turn
    verdict: str


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def judge(item: dict[str, Any], matcher: Matcher) -> Judged:
    """Take the turn of an item, as the assistant would after the turn before it."""
    turn = _turn(item, matcher)
    wanted = item["want"]
    entries = wanted.get("entries", wanted.get("new", []))
    if _is_right(item, turn, matcher):
        verdict = "right"
    elif turn.outcome is Outcome.CLARIFY and any(choice.entry in entries for choice in turn.reply.choices):
        verdict = "offered"
    else:
        verdict = "wrong" if turn.outcome is Outcome.ANSWER else "none"
    return Judged(item, _kind(item), turn, verdict)


def counts(judged: list[Judged]) -> Counter[tuple[str, str]]:
    """How many there are of each kind and verdict."""
    return Counter((one.kind, one.verdict) for one in judged)


def _kind(item: dict[str, Any]) -> str:
    if "before" in item:
        return "fragment"
    if "offered" in item:
        return "typed choice"
    return {"act": "act", "entries": "ellipsis", "new": "new subject"}.get(next(iter(item["want"])), "calm or unsure")


def _turn(item: dict[str, Any], matcher: Matcher) -> Turn:
    faq = matcher.faq.in_language(item["language"])
    question = Question(item["text"], before=faq.language)
    if "before" in item:
        first = take_turn(Question(item["before"], before=faq.language), matcher)
        handed_over = Conversation(
            first.reply.choices,
            last=last_answer(first, None),
            fragment=fragment_after(first, item["before"], ""),
            preceding=preceding(first, item["before"], is_forwarded=False),
        )
        return take_turn(question, matcher, handed_over)
    if "offered" in item:
        choices = choices_of(faq.entries[name] for name in item["offered"])
        return take_turn(question, matcher, Conversation((*choices, Choice(faq.interface.none_of_these))))
    return take_turn(
        question, matcher, Conversation(render_entry(faq.entries[item["after"]], faq).choices, last=item["after"])
    )


def _is_right(item: dict[str, Any], turn: Turn, matcher: Matcher) -> bool:
    match item["want"]:
        case {"act": act}:
            return turn.outcome is Outcome.FOLLOW_UP and act == _act(item["text"], matcher)
        case {"all": True, "entries": entries}:
            return set(entries) <= {turn.entry, *turn.also}
        case {"entries": entries}:
            return (turn.outcome is Outcome.ANSWER and turn.entry in entries) or _is_card(item, turn)
        case {"none": True}:
            return turn.gap is GapReason.NONE_OF_THESE
        case {"calm": _}:
            return turn.outcome in (Outcome.SMALLTALK, Outcome.FOLLOW_UP)
        case {"new": [*entries]} if entries:
            return turn.outcome is Outcome.ANSWER and turn.entry in entries
        case _:
            return turn.outcome is not Outcome.ANSWER


def _is_card(item: dict[str, Any], turn: Turn) -> bool:
    """Whether the card for the same stands for an answer: somebody looks for a missing relative."""
    return turn.outcome is Outcome.URGENT and "find-missing-relative" in item["want"]["entries"]


def _act(text: str, matcher: Matcher) -> str | None:
    said = said_in(text, matcher.faq) or (matcher.nearest_act(text) or (None,))[0]
    return said.value if said is not None else None


def is_misled(judged: Judged, matcher: Matcher) -> bool:
    """Whether a new subject got a wrong answer that it would not have got without the answer before it."""
    if judged.kind != "new subject" or judged.verdict != "wrong":
        return False
    alone = take_turn(Question(judged.item["text"], before=judged.item["language"]), matcher)
    return (alone.outcome, alone.entry) != (judged.turn.outcome, judged.turn.entry)
