"""Reading a file strictly: every trap of YAML becomes a problem with its line and its mend, and nothing crashes."""

from __future__ import annotations

import re
import subprocess
import sys
import tracemalloc
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.content.diagnostics import Diagnostic, Severity, errors
from bot.content.loader import read_content
from bot.content.parsed import Tree
from bot.content.schema import SCHEMAS, EntrySchema, LinksSchema, PageSchema, Schema, TopicSchema, WordsSchema
from bot.content.yaml_reader import MAX_BYTES, parse, parse_each, read_tree

HEAD = "# yaml-language-server: $schema=../schema/words.json\n"
FILE = "faq/en/words.yaml"
ENTRY = """\
topic: The ferry
entries:
  - id: ferry-times
    question: When?
    phrasings: [timetable]
    answer: Now.
    reviewed: 2026-11-21
    review_by: 2027-11-21
"""


def read(folder: Path, content: str | bytes) -> Tree:
    """What is read from a file with this content."""
    path = folder / "words.yaml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_tree(path, FILE)


def problems(folder: Path, content: str | bytes, form: type[Schema] = WordsSchema) -> list[Diagnostic]:
    """All that is wrong with a file of this form."""
    tree = read(folder, content)
    if tree.data is not None:
        parse(tree, form)
    return tree.diagnostics


def the_only(found: list[Diagnostic]) -> Diagnostic:
    """The one problem there is."""
    assert len(found) == 1, [str(problem) for problem in found]
    return found[0]


# --- One broken file after another -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "line", "code", "says", "hint"),
    [
        pytest.param(
            (HEAD + "first_person:\n  - caf").encode() + b"\xe9\n", 3, "Y101", "0xe9", "UTF-8", id="not UTF-8"
        ),
        pytest.param((HEAD + "first_person: [i]\n").encode("utf-16"), 1, "Y101", "0xff", "UTF-8", id="UTF-16"),
        pytest.param(HEAD + "#" * MAX_BYTES, 1, "Y101", "1,000,0", "split it", id="too large"),
        pytest.param(HEAD + "first_person:\n\t- i\n", 3, "Y103", "tab", "indent with spaces", id="tab in the indent"),
        pytest.param(HEAD + "first_person: [i\nplaces: []\n", 2, "Y102", "the [", "close it", id="open bracket"),
        pytest.param(
            HEAD + "first_person: []\n  places: []\n", 3, "Y102", "by 2 spaces", "neighbours", id="wrong indent"
        ),
        pytest.param(
            HEAD + "places: []\n---\nplaces: []\n", 3, "Y102", "second document", "one in a file", id="two documents"
        ),
        pytest.param(HEAD, 1, "Y102", "empty", "write its keys, or delete it", id="no keys"),
        pytest.param(HEAD + "- i\n- me\n", 2, "Y102", "no mapping", "key: value", id="list at the top"),
        pytest.param(HEAD + "hello\n", 2, "Y102", "no mapping", "key: value", id="text at the top"),
        pytest.param(HEAD + "places: []\nsynonyms: []\nplaces: []\n", 4, "Y104", "line 2", "one of the two", id="key"),
        pytest.param(
            HEAD + "spellings:\n  ppl: people\n  hw: how\n  ppl: person\n", 5, "Y104", "line 3", "one", id="inner key"
        ),
        pytest.param(HEAD + "colour: red\n", 2, "Y106", "'colour'", "correct or delete", id="unknown key"),
        pytest.param(
            HEAD + "places: []\nfirst_person: i\n", 3, "Y108", "list", "into a line of its own", id="text for a list"
        ),
        pytest.param(HEAD + "spellings:\n  ppl: [people]\n", 3, "Y108", "string", "such a value", id="list for a text"),
        pytest.param(
            HEAD + "first_person:\n  - 2026-02-30\n",
            3,
            "Y108",
            "2026-02-30",
            "correct it",
            id="no such day",
        ),
        pytest.param(
            HEAD + "first_person:\n  - !person i\n",
            3,
            "Y108",
            "tag",
            "without a tag",
            id="tag",
        ),
        pytest.param(HEAD + "spellings:\n  ? [a]\n  : b\n", 3, "Y108", "key is a list", "a word", id="list as a key"),
        pytest.param(HEAD + "first_person:\n  - ''\n", 3, "F401", "empty", "write the text", id="empty text"),
        pytest.param("first_person: [i]\n", 1, "Y110", "no schema", "begin the file with '# yaml", id="no schema"),
    ],
)
def test_a_broken_file_is_one_problem_with_its_place_and_mend(
    tmp_path: Path, content: str | bytes, line: int, code: str, says: str, hint: str
) -> None:
    """One thing wrong in a file is one problem: at its line, under its code, with what to do."""
    problem = the_only(problems(tmp_path, content))
    assert (problem.file, problem.line, problem.code) == (FILE, line, code)
    assert says in problem.fact
    assert hint in problem.hint


