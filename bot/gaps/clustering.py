"""Clusters similar gaps for reviewers, the largest and newest clusters first. Pure; knows no person.

Similarity is the matcher's (`Matcher.vectors`), fitted to the gaps of each language, so that words count which the FAQ
does not have. Term frequencies also come from the phrasings in the FAQ's own language: a few gaps are too few for that.
The algorithm is star clustering (Aslam, Pelekhov and Rus 2004): the wording that is similar to most gaps becomes the
centre of a star, all wordings similar to it join unless they are more similar to another centre, and so on with the
rest. So all gaps of a cluster are similar to one wording, and there are no chains of dissimilar texts.

`MIN_SIMILARITY` was tuned on the question sets and on variants of them (`python -m tests.bench.grouping --thresholds`).
It keeps together typos, another word order, a word or two added, dropped or replaced, and greetings and thanks around a
question. It does not bring together paraphrases, or typos in several words that the FAQ does not have, and does not
separate long questions that differ in one word (a visa for Canada, for Germany), only short ones (blue card, green
card). A lower threshold hides more questions in clusters of others, which is worse than one question in two clusters.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bot.answering.decide import Part, Reasoning, decide_with_reasoning
from bot.answering.turn import served_by
from bot.domain.conversation import (
    Answer,
    Candidate,
    Clarify,
    EmergencyNumbers,
    NoAnswerReason,
    Question,
    Smalltalk,
    Unanswered,
    Urgent,
)
from bot.domain.faq import Kind
from bot.domain.gap import GapReason, LoggedGap
from bot.domain.matching import KNOWN, Matcher, Reading
from bot.matching.features import Floats
from bot.text.normalize import words

MIN_SIMILARITY = 0.6  # to the wording at the centre of the cluster
NEAREST = 3  # entries shown for a group
TREND_WEEKS = 8
MOST_COMPARED = 500  # characters from the beginning of a text, so that long texts stay cheap
_BLOCK = 256  # rows multiplied at a time
_COMMON = 1_000  # n-grams, the most frequent: they are multiplied as a dense matrix, after all others
_ROUNDING = 1e-3  # more than the rounding error of single precision
_EQUAL_DIGITS = 4  # after the point, to which similarities are compared: single precision is no better

_Rows = NDArray[np.int64]
_Gaps = list[LoggedGap]


@dataclass(frozen=True, slots=True)
class Cluster:
    """Gaps that ask the same, newest first, and the text that represents them: the one most similar to the others.

    They are of one language, unless a reviewer has put them together.
    """

    gaps: tuple[LoggedGap, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Group:
    """A cluster with its statistics, and with what the FAQ replies to its ``text`` now.

    ``first`` and ``last`` are when it was asked, ``trend`` is how often in each of the last weeks, the oldest first and
    the last ending now. ``nearest`` are the best ranked entries, ``why`` says why there is no answer, and ``answered``
    are the entries of the answer if there is one now, without an entry that all gaps of the group complain about.
    """

    gaps: tuple[LoggedGap, ...]
    text: str
    count: int
    first: datetime
    last: datetime
    trend: tuple[int, ...]
    reasons: Counter[GapReason]
    nearest: tuple[Candidate, ...]
    why: str
    answered: tuple[str, ...]

    @property
    def language(self) -> str:
        """The language of the text."""
        return next(gap.gap.language for gap in self.gaps if gap.gap.text == self.text)


def group_gaps(
    gaps: Iterable[LoggedGap],
    matcher: Matcher,
    *,
    now: datetime,
    most: int | None = None,
    min_similarity: float = MIN_SIMILARITY,
) -> list[Group]:
    """The gaps of all languages in groups, each with the reply of this matcher's FAQ.

    ``most`` limits the number of groups, None for all: to summarize a thousand takes as long as to find them.
    """
    found = arranged(clusters(gaps, matcher, min_similarity=min_similarity))
    return [summarize(cluster, matcher, now=now) for cluster in found[:most]]


def clusters(gaps: Iterable[LoggedGap], matcher: Matcher, *, min_similarity: float = MIN_SIMILARITY) -> list[Cluster]:
    """The gaps, each in one cluster of its language, whatever the order in which they are given.

    All texts without a word form one cluster.
    """
    by_language: dict[str, _Gaps] = defaultdict(list)
    for gap in gaps:
        by_language[gap.gap.language].append(gap)
    found: list[Cluster] = []
    for language, gaps_of_language in by_language.items():
        wordings = _wordings(gaps_of_language, matcher)
        readings, is_own = [reading for reading, _ in wordings], language == matcher.faq.language
        found += _clusters(wordings, matcher.vectors(readings, is_own_language=is_own), min_similarity)
    return sorted(found, key=by_size)


def arranged(found: Iterable[Cluster]) -> list[Cluster]:
    """The clusters as reviewers have arranged them: what has the same group is together, whatever its words.

    A gap that was put into no group follows those with its words, else most of its cluster.
    """
    gaps: dict[object, _Gaps] = defaultdict(list)
    texts: dict[object, list[str]] = defaultdict(list)
    for at, cluster in enumerate(found):
        group_of = _group_of(cluster)
        for gap in cluster.gaps:
            number = group_of(gap)
            gaps[("by words", at) if number is None else number].append(gap)
            texts[("by words", at) if number is None else number].append(cluster.text)
    made = []
    for group, of_group in gaps.items():
        newest_first = sorted(of_group, key=lambda gap: (_utc(gap.at), gap.id), reverse=True)
        own = {gap.gap.text for gap in newest_first}
        text = next((text for text, _ in Counter(texts[group]).most_common() if text in own), newest_first[0].gap.text)
        made.append(Cluster(tuple(newest_first), text))
    return sorted(made, key=by_size)


def _group_of(cluster: Cluster) -> Callable[[LoggedGap], int | None]:
    """Says to which group of reviewers' a gap of a cluster belongs; None for none."""
    of_words: dict[tuple[str, ...], Counter[int]] = defaultdict(Counter)
    for gap in cluster.gaps:
        if gap.in_group is not None:
            of_words[tuple(words(gap.gap.text))][gap.in_group] += 1
            of_words[()][gap.in_group] += 1  # of the whole cluster
    if not of_words:
        return lambda _: None
    usual = {key: max(numbers, key=lambda group: (numbers[group], group)) for key, numbers in of_words.items()}

    def group_of(gap: LoggedGap) -> int:
        return gap.in_group or usual.get(tuple(words(gap.gap.text)), usual[()])

    return group_of


