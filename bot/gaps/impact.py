"""Predicts what an edit of the FAQ changes: for gaps, question sets and the phrasings of other entries. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.answering.decide import decide
from bot.answering.turn import outcome_of
from bot.content.lint import is_near_same
from bot.domain.conversation import Answer, Clarify, Decision, Question
from bot.domain.faq import Kind
from bot.domain.gap import LoggedGap
from bot.domain.matching import Matcher
from bot.evaluation.evaluate import Judged
from bot.evaluation.question_sets import Message
from bot.gaps.replay import Became, replay

NEAR_ENTRIES = 8  # ranked for an added text: only their phrasings are checked; others are too far away to be affected


@dataclass(frozen=True, slots=True)
class Shadowed:
    """A phrasing that finds its entry only without the edit, and the outcome that it gets with the edit."""

    text: str
    entry: str
    outcome: str


@dataclass(frozen=True, slots=True)
class ChangedMessage:
    """A message of a question set that is handled differently after the edit, with the outcomes before and after."""

    message: Message
    before: str
    after: str
    is_worse: bool
    is_better: bool


@dataclass(frozen=True, slots=True)
class Impact:
    """What an edit changes. ``answered`` are open gaps that it answers, each with its entry; ``lost`` are gaps that
    were resolved by an entry which would no longer answer them. ``near_duplicates`` are phrasings of other entries that
    are nearly the same as an added text, each with its entry; ``already_answered`` are the added texts that another
    entry answers today, each with that entry.
    """

    answered: tuple[tuple[LoggedGap, str], ...]
    lost: tuple[LoggedGap, ...]
    messages: tuple[ChangedMessage, ...]
    shadowed: tuple[Shadowed, ...]
    near_duplicates: tuple[tuple[str, str], ...]
    already_answered: tuple[tuple[str, str], ...]

    @property
    def is_harmful(self) -> bool:
        """Whether something gets worse by the edit."""
        return bool(self.lost or self.shadowed or self.near_duplicates or any(one.is_worse for one in self.messages))


def assess_impact(
    added: Sequence[str],
    entry: str | None,
    gaps: Iterable[LoggedGap],
    judged: Sequence[Judged],
    judged_after: Sequence[Judged],
    *,
    before: Matcher,
    after: Matcher,
    tell: Callable[[], object] = lambda: None,
) -> Impact:
    """Compare the matchers before and after an edit that adds the texts ``added`` to ``entry``.

    ``judged`` and ``judged_after`` are the messages of the question sets as each of them handles them. ``tell`` is
    called for each gap that was asked again.
    """
    answered, lost = changed_gaps(gaps, entry, before, after, tell=tell) if after is not before else ([], [])
    return Impact(
        answered=tuple(answered),
        lost=tuple(lost),
        messages=tuple(_changed_messages(judged, judged_after)),
        shadowed=tuple(shadowed(_phrasings_near(added, before, after), before, after)),
        near_duplicates=tuple(found for text in added for found in _near_duplicates(text, entry, before)),
        already_answered=tuple((text, by) for text in added for by in _answered_by(text, before) if by != entry),
    )


def changed_gaps(
    gaps: Iterable[LoggedGap],
    entry: str | None,
    before: Matcher,
    after: Matcher,
    *,
    tell: Callable[[], object] = lambda: None,
) -> tuple[list[tuple[LoggedGap, str]], list[LoggedGap]]:
    """The open gaps that ``after`` newly answers or answers by ``entry``, and the resolved gaps that it loses."""
    answered, lost = [], []
    for one in replay(gaps, after):
        tell()
        if one.became not in (Became.ANSWERED, Became.CHANGED):
            continue
        (earlier,) = replay([one.gap], before)
        if one.became is Became.ANSWERED and (earlier.became is not Became.ANSWERED or one.answered_by == entry):
            answered.append((one.gap, one.answered_by))
        elif one.became is Became.CHANGED and earlier.became is not Became.CHANGED:
            lost.append(one.gap)
    return answered, lost


def _changed_messages(judged: Sequence[Judged], judged_after: Sequence[Judged]) -> Iterator[ChangedMessage]:
    order = ("wrong", "none", "offered", "right")  # from the worst verdict to the best
    for old, new in zip(judged, judged_after, strict=True):
        outcomes = [f"{one.outcome} {', '.join(entry.id for entry in one.entries)}".strip() for one in (old, new)]
        if outcomes[0] != outcomes[1]:
            gain = order.index(new.verdict) - order.index(old.verdict)
            yield ChangedMessage(old.message, outcomes[0], outcomes[1], is_worse=gain < 0, is_better=gain > 0)


def _phrasings_near(added: Sequence[str], before: Matcher, after: Matcher) -> Iterator[tuple[str, str]]:
    """The phrasings of the entries that are near to the added texts, without these texts, each with its entry."""
    near = {one.entry.id for text in added for one in before.rank(text).candidates[:NEAR_ENTRIES]}
    for entry in (before.faq.entries[name] for name in sorted(near & after.faq.entries.keys())):
        for phrasing in dict.fromkeys((entry.question, *entry.phrasings)):
            if phrasing not in added:
                yield phrasing, entry.id


def shadowed(phrasings: Iterable[tuple[str, str]], before: Matcher, after: Matcher) -> Iterator[Shadowed]:
    """Those of the phrasings that find their entry before and not after; each is given with its entry."""
    for phrasing, entry in phrasings:
        new = decide(Question(phrasing), after)
        if not _finds(new, entry) and _finds(decide(Question(phrasing), before), entry):
            yield Shadowed(phrasing, entry, _describe(new))


def _finds(decision: Decision, entry: str) -> bool:
    if isinstance(decision, Answer):
        return any(one.id == entry for one in decision.entries)
    return not isinstance(decision, Clarify) and outcome_of(decision)[1] == entry


def _describe(decision: Decision) -> str:
    """A decision in a few words: the outcome, and the entries of the answer or the choice."""
    outcome, entry = outcome_of(decision)
    match decision:
        case Answer(entries) | Clarify(entries):
            return f"{outcome} {', '.join(one.id for one in entries)}"
        case _:
            return f"{outcome} {entry or ''}".strip()


def _near_duplicates(text: str, entry: str | None, before: Matcher) -> Iterator[tuple[str, str]]:
    """Phrasings of other entries that are nearly the same as an added text, which the content check would reject."""
    for row in before.rows:
        owner = None if row.entry is None else before.entries[row.entry].id
        if owner != entry and is_near_same(text, row.text):
            yield row.text, owner or "off topic"


def _answered_by(text: str, before: Matcher) -> Iterator[str]:
    decision = decide(Question(text), before)
    if isinstance(decision, Answer):
        yield from (one.id for one in decision.entries if one.kind is Kind.ANSWER)