def test_a_file_of_the_largest_size_is_read(tmp_path: Path) -> None:
    """The limit itself is allowed."""
    body = HEAD + "places: []\n"
    assert problems(tmp_path, body + "#" * (MAX_BYTES - len(body))) == []


def test_a_file_without_a_byte_is_reported_as_empty(tmp_path: Path) -> None:
    """An empty file says so, and does not only ask for a schema."""
    assert {(problem.code, problem.line) for problem in problems(tmp_path, "")} == {("Y110", 1), ("Y102", 1)}


@pytest.mark.parametrize("make", ["nothing", "folder"])
def test_what_cannot_be_opened_is_a_problem(tmp_path: Path, make: str) -> None:
    """A missing file, or a folder of that name, is reported and not raised."""
    path = tmp_path / "words.yaml"
    if make == "folder":
        path.mkdir()
    problem = the_only(read_tree(path, FILE).diagnostics)
    assert (problem.file, problem.line, problem.code) == (FILE, 1, "Y101")
    assert "a file that the bot may read" in problem.hint


def test_a_missing_schema_line_only_warns(tmp_path: Path) -> None:
    """A file without the schema line is read all the same."""
    tree = read(tmp_path, "first_person: [i]\n")
    assert tree.data == {"first_person": ["i"]}
    assert the_only(tree.diagnostics).rule.severity is Severity.WARNING
    assert errors(tuple(tree.diagnostics)) == ()


def test_a_byte_order_mark_does_not_hide_the_schema_line(tmp_path: Path) -> None:
    """A file as Windows saves it is asked for nothing that it has."""
    assert problems(tmp_path, "\ufeff" + HEAD.replace("\n", "\r\n") + "first_person: [i]\r\n") == []


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    """Three mistakes in one file are three problems of one run."""
    body = HEAD + "colour: red\nfirst_person:\n  - no\nplaces: 7\nplaces: []\n"
    found = {(problem.line, problem.code) for problem in problems(tmp_path, body)}
    assert found == {(2, "Y106"), (4, "Y109"), (5, "Y108"), (6, "Y104")}


# --- Missing keys and items of lists -----------------------------------------------------------------------------


def test_a_missing_key_is_reported_at_the_mapping_that_lacks_it(tmp_path: Path) -> None:
    """The place of a key that is not there is that of the entry that needs it, and the mend shows how to write it."""
    problem = the_only(problems(tmp_path, HEAD + ENTRY.replace("    answer: Now.\n", ""), TopicSchema))
    assert (problem.file, problem.line, problem.code) == (FILE, 4, "Y107")
    assert "'answer' is missing" in problem.fact
    assert "add 'answer: …'" in problem.hint


def test_a_missing_key_at_the_top_is_reported(tmp_path: Path) -> None:
    """A file that lacks a key of its form says which."""
    problem = the_only(problems(tmp_path, HEAD + "topic: The ferry\n", TopicSchema))
    assert (problem.code, problem.hint) == ("Y107", "add 'entries: …'")


def test_sound_items_of_a_list_are_kept_beside_broken_ones(tmp_path: Path) -> None:
    """One broken entry is a problem of its own; the next one is read."""
    second = ENTRY[ENTRY.index("  - id") :].replace("ferry-times", "ferry-fares")
    tree = read(tmp_path, HEAD + ENTRY.replace("answer", "anwser") + second)
    assert [(at, form.id) for at, form in parse_each(tree, "entries", EntrySchema)] == [(("entries", 1), "ferry-fares")]
    assert {(problem.line, problem.code) for problem in tree.diagnostics} == {(7, "Y106")}


