"""`python -m tests.bench.scaling`: how time and memory grow with the number of phrasings, beside RapidFuzz in one run.

Phrasings are made of the beginning of a message of one label and the end of a message of another, so that words are as
frequent as people use them; twenty for each such pair of labels, so a thousand phrasings have about fifty labels.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

from rapidfuzz import fuzz
from rapidfuzz.process import extractOne
from rich.console import Console
from rich.table import Table

from bot.matching.matcher import RegressionMatcher, fit
from tests.bench.corpora import Labelled, as_json, faq_of_labels, read_labelled
from tests.bench.matching import peak_mb

SIZES = (100, 1_000, 10_000, 100_000)
PHRASINGS_A_LABEL = 20
ASKED, ASKED_OF_RAPIDFUZZ = 300, 40  # messages


@dataclass(frozen=True, slots=True)
class Scale:
    """Times of a message are medians, in microseconds; each message is new to the matcher."""

    phrasings: int
    labels: int
    fit_s: float
    peak_mb: float
    us_per_query: float
    us_of_wratio: float


def grown(messages: Sequence[Labelled], size: int) -> list[Labelled]:
    """So many phrasings, from messages of other labels put together in two halves; the same every time."""
    draw = random.Random(0)  # noqa: S311  # nobody guesses it
    by_label: dict[str, list[list[str]]] = {}
    for message in messages:
        by_label.setdefault(message.label, []).append(message.text.split())
    labels = sorted(by_label)
    phrasings: dict[str, str] = {}
    pairs = [(one, other) for one in labels for other in labels]
    draw.shuffle(pairs)
    for one, other in pairs:
        for _ in range(PHRASINGS_A_LABEL):
            head, tail = draw.choice(by_label[one]), draw.choice(by_label[other])
            phrasings.setdefault(" ".join(head[: len(head) // 2 + 1] + tail[len(tail) // 2 :]), f"{one} {other}")
            if len(phrasings) == size:
                return [Labelled(text, label) for text, label in phrasings.items()]
    raise ValueError(f"no {size} phrasings can be made of {len(messages)} messages; take fewer")


def measure(train: Sequence[Labelled], test: Sequence[Labelled]) -> Scale:
    """Fit once, ask both."""
    faq = faq_of_labels(train)
    began = time.perf_counter()
    matcher = RegressionMatcher(faq, fit(faq))
    fit_s = time.perf_counter() - began
    texts = [message.text for message in train]
    asked = list(dict.fromkeys(message.text for message in test))[:ASKED]
    ours = [_timed(partial(matcher.rank, text)) for text in asked]
    theirs = [_timed(partial(extractOne, text, texts, scorer=fuzz.WRatio)) for text in asked[:ASKED_OF_RAPIDFUZZ]]
    return Scale(
        phrasings=len(train),
        labels=len(faq.entries),
        fit_s=fit_s,
        peak_mb=peak_mb(),
        us_per_query=1e6 * statistics.median(ours),
        us_of_wratio=1e6 * statistics.median(theirs),
    )


def _timed(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def _measure_apart(pipe: Connection, train: Sequence[Labelled], test: Sequence[Labelled]) -> None:
    pipe.send(measure(train, test))


def measured(train: Sequence[Labelled], test: Sequence[Labelled], size: int) -> Scale:
    """Measured in a process of its own, so that the memory is that of this size alone."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=_measure_apart, args=(theirs, grown(train, size), test)
    )
    process.start()
    theirs.close()
    scale: Scale = ours.recv()
    process.join()
    return scale


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure each size, and show a table or, with `--json`, one object in the last line."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.scaling", description=__doc__)
    parser.add_argument("--train", type=Path, required=True, help="messages to make phrasings of: JSON lines")
    parser.add_argument("--test", type=Path, required=True, help="messages to ask: JSON lines")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="numbers of phrasings")
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line")
    given = parser.parse_args(arguments)
    try:
        train, test = read_labelled(given.train), read_labelled(given.test)
    except (OSError, ValueError) as error:
        parser.error(str(error))
    scales = []
    for size in given.sizes:
        Console(stderr=True).print(f"{size:,} phrasings …")
        scales.append(measured(train, test, size))
    table = Table("phrasings", "labels", "fit, s", "peak, MB", "a message, µs", "WRatio, µs", "times faster")
    for scale in scales:
        table.add_row(
            f"{scale.phrasings:,}",
            f"{scale.labels:,}",
            f"{scale.fit_s:.1f}",
            f"{scale.peak_mb:,.0f}",
            f"{scale.us_per_query:,.0f}",
            f"{scale.us_of_wratio:,.0f}",
            f"{scale.us_of_wratio / scale.us_per_query:.1f}",
        )
    Console().print(table)
    if given.json:
        print(as_json([asdict(scale) for scale in scales]))


if __name__ == "__main__":
    main()
