"""Figures in a text: which numbers it states, in one form, so that an answer can be compared with its facts.

"nearly 6 million" and "6,000,000" are the same figure, "48 %" and "48 per cent" too, "two-thirds" and "2/3" too.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

_UNITS = [
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_WORDS = {word: number for number, word in enumerate(_UNITS)} | {w: 20 + 10 * n for n, w in enumerate(_TENS)}
_ORDINALS = {"third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10}
_SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "m": 10**6, "bn": 10**9}
_FRACTIONS = {"half": "1/2", "a half": "1/2", "a third": "1/3", "two thirds": "2/3", "a quarter": "1/4"}
_MULTIPLES = {"twice": 2, "double": 2, "triple": 3, "threefold": 3, "thrice": 3, "dozen": 12}
# "one" and "two" are said of anything ("one of them", "two parts"); alone they state no figure.
_PLAIN = {"zero", "one", "two"}

_NUMBER = r"\d[\d,]*\d(?:\.\d+)?|\d(?:\.\d+)?"
_WORD = "|".join([*_TENS, *reversed(_UNITS)])
_FIGURE = re.compile(
    rf"(?<![\w.])(?P<digits>{_NUMBER})(?:st|nd|rd|th)?(?:[\s-]?(?P<scale>hundred|thousand|million|billion|m|bn)\b)?"
    rf"(?P<percent>\s?(?:%|per\s?cent\b))?"
    rf"|\b(?P<word>{_WORD})(?:[\s-](?P<unit>{'|'.join(_UNITS[1:10])}))?\b(?![\s-]thirds?\b)"
    r"(?:\s(?P<word_scale>hundred|thousand|million|billion)\b)?(?P<word_percent>\sper\s?cent\b)?"
    rf"|\b(?P<ordinal>{'|'.join(_ORDINALS)})\b"
    r"|\b(?P<fraction>two[\s-]thirds|a third|a quarter|a half|half)\b"
    rf"|\b(?P<multiple>{'|'.join(_MULTIPLES)})\b",
    re.I,
)
_NOISE = re.compile(r"[⁰¹²³⁴-⁹₀-₉]")  # footnote marks, which folding would glue to a figure


def figures(text: str) -> dict[str, str]:
    """The figures of a text in one form, with the words that state them. Years count; "one" and "two" alone do not."""
    found: dict[str, str] = {}
    for match in _FIGURE.finditer(_NOISE.sub(" ", text).replace("\u00a0", " ")):
        figure = _figure(match)
        if figure:
            found.setdefault(figure, match[0])
    return found


def _figure(match: re.Match[str]) -> str | None:
    if match["fraction"]:
        return _FRACTIONS[re.sub(r"[\s-]+", " ", match["fraction"].lower())]
    if match["multiple"]:
        return str(_MULTIPLES[match["multiple"].lower()])
    if match["ordinal"]:
        return str(_ORDINALS[match["ordinal"].lower()])
    scale = match["scale"] or match["word_scale"]
    percent = match["percent"] or match["word_percent"]
    if match["word"]:
        word = match["word"].lower()
        if word in _PLAIN and not scale and not percent:
            return None
        value = Decimal(_WORDS[word] + (_WORDS[match["unit"].lower()] if match["unit"] else 0))
    else:
        try:
            value = Decimal(match["digits"].replace(",", ""))
        except InvalidOperation:  # pragma: no cover - the pattern admits only numbers
            return None
    value *= _SCALES[scale.lower()] if scale else 1
    return f"{value.normalize():f}{'%' if percent else ''}"
