"""Sends updates with Telegram's manners: what the bot has not confirmed comes again, and any number may be pending.

As a Bot API server for a bot's process, which fetches them or has them brought, and as a transport in the same process,
where time passes as a test says.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import time
from collections import Counter, deque
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, cast

import aiohttp
from aiohttp import web
from telegram.request import RequestData

from tests.support.telegram_emulator import Emulator
from tests.support.telegram_recording import RecordingRequest
from tests.support.telegram_world import JSON, Call, Chat, World

CONFLICT = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
HOOKED = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105
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

    def update(self, number: int) -> Any:
        """A pending update."""
        return self._pending[number]

    def bring(self, number: int) -> Any:
        """An update, which is on its way now."""
        self.delivered[number] += 1
        return self._pending[number]

    def forget(self, number: int) -> None:
        """An update is confirmed by itself."""
        del self._pending[number]

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
        self.told.extend(updates)
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


class Bringer(Sender):
    """A sender that brings updates to a bot's webhook, as Telegram's own server does (tdlib/telegram-bot-api).

    So many at once as the bot says, those of one chat one after another. What is not answered with 2xx comes again: at
    once, then after pauses that double, or when `Retry-After` says so. ``pause`` is the first, in place of 2 seconds.
    ``trusts`` is whose certificates are taken.
    """

    def __init__(
        self, world: World, *, delay: float = 0, pause: float = 0.1, trusts: ssl.SSLContext | bool = True
    ) -> None:
        super().__init__(world, delay=delay)
        self.hook: JSON = {}
        self.statuses: list[tuple[int, int]] = []  # of each attempt: the update's number, and 0 for a broken connection
        self.on_the_way: set[int] = set()
        self.most_on_the_way = 0
        self._pause, self._trusts, self._error = pause, trusts, ("", 0.0)
        self._waiting: dict[object, deque[int]] = {}  # by chat
        self._bringing: set[asyncio.Task[None]] = set()
        self._queued: set[int] = set()
        self._places = asyncio.Semaphore()
        self._session: aiohttp.ClientSession | None = None

    async def send(self, *updates: Any) -> None:
        """Bring updates to the bot, of any shape; once it has a webhook."""
        await super().send(*updates)
        self._bring_all()

    def app(self) -> web.Application:
        app = super().app()
        app.on_cleanup.append(self._end)
        return app

    async def handle(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        if method == "getUpdates" and self.hook:
            return web.json_response({"ok": False, "error_code": 409, "description": HOOKED}, status=409)
        if method not in ("setWebhook", "deleteWebhook", "getWebhookInfo"):
            return await super().handle(request)
        fields, _ = await self.read_request(request)
        self.world.calls.append(Call(method, dict(fields)))
        self._called.set()
        if method == "getWebhookInfo":
            return web.json_response({"ok": True, "result": self._info()})
        hook = fields if method == "setWebhook" and fields.get("url") else {}
        if hook.get("max_connections") != self.hook.get("max_connections"):
            self._places = asyncio.Semaphore(int(hook.get("max_connections", 40)))
        self.hook = dict(hook)
        self._bring_all()
        return web.json_response({"ok": True, "result": True})

    async def confirmed(self, *, timeout: float = 120) -> None:
        """Wait until the bot has confirmed all updates."""
        try:
            async with asyncio.timeout(timeout):
                while self.inbox.pending:
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(f"not confirmed: {self.inbox.pending}, {self.statuses[-5:]}") from None

    def _info(self) -> JSON:
        info: JSON = {"url": self.hook.get("url", ""), "has_custom_certificate": False}
        info["pending_update_count"] = len(self.inbox.pending)
        if self.hook:
            kinds = json.loads(self.hook.get("allowed_updates", "[]"))
            info |= {"allowed_updates": kinds, "max_connections": int(self.hook.get("max_connections", 40))}
            info["ip_address"] = "127.0.0.1"
        if self._error[0]:
            info |= {"last_error_message": self._error[0], "last_error_date": int(self._error[1])}
        return info

    def _bring_all(self) -> None:
        if not self.hook:
            return
        for number in self.inbox.pending:
            if number in self._queued:
                continue
            self._queued.add(number)
            chat = _chat_of(self.inbox.update(number)) or f"update {number}"
            if chat in self._waiting:
                self._waiting[chat].append(number)
                continue
            self._waiting[chat] = deque([number])
            task = asyncio.create_task(self._bring_those_of(chat))
            self._bringing.add(task)
            task.add_done_callback(self._bringing.discard)

    async def _bring_those_of(self, chat: object) -> None:
        waiting = self._waiting[chat]
        while waiting:
            number, pause, fails = waiting[0], self._pause / 2, 0
            while (wait := await self._bring(number)) is not None:
                if not wait and fails:
                    pause = min(2 * pause, 60)
                    wait = pause
                fails += 1
                await asyncio.sleep(wait)
            waiting.popleft()
        del self._waiting[chat]

    async def _bring(self, number: int) -> float | None:
        """Bring an update once: None where it is confirmed, else the seconds to wait as the bot says, or 0."""
        async with self._places:
            if self._session is None:
                self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60, sock_connect=5))
            self.on_the_way.add(number)
            self.most_on_the_way = max(self.most_on_the_way, len(self.on_the_way))
            status, wait = 0, 0.0
            headers = {SECRET_HEADER: str(self.hook.get("secret_token", ""))}
            update = self.inbox.bring(number)
            with suppress(aiohttp.ClientError, TimeoutError):
                async with self._session.post(
                    str(self.hook.get("url")), json=update, headers=headers, ssl=self._trusts
                ) as response:
                    status, wait = response.status, float(response.headers.get("Retry-After", 0))
            self.on_the_way.discard(number)
        self.statuses.append((number, status))
        if 200 <= status < 300:
            self.inbox.forget(number)
            return None
        said = f"Wrong response from the webhook: {status}" if status else "Connection refused"
        self._error = (said, time.time())
        return wait

    async def _end(self, _: web.Application) -> None:
        for task in tuple(self._bringing):
            task.cancel()
        await asyncio.gather(*self._bringing, return_exceptions=True)
        if self._session is not None:
            await self._session.close()


def _chat_of(update: Any) -> object:
    """The chat that an update belongs to; None for one that is brought by itself."""
    for content in update.values() if isinstance(update, dict) else ():
        if isinstance(content, dict):
            message = content.get("message", content)
            chat = message.get("chat") if isinstance(message, dict) else None
            return chat.get("id") if isinstance(chat, dict) else None
    return None


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
