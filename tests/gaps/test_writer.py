"""The recorder: nobody waits for the gap log, and nothing is lost while it fails."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.domain.conversation import Channel, Outcome
from bot.domain.gap import Count, Note
from bot.gaps import writer
from bot.gaps.repository import GapLog
from bot.gaps.writer import GapWriter
from bot.replicas.update_leases import LeaseState, UpdateLeases
from bot.storage.stores import FILE
from tests.gaps.test_repository import ASKER, KEEP, KEYS, OTHER, held, in_a_file, note


def recorder_of(log: GapLog) -> GapWriter:
    """A recorder that soon tries again, and holds little."""
    return GapWriter(log, retry=timedelta(seconds=0.05), patience=timedelta(seconds=0.5), most_waiting=20)


@pytest.fixture
async def gap_writer(tmp_path: Path, url: SecretStr | None) -> AsyncIterator[GapWriter]:
    """Before a log in SQLite, and before one in PostgreSQL."""
    made = recorder_of(GapLog(tmp_path, KEYS, keep=KEEP, url=url, busy_seconds=0.1))
    yield made
    await made.stop()


async def test_what_is_noted_is_written(gap_writer: GapWriter) -> None:
    """In order, soon, without anybody waiting."""
    gap_writer.start()
    for number in range(5):
        gap_writer.note(note(str(number)))
    assert await gap_writer.flush()
    assert [kept.gap.text for kept in await gap_writer.log.gaps()] == ["4", "3", "2", "1", "0"]


async def test_a_log_is_opened_before_it_is_needed(gap_writer: GapWriter, url: SecretStr | None) -> None:
    """While another holds it, nobody waits for longer than the patience."""
    async with held(gap_writer.log, url), asyncio.timeout(30):
        await gap_writer.open()
    gap_writer._patience = 60  # however slow the database is
    assert await gap_writer.open()


async def test_a_log_that_cannot_be_opened_holds_nothing_up(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Nor is it reported twice: whoever uses it says what is the matter."""
    (tmp_path / FILE).mkdir()
    unusable = recorder_of(GapLog(tmp_path, KEYS, keep=KEEP))
    assert not await unusable.open()
    assert caplog.text == ""
    await unusable.stop()


async def test_settled_means_written(gap_writer: GapWriter) -> None:
    """For each of many who wait at once; where nothing was noted nobody waits."""
    gap_writer._patience = 60  # however slow the database is
    gap_writer.start()
    await gap_writer.settled()

    async def noted(number: int) -> None:
        gap_writer.note(note(str(number)))
        await gap_writer.settled()
        assert str(number) in {kept.gap.text for kept in await gap_writer.log.gaps()}

    await asyncio.gather(*map(noted, range(15)))


