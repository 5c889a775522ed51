"""Ten people in danger talk with the bot's process, in five languages: what they read after each thing they send."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.content.loader import read_faq
from bot.domain.faq import Faq
from bot.matching.matcher import RegressionMatcher
from tests.support.paths import ROOT
from tests.support.people_in_danger import DIALOGUES, PLACES, Dialogue, update_of
from tests.support.telegram_phone import Phone, phone_to

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

FAQ: Faq = read_faq(ROOT / "faq", ROOT / "seeds")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def phone(
    tmp_path_factory: pytest.TempPathFactory, cache: Path, matcher: RegressionMatcher
) -> AsyncIterator[Phone]:
    """One bot with the project's own FAQ. At its end nothing of what they wrote is in its log or its data."""
    folder = tmp_path_factory.mktemp("danger")
    async with phone_to(folder, ROOT / "faq", ROOT / "seeds", cache, THROTTLE_MESSAGES="0") as made:
        yield made
        assert await made.process.stop() == 0, made.process.output
        stored = b"".join(path.read_bytes() for path in (folder / "data").iterdir())
        for dialogue in DIALOGUES:
            assert dialogue.cry not in made.process.output
            assert dialogue.cry.encode() not in stored
        assert await made.gaps(lambda gaps: gaps == []) == []


@pytest.mark.parametrize("dialogue", DIALOGUES, ids=lambda one: f"{one.language}-{one.card}")
async def test_a_person_in_danger(dialogue: Dialogue, phone: Phone) -> None:
    """Each thing sent is answered with whom to call, and that nobody reads this; never with "I don't know"."""
    chat, faq = phone.somebody(), FAQ.in_language(dialogue.language)
    says, card = faq.interface, faq.entries[dialogue.card]
    assert card.language == faq.language == dialogue.language
    first_line = card.answer.partition("\n")[0]
    shown = await phone.say(dialogue.cry, chat)
    assert shown.text.startswith(first_line)
    assert says.program in shown.text
    assert says.not_about_me in shown.labels
    if card.is_machine:
        assert says.machine in shown.text
        assert shown.labels[-1] == says.original
    if card.discreet:
        assert says.delete_chat.strip() in shown.text
    for sent in dialogue.sends:
        shown = await phone.give(update_of(sent, phone.world, chat), chat)
        assert says.program in shown.text
        assert says.unanswered.splitlines()[0] not in shown.text
        assert says.text_only.splitlines()[0] not in shown.text
        assert says.not_about_me in shown.labels
        if sent in PLACES and sent != "sea":
            assert _heading(sent, faq) in shown.text
        elif sent not in PLACES and not sent[0].isdigit():
            assert first_line in shown.text
    if dialogue.button:
        label = dialogue.button if dialogue.button in shown.labels else faq.emergency.name(dialogue.button)
        pressed = await phone.press(label, chat)
        wanted = "West Africa" if dialogue.button == "Other countries" else _heading(dialogue.button, faq)
        assert wanted in pressed.text or wanted in pressed.labels


def _heading(country: str, faq: Faq) -> str:
    """What stands above the emergency numbers of a country."""
    assert faq.emergency.texts is not None
    return faq.emergency.texts.heading.format(country=faq.emergency.name(country))
