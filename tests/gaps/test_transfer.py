"""The gap log's way to a reviewer's machine and back: what goes along, what comes home, and what never does."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from bot.domain.conversation import Channel, Outcome
from bot.domain.gap import Count, Gap, GapReason, GapStatus, LoggedGap, Note
from bot.gaps.repository import GapLog
from bot.gaps.transfer import (
    Copied,
    Export,
    ExportError,
    Returned,
    export_log,
    import_log,
    new_export_key,
    open_export,
    read_export,
    write_export,
)
from bot.storage.errors import LogError
from bot.storage.keys import Keys, asker_key, new_asker_key, new_text_key, text_keys
from bot.storage.stores import FILE
from tests.gaps.test_repository import (
    ASKER,
    KEEP,
    KEYS,
    OTHER,
    Clock,
    do,
    in_a_file,
    note,
    rows_of,
    stored_in,
    tokens_of,
    use_until,
)

NewUrl = Callable[[], SecretStr | None]


def other_keys() -> Keys:
    """The keys of another machine."""
    return Keys(text_keys(new_text_key()), asker_key(new_asker_key()))


@pytest.fixture
async def home(tmp_path: Path, clock: Clock, new_url: NewUrl) -> AsyncIterator[GapLog]:
    """The log of the bot, in SQLite or in PostgreSQL, with three gaps of two persons and their counts."""
    async with GapLog(tmp_path / "home", KEYS, keep=KEEP, url=new_url(), now=clock, busy_seconds=0.2) as opened:
        await opened.write(
            [note("why one", message="m1"), note("why two", asker=OTHER), note("why three", asker=OTHER)]
        )
        yield opened


@pytest.fixture
async def copy(tmp_path: Path, clock: Clock, new_url: NewUrl) -> AsyncIterator[GapLog]:
    """The log of a reviewer's laptop, with keys and a database of its own, still empty."""
    async with another(tmp_path / "laptop", new_url, clock) as opened:
        yield opened


def another(folder: Path, new_url: NewUrl, now: Callable[[], datetime]) -> GapLog:
    """A log with other keys, in a database of its own."""
    return GapLog(folder, other_keys(), keep=KEEP, url=new_url(), now=now, busy_seconds=0.2)


async def carried(from_: GapLog, to: GapLog, folder: Path) -> Returned | Copied:
    """An export of one log as a file, taken in by another."""
    return await import_log(to, through_file(await export_log(from_), folder))


def through_file(export: Export, folder: Path) -> Export:
    """An export as it comes out of its file."""
    key = new_export_key()
    path = folder / f"{hashlib.sha256(key.encode()).hexdigest()}.gaps"
    write_export(path, export, key)
    return open_export(read_export(path), key)


async def as_seen(log: GapLog) -> list[tuple[int, str, str, str]]:
    """The gaps of a log: number, text, status and resolution."""
    return sorted((one.id, one.gap.text, one.status.value, one.resolution) for one in await log.gaps())


async def review(log: GapLog, text: str, status: GapStatus, entry: str = "") -> None:
    """What a reviewer does with a gap."""
    ids = [one.id for one in await log.gaps() if one.gap.text == text]
    assert await log.mark(ids, status, entry=entry) == 1


# --- There and back ------------------------------------------------------------------------------------------------


async def test_a_copy_has_the_gaps_and_counts(home: GapLog, copy: GapLog, tmp_path: Path) -> None:
    """All fields of each gap, under its own number, readable with the laptop's keys."""
    await review(home, "why two", GapStatus.LATER)
    assert await carried(home, copy, tmp_path) == Copied(gaps=3, new=3, deleted=0, kept=0, too_old=0)
    assert await copy.gaps() == await home.gaps()
    assert await copy.counts() == await home.counts()


