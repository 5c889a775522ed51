"""Claims of updates: of processes with one database, one handles each, and none is lost with the one that had it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from bot.gaps.repository import GapLog
from bot.replicas.update_leases import DAY, LeaseState, UpdateLeases
from bot.storage.errors import LogError
from bot.storage.tables import claim
from tests.support.postgresql_server import Server
from tests.support.telegram_talk import KEYS

CODES = [KEYS.pseudonym("update", str(number)) for number in range(200)]


class Now:
    """A clock that stands still until it is set on."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 26, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def new_leases(tmp_path: Path, url: SecretStr | None, now: Now) -> Callable[..., UpdateLeases]:
    """Makes the leases of one more process with the same database."""

    def new(*, clock: Callable[[], datetime] = now, **options: Any) -> UpdateLeases:
        log = GapLog(tmp_path, KEYS, keep=timedelta(days=9), url=url, now=clock)
        log.database.store.server_time = None  # the clock is the test's
        return UpdateLeases(log.database, log.now, **options)

    return new


async def killed(leases: UpdateLeases) -> None:
    """End without a word to anybody."""
    assert leases._task is not None
    leases._task.cancel()
    with suppress(asyncio.CancelledError):
        await leases._task
    await leases._database.close()


async def renewed(leases: UpdateLeases) -> None:
    """Wait for a renewal by the time that it is now."""
    until, wanted = 0.0, leases._clock().timestamp() + leases._lease
    async with asyncio.timeout(30):
        while until < wanted:
            await asyncio.sleep(0.01)
            async with leases._database.connection() as connection:
                until = await connection.scalar(sa.select(claim.c.until)) or 0.0


async def ended(*many: UpdateLeases) -> None:
    for leases in many:
        await leases.stop()
        await leases._database.close()


async def test_one_update_is_taken_once(new_leases: Callable[..., UpdateLeases]) -> None:
    """While it is handled, and once it was."""
    leases = new_leases()
    leases.start()
    assert await leases.acquire(CODES[0]) is LeaseState.OURS
    assert await leases.acquire(CODES[0]) is LeaseState.BUSY
    leases.finish(CODES[0])
    assert await leases.acquire(CODES[0]) is LeaseState.HANDLED
    await ended(leases)


async def test_other_processes_know(new_leases: Callable[..., UpdateLeases]) -> None:
    """What one has in hand, and what it handled; also after it has ended."""
    one, other = new_leases(), new_leases()
    one.start()
    other.start()
    assert await one.acquire(CODES[0]) is LeaseState.OURS
    assert await other.acquire(CODES[0]) is LeaseState.BUSY
    one.finish(CODES[0])
    async with asyncio.timeout(30):
        while (known := await other.acquire(CODES[0])) is LeaseState.BUSY:
            await asyncio.sleep(0.01)
    assert known is LeaseState.HANDLED
    await ended(one, other)
    third = new_leases()
    third.start()
    assert await third.acquire(CODES[0]) is LeaseState.HANDLED
    await ended(third)


async def test_of_many_at_once_each_is_taken_by_one(new_leases: Callable[..., UpdateLeases]) -> None:
    """Four processes that get the same 200 updates together, and wait for the database however slow it is."""
    many = [new_leases() for _ in range(4)]
    for leases in many:
        leases._exchanges._patience = 60
        leases.start()
    known = await asyncio.gather(*(leases.acquire(code) for code in CODES for leases in many))
    taken = [known[place : place + 4].count(LeaseState.OURS) for place in range(0, len(known), 4)]
    assert taken == [1] * 200
    await ended(*many)


async def test_what_a_dead_process_had_is_free_after_its_lease(
    new_leases: Callable[..., UpdateLeases], now: Now
) -> None:
    """And not before."""
    dead, other = new_leases(), new_leases()
    dead.start()
    other.start()
    assert await dead.acquire(CODES[0]) is LeaseState.OURS
    await killed(dead)
    now.at += timedelta(seconds=9)
    assert await other.acquire(CODES[0]) is LeaseState.BUSY
    now.at += timedelta(seconds=2)
    assert await other.acquire(CODES[0]) is LeaseState.OURS
    await ended(other)


async def test_a_living_process_keeps_what_it_has(new_leases: Callable[..., UpdateLeases], now: Now) -> None:
    """Its leases are renewed for as long as it handles them."""
    one, other = new_leases(lease=timedelta(seconds=0.3)), new_leases()
    one.start()
    other.start()
    assert await one.acquire(CODES[0]) is LeaseState.OURS
    for _ in range(5):
        now.at += timedelta(seconds=0.2)
        await renewed(one)
        assert await other.acquire(CODES[0]) is LeaseState.BUSY
    await ended(one, other)


async def test_a_process_that_ends_gives_back_what_it_did_not_handle(new_leases: Callable[..., UpdateLeases]) -> None:
    """So that the next start need not wait for the lease."""
    one, other = new_leases(), new_leases()
    one.start()
    other.start()
    assert await one.acquire(CODES[0]) is LeaseState.OURS
    assert await one.acquire(CODES[1]) is LeaseState.OURS
    one.finish(CODES[1])
    one.give_back(CODES[0])
    await ended(one)
    assert await other.acquire(CODES[0]) is LeaseState.OURS
    assert await other.acquire(CODES[1]) is LeaseState.HANDLED
    await ended(other)


