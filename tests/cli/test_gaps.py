"""The gap log from the command line: what the terminal notes, and how it is listed."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.storage.keys import asker_key, new_text_key, text_keys
from bot.storage.stores import FILE
from tests.cli.test_main import call, run
from tests.support.terminal import in_terminal

pytestmark = pytest.mark.slow

UNKNOWN = "zebra poetry evenings"


@pytest.fixture
def own(tmp_path: Path) -> dict[str, Any]:
    """The settings of somebody whose data and keys lie in folders of their own."""
    return {"DATA_DIR": str(tmp_path / "data"), "XDG_CONFIG_HOME": str(tmp_path / "config")}


def listed(cache: Path, own: dict[str, Any]) -> list[dict[str, Any]]:
    """What `gaps --json` prints."""
    done = call("gaps", "--json", cache=cache, **own)
    assert done.returncode == 0, done.stderr
    gaps: list[dict[str, Any]] = json.loads(done.stdout)
    return gaps


def test_before_anything_is_noted_there_are_no_gaps(cache: Path, own: dict[str, Any], tmp_path: Path) -> None:
    """Looking makes neither a log nor a key."""
    assert listed(cache, own) == []
    assert run("gaps", cache=cache, **own).stdout == f"No gaps are logged in {own['DATA_DIR']}.\n"
    assert list(tmp_path.iterdir()) == []


def test_ask_notes_what_has_no_answer(cache: Path, own: dict[str, Any]) -> None:
    """The answer, then the note; `gaps` shows it with what was near, redacted."""
    done = run("ask", f"{UNKNOWN}? mail xyzzy@example.org", cache=cache, **own)
    assert done.returncode == 0, done.stderr
    assert "I don't know" in done.stdout
    (gap,) = listed(cache, own)
    assert gap["reason"] == "no match"
    assert gap["text"] == "[word] [e-mail]"  # no two texts of the FAQ speak of zebras, poetry or mail
    assert "xyzzy" not in gap["text"]
    assert (gap["channel"], gap["language"], gap["status"]) == ("terminal", "en", "new")
    assert gap["nearest"]
    assert set(gap) == {
        *(
            "id",
            "at",
            "reason",
            "text",
            "entry",
            "nearest",
            "language",
            "channel",
            "faq_version",
            "status",
            "resolution",
            "reviewer",
        ),
    }
    shown = run("gaps", cache=cache, **own).stdout
    assert f"near: {gap['nearest'][0]['entry']} " in shown
    assert gap["text"] in shown
    assert "no match" in shown


def test_an_answer_is_counted_and_not_kept(cache: Path, own: dict[str, Any], tmp_path: Path) -> None:
    """No text of it is anywhere."""
    call("ask", "what does a ticket cost", cache=cache, **own)
    assert listed(cache, own) == []
    with closing(sqlite3.connect(tmp_path / "data" / FILE)) as connection:
        assert connection.execute("SELECT outcome, entry, channel, number FROM count").fetchall() == [
            ("answer", "ferry-fares", "terminal", 1)
        ]


@pytest.mark.parametrize(
    ("arguments", "typed", "is_noted"),
    [
        (("ask", UNKNOWN, "--no-log"), "", False),
        (("ask", "--explain", UNKNOWN), "", False),
        (("ask", "--jsonl"), json.dumps({"text": UNKNOWN}), False),
        (("ask", "--jsonl", "--log"), json.dumps({"text": UNKNOWN}), True),
        (("chat", "--no-log"), f"{UNKNOWN}\n", False),
        (("chat",), f"{UNKNOWN}\n", True),
    ],
)
def test_the_log_is_on_where_it_should_be(
    arguments: tuple[str, ...], typed: str, *, is_noted: bool, cache: Path, own: dict[str, Any]
) -> None:
    """`chat` and `ask` note unless told not to; JSON lines do so only if told to."""
    done = call(*arguments, cache=cache, typed=typed, **own)
    assert done.returncode == 0, done.stderr
    assert [gap["text"] for gap in listed(cache, own)] == ([UNKNOWN] if is_noted else [])


def test_none_of_these_keeps_the_question_before_it(cache: Path, own: dict[str, Any]) -> None:
    """In the chat it is a number; the gap is what was asked."""
    question = "ferry times in Osthaven"
    offered = json.loads(call("ask", "--jsonl", cache=cache, typed=json.dumps({"text": question})).stdout)
    assert offered["outcome"] == "clarify", "the test needs a question that is offered a choice"
    call("chat", cache=cache, typed=f"{question}\n{len(offered['offered']) + 1}\n", **own)
    (gap,) = listed(cache, own)
    assert (gap["reason"], gap["text"]) == ("none of these", question)


def test_forget_in_json_lines_deletes_only_where_they_are_noted(cache: Path, own: dict[str, Any]) -> None:
    """A file of questions that is run through the bot must not empty somebody's log."""
    call("ask", UNKNOWN, cache=cache, **own)
    forget = json.dumps({"text": "/forget"})
    call("ask", "--jsonl", cache=cache, typed=forget, **own)
    assert len(listed(cache, own)) == 1
    call("ask", "--jsonl", "--log", cache=cache, typed=forget, **own)
    assert listed(cache, own) == []


