"""What takes longer than a second is shown while it lasts, to a person at a terminal and to no other program."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.paths import ROOT, SMALL
from tests.support.terminal import in_terminal

pytestmark = pytest.mark.slow

COMMANDS = [
    (("ask", "When do the boats leave?", "--no-log"), ["Loading the FAQ"]),
    (("check",), ["Reading the files", "Checking the texts", "Checking the phrasings"]),
    (("evaluate", "--questions", "QUESTIONS"), ["Loading the FAQ", "Asking"]),
]


@pytest.fixture
def questions(tmp_path: Path) -> str:
    folder = tmp_path / "questions"
    folder.mkdir()
    (folder / "far_oos.jsonl").write_text('{"id": "far-1", "text": "zebra poetry"}\n', encoding="utf-8")
    return str(folder)


@pytest.mark.parametrize(("command", "titles"), COMMANDS, ids=lambda value: value[0])
def test_a_person_sees_what_it_works_on(
    command: tuple[str, ...], titles: list[str], tmp_path: Path, questions: str
) -> None:
    """With the seconds; what is noted meanwhile is shown too."""
    shown = in_terminal(*(questions if word == "QUESTIONS" else word for word in command), cache=tmp_path / "models")
    plain = re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", shown)
    assert all(re.search(rf"{title} [^\n]*0:00:0", plain) for title in titles), shown
    assert "Learning" in plain
    assert "Traceback" not in plain


@pytest.mark.parametrize(("command", "titles"), COMMANDS, ids=lambda value: value[0])
def test_a_program_gets_no_progress(command: tuple[str, ...], titles: list[str], cache: Path, questions: str) -> None:
    """Neither with the output nor beside it."""
    environment = {**os.environ, "CACHE_DIR": str(cache), "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    words = [questions if word == "QUESTIONS" else word for word in command]
    done = subprocess.run(  # noqa: S603  # our own program
        [sys.executable, "-m", "bot", *words], cwd=SMALL, env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout
    assert "\x1b" not in done.stdout + done.stderr
    assert not any(title in done.stdout + done.stderr for title in titles)
