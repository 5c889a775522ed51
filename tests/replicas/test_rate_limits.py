"""The paces that many processes with one PostgreSQL keep as one would; and each its own where that cannot be asked."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from pydantic import SecretStr
from telegram.ext import AIORateLimiter, BaseRateLimiter

from bot.channels.telegram.transport.rate_limiter import SharedRateLimiter
from bot.channels.throttle import Allowed, Throttle
from bot.gaps.repository import GapLog
from bot.matching.matcher import RegressionMatcher
from bot.replicas.limit_purpose import RateLimitPurpose, pace_pseudonym, pace_pseudonyms
from bot.replicas.rate_limits import FARTHEST, Limit, RateLimits
from bot.storage.tables import SERVER_TIME
from tests.gaps.test_repository import ASKER, KEEP, OTHER, note
from tests.support.postgresql_server import HOST, Server
from tests.support.telegram_talk import KEYS, talk_with

on_a_server = pytest.mark.container
SENDS = Limit(30, 1.0)
OUR_CLOCK = sa.literal_column("(SELECT at FROM clock)", sa.Double)
TOO_FAST = "You write too fast."
NewRates = Callable[..., RateLimits]


@pytest.fixture
async def new_rates(log: GapLog, tmp_path: Path) -> AsyncIterator[NewRates]:
    """Makes the paces of one more process with the same database, by that clock."""
    async with AsyncExitStack() as opened:

        def new(**options: Any) -> RateLimits:
            other = GapLog(tmp_path, KEYS, keep=KEEP)
            other.database.store = log.database.store
            rates = RateLimits(other.database, **{"now": OUR_CLOCK, "patience": timedelta(minutes=1), **options})
            opened.push_async_callback(other.close)
            opened.push_async_callback(rates.stop)
            return rates

        yield new


async def go_on(log: GapLog, seconds: float) -> None:
    """Set the clock on."""
    async with log.database.connection() as connection:
        await connection.execute(sa.text("UPDATE clock SET at = at + :seconds"), {"seconds": seconds})


async def kept(log: GapLog) -> set[str]:
    """The codes of all paces that are kept."""
    async with log.database.connection() as connection:
        return {code for (code,) in await connection.execute(sa.text("SELECT code FROM pace"))}


async def waits(times: int, *many: RateLimits) -> list[float]:
    """The seconds until each of so many sends of each process, in order."""
    found = await asyncio.gather(
        *(rates.reserve_slot(RateLimitPurpose.SENDS, "", SENDS) for _ in range(times) for rates in many)
    )
    return sorted(seconds for seconds in found if seconds is not None)


def throttle(rates: RateLimits, messages: int) -> Throttle:
    return Throttle(
        messages,
        60,
        time.monotonic,
        count=lambda person, while_: rates.count(RateLimitPurpose.MESSAGES, person, while_),
    )


# --- A person's pace -------------------------------------------------------------------------------------------


@on_a_server
async def test_who_writes_to_two_processes_is_throttled_as_by_one(log: GapLog, new_rates: NewRates) -> None:
    """Alternately: so many are answered, one is told, the rest is silence until the while has passed."""
    one, other = throttle(new_rates(), 5), throttle(new_rates(), 5)
    for _ in range(2):
        allowed = [await taking.admit("a") for _ in range(5) for taking in (one, other)]
        assert allowed == [Allowed.YES] * 5 + [Allowed.NOTIFY] + [Allowed.SILENT] * 4
        assert await other.admit("b") is Allowed.YES
        await go_on(log, 59)
        assert await one.admit("a") is Allowed.SILENT
        await go_on(log, 1)


@on_a_server
async def test_of_many_at_once_as_many_are_answered(new_rates: NewRates) -> None:
    """Four processes that get 400 messages together, of three persons."""
    throttles = [throttle(new_rates(), 20) for _ in range(4)]
    for person in "abc":
        allowed = await asyncio.gather(*(taking.admit(person) for _ in range(100) for taking in throttles))
        assert [allowed.count(one) for one in Allowed] == [20, 1, 379]


@on_a_server
async def test_each_purpose_has_its_own_pace(new_rates: NewRates) -> None:
    """Inline queries take nothing from messages."""
    rates = new_rates()
    assert [await rates.count(purpose, "a", 60) for purpose in RateLimitPurpose for _ in range(2)] == [1, 2] * len(
        RateLimitPurpose
    )


@on_a_server
async def test_a_clock_that_was_set_back_keeps_nobody_out(log: GapLog, new_rates: NewRates) -> None:
    """What would be past in a year is begun anew."""
    rates = new_rates()
    await rates.count(RateLimitPurpose.MESSAGES, "a", 60)
    await asyncio.gather(*(rates.reserve_slot(RateLimitPurpose.SENDS, "", SENDS) for _ in range(90)))
    await go_on(log, -1 - FARTHEST)
    assert await rates.count(RateLimitPurpose.MESSAGES, "a", 60) == 1
    assert await rates.reserve_slot(RateLimitPurpose.SENDS, "", SENDS) == 0


@on_a_server
async def test_the_bot_throttles_over_its_processes(
    postgresql: Server, tmp_path: Path, small_matcher: RegressionMatcher
) -> None:
    """Through the front door: two bots, one person; and what is forgotten includes the pace."""
    name = postgresql.new_database()
    settings = {"throttle_messages": 3, "throttle_seconds": 3600, "database_url": postgresql.url(name)}
    async with (
        talk_with(small_matcher, tmp_path, **settings) as one,
        talk_with(small_matcher, tmp_path, **settings) as other,
    ):
        said = [(await talk.say("when does the ferry go")).text for talk in (one, other, one)]
        assert not any(text.startswith(TOO_FAST) for text in said)
        assert (await other.say("when does the ferry go")).text.startswith(TOO_FAST)
        seen = len(one.world.replies(one.chat))
        await one.say("when does the ferry go")
        assert len(one.world.replies(one.chat)) == seen
        await other.say("/forget")
        assert not (await one.say("when does the ferry go")).text.startswith(TOO_FAST)
    postgresql.drop(name)


# --- The pace of what is sent ----------------------------------------------------------------------------------


@on_a_server
async def test_places_in_time_are_given_once(log: GapLog, new_rates: NewRates) -> None:
    """After a silence 30 at once over all processes, then one each thirtieth of a second, in whatever portions."""
    one, other = new_rates(), new_rates()
    expected = [0.0] * 30 + [number / 30 for number in range(1, 71)]
    assert await waits(50, one, other) == pytest.approx(expected, abs=1e-6)
    await go_on(log, 0.5)
    assert await waits(1, one, other) == pytest.approx([71 / 30 - 0.5, 72 / 30 - 0.5], abs=1e-6)
    await go_on(log, 60)
    assert await waits(1, one) == [0]
    assert (await waits(30, other))[-1] == pytest.approx(1 / 30, abs=1e-6), "a silence is not saved up"


@on_a_server
async def test_two_processes_send_at_one_pace(new_rates: NewRates) -> None:
    """By the server's own clock: 160 sends at 40 a second take three seconds at least, as 40 may go at once."""
    paces = [shared(new_rates(now=SERVER_TIME), sends=40) for _ in range(2)]
    began, sent = time.monotonic(), Sent()
    await asyncio.gather(*(sent.by(pace, chat=7) for _ in range(80) for pace in paces))
    assert len(sent.at) == 160
    assert sent.at[-1] - began > 2.9


