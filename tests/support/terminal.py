"""The program in a terminal of its own, as a person sees it who types what it asks for."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.support.paths import ROOT, SMALL


def in_terminal(
    *arguments: str, cache: Path, folder: Path = SMALL, answers: Mapping[str, str] | None = None, **environment: str
) -> str:
    """All that the terminal shows. Each of the answers is typed once its prompt is there."""
    set_ = {**os.environ, "CACHE_DIR": str(cache), "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "TERM": "xterm"}
    waiting = dict(answers or {})
    ours, theirs = pty.openpty()
    with subprocess.Popen(  # noqa: S603  # our own program
        [sys.executable, "-m", "bot", *arguments],
        cwd=folder,
        env={**set_, **environment},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,  # a password is asked for at this terminal, not at that of the tests
    ) as process:
        os.close(theirs)
        shown = ""
        while piece := _read(ours):
            shown += piece.decode(errors="replace")
            for prompt in [prompt for prompt in waiting if prompt in shown]:
                os.write(ours, waiting.pop(prompt).encode())
        process.wait(timeout=120)
    os.close(ours)
    assert not waiting, f"never asked for: {list(waiting)}; shown: {shown}"
    return shown


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # the other end has closed
        return b""
