"""The way to Telegram: the transport on a server that fails on purpose, sends that fail, and the bot as a process."""

from __future__ import annotations

import asyncio
import datetime
import ipaddress
import logging
import re
import socket
import ssl
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from telegram import Bot, InputFile
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.ext import AIORateLimiter

from bot.channels.telegram.app import build, context_of, request_for
from bot.channels.telegram.delivery.chat_queue import LONGEST
from bot.channels.telegram.delivery.polling import CONFIRM_AFTER
from bot.channels.telegram.transport.http_client import AioRequest, AnswerLostError, UnreachedError, proxy_for
from bot.channels.telegram.transport.retry import (
    CHAT_METHODS,
    DEFAULT_RETRIES,
    QUERY_METHODS,
    SEND_MESSAGE,
    FloodError,
    RetryingLimiter,
    RetryPolicy,
    seconds_of,
)
from bot.channels.telegram.types import AnyApplication
from bot.matching.matcher import RegressionMatcher
from bot.observability.metrics import Metrics
from bot.runtime.catalog import Catalog
from bot.settings import Settings, SettingsError
from tests.support.telegram_emulator import Emulator, serving
from tests.support.telegram_phone import phone_to
from tests.support.telegram_recording import deliver, deliver_at_once
from tests.support.telegram_sender import Time
from tests.support.telegram_talk import KEYS
from tests.support.telegram_world import (
    BAD_GATEWAY,
    PERSONAL_MARKS,
    TOKEN,
    Chat,
    Fault,
    Raw,
    Refused,
    Slow,
    World,
    made_person,
    too_many,
)

FERRY, BOAT = "when does the ferry go", "When does the ferry go?"
PASSWORD = "xyzzypassword"  # noqa: S105 - made up
OK = web.json_response
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever stands before the network of those who test."""
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


# --- The transport -----------------------------------------------------------------------------------------------


class Peer:
    """A server that answers every request as a test says, and notes what came and over which connections."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.requests: list[web.BaseRequest] = []
        self.connections: set[int] = set()
        self.at_once = self.most_at_once = 0

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        assert isinstance(request, web.BaseRequest)
        self.requests.append(request)
        assert request.transport is not None
        self.connections.add(request.transport.get_extra_info("peername")[1])
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            return await self._answer(request)  # type: ignore[arg-type]
        finally:
            self.at_once -= 1


