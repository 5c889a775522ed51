"""The FAQ that a running bot answers from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.faq import MAIN_LANGUAGE
from bot.domain.matching import Matcher


@dataclass(slots=True)
class Catalog:
    """The matcher of each language. After an edit of the FAQ all of them are replaced at once."""

    matchers: Mapping[str, Matcher]

    @property
    def main(self) -> Matcher:
        """The matcher of the main language."""
        return self.matchers[MAIN_LANGUAGE]

    @property
    def versions(self) -> dict[str, str]:
        """The version of the FAQ in each language."""
        return {language: matcher.faq.version for language, matcher in self.matchers.items()}
