"""A gap log that cannot be used: answers go on, gaps wait and are written later, and no file is ever overwritten.

The bot as a process, whose database is locked, full, read-only, deleted, damaged or stopped under it; then, in one
process, what counts as damage and what does not.
"""

from __future__ import annotations

import asyncio
import os
import resource
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, closing, contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from bot.gaps.repository import GapLog
from bot.gaps.writer import GapWriter
from bot.storage.errors import DamagedError, LogError, NewerError
from bot.storage.keys import Keys, asker_key, new_asker_key, new_text_key, text_keys
from bot.storage.migrate import NEWEST
from bot.storage.sqlite import SQLite
from bot.storage.stores import FILE, refuse_newer
from tests.gaps.test_repository import Clock, do, in_a_file, note
from tests.support.postgresql_server import Server
from tests.support.telegram_emulator import BotProcess, Emulator, bot_environment, serving
from tests.support.telegram_phone import READY
from tests.support.telegram_talk import KEYS as OTHER_KEYS
from tests.support.telegram_world import World, made_person

TEXT_KEY, ASKER_KEY = new_text_key(), new_asker_key()
KEYS = Keys(text_keys(TEXT_KEY), asker_key(ASKER_KEY))
KEEP = timedelta(days=90)
ANSWERED, GAPS = "when does the ferry go", [f"why is the sky {colour}" for colour in ("blue", "red", "grey")]
GARBAGE = b"no page of any database, and long enough to be read as one. " * 2000
Fault = Callable[[Path, BotProcess], AbstractContextManager[None]]


class Running:
    """A bot's process and those who write to it."""

    def __init__(self, process: BotProcess, emulator: Emulator, log: Callable[[], GapLog]) -> None:
        self.process, self.emulator, self.new_log = process, emulator, log
        self._persons = 0

    async def ask(self, text: str) -> None:
        """Somebody asks, and gets a reply."""
        self._persons += 1
        chat = self.emulator.world.private(made_person(self._persons))
        await self.emulator.send(self.emulator.world.text(chat, text))
        await self.emulator.until(lambda world: bool(world.replies(chat)), timeout=60)

    async def gaps(self) -> list[str]:
        """The texts that are logged now, as another process sees them."""
        async with self.new_log() as log:
            return sorted(kept.gap.text for kept in await log.gaps())

    async def until_logged(self, *texts: str) -> None:
        """Wait until just these are logged."""
        found: list[str] | LogError = []
        try:
            async with asyncio.timeout(120):
                while found != sorted(texts):
                    await asyncio.sleep(0.1)
                    try:
                        found = await self.gaps()
                    except LogError as error:
                        found = error
        except TimeoutError:
            raise AssertionError(f"logged is {found}; the bot wrote:\n{self.process.output}") from None

    def errors(self) -> list[str]:
        """What it has logged that somebody should see to."""
        return [line for line in self.process.stderr.splitlines() if " ERROR " in line or " WARNING " in line]


@asynccontextmanager
async def running(folder: Path, small: Path, cache: Path, **settings: str) -> AsyncIterator[Running]:
    """A bot that is ready, and ends well at the end."""
    emulator = Emulator(World())
    async with serving(emulator) as url:
        environment = bot_environment(folder, url, faq=small / "faq", seeds=small / "seeds")
        environment |= {"CACHE_DIR": str(cache), "GAPS_KEY": TEXT_KEY, "ASKER_KEY": ASKER_KEY, **settings}
        database = SecretStr(environment["DATABASE_URL"]) if "DATABASE_URL" in environment else None
        data = Path(environment["DATA_DIR"])
        async with BotProcess("run", folder=folder, environment=environment) as process:
            await process.wait_for_output(READY, timeout=120)
            yield Running(process, emulator, lambda: GapLog(data, KEYS, keep=KEEP, url=database))
            assert await process.stop() == 0, process.output
            assert "Traceback" not in process.output


def begun(path: Path) -> None:
    """Begin a log that holds one gap, all of it in its file."""

    async def begin() -> None:
        async with GapLog(path.parent, KEYS, keep=KEEP) as log:
            await log.write([note(GAPS[0])])

    asyncio.run(begin())


# --- What passes -----------------------------------------------------------------------------------------------


@contextmanager
def locked(path: Path, _: BotProcess) -> Iterator[None]:
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        yield


@contextmanager
def bounded(_path: Path, process: BotProcess) -> Iterator[None]:
    """No file may grow, as on a full disk."""
    _, most = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (1, most))
    yield
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (most, most))