@asynccontextmanager
async def at(peer: Peer, *, tls: ssl.SSLContext | None = None, idle: float = 75) -> AsyncIterator[str]:
    """Serve on a free port, and close connections that are idle for so many seconds; the address."""
    runner = web.ServerRunner(web.Server(peer.handle, keepalive_timeout=idle), shutdown_timeout=1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
        await site.start()
        yield f"{'https' if tls else 'http'}://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def bot_at(url: str, **how: Any) -> AsyncIterator[Bot]:
    """A bot that has asked nothing yet, whose transport is closed at the end."""
    request = AioRequest(url, **{"connections": 4, "read": 5.0, **how})
    async with request:
        yield Bot(TOKEN, f"{url}/bot", request=request, get_updates_request=request)


async def done(request: web.Request) -> web.Response:
    return OK({"ok": True, "result": True})


async def never(request: web.Request) -> web.Response:
    await asyncio.sleep(60)
    return OK({})


async def answered_slowly(request: web.Request) -> web.Response:
    await asyncio.sleep(0.5)
    return await done(request)


async def reset(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.abort()
    return OK({})


async def cut(request: web.Request) -> web.StreamResponse:
    half = web.StreamResponse()
    half.content_length = 100
    await half.prepare(request)
    await half.write(b'{"ok": true, "resu')
    assert request.transport is not None
    request.transport.close()
    return half


def answering(status: int, body: bytes, **headers: str) -> Answer:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=status, body=body, headers=headers)

    return answer


@asynccontextmanager
async def silence() -> AsyncIterator[str]:
    """The address of somebody who takes connections and says nothing, not even who they are."""

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    async with server:
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


async def test_what_is_sent_arrives_as_it_is_and_the_answer_comes_back() -> None:
    """Letters of all kinds, signs that mean something in a form, and structures."""
    text = "<b>a&b=c+d%20</b>\n\u200fمرحبا 👋\x00"
    peer = Peer(answering(200, b'{"ok":true,"result":[{"command":"help","description":"\xd8\xa3"}]}'))
    async with at(peer) as url, bot_at(url) as bot:
        fields: list[Any] = []

        async def read(request: web.Request) -> web.Response:
            fields.append(dict(await request.post()))
            return OK({"ok": True, "result": True})

        peer._answer = read
        assert await bot.set_my_description(text, "ar") is True
        assert await bot.set_my_commands([("help", text)]) is True
        assert fields[0] == {"description": text, "language_code": "ar"}
        assert '"command": "help"' in fields[1]["commands"]
        peer._answer = answering(200, b'{"ok":true,"result":[{"command":"help","description":"\xd8\xa3"}]}')
        (command,) = await bot.get_my_commands()
    assert command.description == "أ"
    assert peer.requests[0].path == f"/bot{TOKEN}/setMyDescription"


async def test_connections_are_kept_and_bounded() -> None:
    """One after another over one of them, many at once over as many as are allowed."""

    async def soon(request: web.Request) -> web.Response:
        await asyncio.sleep(0.02)
        return await done(request)

    peer = Peer(soon)
    async with at(peer) as url, bot_at(url, connections=3) as bot:
        for _ in range(5):
            await bot.delete_webhook()
        assert len(peer.connections) == 1
        await asyncio.gather(*(bot.delete_webhook() for _ in range(20)))
    assert len(peer.requests) == 25
    assert len(peer.connections) == peer.most_at_once == 3


async def test_a_connection_that_was_closed_meanwhile_is_made_anew() -> None:
    """The first reply after a quiet hour is no fault."""
    peer = Peer(done)
    async with at(peer, idle=0.05) as url, bot_at(url) as bot:
        for _ in range(3):
            await asyncio.gather(bot.delete_webhook(), bot.delete_webhook())
            await asyncio.sleep(0.3)
    assert len(peer.connections) == 6


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, InvalidToken), (403, Forbidden), (400, BadRequest), (500, NetworkError), (502, NetworkError)],
)
@pytest.mark.parametrize("body", [b"<html>", b'{"ok":false,"error_code":1,"description":"Bad Request: no"}'])
async def test_what_telegram_refuses_has_the_librarys_own_name(
    status: int, kind: type[TelegramError], body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """Whether Telegram says so itself or a proxy does with a page; neither is logged."""
    async with at(Peer(answering(status, body))) as url, bot_at(url) as bot:
        with pytest.raises(TelegramError) as caught:
            await bot.delete_webhook()
    assert type(caught.value) is kind
    assert caplog.records == []


async def test_too_many_requests_says_how_long_to_wait() -> None:
    """In Telegram's own words."""
    body = b'{"ok":false,"error_code":429,"description":"no","parameters":{"retry_after":7}}'
    async with at(Peer(answering(429, body))) as url, bot_at(url) as bot:
        with pytest.raises(RetryAfter) as caught:
            await bot.delete_webhook()
    assert seconds_of(caught.value) == 7


async def test_a_redirect_is_not_followed() -> None:
    """It would carry the token elsewhere."""
    other = Peer(done)
    async with (
        at(other) as elsewhere,
        at(Peer(answering(302, b"", Location=elsewhere))) as url,
        bot_at(url) as bot,
    ):
        with pytest.raises(NetworkError, match=re.escape("(302)")):
            await bot.delete_webhook()
    assert other.requests == []


LOST: dict[str, Answer] = {
    "reset": reset,
    "cut": cut,
    "a gateway's time-out": answering(504, b"<html>"),
    "no JSON": answering(200, b"<html>Xyzzyfirst</html>"),
    "deep JSON": answering(200, b"[" * 100_000),
    "no object": answering(200, b"[]"),
    "no result": answering(200, b'{"ok":true}'),
}


@pytest.mark.parametrize("name", LOST)
async def test_a_lost_answer_is_told_from_a_call_that_was_not_done(name: str, caplog: pytest.LogCaptureFixture) -> None:
    """So that nobody gets a message three times. What came instead of an answer stands nowhere."""
    async with at(Peer(LOST[name])) as url, bot_at(url) as bot:
        with pytest.raises(AnswerLostError) as caught:
            await bot.delete_webhook()
        assert_discreet(caught.value, url)
    assert caplog.records == []


@pytest.mark.slow
async def test_time_outs_have_their_own_kinds() -> None:
    """No answer, no free connection, no connection, nobody there: only after the first may something be done."""
    async with at(Peer(never)) as url, bot_at(url, connections=1, read=0.5, pool=0.1, connect=0.1) as bot:
        first = asyncio.create_task(bot.delete_webhook())
        await asyncio.sleep(0.05)
        with pytest.raises(UnreachedError) as caught:
            await bot.delete_webhook()
        assert_discreet(caught.value, url)
        with pytest.raises(TimedOut) as late:
            await first
        assert not isinstance(late.value, UnreachedError)
        assert_discreet(late.value, url)
    async with silence() as url, bot_at(url, connect=0.2, pool=0.2) as bot:
        with pytest.raises(UnreachedError) as caught:
            await bot.delete_webhook()
        assert_discreet(caught.value, url)
    for url in (f"http://127.0.0.1:{free_port()}", "http://nowhere.invalid"):
        async with bot_at(url) as bot:
            with pytest.raises(NetworkError) as nobody:
                await bot.delete_webhook()
            assert type(nobody.value) in (NetworkError, UnreachedError)  # some look for a name for long
            assert_discreet(nobody.value, url)


def assert_discreet(fault: BaseException, url: str) -> None:
    """Nothing that anybody may print of an error tells the token, or what came."""
    told = f"{fault!r} {fault} {fault.args} {''.join(traceback.format_exception(fault))}"
    assert TOKEN not in told
    assert url not in told
    assert PERSONAL_MARKS[0] not in told
    assert "aiohttp." not in told, "what it was caused by is shown"


async def test_a_call_may_have_time_outs_of_its_own() -> None:
    """Longer or none, as getUpdates asks for."""
    async with at(Peer(answered_slowly)) as url, bot_at(url, read=0.1) as bot:
        assert bot.request.read_timeout == 0.1
        with pytest.raises(TimedOut):
            await bot.delete_webhook()
        assert await bot.delete_webhook(read_timeout=30)
        assert await bot.delete_webhook(read_timeout=None, write_timeout=None, connect_timeout=None, pool_timeout=None)


async def test_files_and_broken_letters_are_refused_in_words() -> None:
    """Before anything is sent, and without showing it."""
    peer = Peer(done)
    async with at(peer) as url, bot_at(url) as bot:
        with pytest.raises(TelegramError, match="carries text only"):
            await bot.send_document(1, InputFile(b"anything", filename="a.txt"))
        with pytest.raises(BadRequest, match="UTF-8 cannot hold") as caught:
            await bot.send_message(1, f"{PERSONAL_MARKS[0]} \ud800")
        assert_discreet(caught.value, url)
    assert peer.requests == []


def test_it_opens_and_closes_as_often_as_asked() -> None:
    """In one event loop after another; two who share it may both close it. In between nothing can be called."""
    request = AioRequest("http://127.0.0.1", connections=2)

    async def use() -> None:
        async with at(Peer(done)) as url:
            bot = Bot(TOKEN, f"{url}/bot", request=request, get_updates_request=request)
            with pytest.raises(NetworkError, match="call initialize first"):
                await bot.delete_webhook()
            await asyncio.gather(request.initialize(), request.initialize())
            await asyncio.gather(*(bot.delete_webhook() for _ in range(5)))
            await asyncio.gather(request.shutdown(), request.shutdown())
            await request.shutdown()

    asyncio.run(use())
    asyncio.run(use())
    assert TOKEN not in repr(request)


# --- Encryption and proxies --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate that its owner has signed, with its key."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "made up")])
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.IPv4Address("127.0.0.1"))])
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now - datetime.timedelta(hours=1)).not_valid_after(now + datetime.timedelta(days=1))
    made = made.add_extension(address, critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    path = tmp_path_factory.mktemp("tls") / "made.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    )
    return path


async def test_only_whom_somebody_vouches_for_is_told_the_token(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A certificate that nobody knows is refused; one that SSL_CERT_FILE names is not."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate)
    peer = Peer(done)
    async with at(peer, tls=server) as url:
        async with bot_at(url) as bot:
            with pytest.raises(NetworkError, match="ClientConnectorCertificateError") as caught:
                await bot.delete_webhook()
        assert type(caught.value) is NetworkError
        assert_discreet(caught.value, url)
        assert peer.requests == []
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        async with bot_at(url) as bot:
            assert await asyncio.gather(*(bot.delete_webhook() for _ in range(4))) == [True] * 4


PROXY = "http://127.0.0.1:3128"


@pytest.mark.parametrize(
    ("environment", "url", "proxy"),
    [
        ({}, "https://api.telegram.org", None),
        ({"HTTPS_PROXY": PROXY}, "https://api.telegram.org", PROXY),
        ({"https_proxy": "127.0.0.1:3128"}, "https://api.telegram.org", PROXY),
        ({"HTTPS_PROXY": PROXY}, "http://127.0.0.1:8081", None),
        ({"HTTP_PROXY": PROXY}, "http://127.0.0.1:8081", PROXY),
        ({"HTTP_PROXY": PROXY}, "https://api.telegram.org", None),
        ({"ALL_PROXY": PROXY}, "https://api.telegram.org", PROXY),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "localhost,.telegram.org"}, "https://api.telegram.org", None),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "*"}, "https://api.telegram.org", None),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "example.org"}, "https://api.telegram.org", PROXY),
    ],
)
def test_the_environment_names_the_proxy(
    environment: dict[str, str], url: str, proxy: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As other programs read it."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert proxy_for(url) == proxy


@pytest.mark.parametrize("proxy", [f"socks5://me:{PASSWORD}@host:1", f"http://me:{PASSWORD}@host:port", "http://"])
def test_a_proxy_that_cannot_be_used_is_said_at_once(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the mend, and without its password."""
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(SettingsError, match=r"^HTTPS_PROXY or ALL_PROXY: .*; write http://host:port$") as caught:
        request_for(Settings())
    assert PASSWORD not in "".join(traceback.format_exception(caught.value))


async def test_calls_go_through_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """With its password, to the proxy alone; what it refuses was not done."""
    proxy = Peer(done)
    async with at(proxy) as url:
        with_password = url.replace("http://", f"http://me:{PASSWORD}@")
        monkeypatch.setenv("HTTP_PROXY", with_password)
        monkeypatch.setenv("HTTPS_PROXY", with_password)
        plain, encrypted = "http://telegram.invalid", "https://telegram.invalid"
        async with bot_at(plain, proxy=proxy_for(plain)) as bot:
            assert await bot.delete_webhook()
        assert proxy.requests[0].raw_path == f"{plain}/bot{TOKEN}/deleteWebhook"
        assert proxy.requests[0].headers["Proxy-Authorization"].startswith("Basic ")
        proxy._answer = answering(407, b"")
        async with bot_at(encrypted, proxy=proxy_for(encrypted)) as bot:
            with pytest.raises(NetworkError, match="ClientHttpProxyError") as caught:
                await bot.delete_webhook()
        assert type(caught.value) is NetworkError
        assert_discreet(caught.value, PASSWORD)
    assert [request.method for request in proxy.requests] == ["POST", "CONNECT"]
    assert proxy.requests[1].headers["Proxy-Authorization"].startswith("Basic ")
    assert "Authorization" not in proxy.requests[0].headers


# --- What is tried again -----------------------------------------------------------------------------------------


class Calls:
    """A call that meets these faults one after another, then is done; and the time that passes."""

    def __init__(self, *faults: Exception) -> None:
        self.faults, self.time, self.made = list(faults), Time(), 0

    async def __call__(self) -> bool:
        self.made += 1
        if self.faults:
            raise self.faults.pop(0)
        return True

    async def by(self, endpoint: str, patience: RetryPolicy = DEFAULT_RETRIES) -> bool:
        pace = AIORateLimiter(overall_max_rate=0, group_max_rate=0)
        persistent = RetryingLimiter(pace, Metrics(), patience, clock=self.time.clock, sleep=self.time.sleep)
        return bool(await persistent.process_request(self, (), {}, endpoint, {}, None))


async def test_pauses_grow_and_end_within_a_minute() -> None:
    """Somebody waits; and before an update is given up as never to be handled, it is."""
    calls = Calls(*[NetworkError("Bad Gateway (502)")] * 1000)
    with pytest.raises(NetworkError, match="502"):
        await calls.by(SEND_MESSAGE)
    pauses = calls.time.slept
    assert pauses == sorted(pauses)
    assert pauses[:5] == [0.5, 1, 2, 4, 8]
    assert 30 < sum(pauses) < 60
    assert sum(pauses) + 30 < min(LONGEST, CONFIRM_AFTER)
    assert calls.made == len(pauses) + 1


FAULTS = st.sampled_from(
    [
        NetworkError("Bad Gateway (502)"),
        UnreachedError("no connection"),
        AnswerLostError("reset"),
        TimedOut("late"),
        RetryAfter(3),
        RetryAfter(40),
    ]
)


@given(st.lists(FAULTS, max_size=25), st.sampled_from([*sorted(CHAT_METHODS | QUERY_METHODS)]))
def test_no_message_is_there_three_times_and_no_pause_is_endless(faults: list[NetworkError], endpoint: str) -> None:
    """Whatever goes wrong and in whichever order; and where Telegram says how long to wait, it is so long."""
    calls = Calls(*faults)

    async def call() -> bool:
        try:
            return await calls.by(endpoint)
        except NetworkError:
            return False

    is_done = asyncio.run(call())
    met = faults[: calls.made - is_done]
    may_be_done = [fault for fault in met if type(fault) in (AnswerLostError, TimedOut)]
    if endpoint == SEND_MESSAGE:
        assert len(may_be_done) + is_done <= 2
        assert is_done or len(may_be_done) == 2 or sum(calls.time.slept) > 30
    told = [seconds_of(fault) for fault in met if isinstance(fault, RetryAfter)]
    waited = [slept for slept, fault in zip(calls.time.slept, met, strict=False) if isinstance(fault, RetryAfter)]
    assert all(slept > seconds for slept, seconds in zip(waited, told, strict=False))
    assert sum(calls.time.slept) <= DEFAULT_RETRIES.chat + DEFAULT_RETRIES.flood
    assert endpoint in CHAT_METHODS or sum(calls.time.slept) <= DEFAULT_RETRIES.query


@pytest.mark.parametrize(
    "fault", [BadRequest("no"), Forbidden("no"), InvalidToken("no"), TelegramError("no"), KeyError()]
)
async def test_what_is_refused_is_not_tried_again(fault: Exception) -> None:
    """Nor what is wrong in here."""
    calls = Calls(fault)
    with pytest.raises(type(fault)):
        await calls.by(SEND_MESSAGE)
    assert calls.made == 1


@pytest.mark.parametrize("endpoint", ["getMe", "deleteWebhook", "setMyCommands", "getChat"])
async def test_what_nobody_waits_for_is_called_once(endpoint: str) -> None:
    """Who calls knows better what to do."""
    for fault in (NetworkError("no"), RetryAfter(1)):
        calls = Calls(fault)
        with pytest.raises(NetworkError):
            await calls.by(endpoint)
        assert (calls.made, calls.time.slept) == (1, [])


async def test_an_endless_flood_ends() -> None:
    """Telegram's own waits are waited for five minutes, not for an hour."""
    calls = Calls(*[RetryAfter(20)] * 1000)
    with pytest.raises(FloodError):
        await calls.by(SEND_MESSAGE)
    assert 250 < sum(calls.time.slept) <= DEFAULT_RETRIES.chat + DEFAULT_RETRIES.flood
    hour = Calls(RetryAfter(3600))
    with pytest.raises(FloodError):
        await hour.by(SEND_MESSAGE)
    assert hour.time.slept == []


# --- The bot, over the network -----------------------------------------------------------------------------------

QUICK = RetryPolicy(first=0.01, longest=0.05, chat=3.0, query=3.0)


class Talked:
    """The real application and its transport, on the emulator over the network, both in one process."""

    def __init__(self, application: AnyApplication, emulator: Emulator) -> None:
        self.application, self.emulator, self.world = application, emulator, emulator.world
        self.chat = self.world.private()

    async def say(self, text: str, chat: Chat | None = None) -> None:
        await deliver(self.application, self.world.text(chat or self.chat, text))

    async def press(self, label: str) -> None:
        await deliver(self.application, self.world.press(self.chat, label))

    def attempts(self, method: str) -> int:
        """How often the bot called this, be it done or not."""
        not_done = [
            fault for name, fault in self.emulator.faults.used if name == method and fault not in ("lost", "cut")
        ]
        return len(not_done) + len(self.world.called(method))


Talking = Callable[[], AbstractAsyncContextManager[Talked]]


@pytest.fixture
def talked(tmp_path: Path, small_matcher: RegressionMatcher) -> Talking:
    @asynccontextmanager
    async def start() -> AsyncIterator[Talked]:
        emulator = Emulator(World())
        async with serving(emulator) as url:
            chosen = Settings(
                telegram_bot_token=SecretStr(TOKEN), telegram_api_url=url, data_dir=tmp_path / "data", sends_a_second=0
            )
            context = context_of(chosen, Catalog(small_matcher), KEYS, Metrics())
            request = AioRequest(url, connections=8, read=0.5)
            application = build(chosen, context, request=request, policy=QUICK)
            context.gap_writer.start()
            async with application:
                await application.start()
                try:
                    yield Talked(application, emulator)
                finally:
                    await application.stop()
            await context.gap_writer.stop()

    return start


ROWS: dict[str, tuple[list[Fault], int, int]] = {  # faults, the messages that the chat gets, the calls
    "too many requests": ([too_many(1)], 1, 2),
    "a bad gateway": ([BAD_GATEWAY], 1, 2),
    "bad gateways": ([BAD_GATEWAY] * 5, 1, 6),
    "an error of Telegram's": ([Refused(500, "Internal Server Error")], 1, 2),
    "reset": (["reset"], 1, 2),
    "a hang": (["timeout"], 1, 2),
    "a cut answer": (["cut"], 2, 2),
    "a lost answer": (["lost"], 2, 2),
    "lost, then a bad gateway": (["lost", BAD_GATEWAY, BAD_GATEWAY], 2, 4),
    "lost twice": (["lost", "lost"], 2, 2),
    "cut, then a hang": (["cut", "timeout"], 1, 2),
    "a hang, then lost": (["timeout", "lost"], 1, 2),
    "no answer of Telegram's": ([Raw(200, b"<html>welcome to this hotel</html>")], 1, 2),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", ROWS)
async def test_a_send_that_fails(name: str, talked: Talking, caplog: pytest.LogCaptureFixture) -> None:
    """The reply arrives, and never a third time. After it the next is answered as if nothing had been."""
    faults, messages, calls = ROWS[name]
    async with talked() as talk:
        for fault in faults:
            talk.emulator.fail("sendMessage", fault)
        await talk.say(FERRY)
        assert len(talk.world.replies(talk.chat)) == messages, talk.world.listing()
        assert talk.attempts("sendMessage") == calls
        await talk.say(FERRY)
        assert len(talk.world.replies(talk.chat)) == messages + 1
    assert [record.getMessage().partition(" (")[0] for record in caplog.records][:1] == ["sendMessage fails"]
    assert caplog.text.count("sendMessage fails") == 1
    assert caplog.text.count("an update was not handled") == (calls == 2 == len(faults))
    assert_quiet(caplog.text)


@pytest.mark.slow
async def test_a_gateway_that_stays_bad_is_given_up(talked: Talking, caplog: pytest.LogCaptureFixture) -> None:
    """After a while, with one line; who writes next is answered once it is well again."""
    async with talked() as talk:
        talk.emulator.fail("sendMessage", BAD_GATEWAY, times=10_000)
        await talk.say(FERRY)
        assert talk.world.replies(talk.chat) == ()
        assert talk.attempts("sendMessage") > 10
        talk.emulator.faults.clear()
        await talk.say(FERRY)
        assert len(talk.world.replies(talk.chat)) == 1
    assert caplog.text.count("an update was not handled: NetworkError at ") == 1
    assert_quiet(caplog.text)


@pytest.mark.slow
async def test_too_many_requests_waits_as_told_and_holds_up_nobody_else(talked: Talking) -> None:
    """One chat's flood is that chat's: AIORateLimiter by itself would stop them all."""
    async with talked() as talk:
        others = [talk.world.private(made_person(person)) for person in range(2, 12)]
        talk.emulator.fail("sendMessage", too_many(2))
        began = asyncio.get_running_loop().time()
        waiting = asyncio.create_task(talk.say(FERRY))
        while not talk.emulator.faults.used:
            await asyncio.sleep(0.01)
        await deliver_at_once(talk.application, *(talk.world.text(other, FERRY) for other in others))
        assert all(talk.world.replies(other) for other in others)
        assert not talk.world.replies(talk.chat), "it was sent before its time"
        await waiting
        assert asyncio.get_running_loop().time() - began >= 2
        assert len(talk.world.replies(talk.chat)) == 1


@pytest.mark.slow
@pytest.mark.parametrize("fault", [too_many(1), BAD_GATEWAY, "reset", "timeout", "cut", "lost"], ids=str)
async def test_a_change_that_fails(fault: Fault, talked: Talking, caplog: pytest.LogCaptureFixture) -> None:
    """It is made; done twice it is done once, so it may be tried again after any fault. The press is answered."""
    async with talked() as talk:
        await talk.say(FERRY)
        before = len(talk.world.replies(talk.chat))
        talk.emulator.fail("editMessageText", fault, times=1 if fault == too_many(1) else 3)
        talk.emulator.fail("answerCallbackQuery", fault if fault != "timeout" else "reset")
        await talk.press("No")
        (shown,) = talk.world.replies(talk.chat)[before - 1 :]
        assert shown.edited
        assert "Wrong" in shown.labels
        assert not talk.world.unanswered
    assert "not handled" not in caplog.text
    assert_quiet(caplog.text)


@pytest.mark.parametrize(
    "refusal",
    [
        Refused(403, "Forbidden: bot was blocked by the user"),
        Refused(400, f"Bad Request: chat not found: {PERSONAL_MARKS[2]}"),
    ],
    ids=["blocked", "chat not found"],
)
async def test_a_refused_send_is_logged_once_and_not_tried_again(
    refusal: Refused, talked: Talking, caplog: pytest.LogCaptureFixture
) -> None:
    """Without who it was or what was said; the next message, of the same person and of another, is answered."""
    async with talked() as talk:
        other = talk.world.private(made_person(2))
        talk.emulator.fail("sendMessage", refusal)
        await talk.say(FERRY)
        assert talk.attempts("sendMessage") == 1
        assert len(caplog.records) == 1
        await talk.say(FERRY)
        await talk.say(FERRY, other)
        assert len(talk.world.replies(talk.chat)) == len(talk.world.replies(other)) == 1
        assert talk.attempts("sendMessage") == 3
    assert len(caplog.records) == 1
    assert_quiet(caplog.text)


async def test_a_message_that_says_so_already_is_told_of_once(
    talked: Talking, caplog: pytest.LogCaptureFixture
) -> None:
    """It is no fault, is not tried again, and the press is answered."""
    caplog.set_level(logging.INFO, logger="bot.channels.telegram.ui.sender")
    async with talked() as talk:
        await talk.say(FERRY)
        talk.emulator.fail("editMessageText", Refused(400, "Bad Request: message is not modified: the same"))
        await talk.press("No")
        assert talk.attempts("editMessageText") == 1
        assert not talk.world.unanswered
        await talk.press("No")
        assert "Wrong" in talk.world.last(talk.chat).labels
    lines = [record.getMessage() for record in caplog.records if record.name == "bot.channels.telegram.ui.sender"]
    assert lines == ["a message stays as it is: it says the same already"]
    assert_quiet(caplog.text)


async def test_an_inline_query_is_answered_in_spite_of_a_fault(talked: Talking) -> None:
    """For as long as somebody may look at what they typed."""
    async with talked() as talk:
        talk.emulator.fail("answerInlineQuery", BAD_GATEWAY, times=2)
        await deliver(talk.application, talk.world.inline(FERRY))
        assert len(talk.world.inline_answers) == 1


def assert_quiet(told: str) -> None:
    """No log line tells who it was, what was said, or the token."""
    assert not any(mark in told for mark in (*PERSONAL_MARKS, TOKEN, TOKEN.partition(":")[2], FERRY, BOAT))


@pytest.mark.slow
async def test_faults_of_sends_as_a_process(tmp_path: Path, small: Path, cache: Path) -> None:
    """With the bot's own time-outs: each reply arrives, at most twice where only its answer was lost."""
    rows: list[tuple[Fault, int]] = [
        (too_many(1), 1),
        (BAD_GATEWAY, 1),
        ("reset", 1),
        ("cut", 2),
        ("lost", 2),
        ("timeout", 1),
        (Refused(403, "Forbidden: bot was blocked by the user"), 0),
        (Refused(400, "Bad Request: chat not found"), 0),
    ]
    async with phone_to(tmp_path / "bot", small / "faq", small / "seeds", cache) as phone:
        for fault, messages in rows:
            chat = phone.somebody()
            phone.emulator.fail("sendMessage", fault)
            await phone.emulator.send(phone.world.text(chat, FERRY))
            await phone.emulator.until_failed("sendMessage")
            # Of one chat in order: once this is answered nothing more comes for the one before.
            await phone.emulator.send(phone.world.text(chat, FERRY))
            await phone.emulator.until(lambda world: len(world.replies(chat)) > messages, timeout=120)  # noqa: B023
            assert len(phone.world.replies(chat)) == messages + 1, fault
        phone.emulator.fail("sendMessage", Slow(0.2))
        await phone.say(FERRY, phone.somebody())
        assert await phone.process.stop() == 0, phone.process.output
        assert phone.process.output.count("sendMessage fails (") == 6
        assert phone.process.output.count("an update was not handled: ") == 2
        assert "Traceback" not in phone.process.output
        assert "Unclosed" not in phone.process.output
        assert_quiet(phone.process.output)
