"""`python -m bot doctor`: each thing that the bot needs, well and not, in words that say what mends it."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from bot.channels.telegram.app import HANDLERS
from bot.gaps.repository import GapLog
from bot.http.server import listen
from bot.storage.stores import FILE
from tests.support.dockerfile import free_port
from tests.support.postgresql_server import Server
from tests.support.review_workbench import KEYS, asked
from tests.support.telegram_emulator import BotProcess, Emulator, bot_environment, serving
from tests.support.telegram_phone import READY
from tests.support.telegram_world import BAD_GATEWAY, TOKEN, Raw, World

pytestmark = pytest.mark.slow

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


async def test_a_proxy_that_is_none(patient: Patient) -> None:
    """It is told with the others, and not shown."""
    code, found = await patient.examined(HTTP_PROXY="socks5://somebody:Xyzzyword@proxy.example")
    assert code == 1
    assert found["network"][0] == "the environment names a proxy that cannot be used"
    assert "HTTP_PROXY" in str(found["network"][1])
    assert "Xyzzyword" not in str(found)


# --- The webhook -----------------------------------------------------------------------------------------------


HOOK = {"WEBHOOK_URL": "https://bot.example.org/telegram", "WEBHOOK_SECRET": "made-up_secret_0123456789"}


def told(patient: Patient, **info: Any) -> None:
    """Let Telegram say this of the webhook."""
    hook = {"url": HOOK["WEBHOOK_URL"], "has_custom_certificate": False, "pending_update_count": 0}
    body = json.dumps({"ok": True, "result": hook | info}).encode()
    patient.emulator.fail("getWebhookInfo", Raw(200, body, "application/json"))


async def test_a_webhook_that_is_well(patient: Patient) -> None:
    """Where it leads, over how many connections, and that the port is free for a bot."""
    kinds = [kind.value for kind in HANDLERS]
    told(patient, allowed_updates=kinds, max_connections=40, ip_address="203.0.113.7", pending_update_count=3)
    code, found = await patient.examined(**HOOK, LISTEN=f"127.0.0.1:{free_port()}")
    assert code == 0, found
    says = "are brought, to bot.example.org at 203.0.113.7, over 40 connections; 3 wait"
    assert found["messages"] == (says, None)
    assert found["doors"][0].endswith("is free: no bot listens there now")
    assert HOOK["WEBHOOK_SECRET"] not in str(found)


@pytest.mark.parametrize(
    ("info", "says"),
    [
        ({"url": ""}, "are not brought to WEBHOOK_URL but wait to be fetched; 0 wait"),
        ({"url": "https://elsewhere.example/Xyzzy"}, "are brought elsewhere, to elsewhere.example, not to WEBHOOK_URL"),
        ({"url": "https://[elsewhere/Xyzzy"}, "are brought elsewhere, not to WEBHOOK_URL"),
        ({"max_connections": 10}, "are brought over other connections, or of other kinds, than is wanted"),
        ({"allowed_updates": ["message"]}, "are brought over other connections, or of other kinds, than is wanted"),
        ({"pending_update_count": 500}, "500 wait to be brought"),
        (
            {"last_error_date": int(time.time()) - 60, "last_error_message": "Connection timed out"},
            "s ago (Connection timed out); 0 wait",
        ),
    ],
    ids=["none", "another", "garbage", "connections", "kinds", "many wait", "an error"],
)
async def test_what_is_wrong_with_a_webhook(info: dict[str, Any], says: str, patient: Patient) -> None:
    """Each has its mend; another's path is not shown."""
    told(patient, **info)
    code, found = await patient.examined(**HOOK, LISTEN=f"127.0.0.1:{free_port()}")
    assert code == 1
    assert says in found["messages"][0]
    assert found["messages"][1]
    assert "Xyzzy" not in str(found)


async def test_an_error_of_long_ago_is_none(patient: Patient) -> None:
    """Telegram tells of the last one for ever."""
    told(patient, last_error_date=int(time.time()) - 90_000, last_error_message="Connection timed out")
    code, found = await patient.examined(**HOOK, LISTEN=f"127.0.0.1:{free_port()}")
    assert code == 0, found


async def test_a_webhook_where_messages_are_to_be_fetched(patient: Patient) -> None:
    """The reverse."""
    told(patient, url="https://elsewhere.example/Xyzzy")
    code, found = await patient.examined()
    assert code == 1
    assert found["messages"][0] == "go to a webhook, to elsewhere.example, so that they cannot be fetched"
    assert "set WEBHOOK_URL" in str(found["messages"][1])


async def test_a_webhook_without_its_secret(patient: Patient) -> None:
    """The bot would not start."""
    code, found = await patient.examined(WEBHOOK_URL=HOOK["WEBHOOK_URL"])
    assert code == 1
    assert found["webhook"][0] == "WEBHOOK_SECRET is not set, so the bot does not start"


async def test_a_bot_that_answers_at_its_port(patient: Patient) -> None:
    """While it waits for Telegram, and once it is ready."""
    place = {"LISTEN": f"127.0.0.1:{free_port()}"}
    patient.emulator.fail("deleteWebhook", BAD_GATEWAY, times=1000)
    environment = patient.environment | place
    async with BotProcess("run", folder=patient.folder, environment=environment) as process:
        await process.wait_for_output("Telegram does not answer yet", timeout=120)
        code, found = await patient.examined(**place)
        assert code == 1
        assert found["doors"] == (f"the bot at {where(place)} is starting", "see its log")
        patient.emulator.faults.clear()
        await process.wait_for_output(READY, timeout=120)
        code, found = await patient.examined(**place)
        assert code == 0, found
        assert found["doors"] == (f"the bot at {where(place)} is ready", None)


def where(place: dict[str, str]) -> str:
    host, _, port = place["LISTEN"].rpartition(":")
    return f"port {port} at {host}"


async def test_a_port_that_somebody_else_uses(patient: Patient) -> None:
    """Who says nothing, or nothing that a bot says."""
    with listen("127.0.0.1", 0) as used:
        code, found = await patient.examined(LISTEN=f"127.0.0.1:{used.getsockname()[1]}")
    assert code == 1
    assert found["doors"][0].endswith("cannot be listened at (Address already in use), and no bot answers there")
    port = urlsplit(patient.environment["TELEGRAM_API_URL"]).port
    assert (await patient.examined(LISTEN=f"127.0.0.1:{port}"))[1]["doors"][1]


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