async def test_nothing_of_who_asked_leaves_the_home(home: GapLog, copy: GapLog, tmp_path: Path) -> None:
    """Neither codes of persons and messages nor languages that were chosen are in the file or the copy."""
    await home.choose_language(ASKER, "fr")
    export = await export_log(home)
    key = new_export_key()
    write_export(tmp_path / "x", export, key)
    opened = Fernet(key).decrypt((tmp_path / "x").read_bytes().split(b"\n")[1])
    for code in (ASKER, OTHER, "m1"):
        assert f'"{code}"'.encode() not in opened
    found = json.loads(opened)
    assert set(found) == {"home", "state", "gaps", "counts"}
    assert {key for one in found["gaps"] for key in one} == {
        *("id", "at", "status", "gap", "resolution", "in_group", "reviewer"),
    }
    assert {key for one in found["gaps"] for key in one["gap"]} == {
        *("reason", "text", "language", "channel", "faq_version", "nearest", "entry"),
    }
    await import_log(copy, export)
    assert await rows_of(copy, "SELECT count(*) FROM gap WHERE asker IS NULL AND message IS NULL") == [(3,)]
    assert await rows_of(copy, "SELECT count(*) FROM person") == [(0,)]


async def test_the_file_is_encrypted_and_for_its_owner_alone(home: GapLog, tmp_path: Path) -> None:
    """No text stands in it, and nobody else may read it."""
    path = tmp_path / "x.gaps"
    write_export(path, await export_log(home), new_export_key())
    assert b"why" not in path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".")] == []


async def test_reviews_come_home(home: GapLog, copy: GapLog, tmp_path: Path) -> None:
    """Status and resolution of gaps that are open there; no gap and no count comes or goes."""
    await carried(home, copy, tmp_path)
    await review(copy, "why one", GapStatus.RESOLVED, "sky")
    await review(copy, "why two", GapStatus.OFF_TOPIC)
    await home.write([note("why four")])
    counts = await home.counts()
    back = await carried(copy, home, tmp_path)
    assert back == Returned({GapStatus.RESOLVED: 1, GapStatus.OFF_TOPIC: 1}, left=0, gone=0)
    assert await as_seen(home) == [
        (1, "why one", "resolved", "sky"),
        (2, "why two", "off topic", ""),
        (3, "why three", "new", ""),
        (4, "why four", "new", ""),
    ]
    assert await home.counts() == counts
    assert await carried(copy, home, tmp_path) == Returned({}, left=0, gone=0), "a second time there is nothing to do"


async def test_groups_and_the_names_of_reviewers_go_along(home: GapLog, copy: GapLog, tmp_path: Path) -> None:
    """There and back; of two groups of a gap the later one counts, wherever it was made."""
    await do(home, "UPDATE gap SET in_group = 5 WHERE id IN (1, 2)")
    await home.mark([3], GapStatus.LATER, by="Ana")
    await carried(home, copy, tmp_path)
    assert await groups_of(copy) == [(1, 5, ""), (2, 5, ""), (3, None, "Ana")]
    await do(copy, "UPDATE gap SET in_group = 9 WHERE id IN (2, 3)")
    await copy.mark([1], GapStatus.OFF_TOPIC, by="Bo")
    await do(home, "UPDATE gap SET in_group = 12 WHERE id = 3")
    back = await carried(copy, home, tmp_path)
    assert back == Returned({GapStatus.OFF_TOPIC: 1}, left=0, gone=0, regrouped=1)
    assert await groups_of(home) == [(1, 5, "Bo"), (2, 9, ""), (3, 12, "Ana")]
    await carried(home, copy, tmp_path)
    assert await groups_of(copy) == await groups_of(home)


async def groups_of(log: GapLog) -> list[tuple[Any, ...]]:
    """The groups of a log's gaps, and who decided on them last."""
    return await rows_of(log, "SELECT id, in_group, reviewer FROM gap ORDER BY id")


async def test_what_was_forgotten_at_home_does_not_come_back(home: GapLog, copy: GapLog, tmp_path: Path) -> None:
    """Not by the way home, and in the copy it goes with the next refresh, out of the file too."""
    await carried(home, copy, tmp_path)
    token = (await tokens_of(copy))[0]
    await review(copy, "why one", GapStatus.RESOLVED, "sky")
    await home.forget(ASKER)
    assert await carried(copy, home, tmp_path) == Returned({}, left=0, gone=1)
    assert [text for _, text, _, _ in await as_seen(home)] == ["why two", "why three"]
    assert await carried(home, copy, tmp_path) == Copied(gaps=2, new=0, deleted=1, kept=0, too_old=0)
    assert token not in await stored_in(copy)
    assert await as_seen(copy) == await as_seen(home)


