"""The content check: every rule reports its breach at the right place, and sound content is left in peace."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.content.diagnostics import RULES, Diagnostic, Severity, errors
from bot.content.lint import lint, lint_phrasings
from bot.content.loader import read_content
from bot.content.parsed import Content
from bot.matching.model_cache import load_or_check_rows
from bot.runtime.load import learn, read_originals
from tests.support.learning import lint_all
from tests.support.paths import FRENCH, SMALL

Edit = Callable[[str, str, str], None]
TODAY = date(2026, 11, 22)

FERRY, URGENT, SMALLTALK = "faq/en/ferry.yaml", "faq/en/urgent.yaml", "faq/en/smalltalk.yaml"
INTERFACE, WORDS, FRENCH_FERRY = "faq/en/interface.yaml", "faq/en/words.yaml", "faq/fr/ferry.yaml"
FRENCH_TEXTS = "faq/fr/interface.yaml"
OF_FRENCH = frozenset({"F601", "F607"})  # said of the small translation as it is
CRIES = "faq/cries/de.yaml"
PHRASINGS = "faq/phrasings/de.yaml"
NOTE, LINKS, ORIGINAL = "seeds/note.yaml", "seeds/links.yaml", "originals/note.txt"
NUMBERS, EMERGENCY = "seeds/emergency_numbers.yaml", "faq/en/emergency.yaml"
OF_COUNTRIES = "seeds/country_pages.yaml"


def check(folder: Path, today: date = TODAY) -> tuple[Diagnostic, ...]:
    """All problems of the small FAQ's copy, its figures compared with the original."""
    content = read_content(folder / "faq", folder / "seeds")
    return lint_all(content, today, originals=read_originals(folder / "originals", content))


def of_rule(code: str, found: tuple[Diagnostic, ...]) -> list[Diagnostic]:
    return [problem for problem in found if problem.code == code]


def line_at(path: Path, *marks: str) -> int:
    """The line of the last mark, each looked for below the one before; 1 without marks."""
    lines = path.read_text(encoding="utf-8").splitlines() if marks else []
    line = 0
    for mark in marks:
        line = next(at for at in range(line, len(lines)) if mark in lines[at]) + 1
    return max(line, 1)


# --- Every rule --------------------------------------------------------------------------------------------------

NO_CRIES = frozenset({"F801", "F802"})  # of a card that has another id


@dataclass(frozen=True, slots=True)
class Case:
    """An edit (file, old, new) of the small FAQ and the problem that it makes; without an old text the file goes.

    ``at`` leads to the problem's line: texts that stand one below the other. ``also`` are further rules that the same
    edit breaks; no others may be reported.
    """

    code: str
    file: str
    at: tuple[str, ...]
    edit: tuple[str, str | None, str] | None
    says: str = ""
    also: frozenset[str] = frozenset()
    in_french: bool = False

    def __str__(self) -> str:
        return f"{self.code}-{self.file}"


THANKS = "You are welcome."
CLASSES = "School classes were not counted."
TWICE = (
    '"117", for: [police], sources: [short-numbers]}\n  - country: "CH"\n    numbers:\n'
    '      - {number: "117", for: [police], sources: [short-numbers]}\n'
)
LOST = "- is my BIKE allowed on the ferry"  # what another entry asks

FERRY_ENTRIES = (SMALL / FERRY).read_text(encoding="utf-8").partition("The ferry\n")[2]

