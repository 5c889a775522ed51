"""Which share of a message's words, weighted by IDF, occurs in the phrasings of all entries or of one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from bot.domain.matching import Reading
from bot.matching.features import inverse_document_frequency

_NO_WORDS: Mapping[str, int] = {}
_weight = lru_cache(maxsize=10_000)(inverse_document_frequency)


class WordCoverage:
    """Document frequencies of words (as meanings): in how many rows, of all and of each entry, a word occurs."""

    def __init__(
        self, rows: int, frequencies: Mapping[str, int], entry_frequencies: Sequence[Mapping[str, int]]
    ) -> None:
        self.rows = rows
        self.frequencies = frequencies
        self.entry_frequencies = entry_frequencies

    @classmethod
    def fit(cls, readings: Sequence[Reading], labels: Sequence[int], entries: int) -> WordCoverage:
        """Count the words. ``labels`` is each row's entry, -1 for rows of none."""
        frequencies: Counter[str] = Counter()
        entry_frequencies: list[Counter[str]] = [Counter() for _ in range(entries)]
        for reading, entry in zip(readings, labels, strict=True):
            distinct = set(reading.meanings)
            frequencies.update(distinct)
            if entry >= 0:
                entry_frequencies[entry].update(distinct)
        return cls(len(readings), frequencies, entry_frequencies)

    def coverage(self, reading: Reading) -> float:
        """The share of a message's words, by weight, that occur in any phrasing; 0 for a message without words."""
        return self._share(reading, self.frequencies.get, self.frequencies.get)

    def coverage_by(self, entry: int, reading: Reading) -> float:
        """The share of a message's words, by weight, that occur in the phrasings of one entry."""
        return self._share(reading, self.frequencies.get, self.entry_frequencies[entry].get)

    def coverage_without_row(self, entry: int, reading: Reading, own: int) -> float:
        """As `coverage_by`, for the reading of a row of the entry ``own``, as if that row were missing."""
        known = self.entry_frequencies[entry]
        missing = int(entry == own)
        return self._share(
            reading, lambda word, _: self.frequencies[word] - 1, lambda word, _: known.get(word, 0) - missing
        )

    def coverage_without_entry(self, entry: int, reading: Reading, own: int) -> float:
        """As `coverage_without_row`, as if all rows of the entry ``own`` were missing."""
        missing = self.entry_frequencies[own]
        known = _NO_WORDS if entry == own else self.entry_frequencies[entry]
        return self._share(reading, lambda word, _: self.frequencies[word] - missing.get(word, 0), known.get)

    def _share(
        self, reading: Reading, frequencies: Callable[[str, int], int], known: Callable[[str, int], int]
    ) -> float:
        covered = total = 0.0
        for word in set(reading.meanings):
            weight = _weight(frequencies(word, 0), self.rows)
            total += weight
            if known(word, 0) > 0:
                covered += weight
        return covered / total if total else 0.0