@in_a_file
async def test_a_number_that_is_used_again_is_another_gap(home: GapLog, copy: GapLog, tmp_path: Path) -> None:
    """As in a log that was begun anew; a review of the old one does not settle the new one."""
    await carried(home, copy, tmp_path)
    await review(copy, "why three", GapStatus.RESOLVED, "sky")
    await home.forget(OTHER)
    await do(home, "UPDATE sqlite_sequence SET seq = 1 WHERE name = 'gap'")
    await home.write([note("why else", asker=OTHER), note("why more", asker=OTHER)])
    assert (3, "why more", "new", "") in await as_seen(home)
    assert await carried(copy, home, tmp_path) == Returned({}, left=0, gone=1)
    assert (3, "why more", "new", "") in await as_seen(home)
    assert await carried(home, copy, tmp_path) == Copied(gaps=3, new=2, deleted=2, kept=0, too_old=0)
    assert await as_seen(copy) == await as_seen(home)


async def test_a_refresh_keeps_what_was_reviewed_here(home: GapLog, copy: GapLog, tmp_path: Path) -> None:
    """Where it is open at home; what was settled there is taken over, new gaps come, and counts are those of home."""
    await carried(home, copy, tmp_path)
    await review(copy, "why one", GapStatus.RESOLVED, "sky")
    await review(copy, "why two", GapStatus.RESOLVED, "sky")
    await review(home, "why two", GapStatus.OFF_TOPIC)
    await review(home, "why three", GapStatus.LATER)
    await home.write([note("why four")])
    assert await carried(home, copy, tmp_path) == Copied(gaps=4, new=1, deleted=0, kept=1, too_old=0)
    assert await as_seen(copy) == [
        (1, "why one", "resolved", "sky"),
        (2, "why two", "off topic", ""),
        (3, "why three", "later", ""),
        (4, "why four", "new", ""),
    ]
    assert await copy.counts() == await home.counts()


async def test_of_two_reviewers_the_first_to_come_home_decides(
    home: GapLog, copy: GapLog, tmp_path: Path, new_url: NewUrl
) -> None:
    """What the second made of the same gap is left, and said; their other reviews are set."""
    async with another(tmp_path / "second", new_url, copy.now) as second:
        await carried(home, copy, tmp_path)
        await carried(home, second, tmp_path)
        await review(copy, "why one", GapStatus.RESOLVED, "sky")
        await review(second, "why one", GapStatus.OFF_TOPIC)
        await review(second, "why two", GapStatus.LATER)
        assert await carried(copy, home, tmp_path) == Returned({GapStatus.RESOLVED: 1}, left=0, gone=0)
        assert await carried(second, home, tmp_path) == Returned({GapStatus.LATER: 1}, left=1, gone=0)
        assert (1, "why one", "resolved", "sky") in await as_seen(home)


async def test_a_copy_can_be_carried_on(home: GapLog, copy: GapLog, tmp_path: Path, new_url: NewUrl) -> None:
    """From one reviewer to the next, who brings it home: it remains a copy of the same log."""
    await carried(home, copy, tmp_path)
    await review(copy, "why one", GapStatus.RESOLVED, "sky")
    async with another(tmp_path / "second", new_url, copy.now) as second:
        await carried(copy, second, tmp_path)
        await review(second, "why two", GapStatus.OFF_TOPIC)
        back = await carried(second, home, tmp_path)
    assert back == Returned({GapStatus.RESOLVED: 1, GapStatus.OFF_TOPIC: 1}, left=0, gone=0)


