"""The checks that content must pass for the bot to use it: ids that exist, placeholders that the bot can fill."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from string import Formatter
from typing import Any

from bot.content.diagnostics import DRAFT, Diagnostic, blocking_errors
from bot.content.parsed import Content, Edition, Located, Tree
from bot.domain.emergency import EmergencyTexts
from bot.domain.faq import MAIN_LANGUAGE, Cries, Interface, Kind

Named = tuple[str, Located]  # an id and its place
PLACEHOLDERS: Mapping[str, frozenset[str]] = {
    "topic": frozenset({"topic"}),
    "nearest_topic": frozenset({"topic"}),
    "or_card": frozenset({"card"}),
    "taken_as": frozenset({"question"}),
    "contact": frozenset({"contact"}),
    "other_year": frozenset({"years"}),
    "not_answered": frozenset({"numbers"}),
    "time": frozenset({"time"}),
    "description": frozenset({"days"}),
    "privacy": frozenset({"days"}),
}


EMERGENCY_PLACEHOLDERS: Mapping[str, frozenset[str]] = {
    "heading": frozenset({"country"}),
    "at_sea": frozenset({"km"}),
    "no_coast_guard": frozenset({"km"}),
}


def check_soundness(content: Content) -> Iterator[Diagnostic]:
    """Yield what stops the bot from using the content, beyond the diagnostics of reading it."""
    yield from check_placeholders(content)
    if content.is_partial:  # what seems to be missing may be in the file that cannot be read
        return
    yield from check_references(content)
    main = content.main
    if main.declared:
        yield from check_cries(content.cries, main)
        yield from check_phrasings(content.phrasings, main)
    if not main.declared and main.interface_tree is not None:
        yield Diagnostic(f"faq/{MAIN_LANGUAGE}", 1, "F208", "the FAQ has no entry", "write a topic with its entries")
    elif (
        main.declared
        and not any(entry.kind is Kind.ANSWER for entry, _ in main.entries)
        and (main.entries or not blocking_errors(tuple(content.diagnostics)))  # not because the answers are invalid
    ):
        yield Diagnostic(f"faq/{MAIN_LANGUAGE}", 1, "F208", "the FAQ has no answer", "write a topic with its entries")


def broken(content: Content) -> tuple[Diagnostic, ...]:
    """The errors that stop the bot from using the content, of reading it and of its soundness."""
    return blocking_errors((*content.diagnostics, *check_soundness(content)))


def check_placeholders(content: Content) -> Iterator[Diagnostic]:
    """Yield each interface text, in any language, whose placeholders the bot cannot fill."""
    main = content.main
    texts = main.emergency.texts if main.emergency is not None else None
    yield from _check_texts(main.interface, main.interface_tree, PLACEHOLDERS)
    yield from _check_texts(texts, main.emergency_tree, EMERGENCY_PLACEHOLDERS, "texts")
    for one in content.translations:
        yield from _check_texts(one.interface, one.interface_tree, PLACEHOLDERS)
        yield from _check_texts(one.emergency, one.emergency_tree, EMERGENCY_PLACEHOLDERS, "texts")


def _check_texts(
    texts: Interface | EmergencyTexts | Mapping[str, Any] | None,
    tree: Tree | None,
    placeholders: Mapping[str, frozenset[str]],
    *path: str,
) -> Iterator[Diagnostic]:
    if texts is None or tree is None:
        return
    named = texts if isinstance(texts, Mapping) else {one.name: getattr(texts, one.name) for one in fields(texts)}
    for name, text in named.items():
        if not isinstance(text, str):
            continue
        expected = placeholders.get(name, frozenset())
        if _placeholders(text) != expected:
            wanted = ", ".join(f"{{{field}}}" for field in expected) or "none"
            yield Diagnostic(
                tree.file, tree.line(*path, name), "F701", f"the placeholders of '{name}' are off", f"use {wanted}"
            )


def _placeholders(text: str) -> frozenset[str]:
    """The names between braces. An invalid format gives the whole text, which is no expected name."""
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        return frozenset({text})
    return frozenset(f"{name}{spec}{conversion or ''}" for _, name, spec, conversion in parts if name is not None)


def check_references(content: Content) -> Iterator[Diagnostic]:
    """Yield each reference to an id that does not exist, or to a fact that is left out."""
    facts = {fact.id: fact for source, _ in content.sources for fact in source.facts}
    pages = {source.id for source, _ in content.sources} | content.declared_sources
    edition = content.main
    cards = {entry.id for entry, _ in edition.entries if entry.kind is not Kind.ANSWER}
    for entry, at in edition.entries:
        for index, name in enumerate(entry.sources):
            if name not in facts and name not in content.declared_facts:
                fact = f"entry '{entry.id}' cites {name}, which no record has"
                yield at.diagnostic("F204", fact, "correct it, or add the fact to its record", "sources", index)
            elif name in facts and facts[name].left_out:
                fact = f"entry '{entry.id}' cites {name}, which is left out: {facts[name].left_out}"
                yield at.diagnostic("F207", fact, "cite another fact", "sources", index)
        for index, name in enumerate(entry.read_more):
            if name not in pages:
                fact = f"entry '{entry.id}' links to '{name}', which no record has"
                yield at.diagnostic("F206", fact, "correct it, or add the page to links.yaml", "read_more", index)
    if edition.interface is not None and edition.interface_tree is not None:
        tree = edition.interface_tree
        for index, name in enumerate(edition.interface.own_case_pages):
            if name not in pages:
                line = tree.line("own_case_pages", index)
                fact = f"the reply without an answer links to '{name}', which no record has"
                yield Diagnostic(tree.file, line, "F206", fact, "correct it, or add the page to links.yaml")
    for source, at in content.sources:
        for index, stated in enumerate(source.facts):
            if stated.succeeded_by is not None and stated.succeeded_by not in content.declared_facts:
                fact = f"{stated.id} is succeeded by {stated.succeeded_by}, which no record has"
                hint = "correct it, or add the fact to its record"
                yield at.diagnostic("F204", fact, hint, "facts", index, "succeeded_by")
    for name, is_question, diagnostic in _references(edition):
        if name not in edition.declared or (is_question and name in cards):
            what = "no question of the FAQ" if is_question else "no entry"
            yield replace(diagnostic, fact=f"{diagnostic.fact}, which is {what}")
    for translation in content.translations:
        for text, at in translation.entries:
            if text.id not in edition.declared:
                yield at.diagnostic("F602", f"'{text.id}' is no English entry", "write the English entry first", "id")


def check_cries(languages: Sequence[tuple[Cries, Located]], main: Edition) -> Iterator[Diagnostic]:
    """Yield each card that the cries of a language name and the main language's FAQ does not have."""
    kinds = {entry.id: entry.kind for entry, _ in main.entries}
    for cries, at in languages:
        for card in cries.cries:
            if kinds.get(card, Kind.URGENT if card in main.declared else None) is not Kind.URGENT:
                fact, hint = f"'{card}' is no urgent card of the English FAQ", "correct it, or write the card first"
                yield at.diagnostic("F801", fact, hint, "cries", card)


