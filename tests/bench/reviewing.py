"""`python -m tests.bench.reviewing`: what ten reviews cost, from gap to merged answer, in a real Chromium.

The gaps stand in a log of their own, beside a copy of the tests' small FAQ or of the project's (`--project`), which is
a git repository. They are reviewed on the page as its process serves it; at the end the lines are committed. Counted
are presses (of a button, link, tick or field) and typed characters; measured are the seconds in which the reviewer
waits: for pages, until an estimate is shown, and for trials. With a folder of pictures its pages are drawn.
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
from rich.progress import track
from rich.table import Table

from bot.domain.gap import GapReason, Note
from tests.support.paths import QUESTIONS, ROOT, SMALL
from tests.support.review_browser import chromium, review_of, settled
from tests.support.review_workbench import asked

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


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry that is written whole, and the words that its fact is searched for with."""

    question: str
    phrasings: str
    file: str
    answer: str
    facts: str


async def new_entry(desk: Desk, draft: Draft) -> None:
    """Write a whole entry, with its fact."""
    await desk.press(desk.page.locator("summary:text('Draft an entry')"), leads=False)
    await desk.write("#question", draft.question)
    await desk.write("#phrasings", draft.phrasings)
    desk.presses += 1
    await desk.page.select_option("#file", draft.file)
    await desk.write("#answer", draft.answer)
    await desk.write("#facts", draft.facts)
    await desk.press(desk.page.locator("button:text('Find facts')"))
    await desk.press(desk.page.locator("input[name=fact]").first, leads=False)
    await desk.tries("See the lines")


async def together(desk: Desk, texts: tuple[str, str]) -> None:
    """Put a question and the same in Spanish together in the list, and open their group."""
    await desk.press(desk.page.locator("nav a:text-is('Groups')"))
    for text in texts:
        tick = desk.page.locator(f".groups .card:has-text('{text}') input[type=checkbox]")
        await desk.press(tick, leads=False)
    await desk.press(desk.page.locator("button:text('Put together')"))
    await desk.draw("groups")
    await desk.press(_group(desk, texts[0]).or_(_group(desk, texts[1])).first)
    await desk.draw("group")


def _group(desk: Desk, text: str) -> Locator:
    return desk.page.locator(".groups h2 a", has_text=text)


