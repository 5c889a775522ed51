"""What an edit of the FAQ changes, before it is made: gaps, question sets, and phrasings of other entries. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.answering.decide import decide
from bot.answering.turn import outcome_of
from bot.content.lint import is_near_same
from bot.domain.conversation import Answer, Clarify, Decision, Question
from bot.domain.faq import Kind
from bot.domain.gap import LoggedGap
from bot.domain.matching import Matcher
from bot.evaluation.evaluate import Judged, evaluate
from bot.evaluation.question_sets import Message
from bot.gaps.replay import Became, replay

NEAR_ENTRIES = 8  # of an added text: their phrasings are tried, all others are too far to be touched by it


@dataclass(frozen=True, slots=True)
class Shadowed:
    """A phrasing that found its entry before the edit, and what it gets with it."""

    text: str
    entry: str
    gets: str


@dataclass(frozen=True, slots=True)
class ChangedMessage:
    """A message of a question set that is handled otherwise, with what it gets before and after."""

    message: Message
    was: str
    becomes: str
    is_worse: bool
    is_better: bool


@dataclass(frozen=True, slots=True)
class Effects:
    """``answered`` are open gaps that the edit answers, each with its entry; ``lost`` those that an
    entry resolved and that it would no longer answer. ``twins`` are phrasings elsewhere that a person would call the
    same as an added one, each with its entry; ``taken`` the added texts that an entry answers already.
    """

    answered: tuple[tuple[LoggedGap, str], ...]
    lost: tuple[LoggedGap, ...]
    messages: tuple[ChangedMessage, ...]
    shadowed: tuple[Shadowed, ...]
    twins: tuple[tuple[str, str], ...]
    taken: tuple[tuple[str, str], ...]

    @property
    def is_harmful(self) -> bool:
        """Whether something is worse with the edit."""
        return bool(self.lost or self.shadowed or self.twins or any(one.is_worse for one in self.messages))


def effects(
    added: Sequence[str],
    entry: str | None,
    gaps: Iterable[LoggedGap],
    was: Sequence[Judged],
    *,
    before: Matcher,
    after: Matcher,
) -> Effects:
    """What changes from one matcher to another, ``added`` being the texts that the edit gives to ``entry``.

    ``was`` is what ``before`` makes of the messages of the question sets.
    """
    answered, lost = _gaps(gaps, entry, before, after) if after is not before else ([], [])
    return Effects(
        answered=tuple(answered),
        lost=tuple(lost),
        messages=tuple(_messages(was, after)),
        shadowed=tuple(_shadowed(added, before, after)),
        twins=tuple(twin for text in added for twin in _twins(text, entry, before)),
        taken=tuple((text, taker) for text in added for taker in _answered_by(text, before) if taker != entry),
    )


def _gaps(
    gaps: Iterable[LoggedGap], entry: str | None, before: Matcher, after: Matcher
) -> tuple[list[tuple[LoggedGap, str]], list[LoggedGap]]:
    """Open gaps that are answered only after the edit, or by its entry, and resolved ones that are so only before."""
    answered, lost = [], []
    for one in replay(gaps, after):
        if one.became not in (Became.ANSWERED, Became.CHANGED):
            continue
        (earlier,) = replay([one.gap], before)
        if one.became is Became.ANSWERED and (earlier.became is not Became.ANSWERED or one.answered_by == entry):
            answered.append((one.gap, one.answered_by))
        elif one.became is Became.CHANGED and earlier.became is not Became.CHANGED:
            lost.append(one.gap)
    return answered, lost


def _messages(was: Sequence[Judged], after: Matcher) -> Iterator[ChangedMessage]:
    order = ("wrong", "none", "offered", "right")  # from the worst verdict to the best
    for old, new in zip(was, evaluate([one.message for one in was], after), strict=True):
        said = [f"{one.outcome} {', '.join(entry.id for entry in one.entries)}".strip() for one in (old, new)]
        if said[0] != said[1]:
            rank = order.index(new.verdict) - order.index(old.verdict)
            yield ChangedMessage(old.message, said[0], said[1], is_worse=rank < 0, is_better=rank > 0)


def _shadowed(added: Sequence[str], before: Matcher, after: Matcher) -> Iterator[Shadowed]:
    near = {one.entry.id for text in added for one in before.rank(text).candidates[:NEAR_ENTRIES]}
    for entry in (before.faq.entries[name] for name in sorted(near & after.faq.entries.keys())):
        for phrasing in dict.fromkeys((entry.question, *entry.phrasings)):
            if phrasing in added:
                continue
            gets = decide(Question(phrasing, after.faq.language), after)
            if not _finds(gets, entry.id) and _finds(decide(Question(phrasing, before.faq.language), before), entry.id):
                yield Shadowed(phrasing, entry.id, said(gets))


def _finds(decision: Decision, entry: str) -> bool:
    if isinstance(decision, Answer):
        return any(one.id == entry for one in decision.entries)
    return not isinstance(decision, Clarify) and outcome_of(decision)[1] == entry


def said(decision: Decision) -> str:
    """A decision in a few words: the outcome, and the entries that it leads to or offers."""
    outcome, entry = outcome_of(decision)
    match decision:
        case Answer(entries) | Clarify(entries):
            return f"{outcome} {', '.join(one.id for one in entries)}"
        case _:
            return f"{outcome} {entry or ''}".strip()


def _twins(text: str, entry: str | None, before: Matcher) -> Iterator[tuple[str, str]]:
    """Phrasings of other entries that are nearly an added text: the content check refuses the second of them."""
    for row in before.rows:
        owner = None if row.entry is None else before.entries[row.entry].id
        if owner != entry and is_near_same(text, row.text):
            yield row.text, owner or "off topic"


def _answered_by(text: str, before: Matcher) -> Iterator[str]:
    decision = decide(Question(text, before.faq.language), before)
    if isinstance(decision, Answer):
        yield from (one.id for one in decision.entries if one.kind is Kind.ANSWER)
