"""Two replicas with one PostgreSQL behind a real proxy, as deploy/ has them: nothing is lost or said twice."""

from __future__ import annotations

import asyncio
import re
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest

from tests.support.dockerfile import free_port
from tests.support.documentation import HAPROXY, text_of
from tests.support.leaks import Private
from tests.support.postgresql_server import Server
from tests.support.review_workbench import KEYS
from tests.support.telegram_emulator import BotProcess, bot_environment, serving
from tests.support.telegram_phone import READY, Phone
from tests.support.telegram_sender import SECRET_HEADER, Bringer
from tests.support.telegram_world import Chat, Slow, World, made_person
from tests.test_dockerfile import certificate

pytestmark = pytest.mark.container
FERRY = "when does the ferry go"
GAP = "why do cats purr at night"
SECRET = "made-up_secret_0123456789"  # noqa: S105  # made up
CROWD = 300


@dataclass
class Harbour:
    """A proxy with two replicas behind it, and the people who write to them."""

    bringer: Bringer
    address: str
    environments: list[dict[str, str]]
    log: Path  # the proxy's
    processes: dict[int, BotProcess] = field(default_factory=dict)
    outputs: list[str] = field(default_factory=list)

    async def start(self, place: int) -> None:
        """Start a replica; back when it is ready."""
        environment = self.environments[place]
        process = BotProcess("run", folder=folder_of(environment), environment=environment)
        self.processes[place] = await process.__aenter__()
        await process.wait_for_output(READY, timeout=120)

    async def kill(self, place: int) -> None:
        process = self.processes.pop(place)
        await process.kill()
        await self._put_away(process)

    async def stop(self, place: int) -> None:
        """Ask a replica to end; it ends well."""
        process = self.processes.pop(place)
        assert await process.stop() == 0, process.output
        await self._put_away(process)

    async def _put_away(self, process: BotProcess) -> None:
        self.outputs.append(process.output)
        await process.__aexit__(None, None, None)

    async def say(self, text: str, chat: Chat) -> None:
        await self.bringer.send(self.bringer.world.text(chat, text))

    async def sent(self, messages: int) -> None:
        """Wait until so many messages are sent."""
        await self.bringer.until(lambda _: self.bringer.world.answered().total() >= messages, timeout=120)

    async def ask(self, method: str, path: str) -> int:
        """The status of what the proxy answers to somebody who knows the secret."""
        headers = {SECRET_HEADER: SECRET}
        async with (
            aiohttp.ClientSession() as session,
            session.request(method, self.address + path, headers=headers, ssl=trusting()) as response,
        ):
            return response.status


def folder_of(environment: dict[str, str]) -> Path:
    return Path(environment["HOME"]).parent


def trusting() -> ssl.SSLContext:
    """Takes any certificate: this machine's name is none that one could be for."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


@asynccontextmanager
async def proxied(folder: Path, ports: list[int]) -> AsyncIterator[tuple[int, Path]]:
    """HAProxy with the file of deploy/, but for the certificate's place and names that only compose knows; its port."""
    certificate(folder / "certificate.pem")
    port = free_port()
    text = text_of(HAPROXY).replace("/usr/local/etc/haproxy", str(folder)).replace(":8443", f"127.0.0.1:{port}")
    for number, to in enumerate(ports, 1):
        text, found = re.subn(rf" bot-{number}:8080", f" 127.0.0.1:{to}", text)
        assert found == 1
    (folder / "haproxy.cfg").write_text(text)
    with (folder / "haproxy.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            "haproxy", "-db", "-f", str(folder / "haproxy.cfg"), stdout=log, stderr=subprocess.STDOUT
        )
        try:
            yield port, folder / "haproxy.log"
        finally:
            process.kill()
            await process.wait()


