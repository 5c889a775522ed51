"""A gap log in which single bits are flipped, or whose end is missing: it is said in words, and no note is lost.

What SQLite finds damaged is a part of it. It also says so in words that are no text, gives back values that nobody
wrote, or has a schema whose names have changed; whichever it is, nothing but a LogError is raised.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.domain.gap import GapStatus
from bot.gaps.repository import GapLog
from bot.gaps.writer import GapWriter
from bot.observability.metrics import Metrics
from bot.storage.database import translate_db_errors
from bot.storage.errors import DamagedError, LogError
from bot.storage.stores import FILE
from tests.cli.test_main import call, run
from tests.gaps.test_repository import ASKER, KEEP, KEYS, OTHER, Clock, note
from tests.support.postgresql_server import Server

PAGE = 4096
OTHERS, TRUNCATIONS = 500, 50
Use = Callable[[GapLog], Awaitable[object]]
USES: tuple[Use, ...] = (
    lambda log: log.write([note("new", message="new")]),
    lambda log: log.gaps(),
    lambda log: log.counts(),
    lambda log: log.expire(),
    lambda log: log.number(),
    lambda log: log.language(ASKER),
    lambda log: log.stamp(),
    lambda log: log.touch([ASKER, OTHER]),
    lambda log: log.mark([1], GapStatus.LATER),
    lambda log: log.acquire_job("digest", "2026-W48"),
    lambda log: log.choose_language(OTHER, "es"),
    lambda log: log.forget(ASKER),
)
BY_TURNS = 2  # uses of one damaged file


def seeded(number: int) -> random.Random:
    return random.Random(number)  # noqa: S311  # the same bits in each run


def opened(folder: Path) -> GapLog:
    return GapLog(folder, KEYS, keep=KEEP, now=Clock(), busy_seconds=0.05)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file of a log with gaps, counts, persons and jobs, all of it in the file."""
    folder = tmp_path_factory.mktemp("sound")

    async def begin() -> None:
        async with opened(folder) as log:
            notes = [
                note(f"why {number}", message=f"m{number}", asker=(ASKER, OTHER)[number % 2]) for number in range(12)
            ]
            await log.write(notes)
            for asker, language in ((ASKER, "fr"), (OTHER, "ar")):
                await log.choose_language(asker, language)
            await log.expire()
            for period in ("2026-11-25", "2026-W47"):
                await log.acquire_job(period, period)
            await log.database.erase()

    asyncio.run(begin())
    return (folder / FILE).read_bytes()


def read_by_sqlite(sound: bytes) -> list[int]:
    """The places in the first page that SQLite reads: the file's header, and the schema without the free space in it.

    See sqlite.org/fileformat.html#b_tree_pages.
    """
    assert sound[100] == 0x0D, "the schema should stand in one page"
    cells, content = int.from_bytes(sound[103:105], "big"), int.from_bytes(sound[105:107], "big")
    return [*range(108 + 2 * cells), *range(content, PAGE)]


def flipped(sound: bytes, place: int, bit: int) -> bytes:
    return sound[:place] + bytes([sound[place] ^ 1 << bit]) + sound[place + 1 :]


def put(folder: Path, data: bytes) -> None:
    """Have the log's file be this, without a journal."""
    for path in folder.iterdir():
        path.unlink()
    (folder / FILE).write_bytes(data)


def _see_words(folder: Path, error: LogError) -> None:
    """An error says place, fact and what to do."""
    place, _, says = str(error).partition(": ")
    assert place == str(folder / FILE)
    assert "; " in says, says


async def _used(folder: Path, uses: Sequence[Use]) -> Counter[str]:
    """Use a log, and count what became of it. What is no LogError fails the test."""
    became: Counter[str] = Counter()
    async with opened(folder) as log:
        for use in uses:
            try:
                await use(log)
                became["done"] += 1
            except LogError as error:
                _see_words(folder, error)
                became[type(error).__name__] += 1
    return became


def _by_turns(number: int) -> list[Use]:
    return [USES[(number * BY_TURNS + step) % len(USES)] for step in range(BY_TURNS)]


