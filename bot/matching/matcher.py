"""The matcher: fit on the phrasings of an FAQ, rank its entries for a message, explain a ranking.

A message is tokenized (`tokenizer`), turned into a vector (`features`), compared with the rows (`similarity`) and
scored for every entry (`regression`); `calibration` turns the scores into probabilities.
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
from bot.domain.matching import Evidence, PhrasingEvidence, Ranking, Reading, Row
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
from bot.text.normalize import Speller, is_year, words

RANKED = 8  # entries in a ranking
EQUAL_DIGITS = 4  # scores that agree to this many decimals count as equal: single precision is not more exact
NARROWED = 0.2  # least score without its years, relative to the best, for an entry to be one that the years narrow
LISTED = 0.6  # a score this high is that of nearly a phrasing, with its years
EVIDENCE_SHOWN = 6  # words and phrasings each, per candidate


def training_rows(entries: Sequence[Entry], off_topic: Sequence[str] = ()) -> list[Row]:
    """The rows of an FAQ: each entry's question and phrasings, the look-alikes, and the off-topic messages."""
    number = {entry.id: at for at, entry in enumerate(entries)}
    rows: dict[tuple[str, int | None], Row] = {}
    for at, entry in enumerate(entries):
        own = (entry.question, *entry.phrasings) if entry.kind is Kind.ANSWER else entry.phrasings
        for text in own:
            rows.setdefault((text, at), Row(text, at))
        for other in entry.not_this:
            owner = number[other.belongs_to] if other.belongs_to is not None else None
            rows.setdefault((other.text, owner), Row(other.text, owner))
    for text in off_topic:
        rows.setdefault((text, None), Row(text, None))
    return list(rows.values())


@dataclass(frozen=True, slots=True)
class Model:
    """Everything learned from the phrasings of an FAQ.

    ``found_without`` is, for each row, the index of the entry that ranks first without that row; -1 if not computed.
    """

    tokenizer: Tokenizer
    vectors: Vectorizer
    word_coverage: WordCoverage
    ridge: Ridge
    calibration: Calibration
    found_without: NDArray[np.int32]

    @property
    def index(self) -> SimilarityIndex:
        """The index of the rows' vectors, to compare messages with."""
        return self.ridge.index


def fit(faq: Faq) -> Model:
    """Fit a model to an FAQ, deterministically. Takes seconds for thousands of phrasings."""
    return fit_and_sample(faq)[0]


def fit_and_sample(faq: Faq) -> tuple[Model, Sample]:
    """Fit a model; also returns the held-out rows that its probabilities and thresholds were learned from."""
    entries = tuple(faq.entries.values())
    rows = training_rows(entries, faq.off_topic)
    labels, kinds = labels_of(rows), kinds_of(entries)
    tokenizer, readings = Tokenizer.fit(Speller(faq.wording), [row.text for row in rows])
    vectors, matrix = Vectorizer.fit(readings)
    word_coverage = WordCoverage.fit(readings, labels.tolist(), len(entries))
    ridge, held_out = fit_ridge(SimilarityIndex.of(matrix), labels, len(entries))
    found_without = np.full(len(rows), -1, dtype=np.int32)
    found_without[held_out.rows] = held_out.without_row.argmax(axis=1)
    sample = sample_of(held_out, readings, word_coverage, labels, kinds)
    return Model(tokenizer, vectors, word_coverage, ridge, calibrate(sample, kinds), found_without), sample


