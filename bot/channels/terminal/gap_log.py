"""The gap log as a terminal uses it: each turn is noted after its reply was shown, and a failure is told once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

from bot.answering.commands import asks_to_forget
from bot.answering.turn import Turn, take_turn
from bot.domain.conversation import Choice, Question, Reply, Section
from bot.domain.gap import Note
from bot.domain.matching import Matcher
from bot.gaps.repository import GapLog
from bot.runtime.gap_keys import keys_of
from bot.settings import Settings
from bot.storage.errors import LogError
from bot.storage.keys import KeyProblem
from bot.storage.stores import store_of

BUSY_SECONDS = 2.0  # a person is waiting to type


class TerminalLog:
    """The turns of whoever sits at this terminal, noted if ``is_on``. ``warn`` is told what keeps it from that."""

    def __init__(self, settings: Settings, *, is_on: bool, warn: Callable[[str], None]) -> None:
        self._settings = settings
        self._is_on = is_on
        self._warn = warn
        self._warned: set[str] = set()
        self._runner = asyncio.Runner()
        self._opened: tuple[GapLog, str] | None = None

    def __enter__(self) -> TerminalLog:
        return self

    def __exit__(self, *_: object) -> None:
        if self._opened is not None:
            self._runner.run(self._opened[0].close())
        self._runner.close()

    def take_turn(self, question: Question, matcher: Matcher, offered: tuple[Choice, ...] = ()) -> Turn:
        """What becomes of a message; `/forget` deletes before it says so."""
        turn = take_turn(question, matcher, offered)
        if not asks_to_forget(question.text) or self._forget():
            return turn
        return replace(turn, reply=Reply((Section("", matcher.faq.interface.forget_failed),)))

    def note(self, note: Note) -> None:
        """Note a turn. Never raises."""
        if self._is_on:
            self._try(lambda log, asker: log.write([replace(note, asker=asker if note.gap else None)]))

    def _forget(self) -> bool:
        """Delete all that was noted of this terminal's person; whether it was done."""
        try:
            if not store_of(self._settings.data_dir, self._settings.database_url).is_begun():
                return True
        except OSError:
            pass  # there may be one; `_try` says what is the matter
        return self._try(lambda log, asker: log.forget(asker))

    def _try(self, use: Callable[[GapLog, str], Coroutine[Any, Any, object]]) -> bool:
        try:
            if self._opened is None:
                self._opened = self._open()
                self._runner.run(self._opened[0].expire())
            self._runner.run(use(*self._opened))
        except (KeyProblem, LogError) as trouble:
            said = str(trouble)
        except Exception as fault:  # ours; it must not end the talk
            said = type(fault).__name__
        else:
            return True
        if said not in self._warned:
            self._warned.add(said)
            self._warn(f"gap log: {said}. The answer is not affected; --no-log switches the log off.")
        return False

    def _open(self) -> tuple[GapLog, str]:
        keys = keys_of(self._settings)
        log = GapLog(
            self._settings.data_dir,
            keys,
            keep=self._settings.retention,
            url=self._settings.database_url,
            busy_seconds=BUSY_SECONDS,
        )
        return log, keys.pseudonym("asker", "terminal")
