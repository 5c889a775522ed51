"""Hear a cry for help in any language of `faq/cries/`: which card it asks for, how urgent it is, in which language.

A second regression beside the FAQ's own, on the cries of all languages together. It is local (`regression.py`): solved
for each message on the rows nearest in words and on those nearest in meaning. The weights of these rows are divided
among the cards, and among the languages. Words are folded (`bot.text.folding`), and how common a gram is counts by
language: else the little words of a language would seem rare. Where the encoder does not read a language, its vectors
may still help, as names and loanwords do; how far is learned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.domain.faq import Faq, Kind
from bot.domain.matching import CARDS, Reading, Thresholds
from bot.matching.calibration import Logistic, Vector, fit_logistic
from bot.matching.encoder import DIMENSIONS, LANGUAGES, Encode, encode, encode_messages, is_readable
from bot.matching.features import Floats, Vectorizer
from bot.matching.foreign import FEWEST_ROWS, folded
from bot.matching.meaning import principal_components, weigh
from bot.matching.regression import NEIGHBOURS, power_for, sharpen, solve_near
from bot.matching.shortlist import Shortlist
from bot.matching.similarity import Rows, SimilarityIndex
from bot.text.language_id import UNKNOWN, guess

OF_AN_ANSWER = 4  # of its phrasings, which stand for calm messages
COMPONENTS = 256  # principal components of the vectors
TEXTS = 350  # of a language, about as many as each has here
KNOWN_LANGUAGE = 0.2  # least weight of the rows of a language by which it is told
HELD_OUT = 1_100  # cries, evenly spaced, that are held out to calibrate; and every look-alike
KINDS = ("read", "unread", "words")  # of languages: the encoder reads it, only its script, or not even that
# The shares of look-alikes, held out, that count as urgent, as surely urgent, and as perhaps a cry. What the encoder
# does not read gets no answer either, so there a card that is not needed takes the place of nothing.
FALSE = {"read": 1 / 12, "unread": 1 / 6, "words": 1 / 6}
SURELY_FALSE, PERHAPS_FALSE = 1 / 40, 1 / 5
SHARES_OF_MEANING = tuple(tenths / 10 for tenths in range(9))
SIGNALS = 6
_POWER = power_for(TEXTS)
_NONE: Rows = np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True)
class Cry:
    """A row: a text, the card that it asks for (None: it is no cry), and its language."""

    text: str
    card: str | None
    language: str


@dataclass(frozen=True, slots=True)
class Ear:
    """What is learned for one kind of language: the share of meaning in the scores, the probability, its lines.

    From ``line`` on a message is urgent, from ``surely`` on surely so, from ``perhaps`` on it may be a cry.
    """

    share: float
    probability: Logistic
    line: float
    surely: float
    perhaps: float


@dataclass(frozen=True, slots=True)
class Heard:
    """What a message was heard as: the best cards, the probability that it is a cry, and its language.

    ``cards`` are ids with their scores, the best first. ``is_known_language``: there are cries in that language.
    """

    cards: tuple[tuple[str, float], ...]
    probability: float
    language: str
    is_known_language: bool
    ear: Ear

    @property
    def card(self) -> str:
        """The best card."""
        return self.cards[0][0]

    def urgency(self, thresholds: Thresholds) -> float:
        """The probability as the urgency of a ranking, which reaches its thresholds where this one its own lines."""
        lines = (0.0, self.ear.perhaps, self.ear.line, self.ear.surely, 1.0)
        wanted = (0.0, thresholds.perhaps_urgent, thresholds.urgent, thresholds.surely_urgent, 1.0)
        return float(np.interp(self.probability, lines, wanted))


@dataclass(frozen=True, slots=True)
class Scores:
    """The scores of the cards (the last is that of no card) by words and by meaning, and the languages' weights."""

    by_words: Vector
    by_meaning: Vector
    languages: Vector

    def joined(self, share: float) -> Vector:
        """The cards' scores with a share of meaning in them, that of no card included."""
        return (1 - share) * self.by_words + share * self.by_meaning

    @property
    def signals(self) -> list[float]:
        """The signals of whether a message is a cry: sum and maximum of the cards, and no card, by both."""
        return [
            value for one in (self.by_words, self.by_meaning) for value in (one[:-1].sum(), one[:-1].max(), one[-1])
        ]


