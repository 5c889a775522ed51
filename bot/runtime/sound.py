"""Only content that passes the check goes live: errors refuse an edit, and the last sound content outlives a restart.

The rules that need a matcher learned, and drafts, are the editor's business and refuse nothing.
"""

from __future__ import annotations

import hashlib
import logging
import tempfile
from collections.abc import Callable, Collection
from datetime import date
from pathlib import Path

from bot.content.diagnostics import ContentError, blocking_errors
from bot.content.lint import lint
from bot.content.loader import readable_content, usable_faq
from bot.content.parsed import Content
from bot.domain.faq import Faq
from bot.domain.matching import LearnedMatcher
from bot.runtime.load import load_matcher, matcher_of
from bot.settings import Settings

COPY = "sound-content"  # the folder in CACHE_DIR with copies of the last sound content, one for each FAQ_DIR
_logger = logging.getLogger(__name__)


def refuse_errors(content: Content, *, needed: Collection[str] = ()) -> None:
    """Raise ContentError with all that the check finds wrong in what people read.

    What is wrong in a translation counts only if that language is ``needed``.
    """
    others = tuple(f"{one.folder}/" for one in content.translations if one.language not in needed)
    found = blocking_errors(lint(content, date.today()))
    if wrong := tuple(one for one in found if not one.file.startswith(others)):
        raise ContentError(wrong)


def load_sound(settings: Settings, *, notify: Callable[[str], None] = print) -> LearnedMatcher:
    """As `load_matcher`, but content with errors gives way to the last sound content, with a warning.

    Raises ContentError with the errors where no sound content is known.
    """
    if is_kept(settings):  # it was checked when the copy was made
        return load_matcher(settings, notify=notify)
    try:
        content = readable_content(settings.faq_dir, settings.seeds_dir)
        faq = usable_faq(content)
        refuse_errors(content)
    except ContentError as error:
        kept = copy_of(settings)
        if not (kept / "faq").is_dir():
            raise
        for diagnostic in error.diagnostics:
            _logger.error("FAQ not taken up: %s", diagnostic)
        matcher = load_matcher(_from(kept, settings), notify=notify)
        _logger.warning("FAQ %s, the last sound one, is in use instead", matcher.faq.version)
        return matcher
    matcher = matcher_of(faq, settings, notify=notify)
    keep_sound(settings)
    return matcher


def keep_sound(settings: Settings) -> None:
    """Keep a copy of the files, which are sound. What cannot be written is logged: the next start may miss it."""
    kept = copy_of(settings)
    try:
        if is_kept(settings):
            return
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=kept.parent, prefix=".new-") as work:
            for name, folder in _folders(settings).items():
                for path, content in _files(folder).items():
                    (Path(work) / "new" / name / path).parent.mkdir(parents=True, exist_ok=True)
                    (Path(work) / "new" / name / path).write_bytes(content)
            if kept.exists():
                kept.rename(Path(work) / "old")
            (Path(work) / "new").rename(kept)
    except OSError as error:
        _logger.warning("no copy of the FAQ is kept in %s (%s)", kept, error.strerror)


def is_kept(settings: Settings) -> bool:
    """Whether the copy of the last sound content says the same as the files."""
    kept = copy_of(settings)
    try:
        return all(_files(kept / name) == _files(folder) for name, folder in _folders(settings).items())
    except OSError:
        return False


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


def _from(folder: Path, settings: Settings) -> Settings:
    return settings.model_copy(update={"faq_dir": folder / "faq", "seeds_dir": folder / "seeds"})


def _folders(settings: Settings) -> dict[str, Path]:
    return {"faq": settings.faq_dir, "seeds": settings.seeds_dir}


def _files(folder: Path) -> dict[Path, bytes]:
    """The YAML files of a folder, by their path in it; what is no file, such as a pipe, is left out."""
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.yaml") if path.is_file()}
