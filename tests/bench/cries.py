"""`python -m tests.bench.cries FILE...`: are cries for help heard, and as the right card, language by language?

A file holds JSON lines with ``text``. Where a line has ``cards``, it is a cry and one of them is right; elsewhere any
card is false. Lines are grouped by ``language``, or by their file. ``--held-out`` measures the cries of `faq/cries/`
instead, each without itself; ``--plot`` draws which card is taken for which. Intervals are Wilson's, of 95 %.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot.answering.decide import decide
from bot.domain.conversation import Question, Urgent
from bot.domain.matching import Matcher
from bot.evaluation.cards_report import Cried, draw_confusions, share
from bot.matching.hearing import Hearing, step
from bot.matching.matcher import RegressionMatcher
from bot.runtime.load import load_matcher
from bot.settings import read_settings


@dataclass(slots=True)
class Tally:
    """What became of the messages of one group."""

    found: Counter[str] = field(default_factory=Counter)

    def add(self, one: Cried) -> None:
        if one.right:
            self.found["cries"] += 1
            self.found["some"] += bool(one.got)
            self.found["right"] += one.is_first_right
        else:
            self.found["calm"] += 1
            self.found["false"] += bool(one.got)

    def row(self) -> tuple[str, ...]:
        """The cells of a table: cries, those with some card, with the right card; calm messages, those with a card."""
        cries, calm = self.found["cries"], self.found["calm"]
        shares = (share(self.found[name], cries) for name in ("some", "right"))
        return (str(cries), *shares, str(calm), share(self.found["false"], calm))


def judged(paths: Sequence[Path], matcher: Matcher) -> Iterator[Cried]:
    """Ask every message of the files."""
    for path in paths:
        for line in path.read_bytes().splitlines():
            row = json.loads(line)
            decision = decide(Question(row["text"]), matcher)
            got = (decision.entry.id,) if isinstance(decision, Urgent) else ()
            yield Cried(row.get("language", path.stem), tuple(row.get("cards", ())), got)


def held_out(hearing: Hearing, own: str) -> Iterator[Cried]:
    """Hear some of the cries of other languages than the FAQ's ``own``, and all look-alikes, each without itself.

    None of the cries that calibrated the model is among them.
    """
    cries = [at for at, row in enumerate(hearing.rows) if row.language != own and row.card is not None]
    rows = [at for at, row in enumerate(hearing.rows) if row.language != own and row.card is None]
    rows += [at for number, at in enumerate(cries) if number % step(len(cries)) == 1]
    for at, scores in zip(rows, hearing.held_out(rows), strict=True):
        row = hearing.rows[at]
        heard = hearing.heard(row.language, scores, has_meaning=bool(hearing.meanings[at].any()))
        got = (heard.card,) if heard.probability >= heard.ear.line else ()
        yield Cried(row.language, (row.card,) if row.card is not None else (), got)


def main(arguments: Sequence[str] | None = None) -> None:
    """Ask or hear every message, and show the shares by language."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.cries", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--held-out", action="store_true", help="the cries of faq/cries/ instead")
    parser.add_argument("--plot", type=Path, help="draw which card is taken for which, into this file (.svg or .png)")
    given = parser.parse_args(arguments)
    matcher = load_matcher(read_settings(), notify=lambda line: print(line, file=sys.stderr))
    found = list(judged(given.files, matcher))
    if given.held_out and isinstance(matcher, RegressionMatcher) and matcher.hearing is not None:
        found += held_out(matcher.hearing, matcher.faq.language)
    tallies: dict[str, Tally] = defaultdict(Tally)
    every = Tally()
    for one in found:
        tallies[one.group].add(one)
        every.add(one)
    table = Table("language", "cries", "some card, %", "the right one, %", "calm", "a false card, %")
    for group, tally in sorted(tallies.items()):
        table.add_row(group, *tally.row())
    table.add_section()
    table.add_row("all", *every.row())
    Console(width=120).print(table)
    if given.plot is not None:
        draw_confusions(found, given.plot)


if __name__ == "__main__":
    main()
