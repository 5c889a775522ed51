"""`python -m bot preview` as a process: its address, its end, and what keeps it from starting."""

from __future__ import annotations

import asyncio
import socket
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from bot.domain.conversation import Channel, Outcome
from bot.domain.gap import Count, Note
from bot.gaps.repository import GapLog
from tests.support.review_browser import page_process
from tests.support.review_workbench import KEYS
from tests.support.telegram_emulator import BotProcess, bot_environment

pytestmark = pytest.mark.slow


def environment_of(folder: Path, small: Path) -> dict[str, str]:
    """The environment of a preview of the small FAQ."""
    return bot_environment(folder, "http://127.0.0.1:9", faq=small / "faq", seeds=small / "seeds")


async def test_it_serves_this_machine_alone_until_it_is_asked_to_end(tmp_path: Path, small: Path) -> None:
    """The address opens the page; it learns nothing, writes nothing and makes no key or log; it ends well."""
    work = tmp_path / "work"
    work.mkdir()
    before = {path: path.read_bytes() for path in small.rglob("*") if path.is_file()}
    async with page_process("preview", work, environment_of(work, small)) as (process, address):
        assert address.startswith("http://127.0.0.1:")
        async with httpx.AsyncClient(timeout=60) as client:
            await client.get(address)
            origin = address.partition("?")[0]
            assert "How many people take the ferry?" in (await client.get(origin)).text
            assert "There is no gap log" in (await client.get(f"{origin}health")).text
        assert process.output.count("?token=") == 2, "the next address is shown once the first is used"
        assert await process.stop() == 0
        assert "Traceback" not in process.output
    assert not [path for path in work.rglob("*") if path.is_file()]
    assert {path: path.read_bytes() for path in before} == before


async def test_it_reads_the_counts_of_a_log(tmp_path: Path, small: Path) -> None:
    """With the log's keys what people asked for is on the page of the content's health; with others it says why not."""
    async with GapLog(tmp_path / "data", KEYS, keep=timedelta(days=90)) as log:
        await log.write([Note(Count(Outcome.WRONG, "en", Channel.PRIVATE, "ferry-fares"))])
    environment = environment_of(tmp_path, small) | {
        "GAPS_KEY": KEYS.texts[0].decode(),
        "ASKER_KEY": KEYS.askers.hex(),
    }
    for changed, says in (({}, "wrong 1"), ({"ASKER_KEY": "00" * 32}, "was begun with another ASKER_KEY")):
        async with page_process("preview", tmp_path, environment | changed) as (process, address):
            async with httpx.AsyncClient(timeout=60) as client:
                await client.get(address)
                assert says in (await client.get(f"{address.partition('?')[0]}health")).text
            assert "Traceback" not in process.output


async def test_a_port_that_is_taken_ends_it_in_words(tmp_path: Path, small: Path) -> None:
    """With exit code 2 and what to do."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        environment = environment_of(tmp_path, small)
        async with BotProcess(
            "preview", "--no-browser", "--port", port, folder=tmp_path, environment=environment
        ) as it:
            assert await it.wait() == 2
    assert f"port {port} cannot be used" in it.stderr
    assert "Traceback" not in it.output


async def test_many_pages_at_once(tmp_path: Path, small: Path) -> None:
    """Open pages that ask at the same time whether files have changed have them read once."""
    async with (
        page_process("preview", tmp_path, environment_of(tmp_path, small)) as (_, address),
        httpx.AsyncClient(timeout=60) as client,
    ):
        await client.get(address)
        origin = address.partition("?")[0]
        numbers = await asyncio.gather(*(client.get(f"{origin}number") for _ in range(20)))
    assert {one.text for one in numbers} == {"1"}
