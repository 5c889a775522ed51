"""The output of the gap commands: JSON for programs, and listings as tables in a terminal or as plain lines.

A listing holds what people wrote unescaped; it is escaped when it is printed, so that no control character acts on the
terminal.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.cli.console import is_terminal
from bot.domain.faq import Entry
from bot.domain.gap import GapStatus, LoggedGap
from bot.evaluation.evaluate import Judged
from bot.gaps.clustering import Group
from bot.gaps.replay import Became, Replayed, ReplayedSets
from bot.gaps.statistics import Statistics

_NEAREST = 2  # shown of each gap in a list
_TEXTS = 4  # shown of each group, beside its own
_ENTRIES = 10  # shown of each list of entries
_WIDTH = 30  # of a full bar, in characters
_LISTED = (Became.ANSWERED, Became.CHANGED)  # the results of a replay that are listed one by one, not only counted
_BARS = "▁▂▃▄▅▆▇█"
# Control characters, and those that change the direction of the text after them.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


# --- Listings --------------------------------------------------------------------------------------------------------


class Row(NamedTuple):
    """An item of a listing: short cells, then lines of text; ``main`` is the index of the line to emphasise."""

    cells: Sequence[str]
    lines: Sequence[str]
    main: int = 0


class Listing(NamedTuple):
    """Rows under a title, or a title alone. A last column without a name is cut to the width instead of wrapped.

    ``is_short``: printed as one line of plain text; as a table without its title, which is its first column's name.
    """

    title: str
    columns: Sequence[str] = ()
    rows: Sequence[Row] = ()
    is_short: bool = False


def show_listings(found: object, listings: Iterable[Listing], *, as_json: bool) -> None:
    """Print a result as JSON, as tables in a terminal, or as plain text."""
    if as_json:
        print(json.dumps(found, indent=2))
    elif is_terminal():
        print_tables(listings, Console(highlight=False))
    else:
        for line in plain_lines(listings):
            print(line)


def print_tables(listings: Iterable[Listing], console: Console) -> None:
    """Print listings as tables, whose last column takes the remaining width and wraps between words."""
    for title, columns, rows, is_short in listings:
        if title and not is_short:
            console.print(Text(inert(title), "bold" if rows else ""))
        if rows:
            table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
            for column in columns[:-1]:
                table.add_column(column, no_wrap=True)
            table.add_column(columns[-1], overflow="fold")
            for cells, lines, main in rows:
                styled = [Text(inert(line), "" if at == main else "dim") for at, line in enumerate(lines)]
                table.add_row(*(Text(inert(cell)) for cell in cells), Text("\n", no_wrap=not columns[-1]).join(styled))
            console.print(table)


def plain_lines(listings: Iterable[Listing]) -> Iterator[str]:
    """Listings as plain lines, for searching: each text is complete and in one line, however long."""
    for title, _, rows, is_short in listings:
        if is_short:
            yield inert(f"{title}: {', '.join(' '.join((*row.cells, *row.lines)) for row in rows)}")
            continue
        if title:
            yield inert(title)
        margin = "  " if title else ""
        for cells, (first, *others), _ in rows:
            yield margin + inert("  ".join((*cells, first)))
            yield from (f"{margin}    {inert(line)}" for line in others)


def inert(text: str) -> str:
    """A text in one line: line feeds as ``↵``, and other control characters escaped, as ``\\x1b``."""
    in_one_line = text.replace("\n", " ↵ ").replace("\t", " ")
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), in_one_line)


# --- Gaps ------------------------------------------------------------------------------------------------------------


def gap_object(logged: LoggedGap, entries: Mapping[str, Entry] | None = None) -> dict[str, Any]:
    """A gap as a JSON object. With entries, its nearest get their questions, null for an entry no longer in the FAQ."""
    nearest: list[dict[str, Any]] = [{"entry": entry, "score": score} for entry, score in logged.gap.nearest]
    if entries is not None:
        for near in nearest:
            near["question"] = entries[near["entry"]].question if near["entry"] in entries else None
    return {
        "id": logged.id,
        "at": f"{logged.at:%Y-%m-%dT%H:%MZ}",
        "reason": logged.gap.reason,
        "text": logged.gap.text,
        "entry": logged.gap.entry or None,
        "nearest": nearest,
        "language": logged.gap.language,
        "channel": logged.gap.channel,
        "faq_version": logged.gap.faq_version,
        "status": logged.status,
        "resolution": logged.resolution or None,
        "reviewer": logged.reviewer or None,
    }


def list_gaps(gaps: Iterable[LoggedGap]) -> Listing:
    """Each gap with its number, time, reason, text and nearest entries."""
    return Listing("", ("no.", "question"), [Row([str(logged.id)], _about(logged), 1) for logged in gaps])


def _about(logged: LoggedGap) -> tuple[str, str, str]:
    gap = logged.gap
    judged = f" ({gap.entry})" if gap.entry else ""
    status = "" if logged.status is GapStatus.NEW else f", {logged.status} {logged.resolution}".rstrip()
    asked = f"{logged.at:%Y-%m-%d %H:%M} UTC, {gap.channel}, {gap.language}: {gap.reason}{judged}{status}"
    return asked, gap.text, f"near: {', '.join(f'{entry} {score:.2f}' for entry, score in gap.nearest[:_NEAREST])}"


def list_whole_gap(logged: LoggedGap, entries: Mapping[str, Entry]) -> Listing:
    """All fields of a gap, and all its nearest entries with their questions."""
    gap = logged.gap
    fields = {
        "text": gap.text,
        "asked": f"{logged.at:%Y-%m-%d %H:%M} UTC",
        "reason": gap.reason,
        "answered by": gap.entry,
        "status": logged.status,
        "resolved by": logged.resolution,
        "reviewed by": logged.reviewer,
        "channel": gap.channel,
        "language": gap.language,
        "FAQ version": gap.faq_version,
    }
    rows = [Row([f"{name:11}"], [value]) for name, value in fields.items() if value]
    for entry, score in gap.nearest:
        question = entries[entry].question if entry in entries else "(no longer in the FAQ)"
        rows.append(Row([f"near {score:.4f}"], [entry, question]))
    return Listing(f"gap {logged.id}", ("field", "value"), rows)


# --- Groups ----------------------------------------------------------------------------------------------------------


def group_object(group: Group) -> dict[str, Any]:
    """A group as a JSON object."""
    return {
        "text": group.text,
        "count": group.count,
        "first": f"{group.first:%Y-%m-%dT%H:%MZ}",
        "last": f"{group.last:%Y-%m-%dT%H:%MZ}",
        "trend": group.trend,
        "reasons": dict(group.reasons.most_common()),
        "nearest": [{"entry": one.entry.id, "score": round(one.score, 4)} for one in group.nearest],
        "why": group.why,
        "gaps": [gap_object(logged) for logged in group.gaps],
    }


def list_groups(groups: Iterable[Group]) -> Listing:
    """Each group: size, period and trend, texts, nearest entries, why they do not answer it, and the gaps' numbers."""
    rows = [Row([str(group.count), bars(group.trend)], list(_group_lines(group))) for group in groups]
    return Listing("" if rows else "No gaps are open.", ("gaps", "by week", "question"), rows)


