"""`python -m tests.bench.kills`: what a SIGKILL of the bot costs: messages without an answer, and answers given twice.

Messages of the question sets wait, each of another person, at the Bot API server of the tests. Once a random number of
them has its reply the bot is killed, and the next start answers the rest. It has to wait for the leases of the dead
process, so a kill takes some fifteen seconds. The bot fetches its messages, or has them brought by a webhook, alone or
as two replicas with one PostgreSQL, of which one is killed. Limits of sends are off: that is where a kill costs most.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import random
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from tests.bench.sender import messages
from tests.replicas.test_behind_a_proxy import proxied, trusting
from tests.support.dockerfile import free_port
from tests.support.paths import ROOT
from tests.support.postgresql_server import serving as postgresql
from tests.support.review_workbench import KEYS
from tests.support.telegram_emulator import BotProcess, bot_environment, serving
from tests.support.telegram_phone import READY
from tests.support.telegram_sender import Bringer, Sender
from tests.support.telegram_world import Chat, World, made_person

DELIVERIES = POLLING, WEBHOOK, REPLICAS = "polling", "webhook", "replicas"
SECRET = "of-the-benchmark"  # noqa: S105
SEED = 1
LONG = 120.0  # seconds for anything
PROXY_SEES = 5.0  # seconds until the proxy knows that a replica is ready


@dataclass(frozen=True, slots=True)
class Kill:
    """What one kill cost: of those that waited, so many had their reply by then; at the end some twice, or none."""

    delivery: str
    replied: int
    doubled: int
    lost: int


class Course:
    """Kills of the bot, one after another, each with ``pending`` messages that wait. ``delay`` is in seconds."""

    def __init__(self, folder: Path, *, pending: int, delay: float, settings: dict[str, str]) -> None:
        self._folder, self._pending, self._delay, self._settings = folder, pending, delay, settings
        self._random, self._texts = random.Random(SEED), messages()  # noqa: S311

    async def learn(self) -> None:
        """Learn the FAQ once, for all starts."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            "learn",
            env=self._environment("", "learn"),
            cwd=self._folder,
            stdout=asyncio.subprocess.DEVNULL,
        )
        if await process.wait():
            raise SystemExit("the FAQ cannot be learned; python -m bot learn says why")

    async def run(self, delivery: str, kills: int) -> AsyncIterator[Kill]:
        """Kill so many times."""
        world = World()
        sender = (
            Sender(world, delay=self._delay)
            if delivery == POLLING
            else Bringer(world, delay=self._delay, trusts=trusting())
        )
        async with AsyncExitStack() as stack:
            url = await stack.enter_async_context(serving(sender))
            replicas = 2 if delivery == REPLICAS else 1
            settings: list[dict[str, str]] = [{}]
            if delivery != POLLING:
                settings = await stack.enter_async_context(_brought(self._folder, replicas))
            environments = [
                self._environment(url, f"{delivery}-{number}") | more for number, more in enumerate(settings)
            ]
            others = [await stack.enter_async_context(_bot(one)) for one in environments[1:]]
            for number in range(kills):
                yield await self._kill(delivery, number, sender, environments[0])
            for other in others:
                await other.stop()

    async def _kill(self, delivery: str, number: int, sender: Sender, environment: dict[str, str]) -> Kill:
        world, at = sender.world, self._random.randrange(1, self._pending)
        chats = [world.private(made_person(number * self._pending + person)) for person in range(self._pending)]
        async with _bot(environment) as process:
            if delivery == REPLICAS:
                await asyncio.sleep(PROXY_SEES)
            await sender.send(*(world.text(chat, text) for chat, text in zip(chats, self._texts, strict=False)))
            await sender.until(lambda _: len(_answered(world, chats)) >= at, timeout=LONG)
            await process.kill()
        replied = len(_answered(world, chats))
        async with _bot(environment) as process:
            async with asyncio.timeout(LONG):
                while sender.inbox.pending:
                    await asyncio.sleep(0.05)
            await process.stop()
        answered = _answered(world, chats)
        return Kill(delivery, replied, sum(n - 1 for n in answered.values()), self._pending - len(answered))

    def _environment(self, url: str, name: str) -> dict[str, str]:
        folder = self._folder / name
        folder.mkdir()
        given = bot_environment(folder, url, faq=ROOT / "faq", seeds=ROOT / "seeds")
        return given | {"SENDS_A_SECOND": "0", "CACHE_DIR": str(self._folder / "cache")} | self._settings


