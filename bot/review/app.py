"""The review page as a process on this machine alone: from its address in the terminal until ctrl-C."""

from __future__ import annotations

import asyncio
import socket
import threading
import webbrowser
from collections.abc import Callable

from bot.http.server import Server, listen
from bot.review.pages import Review
from bot.review.workbench import Workbench
from bot.runtime.reload import FaqWatcher
from bot.runtime.signals import on_stop_signal

HOST = "127.0.0.1"
PATIENCE = 3  # seconds that pages have at the end


def serve(desk: Workbench, watch: FaqWatcher, *, port: int, opens: bool, tell: Callable[[str], None]) -> None:
    """Serve a desk's page until ctrl-C; ``port`` 0 takes a free one. ``tell`` is told the address, and each next one.

    Raises PortError and LogError.
    """
    with listen(HOST, port) as listening:
        asyncio.run(_serve(desk, watch, listening, opens=opens, tell=tell))


async def _serve(
    desk: Workbench, watch: FaqWatcher, listening: socket.socket, *, opens: bool, tell: Callable[[str], None]
) -> None:
    port = listening.getsockname()[1]
    origin = f"http://{HOST}:{port}/"
    async with desk.log:
        await desk.refresh()
        hosts = frozenset(f"{name}:{port}" if port != 80 else name for name in (HOST, "localhost"))  # as browsers do
        review = Review(desk, hosts=hosts, tell=lambda query: tell(f"For another browser: {origin}{query}"))
        server = Server(review.app, patience=PATIENCE, log_level="warning")
        watching = asyncio.create_task(watch.run(desk.catalog, changed=_nothing))
        address = f"{origin}?token={review.app.token}"
        tell(f"Review page: {address}\nThe address works once, on this machine only. Ctrl-C ends it.")
        if opens:  # nobody waits for it: a browser in the terminal returns when it is closed
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
        on_stop_signal(server.end)
        try:
            await server.serve(sockets=[listening])
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
            await desk.close()


async def _nothing() -> None:
    """Nobody is to be told of an edit: the pages show the FAQ's version."""
