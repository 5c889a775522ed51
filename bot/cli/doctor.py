"""`python -m bot doctor`: whether the bot has all that it needs."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Annotated

import typer

from bot.settings import read_settings

if TYPE_CHECKING:
    from bot.observability.check import Finding


def doctor(*, as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """Look at all that the bot needs: FAQ, keys, gap log, network, clock, token; say what mends what is not well.

    Changes nothing. Exits 1 where something is to be mended.
    """
    from bot.cli.health_checks import examine

    async def run_checks() -> list[Finding]:
        found = []
        async for finding in examine(read_settings()):
            found.append(finding)
            if not as_json:
                print(f"{'well' if finding.is_well else 'MEND'}  {finding.what}: {finding.says}", flush=True)
                if finding.hint:
                    print(f"      {finding.hint}", flush=True)
        return found

    found = asyncio.run(run_checks())
    if as_json:
        print(json.dumps([{"what": one.what, "says": one.says, "mend": one.hint or None} for one in found], indent=2))
    raise typer.Exit(int(any(not one.is_well for one in found)))
