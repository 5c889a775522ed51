"""The command line. Reads settings, files, the clock and standard input; everything else is in the core."""

from __future__ import annotations

import gc
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import date
from enum import StrEnum
from io import TextIOWrapper
from pathlib import Path
from textwrap import TextWrapper
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from bot.cli.db import app as db_app
from bot.cli.gaps import app as gaps_app
from bot.content.diagnostics import ContentError, Severity
from bot.settings import Settings, SettingsError, read_settings

if TYPE_CHECKING:
    from bot.matching.matcher import Matcher  # imported where needed, so that --help is quick

GARBAGE = 20_000  # new objects until Python looks for garbage; at its 700 that takes a tenth of the bot's time

app = typer.Typer(
    help="""An FAQ bot for questions about migration. Without a command it opens the chat, or with a
    token of Telegram's it answers there.

    \b
    First steps:
      python -m bot ask "why now"              one question
      python -m bot ask --explain "why now"    how that answer was found
      python -m bot topics                     all questions, with their ids
      python -m bot check                      after editing the FAQ
      python -m bot run                        in Telegram, with TELEGRAM_BOT_TOKEN
      python -m bot gaps                       what was asked and had no answer
      python -m bot review                     the same in the browser, to make the FAQ better
    """,
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(gaps_app, name="gaps")
app.add_typer(db_app, name="db")


class Format(StrEnum):
    TEXT = "text"
    JSON = "json"


def main() -> None:
    """Run the command line. A problem that its user can mend is told in words, with exit code 2."""
    _open_streams()
    try:
        app()
    except (ContentError, SettingsError) as error:
        print(error, file=sys.stderr)
        if isinstance(error, ContentError):
            print("\nThe content cannot be used. `python -m bot check` shows all that is wrong.", file=sys.stderr)
        sys.exit(2)
    except OSError as error:
        print(f"{error.filename}: {error.strerror}; see that it can be read and written", file=sys.stderr)
        sys.exit(2)


def _open_streams() -> None:
    """Streams that take and give every character, or that lead nowhere where the process was started without."""
    sys.stdin = sys.stdin or Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115  # open to the end
    sys.stdout = sys.stdout or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    sys.stderr = sys.stderr or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    for stream, errors in ((sys.stdin, "replace"), (sys.stdout, "backslashreplace"), (sys.stderr, "backslashreplace")):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors=errors)


