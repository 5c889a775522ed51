"""Gaps, groups of them, replays and statistics as tables, for a person at a terminal of any width.

Texts go in as they are: no markup in them is read, and nothing in them acts on the terminal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.cli.gap_text import (
    ENTRIES,
    LISTED,
    bars,
    change,
    circumstances,
    fields,
    got,
    group_lines,
    inert,
    near,
    nearest,
    never_asked,
    one_line,
    sets_lists,
    sets_summary,
    share,
    share_bar,
    statistics_title,
)
from bot.domain.faq import Entry
from bot.domain.gap import LoggedGap
from bot.gaps.clustering import Group
from bot.gaps.replay import Became, Replayed, ReplayedSets
from bot.gaps.statistics import Statistics


def print_gaps(gaps: Iterable[LoggedGap], console: Console) -> None:
    """Each gap with its number, its text, when and why, and the first of its nearest entries."""
    table = _table("no.", "question")
    for logged in gaps:
        about = f"{circumstances(logged)}\nnear: {nearest(logged)}"
        table.add_row(str(logged.id), _cell(inert(logged.gap.text), about))
    console.print(table)


def print_whole_gaps(gaps: Iterable[LoggedGap], entries: Mapping[str, Entry], console: Console) -> None:
    """Each gap with all that is kept of it."""
    for logged in gaps:
        table = _table("gap", str(logged.id))
        table.add_row("text", _cell(inert(logged.gap.text)))
        for name, value in fields(logged):
            table.add_row(name, _cell(value))
        for entry, score, question in near(logged, entries):
            table.add_row(f"near {score:.4f}", _cell(entry, question))
        console.print(table)


def print_groups(groups: Iterable[Group], console: Console) -> None:
    """Each group with its size, the last weeks, its texts, what is near and why it was not given."""
    table = _table("gaps", "by week", "question")
    for group in groups:
        span = f"{group.first:%Y-%m-%d} to {group.last:%Y-%m-%d}"
        about = "\n".join((span, *group_lines(group)))
        table.add_row(str(group.count), bars(group.trend), _cell(one_line(group.text), about))
    console.print(table)


def print_replayed(replayed: Iterable[Replayed], console: Console) -> None:
    """What became of the gaps: how many of each kind, and those that changed or are answered now."""
    replayed = list(replayed)
    for became in Became:
        of_kind = [one for one in replayed if one.became is became]
        console.print(Text(f"{became.value}: {len(of_kind)}", "bold"))
        if of_kind and became in LISTED:
            table = _table("no.", "question")
            for one in of_kind:
                table.add_row(str(one.gap.id), _cell(one_line(one.gap.gap.text), change(one)))
            console.print(table)


def print_sets(sets: ReplayedSets, console: Console) -> None:
    """How the question sets fare."""
    console.print(Text(sets_summary(sets), "bold"))
    for name, judged in sets_lists(sets):
        console.print(Text(f"{name}: {len(judged)}", "bold"))
        if judged:
            table = _table("id", "message")
            for one in judged:
                table.add_row(one.message.id, _cell(one_line(one.message.text), got(one)))
            console.print(table)


def print_statistics(summed: Statistics, console: Console) -> None:
    """What is asked and how far it is served."""
    console.print(Text(statistics_title(summed), "bold"))
    by_day = list(summed.by_day.values())
    console.print(Text(f"a day: {bars(by_day)} (at most {max(by_day)})"))
    outcomes = _table("outcome", "questions", "share", "")
    for outcome, number in summed.by_outcome.items():
        bar = Text(share_bar(number, summed), no_wrap=True, overflow="crop")
        outcomes.add_row(outcome, str(number), f"{share(number, summed):.0%}", bar)
    console.print(outcomes)
    console.print(Text(f"helpful {summed.helpful}, not helpful {summed.not_helpful}"))
    for name, numbers in (("language", summed.by_language), ("most asked", summed.asked)):
        _print_numbers(name, numbers, console)
    _print_numbers("most complaints", summed.complaints, console)
    console.print(Text(never_asked(summed)))


def _print_numbers(name: str, numbers: Mapping[str, int], console: Console) -> None:
    table = _table("number", name)
    for value, number in list(numbers.items())[:ENTRIES]:
        table.add_row(str(number), _cell(inert(value)))
    if numbers:
        console.print(table)


def _table(first: str, *others: str) -> Table:
    """A table whose last column takes the room that is left, and breaks between words."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, title_justify="left")
    for name in (first, *others[:-1]):
        table.add_column(name, no_wrap=True)
    table.add_column(others[-1], overflow="fold")
    return table


def _cell(text: str, about: str = "") -> Text:
    """A text, and what is to be said about it in paler lines below."""
    return Text.assemble(text, ("\n" + about if about else "", "dim"))
