"""Limits on how fast messages are sent, kept by all processes with one database together: in all, and into a group."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from telegram.ext import BaseRateLimiter

from bot.replicas.rate_limits import Limit, RateLimits
from bot.storage.pseudonyms import Purpose

SECOND, MINUTE = 1.0, 60.0


class SharedPace(BaseRateLimiter[int]):
    """Holds each call for a chat back until the limits that all processes share allow it.

    A limit of 0 is none, and is not looked up. ``own`` is this process's own rate limiter: calls pass it as well, and
    it alone while the database cannot be reached.
    """

    def __init__(
        self,
        own: BaseRateLimiter[int],
        rates: RateLimits,
        *,
        sends_a_second: int,
        group_sends_a_minute: int,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._own, self._rates, self._sleep = own, rates, sleep
        self._all, self._group = Limit(sends_a_second, SECOND), Limit(group_sends_a_minute, MINUTE)

    async def initialize(self) -> None:
        """Be ready for calls."""
        self._rates.start()
        await self._own.initialize()

    async def shutdown(self) -> None:
        """End: no more calls are made."""
        await self._own.shutdown()
        await self._rates.stop()

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> Any:
        """Call as soon as the limits of the group, of all processes and of this process allow it."""
        chat = data.get("chat_id")
        if _is_group(chat):
            await self._turn(str(chat), self._group)
        if chat is not None:
            await self._turn("", self._all)
        return await self._own.process_request(callback, args, kwargs, endpoint, data, rate_limit_args)

    async def _turn(self, group: str, limit: Limit) -> None:
        """Wait until one more call is within the limit: of this group, or of all chats together where it is ""."""
        if limit.number:
            await self._sleep(await self._rates.place(Purpose.SENDS, group, limit) or 0.0)


def _is_group(chat: object) -> bool:
    """Whether an id is a group's: groups have numbers below 0, public ones also names that begin with @."""
    return str(chat).startswith(("-", "@"))