def _group_lines(group: Group) -> Iterator[str]:
    yield group.text
    yield f"{group.first:%Y-%m-%d} to {group.last:%Y-%m-%d}, by week: {', '.join(map(str, group.trend))}"
    yield ", ".join(f"{reason} {number}" for reason, number in group.reasons.most_common())
    texts = [text for text in dict.fromkeys(logged.gap.text for logged in group.gaps) if text != group.text]
    yield from (f"- {text}" for text in texts[:_TEXTS])
    yield f"near: {', '.join(f'{one.entry.id} {one.score:.2f}' for one in group.nearest)}"
    yield group.why
    yield f"numbers: {' '.join(str(logged.id) for logged in group.gaps)}"


# --- Replays ---------------------------------------------------------------------------------------------------------


def replayed_object(one: Replayed) -> dict[str, Any]:
    """A replayed gap as a JSON object."""
    return {
        "id": one.gap.id,
        "text": one.gap.gap.text,
        "became": one.became,
        "outcome": one.outcome,
        "entries": one.entries,
        "resolution": one.gap.resolution or None,
    }


def list_replayed(replayed: Sequence[Replayed]) -> Iterator[Listing]:
    """The results of a replay: the number of gaps of each kind, and those that changed or are answered now."""
    for became in Became:
        of_kind = [one for one in replayed if one.became is became]
        rows = [Row([str(one.gap.id)], [one.gap.gap.text, _change(one)]) for one in of_kind if became in _LISTED]
        yield Listing(f"{became}: {len(of_kind)}", ("no.", "question"), rows)


def _change(one: Replayed) -> str:
    """The entry that resolved a gap, if any, and what the gap gets now."""
    was = f"{one.gap.resolution} -> " if one.gap.resolution else ""
    return f"{was}{', '.join(one.entries) or one.outcome}"


def sets_object(sets: ReplayedSets) -> dict[str, Any]:
    """The replayed question sets as a JSON object, with null for both lists where no known misses are recorded."""
    return {
        "messages": sets.messages,
        "missed": sets.missed,
        "newly_missed": None if sets.newly_missed is None else list(map(_judged_object, sets.newly_missed)),
        "no_longer_missed": None if sets.no_longer_missed is None else list(map(_judged_object, sets.no_longer_missed)),
    }


def _judged_object(one: Judged) -> dict[str, Any]:
    entries = [entry.id for entry in one.entries]
    return {"id": one.message.id, "text": one.message.text, "outcome": one.outcome, "entries": entries}