Way = Callable[[Desk], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Review:
    """A question, how its gap is reviewed in words, and by what; with the same in another language, put together."""

    text: str
    how: str
    way: Way
    same: str = ""

    async def done(self, desk: Desk) -> bool:
        """Review it, if it is still open."""
        if self.same:
            await together(desk, (self.text, self.same))
        else:
            await desk.press(desk.page.locator("nav a:text-is('Groups')"))
            if not await _group(desk, self.text).count():
                return False
            await desk.press(_group(desk, self.text).first)
        await self.way(desk)
        return True


def _adds(text: str, phrasing_: str, entry: str, *, search: str = "", same: str = "") -> Review:
    how = "two groups put together, a phrasing" if same else f"a phrasing for a {'found' if search else 'near'} entry"
    return Review(text, how, lambda desk: phrasing(desk, phrasing_, entry, search=search), same)


def _presses(text: str, how: str, label: str) -> Review:
    async def way(desk: Desk) -> None:
        await desk.press(desk.page.locator(f"button:text-matches('^{label}')").first)

    return Review(text, how, way)


def _drafts(text: str, draft: Draft) -> Review:
    return Review(text, "a new entry with its fact", lambda desk: new_entry(desk, draft))


@dataclass(frozen=True, slots=True)
class Scene:
    """Where an FAQ lies, its question sets if any, the reviews, and the entry that the last of them calls outdated."""

    home: Path
    questions: Path | None
    reviews: tuple[Review, ...]
    outdated: str

    def notes(self) -> list[Note]:
        """The gaps: those of the reviews, some asked more than once, and an answer called outdated."""
        *asked_of, last = (review.text for review in self.reviews)
        made = [asked(text, ago=timedelta(days=at)) for at, text in enumerate(asked_of)]
        made += [asked(f"{text} please", ago=timedelta(days=9)) for text in asked_of[:4]]
        made += [asked(review.same, language="es") for review in self.reviews if review.same]
        return [*made, asked(last, reason=GapReason.OUTDATED, entry=self.outdated)]


ON_SMALL = Scene(
    SMALL,
    None,
    (
        _adds(
            "where is the kite flying zone",
            "a zone to fly kites",
            "ferry-bicycles",
            search="bicycle",
            same="¿dónde está la zona para volar cometas?",
        ),
        _adds("is a toddler free of charge on board", "toddlers free of charge", "ferry-fares"),
        _adds("whom do i ask for a job as a deckhand", "a job as a deckhand", "ferry-history", search="line"),
        _adds("which quay gets a ramp", "a ramp at the quay", "ferry-plans", search="harbours"),
        _adds("crowns to cross with a pram", "crowns to cross", "ferry-fares", search="ticket"),
        _adds("how crowded does it get", "how crowded it is", "ferry-passengers", search="passengers"),
        _presses("i lost my umbrella on the ferry", "explained by now", "Explained by"),
        _drafts(
            "what fuel do they burn",
            Draft(
                "Do the boats run on diesel?",
                "diesel boats\nis there a plan for boats without diesel",
                "ferry.yaml",
                "By 2035 no ferry line should need diesel. The Coast Plan asks for it.",
                "diesel 2035",
            ),
        ),
        _presses("when does the last boat leave", "answered by now", "Answered by"),
        _presses("what does a ticket cost", "corrected in its file", "I corrected it"),
    ),
    "ferry-fares",
)
ON_PROJECT = Scene(
    ROOT,
    QUESTIONS,
    (
        _adds(
            "does cash from abroad pay for schooling",
            "schooling paid with cash from abroad",
            "remittances-lifeline",
            search="money sent home",
            same="¿el dinero del extranjero paga los estudios?",
        ),
        _adds("are foreign carers propping up care homes", "foreign carers in care homes", "key-sectors"),
        _adds("do fishermen who sail abroad count", "fishermen who sail abroad", "who-is-migrant", search="counts as"),
        _adds(
            "is walking through the desert deadlier than the sea",
            "desert or sea, where is it worse",
            "why-journey-dangerous",
            search="journey",
        ),
        _adds("what share of nurses is foreign born", "nurses born abroad", "key-sectors", search="sectors"),
        _adds("how high did the ocean rise", "a rising ocean", "pacific-islands", search="Pacific"),
        _presses("does brain drain hurt poor states", "explained by now", "Explained by"),
        _drafts(
            "are mayors at the table",
            Draft(
                "Do towns have a say in migration?",
                "the say of a mayor\ntown halls at the table",
                "compact.yaml",
                "All of government and society should manage migration, at every level. So IOM tells of the report.",
                "local world society",
            ),
        ),
        _presses("did hate speech rise", "answered by now", "Answered by"),
        _presses("how many died so far", "corrected in its file", "I corrected it"),
    ),
    "deaths-total",
)


def _git(work: Path, *arguments: str) -> str:
    who = ("-c", "user.name=Ana", "-c", "user.email=ana@example.org")
    command = ["git", *who, *arguments]
    return subprocess.run(command, cwd=work, check=True, capture_output=True, text=True).stdout  # noqa: S603  # git


async def measure(scene: Scene, pictures: Path | None) -> Table:
    """Review the ten gaps; a row for each."""
    table = Table("gap", "reviewed by", "presses", "typed", "pages, s", "estimate, s", "trial, s")
    total = [0, 0, 0.0, 0.0]
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder) / "desk"
        log = review_of(work, scene.notes(), cache=Path(folder), home=scene.home, questions=scene.questions)
        async with chromium() as browser, log as address:
            for arguments in (("init", "-q"), ("add", "faq", "seeds"), ("commit", "-q", "-m", "before")):
                _git(work, *arguments)
            desk = Desk(await browser.new_page(viewport={"width": 1280, "height": 800}), pictures)
            await desk.page.goto(address)
            await settled(desk.page)
            for review in track(scene.reviews, "reviewing", console=Console(stderr=True)):
                desk.presses = desk.typed = 0
                desk.pages_s = desk.estimate_s = desk.trial_s = 0.0
                how = review.how if await review.done(desk) else "closed by an edit before it"
                row = (desk.pages_s, desk.estimate_s, desk.trial_s)
                table.add_row(review.text, how, str(desk.presses), str(desk.typed), *(f"{one:.1f}" for one in row))
                total = [total[0] + desk.presses, total[1] + desk.typed, total[2] + row[0], total[3] + row[2]]
            for name in ("done", "statistics", "replay"):
                await desk.page.goto(f"{address.partition('?')[0]}{name}")
                await desk.draw(name)
            _git(work, "commit", "-q", "-a", "-m", "reviewed")
            changed = _git(work, "show", "--shortstat", "--format=").strip()
            table.caption = f"committed: {changed}"
    table.add_row("all", "", str(total[0]), str(total[1]), f"{total[2]:.1f}", "", f"{total[3]:.1f}")
    return table


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.reviewing", description=__doc__)
    parser.add_argument("--pictures", type=Path, help="a folder to draw the pages into")
    parser.add_argument("--project", action="store_true", help="on the project's FAQ, not the tests' small one")
    options = parser.parse_args(arguments)
    if options.pictures is not None:
        options.pictures.mkdir(parents=True, exist_ok=True)
    Console(width=150).print(asyncio.run(measure(ON_PROJECT if options.project else ON_SMALL, options.pictures)))


if __name__ == "__main__":
    main()
