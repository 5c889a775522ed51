"""Loading: files in, a Faq per language out; what is broken is told whole and takes nothing sound with it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bot.answering.render import render_entry
from bot.content.diagnostics import ContentError, Diagnostic
from bot.content.loader import read_content, read_faq
from bot.content.references import check_references
from bot.domain.faq import Faq, Kind
from tests.support.paths import FRENCH, ROOT

Edit = Callable[[str, str, str], None]


FERRY = "faq/en/ferry.yaml"
SCHEMA_LINE = "# yaml-language-server: $schema=../../../../faq/schema/topic.json\n"


def load(folder: Path) -> Faq:
    """The small FAQ's copy."""
    return read_faq(folder / "faq", folder / "seeds")


def refused(folder: Path) -> tuple[Diagnostic, ...]:
    """The errors for which the copy cannot be used."""
    with pytest.raises(ContentError) as caught:
        load(folder)
    return caught.value.diagnostics


def add_french(folder: Path) -> None:
    shutil.copytree(FRENCH, folder, dirs_exist_ok=True)


def line_of(path: Path, text: str) -> int:
    """The line on which a text stands first."""
    return path.read_text(encoding="utf-8").split(text)[0].count("\n") + 1


# --- What is loaded ----------------------------------------------------------------------------------------------


def test_entries_of_all_kinds_are_loaded(small: Path) -> None:
    """A topic's entries are answers; the cards are of the kind that their file names."""
    faq = load(small)
    kinds = {kind: [entry.id for entry in faq.of_kind(kind)] for kind in Kind}
    assert kinds == {
        Kind.ANSWER: [
            "ferry-passengers",
            "ferry-fares",
            "ferry-times",
            "ferry-bicycles",
            "ferry-history",
            "ferry-plans",
        ],
        Kind.URGENT: ["urgent-overboard", "urgent-fire"],
        Kind.SMALLTALK: ["smalltalk-hello", "smalltalk-thanks"],
        Kind.OUT_OF_SCOPE: ["scope-weather", "scope-complaint"],
    }


def test_an_entry_is_loaded_whole(small: Path) -> None:
    """Every key of an entry arrives; `none` as the owner of a look-alike means that it belongs to no entry."""
    entry = load(small).entries["ferry-passengers"]
    assert entry.topic == "The ferry"
    assert entry.question == "How many people take the ferry?"
    assert entry.phrasings[0] == "number of passengers a day"
    assert entry.answer == "In 2023 the ferry carried 1,400 people a day.\nSchool classes were not counted."
    assert [(other.text, other.belongs_to) for other in entry.not_this] == [
        ("how many boats are there", "ferry-times"),
        ("how many people live in Lindmere", None),
    ]
    assert (entry.sources, entry.see_also) == (("note.1",), ("ferry-fares", "ferry-times"))
    assert (entry.reviewed, entry.review_by) == (date(2026, 11, 21), date(2027, 11, 21))


def test_a_card_has_its_title_and_its_help_pages(small: Path) -> None:
    """A card is no question: its title stands in for it, and it has no topic."""
    card = load(small).entries["urgent-fire"]
    assert (card.question, card.topic, card.sources) == ("Fire or smoke on board", "", ())
    assert card.read_more == ("coast-guard",)
    assert (card.label, card.discreet, card.careful) == ("Fire or smoke on board", False, False)
    assert card.reviewed_by == "the harbour master"


def test_facts_are_known_by_source_and_number(small: Path) -> None:
    """Facts of documents and of pages alike are cited as SOURCE.NUMBER."""
    faq = load(small)
    assert [fact.id for fact in faq.sources["note"].facts] == [f"note.{number}" for number in range(1, 7)]
    assert [fact.id for fact in faq.sources["coast-plan"].facts] == ["coast-plan.1", "coast-plan.2"]
    cited = faq.cited(faq.entries["ferry-plans"])
    assert [(source.id, fact.time) for source, fact in cited] == [("note", "March 2024"), ("coast-plan", "2022")]


