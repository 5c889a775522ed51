"""The reply to a place that a person shares: whom to call there. The place is used for this reply and not kept."""

from __future__ import annotations

from bot.answering.render import MOST_COUNTRIES, render_numbers
from bot.domain.conversation import Reply
from bot.domain.emergency import Service
from bot.domain.faq import Faq
from bot.text.places import SEARCH_KM, STEP_KM, countries_around

MOST_COASTS = 5


def place_reply(latitude: float, longitude: float, faq: Faq) -> Reply | None:
    """The numbers of the country of a place and of those across a near border; at sea the coast guards around.

    None if the FAQ has no emergency numbers.
    """
    directory, texts, program = faq.emergency, faq.emergency.texts, faq.interface.program.strip()
    if texts is None or not directory.countries:
        return None
    found = countries_around(latitude, longitude, directory.zones)
    around = {country: km for country, km in found.items() if country in directory.countries}
    if 0 in found.values():  # on land, or close to it
        near = [country for country, km in around.items() if km <= STEP_KM] or list(around)[:1]
        before = program if near else f"{program}\n\n{faq.interface.emergency.strip()}"
        return render_numbers(near[:MOST_COUNTRIES], faq, before=before, after=texts.near)
    coasts = [
        f"• {directory.name(country)}: {one.number}"
        for country in around
        for one in directory.countries[country]
        if Service.COAST_GUARD in one.services
    ][:MOST_COASTS]
    at_sea = texts.at_sea if coasts else texts.no_coast_guard
    before = "\n".join([program, "", at_sea.format(km=SEARCH_KM), *coasts])
    return render_numbers(list(around)[:1], faq, before=before, after=texts.near)
