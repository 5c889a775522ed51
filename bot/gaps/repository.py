"""The gap log in a database: note outcomes and gaps, forget a person, let the old go, list.

Texts go in redacted and encrypted; persons as codes. Every failure is a LogError that says what to do.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.conversation import Channel, Outcome
from bot.domain.gap import Count, Gap, GapReason, GapStatus, LoggedGap, Note, State
from bot.gaps.clock_jump import ABSENCE, waits_until
from bot.replicas.limit_purpose import pace_pseudonyms
from bot.replicas.shared_answers import answer_pseudonym
from bot.replicas.update_leases import save_handled
from bot.storage.database import Database, translate_db_errors
from bot.storage.errors import LogError
from bot.storage.keys import KeyProblem, Keys
from bot.storage.stores import BUSY_SECONDS, FILE, store_of
from bot.storage.tables import action, answered, claim, count, free, gap, job, pace, person
from bot.text.redaction import redact as by_rules

_RANDOM_PART = (13, 24)  # start and length of what is as good as random in an encrypted text
UNREADABLE = "[cannot be read: it is damaged, or GAPS_KEY lacks the key that it was written with]"
CLOCKS_APART = 3600  # seconds that the clocks of machines with one database may differ by
_JUMPED = (
    "gap log: %s: the clock is more than %d days ahead of the last use of the log; in case it has jumped, nothing is "
    "deleted for its age until %s UTC; see by then that it is right (python -m bot doctor), or delete by hand: "
    "python -m bot gaps purge"
)
_logger = logging.getLogger(__name__)


def utc_now() -> datetime:
    """The clock of the log, where no other is given."""
    return datetime.now(UTC)


def as_kept(at: datetime) -> datetime:
    """A time as the tables have it: in UTC, which they do not say."""
    return at.astimezone(UTC).replace(tzinfo=None)


@dataclass(frozen=True, slots=True)
class Expired:
    """How many gaps were deleted for their age; or until when none are, in UTC, as the clock may have jumped."""

    gaps: int
    waits_until: datetime | None = None


class GapLog:
    """The gap log of one data folder, or of a PostgreSQL database. Use it as a context manager, or `close` it.

    Nothing is opened before it is needed, and a file that is gone is begun anew. ``keep`` is how long gaps and
    persons stay; ``redact`` takes out of a text what tells on somebody; ``now`` is the clock, in UTC.
    """

    def __init__(
        self,
        folder: Path,
        keys: Keys,
        *,
        keep: timedelta,
        url: SecretStr | None = None,
        redact: Callable[[str], str] = by_rules,
        now: Callable[[], datetime] = utc_now,
        busy_seconds: float = BUSY_SECONDS,
    ) -> None:
        self.path = folder / FILE  # of SQLite
        self.database = Database(store_of(folder, url, busy_seconds=busy_seconds), keys)
        self._keep = keep
        self._redact = redact
        self.now = now

    async def __aenter__(self) -> GapLog:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the database's connections, those in use once they are not; the next use opens it again."""
        await self.database.close()

    def is_begun(self) -> bool:
        """Whether there is a log that could be read; looking begins none. Raises OSError."""
        return self.database.store.is_begun()

    async def set_aside(self) -> Path | None:
        """Move a file away that certainly is damaged, so that the next use begins a new one; where it is then.

        None where it is not damaged, or another process has moved it. Raises LogError.
        """
        with translate_db_errors(self.database.store):
            return await asyncio.to_thread(self.database.store.set_aside, self.now())

    # --- Writing ---------------------------------------------------------------------------------------------

    async def write(self, notes: Sequence[Note], *, handled: Collection[str] = ()) -> None:
        """Count these notes and keep their gaps, all or nothing. Raises LogError, for a copy too.

        ``handled`` are updates, by their pseudonyms, that are handled once this is written.
        """
        minutes = [as_kept(note.at or self.now()).replace(second=0, microsecond=0) for note in notes]
        sealed: Sequence[bytes | None] = [None] * len(notes)
        if any(note.gap for note in notes):
            sealed = await asyncio.to_thread(self._seal, notes, minutes)  # finding telephone numbers takes its time
        counts = Counter(
            (counted, minute.date())
            for note, minute in zip(notes, minutes, strict=True)
            for counted in (note.count, *note.also)
        )
        edited = {note.message for note in notes if note.is_edited and note.message is not None}
        gaps = _last_of_each_message(notes, sealed, minutes)
        rows = [count_row(counted, day) | {"number": number} for (counted, day), number in counts.items()]
        insert = self.database.store.insert

        def write(connection: sa.Connection) -> None:
            self.database.check_accepts_notes(connection)
            if rows:
                connection.execute(_adding_to_counts(insert), rows)
            if edited:
                connection.execute(sa.delete(gap).where(gap.c.message.in_(edited)))
            if gaps:
                connection.execute(_keeping_gaps(insert), gaps)
            if handled:
                save_handled(self.database, connection, handled, self.now)

        await self.database.transact(write, alone=True)

    def _seal(self, notes: Sequence[Note], minutes: Sequence[datetime]) -> list[bytes | None]:
        return [
            self._sealed(note.gap.text, minute) if note.gap is not None else None
            for note, minute in zip(notes, minutes, strict=True)
        ]

    def _sealed(self, text: str, minute: datetime) -> bytes | None:
        """A text redacted and encrypted; None where that fails: then it is only counted, and the others are kept."""
        try:
            return self.database.keys.encrypt(self._redact(text), at=minute)
        except Exception as error:
            _logger.error("a text cannot be redacted (%s) and is not kept", type(error).__name__)
            return None

    async def choose_language(self, asker: str, language: str) -> None:
        """Keep the language that a person chose. Raises LogError."""
        values = {"asker": asker, "language": language, "last_used": self._today()}
        chosen = self.database.store.insert(person).values(values)
        async with self.database.connection() as connection:
            await connection.execute(chosen.on_conflict_do_update(index_elements=["asker"], set_=values))

    async def touch(self, askers: Iterable[str]) -> None:
        """Note that the languages these persons chose were used today, so that they do not expire. Raises LogError."""
        used = person.c.asker.in_(list(askers)) & (person.c.last_used != self._today())
        touching = sa.update(person).where(used).values(last_used=self._today())
        await self.database.transact(lambda connection: connection.execute(touching))

    async def forget(self, asker: str) -> int:
        """Delete all that is kept of a person, out of the file too; the number of gaps that were. Raises LogError.

        How far PostgreSQL erases it is said at `PostgreSQL.erase`.
        """
        async with self.database.connection() as connection:
            deleted = await connection.execute(sa.delete(gap).where(gap.c.asker == asker))
            await connection.execute(sa.delete(person).where(person.c.asker == asker))
            await connection.execute(sa.delete(pace).where(pace.c.code.in_(pace_pseudonyms(self.database.keys, asker))))
            code = answer_pseudonym(self.database.keys, asker)
            await connection.execute(sa.delete(answered).where(answered.c.code == code))
        await self.database.erase()
        return deleted.rowcount

    async def expire(self) -> Expired:
        """Delete what is older than the log keeps. Counts stay. Raises LogError.

        Files that were set aside are deleted as long after it. Where the clock may have jumped nothing is deleted yet,
        which is logged: the commands configure no log, so there it goes to standard error.
        """
        past = int(self.now().timestamp()) - CLOCKS_APART
        async with self.database.connection(alone=True) as connection:
            until = await self.waits_until(connection)
            if until is not None:
                _logger.warning(_JUMPED, self.database.store.name, ABSENCE.days, until.strftime("%Y-%m-%d %H:%M"))
                return Expired(0, until.replace(tzinfo=UTC))
            deleted = await connection.execute(sa.delete(gap).where(gap.c.at < self.since()))
            since = self.since().replace(tzinfo=UTC).timestamp()
            await connection.execute(sa.delete(action).where(action.c.at < since))
            await connection.execute(sa.delete(claim).where(free(claim, claim.c.until < past)))
            await connection.execute(sa.delete(pace).where(free(pace, pace.c.at < past)))
            await connection.execute(sa.delete(answered).where(free(answered, answered.c.until < past)))
            await connection.execute(sa.delete(person).where(person.c.last_used < self.since().date()))
        await self.database.erase()
        with translate_db_errors(self.database.store):
            await asyncio.to_thread(self.database.store.let_go, self.now() - self._keep)
        return Expired(deleted.rowcount)

    async def waits_until(self, connection: AsyncConnection) -> datetime | None:
        """Until when nothing may be deleted for its age, in UTC, as the clock may have jumped; None if it may.

        The connection is one that is alone.
        """
        return await waits_until(connection, as_kept(self.now()))

    def since(self) -> datetime:
        """From when on gaps are kept, in UTC as they have it."""
        return as_kept(self.now()) - self._keep

    async def purge(
        self,
        *,
        statuses: Collection[GapStatus] = tuple(GapStatus),
        before: date | None = None,
        with_counts: bool = False,
    ) -> int:
        """Delete gaps of these statuses that were asked before a day, if one is given; the number of those there were.

        They leave the file and its journal. Counts stay, unless they are to go too, all of them. With the gaps of all
        statuses, what reviewers did before that day goes as well. Raises LogError.
        """
        async with self.database.connection() as connection:
            deleted = await connection.execute(sa.delete(gap).where(_asked(statuses, before)))
            if set(statuses) == set(GapStatus):
                until = datetime.combine(before or date.max, time(), UTC).timestamp()
                await connection.execute(sa.delete(action).where(action.c.at < until))
            if with_counts:
                await connection.execute(sa.delete(count))
        await self.database.erase()
        return deleted.rowcount

    async def mark(self, gaps: Iterable[int], status: GapStatus, *, entry: str = "", by: str = "") -> int:
        """Set the status of gaps, by their ids; the number of those there are. ``by`` is who did. Raises LogError."""
        values = {"status": status.value, "resolution": entry, "reviewer": by}
        marked = sa.update(gap).where(gap.c.id.in_(list(gaps))).values(values)
        async with self.database.connection() as connection:
            return (await connection.execute(marked)).rowcount

    async def acquire_job(self, name: str, period: str) -> bool:
        """Take a job that is done once a period by whoever comes first; whether it was free. Raises LogError."""
        async with self.database.connection() as connection:
            await connection.execute(sa.delete(job).where((job.c.name == name) & (job.c.period < period)))
            taken = self.database.store.insert(job).values(name=name, period=period).on_conflict_do_nothing()
            return bool((await connection.execute(taken)).rowcount)

    async def release_job(self, name: str, period: str) -> None:
        """Give back a job that was taken and could not be done. Raises LogError."""
        async with self.database.connection() as connection:
            await connection.execute(sa.delete(job).where((job.c.name == name) & (job.c.period == period)))

    # --- Reading ---------------------------------------------------------------------------------------------

    async def language(self, asker: str) -> str | None:
        """The language that a person chose, if it is kept. Raises LogError."""
        async with self.database.connection() as connection:
            found: str | None = await connection.scalar(sa.select(person.c.language).where(person.c.asker == asker))
        return found

    async def gaps(
        self,
        *,
        most: int | None = None,
        statuses: Collection[GapStatus] = tuple(GapStatus),
        ids: Collection[int] | None = None,
        language: str = "",
        since: date | None = None,
        until: date | None = None,
    ) -> list[LoggedGap]:
        """The gaps of these statuses, and with these ids if any are given, newest first. Raises LogError.

        If given, only those in a language, and those that were asked from a day on, or until a day, in UTC. A text that
        cannot be decrypted hides no other: ``UNREADABLE`` stands in its place.
        """
        wanted = _asked(statuses)
        if ids is not None:
            wanted &= gap.c.id.in_(ids)
        if language:
            wanted &= gap.c.language == language
        if since is not None:
            wanted &= gap.c.at >= datetime.combine(since, time.min)
        if until is not None:
            wanted &= gap.c.at <= datetime.combine(until, time.max)
        newest_first = sa.select(gap).where(wanted).order_by(gap.c.at.desc(), gap.c.id.desc()).limit(most)
        async with self.database.connection() as connection:
            rows = (await connection.execute(newest_first)).all()
        with only_known(self, "gap"):
            return [_logged(row, readable(row.text, self.database.keys)) for row in rows]

    async def number(self, *, statuses: Collection[GapStatus] = tuple(GapStatus), before: date | None = None) -> int:
        """How many gaps of these statuses there are that were asked before a day, if one is given. Raises LogError."""
        counted = sa.select(sa.func.count()).select_from(gap).where(_asked(statuses, before))
        async with self.database.connection() as connection:
            return await connection.scalar(counted) or 0

    async def ids(self) -> set[int]:
        """The ids of all gaps. Raises LogError."""
        async with self.database.connection() as connection:
            return set((await connection.scalars(sa.select(gap.c.id))).all())

    async def known(self, ids: Collection[int]) -> set[int]:
        """Those of these ids that are gaps'. Raises LogError."""
        async with self.database.connection() as connection:
            return set((await connection.scalars(sa.select(gap.c.id).where(gap.c.id.in_(ids)))).all())

    async def stamp(self) -> bytes:
        """A hash that changes with the gaps: which there are, their texts, what was decided of them. Raises LogError.

        Not only how many, nor only their numbers: a log that is begun anew gives the same ones again.
        """
        columns = (gap.c.id, gap.c.status, gap.c.resolution, gap.c.in_group, sa.func.substr(gap.c.text, *_RANDOM_PART))
        async with self.database.connection() as connection:
            rows = await connection.execute(sa.select(*columns).order_by(gap.c.id))
            return hashlib.sha256(repr([tuple(row) for row in rows]).encode()).digest()

    async def counts(self) -> list[tuple[date, Count, int]]:
        """How often each outcome came, day by day. Raises LogError."""
        by_day = sa.select(count).order_by(*count.primary_key.columns)
        async with self.database.connection() as connection:
            rows = (await connection.execute(by_day)).all()
        with only_known(self, "count"):
            return [
                (row.day, Count(Outcome(row.outcome), row.language, Channel(row.channel), row.entry), row.number)
                for row in rows
            ]

    def _today(self) -> date:
        return self.now().astimezone(UTC).date()


