"""Add to the FAQ's YAML files without touching what stands there: a phrasing, a new entry, an item of a list.

An edit adds lines and changes no other: comments, order and line endings stay byte for byte. `apply` writes it.
"""

from __future__ import annotations

import json
import os
import re
import stat
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from bot.located import KeyPath
from bot.problem import errors
from bot.reading import Loader, read_tree

if sys.platform != "win32":
    import fcntl

# A new entry's answer. The check refuses its figures, which no fact states (F404), in cards too.
TODO = "TODO: write the answer, 2 to 5 short sentences."
_ODD_BREAK = re.compile("\r(?!\n)|[\x85\u2028\u2029]")  # lines to YAML, and none to git
# What a text in one line cannot hold: line breaks, control characters, halves of characters.
_UNFIT = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
# Marks that turn the direction of what follows, and the byte order mark: escaped, so that a diff shows what is there.
_UNSEEN = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


class EditError(Exception):
    """An edit that cannot be made or applied: its place, the fact, and what mends it."""

    def __init__(self, path: Path, line: int, fact: str, mend: str) -> None:
        self.path, self.line, self.fact, self.mend = path, line, fact, mend
        super().__init__(" ".join(f"{path.as_posix()}:{line}: {fact}; {mend}".split()))


class StaleError(EditError):
    """The file is no longer what the edit was made from: load it, and make the edit anew."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Lines to add to a file, so that ``item`` comes last in the list at ``at``.

    ``added`` has the number of each line in ``after`` and its text; the first may be blank, to set an entry apart.
    """

    path: Path
    at: KeyPath
    item: Any = field(repr=False)
    added: tuple[tuple[int, str], ...]
    before: str = field(repr=False)
    after: str = field(repr=False)


def load(path: Path) -> str:
    """The text that edits of a file are made from, with its line endings. Raises EditError for a broken file."""
    for problem in errors(tuple(read_tree(path, path.as_posix()).problems)):
        raise EditError(path, problem.line, problem.fact, problem.mend)
    return path.read_bytes().decode("utf-8")


def with_phrasing(path: Path, text: str, entry_id: str, phrasing: str) -> Edit:
    """Add a phrasing to an entry. ``text`` is from `load`, or the ``after`` of an edit that goes before this one."""
    index = _File(path, text).entry(entry_id)
    if index is None:
        raise EditError(path, 1, f"no entry '{entry_id}' stands here", "name the file that has it")
    return with_item(path, text, ("entries", index, "phrasings"), phrasing)


def with_item(path: Path, text: str, at: KeyPath, item: str) -> Edit:
    """Add a text to the list at a path of keys and indices."""
    file = _File(path, text)
    items, last, marker = file.end_of(at)
    item = file.fit(item)
    for node in items.value:
        if node.value == item:
            raise EditError(path, node.start_mark.line + 1, f"'{item}' stands here already", "leave it at that")
    return file.edit(at, item, last, [marker + _scalar(item)])


def with_entry(
    path: Path, text: str, entry_id: str, *, question: str, phrasings: Sequence[str], reviewed: date, review_by: date
) -> Edit:
    """Add an entry, which the check refuses until its answer is written. A card has the question for its title."""
    file = _File(path, text)
    entries, last, marker = file.end_of(("entries",))
    if file.entry(entry_id) is not None:
        raise EditError(path, 1, f"'{entry_id}' stands here already", "give the new entry another id")
    heading = "question" if file.find(("kind",)) is None else "title"
    texts = {"id": file.fit(entry_id), heading: file.fit(question)}
    listed = [file.fit(phrasing) for phrasing in phrasings or [""]]  # without any, it is refused as empty
    dash = " " * marker.index("-") + "- "  # lists within an entry are indented as the list of entries is
    rows = [f"{key}: {_scalar(value)}" for key, value in texts.items()]
    rows += ["phrasings:", *(dash + _scalar(phrasing) for phrasing in listed), "answer: |", f"  {TODO}"]
    rows += [f"reviewed: {reviewed.isoformat()}", f"review_by: {review_by.isoformat()}"]
    rows = [marker + rows[0], *(" " * len(marker) + row for row in rows[1:])]
    item = {**texts, "phrasings": listed, "answer": f"{TODO}\n", "reviewed": reviewed, "review_by": review_by}
    return file.edit(("entries",), item, last, [""] * file.has_gaps(entries) + rows)


def apply(edits: Sequence[Edit]) -> None:
    """Write edits to their files: each file as a whole or not at all, and none if an edit is refused.

    Several edits of one file are a chain, each made from the ``after`` of the one before. Raises StaleError where a
    file is not what its edits were made from, and EditError where the bot would not read just the items in addition.
    Those who apply at once wait for each other, by a lock on the folder. On Windows and on file systems without locks
    there is the comparison alone: what somebody writes in the milliseconds after it is lost.
    """
    chains: dict[Path, list[Edit]] = {}
    for edit in edits:
        chains.setdefault(edit.path.resolve(), []).append(edit)
    try:
        with ExitStack() as stack:
            for folder in sorted({path.parent for path in chains}):
                _lock(folder, stack)
            for draft, path in [(_draft(path, chain, stack), path) for path, chain in chains.items()]:
                draft.replace(path)
    except OSError as error:
        fact, mend = f"cannot be written ({error.strerror})", "see that its folder is there and may be written to"
        raise EditError(Path(error.filename or edits[0].path), 1, fact, mend) from error


