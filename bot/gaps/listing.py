"""The logged gaps as a person reads them, and as JSON for programs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

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
            "language": logged.gap.language,
            "channel": logged.gap.channel.value,
            "nearest": [{"entry": entry, "score": score} for entry, score in logged.gap.nearest],
            "faq_version": logged.gap.faq_version,
            "status": logged.status,
        }
        for logged in gaps
    ]


def gap_table(gaps: Sequence[LoggedGap]) -> Table:
    """The gaps as a table; texts are shown as they are, never as markup."""
    table = Table("when (UTC)", "reason", "question", "nearest", "in", show_lines=False)
    for logged in gaps:
        nearest = "\n".join(f"{score:.2f} {entry}" for entry, score in logged.gap.nearest[:NEAREST])
        table.add_row(
            f"{logged.at:%Y-%m-%d %H:%M}",
            logged.gap.reason.value,
            Text(logged.gap.text),
            nearest,
            f"{logged.gap.channel.value} {logged.gap.language}",
        )
    return table
