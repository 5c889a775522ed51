"""Serves the preview page to this machine only, until ctrl-C."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bot.http.server import listen
from bot.preview.pages import Preview, ReadCounts
from bot.preview.snapshot import Files
from bot.review.local_server import HOST, serve_guarded
from bot.settings import Settings


def serve(
    settings: Settings, counts: ReadCounts | None, *, port: int, opens: bool, tell: Callable[[str], None]
) -> None:
    """Serve the preview until ctrl-C; ``port`` 0 picks a free one. ``tell`` prints the one-time addresses.

    ``counts`` is explained by `Preview`. Raises PortError.
    """

    async def run() -> None:
        files = Files(settings)
        await serve_guarded(
            lambda hosts, on_new_token: Preview(files, counts, hosts=hosts, on_new_token=on_new_token).app,
            listening,
            name="Preview page",
            opens=opens,
            tell=tell,
        )

    with listen(HOST, port) as listening:
        asyncio.run(run())
