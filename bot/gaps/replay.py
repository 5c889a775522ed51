"""Asks the current FAQ the logged gaps and the question sets again, and reports what got better or worse. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.answering.decide import decide
from bot.answering.turn import outcome_of, served_by
from bot.domain.conversation import Outcome, Question
from bot.domain.gap import OPEN, GapStatus, LoggedGap
from bot.domain.matching import Matcher
from bot.evaluation.evaluate import Judged


class Became(StrEnum):
    """What became of a gap since it was logged or resolved."""

    ANSWERED = "now answered"
    STILL_OPEN = "still open"
    CHANGED = "changed entry"
    AS_RESOLVED = "as resolved"


@dataclass(frozen=True, slots=True)
class Replayed:
    """A gap asked again. ``entries`` are those that serve it now; empty if none does."""

    gap: LoggedGap
    became: Became
    outcome: Outcome
    entries: tuple[str, ...]

    @property
    def answered_by(self) -> str:
        """The entry that closes the gap: the first of the answer that it does not complain about; empty if none."""
        return next((entry for entry in self.entries if entry != self.gap.gap.entry), "")


@dataclass(frozen=True, slots=True)
class ReplayedSets:
    """The messages of the question sets asked again: how many there are, and how many are not handled right.

    ``newly_missed`` are missing from the list of known misses, ``no_longer_missed`` are on it without need; both are
    None without a list.
    """

    messages: int
    missed: int
    newly_missed: tuple[Judged, ...] | None
    no_longer_missed: tuple[Judged, ...] | None


def replay(gaps: Iterable[LoggedGap], matcher: Matcher) -> Iterator[Replayed]:
    """Ask the open and the resolved gaps again.

    An open gap is answered by any entry but the one that it complains about; an explanation why the FAQ leaves it out
    counts as well. A resolved gap has changed if its entry
    no longer answers it. Gaps that are off topic, or that were resolved without an entry, are skipped.
    """
    for logged in gaps:
        if logged.status is GapStatus.OFF_TOPIC or (logged.status is GapStatus.RESOLVED and not logged.resolution):
            continue
        decision = decide(Question(logged.gap.text), matcher)
        replayed = Replayed(logged, Became.STILL_OPEN, outcome_of(decision)[0], served_by(decision))
        yield replace(replayed, became=_became(replayed))


def _became(replayed: Replayed) -> Became:
    if replayed.gap.status in OPEN:
        return Became.ANSWERED if replayed.answered_by else Became.STILL_OPEN
    return Became.AS_RESOLVED if replayed.gap.resolution in replayed.entries else Became.CHANGED


def compare(judged: Iterable[Judged], known_misses: Collection[str] | None) -> ReplayedSets:
    """Compare the judged messages of the question sets with the ids of known misses; None if there is no list."""
    judged = list(judged)
    missed = [one for one in judged if one.verdict != "right"]
    if known_misses is None:
        return ReplayedSets(len(judged), len(missed), None, None)
    return ReplayedSets(
        messages=len(judged),
        missed=len(missed),
        newly_missed=tuple(one for one in missed if one.message.id not in known_misses),
        no_longer_missed=tuple(one for one in judged if one.verdict == "right" and one.message.id in known_misses),
    )
