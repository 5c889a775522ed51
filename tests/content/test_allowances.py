"""A warning is allowed at one place, with a reason; an allowance that does nothing is itself reported."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from bot.content.lint import lint
from bot.content.loader import read_content
from tests.support.paths import FRENCH

Edit = Callable[[str, str, str], None]
FERRY, FRENCH_FERRY = "faq/en/ferry.yaml", "faq/fr/ferry.yaml"
CLASSES = "      School classes were not counted.\n"
LONG = f"      School classes were {'so ' * 20}not counted.\n"  # F408
BUSY = "      - how busy is the boat\n"
VERY_LONG = f"how busy is {'so ' * 70}busy a boat"  # F305
WHY = "the town's own words"


def found(folder: Path) -> list[tuple[str, str]]:
    """The code and fact of each problem."""
    content = read_content(folder / "faq", folder / "seeds")
    return [(problem.code, problem.fact) for problem in lint(content, date(2026, 11, 22))]


@pytest.mark.parametrize(
    "answer",
    [
        f"    answer: | # allow F408: {WHY}\n",
        f"    # allow F408: {WHY}\n    answer: |\n",
        f"    # A remark.\n    # allow f408: {WHY}\n\n    # Another.\n    answer: |\n",
    ],
)
def test_a_warning_is_allowed_at_its_line(small: Path, edit: Edit, answer: str) -> None:
    """By a comment at its end, or above it."""
    edit(FERRY, CLASSES, LONG)
    assert [code for code, _ in found(small)] == ["F408"]
    edit(FERRY, "    answer: |\n", answer)
    assert found(small) == []


def test_an_allowance_is_for_its_line_and_its_rule(small: Path, edit: Edit) -> None:
    """The same warning elsewhere stays, and so do others there."""
    edit(FERRY, CLASSES, LONG)
    edit(FERRY, BUSY, f"      - {VERY_LONG} # allow F408: {WHY}\n")
    assert {code for code, _ in found(small)} == {"F305", "F408", "Y113"}


def test_an_allowance_after_a_text_is_no_dropped_text(small: Path, edit: Edit) -> None:
    """Which would be a warning of its own (Y112); a comment before it still is one."""
    edit(FERRY, BUSY, f"      - {VERY_LONG} # allow F305: {WHY}\n")
    assert found(small) == []
    edit(FERRY, " # allow", " # 1 # allow")
    assert [code for code, _ in found(small)] == ["Y112"]


@pytest.mark.parametrize(
    ("comment", "says"),
    [
        ("allow F408", "no reason is given"),
        ("allow F408:  ", "no reason is given"),
        ("allow F404: it is true", "F404 is an error"),
        ("allow F999: it is true", "no rule F999"),
        (f"allow F501: {WHY}", "no F501 to report here"),
    ],
)
def test_an_allowance_that_does_nothing_is_reported(small: Path, edit: Edit, comment: str, says: str) -> None:
    """With what is wrong with it; the warning stays."""
    edit(FERRY, CLASSES, LONG)
    edit(FERRY, "    answer: |\n", f"    answer: | # {comment}\n")
    assert {code for code, _ in found(small)} == {"F408", "Y113"}
    assert says in dict(found(small))["Y113"]


def test_an_error_is_never_allowed(small: Path, edit: Edit) -> None:
    """Whatever the comment says."""
    edit(FERRY, CLASSES, "      There were 999 classes.\n")
    edit(FERRY, "    answer: |\n", f"    answer: | # allow F404: {WHY}\n")
    assert {code for code, _ in found(small)} == {"F404", "Y113"}


def test_what_stands_in_a_text_is_no_comment(small: Path, edit: Edit) -> None:
    """It is shown to people as it is written."""
    edit(FERRY, CLASSES, "      School classes # allow F408: no\n")
    edit(FERRY, BUSY, '      - "how busy # allow F408: no"\n')
    assert found(small) == []


def test_what_is_said_of_a_whole_file_is_allowed_at_its_head(small: Path, edit: Edit) -> None:
    """Though the first line names the schema."""
    shutil.copytree(FRENCH, small, dirs_exist_ok=True)
    assert "F601" in {code for code, fact in found(small) if "ferry-fares" in fact}
    edit(FRENCH_FERRY, "topic:", "# allow F601: the boats are what visitors ask for\ntopic:")
    assert not any("ferry-fares" in fact for _, fact in found(small))


def test_nothing_is_said_of_allowances_while_a_file_cannot_be_read(small: Path, edit: Edit) -> None:
    """What they allow may not have been looked for."""
    edit(FERRY, "    answer: |\n", f"    answer: | # allow F408: {WHY}\n")
    assert [code for code, _ in found(small)] == ["Y113"]
    (small / FERRY).with_name("smalltalk.yaml").write_text("a: [\n", encoding="utf-8")
    assert "Y113" not in {code for code, _ in found(small)}
