"""A translation as a `.po` file, the format of Weblate, Poedit and most tools of translators, and back.

A text that nobody who speaks the language has read is marked as fuzzy ("needs editing"). Taking the mark off says that
the translator has read it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from io import BytesIO
from typing import Any

import yaml
from babel.core import UnknownLocaleError
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, read_po, write_po

from bot.content.parsed import EMERGENCY, INTERFACE, Content, Translation
from bot.content.translation_units import State, Unit, own_parts, parts_of, units

HEADER = """# Texts of the migration FAQ bot, those that people need most first.
# Take the mark "fuzzy" (needs editing) off a text once somebody who speaks the language has read it."""
_NOBODY = ("", "FULL NAME <EMAIL@ADDRESS>")  # what tools write in place of a translator's name


class PoError(ValueError):
    """A `.po` file that cannot be taken; the text says why."""


def export_po(translation: Translation, content: Content) -> bytes:
    """All texts of a translation beside the English ones."""
    catalog = Catalog(translation.language, header_comment=HEADER, last_translator="", language_team="", fuzzy=False)
    for unit in units(translation, content):
        flags = {"fuzzy"} if unit.text and unit.state is not State.REVIEWED else set()
        place = f"{translation.folder}/{unit.file}"
        catalog.add(unit.english, unit.text, [(place, 0)], flags, context=unit.name)
    data = BytesIO()
    write_po(data, catalog, width=0, sort_output=False, include_lineno=False)
    return data.getvalue()


def import_po(data: bytes, translation: Translation, content: Content, today: date) -> dict[str, str]:
    """The translation's files with the texts of a `.po` file, by name, as YAML. Raises PoError.

    A text whose English has changed since the export is left as it was. Comments in the files are lost.
    """
    try:
        catalog = read_po(BytesIO(data), translation.language, abort_invalid=True)
    except (PoFileError, UnicodeDecodeError, UnknownLocaleError) as error:
        raise PoError(f"no .po file that can be read ({error}); export one anew") from None
    by = "" if catalog.last_translator in _NOBODY else f"{catalog.last_translator}, {today}"
    found = {unit.name: _taken(unit, catalog.get(unit.english, unit.name)) for unit in units(translation, content)}
    return _Files(found, by, translation, content).written()


def _taken(unit: Unit, message: Message | None) -> Unit:
    """A unit with its text and state as a message has them."""
    text = str(message.string).strip() if message is not None else ""
    if message is None or not text:
        return unit
    state = State.MACHINE if message.fuzzy else State.REVIEWED
    is_same = text == unit.text and message.fuzzy
    return unit if is_same else Unit(unit.file, unit.owner, unit.part, unit.english, text, state)


class _Files:
    """Writes the files of a translation from its units."""

    def __init__(self, found: Mapping[str, Unit], by: str, translation: Translation, content: Content) -> None:
        self._found, self._by, self._content = found, by, content
        self._digests = content.digests()
        self._before = {text.id: text.translated.model_dump(exclude_none=True) for text, _ in translation.entries}
        self._before |= {file: own.model_dump(exclude_none=True) for file, (own, _) in translation.own.items()}

    def written(self) -> dict[str, str]:
        content, files = self._content, self._content.main.files
        data: dict[str, dict[str, Any]] = {}
        for entry, _ in content.main.entries:
            texts = {part: self._found[f"{entry.id}/{part}"] for part in parts_of(entry)}
            if not texts["answer"].text:
                continue
            file = data.setdefault(files[entry.id], self._head(files[entry.id]))
            translated = _Flow(self._translated(entry.id, texts))
            parts = {part: unit.text for part, unit in texts.items() if unit.text}
            file["entries"].append({"id": entry.id, **parts, "translated": translated})
        for name, parts in own_parts(content).items():
            texts = {part: self._found[f"{name}/{part}"] for part in parts}
            if all(unit.text for unit in texts.values()):
                data[name] = _nested(texts) | {"translated": _Flow(self._translated(name, texts))}
        return {name: _as_yaml(name, file) for name, file in data.items()}

    def _head(self, file: str) -> dict[str, Any]:
        topic = self._found.get(f"{file}/topic")
        return {**({"topic": topic.text} if topic is not None and topic.text else {}), "entries": []}

    def _translated(self, owner: str, texts: Mapping[str, Unit]) -> dict[str, Any]:
        states = {unit.state for unit in texts.values()}
        if State.STALE in states and owner in self._before:
            return self._before[owner]
        now = {"of": self._digests[owner], "state": "reviewed" if states == {State.REVIEWED} else "machine"}
        before = self._before.get(owner, {})
        by = before.get("by") if before.get("state") == now["state"] else self._by
        return {**now, **({"by": by} if by and now["state"] == "reviewed" else {})}


def _nested(texts: Mapping[str, Unit]) -> dict[str, Any]:
    """Units by names such as `commands.help` as the mappings that they stand in."""
    data: dict[str, Any] = {}
    for name, unit in texts.items():
        *path, last = name.split(".")
        place = data
        for key in path:
            place = place.setdefault(key, {})
        place[last] = unit.text
    return data


class _Flow(dict[str, Any]):
    """A mapping that is written in one line."""


class _Dumper(yaml.SafeDumper):
    """Writes the files as editors do: lists indented, texts of several lines as blocks."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002
        """Indent lists too."""
        super().increase_indent(flow, indentless=False)


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


def _flow(dumper: _Dumper, mapping: _Flow) -> yaml.MappingNode:
    return dumper.represent_mapping("tag:yaml.org,2002:map", mapping.items(), flow_style=True)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(_Flow, _flow)


def _as_yaml(name: str, data: Mapping[str, Any]) -> str:
    form = {INTERFACE: "interface", EMERGENCY: "emergency"}.get(name, "topic")
    body = yaml.dump(dict(data), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10**6)
    body = body.replace("\n  - id:", "\n\n  - id:").replace("entries:\n\n", "entries:\n")
    return f"# yaml-language-server: $schema=../schema/translated_{form}.json\n{body}"
