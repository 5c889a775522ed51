"""What reviewers did: it is kept in the gap log on both databases, undone truly, and it goes as gaps do."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.content.editor import EditError, load, with_entry, with_phrasing
from bot.domain.gap import GapStatus, Grouped, Mark
from bot.gaps.history import History, Undone
from bot.gaps.key_rotation import rekey
from bot.gaps.repository import UNREADABLE, GapLog
from bot.storage.errors import LogError
from bot.storage.keys import new_text_key, text_keys
from tests.gaps.test_repository import ASKER, KEEP, KEYS, OTHER, Clock, do, note, stored_in, use_until

NEW, LATER, OFF, SERVED = Mark(GapStatus.NEW), Mark(GapStatus.LATER), Mark(GapStatus.OFF_TOPIC), GapStatus.RESOLVED


@pytest.fixture
async def log(log: GapLog) -> GapLog:
    """A log with three gaps of two persons, 1 to 3."""
    await log.write([note("one"), note("two", asker=OTHER), note("three")])
    return log


@pytest.fixture
def history(log: GapLog, small: Path) -> History:
    return History(log, small / "faq")


async def marked(history: History, gaps: list[int], was: Mark, new: Mark) -> int:
    """The number of an action of Ana's that marks gaps."""
    done, _ = await history.do("marked", dict.fromkeys(gaps, new), dict.fromkeys(gaps, was), by="Ana", whole=True)
    assert done is not None
    return done.number


async def marks(log: GapLog) -> list[Mark]:
    """What became of the gaps, by their numbers."""
    return [gap.mark for gap in sorted(await log.gaps(), key=lambda gap: gap.id)]


async def test_what_was_done_is_there_after_a_restart(
    log: GapLog, small: Path, tmp_path: Path, clock: Clock, url: SecretStr | None
) -> None:
    """With when, by whom, its lines and its gaps; it is undone then, and says what the undoing did."""
    path = small / "faq/en/ferry.yaml"
    before = path.read_bytes()
    edits = [with_phrasing(path, load(path), "ferry-fares", "how dear is it")]
    day, text = date(2026, 11, 25), edits[0].after
    edits.append(with_entry(path, text, "why", question="Why?", phrasings=["but why"], reviewed=day, review_by=day))
    new, was = {1: LATER, 2: LATER}, {1: NEW, 2: NEW}
    history = History(log, small / "faq")
    done, others = await history.do("“how dear” added", new, was, by="Ana", whole=False, edits=edits)
    assert done is not None
    assert (others, path.read_text(encoding="utf-8")) == (set(), edits[-1].after)
    assert {gap.reviewer for gap in await log.gaps(ids=[1, 2])} == {"Ana"}

    clock.now += timedelta(hours=2)
    async with GapLog(tmp_path / "data", KEYS, keep=KEEP, url=url, now=clock) as another:
        history = History(another, small / "faq")
        (kept,) = await history.latest()
        assert (kept.what, kept.by, kept.before, kept.after) == ("“how dear” added", "Ana", was, new)
        assert [edit.added for edit in kept.edits] == [edit.added for edit in edits]
        assert kept.at == clock.now - timedelta(hours=2)
        await another.forget(OTHER)
        undone = await history.undo(kept.number, by="Bo")
        assert undone is not None
        assert undone.undone == Undone(clock.now, "Bo", restored=1, decided=0, deleted=1, is_gone=False, newest=1)
        assert path.read_bytes() == before
        assert await history.undo(kept.number, by="Bo") == (await history.latest())[0], "a second time nothing is done"
        assert await history.undo(99, by="Bo") is None
    assert await marks(log) == [NEW, NEW]
    assert (await log.gaps(ids=[1]))[0].reviewer == "Bo"


async def test_an_undo_leaves_what_was_decided_since(history: History, log: GapLog) -> None:
    """By a later action or by somebody else; and the undo of the later leads to what was before both."""
    first = await marked(history, [1, 2, 3], NEW, LATER)
    second = await marked(history, [1], LATER, OFF)
    await log.mark([2], SERVED, entry="sky", by="Bo")
    undone = await history.undo(first, by="Ana")
    assert undone is not None
    assert undone.undone is not None
    assert (undone.undone.restored, undone.undone.decided, undone.undone.deleted) == (1, 2, 0)
    assert await marks(log) == [OFF, (SERVED, "sky"), NEW]
    await history.undo(second, by="Ana")
    assert await marks(log) == [NEW, (SERVED, "sky"), NEW]


