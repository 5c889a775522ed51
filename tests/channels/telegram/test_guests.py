"""Guest mode: the bot is named in a chat that it is not in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio

from bot.matching.matcher import RegressionMatcher
from tests.channels.telegram.test_conversation import OAK, OAK_TITLE
from tests.support.samples import INTERFACE, garden
from tests.support.telegram_recording import deliver
from tests.support.telegram_talk import Talk, talk_with

MATCHER = RegressionMatcher(garden())


@pytest_asyncio.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    async with talk_with(MATCHER, tmp_path) as made:
        yield made


async def answers(talk: Talk, text: str, **more: Any) -> list[dict[str, Any]]:
    """What the guest query for a text is answered with."""
    before = len(talk.world.guest_answers)
    await deliver(talk.application, talk.world.guest(text, **more))
    return list(talk.world.guest_answers.values())[before:]


async def test_a_guest_gets_one_reply(talk: Talk) -> None:
    """The answer, short as in a group, without buttons that would lead nowhere."""
    (result,) = await answers(talk, f"@made_faq_bot {OAK}")
    assert OAK_TITLE in result["input_message_content"]["message_text"]
    assert not result.get("reply_markup")
    assert talk.world.replies(talk.chat) == ()
    assert (await talk.counts())["answer", "oldest-tree", "group"] == 1


async def test_a_reply_that_only_names_the_bot_asks_what_the_other_wrote(talk: Talk) -> None:
    """And the name alone asks nothing."""
    (result,) = await answers(talk, "@made_faq_bot", replied=OAK)
    assert OAK_TITLE in result["input_message_content"]["message_text"]
    assert await answers(talk, "@made_faq_bot") == []


async def test_a_guest_in_danger_gets_the_card(talk: Talk) -> None:
    """With the way to the bot's own chat, and nothing of it is remembered."""
    (result,) = await answers(talk, "@made_faq_bot i am hurt and bleeding, help me")
    assert INTERFACE.program in result["input_message_content"]["message_text"]
    ((button,),) = result["reply_markup"]["inline_keyboard"]
    assert button["url"].startswith("https://t.me/")
    assert not talk.context.cards._kept


async def test_what_was_said_in_the_own_chat_is_not_meant_among_others(talk: Talk) -> None:
    """Others would read what somebody asked alone."""
    await talk.say(OAK)
    (result,) = await answers(talk, "@made_faq_bot source")
    assert OAK_TITLE not in result["input_message_content"]["message_text"]
