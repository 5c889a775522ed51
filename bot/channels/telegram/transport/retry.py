"""Which failed calls to Telegram are retried, and for how long."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from telegram.error import BadRequest, NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.ext import BaseRateLimiter

from bot.channels.telegram.transport.http_client import AnswerLostError, UnreachedError
from bot.observability.metrics import Metrics

SLACK = 0.1  # seconds to wait beyond what Telegram asks for


class FloodError(NetworkError):
    """Telegram asks to wait so many ``seconds``, and did not carry out the call."""

    def __init__(self, seconds: float) -> None:
        super().__init__("Telegram asks to wait")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """For how many seconds a failed call is retried, by its kind; the pauses grow from ``first`` to ``longest``."""

    first: float = 0.5
    longest: float = 8.0
    chat: float = 50.0  # with a read time-out before and after, less than an update may take
    query: float = 10.0  # afterwards nobody waits for the button or the inline query any more
    flood: float = 300.0  # of waiting that Telegram asks for, on top of ``chat``


DEFAULT_RETRIES = RetryPolicy()
SEND_MESSAGE = "sendMessage"  # repeated though it succeeded, it makes a second message
CHAT_METHODS = frozenset({SEND_MESSAGE, "editMessageText", "editMessageReplyMarkup", "deleteMessage"})
QUERY_METHODS = frozenset({"answerCallbackQuery", "answerInlineQuery"})
_logger = logging.getLogger(__name__)


class RetryingLimiter(BaseRateLimiter[int]):
    """Wraps another rate limiter, ``pace``, and repeats calls that fail while a person waits for their result.

    A call that Telegram did not carry out is repeated for as long as the policy allows. A new message whose response
    was lost is sent once more at most, so it may appear twice, never three times. A call that Telegram refuses is not
    repeated, nor are other methods (such as getMe), whose callers handle errors themselves.
    """

    def __init__(
        self,
        pace: BaseRateLimiter[int],
        metrics: Metrics,
        policy: RetryPolicy = DEFAULT_RETRIES,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._pace, self._metrics, self._policy = pace, metrics, policy
        self._clock, self._sleep = clock, sleep

    async def initialize(self) -> None:
        """Start the wrapped rate limiter."""
        await self._pace.initialize()

    async def shutdown(self) -> None:
        """Stop the wrapped rate limiter, once no more calls are made."""
        await self._pace.shutdown()

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> Any:
        """Make the call, and repeat it until it succeeds or should not be retried. Raises the last TelegramError."""
        retries: _Retries | None = None
        while True:
            try:
                return await self._pace.process_request(
                    self._counted(callback, endpoint), args, kwargs, endpoint, data, rate_limit_args
                )
            except BadRequest:  # which the library derives from NetworkError
                raise
            except NetworkError as fault:
                if retries is None and endpoint in CHAT_METHODS | QUERY_METHODS:
                    _logger.warning("%s fails (%s); trying again", endpoint, type(fault).__name__)
                    retries = _Retries(endpoint, self._policy, self._clock())
                pause = retries.pause_after(fault, self._clock()) if retries else None
                if pause is None:
                    raise
            await self._sleep(pause)

    def _counted(
        self, callback: Callable[..., Coroutine[Any, Any, Any]], endpoint: str
    ) -> Callable[..., Coroutine[Any, Any, Any]]:
        """The call, with its failures counted in the metrics.

        RetryAfter becomes FloodError: on RetryAfter, AIORateLimiter would hold up all chats for one.
        """

        async def call(*args: Any, **kwargs: Any) -> Any:
            try:
                return await callback(*args, **kwargs)
            except TelegramError as fault:
                self._metrics.call_failed(endpoint, fault)
                if isinstance(fault, RetryAfter):
                    raise FloodError(seconds_of(fault)) from None
                raise

        return call


class _Retries:
    """The retries of one failed call: whether there is another, and the pause before it."""

    def __init__(self, endpoint: str, policy: RetryPolicy, now: float) -> None:
        self._is_new, in_a_chat = endpoint == SEND_MESSAGE, endpoint in CHAT_METHODS
        self._until = now + (policy.chat if in_a_chat else policy.query)
        self._flood = policy.flood if in_a_chat else 0.0
        self._pause, self._longest = policy.first, policy.longest
        self._lost = 0

    def pause_after(self, fault: NetworkError, now: float) -> float | None:
        """Seconds to wait before the next attempt; None if there should be none."""
        if isinstance(fault, FloodError):
            pause = fault.seconds + SLACK
            free = min(pause, self._flood)  # waiting that Telegram asks for does not count, up to a limit
            self._flood -= free
            self._until += free
        else:
            self._lost += _may_be_done(fault)
            if self._is_new and self._lost > 1:
                return None
            pause, self._pause = self._pause, min(2 * self._pause, self._longest)
        return pause if now + pause <= self._until else None


def seconds_of(fault: RetryAfter) -> float:
    """How long Telegram asks to wait; a timedelta where PTB_TIMEDELTA is 1, as this package sets it."""
    wait = fault.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else wait


def _may_be_done(fault: NetworkError) -> bool:
    """Whether Telegram may have carried out the call, though its response was lost."""
    is_late = isinstance(fault, TimedOut) and not isinstance(fault, UnreachedError)
    return is_late or isinstance(fault, AnswerLostError)
