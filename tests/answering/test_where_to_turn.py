"""Where a reply leads that has no answer: the pages of the country that the message names, and the near questions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.answering.emergency_numbers import with_emergency_numbers
from bot.answering.render import MOST_COUNTRIES, render, to_text
from bot.content.loader import read_faq
from bot.domain.conversation import Decision, Link, NoAnswerReason, Reply, Unanswered, Urgent
from bot.domain.faq import CountryPages, Faq, Kind
from tests.support.paths import ROOT
from tests.support.samples import DOGS, HURT, INTERFACE, MAP, OPENING_HOURS, WEATHER, garden

FAQ: Faq = read_faq(ROOT / "faq", ROOT / "seeds")
ASYLUM = FAQ.entries["no-personal-asylum"]
RETURN = FAQ.entries["no-personal-return"]
OUTSIDE = Unanswered(NoAnswerReason.OUT_OF_SCOPE, ASYLUM)
MAPS = CountryPages("Map of {country}", {"IT": "https://it.example", "TN": "https://tn.example"})
GARDEN = replace(
    garden(),
    country_pages={"map": MAPS},
    emergency=replace(FAQ.emergency, countries={}),
)


def decided(text: str, decision: Decision = OUTSIDE) -> Decision:
    """What becomes of a decision on a message."""
    return with_emergency_numbers(decision, text, FAQ.emergency, is_sure=False)


def reply_to(text: str, entry: str = ASYLUM.id) -> Reply:
    """The reply to a message that is most like an out-of-scope entry."""
    return render(decided(text, replace(OUTSIDE, entry=FAQ.entries[entry])), FAQ)


# --- The country -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("how do i apply for asylum in Sweden", "Sweden"),
        ("asylum in the uk", "United Kingdom"),
        ("i want to ask for asylum, i am in Athens", "Greece"),
        ("asilo en España", "Spain"),
        ("اللجوء في مصر", "Egypt"),
    ],
)
def test_the_help_page_of_the_country_stands_in_place_of_the_general_one(text: str, country: str) -> None:
    """However the message calls the country, its page is named in the FAQ's language."""
    titles = [page.title for page in reply_to(text).pages]
    assert f"UNHCR Help: {country}" in titles
    assert FAQ.sources["unhcr-help"].title not in titles


def test_the_office_of_the_country_is_named_too() -> None:
    """Where a reply leads to IOM."""
    assert (
        Link("IOM: Egypt", "https://egypt.iom.int/")
        in reply_to("who pays my ticket home, I am in Cairo", RETURN.id).pages
    )


@pytest.mark.parametrize(
    "text", ["how do i apply for asylum", "asylum in Andorra", "I am from Syria, how do i get asylum"]
)
def test_without_a_page_of_the_country_the_general_one_stays(text: str) -> None:
    """Nor does it name the country that somebody left."""
    assert reply_to(text).pages == render(OUTSIDE, FAQ).pages
    assert FAQ.sources["unhcr-help"].title in [page.title for page in reply_to(text).pages]


def test_of_many_countries_the_first_are_shown() -> None:
    """Or the pages would fill the screen."""
    own = [page for page in reply_to("asylum in Italy, Spain, Greece, Malta or Sweden").pages if ": " in page.title]
    assert [page.title for page in own][:MOST_COUNTRIES] == [
        f"UNHCR Help: {name}" for name in ("Italy", "Spain", "Greece")
    ]
    assert "Malta" not in str(own)


def test_a_country_without_emergency_numbers_has_its_page() -> None:
    """The two lists are of different countries."""
    assert "JM" not in FAQ.emergency.countries
    assert "UNHCR Help: Jamaica" in [page.title for page in reply_to("asylum in Jamaica").pages]


def test_a_card_leads_to_the_country_too() -> None:
    """Below the numbers that stand on it."""
    card = replace(HURT, read_more=("map",))
    assert render(Urgent(card, ("TN",)), GARDEN).pages == (Link("Map of Tunisia", "https://tn.example"),)
    assert render(Urgent(card, ("SE",)), GARDEN).pages == (Link(MAP.title, MAP.url),)


def test_without_an_answer_it_says_where_to_turn() -> None:
    """Below "I don't know", in the country that the message names, in any language, where there is a page for it."""
    nothing = Unanswered(NoAnswerReason.NO_MATCH)
    pages = render(decided("may my dog come in, I am in Cairo", nothing), FAQ).pages
    assert [page.title for page in pages] == ["UNHCR Help: Egypt", "IOM: Egypt"]
    french = render(decided("xyzzy", nothing), FAQ.in_language("fr"))
    assert french.pages_title == FAQ.in_language("fr").interface.own_case
    assert [page.url for page in french.pages] == [FAQ.sources[name].url for name in FAQ.interface.own_case_pages]


def test_what_is_not_understood_leads_to_the_same_pages() -> None:
    """A message in another language may ask about a life too."""
    reply = render(decided("xyzzy en Suecia", Unanswered(NoAnswerReason.OTHER_LANGUAGE)), FAQ)
    assert [page.title for page in reply.pages] == ["UNHCR Help: Sweden", "IOM: offices by country"]


def test_every_country_with_a_page_is_known_by_its_name() -> None:
    """Its address is https, and its own name leads to it."""
    for page, own in FAQ.country_pages.items():
        assert page in FAQ.sources
        for country, url in own.urls.items():
            assert url.startswith("https://")
            found = decided(f"asylum in {FAQ.emergency.name(country)}")
            assert isinstance(found, Unanswered)
            assert found.countries == (country,), country


# --- The near questions ------------------------------------------------------------------------------------------


def test_the_questions_that_are_near_are_offered() -> None:
    """In the editors' order, without what the FAQ no longer has; numbered in the terminal."""
    entry = replace(WEATHER, see_also=("opening-hours", "gone", "dogs"))
    reply = render(Unanswered(NoAnswerReason.OUT_OF_SCOPE, entry), GARDEN)
    assert [choice.entry for choice in reply.choices] == ["opening-hours", "dogs"]
    listed = f"{INTERFACE.can_answer}\n1. {OPENING_HOURS.question}\n2. {DOGS.question}"
    assert to_text(reply, INTERFACE).endswith(listed)


def test_without_near_questions_there_is_no_line_for_them() -> None:
    """A title with nothing below it would puzzle."""
    assert render(Unanswered(NoAnswerReason.OUT_OF_SCOPE, WEATHER), GARDEN).choices_title == ""


def test_each_reply_of_the_project_is_short() -> None:
    """At most 45 words in sentences of at most 18, the first of at most 12."""
    for entry in FAQ.of_kind(Kind.OUT_OF_SCOPE):
        first, *others = [line for line in entry.answer.replace(". ", ".\n").splitlines() if line]
        assert len(entry.answer.split()) <= 45, entry.id
        assert len(first.split()) <= 12, entry.id
        assert all(len(sentence.split()) <= 18 for sentence in others), entry.id
