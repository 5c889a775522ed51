"""The preview page in a real Chromium: it follows an editor's saves, and everybody can read it."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from axe_playwright_python.base import AXE_FILE_PATH
from playwright.async_api import Browser, Page

from tests.support.paths import FRENCH
from tests.support.preview_browser import preview_of
from tests.support.review_browser import chromium, fail_on_console

pytestmark = [pytest.mark.container, pytest.mark.asyncio(loop_scope="module")]

LONG = "w" * 240


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as opened:
        yield opened


@pytest.fixture
def french(small: Path) -> Path:
    """The small FAQ with its French translation."""
    shutil.copytree(FRENCH / "faq", small / "faq", dirs_exist_ok=True)
    return small


async def opened(browser: Browser, address: str, **options: Any) -> Page:
    """The page in a window of its own; what it prints to the console, as a refused script does, fails the test."""
    page = await (await browser.new_context(**options)).new_page()
    fail_on_console(page, may_say="ERR_CONNECTION_REFUSED")  # once the program has ended
    await page.goto(address)
    await page.wait_for_selector("h1")
    return page


async def test_a_save_is_seen_without_a_touch(browser: Browser, french: Path, tmp_path: Path) -> None:
    """The text is shown anew at the same place, what was unfolded and typed stays; a broken file is told,
    and that the program has ended.
    """
    ferry = french / "faq/en/ferry.yaml"
    text = ferry.read_text(encoding="utf-8")
    async with preview_of(tmp_path / "work", french / "faq", french / "seeds") as address:
        page = await opened(browser, address, viewport={"width": 1280, "height": 400})
        await page.goto(address.partition("?")[0] + "entry/ferry-passengers")
        await page.fill("input[type=search]", "half a wo")
        await page.click("summary >> text=Phrasings")
        await page.evaluate("window.scrollTo(0, 250)")
        ferry.write_text(text.replace("School classes were not", "School classes are not"), encoding="utf-8")
        await page.wait_for_selector(".bubble >> text=School classes are not counted.")
        assert await page.evaluate("scrollY") == 250
        assert await page.input_value("input[type=search]") == "half a wo"
        assert await page.is_visible("text=how busy is the boat")
        assert "Shown anew" in await page.inner_text("[role=status]")

        ferry.write_text(text.replace("question: How", 'question: "How'), encoding="utf-8")
        await page.wait_for_selector("[role=alert] >> text=is not closed")
        assert await page.is_visible(".bubble >> text=School classes are not counted.")
        ferry.write_text(text, encoding="utf-8")
        await page.wait_for_selector(".bubble >> text=School classes were not counted.")
        assert await page.locator("[role=alert]").count() == 0
    await page.wait_for_selector("[role=status] >> text=follows the files no more")
    await page.context.close()


async def test_it_can_be_read_by_everybody(browser: Browser, french: Path, tmp_path: Path) -> None:
    """On a narrow phone nothing is wider than the screen, endless words neither; no rule of axe-core is broken, in
    light and dark, on any page, with changes and with a broken file.
    """
    axe = Path(AXE_FILE_PATH).read_text(encoding="utf-8")
    ferry = french / "faq/en/ferry.yaml"
    text = ferry.read_text(encoding="utf-8")
    async with preview_of(tmp_path / "work", french / "faq", french / "seeds") as address:
        page = await opened(browser, address, viewport={"width": 320, "height": 640})
        origin = address.partition("?")[0].rstrip("/")
        edited = text.replace("School classes were not", f"School {LONG} are not")
        ferry.write_text(edited.replace("how busy is", "is it full on"), encoding="utf-8")
        places = ["/", "/?words=ferry", "/?words=zebra", "/changes", "/health"]
        places += [f"/entry/{name}" for name in ("ferry-passengers", "ferry-times?language=fr", "urgent-overboard")]
        for path in places:
            await page.goto(origin + path)
            await see_that_it_can_be_read(page, axe)
        ferry.write_text(text.replace("question: How", 'question: "How'), encoding="utf-8")
        await page.wait_for_selector("#broken")
        await see_that_it_can_be_read(page, axe)
        await page.context.close()


async def see_that_it_can_be_read(page: Page, axe: str) -> None:
    """With all that is folded unfolded."""
    await page.wait_for_load_state()  # its styles too
    await page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        assert await page.evaluate("document.documentElement.scrollWidth") <= 320, (page.url, scheme)
        await page.evaluate(axe)
        found = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        broken = [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found["violations"]]
        assert not broken, (page.url, scheme, broken)
