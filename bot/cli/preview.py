"""`python -m bot preview`: entries as people see them, while they are edited."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.console import fail, note
from bot.settings import Settings, read_settings

if TYPE_CHECKING:
    from bot.preview.pages import ReadCounts  # imported where needed, so that --help is quick


def preview(
    *,
    port: Annotated[int, typer.Option(help="The port of the page; 0 takes a free one.", min=0, max=65535)] = 0,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only show the page's address.")] = False,
) -> None:
    """See entries as Telegram shows them, in the browser, while you edit them, until ctrl-C.

    In every language, with what the check says and what has changed; search; what needs review. It changes nothing.
    """
    from bot.http.server import PortError
    from bot.preview.app import serve

    settings = read_settings()
    try:
        serve(settings, _counts(settings), port=port, opens=not no_browser, tell=note)
    except PortError as error:
        fail(f"preview: port {port} cannot be used ({error}); name another with --port, or leave it out")


def _counts(settings: Settings) -> ReadCounts | None:
    """What reads the counts of the gap log; None if there is none."""
    from datetime import date

    from bot.cli.gap_session import log_exists, open_log
    from bot.domain.gap import Count
    from bot.runtime.gap_keys import keys_of

    async def read() -> list[tuple[date, Count, int]]:
        async with open_log(settings, keys_of(settings)) as log:
            return await log.counts()

    return read if log_exists(settings) else None