def test_a_source_is_loaded_whole(small: Path) -> None:
    """What a reader finds at the address, how it is known and the original's name arrive with the facts' figures."""
    note = load(small).sources["note"]
    assert (note.is_, note.rating, note.date, note.as_of) == ("landing", "confirmed", "March 2024", "printed")
    assert note.original == "note.txt"
    assert note.facts[1].figures == ("ten percent", "under six", "3.50 crowns")
    assert note.facts[1].heading == "Who travels"


def test_the_topics_stand_in_the_order_of_their_files(small: Path) -> None:
    """The menu of topics follows the files' names and leaves the cards out."""
    text = (small / FERRY).read_text(encoding="utf-8")
    for name in ("pier", "crew"):
        body = text.replace("topic: The ferry", f"topic: The {name}").replace("id: ferry-", f"id: {name}-")
        (small / f"faq/en/{name}.yaml").write_text(body, encoding="utf-8")
    assert load(small).topics == ("The crew", "The ferry", "The pier")


def test_the_wording_and_the_interface_are_loaded(small: Path) -> None:
    """How people type and what the bot says come with the edition; groups of places become one list."""
    faq = load(small)
    assert faq.wording.spellings["ppl"] == "people"
    assert faq.wording.synonyms[0] == ("boat", "ferry", "ship", "vessel")
    assert faq.wording.places == ("Lindmere", "Osthaven", "North Sound")
    assert faq.interface.examples == ("ferry-times", "ferry-fares", "ferry-bicycles")
    assert faq.interface.commands["help"] == "How to ask"


def test_messages_off_topic_are_loaded(small: Path) -> None:
    """off_topic.yaml is optional; its messages are the FAQ's, in order."""
    assert load(small).off_topic == ()
    (small / "faq/en/off_topic.yaml").write_text("off_topic:\n  - boats on Mars\n  - ferry to the moon\n")
    assert load(small).off_topic == ("boats on Mars", "ferry to the moon")


@pytest.mark.parametrize("text", ["off_topic: boats on Mars", "off_topic: [1]", "off_topic: ['']", "messages: [a]"])
def test_a_broken_list_of_messages_is_told(small: Path, text: str) -> None:
    """With its place, like any other file."""
    (small / "faq/en/off_topic.yaml").write_text(text + "\n")
    problems = read_content(small / "faq", small / "seeds").diagnostics
    assert problems
    assert {problem.file for problem in problems} == {"faq/en/off_topic.yaml"}


def test_an_edition_without_words_has_an_empty_wording(small: Path) -> None:
    """words.yaml is optional."""
    (small / "faq/en/words.yaml").unlink()
    assert load(small).wording.spellings == {}


def test_other_folders_and_files_are_passed_over(small: Path) -> None:
    """The schemas and notes that lie beside the content are no languages and no topics."""
    (small / "faq/schema").mkdir()
    (small / "faq/schema/topic.json").write_text("{}", encoding="utf-8")
    (small / "faq/en/README.md").write_text("For editors.", encoding="utf-8")
    assert not load(small).translations


def test_a_warning_does_not_keep_the_content_from_being_used(small: Path, edit: Edit) -> None:
    """A file without its schema line is loaded all the same."""
    edit(FERRY, SCHEMA_LINE, "# For editors\n")
    assert "ferry-times" in load(small).entries


# --- Drafts ------------------------------------------------------------------------------------------------------


STUB = """
  - id: ferry-dogs
    question: May dogs come along?
    draft: true
    phrasings:
      - dogs
    answer: |
      TODO: write it.
    reviewed: 2026-11-21
    review_by: 2027-11-21
"""
CARD = STUB.replace("question:", "title:")


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "text"),
    [("ferry", STUB), ("urgent", CARD), ("smalltalk", CARD), ("out_of_scope", CARD)],
    ids=lambda value: value.strip()[:12],
)
def test_a_draft_leaves_the_faq_as_it_is(small: Path, name: str, text: str) -> None:
    """Of every kind: the FAQ with it has the same version as without it, so that a running bot changes nothing."""
    before = load(small)
    append(small / f"faq/en/{name}.yaml", text)
    assert load(small) == before
    assert load(small).version == before.version


