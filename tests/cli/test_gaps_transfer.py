"""The gap log as a whole from the command line: to another machine and back, and with another key."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.storage.keys import new_text_key
from bot.storage.stores import FILE
from tests.cli.test_gaps import UNKNOWN, listed
from tests.cli.test_main import call, run
from tests.support.terminal import in_terminal

pytestmark = pytest.mark.slow

Settings = dict[str, Any]


def machine(folder: Path) -> Settings:
    """The settings of a machine with data and keys of its own."""
    return {"DATA_DIR": str(folder / "data"), "XDG_CONFIG_HOME": str(folder / "config")}


@pytest.fixture
def home(tmp_path: Path, cache: Path) -> Settings:
    """The machine that the bot runs on, with two gaps."""
    settings = machine(tmp_path / "home")
    for text in (UNKNOWN, "quantum bread"):
        call("ask", text, cache=cache, **settings)
    return settings


@pytest.fixture
def laptop(tmp_path: Path) -> Settings:
    """The reviewer's."""
    return machine(tmp_path / "laptop")


def export(cache: Path, settings: Settings, file: Path) -> str:
    """Write an export; its key."""
    done = call("gaps", "export", str(file), "--json", cache=cache, **settings)
    assert done.returncode == 0, done.stderr
    return str(json.loads(done.stdout)["key"])


def rows(settings: Settings) -> list[Any]:
    """The texts as they are stored, and the check of the key."""
    with closing(sqlite3.connect(Path(settings["DATA_DIR"]) / FILE)) as connection:
        return connection.execute("SELECT id, text FROM gap UNION ALL SELECT -id, text FROM key_check").fetchall()


# --- To another machine and back -------------------------------------------------------------------------------------


def test_there_and_back(cache: Path, home: Settings, laptop: Settings, tmp_path: Path) -> None:
    """The way of docs/reviewing.md: export, import, review, export, import. In between somebody is forgotten."""
    there, back = tmp_path / "gaps.export", tmp_path / "gaps.reviewed"
    done = run("gaps", "export", str(there), cache=cache, **home)
    assert done.returncode == 0, done.stderr
    assert "2 gaps and 1 counts are in" in done.stdout
    assert "give it to the reviewer by another way than the file" in done.stdout
    (key,) = [line.split(": ")[1] for line in done.stdout.splitlines() if line.startswith("Key of this export: ")]

    done = run("gaps", "import", str(there), cache=cache, EXPORT_KEY=key, **laptop)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"2 gaps in the copy in {laptop['DATA_DIR']}, 2 of them new\n"
    assert listed(cache, laptop) == listed(cache, home)
    for command in ("groups", "stats", "replay"):
        assert call("gaps", command, cache=cache, **laptop).returncode == 0

    call("gaps", "resolve", "1", "--entry", "ferry-times", cache=cache, **laptop)
    call("gaps", "off-topic", "2", cache=cache, **laptop)
    with closing(sqlite3.connect(Path(home["DATA_DIR"]) / FILE)) as connection, connection:
        connection.execute("DELETE FROM gap WHERE id = 2")
    key = export(cache, laptop, back)
    done = run("gaps", "import", str(back), cache=cache, EXPORT_KEY=key, **home)
    assert done.stdout == "1 gap set to resolved, 1 is no longer here\n"
    (gap,) = json.loads(call("gaps", "--all", "--json", cache=cache, **home).stdout)
    assert (gap["id"], gap["status"], gap["resolution"]) == (1, "resolved", "ferry-times")
    done = call("gaps", "import", str(back), "--json", cache=cache, EXPORT_KEY=key, **home)
    assert json.loads(done.stdout) == {"did": "reviews", "set_to": {}, "left": 0, "gone": 1, "regrouped": 0}


def test_a_copy_is_refreshed_and_says_so(cache: Path, home: Settings, laptop: Settings, tmp_path: Path) -> None:
    """What is new, what is deleted, and what stays as reviewed; as JSON the same."""
    key = export(cache, home, tmp_path / "one")
    done = call("gaps", "import", str(tmp_path / "one"), "--json", cache=cache, EXPORT_KEY=key, **laptop)
    assert json.loads(done.stdout) == {"did": "copy", "gaps": 2, "new": 2, "deleted": 0, "kept": 0, "too_old": 0}
    call("gaps", "later", "1", cache=cache, **laptop)
    with closing(sqlite3.connect(Path(home["DATA_DIR"]) / FILE)) as connection, connection:
        connection.execute("DELETE FROM gap WHERE id = 2")
    call("ask", "purple gravel bread", cache=cache, **home)
    key = export(cache, home, tmp_path / "two")
    done = call("gaps", "import", str(tmp_path / "two"), cache=cache, EXPORT_KEY=key, **laptop)
    assert "2 gaps in the copy" in done.stdout
    assert ", 1 of them new, 1 deleted, no longer being in the file, 1 as reviewed here\n" in done.stdout


