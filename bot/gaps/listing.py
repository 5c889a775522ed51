"""The logged gaps as a person reads them, and as JSON for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from textwrap import indent
from typing import Any

from bot.gaps.log import FILE, GapLog
from bot.gaps.terminal import keys_of
from bot.model import LoggedGap
from bot.settings import Settings

NEAREST = 2  # shown of each gap


async def read_gaps(settings: Settings, *, most: int) -> list[LoggedGap]:
    """The newest gaps of the log that the settings name; none where there is no log. Raises KeyProblem, LogError."""
    if not (settings.data_dir / FILE).exists():
        return []
    async with GapLog(settings.data_dir, keys_of(settings), keep=settings.retention) as log:
        await log.expire()
        return await log.gaps(most=most)


def gap_objects(gaps: Iterable[LoggedGap]) -> list[dict[str, Any]]:
    """The gaps as JSON objects."""
    return [
        {
            "id": logged.id,
            "at": f"{logged.at.isoformat(timespec='minutes')}Z",
            "reason": logged.gap.reason.value,
            "text": logged.gap.text,
            "entry": logged.gap.entry or None,
            "nearest": [{"entry": entry, "score": score} for entry, score in logged.gap.nearest],
            "language": logged.gap.language,
            "channel": logged.gap.channel.value,
            "faq_version": logged.gap.faq_version,
            "status": logged.status,
        }
        for logged in gaps
    ]


def gap_texts(gaps: Iterable[LoggedGap]) -> Iterator[str]:
    """Each gap in some lines, which fit any width: ids stay whole, so that they can be given to `show`."""
    for logged in gaps:
        gap = logged.gap
        judged = f" ({gap.entry})" if gap.entry else ""
        yield f"{logged.at:%Y-%m-%d %H:%M} UTC, {gap.channel.value}, {gap.language}: {gap.reason.value}{judged}"
        yield indent(gap.text, "    ")
        nearest = ", ".join(f"{entry} {score:.2f}" for entry, score in gap.nearest[:NEAREST])
        yield f"    near: {nearest}\n"
