"""Makes the note of a message for the gap log: an outcome to count and, for a gap, its text. Pure; no personal ids."""

from __future__ import annotations

from dataclasses import replace

from bot.answering.decide import decide_with_reasoning
from bot.answering.turn import SHOWN_CANDIDATES, Turn
from bot.domain.conversation import Candidate, Outcome, Question, Urgent
from bot.domain.gap import Count, Gap, GapReason, Note
from bot.domain.matching import Matcher
from bot.text.language_id import UNKNOWN


def note_turn(turn: Turn, question: Question, matcher: Matcher, *, asked: str = "") -> Note:
    """The note of one turn. ``asked`` is the previous question, to which a "none of these" refers."""
    outcome = Outcome.NONE_OF_THESE if turn.gap is GapReason.NONE_OF_THESE else turn.outcome
    language = turn.reply_in
    if turn.gap is GapReason.OTHER_LANGUAGE:  # editors want to know which language it is
        language = turn.foreign or UNKNOWN
    count = Count(outcome, language, question.channel, turn.entry or "")
    also = tuple(replace(count, entry=entry) for entry in turn.also)
    if turn.gap is None or turn.is_private:
        return Note(count, also=also)
    if turn.gap is GapReason.NONE_OF_THESE:
        return Note(count, gap_behind(turn.gap, replace(question, text=asked), matcher) if asked else None)
    if turn.gap_text:  # the rest of the message has an answer
        unknown = replace(question, text=turn.gap_text)
        nearest = matcher.rank(turn.gap_text).candidates[:SHOWN_CANDIDATES]
        also += (Count(Outcome.UNANSWERED, language, question.channel),)
        return Note(count, _gap(turn.gap, unknown, turn.foreign, matcher, nearest), also=also)
    gap = _gap(turn.gap, question, turn.foreign, matcher, turn.candidates)
    return Note(count, replace(gap, entry=turn.entry or "") if turn.outcome is Outcome.EXPLAINED else gap)


def gap_behind(reason: GapReason, question: Question, matcher: Matcher, *, entry: str = "") -> Gap | None:
    """The gap that a person reports by a button under the reply to an earlier question; ``entry`` is the answer judged.

    None if the question, which may have been edited since, may be a cry for help or cannot be read: that is never kept.
    """
    reasoning = decide_with_reasoning(question, matcher)
    if isinstance(reasoning.decision, Urgent) or reasoning.is_private:
        return None
    nearest = reasoning.whole.ranking.candidates[:SHOWN_CANDIDATES]
    return replace(_gap(reason, question, reasoning.language, matcher, nearest), entry=entry)


def _gap(
    reason: GapReason, question: Question, foreign: str | None, matcher: Matcher, nearest: tuple[Candidate, ...]
) -> Gap:
    return Gap(
        reason=reason,
        text=question.text,
        language=foreign or matcher.faq.language,
        channel=question.channel,
        faq_version=matcher.faq.version,
        nearest=tuple((candidate.entry.id, round(candidate.score, 4)) for candidate in nearest),
    )
