"""The keys of the gap log: made once, kept apart from the data, never shown."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.storage.keys import (
    LENGTHS,
    KeyProblem,
    Keys,
    asker_key,
    new_asker_key,
    new_text_key,
    read_keys,
    text_keys,
    write_text_keys,
)

often = settings(max_examples=100, deadline=None)


def keys() -> Keys:
    """New keys of both kinds."""
    return Keys(text_keys(new_text_key()), asker_key(new_asker_key()))


def read(folder: Path, *, create: bool = True, gaps: str | None = None, askers: str | None = None) -> Keys:
    """The keys as a program with these settings reads them; data lie in another folder."""
    data = folder.parent / "data"
    return read_keys(gaps_key=gaps, asker_key_=askers, folder=folder, data_dir=data, create=create)


def test_a_text_comes_back_and_does_not_show() -> None:
    """What is encrypted can be read with the key, and not without it."""
    ours = keys()
    token = ours.encrypt("am I a refugee? 🌍 مرحبا")
    assert b"refugee" not in token
    assert ours.decrypt(token) == "am I a refugee? 🌍 مرحبا"
    with pytest.raises(KeyProblem, match="GAPS_KEY"):
        keys().decrypt(token)


def test_a_lone_surrogate_can_be_kept() -> None:
    """No message is too broken to be kept."""
    ours = keys()
    assert ours.decrypt(ours.encrypt("a\ud800b")) == "a?b"


@often
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300), st.sampled_from([1, 30]))
def test_every_text_comes_back(text: str, times: int) -> None:
    """Padded or, as a token of an earlier version, not."""
    ours = keys()
    assert ours.decrypt(ours.encrypt(text * times)) == text * times
    assert ours.decrypt(Fernet(ours.texts[0]).encrypt(text.encode())) == text


@often
@given(st.integers(0, 1000), st.sampled_from(["a", "ж", "字", "😀"]))
def test_a_token_tells_no_length(length: int, sign: str) -> None:
    """The tokens of all texts that redaction leaves have one of seven lengths."""
    ours = keys()
    tokens = {len(Fernet(ours.texts[0]).encrypt(bytes(size))) for size in LENGTHS}
    assert len(ours.encrypt(sign * length)) in tokens


@often
@given(st.datetimes(timezones=st.none() | st.just(UTC)))
def test_a_token_tells_the_minute_or_nothing(at: datetime) -> None:
    """Fernet writes the time into a token in clear: here no second of it, and no time where none is given."""
    ours = keys()
    told = Fernet(ours.texts[0]).extract_timestamp(ours.encrypt("why", at=at))
    minute = at.replace(second=0, microsecond=0, tzinfo=UTC)
    assert told == max(minute.timestamp(), 0)
    assert Fernet(ours.texts[0]).extract_timestamp(ours.encrypt("why")) == 0


def test_an_older_key_still_reads() -> None:
    """With two keys the first writes and both read."""
    old, new = new_text_key(), new_text_key()
    askers = asker_key(new_asker_key())
    token = Keys(text_keys(old), askers).encrypt("why")
    both = Keys(text_keys(f"{new}, {old}"), askers)
    assert both.decrypt(token) == "why"
    assert Keys(text_keys(new), askers).decrypt(both.encrypt("why")) == "why"


def test_it_is_told_which_key_wrote() -> None:
    """The first of several, or another."""
    old = Keys(text_keys(new_text_key()), b"")
    both = Keys((*text_keys(new_text_key()), *old.texts), b"")
    assert both.is_of_first(both.encrypt("why"))
    assert not both.is_of_first(old.encrypt("why"))
    assert not both.is_of_first(b"no token")


def test_keys_of_texts_take_the_place_of_others(tmp_path: Path) -> None:
    """In their file, for this user alone, and through a link to it; where it cannot be written it stays."""
    folder = tmp_path / "config"
    first = read(folder)
    (folder / "gaps.key").rename(tmp_path / "kept")
    (folder / "gaps.key").symlink_to(tmp_path / "kept")
    new = text_keys(new_text_key())
    write_text_keys(folder / "gaps.key", (*new, *first.texts))
    assert read(folder, create=False).texts == (*new, *first.texts)
    assert (folder / "gaps.key").is_symlink()
    assert (tmp_path / "kept").stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config", "kept"]
    with pytest.raises(KeyProblem, match=r"cannot be written \(.*\), and stays as it is; let this user write to"):
        write_text_keys(tmp_path / "nowhere" / "gaps.key", new)


def test_a_code_is_the_same_for_one_key_and_purpose_only() -> None:
    """A code finds a person again, and says nothing to whoever lacks the key."""
    ours = keys()
    code = ours.pseudonym("asker", "telegram:4711")
    assert code == ours.pseudonym("asker", "telegram:4711")
    assert len(code) == 32
    assert "4711" not in code
    others = {
        ours.pseudonym("asker", "telegram:4712"),
        ours.pseudonym("message", "telegram:4711"),
        keys().pseudonym("asker", "4711"),
    }
    assert code not in others
    rotated = Keys(text_keys(new_text_key()), ours.askers)
    assert rotated.pseudonym("asker", "telegram:4711") == code, "a new key for texts must not lose the askers"


def test_keys_do_not_show_in_repr() -> None:
    """A key that ends up in a log line or a traceback is no secret any more."""
    text, askers = new_text_key(), new_asker_key()
    shown = repr(Keys(text_keys(text), asker_key(askers)))
    assert text not in shown
    assert askers not in shown


def test_keys_are_made_once_for_this_user_alone(tmp_path: Path) -> None:
    """The first start makes both keys, with rights for their owner only; later starts find them."""
    folder = tmp_path / "config"
    first = read(folder)
    again = read(folder, create=False)
    assert (again.texts, again.askers) == (first.texts, first.askers)
    files = sorted(folder.iterdir())
    assert [file.name for file in files] == ["asker.key", "gaps.key"]
    assert all(file.stat().st_mode & 0o777 == 0o600 for file in files)
    assert folder.stat().st_mode & 0o077 == 0


def test_the_settings_go_before_the_files(tmp_path: Path) -> None:
    """Keys that are set are used, and no file is made."""
    texts, askers = new_text_key(), new_asker_key()
    found = read(tmp_path / "config", gaps=texts, askers=askers)
    assert found.texts == (texts.encode(),)
    assert found.askers == bytes.fromhex(askers)
    assert not (tmp_path / "config").exists()


def test_a_missing_key_is_not_made_where_it_would_not_help(tmp_path: Path) -> None:
    """A log that was begun needs its own key: a new one is not made in its place."""
    with pytest.raises(KeyProblem, match="GAPS_KEY is not set"):
        read(tmp_path / "config", create=False)
    assert not (tmp_path / "config").exists()


def test_keys_never_lie_with_the_data(tmp_path: Path) -> None:
    """A copy of the data folder must not hold its keys."""
    with pytest.raises(KeyProblem, match="DATA_DIR"):
        read_keys(gaps_key=None, asker_key_=None, folder=tmp_path / "a", data_dir=tmp_path, create=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "setting", ["", " ", "secret", "x" * 44, "ä" * 44, pytest.param(f"{new_text_key()},short", id="a second one")]
)
def test_what_is_no_text_key_is_refused_without_being_shown(setting: str) -> None:
    """The mend is a command; the setting is not repeated."""
    with pytest.raises(KeyProblem, match="python -m bot keys") as refused:
        text_keys(setting)
    assert not setting.strip() or setting not in str(refused.value)


@pytest.mark.parametrize("setting", ["", "00", "zz" * 32, "ab" * 31])
def test_what_is_no_asker_key_is_refused(setting: str) -> None:
    """A short key would let persons be guessed."""
    with pytest.raises(KeyProblem, match="python -m bot keys"):
        asker_key(setting)


def test_a_file_that_is_no_key_is_named(tmp_path: Path) -> None:
    """A broken key file is said and left as it is."""
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "gaps.key").write_bytes(b"\xff\xff")
    with pytest.raises(KeyProblem, match=r"gaps\.key cannot be read"):
        read(folder)
    assert (folder / "gaps.key").read_bytes() == b"\xff\xff"


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """Where no key can be kept, the mend names the setting."""
    (tmp_path / "config").write_text("in the way", encoding="utf-8")
    with pytest.raises(KeyProblem, match="GAPS_KEY"):
        read(tmp_path / "config")


def test_two_programs_that_start_at_once_get_one_key(tmp_path: Path) -> None:
    """Whoever comes second takes the key of the first."""
    found: list[bytes] = []
    barrier = threading.Barrier(8)

    def start() -> None:
        barrier.wait()
        found.append(read(tmp_path / "config").askers)

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert sorted(path.name for path in (tmp_path / "config").iterdir()) == ["asker.key", "gaps.key"]
