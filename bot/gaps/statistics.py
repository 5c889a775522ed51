"""Statistics from the counts: how much is asked and answered, and which entries help or do not. Pure.

What the counts do not say, which entries questions without an answer came near to, is from the gaps that are kept.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from bot.domain.conversation import Channel, NoAnswerReason, Outcome
from bot.domain.faq import Faq, Kind
from bot.domain.gap import Count, GapReason, LoggedGap

# Outcomes of a question, and what a person may report about an answer.
QUESTIONS = (Outcome.ANSWER, Outcome.CLARIFY, Outcome.UNANSWERED, Outcome.URGENT, Outcome.NONE_OF_THESE)
COMPLAINTS = (Outcome.WRONG, Outcome.OUTDATED, Outcome.UNCLEAR)
# Why a question had no answer, as far as the counts say it.
REASONS = (
    NoAnswerReason.NO_MATCH,
    NoAnswerReason.OUT_OF_SCOPE,
    NoAnswerReason.OTHER_YEAR,
    NoAnswerReason.OTHER_LANGUAGE,
    Outcome.NONE_OF_THESE,
)
TREND_WEEKS = 8
NEAR = 0.3  # the least score of an entry that a question came near to; that of its own phrasings is near 1
_UNMATCHED = (GapReason.NO_MATCH, GapReason.OTHER_LANGUAGE, GapReason.NONE_OF_THESE)


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """How many said that an entry's answer helped, and how many that it is wrong, outdated or unclear."""

    yes: int
    no: int

    @property
    def rate(self) -> float:
        """The share of those to whom it was helpful, from 0 to 1."""
        return self.yes / (self.yes + self.no)


