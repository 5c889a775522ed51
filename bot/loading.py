"""Settings and files in, a ready matcher out: what every command that answers begins with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bot.content import load_faqs
from bot.located import MAIN_LANGUAGE
from bot.matching.matcher import Matcher
from bot.matching.store import fitted
from bot.model import Faq
from bot.settings import Settings


def load_matcher(settings: Settings, *, language: str = MAIN_LANGUAGE, tell: Callable[[str], None] = print) -> Matcher:
    """The matcher of one language. Raises ContentError where the files cannot be used.

    ``tell`` is told of the seconds that an FAQ takes to be learned, once after each edit.
    """
    faq = load_faqs(settings.faq_dir, settings.seeds_dir)[language]

    def before_fit(faq: Faq) -> None:
        phrasings = sum(len(entry.phrasings) for entry in faq.entries.values())
        tell(f"Learning {len(faq.entries)} entries from {phrasings:,} phrasings: some seconds, once after each edit …")

    return Matcher(faq, fitted(faq, settings.cache_dir, before_fit=before_fit))


def read_originals(folder: Path) -> dict[str, str]:
    """The texts of a folder by file name."""
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.iterdir()) if path.is_file()}
