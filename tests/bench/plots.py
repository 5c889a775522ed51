"""Drawing how methods compare. The same figures give the same bytes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from tests.bench.corpora import Predictions, answered

WIDTH = 7.3  # inches: 700 pixels of a browser
FONT = 8
# Okabe and Ito's colours without yellow, which is faint on white; black is for ours.
COLOURS = ("#D55E00", "#0072B2", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
DASHES = ("-", (0, (4, 1.5)), (0, (1, 1.2)))  # one after another, when the colours are used up
OWN = "at its own threshold"
PALETTE = 64  # colours of a PNG, which make a third of it
GROWTH_COLUMNS, GROWTH_TICKS = 3, (250, 2_000, 16_000)
FEWEST = 0.05  # share of messages: what fewer answers are worth is chance


def coverage(sets: Mapping[str, Mapping[str, Predictions]], *, thick: str) -> Figure:
    """Share of the answers given that are right against the share of messages answered, a panel a data set.

    A dot is where the thick line's method answers by its own threshold. Dotted: the share of messages in scope.
    """
    columns = min(2, len(sets))
    rows = math.ceil(len(sets) / columns)
    with rc_context({"font.size": FONT}):
        figure = Figure(figsize=(WIDTH, 0.9 + 3.1 * rows), layout="constrained")
        panels = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True).ravel()
        styles = _styles([name for methods in sets.values() for name in methods], thick=thick)
        for axes, (title, methods) in zip(panels, sets.items(), strict=False):
            for name, predictions in methods.items():
                _coverage_line(axes, name, predictions, styles[name], with_dot=name == thick)
            axes.set(xlim=(0, 100), xlabel="messages answered, %", ylabel="answers right, %")
            axes.set_title(title, loc="left", fontsize=FONT + 1, weight="bold")
            axes.spines[["top", "right"]].set_visible(False)
            axes.grid(alpha=0.3, lw=0.5)
            axes.label_outer()
        for axes in panels[len(sets) :]:
            axes.remove()
        lines = {line.get_label(): line for axes in panels for line in axes.get_lines()}
        shown = [name for name in (*styles, OWN) if name in lines]
        figure.legend([lines[name] for name in shown], shown, loc="outside lower center", ncols=5, frameon=False)
    return figure


def _coverage_line(axes: Axes, name: str, predictions: Predictions, style: dict[str, Any], *, with_dot: bool) -> None:
    counted, number = answered(predictions), len(predictions.labels)
    is_enough = counted.messages >= FEWEST * number
    across, up = 100 * counted.messages / number, 100 * counted.right / counted.messages
    axes.plot(across[is_enough], up[is_enough], label=name, **style)
    if with_dot:
        own = (counted.threshold >= predictions.threshold).sum() - 1
        axes.plot(across[own : own + 1], up[own : own + 1], "o", color=style["color"], ms=6, label=OWN)
        in_scope = 100 * predictions.is_in_scope.mean()
        axes.axvline(in_scope, color="#666666", lw=0.8, ls=":")
        axes.annotate("in scope", (in_scope, 0.02), xycoords=axes.get_xaxis_transform(), xytext=(-3, 0),
                      textcoords="offset points", ha="right", color="#666666")  # fmt: skip


def time(taken: Mapping[str, Mapping[int, float]], *, thick: str) -> Figure:
    """Microseconds of a message against the number of phrasings, both in powers of ten; each line has its name."""
    with rc_context({"font.size": FONT}):
        figure = Figure(figsize=(WIDTH, 4), layout="constrained")
        axes = figure.subplots()
        styles = _styles(list(taken), thick=thick)
        for name, by_size in taken.items():
            axes.plot(list(by_size), list(by_size.values()), marker="o", ms=3, label=name, **styles[name])
        for axis, scale in ((axes.xaxis, axes.set_xscale), (axes.yaxis, axes.set_yscale)):
            scale("log")
            axis.set_major_formatter("{x:,.0f}")
        axes.minorticks_off()
        axes.spines[["top", "right"]].set_visible(False)
        axes.set_xlabel("phrasings")
        axes.set_ylabel("a message, µs (median)")
        axes.grid(alpha=0.3, lw=0.5)
        ends = {name: list(by_size.items())[-1] for name, by_size in taken.items() if by_size}
        heights = _apart([math.log10(us) for _, us in ends.values()], least=0.17)
        for (name, (size, us)), height in zip(ends.items(), heights, strict=True):
            axes.annotate(name, (size, us), xytext=(size * 1.12, 10**height), color=styles[name]["color"], va="center",
                          weight="bold" if name == thick else "normal")  # fmt: skip
    return figure


def latency(panels: Mapping[str, Mapping[str, Mapping[int, tuple[float, float]]]], *, thick: str) -> Figure:
    """Milliseconds of a reply, in powers of ten, against messages a second: p95, faint p50; a panel a round trip."""
    with rc_context({"font.size": FONT}):
        figure = Figure(figsize=(WIDTH, 3.6), layout="constrained")
        styles = _styles([name for bots in panels.values() for name in bots], thick=thick)
        for axes, (title, bots) in zip(
            figure.subplots(1, len(panels), squeeze=False, sharey=True).ravel(), panels.items(), strict=True
        ):
            for name, by_rate in bots.items():
                half, most = zip(*by_rate.values(), strict=True)
                axes.plot(list(by_rate), most, marker="o", ms=3, label=name, **styles[name])
                axes.plot(list(by_rate), half, alpha=0.35, **styles[name])
            axes.set_yscale("log")
            axes.yaxis.set_major_formatter("{x:,.0f}")
            axes.set(xlabel="messages a second", ylabel="from a message to its reply, ms (p95; faint: p50)")
            axes.set_title(title, loc="left", fontsize=FONT + 1, weight="bold")
            axes.spines[["top", "right"]].set_visible(False)
            axes.grid(alpha=0.3, lw=0.5)
            axes.label_outer()
        figure.legend(*figure.axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=5, frameon=False)
    return figure


def growth(costs: Mapping[str, Mapping[int, float]], *, most: int) -> Figure:
    """Microseconds a character against the characters of a text, both in powers, a panel a function.

    What is linear runs level. Dotted: ``most``, the characters that are read of a text.
    """
    rows = math.ceil(len(costs) / GROWTH_COLUMNS)
    with rc_context({"font.size": FONT}):
        figure = Figure(figsize=(WIDTH, 0.3 + 1.45 * rows), layout="constrained")
        panels = figure.subplots(rows, GROWTH_COLUMNS, squeeze=False, sharex=True, sharey=True).ravel()
        for axes, (title, by_length) in zip(panels, costs.items(), strict=False):
            axes.plot(list(by_length), list(by_length.values()), marker="o", ms=3, color="black")
            axes.axvline(most, color="#666666", lw=0.8, ls=":")
            axes.set_xscale("log", base=2)
            axes.set_yscale("log")
            axes.set_xticks([length for length in by_length if length in GROWTH_TICKS])
            axes.xaxis.set_major_formatter("{x:,.0f}")
            axes.yaxis.set_major_formatter("{x:,g}")
            axes.set_title(title, loc="left", fontsize=FONT, weight="bold")
            axes.spines[["top", "right"]].set_visible(False)
            axes.grid(alpha=0.3, lw=0.5)
            axes.minorticks_off()
        for axes in panels[len(costs) :]:
            axes.remove()
        figure.supxlabel("characters of the text", fontsize=FONT)
        figure.supylabel("processor time a character, µs", fontsize=FONT)
    return figure


def save(figure: Figure, path: Path) -> None:
    """Write an image, its format by the file's ending: SVG, the same bytes every time; PNG, two pixels for one."""
    with rc_context({"svg.hashsalt": "peers"}):
        figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None, dpi=2 * 96)
    if path.suffix == ".png":
        Image.open(path).convert("RGB").quantize(PALETTE).save(path, optimize=True)


def _styles(names: Sequence[str], *, thick: str) -> dict[str, dict[str, Any]]:
    """How each line looks, by name in the order of first mention."""
    styles: dict[str, dict[str, Any]] = {thick: {"color": "black", "lw": 2.6, "zorder": 3}}
    for at, name in enumerate(name for name in dict.fromkeys(names) if name != thick):
        round_, colour = divmod(at, len(COLOURS))
        styles[name] = {"color": COLOURS[colour], "ls": DASHES[round_ % len(DASHES)], "lw": 1.2}
    return styles


def _apart(heights: Sequence[float], *, least: float) -> list[float]:
    """Heights moved up where they are closer to the next lower one than that."""
    moved = list(heights)
    below = -math.inf
    for at in sorted(range(len(moved)), key=lambda index: moved[index]):
        moved[at] = below = max(moved[at], below + least)
    return moved
