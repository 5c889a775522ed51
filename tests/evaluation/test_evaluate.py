"""The bot on its question sets, and the evaluation itself."""

from __future__ import annotations

import json
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from bot.answering.decide import decide_with_reasoning
from bot.domain.conversation import Question
from bot.evaluation.evaluate import VERDICTS, Judged, below_floor, confusions, counts, curve, evaluate, judge
from bot.evaluation.question_sets import Message, read_known_misses, read_questions
from bot.evaluation.report import draw_curve, print_curve, print_scoreboard
from bot.matching.matcher import RegressionMatcher
from bot.text.normalize import words
from tests.support.paths import QUESTIONS

pytestmark = pytest.mark.slow

MESSAGES = {message.id: message for message in read_questions(QUESTIONS)}
KNOWN_MISSES = read_known_misses(QUESTIONS) or frozenset()


@pytest.fixture(scope="session")
def judged(matcher: RegressionMatcher) -> dict[str, Judged]:
    return {one.message.id: one for one in evaluate(list(MESSAGES.values()), matcher)}


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.xfail(reason="known miss: remove its line once this passes"))
        if name in KNOWN_MISSES
        else name
        for name in MESSAGES
    ],
)
def test_message(name: str, judged: dict[str, Judged]) -> None:
    """A message of the question sets is handled right, unless it is a known miss."""
    assert judged[name].verdict == "right"


def test_known_misses_are_messages() -> None:
    """The list of known misses names only messages that the sets have."""
    assert MESSAGES.keys() >= KNOWN_MISSES


def test_no_message_is_a_phrasing(matcher: RegressionMatcher) -> None:
    """What is measured was not learned."""
    learned = {tuple(words(row.text)) for row in matcher.rows}
    copied = [m.text for m in MESSAGES.values() if len(words(m.text)) > 2 and tuple(words(m.text)) in learned]
    assert not copied


def test_the_result_is_not_below_the_floor(judged: dict[str, Judged]) -> None:
    """The committed floor holds."""
    floor = json.loads((QUESTIONS / "floor.json").read_text(encoding="utf-8"))
    assert below_floor(list(judged.values()), floor) == []


def test_a_floor_that_is_too_high_is_reported(judged: dict[str, Judged]) -> None:
    """The floor can fail: both for too few right and for too many wrong."""
    short = below_floor(list(judged.values()), {"inscope": {"right": 10_000, "wrong": -1}})
    assert len(short) == 2
    assert "at least 10000" in short[0]
    assert "at most -1" in short[1]


def test_every_message_is_counted_once(judged: dict[str, Judged]) -> None:
    """The counts by set add up to the messages."""
    table = counts(list(judged.values()), lambda one: one.message.set)
    assert sum(sum(row.values()) for row in table.values()) == len(MESSAGES)
    assert all(verdict in VERDICTS for row in table.values() for verdict in row)


def ask(matcher: RegressionMatcher, set_: str, text: str, **expected: object) -> str:
    message = Message("x", set_, text, {"id": "x", "text": text, **expected})
    return judge(message, decide_with_reasoning(Question(text), matcher)).verdict


def test_verdicts(matcher: RegressionMatcher) -> None:
    """Right, wrong and none fall as the sets' README says."""
    asked = "Why is the Secretary-General releasing this report now?"
    assert ask(matcher, "inscope", asked, entries=["why-report-now"]) == "right"
    assert ask(matcher, "inscope", asked, any_of=["starting to negotiate"]) == "right"
    assert ask(matcher, "inscope", asked, entries=["what-is-iom"]) == "wrong"
    assert ask(matcher, "near_oos", asked) == "wrong"
    assert ask(matcher, "distress", asked) == "wrong"
    assert ask(matcher, "distress", "our boat is sinking please help us") == "right"
    assert ask(matcher, "distress_hardneg", "our boat is sinking please help us", expect="abstain") == "wrong"
    assert ask(matcher, "smalltalk", "hello there") == "right"
    assert ask(matcher, "inscope", "hello there", entries=["what-is-iom"]) == "none"


def test_verdicts_on_several_questions(matcher: RegressionMatcher) -> None:
    """Each needs its answer, but for one that has none; an answer to none of them is wrong."""
    asked = "Why is the Secretary-General releasing this report now?"
    assert ask(matcher, "several", asked, parts=[["why-report-now"], []]) == "right"
    assert ask(matcher, "several", asked, parts=[["why-report-now"], ["what-is-iom"]]) == "offered"
    assert ask(matcher, "several", asked, parts=[["what-is-iom"]]) == "wrong"
    assert ask(matcher, "several", "hello there", parts=[["what-is-iom"]]) == "none"


