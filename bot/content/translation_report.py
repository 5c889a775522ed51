"""`translations`: how far each language is translated, and what to look at next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rich.table import Table

from bot.content.parsed import Content, Translation
from bot.content.translation_units import State, units

SHOWN = 20  # texts to look at next


def table(content: Content) -> Table:
    """For each language how many texts are in each state."""
    shown = Table(title="Translations", title_justify="left")
    shown.add_column("language")
    for state in reversed(State):
        shown.add_column(state, justify="right")
    for translation in content.translations:
        counts = Counter(unit.state for unit in units(translation, content))
        shown.add_row(translation.language, *(f"{counts[state]:,}" for state in reversed(State)))
    return shown


def next_lines(translation: Translation, content: Content) -> Iterator[str]:
    """What to translate or read next: the worst first, and of these what people in danger read."""
    left = [unit for unit in units(translation, content) if unit.state is not State.REVIEWED]
    left.sort(key=lambda unit: list(State).index(unit.state))  # keeps the order within a state
    yield f"{len(left):,} texts are left in '{translation.language}'"
    for unit in left[:SHOWN]:
        yield f"\n{translation.folder}/{unit.file} {unit.name} ({unit.state})"
        yield from (f"  en  {line}" for line in unit.english.splitlines())
        yield from (f"  {translation.language}  {line}" for line in unit.text.splitlines())
    if len(left) > SHOWN:
        yield f"\nAnd {len(left) - SHOWN:,} more; --export writes all of them to a file for translators."
