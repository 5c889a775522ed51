"""People who talk with the bot's process through the Bot API server of the tests."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.support.telegram_emulator import BotProcess, Emulator, bot_environment, serving
from tests.support.telegram_world import Chat, Shown, World, made_person

READY = "answering in Telegram"  # what the bot says when it is


class Phone:
    """A bot's process, and the people who talk with it."""

    def __init__(self, emulator: Emulator, process: BotProcess, environment: dict[str, str], folder: Path) -> None:
        self.emulator = emulator
        self.world = emulator.world
        self.process = process
        self.environment = environment
        self.folder = folder
        self._persons = 0

    def somebody(self) -> Chat:
        """A private chat with a person who has not written before."""
        self._persons += 1
        return self.world.private(made_person(100 + self._persons))

    async def say(self, text: str, chat: Chat, **more: Any) -> Shown:
        """Write; the message that the bot then sends or changes."""
        return await self.give(self.world.text(chat, text, **more), chat)

    async def give(self, update: dict[str, Any], chat: Chat) -> Shown:
        """Send an update; the message that the bot then sends or changes in the chat."""
        before = self._done(chat)
        await self.emulator.send(update)
        await self.emulator.until(lambda _: self._done(chat) > before)
        return self.world.replies(chat)[-1]

    async def press(self, label: str, chat: Chat, **more: Any) -> Shown:
        """Press a button; the bot's last message once the press is answered."""
        await self.emulator.send(self.world.press(chat, label, **more))
        await self.emulator.until(lambda world: not world.unanswered)
        return self.world.replies(chat)[-1]

    def _done(self, chat: Chat) -> int:
        calls = (*self.world.called("sendMessage"), *self.world.called("editMessageText"))
        return sum(str(call.fields["chat_id"]) == str(chat.id) for call in calls)

    async def gaps(self, holds: Callable[[list[dict[str, Any]]], bool] = bool) -> list[dict[str, Any]]:
        """What `python -m bot gaps --json` lists, once it is as expected; notes are written behind the replies."""
        listed: list[dict[str, Any]] = []
        for _ in range(50):
            done = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "gaps", "--json", env=self.environment, stdout=asyncio.subprocess.PIPE
            )
            out, _ = await done.communicate()
            assert done.returncode == 0
            listed = json.loads(out)
            if holds(listed):
                return listed
            await asyncio.sleep(0.1)
        raise AssertionError(f"these are not the gaps: {listed}")


@asynccontextmanager
async def phone_to(folder: Path, faq: Path, seeds: Path, cache: Path, **settings: str) -> AsyncIterator[Phone]:
    """A bot that answers from this FAQ and has said that it is ready."""
    emulator = Emulator(World())
    folder.mkdir(exist_ok=True)
    async with serving(emulator) as url:
        environment = bot_environment(folder, url, faq=faq, seeds=seeds) | {"CACHE_DIR": str(cache), **settings}
        async with BotProcess("run", folder=folder, environment=environment) as process:
            await process.wait_for_output(READY, timeout=400)
            yield Phone(emulator, process, environment, folder)
