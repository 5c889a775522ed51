"""The review page: its routes, HTML and forms, without scripts. The workbench carries out what a form asks for."""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bot.content.editor import EditError, StaleError
from bot.domain.faq import Fact, Faq, Source
from bot.domain.gap import OPEN, GapStatus, Grouped, LoggedGap, Mark
from bot.domain.limits import LONGEST_ANSWER
from bot.domain.matching import Matcher
from bot.gaps.clustering import Cluster, summarize
from bot.gaps.history import Action
from bot.gaps.replay import Became
from bot.gaps.repository import utc_now
from bot.gaps.statistics import Statistics, statistics
from bot.gaps.statistics_tables import ENCODING, as_csv, tables
from bot.review import charts
from bot.review.auth import Guard, fields_of
from bot.review.proposals import (
    LONGEST,
    FormError,
    ProposalForm,
    draft,
    facts_with,
    off_topic,
    phrasing,
    places,
)
from bot.review.workbench import ChangedError, DryRun, Proposal, Workbench, plural
from bot.settings import Settings
from bot.storage.errors import LogError

FOLDER = Path(__file__).parent
ON_A_PAGE = 25  # groups
SHOWN_WORDINGS = 30  # of a group
SHOWN_OF_RELATED = 5  # wordings of each group that may ask the same
FOUND = 8  # entries shown for a search
SHOWN_ACTIONS = 100  # the latest
FOLLOWING = 10  # groups after this one that its form names: some may be dealt with by then
# The fields that the address back to each form keeps. Those of the other forms may still hold the text of a person.
KEPT_FIELDS: Mapping[Callable[[ProposalForm, Settings, Faq], Proposal], tuple[str, ...]] = {
    phrasing: ("text", "entry", "other"),
    draft: ("question", "file", "id", "fact", "answer", "phrasings"),
    off_topic: ("message",),
}
LONGEST_ADDRESS = 8_000  # characters; what is longer is cut, so that the last of many phrasings are lost
REFRESH_SECONDS = 4  # until a page with a running dry run or replay reloads itself
SPANS = (7, 28, 90, 365)  # days of statistics to choose from
TABS: Mapping[str, tuple[str, tuple[GapStatus, ...]]] = {
    "new": ("New", (GapStatus.NEW,)),
    "later": ("Later", (GapStatus.LATER,)),
    "resolved": ("Answered", (GapStatus.RESOLVED,)),
    "off-topic": ("Off topic", (GapStatus.OFF_TOPIC,)),
}
# The keys of the pages, as `accesskey`: pressed with others, so that none is taken from a screen reader. Not d, e, f:
# with these browsers open menus and the address.
KEYS: Mapping[str, str] = {
    "g": "Groups",
    "h": "Done and undo",
    "r": "Replay",
    "t": "Statistics",
    "n": "Next group, or page",
    "b": "Back",
    "k": "Search",
    "w": "How people ask",
    "s": "See what it changes",
    "y": "Add the lines",
    "a": "Served by an entry by now",
    "c": "I corrected it",
    "l": "Later",
    "o": "Off topic",
    "p": "Open again",
    "j": "Put together",
    "x": "Split off",
    "z": "Undo what was just done",
}
_CHANGES: Mapping[str, tuple[GapStatus, str]] = {
    "later": (GapStatus.LATER, "{} left for later"),
    "off-topic": (GapStatus.OFF_TOPIC, "{} marked as off topic"),
    "reopen": (GapStatus.NEW, "{} open again"),
}
_BECAME = {
    GapStatus.NEW: "open again",
    GapStatus.LATER: "left for later",
    GapStatus.RESOLVED: "answered by {}",
    GapStatus.OFF_TOPIC: "off topic",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the list of groups a reviewer is: the tab, the filters, the page."""

    tab: str = "new"
    language: str = ""
    words: str = ""
    since: str = ""
    until: str = ""
    page: int = 1

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Place:
        """The place that the query of an address names; invalid values are ignored."""
        page = query.get("page", "1")
        tab = query.get("tab", "new")
        return cls(
            tab if tab in TABS else "new",
            query.get("language", ""),
            query.get("words", ""),
            _day(query.get("from", "")),
            _day(query.get("to", "")),
            max(1, int(page)) if page.isdecimal() and len(page) < 6 else 1,
        )

    @property
    def statuses(self) -> tuple[GapStatus, ...]:
        """The statuses of the gaps in this tab."""
        return TABS[self.tab][1]

    @property
    def is_filtered(self) -> bool:
        """Whether only some of the tab's groups are shown."""
        return any(self._filters.values())

    @property
    def _filters(self) -> dict[str, str]:
        return {"language": self.language, "words": self.words, "from": self.since, "to": self.until}

    def groups(self, workbench: Workbench) -> list[Cluster]:
        """The groups of this tab and these filters, the largest and newest first."""
        since, until = (date.fromisoformat(day) if day else None for day in (self.since, self.until))
        return workbench.clusters(self.statuses, language=self.language, words=self.words, since=since, until=until)

    def query(self, **other: object) -> str:
        """This place as the query of an address, with some values replaced."""
        values = {"tab": self.tab, **self._filters, "page": self.page} | other
        usual = {**dict.fromkeys(self._filters, ""), "page": 1}
        return "?" + urlencode({name: value for name, value in values.items() if usual.get(name) != value})


class Review:
    """The pages of a workbench, as the ASGI app ``app``. `Guard` explains ``hosts`` and ``on_new_token``."""

    def __init__(self, workbench: Workbench, *, hosts: frozenset[str], on_new_token: Callable[[str], None]) -> None:
        self._workbench = workbench
        self._templates = Environment(
            loader=FileSystemLoader(FOLDER / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals |= {"charts": charts, "tabs": TABS, "plural": plural, "longest": LONGEST, "keys": KEYS}
        self._templates.globals["longest_answer"] = LONGEST_ANSWER
        self._templates.filters["named"] = lambda kind: charts.named(kind).capitalize()
        self._key = secrets.token_bytes(16)
        pages = Starlette(
            routes=[
                Route("/", self.groups),
                Route("/group/{gap:int}", self.group),
                Route("/group/{gap:int}/add", self.add, methods=["POST"]),
                Route("/group/{gap:int}/draft", self.draft, methods=["POST"]),
                Route("/group/{gap:int}/off-topic-line", self.off_topic_line, methods=["POST"]),
                Route("/group/{gap:int}/resolve", self.resolve, methods=["POST"]),
                Route("/group/{gap:int}/together", self.together, methods=["POST"]),
                Route("/group/{gap:int}/apart", self.apart, methods=["POST"]),
                Route("/group/{gap:int}/{change}", self.change, methods=["POST"]),
                Route("/groups/together", self.together_of_list, methods=["POST"]),
                Route("/groups/{change}", self.change_several, methods=["POST"]),
                Route("/trial/{number:int}", self.dry_run),
                Route("/trial/{number:int}/apply", self.apply, methods=["POST"]),
                Route("/trial/{number:int}/again", self.again, methods=["POST"]),
                Route("/done", self.done),
                Route("/done/{number:int}/undo", self.undo, methods=["POST"]),
                Route("/replay", self.replay),
                Route("/replay/begin", self.begin_replay, methods=["POST"]),
                Route("/replay/close", self.close_answered, methods=["POST"]),
                Route("/statistics", self.statistics),
                Route("/statistics/{table}.csv", self.table),
                Mount("/static", StaticFiles(directory=FOLDER / "static")),
            ],
            exception_handlers={
                404: self._not_found,
                405: self._redirect_to_page,
                LogError: self._show_error,
                ChangedError: self._show_changed,
                EditError: self._show_error,
                OSError: self._show_error,
                Exception: self._show_internal_error,
            },
        )
        self.app = Guard(pages, hosts=hosts, refuse=self._error_page, on_new_token=on_new_token)

    # --- Pages ---------------------------------------------------------------------------------------------------

    async def groups(self, request: Request) -> Response:
        """The groups of a tab, the largest and newest first."""
        return await self._groups(request)

    async def _groups(self, request: Request, *, error: str = "", status: int = 422) -> Response:
        await self._workbench.refresh()
        place = Place.of(request.query_params)
        found = place.groups(self._workbench)
        pages = max(1, -(-len(found) // ON_A_PAGE))
        shown = found[(min(place.page, pages) - 1) * ON_A_PAGE :][:ON_A_PAGE]
        gaps = self._workbench.gaps.values()
        return self._page(
            "groups.html",
            status=status if error else 200,
            error=error,
            state=self._workbench.state,
            seen=max(self._workbench.gaps, default=0),
            place=place,
            pages=pages,
            found=len(found),
            groups=[summarize(cluster, self._matcher, now=utc_now()) for cluster in shown],
            numbers={tab: sum(gap.status in statuses for gap in gaps) for tab, (_, statuses) in TABS.items()},
            languages=sorted({gap.gap.language for gap in gaps}),
            just_done=await self._just_done(request),
            is_end=request.query_params.get("end") == "1",
        )

    async def group(self, request: Request) -> Response:
        """A group: its texts, the nearest entries, and the forms to act on it."""
        return await self._group(request, dict(request.query_params))

    async def dry_run(self, request: Request) -> Response:
        """The lines and the impact of an edit. The page reloads itself while the dry run is running."""
        await self._workbench.refresh()
        dry_run = self._workbench.dry_runs.get(request.path_params["number"])
        if dry_run is None:
            return self._no_dry_run()
        await self._workbench.estimated(dry_run)
        return self._dry_run(dry_run, is_stale=request.query_params.get("stale") == "1")

    def _dry_run(self, dry_run: DryRun, *, is_stale: bool = False, error: str = "") -> Response:
        impact = dry_run.impact or dry_run.estimate
        return self._page(
            "dry_run.html",
            status=409 if error else 200,
            error=error,
            dry_run=dry_run,
            answered=[one for one in impact.answered if self._is_kept(one[0])] if impact else [],
            lost=[gap for gap in impact.lost if self._is_kept(gap)] if impact else [],
            learning_took=round(self._workbench.learning_took),
            left=self._workbench.left_open(dry_run),
            messages=self._workbench.messages,
            stale=is_stale,
            questions=self._questions,
            refresh_seconds=REFRESH_SECONDS if dry_run.is_running else 0,
        )

    async def done(self, request: Request) -> Response:
        """What was done, the latest first."""
        actions = await self._workbench.history.latest(SHOWN_ACTIONS + 1)
        return self._page("done.html", actions=actions[:SHOWN_ACTIONS], is_more=len(actions) > SHOWN_ACTIONS)

    async def replay(self, request: Request) -> Response:
        """The results of asking the current FAQ the gaps again."""
        await self._workbench.refresh()
        replay_run = self._workbench.replay_run
        is_running = replay_run is not None and replay_run.is_running
        asked = replay_run.replayed if replay_run is not None and not is_running else []
        replayed = [one for one in asked if self._is_kept(one.gap)]
        left = [one for one in replayed if one.became is Became.ANSWERED and self._is_open(one.gap)]
        return self._page(
            "replay.html",
            replay_run=replay_run,
            replayed=replayed,
            left=len(left),
            questions=self._questions,
            refresh_seconds=REFRESH_SECONDS if is_running else 0,
        )

    async def statistics(self, request: Request) -> Response:
        """The counts as charts."""
        summed, days = await self._summed(request)
        named = [(table.name, table.title) for table in tables(summed, {}) if table.rows]
        return self._page(
            "statistics.html", summed=summed, days=days, spans=SPANS, questions=self._questions, tables=named
        )

    async def table(self, request: Request) -> Response:
        """A table of the statistics as CSV, to be saved."""
        summed, days = await self._summed(request)
        name = request.path_params["table"]
        found = next((one for one in tables(summed, self._questions) if one.name == name), None)
        if found is None:
            return self._error_page(404, "There is no such table.")
        headers = {"Content-Disposition": f'attachment; filename="{found.name}-{days}-days.csv"'}
        return Response(as_csv(found).encode(ENCODING), media_type="text/csv; charset=utf-8", headers=headers)

    async def _summed(self, request: Request) -> tuple[Statistics, int]:
        """The statistics of the days that an address names, and how many these are."""
        days = request.query_params.get("days", "")
        span = int(days) if days in map(str, SPANS) else SPANS[1]
        counts = await self._workbench.log.counts() if self._workbench.log.is_begun() else []
        await self._workbench.refresh()
        gaps, today = list(self._workbench.gaps.values()), utc_now().date()
        return statistics(counts, self._matcher.faq, today=today, days=span, gaps=gaps), span

    # --- Forms ---------------------------------------------------------------------------------------------------

    async def add(self, request: Request) -> Response:
        """Start a dry run of a phrasing for an entry."""
        return await self._propose(request, phrasing)

    async def draft(self, request: Request) -> Response:
        """Start a dry run of a new entry's draft."""
        return await self._propose(request, draft)

    async def off_topic_line(self, request: Request) -> Response:
        """Start a dry run of a line in off_topic.yaml."""
        return await self._propose(request, off_topic)

    async def change(self, request: Request) -> Response:
        """Set the status of the ticked gaps of a group."""
        status, what = _CHANGES.get(request.path_params["change"], (None, ""))
        if status is None:
            return self._error_page(404, "There is no such action.")
        await self._workbench.refresh()
        return await self._mark(request, self._chosen(request, await _fields(request), tuple(GapStatus)), status, what)

    async def change_several(self, request: Request) -> Response:
        """Set the status of the ticked groups' gaps, without those that came after the page was loaded."""
        status, what = _CHANGES.get(request.path_params["change"], (None, ""))
        if status is None:
            return self._error_page(404, "There is no such action.")
        await self._workbench.refresh()
        fields, place = await _fields(request), Place.of(request.query_params)
        ticked, seen = _numbers(fields, "groups"), _numbers(fields, "seen")
        if not ticked:
            return await self._groups(request, error="No group is ticked. Tick those that this is about.")
        groups = (self._workbench.cluster_of(gap, tuple(GapStatus)) for gap in ticked)
        shown = {gap.id: gap for group in groups if group is not None for gap in group.gaps}
        shown = {gap: one for gap, one in shown.items() if gap <= max(seen, default=0)}
        gaps = sorted(gap for gap, one in shown.items() if one.status in place.statuses)
        try:
            earlier = await self._see_unchanged(place, fields, shown.keys(), Mark(status))
            action = await self._workbench.mark(gaps, status, what) or earlier
            action = action or await self._see_unchanged(place, fields, shown.keys(), Mark(status))
        except ChangedError as changed:
            return await self._groups(request, error=_what_changed(changed), status=409)
        return _redirect("/" + (place.query(done=action.number) if action else place.query()))

    async def resolve(self, request: Request) -> Response:
        """Resolve gaps of a group by an entry that answers them now, or that was corrected since they were asked."""
        await self._workbench.refresh()
        fields = await _fields(request)
        entry = fields.get("corrected") or fields.get("resolves", "")
        if entry not in self._matcher.faq.entries:
            return self._error_page(404, "There is no such entry.")
        is_judged = "corrected" in fields  # a complaint about an entry is resolved by it only after a correction
        chosen = self._chosen(request, fields, tuple(GapStatus))
        gaps = tuple(gap for gap in chosen if (self._workbench.gaps[gap].gap.entry == entry) == is_judged)
        current, statuses = self._matcher.faq.version, Place.of(request.query_params).statuses
        of_now = [gap for gap in gaps if self._workbench.gaps[gap].gap.faq_version == current]
        if is_judged and any(self._workbench.gaps[gap].status in statuses for gap in of_now):
            error = f"Nothing in the FAQ has changed since that answer was marked. Correct {entry} in its file first."
            return await self._group(request, fields, error=error)
        return await self._mark(request, gaps, GapStatus.RESOLVED, f"{{}} answered by {entry}", entry=entry)

    async def together(self, request: Request) -> Response:
        """Put the ticked texts of groups that may ask the same into this group."""
        await self._workbench.refresh()
        fields, gap, every = await _fields(request), request.path_params["gap"], tuple(GapStatus)
        own, ticked = self._workbench.cluster_of(gap, every), {*fields.get("ticked", "").split()}
        if own is None:
            return self._no_group()
        others = self._workbench.related(gap, every) or ()
        joined = [one.id for other in others for one in other.gaps if self._name(one.gap.text) in ticked]
        nothing = "Nothing is chosen. Tick texts of other groups to put them into this one."
        together = [*(one.id for one in own.gaps), *joined]
        return await self._regroup(request, fields, together, "{} put together", shown=gap, nothing=nothing)

    async def apart(self, request: Request) -> Response:
        """Make the texts of a group that are not ticked a group of their own."""
        await self._workbench.refresh()
        fields, gap, every = await _fields(request), request.path_params["gap"], tuple(GapStatus)
        own, left_out = self._workbench.cluster_of(gap, every), _left_out(fields)
        if own is None:
            return self._no_group()
        if not {*fields.get("shown", "").split()} <= {self._name(one.gap.text) for one in own.gaps}:
            parted = [one.id for one in self._workbench.gaps.values() if self._name(one.gap.text) in left_out]
            action = await self._regrouped(parted)  # a second press may come once the first has parted them
            if action is not None:
                return _redirect(f"/group/{gap}{Place.of(request.query_params).query(done=action.number)}")
        apart = [one.id for one in own.gaps if self._name(one.gap.text) in left_out]
        stay = [one for one in own.gaps if one.id not in apart]
        if not stay:
            return await self._group(request, fields, error="No text is ticked. Leave those ticked that stay here.")
        here = [one.id for one in stay if one.status in Place.of(request.query_params).statuses]
        nothing = "All texts are ticked. Untick those that are to be a group of their own."
        what, shown = "{} made a group of their own", gap if gap in here or not here else here[0]
        return await self._regroup(request, fields, apart, what, shown=shown, nothing=nothing)

    async def _regroup(
        self,
        request: Request,
        fields: Mapping[str, str],
        together: Sequence[int],
        what: str,
        *,
        shown: int,
        nothing: str,
    ) -> Response:
        """Put gaps into one group, and show the group of a gap; a second press shows what the first did.

        ``nothing`` is said where nothing was chosen.
        """
        try:
            action = await self._workbench.regroup(together, what) or await self._regrouped(together)
        except ChangedError as changed:
            return await self._refuse_changed(request, fields, changed)
        if action is None:
            return await self._group(request, fields, error=nothing)
        return _redirect(f"/group/{shown}{Place.of(request.query_params).query(done=action.number)}")

    async def _regrouped(self, together: Collection[int]) -> Action | None:
        """The action that made gaps a group, if it is the last that regrouped any of them."""
        for action in await self._workbench.history.latest(SHOWN_ACTIONS):
            if action.undone is None and any(isinstance(action.after.get(gap), Grouped) for gap in together):
                return action if all(gap in action.after for gap in together) else None
        return None

    async def together_of_list(self, request: Request) -> Response:
        """Put the ticked groups together."""
        await self._workbench.refresh()
        fields, place = await _fields(request), Place.of(request.query_params)
        groups = [self._workbench.cluster_of(gap, tuple(GapStatus)) for gap in _numbers(fields, "groups")]
        together = list(dict.fromkeys(gap.id for group in groups if group is not None for gap in group.gaps))
        if len(groups) < 2:
            return await self._groups(request, error="Tick two groups or more that ask the same.")
        try:
            action = await self._workbench.regroup(together, "{} put together") or await self._regrouped(together)
        except ChangedError as changed:
            return await self._groups(request, error=_what_changed(changed), status=409)
        return _redirect("/" + (place.query(done=action.number) if action else place.query()))

    async def _mark(
        self, request: Request, gaps: tuple[int, ...], status: GapStatus, what: str, *, entry: str = ""
    ) -> Response:
        """Mark gaps and go on to the next group, which shows the action; a second press shows that of the first."""
        place, fields = Place.of(request.query_params), await _fields(request)
        shown = [gap for gap in gaps if self._workbench.gaps[gap].status in place.statuses]
        try:
            earlier = await self._see_unchanged(place, fields, gaps, Mark(status, entry))
            action = await self._workbench.mark(shown, status, what, entry=entry) or earlier
            action = action or await self._see_unchanged(place, fields, gaps, Mark(status, entry))
        except ChangedError as changed:
            return await self._refuse_changed(request, fields, changed)
        if action is not None:
            return self._go_on(place, action, _numbers(fields, "next"))
        if self._cluster(request) is None:
            return self._no_group()
        return await self._group(request, fields, error="No text is ticked. Tick those that this is about.")

    async def _see_unchanged(
        self, place: Place, fields: Mapping[str, str], gaps: Collection[int], mark: Mark | None = None
    ) -> Action | None:
        """See that gaps are as the page of a form shows them. After a second press, the action of the first.

        Raises ChangedError.
        """
        state = max(_numbers(fields, "state"), default=0)
        if not self._workbench.changed_since(state, gaps, place.statuses):
            return None
        await self._workbench.catch_up()  # so that all is said that has changed
        changed = self._workbench.changed_since(state, gaps, place.statuses)
        for action in await self._workbench.history.latest(SHOWN_ACTIONS):
            if action.undone is None and all(action.after.get(gap.id) == gap.mark == mark for gap in changed):
                return action
        raise ChangedError(changed)

    async def _refuse_changed(self, request: Request, fields: Mapping[str, str], changed: ChangedError) -> Response:
        """Show the group as it is now, with what was written; and what has changed since its page was loaded."""
        return await self._group(request, fields, error=_what_changed(changed), status=409)

    def _go_on(self, place: Place, action: Action, following: Sequence[int]) -> Response:
        """Lead to the first of the groups that come next and are still in the list, else to the list."""
        for gap in following:
            if self._workbench.cluster_of(gap, place.statuses) is not None:
                return _redirect(f"/group/{gap}{place.query(done=action.number)}")
        end = {} if following else {"end": 1}
        return _redirect("/" + place.query(done=action.number, **end))

    async def apply(self, request: Request) -> Response:
        """Add the lines of a dry run."""
        dry_run = self._workbench.dry_runs.get(request.path_params["number"])
        if dry_run is None:
            return self._no_dry_run()
        if dry_run.is_running or dry_run.problem:
            return _redirect(f"/trial/{dry_run.number}")
        try:
            action = await self._workbench.apply(dry_run)
        except StaleError:
            return _redirect(f"/trial/{self._workbench.repeat(dry_run).number}?stale=1")
        except ChangedError as changed:
            return self._dry_run(dry_run, error=_what_changed(changed))
        place = Place.of(dict(parse_qsl(urlsplit(dry_run.proposal.groups).query)))
        return self._go_on(place, action, dry_run.proposal.following)

    async def again(self, request: Request) -> Response:
        """Start another dry run of the same edit."""
        dry_run = self._workbench.dry_runs.get(request.path_params["number"])
        return _redirect(f"/trial/{self._workbench.repeat(dry_run).number}" if dry_run else "/")

    async def undo(self, request: Request) -> Response:
        """Undo an action."""
        action = await self._workbench.undo(request.path_params["number"])
        return _redirect(f"/done#action-{action.number}" if action else "/done")

    async def begin_replay(self, request: Request) -> Response:
        """Start a replay."""
        await self._workbench.refresh()
        self._workbench.replay()
        return _redirect("/replay")

    async def close_answered(self, request: Request) -> Response:
        """Resolve the gaps that the replay found answered."""
        action = await self._workbench.close_answered()
        return _redirect(f"/?tab=resolved&done={action.number}" if action else "/replay")

    # --- Helpers -------------------------------------------------------------------------------------------------

    async def _group(
        self, request: Request, values: Mapping[str, str], *, error: str = "", sent: str = "", status: int = 422
    ) -> Response:
        """The page of a group. ``values`` fill its form, ``error`` says what is wrong in its part ``sent``."""
        topics = (await asyncio.to_thread(places, self._workbench.settings)).topics
        await self._workbench.refresh()
        cluster = self._cluster(request)
        if cluster is None:
            return self._error_page(status, error) if error else self._no_group()
        matcher, group = self._matcher, summarize(cluster, self._matcher, now=utc_now())
        wordings = list(_wordings(cluster).values())
        left_out, ticked = _left_out(values), {*values.get("ticked", "").split()}
        related = self._related(request)
        place = Place.of(request.query_params)
        at, number, following = self._following(place, cluster.gaps[0].id)
        find = values.get("other", "").strip()
        return self._page(
            "group.html",
            status=status if error else 200,
            state=self._workbench.state,
            just_done=await self._just_done(request),
            place=place,
            at=at,
            number=number,
            following=following,
            gap=request.path_params["gap"],
            group=group,
            corrected=sorted({gap.gap.entry for gap in group.gaps} & matcher.faq.entries.keys()),
            wordings=[
                (name, text, number, name not in left_out, gap.gap.language)
                for gap, number in wordings[:SHOWN_WORDINGS]
                for text in [gap.gap.text]
                for name in [self._name(text)]
            ],
            hidden=max(0, len(wordings) - SHOWN_WORDINGS),
            is_comparing=related is None,
            related=[
                [
                    (name, text, number, gap.gap.language, name in ticked)
                    for gap, number in list(_wordings(other).values())[:SHOWN_OF_RELATED]
                    for text in [gap.gap.text]
                    for name in [self._name(text)]
                ]
                for other in related or ()
            ],
            facts=self._facts(values),
            found=[one.entry for one in matcher.rank(find).candidates[:FOUND]] if find else [],
            values=values,
            error=error,
            sent=sent,
            languages=sorted({gap.gap.language for gap in group.gaps}),
            entries=matcher.faq.entries,
            topics=topics,
        )

    async def _propose(self, request: Request, propose: Callable[[ProposalForm, Settings, Faq], Proposal]) -> Response:
        await self._workbench.refresh()
        fields, place, cluster = await _fields(request), Place.of(request.query_params), self._cluster(request)
        if "search" in fields:
            return await self._group(request, fields)
        try:
            await self._see_unchanged(place, fields, self._chosen(request, fields, tuple(GapStatus)))
        except ChangedError as changed:
            return await self._refuse_changed(request, fields, changed)
        if cluster is None:
            return self._no_group()
        chosen = self._chosen(request, fields)
        texts = frozenset(gap.gap.text for gap in cluster.gaps)  # unticked ones, too
        texts |= {self._workbench.gaps[gap].gap.text for gap in chosen}
        kept = {name: fields[name] for name in KEPT_FIELDS[propose] if fields.get(name)}
        if left_out := _left_out(fields):
            kept["shown"] = " ".join(sorted(left_out))
        address = f"/group/{request.path_params['gap']}{place.query(**kept)}"
        try:
            following = tuple(_numbers(fields, "next"))
            form = ProposalForm(fields, chosen, texts, address[:LONGEST_ADDRESS], "/" + place.query(), following)
            proposal = propose(form, self._workbench.settings, self._matcher.faq)
            dry_run = self._workbench.propose(proposal)
        except (FormError, EditError) as error:
            return await self._group(request, fields, error=str(error), sent=propose.__name__)
        return _redirect(f"/trial/{dry_run.number}")

    def _cluster(self, request: Request) -> Cluster | None:
        """The current group of the gap in the address; None if there is none."""
        return self._workbench.cluster_of(request.path_params["gap"], Place.of(request.query_params).statuses)

    def _facts(self, values: Mapping[str, str]) -> list[tuple[Source, Fact, bool]]:
        """The facts that are ticked in a form, then those that its search finds."""
        faq, ticked = self._matcher.faq, values.get("fact", "").split()
        kept = [(source, fact) for source in faq.sources.values() for fact in source.facts if fact.id in ticked]
        found = facts_with(faq, values.get("facts", ""))
        return [*((*one, True) for one in kept), *((*one, False) for one in found if one not in kept)]

    def _following(self, place: Place, gap: int) -> tuple[int, int, tuple[int, ...]]:
        """Where the group of a gap stands in the list, from 1 on; of how many; and a gap of each that comes next.

        0 for a group that the filters of the list leave out.
        """
        found = place.groups(self._workbench)
        at = next((at for at, one in enumerate(found, 1) if any(own.id == gap for own in one.gaps)), 0)
        return at, len(found), tuple(one.gaps[0].id for one in found[at : at + FOLLOWING])

    def _related(self, request: Request) -> list[Cluster] | None:
        """The groups that may ask the same as that of the gap in the address; None while that is not known."""
        return self._workbench.related(request.path_params["gap"], Place.of(request.query_params).statuses)

    def _chosen(
        self, request: Request, fields: Mapping[str, str], statuses: Collection[GapStatus] = ()
    ) -> tuple[int, ...]:
        """The ids of a group's gaps, without unticked wordings and wordings that are new since the page was loaded.

        And those of the ticked wordings of groups that may ask the same. All have the statuses, if any are given, else
        those of the page.
        """
        gap, statuses = request.path_params["gap"], statuses or Place.of(request.query_params).statuses
        cluster, ticked = self._workbench.cluster_of(gap, statuses), {*fields.get("ticked", "").split()}
        left_out, shown = _left_out(fields), {*fields.get("shown", "").split()}
        names = {gap.id: self._name(gap.gap.text) for gap in (cluster.gaps if cluster else ())}
        if "whole" in fields:  # all its wordings were shown
            own = [gap for gap, name in names.items() if name in shown - left_out]
        else:
            own = [gap for gap, name in names.items() if name not in left_out]
        others = self._workbench.related(gap, statuses) or ()
        return (*own, *(gap.id for other in others for gap in other.gaps if self._name(gap.gap.text) in ticked))

    def _name(self, text: str) -> str:
        """The id of a wording in forms and addresses: a keyed hash, which does not reveal the text."""
        return hashlib.blake2s(text.encode(), key=self._key, digest_size=6).hexdigest()

    def _is_kept(self, gap: LoggedGap) -> bool:
        """Whether a gap that was loaded earlier still exists with the same text."""
        now = self._workbench.gaps.get(gap.id)
        return now is not None and now.gap.text == gap.gap.text

    def _is_open(self, gap: LoggedGap) -> bool:
        return self._workbench.gaps[gap.id].status in OPEN

    @property
    def _matcher(self) -> Matcher:
        return self._workbench.catalog.matcher

    @property
    def _questions(self) -> dict[str, str]:
        return {name: entry.question for name, entry in self._matcher.faq.entries.items()}

    async def _just_done(self, request: Request) -> Action | None:
        number = request.query_params.get("done", "")
        latest = await self._workbench.history.latest(SHOWN_ACTIONS) if number else []
        return next((action for action in latest if str(action.number) == number), None)

    def _page(self, name: str, *, status: int = 200, refresh_seconds: int = 0, **values: Any) -> Response:
        html = self._templates.get_template(name).render(
            **values,
            refresh_seconds=refresh_seconds,
            form_token=self.app.form_token,
            is_behind=self._workbench.is_behind,
            version=self._matcher.faq.version,
        )
        return HTMLResponse(html, status)

    def _error_page(self, status: int, text: str) -> Response:
        return self._page("refusal.html", status=status, text=text)

    def _no_group(self) -> Response:
        return self._error_page(404, "This group is no longer here: it was dealt with, forgotten or regrouped.")

    def _no_dry_run(self) -> Response:
        return self._error_page(404, "This trial is no longer kept. Make the edit anew; nothing was changed.")

    async def _redirect_to_page(self, request: Request, error: Exception) -> Response:
        """Redirect to the page of the form with this address, when a reviewer reloads the target of the form."""
        page = re.match(r"/(group|trial)/\d+|/\w*", request.url.path)
        return _redirect(f"{page[0] if page else '/'}{Place.of(request.query_params).query()}")

    async def _not_found(self, request: Request, error: Exception) -> Response:
        return self._error_page(404, "There is no such page.")

    async def _show_error(self, request: Request, error: Exception) -> Response:
        """Show an error of the gap log or of the FAQ's files."""
        if isinstance(error, OSError):
            return self._error_page(503, f"{error.filename}: {error.strerror}; see that it can be read and written")
        return self._error_page(503 if isinstance(error, LogError) else 409, str(error))

    async def _show_changed(self, request: Request, error: Exception) -> Response:
        return self._error_page(409, _what_changed(error if isinstance(error, ChangedError) else ChangedError(())))

    async def _show_internal_error(self, request: Request, error: Exception) -> Response:
        return self._error_page(
            500, "Something went wrong in this program; the terminal says what. Go back and try again."
        )


async def _fields(request: Request) -> dict[str, str]:
    return fields_of(await request.body())


def _day(text: str) -> str:
    """A day as in 2026-11-21; empty for what is none."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


def _numbers(fields: Mapping[str, str], name: str) -> list[int]:
    """The numbers in a field of a form; what is none is ignored."""
    return [int(one) for one in fields.get(name, "").split() if one.isdecimal() and len(one) < 19]


def _what_changed(error: ChangedError) -> str:
    """What became of gaps by somebody else, for whoever acts on a page that is older."""
    gaps = error.gaps
    became = Counter(gap.mark for gap in gaps)
    now = ", ".join(f"{number} {_BECAME[status].format(entry)}" for (status, entry), number in became.most_common())
    changed = f"{plural(len(gaps), 'gap')} {'was' if len(gaps) == 1 else 'were'} changed meanwhile"
    names = sorted({gap.reviewer for gap in gaps})
    by = " and ".join(names) if all(names) else "somebody else or on another page"
    return (
        f"Nothing was done: {changed}, by {by} ({'grouped otherwise' if error.is_regrouped else now}). "
        "Look again, then decide."
    )


def _wordings(cluster: Cluster) -> dict[str, tuple[LoggedGap, int]]:
    """Each wording of a cluster: one of its gaps, and how many there are."""
    number = Counter(gap.gap.text for gap in cluster.gaps)
    return {gap.gap.text: (gap, number[gap.gap.text]) for gap in cluster.gaps}


def _left_out(fields: Mapping[str, str]) -> set[str]:
    """The ids of the wordings that were unticked."""
    return {*fields.get("shown", "").split()} - {*fields.get("ticked", "").split()}


def _redirect(address: str) -> Response:
    return RedirectResponse(address, 303)