class Hearing:
    """The fitted model. Immutable and thread-safe.

    ``meanings`` are the rows' vectors, reduced by ``components``; zeros where the encoder does not read the script.
    ``ears`` are by kind of language, see `_kind`.
    """

    def __init__(
        self,
        rows: Sequence[Cry],
        vectors: Vectorizer,
        index: SimilarityIndex,
        components: Floats,
        meanings: Floats,
        ears: Mapping[str, Ear],
    ) -> None:
        self.rows, self.vectors, self.index = rows, vectors, index
        self.components, self.meanings, self.ears = components, meanings, ears
        self._shortlist = Shortlist.of(meanings)
        self.cards = sorted({row.card for row in rows if row.card is not None})
        self.languages = sorted({row.language for row in rows})
        number = {card: at for at, card in enumerate(self.cards)}
        self._cards = np.array([number.get(row.card or "", len(number)) for row in rows], np.int64)
        self._languages = np.array([self.languages.index(row.language) for row in rows], np.int64)

    @classmethod
    def fit(cls, faq: Faq, encode: Encode = encode) -> Hearing:
        """Fit on the cries of an FAQ, deterministically. Takes some twenty seconds for 10,000 cries."""
        rows = rows_of(faq)
        readings = [folded(row.text) for row in rows]
        vectors = _vectorizer(readings, [row.language for row in rows])
        index = SimilarityIndex.of(vectors.matrix(readings))
        readable = [at for at, row in enumerate(rows) if is_readable(row.text)]
        encoded = np.zeros((len(rows), DIMENSIONS), np.float32)
        encoded[readable] = encode([rows[at].text for at in readable])
        components = principal_components(encoded, COMPONENTS)
        without_ears = cls(rows, vectors, index, components, np.ascontiguousarray(encoded @ components), {})
        ears = without_ears._calibrated(faq.language)
        return cls(rows, vectors, index, components, without_ears.meanings, ears)

    def hear(self, text: str) -> Heard | None:
        """What a message is heard as; None where not even its language can be told."""
        if not any(map(str.isalpha, text)):
            return None
        meaning = encode_messages([text])[0] @ self.components if is_readable(text) else None
        scores = self._scores(folded(text), meaning, _NONE)
        language = self._language(text, scores.languages)
        if language is None:
            return None
        return self.heard(language, scores, has_meaning=meaning is not None)

    def heard(self, language: str, scores: Scores, *, has_meaning: bool) -> Heard:
        """What scores mean in a language; ``has_meaning``: the encoder reads the message's script."""
        ear = self.ears[_kind(language, has_meaning=has_meaning)]
        of_cards = scores.joined(ear.share)[:-1]
        best = np.argsort(-of_cards, kind="stable")[:CARDS].tolist()
        cards = tuple((self.cards[at], float(of_cards[at])) for at in best)
        return Heard(cards, ear.probability(*scores.signals), language, language in self.languages, ear)

    def held_out(self, rows: Sequence[int]) -> list[Scores]:
        """The scores that rows would have if they were messages: each without itself."""
        meanings = [self.meanings[row] if self.meanings[row].any() else None for row in rows]
        return [
            self._scores(folded(self.rows[row].text), meaning, np.array([row]))
            for row, meaning in zip(rows, meanings, strict=True)
        ]

    def _scores(self, reading: Reading, meaning: Floats | None, without: Rows) -> Scores:
        rows, weights = self._weights_of_words(reading, without)
        by_words = _shares(self._cards[rows], weights, len(self.cards) + 1)
        languages = _shares(self._languages[rows], weights, len(self.languages))
        by_meaning = np.zeros_like(by_words)
        if meaning is not None:
            rows, weights = self._weights_of_meaning(meaning, without)
            by_meaning = _shares(self._cards[rows], weights, len(self.cards) + 1)
        return Scores(by_words, by_meaning, languages)

    def _weights_of_words(self, reading: Reading, without: Rows) -> tuple[Rows, Floats]:
        rows, similarities = self.index.nearest(*self.vectors.vector(reading), NEIGHBOURS, without)
        return rows, solve_near(sharpen(self.index.among(rows), _POWER), sharpen(similarities, _POWER))

    def _weights_of_meaning(self, meaning: Floats, without: Rows) -> tuple[Rows, Floats]:
        near = self._shortlist.near(meaning)
        kernel = np.where(np.isin(near, without), 0, np.square(self.meanings[near] @ meaning))
        rows, weights = weigh(kernel[None], self.meanings, near[None], NEIGHBOURS)
        return rows[0], weights[0]

    def _language(self, text: str, weights: Vector) -> str | None:
        """The language that the nearest rows are in, or the one that the text looks like where none is near."""
        best = int(weights.argmax())
        if weights[best] >= KNOWN_LANGUAGE:
            return self.languages[best]
        guessed = guess(text)
        return None if guessed == UNKNOWN else guessed

    def _calibrated(self, own: str) -> dict[str, Ear]:
        """Learn an ear for each kind of language, from rows held out of all languages but the FAQ's ``own``."""
        foreign = [at for at, row in enumerate(self.rows) if row.language != own]
        calm = [at for at in foreign if self.rows[at].card is None]
        cries = [at for at in foreign if self.rows[at].card is not None]
        sample = calm + cries[:: step(len(cries))]
        scores = dict(zip(sample, self.held_out(sample), strict=True))
        kinds: dict[str, list[int]] = {kind: [] for kind in KINDS}
        for at in sample:
            kinds[_kind(self.rows[at].language, has_meaning=bool(self.meanings[at].any()))].append(at)
        return {
            kind: self._ear(kind, [(self.rows[at].card, scores[at]) for at in rows]) for kind, rows in kinds.items()
        }

    def _ear(self, kind: str, sample: Sequence[tuple[str | None, Scores]]) -> Ear:
        cries = [(self.cards.index(card), scores) for card, scores in sample if card is not None]

        def found(share: float) -> int:
            return sum(int(scores.joined(share)[:-1].argmax()) == card for card, scores in cries)

        signals = np.array([scores.signals for _, scores in sample]).reshape(len(sample), SIGNALS)
        is_cry = np.array([card is not None for card, _ in sample], dtype=bool)
        probability = fit_logistic(signals, is_cry)
        alarms = probability.of(signals[~is_cry])
        shares = (PERHAPS_FALSE, FALSE[kind], SURELY_FALSE)
        lines = np.quantile(alarms, [1 - share for share in shares]).tolist() if len(alarms) else [0.5] * 3
        return Ear(max(SHARES_OF_MEANING, key=found), probability, lines[1], lines[2], lines[0])


