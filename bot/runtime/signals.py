"""The wish that a process ends: ctrl-C, or SIGTERM from the system."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from contextlib import suppress


def when_asked_to_end(do: Callable[[], None]) -> None:
    """Have this done in the running event loop, each time that somebody asks the process to end.

    It does not end by itself any more.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # on Windows, where ctrl-C raises KeyboardInterrupt instead
            asyncio.get_running_loop().add_signal_handler(number, do)
