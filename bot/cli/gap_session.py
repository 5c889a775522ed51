"""What the gap commands share: opening the log, output as JSON or text, and exiting with an error message."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import date
from typing import TYPE_CHECKING, Annotated, NoReturn, TypeVar

import typer

from bot.cli import console

if TYPE_CHECKING:
    from bot.gaps.repository import GapLog
    from bot.settings import Settings
    from bot.storage.keys import Keys

Result = TypeVar("Result")
Json = Annotated[bool, typer.Option("--json", help="As JSON.")]


def log_exists(settings: Settings) -> bool:
    """Whether the log exists, in the data folder or in PostgreSQL."""
    from bot.storage.stores import store_of

    return store_of(settings.data_dir, settings.database_url).is_begun()


def open_log(settings: Settings, keys: Keys) -> GapLog:
    """The log in the data folder, or in the PostgreSQL database of the settings, with these keys."""
    from bot.gaps.repository import GapLog

    return GapLog(settings.data_dir, keys, keep=settings.retention, url=settings.database_url)


def use_log(settings: Settings, work: Callable[[GapLog], Awaitable[Result]]) -> Result | None:
    """Do some work with the log and return its result; None if there is no log. See `run_or_fail`."""
    return use_or_create_log(settings, work) if log_exists(settings) else None


def use_or_create_log(settings: Settings, work: Callable[[GapLog], Awaitable[Result]]) -> Result:
    """Do some work with the log, which is created if there is none, and return its result. See `run_or_fail`."""
    from bot.runtime.gap_keys import keys_of

    async def work_with_log() -> Result:
        async with open_log(settings, keys_of(settings)) as log:
            return await work(log)

    return run_or_fail(work_with_log)


def run_or_fail(work: Callable[[], Awaitable[Result]]) -> Result:
    """Run some work and return its result. A log, key or export that cannot be used ends the command with a hint."""
    from bot.gaps.transfer import ExportError
    from bot.storage.errors import LogError
    from bot.storage.keys import KeyProblem

    async def run() -> Result:
        return await work()

    try:
        return asyncio.run(run())
    except (KeyProblem, LogError, ExportError) as error:
        fail(str(error))


def show(found: object, text: str, *, as_json: bool) -> None:
    """Print a result, as JSON or as text."""
    print(json.dumps(found, indent=2) if as_json else text)


def to_day(text: str, *, what: str = "") -> date | None:
    """The day that an option names, None where it is not given. Another text ends the command, named with ``what``."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        fail(f"{what}'{text}' is no day; write it as in 2026-11-21")


def fail(message: str) -> NoReturn:
    """End the command with exit code 2."""
    console.fail(f"gaps: {message}")