def rows_of(faq: Faq) -> list[Cry]:
    """The rows: the cries and look-alikes of all languages, and the FAQ's own phrasings, of answers only some."""
    rows: dict[tuple[str, str], Cry] = {}

    def add(text: str, card: str | None, language: str) -> None:
        rows.setdefault((text, language), Cry(text, card, language))

    for cries in faq.cries:
        for card, texts in cries.cries.items():
            for text in texts:
                add(text, card, cries.language)
        for text in cries.look_alikes:
            add(text, None, cries.language)
    for entry in faq.entries.values():
        is_card = entry.kind is Kind.URGENT
        texts = entry.phrasings[:OF_AN_ANSWER] if entry.kind is Kind.ANSWER else entry.phrasings
        for text in texts:
            add(text, entry.id if is_card else None, faq.language)
        for other in entry.not_this if is_card else ():
            if other.belongs_to is None:
                add(other.text, None, faq.language)
    for text in faq.off_topic:
        add(text, None, faq.language)
    return list(rows.values())


def step(cries: int) -> int:
    """Each how manieth cry is held out to calibrate."""
    return max(1, cries // HELD_OUT)


def _vectorizer(readings: Sequence[Reading], languages: Sequence[str]) -> Vectorizer:
    """A vectorizer whose weights say how rare a gram is in the language in which it is commonest."""
    every, matrix = Vectorizer.fit(readings)
    shares, rows_with = np.zeros(matrix.shape[1]), np.zeros(matrix.shape[1], np.int64)
    for language in set(languages):
        rows = matrix[np.array([other == language for other in languages])]
        counts = np.bincount(rows.indices, minlength=matrix.shape[1])
        shares, rows_with = np.maximum(shares, counts / rows.shape[0]), rows_with + counts
    is_kept = rows_with >= FEWEST_ROWS
    idf = np.log((1 + TEXTS) / (1 + TEXTS * shares[is_kept])) + 1
    return every.keeping(is_kept, idf.astype(np.float32))


def _shares(owners: NDArray[np.int64], weights: Floats, most: int) -> Vector:
    """The weights of rows, summed by their owners."""
    return np.bincount(owners, weights, most).astype(np.float64)


def _kind(language: str, *, has_meaning: bool) -> str:
    """The kind of a language, one of `KINDS`."""
    if not has_meaning:
        return "words"
    return "read" if language in LANGUAGES else "unread"
