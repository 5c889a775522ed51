"""`python -m tests.bench.starting FILE`: the bot as `python -m bot run` starts it; notes in a file what takes how long.

A line a phase, its name and its seconds. The clock is the one that all processes of a machine share.
"""

from __future__ import annotations

import gc
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bot.__main__ import GC_THRESHOLD

BEGAN = "BENCH_BEGAN"  # the environment variable that says when the process was started


def main(file: Path, began: float) -> None:
    """Be the bot."""
    spent = {"Python itself": time.perf_counter() - began}
    at = time.perf_counter()
    gc.set_threshold(GC_THRESHOLD)
    import bot.channels.telegram.run
    import bot.cli.main
    import bot.cli.serve
    import bot.runtime.gap_keys
    import bot.runtime.load
    import bot.storage.database

    spent["imports"] = time.perf_counter() - at

    def note(name: str, since: float) -> None:
        spent[name] = spent.get(name, 0.0) + time.perf_counter() - since
        file.write_text("".join(f"{name}: {seconds:.4f}\n" for name, seconds in spent.items()), encoding="utf-8")

    def timed(owner: Any, name: str, phase: str) -> None:
        do: Callable[..., Any] = getattr(owner, name)

        def measured(*arguments: Any, **named: Any) -> Any:
            since = time.perf_counter()
            try:
                return do(*arguments, **named)
            finally:
                note(phase, since)

        setattr(owner, name, measured)

    def timed_task(owner: Any, name: str, phase: str) -> None:
        do: Callable[..., Any] = getattr(owner, name)

        async def measured(*arguments: Any, **named: Any) -> Any:
            since = time.perf_counter()
            try:
                return await do(*arguments, **named)
            finally:
                note(phase, since)

        setattr(owner, name, measured)

    timed(bot.cli.serve, "read_settings", "settings and keys")
    timed(bot.runtime.gap_keys, "keys_of", "settings and keys")
    timed(bot.runtime.load, "read_faq", "reading the FAQ")
    timed(bot.runtime.load, "load_or_fit", "loading what was learned")
    timed(bot.channels.telegram.run, "build", "building the application")
    timed_task(bot.channels.telegram.run, "_start", "Telegram: getMe, deleteWebhook")
    timed_task(bot.storage.database.Database, "_open", "opening the database, meanwhile")
    sys.argv = ["bot", "run"]
    bot.cli.main.main()


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(os.environ.pop(BEGAN)))
