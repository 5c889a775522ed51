"""Messages that Telegram brings: each is handled once and confirmed when it is, and what is not Telegram's is refused.

In one process, over a real port; at the end the bot as a process, and a sender with the manners of Telegram's server.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError
from telegram.error import BadRequest, InvalidToken

from bot.channels.telegram.app import HANDLERS, build, context_of
from bot.channels.telegram.delivery.intake import Intake
from bot.channels.telegram.delivery.webhook import CHECK_EVERY, Webhook, setup_of
from bot.channels.telegram.run import KEEP_ALIVE, MOST_CONNECTIONS
from bot.http import server as server_module
from bot.http.endpoints import MOST_BYTES, Hook, HttpEndpoints, Silence, State
from bot.http.server import PortError, Server, listen
from bot.matching.matcher import RegressionMatcher
from bot.observability.metrics import Metrics
from bot.runtime.catalog import Catalog
from bot.settings import Settings, SettingsError, check_for_running
from tests.support.dockerfile import free_port
from tests.support.hostile import any_texts, junk
from tests.support.leaks import Private
from tests.support.postgresql_server import Server as PostgreSQL
from tests.support.review_workbench import KEYS
from tests.support.samples import garden
from tests.support.telegram_emulator import BotProcess, bot_environment, serving
from tests.support.telegram_phone import READY, Phone
from tests.support.telegram_recording import RecordingRequest
from tests.support.telegram_sender import SECRET_HEADER, Bringer, Sender
from tests.support.telegram_talk import logged
from tests.support.telegram_world import BAD_GATEWAY, JSON, TOKEN, Chat, Refused, Slow, World, made_person

pytestmark = pytest.mark.slow

FERRY = "when does the ferry go"
GAP = "why do cats purr at night"
SECRET = "made-up_secret_0123456789"  # noqa: S105  # made up
URL = "https://bot.example.org/telegram"


# --- Settings --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("url", [URL, *(f"https://bot.example.org:{port}/telegram" for port in (443, 80, 88, 8443))])
def test_an_address_that_telegram_can_use_is_taken(url: str) -> None:
    """As it stands."""
    assert Settings(webhook_url=url).webhook_url == url


@pytest.mark.parametrize(
    "url",
    [
        "http://bot.example.org/telegram",
        "bot.example.org/telegram",
        "https://bot.example.org:8080/telegram",
        "https://bot.example.org:0/telegram",
        "https://bot.example.org:port/telegram",
        "https://bot.example.org",
        "https://bot.example.org/",
        "https://bot.example.org/telegram/",
        "https://bot.example.org/telegram?",
        "https://bot.example.org/telegram?a=b",
        "https://bot.example.org/telegram#a",
        "https://user:word@bot.example.org/telegram",
        "https:///telegram",
        "https://[::1/telegram",
        "https://bot.exämple.org/telegram",
        "https://bot.example.org/telegram\n",
    ],
)
def test_an_address_that_telegram_cannot_use_is_refused(url: str) -> None:
    """In words that name no part of it."""
    with pytest.raises(ValidationError, match="webhook_url") as refused:
        Settings(webhook_url=url)
    assert "word" not in str(refused.value)


def test_a_server_of_ones_own_may_bring_messages_without_tls() -> None:
    """On any port."""
    url = "http://127.0.0.1:9000/telegram"
    assert Settings(webhook_url=url, telegram_api_url="http://127.0.0.1:8081").webhook_url == url


@pytest.mark.parametrize("secret", ["short", "s" * 257, "with a blank in it", "sécret_sécret_sécret", ""])
def test_a_secret_that_telegram_or_we_would_not_take_is_refused_unseen(secret: str) -> None:
    """With the command that makes one."""
    with pytest.raises(ValidationError, match="openssl rand -hex 32") as refused:
        Settings(webhook_secret=SecretStr(secret))
    assert not secret or secret not in str(refused.value).replace("_secret", "")


def test_a_webhook_needs_its_secret() -> None:
    """Which is never shown."""
    chosen = {"telegram_bot_token": SecretStr(TOKEN), "webhook_url": URL}
    with pytest.raises(SettingsError, match="WEBHOOK_SECRET: is not set; make one, the same for all replicas"):
        check_for_running(Settings(**chosen))  # type: ignore[arg-type]
    whole = Settings(webhook_secret=SecretStr(SECRET), **chosen)  # type: ignore[arg-type]
    check_for_running(whole)
    assert SECRET in whole.secrets
    assert SECRET not in repr(whole)


@pytest.mark.parametrize(
    ("place", "parts"),
    [("0.0.0.0:8080", ("0.0.0.0", 8080)), ("[::1]:80", ("::1", 80)), ("localhost:0", ("localhost", 0))],  # noqa: S104
)
def test_a_place_to_listen_at_is_host_and_port(place: str, parts: tuple[str, int]) -> None:
    """The host of six in brackets, as in addresses."""
    assert Settings(listen=place).listens_at == parts


@pytest.mark.parametrize("place", ["8080", ":8080", "host", "host:", "host:port", "host:70000", "::1:80", "a b:80"])
def test_what_is_no_place_to_listen_at_is_refused(place: str) -> None:
    """With an example."""
    with pytest.raises(ValidationError, match=r"as in 127\.0\.0\.1:8080"):
        Settings(listen=place)


def test_nobody_listens_where_messages_are_fetched_and_nothing_is_set() -> None:
    """And with a webhook on this machine alone."""
    assert Settings().listens_at is None
    assert Settings(webhook_url=URL).listens_at == ("127.0.0.1", 8080)


def test_a_port_in_use_is_told() -> None:
    """By the system's own words."""
    with listen("127.0.0.1", 0) as used, pytest.raises(PortError, match="in use"):
        listen("127.0.0.1", used.getsockname()[1])


# --- The doors, in this process --------------------------------------------------------------------------------


