"""Which phone numbers digits may be: the same as the library says if it is asked for each country."""

from __future__ import annotations

import re

import phonenumbers
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.text.telephone import national_forms

EXAMPLES = [
    re.sub(r"\D", "", phonenumbers.format_number(number, form))
    for region in sorted(phonenumbers.SUPPORTED_REGIONS)
    for kind in (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE)
    for form in (phonenumbers.PhoneNumberFormat.NATIONAL, phonenumbers.PhoneNumberFormat.E164)
    if (number := phonenumbers.example_number_for_type(region, kind)) is not None
]


def asked_for_each_country(digits: str) -> set[str]:
    """The slow and obvious way."""
    found = set()
    for region in phonenumbers.SUPPORTED_REGIONS:
        try:
            number = phonenumbers.parse(digits, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            found.add(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL))
    return found


@settings(max_examples=100, deadline=None)
@given(st.text("0123456789", min_size=5, max_size=15) | st.sampled_from(EXAMPLES), st.sampled_from(["", "", "0", "00"]))
def test_the_quick_way_finds_what_the_slow_one_finds(digits: str, before: str) -> None:
    """Whatever is dialled before a number, at home or abroad."""
    assert set(national_forms(before + digits)) == asked_for_each_country(before + digits)
