"""Score the entries by the words of a message in another language than the FAQ's, beside its meaning.

The encoder reads other languages less well than English, slang and dialects least. A second regression on how people
ask in these languages (`faq/phrasings/`) sees the words themselves: all languages together, since their words differ,
folded (`bot.text.folding`) so that keyboards and accents agree. It is local (`regression.py`), so nothing is fitted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from bot.domain.matching import Reading
from bot.matching.features import Floats, Vectorizer
from bot.matching.regression import HeldOut, Labels, LocalRidge, power_for
from bot.matching.similarity import Rows, SimilarityIndex
from bot.text.folding import folded_words

HELD_OUT_ROWS = 1_500  # to calibrate messages in other languages, about
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

    def held_out(self, rows: Rows) -> HeldOut:
        """The scores of rows as if they were messages, halved as `HeldOut` says."""
        found = self.ridge.held_out(rows, halved=True)
        without_row, without_entry = map(np.array, zip(*found, strict=True))
        return HeldOut(rows, without_row, without_entry)


FitForeign = Callable[[Sequence[str], Labels, int], tuple[ForeignWords, HeldOut]]


def fit_foreign(texts: Sequence[str], labels: Labels, entries: int) -> tuple[ForeignWords, HeldOut]:
    """What `ForeignWords.fit` learns, and some `HELD_OUT_ROWS` of the phrasings, evenly spaced, as held out."""
    foreign = ForeignWords.fit(texts, labels, entries)
    return foreign, foreign.held_out(np.arange(len(texts))[:: max(1, len(texts) // HELD_OUT_ROWS)])


def folded(text: str) -> Reading:
    """A text of any language as its folded words."""
    words = tuple(folded_words(text))
    return Reading(words, words, words, words)