class Hooked:
    """A bot whose messages are brought to a port of this process."""

    def __init__(
        self, endpoints: HttpEndpoints, intake: Intake, request: RecordingRequest, port: int, version: str
    ) -> None:
        self.endpoints, self.intake, self.request, self.port, self.version = endpoints, intake, request, port, version
        self.world, self.url = request.world, f"http://127.0.0.1:{port}"
        self.session = aiohttp.ClientSession()
        self._persons = 0

    def somebody(self) -> Chat:
        self._persons += 1
        return self.world.private(made_person(self._persons))

    async def bring(self, update: object, *, secret: str | None = SECRET) -> int:
        """Bring an update as Telegram does, or bytes; the status of the answer, which is always empty."""
        body = update if isinstance(update, bytes) else json.dumps(update).encode()
        headers = {} if secret is None else {SECRET_HEADER: secret}
        return (await self.ask("POST", "/telegram", data=io.BytesIO(body), headers=headers))[0]

    async def ask(self, method: str, path: str, **more: Any) -> tuple[int, str]:
        """The status and body of an answer."""
        async with self.session.request(method, self.url + path, allow_redirects=False, **more) as response:
            text = await response.text()
            assert response.status in (200, 503) or not text, "a refusal says something"
            return response.status, text

    async def sent_raw(self, *parts: bytes) -> bytes:
        """All that is answered to these bytes, until the connection is closed by the other side."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            for part in parts:
                writer.write(part)
                await writer.drain()
            async with asyncio.timeout(30):
                return await reader.read()
        finally:
            writer.close()

    async def answers(self, chat: Chat) -> None:
        """Fails unless somebody who writes is answered."""
        before = len(self.world.replies(chat))
        assert await self.bring(self.world.text(chat, FERRY)) == 200
        assert len(self.world.replies(chat)) == before + 1


Start = Callable[..., AbstractAsyncContextManager[Hooked]]


@pytest.fixture
def hooked(tmp_path: Path, small_matcher: RegressionMatcher) -> Start:
    """Makes a bot whose messages are brought, on the small FAQ."""

    @asynccontextmanager
    async def start(
        *,
        body_timeout: float = 10,
        silence: Silence | None = None,
        patience: int = 5,
        metrics_token: str | None = None,
    ) -> AsyncIterator[Hooked]:
        chosen = Settings(
            telegram_bot_token=SecretStr(TOKEN), data_dir=tmp_path / "data", sends_a_second=0, throttle_messages=0
        )
        request = RecordingRequest(World())
        context = context_of(chosen, Catalog(small_matcher), KEYS, Metrics())
        application = build(chosen, context, request=request)
        intake = Intake(application, context)
        setup = setup_of(Settings(webhook_url=URL, webhook_secret=SecretStr(SECRET)), ["message"])
        assert setup is not None
        webhook = Webhook(application.bot, setup, intake)
        endpoints = HttpEndpoints(
            lambda: context.catalog.versions,
            context.metrics,
            hook=Hook(SECRET, webhook.receive),
            body_timeout=body_timeout,
            silence=silence,
            metrics_token=metrics_token,
        )
        endpoints.state = State.READY
        context.gap_writer.start()
        intake.start()
        listening = listen("127.0.0.1", 0)
        server = Server(
            endpoints,
            patience=patience,
            log_level="error",
            limit_concurrency=MOST_CONNECTIONS,
            timeout_keep_alive=KEEP_ALIVE,
        )
        async with application:
            serving_ = asyncio.create_task(server.serve(sockets=[listening]))
            made = Hooked(endpoints, intake, request, listening.getsockname()[1], small_matcher.faq.version)
            try:
                yield made
            finally:
                await made.session.close()
                server.end()
                await serving_
                await intake.stop()
                await context.gap_writer.stop()

    return start


async def test_a_message_is_confirmed_when_it_is_answered(hooked: Start) -> None:
    """And not before."""
    async with hooked() as bot:
        chat = bot.somebody()
        bot.request.fail("sendMessage", Slow(0.3))
        bringing = asyncio.create_task(bot.bring(bot.world.text(chat, FERRY)))
        while not bot.intake.in_hand:
            await asyncio.sleep(0.01)
        assert not bringing.done()
        assert await bringing == 200
        assert len(bot.world.replies(chat)) == 1


async def test_what_comes_again_is_handled_once(hooked: Start) -> None:
    """While it is in hand it is to come again, in a second; once it was answered it is confirmed."""
    async with hooked() as bot:
        chat = bot.somebody()
        update = bot.world.text(chat, FERRY)
        bot.request.fail("sendMessage", Slow(0.5))
        bringing = asyncio.create_task(bot.bring(update))
        while not bot.intake.in_hand:
            await asyncio.sleep(0.01)
        headers = {SECRET_HEADER: SECRET}
        async with bot.session.post(f"{bot.url}/telegram", json=update, headers=headers) as response:
            assert (response.status, response.headers["Retry-After"], await response.text()) == (503, "1", "")
        assert await bringing == 200
        assert await bot.bring(update) == 200
        assert len(bot.world.replies(chat)) == 1
        assert bot.intake.repeated == 1


async def test_before_it_is_ready_messages_are_to_come_again(hooked: Start) -> None:
    """And at its end those that still come are taken."""
    async with hooked() as bot:
        chat = bot.somebody()
        bot.endpoints.state = State.STARTING
        assert await bot.bring(bot.world.text(chat, FERRY)) == 503
        status, text = await bot.ask("GET", "/readyz")
        assert (status, json.loads(text)) == (503, {"state": "starting", "faq": {"en": bot.version}})
        assert (await bot.ask("GET", "/healthz"))[0] == 200
        bot.endpoints.state = State.ENDING
        assert (await bot.ask("GET", "/readyz"))[0] == 503
        await bot.answers(chat)


async def test_what_does_not_end_in_time_at_the_end_comes_again(hooked: Start) -> None:
    """It is given up and not confirmed; the next process takes it at once."""
    async with hooked(patience=1) as bot:
        update = bot.world.text(bot.somebody(), FERRY)
        bot.request.fail("sendMessage", Slow(600))
        bringing = asyncio.create_task(bot.bring(update))
        while not bot.request.faults.used:
            await asyncio.sleep(0.01)
    assert isinstance((await asyncio.gather(bringing, return_exceptions=True))[0], Exception)
    assert bot.intake.in_hand == 0
    async with hooked() as bot:
        assert await bot.bring(update) == 200
        assert bot.intake.repeated == 0


async def test_a_full_bot_takes_no_more(hooked: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """They stay with Telegram."""
    async with hooked() as bot:
        monkeypatch.setattr(Intake, "is_full", True)
        assert await bot.bring(bot.world.text(bot.somebody(), FERRY)) == 503


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET[:-1], SECRET + "x", SECRET.upper(), "\xff\xfe"])
async def test_without_the_secret_nothing_is_read(
    secret: str | None, hooked: Start, caplog: pytest.LogCaptureFixture
) -> None:
    """However it looks; it is counted, and nothing of it is told."""
    async with hooked() as bot:
        chat = bot.somebody()
        update = bot.world.text(chat, "Xyzzyfirst")
        body = json.dumps(update).encode()
        given = b"" if secret is None else f"{SECRET_HEADER}: {secret}\r\n".encode("latin-1")
        head = b"POST /telegram HTTP/1.1\r\nHost: x\r\n" + given + b"Content-Length: %d\r\n\r\n" % len(body)
        assert (await bot.sent_raw(head)).startswith(b"HTTP/1.1 403 "), "the body was waited for"
        await bot.answers(chat)
        assert len(bot.world.replies(chat)) == 1
    said = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(said) == 1
    assert said[0].startswith("requests are refused, 1 so far (no secret" if secret is None else "requests are refused")
    assert "Xyzzy" not in caplog.text
    assert SECRET not in caplog.text


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE"])
async def test_only_posts_bring_messages(method: str, hooked: Start) -> None:
    """With the secret too."""
    async with hooked() as bot:
        assert await bot.ask(method, "/telegram", headers={SECRET_HEADER: SECRET}) == (405, "")


@pytest.mark.parametrize("path", ["/", "/telegram/", "/Telegram", "//telegram", "/telegram/x", "/metrics/", "/.env"])
async def test_other_paths_are_not_there(path: str, hooked: Start, caplog: pytest.LogCaptureFixture) -> None:
    """And a thousand tries are one log line, which does not name them."""
    async with hooked() as bot:
        for _ in range(20):
            assert await bot.ask("POST", path, data=b"{}", headers={SECRET_HEADER: SECRET}) == (404, "")
    said = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert said == ["requests are refused, 1 so far (wrong path)"]


async def test_the_other_doors_are_only_looked_through(hooked: Start) -> None:
    """None of them can be written to, and none of them tells on anybody."""
    async with hooked() as bot:
        chat = bot.somebody()
        await bot.answers(chat)
        texts = []
        for path in ("/healthz", "/readyz", "/metrics"):
            assert await bot.ask("POST", path, data=b"{}") == (405, "")
            status, text = await bot.ask("GET", path)
            assert status == 200
            assert await bot.ask("HEAD", path) == (200, "")
            texts.append(text)
        assert json.loads(texts[0]) == {"state": "ready"}
        assert "faq_bot_messages_total" in texts[2]
        private = Private()
        private.add_world(bot.world)
        assert private.leaks("\n".join(texts)) == []


async def test_health_tells_of_silence(hooked: Start) -> None:
    """Past its limit it is an illness, though not while the bot starts or ends."""
    seconds = [3.21]
    async with hooked(silence=Silence(lambda: seconds[0], 300)) as bot:
        assert await bot.ask("GET", "/healthz") == (200, '{"state":"ready","silent_seconds":3.2,"limit_seconds":300}')
        seconds[0] = 301
        assert (await bot.ask("GET", "/healthz"))[0] == 503
        for state in (State.STARTING, State.ENDING):
            bot.endpoints.state = state
            assert (await bot.ask("GET", "/healthz"))[0] == 200


# --- Bodies that are no updates --------------------------------------------------------------------------------


async def test_a_body_that_is_too_long_is_not_read(hooked: Start) -> None:
    """By its announced length at once, without one as soon as it is more; with a megabyte it is."""
    head = f"POST /telegram HTTP/1.1\r\nHost: x\r\n{SECRET_HEADER}: {SECRET}\r\n".encode()
    async with hooked() as bot:
        announced = await bot.sent_raw(head + b"Content-Length: %d\r\n\r\n" % (10 * MOST_BYTES))
        assert announced.startswith(b"HTTP/1.1 413 ")
        assert (await bot.sent_raw(head + b"Content-Length: %d\r\n\r\n" % (MOST_BYTES + 1)))[9:12] == b"413"
        part = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
        chunked = await bot.sent_raw(
            head + b"Transfer-Encoding: chunked\r\n\r\n", *[part] * (MOST_BYTES // 0x10000), b"1\r\n \r\n"
        )
        assert chunked.startswith(b"HTTP/1.1 413 ")
        chat = bot.somebody()
        update = json.dumps(bot.world.text(chat, FERRY)).encode()
        assert await bot.bring(update + b" " * (MOST_BYTES - len(update))) == 200
        assert len(bot.world.replies(chat)) == 1


async def test_ten_megabytes_are_refused_and_the_service_goes_on(hooked: Start) -> None:
    """The sender may see no more than that the connection is closed."""
    async with hooked() as bot:
        for headers in ({}, {SECRET_HEADER: SECRET}):
            for data in (io.BytesIO(b"x" * 10 * MOST_BYTES), parts(10 * MOST_BYTES)):
                try:
                    status, _ = await bot.ask("POST", "/telegram", data=data, headers=headers)
                except aiohttp.ClientError:
                    continue
                assert status in (403, 413)
        await bot.answers(bot.somebody())


async def parts(length: int) -> AsyncIterator[bytes]:
    """So many bytes, without their number being told before."""
    for _ in range(length // 0x10000):
        yield b"x" * 0x10000


async def test_a_slow_body_is_not_waited_for(hooked: Start) -> None:
    """Nobody else waits meanwhile; the connection is closed."""
    async with hooked(body_timeout=0.3) as bot:
        head = (
            f"POST /telegram HTTP/1.1\r\nHost: x\r\n{SECRET_HEADER}: {SECRET}\r\nContent-Length: 100\r\n\r\n".encode()
        )
        slow = asyncio.create_task(bot.sent_raw(head, b"{"))
        await bot.answers(bot.somebody())
        answer = await slow
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b"connection: close" in answer.lower()


async def test_a_slow_head_is_not_waited_for(hooked: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a new connection, and on one that was used; one that is idle between requests is kept."""
    monkeypatch.setattr(server_module, "HEAD_TIMEOUT", 0.3)
    async with hooked() as bot:
        assert await bot.sent_raw(b"GET /healthz HT") == b""
        assert await bot.sent_raw() == b""
        reader, writer = await asyncio.open_connection("127.0.0.1", bot.port)
        body = json.dumps(bot.world.text(bot.somebody(), FERRY)).encode()
        head = f"POST /telegram HTTP/1.1\r\nHost: x\r\n{SECRET_HEADER}: {SECRET}\r\nContent-Length: {len(body)}\r\n\r\n"
        for _ in range(2):
            writer.write(head.encode() + body)
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
            await asyncio.sleep(0.6)
        writer.write(b"POST /tele")
        with pytest.raises(asyncio.IncompleteReadError):
            await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)
        writer.close()