def _lock(folder: Path, stack: ExitStack) -> None:
    """Let nobody else apply to files of a folder until the stack ends."""
    if sys.platform != "win32":
        descriptor = os.open(folder, os.O_RDONLY)
        stack.callback(os.close, descriptor)
        with suppress(OSError):  # some network file systems lock no folder
            fcntl.flock(descriptor, fcntl.LOCK_EX)


def _draft(path: Path, chain: Sequence[Edit], stack: ExitStack) -> Path:
    """What a file is to become, checked and on the disk beside it; the stack removes it if it stays there."""
    text, expected = load(chain[0].path), read_tree(path, "").data
    for edit in chain:
        if edit.before != text:
            raise StaleError(edit.path, 1, "was changed since the edit was made", "load it and make the edit anew")
        text, items = edit.after, expected
        for step in edit.at:
            items = items[step]
        items.append(edit.item)
    with tempfile.NamedTemporaryFile(prefix=f".{path.name}.", dir=path.parent, delete=False) as file:
        draft = Path(file.name)
        stack.callback(draft.unlink, missing_ok=True)
        file.write(text.encode("utf-8"))
        file.flush()
        os.fsync(file.fileno())
    draft.chmod(stat.S_IMODE(path.stat().st_mode))
    new = read_tree(draft, "")
    for problem in errors(tuple(new.problems)):
        raise EditError(chain[0].path, problem.line, problem.fact, problem.mend)
    if new.data != expected:
        fact = "lines added here would change what stands around them"
        raise EditError(chain[0].path, chain[0].added[0][0], fact, "edit the file by hand")
    return draft


def _scalar(text: str) -> str:
    """A text as YAML reads it back: bare where it can stand so, else in double quotes."""
    bare = yaml.safe_dump([text], default_flow_style=False, allow_unicode=True, width=sys.maxsize) == f"- {text}\n"
    if bare and not _UNSEEN.search(text):
        return text
    quoted = json.dumps(text, ensure_ascii=False)  # YAML reads JSON: https://yaml.org/spec/1.2.2/#12-yaml-history
    return _UNSEEN.sub(lambda mark: f"\\u{ord(mark[0]):04x}", quoted)


class _File:
    """A text as YAML composes it: where its lists are, and where they end."""

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

    def entry(self, entry_id: str) -> int | None:
        """The index of an entry."""
        entries = self.find(("entries",))
        ids = (self.find(("entries", index, "id")) for index in range(len(entries.value) if entries else 0))
        return next((index for index, node in enumerate(ids) if node is not None and node.value == entry_id), None)

    def end_of(self, at: KeyPath) -> tuple[yaml.SequenceNode, int, str]:
        """The list at a path, the index of its last line, and what its items begin with: the indent and the dash."""
        items = self.find(at)
        if not isinstance(items, yaml.SequenceNode) or items.flow_style:
            line, name = items.start_mark.line + 1 if items else 1, at[-1] if at else "the file"
            mend = "name a list, and write each of its items into a line of its own, after a dash"
            raise EditError(self.path, line, f"'{name}' is no list of lines here", mend)
        start = items.value[-1].start_mark
        marker = self.lines[start.line][: start.column]
        dash = " " * items.start_mark.column + "- "
        return items, self.last_line(items), marker if re.fullmatch(" *- +", marker) else dash

    def last_line(self, node: yaml.Node) -> int:
        """The index of the last line of a value, without the comments and blank lines after it."""
        while isinstance(node, yaml.CollectionNode) and not node.flow_style:
            node = node.value[-1][1] if isinstance(node, yaml.MappingNode) else node.value[-1]
        index = node.end_mark.line - (node.end_mark.column == 0)  # a block of text ends where the next line begins
        while not self.lines[index].strip():
            index -= 1
        return index

    def has_gaps(self, items: yaml.SequenceNode) -> bool:
        """Whether a blank line goes before the last item; so it shall where there is but one."""
        first = self.last_line(items.value[-2]) + 1 if len(items.value) > 1 else 0
        return not first or not all(map(str.strip, self.lines[first : items.value[-1].start_mark.line]))

    def fit(self, text: str) -> str:
        """A text as it is kept, without blanks around it. Refused if it is empty or is not one line of text."""
        text = text.strip()
        odd = _UNFIT.search(text)
        if odd is not None or not text:
            fact = f"the text holds U+{ord(odd[0]):04X}" if odd else "the text is empty"
            raise EditError(self.path, 1, fact, "write words, in one line and without control characters")
        return text

    def edit(self, at: KeyPath, item: Any, last: int, rows: Sequence[str]) -> Edit:
        """Add rows after the line with an index, which is given an end where the file ends without one."""
        old, rest = "".join(self.lines[: last + 1]), "".join(self.lines[last + 1 :])
        newline = "\r\n" if self.lines[0].endswith("\r\n") else "\n"
        old += "" if old.endswith("\n") else newline
        after = "".join((old, *(row + newline for row in rows), rest))
        return Edit(self.path, at, item, tuple(enumerate(rows, last + 2)), self.text, after)