def test_an_entry_is_no_draft_when_it_says_so(small: Path) -> None:
    """`draft: false` is what no line at all is."""
    before = load(small)
    append(small / FERRY, STUB.replace("    draft: true\n", ""))
    entry = load(small)
    assert set(entry.entries) - set(before.entries) == {"ferry-dogs"}
    text = (small / FERRY).read_text(encoding="utf-8")
    (small / FERRY).write_text(
        text.replace("dogs\n    question:", "dogs\n    draft: false\n    question:"), encoding="utf-8"
    )
    assert load(small) == entry


@pytest.mark.slow
def test_nobody_gets_to_see_a_draft(small: Path, tmp_path: Path) -> None:
    """Its own question is not answered with it, and neither `topics` nor `show` knows it."""
    append(small / FERRY, STUB)

    def said(*arguments: str) -> str:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "CACHE_DIR": str(tmp_path / "models")}
        command = [sys.executable, "-m", "bot", *arguments]
        done = subprocess.run(command, cwd=small, env=environment, capture_output=True, check=False)  # noqa: S603
        assert b"Traceback" not in done.stderr
        return done.stdout.decode() + done.stderr.decode()

    assert "TODO" not in said("ask", "--no-log", "May dogs come along?")
    assert "ferry-dogs" not in said("ask", "--explain", "May dogs come along?")
    assert "ferry-dogs" not in said("topics")
    assert "TODO" not in said("show", "ferry-dogs")


def test_the_form_of_a_draft_is_checked(small: Path, edit: Edit) -> None:
    """Its keys are those of any entry."""
    append(small / FERRY, STUB)
    edit(FERRY, "    answer: |\n      TODO", "    anwser: |\n      TODO")
    assert {(problem.code, problem.file) for problem in refused(small)} == {("Y106", FERRY)}


def test_the_id_of_a_draft_is_taken(small: Path) -> None:
    """A second entry with it is a double, whichever of the two is the draft; the one that is read last is told."""
    append(small / FERRY, STUB.replace("ferry-dogs", "ferry-times"))
    (problem,) = refused(small)
    assert (problem.file, problem.code) == (FERRY, "F203")
    assert problem.line == line_of(small / FERRY, "May dogs") - 1
    (small / "faq/en/boats.yaml").write_text(
        f"{SCHEMA_LINE}topic: Boats\nentries:{STUB.replace('ferry-dogs', 'ferry-plans')}", encoding="utf-8"
    )
    told = {(problem.file, problem.code, "boats.yaml:4" in problem.fact) for problem in refused(small)}
    assert told == {(FERRY, "F203", False), (FERRY, "F203", True)}


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (FERRY, "see_also: [ferry-history]", "see_also: [ferry-dogs]"),
        (FERRY, "belongs_to: ferry-times", "belongs_to: ferry-dogs"),
        ("faq/en/interface.yaml", "[ferry-times,", "[ferry-dogs,"),
    ],
)
def test_what_points_to_a_draft_is_told_apart_from_what_points_nowhere(
    small: Path, edit: Edit, file: str, old: str, new: str
) -> None:
    """The bot has nothing to show there; the problem says that the entry is a draft."""
    append(small / FERRY, STUB)
    edit(file, old, new)
    (problem,) = refused(small)
    assert (problem.file, problem.code) == (file, "F205")
    assert "'ferry-dogs', which is a draft" in problem.fact
    assert "write the draft's answer first" in problem.hint


def test_what_a_draft_points_to_is_not_looked_at(small: Path) -> None:
    """Its sources and related entries may be drafts of their own."""
    before = load(small)
    append(small / FERRY, STUB + "    sources: [note.99]\n    see_also: [nowhere]\n")
    assert load(small) == before


def test_an_faq_of_drafts_alone_has_no_answer(small: Path) -> None:
    """It is refused like one that is empty."""
    for name in ("urgent", "smalltalk", "out_of_scope"):
        (small / f"faq/en/{name}.yaml").unlink()
    (small / FERRY).write_text(f"{SCHEMA_LINE}topic: Boats\nentries:{STUB}", encoding="utf-8")
    assert "F208" in {problem.code for problem in refused(small)}


# --- Translations ------------------------------------------------------------------------------------------------


