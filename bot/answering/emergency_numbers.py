"""Whether a message asks whom to call in an emergency, and the countries and services that it names.

Found by words of all languages together, which are content: `faq/LANGUAGE/emergency.yaml`, and the names of countries
that CLDR knows. Nothing is learned, so that a number asked for is never a matter of a threshold.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from bot.domain.conversation import Decision, EmergencyNumbers, NoAnswerReason, Unanswered, Urgent
from bot.domain.emergency import EmergencyDirectory, Service
from bot.text.normalize import normalise, words

LONGEST_QUESTION = 16  # words; a longer message tells a story, in which such words may stand by chance
SHORTEST_QUESTION = 3  # words, up to which a service and a country are a question: "coast guard italy"
SHORTEST_STEM = 4  # letters that a word keeps without what its language adds before or after it; 3 before, in Arabic
_LEADING_ELSEWHERE = (NoAnswerReason.OUT_OF_SCOPE, NoAnswerReason.NO_MATCH, NoAnswerReason.OTHER_LANGUAGE)
_UNSPACED = ("\u3040", "\u9fff")  # scripts that put no space between words


def with_emergency_numbers(decision: Decision, text: str, directory: EmergencyDirectory, *, is_sure: bool) -> Decision:
    """The decision on a message, or the emergency numbers if it asks for them.

    A card, and a reply that leads elsewhere, keep the countries that the message names. ``is_sure`` means that the
    message is surely urgent: then it gets its card even if it also asks whom to call.
    """
    if not directory.countries:
        return decision
    read = _read(text, directory)
    if isinstance(decision, Urgent) and (is_sure or not read.asks):
        return replace(decision, countries=read.countries)
    if read.asks:
        return EmergencyNumbers(read.with_numbers, read.services)
    if isinstance(decision, Unanswered) and decision.reason in _LEADING_ELSEWHERE:
        return replace(decision, countries=read.countries)
    return decision


@dataclass(frozen=True, slots=True)
class _Message:
    """What the words of a message say about emergency numbers."""

    asks: bool
    countries: tuple[str, ...]
    with_numbers: tuple[str, ...]  # those of the countries that have emergency numbers
    services: tuple[Service, ...]


def _read(text: str, directory: EmergencyDirectory) -> _Message:
    known, typed, normal = _vocabulary(directory), words(text), normalise(text)
    forms = [_forms(word, directory) for word in typed]

    def find(phrases: _Phrases) -> list[tuple[int, str]]:
        return phrases.find(forms, normal)

    away = {at + 1 for at, _ in find(known.away)}
    named = [(at, code) for at, code in find(known.countries) if at not in away]
    countries = tuple(dict.fromkeys(code for _, code in named))
    with_numbers = tuple(code for code in countries if code in directory.countries)
    services = tuple(dict.fromkeys(Service(name) for _, name in find(known.services)))
    is_about = bool(services or find(known.emergency))
    is_short = len(typed) <= SHORTEST_QUESTION and bool(with_numbers) and is_about and services != (Service.POLICE,)
    asks = (
        len(typed) <= LONGEST_QUESTION
        and not find(known.never)
        and (
            is_short
            or (is_about and bool(find(known.numbers)))
            or (bool(find(known.calls)) and (is_about or bool(find(known.dangers))))
        )
    )
    return _Message(asks, countries, with_numbers, services)


class _Phrases:
    """Finds phrases in a message, each with its value; of those that begin at one word only the longest."""

    def __init__(self, pairs: Iterable[tuple[str, str]], directory: EmergencyDirectory) -> None:
        self._runs: dict[str, list[tuple[list[frozenset[str]], str]]] = {}
        self._unspaced: list[tuple[str, str]] = []
        for phrase, value in pairs:
            if any(_UNSPACED[0] <= letter <= _UNSPACED[1] for letter in phrase):
                self._unspaced.append((normalise(phrase), value))
                continue
            run = [_forms(word, directory, is_listed=True) for word in words(phrase)]
            for form in run[0] if run else ():
                self._runs.setdefault(form, []).append((run, value))
        for found in self._runs.values():
            found.sort(key=lambda one: -len(one[0]))

    def find(self, forms: Sequence[frozenset[str]], normal: str) -> list[tuple[int, str]]:
        """The values found in a message, with the word at which each begins (-1 in a script without spaces)."""
        found = [(-1, value) for phrase, value in self._unspaced if phrase in normal]
        at = 0
        while at < len(forms):
            fitting = [
                (len(run), value)
                for form in sorted(forms[at])
                for run, value in self._runs.get(form, ())
                if len(run) <= len(forms) - at
                and all(not one.isdisjoint(other) for one, other in zip(run, forms[at:], strict=False))
            ]
            length, value = max(fitting, key=lambda one: one[0], default=(1, ""))
            if fitting:
                found.append((at, value))
            at += length
        return found


def _forms(word: str, directory: EmergencyDirectory, *, is_listed: bool = False) -> frozenset[str]:
    """A word, and what is left of it without a prefix or an ending.

    A listed Latin word stays as it is, since it would become a word of another language: China is no chin.
    """
    forms = {word}
    if not (word.isascii() and is_listed):
        forms |= {word[len(one) :] for one in directory.prefixes if word.startswith(one)}
        forms |= {word[: -len(one)] for one in directory.endings if word.endswith(one)}
    shortest = SHORTEST_STEM if word.isascii() or "\u0400" <= word[0] <= "\u04ff" else SHORTEST_STEM - 1
    return frozenset(form for form in forms if form == word or len(form) >= shortest)


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    """The phrases of a directory, prepared for finding."""

    countries: _Phrases
    services: _Phrases
    numbers: _Phrases
    calls: _Phrases
    emergency: _Phrases
    dangers: _Phrases
    never: _Phrases
    away: _Phrases


@lru_cache(maxsize=8)  # one for each language; a reloaded FAQ brings a new directory
def _vocabulary(directory: EmergencyDirectory) -> _Vocabulary:
    asking = directory.asking

    def phrases(listed: Iterable[str]) -> _Phrases:
        return _Phrases(((phrase, "") for phrase in listed), directory)

    return _Vocabulary(
        countries=_Phrases(((name, code) for name, code in directory.called if code in directory.names), directory),
        services=_Phrases(((word, name) for name, listed in asking.services.items() for word in listed), directory),
        numbers=phrases(asking.numbers),
        calls=phrases(asking.calls),
        emergency=phrases(asking.emergency),
        dangers=phrases(asking.dangers),
        never=phrases(asking.never),
        away=phrases(directory.away),
    )
