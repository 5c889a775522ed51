"""Charts and the statistics page: true to the counts, safe, readable by all."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jinja2 import ChoiceLoader, DictLoader, Environment, FileSystemLoader, StrictUndefined
from playwright.async_api import Route

from bot.domain.conversation import Channel, Outcome
from bot.domain.gap import Count
from bot.gaps.statistics import QUESTIONS, Statistics, statistics
from bot.gaps.statistics_tables import tables
from bot.review import charts
from bot.review.auth import POLICY
from tests.support.review_browser import chromium
from tests.support.samples import garden

WEB = Path(charts.__file__).parent
STATIC = WEB / "static"
DAY = date(2026, 11, 26)
SPANS = (1, 2, 7, 10, 11, 28, 90, 100, 101, 365, 730)
HOSTILE = ["<script>alert(1)</script>", "\"'><b onload=x style=y>", "\u202eمرحبا", "", "&amp;"]
STUB = """<!doctype html><html><head><title>{% block title %}{% endblock %}</title></head>
<body>{% block content %}{% endblock %}</body></html>"""
FILES = FileSystemLoader(WEB / "templates")
TEMPLATES = Environment(loader=FILES, autoescape=True, undefined=StrictUndefined)
TEMPLATES.filters["named"] = lambda kind: charts.named(kind).capitalize()

numbers_of_a_day = st.lists(st.integers(0, 10**6), min_size=5, max_size=5)
spans_of_days = st.lists(numbers_of_a_day, min_size=1, max_size=400)


def by_day(numbers: list[list[int]]) -> dict[date, dict[str, int]]:
    """The outcomes of days that end with DAY."""
    first = DAY - timedelta(days=len(numbers) - 1)
    return {first + timedelta(days=at): dict(zip(QUESTIONS, of_day, strict=True)) for at, of_day in enumerate(numbers)}


def drawn(markup: str) -> ElementTree.Element:
    """A chart read as XML, which it must be."""
    return ElementTree.fromstring(markup)  # noqa: S314  # what we have made ourselves


def words(element: ElementTree.Element) -> str:
    """What is read of an element."""
    return " ".join(" ".join(element.itertext()).split())


def share(element: ElementTree.Element, name: str) -> float:
    """A part of the width, from 0 to 1."""
    return float(element.attrib[name].removesuffix("%")) / 100


def dates_shown(chart: ElementTree.Element, *, is_wide: bool) -> list[tuple[float, float]]:
    """The texts below a days' chart on a narrow or a wide screen: each from where to where, in pixels."""
    across, found = charts.WIDE if is_wide else charts.NARROW, []
    for text in chart.iter("text"):
        if text.attrib["text-anchor"] == "middle" and (is_wide or "class" not in text.attrib):
            middle, half = share(text, "x") * across, charts.CHARACTER * len(text.text or "") / 2
            found.append((middle - half, middle + half))
    return found


# --- Axes and labels -------------------------------------------------------------------------------------------------


@given(st.integers(0, 10**9))
@example(5)
def test_an_axis_has_a_few_round_steps(most: int) -> None:
    """From nothing to the largest number, without a step too many, in steps that can be counted with."""
    ticks = charts.nice_ticks(most)
    step = ticks[1]
    assert ticks == tuple(range(0, ticks[-1] + 1, step))
    assert 2 <= len(ticks) <= 6
    assert ticks[-1] - step < max(most, 1) <= ticks[-1]
    assert re.fullmatch("[125]0*", str(step))
    assert all(len(charts.axis_number(tick)) <= 5 for tick in ticks)
    assert len({charts.axis_number(tick) for tick in ticks}) == len(ticks)


@pytest.mark.parametrize(
    ("number", "shown"), [(0, "0"), (9_000, "9,000"), (10_000, "10k"), (500_000, "500k"), (1_500_000, "1.5M")]
)
def test_large_ticks_are_shortened(number: int, shown: str) -> None:
    """They fit beside the chart."""
    assert charts.axis_number(number) == shown


