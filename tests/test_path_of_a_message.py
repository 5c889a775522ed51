"""The path of a message as docs/architecture.md tells it is the one that a message takes."""

from __future__ import annotations

import asyncio
import re
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import FrameType

import pytest

from bot.channels.telegram.delivery.intake import Intake, IntakeResult
from bot.matching.matcher import RegressionMatcher
from tests.support.documentation import text_of
from tests.support.samples import garden
from tests.support.telegram_talk import talk_with

ARCHITECTURE = "docs/architecture.md"
MATCHER = RegressionMatcher(garden())
# What the model of Telegram stands in for: fetching, the webhook and the network itself.
NOT_RUN = {
    "bot.channels.telegram.delivery.polling.Poller.run",
    "bot.http.endpoints.HttpEndpoints.__call__",
    "bot.channels.telegram.delivery.webhook.Webhook.receive",
    "bot.channels.telegram.transport.http_client.AioRequest.do_request",
}


def steps(name: str) -> list[str]:
    """The functions that a path of the page names, in order."""
    found = re.search(rf"<!-- {name} -->\n(.*?)<!-- end -->", text_of(ARCHITECTURE), re.S)
    assert found is not None
    return re.findall(r"`(bot\.[\w.]+)`", found[1])


@contextmanager
def calls() -> Iterator[list[str]]:
    """The functions of the program that are called meanwhile, in any thread, in the order of their calls."""
    called: list[str] = []

    def note(frame: FrameType, event: str, _: object) -> None:
        module = frame.f_globals.get("__name__", "")
        if event == "call" and module.startswith("bot."):
            called.append(f"{module}.{frame.f_code.co_qualname}")

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        yield called
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


@pytest.mark.parametrize("name", ["path of a message", "path of a gap"])
def test_every_step_exists(name: str) -> None:
    """Under the name that the page gives it."""
    assert steps(name)
    for step in steps(name):
        parts = step.split(".")
        at = next(at for at in range(len(parts), 0, -1) if Path(*parts[:at]).with_suffix(".py").is_file())
        found: object = import_module(".".join(parts[:at]))
        for part in parts[at:]:
            found = getattr(found, part)
        assert callable(found), step


async def test_a_message_takes_the_path(tmp_path: Path) -> None:
    """One that becomes a gap passes every step, in the page's order."""
    async with talk_with(MATCHER, tmp_path) as talk:
        intake = Intake(talk.application, talk.context)
        intake.start()
        with calls() as called, ThreadPoolExecutor() as threads:
            asyncio.get_running_loop().set_default_executor(threads)  # threads that are new are seen too
            result = await intake.handle(talk.world.text(talk.chat, "do you sell tractors"))
            await talk.context.gap_writer.flush()
        await intake.stop()
    assert result is IntakeResult.HANDLED
    for name in ("path of a message", "path of a gap"):
        left = iter(called)
        for step in (step for step in steps(name) if step not in NOT_RUN):
            assert step in left, f"{step} is not called, or not after the steps before it"
