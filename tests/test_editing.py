"""Edits add lines and change no other, and nothing is written that the bot would read as anything else."""

from __future__ import annotations

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

from bot.content import read_content
from bot.editing import TODO, Edit, EditError, StaleError, apply, load, with_entry, with_item, with_phrasing
from bot.lint import lint
from bot.problem import errors
from bot.reading import MAX_BYTES, Loader

ROOT = Path(__file__).parent.parent
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
    assert [text for _, text in edit.added][:4] == [
        "- id: fares",
        "  question: How much?",
        "  phrasings:",
        "  - ticket price",
    ]
    assert edit.after.endswith("  review_by: 2027-11-26\n# the end\n")


@pytest.mark.parametrize("name", ["ferry.yaml", "out_of_scope.yaml", "smalltalk.yaml", "urgent.yaml"])
def test_the_check_refuses_an_answer_that_is_not_written(small: Path, name: str) -> None:
    """The line to be replaced is an error in every kind of entry, at its own place."""
    path = small / "faq" / "en" / name
    apply([stub(path, load(path), phrasings=[f"wyrd {word}" for word in "abcdefgh"])])
    found = errors(lint(read_content(small / "faq", small / "seeds"), TODAY))
    place = path.read_text(encoding="utf-8").split("\n").index(f"      {TODO}")  # the key is on the line before
    assert ("F404", f"faq/en/{name}", place) in {(problem.code, problem.file, problem.line) for problem in found}


# --- An item of any list -----------------------------------------------------------------------------------------


def test_an_item_of_any_list() -> None:
    """By keys and indices, at the top or deeper."""
    text = HEAD + "off_topic:\n  - a cake\n  - b\nspellings: {}\ngroups:\n  - - x\n    - y\n"
    assert with_item(FILE, text, ("off_topic",), "no").added == ((5, '  - "no"'),)
    nested = with_item(FILE, text, ("groups", 0), "z")
    assert nested.added == ((9, "    - z"),)
    assert yaml.safe_load(nested.after)["groups"] == [["x", "y", "z"]]
    assert with_item(FILE, HEAD + "groups:\n  - - x\n", ("groups", 0), "z").added == ((4, "    - z"),)


# --- What is refused ---------------------------------------------------------------------------------------------

SOUND = entry("\n      - timetable\n")


@pytest.mark.parametrize(
    ("text", "entry_id", "phrasing", "line", "says", "mend"),
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
    text: str, entry_id: str, phrasing: str, line: int, says: str, mend: str
) -> None:
    """Each with its place, the fact and what to do."""
    with pytest.raises(EditError) as caught:
        with_phrasing(FILE, text, entry_id, phrasing)
    assert caught.value.line == line
    assert says in caught.value.fact
    assert mend in caught.value.mend
    assert str(caught.value) == f"faq/en/ferry.yaml:{line}: {caught.value.fact}; {caught.value.mend}"


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
        (b"topic: [\n", "ferry.yaml:2: "),
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
from bot.editing import StaleError, apply, load, with_phrasing

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

    def add_twenty(name: str) -> None:
        for number in range(20):
            while True:
                try:
                    apply([with_phrasing(file, load(file), "times", f"{name} {number}")])
                    break
                except StaleError:
                    continue

    names = ("one", "two", "three")
    with ThreadPoolExecutor(len(names)) as pool:
        list(pool.map(add_twenty, names))
    all_are_there(file, names)