async def test_connections_that_send_nothing_shut_nobody_out(hooked: Start) -> None:
    """However many there are: the oldest of them makes room for whoever sends a request."""
    async with hooked() as bot:
        idle = [await asyncio.open_connection("127.0.0.1", bot.port) for _ in range(900)]
        try:
            for _ in range(20):
                await bot.answers(bot.somebody())
        finally:
            for _, writer in idle:
                writer.close()


async def test_metrics_may_ask_for_a_token(hooked: Start) -> None:
    """Whoever has it reads them; nobody else learns more than that it is asked for."""
    async with hooked(metrics_token=SECRET) as bot:
        for headers in (
            {},
            {"Authorization": "Bearer wrong"},
            {"Authorization": SECRET},
            {"Authorization": "Bearer é"},
        ):
            assert await bot.ask("GET", "/metrics", headers=headers) == (401, "")
        status, text = await bot.ask("GET", "/metrics", headers={"Authorization": f"Bearer {SECRET}"})
        assert status == 200
        assert "faq_bot_messages_total" in text
        assert (await bot.ask("GET", "/healthz"))[0] == 200


@pytest.mark.parametrize(
    "garbage",
    [b"GET\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"GET / HTTP/1.1\r\nX: " + b"y" * 100_000],
    ids=["no line", "TLS", "long head"],
)
async def test_what_is_no_http_is_refused(garbage: bytes, hooked: Start, caplog: pytest.LogCaptureFixture) -> None:
    """Without a word in the log."""
    async with hooked() as bot:
        assert (await bot.sent_raw(garbage + b"\r\n\r\n"))[:13] in (b"HTTP/1.1 400 ", b"HTTP/1.1 431 ", b"")
        await bot.answers(bot.somebody())
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


NO_JSON = {
    "nothing": b"",
    "a word": b"Xyzzyfirst",
    "half of it": b'{"update_id": 1, "message": {"text": "Xyzzyfirst',
    "no UTF-8": b'{"text": "Xyzzyfirst\xff"}',
    "another UTF": '{"text": "Xyzzyfirst"}'.encode("utf-16"),
    "a mark before it": '\ufeff{"text": "Xyzzyfirst"}'.encode(),
    "a deep one": b"[" * 500_000,
    "a huge number": b'{"update_id": ' + b"9" * 500_000 + b"}",
}
NO_UPDATES = {
    "null": b"null",
    "a list": b'["Xyzzyfirst"]',
    "no number": b'{"message": {"text": "Xyzzyfirst"}}',
    "a number without an end": b'{"update_id": Infinity, "message": {"text": "Xyzzyfirst"}}',
    "a malformed message": b'{"update_id": 7, "message": "Xyzzyfirst"}',
    "a kind that is not known": b'{"update_id": 8, "xyzzy": {"text": "Xyzzyfirst"}}',
}


@pytest.mark.parametrize("name", [*NO_JSON, *NO_UPDATES])
async def test_what_is_no_update_costs_nobody_an_answer(
    name: str, hooked: Start, caplog: pytest.LogCaptureFixture
) -> None:
    """What Telegram never sends is refused; what it might, is skipped, and confirmed so that it does not come again."""
    async with hooked() as bot:
        expected = 400 if name in NO_JSON else 200
        assert await bot.bring((NO_JSON | NO_UPDATES)[name]) == expected
        await bot.answers(bot.somebody())
    assert "Xyzzy" not in caplog.text


class App:
    """The doors without a port, for many bodies one after another."""

    def __init__(self, folder: Path, matcher: RegressionMatcher) -> None:
        chosen = Settings(telegram_bot_token=SecretStr(TOKEN), data_dir=folder, sends_a_second=0, throttle_messages=0)
        self.world = World()
        self.context = context_of(chosen, Catalog(matcher), KEYS, Metrics())
        self.application = build(chosen, self.context, request=RecordingRequest(self.world))
        self.intake = Intake(self.application, self.context)
        setup = setup_of(Settings(webhook_url=URL, webhook_secret=SecretStr(SECRET)), ["message"])
        assert setup is not None
        webhook = Webhook(self.application.bot, setup, self.intake)
        self.endpoints = HttpEndpoints(
            lambda: self.context.catalog.versions, self.context.metrics, hook=Hook(SECRET, webhook.receive)
        )
        self.endpoints.state = State.READY
        self.asker = self.world.private()

    async def start(self) -> None:
        self.context.gap_writer.start()
        await self.application.initialize()

    async def stop(self) -> None:
        await self.intake.stop()
        await self.application.shutdown()
        await self.context.gap_writer.stop()

    async def ask(self, method: str, path: str, headers: list[tuple[bytes, bytes]], *body: bytes) -> int:
        """The status of an answer."""
        scope = {"type": "http", "method": method, "path": path, "headers": headers, "query_string": b""}
        parts = [{"type": "http.request", "body": part, "more_body": True} for part in body]
        messages = iter([*parts, {"type": "http.request", "body": b"", "more_body": False}])
        sent: list[JSON] = []

        async def receive() -> JSON:
            return dict(next(messages))

        async def send(message: Any) -> None:
            sent.append(message)

        await self.endpoints(scope, receive, send)
        assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
        return int(sent[0]["status"])

    async def take(self, *body: bytes) -> int:
        """Bring a body; whoever asks behind it is answered."""
        secret = [(SECRET_HEADER.lower().encode(), SECRET.encode())]
        status = await self.ask("POST", "/telegram", secret, *body)
        before = len(self.world.replies(self.asker))
        sound = json.dumps(self.world.text(self.asker, FERRY)).encode()
        assert await self.ask("POST", "/telegram", secret, sound) == 200
        assert len(self.world.replies(self.asker)) == before + 1
        return status


@pytest.fixture
def app(runner: asyncio.Runner, tmp_path: Path, small_matcher: RegressionMatcher) -> Iterator[App]:
    made = App(tmp_path, small_matcher)
    runner.run(made.start())
    yield made
    runner.run(made.stop())


def updates() -> st.SearchStrategy[JSON]:
    """Numbered updates of a kind that is known or not, of any content."""
    kinds = st.sampled_from([kind.value for kind in HANDLERS]) | any_texts
    numbers = st.integers(1, 2**31 - 1)
    return st.builds(lambda number, kind, content: {kind: content, "update_id": number}, numbers, kinds, junk)


def test_whatever_is_brought_is_taken_or_refused(runner: asyncio.Runner, app: App) -> None:
    """Any bytes, any JSON, anything that looks like an update, in any parts: no fault, and nothing of it is told."""

    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        body=st.binary(max_size=200) | (junk | updates()).map(lambda given: json.dumps(given).encode()),
        cut=st.integers(0, 100),
    )
    def check(body: bytes, cut: int) -> None:
        with logged() as written:
            assert runner.run(app.take(body[:cut], body[cut:])) in (200, 400)
        private = Private()
        try:
            private.add_update(json.loads(body))
        except (ValueError, RecursionError):
            private.texts.add(body.decode("utf-8", "replace"))
        assert private.leaks(written.getvalue()) == []
        assert "was not served" not in written.getvalue()

    check()


