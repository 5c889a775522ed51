"""Gaps, groups of them, replays and statistics as a person reads them, and as JSON for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from textwrap import indent
from typing import Any

from bot.gaps.grouping import Group
from bot.gaps.replaying import Became, Replayed
from bot.gaps.statistics import Statistics
from bot.model import GapStatus, LoggedGap

NEAREST = 2  # shown of each gap
TEXTS = 4  # shown of each group
ENTRIES = 10  # shown of each list of entries
_BARS = "▁▂▃▄▅▆▇█"


def gap_objects(gaps: Iterable[LoggedGap]) -> list[dict[str, Any]]:
    """The gaps as JSON objects."""
    return [
        {
            "id": logged.id,
            "at": f"{logged.at.isoformat(timespec='minutes')}Z",
            "reason": logged.gap.reason.value,
            "text": logged.gap.text,
            "entry": logged.gap.entry or None,
            "nearest": [{"entry": entry, "score": score} for entry, score in logged.gap.nearest],
            "language": logged.gap.language,
            "channel": logged.gap.channel.value,
            "faq_version": logged.gap.faq_version,
            "status": logged.status.value,
            "resolution": logged.resolution or None,
        }
        for logged in gaps
    ]


def gap_texts(gaps: Iterable[LoggedGap]) -> Iterator[str]:
    """Each gap in some lines, which fit any width: ids stay whole, so that they can be given to `show`."""
    for logged in gaps:
        gap = logged.gap
        judged = f" ({gap.entry})" if gap.entry else ""
        status = "" if logged.status is GapStatus.NEW else f", {logged.status.value} {logged.resolution}".rstrip()
        when = f"{logged.at:%Y-%m-%d %H:%M} UTC"
        yield f"{logged.id}  {when}, {gap.channel.value}, {gap.language}: {gap.reason.value}{judged}{status}"
        yield indent(gap.text, "    ")
        nearest = ", ".join(f"{entry} {score:.2f}" for entry, score in gap.nearest[:NEAREST])
        yield f"    near: {nearest}\n"


def group_objects(groups: Iterable[Group]) -> list[dict[str, Any]]:
    """The groups as JSON objects."""
    return [
        {
            "text": group.text,
            "count": group.count,
            "first": f"{group.first.isoformat(timespec='minutes')}Z",
            "last": f"{group.last.isoformat(timespec='minutes')}Z",
            "trend": list(group.trend),
            "reasons": {reason.value: number for reason, number in group.reasons.most_common()},
            "nearest": [{"entry": one.entry.id, "score": round(one.score, 4)} for one in group.nearest],
            "why": group.why,
            "gaps": gap_objects(group.gaps),
        }
        for group in groups
    ]


def group_texts(groups: Iterable[Group]) -> Iterator[str]:
    """Each group in some lines: how many and since when, its texts, what is near and why it was not given."""
    for group in groups:
        span = f"{group.first:%Y-%m-%d} to {group.last:%Y-%m-%d}"
        yield f"{group.count} x  {group.text}"
        yield f"    {span}, a week: {bars(group.trend)} ({', '.join(map(str, group.trend))})"
        yield f"    {', '.join(f'{reason.value} {number}' for reason, number in group.reasons.most_common())}"
        texts = [text for text in dict.fromkeys(logged.gap.text for logged in group.gaps) if text != group.text]
        yield from (indent(text, "    - ") for text in texts[:TEXTS])
        yield f"    near: {', '.join(f'{one.entry.id} {one.score:.2f}' for one in group.nearest)}"
        yield f"    {group.why}"
        yield f"    numbers: {' '.join(str(logged.id) for logged in group.gaps)}\n"


def replayed_objects(replayed: Iterable[Replayed]) -> list[dict[str, Any]]:
    """The replayed gaps as JSON objects."""
    return [
        {
            "id": one.gap.id,
            "text": one.gap.gap.text,
            "became": one.became.value,
            "outcome": one.outcome,
            "entries": list(one.entries),
            "resolution": one.gap.resolution or None,
        }
        for one in replayed
    ]


def replayed_texts(replayed: Iterable[Replayed]) -> Iterator[str]:
    """What became of the gaps: how many of each kind, and those that changed or are answered now."""
    replayed = list(replayed)
    for became in Became:
        of_kind = [one for one in replayed if one.became is became]
        yield f"{became.value}: {len(of_kind)}"
        for one in of_kind if became in (Became.ANSWERED, Became.CHANGED) else ():
            was = f"{one.gap.resolution} -> " if one.gap.resolution else ""
            yield f"  {one.gap.id}  {one.gap.gap.text}\n      {was}{', '.join(one.entries) or one.outcome}"


def statistics_object(summed: Statistics) -> dict[str, Any]:
    """The statistics as a JSON object."""
    return {
        "questions": summed.questions,
        "by_day": {day.isoformat(): number for day, number in summed.by_day.items()},
        "by_outcome": dict(summed.by_outcome),
        "by_language": dict(summed.by_language),
        "helpful": summed.helpful,
        "not_helpful": summed.not_helpful,
        "asked": dict(summed.asked),
        "complaints": dict(summed.complaints),
        "never": list(summed.never),
    }


def statistics_texts(summed: Statistics) -> Iterator[str]:
    """The statistics in lines, with bars where there is a shape to see."""
    days = list(summed.by_day)
    yield f"{summed.questions} questions from {days[0]} to {days[-1]}"
    yield f"  a day  {bars(list(summed.by_day.values()))}  (at most {max(summed.by_day.values())})"
    for outcome, number in summed.by_outcome.items():
        share = number / summed.questions if summed.questions else 0
        yield f"  {outcome:14} {number:6}  {share:4.0%}  {'█' * round(30 * share)}"
    yield f"  helpful {summed.helpful}, not helpful {summed.not_helpful}"
    yield f"  languages: {_listed(summed.by_language)}"
    yield f"  most asked: {_listed(summed.asked)}"
    yield f"  most complaints: {_listed(summed.complaints)}"
    yield f"  never asked: {len(summed.never)}{': ' if summed.never else ''}{', '.join(summed.never[:ENTRIES])}"


def bars(numbers: Sequence[int]) -> str:
    """Numbers as a row of bars, the largest being full."""
    most = max(numbers, default=0)
    return "".join(_BARS[-(-(len(_BARS) - 1) * number // most)] if most else _BARS[0] for number in numbers)


def _listed(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in list(numbers.items())[:ENTRIES]) or "none"
