"""The HTTP endpoints of the running bot: the webhook, to which Telegram sends updates, and health and metrics.

Nothing is logged about requests except how many were refused and why.
"""

from __future__ import annotations

import hmac
import json
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from bot.http.body import BODY_TIMEOUT, BodyTooLongError, BodyTooSlowError, read_body
from bot.observability.logs import RateLimitedLogger, kind_and_place
from bot.observability.metrics import Metrics
from bot.settings import HOOK_PATH

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  # core.telegram.org/bots/api#setwebhook
MOST_BYTES = 1024 * 1024  # of an update
RETRY_AFTER = {"Retry-After": "1"}  # seconds; without it Telegram doubles its delay each time, up to a minute or two
_logger = logging.getLogger(__name__)


class State(StrEnum):
    """Whether the bot is starting, accepts messages, or is stopping."""

    STARTING = "starting"
    READY = "ready"
    ENDING = "ending"


@dataclass(frozen=True, slots=True)
class Hook:
    """The webhook. ``receive`` handles an update and returns whether it is done; if not, Telegram sends it again."""

    secret: str
    receive: Callable[[object], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Silence:
    """The seconds since Telegram last responded, and the limit beyond which the bot counts as unhealthy."""

    seconds: Callable[[], float]
    limit: float


class _Refusal(Exception):  # noqa: N818  # no error of the bot
    """Rejects a request, with the HTTP status of the response and the reason that is logged."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


class HttpEndpoints:
    """The endpoints, as an ASGI app. ``versions`` returns those of the FAQ in use by language; times are in seconds."""

    def __init__(
        self,
        versions: Callable[[], Mapping[str, str]],
        metrics: Metrics,
        *,
        hook: Hook | None = None,
        silence: Silence | None = None,
        metrics_token: str | None = None,
        body_timeout: float = BODY_TIMEOUT,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.state = State.STARTING
        self._versions, self._metrics, self._hook, self._silence = versions, metrics, hook, silence
        self._metrics_token, self._body_timeout = metrics_token, body_timeout
        self._rate_limited, self._refused = RateLimitedLogger(_logger, clock), Counter[str]()
        self._reports: dict[str, Callable[[], Response]] = {
            "/healthz": self._health,
            "/readyz": self._readiness,
            "/metrics": self._exposition,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            response = await self._answer(request)
        except ClientDisconnect:  # nobody is left to respond to
            return
        except _Refusal as refusal:
            response = self._refuse(refusal)
        except Exception as error:
            _logger.error("a request was not served: %s", kind_and_place(error))
            response = Response(status_code=500, headers={"Connection": "close"})
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        path, method = request.scope["path"], request.method
        if path == HOOK_PATH and self._hook is not None:
            if method != "POST":
                raise _Refusal(405, "wrong method")
            return await self._receive(request, self._hook)
        if path not in self._reports:
            raise _Refusal(404, "wrong path")
        if method not in ("GET", "HEAD"):
            raise _Refusal(405, "wrong method")
        if path == "/metrics" and not self._may_read_metrics(request):
            raise _Refusal(401, "no or wrong METRICS_TOKEN")
        return self._reports[path]()

    def _may_read_metrics(self, request: Request) -> bool:
        given = request.headers.get("Authorization", "")
        wanted = None if self._metrics_token is None else f"Bearer {self._metrics_token}"
        return wanted is None or hmac.compare_digest(given.encode("latin-1"), wanted.encode())

    async def _receive(self, request: Request, hook: Hook) -> Response:
        given = request.headers.get(SECRET_HEADER)
        if given is None:
            raise _Refusal(403, "no secret")
        if not hmac.compare_digest(given.encode("latin-1"), hook.secret.encode()):
            raise _Refusal(403, "wrong secret; see that WEBHOOK_SECRET is the same for all replicas")
        if self.state is State.STARTING:
            return Response(status_code=503, headers=RETRY_AFTER)
        update = _update(await self._body(request))
        return Response() if await hook.receive(update) else Response(status_code=503, headers=RETRY_AFTER)

    async def _body(self, request: Request) -> bytes:
        """The body of a request that brings an update."""
        try:
            return await read_body(request, most_bytes=MOST_BYTES, seconds=self._body_timeout)
        except BodyTooLongError:
            raise _Refusal(413, "body too long") from None
        except BodyTooSlowError:
            raise _Refusal(408, "body too slow") from None

    def _refuse(self, refusal: _Refusal) -> Response:
        """An empty response that closes the connection, so that the rest of the request is not read."""
        self._refused[refusal.reason] += 1
        number = self._refused[refusal.reason]
        self._rate_limited.warn(refusal.reason, f"requests are refused, {number} so far ({refusal.reason})")
        return Response(status_code=refusal.status, headers={"Connection": "close"})

    def _health(self) -> Response:
        """Healthy while starting or stopping, and otherwise unless Telegram is silent for longer than the limit."""
        row: dict[str, Any] = {"state": self.state}
        is_healthy = True
        if self._silence is not None and self.state is State.READY:
            seconds = self._silence.seconds()
            is_healthy = seconds <= self._silence.limit
            row |= {"silent_seconds": round(seconds, 1), "limit_seconds": self._silence.limit}
        return _status(row, is_healthy=is_healthy)

    def _readiness(self) -> Response:
        """Ready while messages are accepted. The gap log does not count: the bot answers without it, too."""
        return _status({"state": self.state, "faq": dict(self._versions())}, is_healthy=self.state is State.READY)

    def _exposition(self) -> Response:
        body, kind = self._metrics.exposition()
        return Response(body, media_type=kind, headers={"Connection": "close"})


def _status(row: Mapping[str, Any], *, is_healthy: bool) -> Response:
    return JSONResponse(row, 200 if is_healthy else 503, {"Cache-Control": "no-store", "Connection": "close"})


def _update(body: bytes) -> object:
    try:
        return json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        raise _Refusal(400, "no JSON") from None
