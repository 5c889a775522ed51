"""Telegram in the hour after a card: what is said again, the card's buttons, and that nothing of it is kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.channels.memory import HOUR, Memory
from bot.content.loader import read_faq
from bot.domain.conversation import ShownCard
from bot.matching.matcher import RegressionMatcher
from tests.support.paths import ROOT
from tests.support.samples import DOGS, ENTRIES, HURT, INTERFACE, faq_of
from tests.support.telegram_talk import Talk, talk_with

ROBBED = replace(
    HURT,
    id="robbed",
    button="Something is gone",
    answer="Do not run after them.",
    phrasings=(
        "a man took my bag by force",
        "somebody robbed us in the garden",
        "my purse was stolen by two boys",
        "a thief hit my friend and took his phone",
        "they hold me and want my money",
    ),
)
DIRECTORY = read_faq(ROOT / "faq", ROOT / "seeds").emergency
MATCHER = RegressionMatcher(replace(faq_of(*ENTRIES, ROBBED), emergency=DIRECTORY))
DANGER = "i fell and cannot stand up, a thief hit me"
LINES = f"{INTERFACE.emergency.strip()}\n\n{INTERFACE.program}"
LAMPEDUSA = (35.5012, 12.6096)
NOT_ABOUT_ME = INTERFACE.not_about_me


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    async with talk_with(MATCHER, tmp_path) as made:
        yield made
        assert [call for call in made.world.refused if "not modified" not in str(call.error)] == []


@pytest.mark.parametrize("kind", ["voice", "video_note", "photo", "contact", "sticker"])
async def test_what_cannot_be_read_gets_the_lines_again(kind: str, talk: Talk) -> None:
    """Not "I can read text only": whom to call, and that nobody reads this; and the card's buttons."""
    card = await talk.say(DANGER)
    shown = await talk.give(getattr(talk.world, kind)(talk.chat))
    assert LINES in shown.text
    assert INTERFACE.text_only not in shown.text
    assert shown.labels == card.labels
    assert ("urgent again", "hurt", "private") in await talk.counts()


@pytest.mark.parametrize(
    "text", ["🆘", "ok", "Are you there??", "please answer", "hello? hello?", "هل من أحد؟", "¿Hay alguien?"]
)
async def test_who_waits_gets_the_lines_again(text: str, talk: Talk) -> None:
    """Not "I don't know", and no greeting."""
    await talk.say(DANGER)
    shown = await talk.say(text)
    assert LINES in shown.text
    assert INTERFACE.unanswered.strip() not in shown.text


async def test_a_place_after_a_card(talk: Talk) -> None:
    """Sent or typed, it gives the numbers there, below the card's first line, and the card's buttons."""
    await talk.say(DANGER)
    for update in (talk.world.location(talk.chat, *LAMPEDUSA), talk.world.text(talk.chat, "35.5012, 12.6096")):
        shown = await talk.give(update)
        assert shown.text.startswith(HURT.answer)
        assert "Emergency numbers in Italy:" in shown.text
        assert shown.labels[-1] == NOT_ABOUT_ME


async def test_a_question_after_a_card_is_answered_as_ever(talk: Talk) -> None:
    """And the card is remembered all the same."""
    await talk.say(DANGER)
    assert DOGS.question in (await talk.say("can i come with my dog")).text
    assert LINES in (await talk.say("ok")).text


async def test_after_an_hour_the_card_is_forgotten(tmp_path: Path) -> None:
    """A clock that cannot be set back counts it."""
    now = [0.0]
    async with talk_with(MATCHER, tmp_path) as talk:
        object.__setattr__(talk.context, "cards", Memory[ShownCard](lambda: now[0]))
        await talk.say(DANGER)
        now[0] = HOUR
        await talk.say("🆘")
        assert LINES not in talk.world.last(talk.chat).text
        await talk.say(DANGER)
        card = talk.world.last(talk.chat)
        now[0] = 2 * HOUR
        shown = await talk.give(talk.world.press(talk.chat, NOT_ABOUT_ME, message_id=card.message_id))
        assert shown.text == INTERFACE.type_again


async def test_of_two_near_cards_the_other_is_a_button(talk: Talk) -> None:
    """It gives that card below, under which the first is a button."""
    card = await talk.say(DANGER)
    assert card.labels[0] == "Or: Something is gone"
    shown = await talk.press("Or: Something is gone")
    assert shown.message_id != card.message_id
    assert shown.text.startswith(ROBBED.answer)
    assert shown.labels[0] == f"Or: {HURT.label}"
    assert ("chosen", "robbed", "private") in await talk.counts()
    assert (await talk.say("🆘")).text.startswith(ROBBED.answer)


async def test_what_is_not_about_the_person_is_answered(talk: Talk) -> None:
    """The misfire is counted, and the question answered without the card; nothing is kept, and the lines stop."""
    await talk.say(DANGER)
    shown = await talk.press(NOT_ABOUT_ME)
    assert LINES not in shown.text
    assert await talk.counts() == {("urgent", "hurt", "private"): 1, ("not about me", "hurt", "private"): 1}
    assert await talk.gaps() == []
    assert LINES not in (await talk.say("ok")).text


async def test_after_a_restart_the_button_asks_to_type_again(tmp_path: Path) -> None:
    """The text was in memory alone; the button sends none of it."""
    async with talk_with(MATCHER, tmp_path) as before:
        card = await before.say(DANGER)
        world = before.world
    data = [button.data or "" for row in card.buttons for button in row]
    assert "m:hurt" in data
    assert not any(word in one for one in data for word in ("fell", "thief"))
    assert not any(b"thief" in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    async with talk_with(MATCHER, tmp_path) as after:
        update = world.press(before.chat, NOT_ABOUT_ME)
        after.world = after.request.world = world
        shown = await after.give(update, before.chat)
        assert shown.text == INTERFACE.type_again
        assert ("not about me", "hurt", "private") in await after.counts()


async def test_the_button_of_an_older_card_answers_no_newer_message(talk: Talk) -> None:
    """One text is remembered for a chat: the last."""
    first = await talk.say(DANGER)
    await talk.say("somebody is hurt please help")
    shown = await talk.give(talk.world.press(talk.chat, NOT_ABOUT_ME, message_id=first.message_id))
    assert shown.text == INTERFACE.type_again


async def test_forget_forgets_the_card_too(talk: Talk) -> None:
    """At once, not after the hour."""
    await talk.say(DANGER)
    await talk.say("/forget")
    assert LINES not in (await talk.say("ok")).text


async def test_the_buttons_for_other_countries_leave_the_others(talk: Talk) -> None:
    """A person who looks for the country can still say that the card is wrong."""
    await talk.say(DANGER)
    shown = await talk.press("Other countries")
    assert "West Africa" in shown.labels
    assert shown.labels[-1] == NOT_ABOUT_ME


async def test_in_a_group_no_card_is_remembered(talk: Talk) -> None:
    """What one person asked is nobody else's business there, nor in the private chat."""
    group = talk.world.group()
    await talk.say(f"@{talk.world.username} {DANGER}", group)
    assert LINES not in (await talk.say("ok")).text