CASES = [
    # The file itself.
    Case("Y101", WORDS, (), (WORDS, "spellings:", "#" * 1_000_001), "bytes"),
    Case("Y102", WORDS, ("timetabel",), (WORDS, "  hw: how", "  hw how"), "expected ':'"),
    Case("Y103", WORDS, ("hw: how",), (WORDS, "  hw: how", "\thw: how"), "a tab"),
    Case("Y104", WORDS, ("ppl: all",), (WORDS, "  hw: how", "  hw: how\n  ppl: all"), "'ppl' stands already on line 3"),
    Case(
        "Y105",
        FERRY,
        ("&a",),
        (FERRY, "see_also: [ferry-fares, ferry-times]", "see_also: [&a ferry-fares, *a]"),
        also=frozenset({"Y108", "S101"}),
    ),
    Case(
        "Y106",
        FERRY,
        ("anwser:",),
        (FERRY, "    answer: |\n      A cross", "    anwser: |\n      A cross"),
        "'anwser'",
        frozenset({"S101"}),
    ),
    Case("Y107", SMALLTALK, ("id: smalltalk-hello",), (SMALLTALK, "    title: Greeting\n", ""), "'title' is missing"),
    Case("Y108", SMALLTALK, ("reviewed:",), (SMALLTALK, "reviewed: 2026-11-21", "reviewed: today"), "no day"),
    Case("Y109", SMALLTALK, ("- no",), (SMALLTALK, "- howdy", "- no"), "reads no as yes or no"),
    Case("Y110", FERRY, (), (FERRY, "# yaml-language-server", "# server"), "schema"),
    Case(
        "Y112",
        FERRY,
        ("how busy",),
        (FERRY, "- how busy is the boat", "- how busy is # the boat"),
        "'# the boat' is a comment",
    ),
    Case(
        "Y113",
        FERRY,
        ("how busy",),
        (FERRY, "- how busy is the boat", "- how busy is the boat # allow F305"),
        "no reason is given",
    ),
    Case(
        "Y111",
        NOTE,
        ("id: report",),
        (NOTE, "id: note\n", "id: report\n"),
        "'report'",
        frozenset({"F204", "F404", "S101"}),
    ),
    # Ids and what they point to.
    Case(
        "F209",
        FERRY,
        ("see_also:",),
        (FERRY, "see_also: [ferry-fares, ferry-times]", "see_also: [ferry-times, ferry-times]"),
        "'ferry-times' stands twice",
    ),
    Case(
        "F209",
        FERRY,
        ("see_also:",),
        (FERRY, "see_also: [ferry-fares, ferry-times]", "see_also: [ferry-passengers]"),
        "leads to itself",
    ),
    # What people would see.
    Case("F416", FERRY, ("answer:",), (FERRY, CLASSES, "School classes were <b>not</b> counted."), "'<b>'"),
    Case("F416", FERRY, ("answer:",), (FERRY, CLASSES, "School [classes](x) were not counted."), "'[classes](x)'"),
    Case("F608", FERRY, ("answer:",), (FERRY, CLASSES, "School \u202eclasses were not counted."), "direction mark"),
    Case(
        "F305", FERRY, ("how busy",), (FERRY, "- how busy is the boat", f"- how busy is the {'long ' * 50}boat"), "270"
    ),
    Case("F417", FERRY, ("answer:",), (FERRY, "In 2023 the ferry", "In 2021 the ferry"), "", frozenset({"F404"})),
    Case("F504", FERRY, ("reviewed:",), (FERRY, "reviewed: 2026-11-21", "reviewed: 2028-11-21"), "2028"),
    Case("F201", URGENT, ("Urgent_Fire",), (URGENT, "urgent-fire", "Urgent_Fire"), "'Urgent_Fire' is no id", NO_CRIES),
    Case("F202", URGENT, ("id: urgent-and",), (URGENT, "urgent-fire", "urgent" + "-and" * 9), "42 bytes", NO_CRIES),
    Case(
        "F203",
        URGENT,
        ("- id", "- id"),
        (URGENT, "urgent-fire", "urgent-overboard"),
        f"already at {URGENT}:4",
        NO_CRIES,
    ),
    Case(
        "F203",
        NOTE,
        ("- id: 5", "- id: 5"),
        (NOTE, "- id: 6", "- id: 5"),
        "note.5 stands already on line 39",
        frozenset({"F204", "F404"}),
    ),
    Case("F204", FERRY, ("note.9",), (FERRY, "sources: [note.4]", "sources: [note.4, note.9]"), "cites note.9"),
    Case(
        "F409",
        FERRY,
        ("ferry-history", "draft: true"),
        (FERRY, "  - id: ferry-history\n", "  - id: ferry-history\n    draft: true\n"),
        "entry 'ferry-history' is a draft",
        frozenset({"F205", "S101"}),
    ),
    Case("F205", FERRY, ("[history]",), (FERRY, "see_also: [ferry-history]", "see_also: [history]"), "'history'"),
    Case("F205", FERRY, ("to: times",), (FERRY, "belongs_to: ferry-times", "belongs_to: times"), "'times'"),
    Case("F205", INTERFACE, ("examples",), (INTERFACE, "[ferry-times,", "[times,"), "'times'"),
    Case("F206", FERRY, ("coast-plane",), (FERRY, "read_more: [coast-plan]", "read_more: [coast-plane]"), "'coast-pl"),
    Case("F207", FERRY, ("[note.4]",), (NOTE, "- id: 4\n", "- id: 4\n    left_out: Too small.\n"), "Too small."),
    Case(
        "F208",
        "faq/en",
        (),
        (FERRY, FERRY_ENTRIES, "entries: []\n"),
        "no answer",
        frozenset({"F205", "F807", "S101"}),
    ),
    # Phrasings.
    Case(
        "F301",
        SMALLTALK,
        ("smalltalk-thanks", "phrasings"),
        (SMALLTALK, "      - cheers\n      - that helped, thanks\n", ""),
        "'smalltalk-thanks' has 7",
    ),
    Case("F302", SMALLTALK, ("CHEERS",), (SMALLTALK, "- cheers\n", "- cheers\n      - CHEERS\n"), "already on line"),
    Case(
        "F303",
        FERRY,
        ("- when does the last boat leave",),
        (FERRY, "- year of opening", "- when does the last boat leaves"),
        "(ferry-history) at faq/en/ferry.yaml:",
        also=frozenset({"F304"}),
    ),
    Case(
        "F303",
        FERRY,
        ("how many people live",),
        (FERRY, "- year of opening", "- how many people live in Lindmere?"),
        "(none)",
    ),
    Case(
        "F304",
        FERRY,
        (LOST,),
        (FERRY, "- year of opening", LOST),
        "finds 'ferry-bicycles' by its 'is my bike allowed on the ferry'",
        also=frozenset({"F303"}),
    ),
    # Answers.
    Case(
        "F401", SMALLTALK, ("smalltalk-thanks", "answer"), (SMALLTALK, THANKS, '"  "'), "answer of 'smalltalk-thanks'"
    ),
    Case(
        "F401",
        FERRY,
        ("question: ' '",),
        (FERRY, "question: When do the boats leave?", "question: ' '"),
        "question",
        frozenset({"F304"}),
    ),
    Case("F401", FERRY, ("- '?!'",), (FERRY, "- number of passengers a day", "- '?!'"), "'?!' has no words"),
    Case("F402", SMALLTALK, ("smalltalk-thanks", "answer"), (SMALLTALK, THANKS, "Welcome. " * 134), "1,205 characters"),
    Case("F403", SMALLTALK, ("smalltalk-thanks", "answer"), (SMALLTALK, THANKS, "See www.un.example."), "'www.'"),
    Case(
        "F403", SMALLTALK, ("smalltalk-thanks", "answer"), (SMALLTALK, THANKS, "Write to a.b@un.example"), "'a.b@un.e"
    ),
    Case("F404", FERRY, ("ferry-passengers", "answer"), (FERRY, "were not counted", "came 7 times"), "states '7'"),
    Case("F405", FERRY, ("id: ferry-bicycles",), (FERRY, "[note.4]", "[]"), "cites no fact", frozenset({"S101"})),
    Case(
        "F406",
        SMALLTALK,
        ("smalltalk-thanks", "answer"),
        (SMALLTALK, THANKS, "Call +49 170 1234567."),
        "telephone number",
        frozenset({"F404"}),
    ),
    Case("F406", INTERFACE, ("forget:",), (INTERFACE, "forget: Done.", "forget: Call 911."), "'forget'"),
    Case("F406", INTERFACE, ("emergency:",), (INTERFACE, "It is 112", "It is 112 or 999"), "'emergency'"),
    Case(
        "F406", INTERFACE, ("emergency_careful:",), (INTERFACE, "call 112 or your", "call your"), "'emergency_careful'"
    ),
    Case(
        "F406",
        URGENT,
        ("urgent-overboard", "answer"),
        (URGENT, "Do not jump in after them.", "Call +49 170 1234567."),
        "telephone number",
        frozenset({"F404"}),
    ),
    Case(
        "F410",
        URGENT,
        ("urgent-overboard", "answer"),
        (URGENT, "Shout, throw a life ring, and", "You who are on deck shout, throw a life ring, and"),
        "'You who are on deck shout, thr…' of 'urgent-overboard' has 17 words",
    ),
    Case(
        "F410",
        URGENT,
        ("urgent-overboard", "answer"),
        (URGENT, "Do not jump in after them.", f"Do not jump {'so ' * 12}far."),
        "has 16 words",
    ),
    Case("F503", URGENT, ("urgent-overboard",), (URGENT, "    reviewed_by: the harbour master\n", ""), "urgent cards"),
    Case("F407", URGENT, ("urgent-overboard",), (URGENT, "    read_more: [coast-guard]\n", ""), "leads to no help"),
    Case(
        "F418",
        FERRY,
        ("ferry-passengers", "answer"),
        (FERRY, CLASSES, "It is so in all five town documents."),
        "five documents, and there are 1",
        frozenset({"F404"}),
    ),
    Case(
        "F418",
        INTERFACE,
        ("sources:",),
        (INTERFACE, "rest on this document:", "rest on these 12 documents:"),
        "12 documents",
    ),
    Case("F418", NOTE, ("- id: 4", "fact:"), (NOTE, "travel free of charge on", "go by three documents, on"), "three"),
    Case(
        "F419",
        FERRY,
        ("ferry-passengers", "answer"),
        (FERRY, "In 2023 the ferry carried 1,400", "The latest: in 2023 the ferry carried 1,400"),
        "coast-plan.2 succeeds note.1",
    ),
    Case(
        "F204",
        NOTE,
        ("- id: 1", "succeeded_by"),
        (NOTE, "succeeded_by: coast-plan.2", "succeeded_by: coast-plan.3"),
        "note.1 is succeeded by coast-plan.3",
    ),
    Case("F408", SMALLTALK, ("smalltalk-thanks", "answer"), (SMALLTALK, THANKS, "so " * 18 + "long."), "19 words"),
    Case(
        "F408",
        SMALLTALK,
        ("smalltalk-thanks", "answer"),
        (SMALLTALK, THANKS, f"{'so ' * 10}long; {'so ' * 8}long."),
        "20 words",
    ),
    Case("F411", FERRY, ("ferry-passengers", "answer"), (FERRY, CLASSES, f"{CLASSES} " * 11), "has 64 words"),
    Case(
        "F412",
        FERRY,
        ("ferry-passengers", "answer"),
        (FERRY, "1,400 people a day.", "1,400 people a day there and back again."),
        "has 13 words",
    ),
    Case(
        "F420",
        FERRY,
        ("ferry-passengers", "answer"),
        (FERRY, CLASSES, "Subsequently, intercontinental authorities inaugurated additional accommodation."),
        "is of school grade 21.8",
    ),
    Case(
        "F413",
        SMALLTALK,
        ("smalltalk-thanks", "answer"),
        (SMALLTALK, THANKS, "Our documents do not say."),
        "says 'Our documents'",
    ),
    # Cries for help in other languages.
    Case(
        "F801",
        CRIES,
        ("urgent-flood",),
        (CRIES, "  urgent-fire:", "  urgent-flood:"),
        "'urgent-flood' is no urgent card",
        frozenset({"F802"}),
    ),
    Case("F802", CRIES, ("urgent-fire",), (CRIES, "    - feuer an bord\n", ""), "'de' has 7 cries for 'urgent-fire'"),
    Case(
        "F803",
        CRIES,
        ("look_alikes", "- Mann"),
        (CRIES, "  - was kostet", "  - Mann über Booord!\n  - was kostet"),
        "line",
    ),
    Case("F804", CRIES, ("do:",), (CRIES, "rufen Sie jetzt", f"rufen {'Sie ' * 12}jetzt"), "'do' has 19 words"),
    Case("F804", CRIES, ("program:",), (CRIES, "Ich bin ein Programm", "Ich bin Programm 3"), "numbers of 'program'"),
    Case("F804", CRIES, ("call:",), (CRIES, "Die 112 gilt", "Die 110 gilt"), "numbers of 'call'"),
    Case("F805", CRIES, ("more:",), (CRIES, "Was folgt, ist auf Englisch.", "Дальше по-английски."), "not in LATIN"),
    Case("F805", CRIES, ("пожар",), (CRIES, "feuer an bord", "пожар на борту"), "another script"),
    Case("F806", CRIES, ("language:",), (CRIES, "read_by: the ferry's cook\n", ""), "the cries of de"),
    Case("Y111", CRIES, ("language:",), (CRIES, "language: de", "language: nl"), "'nl'"),
    Case("Y111", PHRASINGS, ("language:",), (PHRASINGS, "language: de", "language: nl"), "'nl'"),
    Case(
        "F807",
        PHRASINGS,
        ("urgent-fire:",),
        (PHRASINGS, "  ferry-fares:", "  urgent-fire:"),
        "'urgent-fire' is no question",
    ),
    # Reviews and translations.
    Case(
        "F501", SMALLTALK, ("review_by",), (SMALLTALK, "review_by: 2027-11-21", "review_by: 2026-11-21"), "2026-11-21"
    ),
    Case(
        "F502", SMALLTALK, ("review_by",), (SMALLTALK, "review_by: 2027-11-21", "review_by: 2026-12-01"), "2026-12-01"
    ),
    Case(
        "F414",
        FERRY,
        ("id: ferry-times",),
        (FERRY, "question: When do the boats leave?", "question: When do the boats leave from the pier in summer?"),
        "'ferry-times' says 48 characters",
    ),
    Case(
        "F415",
        "faq/follow_ups/en.yaml",
        ("shorter:",),
        ("faq/follow_ups/en.yaml", "too long]", "too long, source]"),
        "'source' stands under 'source' too",
    ),
    Case("F601", FRENCH_FERRY, (), None, "into 'fr'", in_french=True),
    Case("F603", "faq/fr", (), ("faq/fr/interface.yaml", None, ""), "so it is not used", in_french=True),
    Case(
        "F602",
        FRENCH_FERRY,
        ("id: bac-times",),
        (FRENCH_FERRY, "id: ferry-times", "id: bac-times"),
        "'bac-times'",
        in_french=True,
    ),
    Case("F604", FRENCH_FERRY, ("of:",), (FERRY, CLASSES, "Classes were not counted."), "has changed", in_french=True),
    Case("F605", FRENCH_FERRY, ("answer:",), (FRENCH_FERRY, "1 400", "1 500"), "only here 1 500, not", in_french=True),
    Case(
        "F606",
        FRENCH_FERRY,
        ("id: ferry-passengers",),
        (FRENCH_FERRY, "    question: Combien de gens prennent le bac ?\n", ""),
        "the question of 'ferry-passengers' is missing",
        in_french=True,
    ),
    Case("F607", FRENCH_FERRY, ("state:",), None, "1 texts in 'fr'", in_french=True),
    Case("F608", FRENCH_FERRY, ("answer:",), (FRENCH_FERRY, "le bac a", "le\u200f bac a"), "mark", in_french=True),
    Case(
        "F702",
        FRENCH_TEXTS,
        ("what_is_wrong:", "wrong:"),
        (FRENCH_TEXTS, "\nwrong: ", f"\nwrong: {'x' * 20}"),
        in_french=True,
    ),
    Case("F701", FRENCH_TEXTS, ("time:",), (FRENCH_TEXTS, "{time}", "{temps}"), "'time'", in_french=True),
    # The interface.
    Case(
        "F702",
        INTERFACE,
        ("short_description:",),
        (INTERFACE, "Lindmere ferry.\nbrowse", f"{'x' * 120}\nbrowse"),
        "120",
    ),
    Case("F702", INTERFACE, ("start:",), (INTERFACE, "start: Welcome", f"start: {'x' * 300}"), "'start'"),
    Case("F701", INTERFACE, ("time:",), (INTERFACE, "{time}", "{tim}"), "'time'"),
    Case("F701", INTERFACE, ("topic:",), (INTERFACE, 'topic: "Questions on: {topic}"', "topic: Questions"), "'topic'"),
    Case("F701", INTERFACE, ("forget:",), (INTERFACE, "forget: Done.", "forget: Done {nothing}."), "'forget'"),
    Case("F701", INTERFACE, ("forget:",), (INTERFACE, "forget: Done.", "forget: Done { nothing"), "'forget'"),
    # Sources.
    Case("S101", NOTE, ("- id: 4",), (FERRY, "sources: [note.4]", "sources: [note.3]"), "no entry cites note.4"),
    Case("S102", NOTE, ("url:",), (NOTE, "https://", "ftp://"), "is no web address"),
    Case("S102", NOTE, ("url:",), (NOTE, "https://lindmere", "lindmere"), "is no web address"),
    Case("S102", NOTE, ("url:",), (NOTE, "https://", "http://"), "is http"),
    Case("S103", LINKS, ("coast-plan", "url:"), (LINKS, "https://harbours", "http://harbours"), "is http"),
    Case("S104", NOTE, ("- id: 6", "figures:"), (ORIGINAL, "\\$60 billion", "\\$61 billion"), "note.6: '$60 billion'"),
    Case("S105", NOTE, ("original:",), (NOTE, "original: note.txt", "original: notes.txt"), "notes.txt is not among"),
    Case("S107", NUMBERS, ('"XX"',), (NUMBERS, '"CH"', '"XX"'), "'XX' is no country", frozenset({"F703", "S108"})),
    Case(
        "S107",
        NUMBERS,
        ('"117"', '"CH"'),
        (NUMBERS, '"117", for: [police], sources: [short-numbers]}\n', TWICE),
        "'CH' stands already",
    ),
    Case("S108", NUMBERS, ('"12"',), (NUMBERS, '"117"', '"12"'), "libphonenumber does not know 12 in 'CH'"),
    Case(
        "S108", NUMBERS, ('"144"',), (NUMBERS, "[ambulance], sources: [short", "[ambulance], sources: [long"), "no page"
    ),
    Case(
        "S102", OF_COUNTRIES, ("FR",), (OF_COUNTRIES, "https://coastguard.example/fr", "coastguard"), "'coastguard' is"
    ),
    Case("S107", OF_COUNTRIES, ("XX",), (OF_COUNTRIES, '"FR"', '"XX"'), "'XX' is no country"),
    Case("S109", OF_COUNTRIES, ("page:",), (OF_COUNTRIES, "page: coast-guard", "page: coast"), "'coast' is no page"),
    Case("S109", OF_COUNTRIES, ("title:",), (OF_COUNTRIES, "{country}", "{land}"), "does not name the country"),
    Case("F701", EMERGENCY, ("heading:",), (EMERGENCY, "{country}", "{land}"), "the placeholders of 'heading' are off"),
    Case("F703", EMERGENCY, ("likely:",), (EMERGENCY, "likely: [IT]", "likely: [FR]"), "'FR' has no emergency numbers"),
    Case("S106", NOTE, ("- id: 5", "fact:"), (NOTE, "opened in 1921", "opened"), "note.5 does not state 1921"),
]


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_breach_is_reported_at_its_place(small: Path, edit: Edit, case: Case) -> None:
    """A mistake is reported under its rule, in its file and at its line, and draws no other problems than it makes."""
    if case.in_french:
        shutil.copytree(FRENCH, small, dirs_exist_ok=True)
    match case.edit:
        case (file, None, _):
            (small / file).unlink()
        case (file, str(old), new):
            edit(file, old, new)
    found = check(small)
    places = [(problem.file, problem.line) for problem in of_rule(case.code, found)]
    assert (case.file, line_at(small / case.file, *case.at)) in places, [str(problem) for problem in found]
    assert case.says in " ".join(problem.fact for problem in of_rule(case.code, found))
    also = case.also | (OF_FRENCH if case.in_french else frozenset())
    assert {problem.code for problem in found} - {case.code} <= also, [str(problem) for problem in found]


