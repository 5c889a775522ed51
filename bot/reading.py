"""Read one YAML file strictly: its data, the line of every value, and all that is wrong with it, as problems.

YAML's own traps (a key written twice, `no` for false, `1.10` for 1.1, anchors that grow without end, tabs, odd
encodings) become problems with a place and a mend. Knows nothing of what the files mean.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from bot.forms import Form
from bot.located import KeyPath, Tree
from bot.problem import Problem

MAX_BYTES = 1_000_000
# The C loader where PyYAML has it (all wheels do): the whole FAQ in a fraction of a second.
Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CONSTRUCT = yaml.SafeLoader.yaml_constructors

F = TypeVar("F", bound=Form)


def read_tree(path: Path, shown: str) -> Tree:
    """Read a file. ``shown`` is how problems name it. Never raises for what the file holds."""
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
    node = _compose(text, tree)
    if node is None:
        return tree
    if not isinstance(node, yaml.MappingNode):
        tree.report(node.start_mark.line + 1, "Y102", "the file is no mapping", "begin it with 'key: value'")
        return tree
    tree.data = _convert(node, (), tree, set())
    return tree


def _read_text(path: Path, tree: Tree) -> str | None:
    try:
        raw = path.read_bytes()
    except OSError as error:
        tree.report(1, "Y101", f"cannot be read ({error.strerror})", "see that it is a file that the bot may read")
        return None
    if len(raw) > MAX_BYTES:
        tree.report(1, "Y101", f"has {len(raw):,} bytes", f"split it; a file has at most {MAX_BYTES:,}")
        return None
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        tree.report(line, "Y101", f"byte 0x{raw[error.start]:02x} is not UTF-8", "save the file as UTF-8")
        return None


def _compose(text: str, tree: Tree) -> yaml.Node | None:
    try:
        node: yaml.Node | None = yaml.compose(text, Loader=Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        written = text.splitlines()[line - 1 : line]
        if written and "\t" in written[0][: len(written[0]) - len(written[0].lstrip())]:
            tree.report(line, "Y103", "a tab stands in the indent", "indent with spaces")
        else:
            fact = " ".join(filter(None, (error.context, error.problem)))
            tree.report(line, "Y102", fact, "mend the YAML here or on the line before")
    except yaml.YAMLError as error:  # a character that YAML does not allow
        fact = str(error).splitlines()[0]
        tree.report(1, "Y102", fact, "take out the control character")
    except RecursionError:
        tree.report(1, "Y102", "is nested too deeply", "a file has no more levels than its form")
    else:
        if node is None:
            tree.report(1, "Y102", "the file is empty", "write its keys, or delete it")
        return node
    return None


def _convert(node: yaml.Node, path: KeyPath, tree: Tree, seen: set[int]) -> Any:
    line = node.start_mark.line + 1
    tree.lines[path] = line
    if id(node) in seen:
        tree.report(line, "Y105", "an alias (*name) stands here", "write the value out")
        return None
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        return _convert_mapping(node, path, tree, seen)
    if isinstance(node, yaml.SequenceNode):
        return [_convert(item, (*path, index), tree, seen) for index, item in enumerate(node.value)]
    return _convert_scalar(node, path, tree)


def _convert_mapping(node: yaml.MappingNode, path: KeyPath, tree: Tree, seen: set[int]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            tree.report(line, "Y108", "a key is a list or a mapping", "make the key a word")
            continue
        key = key_node.value
        if key_node.tag != "tag:yaml.org,2002:str":
            tree.report(line, "Y109", f"YAML does not read the key {key} as text", f'write "{key}"')
        if key in result:
            first = tree.line(*path, key)
            tree.report(line, "Y104", f"'{key}' stands already on line {first}", "keep one of the two")
            continue
        result[key] = _convert(value_node, (*path, key), tree, seen)
        tree.lines[(*path, key)] = line
    return result


def _convert_scalar(node: yaml.Node, path: KeyPath, tree: Tree) -> Any:
    if node.tag == "tag:yaml.org,2002:str":
        return node.value
    tree.raw[path] = node.value
    construct = _CONSTRUCT.get(node.tag)
    if construct is None:
        fact = f"the tag {node.tag} is not allowed"
        tree.report(node.start_mark.line + 1, "Y108", fact, "write plain text")
        return None
    try:
        return construct(yaml.SafeLoader(""), node)
    except ValueError as error:
        tree.report(node.start_mark.line + 1, "Y108", f"{node.value!r}: {error}", "correct it, or put it in quotes")
        return None


def parse(tree: Tree, form: type[F], *, data: Any = None, at: KeyPath = ()) -> F | None:
    """The file's data as its form, or None with the reasons among the tree's problems.

    With ``data`` and ``at``, only the part of the file at that path.
    """
    try:
        return form.model_validate(tree.data if data is None else data)
    except ValidationError as error:
        tree.problems.extend(_problems(error, tree, at))
        return None


def parse_each(tree: Tree, key: str, form: type[F]) -> Iterator[tuple[KeyPath, F]]:
    """The sound items of the list under a key, each with its path; the others become problems one by one."""
    items = tree.data.get(key)
    for index, item in enumerate(items if isinstance(items, list) else ()):
        at: KeyPath = (key, index)
        parsed = parse(tree, form, data=item, at=at)
        if parsed is not None:
            yield at, parsed


def _problems(error: ValidationError, tree: Tree, at: KeyPath) -> Iterator[Problem]:
    for detail in error.errors(include_url=False, include_context=True):
        path = (*at, *detail["loc"])
        name = str(path[-1]) if path else tree.file
        line = tree.line(*path)
        match detail["type"]:
            case "extra_forbidden":
                yield Problem(tree.file, line, "Y106", f"'{name}' is no key here", "correct or delete it")
            case "missing":
                line = tree.line(*path[:-1])
                yield Problem(tree.file, line, "Y107", f"'{name}' is missing", f"add '{name}: …'")
            case "string_too_short":
                yield Problem(tree.file, line, "F401", f"'{name}' is empty", "write the text, or delete it")
            case "string_type" if path in tree.raw:
                raw = tree.raw[path]
                kind = type(detail["input"]).__name__
                fact = f"YAML reads {raw or 'the empty value'} as {_KINDS.get(kind, kind)}, not as text"
                yield Problem(tree.file, line, "Y109", fact, f'write "{raw}"')
            case _:
                fact = f"'{name}': {detail['msg'][0].lower()}{detail['msg'][1:]}"
                yield Problem(tree.file, line, "Y108", fact, "give a value of that type")


_KINDS = {"bool": "yes or no", "int": "a number", "float": "a number", "NoneType": "nothing", "date": "a date"}
