"""A translation as a list of texts, each beside the English one: what is reported on, exported and imported."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from bot.content.parsed import EMERGENCY, INTERFACE, Content, Translation
from bot.content.schema import ENGLISH_ONLY, TranslatedSchema
from bot.domain.faq import Entry, Kind

FIRST_FILES = ("urgent.yaml", EMERGENCY, INTERFACE, "out_of_scope.yaml", "smalltalk.yaml")  # what people need most


class State(StrEnum):
    """How far a text is translated; the first is the worst."""

    MISSING = "missing"  # shown in English
    STALE = "stale"  # of an older English text, which is shown instead
    MACHINE = "machine"  # shown, with a line that says so
    REVIEWED = "reviewed"


@dataclass(frozen=True, slots=True)
class Unit:
    """One text: the ``part`` of an ``owner``, which is an entry's id or the file itself, in English and translated."""

    file: str
    owner: str
    part: str
    english: str
    text: str
    state: State

    @property
    def name(self) -> str:
        """The name under which the text is known outside the files."""
        return f"{self.owner}/{self.part}"


def units(translation: Translation, content: Content) -> list[Unit]:
    """All texts of a translation, those that people need most first."""
    digests = content.digests()
    found = [*_of_entries(translation, content, digests), *_of_own_texts(translation, content, digests)]
    rank = {file: at for at, file in enumerate(FIRST_FILES)}
    return sorted(found, key=lambda unit: rank.get(unit.file, len(rank)))


def parts_of(entry: Entry) -> dict[str, str]:
    """The texts of an English entry that are translated, by the keys of the files."""
    parts = {"question": entry.question if entry.kind is Kind.ANSWER else "", "button": entry.button}
    return {**{key: text for key, text in parts.items() if text}, "answer": entry.answer.strip()}


def own_parts(content: Content) -> dict[str, dict[str, str]]:
    """The bot's own English texts that are translated, by file and by a name that tells where they stand."""
    interface, emergency = content.main.interface, content.main.emergency
    texts = {name: text for name, text in asdict(interface).items() if name not in ENGLISH_ONLY} if interface else {}
    found = {INTERFACE: dict(_flat(texts))}
    if emergency is not None and emergency.texts is not None:
        regions = {region.name: region.name for region in emergency.regions}
        found[EMERGENCY] = dict(_flat({"texts": asdict(emergency.texts), "regions": regions}))
    return found


def _flat(texts: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    for name, text in texts.items():
        if isinstance(text, str):
            yield before + name, text.strip()
        else:
            yield from _flat(text, f"{before}{name}.")


def _of_entries(translation: Translation, content: Content, digests: Mapping[str, str]) -> Iterator[Unit]:
    texts, files = {text.id: text for text, _ in translation.entries}, content.main.files
    for topic, file in {entry.topic: files[entry.id] for entry, _ in content.main.entries if entry.topic}.items():
        name = translation.topics.get(file, "")
        yield Unit(file, file, "topic", topic, name, State.MACHINE if name else State.MISSING)
    for entry, _ in content.main.entries:
        text = texts.get(entry.id)
        state = State.MISSING if text is None else _state(text.translated, digests[entry.id])
        for part, english in parts_of(entry).items():
            translated = (getattr(text, part) or "") if text is not None else ""
            yield Unit(files[entry.id], entry.id, part, english, translated.strip(), state)


def _of_own_texts(translation: Translation, content: Content, digests: Mapping[str, str]) -> Iterator[Unit]:
    emergency = {"texts": asdict(translation.emergency)} if translation.emergency is not None else {}
    texts = {
        INTERFACE: dict(_flat(translation.interface or {})),
        EMERGENCY: dict(_flat({**emergency, "regions": translation.regions})),
    }
    for file, parts in own_parts(content).items():
        translated = translation.own.get(file)
        state = State.MISSING if translated is None else _state(translated[0], digests[file])
        for part, english in parts.items():
            yield Unit(file, file, part, english, texts[file].get(part, ""), state)


def _state(translated: TranslatedSchema, digest: str) -> State:
    return State(translated.state) if translated.of == digest else State.STALE