async def test_what_was_undone_before_is_not_undone_again(history: History, log: GapLog) -> None:
    """What an action found is what its undo restores, though another that was undone earlier had led there too."""
    first = await marked(history, [1], NEW, LATER)
    await history.undo(first, by="")
    await log.mark([1], GapStatus.LATER)
    second = await marked(history, [1], LATER, OFF)
    await history.undo(second, by="")
    assert (await marks(log))[0] == LATER


async def test_groups_and_marks_are_undone_each_by_itself(history: History, log: GapLog) -> None:
    """What was put together comes apart and keeps what became of it meanwhile."""
    apart, together = Grouped(), Grouped(7)
    done, _ = await history.do("joined", {1: together, 2: together}, {1: apart, 2: apart}, by="Ana", whole=True)
    assert done is not None
    await marked(history, [1], NEW, OFF)
    assert [gap.in_group for gap in await log.gaps()] == [None, 7, 7]
    undone = await history.undo(done.number, by="Ana")
    assert undone is not None
    assert undone.undone is not None
    assert undone.undone.restored == 2
    assert [gap.in_group for gap in await log.gaps()] == [None] * 3
    assert await marks(log) == [OFF, NEW, NEW]


async def test_it_is_done_wholly_or_not_at_all(history: History, log: GapLog, small: Path) -> None:
    """Gaps that somebody else has decided on, and a file that has changed; a gap that is gone hinders nothing."""
    await log.mark([3], GapStatus.OFF_TOPIC)
    new, was = {**dict.fromkeys((1, 2, 3), LATER), 99: LATER}, {**dict.fromkeys((1, 2, 3), NEW), 99: NEW}
    assert await history.do("later", new, was, by="", whole=True) == (None, {3})
    assert await marks(log) == [NEW, NEW, OFF]
    path = small / "faq/en/ferry.yaml"
    edit = with_phrasing(path, load(path), "ferry-fares", "how dear is it")
    with pytest.raises(EditError):
        await history.do("added", new, was, by="", whole=False, edits=[replace(edit, before="another")])
    assert await marks(log) == [NEW, NEW, OFF]
    assert await history.latest() == []
    done, others = await history.do("later", new, was, by="", whole=False)
    assert done is not None
    assert (set(done.after), others) == ({1, 2}, {3})
    assert await marks(log) == [LATER, LATER, OFF]


async def test_lines_are_not_added_where_it_cannot_be_noted(history: History, log: GapLog, small: Path) -> None:
    """So nothing is done that could not be undone."""
    path = small / "faq/en/ferry.yaml"
    before = path.read_bytes()
    await do(log, "ALTER TABLE action RENAME TO lost")
    edit = with_phrasing(path, load(path), "ferry-fares", "how dear is it")
    with pytest.raises(LogError):
        await history.do("added", {1: LATER}, {1: NEW}, by="", whole=False)
    assert await marks(log) == [NEW] * 3
    with pytest.raises(LogError):
        await history.do("added", {1: LATER}, {1: NEW}, by="", whole=False, edits=[edit])
    assert path.read_bytes() == before


async def test_its_text_is_encrypted_and_goes_with_the_key(history: History, log: GapLog, tmp_path: Path) -> None:
    """A new key reads it; without any of its keys it says so, and cannot be undone."""
    number = await marked(history, [1], NEW, LATER)
    assert b"marked" not in await stored_in(log)
    new = text_keys(new_text_key())
    log.database.keys = replace(KEYS, texts=(*new, *KEYS.texts))
    assert await rekey(log, accepted=new) == 4
    log.database.keys = replace(KEYS, texts=new)
    assert [one.what for one in await history.latest()] == ["marked"]
    log.database.keys = replace(KEYS, texts=text_keys(new_text_key()))
    (lost,) = await history.latest()
    assert (lost.what, lost.can_be_undone) == (UNREADABLE, False)
    await history.undo(number, by="")
    assert (await marks(log))[0] == LATER


async def test_it_goes_when_gaps_of_its_age_go(history: History, log: GapLog, clock: Clock) -> None:
    """After the days that gaps are kept, and by hand with all of them. `forget` leaves it: it has numbers of gaps."""
    await marked(history, [1], NEW, LATER)
    await log.forget(ASKER)
    assert len(await history.latest()) == 1
    await use_until(log, clock, clock.now + KEEP + timedelta(days=1))
    await log.expire()
    assert await history.latest() == []
    await log.write([note("four")])
    gap = max(await log.ids())
    await marked(history, [gap], NEW, OFF)
    await log.purge(statuses=[GapStatus.RESOLVED])
    assert len(await history.latest()) == 1
    await log.purge(before=clock.now.date())
    assert len(await history.latest()) == 1
    await log.purge()
    assert await history.latest() == []