def test_the_key_is_asked_for_and_not_shown(cache: Path, home: Settings, laptop: Settings, tmp_path: Path) -> None:
    """In a terminal, where nothing sets it."""
    file = tmp_path / "gaps.export"
    key = export(cache, home, file)
    shown = in_terminal("gaps", "import", str(file), answers={"(it is not shown): ": f"{key}\n"}, cache=cache, **laptop)
    assert "2 gaps in the copy" in " ".join(shown.split())
    assert key not in shown


def test_an_export_can_come_through_a_pipe(cache: Path, home: Settings, laptop: Settings, tmp_path: Path) -> None:
    """As into a container, whose files are another user's."""
    file = tmp_path / "gaps.export"
    key = export(cache, home, file)
    done = run("gaps", "import", "/dev/stdin", cache=cache, typed=file.read_bytes(), EXPORT_KEY=key, **laptop)
    assert done.returncode == 0, done.stderr
    assert "2 gaps in the copy" in done.stdout


def test_a_copy_notes_nothing_and_costs_no_answer(
    cache: Path, home: Settings, laptop: Settings, tmp_path: Path
) -> None:
    """Somebody tries the FAQ on the laptop with the copy's folder."""
    key = export(cache, home, tmp_path / "x")
    call("gaps", "import", str(tmp_path / "x"), cache=cache, EXPORT_KEY=key, **laptop)
    done = call("ask", "purple gravel bread", cache=cache, **laptop)
    assert done.returncode == 0
    assert "I don't know" in done.stdout
    assert "is a copy of another log, for review alone; name another DATA_DIR" in done.stderr
    assert len(listed(cache, laptop)) == 2


def test_what_cannot_be_imported_is_told_and_makes_no_log(
    cache: Path, home: Settings, laptop: Settings, tmp_path: Path
) -> None:
    """A wrong key, no key, a broken file, no file: exit 2 with what to do, and nothing is begun."""
    file = tmp_path / "gaps.export"
    key = export(cache, home, file)
    (tmp_path / "half").write_bytes(file.read_bytes()[:-20])
    (tmp_path / "letter").write_bytes(b"Dear Sir")
    for name, set_, said in (
        ("gaps.export", new_text_key(), "this is the key of another export"),
        ("gaps.export", "secret", "this is no key of an export"),
        ("gaps.export", "", "there is nobody to ask for the export's key; set EXPORT_KEY"),
        ("half", key, "is damaged or not all there; copy it again"),
        ("letter", "", "is no export of a gap log; name a file that was made with: gaps export"),
        ("nowhere", key, "No such file or directory; see that it can be read"),
    ):
        done = call("gaps", "import", str(tmp_path / name), cache=cache, EXPORT_KEY=set_, **laptop)
        assert done.returncode == 2
        assert said in done.stderr
        assert "Traceback" not in done.stderr
        assert not set_ or set_ not in done.stderr
    assert not (tmp_path / "laptop").exists()


def test_an_export_is_not_written_over_a_file(cache: Path, home: Settings, tmp_path: Path) -> None:
    """Exit 2, and the file as it was."""
    (tmp_path / "letter").write_bytes(b"Dear Sir")
    done = call("gaps", "export", str(tmp_path / "letter"), cache=cache, **home)
    assert done.returncode == 2
    assert "is there already and is not overwritten" in done.stderr
    assert done.stdout == "", "no key is shown of a file that is not there"
    assert (tmp_path / "letter").read_bytes() == b"Dear Sir"


def test_a_log_of_ones_own_is_not_mixed_with_another(
    cache: Path, home: Settings, laptop: Settings, tmp_path: Path
) -> None:
    """On the laptop a folder of its own is needed."""
    call("ask", "purple gravel bread", cache=cache, **laptop)
    key = export(cache, home, tmp_path / "x")
    done = call("gaps", "import", str(tmp_path / "x"), cache=cache, EXPORT_KEY=key, **laptop)
    assert done.returncode == 2
    assert "has gaps or counts of its own; name another DATA_DIR for the copy" in done.stderr
    other = {**laptop, "DATA_DIR": str(tmp_path / "laptop" / "copy")}
    assert call("gaps", "import", str(tmp_path / "x"), cache=cache, EXPORT_KEY=key, **other).returncode == 0
    assert len(listed(cache, other)) == 2


