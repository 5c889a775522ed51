"""What each command of the gap log needs: the log for a moment, the end with a mend, and objects for programs."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeVar

import typer

if TYPE_CHECKING:
    from bot.gaps.repository import GapLog
    from bot.settings import Settings
    from bot.storage.keys import Keys

Result = TypeVar("Result")
Json = Annotated[bool, typer.Option("--json", help="As JSON.")]


def is_begun(settings: Settings) -> bool:
    """Whether there is a log, in the data folder or in PostgreSQL."""
    from bot.storage.stores import store_of

    return store_of(settings.data_dir, settings.database_url).is_begun()


def opened(settings: Settings, keys: Keys) -> GapLog:
    """The log of the data folder, or of the PostgreSQL database that is set, with these keys."""
    from bot.gaps.repository import GapLog

    return GapLog(settings.data_dir, keys, keep=settings.retention, url=settings.database_url)


def use(settings: Settings, do: Callable[[GapLog], Awaitable[Result]]) -> Result | None:
    """What a use of the log gives; None where there is no log."""
    return begin(settings, do) if is_begun(settings) else None


def begin(settings: Settings, do: Callable[[GapLog], Awaitable[Result]]) -> Result:
    """What a use of the log gives, which is begun where there is none. See `finish`."""
    from bot.runtime.gap_keys import keys_of

    async def used() -> Result:
        async with opened(settings, keys_of(settings)) as log:
            return await do(log)

    return finish(used)


def finish(work: Callable[[], Awaitable[Result]]) -> Result:
    """What some work gives. A log, key or export that cannot be used ends the command with what to do."""
    from bot.gaps.transfer import ExportError
    from bot.storage.errors import LogError
    from bot.storage.keys import KeyProblem

    async def done() -> Result:
        return await work()

    try:
        return asyncio.run(done())
    except (KeyProblem, LogError, ExportError) as trouble:
        fail(str(trouble))


def show(found: object, text: str, *, as_json: bool) -> None:
    """A result, as JSON or in words."""
    print(json.dumps(found, indent=2) if as_json else text)


def note(text: str) -> None:
    """Something for the person at the terminal that is no part of the output."""
    typer.echo(text, err=True)


def fail(message: str) -> NoReturn:
    """End the command, exit code 2."""
    note(f"gaps: {message}")
    raise typer.Exit(2)


def is_terminal(stream: Any = None) -> bool:
    """Whether somebody reads the output; or another stream, which is given."""
    return bool((stream or sys.stdout).isatty())
