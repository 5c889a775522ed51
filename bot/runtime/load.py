"""Settings and files in, a ready matcher out: what every command that answers begins with."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from bot.content.loader import load_faqs
from bot.content.parsed import Content
from bot.domain.faq import MAIN_LANGUAGE, Faq
from bot.matching.matcher import Model, RegressionMatcher
from bot.matching.model_cache import load_or_fit
from bot.settings import Settings


def load_faq(settings: Settings) -> Faq:
    """The FAQ of the main language. Raises ContentError where the files cannot be used."""
    return load_faqs(settings.faq_dir, settings.seeds_dir)[MAIN_LANGUAGE]


def load_matchers(settings: Settings, *, tell: Callable[[str], None] = print) -> dict[str, RegressionMatcher]:
    """The matcher of every language. Raises ContentError where the files cannot be used.

    ``tell`` is told of the seconds that an FAQ takes to be learned, once after each edit.
    """
    faqs = load_faqs(settings.faq_dir, settings.seeds_dir)
    return {language: _matcher(faq, settings, tell=tell) for language, faq in faqs.items()}


def load_matcher(settings: Settings, *, tell: Callable[[str], None] = print) -> RegressionMatcher:
    """The matcher of the main language. Raises ContentError where the files cannot be used."""
    return _matcher(load_faq(settings), settings, tell=tell)


def _matcher(faq: Faq, settings: Settings, *, tell: Callable[[str], None]) -> RegressionMatcher:
    return RegressionMatcher(_with_days(faq, settings.retention_days), learned(faq, settings, tell=tell))


def _with_days(faq: Faq, days: int) -> Faq:
    """The FAQ whose texts say how long questions are kept."""
    says = faq.interface
    privacy, description = says.privacy.format(days=days), says.description.format(days=days)
    return replace(faq, interface=replace(says, privacy=privacy, description=description))


def learned(faq: Faq, settings: Settings, *, tell: Callable[[str], None] = print) -> Model:
    """The model of an FAQ, learned now unless it was before."""

    def before_fit(faq: Faq) -> None:
        phrasings = sum(len(entry.phrasings) for entry in faq.entries.values())
        tell(f"Learning {len(faq.entries)} entries from {phrasings:,} phrasings: some seconds, once after each edit …")

    return load_or_fit(faq, settings.cache_dir, before_fit=before_fit)


def leave_alone() -> None:
    """Have the garbage collector leave alone all that is loaded by now: looking through it halts every answer."""
    gc.freeze()


def throw_away() -> None:
    """Throw away what was left alone and is not used any more, such as an FAQ that another one took the place of."""
    gc.unfreeze()
    gc.collect()


def read_originals(folder: Path, content: Content) -> dict[str, str | None]:
    """The original documents that the records name, by file name; None for one that cannot be read as text."""
    return {source.original: _text(folder / source.original) for source, _ in content.sources if source.original}


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
