"""Only content that passes the check goes live: errors refuse an edit, and the last sound content outlives a restart.

The rules that need a matcher learned, and drafts, are the editor's business and refuse nothing.
"""

from __future__ import annotations

import hashlib
import logging
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

from bot.content.diagnostics import ContentError, Diagnostic, blocking_errors
from bot.content.lint import lint
from bot.content.loader import readable_content, unusable
from bot.content.parsed import Content, Translation
from bot.domain.faq import Faq
from bot.domain.matching import LearnedMatcher
from bot.runtime.load import matcher_of
from bot.settings import Settings

COPY = "sound-content"  # the folder in CACHE_DIR with copies of the last sound content, one for each FAQ_DIR
VERSION = "version"  # the file in a copy with the version of its FAQ
_logger = logging.getLogger(__name__)


def _log(warning: str) -> None:
    _logger.warning("%s", warning)


def sound_faq(
    content: Content,
    *,
    in_use: Faq | None = None,
    known: str | None = None,
    warn: Callable[[str], None] = _log,
) -> Faq:
    """The FAQ of files that were read. Raises ContentError with all that the check finds wrong in what people read.

    What is wrong in a translation refuses nothing, unless it would replace what is ``in_use`` in that language: the
    entry is in English, or the language left out, and ``warn`` is told. An FAQ of the version ``known`` was checked
    before.
    """
    needed = in_use.translations.keys() if in_use is not None else ()
    left_out = unusable(content, needed=needed)
    faq = content.faq(without=left_out)
    if faq.version == known:
        return faq
    refused: list[Diagnostic] = []
    in_english: dict[str, set[str]] = {}
    digests = content.digests()
    for wrong in blocking_errors(lint(content, date.today())):
        translation = next((one for one in content.translations if wrong.file.startswith(f"{one.folder}/")), None)
        language = translation.language if translation is not None else ""
        if language in left_out:
            continue
        entry = _entry_at(wrong, translation) if translation is not None else None
        if translation is not None and entry and entry not in translation.current(digests):
            continue  # of an older English text, which is shown instead
        if translation is None or (_is_shown(in_use, language, entry) if entry else language in needed):
            refused.append(wrong)
        elif entry:
            in_english.setdefault(language, set()).add(entry)
            warn(f"'{entry}' is shown in English: {wrong}")
        else:
            left_out.add(language)
            warn(str(wrong))
    if refused:
        raise ContentError(tuple(refused))
    return content.faq(without=left_out, in_english=in_english)


def _entry_at(wrong: Diagnostic, translation: Translation) -> str | None:
    """The entry of a translation that a diagnostic is about; None if it is about a file of it."""
    return next((text.id for text, at in translation.entries if at.has(wrong.file, wrong.line)), None)


def _is_shown(in_use: Faq | None, language: str, entry: str) -> bool:
    """Whether an entry is shown in a language, and not in English."""
    translated = in_use.translations.get(language) if in_use is not None else None
    return translated is not None and entry in translated.entries and translated.entries[entry].language == language


def load_sound(settings: Settings, *, notify: Callable[[str], None] = print) -> LearnedMatcher:
    """As `load_matcher`, but content with errors gives way to the last sound content, with a warning.

    Raises ContentError with the errors where no sound content is known.
    """
    try:
        faq = sound_faq(readable_content(settings.faq_dir, settings.seeds_dir), known=kept_version(settings))
    except ContentError as error:
        kept = copy_of(settings)
        if not (kept / "faq").is_dir():
            raise
        for diagnostic in error.diagnostics:
            _logger.error("FAQ not taken up: %s", diagnostic)
        faq = sound_faq(readable_content(kept / "faq", kept / "seeds"), known=kept_version(settings))
        _logger.warning("FAQ %s, the last sound one, is in use instead", faq.version)
        return matcher_of(faq, settings, notify=notify)
    matcher = matcher_of(faq, settings, notify=notify)
    keep_sound(settings, faq.version)
    return matcher


def keep_sound(settings: Settings, version: str) -> None:
    """Keep a copy of the files, whose FAQ is sound. What cannot be written is logged: the next start may miss it."""
    kept = copy_of(settings)
    try:
        if kept_version(settings) == version:
            return
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=kept.parent, prefix=".new-") as work:
            new = Path(work) / "new"
            for name, folder in {"faq": settings.faq_dir, "seeds": settings.seeds_dir}.items():
                for path, content in _files(folder).items():
                    (new / name / path).parent.mkdir(parents=True, exist_ok=True)
                    (new / name / path).write_bytes(content)
            (new / VERSION).write_text(version, encoding="utf-8")
            if kept.exists():
                kept.rename(Path(work) / "old")
            new.rename(kept)
    except OSError as error:
        _logger.warning("no copy of the FAQ is kept in %s (%s)", kept, error.strerror)


def kept_version(settings: Settings) -> str | None:
    """The version of the FAQ of the last sound content; None if no copy of it is kept."""
    try:
        return (copy_of(settings) / VERSION).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def copy_of(settings: Settings) -> Path:
    """Where the copy of the last sound content is kept."""
    name = hashlib.sha256(str(settings.faq_dir.absolute()).encode("utf-8", "surrogateescape")).hexdigest()[:24]
    return settings.cache_dir / COPY / name


def what_changed(before: Faq, after: Faq) -> str:
    """How many entries an edit changed, added and took out, in any language, in words; "other texts" if none."""
    old, new = (_texts(faq) for faq in (before, after))
    numbers = {
        "changed": sum(old[name] != new[name] for name in old.keys() & new.keys()),
        "new": len(new.keys() - old.keys()),
        "taken out": len(old.keys() - new.keys()),
    }
    listed = [f"{number} {'entry' if number == 1 else 'entries'} {what}" for what, number in numbers.items() if number]
    return ", ".join(listed) or "other texts changed"


def _texts(faq: Faq) -> dict[str, list[object]]:
    editions = (faq, *faq.translations.values())
    return {name: [edition.entries.get(name) for edition in editions] for name in faq.entries}


def _files(folder: Path) -> dict[Path, bytes]:
    """The YAML files of a folder, by their path in it; what is no file, such as a pipe, is left out."""
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.yaml") if path.is_file()}