def test_what_is_not_translated_is_in_english(small: Path) -> None:
    """Rather than not at all: an entry that is missing, one of an older English text, and sources."""
    add_french(small)
    faq = load(small)
    french = faq.in_language("fr")
    assert (french.language, french.languages) == ("fr", {"en": "English", "fr": "Français"})
    assert faq.languages == french.languages
    assert french.entries.keys() == faq.entries.keys()
    assert french.entries["ferry-fares"] == replace(faq.entries["ferry-fares"], topic="Le bac")
    assert french.interface.helpful == "Utile ?"
    assert french.interface.examples == faq.interface.examples
    times = french.entries["ferry-times"]
    assert (times.question, times.language, times.is_machine) == ("À quelle heure partent les bateaux ?", "fr", False)
    assert french.entries["ferry-passengers"].is_machine
    assert times.sources == faq.entries["ferry-times"].sources
    assert french.emergency.name("IT") == "Italie"


def test_a_translation_of_an_older_text_is_not_shown(small: Path, edit: Edit) -> None:
    """Nor where a fact that the answer rests on has changed."""
    add_french(small)
    edit(FERRY, "School classes were not counted.", "School classes were counted.")
    assert load(small).in_language("fr").entries["ferry-passengers"].language == "en"
    assert load(small).in_language("fr").entries["ferry-times"].language == "fr"


def test_a_translation_leaves_the_english_as_it_is(small: Path) -> None:
    """With and without translations it is the same, save for the version, which names all that is in use."""
    before = load(small)
    add_french(small)
    after = load(small)
    before = replace(before, foreign_phrasings=after.foreign_phrasings)  # the translated questions are phrasings too
    assert replace(after, translations={}, languages=before.languages, version=before.version) == before
    assert after.version != before.version


def test_a_translation_without_texts_of_its_own_is_not_used(small: Path, caplog: pytest.LogCaptureFixture) -> None:
    """It would say in English that it answers in French. The log says what is missing."""
    add_french(small)
    (small / "faq/fr/interface.yaml").unlink()
    assert not load(small).translations
    assert "faq/fr/: cannot be used yet; add its interface.yaml" in caplog.text


# --- What is broken ----------------------------------------------------------------------------------------------


def test_a_broken_entry_does_not_hide_problems_of_others(small: Path, edit: Edit) -> None:
    """Both of two broken entries are reported, each at its own place, and the sound ones are kept."""
    edit(FERRY, "    question: What does a ticket cost?\n", "")
    edit(FERRY, "    question: When did the ferry line open?\n", "    question: 1921\n")
    content = read_content(small / "faq", small / "seeds")
    assert {(problem.line, problem.code) for problem in content.diagnostics} == {
        (line_of(small / FERRY, "- id: ferry-fares"), "Y107"),
        (line_of(small / FERRY, "question: 1921"), "Y109"),
    }
    kept = [entry.id for entry, _ in content.main.entries if entry.kind is Kind.ANSWER]
    assert kept == ["ferry-passengers", "ferry-times", "ferry-bicycles", "ferry-plans"]


def test_a_broken_entry_is_not_unknown_to_those_that_point_to_it(small: Path, edit: Edit) -> None:
    """One mistake in an entry is one problem, not one more at every entry that relates to it."""
    edit(FERRY, "    question: When do the boats leave?\n", "")
    content = read_content(small / "faq", small / "seeds")
    assert [problem.code for problem in content.diagnostics] == ["Y107"]
    assert list(check_references(content)) == []


def test_a_broken_record_is_not_unknown_to_those_that_cite_it(small: Path, edit: Edit) -> None:
    """One mistake in a record is one problem, not one more at every entry that cites it."""
    edit("seeds/note.yaml", "publisher: Town of Lindmere\n", "")
    content = read_content(small / "faq", small / "seeds")
    assert [problem.code for problem in content.diagnostics] == ["Y107"]
    assert list(check_references(content)) == []


def test_all_problems_are_told_at_once(small: Path, edit: Edit) -> None:
    """The error lists what is wrong in every file of both folders, so that one look suffices."""
    edit("seeds/note.yaml", "rating: confirmed", "rating: sure")
    edit("seeds/links.yaml", "purpose: help", "purpose: aid")
    edit(FERRY, "    answer: |\n      A crossing", "    anwser: |\n      A crossing")
    edit("faq/en/interface.yaml", "forget: Done.\n", "")
    edit("faq/en/words.yaml", "hw: how", "hw: no")
    found = refused(small)
    assert {(problem.file, problem.code) for problem in found} >= {
        ("seeds/note.yaml", "Y108"),
        ("seeds/links.yaml", "Y108"),
        (FERRY, "Y106"),
        ("faq/en/interface.yaml", "Y107"),
        ("faq/en/words.yaml", "Y109"),
    }


