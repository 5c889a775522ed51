"""Question sets: files of messages, each with what is expected of the bot."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SETS = (
    "inscope",
    "prose",
    "several",
    "years",
    "introductions",
    "near_oos",
    "far_oos",
    "smalltalk",
    "distress",
    "distress_hardneg",
    "other_language",
    "foreign_inscope",
    "foreign_oos",
)
_EXPECTATIONS = {
    "distress_hardneg": ("answer", "abstain", "answer_or_abstain"),
    "introductions": ("smalltalk", "answer", "none"),
}


@dataclass(frozen=True, slots=True)
class Message:
    """A message of a question set. ``expected`` holds all keys of its line."""

    id: str
    set: str
    text: str
    expected: Mapping[str, Any]


def read_message(set_: str, line: str) -> Message:
    """Read a line of a question set. Raises ValueError with what is wrong and what to do."""
    try:
        row = json.loads(line)
    except ValueError as error:
        raise ValueError(f"no JSON ({error}); write one object a line") from None
    if not isinstance(row, dict) or not all(isinstance(row.get(key), str) for key in ("id", "text")):
        raise ValueError("no object with id and text; write both as texts")
    expectations = _EXPECTATIONS.get(set_)
    if expectations and row.get("expect") not in expectations:
        raise ValueError(f"'expect' is missing; write one of: {', '.join(expectations)}")
    if set_ == "several" and not isinstance(row.get("parts"), list):
        raise ValueError("'parts' is missing; write a list of the right entries for each question")
    try:
        for pattern in row.get("any_of", ()):
            re.compile(pattern)
    except (re.error, TypeError) as error:
        raise ValueError(f"'any_of' holds no regular expression ({error}); correct it") from None
    return Message(row["id"], set_, row["text"], row)


def read_questions(folder: Path) -> list[Message]:
    """Read all question sets in and below a folder. Raises ValueError with file and line if a line is invalid."""
    messages = []
    for path in sorted(path for path in folder.rglob("*.jsonl") if path.stem in SETS):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            try:
                messages.append(read_message(path.stem, line))
            except ValueError as error:
                raise ValueError(f"{path}:{number}: {error}") from None
    if not messages:
        raise ValueError(f"{folder}: no question sets; the folder holds files such as inscope.jsonl")
    return messages


def read_known_misses(folder: Path) -> frozenset[str] | None:
    """Read the ids of messages that the bot is known to miss, the first word of each line; None without a list."""
    try:
        lines = (folder / "known_misses.txt").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return None
    return frozenset(line.split()[0] for line in lines if line.strip())
