"""`python -m tests.bench.peers`: the matcher beside other methods and platforms, in one run on the same messages.

A data set is a folder with train.jsonl, test.jsonl or validation.jsonl, and maybe what platforms published of their
answers to the same messages, predictions_NAME.jsonl. `joint` of ours is at the matcher's own threshold, chosen from the
phrasings alone; that of all others is at the best threshold that anyone could pick on the test messages. That flatters
them: nobody knows it beforehand. Needs the extra `peers`.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from bot.matching.matcher import RegressionMatcher
from tests.bench.corpora import (
    OUT_OF_SCOPE,
    Judged,
    Labelled,
    Predictions,
    as_json,
    at_best_threshold,
    differences,
    faq_of_labels,
    intervals,
    judge,
    read_labelled,
)
from tests.bench.matching import PROGRESS, Ask, Fit, ask_all, asking, measure
from tests.bench.scaling import SIZES, grown

BENCH = Path(__file__).parents[2].parent / "shared" / "bench"
TEST_FILES = ("test.jsonl", "validation.jsonl")  # the first that is there
OURS = "ours"
FIGURES = {"top1": "top-1", "auroc": "AUROC", "joint": "joint"}
FEW, MANY, SLOW_US = 30, 300, 10_000.0  # messages asked to time a method: few if it takes so long for one
WIDTH = 100  # columns of the table where there is no terminal

Intervals = dict[str, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class DataSet:
    """A folder's phrasings and messages, and what platforms published of the messages, by platform."""

    name: str
    train: list[Labelled]
    test: list[Labelled]
    published: dict[str, Predictions]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a method did on a data set; ``us_per_query`` and ``fit_s`` are nan for a platform.

    ``lead`` are the 95 % intervals of ours less this one, for ours itself none.
    """

    predictions: Predictions
    judged: Judged
    between: Intervals
    lead: Intervals
    us_per_query: float
    fit_s: float


# --- Reading ---------------------------------------------------------------------------------------------------------


def read_sets(bench: Path) -> list[DataSet]:
    """The data sets in a folder, by name. Raises ValueError with the place, or OSError."""
    sets = [_read_set(folder) for folder in sorted(bench.iterdir()) if (folder / "train.jsonl").is_file()]
    if not sets:
        raise ValueError(f"{bench}: no folder with train.jsonl; name another with --bench")
    return sets


def _read_set(folder: Path) -> DataSet:
    tests = [folder / name for name in TEST_FILES if (folder / name).is_file()]
    if not tests:
        raise ValueError(f"{folder}: neither {' nor '.join(TEST_FILES)}; add one")
    train, test = read_labelled(folder / "train.jsonl"), read_labelled(tests[0])
    if not test or all(one.label == OUT_OF_SCOPE for one in train):
        raise ValueError(
            f"{folder}: add to train.jsonl a label other than {OUT_OF_SCOPE}, to {tests[0].name} a message"
        )
    published = {
        path.stem.removeprefix("predictions_"): read_published(path, test)
        for path in sorted(folder.glob("predictions_*.jsonl"))
    }
    return DataSet(folder.name, train, test, published)


def read_published(path: Path, test: Sequence[Labelled]) -> Predictions:
    """What a platform answered to the test messages; where it abstained its confidence is below every other.

    Raises ValueError with the place.
    """
    texts, first, confidence = [], [], []
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        try:
            row = json.loads(line)
            texts.append(str(row["text"]))
            first.append(str(row["predicted"]))
            confidence.append(float(row["score"]))
        except (ValueError, TypeError, KeyError) as error:
            raise ValueError(
                f'{path}:{number}: no prediction ({error}); write {{"text": …, "predicted": …, "score": …}}'
            ) from None
    if texts != [message.text for message in test]:
        raise ValueError(f"{path}: not of the test messages; write one prediction for each, in their order")
    named = np.array(first)
    trust = np.where(named == OUT_OF_SCOPE, -np.inf, np.array(confidence))
    labels = np.array([message.label for message in test])
    return at_best_threshold(Predictions(named, trust, np.inf, labels))


# --- Measuring -------------------------------------------------------------------------------------------------------


def standings(data: DataSet, peers: Mapping[str, Fit]) -> dict[str, Standing]:
    """Every method's standing on a data set, ours first."""
    PROGRESS.print(f"{data.name}: {OURS} …")
    measured = measure(data.train, data.test)
    ours = measured.predictions
    found = {OURS: Standing(ours, judge(ours), intervals(ours), {}, measured.us_per_query, measured.fit_s)}
    for name, fit in peers.items():
        PROGRESS.print(f"{data.name}: {name} …")
        began = time.perf_counter()
        ask = fit(data.train)
        fit_s = time.perf_counter() - began
        first, confidence, us_per_query = ask_all(ask, data.test)
        theirs = at_best_threshold(Predictions(first, confidence, np.inf, ours.labels))
        found[name] = standing(theirs, ours, us_per_query=us_per_query, fit_s=fit_s)
    for name, theirs in data.published.items():
        PROGRESS.print(f"{data.name}: {name} …")
        found[name] = standing(theirs, ours)
    return found


