"""Edits add lines and change no other, and nothing is written that the bot would read as anything else."""

from __future__ import annotations

import difflib
import stat
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.content.diagnostics import errors
from bot.content.editor import (
    TODO,
    Edit,
    EditError,
    GoneError,
    StaleError,
    apply,
    context,
    load,
    revert,
    with_entry,
    with_item,
    with_phrasing,
)
from bot.content.loader import read_content, read_faq
from bot.content.yaml_reader import MAX_BYTES, Loader
from tests.support.learning import lint_all
from tests.support.paths import ROOT

TODAY = date(2026, 11, 26)
LATER = date(2027, 11, 26)
FILE = Path("faq/en/ferry.yaml")
HEAD = "# yaml-language-server: $schema=../schema/topic.json\n"
TEXTS = {path: load(path) for path in sorted((ROOT / "faq" / "en").glob("*.yaml"))}
DATA = {path: yaml.load(text, Loader=Loader) for path, text in TEXTS.items()}  # noqa: S506  # it is the safe one, in C
ENTRIES = [
    (path, index, entry["id"], frozenset(entry["phrasings"]))
    for path, data in DATA.items()
    for index, entry in enumerate(data.get("entries", ()))
]
printable = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cn")), min_size=1).filter(str.strip)
of_marks = st.text(st.sampled_from("ab10-+.:,;#&*!|>'\"%@`{}[]?~=<\\/ \t_ny"), min_size=1).filter(str.strip)


def entry(phrasings: str, *, after: str = "    answer: Now.\n") -> str:
    """A file with one entry, whose phrasings are written so."""
    return f"{HEAD}topic: The ferry\nentries:\n  - id: times\n    question: When?\n    phrasings:{phrasings}{after}"


def stub(path: Path, text: str, entry_id: str = "fares", phrasings: Sequence[str] = ("ticket price",)) -> Edit:
    """A new entry with this id."""
    return with_entry(path, text, entry_id, question="How much?", phrasings=phrasings, reviewed=TODAY, review_by=LATER)