@app.callback(invoke_without_command=True)
def _without_command(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        if read_settings().telegram_bot_token is not None:
            run()
        else:
            chat_()


@app.command()
def run() -> None:
    """Answer in Telegram, until ctrl-C. Needs TELEGRAM_BOT_TOKEN.

    Edited FAQ files are taken up while it runs.
    """
    gc.set_threshold(GARBAGE)
    from bot.channels.telegram.run import run as run_
    from bot.channels.terminal.gap_log import keys_of
    from bot.gaps.repository import refuse_newer
    from bot.observability import logs as diary
    from bot.runtime.catalog import InUse
    from bot.runtime.load import load_matchers
    from bot.runtime.reload import Watch
    from bot.settings import check_for_running
    from bot.storage.database import NewerError
    from bot.storage.keys import KeyProblem

    settings = read_settings()
    check_for_running(settings)
    try:
        keys = keys_of(settings)
        refuse_newer(settings.data_dir, settings.database_url)
    except (KeyProblem, NewerError) as problem:
        _fail(f"run: {problem}")
    watch = Watch(settings)
    in_use = InUse(load_matchers(settings, tell=_note))
    diary.begin((*settings.secrets, *keys.secrets), as_json=settings.log_format == "json")
    _note(f"Connecting to Telegram at {settings.telegram_api_url} …")
    run_(settings, in_use, keys, watch)


@app.command("chat")
def chat_(*, no_log: Annotated[bool, typer.Option("--no-log", help="Note nothing in the gap log.")] = False) -> None:
    """Talk with the bot: questions, choices, commands."""
    from bot.channels.terminal.chat import chat, hint
    from bot.channels.terminal.gap_log import TerminalLog
    from bot.runtime.load import load_matchers

    settings = read_settings()
    matchers = load_matchers(settings, tell=_note)
    _show(hint())
    with TerminalLog(settings, is_on=not no_log, warn=_note) as log:
        chat(_typed_lines(), lambda text: _show(f"\n{text}"), matchers, log)


@app.command()
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
        _fail('ask: give a question in quotes, or --jsonl alone and objects on standard input, as in ask "why now"')
    settings = read_settings()
    matcher = _matcher(settings)
    if jsonl:
        from bot.channels.terminal.gap_log import TerminalLog
        from bot.channels.terminal.jsonl import answer_lines

        with TerminalLog(settings, is_on=True, warn=_note) as turns:
            for line in answer_lines(_raw_lines(), matcher, turns if log else None):
                print(line, flush=True)
    elif explain:
        from bot.answering.explain import explain as explain_

        print(explain_(question, matcher))
    else:
        from bot.channels.terminal.chat import ask_once
        from bot.channels.terminal.gap_log import TerminalLog

        with TerminalLog(settings, is_on=log is not False, warn=_note) as turns:
            ask_once(question, _show, matcher, turns)


@app.command()
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
        _fail(f"show: there is no entry '{entry}'; near to it: {near}")
    if as_json:
        print(json.dumps(entry_object(found, faq)))
    else:
        _show(to_text(render_entry(found, faq)))


@app.command()
def topics() -> None:
    """List all topics, questions and ids."""
    from bot.runtime.load import load_faq

    faq = load_faq(read_settings())
    for topic in faq.topics:
        print(f"\n{topic}")
        for entry in faq.of_topic(topic):
            print(f"  {entry.id:40} {entry.question}")


@app.command()
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
) -> None:
    """Check the content of faq/ and seeds/.

    Every problem is shown with its place and mend. Errors exit 1; warnings inform.
    """
    if listed:
        from bot.content.phrasing_report import listed_lines

        _show("\n".join(listed_lines(_matcher(read_settings()))))
        return
    from bot.content.lint import lint
    from bot.content.loader import read_content
    from bot.runtime.load import learned, read_originals

    settings = read_settings()
    if documents is not None and not documents.is_dir():
        _fail(f"check: {documents} is no folder; name the folder that holds the original documents")
    try:
        day = date.fromisoformat(today) if today else date.today()
    except ValueError:
        _fail(f"check: '{today}' is no day; write it as in 2026-11-21")
    content = read_content(settings.faq_dir, settings.seeds_dir)
    originals = read_originals(documents, content) if documents is not None else None
    problems = lint(content, day, originals=originals, learn=lambda faq: learned(faq, settings, tell=_note))
    failed = sum(problem.rule.severity is Severity.ERROR for problem in problems)
    if format_ is Format.JSON:
        rows = [
            {
                "file": problem.file,
                "line": problem.line,
                "code": problem.code,
                "name": problem.rule.name,
                "severity": problem.rule.severity,
                "fact": problem.fact,
                "mend": problem.mend,
            }
            for problem in problems
        ]
        print(json.dumps(rows, indent=2))
    else:
        for problem in problems:
            print(problem)
        print(f"{failed} errors, {len(problems) - failed} warnings")
    raise typer.Exit(1 if failed else 0)


