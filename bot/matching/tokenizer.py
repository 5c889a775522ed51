"""Tokenize a message: its words, with typos corrected, as stems and as meanings.

A word that occurs in no phrasing is corrected to the nearest known word (Damerau-Levenshtein distance, by RapidFuzz),
to two known words typed without a space, or together with its neighbour to one known word typed with a space.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import chain

from rapidfuzz.distance import DamerauLevenshtein
from rapidfuzz.process import extract

from bot.domain.matching import Reading
from bot.text.normalize import Speller, words

# The least length of a word for each correction: with the right first letter, one typo from 4 letters, two from 9; a
# wrong, missing, swapped or doubled first letter from 5; a missing space from 6, with at least 2 on each side.
_ONE_TYPO, _TWO_TYPOS = 4, 9
_FIRST_LETTER_TYPO, _MISSING_SPACE, _SHORTEST_PART = 5, 6, 2
_WITHOUT_VOWELS = str.maketrans("", "", "aeiou")
_DOUBLED = re.compile(r"([^\W\d_])\1+")
_CACHED_WORDS = 20_000
_KEYBOARD_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def _near_keys() -> dict[str, str]:
    """The keys next to each key of a QWERTY keyboard, in its row and in the rows above and below."""
    near: dict[str, set[str]] = defaultdict(set)
    place = {key: (row, at) for row, keys in enumerate(_KEYBOARD_ROWS) for at, key in enumerate(keys)}
    for key, (row, at) in place.items():
        for other, (other_row, other_at) in place.items():
            if key != other and abs(row - other_row) <= 1 and -1 <= at - other_at <= 1:
                near[key].add(other)
    return {key: "".join(sorted(others)) for key, others in near.items()}


NEAR_KEYS = _near_keys()


class Tokenizer:
    """Tokenizes messages. ``known`` maps the phrasings' words to their counts; unknown words are corrected to them."""

    def __init__(self, speller: Speller, known: Mapping[str, int]) -> None:
        self._speller = speller
        self.known = known
        self._by_letter: dict[str, list[str]] = defaultdict(list)
        for word in sorted({*known, *speller.vocabulary}):
            self._by_letter[word[0]].append(word)
        self._correct_cached = lru_cache(maxsize=_CACHED_WORDS)(self._correct)

    @classmethod
    def fit(cls, speller: Speller, texts: Sequence[str]) -> tuple[Tokenizer, list[Reading]]:
        """A tokenizer that knows the words of these texts, and the readings of these texts."""
        typed = [words(text) for text in texts]
        corrected = [speller.correct(row) for row in typed]
        tokenizer = cls(speller, Counter(chain.from_iterable(corrected)))
        return tokenizer, [tokenizer._reading(*row) for row in zip(typed, corrected, strict=True)]

    def read(self, text: str) -> Reading:
        """Tokenize a message."""
        typed = words(text)
        spelled = self._speller.correct(typed)
        if not all(map(self.known.__contains__, spelled)):
            spelled = list(chain.from_iterable(map(self.corrected, self._join_parts(spelled))))
        return self._reading(typed, spelled)

    def corrected(self, word: str) -> tuple[str, ...]:
        """The known word, or two, that a word probably stands for; the word itself if it is known or like none."""
        return self._correct_cached(word)

    def _reading(self, typed: list[str], corrected: list[str]) -> Reading:
        stems = self._speller.stems(corrected)
        is_personal = not self._speller.first_person.isdisjoint(corrected)
        return Reading(tuple(typed), tuple(corrected), tuple(stems), tuple(self._speller.meanings(stems)), is_personal)

    def _correct(self, word: str) -> tuple[str, ...]:
        if self._knows(word) or word[0].isdigit():
            return (word,)
        nearest = self._nearest(word) or self._with_other_first_letter(word)
        return (nearest,) if nearest else self._split(word) or (word,)

    def _knows(self, word: str) -> bool:
        return word in self.known or word in self._speller.vocabulary

    def _nearest(self, word: str) -> str | None:
        """The known word with the same first letter that an unknown one is most probably a typo of.

        Of words equally near, one with the same consonants is likelier (people drop vowels), then the more frequent.
        """
        squeezed = _DOUBLED.sub(r"\1", word)  # hii, pleease
        if squeezed in self.known:
            return squeezed
        if len(word) < _ONE_TYPO:
            return None
        typos = 1 if len(word) < _TWO_TYPOS else 2
        near = extract(
            word,
            self._by_letter.get(word[0], ()),
            scorer=DamerauLevenshtein.distance,
            score_cutoff=typos,
            limit=None,
        )
        return min(
            (known for known, _, _ in near),
            key=lambda known: (
                DamerauLevenshtein.distance(word, known),
                _consonants(known) != _consonants(word),
                -self.known.get(known, 0),
                known,
            ),
            default=None,
        )

    def _with_other_first_letter(self, word: str) -> str | None:
        """The most frequent known word that differs from this one by a typo in the first letter only."""
        if len(word) < _FIRST_LETTER_TYPO:
            return None
        likely = [word[1] + word[0] + word[2:], word[1:], *(key + word[1:] for key in NEAR_KEYS.get(word[0], ""))]
        likely += [key + word for key in NEAR_KEYS]
        return max(filter(self.known.get, likely), key=lambda known: (self.known[known], known), default=None)

    def _split(self, word: str) -> tuple[str, ...]:
        """Two known words that were typed as one: of all splits, the one whose rarer word is most frequent."""
        if len(word) < _MISSING_SPACE:
            return ()
        splits = ((word[:at], word[at:]) for at in range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1))
        known = [split for split in splits if all(half in self.known for half in split)]
        return max(known, key=lambda split: (min(self.known[half] for half in split), split), default=())

    def _join_parts(self, spelled: list[str]) -> list[str]:
        """Join two adjacent words that form a known one if at least one of them is unknown: `mig ration`."""
        joined: list[str] = []
        for word in spelled:
            if joined and joined[-1] + word in self.known and not (self._knows(joined[-1]) and self._knows(word)):
                joined[-1] += word
            else:
                joined.append(word)
        return joined


def _consonants(word: str) -> str:
    return word.translate(_WITHOUT_VOWELS)
