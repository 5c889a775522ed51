"""`python -m tests.bench.reviewing`: what ten reviews cost, from gap to merged answer, in a real Chromium.

The gaps stand in a log of their own, beside a copy of the tests' small FAQ that is a git repository. They are
reviewed on the page as its process serves it; at the end the lines are committed. Counted are presses (of a button,
link, tick or field) and typed characters; measured are the seconds in which the reviewer waits: for pages, until an
estimate is shown, and for trials. With a folder of pictures its pages are drawn.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from playwright.async_api import Locator, Page
from rich.console import Console
from rich.table import Table

from bot.domain.gap import GapReason, Note
from tests.support.review_browser import chromium, review_of, settled
from tests.support.review_workbench import asked

KITE, SPANISH = "where is the kite flying zone", "¿dónde está la zona para volar cometas?"
TRIAL_SECONDS = 900


@dataclass(slots=True)
class Desk:
    """The reviewer at the page: what was pressed, typed and waited for since the last review began."""

    page: Page
    folder: Path | None
    presses: int = 0
    typed: int = 0
    pages_s: float = 0.0
    estimate_s: float = 0.0
    trial_s: float = 0.0
    drawn: set[str] = field(default_factory=set)

    async def press(self, what: Locator, *, leads: bool = True) -> None:
        """Press something that leads to a page, or only ticks or opens something."""
        self.presses += 1
        if not leads:
            await what.click()
            return
        began = time.perf_counter()
        async with self.page.expect_navigation(timeout=120_000):
            await what.click()
        self.pages_s += time.perf_counter() - began

    async def write(self, field_: str, text: str) -> None:
        """Press a field and write into it."""
        self.presses += 1
        self.typed += len(text)
        await self.page.fill(field_, text)

    async def tries(self, button: str = "See what it changes") -> None:
        """Try what was written, and add it when the trial has ended."""
        began = time.perf_counter()
        await self.press(self.page.locator(f"button:text('{button}'):visible"))
        await self.page.wait_for_selector("#estimate, .decide", timeout=TRIAL_SECONDS * 1000)
        if await self.page.locator("#estimate").count():
            self.estimate_s = time.perf_counter() - began
            await self.draw("estimate")
        await self.page.wait_for_selector("button:text-matches('^Add')", timeout=TRIAL_SECONDS * 1000)
        self.trial_s = time.perf_counter() - began
        await self.draw("trial")
        await self.press(self.page.locator("button:text-matches('^Add')"))

    async def draw(self, name: str) -> None:
        """Draw the page once, at the widths of a desktop and a phone, light and dark."""
        if self.folder is None or name in self.drawn:
            return
        self.drawn.add(name)
        for width, scheme in ((1280, "light"), (1280, "dark"), (360, "light"), (360, "dark")):
            await self.page.set_viewport_size({"width": width, "height": 800})
            await self.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            await self.page.screenshot(path=self.folder / f"{name}-{width}-{scheme}.png", full_page=True)
        await self.page.set_viewport_size({"width": 1280, "height": 800})
        await self.page.emulate_media(color_scheme="light")


async def phrasing(desk: Desk, text: str, entry: str, *, search: str = "") -> None:
    """Add a phrasing to one of the near entries, or to one that is searched for."""
    await desk.write("#text", text)
    if search:
        await desk.write("#other", search)
        await desk.press(desk.page.locator("button:text('Search')"))
    await desk.press(desk.page.locator(f"input[type=radio][value='{entry}']"), leads=False)
    await desk.tries()


async def new_entry(desk: Desk) -> None:
    """Write a whole entry, with its fact."""
    await desk.press(desk.page.locator("summary:text('Draft an entry')"), leads=False)
    await desk.write("#question", "Do the boats run on diesel?")
    await desk.write("#phrasings", "diesel boats\nis there a plan for boats without diesel")
    desk.presses += 1
    await desk.page.select_option("#file", "ferry.yaml")
    await desk.write("#answer", "By 2035 no ferry line should need diesel. The Coast Plan asks for it.")
    await desk.write("#facts", "diesel 2035")
    await desk.press(desk.page.locator("button:text('Find facts')"))
    await desk.press(desk.page.locator("input[name=fact]").first, leads=False)
    await desk.tries("See the lines")


async def joined(desk: Desk) -> None:
    """Put a question and the same in Spanish together in the list, and add a phrasing for both."""
    await desk.press(desk.page.locator("nav a:text-is('Groups')"))
    for text in (KITE, SPANISH):
        tick = desk.page.locator(f".groups .card:has-text('{text}') input[type=checkbox]")
        await desk.press(tick, leads=False)
    await desk.press(desk.page.locator("button:text('Put together')"))
    await desk.draw("groups")
    await desk.press(_group(desk, KITE).or_(_group(desk, SPANISH)).first)
    await desk.draw("group")
    await phrasing(desk, "a zone to fly kites", "ferry-bicycles", search="bicycle")


def _group(desk: Desk, text: str) -> Locator:
    return desk.page.locator(".groups h2 a", has_text=text)


async def _button(desk: Desk, label: str) -> None:
    await desk.press(desk.page.locator(f"button:text-matches('^{label}')").first)


Way = Callable[[Desk], Awaitable[None]]
# Each question, why it is a gap, how it is reviewed, and how.
REVIEWS: tuple[tuple[str, str, Way], ...] = (
    (KITE, "two groups put together, a phrasing", joined),
    (
        "is a toddler free of charge on board",
        "a phrasing for a near entry",
        lambda desk: phrasing(desk, "toddlers free of charge", "ferry-fares"),
    ),
    (
        "whom do i ask for a job as a deckhand",
        "a phrasing for a found entry",
        lambda desk: phrasing(desk, "a job as a deckhand", "ferry-history", search="line"),
    ),
    (
        "which quay gets a ramp",
        "a phrasing for a found entry",
        lambda desk: phrasing(desk, "a ramp at the quay", "ferry-plans", search="harbours"),
    ),
    (
        "crowns to cross with a pram",
        "a phrasing for a found entry",
        lambda desk: phrasing(desk, "crowns to cross", "ferry-fares", search="ticket"),
    ),
    (
        "how crowded does it get",
        "a phrasing for a found entry",
        lambda desk: phrasing(desk, "how crowded it is", "ferry-passengers", search="passengers"),
    ),
    ("i lost my umbrella on the ferry", "explained by now", lambda desk: _button(desk, "Explained by")),
    ("what fuel do they burn", "a new entry with its fact", new_entry),
    ("when does the last boat leave", "answered by now", lambda desk: _button(desk, "Answered by")),
    ("what does a ticket cost", "corrected in its file", lambda desk: _button(desk, "I corrected it")),
)


def notes() -> list[Note]:
    """The gaps: those of the reviews, some asked more than once, one in Spanish too, and an answer called outdated."""
    texts = [text for text, _, _ in REVIEWS]
    made = [asked(text, ago=timedelta(days=at)) for at, text in enumerate(texts[:-1])]
    made += [asked(f"{text} please", ago=timedelta(days=9)) for text in texts[:4]]
    made += [asked(SPANISH, language="es"), asked(texts[-1], reason=GapReason.OUTDATED, entry="ferry-fares")]
    return made


def _git(work: Path, *arguments: str) -> str:
    who = ("-c", "user.name=Ana", "-c", "user.email=ana@example.org")
    command = ["git", *who, *arguments]
    return subprocess.run(command, cwd=work, check=True, capture_output=True, text=True).stdout  # noqa: S603  # git


async def measure(pictures: Path | None) -> Table:
    """Review the ten gaps; a row for each."""
    table = Table("gap", "reviewed by", "presses", "typed", "pages, s", "estimate, s", "trial, s")
    total = [0, 0, 0.0, 0.0]
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder) / "desk"
        async with chromium() as browser, review_of(work, notes(), cache=Path(folder)) as address:
            for arguments in (("init", "-q"), ("add", "faq", "seeds"), ("commit", "-q", "-m", "before")):
                _git(work, *arguments)
            desk = Desk(await browser.new_page(viewport={"width": 1280, "height": 800}), pictures)
            await desk.page.goto(address)
            await settled(desk.page)
            for text, way, review in REVIEWS:
                how = way
                desk.presses = desk.typed = 0
                desk.pages_s = desk.estimate_s = desk.trial_s = 0.0
                if review is not joined:
                    await desk.press(desk.page.locator("nav a:text-is('Groups')"))
                if review is not joined and not await _group(desk, text).count():
                    how = "closed by an edit before it"
                else:
                    if review is not joined:
                        await desk.press(_group(desk, text).first)
                    await review(desk)
                row = (desk.pages_s, desk.estimate_s, desk.trial_s)
                table.add_row(text, how, str(desk.presses), str(desk.typed), *(f"{one:.1f}" for one in row))
                total = [total[0] + desk.presses, total[1] + desk.typed, total[2] + row[0], total[3] + row[2]]
            for name in ("done", "statistics", "replay"):
                await desk.page.goto(f"{address.partition('?')[0]}{name}")
                await desk.draw(name)
            _git(work, "commit", "-q", "-a", "-m", "reviewed")
            added, taken_out, file = _git(work, "show", "--numstat", "--format=").split()
            table.caption = f"committed: {added} lines added and {taken_out} taken out in {file}"
    table.add_row("all", "", str(total[0]), str(total[1]), f"{total[2]:.1f}", "", f"{total[3]:.1f}")
    return table


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.reviewing", description=__doc__)
    parser.add_argument("--pictures", type=Path, help="a folder to draw the pages into")
    options = parser.parse_args(arguments)
    if options.pictures is not None:
        options.pictures.mkdir(parents=True, exist_ok=True)
    Console(width=150).print(asyncio.run(measure(options.pictures)))


if __name__ == "__main__":
    main()
