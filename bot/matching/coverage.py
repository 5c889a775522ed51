"""How much of a message is known: by the weight of its words, to the phrasings of all entries or of one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from bot.domain.matching import Reading
from bot.matching.features import inverse_document_frequency

NONE: Mapping[str, int] = {}
_weight = lru_cache(maxsize=10_000)(inverse_document_frequency)


class WordCoverage:
    """The words of the phrasings (as meanings): in how many rows of all, and of each entry, a word stands."""

    def __init__(self, rows: int, holders: Mapping[str, int], of_entry: Sequence[Mapping[str, int]]) -> None:
        self.rows = rows
        self.holders = holders
        self.of_entry = of_entry

    @classmethod
    def fit(cls, readings: Sequence[Reading], belongs: Sequence[int], entries: int) -> WordCoverage:
        """Count the words; ``belongs`` is each row's entry, -1 for rows of none."""
        holders: Counter[str] = Counter()
        of_entry: list[Counter[str]] = [Counter() for _ in range(entries)]
        for reading, entry in zip(readings, belongs, strict=True):
            said = set(reading.meanings)
            holders.update(said)
            if entry >= 0:
                of_entry[entry].update(said)
        return cls(len(readings), holders, of_entry)

    def coverage(self, reading: Reading) -> float:
        """The share of a message's words that any phrasing knows, by weight; 0 where it has none."""
        return self._share(reading, self.holders.get, self.holders.get)

    def coverage_by(self, entry: int, reading: Reading) -> float:
        """The share of a message's words that the phrasings of one entry know."""
        return self._share(reading, self.holders.get, self.of_entry[entry].get)

    def coverage_without_row(self, entry: int, reading: Reading, own: int) -> float:
        """As `coverage_by`, for a row of the entry ``own``, as if the row were missing."""
        said = self.of_entry[entry]
        missing = int(entry == own)
        return self._share(reading, lambda word, _: self.holders[word] - 1, lambda word, _: said.get(word, 0) - missing)

    def coverage_without_entry(self, entry: int, reading: Reading, own: int) -> float:
        """As `coverage_by`, as if all rows of the entry ``own`` were missing."""
        missing = self.of_entry[own]
        known = NONE if entry == own else self.of_entry[entry]
        return self._share(reading, lambda word, _: self.holders[word] - missing.get(word, 0), known.get)

    def _share(self, reading: Reading, holders: Callable[[str, int], int], known: Callable[[str, int], int]) -> float:
        inside = total = 0.0
        for word in set(reading.meanings):
            weight = _weight(holders(word, 0), self.rows)
            total += weight
            if known(word, 0) > 0:
                inside += weight
        return inside / total if total else 0.0
