"""Which telephone numbers digits without a country code may be, by the numbering plans of all countries. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import phonenumbers


class _Plan(NamedTuple):
    """What a region's numbering plan says of how its numbers are dialled at home."""

    region: str
    country_code: str
    abroad: re.Pattern[str]  # what is dialled before a country code, as 00
    prefix: re.Pattern[str] | None  # what is dialled before a number of the same country, as 0
    in_place_of_prefix: str | None
    numbers: re.Pattern[str]  # of all regions with this country code


def national_forms(digits: str) -> Iterator[str]:
    """The digits in the national format of each country in which they are a valid phone number.

    Parsing them for each of 245 regions takes 10 milliseconds, so it is done only for those whose plan they fit: 2.
    """
    abroad: set[str] = set()
    for plan in _plans():
        number = digits
        dialled = plan.abroad.match(digits)
        if dialled and digits[dialled.end() :][:1] not in ("", "0"):
            number = "+" + digits[dialled.end() :]
            if number in abroad:
                continue
            abroad.add(number)
        elif not any(map(plan.numbers.fullmatch, _without_prefixes(digits, plan))):
            continue
        try:
            parsed = phonenumbers.parse(number, plan.region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(parsed):
            yield phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)


def _without_prefixes(digits: str, plan: _Plan) -> Iterator[str]:
    """What may be the number itself: the digits with and without the country code and what is dialled before it."""
    for dialled in {digits, digits.removeprefix(plan.country_code)}:
        yield dialled
        if plan.prefix is not None and (found := plan.prefix.match(dialled)):
            yield dialled[found.end() :]
            if plan.in_place_of_prefix:
                yield found.expand(plan.in_place_of_prefix) + dialled[found.end() :]


def _metadata(region: str) -> Any:
    """What the library knows of a region; its types allow for parts that no region lacks."""
    return phonenumbers.PhoneMetadata.metadata_for_region(region)


@lru_cache(maxsize=1)
def _plans() -> tuple[_Plan, ...]:
    phonenumbers.enable_pattern_cache()  # its 800 patterns; else most would be compiled again for each number
    plans = []
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        metadata = _metadata(region)
        regions = phonenumbers.region_codes_for_country_code(metadata.country_code)
        numbers = "|".join(f"(?:{_metadata(one).general_desc.national_number_pattern})" for one in regions)
        prefix = metadata.national_prefix_for_parsing
        plans.append(
            _Plan(
                region,
                str(metadata.country_code),
                re.compile(metadata.international_prefix),
                re.compile(prefix) if prefix else None,
                metadata.national_prefix_transform_rule,
                re.compile(numbers),
            )
        )
    return tuple(plans)
