"""The chart of days as SVG, and the numbers and labels for the bars of the statistics page. Pure.

The chart has no scripts or styles, only CSS classes. Its x coordinates are percentages and its y coordinates pixels, so
that texts keep their size on any screen. Labels for which a telephone has no room have the class `chart-wide`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count, pairwise

from markupsafe import Markup

NARROW, WIDE = 200, 490  # width of a chart in pixels, on a screen of 320, and of 640, where charts.css changes over
CHARACTER = 8  # width in pixels, in texts of 12 pixels: dates are narrower in Noto Sans and DejaVu Sans
SPACING = 8  # pixels between two labels
MARGIN = 12  # pixels that a label may extend beyond the right edge
HEIGHT, TOP, DATES = 160, 10, 32  # pixels: of the bars, above them, and below them
LONGEST_BY_DAY = 100  # days; a longer span has a bar for each week
ROWS = 10  # of a list that are shown at once

NAMES: Mapping[str, str] = {"answer": "answered", "clarify": "offered a choice"}  # labels that differ from the outcome
# The colour and texture of each outcome, from the bottom of a stack. All textures differ, so that colour is not needed.
FILLS: Mapping[str, tuple[str, str]] = {
    "answer": ("good", ""),
    "clarify": ("accent", "M-2 2 L2 -2 M-2 10 L10 -2 M6 10 L10 6"),
    "unanswered": ("warn", "M2 2 h.01 M6 6 h.01"),
    "urgent": ("bad", "M0 2 H8 M0 6 H8"),
    "none of these": ("muted", "M0 0 L8 8 M8 0 L0 8"),
}
_FILL = Markup(
    '<pattern id="chart-{0}" width="8" height="8" patternUnits="userSpaceOnUse">'
    '<rect class="chart-{0}" width="8" height="8"/><path class="chart-texture" d="{1}"/></pattern>'
)
_BAR = Markup('<rect x="{:.3f}%" y="{:.2f}" width="{:.3f}%" height="{:.2f}" fill="url(#chart-{})"/>')
_SWATCH = Markup(
    '<li><svg width="16" height="16" aria-hidden="true"><rect width="16" height="16" fill="url(#chart-{})"/></svg>'
    " {}</li>"
)

Numbers = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Block:
    """The days of one bar, and the counts by kind on these days."""

    first: date
    last: date
    numbers: Numbers

    @property
    def total(self) -> int:
        """The sum of the counts."""
        return sum(self.numbers.values())

    @property
    def name(self) -> str:
        """The day, or the first and the last day."""
        return span(self.first, self.last)


def days_chart(by_day: Mapping[date, Numbers]) -> Markup:
    """A stacked bar for each day, or for each week where there are more than `LONGEST_BY_DAY` days.

    ``by_day`` has every day of its span, in order. Lines mark Mondays, or in long charts the first days of months.
    """
    bars, days = blocks(by_day), list(by_day)
    ticks, most = nice_ticks(max(bar.total for bar in bars)), max(bars, key=lambda bar: bar.total)
    drawing = Markup(
        '<figure class="chart"><svg class="chart-days" role="img" width="100%" height="{}"><title>{}</title>'
        "<desc>At most {:,}: {}. The table below has all numbers.</desc><defs>{}</defs>{}{}{}</svg>"
        '<figcaption><ul class="chart-key">{}</ul></figcaption></figure>'
    )
    return drawing.format(
        TOP + HEIGHT + DATES,
        f"Questions a {'day' if len(bars) == len(days) else 'week'}, {span(days[0], days[-1])}",
        most.total,
        most.name,
        _joined(_FILL.format(*fill) for fill in FILLS.values()),
        _axis(ticks),
        _dates(days),
        _joined(_stack(bar, days, top=ticks[-1]) for bar in bars),
        _joined(_SWATCH.format(colour, named(kind)) for kind, (colour, _) in FILLS.items()),
    )


# --- Data and labels -------------------------------------------------------------------------------------------------


def named(kind: str) -> str:
    """The label of an outcome on the page."""
    return NAMES.get(kind, kind)


def blocks(by_day: Mapping[date, Numbers]) -> list[Block]:
    """The days one by one, or in weeks of which the newest ends with the last day and the oldest may be shorter."""
    days, size = list(by_day), 1 if len(by_day) <= LONGEST_BY_DAY else 7
    parts = [days[max(0, end - size) : end] for end in range(len(days), 0, -size)][::-1]
    return [
        Block(some[0], some[-1], {kind: sum(by_day[day][kind] for day in some) for kind in by_day[some[0]]})
        for some in parts
    ]


def columns(**numbers: Numbers) -> dict[str, dict[str, int]]:
    """Several counts of the same names as rows: ``{name: {kind: number}}``, in the order of the first count."""
    names = dict.fromkeys(name for column in numbers.values() for name in column)
    return {name: {kind: column.get(name, 0) for kind, column in numbers.items()} for name in names}


def largest(rows: Mapping[str, Numbers]) -> int:
    """The largest number of all rows, whose bar has the full width."""
    return max(number for numbers in rows.values() for number in numbers.values())


def nice_ticks(most: int) -> tuple[int, ...]:
    """Two to six ticks of an axis from 0 to at least ``most``, in steps of 1, 2 or 5 times a power of ten."""
    step = next(step * 10**power for power in count() for step in (1, 2, 5) if step * 10**power * 5 >= most)
    return tuple(step * at for at in range(max(1, -(-most // step)) + 1))


def axis_number(number: int) -> str:
    """The label of a tick: at most five characters, up to a thousand million."""
    if number >= 1_000_000:
        return f"{number / 1_000_000:g}M"
    return f"{number // 1_000}k" if number >= 10_000 else f"{number:,}"


def percent(part: int, whole: int) -> str:
    """A share as text. More than nothing is never rounded to 0%, and less than everything never to 100%."""
    share = part / whole if whole else 0
    return "<1%" if 0 < share <= 0.005 else ">99%" if 0.995 <= share < 1 else f"{share:.0%}"


def span(first: date, last: date) -> str:
    """A day, or the first and the last day of several, as text."""
    shown = f"{last.day} {last:%b %Y}"
    return shown if first == last else f"{first.day} {first:%b %Y} to {shown}"


def with_room(marked: Sequence[int], days: int, *, room: float, across: float) -> list[int]:
    """Those of the marked days that have room for a label: every one, every second, every fourth and so on.

    ``marked`` are positions of days; ``room`` is the width of a label and ``across`` that of all days, in pixels.
    """
    day = across / days
    apart = min((later - one for one, later in pairwise(marked)), default=days) * day
    step = next(2**power for power in count() if 2**power * apart >= room + SPACING)
    return [at for at in marked[::step] if (at + 0.5) * day + room / 2 <= across + MARGIN]


# --- Pieces ----------------------------------------------------------------------------------------------------------


def _axis(ticks: Sequence[int]) -> Markup:
    line = Markup(
        '<line class="chart-line" x1="0%" x2="100%" y1="{0:.2f}" y2="{0:.2f}"/>'
        '<text x="-6" y="{1:.2f}" text-anchor="end">{2}</text>'
    )
    heights = [TOP + HEIGHT - HEIGHT * tick / ticks[-1] for tick in ticks]
    return _joined(line.format(y, y + 4, axis_number(tick)) for tick, y in zip(ticks, heights, strict=True))


def _dates(days: Sequence[date]) -> Markup:
    """A line at the start of each week, or of each month in long charts, and a date below where there is room."""
    is_long = len(days) > LONGEST_BY_DAY
    first = [at for at, day in enumerate(days) if (day.day == 1 if is_long else day.weekday() == 0)]
    marked = list(range(len(days))) if len(days) <= 10 else first
    texts = {at: f"{days[at]:%b}" if is_long else f"{days[at].day} {days[at]:%b}" for at in marked}
    room = CHARACTER * max(map(len, texts.values()))
    narrow, wide = (with_room(marked, len(days), room=room, across=across) for across in (NARROW, WIDE))
    line = Markup('<line class="chart-line" x1="{0:.3f}%" x2="{0:.3f}%" y1="{1}" y2="{2}"/>')
    text = Markup('<text{} x="{:.3f}%" y="{}" text-anchor="middle">{}</text>')
    hidden = {at: Markup(' class="chart-wide"') for at in wide if at not in narrow}
    one = 100 / len(days)
    return _joined(
        [line.format(at * one, TOP, TOP + HEIGHT) for at in first]
        + [text.format(hidden.get(at, ""), (at + 0.5) * one, TOP + HEIGHT + 24, texts[at]) for at in wide]
    )


def _stack(block: Block, days: Sequence[date], *, top: int) -> Markup:
    """The stacked bar of a block, from the bottom up in the order of the outcomes."""
    one, y, parts = 100 / len(days), float(TOP + HEIGHT), []
    left, across = (block.first - days[0]).days * one, ((block.last - block.first).days + 1) * one
    for kind, number in block.numbers.items():
        height = HEIGHT * number / top
        y -= height
        if number:
            parts.append(_BAR.format(left + across / 10, y, across * 0.8, height, FILLS[kind][0]))
    words = ", ".join(f"{named(kind)} {number:,}" for kind, number in block.numbers.items() if number) or "none"
    return Markup("<g><title>{}: {}</title>{}</g>").format(block.name, words, _joined(parts))


def _joined(parts: Iterable[Markup]) -> Markup:
    return Markup().join(parts)
