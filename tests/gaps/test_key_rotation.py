"""Another key for the texts: all read on, the old one can go, and whatever goes wrong, nothing is lost."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from bot.gaps.key_rotation import Rekeyed, drop_old_keys, rekey, rekey_with_file
from bot.gaps.repository import GapLog
from bot.storage.errors import LogError
from bot.storage.keys import ASKERS_FILE, TEXTS_FILE, KeyProblem, Keys, new_text_key, read_keys, text_keys
from bot.storage.tables import gap
from tests.gaps.test_repository import (
    ASKER,
    KEEP,
    KEYS,
    OTHER,
    Clock,
    do,
    files_of,
    in_a_file,
    note,
    rows_of,
    stored_in,
)

NEW = text_keys(new_text_key())
BOTH = replace(KEYS, texts=(*NEW, *KEYS.texts))
NEW_ALONE = replace(KEYS, texts=NEW)


@pytest.fixture
def open_log(tmp_path: Path, url: SecretStr | None) -> Callable[[Keys], GapLog]:
    """Opens the log of this test, in SQLite or in PostgreSQL, with some keys."""
    clock = Clock()
    return lambda keys: GapLog(tmp_path / "data", keys, keep=KEEP, url=url, now=clock, busy_seconds=0.2)


@pytest.fixture
async def old(open_log: Callable[[Keys], GapLog]) -> AsyncIterator[GapLog]:
    """The log with the old key alone, as a bot that runs has it, with three gaps."""
    async with open_log(KEYS) as log:
        await log.write([note("one", message="m1"), note("two", asker=OTHER), note("three")])
        yield log


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A configuration folder with the two keys."""
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / TEXTS_FILE).write_bytes(KEYS.texts[0])
    (folder / ASKERS_FILE).write_text(KEYS.askers.hex(), encoding="ascii")
    return folder


@pytest.fixture
def read(folder: Path, tmp_path: Path) -> Callable[[], Keys]:
    """Reads the keys as a program does that starts now."""
    data = tmp_path / "data"
    return lambda: read_keys(gaps_key=None, asker_key_=None, folder=folder, data_dir=data, create=False)


async def rows(log: GapLog) -> list[tuple[int, bytes]]:
    """The texts as they are stored, and the check of the key."""
    found = await rows_of(log, "SELECT id, text FROM gap UNION ALL SELECT -id, text FROM key_check ORDER BY 1")
    return [(id_, token) for id_, token in found]


async def texts(log: GapLog) -> list[str]:
    """The texts of a log, the oldest first."""
    return [one.gap.text for one in await log.gaps()][::-1]


async def break_at(log: GapLog, gap: int) -> None:
    """Let the database refuse another text for a gap, as if the power went then."""
    if log.path.exists():
        trigger = f"CREATE TRIGGER breaks BEFORE UPDATE ON gap WHEN NEW.id = {gap}"
        await do(log, f"{trigger} BEGIN SELECT RAISE(ABORT, 'the power is gone'); END")
    else:
        await do(log, f"ALTER TABLE gap ADD CONSTRAINT breaks CHECK (id <> {gap}) NOT VALID")


async def hint(log: GapLog) -> None:
    """Undo `break_at`."""
    await do(log, "DROP TRIGGER breaks" if log.path.exists() else "ALTER TABLE gap DROP CONSTRAINT breaks")


# --- With the keys of a setting ---------------------------------------------------------------------------------------


async def test_all_texts_read_with_the_new_key_alone(old: GapLog, open_log: Callable[[Keys], GapLog]) -> None:
    """After it the old key can be taken out; nothing that it wrote stands in the log, nor in SQLite's journal."""
    before = await rows(old)
    async with open_log(BOTH) as log:
        assert await rekey(log, accepted=NEW) == 3
        assert await rekey(log, accepted=NEW) == 0, "what is done is not done again"
    stored = await stored_in(old)
    assert all(token not in stored for _, token in before)
    async with open_log(NEW_ALONE) as log:
        assert await texts(log) == ["one", "two", "three"]
        assert (await log.counts())[0][2] == 3


async def test_forget_and_edits_find_their_gaps_after_it(old: GapLog, open_log: Callable[[Keys], GapLog]) -> None:
    """The codes of persons and messages are of another key, which stays."""
    async with open_log(BOTH) as log:
        await rekey(log, accepted=NEW)
    async with open_log(NEW_ALONE) as log:
        await log.write([note("one, edited", message="m1", is_edited=True)])
        assert sorted(await texts(log)) == ["one, edited", "three", "two"]
        assert await log.forget(ASKER) == 2
        assert await texts(log) == ["two"]


