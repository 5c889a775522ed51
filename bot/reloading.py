"""Edited FAQ files are taken up while the bot runs: checked, learned beside it, and put to use as a whole.

A broken file changes nothing and is logged with its place. Learning is a process of its own, so that answers do not
wait for it and its memory is given back.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from watchfiles import awatch

from bot.content import load_faqs
from bot.in_use import InUse
from bot.loading import load_matchers
from bot.problem import ContentError
from bot.settings import Settings

LOOK_AGAIN = 60_000  # milliseconds; a folder that was exchanged as a whole sends no word of its files
QUIET = 400  # milliseconds without a change, after which an edit of several files is taken to be done
_SECRETS = ("TELEGRAM_BOT_TOKEN", "GAPS_KEY", "ASKER_KEY")
_log = logging.getLogger(__name__)


class Watch:
    """Watches the folders of the FAQ, from when it is made: make it before the FAQ is loaded, and no edit is missed."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._seen = self._state()

    async def run(self, in_use: InUse, *, changed: Callable[[], Awaitable[None]]) -> None:
        """For ever put each edit to use in ``in_use``; ``changed`` is called after it."""
        folders = (self._settings.faq_dir, self._settings.seeds_dir)
        while True:
            await self._look(in_use, changed)
            try:
                async for _ in awatch(*folders, step=QUIET, rust_timeout=LOOK_AGAIN, yield_on_timeout=True):
                    await self._look(in_use, changed)
            except (OSError, RuntimeError):  # a folder is not there now; it may come back
                await asyncio.sleep(LOOK_AGAIN / 1000)

    async def _look(self, in_use: InUse, changed: Callable[[], Awaitable[None]]) -> None:
        """Put the files to use if they are others than before. Whatever is wrong with them, the watching goes on."""
        try:
            state = self._state()
            if state == self._seen:
                return
            self._seen = state
            if await self._reload(in_use):
                await changed()
        except ContentError as error:
            for problem in error.problems:
                _log.error("FAQ not taken up: %s", problem)
        except OSError as error:
            _log.error("FAQ not taken up: a file cannot be read (%s); the one before stays", error.strerror)
        except Exception as error:  # a fault of ours must not end the watching
            _log.error("after an edit of the FAQ: %s; FAQ %s is in use", type(error).__name__, in_use.main.faq.version)

    async def _reload(self, in_use: InUse) -> bool:
        """Check and learn the files, and put them to use; whether they now are."""
        faqs = await asyncio.to_thread(load_faqs, self._settings.faq_dir, self._settings.seeds_dir)
        if {language: faq.version for language, faq in faqs.items()} == in_use.versions:
            _log.info("FAQ %s stays in use: its files say the same", in_use.main.faq.version)
            return False
        code = await learn_apart()
        if code != 0:
            _log.error("FAQ not taken up: learning it ended with %d; python -m bot learn says why", code)
            return False
        in_use.matchers = await asyncio.to_thread(load_matchers, self._settings, tell=_log.info)
        _log.info("FAQ %s is in use", in_use.main.faq.version)
        return True

    def _state(self) -> dict[Path, tuple[int, int]]:
        """Every file of the FAQ with its time and size."""
        state = {}
        for folder in (self._settings.faq_dir, self._settings.seeds_dir):
            for path in folder.rglob("*.yaml"):
                try:
                    stat = path.stat()
                except OSError:  # gone since
                    continue
                state[path] = (stat.st_mtime_ns, stat.st_size)
        return state


async def learn_apart(changed: Mapping[str, str] | None = None) -> int:
    """Learn the files in a process of its own, which keeps what it learned; its exit code.

    ``changed`` are settings that are others than ours, such as the FAQ's folder.
    """
    environment = {name: value for name, value in os.environ.items() if name.upper() not in _SECRETS}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "learn",
        env=environment | dict(changed or {}),
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
