"""The matcher: fit on the phrasings of an FAQ, rank its entries for a message, explain a ranking.

Kernel ridge regression with one column per entry: alpha = (K + lambda I)^-1 Y, score = k(message, phrasings) alpha
(Saunders, Gammerman and Vovk 1998). The kernels are dot products, so the scores of a message are those of its grams,
added up: score = x (X^T alpha).
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

from bot.matching.calibration import (
    Calibration,
    Kinds,
    Rows,
    calibrate,
    certainty_signals,
    confidence_signals,
    hold_out,
    urgency_signals,
)
from bot.matching.kernels import Floats, Lexicon, Reader, Reading, Vectors
from bot.model import Candidate, Entry, Faq, Kind
from bot.text import Speller, words

RANKED = 8  # entries that a ranking holds
EQUAL_DIGITS = 4  # scores alike so far are equal: single precision knows no better
RIDGE = 0.5  # lambda: how far the regression may follow single phrasings


@dataclass(frozen=True, slots=True)
class Ranking:
    """The first entries for one message, best first, and how far they may be trusted.

    ``answers`` are the first answers among them all, ``card`` the best urgent card, ``reply`` the best answer or
    small talk. ``confidence`` is the probability that the FAQ has a reply, this one; ``certainty`` that it is this one
    if it has any; ``urgency`` that a person is in danger or need. ``coverage`` is the share of the message's words, by
    weight, that any phrasing knows.
    """

    reading: Reading
    candidates: tuple[Candidate, ...]
    answers: tuple[Candidate, ...]
    card: Candidate | None
    reply: Candidate
    confidence: float
    certainty: float
    urgency: float
    coverage: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """What carried a candidate: words (and all letters together) with their part of the score, its nearest phrasing."""

    words: tuple[tuple[str, float], ...]
    phrasing: str
    similarity: float


@dataclass(frozen=True, slots=True)
class Row:
    """A text that the matcher learns from: it belongs to an entry, or (a look-alike) to none."""

    text: str
    entry: int | None


def training_rows(entries: Sequence[Entry]) -> list[Row]:
    """The rows of an FAQ: each entry's question and phrasings, and the look-alikes that belong elsewhere or nowhere."""
    number = {entry.id: at for at, entry in enumerate(entries)}
    rows: dict[tuple[str, int | None], Row] = {}
    for at, entry in enumerate(entries):
        own = (entry.question, *entry.phrasings) if entry.kind is Kind.ANSWER else entry.phrasings
        for text in own:
            rows.setdefault((text, at), Row(text, at))
        for other in entry.not_this:
            belongs = number[other.belongs_to] if other.belongs_to is not None else None
            rows.setdefault((other.text, belongs), Row(other.text, belongs))
    return list(rows.values())


@dataclass(frozen=True, slots=True)
class Model:
    """All that was learned from the phrasings of an FAQ.

    ``by_row`` holds the phrasings' vectors (rows x grams), ``by_gram`` the same turned round; ``weights`` is grams x
    entries, in half precision: they are the largest part by far, and three digits are enough.
    """

    reader: Reader
    vectors: Vectors
    lexicon: Lexicon
    by_row: sparse.csr_array
    by_gram: sparse.csr_array
    weights: NDArray[np.float16]
    calibration: Calibration


def fit(faq: Faq) -> Model:
    """Learn an FAQ: seconds for thousands of phrasings. The same FAQ gives the same model."""
    entries = tuple(faq.entries.values())
    rows = training_rows(entries)
    reader, readings = Reader.fit(Speller(faq.wording, faq.language), [row.text for row in rows])
    vectors, matrix = Vectors.fit(readings)
    lexicon = Lexicon.fit(readings)

    belongs = belongings(rows)
    targets = np.zeros((len(rows), len(entries)), dtype=np.float32)
    targets[np.flatnonzero(belongs >= 0), belongs[belongs >= 0]] = 1
    kernel = _kernel(matrix)
    alpha, inverse_factor = _solve_ridge(kernel, targets)
    held_out = hold_out(inverse_factor, alpha, targets, belongs)
    calibration = calibrate(held_out, kernel, belongs, kinds_of(entries))
    return Model(
        reader=reader,
        vectors=vectors,
        lexicon=lexicon,
        by_row=matrix,
        by_gram=sparse.csr_array(matrix.T),
        weights=np.ascontiguousarray(matrix.T @ alpha, dtype=np.float16),
        calibration=calibration,
    )


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