@contextmanager
def filled(path: Path, _: BotProcess) -> Iterator[None]:
    """The rest of the disk, which is a small one, is taken by another file."""
    filler = path.with_name("filler")
    with suppress(OSError), filler.open("wb", buffering=0) as file:
        while file.write(bytes(4096)):
            pass
    yield
    filler.unlink()


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """A disk of a megabyte at a folder. Only root can have one."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a disk")
    _as_root("mount", "-t", "tmpfs", "-o", "size=1m,mode=0700", "tmpfs", str(folder))
    try:
        yield
    finally:
        _as_root("umount", str(folder))


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        pytest.param(locked, "another process holds it; end that one, or wait", id="locked"),
        pytest.param(bounded, "cannot be read or written; see to the disk", id="no-room"),
    ],
)
async def test_what_passes_costs_no_answer_and_no_gap(
    fault: Fault, says: str, tmp_path: Path, small: Path, cache: Path
) -> None:
    """People are answered meanwhile; after it the gaps that waited are written; one line says what to do."""
    async with running(tmp_path, small, cache) as bot:
        await bot.ask(GAPS[0])
        await bot.until_logged(GAPS[0])
        with fault(tmp_path / "data" / FILE, bot.process):
            await bot.ask(GAPS[1])
            await bot.ask(ANSWERED)
            await bot.process.wait_for_output(f"{says}; answers go on")
            await bot.ask(GAPS[2])
        await bot.until_logged(*GAPS)
        _is_told_once(bot, says)


async def test_a_full_disk_costs_no_answer_and_no_gap(tmp_path: Path, small: Path, cache: Path) -> None:
    """A real one, and small."""
    (tmp_path / "data").mkdir()
    with small_disk(tmp_path / "data"):
        async with running(tmp_path, small, cache) as bot:
            await bot.ask(GAPS[0])
            await bot.until_logged(GAPS[0])
            with filled(tmp_path / "data" / FILE, bot.process):
                asked = 1
                while "the disk is full; make room; answers go on" not in bot.process.output:
                    await bot.ask(f"{GAPS[1]} {'x' * 300} {asked}")
                    asked += 1
                    assert asked < 500
            await bot.ask(GAPS[2])
            async with asyncio.timeout(120):
                while len(await bot.gaps()) < asked + 1:
                    await asyncio.sleep(0.1)
            _is_told_once(bot, "the disk is full; make room")


async def test_a_disk_that_takes_no_writes_costs_no_answer_and_no_gap(tmp_path: Path, small: Path, cache: Path) -> None:
    """From the start on, until somebody sees to it."""
    data = tmp_path / "data"
    data.mkdir()
    with small_disk(data):
        await asyncio.to_thread(begun, data / FILE)
        _as_root("mount", "-o", "remount,ro", str(data))
        async with running(tmp_path, small, cache) as bot:
            await bot.ask(GAPS[1])
            await bot.ask(ANSWERED)
            await bot.process.wait_for_output("gap log: ")
            await bot.ask(GAPS[2])
            _as_root("mount", "-o", "remount,rw", str(data))
            await bot.until_logged(*GAPS)
            _is_told_once(bot, "user write to it")


async def test_a_file_that_cannot_be_opened_costs_no_answer_and_no_gap(
    tmp_path: Path, small: Path, cache: Path
) -> None:
    """A folder stands in its place."""
    path = tmp_path / "data" / FILE
    path.mkdir(parents=True)
    async with running(tmp_path, small, cache) as bot:
        await bot.ask(GAPS[0])
        await bot.process.wait_for_output("cannot be opened; let this user write to it")
        await bot.ask(GAPS[1])
        path.rmdir()
        await bot.until_logged(*GAPS[:2])
        _is_told_once(bot, "cannot be opened")


async def test_a_log_of_a_development_version_costs_no_answer_and_no_gap(
    tmp_path: Path, small: Path, cache: Path
) -> None:
    """It stays as it is; moved away, as the log line says, a new one is begun with what waited."""
    path, aside = tmp_path / "data" / FILE, tmp_path / "data" / "aside"
    path.parent.mkdir()
    await asyncio.to_thread(begun, path)
    _set_schema(path, "4")
    async with running(tmp_path, small, cache) as bot:
        await bot.ask(GAPS[1])
        await bot.ask(ANSWERED)
        await bot.process.wait_for_output("has schema 4, from before the first release, which cannot be brought up")
        await bot.ask(GAPS[2])
        path.rename(aside)
        await bot.until_logged(*GAPS[1:])
        _is_told_once(bot, "move it away to begin a new one, nothing is overwritten")
    _set_schema(aside, NEWEST)
    aside.rename(path)
    await _is_kept(path.parent, GAPS[0])


def _set_schema(path: Path, step: str) -> None:
    """Say that a file is of another schema, all of it in the file."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (step,))
        connection.commit()


