"""`python -m tests.bench.robustness`: how often a typo, or an entry that has nothing to do with it, changes a decision.

Asked are the in-scope messages of the question sets. A typo is made in one word of at least six letters; an unrelated
entry is one about baking.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from bot.answering.decide import decide
from bot.answering.turn import outcome_of
from bot.domain.conversation import Answer, Question
from bot.evaluation.question_sets import read_questions
from bot.matching.matcher import RegressionMatcher, fit
from bot.matching.model_cache import load_or_fit
from bot.matching.tokenizer import NEAR_KEYS
from bot.runtime.load import load_faq
from bot.settings import read_settings
from tests.support.samples import entry

LONG = 6  # letters of a word that a typo is made in
UNRELATED = entry(
    "baking-bread",
    "How do I bake sourdough bread?",
    "sourdough recipe",
    "my dough does not rise",
    "which flour for a crusty loaf",
    "how long does the dough ferment",
    "oven temperature for baking",
)

Decided = tuple[str, tuple[str, ...]]


def near_key(word: str, at: int, draw: random.Random) -> str:
    """A key beside the right one."""
    return word[:at] + draw.choice(NEAR_KEYS.get(word[at], word[at])) + word[at + 1 :]


def dropped(word: str, at: int, _draw: random.Random) -> str:
    """A letter left out."""
    return word[:at] + word[at + 1 :]


def doubled(word: str, at: int, _draw: random.Random) -> str:
    """A letter typed twice."""
    return word[:at] + word[at] + word[at:]


def swapped(word: str, at: int, _draw: random.Random) -> str:
    """Two letters in the wrong order."""
    return word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :] if at else word[1] + word[0] + word[2:]


def spaced(word: str, at: int, _draw: random.Random) -> str:
    """A space within the word."""
    return f"{word[: max(at, 1)]} {word[max(at, 1) :]}"


TYPOS: Mapping[str, Callable[[str, int, random.Random], str]] = {
    "neighbouring key": near_key,
    "dropped letter": dropped,
    "doubled letter": doubled,
    "swapped letters": swapped,
    "space within": spaced,
}


def with_typo(text: str, make: Callable[[str, int, random.Random], str], draw: random.Random) -> str | None:
    """The text with a typo in one of its long words; None where it has none."""
    words = text.split(" ")
    long = [at for at, word in enumerate(words) if len(word) >= LONG and word.isalpha() and word.islower()]
    if not long:
        return None
    at = draw.choice(long)
    words[at] = make(words[at], draw.randrange(len(words[at])), draw)
    return " ".join(words)


def without_space(text: str, draw: random.Random) -> str | None:
    """The text with a space left out before a long word; None where it has none."""
    words = text.split(" ")
    long = [at for at, word in enumerate(words) if at and len(word) >= LONG and word.isalpha()]
    if not long:
        return None
    at = draw.choice(long)
    return " ".join([*words[: at - 1], words[at - 1] + words[at], *words[at + 1 :]])


def decided(text: str, matcher: RegressionMatcher) -> Decided:
    """What was decided, with the entries of an answer."""
    decision = decide(Question(text), matcher)
    outcome, entry_id = outcome_of(decision)
    return outcome, tuple(item.id for item in decision.entries) if isinstance(decision, Answer) else (entry_id or "",)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and show a table or, with `--json`, one object in the last line."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.robustness", description=__doc__)
    parser.add_argument("--questions", type=Path, default=Path("tests/questions"), help="the folder of the sets")
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line")
    given = parser.parse_args(arguments)
    progress = Console(stderr=True)
    settings = read_settings()
    faq = load_faq(settings)
    matcher = RegressionMatcher(faq, load_or_fit(faq, settings.cache_dir))
    asked = [message.text for message in read_questions(given.questions) if message.set == "inscope"]
    before = [decided(text, matcher) for text in track(asked, "Asking", console=progress, transient=True)]

    draw = random.Random(0)  # noqa: S311  # nobody guesses it
    changes: dict[str, list[tuple[Decided, Decided]]] = {}
    for name, make in TYPOS.items():
        typed = [with_typo(text, make, draw) for text in asked]
        changes[name] = [
            (was, decided(text, matcher)) for was, text in zip(before, typed, strict=True) if text is not None
        ]
    typed = [without_space(text, draw) for text in asked]
    changes["space left out"] = [
        (was, decided(text, matcher)) for was, text in zip(before, typed, strict=True) if text is not None
    ]
    progress.print("Learning one entry more …")
    grown = replace(faq, entries={**faq.entries, UNRELATED.id: UNRELATED})
    wider = RegressionMatcher(grown, fit(grown))
    changes["an unrelated entry"] = [(was, decided(text, wider)) for was, text in zip(before, asked, strict=True)]

    figures = {
        name: {
            "messages": len(pairs),
            "unchanged": sum(was == now for was, now in pairs) / len(pairs),
            "another_answer": sum(now[0] == "answer" and was != now for was, now in pairs) / len(pairs),
        }
        for name, pairs in changes.items()
    }
    table = Table("change", "messages", "same decision", "now another answer", title="In-scope messages")
    for name, row in figures.items():
        table.add_row(name, str(row["messages"]), f"{row['unchanged']:.1%}", f"{row['another_answer']:.1%}")
    Console().print(table)
    if given.json:
        print(json.dumps(figures))


if __name__ == "__main__":
    main()
