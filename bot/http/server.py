"""An HTTP server for pages and webhooks. The caller runs it in an event loop of its own, and tells it when to end."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_WITHIN = 10.0  # seconds that the head of a request may take


class PortError(Exception):
    """A port that cannot be used; the text says why."""


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens; ``port`` 0 takes a free one. Raises PortError."""
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        number = error.errno or 0
        raise PortError(os.strerror(number) if number > 0 else "there is no such host") from None


class Server(uvicorn.Server):
    """Serves an app over HTTP. It logs no request, and leaves signals to others.

    At the end, requests that are being answered may take ``patience`` more seconds, a whole number; ``more`` goes to
    uvicorn.
    """

    def __init__(self, app: ASGIApp, *, patience: int, **more: Any) -> None:
        config = uvicorn.Config(
            cast(Any, app),
            http=_Impatient,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=patience,
            **more,
        )
        super().__init__(config)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take none: uvicorn would end the process by the signal, as if it had failed."""
        yield

    def end(self) -> None:
        """Take no more requests, and end when those at work are answered; the second time, at once."""
        self.force_exit = self.should_exit
        self.should_exit = True


class _Impatient(H11Protocol):
    """Breaks off a connection on which the head of a request does not come in HEAD_WITHIN.

    A proxy in front does so too, but a bot may be reached without one, and uvicorn would wait for ever: its only
    time-out for clients (``timeout_keep_alive``) is of connections that are idle after a request. So whoever opens
    connections and sends nothing could use up the file descriptors. What this takes from H11Protocol is not documented;
    pyproject.toml pins uvicorn for it.
    """

    _due: asyncio.TimerHandle

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._expect_head()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:  # the head is there
            self._due.cancel()
        elif self._due.cancelled():  # the next one begins
            self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._due.cancel()

    def _expect_head(self) -> None:
        self._due = self.loop.call_later(HEAD_WITHIN, self.transport.abort)
