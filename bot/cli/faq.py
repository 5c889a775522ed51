"""`python -m bot show`, `topics`, `schema` and `learn`: the FAQ's files."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from bot.cli.console import fail, load_main_matcher, show_text
from bot.content.diagnostics import ContentError
from bot.settings import SettingsError, read_settings


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
        show_text(to_text(render_entry(found, faq), faq.interface))


def topics() -> None:
    """List all topics, questions and ids."""
    from bot.runtime.load import load_faq

    faq = load_faq(read_settings())
    for topic in faq.topics:
        print(f"\n{topic}")
        for entry in faq.of_topic(topic):
            print(f"  {entry.id:40} {entry.question}")


def learn() -> None:
    """Learn the FAQ now, so that the next start is quick."""
    matcher = load_main_matcher(read_settings())
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
