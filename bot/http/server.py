"""An HTTP server for pages and webhooks, which the caller runs in its own event loop and stops itself."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, cast

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_TIMEOUT = 10.0  # seconds in which the head of a request has to arrive
MOST_HEADLESS = 100  # connections that wait for one; beyond it the oldest makes room for those that send theirs


class PortError(Exception):
    """The port cannot be used; the text says why."""


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; ``port`` 0 picks a free one. Raises PortError."""
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        number = error.errno or 0
        raise PortError(os.strerror(number) if number > 0 else "there is no such host") from None


class Server(uvicorn.Server):
    """Serves an app over HTTP. It logs no request and installs no signal handlers.

    ``patience`` is the grace period for requests in progress at shutdown, in whole seconds; ``more`` are settings of
    uvicorn.
    """

    def __init__(self, app: ASGIApp, *, patience: int, **more: Any) -> None:
        config = uvicorn.Config(
            cast(Any, app),
            http=cast(Any, partial(_HeadTimeoutProtocol, headless={})),
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
        """Capture none: uvicorn would re-raise the signal at the end, as if the process had failed."""
        yield

    def end(self) -> None:
        """Stop accepting requests, and end when those in progress are answered; called a second time, end at once."""
        self.force_exit = self.should_exit
        self.should_exit = True


class _HeadTimeoutProtocol(H11Protocol):
    """Aborts a connection on which the head of a request does not arrive within HEAD_TIMEOUT, or MOST_HEADLESS wait.

    A reverse proxy does so too, but a bot may be reached without one, and uvicorn would wait for ever: its only
    time-out for clients (``timeout_keep_alive``) is for connections that are idle after a request. So a client that
    opens connections and sends nothing could use up the file descriptors, or uvicorn's ``limit_concurrency``, which
    counts them. ``headless`` are the connections of this server that wait, the oldest first. The members of H11Protocol
    used here are not documented; pyproject.toml pins uvicorn for that reason.
    """

    def __init__(self, *arguments: Any, headless: dict[_HeadTimeoutProtocol, asyncio.TimerHandle], **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._headless = headless

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._expect_head()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:  # the head is complete
            self._stop_expecting()
        elif self not in self._headless:  # the next request begins
            self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._stop_expecting()

    def _expect_head(self) -> None:
        if len(self._headless) >= MOST_HEADLESS:
            oldest = next(iter(self._headless))
            oldest._stop_expecting()
            oldest.transport.abort()
        self._headless[self] = self.loop.call_later(HEAD_TIMEOUT, self.transport.abort)

    def _stop_expecting(self) -> None:
        if (timer := self._headless.pop(self, None)) is not None:
            timer.cancel()