@on_a_server
async def test_a_group_has_a_pace_of_its_own(new_rates: NewRates) -> None:
    """Which does not hold up others. A public group is known by its name."""
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(round(seconds, 3))

    one, other = (shared(new_rates(), sends=0, in_a_group=2, sleep=sleep) for _ in range(2))
    for chat in (-100, "@square"):
        for pace in (one, other, one, other):
            await Sent().by(pace, chat=chat)
        assert waited == [0, 0, 30, 60]
        waited.clear()
    await Sent().by(one, chat=100)
    assert waited == []


async def test_without_a_limit_nobody_is_asked(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Nor for a call that is for no chat. To ask would be logged here, as nobody answers."""
    async with GapLog(tmp_path, KEYS, keep=KEEP, url=nowhere()) as log:
        unlimited, limited = (
            shared(RateLimits(log.database), sends=0),
            shared(RateLimits(log.database), sends=30, in_a_group=20),
        )
        sent = Sent()
        await sent.by(unlimited, chat=-1)
        await sent.by(limited)
        assert caplog.records == []
        await sent.by(limited, chat=1)
        assert len(caplog.records) == 1


# --- What is kept ----------------------------------------------------------------------------------------------


@on_a_server
async def test_what_is_kept_of_a_person_goes_with_forget(log: GapLog, new_rates: NewRates) -> None:
    """And does not show whose gaps are whose."""
    rates = new_rates()
    for person in (ASKER, OTHER):
        for purpose in (RateLimitPurpose.MESSAGES, RateLimitPurpose.URGENT_CHECK, RateLimitPurpose.INLINE):
            await rates.count(purpose, person, 60)
    assert await kept(log) == {*pace_pseudonyms(KEYS, ASKER), *pace_pseudonyms(KEYS, OTHER)}
    assert ASKER not in await kept(log)
    await log.write([note()])
    await log.forget(ASKER)
    assert await kept(log) == {*pace_pseudonyms(KEYS, OTHER)}


@on_a_server
async def test_what_is_past_is_deleted(log: GapLog, new_rates: NewRates) -> None:
    """By any process that runs, whoever wrote it."""
    rates, sweeper = new_rates(), new_rates(sweep=timedelta(seconds=0.05))
    await rates.count(RateLimitPurpose.MESSAGES, "a", 60)
    await rates.reserve_slot(RateLimitPurpose.SENDS, "", SENDS)
    sweeper.start()
    await go_on(log, 30)
    async with asyncio.timeout(60):
        while await kept(log) != {pace_pseudonym(KEYS, RateLimitPurpose.MESSAGES, "a")}:
            await asyncio.sleep(0.01)
        await go_on(log, 31)
        while await kept(log):
            await asyncio.sleep(0.01)
    await rates.count(RateLimitPurpose.MESSAGES, "a", 60)
    await log.expire()
    assert not await kept(log), "that clock is long past by the log's"


@on_a_server
async def test_it_is_not_in_the_servers_log(log: GapLog) -> None:
    """Nor, with it, in what is copied of that: the table is unlogged."""
    async with log.database.connection() as connection:
        found = await connection.scalar(sa.text("SELECT relpersistence FROM pg_class WHERE relname = 'pace'"))
    assert found in (b"u", "u")


# --- Without the database --------------------------------------------------------------------------------------


async def test_a_database_that_cannot_be_reached_lets_no_flood_through(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The process keeps its own pace, and says so once."""
    async with GapLog(tmp_path, KEYS, keep=KEEP, url=nowhere()) as log:
        rates = RateLimits(log.database)
        taking = throttle(rates, 3)
        allowed = [await taking.admit("a") for _ in range(50)]
        assert allowed == [Allowed.YES] * 3 + [Allowed.NOTIFY] + [Allowed.SILENT] * 46
        sent, began = Sent(), time.monotonic()
        pace = shared(rates, sends=20)
        await asyncio.gather(*(sent.by(pace, chat=1) for _ in range(40)))
        assert len(sent.at) == 40
        assert sent.at[-1] - began > 0.9, "20 at once and 20 a second"
    told = [record.getMessage() for record in caplog.records]
    assert all("the server cannot be reached" in line and "each keeps its own" in line for line in told)
    assert len(told) == 2, "of messages and of what is sent"


async def test_a_database_that_falls_silent_holds_nobody_up(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Who has waited in vain once is the last to do so for a while."""
    silence = asyncio.Event()

    async def say_nothing(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await silence.wait()
        writer.close()

    server = await asyncio.start_server(say_nothing, HOST, 0)
    async with server, GapLog(tmp_path, KEYS, keep=KEEP, url=nowhere(server.sockets[0].getsockname()[1])) as log:
        rates = RateLimits(log.database, patience=timedelta(seconds=0.1))
        taking = throttle(rates, 3)
        assert [await taking.admit("a") for _ in range(500)].count(Allowed.YES) == 3
        assert [record.levelname for record in caplog.records] == ["WARNING"]
        assert "no answer in time" in caplog.text
        silence.set()
        await rates.stop()


@on_a_server
async def test_when_the_server_is_back_all_keep_one_pace_again(
    log: GapLog, new_rates: NewRates, postgresql: Server
) -> None:
    """Meanwhile each has its own. Nobody is kept out by what was counted before."""
    one, other = (throttle(new_rates(cooldown=timedelta(seconds=0.05)), 4) for _ in range(2))
    assert await one.admit("a") is Allowed.YES
    await asyncio.to_thread(postgresql.stop)
    try:
        assert [await one.admit("a") for _ in range(6)].count(Allowed.YES) == 4
        assert [await other.admit("a") for _ in range(6)].count(Allowed.YES) == 4
    finally:
        await asyncio.to_thread(postgresql.start)
    await go_on(log, 60)
    async with asyncio.timeout(60):
        while pace_pseudonym(KEYS, RateLimitPurpose.MESSAGES, "b") not in await kept(log):
            await asyncio.sleep(0.05)
            await one.admit("b")
    assert [await taking.admit("c") for _ in range(3) for taking in (one, other)].count(Allowed.YES) == 4


def nowhere(port: int = 1) -> SecretStr:
    """The address of a server that is not there, or of one that is none."""
    return SecretStr(f"postgresql+asyncpg://user:password@{HOST}:{port}/name?ssl=disable")


def shared(rates: RateLimits, *, sends: int, in_a_group: int = 0, **options: Any) -> SharedRateLimiter:
    own: BaseRateLimiter[int] = AIORateLimiter(overall_max_rate=sends, group_max_rate=in_a_group, max_retries=0)
    return SharedRateLimiter(own, rates, sends_a_second=sends, group_sends_a_minute=in_a_group, **options)


class Sent:
    """When calls went out, in seconds of this process."""

    def __init__(self) -> None:
        self.at: list[float] = []

    async def by(self, pace: SharedRateLimiter, *, chat: int | str | None = None) -> None:
        async def call() -> None:
            self.at.append(time.monotonic())

        data = {} if chat is None else {"chat_id": chat}
        await pace.process_request(call, (), {}, "sendMessage", data, None)