async def test_a_gap_that_is_open_again_in_the_copy_changes_nothing_at_home(
    home: GapLog, copy: GapLog, tmp_path: Path
) -> None:
    """That a gap is new says nothing: what was put off at home stays so."""
    await carried(home, copy, tmp_path)
    await review(home, "why one", GapStatus.LATER)
    assert await carried(copy, home, tmp_path) == Returned({}, left=0, gone=0)
    assert (1, "why one", "later", "") in await as_seen(home)


# --- What is too old -----------------------------------------------------------------------------------------------


async def test_a_copy_lets_the_old_go_as_any_log(home: GapLog, copy: GapLog, clock: Clock, tmp_path: Path) -> None:
    """After the time that it keeps gaps; counts stay."""
    await carried(home, copy, tmp_path)
    await use_until(copy, clock, clock.now + KEEP - timedelta(minutes=1))
    clock.now += timedelta(minutes=2)
    assert (await copy.expire()).gaps == 3
    assert await copy.gaps() == []
    assert await copy.counts() == await home.counts()


async def test_an_old_file_brings_nothing_back_that_is_past_its_time(
    home: GapLog, copy: GapLog, clock: Clock, tmp_path: Path
) -> None:
    """A file that lay about for months holds gaps that no log keeps any more."""
    export = await export_log(home)
    clock.now += KEEP + timedelta(minutes=1)
    assert await import_log(copy, export) == Copied(gaps=0, new=0, deleted=0, kept=0, too_old=3)
    assert await copy.gaps() == []


async def test_an_older_file_does_not_undo_a_newer_one(
    home: GapLog, copy: GapLog, clock: Clock, tmp_path: Path, new_url: NewUrl
) -> None:
    """It may hold what was forgotten since; nor does it come by way of another copy."""
    older = await export_log(home)
    async with another(tmp_path / "second", new_url, clock) as second:
        await import_log(second, older)
        clock.now += timedelta(seconds=1)
        await home.forget(ASKER)
        await carried(home, copy, tmp_path)
        clock.now += timedelta(days=1)
        for file in (older, await export_log(second)):
            with pytest.raises(ExportError, match="newer than this file, which may hold what was deleted since"):
                await import_log(copy, file)
    assert [text for _, text, _, _ in await as_seen(copy)] == ["why two", "why three"]


# --- What is refused -----------------------------------------------------------------------------------------------


async def test_a_copy_notes_nothing_of_its_own(home: GapLog, copy: GapLog, tmp_path: Path) -> None:
    """Its gaps would take numbers that mean others at home. Neither gaps nor counts, and what to do is said."""
    await carried(home, copy, tmp_path)
    for noted in (note(), Note(Count(Outcome.ANSWER, "en", Channel.TERMINAL, "sky"))):
        with pytest.raises(LogError, match="is a copy of another log, for review alone; name another DATA"):
            await copy.write([noted])
    assert await as_seen(copy) == await as_seen(home)
    assert await copy.counts() == await home.counts()


async def test_a_log_with_gaps_of_its_own_takes_no_copy(home: GapLog, copy: GapLog, tmp_path: Path) -> None:
    """Nor one with counts alone; it stays as it is."""
    await copy.write([Note(Count(Outcome.ANSWER, "en", Channel.TERMINAL, "sky"))])
    with pytest.raises(ExportError, match="has gaps or counts of its own; name another DATA"):
        await carried(home, copy, tmp_path)
    assert await copy.gaps() == []


async def test_a_copy_takes_no_other_log(home: GapLog, copy: GapLog, tmp_path: Path, new_url: NewUrl) -> None:
    """Two bots' gaps do not mix."""
    await carried(home, copy, tmp_path)
    async with another(tmp_path / "other", new_url, copy.now) as other:
        await other.write([note("why elsewhere")])
        with pytest.raises(ExportError, match="is a copy of another log than this file; name another DATA"):
            await carried(other, copy, tmp_path)
    assert await as_seen(copy) == await as_seen(home)


