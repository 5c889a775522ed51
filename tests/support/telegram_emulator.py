"""A Bot API server on a loopback port, for bots that poll for real, and a bot as a process of its own.

The server is lo-bot-api-emulator's, whose long polling and webhooks stay as they are; what it answers to all other
methods comes from a World. Use it within one event loop.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import struct
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Self

from aiohttp import web
from lo_bot_api_emulator import ApiRefusal, LoBotApiEmulator
from lo_bot_api_emulator.updates import ALLOWED_UPDATE_TYPES

from tests.support.leaks import Private
from tests.support.paths import ROOT
from tests.support.telegram_world import JSON, TOKEN, Call, Fault, Faults, Raw, Refused, Slow, World

ALLOWED_UPDATE_TYPES.add("guest_message")  # newer than the package

_SERVED: dict[str, Emulator] = {}  # by the address that a bot is told
_QUEUED = frozenset({"getUpdates", "setWebhook", "deleteWebhook", "getWebhookInfo"})  # the emulator's own
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Emulator(LoBotApiEmulator):  # type: ignore[misc]  # the package has no types
    """Telegram's server for one bot.

    `delay` is Telegram's round trip in seconds. A long poll without news ends after `longest_poll` seconds, so that
    a fault scripted for getUpdates is met soon.
    """

    def __init__(self, world: World, *, delay: float = 0, longest_poll: int = 1) -> None:
        super().__init__(allow_insecure_loopback_webhooks=True)
        self.world, self.delay, self.longest_poll = world, delay, longest_poll
        self.faults = Faults()
        self._sending = self.most_sending = 0  # calls of sendMessage that wait for their answer, now and at most
        self.told: list[object] = []  # updates that the world did not make
        self.closing = asyncio.Event()
        self._called = asyncio.Event()

    def fail(self, method: str, fault: Fault, *, times: int = 1) -> None:
        """Script what happens to the next calls of a method, `*` for any; each fault is used up by one call."""
        self.faults.add(method, fault, times=times)

    async def send(self, *updates: JSON) -> None:
        """Queue updates for the bot, of any kind and in any order; the emulator's own way knows only three kinds."""
        state = self._update_queues._state(self.world.token)
        async with state.condition:
            state.updates.extend(updates)
            state.condition.notify_all()
        await self.deliver_updates(token=self.world.token)

    async def until(self, holds: Callable[[World], bool], *, timeout: float = 30) -> None:
        """Wait until this holds of the world, which is looked at after each call. Fails with what was shown."""
        try:
            async with asyncio.timeout(timeout):
                while not holds(self.world):
                    self._called.clear()
                    await self._called.wait()
        except TimeoutError:
            raise AssertionError(f"not within {timeout} s:\n{self.world.listing()}") from None

    async def until_failed(self, method: str, *, timeout: float = 120) -> None:
        """Wait until each scripted fault of this method met its call, so that no later call gets it."""
        async with asyncio.timeout(timeout):
            while self.faults.awaits(method):
                await asyncio.sleep(0.05)

    def validate(self, method: str, fields: JSON, uploads: JSON) -> Any:
        """The result of a call; the emulator calls this after it has read the request."""
        if method in _QUEUED:
            if method == "getUpdates":
                fields["timeout"] = min(int(fields.get("timeout", 0)), self.longest_poll)
            else:
                self.world.calls.append(Call(method, dict(fields)))
                self._called.set()
            return super().validate(method, fields, uploads)
        try:
            return self.world.call(method, fields)
        except Refused as refused:
            raise ApiRefusal(refused.description, refused.code, refused.parameters) from None
        finally:
            self._called.set()

    def app(self) -> web.Application:
        app: web.Application = super().app()
        app.middlewares.extend((self._counted, self._with_faults))
        return app

    @web.middleware
    async def _counted(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        sending = request.match_info.get("method") == "sendMessage"
        self._sending += sending
        self.most_sending = max(self.most_sending, self._sending)
        try:
            return await handler(request)
        finally:
            self._sending -= sending

    @web.middleware
    async def _with_faults(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        method = request.match_info.get("method", "")
        if request.match_info.get("token") != self.world.token:
            return web.json_response(Refused(401, "Unauthorized").to_json(), status=401)
        await asyncio.sleep(self.delay)
        fault = self.faults.take(method)
        match fault:
            case Refused():
                return web.json_response(fault.to_json(), status=fault.code)
            case Raw():
                with suppress(ValueError):
                    self.told.append(json.loads(fault.body))
                return web.Response(status=fault.status, body=fault.body, content_type=fault.content_type)
            case "reset":
                return _reset(request)
            case "timeout":
                await self.closing.wait()
                return _reset(request)
            case Slow():
                await asyncio.sleep(fault.seconds)
        response = await handler(request)
        match fault:
            case "lost":
                return _reset(request)
            case "cut":
                return await _cut(request, response)
        return response


def _reset(request: web.Request) -> web.Response:
    """Break the connection as a peer does that has crashed. The response goes nowhere."""
    if request.transport is not None:
        lingering: socket.socket = request.transport.get_extra_info("socket")
        lingering.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()
    return web.Response()


async def _cut(request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    """Announce the whole body, send half of it, and close."""
    body = response.body if isinstance(response, web.Response) else b""
    assert isinstance(body, bytes), "only an answer with a body can be cut"
    half = web.StreamResponse(status=response.status)
    half.content_type, half.content_length = response.content_type, len(body)
    await half.prepare(request)
    await half.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return half


@asynccontextmanager
async def serving(emulator: Emulator) -> AsyncIterator[str]:
    """Serve on a free loopback port; the address is what stands before `/bot<token>`."""
    runner = web.AppRunner(emulator.app(), access_log=None, shutdown_timeout=5)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        address = f"http://127.0.0.1:{runner.addresses[0][1]}"
        _SERVED[address] = emulator
        yield address
    finally:
        emulator.closing.set()
        await runner.cleanup()


# --- The bot as a process ----------------------------------------------------------------------------------------


def bot_environment(folder: Path, url: str, *, faq: Path, seeds: Path, token: str = TOKEN) -> dict[str, str]:
    """The environment of a bot that keeps everything it writes in a folder, and talks to this server."""
    inherited = {name: value for name, value in os.environ.items() if name == "PATH" or name.startswith("COVERAGE_")}
    homes = {"HOME": "home", "XDG_CONFIG_HOME": "config", "DATA_DIR": "data", "CACHE_DIR": "cache"}
    for name in homes.values():
        (folder / name).mkdir(exist_ok=True)
    return inherited | {
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "TELEGRAM_BOT_TOKEN": token,
        "TELEGRAM_API_URL": url,
        "FAQ_DIR": str(faq),
        "SEEDS_DIR": str(seeds),
        **{name: str(folder / place) for name, place in homes.items()},
    }


class BotProcess:
    """`python -m bot ARGUMENTS` in a folder; use it as an async context manager, which kills what still runs.

    At its end all that it wrote is searched for what was said in the world of the server that it talked to, for
    persons, the token and keys. The test fails if any of it is there.
    """

    def __init__(self, *arguments: str, folder: Path, environment: Mapping[str, str], module: str = "bot") -> None:
        self._command = (sys.executable, "-m", module, *arguments)
        self._folder, self._environment = folder, dict(environment)
        self._chunks: list[tuple[str, bytes]] = []
        self.served: list[str] = []
        self._news = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            cwd=self._folder,
            env=self._environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        self._ended = asyncio.create_task(self._until_ended())
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self.exit_code is None:
            await self.kill()
        if kind is None:
            assert not (found := self.leaks()), f"what the process wrote holds {', '.join(found)}"

    def also_wrote(self, text: str) -> None:
        """Have this searched too, such as what it served."""
        self.served.append(text)

    def leaks(self) -> list[str]:
        """The kinds of what it must not tell and has told so far; none for one that talked to no server of ours."""
        emulator = _SERVED.get(self._environment.get("TELEGRAM_API_URL", ""))
        private = Private()
        if emulator is not None:
            private.add_world(emulator.world)
            private.add_update(emulator.told)
        private.add_environment(self._environment)
        return private.leaks("\n".join((self.output, *self.served)), known=[str(self._folder), *self._command])

    async def _until_ended(self) -> int:
        await asyncio.gather(self._collect("out", self._process.stdout), self._collect("err", self._process.stderr))
        code = await self._process.wait()
        self._news.set()
        return code

    async def _collect(self, name: str, stream: asyncio.StreamReader | None) -> None:
        assert stream is not None, "both streams are pipes"
        while chunk := await stream.read(65536):
            self._chunks.append((name, chunk))
            self._news.set()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs or while what it wrote is still being read; negative if a signal ended it."""
        return self._ended.result() if self._ended.done() else None

    @property
    def output(self) -> str:
        """All that it has written so far, to stdout and stderr, as it came."""
        return self._written("out", "err")

    @property
    def stdout(self) -> str:
        return self._written("out")

    @property
    def stderr(self) -> str:
        return self._written("err")

    def _written(self, *names: str) -> str:
        return b"".join(chunk for name, chunk in self._chunks if name in names).decode(errors="replace")

    async def wait_for_output(self, text: str, *, timeout: float = 200) -> None:
        """Wait until it has written this. Fails with what it has written instead, at once if it ends."""
        try:
            async with asyncio.timeout(timeout):
                while text not in self.output and self.exit_code is None:
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(f"no {text!r} within {timeout} s, only:\n{self.output}") from None
        assert text in self.output, f"ended with {self.exit_code} and without {text!r}:\n{self.output}"

    async def wait(self, *, timeout: float = 60) -> int:
        """The exit code, once it ends by itself. Fails with what it has written."""
        try:
            return await asyncio.wait_for(asyncio.shield(self._ended), timeout)
        except TimeoutError:
            raise AssertionError(f"still runs after {timeout} s:\n{self.output}") from None

    async def stop(self, *, timeout: float = 60) -> int:
        """Ask it to end (SIGTERM); the exit code, which is -9 if it had to be killed."""
        self._signal(signal.SIGTERM)
        try:
            return await self.wait(timeout=timeout)
        except AssertionError:
            return await self.kill()

    async def kill(self) -> int:
        """End it at once (SIGKILL), as a power cut does."""
        self._signal(signal.SIGKILL)
        return await self.wait()

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):  # it has ended meanwhile
            if self._process.returncode is None:
                self._process.send_signal(number)
