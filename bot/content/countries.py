"""Names of countries in many languages, and the countries of time zones, from Unicode's CLDR as Babel carries it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.core import get_global

# The languages of migration that CLDR knows well enough to name the countries.
LANGUAGES = (
    *("en", "ar", "zh", "fr", "ru", "es", "pt", "de", "it", "tr", "fa", "ps", "ur", "uk"),
    *("hi", "bn", "so", "am", "ti", "sw", "ckb"),
)
SHORTEST = 4  # letters of a Latin name, which else may be a common word of another language


@cache
def names(language: str) -> Mapping[str, str]:
    """The countries' names by ISO 3166-1 alpha-2 code in a language; in English if CLDR does not know the language."""
    try:
        return dict(Locale(language).territories)
    except UnknownLocaleError:
        return names("en")


@cache
def called(countries: Collection[str]) -> tuple[tuple[str, str], ...]:
    """Each name of the countries in `LANGUAGES` with its code. A name in parentheses is a name of its own."""
    found: dict[tuple[str, str], None] = {}
    for language in LANGUAGES:
        for code in countries:
            for name in names(language).get(code, "").replace("(", "\n").replace(")", "\n").splitlines():
                if len(name.strip()) >= SHORTEST or not name.isascii():
                    found[name.strip(), code] = None
    return tuple(pair for pair in found if pair[0])


@cache
def zones() -> Mapping[str, str]:
    """The country of each time zone."""
    return dict(get_global("zone_territories"))