@pytest.mark.slow
def test_a_flipped_bit_of_the_schema_is_told_in_words(sound: bytes, tmp_path: Path, runner: asyncio.Runner) -> None:
    """One in each byte of the header and the schema: opening it gives nothing else; where it opens, so do its uses."""
    random_ = seeded(1)
    became: Counter[str] = Counter()
    for number, place in enumerate(read_by_sqlite(sound)):
        put(tmp_path, flipped(sound, place, random_.randrange(8)))
        log = opened(tmp_path)
        try:
            with translate_db_errors(log.database.store):
                log.database.store.prepare(log.database._begin)
        except LogError as error:
            _see_words(tmp_path, error)
            became[type(error).__name__] += 1
        else:
            became["opened"] += 1
            if number % 10 == 0:
                runner.run(_used(tmp_path, _by_turns(became["opened"])))
    assert became["DamagedError"] > 1000, became
    assert became["opened"] > 100, became


@pytest.mark.slow
def test_a_flipped_bit_anywhere_else_is_told_in_words(sound: bytes, tmp_path: Path, runner: asyncio.Runner) -> None:
    """Of tables and indexes, whatever the log is used for; most change nothing that is read."""
    random_ = seeded(2)
    became: Counter[str] = Counter()
    for number, place in enumerate(random_.sample(range(PAGE, len(sound)), OTHERS)):
        put(tmp_path, flipped(sound, place, random_.randrange(8)))
        became += runner.run(_used(tmp_path, _by_turns(number)))
    assert became["done"] > OTHERS, became
    assert became["DamagedError"], became


@pytest.mark.slow
def test_an_end_that_is_missing_is_told_in_words(sound: bytes, tmp_path: Path, runner: asyncio.Runner) -> None:
    """Wherever it is cut. Of nothing a new log is begun."""
    random_ = seeded(3)
    became: Counter[str] = Counter()
    for number, length in enumerate([0, 1, PAGE, *random_.sample(range(len(sound)), TRUNCATIONS - 3)]):
        put(tmp_path, sound[:length])
        became += runner.run(_used(tmp_path, _by_turns(number)))
    assert became["DamagedError"] > TRUNCATIONS, became


@pytest.mark.slow
async def test_no_note_is_lost_to_a_flipped_bit(sound: bytes, tmp_path: Path) -> None:
    """A file that is set aside leaves a new one with just what waited; in one that stays it stands too, or it waits."""
    random_, metrics = seeded(4), Metrics()
    places = [*read_by_sqlite(sound)[::60], *random_.sample(range(PAGE, len(sound)), 20)]
    files = [flipped(sound, place, random_.randrange(8)) for place in places]
    files += [sound[: random_.randrange(len(sound))] for _ in range(10)]
    became: Counter[str] = Counter()
    for data in files:
        put(tmp_path, data)
        gap_writer = GapWriter(opened(tmp_path), metrics, retry=timedelta(seconds=0.01))
        gap_writer.start()
        texts = {"one", "two", "three"}
        for text in texts:
            gap_writer.note(note(text))
        is_written = await gap_writer.flush(within=timedelta(seconds=2))
        assert gap_writer.waiting == (0 if is_written else len(texts))
        await gap_writer.stop(within=timedelta(seconds=0))
        is_aside = any(tmp_path.glob("*.damaged-*"))
        became["aside" if is_aside else "stayed" if is_written else "waits"] += 1
        if is_written:
            async with opened(tmp_path) as log:
                found = {kept.gap.text for kept in await log.gaps()}
            assert found == texts if is_aside else found > texts
    assert b"faq_bot_notes_dropped_total 0.0" in metrics.exposition()[0]
    assert became["aside"] > 20, became
    assert became["stayed"] > 20, became
    assert became["waits"] <= 2, became


@pytest.fixture
def own(tmp_path: Path) -> dict[str, Any]:
    """The settings of a log in a folder of its own, and of a Telegram that cannot be reached."""
    keys = {"GAPS_KEY": KEYS.texts[0].decode(), "ASKER_KEY": KEYS.askers.hex()}
    (tmp_path / "data").mkdir()
    return keys | {
        "DATA_DIR": str(tmp_path / "data"),
        "TELEGRAM_API_URL": "http://127.0.0.1:1",
        "RETENTION_DAYS": "3650",
    }


