"""The gap log in PostgreSQL: many processes with one, what its errors say, what never shows, backup and restore.

What it has in common with SQLite is tested in `test_gap_log` and others, on both.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, closing, suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from bot.domain.conversation import Channel, Outcome
from bot.domain.gap import Count, GapStatus, Note
from bot.gaps.key_rotation import rekey
from bot.gaps.repository import GapLog
from bot.gaps.writer import GapWriter
from bot.settings import Settings, SettingsError, read_settings
from bot.storage.errors import LogError
from bot.storage.keys import Keys, new_text_key, text_keys
from bot.storage.migrate import NEWEST, step_of
from bot.storage.postgresql import CONNECTIONS, PostgreSQL, parsed
from bot.storage.stores import FILE, store_of
from tests.cli.test_main import run
from tests.gaps.test_repository import ASKER, KEEP, KEYS, OTHER, do, in_a_file, note, rows_of
from tests.support.documentation import OPERATIONS, text_of
from tests.support.postgresql_server import HOST, USER, Server, serving

pytestmark = pytest.mark.slow

on_a_server = pytest.mark.container
KEY_SETTINGS = {"GAPS_KEY": KEYS.texts[0].decode(), "ASKER_KEY": KEYS.askers.hex()}


@pytest.fixture
def name(postgresql: Server) -> Iterator[str]:
    """An empty database."""
    made = postgresql.new_database()
    yield made
    postgresql.drop(made)


@pytest.fixture
def open_log(postgresql: Server, name: str, tmp_path: Path) -> Callable[..., GapLog]:
    """Opens the log in it, as another process does."""
    url = postgresql.url(name)

    def opened(keys: Keys = KEYS, *, busy_seconds: float = 5) -> GapLog:
        return GapLog(tmp_path / "unused", keys, keep=KEEP, url=url, busy_seconds=busy_seconds)

    return opened


@pytest.fixture
async def log(open_log: Callable[..., GapLog]) -> AsyncIterator[GapLog]:
    """The log in it, without a gap."""
    async with open_log() as opened:
        await opened.write([])
        yield opened


@pytest.fixture
async def logs(open_log: Callable[..., GapLog]) -> AsyncIterator[list[GapLog]]:
    """Four logs on it, as four processes have them."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(open_log()) for _ in range(4)]


# --- The setting ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+asyncpg://user:password@host/name",
        " postgresql+asyncpg://user@db.example.org:5433/name?ssl=verify-full\n",
        "postgresql+asyncpg://user:p%40ss%2F%3A@[::1]/name",
        "postgresql+asyncpg://user@/name?host=/var/run/postgresql",
        "postgresql+asyncpg:///name",
    ],
)
def test_an_address_of_postgresql_is_taken(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what stands around it cut away; shown, it is not."""
    monkeypatch.setenv("DATABASE_URL", url)
    settings = read_settings()
    assert settings.database_url is not None
    assert parsed(settings.database_url).database == "name"
    assert "asyncpg" not in repr(settings) + str(settings)


@pytest.mark.parametrize(
    "url",
    [
        "secret",
        "secret://user:secret@host/name",
        "sqlite+aiosqlite:///secret.sqlite3",
        "postgresql://user:secret@host/name",
        "postgres://user:secret@host/name",
        "postgresql+psycopg://user:secret@host/name",
        "mysql+asyncmy://user:secret@host/name",
        "postgresql+asyncpg://user:secret@host",
        "postgresql+asyncpg://user:secret@host/",
        "postgresql+asyncpg://user:secret@host:port/name",
        "postgresql+asyncpg://user:secret@host:0/name",
        "postgresql+asyncpg://user:secret@host:65536/name",
        "postgresql+asyncpg://user:sec@ret@host/name",
        "postgresql+asyncpg://user:secret@ho st/name",
        "postgresql+asyncpg://user:secret@host..example/name",
        "postgresql+asyncpg://user:secret@host/name?ssl=secret",
        "postgresql+asyncpg://user:secret@host/name?sslmode=require",
        "postgresql+asyncpg://user:secret@host/name?host=a&host=b",
        "postgresql+asyncpg://user:secret@host/name?server_settings=secret",
    ],
)
def test_what_is_no_such_address_is_refused_unseen(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one line, with what it looks like; every other database too."""
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(SettingsError) as refused:
        read_settings()
    assert str(refused.value).startswith("DATABASE_URL: is no address that can be used; write postgresql+asyncpg://")
    assert "secret" not in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=6))
