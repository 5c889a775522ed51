"""The command line as its users run it: a process of its own, its output and exit code."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import subprocess
import sys
from collections.abc import Mapping
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from bot.cli.main import main
from bot.content.schema import SCHEMAS
from bot.matching.matcher import RegressionMatcher
from tests.support.paths import ROOT, SMALL

pytestmark = pytest.mark.slow


def run(
    *arguments: str, cache: Path, folder: Path = SMALL, typed: str | bytes = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the program as a process on a folder's content; the small one unless said otherwise."""
    done = subprocess.run(  # noqa: S603  # our own program
        [sys.executable, "-m", "bot", *arguments],
        cwd=folder,
        env=_environment(cache, environment),
        input=_bytes(typed),
        capture_output=True,
        timeout=300,
        check=False,
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def call(
    *arguments: str, cache: Path, folder: Path = SMALL, typed: str | bytes = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """The same within this process, which starts none. What the program does not catch fails the test."""
    command = ["bot", *arguments]
    out, err = (TextIOWrapper(BytesIO(), "utf-8", write_through=True) for _ in range(2))
    typed_ = TextIOWrapper(BytesIO(_bytes(typed)), "utf-8")
    own: dict[str, Any] = {"argv": command, "stdin": typed_, "stdout": out, "stderr": err}
    with (
        contextlib.chdir(folder),
        patch.dict(os.environ, _environment(cache, environment), clear=True),
        patch.multiple(sys, **own),
        pytest.raises(SystemExit) as ended,
    ):
        main()
    code = ended.value.code
    assert isinstance(code, int)
    shown, told = (stream.buffer.getvalue().decode() for stream in (out, err))
    return subprocess.CompletedProcess(command, code, shown, told)


def _environment(cache: Path, own: Mapping[str, str]) -> dict[str, str]:
    """What the program finds set: what the tests have set, and its own."""
    set_ = {**os.environ, "CACHE_DIR": str(cache), "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", **own}
    return {name: value for name, value in set_.items() if name in own or name not in ("FAQ_DIR", "SEEDS_DIR")}


def _bytes(typed: str | bytes) -> bytes:
    return typed if isinstance(typed, bytes) else typed.encode()


def test_the_model_question_is_answered_with_its_source(learned: Path) -> None:
    """The main job on the project's own content: the answer, its time, its source with link and label."""
    done = run("ask", "Why is the Secretary-General releasing this report now?", cache=learned, folder=ROOT)
    assert done.returncode == 0, done.stderr
    assert "starting to negotiate the Compact" in done.stdout
    assert "January 2018" in done.stdout
    assert "https://refugeesmigrants.un.org/SGReport" in done.stdout
    assert "landing page of the report" in done.stdout


def test_in_another_language_nothing_about_the_source_is_english(learned: Path) -> None:
    """Its title is a name; when it is from, what the address leads to and the word for it are French."""
    done = call("ask", "pourquoi ce rapport maintenant ?", "--no-log", cache=learned, folder=ROOT)
    assert "\nSource : Background Note 1: Making Migration Work For All (janvier 2018) [page d'accueil" in done.stdout
    assert "Ces informations datent de : janvier 2018 (date déduite)." in done.stdout


def test_the_chat_greets_answers_and_ends(learned: Path) -> None:
    """Lines typed into the chat are answered one by one; the end of input ends it well."""
    done = run(cache=learned, folder=ROOT, typed="why now\n1\n/topics\n/nonsense\n")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Related questions:") == 2
    assert "Numbers and trends" in done.stdout
    assert "I do not know that command" in done.stdout
    assert "Traceback" not in done.stderr


def test_quit_ends_the_chat(learned: Path) -> None:
    """/quit ends it at once; what follows is not read."""
    done = call("chat", cache=learned, folder=ROOT, typed="/quit\nwhy now\n")
    assert done.returncode == 0
    assert "Related questions" not in done.stdout


def test_a_person_at_a_terminal_gets_a_prompt(learned: Path) -> None:
    """In a real terminal the chat prompts, answers and ends on ctrl-D without a traceback."""
    environment = {**os.environ, "CACHE_DIR": str(learned), "TERM": "dumb"}
    ours, theirs = pty.openpty()
    with subprocess.Popen(  # our own program
        [sys.executable, "-m", "bot"], cwd=ROOT, env=environment, stdin=theirs, stdout=theirs, stderr=theirs
    ) as process:
        os.close(theirs)
        os.write(ours, b"why now\n\x04")
        shown = b""
        while True:
            try:
                piece = os.read(ours, 4096)
            except OSError:  # the other end has closed
                break
            if not piece:
                break
            shown += piece
        assert process.wait(timeout=120) == 0
    os.close(ours)
    assert b"You: " in shown
    lines = [line for line in shown.decode().splitlines() if "://" not in line]
    assert max(map(len, lines)) <= 80, "a line is broken within a word"
    assert b"starting to negotiate" in shown
    assert b"Traceback" not in shown


def test_jsonl_answers_line_by_line(learned: Path) -> None:
    """Objects in, objects out, in order; a bad line gives an error and the run goes on."""
    lines = b'{"text": "why now"}\nnonsense\n\xff\xfe\n{"text": "hello"}\n'
    done = run("ask", "--jsonl", cache=learned, folder=ROOT, typed=lines)
    assert done.returncode == 0, done.stderr
    first, bad, worse, last = map(json.loads, done.stdout.splitlines())
    assert first["outcome"] == "answer"
    assert first["entry"] == "why-report-now"
    assert first["sources"][0]["url"].startswith("https://")
    assert "line 2" in bad["error"]
    assert "line 3" in worse["error"]
    assert last["outcome"] == "smalltalk"
    assert done.stdout.isascii()


def test_show_json_and_an_answer_agree(learned: Path) -> None:
    """`show --json` has the reply and the sources that asking for the entry gives."""
    shown = json.loads(call("show", "why-report-now", "--json", cache=learned, folder=ROOT).stdout)
    asked = json.loads(call("ask", "--jsonl", cache=learned, folder=ROOT, typed='{"text": "why now"}\n').stdout)
    assert (shown["reply"], shown["sources"]) == (asked["reply"], asked["sources"])


def test_explain_shows_how_the_decision_fell(learned: Path) -> None:
    """`--explain` names the words, the candidates with scores, the thresholds and the reason."""
    done = call("ask", "--explain", "What is the Migration Governance Index?", cache=learned, folder=ROOT)
    assert done.returncode == 0, done.stderr
    for part in (
        "with meanings",
        "urgent",
        "confidence",
        "carried by",
        "phrasing +",
        "Decision: answer",
        "because",
    ):
        assert part in done.stdout


def test_topics_lists_every_entry(cache: Path, matcher: RegressionMatcher) -> None:
    """Each answer's id stands in the list."""
    done = call("topics", cache=cache, folder=ROOT)
    assert all(entry.id in done.stdout for entry in matcher.entries if entry.topic)


def test_check_passes_on_the_small_content(cache: Path) -> None:
    """Content without errors exits 0 and says so."""
    done = run("check", "--today", "2026-11-22", "--documents", "originals", cache=cache)
    assert done.returncode == 0, done.stdout
    assert done.stdout.splitlines()[-1].startswith("0 errors")


def test_check_reports_place_code_and_mend(cache: Path, small: Path) -> None:
    """A broken file exits 1 with file:line: CODE name: fact; mend, in text and in JSON."""
    path = small / "faq" / "en" / "smalltalk.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "oops: 1\n", encoding="utf-8")
    line = path.read_text(encoding="utf-8").count("\n")
    done = call("check", "--today", "2026-11-22", cache=cache, folder=small)
    assert done.returncode == 1
    assert f"faq/en/smalltalk.yaml:{line}: Y106 unknown-key: " in done.stdout
    rows = json.loads(call("check", "--format", "json", cache=cache, folder=small).stdout)
    assert any(row["code"] == "Y106" and row["line"] == line and row["mend"] for row in rows)


def test_broken_content_stops_an_answer_with_words_and_exit_2(cache: Path, small: Path) -> None:
    """The bot does not answer from files that it cannot trust; it says where they are broken."""
    (small / "faq" / "en" / "ferry.yaml").write_bytes(b"\xff")
    done = run("ask", "hello", cache=cache, folder=small)
    assert done.returncode == 2
    assert "ferry.yaml:1: Y101" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("ask",), "give a question"),
        (("ask", "--jsonl", "why"), "give a question"),
        (("show", "no-such-entry-at-all"), "there is no entry"),
        (("check", "--today", "soon"), "is no day"),
        (("check", "--documents", "nowhere"), "is no folder"),
        (("evaluate", "--questions", "nowhere"), "no question sets"),
        (("nonsense",), "nonsense"),
        (("ask", "--nonsense"), "nonsense"),
    ],
)
def test_wrong_usage_exits_2_with_words(arguments: tuple[str, ...], said: str, cache: Path) -> None:
    """Whatever is wrong with a call is said in words, with exit code 2."""
    done = call(*arguments, cache=cache)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_folder_is_named(cache: Path, tmp_path: Path) -> None:
    """Started in the wrong folder, the bot names the setting that mends it."""
    done = run("ask", "hello", cache=cache, folder=tmp_path)
    assert done.returncode == 2
    assert "FAQ_DIR" in done.stderr