@pytest.fixture
async def harbour(tmp_path: Path, small: Path, cache: Path, postgresql: Server) -> AsyncIterator[Harbour]:
    """Both replicas are ready."""
    bringer = Bringer(World(), delay=0.02, trusts=trusting())
    name = postgresql.new_database()
    ports = [free_port(), free_port()]
    async with AsyncExitStack() as stack:
        stack.callback(postgresql.drop, name)
        url = await stack.enter_async_context(serving(bringer))
        port, log = await stack.enter_async_context(proxied(tmp_path, ports))
        address = f"https://127.0.0.1:{port}"
        environments = []
        for number, place in enumerate(ports):
            folder = tmp_path / f"bot-{number}"
            folder.mkdir()
            environment = bot_environment(folder, url, faq=small / "faq", seeds=small / "seeds")
            environment |= {"CACHE_DIR": str(cache), "SENDS_A_SECOND": "0", "LISTEN": f"127.0.0.1:{place}"}
            environment |= {"DATABASE_URL": postgresql.url(name).get_secret_value()}
            environment |= {"WEBHOOK_URL": f"{address}/telegram", "WEBHOOK_SECRET": SECRET}
            environments.append(environment | {"GAPS_KEY": KEYS.texts[0].decode(), "ASKER_KEY": KEYS.askers.hex()})
        made = Harbour(bringer, address, environments, log)
        stack.push_async_callback(stop_all, made)
        for replica in range(2):
            await made.start(replica)
        yield made


async def stop_all(harbour: Harbour) -> None:
    for place in tuple(harbour.processes):
        await harbour.stop(place)
    private = Private()
    private.add_world(harbour.bringer.world)
    private.secrets.add(SECRET)
    assert private.leaks(harbour.log.read_text(errors="replace")) == [], "the proxy's log tells on somebody"


def crowd(harbour: Harbour, first: int, number: int) -> list[Chat]:
    """Persons who have not written before."""
    return [harbour.bringer.world.private(made_person(first + person)) for person in range(number)]


async def test_a_replica_is_killed_under_load(harbour: Harbour) -> None:
    """All are answered by the others, twice at most those in flight at the kill; each gap is there once."""
    chats = crowd(harbour, 1, CROWD)
    updates = {chat.id: harbour.bringer.world.text(chat, FERRY if chat.id % 8 else GAP) for chat in chats}
    harbour.bringer.fail("sendMessage", Slow(0.2), times=CROWD)
    await harbour.bringer.send(*updates.values())
    await harbour.sent(CROWD // 5)
    in_flight = {chat for chat, update in updates.items() if update["update_id"] in harbour.bringer.on_the_way}
    await harbour.kill(0)
    starting = asyncio.create_task(harbour.start(0))
    await harbour.bringer.confirmed()
    await starting
    answered = harbour.bringer.world.answered()
    assert answered.keys() == updates.keys()
    assert {chat for chat, times in answered.items() if times > 1} <= in_flight
    assert max(answered.values()) <= 2
    phone = Phone(harbour.bringer, harbour.processes[1], harbour.environments[1], folder_of(harbour.environments[1]))
    asked = sum(not chat % 8 for chat in updates)
    assert len(await phone.gaps(lambda gaps: len(gaps) >= asked)) == asked
    for output in (harbour.outputs[0], harbour.processes[1].output):
        assert "outcome=" in output, "one of the two did nothing"


async def test_the_replicas_are_renewed_one_after_the_other(harbour: Harbour) -> None:
    """Under load, by SIGTERM: nothing is lost, and nothing is said twice."""
    world, answers, may_end = harbour.bringer.world, list[Chat](), asyncio.Event()

    async def write() -> None:
        while not may_end.is_set():
            chats = crowd(harbour, len(answers) + 1, 10)
            answers.extend(chats)
            await harbour.bringer.send(*(world.text(chat, FERRY) for chat in chats))
            await asyncio.sleep(0.2)

    harbour.bringer.fail("sendMessage", Slow(0.2), times=100_000)
    writing = asyncio.create_task(write())
    for place in (0, 1):
        before = harbour.bringer.world.answered().total()
        await harbour.sent(before + 20)
        await harbour.stop(place)
        await harbour.start(place)
    await harbour.sent(harbour.bringer.world.answered().total() + 20)
    may_end.set()
    await writing
    await harbour.bringer.confirmed()
    assert harbour.bringer.world.answered() == dict.fromkeys((chat.id for chat in answers), 1)


async def test_only_the_webhook_is_reached_from_outside(harbour: Harbour) -> None:
    """And nothing else, though the bots answer it to the proxy."""
    for path in ("/", "/healthz", "/readyz", "/metrics", "/telegram/", "/telegram/../metrics", "//telegram"):
        for method in ("GET", "POST", "HEAD"):
            assert await harbour.ask(method, path) == 404
    assert await harbour.ask("GET", "/telegram") == 404
    chat = harbour.bringer.world.private()
    await harbour.say(FERRY, chat)
    await harbour.bringer.confirmed()
    assert harbour.bringer.world.answered() == {chat.id: 1}
