"""Estimates in less than a second what phrasings would change, before the FAQ is learned with them.

The phrasings become rows of the model that is in use. Its regressions on near rows take them as they are. The one on
all rows is brought up by the block inverse (Hager 1989), where the rows near to a phrasing stand for all of them. How
scores become probabilities stays as it was learned. Only what is near is asked again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from bot.domain.faq import Faq
from bot.domain.gap import LoggedGap
from bot.domain.matching import Matcher, Reading
from bot.gaps.impact import Shadowed, changed_gaps, shadowed
from bot.matching.coverage import WordCoverage
from bot.matching.encoder import encode
from bot.matching.features import Vectorizer, inverse_document_frequency
from bot.matching.matcher import Model, RegressionMatcher
from bot.matching.meaning import Meaning
from bot.matching.regression import RIDGE, LocalRidge, Ridge, WholeRidge, sharpen, solve_near
from bot.matching.similarity import SimilarityIndex
from bot.matching.tokenizer import Tokenizer
from bot.text.normalize import Speller

NEAR_ROWS = 256  # of a phrasing, by which the regression on all rows is brought up
NEAR_PHRASINGS = 6  # of other entries that are asked again, for each phrasing


@dataclass(frozen=True, slots=True)
class Estimate:
    """What phrasings would probably change, of the gaps and the phrasings near to them: see `Impact`.

    ``asked`` is of how many gaps it was asked.
    """

    asked: int
    answered: tuple[tuple[LoggedGap, str], ...]
    lost: tuple[LoggedGap, ...]
    shadowed: tuple[Shadowed, ...]


def estimate(texts: Sequence[str], entry: str, near: Sequence[LoggedGap], matcher: Matcher) -> Estimate | None:
    """What ``texts`` as phrasings of ``entry`` would change for the gaps ``near`` to them.

    None where the matcher is of a kind that cannot take them without learning.
    """
    if not isinstance(matcher, RegressionMatcher) or entry not in matcher.faq.entries:
        return None
    after = with_phrasings(matcher, entry, texts)
    answered, lost = changed_gaps(near, entry, matcher, after)
    others = _others_near(texts, entry, matcher)
    return Estimate(len(near), tuple(answered), tuple(lost), tuple(shadowed(others, matcher, after)))


def with_phrasings(matcher: RegressionMatcher, entry: str, texts: Sequence[str]) -> RegressionMatcher:
    """The matcher with more phrasings of an entry, about as if it had been learned with them."""
    faq = _with_phrasings(matcher.faq, entry, texts)
    at = next(index for index, one in enumerate(matcher.entries) if one.id == entry)
    speller, known = Speller(faq.wording), matcher.model.tokenizer.known
    added = Counter(word for text in texts for word in Tokenizer.fit(speller, [text])[1][0].corrected)
    tokenizer = Tokenizer(speller, Counter(known) + added)
    readings = [tokenizer.read(text) for text in texts]
    model = replace(_with_grams(matcher.model, readings), tokenizer=tokenizer)
    for reading in readings:
        model = _with_row(model, reading, at)
    return RegressionMatcher(faq, model, matcher.hearing, matcher.acts)


def _with_phrasings(faq: Faq, entry: str, texts: Sequence[str]) -> Faq:
    was = faq.entries[entry]
    return replace(faq, entries={**faq.entries, entry: replace(was, phrasings=(*was.phrasings, *texts))})


def _others_near(texts: Sequence[str], entry: str, matcher: RegressionMatcher) -> list[tuple[str, str]]:
    """The phrasings of other entries that are nearest to the texts, each with its entry."""
    found = {}
    for text in texts:
        vector = matcher.model.vectors.vector(matcher.read(text))
        for row in matcher.model.index.nearest(*vector, NEAR_ROWS, np.zeros(0, np.int64))[0].tolist():
            owner = matcher.rows[row].entry
            if owner is not None and matcher.entries[owner].id != entry:
                found[matcher.rows[row].text] = matcher.entries[owner].id
            if len(found) == NEAR_PHRASINGS * len(texts):
                break
    return list(found.items())


def _with_grams(model: Model, readings: Sequence[Reading]) -> Model:
    """The model with the grams of readings that it does not have yet."""
    old, width = model.vectors, 0
    grams: list[list[str]] = []
    idf, moved, start = [], [], 0
    rows = model.index.by_row.shape[0]
    for kernel, of_kernel in zip(old.kernels, map(list, old.grams), strict=True):
        frequencies = Counter(gram for reading in readings for gram in set(kernel.grams(reading)))
        new = sorted(frequencies.keys() - set(of_kernel))
        moved.append(np.arange(start, start + len(of_kernel)))
        start += len(of_kernel) + len(new)
        grams.append([*of_kernel, *new])
        weights = [inverse_document_frequency(frequencies[gram], rows + len(readings)) for gram in new]
        idf += [old.idf[width : width + len(of_kernel)], np.array(weights, np.float32)]
        width += len(of_kernel)
    vectors, by_row = Vectorizer(grams, np.concatenate(idf)), model.index.by_row
    columns = np.concatenate(moved).astype(by_row.indices.dtype)[by_row.indices]
    wider = sparse.csr_array((by_row.data, columns, by_row.indptr), shape=(rows, len(vectors.idf)))
    return replace(model, vectors=vectors, ridge=replace(model.ridge, index=SimilarityIndex.of(wider)))


def _with_row(model: Model, reading: Reading, entry: int) -> Model:
    """The model with one more row of an entry."""
    meant = encode([" ".join(reading.corrected)]) @ model.meaning.components
    meaning, coverage, distinct = model.meaning, model.word_coverage, set(reading.meanings)
    of_entry = list(coverage.entry_frequencies)
    of_entry[entry] = Counter(of_entry[entry]) + Counter(distinct)
    return replace(
        model,
        ridge=_with_row_by_words(model.ridge, model.vectors, reading, entry),
        meaning=Meaning(
            meaning.components,
            np.concatenate([meaning.rows, meant]),
            np.append(meaning.labels, entry),
            meaning.entries,
        ),
        word_coverage=WordCoverage(coverage.rows + 1, Counter(coverage.frequencies) + Counter(distinct), of_entry),
    )


def _with_row_by_words(ridge: Ridge, vectors: Vectorizer, reading: Reading, entry: int) -> Ridge:
    """With A = (K + lambda I)^-1, k the kernel of the new row and c = k(r, r) + lambda - k^T A k.

    The new row gets alpha_r = (y_r - its scores) / c, and the others alpha - A k alpha_r.
    """
    columns, values = vectors.vector(reading)
    row = sparse.csr_array((values, columns, [0, len(columns)]), shape=(1, len(vectors.idf)))
    by_row = ridge.index.by_row
    index = SimilarityIndex.of(sparse.csr_array(sparse.vstack([by_row, row], format="csr")))
    if isinstance(ridge, LocalRidge):
        return replace(ridge, index=index, labels=np.append(ridge.labels, entry))
    near, similarities = ridge.index.nearest(columns, values, NEAR_ROWS, np.zeros(0, np.int64))
    kernel = sharpen(ridge.index.among(near), ridge.power)
    of_row = sharpen(similarities, ridge.power)
    weights = solve_near(kernel, of_row)
    own = sharpen(np.array([values @ values], np.float32), ridge.power)[0]
    left = -ridge.scores([(columns, values)])[0]
    left[entry] += 1
    alpha_of_row = left / (own + RIDGE - of_row @ weights)
    alpha = np.concatenate([ridge.alpha, alpha_of_row[None]])
    alpha[near] -= np.outer(weights, alpha_of_row)
    return WholeRidge(index, alpha, ridge.power)
