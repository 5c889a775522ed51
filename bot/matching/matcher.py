"""The matcher: fit on the phrasings of an FAQ, rank its entries for a message, explain a ranking.

A message is tokenized (`tokenizer`), turned into a vector (`features`), compared with the rows (`similarity`) and
scored for every entry (`regression`); `calibration` turns the scores into probabilities.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bot.domain.conversation import Candidate
from bot.domain.faq import Entry, Faq, Kind
from bot.domain.follow_up import Said
from bot.domain.matching import CARDS, Basis, Evidence, PhrasingEvidence, Ranking, Reading, Row
from bot.matching.acts import Acts
from bot.matching.calibration import (
    Calibration,
    Calibrations,
    Kinds,
    Sample,
    calibrate,
    certainty_signals,
    confidence_signals,
    sample_of,
    urgency_signals,
    with_lines_of,
)
from bot.matching.coverage import WordCoverage
from bot.matching.encoder import Encode, encode, encode_messages, is_readable
from bot.matching.features import Floats, Vectorizer
from bot.matching.foreign import FitForeign, ForeignWords, fit_foreign, folded
from bot.matching.hearing import Hearing
from bot.matching.meaning import Meaning
from bot.matching.regression import HeldOut, Labels, Ridge, fit_ridge, use_one_thread
from bot.matching.similarity import Rows, SimilarityIndex, similar_pairs
from bot.matching.tokenizer import Tokenizer
from bot.text.language_id import UNKNOWN, guess
from bot.text.normalize import Speller, is_year, words

FOREIGN = 0.7  # coverage below which a message that matches nothing may be in another language, and is read by meaning
UNKNOWN_WORDS = 1 / 4  # share of the words from which a message may be in another language, whatever typos they make
FEW_WORDS = 2  # of another language often look like typos
SURE = 0.95  # confidence by words from which the encoder need not run; 0.8 was wrong more often (4 of 500 questions)
RANKED = 8  # entries in a ranking
KEPT_TEXTS = 256  # whose rankings are kept
AT_ONCE = 256  # rows ranked together: more would take much memory
EQUAL_DIGITS = 4  # scores that agree to this many decimals count as equal: single precision is not more exact
NARROWED = 0.2  # least score without its years, relative to the best, for an entry to be one that the years narrow
LISTED = 0.6  # a score this high is that of nearly a phrasing, with its years
FEWEST_FOREIGN_ROWS = 100  # with fewer, nothing can be learned of messages in other languages
OWN_ROWS = 500  # held out to calibrate messages in other languages, about
EVIDENCE_SHOWN = 6  # words and phrasings each, per candidate
_Item = TypeVar("_Item")


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

    ``meaning`` has the rows in all languages: those in the FAQ's own first, then the others, whose words ``foreign``
    has; None if there are too few.
    ``found_without`` is, for each row, the index of the entry that ranks first without that row; -1 if not computed.
    """

    tokenizer: Tokenizer
    vectors: Vectorizer
    word_coverage: WordCoverage
    ridge: Ridge
    meaning: Meaning
    foreign: ForeignWords | None
    calibrations: Calibrations
    found_without: NDArray[np.int32]

    @property
    def calibration(self) -> Calibration:
        """The calibration of rankings by words and meaning, whose thresholds hold for all."""
        return self.calibrations.both

    @property
    def index(self) -> SimilarityIndex:
        """The index of the rows' vectors, to compare messages with."""
        return self.ridge.index


def fit(faq: Faq, encode: Encode = encode, fit_foreign: FitForeign = fit_foreign) -> Model:
    """Fit a model to an FAQ, deterministically. Takes seconds for thousands of phrasings.

    ``encode`` gives the meanings of the phrasings, ``fit_foreign`` what is learned of the words of those in other
    languages; caches of both save most of the time.
    """
    return fit_and_sample(faq, encode, fit_foreign)[0]


