"""Bodies of requests are read within bounds."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import pytest
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message

from bot.http.body import BodyTooLongError, BodyTooSlowError, read_body

END: Message = {"type": "http.request", "body": b"", "more_body": False}


def request(parts: Iterable[bytes], last: Message | None = END, *, announced: int = 0) -> Request:
    """A request whose body comes in parts; without a last one it never ends."""
    messages = iter([{"type": "http.request", "body": part, "more_body": True} for part in parts])

    async def receive() -> Message:
        message = next(messages, last)
        return message if message is not None else await asyncio.Future()

    headers = [(b"content-length", str(announced).encode())] if announced else []
    return Request({"type": "http", "headers": headers}, receive)


async def test_a_body_is_its_parts() -> None:
    assert await read_body(request([b"ab", b"", b"c"]), most_bytes=3) == b"abc"


@pytest.mark.parametrize("announced", [0, 4])
async def test_a_body_that_is_too_long_is_not_read_to_its_end(announced: int) -> None:
    """Nor begun, where its length is announced."""
    with pytest.raises(BodyTooLongError):
        await read_body(request([b"abcd"], None, announced=announced), most_bytes=3)


async def test_a_body_that_does_not_end_is_given_up() -> None:
    with pytest.raises(BodyTooSlowError):
        await read_body(request([b"ab"], None), most_bytes=3, seconds=0.01)


async def test_whoever_leaves_is_told_apart() -> None:
    """No answer can reach them."""
    with pytest.raises(ClientDisconnect):
        await read_body(request([b"ab"], {"type": "http.disconnect"}), most_bytes=3)
