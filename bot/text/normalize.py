"""Turn what a person typed into words: Unicode normalization, spelling and stems. Pure; knows nothing of entries."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from threading import Lock

import snowballstemmer

from bot.domain.faq import Wording
from bot.text.number_words import in_digits

MAX_CHARACTERS = 4096  # of one Telegram message; longer texts are truncated, not rejected
MAX_WORD = 40  # longer "words" are not words; truncating them keeps hostile input cheap

# Letters of other scripts that look like Latin ones; replaced only in words that mix scripts.
_LOOKALIKES = str.maketrans("аеорсухкмтвніјѕԁɡαοερτυνικ", "aeopcyxkmtbhijsdgaoeptuvik")
_SUPERSCRIPTS = str.maketrans(dict.fromkeys("⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉", " "))
_APOSTROPHES = re.compile(r"['’‘ʼ`´]")
_SHORT_YEAR = re.compile(r"(?<![\w'’‘ʼ`´])['’‘ʼ`´](\d)(\d)(?![\d'’‘ʼ`´])")  # '15
_ARABIC_MARKS = str.maketrans("٬٫", ",.")  # between thousands, and before decimals
_GROUPED = re.compile(  # 14,000  14.000  14 000  1,234,567.5
    r"(?<![\d.,])\d{1,3}([,. ])\d{3}(?:\1\d{3})*(?:(?!\1)[.,]\d+)?(?![\d]|[.,]\d)"
)
_DIGIT = re.compile(r"\d")
_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d{1,2}(?!\d))")
_NUMBER_WORD = re.compile(r"(?<=\d)(?=[^\W\d_])|(?<=[^\W\d_])(?=\d)")  # 244m -> 244 m
_UNITS = (  # these signs count only next to a number
    (re.compile(r"(?<=\d)\s?%"), " percent "),
    (re.compile(r"\$(?=\s?\d)|(?<=\d)\s?\$"), " dollar "),
    (re.compile(r"€(?=\s?\d)|(?<=\d)\s?€"), " euro "),
    (re.compile(r"£(?=\s?\d)|(?<=\d)\s?£"), " pound "),
)
_WORD = re.compile(r"\d+(?:\.\d+)*|[^\W\d_]+")
_ROMAN = re.compile(r"[ivx]+")
_REPEATED = re.compile(r"([^\W\d_])\1{2,}")  # soooo -> soo
_SENTENCE_END = re.compile(r"\s[:;]-?[)(DPp](?=\s|$)|(?<=[.!?;…])[\s)\"”»]+|[\n\r]+|(?<=[?!])(?=\w)|[؟。？！]+")


_KEPT_TEXTS = 256  # normalised: a message and its parts are asked for several times


def without_footnotes(text: str) -> str:
    """Replace superscript and subscript digits by spaces: NFKC would glue a footnote's mark to the figure before it."""
    return text.translate(_SUPERSCRIPTS)


