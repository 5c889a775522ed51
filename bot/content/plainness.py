"""How plain a text is: its sentences and words, as a reader counts them. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

_END = re.compile(r"(?<=[.!?…])[\"”’)»]*\s+|\n+")
_WORD = re.compile(r"\w")
_ARCHIVE = re.compile(  # an archivist's words
    r"\b(?:(?:our|five|these) documents|(?:the|no) documents? (?:here|behind)|"
    r"stands? in the [a-z ]*(?:note|statement|brochure))\b",
    re.I,
)
# Words of the field that UN papers use in a fixed sense: whoever looks for the subject looks for them.
_TERM = re.compile(
    r"migra(?:nts?|tion|te)|refugees?|asylum|asylum-seekers?|remittances?|compact|international|(?:ir)?regular|regularization"
    r"|undocumented|displaced|destination|diasporas?|sustainable|development|livelihoods|environmental|degradation|demographic"
    r"|socio-economic|humanitarian|vulnerable|vulnerabilit(?:y|ies)|xenophobi[ac]|stakeholders|whole-of-society|community-based"
    r"|non-(?:custodial|penalization)",
    re.I,
)
_MARKS = re.compile(r"^\W+|\W+$")
_POSSESSIVE = re.compile(r"['’]s\b")
_SILENT = re.compile(r"(?<![dt])ed$|(?<![cghsxz])es$|(?<![^aeiouy]l)e$|e(?=ly$|ments?$)|[^a-z]")
_SPOKEN = re.compile(r"[aeiouy]+")
_TWO_VOWELS = re.compile(r"i[ao](?![ln])|eo(?!p)")  # one group of vowels, two syllables, as in "period"

Syllables = Callable[[str], int]


def sentences(text: str) -> list[str]:
    """The sentences and lines that hold a word. A semicolon ends none, as a reader must keep what stands before it."""
    return [part.strip() for part in _END.split(text) if _WORD.search(part)]


def reading_words(text: str) -> list[str]:
    """The words between spaces; a sign that stands alone, as the % in `3.4 %`, is none."""
    return [word for word in text.split() if _WORD.search(word)]


def archive_words(text: str) -> list[str]:
    """The phrases of a text that speak of documents where a reader asks about people."""
    return _ARCHIVE.findall(text)


def grade(text: str, syllables: Syllables) -> float:
    """The school grade of Flesch and Kincaid, the syllables of names, figures and terms of the subject left out."""
    parts = [reading_words(part) for part in sentences(text)]
    words = sum(map(len, parts))
    bare = [(_MARKS.sub("", word), at) for part in parts for at, word in enumerate(part)]
    counted = [syllables(word) for word, at in bare if not _is_given(word, at)]
    return 0.39 * words / len(parts) + 11.8 * sum(counted) / max(len(counted), 1) - 15.59


def _is_given(word: str, at: int) -> bool:
    """Whether nobody can choose another word: a name (a capital inside a sentence, or several), a figure, a term."""
    is_name = word[:1].isupper() and (at > 0 or word[1:2].isupper()) and word != "I"
    return is_name or any(character.isdigit() for character in word) or _TERM.fullmatch(word) is not None


def estimated_syllables(word: str) -> int:
    """The syllables of an English word, estimated from its letters: a dictionary is too large for the bot."""
    parts = _POSSESSIVE.sub("", word.lower()).split("-")
    return max(1, sum(len(_SPOKEN.findall(_SILENT.sub("", part))) + len(_TWO_VOWELS.findall(part)) for part in parts))