def test_verdicts_on_introductions(matcher: RegressionMatcher) -> None:
    """A card for somebody who is in no danger is wrong, whatever was expected."""
    asked = "Why is the Secretary-General releasing this report now?"
    assert ask(matcher, "introductions", "hello there", expect="smalltalk") == "right"
    assert ask(matcher, "introductions", asked, expect="none") == "wrong"
    assert ask(matcher, "introductions", asked, expect="answer", entries=["why-report-now"]) == "right"
    for expect in ("smalltalk", "answer", "none"):
        assert ask(matcher, "introductions", "our boat is sinking please help us", expect=expect) == "wrong"


@pytest.mark.parametrize("name", ["introductions", "distress_hardneg", "several"])
def test_a_line_without_its_expectation_is_reported(name: str, tmp_path: Path) -> None:
    """A set whose messages differ in what is right says for each what is."""
    (tmp_path / f"{name}.jsonl").write_text('{"id": "a", "text": "hi"}\n', encoding="utf-8")
    with pytest.raises(ValueError, match="is missing; write"):
        read_questions(tmp_path)


def test_confusions_name_both_entries(matcher: RegressionMatcher) -> None:
    """A wrong answer is counted under the entry expected and the one given."""
    text = "Why is the Secretary-General releasing this report now?"
    message = Message("x", "inscope", text, {"entries": ["what-is-iom"]})
    assert confusions([judge(message, decide_with_reasoning(Question(text), matcher))]) == {
        ("what-is-iom", "why-report-now"): 1
    }


def test_the_curve_falls_from_answering_all_to_answering_none(
    matcher: RegressionMatcher, judged: dict[str, Judged]
) -> None:
    """At threshold 0 more is answered, rightly and wrongly, than at the bot's own; at 1 nothing is."""
    first, *_, last = points = curve(list(judged.values()), matcher.thresholds, steps=10)
    (own,) = (point for point in points if point.is_own)
    assert own.threshold == pytest.approx(matcher.thresholds.answer, abs=0.05)
    assert first.right + first.wrong > own.right + own.wrong > 0
    assert first.wrong > own.wrong
    assert (last.right, last.wrong) == (0, 0)


def test_the_curve_goes_through_what_the_bot_does(matcher: RegressionMatcher, judged: dict[str, Judged]) -> None:
    """At the matcher's own threshold the points are the verdicts as judged; no other point is marked as its own."""
    every = list(judged.values())
    points = curve(every, matcher.thresholds, steps=2)
    asked = [one for one in every if one.outcome != "command"]
    in_scope = [one for one in every if one.message.set == "inscope"]
    assert [(point.threshold, point.is_own) for point in points] == [(0, False), (0.5, True), (1, False)]
    assert matcher.thresholds.answer == 0.5
    assert points[1].right == sum(one.verdict == "right" for one in in_scope) / len(in_scope)
    wrong = sum(one.outcome == "answer" and one.verdict == "wrong" for one in asked)
    assert points[1].wrong == pytest.approx(wrong / len(every), abs=1e-9)


@pytest.mark.parametrize(("answer", "own"), [(0.0, 0), (0.26, 1), (0.5, 2), (0.9, 4), (1.0, 4)])
def test_the_point_nearest_to_the_matchers_own_threshold_is_marked(
    answer: float, own: int, matcher: RegressionMatcher, judged: dict[str, Judged]
) -> None:
    """One point of the curve is the matcher's own, wherever its threshold lies."""
    points = curve(list(judged.values())[:5], replace(matcher.thresholds, answer=answer), steps=4)
    assert [point.is_own for point in points] == [at == own for at in range(5)]


@pytest.mark.parametrize("line", ["{", "[]", '{"id": "a"}', '{"text": "a"}', "7"])
def test_a_broken_line_is_reported_with_its_place(line: str, tmp_path: Path) -> None:
    """A set that cannot be read names file and line."""
    path = tmp_path / "inscope.jsonl"
    path.write_text('{"id": "ok", "text": "why now", "entries": []}\n' + line + "\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"inscope\.jsonl:2"):
        read_questions(tmp_path)


def test_a_folder_without_sets_is_reported(tmp_path: Path) -> None:
    """An empty folder is no success."""
    with pytest.raises(ValueError, match="no question sets"):
        read_questions(tmp_path)


def test_the_scoreboard_shows_every_set_and_miss(
    matcher: RegressionMatcher, judged: dict[str, Judged], tmp_path: Path
) -> None:
    """The printed tables hold all sets, styles and misses, the curve is printed and drawn."""
    every = list(judged.values())
    console = Console(record=True, width=200, file=StringIO())
    print_scoreboard(every, matcher.faq, console, with_misses=True)
    points = curve(every, matcher.thresholds, steps=8)
    print_curve(points, console)
    shown = console.export_text()
    assert all(set_ in shown for set_ in {one.message.set for one in every})
    assert all(one.message.id in shown for one in every if one.verdict != "right")
    draw_curve(points, tmp_path / "curve.svg")
    assert "<svg" in (tmp_path / "curve.svg").read_text(encoding="utf-8")
