"""Texts that take long to read are read beside the event loop, one at a time, so that no message holds up the others.

The work of one text is bounded in any case: with 4,096 characters it takes the processor some 560 milliseconds at most.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from bot.domain.conversation import Question

QUICK_CHARACTERS = 160  # that are read at once, mostly in some 10 milliseconds, the costliest in some 130
MOST_WAITING = 16  # texts; each has one of the places for messages handled at once, and others need places too
REST = 9.0  # where others share the process: nine tenths of the time are theirs alone
_Found = TypeVar("_Found")


class LongTexts:
    """Reads long texts in a thread, in the order in which they came.

    A thread shares the processor with the event loop, so after each text the others are alone for ``rest`` times as
    long as it took.
    """

    def __init__(self, rest: float) -> None:
        self._rest = rest
        self._turn = asyncio.Semaphore(1)
        self._waiting = 0

    async def read(self, question: Question, work: Callable[[Question], _Found]) -> _Found:
        """What ``work`` makes of a question. Where too many wait already, it gets the beginning of the text only."""
        if len(question.text) <= QUICK_CHARACTERS:
            return work(question)
        if self._waiting >= MOST_WAITING:
            return work(replace(question, text=question.text[:QUICK_CHARACTERS]))
        self._waiting += 1
        try:
            await self._turn.acquire()
        finally:
            self._waiting -= 1
        began = time.perf_counter()
        try:
            return await asyncio.to_thread(work, question)
        finally:
            rest = self._rest * (time.perf_counter() - began)
            asyncio.get_running_loop().call_later(rest, self._turn.release)
