"""`python -m bot review` as a process: its address, its end, and what keeps it from starting."""

from __future__ import annotations

import asyncio
import socket
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from bot.gaps.repository import GapLog
from tests.support.review_browser import review_process
from tests.support.review_workbench import KEYS, asked
from tests.support.telegram_emulator import BotProcess, bot_environment

pytestmark = pytest.mark.slow


def environment_of(folder: Path, small: Path, cache: Path) -> dict[str, str]:
    """The environment of a page over the small FAQ."""
    environment = bot_environment(folder, "http://127.0.0.1:9", faq=small / "faq", seeds=small / "seeds")
    return environment | {
        "CACHE_DIR": str(cache),
        "GAPS_KEY": KEYS.texts[0].decode(),
        "ASKER_KEY": KEYS.askers.hex(),
    }


async def test_it_serves_this_machine_alone_until_it_is_asked_to_end(tmp_path: Path, small: Path, cache: Path) -> None:
    """The address opens the page; nothing that was asked is printed; it ends well, and the page with it."""
    environment = environment_of(tmp_path, small, cache)
    async with GapLog(tmp_path / "data", KEYS, keep=timedelta(days=90)) as log:
        await log.write([asked("zebra poetry")])
    async with review_process(tmp_path, environment) as (process, address):
        assert address.startswith("http://127.0.0.1:")
        assert "edits are tried on the gaps alone" in process.output
        async with httpx.AsyncClient() as client:
            await client.get(address)
            page = await client.get(address.partition("?")[0])
        assert "zebra poetry" in page.text
        assert process.output.count("?token=") == 2, "the next address is shown once the first is used"
        assert await process.stop() == 0
        assert "zebra" not in process.output
        assert "Traceback" not in process.output


async def test_a_port_that_is_taken_ends_it_in_words(tmp_path: Path, small: Path, cache: Path) -> None:
    """With exit code 2 and what to do."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        environment = environment_of(tmp_path, small, cache)
        async with BotProcess("review", "--no-browser", "--port", port, folder=tmp_path, environment=environment) as it:
            assert await it.wait() == 2
    assert f"port {port} cannot be used" in it.stderr
    assert "Traceback" not in it.output


async def test_a_log_of_other_keys_ends_it_in_words(tmp_path: Path, small: Path, cache: Path) -> None:
    """With exit code 2, and nothing is changed."""
    async with GapLog(tmp_path / "data", KEYS, keep=timedelta(days=90)) as log:
        await log.write([asked("zebra poetry")])
    before = await asyncio.to_thread((tmp_path / "data/gaps.sqlite3").read_bytes)
    environment = environment_of(tmp_path, small, cache) | {"ASKER_KEY": "00" * 32}
    async with BotProcess("review", "--no-browser", folder=tmp_path, environment=environment) as it:
        assert await it.wait() == 2
    assert "was begun with another ASKER_KEY" in it.stderr
    assert (tmp_path / "data/gaps.sqlite3").read_bytes() == before
