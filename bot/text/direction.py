"""Runs of the other direction within a text, set apart by the isolates of the Unicode Bidirectional Algorithm.

Without them a line of Arabic that begins with a Latin name runs from left to right, and the groups of a telephone
number change their order. See unicode.org/reports/tr9, "Explicit Directional Isolates".
"""

from __future__ import annotations

import re

from babel import Locale, UnknownLocaleError

LEFT_TO_RIGHT_ISOLATE, RIGHT_TO_LEFT_ISOLATE, POP_ISOLATE = "\u2066", "\u2067", "\u2069"
_WORD = r"[A-Za-z\u00c0-\u024f][\w'’.@&/+-]*+"
_DIGITS = r"\d++(?:[ \u00a0]\d++)*+"
# Latin words and what stands between them; a command; a telephone number with its spaces.
_TELEPHONE = r"(?<!\d)\+?\d++(?:[ \u00a0]\d{2,}+)++"
_RUN = re.compile(rf"/[A-Za-z]++|{_WORD}(?:[ ,:\u00a0]++(?:{_WORD}|\+?{_DIGITS}))*+|{_TELEPHONE}")


def is_right_to_left(language: str) -> bool:
    """Whether a language, by its ISO 639 code, is written from right to left."""
    try:
        return bool(Locale.parse(language).text_direction == "rtl")
    except (UnknownLocaleError, ValueError):
        return False


def isolated(text: str) -> str:
    """A right-to-left text with its left-to-right runs set apart. What stands in braces is filled in later."""
    parts = re.split(r"(\{\w*\})", text)
    return "".join(part if at % 2 else _RUN.sub(_isolated, part) for at, part in enumerate(parts))


def right_to_left(text: str) -> str:
    """A right-to-left text, set apart so that it can stand beside a Latin title; an empty one as it is."""
    return f"{RIGHT_TO_LEFT_ISOLATE}{text}{POP_ISOLATE}" if text else ""


def _isolated(run: re.Match[str]) -> str:
    kept = run[0].rstrip(" .")
    return f"{LEFT_TO_RIGHT_ISOLATE}{kept}{POP_ISOLATE}{run[0][len(kept) :]}"
