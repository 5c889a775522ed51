"""Emergency numbers: who asks for them, for which country, and what is shown."""

from __future__ import annotations

from dataclasses import replace

import phonenumbers
import pytest

from bot.answering.emergency_numbers import with_emergency_numbers
from bot.answering.render import render, to_text
from bot.answering.turn import take_turn
from bot.content.loader import read_faq
from bot.domain.conversation import (
    Conversation,
    Decision,
    EmergencyNumbers,
    NoAnswerReason,
    Outcome,
    Question,
    Unanswered,
    Urgent,
)
from bot.domain.emergency import Service
from bot.domain.faq import Faq, Kind
from bot.gaps.record import note_turn
from bot.matching.matcher import RegressionMatcher
from tests.support.paths import ROOT

NOTHING = Unanswered(NoAnswerReason.NO_MATCH)
FAQ: Faq = read_faq(ROOT / "faq", ROOT / "seeds")
NUMBERS = FAQ.emergency
BOAT = FAQ.entries["urgent-boat-distress"]


def decided(text: str, decision: Decision = NOTHING, *, is_sure: bool = False) -> Decision:
    """What becomes of a decision on a message."""
    return with_emergency_numbers(decision, text, NUMBERS, is_sure=is_sure)


def asks_for_numbers(text: str) -> bool:
    """Whether a message that has no answer asks for emergency numbers."""
    return isinstance(decided(text), EmergencyNumbers)


# --- Asking ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("coast guard number italy", "IT"),
        ("emergency number in morocco", "MA"),
        ("what number for ambulance in turkey", "TR"),
        ("Phone number of the police in Libya?", "LY"),
        ("which number do i call for the fire brigade in the UK", "GB"),
        ("ambulance ivory coast", "CI"),
        ("numero de emergencia en mexico", "MX"),
        ("número de la policía en España", "ES"),
        ("numéro d'urgence en Tunisie", "TN"),
        ("qui appeler en cas d'urgence au Sénégal", "SN"),
        ("Notrufnummer in Griechenland", "GR"),
        ("numero della guardia costiera in Italia", "IT"),
        ("número de emergência no Brasil", "BR"),
        ("номер полиции в Турции", "TR"),
        ("номер швидкої в Україні", "UA"),
        ("رقم الشرطة في المغرب", "MA"),
        ("رقم الإسعاف بمصر", "EG"),
        ("شماره پلیس در ایران", "IR"),
        ("پاکستان میں ایمرجنسی نمبر", "PK"),
        ("Türkiye'de polis numarası", "TR"),
        ("意大利海岸警卫队电话", "IT"),
    ],
)
def test_who_asks_for_a_number_gets_that_countrys(text: str, country: str) -> None:
    """In any of these languages, whatever the FAQ speaks, with what a language adds to a name."""
    found = decided(text)
    assert isinstance(found, EmergencyNumbers)
    assert found.countries == (country,)


@pytest.mark.parametrize(
    "text", ["who can I call if the boat sinks", "emergency phone number please", "¿a quién llamo? help"]
)
def test_without_a_country_it_is_asked_for(text: str) -> None:
    """The general line, and the likely countries to choose from."""
    assert decided(text) == EmergencyNumbers()
    reply = render(EmergencyNumbers(), FAQ)
    assert reply.sections[0].text == FAQ.interface.emergency.strip()
    assert [choice.country for choice in reply.choices[:-1]] == list(NUMBERS.likely)
    assert reply.choices[-1].region == -1


@pytest.mark.parametrize(
    "text",
    [
        "how many people called the coast guard number in italy",
        "the police took my papers in Libya",
        "what is the number of migrants in Morocco",
        "I am from Tunisia",
        "my chin hurts",
        "",
    ],
)
def test_other_messages_are_left_as_they_are(text: str) -> None:
    """Neither a police nor a number nor a country alone asks for an emergency number."""
    assert not asks_for_numbers(text)


@pytest.mark.slow
def test_no_text_of_the_faq_asks_for_a_number() -> None:
    """The rule takes no question away from an answer; a card that is surely meant stays, with the numbers."""
    asked = [entry for entry in FAQ.entries.values() if entry.kind not in (Kind.URGENT, Kind.OUT_OF_SCOPE)]
    texts = [text for entry in asked for text in (entry.question, *entry.phrasings)]
    assert list(filter(asks_for_numbers, (*texts, *FAQ.off_topic))) == []


def test_the_service_asked_for_stands_first() -> None:
    """Whoever asks for the coast guard does not search for it."""
    text = to_text(render(decided("italy coast guard number"), FAQ), FAQ.interface)
    assert text.index("1530") < text.index("112")
    assert "Source: " in text


def test_where_the_person_left_is_not_where_the_person_is() -> None:
    """A country after 'from' is not asked about."""
    assert decided("I come from Eritrea, emergency number in Libya?") == EmergencyNumbers(("LY",))


# --- Cards -------------------------------------------------------------------------------------------------------


