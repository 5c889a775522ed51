"""What `check --listed` shows: which phrasings find their entry only because they are listed, as a help to editors.

Such a phrasing is no error. But an entry with many of them generalises badly: people who ask for it in other words
will probably not find it, and more phrasings would help it most. Small talk and out-of-scope entries are left out: they
are collections, whose phrasings have little in common.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from bot.domain.faq import Entry, Kind
from bot.domain.matching import LearnedMatcher, Row


def report_lines(matcher: LearnedMatcher) -> Iterator[str]:
    """The entries by their share of such phrasings, largest first; each phrasing with the entry it would find."""
    of_entry: dict[str, list[tuple[str, Entry]]] = {}
    for row, found in matcher.only_listed():
        if (name := _owner(row, matcher)) is not None:
            of_entry.setdefault(name, []).append((row.text, found))
    totals = Counter(name for row in matcher.rows if (name := _owner(row, matcher)) is not None)
    number = sum(map(len, of_entry.values()))
    yield f"{number} of {totals.total()} phrasings find their entry only because they are listed."
    for name in sorted(of_entry, key=lambda name: (-len(of_entry[name]) / totals[name], name)):
        rows = of_entry[name]
        yield f"\n{name}: {len(rows)} of {totals[name]}"
        yield from (f"  {text} -> {found.id}" for text, found in sorted(rows, key=lambda row: row[0]))


def _owner(row: Row, matcher: LearnedMatcher) -> str | None:
    """The answer or card that a row is a phrasing of, if any."""
    entry = matcher.entries[row.entry] if row.entry is not None else None
    return entry.id if entry is not None and entry.kind in (Kind.ANSWER, Kind.URGENT) else None
