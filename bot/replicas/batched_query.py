"""A query that answers all who wait at once, so that neither load nor a failing database holds anybody up for long.

It runs once at a time; whoever asks meanwhile is answered by the next run. Who gets no answer in time, or asks soon
after a failure, gets None and goes on without the database.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Generic, TypeVar

from bot.observability.logs import RateLimitedLogger
from bot.storage.errors import LogError

PATIENCE = timedelta(seconds=1)  # how long somebody waits for an answer
COOLDOWN = timedelta(seconds=5)  # after a failure, in which nobody waits
_Question = TypeVar("_Question")
_Answer = TypeVar("_Answer")


class BatchedQuery(Generic[_Question, _Answer]):
    """``query`` takes questions, maybe none, and gives an answer for each.

    A failure is logged to ``logger`` by ``warning``, which has ``{}`` in place of the reason, once every few minutes.
    """

    def __init__(
        self,
        query: Callable[[Sequence[_Question]], Awaitable[Sequence[_Answer]]],
        logger: logging.Logger,
        warning: str,
        *,
        patience: timedelta = PATIENCE,
        cooldown: timedelta = COOLDOWN,
    ) -> None:
        self._query, self._warning = query, warning
        self._patience, self._cooldown = patience.total_seconds(), cooldown.total_seconds()
        self._waiting: list[tuple[_Question, asyncio.Future[_Answer | None]]] = []
        self._is_due = False
        self._cooldown_until = 0.0
        self._task: asyncio.Task[None] | None = None
        self._rate_limited = RateLimitedLogger(logger, _now)

    async def ask(self, question: _Question) -> _Answer | None:
        """The answer; None without one in time."""
        if self._is_cooling_down:
            return None
        answer: asyncio.Future[_Answer | None] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, answer))
        self.run_soon()
        done, _ = await asyncio.wait({answer}, timeout=self._patience)
        if done:
            return answer.result()
        self._cool_down("no answer in time")
        return None

    def run_soon(self) -> None:
        """Run the query soon, even if nobody waits for an answer; not while it is cooling down after a failure."""
        if self._is_cooling_down:
            return
        self._is_due = True
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

    def fail(self, error: Exception) -> None:
        """Cool down after a failure of this query, or of another one on the same database: nobody waits meanwhile."""
        self._cool_down(str(error) if isinstance(error, LogError) else type(error).__name__)

    async def stop(self) -> None:
        """Cancel the query that runs; whoever waits for it gets None."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while self._is_due:
            self._is_due = False
            waiting, self._waiting = self._waiting, []
            answers: Sequence[_Answer | None] = [None] * len(waiting)
            try:
                answers = await self._query([question for question, _ in waiting])
            except Exception as error:  # a fault of ours must not end the asking
                self.fail(error)
            finally:
                for (_, future), answer in zip(waiting, answers, strict=True):
                    future.set_result(answer)

    @property
    def _is_cooling_down(self) -> bool:
        return _now() < self._cooldown_until

    def _cool_down(self, reason: str) -> None:
        self._rate_limited.warn("failure", self._warning.format(reason))
        self._cooldown_until = _now() + self._cooldown


def _now() -> float:
    return asyncio.get_running_loop().time()
