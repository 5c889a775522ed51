"""An offline transport for python-telegram-bot: its calls go to a World, and go wrong when a test says so.

Nothing here opens a connection. `deliver` and `deliver_at_once` stand in for the updater.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from telegram import Update
from telegram.error import NetworkError, TimedOut
from telegram.ext import Application
from telegram.request import BaseRequest, RequestData

from bot.channels.telegram.update_record import UpdateRecord
from tests.support.telegram_world import JSON, Fault, Faults, Raw, Refused, Slow, World


class RecordingRequest(BaseRequest):
    """Carries calls to a World; the same one may serve a bot's calls and its getUpdates."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.faults = Faults()

    @property
    def read_timeout(self) -> float | None:
        return 5.0

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    def fail(self, method: str, fault: Fault, *, times: int = 1) -> None:
        """Script what happens to the next calls of a method, `*` for any; each fault is used up by one call."""
        self.faults.add(method, fault, times=times)

    async def do_request(
        self,
        url: str,
        method: str,  # noqa: ARG002 - always POST, and the time-outs are for those that wait
        request_data: RequestData | None = None,
        *timeouts: Any,  # noqa: ARG002
        **named_timeouts: Any,  # noqa: ARG002
    ) -> tuple[int, bytes]:
        """The status and body that Telegram answers, or the error that PTB's own transport would raise."""
        base, _, name = url.rpartition("/")
        if not base.endswith(f"/bot{self.world.token}"):
            return _answer(Refused(401, "Unauthorized"))
        fields: JSON = dict(request_data.json_parameters) if request_data else {}
        json.dumps(fields, ensure_ascii=False).encode()  # fails with a lone surrogate, as every transport does
        fault = self.faults.take(name)
        match fault:
            case Refused():
                return _answer(fault)
            case Raw():
                return fault.status, fault.body
            case Slow():
                await asyncio.sleep(fault.seconds)
            case "reset":
                raise NetworkError("httpx.ReadError: connection reset by peer")
            case "timeout":
                raise TimedOut
        if name == "getUpdates":
            await asyncio.sleep(int(fields.get("timeout", 0)))  # a long poll without news
        answer = self._answered(name, fields)
        if fault == "lost":
            raise TimedOut
        if fault == "cut":
            raise NetworkError(
                "httpx.RemoteProtocolError: peer closed connection without sending complete message body"
            )
        return answer

    def _answered(self, name: str, fields: JSON) -> tuple[int, bytes]:
        try:
            result = self.world.call(name, fields)
        except Refused as refused:
            return _answer(refused)
        return 200, json.dumps({"ok": True, "result": result}).encode()


def _answer(refused: Refused) -> tuple[int, bytes]:
    return refused.code, json.dumps(refused.to_json()).encode()


AnyApplication = Application[Any, Any, Any, Any, Any, Any]


async def deliver(application: AnyApplication, *updates: JSON, form: Callable[[Update], object] = UpdateRecord) -> None:
    """Handle updates one after another, each to its end. ``form`` is that in which the application takes them."""
    for update in updates:
        await application.process_update(form(Update.de_json(update, application.bot)))


async def deliver_at_once(
    application: AnyApplication, *updates: JSON, form: Callable[[Update], object] = UpdateRecord
) -> None:
    """Give updates to a started application as its updater does, all at once, and wait until all are handled."""
    assert application.running, "start the application first: nobody takes updates from its queue"
    for update in updates:
        application.update_queue.put_nowait(form(Update.de_json(update, application.bot)))
    await application.update_queue.join()