def only_adds(edit: Edit) -> None:
    """The old lines stand in the new text byte for byte and in order, and what is between them is said in `added`."""
    old, new = edit.before.splitlines(keepends=True), edit.after.splitlines(keepends=True)
    for number, text in edit.added:
        assert new[number - 1].rstrip("\r\n") == text
    first = edit.added[0][0] - 1
    assert [number for number, _ in edit.added] == list(range(first + 1, first + 1 + len(edit.added)))
    assert new[:first] + new[first + len(edit.added) :] == old


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file that a test may edit."""
    path = tmp_path / "ferry.yaml"
    path.write_bytes(entry("\n      - timetable\n").encode())
    return path


# --- A phrasing --------------------------------------------------------------------------------------------------


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(st.sampled_from(ENTRIES), printable | of_marks)
@example(ENTRIES[0], "yes")
@example(ENTRIES[0], "12:30")
@example(ENTRIES[-1], "#x")
@example(ENTRIES[-1], "a: b")
@example(ENTRIES[0], "why?  #now")
@example(ENTRIES[0], "- \"'quoted'\" \\n")
@example(ENTRIES[0], "هل الهجرة مفيدة؟")
@example(ENTRIES[0], "right \u202e to left \ufeff")
@example(ENTRIES[0], "😀: 2021-01-01")
@example(ENTRIES[0], "\u00a0 blanks \u3000")
@example(ENTRIES[0], "word " * 300)
def test_a_phrasing_is_one_line_more_and_reads_back(
    place: tuple[Path, int, str, frozenset[str]], phrasing: str
) -> None:
    """Whatever is asked, for any entry of the FAQ: one line more, no other touched, and YAML gives the text back."""
    path, index, entry_id, known = place
    if phrasing.strip() in known:
        return
    edit = with_phrasing(path, TEXTS[path], entry_id, phrasing)
    only_adds(edit)
    assert len(edit.added) == 1
    data = deepcopy(DATA[path])
    data["entries"][index]["phrasings"].append(phrasing.strip())
    assert yaml.load(edit.after, Loader=Loader) == data  # noqa: S506  # as above


@pytest.mark.parametrize("text", ["yes", "12:30", "1.10", "2021-01-01", "#x", "a: b", "~", "- a", "=", '"a" b', "a #b"])
def test_what_yaml_would_misread_stands_in_quotes(text: str) -> None:
    """As everywhere in the FAQ, in double ones."""
    edit = with_phrasing(FILE, entry("\n      - timetable\n"), "times", text)
    assert edit.added[0][1].startswith('      - "')


@pytest.mark.parametrize("text", ["why, when?", "what's up", "é 😀 語", "هل", "A/72/643"])
def test_what_yaml_reads_as_it_stands_has_no_quotes(text: str) -> None:
    """Editors see what people wrote."""
    assert with_phrasing(FILE, entry("\n      - timetable\n"), "times", text).added == ((8, f"      - {text}"),)


def test_marks_that_turn_the_direction_are_escaped() -> None:
    """A diff shows them, and they do not turn what stands beside them."""
    edit = with_phrasing(FILE, entry("\n      - timetable\n"), "times", "a\u202eb")
    assert edit.added == ((8, '      - "a\\u202eb"'),)


@pytest.mark.parametrize(
    ("phrasings", "line", "added"),
    [
        pytest.param("\n      - a\n", 8, "      - new", id="plain"),
        pytest.param("\n    - a\n", 8, "    - new", id="no indent"),
        pytest.param("\n      -   a\n", 8, "      -   new", id="wide dash"),
        pytest.param("\n      - a  # said often\n      # and more\n\n", 8, "      - new", id="comments and blanks"),
        pytest.param("\n      # first\n\n      - a\n      # mid\n      - b\n", 12, "      - new", id="comments within"),
        pytest.param("\n      - a\n        b\n", 9, "      - new", id="two lines"),
        pytest.param('\n      - "a\n\n        b: \'"  # c\n', 10, "      - new", id="quoted lines"),
        pytest.param("\n      - 'it''s \"so\"'\n", 8, "      - new", id="nested quotes"),
        pytest.param("\n      - |\n        a\n\n        # b\n\n    # c\n\n", 11, "      - new", id="block of text"),
        pytest.param("\n      - >\n        a\n", 9, "      - new", id="folded block"),
        pytest.param("\n      - a\n      -\n", 9, "      - new", id="empty item"),
        pytest.param("\n      -\n        a\n", 9, "      - new", id="item below its dash"),
    ],
)
@pytest.mark.parametrize("after", ["    answer: Now.\n", "", "\n# the end\n", "topics: []\n"], ids=repr)
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=repr)
@pytest.mark.parametrize("begin", ["", "\ufeff"], ids=["", "mark"])
def test_it_goes_right_behind_the_last_item(
    tmp_path: Path, phrasings: str, line: int, added: str, after: str, newline: str, begin: str
) -> None:
    """Behind its comment on the same line, before all others; with the list's indent and the file's line endings."""
    path = tmp_path / "ferry.yaml"
    path.write_bytes((begin + entry(phrasings, after=after).replace("\n", newline)).encode())
    edit = with_phrasing(path, load(path), "times", "new")
    only_adds(edit)
    assert edit.added == ((line, added),)
    apply([edit])
    assert path.read_bytes() == edit.after.encode()
    assert path.read_bytes().count(b"\n") == edit.before.count("\n") + 1
    assert path.read_bytes().count(b"\r\n") == (edit.after.count("\n") if newline == "\r\n" else 0)


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=repr)
def test_a_file_without_a_last_line_end_gets_one(tmp_path: Path, newline: str) -> None:
    """Else the new line would stand in the old one."""
    path = tmp_path / "ferry.yaml"
    before = entry("\n      - a  # b", after="").replace("\n", newline)
    path.write_bytes(before.encode())
    apply([with_phrasing(path, load(path), "times", "new")])
    assert path.read_bytes().decode() == f"{before}{newline}      - new{newline}"


# --- A new entry -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [path for path in TEXTS if "\nentries:" in TEXTS[path]], ids=lambda path: path.name)
def test_a_new_entry_comes_last(tmp_path: Path, path: Path) -> None:
    """In every file of the FAQ: apart if the others are, with the keys of its kind, indented as they are."""
    copy = tmp_path / path.name
    copy.write_bytes(path.read_bytes())
    edit = stub(copy, load(copy), phrasings=["yes", "how much: now?", "price"])
    only_adds(edit)
    heading = "title" if "\nkind:" in edit.before else "question"
    blank = [""] if "\n\n  - id: " in edit.before else []
    assert [text for _, text in edit.added] == [
        *blank,
        "  - id: fares",
        f"    {heading}: How much?",
        "    draft: true",
        "    phrasings:",
        '      - "yes"',
        '      - "how much: now?"',
        "      - price",
        "    answer: |",
        f"      {TODO}",
        "    reviewed: 2026-11-26",
        "    review_by: 2027-11-26",
    ]
    apply([edit])
    assert yaml.safe_load(copy.read_text(encoding="utf-8"))["entries"][-1] == edit.item


def test_it_is_written_as_the_file_is() -> None:
    """Without blank lines where the entries have none, without indents where the lists have none."""
    text = HEAD + "entries:\n- id: a\n  phrasings:\n  - b\n- id: c\n  phrasings:\n  - d\n# the end\n"
    edit = stub(FILE, text)
    only_adds(edit)
    assert [text for _, text in edit.added][:5] == [
        "- id: fares",
        "  question: How much?",
        "  draft: true",
        "  phrasings:",
        "  - ticket price",
    ]
    assert edit.after.endswith("  review_by: 2027-11-26\n# the end\n")


@pytest.mark.parametrize("name", ["ferry.yaml", "out_of_scope.yaml", "smalltalk.yaml", "urgent.yaml"])
def test_the_check_refuses_an_answer_that_is_not_written(small: Path, name: str) -> None:
    """In every kind of entry: it is a draft, and without that line the one to be replaced is an error."""
    path = small / "faq" / "en" / name
    apply([stub(path, load(path), phrasings=[f"wyrd {word}" for word in "abcdefgh"])])
    text = path.read_text(encoding="utf-8")
    (draft,) = lint_all(read_content(small / "faq", small / "seeds"), TODAY)
    assert (draft.code, draft.file) == ("F409", f"faq/en/{name}")
    assert text.split("\n")[draft.line - 1] == "    draft: true"
    text = text.replace("    draft: true\n", "")
    path.write_text(text, encoding="utf-8")
    found = errors(lint_all(read_content(small / "faq", small / "seeds"), TODAY))
    place = text.split("\n").index(f"      {TODO}")  # the key is on the line before
    assert ("F404", f"faq/en/{name}", place) in {(problem.code, problem.file, problem.line) for problem in found}


def test_a_new_entry_may_have_its_answer_and_facts(file: Path) -> None:
    """As a draft or whole; blank lines of the answer stay, blanks around its lines do not; control characters fail."""
    answer = " Two crowns: # always.\r\n\n  - no more \n"

    def with_answer(answer: str, *, is_draft: bool = False) -> Edit:
        how: dict[str, Any] = {"question": "How much?", "phrasings": ["price"], "reviewed": TODAY, "review_by": LATER}
        return with_entry(
            file, load(file), "fares", **how, answer=answer, sources=["note.1", "note.2"], is_draft=is_draft
        )

    for is_draft in (True, False):
        edit = with_answer(answer, is_draft=is_draft)
        only_adds(edit)
        apply([edit])
        added = yaml.safe_load(file.read_text(encoding="utf-8"))["entries"][-1]
        assert added["answer"] == "Two crowns: # always.\n\n- no more\n"
        assert added["sources"] == ["note.1", "note.2"]
        assert ("draft" in added) == is_draft
        revert([edit])
    with pytest.raises(EditError, match=r"U\+0007"):
        with_answer("Two\x07 crowns.")


def test_a_new_entry_is_no_question_of_the_faq_yet(small: Path) -> None:
    """A bot that watches the folder serves no line to be replaced: its FAQ stays the one that it has."""
    path = small / "faq" / "en" / "ferry.yaml"
    before = read_faq(small / "faq", small / "seeds")
    apply([stub(path, load(path))])
    assert read_faq(small / "faq", small / "seeds") == before


# --- An item of any list -----------------------------------------------------------------------------------------


def test_an_item_of_any_list() -> None:
    """By keys and indices, at the top or deeper."""
    text = HEAD + "off_topic:\n  - a cake\n  - b\nspellings: {}\ngroups:\n  - - x\n    - y\n"
    assert with_item(FILE, text, ("off_topic",), "no").added == ((5, '  - "no"'),)
    nested = with_item(FILE, text, ("groups", 0), "z")
    assert nested.added == ((9, "    - z"),)
    assert yaml.safe_load(nested.after)["groups"] == [["x", "y", "z"]]
    assert with_item(FILE, HEAD + "groups:\n  - - x\n", ("groups", 0), "z").added == ((4, "    - z"),)


OFF_TOPIC = ROOT / "faq" / "en" / "off_topic.yaml"


@pytest.mark.parametrize("text", ["when is the next train to Rome", "who won: Spain?", "yes", "هل"])
def test_a_message_off_topic_comes_last_in_its_file(tmp_path: Path, text: str) -> None:
    """In the FAQ's own: its comments and messages stay as they are, in their order, and one line is more."""
    copy = tmp_path / OFF_TOPIC.name
    copy.write_bytes(OFF_TOPIC.read_bytes())
    edit = with_item(copy, load(copy), ("off_topic",), text)
    only_adds(edit)
    apply([edit])
    assert copy.read_bytes() == OFF_TOPIC.read_bytes() + f"{edit.added[0][1]}\n".encode()
    assert yaml.safe_load(copy.read_bytes())["off_topic"] == [*DATA[OFF_TOPIC]["off_topic"], text]
    revert([edit])
    assert copy.read_bytes() == OFF_TOPIC.read_bytes()


