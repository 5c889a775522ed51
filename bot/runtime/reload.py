"""Reload edited FAQ files while the bot runs: check them, learn them, and replace the matcher.

An edit with an error changes nothing; its errors are logged, and reported to the maintainers, who are also told what
went live. Learning runs in a subprocess, so that answers do not wait for it and its memory is freed.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from watchfiles import awatch

from bot.content.diagnostics import ContentError
from bot.content.loader import readable_content
from bot.domain.faq import Faq
from bot.domain.matching import Matcher
from bot.matching.model_cache import is_learned
from bot.observability.logs import kind_and_place
from bot.observability.metrics import Metrics, Reload
from bot.runtime.catalog import Catalog
from bot.runtime.load import matcher_of
from bot.runtime.sound import keep_sound, sound_faq, what_changed
from bot.settings import Settings

POLL_SECONDS = 5.0  # since a folder that was replaced as a whole, or is on a network, gives no notification
DEBOUNCE = 400  # milliseconds without a change, after which an edit of several files counts as complete
MOST_LOGGED, MOST_REPORTED = 20, 3  # errors of one edit
LONGEST_REPORTED = 600  # characters of one error; a chat's message has at most 4,096
_logger = logging.getLogger(__name__)


class NotLearnedError(Exception):
    """Learning the files failed; the text names the command that shows why."""


async def _do_nothing() -> None:
    """Where nothing has to follow an edit, since the FAQ is asked for each time."""


class FaqWatcher:
    """Watches the folders of the FAQ from its creation on: create it before loading the FAQ, so that no edit is missed.

    It compares the files at least every ``poll_seconds``, also without a notification of a change.
    """

    def __init__(
        self, settings: Settings, metrics: Metrics | None = None, *, poll_seconds: float = POLL_SECONDS
    ) -> None:
        self._metrics = metrics or Metrics()
        self._settings, self._poll_seconds = settings, poll_seconds
        self._last_state = file_stamps(settings)
        self._reported = ""  # the errors that were reported last
        self._remarks: list[str] = []  # what was last said of the translations

    async def run(
        self,
        catalog: Catalog,
        *,
        changed: Callable[[], Awaitable[None]] = _do_nothing,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Reload ``catalog`` after each edit, until cancelled; ``changed`` is called after each reload.

        ``tell`` is called with a text once when an edit is rejected, with the errors, and when one is taken up.
        """
        folders = (self._settings.faq_dir, self._settings.seeds_dir)
        poll_milliseconds = round(self._poll_seconds * 1000)
        while True:
            await self._reload_if_edited(catalog, changed, tell)
            try:
                async for _ in awatch(*folders, step=DEBOUNCE, rust_timeout=poll_milliseconds, yield_on_timeout=True):
                    await self._reload_if_edited(catalog, changed, tell)
            except (OSError, RuntimeError):  # a folder is missing now; it may come back
                await asyncio.sleep(self._poll_seconds)

    async def _reload_if_edited(
        self, catalog: Catalog, changed: Callable[[], Awaitable[None]], tell: Callable[[str], None]
    ) -> None:
        """Reload the files if they have changed. No error in them ends the watching."""
        state = file_stamps(self._settings)
        if state == self._last_state:
            return
        self._last_state = state
        before, is_reloaded, errors, remarks = catalog.faq, False, [], list[str]()
        try:
            is_reloaded = await self._reload(catalog, remarks.append)
        except ContentError as error:
            errors = [str(diagnostic) for diagnostic in error.diagnostics]
        except NotLearnedError as error:
            errors = [str(error)]
        except Exception as fault:  # a bug, or no process can be started: it must not end the watching
            errors = [f"{kind_and_place(fault)}; start the bot again, or save a file to have it tried again"]
        self._metrics.reload(Reload.REFUSED if errors else Reload.TAKEN_UP if is_reloaded else Reload.SAME)
        changes = what_changed(before, catalog.faq) if is_reloaded else ""
        self._report(errors, remarks, changes, catalog.faq.version, tell)
        if is_reloaded:
            try:
                await changed()
            except Exception as fault:
                _logger.error("after an edit of the FAQ: %s", kind_and_place(fault))

    async def _reload(self, catalog: Catalog, warn: Callable[[str], None]) -> bool:
        """Check and learn the files, and replace the matcher; False if their content is the same as before.

        A language that is in use is never dropped, nor a text of it; of what a translation lacks for an error, ``warn``
        is told. Raises ContentError and NotLearnedError.
        """
        settings, in_use = self._settings, catalog.faq
        content = await asyncio.to_thread(readable_content, settings.faq_dir, settings.seeds_dir)
        faq = await asyncio.to_thread(sound_faq, content, in_use=in_use, known=in_use.version, warn=warn)
        if faq.version == catalog.faq.version:
            _logger.info("FAQ %s stays in use: its files say the same", faq.version)
            return False
        if not await asyncio.to_thread(is_learned, faq, settings.cache_dir):
            code = await learn_apart(settings)
            if code != 0:
                raise NotLearnedError(f"learning it ended with {code}; python -m bot learn says why")
        catalog.matcher = await asyncio.to_thread(self._ready, faq)
        await asyncio.to_thread(keep_sound, settings, faq.version)
        _logger.info("FAQ %s is in use", catalog.faq.version)
        return True

    def _ready(self, faq: Faq) -> Matcher:
        """The matcher, with all that takes a moment to make, so that no message waits for it."""
        matcher = matcher_of(faq, self._settings, notify=_logger.info)
        _ = matcher.known_words
        return matcher

    def _report(
        self, errors: Sequence[str], remarks: list[str], changes: str, version: str, tell: Callable[[str], None]
    ) -> None:
        """Log the errors of an edit, and report them unless they are the same as last time; else report its changes.

        With these, what was not remarked of the translations last time.
        """
        for error in errors[:MOST_LOGGED]:
            _logger.error("FAQ not taken up: %s", error)
        if len(errors) > MOST_LOGGED:
            _logger.error("FAQ not taken up: %d more; python -m bot check shows all", len(errors) - MOST_LOGGED)
        new = [remark for remark in remarks if remark not in self._remarks]
        for remark in new:
            _logger.warning("%s", remark)
        report = "\n\n".join(_shortened(errors))
        if report and report != self._reported:
            tell(f"An edit of the FAQ was not taken up. FAQ {version}, from before it, stays in use.\n\n{report}")
        elif not report and (self._reported or changes or new):
            again = "The FAQ's files are sound again. " if self._reported else ""
            in_use = f"{again}FAQ {version} is in use{': ' if changes else ''}{changes}."
            tell("\n\n".join([in_use, *_shortened(new)]))
        self._reported = report
        self._remarks = self._remarks if errors else remarks


