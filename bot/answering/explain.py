"""`ask --explain`: how a message was read, which entries it may mean and why, and the reason for the decision."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

from bot.answering.commands import command_reply
from bot.answering.decide import Part, decide_with_reasoning
from bot.answering.turn import SHOWN_CANDIDATES, outcome_of
from bot.domain.conversation import (
    Answer,
    Clarify,
    Decision,
    EmergencyNumbers,
    NoAnswerReason,
    Question,
    Smalltalk,
    Unanswered,
    Urgent,
)
from bot.domain.faq import Kind
from bot.domain.matching import Basis, Matcher, Reading
from bot.text.normalize import normalise

SHOWN_PHRASINGS = 3
_BASES = {
    Basis.WORDS: "its words alone, which are sure",
    Basis.BOTH: "its words and its meaning, half each",
    Basis.FOREIGN: "its words and its meaning, half each, as people ask in other languages",
}


def explain(text: str, matcher: Matcher) -> str:
    """The explanation of one message, as lines for an editor."""
    if command_reply(text, matcher.faq) is not None:
        return "Decision: command\n  because the message begins with / and a word; it is not ranked"
    reasoning = decide_with_reasoning(Question(text), matcher)
    lines = [*_explain_part("The message", reasoning.whole, matcher)]
    for number, part in enumerate(reasoning.parts, 1):
        lines += ["", *_explain_part(f"Part {number}", part, matcher)]
    outcome, entry = outcome_of(reasoning.decision)
    lines += ["", f"Decision: {outcome}{f' ({entry})' if entry else ''}", f"  because {_because(reasoning.decision)}"]
    return "\n".join(lines)


def _explain_part(name: str, part: Part, matcher: Matcher) -> Iterator[str]:
    ranking, least = part.ranking, matcher.thresholds
    yield f"{name}: {normalise(part.text)}"
    if part.asked != part.text:
        yield f"  of it ranked   {normalise(part.asked)}"
    yield f"  read as        {' '.join(ranking.reading.corrected)}"
    corrections = _corrections(ranking.reading)
    if corrections:
        yield f"  taking         {', '.join(corrections)}"
    yield f"  with meanings  {' '.join(ranking.reading.meanings)}"
    yield f"  known words    {ranking.coverage:.0%}"
    yield f"  ranked by      {_BASES[ranking.basis]}"
    if ranking.language is not None and ranking.card is not None:
        yield f"  heard as       {ranking.language}, by the cries of all languages: {ranking.card.entry.id} first"
    yield f"  urgent         {ranking.urgency:.2f} (a card from {least.urgent:.2f})"
    confidence = f"{ranking.confidence:.2f} (an answer from {least.answer:.2f}, a choice from {least.clarify:.2f})"
    yield f"  best reply     {ranking.reply.entry.id}, confidence {confidence}"
    yield f"                 certainty {ranking.certainty:.2f} that it is this one (an answer from {least.certain:.2f})"
    if part.unmet:
        yield f"  but it names   {', '.join(part.unmet)}, of which that entry says nothing"
    yield "  candidates"
    for candidate in ranking.candidates[:SHOWN_CANDIDATES]:
        evidence = matcher.evidence(part.asked, candidate.entry)
        kind = "" if candidate.entry.kind is Kind.ANSWER else f"  [{candidate.entry.kind}]"
        yield f"    {candidate.score:5.2f}  {candidate.entry.id}{kind}"
        yield f"           words {evidence.by_words:+.2f}, meaning {evidence.by_meaning:+.2f}"
        if evidence.words:
            yield f"           carried by {', '.join(f'{word} {part_:+.2f}' for word, part_ in evidence.words)}"
        for carrier in evidence.phrasings[:SHOWN_PHRASINGS]:
            owner = "" if carrier.entry == candidate.entry.id else f"  [{carrier.entry or 'look-alike of none'}]"
            weight = f"{carrier.part:+.2f} (similarity {carrier.similarity:.2f})"
            yield f"           phrasing {weight}: {carrier.text}{owner}"


def _corrections(reading: Reading) -> list[str]:
    """The words that were corrected, with what was read instead, as in `migrnats for migrants`."""
    changes = SequenceMatcher(None, reading.typed, reading.corrected, autojunk=False).get_opcodes()
    return [
        f"{' '.join(reading.typed[start:end])} for {' '.join(reading.corrected[to:until])}"
        for kind, start, end, to, until in changes
        if kind != "equal"
    ]


def _because(decision: Decision) -> str:
    match decision:
        case Answer(entries) if len(entries) > 1:
            return "several of its parts are questions, each with an answer that is sure enough"
        case Answer():
            return "the message, or a sentence of it, has an answer that is sure enough and the first by far enough"
        case Clarify():
            return "the right answer is probably among these, but none is sure enough"
        case Urgent(is_question=True):
            return "it seems to come from a person in danger or need, and these cards are about equally near"
        case Urgent():
            return "the message, or a sentence of it, seems to come from a person in danger or need"
        case EmergencyNumbers():
            return "the message asks whom to call in an emergency"
        case Smalltalk():
            return "the best reply is small talk, sure enough"
        case Unanswered(NoAnswerReason.OTHER_YEAR):
            return "an answer is sure enough, but for the year"
        case Unanswered(reason, entry):
            return f"no answer is sure enough ({reason}{f': {entry.id}' if entry else ''})"
