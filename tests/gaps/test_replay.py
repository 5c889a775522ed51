"""Replaying gaps and summing counts: what an editor learns from the log."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from bot.answering.decide import decide_with_reasoning
from bot.cli.gap_output import (
    Listing,
    bars,
    gap_object,
    inert,
    list_gaps,
    list_groups,
    list_replayed,
    list_sets,
    list_statistics,
    list_whole_gap,
    plain_lines,
    print_tables,
    replayed_object,
    sets_object,
    statistics_object,
)
from bot.domain.conversation import Channel, Outcome, Question
from bot.domain.gap import Count, Gap, GapReason, GapStatus, LoggedGap
from bot.evaluation.evaluate import Judged, Verdict
from bot.evaluation.question_sets import Message, read_known_misses
from bot.gaps.clustering import group_gaps
from bot.gaps.replay import Became, Replayed, compare, replay
from bot.gaps.statistics import COMPLAINTS, NEAR, QUESTIONS, statistics
from bot.gaps.statistics_tables import Table, as_csv, tables
from bot.matching.matcher import RegressionMatcher
from tests.support.samples import DOGS, OPENING_HOURS, garden

MATCHER = RegressionMatcher(garden())
DAY = date(2026, 11, 26)


def logged(
    text: str, status: GapStatus = GapStatus.NEW, *, resolution: str = "", judged: str = "", number: int = 1
) -> LoggedGap:
    """A gap in the log."""
    reason = GapReason.WRONG if judged else GapReason.NO_MATCH
    gap = Gap(reason, text, "en", Channel.PRIVATE, "v", (), judged)
    return LoggedGap(number, datetime(2026, 11, 26, 9, 0), status, gap, resolution)


@pytest.mark.parametrize(
    ("gap", "became"),
    [
        (logged("can i come with my dog"), Became.ANSWERED),
        (logged("can i come with my dog", GapStatus.LATER), Became.ANSWERED),
        (logged("can i come with my dog", judged="dogs"), Became.STILL_OPEN),
        (logged("can i come with my dog", judged="opening-hours"), Became.ANSWERED),
        (logged("zebra poetry"), Became.STILL_OPEN),
        (logged("can i come with my dog", GapStatus.RESOLVED, resolution="dogs"), Became.AS_RESOLVED),
        (logged("can i come with my dog", GapStatus.RESOLVED, resolution="opening-hours"), Became.CHANGED),
        (logged("zebra poetry", GapStatus.RESOLVED, resolution="dogs"), Became.CHANGED),
    ],
)
def test_a_gap_is_asked_again(gap: LoggedGap, became: Became) -> None:
    """An answer other than the judged one closes an open gap; a resolved one keeps its entry or has changed."""
    (one,) = replay([gap], MATCHER)
    assert one.became is became
    assert one.entries == (("dogs",) if "dog" in gap.gap.text else ())


def test_an_explanation_why_the_faq_leaves_it_out_closes_a_gap() -> None:
    """People get a reply that says so, and a better door."""
    (one,) = replay([logged("will it rain tomorrow")], MATCHER)
    assert (one.became, one.entries, one.answered_by) == (Became.ANSWERED, ("weather",), "weather")


@pytest.mark.parametrize("gap", [logged("my dog", GapStatus.OFF_TOPIC), logged("my dog", GapStatus.RESOLVED)])
def test_what_is_settled_is_not_asked_again(gap: LoggedGap) -> None:
    """What is off topic, or was resolved by no entry, is passed over."""
    assert list(replay([gap], MATCHER)) == []


def test_a_replay_is_shown_by_what_became_of_the_gaps() -> None:
    """Each kind with its number; those that are answered now, or changed, with their text and entries."""
    replayed = list(
        replay(
            [
                logged("can i come with my dog", number=7),
                logged("zebra poetry", GapStatus.RESOLVED, resolution="dogs", number=8),
                logged("poetry of zebras", number=9),
            ],
            MATCHER,
        )
    )
    text = plain(list_replayed(replayed))
    for line in ("now answered: 1", "still open: 1", "changed entry: 1", "as resolved: 0"):
        assert line in text
    assert "7  can i come with my dog" in text
    assert "dogs -> unanswered" in text
    assert "poetry of zebras" not in text
    assert [replayed_object(one)["became"] for one in replayed] == ["now answered", "changed entry", "still open"]


def test_a_list_shows_what_became_of_a_gap() -> None:
    """Its number to name it by, and its status where it is not new."""
    text = plain([list_gaps([logged("a", number=12), logged("b", GapStatus.RESOLVED, resolution="dogs", number=13)])])
    assert "12  2026-11-26 09:00 UTC, private, en: no match\n" in text
    assert "13  2026-11-26 09:00 UTC, private, en: no match, resolved dogs\n" in text


def test_the_entry_that_closes_a_gap_is_another_than_the_one_that_was_judged() -> None:
    """Of several that answer the first; none where only the judged one does."""
    asked = Replayed(logged("x", judged="dogs"), Became.ANSWERED, Outcome.ANSWER, ("dogs", "opening-hours", "prices"))
    assert asked.answered_by == "opening-hours"
    assert replace(asked, entries=("dogs",)).answered_by == ""
    assert replace(asked, entries=()).answered_by == ""


# --- Question sets ---------------------------------------------------------------------------------------------------


def judged(number: int, verdict: Verdict) -> Judged:
    """A message of a set that was asked."""
    text = "can i come with my dog"
    reasoning = decide_with_reasoning(Question(text), MATCHER)
    return Judged(Message(f"m{number}", "inscope", text, {}), Outcome.ANSWER, (DOGS,), verdict, reasoning)


def test_misses_are_set_against_those_that_are_known() -> None:
    """What is missed and not listed is worse, what is listed and right is better; anything but right is a miss."""
    asked = [judged(1, "right"), judged(2, "wrong"), judged(3, "offered"), judged(4, "right"), judged(5, "none")]
    sets = compare(asked, {"m3", "m4"})
    assert (sets.messages, sets.missed) == (5, 3)
    assert [one.message.id for one in sets.newly_missed or ()] == ["m2", "m5"]
    assert [one.message.id for one in sets.no_longer_missed or ()] == ["m4"]
    text = plain(list_sets(sets))
    for line in ("question sets: 3 of 5 messages missed\n", "newly missed: 2\n", "no longer missed"):
        assert line in text
    assert sets_object(sets)["newly_missed"][0] == {
        "id": "m2",
        "text": "can i come with my dog",
        "outcome": "answer",
        "entries": ["dogs"],
    }


def test_without_a_list_misses_are_only_counted() -> None:
    """Nobody knows which of them are new."""
    sets = compare([judged(1, "right"), judged(2, "wrong")], None)
    assert (sets.newly_missed, sets.no_longer_missed) == (None, None)
    assert plain(list_sets(sets)) == "question sets: 1 of 2 messages missed; no known_misses.txt says which are known"
    assert sets_object(sets)["newly_missed"] is None


def test_an_empty_list_knows_of_no_miss(tmp_path: Path) -> None:
    """It is read as it is: the first word of each line; without a file there is no list."""
    assert read_known_misses(tmp_path) is None
    (tmp_path / "known_misses.txt").write_text("\n", encoding="utf-8")
    assert read_known_misses(tmp_path) == frozenset()
    (tmp_path / "known_misses.txt").write_text("a-1 wrong answer: why\n\n  b-2\n", encoding="utf-8")
    assert read_known_misses(tmp_path) == frozenset({"a-1", "b-2"})


# --- What is shown ---------------------------------------------------------------------------------------------------

HOSTILE = "\x1b[31mred\x07 [red]markup[/red] \x9b2J \u202ereversed :smile: \r99  overwritten\u2028 end"


def plain(listings: Iterable[Listing]) -> str:
    """What a pipe or a file gets."""
    return "\n".join(plain_lines(listings))


def in_terminal(listings: Iterable[Listing], *, width: int = 80) -> str:
    """What a terminal of some width gets."""
    file = StringIO()
    print_tables(listings, Console(file=file, force_terminal=True, color_system=None, width=width, highlight=False))
    return file.getvalue()


def shows(gaps: list[LoggedGap]) -> list[list[Listing]]:
    """All that is shown of gaps."""
    message = replace(judged(1, "wrong"), message=Message("m1", "inscope", gaps[0].gap.text, {}))
    return [
        [list_gaps(gaps)],
        [list_whole_gap(one, MATCHER.faq.entries) for one in gaps],
        [list_groups(group_gaps(gaps, MATCHER, now=datetime(2026, 11, 26, 10, 0)))],
        list(list_replayed([Replayed(one, Became.ANSWERED, Outcome.ANSWER, ("dogs",)) for one in gaps])),
        list(list_sets(compare([message], ()))),
    ]


def test_nothing_that_a_person_wrote_acts_on_the_terminal() -> None:
    """No escape, no mark that turns the direction, no markup: all is shown as it was typed, or written out."""
    of_gap = shows([logged(HOSTILE)])
    for shown in [*(in_terminal(one, width=200) for one in of_gap), *map(plain, of_gap)]:
        assert "[red]markup[/red]" in shown
        assert ":smile:" in shown
        assert "\\x1b[31mred" in shown
        assert "\\u202ereversed" in shown
        own = shown.replace("\x1b[1m", "").replace("\x1b[2m", "").replace("\x1b[0m", "")
        assert not {"\x1b", "\x07", "\x9b", "\r", "\u202e", "\u2028"} & set(own)


@given(st.text())
def test_an_inert_text_has_no_control_character(text: str) -> None:
    """And no line break; letters stay as they are."""
    shown = inert(text)
    assert not [one for one in shown if unicodedata.category(one) == "Cc"]
    assert len(shown.splitlines()) <= 1
    assert inert(shown) == shown
    assert shown == text or not text.isprintable()


@pytest.mark.parametrize(
    "text", ["[/] " + "x" * 4_000, "why now\n\nand\tthen", "לאן  עכשיו " * 300 + ".", "移民" * 2_000, HOSTILE]
)
def test_as_plain_text_each_text_is_whole_on_one_line(text: str) -> None:
    """However long it is and whatever it holds, so that a search finds it; no frame is drawn, and nothing is padded."""
    for listings in shows([logged(text)]):
        lines = plain(listings).split("\n")
        assert len([line for line in lines if line.endswith(inert(text))]) == 1
        assert not [line for line in lines if line != line.rstrip() and not line.endswith("near: ")]
        assert not re.search("[\u2500-\u257f\x1b]", "".join(lines))


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_tables_break_between_words(width: int) -> None:
    """At any usual width no line is too long, and no word is broken."""
    text = "is there anybody who could tell me whether elephants are welcome on the premises"
    gaps = [logged(text, GapStatus.RESOLVED, resolution="opening-hours", judged="dogs", number=12345)]
    for listings in shows(gaps):
        shown = in_terminal(listings, width=width)
        assert max(map(len, shown.splitlines())) <= width
        assert set(text.split()) <= set(shown.split())


def test_a_gap_is_shown_whole() -> None:
    """Every field, every nearest entry with its score and question, and those that the FAQ has no more."""
    near = (("dogs", 0.25), ("opening-hours", 0.125), ("gone", 0.0625))
    gap = replace(logged("why\nnow", GapStatus.RESOLVED, resolution="dogs", judged="opening-hours", number=12))
    whole = replace(gap, gap=replace(gap.gap, nearest=near))
    listings = [list_whole_gap(whole, MATCHER.faq.entries)]
    text, shown = plain(listings), in_terminal(listings)
    parts = ["12", "2026-11-26 09:00 UTC", "wrong", "opening-hours", "resolved", "private", "en", "why", "now"]
    parts += [DOGS.question, OPENING_HOURS.question, "(no longer in the FAQ)", "0.2500", "0.1250", "0.0625"]
    for part in parts:
        assert part in text
        assert part in shown
    assert gap_object(whole, MATCHER.faq.entries)["nearest"] == [
        {"entry": "dogs", "score": 0.25, "question": DOGS.question},
        {"entry": "opening-hours", "score": 0.125, "question": OPENING_HOURS.question},
        {"entry": "gone", "score": 0.0625, "question": None},
    ]


# --- Statistics ------------------------------------------------------------------------------------------------------

counts = st.lists(
    st.tuples(
        st.integers(0, 40).map(lambda days: DAY - timedelta(days=days)),
        st.builds(
            Count,
            st.sampled_from([*QUESTIONS, "smalltalk", "command", "helpful", *COMPLAINTS]),
            st.sampled_from(["en", "fr"]),
            st.sampled_from(list(Channel)),
            st.sampled_from(["", OPENING_HOURS.id, DOGS.id]),
        ),
        st.integers(1, 9),
    ),
    max_size=20,
)


@given(counts, st.integers(1, 40))
def test_questions_are_counted_once(rows: list[tuple[date, Count, int]], days: int) -> None:
    """By day, by outcome and by language they add up to the same; inline queries and older days are left out."""
    summed = statistics(rows, garden(), today=DAY, days=days)
    of_span = [
        (count, number)
        for day, count, number in rows
        if day > DAY - timedelta(days=days) and count.channel is not Channel.INLINE
    ]
    asked = sum(number for count, number in of_span if count.outcome in QUESTIONS)
    assert summed.questions == asked == sum(summed.by_day.values()) == sum(summed.by_language.values())
    assert list(summed.by_day) == [DAY - timedelta(days=at) for at in reversed(range(days))]
    assert summed.not_helpful == sum(number for count, number in of_span if count.outcome in COMPLAINTS)
    assert summed.not_helpful == sum(summed.complaints.values())
    assert not set(summed.never) & set(summed.asked)
    assert list(summed.asked.values()) == sorted(summed.asked.values(), reverse=True)
    assert {day: sum(outcomes.values()) for day, outcomes in summed.outcomes_by_day.items()} == summed.by_day
    for outcome in QUESTIONS:
        assert sum(of_day[outcome] for of_day in summed.outcomes_by_day.values()) == summed.by_outcome[outcome]
    assert {entry: sum(kinds.values()) for entry, kinds in summed.complaint_kinds.items()} == summed.complaints
    assert list(summed.complaint_kinds) == list(summed.complaints)
    assert summed.never == tuple(entry for entries in summed.never_by_topic.values() for entry in entries)
    assert all(summed.never_by_topic.values())


def test_a_gap_is_what_the_log_took_for_one() -> None:
    """What matched nothing, a choice where none was right, a complaint; not what an out-of-scope entry explained."""
    outcomes = [("unanswered", ""), ("none of these", ""), ("wrong", "dogs"), ("outdated", "dogs"), ("unclear", "dogs")]
    others = [("unanswered", "weather"), ("answer", "dogs"), ("urgent", "hurt"), ("helpful", "dogs"), ("clarify", "")]
    rows = [(DAY, Count(Outcome(outcome), "en", Channel.PRIVATE, entry), 2) for outcome, entry in outcomes + others]
    rows.append((DAY, Count(Outcome.UNANSWERED, "fr", Channel.PRIVATE), 20))
    rows.append((DAY, Count(Outcome.UNANSWERED, "fr", Channel.INLINE), 20))
    summed = statistics(rows, garden(), today=DAY, days=1)
    assert summed.gaps_by_language == {"fr": 20, "en": 10}
    assert summed.complaint_kinds == {"dogs": {"wrong": 2, "outdated": 2, "unclear": 2}}
    assert summed.never_by_topic["The plants"] == ("oldest-tree", "plant-number")


def test_statistics_are_shown() -> None:
    """Shares, bars, the entries most asked and those that nobody asked for; as JSON the same."""
    private = Channel.PRIVATE
    summed = statistics(
        [
            (DAY, Count(Outcome.ANSWER, "en", private, "dogs"), 3),
            (DAY - timedelta(days=1), Count(Outcome.UNANSWERED, "fr", private), 1),
            (DAY, Count(Outcome.HELPFUL, "en", private, "dogs"), 2),
            (DAY, Count(Outcome.WRONG, "en", private, "dogs"), 1),
            (DAY, Count(Outcome.NOT_ABOUT_ME, "en", private, "hurt"), 2),
        ],
        garden(),
        today=DAY,
        days=7,
    )
    text = plain(list_statistics(summed))
    for part in (
        "4 questions from 2026-11-20 to 2026-11-26",
        " 75% ",
        "helpful 2, not helpful 1",
        "most asked: dogs 3",
        "cards not about the person: hurt 2",
    ):
        assert part in text
    assert "most complaints: dogs 1" in text
    assert "languages: en 3, fr 1" in text
    assert "opening-hours" in text.rsplit("never asked", 1)[1]
    assert statistics_object(summed)["by_day"]["2026-11-25"] == 1
    for width in (40, 80):
        shown = in_terminal(list_statistics(summed), width=width)
        assert max(map(len, shown.splitlines())) <= width
        for part in ("4 questions from 2026-11-20", "75%", "not helpful 1", "most asked", "never asked"):
            assert part in " ".join(shown.split())


def test_the_demand_that_is_not_served_is_split() -> None:
    """By reason and language; out of scope by entry, with eight weeks whatever the span; the share it helped."""
    private = Channel.PRIVATE
    rows = [
        (DAY - timedelta(days=days), Count(Outcome(outcome), language, channel, entry), number)
        for days, outcome, language, channel, entry, number in (
            (0, "unanswered", "en", private, "", 5),
            (0, "unanswered", "so", private, "", 4),
            (1, "unanswered", "en", private, "dogs", 3),
            (1, "none of these", "en", private, "", 2),
            (2, "unanswered", "en", private, "weather", 6),
            (2, "unanswered", "en", Channel.INLINE, "weather", 100),
            (6, "unanswered", "en", private, "gone-entry", 1),
            (7, "unanswered", "en", private, "weather", 2),
            (55, "unanswered", "en", private, "weather", 1),
            (56, "unanswered", "en", private, "weather", 100),
            (0, "answer", "en", private, "dogs", 9),
            (0, "helpful", "en", private, "dogs", 3),
            (0, "wrong", "en", private, "dogs", 1),
            (0, "not asked", "en", private, "dogs", 50),
            (0, "helpful", "en", private, "oldest-tree", 7),
            (0, "unclear", "en", private, "plant-number", 2),
        )
    ]
    summed = statistics(rows, garden(), today=DAY, days=7)
    assert summed.unanswered == {
        "no match": 5,
        "out of scope": 7,
        "other year": 3,
        "other language": 4,
        "none of these": 2,
    }
    assert list(summed.unanswered_by_language) == ["en", "so"]
    assert summed.unanswered_by_language["so"]["other language"] == 4
    assert summed.out_of_scope == {"weather": 6, "gone-entry": 1}
    assert summed.scope_trend["weather"] == (1, 0, 0, 0, 0, 0, 2, 6)
    said = {entry: (one.yes, one.no, one.rate) for entry, one in summed.satisfaction.items()}
    assert list(said.items()) == [("plant-number", (0, 2, 0)), ("dogs", (3, 1, 0.75)), ("oldest-tree", (7, 0, 1))]
    text = plain(list_statistics(summed))
    for part in (
        "without an answer: no match 5, out of scope 7, other year 3, other language 4, none of these 2",
        "weather  6  ▃▁▁▁▁▁▄█",
        "said to be helpful: plant-number 0% of 2, dogs 75% of 4, oldest-tree 100% of 7",
    ):
        assert part in text
    assert statistics_object(summed)["satisfaction"]["dogs"] == {"yes": 3, "no": 1, "rate": 0.75}


def test_near_misses_are_told_by_entry_language_and_week() -> None:
    """Of gaps without an answer, the answer that was nearest, if it was near; neither complaints nor inline queries."""
    gaps = [
        near_gap(1, ("dogs", 0.5)),
        near_gap(2, ("hello", 0.6), ("dogs", NEAR), language="es"),
        near_gap(3, ("dogs", 0.5), days_ago=7),
        near_gap(4, ("dogs", 0.5), days_ago=70),
        near_gap(5, ("dogs", NEAR - 0.01), ("weddings", 0.2)),
        near_gap(6, ("dogs", 0.9), reason=GapReason.WRONG),
        near_gap(7, ("dogs", 0.9), channel=Channel.INLINE),
        near_gap(8, ("gone", 0.9)),
        near_gap(9),
    ]
    summed = statistics([], garden(), today=DAY, days=7, gaps=gaps)
    assert summed.near_misses == {"dogs": {"en": 1, "es": 1}}
    assert summed.near_trend == {"dogs": (0, 0, 0, 0, 0, 0, 1, 2)}
    table = next(one for one in tables(summed, {"dogs": "May I bring my dog?"}) if one.name == "near-misses")
    assert table.columns[:5] == ("entry", "question", "gaps", "en", "es")
    assert table.rows == [("dogs", "May I bring my dog?", 2, 1, 1, 0, 0, 0, 0, 0, 0, 1, 2)]
    assert "came near, and in each of eight weeks" in plain(list_statistics(summed))
    assert "en 1, es 1" in plain(list_statistics(summed))
    assert statistics_object(summed)["near_misses"] == {
        "dogs": {"gaps": 2, "by_language": {"en": 1, "es": 1}, "by_week": (0, 0, 0, 0, 0, 0, 1, 2)}
    }


def near_gap(
    number: int,
    *nearest: tuple[str, float],
    days_ago: int = 0,
    language: str = "en",
    reason: GapReason = GapReason.NO_MATCH,
    channel: Channel = Channel.PRIVATE,
) -> LoggedGap:
    """A gap with its nearest entries, of some days ago."""
    at = datetime.combine(DAY, time(9)) - timedelta(days=days_ago)
    return LoggedGap(number, at, GapStatus.NEW, Gap(reason, "a dog?", language, channel, "v1", nearest))


def test_tables_of_statistics_hold_no_formula() -> None:
    """A text that a spreadsheet would run is a text; numbers stay numbers, commas and quotes too."""
    table = Table("t", "T", ("=a", "b"), [("=cmd|' /C calc'!A0", 1), ("+1", -2), ("-1", 3), ("@x", 4), ('a, "b"', 5)])
    rows = list(csv.reader(io.StringIO(as_csv(table))))
    assert rows[0] == ["'=a", "b"]
    assert rows[1:] == [["'=cmd|' /C calc'!A0", "1"], ["'+1", "-2"], ["'-1", "3"], ["'@x", "4"], ['a, "b"', "5"]]
    for text in ("\t=1", "\r=1", " =1", "\n=1"):
        (cell,) = next(csv.reader(io.StringIO(as_csv(Table("t", "T", (text,), ())), newline="")))
        assert cell == f"'{text}"


@given(counts, st.integers(1, 40))
def test_tables_of_statistics_add_up(rows: list[tuple[date, Count, int]], days: int) -> None:
    """Each row has a cell for each column; the days and the outcomes are all the questions."""
    summed = statistics(rows, garden(), today=DAY, days=days)
    by_name = {table.name: table for table in tables(summed, {"dogs": "May dogs come?"})}
    assert all(len(row) == len(table.columns) for table in by_name.values() for row in table.rows)
    for name in ("outcomes", "days", "languages"):
        assert sum(int(row[1]) for row in by_name[name].rows) == summed.questions
    assert sum(int(row[2]) for row in by_name["answered"].rows) == sum(summed.asked.values())


def test_without_a_count_statistics_are_empty() -> None:
    """Nothing is divided by nothing."""
    summed = statistics([], garden(), today=DAY, days=3)
    assert summed.questions == 0
    assert plain(list_statistics(summed)).startswith("0 questions")


@pytest.mark.parametrize(("numbers", "shown"), [((), ""), ((0, 0), "▁▁"), ((0, 1, 7), "▁▂█"), ((5,), "█")])
def test_bars(numbers: tuple[int, ...], shown: str) -> None:
    """The largest number is full, nothing is the lowest line, and something is always more than nothing."""
    assert bars(numbers) == shown


def test_an_editor_sees_the_status_of_every_kind() -> None:
    """Each status has a word of its own in the list."""
    shown = {status: plain([list_gaps([replace(logged("x", status), resolution="")])]) for status in GapStatus}
    assert len(set(shown.values())) == len(GapStatus)
