"""What editors see of the calibration, and of phrasings that only find their entry because they are listed."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from bot.content.phrasing_report import report_lines
from bot.evaluation.calibration_report import draw_calibration, print_calibration
from bot.matching.matcher import RegressionMatcher, fit_and_sample, kinds_of
from tests.support.samples import ENTRIES, OPENING_HOURS, entry, faq_of, garden

MODEL, SAMPLE = fit_and_sample(garden())
KINDS = kinds_of(ENTRIES)


def shown() -> str:
    """The calibration of the garden as printed."""
    printed = io.StringIO()
    print_calibration(MODEL.calibration, SAMPLE, KINDS, Console(file=printed, width=160))
    return printed.getvalue()


def test_every_threshold_is_shown_with_its_value() -> None:
    """As the model has them, each with where it lies."""
    lines, text = MODEL.calibration.thresholds, shown()
    for name in ("answer", "certain", "clarify", "urgent", "surely_urgent"):
        assert any(
            name.replace("_", " ") in line and f"{getattr(lines, name):.3f}" in line for line in text.splitlines()
        )


def test_every_weight_is_shown() -> None:
    """Each signal of each probability."""
    text = shown()
    for logistic in (MODEL.calibration.confidence, MODEL.calibration.certainty, MODEL.calibration.urgency):
        assert all(f"{weight:+.2f}" in text for weight in (logistic.bias, *logistic.weights))


def test_the_picture_holds_every_phrasing_of_an_answer_twice() -> None:
    """The bars of both kinds add up to one, and thresholds stand beside their bins."""
    bars = [line for line in shown().splitlines() if line.startswith("  0.")]
    assert len(bars) == 20
    assert sum(line.count("=") for line in bars) == pytest.approx(60, abs=10)
    assert sum(line.split(None, 1)[-1].count("x") for line in bars) == pytest.approx(60, abs=10)
    assert next(line for line in bars if line.endswith("answer")).startswith("  0.50")


@pytest.mark.parametrize("ending", ["svg", "png"])
def test_the_calibration_is_drawn(tmp_path: Path, ending: str) -> None:
    """An image with both kinds of phrasings and the thresholds."""
    path = tmp_path / f"calibration.{ending}"
    draw_calibration(MODEL.calibration, SAMPLE, KINDS, path)
    image = path.read_bytes()
    assert image.startswith(b"<?xml" if ending == "svg" else b"\x89PNG")
    assert len(image) > 5_000


def test_a_phrasing_like_no_other_is_found_only_because_it_is_listed() -> None:
    """It is reported with what people would get without it; those that others back up are not."""
    odd = entry("fair", "When is the fair?", "the fair", "day of the fair", "when is the yearly fair", "zzyzx blorp")
    matcher = RegressionMatcher(faq_of(odd, OPENING_HOURS))
    lines = list(report_lines(matcher))
    assert any(line.startswith("  zzyzx blorp -> ") for line in lines)
    assert not any("day of the fair" in line for line in lines)
    reported = [line for line in lines if line.startswith("  ")]
    assert lines[0].startswith(f"{len(reported)} of {len(matcher.rows)} phrasings")


def test_only_answers_and_cards_are_reported() -> None:
    """Small talk and out-of-scope entries are collections of phrasings that have little in common."""
    lines = list(report_lines(RegressionMatcher(garden())))
    named = {line.split(":")[0].strip() for line in lines if line.startswith("\n")}
    assert named <= {item.id for item in ENTRIES if item.topic or item.kind == "urgent"}


def test_rows_found_without_themselves_are_those_of_the_sample() -> None:
    """The report and the calibration rest on the same held-out scores."""
    assert MODEL.found_without.tolist() == np.argmax(SAMPLE.scores, axis=1).tolist()
