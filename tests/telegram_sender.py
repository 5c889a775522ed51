"""Sends updates with Telegram's manners: what no `offset` has confirmed comes again, and any number may be pending.

As a Bot API server for a bot's process, and as a transport in the same process, where time passes as a test says.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, cast

from aiohttp import web
from telegram.request import RequestData

from tests.telegram_emulator import Emulator
from tests.telegram_recording import RecordingRequest
from tests.telegram_world import JSON, Chat, World

CONFLICT = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
NO_NEWS = json.dumps({"ok": True, "result": []}).encode()


class Inbox:
    """The updates that Telegram keeps for one bot, oldest first, until they are confirmed.

    An update may be anything. One without a sound number has one all the same, the next, but does not show it.
    """

    def __init__(self) -> None:
        self._pending: dict[int, Any] = {}
        self._next = 1
        self.offsets: list[int | None] = []  # what each getUpdates asked for
        self.delivered: Counter[int] = Counter()  # how often, by number
        self.news = asyncio.Event()

    def put(self, *updates: Any) -> None:
        """Keep these for the bot. A lower number than before goes before those that wait, as after a silent week."""
        for update in updates:
            shown = update.get("update_id") if isinstance(update, dict) else None
            number = shown if type(shown) is int and 0 < shown < 2**31 else self._next
            self._pending[number] = update
            self._next = number + 1
        self.news.set()

    def confirm(self, offset: int | None) -> None:
        """Forget all before the offset of a getUpdates; a negative one counts from the end."""
        self.offsets.append(offset)
        if offset is not None:
            kept = sorted(self._pending)[offset:] if offset < 0 else [n for n in self._pending if n >= offset]
            self._pending = {number: self._pending[number] for number in kept}

    def deliver(self, limit: int) -> list[Any]:
        """What a getUpdates answers now."""
        sent = sorted(self._pending)[:limit]
        self.delivered.update(sent)
        return [self._pending[number] for number in sent]

    @property
    def pending(self) -> tuple[int, ...]:
        """The numbers of those that are not confirmed."""
        return tuple(sorted(self._pending))

    @property
    def in_flight(self) -> frozenset[int]:
        """The numbers of those that were delivered and are not confirmed."""
        return frozenset(number for number in self._pending if self.delivered[number])


class Sender(Emulator):
    """Telegram's server for one bot, with an inbox of our own. A new getUpdates ends the one before it, with 409."""

    def __init__(self, world: World, *, delay: float = 0) -> None:
        super().__init__(world, delay=delay)
        self.inbox = Inbox()
        self._poll = 0  # the newest getUpdates

    async def send(self, *updates: Any) -> None:
        """Queue updates for the bot, of any shape."""
        self.inbox.put(*updates)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["method"] != "getUpdates":
            response: web.StreamResponse = await super().handle(request)
            return response
        fields, _ = await self.read_request(request)
        self._poll += 1
        poll, until = self._poll, asyncio.get_running_loop().time() + int(fields.get("timeout", 0))
        self.inbox.confirm(int(fields["offset"]) if "offset" in fields else None)
        while not self.inbox.pending and (left := until - asyncio.get_running_loop().time()) > 0:
            self.inbox.news.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self.inbox.news.wait(), min(left, 0.1))
            if poll != self._poll or self.closing.is_set():
                return web.json_response({"ok": False, "error_code": 409, "description": CONFLICT}, status=409)
        return web.json_response({"ok": True, "result": self.inbox.deliver(int(fields.get("limit", 100)))})


class Time:
    """A clock that goes on only when somebody sleeps, and then at once."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept.append(seconds)
        for _ in range(20):  # what is being handled goes on meanwhile
            await asyncio.sleep(0)


@dataclass(frozen=True, slots=True)
class _Fields:
    json_parameters: JSON


class SenderRequest(RecordingRequest):
    """A transport whose getUpdates is answered from an inbox. A long poll takes its time of a Time, not of people."""

    def __init__(self, world: World, time: Time) -> None:
        super().__init__(world)
        self.inbox, self._time = Inbox(), time
        self._hung: dict[str, asyncio.Event] = {}

    def hang(self, chat: Chat) -> asyncio.Event:
        """Let no call for this chat be answered before the event is set."""
        return self._hung.setdefault(str(chat.id), asyncio.Event())

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        *timeouts: Any,  # noqa: ARG002 - time passes as the test says
        **named_timeouts: Any,  # noqa: ARG002
    ) -> tuple[int, bytes]:
        fields: JSON = dict(request_data.json_parameters) if request_data else {}
        if str(fields.get("chat_id")) in self._hung:
            await self._hung[str(fields["chat_id"])].wait()
        seconds = int(fields.pop("timeout", 0))
        status, body = await super().do_request(url, method, cast(RequestData, _Fields(fields)))
        if seconds and body == NO_NEWS:
            await self._time.sleep(seconds)
        return status, body

    def _answered(self, name: str, fields: JSON) -> tuple[int, bytes]:
        if name != "getUpdates":
            return super()._answered(name, fields)
        self.inbox.confirm(int(fields["offset"]) if "offset" in fields else None)
        return 200, json.dumps({"ok": True, "result": self.inbox.deliver(int(fields["limit"]))}).encode()