def clean(text: str) -> str:
    """The text in NFKC, without control and zero-width characters and lone surrogates, at most `MAX_CHARACTERS`."""
    kept = text[:MAX_CHARACTERS]
    if kept.isascii() and kept.isprintable():
        return kept
    kept = without_footnotes(kept)
    if not kept.isprintable():  # which is true of no character of these categories
        kept = "".join(" " if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") and c != "\n" else c for c in kept)
        # Before normalizing, since zero-width characters would keep a letter and its accent from being composed.
        kept = "".join(c for c in kept if unicodedata.category(c) != "Cf")
    return unicodedata.normalize("NFKC", kept)[:MAX_CHARACTERS]  # NFKC can turn one character into many


@lru_cache(maxsize=_KEPT_TEXTS)
def normalise(text: str) -> str:
    """The text as it is compared: in lower case, without accents and marks, numbers in one form."""
    bare = clean(text).casefold()
    if not bare.isascii():
        bare = "".join(str(unicodedata.digit(c)) if c.isdecimal() else c for c in bare)
        marked = unicodedata.normalize("NFKD", bare)
        bare = unicodedata.normalize("NFC", "".join(c for c in marked if unicodedata.category(c)[0] != "M"))
    bare = _SHORT_YEAR.sub(_in_full, bare.translate(_ARABIC_MARKS))
    bare = " ".join(_APOSTROPHES.sub("", bare).replace("_", " ").replace("&", " and ").split())
    if not _DIGIT.search(bare):
        return bare
    bare = _DECIMAL_COMMA.sub(".", _GROUPED.sub(_without_grouping, bare))
    for sign, word in _UNITS:
        bare = sign.sub(word, bare)
    return " ".join(_NUMBER_WORD.sub(" ", bare).split())


def _in_full(year: re.Match[str]) -> str:
    return ("20" if year[1] < "5" else "19") + year[1] + year[2]


def _without_grouping(number: re.Match[str]) -> str:
    return number[0].replace(number[1], "").replace(",", ".")


def words(text: str) -> list[str]:
    """The words and numbers of a text, normalised, with look-alike letters of other scripts replaced."""
    return [_correct_word(word[:MAX_WORD]) for word in _WORD.findall(normalise(text))]


@lru_cache(maxsize=20_000)
def _correct_word(word: str) -> str:
    if not word.isascii() and any("a" <= c <= "z" for c in word):
        word = word.translate(_LOOKALIKES)
    return word if _ROMAN.fullmatch(word) else _REPEATED.sub(r"\1\1", word)


def is_year(word: str) -> bool:
    """Whether a word is a year of the last or of this century, in four digits."""
    return len(word) == 4 and word.isdigit() and word[:2] in ("19", "20")


def sentences(text: str) -> list[str]:
    """The sentences and lines of a message that contain a word, in order."""
    return [part.strip() for part in _SENTENCE_END.split(clean(text)) if _WORD.search(normalise(part))]


# The parsers of number words, by their names in `words.yaml`.
_NUMBER_WORDS: dict[str, Callable[[Sequence[str]], list[str]]] = {"english": in_digits}


class Speller:
    """Corrects spellings in one language, and reduces words to stems and stems to meanings (merged synonyms).

    Everything specific to the language comes from the wording; an empty one leaves words unchanged. Raises KeyError for
    an unknown stemmer, which the content check rejects earlier.
    """

    def __init__(self, wording: Wording) -> None:
        self._in_digits = _NUMBER_WORDS.get(wording.number_words, list)
        self._lock = Lock()
        self._stemmer = snowballstemmer.stemmer(wording.stemmer) if wording.stemmer else None
        self.stem = lru_cache(maxsize=20_000)(self._stem)
        self._spellings = _Phrases({tuple(words(typed)): words(meant) for typed, meant in wording.spellings.items()})
        groups: dict[tuple[str, ...], list[str]] = {}
        for group in wording.synonyms:
            name = "=" + "_".join(words(group[0]))
            groups |= {tuple(self.stems(words(member))): [name] for member in group}
        self._meanings = _Phrases(groups)
        correct_texts = [
            *wording.spellings.values(),
            *wording.places,
            *(member for group in wording.synonyms for member in group),
        ]
        self.vocabulary = frozenset(word for text in correct_texts for word in words(text))
        self.first_person = frozenset(word for item in wording.first_person for word in words(item))

    def _stem(self, word: str) -> str:
        if self._stemmer is None:
            return word
        with self._lock:  # the stemmer is not thread-safe: it keeps the word in an attribute
            stemmed: str = self._stemmer.stemWord(word)
        return stemmed

    def correct(self, typed: Iterable[str]) -> list[str]:
        """Correct words by the wording's spellings and number words: `ppl` to `people`, `two` to `2`."""
        return self._in_digits(self._spellings.replace(list(typed)))

    def stems(self, corrected: Iterable[str]) -> list[str]:
        """The stems of corrected words."""
        return [self.stem(word) for word in corrected]

    def meanings(self, stems: Sequence[str]) -> list[str]:
        """Replace each member of a synonym group by the group's name."""
        return self._meanings.replace(list(stems))


class _Phrases:
    """Replaces runs of words by other words, preferring the longest run."""

    def __init__(self, table: dict[tuple[str, ...], list[str]]) -> None:
        self._table = {run: new for run, new in table.items() if run}
        self._lengths: dict[str, list[int]] = {}
        for run in sorted(self._table, key=len, reverse=True):
            lengths = self._lengths.setdefault(run[0], [])
            if len(run) not in lengths:
                lengths.append(len(run))

    def replace(self, sequence: list[str]) -> list[str]:
        if self._lengths.keys().isdisjoint(sequence):
            return sequence
        result: list[str] = []
        at = 0
        while at < len(sequence):
            for length in self._lengths.get(sequence[at], ()):
                new = self._table.get(tuple(sequence[at : at + length]))
                if new is not None:
                    result += new
                    at += length
                    break
            else:
                result.append(sequence[at])
                at += 1
        return result