def _asked(statuses: Collection[GapStatus], before: date | None = None) -> sa.ColumnElement[bool]:
    of_status = gap.c.status.in_([status.value for status in statuses])
    return of_status if before is None else of_status & (gap.c.at < datetime.combine(before, time()))


# Made once: to make a statement takes longer than to execute it.


@cache
def _adding_to_counts(insert: Callable[[sa.Table], Any]) -> Any:
    new = insert(count)
    added = {"number": count.c.number + new.excluded.number}
    return new.on_conflict_do_update(index_elements=list(count.primary_key.columns), set_=added)


@cache
def _keeping_gaps(insert: Callable[[sa.Table], Any]) -> Any:
    new = insert(gap)
    changed = {column.name: new.excluded[column.name] for column in gap.c if column.name != "id"}
    return new.on_conflict_do_update(index_elements=["message"], set_=changed)


def _last_of_each_message(
    notes: Sequence[Note], sealed: Sequence[bytes | None], minutes: Sequence[datetime]
) -> list[dict[str, Any]]:
    """The gaps that notes say, as the table has them; of one message, which may be edited, the last if it is one."""
    kept: dict[object, dict[str, Any]] = {}
    for note, text, minute in zip(notes, sealed, minutes, strict=True):
        of = note.message or object()
        if note.is_edited:
            kept.pop(of, None)
        if note.gap is not None and text is not None:
            row = gap_row(note.gap, text, minute, status=GapStatus.NEW, resolution="")
            kept[of] = row | {"asker": note.asker, "message": note.message}
    return list(kept.values())


