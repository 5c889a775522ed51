"""Add to the FAQ's YAML files without touching what is there: a phrasing, a new entry, an item of a list.

An edit adds lines and changes no other: comments, order and line endings stay byte for byte. `apply` writes it, and
`revert` removes it again.
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from bot.content.diagnostics import errors
from bot.content.parsed import KeyPath
from bot.content.yaml_lines import EditError, YamlLines, scalar
from bot.content.yaml_reader import read_tree
from bot.storage.atomic_file import locked

__all__ = [
    "TODO",
    "Edit",
    "EditError",
    "GoneError",
    "StaleError",
    "apply",
    "context",
    "load",
    "revert",
    "with_entry",
    "with_item",
    "with_phrasing",
]

# A new entry's answer. If its draft mark alone is removed, the check rejects its figures, which no fact states (F404).
TODO = "TODO: write the answer, 2 to 5 short sentences."
_BY_HAND = "take the lines out by hand"


class StaleError(EditError):
    """The file has changed since the edit was made, or no longer has exactly what the edit added."""


class GoneError(StaleError):
    """What an edit added is no longer in the file: it was removed or reworded."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Lines to add to a file, which append ``item`` to the list at ``at``.

    ``before`` and ``after`` are the whole file. ``added`` has the number of each added line in ``after`` and its text;
    the first may be blank, to separate entries. ``entry`` is the id of the entry in which the list stands, if it stands
    in one. `revert` needs ``before`` only for its last character, and ``after`` not at all.
    """

    path: Path
    at: KeyPath
    item: Any = field(repr=False)
    added: tuple[tuple[int, str], ...]
    before: str = field(repr=False)
    after: str = field(repr=False)
    entry: str | None = None


def load(path: Path) -> str:
    """The text of a file, to make edits from, with its line endings. Raises EditError for an invalid file."""
    for diagnostic in errors(tuple(read_tree(path, path.as_posix()).diagnostics)):
        raise EditError(path, diagnostic.line, diagnostic.fact, diagnostic.hint)
    return path.read_bytes().decode("utf-8")


def with_phrasing(path: Path, text: str, entry_id: str, phrasing: str) -> Edit:
    """Add a phrasing to an entry. ``text`` is from `load`, or the ``after`` of an earlier edit of the file."""
    index = YamlLines(path, text).entry(entry_id)
    if index is None:
        raise EditError(path, 1, f"no entry '{entry_id}' stands here", "name the file that has it")
    return with_item(path, text, ("entries", index, "phrasings"), phrasing)


def with_item(path: Path, text: str, at: KeyPath, item: str) -> Edit:
    """Add a text to the list at a path of keys and indices."""
    file = YamlLines(path, text)
    items, last, marker = file.end_of(at)
    item = file.fit(item)
    for node in items.value:
        if node.value == item:
            raise EditError(path, node.start_mark.line + 1, f"'{item}' stands here already", "leave it at that")
    return _edit(file, at, item, last, [marker + scalar(item)])


def with_entry(
    path: Path,
    text: str,
    entry_id: str,
    *,
    question: str,
    phrasings: Sequence[str],
    reviewed: date,
    review_by: date,
    answer: str = "",
    sources: Sequence[str] = (),
    is_draft: bool = True,
) -> Edit:
    """Add an entry, as a draft or whole. Without an answer, a note stands in its place that it is still to be written.

    ``sources`` are the ids of facts. A card gets the question as its title.
    """
    file = YamlLines(path, text)
    entries, last, marker = file.end_of(("entries",))
    if file.entry(entry_id) is not None:
        raise EditError(path, 1, f"'{entry_id}' stands here already", "give the new entry another id")
    heading = "question" if file.find(("kind",)) is None else "title"
    texts = {"id": file.fit(entry_id), heading: file.fit(question)}
    listed = [file.fit(phrasing) for phrasing in phrasings or [""]]  # an empty one makes `fit` raise
    dash = " " * marker.index("-") + "- "  # lists within an entry are indented as the list of entries is
    rows = [f"{key}: {scalar(value)}" for key, value in texts.items()]
    lines = [file.fit(line) if line.strip() else "" for line in (answer.strip() or TODO).splitlines()]
    rows += ["draft: true"] * is_draft
    rows += ["phrasings:", *(dash + scalar(phrasing) for phrasing in listed)]
    rows += ["answer: |", *(f"  {line}".rstrip() for line in lines)]
    rows += [f"sources: [{', '.join(sources)}]"] * bool(sources)
    rows += [f"reviewed: {reviewed.isoformat()}", f"review_by: {review_by.isoformat()}"]
    rows = [marker + rows[0], *((" " * len(marker) + row).rstrip() for row in rows[1:])]
    item: dict[str, Any] = texts | ({"draft": True} if is_draft else {})
    item |= {"phrasings": listed, "answer": "\n".join(lines) + "\n"} | ({"sources": [*sources]} if sources else {})
    item |= {"reviewed": reviewed, "review_by": review_by}
    return _edit(file, ("entries",), item, last, [""] * file.has_gaps(entries) + rows)


def context(edit: Edit, *, lines: int = 3) -> tuple[tuple[int, str, str], ...]:
    """The added lines with some lines of context around them: each as number in ``after``, "+" or " ", and text."""
    added = {number for number, _ in edit.added}
    rows = enumerate(edit.after.splitlines(), 1)
    near = ((number, text) for number, text in rows if min(added) - lines <= number <= max(added) + lines)
    return tuple((number, "+" if number in added else " ", text) for number, text in near)


def apply(edits: Sequence[Edit]) -> None:
    """Write edits to their files: each file atomically, and no file if any edit is rejected.

    Several edits of one file are a chain, each made from the ``after`` of the one before. Raises StaleError where a
    file has changed since its edits were made, and EditError where the result would not parse to the same data plus
    the items. Concurrent calls wait for each other, by a lock on the folder. On Windows and on file systems without
    locks there is only the comparison: a change that is written in the milliseconds after it is lost.
    """
    _rewrite(edits, _insert)


def revert(edits: Sequence[Edit]) -> None:
    """Remove the lines of edits that were applied, and no others, under the same lock: from all files or from none.

    They are found by their text, wherever they are by now. Raises StaleError where they were changed or are there
    twice, its subclass GoneError where they are gone, and EditError where a list would be left without an item.
    """
    _rewrite(edits[::-1], _remove)


def rewrite(path: Path, change: Callable[[str], str]) -> bool:
    """Replace a file's text by what ``change`` makes of it, atomically, under the lock of `apply`. Whether it differs.

    Raises OSError, and UnicodeDecodeError where it is not UTF-8.
    """
    path = path.resolve()
    with ExitStack() as stack:
        stack.enter_context(locked(path.parent))
        text = path.read_bytes().decode("utf-8")
        if (changed := change(text)) != text:
            _written_beside(path, changed, stack).replace(path)
        return changed != text


def _rewrite(edits: Sequence[Edit], step: Callable[[Edit, str, Any], str]) -> None:
    """Write each file as changed by a step: it gets edit, text and data, changes the data and returns the new text."""
    chains: dict[Path, list[Edit]] = {}
    for edit in edits:
        chains.setdefault(edit.path.resolve(), []).append(edit)
    try:
        with ExitStack() as stack:
            for folder in sorted({path.parent for path in chains}):
                stack.enter_context(locked(folder))
            for new, path in [(_prepare(path, chain, step, stack), path) for path, chain in chains.items()]:
                new.replace(path)
    except OSError as error:
        fact, hint = f"cannot be written ({error.strerror})", "see that its folder is there and may be written to"
        raise EditError(Path(error.filename or edits[0].path), 1, fact, hint) from error


def _prepare(path: Path, chain: Sequence[Edit], step: Callable[[Edit, str, Any], str], stack: ExitStack) -> Path:
    """Write a file's new text, checked, to a temporary file beside it; the stack deletes it if it is not moved."""
    text, data = load(chain[0].path), read_tree(path, "").data
    for edit in chain:
        text = step(edit, text, data)
    new = _written_beside(path, text, stack)
    tree = read_tree(new, "")
    for diagnostic in errors(tuple(tree.diagnostics)):
        raise EditError(chain[0].path, diagnostic.line, diagnostic.fact, diagnostic.hint)
    if tree.data != data:
        fact = "to add or take out lines here would change what stands around them"
        raise EditError(chain[0].path, chain[0].added[0][0], fact, "edit the file by hand")
    return new