# --- What is shown of an edit ------------------------------------------------------------------------------------


def test_an_edit_is_shown_among_the_lines_around_it() -> None:
    """As a diff shows it: three lines before and after, each with its number, what is added with a plus."""
    edit = with_phrasing(FILE, entry("\n      - timetable\n"), "times", "when: now")
    assert context(edit) == (
        (5, " ", "    question: When?"),
        (6, " ", "    phrasings:"),
        (7, " ", "      - timetable"),
        (8, "+", '      - "when: now"'),
        (9, " ", "    answer: Now."),
    )
    assert [sign for _, sign, _ in context(edit, lines=1)] == [" ", "+", " "]
    assert [text for _, _, text in context(edit, lines=0)] == ['      - "when: now"']


@pytest.mark.slow
@settings(max_examples=50, deadline=None)
@given(st.sampled_from(ENTRIES), st.sampled_from(["phrasing", "entry"]), st.integers(0, 9))
def test_what_is_shown_is_what_a_diff_shows(
    place: tuple[Path, int, str, frozenset[str]], kind: str, lines: int
) -> None:
    """For any entry of the FAQ, the rows are those of the diff between the old and the new text."""
    path, _, entry_id, _ = place
    text = TEXTS[path]
    edit = stub(path, text) if kind == "entry" else with_phrasing(path, text, entry_id, "wyrd wyrd")
    old, new = edit.before.splitlines(), edit.after.splitlines()
    shown = [*difflib.unified_diff(old, new, n=lines, lineterm="")][3:]
    assert sorted(f"{sign}{text}" for _, sign, text in context(edit, lines=lines)) == sorted(shown)
    assert all(new[number - 1] == text for number, _, text in context(edit, lines=lines))