def test_no_password_shows(word: str) -> None:
    """Whatever it is made of: it arrives as it is, and stands in nothing that could come into a log line."""
    secret = f"pw{word}pw"
    url = f"postgresql+asyncpg://user:{quote(secret, safe='')}@host/name"
    settings = Settings(database_url=SecretStr(url))
    assert settings.database_url is not None
    assert {secret, url} <= set(settings.secrets)
    store = store_of(Path(), settings.database_url)
    assert isinstance(store, PostgreSQL)
    assert store._url.password == secret
    with pytest.raises(ValidationError) as refused:
        Settings(database_url=SecretStr(f"x{url}"))
    for shown in (repr(settings), str(settings), store.name, repr(vars(store)), str(refused.value)):
        assert secret not in shown
        assert quote(secret, safe="") not in shown


# --- Many processes with one database ------------------------------------------------------------------------------


@on_a_server
async def test_a_job_is_taken_by_one_of_many(logs: list[GapLog]) -> None:
    """All at once, in each period."""
    for week in ("2026-W46", "2026-W47"):
        taken = await asyncio.gather(*(log.acquire_job("digest", week) for log in logs for _ in range(5)))
        assert sum(taken) == 1


@on_a_server
async def test_the_same_message_has_one_gap(logs: list[GapLog]) -> None:
    """Delivered to all of them at once, and to each of them again."""
    for _ in range(3):
        await asyncio.gather(*(log.write([note("asked", message="m1"), note("too", message="m2")]) for log in logs))
    assert sorted(kept.gap.text for kept in await logs[0].gaps()) == ["asked", "too"]


@on_a_server
async def test_counts_add_up(logs: list[GapLog]) -> None:
    """Many batches at once, each with many outcomes in an order of its own; none keeps another from its end."""
    counts = [
        Note(Count(outcome, "en", Channel.PRIVATE, str(at)))
        for outcome in (Outcome.ANSWER, Outcome.URGENT)
        for at in range(9)
    ]
    batches = [random.Random(number).sample(counts, len(counts)) for number in range(40)]  # noqa: S311  # no secret
    await asyncio.gather(*(logs[number % 4].write(batch) for number, batch in enumerate(batches)))
    assert [number for _, _, number in await logs[0].counts()] == [40] * 18


@on_a_server
async def test_messages_in_any_order_keep_nobody_waiting_for_ever(logs: list[GapLog]) -> None:
    """Two that note the same messages the other way round: no deadlock."""
    notes = [note(str(number), message=f"m{number}") for number in range(20)]
    await asyncio.gather(*(log.write(notes[::way]) for log in logs for way in (1, -1)))
    assert len(await logs[0].gaps()) == 20


@on_a_server
async def test_what_is_forgotten_while_others_write_is_gone(logs: list[GapLog]) -> None:
    """And theirs is there."""
    await logs[0].write([note(str(number)) for number in range(20)])
    others = [log.write([note(str(number), asker=OTHER)]) for number, log in enumerate(logs)]
    forgotten, *_ = await asyncio.gather(logs[0].forget(ASKER), *others)
    assert forgotten == 20
    assert len(await logs[0].gaps()) == 4


