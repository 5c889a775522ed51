"""`python -m bot run` and `review`: the commands that run until they are stopped."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.console import fail, load_main_matcher, note, working
from bot.settings import read_settings


def run() -> None:
    """Answer in Telegram, until ctrl-C. Needs TELEGRAM_BOT_TOKEN.

    Edited FAQ files are taken up while it runs, if the check finds no error in them.
    """
    from bot.channels.telegram.run import run as run_
    from bot.observability import logs
    from bot.observability.metrics import Metrics
    from bot.runtime.catalog import Catalog
    from bot.runtime.gap_keys import keys_of
    from bot.runtime.reload import FaqWatcher
    from bot.runtime.sound import load_sound
    from bot.settings import check_for_running
    from bot.storage.errors import NewerError
    from bot.storage.keys import KeyProblem
    from bot.storage.stores import refuse_newer

    settings = read_settings()
    check_for_running(settings)
    try:
        keys = keys_of(settings)
        refuse_newer(settings.data_dir, settings.database_url)
    except (KeyProblem, NewerError) as problem:
        fail(f"run: {problem}")
    metrics = Metrics()
    watch = FaqWatcher(settings, metrics)
    with working("Loading the FAQ"):
        catalog = Catalog(load_sound(settings, notify=note))
    logs.configure((*settings.secrets, *keys.secrets), as_json=settings.log_format == "json")
    note(f"Connecting to Telegram at {settings.telegram_api_url} …")
    run_(settings, catalog, keys, watch, metrics)


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
    from bot.cli.gap_session import open_log
    from bot.evaluation.question_sets import read_known_misses, read_questions
    from bot.http.server import PortError
    from bot.review.app import serve
    from bot.review.workbench import Workbench
    from bot.runtime.catalog import Catalog
    from bot.runtime.gap_keys import keys_of
    from bot.runtime.reload import FaqWatcher
    from bot.storage.errors import LogError
    from bot.storage.keys import KeyProblem

    settings = read_settings()
    try:
        messages = read_questions(questions)
    except (OSError, ValueError) as error:
        messages = []
        note(f"review: {error}; edits are tried on the gaps alone")
    try:
        log = open_log(settings, keys_of(settings))
        watch = FaqWatcher(settings)
        catalog = Catalog(load_main_matcher(settings))
        desk = Workbench(settings, log, catalog, messages, known_misses=read_known_misses(questions))
        serve(desk, watch, port=port, opens=not no_browser, tell=note)
    except PortError as error:
        fail(f"review: port {port} cannot be used ({error}); name another with --port, or leave it out")
    except (KeyProblem, LogError) as error:
        fail(f"review: {error}")
