"""The FAQ that a running bot answers from."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.faq import Faq
from bot.domain.matching import Matcher
from bot.text.redaction_by_vocabulary import redact_to_known_words


@dataclass(slots=True)
class Catalog:
    """The matcher of the FAQ in use; an edit of the FAQ replaces it."""

    matcher: Matcher

    @property
    def faq(self) -> Faq:
        """The FAQ in the main language, with its translations."""
        return self.matcher.faq

    @property
    def versions(self) -> dict[str, str]:
        """The version of the FAQ in each language."""
        faq = self.faq
        return {one.language: one.version for one in (faq, *faq.translations.values())}

    def redacted(self, text: str) -> str:
        """A text as the gap log may keep it, by the words of the FAQ in use."""
        return redact_to_known_words(text, lambda: self.matcher.known_words)