async def test_a_failure_in_its_middle_leaves_all_as_it_was(old: GapLog, open_log: Callable[[Keys], GapLog]) -> None:
    """No text is written anew, and both the old and the new keys read; done again, it is done."""
    before = await rows(old)
    await break_at(old, 2)
    async with open_log(BOTH) as log:
        with pytest.raises(LogError):
            await rekey(log, accepted=NEW)
        assert await rows(old) == before
        assert await texts(old) == await texts(log) == ["one", "two", "three"]
        await hint(old)
        assert await rekey(log, accepted=NEW) == 3
        assert await texts(log) == ["one", "two", "three"]


async def test_what_one_of_two_keys_wrote_is_not_touched_again(old: GapLog, open_log: Callable[[Keys], GapLog]) -> None:
    """Only the texts of the older key are written anew."""
    async with open_log(BOTH) as log:
        await log.write([note("four")])
        new = (await rows(old))[-1]
        assert await rekey(log, accepted=NEW) == 3
        assert (await rows(old))[-1] == new


async def test_a_text_that_no_key_opens_stops_it(old: GapLog, open_log: Callable[[Keys], GapLog]) -> None:
    """The gap is named by its number, what to do is said, and not a byte is another."""
    strange = replace(KEYS, texts=text_keys(new_text_key())).encrypt("three")
    async with old.database.connection() as connection:
        await connection.execute(sa.update(gap).where(gap.c.id == 3).values(text=strange))
    before = await rows(old)
    async with open_log(BOTH) as log:
        with pytest.raises(LogError, match="none of the keys opens gap 3; add the key that it was written with"):
            await rekey(log, accepted=NEW)
    assert await rows(old) == before


@pytest.mark.parametrize("keys", [NEW_ALONE, replace(KEYS, askers=b"x" * 32)])
async def test_wrong_keys_change_nothing(old: GapLog, open_log: Callable[[Keys], GapLog], keys: Keys) -> None:
    """Neither the new key without the old one nor another key of the hashes."""
    before = await rows(old)
    async with open_log(keys) as log:
        with pytest.raises(LogError, match=r"was begun with another (GAPS|ASKER)_KEY; set the"):
            await rekey(log, accepted=keys.texts)
    assert await rows(old) == before


async def test_a_bot_with_the_old_key_alone_writes_nothing_that_would_be_lost(
    old: GapLog, open_log: Callable[[Keys], GapLog]
) -> None:
    """It runs on since before; what to do is said, and what it has to note waits for that."""
    async with open_log(BOTH) as log:
        await rekey(log, accepted=NEW)
    with pytest.raises(LogError, match="has another GAPS_KEY by now; set that one if it is a setting, and start"):
        await old.write([note("four")])
    assert await old.forget(OTHER) == 1, "to forget needs no key of texts"
    async with open_log(NEW_ALONE) as log:
        assert await texts(log) == ["one", "three"]


# --- With the key in the configuration folder -------------------------------------------------------------------------


async def test_the_file_gets_a_new_key_and_then_loses_the_old_one(
    old: GapLog, open_log: Callable[[Keys], GapLog], read: Callable[[], Keys], folder: Path
) -> None:
    """In two steps. Between them a bot with the old key writes on, and what it wrote is taken along by the second."""
    file = folder / TEXTS_FILE
    assert await rekey_with_file(open_log, read, file) == Rekeyed(texts=3, keys=2)
    (new, behind) = read().texts
    assert behind == KEYS.texts[0]
    assert file.stat().st_mode & 0o777 == 0o600
    await old.write([note("four")])
    assert await drop_old_keys(open_log, read, file) == Rekeyed(texts=1, keys=1)
    assert read().texts == (new,)
    assert file.stat().st_mode & 0o777 == 0o600
    assert sorted(one.name for one in folder.iterdir()) == [ASKERS_FILE, TEXTS_FILE]
    with pytest.raises(LogError, match="has another GAPS_KEY by now"):
        await old.write([note("five")])
    async with open_log(read()) as log:
        assert await texts(log) == ["one", "two", "three", "four"]
        assert await log.forget(ASKER) == 3


