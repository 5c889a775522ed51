"""The matcher's interface: the `Matcher` protocol, by which matchers can be exchanged, and the values it returns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol

from bot.domain.conversation import Candidate
from bot.domain.faq import Entry, Faq
from bot.domain.follow_up import Said

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from scipy import sparse


@dataclass(frozen=True, slots=True)
class Reading:
    """The tokens of a message: as typed, with typos corrected, as stems, and with synonyms merged (``meanings``).

    ``is_personal``: the message contains a first-person word.
    """

    typed: tuple[str, ...]
    corrected: tuple[str, ...]
    stems: tuple[str, ...]
    meanings: tuple[str, ...]
    is_personal: bool = False


CARDS = 3  # the best ones, in a ranking
KNOWN = 0.5  # least coverage, the share of known words by weight, for answering or offering anything by words


class Basis(StrEnum):
    """What a ranking rests on.

    ``WORDS`` alone where they are sure; ``FOREIGN`` where they are mostly unknown, as in another language: the meaning,
    and the words of the phrasings in other languages; else ``BOTH``.
    """

    WORDS = "words"
    BOTH = "both"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The thresholds between decisions, as probabilities of a `Calibration`.

    An answer needs a confidence of ``answer`` and a certainty of ``certain``; a choice needs an ``offer`` of
    ``clarify``. A message that reaches ``urgent`` but not ``surely_urgent`` gets an answer instead of the urgent card
    if one of its questions has an answer. The text of one that reaches ``perhaps_urgent`` is never kept.
    """

    answer: float
    certain: float
    clarify: float
    urgent: float
    surely_urgent: float
    perhaps_urgent: float


@dataclass(frozen=True, slots=True)
class Ranking:
    """The best entries for one message, best first, and how far they may be trusted.

    ``candidates`` are of all kinds, ``answers`` are answers only, ``cards`` the best urgent cards, ``reply`` the best
    answer or small talk. ``confidence`` is the probability that the FAQ has a right reply and that it is ``reply``;
    ``certainty`` the probability that ``reply`` is right if the FAQ has one; ``offer`` the probability that one of the
    first few ``answers`` is right; ``urgency`` the probability that the person is in danger or need. ``coverage`` is
    the share of the message's words, by weight, that occur in any phrasing. ``language`` is the message's, if it was
    heard as one of another language than the FAQ's: then ``cards`` and ``urgency`` come from the cries in all of them.
    """

    reading: Reading
    candidates: tuple[Candidate, ...]
    answers: tuple[Candidate, ...]
    cards: tuple[Candidate, ...]
    reply: Candidate
    confidence: float
    certainty: float
    urgency: float
    coverage: float
    offer: float
    basis: Basis = Basis.BOTH
    language: str | None = None

    @property
    def is_known(self) -> bool:
        """Whether enough words are known to answer the message; one in another language is judged without that."""
        return self.coverage >= KNOWN or self.basis is Basis.FOREIGN

    @property
    def card(self) -> Candidate | None:
        """The best urgent card; None if the FAQ has none."""
        return self.cards[0] if self.cards else None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a candidate scored as it did: the words and phrasings that contributed most to its score, for or against.

    ``words`` are pairs of a word and its part of the score; all character grams count as one word. A phrasing of
    another entry may count against this one. ``by_words`` and ``by_meaning`` are what the score is the sum of.
    """

    words: tuple[tuple[str, float], ...]
    phrasings: tuple[PhrasingEvidence, ...]
    by_words: float
    by_meaning: float


@dataclass(frozen=True, slots=True)
class PhrasingEvidence:
    """A phrasing and its ``part`` of a candidate's score, positive or negative.

    ``entry`` is the entry the phrasing belongs to; None for a look-alike that belongs to none. ``similarity`` is that
    of the words, or that of the meaning if it is greater.
    """

    text: str
    entry: str | None
    similarity: float
    part: float


@dataclass(frozen=True, slots=True)
class Row:
    """A training text of the matcher and the index of its entry; None for look-alikes and off-topic texts of none."""

    text: str
    entry: int | None


class Matcher(Protocol):
    """Ranks the entries of one FAQ for a message. Immutable and thread-safe.

    The matcher in use is in `bot.matching`. Another one needs these members and a line in `bot.runtime.load`.
    """

    @property
    def faq(self) -> Faq:
        """The FAQ whose entries are ranked."""

    @property
    def thresholds(self) -> Thresholds:
        """The thresholds between decisions, for this matcher's probabilities."""

    @property
    def entries(self) -> Sequence[Entry]:
        """The entries, in the order that the rows' indices refer to."""

    @property
    def rows(self) -> Sequence[Row]:
        """The texts that the matcher was trained on."""

    @property
    def question_words(self) -> frozenset[str]:
        """Words that begin a question."""

    @property
    def lead_ins(self) -> frozenset[tuple[str, ...]]:
        """What people say before a question, as corrected words."""

    @property
    def joining_words(self) -> frozenset[str]:
        """Words that join two questions, as `and` does."""

    @property
    def known_words(self) -> frozenset[str]:
        """The words that several of its rows or cries for help have, in the form of `bot.text`'s `known_words`."""

    @property
    def second_question(self) -> re.Pattern[str] | None:
        """Matches the words between two questions in one sentence; None if the language has no question words."""

    def read(self, text: str) -> Reading:
        """Tokenize a text."""

    def rank(self, text: str) -> Ranking:
        """Rank the entries for a message, with the probabilities that the first ones are right."""

    def rank_all(self, texts: Sequence[str]) -> list[Ranking]:
        """As `rank`, for several texts together, which takes less time than one after another."""

    def rank_by_words(self, text: str) -> Ranking:
        """As `rank`, by words alone, in a fraction of the time; less sure where the words are unknown."""

    def nearest_act(self, text: str) -> tuple[Said, float] | None:
        """What the listed follow-up nearest in meaning says, and how near it is, 1 for the same; None without lists."""

    def evidence(self, text: str, entry: Entry) -> Evidence:
        """Explain an entry's score for a message, the largest contributions first."""

    def unmet(self, reading: Reading, entry: Entry) -> tuple[str, ...]:
        """The years and places in a message that the entry and the facts it cites do not mention."""

    def asks_nothing(self, reading: Reading) -> bool:
        """Whether a message is listed as off topic, or is only numbers and single letters, as which no phrasing is."""

    def vectors(self, readings: Sequence[Reading], *, is_own_language: bool) -> sparse.csr_array:
        """Texts as unit vectors, one row each; the dot product of two rows is their similarity.

        ``is_own_language``: the texts are in the FAQ's language, so its phrasings also count for how common a word is.
        """

    def meanings(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """What texts in any language mean, as unit vectors (texts x dimensions).

        What all phrasings have in common is taken out of them. 0 for a text in a script that the encoder does not read.
        Takes a millisecond or two for each text.
        """


class Owned(NamedTuple):
    """A row: its text, and the id of the entry that owns it; None for what belongs to no entry."""

    text: str
    owner: str | None


class Astray(NamedTuple):
    """A row that finds another entry than its own, and the phrasing of that one that speaks most for it."""

    row: Owned
    finds: str
    by: str | None


@dataclass(frozen=True, slots=True)
class RowCheck:
    """``near`` are pairs of rows of different owners that may say the same, each pair once."""

    near: tuple[tuple[Owned, Owned], ...]
    astray: tuple[Astray, ...]


class LearnedMatcher(Matcher, Protocol):
    """What an editor asks of a matcher besides."""

    def only_listed(self) -> list[tuple[Row, Entry]]:
        """Rows that find their entry only because they are listed, each with the entry that is found without it."""
