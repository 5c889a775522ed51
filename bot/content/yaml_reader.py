"""Read one YAML file strictly: its data, the line of every value, and diagnostics for all that is wrong with it.

YAML's own traps (a key written twice, `no` for false, `1.10` for 1.1, anchors that grow without end, tabs, odd
encodings) become diagnostics with a place and a hint. Knows nothing of what the files mean.
"""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
import yaml.resolver
from pydantic import ValidationError

from bot.content.allowances import allowances_in, allows, is_within
from bot.content.diagnostics import Diagnostic
from bot.content.parsed import KeyPath, Tree
from bot.content.schema import SCHEMAS, Schema
from bot.content.yaml_mistakes import mistake_of

MAX_BYTES = 1_000_000
# The C loader where PyYAML has it, as in all wheels: it reads the whole FAQ in a fraction of a second.
Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MAX_DEPTH = 12  # levels; the deepest schema has five
LONGEST_NUMBER = 40  # characters
_TEXT = "tag:yaml.org,2002:str"
_RESOLVER: Any = yaml.resolver.Resolver()
_CONSTRUCTOR = yaml.SafeLoader("")
_CONSTRUCT = {
    tag: construct
    for tag, construct in yaml.SafeLoader.yaml_constructors.items()
    if tag and tag.rpartition(":")[2] in ("bool", "int", "float", "null", "timestamp")
}
# https://yaml.org/spec/1.2.2/#51-character-set
_NOT_YAML = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MISSING = object()

Parsed = TypeVar("Parsed", bound=Schema)


def read_tree(path: Path, shown: str) -> Tree:
    """Read a file. ``shown`` is how diagnostics name it. Never raises for what the file holds."""
    tree = Tree(shown)
    text = _read_text(path, tree)
    if text is None:
        return tree
    if not text.startswith("# yaml-language-server: $schema="):
        tree.report(
            1,
            "Y110",
            "the first line names no schema",
            "begin the file with '# yaml-language-server: $schema=../schema/….json'",
        )
    odd = _NOT_YAML.search(text)
    if odd is not None:
        line = text.count("\n", 0, odd.start()) + 1
        tree.report(line, "Y102", f"the control character U+{ord(odd[0]):04X} stands here", "take it out")
        return tree
    _build(text, tree)
    if tree.data is None and not any(diagnostic.code != "Y110" for diagnostic in tree.diagnostics):
        tree.report(1, "Y102", "the file is empty", "write its keys, or delete it")
    elif tree.data is not None and not isinstance(tree.data, dict):
        tree.report(tree.line(), "Y102", "the file is no mapping", "begin it with 'key: value'")
        tree.data = None
    return tree


def _read_text(path: Path, tree: Tree) -> str | None:
    hint = "see that it is a file that the bot may read"
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # reading a pipe would never end
            tree.report(1, "Y101", "is no file", hint)
            return None
        if status.st_size > MAX_BYTES:
            tree.report(1, "Y101", f"has {status.st_size:,} bytes", f"split it; a file has at most {MAX_BYTES:,}")
            return None
        raw = path.read_bytes()
    except OSError as error:
        tree.report(1, "Y101", f"cannot be read ({error.strerror})", hint)
        return None
    try:
        return raw.decode("utf-8-sig")  # with or without a byte order mark
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        tree.report(line, "Y101", f"byte 0x{raw[error.start]:02x} is not UTF-8", "save the file as UTF-8")
        return None


def _build(text: str, tree: Tree) -> None:
    """Build the tree's data from the parser's events one by one, without recursion and without expanding aliases."""
    lines = text.splitlines()
    builder, tree.allowances = _Builder(tree, lines), allowances_in(lines, tree.file)
    try:
        for event in yaml.parse(text, Loader=Loader):
            if tree.allowances and isinstance(event, yaml.ScalarEvent):
                tree.allowances = [one for one in tree.allowances if not is_within(one, event)]
            if isinstance(event, yaml.DocumentStartEvent) and builder.documents:
                tree.report(_line(event), "Y102", "a second document begins", "keep one in a file")
                return
            if not builder.accept(event):
                line = _line(event)
                tree.report(line, "Y102", "is nested too deeply", "a file has no more levels than its form")
                tree.data = None
                return
    except yaml.MarkedYAMLError as error:
        tree.data = None
        tree.report(*mistake_of(text, error, _all_keys()))


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark is not None else 1