def test_every_rule_is_exercised() -> None:
    """A rule is added together with an example that breaks it."""
    assert {case.code for case in CASES} == set(RULES)


def test_the_small_content_has_no_problem(small: Path) -> None:
    """Nothing is said about sound content: all cases above begin from here."""
    assert check(small) == ()


@pytest.mark.slow
def test_the_projects_own_content_has_no_error(content: Content, learned: Path) -> None:
    """What people are answered with breaks no rule."""
    found = lint(content, TODAY)
    found += lint_phrasings(content, load_or_check_rows(content.faq(), learned, lambda: learn(content.faq(), learned)))
    assert [str(problem) for problem in errors(found)] == []


@pytest.mark.parametrize(
    "said",
    [
        "It is so in two of the documents.",  # not all of them, and seldom a count
        "In 2023 documents said so.",
        "The newest are of 2023.",  # of a year, which is no figure that grows old
        "The latest plan has $60 billion.",  # which no fact succeeds
        "It was 1,400 then. The latest count is not out.",
    ],
)
def test_what_sounds_like_an_old_figure_or_a_count_is_left_in_peace(small: Path, edit: Edit, said: str) -> None:
    """Where a person would see nothing wrong."""
    edit(FERRY, CLASSES, said)
    edit(FERRY, "sources: [note.1]", "sources: [note.1, note.6]")
    assert {problem.code for problem in lint(read_content(small / "faq", small / "seeds"), TODAY)} <= {"F408", "F417"}