@on_a_server
async def test_all_may_begin_it_at_once(logs: list[GapLog]) -> None:
    """The tables are made once, and all have the same keys."""
    await asyncio.gather(*(log.write([note()]) for log in logs))
    assert len(await logs[0].gaps()) == 4
    assert await rows_of(logs[0], "SELECT count(*) FROM key_check") == [(1,)]
    assert await rows_of(logs[0], "SELECT version_num FROM alembic_version") == [(NEWEST,)]


@on_a_server
async def test_while_texts_get_another_key_nothing_is_written_with_the_old_one(
    open_log: Callable[..., GapLog], logs: list[GapLog]
) -> None:
    """A text of a process that knows the old key alone is in time, and written anew, or refused; none is lost."""
    new = text_keys(new_text_key())
    both = replace(KEYS, texts=(*new, *KEYS.texts))
    await asyncio.gather(*(log.write([note("before")]) for log in logs))
    async with open_log(both) as rekeyed, open_log(replace(KEYS, texts=new)) as after:
        writes = [log.write([note(f"{number}")]) for number in range(10) for log in logs]
        _, *written = await asyncio.gather(rekey(rekeyed, accepted=new), *writes, return_exceptions=True)
        refused = [error for error in written if error is not None]
        assert all("has another GAPS_KEY by now" in str(error) for error in refused)
        assert len(await after.gaps()) == 4 + len(written) - len(refused)


