"""`python -m tests.bench.growth`: what a character costs the functions that read messages, as texts grow longer.

Of each function the repeat is taken that costs it most. What is linear costs about the same a character at any length,
and less where it reads no further than 4,096 characters. `--plot FILE` draws it.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot.matching.matcher import RegressionMatcher
from bot.text.normalize import MAX_CHARACTERS
from tests.bench import plots
from tests.support.growth import AWKWARD, Function, cost, program_functions, repeated
from tests.support.samples import garden

LENGTHS = tuple(125 * 2**power for power in range(10))  # 125 to 64,000 characters
COMPARED = 1_000  # characters of the texts by which the costliest repeat is found
RUNS = 5  # the least of which counts


def costliest(function: Function) -> str:
    """The repeat that costs a function most."""
    for unit in AWKWARD:
        function(repeated(unit, COMPARED))  # what is read or learned once is not counted
    return max(AWKWARD, key=lambda unit: cost(function, repeated(unit, COMPARED), runs=2))


def costs(function: Function, unit: str) -> dict[int, float]:
    """Microseconds a character, by the length of the text."""
    return {length: cost(function, repeated(unit, length), runs=RUNS) / 1000 / length for length in LENGTHS}


def main(arguments: list[str] | None = None) -> None:
    """Measure, print, and draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plot", type=Path, help="file of the picture")
    chosen = parser.parse_args(arguments)
    functions = program_functions(RegressionMatcher(garden()))
    units = {name: costliest(function) for name, function in functions.items()}
    found = {name: costs(function, units[name]) for name, function in functions.items()}
    table = Table("function", "repeats", *(f"{length:,}" for length in LENGTHS), title="µs a character")
    for name, by_length in found.items():
        table.add_row(name, repr(units[name]), *(f"{micros:.3g}" for micros in by_length.values()))
    Console(width=150).print(table)
    if chosen.plot:
        panels = {f"{name}({units[name]!a} …)": by_length for name, by_length in found.items()}
        plots.save(plots.growth(panels, most=MAX_CHARACTERS), chosen.plot)


if __name__ == "__main__":
    main()
