"""Settings and files in, a ready matcher out: what every command that answers begins with."""

from __future__ import annotations

from pathlib import Path

from bot.content import MAIN_LANGUAGE, load_faqs
from bot.matching.matcher import Matcher
from bot.matching.store import fitted
from bot.settings import Settings


def load_matcher(settings: Settings, *, language: str = MAIN_LANGUAGE) -> Matcher:
    """The matcher of one language. Raises ContentError where the files cannot be used."""
    faq = load_faqs(settings.faq_dir, settings.seeds_dir)[language]
    return Matcher(faq, fitted(faq, settings.cache_dir))


def read_originals(folder: Path) -> dict[str, str]:
    """The texts of a folder by file name."""
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.iterdir()) if path.is_file()}
