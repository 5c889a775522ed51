"""Serves the review page to this machine only, until ctrl-C."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

from bot.http.server import listen
from bot.review.local_server import HOST, serve_guarded
from bot.review.pages import Review
from bot.review.workbench import Workbench
from bot.runtime.reload import FaqWatcher


def serve(workbench: Workbench, watch: FaqWatcher, *, port: int, opens: bool, tell: Callable[[str], None]) -> None:
    """Serve the page of a workbench until ctrl-C; ``port`` 0 picks a free one. ``tell`` prints the one-time addresses.

    Raises PortError and LogError.
    """
    with listen(HOST, port) as listening:
        asyncio.run(_serve(workbench, watch, listening, opens=opens, tell=tell))


async def _serve(
    workbench: Workbench, watch: FaqWatcher, listening: socket.socket, *, opens: bool, tell: Callable[[str], None]
) -> None:
    async with workbench.log:
        await workbench.refresh()
        watching = asyncio.create_task(watch.run(workbench.catalog))
        try:
            await serve_guarded(
                lambda hosts, on_new_token: Review(workbench, hosts=hosts, on_new_token=on_new_token).app,
                listening,
                name="Review page",
                opens=opens,
                tell=tell,
            )
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
            await workbench.close()
