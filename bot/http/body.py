"""The body of a request, read within bounds of size and time."""

from __future__ import annotations

import asyncio

from starlette.requests import Request

BODY_TIMEOUT = 10.0  # seconds in which a body has to arrive


class BodyTooLongError(Exception):
    """The body is longer than it may be; the rest of it was not read."""


class BodyTooSlowError(Exception):
    """The body did not arrive in time."""


async def read_body(request: Request, *, most_bytes: int, seconds: float = BODY_TIMEOUT) -> bytes:
    """The whole body. Raises BodyTooLongError, BodyTooSlowError, and starlette's ClientDisconnect."""
    if int(request.headers.get("content-length", 0)) > most_bytes:
        raise BodyTooLongError
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for part in request.stream():
                body += part
                if len(body) > most_bytes:
                    raise BodyTooLongError
    except TimeoutError:
        raise BodyTooSlowError from None
    return bytes(body)
