"""The keys of an entry are put in one order; nothing is lost on the way, and what cannot be ordered is named."""

from __future__ import annotations

import pytest
import yaml

from bot.content.key_order import in_order
from bot.content.schema import ENTRY_KEYS, CardSchema, EntrySchema, TranslatedEntrySchema
from tests.support.paths import ROOT

MIXED = """\
topic: x
entries:
  # The first.
  - answer: |
      Ten people came.

      They left.
    # Of the town.
    sources: [note.1]  # one
    phrasings:
      - who came  # allow F305: it is so
      - how many
      # no more
    id: first
    reviewed: 2026-11-21

  - id: second
    question: b
"""


def test_keys_are_put_in_order_with_their_comments() -> None:
    """A comment goes with the key below it, one that is indented further with the text above it."""
    ordered, left = in_order(MIXED)
    assert left == []
    assert (
        ordered
        == """\
topic: x
entries:
  # The first.
  - id: first
    phrasings:
      - who came  # allow F305: it is so
      - how many
      # no more
    answer: |
      Ten people came.

      They left.
    # Of the town.
    sources: [note.1]  # one
    reviewed: 2026-11-21

  - id: second
    question: b
"""
    )
    assert in_order(ordered) == (ordered, [])


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ("  - {answer: b, id: a}\n", "it stands in braces"),
        ("  - answer: b\n    anwser: c\n    id: a\n", "'anwser' is no key"),
        ("  - answer: b\n    id: a\n    id: c\n", "'id' is no key, or stands twice"),
        ("  - answer: b\n    # Of the town.\n    id: a\n", "a comment stands above the key that comes first"),
        ("  - answer: b\n    id: a\n    # Of the town.\n", "a comment stands below its last key"),
        ("  - answer: b\n    id: |+\n      a\n\n", "the file would read differently"),
    ],
)
def test_what_cannot_be_ordered_is_left_and_named(entry: str, why: str) -> None:
    """With the line and the reason; the other entries are ordered all the same."""
    text = f"topic: x\nentries:\n{entry}"
    ordered, ((_, said),) = in_order(text)
    assert ordered == text
    assert why in said


@pytest.mark.parametrize("text", ["", "a: [", "entries: x\n", "- a\n", "words: {b: c, a: d}\n"])
def test_other_texts_are_left_alone(text: str) -> None:
    """What is no YAML, or has no entries."""
    assert in_order(text) == (text, [])


def test_every_key_of_an_entry_has_its_place() -> None:
    """A key that is added to a form is added to the order."""
    forms = (EntrySchema, CardSchema, TranslatedEntrySchema)
    assert {field.alias or name for form in forms for name, field in form.model_fields.items()} == set(ENTRY_KEYS)


def test_the_projects_own_entries_are_in_order() -> None:
    """So that mending a file changes nothing else in it."""
    for path in sorted((ROOT / "faq").glob("??/*.yaml")):
        text = path.read_text(encoding="utf-8")
        assert in_order(text) == (text, []), path


def test_shuffled_entries_are_put_back() -> None:
    """From any order of its keys an entry says the same."""
    text = (ROOT / "faq" / "en" / "smalltalk.yaml").read_text(encoding="utf-8")
    data = yaml.safe_load(text)
    for entry in data["entries"]:
        keys = list(entry)[::-1]
        entry |= {key: entry.pop(key) for key in keys}
    shuffled = yaml.safe_dump(data, sort_keys=False, allow_unicode=True)
    ordered, left = in_order(shuffled)
    assert left == []
    assert [list(entry) for entry in yaml.safe_load(ordered)["entries"]] == [
        list(entry) for entry in yaml.safe_load(text)["entries"]
    ]