def fit_and_sample(faq: Faq, encode: Encode = encode, fit_foreign: FitForeign = fit_foreign) -> tuple[Model, Sample]:
    """Fit a model; also returns the held-out rows that its probabilities and thresholds were learned from."""
    entries = tuple(faq.entries.values())
    rows = training_rows(entries, faq.off_topic)
    labels, kinds = labels_of(rows), kinds_of(entries)
    tokenizer, readings = Tokenizer.fit(Speller(faq.wording), [row.text for row in rows])
    vectors, matrix = Vectorizer.fit(readings)
    word_coverage = WordCoverage.fit(readings, labels.tolist(), len(entries))
    ridge, by_words = fit_ridge(SimilarityIndex.of(matrix), labels, len(entries))
    foreign = foreign_rows(faq)
    foreign_labels = labels_of(foreign)
    all_labels = np.concatenate([labels, foreign_labels])
    texts = [*map(_corrected, readings), *(row.text for row in foreign)]
    meaning = Meaning.fit(_as_kept(encode(texts)), all_labels, len(entries))
    by_meaning = meaning.held_out(by_words.rows)
    joined = _joined(by_words, by_meaning)
    found_without = np.full(len(rows), -1, dtype=np.int32)
    found_without[joined.rows] = joined.without_row.argmax(axis=1)
    sample = sample_of(joined, readings, word_coverage, labels, kinds)
    both = calibrate(sample, kinds)
    of_words = calibrate(sample_of(by_words, readings, word_coverage, labels, kinds), kinds)
    foreign_words, by_both = None, by_meaning
    if foreign:
        foreign_words, by_foreign = fit_foreign([row.text for row in foreign], foreign_labels, len(entries))
        by_foreign = _after_silent(_rows_of_none_or_card(labels, kinds), by_foreign, len(rows))
        by_both = _joined(by_foreign, meaning.held_out(by_foreign.rows, halved=True))
    of_foreign = calibrate(sample_of(by_both, readings, None, all_labels, kinds), kinds)
    calibrations = Calibrations(with_lines_of(of_words, both), both, with_lines_of(of_foreign, both))
    model = Model(tokenizer, vectors, word_coverage, ridge, meaning, foreign_words, calibrations, found_without)
    return model, sample


def _joined(by_words: HeldOut, by_meaning: HeldOut) -> HeldOut:
    without_row = _mean(by_words.without_row, by_meaning.without_row)
    return HeldOut(by_words.rows, without_row, _mean(by_words.without_entry, by_meaning.without_entry))


def _mean(by_words: Floats, by_meaning: Floats) -> Floats:
    mean: Floats = (by_words + by_meaning) / np.float32(2)
    return mean


def _as_kept(vectors: Floats) -> Floats:
    """Vectors as precise as a cache may keep them."""
    return vectors.astype(np.float16).astype(np.float32)


def foreign_rows(faq: Faq) -> list[Row]:
    """The rows of an FAQ in other languages than its own, each text once; none if too few to calibrate on."""
    number = {entry_id: at for at, entry_id in enumerate(faq.entries)}
    texts = {text: number[entry] for entry, listed in faq.foreign_phrasings.items() for text in listed}
    return [Row(text, entry) for text, entry in texts.items()] if len(texts) >= FEWEST_FOREIGN_ROWS else []


