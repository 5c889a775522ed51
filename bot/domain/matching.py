"""What a matcher gives, and what it has to be able to do: the seam at which what ranks can be exchanged."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from bot.domain.conversation import Candidate
from bot.domain.faq import Entry, Faq

if TYPE_CHECKING:
    from scipy import sparse


@dataclass(frozen=True, slots=True)
class Reading:
    """How a message was read: as typed, with typos corrected, as stems and as shared meanings."""

    typed: tuple[str, ...]
    corrected: tuple[str, ...]
    stems: tuple[str, ...]
    meanings: tuple[str, ...]
    is_personal: bool = False


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where the lines are drawn between decisions; all are probabilities that a `Calibration` gives.

    An answer needs the confidence ``answer`` that there is one and the certainty ``certain`` that it is the first; a
    choice is offered from the confidence ``clarify``. What is urgent but not ``surely_urgent`` gives way to a question
    that has an answer.
    """

    answer: float
    certain: float
    clarify: float
    urgent: float
    surely_urgent: float


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
    """What carried a candidate: words (and all letters together) and phrasings, with their parts of its score.

    ``words`` and ``phrasings`` are those of the largest parts, for or against. A phrasing of another entry may speak
    against this one.
    """

    words: tuple[tuple[str, float], ...]
    phrasings: tuple[Carrier, ...]


@dataclass(frozen=True, slots=True)
class Carrier:
    """A phrasing that speaks for a candidate, or against it. ``entry`` is its own; None for a look-alike of none."""

    text: str
    entry: str | None
    similarity: float
    part: float


@dataclass(frozen=True, slots=True)
class Row:
    """A text that the matcher learns from: it belongs to an entry, or (a look-alike, what is off topic) to none."""

    text: str
    entry: int | None


class Matcher(Protocol):
    """Ranks the entries of one FAQ for a message. It never changes, and several threads may use it at once.

    `bot.matching` has the one that is used. Another needs these members and a line in `bot.runtime.load`.
    """

    @property
    def faq(self) -> Faq:
        """The FAQ whose entries are ranked."""

    @property
    def thresholds(self) -> Thresholds:
        """Where the lines between decisions are drawn, for this matcher's probabilities."""

    @property
    def entries(self) -> Sequence[Entry]:
        """The entries, in the order by which rows name them."""

    @property
    def rows(self) -> Sequence[Row]:
        """The texts that it learned from."""

    @property
    def question_words(self) -> frozenset[str]:
        """Words that begin a question."""

    @property
    def second_question(self) -> re.Pattern[str] | None:
        """What stands between two questions in one sentence; None where the language's words are not known."""

    def read(self, text: str) -> Reading:
        """The words of a text, as the matcher takes them."""

    def rank(self, text: str) -> Ranking:
        """The entries for a message, the best first, with how far they may be trusted."""

    def evidence(self, text: str, entry: Entry) -> Evidence:
        """What carried an entry's score for a message, the largest part first."""

    def unmet(self, reading: Reading, entry: Entry) -> tuple[str, ...]:
        """Years and places that a message names and of which an entry, with the facts it cites, says nothing."""

    def is_unlisted_number(self, reading: Reading) -> bool:
        """Whether a message is nothing but numbers, and no phrasing is these numbers."""

    def vectors(self, readings: Sequence[Reading], *, is_own_language: bool) -> sparse.csr_array:
        """Texts as unit vectors, a row each, whose products say how similar two are.

        ``is_own_language``: they are in the FAQ's language, so that its phrasings tell how common a word is.
        """
