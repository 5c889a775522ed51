"""The review page as a process on this machine alone: from its address in the terminal until ctrl-C."""

from __future__ import annotations

import asyncio
import signal
import socket
import threading
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import uvicorn

from bot.reloading import Watch
from bot.web.desk import Desk
from bot.web.review import Review

HOST = "127.0.0.1"
PATIENCE = 3  # seconds that pages have at the end


class PortError(Exception):
    """A port that cannot be used; the text says why."""


def serve(desk: Desk, watch: Watch, *, port: int, opens: bool, tell: Callable[[str], None]) -> None:
    """Serve a desk's page until ctrl-C; ``port`` 0 takes a free one. ``tell`` is told the address, and each next one.

    Raises PortError and LogError.
    """
    try:
        listening = socket.create_server((HOST, port))
    except OSError as error:
        raise PortError(error.strerror) from None
    with listening:
        asyncio.run(_serve(desk, watch, listening, opens=opens, tell=tell))


async def _serve(
    desk: Desk, watch: Watch, listening: socket.socket, *, opens: bool, tell: Callable[[str], None]
) -> None:
    port = listening.getsockname()[1]
    origin = f"http://{HOST}:{port}/"
    async with desk.log:
        await desk.refresh()
        hosts = frozenset(f"{name}:{port}" if port != 80 else name for name in (HOST, "localhost"))  # as browsers do
        review = Review(desk, hosts=hosts, tell=lambda query: tell(f"For another browser: {origin}{query}"))
        # No log of requests: it would hold the token.
        config = uvicorn.Config(
            review.app,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            lifespan="off",
            timeout_graceful_shutdown=PATIENCE,
        )
        server = _Server(config)
        watching = asyncio.create_task(watch.run(desk.in_use, changed=_nothing))
        address = f"{origin}?token={review.app.token}"
        tell(f"Review page: {address}\nThe address works once, on this machine only. Ctrl-C ends it.")
        if opens:  # nobody waits for it: a browser in the terminal returns when it is closed
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
        try:
            await server.serve(sockets=[listening])
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
            await desk.close()


class _Server(uvicorn.Server):
    """Leaves the signals to us: uvicorn's own way ends the process by the signal, as if it had failed."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take ctrl-C and SIGTERM as the wish to end."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            with suppress(NotImplementedError):  # on Windows, where ctrl-C raises KeyboardInterrupt instead
                loop.add_signal_handler(number, self._end)
        yield

    def _end(self) -> None:
        self.force_exit = self.should_exit  # the second time at once
        self.should_exit = True


async def _nothing() -> None:
    """Nobody is to be told of an edit: the pages show the FAQ's version."""
