"""Serves guarded pages to this machine only, until ctrl-C."""

from __future__ import annotations

import socket
import threading
import webbrowser
from collections.abc import Callable

from bot.http.server import Server
from bot.review.auth import Guard
from bot.runtime.signals import on_stop_signal

HOST = "127.0.0.1"
PATIENCE = 3  # seconds of grace for requests in progress at shutdown


async def serve_guarded(
    make: Callable[[frozenset[str], Callable[[str], None]], Guard],
    listening: socket.socket,
    *,
    name: str,
    opens: bool,
    tell: Callable[[str], None],
) -> None:
    """Serve pages on a listening socket. ``tell`` prints the one-time addresses, under the ``name`` of the pages.

    ``make`` makes the pages of the host names that are served and of what prints the next address, as `Guard` takes
    them; ``opens`` opens the pages in the browser.
    """
    port = listening.getsockname()[1]
    origin = f"http://{HOST}:{port}/"
    hosts = frozenset(f"{host}:{port}" if port != 80 else host for host in (HOST, "localhost"))  # as browsers do
    guard = make(hosts, lambda query: tell(f"For another browser: {origin}{query}"))
    server = Server(guard, patience=PATIENCE, log_level="warning")
    address = f"{origin}?token={guard.token}"
    tell(f"{name}: {address}\nThe address works once, on this machine only. Ctrl-C ends it.")
    if opens:  # in a thread: a browser in the terminal returns only when it is closed
        threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
    on_stop_signal(server.end)
    await server.serve(sockets=[listening])
