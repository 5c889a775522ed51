"""How the cost of a function grows with the length of its text, measured so that a busy machine does not matter.

Also what it is measured of: every pattern of the program, and the functions that read what people write.

Costs are processor time of this thread, the least of several runs; they are compared with each other only, never with a
clock.
"""

from __future__ import annotations

import ast
import gc
import importlib
import pkgutil
import random
import re
import re._constants as sre  # type: ignore[import-not-found,unused-ignore]
import re._parser as sre_parser  # type: ignore[import-not-found,unused-ignore]
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import pairwise
from pathlib import Path
from time import thread_time_ns
from types import ModuleType
from typing import Any

import bot
from bot.answering.decide import decide
from bot.channels.telegram.ui.html import to_html
from bot.domain.conversation import Channel, Question, Reply, Section
from bot.domain.gap import Gap, GapReason, GapStatus, LoggedGap
from bot.domain.matching import Matcher
from bot.gaps.clustering import group_gaps
from bot.matching.encoder import kept_messages
from bot.matching.matcher import RegressionMatcher
from bot.text import redaction_by_words
from bot.text.normalize import clean, normalise, sentences, words
from bot.text.redaction import redact
from bot.text.redaction_by_vocabulary import redact_to_known_words

LENGTHS = (250, 1_000, 8_000, 64_000)  # characters; each is compared with the one before
MOST_TIMES = 3.0  # as costly a character as in a text of an eighth of the length; what is quadratic is 8 times
NOISE = 2_000_000  # nanoseconds: below it nothing is said of growth
ALWAYS = " _-.@/0aA[(<\n"  # characters that mean something to many patterns
TAILS = ("", "\x00!x")  # what a repeat ends in: nothing, or what hardly a pattern expects
COSTLIEST = 2  # units of which the longest texts are made
RUNS = 5  # the least of which is taken, where one run looks too costly

Function = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Growth:
    """That a function costs more a character in a long text than in a short one, and of what the texts consist."""

    unit: str
    tail: str
    length: int
    times: float

    def __str__(self) -> str:
        text = f"{self.unit!r} repeated to {self.length:,} characters, ending in {self.tail!r}"
        return f"{text}: {self.times:.1f} times as costly a character as in a shorter text"