# --- What is refused ---------------------------------------------------------------------------------------------

SOUND = entry("\n      - timetable\n")


@pytest.mark.parametrize(
    ("text", "entry_id", "phrasing", "line", "says", "hint"),
    [
        pytest.param(SOUND, "fares", "x", 1, "no entry 'fares'", "name the file", id="unknown entry"),
        pytest.param(HEAD + "spellings:\n  a: b\n", "times", "x", 1, "no entry", "name the file", id="other file"),
        pytest.param(HEAD + "entries: none\n", "times", "x", 1, "no entry", "name the file", id="no list of entries"),
        pytest.param("", "times", "x", 1, "no entry", "name the file", id="empty file"),
        pytest.param(HEAD + "entries: [\n", "times", "x", 3, "is no YAML", "mend it", id="no YAML"),
        pytest.param("entries: \x07\n", "times", "x", 1, "is no YAML", "mend it", id="control character in the file"),
        pytest.param(entry(" [a, b]\n"), "times", "x", 6, "no list of lines", "after a dash", id="brackets"),
        pytest.param(entry(" []\n"), "times", "x", 6, "no list of lines", "after a dash", id="empty brackets"),
        pytest.param(entry("\n"), "times", "x", 6, "no list of lines", "after a dash", id="no item"),
        pytest.param(SOUND, "times", " timetable ", 7, "stands here already", "leave it", id="twice"),
        pytest.param(SOUND, "times", " \t\u00a0", 1, "is empty", "write words", id="empty text"),
        pytest.param(SOUND, "times", "a\nb", 1, "U+000A", "in one line", id="line feed"),
        pytest.param(SOUND, "times", "a\u2028b", 1, "U+2028", "in one line", id="line separator"),
        pytest.param(SOUND, "times", "a\x07b", 1, "U+0007", "control characters", id="control character"),
        pytest.param(SOUND, "times", "a\ud800b", 1, "U+D800", "control characters", id="half a character"),
        pytest.param(SOUND + "# a\x85b\n", "times", "x", 9, "U+0085", "line feed", id="odd line break"),
        pytest.param(SOUND.replace("\n", "\r"), "times", "x", 1, "U+000D", "line feed", id="carriage returns"),
    ],
)
def test_what_cannot_be_added_says_why(
    text: str, entry_id: str, phrasing: str, line: int, says: str, hint: str
) -> None:
    """Each with its place, the fact and what to do."""
    with pytest.raises(EditError) as caught:
        with_phrasing(FILE, text, entry_id, phrasing)
    assert caught.value.line == line
    assert says in caught.value.fact
    assert hint in caught.value.hint
    assert str(caught.value) == f"faq/en/ferry.yaml:{line}: {caught.value.fact}; {caught.value.hint}"


@pytest.mark.parametrize("at", [("spellings",), ("spellings", "a"), ("topic", 0), ("entries", 7), ("entries", -1), ()])
def test_a_path_that_leads_to_no_list_is_refused(at: tuple[str | int, ...]) -> None:
    """Also one that leads nowhere."""
    with pytest.raises(EditError, match="is no list of lines here"):
        with_item(FILE, SOUND + "spellings: {a: b}\n", at, "x")


