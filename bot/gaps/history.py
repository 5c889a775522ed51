"""What reviewers did, kept in the gap log: it can be read and undone after a restart, and by others with the same log.

Of each action the log has when it was done, and encrypted the rest: who did it, the states of its gaps before and
after, the lines that were added to the FAQ, and what became of all this when it was undone.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.content.editor import Edit, GoneError, apply, revert
from bot.domain.gap import GapStatus, Grouped, Mark, State
from bot.gaps.repository import UNREADABLE, GapLog, only_known, set_states
from bot.storage.keys import KeyProblem
from bot.storage.tables import action as kept
from bot.storage.tables import gap


@dataclass(frozen=True, slots=True)
class Undone:
    """What undoing an action did, when, and who did it.

    Of its gaps ``restored`` are as before, ``decided`` were decided on again since and were left so, ``deleted`` are no
    longer in the log. ``is_gone``: its lines had been changed or taken out already. ``newest`` is the number of the
    newest action at that time.
    """

    at: datetime
    by: str
    restored: int
    decided: int
    deleted: int
    is_gone: bool
    newest: int


@dataclass(frozen=True, slots=True)
class Action:
    """Something that a reviewer did, at a time in UTC: added lines, and the states of gaps before and after.

    The states are of one kind. ``by`` is empty where a reviewer has no name. Of the edits only what `revert` needs is
    kept. One that cannot be decrypted has `UNREADABLE` as its text, and nothing that could be undone.
    """

    number: int
    at: datetime
    by: str
    what: str
    edits: tuple[Edit, ...] = ()
    before: Mapping[int, State] = field(default_factory=dict)
    after: Mapping[int, State] = field(default_factory=dict)
    undone: Undone | None = None

    @property
    def can_be_undone(self) -> bool:
        """Whether it still stands, and it is known what it was."""
        return self.undone is None and bool(self.edits or self.before)


_OF_UNDONE = ("by", "restored", "decided", "deleted", "is_gone", "newest")


class History:
    """The actions in a gap log. ``folder`` is that of the FAQ, in which they add lines."""

    def __init__(self, log: GapLog, folder: Path) -> None:
        self._log, self._folder = log, folder

    async def latest(self, most: int | None = None) -> list[Action]:
        """The actions, the latest first. Raises LogError."""
        if not self._log.is_begun():
            return []
        async with self._log.database.connection() as connection:
            return await self._read(connection, most)

    async def do(
        self,
        what: str,
        new: Mapping[int, State],
        was: Mapping[int, State],
        *,
        by: str,
        whole: bool,
        edits: Sequence[Edit] = (),
    ) -> tuple[Action | None, set[int]]:
        """Set the states of gaps as `set_states` does, write the edits, and note it: all of it or nothing.

        Returns the action, None if nothing was done, and the ids of the gaps with other states. Raises LogError, and
        what `apply` raises.
        """
        async with self._log.database.connection(alone=True) as connection:
            same, others = await set_states(connection, new, was, by=by, whole=whole)
            if not edits and not same:
                return None, others
            at = self._log.now().astimezone(UTC)
            before, after = ({number: of[number] for number in sorted(same)} for of in (was, new))
            done = Action(0, at, by, what, tuple(edits), before, after)
            row = {"at": at.timestamp(), "text": self._encrypted(done)}
            inserted = await connection.execute(sa.insert(kept).values(row).returning(kept.c.id))
            number = inserted.scalar_one()
            if edits:  # last, since it can be taken back less well
                await asyncio.to_thread(apply, edits)
            return replace(done, number=number), others

    async def undo(self, number: int, *, by: str) -> Action | None:
        """Take out the lines of an action and restore the states of its gaps; None if there is no such action.

        A later decision on a gap stands, made by an action or otherwise. Raises LogError, and EditError if it is
        unclear which lines were added: nothing is undone then.
        """
        async with self._log.database.connection(alone=True) as connection:
            actions = (await self._read(connection))[::-1]
            done = next((one for one in actions if one.number == number), None)
            if done is None or not done.can_be_undone:
                return done
            back = _states_without(done, actions)
            restored, others = await set_states(connection, back, done.after, by=by, whole=False)
            exist = restored | others | await self._existing(connection, done.before.keys() - back.keys())
            at = self._log.now().astimezone(UTC)
            decided, deleted = len(exist) - len(restored), len(done.before) - len(exist)
            is_gone = False
            try:
                await asyncio.to_thread(revert, done.edits)
            except GoneError:
                is_gone = True
            newest = actions[-1].number
            undone = replace(done, undone=Undone(at, by, len(restored), decided, deleted, is_gone, newest))
            changed = sa.update(kept).where(kept.c.id == number).values(text=self._encrypted(undone))
            await connection.execute(changed)
            return undone

    async def _existing(self, connection: AsyncConnection, gaps: set[int]) -> set[int]:
        return set((await connection.scalars(sa.select(gap.c.id).where(gap.c.id.in_(gaps)))).all())

    async def _read(self, connection: AsyncConnection, most: int | None = None) -> list[Action]:
        rows = (await connection.execute(sa.select(kept).order_by(kept.c.id.desc()).limit(most))).all()
        with only_known(self._log, "action"):
            return [self._action(row) for row in rows]

    # --- As it is kept ---------------------------------------------------------------------------------------

    def _encrypted(self, done: Action) -> bytes:
        undone = done.undone
        listed = {
            "by": done.by,
            "what": done.what,
            "edits": [
                [one.path.relative_to(self._folder).as_posix(), one.at, one.item, one.added, one.entry, one.before[-1:]]
                for one in done.edits
            ],
            "states": [[number, was, done.after[number]] for number, was in done.before.items()],
            "undone": undone and [undone.at.timestamp(), *(getattr(undone, name) for name in _OF_UNDONE)],
        }
        text = json.dumps(listed, default=lambda day: {"day": day.isoformat()})
        return self._log.database.keys.encrypt(text, at=done.at.replace(tzinfo=None))

    def _action(self, row: Any) -> Action:
        at = datetime.fromtimestamp(row.at, UTC)
        try:
            listed = json.loads(self._log.database.keys.decrypt(row.text), object_hook=_day_or_dict)
        except KeyProblem:
            return Action(row.id, at, "", UNREADABLE)
        states = [(number, _state(was), _state(became)) for number, was, became in listed["states"]]
        edits = tuple(
            Edit(self._folder / path, tuple(keys), item, tuple(map(tuple, added)), before, "", entry)
            for path, keys, item, added, entry, before in listed["edits"]
        )
        undone = listed["undone"] and Undone(datetime.fromtimestamp(listed["undone"][0], UTC), *listed["undone"][1:])
        before = {number: was for number, was, _ in states}
        after = {number: became for number, _, became in states}
        return Action(row.id, at, listed["by"], listed["what"], edits, before, after, undone)


def _states_without(done: Action, actions: Sequence[Action]) -> dict[int, State]:
    """The states that the gaps of an action had without it; left out are those of which a later action decided.

    Where what it found had been made by an action that was undone after it, this is what that one had found. The
    actions are given in their order.
    """
    kind = type(next(iter(done.before.values()), None))
    others = [one for one in actions if one is not done and type(next(iter(one.before.values()), None)) is kind]
    later = [one for one in others if one.number > done.number and one.undone is None]
    undone_since = [
        one for one in others if one.number < done.number and one.undone and one.undone.newest >= done.number
    ]
    found = {}
    for number, state in done.before.items():
        if any(number in one.before for one in later):
            continue
        for one in reversed(undone_since):
            if one.after.get(number) == state:
                state = one.before[number]  # each goes one step further back
        found[number] = state
    return found


def _state(listed: Sequence[Any]) -> State:
    return Mark(GapStatus(listed[0]), listed[1]) if len(listed) == len(Mark._fields) else Grouped(*listed)


def _day_or_dict(listed: dict[str, Any]) -> object:
    return date.fromisoformat(listed["day"]) if listed.keys() == {"day"} else listed