def test_settings_come_from_the_environment_and_dotenv(cache: Path, tmp_path: Path) -> None:
    """FAQ_DIR and SEEDS_DIR lead to the content from anywhere, from the environment or from .env."""
    done = call("topics", cache=cache, folder=tmp_path, FAQ_DIR=str(SMALL / "faq"), SEEDS_DIR=str(SMALL / "seeds"))
    assert done.returncode == 0, done.stderr
    (tmp_path / ".env").write_text(f"FAQ_DIR={SMALL / 'faq'}\nSEEDS_DIR={SMALL / 'seeds'}\n", encoding="utf-8")
    assert call("topics", cache=cache, folder=tmp_path).stdout == done.stdout


def test_schemas_are_up_to_date(cache: Path) -> None:
    """The committed JSON Schemas are those of the models, and a stale one fails the check."""
    assert run("schema", "--check", cache=cache, folder=ROOT).returncode == 0


def test_schema_writes_and_checks(cache: Path, small: Path) -> None:
    """`schema` writes all; `schema --check` fails when one is stale."""
    assert call("schema", "--check", cache=cache, folder=small).returncode == 1
    assert call("schema", cache=cache, folder=small).returncode == 0
    assert call("schema", "--check", cache=cache, folder=small).returncode == 0
    assert len(list(small.rglob("schema/*.json"))) == len(SCHEMAS)