def test_whatever_is_asked_for_without_the_secret_is_refused(runner: asyncio.Runner, app: App) -> None:
    """Any method, path and headers."""
    headers = st.lists(st.tuples(st.binary(max_size=20).map(bytes.lower), st.binary(max_size=40)), max_size=4)
    secrets = st.binary(max_size=300).filter(lambda secret: secret != SECRET.encode())
    named = st.builds(lambda secret: (SECRET_HEADER.lower().encode(), secret), secrets)
    paths = st.text(max_size=20) | st.just("/telegram")
    methods = st.sampled_from(["GET", "POST", "HEAD", "PUT"]) | st.text(min_size=1, max_size=8)

    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(method=methods, path=paths, given_=headers, secret=named | st.none())
    def check(method: str, path: str, given_: list[tuple[bytes, bytes]], secret: tuple[bytes, bytes] | None) -> None:
        whole = given_ if secret is None else [*given_, secret]
        assert runner.run(app.ask(method, path, whole, b'{"update_id": 1}')) in (403, 404, 405)

    check()


# --- The webhook at Telegram -----------------------------------------------------------------------------------


class Keeping:
    """A webhook that is kept, in a world where a look comes at once."""

    def __init__(self) -> None:
        self.world = World()
        self.request = RecordingRequest(self.world)
        chosen = Settings(
            telegram_bot_token=SecretStr(TOKEN),
            webhook_url=URL,
            webhook_secret=SecretStr(SECRET),
            webhook_connections=7,
        )
        context = context_of(chosen, Catalog(RegressionMatcher(garden())), KEYS, Metrics())
        self.application = build(chosen, context, request=self.request)
        setup = setup_of(chosen, ["message", "callback_query"])
        assert setup is not None
        self.now, self.looks = 1_800_000_000.0, 0
        self._may_look = asyncio.Semaphore(0)
        self.webhook = Webhook(
            self.application.bot, setup, Intake(self.application, context), clock=lambda: self.now, sleep=self._sleep
        )

    async def _sleep(self, seconds: float) -> None:
        assert seconds == CHECK_EVERY
        self.looks += 1
        await self._may_look.acquire()

    async def look(self, keeping: asyncio.Task[None]) -> None:
        """Let it look once."""
        before = self.looks
        self._may_look.release()
        async with asyncio.timeout(10):
            while self.looks == before and not keeping.done():
                await asyncio.sleep(0)