COMMANDS = (("gaps",), ("gaps", "stats"), ("db", "upgrade", "--check"), ("doctor",))


@pytest.mark.slow
def test_commands_tell_it_in_words(sound: bytes, own: dict[str, Any], tmp_path: Path, cache: Path) -> None:
    """Exit code 2 with place, fact and hint, but for `doctor`, which shows it among what it finds; no traceback."""
    random_ = seeded(5)
    codes: Counter[int] = Counter()
    for place in [*read_by_sqlite(sound)[::180], *random_.sample(range(PAGE, len(sound)), 5)]:
        data = flipped(sound, place, random_.randrange(8))
        for command in COMMANDS:
            put(tmp_path / "data", data)
            done = call(*command, cache=cache, **own)
            if command == ("doctor",):
                assert done.returncode == 1  # Telegram cannot be reached
                assert "gap log: " in done.stdout
            else:
                codes[done.returncode] += 1
                _see_how_it_ended(done.returncode, done.stderr, tmp_path / "data" / FILE)
    assert codes[2] > 20, codes


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_process_shows_no_traceback(
    command: tuple[str, ...], sound: bytes, own: dict[str, Any], tmp_path: Path, cache: Path
) -> None:
    """Where SQLite's own words for the damage are no text."""
    put(tmp_path / "data", sound.replace(b"CREATE TABLE gap", b"CREATE TABLE \xe7\xff\xf0", 1))
    done = run(*command, cache=cache, **own)
    assert "Traceback" not in done.stderr
    assert "is damaged; move it away" in done.stdout + done.stderr
    assert done.returncode == (1 if command == ("doctor",) else 2)


def _see_how_it_ended(code: int, told: str, path: Path) -> None:
    assert "Traceback" not in told
    assert code in (0, 2), told
    if code == 2:
        assert f"{path}: " in told
        assert "; " in told.partition(f"{path}: ")[2]


# --- What stands in a row or in the schema ---------------------------------------------------------------------


@pytest.fixture
def log_with_a_gap(sound: bytes, tmp_path: Path) -> Path:
    """A folder with a sound log."""
    put(tmp_path, sound)
    return tmp_path


def _set(folder: Path, statement: str) -> None:
    with closing(sqlite3.connect(folder / FILE)) as connection:
        connection.execute(statement)
        connection.commit()


NO_TEXT = "CAST(x'fffe' AS TEXT)"
DAMAGED_VALUES = [
    *(("gap", f"at = {value}") for value in ("'never'", "5", "'2026-11-25 13:21:00+05:00'")),
    *(
        ("gap", f"nearest = {value}")
        for value in ("'{'", "'[1]'", "'{}'", "'[[\"sky\", 0.5, 1]]'", "'[[\"sky\", {}]]'", "5")
    ),
    *(("gap", f"text = {value}") for value in ("9223372036854775807", "'ü'")),
    *(("gap", f"{column} = {NO_TEXT}") for column in ("language", "entry", "reason")),
    *(("gap", f"{column} = x'00'") for column in ("resolution", "faq_version")),
    *(("count", value) for value in ("day = 'some day'", "number = 'many'", "number = 0.5", f"language = {NO_TEXT}")),
    *(("person", f"language = {value}") for value in ("x'ff'", NO_TEXT)),
    *(("key_check", value) for value in ("text = 'abc'", "asker = x'00'", f"asker = {NO_TEXT}")),
    *(("alembic_version", f"version_num = {value}") for value in ("'='", NO_TEXT, "x'35'")),
]


async def _read(log: GapLog, table: str) -> None:
    if table == "count":
        await log.counts()
    elif table == "person":
        await log.language(ASKER)
    else:
        await log.gaps()


@pytest.mark.parametrize(("table", "value"), DAMAGED_VALUES)
async def test_a_value_that_nobody_wrote_is_damage(table: str, value: str, log_with_a_gap: Path) -> None:
    """It is told as such, and at a look at the whole file the log is set aside."""
    _set(log_with_a_gap, f"UPDATE {table} SET {value} WHERE rowid = 1")  # noqa: S608  # ours
    async with opened(log_with_a_gap) as log:
        with pytest.raises(DamagedError) as told:
            await _read(log, table)
        _see_words(log_with_a_gap, told.value)
        assert await log.set_aside() is not None
        assert await log.gaps() == []