@pytest.mark.parametrize("item", ["hello", "7", "[a, b]", "no"])
def test_an_item_that_is_no_mapping_is_one_problem_at_its_line(tmp_path: Path, item: str) -> None:
    """A text, number or list where an entry is wanted is one problem of type."""
    tree = read(tmp_path, HEAD + f"pages:\n  - {item}\n")
    assert list(parse_each(tree, "pages", PageSchema)) == []
    problem = the_only(tree.diagnostics)
    assert (problem.line, problem.code) == (3, "Y108")


def test_an_empty_item_is_one_problem_at_its_line(tmp_path: Path) -> None:
    """A hyphen with nothing after it is one problem too."""
    tree = read(tmp_path, HEAD + "pages:\n  -\n")
    assert list(parse_each(tree, "pages", PageSchema)) == []
    assert the_only(tree.diagnostics).line == 3


# --- Text that YAML reads as something else ----------------------------------------------------------------------

UNQUOTED = {
    "no": "yes or no",
    "Yes": "yes or no",
    "off": "yes or no",
    "true": "yes or no",
    "1.10": "a number",
    "12:30": "a number",
    "2021": "a number",
    "0x1F": "a number",
    "1_000": "a number",
    ".inf": "a number",
    "2026-11-21": "a date",
    "null": "nothing",
    "~": "nothing",
}


@pytest.mark.parametrize(("typed", "kind"), UNQUOTED.items())
def test_text_that_yaml_reads_as_something_else_is_shown_as_typed(tmp_path: Path, typed: str, kind: str) -> None:
    """The problem quotes what stands in the file, not what YAML made of it, and shows the quotes to add."""
    problem = the_only(problems(tmp_path, HEAD + f"first_person:\n  - {typed}\n"))
    assert (problem.file, problem.line, problem.code) == (FILE, 3, "Y109")
    assert f"reads {typed} as {kind}" in problem.fact
    assert problem.hint == f'write "{typed}"'


@pytest.mark.parametrize("typed", UNQUOTED)
def test_the_mend_of_unquoted_text_mends_it(tmp_path: Path, typed: str) -> None:
    """What the mend says to write is read as the text it looks like."""
    hint = the_only(problems(tmp_path, HEAD + f"first_person:\n  - {typed}\n")).hint
    tree = read(tmp_path, HEAD + f"first_person:\n  - {hint.removeprefix('write ')}\n")
    assert parse(tree, WordsSchema) == WordsSchema(first_person=[typed])
    assert tree.diagnostics == []


@pytest.mark.parametrize("value", ["first_person:\n  -\n", "first_person:\n  - i\n  - \n  - me\n"])
def test_an_empty_value_where_text_is_wanted_is_reported(tmp_path: Path, value: str) -> None:
    """A value that was forgotten is named as empty, at its line."""
    problem = the_only(problems(tmp_path, HEAD + value))
    assert problem.code == "Y109"
    assert problem.line == (3 if value.count("-") == 1 else 4)
    assert "the empty value" in problem.fact


def test_the_mend_of_an_empty_value_leads_to_no_other_problem(tmp_path: Path) -> None:
    """An editor who forgot a value is told to write it, not to write an empty one."""
    assert the_only(problems(tmp_path, HEAD + "first_person:\n  -\n")).hint != 'write ""'


@pytest.mark.parametrize("key", ["no", "1", "1.10", "2021", "~"])
def test_a_key_that_yaml_does_not_read_as_text_is_reported(tmp_path: Path, key: str) -> None:
    """Keys are held to the same rule: the spelling `no` needs quotes."""
    problem = the_only(problems(tmp_path, HEAD + f"spellings:\n  {key}: know\n"))
    assert (problem.line, problem.code, problem.hint) == (3, "Y109", f'write "{key}"')
    assert problems(tmp_path, HEAD + f'spellings:\n  "{key}": know\n') == []


