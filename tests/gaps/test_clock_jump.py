"""A clock that is far off: it deletes nothing that is young, and what is too old goes a day later at the latest.

On both databases, with clocks that the test turns.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.domain.gap import GapStatus
from bot.gaps.clock_jump import ABSENCE, STEADY
from bot.gaps.repository import Expired, GapLog
from bot.gaps.transfer import export_log, import_log
from bot.gaps.writer import GapWriter
from bot.storage.errors import DamagedError
from bot.storage.keys import Keys, asker_key, new_asker_key, new_text_key, text_keys
from bot.storage.stores import FILE
from tests.cli.test_main import run
from tests.gaps.test_repository import ASKER, KEEP, KEYS, START, Clock, do, in_a_file, note

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
JUMP = timedelta(days=100)
MIDDAY = START.replace(minute=0, second=0)


@pytest.fixture
async def log(tmp_path: Path, clock: Clock, url: SecretStr | None) -> AsyncIterator[GapLog]:
    """A log in SQLite, and one in PostgreSQL."""
    async with GapLog(tmp_path / "data", KEYS, keep=KEEP, url=url, now=clock) as opened:
        yield opened


async def _use_daily(log: GapLog, clock: Clock, days: int) -> int:
    """Go on for days in each of which the log is used; how many gaps were deleted."""
    deleted = 0
    for _ in range(days):
        clock.now += DAY
        await log.write([note(message="of each day")])
        deleted += (await log.expire()).gaps
    return deleted


async def test_a_jump_deletes_nothing(log: GapLog, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    """No gap, language or file that was set aside; what to do is logged."""
    await log.write([note("young")])
    await log.choose_language(ASKER, "fr")
    await log.expire()
    aside = log.path.parent / f"{FILE}.damaged-20261125T132142"
    log.path.parent.mkdir(exist_ok=True)
    aside.write_bytes(b"")
    clock.now += JUMP
    expired = await log.expire()
    assert expired == Expired(0, clock.now.replace(second=0) + STEADY)
    assert [kept.gap.text for kept in await log.gaps()] == ["young"]
    assert await log.language(ASKER) == "fr"
    assert aside.exists()
    assert "nothing is deleted for its age until 2027-03-06 13:21 UTC; see by then that it is right" in caplog.text


async def test_on_a_right_clock_it_goes_a_day_later(log: GapLog, clock: Clock) -> None:
    """The bot was off for so long: nothing before that day has passed, all once it has."""
    await log.write([note("old")])
    await log.expire()
    clock.now = MIDDAY + JUMP
    assert (await log.expire()).waits_until == clock.now + STEADY
    clock.now += STEADY - timedelta(seconds=1)
    assert (await log.expire()).waits_until == MIDDAY + JUMP + STEADY
    clock.now += timedelta(seconds=1)
    assert await log.expire() == Expired(1)
    assert await _use_daily(log, clock, 5) == 0
    assert len(await log.gaps()) == 1


async def test_what_is_written_by_a_clock_does_not_confirm_it(log: GapLog, clock: Clock, url: SecretStr | None) -> None:
    """Though the log is full of it, and the program was started anew."""
    await log.write([note("young")])
    await log.expire()
    clock.now += JUMP
    await log.write([note(str(number)) for number in range(5)])
    assert (await log.expire()).waits_until is not None
    clock.now += STEADY / 2
    async with GapLog(log.path.parent, KEYS, keep=KEEP, url=url, now=clock) as anew:
        await anew.write([note()])
        assert (await anew.expire()).waits_until is not None
        assert "young" in {kept.gap.text for kept in await anew.gaps()}


async def test_a_clock_that_is_set_right_deletes_by_the_right_time(log: GapLog, clock: Clock) -> None:
    """As if it had never been wrong, and the next jump is noticed as well."""
    await log.write([note("young")])
    await log.expire()
    for _ in range(3):
        right = clock.now
        clock.now += JUMP
        assert (await log.expire()).waits_until is not None
        clock.now = right
        assert await _use_daily(log, clock, 3) == 0
    clock.now = START.replace(second=0) + KEEP - MINUTE
    await log.write([note()])
    while (await log.expire()).waits_until is not None:  # by then it was not used for weeks
        clock.now += STEADY
    assert "young" not in {kept.gap.text for kept in await log.gaps()}


async def test_a_second_jump_is_waited_for_as_well(log: GapLog, clock: Clock) -> None:
    """The time that it lies ahead of the first is no time for which the clock went on."""
    await log.write([note("young")])
    await log.expire()
    for _ in range(3):
        clock.now += JUMP
        assert (await log.expire()).waits_until == clock.now.replace(second=0) + STEADY
    assert len(await log.gaps()) == 1


async def test_a_clock_that_is_set_back_breaks_nothing(log: GapLog, clock: Clock) -> None:
    """Nothing is deleted by it; once it is right, what is too old goes a day later at the latest."""
    await log.write([note("young")])
    await log.expire()
    right = clock.now
    for back in (DAY, JUMP, timedelta(days=20_000)):
        clock.now = right - back
        assert await log.expire() == Expired(0)
        assert await log.acquire_job("expire", clock.now.date().isoformat())
        await log.write([note(message="in the past")])
        clock.now = right
        await log.expire()
    assert "young" in {kept.gap.text for kept in await log.gaps()}
    clock.now = right + KEEP
    await log.expire()
    clock.now += STEADY
    await log.expire()
    assert await log.gaps() == []


async def test_a_week_without_a_use_is_no_jump(log: GapLog, clock: Clock) -> None:
    """What is too old goes at once; a minute more, and it waits."""
    clock.now = MIDDAY
    await log.expire()
    await log.write([note("one"), replace(note("two"), at=START - KEEP)])
    clock.now += ABSENCE
    assert await log.expire() == Expired(1)
    clock.now += ABSENCE + MINUTE
    assert (await log.expire()).waits_until is not None


async def test_a_log_without_a_mark_goes_by_what_it_holds(log: GapLog, clock: Clock) -> None:
    """One of before there were marks, or a copy: by its newest gap or count, but not by what was written just now."""
    await log.write([note("young")])
    clock.now += JUMP
    await log.write([note("now")])
    assert (await log.expire()).waits_until is not None
    await do(log, "DELETE FROM job", "DELETE FROM gap")
    await log.write([replace(note("old"), at=START)])
    assert (await log.expire()).waits_until is not None, "there are counts of that day"
    await do(log, "DELETE FROM job", "DELETE FROM count")
    assert (await log.expire()).waits_until is not None, "there is a gap of that day"
    await do(log, "DELETE FROM job", "DELETE FROM gap")
    assert (await log.expire()).waits_until is None


async def test_one_of_two_clocks_is_wrong(log: GapLog, clock: Clock, url: SecretStr | None) -> None:
    """Of two processes with one log: the wrong one deletes nothing for as long as the other one is right."""
    await log.write([note("young")])
    await log.expire()
    ahead = Clock()
    async with GapLog(log.path.parent, KEYS, keep=KEEP, url=url, now=ahead) as other:
        for hours in range(0, 24 * 8, 8):
            clock.now = START + timedelta(hours=hours)
            ahead.now = clock.now + JUMP + timedelta(hours=4)
            await log.expire()
            assert (await other.expire()).gaps == 0
    assert len(await log.gaps()) == 1


async def test_deleting_by_hand_does_not_wait(log: GapLog, clock: Clock) -> None:
    """Whoever purges has looked at the day."""
    await log.write([note()])
    await log.expire()
    clock.now += JUMP
    assert (await log.expire()).waits_until is not None
    assert await log.purge(before=(START + DAY).date()) == 1


class GoesOn(Clock):
    """A clock that goes on by a little each time that somebody looks at it."""

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=10)
        return self.now


async def test_the_running_bot_deletes_once_it_may(tmp_path: Path, url: SecretStr | None) -> None:
    """It waits for the end of that day, not for the next look a day later."""
    clock = GoesOn()
    async with GapLog(tmp_path, KEYS, keep=KEEP, url=url, now=clock) as log:
        await log.write([note("old")])
        await log.expire()
        clock.now = MIDDAY + JUMP
        assert (await log.expire()).waits_until is not None
        clock.now += STEADY - timedelta(milliseconds=100)
        gap_writer = GapWriter(log)
        gap_writer.start()
        async with asyncio.timeout(60):
            while await log.gaps():
                await asyncio.sleep(0.01)
        await gap_writer.stop()


async def test_an_import_by_a_wrong_clock_keeps_the_reviews(
    new_url: Callable[[], SecretStr | None], tmp_path: Path, clock: Clock
) -> None:
    """A copy is written anew by an import, and what is too old is left out: not by a clock that may have jumped."""
    own = Keys(text_keys(new_text_key()), asker_key(new_asker_key()))
    async with (
        GapLog(tmp_path / "server", KEYS, keep=KEEP, url=new_url(), now=clock) as server,
        GapLog(tmp_path / "laptop", own, keep=KEEP, url=new_url(), now=clock) as copy,
    ):
        await server.write([note("one"), note("two")])
        export = await export_log(server)
        await import_log(copy, export)
        await copy.expire()
        (gap, _) = await copy.gaps()
        await copy.mark([gap.id], GapStatus.RESOLVED, entry="sky")
        clock.now += JUMP
        await import_log(copy, export)
        assert [kept.status for kept in await copy.gaps()] == [GapStatus.RESOLVED, GapStatus.NEW]


@in_a_file
async def test_a_mark_that_is_no_time_is_damage(log: GapLog) -> None:
    """It is told as such."""
    await log.expire()
    await do(log, "UPDATE job SET period = 'some time'")
    with pytest.raises(DamagedError):
        await log.expire()


@pytest.mark.slow
def test_the_command_line_waits_as_well(tmp_path: Path, cache: Path) -> None:
    """`gaps` lists what is too old, and says on standard error that it waits; purged by hand it is gone."""
    keys = {"GAPS_KEY": KEYS.texts[0].decode(), "ASKER_KEY": KEYS.askers.hex()}
    own: dict[str, Any] = keys | {"DATA_DIR": str(tmp_path)}
    then = datetime.now(UTC) - JUMP

    async def begin() -> None:
        async with GapLog(tmp_path, KEYS, keep=KEEP, now=lambda: then) as log:
            await log.write([note()])
            await log.expire()

    asyncio.run(begin())
    for _ in range(2):
        done = run("gaps", cache=cache, **own)
        assert done.returncode == 0
        assert "why is the sky blue" in done.stdout
        assert "in case it has jumped, nothing is deleted for its age until" in done.stderr
    run("gaps", "purge", "--all", "--yes", cache=cache, **own)
    assert "No gaps" in run("gaps", cache=cache, **own).stdout
