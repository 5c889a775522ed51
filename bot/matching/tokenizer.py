"""How a message is read: its words, typos mended, as stems and as shared meanings.

A word that no phrasing has is taken for the nearest that one has (Damerau-Levenshtein distance, by RapidFuzz), for two
that were typed without a space, or for half of one that was typed with one. Each distinct word is looked up once.
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

# Wrong letters allowed in a word of so many letters, its first letter being right: one from 4, two from 9. A wrong,
# missing, swapped or doubled first letter is mended from 5, a missing space from 6 with at least 2 on each side.
_ONE_TYPO, _TWO_TYPOS = 4, 9
_FIRST_LETTER, _TWO_WORDS, _SHORTEST = 5, 6, 2
_WITHOUT_VOWELS = str.maketrans("", "", "aeiou")
_DOUBLED = re.compile(r"([^\W\d_])\1+")
_CACHED_WORDS = 20_000
_ROWS_OF_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def _neighbours() -> dict[str, str]:
    """The keys beside each key of a QWERTY keyboard: in its row, and in the rows above and below."""
    near: dict[str, set[str]] = defaultdict(set)
    place = {key: (row, at) for row, keys in enumerate(_ROWS_OF_KEYS) for at, key in enumerate(keys)}
    for key, (row, at) in place.items():
        for other, (other_row, other_at) in place.items():
            if key != other and abs(row - other_row) <= 1 and -1 <= at - other_at <= 1:
                near[key].add(other)
    return {key: "".join(sorted(others)) for key, others in near.items()}


NEAR_KEYS = _neighbours()


class Tokenizer:
    """Reads messages. ``known`` are words with how often the phrasings have them; unknown words are matched to them."""

    def __init__(self, speller: Speller, known: Mapping[str, int]) -> None:
        self._speller = speller
        self.known = known
        self._by_letter: dict[str, list[str]] = defaultdict(list)
        for word in sorted({*known, *speller.vocabulary}):
            self._by_letter[word[0]].append(word)
        self._mended_once = lru_cache(maxsize=_CACHED_WORDS)(self._mended)

    @classmethod
    def fit(cls, speller: Speller, texts: Sequence[str]) -> tuple[Tokenizer, list[Reading]]:
        """A reader that knows the words of these texts, and the texts as it reads them."""
        typed = [words(text) for text in texts]
        corrected = [speller.correct(row) for row in typed]
        tokenizer = cls(speller, Counter(chain.from_iterable(corrected)))
        return tokenizer, [tokenizer._reading(*row) for row in zip(typed, corrected, strict=True)]

    def read(self, text: str) -> Reading:
        """A message as its words, stems and meanings."""
        typed = words(text)
        spelled = self._speller.correct(typed)
        if not all(map(self.known.__contains__, spelled)):
            spelled = list(chain.from_iterable(map(self.corrected, self._joined(spelled))))
        return self._reading(typed, spelled)

    def corrected(self, word: str) -> tuple[str, ...]:
        """The known word, or two, that a word was meant to be; the word itself if it is known, or like none."""
        return self._mended_once(word)

    def _reading(self, typed: list[str], corrected: list[str]) -> Reading:
        stems = self._speller.stems(corrected)
        is_personal = not self._speller.first_person.isdisjoint(corrected)
        return Reading(tuple(typed), tuple(corrected), tuple(stems), tuple(self._speller.meanings(stems)), is_personal)

    def _mended(self, word: str) -> tuple[str, ...]:
        if self._knows(word) or word[0].isdigit():
            return (word,)
        nearest = self._nearest(word) or self._with_other_first_letter(word)
        return (nearest,) if nearest else self._as_two(word) or (word,)

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
        """The most frequent known word that this one is but for its first letter."""
        if len(word) < _FIRST_LETTER:
            return None
        likely = [word[1] + word[0] + word[2:], word[1:], *(key + word[1:] for key in NEAR_KEYS.get(word[0], ""))]
        likely += [key + word for key in NEAR_KEYS]
        return max(filter(self.known.get, likely), key=lambda known: (self.known[known], known), default=None)

    def _as_two(self, word: str) -> tuple[str, ...]:
        """Two known words that were typed as one: of all ways to part it, the one whose rarer word is most frequent."""
        if len(word) < _TWO_WORDS:
            return ()
        ways = ((word[:at], word[at:]) for at in range(_SHORTEST, len(word) - _SHORTEST + 1))
        known = [way for way in ways if all(half in self.known for half in way)]
        return max(known, key=lambda way: (min(self.known[half] for half in way), way), default=())

    def _joined(self, spelled: list[str]) -> list[str]:
        """The words, two that make a known one joined if one of them is unknown: `mig ration`."""
        joined: list[str] = []
        for word in spelled:
            if joined and joined[-1] + word in self.known and not (self._knows(joined[-1]) and self._knows(word)):
                joined[-1] += word
            else:
                joined.append(word)
        return joined


def _consonants(word: str) -> str:
    return word.translate(_WITHOUT_VOWELS)
