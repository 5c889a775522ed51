"""Times as the records write them in English, in other languages: month names and ranges from Unicode's CLDR."""

from __future__ import annotations

import re
from datetime import date

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, get_month_names

_MONTHS = {name: number for number, name in get_month_names(locale="en").items()}
_MONTH = "|".join(_MONTHS)
_POINT = re.compile(rf"(?:(\d{{1,2}}) )?({_MONTH}) (\d{{4}})")
_DAYS = re.compile(rf"(\d{{1,2}})(?: to |-)(\d{{1,2}} (?:{_MONTH}) \d{{4}})")
_YEAR = re.compile(r"\b\d{4}\b")


def time_in(language: str, time: str) -> str:
    """A time such as `June 2025` or `2014 to April 2025` in a language; in English if CLDR does not know it.

    Of any other, such as `mid-2024` or `late 2018 to early 2019`, its years alone; empty without one.
    """
    try:
        locale = Locale(language)
    except UnknownLocaleError:
        locale = Locale("en")
    if days := _DAYS.fullmatch(time):
        time = f"{days[1]} {days[2].partition(' ')[2]} to {days[2]}"
    points = [_point(part, locale) for part in time.split(" to ")]
    if len(points) == 2 and all(points):
        return str(locale.interval_formats[None]).format(*points)
    return ", ".join(filter(None, points))


def _point(written: str, locale: Locale) -> str:
    """A month or a day; of anything else its years."""
    point = _POINT.fullmatch(written)
    if point is None:
        return ", ".join(_YEAR.findall(written))
    try:
        day = date(int(point[3]), _MONTHS[point[2]], int(point[1] or 1))
    except ValueError:
        return point[3]
    return format_date(day, "long", locale) if point[1] else format_skeleton("yMMMM", day, locale=locale)
