"""`python -m tests.bench.telegram`: how fast the bot answers in Telegram, and what memory it takes.

The bot and a Bot API emulator are processes of their own; Telegram answers after 0 and after 50 ms. Messages are all in
the queue at the start, from many chats, so that what is measured is the bot and not the sender. The limit of sends a
second is off, as is the throttle. In the same run, beside it: a bot of python-telegram-bot's own that only says what it
hears, at the setting at which it is fastest.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import tempfile
import time
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from telegram import Update
from telegram.ext import Application, ApplicationBuilder, ContextTypes, MessageHandler, filters

from bot.settings import Settings
from tests.telegram_emulator import ROOT, BotProcess, Emulator, bot_environment, serving
from tests.telegram_world import World, made_person

ROUND_TRIPS = (0.0, 0.05)  # seconds
CHATS = 500
ECHO_AT_ONCE = 16  # of 8, 16, 32 and 64 the fastest: with more, the library's own transport gets slower
READY = "answering in Telegram"
OURS, ECHO = "this bot", "a bare echo bot"
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Measured:
    """One run: ``cpu_ms`` is the bot's processor time a message; memory is resident, in MB."""

    bot: str
    round_trip_ms: float
    messages: int
    messages_a_second: float
    cpu_ms: float
    start_s: float
    rest_mb: float
    after_mb: float


def questions() -> list[str]:
    """What people type: the messages of the question sets, in order."""
    found = []
    for path in sorted((ROOT / "tests" / "questions").rglob("*.jsonl")):
        found += [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines()]
    return [text for text in found if text.strip() and not text.startswith("/")]


def telegram(pipe: Connection, round_trip: float) -> None:
    """The emulator's process: says its address, then for each number of messages how long the bot took for them."""
    asyncio.run(_telegram(pipe, round_trip))


async def _telegram(pipe: Connection, round_trip: float) -> None:
    world, texts, sent = World(), questions(), 0
    emulator = Emulator(world, delay=round_trip)
    chats = [world.private(made_person(number)) for number in range(CHATS)]
    async with serving(emulator) as url:
        pipe.send(url)
        while (number := await asyncio.to_thread(pipe.recv)) is not None:
            world.calls.clear()
            updates = [world.text(chats[n % CHATS], texts[n % len(texts)]) for n in range(sent, sent + number)]
            sent += number
            began = time.perf_counter()
            await emulator.send(*updates)
            await emulator.until(lambda world: len(world.called("sendMessage")) >= number, timeout=3600)
            pipe.send(time.perf_counter() - began)


def echo() -> None:
    """The bot to compare with."""

    async def answer(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        if update.message is not None:
            await update.message.reply_text(update.message.text or "")

    async def ready(application: Application[Any, Any, Any, Any, Any, Any]) -> None:
        print(READY, flush=True)

    builder = ApplicationBuilder().token(os.environ["TELEGRAM_BOT_TOKEN"])
    builder = builder.base_url(f"{os.environ['TELEGRAM_API_URL']}/bot").concurrent_updates(ECHO_AT_ONCE)
    application = builder.pool_timeout(30).post_init(ready).build()
    application.add_handler(MessageHandler(filters.TEXT, answer))
    application.run_polling()


async def measure(bot: str, round_trip: float, messages: int, progress: Progress, **settings: str) -> Measured:
    """Let a bot, ours or the echo, answer so many messages."""
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=telegram, args=(theirs, round_trip))
    server.start()
    task = progress.add_task(f"{bot}, Telegram answers after {1000 * round_trip:.0f} ms", total=messages)
    try:
        url = await asyncio.to_thread(ours.recv)
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            environment = bot_environment(folder, url, faq=ROOT / "faq", seeds=ROOT / "seeds")
            environment |= {"CACHE_DIR": str(Settings().cache_dir), "SENDS_A_SECOND": "0", "THROTTLE_MESSAGES": "0"}
            environment |= settings
            argument, module = ("run", "bot") if bot == OURS else ("--echo", "tests.bench.telegram")
            began = time.perf_counter()
            async with BotProcess(argument, folder=folder, environment=environment, module=module) as process:
                await process.wait_for_output(READY, timeout=300)
                started = time.perf_counter() - began
                await _answer(ours, 20)  # the first touch of everything
                at_rest, cpu = _resident(process.pid), _cpu(process.pid)
                seconds, done = 0.0, 0
                while done < messages:
                    part = min(500, messages - done)
                    seconds += await _answer(ours, part)
                    done += part
                    progress.update(task, completed=done)
                used = _cpu(process.pid) - cpu
                after = _resident(process.pid)
                await process.stop()
    finally:
        ours.send(None)
        server.join(10)
        server.kill()
    rate, cpu_ms = messages / seconds, 1000 * used / messages
    return Measured(bot, 1000 * round_trip, messages, rate, cpu_ms, started, at_rest, after)


async def _answer(pipe: Connection, number: int) -> float:
    pipe.send(number)
    return float(await asyncio.to_thread(pipe.recv))


def _resident(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=5000, help="in each run (5000)")
    parser.add_argument("--json", action="store_true", help="one JSON object a run")
    parser.add_argument(
        "--concurrency", default=None, help="CONCURRENCY of this bot, where it is not to be the default"
    )
    parser.add_argument("--echo", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.echo:
        echo()
        return
    settings = {"CONCURRENCY": chosen.concurrency} if chosen.concurrency else {}
    with Progress(console=Console(stderr=True), transient=True) as progress:
        runs = [
            asyncio.run(measure(bot, round_trip, chosen.messages, progress, **settings))
            for round_trip in ROUND_TRIPS
            for bot in (OURS, ECHO)
        ]
    if chosen.json:
        for run in runs:
            print(json.dumps(asdict(run)))
        return
    columns = ("Telegram answers after", "messages", "a second", "CPU a message", "start", "memory at rest", "after")
    table = Table("", *columns)
    for run in runs:
        table.add_row(
            run.bot,
            f"{run.round_trip_ms:.0f} ms",
            f"{run.messages:,}",
            f"{run.messages_a_second:.0f}",
            f"{run.cpu_ms:.1f} ms",
            f"{run.start_s:.1f} s",
            f"{run.rest_mb:.0f} MB",
            f"{run.after_mb:.0f} MB",
        )
    Console().print(table)


if __name__ == "__main__":
    main()
