"""`python -m bot doctor`: each thing that the bot needs, well and not, in words that say what mends it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from bot.gaps.log import FILE, GapLog
from tests.postgresql_server import Server
from tests.review_desk import KEYS, asked
from tests.telegram_emulator import BotProcess, Emulator, bot_environment, serving
from tests.telegram_world import TOKEN, World

OTHER_TOKEN = "987654:" + "B" * 35
Edit = Callable[[str, str, str], None]


@dataclass(frozen=True, slots=True)
class Patient:
    """A bot's folder, its settings, and the server that stands for Telegram."""

    folder: Path
    environment: dict[str, str]
    emulator: Emulator

    async def examined(self, **settings: str) -> tuple[int | None, dict[str, tuple[str, str | None]]]:
        """The exit code, and what was found: what it says of each thing, and what mends it."""
        environment = self.environment | settings
        async with BotProcess("doctor", "--json", folder=self.folder, environment=environment) as process:
            code = await process.wait()
        told = [mark for mark in (TOKEN, OTHER_TOKEN, *KEYS.secrets, "Traceback") if mark in process.output]
        assert not told, "it tells a secret, or failed"
        return code, {one["what"]: (one["says"], one["mend"]) for one in json.loads(process.stdout)}


@pytest.fixture
async def patient(tmp_path: Path, small: Path, cache: Path) -> AsyncIterator[Patient]:
    emulator = Emulator(World())
    async with serving(emulator) as url:
        environment = bot_environment(tmp_path, url, faq=small / "faq", seeds=small / "seeds")
        yield Patient(tmp_path, environment | {"CACHE_DIR": str(cache)}, emulator)


@asynccontextmanager
async def log_of(patient: Patient) -> AsyncIterator[dict[str, str]]:
    """A log with a gap, and the settings with its keys."""
    async with GapLog(patient.folder / "data", KEYS, keep=timedelta(days=90)) as log:
        await log.write([asked("zebra poetry")])
    yield {"GAPS_KEY": KEYS.texts[0].decode(), "ASKER_KEY": KEYS.askers.hex()}


async def test_a_bot_that_is_well(patient: Patient) -> None:
    """Everything is looked at, nothing is to be mended, and nothing is made by it."""
    code, found = await patient.examined(MAINTAINER_CHATS=str(patient.emulator.world.private().id))
    assert code == 0, found
    assert found.keys() >= {"FAQ", "model", "keys", "gap log", "network", "clock", "token", "messages"}
    assert found["token"][0].startswith("is that of @")
    assert found["maintainers' chat 1"] == ("can be reached", None)
    assert not (patient.folder / "data" / FILE).exists()
    assert not list((patient.folder / "config").iterdir())
    assert not patient.emulator.world.called("sendMessage")


async def test_a_log_is_read_with_its_keys(patient: Patient) -> None:
    """With others, with none and damaged it says so."""
    async with log_of(patient) as keys:
        assert (await patient.examined(**keys))[1]["gap log"][0] == "can be read; it holds 1, each for 90 days"
        code, found = await patient.examined(**keys | {"ASKER_KEY": "00" * 32})
        assert code == 1
        assert "was begun with another ASKER_KEY" in found["gap log"][0]
        _, found = await patient.examined()
        assert "ASKER_KEY" in found["keys"][0] or "GAPS_KEY" in found["keys"][0]
        assert found["gap log"][1] == "put the keys back that it was begun with"
        (patient.folder / "data" / FILE).write_bytes(b"no database" * 1000)
        assert "is no database; move it away" in (await patient.examined(**keys))[1]["gap log"][0]


async def test_a_token_that_telegram_does_not_know(patient: Patient) -> None:
    """The mend names the setting."""
    code, found = await patient.examined(TELEGRAM_BOT_TOKEN=OTHER_TOKEN)
    assert code == 1
    assert found["token"] == ("Telegram does not know it", "copy it anew from @BotFather into TELEGRAM_BOT_TOKEN")


async def test_no_token_is_no_fault(patient: Patient) -> None:
    """The terminal does without."""
    code, found = await patient.examined(TELEGRAM_BOT_TOKEN="")
    assert code == 0
    assert "in the terminal alone" in found["token"][0]


async def test_a_server_that_cannot_be_reached(patient: Patient) -> None:
    """It is told once, and the token is not asked for."""
    code, found = await patient.examined(TELEGRAM_API_URL="http://127.0.0.1:9")
    assert code == 1
    assert "http://127.0.0.1:9 cannot be reached" in found["network"][0]
    assert "token" not in found


async def test_a_maintainers_chat_that_does_not_know_the_bot(patient: Patient) -> None:
    """It is named by its place in the list, never by its number."""
    code, found = await patient.examined(MAINTAINER_CHATS="-100987654321")
    assert code == 1
    assert "cannot be reached" in found["maintainers' chat 1"][0]
    assert "987654321" not in str(found)


async def test_a_broken_faq(patient: Patient, edit: Edit) -> None:
    """Errors of the check and what keeps it from being used, each with a place."""
    edit("faq/en/ferry.yaml", "3.50 crowns", "4.50 crowns")
    code, found = await patient.examined()
    assert code == 1
    assert "faq/en/ferry.yaml:" in found["content"][0]
    edit("faq/en/ferry.yaml", "topic:", "topic")
    _, found = await patient.examined()
    assert "keep it from being used" in found["FAQ"][0]


@pytest.mark.container
async def test_an_empty_database_stays_empty(patient: Patient, postgresql: Server) -> None:
    """It is told what the next start will do, and nothing is made; the password is not shown."""
    name = postgresql.new_database()
    url = postgresql.url(name).get_secret_value()
    keys = {"GAPS_KEY": KEYS.texts[0].decode(), "ASKER_KEY": KEYS.askers.hex()}
    for _ in range(2):
        code, found = await patient.examined(DATABASE_URL=url, **keys)
        assert code == 0, found
        assert found["gap log"][0].startswith("has no tables yet; the next start brings it up to schema")
        assert url not in str(found)
