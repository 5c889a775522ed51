"""The gap log on both its databases: what is kept, what is not, what is forgotten, and what a failure says.

What is of SQLite's file alone is tested here too, what is of PostgreSQL alone in `test_postgresql`.
"""

from __future__ import annotations

import asyncio
import gc
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from pydantic import SecretStr

from bot.domain.conversation import Channel, Outcome
from bot.domain.gap import OPEN, Count, Gap, GapReason, GapStatus, Note
from bot.gaps.repository import UNREADABLE, GapLog
from bot.storage import migrate as schema
from bot.storage.errors import LogError
from bot.storage.keys import Keys, asker_key, new_asker_key, new_text_key, text_keys
from bot.storage.sqlite import FileEngine
from bot.storage.stores import FILE, store_of
from bot.storage.tables import TABLES

KEYS = Keys(text_keys(new_text_key()), asker_key(new_asker_key()))
KEEP = timedelta(days=90)
START = datetime(2026, 11, 25, 13, 21, 42, tzinfo=UTC)
ASKER, OTHER = KEYS.pseudonym("asker", "telegram:1"), KEYS.pseudonym("asker", "telegram:2")
in_a_file = pytest.mark.parametrize("new_url", ["sqlite"], indirect=True)  # for tests of what SQLite alone does


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


async def use_until(log: GapLog, clock: Clock, then: datetime) -> None:
    """Let the time pass to then, in which the log is used every day."""
    while clock.now + timedelta(days=1) < then:
        clock.now += timedelta(days=1)
        await log.expire()
    clock.now = then


def note(
    text: str = "why is the sky blue", *, asker: str | None = ASKER, message: str | None = None, is_edited: bool = False
) -> Note:
    """The note of a gap."""
    gap = Gap(GapReason.NO_MATCH, text, "en", Channel.PRIVATE, "v1", (("sky", 0.25), ("sea", 0.125)))
    return Note(Count(Outcome.UNANSWERED, "en", Channel.PRIVATE), gap, asker, message, is_edited)


def files_of(log: GapLog) -> bytes:
    """All that stands in the database and its journal."""
    return b"".join(path.read_bytes() for path in log.path.parent.iterdir())


async def rows_of(log: GapLog, statement: str, **values: object) -> list[tuple[Any, ...]]:
    """What a statement gives in the log's database."""
    async with log.database.connection() as connection:
        return [tuple(row) for row in (await connection.execute(sa.text(statement), values)).all()]


@asynccontextmanager
async def held(log: GapLog, url: SecretStr | None) -> AsyncIterator[None]:
    """Meanwhile another process holds the log."""
    async with (
        GapLog(log.path.parent, KEYS, keep=KEEP, url=url) as other,
        other.database.connection(alone=True),
    ):
        yield


async def do(log: GapLog, *statements: str) -> None:
    """Change something in the log's database behind its back."""
    async with log.database.connection() as connection:
        for statement in statements:
            await connection.execute(sa.text(statement))


async def stored_in(log: GapLog) -> bytes:
    """All that the tables hold; of SQLite all that stands in its files too."""
    async with log.database.connection() as connection:
        rows = [row for table in TABLES.sorted_tables for row in (await connection.execute(sa.select(table))).all()]
    cells = (cell if isinstance(cell, bytes) else str(cell).encode() for row in rows for cell in row)
    return b"\0".join(cells) + (files_of(log) if log.path.exists() else b"")


async def tokens_of(log: GapLog) -> list[bytes]:
    """The encrypted texts, the oldest first."""
    return [token for (token,) in await rows_of(log, "SELECT text FROM gap ORDER BY id")]


async def test_a_gap_comes_back_as_it_was(log: GapLog) -> None:
    """All of it, its time to the minute."""
    await log.write([note()])
    (kept,) = await log.gaps()
    assert kept.gap == note().gap
    assert kept.at == datetime(2026, 11, 25, 13, 21)
    assert kept.status == "new"


async def test_the_newest_gap_comes_first(log: GapLog, clock: Clock) -> None:
    """Within a minute too."""
    await log.write([note("first"), note("second")])
    clock.now += timedelta(minutes=5)
    await log.write([note("third")])
    assert [kept.gap.text for kept in await log.gaps()] == ["third", "second", "first"]
    assert [kept.gap.text for kept in await log.gaps(most=1)] == ["third"]


