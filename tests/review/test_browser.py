"""The review page in a real Chromium: the loop from three questions to an answer, how the page looks and is used."""

from __future__ import annotations

import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from axe_playwright_python.base import AXE_FILE_PATH
from playwright.async_api import Browser, Page

from bot.domain.gap import Note
from tests.support.review_browser import SCENES, chromium, fail_on_console, review_of, review_process, settled
from tests.support.telegram_phone import phone_to

pytestmark = [pytest.mark.container, pytest.mark.asyncio(loop_scope="module")]

KITES = (
    "where can i find the kite flying zone??",
    "where do i find the zone for kite flying",
    "pls where is the zone for kite flying",
)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as opened:
        yield opened


async def opened(browser: Browser, address: str, *, may_say: str = "", **options: Any) -> Page:
    """The page in a window of its own; what it prints to the console, as a refused style does, fails the test.

    ``may_say`` is a part of what it may print all the same.
    """
    page = await (await browser.new_context(**options)).new_page()
    fail_on_console(page, may_say=may_say)
    await page.goto(address)
    await settled(page)
    return page


async def test_the_whole_loop(browser: Browser, tmp_path: Path, small: Path, cache: Path) -> None:
    """Three people ask the same unknown thing in their own words; their group stands on the page; one phrasing is one
    added line in git; the running bot takes it up; the fourth person gets the answer; the three gaps are answered.
    """

    def git(*arguments: str) -> str:
        who = ("-c", "user.name=Reviewer", "-c", "user.email=reviewer@example.org")
        command = ["git", *who, *arguments]
        return subprocess.run(command, cwd=small, check=True, capture_output=True, text=True).stdout  # noqa: S603  # git

    git("init", "-q")
    git("add", "faq", "seeds")
    git("commit", "-q", "-m", "before")
    async with phone_to(tmp_path / "bot", small / "faq", small / "seeds", cache) as phone:
        for text in KITES:
            assert "Was this helpful" not in (await phone.say(text, phone.somebody())).text
        await phone.gaps(lambda gaps: len(gaps) == len(KITES))

        async with review_process(phone.folder, phone.environment, "--questions", str(small)) as (process, address):
            page = await opened(browser, address)
            assert await page.locator(".groups .card").count() == 1
            assert "Asked 3 times" in await page.inner_text(".groups .card")
            await page.screenshot(path=tmp_path / "group.png")
            await page.click(".groups h2 a")
            await page.fill("#text", "a zone to fly kites")
            await page.fill("#other", "ferry-bicycles")
            await page.click("text=See what it changes")
            await settled(page)
            assert "3 open gaps would be answered" in await page.inner_text("main")
            assert git("diff", "--numstat") == ""
            await page.click("text=Add this line")
            assert "3 gaps changed" in await page.inner_text("main")
            assert git("diff", "--numstat").split() == ["1", "0", "faq/en/ferry.yaml"]
            assert "+      - a zone to fly kites" in git("diff")

            await page.click("text=Replay")
            await page.click("text=Ask them again")
            await settled(page)
            assert "Still answered by their entry: 3" in await page.inner_text("main")
            await page.context.close()
            told = process.output
            assert all(text not in told for text in KITES)
            assert await process.stop() == 0, process.output

        await phone.process.wait_for_output("is in use", timeout=120)
        fourth = await phone.say("where is the kite flying zone", phone.somebody())
        assert "Can I take a bicycle or a dog?" in fourth.text


@pytest.fixture(scope="module")
def axe() -> str:
    """The rules of axe-core, which see what a screen reader would stumble over."""
    return Path(AXE_FILE_PATH).read_text(encoding="utf-8")


