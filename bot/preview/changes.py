"""What differs between two versions of the FAQ, text by text, to be read. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from difflib import SequenceMatcher
from typing import Literal

from bot.content.translation_units import State
from bot.domain.faq import Entry, Faq
from bot.preview.snapshot import Snapshot

_PIECE = re.compile(r"\w+|\s+|[^\w\s]")
_NAMES = {"is_machine": "translated by a machine", "sources": "facts"}
STATES = {State.MISSING: "missing", State.STALE: "out of date", State.MACHINE: "unread", State.REVIEWED: "read"}
LEAST_ALIKE = 0.4  # ratio of two texts; below it they are shown one after the other, not word by word


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a text that stays, or was added or removed."""

    what: Literal["same", "added", "removed"]
    text: str


Line = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A text or a list of texts that differs. Of a list the lines have what was added and removed alone."""

    name: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """An entry that differs, as it is now or was last. One that is new or gone has no list of changes."""

    entry: Entry
    what: Literal["changed", "new", "taken out"]
    changes: tuple[Change, ...] = ()


def changed_entries(before: Snapshot, after: Snapshot) -> list[Changed]:
    """All entries that differ, in file order, those that were taken out last."""
    old, new = before.faq.entries, after.faq.entries
    kept = (changes_of(name, before, after) for name in new)
    gone = [Changed(entry, "taken out") for name, entry in old.items() if name not in new]
    return [*(one for one in kept if one is not None), *gone]


def changes_of(name: str, before: Snapshot, after: Snapshot) -> Changed | None:
    """How an entry of ``after`` differs from what it was; None if it does not."""
    entry = after.faq.entries[name]
    if name not in before.faq.entries:
        return Changed(entry, "new")
    old, new = _translated(name, before), _translated(name, after)
    kept = old.keys() & new.keys()  # of others the state says enough
    found = (*_changes(_texts(name, before), _texts(name, after)), *_changes(_only(old, kept), _only(new, kept)))
    return Changed(entry, "changed", found) if found else None


def other_changes(before: Snapshot, after: Snapshot) -> tuple[Change, ...]:
    """How the bot's own texts differ, in every language."""
    return tuple(_changes(_own_texts(before.faq), _own_texts(after.faq)))


def _only(texts: Mapping[str, object], names: Collection[str]) -> dict[str, object]:
    return {name: text for name, text in texts.items() if name in names}


def _changes(before: Mapping[str, object], after: Mapping[str, object]) -> Iterator[Change]:
    for name in dict.fromkeys((*before, *after)):
        old, new = before.get(name, ""), after.get(name, "")
        if old == new:
            continue
        if isinstance(old, tuple) or isinstance(new, tuple):
            yield Change(name, tuple(_list_lines(_as_list(old), _as_list(new))))
        else:
            yield Change(name, tuple(_text_lines(str(old), str(new))))


def _as_list(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, tuple) else []


def _list_lines(old: list[str], new: list[str]) -> Iterator[Line]:
    """What was removed and added; that the order is another, if that is all."""
    yield from ((Piece("removed", text),) for text in old if text not in new)
    yield from ((Piece("added", text),) for text in new if text not in old)
    if set(old) == set(new):
        yield (Piece("same", "the same in another order: "), Piece("added", ", ".join(new)))


def _text_lines(old: str, new: str) -> Iterator[Line]:
    """Word by word; texts that have little in common one after the other."""
    was, is_ = _PIECE.findall(old), _PIECE.findall(new)
    matcher = SequenceMatcher(None, was, is_, autojunk=False)
    if matcher.ratio() < LEAST_ALIKE:
        yield from ((Piece("removed", old),) if old else (), (Piece("added", new),) if new else ())
        return
    line, removed, added = list[Piece](), "", ""
    for what, a, b, c, d in (*matcher.get_opcodes(), ("equal", len(was), len(was), 0, 0)):
        old, new = "".join(was[a:b]), "".join(is_[c:d])
        if what != "equal" or (old == " " and removed + added):  # words that change side by side are read as one
            removed, added = removed + old, added + new
            continue
        line += [Piece("removed", removed)] if removed else []
        line += [Piece("added", added)] if added else []
        line += [Piece("same", old)] if old else []
        removed = added = ""
    yield tuple(line)


def _texts(name: str, version: Snapshot) -> dict[str, object]:
    """All that is written for an entry, by names that an editor knows."""
    faq = version.faq
    entry = faq.entries[name]
    cited = tuple(f"{fact.id}: {fact.fact} ({fact.time})" for _, fact in faq.cited(entry))
    own = {one.name: getattr(entry, one.name) for one in fields(Entry) if one.name not in ("id", "language")}
    texts = own | {"sources": cited, "not_this": _look_alikes(entry)}
    foreign = faq.foreign_phrasings.get(name, ())
    found = {_NAMES.get(key, key.replace("_", " ")): _plain(value) for key, value in texts.items()}
    found["phrasings in other languages"] = foreign
    states = {language: of.get(name, State.MISSING) for language, of in version.states.items()}
    found["translations"] = ", ".join(f"{language} {STATES[state]}" for language, state in states.items())
    return found


def _translated(name: str, version: Snapshot) -> dict[str, object]:
    """The texts of an entry's translations that are shown."""
    shown = [faq.entries[name] for faq in version.faq.translations.values()]
    return {
        f"{key} ({entry.language})": getattr(entry, key)
        for entry in shown
        if entry.language != version.faq.language
        for key in ("question", "button", "answer")
    }


def _look_alikes(entry: Entry) -> tuple[str, ...]:
    return tuple(f"{one.text} → {one.belongs_to or 'none'}" for one in entry.not_this)


def _plain(value: object) -> object:
    """A value as an editor writes it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else value if isinstance(value, tuple) else str(value)


def _own_texts(faq: Faq) -> dict[str, object]:
    found: dict[str, object] = {"off topic": faq.off_topic}
    for one in (faq, *faq.translations.values()):
        found |= {f"{name} ({one.language})": text for name, text in _flat(asdict(one.interface))}
        if one.emergency.texts is not None:
            found |= {f"emergency, {name} ({one.language})": text for name, text in _flat(asdict(one.emergency.texts))}
    return found


def _flat(texts: Mapping[str, object]) -> Iterable[tuple[str, object]]:
    for name, text in texts.items():
        if isinstance(text, Mapping):
            yield from ((f"{name.replace('_', ' ')}, {inner}", value) for inner, value in _flat(text))
        else:
            yield name.replace("_", " "), text
