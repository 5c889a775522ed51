"""The preview page as its process serves it, in a real Chromium; run as a module, it draws the pages into a folder.

python -m tests.support.preview_browser FOLDER
"""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.support.paths import ROOT
from tests.support.review_browser import chromium, page_process
from tests.support.telegram_emulator import bot_environment

# The pages that are looked at, by the names of their pictures.
PLACES = {
    "entries": "/",
    "search": "/?words=remittances",
    "answer": "/entry/why-report-now",
    "arabic": "/entry/why-report-now?language=ar",
    "card": "/entry/urgent-trafficking?language=ar",
    "door": "/entry/no-figures-remittances?language=fr",
    "changes": "/changes",
    "health": "/health",
}


@asynccontextmanager
async def preview_of(work: Path, faq: Path, seeds: Path) -> AsyncIterator[str]:
    """The address of a preview over the FAQ in two folders; what it writes goes into the folder ``work``."""
    work.mkdir(exist_ok=True)
    environment = bot_environment(work, "http://127.0.0.1:9", faq=faq, seeds=seeds)
    async with page_process("preview", work, environment) as (_, address):
        yield address


async def _draw(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        faq, seeds = (shutil.copytree(ROOT / part, Path(name) / part) for part in ("faq", "seeds"))
        async with preview_of(Path(name) / "work", faq, seeds) as address, chromium() as browser:
            page = await (await browser.new_context()).new_page()
            await page.goto(address)
            await page.wait_for_selector("h1")
            report = faq / "en/report.yaml"
            text = report.read_text(encoding="utf-8")
            edited = text.replace("They planned to adopt it by", "They wanted to adopt it by the end of")
            report.write_text(edited.replace("      - why now\n", "      - why just now\n"), encoding="utf-8")
            for width, scheme in ((1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")):
                await page.set_viewport_size({"width": width, "height": 800})
                await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
                for place, path in PLACES.items():
                    await page.goto(address.partition("?")[0].rstrip("/") + path)
                    await page.screenshot(path=folder / f"{place}-{width}-{scheme}.png", full_page=True)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("give a folder: python -m tests.support.preview_browser FOLDER")
    asyncio.run(_draw(Path(sys.argv[1])))
