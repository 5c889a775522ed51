"""What the FAQ as it is now makes of the gaps: which it answers, which stay open, which changed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from bot.deciding import decide
from bot.dialogue import Outcome, outcome_of
from bot.matching.matcher import Matcher
from bot.model import OPEN, Answer, GapStatus, LoggedGap, Question


class Became(StrEnum):
    """What became of a gap since it was logged or resolved."""

    ANSWERED = "now answered"
    STILL_OPEN = "still open"
    CHANGED = "changed entry"
    AS_RESOLVED = "as resolved"


@dataclass(frozen=True, slots=True)
class Replayed:
    """A gap asked again. ``entries`` are those that it is answered with now, if it is."""

    gap: LoggedGap
    became: Became
    outcome: Outcome
    entries: tuple[str, ...]


def replay(gaps: Iterable[LoggedGap], matcher: Matcher) -> Iterator[Replayed]:
    """Ask the open and the resolved gaps again.

    An open gap is answered by any answer but the one that was judged. A resolved gap has changed where its entry no
    longer answers it. Those that are off topic, or were resolved by no entry, are passed over.
    """
    for logged in gaps:
        if logged.status is GapStatus.OFF_TOPIC or (logged.status is GapStatus.RESOLVED and not logged.resolution):
            continue
        decision = decide(Question(logged.gap.text, matcher.faq.language), matcher)
        entries = tuple(entry.id for entry in decision.entries) if isinstance(decision, Answer) else ()
        yield Replayed(logged, _became(logged, entries), outcome_of(decision)[0], entries)


def _became(logged: LoggedGap, entries: tuple[str, ...]) -> Became:
    if logged.status in OPEN:
        return Became.ANSWERED if set(entries) - {logged.gap.entry} else Became.STILL_OPEN
    return Became.AS_RESOLVED if logged.resolution in entries else Became.CHANGED
