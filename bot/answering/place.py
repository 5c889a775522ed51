"""The reply to a place that a person shares: whom to call there. The place is used for this reply and not kept."""

from __future__ import annotations

from functools import partial

from bot.answering.render import MOST_COUNTRIES, render_numbers
from bot.domain.conversation import Reply
from bot.domain.emergency import Service
from bot.domain.faq import Entry, Faq
from bot.text.places import SEARCH_KM, STEP_KM, countries_around

MOST_COASTS = 5


def place_reply(latitude: float, longitude: float, faq: Faq, card: Entry | None = None) -> Reply | None:
    """The numbers of the country of a place and of those across a near border; at sea the coast guards around.

    After a ``card``, the numbers that it needs stand first. None if the FAQ has no emergency numbers.
    """
    directory, texts, program = faq.emergency, faq.emergency.texts, faq.interface.program.strip()
    if texts is None or not directory.countries:
        return None
    numbers = partial(
        render_numbers,
        faq=faq,
        first=card.call_first if card else (),
        hides_police=card is not None and card.hides_police,
    )
    found = countries_around(latitude, longitude, directory.zones)
    around = {country: km for country, km in found.items() if country in directory.countries}
    if 0 in found.values():  # on land, or close to it
        near = [country for country, km in around.items() if km <= STEP_KM] or list(around)[:1]
        before = program if near else f"{program}\n\n{faq.interface.emergency.strip()}"
        return numbers(near[:MOST_COUNTRIES], before=before, after=texts.near)
    coasts = [
        f"• {directory.name(country)}: {one.number}"
        for country in around
        for one in directory.countries[country]
        if Service.COAST_GUARD in one.services
    ][:MOST_COASTS]
    at_sea = texts.at_sea if coasts else texts.no_coast_guard
    before = "\n".join([program, "", at_sea.format(km=SEARCH_KM), *coasts])
    return numbers(list(around)[:1], before=before, after=texts.near)
