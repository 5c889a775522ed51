"""Redact a text, and where it tells a secret leave only the words that the FAQ knows.

Rules find a secret by its form, and people give it in forms that no rule has: a password of two words of a dialect, an
e-mail address without its signs, the name of a village. What these have in common is that hardly anybody else writes
them. So where redaction found something, or where a text speaks of passwords, e-mail, codes of transfers or the
writer's own door, a word stays if several texts of the FAQ have it, and a number if it is small, round or a year. Pure.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable

from bot.text.redaction import PLACEHOLDERS, redact
from bot.text.redaction_by_words import PUBLIC, SPEAKS_OF_A_HOME, SPEAKS_OF_CODES, SPEAKS_OF_SECRETS, plain

UNKNOWN = "[word]"  # stands for one or more words
_FEWEST_TEXTS = 2  # a word of one alone may be a name
_SHORTEST_CODE = 4  # characters, where letters and digits are mixed
_WORD = re.compile(r"[^\W\d_]+")
_WITHOUT_BLANKS = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")  # letters between words
_DIGIT = re.compile(r"\d")
_LONG_OR_JOINED = re.compile(r"\d{4}|\d[-/#]\d")
_PUBLIC = re.compile(PUBLIC)
_YEAR_OR_ROUND = re.compile(r"\D?(?:(?:19|20)\d\d|\d{1,9}(?:[.,]\d{1,3}){0,3}00)\D{0,2}")


def known_words(texts: Iterable[str]) -> frozenset[str]:
    """The words that stand in several of these texts, in the form in which `redact_to_known_words` compares them."""
    counted: Counter[str] = Counter()
    for text in texts:
        counted.update(set(_WORD.findall(plain(text))))
    return frozenset(word for word, count in counted.items() if count >= _FEWEST_TEXTS)


def redact_to_known_words(text: str, known: Callable[[], Collection[str]]) -> str:
    """As `redact`; where the text tells a secret, ``[word]`` stands for the words that are not ``known`` as well.

    ``known`` is called for such texts alone, since it may take its time.
    """
    redacted, in_plain = redact(text), plain(text)
    tells = (
        SPEAKS_OF_SECRETS.search(in_plain)
        or (_DIGIT.search(in_plain) and SPEAKS_OF_A_HOME.search(in_plain))
        or (any(map(_is_odd, in_plain.split())) and SPEAKS_OF_CODES.search(in_plain))
    )
    if not tells and not PLACEHOLDERS.search(redacted):
        return redacted
    words, kept = known(), list[str]()
    for word in redacted.split():
        small = plain(word)
        is_odd = tells and _is_odd(small)
        if PLACEHOLDERS.search(word) or _PUBLIC.match(small) or (_is_known(small, words) and not is_odd):
            kept.append(word)
        elif kept[-1:] != [UNKNOWN]:
            kept.append(UNKNOWN)
    return redact(" ".join(kept))


def _is_odd(word: str) -> bool:
    """Whether a word has digits as a code has them, and not as a year, a round number or a small one."""
    is_mixed = len(word) >= _SHORTEST_CODE and _DIGIT.search(word) and _WORD.search(word)
    return bool(is_mixed or _LONG_OR_JOINED.search(word)) and _YEAR_OR_ROUND.fullmatch(word) is None


def _is_known(word: str, known: Collection[str]) -> bool:
    return all(part in known or _WITHOUT_BLANKS.search(part) for part in _WORD.findall(word))