@pytest.fixture
async def kept() -> AsyncIterator[tuple[Keeping, asyncio.Task[None]]]:
    made = Keeping()
    async with made.application:
        keeping = asyncio.create_task(made.webhook.monitor())
        yield made, keeping
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


Kept = tuple[Keeping, asyncio.Task[None]]


async def test_telegram_is_told_all_of_it(kept: Kept) -> None:
    """The address, the secret, the connections and the kinds; nothing that waits is dropped."""
    await kept[0].webhook.set()
    fields = dict(kept[0].world.called("setWebhook")[0].fields)
    assert (fields["url"], fields["secret_token"], int(fields["max_connections"])) == (URL, SECRET, 7)
    assert set(fields["allowed_updates"]) == {"message", "callback_query"}
    assert not fields.get("drop_pending_updates")


async def test_a_webhook_that_somebody_took_away_is_set_again(kept: Kept, caplog: pytest.LogCaptureFixture) -> None:
    """As a program does that fetches messages with the same token; otherwise it is left alone."""
    made, keeping = kept
    await made.webhook.set()
    await made.look(keeping)
    assert len(made.world.called("setWebhook")) == 1
    for url in ("", "https://elsewhere.example/telegram"):
        made.world.webhook = {"url": url}
        await made.look(keeping)
        assert made.world.webhook["url"] == URL
    assert caplog.text.count("messages do not come to WEBHOOK_URL any more") == 2
    assert "elsewhere" not in caplog.text


