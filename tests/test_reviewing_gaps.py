"""Replaying gaps and summing counts: what an editor learns from the log."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.gaps.listing import bars, gap_texts, replayed_objects, replayed_texts, statistics_object, statistics_texts
from bot.gaps.replaying import Became, replay
from bot.gaps.statistics import COMPLAINTS, QUESTIONS, statistics
from bot.matching.matcher import Matcher
from bot.model import Channel, Count, Gap, GapReason, GapStatus, LoggedGap
from tests.made import DOGS, OPENING_HOURS, garden

MATCHER = Matcher(garden())
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
    text = "\n".join(replayed_texts(replayed))
    for line in ("now answered: 1", "still open: 1", "changed entry: 1", "as resolved: 0"):
        assert line in text
    assert "7  can i come with my dog" in text
    assert "dogs -> unanswered" in text
    assert "poetry of zebras" not in text
    assert [row["became"] for row in replayed_objects(replayed)] == ["now answered", "changed entry", "still open"]


def test_a_list_shows_what_became_of_a_gap() -> None:
    """Its number to name it by, and its status where it is not new."""
    text = "\n".join(gap_texts([logged("a", number=12), logged("b", GapStatus.RESOLVED, resolution="dogs", number=13)]))
    assert "12  2026-11-26 09:00 UTC, private, en: no match\n" in text
    assert "13  2026-11-26 09:00 UTC, private, en: no match, resolved dogs\n" in text


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


def test_statistics_are_shown() -> None:
    """Shares, bars, the entries most asked and those that nobody asked for; as JSON the same."""
    private = Channel.PRIVATE
    summed = statistics(
        [
            (DAY, Count("answer", "en", private, "dogs"), 3),
            (DAY - timedelta(days=1), Count("unanswered", "fr", private), 1),
            (DAY, Count("helpful", "en", private, "dogs"), 2),
            (DAY, Count("wrong", "en", private, "dogs"), 1),
        ],
        garden(),
        today=DAY,
        days=7,
    )
    text = "\n".join(statistics_texts(summed))
    for part in (
        "4 questions from 2026-11-20 to 2026-11-26",
        " 75% ",
        "helpful 2, not helpful 1",
        "most asked: dogs 3",
    ):
        assert part in text
    assert "most complaints: dogs 1" in text
    assert "languages: en 3, fr 1" in text
    assert "opening-hours" in text.rsplit("never asked", 1)[1]
    assert statistics_object(summed)["by_day"]["2026-11-25"] == 1


def test_without_a_count_statistics_are_empty() -> None:
    """Nothing is divided by nothing."""
    summed = statistics([], garden(), today=DAY, days=3)
    assert summed.questions == 0
    assert "0 questions" in next(iter(statistics_texts(summed)))


@pytest.mark.parametrize(("numbers", "shown"), [((), ""), ((0, 0), "▁▁"), ((0, 1, 7), "▁▂█"), ((5,), "█")])
def test_bars(numbers: tuple[int, ...], shown: str) -> None:
    """The largest number is full, nothing is the lowest line, and something is always more than nothing."""
    assert bars(numbers) == shown


def test_an_editor_sees_the_status_of_every_kind() -> None:
    """Each status has a word of its own in the list."""
    shown = {status: "\n".join(gap_texts([replace(logged("x", status), resolution="")])) for status in GapStatus}
    assert len(set(shown.values())) == len(GapStatus)