@pytest.mark.parametrize("scene", SCENES)
async def test_it_can_be_read_by_everybody(browser: Browser, tmp_path: Path, cache: Path, scene: str, axe: str) -> None:
    """On a narrow phone nothing is wider than the screen, long and right-to-left texts neither; no rule of axe-core on
    names, roles, contrast and order is broken, in light and dark, on any page.
    """
    notes: list[Note] = SCENES[scene]
    async with review_of(tmp_path, notes, cache=cache) as address:
        page = await opened(browser, address, viewport={"width": 320, "height": 640})
        places = ["/", "/done", "/replay", "/statistics"]
        if notes:
            places.append(str(await page.locator(".groups h2 a").first.get_attribute("href")))
        for place in places:
            await page.goto(address.partition("?")[0].rstrip("/") + place)
            await see_that_it_can_be_read(page, axe)
        await page.context.close()


# The enhanced and the experimental rules too, which axe-core leaves out otherwise.
ALL_RULES = """axe.run(document, {resultTypes: ['violations'], rules: Object.fromEntries(
    axe.getRules().map(rule => [rule.ruleId, {enabled: true}]))})"""


async def test_a_page_of_groups_is_short_and_can_be_zoomed(browser: Browser, tmp_path: Path, cache: Path) -> None:
    """25 groups are less than four screens of a desktop; at 200 % nothing is wider than the screen, and what is pressed
    for all that is ticked does not lie over the groups.
    """
    async with review_of(tmp_path, SCENES["many"], cache=cache) as address:
        page = await opened(browser, address, viewport={"width": 1280, "height": 800})
        assert await page.locator(".groups .card").count() == 25
        assert await page.evaluate("document.documentElement.scrollHeight") < 3000
        await page.set_viewport_size({"width": 640, "height": 400})
        for link in (None, page.locator(".groups h2 a").first):
            if link is not None:
                async with page.expect_navigation():
                    await link.click()
            assert await page.evaluate("document.documentElement.scrollWidth") <= 640
            assert not await page.evaluate(_COVERING)
        await page.context.close()


_COVERING = """[...document.querySelectorAll('main *')].filter(
    one => ['sticky', 'fixed'].includes(getComputedStyle(one).position) && !one.closest('table')).length"""


async def see_that_it_can_be_read(page: Page, axe: str) -> None:
    """By everybody, on a screen of 320 pixels: see the test before. What can be unfolded is."""
    await page.wait_for_load_state()  # its styles too
    await page.evaluate("for (const folded of document.querySelectorAll('details')) folded.open = true")
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        assert await page.evaluate("document.documentElement.scrollWidth") <= 320, (page.url, scheme)
        await page.evaluate(axe)
        found = await page.evaluate(ALL_RULES)
        broken = [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found["violations"]]
        assert not broken, (page.url, scheme, broken)


async def test_a_trial_and_what_was_done_can_be_read_by_everybody(
    browser: Browser, tmp_path: Path, cache: Path, axe: str
) -> None:
    """The lines with their numbers, what they change, the form that says too little, and what was done and replayed."""
    async with review_of(tmp_path, SCENES["usual"], cache=cache) as address:
        page = await opened(browser, address, may_say="status of 422", viewport={"width": 320, "height": 640})
        await page.click(".groups h2 a")
        await page.fill("#text", "a zone to fly kites")
        await page.fill("#other", "no such entry")
        await page.click("text=See what it changes")
        await page.wait_for_selector("#trouble")
        await see_that_it_can_be_read(page, axe)
        await page.fill("#facts", "1400 passengers")
        await page.click("button:text('Find facts')")
        await page.wait_for_selector("input[name=fact]")
        await see_that_it_can_be_read(page, axe)
        await page.fill("#other", "ferry-bicycles")
        await page.click("text=See what it changes")
        await settled(page)
        await see_that_it_can_be_read(page, axe)
        await page.click("text=Add this line")
        async with page.expect_navigation():
            await page.click("text=Done and undo")
        await see_that_it_can_be_read(page, axe)
        await page.click("text=Replay")
        await page.click("text=Ask them again")
        await settled(page)
        await see_that_it_can_be_read(page, axe)
        await page.context.close()


