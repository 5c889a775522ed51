"""One turn of a conversation: a message and the reply to it.

The only state is the list of choices that the previous turn offered: in the terminal a bare number picks one of them,
in Telegram a button does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import assert_never

from bot.answering.commands import command_reply, deep_link, topic_reply
from bot.answering.decide import decide_with_reasoning
from bot.answering.render import render, render_entry, render_numbers, render_regions
from bot.domain.conversation import (
    Answer,
    Candidate,
    Choice,
    Clarify,
    Decision,
    EmergencyNumbers,
    NoAnswerReason,
    Outcome,
    Question,
    Reply,
    Section,
    Smalltalk,
    Unanswered,
    Urgent,
)
from bot.domain.faq import Kind
from bot.domain.gap import GapReason
from bot.domain.matching import Matcher

SHOWN_CANDIDATES = 5
_NUMBER = re.compile(r"\A\s*+(\d{1,2})\s*+(?:[.)]\s*+)?")


@dataclass(frozen=True, slots=True)
class Turn:
    """The result of a message: the outcome, the reply, the entry that it led to if any, and the ranked candidates.

    ``gap`` is the reason why it is a gap, if it is one, and ``gap_text`` the part of the message that is, if not all; a
    gap that ``is_private`` is counted but not kept. ``also`` are the entries that answer further questions of it.
    ``language`` is set where the person chose a language by it, ``foreign`` where the message is in another one.
    """

    outcome: Outcome
    reply: Reply
    entry: str | None = None
    candidates: tuple[Candidate, ...] = ()
    gap: GapReason | None = None
    language: str | None = None
    gap_text: str = ""
    also: tuple[str, ...] = ()
    foreign: str | None = None
    is_private: bool = False


def take_turn(question: Question, matcher: Matcher, offered: tuple[Choice, ...] = ()) -> Turn:
    """Answer a message. ``offered`` are the choices of the previous turn."""
    faq = matcher.faq
    command = command_reply(question.text, faq)
    if command is not None:
        linked = deep_link(question.text, faq)
        return Turn(Outcome.COMMAND, command, linked.id if linked else None)
    number = _NUMBER.fullmatch(question.text)
    if number and offered:
        return _choose(int(number[1]), matcher, offered)
    reasoning = decide_with_reasoning(question, matcher)
    outcome, entry = outcome_of(reasoning.decision)
    candidates = reasoning.whole.ranking.candidates[:SHOWN_CANDIDATES]
    reply = render(reasoning.decision, faq, reasoning.language)
    gap = gap_reason(reasoning.decision)
    turn = Turn(outcome, reply, entry, candidates, gap, foreign=reasoning.language, is_private=reasoning.is_private)
    match reasoning.decision:
        case Answer((_, *others), missing):
            unknown = "\n".join(one.text for one in missing if one.is_gap)
            return replace(turn, also=tuple(other.id for other in others), gap_text=unknown)
        case _:
            return turn


def outcome_of(decision: Decision) -> tuple[Outcome, str | None]:
    """The outcome of a decision, and the id of the entry that it leads to."""
    match decision:
        case Answer(entries):
            return Outcome.ANSWER, entries[0].id
        case Clarify():
            return Outcome.CLARIFY, None
        case Urgent(entry):
            return Outcome.URGENT, entry.id
        case EmergencyNumbers():
            return Outcome.EMERGENCY_NUMBERS, None
        case Smalltalk(entry):
            return Outcome.SMALLTALK, entry.id
        case Unanswered(_, entry, _):
            return Outcome.UNANSWERED, entry.id if entry else None
        case _:
            assert_never(decision)


def gap_reason(decision: Decision) -> GapReason | None:
    """Why a decision is a gap, or None. A message of an out-of-scope entry is no gap: the editors foresaw it."""
    match decision:
        case Unanswered(NoAnswerReason.NO_MATCH | NoAnswerReason.OTHER_YEAR):
            return GapReason.NO_MATCH
        case Answer(_, missing) if any(one.is_gap for one in missing):
            return GapReason.NO_MATCH
        case Unanswered(NoAnswerReason.OTHER_LANGUAGE):
            return GapReason.OTHER_LANGUAGE
        case _:
            return None


def _choose(number: int, matcher: Matcher, offered: tuple[Choice, ...]) -> Turn:
    faq = matcher.faq
    if not 1 <= number <= len(offered):
        return Turn(Outcome.UNANSWERED, Reply((Section("", faq.interface.no_such_choice),), choices=offered))
    choice = offered[number - 1]
    if choice.topic is not None:
        return Turn(Outcome.COMMAND, topic_reply(choice.topic, faq))
    if choice.language is not None:
        return Turn(Outcome.COMMAND, Reply((Section("", choice.label),)), language=choice.language)
    if choice.country is not None:
        return Turn(Outcome.EMERGENCY_NUMBERS, render_numbers((choice.country,), faq))
    if choice.region is not None:
        return Turn(Outcome.EMERGENCY_NUMBERS, render_regions(choice.region, faq))
    if choice.entry is None:
        none_chosen = Reply((Section("", faq.interface.none_chosen),))
        return Turn(Outcome.UNANSWERED, none_chosen, gap=GapReason.NONE_OF_THESE)
    entry = faq.entries[choice.entry]
    outcome: Outcome = Outcome.ANSWER if entry.kind is Kind.ANSWER else Outcome.UNANSWERED
    return Turn(outcome, render_entry(entry, faq), entry.id)
