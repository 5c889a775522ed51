"""How the cards do: counted as the tables say, and drawn."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import numpy as np
from rich.console import Console

from bot.answering.decide import Reasoning, decide_with_reasoning
from bot.domain.conversation import Outcome, Question
from bot.evaluation.cards_report import Cried, cried, draw_confusions, print_cards, print_near_cards, share, wilson
from bot.evaluation.evaluate import Judged
from bot.evaluation.question_sets import Message
from bot.matching.matcher import RegressionMatcher, fit_and_sample, kinds_of
from tests.support.samples import DOGS, HURT, garden

REASONING: Reasoning = decide_with_reasoning(Question("hello"), RegressionMatcher(garden()))
FOUND = [
    Cried("distress", ("a",), ("a",)),
    Cried("distress", ("a",), ("b", "a")),
    Cried("distress", ("a", "c"), ("c", "b"), is_question=True),
    Cried("distress", ("b",), ("a", "b"), is_question=True),
    Cried("distress", ("b",), ()),
    Cried("lookalikes", (), ("b",)),
    Cried("lookalikes", (), ()),
]


def _judged(set_: str, outcome: Outcome, **expected: object) -> Judged:
    return Judged(Message("1", set_, "text", expected), outcome, (HURT,), "right", REASONING)


def test_a_card_and_a_question_count_as_what_a_cry_got() -> None:
    """An answer does not; sets without cards are passed over."""
    judged = [
        _judged("distress", Outcome.URGENT, cards=["hurt"]),
        _judged("distress", Outcome.URGENT_QUESTION, cards=["hurt"]),
        _judged("distress", Outcome.ANSWER, cards=["hurt"]),
        _judged("lookalikes", Outcome.URGENT),
        _judged("distress", Outcome.URGENT),
        _judged("inscope", Outcome.URGENT, entries=[DOGS.id]),
    ]
    assert list(cried(judged)) == [
        Cried("distress", ("hurt",), ("hurt",)),
        Cried("distress", ("hurt",), ("hurt",), is_question=True),
        Cried("distress", ("hurt",), ()),
        Cried("lookalikes", (), ("hurt",)),
    ]


def test_the_tables() -> None:
    """Look-alikes have a card or none. A question replaces a card that was right, or rescues from a wrong one; recall
    counts what came first.
    """
    shown = Console(file=StringIO(), width=200)
    print_cards(FOUND, shown)
    assert isinstance(shown.file, StringIO)
    cells = [[cell.strip() for cell in line.split("│")[1:-1]] for line in shown.file.getvalue().splitlines()]
    rows = [row for row in cells if row]
    assert rows[0] == ["distress", "5", share(4, 5), share(1, 5), share(4, 5)]
    assert rows[1:3] == [["lookalikes", "2", share(1, 2), "", ""], ["distress", "2", "1", "1"]]
    assert rows[3:] == [["a", "3", share(2, 3), "b 1"], ["b", "2", share(0, 2), "a 1, none 1"]]
    narrow = Console(file=StringIO(), width=80)
    print_cards(FOUND, narrow)
    assert isinstance(narrow.file, StringIO)
    assert "…" not in narrow.file.getvalue()
    empty = Console(file=StringIO())
    print_cards(FOUND[-2:], empty)
    assert isinstance(empty.file, StringIO)
    assert empty.file.getvalue() == ""


def test_wilson_agrees_with_the_formula() -> None:
    """The interval has the share's bounds as the roots of Wilson's equation."""
    for count, total in ((0, 7), (3, 7), (7, 7), (104, 119)):
        low, high = wilson(count, total)
        for bound in {low, high} - {0.0, 1.0}:
            distance = abs(count / total - bound)
            assert np.isclose(distance, 1.959964 * np.sqrt(bound * (1 - bound) / total))
    assert wilson(0, 0) == (0.0, 1.0)


def test_the_picture_is_drawn(tmp_path: Path) -> None:
    """As an image of the file's kind."""
    draw_confusions(FOUND, tmp_path / "cards.svg")
    drawn = (tmp_path / "cards.svg").read_text(encoding="utf-8")
    assert drawn.startswith("<?xml")


def test_what_questions_would_do_is_measured_on_rows_held_out() -> None:
    """With one card nothing is near, so nothing would be asked."""
    faq = garden()
    model, sample = fit_and_sample(faq)
    shown = Console(file=StringIO(), width=120)
    print_near_cards(
        model.calibration, sample, kinds_of(tuple(faq.entries.values())), tuple(faq.entries.values()), shown
    )
    assert isinstance(shown.file, StringIO)
    lines = [line.split("│")[1:-1] for line in shown.file.getvalue().splitlines() if "│" in line]
    assert len(lines) == 6
    assert all([cell.strip() for cell in line[1:]] == ["0", "0", "0"] for line in lines)
    assert sum("<" in line[0] for line in lines) == 1