# --- Drafts ------------------------------------------------------------------------------------------------------

STUB = """
  - id: Ferry_Dogs
    question: May dogs come along?
    draft: true
    phrasings:
      - timetable
    answer: "TODO: see www.un.example, 7 sentences."
    reviewed: 2020-11-21
    review_by: 2020-11-21
"""


def test_of_a_draft_one_thing_is_said(small: Path) -> None:
    """Nobody is told of too few phrasings, sources and dates of what is not written yet; the draft fails the check."""
    path = small / FERRY
    path.write_text(path.read_text(encoding="utf-8") + STUB, encoding="utf-8")
    (problem,) = errors(check(small))
    assert str(problem) == (
        f"{FERRY}:{line_at(path, 'Ferry_Dogs', 'draft:')}: F409 draft: entry 'Ferry_Dogs' is a draft; "
        "write its answer and take out the line 'draft: true'"
    )
    path.write_text(path.read_text(encoding="utf-8").replace("    draft: true\n", ""), encoding="utf-8")
    found = {problem.code for problem in check(small)}
    assert found == {"F201", "F301", "F303", "F304", "F403", "F404", "F405", "F420", "F501"}


def test_a_draft_does_not_hide_problems_of_others(small: Path, edit: Edit) -> None:
    """Phrasings are compared as they are without it."""
    edit(SMALLTALK, "    title: Thanks\n", "    title: Thanks\n    draft: true\n")
    add_phrasings(edit, "a very special phrasing of mine", "a very special phrasing of mine")
    assert {"F303", "F409"} <= {problem.code for problem in check(small)}