async def test_a_deleted_file_is_begun_anew(tmp_path: Path, small: Path, cache: Path) -> None:
    """With what is asked from then on."""
    async with running(tmp_path, small, cache) as bot:
        await bot.ask(GAPS[0])
        await bot.until_logged(GAPS[0])
        for path in (tmp_path / "data").glob(f"{FILE}*"):
            path.unlink()
        await bot.ask(ANSWERED)
        await bot.ask(GAPS[1])
        await bot.until_logged(GAPS[1])


@pytest.mark.container
async def test_a_server_that_is_stopped_costs_no_answer_and_no_gap(
    postgresql: Server, tmp_path: Path, small: Path, cache: Path
) -> None:
    """And started again: the connections are made anew."""
    name = postgresql.new_database()
    url = postgresql.url(name).get_secret_value()
    async with running(tmp_path, small, cache, DATABASE_URL=url) as bot:
        await bot.ask(GAPS[0])
        await bot.until_logged(GAPS[0])
        await asyncio.to_thread(postgresql.stop)
        try:
            await bot.ask(GAPS[1])
            await bot.ask(ANSWERED)
            await bot.process.wait_for_output("gap log: ")
            await bot.ask(GAPS[2])
        finally:
            await asyncio.to_thread(postgresql.start)
        await bot.until_logged(*GAPS)
        told = [line for line in bot.errors() if "bot.gaps.writer" in line]
        assert 1 <= len(told) <= 2, told  # the connection was lost, and then none is to be had
        assert all("see that " in line for line in told)
    postgresql.drop(name)


def _is_told_once(bot: Running, says: str) -> None:
    """The trouble and its mend, not once a message: by the log, and at most once by whoever else asked the database."""
    told = [line for line in bot.errors() if says in line]
    assert len([line for line in told if "bot.gaps.writer" in line]) == 1, told
    assert len(told) <= 2, told
    assert len(bot.errors()) <= 3, bot.errors()


def _as_root(*command: str) -> None:
    subprocess.run(command, check=True)  # noqa: S603


# --- What is damaged -------------------------------------------------------------------------------------------


def no_database(path: Path) -> None:
    path.write_bytes(GARBAGE)


def pages_within(path: Path) -> None:
    """All but the first page, which says what the file is."""
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(GARBAGE[: path.stat().st_size - 4096])


def end_that_is_missing(path: Path) -> None:
    os.truncate(path, 8192)


DAMAGE = [no_database, pages_within, end_that_is_missing]


@pytest.mark.parametrize("damage", DAMAGE)
async def test_a_damaged_file_is_set_aside(
    damage: Callable[[Path], None], tmp_path: Path, small: Path, cache: Path
) -> None:
    """Found at the start: as it was, under another name, which the one line says; the bot has a new one."""
    path = tmp_path / "data" / FILE
    path.parent.mkdir()
    await asyncio.to_thread(begun, path)
    damage(path)
    was = path.read_bytes()
    async with running(tmp_path, small, cache) as bot:
        await bot.ask(GAPS[1])
        await bot.until_logged(GAPS[1])
        (aside,) = _set_aside(path)
        assert aside.read_bytes() == was
        assert aside.stat().st_mode & 0o077 == 0
        told = [line for line in bot.errors() if "bot.gaps.writer" in line]
        assert len(told) == 1
        assert f"{path} was damaged and is now {aside}; " in told[0]
        assert f"sqlite3 {aside} .dump" in told[0]


@pytest.mark.parametrize("damage", [no_database, pages_within])
async def test_a_file_that_is_damaged_meanwhile_is_set_aside(
    damage: Callable[[Path], None], tmp_path: Path, small: Path, cache: Path
) -> None:
    """Answers go on, and what waited is in the new one."""
    path = tmp_path / "data" / FILE
    async with running(tmp_path, small, cache) as bot:
        await bot.ask(GAPS[0])
        await bot.until_logged(GAPS[0])
        with closing(sqlite3.connect(path)) as other:  # so that nothing is left in the journal
            assert other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
        damage(path)
        await bot.ask(GAPS[1])
        await bot.ask(ANSWERED)
        await bot.ask(GAPS[2])
        await bot.until_logged(*GAPS[1:])
        (aside,) = _set_aside(path)
        assert GARBAGE[4096:8000] in aside.read_bytes()
        assert len([line for line in bot.errors() if "bot.gaps.writer" in line]) == 1