def check_phrasings(
    languages: Sequence[tuple[Mapping[str, Sequence[str]], Located]], main: Edition
) -> Iterator[Diagnostic]:
    """Yield each entry that phrasings in another language name and the main language's FAQ does not have."""
    kinds = {entry.id: entry.kind for entry, _ in main.entries}
    for phrasings, at in languages:
        for entry in phrasings:
            if kinds.get(entry, Kind.ANSWER if entry in main.declared else Kind.URGENT) is Kind.URGENT:
                fact, hint = f"'{entry}' is no question of the English FAQ", "correct it, or write the entry first"
                yield at.diagnostic("F807", fact, hint, "phrasings", entry)


def check_drafts(content: Content, drafts: Sequence[Named]) -> Iterator[Diagnostic]:
    """Yield each draft and each reference to one."""
    for name, at in drafts:
        hint = "write its answer and take out the line 'draft: true'"
        yield at.diagnostic(DRAFT, f"entry '{name}' is a draft", hint, "draft")
    unknown = {name for name, _ in drafts} - {entry.id for entry, _ in content.main.entries}
    for name, _, diagnostic in _references(content.main):
        if name in unknown:
            hint = "write the draft's answer first, or take this out until then"
            yield replace(diagnostic, fact=f"{diagnostic.fact}, which is a draft", hint=hint)


def _references(edition: Edition) -> Iterator[tuple[str, bool, Diagnostic]]:
    """Each reference to an entry: its id, whether it must be a question, and the diagnostic in case it is invalid."""
    for entry, at in edition.entries:
        for index, name in enumerate(entry.see_also):
            fact = f"entry '{entry.id}' relates to '{name}'"
            yield name, True, at.diagnostic("F205", fact, "correct or delete it", "see_also", index)
        for said, name in entry.then.items():
            fact = f"'{said}' after entry '{entry.id}' leads to '{name}'"
            yield name, True, at.diagnostic("F205", fact, "correct or delete it", "then", said)
        for index, other in enumerate(entry.not_this):
            if other.belongs_to is not None:
                fact = f"a look-alike of '{entry.id}' belongs to '{other.belongs_to}'"
                diagnostic = at.diagnostic("F205", fact, "correct it, or write 'none'", "not_this", index)
                yield other.belongs_to, False, diagnostic
    if edition.interface is not None and edition.interface_tree is not None:
        tree = edition.interface_tree
        for index, name in enumerate(edition.interface.examples):
            fact = f"an example names '{name}'"
            yield name, True, Diagnostic(tree.file, tree.line("examples", index), "F205", fact, "name another entry")
