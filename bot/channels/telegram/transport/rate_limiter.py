"""Rate limits on sending, in total and into each group, that all processes with one database keep together."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from telegram.ext import BaseRateLimiter

from bot.replicas.limit_purpose import RateLimitPurpose
from bot.replicas.rate_limits import Limit, RateLimits

SECOND, MINUTE = 1.0, 60.0


class SharedRateLimiter(BaseRateLimiter[int]):
    """Delays each call for a chat until the limits that all processes share allow it.

    A limit of 0 means no limit, without a query. ``own`` is this process's own rate limiter, which calls pass as well;
    while the database is unreachable, it is the only one.
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
        """Start both rate limiters."""
        self._rates.start()
        await self._own.initialize()

    async def shutdown(self) -> None:
        """Stop both rate limiters, once no more calls are made."""
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
        """Make the call as soon as the limits of the group, of all processes and of this process allow it."""
        chat = data.get("chat_id")
        if _is_group(chat):
            await self._wait_for_turn(str(chat), self._group)
        if chat is not None:
            await self._wait_for_turn("", self._all)
        return await self._own.process_request(callback, args, kwargs, endpoint, data, rate_limit_args)

    async def _wait_for_turn(self, group: str, limit: Limit) -> None:
        """Wait until another call is within the limit of this group; of all chats together if ``group`` is empty."""
        if limit.number:
            await self._sleep(await self._rates.reserve_slot(RateLimitPurpose.SENDS, group, limit) or 0.0)


def _is_group(chat: object) -> bool:
    """Whether a chat is a group: ids of groups are negative, and public groups also have names that begin with @."""
    return str(chat).startswith(("-", "@"))
