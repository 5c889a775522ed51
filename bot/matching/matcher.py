"""The matcher: fit on the phrasings of an FAQ, rank its entries for a message, explain a ranking.

A message is read (`tokenizer`), turned into a vector (`features`), compared with the rows (`similarity`) and scored for
every entry (`regression`); `calibration` turns the scores into probabilities.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bot.domain.conversation import Candidate
from bot.domain.faq import Entry, Faq, Kind
from bot.domain.matching import Carrier, Evidence, Ranking, Reading, Row
from bot.matching.calibration import (
    Calibration,
    Kinds,
    Sample,
    calibrate,
    certainty_signals,
    confidence_signals,
    sample_of,
    urgency_signals,
)
from bot.matching.coverage import WordCoverage
from bot.matching.features import Floats, Vectorizer
from bot.matching.regression import Ridge, fit_ridge, use_one_thread
from bot.matching.similarity import SimilarityIndex, all_similarities
from bot.matching.tokenizer import Tokenizer
from bot.text.normalize import Speller, words

RANKED = 8  # entries that a ranking holds
EQUAL_DIGITS = 4  # scores alike so far are equal: single precision knows no better
EVIDENCE_SHOWN = 6  # words, and phrasings, that carried a candidate


def training_rows(entries: Sequence[Entry], off_topic: Sequence[str] = ()) -> list[Row]:
    """The rows of an FAQ: each entry's question and phrasings, and the messages that belong elsewhere or nowhere."""
    number = {entry.id: at for at, entry in enumerate(entries)}
    rows: dict[tuple[str, int | None], Row] = {}
    for at, entry in enumerate(entries):
        own = (entry.question, *entry.phrasings) if entry.kind is Kind.ANSWER else entry.phrasings
        for text in own:
            rows.setdefault((text, at), Row(text, at))
        for other in entry.not_this:
            belongs = number[other.belongs_to] if other.belongs_to is not None else None
            rows.setdefault((other.text, belongs), Row(other.text, belongs))
    for text in off_topic:
        rows.setdefault((text, None), Row(text, None))
    return list(rows.values())


@dataclass(frozen=True, slots=True)
class Model:
    """All that was learned from the phrasings of an FAQ.

    ``found_without`` is the first entry of all for each row had it been missing; -1 where that was not computed.
    """

    tokenizer: Tokenizer
    vectors: Vectorizer
    word_coverage: WordCoverage
    ridge: Ridge
    calibration: Calibration
    found_without: NDArray[np.int32]

    @property
    def index(self) -> SimilarityIndex:
        """The rows' vectors, to compare messages with."""
        return self.ridge.index


def fit(faq: Faq) -> Model:
    """Learn an FAQ: seconds for thousands of phrasings. The same FAQ gives the same model."""
    return fit_and_sample(faq)[0]


def fit_and_sample(faq: Faq) -> tuple[Model, Sample]:
    """Learn an FAQ; also gives the held-out rows that its probabilities and thresholds were learned from."""
    entries = tuple(faq.entries.values())
    rows = training_rows(entries, faq.off_topic)
    belongs, kinds = belongings(rows), kinds_of(entries)
    tokenizer, readings = Tokenizer.fit(Speller(faq.wording), [row.text for row in rows])
    vectors, matrix = Vectorizer.fit(readings)
    word_coverage = WordCoverage.fit(readings, belongs.tolist(), len(entries))
    ridge, held_out = fit_ridge(SimilarityIndex.of(matrix), belongs, len(entries))
    found_without = np.full(len(rows), -1, dtype=np.int32)
    found_without[held_out.rows] = held_out.without_row.argmax(axis=1)
    sample = sample_of(held_out, readings, word_coverage, belongs, kinds)
    return Model(tokenizer, vectors, word_coverage, ridge, calibrate(sample, kinds), found_without), sample


def belongings(rows: Sequence[Row]) -> NDArray[np.int64]:
    """The entry of each row by number, -1 for rows of none."""
    return np.array([-1 if row.entry is None else row.entry for row in rows], dtype=np.int64)