def test_a_new_entry_needs_an_id_of_its_own_and_a_phrasing() -> None:
    """And a file that holds entries."""
    with pytest.raises(EditError, match="'times' stands here already; give"):
        stub(FILE, SOUND, "times")
    with pytest.raises(EditError, match="the text is empty"):
        stub(FILE, SOUND, phrasings=[])
    with pytest.raises(EditError, match="'entries' is no list of lines here"):
        stub(FILE, HEAD + "spellings: {}\n")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"topic: \xff\n", "not UTF-8"),
        (b"topic: [\n", r"ferry.yaml:1: the \[ that opens here"),
        (b"topic: a\ntopic: b\n", "'topic' stands already on line 1"),
        (b"topic: &a b\nother: *a\n", r"the alias \*a stands here"),
        (b"topic: " + b"[" * 100_000, "nested too deeply"),
    ],
)
def test_a_broken_file_is_not_loaded(file: Path, content: bytes, says: str) -> None:
    """It is to be mended before anything is added to it."""
    file.write_bytes(content)
    with pytest.raises(EditError, match=says):
        load(file)


def test_a_file_that_is_not_there_is_not_loaded(tmp_path: Path) -> None:
    """The error says that it cannot be read."""
    with pytest.raises(EditError, match=r"none\.yaml:1: cannot be read"):
        load(tmp_path / "none.yaml")


# --- Writing -----------------------------------------------------------------------------------------------------


def test_edits_of_several_files_and_several_of_one(small: Path) -> None:
    """A chain is written at once; a phrasing may go into an entry that is new."""
    ferry, words = (small / "faq" / "en" / name for name in ("ferry.yaml", "words.yaml"))
    before = words.read_bytes()
    first = stub(ferry, load(ferry), "colours")
    second = with_phrasing(ferry, first.after, "colours", "is it blue")
    words.write_bytes(before + b"extra:\n  - a\n")
    apply([first, with_item(words, load(words), ("extra",), "b"), second])
    assert ferry.read_bytes().decode() == second.after
    assert words.read_bytes() == before + b"extra:\n  - a\n  - b\n"
    assert yaml.safe_load(second.after)["entries"][-1]["phrasings"] == ["ticket price", "is it blue"]


def test_nothing_to_apply_is_no_error() -> None:
    """It does nothing."""
    apply([])


def test_the_mode_stays_and_nothing_else_is_left(file: Path) -> None:
    """Also where the path is a link: the file that it leads to is edited."""
    file.chmod(0o640)
    link = file.with_name("link.yaml")
    link.symlink_to(file)
    apply([with_phrasing(link, load(link), "times", "new")])
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert link.is_symlink()
    assert "- new" in file.read_text(encoding="utf-8")
    assert sorted(file.parent.iterdir()) == [file, link]


def unchanged(file: Path, edits: Sequence[Edit], says: str, kind: type[EditError] = EditError) -> None:
    """The edits are refused, and the folder stays as it was."""
    before = {path: path.read_bytes() for path in file.parent.iterdir()}
    with pytest.raises(kind, match=says):
        apply(edits)
    assert {path: path.read_bytes() for path in file.parent.iterdir()} == before


def test_a_file_that_somebody_changed_is_not_overwritten(file: Path) -> None:
    """Neither that file nor any other of the same call."""
    other = file.with_name("other.yaml")
    other.write_bytes(file.read_bytes())
    edits = [with_phrasing(path, load(path), "times", "new") for path in (other, file)]
    file.write_bytes(file.read_bytes() + b"# by hand\n")
    unchanged(file, edits, r"ferry\.yaml:1: was changed since .*; load it and make the edit anew", StaleError)


def test_two_edits_made_from_one_text_are_no_chain(file: Path) -> None:
    """The second would undo the first."""
    edits = [with_phrasing(file, load(file), "times", text) for text in ("one", "two")]
    unchanged(file, edits, "was changed since the edit was made", StaleError)


@pytest.mark.parametrize(
    "phrasings",
    [
        pytest.param("\n      - |+\n        a\n\n", id="blank lines that belong to a text"),
        pytest.param("\n      - |\n        a", id="a text that ends with the file, without a line end"),
    ],
)
def test_what_would_change_another_text_is_refused(file: Path, phrasings: str) -> None:
    """The lines around an addition mean what they meant before."""
    file.write_bytes(entry(phrasings, after="").encode())
    edit = with_phrasing(file, load(file), "times", "new")
    unchanged(file, [edit], "would change what stands around them; edit the file by hand")


