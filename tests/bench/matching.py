"""`python -m tests.bench.matching`: how well and how fast the matcher finds labels it was fitted on.

With `--ablation` it is fitted again without each kernel and signal in turn, to see what each is worth.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from unittest import mock

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table

from bot.matching import calibration
from bot.matching import features as kernels
from bot.matching import regression as ridge
from bot.matching import tokenizer as tokenizer
from bot.matching.matcher import RegressionMatcher, fit
from tests.bench.corpora import (
    OUT_OF_SCOPE,
    Floats,
    Judged,
    Labelled,
    Predictions,
    as_json,
    faq_of_labels,
    intervals,
    judge,
    read_labelled,
)

PROGRESS = Console(stderr=True)
Ask = Callable[[str], tuple[str, float]]  # a message's first label, and the confidence in it
Fit = Callable[[Sequence[Labelled]], Ask]


@dataclass(frozen=True, slots=True)
class Measured:
    """A matcher fitted on some messages and asked others. ``us_per_query`` is the median of messages new to it."""

    predictions: Predictions
    us_per_query: float
    fit_s: float


def measure(train: Sequence[Labelled], test: Sequence[Labelled], *, stemmer: str = "english") -> Measured:
    """Fit and ask. The time of a message is that of reading and ranking it."""
    faq = faq_of_labels(train, stemmer=stemmer)
    began = time.perf_counter()
    matcher = RegressionMatcher(faq, fit(faq))
    fit_s = time.perf_counter() - began
    first, confidence, us_per_query = ask_all(asking(matcher), test)
    labels = np.array([one.label for one in test])
    return Measured(Predictions(first, confidence, matcher.thresholds.answer, labels), us_per_query, fit_s)


def asking(matcher: RegressionMatcher) -> Ask:
    """The matcher's first reply and its confidence."""

    def ask(text: str) -> tuple[str, float]:
        ranking = matcher.rank(text)
        return ranking.reply.entry.id, ranking.confidence

    return ask


def ask_all(ask: Ask, messages: Sequence[Labelled]) -> tuple[NDArray[np.str_], Floats, float]:
    """First labels, confidences, and the median microseconds of a message, of those that were not asked before."""
    first, confidence, times = [], [], []
    seen: set[str] = set()
    for message in track(messages, "Asking", console=PROGRESS, transient=True):
        began = time.perf_counter()
        label, trust = ask(message.text)
        spent = time.perf_counter() - began
        if message.text not in seen:
            times.append(spent)
            seen.add(message.text)
        first.append(label)
        confidence.append(trust)
    return np.array(first), np.array(confidence), 1e6 * statistics.median(times)


def peak_mb() -> float:
    """The most memory that this process has taken, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


# --- What each part is worth -----------------------------------------------------------------------------------------


@contextmanager
def _without_kernel(name: str) -> Iterator[None]:
    """The other kernels share what the one had."""
    kept = [kernel for kernel in kernels.KERNELS if kernel.name != name]
    total = sum(kernel.share for kernel in kept)
    fewer = tuple(replace(kernel, share=kernel.share / total) for kernel in kept)
    with mock.patch.object(kernels, "KERNELS", fewer):
        yield


@contextmanager
def _without_signal(column: int) -> Iterator[None]:
    whole = calibration.confidence_signals

    def without(scores: kernels.Floats, coverage: kernels.Floats, kinds: calibration.Kinds) -> calibration.Vector:
        signals = whole(scores, coverage, kinds)
        signals[:, column] = 0
        return signals

    with (
        mock.patch("bot.matching.calibration.confidence_signals", without),
        mock.patch("bot.matching.matcher.confidence_signals", without),
    ):
        yield


@contextmanager
def _replaced(target: object, name: str, value: object) -> Iterator[None]:
    with mock.patch.object(target, name, value):
        yield


ABLATIONS: dict[str, Callable[[], AbstractContextManager[None]]] = {
    "everything": lambda: _replaced(ridge, "RIDGE", ridge.RIDGE),
    "without words": lambda: _without_kernel("words"),
    "with single words, no pairs": lambda: _replaced(kernels, "PAIRED", 0),
    "without characters": lambda: _without_kernel("characters"),
    "without typo correction": lambda: _replaced(tokenizer.Tokenizer, "corrected", lambda _self, word: (word,)),
    "with similarities as they are": lambda: _replaced(ridge, "power_for", lambda _rows: 1.0),
    "regression on the nearest rows alone": lambda: _replaced(ridge, "WHOLE_ROWS", 0),
    "confidence without strength": lambda: _without_signal(0),
    "confidence without coverage": lambda: _without_signal(1),
}


def ablation(train: Sequence[Labelled], test: Sequence[Labelled], *, stemmer: str) -> dict[str, Judged]:
    """The figures with everything, and with each part off."""
    judged = {}
    for name, off in ABLATIONS.items():
        PROGRESS.print(name)
        with off():
            judged[name] = judge(measure(train, test, stemmer=stemmer).predictions)
    return judged


# --- The command -----------------------------------------------------------------------------------------------------


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and show a table or, with `--json`, one object in the last line."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.matching", description=__doc__)
    parser.add_argument("--train", type=Path, required=True, help="phrasings: JSON lines with text and label")
    parser.add_argument(
        "--test", type=Path, required=True, help=f"messages: the same; label {OUT_OF_SCOPE} where none is right"
    )
    parser.add_argument("--stemmer", default="english", help="the Snowball algorithm of the texts (default: english)")
    parser.add_argument("--ablation", action="store_true", help="fit again without each part in turn")
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line")
    given = parser.parse_args(arguments)
    try:
        train, test = read_labelled(given.train), read_labelled(given.test)
    except (OSError, ValueError) as error:
        parser.error(str(error))
    if not test or all(one.label == OUT_OF_SCOPE for one in train):
        parser.error(f"{given.train} needs a message with a label other than {OUT_OF_SCOPE}, {given.test} any message")
    measured = measure(train, test, stemmer=given.stemmer)
    judged, predictions = judge(measured.predictions), measured.predictions
    figures = {
        **asdict(judged),
        "threshold": predictions.threshold,
        "us_per_query": measured.us_per_query,
        "fit_s": measured.fit_s,
        "peak_mb": peak_mb(),
    }
    console = Console()
    between = intervals(predictions)
    table = Table("figure", "value", "95 % interval")
    for name, value in figures.items():
        shown = f"{value:.3f}" if value < 10 else f"{value:,.0f}"
        table.add_row(name, shown, "{:.3f} to {:.3f}".format(*between[name]) if name in between else "")
    console.print(table)
    with_parts: dict[str, object] = {}
    if given.ablation:
        parts = ablation(train, test, stemmer=given.stemmer)
        table = Table("", *asdict(judged))
        for name, one in parts.items():
            table.add_row(name, *(f"{value:.3f}" for value in asdict(one).values()))
        console.print(table)
        with_parts = {"ablation": {name: asdict(one) for name, one in parts.items()}}
    if given.json:
        print(as_json(figures | with_parts))


if __name__ == "__main__":
    main()
