"""Ids that point somewhere: facts cited, pages linked, entries related. Content that fails here cannot be used."""

from __future__ import annotations

from collections.abc import Iterator

from bot.located import MAIN_LANGUAGE, Content
from bot.problem import Problem


def check_references(content: Content) -> Iterator[Problem]:
    """Every id that points nowhere, or to a fact that is left out."""
    facts = {fact.id: fact for source, _ in content.sources for fact in source.facts}
    pages = {source.id for source, _ in content.sources}
    for edition in content.editions.values():
        declared = edition.declared | content.editions.get(MAIN_LANGUAGE, edition).declared
        for entry, at in edition.entries:
            for index, name in enumerate(entry.sources):
                if name not in facts:
                    fact = f"entry '{entry.id}' cites {name}, which no record has"
                    yield at.problem("F204", fact, "correct it, or add the fact to its record", "sources", index)
                elif facts[name].left_out:
                    fact = f"entry '{entry.id}' cites {name}, which is left out: {facts[name].left_out}"
                    yield at.problem("F207", fact, "cite another fact", "sources", index)
            for index, name in enumerate(entry.read_more):
                if name not in pages:
                    fact = f"entry '{entry.id}' links to '{name}', which no record has"
                    yield at.problem("F206", fact, "correct it, or add the page to links.yaml", "read_more", index)
            for index, name in enumerate(entry.see_also):
                if name not in declared:
                    fact = f"entry '{entry.id}' relates to '{name}', which is no entry"
                    yield at.problem("F205", fact, "correct or delete it", "see_also", index)
            for index, other in enumerate(entry.not_this):
                if other.belongs_to is not None and other.belongs_to not in declared:
                    fact = f"a look-alike of '{entry.id}' belongs to '{other.belongs_to}', which is no entry"
                    yield at.problem("F205", fact, "correct it, or write 'none'", "not_this", index)
        if edition.interface is not None and edition.interface_tree is not None:
            for index, name in enumerate(edition.interface.examples):
                if name not in declared:
                    tree, fact = edition.interface_tree, f"the example '{name}' is no entry"
                    yield Problem(tree.file, tree.line("examples", index), "F205", fact, "name an entry")
