"""The review page as its process serves it, in a real Chromium; run as a module, it draws the scenes into a folder.

python -m tests.support.review_browser FOLDER
"""

from __future__ import annotations

import asyncio
import re
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright

from bot.domain.gap import GapReason, Note
from bot.gaps.repository import GapLog
from tests.support.paths import SMALL
from tests.support.review_workbench import KEYS, asked
from tests.support.telegram_emulator import BotProcess, bot_environment

ARABIC = "كم من الوقت يستغرق الحصول على تصريح للصيد في البحيرة إذا كنت أسكن مع عائلتي في القرية؟"
LONG = "my situation is complicated and i want to explain it well before i come to the lake " * 9
ENDLESS = "w" * 240
SYLLABLES = ("ba", "ke", "lo", "mi", "nu", "pra", "sto", "vel", "zan", "dri")


def many() -> list[Note]:
    """The notes of more than two hundred groups, over eight weeks; a few are asked often."""
    notes = []
    for number in range(210):
        first, second, third = (SYLLABLES[number // step % 10] for step in (1, 10, 100))
        text = f"where is {first}{second}{third}{first} {second}{first}{second}rk"
        for again in range(1 + (number % 23 == 0) * 5 + (number % 7 == 0)):
            reason = list(GapReason)[number % 5] if again else GapReason.NO_MATCH
            notes.append(asked(text + "?" * again, reason=reason, ago=timedelta(days=(number * 7 + again * 9) % 56)))
    return notes


def usual() -> list[Note]:
    """The notes of a few weeks."""
    often = {
        ("where is the kite flying zone", "kite flying zone where is it??", "pls where is the zone for kite flying"): 5,
        ("is there wifi on the boat", "wifi on board?", "does the boat have wifi"): 4,
        ("can i rent a surfboard in Lindmere", "surfboard rental Lindmere"): 2,
        ("¿hay un restaurante vegetariano cerca del puerto?",): 2,
        ("who won the regatta last summer",): 1,
    }
    return [
        asked(
            text,
            ago=timedelta(days=7 * week + at, hours=3),
            language="es" if "¿" in text else "en",
            nearest=("ferry-fares", 0.45) if "boat" in text or "¿" in text else ("ferry-times", 0.2),
        )
        for texts, weeks in often.items()
        for week in range(weeks)
        for at, text in enumerate(texts)
    ]


# What the page is looked at with: the gaps that are logged, and what is done before looking.
SCENES: dict[str, list[Note]] = {
    "nothing": [],
    "one": [asked("where is the kite flying zone")],
    "usual": usual(),
    "many": many(),
    "long": [asked(LONG), asked(ENDLESS), asked(ARABIC, language="ar"), asked("<b>bold</b> & \"quoted\" 'text'")],
}


@asynccontextmanager
async def review_process(
    folder: Path, environment: dict[str, str], *arguments: str
) -> AsyncIterator[tuple[BotProcess, str]]:
    """`python -m bot review`, and the address that it shows."""
    async with page_process("review", folder, environment, *arguments) as opened:
        yield opened


@asynccontextmanager
async def page_process(
    command: str, folder: Path, environment: dict[str, str], *arguments: str
) -> AsyncIterator[tuple[BotProcess, str]]:
    """A command that serves a page, and the address that it shows."""
    async with BotProcess(command, "--no-browser", *arguments, folder=folder, environment=environment) as process:
        await process.wait_for_output("Ctrl-C ends it.", timeout=400)  # the project's own FAQ may be learned first
        address = re.search(r"http://\S+\?token=\S+", process.output)
        assert address is not None, process.output
        yield process, address[0]


@asynccontextmanager
async def review_of(
    folder: Path, notes: Iterable[Note], *, cache: Path, home: Path = SMALL, questions: Path | None = None
) -> AsyncIterator[str]:
    """The address of a page over a copy of the FAQ of a home, a log of these notes, and question sets, if any."""
    for part in ("faq", "seeds"):
        shutil.copytree(home / part, folder / part)
    environment = bot_environment(folder, "http://127.0.0.1:9", faq=folder / "faq", seeds=folder / "seeds")
    environment |= {"CACHE_DIR": str(cache), "GAPS_KEY": KEYS.texts[0].decode(), "ASKER_KEY": KEYS.askers.hex()}
    async with GapLog(folder / "data", KEYS, keep=timedelta(days=90)) as log:
        if notes := list(notes):
            await log.write(notes)
    async with review_process(folder, environment, "--questions", str(questions or folder)) as (_, address):
        yield address


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Debian's Chromium. Fails with what to install where there is none."""
    program = shutil.which("chromium")
    if program is None:
        raise FileNotFoundError("there is no 'chromium' on PATH; install Debian's chromium")
    async with async_playwright() as playwright:
        # As root, as CI is, Chromium's sandbox does not start.
        browser = await playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            await browser.close()


async def settled(page: Page) -> None:
    """Wait until the page no longer renews itself, and has its styles."""
    await page.wait_for_selector("html:not(:has(meta[http-equiv=refresh])) h1", timeout=120_000)
    await page.wait_for_load_state()


def fail_on_console(page: Page, *, may_say: str = "") -> None:
    """Fail where a page prints something to the console, as it does of a refused style or script.

    ``may_say`` is a part of what it may print all the same.
    """

    def fail(message: ConsoleMessage) -> None:
        if not (may_say and may_say in message.text):
            raise AssertionError(f"the console says: {message.text}")

    page.on("console", fail)


async def _draw(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    async with chromium() as browser:
        for scene, notes in SCENES.items():
            with tempfile.TemporaryDirectory() as work:
                async with review_of(Path(work) / "desk", notes, cache=Path(work)) as address:
                    await _draw_scene(browser, address, scene, folder)
            print(f"{scene}: drawn", file=sys.stderr)


async def _draw_scene(browser: Browser, address: str, scene: str, folder: Path) -> None:
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(address)
    await settled(page)
    origin = address.partition("?")[0]

    async def draw(name: str, path: str, *, is_whole: bool = True) -> None:
        await page.goto(origin.rstrip("/") + path)
        for width, scheme in ((1280, "light"), (1280, "dark"), (360, "light"), (360, "dark")):
            await page.set_viewport_size({"width": width, "height": 800})
            await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            await page.screenshot(path=folder / f"{scene}-{name}-{width}-{scheme}.png", full_page=is_whole)

    await draw("groups", "/", is_whole=False)
    for name in ("statistics", "done", "replay"):
        await draw(name, f"/{name}")
    await page.goto(origin)
    if await page.locator(".groups h2 a").count():
        await draw("group", str(await page.locator(".groups h2 a").first.get_attribute("href")))
    if scene == "usual":
        await page.fill("#text", "a zone to fly kites")
        await page.check("input[type=radio] >> nth=0")
        await page.click("text=See what it changes")
        await settled(page)
        await draw("trial", page.url.removeprefix(origin.rstrip("/")))
        await page.click("button:text-matches('^Add')")
        await page.goto(origin)
        for row in (0, 1):
            await page.check(f".groups input[type=checkbox] >> nth={row}")
        await page.click("button:text('Put together')")
        await page.click("button:text('Undo')")
        await draw("done-after", "/done")
    await context.close()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("give a folder: python -m tests.support.review_browser FOLDER")
    asyncio.run(_draw(Path(sys.argv[1])))