@app.command()
def review(
    *,
    port: Annotated[int, typer.Option(help="The port of the page; 0 takes a free one.", min=0, max=65535)] = 0,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only show the page's address.")] = False,
    questions: Annotated[Path, typer.Option(help="The folder of the question sets that edits are tried on.")] = Path(
        "tests/questions"
    ),
) -> None:
    """Review the gaps in the browser, on this machine, until ctrl-C.

    Groups of what had no answer; add a phrasing, draft an entry, see first what that changes.
    """
    from bot.channels.terminal.gap_log import keys_of
    from bot.cli.gap_session import opened
    from bot.http.server import PortError
    from bot.review.app import serve
    from bot.review.workbench import Desk
    from bot.runtime.catalog import InUse
    from bot.runtime.load import load_matchers, read_known_misses, read_questions
    from bot.runtime.reload import Watch
    from bot.storage.database import LogError
    from bot.storage.keys import KeyProblem

    settings = read_settings()
    try:
        messages = read_questions(questions)
    except (OSError, ValueError) as error:
        messages = []
        _note(f"review: {error}; edits are tried on the gaps alone")
    try:
        log = opened(settings, keys_of(settings))
        watch = Watch(settings)
        in_use = InUse(load_matchers(settings, tell=_note))
        desk = Desk(settings, log, in_use, messages, known_misses=read_known_misses(questions))
        serve(desk, watch, port=port, opens=not no_browser, tell=_note)
    except PortError as error:
        _fail(f"review: port {port} cannot be used ({error}); name another with --port, or leave it out")
    except (KeyProblem, LogError) as trouble:
        _fail(f"review: {trouble}")


@app.command()
def doctor(*, as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """Look at all that the bot needs: FAQ, keys, gap log, network, clock, token; say what mends what is not well.

    Changes nothing. Exits 1 where something is to be mended.
    """
    import asyncio

    from bot.cli.doctor import examine
    from bot.observability.check import Finding

    async def examined() -> list[Finding]:
        found = []
        async for finding in examine(read_settings()):
            found.append(finding)
            if not as_json:
                print(f"{'well' if finding.is_well else 'MEND'}  {finding.what}: {finding.says}", flush=True)
                if finding.mend:
                    print(f"      {finding.mend}", flush=True)
        return found

    found = asyncio.run(examined())
    if as_json:
        print(json.dumps([{"what": one.what, "says": one.says, "mend": one.mend or None} for one in found], indent=2))
    raise typer.Exit(int(any(not one.is_well for one in found)))


@app.command()
def keys() -> None:
    """Make keys for the gap log, as lines for .env or for a container's settings."""
    from bot.storage.keys import new_asker_key, new_text_key

    print(f"GAPS_KEY={new_text_key()}\nASKER_KEY={new_asker_key()}")


@app.command()
def learn() -> None:
    """Learn the FAQ now, so that the next start is quick."""
    from bot.runtime.load import load_matchers

    for language, matcher in load_matchers(read_settings(), tell=_note).items():
        print(f"{language}: {len(matcher.entries)} entries, version {matcher.faq.version}")


@app.command()
def schema(
    *,
    only_check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 1 if a file is out of date.")
    ] = False,
) -> None:
    """Write the JSON Schemas of the YAML files.

    By these an editor completes and checks while you type.
    """
    from bot.content.schema import FORMS, SEED_FORMS, json_schema

    settings = read_settings()
    stale = []
    for name in FORMS:
        folder = (settings.seeds_dir if name in SEED_FORMS else settings.faq_dir) / "schema"
        path, text = folder / f"{name}.json", json.dumps(json_schema(name), indent=2) + "\n"
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            stale.append(path)
            if not only_check:
                folder.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
    for path in stale:
        print(f"{path}: {'is out of date; run python -m bot schema' if only_check else 'written'}")
    raise typer.Exit(1 if only_check and stale else 0)


