"""`python -m bot check`: what is wrong with the content, once or after each save."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.console import fail, load_main_matcher, note, show_text, working
from bot.content.diagnostics import Diagnostic, Severity, errors
from bot.settings import Settings, read_settings

if TYPE_CHECKING:
    from bot.content.parsed import Content  # imported where needed, so that --help is quick

SHOWN = 5  # problems of one kind, of which there may be hundreds with one cause


class Format(StrEnum):
    """How `check` prints the diagnostics."""

    TEXT = "text"
    JSON = "json"


def check(
    *,
    format_: Annotated[Format, typer.Option("--format", help="How to print the problems.")] = Format.TEXT,
    documents: Annotated[
        Path | None, typer.Option(help="The folder of the original documents: also compare the figures with them.")
    ] = None,
    today: Annotated[str, typer.Option(help="The day to check review dates by, as in 2026-11-21.")] = "",
    everything: Annotated[bool, typer.Option("--all", help=f"Show more than {SHOWN} problems of a kind.")] = False,
    changed: Annotated[
        bool, typer.Option("--changed", help="Warn of files alone that differ from git's last commit.")
    ] = False,
    fix: Annotated[
        bool, typer.Option("--fix", help="First mend blanks, line ends, quotes, days, the order of keys.")
    ] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Check again after each save, until Ctrl+C.")] = False,
    listed: Annotated[
        bool, typer.Option("--listed", help="Instead: which phrasings find their entry only because they are listed.")
    ] = False,
    unread: Annotated[
        bool, typer.Option("--unread", help="Instead: the lines of cards and languages that nobody competent has read.")
    ] = False,
) -> None:
    """Check the content of faq/ and seeds/.

    Every problem is shown with its place and mend. Errors exit 1; warnings inform.
    """
    settings = read_settings()
    if listed:
        from bot.content.phrasing_report import report_lines

        show_text("\n".join(report_lines(load_main_matcher(settings))))
        return
    if unread:
        from bot.content.unread_report import unread_lines
        from bot.runtime.load import load_faq

        show_text("\n".join(unread_lines(load_faq(settings))))
        return
    if documents is not None and not documents.is_dir():
        fail(f"check: {documents} is no folder; name the folder that holds the original documents")
    try:
        day = date.fromisoformat(today) if today else None
    except ValueError:
        fail(f"check: '{today}' is no day; write it as in 2026-11-21")

    def once() -> bool:
        if fix:
            _fix(settings)
        only = _changed_files(settings) if changed else None
        return _check(settings, day or date.today(), documents, format_, only, SHOWN if not everything else None)

    is_sound = once()
    if watch:
        _watch(settings, once)
    raise typer.Exit(0 if is_sound else 1)


def _check(
    settings: Settings,
    day: date,
    documents: Path | None,
    format_: Format,
    only: Collection[str] | None,
    most: int | None,
) -> bool:
    """Print the problems, those of the phrasings when these are learned; whether there is no error."""
    from bot.content.loader import read_content
    from bot.runtime.load import read_originals

    with working("Reading the files"):
        content = read_content(settings.faq_dir, settings.seeds_dir)
        originals = read_originals(documents, content) if documents is not None else None
    found: list[Diagnostic] = []
    for some in _problems(content, day, originals, settings):
        wanted = [one for one in some if only is None or one.file in only or one.rule.severity is Severity.ERROR]
        found += wanted
        if format_ is Format.TEXT:
            print("".join(f"{line}\n" for line in _lines(wanted, most)), end="", flush=True)
    failed = len(errors(tuple(found)))
    if format_ is Format.JSON:
        print(json.dumps([_as_object(one) for one in sorted(found)], indent=2))
    else:
        print(f"{failed} errors, {len(found) - failed} warnings", flush=True)
    return not failed


def _problems(
    content: Content, day: date, originals: Mapping[str, str | None] | None, settings: Settings
) -> Iterator[tuple[Diagnostic, ...]]:
    from bot.content.lint import lint, lint_phrasings
    from bot.content.references import broken
    from bot.runtime.load import rows_checked

    with working("Checking the texts"):
        of_texts = lint(content, day, originals=originals)
    yield of_texts
    if not broken(content):
        with working("Checking the phrasings"):
            of_phrasings = lint_phrasings(content, rows_checked(content.faq(), settings, notify=note))
        yield of_phrasings


def _lines(found: Collection[Diagnostic], most: int | None) -> Iterator[str]:
    """The problems as text, of each kind the first ``most``."""
    number: Counter[str] = Counter()
    for one in found:
        number[one.code] += 1
        if most is None or number[one.code] <= most:
            yield str(one)
    for code, count in number.items():
        if most is not None and count > most:
            yield f"{code}: {count - most} more of this kind; --all shows them"


def _as_object(one: Diagnostic) -> dict[str, object]:
    return {
        "file": one.file,
        "line": one.line,
        "code": one.code,
        "name": one.rule.name,
        "severity": one.rule.severity,
        "fact": one.fact,
        "mend": one.hint,
    }


def _fix(settings: Settings) -> None:
    """Mend what a machine can, in all files, and say in which."""
    from bot.content.editor import rewrite
    from bot.content.key_order import Left, in_order
    from bot.content.tidy import tidied

    left: list[Left] = []

    def mended(text: str) -> str:
        ordered, left[:] = in_order(tidied(text))
        return ordered

    for folder in (settings.faq_dir, settings.seeds_dir):
        for path in sorted(folder.rglob("*.yaml")):
            shown = f"{folder.name}/{path.relative_to(folder).as_posix()}"
            try:
                if rewrite(path, mended):
                    note(f"{shown}: mended; git diff shows it")
                for line, why in left:
                    note(f"{shown}:{line}: its keys stay in their order, since {why}; order them by hand")
            except UnicodeDecodeError:
                continue  # the check says what is wrong with it
            except OSError as error:
                note(f"{shown}: not mended ({error.strerror})")


def _changed_files(settings: Settings) -> set[str]:
    """The files that differ from git's last commit, as diagnostics name them."""
    changed: set[str] = set()
    for folder in (settings.faq_dir, settings.seeds_dir):
        for what in (["ls-files", "--others", "--exclude-standard"], ["diff", "HEAD", "--name-only", "--relative"]):
            try:
                done = subprocess.run(  # noqa: S603  # fixed words
                    ["git", "-C", str(folder), *what],  # noqa: S607  # the user's own git
                    capture_output=True,
                    text=True,
                    check=True,
                )
            except (OSError, subprocess.CalledProcessError):
                fail(f"check: --changed asks git, and {folder} is no part of a git checkout; leave the option out")
            changed |= {f"{folder.name}/{name}" for name in done.stdout.splitlines()}
    return changed


def _watch(settings: Settings, once: Callable[[], object]) -> None:
    from watchfiles import watch

    note("Watching; save a file to have it checked, Ctrl+C ends …")
    for _ in watch(settings.faq_dir, settings.seeds_dir, raise_interrupt=False):
        print(f"\n{time.strftime('%H:%M:%S')}", flush=True)
        once()
    sys.exit(0)
