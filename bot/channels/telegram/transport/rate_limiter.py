"""How fast is sent to Telegram, over all processes with one database: in all, and into one group."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from telegram.ext import BaseRateLimiter

from bot.replicas.rate_limits import Limit, RateLimits
from bot.storage.pseudonyms import Purpose

SECOND, MINUTE = 1.0, 60.0


class SharedPace(BaseRateLimiter[int]):
    """Lets a call for a chat out when its turn comes. 0 stands for no limit, for which nobody is asked.

    ``own`` is the pace that this process keeps besides, and alone while the database cannot be asked.
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
        """Nothing is called any more."""
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
        """Call once its turn has come."""
        chat = data.get("chat_id")
        if _is_group(chat):
            await self._turn(str(chat), self._group)
        if chat is not None:
            await self._turn("", self._all)
        return await self._own.process_request(callback, args, kwargs, endpoint, data, rate_limit_args)

    async def _turn(self, group: str, limit: Limit) -> None:
        """Wait for a turn, in a group, or in all where none is named."""
        if limit.number:
            await self._sleep(await self._rates.place(Purpose.SENDS, group, limit) or 0.0)


def _is_group(chat: object) -> bool:
    """A group, by its number below 0, or a public one by its name."""
    return str(chat).startswith(("-", "@"))
