"""The countries at and around a place, offline, by the time zones whose polygons tzfpy carries.

They reach twelve nautical miles into the sea; beyond, the zones are those of the high seas, of no country. So what is
near a place at sea is found by looking up points on circles around it: no region of search and rescue is guessed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

SEARCH_KM = 300  # around a place
STEP_KM = 20  # between circles, and between points of a circle; below the reach of a coast's zone
_KM_OF_DEGREE = 111.2
LONGEST_PLACE = 200  # characters

_DECIMAL = r"([-+]?\d{1,2}\.\d{3,9})(?:\s*+[,;]\s*+|\s++)([-+]?\d{1,3}\.\d{3,9})"
_PLACE = re.compile(_DECIMAL)
_LINK = re.compile(rf"(?:geo:|https?://(?=\S{{0,80}}map)\S{{0,80}}?[=@/]){_DECIMAL}(?:[,&?/]\S*+)?")
_NUMBER = r"(\d{1,3}(?:\.\d{1,9})?)\s*+"
_ANGLE = rf"{_NUMBER}[°º]?\s*+(?:{_NUMBER}['’′]\s*+(?:{_NUMBER}(?:[\"”″]|'')\s*+)?)?"
_AFTER = re.compile(rf"{_ANGLE}([NS])[\s,;]*+{_ANGLE}([EW])", re.IGNORECASE)
_BEFORE = re.compile(rf"([NS])\s*+{_ANGLE}[\s,;]*+([EW])\s*+{_ANGLE}", re.IGNORECASE)


def place_in(text: str) -> tuple[float, float] | None:
    """The latitude and longitude if a text is nothing else; None for any other text.

    They may be decimal degrees, degrees with minutes and seconds and the letters of N, S, E and W, or a link to a map.
    """
    text = text.strip()
    if len(text) > LONGEST_PLACE:
        return None
    if found := _PLACE.fullmatch(text) or _LINK.fullmatch(text.replace("%2C", ",")):
        north, east = float(found[1]), float(found[2])
    elif found := _AFTER.fullmatch(text):
        north, east = _degrees(found.group(1, 2, 3), found[4]), _degrees(found.group(5, 6, 7), found[8])
    elif found := _BEFORE.fullmatch(text):
        north, east = _degrees(found.group(2, 3, 4), found[1]), _degrees(found.group(6, 7, 8), found[5])
    else:
        return None
    return (north, east) if abs(north) <= 90 and abs(east) <= 180 else None


def _degrees(angle: Sequence[str | None], letter: str) -> float:
    degrees, minutes, seconds = (float(part or 0) for part in angle)
    size = degrees + minutes / 60 + seconds / 3600
    return -size if letter in "SWsw" else size


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
