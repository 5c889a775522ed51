"""The output of `evaluate --calibration`: the thresholds, the signals' weights and the confidences they rest on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from bot.matching.calibration import (
    CHOICES,
    FALSE_ALARMS,
    IN_SCOPE,
    SURELY_FALSE_ALARMS,
    Calibration,
    Kinds,
    Logistic,
    Mask,
    Sample,
    Vector,
)

_BINS = 20
_WIDTH = 60
_SIGNALS = {
    "confidence": ("strength of all replies", "coverage by the best reply", "best out-of-scope entry"),
    "certainty": ("score of the best reply", "its lead over the second"),
    "offer": ("strength of all replies", "coverage by the best reply", "best out-of-scope entry"),
    "urgency": ("urgent scores, summed", "best urgent card", "best other entry"),
}


def print_calibration(calibration: Calibration, sample: Sample, kinds: Kinds, console: Console) -> None:
    """Print the thresholds with the rates reached at them, the signals' weights, and a histogram of the confidences."""
    thresholds, is_answer = calibration.thresholds, sample.is_of(kinds.answer)
    with_entry = calibration.confidence.of(sample.confidence)
    without_entry = calibration.confidence.of(sample.confidence_without_entry)
    offered = calibration.offer.of(sample.confidence)
    offered_without = calibration.offer.of(sample.confidence_without_entry)
    is_right = sample.first == sample.own
    certain = calibration.certainty.of(sample.certainty) >= thresholds.certain
    urgency, in_need = calibration.urgency.of(sample.urgency), sample.is_of(kinds.urgent)
    console.print(f"Learned from {len(sample.own):,} phrasings and look-alikes, each held out in closed form.\n")

    table = Table(
        "threshold", "at", "where it lies", "of the phrasings held out", title="Thresholds", title_justify="left"
    )
    answered = (with_entry >= thresholds.answer) & certain
    table.add_row(
        "answer",
        f"{thresholds.answer:.3f}",
        f"where answering costs no more than not to, if {IN_SCOPE:.0%} of messages have an answer",
        f"{_share(answered & is_right, is_answer)} of answers' are answered rightly, "
        f"{_share(answered & ~is_right, is_answer)} wrongly; "
        f"{_share(without_entry >= thresholds.answer, is_answer)} reach it though their entry is missing",
    )
    table.add_row(
        "certain",
        f"{thresholds.certain:.3f}",
        "where to take the first reply costs no more than not to",
        f"{_share(certain & is_right, is_answer)} of answers' are rightly certain",
    )
    table.add_row(
        "clarify",
        f"{thresholds.clarify:.3f}",
        f"where to offer the first {CHOICES} answers costs no more than not to",
        f"{_share(offered >= thresholds.clarify, is_answer)} of answers' reach it, "
        f"{_share(offered_without >= thresholds.clarify, is_answer)} though their entry is missing",
    )
    for name, threshold, rate in (
        ("urgent", thresholds.urgent, FALSE_ALARMS),
        ("surely urgent", thresholds.surely_urgent, SURELY_FALSE_ALARMS),
    ):
        table.add_row(
            name,
            f"{threshold:.3f}",
            f"{rate:.1%} of other phrasings reach it",
            f"{_share(urgency >= threshold, in_need)} of cards' reach it",
        )
    console.print(table)

    table = Table("probability", "signal", "weight", title="\nSignals", title_justify="left")
    for name, signals in _SIGNALS.items():
        logistic: Logistic = getattr(calibration, name)
        table.add_row(name, "(bias)", f"{logistic.bias:+.2f}")
        for signal, weight in zip(signals, logistic.weights, strict=True):
            table.add_row("", signal, f"{weight:+.2f}")
    console.print(table)

    console.print("\nConfidence of answers' phrasings held out: = alone, x with their whole entry")
    for start, alone, together in zip(*_histogram(with_entry, without_entry, is_answer), strict=True):
        marks = [name for name in ("clarify", "answer") if start <= getattr(thresholds, name) < start + 1 / _BINS]
        bars = f"{'=' * round(_WIDTH * alone):{_WIDTH // 2}} {'x' * round(_WIDTH * together)}"
        console.print(f"  {start:.2f} {bars}  {' '.join(marks)}".rstrip(), markup=False, highlight=False)


def draw_calibration(calibration: Calibration, sample: Sample, kinds: Kinds, path: Path) -> None:
    """Draw the confidences as an image in the format of the file's suffix.

    Raises ModuleNotFoundError without matplotlib.
    """
    from matplotlib.figure import Figure

    is_answer = sample.is_of(kinds.answer)
    starts, alone, together = _histogram(
        calibration.confidence.of(sample.confidence),
        calibration.confidence.of(sample.confidence_without_entry),
        is_answer,
    )
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    axes.stairs(100 * alone, [*starts, 1], fill=True, alpha=0.5, color="#0072b2", label="held out alone")
    axes.stairs(100 * together, [*starts, 1], color="#d55e00", lw=2, label="held out with their whole entry")
    for name in ("clarify", "answer"):
        at = getattr(calibration.thresholds, name)
        axes.axvline(at, color="black", lw=1, ls="--")
        axes.annotate(f" {name} {at:.2f}", (at, 0.97), xycoords=("data", "axes fraction"), va="top", fontsize=8)
    axes.set_xlabel("confidence")
    axes.set_ylabel("phrasings of answers, %")
    axes.set_title("Confidence of phrasings that were not learned from")
    axes.legend()
    figure.savefig(path)


def _histogram(with_entry: Vector, without_entry: Vector, among: Mask) -> tuple[Vector, Vector, Vector]:
    """The bins' lower edges, and the share of the phrasings in each bin, held out alone and with their entry."""
    edges = np.linspace(0, 1, _BINS + 1)
    shares = [np.histogram(values[among], edges)[0] / max(among.sum(), 1) for values in (with_entry, without_entry)]
    return edges[:-1], shares[0], shares[1]


def _share(holds: Mask, among: Mask) -> str:
    return f"{(holds & among).sum() / max(among.sum(), 1):.1%}"