def test_the_error_says_every_problem_in_words(small: Path, edit: Edit) -> None:
    """What is printed when the bot does not start has a line for each problem."""
    edit("seeds/note.yaml", "rating: confirmed", "rating: sure")
    edit("faq/en/words.yaml", "hw: how", "hw: no")
    with pytest.raises(ContentError) as caught:
        load(small)
    assert str(caught.value).splitlines() == [str(problem) for problem in caught.value.diagnostics]
    assert 'faq/en/words.yaml:4: Y109 unquoted: YAML reads no as yes or no, not as text; write "no"' in str(
        caught.value
    )


@pytest.mark.parametrize(
    ("file", "old", "new", "code"),
    [
        (FERRY, "sources: [note.1]", "sources: [note.9]", "F204"),
        (FERRY, "read_more: [coast-plan]", "read_more: [coast-plane]", "F206"),
        (FERRY, "see_also: [ferry-history]", "see_also: [history]", "F205"),
        (FERRY, "see_also: [ferry-history]", "then: {why: history}", "F205"),
        (FERRY, "belongs_to: ferry-times", "belongs_to: times", "F205"),
        ("faq/en/interface.yaml", "[ferry-times,", "[times,", "F205"),
    ],
)
def test_content_that_points_nowhere_is_refused(
    small: Path, edit: Edit, file: str, old: str, new: str, code: str
) -> None:
    """An id that leads nowhere is told at the start, not when a person asks for the entry."""
    edit(file, old, new)
    assert [(problem.file, problem.code) for problem in refused(small)] == [(file, code)]


@pytest.mark.parametrize("name", ["time", "topic", "nearest_topic"])
def test_what_loads_can_be_shown(small: Path, edit: Edit, name: str) -> None:
    """Content that read_faq lets through never fails on the way to a person."""
    field = name.removeprefix("nearest_")
    text = (small / "faq/en/interface.yaml").read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if line.startswith(f"{name}:"))
    edit("faq/en/interface.yaml", line, line.replace(f"{{{field}}}", "{wrong}"))
    assert [problem.code for problem in refused(small)] == ["F701"]


def test_every_entry_of_loaded_content_can_be_shown(small: Path) -> None:
    """Each entry, of every kind and in every language, becomes a reply."""
    add_french(small)
    main = load(small)
    for faq in (main, *main.translations.values()):
        for entry in faq.entries.values():
            assert render_entry(entry, faq).sections


def test_an_id_in_two_files_names_both_places(small: Path) -> None:
    """The second one is the problem, and it says where the first one stands."""
    text = (small / FERRY).read_text(encoding="utf-8").replace("topic:", "# A copy\ntopic:")
    (small / "faq/en/zoo.yaml").write_text(text, encoding="utf-8")
    found = refused(small)
    assert {problem.code for problem in found} == {"F203"}
    assert len(found) == 6
    assert (found[0].file, found[0].line) == ("faq/en/zoo.yaml", 5)
    assert "'ferry-passengers' stands already at faq/en/ferry.yaml:4" in found[0].fact


def test_an_id_may_stand_in_two_languages(small: Path) -> None:
    """A translation repeats the ids; that is no double."""
    add_french(small)
    assert read_content(small / "faq", small / "seeds").diagnostics == []


def test_a_page_and_a_document_do_not_share_an_id(small: Path, edit: Edit) -> None:
    """Pages and documents are cited and linked alike, so that an id means one of them."""
    edit("seeds/links.yaml", "- id: coast-guard", "- id: note")
    problem = next(problem for problem in refused(small) if problem.code == "F203")
    assert (problem.file, problem.line) == ("seeds/note.yaml", 2)
    assert "seeds/links.yaml:3" in problem.fact


