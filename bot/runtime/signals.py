"""Stop signals: ctrl-C (SIGINT), or SIGTERM from the system."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from contextlib import suppress


def on_stop_signal(callback: Callable[[], None]) -> None:
    """Call back in the running event loop on each stop signal, which no longer ends the process by itself."""
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # on Windows, where ctrl-C raises KeyboardInterrupt instead
            asyncio.get_running_loop().add_signal_handler(number, callback)
