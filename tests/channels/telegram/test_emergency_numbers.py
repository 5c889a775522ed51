"""Emergency numbers in Telegram: under a card, by a country's button, and for a shared place."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.content.loader import read_faq
from bot.domain.faq import CountryPages
from bot.matching.matcher import RegressionMatcher
from tests.support.paths import ROOT
from tests.support.samples import DOGS, INTERFACE, WEATHER, garden
from tests.support.telegram_talk import Talk, talk_with

DIRECTORY = read_faq(ROOT / "faq", ROOT / "seeds").emergency
MATCHER = RegressionMatcher(replace(garden(), emergency=DIRECTORY))
DANGER = "i fell and cannot stand up"
PROGRAM = INTERFACE.program.strip()
LAMPEDUSA = (35.5012, 12.6096)


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    async with talk_with(MATCHER, tmp_path) as made:
        yield made
        assert [call for call in made.world.refused if "not modified" not in str(call.error)] == []


async def test_under_a_card_a_country_is_chosen(talk: Talk) -> None:
    """The likely ones at once; the numbers come as a message of their own, and the card stays."""
    card = await talk.say(DANGER)
    assert INTERFACE.emergency.strip() in card.text
    assert card.labels == (
        "Italy",
        "Greece",
        "Spain",
        "Türkiye",
        "Libya",
        "Tunisia",
        "Morocco",
        "Mexico",
        "Other countries",
        INTERFACE.not_about_me,
    )
    shown = await talk.press("Tunisia")
    assert shown.message_id != card.message_id
    assert "197: police" in shown.text
    assert PROGRAM in shown.text


async def test_other_countries_take_the_place_of_the_buttons(talk: Talk) -> None:
    """The text above stays: first the regions, then a region's countries, and back."""
    card = await talk.say(DANGER)
    regions = await talk.press("Other countries")
    assert (regions.message_id, regions.text) == (card.message_id, card.text)
    assert "West Africa" in regions.labels
    countries = await talk.press("West Africa")
    assert (countries.message_id, countries.text) == (card.message_id, card.text)
    assert "Senegal" in countries.labels
    assert "West Africa" in (await talk.press("Other regions")).labels
    await talk.press("West Africa")
    assert "119: coast guard" in (await talk.press("Senegal")).text


async def test_what_a_button_sends_is_short(talk: Talk) -> None:
    """A letter and the country's code; a country or region that is gone is answered with a word."""
    await talk.say(DANGER)
    assert "e:TN" in str(talk.world.called("sendMessage")[-1].fields["reply_markup"])
    for data in ("e:XX", "e:", "e:tn"):
        await talk.give(talk.world.press_data(talk.chat, data))
        assert talk.toast() == INTERFACE.gone
    for data in ("r:999", "r:x", "r:"):
        assert "West Africa" in (await talk.give(talk.world.press_data(talk.chat, data))).labels


async def test_a_named_country_needs_no_button(talk: Talk) -> None:
    """Its numbers stand below what to do first; in a question they are the answer."""
    card = await talk.say(f"{DANGER} in Tunisia")
    assert "Emergency numbers in Tunisia:" in card.text.split("\n\n")[1]
    assert card.labels == (INTERFACE.not_about_me,)
    answer = await talk.say("coast guard number italy")
    assert answer.text.startswith("Emergency numbers in Italy:\n• 1530")
    assert (await talk.counts())["emergency numbers", "", "private"] == 1
    assert await talk.gaps() == []


async def test_a_shared_place_gets_the_numbers_there(talk: Talk) -> None:
    """After a card or without one; and typed as numbers too."""
    shown = await talk.give(talk.world.location(talk.chat, *LAMPEDUSA))
    assert shown.text.startswith(PROGRAM)
    assert "Emergency numbers in Italy:" in shown.text
    assert "I do not keep the place." in shown.text
    await talk.say(DANGER)
    at_sea = await talk.give(talk.world.location(talk.chat, 34.2, 13.5))
    assert "• Italy: 1530" in at_sea.text
    assert PROGRAM in (await talk.say("35.5012, 12.6096")).text


async def test_nothing_is_kept_of_a_place(talk: Talk, caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    """One count, without the country; no coordinate in a log line or in the database."""
    await talk.give(talk.world.location(talk.chat, *LAMPEDUSA))
    await talk.say("35.5012, 12.6096")
    assert await talk.counts() == {("emergency numbers", "", "private"): 2}
    assert await talk.gaps() == []
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for mark in ("35.50", "12.60", "Lampedusa", "IT"):
        assert mark not in caplog.text
    assert b"35.50" not in kept


async def test_a_live_place_that_moves_is_not_answered_again(talk: Talk) -> None:
    """Telegram edits the message with each step."""
    first = await talk.give(talk.world.location(talk.chat, *LAMPEDUSA))
    assert first.reply_to is not None
    moved = talk.world.location(talk.chat, 35.6, 12.7)
    moved["edited_message"] = moved.pop("message")
    before = len(talk.world.called("sendMessage"))
    await talk.give(moved)
    assert len(talk.world.called("sendMessage")) == before


async def test_where_there_is_no_answer_the_country_has_its_page_and_near_questions_are_buttons(tmp_path: Path) -> None:
    """A button leads to the answer, in a message of its own."""
    outside = replace(WEATHER, read_more=("map",), see_also=("dogs",))
    faq = replace(
        garden(),
        emergency=DIRECTORY,
        country_pages={"map": CountryPages("Map of {country}", {"IT": "https://it.example"})},
    )
    faq = replace(faq, entries={**faq.entries, outside.id: outside})
    async with talk_with(RegressionMatcher(faq), tmp_path) as talk:
        reply = await talk.say(f"{outside.phrasings[0]} in Italy")
        assert reply.text.startswith(outside.answer)
        assert "Map of Italy" in reply.text
        assert reply.labels[0] == DOGS.question
        assert DOGS.answer in (await talk.press(DOGS.question)).text
