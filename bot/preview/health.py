"""The health of the content: what is to be reviewed, translated, asked for, corrected. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.content.translation_units import State
from bot.domain.faq import Entry, Faq, Kind
from bot.gaps.statistics import Statistics
from bot.preview.snapshot import Snapshot

SOON = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Health:
    """The entries that need somebody.

    ``overdue`` and ``soon`` by review date, the oldest first; ``translations`` by language and state, with those that
    nobody has read as ``MACHINE``; ``unread_cards`` no professional has read. From the counts, None without a log:
    ``never`` asked for, by topic, and ``wrong`` with how often each was marked so, by kind.
    """

    overdue: Sequence[Entry]
    soon: Sequence[Entry]
    translations: Mapping[str, Mapping[State, Sequence[Entry]]]
    unread_cards: Sequence[Entry]
    never: Mapping[str, Sequence[Entry]] | None
    wrong: Sequence[tuple[Entry, Mapping[str, int]]] | None


def health_of(version: Snapshot, counted: Statistics | None, today: date) -> Health:
    """The health of a version of the content on a day; ``counted`` has the counts of the last weeks."""
    faq = version.faq
    by_day = sorted(faq.entries.values(), key=lambda entry: entry.review_by)
    return Health(
        overdue=[entry for entry in by_day if entry.review_by < today],
        soon=[entry for entry in by_day if today <= entry.review_by <= today + SOON],
        translations={
            language: {
                state: [faq.entries[name] for name, of in states.items() if of is state and name in faq.entries]
                for state in State
                if state is not State.REVIEWED
            }
            for language, states in version.states.items()
        },
        unread_cards=[card for card in faq.of_kind(Kind.URGENT) if card.reviewed_by is None],
        never=_never(faq, counted) if counted else None,
        wrong=_wrong(faq, counted) if counted else None,
    )


def _never(faq: Faq, counted: Statistics) -> dict[str, list[Entry]]:
    return {topic: [faq.entries[name] for name in names] for topic, names in counted.never_by_topic.items()}


def _wrong(faq: Faq, counted: Statistics) -> list[tuple[Entry, Mapping[str, int]]]:
    return [(faq.entries[name], kinds) for name, kinds in counted.complaint_kinds.items() if name in faq.entries]
