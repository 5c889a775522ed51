"""The chat in a terminal takes up edits of the FAQ as the running bot does, and the conversation goes on."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.paths import ROOT
from tests.support.terminal import in_terminal

FERRY = "faq/en/ferry.yaml"
QUESTION = "How many people take the ferry?"

pytestmark = pytest.mark.slow


class Chatting:
    """A chat in a process, and what it has shown."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def type(self, line: str) -> None:
        assert self._process.stdin is not None
        print(line, file=self._process.stdin, flush=True)

    def until(self, part: str) -> str:
        """What is shown up to the line that holds this."""
        assert self._process.stdout is not None
        shown = ""
        while part not in shown:
            line = self._process.stdout.readline()
            assert line, f"the chat ended without '{part}': {shown}"
            shown += line
        return shown


@contextmanager
def chatting(folder: Path, cache: Path) -> Iterator[Chatting]:
    environment = {**os.environ, "CACHE_DIR": str(cache), "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "bot", "chat"]
    with subprocess.Popen(  # noqa: S603  # our own program
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        yield Chatting(process)
        rest, _ = process.communicate(timeout=60)
        assert process.returncode == 0, rest
        assert "Traceback" not in rest


def test_an_edit_is_taken_up_or_refused_while_one_chats(
    small: Path, cache: Path, edit: Callable[[str, str, str], None]
) -> None:
    """A line says what is in use, or what is wrong with place, fact and hint; the next answer is by what is in use."""
    with chatting(small, cache) as chat:
        chat.type(QUESTION)
        assert "School classes were not counted." in chat.until("Source: ")
        edit(FERRY, "School classes were not counted.", "School classes are left out.")
        assert "is in use: 1 entry changed." in chat.until("in use")
        edit(FERRY, "School classes are left out.", "There were 999 school classes.")
        refused = chat.until("F404")
        assert "An edit of the FAQ was not taken up." in refused
        assert f"{FERRY}:" in refused
        assert "cite the fact that states it" in refused
        chat.type(QUESTION)
        answer = chat.until("Source: ")
        assert "School classes are left out." in answer
        assert refused.splitlines()[-1] not in answer, "said twice"


def test_the_chat_starts_as_the_bot_does(small: Path, cache: Path, edit: Callable[[str, str, str], None]) -> None:
    """What was refused while it ran is refused at the next start, too."""
    with chatting(small, cache) as chat:
        chat.until("Type a question")
    edit(FERRY, "School classes were not counted.", "There were 999 school classes.")
    with chatting(small, cache) as chat:
        assert "F404" in chat.until("is in use instead")
        chat.type(QUESTION)
        assert "School classes were not counted." in chat.until("Source: ")


def test_at_a_terminal_the_chat_ends_at_once(cache: Path) -> None:
    """What watches the files holds nobody up."""
    assert "Traceback" not in in_terminal("chat", cache=cache, answers={"You: ": "/quit\n"})
