"""Numbers in words: what becomes digits, and what stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.number_words import in_digits

SMALL = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
ONES = ["", *SMALL.split(), "eighteen", "nineteen"]
TENS = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


def spelled(number: int) -> str:
    """A number from 2 to 999,999 in words, as British English says it."""
    if number < 20:
        return ONES[number]
    if number < 100:
        return f"{TENS[number // 10]} {ONES[number % 10]}".strip()
    size, name = (100, "hundred") if number < 1000 else (1000, "thousand")
    head, rest = f"{spelled(number // size)} {name}", number % size
    if not rest:
        return head
    return f"{head} and {spelled(rest)}" if rest < 100 else f"{head} {spelled(rest)}"


@given(st.integers(2, 999_999))
def test_every_number_below_a_million_becomes_its_digits(number: int) -> None:
    """With `and` before the last two digits, and without."""
    words = spelled(number).split()
    assert in_digits(words) == [str(number)]
    assert in_digits([word for word in words if word != "and"]) == [str(number)]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("twenty eighteen", "2018"),
        ("in nineteen ninety", "in 1990"),
        ("two hundred and forty four million people", "244 million people"),
        ("which one of them", "which one of them"),
        ("one of two compacts and one report", "one of 2 compacts and one report"),
        ("hundred people and more", "hundred people and more"),
        ("five and six", "5 and 6"),
        ("twenty twenty", "2020"),
        ("thirty ten", "30 10"),
        ("one hundred", "100"),
        ("in 2 k 15", "in 2015"),
        ("14 k people", "14000 people"),
        ("258000000 people", "258 million people"),
        ("1500000", "1.5 million"),
        ("466000000000 dollar", "466 billion dollar"),
        ("12345600000000000", "12345600 billion"),
        ("244 m", "244 million"),
        ("258715000", "258715000"),
        ("2 k 5", "2000 5"),
        ("", ""),
    ],
)
def test_numbers_as_people_type_them(typed: str, meant: str) -> None:
    """Years in two halves and short, millions in digits; `one` and a bare `hundred` stay words."""
    assert in_digits(typed.split()) == meant.split()


@given(st.lists(st.sampled_from([*ONES[1:], *TENS[2:], "hundred", "thousand", "and", "people", "7"]), max_size=12))
def test_words_that_are_no_numbers_stay_in_order(words: list[str]) -> None:
    """Nothing raises, nothing else is lost, and digits are changed no more."""
    result = in_digits(words)
    assert [word for word in result if word == "people"] == [word for word in words if word == "people"]
    assert in_digits([word for word in result if word[0].isdigit()]) == [w for w in result if w[0].isdigit()]