def kinds_of(entries: Sequence[Entry]) -> Kinds:
    """The entries' kinds as masks."""
    mask = {kind: np.array([entry.kind is kind for entry in entries]) for kind in Kind}
    return Kinds(
        answer=mask[Kind.ANSWER],
        smalltalk=mask[Kind.SMALLTALK],
        urgent=mask[Kind.URGENT],
        out_of_scope=mask[Kind.OUT_OF_SCOPE],
    )


class RegressionMatcher:
    """Ranks the entries of one FAQ. Immutable once made; may be used by several threads at once."""

    def __init__(self, faq: Faq, model: Model | None = None) -> None:
        use_one_thread()
        self.faq = faq
        self.entries = tuple(faq.entries.values())
        self.rows = training_rows(self.entries, faq.off_topic)
        self.model = model or fit(faq)
        self.thresholds = self.model.calibration.thresholds
        self._in_order = np.argsort([entry.id for entry in self.entries])  # equal scores go by id
        self._by_id = np.argsort(self._in_order)
        self._kinds = kinds_of(self.entries)
        self.question_words = frozenset(word for item in faq.wording.question_words for word in words(item))
        self.second_question = _second_question(self.question_words)
        self._places = frozenset(" ".join(words(place)) for place in faq.wording.places)
        self._first_of_places = frozenset(place.split(" ")[0] for place in self._places)
        own = (row.text for row in self.rows if row.entry is not None)
        listed = (tuple(words(text)) for text in own if not any(map(str.isalpha, text)))  # few: the start is quick
        self._numbers = frozenset(filter(_is_number, listed))
        self._said = cache(self._years_and_places)  # by entry id, so never more than there are entries

    def read(self, text: str) -> Reading:
        """The words of a text, as the matcher takes them: typos corrected, stems, shared meanings."""
        return self.model.tokenizer.read(text)

    def vectors(self, readings: Sequence[Reading], *, is_own_language: bool) -> sparse.csr_array:
        """Texts as unit vectors, a row each. How common a gram is, these texts tell, and the FAQ's own if it is the
        same language.
        """
        background = self.model.vectors.holders_in(self.model.index.by_row) if is_own_language else None
        return Vectorizer.fit(readings, background=background)[1]

    def rank(self, text: str) -> Ranking:
        """The entries by their score for this message, best first; equal scores in the order of ids."""
        reading = self.model.tokenizer.read(text)
        scores = self.model.ridge.scores(*self.model.vectors.vector(reading))
        order = np.lexsort((self._by_id, -scores.round(EQUAL_DIGITS)))
        first = self._candidates(order, scores)
        cards = self._candidates(order[self._kinds.urgent[order]], scores, most=1)
        replies = order[self._kinds.reply[order]]
        coverage = np.array([self.model.word_coverage.coverage_by(int(replies[0]), reading)])
        calibration = self.model.calibration
        return Ranking(
            reading=reading,
            candidates=first,
            answers=self._candidates(order[self._kinds.answer[order]], scores),
            card=cards[0] if cards else None,
            reply=self._candidates(replies, scores, most=1)[0],
            confidence=calibration.confidence(*confidence_signals(scores[None], coverage, self._kinds)[0]),
            certainty=calibration.certainty(*certainty_signals(scores[None], self._kinds)[0]),
            urgency=calibration.urgency(*urgency_signals(scores[None], self._kinds)[0]),
            coverage=self.model.word_coverage.coverage(reading),
        )

    def _candidates(self, order: NDArray[np.int64], scores: Floats, *, most: int = RANKED) -> tuple[Candidate, ...]:
        first = order[:most]
        return tuple(
            Candidate(self.entries[at], score) for at, score in zip(first.tolist(), scores[first].tolist(), strict=True)
        )

    def evidence(self, text: str, entry: Entry, *, most: int = EVIDENCE_SHOWN) -> Evidence:
        """What carried an entry's score for a message, largest part first.

        A row's part of the score is that of its grams, by their share in its similarity to the message.
        """
        reading = self.model.tokenizer.read(text)
        columns, values = self.model.vectors.vector(reading)
        at = self.entries.index(entry)
        rows, parts = self.model.ridge.parts(columns, values, at)
        shared = self.model.index.by_row[rows][:, columns].multiply(values[None]).tocsr()
        similarities = np.asarray(shared.sum(axis=1)).ravel()
        shares = np.divide(parts, similarities, out=np.zeros_like(parts), where=similarities > 0)
        by_gram: dict[str, float] = defaultdict(float)
        for column, part in zip(columns.tolist(), (shares @ shared).tolist(), strict=True):
            by_gram[_shown(*self.model.vectors.gram(column))] += part
        carried = sorted(by_gram.items(), key=lambda item: (-abs(item[1]), item[0]))[:most]
        first = np.lexsort((rows, -np.abs(parts.round(EQUAL_DIGITS))))[:most]
        phrasings = tuple(
            Carrier(self.rows[rows[row]].text, self._owner(rows[row]), float(similarities[row]), float(parts[row]))
            for row in first
            if parts[row]
        )
        return Evidence(tuple(carried), phrasings)

    def _owner(self, row: int) -> str | None:
        entry = self.rows[row].entry
        return None if entry is None else self.entries[entry].id

    def shadow(self, text: str, entry: Entry) -> str | None:
        """The phrasing of an entry that speaks most for it."""
        carriers = self.evidence(text, entry, most=len(self.rows)).phrasings
        for_it = [one for one in carriers if one.entry == entry.id and one.part > 0]
        return max(for_it, key=lambda one: one.part).text if for_it else None

    def unmet(self, reading: Reading, entry: Entry) -> tuple[str, ...]:
        """Years and places that a message names and of which an entry, with the facts it cites, says nothing."""
        return tuple(sorted((_years(reading.corrected) | self._names(reading.corrected)) - self._said(entry.id)))

    def is_unlisted_number(self, reading: Reading) -> bool:
        """Whether a message is nothing but numbers, and no phrasing is these numbers."""
        return _is_number(reading.typed) and reading.typed not in self._numbers

    def _years_and_places(self, name: str) -> frozenset[str]:
        entry = self.faq.entries[name]
        facts = (f"{source.date} {fact.fact} {fact.time}" for source, fact in self.faq.cited(entry))
        said = words(" . ".join((entry.question, entry.answer, *entry.phrasings, *facts)))
        return frozenset(_years(said) | self._names(said))

    def _names(self, words_: Sequence[str]) -> set[str]:
        starts = [at for at, word in enumerate(words_) if word in self._first_of_places]
        return {" ".join(words_[at : at + length]) for at in starts for length in (1, 2, 3)} & self._places

    def found(self) -> list[Entry]:
        """The first entry for the text of each row: what `rank` would find for it."""
        return [self.rank(row.text).candidates[0].entry for row in self.rows]

    def only_listed(self) -> list[tuple[Row, Entry]]:
        """Rows that find their entry only because they are listed, each with the entry that is found without it.

        Where the regression is local, of some rows only.
        """
        found = zip(self.rows, self.model.found_without.tolist(), strict=True)
        return [(row, self.entries[at]) for row, at in found if row.entry is not None and at not in (-1, row.entry)]

    def near_rows(self, similarity: float) -> list[tuple[int, int]]:
        """Pairs of rows at least that similar, each pair once."""
        pairs = np.argwhere(np.triu(all_similarities(self.model.index.by_row) >= similarity, 1))
        return [(int(one), int(other)) for one, other in pairs]


def _second_question(question_words: Iterable[str]) -> re.Pattern[str] | None:
    """What stands between two questions in one sentence: "… and how many …"."""
    alternatives = "|".join(sorted(map(re.escape, question_words)))
    if not alternatives:
        return None
    return re.compile(rf"[,;]? (?:and|also|plus|&) (?=(?:also )?(?:{alternatives})\b)", re.IGNORECASE)


def _is_number(words_: Sequence[str]) -> bool:
    return bool(words_) and all(word[0].isdigit() for word in words_)


def _years(words_: Iterable[str]) -> set[str]:
    return {word for word in words_ if len(word) == 4 and word.isdigit() and word[:2] in ("19", "20")}


def _shown(kernel: str, gram: str) -> str:
    """A gram as an editor understands it; all letters of all words are one."""
    return "(letters)" if kernel == "characters" else gram.replace("=", "").replace("_", " ").replace("+", " … ")
