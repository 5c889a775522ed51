"""A talk with the real bot, in one process: its own application, on a model of Telegram in place of the network."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from io import StringIO
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.channels.telegram.app import build, context_of
from bot.channels.telegram.context import BotContext
from bot.channels.telegram.types import AnyApplication
from bot.domain.gap import LoggedGap
from bot.domain.matching import Matcher
from bot.observability.logs import RedactingFormatter
from bot.observability.metrics import Metrics
from bot.runtime.catalog import Catalog
from bot.settings import Settings
from bot.storage.keys import Keys, asker_key, new_asker_key, new_text_key, text_keys
from tests.support.leaks import Private
from tests.support.telegram_recording import RecordingRequest, deliver
from tests.support.telegram_world import TOKEN, Chat, Shown, World

KEYS = Keys(text_keys(new_text_key()), asker_key(new_asker_key()))


class Talk:
    """What a test can say to the bot, and what it can see of it."""

    def __init__(
        self, application: AnyApplication, context: BotContext, world: World, request: RecordingRequest
    ) -> None:
        self.application = application
        self.context = context
        self.world = world
        self.request = request
        self.chat = world.private()

    async def say(self, text: str, chat: Chat | None = None, **more: Any) -> Shown:
        """Write a message; the message that is last after it."""
        return await self.give(self.world.text(chat or self.chat, text, **more), chat)

    async def press(self, label: str, chat: Chat | None = None, **more: Any) -> Shown:
        """Press a button by its label; the message that is last after it."""
        return await self.give(self.world.press(chat or self.chat, label, **more), chat)

    async def give(self, update: dict[str, Any], chat: Chat | None = None) -> Shown:
        """Hand the bot an update; the message that is last after it. Every press must have been answered."""
        await deliver(self.application, update)
        assert not self.world.unanswered, "a button was pressed and shows a clock for ever"
        return self.world.last(chat or self.chat)

    def toast(self) -> str:
        """The words that the last answered button showed for a moment."""
        return str(self.world.called("answerCallbackQuery")[-1].fields.get("text", ""))

    async def gaps(self) -> list[LoggedGap]:
        """The gaps that are logged by now, newest first."""
        await self.context.gap_writer.flush()
        return await self.context.gap_writer.log.gaps()

    async def break_log(self) -> None:
        """Put a folder in the place of the gap log's file; a background task that opens it meanwhile is waited for."""
        path = self.context.gap_writer.log.path
        while not path.is_dir():
            await self.context.gap_writer.log.close()
            for file in path.parent.iterdir():
                file.unlink(missing_ok=True)  # SQLite may delete its own journal meanwhile
            with suppress(FileExistsError):
                path.mkdir()

    async def counts(self) -> dict[tuple[str, str, str], int]:
        """What is counted by now: (outcome, entry, channel) -> how often."""
        await self.context.gap_writer.flush()
        counted = await self.context.gap_writer.log.counts()
        return {(count.outcome, count.entry, count.channel.value): number for _, count, number in counted}


@asynccontextmanager
async def talk_with(matcher: Matcher, folder: Path, **settings: Any) -> AsyncIterator[Talk]:
    """The bot with this matcher, its data in a folder."""
    chosen = Settings(telegram_bot_token=SecretStr(TOKEN), data_dir=folder, **{"sends_a_second": 0, **settings})
    context = context_of(chosen, Catalog(matcher), KEYS, Metrics())
    world = World()
    request = RecordingRequest(world)
    application = build(chosen, context, request=request)
    context.gap_writer.start()
    with logged() as written:
        async with application:
            await application.start()
            try:
                yield Talk(application, context, world, request)
            finally:
                await application.stop()
        await context.gap_writer.stop()
    private = Private(secrets=set(KEYS.secrets))
    private.add_world(world)
    found = private.leaks(written.getvalue() + context.metrics.exposition()[0].decode(), known=[str(folder)])
    assert not found, f"log lines or metrics hold {', '.join(found)}"


@contextmanager
def logged() -> Iterator[StringIO]:
    """What the running bot would write, of the lines that are logged meanwhile."""
    written = StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(RedactingFormatter(()))
    logging.getLogger().addHandler(handler)
    try:
        yield written
    finally:
        logging.getLogger().removeHandler(handler)
