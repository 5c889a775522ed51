"""`python -m tests.bench.review`: how long the review page takes with many gaps, from the log to the HTML.

The gaps are made as in `tests.bench.grouping`. Read is all from the database to the groups. The pages are asked for in
process, each so many times.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from rich.console import Console
from rich.table import Table

from bot.domain.conversation import Channel, Outcome
from bot.domain.gap import Count, Note
from bot.evaluation.question_sets import read_questions
from bot.gaps.clustering import clusters
from bot.gaps.repository import GapLog
from bot.review.pages import Review
from bot.review.workbench import Workbench
from bot.runtime.catalog import Catalog
from bot.runtime.load import load_matcher
from bot.settings import read_settings
from tests.bench.corpora import as_json
from tests.bench.grouping import made
from tests.support.review_workbench import HOST, KEYS

AT_ONCE = 500  # notes in one transaction


@dataclass(frozen=True, slots=True)
class Page:
    """A page's milliseconds, and its size."""

    address: str
    median_ms: float
    slowest_ms: float
    kb: float


@dataclass(frozen=True, slots=True)
class Result:
    """Seconds of one run, and the pages."""

    gaps: int
    groups: int
    read_s: float
    grouped_s: float
    pages: tuple[Page, ...]


async def measure(size: int, questions: Path, repeats: int) -> Result:
    """Fill a log with so many gaps, and look at them."""
    settings = read_settings()
    now = datetime.now(UTC).replace(tzinfo=None)
    gaps, _ = made(read_questions(questions), size)
    late = now - max(gap.at for gap in gaps)
    notes = [
        Note(Count(Outcome.UNANSWERED, "en", Channel.PRIVATE), gap.gap, at=(gap.at + late).replace(tzinfo=UTC))
        for gap in gaps
    ]
    with tempfile.TemporaryDirectory() as folder:
        async with GapLog(Path(folder), KEYS, keep=timedelta(days=3650)) as log:
            for start in range(0, size, AT_ONCE):
                await log.write(notes[start : start + AT_ONCE])
            catalog = Catalog(load_matcher(settings))
            workbench = Workbench(settings.model_copy(update={"data_dir": Path(folder)}), log, catalog, ())
            began = time.perf_counter()
            await workbench.refresh()
            read = time.perf_counter() - began
            began = time.perf_counter()
            found = clusters(workbench.gaps.values(), catalog.matcher)
            grouped = time.perf_counter() - began
            review = Review(workbench, hosts=frozenset({HOST}), on_new_token=lambda _: None)
            transport = httpx.ASGITransport(review.app)
            async with httpx.AsyncClient(transport=transport, base_url=f"http://{HOST}") as client:
                await client.get("/", params={"token": review.app.token})
                addresses = (
                    "/",
                    "/?page=20",
                    "/?words=visa",
                    f"/group/{found[0].gaps[0].id}",
                    "/statistics?days=90",
                    "/done",
                )
                pages = [await _page(client, address, repeats) for address in addresses]
    return Result(size, len(found), read, grouped, tuple(pages))


async def _page(client: httpx.AsyncClient, address: str, repeats: int) -> Page:
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        response = await client.get(address)
        times.append((time.perf_counter() - began) * 1000)
        response.raise_for_status()
    return Page(address, statistics.median(times), max(times), len(response.content) / 1024)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.review", description=__doc__)
    parser.add_argument("--gaps", type=int, default=10_000, help="how many; 10,000 if not given")
    parser.add_argument("--repeats", type=int, default=20, help="how often each page is asked for")
    parser.add_argument("--questions", type=Path, default=Path("tests/questions"), help="the folder of the sets")
    parser.add_argument("--json", action="store_true", help="JSON as the last line")
    options = parser.parse_args(arguments)
    result = asyncio.run(measure(options.gaps, options.questions, options.repeats))
    table = Table("page", "median, ms", "slowest, ms", "KB")
    for page in result.pages:
        table.add_row(page.address, f"{page.median_ms:.0f}", f"{page.slowest_ms:.0f}", f"{page.kb:.0f}")
    console = Console()
    console.print(
        f"{result.gaps:,} gaps in {result.groups:,} groups: read and grouped in {result.read_s:.1f} s, "
        f"grouped alone in {result.grouped_s:.1f} s"
    )
    console.print(table)
    if options.json:
        print(as_json(asdict(result)))


if __name__ == "__main__":
    main()
