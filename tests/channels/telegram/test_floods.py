"""Many messages at once: of one person, who is throttled, and of a thousand, who are all answered. As a process."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from tests.support.telegram_emulator import BotProcess, bot_environment, serving
from tests.support.telegram_phone import READY
from tests.support.telegram_sender import Sender
from tests.support.telegram_world import Chat, World, made_person

pytestmark = pytest.mark.slow

FERRY = "when does the ferry go"
TOO_FAST = "You write too fast."
FLOOD = 1000


class Harbour(Sender):
    """A sender that lets calls for one chat wait."""

    def __init__(self) -> None:
        super().__init__(World(), delay=0.02)
        self.held: Chat | None = None
        self.may_go = asyncio.Event()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if self.held is not None and request.match_info["method"] == "sendMessage":
            fields, _ = await self.read_request(request)
            if str(fields["chat_id"]) == str(self.held.id):
                await self.may_go.wait()
        return await super().handle(request)

    async def done(self) -> None:
        """Wait until the bot has confirmed all updates."""
        async with asyncio.timeout(120):
            while self.inbox.pending:
                await asyncio.sleep(0.02)


@asynccontextmanager
async def harbour(folder: Path, small: Path, cache: Path, **settings: str) -> AsyncIterator[Harbour]:
    """A bot's process that is ready, and ends well at the end."""
    sender = Harbour()
    async with serving(sender) as url:
        environment = bot_environment(folder, url, faq=small / "faq", seeds=small / "seeds")
        environment |= {"CACHE_DIR": str(cache), "SENDS_A_SECOND": "0", **settings}
        async with BotProcess("run", folder=folder, environment=environment) as process:
            await process.wait_for_output(READY, timeout=120)
            yield sender
            assert await process.stop() == 0, process.output
            if sender.held is None:
                assert " ERROR " not in process.output
            assert "Traceback" not in process.output


def persons(sender: Harbour, number: int, *, start: int = 0) -> list[Chat]:
    return [sender.world.private(made_person(start + person)) for person in range(number)]


async def test_of_a_thousand_messages_one_person_gets_twenty_answers_and_one_word(
    tmp_path: Path, small: Path, cache: Path
) -> None:
    """Those who wrote meanwhile get theirs, each one; and a person who floods is not locked out for ever."""
    async with harbour(tmp_path, small, cache, THROTTLE_MESSAGES="20") as sender:
        (flooder,), others = persons(sender, 1), persons(sender, 20, start=1)
        flood = [sender.world.text(flooder, FERRY) for _ in range(FLOOD)]
        for place, other in enumerate(others, 1):
            flood.insert(place * FLOOD // len(others), sender.world.text(other, FERRY))
        for number, update in enumerate(flood, 1):
            update["update_id"] = number
        await sender.send(*flood)
        await sender.until(lambda _: sender.world.answered().keys() >= {other.id for other in others}, timeout=120)
        await sender.done()
        assert sender.world.answered() == Counter({flooder.id: 21} | {other.id: 1 for other in others})
        texts = [shown.text for shown in sender.world.replies(flooder)]
        assert texts[20].startswith(TOO_FAST)
        assert not any(text.startswith(TOO_FAST) for text in texts[:20])


async def test_who_writes_behind_a_flood_does_not_wait_for_it(tmp_path: Path, small: Path, cache: Path) -> None:
    """Though Telegram takes no answer to the one who floods: the others get theirs before that one's first."""
    async with harbour(tmp_path, small, cache) as sender:
        (flooder,), others = persons(sender, 1), persons(sender, 20, start=1)
        sender.held = flooder
        await sender.send(*(sender.world.text(flooder, FERRY) for _ in range(FLOOD)))
        await sender.send(*(sender.world.text(other, FERRY) for other in others))
        await sender.until(lambda _: sender.world.answered().keys() >= {other.id for other in others}, timeout=240)
        assert flooder.id not in sender.world.answered()
        sender.may_go.set()
        await sender.until(lambda _: sender.world.answered()[flooder.id] >= 20, timeout=120)
        await sender.done()
        assert all(sender.world.answered()[other.id] == 1 for other in others)


async def test_a_thousand_persons_are_all_answered(tmp_path: Path, small: Path, cache: Path) -> None:
    """Each once, though all write in the same second."""
    async with harbour(tmp_path, small, cache) as sender:
        chats = persons(sender, 1000)
        await sender.send(*(sender.world.text(chat, FERRY) for chat in chats))
        await sender.until(lambda _: len(sender.world.answered()) == len(chats), timeout=240)
        await sender.done()
        assert sender.world.answered() == Counter(chat.id for chat in chats)
        assert all(sender.world.last(chat).labels[:2] == ("Yes", "No") for chat in chats)
