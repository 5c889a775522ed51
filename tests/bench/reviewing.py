"""`python -m tests.bench.reviewing`: what ten reviews cost, from gap to merged answer, in a real Chromium.

The gaps stand in a log of their own, beside a copy of the FAQ that is a git repository. They are reviewed on the page
as its process serves it; at the end the lines are committed. Counted are presses (of a button, link, tick or field) and
typed characters; measured are the seconds in which the reviewer waits: for pages, until an estimate is shown, and for
trials. With a folder of pictures its pages are drawn. The FAQ's model is that in CACHE_DIR, and is learned after edits.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from playwright.async_api import Locator, Page
from rich.console import Console
from rich.table import Table

from bot.domain.gap import GapReason, Note
from bot.gaps.repository import GapLog
from bot.settings import read_settings
from tests.support.review_browser import chromium, review_process
from tests.support.review_workbench import KEYS, asked
from tests.support.telegram_emulator import bot_environment

SPANISH = "¿mi hijo puede ir a la escuela si no tenemos papeles?"
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
    await desk.write("#question", "Which states left the vote on the compact?")
    await desk.write("#phrasings", "states that walked out of the compact\nwho quit the compact vote")
    desk.presses += 1
    await desk.page.select_option("#file", "compact.yaml")
    await desk.write("#answer", "In December 2018, 12 states abstained in the vote on the compact. 152 voted for it.")
    await desk.write("#facts", "152 voted")
    await desk.press(desk.page.locator("button:text('Find facts')"))
    await desk.press(desk.page.locator("input[name=fact]").first, leads=False)
    await desk.tries("See the lines")


async def joined(desk: Desk) -> None:
    """Put a question and the same in Spanish together in the list; both are explained by now."""
    await desk.press(desk.page.locator("nav a:text-is('Groups')"))
    for text in ("sit in a classroom", "ir a la escuela"):
        tick = desk.page.locator(f".groups .card:has-text('{text}') input[type=checkbox]")
        await desk.press(tick, leads=False)
    await desk.press(desk.page.locator("button:text('Put together')"))
    await desk.draw("groups")
    await desk.press(desk.page.locator(".groups h2 a", has_text="escuela").or_(_group(desk, "classroom")).first)
    await desk.draw("group")
    await _button(desk, "Explained by")


def _group(desk: Desk, text: str) -> Locator:
    return desk.page.locator(".groups h2 a", has_text=text)


async def _button(desk: Desk, label: str) -> None:
    await desk.press(desk.page.locator(f"button:text-matches('^{label}')").first)


Way = Callable[[Desk], Awaitable[None]]
# Each question, why it is a gap, how it is reviewed, and how.
REVIEWS: tuple[tuple[str, str, Way], ...] = (
    ("can my kid sit in a classroom if we have no papers", "two groups put together, explained by now", joined),
    (
        "may a land bolt its gates to everyone under that paper",
        "a phrasing for a near entry",
        lambda desk: phrasing(desk, "may a land close its gates under the compact", "state-sovereignty"),
    ),
    (
        "when do the states sit down next to look at the compact",
        "a phrasing for a found entry",
        lambda desk: phrasing(desk, "states sit down to look at the compact", "compact-review", search="review"),
    ),
    (
        "is it fine to lock up children at the border",
        "a phrasing for a found entry",
        lambda desk: phrasing(desk, "is it fine to lock up children", "children", search="children"),
    ),
    (
        "what slice of the planet is not living where it was born",
        "a phrasing for a near entry",
        lambda desk: phrasing(desk, "what slice of the planet lives abroad", "share-of-world"),
    ),
    (
        "how many lost their lives on the water trying to reach europe",
        "a phrasing for a near entry",
        lambda desk: phrasing(desk, "lives lost on the water", "deaths-total"),
    ),
    (
        "what is the bill for sending 200 dollars home",
        "explained by now",
        lambda desk: _button(desk, "Explained by"),
    ),
    ("which states walked out of the compact", "a new entry with its fact", new_entry),
    ("do newcomers steal the jobs of locals", "answered by now", lambda desk: _button(desk, "Answered by")),
    ("how many women are migrants", "corrected in its file", lambda desk: _button(desk, "I corrected it")),
)


def notes() -> list[Note]:
    """The gaps: those of the reviews, some asked more than once, one in Spanish too, and an answer called outdated."""
    texts = [text for text, _, _ in REVIEWS]
    made = [asked(text, ago=timedelta(days=at)) for at, text in enumerate(texts[:-1])]
    made += [asked(f"{text} please", ago=timedelta(days=9)) for text in texts[:4]]
    made += [asked(SPANISH, language="es"), asked(texts[-1], reason=GapReason.OUTDATED, entry="women-share")]
    return made


@asynccontextmanager
async def _desk(work: Path, pictures: Path | None, questions: Path) -> AsyncIterator[tuple[Desk, Path]]:
    settings = read_settings()
    for name, source in (("faq", settings.faq_dir), ("seeds", settings.seeds_dir)):
        shutil.copytree(source, work / name)
    _git(work, "init", "-q")
    _git(work, "add", "faq", "seeds")
    _git(work, "commit", "-q", "-m", "before")
    environment = bot_environment(work, "http://127.0.0.1:9", faq=work / "faq", seeds=work / "seeds")
    environment |= {"CACHE_DIR": str(settings.cache_dir.absolute()), "REVIEWER": "Ana"}
    environment |= {"GAPS_KEY": KEYS.texts[0].decode(), "ASKER_KEY": KEYS.askers.hex()}
    async with GapLog(work / "data", KEYS, keep=timedelta(days=90)) as log:
        await log.write(notes())
    sets = str(questions.absolute())
    async with chromium() as browser, review_process(work, environment, "--questions", sets) as (_, address):
        page = await browser.new_page(viewport={"width": 1280, "height": 800})
        await page.goto(address)
        await page.wait_for_selector("h1:text('Questions that')", timeout=300_000)
        yield Desk(page, pictures), work


def _git(work: Path, *arguments: str) -> str:
    who = ("-c", "user.name=Ana", "-c", "user.email=ana@example.org")
    return subprocess.run(  # noqa: S603  # git
        ["git", *who, *arguments],  # noqa: S607
        cwd=work,
        check=True,
        capture_output=True,
        text=True,
    ).stdout


async def measure(pictures: Path | None, questions: Path) -> Table:
    """Review the ten gaps; a row for each."""
    table = Table("gap", "reviewed by", "presses", "typed", "pages, s", "estimate, s", "trial, s")
    total = [0, 0, 0.0, 0.0]
    with tempfile.TemporaryDirectory() as folder:
        async with _desk(Path(folder), pictures, questions) as (desk, work):
            for text, how, review in REVIEWS:
                desk.presses = desk.typed = 0
                desk.pages_s = desk.estimate_s = desk.trial_s = 0.0
                if review is not joined:
                    await desk.press(desk.page.locator("nav a:text-is('Groups')"))
                    await desk.press(_group(desk, text[:30]).first)
                if how.startswith("corrected"):
                    path = work / "faq/en/numbers.yaml"  # what an editor does in the file
                    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
                await review(desk)
                seconds = (desk.pages_s, desk.estimate_s, desk.trial_s)
                table.add_row(text, how, str(desk.presses), str(desk.typed), *(f"{one:.1f}" for one in seconds))
                print(text, desk.presses, desk.typed, *(f"{one:.1f}" for one in seconds), file=sys.stderr)
                total = [total[0] + desk.presses, total[1] + desk.typed, total[2] + seconds[0], total[3] + seconds[2]]
            for name, path_ in (("done", "/done"), ("statistics", "/statistics"), ("replay", "/replay")):
                await desk.page.goto(desk.page.url.split("/", 3)[0] + "//" + desk.page.url.split("/")[2] + path_)
                await desk.draw(name)
            _git(work, "commit", "-q", "-a", "-m", "reviewed")
            changed = _git(work, "show", "--numstat", "--format=").split()
            table.caption = f"committed: {changed[0::3]} lines added, {changed[1::3]} taken out, in {changed[2::3]}"
    table.add_row("all", "", str(total[0]), str(total[1]), f"{total[2]:.1f}", "", f"{total[3]:.1f}")
    return table


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.reviewing", description=__doc__)
    parser.add_argument("--pictures", type=Path, help="a folder to draw the pages into")
    parser.add_argument("--questions", type=Path, default=Path("tests/questions"), help="the folder of the sets")
    options = parser.parse_args(arguments)
    if options.pictures is not None:
        options.pictures.mkdir(parents=True, exist_ok=True)
    Console(width=150).print(asyncio.run(measure(options.pictures, options.questions)))


if __name__ == "__main__":
    main()
