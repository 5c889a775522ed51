"""The digest for maintainers: what it says, when it comes, who gets it, and that nobody else learns of it."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr
from telegram import Bot
from telegram.error import NetworkError

from bot.channels.telegram.admin.weekly_digest import CHECK_EVERY, NO_LOG, WeeklyDigest
from bot.channels.telegram.ui.html import to_html
from bot.channels.telegram.ui.menus import set_menus
from bot.domain.conversation import Channel, Outcome
from bot.domain.gap import Count, Gap, GapReason, GapStatus, LoggedGap, Note
from bot.gaps.digest import LONGEST_TEXT, digest, due_week, week_in_numbers
from bot.gaps.repository import GapLog
from bot.gaps.statistics import COMPLAINTS, QUESTIONS
from bot.gaps.writer import GapWriter
from bot.matching.matcher import RegressionMatcher
from tests.support.samples import DOGS, INTERFACE, OPENING_HOURS, garden
from tests.support.telegram_html import parse
from tests.support.telegram_recording import RecordingRequest, deliver, deliver_at_once
from tests.support.telegram_talk import KEYS, Talk, talk_with
from tests.support.telegram_world import (
    BAD_GATEWAY,
    PERSONAL_MARKS,
    TOKEN,
    Chat,
    Refused,
    Slow,
    World,
    made_person,
    too_many,
)

MATCHER = RegressionMatcher(garden())
MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
NOW = MONDAY + timedelta(days=3, hours=1)
PRIVATE = Channel.PRIVATE
MAINTAINER, OTHER_MAINTAINER, OUTSIDER = made_person(1), made_person(2), made_person(3)
CHATS = SecretStr(f"{MAINTAINER.id}, {OTHER_MAINTAINER.id}")
FSI, PDI = "\u2068", "\u2069"
BLOCKED = Refused(403, "Forbidden: bot was blocked by the user")


# --- What it says ----------------------------------------------------------------------------------------------


def gap(text: str, *, number: int = 1, days_ago: int = 0, reason: GapReason = GapReason.NO_MATCH) -> LoggedGap:
    """An open gap, as it is read from the log."""
    at = (NOW - timedelta(days=days_ago, hours=1)).replace(tzinfo=None)
    return LoggedGap(number, at, GapStatus.NEW, Gap(reason, text, "en", PRIVATE, "v"))


def told(counts: list[tuple[date, Count, int]], gaps: list[LoggedGap]) -> str:
    """The digest as a person reads it, in its one message."""
    (html,) = to_html(digest(counts, gaps, MATCHER, now=NOW))
    return parse(html).text


def test_it_says_what_was_asked_what_did_not_serve_and_what_waits() -> None:
    """Questions with their shares, feedback, the entries marked most, the largest groups, and how to review."""
    today = NOW.date()
    counts = [
        (today, Count(Outcome.ANSWER, "en", PRIVATE, "dogs"), 5),
        (today, Count(Outcome.CLARIFY, "en", PRIVATE), 2),
        (today - timedelta(days=6), Count(Outcome.UNANSWERED, "en", PRIVATE), 2),
        (today - timedelta(days=7), Count(Outcome.UNANSWERED, "en", PRIVATE), 90),
        (today, Count(Outcome.URGENT_QUESTION, "en", PRIVATE), 1),
        (today, Count(Outcome.NOT_ABOUT_ME, "en", PRIVATE, "hurt"), 1),
        (today, Count(Outcome.ANSWER, "en", Channel.INLINE, "dogs"), 70),
        (today, Count(Outcome.HELPFUL, "en", PRIVATE, "dogs"), 3),
        (today, Count(Outcome.WRONG, "en", PRIVATE, "dogs"), 1),
        (today, Count(Outcome.OUTDATED, "en", PRIVATE, "opening-hours"), 2),
        (today, Count(Outcome.UNCLEAR, "en", PRIVATE, "ticket-price"), 4),
    ]
    gaps = [gap("do you sell tractors", number=n, days_ago=4 * n) for n in range(3)]
    gaps += [gap("a poem about zebras", number=7), gap("x-ray of the moon", number=8), gap("jazz tonight", number=9)]
    text = told(counts, gaps)
    assert text.startswith("The seven days to 2026-11-26\n")
    shares = "5 answered (50%), 2 offered a choice (20%), 2 unanswered (20%), 1 urgent (10%)"
    misfires = "Urgent cards that were not about the person: hurt 1."
    assert f"\n10 questions: {shares}.\nHelpful 3, not helpful 7.\n{misfires}\n6 open gaps, 5 new this week.\n" in text
    assert "\nMost marked as wrong or outdated\n\n• opening-hours: 2\n• dogs: 1\n" in text
    assert "ticket-price: " not in text
    assert f"\nLargest groups of open gaps\n\n3 gaps, 2 this week: {FSI}do you sell tractors{PDI}\nnearest: " in text
    assert text.count("this week: ") == 3
    assert "1 gap, 1 this week: " in text
    assert text.endswith("python -m bot review in a browser, python -m bot gaps groups in a terminal.")


def test_a_quiet_week_is_said_in_a_friendly_line() -> None:
    """Nothing is divided by nothing, and no empty list is shown."""
    text = told([], [])
    assert "Nobody asked anything: a quiet week.\nNo gap is open. Thank you!" in text
    assert "marked" not in text
    assert "groups of" not in text
    assert "None" not in text
    one = told([(NOW.date(), Count(Outcome.NONE_OF_THESE, "en", PRIVATE), 1)], [gap("tractors")])
    assert "1 question: 0 answered (0%), " in one
    assert "1 took none of the choices (100%)." in one
    assert "1 open gap, 1 new this week." in one


def test_a_long_text_is_shortened() -> None:
    """Its beginning is enough to know it by."""
    text = told([], [gap("tractors and zebras " * 50)])
    shown = text[text.index(FSI) + 1 : text.index(PDI)]
    assert shown.startswith("tractors and zebras")
    assert shown.endswith("…")
    assert len(shown) <= LONGEST_TEXT


texts = st.one_of(
    st.text(st.characters(), max_size=400),
    st.text(
        st.sampled_from("<>&\"'/ab \n\u202e\u2066\u2067\u2068\u2069\u200f\u0627\u05d0\u1f60\U0001f600;#x"), max_size=400
    ),
    st.sampled_from(["<b>", "</b>&amp;", "'" * 4000, "\U0001f600" * 3000, "\ufdfa" * 4000, "\ud800", "\u200b", ""]),
)
numbers = st.sampled_from([1, 2, 9, 12_345_678, 2**62])
counts_of_any = st.lists(
    st.tuples(
        st.integers(-1, 9).map(lambda days: NOW.date() - timedelta(days=days)),
        st.builds(
            Count,
            st.sampled_from([*QUESTIONS, "smalltalk", "helpful", *COMPLAINTS]),
            st.just("en"),
            st.sampled_from(list(Channel)),
            st.sampled_from(["", OPENING_HOURS.id, DOGS.id, "an-entry-that-is-gone-since-and-was-forty-bytes-long"]),
        ),
        numbers,
    ),
    max_size=12,
)
gaps_of_any = st.lists(
    st.builds(gap, texts, number=st.integers(1, 99), days_ago=st.integers(-1, 80), reason=st.sampled_from(GapReason)),
    max_size=6,
)


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(counts_of_any, gaps_of_any)
def test_whatever_is_logged_it_is_one_message_that_telegram_takes(
    counts: list[tuple[date, Count, int]], gaps: list[LoggedGap]
) -> None:
    """Valid HTML within the limit, and no text of a person changes the direction of what stands around it."""
    (html,) = to_html(digest(counts, gaps, MATCHER, now=NOW))
    assert len(html.encode("utf-16-le")) // 2 <= 4096, "it would be two messages"
    text = parse(html).text
    assert not set(text) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u200e\u200f\u061c")
    for line in text.splitlines():
        assert line.count(FSI) == line.count(PDI) == line.count(" this week: ") <= 1
        assert line.find(FSI) <= line.find(PDI)
    assert text.splitlines()[-1].startswith("To review gaps: python -m bot review")


# --- When it is due --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "week"),
    [
        (MONDAY - timedelta(seconds=1), None),
        (MONDAY.replace(hour=0), None),
        (MONDAY.replace(hour=0) - timedelta(seconds=1), "2026-W47"),
        (MONDAY, "2026-W48"),
        (MONDAY + timedelta(days=6, hours=15), "2026-W48"),
        (datetime(2027, 1, 1, tzinfo=UTC), "2026-W53"),
        (datetime(2027, 1, 4, 8, tzinfo=UTC), "2027-W01"),
        (datetime(2026, 11, 23, 9, 59, tzinfo=timezone(timedelta(hours=2))), None),
        (datetime(2026, 11, 23, 1, 0, tzinfo=timezone(timedelta(hours=-7))), "2026-W48"),
    ],
)
def test_a_week_is_due_from_its_monday_at_eight(moment: datetime, week: str | None) -> None:
    """By UTC, until that Sunday ends."""
    assert due_week(moment) == week


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)), st.timedeltas(timedelta(0), timedelta(days=400)))
def test_weeks_follow_each_other(moment: datetime, later: timedelta) -> None:
    """What is due later sorts later, as the log's jobs want it; each week is due for less than seven days."""
    first, second = due_week(moment.replace(tzinfo=UTC)), due_week((moment + later).replace(tzinfo=UTC))
    if first and second:
        assert first <= second
        assert (first != second) or later < timedelta(days=7)
    assert (first is None) is (moment.weekday() == 0 and moment.hour < 8)


