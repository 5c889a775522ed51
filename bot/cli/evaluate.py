"""`python -m bot evaluate`: score the bot on the question sets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.console import fail, load_main_matcher, note, tracked, working
from bot.settings import read_settings


def evaluate(
    *,
    questions: Annotated[Path, typer.Option(help="The folder of the question sets.")] = Path("tests/questions"),
    misses: Annotated[bool, typer.Option("--misses", help="List every message that was not handled right.")] = False,
    plot: Annotated[Path | None, typer.Option(help="Draw the curve into this file (.svg or .png).")] = None,
    confusions: Annotated[
        Path | None, typer.Option(help="Draw which urgent card is taken for which into this file (.svg or .png).")
    ] = None,
    floor: Annotated[
        Path | None, typer.Option(help="A JSON file of counts, set by set; exit 1 if the result falls short.")
    ] = None,
    calibration: Annotated[
        bool, typer.Option("--calibration", help="Show the thresholds and what they were learned from, instead.")
    ] = False,
) -> None:
    """Ask the question sets and show the scoreboard.

    It says what is right, offered, wrong or without an answer, how the urgent cards do, and draws the curve over
    thresholds.
    """
    if calibration:
        _show_calibration(plot)
        return
    from rich.console import Console

    from bot.evaluation.cards_report import cried, draw_confusions, print_cards
    from bot.evaluation.evaluate import below_floor, curve, read_floor
    from bot.evaluation.evaluate import evaluate as evaluate_
    from bot.evaluation.question_sets import read_questions
    from bot.evaluation.report import draw_curve, print_curve, print_scoreboard

    try:
        messages = read_questions(questions)
        minimum = read_floor(floor.read_text(encoding="utf-8")) if floor is not None else {}
    except (OSError, ValueError) as error:
        fail(f"evaluate: {error}")
    matcher = load_main_matcher(read_settings())
    judged = list(tracked(evaluate_(messages, matcher), len(messages), "Asking"))
    console = Console()
    print_scoreboard(judged, matcher.faq, console, with_misses=misses)
    found = list(cried(judged))
    print_cards(found, console)
    points = curve(judged, matcher.thresholds)
    print_curve(points, console)
    if plot is not None:
        _draw(lambda path: draw_curve(points, path), plot)
    if confusions is not None:
        _draw(lambda path: draw_confusions(found, path), confusions)
    shortfalls = below_floor(judged, minimum)
    for line in shortfalls:
        print(f"below the floor: {line}")
    raise typer.Exit(1 if shortfalls else 0)


def _show_calibration(plot: Path | None) -> None:
    """Learn the FAQ anew, and show what its probabilities and thresholds are based on."""
    from rich.console import Console

    from bot.evaluation.calibration_report import draw_calibration, print_calibration
    from bot.evaluation.cards_report import print_near_cards
    from bot.matching.matcher import fit_and_sample, kinds_of
    from bot.runtime.load import load_faq

    faq = load_faq(read_settings())
    note(f"Learning {len(faq.entries)} entries: up to a minute …")
    with working("Learning"):
        model, sample = fit_and_sample(faq)
    kinds = kinds_of(tuple(faq.entries.values()))
    print_calibration(model.calibration, sample, kinds, Console())
    print_near_cards(model.calibration, sample, kinds, tuple(faq.entries.values()), Console())
    if plot is not None:
        _draw(lambda path: draw_calibration(model.calibration, sample, kinds, path), plot)


def _draw(draw: Callable[[Path], None], path: Path) -> None:
    try:
        draw(path)
    except ModuleNotFoundError:
        fail('evaluate: --plot needs matplotlib; install it with: pip install -e ".[plots]"')
    except (OSError, ValueError) as error:
        fail(f"evaluate: {path}: {error}")