def test_forget_deletes_what_this_terminal_noted(cache: Path, own: dict[str, Any]) -> None:
    """And says so once it is done."""
    done = call("chat", cache=cache, typed=f"{UNKNOWN}\n/forget\n", **own)
    assert "Done." in done.stdout
    assert listed(cache, own) == []


def test_a_log_that_cannot_be_used_costs_no_answer(cache: Path, own: dict[str, Any], tmp_path: Path) -> None:
    """What to do is said once, /forget does not claim to have done anything, and the file stays as it is."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / FILE).write_bytes(b"no database" * 100)
    keys: dict[str, Any] = {"GAPS_KEY": new_text_key(), "ASKER_KEY": "ab" * 32}
    typed = f"what does a ticket cost\n{UNKNOWN}\n/forget\n"
    done = call("chat", cache=cache, typed=typed, **own, **keys)
    assert done.returncode == 0
    assert "I could not delete" in done.stdout
    assert done.stderr.count("is no database; move it away") == 1
    assert "Traceback" not in done.stderr
    assert (tmp_path / "data" / FILE).read_bytes() == b"no database" * 100


def test_a_lost_key_is_said_and_not_replaced(cache: Path, own: dict[str, Any], tmp_path: Path) -> None:
    """A log that was begun is not read with a new key, nor written to; answers go on."""
    call("ask", UNKNOWN, cache=cache, **own)
    key = tmp_path / "config" / "migration-faq-bot" / "gaps.key"
    kept = key.read_bytes()
    key.unlink()
    done = call("ask", UNKNOWN, cache=cache, **own)
    assert "I don't know" in done.stdout
    assert "GAPS_KEY is not set, and there is no key in" in done.stderr
    assert not key.exists()
    key.write_bytes(b"")
    done = call("gaps", cache=cache, **own)
    assert done.returncode == 2
    assert f"{key} holds no key; if a log was begun already, put the key back" in done.stderr
    done = call("gaps", cache=cache, GAPS_KEY=new_text_key(), **own)
    assert done.returncode == 2
    assert "was begun with another GAPS_KEY; set the GAPS_KEY it was begun with" in done.stderr
    key.write_bytes(kept)
    assert len(listed(cache, own)) == 1


def test_gaps_are_reviewed(cache: Path, own: dict[str, Any]) -> None:
    """Marked by their numbers, listed by their status, asked again, and counted."""
    for text in (UNKNOWN, f"{UNKNOWN} please", "quantum bread"):
        call("ask", text, cache=cache, **own)
    numbers = {gap["text"]: str(gap["id"]) for gap in listed(cache, own)}
    assert len(numbers) == 3
    groups = json.loads(call("gaps", "groups", "--json", cache=cache, **own).stdout)
    assert sum(group["count"] for group in groups) == 3
    assert UNKNOWN in call("gaps", "groups", cache=cache, **own).stdout

    done = call("gaps", "off-topic", numbers["quantum bread"], cache=cache, **own)
    assert done.stdout == "1 of 1 gaps: off topic\n"
    assert call("gaps", "later", numbers[UNKNOWN], cache=cache, **own).returncode == 0
    done = call("gaps", "resolve", numbers[f"{UNKNOWN} please"], "--entry", "ferry-times", cache=cache, **own)
    assert done.stdout == "1 of 1 gaps: resolved by ferry-times\n"
    assert [gap["status"] for gap in listed(cache, own)] == ["later"]
    assert len(json.loads(call("gaps", "--all", "--json", cache=cache, **own).stdout)) == 3

    done = call("gaps", "replay", cache=cache, **own)
    assert done.returncode == 1  # what was said to answer does not
    assert "changed entry: 1" in done.stdout
    assert call("gaps", "reopen", numbers[f"{UNKNOWN} please"], cache=cache, **own).returncode == 0
    done = call("gaps", "replay", "--close", "--json", cache=cache, **own)
    assert done.returncode == 0
    replayed = json.loads(done.stdout)
    assert {row["became"] for row in replayed["gaps"]} == {"still open"}
    assert (replayed["questions"], replayed["closed"]) == (None, [])
    assert done.stderr == "There are no question sets in tests/questions; --questions names another folder.\n"

    summed = json.loads(call("gaps", "stats", "--json", cache=cache, **own).stdout)
    assert summed["questions"] == summed["by_outcome"]["unanswered"] == 3
    assert "3 questions" in call("gaps", "stats", cache=cache, **own).stdout


def test_what_an_edit_answers_is_closed_by_it(cache: Path, own: dict[str, Any], small: Path) -> None:
    """The edited FAQ answers, and the gap is resolved by the entry that does."""
    run("ask", UNKNOWN, cache=cache, folder=small, **own)
    before = (small / "faq/en/ferry.yaml").read_text(encoding="utf-8").splitlines()
    done = run("gaps", "add", UNKNOWN, "--entry", "ferry-history", cache=cache, folder=small, **own)
    assert done.returncode == 0, done.stderr
    after = (small / "faq/en/ferry.yaml").read_text(encoding="utf-8").splitlines()
    (number,) = [at for at, line in enumerate(after, 1) if line == f"      - {UNKNOWN}"]
    assert done.stdout == f"faq/en/ferry.yaml:{number}: +      - {UNKNOWN}\n"
    assert after[: number - 1] + after[number:] == before
    done = run("gaps", "replay", "--close", cache=cache, folder=small, **own)
    assert "now answered: 1" in done.stdout
    (gap,) = json.loads(run("gaps", "--all", "--json", cache=cache, folder=small, **own).stdout)
    assert (gap["status"], gap["resolution"]) == ("resolved", "ferry-history")
    assert listed(cache, own) == []


def test_what_cannot_be_done_is_told(cache: Path, own: dict[str, Any]) -> None:
    """With what to do, and exit code 2."""
    call("ask", UNKNOWN, cache=cache, **own)
    for arguments, said in (
        (("later", "1", "99", "98"), "some numbers are no gaps: 98, 99; see: python -m bot gaps --all"),
        (("show", "99"), "some numbers are no gaps: 99"),
        (("show", str(10**30)), "less than or equal to"),
        (("--json", "groups"), "write options after the command, as in: gaps groups --json"),
        (("replay", "--questions", "nowhere"), "nowhere: no question sets"),
        (("purge",), "give --resolved, --before DAY or both; or --all"),
        (("purge", "--all", "--resolved", "--yes"), "give --resolved, --before DAY or both; or --all"),
        (("purge", "--all", "--before", "2026-11-21", "--yes"), "give --resolved, --before DAY or both; or --all"),
        (("purge", "--resolved", "--counts", "--yes"), "give --resolved, --before DAY or both; or --all"),
        (("purge", "--before", "yesterday", "--yes"), "'yesterday' is no day; write it as in 2026-11-21"),
        (("purge", "--all"), "there is nobody to ask; add --yes to delete for good"),
        (("resolve", "1", "--entry", "nowhere"), "there is no entry 'nowhere'"),
        (("add", "a phrasing", "--entry", "nowhere"), "there is no entry 'nowhere'"),
    ):
        done = call("gaps", *arguments, cache=cache, **own)
        assert done.returncode == 2, arguments
        assert said in done.stderr
    assert len(listed(cache, own)) == 1


def test_a_list_is_the_same_with_and_without_its_name(cache: Path, own: dict[str, Any]) -> None:
    """Newest first, at most so many."""
    for text in (UNKNOWN, "quantum bread"):
        call("ask", text, cache=cache, **own)
    for options in ((), ("--most", "1", "--all", "--json")):
        named = call("gaps", "list", *options, cache=cache, **own).stdout
        assert named == call("gaps", *options, cache=cache, **own).stdout != ""
    assert [gap["text"] for gap in json.loads(named)] == ["quantum bread"]


def test_gaps_are_narrowed_by_language_and_days(cache: Path, own: dict[str, Any]) -> None:
    """In the list and in groups; a day that is none is told; options stand after the command that they are for."""
    call("ask", UNKNOWN, cache=cache, **own)
    (gap,) = listed(cache, own)
    day = gap["at"][:10]
    for options, number in (
        (("--from", day, "--to", day, "--language", "en"), 1),
        (("--to", "2020-01-01"), 0),
        (("--from", "9999-12-31"), 0),
        (("--to", "9999-12-31"), 1),
        (("--language", "fr"), 0),
    ):
        for command in (("gaps",), ("gaps", "list"), ("gaps", "groups")):
            done = call(*command, *options, "--json", cache=cache, **own)
            assert len(json.loads(done.stdout)) == number, (command, options)
    assert call("gaps", "--language", "fr", cache=cache, **own).stdout == "No gap is like that.\n"
    for command in (("gaps",), ("gaps", "groups")):
        done = call(*command, "--from", "last week", cache=cache, **own)
        assert done.returncode == 2
        assert "'last week' is no day; write it as in 2026-11-21" in done.stderr
    assert "write options after the command" in call("gaps", "--to", day, "groups", cache=cache, **own).stderr


def test_statistics_are_written_as_tables(cache: Path, own: dict[str, Any], tmp_path: Path) -> None:
    """A file for each, which are named; a folder that cannot be made is told."""
    call("ask", UNKNOWN, cache=cache, **own)
    done = call("gaps", "stats", "--csv", str(tmp_path / "report"), cache=cache, **own)
    files = done.stdout.splitlines()
    assert f"{tmp_path.as_posix()}/report/unanswered.csv" in files
    assert all(Path(file).read_bytes().startswith(b"\xef\xbb\xbf") for file in files)
    days = (tmp_path / "report/days.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(days) == 29
    assert days[-1].split(",")[1:5] == ["1", "0", "0", "1"]
    (tmp_path / "file").touch()
    done = call("gaps", "stats", "--csv", str(tmp_path / "file"), cache=cache, **own)
    assert done.returncode == 2
    assert "name a folder that may be written to" in done.stderr


def test_gaps_are_shown_whole_in_the_order_named(cache: Path, own: dict[str, Any]) -> None:
    """With every nearest entry and its question, also those that are settled."""
    for text in (UNKNOWN, "quantum bread"):
        call("ask", text, cache=cache, **own)
    numbers = {gap["text"]: str(gap["id"]) for gap in listed(cache, own)}
    call("gaps", "off-topic", numbers[UNKNOWN], cache=cache, **own)
    named = (numbers[UNKNOWN], numbers["quantum bread"])
    found = json.loads(call("gaps", "show", *named, "--json", cache=cache, **own).stdout)
    assert [one["text"] for one in found] == [UNKNOWN, "quantum bread"]
    assert len(found[0]["nearest"]) > 2
    assert all(near["question"] for near in found[0]["nearest"])
    done = call("gaps", "show", *named, cache=cache, **own)
    assert done.returncode == 0
    for part in (UNKNOWN, "quantum bread", "off topic", *(near["entry"] for near in found[0]["nearest"])):
        assert part in done.stdout


def test_every_mark_says_what_it_did_as_json(cache: Path, own: dict[str, Any], small: Path) -> None:
    """One object: the status, the gaps that have it now, the numbers that are none."""
    call("ask", UNKNOWN, cache=cache, folder=small, **own)
    for arguments, status, entry in (
        (("later", "1"), "later", None),
        (("off-topic", "1"), "off topic", None),
        (("resolve", "1", "--entry", "ferry-times"), "resolved", "ferry-times"),
        (("reopen", "1"), "new", None),
    ):
        done = call("gaps", *arguments, "7", "--json", cache=cache, folder=small, **own)
        assert done.returncode == 2
        assert json.loads(done.stdout) == {"status": status, "entry": entry, "marked": [1], "missing": [7]}
    done = call("gaps", "add", UNKNOWN, "--entry", "ferry-history", "--json", cache=cache, folder=small, **own)
    added = json.loads(done.stdout)
    assert (added["file"], added["entry"]) == ("faq/en/ferry.yaml", "ferry-history")
    assert [line["text"].strip() for line in added["added"]] == [f"- {UNKNOWN}"]


def test_replay_says_which_messages_are_worse_than_known(cache: Path, own: dict[str, Any], tmp_path: Path) -> None:
    """A miss that is not listed exits 1; without a list, misses are counted; what is listed and right is said."""
    sets = tmp_path / "sets"
    sets.mkdir()
    messages = [("m1", "what does a ticket cost", "ferry-fares"), ("m2", UNKNOWN, "ferry-times")]
    rows = [json.dumps({"id": name, "text": text, "entries": [entry]}) for name, text, entry in messages]
    (sets / "inscope.jsonl").write_text("\n".join(rows), encoding="utf-8")
    done = call("gaps", "replay", "--questions", str(sets), cache=cache, **own)
    assert done.returncode == 0, done.stderr
    assert "question sets: 1 of 2 messages missed; no known_misses.txt" in done.stdout

    (sets / "known_misses.txt").write_text("m1 none unanswered: what does\n", encoding="utf-8")
    done = call("gaps", "replay", "--questions", str(sets), cache=cache, **own)
    assert done.returncode == 1
    assert f"newly missed: 1\n  m2  {UNKNOWN}\n" in done.stdout
    assert "no longer missed, to be taken from known_misses.txt: 1\n  m1  what does" in done.stdout
    found = json.loads(call("gaps", "replay", "--questions", str(sets), "--json", cache=cache, **own).stdout)
    assert [one["id"] for one in found["questions"]["newly_missed"]] == ["m2"]
    assert [one["id"] for one in found["questions"]["no_longer_missed"]] == ["m1"]

    (sets / "known_misses.txt").write_text("m2 none unanswered: zebra\n", encoding="utf-8")
    assert call("gaps", "replay", "--questions", str(sets), cache=cache, **own).returncode == 0


def test_in_a_terminal_gaps_are_a_table(cache: Path, own: dict[str, Any]) -> None:
    """Its lines fit and break between words, and what looks like markup is shown as it is."""
    text = f"[red]{UNKNOWN}[/red] {UNKNOWN} marble soup quantum bread thunder poetry"
    call("ask", text, cache=cache, **own)
    shown = in_terminal("gaps", cache=cache, **own, COLUMNS="60")
    assert "question" in shown
    assert f"[red]{UNKNOWN}[/red]" in " ".join(shown.split())
    assert set(text.split()) <= set(shown.split())
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in shown.splitlines()]
    assert max(map(len, lines)) <= 60


def test_piped_gaps_are_lines(cache: Path, own: dict[str, Any]) -> None:
    """Each text is whole on one of them, markup as it was typed; no frame, no colour."""
    text = f"[red]{UNKNOWN}[/] " + "marble soup " * 75 + "thunder"
    call("ask", text, cache=cache, **own)
    assert listed(cache, own)[0]["text"] == text
    for arguments in ((), ("show", "1"), ("groups",)):
        shown = call("gaps", *arguments, cache=cache, **own).stdout
        assert [line for line in shown.splitlines() if line.endswith(text)], arguments
        assert not {"\x1b", "─"} & set(shown)


# --- Deleting --------------------------------------------------------------------------------------------------------


def test_gaps_are_purged(cache: Path, own: dict[str, Any]) -> None:
    """By what became of them, by day, all; how many is said, and counts stay unless they are named."""
    for text in (UNKNOWN, "quantum bread", "purple gravel bread"):
        call("ask", text, cache=cache, **own)
    call("gaps", "resolve", "1", "--entry", "ferry-times", cache=cache, **own)
    done = call("gaps", "purge", "--resolved", "--yes", cache=cache, **own)
    assert (done.returncode, done.stdout) == (0, "1 gap deleted.\n")
    assert call("gaps", "purge", "--before", "2001-01-01", "--yes", cache=cache, **own).stdout == "0 gaps deleted.\n"
    done = call("gaps", "purge", "--before", "2101-01-01", "--resolved", "--yes", "--json", cache=cache, **own)
    assert json.loads(done.stdout) == {"deleted": 0, "counts_deleted": False}
    assert len(listed(cache, own)) == 2
    assert call("gaps", "purge", "--all", "--yes", cache=cache, **own).stdout == "2 gaps deleted.\n"
    assert json.loads(call("gaps", "stats", "--json", cache=cache, **own).stdout)["questions"] == 3
    done = call("gaps", "purge", "--all", "--counts", "--yes", cache=cache, **own)
    assert done.stdout == "0 gaps deleted, and all counts.\n"
    assert json.loads(call("gaps", "stats", "--json", cache=cache, **own).stdout)["questions"] == 0


@pytest.mark.parametrize(("typed", "left"), [("y\n", 0), ("n\n", 1), ("\n", 1)])
def test_in_a_terminal_purge_asks(cache: Path, own: dict[str, Any], typed: str, left: int) -> None:
    """How many, and only a yes deletes."""
    call("ask", UNKNOWN, cache=cache, **own)
    shown = in_terminal("gaps", "purge", "--all", answers={"[y/N]": typed}, cache=cache, **own)
    assert "Delete 1 gap in" in shown
    assert ("1 gap deleted." in shown) == (left == 0)
    assert ("nothing was deleted" in shown) == (left == 1)
    assert len(listed(cache, own)) == left


def test_without_a_log_there_is_nothing_to_review(cache: Path, own: dict[str, Any], tmp_path: Path) -> None:
    """No command makes one."""
    assert call("gaps", "replay", cache=cache, **own).returncode == 0
    assert "0 questions" in call("gaps", "stats", cache=cache, **own).stdout
    assert call("gaps", "groups", cache=cache, **own).returncode == 0
    assert call("gaps", "later", "1", cache=cache, **own).returncode == 2
    assert call("gaps", "show", "1", cache=cache, **own).returncode == 2
    assert call("gaps", "purge", "--all", "--yes", cache=cache, **own).stdout == "0 gaps deleted.\n"
    for arguments in (("export", "x"), ("rekey",), ("rekey", "--drop-old")):
        done = call("gaps", *arguments, cache=cache, **own)
        assert done.returncode == 2
        assert "there is no gap log in" in done.stderr
    assert not (tmp_path / "config").exists()
    assert not (tmp_path / "data").exists()


def test_keys_prints_two_settings(cache: Path) -> None:
    """As a file of settings takes them; new ones each time."""
    first, second = call("keys", cache=cache).stdout, call("keys", cache=cache).stdout
    settings = dict(line.split("=", 1) for line in first.splitlines())
    assert text_keys(settings["GAPS_KEY"])
    assert asker_key(settings["ASKER_KEY"])
    assert set(settings) == {"GAPS_KEY", "ASKER_KEY"}
    assert first != second


def test_learn_makes_the_next_start_quick(tmp_path: Path) -> None:
    """What was learned is kept."""
    done = run("learn", cache=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "entries, version " in done.stdout
    assert "Learning" in done.stderr
    assert "Learning" not in run("learn", cache=tmp_path).stderr


def test_run_without_a_token_says_where_to_get_one(cache: Path) -> None:
    """Exit 2, and what to do."""
    done = run("run", cache=cache, TELEGRAM_BOT_TOKEN="")
    assert done.returncode == 2
    assert "TELEGRAM_BOT_TOKEN: is not set; get a token from @BotFather" in done.stderr
