"""The reply to a shared place: the country's numbers, or the coast guards around; what the program cannot do first."""

from __future__ import annotations

from bot.answering.place import place_reply
from bot.answering.render import to_text
from bot.content.loader import read_faq
from bot.domain.faq import Faq
from tests.support.paths import ROOT
from tests.support.samples import garden

FAQ: Faq = read_faq(ROOT / "faq", ROOT / "seeds")


def shown(latitude: float, longitude: float) -> str:
    reply = place_reply(latitude, longitude, FAQ)
    assert reply is not None
    return to_text(reply, FAQ.interface)


def test_a_place_on_land_gets_its_countrys_numbers() -> None:
    """After the line that nobody reads this."""
    text = shown(35.50, 12.60)
    assert text.startswith("I am a program. Nobody reads this chat. I cannot send help.")
    assert "Emergency numbers in Italy:" in text
    assert "1530" in text
    assert "I do not keep the place." in text


def test_near_a_border_both_countries_are_shown() -> None:
    """A telephone at the strait of Lesbos may be in either."""
    text = shown(39.32, 26.42)
    assert "Emergency numbers in Greece:" in text
    assert "Emergency numbers in Türkiye:" in text


def test_at_sea_the_coast_guards_around_are_named() -> None:
    """With how far was looked; and the numbers of the nearest country."""
    text = shown(34.20, 13.50)
    assert "within about 300 km" in text
    assert "• Italy: 1530" in text
    assert "Emergency numbers in Libya:" in text


def test_far_from_every_coast_it_is_said() -> None:
    """Nothing is made up."""
    text = shown(-48.9, -123.4)
    assert "no coast guard within about 300 km" in text
    assert "Emergency numbers in" not in text


def test_on_land_nobody_is_taken_to_be_at_sea() -> None:
    """In Western Sahara, of which there are no numbers, the nearest country's; at the South Pole the general line."""
    text = shown(26.2, -11.0)
    assert "at sea" not in text.lower()
    assert "Emergency numbers in" in text
    assert FAQ.interface.emergency.strip() in shown(-89.99, 0.0)


def test_without_emergency_numbers_there_is_no_reply() -> None:
    """An FAQ without them says what it says to all that is no text."""
    assert place_reply(35.5, 12.6, garden()) is None