def by_size(cluster: Cluster) -> tuple[int, float, str, str]:
    """The sort key of clusters: the largest first, then the one with the newest gap."""
    newest = cluster.gaps[0]
    return -len(cluster.gaps), -_utc(newest.at).timestamp(), cluster.text, newest.gap.language


def _wordings(gaps: _Gaps, matcher: Matcher) -> list[tuple[Reading, _Gaps]]:
    """The gaps grouped by the corrected words of their texts and sorted by these; within a wording by id."""
    by_text: dict[str, _Gaps] = defaultdict(list)
    for gap in sorted(gaps, key=lambda gap: gap.id):
        by_text[gap.gap.text[:MOST_COMPARED]].append(gap)
    readings: dict[tuple[str, ...], Reading] = {}
    by_words: dict[tuple[str, ...], _Gaps] = defaultdict(list)
    for text, same in by_text.items():
        reading = matcher.read(text)
        readings[reading.corrected] = reading
        by_words[reading.corrected] += same
    return [(readings[words], sorted(by_words[words], key=lambda gap: gap.id)) for words in sorted(by_words)]


def _clusters(
    wordings: Sequence[tuple[Reading, _Gaps]], vectors: sparse.csr_array, min_similarity: float
) -> Iterator[Cluster]:
    """The clusters of wordings of one language; ``vectors`` has a row for each wording."""
    sizes = np.array([len(gaps) for _, gaps in wordings], np.float32)
    centres = _centres(_SimilarityIndex(vectors, min_similarity), sizes)
    for centre in np.unique(centres):
        rows = np.flatnonzero(centres == centre)
        same = [wordings[row][1] for row in rows.tolist()]
        newest_first = sorted((gap for gaps in same for gap in gaps), key=lambda gap: (_utc(gap.at), gap.id))[::-1]
        yield Cluster(tuple(newest_first), _representative([gaps[0] for gaps in same], vectors[rows], sizes[rows]))


