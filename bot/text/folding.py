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
_LETTERS = str.maketrans(_ONE_LETTER)
_ETHIOPIC = range(0x1200, 0x1358)  # a row of eight syllables for each consonant
_VOWELS = ("ä", "u", "i", "a", "e", "", "o", "wa")
_SOUND_ALIKE = {"ሐ": "ሀ", "ኀ": "ሀ", "ኸ": "ሀ", "ሠ": "ሰ", "ዐ": "አ", "ፀ": "ጸ"}


def folded_words(text: str) -> list[str]:
    """The words of a text, folded; of a number only how many digits it has, as zeros."""
    bare = _APOSTROPHES.sub("", clean(text).casefold())
    if not bare.isascii():
        marked = unicodedata.normalize("NFKD", bare)
        bare = "".join(
            letter for letter in marked if unicodedata.category(letter)[0] != "M" or _IS_INDIC.match(letter)
        ).translate(_LETTERS)
    return [word for word in map(_fold, _WORD.findall(bare)) if word]


@lru_cache(maxsize=_CACHED_WORDS)
def _fold(word: str) -> str:
    if word.isdigit():
        return "0" * len(word)
    if word.isalnum() and not word.isalpha():
        word = _CHAT_DIGIT.sub(lambda digit: _CHAT_DIGITS[digit[0]], word)
    return "".join(map(_syllable, _REPEATED.sub(r"\1", word)))[:LONGEST_WORD]


def _syllable(letter: str) -> str:
    """A syllable of Ethiopia as its consonant and its vowel; any other letter as it is."""
    if ord(letter) not in _ETHIOPIC:
        return letter
    order = (ord(letter) - _ETHIOPIC.start) % len(_VOWELS)
    consonant = chr(ord(letter) - order)
    return _SOUND_ALIKE.get(consonant, consonant) + _VOWELS[order]
