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
from bot.replicas.update_leases import DAY, Claim, Claims
from bot.storage.database import LogError
from bot.storage.tables import claim
from tests.support.postgresql_server import Server
from tests.support.telegram_talk import KEYS

CODES = [KEYS.code("update", str(number)) for number in range(200)]


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
def new_claims(tmp_path: Path, url: SecretStr | None, now: Now) -> Callable[..., Claims]:
    """Makes the claims of one more process with the same database."""

    def new(*, clock: Callable[[], datetime] = now, **options: Any) -> Claims:
        log = GapLog(tmp_path, KEYS, keep=timedelta(days=9), url=url, now=clock)
        log.database.store.server_time = None  # the clock is the test's
        return Claims(log, **options)

    return new


async def killed(claims: Claims) -> None:
    """End without a word to anybody."""
    assert claims._task is not None
    claims._task.cancel()
    with suppress(asyncio.CancelledError):
        await claims._task
    await claims._log.close()


async def renewed(claims: Claims) -> None:
    """Wait for the next renewal."""
    before = claims._renewed
    async with asyncio.timeout(30):
        while claims._renewed == before:
            await asyncio.sleep(0.01)


async def ended(*many: Claims) -> None:
    for claims in many:
        await claims.stop()
        await claims._log.close()


async def test_one_update_is_taken_once(new_claims: Callable[..., Claims]) -> None:
    """While it is handled, and once it was."""
    claims = new_claims()
    claims.start()
    assert await claims.take(CODES[0]) is Claim.TAKEN
    assert await claims.take(CODES[0]) is Claim.HELD
    claims.finish(CODES[0])
    assert await claims.take(CODES[0]) is Claim.DONE
    await ended(claims)


async def test_other_processes_know(new_claims: Callable[..., Claims]) -> None:
    """What one has in hand, and what it handled; also after it has ended."""
    one, other = new_claims(), new_claims()
    one.start()
    other.start()
    assert await one.take(CODES[0]) is Claim.TAKEN
    assert await other.take(CODES[0]) is Claim.HELD
    one.finish(CODES[0])
    async with asyncio.timeout(30):
        while (known := await other.take(CODES[0])) is Claim.HELD:
            await asyncio.sleep(0.01)
    assert known is Claim.DONE
    await ended(one, other)
    third = new_claims()
    third.start()
    assert await third.take(CODES[0]) is Claim.DONE
    await ended(third)


async def test_of_many_at_once_each_is_taken_by_one(new_claims: Callable[..., Claims]) -> None:
    """Four processes that get the same 200 updates together."""
    many = [new_claims() for _ in range(4)]
    for claims in many:
        claims.start()
    known = await asyncio.gather(*(claims.take(code) for code in CODES for claims in many))
    taken = [known[place : place + 4].count(Claim.TAKEN) for place in range(0, len(known), 4)]
    assert taken == [1] * 200
    await ended(*many)


async def test_what_a_dead_process_had_is_free_after_its_lease(new_claims: Callable[..., Claims], now: Now) -> None:
    """And not before."""
    dead, other = new_claims(), new_claims()
    dead.start()
    other.start()
    assert await dead.take(CODES[0]) is Claim.TAKEN
    await killed(dead)
    now.at += timedelta(seconds=9)
    assert await other.take(CODES[0]) is Claim.HELD
    now.at += timedelta(seconds=2)
    assert await other.take(CODES[0]) is Claim.TAKEN
    await ended(other)


async def test_a_living_process_keeps_what_it_has(new_claims: Callable[..., Claims], now: Now) -> None:
    """Its leases are renewed for as long as it handles them."""
    one, other = new_claims(lease=timedelta(seconds=0.3)), new_claims()
    one.start()
    other.start()
    assert await one.take(CODES[0]) is Claim.TAKEN
    for _ in range(5):
        now.at += timedelta(seconds=0.2)
        await renewed(one)
        assert await other.take(CODES[0]) is Claim.HELD
    await ended(one, other)


async def test_a_process_that_ends_gives_back_what_it_did_not_handle(new_claims: Callable[..., Claims]) -> None:
    """So that the next start need not wait for the lease."""
    one, other = new_claims(), new_claims()
    one.start()
    other.start()
    assert await one.take(CODES[0]) is Claim.TAKEN
    assert await one.take(CODES[1]) is Claim.TAKEN
    one.finish(CODES[1])
    one.give_back(CODES[0])
    await ended(one)
    assert await other.take(CODES[0]) is Claim.TAKEN
    assert await other.take(CODES[1]) is Claim.DONE
    await ended(other)