class _Bot(BotProcess):
    """What is asked here has words in common with the names of entries, which are logged."""

    def leaks(self) -> list[str]:
        return []


@asynccontextmanager
async def _bot(environment: dict[str, str]) -> AsyncIterator[BotProcess]:
    """A bot's process that is ready."""
    async with _Bot("run", folder=Path(environment["HOME"]).parent, environment=environment) as process:
        await process.wait_for_output(READY, timeout=LONG)
        yield process


@asynccontextmanager
async def _brought(folder: Path, replicas: int) -> AsyncIterator[list[dict[str, str]]]:
    """What makes each replica have its messages brought: by the proxy, if there are several."""
    ports = [free_port() for _ in range(replicas)]
    async with AsyncExitStack() as stack:
        place = f"http://127.0.0.1:{ports[0]}"
        shared: dict[str, str] = {}
        if replicas > 1:
            port, _ = await stack.enter_async_context(proxied(folder, ports))
            place = f"https://127.0.0.1:{port}"
            server = stack.enter_context(postgresql())
            shared = {"DATABASE_URL": server.url(server.new_database()).get_secret_value()}
            shared |= {"GAPS_KEY": KEYS.texts[0].decode(), "ASKER_KEY": KEYS.askers.hex()}
        hook = {"WEBHOOK_URL": f"{place}/telegram", "WEBHOOK_SECRET": SECRET}
        yield [shared | hook | {"LISTEN": f"127.0.0.1:{port}"} for port in ports]


def _answered(world: World, chats: Sequence[Chat]) -> Counter[int]:
    """How often each of these chats got its reply; of a reply in several messages the last counts."""
    told = Counter((int(call.fields["chat_id"]), str(call.fields["text"])) for call in world.called("sendMessage"))
    times = Counter[int]()
    for (chat, _), number in told.items():
        times[chat] = max(times[chat], number)
    return Counter({chat.id: times[chat.id] for chat in chats if times[chat.id]})


def table(kills: Sequence[Kill]) -> Table:
    """What was measured, for people."""
    rows = Table("messages come by", "kill", "had a reply by then", "replied to twice", "lost")
    for delivery in dict.fromkeys(kill.delivery for kill in kills):
        ours = [kill for kill in kills if kill.delivery == delivery]
        for number, kill in enumerate(ours, 1):
            rows.add_row(delivery, f"{number}", f"{kill.replied}", f"{kill.doubled}", f"{kill.lost}")
        doubled, lost = [kill.doubled for kill in ours], sum(kill.lost for kill in ours)
        rows.add_row(delivery, "in all", "", f"{sum(doubled)}, at most {max(doubled)} a kill", f"{lost}")
        rows.add_section()
    return rows


async def measure(deliveries: Sequence[str], kills: int, course: Course, progress: Progress) -> list[Kill]:
    """All kills."""
    task = progress.add_task("learning the FAQ", total=len(deliveries) * kills)
    await course.learn()
    found = []
    for delivery in deliveries:
        async for kill in course.run(delivery, kills):
            found.append(kill)
            progress.update(task, advance=1, description=f"{delivery}: {kill.doubled} twice, {kill.lost} lost")
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.kills", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("deliveries", nargs="*", metavar="DELIVERY", help=f"of {', '.join(DELIVERIES)}; default: all")
    parser.add_argument("--kills", type=int, default=20, help="of each")
    parser.add_argument("--pending", type=int, default=50, help="messages that wait at each")
    parser.add_argument(
        "--delay", type=float, default=0.02, metavar="SECONDS", help="until Telegram does what it is told"
    )
    parser.add_argument("--json", action="store_true", help="JSON as the last line")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a setting of the bot")
    options = parser.parse_args(arguments)
    logging.disable()  # the server of the tests tells of each connection that a kill breaks
    settings = dict(one.split("=", 1) for one in options.set)
    deliveries = options.deliveries or DELIVERIES
    with tempfile.TemporaryDirectory() as name, Progress(console=Console(stderr=True), transient=True) as progress:
        course = Course(Path(name), pending=options.pending, delay=options.delay, settings=settings)
        found = asyncio.run(measure(deliveries, options.kills, course, progress))
    Console().print(table(found))
    if options.json:
        print(json.dumps([asdict(kill) for kill in found]))


if __name__ == "__main__":
    main()
