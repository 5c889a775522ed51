"""The FAQ as its files have it: what a page of the preview is drawn from, read again when the files change."""

from __future__ import annotations

import asyncio
import io
import subprocess
import tarfile
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from bot.content.diagnostics import ContentError, Diagnostic
from bot.content.lint import lint
from bot.content.loader import readable_content, unusable
from bot.content.parsed import Content
from bot.content.translation_units import State, units
from bot.domain.faq import MAIN_LANGUAGE, Entry, Faq
from bot.preview.search import Index, index_of
from bot.runtime.reload import file_stamps
from bot.settings import Settings


@dataclass(frozen=True, slots=True)
class Span:
    """The lines of an entry in a file; ``last`` is None if it ends with the file."""

    file: str
    first: int
    last: int | None

    @property
    def language(self) -> str:
        """The language of the entry there, by the file's folder."""
        return self.file.split("/")[-2]

    def holds(self, problem: Diagnostic) -> bool:
        """Whether the place of a problem is in these lines."""
        return problem.file == self.file and self.first <= problem.line and (not self.last or problem.line <= self.last)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Sound files at one time. ``drafts`` are without what no record has of all that they cite; ``states`` those of the
    translated entries, by language and id; ``spans`` the lines of each entry, the English ones first; ``problems`` what
    the check says of the form.
    """

    faq: Faq
    drafts: Mapping[str, Entry]
    states: Mapping[str, Mapping[str, State]]
    spans: Mapping[str, tuple[Span, ...]]
    problems: tuple[Diagnostic, ...]
    index: Index

    def problems_of(self, entry: str, language: str) -> list[Diagnostic]:
        """What the check says of an English entry and of its translation into a language."""
        spans = [span for span in self.spans.get(entry, ()) if span.language in (MAIN_LANGUAGE, language)]
        return [one for one in self.problems if any(span.holds(one) for span in spans)]


class Files:
    """The files of the FAQ, followed while they are edited.

    ``now`` is the last version that could be used, ``before`` the one to compare it with, both None before there is
    one: that of git's last commit if it ``is_committed``, else the first one that was read. ``broken`` is what is wrong
    with the files if they cannot be used as they are. ``number`` counts the changes.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stamps: object = None
        self._commits: tuple[str, ...] | None = None
        self._lock = asyncio.Lock()
        self.now: Snapshot | None = None
        self.before: Snapshot | None = None
        self.is_committed = False
        self.broken: tuple[Diagnostic, ...] = ()
        self.number = 0

    async def refresh(self) -> None:
        """Read the files again if they have changed. A language that was shown is not left out for an error in it."""
        async with self._lock:
            await asyncio.to_thread(self._refresh)

    def _refresh(self) -> None:
        stamps, commits = file_stamps(self._settings), commits_of(self._settings)
        if (stamps, commits) == (self._stamps, self._commits):
            return
        if stamps != self._stamps:
            needed = self.now.faq.translations.keys() if self.now else ()
            try:
                self.now, self.broken = read_snapshot(self._settings, needed), ()
            except ContentError as error:
                self.broken = error.diagnostics
        if commits != self._commits:
            self.before = read_committed(self._settings) if commits else None
            self.is_committed = self.before is not None
        self.before = self.before or self.now
        self._stamps, self._commits, self.number = stamps, commits, self.number + 1


def read_snapshot(settings: Settings, needed: Collection[str] = ()) -> Snapshot:
    """Read and check the files. Raises ContentError as `unusable` does."""
    content = readable_content(settings.faq_dir, settings.seeds_dir)
    faq = content.faq(without=unusable(content, needed=needed))
    drafts, problems = _drafts(content, faq), lint(content, date.today())
    return Snapshot(faq, drafts, _states(content), _spans(content), problems, index_of(faq))


def _drafts(content: Content, faq: Faq) -> dict[str, Entry]:
    facts = {fact.id for source in faq.sources.values() for fact in source.facts}
    return {
        draft.id: replace(
            draft,
            sources=tuple(name for name in draft.sources if name in facts),
            read_more=tuple(name for name in draft.read_more if name in faq.sources),
        )
        for draft, _ in content.main.drafts
        if draft.id not in faq.entries
    }


def _states(content: Content) -> dict[str, dict[str, State]]:
    entries = {entry.id for entry, _ in content.main.entries}
    return {
        translation.language: {one.owner: one.state for one in units(translation, content) if one.owner in entries}
        for translation in content.translations
    }


def _spans(content: Content) -> dict[str, tuple[Span, ...]]:
    found: dict[str, tuple[Span, ...]] = {}
    written = sorted((*content.main.entries, *content.main.drafts), key=lambda one: (one[1].tree.file, one[1].line()))
    located = [(entry.id, at) for entry, at in written]
    located += [(text.id, at) for translation in content.translations for text, at in translation.entries]
    for number, (name, at) in enumerate(located):
        following = located[number + 1][1] if number + 1 < len(located) else None
        last = following.line() - 1 if following is not None and following.tree is at.tree else None
        found[name] = (*found.get(name, ()), Span(at.tree.file, at.line(), last))
    return found


def commits_of(settings: Settings) -> tuple[str, ...]:
    """The last commits of both folders; empty if they are not in git."""
    try:
        return tuple(_git(folder, "rev-parse", "HEAD").decode() for folder in _folders(settings))
    except (OSError, subprocess.CalledProcessError):
        return ()


def read_committed(settings: Settings) -> Snapshot | None:
    """The version of the last commit, unchecked; None if it cannot be used."""
    with tempfile.TemporaryDirectory(prefix="faq-") as work:
        copies = [Path(work) / str(number) / folder.name for number, folder in enumerate(_folders(settings))]
        try:
            for folder, copy in zip(_folders(settings), copies, strict=True):
                with tarfile.open(fileobj=io.BytesIO(_git(folder, "archive", "HEAD", "."))) as archive:
                    archive.extractall(copy, filter="data")
            content = readable_content(*copies)
            return Snapshot(content.faq(without=unusable(content)), {}, _states(content), {}, (), ())
        except (OSError, subprocess.CalledProcessError, tarfile.TarError, ContentError):
            return None


def _folders(settings: Settings) -> tuple[Path, Path]:
    return settings.faq_dir, settings.seeds_dir


def _git(folder: Path, *arguments: str) -> bytes:
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout  # noqa: S603  # git