@pytest.mark.slow
async def test_a_renewal_that_fails_is_made_up_for(
    new_leases: Callable[..., UpdateLeases], now: Now, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Long before the lease ends."""
    one, other = new_leases(lease=timedelta(seconds=3)), new_leases()
    one.start()
    other.start()
    assert await one.acquire(CODES[0]) is LeaseState.OURS
    renew, failed = one._renew, asyncio.Event()

    async def fail() -> None:
        failed.set()
        monkeypatch.setattr(one, "_renew", renew)
        raise LogError("once")

    monkeypatch.setattr(one, "_renew", fail)
    async with asyncio.timeout(30):
        await failed.wait()
    now.at += timedelta(seconds=2.9)
    await renewed(one)
    now.at += timedelta(seconds=2.9)
    assert await other.acquire(CODES[0]) is LeaseState.BUSY
    await ended(one, other)


async def test_a_lease_of_a_clock_that_was_ahead_holds_nobody_up(
    new_leases: Callable[..., UpdateLeases], now: Now
) -> None:
    """What died with an hour too much on its clock is free at once; what lives writes a time that can be."""
    ahead, other = new_leases(clock=lambda: now.at + timedelta(hours=1)), new_leases()
    ahead.start()
    other.start()
    assert await ahead.acquire(CODES[0]) is LeaseState.OURS
    await killed(ahead)
    assert await other.acquire(CODES[0]) is LeaseState.OURS
    await ended(other)


async def test_what_was_given_back_is_taken_again_by_the_same(new_leases: Callable[..., UpdateLeases]) -> None:
    """Who waits to handle it anew."""
    leases = new_leases()
    leases.start()
    assert await leases.acquire(CODES[0]) is LeaseState.OURS
    leases.give_back(CODES[0])
    assert await leases.acquire(CODES[0]) is LeaseState.OURS
    await ended(leases)


async def test_one_that_is_asked_and_told_at_once_is_told(new_leases: Callable[..., UpdateLeases]) -> None:
    """As after a time without a database, when what was asked is handled before there is an answer."""
    one, other = new_leases(), new_leases()
    one.start()
    other.start()
    await one._exchange(CODES[:2], CODES[1:3])
    assert [await other.acquire(code) for code in CODES[:3]] == [
        LeaseState.BUSY,
        LeaseState.HANDLED,
        LeaseState.HANDLED,
    ]
    await ended(one, other)


async def test_nobody_waits_for_ever(new_leases: Callable[..., UpdateLeases]) -> None:
    """Renewing, asking and telling at the same time: no deadlock, and so no failure."""
    many = [new_leases() for _ in range(3)]
    for number, leases in enumerate(many):
        leases.start()
        for code in CODES[number::3]:
            assert await leases.acquire(code) is LeaseState.OURS

    async def work(leases: UpdateLeases, theirs: list[str]) -> None:
        for _ in range(20):
            await asyncio.gather(leases._renew(), leases._exchange(theirs, ()), leases._exchange(theirs[::-1], ()))

    async with asyncio.timeout(120):
        await asyncio.gather(*(work(leases, CODES) for leases in many))
    await ended(*many)


@pytest.mark.container
async def test_with_postgresql_the_time_is_the_servers(tmp_path: Path, postgresql: Server) -> None:
    """A process whose clock is ahead takes nothing that another has in hand."""
    name = postgresql.new_database()
    late = GapLog(tmp_path, KEYS, keep=timedelta(days=9), url=postgresql.url(name))
    early = GapLog(
        tmp_path,
        KEYS,
        keep=timedelta(days=9),
        url=postgresql.url(name),
        now=lambda: datetime.now(UTC) + timedelta(seconds=30),
    )
    one, other = UpdateLeases(late.database, late.now), UpdateLeases(early.database, early.now)
    one.start()
    other.start()
    assert await one.acquire(CODES[0]) is LeaseState.OURS
    assert await other.acquire(CODES[0]) is LeaseState.BUSY
    await early.expire()
    assert await other.acquire(CODES[0]) is LeaseState.BUSY
    await ended(one, other)
    postgresql.drop(name)


async def test_what_was_handled_is_forgotten_after_three_days_at_most(
    tmp_path: Path, url: SecretStr | None, new_leases: Callable[..., UpdateLeases], now: Now
) -> None:
    """Of when it was handled a day is kept. A number that Telegram gives again after a silent week is another's."""
    one, other = new_leases(), new_leases()
    one.start()
    other.start()
    await one.acquire(CODES[0])
    one.finish(CODES[0])
    await ended(one)
    async with other._database.connection() as connection:
        until = await connection.scalar(sa.select(claim.c.until))
    assert until is not None
    assert until % DAY == 0
    now.at += timedelta(days=2)
    assert await other.acquire(CODES[0]) is LeaseState.HANDLED
    now.at += timedelta(days=1, seconds=1)
    log = GapLog(tmp_path, KEYS, keep=timedelta(days=9), url=url, now=now)
    await log.expire()
    await log.close()
    assert await other.acquire(CODES[0]) is LeaseState.OURS
    await ended(other)


async def test_a_database_that_cannot_be_used_holds_nobody_up(
    tmp_path: Path, now: Now, caplog: pytest.LogCaptureFixture
) -> None:
    """What comes is taken, each once in this process, and the trouble is told once."""
    (tmp_path / "file").write_text("no folder")
    leases = UpdateLeases(GapLog(tmp_path / "file", KEYS, keep=timedelta(days=9), now=now).database, now)
    leases.start()
    async with asyncio.timeout(30):
        assert [await leases.acquire(code) for code in CODES] == [LeaseState.OURS] * 200
    leases.finish(CODES[0])
    assert await leases.acquire(CODES[0]) is LeaseState.HANDLED
    assert await leases.acquire(CODES[1]) is LeaseState.BUSY
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "which updates are handled cannot be asked" in caplog.text
    await ended(leases)