def _rows_of_none_or_card(labels: Labels, kinds: Kinds) -> Rows:
    """Some rows of the FAQ's own language to calibrate other languages on too: cards and those of no entry."""
    rows = np.flatnonzero((labels < 0) | kinds.urgent[labels])
    return rows[:: max(1, len(rows) // OWN_ROWS)]


def _after_silent(own: Rows, foreign: HeldOut, first: int) -> HeldOut:
    """Rows in other languages, of which ``first`` is the first among all, after own ones, whose words score nothing."""
    silent = np.zeros((len(own), foreign.without_row.shape[1]), np.float32)
    without_row = np.concatenate([silent, foreign.without_row])
    return HeldOut(
        np.concatenate([own, foreign.rows + first]), without_row, np.concatenate([silent, foreign.without_entry])
    )


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


@dataclass(frozen=True, slots=True)
class _ByWords:
    """The scores of a text by words, and the ranking that they give."""

    scores: Floats
    ranking: Ranking


@dataclass(slots=True)
class _Kept:
    """What is known of a text by now."""

    by_words: _ByWords | None = None
    ranking: Ranking | None = None


def words_of(faq: Faq) -> frozenset[str]:
    """The words that several of an FAQ's rows, in all languages, or of its cries for help have."""
    from bot.text.redaction_by_vocabulary import known_words  # its rules take .1 s, and `check` needs none of them

    rows = (row.text for row in (*training_rows(tuple(faq.entries.values()), faq.off_topic), *foreign_rows(faq)))
    return known_words((*rows, *(text for one in faq.cries for texts in one.cries.values() for text in texts)))


class RegressionMatcher:
    """Ranks the entries of one FAQ. Immutable and thread-safe.

    Without a ``model`` or ``acts`` it fits them. Without a ``hearing`` it hears no cries in the languages of
    `faq/cries/`.
    """

    def __init__(
        self, faq: Faq, model: Model | None = None, hearing: Hearing | None = None, acts: Acts | None = None
    ) -> None:
        use_one_thread()
        self.faq = faq
        self.hearing = hearing
        self.acts = acts or Acts.fit(faq)
        self.entries = tuple(faq.entries.values())
        self.rows = training_rows(self.entries, faq.off_topic)
        self._rows_of_all = (*self.rows, *foreign_rows(faq))
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
        self._kept = lru_cache(maxsize=KEPT_TEXTS)(lambda _text: _Kept())
        self._mentioned = cache(self._years_and_places)  # keyed by entry id, so bounded by the number of entries

    @cached_property
    def known_words(self) -> frozenset[str]:
        """See `Matcher.known_words`. To count them takes some .3 seconds, once."""
        return words_of(self.faq)

    def read(self, text: str) -> Reading:
        """Tokenize a text: words, typos corrected, stems, meanings."""
        return self.model.tokenizer.read(text)

    def vectors(self, readings: Sequence[Reading], *, is_own_language: bool) -> sparse.csr_array:
        """Texts as unit vectors, one row each, weighted by how common a gram is in them.

        ``is_own_language``: the texts are in the FAQ's language, so its rows count as well.
        """
        background = self.model.vectors.background_of(self.model.index.by_row) if is_own_language else None
        return Vectorizer.fit(readings, background=background)[1]

    def meanings(self, texts: Sequence[str]) -> Floats:
        """What texts mean; see `Matcher.meanings`."""
        centred = encode(texts) - self._common_meaning
        centred[[not is_readable(text) for text in texts]] = 0
        lengths = np.linalg.norm(centred, axis=1, keepdims=True)
        unit: Floats = centred / np.maximum(lengths, np.float32(1e-6))
        return unit

    @cached_property
    def _common_meaning(self) -> Floats:
        common: Floats = self.model.meaning.components @ self.model.meaning.rows.mean(axis=0)
        return common

    def rank(self, text: str) -> Ranking:
        """Rank the entries by their scores for a message, best first; entries with equal scores by id."""
        return self.rank_all([text])[0]

    def rank_all(self, texts: Sequence[str]) -> list[Ranking]:
        """As `rank`, for several texts together, which takes less time than one after another.

        A message is read several times, with and without its greeting, say, so the last rankings are kept in memory.
        """
        kept = {text: self._kept(text) for text in texts}
        found = {text: one.ranking for text, one in kept.items() if one.ranking is not None}
        missing = [text for text in kept if text not in found]
        for text, ranking in zip(missing, self._rank(missing), strict=True):
            found[text] = kept[text].ranking = self._heard(text, ranking)
        return [found[text] for text in texts]

    def rank_by_words(self, text: str) -> Ranking:
        """As `rank`, by words alone: the meaning is asked nothing, however unsure they are."""
        return self._by_words([text])[0].ranking

    def _heard(self, text: str, ranking: Ranking) -> Ranking:
        """The ranking with the card and the urgency that a message in another language is heard with.

        One that may be a cry is heard though its words are known: some are words of other languages.
        """
        may_be_cry = self.thresholds.perhaps_urgent <= ranking.urgency < self.thresholds.urgent
        is_unclear = may_be_cry or self._may_be_foreign(ranking)
        heard = self.hearing.hear(text) if self.hearing is not None and is_unclear else None
        if heard is None or heard.language == self.faq.language:
            return ranking
        urgency = heard.urgency(self.thresholds)
        if not heard.is_known_language and ranking.urgency >= urgency:
            return replace(ranking, language=heard.language)
        cards = tuple(Candidate(self.faq.entries[card], score) for card, score in heard.cards)
        first = cards[:1] if urgency >= self.thresholds.urgent else ()
        others = tuple(candidate for candidate in ranking.candidates if candidate.entry is not cards[0].entry)
        candidates = (*first, *(others if first else ranking.candidates))[:RANKED]
        return replace(ranking, candidates=candidates, cards=cards, urgency=urgency, language=heard.language)

    def _may_be_foreign(self, ranking: Ranking) -> bool:
        """Whether enough words of a message are unknown, as typed, for another language."""
        if ranking.basis is Basis.FOREIGN or ranking.coverage < FOREIGN:
            return True
        typed = ranking.reading.typed
        return sum(word not in self.model.tokenizer.known for word in typed) >= UNKNOWN_WORDS * len(typed)

    def _rank(self, texts: Sequence[str], encode: Encode = encode_messages) -> list[Ranking]:
        """Rank for each text: by words where they are sure, else by meaning too.

        Where few words are known and nothing matched, as in another language, the words are compared with those of
        how people ask in other languages.
        """
        by_words = self._by_words(texts)
        rankings = [one.ranking for one in by_words]
        unsure = [at for at, text in enumerate(texts) if is_readable(text) and not self._words_suffice(rankings[at])]
        foreign = [at for at in unsure if self._is_foreign(texts[at], rankings[at])]
        own = [at for at in unsure if at not in foreign]
        for at, scores in self._scores_by_meaning(texts, foreign, by_words, encode, is_foreign=True):
            both = self._with_foreign_words(texts[at], scores)
            rankings[at] = self._ranking(_as_typed(rankings[at].reading), both, Basis.FOREIGN)
        for at, scores in self._scores_by_meaning(texts, own, by_words, encode, is_foreign=False):
            rankings[at] = self._ranking(rankings[at].reading, _mean(by_words[at].scores, scores), Basis.BOTH)
        return rankings

    def _by_words(self, texts: Sequence[str]) -> list[_ByWords]:
        """The scores of texts by words, and the rankings that these give."""
        kept = {text: self._kept(text) for text in texts}
        found = {text: one.by_words for text, one in kept.items() if one.by_words is not None}
        missing = [text for text in kept if text not in found]
        readings = [self.read(text) for text in missing]
        vector, ridge = self.model.vectors.vector, self.model.ridge
        scored = self._narrowed(readings, list(map(vector, readings)), vector, ridge.scores)
        for text, reading, scores in zip(missing, readings, scored, strict=True):
            found[text] = kept[text].by_words = _ByWords(scores, self._ranking(reading, scores, Basis.WORDS))
        return [found[text] for text in texts]

    def _scores_by_meaning(
        self,
        texts: Sequence[str],
        some: Sequence[int],
        by_words: Sequence[_ByWords],
        encode: Encode,
        *,
        is_foreign: bool,
    ) -> Iterator[tuple[int, Floats]]:
        """The scores by meaning of ``some`` of the texts, each with its place among the texts."""
        readings = [by_words[at].ranking.reading for at in some]
        meant = [_meant(texts[at], reading, is_foreign=is_foreign) for at, reading in zip(some, readings, strict=True)]
        scored = self._narrowed(readings, meant, _corrected, lambda asked: self.model.meaning.scores(encode(asked)))
        return zip(some, scored, strict=True)

    def _with_foreign_words(self, text: str, by_meaning: Floats) -> Floats:
        """The scores of a message in another language, by its meaning and by its words."""
        foreign = self.model.foreign
        return by_meaning if foreign is None else _mean(foreign.scores([text])[0], by_meaning)

    def _words_suffice(self, by_words: Ranking) -> bool:
        """Whether the words are so sure, and so many known, that the meaning would change nothing."""
        reading = by_words.reading
        is_as_typed = reading.typed == reading.corrected
        is_sure = by_words.is_known and by_words.confidence >= SURE
        return is_as_typed and is_sure and by_words.urgency < self.thresholds.urgent / 2

    def _is_foreign(self, text: str, ranking: Ranking) -> bool:
        """Whether a message is in another language than the FAQ's; never where its words are like a cry for help.

        The fewer of its words are known as typed, and the less they match, the less it has to read as another one.
        """
        if ranking.urgency >= self.thresholds.perhaps_urgent or not self._may_be_foreign(ranking):
            return False
        guessed = guess(text)
        matches_nothing = ranking.confidence < self.thresholds.clarify
        if ranking.coverage >= FOREIGN:
            return matches_nothing and guessed not in (self.faq.language, UNKNOWN)
        return guessed != self.faq.language and (matches_nothing or not ranking.is_known or guessed != UNKNOWN)

    def _ranking(self, reading: Reading, scores: Floats, basis: Basis) -> Ranking:
        order = np.lexsort((self._id_ranks, -scores.round(EQUAL_DIGITS)))
        first = self._candidates(order, scores)
        cards = self._candidates(order[self._kinds.urgent[order]], scores, most=CARDS)
        replies = order[self._kinds.reply[order]]
        asked = _without_years(reading)
        own = self.model.word_coverage.coverage_by(int(replies[0]), asked) if basis is not Basis.FOREIGN else 0.0
        calibration = self.model.calibrations.of(basis)
        found = confidence_signals(scores[None], np.array([own]), self._kinds)[0]
        return Ranking(
            reading=reading,
            candidates=first,
            answers=self._candidates(order[self._kinds.answer[order]], scores),
            cards=cards,
            reply=self._candidates(replies, scores, most=1)[0],
            confidence=calibration.confidence(*found),
            certainty=calibration.certainty(*certainty_signals(scores[None], self._kinds)[0]),
            urgency=calibration.urgency(*urgency_signals(scores[None], self._kinds)[0]),
            coverage=self.model.word_coverage.coverage(asked),
            offer=calibration.offer(*found),
            basis=basis,
        )

    def _narrowed(
        self,
        readings: Sequence[Reading],
        items: Sequence[_Item],
        item_of: Callable[[Reading], _Item],
        score: Callable[[Sequence[_Item]], Floats],
    ) -> list[Floats]:
        """The scores of messages; where one names years, they choose among what it is about without them.

        ``items`` is what of each message is scored; ``item_of`` makes the same of a reading without its years.
        """
        asked = [_without_years(reading) for reading in readings]
        named = [at for at, reading in enumerate(readings) if asked[at] is not reading]
        wanted = [*items, *(item_of(asked[at]) for at in named)]
        scores = list(score(wanted)) if wanted else []
        narrowed = scores[: len(readings)]
        for at, without_years in zip(named, scores[len(readings) :], strict=True):
            narrowed[at] = self._narrowed_by(_years(readings[at].corrected), narrowed[at], without_years)
        return narrowed

    def _narrowed_by(self, years: set[str], scores: Floats, without_years: Floats) -> Floats:
        """The scores with years, which choose among the entries that a message is about without them.

        So a year narrows what is asked, and never outweighs it. No card scores less for a year.
        """
        higher, lower = np.maximum(scores, without_years), np.minimum(scores, without_years)
        is_about = without_years >= NARROWED * without_years.max(initial=0)
        narrowed = np.where(is_about, scores, lower)
        about = np.flatnonzero(is_about).tolist()
        covering = [at for at in about if years <= self._mentioned(self.entries[at].id)]
        narrowed[covering] = higher[covering]
        listed = np.where(scores >= LISTED, np.maximum(scores, narrowed), narrowed)
        return np.where(self._kinds.urgent, higher, listed)

    def _candidates(self, order: NDArray[np.int64], scores: Floats, *, most: int = RANKED) -> tuple[Candidate, ...]:
        first = order[:most]
        return tuple(map(Candidate, map(self.entries.__getitem__, first.tolist()), scores[first].tolist()))

    def nearest_act(self, text: str) -> tuple[Said, float] | None:
        """What the listed follow-up nearest in meaning says, and its cosine."""
        return self.acts.nearest(encode_messages([text])[0]) if self.acts.said else None

    def evidence(self, text: str, entry: Entry, *, most: int = EVIDENCE_SHOWN) -> Evidence:
        """Explain an entry's score for a message, the largest parts first, at most ``most`` words and phrasings.

        A row's part of the score by words is divided among its grams in proportion to their share in its similarity. A
        phrasing's part is that of its words and of its meaning together.
        """
        ranking = self.rank(text)
        at = self.entries.index(entry)
        is_foreign = ranking.basis is Basis.FOREIGN
        by_words, similarities, grams = self._evidence_of_words(text, ranking, at)
        by_meaning, cosines = np.zeros_like(by_words), np.zeros_like(similarities)
        if ranking.basis is not Basis.WORDS:
            meant = encode_messages([_meant(text, ranking.reading, is_foreign=is_foreign)])[0]
            cosines, by_meaning = self.model.meaning.parts(meant, at)
        share = 1.0 if ranking.basis is Basis.WORDS else 0.0 if is_foreign and self.model.foreign is None else 0.5
        by_words, by_meaning = np.float32(share) * by_words, np.float32(1 - share) * by_meaning
        parts = by_words + by_meaning
        words_first = sorted(grams.items(), key=lambda item: (-abs(item[1]), item[0]))[:most]
        first = np.argsort(-np.abs(parts.round(EQUAL_DIGITS)), kind="stable")[:most].tolist()
        phrasings = tuple(
            PhrasingEvidence(
                self._rows_of_all[row].text,
                self._entry_id(row),
                float(max(similarities[row], cosines[row])),
                float(parts[row]),
            )
            for row in first
            if parts[row]
        )
        return Evidence(
            tuple((word, share * part) for word, part in words_first) if share else (),
            phrasings,
            float(by_words.sum()),
            float(by_meaning.sum()),
        )

    def _evidence_of_words(self, text: str, ranking: Ranking, entry: int) -> tuple[Floats, Floats, dict[str, float]]:
        """The part of every row in an entry's score by words, its similarity, and the parts of the grams."""
        model, first = self.model, 0
        vectors, ridge, reading = model.vectors, model.ridge, ranking.reading
        if ranking.basis is Basis.FOREIGN and model.foreign is not None:
            vectors, ridge, reading = model.foreign.vectors, model.foreign.ridge, folded(text)
            first = len(self.rows)
        columns, values = vectors.vector(reading)
        rows, parts = ridge.parts(columns, values, entry)
        shared = ridge.index.by_row[rows][:, columns].multiply(values[None]).tocsr()
        similarities = np.asarray(shared.sum(axis=1)).ravel()
        shares = np.divide(parts, similarities, out=np.zeros_like(parts), where=similarities > 0)
        by_gram: dict[str, float] = defaultdict(float)
        for column, part in zip(columns.tolist(), (shares @ shared).tolist(), strict=True):
            by_gram[_readable_gram(*vectors.gram(column))] += part
        all_parts, all_similarities_ = (np.zeros(len(self._rows_of_all), np.float32) for _ in range(2))
        all_parts[first + rows], all_similarities_[first + rows] = parts, similarities
        return all_parts, all_similarities_, by_gram

    def _entry_id(self, row: int) -> str | None:
        entry = self._rows_of_all[row].entry
        return None if entry is None else self.entries[entry].id

    def shadow(self, text: str, entry: Entry) -> str | None:
        """The entry's own phrasing that contributes most to its score for a message; None if none contributes."""
        phrasings = self.evidence(text, entry, most=len(self._rows_of_all)).phrasings
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

    def found(self, rows: Sequence[int]) -> list[Entry]:
        """The entry that `rank` puts first for the text of each of these rows."""
        texts = [self.rows[row].text for row in rows]
        number = {_corrected(self.read(text)): row for row, text in zip(rows, texts, strict=True)}

        def encode(wanted: Sequence[str]) -> Floats:
            """The meaning of texts: that of the rows is kept."""
            others = [text for text in wanted if text not in number]
            encoded = dict(zip(others, encode_messages(others), strict=True))
            return np.array(
                [encoded[text] if text in encoded else self.model.meaning.vector(number[text]) for text in wanted]
            )

        ranked = (self._rank(texts[start : start + AT_ONCE], encode) for start in range(0, len(texts), AT_ONCE))
        return [ranking.candidates[0].entry for some in ranked for ranking in some]

    def unclear_rows(self, margin: float) -> list[int]:
        """The rows that may find another entry than their own, or have none.

        By their scores in the regressions, their own is not first by words, by meaning and by both, or the next is
        within the ``margin``; or they name a year, or are read in another way than they were learned.
        """
        labels = labels_of(self.rows)
        owners = np.maximum(labels, 0)
        by_words, by_meaning = self.model.ridge.scores_of_rows(labels), self.model.meaning.scores_of_rows(len(labels))
        both: Floats = (by_words + by_meaning) / np.float32(2)
        at = np.arange(len(labels))
        own = both[at, owners].copy()
        is_clear = (by_words.argmax(axis=1) == owners) & (by_meaning.argmax(axis=1) == owners) & (labels >= 0)
        both[at, owners] = -1
        is_clear &= own - both.max(axis=1) >= margin
        for row in np.flatnonzero(is_clear).tolist():
            text, reading = self.rows[row].text, self.read(self.rows[row].text)
            is_read_as_learned = is_readable(text) and _meant(text, reading, is_foreign=False) == _corrected(reading)
            is_clear[row] = is_read_as_learned and _without_years(reading) is reading
        return np.flatnonzero(~is_clear).tolist()

    def only_listed(self) -> list[tuple[Row, Entry]]:
        """The rows that find their entry only because they are listed, each with the entry found without the row.

        If the regression is local, only some rows are examined.
        """
        found = zip(self.rows, self.model.found_without.tolist(), strict=True)
        return [(row, self.entries[at]) for row, at in found if row.entry is not None and at not in (-1, row.entry)]

    def near_rows(self, similarity: float) -> list[tuple[int, int]]:
        """The pairs of rows, by index, with at least this similarity; each pair once."""
        return similar_pairs(self.model.index.by_row, similarity)


def _meant(text: str, reading: Reading, *, is_foreign: bool) -> str:
    """What the encoder reads of a message: its corrected words; as typed if it may be in another language.

    So may be one or two words that were corrected: "salut" is no "salt".
    """
    is_short = len(reading.typed) <= FEW_WORDS and reading.typed != reading.corrected
    return text if is_short or is_foreign else _corrected(reading)


def _corrected(reading: Reading) -> str:
    return " ".join(reading.corrected)


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


def _as_typed(reading: Reading) -> Reading:
    """The reading without corrections and stems, which are for words of the FAQ's language."""
    typed = reading.typed
    return Reading(typed, typed, typed, typed, reading.is_personal)


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
