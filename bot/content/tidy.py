"""Mend what a machine can mend in a YAML file, and nothing that people read: blanks, line ends, quotes, days."""

from __future__ import annotations

import re

from bot.content.yaml_mistakes import ODD_BLANKS
from bot.content.yaml_reader import day_of

_INDENT = re.compile(f"[ \t{ODD_BLANKS}]*")
_CURLED = re.compile(r"^(\s*(?:- +)?(?:[\w-]+: +)?)[“„]([^“”„\"\\]*)[”“]\s*$")
_DAY = re.compile(r"^(\s*(?:reviewed|review_by|checked): +)([\d./-]+)$")


def tidied(text: str) -> str:
    """The text with plain spaces in its indents, without blanks at line ends, and with one line feed at its end.

    Curled quotes around a whole value become straight ones, and days as in 21.11.2026 or 2026/11/21 are written as
    2026-11-21. Where it is not clear which number is the day and which the month, both are left. So is an empty text.
    """
    if not text.strip():
        return text
    return "\n".join(map(_tidied, re.split(r"\r\n|\r|\n", text.removeprefix("\ufeff").rstrip()))) + "\n"


def _tidied(line: str) -> str:
    begin = _INDENT.match(line)
    indent = begin[0] if begin else ""
    spaces = "".join("  " if mark == "\t" else " " for mark in indent if mark not in "\u200b\ufeff")
    bare = _CURLED.sub(r'\1"\2"', (spaces + line[len(indent) :]).rstrip())
    found = _DAY.match(bare)
    day = day_of(found[2]) if found else None
    return f"{found[1]}{day}" if found and day else bare
