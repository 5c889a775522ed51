"""What a turn hands over to the next message: the answer given, half a thought, and replies that may be taken back."""

from __future__ import annotations

from bot.answering.follow_up import MOST_WORDS
from bot.answering.turn import LONGEST_FRAGMENT, Turn, is_unknown
from bot.domain.conversation import Outcome, Preceding

_CLOSED = (Outcome.URGENT, Outcome.EMERGENCY_NUMBERS, Outcome.EXPLAINED)
FEW = 4  # words of a message that may be a part of a question though it has an answer: "how many migrants"


def last_answer(turn: Turn, before: str | None) -> str | None:
    """The answer that a next message may be about; ``before`` is the one before this turn.

    Small talk and commands leave it as it is; what has no answer, or is urgent, ends it.
    """
    match turn.outcome:
        case Outcome.ANSWER | Outcome.FOLLOW_UP | Outcome.COMMAND:
            return turn.entry or before
        case Outcome.SMALLTALK | Outcome.TEXT_ONLY | Outcome.TOO_FAST | Outcome.EXPLAINED:
            return before
        case _:
            return None


def fragment_after(turn: Turn, text: str, before: str) -> str:
    """What a next message may go on from: this message, with the ``before`` it, if it is short.

    If it had an answer it must be of few words, and alone.
    """
    is_open = bool(turn.candidates) and turn.outcome not in _CLOSED
    joined = f"{before} {text}".strip()
    most = LONGEST_FRAGMENT if turn.outcome is not Outcome.ANSWER else 0 if before else FEW
    return joined if is_open and len(joined.split()) <= most else ""


def preceding(turn: Turn, text: str, *, is_forwarded: bool) -> Preceding:
    """What a message is to one that comes some seconds after it."""
    if is_forwarded:
        return Preceding.FORWARD
    if is_comment(turn, text):
        return Preceding.COMMENT
    is_part = turn.takes_place or (turn.outcome is Outcome.ANSWER and bool(fragment_after(turn, text, "")))
    return Preceding.PART if is_part else Preceding.OTHER


def may_be_replaced(turn: Turn, text: str) -> bool:
    """Whether the reply to a comment or a short message may be taken back where the next one tells what was meant.

    What may be a cry for help keeps its reply; so does a greeting.
    """
    is_open = turn.outcome in (Outcome.UNANSWERED, Outcome.CLARIFY) and not turn.is_private
    is_short = len(text.split()) <= LONGEST_FRAGMENT
    return is_comment(turn, text) or turn.takes_place or (is_open and is_short)


def is_comment(turn: Turn, text: str) -> bool:
    """Whether a message may only say something of another one, such as a doubt.

    So may one that has no answer, is short, and cannot be a cry.
    """
    return turn.is_comment or (is_unknown(turn) and len(text.split()) <= MOST_WORDS)