def test_a_file_that_would_become_too_large_is_refused(file: Path) -> None:
    """The bot would not read it."""
    text = file.read_bytes()
    file.write_bytes(text + b"#" * (MAX_BYTES - len(text) - 1) + b"\n")
    unchanged(file, [with_phrasing(file, load(file), "times", "new")], "split it")


def test_a_folder_that_is_gone_is_an_error(file: Path) -> None:
    """With its name."""
    edit = with_phrasing(file, load(file), "times", "new")
    file.unlink()
    file.parent.rmdir()
    with pytest.raises(EditError, match=r"cannot be (written|read) \(No such file or directory\)"):
        apply([edit])


ADD_TWENTY = """
import sys
from pathlib import Path
from bot.content.editor import StaleError, apply, load, with_phrasing

path = Path(sys.argv[1])
for number in range(20):
    while True:
        try:
            apply([with_phrasing(path, load(path), "times", f"{sys.argv[2]} {number}")])
            break
        except StaleError:
            continue
"""


def all_are_there(file: Path, names: Sequence[str]) -> None:
    """Twenty phrasings of each name, beside the first, and nothing else in the folder."""
    data: Any = yaml.safe_load(file.read_text(encoding="utf-8"))
    said = data["entries"][0]["phrasings"]
    assert sorted(said) == sorted(["timetable", *(f"{name} {number}" for name in names for number in range(20))])
    assert list(file.parent.iterdir()) == [file]


def add_twenty(file: Path, name: str) -> None:
    """Add twenty phrasings, each as soon as the file is as it was loaded."""
    for number in range(20):
        while True:
            try:
                apply([with_phrasing(file, load(file), "times", f"{name} {number}")])
                break
            except StaleError:
                continue


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no locks there")
def test_two_processes_at_once_lose_nothing(file: Path) -> None:
    """Who comes second is told, and adds to what the first wrote."""
    names = ("one", "two")
    command = [sys.executable, "-c", ADD_TWENTY, str(file)]
    running = [subprocess.Popen([*command, name], cwd=ROOT) for name in names]  # noqa: S603  # our own text
    assert [process.wait(timeout=60) for process in running] == [0, 0]
    all_are_there(file, names)


@pytest.mark.skipif(sys.platform == "win32", reason="no locks there")
def test_threads_at_once_lose_nothing(file: Path) -> None:
    """The lock holds within a process too."""
    names = ("one", "two", "three")
    with ThreadPoolExecutor(len(names)) as pool:
        list(pool.map(add_twenty, [file] * len(names), names))
    all_are_there(file, names)


# --- Undoing -----------------------------------------------------------------------------------------------------


def refused(edits: Sequence[Edit], says: str, kind: type[EditError] = StaleError) -> None:
    """The edits cannot be undone, and their folder stays as it was."""
    folder = edits[0].path.parent
    before = {path: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(kind, match=says) as caught:
        revert(edits)
    assert type(caught.value) in ((StaleError, GoneError) if kind is StaleError else (kind,))
    assert isinstance(caught.value, GoneError) == ("taken out already" in str(caught.value))
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize("after", ["    answer: Now.\n", "", "\n# the end\n", "topics: []\n"], ids=repr)
@pytest.mark.parametrize("end", ["\n", ""], ids=repr)
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=repr)
@pytest.mark.parametrize("begin", ["", "\ufeff"], ids=["", "mark"])
def test_what_is_undone_gives_the_bytes_back(tmp_path: Path, after: str, end: str, newline: str, begin: str) -> None:
    """Whatever the file's line ends, also where it had none at its end; of a chain of several edits too."""
    path = tmp_path / "ferry.yaml"
    text = begin + entry("\n      - a  # often\n      # b\n", after=after).removesuffix("\n") + end
    path.write_bytes(text.replace("\n", newline).encode())
    before = path.read_bytes()
    one = with_phrasing(path, load(path), "times", "yes")
    two = stub(path, one.after, "fares", ["a: b"])
    three = with_phrasing(path, two.after, "fares", "#c")
    four = with_phrasing(path, three.after, "times", "wyrd")
    apply([one, two, three, four])
    revert([one, two, three, four])
    assert path.read_bytes() == before


