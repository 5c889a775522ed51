"""How plain a text is: its sentences and words, as a reader counts them. Pure."""

from __future__ import annotations

import re

_END = re.compile(r"(?<=[.!?…])[\"”’)»]*\s+|\n+")
_WORD = re.compile(r"\w")
_ARCHIVE = re.compile(  # an archivist's words
    r"\b(?:(?:our|five|these) documents|(?:the|no) documents? (?:here|behind)|"
    r"stands? in the [a-z ]*(?:note|statement|brochure))\b",
    re.I,
)


def sentences(text: str) -> list[str]:
    """The sentences and lines that hold a word. A semicolon ends none, as a reader must keep what stands before it."""
    return [part.strip() for part in _END.split(text) if _WORD.search(part)]


def reading_words(text: str) -> list[str]:
    """The words between spaces; a sign that stands alone, as the % in `3.4 %`, is none."""
    return [word for word in text.split() if _WORD.search(word)]


def archive_words(text: str) -> list[str]:
    """The phrases of a text that speak of documents where a reader asks about people."""
    return _ARCHIVE.findall(text)