@app.command()
def evaluate(
    *,
    questions: Annotated[Path, typer.Option(help="The folder of the question sets.")] = Path("tests/questions"),
    misses: Annotated[bool, typer.Option("--misses", help="List every message that was not handled right.")] = False,
    plot: Annotated[Path | None, typer.Option(help="Draw the curve into this file (.svg or .png).")] = None,
    floor: Annotated[
        Path | None, typer.Option(help="A JSON file of counts, set by set; exit 1 if the result falls short.")
    ] = None,
    calibration: Annotated[
        bool, typer.Option("--calibration", help="Show the thresholds and what they were learned from, instead.")
    ] = False,
) -> None:
    """Ask the question sets and show the scoreboard.

    It says what is right, offered, wrong or without an answer, and draws the curve over thresholds.
    """
    if calibration:
        _show_calibration(plot)
        return
    from rich.console import Console
    from rich.progress import track

    from bot.evaluation.evaluate import below_floor, curve, read_floor
    from bot.evaluation.evaluate import evaluate as evaluate_
    from bot.evaluation.report import draw_curve, print_curve, print_scoreboard
    from bot.runtime.load import read_questions

    try:
        messages = read_questions(questions)
        wanted = read_floor(floor.read_text(encoding="utf-8")) if floor is not None else {}
    except (OSError, ValueError) as error:
        _fail(f"evaluate: {error}")
    matcher = _matcher(read_settings())
    progress = Console(stderr=True)
    asked = track(evaluate_(messages, matcher), "Asking", len(messages), console=progress, transient=True)
    judged = list(asked)
    console = Console()
    print_scoreboard(judged, matcher.faq, console, with_misses=misses)
    points = curve(judged, matcher.thresholds)
    print_curve(points, console)
    if plot is not None:
        _draw(lambda path: draw_curve(points, path), plot)
    short = below_floor(judged, wanted)
    for line in short:
        print(f"below the floor: {line}")
    raise typer.Exit(1 if short else 0)


def _ids(typed: str) -> list[str]:
    """Ids that begin as typed, for the shell's completion; none where the FAQ cannot be read."""
    from bot.runtime.load import load_faq

    try:
        entries = load_faq(read_settings()).entries
    except (ContentError, SettingsError):
        return []
    return [name for name in entries if name.startswith(typed)]


# --- Edges --------------------------------------------------------------------------------------------------------


def _show_calibration(plot: Path | None) -> None:
    """Learn the FAQ anew, and show what its probabilities and thresholds rest on."""
    from rich.console import Console

    from bot.evaluation.calibration_report import draw_calibration, print_calibration
    from bot.matching.matcher import fit_and_sample, kinds_of
    from bot.runtime.load import load_faq

    faq = load_faq(read_settings())
    _note(f"Learning {len(faq.entries)} entries: some seconds …")
    model, sample = fit_and_sample(faq)
    kinds = kinds_of(tuple(faq.entries.values()))
    print_calibration(model.calibration, sample, kinds, Console())
    if plot is not None:
        _draw(lambda path: draw_calibration(model.calibration, sample, kinds, path), plot)


def _draw(draw: Callable[[Path], None], path: Path) -> None:
    try:
        draw(path)
    except ModuleNotFoundError:
        _fail('evaluate: --plot needs matplotlib; install it with: pip install -e ".[plots]"')
    except (OSError, ValueError) as error:
        _fail(f"evaluate: {path}: {error}")


def _matcher(settings: Settings) -> Matcher:
    from bot.runtime.load import load_matcher

    return load_matcher(settings, tell=_note)


def _show(text: str) -> None:
    """A reply; in a terminal its lines end between words."""
    if sys.stdout.isatty():
        width = shutil.get_terminal_size().columns
        wrap = TextWrapper(width, break_long_words=False, break_on_hyphens=False, replace_whitespace=False).wrap
        text = "\n".join(part for line in text.split("\n") for part in (wrap(line) or [""]))
    print(text)


def _note(text: str) -> None:
    """Something for the person at the terminal that is no part of the output."""
    print(text, file=sys.stderr, flush=True)


def _typed_lines() -> Iterator[str]:
    """What a person types, line by line, with a prompt where there is a person."""
    from bot.channels.terminal.chat import PROMPT

    while True:
        try:
            yield input(PROMPT if sys.stdin.isatty() else "")
        except (EOFError, KeyboardInterrupt):
            print()
            return


def _raw_lines() -> Iterator[str]:
    """Standard input line by line; bytes that are not UTF-8 do not end the run."""
    for number, line in enumerate(getattr(sys.stdin, "buffer", ())):
        yield line.decode("utf-8-sig" if number == 0 else "utf-8", errors="replace")


def _fail(message: str) -> NoReturn:
    print(message, file=sys.stderr)
    raise typer.Exit(2)