def test_a_fact_that_a_draft_cites_is_used(small: Path, edit: Edit) -> None:
    """It need not be left out while its entry is being written."""
    edit(FERRY, "  - id: ferry-bicycles\n", "  - id: ferry-bicycles\n    draft: true\n")
    assert {problem.code for problem in check(small)} == {"F205", "F409"}


def test_a_draft_lacks_no_translation(small: Path, edit: Edit) -> None:
    """It has no answer yet that could be translated."""
    shutil.copytree(FRENCH, small, dirs_exist_ok=True)
    known = {problem.fact for problem in of_rule("F601", check(small))}
    edit(FERRY, "- id: ferry-plans\n", "- id: ferry-plans\n    draft: true\n")
    left = {problem.fact for problem in of_rule("F601", check(small))}
    assert known - left == {fact for fact in known if "'ferry-plans'" in fact} != set()


# --- Errors and warnings -----------------------------------------------------------------------------------------


def test_warnings_are_told_apart_from_errors(small: Path, edit: Edit) -> None:
    """A passed review date informs; only the unstated figure fails the check."""
    edit(SMALLTALK, "review_by: 2027-11-21", "review_by: 2026-11-21")
    edit(FERRY, "were not counted", "came 7 times")
    found = check(small)
    assert {problem.code: problem.rule.severity for problem in found} == {
        "F501": Severity.WARNING,
        "F404": Severity.ERROR,
    }
    assert [problem.code for problem in errors(found)] == ["F404"]
    assert [str(problem).endswith(" (warning)") for problem in of_rule("F501", found)] == [True]
    assert [str(problem).endswith(" (warning)") for problem in of_rule("F404", found)] == [False]


