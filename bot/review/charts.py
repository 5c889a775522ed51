"""Charts of counts: SVG and lists as safe markup, every text escaped. Pure; no script and no style, only classes.

Geometry is in per cent across and in pixels down, so that texts keep their size on any screen. What a telephone has no
room for is of class `chart-wide`, what stands there in its place `chart-narrow`; `charts.css` shows one of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count, pairwise

from markupsafe import Markup

NARROW, WIDE = 200, 490  # pixels across that a chart has: on a screen of 320, and of 640, where charts.css changes over
CHARACTER = 8.0  # pixels across, in texts of 12 pixels: dates and shares are narrower in Noto Sans and DejaVu Sans
BETWEEN = 8  # pixels between two texts
MARGIN = 12  # pixels that a text may stand out on the right
HEIGHT, TOP, DATES, BAR = 160, 10, 32, 14  # pixels: of the days' bars, above and below them; of a bar that lies
LONGEST_BY_DAY = 100  # days; a longer span has a bar for each week
ROWS = 10  # of a list, the first
SPARK_HEIGHT, SPARK_STEP = 24, 8  # pixels

# What is counted: its name, and its colour and texture. The textures in one chart differ, so that colour is not needed.
KINDS: Mapping[str, tuple[str, str]] = {
    "answer": ("answered", "good-plain"),
    "clarify": ("offered a choice", "accent-stripes"),
    "unanswered": ("unanswered", "warn-dots"),
    "none of these": ("none of these", "muted-hatch"),
    "urgent": ("urgent", "bad-lines"),
    "helpful": ("helpful", "good-plain"),
    "not helpful": ("not helpful", "warn-dots"),
    "asked": ("", "good-plain"),
    "questions": ("questions", "accent-plain"),
    "gaps": ("gaps", "warn-dots"),
    "wrong": ("wrong", "bad-lines"),
    "outdated": ("outdated", "warn-dots"),
    "unclear": ("unclear", "muted-hatch"),
}
_TEXTURES: Mapping[str, str] = {
    "plain": "",
    "stripes": "M-2 2 L2 -2 M-2 10 L10 -2 M6 10 L10 6",
    "dots": "M2 2 h.01 M6 6 h.01",
    "hatch": "M0 0 L8 8 M8 0 L0 8",
    "lines": "M0 2 H8 M0 6 H8",
}
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FILL = Markup(
    '<pattern id="chart-{0}-{1}" width="8" height="8" patternUnits="userSpaceOnUse">'
    '<rect class="chart-{0}" width="8" height="8"/><path class="chart-texture" d="{2}"/></pattern>'
)
_BAR = Markup('<rect x="{:.3f}%" y="{:.2f}" width="{:.3f}%" height="{:.2f}" fill="url(#chart-{})"/>')

Numbers = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Block:
    """The days of one bar, and what was counted on them."""

    first: date
    last: date
    numbers: Numbers

    @property
    def total(self) -> int:
        """All that was counted."""
        return sum(self.numbers.values())

    @property
    def name(self) -> str:
        """The day, or the first and the last."""
        return span(self.first, self.last)


# --- Charts ----------------------------------------------------------------------------------------------------------


def fills() -> Markup:
    """The colours and textures that bars are filled with: once on each page that has charts."""
    looks = [look.split("-") for look in dict.fromkeys(look for _, look in KINDS.values())]
    patterns = _joined(_FILL.format(colour, texture, _TEXTURES[texture]) for colour, texture in looks)
    drawing = Markup('<svg class="chart-fills" width="0" height="0" aria-hidden="true"><defs>{}</defs></svg>')
    return drawing.format(patterns)


def days_chart(by_day: Mapping[date, Numbers]) -> Markup:
    """A stacked bar for each day, or for each week where there are more than `LONGEST_BY_DAY` days.

    ``by_day`` has every day of its span, in order. Lines mark the Mondays, or the first days of the months.
    """
    if not by_day:
        return Markup()
    bars, days = blocks(by_day), list(by_day)
    ticks, most = nice_ticks(max(bar.total for bar in bars)), max(bars, key=lambda bar: bar.total)
    drawing = Markup(
        '<figure class="chart"><svg class="chart-days" role="img" width="100%" height="{}"><title>{}</title>'
        "<desc>At most {:,}: {}. The table below has all numbers.</desc>{}{}{}</svg>{}</figure>"
    )
    return drawing.format(
        TOP + HEIGHT + DATES,
        f"Questions a {'day' if len(bars) == len(days) else 'week'}, {span(days[0], days[-1])}",
        most.total,
        most.name,
        _axis(ticks),
        _dates(days),
        _joined(_stack(bar, days, top=ticks[-1]) for bar in bars),
        _key({kind: KINDS[kind][0] for kind in bars[0].numbers}),
    )


def share_bar(numbers: Numbers, *, label: str) -> Markup:
    """One bar for all, its parts with their shares; below it each kind with its number."""
    total, start, parts = sum(numbers.values()) or 1, 0.0, []
    for kind, number in numbers.items():
        part = 100 * number / total
        parts.append(_bar(start, 0, part, 2 * BAR, kind))
        names = (f"{KINDS[kind][0]} {percent(number, total)}", percent(number, total), "")
        narrow, wide = (next(name for name in names if _fits(name, part / 100 * across)) for across in (NARROW, WIDE))
        parts.append(_text(start + part / 2, BAR + 4, narrow=narrow, wide=wide))
        start += part
    shares = {kind: f"{KINDS[kind][0]} {number:,} ({percent(number, total)})" for kind, number in numbers.items()}
    drawing = Markup(
        '<figure class="chart"><svg class="chart-share" role="img" width="100%" height="{}"><title>{}</title>'
        "<desc>{}</desc>{}</svg>{}</figure>"
    )
    return drawing.format(2 * BAR, _clean(label), ", ".join(shares.values()), _joined(parts), _key(shares))


def rows_chart(rows: Mapping[str, Numbers], *, questions: Mapping[str, str]) -> Markup:
    """The first rows, each with its name, its numbers and a lying bar for each number that is not nothing.

    ``rows`` has numbers by what they belong to, an entry's id or a language; ``questions`` are those of the entries.
    """
    shown = dict(list(rows.items())[:ROWS])
    most = max((number for numbers in shown.values() for number in numbers.values()), default=0) or 1
    row = Markup('<li>{}<span class="chart-number">{}</span>{}</li>')
    items = (
        row.format(entry_name(name, questions), _in_words(numbers), _lying(numbers, most))
        for name, numbers in shown.items()
    )
    kinds = [kind for kind in KINDS if any(numbers.get(kind) for numbers in shown.values())]
    key = _key({kind: KINDS[kind][0] for kind in kinds}) if len(kinds) > 1 else ""
    return Markup('<figure class="chart"><ol class="chart-rows">{}</ol>{}</figure>').format(_joined(items), key)


def sparkline(trend: Sequence[int], *, label: str) -> Markup:
    """A small bar for each number, the last one being the newest; what is not nothing can be seen."""
    bar = Markup('<rect x="{}" y="{:.2f}" width="{}" height="{:.2f}"/>')
    heights = [max(1.0, SPARK_HEIGHT * number / max(trend)) if number else 0.0 for number in trend]
    bars = _joined(
        bar.format(at * SPARK_STEP + 1, SPARK_HEIGHT - height, SPARK_STEP - 2, height)
        for at, height in enumerate(heights)
    )
    drawing = Markup(
        '<svg class="chart-spark" role="img" width="{0}" height="{1}"><title>{2}</title>'
        '<path class="chart-line" d="M0 {3} H{0}"/>{4}</svg>'
    )
    title = f"{_clean(label)}: {', '.join(f'{number:,}' for number in trend)}"
    return drawing.format(len(trend) * SPARK_STEP, SPARK_HEIGHT + 1, title, SPARK_HEIGHT + 0.5, bars)


# --- What they are made of -------------------------------------------------------------------------------------------


def blocks(by_day: Mapping[date, Numbers]) -> list[Block]:
    """The days one by one, or in weeks that end with the last day; the oldest may then be of fewer days."""
    days, size = list(by_day), 1 if len(by_day) <= LONGEST_BY_DAY else 7
    parts = [days[max(0, end - size) : end] for end in range(len(days), 0, -size)][::-1]
    return [
        Block(some[0], some[-1], {kind: sum(by_day[day][kind] for day in some) for kind in by_day[some[0]]})
        for some in parts
    ]


def columns(**numbers: Numbers) -> dict[str, dict[str, int]]:
    """Rows out of several counts of the same things: ``{name: {kind: number}}``, in the order of the first."""
    names = dict.fromkeys(name for column in numbers.values() for name in column)
    return {name: {kind: column.get(name, 0) for kind, column in numbers.items()} for name in names}


def nice_ticks(most: int) -> tuple[int, ...]:
    """Whole numbers for an axis from 0 to at least ``most``: two to six, in steps of 1, 2 or 5, or ten times that."""
    step = next(step * 10**power for power in count() for step in (1, 2, 5) if step * 10**power * 5 >= most)
    return tuple(step * at for at in range(max(1, -(-most // step)) + 1))


def axis_number(number: int) -> str:
    """A tick in five characters at most, up to a thousand million."""
    if number >= 1_000_000:
        return f"{number / 1_000_000:g}M"
    return f"{number // 1_000}k" if number >= 10_000 else f"{number:,}"


def percent(part: int, whole: int) -> str:
    """A share; what is not nothing is not shown as nothing, and what is not all not as all."""
    share = part / whole if whole else 0
    return "<1%" if 0 < share <= 0.005 else ">99%" if 0.995 <= share < 1 else f"{share:.0%}"


def span(first: date, last: date) -> str:
    """A day, or the first and the last of several."""
    shown = f"{last.day} {last:%b %Y}"
    return shown if first == last else f"{first.day} {first:%b %Y} to {shown}"


def marks(days: Sequence[date]) -> list[date]:
    """The days that are marked below their chart: all of a few, else Mondays, of very many the first of each month."""
    if len(days) <= 10:
        return list(days)
    return [day for day in days if (day.weekday() == 0 if len(days) <= LONGEST_BY_DAY else day.day == 1)]


def with_room(texts: Sequence[str], middles: Sequence[float], *, across: float) -> set[int]:
    """Which of the texts can be shown: every one, every second and so on, so that none touches the next.

    ``middles`` are pixels from the left of a chart that is ``across`` wide.
    """
    sides = [(middle - width(text) / 2, middle + width(text) / 2) for text, middle in zip(texts, middles, strict=True)]
    inside = [at for at, (_, right) in enumerate(sides) if right <= across + MARGIN]
    for step in range(1, len(inside)):
        if all(sides[one][1] + BETWEEN <= sides[other][0] for one, other in pairwise(inside[::step])):
            return set(inside[::step])
    return set(inside[:1])


def width(text: str) -> float:
    """About how many pixels a text takes."""
    return len(text) * CHARACTER


def entry_name(name: str, questions: Mapping[str, str]) -> Markup:
    """An entry's question with its id; what is no entry by its name alone."""
    shown = Markup('<span class="chart-name"><bdi dir="auto">{}</bdi>{}</span>')
    beside = Markup(' <bdi class="muted">{}</bdi>').format(_clean(name)) if name in questions else ""
    return shown.format(_clean(questions.get(name, name)) or "–", beside)