async def test_a_renewal_that_fails_is_made_up_for(
    new_claims: Callable[..., Claims], now: Now, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Long before the lease ends."""
    one, other = new_claims(lease=timedelta(seconds=3)), new_claims()
    one.start()
    other.start()
    assert await one.take(CODES[0]) is Claim.TAKEN
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
    assert await other.take(CODES[0]) is Claim.HELD
    await ended(one, other)


async def test_a_lease_of_a_clock_that_was_ahead_holds_nobody_up(new_claims: Callable[..., Claims], now: Now) -> None:
    """What died with an hour too much on its clock is free at once; what lives writes a time that can be."""
    ahead, other = new_claims(clock=lambda: now.at + timedelta(hours=1)), new_claims()
    ahead.start()
    other.start()
    assert await ahead.take(CODES[0]) is Claim.TAKEN
    await killed(ahead)
    assert await other.take(CODES[0]) is Claim.TAKEN
    await ended(other)


async def test_what_was_given_back_is_taken_again_by_the_same(new_claims: Callable[..., Claims]) -> None:
    """Who waits to handle it anew."""
    claims = new_claims()
    claims.start()
    assert await claims.take(CODES[0]) is Claim.TAKEN
    claims.give_back(CODES[0])
    assert await claims.take(CODES[0]) is Claim.TAKEN
    await ended(claims)


async def test_one_that_is_asked_and_told_at_once_is_told(new_claims: Callable[..., Claims]) -> None:
    """As after a time without a database, when what was asked is handled before there is an answer."""
    one, other = new_claims(), new_claims()
    one.start()
    other.start()
    await one._exchange(CODES[:2], CODES[1:3])
    assert [await other.take(code) for code in CODES[:3]] == [Claim.HELD, Claim.DONE, Claim.DONE]
    await ended(one, other)


async def test_nobody_waits_for_ever(new_claims: Callable[..., Claims]) -> None:
    """Renewing, asking and telling at the same time: no deadlock, and so no failure."""
    many = [new_claims() for _ in range(3)]
    for number, claims in enumerate(many):
        claims.start()
        for code in CODES[number::3]:
            assert await claims.take(code) is Claim.TAKEN

    async def work(claims: Claims, theirs: list[str]) -> None:
        for _ in range(20):
            await claims._renew()
            await claims._exchange(theirs, ())

    async with asyncio.timeout(120):
        await asyncio.gather(*(work(claims, CODES) for claims in many))
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
    one, other = Claims(late), Claims(early)
    one.start()
    other.start()
    assert await one.take(CODES[0]) is Claim.TAKEN
    assert await other.take(CODES[0]) is Claim.HELD
    await early.expire()
    assert await other.take(CODES[0]) is Claim.HELD
    await ended(one, other)
    postgresql.drop(name)


async def test_what_was_handled_is_forgotten_after_three_days_at_most(
    new_claims: Callable[..., Claims], now: Now
) -> None:
    """Of when it was handled a day is kept. A number that Telegram gives again after a silent week is another's."""
    one, other = new_claims(), new_claims()
    one.start()
    other.start()
    await one.take(CODES[0])
    one.finish(CODES[0])
    await ended(one)
    async with other._log.database.connection() as connection:
        until = await connection.scalar(sa.select(claim.c.until))
    assert until is not None
    assert until % DAY == 0
    now.at += timedelta(days=2)
    assert await other.take(CODES[0]) is Claim.DONE
    now.at += timedelta(days=1, seconds=1)
    await other._log.expire()
    assert await other.take(CODES[0]) is Claim.TAKEN
    await ended(other)


async def test_a_database_that_cannot_be_used_holds_nobody_up(
    tmp_path: Path, now: Now, caplog: pytest.LogCaptureFixture
) -> None:
    """What comes is taken, each once in this process, and the trouble is told once."""
    (tmp_path / "file").write_text("no folder")
    claims = Claims(GapLog(tmp_path / "file", KEYS, keep=timedelta(days=9), now=now))
    claims.start()
    async with asyncio.timeout(30):
        assert [await claims.take(code) for code in CODES] == [Claim.TAKEN] * 200
    claims.finish(CODES[0])
    assert await claims.take(CODES[0]) is Claim.DONE
    assert await claims.take(CODES[1]) is Claim.HELD
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "which updates are handled cannot be asked" in caplog.text
    await ended(claims)
