"""`python -m bot check` as an editor runs it: what is shown, in which order, and what it mends."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.support.paths import ROOT

FERRY = "faq/en/ferry.yaml"
LONG = (
    "School classes were not counted, nor were people who came to help, or to look, or for no reason at all that day."
)
DAY = "2026-11-22"

Check = Callable[..., tuple[int, str, str]]  # arguments in; exit code, what was printed, what was noted

pytestmark = pytest.mark.slow


@pytest.fixture
def check(small: Path, cache: Path) -> Check:
    """Runs the command on the small FAQ's copy."""
    environment = {**os.environ, "CACHE_DIR": str(cache), "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}

    def run(*arguments: str) -> tuple[int, str, str]:
        command = [sys.executable, "-m", "bot", "check", "--today", DAY, *arguments]
        done = subprocess.run(command, cwd=small, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
        assert "Traceback" not in done.stderr
        return done.returncode, done.stdout, done.stderr

    return run


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_sound_content_exits_with_0(check: Check) -> None:
    """With the numbers of errors and warnings."""
    assert check()[:2] == (0, "0 errors, 0 warnings\n")


def test_what_is_wrong_in_the_form_comes_before_what_has_to_be_learned(small: Path, check: Check) -> None:
    """An editor reads on while the phrasings are learned."""
    edit(small / FERRY, "School classes were not counted.", LONG)
    edit(small / FERRY, "- how busy is the boat", "- is my bike allowed on the ferry")
    code, printed, noted = check()
    kinds = [line.split(": ")[1].split(" ")[0] for line in printed.splitlines()[:-1]]
    assert kinds[0] == "F408"
    assert kinds[-1] in ("F303", "F304")
    assert code == 1
    assert "Learning" in noted


def test_of_one_kind_five_are_shown(small: Path, check: Check) -> None:
    """A renamed entry has many consequences; --all shows each."""
    edit(small / FERRY, "reviewed: 2026-11-21", "reviewed: 2028-11-21")
    few, every = check()[1], check("--all")[1]
    assert few.count("F504 odd-review") == 5
    assert "F504: " in few.splitlines()[-2]
    assert "more of this kind; --all shows them" in few.splitlines()[-2]
    assert every.count("F504 odd-review") > 5
    assert every.splitlines()[-1] == few.splitlines()[-1]


def test_fix_mends_blanks_line_ends_quotes_and_days(small: Path, check: Check) -> None:
    """And nothing else: the file reads as before."""
    path = small / FERRY
    sound = path.read_bytes()
    text = sound.decode()
    text = text.replace("    phrasings:\n", "\u00a0 \u00a0 phrasings:  \n", 1).replace("2026-11-21", "21.11.2026")
    text = text.replace("question: How many people take the ferry?", "question: “How many people take the ferry?”")
    path.write_bytes(text.replace("\n", "\r\n").encode())
    assert check()[0] == 1
    code, printed, noted = check("--fix")
    assert (code, printed) == (0, "0 errors, 0 warnings\n")
    assert f"{FERRY}: mended" in noted
    assert path.read_text(encoding="utf-8").replace('"', "") == sound.decode().replace('"', "")
    assert "mended" not in check("--fix")[2]


def test_fix_puts_keys_in_order_and_names_what_it_leaves(small: Path, check: Check) -> None:
    """With the line and the reason."""
    path = small / FERRY
    sound = path.read_text(encoding="utf-8")
    question = "    question: How many people take the ferry?\n"
    moved = "    reviewed: 2026-11-21\n"
    path.write_text(sound.replace(question, "", 1).replace(moved, question + moved, 1), encoding="utf-8")
    assert f"{FERRY}: mended" in check("--fix")[2]
    assert path.read_text(encoding="utf-8") == sound
    remark = "    # The town asks so.\n"
    swapped = f"  - {question.strip()}\n{remark}    id: ferry-passengers\n"
    path.write_text(sound.replace(f"  - id: ferry-passengers\n{question}", swapped), encoding="utf-8")
    noted = check("--fix")[2]
    assert f"{FERRY}:4: its keys stay in their order, since a comment stands above the key that comes first" in noted
    assert remark in path.read_text(encoding="utf-8")


def test_changed_warns_of_changed_files_alone(small: Path, check: Check) -> None:
    """Errors are shown wherever they are."""
    git = shutil.which("git")
    if git is None:
        pytest.skip("git is not installed")
    edit(small / FERRY, "School classes were not counted.", LONG)
    code, _, noted = check("--changed")
    assert (code, "no part of a git checkout" in noted) == (2, True)
    name = ["-c", "user.name=a", "-c", "user.email=a@b.example"]
    for command in (["init", "-q"], ["add", "."], [*name, "commit", "-qm", "all"]):
        subprocess.run([git, *command], cwd=small, check=True)  # noqa: S603
    assert check("--changed")[1] == "0 errors, 0 warnings\n"
    edit(small / FERRY, "by a lot of people", "by very many people")
    assert "F408" in check("--changed")[1]
    edit(small / "faq/en/smalltalk.yaml", "You are welcome.", "You are the 999th.")
    subprocess.run([git, *name, "commit", "-qam", "more"], cwd=small, check=True)  # noqa: S603
    code, printed, _ = check("--changed")
    assert code == 1
    assert "F404" in printed
    assert "F408" not in printed


def test_watch_checks_after_each_save(small: Path, cache: Path) -> None:
    """Until it is asked to end."""
    environment = {**os.environ, "CACHE_DIR": str(cache), "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    command = [sys.executable, "-u", "-m", "bot", "check", "--watch", "--today", DAY]
    with subprocess.Popen(command, cwd=small, env=environment, stdout=subprocess.PIPE, text=True) as watching:  # noqa: S603
        assert watching.stdout is not None
        lines = iter(watching.stdout.readline, "")
        assert next(line for line in lines if "errors" in line) == "0 errors, 0 warnings\n"
        text = (small / FERRY).read_text(encoding="utf-8").replace("School classes were not counted.", LONG)
        is_heard = threading.Event()

        def save() -> None:
            while not is_heard.wait(0.2):  # what is saved before the watching has begun is not seen
                (small / FERRY).write_text(text, encoding="utf-8")

        with ThreadPoolExecutor(1) as saving:
            saving.submit(save)
            try:
                assert any("F408" in line for line in lines)
            finally:
                is_heard.set()
                watching.terminate()