async def test_an_empty_log_with_the_keys_of_home_is_no_copy(
    home: GapLog, clock: Clock, tmp_path: Path, new_url: NewUrl
) -> None:
    """It could not be told from the home itself; what to do is said."""
    async with GapLog(tmp_path / "empty", KEYS, keep=KEEP, url=new_url(), now=clock) as empty:
        with pytest.raises(ExportError, match="has the ASKER_KEY of the log that the file comes from"):
            await carried(home, empty, tmp_path)
        assert await empty.gaps() == []


async def test_an_import_is_all_or_nothing(home: GapLog, copy: GapLog, tmp_path: Path) -> None:
    """A failure in its middle leaves the copy as it was."""
    await carried(home, copy, tmp_path)
    seen = await as_seen(copy)
    await home.forget(ASKER)
    await home.write([note("why four")])
    if copy.path.exists():
        trigger = "CREATE TRIGGER fails BEFORE INSERT ON count WHEN NEW.outcome = 'unanswered'"
        await do(copy, f"{trigger} BEGIN SELECT RAISE(ABORT, 'the power is gone'); END")
    else:
        await do(copy, "ALTER TABLE count ADD CONSTRAINT fails CHECK (outcome <> 'unanswered') NOT VALID")
    with pytest.raises(LogError):
        await carried(home, copy, tmp_path)
    assert await as_seen(copy) == seen
    await do(copy, "DROP TRIGGER fails" if copy.path.exists() else "ALTER TABLE count DROP CONSTRAINT fails")
    await carried(home, copy, tmp_path)
    assert await as_seen(copy) == await as_seen(home)


async def test_a_file_is_not_overwritten(home: GapLog, tmp_path: Path) -> None:
    """It may be the only copy of something."""
    path = tmp_path / "x.gaps"
    path.write_bytes(b"a letter")
    with pytest.raises(ExportError, match=r"x\.gaps is there already and is not overwritten"):
        write_export(path, await export_log(home), new_export_key())
    assert path.read_bytes() == b"a letter"
    with pytest.raises(ExportError, match=r"cannot be written \(No such file or directory\); name a file in"):
        write_export(tmp_path / "nowhere" / "x", await export_log(home), new_export_key())


@pytest.mark.parametrize("size", [0, 10, 200, -2])
async def test_a_file_that_is_not_all_there_is_refused(home: GapLog, tmp_path: Path, size: int) -> None:
    """Wherever it was cut, before the key matters."""
    path = tmp_path / "x.gaps"
    write_export(path, await export_log(home), new_export_key())
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(ExportError, match="is no export of a gap log" if 0 <= size < 20 else "is damaged"):
        read_export(path)


async def test_a_damaged_file_is_refused(home: GapLog, tmp_path: Path) -> None:
    """One letter in its middle is enough."""
    path = tmp_path / "x.gaps"
    write_export(path, await export_log(home), new_export_key())
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(ExportError, match="is damaged or not all there; copy it again"):
        read_export(path)


@pytest.mark.parametrize("data", [b"", b"a letter\nto somebody", b"\x00" * 99, b"SQLite format 3\x00"])
def test_a_file_that_is_no_export_is_refused(tmp_path: Path, data: bytes) -> None:
    """And is said to be none."""
    (tmp_path / "x").write_bytes(data)
    with pytest.raises(ExportError, match="is no export of a gap log; name a file that was made with: gaps export"):
        read_export(tmp_path / "x")


@pytest.mark.parametrize("header", [b"2", b"2 whatever comes then", b"99 " + b"0" * 64])
def test_a_newer_format_is_refused(tmp_path: Path, header: bytes) -> None:
    """Not taken for damage: this program is too old."""
    (tmp_path / "x").write_bytes(b"migration-faq-bot gaps " + header + b"\nabc\n")
    with pytest.raises(ExportError, match="was made by a newer version of this program; update this one"):
        read_export(tmp_path / "x")


async def test_another_key_is_said_to_be_one(home: GapLog, tmp_path: Path) -> None:
    """The key of another export, and what is no key at all; neither is repeated."""
    path = tmp_path / "x.gaps"
    write_export(path, await export_log(home), new_export_key())
    wrong = new_export_key()
    for key, said in ((wrong, "is the key of another export"), ("secret", "is no key"), ("ä" * 44, "is no key")):
        with pytest.raises(ExportError, match=said) as refused:
            open_export(read_export(path), key)
        assert key not in str(refused.value)