# --- Aliases, tags, control characters ---------------------------------------------------------------------------


def test_an_alias_is_refused(tmp_path: Path) -> None:
    """Every value is written out, so that an entry never changes because another one was edited."""
    problem = the_only(read(tmp_path, HEAD + "first_person: &own [i]\nplaces:\n  - *own\n").diagnostics)
    assert (problem.file, problem.code) == (FILE, "Y105")
    assert "write the value out" in problem.hint


def test_an_alias_is_reported_at_its_line(tmp_path: Path) -> None:
    """The line of an alias is the one on which it stands."""
    body = HEAD + "first_person: &own [i]\nplaces:\n  - *own\n  - *own\n"
    assert [problem.line for problem in read(tmp_path, body).diagnostics] == [4, 5]


def test_an_alias_bomb_is_reported_without_being_built(tmp_path: Path) -> None:
    """A file of a few hundred bytes that stands for a billion values costs next to nothing."""
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]" for before, name in pairwise("abcdefghi")]
    tracemalloc.start()
    found = read(tmp_path, HEAD + "\n".join(lines)).diagnostics
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert {problem.code for problem in found} == {"Y105"}
    assert peak < 5_000_000


def test_an_anchor_by_itself_is_refused(tmp_path: Path) -> None:
    """A mark that nothing refers to is none of the FAQ's business either."""
    problem = the_only(read(tmp_path, HEAD + "places: &all []\n").diagnostics)
    assert (problem.code, problem.line) == ("Y105", 2)


def test_an_alias_to_what_holds_it_ends(tmp_path: Path) -> None:
    """A list that contains itself is a problem, not an endless loop."""
    assert the_only(read(tmp_path, HEAD + "places: &all [*all]\n").diagnostics).code == "Y105"


def test_an_alias_for_a_key_is_one_problem(tmp_path: Path) -> None:
    """An alias in place of a key is refused like any other and does not disturb the keys below it."""
    tree = read(tmp_path, HEAD + "first_person: [&own i]\n*own : [b]\nplaces: []\n")
    problem = the_only(tree.diagnostics)
    assert (problem.line, problem.code) == (3, "Y105")
    assert tree.data == {"first_person": ["i"], "places": []}


TAGGED = {
    "scalar": "first_person:\n  - !!python/name:os.system x\n",
    "own tag": "first_person:\n  - !person x\n",
    "list": "first_person: !!python/object/apply:os.system [ls]\n",
    "mapping": "spellings: !!python/object/new:dict {a: b}\n",
    "file": "!!python/object/new:dict\nfirst_person: [i]\n",
}


@pytest.mark.parametrize("where", TAGGED)
def test_a_tag_is_refused_and_not_carried_out(tmp_path: Path, where: str) -> None:
    """`!!python/…` never runs anything, and the editor learns that it has no place here."""
    problem = the_only(problems(tmp_path, HEAD + TAGGED[where]))
    assert problem.code == "Y108"
    assert "the tag" in problem.fact
    assert "without a tag" in problem.hint


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1b", "\x7f", "\ufffe"])
def test_a_control_character_is_reported(tmp_path: Path, character: str) -> None:
    """A character that YAML does not allow is named by its number."""
    problem = the_only(problems(tmp_path, HEAD + f"first_person:\n  - i{character}\n"))
    assert problem.code == "Y102"
    assert f"U+{ord(character):04X}" in problem.fact
    assert "take it out" in problem.hint


def test_a_control_character_is_reported_at_its_line(tmp_path: Path) -> None:
    """Nobody sees a control character; the line is what an editor needs."""
    assert the_only(problems(tmp_path, HEAD + "first_person:\n  - i\n  - m\x07e\n")).line == 4