async def test_what_telegram_could_not_bring_is_told(kept: Kept, caplog: pytest.LogCaptureFixture) -> None:
    """Once, in Telegram's words, as long as it is new."""
    made, keeping = kept
    await made.webhook.set()
    error = "Wrong response from the webhook: 502 Bad Gateway"
    made.world.webhook |= {"last_error_date": int(made.now) - 9, "last_error_message": error}
    await made.look(keeping)
    assert f"Telegram could not bring a message 9 s ago ({error}); 0 messages wait" in caplog.text
    caplog.clear()
    made.now += 2 * CHECK_EVERY
    await made.look(keeping)
    assert caplog.text == ""


async def test_a_look_that_fails_is_made_again(kept: Kept, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever Telegram or a proxy answers; only Telegram's own word ends it that the token is none."""
    made, keeping = kept
    await made.webhook.set()
    for fault in (BAD_GATEWAY, Refused(500, "Internal Server Error"), "reset", "timeout"):
        made.request.fail("getWebhookInfo", fault)
        await made.look(keeping)
    assert caplog.text.count("the webhook cannot be looked at now") == 4
    assert not keeping.done()
    made.request.fail("getWebhookInfo", Refused(401, "Unauthorized"))
    await made.look(keeping)
    with pytest.raises(InvalidToken):
        await keeping


async def test_an_address_that_telegram_refuses_is_told(kept: Kept, caplog: pytest.LogCaptureFixture) -> None:
    """In its words, since it knows why."""
    made, _ = kept
    made.request.fail("setWebhook", Refused(400, "Bad Request: bad webhook: failed to resolve host"))
    with pytest.raises(BadRequest):
        await made.webhook.set()
    assert "Telegram refuses WEBHOOK_URL (Bad webhook: failed to resolve host)" in caplog.text


# --- The bot as a process --------------------------------------------------------------------------------------


@pytest.fixture
def bringer() -> Bringer:
    return Bringer(World(), delay=0.02)


@pytest.fixture
def environment_at(tmp_path: Path, small: Path, cache: Path) -> Callable[..., dict[str, str]]:
    """Makes the environment of a bot that has its messages brought, in a folder of its own."""

    def environment(url: str, *, name: str = "bot", port: int = 0, **more: str) -> dict[str, str]:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        made = bot_environment(folder, url, faq=small / "faq", seeds=small / "seeds")
        place = f"127.0.0.1:{port or free_port()}"
        made |= {"LISTEN": place, "WEBHOOK_URL": f"http://{place}/telegram", "WEBHOOK_SECRET": SECRET}
        return made | {"CACHE_DIR": str(cache), "SENDS_A_SECOND": "0", **more}

    return environment


Environment = Callable[..., dict[str, str]]


def started(environment: dict[str, str]) -> BotProcess:
    folder = Path(environment["HOME"]).parent
    return BotProcess("run", folder=folder, environment=environment)


async def sent(sender: Sender, messages: int) -> None:
    """Wait until the bot has sent so many messages."""
    await sender.until(lambda _: sender.world.answered().total() >= messages, timeout=120)


async def looked(environment: dict[str, str], path: str) -> tuple[int, Any]:
    """What a door of a bot's process answers: the status and, where it is JSON, the object."""
    async with aiohttp.ClientSession() as session, session.get(f"http://{environment['LISTEN']}{path}") as response:
        text = await response.text()
        return response.status, json.loads(text) if path != "/metrics" else text


async def brought(environment: dict[str, str], update: object) -> int:
    """The status that a bot's process answers to an update, and nothing else."""
    headers = {SECRET_HEADER: SECRET}
    async with (
        aiohttp.ClientSession() as session,
        session.post(environment["WEBHOOK_URL"], json=update, headers=headers) as response,
    ):
        assert await response.text() == ""
        return response.status


async def test_three_kills_lose_nothing(bringer: Bringer, environment_at: Environment) -> None:
    """Of 50 that wait each time, all are answered after the restart; twice at most those in flight at a kill."""
    in_flight: Counter[int] = Counter()  # by chat
    chats: dict[int, Chat] = {}  # by the number of the update; everybody writes once
    async with serving(bringer) as url:
        environment = environment_at(url, CONCURRENCY="16")
        for kill in range(3):
            new = [bringer.world.private(made_person(100 * kill + person)) for person in range(50)]
            updates = [bringer.world.text(chat, FERRY) for chat in new]
            chats |= {update["update_id"]: chat for update, chat in zip(updates, new, strict=True)}
            bringer.fail("sendMessage", Slow(0.2), times=50)
            before = bringer.world.answered().total()
            async with started(environment) as process:
                await process.wait_for_output(READY, timeout=120)
                await bringer.send(*updates)
                await sent(bringer, before + 10 + 10 * kill)
                in_flight.update(chats[number].id for number in bringer.on_the_way)
                await process.kill()
            bringer.faults.clear()
        async with started(environment) as process:
            await process.wait_for_output(READY, timeout=120)
            await bringer.confirmed()
            assert await process.stop() == 0, process.output
    assert bringer.world.answered().keys() == {chat.id for chat in chats.values()}
    assert 3 <= sum(in_flight.values()) <= 3 * 40
    assert all(times <= 1 + in_flight[chat] for chat, times in bringer.world.answered().items())
    assert bringer.most_on_the_way == 40


async def test_asked_to_end_it_answers_all_that_it_took(bringer: Bringer, environment_at: Environment) -> None:
    """Exit 0, each confirmed, and none of them comes again."""
    chats = [bringer.world.private(made_person(person)) for person in range(50)]
    async with serving(bringer) as url:
        environment = environment_at(url, WEBHOOK_CONNECTIONS="60")
        async with started(environment) as process:
            await process.wait_for_output(READY, timeout=120)
            bringer.fail("sendMessage", Slow(0.3), times=50)
            await bringer.send(*(bringer.world.text(chat, FERRY) for chat in chats))
            await bringer.until(lambda world: bool(world.called("sendMessage")), timeout=120)
            assert len(bringer.on_the_way) > 30
            assert await process.stop() == 0, process.output
            assert not any(word in process.output for word in ("Traceback", " ERROR ", " CRITICAL "))
        assert bringer.world.answered() == dict.fromkeys((chat.id for chat in chats), 1)
        assert not bringer.inbox.pending
        assert set(bringer.statuses) == {(number, 200) for number, _ in bringer.statuses}
        assert bringer.hook, "the webhook was taken away"


async def test_what_waits_at_the_end_is_answered_by_the_next(bringer: Bringer, environment_at: Environment) -> None:
    """Of messages that Telegram brings a few at a time none is lost, and none is answered twice."""
    chats = [bringer.world.private(made_person(person)) for person in range(50)]
    async with serving(bringer) as url:
        environment = environment_at(url, WEBHOOK_CONNECTIONS="10")
        async with started(environment) as process:
            await process.wait_for_output(READY, timeout=120)
            bringer.fail("sendMessage", Slow(0.2), times=50)
            await bringer.send(*(bringer.world.text(chat, FERRY) for chat in chats))
            await bringer.until(lambda world: bool(world.called("sendMessage")), timeout=120)
            assert await process.stop() == 0, process.output
        assert bringer.inbox.pending
        async with started(environment) as process:
            await bringer.confirmed()
            assert await process.stop() == 0, process.output
    assert bringer.world.answered() == dict.fromkeys((chat.id for chat in chats), 1)
    assert bringer.most_on_the_way == 10


async def test_an_update_that_comes_again_is_answered_once(bringer: Bringer, environment_at: Environment) -> None:
    """Meanwhile, afterwards, and by the next process; it is one gap."""
    chat = bringer.world.private()
    update = bringer.world.text(chat, GAP)
    async with serving(bringer) as url:
        environment = environment_at(url)
        async with started(environment) as process:
            await process.wait_for_output(READY, timeout=120)
            bringer.fail("sendMessage", Slow(1))
            statuses = await asyncio.gather(*(brought(environment, update) for _ in range(3)))
            assert sorted(statuses) == [200, 503, 503]
            assert await brought(environment, update) == 200
            assert await process.stop() == 0, process.output
        async with started(environment) as process:
            await process.wait_for_output(READY, timeout=120)
            assert await brought(environment, update) == 200
            phone = Phone(bringer, process, environment, Path(environment["HOME"]).parent)
            assert [gap["text"] for gap in await phone.gaps()] == [GAP]
            assert await process.stop() == 0, process.output
    assert bringer.world.answered() == {chat.id: 1}


@pytest.mark.container
async def test_an_update_that_comes_to_two_processes_is_answered_once(
    bringer: Bringer, environment_at: Environment, postgresql: PostgreSQL
) -> None:
    """Though it comes to both at the same time; it is one gap in their one database."""
    name = postgresql.new_database()
    shared = {"DATABASE_URL": postgresql.url(name).get_secret_value()}
    shared |= {"GAPS_KEY": KEYS.texts[0].decode(), "ASKER_KEY": KEYS.askers.hex()}
    chats = [bringer.world.private(made_person(person)) for person in range(20)]
    updates = [bringer.world.text(chat, GAP) for chat in chats]
    async with serving(bringer) as url:
        both = [environment_at(url, name=one, **shared) for one in ("one", "two")]
        async with started(both[0]) as one, started(both[1]) as two:
            for process in (one, two):
                await process.wait_for_output(READY, timeout=120)
            statuses = await asyncio.gather(*(brought(to, update) for update in updates for to in both))
            assert set(statuses) <= {200, 503}
            for to in both:
                again = await asyncio.gather(*(brought(to, update) for update in updates))
                assert set(again) == {200}
            phone = Phone(bringer, one, both[0], Path(both[0]["HOME"]).parent)
            assert len(await phone.gaps(lambda gaps: len(gaps) >= 20)) == 20
            assert await one.stop() == 0, one.output
            assert await two.stop() == 0, two.output
    assert bringer.world.answered() == dict.fromkeys((chat.id for chat in chats), 1)


async def test_what_is_not_telegrams_is_refused_and_not_told(bringer: Bringer, environment_at: Environment) -> None:
    """Nothing of it is in the log, which stays short, and people are answered."""
    chat = bringer.world.private()
    async with serving(bringer) as url:
        environment = environment_at(url)
        async with started(environment) as process, aiohttp.ClientSession() as session:
            await process.wait_for_output(READY, timeout=120)
            address, said = environment["WEBHOOK_URL"], bringer.world.text(chat, "Xyzzyfirst inflatable")
            private = [said]
            asked: list[tuple[str, str, Any, dict[str, str]]] = [
                ("POST", address, json.dumps(said).encode(), {}),
                ("POST", address, json.dumps(said).encode(), {SECRET_HEADER: "Xyzzysecret" * 3}),
                ("POST", f"{address}/Xyzzypath?Xyzzyquery=1", json.dumps(said).encode(), {SECRET_HEADER: SECRET}),
                ("PUT", address, json.dumps(said).encode(), {SECRET_HEADER: SECRET}),
                ("POST", address, b'{"text": "Xyzzyfirst', {SECRET_HEADER: SECRET}),
                ("POST", address, b'{"update_id": 5, "message": "Xyzzyfirst"}', {SECRET_HEADER: SECRET}),
            ]
            for _ in range(30):
                found = []
                for method, to, body, headers in asked:
                    async with session.request(method, to, data=body, headers=headers) as response:
                        found.append(response.status)
                        assert await response.read() == b""
                assert found == [403, 403, 404, 405, 400, 200]
            for headers in ({}, {SECRET_HEADER: SECRET}):
                with contextlib.suppress(aiohttp.ClientError):
                    async with session.post(address, data=parts(10 * MOST_BYTES), headers=headers) as response:
                        assert response.status in (403, 413)
            await bringer.send(bringer.world.text(chat, FERRY))
            await bringer.confirmed()
            status, text = await looked(environment, "/metrics")
            assert status == 200
            process.also_wrote(text)
            assert await process.stop() == 0, process.output
            assert len(process.output.splitlines()) < 30
            assert "Xyzzy" not in process.output
            assert not any(word in process.output for word in ("Traceback", " ERROR "))
        bringer.told.extend(private)
    assert bringer.world.answered() == {chat.id: 1}


async def test_it_waits_for_telegram_and_tells_so(bringer: Bringer, environment_at: Environment) -> None:
    """Alive from the first moment, ready once Telegram was told where to bring messages."""
    chat = bringer.world.private()
    bringer.fail("getMe", BAD_GATEWAY, times=1)
    bringer.fail("setWebhook", Refused(429, "Too Many Requests: retry after 1", {"retry_after": 1}), times=1)
    async with serving(bringer) as url:
        environment = environment_at(url)
        async with started(environment) as process:
            await process.wait_for_output("Telegram does not answer yet (NetworkError)", timeout=120)
            assert await looked(environment, "/healthz") == (200, {"state": "starting"})
            status, row = await looked(environment, "/readyz")
            assert (status, row["state"]) == (503, "starting")
            assert await brought(environment, bringer.world.text(chat, FERRY)) == 503
            await process.wait_for_output("Telegram does not answer yet (FloodError)")
            await process.wait_for_output(READY)
            status, row = await looked(environment, "/readyz")
            assert (status, row["state"], list(row["faq"])) == (200, "ready", ["en"])
            await bringer.send(bringer.world.text(chat, FERRY))
            await bringer.confirmed()
            assert await process.stop() == 0, process.output
    assert bringer.world.answered() == {chat.id: 1}


async def test_asked_to_end_before_telegram_answers_it_ends(bringer: Bringer, environment_at: Environment) -> None:
    """At once, exit 0."""
    bringer.fail("setWebhook", BAD_GATEWAY, times=1000)
    async with serving(bringer) as url, started(environment_at(url)) as process:
        await process.wait_for_output("Telegram does not answer yet", timeout=120)
        assert await process.stop() == 0, process.output
        assert READY not in process.output


async def test_a_port_in_use_ends_it_in_words(bringer: Bringer, environment_at: Environment) -> None:
    """Exit 2 and what to do."""
    with listen("127.0.0.1", 0) as used:
        port = used.getsockname()[1]
        async with serving(bringer) as url, started(environment_at(url, port=port)) as process:
            assert await process.wait(timeout=120) == 2
            assert f"LISTEN: port {port} at 127.0.0.1 cannot be used (Address already in use)" in process.stderr
            assert "Traceback" not in process.output


async def test_a_token_that_telegram_refuses_ends_it_in_words(bringer: Bringer, environment_at: Environment) -> None:
    """As where messages are fetched."""
    bringer.fail("setWebhook", Refused(401, "Unauthorized"))
    async with serving(bringer) as url, started(environment_at(url)) as process:
        assert await process.wait(timeout=120) == 2
        assert "TELEGRAM_BOT_TOKEN: Telegram does not know this token" in process.stderr
        assert "Traceback" not in process.output


async def test_a_thousand_persons_are_answered(bringer: Bringer, environment_at: Environment) -> None:
    """Each once, of one message that all of them send at the same time."""
    chats = [bringer.world.private(made_person(person)) for person in range(1000)]
    async with serving(bringer) as url, started(environment_at(url)) as process:
        await process.wait_for_output(READY, timeout=120)
        await bringer.send(*(bringer.world.text(chat, FERRY) for chat in chats))
        await bringer.confirmed(timeout=300)
        assert await process.stop() == 0, process.output
    assert bringer.world.answered() == dict.fromkeys((chat.id for chat in chats), 1)
    assert {status for _, status in bringer.statuses} == {200}


async def test_where_messages_are_fetched_health_tells_of_silence(tmp_path: Path, small: Path, cache: Path) -> None:
    """From when Telegram last answered; and messages cannot be brought there."""
    sender = Sender(World(), delay=0.02)
    async with serving(sender) as url:
        environment = bot_environment(tmp_path, url, faq=small / "faq", seeds=small / "seeds")
        environment |= {"CACHE_DIR": str(cache), "LISTEN": f"127.0.0.1:{free_port()}"}
        async with BotProcess("run", folder=tmp_path, environment=environment) as process:
            await process.wait_for_output(READY, timeout=120)
            sender.fail("getUpdates", BAD_GATEWAY, times=1000)
            await sender.send(sender.world.text(sender.world.private(), FERRY))
            async with asyncio.timeout(60):
                while (seen := await looked(environment, "/healthz"))[1]["silent_seconds"] < 2:
                    await asyncio.sleep(0.1)
            assert (seen[0], seen[1]["state"], seen[1]["limit_seconds"]) == (200, "ready", 300)
            sender.faults.clear()
            async with asyncio.timeout(60):
                while (await looked(environment, "/healthz"))[1]["silent_seconds"] > 2:
                    await asyncio.sleep(0.1)
            assert "faq_bot_telegram_silent_seconds" in (await looked(environment, "/metrics"))[1]
            assert await brought(environment | {"WEBHOOK_URL": f"http://{environment['LISTEN']}/telegram"}, {}) == 404
            assert await process.stop() == 0, process.output
