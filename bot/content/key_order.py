"""Put the keys of entries in one order, so that a reader finds each at its place. No line and no comment is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import yaml

from bot.content.schema import ENTRY_KEYS
from bot.content.yaml_lines import EditError, YamlLines
from bot.content.yaml_reader import Loader

Left = tuple[int, str]  # the line of an entry that is left as it is, and why
_COMMENT = re.compile(r"^( *)#")


class _LeftError(Exception):
    """Why the keys of an entry stay as they are."""


def in_order(text: str) -> tuple[str, list[Left]]:
    """The text with the keys of its entries in the order of `ENTRY_KEYS`, and the entries that are left as they are.

    Comments between two keys go with the key below, or with the one above where they are indented further. A text that
    is no YAML is left alone.
    """
    try:
        file = YamlLines(Path(), text)
    except EditError:
        return text, []
    lines, left = list(file.lines), list[Left]()
    for entry in reversed(list(_out_of_order(file))):  # from the end on, so that the lines before keep their numbers
        first, after = entry.start_mark.line, file.last_line(entry) + 1
        try:
            lines[first:after] = _sorted(entry, file)
        except _LeftError as why:
            left.append((first + 1, str(why)))
    ordered = "".join(lines)
    if _data(ordered) != _data(text):
        return text, [(1, "the file would read differently")]
    return ordered, left[::-1]


def _data(text: str) -> object:
    return yaml.load(text, Loader=Loader)  # noqa: S506  # PyYAML's safe one


def _out_of_order(file: YamlLines) -> Iterator[yaml.MappingNode]:
    """The entries whose keys are in another order."""
    listed = file.find(("entries",))
    for entry in listed.value if isinstance(listed, yaml.SequenceNode) else ():
        if isinstance(entry, yaml.MappingNode):
            places = [ENTRY_KEYS.index(key.value) for key, _ in entry.value if key.value in ENTRY_KEYS]
            if places != sorted(places):
                yield entry


def _sorted(entry: yaml.MappingNode, file: YamlLines) -> list[str]:
    """The lines of an entry with its keys in order. Raises _LeftError."""
    keys, indent = [key.value for key, _ in entry.value], entry.start_mark.column
    if entry.flow_style:
        raise _LeftError("it stands in braces")
    if unknown := [key for key in keys if key not in ENTRY_KEYS or keys.count(key) > 1]:
        raise _LeftError(f"'{unknown[0]}' is no key, or stands twice")
    last = file.last_line(entry)
    if (below := _COMMENT.match("".join(file.lines[last + 1 : last + 2]))) and len(below[1]) >= indent:
        raise _LeftError("a comment stands below its last key")
    begins = [_begin(key.start_mark.line, file.lines, indent) for key, _ in entry.value[1:]]
    begins = [entry.start_mark.line, *begins, last + 1]
    parts = {key: file.lines[begins[at] : begins[at + 1]] for at, key in enumerate(keys)}
    dash, blanks = file.lines[begins[0]][:indent], " " * indent
    parts[keys[0]] = [blanks + parts[keys[0]][0][indent:], *parts[keys[0]][1:]]
    rows = [row for key in sorted(keys, key=ENTRY_KEYS.index) for row in parts[key]]
    if _COMMENT.match(rows[0]) or not rows[0].strip():
        raise _LeftError("a comment stands above the key that comes first")
    return [dash + rows[0][indent:], *rows[1:]]


def _begin(line: int, lines: Sequence[str], indent: int) -> int:
    """The line with which a key begins: the first of the comments above it, and of the blank lines among them."""
    begin = line
    for at in range(line - 1, -1, -1):
        comment = _COMMENT.match(lines[at])
        if comment is not None and len(comment[1]) <= indent:
            begin = at
        elif lines[at].strip():
            break
    return begin
