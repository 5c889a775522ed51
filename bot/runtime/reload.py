"""Edited FAQ files are taken up while the bot runs: checked, learned beside it, and put to use as a whole.

A broken file changes nothing; its place is logged, and told to those who can mend it. Learning is a process of its own,
so that answers do not wait for it and its memory is given back.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from watchfiles import awatch

from bot.content.diagnostics import ContentError
from bot.content.loader import load_faqs
from bot.observability.logs import kind_and_place
from bot.observability.metrics import Metrics, Reload
from bot.runtime.catalog import Catalog
from bot.runtime.load import load_matchers
from bot.settings import Settings

LOOK_AGAIN = 5.0  # seconds; a folder that was exchanged as a whole, or lies on another machine, sends no word
QUIET = 400  # milliseconds without a change, after which an edit of several files is taken to be done
MOST_LOGGED, MOST_TOLD = 20, 3  # problems of one edit
LONGEST_TOLD = 600  # characters of one problem; a chat's message has at most 4,096
_logger = logging.getLogger(__name__)


class NotLearnedError(Exception):
    """Learning the files did not end well; the text says so, and what shows why."""


class FaqWatcher:
    """Watches the folders of the FAQ, from when it is made: make it before the FAQ is loaded, and no edit is missed.

    It looks at them at least every ``look_again`` seconds, whether there is word of a change or not.
    """

    def __init__(self, settings: Settings, metrics: Metrics | None = None, *, look_again: float = LOOK_AGAIN) -> None:
        self._metrics = metrics or Metrics()
        self._settings, self._look_again = settings, look_again
        self._seen = self._state()
        self._told = ""  # what is the matter with the files, as it was told last

    async def run(
        self,
        catalog: Catalog,
        *,
        changed: Callable[[], Awaitable[None]],
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        """For ever put each edit to use in ``catalog``; ``changed`` is called after it.

        ``tell`` is told in words, once, that an edit is not taken up, and why; and once that it is mended.
        """
        folders = (self._settings.faq_dir, self._settings.seeds_dir)
        again = round(self._look_again * 1000)
        while True:
            await self._look(catalog, changed, tell)
            try:
                async for _ in awatch(*folders, step=QUIET, rust_timeout=again, yield_on_timeout=True):
                    await self._look(catalog, changed, tell)
            except (OSError, RuntimeError):  # a folder is not there now; it may come back
                await asyncio.sleep(self._look_again)

    async def _look(
        self, catalog: Catalog, changed: Callable[[], Awaitable[None]], tell: Callable[[str], None]
    ) -> None:
        """Put the files to use if they are others than before. Whatever is wrong with them, the watching goes on."""
        state = self._state()
        if state == self._seen:
            return
        self._seen = state
        is_taken_up, faults = False, []
        try:
            is_taken_up = await self._reload(catalog)
        except ContentError as error:
            faults = [str(problem) for problem in error.diagnostics]
        except NotLearnedError as error:
            faults = [str(error)]
        except Exception as fault:  # of ours, or the system gives no process: it must not end the watching
            faults = [f"{kind_and_place(fault)}; start the bot again, or save a file to have it tried again"]
        self._metrics.reload(Reload.REFUSED if faults else Reload.TAKEN_UP if is_taken_up else Reload.SAME)
        self._say(faults, catalog.main.faq.version, tell)
        if is_taken_up:
            try:
                await changed()
            except Exception as fault:
                _logger.error("after an edit of the FAQ: %s", kind_and_place(fault))

    async def _reload(self, catalog: Catalog) -> bool:
        """Check and learn the files, and put them to use; whether they say something new.

        No language that is in use is left out. Raises ContentError and NotLearnedError.
        """
        settings = self._settings
        faqs = await asyncio.to_thread(load_faqs, settings.faq_dir, settings.seeds_dir, needed=catalog.versions.keys())
        if {language: faq.version for language, faq in faqs.items()} == catalog.versions:
            _logger.info("FAQ %s stays in use: its files say the same", catalog.main.faq.version)
            return False
        code = await learn_apart(settings)
        if code != 0:
            raise NotLearnedError(f"learning it ended with {code}; python -m bot learn says why")
        catalog.matchers = await asyncio.to_thread(load_matchers, settings, tell=_logger.info)
        _logger.info("FAQ %s is in use", catalog.main.faq.version)
        return True

    def _say(self, faults: Sequence[str], version: str, tell: Callable[[str], None]) -> None:
        """Log the faults of an edit, and tell of them where they are others than those told last."""
        for fault in faults[:MOST_LOGGED]:
            _logger.error("FAQ not taken up: %s", fault)
        if len(faults) > MOST_LOGGED:
            _logger.error("FAQ not taken up: %d more; python -m bot check shows all", len(faults) - MOST_LOGGED)
        told = "\n\n".join(_listed(faults))
        if told and told != self._told:
            tell(f"An edit of the FAQ was not taken up. FAQ {version}, from before it, stays in use.\n\n{told}")
        elif self._told and not told:
            tell(f"The FAQ's files are sound again. FAQ {version} is in use.")
        self._told = told

    def _state(self) -> dict[Path, tuple[int, ...]]:
        """Every file of the FAQ with its times and size; a file that may be read again has another time of change."""
        state: dict[Path, tuple[int, ...]] = {}
        for folder in (self._settings.faq_dir, self._settings.seeds_dir):
            try:
                for path in folder.rglob("*.yaml"):
                    state[path] = _stamp(path)
            except OSError as error:
                state[folder] = (error.errno or 0,)
        return state


def _stamp(path: Path) -> tuple[int, ...]:
    try:
        seen = path.stat()
    except OSError:  # gone since, or a link that leads nowhere
        return ()
    return (seen.st_mtime_ns, seen.st_ctime_ns, seen.st_size)


def _listed(faults: Sequence[str]) -> list[str]:
    """The first faults, each short enough for a message of several."""
    shown = [f"{fault[:LONGEST_TOLD]}…" if len(fault) > LONGEST_TOLD else fault for fault in faults[:MOST_TOLD]]
    more = len(faults) - len(shown)
    return [*shown, f"And {more} more; python -m bot check shows all."] if more else shown


async def learn_apart(settings: Settings) -> int:
    """Learn the files in a process of its own, which keeps what it learned; its exit code.

    Of the environment's settings it gets the folders alone: no secret, and nothing that is of no use without one.
    """
    kept = {name: value for name, value in os.environ.items() if name.lower() not in Settings.model_fields}
    folders = {"FAQ_DIR": settings.faq_dir, "SEEDS_DIR": settings.seeds_dir, "CACHE_DIR": settings.cache_dir}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "learn",
        env=kept | {name: str(folder.absolute()) for name, folder in folders.items()},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        return await process.wait()
    except asyncio.CancelledError:
        process.kill()
        await process.wait()
        raise