# --- Pieces ----------------------------------------------------------------------------------------------------------


def _axis(ticks: Sequence[int]) -> Markup:
    line = Markup(
        '<line class="chart-line" x1="0%" x2="100%" y1="{0:.2f}" y2="{0:.2f}"/>'
        '<text class="chart-tick" x="-6" y="{1:.2f}" text-anchor="end">{2}</text>'
    )
    heights = [TOP + HEIGHT - HEIGHT * tick / ticks[-1] for tick in ticks]
    return _joined(line.format(y, y + 4, axis_number(tick)) for tick, y in zip(ticks, heights, strict=True))


def _dates(days: Sequence[date]) -> Markup:
    marked, one = marks(days), 100 / len(days)
    texts = [f"{day:%b}" if len(days) > LONGEST_BY_DAY else f"{day.day} {day:%b}" for day in marked]
    lefts = [(day - days[0]).days * one for day in marked]
    narrow, wide = (
        with_room(texts, [(left + one / 2) / 100 * across for left in lefts], across=across)
        for across in (NARROW, WIDE)
    )
    line = Markup('<line class="chart-line" x1="{0:.3f}%" x2="{0:.3f}%" y1="{1}" y2="{2}"/>')
    lines = [
        line.format(left, TOP, TOP + HEIGHT)
        for left, day in zip(lefts, marked, strict=True)
        if len(days) > LONGEST_BY_DAY or day.weekday() == 0
    ]
    shown = [
        _text(left + one / 2, TOP + HEIGHT + 24, narrow=text * (at in narrow), wide=text * (at in wide))
        for at, (text, left) in enumerate(zip(texts, lefts, strict=True))
    ]
    return _joined([*lines, *shown])


