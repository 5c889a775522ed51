"""`python -m bot chat` and `ask`: talk with the bot in the terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Annotated

import typer

from bot.cli.console import fail, load_main_matcher, note, show_text, working
from bot.settings import read_settings


def chat(*, no_log: Annotated[bool, typer.Option("--no-log", help="Note nothing in the gap log.")] = False) -> None:
    """Talk with the bot: questions, choices, commands.

    Edited FAQ files are taken up meanwhile, if the check finds no error in them.
    """
    from bot.channels.terminal.chat import chat as chat_
    from bot.channels.terminal.chat import hint
    from bot.channels.terminal.session import Session, TerminalGapNotes
    from bot.runtime.catalog import Catalog
    from bot.runtime.reload import FaqWatcher, reloading
    from bot.runtime.sound import load_sound

    settings = read_settings()
    watch = FaqWatcher(settings)
    with working("Loading the FAQ"):
        catalog = Catalog(load_sound(settings, notify=note))
    show_text(hint())
    with (
        Session(catalog, TerminalGapNotes(settings, catalog, is_on=not no_log, warn=note)) as session,
        reloading(watch, catalog, tell=_tell_between),
    ):
        chat_(_typed_lines(), lambda text: show_text(f"\n{text}"), session)


def ask(
    question: Annotated[str, typer.Argument(help="The question, in quotes.")] = "",
    *,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show how the message was read and why the decision fell.")
    ] = False,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help="Answer JSON objects from standard input, one a line.")
    ] = False,
    log: Annotated[
        bool | None,
        typer.Option("--log/--no-log", help="Note it in the gap log: so without --jsonl, not so with it."),
    ] = None,
) -> None:
    """Ask one question, or many as JSON lines.

    With --jsonl every line of standard input is an object with "text" (and "language", "chat" if you like), and every
    line of the output an object with outcome, entry, reply, sources, offered, candidates and language.
    """
    if jsonl == bool(question) or (jsonl and explain):
        fail('ask: give a question in quotes, or --jsonl alone and objects on standard input, as in ask "why now"')
    settings = read_settings()
    if explain:
        from bot.answering.explain import explain as explain_

        print(explain_(question, load_main_matcher(settings)))
        return
    from bot.channels.terminal.session import Session, TerminalGapNotes
    from bot.runtime.catalog import Catalog

    catalog = Catalog(load_main_matcher(settings))
    if jsonl:
        from bot.channels.terminal.jsonl import answer_lines

        notes = TerminalGapNotes(settings, catalog, is_on=True, warn=note) if log else None
        with Session(catalog, notes) as session:
            for line in answer_lines(_raw_lines(), session):
                print(line, flush=True)
    else:
        from bot.channels.terminal.chat import ask_once

        with Session(catalog, TerminalGapNotes(settings, catalog, is_on=log is not False, warn=note)) as session:
            ask_once(question, show_text, session)


def _tell_between(text: str) -> None:
    """Show a text while the person may be typing, and the prompt once more."""
    from bot.channels.terminal.chat import PROMPT

    note(f"\n{text}")
    if sys.stdin.isatty():
        print(PROMPT, end="", flush=True)


def _typed_lines() -> Iterator[str]:
    """Read what is typed line by line, with a prompt where standard input is a terminal."""
    from bot.channels.terminal.chat import PROMPT

    while True:
        try:
            yield input(PROMPT if sys.stdin.isatty() else "")
        except (EOFError, KeyboardInterrupt):
            print()
            return


def _raw_lines() -> Iterator[str]:
    """Standard input line by line; there may be none."""
    from bot.channels.terminal.jsonl import read_lines

    stream = getattr(sys.stdin, "buffer", None)
    return read_lines(stream) if stream is not None else iter(())