def standing(
    theirs: Predictions, ours: Predictions, *, us_per_query: float = float("nan"), fit_s: float = float("nan")
) -> Standing:
    """Judge a peer, and ours beside it."""
    return Standing(theirs, judge(theirs), intervals(theirs), differences(ours, theirs), us_per_query, fit_s)


def times(sets: Sequence[DataSet], fits: Mapping[str, Fit]) -> dict[str, dict[int, float]]:
    """Median microseconds of a message by method and number of phrasings, made of the largest data set's."""
    data = max(sets, key=lambda one: len(one.train))
    asked = [Labelled(text, "") for text in dict.fromkeys(message.text for message in data.test)]
    found: dict[str, dict[int, float]] = {name: {} for name in fits}
    for size in SIZES:
        try:
            train = grown(data.train, size)
        except ValueError as error:
            PROGRESS.print(f"{data.name}: {error}")
            break
        for name, fit in fits.items():
            PROGRESS.print(f"{size:,} phrasings: {name} …")
            found[name][size] = median_us(fit(train), asked)
    return found


def median_us(ask: Ask, asked: Sequence[Labelled]) -> float:
    """Of the first few messages where one takes long, else of many more."""
    few, more = asked[:FEW], asked[FEW:MANY]
    first = ask_all(ask, few)[2]
    return ask_all(ask, more)[2] if more and first < SLOW_US else first


def ours(messages: Sequence[Labelled]) -> Ask:
    """The matcher of this project."""
    return asking(RegressionMatcher(faq_of_labels(messages)))


# --- The command -----------------------------------------------------------------------------------------------------


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and show a table a data set and, with `--json`, one object in the last line."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.peers", description=__doc__)
    parser.add_argument("--bench", type=Path, default=BENCH, help="folder of data sets (default: ../shared/bench)")
    parser.add_argument("--plots", type=Path, help="folder to draw coverage.png and time.png into")
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line")
    given = parser.parse_args(arguments)
    try:
        from tests.bench import methods, plots
    except ModuleNotFoundError as error:
        parser.exit(2, f'{parser.prog}: {error.name} is missing; pip install -e ".[peers]"\n')
    try:
        sets = read_sets(given.bench)
        if given.plots:
            given.plots.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        parser.error(str(error))
    console = Console()
    if not console.is_terminal:
        console.width = max(console.width, WIDTH)
    found = {}
    for data in sets:
        found[data.name] = standings(data, methods.PEERS)
        console.print(table(data, found[data.name]))
    taken: dict[str, dict[int, float]] = {}
    if given.plots:
        taken = times(sets, {OURS: ours, **methods.NEAREST})
        predictions = {name: {who: one.predictions for who, one in rows.items()} for name, rows in found.items()}
        plots.save(plots.coverage(predictions, thick=OURS), given.plots / "coverage.png")
        plots.save(plots.time(taken, thick=OURS), given.plots / "time.png")
    if given.json:
        sets_ = {name: {who: figures(one) for who, one in rows.items()} for name, rows in found.items()}
        print(as_json({"sets": sets_, "us_per_query_by_phrasings": taken}))


def figures(standing: Standing) -> dict[str, object]:
    """What JSON says of a standing."""
    return {
        **asdict(standing.judged),
        "threshold": standing.predictions.threshold,
        "us_per_query": standing.us_per_query,
        "fit_s": standing.fit_s,
        "intervals": standing.between,
        "ours_less_this": standing.lead,
    }


def table(data: DataSet, found: Mapping[str, Standing]) -> Table:
    """The figures with their intervals, the best of each in bold, and under them the intervals of ours less theirs."""
    shown = Table(
        "",
        *FIGURES.values(),
        "µs a message",
        title=f"{data.name}: {len(data.train):,} phrasings, {len(data.test):,} messages, "
        f"{sum(one.label == OUT_OF_SCOPE for one in data.test):,} of them out of scope",
        caption="In brackets: 95 % intervals (bootstrap). Below: that of ours less theirs, * if 0 is outside. "
        "joint: ours at its own threshold, all others at the best one for these very messages, which flatters them.",
        title_justify="left",
        caption_justify="left",
        show_lines=True,
    )
    best = {name: max(getattr(one.judged, name) for one in found.values()) for name in FIGURES}
    for who, one in found.items():
        cells = (_cell(one, name, is_best=getattr(one.judged, name) == best[name]) for name in FIGURES)
        shown.add_row(who, *cells, "" if np.isnan(one.us_per_query) else f"{one.us_per_query:,.0f}")
    return shown


def _cell(standing: Standing, name: str, *, is_best: bool) -> str:
    value, (low, high) = getattr(standing.judged, name), standing.between[name]
    cell = f"{value:.3f} ({low:.3f}–{high:.3f})"
    if is_best:
        cell = f"[bold]{cell}[/bold]"
    if name not in standing.lead:
        return cell
    low, high = standing.lead[name]
    return f"{cell}\n{low:+.3f} to {high:+.3f}{' *' if low > 0 or high < 0 else ''}"


if __name__ == "__main__":
    main()