def test_a_record_is_named_like_its_file(small: Path) -> None:
    """A record in a file of another name is a problem that says how to name the file."""
    (small / "seeds/note.yaml").rename(small / "seeds/notes.yaml")
    problem = refused(small)[0]
    assert (problem.file, problem.line, problem.code) == ("seeds/notes.yaml", 2, "Y111")
    assert "note.yaml" in problem.hint


@pytest.mark.parametrize("pages", ["7", "hello", "{a: b}", ""])
def test_pages_that_are_no_list_are_a_problem(small: Path, pages: str) -> None:
    """links.yaml with something else than a list under `pages` is wrong, not empty."""
    (small / "seeds/links.yaml").write_text(f"# yaml-language-server: $schema=x\npages: {pages}\n", encoding="utf-8")
    found = read_content(small / "faq", small / "seeds").diagnostics
    assert [(problem.file, problem.line, problem.code) for problem in found] == [("seeds/links.yaml", 2, "Y108")]


@pytest.mark.parametrize("entries", ["7", "hello", "{a: b}", ""])
def test_entries_that_are_no_list_are_a_problem(small: Path, entries: str) -> None:
    """A topic with something else than a list under `entries` is wrong."""
    body = f"# yaml-language-server: $schema=x\ntopic: Crew\nentries: {entries}\n"
    (small / "faq/en/crew.yaml").write_text(body, encoding="utf-8")
    found = read_content(small / "faq", small / "seeds").diagnostics
    assert [(problem.file, problem.line, problem.code) for problem in found] == [("faq/en/crew.yaml", 3, "Y108")]


# --- What is missing ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("folder", "setting"), [("faq", "FAQ_DIR"), ("seeds", "SEEDS_DIR")])
def test_a_missing_folder_is_told_with_its_setting(small: Path, folder: str, setting: str) -> None:
    """Who runs the bot elsewhere reads which folder is missing and which setting names it."""
    shutil.rmtree(small / folder)
    problem = refused(small)[0]
    assert (problem.file, problem.code) == (str(small / folder), "Y101")
    assert setting in problem.hint


@pytest.mark.parametrize(
    "with_warning",
    ["no warning", "a warning"],
)
def test_a_missing_english_folder_is_told(small: Path, edit: Edit, with_warning: str) -> None:
    """An FAQ without its main language cannot be used, and says so."""
    if with_warning == "a warning":
        edit(FERRY, SCHEMA_LINE, "# For editors\n")
    (small / "faq/en").rename(small / "faq/fr")
    problem = refused(small)[0]
    assert (problem.file, problem.code) == (str(small / "faq"), "Y101")
    assert "no folder 'en'" in problem.fact


@pytest.mark.parametrize(
    "with_warning",
    ["no warning", "a warning"],
)
def test_a_missing_interface_is_told(small: Path, edit: Edit, with_warning: str) -> None:
    """Without interface.yaml the bot has no words of its own, and says so."""
    if with_warning == "a warning":
        edit(FERRY, SCHEMA_LINE, "# For editors\n")
    (small / "faq/en/interface.yaml").unlink()
    problem = refused(small)[0]
    assert (problem.file, problem.code) == ("faq/en", "Y101")
    assert "interface.yaml is missing" in problem.fact


def test_ids_in_the_wrong_place_are_reported_at_load(small: Path, edit: Edit) -> None:
    """A source where a fact is wanted, or a fact where a page is wanted, stops the load instead of a reply."""
    edit("faq/en/ferry.yaml", "[note.4]", "[note]")
    with pytest.raises(ContentError, match="F204"):
        read_faq(small / "faq", small / "seeds")


def test_a_file_that_no_language_reads_is_reported(small: Path) -> None:
    """A topic put beside the languages' folders, or deeper, is not passed over."""
    for place in ("faq/lost.yaml", "faq/pt-BR/lost.yaml", "faq/en/deep/lost.yaml"):
        path = small / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("topic: Lost\n", encoding="utf-8")
    found = read_content(small / "faq", small / "seeds").diagnostics
    assert {problem.file for problem in found if problem.code == "Y111"} == {
        "faq/lost.yaml",
        "faq/pt-BR/lost.yaml",
        "faq/en/deep/lost.yaml",
    }
