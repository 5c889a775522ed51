"""The recorder: nobody waits for the gap log, and nothing is lost while it fails."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.domain.faq import Channel, Count, Note
from bot.gaps.repository import GapLog
from bot.gaps.writer import Recorder
from tests.gaps.test_repository import ASKER, KEEP, KEYS, OTHER, held, in_a_file, note


def recorder_of(log: GapLog) -> Recorder:
    """A recorder that soon tries again, and holds little."""
    return Recorder(log, retry=timedelta(seconds=0.05), patience=timedelta(seconds=0.5), most_waiting=20)


@pytest.fixture
async def recorder(tmp_path: Path, url: SecretStr | None) -> AsyncIterator[Recorder]:
    """Before a log in SQLite, and before one in PostgreSQL."""
    made = recorder_of(GapLog(tmp_path, KEYS, keep=KEEP, url=url, busy_seconds=0.1))
    yield made
    await made.stop()


async def test_what_is_noted_is_written(recorder: Recorder) -> None:
    """In order, soon, without anybody waiting."""
    recorder.start()
    for number in range(5):
        recorder.note(note(str(number)))
    assert await recorder.flush()
    assert [kept.gap.text for kept in await recorder.log.gaps()] == ["4", "3", "2", "1", "0"]


async def test_settled_means_written(recorder: Recorder) -> None:
    """For each of many who wait at once; where nothing was noted nobody waits."""
    recorder.start()
    await recorder.settled()

    async def noted(number: int) -> None:
        recorder.note(note(str(number)))
        await recorder.settled()
        assert str(number) in {kept.gap.text for kept in await recorder.log.gaps()}

    await asyncio.gather(*map(noted, range(15)))


async def test_nobody_waits_for_long_while_the_log_fails(recorder: Recorder, url: SecretStr | None) -> None:
    """And nothing is lost."""
    await recorder.log.write([])
    recorder.start()
    async with held(recorder.log, url), asyncio.timeout(30):
        for number in range(15):
            recorder.note(note(str(number)))
            await recorder.settled()
    assert await recorder.flush()
    assert len(await recorder.log.gaps()) == 15


async def test_while_the_log_is_locked_notes_wait(
    recorder: Recorder, url: SecretStr | None, caplog: pytest.LogCaptureFixture
) -> None:
    """The trouble is logged once with its mend, and once it is over all is written in order."""
    await recorder.log.write([])
    recorder.start()
    async with held(recorder.log, url):
        recorder.note(note("first"))
        assert not await recorder.flush(within=timedelta(seconds=0.5))
        recorder.note(note("second"))
    assert await recorder.flush()
    assert [kept.gap.text for kept in await recorder.log.gaps()] == ["second", "first"]
    told = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    said = [line for line in told if "another process holds it; end that one, or wait; answers go on" in line]
    assert len(said) == 1


@in_a_file
async def test_the_queue_is_bounded(recorder: Recorder, caplog: pytest.LogCaptureFixture) -> None:
    """While the log cannot be written the oldest notes go first, and how many is said."""
    recorder.log.path.mkdir()
    recorder.start()
    for number in range(50):
        recorder.note(note(str(number)))
    assert not await recorder.flush(within=timedelta(seconds=0.5))
    recorder.log.path.rmdir()
    assert await recorder.flush()
    assert [kept.gap.text for kept in await recorder.log.gaps()] == [str(number) for number in range(49, 29, -1)]
    assert "30 notes were dropped" in caplog.text


async def test_stopping_writes_what_waits(tmp_path: Path, url: SecretStr | None) -> None:
    """A stop that is asked for loses nothing."""
    recorder = Recorder(GapLog(tmp_path, KEYS, keep=KEEP, url=url))
    recorder.start()
    for number in range(300):
        recorder.note(Note(Count("answer", "en", Channel.PRIVATE, str(number % 3))))
    await recorder.stop()
    async with GapLog(tmp_path, KEYS, keep=KEEP, url=url) as log:
        assert [number for _, _, number in await log.counts()] == [100, 100, 100]


async def test_forget_reaches_what_waits(recorder: Recorder) -> None:
    """A person's note that is not yet written is forgotten too; others are written."""
    recorder.note(note("mine", asker=ASKER))
    recorder.note(note("theirs", asker=OTHER))
    recorder.start()
    assert await recorder.forget(ASKER)
    await recorder.flush()
    assert [kept.gap.text for kept in await recorder.log.gaps()] == ["theirs"]


async def test_forget_reaches_what_is_just_being_written(recorder: Recorder, url: SecretStr | None) -> None:
    """The log is locked: it is not said to be done; once it can be, nothing of this person is written after all."""
    await recorder.log.write([])
    recorder.start()
    async with held(recorder.log, url):
        recorder.note(note("mine", asker=ASKER))
        recorder.note(note("theirs", asker=OTHER))
        assert not await recorder.flush(within=timedelta(seconds=0.3))
        assert not await recorder.forget(ASKER)
        recorder.note(note("mine, later", asker=ASKER))
    assert await recorder.flush()
    assert sorted(kept.gap.text for kept in await recorder.log.gaps()) == ["mine, later", "theirs"]


async def test_a_deletion_that_failed_is_tried_again(recorder: Recorder, url: SecretStr | None) -> None:
    """Somebody who blocked the bot cannot ask twice."""
    await recorder.log.write([note("mine")])
    recorder.start()
    await recorder.flush()
    async with held(recorder.log, url):
        assert not await recorder.forget(ASKER)
    assert await recorder.flush()
    assert await recorder.log.gaps() == []


async def test_what_could_not_be_written_at_the_end_is_said(
    tmp_path: Path, url: SecretStr | None, caplog: pytest.LogCaptureFixture
) -> None:
    """With its number; nothing is lost in silence."""
    recorder = recorder_of(GapLog(tmp_path, KEYS, keep=KEEP, url=url, busy_seconds=0.1))
    await recorder.log.write([])
    recorder.start()
    async with held(recorder.log, url):
        for number in range(7):
            recorder.note(note(str(number)))
        await recorder.stop(within=timedelta(seconds=0.3))
    assert "7 notes and 0 deletions never reached the gap log" in caplog.text


async def test_forget_that_fails_says_so(recorder: Recorder, url: SecretStr | None) -> None:
    """A person is not told that all is deleted when it is not."""
    await recorder.log.write([note("mine")])
    recorder.start()
    async with held(recorder.log, url):
        assert not await recorder.forget(ASKER)
    assert await recorder.forget(ASKER)


@in_a_file
async def test_languages_fail_softly(recorder: Recorder) -> None:
    """Without the log a choice is refused in words and none is known."""
    assert await recorder.choose_language(ASKER, "fr")
    assert await recorder.language(ASKER) == "fr"
    await recorder.log.close()
    for path in recorder.log.path.parent.iterdir():
        path.unlink()
    recorder.log.path.write_bytes(b"no database" * 100)
    assert not await recorder.choose_language(ASKER, "ar")
    assert await recorder.language(ASKER) is None


async def test_old_gaps_go_by_themselves(recorder: Recorder, url: SecretStr | None) -> None:
    """The daily deletion runs at the start too."""
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    old = GapLog(recorder.log.path.parent, KEYS, keep=KEEP, url=url, now=lambda: long_ago)
    await old.write([note("old")])
    await old.close()
    recorder.start()
    for _ in range(500):
        if not await recorder.log.gaps():
            break
        await asyncio.sleep(0.02)
    assert await recorder.log.gaps() == []