@pytest.mark.parametrize(
    ("table", "value"),
    [
        ("gap", "reason = 'unheard of'"),
        ("gap", "channel = 'pigeon'"),
        ("count", "outcome = 'unheard of'"),
        ("count", "channel = 'pigeon'"),
    ],
)
async def test_a_value_that_another_version_may_have_written_is_no_damage(
    table: str, value: str, log_with_a_gap: Path
) -> None:
    """It is told, with what to do, and the file stays."""
    _set(log_with_a_gap, f"UPDATE {table} SET {value} WHERE rowid = 1")  # noqa: S608  # ours
    async with opened(log_with_a_gap) as log:
        with pytest.raises(LogError) as told:
            await _read(log, table)
        assert not isinstance(told.value, DamagedError)
        _see_words(log_with_a_gap, told.value)
        assert await log.set_aside() is None


@pytest.mark.parametrize(
    ("statement", "is_damage"),
    [
        ("ALTER TABLE gap RENAME COLUMN reason TO reasom", True),
        ("ALTER TABLE count RENAME TO cound", True),
        ("ALTER TABLE alembic_version RENAME TO alembic_versiom", True),
        ("DROP TABLE gap", False),
        ("DROP TABLE alembic_version", False),
    ],
)
async def test_a_schema_with_other_names_is_damage(*, statement: str, is_damage: bool, log_with_a_gap: Path) -> None:
    """What waits is in a new log. A table that was dropped is not: that was somebody's hand, and it is told."""
    _set(log_with_a_gap, statement)
    gap_writer = GapWriter(opened(log_with_a_gap), retry=timedelta(seconds=0.01))
    gap_writer.start()
    gap_writer.note(note("one"))
    assert await gap_writer.flush(within=timedelta(seconds=10 if is_damage else 0.3)) == is_damage
    await gap_writer.stop(within=timedelta(seconds=0))
    assert any(log_with_a_gap.glob("*.damaged-*")) == is_damage


@pytest.mark.parametrize("statement", ["ALTER TABLE gap ADD COLUMN mine TEXT", "CREATE TABLE mine (id INTEGER)"])
async def test_what_somebody_added_is_no_damage(statement: str, log_with_a_gap: Path) -> None:
    """The log goes on with it."""
    _set(log_with_a_gap, statement)
    async with opened(log_with_a_gap) as log:
        assert len(await log.gaps()) == 12
        assert await log.set_aside() is None


async def test_an_error_of_ours_is_no_damage(log_with_a_gap: Path) -> None:
    """It is raised as it is, be it of the kinds that damage has."""
    async with opened(log_with_a_gap) as log:
        for error in (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "ours"), ValueError("ours"), TypeError("ours")):
            with pytest.raises(type(error), match="ours"):
                async with log.database.connection():
                    raise error


@pytest.mark.container
@pytest.mark.slow
@pytest.mark.parametrize(
    "value",
    ["language = E'\\xff'", "at = '294276-01-01'", "nearest = '[1]'", "nearest = '{}'", "reason = 'unheard of'"],
)
async def test_what_postgresql_gives_back_is_told_too(postgresql: Server, value: str, tmp_path: Path) -> None:
    """With a database that takes any bytes for a text."""
    name = "any_bytes"
    postgresql.sql(f"CREATE DATABASE {name} OWNER faqbot TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'")
    try:
        url: SecretStr = postgresql.url(name)
        async with GapLog(tmp_path, KEYS, keep=KEEP, url=url, now=Clock()) as log:
            await log.write([note()])
            postgresql.sql(f"UPDATE gap SET {value}", database=name)  # noqa: S608  # ours
            with pytest.raises(LogError, match=r"the log in PostgreSQL: holds .*; ") as told:
                await log.gaps()
            assert not isinstance(told.value, DamagedError)
            assert await log.set_aside() is None
    finally:
        postgresql.drop(name)
