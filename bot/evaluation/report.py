"""The output of `evaluate`: tables and misses in the terminal, the curve there and as an image."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot.domain.faq import Faq
from bot.evaluation.evaluate import VERDICTS, CurvePoint, Judged, Verdict, confusions, counts

_CURVE_WIDTH = 50


def print_scoreboard(judged: Sequence[Judged], faq: Faq, console: Console, *, with_misses: bool) -> None:
    """Print the counts by set, those of in-scope messages by style and topic, the confusions, and every miss."""
    in_scope = [one for one in judged if one.message.set == "inscope"]
    console.print(_table("By set", counts(judged, lambda one: one.message.set)))
    console.print(_table("In scope, by style", counts(in_scope, lambda one: one.message.expected.get("style", "?"))))
    if any("entries" in one.message.expected for one in in_scope):
        console.print(_table("In scope, by topic", counts(in_scope, lambda one: _topic(one, faq))))
    mixed = confusions(judged)
    if mixed:
        console.print("\nConfusions (expected -> answered)")
        for (expected, answered), number in mixed.most_common(15):
            console.print(f"  {number}  {expected} -> {answered}")
    if with_misses:
        console.print("\nMisses")
        for one in judged:
            if one.verdict != "right":
                entries = ", ".join(entry.id for entry in one.entries)
                text = " ".join(one.message.text.split())[:100]
                line = f"  {one.message.id} {one.verdict}: {one.outcome} ({entries}): {text}"
                console.print(line, markup=False, highlight=False)


def print_curve(points: Sequence[CurvePoint], console: Console) -> None:
    """Print the curve: for each threshold the shares of messages answered rightly (=) and wrongly (x)."""
    console.print("\nAnswers over thresholds: = right, of in-scope messages; x wrong, of all messages")
    for point in points[::4]:
        right, wrong = round(point.right * _CURVE_WIDTH), round(point.wrong * _CURVE_WIDTH)
        mark = "<" if point.is_own else " "
        bars = f"{'=' * right:{_CURVE_WIDTH}} {point.right:4.0%} {'x' * wrong:10} {point.wrong:5.1%}"
        console.print(f"  {point.threshold:.1f} {mark} {bars}", markup=False, highlight=False)


def draw_curve(points: Sequence[CurvePoint], path: Path) -> None:
    """Draw the curve as an image in the format of the file's suffix. Raises ModuleNotFoundError without matplotlib."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4.5), layout="constrained")
    axes = figure.subplots()
    axes.plot([100 * point.right for point in points], [100 * point.wrong for point in points], marker="o", ms=3)
    chosen = next(point for point in points if point.is_own)
    axes.plot([100 * chosen.right], [100 * chosen.wrong], "s", color="black", label=f"threshold {chosen.threshold:g}")
    for point in points[::5]:
        axes.annotate(f"{point.threshold:g}", (100 * point.right, 100 * point.wrong), fontsize=7, xytext=(4, 4),
                      textcoords="offset points")  # fmt: skip
    axes.set_xlabel("in-scope messages answered rightly, %")
    axes.set_ylabel("all messages answered wrongly, %")
    axes.set_title("Wrong answers against right ones, over answer thresholds")
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(path)


def _topic(one: Judged, faq: Faq) -> str:
    names = one.message.expected.get("entries", ())
    return faq.entries[names[0]].topic if names and names[0] in faq.entries else "?"


def _table(title: str, rows: Mapping[str, Counter[Verdict]]) -> Table:
    table = Table("", "messages", *VERDICTS, title=title, title_justify="left")
    for name, row in rows.items():
        total = sum(row.values())
        shares = (f"{row[verdict]} ({row[verdict] / total:.0%})" if row[verdict] else "" for verdict in VERDICTS)
        table.add_row(name, str(total), *shares)
    return table
