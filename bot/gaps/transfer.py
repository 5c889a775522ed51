"""Exports a gap log to a reviewer's machine and brings the reviews back: one encrypted file, without who asked.

An export holds gaps and counts. Imported elsewhere, it creates or refreshes a copy of the gap log. Imported into the
log that it comes from ("home"), it sets only what was decided of the gaps: their statuses and groups. A copy records no
gaps of its own, so that an id means the same gap in both.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.gap import OPEN, Count, GapStatus, LoggedGap, Mark
from bot.gaps.repository import GapLog, count_row, gap_row, only_known, readable
from bot.storage import atomic_file
from bot.storage.columns import UnreadableValueError
from bot.storage.keys import Keys
from bot.storage.tables import count, gap, home, job, key_check

VERSION = 1
_MAGIC = b"migration-faq-bot gaps "  # then the version and the token's SHA-256; the next line is the token
_IMPORT = "import"  # the job whose period is the `Export.state` of a copy
_STATE_FORMAT = "%Y%m%dT%H%M%SZ"


class ExportError(Exception):
    """A file that cannot be written, or that is no export for this key and gap log; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Export:
    """The content of the file: ``home`` identifies the log of the gaps, ``state`` is when it held them, in UTC."""

    home: str
    state: datetime
    gaps: tuple[LoggedGap, ...]
    counts: tuple[tuple[date, Count, int], ...]


@dataclass(frozen=True, slots=True)
class Returned:
    """An import at home: how many gaps got each status, kept the status they had here, and no longer exist.

    ``regrouped`` is how many were put into another group.
    """

    set_to: Mapping[GapStatus, int]
    left: int
    gone: int
    regrouped: int = 0


@dataclass(frozen=True, slots=True)
class Copied:
    """An import into a copy: how many gaps it has now, are new in it, were deleted, and kept the status they had here.

    ``too_old`` were left out, as this log no longer keeps gaps of that age.
    """

    gaps: int
    new: int
    deleted: int
    kept: int
    too_old: int


# --- The file ------------------------------------------------------------------------------------------------


def new_export_key() -> str:
    """A key for one export."""
    return Fernet.generate_key().decode()


def write_export(path: Path, export: Export, key: str) -> None:
    """Write an encrypted export that only this user can read. Raises ExportError, also if the file exists."""
    token = Fernet(key).encrypt(_format().dump_json(export))
    header = b"%s%d %s\n" % (_MAGIC, VERSION, hashlib.sha256(token).hexdigest().encode())
    try:
        atomic_file.create(path, header + token + b"\n")
    except FileExistsError:
        raise ExportError(f"{path} is there already and is not overwritten; name another file") from None
    except OSError as error:
        hint = "name a file in a folder of a local disk that this user may write to, and copy it from there"
        raise ExportError(f"{path} cannot be written ({error.strerror}); {hint}") from None


def read_export(path: Path) -> bytes:
    """The token of an export, still encrypted. Raises ExportError if the file is no export, and OSError."""
    header, _, token = path.read_bytes().partition(b"\n")
    if not header.startswith(_MAGIC):
        raise ExportError(f"{path} is no export of a gap log; name a file that was made with: gaps export")
    version, _, digest = header.removeprefix(_MAGIC).partition(b" ")
    if version.isdigit() and version != b"%d" % VERSION:
        raise ExportError(f"{path} was made by a newer version of this program; update this one")
    if hashlib.sha256(token.strip()).hexdigest().encode() != digest.strip():
        raise ExportError(f"{path} is damaged or not all there; copy it again")
    return token.strip()


def open_export(token: bytes, key: str) -> Export:
    """Decrypt an export. Raises ExportError if the key is not that of the export."""
    try:
        fernet = Fernet(key.strip())
    except ValueError:
        raise ExportError("this is no key of an export; give the one that `gaps export` printed") from None
    try:
        return _format().validate_json(fernet.decrypt(token))
    except InvalidToken:
        hint = "give the one that `gaps export` printed when it made the file"
        raise ExportError(f"this is the key of another export; {hint}") from None
    except ValueError:  # its text quotes the rejected content, which must not be shown
        raise ExportError("the file does not hold what an export holds; make it anew") from None


@cache
def _format() -> TypeAdapter[Export]:
    return TypeAdapter(Export)


# --- Export and import ---------------------------------------------------------------------------------------


async def export_log(log: GapLog) -> Export:
    """The gaps and counts of a log, without expired ones. Raises LogError."""
    await log.expire()
    async with log.database.connection() as connection:
        comes_from, state = await _origin(connection)
    state = state or log.now().astimezone(UTC).replace(microsecond=0)
    return Export(comes_from, state, tuple(await log.gaps()), tuple(await log.counts()))


async def import_log(log: GapLog, export: Export) -> Returned | Copied:
    """Import an export in one transaction: only what was decided into its home, everything into a new log or a copy.

    Raises LogError, and ExportError if this is an unrelated log, or a copy that is newer than the file.
    """
    name, setting = log.database.store.name, log.database.store.setting
    async with log.database.connection(alone=True) as connection:
        comes_from, state = await _origin(connection)
        is_empty = not await connection.scalar(sa.select(sa.exists(sa.select(gap)) | sa.exists(sa.select(count))))
        if state is None and comes_from == export.home:
            if is_empty:
                raise ExportError(
                    f"{name} is empty and has the ASKER_KEY of the log that the file comes from; "
                    f"to make a copy, use other keys and another {setting}"
                )
            return await _import_reviews(connection, export, log)
        if state is None and not is_empty:
            raise ExportError(f"{name} has gaps or counts of its own; name another {setting} for the copy")
        if state is not None and comes_from != export.home:
            raise ExportError(f"{name} is a copy of another log than this file; name another {setting}")
        if state is not None and _utc(export.state) < state:
            hint = "make a new export there"
            raise ExportError(f"{name} is newer than this file, which may hold what was deleted since; {hint}")
        copied = await _replace_all(connection, export, log)
    await log.database.erase()
    return copied