@dataclass(frozen=True, slots=True)
class Statistics:
    """The counts of some days, summed.

    ``by_day`` has every day of the span, also those without a question; ``by_outcome`` has the questions by outcome;
    ``asked``, ``complaints`` and, for cards, ``not_about_me`` are by entry, most frequent first; ``never`` are answers
    that nobody got.

    Divided further: ``outcomes_by_day`` is ``by_day`` by outcome, ``complaint_kinds`` is ``complaints`` by kind of
    complaint, ``never_by_topic`` is ``never`` by topic. ``gaps_by_language`` counts all gaps, whether or not their
    texts are still kept.

    ``unanswered_by_language`` has the questions without an answer by language and then by each of `REASONS`;
    ``out_of_scope`` those by the entry that explains it; ``scope_trend`` how many of these there were in each of the
    last `TREND_WEEKS` weeks, the oldest first and the last ending today, whatever the span. ``satisfaction`` is by
    entry, those with the most complaints first.

    ``near_misses`` has the gaps that came near to an answer and did not get it, by this entry and then by language, the
    most frequent first; ``near_trend`` is as ``scope_trend``. They are of gaps that are still kept.
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
    unanswered_by_language: Mapping[str, Mapping[str, int]]
    out_of_scope: Mapping[str, int]
    scope_trend: Mapping[str, tuple[int, ...]]
    satisfaction: Mapping[str, Satisfaction]
    near_misses: Mapping[str, Mapping[str, int]]
    near_trend: Mapping[str, tuple[int, ...]]

    @property
    def questions(self) -> int:
        """The number of all questions."""
        return sum(self.by_outcome.values())

    @property
    def unanswered(self) -> dict[str, int]:
        """The questions without an answer, by each of `REASONS`."""
        return {reason: sum(of[reason] for of in self.unanswered_by_language.values()) for reason in REASONS}


def statistics(
    counts: Iterable[tuple[date, Count, int]],
    faq: Faq,
    *,
    today: date,
    days: int,
    gaps: Iterable[LoggedGap] = (),
) -> Statistics:
    """The statistics of the last ``days`` days, including today; ``gaps`` are those of which near misses are told."""
    since = today - timedelta(days=days - 1)
    by_day = {since + timedelta(days=at): Counter(dict.fromkeys(QUESTIONS, 0)) for at in range(days)}
    by_language: Counter[str] = Counter()
    gaps_by_language: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    not_about_me: Counter[str] = Counter()
    complaints: defaultdict[str, Counter[str]] = defaultdict(lambda: Counter(dict.fromkeys(COMPLAINTS, 0)))
    helpful: Counter[str] = Counter()
    unanswered: defaultdict[str, Counter[str]] = defaultdict(lambda: Counter(dict.fromkeys(REASONS, 0)))
    out_of_scope: Counter[str] = Counter()
    weeks: Counter[tuple[str, int]] = Counter()
    for day, count, number in counts:
        if count.channel is Channel.INLINE:  # it counts queries while people type
            continue
        why = _why_unanswered(count, faq)
        if why is NoAnswerReason.OUT_OF_SCOPE and 0 <= (ago := (today - day).days // 7) < TREND_WEEKS:
            weeks[count.entry, ago] += number
        if not since <= day <= today:
            continue
        if why is not None:
            unanswered[count.language][why] += number
        if why is NoAnswerReason.OUT_OF_SCOPE:
            out_of_scope[count.entry] += number
        outcome = Outcome.URGENT if count.outcome is Outcome.URGENT_QUESTION else count.outcome
        if outcome in QUESTIONS:
            by_day[day][outcome] += number
            by_language[count.language] += number
        if count.outcome is Outcome.ANSWER and count.entry:
            asked[count.entry] += number
        if count.outcome is Outcome.HELPFUL:
            helpful[count.entry] += number
        if count.outcome is Outcome.NOT_ABOUT_ME:
            not_about_me[count.entry] += number
        if count.outcome in COMPLAINTS:
            complaints[count.entry][count.outcome] += number
        if _is_gap(count):
            gaps_by_language[count.language] += number
    near, near_weeks = _near_misses(gaps, faq, today=today, since=since)
    missed = sorted(near.keys() | {entry for entry, _ in near_weeks}, key=lambda one: (-near[one].total(), one))
    unasked = [entry for topic in faq.topics for entry in faq.of_topic(topic) if entry.id not in asked]
    by_topic = groupby(unasked, key=lambda entry: entry.topic)
    by_entry = dict(sorted(complaints.items(), key=lambda item: (-item[1].total(), item[0])))
    explained = sorted(out_of_scope.keys() | {entry for entry, _ in weeks}, key=lambda one: (-out_of_scope[one], one))
    by_reason = sorted(unanswered.items(), key=lambda item: (-item[1].total(), item[0]))
    judged = [entry for entry in {**helpful, **complaints} if entry]
    said = {entry: Satisfaction(helpful[entry], complaints[entry].total()) for entry in judged}
    return Statistics(
        by_day={day: outcomes.total() for day, outcomes in by_day.items()},
        by_outcome={outcome: sum(outcomes[outcome] for outcomes in by_day.values()) for outcome in QUESTIONS},
        by_language=dict(by_language.most_common()),
        helpful=helpful.total(),
        not_helpful=sum(kinds.total() for kinds in by_entry.values()),
        asked=dict(sorted(asked.items(), key=lambda item: (-item[1], item[0]))),
        complaints={entry: kinds.total() for entry, kinds in by_entry.items()},
        not_about_me=dict(not_about_me.most_common()),
        never=tuple(entry.id for entry in unasked),
        outcomes_by_day=by_day,
        complaint_kinds=by_entry,
        gaps_by_language=dict(gaps_by_language.most_common()),
        never_by_topic={topic: tuple(entry.id for entry in entries) for topic, entries in by_topic},
        unanswered_by_language=dict(by_reason),
        out_of_scope={entry: out_of_scope[entry] for entry in explained if out_of_scope[entry]},
        scope_trend={entry: tuple(weeks[entry, ago] for ago in reversed(range(TREND_WEEKS))) for entry in explained},
        satisfaction=dict(sorted(said.items(), key=lambda item: (-item[1].no, item[1].rate, item[0]))),
        near_misses={entry: dict(near[entry].most_common()) for entry in missed if near[entry]},
        near_trend={entry: tuple(near_weeks[entry, ago] for ago in reversed(range(TREND_WEEKS))) for entry in missed},
    )


def _near_misses(
    gaps: Iterable[LoggedGap], faq: Faq, *, today: date, since: date
) -> tuple[defaultdict[str, Counter[str]], Counter[tuple[str, int]]]:
    """The gaps of a span that came near to an answer, by entry and language; and by entry and weeks before today."""
    by_language: defaultdict[str, Counter[str]] = defaultdict(Counter)
    weeks: Counter[tuple[str, int]] = Counter()
    answers = {entry.id for entry in faq.entries.values() if entry.kind is Kind.ANSWER}
    for logged in gaps:
        gap, day = logged.gap, logged.at.date()
        entry, score = next((one for one in gap.nearest if one[0] in answers), ("", 0.0))
        if gap.reason not in _UNMATCHED or gap.channel is Channel.INLINE or score < NEAR:
            continue
        if since <= day <= today:
            by_language[entry][gap.language] += 1
        if 0 <= (ago := (today - day).days // 7) < TREND_WEEKS:
            weeks[entry, ago] += 1
    return by_language, weeks


def _why_unanswered(count: Count, faq: Faq) -> NoAnswerReason | Outcome | None:
    """Which of `REASONS` a count is of; None if it is not of questions without an answer."""
    if count.outcome is not Outcome.UNANSWERED:
        return Outcome.NONE_OF_THESE if count.outcome is Outcome.NONE_OF_THESE else None
    if count.entry:
        entry = faq.entries.get(count.entry)
        is_year = entry is not None and entry.kind is Kind.ANSWER
        return NoAnswerReason.OTHER_YEAR if is_year else NoAnswerReason.OUT_OF_SCOPE
    return NoAnswerReason.NO_MATCH if faq.speaks(count.language) else NoAnswerReason.OTHER_LANGUAGE


def _is_gap(count: Count) -> bool:
    """Whether a count is of gaps. An unanswered question with an entry is none: an out-of-scope entry explained it."""
    is_unmatched = count.outcome is Outcome.UNANSWERED and not count.entry
    return is_unmatched or count.outcome in (Outcome.NONE_OF_THESE, Outcome.NOT_ASKED, *COMPLAINTS)
