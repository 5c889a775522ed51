"""`python -m tests.bench.telegram`: what load the bot bears in Telegram, and what it takes for it.

The bot, fetching or with a webhook, and Telegram (`tests.bench.sender`) are processes of their own; Telegram answers
after 0 and after 50 ms. In the same run, by turns, two bots of python-telegram-bot's own that only say what they hear,
each at its best setting: one over httpx, as it comes, and one over this bot's own HTTP client. Limits of sends and the
throttle are off. Messages are those of the question sets, each of another person.

* All at once: messages a second, and the bot's processor time a message.
* At a rate, whatever the bot does: milliseconds from a message's coming to Telegram until its reply is there.
* Memory after a start, after many messages, and after edits of the FAQ.
* The time from the start of the process to its first reply, and where it goes.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bot.settings import HOOK_PATH
from tests.bench import plots
from tests.bench.sender import SECRET, TOKEN, SenderProcess, running
from tests.bench.starting import BEGAN
from tests.support.paths import ROOT
from tests.support.telegram_emulator import bot_environment

ROUND_TRIPS = (0.0, 0.05)  # seconds
RATES = (50, 150)  # messages a second
DRAWN = (25, 50, 100, 150, 200, 300, 400)
ECHO_AT_ONCE = (16, 32)  # of which the faster is taken; with fewer or more it is slower
FIRST = 20  # messages: the first touch of everything
OURS, WEBHOOK, SMALL = "this bot", "this bot, webhook", "this bot, small FAQ"
ECHOES = {"httpx": "echo bot", "aiohttp": "echo bot on aiohttp"}  # by what their calls go over
TICKS = os.sysconf("SC_CLK_TCK")
_Found = TypeVar("_Found")
SOON = 60.0  # seconds for a bot to end, or to take up an edit of the small FAQ
LEARNED = 600.0  # seconds for the FAQ to be learned


@dataclass(frozen=True, slots=True)
class Extent:
    """How much is measured: passes of so many messages, rates for so many seconds, and so on."""

    passes: int = 3
    messages: int = 2000
    echo_messages: int = 1000
    seconds: float = 20.0
    in_all: int = 20_000
    reloads: int = 10  # of the small FAQ
    long_reloads: int = 3  # of the real one
    rates: tuple[int, ...] = RATES


QUICK = Extent(passes=1, messages=500, echo_messages=300, seconds=5.0, in_all=2000, reloads=2, long_reloads=1)


@dataclass(frozen=True, slots=True)
class Throughput:
    """All at once: messages a second of each pass, the bot's CPU a message, and how busy Telegram's process was."""

    bot: str
    round_trip_ms: float
    a_second: list[float]
    cpu_ms: float
    sender_busy: float
    lost: int  # messages that never had a reply, those at a rate included


@dataclass(frozen=True, slots=True)
class Latency:
    """At a rate: milliseconds from a message to its reply, the round trip's included."""

    bot: str
    round_trip_ms: float
    rate: int
    messages: int
    p50: float
    p95: float
    p99: float


@dataclass(frozen=True, slots=True)
class Memory:
    """What the bot's process holds, in MB; anonymous is what no file backs."""

    bot: str
    after: str
    resident: float
    anonymous: float


@dataclass(frozen=True, slots=True)
class Start:
    """Seconds until the first reply, and of each phase."""

    round_trip_ms: float
    seconds: float
    phases: dict[str, float]


@dataclass(frozen=True, slots=True)
class Measured:
    """All of one run. The load averages are those of the machine, before and after."""

    throughputs: list[Throughput] = field(default_factory=list)
    latencies: list[Latency] = field(default_factory=list)
    memory: list[Memory] = field(default_factory=list)
    starts: list[Start] = field(default_factory=list)
    load: list[float] = field(default_factory=list)


