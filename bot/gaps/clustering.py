"""Gaps in groups, for reviewers: similar questions together, the biggest and freshest first. Pure; knows no person.

Similarity is the matcher's (`kernels`), learned from the gaps of each language, so that words count which the FAQ does
not know; how common a word is, also from the phrasings in the FAQ's own language, since a few gaps cannot tell. The
clusters are stars (Aslam, Pelekhov and Rus 2004): the wording that most gaps are similar to leads, all that are similar
to it follow unless they are more similar to another leader, and so on with the rest. So all of a group are similar to
one wording, and no chain of unlike texts comes about.

`SIMILAR` was tried on the question sets and on what people might make of them (`python -m tests.bench.grouping
--thresholds`). It keeps together typos, word order, a word or two more, less or other, greetings and thanks around a
question. It does not bring together what is said in other words, or with typos in several words that the FAQ does not
know, and does not part long questions that differ in one word (a visa for Canada, for Germany), only short ones (blue
card, green card). A lower line hides more questions in the groups of others: worse than one that stands in two.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bot.answering.decide import KNOWN, Part, Reasoning, decide_with_reasoning
from bot.domain.conversation import Answer, Candidate, Clarify, NoAnswerReason, Question, Smalltalk, Unanswered, Urgent
from bot.domain.faq import Kind
from bot.domain.gap import GapReason, LoggedGap
from bot.domain.matching import Matcher, Reading
from bot.matching.features import Floats

SIMILAR = 0.6  # the least similarity to the wording that leads a group
NEAREST = 3  # entries shown of a group
TREND_WEEKS = 8
MOST_COMPARED = 500  # characters: of a longer text the beginning is compared, so that long ones stay cheap
_BLOCK = 256  # rows multiplied at once
_COMMON = 1_000  # of the grams, so many that most texts hold are multiplied densely, and last
_ROUNDING = 1e-3  # more than single precision can be wrong by
_EQUAL_DIGITS = 4  # similarities alike so far are equal: single precision knows no better

_Rows = NDArray[np.int64]
_Gaps = list[LoggedGap]


@dataclass(frozen=True, slots=True)
class Cluster:
    """Gaps that ask the same, newest first, and the text that is most similar to the others."""

    gaps: tuple[LoggedGap, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Group:
    """Gaps that ask the same, newest first. ``text`` is the one most similar to the others, ``first`` and ``last`` when
    it was asked, ``trend`` how often in each of the last weeks, the oldest first and the last ending now. ``nearest``,
    ``why`` and ``answered`` are what the FAQ makes of ``text`` now: the first entries, why no answer is given, and the
    entries of the answer if by now there is one, but for that which every gap of the group complains of.
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


def group_gaps(
    gaps: Iterable[LoggedGap], matcher: Matcher, *, now: datetime, most: int | None = None, similar: float = SIMILAR
) -> list[Group]:
    """The gaps in groups, judged by this matcher's FAQ, whatever their language.

    ``most`` is how many groups are wanted, None for all: to judge a thousand takes as long as to find them.
    """
    return [judged(cluster, matcher, now=now) for cluster in clusters(gaps, matcher, similar=similar)[:most]]


def clusters(gaps: Iterable[LoggedGap], matcher: Matcher, *, similar: float = SIMILAR) -> list[Cluster]:
    """The gaps, each in one cluster of its language; the order in which they are given does not matter.

    Texts without any word are one cluster.
    """
    of_language: dict[str, _Gaps] = defaultdict(list)
    for gap in gaps:
        of_language[gap.gap.language].append(gap)
    found: list[Cluster] = []
    for language, of_one in of_language.items():
        wordings = _wordings(of_one, matcher)
        readings, is_own = [reading for reading, _ in wordings], language == matcher.faq.language
        found += _clusters(wordings, matcher.vectors(readings, is_own_language=is_own), similar)
    return sorted(found, key=by_size)