def count_row(counted: Count, day: date) -> dict[str, Any]:
    """What identifies a count in its table."""
    return {
        "day": day,
        "outcome": counted.outcome,
        "entry": counted.entry,
        "language": counted.language,
        "channel": counted.channel.value,
    }


def gap_row(kept: Gap, text: bytes, at: datetime, *, status: GapStatus, resolution: str) -> dict[str, Any]:
    """A gap as its table has it, ``text`` being encrypted; without its id, asker and message."""
    return {
        "at": at,
        "reason": kept.reason.value,
        "text": text,
        "language": kept.language,
        "channel": kept.channel.value,
        "entry": kept.entry,
        "nearest": [list(pair) for pair in kept.nearest],
        "faq_version": kept.faq_version,
        "status": status.value,
        "resolution": resolution,
    }


async def set_states(
    connection: AsyncConnection, new: Mapping[int, State], was: Mapping[int, State], *, by: str, whole: bool
) -> tuple[set[int], set[int]]:
    """Set the states, all of one kind, of gaps that still have those of ``was``. ``by`` is who decided it.

    Returns the ids of these, and of those with other states, which are left as they are. ``whole``: where there are
    others, nothing is set. What is deleted by now is in neither. The connection is one that is alone.
    """
    if not new:
        return set(), set()
    columns = [gap.c[name] for name in next(iter(new.values()))._fields]
    rows = (await connection.execute(sa.select(gap.c.id, *columns).where(gap.c.id.in_(list(new))))).all()
    others = {row[0] for row in rows if tuple(row[1:]) != tuple(was[row[0]])}
    same = set() if whole and others else {row[0] for row in rows} - others
    for state in {new[number] for number in same}:
        ids = [number for number in same if new[number] == state]
        values = {**state._asdict(), "reviewer": by}
        await connection.execute(sa.update(gap).where(gap.c.id.in_(ids)).values(values))
    return same, others


def readable(token: bytes, keys: Keys) -> str:
    """The text of a gap, or ``UNREADABLE``."""
    try:
        return keys.decrypt(token)
    except KeyProblem:
        return UNREADABLE


@contextmanager
def only_known(log: GapLog, what: str) -> Iterator[None]:
    """Values of ours are made of what was read. Raises LogError where one is none that this version knows."""
    try:
        yield
    except ValueError as unknown:
        name, hint = log.database.store.name, "use the version of this program that wrote it"
        raise LogError(f"{name}: holds a {what} that is not known here ({unknown}); {hint}") from None


def _logged(row: Any, text: str) -> LoggedGap:
    reason, channel = GapReason(row.reason), Channel(row.channel)
    kept = Gap(reason, text, row.language, channel, row.faq_version, row.nearest, row.entry)
    return LoggedGap(row.id, row.at, GapStatus(row.status), kept, row.resolution, row.in_group, row.reviewer)