def test_problems_are_sorted_by_place_and_told_once(small: Path, edit: Edit) -> None:
    """An editor works through a file from its top."""
    edit(FERRY, "see_also: [ferry-fares, ferry-times]", "see_also: [nowhere, nowhere]")
    edit(SMALLTALK, THANKS, '""')
    edit(URGENT, "    read_more: [coast-guard]\n", "")
    found = check(small)
    places = [(problem.file, problem.line) for problem in found]
    assert places == sorted(places)
    assert len(set(found)) == len(found)
    assert len({file for file, _ in places}) == 3


def test_a_problem_reads_as_place_rule_fact_and_mend(small: Path, edit: Edit) -> None:
    """One line for each problem, in the form that editors' programs know how to jump to."""
    edit(FERRY, "sources: [note.4]", "sources: [note.4, note.9]")
    (problem,) = check(small)
    assert str(problem) == (
        "faq/en/ferry.yaml:84: F204 unknown-fact: entry 'ferry-bicycles' cites note.9, which no record has; "
        "correct it, or add the fact to its record"
    )


def test_every_problem_has_the_same_form(small: Path, edit: Edit) -> None:
    """Whatever the rule, a problem names file, line, code, name, what is the matter and what to do."""
    edit(WORDS, "  hw: how", "\thw: how")
    edit(SMALLTALK, "- howdy", "- no")
    edit(NOTE, "https://", "ftp://")
    edit(NOTE, "opened in 1921", "opened")
    edit(INTERFACE, "{time}", "{tim}")
    found = check(small)
    assert len({problem.code for problem in found}) >= 5
    for problem in found:
        text = str(problem)
        assert re.fullmatch(rf"(faq/en|seeds)/\w+\.yaml:\d+: {problem.code} [a-z-]+: [^\n]+; [^\n]+", text), text
        assert problem.rule.name in text


def test_a_problem_is_one_line_whatever_the_content_holds(small: Path, edit: Edit) -> None:
    """A program that reads the problems line by line is not confused by what the content holds."""
    edit(URGENT, "- id: urgent-fire", '- id: "urgent\\nfire"')
    assert {len(str(problem).splitlines()) for problem in check(small)} == {1}


# --- Review dates ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "codes"),
    [
        (date(2027, 10, 20), set()),
        (date(2027, 10, 23), {"F502"}),
        (date(2027, 11, 21), {"F502"}),
        (date(2027, 11, 22), {"F501"}),
    ],
)
def test_reviews_are_asked_for_in_time(small: Path, today: date, codes: set[str]) -> None:
    """Within 30 days of its date a review is announced; from the day after it is overdue. The day is an argument."""
    found = check(small, today)
    assert {problem.code for problem in found} == codes
    assert errors(found) == ()
    assert len(found) in (0, 12)  # every entry of the small FAQ has the same date


# --- Figures and the original documents --------------------------------------------------------------------------


