"""Hostile and broken messages, each through the real application: a reply that Telegram takes, no word of it logged."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.matching.matcher import RegressionMatcher
from tests.support.leaks import Private
from tests.support.paths import QUESTIONS
from tests.support.telegram_recording import deliver
from tests.support.telegram_talk import Talk, talk_with
from tests.support.telegram_world import BOT_USERNAME, JSON, Call

FILE = QUESTIONS / "abuse.jsonl"
MESSAGES: list[JSON] = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]


def text_of(message: JSON) -> str:
    return str(message["text"]) * int(message.get("times", 1))


class Faults(list[BaseException | None]):
    """What reached the application's error handler."""

    async def note(self, _: object, context: Any) -> None:
        self.append(context.error)


@pytest.fixture
async def talk(tmp_path: Path, matcher: RegressionMatcher) -> AsyncIterator[Talk]:
    async with talk_with(matcher, tmp_path, throttle_messages=0) as made:
        faults = Faults()
        made.application.error_handlers.clear()
        made.application.add_error_handler(faults.note)
        yield made
        assert faults == []
        assert refused(made) == []


def refused(talk: Talk) -> list[Call]:
    return [call for call in talk.world.refused if "not modified" not in str(call.error)]


def test_the_set_has_every_kind() -> None:
    """Forty messages at least, each with an id of its own."""
    assert len(MESSAGES) == len({message["id"] for message in MESSAGES}) >= 40
    assert len({message["kind"] for message in MESSAGES}) >= 15


@pytest.mark.slow
@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message["id"])
async def test_each_gets_a_reply_that_telegram_takes(
    message: JSON, talk: Talk, caplog: pytest.LogCaptureFixture
) -> None:
    """Written, edited, below a picture, in a group, and typed in another chat; the log says nothing of it."""
    caplog.set_level(logging.INFO, logger="bot")
    text, group = text_of(message), talk.world.group()
    shown = await talk.say(text)
    assert shown.from_bot
    assert shown.reply_to is not None
    await talk.give(talk.world.edit(shown.reply_to, f"{text}.", chat=talk.chat))
    assert (await talk.give(talk.world.photo(talk.chat, text))).from_bot
    assert (await talk.say(f"@{BOT_USERNAME} {text}", group)).from_bot
    await deliver(talk.application, talk.world.inline(text[:256]))
    assert len(talk.world.inline_answers) == 1
    replies = [*talk.world.replies(talk.chat), *talk.world.replies(group)]
    for word in message.get("never", ()):
        assert not any(word.lower() in reply.html.lower() for reply in replies)
        assert word.lower() not in json.dumps(talk.world.inline_answers).lower()
    await talk.gaps()  # written, redacted and encrypted, and read again
    private = Private()
    private.add_world(talk.world)
    assert private.leaks(caplog.text) == []


async def test_one_after_another_they_leave_the_bot_as_it_was(talk: Talk) -> None:
    """In one chat, all of them; then a question is answered as before."""
    question = "Why is the Secretary-General releasing this report now?"  # by which its language is sure
    before = await talk.say(question)
    for message in MESSAGES:
        await talk.say(text_of(message))
    assert (await talk.say(question)).text == before.text
