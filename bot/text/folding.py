"""Fold the words of any language to the forms in which people's spellings of them agree, to compare cries by.

What keyboards of neighbouring languages write differently becomes one letter: Arabic, Persian, Urdu, Kurdish and Pashto
forms, the long and short vowels of India, the syllables of Ethiopia that sound alike, accents, the digits that stand
for Arabic letters in Latin ones. Repeated letters become one. What is left is no spelling, and is shown to nobody.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from bot.text.normalize import clean

LONGEST_WORD = 40
_CACHED_WORDS = 20_000
_APOSTROPHES = re.compile(r"['’‘ʼʻ`´]")
_INDIC = "\u0900-\u0963\u0966-\u09ff"  # Devanagari and Bengali without their full stops; their vowels are marks
_WORD = re.compile(rf"[\w{_INDIC}]+")
_IS_INDIC = re.compile(f"[{_INDIC}]")
_REPEATED = re.compile(r"([^\W\d_])\1+")
_CHAT_DIGIT = re.compile(r"(?<!\d)[2356789](?!\d)")
_CHAT_DIGITS = {"2": "", "3": "a", "5": "kh", "6": "t", "7": "h", "8": "gh", "9": "q"}
_ONE_LETTER = {
    **dict.fromkeys("ىیےېێۍ", "ي"),
    **dict.fromkeys("ہھەةۂ", "ه"),
    **dict.fromkeys("ۆۇۋ", "و"),
    **dict(zip("کڕڵںٹڈڑ", "كرلنتدر", strict=True)),
    **dict(zip("ıɓɗƙƴŋøłđґє", "ibdkynoldге", strict=True)),
    **dict(zip("\u0940\u0942\u09c0\u09c2", "\u093f\u0941\u09bf\u09c1", strict=True)),
    **dict.fromkeys("ـء\u0901\u093c\u094d\u0981\u09bc\u09cd", ""),  # stretched and silent letters, dots, killed vowels
}
_ETHIOPIC = range(0x1200, 0x1358)  # a row of eight syllables for each consonant
_SYLLABLE = re.compile(f"[{chr(_ETHIOPIC.start)}-{chr(_ETHIOPIC.stop - 1)}]")
_VOWELS = ("ä", "u", "i", "a", "e", "", "o", "wa")
_SOUND_ALIKE = {"ሐ": "ሀ", "ኀ": "ሀ", "ኸ": "ሀ", "ሠ": "ሰ", "ዐ": "አ", "ፀ": "ጸ"}


class _Letters(dict[int, int | str | None]):
    """What each letter becomes, by its code as `str.translate` asks for it: marks go, but for those of India."""

    def __missing__(self, code: int) -> int | None:
        letter = chr(code)
        is_mark = unicodedata.category(letter)[0] == "M" and not _IS_INDIC.match(letter)
        self[code] = kept = None if is_mark else code
        return kept


_LETTERS = _Letters({ord(letter): one for letter, one in _ONE_LETTER.items()})


def folded_words(text: str) -> list[str]:
    """The words of a text, folded; of a number only how many digits it has, as zeros."""
    bare = _APOSTROPHES.sub("", clean(text).casefold())
    if not bare.isascii():
        bare = unicodedata.normalize("NFKD", bare).translate(_LETTERS)
    return [word for word in map(_fold, _WORD.findall(bare)) if word]


@lru_cache(maxsize=_CACHED_WORDS)
def _fold(word: str) -> str:
    if word.isdigit():
        return "0" * len(word)
    if word.isalnum() and not word.isalpha():
        word = _CHAT_DIGIT.sub(lambda digit: _CHAT_DIGITS[digit[0]], word)
    return _SYLLABLE.sub(_spelled_out, _REPEATED.sub(r"\1", word))[:LONGEST_WORD]


def _spelled_out(syllable: re.Match[str]) -> str:
    """A syllable of Ethiopia as its consonant and its vowel."""
    order = (ord(syllable[0]) - _ETHIOPIC.start) % len(_VOWELS)
    consonant = chr(ord(syllable[0]) - order)
    return _SOUND_ALIKE.get(consonant, consonant) + _VOWELS[order]