# --- Files made to break a parser --------------------------------------------------------------------------------


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_five_thousand_levels_do_not_crash_the_reading(tmp_path: Path, opening: str) -> None:
    """A file of nothing but opening brackets is a problem like any other."""
    assert errors(tuple(problems(tmp_path, opening * 5_000)))


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("places: " + "[" * 5_000 + "]" * 5_000, id="lists"),
        pytest.param("places: " + "{a: " * 5_000 + "b" + "}" * 5_000, id="mappings"),
        pytest.param("places:\n" + "- " * 5_000 + "b", id="hyphens"),
    ],
)
def test_well_formed_deep_nesting_is_a_problem(tmp_path: Path, body: str) -> None:
    """Deep nesting that YAML allows is refused in words."""
    problem = problems(tmp_path, HEAD + body)[0]
    assert problem.code == "Y102"
    assert "nested too deeply" in problem.fact


def test_a_hundred_thousand_levels_do_not_kill_the_process(tmp_path: Path) -> None:
    """A file within the size limit never takes the running bot down, whatever it holds."""
    path = tmp_path / "words.yaml"
    path.write_text(HEAD + "places: " + "[" * 100_000 + "]" * 100_000, encoding="utf-8")
    code = (
        "import sys; from pathlib import Path; from bot.content.yaml_reader import read_tree;"
        "print(read_tree(Path(sys.argv[1]), 'words.yaml').diagnostics)"
    )
    run = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=False)  # noqa: S603 - our own code
    assert run.returncode == 0, run.stderr[-500:]
    assert "Y102" in run.stdout


def test_an_id_that_is_a_huge_number_is_a_problem(small: Path) -> None:
    """A number too long to be printed is wrong like any other number in place of a text."""
    (small / "faq/en/huge.yaml").write_text(f"{HEAD}topic: x\nentries:\n  - id: 0x{'f' * 5_000}\n", encoding="utf-8")
    found = read_content(small / "faq", small / "seeds").diagnostics
    assert {problem.file for problem in found} == {"faq/en/huge.yaml"}


# --- Names of files ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "seeds/note.yml",
        "faq/en/ferry.yml",
    ],
)
def test_a_yml_file_is_reported_and_not_passed_over(small: Path, name: str) -> None:
    """A file whose name ends in .yml would be missed in silence."""
    (small / name).write_text("id: x\n", encoding="utf-8")
    problem = the_only(read_content(small / "faq", small / "seeds").diagnostics)
    assert (problem.file, problem.line, problem.code) == (name, 1, "Y111")
    assert ".yaml" in problem.hint


# --- Whatever a file holds ---------------------------------------------------------------------------------------

FRAGMENTS = [
    "a",
    "no",
    ": ",
    "- ",
    "\n",
    "\r",
    "  ",
    "[",
    "]",
    "{",
    "}",
    ",",
    "&x ",
    "*x",
    "'",
    '"',
    "|",
    ">",
    "#",
    "? ",
    "---\n",
    "...\n",
    "!",
    "%",
    "\t",
    "é",
    "1.10",
    "12:30",
    "2021-02-30",
    "~",
    "<<",
    "=",
    "\ufeff",
    "\x07",
    "0x1f",
    "pages:\n",
    "entries:\n",
    "topic: ",
    "kind: ",
    "id: ",
    "facts:\n",
    "phrasings: ",
    "spellings:\n",
    "places: ",
]


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scratch")


def check_reading(scratch: Path, content: str | bytes) -> None:
    """Read and parse as every form; see that what comes out is sound."""
    tree = read(scratch, content)
    assert tree.data is not None or errors(tuple(tree.diagnostics))
    if tree.data is not None:
        for form in SCHEMAS.values():
            parse(tree, form)
        for key in tree.data:
            list(parse_each(tree, key, EntrySchema))
    breaks = len(re.findall(r"[\n\r\x85\u2028\u2029]", content)) if isinstance(content, str) else content.count(b"\n")
    for problem in tree.diagnostics:
        assert 1 <= problem.line <= breaks + 2
        assert str(problem).encode()


@settings(max_examples=100, deadline=None)
@given(content=st.one_of(st.text(), st.lists(st.sampled_from(FRAGMENTS), max_size=40).map("".join)))
@example(content="places: &x [*x]")
@example(content="\ufeff")
@example(content="a: 9999-12-31T23:59:59-23:59")
def test_no_text_makes_the_reading_raise(scratch: Path, content: str) -> None:
    """Whatever an editor saves, the answer is data or problems with a place."""
    check_reading(scratch, content)


