"""`python -m tests.bench.related`: gaps that ask the same, as they are grouped, and as they are suggested by meaning.

The gaps of `tests/gaps/alike` have the group that their writer put them in. Of the groups that the log makes:
the share of the pairs in them that are rightly there, and the share of all right pairs that are in one. Of the
suggestions for each gap: how many there are, the share that is right, and the share of its likes that is among them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from bot.domain.conversation import Channel
from bot.domain.gap import Gap, GapReason, GapStatus, LoggedGap
from bot.domain.matching import Matcher
from bot.gaps.clustering import clusters
from bot.gaps.related import MOST, nearest
from bot.runtime.load import load_matcher
from bot.settings import read_settings
from tests.support.paths import ROOT

GROUPS = ROOT / "tests" / "gaps" / "alike"


@dataclass(frozen=True, slots=True)
class Labelled:
    """A gap's text, its language, and the group that its writer put it in."""

    text: str
    language: str
    group: str


def labelled(path: Path) -> list[Labelled]:
    return [Labelled(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def grouped(gaps: Sequence[Labelled], matcher: Matcher) -> tuple[float, float]:
    """Of pairs of gaps in one group of the log: the share that is right, and the share of all right ones."""
    at, version = datetime(2026, 11, 26, 12, 0), "made"
    logged = [
        LoggedGap(number, at, GapStatus.NEW, Gap(GapReason.NO_MATCH, one.text, one.language, Channel.PRIVATE, version))
        for number, one in enumerate(gaps)
    ]
    of = {gap.id: place for place, cluster in enumerate(clusters(logged, matcher)) for gap in cluster.gaps}
    pairs = list(combinations(range(len(gaps)), 2))
    together = [(one, other) for one, other in pairs if of[one] == of[other]]
    alike = sum(gaps[one].group == gaps[other].group for one, other in pairs)
    right = sum(gaps[one].group == gaps[other].group for one, other in together)
    return right / max(1, len(together)), right / alike


def suggested(gaps: Sequence[Labelled], matcher: Matcher) -> tuple[float, float, float]:
    """For each gap: how many others are suggested, the share that is right, and the share of its likes among them."""
    meanings = matcher.meanings([one.text for one in gaps])
    shown = [nearest(meanings, at) for at in range(len(gaps))]
    right = [sum(gaps[row].group == one.group for row in near) for one, near in zip(gaps, shown, strict=True)]
    likes = [sum(other.group == one.group for other in gaps) - 1 for one in gaps]
    found = [hits / min(most, MOST) for hits, most in zip(right, likes, strict=True) if most]
    number = sum(map(len, shown))
    return number / len(gaps), sum(right) / max(1, number), float(np.mean(found))


def main() -> None:
    """Print the table."""
    matcher = load_matcher(read_settings())
    table = Table("set", "gaps", "grouped: right", "found", "suggested", "right", "found")
    for path in sorted(GROUPS.glob("*.jsonl")):
        gaps = labelled(path)
        few, right, found = suggested(gaps, matcher)
        of_groups = (f"{share:.0%}" for share in grouped(gaps, matcher))
        table.add_row(path.stem, f"{len(gaps)}", *of_groups, f"{few:.1f}", f"{right:.0%}", f"{found:.0%}")
    Console().print(table)


if __name__ == "__main__":
    main()