# --- Each week by itself ---------------------------------------------------------------------------------------


class Clock:
    """A clock that a test turns; who sleeps turns it too, at most so often."""

    def __init__(self, now: datetime, *, sleeps: int = 0) -> None:
        self.at = now
        self.sleeps = sleeps

    def now(self) -> datetime:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
        self.sleeps -= 1
        if not self.sleeps:
            raise asyncio.CancelledError


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    async with talk_with(MATCHER, tmp_path, maintainer_chats=CHATS) as made:
        made.world.private(OTHER_MAINTAINER)
        yield made


def weekly(talk: Talk, clock: Clock) -> WeeklyDigest:
    """What sends the digest, with a bot of its own as in a running process."""
    bot = Bot(TOKEN, request=talk.request, get_updates_request=talk.request)
    return WeeklyDigest(talk.context, bot, now=clock.now, sleep=clock.sleep)


async def run(talk: Talk, clock: Clock) -> None:
    """Let it run until the clock wakes nobody any more."""
    with suppress(asyncio.CancelledError):
        await weekly(talk, clock).run()


def digests(talk: Talk, chat: Chat | None = None) -> list[str]:
    """The titles of the digests that a chat shows."""
    shown = talk.world.replies(chat or talk.chat)
    return [message.text.splitlines()[0] for message in shown if message.text.startswith("The seven days")]