@pytest.mark.parametrize("data", [b"[]", b"no JSON", b'{"home": "x", "gaps": [{"text": "my secret"}]}'])
def test_what_is_encrypted_and_no_log_is_refused_without_being_shown(tmp_path: Path, data: bytes) -> None:
    """Such as a file of a program that was changed."""
    key = new_export_key()
    with pytest.raises(ExportError, match="does not hold what an export holds") as refused:
        open_export(Fernet(key).encrypt(data), key)
    assert "secret" not in str(refused.value)


async def test_the_first_format_is_read_for_good() -> None:
    """A file of the first version, as it was written then."""
    key = new_export_key()
    gap: dict[str, Any] = {
        "reason": "wrong",
        "text": "why is the sky",
        "language": "en",
        "channel": "private",
        "faq_version": "v1",
        "nearest": [["sky", 0.25]],
        "entry": "sea",
    }
    written = {
        "home": "ab" * 16,
        "state": "2026-11-25T13:21:42Z",
        "gaps": [{"id": 7, "at": "2026-11-25T13:21:00", "status": "off topic", "gap": gap, "resolution": ""}],
        "counts": [["2026-11-25", {"outcome": "answer", "language": "en", "channel": "group", "entry": "sky"}, 3]],
    }
    export = open_export(Fernet(key).encrypt(json.dumps(written).encode()), key)
    (kept,) = export.gaps
    assert (kept.id, kept.status, kept.gap.entry, kept.gap.nearest) == (7, "off topic", "sea", (("sky", 0.25),))
    assert export.counts[0][1:] == (Count(Outcome.ANSWER, "en", Channel.GROUP, "sky"), 3)


async def test_texts_of_every_kind_come_through(home: GapLog, copy: GapLog, tmp_path: Path) -> None:
    """Letters of any script, and several lines."""
    texts = ["مرحبا\nどこ 🌍", "a" * 900, "[red]no markup[/red]"]
    await home.write([note(text) for text in texts])
    await carried(home, copy, tmp_path)
    assert {one.gap.text for one in await copy.gaps()} == {one.gap.text for one in await home.gaps()}
    assert await carried(copy, home, tmp_path) == Returned({}, left=0, gone=0)


@in_a_file
async def test_a_copy_that_is_lost_is_made_anew(home: GapLog, copy: GapLog, tmp_path: Path) -> None:
    """Its file being gone, the next import begins it again."""
    await carried(home, copy, tmp_path)
    for path in copy.path.parent.iterdir():
        path.unlink()
    assert await carried(home, copy, tmp_path) == Copied(gaps=3, new=3, deleted=0, kept=0, too_old=0)
    assert (copy.path.parent / FILE).exists()


async def test_a_log_without_gaps_makes_a_copy_too(home: GapLog, copy: GapLog, tmp_path: Path) -> None:
    """Its counts are worth a look, and gaps come with the next refresh."""
    await home.purge()
    assert await carried(home, copy, tmp_path) == Copied(gaps=0, new=0, deleted=0, kept=0, too_old=0)
    await home.write([note("why five")])
    assert await carried(home, copy, tmp_path) == Copied(gaps=1, new=1, deleted=0, kept=0, too_old=0)


def test_an_export_is_nothing_but_values(tmp_path: Path) -> None:
    """It goes through its file and comes out equal, scores to the last digit."""
    near = (("sky", 0.1 + 0.2), ("sea", 1e-17))
    gap = Gap(GapReason.NO_MATCH, "why", "en", Channel.PRIVATE, "v1", near)
    clock = Clock()
    logged = LoggedGap(1, clock.now.replace(tzinfo=None, second=0), GapStatus.RESOLVED, gap, "sky")
    export = Export("ab" * 16, clock.now, (logged,), ((clock.now.date(), Count(Outcome.GONE, "en", Channel.GROUP), 1),))
    assert through_file(export, tmp_path) == export