def _tag(event: yaml.ScalarEvent) -> str:
    """The type that YAML resolves a scalar to, by its text and quotes."""
    if not event.implicit[0] or event.value[:1] not in _RESOLVER.yaml_implicit_resolvers:  # as nearly all texts
        return _TEXT
    tag: str = _RESOLVER.resolve(yaml.ScalarNode, event.value, event.implicit)
    return tag


class _Frame:
    """A mapping or list that is being built. ``key`` is the key whose value comes next, if ``has_key``."""

    __slots__ = ("data", "has_key", "key", "key_line", "path")

    def __init__(self, data: dict[str, Any] | list[Any], path: KeyPath) -> None:
        self.data = data
        self.path = path
        self.key: str | None = None  # None: its value is dropped
        self.key_line = 0
        self.has_key = False


class _Builder:
    """Builds a tree from events, and reports what the files may not use: anchors, aliases, tags, duplicate keys."""

    def __init__(self, tree: Tree, lines: Sequence[str]) -> None:
        self._tree, self._lines = tree, lines
        self._commented = {number for number, line in enumerate(lines) if "#" in line}  # from 0, as YAML's marks
        self._frames: list[_Frame] = []
        self._anchors: dict[str, int] = {}  # anchors without an alias so far, with their lines
        self.documents = 0

    def accept(self, event: yaml.Event) -> bool:
        """Process one event; False if the file is nested too deeply."""
        if isinstance(event, yaml.NodeEvent) and event.anchor is not None and not isinstance(event, yaml.AliasEvent):
            self._anchors[event.anchor] = _line(event)
        match event:
            case yaml.ScalarEvent():  # first, as most are
                self._scalar(event)
            case yaml.DocumentStartEvent():
                self.documents += 1
            case yaml.StreamEndEvent():
                for anchor, line in self._anchors.items():
                    fact, hint = f"the anchor &{anchor} stands here", "take it out, or quote the text"
                    self._tree.report(line, "Y105", fact, hint)
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                return self._begin(event)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self._frames.pop()
            case yaml.AliasEvent():
                self._anchors.pop(str(event.anchor), None)
                fact, hint = f"the alias *{event.anchor} stands here", "write the value out, or quote the text"
                self._tree.report(_line(event), "Y105", fact, hint)
                if not self._drop_key():
                    self._attach(self._begin_value(event), None, is_reported=True)
        return True

    def _begin(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent) -> bool:
        if len(self._frames) >= MAX_DEPTH:
            return False
        data: dict[str, Any] | list[Any] = [] if isinstance(event, yaml.SequenceStartEvent) else {}
        path = None
        if self._drop_key():
            self._tree.report(_line(event), "Y108", "a key is a list or a mapping", "make the key a word")
        else:
            path = self._begin_value(event)
            self._attach(path, data, is_reported=self._refuse_tag(event))
        self._frames.append(_Frame(data, path if path is not None else ("?",)))
        return True

    def _drop_key(self) -> bool:
        """Whether a key is expected here; if so, it and its value are dropped."""
        frame = self._frame_awaiting_key()
        if frame is not None:
            frame.key, frame.has_key = None, True
        return frame is not None

    def _frame_awaiting_key(self) -> _Frame | None:
        """The mapping that is being built, if its next event is a key."""
        frame = self._frames[-1] if self._frames else None
        return frame if frame is not None and isinstance(frame.data, dict) and not frame.has_key else None

    def _begin_value(self, event: yaml.NodeEvent) -> KeyPath | None:
        """The path of a value that begins here, whose line is recorded; None if the value is dropped."""
        line = _line(event)
        if not self._frames:
            self._tree.lines[()] = line
            return ()
        frame = self._frames[-1]
        if isinstance(frame.data, list):
            path: KeyPath = (*frame.path, len(frame.data))
        elif frame.key is None:
            return None
        else:
            path, line = (*frame.path, frame.key), frame.key_line
        self._tree.lines[path] = line
        return path

    def _attach(self, path: KeyPath | None, value: Any, *, is_reported: bool = False) -> None:
        if is_reported and path is not None:
            self._tree.reported.add(path)
        if not self._frames:
            self._tree.data = value
            return
        frame = self._frames[-1]
        if isinstance(frame.data, list):
            frame.data.append(value)
            return
        if frame.key is not None:
            frame.data[frame.key] = value
        frame.key, frame.has_key = None, False

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        frame = self._frame_awaiting_key()
        if frame is not None:
            self._key(event, frame)
            return
        path = self._begin_value(event)
        if event.tag is not None and self._refuse_tag(event):
            self._attach(path, event.value, is_reported=True)
            return
        if event.end_mark is not None and event.end_mark.line in self._commented:
            self._warn_of_comment(event)
        tag = _tag(event)
        value, is_invalid = (event.value, False) if tag == _TEXT else self._value(event, tag)
        if tag != _TEXT and path is not None:
            self._tree.raw[path] = event.value
        self._attach(path, value, is_reported=is_invalid)

    def _warn_of_comment(self, event: yaml.ScalarEvent) -> None:
        """Report what YAML drops of a text of several words without quotes: all that follows a #."""
        end = event.end_mark
        if end is None or event.style or " " not in event.value:
            return
        dropped = self._lines[end.line][end.column :].strip()
        if dropped.startswith("#") and not allows(dropped):
            hint = "put the text in quotes if this belongs to it; else write the comment into a line of its own"
            self._tree.report(end.line + 1, "Y112", f"'{dropped}' is a comment for YAML", hint)

    def _key(self, event: yaml.ScalarEvent, frame: _Frame) -> None:
        line = _line(event)
        key: str | None = event.value
        self._refuse_tag(event)
        if _tag(event) != _TEXT:
            self._tree.report(line, "Y109", f"YAML does not read the key {key} as text", f'write "{key}"')
        if key in frame.data:
            first = self._tree.line(*frame.path, event.value)
            self._tree.report(line, "Y104", f"'{key}' stands already on line {first}", "keep one of the two")
            key = None
        frame.key, frame.key_line, frame.has_key = key, line, True

    def _value(self, event: yaml.ScalarEvent, tag: str) -> tuple[Any, bool]:
        """The value of a scalar, and whether it is invalid, which is reported."""
        raw = event.value
        construct = _CONSTRUCT.get(tag)
        if construct is None:
            return raw, False
        line = _line(event)
        if len(raw) > LONGEST_NUMBER:
            self._tree.report(line, "Y108", f"a number of {len(raw):,} characters", "shorten it, or put it in quotes")
            return raw, True
        try:
            return construct(_CONSTRUCTOR, yaml.ScalarNode(tag, raw)), False
        except (ValueError, OverflowError) as error:
            self._tree.report(line, "Y108", f"{raw!r}: {error}", "correct it, or put it in quotes")
            return raw, True

    def _refuse_tag(self, event: yaml.NodeEvent) -> bool:
        tag = getattr(event, "tag", None)
        if tag is None:
            return False
        fact, hint = f"the tag {tag} stands here", "write the value without a tag, or quote the text"
        self._tree.report(_line(event), "Y108", fact, hint)
        return True