class Matcher:
    """Ranks the entries of one FAQ. Immutable once made; may be used by several threads at once."""

    def __init__(self, faq: Faq, model: Model | None = None) -> None:
        self.faq = faq
        self.entries = tuple(faq.entries.values())
        self.rows = training_rows(self.entries)
        self.model = model or fit(faq)
        self._rows = Rows.of(belongings(self.rows), len(self.entries))
        self._in_order = np.argsort([entry.id for entry in self.entries])  # equal scores go by id
        self._by_id = np.argsort(self._in_order)
        self._kinds = kinds_of(self.entries)
        self.question_words = frozenset(word for item in faq.wording.question_words for word in words(item))
        self.second_question = _second_question(self.question_words)
        self._places = frozenset(" ".join(words(place)) for place in faq.wording.places)
        self._said = cache(self._years_and_places)  # by entry id, so never more than there are entries

    def rank(self, text: str) -> Ranking:
        """The entries by their score for this message, best first; equal scores in the order of ids."""
        reading = self.model.reader.read(text)
        columns, values = self.model.vectors.vector(reading)
        scores: Floats = (values @ self.model.weights[columns].astype(np.float32))[None]
        nearest = self._rows.nearest(self._similarities(columns, values)[None])
        order = np.lexsort((self._by_id, -scores[0].round(EQUAL_DIGITS)))
        first = self._candidates(order, scores[0])
        cards = self._candidates(order[self._kinds.urgent[order]], scores[0], most=1)
        calibration = self.model.calibration
        return Ranking(
            reading=reading,
            candidates=first,
            answers=self._candidates(order[self._kinds.answer[order]], scores[0]),
            card=cards[0] if cards else None,
            reply=self._candidates(order[self._kinds.reply[order]], scores[0], most=1)[0],
            confidence=calibration.confidence(*confidence_signals(scores, nearest, self._kinds)[0]),
            certainty=calibration.certainty(*certainty_signals(scores, nearest, self._kinds)[0]),
            urgency=calibration.urgency(*urgency_signals(scores, self._kinds)[0]),
            coverage=self.model.lexicon.coverage(reading.meanings),
        )

    def _candidates(self, order: NDArray[np.int64], scores: Floats, *, most: int = RANKED) -> tuple[Candidate, ...]:
        return tuple(Candidate(self.entries[at], float(scores[at])) for at in order[:most].tolist())

    def evidence(self, text: str, entry: Entry, *, most: int = 6) -> Evidence:
        """What carried an entry's score for a message: its words and pairs of words by their part, largest first."""
        columns, values = self.model.vectors.vector(self.model.reader.read(text))
        at = self.entries.index(entry)
        parts: dict[str, float] = defaultdict(float)
        for column, part in zip(
            columns.tolist(), values * self.model.weights[columns, at].astype(np.float32), strict=True
        ):
            kernel, gram = self.model.vectors.gram(column)
            parts["(letters)" if kernel == "characters" else gram.replace("=", "").replace("_", " ")] += float(part)
        similarities = np.where(self._rows.belongs == at, self._similarities(columns, values), -1)
        nearest = int(similarities.argmax())
        carried = sorted(parts.items(), key=lambda item: (-abs(item[1]), item[0]))[:most]
        return Evidence(tuple(carried), self.rows[nearest].text, float(similarities[nearest]))

    def unmet(self, reading: Reading, entry: Entry) -> tuple[str, ...]:
        """Years and places that a message names and of which an entry, with the facts it cites, says nothing."""
        return tuple(sorted((_years(reading.mended) | self._names(reading.mended)) - self._said(entry.id)))

    def _years_and_places(self, name: str) -> frozenset[str]:
        entry = self.faq.entries[name]
        facts = (f"{source.date} {fact.fact} {fact.time}" for source, fact in self.faq.cited(entry))
        said = words(" . ".join((entry.question, entry.answer, *entry.phrasings, *facts)))
        return frozenset(_years(said) | self._names(said))

    def _names(self, words_: Sequence[str]) -> set[str]:
        runs = (words_[start : start + length] for length in (1, 2, 3) for start in range(len(words_)))
        return {" ".join(run) for run in runs} & self._places

    def found(self) -> list[Entry]:
        """The first entry for the text of each row, all at once: what `rank` would find for it."""
        scores = self.model.by_row @ self.model.weights.astype(np.float32)
        rounded = scores.round(EQUAL_DIGITS)[:, self._in_order]
        return [self.entries[self._in_order[at]] for at in rounded.argmax(axis=1)]

    def near_rows(self, similarity: float) -> list[tuple[int, int]]:
        """Pairs of rows at least that similar, each pair once."""
        pairs = np.argwhere(np.triu(_kernel(self.model.by_row) >= similarity, 1))
        return [(int(one), int(other)) for one, other in pairs]

    def _similarities(self, columns: NDArray[np.int32], values: Floats) -> Floats:
        """The similarity of a message to every row."""
        similarities: Floats = (
            values @ self.model.by_gram[columns] if len(columns) else np.zeros(len(self.rows), np.float32)
        )
        return similarities


