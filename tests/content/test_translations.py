"""What the project says in other languages: how far it is, and the way to translators and back."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from bot.content.loader import read_content
from bot.content.parsed import Content, Translation
from bot.content.translation_po import PoError, export_po, import_po
from bot.content.translation_report import next_lines
from bot.content.translation_units import State, units
from tests.support.paths import FRENCH

Edit = Callable[[str, str, str], None]
TODAY = date(2026, 11, 29)
MACHINE = b'#, fuzzy\nmsgctxt "ferry-passengers/answer"'


@pytest.fixture
def french(small: Path) -> Path:
    """The small FAQ with its translation."""
    shutil.copytree(FRENCH, small, dirs_exist_ok=True)
    return small


def read(folder: Path) -> tuple[Translation, Content]:
    content = read_content(folder / "faq", folder / "seeds")
    return content.translations[0], content


def imported(data: bytes, folder: Path) -> Content:
    """The content once the texts of a `.po` file are taken."""
    for name, text in import_po(data, *read(folder), TODAY).items():
        (folder / "faq/fr" / name).write_text(text, encoding="utf-8")
    return read_content(folder / "faq", folder / "seeds")


def test_a_text_is_missing_stale_of_a_machine_or_reviewed(french: Path, edit: Edit) -> None:
    """Each of both entries has a question and an answer."""
    states = Counter(unit.state for unit in units(*read(french)) if unit.file == "ferry.yaml" and unit.part != "topic")
    assert states == {State.MACHINE: 2, State.REVIEWED: 2, State.MISSING: 8}
    edit("faq/en/ferry.yaml", "Three boats leave", "Three ferries leave")
    states = Counter(unit.state for unit in units(*read(french)) if unit.owner == "ferry-times")
    assert states == {State.STALE: 2}


def test_what_people_in_danger_read_comes_first(french: Path) -> None:
    """And of that what is missing before what a machine translated."""
    shown = list(next_lines(*read(french)))
    assert shown[1].startswith("\nfaq/fr/urgent.yaml urgent-")
    assert shown[1].endswith("(missing)")
    assert shown[-1].startswith("\nAnd ")


def test_a_file_for_translators_comes_back_as_it_was(french: Path) -> None:
    """Nothing is lost or changed on the way, save for comments and the form of the YAML."""
    before = read(french)[1]
    after = imported(export_po(*read(french)), french)
    assert after.diagnostics == []
    assert after.faq().in_language("fr") == before.faq().in_language("fr")
    said = [[text.translated for text, _ in content.translations[0].entries] for content in (before, after)]
    assert said[0] == said[1]


def test_a_text_without_its_mark_has_been_read(french: Path) -> None:
    """By whom stands in the head of the file; an entry is read once all of its texts are."""
    data = export_po(*read(french))
    assert MACHINE in data
    data = data.replace(b"FULL NAME <EMAIL@ADDRESS>", b"the harbour's teacher")
    one = imported(data.replace(MACHINE, MACHINE[9:]), french).translations[0].entries[0][0]
    assert (one.translated.state, one.translated.by) == ("machine", None)
    question = b'#, fuzzy\nmsgctxt "ferry-passengers/question"'
    both = imported(data.replace(MACHINE, MACHINE[9:]).replace(question, question[9:]), french)
    read_by = both.translations[0].entries[0][0].translated
    assert (read_by.state, read_by.by) == ("reviewed", "the harbour's teacher, 2026-11-29")


def test_a_new_language_begins_with_an_export(small: Path) -> None:
    """Once the bot's own texts are translated it can be used; what is not yet stays English."""
    content = read_content(small / "faq", small / "seeds")
    new = Translation("it", "faq/it")
    data = export_po(new, content)
    translated = data.replace(
        b'msgid "When do the boats leave?"\nmsgstr ""', b'msgid "When do the boats leave?"\nmsgstr "Quando?"'
    )
    assert translated != data
    assert import_po(translated, new, content, TODAY) == {}, "a question without its answer is no entry"


def test_a_text_whose_english_has_changed_since_is_left_as_it_was(french: Path, edit: Edit) -> None:
    """What the translator read is not what the bot would say it is."""
    data = export_po(*read(french)).replace(b"Un bateau part", b"Le bateau part")
    edit("faq/en/ferry.yaml", "Three boats leave", "Three ferries leave")
    texts = {text.id: text for text, _ in imported(data, french).translations[0].entries}
    assert texts["ferry-times"].answer.startswith("Un bateau part")
    state = {unit.owner: unit.state for unit in units(*read(french))}
    assert state["ferry-times"] is State.STALE


@pytest.mark.parametrize("data", [b"\xff\xfe", b'msgid "a', b"no po"])
def test_what_is_no_po_file_is_refused(data: bytes, french: Path) -> None:
    with pytest.raises(PoError, match="export one anew"):
        import_po(data, *read(french), TODAY)
