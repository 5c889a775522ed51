"""What all commands share: output for a person or a program, and the end with a message."""

from __future__ import annotations

import os
import shutil
import sys
from io import TextIOWrapper
from pathlib import Path
from textwrap import TextWrapper
from typing import TYPE_CHECKING, NoReturn

import typer

from bot.settings import Settings

if TYPE_CHECKING:
    from bot.domain.matching import Matcher  # imported where needed, so that --help is quick


def open_streams() -> None:
    """Streams that take and give every character, or that lead nowhere where the process was started without."""
    sys.stdin = sys.stdin or Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115  # open to the end
    sys.stdout = sys.stdout or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    sys.stderr = sys.stderr or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    for stream, errors in ((sys.stdin, "replace"), (sys.stdout, "backslashreplace"), (sys.stderr, "backslashreplace")):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors=errors)


def load_main_matcher(settings: Settings) -> Matcher:
    from bot.runtime.load import load_matcher

    return load_matcher(settings, tell=note)


def show_text(text: str) -> None:
    """A reply; in a terminal its lines end between words."""
    if sys.stdout.isatty():
        width = shutil.get_terminal_size().columns
        wrap = TextWrapper(width, break_long_words=False, break_on_hyphens=False, replace_whitespace=False).wrap
        text = "\n".join(part for line in text.split("\n") for part in (wrap(line) or [""]))
    print(text)


def note(text: str) -> None:
    """Something for the person at the terminal that is no part of the output."""
    print(text, file=sys.stderr, flush=True)


def fail(message: str) -> NoReturn:
    print(message, file=sys.stderr)
    raise typer.Exit(2)
