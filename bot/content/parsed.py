"""Content as read from its files, valid or not: every entry and source with its file and line."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.content import countries
from bot.content.diagnostics import ContentError, Diagnostic
from bot.domain.emergency import EmergencyDirectory, EmergencyNumber
from bot.domain.faq import MAIN_LANGUAGE, CountryPages, Cries, Entry, Faq, Interface, Source, Wording

KeyPath = tuple[str | int, ...]


@dataclass(slots=True)
class Tree:
    """The data of a file, with the line of each value by its path, and the raw text of each value that is no string.

    ``reported`` are the paths of values for which reading the YAML already gave a diagnostic.
    """

    file: str
    data: Any = None
    lines: dict[KeyPath, int] = field(default_factory=dict)
    raw: dict[KeyPath, str] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    reported: set[KeyPath] = field(default_factory=set)

    def line(self, *path: str | int) -> int:
        """The line of the value at a path, or of the nearest value above it that the file has."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def report(self, line: int, code: str, fact: str, hint: str) -> None:
        self.diagnostics.append(Diagnostic(self.file, line, code, fact, hint))


@dataclass(frozen=True, slots=True)
class Located:
    """The place of an entry or a source: its file, and the path within it."""

    tree: Tree
    at: KeyPath

    def line(self, *path: str | int) -> int:
        return self.tree.line(*self.at, *path)

    def diagnostic(self, code: str, fact: str, hint: str, *path: str | int) -> Diagnostic:
        """A diagnostic at a path within the entry or source."""
        return Diagnostic(self.tree.file, self.line(*path), code, fact, hint)


@dataclass(slots=True)
class Edition:
    """One language's files as read, valid or not: its entries with their places, duplicates included.

    ``declared`` are the ids of all entries and ``cited`` the facts that they cite, invalid entries included.
    """

    language: str
    entries: list[tuple[Entry, Located]] = field(default_factory=list)
    declared: set[str] = field(default_factory=set)
    cited: set[str] = field(default_factory=set)
    interface: Interface | None = None
    interface_tree: Tree | None = None
    wording: Wording = field(default_factory=Wording)
    off_topic: list[tuple[str, Located]] = field(default_factory=list)
    emergency: EmergencyDirectory | None = None
    emergency_tree: Tree | None = None

    @property
    def files(self) -> dict[str, str]:
        """The name of each entry's file, such as work.yaml, by the entry's id."""
        return {entry.id: at.tree.file.rsplit("/", 1)[-1] for entry, at in self.entries}


@dataclass(slots=True)
class Content:
    """Everything that was read: editions by language, sources, cries and phrasings with their places, diagnostics.

    ``declared_sources`` and ``declared_facts`` are the ids of all records, invalid ones included. ``is_partial`` means
    that a file could not be read at all, so that an id that is missing may be in that file.
    """

    editions: dict[str, Edition] = field(default_factory=dict)
    sources: list[tuple[Source, Located]] = field(default_factory=list)
    cries: list[tuple[Cries, Located]] = field(default_factory=list)
    phrasings: list[tuple[Mapping[str, Sequence[str]], Located]] = field(default_factory=list)
    declared_sources: set[str] = field(default_factory=set)
    declared_facts: set[str] = field(default_factory=set)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    is_partial: bool = False
    emergency: list[tuple[str, tuple[EmergencyNumber, ...], Located]] = field(default_factory=list)
    country_pages: list[tuple[str, CountryPages, Located]] = field(default_factory=list)

    def faq(self, language: str = MAIN_LANGUAGE) -> Faq:
        """The FAQ of one language. A translation falls back to the main language's entries."""
        main, edition = self.editions[MAIN_LANGUAGE], self.editions[language]
        entries = {entry.id: entry for entry, _ in main.entries} | {entry.id: entry for entry, _ in edition.entries}
        interface = edition.interface or main.interface
        if interface is None:
            raise ContentError(tuple(self.diagnostics))
        faq = Faq(
            language=language,
            entries=entries,
            sources={source.id: source for source, _ in self.sources},
            interface=interface,
            wording=edition.wording,
            off_topic=tuple(text for text, _ in edition.off_topic),
            emergency=self._emergency(edition.emergency or main.emergency, language),
            country_pages={page: pages for page, pages, _ in self.country_pages},
            cries=tuple(cries for cries, _ in self.cries),
            foreign_phrasings=self._foreign_phrasings() if language == MAIN_LANGUAGE else {},
        )
        return replace(faq, version=hashlib.sha256(repr(faq).encode("utf-8", "surrogatepass")).hexdigest()[:12])

    def _foreign_phrasings(self) -> dict[str, tuple[str, ...]]:
        texts: dict[str, list[str]] = {}
        for phrasings, _ in self.phrasings:
            for entry, listed in phrasings.items():
                texts.setdefault(entry, []).extend(listed)
        return {entry: tuple(dict.fromkeys(listed)) for entry, listed in texts.items()}

    def _emergency(self, directory: EmergencyDirectory | None, language: str) -> EmergencyDirectory:
        """The emergency numbers for an FAQ in one language; none without the texts to show them with."""
        if directory is None or not self.emergency:
            return EmergencyDirectory()
        numbers = {country: listed for country, listed, _ in self.emergency}
        known = tuple(dict.fromkeys([*numbers, *(code for _, pages, _ in self.country_pages for code in pages.urls)]))
        names = countries.names(language)
        return replace(
            directory,
            countries=numbers,
            names={country: names.get(country, country) for country in known},
            called=(*directory.called, *countries.called(known)),
            zones=countries.zones(),
        )
