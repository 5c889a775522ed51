"""What the log is told of a message: an outcome to count and, for a gap, its text. Pure; knows no person."""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue import SHOWN_CANDIDATES, Turn
from bot.language import guess
from bot.matching.matcher import Matcher
from bot.model import Candidate, Count, Gap, GapReason, Note, Question
from bot.text import clean


def note_turn(turn: Turn, question: Question, matcher: Matcher, *, asked: str = "") -> Note:
    """The note of one turn. ``asked`` is the question before it, which "none of these" is about."""
    outcome = turn.gap.value if turn.gap is GapReason.NONE_OF_THESE else turn.outcome
    if turn.gap is GapReason.OTHER_LANGUAGE:  # the editors want to know which
        question = replace(question, language=guess(clean(question.text)))
    count = Count(outcome, question.language, question.channel, turn.entry or "")
    if turn.gap is None:
        return Note(count)
    if turn.gap is GapReason.NONE_OF_THESE:
        return Note(count, gap_of(turn.gap, asked, question, matcher)) if asked else Note(count)
    return Note(count, gap_of(turn.gap, question.text, question, matcher, candidates=turn.candidates))


def gap_of(
    reason: GapReason, text: str, question: Question, matcher: Matcher, *, candidates: tuple[Candidate, ...] = ()
) -> Gap:
    """A gap with the entries nearest to its text; ``candidates`` are these, where they are known already."""
    nearest = candidates or matcher.rank(clean(text)).candidates[:SHOWN_CANDIDATES]
    return Gap(
        reason=reason,
        text=text,
        language=question.language,
        channel=question.channel,
        faq_version=matcher.faq.version,
        nearest=tuple((candidate.entry.id, round(candidate.score, 4)) for candidate in nearest),
    )
