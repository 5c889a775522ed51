"""`python -m tests.bench.follow_ups`: what becomes of second messages, by set and kind; `--misses` lists the rest."""

from __future__ import annotations

import argparse

from rich.console import Console
from rich.progress import track
from rich.table import Table

from bot.runtime.load import load_matcher
from bot.settings import Settings
from tests.support.follow_ups import SETS, counts, judge, read

VERDICTS = ("right", "offered", "wrong", "none")


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.follow_ups", description=__doc__)
    parser.add_argument("--misses", action="store_true", help="list what is not right")
    asked = parser.parse_args()
    matcher, console = load_matcher(Settings()), Console()
    table = Table("set", "kind", *VERDICTS, "right")
    for name, path in SETS.items():
        judged = [judge(item, matcher) for item in track(read(path), name, console=console, transient=True)]
        found = counts(judged)
        for kind in [*dict.fromkeys(one.kind for one in judged), "in all"]:
            row = [
                sum(number for (of, what), number in found.items() if what == verdict and kind in (of, "in all"))
                for verdict in VERDICTS
            ]
            table.add_row(name, kind, *map(str, row), f"{100 * row[0] / sum(row):.0f} %")
        if asked.misses:
            for one in judged:
                if one.verdict != "right":
                    console.print(name, one.kind, one.item, one.turn.outcome, one.turn.entry, highlight=False)
    console.print(table)


if __name__ == "__main__":
    main()
