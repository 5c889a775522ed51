"""The text of a YAML file, line by line: where its lists are, and how a text is written as one line."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from bot.content.parsed import KeyPath
from bot.content.yaml_reader import Loader

_ODD_BREAK = re.compile("\r(?!\n)|[\x85\u2028\u2029]")  # line breaks to YAML, but not to git
# What a text in one line cannot hold: line breaks, control characters, lone surrogates, noncharacters.
_UNFIT = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
# Bidirectional control characters and the byte order mark: escaped, so that a diff shows them.
_UNSEEN = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


class EditError(Exception):
    """An edit that cannot be made or applied: its place, the reason, and a hint what to do."""

    def __init__(self, path: Path, line: int, fact: str, hint: str) -> None:
        self.path, self.line, self.fact, self.hint = path, line, fact, hint
        super().__init__(" ".join(f"{path.as_posix()}:{line}: {fact}; {hint}".split()))


class YamlLines:
    """A YAML text with its composed nodes. Raises EditError where it is no YAML."""

    def __init__(self, path: Path, text: str) -> None:
        self.path, self.text, self.lines = path, text, text.splitlines(keepends=True)
        odd = _ODD_BREAK.search(text)
        if odd is not None:
            line = text.count("\n", 0, odd.start()) + 1
            raise EditError(path, line, f"U+{ord(odd[0]):04X} breaks the line here", "end lines with a line feed")
        try:
            self.root = yaml.compose(text, Loader=Loader)
        except yaml.YAMLError as error:
            line = getattr(getattr(error, "problem_mark", None), "line", 0) + 1
            raise EditError(path, line, "is no YAML", "mend it here or on the line before") from error

    def find(self, at: KeyPath) -> Any:
        """The node at a path, or None."""
        node: Any = self.root
        for step in at:
            inner = node.value if isinstance(node, yaml.CollectionNode) else ()
            pairs = ((k.value, v) for k, v in inner) if isinstance(node, yaml.MappingNode) else enumerate(inner)
            node = next((value for key, value in pairs if key == step), None)
        return node

    def line(self, at: KeyPath) -> int:
        """The line on which the value at a path begins."""
        return int(self.find(at).start_mark.line) + 1

    def entry(self, entry_id: str) -> int | None:
        """The index of the entry with an id, or None."""
        entries = self.find(("entries",))
        ids = (self.find(("entries", index, "id")) for index in range(len(entries.value) if entries else 0))
        return next((index for index, node in enumerate(ids) if node is not None and node.value == entry_id), None)

    def end_of(self, at: KeyPath) -> tuple[yaml.SequenceNode, int, str]:
        """The list at a path, the index of its last line, and the indent and dash that its items begin with."""
        items = self.find(at)
        if not isinstance(items, yaml.SequenceNode) or items.flow_style:
            line, name = items.start_mark.line + 1 if items else 1, at[-1] if at else "the file"
            hint = "name a list, and write each of its items into a line of its own, after a dash"
            raise EditError(self.path, line, f"'{name}' is no list of lines here", hint)
        start = items.value[-1].start_mark
        marker = self.lines[start.line][: start.column]
        dash = " " * items.start_mark.column + "- "
        return items, self.last_line(items), marker if re.fullmatch(r"\A *+- +", marker) else dash

    def last_line(self, node: yaml.Node) -> int:
        """The index of the last line of a value, without the comments and blank lines after it."""
        while isinstance(node, yaml.CollectionNode) and not node.flow_style:
            node = node.value[-1][1] if isinstance(node, yaml.MappingNode) else node.value[-1]
        index = node.end_mark.line - (node.end_mark.column == 0)  # a block of text ends where the next line begins
        while not self.lines[index].strip():
            index -= 1
        return index

    def has_gaps(self, items: yaml.SequenceNode) -> bool:
        """Whether a blank line separates the last two items; true where there is only one."""
        first = self.last_line(items.value[-2]) + 1 if len(items.value) > 1 else 0
        return not first or not all(map(str.strip, self.lines[first : items.value[-1].start_mark.line]))

    def fit(self, text: str) -> str:
        """A text without blanks around it. Raises EditError if it is empty or is not one line of text."""
        text = text.strip()
        odd = _UNFIT.search(text)
        if odd is not None or not text:
            fact = f"the text holds U+{ord(odd[0]):04X}" if odd else "the text is empty"
            raise EditError(self.path, 1, fact, "write words, in one line and without control characters")
        return text

    def with_rows(self, last: int, rows: Sequence[str]) -> str:
        """The text with rows inserted after the line with an index, which gets a line end if it has none."""
        old, rest = "".join(self.lines[: last + 1]), "".join(self.lines[last + 1 :])
        newline = "\r\n" if self.lines[0].endswith("\r\n") else "\n"
        old += "" if old.endswith("\n") else newline
        return "".join((old, *(row + newline for row in rows), rest))


def scalar(text: str) -> str:
    """A text as a YAML scalar: plain where YAML reads it back unchanged, else in double quotes."""
    is_plain = yaml.safe_dump([text], default_flow_style=False, allow_unicode=True, width=sys.maxsize) == f"- {text}\n"
    if is_plain and not _UNSEEN.search(text):
        return text
    quoted = json.dumps(text, ensure_ascii=False)  # YAML reads JSON: https://yaml.org/spec/1.2.2/#12-yaml-history
    return _UNSEEN.sub(lambda mark: f"\\u{ord(mark[0]):04x}", quoted)
