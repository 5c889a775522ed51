"""`ask --explain`: how a message was read, which entries it may mean and why, and why the decision fell as it did."""

from __future__ import annotations

from collections.abc import Iterator

from bot.commands import command_reply
from bot.deciding import THRESHOLDS, Part, reason
from bot.dialogue import SHOWN_CANDIDATES, outcome_of
from bot.matching.matcher import Matcher
from bot.model import Answer, Clarify, Decision, Kind, Question, Smalltalk, Unanswered, Urgent
from bot.text import normalise


def explain(text: str, matcher: Matcher) -> str:
    """The explanation of one message, as lines for an editor."""
    if command_reply(text, matcher.faq) is not None:
        return "Decision: command\n  because the message begins with / and a word; it is not ranked"
    reasoning = reason(Question(text, matcher.faq.language), matcher)
    lines = [*_explain_part("The message", reasoning.whole, matcher)]
    for number, part in enumerate(reasoning.parts, 1):
        lines += ["", *_explain_part(f"Part {number}", part, matcher)]
    outcome, entry = outcome_of(reasoning.decision)
    lines += ["", f"Decision: {outcome}{f' ({entry})' if entry else ''}", f"  because {_because(reasoning.decision)}"]
    return "\n".join(lines)


def _explain_part(name: str, part: Part, matcher: Matcher) -> Iterator[str]:
    ranking, lines = part.ranking, THRESHOLDS
    yield f"{name}: {normalise(part.text)}"
    yield f"  read as        {' '.join(ranking.reading.mended)}"
    yield f"  with meanings  {' '.join(ranking.reading.meanings)}"
    yield f"  known words    {ranking.coverage:.0%} (below {lines.foreign:.0%} it may be in another language)"
    yield f"  urgent         {ranking.urgency:.2f} (a card from {lines.urgent:.2f})"
    confidence = f"{ranking.confidence:.2f} (an answer from {lines.answer:.2f}, a choice from {lines.clarify:.2f})"
    yield f"  best reply     {ranking.reply.entry.id}, confidence {confidence}"
    yield f"                 certainty {ranking.certainty:.2f} that it is this one (an answer from {lines.certain:.2f})"
    if part.unmet:
        yield f"  but it names   {', '.join(part.unmet)}, of which that entry says nothing"
    yield "  candidates"
    for candidate in ranking.candidates[:SHOWN_CANDIDATES]:
        evidence = matcher.evidence(part.text, candidate.entry)
        kind = "" if candidate.entry.kind is Kind.ANSWER else f"  [{candidate.entry.kind}]"
        yield f"    {candidate.score:5.2f}  {candidate.entry.id}{kind}"
        yield f"           carried by {', '.join(f'{word} {part_:+.2f}' for word, part_ in evidence.words)}"
        yield f"           nearest phrasing ({evidence.similarity:.2f}): {evidence.phrasing}"


def _because(decision: Decision) -> str:
    match decision:
        case Answer(entries) if len(entries) > 1:
            return "two of its sentences are questions, each with an answer that is sure enough"
        case Answer():
            return "the message, or a sentence of it, has an answer that is sure enough and the first by far enough"
        case Clarify():
            return "the right answer is probably among these, but none is sure enough"
        case Urgent():
            return "the message, or a sentence of it, seems to come from a person in danger or need"
        case Smalltalk():
            return "the best reply is small talk, sure enough"
        case Unanswered(reason, entry):
            return f"no answer is sure enough ({reason}{f': {entry.id}' if entry else ''})"
