"""The countries at and around a place, offline, by the time zones whose polygons tzfpy carries.

They reach twelve nautical miles into the sea; beyond, the zones are those of the high seas, of no country. So what is
near a place at sea is found by looking up points on circles around it: no region of search and rescue is guessed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

SEARCH_KM = 300  # around a place
STEP_KM = 20  # between circles, and between points of a circle; below the reach of a coast's zone
_KM_OF_DEGREE = 111.2


_PLACE = re.compile(r"([-+]?\d{1,2}\.\d{3,9})(?:\s*+[,;]\s*+|\s++)([-+]?\d{1,3}\.\d{3,9})")


def place_in(text: str) -> tuple[float, float] | None:
    """The latitude and longitude if a text is nothing else, in decimal degrees; None for any other text."""
    found = _PLACE.fullmatch(text.strip())
    if found is None or abs(float(found[1])) > 90 or abs(float(found[2])) > 180:
        return None
    return float(found[1]), float(found[2])


def countries_around(latitude: float, longitude: float, zones: Mapping[str, str]) -> dict[str, int]:
    """The countries within `SEARCH_KM`, the nearest first, each with the kilometres to it: 0 if the place lies in it.

    ``zones`` maps time zones to countries. Loads the polygons at the first call: 36 MB, a tenth of a second.
    """
    from tzfpy import get_tzs  # loaded where somebody sends a place

    found: dict[str, int] = {}
    for km in range(0, SEARCH_KM + 1, STEP_KM):
        points = max(1, math.ceil(2 * math.pi * km / STEP_KM))
        for index in range(points):
            bearing = 2 * math.pi * index / points
            north = latitude + km / _KM_OF_DEGREE * math.cos(bearing)
            if abs(north) > 90:
                continue
            width = _KM_OF_DEGREE * max(0.01, math.cos(math.radians(north)))
            east = longitude + km / width * math.sin(bearing)
            for zone in get_tzs((east + 180) % 360 - 180, north):
                found.setdefault(zones.get(zone, ""), km)
    return {country: km for country, km in found.items() if len(country) == 2 and country != "ZZ"}
