"""Statistics from the counts: how much is asked and answered, and which entries help or do not. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from bot.domain.conversation import Channel, Outcome
from bot.domain.faq import Faq
from bot.domain.gap import Count

# Outcomes of a question, and what a person may report about an answer.
QUESTIONS = (Outcome.ANSWER, Outcome.CLARIFY, Outcome.UNANSWERED, Outcome.URGENT, Outcome.NONE_OF_THESE)
COMPLAINTS = (Outcome.WRONG, Outcome.OUTDATED, Outcome.UNCLEAR)


@dataclass(frozen=True, slots=True)
class Statistics:
    """The counts of some days, summed.

    ``by_day`` has every day of the span, also those without a question; ``by_outcome`` has the questions by outcome;
    ``asked``, ``complaints`` and, for cards, ``not_about_me`` are by entry, most frequent first; ``never`` are answers
    that nobody got.

    Divided further: ``outcomes_by_day`` is ``by_day`` by outcome, ``complaint_kinds`` is ``complaints`` by kind of
    complaint, ``never_by_topic`` is ``never`` by topic. ``gaps_by_language`` counts all gaps, whether or not their
    texts are still kept.
    """

    by_day: Mapping[date, int]
    by_outcome: Mapping[Outcome, int]
    by_language: Mapping[str, int]
    helpful: int
    not_helpful: int
    asked: Mapping[str, int]
    complaints: Mapping[str, int]
    not_about_me: Mapping[str, int]
    never: tuple[str, ...]
    outcomes_by_day: Mapping[date, Mapping[Outcome, int]]
    complaint_kinds: Mapping[str, Mapping[str, int]]
    gaps_by_language: Mapping[str, int]
    never_by_topic: Mapping[str, tuple[str, ...]]

    @property
    def questions(self) -> int:
        """The number of all questions."""
        return sum(self.by_outcome.values())


def statistics(counts: Iterable[tuple[date, Count, int]], faq: Faq, *, today: date, days: int) -> Statistics:
    """The statistics of the last ``days`` days, including today."""
    since = today - timedelta(days=days - 1)
    by_day = {since + timedelta(days=at): Counter(dict.fromkeys(QUESTIONS, 0)) for at in range(days)}
    by_language: Counter[str] = Counter()
    gaps_by_language: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    not_about_me: Counter[str] = Counter()
    complaints: defaultdict[str, Counter[str]] = defaultdict(lambda: Counter(dict.fromkeys(COMPLAINTS, 0)))
    helpful = 0
    for day, count, number in counts:
        if not since <= day <= today or count.channel is Channel.INLINE:  # inline counts queries while people type
            continue
        outcome = Outcome.URGENT if count.outcome is Outcome.URGENT_QUESTION else count.outcome
        if outcome in QUESTIONS:
            by_day[day][outcome] += number
            by_language[count.language] += number
        if count.outcome is Outcome.ANSWER and count.entry:
            asked[count.entry] += number
        if count.outcome is Outcome.HELPFUL:
            helpful += number
        if count.outcome is Outcome.NOT_ABOUT_ME:
            not_about_me[count.entry] += number
        if count.outcome in COMPLAINTS:
            complaints[count.entry][count.outcome] += number
        if _is_gap(count):
            gaps_by_language[count.language] += number
    unasked = [entry for topic in faq.topics for entry in faq.of_topic(topic) if entry.id not in asked]
    by_topic = groupby(unasked, key=lambda entry: entry.topic)
    by_entry = dict(sorted(complaints.items(), key=lambda item: (-item[1].total(), item[0])))
    return Statistics(
        by_day={day: outcomes.total() for day, outcomes in by_day.items()},
        by_outcome={outcome: sum(outcomes[outcome] for outcomes in by_day.values()) for outcome in QUESTIONS},
        by_language=dict(by_language.most_common()),
        helpful=helpful,
        not_helpful=sum(kinds.total() for kinds in by_entry.values()),
        asked=dict(sorted(asked.items(), key=lambda item: (-item[1], item[0]))),
        complaints={entry: kinds.total() for entry, kinds in by_entry.items()},
        not_about_me=dict(not_about_me.most_common()),
        never=tuple(entry.id for entry in unasked),
        outcomes_by_day=by_day,
        complaint_kinds=by_entry,
        gaps_by_language=dict(gaps_by_language.most_common()),
        never_by_topic={topic: tuple(entry.id for entry in entries) for topic, entries in by_topic},
    )


def _is_gap(count: Count) -> bool:
    """Whether a count is of gaps. An unanswered question with an entry is none: an out-of-scope entry explained it."""
    is_unmatched = count.outcome is Outcome.UNANSWERED and not count.entry
    return is_unmatched or count.outcome in (Outcome.NONE_OF_THESE, Outcome.NOT_ASKED, *COMPLAINTS)