def labels_of(rows: Sequence[Row]) -> NDArray[np.int64]:
    """The index of each row's entry, -1 for rows of none."""
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
    """Ranks the entries of one FAQ. Immutable and thread-safe. Without a ``model`` it fits one."""

    def __init__(self, faq: Faq, model: Model | None = None) -> None:
        use_one_thread()
        self.faq = faq
        self.entries = tuple(faq.entries.values())
        self.rows = training_rows(self.entries, faq.off_topic)
        self.model = model or fit(faq)
        self.thresholds = self.model.calibration.thresholds
        by_id = np.argsort([entry.id for entry in self.entries])
        self._id_ranks = np.argsort(by_id)  # entries with equal scores are ranked by id
        self._kinds = kinds_of(self.entries)
        self.question_words = frozenset(word for item in faq.wording.question_words for word in words(item))
        self.joining_words = frozenset(word for item in faq.wording.joining_words for word in words(item))
        self.lead_ins = frozenset(filter(None, (self.read(item).corrected for item in faq.wording.lead_ins)))
        self.second_question = _second_question_pattern(self.question_words, faq.wording.joining_words)
        self._places = frozenset(" ".join(words(place)) for place in faq.wording.places)
        self._first_words_of_places = frozenset(place.split(" ")[0] for place in self._places)
        own = (row.text for row in self.rows if row.entry is not None)
        self._off_topic = frozenset(self.read(text).corrected for text in faq.off_topic)
        few = (text for text in own if text[:1].isdigit() or sum(map(str.isalpha, text)) <= len(text.split()))
        self._bare = frozenset(self.read(text).corrected for text in few)  # of few rows, so that it is quick
        self._mentioned = cache(self._years_and_places)  # keyed by entry id, so bounded by the number of entries

    def read(self, text: str) -> Reading:
        """Tokenize a text: words, typos corrected, stems, meanings."""
        return self.model.tokenizer.read(text)

    def vectors(self, readings: Sequence[Reading], *, is_own_language: bool) -> sparse.csr_array:
        """Texts as unit vectors, one row each, weighted by how common a gram is in them.

        ``is_own_language``: the texts are in the FAQ's language, so its rows count as well.
        """
        background = self.model.vectors.background_of(self.model.index.by_row) if is_own_language else None
        return Vectorizer.fit(readings, background=background)[1]

    def rank(self, text: str) -> Ranking:
        """Rank the entries by their scores for a message, best first; entries with equal scores by id."""
        reading = self.model.tokenizer.read(text)
        asked = _without_years(reading)
        scores = self._scores(reading)
        if asked != reading:
            scores = self._narrowed(scores, self._scores(asked), _years(reading.corrected))
        order = np.lexsort((self._id_ranks, -scores.round(EQUAL_DIGITS)))
        first = self._candidates(order, scores)
        cards = self._candidates(order[self._kinds.urgent[order]], scores, most=1)
        replies = order[self._kinds.reply[order]]
        coverage = np.array([self.model.word_coverage.coverage_by(int(replies[0]), asked)])
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
            coverage=self.model.word_coverage.coverage(asked),
        )

    def _scores(self, reading: Reading) -> Floats:
        return self.model.ridge.scores(*self.model.vectors.vector(reading))

    def _narrowed(self, scores: Floats, without_years: Floats, years: set[str]) -> Floats:
        """The scores of a message that names years, which choose among the entries that it is about without them.

        So a year narrows what is asked, and never outweighs it. No card scores less for a year.
        """
        higher, lower = np.maximum(scores, without_years), np.minimum(scores, without_years)
        is_about = without_years >= NARROWED * without_years.max(initial=0)
        covers = np.array([years <= self._mentioned(entry.id) for entry in self.entries])
        narrowed = np.where(is_about, np.where(covers, higher, scores), lower)
        listed = np.where(scores >= LISTED, np.maximum(scores, narrowed), narrowed)
        return np.where(self._kinds.urgent, higher, listed)

    def _candidates(self, order: NDArray[np.int64], scores: Floats, *, most: int = RANKED) -> tuple[Candidate, ...]:
        first = order[:most]
        return tuple(
            Candidate(self.entries[at], score) for at, score in zip(first.tolist(), scores[first].tolist(), strict=True)
        )

    def evidence(self, text: str, entry: Entry, *, most: int = EVIDENCE_SHOWN) -> Evidence:
        """Explain an entry's score for a message, the largest parts first, at most ``most`` words and phrasings.

        A row's part of the score is divided among its grams in proportion to their share in its similarity.
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
            by_gram[_readable_gram(*self.model.vectors.gram(column))] += part
        grams = sorted(by_gram.items(), key=lambda item: (-abs(item[1]), item[0]))[:most]
        first = np.lexsort((rows, -np.abs(parts.round(EQUAL_DIGITS))))[:most]
        phrasings = tuple(
            PhrasingEvidence(
                self.rows[rows[row]].text, self._entry_id(rows[row]), float(similarities[row]), float(parts[row])
            )
            for row in first
            if parts[row]
        )
        return Evidence(tuple(grams), phrasings)

    def _entry_id(self, row: int) -> str | None:
        entry = self.rows[row].entry
        return None if entry is None else self.entries[entry].id

    def shadow(self, text: str, entry: Entry) -> str | None:
        """The entry's own phrasing that contributes most to its score for a message; None if none contributes."""
        phrasings = self.evidence(text, entry, most=len(self.rows)).phrasings
        own = [one for one in phrasings if one.entry == entry.id and one.part > 0]
        return max(own, key=lambda one: one.part).text if own else None

    def unmet(self, reading: Reading, entry: Entry) -> tuple[str, ...]:
        """The years and places in a message that the entry and the facts it cites do not mention."""
        return tuple(
            sorted((_years(reading.corrected) | self._places_in(reading.corrected)) - self._mentioned(entry.id))
        )

    def asks_nothing(self, reading: Reading) -> bool:
        """Whether a message is listed as off topic, or is only numbers and single letters, as which no phrasing is."""
        if reading.corrected in self._off_topic:
            return True
        return (_is_bare(reading.typed) or _is_bare(reading.corrected)) and reading.corrected not in self._bare

    def _years_and_places(self, entry_id: str) -> frozenset[str]:
        entry = self.faq.entries[entry_id]
        facts = (f"{source.date} {fact.fact} {fact.time}" for source, fact in self.faq.cited(entry))
        tokens = words(" . ".join((entry.question, entry.answer, *entry.phrasings, *facts)))
        return frozenset(_years(tokens) | self._places_in(tokens))

    def _places_in(self, tokens: Sequence[str]) -> set[str]:
        starts = [at for at, word in enumerate(tokens) if word in self._first_words_of_places]
        return {" ".join(tokens[at : at + length]) for at in starts for length in (1, 2, 3)} & self._places

    def found(self) -> list[Entry]:
        """The entry that `rank` puts first for the text of each row."""
        return [self.rank(row.text).candidates[0].entry for row in self.rows]

    def only_listed(self) -> list[tuple[Row, Entry]]:
        """The rows that find their entry only because they are listed, each with the entry found without the row.

        If the regression is local, only some rows are examined.
        """
        found = zip(self.rows, self.model.found_without.tolist(), strict=True)
        return [(row, self.entries[at]) for row, at in found if row.entry is not None and at not in (-1, row.entry)]

    def near_rows(self, similarity: float) -> list[tuple[int, int]]:
        """The pairs of rows, by index, with at least this similarity; each pair once."""
        pairs = np.argwhere(np.triu(all_similarities(self.model.index.by_row) >= similarity, 1))
        return [(int(one), int(other)) for one, other in pairs]


