"""The statistics as tables for a spreadsheet. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.gaps.statistics import COMPLAINTS, REASONS, TREND_WEEKS, Statistics

Cell = str | int
ENCODING = "utf-8-sig"  # by whose mark a spreadsheet knows that it is UTF-8
# What a spreadsheet would take for a formula: https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under the names of their columns. ``name`` is that of its file, ``title`` is for people."""

    name: str
    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def tables(summed: Statistics, questions: Mapping[str, str]) -> tuple[Table, ...]:
    """All that the statistics page shows. ``questions`` are those of the entries by their ids."""

    def of_entries(numbers: Iterable[tuple[str, Sequence[Cell]]]) -> list[Sequence[Cell]]:
        return [(entry, questions.get(entry, ""), *cells) for entry, cells in numbers]

    weeks = [f"week {week} of {TREND_WEEKS}" for week in range(1, TREND_WEEKS + 1)]
    entry = ("entry", "question")
    languages = dict.fromkeys([*summed.by_language, *summed.gaps_by_language])
    near_languages = sorted({language for numbers in summed.near_misses.values() for language in numbers})
    return (
        Table("outcomes", "What became of the questions", ("outcome", "questions"), [*summed.by_outcome.items()]),
        Table(
            "days",
            "Day by day",
            ("day", "questions", *summed.by_outcome),
            [
                (day.isoformat(), summed.by_day[day], *outcomes.values())
                for day, outcomes in summed.outcomes_by_day.items()
            ],
        ),
        Table(
            "unanswered",
            "Why there was no answer, by language",
            ("language", *REASONS),
            [(language, *reasons.values()) for language, reasons in summed.unanswered_by_language.items()],
        ),
        Table(
            "out-of-scope",
            "Out of scope",
            (*entry, "questions", *weeks),
            of_entries(
                (name, (summed.out_of_scope.get(name, 0), *trend)) for name, trend in summed.scope_trend.items()
            ),
        ),
        Table(
            "near-misses",
            "Came near to an answer, by language",
            (*entry, "gaps", *near_languages, *weeks),
            of_entries(
                (
                    name,
                    (
                        sum(summed.near_misses.get(name, {}).values()),
                        *(summed.near_misses.get(name, {}).get(language, 0) for language in near_languages),
                        *trend,
                    ),
                )
                for name, trend in summed.near_trend.items()
            ),
        ),
        Table(
            "helpful",
            "Was this helpful, by entry",
            (*entry, "yes", "no", "yes, in percent"),
            of_entries((name, (one.yes, one.no, round(100 * one.rate))) for name, one in summed.satisfaction.items()),
        ),
        Table(
            "answered", "Answered most", (*entry, "answers"), of_entries((one, (n,)) for one, n in summed.asked.items())
        ),
        Table(
            "complaints",
            "Marked as wrong, outdated or unclear",
            (*entry, *COMPLAINTS),
            of_entries((name, tuple(kinds.values())) for name, kinds in summed.complaint_kinds.items()),
        ),
        Table(
            "languages",
            "Languages",
            ("language", "questions", "gaps"),
            [(one, summed.by_language.get(one, 0), summed.gaps_by_language.get(one, 0)) for one in languages],
        ),
        Table(
            "never-asked",
            "Never asked",
            (*entry, "topic"),
            of_entries((name, (topic,)) for topic, names in summed.never_by_topic.items() for name in names),
        ),
    )


def as_csv(table: Table) -> str:
    """A table as CSV. A text that a spreadsheet would take for a formula begins with an apostrophe."""
    text = io.StringIO()
    csv.writer(text).writerows([_inert(cell) for cell in row] for row in (table.columns, *table.rows))
    return text.getvalue()


def _inert(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell.lstrip(" ").startswith(_FORMULA) else str(cell)