class Bot:
    """A bot's process, and the Telegram that it talks to."""

    def __init__(self, name: str, process: asyncio.subprocess.Process, sender: SenderProcess, folder: Path) -> None:
        self.name, self.pid, self.folder = name, process.pid, folder
        self._process, self.sender = process, sender

    async def all_at_once(self, number: int) -> float:
        """Seconds until it has answered so many messages."""
        return await self._while_it_runs(self.sender.all_at_once(number))

    async def at_rate(self, rate: float, seconds: float) -> list[float]:
        """The seconds that each message took."""
        return await self._while_it_runs(self.sender.at_rate(rate, seconds))

    async def _while_it_runs(self, sending: Coroutine[Any, Any, _Found]) -> _Found:
        sent, ended = asyncio.create_task(sending), asyncio.create_task(self._process.wait())
        await asyncio.wait({sent, ended}, return_when=asyncio.FIRST_COMPLETED)
        if not sent.done():
            raise SystemExit(f"{self.name} ended with {ended.result()}:\n{self.log[-2000:]}")
        ended.cancel()
        return sent.result()

    @property
    def log(self) -> str:
        """All that it has logged."""
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")

    def cpu(self) -> float:
        """Seconds of processor time until now."""
        return cpu_of(self.pid)

    def memory(self, after: str) -> Memory:
        """What it holds now."""
        resident, anonymous = memory_of(self.pid)
        return Memory(self.name, after, resident, anonymous)


