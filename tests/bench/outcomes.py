"""`python -m tests.bench.outcomes FILE...`: what becomes of messages, file by file, and how long each takes.

A file holds JSON lines with ``text``. Where a line has ``entries``, an answer or a choice is right if it holds one of
them; elsewhere no answer is expected. The time is this process's CPU time for a decision, of messages not asked before.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bot.answering.decide import decide
from bot.answering.turn import outcome_of
from bot.domain.conversation import Answer, Clarify, Question
from bot.domain.matching import Matcher
from bot.runtime.load import load_matcher
from bot.settings import read_settings

SHOWN = ("right", "offered", "wrong", "answer", "clarify", "urgent", "smalltalk", "unanswered")


def outcomes(rows: Sequence[dict[str, Any]], matcher: Matcher) -> tuple[Counter[str], list[float]]:
    """Count what becomes of messages; also returns the CPU seconds that each decision took."""
    found: Counter[str] = Counter()
    seconds = []
    for row in rows:
        began = time.process_time()
        decision = decide(Question(row["text"]), matcher)
        seconds.append(time.process_time() - began)
        outcome, _ = outcome_of(decision)
        wanted = set(row.get("entries", ()))
        entries = decision.entries if isinstance(decision, Answer) else ()
        choices = decision.choices if isinstance(decision, Clarify) else ()
        if wanted and entries:
            found["right" if wanted & {entry.id for entry in entries} else "wrong"] += 1
        elif wanted and wanted & {entry.id for entry in choices}:
            found["offered"] += 1
        else:
            found[outcome] += 1
    return found, seconds


def main(arguments: Sequence[str] | None = None) -> None:
    """Ask every file, and show shares of its messages."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.outcomes", description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    given = parser.parse_args(arguments)
    matcher = load_matcher(read_settings(), notify=lambda line: print(line, file=sys.stderr))
    decide(Question("are we ready"), matcher)
    table = Table("file", "messages", *SHOWN, "CPU ms")
    for path in given.files:
        rows = [json.loads(line) for line in path.read_bytes().splitlines()]
        found, seconds = outcomes(rows, matcher)
        shares = [f"{found[name] / len(rows):.3f}" for name in SHOWN]
        table.add_row(path.name, str(len(rows)), *shares, f"{1000 * statistics.median(seconds):.1f}")
    Console(width=140).print(table)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)
    print(f"peak memory {peak:.0f} MB")


if __name__ == "__main__":
    main()
