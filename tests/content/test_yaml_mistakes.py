"""What an editor did is named at its own line, in words, with what to write instead."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bot.content.lint import lint
from bot.content.loader import read_content
from tests.content.test_lint import FERRY, line_at

ITEM = "      - number of passengers a day\n"
KEY = "    phrasings:\n"

MISTAKES = {
    "a quote that is not closed": (ITEM, '      - "number of passengers\n', 'the quote " that opens here', "close it"),
    "one further down closes it": (
        ITEM + "      - how many",
        '      - "number of passengers\n      - "how many"\n      - how many',
        'the quote " that opens here',
        "close it",
    ),
    "an apostrophe within quotes": (ITEM, "      - 'it's a day'\n", "after its closing quote", '"it\'s a day"'),
    "a no-break space": (KEY, "\u00a0   phrasings:\n", "U+00A0", "plain spaces"),
    "a mark of a merge": (KEY, f"<<<<<<< HEAD\n{KEY}", "a merge left its mark <<<<<<<", "one of the two versions"),
    "another mark of a merge": (KEY, f"=======\n{KEY}", "a merge left its mark =======", "one of the two versions"),
    "an at sign": (ITEM, "      - @home in a new country\n", "begins with @", '"@home in a new country"'),
    "a percent sign": (ITEM, "      - %of passengers\n", "begins with %", '"%of passengers"'),
    "a backtick": (ITEM, "      - `number\n", "begins with `", '"`number"'),
    "an asterisk": (ITEM, "      - *number of passengers\n", "begins with *", '"*number of passengers"'),
    "a colon in a text": (ITEM, "      - number: of passengers\n", "a colon", '"number: of passengers"'),
    "a second colon": (
        "    question: How many people take the ferry?\n",
        "    question: The ferry: how many people take it?\n",
        "a colon within the text",
        '"The ferry: how many people take it?"',
    ),
    "a colon that is missing before a text": (
        "    question: How many people take the ferry?\n",
        "    question How many people take the ferry?\n",
        "a colon is missing",
        "'question:'",
    ),
    "a blank that is missing": (
        "    question: How many people take the ferry?\n",
        "    question:How many people take the ferry?\n",
        "a blank is missing after 'question:'",
        "'question: '",
    ),
    "a dash that is missing": (
        "      - how busy is the boat\n",
        "      how busy: is the boat\n",
        "a dash is missing",
        "begin it with '- '",
    ),
    "a bracket that is not closed": (
        "sources: [note.1]",
        "sources: [note.1",
        "the [ that opens here",
        "close it",
    ),
    "a colon that is missing": (KEY, "    phrasings\n", "a colon is missing", "'phrasings:'"),
    "a dash without a blank": (KEY + ITEM, f"{KEY}      -number of passengers\n", "no list", "after '- '"),
    "too few blanks": (ITEM, "   - number of passengers a day\n", "indented by 3 spaces", "by 4 or 6"),
    "a day the other way round": ("reviewed: 2026-11-21", "reviewed: 21.11.2026", "'21.11.2026'", "2026-11-21"),
    "a key with a typo": (KEY, "    phrasigns:\n", "'phrasigns' is no key", "'phrasings'"),
    "a comma between braces": (
        "{text: how many boats are there, belongs_to: ferry-times}",
        "{text: boats, ferries, belongs_to: ferry-times}",
        "'ferries' is no key",
        "quotes",
    ),
    "a text for a list": (KEY + ITEM, "    phrasings: number of passengers\n", "no list", "after '- '"),
}


@pytest.mark.parametrize(("old", "new", "fact", "hint"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_named_where_it_was_made(small: Path, old: str, new: str, fact: str, hint: str) -> None:
    """The first problem is at the line that the editor wrote, and the mend shows how to write it."""
    path = small / FERRY
    text = path.read_text(encoding="utf-8")
    assert old in text
    before = text.index(old)
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    first = min(read_content(small / "faq", small / "seeds").diagnostics, default=None)
    if first is None:
        first = lint(read_content(small / "faq", small / "seeds"), date(2026, 11, 22))[0]
    line = text.count("\n", 0, before) + 1
    assert first.file == FERRY
    assert line <= first.line <= line + max(old.count("\n"), 1), str(first)
    assert fact in first.fact
    assert hint in first.hint


def test_what_follows_from_a_file_that_cannot_be_read_is_not_told(small: Path) -> None:
    """One cause, one problem: no figure is called unstated since its record cannot be read."""
    note = small / "seeds/note.yaml"
    note.write_text(note.read_text(encoding="utf-8").replace("facts:\n", "facts\n", 1), encoding="utf-8")
    found = lint(read_content(small / "faq", small / "seeds"), date(2026, 11, 22))
    assert [problem.code for problem in found] == ["Y102"]
    assert found[0].line == line_at(note, "facts")


def test_a_file_with_a_second_ending_is_named(small: Path) -> None:
    """Some editors add .txt: such a file would be passed over in silence."""
    (small / "seeds/numbers.yaml.txt").write_text("x", encoding="utf-8")
    found = read_content(small / "faq", small / "seeds").diagnostics
    assert [(problem.code, problem.file) for problem in found] == [("Y111", "seeds/numbers.yaml.txt")]