class Course:
    """One run of everything: what is measured goes to ``found``, what is being done to ``progress``."""

    def __init__(self, extent: Extent, settings: dict[str, str], folder: Path, progress: Progress) -> None:
        self._extent, self._settings, self._folder, self._progress = extent, settings, folder, progress
        self._task = progress.add_task("", total=None)
        self.found = Measured()

    async def run(self) -> None:
        """Measure all."""
        self.found.load.append(os.getloadavg()[0])
        await self.prepare()
        for round_trip in ROUND_TRIPS:
            await self._start(round_trip)
        for round_trip in ROUND_TRIPS:
            await self._compare(round_trip, with_memory=round_trip == ROUND_TRIPS[0])
        await self._edit_the_small_faq()
        self.found.load.append(os.getloadavg()[0])

    async def prepare(self) -> None:
        """Copy the FAQ and learn it."""
        for name in ("faq", "seeds"):
            shutil.copytree(ROOT / name, self._folder / name)
        self._say("learning the FAQ")
        await self._learn()

    def _say(self, doing: str) -> None:
        self._progress.update(self._task, description=doing)

    async def _learn(self) -> None:
        environment = self._environment("", self._new_folder(), self._folder)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "learn", env=environment, cwd=self._folder, stdout=asyncio.subprocess.DEVNULL
        )
        if await process.wait():
            raise SystemExit("the FAQ cannot be learned; python -m bot learn says why")

    async def _compare(self, round_trip: float, *, with_memory: bool) -> None:
        """The bots side by side, the others idle while one is asked."""
        extent = self._extent
        async with AsyncExitStack() as stack:
            ours = await stack.enter_async_context(self.bot(OURS, round_trip))
            self._say(f"{OURS}: first messages")
            await ours.all_at_once(FIRST)
            if with_memory:
                self.found.memory.append(ours.memory(f"start and {FIRST} messages"))
            echoes = [await self._best_echo(stack, round_trip, transport) for transport in ECHOES]
            brought = await stack.enter_async_context(self.bot(WEBHOOK, round_trip))
            await brought.all_at_once(FIRST)
            numbers = {ours: extent.messages, brought: extent.messages}
            numbers |= dict.fromkeys(echoes, extent.echo_messages)
            passes: dict[Bot, list[tuple[float, float, float]]] = {bot: [] for bot in numbers}
            for number in range(extent.passes):
                for bot, messages in numbers.items():
                    self._say(f"{bot.name}, {1000 * round_trip:.0f} ms: all at once, pass {number + 1}")
                    passes[bot].append(await _all_at_once(bot, messages))
            for rate in extent.rates:
                for bot in numbers:
                    self._say(f"{bot.name}, {1000 * round_trip:.0f} ms: {rate} a second")
                    self.found.latencies.append(await self._at_rate(bot, round_trip, rate))
            for bot, taken in passes.items():
                lost = await bot.sender.lost()
                self.found.throughputs.append(_throughput(bot, round_trip, numbers[bot], taken, lost=lost))
            if with_memory:
                asked = FIRST + extent.passes * extent.messages + round(sum(extent.rates) * extent.seconds)
                await self._fill(ours, asked)
                for number in range(1, extent.long_reloads + 1):
                    self._say(f"{OURS}: edit {number} of the FAQ, which is learned")
                    await self._edit(ours, self._folder / "faq", number, within=LEARNED)
                    await ours.all_at_once(10 * FIRST)
                    self.found.memory.append(ours.memory(f"edit {number} of the FAQ"))

    async def _best_echo(self, stack: AsyncExitStack, round_trip: float, transport: str) -> Bot:
        echo, best = ECHOES[transport], (0.0, ECHO_AT_ONCE[0])
        for at_once in ECHO_AT_ONCE:
            self._say(f"{echo}, {at_once} at once: to see which is faster")
            async with self.bot(echo, round_trip, "tests.bench.echo", str(at_once), transport) as bot:
                await bot.all_at_once(FIRST)
                messages = self._extent.echo_messages // 2
                best = max(best, (messages / await bot.all_at_once(messages), at_once))
        name, module = f"{echo}, {best[1]} at once", ("tests.bench.echo", str(best[1]), transport)
        return await stack.enter_async_context(self.bot(name, round_trip, *module))

    async def _at_rate(self, bot: Bot, round_trip: float, rate: int) -> Latency:
        taken = await bot.at_rate(rate, self._extent.seconds)
        p50, p95, p99 = (1000 * np.percentile(taken, (50, 95, 99))).tolist()
        return Latency(bot.name, 1000 * round_trip, rate, len(taken), p50, p95, p99)

    async def _fill(self, bot: Bot, asked: int) -> None:
        """Ask until so many were asked in all, looking at the memory four times."""
        in_all, parts = self._extent.in_all, 4
        self.found.memory.append(bot.memory(f"{asked:,} messages"))
        for part in range(1, parts + 1):
            more = round(in_all * part / parts) - asked
            if more > 0:
                self._say(f"{bot.name}: up to {asked + more:,} messages, for its memory")
                await bot.all_at_once(more)
                asked += more
                self.found.memory.append(bot.memory(f"{asked:,} messages"))

    async def _edit_the_small_faq(self) -> None:
        small = self._folder / "small"
        shutil.copytree(ROOT / "tests" / "small", small)
        async with self.bot(SMALL, 0.0, content=small) as bot:
            await bot.all_at_once(10 * FIRST)
            self.found.memory.append(bot.memory(f"start and {10 * FIRST} messages"))
            for number in range(1, self._extent.reloads + 1):
                self._say(f"{bot.name}: edit {number}")
                await self._edit(bot, small / "faq", number, within=SOON)
                await bot.all_at_once(FIRST)
                self.found.memory.append(bot.memory(f"edit {number} of the FAQ"))

    async def _edit(self, bot: Bot, faq: Path, number: int, *, within: float) -> None:
        """Add a phrasing, and wait until it is in use."""
        catalog = bot.log.count("is in use")
        path = next(p for p in sorted((faq / "en").glob("*.yaml")) if "    phrasings:\n" in p.read_text("utf-8"))
        line = f"    phrasings:\n      - what was asked by the benchmark in edit {number}\n"
        path.write_text(path.read_text("utf-8").replace("    phrasings:\n", line, 1), "utf-8")
        async with asyncio.timeout(within):
            while bot.log.count("is in use") == catalog:
                await asyncio.sleep(0.1)

    async def _start(self, round_trip: float) -> None:
        """The bot's start with one message waiting for it, with every package and file read before."""
        for _ in range(2):
            self._say(f"{OURS}, {1000 * round_trip:.0f} ms: start")
            async with self.bot(OURS, round_trip, "tests.bench.starting", "phases") as bot:
                seconds = await bot.all_at_once(1)
                lines = (bot.folder / "phases").read_text("utf-8").splitlines()
        phases = {name: float(spent) for name, spent in (line.rsplit(": ", 1) for line in lines)}
        in_row = sum(spent for name, spent in phases.items() if not name.endswith("meanwhile"))
        phases["the rest, to the first reply"] = seconds - in_row
        self.found.starts.append(Start(1000 * round_trip, seconds, phases))

    @asynccontextmanager
    async def bot(self, name: str, round_trip: float, *module: str, content: Path | None = None) -> AsyncIterator[Bot]:
        """A bot's process, which has ended after the block."""
        folder = self._new_folder()
        async with running(round_trip) as sender:
            environment = self._environment(sender.url, folder, content or self._folder)
            if name == WEBHOOK:
                port = _free_port()
                await sender.bring(port, HOOK_PATH)
                environment |= {"WEBHOOK_URL": f"https://bot.example.org{HOOK_PATH}", "WEBHOOK_SECRET": SECRET}
                environment |= {"LISTEN": f"127.0.0.1:{port}"}
            with (folder / "log").open("wb") as log:
                process = await asyncio.create_subprocess_exec(
                    sys.executable,
                    "-m",
                    *(module or ("bot", "run")),
                    cwd=folder,
                    env=environment | {BEGAN: str(time.perf_counter())},
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                )
            try:
                yield Bot(name, process, sender, folder)
            finally:
                with suppress(ProcessLookupError):  # it has ended by itself
                    process.terminate()
                try:
                    await asyncio.wait_for(process.wait(), SOON)
                except TimeoutError:
                    process.kill()
                    await process.wait()

    def _new_folder(self) -> Path:
        return Path(tempfile.mkdtemp(dir=self._folder))

    def _environment(self, url: str, folder: Path, content: Path) -> dict[str, str]:
        """All limits off; what is learned is kept for the whole run."""
        given = bot_environment(folder, url, faq=content / "faq", seeds=content / "seeds", token=TOKEN)
        limits = {"SENDS_A_SECOND": "0", "GROUP_SENDS_A_MINUTE": "0", "THROTTLE_MESSAGES": "0"}
        return given | limits | {"CACHE_DIR": str(self._folder / "cache")} | self._settings


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


