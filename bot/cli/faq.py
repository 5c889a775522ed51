"""`python -m bot show`, `topics`, `check`, `schema` and `learn`: the FAQ's files."""

from __future__ import annotations

import json
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.console import fail, note, show_text
from bot.content.diagnostics import ContentError, Severity
from bot.settings import SettingsError, read_settings


class Format(StrEnum):
    """How `check` prints the diagnostics."""

    TEXT = "text"
    JSON = "json"


def show(
    entry: Annotated[
        str,
        typer.Argument(
            help="The entry's id, as in why-report-now.", autocompletion=lambda incomplete: _ids(incomplete)
        ),
    ],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False,
) -> None:
    """Show one entry as a person reads it."""
    from bot.answering.render import render_entry, to_text
    from bot.channels.terminal.jsonl import entry_object
    from bot.runtime.load import load_faq

    faq = load_faq(read_settings())
    found = faq.entries.get(entry)
    if found is None:
        from rapidfuzz.process import extract

        near = ", ".join(name for name, _, _ in extract(entry, faq.entries.keys(), limit=3))
        fail(f"show: there is no entry '{entry}'; near to it: {near}")
    if as_json:
        print(json.dumps(entry_object(found, faq)))
    else:
        show_text(to_text(render_entry(found, faq)))


def topics() -> None:
    """List all topics, questions and ids."""
    from bot.runtime.load import load_faq

    faq = load_faq(read_settings())
    for topic in faq.topics:
        print(f"\n{topic}")
        for entry in faq.of_topic(topic):
            print(f"  {entry.id:40} {entry.question}")


def check(
    *,
    format_: Annotated[Format, typer.Option("--format", help="How to print the problems.")] = Format.TEXT,
    documents: Annotated[
        Path | None, typer.Option(help="The folder of the original documents: also compare the figures with them.")
    ] = None,
    today: Annotated[str, typer.Option(help="The day to check review dates by, as in 2026-11-21.")] = "",
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
    if listed:
        from bot.content.phrasing_report import report_lines
        from bot.runtime.load import load_matcher

        show_text("\n".join(report_lines(load_matcher(read_settings(), notify=note))))
        return
    if unread:
        from bot.content.unread_report import unread_lines
        from bot.runtime.load import load_faq

        show_text("\n".join(unread_lines(load_faq(read_settings()))))
        return
    from bot.content.lint import lint
    from bot.content.loader import read_content
    from bot.runtime.load import read_originals, rows_checked

    settings = read_settings()
    if documents is not None and not documents.is_dir():
        fail(f"check: {documents} is no folder; name the folder that holds the original documents")
    try:
        day = date.fromisoformat(today) if today else date.today()
    except ValueError:
        fail(f"check: '{today}' is no day; write it as in 2026-11-21")
    content = read_content(settings.faq_dir, settings.seeds_dir)
    originals = read_originals(documents, content) if documents is not None else None
    diagnostics = lint(
        content, day, originals=originals, check_rows=lambda faq: rows_checked(faq, settings, notify=note)
    )
    failed = sum(diagnostic.rule.severity is Severity.ERROR for diagnostic in diagnostics)
    if format_ is Format.JSON:
        rows = [
            {
                "file": diagnostic.file,
                "line": diagnostic.line,
                "code": diagnostic.code,
                "name": diagnostic.rule.name,
                "severity": diagnostic.rule.severity,
                "fact": diagnostic.fact,
                "mend": diagnostic.hint,
            }
            for diagnostic in diagnostics
        ]
        print(json.dumps(rows, indent=2))
    else:
        for diagnostic in diagnostics:
            print(diagnostic)
        print(f"{failed} errors, {len(diagnostics) - failed} warnings")
    raise typer.Exit(1 if failed else 0)


def learn() -> None:
    """Learn the FAQ now, so that the next start is quick."""
    from bot.runtime.load import load_matcher

    matcher = load_matcher(read_settings(), notify=note)
    print(f"{len(matcher.entries)} entries, version {matcher.faq.version}")


def schema(
    *,
    only_check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 1 if a file is out of date.")
    ] = False,
) -> None:
    """Write the JSON Schemas of the YAML files.

    By these an editor completes and checks while you type.
    """
    from bot.content.schema import SCHEMAS, SEED_SCHEMAS, json_schema

    settings = read_settings()
    stale = []
    for name in SCHEMAS:
        folder = (settings.seeds_dir if name in SEED_SCHEMAS else settings.faq_dir) / "schema"
        path, text = folder / f"{name}.json", json.dumps(json_schema(name), indent=2) + "\n"
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            stale.append(path)
            if not only_check:
                folder.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
    for path in stale:
        print(f"{path}: {'is out of date; run python -m bot schema' if only_check else 'written'}")
    raise typer.Exit(1 if only_check and stale else 0)


def _ids(prefix: str) -> list[str]:
    """The ids that begin with a prefix, for the shell's completion; none where the FAQ cannot be read."""
    from bot.runtime.load import load_faq

    try:
        entries = load_faq(read_settings()).entries
    except (ContentError, SettingsError):
        return []
    return [name for name in entries if name.startswith(prefix)]
