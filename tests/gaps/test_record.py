"""The note of a message: what is counted of it, and what is kept."""

from __future__ import annotations

from bot.answering.turn import take_turn
from bot.domain.conversation import Outcome, Question
from bot.domain.gap import GapReason, Note
from bot.gaps.record import note_turn
from bot.matching.matcher import RegressionMatcher
from tests.support.samples import garden

MATCHER = RegressionMatcher(garden())
BOTH = "When is the garden open? May I bring my dog?"


def note_of(text: str) -> Note:
    question = Question(text)
    return note_turn(take_turn(question, MATCHER), question, MATCHER)


def test_every_question_of_a_message_is_counted() -> None:
    """Under the entry that answers it."""
    note = note_of(BOTH)
    assert [(one.outcome, one.entry) for one in (note.count, *note.also)] == [
        (Outcome.ANSWER, "opening-hours"),
        (Outcome.ANSWER, "dogs"),
    ]
    assert note.gap is None


def test_of_several_questions_only_the_one_without_an_answer_is_a_gap() -> None:
    """Nothing is kept of those that are answered."""
    note = note_of(f"{BOTH} Who paints yellow submarines?")
    assert [one.outcome for one in note.also] == [Outcome.ANSWER, Outcome.UNANSWERED]
    assert note.gap is not None
    assert (note.gap.reason, note.gap.text) == (GapReason.NO_MATCH, "Who paints yellow submarines?")


def test_a_question_that_editors_foresaw_is_no_gap() -> None:
    """It is named in the reply all the same."""
    question = Question(f"{BOTH} Will it rain tomorrow?")
    turn = take_turn(question, MATCHER)
    assert "number 3" in turn.reply.sections[-1].text
    assert note_turn(turn, question, MATCHER).gap is None