async def test_done_twice_it_adds_no_third_key(
    old: GapLog, open_log: Callable[[Keys], GapLog], read: Callable[[], Keys], folder: Path
) -> None:
    """The second time it goes on with what the first began."""
    file = folder / TEXTS_FILE
    await rekey_with_file(open_log, read, file)
    keys = read().texts
    await old.write([note("four")])
    assert await rekey_with_file(open_log, read, file) == Rekeyed(texts=1, keys=2)
    assert read().texts == keys
    await drop_old_keys(open_log, read, file)
    assert await drop_old_keys(open_log, read, file) == Rekeyed(texts=0, keys=1)


async def test_after_a_failure_the_file_has_every_key_that_a_text_needs(
    old: GapLog, open_log: Callable[[Keys], GapLog], read: Callable[[], Keys], folder: Path
) -> None:
    """In both steps: all read with the keys that are there, and the step can be done again."""
    file = folder / TEXTS_FILE
    await break_at(old, 2)
    with pytest.raises(LogError):
        await rekey_with_file(open_log, read, file)
    await hint(old)
    async with open_log(read()) as log:
        assert await texts(log) == ["one", "two", "three"]
    assert await rekey_with_file(open_log, read, file) == Rekeyed(texts=3, keys=2)
    await old.write([note("four")])
    await break_at(old, 4)
    with pytest.raises(LogError):
        await drop_old_keys(open_log, read, file)
    assert len(read().texts) == 2
    await hint(old)
    await drop_old_keys(open_log, read, file)
    async with open_log(read()) as log:
        assert await texts(log) == ["one", "two", "three", "four"]


async def test_a_text_that_no_key_opens_leaves_the_key_file_as_it_is(
    old: GapLog, open_log: Callable[[Keys], GapLog], read: Callable[[], Keys], folder: Path
) -> None:
    """It is found before a key is made."""
    async with old.database.connection() as connection:
        await connection.execute(sa.update(gap).where(gap.c.id == 1).values(text=b"0"))
    before, keys = await rows(old), (folder / TEXTS_FILE).read_bytes()
    with pytest.raises(LogError, match="none of the keys opens gap 1"):
        await rekey_with_file(open_log, read, folder / TEXTS_FILE)
    assert (await rows(old), (folder / TEXTS_FILE).read_bytes()) == (before, keys)


@in_a_file
async def test_a_journal_that_is_read_keeps_the_old_key(
    old: GapLog, open_log: Callable[[Keys], GapLog], read: Callable[[], Keys], folder: Path
) -> None:
    """What the old key wrote still stands there: the key goes only once that is gone."""
    file = folder / TEXTS_FILE
    await rekey_with_file(open_log, read, file)
    await old.write([note("four")])
    token = (await rows(old))[-1][1]
    with closing(sqlite3.connect(old.path)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM gap").fetchall()
        with pytest.raises(LogError, match="still stands in its journal"):
            await drop_old_keys(open_log, read, file)
    assert len(read().texts) == 2
    assert await drop_old_keys(open_log, read, file) == Rekeyed(texts=0, keys=1)
    assert token not in files_of(old)


async def test_a_missing_key_file_is_said(
    old: GapLog, open_log: Callable[[Keys], GapLog], read: Callable[[], Keys], folder: Path
) -> None:
    """No key is made in its place, and the texts stay."""
    before = await rows(old)
    (folder / TEXTS_FILE).unlink()
    for step in (rekey_with_file, drop_old_keys):
        with pytest.raises(KeyProblem, match="GAPS_KEY is not set, and there is no key in"):
            await step(open_log, read, folder / TEXTS_FILE)
    assert await rows(old) == before
    assert not (folder / TEXTS_FILE).exists()


async def test_two_logs_with_one_key_file(
    old: GapLog,
    open_log: Callable[[Keys], GapLog],
    read: Callable[[], Keys],
    folder: Path,
    tmp_path: Path,
    new_url: Callable[[], SecretStr | None],
) -> None:
    """The first step for each of them, then the second for each: both read on."""
    file, url = folder / TEXTS_FILE, new_url()

    def open_other(keys: Keys) -> GapLog:
        return GapLog(tmp_path / "other", keys, keep=KEEP, url=url, now=Clock())

    async with open_other(KEYS) as log:
        await log.write([note("elsewhere")])
    await rekey_with_file(open_log, read, file)
    assert await rekey_with_file(open_other, read, file) == Rekeyed(texts=1, keys=2)
    await drop_old_keys(open_log, read, file)
    async with open_other(read()) as log:
        assert await texts(log) == ["elsewhere"]
