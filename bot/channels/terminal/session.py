"""A conversation in this terminal, with the gap log: a turn is noted after its reply has been shown."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

from bot.channels.assistant import Assistant
from bot.channels.port import GapNotes, IncomingMessage, NoGapNotes, OutgoingReply
from bot.domain.conversation import Channel, Conversation
from bot.domain.gap import Note
from bot.gaps.repository import GapLog
from bot.runtime.catalog import Catalog
from bot.runtime.gap_keys import keys_of
from bot.settings import Settings
from bot.storage.errors import LogError
from bot.storage.keys import KeyProblem
from bot.storage.stores import store_of

BUSY_SECONDS = 2.0  # for a locked database: a person is waiting to type
PERSON = "terminal"  # whoever uses this terminal; the gap log keeps a pseudonym of it


class TerminalGapNotes(NoGapNotes):
    """The gap log for the person at this terminal, redacted by the FAQ of the ``catalog``.

    ``warn`` is called once for each distinct error of it.

    Notes wait until `write`, which drops them unless ``is_on``; `/forget` deletes in any case.
    """

    def __init__(self, settings: Settings, catalog: Catalog, *, is_on: bool, warn: Callable[[str], None]) -> None:
        self._settings = settings
        self._catalog = catalog
        self._is_on = is_on
        self._warn = warn
        self._warned: set[str] = set()
        self._waiting: list[Note] = []
        self._opened: tuple[GapLog, str] | None = None

    def note(self, note: Note) -> None:
        """Accept a note, to be written by `write`."""
        self._waiting.append(note)

    async def write(self) -> None:
        """Write the waiting notes."""
        notes, self._waiting = self._waiting, []
        if notes and self._is_on:
            await self._try(
                lambda log, asker: log.write([replace(note, asker=asker if note.gap else None) for note in notes])
            )

    async def forget(self, asker: str) -> bool:  # noqa: ARG002  # a terminal has one person
        """Delete all that is kept of the person at this terminal; whether that was done."""
        try:
            if not store_of(self._settings.data_dir, self._settings.database_url).is_begun():
                return True
        except OSError:
            pass  # there may be a database; `_try` reports what is wrong with it
        return await self._try(lambda log, asker: log.forget(asker))

    async def close(self) -> None:
        """Close the gap log, if it was opened."""
        if self._opened is not None:
            await self._opened[0].close()

    async def _try(self, use: Callable[[GapLog, str], Coroutine[Any, Any, object]]) -> bool:
        try:
            if self._opened is None:
                self._opened = self._open()
                await self._opened[0].expire()
            await use(*self._opened)
        except (KeyProblem, LogError) as error:
            problem = str(error)
        except Exception as fault:  # a bug must not end the conversation
            problem = type(fault).__name__
        else:
            return True
        if problem not in self._warned:
            self._warned.add(problem)
            self._warn(f"gap log: {problem}. The answer is not affected; --no-log switches the log off.")
        return False

    def _open(self) -> tuple[GapLog, str]:
        keys = keys_of(self._settings)
        log = GapLog(
            self._settings.data_dir,
            keys,
            keep=self._settings.retention,
            url=self._settings.database_url,
            redact=self._catalog.redacted,
            busy_seconds=BUSY_SECONDS,
        )
        return log, keys.pseudonym("asker", PERSON)


class Session:
    """Runs the assistant for one message at a time. It is a context manager."""

    def __init__(self, catalog: Catalog, notes: GapNotes | None = None) -> None:
        self._notes = notes or NoGapNotes()
        self._assistant = Assistant(catalog, self._notes)
        self._runner = asyncio.Runner()

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        if isinstance(self._notes, TerminalGapNotes):
            self._runner.run(self._notes.close())
        self._runner.close()

    def answer(
        self,
        text: str,
        *,
        channel: Channel = Channel.TERMINAL,
        conversation: Conversation | None = None,
    ) -> OutgoingReply:
        """Answer a message. Call `write_notes` once its reply has been shown."""
        message = IncomingMessage(text, channel, PERSON, conversation=conversation or Conversation())
        return self._runner.run(self._assistant.answer(message))

    def write_notes(self) -> None:
        """Write the notes of the last message. Never raises."""
        if isinstance(self._notes, TerminalGapNotes):
            self._runner.run(self._notes.write())
