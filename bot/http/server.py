"""A server for pages and webhooks within somebody else's event loop, who also says when it ends."""

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

    ``patience`` is in whole seconds: so long requests in hand may take at the end; ``more`` goes to uvicorn.
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
        """Take none: uvicorn's own way ends the process by the signal, as if it had failed."""
        yield

    def end(self) -> None:
        """Take no more requests, and end with those in hand; the second time at once."""
        self.force_exit = self.should_exit
        self.should_exit = True


class _Impatient(H11Protocol):
    """Breaks off a connection on which the head of a request does not come in time, for which uvicorn would wait."""

    _due: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._see_to_head()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._see_to_head()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._wait_no_more()

    def _see_to_head(self) -> None:
        if self.conn.their_state is not h11.IDLE:
            self._wait_no_more()
        elif self._due is None:
            self._due = self.loop.call_later(HEAD_WITHIN, self.transport.abort)

    def _wait_no_more(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None
