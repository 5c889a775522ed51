"""What an editor most likely did where a file is no YAML: the cause, not the place where YAML stumbles over it."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Sequence
from itertools import chain

import yaml

Mistake = tuple[int, str, str, str]  # line, code, fact, hint

_MERGE = re.compile(r"<{7}|={7}\s*$|>{7}|\|{7}")
ODD_BLANKS = "\u00a0\u2000-\u200b\u202f\u205f\u3000\ufeff"  # within a set of a pattern
_ODD_BLANK = re.compile(f"^ *(?:- ?)?(?:[a-z_]+:)?([{ODD_BLANKS}])")
_BEGINS = r"^\s*(?:- +|[\w-]+: +|- +[\w-]+: +)"
_NEEDS_QUOTES = re.compile(
    _BEGINS + r"([@%`].*|[*&!]\S+ +\S.*|[{\[][^}\]]*[}\]]\s*[^\s#,}\]].*|[{\[][^}\]]*[}\]], [^\s{].*)$"
)
_TWO_COLONS = re.compile(r"^\s*(?:- +)?[\w-]+: +([^\"'{\[|>&*!#].*: .*)$")
_AFTER_QUOTE = re.compile(_BEGINS + r"((?:'(?:[^']|'')*'|\"(?:[^\"\\]|\\.)*\")\s*[^\s#,:}\]].*)$")
_NO_COLON = re.compile(r"^\s*(?:- +(?=id\b))?([a-z_]+)(?: +\S|\s*$)")
_NO_BLANK = re.compile(r"^\s*(?:- +)?([a-z_]+):\S")
_OPENED = re.compile(_BEGINS + r"([{\[])[^}\]]*$")
_KEY = re.compile(r"^\s*(?:- +)?[\w-]+:")
_ITEM = re.compile(r"^\s*- ")
_QUOTED = re.compile(_BEGINS + r"([\"'])(.*)$")


def mistake_of(text: str, error: yaml.MarkedYAMLError, keys: Collection[str]) -> Mistake:
    """The likeliest mistake in a text that YAML cannot read; what YAML says where none is known.

    ``keys`` are those that files may have.
    """
    lines = text.splitlines()
    mark = error.problem_mark or error.context_mark
    at = mark.line if mark else 0
    before = lines[: at + 1]
    nearby = (_nearby(lines, at), _without_colon(before, keys), _odd_indent(lines, at))
    known = chain(_anywhere(lines), _unclosed(before, error), *nearby)
    fact = " ".join(filter(None, (error.context, error.problem)))
    return next(known, (at + 1, "Y102", fact, "mend the YAML here or on the line before"))


def _anywhere(lines: Sequence[str]) -> Iterator[Mistake]:
    for number, line in enumerate(lines, 1):
        if merge := _MERGE.match(line):
            hint = "keep one of the two versions, and delete the marks"
            yield number, "Y102", f"a merge left its mark {merge[0].strip()} here", hint
        if "\t" in line[: len(line) - len(line.lstrip())]:
            yield number, "Y103", "a tab stands in the indent", "indent with spaces"
        if odd := _ODD_BLANK.match(line):
            fact = f"the odd space U+{ord(odd[1]):04X} stands at the beginning"
            yield number, "Y102", fact, "type plain spaces there"


def _unclosed(before: Sequence[str], error: yaml.MarkedYAMLError) -> Iterator[Mistake]:
    hint = "close it; a text may also stand without quotes"
    for number, line in enumerate(before, 1):
        if (opened := _QUOTED.match(line)) and not _is_closed(opened[1], opened[2]):
            yield number, "Y102", f"the quote {opened[1]} that opens here is not closed on this line", hint
    if error.context is not None and "quoted scalar" in error.context and error.context_mark is not None:
        yield error.context_mark.line + 1, "Y102", "the quote that opens here is never closed", hint


def _without_colon(before: Sequence[str], keys: Collection[str]) -> Iterator[Mistake]:
    """The last keys that no colon, or no blank after it, makes keys for YAML."""
    for number in range(len(before), 0, -1):
        if (bare := _NO_COLON.match(before[number - 1])) and bare[1] in keys and _is_beside_keys(before, number - 1):
            yield number, "Y102", f"a colon is missing after '{bare[1]}'", f"write '{bare[1]}:'"
        if (tight := _NO_BLANK.match(before[number - 1])) and tight[1] in keys:
            yield number, "Y102", f"a blank is missing after '{tight[1]}:'", f"write '{tight[1]}: '"


def _is_closed(quote: str, rest: str) -> bool:
    return re.search(r"(?:[^\\]|^)(?:\\\\)*\"" if quote == '"' else r"(?:''|[^'])*'", rest) is not None


def _nearby(lines: Sequence[str], at: int) -> Iterator[Mistake]:
    """What stands in the line that YAML stumbles over, or in one of the two before it."""
    for index in range(min(at, len(lines) - 1), max(-1, at - 3), -1):
        line, number = lines[index], index + 1
        if begun := _NEEDS_QUOTES.match(line):
            yield number, "Y102", f"a text that begins with {begun[1][0]} needs quotes", f"write {_quoted(begun[1])}"
        if ended := _AFTER_QUOTE.match(line):
            fact = "the text goes on after its closing quote"
            yield number, "Y102", fact, f"put all of it between two quotes: {_quoted(ended[1])}"
        if colons := _TWO_COLONS.match(line):
            yield number, "Y102", "a colon within the text ends it for YAML", f"write {_quoted(colons[1])}"
        if opened := _OPENED.match(line):
            fact = f"the {opened[1]} that opens here is not closed on this line"
            yield number, "Y102", fact, "close it; put a text that begins with it in quotes"
        if not _ITEM.match(line) and _is_beside_items(lines, index):
            yield number, "Y102", "a dash is missing: the lines around are items of a list", "begin it with '- '"


def _odd_indent(lines: Sequence[str], at: int) -> Iterator[Mistake]:
    near = {_indent(line) for line in _around(lines, at)}
    if at < len(lines) and _indent(lines[at]) not in near:
        wanted = " or ".join(map(str, sorted(near))) or "0"
        fact = f"the line is indented by {_indent(lines[at])} spaces"
        yield at + 1, "Y102", fact, f"indent it as its neighbours are: by {wanted}"


def _quoted(text: str) -> str:
    return json.dumps(text.strip().strip("\"'"), ensure_ascii=False)  # YAML reads JSON


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _is_beside_items(lines: Sequence[str], at: int) -> bool:
    """Whether the lines before and after one are items of a list with its indent."""
    around = _around(lines, at)
    return len(around) > 1 and all(_ITEM.match(line) and _indent(line) == _indent(lines[at]) for line in around)


def _is_beside_keys(lines: Sequence[str], at: int) -> bool:
    """Whether a key stands before or after a line, as far from its begin, or an item of the list that it would have."""
    around = [line for line in _around(lines, at) if _KEY.match(line) or _ITEM.match(line)]
    return any(_column(line) in (_column(lines[at]), _column(lines[at]) + 4) for line in around)


def _column(line: str) -> int:
    return len(line) - len(line.lstrip(" -"))


def _around(lines: Sequence[str], at: int) -> list[str]:
    """The nearest lines with text before and after a line."""
    before, after = reversed(lines[:at]), lines[at + 1 :]
    return [line for some in (before, after) for line in [line for line in some if line.strip()][:1]]