async def _all_at_once(bot: Bot, messages: int) -> tuple[float, float, float]:
    """Seconds that so many messages took, and of them those of the bot's and of Telegram's processor."""
    bots, senders = bot.cpu(), cpu_of(bot.sender.pid)
    seconds = await bot.all_at_once(messages)
    return seconds, bot.cpu() - bots, cpu_of(bot.sender.pid) - senders


def _throughput(
    bot: Bot, round_trip: float, messages: int, passes: list[tuple[float, float, float]], *, lost: int
) -> Throughput:
    seconds, bots, senders = (sum(values) for values in zip(*passes, strict=True))
    rates, cpu_ms = [messages / taken for taken, _, _ in passes], 1000 * bots / (messages * len(passes))
    return Throughput(bot.name, 1000 * round_trip, rates, cpu_ms, senders / seconds, lost)


def cpu_of(pid: int) -> float:
    """Seconds of processor time that a process has taken, all its threads together."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory_of(pid: int) -> tuple[float, float]:
    """Resident and anonymous memory of a process, in MB."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    fields = dict(line.split(":", 1) for line in lines)
    resident, anonymous = (int(fields[name].split()[0]) / 1024 for name in ("VmRSS", "RssAnon"))
    return resident, anonymous


# --- Shown -------------------------------------------------------------------------------------------------------


