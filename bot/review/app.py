"""Serves the review page to this machine only, until ctrl-C."""

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
PATIENCE = 3  # seconds of grace for requests in progress at shutdown


def serve(workbench: Workbench, watch: FaqWatcher, *, port: int, opens: bool, tell: Callable[[str], None]) -> None:
    """Serve the page of a workbench until ctrl-C; ``port`` 0 picks a free one. ``tell`` prints the one-time addresses.

    Raises PortError and LogError.
    """
    with listen(HOST, port) as listening:
        asyncio.run(_serve(workbench, watch, listening, opens=opens, tell=tell))


async def _serve(
    workbench: Workbench, watch: FaqWatcher, listening: socket.socket, *, opens: bool, tell: Callable[[str], None]
) -> None:
    port = listening.getsockname()[1]
    origin = f"http://{HOST}:{port}/"
    async with workbench.log:
        await workbench.refresh()
        hosts = frozenset(f"{name}:{port}" if port != 80 else name for name in (HOST, "localhost"))  # as browsers do
        review = Review(
            workbench, hosts=hosts, on_new_token=lambda query: tell(f"For another browser: {origin}{query}")
        )
        server = Server(review.app, patience=PATIENCE, log_level="warning")
        watching = asyncio.create_task(watch.run(workbench.catalog))
        address = f"{origin}?token={review.app.token}"
        tell(f"Review page: {address}\nThe address works once, on this machine only. Ctrl-C ends it.")
        if opens:  # in a thread: a browser in the terminal returns only when it is closed
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
        on_stop_signal(server.end)
        try:
            await server.serve(sockets=[listening])
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
            await workbench.close()