def by_size(cluster: Cluster) -> tuple[int, float, str, str]:
    """The key by which clusters are sorted: the biggest and freshest first."""
    newest = cluster.gaps[0]
    return -len(cluster.gaps), -_utc(newest.at).timestamp(), cluster.text, newest.gap.language


def _wordings(gaps: _Gaps, matcher: Matcher) -> list[tuple[Reading, _Gaps]]:
    """The gaps by the words that they are read as, in the order of these; the oldest id first."""
    of_text: dict[str, _Gaps] = defaultdict(list)
    for gap in sorted(gaps, key=lambda gap: gap.id):
        of_text[gap.gap.text[:MOST_COMPARED]].append(gap)
    readings: dict[tuple[str, ...], Reading] = {}
    of_words: dict[tuple[str, ...], _Gaps] = defaultdict(list)
    for text, same in of_text.items():
        reading = matcher.read(text)
        readings[reading.corrected] = reading
        of_words[reading.corrected] += same
    return [(readings[words], sorted(of_words[words], key=lambda gap: gap.id)) for words in sorted(of_words)]


def _clusters(
    wordings: Sequence[tuple[Reading, _Gaps]], vectors: sparse.csr_array, similar: float
) -> Iterator[Cluster]:
    """The clusters of wordings of one language; ``vectors`` has a row for each wording."""
    sizes = np.array([len(gaps) for _, gaps in wordings], np.float32)
    leaders = _leaders(_Near(vectors, similar), sizes)
    for leader in np.unique(leaders):
        rows = np.flatnonzero(leaders == leader)
        same = [wordings[row][1] for row in rows.tolist()]
        newest_first = sorted((gap for gaps in same for gap in gaps), key=lambda gap: (_utc(gap.at), gap.id))[::-1]
        yield Cluster(tuple(newest_first), _representative([gaps[0] for gaps in same], vectors[rows], sizes[rows]))


def _leaders(near: _Near, sizes: Floats) -> _Rows:
    """The row that leads each row's star. A row without words is similar to none, and leads itself."""
    rows = np.arange(len(sizes))
    gaps_near = np.zeros(len(rows), np.float32)
    for start in range(0, len(rows), _BLOCK):
        others, similarities = near.of(rows[start : start + _BLOCK])
        gaps_near[start : start + _BLOCK] = np.where(similarities >= near.similar, sizes[others], 0).sum(axis=1)
    order = np.lexsort((rows, -gaps_near))
    leaders = rows.copy()
    nearness = np.where(gaps_near > sizes, 0, np.inf).astype(np.float32)  # to the leader; leaders cannot be won over
    while len(free := order[nearness[order] < near.similar][:_BLOCK]):
        others, similarities = near.of(free)
        for row, of_row in zip(free.tolist(), similarities, strict=True):
            if nearness[row] < near.similar:  # still
                is_nearer = (of_row >= near.similar) & (of_row > nearness[others])
                leaders[others[is_nearer]] = row
                nearness[others[is_nearer]] = of_row[is_nearer]
                leaders[row], nearness[row] = row, np.inf
    return leaders


class _Near:
    """Finds what is similar to some rows, without a table of all by all.

    The grams that most rows hold weigh little and cost most. So the others are compared first, and by Cauchy and
    Schwarz the common ones can add no more than the product of their lengths.
    """

    def __init__(self, vectors: sparse.csr_array, similar: float) -> None:
        self.similar = similar
        by_holders = np.argsort(-np.bincount(vectors.indices, minlength=vectors.shape[1]), kind="stable")
        columns = sparse.csc_array(vectors)
        self._common = columns[:, by_holders[:_COMMON]].toarray()
        self._lengths = np.linalg.norm(self._common, axis=1) + _ROUNDING
        self._rare = columns[:, by_holders[_COMMON:]].tocsr()
        self._by_gram = sparse.csr_array(self._rare.T)

    def of(self, rows: _Rows) -> tuple[_Rows, Floats]:
        """Other rows, among them all that are similar to any of these, and the similarities: rows x others."""
        by_rare = self._rare[rows] @ self._by_gram
        most = by_rare.data + np.repeat(self._lengths[rows], np.diff(by_rare.indptr)) * self._lengths[by_rare.indices]
        may_be = self._lengths * self._lengths[rows].max() >= self.similar
        may_be[by_rare.indices[most >= self.similar]] = True
        others = np.flatnonzero(may_be)
        similarities: Floats = self._common[rows] @ self._common[others].T + by_rare[:, others].toarray()
        return others, similarities


