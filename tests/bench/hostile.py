"""`python -m tests.bench.hostile`: whether people are answered while others send what costs the bot most.

First the processor time of the costliest texts: those that are read at once, and those of the longest message. Then the
bot as a process, with a Telegram of its own (`tests.bench.sender`): ordinary messages at a rate, quiet and attacked. A
hostile sender writes again once there is a reply; the throttle, which would let few of these messages in, is off.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import string
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from time import thread_time_ns

import numpy as np
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bot.answering.turn import take_turn
from bot.channels.long_texts import QUICK_CHARACTERS
from bot.domain.conversation import Question
from bot.domain.matching import Matcher
from bot.runtime.load import load_matcher
from bot.settings import Settings
from bot.text.normalize import MAX_CHARACTERS
from tests.bench.sender import messages
from tests.bench.telegram import FIRST, OURS, QUICK, Course

RATE, SECONDS = 20, 5.0  # ordinary messages a second, and for how long in each round
ROUNDS = 6
SENDERS = (0, 1, 8)
TEXTS = 24  # of each kind; one after another, so that nothing is known from the one before
RUNS = 6
LENGTHS = (QUICK_CHARACTERS, MAX_CHARACTERS)  # of a text that is read at once, and of the longest message
ROUND_TRIPS = (0.0, 0.05)  # seconds


def hostile(length: int, *, seed: int = 1) -> dict[str, Iterator[str]]:
    """Texts of a length that cost much, by their kind; without end, and the same for a seed."""
    chance = random.Random(seed)  # noqa: S311  # no secret
    asked = messages()

    def word(least: int, most: int) -> str:
        return "".join(chance.choices(string.ascii_lowercase, k=chance.randint(least, most)))

    def digits(number: int) -> str:
        return "".join(chance.choices(string.digits, k=number))

    def scripts() -> str:
        start = chance.choice((0x0410, 0x0627, 0x0915, 0x4E00, 0xAC00))
        return "".join(chr(start + chance.randrange(24)) for _ in range(6))

    pieces: dict[str, Callable[[], str]] = {
        "telephone numbers": lambda: f"{chance.randint(2, 9)}{digits(2)} {digits(3)} {digits(3)}, a ",
        "numbers in questions": lambda: f"{next(asked)} {chance.randint(2, 9)}{digits(2)} {digits(3)} {digits(3)}? ",
        "questions": lambda: f"{next(asked)}? ",
        "two questions in one": lambda: f"{next(asked)} and how many {word(3, 8)} and what is ",
        "greetings": lambda: f"hello, thanks, hi, {next(asked)}? ",
        "unknown words": lambda: f"{word(5, 9)} ",
        "sentences of unknown words": lambda: f"{' '.join(word(5, 9) for _ in range(6))}. ",
        "short words": lambda: f"{word(1, 2)} ",
        "digits": lambda: f"{digits(chance.randint(1, 9))} ",
        "links that make links": lambda: "a.in ",
        "other scripts": lambda: f"{scripts()} ",
    }

    def texts(piece: Callable[[], str]) -> Iterator[str]:
        while True:
            text = ""
            while len(text) < length:
                text += piece()
            yield text[:length]

    return {kind: texts(piece) for kind, piece in pieces.items()}


def costs(matcher: Matcher) -> dict[str, tuple[float, ...]]:
    """Milliseconds of a text's turn by its kind, for each of `LENGTHS`; the median."""
    found = {}
    for kind in hostile(1):
        found[kind] = tuple(_median(hostile(length)[kind], matcher) for length in LENGTHS)
    return found


def _median(texts: Iterator[str], matcher: Matcher) -> float:
    taken = []
    for text in islice(texts, RUNS):
        began = thread_time_ns()
        take_turn(Question(text), matcher)
        taken.append((thread_time_ns() - began) / 1e6)
    return float(np.median(taken))


async def attacked(round_trip: float, rounds: int, progress: Progress) -> dict[int, tuple[list[float], int]]:
    """By the number of hostile senders, the seconds that replies to others took, and how many of theirs had one.

    Quiet and attacked take turns, so that a busy machine is so for all.
    """
    mixed = [list(islice(texts, TEXTS)) for texts in hostile(MAX_CHARACTERS).values()]
    taken: dict[int, list[float]] = {senders: [] for senders in SENDERS}
    answered = dict.fromkeys(SENDERS, 0)
    with tempfile.TemporaryDirectory() as name:
        course = Course(QUICK, {}, Path(name), progress)
        await course.prepare()
        async with course.bot(OURS, round_trip) as bot:
            await bot.all_at_once(20 * FIRST)
            for _ in range(rounds):
                for senders in SENDERS:
                    await bot.sender.attack([_mixed(mixed, at, senders) for at in range(senders)])
                    taken[senders] += await bot.at_rate(RATE, SECONDS)
                    answered[senders] += await bot.sender.end_attack()
    return {senders: (taken[senders], answered[senders]) for senders in SENDERS}


def _mixed(texts: Sequence[Sequence[str]], at: int, senders: int) -> list[str]:
    """What one of the senders writes: texts of all kinds, of which no other sender has any."""
    own = [text for of_kind in texts for text in of_kind[at::senders]]
    random.Random(at).shuffle(own)  # noqa: S311
    return own


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.hostile", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="a look only: one round")
    options = parser.parse_args(arguments)
    console = Console()
    table = Table("processor time of a message, ms", *(f"{length:,} characters" for length in LENGTHS))
    for kind, taken in costs(load_matcher(Settings())).items():
        table.add_row(kind, *(f"{milliseconds:.0f}" for milliseconds in taken))
    console.print(table)
    for round_trip in ROUND_TRIPS:
        with Progress(console=Console(stderr=True), transient=True) as progress:
            found = asyncio.run(attacked(round_trip, 1 if options.quick else ROUNDS, progress))
        console.print(others(found, round_trip))


def others(found: Mapping[int, tuple[Sequence[float], int]], round_trip: float) -> Table:
    """How long others waited, and how many times as long as without hostile senders."""
    title = f"others, {RATE} a second; Telegram answers after {1000 * round_trip:.0f} ms"
    table = Table("hostile senders", "p50, ms", "p95, ms", "p50, times", "p95, times", "their messages", title=title)
    quiet = np.percentile(found[0][0], (50, 95))
    for senders, (taken, answered) in found.items():
        at = np.percentile(taken, (50, 95))
        times = (f"{value:.2f}" for value in at / quiet)
        table.add_row(f"{senders}", *(f"{1000 * value:.0f}" for value in at), *times, f"{answered}")
    return table


if __name__ == "__main__":
    main()