@pytest.mark.slow
async def test_it_comes_once_a_week(talk: Talk) -> None:
    """From Monday at eight, however often it is looked for; no preview of a link; in the next week again."""
    clock = Clock(MONDAY - timedelta(hours=1), sleeps=2 * 7 * 24 * 6)
    await run(talk, clock)
    assert digests(talk) == ["The seven days to 2026-11-23", "The seven days to 2026-11-30"]
    assert len(digests(talk, talk.world.private(OTHER_MAINTAINER))) == 2
    calls = talk.world.called("sendMessage")
    assert all(call.fields["link_preview_options"] == {"is_disabled": True} for call in calls)
    assert talk.world.refused == ()


async def test_who_was_down_on_monday_sends_it_later_that_week(talk: Talk) -> None:
    """And a first start in mid-week sends the one of this week."""
    await run(talk, Clock(NOW, sleeps=3))
    await run(talk, Clock(NOW + timedelta(days=1), sleeps=3))
    assert digests(talk) == ["The seven days to 2026-11-26"]


@pytest.mark.parametrize("at_once", [True, False])
async def test_of_two_processes_with_one_log_one_sends_it(talk: Talk, tmp_path: Path, at_once: bool) -> None:  # noqa: FBT001
    """Whichever comes first."""
    async with talk_with(MATCHER, tmp_path, maintainer_chats=CHATS) as other:
        other.world.private(OTHER_MAINTAINER)
        ours, theirs = weekly(talk, Clock(NOW)), weekly(other, Clock(NOW))
        if at_once:
            await asyncio.gather(ours.send_due(), theirs.send_due())
        else:
            await theirs.send_due()
            await ours.send_due()
        for chat in (talk.chat, talk.world.private(OTHER_MAINTAINER)):
            assert len(digests(talk, chat)) + len(digests(other, chat)) == 1


