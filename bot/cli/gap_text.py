"""Gaps, groups of them, replays and statistics as lines of plain text, and as JSON for programs.

What people wrote is shown so that nothing in it acts on a terminal. Lines never break within an id.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from textwrap import indent
from typing import Any

from bot.domain.faq import Entry
from bot.domain.gap import GapStatus, LoggedGap
from bot.evaluation.evaluate import Judged
from bot.gaps.clustering import Group
from bot.gaps.replay import Became, Replayed, ReplayedSets
from bot.gaps.statistics import Statistics

NEAREST = 2  # shown of each gap
TEXTS = 4  # shown of each group
ENTRIES = 10  # shown of each list of entries
_WIDTH = 30  # of a bar that is full
LISTED = (Became.ANSWERED, Became.CHANGED)  # of a replay one by one; of the others only how many
_BARS = "▁▂▃▄▅▆▇█"
# What moves a terminal's cursor or turns the direction of what follows.
_ACTIVE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


def inert(text: str) -> str:
    """A text in which what would act on a terminal is written out, as ``\\x1b``; line feeds stay."""
    return _ACTIVE.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text.replace("\t", " "))


def one_line(text: str) -> str:
    """A text in one line, inert."""
    return inert(" ".join(text.split()))


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
    """Each gap in some lines, with the first of its nearest entries."""
    for logged in gaps:
        yield f"{logged.id}  {circumstances(logged)}"
        yield indent(inert(logged.gap.text), "    ")
        yield f"    near: {nearest(logged)}\n"


def circumstances(logged: LoggedGap) -> str:
    """When and where it was asked, why it is a gap, and what became of it unless it is new."""
    gap = logged.gap
    judged = f" ({gap.entry})" if gap.entry else ""
    status = "" if logged.status is GapStatus.NEW else f", {logged.status.value} {logged.resolution}".rstrip()
    return inert(
        f"{logged.at:%Y-%m-%d %H:%M} UTC, {gap.channel.value}, {gap.language}: {gap.reason.value}{judged}{status}"
    )


def nearest(logged: LoggedGap) -> str:
    """The first of the nearest entries with their scores."""
    return inert(", ".join(f"{entry} {score:.2f}" for entry, score in logged.gap.nearest[:NEAREST]))


def whole_gap_objects(gaps: Iterable[LoggedGap], entries: Mapping[str, Entry]) -> list[dict[str, Any]]:
    """The gaps as JSON objects, the nearest entries with their questions; null for one that the FAQ has no more."""
    objects = gap_objects(gaps)
    for near in (near for one in objects for near in one["nearest"]):
        near["question"] = entries[near["entry"]].question if near["entry"] in entries else None
    return objects


def whole_gap_texts(gaps: Iterable[LoggedGap], entries: Mapping[str, Entry]) -> Iterator[str]:
    """Each gap with all that is kept of it."""
    for logged in gaps:
        yield f"gap {logged.id}"
        yield from (f"  {name:12} {value}" for name, value in fields(logged))
        yield "  text"
        yield indent(inert(logged.gap.text), "    ")
        yield "  near"
        yield from (f"    {score:.4f}  {entry}  {question}" for entry, score, question in near(logged, entries))
        yield ""


def fields(logged: LoggedGap) -> Iterator[tuple[str, str]]:
    """What is kept of a gap beside its text and nearest entries, by name."""
    gap = logged.gap
    yield "asked", f"{logged.at:%Y-%m-%d %H:%M} UTC"
    yield "reason", gap.reason.value
    if gap.entry:
        yield "answered by", inert(gap.entry)
    yield "status", logged.status.value
    if logged.resolution:
        yield "resolved by", inert(logged.resolution)
    yield "channel", gap.channel.value
    yield "language", inert(gap.language)
    yield "FAQ version", inert(gap.faq_version)


def near(logged: LoggedGap, entries: Mapping[str, Entry]) -> Iterator[tuple[str, float, str]]:
    """All nearest entries of a gap with their scores and questions."""
    for entry, score in logged.gap.nearest:
        yield inert(entry), score, entries[entry].question if entry in entries else "(no longer in the FAQ)"


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
        yield f"{group.count} x  {one_line(group.text)}"
        yield f"    {span}, a week: {bars(group.trend)} ({', '.join(map(str, group.trend))})"
        yield from (f"    {line}" for line in group_lines(group))
        yield ""


def group_lines(group: Group) -> Iterator[str]:
    """Of a group: the reasons, other texts, the nearest entries, why none is given, and the gaps' numbers."""
    yield ", ".join(f"{reason.value} {number}" for reason, number in group.reasons.most_common())
    texts = [text for text in dict.fromkeys(logged.gap.text for logged in group.gaps) if text != group.text]
    yield from (f"- {one_line(text)}" for text in texts[:TEXTS])
    yield f"near: {', '.join(f'{one.entry.id} {one.score:.2f}' for one in group.nearest)}"
    yield inert(group.why)
    yield f"numbers: {' '.join(str(logged.id) for logged in group.gaps)}"


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
        for one in of_kind if became in LISTED else ():
            yield f"  {one.gap.id}  {one_line(one.gap.gap.text)}\n      {change(one)}"