async def test_it_is_used_by_keyboard_alone(browser: Browser, tmp_path: Path, cache: Path) -> None:
    """With the tabulator and the enter key, and what is reached is seen to be."""
    async with review_of(tmp_path, SCENES["one"], cache=cache) as address:
        page = await opened(browser, address)
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.textContent") == "Skip to the content"
        for _ in range(30):
            await page.keyboard.press("Tab")
            if await page.evaluate("document.activeElement.textContent.trim()") == "Later":
                break
        assert await page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        await page.keyboard.press("Enter")
        await page.wait_for_selector("text=1 gap left for later")
        await page.context.close()


async def press_with_alt(page: Page, key: str) -> None:
    """As the keyboard of a person does; the one of Playwright leaves out the sign, by which Chromium finds the key."""
    keyboard = await page.context.new_cdp_session(page)
    event = {"modifiers": 1, "key": key, "text": key, "unmodifiedText": key, "windowsVirtualKeyCode": ord(key.upper())}
    for kind in ("rawKeyDown", "char", "keyUp"):
        await keyboard.send("Input.dispatchKeyEvent", {"type": kind, **event})
    await keyboard.detach()


async def test_keys_press_what_they_are_listed_for(browser: Browser, tmp_path: Path, cache: Path) -> None:
    """With Alt, as Chromium takes them, from any place of the page; the list at its foot says them, and no more."""
    async with review_of(tmp_path, SCENES["usual"], cache=cache) as address:
        page = await opened(browser, address)
        await press_with_alt(page, "k")
        assert await page.evaluate("document.activeElement.id") == "words"
        listed = {letter.lower() for letter in await page.locator(".keys kbd").all_text_contents()}
        async with page.expect_navigation():
            await page.click(".groups h2 a")
        first = await page.inner_text("h1")
        for key, sees in (
            ("n", f"h1:not(:text-is({first!r}))"),
            ("l", "text=left for later"),
            ("z", "text=Undone on"),
            ("g", "h1:text('Questions that')"),
            ("h", "h1:text('What was done')"),
            ("t", "h1:text('Statistics')"),
            ("r", "h1:text('Replay')"),
        ):
            async with page.expect_navigation():
                await press_with_alt(page, key)
            await page.wait_for_selector(sees)
        await page.goto(address.partition("?")[0])
        used = set(await page.locator("[accesskey]").evaluate_all("all => all.map(one => one.accessKey)"))
        async with page.expect_navigation():
            await page.click(".groups h2 a")
        await press_with_alt(page, "w")
        assert await page.evaluate("document.activeElement.id") == "text"
        used |= set(await page.locator("[accesskey]").evaluate_all("all => all.map(one => one.accessKey)"))
        assert used <= listed
        assert len(listed) == len(await page.locator(".keys kbd").all_text_contents())
        await page.context.close()


async def test_the_enter_key_searches_and_decides_nothing(browser: Browser, tmp_path: Path, cache: Path) -> None:
    """In every field of a group's form: what was written stays, and what the search found is there to choose."""
    async with review_of(tmp_path, SCENES["one"], cache=cache) as address:
        page = await opened(browser, address)
        await page.click(".groups h2 a")
        await page.fill("#text", "a zone to fly kites")
        await page.fill("#other", "when do boats leave")
        for field in ("#other", "#question"):
            if field == "#question":
                await page.click("text=Draft an entry")
            async with page.expect_navigation():
                await page.press(field, "Enter")
            await page.wait_for_selector("input[type=radio][value=ferry-times]")
            assert await page.input_value("#text") == "a zone to fly kites"
        await page.check("input[type=radio][value=ferry-times]")
        await page.click("text=See what it changes")
        await settled(page)
        assert "For: When do the boats leave?" in await page.inner_text("main")
        await page.goto(address.partition("?")[0])
        assert await page.locator(".groups .card").count() == 1, "nothing was decided"
        await page.context.close()
