"""`python -m bot gaps …`: the questions that the FAQ did not serve, from the command line."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, NoReturn, TypeVar

import typer

from bot.settings import Settings, read_settings

if TYPE_CHECKING:
    from bot.gaps.log import GapLog
    from bot.model import GapStatus, LoggedGap

app = typer.Typer(help="The questions that the FAQ did not serve.")
Result = TypeVar("Result")
Json = Annotated[bool, typer.Option("--json", help="As JSON.")]
Ids = Annotated[list[int], typer.Argument(help="The gaps' numbers, as `gaps` shows them.")]


@app.callback(invoke_without_command=True)
def gaps(
    context: typer.Context,
    *,
    as_json: Json = False,
    most: Annotated[int, typer.Option(help="Show at most so many.", min=1)] = 100,
    every: Annotated[bool, typer.Option("--all", help="Also those that are resolved or off topic.")] = False,
) -> None:
    """List the questions that the FAQ did not serve and that are open, newest first."""
    if context.invoked_subcommand is not None:
        return
    from bot.gaps.listing import gap_objects, gap_texts
    from bot.model import OPEN

    settings = read_settings()
    listed = [gap for gap in _read(settings) if every or gap.status in OPEN][:most]
    if as_json:
        print(json.dumps(gap_objects(listed), indent=2))
    elif listed:
        print("\n".join(gap_texts(listed)))
    else:
        print(f"No gaps are logged in {settings.data_dir}.")


@app.command()
def groups(
    *,
    as_json: Json = False,
    most: Annotated[int, typer.Option(help="Show at most so many.", min=1)] = 20,
) -> None:
    """Show the open gaps in groups of similar questions, the biggest and freshest first."""
    from bot.gaps.grouping import group_gaps
    from bot.gaps.listing import group_objects, group_texts
    from bot.gaps.log import utc_now
    from bot.loading import load_matcher
    from bot.model import OPEN

    settings = read_settings()
    listed = [gap for gap in _read(settings) if gap.status in OPEN]
    grouped = group_gaps(listed, load_matcher(settings, tell=_note), now=utc_now(), most=most)
    print(json.dumps(group_objects(grouped), indent=2) if as_json else "\n".join(group_texts(grouped)))


@app.command()
def later(ids: Ids) -> None:
    """Leave gaps for later."""
    from bot.model import GapStatus

    _mark(ids, GapStatus.LATER)


@app.command("off-topic")
def off_topic(ids: Ids) -> None:
    """Say that gaps are no questions for this FAQ. Their like may be listed, in your words, in off_topic.yaml."""
    from bot.model import GapStatus

    _mark(ids, GapStatus.OFF_TOPIC)


@app.command()
def resolve(
    ids: Ids,
    *,
    entry: Annotated[str, typer.Option(help="The entry that answers them now.")],
) -> None:
    """Say that an entry answers gaps now."""
    from bot.loading import load_faq
    from bot.model import GapStatus

    if entry not in load_faq(read_settings()).entries:
        _fail(f"there is no entry '{entry}'; see: python -m bot topics")
    _mark(ids, GapStatus.RESOLVED, entry=entry)


@app.command()
def add(
    phrasing: Annotated[str, typer.Argument(help="How people ask, in your own words.")],
    *,
    entry: Annotated[str, typer.Option(help="The entry that answers it.")],
) -> None:
    """Add a phrasing to an entry: one line in its file, and no other change."""
    from bot.content import read_content
    from bot.editing import EditError, apply, load, with_phrasing
    from bot.located import MAIN_LANGUAGE

    settings = read_settings()
    edition = read_content(settings.faq_dir, settings.seeds_dir).editions.get(MAIN_LANGUAGE)
    files = {one.id: at.tree.file for one, at in edition.entries} if edition else {}
    if entry not in files:
        _fail(f"there is no entry '{entry}'; see: python -m bot topics")
    path = settings.faq_dir / MAIN_LANGUAGE / files[entry].rsplit("/", 1)[-1]
    try:
        edit = with_phrasing(path, load(path), entry, phrasing)
        apply([edit])
    except EditError as error:
        _fail(str(error))
    for number, line in edit.added:
        print(f"{files[entry]}:{number}: +{line}")


@app.command()
def reopen(ids: Ids) -> None:
    """Undo: gaps are open again."""
    from bot.model import GapStatus

    _mark(ids, GapStatus.NEW)


@app.command()
def replay(
    *,
    as_json: Json = False,
    close: Annotated[
        bool, typer.Option("--close", help="Resolve those that are answered now, by their entry.")
    ] = False,
) -> None:
    """Ask the open and resolved gaps again: which does the FAQ answer now, which changed their entry?

    Exits 1 where a resolved gap is no longer answered by its entry.
    """
    from bot.gaps.listing import replayed_objects, replayed_texts
    from bot.gaps.replaying import Became
    from bot.gaps.replaying import replay as replay_
    from bot.loading import load_matcher
    from bot.model import GapStatus

    settings = read_settings()
    replayed = list(replay_(_read(settings), load_matcher(settings, tell=_note)))
    print(json.dumps(replayed_objects(replayed), indent=2) if as_json else "\n".join(replayed_texts(replayed)))
    if close:
        for one in replayed:
            if one.became is Became.ANSWERED:
                entry = next(entry for entry in one.entries if entry != one.gap.gap.entry)
                _change(settings, [one.gap.id], GapStatus.RESOLVED, entry)
    raise typer.Exit(int(any(one.became is Became.CHANGED for one in replayed)))


@app.command()
def stats(
    *,
    as_json: Json = False,
    days: Annotated[int, typer.Option(help="Of so many days, today included.", min=1)] = 28,
) -> None:
    """Show what is asked and how far it is served, from counts alone."""
    from bot.gaps.listing import statistics_object, statistics_texts
    from bot.gaps.log import utc_now
    from bot.gaps.statistics import statistics
    from bot.loading import load_faq

    settings = read_settings()
    counts = _use(settings, lambda log: log.counts()) or []
    summed = statistics(counts, load_faq(settings), today=utc_now().date(), days=days)
    print(json.dumps(statistics_object(summed), indent=2) if as_json else "\n".join(statistics_texts(summed)))


# --- The log ------------------------------------------------------------------------------------------------------


def _read(settings: Settings) -> list[LoggedGap]:
    """The gaps, newest first; those that are too old go before."""

    async def read(log: GapLog) -> list[LoggedGap]:
        await log.expire()
        return await log.gaps()

    return _use(settings, read) or []


def _mark(ids: list[int], status: GapStatus, *, entry: str = "") -> None:
    marked = _change(read_settings(), ids, status, entry)
    print(f"{marked} of {len(set(ids))} gaps: {status.value}{f' by {entry}' if entry else ''}")
    if marked < len(set(ids)):
        _fail("some numbers are no gaps; see: python -m bot gaps --all")


def _change(settings: Settings, ids: list[int], status: GapStatus, entry: str) -> int:
    return _use(settings, lambda log: log.mark(ids, status, entry=entry)) or 0


def _use(settings: Settings, use: Callable[[GapLog], Awaitable[Result]]) -> Result | None:
    """What a use of the log gives; None where there is no log. A log that cannot be used ends the command."""
    from bot.gaps.database import LogError
    from bot.gaps.keys import KeyProblem
    from bot.gaps.log import FILE, GapLog
    from bot.gaps.terminal import keys_of

    async def used() -> Result:
        async with GapLog(settings.data_dir, keys_of(settings), keep=settings.retention) as log:
            return await use(log)

    try:
        return asyncio.run(used()) if (settings.data_dir / FILE).exists() else None
    except (KeyProblem, LogError) as trouble:
        _fail(str(trouble))


def _note(text: str) -> None:
    typer.echo(text, err=True)


def _fail(message: str) -> NoReturn:
    _note(f"gaps: {message}")
    raise typer.Exit(2)