def change(one: Replayed) -> str:
    """From the entry that resolved a gap, if one did, to what it gets now."""
    was = f"{one.gap.resolution} -> " if one.gap.resolution else ""
    return inert(f"{was}{', '.join(one.entries) or one.outcome}")


def sets_object(sets: ReplayedSets) -> dict[str, Any]:
    """The replayed question sets as a JSON object; null stands for a list that there is not."""
    return {
        "messages": sets.messages,
        "missed": sets.missed,
        "newly_missed": None if sets.newly_missed is None else [_judged_object(one) for one in sets.newly_missed],
        "no_longer_missed": None
        if sets.no_longer_missed is None
        else [_judged_object(one) for one in sets.no_longer_missed],
    }


def _judged_object(one: Judged) -> dict[str, Any]:
    entries = [entry.id for entry in one.entries]
    return {"id": one.message.id, "text": one.message.text, "outcome": one.outcome, "entries": entries}


def sets_texts(sets: ReplayedSets) -> Iterator[str]:
    """How the question sets fare: how many messages are missed, and which are not known as missed, or need not be."""
    yield sets_summary(sets)
    for name, judged in sets_lists(sets):
        yield f"{name}: {len(judged)}"
        yield from (f"  {one.message.id}  {one_line(one.message.text)}\n      {got(one)}" for one in judged)


def sets_summary(sets: ReplayedSets) -> str:
    """How many messages of the question sets are missed."""
    unlisted = "" if sets.newly_missed is not None else "; no known_misses.txt says which are known"
    return f"question sets: {sets.missed} of {sets.messages} messages missed{unlisted}"


def sets_lists(sets: ReplayedSets) -> Iterator[tuple[str, Sequence[Judged]]]:
    """The messages that are worse, and those that are better than known."""
    if sets.newly_missed is not None and sets.no_longer_missed is not None:
        yield "newly missed", sets.newly_missed
        yield "no longer missed, to be taken from known_misses.txt", sets.no_longer_missed


def got(one: Judged) -> str:
    """What a message gets now."""
    return f"{one.outcome} {', '.join(entry.id for entry in one.entries)}".strip()


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
    yield statistics_title(summed)
    yield f"  a day  {bars(list(summed.by_day.values()))}  (at most {max(summed.by_day.values())})"
    for outcome, number in summed.by_outcome.items():
        yield f"  {outcome:14} {number:6}  {share(number, summed):4.0%}  {share_bar(number, summed)}"
    yield f"  helpful {summed.helpful}, not helpful {summed.not_helpful}"
    yield f"  languages: {_listed(summed.by_language)}"
    yield f"  most asked: {_listed(summed.asked)}"
    yield f"  most complaints: {_listed(summed.complaints)}"
    yield f"  {never_asked(summed)}"


def statistics_title(summed: Statistics) -> str:
    """How many questions there were, and in which days."""
    days = list(summed.by_day)
    return f"{summed.questions} questions from {days[0]} to {days[-1]}"


def share(number: int, summed: Statistics) -> float:
    """Of all questions."""
    return number / summed.questions if summed.questions else 0


def share_bar(number: int, summed: Statistics) -> str:
    """A share as a bar."""
    return "█" * round(_WIDTH * share(number, summed))


def never_asked(summed: Statistics) -> str:
    """How many entries nobody asked for, and some of them."""
    named = ", ".join(summed.never[:ENTRIES]) + (", …" if len(summed.never) > ENTRIES else "")
    return f"never asked: {len(summed.never)}{': ' if summed.never else ''}{named}"


def bars(numbers: Sequence[int]) -> str:
    """Numbers as a row of bars, the largest being full."""
    most = max(numbers, default=0)
    return "".join(_BARS[-(-(len(_BARS) - 1) * number // most)] if most else _BARS[0] for number in numbers)


def _listed(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in list(numbers.items())[:ENTRIES]) or "none"