def tables(found: Measured) -> list[Table]:
    """What was measured, for people."""
    rows = Table(
        "all at once", "Telegram answers after", "a second (each pass)", "CPU a message", "Telegram busy", "lost"
    )
    for one in found.throughputs:
        passes = ", ".join(f"{rate:.0f}" for rate in one.a_second)
        median = statistics.median(one.a_second)
        rows.add_row(
            one.bot,
            f"{one.round_trip_ms:.0f} ms",
            f"{median:.0f} ({passes})",
            f"{one.cpu_ms:.2f} ms",
            f"{one.sender_busy:.0%}",
            f"{one.lost}",
        )
    late = Table("at a rate", "Telegram answers after", "a second", "messages", "p50, ms", "p95, ms", "p99, ms")
    for two in found.latencies:
        figures = (f"{value:.0f}" for value in (two.p50, two.p95, two.p99))
        late.add_row(two.bot, f"{two.round_trip_ms:.0f} ms", f"{two.rate}", f"{two.messages:,}", *figures)
    held = Table("memory", "after", "resident, MB", "anonymous, MB")
    for three in found.memory:
        held.add_row(three.bot, three.after, f"{three.resident:.0f}", f"{three.anonymous:.0f}")
    begun = Table("start to first reply, ms", *(f"{one.round_trip_ms:.0f} ms" for one in found.starts))
    for phase in found.starts[0].phases if found.starts else ():
        begun.add_row(phase, *(f"{1000 * one.phases.get(phase, 0):.0f}" for one in found.starts))
    begun.add_row("in all", *(f"{1000 * one.seconds:.0f}" for one in found.starts))
    return [rows, late, held, begun]


def ratios(found: Measured) -> dict[tuple[float, str], float]:
    """How many times as many messages a second as an echo bot this one answers, by the round trip in ms and the bot."""
    a_second = {(one.round_trip_ms, plain(one.bot)): statistics.median(one.a_second) for one in found.throughputs}
    return {(at, bot): a_second[at, OURS] / rate for (at, bot), rate in a_second.items() if bot in ECHOES.values()}


def plain(bot: str) -> str:
    """The name of a bot, an echo bot's without how many updates it handles at once."""
    return next((echo for echo in ECHOES.values() if bot.startswith(f"{echo}, ")), bot)


def curves(found: Measured) -> dict[str, dict[str, dict[int, tuple[float, float]]]]:
    """Of each round trip and bot p50 and p95 by the rate."""
    panels: dict[str, dict[str, dict[int, tuple[float, float]]]] = {}
    for one in found.latencies:
        panel = panels.setdefault(f"Telegram answers after {one.round_trip_ms:.0f} ms", {})
        panel.setdefault(plain(one.bot), {})[one.rate] = (one.p50, one.p95)
    return panels


async def measure(extent: Extent, settings: dict[str, str], progress: Progress) -> Measured:
    """One run of everything."""
    with tempfile.TemporaryDirectory() as name:
        course = Course(extent, settings, Path(name), progress)
        await course.run()
    return course.found


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.telegram", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="a look only: fewer messages, passes and edits")
    parser.add_argument("--json", action="store_true", help="JSON as the last line")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw latency over load; takes some minutes more")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a setting of this bot")
    options = parser.parse_args(arguments)
    settings = dict(one.split("=", 1) for one in options.set)
    with Progress(console=Console(stderr=True), transient=True) as progress:
        extent = QUICK if options.quick else Extent()
        extent = replace(extent, rates=DRAWN) if options.plot else extent
        found = asyncio.run(measure(extent, settings, progress))
    console = Console()
    for table in tables(found):
        console.print(table)
    for (trip, echo), ratio in ratios(found).items():
        console.print(f"Telegram answers after {trip:.0f} ms: {ratio:.2f} times as many as the {echo}")
    console.print(f"Load of the machine, before and after: {', '.join(f'{one:.1f}' for one in found.load)}")
    if options.plot:
        plots.save(plots.latency(curves(found), thick=OURS), options.plot)
    if options.json:
        print(json.dumps(asdict(found)))


if __name__ == "__main__":
    main()
