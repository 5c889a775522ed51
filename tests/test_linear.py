"""No text freezes the bot: whatever is repeated in it, twice the length costs about twice as much, not four times."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

import pytest

from bot.matching.matcher import RegressionMatcher
from bot.text.normalize import MAX_CHARACTERS
from tests.support.growth import (
    AWKWARD,
    LENGTHS,
    MOST_TIMES,
    program_functions,
    program_patterns,
    repeated,
    steepest,
    units_for,
)
from tests.support.samples import garden

pytestmark = pytest.mark.slow

UNITS = 6  # drawn at random, and as many pieces of what a pattern matches
MATCHER = RegressionMatcher(garden())
PATTERNS = program_patterns(MATCHER)
FUNCTIONS = program_functions(MATCHER)


def test_patterns_are_found_wherever_they_are_kept() -> None:
    """In tables, in values of modules, and written out within functions."""
    where = "\n".join(PATTERNS)
    rules = ("redaction._PATTERNS", "redaction._RUN", "redaction_by_words._RULES 100")
    for place in (*rules, "normalize._UNITS", "matcher.second_question", "html:"):
        assert place in where, place


@pytest.mark.parametrize("place", PATTERNS)
def test_a_pattern_grows_no_faster_than_its_text(place: str) -> None:
    """Searched for, and compared with a whole text."""
    pattern = PATTERNS[place]
    units = units_for(pattern, number=UNITS)
    for used in (pattern.search, pattern.fullmatch):
        assert steepest(used, units) is None


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_grows_no_faster_than_its_text(name: str) -> None:
    """As a whole: redaction and matching up to where they read no further, HTML from where it divides texts."""
    lengths = (LENGTHS[2], LENGTHS[3]) if name == "to_html" else (500, LENGTHS[2])
    assert lengths[-1] > MAX_CHARACTERS
    assert steepest(FUNCTIONS[name], AWKWARD, lengths=(*lengths, lengths[-1]), tails=("",)) is None


# --- That this would notice ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pattern",
    [
        r"\w+@",  # each start reads to the end
        r"(?<!\w)\w+_\w+ at ",  # one start, all places to part it
        r"\s+$",
        r"(?=.*x)a",
        r"(?:a|b)*c",
    ],
)
def test_a_pattern_that_grows_with_the_square_is_noticed(pattern: str) -> None:
    """With the units that are made for it, nobody having to know which one it stumbles over."""
    compiled = re.compile(pattern)
    assert steepest(compiled.search, units_for(compiled, number=UNITS)) is not None


@pytest.mark.parametrize(
    "function",
    [
        lambda text: sum(c == "x" for _ in text[::25] for c in text),
        lambda text: [text.count(two) for two in map("".join, zip(text[::5], text[1::5], strict=False))],
    ],
)
def test_a_function_that_grows_with_the_square_is_noticed(function: Callable[[str], object]) -> None:
    """Reading the text again for some of its characters, cheap as that is for one."""
    assert steepest(function, ["a", "ab"] * 3, lengths=(*LENGTHS[:-1], 32_000)) is not None


@pytest.mark.parametrize("function", [str.split, str.upper, lambda text: [ord(c) for c in text], lambda _: None])
def test_what_grows_with_the_length_or_less_passes(function: Callable[[str], object]) -> None:
    """Ten times over."""
    assert steepest(function, ["a", "a "] * 5) is None


def test_a_long_text_is_several_times_as_long_as_a_shorter_one() -> None:
    """So that the square of the length is told from chance by far."""
    assert LENGTHS[-1] >= 64_000
    assert all(longer >= 1.3 * MOST_TIMES * shorter for shorter, longer in pairwise(LENGTHS))
    assert repeated("ab", 5, "!") == "abab!"