def _centres(index: _SimilarityIndex, sizes: Floats) -> _Rows:
    """For each row, the row at the centre of its star. A row without words is similar to none: its own centre."""
    rows = np.arange(len(sizes))
    similar_gaps = np.zeros(len(rows), np.float32)
    for start in range(0, len(rows), _BLOCK):
        others, similarities = index.find(rows[start : start + _BLOCK])
        is_similar = similarities >= index.min_similarity
        similar_gaps[start : start + _BLOCK] = np.where(is_similar, sizes[others], 0).sum(axis=1)
    order = np.lexsort((rows, -similar_gaps))
    centres = rows.copy()
    # Each row's similarity to its centre; infinite for a centre, which no other star can win over.
    to_centre = np.where(similar_gaps > sizes, 0, np.inf).astype(np.float32)
    while len(free := order[to_centre[order] < index.min_similarity][:_BLOCK]):
        others, similarities = index.find(free)
        for row, of_row in zip(free.tolist(), similarities, strict=True):
            if to_centre[row] < index.min_similarity:  # a row of this block may have won it over
                is_nearer = (of_row >= index.min_similarity) & (of_row > to_centre[others])
                centres[others[is_nearer]] = row
                to_centre[others[is_nearer]] = of_row[is_nearer]
                centres[row], to_centre[row] = row, np.inf
    return centres


class _SimilarityIndex:
    """Finds the rows that are similar to given rows, without the full similarity matrix.

    The most frequent n-grams weigh little and cost most. So the rare ones are multiplied first; by the Cauchy-Schwarz
    inequality, the frequent ones can add no more than the product of their norms.
    """

    def __init__(self, vectors: sparse.csr_array, min_similarity: float) -> None:
        self.min_similarity = min_similarity
        by_frequency = np.argsort(-np.bincount(vectors.indices, minlength=vectors.shape[1]), kind="stable")
        columns = sparse.csc_array(vectors)
        self._common = columns[:, by_frequency[:_COMMON]].toarray()
        self._norms = np.linalg.norm(self._common, axis=1) + _ROUNDING
        self._rare = columns[:, by_frequency[_COMMON:]].tocsr()
        self._rare_by_gram = sparse.csr_array(self._rare.T)

    def find(self, rows: _Rows) -> tuple[_Rows, Floats]:
        """Candidate rows, among them all that are similar to any of ``rows``; and similarities: rows x candidates."""
        by_rare = self._rare[rows] @ self._rare_by_gram
        at_most = by_rare.data + np.repeat(self._norms[rows], np.diff(by_rare.indptr)) * self._norms[by_rare.indices]
        is_candidate = self._norms * self._norms[rows].max() >= self.min_similarity
        is_candidate[by_rare.indices[at_most >= self.min_similarity]] = True
        candidates = np.flatnonzero(is_candidate)
        similarities: Floats = self._common[rows] @ self._common[candidates].T + by_rare[:, candidates].toarray()
        return candidates, similarities


def _representative(oldest: Sequence[LoggedGap], vectors: sparse.csr_array, sizes: Floats) -> str:
    """The text most similar to the others on average; ``oldest`` has the oldest gap of each wording."""
    if len(oldest) == 1:
        return oldest[0].gap.text
    to_others = vectors @ (sizes @ vectors) - vectors.multiply(vectors).sum(axis=1)
    similar = (to_others / (sizes.sum() - 1)).round(_EQUAL_DIGITS).tolist()
    return min(zip(oldest, similar, strict=True), key=lambda one: (-one[1], one[0].id))[0].gap.text


