"""The countries of a place and around it: on land, at a border, off a coast and on the high seas."""

from __future__ import annotations

import pytest

from bot.content.countries import zones
from bot.text.places import SEARCH_KM, countries_around, place_in


@pytest.mark.parametrize(
    ("latitude", "longitude", "country"),
    [
        (35.50, 12.60, "IT"),
        (39.10, 26.50, "GR"),
        (32.90, 13.20, "LY"),
        (15.00, 32.50, "SD"),
        (32.50, -117.00, "MX"),
        (-33.90, 151.20, "AU"),
    ],
)
def test_a_place_on_land_lies_in_its_country(latitude: float, longitude: float, country: str) -> None:
    """Lampedusa, Lesbos, Tripoli, Khartoum, Tijuana, Sydney."""
    around = countries_around(latitude, longitude, zones())
    assert next(iter(around.items())) == (country, 0)


def test_on_the_high_seas_the_coasts_around_are_found() -> None:
    """Between Tunisia, Libya, Italy and Malta no country is the place's own."""
    around = countries_around(34.20, 13.50, zones())
    assert {"IT", "LY", "MT", "TN"} <= around.keys()
    assert 0 not in around.values()
    assert list(around.values()) == sorted(around.values())


def test_nothing_is_found_where_no_coast_is_near() -> None:
    """In the middle of the Pacific, and none of it breaks at the poles or at the date line."""
    assert countries_around(-48.9, -123.4, zones()) == {}
    assert all(km <= SEARCH_KM for km in countries_around(90.0, 0.0, zones()).values())
    assert "FJ" in countries_around(-17.0, 179.99, zones())


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("34.5123, 12.1432", (34.5123, 12.1432)),
        (" -33.9000 151.2000 ", (-33.9, 151.2)),
        ("34.5123,12.1432", (34.5123, 12.1432)),
        ("34°30'36\"N 12°15'0\"E", (34.51, 12.25)),
        ("34° 30.6' N, 12° 15' W", (34.51, -12.25)),
        ("n34.51 e 12.25", (34.51, 12.25)),
        ("34.51S 12.25E", (-34.51, 12.25)),
        ("34.5 N", None),
        ("91°N 12°E", None),
        ("geo:34.5123,12.1432?z=12", (34.5123, 12.1432)),
        ("https://maps.google.com/?q=34.5123,12.1432", (34.5123, 12.1432)),
        ("https://www.google.com/maps/@34.5123,12.1432,15z", (34.5123, 12.1432)),
        ("https://example.org/34.5123,12.1432", None),
        ("https://maps.google.com/?q=rome", None),
        ("95.1234, 12.1432", None),
        ("3.5, 4.5", None),
        ("34.5123, 12.1432 is where we are", None),
        ("", None),
    ],
)
def test_a_text_that_is_a_place_is_read(text: str, place: tuple[float, float] | None) -> None:
    """Only if it is nothing else, and exact enough to be no other pair of numbers."""
    assert place_in(text) == place