def test_a_card_shows_the_numbers_of_the_country_that_the_message_names() -> None:
    """They stand in place of the general emergency line."""
    card = decided("our boat sinks near Lampedusa", Urgent(BOAT), is_sure=True)
    assert card == Urgent(BOAT, ("IT",))
    text = render(card, FAQ).sections[0].text
    first, _, steps = BOAT.answer.partition("\n")
    assert text.startswith(f"{first}\n\nEmergency numbers in Italy:\n• 1530: coast guard\n"), "the coast guard first"
    assert FAQ.interface.emergency.strip() not in text
    assert steps in text


def test_a_card_without_a_country_asks_where_the_person_is() -> None:
    """Below the general line."""
    reply = render(decided("our boat sinks", Urgent(BOAT)), FAQ)
    assert FAQ.interface.emergency.strip() in reply.sections[0].text
    assert reply.choices_title == "Where are you?"


def test_a_card_for_somebody_held_leaves_the_police_out() -> None:
    """Numbers that reach the police alone are not shown; those that reach others too are."""
    text = render(Urgent(replace(BOAT, hides_police=True), ("CH",)), FAQ).sections[0].text
    assert "117" not in text
    assert "144" in text
    assert "117" in render(Urgent(BOAT, ("CH",)), FAQ).sections[0].text


def test_who_is_surely_in_danger_gets_the_card() -> None:
    """Even if the message asks whom to call; otherwise the question is answered."""
    text = "who can i call, the boat sinks"
    assert isinstance(decided(text, Urgent(BOAT), is_sure=True), Urgent)
    assert isinstance(decided(text, Urgent(BOAT)), EmergencyNumbers)


# --- The whole turn ----------------------------------------------------------------------------------------------


def test_it_is_counted_and_never_kept(matcher: RegressionMatcher) -> None:
    """The outcome has a name of its own, and no text goes to the gap log."""
    question = Question("emergency number in morocco")
    turn = take_turn(question, matcher)
    assert turn.outcome is Outcome.EMERGENCY_NUMBERS
    note = note_turn(turn, question, matcher)
    assert note.gap is None
    assert note.count.outcome is Outcome.EMERGENCY_NUMBERS


def test_a_country_is_chosen_by_its_number(matcher: RegressionMatcher) -> None:
    """In the terminal: the likely ones first, then the regions, then a region's countries."""
    asked = take_turn(Question("which number do i dial for an ambulance"), matcher)
    offered = asked.reply.choices
    assert "Emergency numbers in Italy:" in to_text(
        take_turn(Question("1"), matcher, Conversation(offered)).reply, FAQ.interface
    )
    regions = take_turn(Question(str(len(offered))), matcher, Conversation(offered)).reply
    assert regions.choices[0].label == "North Africa"
    countries = take_turn(Question("1"), matcher, Conversation(regions.choices)).reply
    assert "Egypt" in [choice.label for choice in countries.choices]
    egypt = [choice.label for choice in countries.choices].index("Egypt") + 1
    assert "123: ambulance" in to_text(
        take_turn(Question(str(egypt)), matcher, Conversation(countries.choices)).reply, FAQ.interface
    )


# --- The table ---------------------------------------------------------------------------------------------------


def is_known(number: str, country: str) -> bool:
    """Whether libphonenumber knows a number as an emergency or short number there."""
    if phonenumbers.is_emergency_number(number, country):
        return True
    parsed = phonenumbers.parse(number, country)
    return phonenumbers.is_valid_short_number_for_region(parsed, country)


def test_every_number_is_known_or_confirmed_by_a_page() -> None:
    """What libphonenumber does not know stands on two pages, or on one that speaks of that country alone."""
    cited = [name for listed in NUMBERS.countries.values() for one in listed for name in set(one.sources)]
    for country, listed in NUMBERS.countries.items():
        for one in listed:
            assert all(FAQ.sources[name].url.startswith("http") for name in one.sources)
            is_own = any(cited.count(name) == 1 for name in one.sources)
            assert is_known(one.number, country) or len(one.sources) > 1 or is_own, (country, one.number)


def test_every_country_can_be_chosen_and_named() -> None:
    """Each stands in one region, and its own name leads to it."""
    regions = [code for region in NUMBERS.regions for code in region.countries]
    assert sorted(regions) == sorted(set(regions) & NUMBERS.countries.keys())
    for country in NUMBERS.countries:
        found = decided(f"emergency number in {NUMBERS.name(country)}")
        assert isinstance(found, EmergencyNumbers)
        assert found.countries == (country,), country


def test_every_service_has_a_label() -> None:
    """Whatever a number is for is said in words."""
    assert NUMBERS.texts is not None
    assert set(NUMBERS.texts.services) == set(Service)


def test_without_numbers_nothing_changes() -> None:
    """An FAQ without emergency numbers decides as before."""
    bare = replace(NUMBERS, countries={})
    assert with_emergency_numbers(NOTHING, "emergency number in morocco", bare, is_sure=False) is NOTHING