def _second_question_pattern(question_words: Iterable[str], joining_words: Iterable[str]) -> re.Pattern[str] | None:
    """Matches the words between two questions in one sentence: "… and how many …", "… & also how many …"."""
    asking, joining = ("|".join(sorted(map(re.escape, listed))) for listed in (question_words, joining_words))
    if not asking or not joining:
        return None
    return re.compile(rf"[,;]? (?:{joining}) (?=(?:(?:{joining}) )?(?:{asking})\b)", re.IGNORECASE)


def _is_bare(tokens: Sequence[str]) -> bool:
    """Whether there are tokens, and all are numbers or single Latin letters."""
    return bool(tokens) and all(word[0].isdigit() or (len(word) == 1 and word.isascii()) for word in tokens)


def _years(tokens: Iterable[str]) -> set[str]:
    return set(filter(is_year, tokens))


def _without_years(reading: Reading) -> Reading:
    if not any(map(is_year, reading.corrected)):
        return reading
    typed, corrected, stems, meanings = (
        tuple(word for word in tokens if not is_year(word))
        for tokens in (reading.typed, reading.corrected, reading.stems, reading.meanings)
    )
    return Reading(typed, corrected, stems, meanings, reading.is_personal)


def _readable_gram(kernel: str, gram: str) -> str:
    """A gram as shown to editors; all character grams are shown as one."""
    return "(letters)" if kernel == "characters" else gram.replace("=", "").replace("_", " ").replace("+", " … ")