def file_stamps(settings: Settings) -> dict[Path, tuple[int, ...]]:
    """The times and size of every file of the FAQ; the change time shows that permissions were changed."""
    stamps: dict[Path, tuple[int, ...]] = {}
    for folder in (settings.faq_dir, settings.seeds_dir):
        try:
            for path in folder.rglob("*.yaml"):
                stamps[path] = _stamp(path)
        except OSError as error:
            stamps[folder] = (error.errno or 0,)
    return stamps


@contextmanager
def reloading(watch: FaqWatcher, catalog: Catalog, *, tell: Callable[[str], None]) -> Iterator[None]:
    """Reload ``catalog`` after each edit while the context lasts, in a thread of its own, which calls ``tell``.

    For programs that wait for a person to type. What is told is not logged as well.
    """
    is_over = threading.Event()

    async def watch_until_over() -> None:
        watching = asyncio.create_task(watch.run(catalog, tell=tell))
        await asyncio.to_thread(is_over.wait)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)

    with ThreadPoolExecutor(1) as beside:
        _logger.disabled = True
        beside.submit(asyncio.run, watch_until_over())
        try:
            yield
        finally:
            is_over.set()
            _logger.disabled = False


def _stamp(path: Path) -> tuple[int, ...]:
    try:
        status = path.stat()
    except OSError:  # deleted meanwhile, or a dangling link
        return ()
    return (status.st_mtime_ns, status.st_ctime_ns, status.st_size)


def _shortened(errors: Sequence[str]) -> list[str]:
    """The first errors, each short enough that they fit into one message."""
    shown = [
        f"{error[:LONGEST_REPORTED]}…" if len(error) > LONGEST_REPORTED else error for error in errors[:MOST_REPORTED]
    ]
    more = len(errors) - len(shown)
    return [*shown, f"And {more} more; python -m bot check shows all."] if more else shown


async def learn_apart(settings: Settings) -> int:
    """Learn the files in a subprocess, which stores the models in the cache; return its exit code.

    Of the settings it gets only the folders: no secret, and no setting that would need one.
    """
    environment = {name: value for name, value in os.environ.items() if name.lower() not in Settings.model_fields}
    folders = {"FAQ_DIR": settings.faq_dir, "SEEDS_DIR": settings.seeds_dir, "CACHE_DIR": settings.cache_dir}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "learn",
        env=environment | {name: str(folder.absolute()) for name, folder in folders.items()},
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
