"""Log lines: no secret, no text of a person, no traceback; one line each."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from pathlib import Path

from bot.observability.logs import FIELDS, RedactingFormatter, RedactingJsonFormatter
from tests.support.paths import ROOT

SECRET = "123456:very-secret"  # noqa: S105  # made up

QUESTION = "am i a refugee"


def line(name: str, message: str, *values: object, error: BaseException | None = None) -> str:
    """What is written of a record."""
    details = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord(name, logging.ERROR, __file__, 1, message, values, details)
    return RedactingFormatter((SECRET, "")).format(record)


def test_our_own_lines_say_what_they_say() -> None:
    """With time, level and place."""
    shown = line("bot.telegram", "outcome=%s", "answer")
    assert shown.endswith("ERROR bot.telegram outcome=answer")
    assert shown[:4].isdigit()


def test_values_in_lines_of_other_packages_are_left_out() -> None:
    """A library does not know that what it could not read was somebody's question."""
    shown = line("telegram.ext.Updater", 'Can not load invalid JSON data: "%s"', QUESTION)
    assert 'Can not load invalid JSON data: "…"' in shown
    assert QUESTION not in shown


def test_only_the_first_line_of_other_packages_is_shown() -> None:
    """asyncio puts the task and its error, with all they hold, into the lines below."""
    shown = line("asyncio", f"Task exception was never retrieved\nfuture: <Task exception=BadRequest('{QUESTION}')>")
    assert "Task exception was never retrieved" in shown
    assert QUESTION not in shown


def test_an_error_is_its_kind_and_place() -> None:
    """What it says may be what a person said."""
    try:
        raise ValueError(QUESTION)
    except ValueError as error:
        for name in ("bot.telegram", "telegram.ext"):
            shown = line(name, "failed", error=error)
            assert "[ValueError at test_logs.py:" in shown
            assert QUESTION not in shown
            assert "\n" not in shown


def test_secrets_are_hidden_whoever_logs_them() -> None:
    """Even our own lines."""
    assert SECRET not in line("bot", f"https://api.telegram.org/bot{SECRET}/getMe")
    assert SECRET not in line("httpx", f"https://api.telegram.org/bot{SECRET}/getMe")
    assert "…" in line("bot", "%s", SECRET)


def test_a_record_is_left_as_it_was() -> None:
    """Other handlers of the same record see all of it."""
    record = logging.LogRecord("x", logging.INFO, __file__, 1, "a %s", ("b",), sys.exc_info())
    RedactingFormatter(()).format(record)
    assert record.getMessage() == "a b"


def test_a_json_line_has_the_fields_of_a_message() -> None:
    """As one object in one line: for programs, and as discreet as the plain line."""
    record = logging.LogRecord("bot.telegram", logging.INFO, __file__, 1, "outcome=%s\nms=5", ("answer",), None)
    setattr(record, FIELDS, {"outcome": "answer", "entry": None, "ms": 5.0, "level": "of nobody"})
    shown = RedactingJsonFormatter((SECRET,)).format(record)
    row = json.loads(shown)
    assert "\n" not in shown
    assert row.pop("at")[:4].isdigit()
    assert row == {
        "level": "INFO",
        "logger": "bot.telegram",
        "message": "outcome=answer ms=5",
        "outcome": "answer",
        "entry": None,
        "ms": 5.0,
    }


def test_a_json_line_tells_no_secret_and_no_text() -> None:
    """Of other packages the form alone; of errors the kind and place."""
    try:
        raise ValueError(QUESTION)
    except ValueError as error:
        details = (type(error), error, error.__traceback__)
    record = logging.LogRecord("telegram", logging.ERROR, __file__, 1, f"{SECRET} %s", (QUESTION,), details)
    row = json.loads(RedactingJsonFormatter((SECRET,)).format(record))
    assert row["message"].startswith("… (test_logs.py:1) [ValueError at test_logs.py:")


def test_what_stands_in_no_code_is_not_shown() -> None:
    """A package that puts values into its line by itself, or into the name of a callback."""
    assert QUESTION not in line("some.package", f"cannot read {QUESTION}")
    assert QUESTION not in line("some.package", f"cannot read {QUESTION} of %s", 5)
    shown = line("asyncio", f"Exception in callback answer('{QUESTION}') at /somewhere.py:5\nhandle: <Handle>")
    assert "Exception in callback" in shown
    assert QUESTION not in shown


PROGRAM = f"""
import asyncio, gc, logging, sys, threading, warnings
from bot.observability import logs

logs.configure(("{SECRET}",))

def fail(*_):
    raise ValueError("{QUESTION}")

class Ended:
    def __del__(self):
        fail()

async def answer():
    asyncio.create_task(refuse())
    asyncio.get_running_loop().call_soon(fail, "{QUESTION}")
    await asyncio.sleep(0.01)
    gc.collect()

async def refuse():
    fail()

Ended()
thread = threading.Thread(target=fail, name="{QUESTION}")
thread.start()
thread.join()
warnings.warn("{QUESTION}")
logging.getLogger("bot").error("%d", "{QUESTION}")
logging.getLogger("aiohttp.server").exception("Error handling request", exc_info=ValueError("{QUESTION}"))
asyncio.run(answer())
fail()
"""


def test_what_nobody_catches_tells_its_kind_and_place_alone(tmp_path: Path) -> None:
    """At the top, in threads, tasks, callbacks and destructors; warnings and lines that cannot be written as well."""
    program = tmp_path / "program.py"
    program.write_text(PROGRAM, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(  # noqa: S603  # our own program
        [sys.executable, program], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert QUESTION not in ended.stderr
    assert "Traceback" not in ended.stderr

    def at(text: str) -> str:
        return f"program.py:{PROGRAM[: PROGRAM.index(text)].count(chr(10)) + 1}"

    place = f"ValueError at {at('raise')}"
    assert sorted(told.partition(" ")[2] for told in ended.stderr.splitlines()) == [
        f"CRITICAL bot.observability.logs ended by an error: {place}",
        "ERROR aiohttp.server Error handling request [ValueError]",
        f"ERROR asyncio Exception in callback [{place}]",
        f"ERROR asyncio Task exception was never retrieved [{place}]",
        f"ERROR bot.observability.logs a thread was ended by an error: {place}",
        f"ERROR bot.observability.logs an error that nobody could be told of: {place}",
        f"WARNING py.warnings UserWarning at {at('warnings.warn(')}",
        f"log line cannot be written ({at('logging.getLogger')})",
    ]
