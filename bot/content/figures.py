"""The figures that a text states, normalised, so that an answer can be compared with its facts.

English is read with its numbers in words: "nearly 6 million" and "6,000,000" are the same figure, "48 %" and
"48 per cent" too, "two-thirds" and "2/3" too. In other languages only digits are read, with the words for thousands,
millions and so on that Unicode's CLDR has.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache, lru_cache

from babel import Locale

from bot.text.normalize import without_footnotes

_UNITS = [
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_VALUES = {word: number for number, word in enumerate(_UNITS)} | {w: 20 + 10 * n for n, w in enumerate(_TENS)}
_SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "m": 10**6, "bn": 10**9}
_ORDINALS = {"third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10}
_PARTS = {"half": 2, "halves": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fifth": 5, "fifths": 5}
_MULTIPLES = {"twice": 2, "double": 2, "triple": 3, "threefold": 3, "thrice": 3, "dozen": 12}
# "one" and "two" are mostly no figures ("one of them", "two parts"), nor is the 1 of "1 in 7".
_PLAIN = {"zero", "one", "two"}

_SMALL = rf"(?:(?:{'|'.join(_TENS)})(?:[\s-](?:{'|'.join(_UNITS[1:10])}))?|{'|'.join(reversed(_UNITS))})"
_SPELLED = rf"{_SMALL}(?:\s(?:hundred|thousand)(?:\s(?:and\s)?{_SMALL})?)*"
_DIGITS = r"\d{1,3}(?:[,\s]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_SCALE = r"hundred|thousand|million|billion"
_PERCENT = r"\s?(?:%|per\s?cent\b)"
_FIGURE = re.compile(
    rf"\b(?P<share>(?:a|one|two|three|four)[\s-](?:{'|'.join(_PARTS)}))\b"
    r"|(?<![\w/])(?P<quotient>[1-9]/(?:[2-9]|10))(?![\w/])"
    rf"|\b(?P<half>half(?:\s(?:a\s)?(?P<half_scale>{_SCALE}))?)\b"
    rf"|(?:(?<=\busd)|(?<=\beur)|(?<=\bus)|(?<![\w.]))(?P<digits>(?!1\sin\s\d)(?:{_DIGITS}))(?:st|nd|rd|th)?"
    rf"(?:(?:[\s-]?(?P<scale>{_SCALE}|bn)|(?P<short>m))\b)?(?P<percent>{_PERCENT})?"
    rf"|\b(?P<spelled>{_SPELLED})(?:\s(?P<spelled_scale>{_SCALE}))?\b(?P<spelled_percent>{_PERCENT})?"
    rf"|\b(?P<ordinal>{'|'.join(_ORDINALS)})\b"
    rf"|\b(?P<multiple>{'|'.join(_MULTIPLES)})\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=2_000)  # the check asks for an answer's again with each of its translations
def figures(text: str) -> Mapping[str, str]:
    """The normalised figures of a text, each with the words for it. Years count; "one" and "two" alone do not."""
    found: dict[str, str] = {}
    for match in _FIGURE.finditer(without_footnotes(text)):
        figure = _figure(match)
        if figure is not None:
            found.setdefault(figure, match[0])
    return found


def _figure(match: re.Match[str]) -> str | None:
    part = {name: value.lower() for name, value in match.groupdict().items() if value is not None}
    if "share" in part:
        count, share = re.split(r"[\s-]", part["share"])
        return f"{1 if count == 'a' else _VALUES[count]}/{_PARTS[share]}"
    if "quotient" in part:
        return part["quotient"]
    if "half" in part:
        return f"{_SCALES[part['half_scale']] // 2}" if "half_scale" in part else "1/2"
    if "ordinal" in part or "multiple" in part:
        return str((_ORDINALS | _MULTIPLES)[part.get("ordinal") or part["multiple"]])
    return _number(part)


def _number(part: Mapping[str, str]) -> str | None:
    scale = part.get("scale") or part.get("short") or part.get("spelled_scale")
    percent = "%" if "percent" in part or "spelled_percent" in part else ""
    if "digits" in part:
        value = Decimal(re.sub(r"[,\s]", "", part["digits"]))
    elif part["spelled"] in _PLAIN and not scale and not percent:
        return None
    else:
        value = Decimal(_spelled(part["spelled"]))
    return f"{(value * _SCALES[scale] if scale else value).normalize():f}{percent}"


def _spelled(text: str) -> int:
    """The value of a number in words, below a million: `two hundred and fifty`."""
    total = current = 0
    for word in re.split(r"[\s-]", text):
        if word in ("hundred", "thousand"):
            current = max(current, 1) * _SCALES[word]
            if word == "thousand":
                total, current = total + current, 0
        elif word != "and":
            current += _VALUES[word]
    return total + current


_SPACES = "\u0020\u00a0\u2009\u202f"
_GROUPED = re.compile(rf"(?<![\d.,])\d{{1,3}}(?:[{_SPACES}]\d{{3}})+(?!\d)|(?<!\d)\d+(?:[.,\u066b\u066c]\d+)*")
_MARKS = re.compile("[.,\u066b\u066c]")


def figures_in(text: str, language: str) -> dict[str, frozenset[str]]:
    """The figures in digits of a text in another language, as written, each with the values that it may have.

    Values are as those of `figures`, without a percent sign: "3,4" is 3.4, "1.234" may be 1234 or 1.234. ``language``
    is an ISO 639 code.
    """
    scales, found = _scale_words(language), {}
    for match in _GROUPED.finditer(text):
        after = text[match.end() :].lstrip(_SPACES)[:LONGEST_SCALE].lower()
        word = next((word for word in scales if after.startswith(word)), "")
        scale = scales.get(word, Decimal(1))
        values = {f"{(value * scale).normalize():f}" for value in _readings(match[0])}
        found[f"{match[0]} {word}".strip()] = frozenset(values)
    return found


def _readings(digits: str) -> set[Decimal]:
    """The values that digits with commas, points or spaces may have."""
    plain = "".join(str(int(one)) if one.isdecimal() else one for one in digits if one not in _SPACES)
    parts = _MARKS.split(plain)
    readings = {Decimal("".join(parts))} if all(len(part) == 3 for part in parts[1:]) else set()
    if len(parts) == 2:
        readings.add(Decimal(".".join(parts)))
    return readings or {Decimal(part) for part in parts}


LONGEST_SCALE = 20  # characters of a word for millions


@cache
def _scale_words(language: str) -> Mapping[str, Decimal]:
    """The words for thousands, millions and so on in a language, the longest first, from Unicode's CLDR."""
    words: dict[str, Decimal] = {}
    for style in ("short", "long"):
        for patterns in Locale(language).compact_decimal_formats[style].values():
            for size, pattern in patterns.items():
                shown = str(pattern.pattern).replace("'", "").lower()
                word = shown.strip("0" + _SPACES)
                if len(word) > 1 or not word.isascii():
                    words[word] = Decimal(size) / 10 ** max(shown.count("0") - 1, 0)
    return dict(sorted(words.items(), key=lambda item: -len(item[0])))