async def test_a_damaged_journal_sets_nothing_aside(tmp_path: Path, small: Path, cache: Path) -> None:
    """After a kill it is what SQLite makes of it: what came before the damage."""
    path = tmp_path / "data" / FILE
    path.parent.mkdir()
    await asyncio.to_thread(begun, path)
    path.with_name(f"{FILE}-wal").write_bytes(GARBAGE)
    async with running(tmp_path, small, cache) as bot:
        await bot.ask(GAPS[1])
        await bot.until_logged(*GAPS[:2])
        assert _set_aside(path) == []
        assert bot.errors() == []


def _set_aside(path: Path) -> list[Path]:
    """The files that were, without their journals."""
    found = sorted(path.parent.glob(f"{FILE}.damaged-*"))
    return [path for path in found if not path.name.endswith(("-wal", "-shm"))]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with a log that is damaged, with a journal."""
    begun(tmp_path / FILE)
    no_database(tmp_path / FILE)
    (tmp_path / f"{FILE}-wal").write_bytes(b"journal")
    return tmp_path


def store(data: Path) -> SQLite:
    return SQLite(data / FILE, busy_seconds=0.1)


def test_nothing_is_overwritten(data: Path) -> None:
    """Though all of it happens within a second; the journal goes along under the same name."""
    clock, begins = Clock(), f"{FILE}.damaged-20261125T132142"
    assert store(data).set_aside(clock()) == data / begins
    for number in (2, 3):
        no_database(data / FILE)
        assert store(data).set_aside(clock()) == data / f"{begins}-{number}"
    names = {path.name for path in data.iterdir() if not path.name.endswith("-shm")}
    assert names == {begins, f"{begins}-2", f"{begins}-3", f"{begins}-wal"}
    assert (data / f"{begins}-wal").read_bytes() == b"journal"


async def test_of_many_processes_one_sets_it_aside(data: Path) -> None:
    """The others find the new one, in which what all of them write is kept."""
    logs = [GapLog(data, KEYS, keep=KEEP) for _ in range(8)]
    recorders = [GapWriter(log, retry=timedelta(seconds=0.05)) for log in logs]
    for number, gap_writer in enumerate(recorders):
        gap_writer.start()
        gap_writer.note(note(str(number)))
    assert all([await gap_writer.flush(within=timedelta(minutes=1)) for gap_writer in recorders])
    assert sorted(kept.gap.text for kept in await logs[0].gaps()) == [str(number) for number in range(8)]
    for gap_writer in recorders:
        await gap_writer.stop()
    assert len(_set_aside(data / FILE)) == 1


def test_what_is_sound_stays(tmp_path: Path) -> None:
    """Whatever somebody said of it; an empty file is a log that is not begun yet."""
    assert store(tmp_path).set_aside(Clock()()) is None
    begun(tmp_path / FILE)
    assert store(tmp_path).set_aside(Clock()()) is None
    (tmp_path / FILE).write_bytes(b"")
    assert store(tmp_path).set_aside(Clock()()) is None
    assert _set_aside(tmp_path / FILE) == []


def test_what_cannot_be_read_now_stays(tmp_path: Path) -> None:
    """Held by another, or not to be opened: nobody knows whether it is damaged."""
    begun(tmp_path / FILE)
    with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as holder:
        holder.execute("PRAGMA locking_mode = EXCLUSIVE")
        holder.execute("BEGIN EXCLUSIVE")
        holder.execute("UPDATE gap SET status = 'later'")
        with pytest.raises(sa.exc.OperationalError, match="locked"):
            store(tmp_path).set_aside(Clock()())
    (tmp_path / FILE).unlink()
    (tmp_path / FILE).mkdir()
    with pytest.raises(sa.exc.OperationalError, match=r"unable to open|disk I/O error"):
        store(tmp_path).set_aside(Clock()())
    assert _set_aside(tmp_path / FILE) == []


@in_a_file
async def test_only_damage_is_damage(tmp_path: Path, url: SecretStr | None) -> None:
    """Another key, another schema, missing tables or a folder in its place are not, as the recorder sees them."""
    async with GapLog(tmp_path, KEYS, keep=KEEP, url=url) as log:
        await log.write([note()])
        await do(log, "UPDATE alembic_version SET version_num = '999'")
        await log.close()
        with pytest.raises(NewerError):
            await log.gaps()
    assert not await _is_set_aside(tmp_path, KEYS)
    _set_schema(tmp_path / FILE, "4")
    assert not await _is_set_aside(tmp_path, KEYS)
    _set_schema(tmp_path / FILE, NEWEST)
    assert not await _is_set_aside(tmp_path, OTHER_KEYS)
    with closing(sqlite3.connect(tmp_path / FILE)) as connection:
        connection.execute("DROP TABLE gap")
        connection.commit()
    assert not await _is_set_aside(tmp_path, KEYS)


async def _is_set_aside(data: Path, keys: Keys) -> bool:
    """Whether a bot with these keys, which cannot write to the log, has moved it away."""
    gap_writer = GapWriter(GapLog(data, keys, keep=KEEP), retry=timedelta(seconds=0.02))
    gap_writer.start()
    gap_writer.note(note())
    assert not await gap_writer.flush(within=timedelta(seconds=0.5))
    await gap_writer.stop(within=timedelta(seconds=0))
    return bool(_set_aside(data / FILE))


async def test_those_who_read_leave_a_damaged_file_in_its_place(data: Path) -> None:
    """They say what to do; only the bot that runs does it."""
    async with GapLog(data, KEYS, keep=KEEP) as log:
        for use in (log.gaps(), log.counts(), log.expire()):
            with pytest.raises(DamagedError, match="move it away to begin a new one"):
                await use
    assert (data / FILE).read_bytes() == GARBAGE


async def test_what_was_set_aside_goes_with_the_gaps_of_its_time(data: Path) -> None:
    """It holds what persons asked. Under a name of somebody's own it stays."""
    clock = Clock()
    async with GapLog(data, KEYS, keep=KEEP, now=clock) as log:
        await log.set_aside()
        kept = data / f"{FILE}.damaged-mine"
        kept.write_bytes(b"")
        clock.now += KEEP
        await log.expire()
        assert len(_set_aside(data / FILE)) == 2
        clock.now += timedelta(seconds=1)
        await log.expire()
        assert list(data.glob("*damaged*")) == [kept]