def _representative(oldest: Sequence[LoggedGap], vectors: sparse.csr_array, sizes: Floats) -> str:
    """The text most similar to the others on average; ``oldest`` are the oldest gaps of each wording."""
    if len(oldest) == 1:
        return oldest[0].gap.text
    to_others = vectors @ (sizes @ vectors) - vectors.multiply(vectors).sum(axis=1)
    similar = (to_others / (sizes.sum() - 1)).round(_EQUAL_DIGITS).tolist()
    return min(zip(oldest, similar, strict=True), key=lambda one: (-one[1], one[0].id))[0].gap.text


def judged(cluster: Cluster, matcher: Matcher, *, now: datetime) -> Group:
    """A cluster with its numbers, and with what the matcher's FAQ makes of its text."""
    gaps, text = cluster.gaps, cluster.text
    reasoning = decide_with_reasoning(Question(text, matcher.faq.language), matcher)
    decision = reasoning.decision
    entries = [one.id for one in decision.entries] if isinstance(decision, Answer) else []
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
        why=_why_marked(gaps, entries) if entries and not answered else _why(reasoning, matcher),
        answered=answered,
    )


def _utc(moment: datetime) -> datetime:
    """A moment of a clock, or of the log, which leaves out that it is UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _why_marked(gaps: Sequence[LoggedGap], entries: Sequence[str]) -> str:
    reasons = sorted({gap.gap.reason.value for gap in gaps})
    return f"It is answered with {', '.join(entries)}, and that was marked as {' and '.join(reasons)}."


def _why(reasoning: Reasoning, matcher: Matcher) -> str:
    match reasoning.decision:
        case Answer(entries):
            return f"By now it is answered with {', '.join(entry.id for entry in entries)}."
        case Clarify(choices):
            offered = ", ".join(entry.id for entry in choices)
            return f"Offered are {offered}, but none is sure enough: {'; '.join(lacks(reasoning.whole, matcher))}."
        case Urgent(entry):
            return f"It is taken for urgent and gets the card {entry.id}."
        case Smalltalk(entry):
            return f"It is taken for small talk, {entry.id}."
        case Unanswered(NoAnswerReason.EMPTY):
            return "It has no words."
        case Unanswered(NoAnswerReason.OTHER_LANGUAGE):
            return f"It is in another language than {matcher.faq.language}."
        case Unanswered(NoAnswerReason.OUT_OF_SCOPE, entry) if entry is not None:
            return f"It is most like {entry.id}, which the FAQ leaves out on purpose."
    if matcher.is_unlisted_number(reasoning.whole.ranking.reading):
        return "It is nothing but a number."
    return f"No entry is sure enough: {'; '.join(lacks(reasoning.whole, matcher))}."


def lacks(part: Part, matcher: Matcher) -> Iterator[str]:
    """What keeps the best reply from being given: something exactly where `Part.answers` says no."""
    ranking, lines, best = part.ranking, matcher.thresholds, part.ranking.reply.entry
    if best.kind is not Kind.ANSWER:
        yield f"the best reply, {best.id}, is small talk"
    if ranking.coverage < KNOWN:
        yield f"{ranking.coverage:.0%} of its words are known, below {KNOWN:.0%}"
    if part.unmet:
        yield f"{best.id} says nothing of {', '.join(part.unmet)}"
    if ranking.confidence < lines.answer:
        yield f"confidence in {best.id} is {ranking.confidence:.2f}, below {lines.answer:.2f}"
    if ranking.certainty < lines.certain:
        yield f"certainty that it is {best.id} and no other is {ranking.certainty:.2f}, below {lines.certain:.2f}"