@settings(max_examples=100, deadline=None)
@given(content=st.binary(max_size=200))
@example(content=b"\xff\xfe\x00")
@example(content=b"\x00")
def test_no_bytes_make_the_reading_raise(scratch: Path, content: bytes) -> None:
    """A picture saved under the name of a YAML file is a problem and no crash."""
    check_reading(scratch, content)


TAGS = ("int", "float", "bool", "null", "timestamp", "binary", "str", "seq", "map", "set", "omap", "pairs", "merge")


@settings(max_examples=100, deadline=None)
@given(tag=st.sampled_from(TAGS), value=st.text("0123456789abxe.:-+_=TZ é", max_size=12))
@example(tag="int", value="")
@example(tag="float", value="")
@example(tag="bool", value="maybe")
@example(tag="timestamp", value="today")
@example(tag="binary", value="é")
def test_no_tag_makes_the_reading_raise(scratch: Path, tag: str, value: str) -> None:
    """YAML's own tags before values that they do not fit are problems too."""
    check_reading(scratch, f"{HEAD}a: !!{tag} '{value}'\n")


class Plain(yaml.SafeDumper):
    """Writes every value out."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - PyYAML's signature
        return True


# Without the rarer line breaks, which PyYAML writes into quotes as they are and reads back as spaces.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x85\u2028\u2029"), max_size=20)
VALUES = st.recursive(
    TEXT, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4), max_leaves=12
)


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(data=st.dictionaries(TEXT, VALUES, min_size=1, max_size=4), style=st.sampled_from(["block", "flow"]))
def test_texts_are_read_as_they_were_written(scratch: Path, data: dict[str, Any], style: str) -> None:
    """Strictness does not change a text: what YAML writes in quotes, blocks or brackets comes back as it was."""
    written = yaml.dump(data, Dumper=Plain, allow_unicode=True, default_flow_style=style == "flow", sort_keys=False)
    tree = read(scratch, HEAD + written)
    assert tree.data == data
    assert tree.diagnostics == []


SCALARS = st.none() | st.booleans() | st.integers(-(10**18), 10**18) | st.floats(allow_nan=False) | st.dates() | TEXT
NESTED = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4), max_leaves=12
)


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(data=st.dictionaries(TEXT, NESTED, min_size=1, max_size=4), style=st.sampled_from(["block", "flow"]))
def test_a_sound_file_is_read_as_yaml_itself_reads_it(scratch: Path, data: dict[str, Any], style: str) -> None:
    """Where nothing is reported, the data are those of PyYAML's own loader, which is the slower and the simpler one."""
    written = yaml.dump(data, Dumper=Plain, allow_unicode=True, default_flow_style=style == "flow", sort_keys=False)
    tree = read(scratch, HEAD + written)
    assert tree.diagnostics == []
    assert tree.data == yaml.safe_load(written) == data


@settings(max_examples=100, deadline=None)
@given(words=st.lists(st.text("abc", min_size=1, max_size=5), min_size=1, max_size=20), blanks=st.integers(0, 3))
def test_the_line_of_every_item_is_known(scratch: Path, words: list[str], blanks: int) -> None:
    """The line that a problem names is the one on which the value stands, blank lines and comments counted."""
    lines = ["first_person:"]
    for word in words:
        lines += ["  # a comment", *[""] * blanks, f'  - "{word}"']
    tree = read(scratch, HEAD + "\n".join(lines))
    written = [number for number, line in enumerate(lines, 2) if line.startswith("  -")]
    assert [tree.line("first_person", index) for index in range(len(words))] == written
    assert tree.line("first_person", len(words), "deeper") == tree.line("first_person") == 2


def test_a_part_of_a_file_is_parsed_at_its_place(tmp_path: Path) -> None:
    """A problem within one item of a list is placed in the file, not in the item."""
    tree = read(tmp_path, HEAD + "pages:\n  - id: a\n  - id: b\n    title: 7\n")
    assert parse(tree, LinksSchema) is None
    assert ("Y109", 5) in {(problem.code, problem.line) for problem in tree.diagnostics}
