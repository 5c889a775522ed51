"""`python -m tests.bench.grouping`: how long it takes to group gaps, in how much memory, and how well it is done.

The gaps are made of the messages in the question sets: typos, a word left out, the halves turned round, a greeting or
thanks. Those made of one message should be one group. ``pure`` is the share of gaps whose group was mostly made of the
same message, ``found`` the share that is in the largest group of its message.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot.domain.conversation import Channel
from bot.domain.gap import Gap, GapReason, GapStatus, LoggedGap
from bot.evaluation.question_sets import Message, read_questions
from bot.gaps.clustering import MIN_SIMILARITY, Group, group_gaps
from bot.matching.matcher import RegressionMatcher
from bot.matching.model_cache import load_or_fit
from bot.runtime.load import load_faq
from bot.settings import read_settings
from bot.text.normalize import words
from tests.bench.corpora import as_json
from tests.bench.matching import peak_mb
from tests.bench.robustness import TYPOS, with_typo

NOW = datetime(2026, 11, 26, 12, 0)
KEPT = timedelta(days=90)
THRESHOLDS = (0.45, 0.5, 0.55, 0.6, 0.65, 0.7)
BEFORE = ("", "", "", "", "hi, ", "hello! ", "please ", "can you tell me ", "i want to know ", "so ")
AFTER = ("", "", "", "", "", " please", " thanks", " ??", "!", " pls")
FEWEST_WORDS = 5  # that a text has from which one is left out, or whose halves are turned round

Labels = dict[int, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Grouping:
    """Seconds and quality of one run. ``before_mb`` is what the process had taken before it grouped."""

    gaps: int
    texts: int
    similar: float
    groups: int
    of_one: int
    messages: int
    pure: float
    found: float
    seconds: float
    peak_mb: float
    before_mb: float


def reworded(text: str, draw: random.Random) -> str:
    """The text as somebody else would type it."""
    for _ in range(draw.choice((0, 0, 1, 1, 2))):
        text = with_typo(text, draw.choice(list(TYPOS.values())), draw) or text
    parts = text.split()
    if len(parts) >= FEWEST_WORDS and draw.random() < 0.3:
        parts.pop(draw.randrange(len(parts)))
    if len(parts) >= FEWEST_WORDS and draw.random() < 0.1:
        parts = [*parts[len(parts) // 2 :], *parts[: len(parts) // 2]]
    return f"{draw.choice(BEFORE)}{' '.join(parts)}{draw.choice(AFTER)}"


def made(messages: Sequence[Message], size: int, *, as_they_are: bool = False) -> tuple[list[LoggedGap], Labels]:
    """So many gaps, the same every time, and the words of the message that each was made of, by its id."""
    draw = random.Random(0)  # noqa: S311  # nobody guesses it
    gaps, labels = [], {}
    for number in range(1, size + 1):
        message = messages[(number - 1) % len(messages)] if as_they_are else draw.choice(messages)
        text = message.text if as_they_are else reworded(message.text, draw)
        at = NOW - timedelta(minutes=draw.randrange(int(KEPT.total_seconds()) // 60))
        reason, language = draw.choice(list(GapReason)), str(message.expected.get("language", "en"))
        gaps.append(LoggedGap(number, at, GapStatus.NEW, Gap(reason, text, language, Channel.PRIVATE, "made")))
        labels[number] = tuple(words(message.text))
    return gaps, labels


def quality(groups: Sequence[Group], labels: Labels) -> tuple[float, float]:
    """The shares of gaps that are among their like, and that are with the most of their like."""
    inside = [Counter(labels[gap.id] for gap in group.gaps) for group in groups]
    most: Counter[tuple[str, ...]] = Counter()
    for counts in inside:
        most |= counts
    return sum(max(counts.values()) for counts in inside) / len(labels), most.total() / len(labels)


def measure(
    gaps: Sequence[LoggedGap], labels: Labels, matcher: RegressionMatcher, similar: float
) -> tuple[Grouping, list[Group]]:
    """Group once."""
    before_mb, began = peak_mb(), time.perf_counter()
    groups = group_gaps(gaps, matcher, now=NOW, min_similarity=similar)
    seconds = time.perf_counter() - began
    pure, found = quality(groups, labels)
    return Grouping(
        gaps=len(gaps),
        texts=len({gap.gap.text for gap in gaps}),
        similar=similar,
        groups=len(groups),
        of_one=sum(group.count == 1 for group in groups),
        messages=len(set(labels.values())),
        pure=pure,
        found=found,
        seconds=seconds,
        peak_mb=peak_mb(),
        before_mb=before_mb,
    ), groups


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and show a table or, with `--json`, one object for each row of it in the last line."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.grouping", description=__doc__)
    parser.add_argument("--gaps", type=int, default=10_000, help="how many; 10,000 if not given")
    parser.add_argument("--questions", type=Path, default=Path("tests/questions"), help="the folder of the sets")
    parser.add_argument("--thresholds", action="store_true", help="with other lines of similarity too")
    parser.add_argument("--as-they-are", action="store_true", help="the messages themselves, nothing reworded")
    parser.add_argument("--show", type=int, default=0, help="so many groups, the biggest first")
    parser.add_argument("--json", action="store_true", help="JSON as the last line")
    given = parser.parse_args(arguments)
    try:
        messages = read_questions(given.questions)
    except (OSError, ValueError) as error:
        parser.error(str(error))
    settings = read_settings()
    faq = load_faq(settings)
    matcher = RegressionMatcher(faq, load_or_fit(faq, settings.cache_dir))
    gaps, labels = made(messages, given.gaps, as_they_are=given.as_they_are)
    runs = [measure(gaps, labels, matcher, line) for line in (THRESHOLDS if given.thresholds else (MIN_SIMILARITY,))]
    console = Console()
    for group in runs[-1][1][: given.show]:
        texts = list(dict.fromkeys(gap.gap.text for gap in group.gaps))
        console.print(f"{group.count} x {group.text}\n    {group.why}", markup=False, highlight=False)
        console.print("".join(f"    - {text}\n" for text in texts), markup=False, highlight=False)
    table = Table(
        "gaps", "texts", "line", "groups", "of one", "messages", "pure", "found", "s", "peak, MB", "before, MB"
    )
    for run, _ in runs:
        counts = (f"{run.groups:,}", f"{run.of_one:,}", f"{run.messages:,}", f"{run.pure:.1%}", f"{run.found:.1%}")
        took = (f"{run.seconds:.1f}", f"{run.peak_mb:,.0f}", f"{run.before_mb:,.0f}")
        table.add_row(f"{run.gaps:,}", f"{run.texts:,}", f"{run.similar:.2f}", *counts, *took)
    console.print(table)
    if given.json:
        rows = [asdict(run) for run, _ in runs]
        print(as_json(rows if given.thresholds else rows[0]))


if __name__ == "__main__":
    main()