@pytest.mark.container
def test_what_is_sound_in_it_can_be_saved(tmp_path: Path) -> None:
    """By the words of the log line."""
    begun(tmp_path / FILE)
    with closing(sqlite3.connect(tmp_path / FILE)) as connection:
        (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'ix_gap_at'").fetchone()
    with (tmp_path / FILE).open("r+b") as file:
        file.seek((root - 1) * 4096)
        file.write(GARBAGE[:4096])
    aside = store(tmp_path).set_aside(Clock()())
    assert aside is not None
    shown = subprocess.run(["sqlite3", str(aside), ".dump"], capture_output=True, text=True, check=True)  # noqa: S603, S607
    with closing(sqlite3.connect(tmp_path / FILE)) as connection:
        connection.executescript(shown.stdout)
    asyncio.run(_is_kept(tmp_path, GAPS[0]))


async def _is_kept(data: Path, text: str) -> None:
    async with GapLog(data, KEYS, keep=KEEP) as log:
        assert [kept.gap.text for kept in await log.gaps()] == [text]


# --- A newer schema --------------------------------------------------------------------------------------------


async def test_the_bot_does_not_start_on_a_newer_log(
    new_url: Callable[[], SecretStr | None], tmp_path: Path, small: Path, cache: Path
) -> None:
    """It exits 2 before it talks to Telegram, says what to do, and changes nothing."""
    url = new_url()
    environment = bot_environment(tmp_path, "http://127.0.0.1:1", faq=small / "faq", seeds=small / "seeds")
    environment |= {"CACHE_DIR": str(cache), "GAPS_KEY": TEXT_KEY, "ASKER_KEY": ASKER_KEY}
    environment |= {} if url is None else {"DATABASE_URL": url.get_secret_value()}
    async with GapLog(tmp_path / "data", KEYS, keep=KEEP, url=url) as log:
        await log.write([note()])
        await do(log, "UPDATE alembic_version SET version_num = '999'")
    async with BotProcess("run", folder=tmp_path, environment=environment) as process:
        assert await process.wait() == 2
        assert "was written by a newer version of this program; update this one" in process.stderr
        assert "Connecting" not in process.output
        assert "Traceback" not in process.output
    assert await asyncio.to_thread(log.database.store.prepare, _step) == "999"


def _step(connection: sa.Connection) -> str:
    return str(connection.scalar(sa.text("SELECT version_num FROM alembic_version")))


def test_other_troubles_do_not_keep_it_from_starting(tmp_path: Path, data: Path) -> None:
    """They are told once it runs. Looking begins no log and brings none up."""
    refuse_newer(tmp_path / "nothing", None)
    assert not (tmp_path / "nothing").exists()
    refuse_newer(data, None)
    assert (data / FILE).read_bytes() == GARBAGE
    refuse_newer(tmp_path, SecretStr("postgresql+asyncpg://user:password@127.0.0.1:1/name?ssl=disable"))


pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="no limits of processes there"),
]
