"""`python -m tests.bench.redaction [PLACE …]`: what redaction takes out, of personal messages and of others.

Places are files and folders of JSON lines with a `text`; without any, those of `tests/bench/personal`, the question
sets of the tests and the FAQ's own phrasings. Of lines with a `secret`, or a list of them, it prints by kind how many
were caught, in all also how many before anybody had read them, and those that were not; of the others how many are not
stored as they were typed, and these; with `--time` the costs. All as the bot does it, by the words that its FAQ knows.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from itertools import chain
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot.matching.matcher import words_of
from bot.runtime.load import load_faq
from bot.settings import read_settings
from bot.text.normalize import clean
from bot.text.redaction import MOST_CHARACTERS
from bot.text.redaction_by_vocabulary import redact_to_known_words
from tests.support.growth import cost
from tests.support.paths import ROOT
from tests.support.personal_data import folded

Redact = Callable[[str], str]

QUESTIONS = ROOT / "tests" / "questions"
PERSONAL = ROOT / "tests" / "bench" / "personal"
UNREAD = {  # caught before anybody read the set
    "personal_second": 281,
    "personal_third": 276,
    "personal_fourth": 133,
    "personal_fifth": 288,
    "personal_sixth": 386,
    "personal_seventh": 70,
    "personal_eighth": 98,
}


@cache
def _known() -> frozenset[str]:
    return words_of(load_faq(read_settings()))


def redacted(text: str) -> str:
    """A text as the bot's gap log keeps it."""
    return redact_to_known_words(text, _known)


@dataclass(frozen=True, slots=True)
class Message:
    """A text, and what of it would tell on somebody, of which kind; nothing and "" where it holds nothing personal."""

    text: str
    secrets: tuple[str, ...] = ()
    kind: str = ""

    def is_caught(self, redact: Redact) -> bool:
        """Whether of each secret less than half stands on end in what is stored."""
        stored = folded(redact(self.text))
        return all(2 * _in_common(folded(secret), stored) < len(folded(secret)) for secret in self.secrets)


def _in_common(secret: str, stored: str) -> int:
    """How many characters the longest piece has that stands in both."""
    return SequenceMatcher(None, secret, stored, autojunk=False).find_longest_match().size


def messages_of(path: Path) -> list[Message]:
    """The messages of a file of JSON lines; those of a dialogue too."""
    rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    return [
        Message(row["text"], _listed(row.get("secret", [])), row.get("kind", ""))
        for row in rows
        if isinstance(row.get("text"), str)
    ]


def _listed(secret: str | list[str]) -> tuple[str, ...]:
    return (secret,) if isinstance(secret, str) else tuple(secret)


def sets_of(places: Iterable[Path]) -> Iterator[tuple[str, list[Message]]]:
    """The messages of each file, by its folder and name."""
    for place in places:
        for path in sorted(place.rglob("*.jsonl")) if place.is_dir() else [place]:
            yield f"{path.parent.name}/{path.stem}", messages_of(path)


def phrasings() -> list[str]:
    """All questions and phrasings of the FAQ."""
    entries = load_faq(read_settings()).entries.values()
    return [text for entry in entries for text in (entry.question, *entry.phrasings)]


def changed(texts: Iterable[str], redact: Redact) -> list[tuple[str, str]]:
    """The texts of which something is taken out, with what is left."""
    pairs = ((text, redact(text)) for text in texts)
    return [(text, left) for text, left in pairs if left != clean(text).strip() and len(clean(text)) <= MOST_CHARACTERS]


def caught(sets: dict[str, list[Message]], redact: Redact) -> dict[str, dict[str, tuple[int, int]]]:
    """By kind and set, how many secrets were caught and how many there are."""
    there = Counter((message.kind, name) for name, messages in sets.items() for message in messages)
    kept = Counter((m.kind, name) for name, messages in sets.items() for m in messages if not m.is_caught(redact))
    shares: dict[str, dict[str, tuple[int, int]]] = {}
    for (kind, name), number in sorted(there.items()):
        shares.setdefault(kind, {})[name] = (number - kept[kind, name], number)
    return shares


def print_caught(sets: dict[str, list[Message]], console: Console) -> None:
    """The shares by kind and in all, then what was not caught."""
    table = Table("caught", *sets)
    shares = caught(sets, redacted)
    for kind, of in shares.items():
        table.add_row(kind, *("{} of {}".format(*of[name]) if name in of else "–" for name in sets))
    table.add_section()
    now = (sum(of[name][0] for of in shares.values() if name in of) for name in sets)
    table.add_row("all", *(f"{found} of {len(sets[name])}" for name, found in zip(sets, now, strict=True)))
    unread = {name: UNREAD[Path(name).name] for name in sets if Path(name).name in UNREAD}
    before = (f"{unread[name]} of {len(sets[name])}" if name in unread else "–" for name in sets)
    table.add_row("all, before anybody read it", *before)
    console.print(table)
    for message in (message for messages in sets.values() for message in messages if not message.is_caught(redacted)):
        console.print(f"{message.kind}: {message.text}\n  → {redacted(message.text)}", markup=False, highlight=False)


def print_changed(sets: dict[str, list[str]], console: Console) -> None:
    """The shares by set, then the texts."""
    table = Table("questions", "texts", "changed", "%")
    told: dict[str, str] = {}
    for name, texts in {**sets, "all": list(chain.from_iterable(sets.values()))}.items():
        found = changed(texts, redacted)
        told |= dict(found)
        table.add_row(name, f"{len(texts):,}", str(len(found)), f"{100 * len(found) / max(len(texts), 1):.2f}")
    console.print(table)
    for text, left in told.items():
        console.print(f"{text}\n  → {left}", markup=False, highlight=False)


def main(arguments: list[str] | None = None) -> None:
    """Print what is caught, then what is changed for nothing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("places", nargs="*", type=Path, help="files or folders of JSON lines")
    parser.add_argument("--time", action="store_true", help="print the costliest texts too")
    chosen = parser.parse_args(arguments)
    sets = dict(sets_of(chosen.places or [PERSONAL, QUESTIONS]))
    personal = {name: messages for name, messages in sets.items() if any(message.secrets for message in messages)}
    others = {name: [message.text for message in sets[name]] for name in sets if name not in personal}
    if not chosen.places:
        others["phrasings"] = phrasings()
    console = Console(width=150)
    if personal:
        print_caught(personal, console)
    if others:
        print_changed(others, console)
    if chosen.time:
        every = {text for texts in others.values() for text in texts}
        costs = sorted(((cost(redacted, text, runs=3), text) for text in every), reverse=True)
        console.print(f"{sum(each for each, _ in costs) / len(costs) / 1e6:.2f} ms on average")
        for each, text in costs[:5]:
            console.print(f"{each / 1e6:.2f} ms  {text[:120]}", markup=False, highlight=False)


if __name__ == "__main__":
    main()
