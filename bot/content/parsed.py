"""Content as read from its files, valid or not: every entry and source with its file and line."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from types import MappingProxyType
from typing import Any

from bot.content import countries
from bot.content.allowances import Allowance
from bot.content.diagnostics import ContentError, Diagnostic
from bot.content.schema import ENGLISH_ONLY, TranslatedEntrySchema, TranslatedSchema
from bot.content.times import time_in
from bot.domain.emergency import EmergencyDirectory, EmergencyNumber, EmergencyTexts
from bot.domain.faq import MAIN_LANGUAGE, CountryPages, Cries, Entry, Faq, Interface, Kind, Source, Wording
from bot.domain.follow_up import FollowUps
from bot.text.direction import is_right_to_left, isolated, right_to_left

DIGEST = 6  # characters of what names the English text that a translation renders
INTERFACE, EMERGENCY = "interface.yaml", "emergency.yaml"  # the files of the bot's own texts
BESIDE_TITLES = ("landing", "publisher")  # the texts of the interface that follow the title of a source
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
    allowances: list[Allowance] = field(default_factory=list)
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

    def has(self, file: str, line: int) -> bool:
        """Whether a line with a value of its own is part of the entry or source."""
        lines = (number for path, number in self.tree.lines.items() if path[: len(self.at)] == self.at)
        return file == self.tree.file and line in lines

    def diagnostic(self, code: str, fact: str, hint: str, *path: str | int) -> Diagnostic:
        """A diagnostic at a path within the entry or source."""
        return Diagnostic(self.tree.file, self.line(*path), code, fact, hint)


@dataclass(slots=True)
class Edition:
    """The English files as read, valid or not: the entries with their places, duplicates included.

    ``drafts`` are entries that nobody sees but their editor. ``declared`` are the ids of all entries and ``cited`` the
    facts that they cite, invalid entries included.
    """

    entries: list[tuple[Entry, Located]] = field(default_factory=list)
    drafts: list[tuple[Entry, Located]] = field(default_factory=list)
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
class Translation:
    """One language's texts as read, valid or not. ``topics`` are the names of topics by file.

    ``interface`` has the texts of `Interface` by their names, save those that are in English only; ``emergency`` are
    those with emergency numbers, ``regions`` the regions' names by the English ones. ``own`` are what the files of the
    bot's own texts say of themselves, by their names.
    """

    language: str
    folder: str
    entries: list[tuple[TranslatedEntrySchema, Located]] = field(default_factory=list)
    topics: dict[str, str] = field(default_factory=dict)
    interface: dict[str, Any] | None = None
    interface_tree: Tree | None = None
    emergency: EmergencyTexts | None = None
    emergency_tree: Tree | None = None
    regions: Mapping[str, str] = field(default_factory=dict)
    own: dict[str, tuple[TranslatedSchema, Located]] = field(default_factory=dict)

    def current(self, digests: Mapping[str, str]) -> dict[str, TranslatedEntrySchema]:
        """The entries that render the English ones as they are now, by id; ``digests`` are those of the English."""
        return {text.id: text for text, _ in self.entries if text.translated.of == digests.get(text.id)}


@dataclass(slots=True)
class Content:
    """Everything that was read: the English files, translations, sources, cries and phrasings, diagnostics.

    ``declared_sources`` and ``declared_facts`` are the ids of all records, invalid ones included. ``is_partial`` means
    that a file could not be read at all, so that an id that is missing may be in that file.
    """

    main: Edition = field(default_factory=Edition)
    translations: list[Translation] = field(default_factory=list)
    sources: list[tuple[Source, Located]] = field(default_factory=list)
    cries: list[tuple[Cries, Located]] = field(default_factory=list)
    phrasings: list[tuple[Mapping[str, Sequence[str]], Located]] = field(default_factory=list)
    follow_ups: list[tuple[FollowUps, Located]] = field(default_factory=list)
    declared_sources: set[str] = field(default_factory=set)
    declared_facts: set[str] = field(default_factory=set)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    allowances: list[Allowance] = field(default_factory=list)
    is_partial: bool = False
    emergency: list[tuple[str, tuple[EmergencyNumber, ...], Located]] = field(default_factory=list)
    country_pages: list[tuple[str, CountryPages, Located]] = field(default_factory=list)

    def note(self, tree: Tree) -> None:
        """Keep what reading a file has found, beside its data."""
        self.diagnostics.extend(tree.diagnostics)
        self.allowances.extend(tree.allowances)

    def faq(
        self, *, without: Collection[str] = (), in_english: Mapping[str, Collection[str]] = MappingProxyType({})
    ) -> Faq:
        """The FAQ with its translations, ``without`` those into some languages.

        The entries ``in_english``, by language, are taken for untranslated.
        """
        main = self.main
        if main.interface is None:
            raise ContentError(tuple(self.diagnostics))
        faq = Faq(
            language=MAIN_LANGUAGE,
            entries={entry.id: entry for entry, _ in main.entries},
            sources={source.id: source for source, _ in self.sources},
            interface=main.interface,
            wording=main.wording,
            off_topic=tuple(text for text, _ in main.off_topic),
            emergency=self._emergency(main.emergency),
            country_pages={page: pages for page, pages, _ in self.country_pages},
            cries=tuple(cries for cries, _ in self.cries),
            follow_ups=tuple(said for said, _ in self.follow_ups),
            foreign_phrasings=self._foreign_phrasings(),
        )
        faq = replace(faq, version=_version(repr(faq)))
        digests = self.digests()
        translated = [
            self._translated(one, faq, digests, in_english.get(one.language, ()))
            for one in self.translations
            if one.interface is not None and one.language not in without
        ]
        names = {one.language: one.interface.language_name for one in (faq, *translated)}
        translations = {one.language: replace(one, languages=names) for one in translated}
        version = _version(" ".join([faq.version, *(one.version for one in translated)]))
        return replace(faq, version=version, languages=names, translations=translations)

    def digests(self) -> dict[str, str]:
        """What translations render, as digests: of each English entry, by id, its texts and the facts that it cites.

        By the names of their files, those of the bot's own texts.
        """
        facts = {fact.id: fact.fact for source, _ in self.sources for fact in source.facts}
        rendered: dict[str, object] = {
            entry.id: (
                entry.question if entry.kind is Kind.ANSWER else "",
                entry.button,
                entry.answer,
                [facts.get(name, "") for name in entry.sources],
            )
            for entry, _ in self.main.entries
        }
        interface, emergency = self.main.interface, self.main.emergency
        texts = asdict(interface) if interface is not None else {}
        rendered[INTERFACE] = [(name, text) for name, text in texts.items() if name not in ENGLISH_ONLY]
        rendered[EMERGENCY] = (emergency.texts, [one.name for one in emergency.regions]) if emergency else ()
        return {name: _version(repr(what))[:DIGEST] for name, what in rendered.items()}

    def _translated(
        self, translation: Translation, main: Faq, digests: Mapping[str, str], in_english: Collection[str]
    ) -> Faq:
        """The FAQ in another language. What is not translated, or not as it is now, is in English."""
        texts = {name: text for name, text in translation.current(digests).items() if name not in in_english}
        files, language = self.main.files, translation.language
        shown, apart = (isolated, right_to_left) if is_right_to_left(language) else (str, str)
        interface: dict[str, Any] = {
            name: shown(text) if isinstance(text, str) else text for name, text in (translation.interface or {}).items()
        }
        interface |= {name: apart(interface[name]) for name in BESIDE_TITLES if name in interface}
        entries = {}
        for entry in main.entries.values():
            topic = translation.topics.get(files[entry.id], entry.topic)
            entries[entry.id] = replace(entry, topic=shown(topic) if entry.topic else "")
            if text := texts.get(entry.id):
                entries[entry.id] = replace(
                    entries[entry.id],
                    question=shown(text.question) if text.question else entry.question,
                    button=shown(text.button) if text.button else entry.button,
                    answer=shown(text.answer.strip()),
                    language=language,
                    is_machine=text.translated.state == "machine",
                )
        faq = replace(
            main,
            language=language,
            entries=entries,
            interface=replace(main.interface, **interface),
            emergency=self._emergency_in(translation, main.emergency),
            times={time: apart(time_in(language, time)) for time in _times(main.sources.values())},
            topic_names={main.entries[name].topic: entries[name].topic for name in entries},
        )
        texts_of_entries = [(one.question, one.button, one.answer) for one in entries.values()]
        return replace(faq, version=_version(repr((faq.interface, faq.emergency.texts, texts_of_entries))))

    def _emergency_in(self, translation: Translation, main: EmergencyDirectory) -> EmergencyDirectory:
        names = countries.names(translation.language)
        return replace(
            main,
            texts=main.texts and (translation.emergency or main.texts),
            names={country: names.get(country, name) for country, name in main.names.items()},
            regions=tuple(
                replace(region, name=translation.regions.get(region.name, region.name)) for region in main.regions
            ),
        )

    def _foreign_phrasings(self) -> dict[str, tuple[str, ...]]:
        """How people ask for each entry in other languages: as listed, and as the translations put the question."""
        texts: dict[str, list[str]] = {}
        for translation in self.translations:
            for text, _ in translation.entries:
                if text.question is not None:
                    texts.setdefault(text.id, []).append(text.question)
        for phrasings, _ in self.phrasings:
            for entry, listed in phrasings.items():
                texts.setdefault(entry, []).extend(listed)
        return {entry: tuple(dict.fromkeys(listed)) for entry, listed in texts.items()}

    def _emergency(self, directory: EmergencyDirectory | None) -> EmergencyDirectory:
        """The emergency numbers; none without the texts to show them with."""
        if directory is None or not self.emergency:
            return EmergencyDirectory()
        numbers = {country: listed for country, listed, _ in self.emergency}
        known = tuple(dict.fromkeys([*numbers, *(code for _, pages, _ in self.country_pages for code in pages.urls)]))
        names = countries.names(MAIN_LANGUAGE)
        return replace(
            directory,
            countries=numbers,
            names={country: names.get(country, country) for country in known},
            called=(*directory.called, *countries.called(known)),
            zones=countries.zones(),
        )


def _times(sources: Iterable[Source]) -> set[str]:
    """The times and dates that answers show."""
    written = ((source.date or "", *(fact.time for fact in source.facts)) for source in sources)
    return {time for times in written for time in times if time}


def _version(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]