def _second_question(question_words: Iterable[str]) -> re.Pattern[str] | None:
    """What stands between two questions in one sentence: "… and how many …"."""
    alternatives = "|".join(sorted(map(re.escape, question_words)))
    if not alternatives:
        return None
    return re.compile(rf"[,;]? (?:and|also|plus|&) (?=(?:also )?(?:{alternatives})\b)", re.IGNORECASE)


def _years(words_: Iterable[str]) -> set[str]:
    return {word for word in words_ if len(word) == 4 and word.isdigit() and word[:2] in ("19", "20")}


def _kernel(matrix: sparse.csr_array) -> Floats:
    """X X^T. The few columns that many rows share are multiplied densely, which is far faster, the others sparsely."""
    holders = np.bincount(matrix.indices, minlength=matrix.shape[1])
    is_common = holders > len(holders) ** 0.5
    columns = sparse.csc_array(matrix)
    common = columns[:, np.flatnonzero(is_common)].toarray()
    rare = columns[:, np.flatnonzero(~is_common)].tocsr()
    kernel: Floats = common @ common.T
    kernel += (rare @ rare.T).toarray()
    return kernel


def _solve_ridge(kernel: Floats, targets: Floats) -> tuple[Floats, Floats]:
    """alpha = (K + lambda I)^-1 Y, and L^-1 of the Cholesky factor L of K + lambda I.

    In single precision and one thread: on two shared cores, two threads took five times as long.
    """
    from scipy.linalg import lapack  # only fitting needs these two
    from threadpoolctl import threadpool_limits

    ridged = np.array(kernel, dtype=np.float32, order="F")
    ridged[np.diag_indices_from(ridged)] += np.float32(RIDGE)
    with threadpool_limits(1, user_api="blas"):
        factor, failed = lapack.spotrf(ridged, lower=1, overwrite_a=1)
        if failed:
            raise ArithmeticError(f"the ridge system cannot be solved (LAPACK spotrf {failed})")
        alpha, _ = lapack.spotrs(factor, targets, lower=1)
        inverse, _ = lapack.strtri(factor, lower=1, overwrite_c=1)
    return alpha, inverse