other_edits = st.lists(
    st.one_of(
        st.tuples(st.just("phrasing"), st.integers(0, 99), of_marks | st.sampled_from(["mine", "wyrd 0", "wyrd 1"])),
        st.tuples(st.just("entry"), st.integers(0, 99), st.just("")),
        st.tuples(st.just("comment"), st.integers(0, 9999), st.sampled_from(["# by hand", "", "  # deep", "#"])),
    ),
    max_size=4,
)
ours = st.lists(st.tuples(st.sampled_from(["phrasing", "entry"]), st.integers(0, 99)), min_size=1, max_size=4)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for the files of all examples of a test."""
    return tmp_path_factory.mktemp("scratch")


def chain_of(path: Path, wanted: Sequence[tuple[str, int]]) -> list[Edit]:
    """Edits of a file, each made from the one before: entries and phrasings that it has nowhere."""
    text, edits = load(path), []
    for number, (kind, at) in enumerate(wanted):
        ids = [one["id"] for one in yaml.load(text, Loader=Loader)["entries"]]  # noqa: S506  # as above
        if kind == "entry":
            edits.append(stub(path, text, f"ours-{number}", [f"ours {number}"]))
        else:
            edits.append(with_phrasing(path, text, ids[at % len(ids)], f"wyrd: ours {number}"))
        text = edits[-1].after
    return edits


def by_others(path: Path, text: str, kind: str, at: int, said: str, number: int) -> str:
    """What a text becomes by an edit that somebody else makes; comments and blank lines go between entries."""
    ids = [entry_id for file, _, entry_id, _ in ENTRIES if file.name == path.name]
    try:
        match kind:
            case "phrasing":
                return with_phrasing(path, text, ids[at % len(ids)], said).after
            case "entry":  # before one that was there, so that all after it move
                lines = text.split("\n")
                start = lines.index(f"  - id: {ids[at % len(ids)]}")
                new = ["  - id: theirs-" + str(number), "    phrasings:", "      - theirs", ""]
                return "\n".join([*lines[:start], *new, *lines[start:]])
            case _:
                lines = text.split("\n")
                starts = [
                    index for index, line in enumerate(lines) if line.startswith("  - id: ") and "ours" not in line
                ]
                start = starts[at % len(starts)]
                return "\n".join([*lines[:start], said, *lines[start:]])
    except EditError:  # it stands there already
        return text


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(place=st.sampled_from(ENTRIES), wanted=ours, others=other_edits)
def test_what_others_did_in_between_is_kept(
    scratch: Path, place: tuple[Path, int, str, frozenset[str]], wanted: list[tuple[str, int]], others: list[Any]
) -> None:
    """In any file of the FAQ: what is left is the file as the others alone would have made it, byte for byte."""
    path = scratch / place[0].name
    path.write_bytes(place[0].read_bytes())
    edits = chain_of(path, wanted)
    apply(edits)
    both, alone = load(path), edits[0].before
    for number, (kind, at, said) in enumerate(others):
        both, alone = (by_others(path, text, kind, at, said, number) for text in (both, alone))
    path.write_bytes(both.encode())
    revert(edits)
    assert path.read_bytes() == alone.encode()
    assert list(scratch.glob(".*")) == []


def test_lines_that_others_took_out_stay_out(file: Path) -> None:
    """Also where they made the added lines move up."""
    edit = with_phrasing(file, load(file), "times", "new")
    apply([edit])
    text = edit.after.replace("topic: The ferry\n", "")
    file.write_text(text, encoding="utf-8")
    revert([edit])
    assert file.read_text(encoding="utf-8") == text.replace("      - new\n", "")


def test_the_same_line_in_another_entry_stays(file: Path) -> None:
    """Though it has come to stand at the very place of the added one."""
    edit = with_phrasing(file, load(file), "times", "new")
    apply([edit])
    other = "  - id: fares\n    phrasings:\n      - a\n      - b\n      - new\n"
    head, entries = edit.after.split("entries:\n")
    text = f"{head}entries:\n{other}{entries}"
    assert text.splitlines()[edit.added[0][0] - 1] == edit.added[0][1]
    file.write_text(text, encoding="utf-8")
    revert([edit])
    assert file.read_text(encoding="utf-8") == f"{head}entries:\n{other}{entries.replace('      - new' + chr(10), '')}"


def test_an_undone_chain_may_be_a_part_of_what_was_applied(file: Path) -> None:
    """An edit in the middle is undone by itself, and the others stay and can be undone after it."""
    before = file.read_bytes()
    one = with_phrasing(file, load(file), "times", "one")
    two = with_phrasing(file, one.after, "times", "two")
    apply([one, two])
    revert([one])
    assert file.read_text(encoding="utf-8") == entry("\n      - timetable\n      - two\n")
    revert([two])
    assert file.read_bytes() == before


def test_nothing_to_undo_is_no_error() -> None:
    """It does nothing."""
    revert([])


ADDED = "      - new\n"


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        pytest.param(ADDED, "", 8, "was changed, or taken out already", id="taken out"),
        pytest.param(ADDED, "      - newer\n", 8, "was changed, or taken out already", id="another text"),
        pytest.param(ADDED, ADDED + "        and more\n", 8, "was changed, or taken out already", id="goes on"),
        pytest.param(ADDED, '      - "new"\n', 8, "are others by now", id="quoted"),
        pytest.param(ADDED, "      - new  # said\n", 8, "are others by now", id="with a comment"),
        pytest.param("    phrasings:\n", "    phrasings:\n" + ADDED, 9, "more than once", id="twice"),
        pytest.param("id: times", "id: hours", 8, "was changed, or taken out already", id="entry of another name"),
        pytest.param("phrasings:", "said:", 8, "was changed, or taken out already", id="list of another name"),
        pytest.param("    answer: Now.\n", "", 8, "", id="line after it taken out"),
    ],
)
def test_what_is_not_clear_is_left_to_people(file: Path, old: str, new: str, line: int, says: str) -> None:
    """With the line to look at; where only others were changed, it is undone."""
    edit = with_phrasing(file, load(file), "times", "new")
    apply([edit])
    text = edit.after.replace(old, new)
    file.write_text(text, encoding="utf-8")
    if not says:
        revert([edit])
        assert file.read_text(encoding="utf-8") == text.replace(ADDED, "")
        return
    refused([edit], rf"ferry\.yaml:{line}: .*{says}.*; take the lines out by hand")


def test_an_entry_that_somebody_worked_on_is_not_taken_out(file: Path) -> None:
    """What was written into it would be lost; a comment between its lines too."""
    edit = stub(file, load(file))
    apply([edit])
    file.write_text(edit.after.replace(TODO, "A ticket costs 3.50 crowns."), encoding="utf-8")
    refused([edit], "was changed, or taken out already")
    file.write_text(edit.after.replace("    draft: true\n", "    draft: true  # ask Ann\n"), encoding="utf-8")
    refused([edit], r"ferry\.yaml:10: the lines that were added are others by now; take the lines out by hand")


def test_undoing_twice_is_refused(file: Path) -> None:
    """The second time there is nothing to take out."""
    edit = stub(file, load(file))
    apply([edit])
    revert([edit])
    refused([edit], "was changed, or taken out already")


def test_a_list_is_not_left_empty(file: Path) -> None:
    """YAML would read nothing in its place, which is no list."""
    edit = with_phrasing(file, load(file), "times", "new")
    apply([edit])
    file.write_text(edit.after.replace("      - timetable\n", ""), encoding="utf-8")
    refused([edit], r"ferry\.yaml:7: nothing else stands in this list; leave it, or take the list out", EditError)


def test_what_would_change_another_text_is_not_taken_out(file: Path) -> None:
    """Blank lines behind the added one would become part of the text before it."""
    edit = with_phrasing(file, load(file), "times", "new")
    apply([edit])
    file.write_text(
        edit.after.replace("- timetable\n      - new\n", "- |+\n        a\n      - new\n\n"), encoding="utf-8"
    )
    refused([edit], "would change what stands around them; edit the file by hand", EditError)


def test_several_files_are_undone_or_none(small: Path) -> None:
    """One that cannot be keeps the other as it is."""
    ferry, urgent = (small / "faq" / "en" / name for name in ("ferry.yaml", "urgent.yaml"))
    before = {path: path.read_bytes() for path in (ferry, urgent)}
    edits = [stub(ferry, load(ferry)), stub(urgent, load(urgent), "danger")]
    apply(edits)
    text = urgent.read_bytes()
    urgent.write_bytes(text.replace(b"id: danger", b"id: dangers"))
    refused(edits, r"urgent\.yaml:\d+: what was added was changed")
    urgent.write_bytes(text)
    revert(edits)
    assert {path: path.read_bytes() for path in (ferry, urgent)} == before


def test_a_broken_file_is_not_undone(file: Path) -> None:
    """It is to be mended first."""
    edit = with_phrasing(file, load(file), "times", "new")
    apply([edit])
    file.write_text(edit.after + "a: [\n", encoding="utf-8")
    refused([edit], r"ferry\.yaml:\d+: ", EditError)


@pytest.mark.skipif(sys.platform == "win32", reason="no locks there")
def test_undoing_beside_others_who_add_loses_nothing(file: Path) -> None:
    """Who undoes waits for who applies, and the other way round."""
    edits = chain_of_phrasings(file, 20)
    apply(edits)

    def undo() -> None:
        for edit in edits:
            revert([edit])

    with ThreadPoolExecutor(2) as pool:
        undone = pool.submit(undo)
        add_twenty(file, "one")
        undone.result()
    all_are_there(file, ["one"])


def chain_of_phrasings(file: Path, count: int) -> list[Edit]:
    """So many phrasings for one entry."""
    edits: list[Edit] = []
    for number in range(count):
        text = edits[-1].after if edits else load(file)
        edits.append(with_phrasing(file, text, "times", f"ours {number}"))
    return edits
