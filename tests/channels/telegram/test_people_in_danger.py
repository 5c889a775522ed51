"""Ten people in danger talk with the bot's process, in five languages: what they read after each thing they send."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from bot.content.loader import read_faq
from bot.domain.faq import Faq
from bot.matching.matcher import RegressionMatcher
from tests.support.paths import ROOT
from tests.support.telegram_phone import Phone, phone_to
from tests.support.telegram_world import Chat, Shown

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

FAQ: Faq = read_faq(ROOT / "faq", ROOT / "seeds")
PLACES = {
    "IT": (35.5012, 12.6096),  # Lampedusa
    "LY": (32.8872, 13.1913),  # Tripoli
    "TN": (34.7406, 10.7603),  # Sfax
    "MX": (14.9050, -92.2630),  # Tapachula
    "MA": (35.1681, -2.9335),  # Nador
    "PL": (52.7000, 23.8500),  # the forest of Białowieża
    "sea": (34.3000, 14.8000),  # between Libya, Malta and Crete
}


@dataclass(frozen=True, slots=True)
class Dialogue:
    """What somebody sends one after another: first the cry, then words, ``voice`` and the like, or places of `PLACES`.

    ``button`` is pressed at the end.
    """

    language: str
    cry: str
    card: str
    sends: tuple[str, ...]
    button: str = ""


DIALOGUES = (
    Dialogue("en", "water is coming in the dinghy, the motor stopped, we see no land", "urgent-boat-distress",
             ("sea", "voice", "hello?? is anybody there??", "34.3000, 14.8000", "🆘"), "IT"),
    Dialogue("en", "my sponsor locked me in the flat and has my documents since march", "urgent-passport-taken",
             ("please answer", "video_note", "ok"), "Other countries"),
    Dialogue("en", "i walked in the desert two days, my brother fell down and he does not answer me",
             "urgent-unconscious", ("voice", "LY", "hurry please")),
    Dialogue("ar", "المركب عم يغرق ومعنا أطفال وما في سترات", "urgent-boat-distress",
             ("sea", "voice", "هل من أحد؟؟", "ردوا علينا", "IT"), "TN"),
    Dialogue("ar", "زوجي ضربني اليوم وهددني بالسكين", "urgent-violence-home",
             ("أرجوك", "photo", "TN"), "MA"),
    Dialogue("fr", "le passeur nous a enfermés dans une maison et veut encore de l'argent", "urgent-smuggled",
             ("voice", "vous êtes là ?", "répondez svp", "LY")),
    Dialogue("fr", "j'ai perdu mon petit garçon à la gare, il a quatre ans", "urgent-lost-child",
             ("photo", "IT", "merci"), "GR"),
    Dialogue("es", "nos secuestraron en la frontera y piden dinero a mi familia", "urgent-kidnapped",
             ("MX", "¿hay alguien?", "contact", "¡¡por favor respondan!!"), "MX"),
    Dialogue("es", "mi esposa está embarazada y sangra mucho, estamos en la selva", "urgent-birth",
             ("voice", "rápido", "sticker", "14.9050 -92.2630")),
    Dialogue("ru", "они отобрали у нас телефоны и вытолкнули обратно через границу в лес, очень холодно",
             "urgent-pushback", ("PL", "voice", "вы здесь? ответьте", "😭")),
)  # fmt: skip


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
        shown = await _send(sent, phone, chat)
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


async def _send(sent: str, phone: Phone, chat: Chat) -> Shown:
    """Send a place, something that is no text, or words."""
    if sent in PLACES:
        return await phone.give(phone.world.location(chat, *PLACES[sent]), chat)
    if sent.isascii() and hasattr(phone.world, sent):
        return await phone.give(getattr(phone.world, sent)(chat), chat)
    return await phone.say(sent, chat)