# --- Another key -----------------------------------------------------------------------------------------------------


def test_the_key_in_the_configuration_folder_is_changed_in_two_steps(cache: Path, home: Settings) -> None:
    """A new one before it, then the old one goes; after each step all reads and what is next is said."""
    file = Path(home["XDG_CONFIG_HOME"]) / "migration-faq-bot" / "gaps.key"
    old = file.read_text(encoding="ascii").strip()
    before = rows(home)
    done = run("gaps", "rekey", cache=cache, **home)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("2 texts written anew with the new key.\n")
    assert "start the bot anew" in done.stdout
    assert "gaps rekey --drop-old" in done.stdout
    new, behind = file.read_text(encoding="ascii").strip().split(",")
    assert behind == old
    assert not {token for _, token in before} & {token for _, token in rows(home)}
    assert len(listed(cache, home)) == 2

    done = run("gaps", "rekey", "--drop-old", "--json", cache=cache, **home)
    said = json.loads(done.stdout)
    assert (said["texts"], said["keys"]) == (0, 1)
    assert file.read_text(encoding="ascii").strip() == new
    assert len(listed(cache, home)) == 2
    call("chat", cache=cache, typed="/forget\n", **home)
    assert listed(cache, home) == []


def test_the_keys_of_a_setting_are_changed_by_their_owner(cache: Path, home: Settings) -> None:
    """With new,old the texts are written anew; one key alone, or a second step, are told what to do."""
    folder = Path(home["XDG_CONFIG_HOME"]) / "migration-faq-bot"
    old, askers = ((folder / name).read_text(encoding="ascii").strip() for name in ("gaps.key", "asker.key"))
    new = new_text_key()
    before = rows(home)
    set_ = {"DATA_DIR": home["DATA_DIR"], "XDG_CONFIG_HOME": home["XDG_CONFIG_HOME"] + "-none", "ASKER_KEY": askers}
    for keys, arguments, said in (
        (old, (), "GAPS_KEY holds one key; put a new one before it, GAPS_KEY=new,old"),
        (new, (), "was begun with another GAPS_KEY; set the GAPS_KEY it was begun with"),
        (f"{new},{old}", ("--drop-old",), "GAPS_KEY is a setting; take the old key out of it where it is set"),
    ):
        done = call("gaps", "rekey", *arguments, cache=cache, GAPS_KEY=keys, **set_)
        assert done.returncode == 2
        assert said in done.stderr
        assert not {new, old} & set(done.stderr.replace("=", " ").split())
        assert rows(home) == before
    done = call("gaps", "rekey", cache=cache, GAPS_KEY=f"{new},{old}", **set_)
    assert done.returncode == 0, done.stderr
    assert "2 texts written anew" in done.stdout
    assert "Then take the old key out of GAPS_KEY." in done.stdout
    assert len(listed(cache, {**set_, "GAPS_KEY": new})) == 2
    assert (folder / "gaps.key").read_text(encoding="ascii").strip() == old, "a file that is not used is not changed"


def test_without_the_key_nothing_is_changed(cache: Path, home: Settings) -> None:
    """A key that is gone, or another one in its place: what to do is said, and every byte of a text stays."""
    file = Path(home["XDG_CONFIG_HOME"]) / "migration-faq-bot" / "gaps.key"
    before, kept = rows(home), file.read_bytes()
    file.unlink()
    for arguments in ((), ("--drop-old",)):
        done = call("gaps", "rekey", *arguments, cache=cache, **home)
        assert done.returncode == 2
        assert "GAPS_KEY is not set, and there is no key in" in done.stderr
    assert not file.exists()
    other = new_text_key()
    file.write_text(other, encoding="ascii")
    for arguments in ((), ("--drop-old",)):
        done = call("gaps", "rekey", *arguments, cache=cache, **home)
        assert done.returncode == 2
        assert "was begun with another GAPS_KEY" in done.stderr
    assert file.read_text(encoding="ascii") == other
    assert rows(home) == before
    file.write_bytes(kept)
    assert len(listed(cache, home)) == 2