def repeated(unit: str, length: int, tail: str = "") -> str:
    """A text of about this length that repeats a unit, in whole ones: where it ends may decide what it costs."""
    return unit * (length // len(unit)) + tail


def cost(function: Function, text: str, *, runs: int = 1) -> int:
    """Nanoseconds of processor time that a function takes, the least of some runs."""
    least = 0
    for run in range(runs):
        started = thread_time_ns()
        function(text)
        taken = thread_time_ns() - started
        least = taken if run == 0 else min(least, taken)
    return least


def growth(function: Function, unit: str, *, lengths: Sequence[int], tails: Sequence[str] = TAILS) -> Growth | None:
    """How much more a character costs in a text than in a shorter one, where that is too much.

    Each text is run once. Only where that looks too costly is it run again, and the least of all runs counts.
    """
    for tail in tails:
        for shorter, longer in pairwise(lengths):
            short, long = (repeated(unit, length, tail) for length in (shorter, longer))
            taken = cost(function, long)
            if taken < NOISE or taken / longer < MOST_TIMES * cost(function, short) / shorter:
                continue
            times = shorter * min(taken, cost(function, long, runs=RUNS)) / (longer * cost(function, short, runs=RUNS))
            if times > MOST_TIMES:
                return Growth(unit, tail, longer, times)
    return None


def steepest(
    function: Function, units: Sequence[str], *, lengths: Sequence[int] = LENGTHS, tails: Sequence[str] = TAILS
) -> Growth | None:
    """The first of these units with which a function grows by more than the length; None if there is none.

    The longest texts are made of the two units that cost most in shorter ones.
    """
    *shorter, _ = lengths
    gc.disable()
    try:
        for unit in units:
            if found := growth(function, unit, lengths=shorter, tails=tails):
                return found
        costly = sorted(units, key=lambda unit: -cost(function, repeated(unit, shorter[-1])))[:COSTLIEST]
        grown = (growth(function, unit, lengths=lengths[-2:], tails=tails) for unit in costly)
        return next(filter(None, grown), None)
    finally:
        gc.enable()


# --- Units that a pattern may stumble over -------------------------------------------------------------------------


def units_for(pattern: re.Pattern[str], *, number: int, seed: int = 0) -> list[str]:
    """Units of one to four characters that a pattern has something to say about, and pieces of what it matches."""
    chance = random.Random(seed)  # noqa: S311  # no secret: the same units every time
    tree = sre_parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG)
    own = sorted(set(_characters(tree)))
    alphabet = sorted({*own[:: max(1, len(own) // 24)], *ALWAYS})
    units = dict.fromkeys(ALWAYS)
    for _ in range(number):
        units["".join(chance.choices(alphabet, k=chance.randint(1, 4)))] = None
        matched = "".join(_example(tree, chance))[:24]
        if matched:
            start = chance.randrange(len(matched))
            units[matched[start : start + chance.choice((2, 4, 8, 24))]] = None
    return list(filter(None, units))


def _characters(tree: Any) -> Iterator[str]:
    for item in _flat(tree):
        if isinstance(item, tuple) and len(item) == 2:
            if item[0] in (sre.LITERAL, sre.NOT_LITERAL):
                yield chr(item[1])
            elif item[0] is sre.RANGE:
                yield chr(item[1][0])


def _flat(node: Any) -> Iterator[Any]:
    yield node
    if isinstance(node, (tuple, list, sre_parser.SubPattern)):
        for part in node:
            yield from _flat(part)


_OF_CATEGORY = {
    sre.CATEGORY_DIGIT: "0",
    sre.CATEGORY_SPACE: " ",
    sre.CATEGORY_WORD: "a",
    sre.CATEGORY_NOT_DIGIT: "a",
    sre.CATEGORY_NOT_SPACE: "a",
    sre.CATEGORY_NOT_WORD: "-",
}


def _example(tree: Any, chance: random.Random) -> Iterator[str]:
    """A text that a pattern may match; what looks ahead is left out, so it need not."""
    for kind, value in tree:
        if kind is sre.LITERAL:
            yield chr(value)
        elif kind in (sre.ANY, sre.NOT_LITERAL):
            yield "a"
        elif kind is sre.IN:
            yield _member(value, chance)
        elif kind is sre.BRANCH:
            yield from _example(chance.choice(value[1]), chance)
        elif kind is sre.SUBPATTERN:
            yield from _example(value[3], chance)
        elif kind is sre.ATOMIC_GROUP:
            yield from _example(value, chance)
        elif kind in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            least, most, part = value
            for _ in range(chance.randint(least, min(int(most), least + 2))):
                yield from _example(part, chance)
        elif kind is sre.ASSERT and value[0] == 1 and chance.random() < 0.3:
            yield from _example(value[1], chance)


def _member(of: Any, chance: random.Random) -> str:
    if of[0][0] is sre.NEGATE:
        return chance.choice("aA0 -") if len(of) == 2 else "a"
    kind, value = chance.choice(of)
    if kind is sre.LITERAL:
        return chr(value)
    return chr(value[0]) if kind is sre.RANGE else _OF_CATEGORY.get(value, "a")


# --- The program's patterns ----------------------------------------------------------------------------------------


def program_patterns(matcher: Matcher) -> dict[str, re.Pattern[str]]:
    """Every pattern of the program, by where it stands: in values of modules, written out or made in functions."""
    listed: list[tuple[str, re.Pattern[str]]] = []
    for module in program_modules():
        for name, value in vars(module).items():
            listed += [(f"{module.__name__}.{name}", pattern) for pattern in _patterns_in(value)]
        if module.__file__ is not None:
            listed += [(f"{module.__name__}:{line}", pattern) for line, pattern in _written_out(Path(module.__file__))]
    listed += [("bot.text.redaction_by_words._RULES", pattern) for pattern in redaction_by_words.all_patterns()]
    if matcher.second_question is not None:
        listed.append(("matcher.second_question", matcher.second_question))
    first = {pattern: place for place, pattern in reversed(listed)}
    places = Counter[str]()
    named = {}
    for pattern, place in reversed(first.items()):
        places[place] += 1
        named[f"{place} {places[place]}"] = pattern
    return named


def program_modules() -> list[ModuleType]:
    """All modules of the program but those that do their work when they are imported."""
    names = (module.name for module in pkgutil.walk_packages(bot.__path__, "bot."))
    return [importlib.import_module(name) for name in names if not name.endswith(("__main__", "migrations.env"))]


def _patterns_in(value: object, depth: int = 4) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
        yield value
    elif depth and isinstance(value, dict):
        for item in (*value, *value.values()):
            yield from _patterns_in(item, depth - 1)
    elif depth and isinstance(value, (tuple, list)):
        for item in value:
            yield from _patterns_in(item, depth - 1)
    elif depth and isinstance(value, partial):
        yield from _patterns_in((value.func, *value.args, *value.keywords.values()), depth - 1)


def _written_out(path: Path) -> Iterator[tuple[int, re.Pattern[str]]]:
    """The patterns that a module's functions give to `re` as they stand."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or not node.args:
            continue
        first = node.args[0]
        is_of_re = isinstance(node.func.value, ast.Name) and node.func.value.id == "re" and node.func.attr != "compile"
        if is_of_re and isinstance(first, ast.Constant) and isinstance(first.value, str):
            yield node.lineno, re.compile(first.value)


# --- The program's functions that read what people write -----------------------------------------------------------

NOW = datetime(2026, 11, 26, 12, 0)
# Repeats that cost redaction, matching or HTML more than others do.
AWKWARD = (
    *(
        "a.in ",
        "1 234 567 is x, ",
        "600 123 457; x ",
        "1-",
        "(",
        "a.",
        "a@",
        "<",
        "[",
        "://",
        "www.",
        "+",
        "telegram: ",
    ),
    *("my wa is ", "a at ", "a dot ", "[number]", "AB12 3456 ", "A/", "call 1 ", "a1b", "\u0301", "ﷺ", "&", "why? "),
    *("and how ", "hello, ", "\n\n", "ж", "١", "字", "abcdefg ", "a-", "..", "1:1 "),
)


def program_functions(matcher: RegressionMatcher) -> dict[str, Function]:
    """The functions that take the text of a message whole, by name."""

    def grouped(text: str) -> object:
        gaps = [
            LoggedGap(number, NOW, GapStatus.NEW, Gap(GapReason.NO_MATCH, asked, "en", Channel.TERMINAL, "1"))
            for number, asked in enumerate((text, text[1:], f"why {text}"))
        ]
        return group_gaps(gaps, matcher, now=NOW)

    def decided(text: str) -> object:
        """As for a message that nobody sent before: what is remembered of a text would hide what it costs."""
        matcher._kept.cache_clear()
        kept_messages.cache_clear()
        return decide(Question(text), matcher)

    return {
        "redact": redact,
        "redact_to_known_words": lambda text: redact_to_known_words(text, lambda: matcher.known_words),
        "clean": clean,
        "normalise": normalise,
        "words": words,
        "sentences": sentences,
        "decide": decided,
        "to_html": lambda text: to_html(Reply((Section(text, text),))),
        "group_gaps": grouped,
    }