def list_sets(sets: ReplayedSets) -> Iterator[Listing]:
    """How many messages of the question sets are missed; which are newly missed, and which no longer."""
    unlisted = "" if sets.newly_missed is not None else "; no known_misses.txt says which are known"
    yield Listing(f"question sets: {sets.missed} of {sets.messages} messages missed{unlisted}")
    for name, judged in (
        ("newly missed", sets.newly_missed),
        ("no longer missed, to be taken from known_misses.txt", sets.no_longer_missed),
    ):
        if judged is not None:
            rows = [Row([one.message.id], [one.message.text, _got(one)]) for one in judged]
            yield Listing(f"{name}: {len(rows)}", ("id", "message"), rows)


def _got(one: Judged) -> str:
    return f"{one.outcome} {', '.join(entry.id for entry in one.entries)}".strip()


# --- Statistics ------------------------------------------------------------------------------------------------------


def statistics_object(statistics: Statistics) -> dict[str, Any]:
    """The statistics as a JSON object."""
    return {
        "questions": statistics.questions,
        "by_day": {day.isoformat(): number for day, number in statistics.by_day.items()},
        "by_outcome": statistics.by_outcome,
        "by_language": statistics.by_language,
        "helpful": statistics.helpful,
        "not_helpful": statistics.not_helpful,
        "asked": statistics.asked,
        "complaints": statistics.complaints,
        "not_about_me": statistics.not_about_me,
        "never": statistics.never,
        "unanswered": statistics.unanswered,
        "unanswered_by_language": statistics.unanswered_by_language,
        "out_of_scope": {
            entry: {"questions": statistics.out_of_scope.get(entry, 0), "by_week": trend}
            for entry, trend in statistics.scope_trend.items()
        },
        "near_misses": {
            entry: {"gaps": summed, "by_language": statistics.near_misses.get(entry, {}), "by_week": trend}
            for entry, trend in statistics.near_trend.items()
            for summed in [sum(statistics.near_misses.get(entry, {}).values())]
        },
        "satisfaction": {
            entry: {"yes": one.yes, "no": one.no, "rate": round(one.rate, 2)}
            for entry, one in statistics.satisfaction.items()
        },
    }


def list_statistics(statistics: Statistics) -> Iterator[Listing]:
    """What is asked and how much of it is answered, with bar charts of outcomes and days."""
    days, by_day = list(statistics.by_day), list(statistics.by_day.values())
    outcomes = []
    for outcome, number in statistics.by_outcome.items():
        share = number / statistics.questions if statistics.questions else 0
        outcomes.append(Row([f"{outcome:13}", f"{number:6}", f"{share:4.0%}"], ["█" * round(_WIDTH * share)]))
    title = f"{statistics.questions} questions from {days[0]} to {days[-1]}"
    yield Listing(title, ("outcome", "questions", "share", ""), outcomes)
    yield Listing(f"a day: {bars(by_day)} (at most {max(by_day)})")
    yield Listing(f"helpful {statistics.helpful}, not helpful {statistics.not_helpful}")
    yield _list_numbers("without an answer", {why: number for why, number in statistics.unanswered.items() if number})
    trends = [
        Row([entry, str(statistics.out_of_scope.get(entry, 0))], [bars(trend)])
        for entry, trend in list(statistics.scope_trend.items())[:_ENTRIES]
    ]
    yield Listing(f"out of scope{', and in each of eight weeks' if trends else ': none'}", ("entry", "no.", ""), trends)
    near = [
        Row([entry, str(sum(by_language.values()))], [f"{bars(trend)}  {_by_language(by_language)}"])
        for entry, trend in list(statistics.near_trend.items())[:_ENTRIES]
        for by_language in [statistics.near_misses.get(entry, {})]
    ]
    yield Listing(f"came near{', and in each of eight weeks' if near else ': none'}", ("entry", "no.", ""), near)
    yield _list_numbers(
        "said to be helpful",
        {entry: f"{one.rate:.0%} of {one.yes + one.no}" for entry, one in statistics.satisfaction.items()},
    )
    yield _list_numbers("languages", statistics.by_language)
    yield _list_numbers("most asked", statistics.asked)
    yield _list_numbers("most complaints", statistics.complaints)
    yield _list_numbers("cards not about the person", statistics.not_about_me)
    named = ", ".join(statistics.never[:_ENTRIES]) + (", …" if len(statistics.never) > _ENTRIES else "")
    yield Listing(f"never asked: {len(statistics.never)}{': ' if statistics.never else ''}{named}")


def _by_language(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{language} {number}" for language, number in numbers.items())


def _list_numbers(name: str, numbers: Mapping[str, int | str]) -> Listing:
    rows = [Row([value], [str(number)]) for value, number in list(numbers.items())[:_ENTRIES]]
    return Listing(name, (name, "number"), rows, is_short=True) if rows else Listing(f"{name}: none")


def bars(numbers: Sequence[int]) -> str:
    """Numbers as a bar chart of one line, scaled to the largest."""
    most = max(numbers, default=0)
    return "".join(_BARS[-(-(len(_BARS) - 1) * number // most)] if most else _BARS[0] for number in numbers)
