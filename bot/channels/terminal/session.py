"""A conversation at this terminal, with the gap log behind it: a turn is noted after its reply was shown."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from typing import Any

from bot.channels.assistant import Assistant
from bot.channels.port import Conversation, GapNotes, IncomingMessage, NoGapNotes, OutgoingReply
from bot.domain.conversation import Channel
from bot.domain.gap import Note
from bot.gaps.repository import GapLog
from bot.runtime.catalog import Catalog
from bot.runtime.gap_keys import keys_of
from bot.settings import Settings
from bot.storage.errors import LogError
from bot.storage.keys import KeyProblem
from bot.storage.stores import store_of

BUSY_SECONDS = 2.0  # a person is waiting to type
PERSON = "terminal"  # whoever sits here; the gap log keeps a pseudonym of it


class TerminalGapNotes(NoGapNotes):
    """The gap log of whoever sits at this terminal. ``warn`` is told, once, of each trouble with it.

    Notes wait until `write`, and are dropped there unless ``is_on``; `/forget` deletes in any case.
    """

    def __init__(self, settings: Settings, *, is_on: bool, warn: Callable[[str], None]) -> None:
        self._settings = settings
        self._is_on = is_on
        self._warn = warn
        self._warned: set[str] = set()
        self._waiting: list[Note] = []
        self._opened: tuple[GapLog, str] | None = None

    def note(self, note: Note) -> None:
        """Take a note; `write` writes it."""
        self._waiting.append(note)

    async def write(self) -> None:
        """Write what was noted."""
        notes, self._waiting = self._waiting, []
        if notes and self._is_on:
            await self._try(
                lambda log, asker: log.write([replace(note, asker=asker if note.gap else None) for note in notes])
            )

    async def forget(self, asker: str) -> bool:  # noqa: ARG002  # there is one person here
        """Delete all that was noted of this terminal's person; whether it was done."""
        try:
            if not store_of(self._settings.data_dir, self._settings.database_url).is_begun():
                return True
        except OSError:
            pass  # there may be one; `_try` says what is the matter
        return await self._try(lambda log, asker: log.forget(asker))

    async def close(self) -> None:
        """Close the log, if it was opened."""
        if self._opened is not None:
            await self._opened[0].close()

    async def _try(self, use: Callable[[GapLog, str], Coroutine[Any, Any, object]]) -> bool:
        try:
            if self._opened is None:
                self._opened = self._open()
                await self._opened[0].expire()
            await use(*self._opened)
        except (KeyProblem, LogError) as trouble:
            said = str(trouble)
        except Exception as fault:  # ours; it must not end the conversation
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
        return log, keys.pseudonym("asker", PERSON)


class Session:
    """Runs the assistant for one message at a time. Use it as a context manager."""

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
        languages: Sequence[str] = (),
    ) -> OutgoingReply:
        """Answer a message. Once its reply is shown, call `write_notes`."""
        message = IncomingMessage(
            text, channel, PERSON, languages=tuple(languages), conversation=conversation or Conversation()
        )
        return self._runner.run(self._assistant.answer(message))

    def write_notes(self) -> None:
        """Write what was noted of the last message. Never raises."""
        if isinstance(self._notes, TerminalGapNotes):
            self._runner.run(self._notes.write())