async def test_what_is_noted_for_an_update_waits_for_it(gap_writer: GapWriter, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until it is handled, and is dropped where it is not; what others note meanwhile is written."""
    monkeypatch.setattr(writer, "LONGEST_HELD", timedelta(hours=1))
    gap_writer._patience = 60  # however slow the database is
    gap_writer.start()
    handled, cut_off = (KEYS.pseudonym("update", name) for name in ("handled", "cut off"))
    gap_writer.note(note("before"))

    async def handle(update: str, text: str, *, is_settled: bool) -> None:
        with gap_writer.holding(update):
            gap_writer.note(note(text))
            assert await gap_writer.flush()
            assert text not in {kept.gap.text for kept in await gap_writer.log.gaps()}
            assert not is_settled or await gap_writer.settled()

    await asyncio.gather(handle(handled, "one", is_settled=True), handle(cut_off, "two", is_settled=False))
    gap_writer.note(note("behind"))
    assert await gap_writer.flush()
    assert sorted(kept.gap.text for kept in await gap_writer.log.gaps()) == ["before", "behind", "one"]
    leases = UpdateLeases(gap_writer.log.database, gap_writer.log.now)
    leases.start()
    leases._exchanges._patience = 60
    assert [await leases.acquire(update) for update in (handled, cut_off)] == [LeaseState.HANDLED, LeaseState.OURS]
    await leases.stop()


async def test_what_is_noted_waits_for_no_slow_reply(gap_writer: GapWriter, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a while it is written all the same."""
    monkeypatch.setattr(writer, "LONGEST_HELD", timedelta(seconds=0.05))
    gap_writer.start()
    with gap_writer.holding(KEYS.pseudonym("update", "slow")):
        gap_writer.note(note("said"))
        async with asyncio.timeout(60):
            while not await gap_writer.log.gaps():
                await asyncio.sleep(0.01)


async def test_forget_reaches_what_waits_for_its_update(gap_writer: GapWriter) -> None:
    """As it reaches all that is noted."""
    gap_writer._patience = 60  # however slow the database is
    gap_writer.start()
    with gap_writer.holding(KEYS.pseudonym("update", "last")):
        gap_writer.note(note("mine", asker=ASKER))
        assert await gap_writer.forget(ASKER)
        assert await gap_writer.settled()
    assert await gap_writer.log.gaps() == []


async def test_nobody_waits_for_long_while_the_log_fails(gap_writer: GapWriter, url: SecretStr | None) -> None:
    """And nothing is lost."""
    await gap_writer.log.write([])
    gap_writer.start()
    async with held(gap_writer.log, url), asyncio.timeout(30):
        for number in range(15):
            gap_writer.note(note(str(number)))
            await gap_writer.settled()
    assert await gap_writer.flush()
    assert len(await gap_writer.log.gaps()) == 15


async def test_while_the_log_is_locked_notes_wait(
    gap_writer: GapWriter, url: SecretStr | None, caplog: pytest.LogCaptureFixture
) -> None:
    """The trouble is logged once with its mend, and once it is over all is written in order."""
    await gap_writer.log.write([])
    gap_writer.start()
    async with held(gap_writer.log, url):
        gap_writer.note(note("first"))
        assert not await gap_writer.flush(within=timedelta(seconds=0.5))
        gap_writer.note(note("second"))
    assert await gap_writer.flush()
    assert [kept.gap.text for kept in await gap_writer.log.gaps()] == ["second", "first"]
    told = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    said = [line for line in told if "another process holds it; end that one, or wait; answers go on" in line]
    assert len(said) == 1


@in_a_file
async def test_the_queue_is_bounded(gap_writer: GapWriter, caplog: pytest.LogCaptureFixture) -> None:
    """While the log cannot be written the oldest notes go first, and how many is said."""
    gap_writer.log.path.mkdir()
    gap_writer.start()
    for number in range(50):
        gap_writer.note(note(str(number)))
    assert not await gap_writer.flush(within=timedelta(seconds=0.5))
    gap_writer.log.path.rmdir()
    assert await gap_writer.flush()
    assert [kept.gap.text for kept in await gap_writer.log.gaps()] == [str(number) for number in range(49, 29, -1)]
    assert "30 notes were dropped" in caplog.text


async def test_a_note_that_cannot_be_written_costs_no_other(
    gap_writer: GapWriter, caplog: pytest.LogCaptureFixture
) -> None:
    """A fault of ours in one of many: it alone is dropped, which is logged; who waits for others waits on."""
    faulty = Note(Count(Outcome.ANSWER, "en", None, "sky"))  # type: ignore[arg-type]  # no such note is known
    gap_writer._patience = 60  # however slow the database is
    gap_writer.start()
    for number in range(6):
        gap_writer.note(faulty if number == 2 else note(str(number)))
    async with asyncio.timeout(60):
        while gap_writer.waiting:  # a database that is busy for a moment is asked again
            await asyncio.sleep(0.01)
    assert sorted(kept.gap.text for kept in await gap_writer.log.gaps()) == ["0", "1", "3", "4", "5"]
    assert "a note cannot be written (AttributeError) and is dropped" in caplog.text


async def test_stopping_writes_what_waits(tmp_path: Path, url: SecretStr | None) -> None:
    """A stop that is asked for loses nothing."""
    gap_writer = GapWriter(GapLog(tmp_path, KEYS, keep=KEEP, url=url))
    gap_writer.start()
    for number in range(300):
        gap_writer.note(Note(Count(Outcome.ANSWER, "en", Channel.PRIVATE, str(number % 3))))
    await gap_writer.stop()
    async with GapLog(tmp_path, KEYS, keep=KEEP, url=url) as log:
        assert [number for _, _, number in await log.counts()] == [100, 100, 100]


async def test_forget_reaches_what_waits(gap_writer: GapWriter) -> None:
    """A person's note that is not yet written is forgotten too; others are written."""
    gap_writer.note(note("mine", asker=ASKER))
    gap_writer.note(note("theirs", asker=OTHER))
    gap_writer.start()
    assert await gap_writer.forget(ASKER)
    await gap_writer.flush()
    assert [kept.gap.text for kept in await gap_writer.log.gaps()] == ["theirs"]


async def test_forget_reaches_what_is_just_being_written(gap_writer: GapWriter, url: SecretStr | None) -> None:
    """The log is locked: it is not said to be done; once it can be, nothing of this person is written after all."""
    await gap_writer.log.write([])
    gap_writer.start()
    async with held(gap_writer.log, url):
        gap_writer.note(note("mine", asker=ASKER))
        gap_writer.note(note("theirs", asker=OTHER))
        assert not await gap_writer.flush(within=timedelta(seconds=0.3))
        assert not await gap_writer.forget(ASKER)
        gap_writer.note(note("mine, later", asker=ASKER))
    assert await gap_writer.flush()
    assert sorted(kept.gap.text for kept in await gap_writer.log.gaps()) == ["mine, later", "theirs"]


async def test_a_deletion_that_failed_is_tried_again(gap_writer: GapWriter, url: SecretStr | None) -> None:
    """Somebody who blocked the bot cannot ask twice."""
    await gap_writer.log.write([note("mine")])
    gap_writer.start()
    await gap_writer.flush()
    async with held(gap_writer.log, url):
        assert not await gap_writer.forget(ASKER)
    assert await gap_writer.flush()
    assert await gap_writer.log.gaps() == []


async def test_what_could_not_be_written_at_the_end_is_said(
    tmp_path: Path, url: SecretStr | None, caplog: pytest.LogCaptureFixture
) -> None:
    """With its number; nothing is lost in silence."""
    gap_writer = recorder_of(GapLog(tmp_path, KEYS, keep=KEEP, url=url, busy_seconds=0.1))
    await gap_writer.log.write([])
    gap_writer.start()
    async with held(gap_writer.log, url):
        for number in range(7):
            gap_writer.note(note(str(number)))
        await gap_writer.stop(within=timedelta(seconds=0.3))
    assert "7 notes and 0 deletions never reached the gap log" in caplog.text


async def test_forget_that_fails_says_so(gap_writer: GapWriter, url: SecretStr | None) -> None:
    """A person is not told that all is deleted when it is not."""
    await gap_writer.log.write([note("mine")])
    gap_writer.start()
    async with held(gap_writer.log, url):
        assert not await gap_writer.forget(ASKER)
    assert await gap_writer.forget(ASKER)


@in_a_file
async def test_languages_fail_softly(gap_writer: GapWriter) -> None:
    """Without the log a choice is refused in words and none is known."""
    assert await gap_writer.choose_language(ASKER, "fr")
    assert await gap_writer.language(ASKER) == "fr"
    await gap_writer.log.close()
    for path in gap_writer.log.path.parent.iterdir():
        path.unlink()
    gap_writer.log.path.write_bytes(b"no database" * 100)
    assert not await gap_writer.choose_language(ASKER, "ar")
    assert await gap_writer.language(ASKER) is None


async def test_old_gaps_go_by_themselves(gap_writer: GapWriter, url: SecretStr | None) -> None:
    """The daily deletion runs at the start too."""
    await gap_writer.log.expire()  # the log is in use
    await gap_writer.log.write([replace(note("old"), at=datetime(2020, 1, 1, tzinfo=UTC))])
    gap_writer.start()
    for _ in range(500):
        if not await gap_writer.log.gaps():
            break
        await asyncio.sleep(0.02)
    assert await gap_writer.log.gaps() == []