def figure_problems(folder: Path, edit: Edit, printed: str, figure: str) -> list[Diagnostic]:
    """What is wrong with a figure of note.1 where the document prints this text."""
    edit(NOTE, 'figures: ["1,400"]', f"figures: [{json.dumps(figure)}]")
    content = read_content(folder / "faq", folder / "seeds")
    found = lint_all(content, TODAY, originals={"note.txt": printed})
    return [problem for problem in found if problem.code == "S104" and problem.fact.startswith("note.1:")]


@pytest.mark.parametrize(
    ("printed", "figure"),
    [
        ("about 14,000¹ people", "14,000"),
        ("about 14,000¹ people", "14,000 people"),
        ("some \\$60 billion went", "$60 billion"),
        ("Ten percent of them", "ten percent"),
        ("ten\npercent of them", "ten percent"),
        ("in **2023**, the", "2023"),
        ("they were 14,000.", "14,000"),
        ("(14,000)", "14,000"),
        ("48% more than", "48%"),
        ("US$60 billion", "$60 billion"),
    ],
)
def test_a_figure_of_the_document_is_found(small: Path, edit: Edit, printed: str, figure: str) -> None:
    """Footnote marks, markup, line breaks and capitals do not hide a figure."""
    assert figure_problems(small, edit, printed, figure) == []


@pytest.mark.parametrize(
    ("printed", "figure"),
    [
        ("about 14,000¹ people", "14,0001"),
        ("about 114,000 people", "14,000"),
        ("about 14,0001 people", "14,000"),
        ("about 14,000 people", "000"),
        ("some $60 billion", "$60 million"),
        ("2.50 crowns", "50 crowns"),
        ("about 14,000 people", "14"),
        ("2.5 million", "2"),
        ("they often came", "ten"),
        ("sixty boats", "six"),
    ],
)
def test_a_figure_that_the_document_does_not_print_is_reported(
    small: Path, edit: Edit, printed: str, figure: str
) -> None:
    """A part of a longer figure is not that figure, and a footnote mark is no digit."""
    (problem,) = figure_problems(small, edit, printed, figure)
    assert (problem.file, problem.line) == (NOTE, line_at(small / NOTE, "- id: 1", "figures:"))


@pytest.mark.parametrize("originals", [{}, {"note.txt": None}])
def test_a_missing_original_is_reported_once(small: Path, originals: dict[str, str | None]) -> None:
    """A document that is not there is one problem, not one for each of its figures."""
    found = lint_all(read_content(small / "faq", small / "seeds"), TODAY, originals=originals)
    assert [(problem.code, problem.file) for problem in found] == [("S105", NOTE)]


def test_without_originals_nothing_is_compared(small: Path, edit: Edit) -> None:
    """Who has no documents checks all the rest."""
    edit(NOTE, "original: note.txt", "original: gone.txt")
    assert lint_all(read_content(small / "faq", small / "seeds"), TODAY) == ()


@pytest.mark.parametrize("figure", ["1400", "1.4 thousand", "1,400"])
def test_a_stated_figure_may_be_written_otherwise(small: Path, edit: Edit, figure: str) -> None:
    """The same number in another form is the number that the fact states."""
    edit(FERRY, "carried 1,400", f"carried {figure}")
    assert check(small) == ()


def test_a_figure_stated_by_an_uncited_fact_is_unstated(small: Path, edit: Edit) -> None:
    """A figure must stand in a fact that this very answer cites, so that its sources bear it out."""
    edit(FERRY, "School classes were not counted.", "The line opened in 1921.")
    assert [problem.code for problem in check(small)] == ["F404"]
    edit(FERRY, "sources: [note.1]", "sources: [note.1, note.5]")
    assert check(small) == ()


# --- Phrasings of two entries ------------------------------------------------------------------------------------


def add_phrasings(edit: Edit, one: str, other: str) -> None:
    """Give a phrasing to ferry-fares and another one to ferry-history."""
    edit(FERRY, "      - ticket price\n", f"      - ticket price\n      - {json.dumps(one)}\n")
    edit(FERRY, "      - year of opening\n", f"      - year of opening\n      - {json.dumps(other)}\n")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("the steamer tickets of my grandmother", "the steamer tickets of my grandmother"),
        ("the steamer tickets of my grandmother", "The steamer tickets of my grandmother?"),
        ("the steamer tickets of my grandmother", "the steamer ticket of my grandmother"),
        ("the café tickets of my grandmother", "the cafe tickets of my grandmother"),
    ],
)
def test_nearly_the_same_phrasing_under_two_entries_names_both_places(
    small: Path, edit: Edit, one: str, other: str
) -> None:
    """Whoever mends it sees both phrasings, both entries and both lines."""
    add_phrasings(edit, one, other)
    (problem,) = of_rule("F303", check(small))
    assert problem.line == line_at(small / FERRY, "- ticket price") + 1
    assert f"'{one}' (ferry-fares)" in problem.fact
    second = line_at(small / FERRY, "- year of opening") + 1
    assert problem.fact.endswith(f"'{other}' (ferry-history) at {FERRY}:{second}")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("tickets sold by the crew in 2022", "tickets sold by the crew in 2021"),
        ("tickets of line 7 for grandmothers", "tickets of line 9 for grandmothers"),
        ("the steamer tickets of my grandmother", "the first steamer my grandmother saw"),
    ],
)
def test_phrasings_that_differ_in_a_number_or_in_words_do_not_collide(
    small: Path, edit: Edit, one: str, other: str
) -> None:
    """Two years are two questions, however alike the rest is."""
    add_phrasings(edit, one, other)
    assert of_rule("F303", check(small)) == []


