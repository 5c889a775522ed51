"""What commands share: standard streams, output for a person, and exiting with an error message."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from textwrap import TextWrapper
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import typer

from bot.settings import Settings

if TYPE_CHECKING:
    from bot.domain.matching import LearnedMatcher  # imported where needed, so that --help is quick

Item = TypeVar("Item")


def open_streams() -> None:
    """Make the standard streams accept every character, and open the null device for those that are missing."""
    sys.stdin = sys.stdin or Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115  # open until the process exits
    sys.stdout = sys.stdout or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    sys.stderr = sys.stderr or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    for stream, errors in ((sys.stdin, "replace"), (sys.stdout, "backslashreplace"), (sys.stderr, "backslashreplace")):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors=errors)


def load_main_matcher(settings: Settings) -> LearnedMatcher:
    """Load the matcher of the main language. Raises ContentError where the files cannot be used."""
    from bot.runtime.load import load_matcher

    with working("Loading the FAQ"):
        return load_matcher(settings, notify=note)


@contextmanager
def working(on: str) -> Iterator[None]:
    """Show what the command works on and for how long, while it does; print nothing to standard output meanwhile.

    On standard error, and only where that is a terminal.
    """
    if not is_terminal(sys.stderr):
        yield
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False) as progress:
        progress.add_task(on, total=None)
        yield


def tracked(items: Iterable[Item], number: int, title: str) -> Iterable[Item]:
    """The items, with a progress bar where standard error is a terminal."""
    if not is_terminal(sys.stderr):
        return items
    from rich.console import Console
    from rich.progress import track

    return track(items, title, number, console=Console(stderr=True), transient=True)


def is_terminal(stream: Any = None) -> bool:
    """Whether a stream is a terminal, by default standard output."""
    return bool((stream or sys.stdout).isatty())


def show_text(text: str) -> None:
    """Print a text; in a terminal its lines are wrapped between words."""
    if sys.stdout.isatty():
        width = shutil.get_terminal_size().columns
        wrap = TextWrapper(width, break_long_words=False, break_on_hyphens=False, replace_whitespace=False).wrap
        text = "\n".join(part for line in text.split("\n") for part in (wrap(line) or [""]))
    print(text)


def note(text: str) -> None:
    """Print a message that is no part of the output to standard error."""
    print(text, file=sys.stderr, flush=True)


def fail(message: str) -> NoReturn:
    """End the command with a message and exit code 2."""
    print(message, file=sys.stderr)
    raise typer.Exit(2)
