"""Score the entries by the words of a message in another language than the FAQ's, beside its meaning.

The encoder reads other languages less well than English, slang and dialects least. A second regression on how people
ask in these languages (`faq/phrasings/`) sees the words themselves: all languages together, since their words differ,
folded (`bot.text.folding`) so that keyboards and accents agree. It is local (`regression.py`), so nothing is fitted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.domain.matching import Reading
from bot.matching.features import Floats, Vectorizer
from bot.matching.regression import HeldOut, Labels, LocalRidge, power_for
from bot.matching.similarity import Rows, SimilarityIndex
from bot.text.folding import folded_words

FEWEST_ROWS = 2  # with a gram; rarer ones are forgotten, which spares memory


@dataclass(frozen=True, slots=True)
class ForeignWords:
    """The regression on the words of the phrasings in other languages."""

    vectors: Vectorizer
    ridge: LocalRidge

    @classmethod
    def fit(cls, texts: Sequence[str], labels: Labels, entries: int) -> ForeignWords:
        """Learn the grams of phrasings. ``labels`` is each one's entry."""
        vectors, matrix = Vectorizer.fit([folded(text) for text in texts], fewest=FEWEST_ROWS)
        return cls.of(vectors, SimilarityIndex.of(matrix), labels, entries)

    @classmethod
    def of(cls, vectors: Vectorizer, index: SimilarityIndex, labels: Labels, entries: int) -> ForeignWords:
        """The regression on phrasings whose vectors are known."""
        return cls(vectors, LocalRidge(index, labels, entries, power_for(len(labels))))

    def scores(self, texts: Sequence[str]) -> Floats:
        """The score of every entry for each text: texts x entries."""
        return self.ridge.scores([self.vectors.vector(folded(text)) for text in texts])

    def held_out(self, rows: Rows, first: int) -> HeldOut:
        """The scores of rows as if they were messages, halved as `HeldOut` says.

        The rows are counted among those in all languages, of which ``first`` is the first in another one; rows before
        it score nothing.
        """
        without_row, without_entry = (np.zeros((len(rows), self.ridge.entries), np.float32) for _ in range(2))
        own = np.flatnonzero(rows >= first)
        if len(own):
            found = self.ridge.held_out(rows[own] - first, halved=True)
            without_row[own], without_entry[own] = map(np.array, zip(*found, strict=True))
        return HeldOut(rows, without_row, without_entry)


def folded(text: str) -> Reading:
    """A text of any language as its folded words."""
    words = tuple(folded_words(text))
    return Reading(words, words, words, words)