async def _origin(connection: AsyncConnection) -> tuple[str, datetime | None]:
    """What identifies the log that the gaps come from, and in a copy its `Export.state`; None at home."""
    pseudonym = await connection.scalar(sa.select(home.c.asker))
    if pseudonym is None:
        return (await connection.execute(sa.select(key_check.c.asker))).scalar_one(), None
    state = await connection.scalar(sa.select(job.c.period).where(job.c.name == _IMPORT))
    return pseudonym, _time_of(state or "19700101T000000Z")


def _time_of(state: str) -> datetime:
    try:
        return datetime.strptime(state, _STATE_FORMAT).replace(tzinfo=UTC)
    except ValueError:
        raise UnreadableValueError("the state of the copy is no time") from None


async def _import_reviews(connection: AsyncConnection, export: Export, log: GapLog) -> Returned:
    """Set the statuses of reviewed gaps that are still open here, and the groups that were made later than those here.

    A gap that is new in the file was not reviewed.
    """
    here = await _decided_here(connection, export.gaps, log)
    set_to: Counter[GapStatus] = Counter()
    left = regrouped = 0
    for one in (one for one in export.gaps if one.id in here):
        mark, group = here[one.id].mark, here[one.id].in_group
        values: dict[str, Any] = {}
        if one.status is not GapStatus.NEW and mark != one.mark:
            if mark.status in OPEN:
                values |= {**one.mark._asdict(), "reviewer": one.reviewer}
                set_to[one.status] += 1
            else:
                left += 1
        if _later(one.in_group, group) != group:
            values["in_group"] = one.in_group
            regrouped += 1
        if values:
            await connection.execute(sa.update(gap).where(gap.c.id == one.id).values(values))
    gone = sum(one.id not in here for one in export.gaps if one.status is not GapStatus.NEW)
    return Returned(set_to, left, gone, regrouped)


async def _replace_all(connection: AsyncConnection, export: Export, log: GapLog) -> Copied:
    """Replace all gaps and counts by those of the file, but keep what was decided here."""
    before = await connection.scalar(sa.select(sa.func.count()).select_from(gap)) or 0
    here = await _decided_here(connection, export.gaps, log)
    since = log.since() if await log.waits_until(connection) is None else datetime.min
    not_expired = [one for one in export.gaps if one.at >= since]
    merged = [_with_review(one, here.get(one.id)) for one in not_expired]
    await connection.execute(sa.delete(gap))
    await connection.execute(sa.delete(count))
    await connection.execute(sa.delete(home))
    await connection.execute(sa.insert(home).values(asker=export.home))
    await connection.execute(sa.delete(job).where(job.c.name == _IMPORT))
    state = _utc(export.state).strftime(_STATE_FORMAT)
    await connection.execute(sa.insert(job).values(name=_IMPORT, period=state))
    await _insert(connection, gap, (_gap_row(one, log.database.keys) for one in merged))
    await _insert(
        connection, count, ({**count_row(counted, day), "number": number} for day, counted, number in export.counts)
    )
    same = sum(one.id in here for one in not_expired)
    return Copied(
        gaps=len(not_expired),
        new=len(not_expired) - same,
        deleted=before - same,
        kept=sum(one.mark != other.mark for one, other in zip(not_expired, merged, strict=True)),
        too_old=len(export.gaps) - len(not_expired),
    )


def _with_review(one: LoggedGap, here: LoggedGap | None) -> LoggedGap:
    """A gap of the file; if it is open there and was reviewed here, with the status from here; in the later group."""
    if here is None:
        return one
    one = replace(one, in_group=_later(one.in_group, here.in_group))
    if here.status is GapStatus.NEW or one.status not in OPEN:
        return one
    return replace(one, status=here.status, resolution=here.resolution, reviewer=here.reviewer)


def _later(one: int | None, other: int | None) -> int | None:
    """Of two groups of a gap, the one that was made later; one that was made counts more than none."""
    return max((one, other), key=lambda group: group or 0)


async def _decided_here(connection: AsyncConnection, gaps: Iterable[LoggedGap], log: GapLog) -> dict[int, LoggedGap]:
    """Those of the gaps that exist here too, by id, with what was decided of them here.

    An id may be reused after a deletion.
    """
    rows = {(row.id, row.at, row.reason): row for row in (await connection.execute(sa.select(gap))).all()}
    decided = {}
    for one in gaps:
        row = rows.get((one.id, one.at, one.gap.reason.value))
        if row is not None and readable(row.text, log.database.keys) == one.gap.text:
            with only_known(log, "gap"):
                mark = Mark(GapStatus(row.status), row.resolution)
            decided[one.id] = replace(one, **mark._asdict(), in_group=row.in_group, reviewer=row.reviewer)
    return decided


async def _insert(connection: AsyncConnection, table: sa.Table, rows: Iterable[Mapping[str, Any]]) -> None:
    listed: Sequence[Mapping[str, Any]] = list(rows)
    if listed:
        await connection.execute(sa.insert(table), listed)


def _gap_row(one: LoggedGap, keys: Keys) -> dict[str, Any]:
    text = keys.encrypt(one.gap.text, at=one.at)
    decided = {"in_group": one.in_group, "reviewer": one.reviewer}
    return {"id": one.id, **gap_row(one.gap, text, one.at, status=one.status, resolution=one.resolution), **decided}


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