def test_an_output_that_nobody_reads_is_no_error(cache: Path) -> None:
    """`topics | head -1` ends quietly."""
    command = f"{sys.executable} -m bot topics | head -1"
    environment = {**os.environ, "CACHE_DIR": str(cache)}
    done = subprocess.run(  # noqa: S602  # a pipe is what is tested
        command, shell=True, cwd=ROOT, env=environment, capture_output=True, timeout=300, check=False
    )
    assert b"Traceback" not in done.stderr


def test_help_names_every_command(cache: Path) -> None:
    """`--help` teaches: it names the commands with what they do."""
    shown = run("--help", cache=cache).stdout
    assert all(name in shown for name in ("ask", "chat", "check", "evaluate", "schema", "show", "topics"))


def test_the_chat_answers_each_line_before_the_next(learned: Path) -> None:
    """A person at the terminal reads the reply to one message before typing another."""
    environment = {**os.environ, "CACHE_DIR": str(learned), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(  # our own program
        [sys.executable, "-m", "bot"],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("why now\n")
        process.stdin.flush()
        shown = ""
        while "starting to negotiate" not in shown:  # nothing more was typed: the answer must come by itself
            line = process.stdout.readline()
            assert line, f"the chat ended without an answer: {shown}"
            shown += line
        process.stdin.close()
        process.stdout.read()
        assert process.wait(timeout=60) == 0


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-"])
@pytest.mark.parametrize("command", ["chat", "topics", "ask --jsonl"])
def test_a_closed_stream_is_no_traceback(closed: str, command: str, cache: Path) -> None:
    """Started by a service without standard streams, no command ends in a traceback."""
    done = subprocess.run(  # noqa: S602  # closing a stream is the shell's work
        f"{sys.executable} -m bot {command} {closed}",
        shell=True,
        cwd=SMALL,
        env=_environment(cache, {}),
        capture_output=True,
        input=None if closed == "<&-" else b"",
        timeout=300,
        check=False,
    )
    assert b"Traceback" not in done.stderr
    assert done.returncode in (0, 1)


def test_bytes_that_are_no_text_are_read(learned: Path) -> None:
    """Bytes that are not UTF-8 do not end the chat."""
    done = run("chat", cache=learned, folder=ROOT, typed=b"\xff\xfe\nwhy now\n", PYTHONIOENCODING="utf-8")
    assert done.returncode == 0, done.stderr
    assert "starting to negotiate" in done.stdout


def test_a_broken_translation_does_not_stop_the_bot(cache: Path, small: Path) -> None:
    """The English FAQ answers while somebody mends another language; the place is told."""
    (small / "faq" / "fr").mkdir(exist_ok=True)
    (small / "faq" / "fr" / "ferry.yaml").write_text("a: [\n", encoding="utf-8")
    done = run("topics", cache=cache, folder=small)
    assert done.returncode == 0
    assert "faq/fr/ferry.yaml" in done.stderr


def test_an_env_file_that_is_no_text_is_told(cache: Path, small: Path) -> None:
    """A .env that is not UTF-8 is named, with its mend."""
    (small / ".env").write_bytes(b"FAQ_DIR=\xff\n")
    done = call("topics", cache=cache, folder=small)
    assert done.returncode == 2
    assert "save it as UTF-8" in done.stderr


def test_the_shell_completes_ids() -> None:
    """`show why<TAB>` offers the entries that begin so."""
    names = ("why-report-now", "why-people-migrate")
    program = "from bot.cli.main import app; app(prog_name='bot')"
    environment = {**os.environ, "_BOT_COMPLETE": "complete_bash", "COMP_WORDS": "bot show why", "COMP_CWORD": "2"}
    shown = subprocess.run(  # noqa: S603  # our own program
        [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, timeout=60, check=False
    )
    assert all(name in shown.stdout.decode() for name in names), shown
