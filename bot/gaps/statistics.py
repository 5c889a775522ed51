"""What the counts say: how much is asked and served, and which entries serve or do not. Pure; counts alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from bot.model import Count, Faq, GapReason

QUESTIONS = ("answer", "clarify", "unanswered", "urgent", GapReason.NONE_OF_THESE.value)  # outcomes of a question
HELPFUL = "helpful"
COMPLAINTS = (GapReason.WRONG.value, GapReason.OUTDATED.value, GapReason.UNCLEAR.value)
_INLINE = "inline"  # counts queries as people type, not questions


@dataclass(frozen=True, slots=True)
class Statistics:
    """The counts of some days, summed.

    ``by_day`` has every day of the span, also those without a question; ``by_outcome`` has the questions by what became
    of them; ``asked`` and ``complaints`` are by entry, the most frequent first; ``never`` are answers that nobody got.
    """

    by_day: Mapping[date, int]
    by_outcome: Mapping[str, int]
    by_language: Mapping[str, int]
    helpful: int
    not_helpful: int
    asked: Mapping[str, int]
    complaints: Mapping[str, int]
    never: tuple[str, ...]

    @property
    def questions(self) -> int:
        """All questions."""
        return sum(self.by_outcome.values())


def statistics(counts: Iterable[tuple[date, Count, int]], faq: Faq, *, today: date, days: int) -> Statistics:
    """The statistics of the last days, today being one of them."""
    since = today - timedelta(days=days - 1)
    by_day: Counter[date] = Counter({since + timedelta(days=at): 0 for at in range(days)})
    by_outcome: Counter[str] = Counter(dict.fromkeys(QUESTIONS, 0))
    by_language: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    complaints: Counter[str] = Counter()
    helpful = not_helpful = 0
    for day, count, number in counts:
        if not since <= day <= today or count.channel.value == _INLINE:
            continue
        if count.outcome in QUESTIONS:
            by_day[day] += number
            by_outcome[count.outcome] += number
            by_language[count.language] += number
        if count.outcome == "answer" and count.entry:
            asked[count.entry] += number
        if count.outcome == HELPFUL:
            helpful += number
        if count.outcome in COMPLAINTS:
            not_helpful += number
            complaints[count.entry] += number
    never = tuple(entry.id for topic in faq.topics for entry in faq.of_topic(topic) if entry.id not in asked)
    return Statistics(
        by_day=dict(sorted(by_day.items())),
        by_outcome=by_outcome,
        by_language=dict(by_language.most_common()),
        helpful=helpful,
        not_helpful=not_helpful,
        asked=dict(sorted(asked.items(), key=lambda item: (-item[1], item[0]))),
        complaints=dict(sorted(complaints.items(), key=lambda item: (-item[1], item[0]))),
        never=never,
    )
