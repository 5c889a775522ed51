"""Emergency numbers by country, and how people ask for them. Frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Service(StrEnum):
    """What an emergency number is for; ``ALL`` is police, ambulance and fire together."""

    ALL = "all"
    COAST_GUARD = "coast_guard"
    AMBULANCE = "ambulance"
    FIRE = "fire"
    POLICE = "police"
    WOMEN = "women"
    CHILDREN = "children"


@dataclass(frozen=True, slots=True)
class EmergencyNumber:
    """A number as it is dialled in its country. ``sources`` are ids of records; ``note`` says where it applies."""

    number: str
    services: tuple[Service, ...]
    sources: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class EmergencyTexts:
    """What the bot says with the numbers, in one language. The placeholders in braces are filled in by the bot."""

    heading: str  # {country}
    elsewhere: str  # under the numbers of a country that a message names
    where: str
    other_countries: str
    other_regions: str
    near: str  # under the numbers for a shared place
    at_sea: str  # {km}
    no_coast_guard: str  # {km}
    services: Mapping[str, str]  # by the values of `Service`


@dataclass(frozen=True, slots=True)
class AskingWords:
    """The words by which people ask for an emergency number, in all languages together.

    A message asks if it has a word of ``numbers`` and one of ``services`` or ``emergency``, or one of ``calls`` and one
    of those or of ``dangers``; and none of ``never``.
    """

    numbers: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    emergency: tuple[str, ...] = ()
    dangers: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    services: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the world, to choose a country from."""

    name: str
    countries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EmergencyDirectory:
    """The numbers of each country by its ISO 3166-1 alpha-2 code, and what is needed to find and to show them.

    ``names`` are the countries in the FAQ's language, also those that have pages but no numbers; ``called`` pairs every
    way to write one, in any language, with its code. ``prefixes`` and ``endings`` are what languages add to a word; a
    country after a word of ``away`` is where the person is not. ``waiting`` is what people write while they wait for an
    answer, in any language. ``zones`` maps time zones to countries.
    """

    countries: Mapping[str, tuple[EmergencyNumber, ...]] = field(default_factory=dict)
    texts: EmergencyTexts | None = None
    asking: AskingWords = AskingWords()
    names: Mapping[str, str] = field(default_factory=dict)
    called: tuple[tuple[str, str], ...] = ()
    prefixes: tuple[str, ...] = ()
    endings: tuple[str, ...] = ()
    away: tuple[str, ...] = ()
    likely: tuple[str, ...] = ()
    regions: tuple[Region, ...] = ()
    waiting: tuple[str, ...] = ()
    zones: Mapping[str, str] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash((len(self.called), self.likely))  # cheap, since it is a key for each message

    def name(self, country: str) -> str:
        """A country in the FAQ's language; its code if it has no name there."""
        return self.names.get(country, country)