@pytest.mark.parametrize(
    ("part", "shown"),
    [(0, "0%"), (1, "<1%"), (5, "<1%"), (6, "1%"), (500, "50%"), (994, "99%"), (999, ">99%"), (1000, "100%")],
)
def test_a_small_share_is_not_nothing(part: int, shown: str) -> None:
    """Nor is nearly all shown as all."""
    assert charts.percent(part, 1000) == shown
    assert charts.percent(0, 0) == "0%"


@pytest.mark.parametrize("days", SPANS)
@pytest.mark.parametrize("later", range(0, 31, 5))
def test_dates_do_not_collide(days: int, later: int) -> None:
    """On the narrowest screen and on wide ones every date stands free of its neighbour and on the page."""
    first = DAY + timedelta(days=later)
    chart = drawn(charts.days_chart({first + timedelta(days=at): {"answer": at} for at in range(days)}))
    for is_wide in (False, True):
        shown = dates_shown(chart, is_wide=is_wide)
        assert all(one[1] < other[0] for one, other in pairwise(shown))
        assert all(right <= (charts.WIDE if is_wide else charts.NARROW) + charts.MARGIN for _, right in shown)
        assert shown
        assert len(shown) >= 3 or not is_wide or days < 28


# --- Days ------------------------------------------------------------------------------------------------------------


@given(spans_of_days)
def test_bars_are_as_high_as_their_numbers(numbers: list[list[int]]) -> None:
    """Each part of each bar has the height of its number, stands on the one below, and stays within the chart."""
    days = by_day(numbers)
    blocks, bars = charts.blocks(days), list(drawn(charts.days_chart(days)).iter("g"))
    top = charts.nice_ticks(max(block.total for block in blocks))[-1]
    assert len(bars) == len(blocks)
    for block, bar in zip(blocks, bars, strict=True):
        parts = list(bar.iter("rect"))
        counted = [number for number in block.numbers.values() if number]
        assert len(parts) == len(counted)
        below = float(charts.TOP + charts.HEIGHT)
        for part, number in zip(parts, counted, strict=True):
            height, y = float(part.attrib["height"]), float(part.attrib["y"])
            assert height == pytest.approx(charts.HEIGHT * number / top, abs=0.006)
            assert y + height == pytest.approx(below, abs=0.02)
            below = y
        assert below >= charts.TOP - 0.01
    sides = [
        (share(bar[1], "x"), share(bar[1], "x") + share(bar[1], "width"))
        for bar in bars
        if bar.find("rect") is not None
    ]
    assert all(one[1] < other[0] for one, other in pairwise(sides))
    assert all(0 <= left < right <= 1 for left, right in sides)