def parse(tree: Tree, schema: type[Parsed], *, data: Any = _MISSING, at: KeyPath = ()) -> Parsed | None:
    """The file's data as an instance of its schema, or None with the reasons among the tree's diagnostics.

    With ``data`` and ``at``, only the part of the file at that path.
    """
    try:
        return schema.model_validate(tree.data if data is _MISSING else data)
    except ValidationError as error:
        tree.diagnostics.extend(_diagnostics(error, tree, at, keys_of(schema)))
        return None


def parse_each(tree: Tree, key: str, schema: type[Parsed]) -> Iterator[tuple[KeyPath, Parsed]]:
    """The valid items of the list under a key, each with its path; the others give diagnostics."""
    items = tree.data.get(key)
    for index, item in enumerate(items if isinstance(items, list) else ()):
        at: KeyPath = (key, index)
        parsed = parse(tree, schema, data=item, at=at)
        if parsed is not None:
            yield at, parsed


@cache
def keys_of(schema: type[Schema]) -> tuple[str, ...]:
    """All keys that a file of this form, or a part of it, may have."""
    form = schema.model_json_schema()
    parts = (form, *form.get("$defs", {}).values())
    return tuple({key: None for part in parts for key in part.get("properties", {})})


@cache
def _all_keys() -> frozenset[str]:
    return frozenset(key for schema in SCHEMAS.values() for key in keys_of(schema))


