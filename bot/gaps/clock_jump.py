"""Whether the clock has jumped ahead since the log was last used: what is too old by it must not be deleted yet then.

A clock that is wrong by months and a log that nobody used for months look the same. So nothing is deleted for its age
until the clock has gone on for a day since; on a right clock that is a day late, on a wrong one a day to see to it.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.columns import UnreadableValueError
from bot.storage.tables import count, gap, job

ABSENCE = timedelta(days=7)  # without a use of the log, after which it may as well be that the clock has jumped
STEADY = timedelta(days=1)  # for which the clock has to go on after a jump
_RIGHT, _JUMPED = "clock right", "clock jumped"  # jobs, whose periods are when the clock was last found to be so
_PERIOD = "%Y%m%dT%H%MZ"


async def waits_until(connection: AsyncConnection, now: datetime) -> datetime | None:
    """When what is too old may be deleted, if the clock seems to have jumped; None where it may be at once.

    Times are in UTC, without a zone. The transaction must be alone; what is found is noted in it. A clock that was set
    back is taken as it is: by it less is too old, and from there on a jump is noticed.
    """
    minute = now.replace(second=0, microsecond=0)
    found = sa.select(job.c.name, job.c.period).where(job.c.name.in_((_RIGHT, _JUMPED)))
    marks = {name: _read(period) for name, period in (await connection.execute(found)).all()}
    jumped = marks.get(_JUMPED)
    if jumped is not None and timedelta(0) <= now - jumped <= ABSENCE:
        if now - jumped < STEADY:
            return jumped + STEADY
    else:
        last = marks.get(_RIGHT) or await _last_use(connection, now)
        if last is not None and now - last > ABSENCE:
            await _mark(connection, _JUMPED, minute)
            return minute + STEADY
    await _mark(connection, _RIGHT, minute)
    return None


async def _last_use(connection: AsyncConnection, now: datetime) -> datetime | None:
    """When the log was last written to before today, in a log without a mark; what is written today has a new time."""
    today = datetime.combine(now.date(), time())
    at = await connection.scalar(sa.select(gap.c.at).where(gap.c.at < today).order_by(gap.c.at.desc()).limit(1))
    days = sa.select(count.c.day).where(count.c.day < today.date()).order_by(count.c.day.desc()).limit(1)
    day = await connection.scalar(days)
    return max((one for one in (at, day and datetime.combine(day, time())) if one is not None), default=None)


async def _mark(connection: AsyncConnection, name: str, minute: datetime) -> None:
    await connection.execute(sa.delete(job).where(job.c.name.in_((_RIGHT, _JUMPED) if name == _RIGHT else (_JUMPED,))))
    await connection.execute(sa.insert(job).values(name=name, period=minute.strftime(_PERIOD)))


def _read(period: str) -> datetime:
    try:
        return datetime.strptime(period, _PERIOD)
    except ValueError:
        raise UnreadableValueError("a mark of the clock is no time") from None
