"""Telegram for the benchmark of a bot: a Bot API server that costs so little that it is the bot which is measured.

It speaks as much HTTP as bots do. Updates stay until an offset confirms them, or are brought to a webhook until it
takes them. Half of the round trip lies before what is done at its other end, and half after it. Each message is of a
chat of its own, so that its reply is known by its chat.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import random
import re
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, suppress
from itertools import islice, product
from multiprocessing.connection import Connection
from typing import Any, Self
from urllib.parse import parse_qsl

from tests.support.paths import QUESTIONS

TOKEN = "123456:for-the-benchmark"  # noqa: S105  # of no bot
LONGEST_POLL = 20  # seconds
FIRST_CHAT = 1_000_000
LIMIT = 100  # updates in one answer
PATIENCE, QUIET = 600.0, 30.0  # seconds for the first reply to come, and without another: then the rest are lost
CONNECTIONS = 40  # to a webhook: as many as Telegram has by itself
AGAIN = 1.0  # seconds until what a webhook refuses is brought again
SECRET = "of-the-benchmark"  # noqa: S105
SEED = 1
BEFORE = ("", "hi, ", "hello, ", "so ", "please: ", "ok. ")
BEHIND = ("", "?", " ??", " please", " thanks", " !")
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_CHAT = re.compile(rb"(?:^|&)chat_id=(\d+)")
_ME = {"id": 123456, "is_bot": True, "first_name": "Bench", "username": "bench_bot", "can_join_groups": True}
_SHORT = "What Telegram says of a message that was sent is the message itself, as long as it is."
_LINK = {"offset": 700, "length": 60, "type": "text_link", "url": "https://example.org/a/page/of/a/source/document"}
_BUTTONS = [[{"text": "Another question that is near to this one?", "callback_data": "show:an-entry"}]] * 5

Answer = Callable[[bytes], None]


def messages() -> Iterator[str]:
    """What people type: the messages of the question sets, mixed, then the same with other words around them."""
    found = []
    for path in sorted(QUESTIONS.glob("*/*.jsonl")):
        found += [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines()]
    texts = [text for text in dict.fromkeys(found) if text.strip() and not text.startswith("/")]
    random.Random(SEED).shuffle(texts)  # noqa: S311  # the same each time
    while True:
        for before, behind in product(BEFORE, BEHIND):
            yield from (f"{before}{text}{behind}" for text in texts)


class Sender:
    """Telegram's server for one bot. ``round_trip`` is in seconds; use it as an async context manager."""

    def __init__(self, round_trip: float) -> None:
        self._half = round_trip / 2
        self._texts, self._next = messages(), 1
        self._pending: deque[tuple[int, bytes]] = deque()
        self._poll: Answer | None = None  # a getUpdates that waits for news
        self._came: dict[int, float] = {}  # when the messages that have no reply yet came to Telegram, by chat
        self._taken: list[float] = []  # seconds that the replies took
        self._replied = 0.0  # when the last reply came
        self._sent = self._lost = 0
        self._hostile: dict[int, deque[str]] = {}  # what each hostile sender writes, by chat, round and round
        self._hostile_waiting: set[int] = set()  # chats whose last message has no reply yet
        self._hostile_answered = 0
        self._all_answered = asyncio.Event()
        self._webhook, self._has_webhook = "", asyncio.Event()
        self._to_bring: asyncio.Queue[bytes] | None = None  # where there is a webhook
        self._bringing: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._server = await asyncio.get_running_loop().create_server(lambda: _Connection(self), "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._bringing:
            task.cancel()
        await asyncio.gather(*self._bringing, return_exceptions=True)

    @property
    def url(self) -> str:
        """The address, as a bot is told it."""
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def all_at_once(self, number: int) -> float:
        """Send so many messages; seconds until the last has its reply."""
        began = time.perf_counter()
        self._await_replies()
        self._put([began] * number)
        await self._answered()
        return self._replied - began

    async def at_rate(self, rate: float, seconds: float) -> list[float]:
        """Send so many messages a second at random times, whatever the bot does; the seconds that each took."""
        gaps = random.Random(SEED)  # noqa: S311
        self._await_replies()
        at = began = time.perf_counter()
        while (at := at + gaps.expovariate(rate)) < began + seconds:
            await asyncio.sleep(max(0.0, at - time.perf_counter()))
            self._put([at])
        await self._answered()
        return self._taken

    async def lost(self) -> int:
        """How many messages never had a reply."""
        return self._lost

    async def attack(self, texts: list[list[str]]) -> None:
        """From now on somebody writes each of these lists, round and round: the next text once there is a reply."""
        self._hostile = {chat: deque(own) for chat, own in enumerate(texts, 1)}
        for chat in self._hostile:
            self._put_hostile(chat)

    async def end_attack(self) -> int:
        """End the attack, once its last messages have a reply; how many had one."""
        self._hostile = {}
        with suppress(TimeoutError):
            async with asyncio.timeout(QUIET):
                while self._hostile_waiting:
                    await asyncio.sleep(0.05)
        answered, self._hostile_answered = self._hostile_answered, 0
        return answered

    async def bring(self, port: int, path: str) -> None:
        """From now on bring messages to a webhook of this machine, once the bot has asked for it."""
        self._to_bring = asyncio.Queue()
        self._bringing = [asyncio.create_task(self._bring(self._to_bring, port, path)) for _ in range(CONNECTIONS)]

    def handle(self, method: bytes, body: bytes, answer: Answer) -> None:
        """Do what a call asks for, once it has come here, and let the answer go back."""
        self._later(self._do, method, body, lambda result: self._later(answer, b'{"ok":true,"result":%s}' % result))

    def _later(self, do: Callable[..., object], *arguments: Any) -> None:
        if self._half:
            asyncio.get_running_loop().call_later(self._half, do, *arguments)
        else:
            do(*arguments)

    def _do(self, method: bytes, body: bytes, answer: Answer) -> None:
        match method:
            case b"sendMessage":
                self._reply(body, answer)
            case b"getUpdates":
                self._get_updates(dict(parse_qsl(body.decode())), answer)
            case b"getMe":
                answer(json.dumps(_ME).encode())
            case b"setWebhook":
                self._webhook = dict(parse_qsl(body.decode())).get("url", "")
                self._has_webhook.set()
                answer(b"true")
            case b"getWebhookInfo":
                has = {"url": self._webhook, "has_custom_certificate": False, "pending_update_count": 0}
                answer(json.dumps(has).encode())
            case b"getMyCommands":
                answer(b"[]")
            case b"getMyName" | b"getMyDescription" | b"getMyShortDescription":
                answer(b'{"name":"","description":"","short_description":""}')
            case _:
                answer(b"true")

    def _reply(self, body: bytes, answer: Answer) -> None:
        found = _CHAT.search(body)
        chat = int(found[1]) if found else 0
        came = self._came.pop(chat, None)
        if came is not None:  # else it is the second part of a long reply
            self._replied = time.perf_counter()
            self._taken.append(self._replied - came)
            if not self._came:
                self._all_answered.set()
        elif chat in self._hostile_waiting:
            self._hostile_waiting.discard(chat)
            self._hostile_answered += 1
            if chat in self._hostile:
                self._put_hostile(chat)
        self._sent += 1
        answer((_ANSWER_LONG if b"reply_markup=" in body else _ANSWER) % {b"number": self._sent, b"chat": chat})

    def _get_updates(self, asked: dict[str, str], answer: Answer) -> None:
        offset, timeout = int(asked.get("offset", 0)), int(asked.get("timeout", 0))
        while self._pending and self._pending[0][0] < offset:
            self._pending.popleft()
        if self._pending or not timeout:
            self._deliver(answer)
            return
        self._poll = answer
        asyncio.get_running_loop().call_later(min(timeout, LONGEST_POLL), self._end_poll, answer)

    def _end_poll(self, poll: Answer) -> None:
        if self._poll is poll:
            self._poll = None
            poll(b"[]")

    def _deliver(self, answer: Answer) -> None:
        answer(b"[%s]" % b",".join(update for _, update in islice(self._pending, LIMIT)))

    async def _answered(self) -> None:
        """Wait until every message has its reply, or no more come. Raises TimeoutError where none came."""
        began = time.perf_counter()
        while self._came:
            quiet = time.perf_counter() - max(began, self._replied)
            if quiet > (QUIET if self._taken else PATIENCE):
                if not self._taken:
                    raise TimeoutError("no reply")
                self._lost += len(self._came)
                self._came.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await self._all_answered.wait()

    def _await_replies(self) -> None:
        self._taken = []
        self._all_answered.clear()

    def _put(self, times: list[float]) -> None:
        """New messages, which came to Telegram at these times."""
        for came in times:
            self._came[FIRST_CHAT + self._next] = came
            self._queue(FIRST_CHAT + self._next, next(self._texts))
        self._all_answered.clear()
        self._end_waiting()

    def _put_hostile(self, chat: int) -> None:
        self._hostile_waiting.add(chat)
        self._hostile[chat].rotate(-1)
        self._queue(chat, self._hostile[chat][0])
        self._end_waiting()

    def _queue(self, chat: int, text: str) -> None:
        number, self._next = self._next, self._next + 1
        update = _update(number, chat, text)
        if self._to_bring is not None:
            self._to_bring.put_nowait(update)
        else:
            self._pending.append((number, update))

    def _end_waiting(self) -> None:
        """Deliver what there is to who waits for news."""
        if (poll := self._poll) is not None:
            self._poll = None
            self._deliver(poll)

    async def _bring(self, updates: asyncio.Queue[bytes], port: int, path: str) -> None:
        """Over one connection at a time bring one update after another, each until it is taken."""
        await self._has_webhook.wait()
        head = f"POST {path} HTTP/1.1\r\nHost: bot\r\nX-Telegram-Bot-Api-Secret-Token: {SECRET}\r\n"
        update: bytes | None = None
        while True:
            with suppress(OSError, EOFError):  # a connection that was idle for long is closed by the bot
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                with closing(writer):
                    while True:
                        update = update or await updates.get()
                        length = f"Content-Type: application/json\r\nContent-Length: {len(update)}\r\n\r\n"
                        await asyncio.sleep(self._half)
                        writer.write(f"{head}{length}".encode() + update)
                        if await _status(reader) == b"200":
                            update = None
                        await asyncio.sleep(self._half if update is None else AGAIN)


async def _status(reader: asyncio.StreamReader) -> bytes:
    """The status of an answer, once it is there. Raises OSError and EOFError."""
    answer = await reader.readuntil(b"\r\n\r\n")
    if found := _LENGTH.search(answer):
        await reader.readexactly(int(found[1]))
    return answer.split(b" ", 2)[1]


class _Connection(asyncio.Protocol):
    """HTTP/1.1 of one connection, one call after another."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._came = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport), "TCP has both ways"
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._came += data
        head, is_whole, rest = self._came.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        size = int(length[1]) if length else 0
        if not is_whole or len(rest) < size:
            return
        self._came = b""
        path = head.split(b" ", 2)[1]
        self._sender.handle(path.rpartition(b"/")[2], rest[:size], self._answer)

    def _answer(self, body: bytes) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
        self._transport.write(head + body)


def _person(chat: int) -> dict[str, object]:
    return {"id": chat, "first_name": "Ana", "last_name": "Q", "username": f"person_{chat}", "type": "private"}


def _message(number: int, chat: int, text: str) -> dict[str, object]:
    person = {name: value for name, value in _person(chat).items() if name != "type"}
    sender = {**person, "is_bot": False, "language_code": "en"}
    return {"message_id": number, "from": sender, "chat": _person(chat), "date": 1_800_000_000 + number, "text": text}


def _update(number: int, chat: int, text: str) -> bytes:
    return json.dumps({"update_id": number, "message": _message(number, chat, text)}).encode()


def _template(**more: object) -> bytes:
    """What Telegram answers to a message that was sent: the message, with the places of its number and chat."""
    chat = {**_person(0), "id": "CHAT"}
    message = {"message_id": "NUMBER", "from": _ME, "chat": chat, "date": 1_800_000_000, "text": _SHORT, **more}
    text = json.dumps(message).replace("%", "%%").replace('"NUMBER"', "%(number)d").replace('"CHAT"', "%(chat)d")
    return text.encode()


_ANSWER = _template()
_ANSWER_LONG = _template(
    text=_SHORT * 12,
    entities=[{"offset": 0, "length": 40, "type": "bold"}, _LINK, {**_LINK, "offset": 800}],
    link_preview_options={"is_disabled": True},
    reply_markup={"inline_keyboard": _BUTTONS},
    reply_to_message=_message(1, FIRST_CHAT, "a question of usual length, as people type it"),
)


# --- As a process of its own -------------------------------------------------------------------------------------


class SenderProcess:
    """A sender in a process of its own; the same two ways to send. Get it from `running`."""

    def __init__(self, pipe: Connection, process: multiprocessing.process.BaseProcess, url: str) -> None:
        self._pipe, self._process, self.url = pipe, process, url

    @property
    def pid(self) -> int:
        return self._process.pid or 0

    async def all_at_once(self, number: int) -> float:
        """See Sender."""
        return float(await self._done("all_at_once", number))

    async def at_rate(self, rate: float, seconds: float) -> list[float]:
        """See Sender."""
        taken: list[float] = await self._done("at_rate", rate, seconds)
        return taken

    async def lost(self) -> int:
        """See Sender."""
        return int(await self._done("lost"))

    async def attack(self, texts: list[list[str]]) -> None:
        """See Sender."""
        await self._done("attack", texts)

    async def end_attack(self) -> int:
        """See Sender."""
        return int(await self._done("end_attack"))

    async def bring(self, port: int, path: str) -> None:
        """See Sender."""
        await self._done("bring", port, path)

    async def _done(self, *asked: object) -> Any:
        self._pipe.send(asked)
        return await asyncio.to_thread(self._pipe.recv)


@asynccontextmanager
async def running(round_trip: float) -> AsyncIterator[SenderProcess]:
    """A sender's process, which ends with the block."""
    ours, theirs = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_serve, args=(theirs, round_trip), daemon=True)
    process.start()
    theirs.close()
    try:
        yield SenderProcess(ours, process, await asyncio.to_thread(ours.recv))
    finally:
        process.kill()
        process.join()
        ours.close()


def _serve(pipe: Connection, round_trip: float) -> None:
    asyncio.run(_served(pipe, round_trip))


async def _served(pipe: Connection, round_trip: float) -> None:
    async with Sender(round_trip) as sender:
        pipe.send(sender.url)
        while True:
            name, *arguments = await asyncio.to_thread(pipe.recv)
            pipe.send(await getattr(sender, name)(*arguments))
