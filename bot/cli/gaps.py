"""`python -m bot gaps …`: list, review and replay the questions that the FAQ did not answer."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import gaps_transfer
from bot.cli.console import load_main_matcher, note, tracked
from bot.cli.gap_session import Json, fail, show, to_day, use_log
from bot.domain.gap import OPEN, GapStatus
from bot.settings import Settings, read_settings

if TYPE_CHECKING:
    from bot.domain.gap import LoggedGap
    from bot.domain.matching import Matcher
    from bot.gaps.replay import ReplayedSets
    from bot.gaps.repository import GapLog
    from bot.gaps.statistics import Statistics

app = typer.Typer(help="The questions that the FAQ did not serve.")
for command in (gaps_transfer.export, gaps_transfer.import_, gaps_transfer.purge, gaps_transfer.rekey):
    app.command(command.__name__.rstrip("_"))(command)
Ids = Annotated[list[int], typer.Argument(help="The gaps' numbers, as `gaps` shows them.", min=1, max=2**63 - 1)]
Most = Annotated[int, typer.Option(help="Show at most so many.", min=1)]
Every = Annotated[bool, typer.Option("--all", help="Also those that are resolved or off topic.")]
Language = Annotated[str, typer.Option(help="Only those in this language, as en.")]
Since = Annotated[str, typer.Option("--from", help="Only those asked from this day on, as in 2026-11-21.")]
Until = Annotated[str, typer.Option("--to", help="Only those asked until this day.")]
_MOST = 100


@app.callback(invoke_without_command=True)
def gaps(
    context: typer.Context,
    *,
    as_json: Json = False,
    most: Most = _MOST,
    every: Every = False,
    language: Language = "",
    since: Since = "",
    until: Until = "",
) -> None:
    """List the questions that the FAQ did not serve and that are open, newest first."""
    if context.invoked_subcommand is None:
        _list(as_json=as_json, most=most, every=every, language=language, since=since, until=until)
    elif as_json or every or most != _MOST or language or since or until:
        fail(f"write options after the command, as in: gaps {context.invoked_subcommand} --json")


@app.command("list")
def list_(
    *,
    as_json: Json = False,
    most: Most = _MOST,
    every: Every = False,
    language: Language = "",
    since: Since = "",
    until: Until = "",
) -> None:
    """The same as `gaps` alone."""
    _list(as_json=as_json, most=most, every=every, language=language, since=since, until=until)


def _list(*, as_json: bool, most: int, every: bool, language: str, since: str, until: str) -> None:
    from bot.cli.gap_output import gap_object, list_gaps, show_listings

    settings = read_settings()
    statuses = tuple(GapStatus) if every else OPEN
    listed = _read(settings, statuses, most=most, language=language, since=to_day(since), until=to_day(until))
    if not listed and not as_json and (language or since or until):
        print("No gap is like that.")
    elif not listed and not as_json:
        print(f"No gaps are logged in {'PostgreSQL' if settings.database_url else settings.data_dir}.")
    else:
        show_listings([gap_object(one) for one in listed], [list_gaps(listed)], as_json=as_json)


@app.command("show")
def show_(ids: Ids, *, as_json: Json = False) -> None:
    """Show all that is kept of gaps, with all their nearest entries."""
    from bot.cli.gap_output import gap_object, list_whole_gap, show_listings
    from bot.runtime.load import load_faq

    settings = read_settings()
    listed = sorted(_read(settings, tuple(GapStatus), ids=ids), key=lambda one: ids.index(one.id))
    entries = load_faq(settings).entries
    found = [gap_object(one, entries) for one in listed]
    show_listings(found, [list_whole_gap(one, entries) for one in listed], as_json=as_json)
    _fail_if_any(set(ids) - {one.id for one in listed})


@app.command()
def groups(
    *, as_json: Json = False, most: Most = 20, language: Language = "", since: Since = "", until: Until = ""
) -> None:
    """Show the open gaps in groups of similar questions, the biggest and freshest first."""
    from bot.cli.gap_output import group_object, list_groups, show_listings
    from bot.gaps.clustering import group_gaps
    from bot.gaps.repository import utc_now

    settings = read_settings()
    listed = _read(settings, OPEN, language=language, since=to_day(since), until=to_day(until))
    found = group_gaps(listed, load_main_matcher(settings), now=utc_now(), most=most)
    show_listings([group_object(group) for group in found], [list_groups(found)], as_json=as_json)


@app.command()
def later(ids: Ids, *, as_json: Json = False) -> None:
    """Leave gaps for later."""
    _mark(ids, GapStatus.LATER, as_json=as_json)


@app.command("off-topic")
def off_topic(ids: Ids, *, as_json: Json = False) -> None:
    """Say that gaps are no questions for this FAQ. Their like may be listed, in your words, in off_topic.yaml."""
    _mark(ids, GapStatus.OFF_TOPIC, as_json=as_json)


@app.command()
def resolve(
    ids: Ids,
    *,
    entry: Annotated[str, typer.Option(help="The entry that answers them now.")],
    as_json: Json = False,
) -> None:
    """Say that an entry answers gaps now."""
    from bot.runtime.load import load_faq

    if entry not in load_faq(read_settings()).entries:
        fail(f"there is no entry '{entry}'; see: python -m bot topics")
    _mark(ids, GapStatus.RESOLVED, entry=entry, as_json=as_json)


@app.command()
def add(
    phrasing: Annotated[str, typer.Argument(help="How people ask, in your own words.")],
    *,
    entry: Annotated[str, typer.Option(help="The entry that answers it.")],
    as_json: Json = False,
) -> None:
    """Add a phrasing to an entry: one line in its file, and no other change."""
    from bot.content.editor import EditError, apply, load, with_phrasing
    from bot.content.loader import read_content
    from bot.domain.faq import MAIN_LANGUAGE

    settings = read_settings()
    files = read_content(settings.faq_dir, settings.seeds_dir).main.files
    if entry not in files:
        fail(f"there is no entry '{entry}'; see: python -m bot topics")
    path = settings.faq_dir / MAIN_LANGUAGE / files[entry]
    file = f"{settings.faq_dir.name}/{MAIN_LANGUAGE}/{files[entry]}"
    try:
        edit = with_phrasing(path, load(path), entry, phrasing)
        apply([edit])
    except EditError as error:
        fail(str(error))
    found = {"file": file, "entry": entry, "added": [{"line": at, "text": line} for at, line in edit.added]}
    show(found, "\n".join(f"{file}:{at}: +{line}" for at, line in edit.added), as_json=as_json)


@app.command()
def reopen(ids: Ids, *, as_json: Json = False) -> None:
    """Undo: gaps are open again."""
    _mark(ids, GapStatus.NEW, as_json=as_json)


@app.command()
def replay(
    *,
    as_json: Json = False,
    close: Annotated[
        bool, typer.Option("--close", help="Resolve those that are answered now, by their entry.")
    ] = False,
    questions: Annotated[Path | None, typer.Option(help="The folder of the question sets.")] = None,
) -> None:
    """Ask the open and resolved gaps again, and the question sets: what does the FAQ answer now, what is worse?

    Exits 1 where a resolved gap is no longer answered by its entry, or a message is missed that was not known to be.
    """
    from bot.cli.gap_output import list_replayed, list_sets, replayed_object, sets_object, show_listings
    from bot.gaps.replay import Became
    from bot.gaps.replay import replay as replay_

    settings = read_settings()
    listed = _read(settings, (*OPEN, GapStatus.RESOLVED))
    matcher = load_main_matcher(settings)
    replayed = list(tracked(replay_(listed, matcher), len(listed), "Asking the gaps again"))
    sets = _replay_sets(questions, matcher)
    closed = {one.gap.id: one.answered_by for one in replayed if close and one.became is Became.ANSWERED}
    _close(settings, closed)
    found = {
        "gaps": [replayed_object(one) for one in replayed],
        "questions": sets_object(sets) if sets is not None else None,
        "closed": sorted(closed),
    }
    listings = [*list_replayed(replayed), *(list_sets(sets) if sets is not None else ())]
    show_listings(found, listings, as_json=as_json)
    is_worse = any(one.became is Became.CHANGED for one in replayed) or bool(sets is not None and sets.newly_missed)
    raise typer.Exit(int(is_worse))


def _replay_sets(questions: Path | None, matcher: Matcher) -> ReplayedSets | None:
    """Replay the question sets; None if no folder is named and the default one does not exist."""
    from bot.evaluation.evaluate import evaluate
    from bot.evaluation.question_sets import read_known_misses, read_questions
    from bot.gaps.replay import compare

    folder = questions or Path("tests/questions")
    if questions is None and not folder.is_dir():
        note(f"There are no question sets in {folder}; --questions names another folder.")
        return None
    try:
        messages, known = read_questions(folder), read_known_misses(folder)
    except (OSError, ValueError) as error:
        fail(str(error))
    return compare(tracked(evaluate(messages, matcher), len(messages), "Asking the question sets"), known)


@app.command()
def stats(
    *,
    as_json: Json = False,
    days: Annotated[int, typer.Option(help="Of so many days, today included.", min=1)] = 28,
    csv: Annotated[Path | None, typer.Option(help="Write each table into a CSV file in this folder.")] = None,
) -> None:
    """Show what is asked and how far it is served, and what came near to an answer."""
    from bot.cli.gap_output import list_statistics, show_listings, statistics_object
    from bot.gaps.repository import utc_now
    from bot.gaps.statistics import statistics
    from bot.runtime.load import load_faq

    settings = read_settings()
    counts = use_log(settings, lambda log: log.counts()) or []
    faq, gaps = load_faq(settings), _read(settings, tuple(GapStatus))
    summed = statistics(counts, faq, today=utc_now().date(), days=days, gaps=gaps)
    if csv is not None:
        files = _write_tables(csv, summed, {name: entry.question for name, entry in faq.entries.items()})
        show({"files": files}, "\n".join(files), as_json=as_json)
        return
    show_listings(statistics_object(summed), list_statistics(summed), as_json=as_json)


def _write_tables(folder: Path, summed: Statistics, questions: Mapping[str, str]) -> list[str]:
    """Write each table of the statistics into a file of its own, and return their paths."""
    from bot.gaps.statistics_tables import ENCODING, as_csv, tables

    files = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for table in tables(summed, questions):
            file = folder / f"{table.name}.csv"
            file.write_text(as_csv(table), encoding=ENCODING, newline="")
            files.append(file.as_posix())
    except OSError as error:
        fail(f"stats: {error.filename}: {error.strerror}; name a folder that may be written to")
    return files


# --- The log and the terminal -------------------------------------------------------------------------------------


def _read(
    settings: Settings,
    statuses: Collection[GapStatus],
    *,
    most: int | None = None,
    ids: Collection[int] | None = None,
    language: str = "",
    since: date | None = None,
    until: date | None = None,
) -> list[LoggedGap]:
    """The gaps, newest first; those past the retention period go before, unless the clock may have jumped."""

    async def read(log: GapLog) -> list[LoggedGap]:
        await log.expire()
        return await log.gaps(statuses=statuses, most=most, ids=ids, language=language, since=since, until=until)

    return use_log(settings, read) or []


def _mark(ids: Sequence[int], status: GapStatus, *, entry: str = "", as_json: bool) -> None:
    settings = read_settings()

    async def mark(log: GapLog) -> set[int]:
        existing = await log.known(ids)
        await log.mark(existing, status, entry=entry, by=settings.reviewer)
        return existing

    marked = use_log(settings, mark) or set()
    missing = set(ids) - marked
    found = {"status": status.value, "entry": entry or None, "marked": sorted(marked), "missing": sorted(missing)}
    text = f"{len(marked)} of {len(set(ids))} gaps: {status.value}{f' by {entry}' if entry else ''}"
    show(found, text, as_json=as_json)
    _fail_if_any(missing)


def _fail_if_any(missing: Collection[int]) -> None:
    if missing:
        numbers = ", ".join(map(str, sorted(missing)))
        fail(f"some numbers are no gaps: {numbers}; see: python -m bot gaps --all")


def _close(settings: Settings, closed: dict[int, str]) -> None:
    """Resolve gaps, each by its entry."""

    async def close(log: GapLog) -> None:
        for entry in sorted(set(closed.values())):
            answered = [gap for gap, by in closed.items() if by == entry]
            await log.mark(answered, GapStatus.RESOLVED, entry=entry, by=settings.reviewer)

    if closed:
        use_log(settings, close)