@on_a_server
async def test_a_process_holds_few_connections(log: GapLog, postgresql: Server, name: str) -> None:
    """However many persons are served at once."""
    assert len(await asyncio.gather(*(log.language(ASKER) for _ in range(50)))) == 50
    held = postgresql.sql(f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{name}'")  # noqa: S608  # ours
    assert 1 <= int(held) <= CONNECTIONS


@on_a_server
async def test_what_is_deleted_leaves_no_dead_rows(log: GapLog, postgresql: Server, name: str) -> None:
    """Their room is free at once, whichever way they were deleted."""
    postgresql.sql("CREATE EXTENSION pgstattuple", database=name)
    dead = "SELECT (pgstattuple('gap')).dead_tuple_count + (pgstattuple('person')).dead_tuple_count"
    for purges in (False, True):
        await log.write([note(str(number)) for number in range(50)])
        await log.choose_language(ASKER, "fr")
        assert await (log.purge() if purges else log.forget(ASKER)) == 50
        assert postgresql.sql(dead, database=name) == "0"


@on_a_server
async def test_a_user_who_may_not_vacuum_forgets_all_the_same(
    log: GapLog, postgresql: Server, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The tables being another's: that is no error, and the rows are gone."""
    await log.write([note()])
    for table in ("gap", "person"):
        postgresql.sql(f"ALTER TABLE {table} OWNER TO postgres", f"GRANT ALL ON {table} TO {USER}", database=name)
    assert await log.forget(ASKER) == 1
    assert await log.gaps() == []


# --- What a failure says, and that it passes ------------------------------------------------------------------------


Break = Callable[[Server, str], SecretStr | None]


def _sql(*statements: str) -> Break:
    """Breaks something in the database named {0}."""

    def broken(server: Server, name: str) -> None:
        server.sql(*(statement.format(name) for statement in statements))

    return broken


def _drop(server: Server, name: str) -> None:
    server.drop(name)


def _not_ours(server: Server, name: str) -> SecretStr:
    server.drop(name)
    server.sql(f"CREATE DATABASE {name}")
    return server.url(name)


BROKEN: dict[str, tuple[Break, str]] = {
    "password": (lambda server, name: server.url(name, password="wrong"), "lets nobody in by this user and password"),  # noqa: S106
    "user": (lambda server, name: server.url(name, user="stranger"), "lets nobody in by this user and password"),
    "name": (lambda server, name: server.url(f"{name}x"), "there is no such database; make it, or correct the name"),
    "dropped": (_drop, "there is no such database; make it, or correct the name"),
    "owner": (_not_ours, "make it the owner of the database"),
    "port": (lambda server, name: server.url(name, port=1), "the server cannot be reached; see that it runs"),
    "connections": (_sql("ALTER DATABASE {0} CONNECTION LIMIT 0"), "has no connection left; raise its max_connections"),
    "replica": (
        _sql("ALTER DATABASE {0} SET default_transaction_read_only = on"),
        "takes no writes, as a replica does",
    ),
    "ssl": (
        lambda server, name: SecretStr(f"{server.url(name).get_secret_value()}?ssl=require"),
        "no encrypted connection can be made",
    ),
}


@on_a_server
@pytest.mark.parametrize("case", BROKEN)
async def test_what_is_the_matter_is_said(
    case: str, postgresql: Server, name: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """With what to do; where the server is, who asked it and by which password is in no word of it, nor logged."""
    caplog.set_level(logging.DEBUG)
    breaks, says = BROKEN[case]
    url = breaks(postgresql, name) or postgresql.url(name)
    async with GapLog(tmp_path, KEYS, keep=KEEP, url=url) as log:
        for attempt in (log.write([note("my own words")]), log.forget(ASKER), log.language(ASKER)):
            with pytest.raises(LogError) as failed:
                await attempt
            assert str(failed.value).startswith("the log in PostgreSQL: ")
            assert says in str(failed.value)
            assert failed.value.__cause__ is None
            assert_discreet(f"{failed.value} {failed.value!r} {caplog.text}", url)


def assert_discreet(shown: str, url: SecretStr) -> None:
    """Nothing of an address but its scheme is shown."""
    address = parsed(url)
    for part in (url.get_secret_value(), address.password, address.username, f"{HOST}:", "my own words"):
        assert str(part) not in shown


@on_a_server
@pytest.mark.parametrize(
    ("state", "says"),
    [
        ("53100", "the server's disk is full; make room there"),
        ("53200", "the server has no memory left"),
        ("53400", "the server has reached a limit of its own"),
        ("40P01", "another process holds it; end that one, or wait"),
        ("40001", "another process holds it; end that one, or wait"),
        ("57014", "another process holds it; end that one, or wait"),
        ("58030", "the server cannot read or write its files"),
        ("XX001", "the database is damaged"),
        ("42501", "make it the owner of the database"),
        ("0A000", "see the server's log"),
    ],
)
async def test_what_the_server_reports_is_said(
    log: GapLog, state: str, says: str, caplog: pytest.LogCaptureFixture
) -> None:
    """By the code that the server gives, through the driver as it is; the text of its report is not shown."""
    raises = f"BEGIN RAISE EXCEPTION 'my own words' USING ERRCODE = '{state}'; END"
    await do(
        log,
        f"CREATE FUNCTION fails() RETURNS trigger LANGUAGE plpgsql AS $$ {raises} $$",
        "CREATE TRIGGER fails BEFORE INSERT ON gap EXECUTE FUNCTION fails()",
    )
    with pytest.raises(LogError, match=says) as failed:
        await log.write([note()])
    assert "my own words" not in str(failed.value) + caplog.text
    await do(log, "DROP TRIGGER fails ON gap")
    await log.write([note()])
    assert len(await log.gaps()) == 1


@on_a_server
async def test_connections_that_were_cut_are_made_anew(log: GapLog, postgresql: Server, name: str) -> None:
    """While nobody used them nothing is lost; in the middle of a use that is said, and the next is well."""
    cut = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"  # noqa: S608  # ours
    await asyncio.gather(*(log.language(ASKER) for _ in range(5)))
    postgresql.sql(cut)
    await log.write([note("first")])

    async def cut_meanwhile() -> None:
        async with log.database.connection() as connection:
            await connection.execute(sa.text("SELECT 1"))
            await asyncio.to_thread(postgresql.sql, cut)
            await connection.execute(sa.text("SELECT 1"))

    for _ in range(5):
        with pytest.raises(LogError, match="the connection was lost and is made anew by itself"):
            await cut_meanwhile()
    await log.write([note("second")])
    assert [kept.gap.text for kept in await log.gaps()] == ["second", "first"]


@on_a_server
async def test_while_the_server_is_down_notes_wait(
    log: GapLog, postgresql: Server, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Nobody is told that what could not be deleted is; when it is back all is written and deleted."""
    caplog.set_level(logging.DEBUG)
    gap_writer = GapWriter(log, retry=timedelta(seconds=0.05), patience=timedelta(seconds=0.2))
    gap_writer.start()
    gap_writer.note(note("before"))
    assert await gap_writer.flush()
    await asyncio.to_thread(postgresql.stop)
    try:
        gap_writer.note(note("meanwhile", asker=OTHER))
        assert not await gap_writer.flush(within=timedelta(seconds=0.3))
        assert not await gap_writer.forget(ASKER)
        assert await gap_writer.language(ASKER) is None
    finally:
        await asyncio.to_thread(postgresql.start)
    assert await gap_writer.flush(within=timedelta(seconds=60))
    assert [kept.gap.text for kept in await log.gaps()] == ["meanwhile"]
    await gap_writer.stop()
    assert "answers go on, " in caplog.text
    assert_discreet(caplog.text, postgresql.url(name))


async def test_a_server_that_fails_is_not_asked_by_everybody_in_turn(tmp_path: Path) -> None:
    """Of many who wait while it is tried, all get the one result: else the last would wait many times as long."""
    asked = 0

    async def refuse(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0.1)
        writer.close()

    server = await asyncio.start_server(refuse, HOST, 0)
    port = server.sockets[0].getsockname()[1]
    url = SecretStr(f"postgresql+asyncpg://user:password@{HOST}:{port}/name?ssl=disable")
    async with server, GapLog(tmp_path, KEYS, keep=KEEP, url=url) as log:
        results = await asyncio.gather(*(log.language(ASKER) for _ in range(50)), return_exceptions=True)
        assert all(isinstance(result, LogError) for result in results)
        assert asked <= 4
        with pytest.raises(LogError):
            await log.language(ASKER)


@on_a_server
async def test_a_database_that_is_put_back_in_place_is_noticed(log: GapLog, postgresql: Server, name: str) -> None:
    """Empty, while the bot runs: the tables are made, and what is noted then is kept."""
    await log.write([note()])
    postgresql.sql("DROP SCHEMA public CASCADE", f"CREATE SCHEMA public AUTHORIZATION {USER}", database=name)
    with suppress(LogError):
        await log.write([note("lost, or noted")])
        await log.purge()
    await log.write([note("after")])
    await log.mark([1, 2, 3], GapStatus.LATER)
    assert {kept.gap.text for kept in await log.gaps()} == {"after"}


# --- The command line -----------------------------------------------------------------------------------------------


def settings_of(url: SecretStr | None, folder: Path) -> dict[str, Any]:
    """The environment of a process with a log of its own."""
    own: dict[str, Any] = {"DATA_DIR": str(folder / "data"), "XDG_CONFIG_HOME": str(folder / "config"), **KEY_SETTINGS}
    return own | ({"DATABASE_URL": url.get_secret_value()} if url else {})


@on_a_server
def test_the_terminal_notes_there(postgresql: Server, name: str, cache: Path, tmp_path: Path) -> None:
    """`ask`, `gaps` and the others use the database that is set, and begin no file."""
    own = settings_of(postgresql.url(name), tmp_path)
    assert run("gaps", cache=cache, **own).stdout == "No gaps are logged in PostgreSQL.\n"
    assert run("ask", "zebra poetry evenings", cache=cache, **own).returncode == 0
    assert "zebra poetry evenings" in run("gaps", cache=cache, **own).stdout
    assert run("gaps", "off-topic", "1", "99", cache=cache, **own).stdout == "1 of 2 gaps: off topic\n"
    run("chat", cache=cache, typed="/forget\n", **own)
    assert run("gaps", "--all", cache=cache, **own).stdout == "No gaps are logged in PostgreSQL.\n"
    assert list(tmp_path.iterdir()) == []


@on_a_server
def test_no_key_is_made_for_it(postgresql: Server, name: str, cache: Path, tmp_path: Path) -> None:
    """It may have been begun with another, by another process: that it is missing is said."""
    own = settings_of(postgresql.url(name), tmp_path) | {"GAPS_KEY": "", "ASKER_KEY": ""}
    done = run("gaps", cache=cache, **own)
    assert done.returncode == 2
    assert "GAPS_KEY is not set, and there is no key in" in done.stderr
    asked = run("ask", "what does a ticket cost", cache=cache, **own)
    assert asked.returncode == 0
    assert "gap log: GAPS_KEY is not set" in asked.stderr
    assert not (tmp_path / "config").exists()


def test_the_schema_is_brought_up_by_hand(url: SecretStr | None, cache: Path, tmp_path: Path) -> None:
    """What it was and is is said; looked at, it stays as it is; one of another version is left alone."""
    own = settings_of(url, tmp_path)
    store = store_of(tmp_path / "data", url)
    assert store.prepare(step_of) is None
    for arguments, code, says in (
        (("--check",), 1, f"{store.name}: has no schema, the newest is {NEWEST}; run: python -m bot db upgrade\n"),
        ((), 0, f"{store.name}: has schema {NEWEST} now, and had no schema\n"),
        ((), 0, f"{store.name}: has schema {NEWEST}, the newest\n"),
        (("--check",), 0, f"{store.name}: has schema {NEWEST}, the newest\n"),
    ):
        done = run("db", "upgrade", *arguments, cache=cache, **own)
        assert (done.returncode, done.stdout, done.stderr) == (code, says, "")
    for step, says in (
        ("999", "was written by a newer version of this program; update this one"),
        ("4", f"has schema 4, from before the first release, which cannot be brought up; {store.to_begin_anew}"),
    ):
        changed = sa.text(f"UPDATE alembic_version SET version_num = '{step}'")  # noqa: S608  # ours
        store.prepare(partial(sa.Connection.execute, statement=changed))
        for command in (("db", "upgrade"), ("db", "upgrade", "--check"), ("gaps",)):
            done = run(*command, cache=cache, **own)
            assert done.returncode == 2
            assert f"{store.name}: {says}" in done.stderr


@in_a_file
def test_where_there_is_no_log_none_is_begun_by_it(url: None, cache: Path, tmp_path: Path) -> None:
    """Keys would be looked for that nobody has made."""
    for arguments in ((), ("--check",)):
        done = run("db", "upgrade", *arguments, cache=cache, **settings_of(url, tmp_path))
        assert done.returncode == 0
        assert done.stdout.startswith(f"There is no gap log in {tmp_path / 'data'} yet; its first use begins it")
    assert list(tmp_path.iterdir()) == []


@on_a_server
async def test_two_processes_bring_it_up_at_once(postgresql: Server, name: str, cache: Path, tmp_path: Path) -> None:
    """One of them does it, the other finds it done."""
    own = settings_of(postgresql.url(name), tmp_path)
    done = await asyncio.gather(*(asyncio.to_thread(run, "db", "upgrade", cache=cache, **own) for _ in range(2)))
    assert [one.returncode for one in done] == [0, 0]
    assert sorted(one.stdout for one in done) == [
        f"the log in PostgreSQL: has schema {NEWEST} now, and had no schema\n",
        f"the log in PostgreSQL: has schema {NEWEST}, the newest\n",
    ]


@on_a_server
def test_a_server_that_cannot_be_used_ends_a_command_with_the_mend(
    postgresql: Server, name: str, cache: Path, tmp_path: Path
) -> None:
    """Exit code 2, one line, and no secret; an answer is given all the same."""
    url = postgresql.url(name, password="quite wrong".replace(" ", "-"))
    own = settings_of(url, tmp_path)
    for command in (("gaps",), ("db", "upgrade"), ("gaps", "stats")):
        done = run(*command, cache=cache, **own)
        assert done.returncode == 2
        assert "lets nobody in by this user and password" in done.stderr
        assert len(done.stderr.splitlines()) == 1
        assert_discreet(done.stderr + done.stdout, url)
    asked = run("ask", "what does a ticket cost", cache=cache, **own)
    assert asked.returncode == 0
    assert "The answer is not affected" in asked.stderr
    assert_discreet(asked.stderr, url)


def test_without_a_server_to_test_on_the_tests_fail(tmp_path: Path) -> None:
    """They are not skipped, and say what to install."""
    with pytest.raises(pytest.fail.Exception, match="install it with: apt-get install postgresql"), serving(tmp_path):
        pass


# --- Backup and restore ---------------------------------------------------------------------------------------------


def documented(*arguments: str) -> tuple[str, ...]:
    """A command as it stands in docs/operations.md, with the names that are used there."""
    assert " ".join(arguments) in text_of(OPERATIONS)
    return arguments


@on_a_server
async def test_a_dump_is_restored(log: GapLog, postgresql: Server, tmp_path: Path, name: str) -> None:
    """Taken while the bot runs, by the documented commands: all is there, all works, and numbers go on."""
    await log.write([note("first", message="m1"), note("second", asker=OTHER)])
    await log.choose_language(ASKER, "fr")
    dump = documented(
        *("pg_dump", "--format=custom", "--no-owner", "--no-unlogged-table-data", "--file=gaps.dump", "faqbot")
    )
    restore = documented(
        *("pg_restore", "--no-owner", "--role=faqbot", "--exit-on-error", "--single-transaction"),
        *("--dbname=faqbot2", "gaps.dump"),
    )
    other = postgresql.new_database()
    names = {"--file=gaps.dump": f"--file={postgresql.folder}/dump", "gaps.dump": f"{postgresql.folder}/dump"}
    names |= {"faqbot": name, "--dbname=faqbot2": f"--dbname={other}"}
    for command in (dump, restore):
        postgresql.run(*(names.get(part, part) for part in command))
    async with GapLog(tmp_path, KEYS, keep=KEEP, url=postgresql.url(other)) as restored:
        assert await restored.gaps() == await log.gaps()
        assert await restored.counts() == await log.counts()
        assert await restored.language(ASKER) == "fr"
        await restored.write([note("first, edited", message="m1", is_edited=True), note("third")])
        assert sorted(kept.gap.text for kept in await restored.gaps()) == ["first, edited", "second", "third"]
        assert await restored.forget(ASKER) == 2
    postgresql.drop(other)


async def test_a_backup_of_the_file_is_restored(tmp_path: Path) -> None:
    """Taken by SQLite's backup while the bot writes, put in place of the file: all is there, and all works."""
    import sqlite3

    documented("sqlite3", "~/.local/share/migration-faq-bot/gaps.sqlite3", '".backup gaps.backup"')
    async with GapLog(tmp_path / "data", KEYS, keep=KEEP) as log:
        await log.write([note("first", message="m1"), note("second", asker=OTHER)])
        before = await log.gaps()
        with (
            closing(sqlite3.connect(log.path)) as source,
            closing(sqlite3.connect(tmp_path / "gaps.backup")) as backup,
        ):
            source.backup(backup)  # what the program's .backup calls
        await log.write([note("third")])
    for path in (tmp_path / "data").iterdir():
        path.unlink()
    (tmp_path / "gaps.backup").rename(tmp_path / "data" / FILE)
    async with GapLog(tmp_path / "data", KEYS, keep=KEEP) as restored:
        assert await restored.gaps() == before
        await restored.write([note("first, edited", message="m1", is_edited=True)])
        assert sorted(kept.gap.text for kept in await restored.gaps()) == ["first, edited", "second"]
        assert await restored.forget(ASKER) == 1