def test_a_phrasing_repeated_with_other_punctuation_is_reported(small: Path, edit: Edit) -> None:
    """A question mark does not make a phrasing another one: the matcher reads both as the same words."""
    edit(FERRY, "- departure times of the ferry", "- when does the last boat leave?")
    assert [problem.code for problem in check(small)] == ["F302"]


def test_a_lost_phrasing_names_the_entry_that_takes_it(small: Path, edit: Edit) -> None:
    """An editor learns which entry people would get for the phrasing."""
    edit(FERRY, "- year of opening", LOST)
    (problem,) = of_rule("F304", check(small))
    assert "belongs to 'ferry-history' and finds 'ferry-bicycles'" in problem.fact


def test_a_message_off_topic_that_is_a_phrasing_too_is_reported(small: Path) -> None:
    """It cannot both be answered and be left without an answer."""
    (small / "faq/en/off_topic.yaml").write_text("off_topic:\n  - boats on Mars\n  - may dogs come along?\n")
    (problem,) = of_rule("F303", check(small))
    assert "(ferry-bicycles)" in problem.fact
    assert "may dogs come along? (none)" in problem.fact.replace("'", "")
    assert "faq/en/off_topic.yaml:3" in f"{problem.file}:{problem.line} {problem.fact}"


def test_phrasings_are_compared_although_a_rule_of_another_kind_is_broken(small: Path, edit: Edit) -> None:
    """An unstated figure does not hide a shared phrasing."""
    add_phrasings(edit, "a very special phrasing of mine", "a very special phrasing of mine")
    edit(FERRY, "were not counted", "came 7 times")
    assert {"F303", "F404"} <= {problem.code for problem in check(small)}


# --- What must not make the check fail ---------------------------------------------------------------------------


def test_sound_content_may_hold_what_looks_like_a_breach(small: Path, edit: Edit) -> None:
    """Numbers, abbreviations and full stops in an answer are not taken for addresses and telephone numbers."""
    answer = (
        "In 2023 it carried 1,400 people a day, i.e. not 1,400 an hour. Information is on board; ask e.g. the crew."
    )
    edit(FERRY, "School classes were not counted.", answer)
    assert check(small) == ()


@pytest.mark.parametrize(
    "with_warning",
    ["no warning", "a warning"],
)
def test_a_missing_interface_is_a_problem_among_others(small: Path, edit: Edit, with_warning: str) -> None:
    """The check reports the missing file and goes on."""
    (small / INTERFACE).unlink()
    edit(FERRY, "were not counted", "came 7 times")
    if with_warning == "a warning":
        edit(FERRY, "# yaml-language-server", "# server")
    assert {"Y101", "F404"} <= {problem.code for problem in check(small)}


@pytest.mark.parametrize(
    "with_warning",
    ["no warning", "a warning"],
)
def test_missing_english_content_is_a_problem_among_others(small: Path, edit: Edit, with_warning: str) -> None:
    """Without the main language the check still reports and does not crash."""
    if with_warning == "a warning":
        edit(FERRY, "# yaml-language-server", "# server")
    (small / "faq/en").rename(small / "faq/fr")
    assert "Y101" in {problem.code for problem in check(small)}


def test_an_faq_without_entries_is_checked(small: Path, edit: Edit) -> None:
    """An FAQ that is just begun has no entries yet; the check says so and does not crash."""
    for name in ("ferry", "urgent", "smalltalk", "out_of_scope"):
        (small / f"faq/en/{name}.yaml").unlink()
    edit(INTERFACE, "examples: [ferry-times, ferry-fares, ferry-bicycles]", "examples: []")
    assert {problem.code for problem in check(small)} == {"F208", "S101"}


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scratch")


TEXT = st.text(min_size=1, max_size=60) | st.sampled_from(
    ["{topic}", "+49 170 1234567", "www.", "a@b.c", "112", "9" * 60, "½", "٣", "1,2.3,4", "'", "\n", "no", "👍"]
)


def quoted(text: str) -> str:
    """A text as YAML writes it in double quotes, on one line."""
    written: str = yaml.safe_dump(text, default_style='"', width=1_000_000)
    return written.rstrip("\n")


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(phrasing=TEXT, answer=TEXT, title=TEXT)
def test_no_text_of_an_entry_makes_the_check_raise(scratch: Path, phrasing: str, answer: str, title: str) -> None:
    """Whatever stands in an entry's texts is sound or a problem of that entry."""
    shutil.copytree(SMALL, scratch, dirs_exist_ok=True)
    path = scratch / SMALLTALK
    text = path.read_text(encoding="utf-8")
    for old, new in (("cheers\n", phrasing), (f"{THANKS}\n", answer), ("Thanks\n", title)):
        assert old in text
        text = text.replace(f" {old}", f" {quoted(new)}\n", 1)
    path.write_text(text, encoding="utf-8")
    found = check(scratch)
    assert {problem.code for problem in found} <= {f"F{number}" for number in (301, 302, 303, 304)} | {
        f"F{number}" for number in (401, 402, 403, 404, 406, 408, 416)
    }, [str(problem) for problem in found]
