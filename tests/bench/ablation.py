"""`python -m tests.bench.ablation`: what meaning, words and the savings are worth on the question sets.

The project's FAQ is learned three times: as it is, with all dimensions of the encoder's vectors, and without the
phrasings in other languages.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

from rich.console import Console
from rich.table import Table

from bot.domain.matching import Matcher
from bot.evaluation.evaluate import VERDICTS, counts, evaluate
from bot.evaluation.question_sets import Message, read_questions
from bot.matching import encoder, matcher, meaning
from bot.matching.matcher import RegressionMatcher, fit
from bot.matching.model_cache import load_or_fit, load_or_hear
from bot.runtime.load import load_faq
from bot.settings import read_settings

Patch = AbstractContextManager[Any]


def _method(name: str, value: Callable[..., bool]) -> Patch:
    return mock.patch.object(RegressionMatcher, name, value)


ABLATIONS: dict[str, Callable[[], Patch]] = {
    "everything": lambda: mock.patch.object(matcher, "SURE", matcher.SURE),
    "words alone": lambda: _method("_words_suffice", lambda _self, _ranking: True),
    "meaning alone": lambda: _method("_is_foreign", lambda _self, _text, _ranking: True),
    "always both, without the skip": lambda: mock.patch.object(matcher, "SURE", 1.01),
}


def scores(messages: Sequence[Message], of: Matcher) -> tuple[dict[str, str], float]:
    """Right, offered and wrong by set, and the CPU milliseconds of a message."""
    encoder.kept_messages.cache_clear()
    began = time.process_time()
    judged = list(evaluate(messages, of))
    spent = time.process_time() - began
    by_set = counts(judged, lambda one: one.message.set)
    shown = {name: "/".join(str(found[verdict]) for verdict in VERDICTS[:3]) for name, found in by_set.items()}
    return shown, 1000 * spent / len(messages)


def main(arguments: Sequence[str] | None = None) -> None:
    """Score the question sets with everything, and without each part in turn."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.ablation", description=__doc__)
    parser.add_argument("--questions", type=Path, default=Path("tests/questions"), help="the folder of question sets")
    given = parser.parse_args(arguments)
    messages = read_questions(given.questions)
    sets = sorted({message.set for message in messages})
    table = Table("right/offered/wrong", *sets, "CPU ms a message")
    faq, cache = load_faq(read_settings()), read_settings().cache_dir
    learned = RegressionMatcher(faq, load_or_fit(faq, cache), load_or_hear(faq, cache))
    for name, patch in ABLATIONS.items():
        with patch():
            found, milliseconds = scores(messages, learned)
        table.add_row(name, *(found[one] for one in sets), f"{milliseconds:.1f}")
    for name, components, learned_from in (
        ("all dimensions of the vectors", encoder.DIMENSIONS, faq),
        ("without phrasings in other languages", meaning.COMPONENTS, replace(faq, foreign_phrasings={})),
    ):
        with mock.patch.object(meaning, "COMPONENTS", components):
            found, milliseconds = scores(messages, RegressionMatcher(learned_from, fit(learned_from), learned.hearing))
        table.add_row(name, *(found[one] for one in sets), f"{milliseconds:.1f}")
    Console(width=160).print(table)


if __name__ == "__main__":
    main()