@given(spans_of_days)
def test_weeks_hold_all_days(numbers: list[list[int]]) -> None:
    """Nothing is lost or counted twice by summing; weeks end with the last day, and the oldest may be shorter."""
    days = by_day(numbers)
    blocks = charts.blocks(days)
    assert [block.first for block in blocks[1:]] == [block.last + timedelta(days=1) for block in blocks[:-1]]
    assert (blocks[0].first, blocks[-1].last) == (min(days), max(days))
    assert sum(block.total for block in blocks) == sum(map(sum, numbers))
    lengths = {(block.last - block.first).days + 1 for block in blocks[1:]}
    assert lengths <= ({7} if len(days) > charts.LONGEST_BY_DAY else {1})
    assert len(blocks) <= max(charts.LONGEST_BY_DAY, -(-len(days) // 7))


def test_a_bar_and_a_chart_say_what_they_show() -> None:
    """To a pointer, and to a screen reader."""
    chart = drawn(charts.days_chart(by_day([[1, 0, 0, 0, 0], [1200, 0, 3, 0, 0]])))
    (drawing,) = [svg for svg in chart.iter("svg") if svg.get("role") == "img"]
    assert (drawing[0].tag, drawing[0].text) == ("title", "Questions a day, 25 Nov 2026 to 26 Nov 2026")
    assert (drawing[1].tag, (drawing[1].text or "")[:28]) == ("desc", "At most 1,203: 26 Nov 2026. ")
    titles = [group[0].text for group in chart.iter("g")]
    assert titles[1] == "26 Nov 2026: answered 1,200, unanswered 3"


def test_days_without_a_question_have_no_bar() -> None:
    """Nothing is divided by nothing; an axis is there."""
    chart = drawn(charts.days_chart(by_day([[0] * 5])))
    assert not [rect for group in chart.iter("g") for rect in group.iter("rect")]
    assert [text.text for text in chart.iter("text")] == ["0", "1", "26 Nov"]


def test_lines_mark_mondays_and_months() -> None:
    """The line of a Monday is where its day begins; in a year, that of the first of a month."""
    for days in (28, 365):
        made = by_day([[1] * 5] * days)
        chart = drawn(charts.days_chart(made))
        upright = [share(line, "x1") for line in chart.iter("line") if line.attrib["x1"] == line.attrib["x2"]]
        marked = [at / days for at, day in enumerate(made) if (day.weekday() == 0 if days == 28 else day.day == 1)]
        assert upright == pytest.approx(marked, abs=1e-4)


# --- Weeks and rows --------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 10**6), min_size=8, max_size=8))
def test_a_trend_shows_each_week(weeks: list[int]) -> None:
    """As high as the numbers, and what is not nothing can be seen; the title has them all."""
    trend = drawn(str(TEMPLATES.get_template("macros.html").module.trend(weeks)))  # type: ignore[attr-defined]
    heights = [float(height) for height in re.findall(r"v-([\d.]+)", trend[1].attrib["d"])]
    assert heights == pytest.approx([max(1, 24 * week / max(weeks)) if week else 0 for week in weeks], abs=0.006)
    assert trend[0].text == f"Per week, for eight weeks: {', '.join(f'{week:,}' for week in weeks)}"


def test_columns_put_counts_side_by_side() -> None:
    """In the order of the first; what one of them lacks is nothing."""
    rows = charts.columns(questions={"en": 5, "fr": 1}, gaps={"ar": 2, "fr": 1})
    assert rows == {
        "en": {"questions": 5, "gaps": 0},
        "fr": {"questions": 1, "gaps": 1},
        "ar": {"questions": 0, "gaps": 2},
    }
    assert list(rows) == ["en", "fr", "ar"]


# --- The page --------------------------------------------------------------------------------------------------------


def counted(rows: Mapping[tuple[str, str], int], *, days: int = 28, language: str = "en") -> Statistics:
    """The statistics of outcomes on one day, by outcome and entry."""
    private = Channel.PRIVATE
    made = [
        (DAY, Count(Outcome(outcome), language, private, entry), number) for (outcome, entry), number in rows.items()
    ]
    return statistics(made, garden(), today=DAY, days=days)


BUSY = {
    ("answer", "dogs"): 12_345,
    ("answer", "opening-hours"): 1,
    ("clarify", ""): 40,
    ("unanswered", ""): 7,
    ("unanswered", "weather"): 4,
    ("none of these", ""): 2,
    ("urgent", "hurt"): 1,
    ("helpful", "dogs"): 5,
    ("wrong", "dogs"): 3,
    ("unclear", "dogs"): 1,
    ("outdated", "gone-entry"): 1,
} | {("answer", f"entry-{at}"): at for at in range(2, 20)}


def page(summed: Statistics, *, days: int = 28, questions: Mapping[str, str] | None = None, base: str = STUB) -> str:
    """The statistics page, over a stub of what is around it."""
    templates = TEMPLATES.overlay(loader=ChoiceLoader([DictLoader({"base.html": base}), FILES]))
    values: dict[str, Any] = {"summed": summed, "days": days, "spans": (7, 28, 90, 365), "charts": charts}
    values["tables"] = [(table.name, table.title) for table in tables(summed, {}) if table.rows]
    asked = {name: entry.question for name, entry in garden().entries.items()} if questions is None else questions
    return templates.get_template("statistics.html").render(questions=asked, **values)


@pytest.mark.parametrize("days", SPANS)
@pytest.mark.parametrize("rows", [{}, {("helpful", "dogs"): 1}, {("answer", "dogs"): 1}, BUSY])
def test_the_page_holds_no_style_and_no_script(days: int, rows: dict[tuple[str, str], int]) -> None:
    """So that it works under a policy that allows none; it is well-formed, and no id comes twice."""
    html = page(counted(rows, days=days), days=days)
    root = drawn(html.removeprefix("<!doctype html>"))
    elements = list(root.iter())
    assert not {"style", "script", "link", "iframe", "object"} & {element.tag for element in elements}
    assert not [name for element in elements for name in element.attrib if name == "style" or name.startswith("on")]
    ids = [element.attrib["id"] for element in elements if "id" in element.attrib]
    assert len(ids) == len(set(ids))
    filled = {element.attrib["fill"] for element in elements if "fill" in element.attrib}
    assert filled <= {f"url(#{name})" for name in ids}
    labels = {element.attrib["aria-labelledby"] for element in elements if "aria-labelledby" in element.attrib}
    assert labels <= set(ids)


def test_every_drawing_is_read_out_or_passed_over() -> None:
    """A screen reader gets a title, or the text beside a drawing that only repeats it."""
    root = drawn(page(counted(BUSY)).removeprefix("<!doctype html>"))
    for svg in root.iter("svg"):
        assert svg.get("aria-hidden") == "true" or (svg.get("role") == "img" and svg[0].tag == "title" and svg[0].text)


@pytest.mark.slow
@settings(max_examples=30)
@given(st.dictionaries(st.sampled_from(sorted(BUSY)), st.integers(1, 10**6), min_size=1))
@example(BUSY)
def test_bars_are_as_long_as_their_numbers(rows: dict[tuple[str, str], int]) -> None:
    """Beside each number is its bar: of shares to the scale of the whole, of rows to that of the largest number."""
    for section in drawn(page(counted(rows)).removeprefix("<!doctype html>")).iter("section"):
        items = [item for bars in section.iter("ul") if bars.get("class") == "chart-bars" for item in bars]
        numbers = [int(re.findall(r"(\d[\d,]*)(?: \(|$)", words(item))[0].replace(",", "")) for item in items]
        is_share = section.attrib["aria-labelledby"] in ("outcomes", "helpful", "unanswered")
        whole = sum(numbers) if is_share else max(numbers, default=0)
        bars = [share(bar, "width") for item in items for bar in item.iter("rect")]
        assert bars == pytest.approx([number / whole for number in numbers], abs=1e-5)


def test_the_page_has_all_numbers_as_text() -> None:
    """In tables and lists, with the entries' questions and ids; also of an entry that is no longer there."""
    root = drawn(page(counted(BUSY)).removeprefix("<!doctype html>"))
    lines = [words(item) for tag in ("li", "tr") for item in root.iter(tag)]
    for line in (
        "answered 12,535 (>99%)",
        "26 Nov 2026 12,589 12,535 40 11 1 2",
        "no match 7 (54%)",
        "en 7 4 0 0 2",
        "May I bring my dog? dogs 56% 9 5 4",
        "The weather weather 4 Per week, for eight weeks: 0, 0, 0, 0, 0, 0, 0, 4",
        "May I bring my dog? dogs answered 12,345",
        "May I bring my dog? dogs wrong 3 unclear 1",
        "gone-entry outdated 1",
        "entry-2 answered 2",
        "en questions 12,589 gaps 14",
        "How do I get to the garden? getting-here",
    ):
        assert line in lines
    summaries = [" ".join((summary.text or "").split()) for summary in root.iter("summary")]
    assert summaries == ["The numbers as a table", "By language", "Entry by entry", "10 more", "4 entries in 2 topics"]


def test_a_span_is_chosen_by_a_link() -> None:
    """Each span has its link, and the one that is shown says so."""
    html = page(counted(BUSY))
    assert '<a href="?days=28" aria-current="true">28 days</a>' in html
    assert '<a href="?days=365">365 days</a>' in html


def test_without_a_count_the_page_says_what_it_will_show() -> None:
    """A friendly line, and no empty axis."""
    html = page(counted({("smalltalk", "hello"): 3}))
    assert "Nobody has asked anything in these 28 days." in html
    assert "<svg" not in html


def test_a_page_with_hostile_content_is_a_page() -> None:
    """Ids, questions, topics and languages stay text."""
    rows = {(outcome, entry): 1 for outcome in ("answer", "wrong") for entry in HOSTILE}
    html = page(counted(rows, language=HOSTILE[0]), questions={entry: entry for entry in HOSTILE})
    root = drawn(html.removeprefix("<!doctype html>"))
    assert not {"script", "b"} & {element.tag for element in root.iter()}
    assert {"".join(name.itertext()) for name in root.iter("bdi")} >= set(HOSTILE) - {""}


def test_every_class_has_its_rule_and_every_rule_its_class() -> None:
    """The stylesheet knows what the charts and the page use, and nothing else."""
    made = page(counted(BUSY, days=90)) + (WEB / "templates/macros.html").read_text(encoding="utf-8")
    used = {name for names in re.findall(r'class="([^"]+)"', made) for name in names.split() if "chart" in name}
    ruled = set(re.findall(r"\.(chart[\w-]*)", (STATIC / "charts.css").read_text(encoding="utf-8")))
    assert ruled == used


def test_what_stands_in_one_chart_looks_different_without_colour() -> None:
    """Each outcome has a texture of its own."""
    assert tuple(charts.FILLS) == QUESTIONS
    assert len({texture for _, texture in charts.FILLS.values()}) == len(QUESTIONS)


_SIZE = "getComputedStyle(document.querySelector('.chart-days text')).fontSize"
# What a browser has drawn over something else, or beyond the page.
_MISPLACED = """() => [...document.querySelectorAll("svg")].flatMap(svg => {
  const texts = [...svg.querySelectorAll("text")].map(text => text.getBoundingClientRect()).filter(box => box.width);
  const touch = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  const isOutside = box => box.left < 0 || box.right > document.documentElement.clientWidth;
  return texts.filter((box, at) => isOutside(box) || texts.slice(0, at).some(other => touch(box, other)));
})"""


def answers(html: str) -> Callable[[Route], Awaitable[None]]:
    """What a browser gets: the stylesheets, and this page under the policy of the review page."""

    async def answer(route: Route) -> None:
        address = urlsplit(route.request.url).path
        if address.startswith("/static/"):
            await route.fulfill(path=STATIC / address.removeprefix("/static/"))
        else:
            headers = {"Content-Security-Policy": POLICY}
            await route.fulfill(body=html, content_type="text/html; charset=utf-8", headers=headers)

    return answer


@pytest.mark.container
async def test_a_browser_shows_it_on_any_screen() -> None:
    """No text lies on another or beyond the page, nothing is scrolled sideways, and the policy stops nothing."""
    links = "".join(f'<link rel="stylesheet" href="/static/{name}.css">' for name in ("style", "charts"))
    base = STUB.replace("<head>", f'<head><link rel="icon" href="/static/icon.svg">{links}')
    base = base.replace("{% block content %}", "<main>{% block content %}").replace("</body>", "</main></body>")
    long = {"dogs": f"{'كم من الوقت ' * 20}{'w' * 240}"}
    refused: list[str] = []
    async with chromium() as browser:
        for days in (7, 28, 90, 365):
            count = Count(Outcome.ANSWER, "en", Channel.PRIVATE, "dogs")
            rows = [(DAY - timedelta(days=at), count, 999_999) for at in range(days)]
            summed = statistics(rows, garden(), today=DAY, days=days)
            tab = await browser.new_page()
            tab.on("console", lambda message: refused.append(message.text))
            await tab.route("**/*", answers(page(summed, days=days, questions=long, base=base)))
            await tab.goto("http://127.0.0.1:9/statistics")
            for width in (320, 390, 639, 640, 1280):
                await tab.set_viewport_size({"width": width, "height": 800})
                assert await tab.evaluate(_SIZE) == "12px", "the stylesheet is missing"
                assert await tab.evaluate(_MISPLACED) == [], (days, width)
                assert await tab.evaluate("document.documentElement.scrollWidth") == width
            await tab.close()
    assert not refused
