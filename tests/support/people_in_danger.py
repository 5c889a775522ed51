"""Ten people in danger, in five languages: what each of them sends to the bot, one thing after another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.support.telegram_world import Chat, World

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


def update_of(sent: str, world: World, chat: Chat) -> dict[str, Any]:
    """The update that brings a thing sent: a place, something that is no text, or words."""
    if sent in PLACES:
        return world.location(chat, *PLACES[sent])
    if sent.isascii() and hasattr(world, sent):
        update: dict[str, Any] = getattr(world, sent)(chat)
        return update
    return world.text(chat, sent)