async def test_outcomes_are_counted_without_text(log: GapLog, clock: Clock) -> None:
    """By day, outcome, entry, language and channel, in one transaction or many."""
    answer = Note(Count(Outcome.ANSWER, "en", Channel.PRIVATE, "sky"))
    await log.write([answer, answer, note()])
    await log.write([answer])
    clock.now += timedelta(days=1)
    await log.write([answer])
    assert await log.counts() == [
        (date(2026, 11, 25), answer.count, 3),
        (date(2026, 11, 25), note().count, 1),
        (date(2026, 11, 26), answer.count, 1),
    ]


async def test_every_question_of_a_message_is_counted(log: GapLog) -> None:
    """Those after the first too."""
    first, second = (Count(Outcome.ANSWER, "en", Channel.PRIVATE, name) for name in ("sky", "tree"))
    await log.write([Note(first, also=(second, second))])
    assert await log.counts() == [(date(2026, 11, 25), first, 1), (date(2026, 11, 25), second, 2)]


async def test_texts_are_redacted_and_then_encrypted(log: GapLog) -> None:
    """Nothing of a text stands in the database, and what names a person is not even in the encrypted one."""
    await log.write([note("why does nobody answer mail to xyzzy@example.org about my asylum")])
    stored = await stored_in(log)
    assert b"asylum" not in stored
    assert b"xyzzy" not in stored
    (kept,) = await log.gaps()
    assert "asylum" in kept.gap.text
    assert "xyzzy" not in kept.gap.text


async def test_a_text_that_cannot_be_read_hides_no_other(log: GapLog) -> None:
    """It has lost a bit, or its key is gone; the gap stays, and can be marked and deleted."""
    await log.write([note(text, message=text) for text in ("one", "two")])
    token = bytearray((await tokens_of(log))[0])
    token[-9] ^= 1
    changed = TABLES.tables["gap"].update().where(sa.column("id") == 1).values(text=bytes(token))
    async with log.database.connection() as connection:
        await connection.execute(changed)
    assert [kept.gap.text for kept in await log.gaps()] == ["two", UNREADABLE]
    assert await log.mark([1], GapStatus.OFF_TOPIC) == 1


@in_a_file
async def test_the_file_is_for_its_owner_alone(log: GapLog) -> None:
    """The database, its journal and its folder."""
    await log.write([note()])
    assert all(path.stat().st_mode & 0o077 == 0 for path in log.path.parent.iterdir())
    assert log.path.parent.stat().st_mode & 0o077 == 0