def _stack(block: Block, days: Sequence[date], *, top: int) -> Markup:
    """The bar of a block, from the line upwards in the order of the kinds."""
    one, y, parts = 100 / len(days), float(TOP + HEIGHT), []
    left, across = (block.first - days[0]).days * one, ((block.last - block.first).days + 1) * one
    for kind, number in block.numbers.items():
        height = HEIGHT * number / top
        y -= height
        parts.append(_bar(left + across / 10, y, across * 0.8, height, kind))
    return Markup("<g><title>{}: {}</title>{}</g>").format(block.name, _in_words(block.numbers), _joined(parts))


def _lying(numbers: Numbers, most: int) -> Markup:
    kinds = [kind for kind, number in numbers.items() if number]
    bars = _joined(_bar(0, at * BAR, 100 * numbers[kind] / most, BAR - 2, kind) for at, kind in enumerate(kinds))
    drawing = Markup('<svg class="chart-lying" width="100%" height="{}" aria-hidden="true">{}</svg>')
    return drawing.format(len(kinds) * BAR, bars)


def _bar(left: float, top: float, across: float, height: float, kind: str) -> Markup:
    return _BAR.format(left, top, across, height, KINDS[kind][1]) if across and height else Markup()


def _text(middle: float, y: int, *, narrow: str, wide: str) -> Markup:
    """A text around a point; on a narrow screen perhaps another, or none."""
    text = Markup('<text class="{}" x="{:.3f}%" y="{}" text-anchor="middle">{}</text>')
    kinds = {"chart-text": wide} if narrow == wide else {"chart-narrow": narrow, "chart-wide": wide}
    return _joined(text.format(kind, middle, y, shown) for kind, shown in kinds.items() if shown)


def _key(names: Mapping[str, str]) -> Markup:
    """What the colours and textures stand for."""
    item = Markup(
        '<li><svg width="16" height="16" aria-hidden="true"><rect width="16" height="16" fill="url(#chart-{})"/></svg>'
        " {}</li>"
    )
    items = _joined(item.format(KINDS[kind][1], name) for kind, name in names.items())
    return Markup('<figcaption><ul class="chart-key">{}</ul></figcaption>').format(items)


def _in_words(numbers: Numbers) -> str:
    return ", ".join(f"{KINDS[kind][0]}\xa0{number:,}".strip() for kind, number in numbers.items() if number) or "none"


def _fits(text: str, across: float) -> bool:
    return not text or width(text) + BETWEEN <= across


def _joined(parts: Iterable[Markup]) -> Markup:
    return Markup().join(parts)


def _clean(text: str) -> str:
    """The text without what no XML may hold."""
    return _NO_XML.sub("\ufffd", text)