def summarize(cluster: Cluster, matcher: Matcher, *, now: datetime) -> Group:
    """A cluster with its statistics, and with what the matcher's FAQ replies to its text."""
    gaps, text = cluster.gaps, cluster.text
    reasoning = decide_with_reasoning(Question(text), matcher)
    decision = reasoning.decision
    entries = served_by(decision)
    answered = tuple(entry for entry in entries if any(gap.gap.entry != entry for gap in gaps))
    weeks = Counter((_utc(now) - _utc(gap.at)) // timedelta(weeks=1) for gap in gaps)  # below 0 in the future
    return Group(
        gaps=gaps,
        text=text,
        count=len(gaps),
        first=gaps[-1].at,
        last=gaps[0].at,
        trend=tuple(weeks[week] for week in reversed(range(TREND_WEEKS))),
        reasons=Counter(gap.gap.reason for gap in gaps),
        nearest=reasoning.whole.ranking.candidates[:NEAREST],
        why=_explain_complaint(gaps, entries) if entries and not answered else _explain(reasoning, matcher),
        answered=answered,
    )


def _utc(moment: datetime) -> datetime:
    """A time in UTC. A time from the gap log is UTC already, without saying so."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _explain_complaint(gaps: Sequence[LoggedGap], entries: Sequence[str]) -> str:
    reasons = sorted({gap.gap.reason.value for gap in gaps})
    return f"It is answered with {', '.join(entries)}, and that was marked as {' and '.join(reasons)}."


def _explain(reasoning: Reasoning, matcher: Matcher) -> str:
    match reasoning.decision:
        case Answer(entries):
            return f"By now it is answered with {', '.join(entry.id for entry in entries)}."
        case Clarify(choices):
            offered = ", ".join(entry.id for entry in choices)
            failed = "; ".join(failed_checks(reasoning.whole, matcher))
            return f"Offered are {offered}, but none is sure enough: {failed}."
        case Urgent(entry):
            return f"It is taken for urgent and gets the card {entry.id}."
        case EmergencyNumbers():
            return "It asks whom to call in an emergency, and gets the numbers."
        case Smalltalk(entry):
            return f"It is taken for small talk, {entry.id}."
        case Unanswered(NoAnswerReason.EMPTY):
            return "It has no words."
        case Unanswered(NoAnswerReason.OTHER_LANGUAGE):
            return f"It is in another language than {matcher.faq.language}."
        case Unanswered(NoAnswerReason.OTHER_YEAR, entry) if entry is not None:
            return f"It names a year of which {entry.id}, which would answer it, says nothing."
        case Unanswered(NoAnswerReason.OUT_OF_SCOPE, entry) if entry is not None:
            return f"By now {entry.id} says why the FAQ leaves it out."
    if matcher.asks_nothing(reasoning.whole.ranking.reading):
        return "It is listed as off topic, or nothing but numbers and single letters."
    return f"No entry is sure enough: {'; '.join(failed_checks(reasoning.whole, matcher))}."


def failed_checks(part: Part, matcher: Matcher) -> Iterator[str]:
    """The checks that the best reply fails, in words; none exactly if `Part.answers` is true."""
    ranking, thresholds, best = part.ranking, matcher.thresholds, part.ranking.reply.entry
    if best.kind is not Kind.ANSWER:
        yield f"the best reply, {best.id}, is small talk"
    if not ranking.is_known:
        yield f"{_of_100(ranking.coverage)} of its words are known, and it takes {100 * KNOWN:.0f}"
    if part.unmet:
        yield f"{best.id} says nothing of {', '.join(part.unmet)}"
    if ranking.confidence < thresholds.answer:
        needed = f"{100 * thresholds.answer:.0f}"
        yield f"it is {_of_100(ranking.confidence)} sure of {best.id}, and answers from {needed} on"
    if ranking.certainty < thresholds.certain:
        needed = f"{100 * thresholds.certain:.0f}"
        yield f"it is {_of_100(ranking.certainty)} sure that no other entry fits better, and answers from {needed} on"


def _of_100(share: float) -> str:
    return f"{100 * share:.0f} of 100"