@in_a_file
async def test_it_writes_ahead(log: GapLog) -> None:
    """Readers do not wait for writers (WAL)."""
    await log.write([note()])
    with closing(sqlite3.connect(log.path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


async def test_a_message_has_one_gap(log: GapLog) -> None:
    """Delivered again, or with another reason later, it stands once, as it was last."""
    await log.write([note("first", message="m1"), note("other", message="m2")])
    await log.write([note("again", message="m1")])
    assert sorted(kept.gap.text for kept in await log.gaps()) == ["again", "other"]


async def test_an_edit_that_is_answered_is_no_gap_any_more(log: GapLog) -> None:
    """What the message said before goes; the messages of others stay."""
    await log.write([note("frist", message="m1"), note("other", message="m2")])
    await log.write([Note(Count(Outcome.ANSWER, "en", Channel.PRIVATE, "sky"), None, None, "m1", is_edited=True)])
    assert [kept.gap.text for kept in await log.gaps()] == ["other"]


async def test_forget_deletes_all_of_a_person(log: GapLog) -> None:
    """Gaps and language; neither the code nor the encrypted text is left, in SQLite's file and journal neither."""
    await log.write([note("mine", asker=ASKER), note("mine too", asker=ASKER), note("theirs", asker=OTHER)])
    await log.choose_language(ASKER, "fr")
    mine = (await tokens_of(log))[:2]
    assert ASKER.encode() in await stored_in(log)
    assert await log.forget(ASKER) == 2
    stored = await stored_in(log)
    assert ASKER.encode() not in stored
    assert all(token not in stored for token in mine)
    assert [kept.gap.text for kept in await log.gaps()] == ["theirs"]
    assert await log.language(ASKER) is None
    assert await log.forget(ASKER) == 0


async def test_gaps_expire_and_counts_stay(log: GapLog, clock: Clock) -> None:
    """After the time to keep there are only numbers; the text has left SQLite's file."""
    await log.write([note("old")])
    (token,) = await tokens_of(log)
    await use_until(log, clock, START + KEEP - timedelta(minutes=1))
    await log.write([note("young")])
    assert (await log.expire()).gaps == 0, "it is not yet past its time"
    clock.now += timedelta(minutes=1)
    assert (await log.expire()).gaps == 1
    assert [kept.gap.text for kept in await log.gaps()] == ["young"]
    assert token not in await stored_in(log)
    assert sum(number for _, _, number in await log.counts()) == 2


async def test_a_gap_is_kept_to_the_end_of_its_time_and_no_longer(log: GapLog, clock: Clock) -> None:
    """Its time counts from the minute that it was asked in: to the second it is kept, a moment later it is gone."""
    await log.write([note()])
    await use_until(log, clock, START.replace(second=0) + KEEP)
    assert (await log.expire()).gaps == 0
    clock.now += timedelta(microseconds=1)
    assert (await log.expire()).gaps == 1


async def test_a_language_is_kept_to_the_last_day_of_its_time(log: GapLog, clock: Clock) -> None:
    """By whole days, as only the day is known on which it was used last."""
    await log.choose_language(ASKER, "fr")
    await use_until(log, clock, START.replace(hour=23, minute=59) + KEEP)
    await log.expire()
    assert await log.language(ASKER) == "fr"
    clock.now += timedelta(minutes=1)
    await log.expire()
    assert await log.language(ASKER) is None
    assert ASKER.encode() not in await stored_in(log)


async def test_what_was_asked_long_ago_expires_with_its_status(log: GapLog, clock: Clock) -> None:
    """Whatever became of it, and also where the clock of the one who asked was in another zone."""
    await log.write([note(str(number)) for number in range(4)])
    for gap, status in zip(await log.gaps(), GapStatus, strict=True):
        await log.mark([gap.id], status, entry="sky")
    await use_until(log, clock, START + KEEP)
    clock.now = clock.now.astimezone(timezone(timedelta(hours=14)))
    assert (await log.expire()).gaps == 4
    assert [number for _, _, number in await log.counts()] == [4]


async def test_purging_deletes(log: GapLog, clock: Clock) -> None:
    """Out of SQLite's file too. Gaps by status, by day or all; counts stay unless they are named."""
    await log.write([note(text, asker=None) for text in ("one", "two", "three", "four")])
    ids = {logged.gap.text: logged.id for logged in await log.gaps()}
    await log.mark([ids["one"]], GapStatus.RESOLVED, entry="sky")
    await log.mark([ids["two"]], GapStatus.OFF_TOPIC)
    settled = (GapStatus.RESOLVED, GapStatus.OFF_TOPIC)
    tokens = await tokens_of(log)
    assert await log.number(statuses=settled) == 2
    assert await log.purge(statuses=settled) == 2
    stored = await stored_in(log)
    assert [token in stored for token in tokens] == [False, False, True, True]

    clock.now += timedelta(days=1)
    await log.write([note("five")])
    assert await log.number(before=START.date()) == 0
    assert await log.purge(before=START.date() + timedelta(days=1)) == 2
    assert [logged.gap.text for logged in await log.gaps()] == ["five"]
    assert sum(number for _, _, number in await log.counts()) == 5
    assert await log.purge(with_counts=True) == 1
    assert await log.counts() == []


async def test_a_number_is_given_once(log: GapLog) -> None:
    """Also that of the newest gap, once it is deleted: a reviewer may still have it before them."""
    await log.write([note("one"), note("two")])
    before = await log.ids()
    await log.purge()
    await log.close()
    await log.write([note("three")])
    assert min(await log.ids()) > max(before)


async def test_gaps_by_their_numbers(log: GapLog) -> None:
    """Those that are there, newest first, of as many digits as somebody may type."""
    await log.write([note("one"), note("two"), note("three")])
    assert [logged.gap.text for logged in await log.gaps(ids=[1, 3, 2**63 - 1])] == ["three", "one"]
    assert await log.known([1, 3, 2**63 - 1]) == {1, 3}
    assert await log.gaps(ids=[]) == []


async def test_gaps_of_a_language_and_of_days(log: GapLog, clock: Clock) -> None:
    """From the first minute of a day to the last of another, in UTC."""
    days = [
        datetime(2026, 11, day, hour, minute, tzinfo=UTC)
        for day, hour, minute in ((1, 23, 59), (2, 0, 0), (3, 23, 59), (4, 0, 0))
    ]
    clock.now = days[-1]
    await log.write([replace(note(day.isoformat()), at=day) for day in days])
    found = await log.gaps(since=date(2026, 11, 2), until=date(2026, 11, 3))
    assert [gap.at.replace(tzinfo=UTC) for gap in found] == [days[2], days[1]]
    assert len(await log.gaps(since=date(2026, 11, 2))) == 3
    assert len(await log.gaps(until=date.max, since=date(2026, 11, 3), language="en")) == 2
    assert await log.gaps(language="fr") == []


async def test_a_language_is_kept_while_it_is_used(log: GapLog, clock: Clock) -> None:
    """A choice expires when its person has not written for the time to keep; using it keeps it."""
    await log.choose_language(ASKER, "fr")
    await log.choose_language(ASKER, "ar")
    await log.choose_language(OTHER, "fr")
    clock.now += timedelta(days=60)
    assert await log.language(ASKER) == "ar"
    await log.touch([ASKER])
    clock.now += timedelta(days=60)
    await log.expire()
    assert await log.language(ASKER) == "ar"
    assert await log.language(OTHER) is None


async def test_four_logs_write_to_one_database(tmp_path: Path, url: SecretStr | None) -> None:
    """The bot and a terminal, or some that start at once: each note is there once."""
    logs = [GapLog(tmp_path, KEYS, keep=KEEP, url=url, now=Clock()) for _ in range(4)]
    await asyncio.gather(*(log.write([note(str(number))]) for number, log in enumerate(logs)))
    assert sorted(kept.gap.text for kept in await logs[0].gaps()) == ["0", "1", "2", "3"]
    assert [number for _, _, number in await logs[1].counts()] == [4]
    for log in logs:
        await log.close()


@in_a_file
async def test_a_log_that_is_deleted_is_begun_anew(log: GapLog) -> None:
    """What is written after it is not lost in a file that nobody sees."""
    await log.write([note("before")])
    for path in log.path.parent.iterdir():
        path.unlink()
    await log.write([note("after")])
    assert [kept.gap.text for kept in await log.gaps()] == ["after"]


@in_a_file
async def test_a_log_that_is_replaced_is_noticed(log: GapLog, tmp_path: Path) -> None:
    """A backup put in its place, or a new log begun by a terminal: the bot writes to the file that others see."""
    async with GapLog(tmp_path / "other", KEYS, keep=KEEP, now=Clock()) as other:
        await other.write([note("of the backup")])
    await log.write([note("before")])
    for path in log.path.parent.iterdir():
        path.unlink()
    (tmp_path / "other" / FILE).rename(log.path)
    await log.write([note("after")])
    async with GapLog(log.path.parent, KEYS, keep=KEEP) as seen:
        assert sorted(kept.gap.text for kept in await seen.gaps()) == ["after", "of the backup"]


@pytest.mark.slow
async def test_closing_leaves_no_connection_open(tmp_path: Path, url: SecretStr | None) -> None:
    """Though others are just using it: the last of them closes it, and nothing is lost."""
    log = GapLog(tmp_path, KEYS, keep=KEEP, url=url, busy_seconds=60)  # they wait for each other, however slow
    for _ in range(20):
        writes = [asyncio.create_task(log.write([note()])) for _ in range(5)]
        await asyncio.sleep(0.001)
        await log.close()
        await asyncio.gather(*writes)
    assert len(await log.gaps()) == 100
    await log.close()
    gc.collect()  # an open connection that is collected warns, and a warning fails the test


async def test_a_note_keeps_the_time_that_it_was_asked(log: GapLog, clock: Clock) -> None:
    """Though it was written hours later: its minute, its day, and when it expires."""
    asked = replace(note(), at=START)
    clock.now += timedelta(hours=12)
    await log.write([asked])
    (kept,) = await log.gaps()
    assert kept.at == datetime(2026, 11, 25, 13, 21)
    assert [day for day, _, _ in await log.counts()] == [date(2026, 11, 25)]


async def test_an_id_that_is_too_long_costs_no_note(log: GapLog) -> None:
    """Only the content check refuses it; the bot answers with such an entry, and notes it."""
    entry = "sky" * 99
    kept = note("one").gap
    assert kept is not None
    await log.write([replace(note(), gap=replace(kept, entry=entry)), Note(replace(note().count, entry=entry))])
    (gap,) = await log.gaps()
    assert gap.gap.entry == entry
    assert await log.mark([gap.id], GapStatus.RESOLVED, entry=entry) == 1
    assert entry in [counted.entry for _, counted, _ in await log.counts()]


async def test_a_text_that_cannot_be_redacted_costs_no_other(log: GapLog, caplog: pytest.LogCaptureFixture) -> None:
    """It is counted and not kept; nothing unredacted is ever written."""
    broken = note(None)  # type: ignore[arg-type]  # no text has been found that cannot be
    await log.write([note("one"), broken, note("two")])
    assert sorted(kept.gap.text for kept in await log.gaps()) == ["one", "two"]
    assert [number for _, _, number in await log.counts()] == [3]
    assert "cannot be redacted" in caplog.text


@in_a_file
async def test_forget_is_not_done_while_the_journal_is_read(log: GapLog) -> None:
    """Somebody reads the log: what was deleted still stands in its journal, and that is said."""
    await log.write([note()])
    with closing(sqlite3.connect(log.path)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM gap").fetchall()
        with pytest.raises(LogError, match="still stands in its journal"):
            await log.forget(ASKER)
        assert ASKER.encode() in files_of(log)
    await log.forget(ASKER)
    assert ASKER.encode() not in files_of(log)


# --- What a failure says ---------------------------------------------------------------------------------------


async def test_another_key_destroys_nothing(log: GapLog, url: SecretStr | None) -> None:
    """With a wrong key nothing is read or written, and the words say which setting it is."""
    await log.write([note()])
    stored = await stored_in(log)
    for other, name in (
        (Keys(text_keys(new_text_key()), KEYS.askers), "GAPS_KEY"),
        (Keys(KEYS.texts, asker_key(new_asker_key())), "ASKER_KEY"),
    ):
        async with GapLog(log.path.parent, other, keep=KEEP, url=url) as wrong:
            for attempt in (wrong.write([note()]), wrong.forget(ASKER), wrong.expire(), wrong.gaps()):
                with pytest.raises(LogError, match=f"was begun with another {name}; set the {name}"):
                    await attempt
    assert await stored_in(log) == stored
    assert len(await log.gaps()) == 1


async def test_a_newer_key_before_the_old_one_reads_on(log: GapLog, url: SecretStr | None) -> None:
    """Both keys in GAPS_KEY: old texts are read, new ones are written with the new key."""
    await log.write([note("old")])
    both = Keys((*text_keys(new_text_key()), *KEYS.texts), KEYS.askers)
    async with GapLog(log.path.parent, both, keep=KEEP, url=url, now=Clock()) as rotated:
        await rotated.write([note("new")])
        assert [kept.gap.text for kept in await rotated.gaps()] == ["new", "old"]


async def test_a_locked_log_says_so(log: GapLog, url: SecretStr | None) -> None:
    """Another process holds it."""
    await log.write([note()])
    async with held(log, url):
        for attempt in (log.write([note()]), log.forget(ASKER), log.mark([1], GapStatus.LATER)):
            with pytest.raises(LogError, match="another process holds it; end that one, or wait"):
                await attempt
        assert len(await log.gaps()) == 1, "to read is not to wait"
    await log.write([note()])
    assert len(await log.gaps()) == 2


@in_a_file
async def test_a_full_disk_says_so(log: GapLog) -> None:
    """SQLite's own bound on pages stands for a full disk; what was there stays."""
    await log.write([note("before")])
    engine = await log.database._opened()
    assert isinstance(engine, FileEngine)
    sa.event.listen(engine.of_thread, "begin", lambda connection: connection.exec_driver_sql("PRAGMA max_page_count=1"))
    with pytest.raises(LogError, match="the disk is full; make room"):
        await log.write([note("x" * 900, message=str(number)) for number in range(200)])
    await log.close()
    assert [kept.gap.text for kept in await log.gaps()] == ["before"]


async def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    """It may be somebody's; nothing is overwritten."""
    (tmp_path / FILE).write_bytes(b"a letter" * 100)
    async with GapLog(tmp_path, KEYS, keep=KEEP) as log:
        with pytest.raises(LogError, match="is no database; move it away"):
            await log.write([note()])
    assert (tmp_path / FILE).read_bytes() == b"a letter" * 100


async def test_a_folder_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    """DATA_DIR below a file."""
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    async with GapLog(tmp_path / "file" / "data", KEYS, keep=KEEP) as log:
        with pytest.raises(LogError, match="DATA_DIR is a folder this user may write to"):
            await log.write([note()])


@pytest.mark.parametrize(
    ("step", "says"),
    [
        ("999", "was written by a newer version of this program; update"),
        *((step, f"has schema {step}, from before the first release.*; .* to begin a new one") for step in "1234"),
    ],
)
async def test_a_log_of_another_schema_is_not_touched(log: GapLog, step: str, says: str) -> None:
    """A program that is older than its log, or than which it is too old, refuses, and says what to do."""
    await log.write([note()])
    tokens = await tokens_of(log)
    await do(log, f"UPDATE alembic_version SET version_num = '{step}'")  # noqa: S608  # ours
    await log.close()
    with pytest.raises(LogError, match=says):
        await log.write([note()])

    def take_back(connection: sa.Connection) -> None:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = :newest"), {"newest": schema.NEWEST})

    await asyncio.to_thread(log.database.store.prepare, take_back)
    assert await tokens_of(log) == tokens


async def test_an_error_shows_nothing_of_a_text(log: GapLog) -> None:
    """Whatever fails, the words of a person are not in what is said of it."""
    await log.write([note()])
    await do(log, "DROP TABLE gap")
    with pytest.raises(LogError) as failed:
        await log.write([note("my secret question")])
    assert "secret" not in str(failed.value)
    assert failed.value.__cause__ is None


# --- The schema ------------------------------------------------------------------------------------------------


async def test_the_migrations_lead_to_the_tables_as_they_are(log: GapLog) -> None:
    """A log that came up through all migrations has just the tables, columns and indexes of `tables`."""
    from alembic.autogenerate import compare_metadata

    def differences(connection: sa.Connection) -> object:
        return compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), TABLES)

    async with log.database.connection() as connection:
        assert await connection.run_sync(differences) == []


@pytest.mark.parametrize("step", schema.STEPS)
async def test_a_log_of_each_schema_comes_up(log: GapLog, tmp_path: Path, url: SecretStr | None, step: str) -> None:
    """Its gaps, counts and languages stay and are used on; the number of a gap is not given again."""

    def fill(connection: sa.Connection) -> None:
        schema.upgrade(connection, to=step)
        tables = sa.MetaData()
        tables.reflect(connection)
        kept = note().gap
        assert kept is not None
        gap = {"at": datetime(2026, 11, 25, 13, 21), "reason": "no match", "text": KEYS.encrypt(kept.text)}
        gap |= {"language": "en", "channel": "private", "entry": "", "faq_version": "v1", "status": "new"}
        gap |= {"nearest": [["sky", 0.25], ["sea", 0.125]], "asker": ASKER, "message": "m1"}
        connection.execute(sa.insert(tables.tables["gap"]).values(gap))
        counted = {"day": date(2026, 11, 25), "outcome": "unanswered", "entry": "", "language": "en", "number": 1}
        connection.execute(sa.insert(tables.tables["count"]).values(counted | {"channel": "private"}))
        chosen = {"asker": ASKER, "language": "fr", "last_used": date(2026, 11, 25)}
        connection.execute(sa.insert(tables.tables["person"]).values(chosen))

    await asyncio.to_thread(store_of(tmp_path / "data", url).prepare, fill)
    (kept,) = await log.gaps()
    assert (kept.gap, kept.mark) == (note().gap, (GapStatus.NEW, ""))
    assert (kept.in_group, kept.reviewer) == (None, "")
    assert await log.mark([kept.id], GapStatus.RESOLVED, entry="sky") == 1
    await log.write([note("again", message="m1"), note("another")])
    assert [(kept.gap.text, kept.status) for kept in await log.gaps()] == [("another", "new"), ("again", "new")]
    assert [number for _, _, number in await log.counts()] == [3]
    assert await log.language(ASKER) == "fr"
    assert await log.acquire_job("digest", "2026-W47")
    newest = max(await log.ids())
    assert await log.forget(ASKER) == 2
    await log.write([note("after")])
    assert min(await log.ids()) > newest


async def test_a_migration_that_fails_leaves_the_log_as_it_was(
    log: GapLog, tmp_path: Path, url: SecretStr | None
) -> None:
    """All of it or nothing: it can be done again once the mend is made."""
    store = store_of(tmp_path / "data", url)
    in_the_way = sa.text("CREATE TABLE home (id INTEGER)")  # which is made after most of the others
    await asyncio.to_thread(store.prepare, lambda connection: connection.execute(in_the_way))
    with pytest.raises(LogError):
        await log.gaps()
    tables = await asyncio.to_thread(store.prepare, lambda connection: sa.inspect(connection).get_table_names())
    assert tables == ["home"]
    await asyncio.to_thread(store.prepare, lambda connection: connection.execute(sa.text("DROP TABLE home")))
    assert await log.gaps() == []


async def test_gaps_are_marked_by_their_numbers(log: GapLog) -> None:
    """Only those that are named, and only as long as they are there; a new note of a message makes it open again."""
    await log.write([note("one"), note("two", message="m"), note("three")])
    of = {kept.gap.text: kept.id for kept in await log.gaps()}
    assert await log.mark([of["one"], of["two"], 999], GapStatus.RESOLVED, entry="sky") == 2
    assert await log.mark([of["three"]], GapStatus.LATER, by="Ana") == 1
    assert [kept.gap.text for kept in await log.gaps() if kept.reviewer == "Ana"] == ["three"]
    assert {kept.gap.text: (kept.status, kept.resolution) for kept in await log.gaps()} == {
        "one": (GapStatus.RESOLVED, "sky"),
        "two": (GapStatus.RESOLVED, "sky"),
        "three": (GapStatus.LATER, ""),
    }
    await log.write([note("two, edited", message="m", is_edited=True)])
    (again,) = [kept for kept in await log.gaps() if kept.gap.text == "two, edited"]
    assert (again.status, again.resolution) == (GapStatus.NEW, "")
    assert await log.mark([of["one"]], GapStatus.NEW) == 1
    assert await log.mark([], GapStatus.NEW) == 0


def test_the_migrations_are_those_that_the_code_knows() -> None:
    """One that is added without a place in `STEPS` would never be taken."""
    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
    steps = ScriptDirectory.from_config(config).walk_revisions()
    assert tuple(step.revision for step in steps)[::-1] == schema.STEPS


def test_no_column_holds_a_person() -> None:
    """What the tables can hold is what the privacy text says: no column for a name, a number or a chat."""
    columns = {f"{table.name}.{column.name}" for table in TABLES.sorted_tables for column in table.columns}
    assert columns == {
        *(
            f"gap.{name}"
            for name in ("id", "at", "reason", "text", "language", "channel", "entry", "nearest", "faq_version")
        ),
        *(f"gap.{name}" for name in ("status", "resolution", "in_group", "asker", "message")),
        "gap.reviewer",  # who decided on it, not who asked
        *(f"action.{name}" for name in ("id", "at", "text")),
        *(f"count.{name}" for name in ("day", "outcome", "entry", "language", "channel", "number")),
        *(f"person.{name}" for name in ("asker", "language", "last_used")),
        *(f"key_check.{name}" for name in ("id", "text", "asker")),
        *("job.name", "job.period", "home.asker"),  # of the log itself, not of persons
        *("claim.code", "claim.owner", "claim.until"),  # of an update, which names nobody
        *("pace.code", "pace.at", "pace.number"),
        *("answered.code", "answered.entry", "answered.until", "answered.choices"),
    }


async def test_a_job_is_taken_once_a_period(log: GapLog, tmp_path: Path, url: SecretStr | None) -> None:
    """Whoever comes second is told so; given back or in the next period it is free again."""
    assert await log.acquire_job("digest", "2026-W47")
    async with GapLog(tmp_path / "data", KEYS, keep=KEEP, url=url) as other:
        assert not await other.acquire_job("digest", "2026-W47")
        assert await other.acquire_job("another", "2026-W47")
        await log.release_job("digest", "2026-W47")
        assert await other.acquire_job("digest", "2026-W47")
        assert await other.acquire_job("digest", "2026-W48")


async def test_gaps_of_some_statuses(log: GapLog) -> None:
    """Only these are read, newest first, at most so many of them."""
    await log.write([note("one"), note("two"), note("three")])
    ids = {logged.gap.text: logged.id for logged in await log.gaps()}
    await log.mark([ids["two"]], GapStatus.OFF_TOPIC)
    assert [logged.gap.text for logged in await log.gaps(statuses=[GapStatus.OFF_TOPIC])] == ["two"]
    assert [logged.gap.text for logged in await log.gaps(statuses=OPEN, most=1)] == ["three"]
