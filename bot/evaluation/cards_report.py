"""How the cards do on the danger sets: the right one first or among the buttons, and which is taken for which."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Column, Table

from bot.answering.decide import NEAR, urgent_of
from bot.domain.conversation import Candidate, Outcome
from bot.domain.faq import Entry
from bot.domain.matching import CARDS as MOST_CARDS
from bot.evaluation.evaluate import CARDS, Judged
from bot.matching.calibration import Calibration, Kinds, Sample

NO_CARD = "none"
_QUESTIONS = ("questions", "replace right", "rescue wrong")  # a card that was right, or one that was wrong
_LINES = (0.7, 0.75, 0.8, 0.85, 0.9, 0.95)


@dataclass(frozen=True, slots=True)
class Cried:
    """A message with the cards that are right (none: it is no cry) and the cards that it got, the best first."""

    group: str
    right: tuple[str, ...]
    got: tuple[str, ...]
    is_question: bool = False

    @property
    def is_first_right(self) -> bool:
        """Whether the best card is a right one, shown or asked for."""
        return bool(self.got) and self.got[0] in self.right

    @property
    def is_right_within(self) -> bool:
        """Whether a right one is among the card and the buttons."""
        return not set(self.right).isdisjoint(self.got)


def cried(judged: Sequence[Judged]) -> Iterator[Cried]:
    """The messages of the sets whose lines name cards, and of their look-alikes."""
    for one in judged:
        got = tuple(entry.id for entry in one.entries) if one.outcome in CARDS else ()
        is_calm = one.message.set in ("lookalikes", "foreign_lookalikes")
        if is_calm or "cards" in one.message.expected:
            right = () if is_calm else tuple(one.message.expected["cards"])
            yield Cried(one.message.set, right, got, one.outcome is Outcome.URGENT_QUESTION)


def wilson(count: int, total: int) -> tuple[float, float]:
    """Wilson's interval of a share, of 95 % (Wilson 1927); from 0 to 1 where nothing was counted."""
    if not total:
        return 0.0, 1.0
    z = 1.959964
    middle, width = count + z * z / 2, z * math.sqrt(count * (total - count) / total + z * z / 4)
    return max(0.0, (middle - width) / (total + z * z)), min(1.0, (middle + width) / (total + z * z))


def share(count: int, total: int) -> str:
    """A share with its interval, in per cent."""
    low, high = wilson(count, total)
    digits = 0 if total < 300 else 1
    return f"{100 * count / total:.{digits}f} ({100 * low:.{digits}f}–{100 * high:.{digits}f})" if total else ""


def print_cards(found: Sequence[Cried], console: Console) -> None:
    """Print by set what cries and look-alikes get: some card, the right one, one by a button; then recall by card.

    Of the questions which card it is, those that replace a card that was right, and those that rescue from a wrong one.
    """
    cries = [one for one in found if one.right]
    if not cries:
        return
    table = _table("Cards", "set", "messages", "a card, %", "the right one, %", "or by a button, %")
    questions = _table("Questions which card it is", "set", *_QUESTIONS)
    for name in dict.fromkeys(one.group for one in found):
        rows = [one for one in found if one.group == name]
        total, some = len(rows), sum(map(bool, (one.got for one in rows)))
        if not any(one.right for one in rows):
            table.add_row(name, str(total), share(some, total))
            continue
        asked = [one for one in rows if one.is_question]
        shown = sum(one.is_first_right and not one.is_question for one in rows)
        within = sum(one.is_right_within for one in rows)
        replaced = sum(one.is_first_right for one in asked)
        rescued = sum(one.is_right_within for one in asked) - replaced
        table.add_row(name, str(total), *(share(count, total) for count in (some, shown, within)))
        questions.add_row(name, *map(str, (len(asked), replaced, rescued)))
    console.print(table)
    console.print(questions)
    table = _table("Recall by card", "card", "cries", "found, %", "taken for")
    for card in sorted({one.right[0] for one in cries}):
        rows = [one for one in cries if one.right[0] == card]
        others = Counter(_taken_for(one) for one in rows if not one.is_first_right)
        taken = ", ".join(f"{name} {number}" for name, number in others.most_common(3))
        table.add_row(card, str(len(rows)), share(sum(one.is_first_right for one in rows), len(rows)), taken)
    console.print(table)


def _table(title: str, *headers: str) -> Table:
    """A table of which nothing is left out, however narrow the terminal is."""
    columns = (Column(name, overflow="fold", no_wrap=name == headers[0]) for name in headers)
    return Table(*columns, title=f"\n{title}", title_justify="left")


def _taken_for(one: Cried) -> str:
    return one.got[0] if one.got else NO_CARD


def draw_confusions(found: Sequence[Cried], path: Path) -> None:
    """Draw which card is taken for which: a row for each right card, a column for each that came first.

    Raises ModuleNotFoundError without matplotlib.
    """
    from matplotlib.figure import Figure

    pairs = Counter(
        (_taken_for(one) if one.is_first_right else one.right[0] if one.right else NO_CARD, _taken_for(one))
        for one in found
    )
    names = [*sorted({name for pair in pairs for name in pair} - {NO_CARD}), NO_CARD]
    totals = Counter[str]()
    for (right, _), count in pairs.items():
        totals[right] += count
    figure = Figure(figsize=(9, 8.2), layout="tight")
    axes = figure.subplots()
    shares = [[pairs[right, got] / max(1, totals[right]) for got in names] for right in names]
    image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    labels = [name.removeprefix("urgent-") for name in names]
    axes.set_xticks(range(len(names)), labels, rotation=90, fontsize=8)
    axes.set_yticks(range(len(names)), [f"{label} ({totals[name]})" for label, name in zip(labels, names, strict=True)])
    axes.tick_params(axis="y", labelsize=8)
    axes.set_xlabel("the card given, or the first of a question")
    axes.set_ylabel("the right card (messages)")
    figure.colorbar(image, ax=axes, shrink=0.6, label="share of the messages")
    figure.savefig(path, dpi=110, bbox_inches="tight")


def print_near_cards(
    calibration: Calibration, sample: Sample, kinds: Kinds, entries: Sequence[Entry], console: Console
) -> None:
    """Print what a question between near cards would do to the cards' phrasings held out, by where it is asked."""
    is_heard = calibration.urgency.of(sample.urgency) >= calibration.thresholds.urgent
    rows = np.flatnonzero(is_heard & sample.is_of(kinds.urgent))
    of_cards = np.flatnonzero(kinds.urgent)
    best = of_cards[np.argsort(-sample.scores[:, of_cards], axis=1, kind="stable")[:, :MOST_CARDS]]
    ranked = [
        (entries[sample.own[row]], [Candidate(entries[at], float(sample.scores[row, at])) for at in best[row]])
        for row in rows
    ]
    title = f"Questions which card, of {len(rows):,} phrasings of cards held out that are heard"
    table = _table(title, "nearness", *_QUESTIONS)
    for line in _LINES:
        decided = [(own, urgent_of(cards, may_ask=True, near=line)) for own, cards in ranked]
        asked = [(own, one) for own, one in decided if one is not None and one.is_question]
        replaced = sum(one.entry is own for own, one in asked)
        rescued = sum(own in one.others for own, one in asked)
        table.add_row(f"{line:.2f}{' <' if line == NEAR else ''}", *map(str, (len(asked), replaced, rescued)))
    console.print(table)