def _written_beside(path: Path, text: str, stack: ExitStack) -> Path:
    """A temporary file beside a file, with a text; the stack deletes it if it is not moved."""
    with tempfile.NamedTemporaryFile(prefix=f".{path.name}.", dir=path.parent, delete=False) as file:
        new = Path(file.name)
        stack.callback(new.unlink, missing_ok=True)
        file.write(text.encode("utf-8"))
        file.flush()
        os.fsync(file.fileno())
    new.chmod(stat.S_IMODE(path.stat().st_mode))
    return new


def _insert(edit: Edit, text: str, data: Any) -> str:
    if edit.before != text:
        raise StaleError(edit.path, 1, "was changed since the edit was made", "load it and make the edit anew")
    _list(data, edit.at).append(deepcopy(edit.item))  # a copy, since the next edit may add to it
    return edit.after


def _remove(edit: Edit, text: str, data: Any) -> str:
    file, rows = YamlLines(edit.path, text), [text for _, text in edit.added]
    at = _current_path(edit, file)
    items = _list(data, at)
    places = [index for index, item in enumerate(items) if item == edit.item]
    if len(places) != 1:
        if not places:
            line, fact = min(edit.added[0][0], len(file.lines)), "what was added was changed, or taken out already"
            raise GoneError(edit.path, line, fact, _BY_HAND)
        raise StaleError(edit.path, file.line((*at, places[-1])), "what was added stands more than once", _BY_HAND)
    line = file.line((*at, places[0]))
    if len(items) == 1:
        raise EditError(edit.path, line, "nothing else stands in this list", "leave it, or take the list out by hand")
    first = line - 1 - (not rows[0])  # the edit may have added a blank line before it
    last = first + len(rows) - 1
    if [old.rstrip("\r\n") for old in file.lines[first : last + 1]] != rows:
        raise StaleError(edit.path, line, "the lines that were added are others by now", _BY_HAND)
    del items[places[0]]
    before, after = "".join(file.lines[:first]), "".join(file.lines[last + 1 :])
    if not after and not edit.before.endswith("\n"):  # the edit added the file's last line end
        before = before.removesuffix("\n").removesuffix("\r")
    return before + after


def _list(data: Any, at: KeyPath) -> list[Any]:
    """The list at a path, or an empty one where there is none."""
    for step in at:
        try:
            data = data[step]
        except (LookupError, TypeError):
            return []
    return data if isinstance(data, list) else []


def _current_path(edit: Edit, file: YamlLines) -> KeyPath:
    """The current path of an edit's list. Its entry is looked up by id, since entries before it may have changed."""
    if edit.entry is None:
        return edit.at
    index = file.entry(edit.entry)
    return ("entries", edit.entry if index is None else index, *edit.at[2:])  # with an id as index: no list


def _edit(file: YamlLines, at: KeyPath, item: Any, last: int, rows: Sequence[str]) -> Edit:
    """The edit that inserts rows after the line with an index."""
    added = tuple(enumerate(rows, last + 2))
    entry = file.find((*at[:2], "id")) if at[0] == "entries" else None
    return Edit(file.path, at, item, added, file.text, file.with_rows(last, rows), entry and entry.value)
