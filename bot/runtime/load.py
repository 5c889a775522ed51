"""Load the FAQ and its matchers as the settings say, which every command that answers does first."""

from __future__ import annotations

import gc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Lock

from bot.content.loader import read_faq
from bot.content.parsed import Content
from bot.domain.faq import Faq
from bot.domain.matching import LearnedMatcher, RowCheck
from bot.matching.matcher import RegressionMatcher
from bot.matching.model_cache import keep_encoder, load_or_check_rows, load_or_fit, load_or_hear, load_or_learn_acts
from bot.settings import Settings


def load_faq(settings: Settings) -> Faq:
    """Load the FAQ with its translations. Raises ContentError where the files cannot be used."""
    return read_faq(settings.faq_dir, settings.seeds_dir)


def load_matcher(settings: Settings, *, notify: Callable[[str], None] = print) -> LearnedMatcher:
    """Load the FAQ's matcher. Raises ContentError where the files cannot be used.

    ``notify`` is called with a line of text before an FAQ is learned: about a minute, after an edit less.
    """
    return matcher_of(load_faq(settings), settings, notify=notify)


def matcher_of(faq: Faq, settings: Settings, *, notify: Callable[[str], None] = print) -> LearnedMatcher:
    """As `load_matcher`, for an FAQ that was read."""
    return learn(_filled_in(faq, settings), settings.cache_dir, notify=notify)


def learn(faq: Faq, folder: Path, *, notify: Callable[[str], None] = print) -> RegressionMatcher:
    """The matcher of an FAQ, learned now unless the folder has it. ``notify`` as in `load_matcher`.

    The one place that says which matcher it is.
    """

    is_telling = Lock()  # both are learned at the same time

    def tell(text: str) -> None:
        with is_telling:
            notify(text)

    def before_fit(faq: Faq) -> None:
        phrasings = sum(len(entry.phrasings) for entry in faq.entries.values())
        tell(
            f"Learning {len(faq.entries)} entries from {phrasings:,} phrasings: up to a minute, once after each edit …"
        )

    def before_hearing(faq: Faq) -> None:
        cries = sum(len(texts) for cries in faq.cries for texts in cries.cries.values())
        tell(f"Learning {cries:,} cries for help in {len(faq.cries)} languages: up to a minute, once after each edit …")

    keep_encoder(folder)
    with ThreadPoolExecutor(1) as beside:
        heard = beside.submit(load_or_hear, faq, folder, before_fit=before_hearing)
        model = load_or_fit(faq, folder, before_fit=before_fit)
        acts = load_or_learn_acts(faq, folder)
        return RegressionMatcher(faq, model, heard.result(), acts)


def rows_checked(faq: Faq, settings: Settings, *, notify: Callable[[str], None] = print) -> RowCheck:
    """How the phrasings of an FAQ stand to each other, learned and compared now unless the cache knows it."""
    return load_or_check_rows(faq, settings.cache_dir, lambda: learn(faq, settings.cache_dir, notify=notify))


def _filled_in(faq: Faq, settings: Settings) -> Faq:
    """The FAQ with what the settings say filled into its texts, in all languages."""
    texts, days = faq.interface, settings.retention_days
    privacy, description = texts.privacy.format(days=days), texts.description.format(days=days)
    translations = {language: _filled_in(one, settings) for language, one in faq.translations.items()}
    interface = replace(texts, privacy=privacy, description=description)
    return replace(faq, interface=interface, translations=translations, contact=settings.operator_contact or "")


def freeze_loaded() -> None:
    """Exempt all objects so far from garbage collection: to scan a loaded FAQ would pause every answer."""
    gc.freeze()


def collect_frozen() -> None:
    """Free what was exempt from garbage collection and is no longer used, such as an FAQ that was replaced."""
    gc.unfreeze()
    gc.collect()


def read_originals(folder: Path, content: Content) -> dict[str, str | None]:
    """Read the original documents that the records name, by file name; None for one that cannot be read as text."""
    return {source.original: _text(folder / source.original) for source, _ in content.sources if source.original}


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
