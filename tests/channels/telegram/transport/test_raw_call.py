"""Calls without the library's objects: Telegram's own answer and errors, as the library may change any day."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from telegram import Bot
from telegram.error import BadRequest, Forbidden, InvalidToken
from telegram.ext import AIORateLimiter, ExtBot
from telegram.warnings import PTBUserWarning

from bot.channels.telegram.transport.raw_call import raw_call
from bot.channels.telegram.transport.retry import RetryingLimiter
from bot.observability.metrics import Metrics
from tests.support.telegram_recording import RecordingRequest
from tests.support.telegram_world import TOKEN, Refused, World, raw_updates, too_many


@pytest.fixture
def request_() -> RecordingRequest:
    return RecordingRequest(World())


@pytest.fixture
async def bot(request_: RecordingRequest) -> AsyncIterator[Bot]:
    """As the application has it, with its limiter; warnings are errors."""
    limiter = RetryingLimiter(AIORateLimiter(overall_max_rate=0, group_max_rate=0), Metrics())
    async with ExtBot(TOKEN, request=request_, get_updates_request=request_, rate_limiter=limiter) as made:
        yield made


async def test_the_answer_is_telegrams(bot: Bot, request_: RecordingRequest) -> None:
    """By the method's own name, whatever the library calls it; what is None is left out."""
    chat = request_.world.private()
    sent = await raw_call(bot, "sendMessage", {"chat_id": chat.id, "text": "Hello", "reply_markup": None})
    (call,) = request_.world.called("sendMessage")
    assert sent["message_id"] == request_.world.last(chat).message_id
    assert call.fields == {"chat_id": chat.id, "text": "Hello"}


async def test_updates_come_as_they_are(bot: Bot, request_: RecordingRequest) -> None:
    """As a list, with what the library could not read."""
    update = request_.world.text(request_.world.private(), "Hello")
    request_.fail("getUpdates", raw_updates(update, {"update_id": "no number"}))
    updates = await raw_call(bot, "getUpdates", {"timeout": 0}, read_timeout=1.0)
    assert updates == [update, {"update_id": "no number"}]


async def test_a_call_passes_the_limiter(bot: Bot, request_: RecordingRequest) -> None:
    """And so is tried again under its name."""
    request_.fail("sendMessage", too_many(0))
    await raw_call(bot, "sendMessage", {"chat_id": request_.world.private().id, "text": "Hello"})
    assert len(request_.world.called("sendMessage")) == 1


@pytest.mark.parametrize(
    ("code", "kind"), [(400, BadRequest), (401, InvalidToken), (403, Forbidden), (404, InvalidToken)]
)
async def test_errors_are_those_of_other_calls(
    code: int, kind: type[Exception], bot: Bot, request_: RecordingRequest
) -> None:
    """Also where a token is refused, which is Telegram's word alone: it has no other cause."""
    request_.fail("sendMessage", Refused(code, "no"))
    with pytest.raises(kind) as caught:
        await raw_call(bot, "sendMessage", {"chat_id": 1, "text": "Hello"})
    assert caught.value.__cause__ is None


async def test_the_library_still_warns_of_methods_that_it_has(bot: Bot) -> None:
    """When it does no more, their names can be called as they are."""
    with pytest.raises(PTBUserWarning, match="sendMessage"):
        await bot.do_api_request("sendMessage", {"chat_id": 1, "text": "Hello"})