def _diagnostics(error: ValidationError, tree: Tree, at: KeyPath, keys: Sequence[str]) -> Iterator[Diagnostic]:
    details = error.errors(include_url=False, include_context=True)
    misspelled = {
        (*detail["loc"][:-1], near)
        for detail in details
        if detail["type"] == "extra_forbidden"
        for near in _near(detail, keys)
    }
    for detail in details:
        path = (*at, *detail["loc"])
        name = _name(path) if path else tree.file
        line = tree.line(*path)
        if any(path[: len(reported)] == reported for reported in tree.reported):
            continue
        match detail["type"]:
            case "extra_forbidden":
                yield Diagnostic(tree.file, line, "Y106", f"'{name}' is no key here", _better_key(detail, keys))
            case "missing" if detail["loc"] in misspelled:
                continue
            case "missing":
                line = tree.line(*path[:-1])
                yield Diagnostic(tree.file, line, "Y107", f"'{name}' is missing", f"add '{name}: …'")
            case "string_too_short":
                yield Diagnostic(tree.file, line, "F401", f"'{name}' is empty", "write the text, or delete it")
            case "string_type" if path in tree.raw:
                raw = tree.raw[path]
                kind = type(detail["input"]).__name__
                fact = f"YAML reads {raw or 'the empty value'} as {_KINDS.get(kind, kind)}, not as text"
                hint = f'write "{raw}"' if raw else f"write the text, or delete '{name}'"
                yield Diagnostic(tree.file, line, "Y109", fact, hint)
            case "string_type" if isinstance(detail["input"], dict):
                hint = f"put the whole text in quotes: {json.dumps(_joined(detail['input']), ensure_ascii=False)}"
                yield Diagnostic(tree.file, line, "Y108", f"a colon or comma makes '{name}' more than a text", hint)
            case "list_type" | "tuple_type" if not isinstance(detail["input"], dict):
                hint = "write each item into a line of its own, after '- ', a dash and a blank"
                yield Diagnostic(tree.file, line, "Y108", f"'{name}' is no list", hint)
            case "string_pattern_mismatch":
                fact = f"'{name}' is '{detail['input']}', which has another form"
                yield Diagnostic(tree.file, line, "Y108", fact, f"write what {detail['ctx']['pattern']} describes")
            case "date_type" | "date_parsing" | "date_from_datetime_parsing" | "date_from_datetime_inexact":
                fact = f"'{name}' is '{detail['input']}', which is no day"
                written = day_of(str(detail["input"])) or "2026-11-28"
                yield Diagnostic(tree.file, line, "Y108", fact, f"write it as in {written}")
            case _:
                fact = f"'{name}': {detail['msg'][0].lower()}{detail['msg'][1:]}"
                yield Diagnostic(tree.file, line, "Y108", fact, "give such a value")


def _near(detail: Mapping[str, Any], keys: Sequence[str]) -> list[str]:
    """The key that is most like one that is none; empty if none is."""
    return get_close_matches(str(detail["loc"][-1]), keys, n=1)


def _better_key(detail: Mapping[str, Any], keys: Sequence[str]) -> str:
    if near := _near(detail, keys):
        return f"write '{near[0]}', or delete it"
    if detail["input"] is None:  # as in {text: Rome, Italy}
        return "put the text before it in quotes if it is part of that text; else delete it"
    return "correct or delete it"


def _joined(values: Mapping[str, Any]) -> str:
    """A text that YAML took apart: `number: of boats`, or `{text: Rome, Italy}`."""
    return ", ".join(key if value is None else f"{key}: {value}" for key, value in values.items())


def day_of(written: str) -> str | None:
    """A day in the form 2026-11-28; None where it is no day, or not clear which number is the month."""
    parts = re.fullmatch(r"(\d{1,2})([-./])(\d{1,2})\2(20\d\d)|(20\d\d)[/.](\d{1,2})[/.](\d{1,2})", written.strip())
    if parts is None:
        return None
    is_year_first = parts[5] is not None
    year, month, day = parts.group(5, 6, 7) if is_year_first else parts.group(4, 3, 1)
    is_clear = is_year_first or parts[2] == "." or int(day) > 12 or day == month  # 3/4/2026 is two days
    try:
        return date(int(year), int(month), int(day)).isoformat() if is_clear else None
    except ValueError:
        return None


def _name(path: KeyPath) -> str:
    """How a diagnostic names a value: its key, or its number in the list, counted from 1."""
    last = path[-1]
    return last if isinstance(last, str) else f"item {last + 1} of {_name(path[:-1]) if path[:-1] else 'the file'}"


_KINDS = {"bool": "yes or no", "int": "a number", "float": "a number", "NoneType": "nothing", "date": "a date"}