@pytest.mark.parametrize("refusal", [BLOCKED, Refused(400, "Bad Request: chat not found")])
async def test_a_chat_that_cannot_be_reached_is_told_of_once(
    refusal: Refused, talk: Talk, caplog: pytest.LogCaptureFixture
) -> None:
    """Without its number; the other chats get theirs, and in the next week it is tried again."""
    talk.request.fail("sendMessage", refusal)
    await run(talk, Clock(NOW, sleeps=5))
    assert digests(talk) == []
    assert len(digests(talk, talk.world.private(OTHER_MAINTAINER))) == 1
    assert caplog.text.count("Telegram refuses the digest of 2026-W48 for the chat at place 1 of MAINTAINER_CHATS") == 1
    assert not any(mark in caplog.text for mark in PERSONAL_MARKS)
    await run(talk, Clock(NOW + timedelta(days=7), sleeps=2))
    assert len(digests(talk)) == 1


async def test_a_group_that_became_a_supergroup_is_told_of(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Neither its old number nor its new one is."""
    async with talk_with(MATCHER, tmp_path, maintainer_chats=SecretStr("-123454321")) as talk:
        moved = Refused(400, "Bad Request: group chat was upgraded", {"migrate_to_chat_id": -1005432345})
        talk.request.fail("sendMessage", moved)
        await run(talk, Clock(NOW, sleeps=3))
    assert caplog.text.count("of a group that became a supergroup it has changed") == 1
    assert "123454321" not in caplog.text
    assert "5432345" not in caplog.text


@pytest.mark.parametrize("fault", [BAD_GATEWAY, "reset", "timeout", too_many(7)])
async def test_a_bad_moment_of_the_network_is_waited_for(
    fault: Any, talk: Talk, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It is tried again after a while, by whichever process comes first, once for each chat."""
    clock = Clock(NOW)
    talk.request.fail("sendMessage", fault)
    await weekly(talk, clock).send_due()
    assert "the digest of 2026-W48 cannot be sent now (" in caplog.text
    assert not any(mark in caplog.text for mark in PERSONAL_MARKS)
    assert digests(talk) == []
    async with talk_with(MATCHER, tmp_path, maintainer_chats=CHATS) as other:
        other.world.private(OTHER_MAINTAINER)
        await run(other, Clock(NOW, sleeps=2))
        assert len(digests(other)) == 1
        assert digests(other, other.world.private(OTHER_MAINTAINER)) == []
    await run(talk, Clock(NOW, sleeps=2))
    assert digests(talk) == []
    assert len(digests(talk, talk.world.private(OTHER_MAINTAINER))) == 1


async def test_after_a_network_failure_it_looks_again_by_itself(talk: Talk) -> None:
    """Some minutes later."""
    clock = Clock(NOW, sleeps=3)
    talk.request.fail("sendMessage", "reset", times=4)
    await run(talk, clock)
    assert len(digests(talk)) == len(digests(talk, talk.world.private(OTHER_MAINTAINER))) == 1
    assert clock.at - NOW == timedelta(seconds=3 * CHECK_EVERY) <= timedelta(hours=1)


async def test_a_log_that_cannot_be_used_is_waited_for(talk: Talk, caplog: pytest.LogCaptureFixture) -> None:
    """The line says in the log's own words what to do; once that is done the digest comes."""
    await talk.break_log()
    await run(talk, Clock(NOW, sleeps=2))
    assert "no digest could be sent: " in caplog.text
    assert "cannot be opened; let this user write to it" in caplog.text
    talk.context.gap_writer.log.path.rmdir()
    await run(talk, Clock(NOW, sleeps=2))
    assert len(digests(talk)) == 1


class _Locking(RecordingRequest):
    """A network that fails at one message, at which moment another process locks the log too."""

    def __init__(self, talk: Talk, holder: sqlite3.Connection) -> None:
        super().__init__(talk.world)
        self._holder: sqlite3.Connection | None = holder

    async def do_request(self, url: str, *arguments: Any, **named: Any) -> tuple[int, bytes]:
        if self._holder is not None and url.endswith("/sendMessage"):
            self._holder.execute("BEGIN IMMEDIATE")
            self._holder = None
            raise NetworkError("unreachable")
        return await super().do_request(url, *arguments, **named)


async def test_what_cannot_be_given_back_is_sent_by_the_one_who_took_it(tmp_path: Path) -> None:
    """Network and log fail in the same moment: the week's digest is not lost."""
    async with talk_with(MATCHER, tmp_path / "unused", maintainer_chats=SecretStr(str(MAINTAINER.id))) as talk:
        log = GapLog(tmp_path, KEYS, keep=timedelta(days=90), busy_seconds=0.1)
        await log.write([])
        with closing(sqlite3.connect(log.path, isolation_level=None)) as holder:
            request = _Locking(talk, holder)
            service = replace(talk.context, gap_writer=GapWriter(log))
            sender = WeeklyDigest(service, Bot(TOKEN, request=request, get_updates_request=request), now=lambda: NOW)
            await sender.send_due()
            assert digests(talk) == []
            holder.execute("ROLLBACK")
            await sender.send_due()
            assert len(digests(talk)) == 1
            await sender.send_due()
            assert len(digests(talk)) == 1
        await log.close()


async def test_who_is_ended_meanwhile_leaves_it_to_the_next(talk: Talk) -> None:
    """A restart while the message was on its way."""
    talk.request.fail("sendMessage", Slow(60))
    ended = asyncio.create_task(weekly(talk, Clock(NOW)).run())
    while not talk.request.faults.used:
        await asyncio.sleep(0.01)
    ended.cancel()
    with suppress(asyncio.CancelledError):
        await ended
    await run(talk, Clock(NOW, sleeps=1))
    assert len(digests(talk)) == 1


async def test_nobody_waits_for_the_digest(talk: Talk) -> None:
    """While Telegram takes its time with it, questions are answered."""
    guest = talk.world.private(OUTSIDER)
    talk.request.fail("sendMessage", Slow(0.5))
    sending = asyncio.create_task(weekly(talk, Clock(NOW)).send_due())
    while not talk.request.faults.used:
        await asyncio.sleep(0.01)
    await deliver_at_once(talk.application, talk.world.text(guest, "when does it close in the evening"))
    assert talk.world.replies(guest)
    assert digests(talk) == []
    await sending
    assert len(digests(talk)) == 1


async def test_a_fault_of_ours_costs_only_this_look(
    talk: Talk, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log has its kind and place; the next look is as if nothing had been."""
    clock = Clock(NOW, sleeps=2)
    with monkeypatch.context() as broken:
        broken.setattr(talk.context.catalog, "matcher", None)
        await run(talk, clock)
    assert "no digest could be sent: AttributeError at " in caplog.text
    await run(talk, Clock(NOW, sleeps=1))
    assert len(digests(talk)) == 1


# --- When somebody asks for it ---------------------------------------------------------------------------------


def lines(caplog: pytest.LogCaptureFixture) -> Iterator[str]:
    """The lines of messages, without the milliseconds."""
    return (record.getMessage().split(" ms=")[0] for record in caplog.records if record.name == "bot.telegram")


async def test_a_maintainer_gets_it_on_demand(talk: Talk, caplog: pytest.LogCaptureFixture) -> None:
    """As often as asked, with what is noted by now; it is no gap itself, and its log line tells on nobody."""
    caplog.set_level(logging.INFO)
    await talk.say("do you sell <b>tractors</b>")
    await talk.gaps()
    for text in ("/digest", " /DIGEST please", "/digest@Made_FAQ_bot"):
        shown = await talk.say(text)
        assert shown.text.startswith("The seven days to ")
        assert shown.reply_to == talk.world.shown(talk.chat)[-2].message_id
        assert f"1 gap, 1 this week: {FSI}do you sell <b>tractors</b>{PDI}\nnearest: " in shown.text
    await talk.say("/digest", talk.world.private(OTHER_MAINTAINER))
    assert (await talk.counts())["command", "", "private"] == 4
    assert len(await talk.gaps()) == 1
    assert talk.world.called("sendMessage")[-1].fields["link_preview_options"] == {"is_disabled": True}
    assert list(lines(caplog))[-1] == "outcome=command entry=- score=- channel=private language=en"
    assert not any(mark in caplog.text for mark in (*PERSONAL_MARKS, "tractors"))


async def test_the_numbers_alone_come_on_demand(talk: Talk) -> None:
    """Of the last seven days, in one message, and no text of a person."""
    await talk.say("do you sell tractors")
    await talk.say("dogs allowed")
    await talk.gaps()
    for text in ("/stats", "/STATS@made_faq_bot please"):
        shown = await talk.say(text)
        assert shown.text.startswith("The seven days to ")
        assert "2 questions: 1 answered (50%), 0 offered a choice (0%), 1 unanswered (50%)" in shown.text
        assert "By language: en 2." in shown.text
        assert "Asked most: dogs 1." in shown.text
        assert shown.text.endswith("1 open gap, 1 new this week.")
        assert "tractors" not in shown.text
    (days,) = (line for line in shown.text.splitlines() if line.startswith("By day: "))
    assert len(days.split(", ")) == 7
    assert days.endswith(" 2.")


def test_the_numbers_of_a_quiet_week_are_a_line() -> None:
    """There are no days and no languages to list."""
    (section,) = week_in_numbers([], [], MATCHER.faq, now=NOW).sections
    assert section.text == "Nobody asked anything: a quiet week.\nNo gap is open. Thank you!"


async def test_to_anybody_else_it_is_an_unknown_command(talk: Talk, caplog: pytest.LogCaptureFixture) -> None:
    """The same reply, the same count, the same log line; in a group the same silence."""
    caplog.set_level(logging.INFO, logger="bot")
    guest, group = talk.world.private(OUTSIDER), talk.world.group()
    for update in (
        talk.world.text(guest, "/nonsense"),
        talk.world.text(guest, "/digest"),
        talk.world.text(guest, "/stats", sender=MAINTAINER),
        talk.world.text(group, "/nonsense@made_faq_bot"),
        talk.world.text(group, "/digest@made_faq_bot", sender=MAINTAINER),
        talk.world.text(group, "/stats", sender=MAINTAINER),
    ):
        await deliver(talk.application, update)
    calls = [
        {name: value for name, value in call.fields.items() if name not in ("chat_id", "reply_parameters")}
        for call in talk.world.called("sendMessage")
    ]
    assert len(calls) == 5
    assert all(call == calls[0] for call in calls)
    assert calls[0]["text"] == INTERFACE.unknown_command
    assert await talk.counts() == {("command", "", "private"): 3, ("command", "", "group"): 2}
    assert await talk.gaps() == []
    of_private, of_group = list(lines(caplog))[:3], list(lines(caplog))[3:5]
    assert len(set(of_private)) == len(set(of_group)) == 1


async def test_without_the_setting_it_is_an_unknown_command(tmp_path: Path) -> None:
    """To everybody."""
    async with talk_with(MATCHER, tmp_path) as talk:
        assert (await talk.say("/digest")).text == INTERFACE.unknown_command


@pytest.fixture
async def in_group(tmp_path: Path) -> AsyncIterator[tuple[Talk, Chat]]:
    """A bot whose maintainers have a group, and that group: the first one that its world makes."""
    group = World().group(kind="supergroup")
    async with talk_with(MATCHER, tmp_path, maintainer_chats=SecretStr(str(group.id))) as made:
        yield made, made.world.group(kind="supergroup")


async def test_in_a_group_of_maintainers_whoever_writes_there_gets_it(in_group: tuple[Talk, Chat]) -> None:
    """Also without the bot's name; what is meant for another bot is not heard, nor a private chat of a member."""
    talk, group = in_group
    for text in ("/digest", "/digest@made_faq_bot"):
        assert (await talk.say(text, group, sender=OUTSIDER)).text.startswith("The seven days to ")
    await deliver(talk.application, talk.world.text(group, "/digest@other_bot"), talk.world.text(group, "/nonsense"))
    assert len(talk.world.replies(group)) == 2
    assert (await talk.say("/digest")).text == INTERFACE.unknown_command
    await weekly(talk, Clock(NOW)).send_due()
    assert digests(talk, group)[-1] == "The seven days to 2026-11-26"


CHANNEL = {"id": -1009, "type": "channel", "title": "News"}
NOT_OF_A_PERSON: dict[str, dict[str, Any]] = {
    "forwarded from a channel": {
        "forward_origin": {"type": "channel", "chat": CHANNEL, "message_id": 5, "date": 1_700_000_000}
    },
    "forwarded from a person": {
        "forward_origin": {"type": "user", "sender_user": OUTSIDER.to_json(), "date": 1_700_000_000}
    },
    "forwarded from one who hides": {
        "forward_origin": {"type": "hidden_user", "sender_user_name": "X", "date": 1_700_000_000}
    },
    "posted by the linked channel": {"sender_chat": CHANNEL, "is_automatic_forward": True},
    "written as a channel": {"sender_chat": CHANNEL},
    "written by a bot": {"from": {"id": 8, "is_bot": True, "first_name": "B", "username": "other_bot"}},
    "shared through a bot": {"via_bot": {"id": 8, "is_bot": True, "first_name": "B", "username": "other_bot"}},
    "without a sender": {"from": None},
}


@pytest.mark.parametrize("kind", NOT_OF_A_PERSON)
async def test_only_a_person_who_writes_it_there_gets_it(kind: str, in_group: tuple[Talk, Chat]) -> None:
    """What came from elsewhere, or from no person, is what any unknown command is."""
    talk, group = in_group
    for name in ("nonsense", "digest"):
        for end in ("", "@made_faq_bot"):
            update = talk.world.text(group, f"/{name}{end}")
            message = update["message"] | NOT_OF_A_PERSON[kind]
            update["message"] = {field: value for field, value in message.items() if value is not None}
            await deliver(talk.application, update)
    replies = [shown.text for shown in talk.world.replies(group)]
    assert replies in ([], [INTERFACE.unknown_command] * 2)


async def test_one_who_speaks_as_the_group_does_not_get_it(in_group: tuple[Talk, Chat]) -> None:
    """Nobody can tell who that is."""
    talk, group = in_group
    update = talk.world.text(group, "/digest@made_faq_bot")
    update["message"]["from"] |= {"id": 1087968824, "is_bot": True, "username": "GroupAnonymousBot"}
    update["message"]["sender_chat"] = {"id": group.id, "type": "supergroup", "title": group.title}
    assert (await talk.give(update, group)).text == INTERFACE.unknown_command


async def test_an_edited_message_does_not_ask_for_it(talk: Talk) -> None:
    """Nor does the text under a picture, a link or a button."""
    asked = (await talk.say("/nonsense")).reply_to
    assert asked is not None
    assert (await talk.give(talk.world.edit(asked, "/digest", chat=talk.chat))).text == INTERFACE.unknown_command
    assert (await talk.give(talk.world.photo(talk.chat, "/digest"))).text.startswith(INTERFACE.text_only)
    assert (await talk.say("/start digest")).text.startswith(INTERFACE.welcome)
    assert (await talk.give(talk.world.press_data(talk.chat, "/:digest"))).text.startswith(INTERFACE.welcome)
    update = talk.world.text(talk.chat, "/digest")
    await deliver(talk.application, {"update_id": 1, "channel_post": update["message"]})
    assert digests(talk) == []


async def test_it_keeps_to_the_pace_of_all_messages(tmp_path: Path) -> None:
    """A maintainer cannot hold up the others either."""
    async with talk_with(MATCHER, tmp_path, maintainer_chats=CHATS, throttle_messages=2) as talk:
        for _ in range(5):
            await deliver(talk.application, talk.world.text(talk.chat, "/digest"))
        assert len(digests(talk)) == 2
        assert talk.world.replies(talk.chat)[-1].text == INTERFACE.too_fast
        assert (await talk.counts())["too fast", "", "private"] == 3


async def test_while_the_log_cannot_be_read_it_says_so(talk: Talk, caplog: pytest.LogCaptureFixture) -> None:
    """In a friendly line; what to do about it stands in the log line."""
    await talk.break_log()
    assert (await talk.say("/digest")).text == (await talk.say("/stats")).text == NO_LOG
    assert "there is no digest: " in caplog.text
    assert "cannot be opened; let this user write to it" in caplog.text
    talk.context.gap_writer.log.path.rmdir()


async def test_neither_menu_nor_help_tells_of_it(talk: Talk) -> None:
    """Whoever may have it knows of it from the documentation."""
    await set_menus(talk.application.bot, talk.context.catalog.faq)
    told = " ".join([str(call.fields) for call in talk.world.calls] + [(await talk.say("/help")).text])
    assert not any(name in told for name in ("digest", "stats"))


async def test_resolved_gaps_are_no_part_of_it(talk: Talk) -> None:
    """Only what waits for a review."""
    await talk.say("do you sell tractors")
    await talk.say("poetry of zebras")
    first, _ = sorted(await talk.gaps(), key=lambda kept: kept.id)
    await talk.context.gap_writer.log.mark([first.id], GapStatus.RESOLVED, entry="dogs")
    text = (await talk.say("/digest")).text
    assert "zebras" in text
    assert "tractors" not in text
    assert "1 open gap, 1 new this week." in text
    await talk.context.gap_writer.log.write([Note(Count(Outcome.WRONG, "en", PRIVATE, "dogs"))])
    assert "• dogs: 1" in (await talk.say("/digest")).text
