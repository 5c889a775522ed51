"""Finds entries by what they say or rest on, in every language. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from bot.domain.faq import Entry, Faq

_MARKS = re.compile(r"[\u0300-\u036f\u064b-\u0652\u2066-\u2069]")  # accents, Arabic vowels, isolates


@dataclass(frozen=True, slots=True)
class Field:
    """A text by which an entry is found: ``what`` it is, in words, and ``folded`` as it is compared."""

    what: str
    text: str
    folded: str


@dataclass(frozen=True, slots=True)
class Found:
    """An entry that was found, and the field that has most of the words."""

    entry: Entry
    field: Field


Index = tuple[tuple[Entry, tuple[Field, ...]], ...]


def index_of(faq: Faq) -> Index:
    """All entries with their texts, those that say most of an entry first."""
    return tuple(
        (entry, tuple(Field(what, text, folded(text)) for what, text in _texts(entry, faq) if text))
        for entry in faq.entries.values()
    )


def search(words: str, index: Index) -> list[Found]:
    """The entries that have all the words, as parts of words too; first those that have them in one text.

    A figure is found as a whole: 3.4 is not in 13.4.
    """
    patterns = [_pattern(word) for word in folded(words).split()]
    ranked: list[tuple[tuple[int, int], Found]] = []
    for entry, fields in index:
        number = [sum(pattern.search(field.folded) is not None for pattern in patterns) for field in fields]
        if patterns and all(any(pattern.search(field.folded) for field in fields) for pattern in patterns):
            at = number.index(max(number))
            ranked.append(((-number[at], at), Found(entry, fields[at])))
    return [found for _, found in sorted(ranked, key=lambda one: one[0])]


def folded(text: str) -> str:
    """A text without capitals, accents and marks of direction."""
    return _MARKS.sub("", unicodedata.normalize("NFKD", text)).casefold()


def _pattern(word: str) -> re.Pattern[str]:
    before = r"(?<!\d)(?<!\d[.,])" if word[0].isdigit() else ""
    after = r"(?!\d|[.,]\d)" if word[-1].isdigit() else ""
    return re.compile(before + re.escape(word) + after)


def _texts(entry: Entry, faq: Faq) -> Iterator[tuple[str, str]]:
    translated = [faq.translations[language].entries[entry.id] for language in faq.translations]
    own = [one for one in translated if one.language != entry.language]
    yield "id", entry.id
    yield "question", entry.question
    yield from ((f"question, {one.language}", one.question) for one in own if one.question != entry.question)
    yield "button", entry.button
    yield "topic", entry.topic
    yield "answer", entry.answer
    yield from ((f"answer, {one.language}", one.answer) for one in own)
    yield from (("phrasing", text) for text in entry.phrasings)
    yield from (("phrasing in another language", text) for text in faq.foreign_phrasings.get(entry.id, ()))
    for source, fact in faq.cited(entry):
        yield "source", f"{fact.id} {source.title}"
        yield "fact", f"{fact.fact} {' '.join(fact.figures)}"
    for name in entry.read_more:
        yield "page", f"{name} {faq.sources[name].title}"
