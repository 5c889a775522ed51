"""Figures of a text: the same number in whatever form is one figure, and what is no number is none."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.content.figures import figures


def stated(text: str) -> list[str]:
    """The figures of a text in their one form, in the order of the text."""
    return list(figures(text))


@pytest.mark.parametrize(
    ("text", "figure"),
    [
        # Whole numbers and how they are written.
        ("7", "7"),
        ("seven", "7"),
        ("three boats", "3"),
        ("ten", "10"),
        ("eleven", "11"),
        ("Seventeen boats", "17"),
        ("seventy", "70"),
        ("twenty-one", "21"),
        ("Twenty one", "21"),
        ("14,000 people", "14000"),
        ("14000 people", "14000"),
        ("1,234,567", "1234567"),
        ("6 million", "6000000"),
        ("6,000,000", "6000000"),
        ("six million", "6000000"),
        ("Six Million", "6000000"),
        ("nearly 6 million people", "6000000"),
        ("6\u00a0million", "6000000"),
        ("twenty-five thousand", "25000"),
        ("3.5 million", "3500000"),
        ("244m people", "244000000"),
        ("a 60-billion plan", "60000000000"),
        ("US$60bn", "60000000000"),
        ("$60 billion", "60000000000"),
        ("\\$60 billion", "60000000000"),
        ("two million", "2000000"),
        ("one hundred", "100"),
        ("3.50 crowns", "3.5"),
        ("(2.5)", "2.5"),
        ("they were 14,000.", "14000"),
        ("14,000, it says", "14000"),
        # Shares.
        ("48 %", "48%"),
        ("48%", "48%"),
        ("48 per cent", "48%"),
        ("48 percent", "48%"),
        ("forty-eight per cent", "48%"),
        ("Ten percent", "10%"),
        ("one per cent", "1%"),
        ("3.4 per cent", "3.4%"),
        ("two-thirds", "2/3"),
        ("two thirds of them", "2/3"),
        ("a third", "1/3"),
        ("a quarter", "1/4"),
        ("half", "1/2"),
        ("Half of the boats", "1/2"),
        ("one in seven", "7"),
        # Multiples and ordinals.
        ("twice", "2"),
        ("double the number", "2"),
        ("threefold", "3"),
        ("a dozen", "12"),
        ("3rd", "3"),
        ("third", "3"),
        ("the tenth year", "10"),
        ("10th", "10"),
        ("the 21st century", "21"),
        # Years.
        ("in 2017", "2017"),
        ("the 1990s", "1990"),
        ("11-year-olds", "11"),
    ],
)
def test_a_number_has_one_form(text: str, figure: str) -> None:
    """However it is written, a number is compared as the same figure."""
    assert stated(text) == [figure]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "one of two",
        "one of them, and two parts",
        "No one came.",
        "zero tolerance",
        "The first and second of all",
        "someone, anyone, nineteenth-century",
        "tenants, often, fiver",
        "weight, height, canine",
        "behalf, halfway",
        "a billion, millions, hundreds",
        "B2B and H1N1",
        "¹ ² ³",
        "CO₂",
    ],
)
def test_what_is_no_number_states_no_figure(text: str) -> None:
    """ "One" and "two" are said of anything; letters of other words and footnote marks are no numbers."""
    assert stated(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("from 2000 to 2017", ["2000", "2017"]),
        ("2000–2017", ["2000", "2017"]),
        ("10 to 15 per cent", ["10", "15%"]),
        ("48 % more than 2000", ["48%", "2000"]),
        ("1 in 7", ["7"]),
        ("9 of the 12", ["9", "12"]),
        ("11 January 2018", ["11", "2018"]),
        ("6 a.m. to 11 p.m.", ["6", "11"]),
        ("A/72/643", ["72", "643"]),
        ("half of 258 million", ["1/2", "258000000"]),
    ],
)
def test_every_figure_of_a_text_is_found_in_order(text: str, expected: list[str]) -> None:
    """Ranges, dates and document numbers state each of their numbers."""
    assert stated(text) == expected


@pytest.mark.parametrize("mark", "¹²³⁴⁵⁶⁷⁸⁹⁰")
def test_a_footnote_mark_is_not_a_digit(mark: str) -> None:
    """14,000¹ is no 14,0001."""
    assert stated(f"14,000{mark} people in 2017{mark}") == ["14000", "2017"]


def test_a_figure_comes_with_the_words_that_state_it() -> None:
    """A problem quotes the figure as the author wrote it, and a number said twice as it was said first."""
    assert figures("Six million came; of the 6,000,000 about 48 per cent stayed.") == {
        "6000000": "Six million",
        "48%": "48 per cent",
    }


@pytest.mark.parametrize("text", ["48 per cent and 48 people", "48 people and 48 %"])
def test_a_share_is_not_a_number(text: str) -> None:
    """48 % of the people are not 48 people."""
    assert sorted(stated(text)) == ["48", "48%"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("two-thirds", "2/3"),
        ("a third", "one third"),
        ("a third", "one-third"),
        ("three quarters", "3/4"),
        ("200,000", "two hundred thousand"),
        ("150", "one hundred and fifty"),
        ("500,000", "half a million"),
        ("60 billion", "USD60 billion"),
        ("14,000", "14 000"),
    ],
)
def test_two_forms_of_a_figure_are_one(one: str, other: str) -> None:
    """Fractions, numbers in words and grouped numbers are the same figures as in other forms."""
    assert stated(one) == stated(other)


_settings = settings(max_examples=100, deadline=None)
UNITS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


@_settings
@given(number=st.integers(min_value=0, max_value=10**15))
@example(number=0)
@example(number=1000)
def test_a_number_is_the_same_with_and_without_separators(number: int) -> None:
    """Thousands separators change nothing, and the one form is the plain number."""
    assert stated(f"{number:,}") == stated(f"{number}") == stated(f"about {number:,} people.") == [str(number)]


@_settings
@given(
    number=st.integers(min_value=1, max_value=999_999),
    scale=st.sampled_from([("thousand", 3), ("million", 6), ("billion", 9)]),
)
def test_a_scale_is_the_number_with_its_zeros(number: int, scale: tuple[str, int]) -> None:
    """6 million, 6-million and 6,000,000 are one figure."""
    word, zeros = scale
    assert stated(f"{number} {word}") == stated(f"{number:,}-{word}") == stated(f"{number * 10**zeros:,}")


@_settings
@given(hundredths=st.integers(min_value=0, max_value=10_000))
def test_per_cent_has_one_form(hundredths: int) -> None:
    """%, per cent and percent mean the same, with or without a space and decimals."""
    number = f"{hundredths / 100:.2f}"
    forms = {tuple(stated(f"{number}{sign}")) for sign in ("%", " %", "\u00a0%", " per cent", " percent")}
    assert len(forms) == 1
    assert forms.pop()[0].endswith("%")


@_settings
@given(
    ten=st.integers(min_value=2, max_value=9), unit=st.integers(min_value=1, max_value=9), hyphen=st.sampled_from("- ")
)
def test_numbers_in_words_are_those_in_digits(ten: int, unit: int, hyphen: str) -> None:
    """Twenty-one to ninety-nine, with a hyphen or without."""
    words = f"{TENS[ten - 2]}{hyphen}{UNITS[unit - 1]}"
    assert stated(words) == stated(words.upper()) == [str(10 * ten + unit)]
    assert stated(f"{words} million") == [str((10 * ten + unit) * 10**6)]
    assert stated(f"{words} per cent") == [f"{10 * ten + unit}%"]


@_settings
@given(numbers=st.lists(st.integers(min_value=0, max_value=10**9), unique=True, max_size=6))
def test_all_numbers_of_a_sentence_are_found(numbers: list[int]) -> None:
    """No number is lost beside another one."""
    assert stated("; ".join(f"{number:,} boats" for number in numbers)) == [str(number) for number in numbers]


@_settings
@given(
    text=st.text()
    | st.lists(st.sampled_from([*"0123456789,.%/ -¹½٣", *UNITS, *TENS, " million", " half"])).map("".join)
)
@example(text="9" * 400 + " billion")
@example(text="1,,,,2")
def test_any_text_has_figures_or_none(text: str) -> None:
    """No text makes it raise; each figure is quoted from the text, and a text twice over states no more than once."""
    found = figures(text)
    assert all(said and figure for figure, said in found.items())
    assert figures(f"{text} ; {text}").keys() == found.keys()
