"""The review page: HTML made here, forms that come back, no script. What is done is done by the desk."""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bot.content.editor import EditError, StaleError
from bot.domain.faq import Faq
from bot.domain.gap import OPEN, GapStatus, LoggedGap
from bot.domain.matching import Matcher
from bot.gaps.clustering import Cluster, summarize
from bot.gaps.replay import Became
from bot.gaps.repository import utc_now
from bot.gaps.statistics import statistics
from bot.review import charts
from bot.review.auth import Guard, fields_of
from bot.review.proposals import LONGEST, Form, FormError, draft, edition, off_topic, phrasing, topics
from bot.review.workbench import Done, Proposal, Workbench, plural
from bot.settings import Settings
from bot.storage.errors import LogError

FOLDER = Path(__file__).parent
ON_A_PAGE = 25  # groups
SHOWN_WORDINGS = 30  # of a group
FOUND = 8  # entries, for a search
# What goes with the way back to each form. Not what stands in the others: that may be the text of a person still.
KEPT_FIELDS: Mapping[Callable[[Form, Settings, Faq], Proposal], tuple[str, ...]] = {
    phrasing: ("text", "entry", "other"),
    draft: ("question", "file", "id", "phrasings"),
    off_topic: ("message",),
}
LONGEST_ADDRESS = 8_000  # what is longer is cut: of many phrasings the last
RENEWS = 4  # seconds, while something is being found out
SPANS = (7, 28, 90, 365)  # days of statistics to choose from
TABS: Mapping[str, tuple[str, tuple[GapStatus, ...]]] = {
    "new": ("New", (GapStatus.NEW,)),
    "later": ("Later", (GapStatus.LATER,)),
    "resolved": ("Answered", (GapStatus.RESOLVED,)),
    "off-topic": ("Off topic", (GapStatus.OFF_TOPIC,)),
}
_CHANGES: Mapping[str, tuple[GapStatus, str]] = {
    "later": (GapStatus.LATER, "{} left for later"),
    "off-topic": (GapStatus.OFF_TOPIC, "{} marked as off topic"),
    "reopen": (GapStatus.NEW, "{} open again"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the list of groups a reviewer is: the tab, what narrows it, the page."""

    tab: str = "new"
    language: str = ""
    words: str = ""
    page: int = 1

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Place:
        """The place that an address names; what is none of it is passed over."""
        page = query.get("page", "1")
        tab = query.get("tab", "new")
        return cls(
            tab if tab in TABS else "new",
            query.get("language", ""),
            query.get("words", ""),
            max(1, int(page)) if page.isdecimal() and len(page) < 6 else 1,
        )

    @property
    def statuses(self) -> tuple[GapStatus, ...]:
        """The statuses of the gaps in this tab."""
        return TABS[self.tab][1]

    def query(self, **other: object) -> str:
        """This place as the end of an address, with other values for some."""
        values = {"tab": self.tab, "language": self.language, "words": self.words, "page": self.page} | other
        usual = {"language": "", "words": "", "page": 1}
        return "?" + urlencode({name: value for name, value in values.items() if usual.get(name) != value})


class Review:
    """The pages over a desk."""

    def __init__(self, desk: Workbench, *, hosts: frozenset[str], tell: Callable[[str], None]) -> None:
        self._desk = desk
        self._templates = Environment(
            loader=FileSystemLoader(FOLDER / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals |= {"charts": charts, "tabs": TABS, "plural": plural, "longest": LONGEST}
        self._key = secrets.token_bytes(16)
        pages = Starlette(
            routes=[
                Route("/", self.groups),
                Route("/group/{gap:int}", self.group),
                Route("/group/{gap:int}/add", self.add, methods=["POST"]),
                Route("/group/{gap:int}/draft", self.draft, methods=["POST"]),
                Route("/group/{gap:int}/off-topic-line", self.off_topic_line, methods=["POST"]),
                Route("/group/{gap:int}/resolve", self.resolve, methods=["POST"]),
                Route("/group/{gap:int}/{change}", self.change, methods=["POST"]),
                Route("/trial/{number:int}", self.trial),
                Route("/trial/{number:int}/apply", self.apply, methods=["POST"]),
                Route("/trial/{number:int}/again", self.again, methods=["POST"]),
                Route("/done", self.done),
                Route("/done/{number:int}/undo", self.undo, methods=["POST"]),
                Route("/replay", self.replay),
                Route("/replay/begin", self.begin_replay, methods=["POST"]),
                Route("/replay/close", self.close_answered, methods=["POST"]),
                Route("/statistics", self.statistics),
                Mount("/static", StaticFiles(directory=FOLDER / "static")),
            ],
            exception_handlers={
                404: self._not_found,
                405: self._no_page,
                LogError: self._trouble,
                EditError: self._trouble,
                OSError: self._trouble,
                Exception: self._fault,
            },
        )
        self.app = Guard(pages, hosts=hosts, refuse=self._refusal, tell=tell)

    # --- Pages ---------------------------------------------------------------------------------------------------

    async def groups(self, request: Request) -> Response:
        """The groups of a tab, the biggest and freshest first."""
        await self._desk.refresh()
        place = Place.of(request.query_params)
        found = self._desk.clusters(place.statuses, language=place.language, words=place.words)
        pages = max(1, -(-len(found) // ON_A_PAGE))
        shown = found[(min(place.page, pages) - 1) * ON_A_PAGE :][:ON_A_PAGE]
        gaps = self._desk.gaps.values()
        return self._page(
            "groups.html",
            place=place,
            pages=pages,
            found=len(found),
            groups=[summarize(cluster, self._matcher, now=utc_now()) for cluster in shown],
            numbers={tab: sum(gap.status in statuses for gap in gaps) for tab, (_, statuses) in TABS.items()},
            languages=sorted({gap.gap.language for gap in gaps}),
            just_done=self._just_done(request),
        )

    async def group(self, request: Request) -> Response:
        """A group: its texts, what is near to it, and what can be done with it."""
        return await self._group(request, dict(request.query_params))

    async def trial(self, request: Request) -> Response:
        """What an edit would add and change; while that is being found out the page renews itself."""
        await self._desk.refresh()
        trial = self._desk.trials.get(request.path_params["number"])
        if trial is None:
            return self._no_trial()
        impact = trial.impact
        return self._page(
            "trial.html",
            trial=trial,
            answered=[one for one in impact.answered if self._is_kept(one[0])] if impact else [],
            lost=[gap for gap in impact.lost if self._is_kept(gap)] if impact else [],
            left=self._desk.left_open(trial),
            messages=self._desk.messages,
            stale=request.query_params.get("stale") == "1",
            questions=self._questions,
            renews=RENEWS if trial.is_running else 0,
        )

    async def done(self, request: Request) -> Response:
        """What was done in this session, the latest first."""
        return self._page("done.html", done=self._desk.done[::-1])

    async def replay(self, request: Request) -> Response:
        """What the FAQ makes of the gaps by now."""
        await self._desk.refresh()
        replaying = self._desk.replaying
        is_running = replaying is not None and replaying.is_running
        asked = replaying.replayed if replaying is not None and not is_running else []
        replayed = [one for one in asked if self._is_kept(one.gap)]
        left = [one for one in replayed if one.became is Became.ANSWERED and self._is_open(one.gap)]
        return self._page(
            "replay.html",
            replaying=replaying,
            replayed=replayed,
            left=len(left),
            questions=self._questions,
            renews=RENEWS if is_running else 0,
        )

    async def statistics(self, request: Request) -> Response:
        """The counts as charts."""
        days = request.query_params.get("days", "")
        span = int(days) if days in map(str, SPANS) else SPANS[1]
        counts = await self._desk.log.counts() if self._desk.log.is_begun() else []
        summed = statistics(counts, self._matcher.faq, today=utc_now().date(), days=span)
        return self._page("statistics.html", summed=summed, days=span, spans=SPANS, questions=self._questions)

    # --- What a reviewer sends -----------------------------------------------------------------------------------

    async def add(self, request: Request) -> Response:
        """Try a phrasing for an entry."""
        return await self._propose(request, phrasing)

    async def draft(self, request: Request) -> Response:
        """Try the draft of a new entry."""
        return await self._propose(request, draft)

    async def off_topic_line(self, request: Request) -> Response:
        """Try a line in off_topic.yaml."""
        return await self._propose(request, off_topic)

    async def change(self, request: Request) -> Response:
        """Give the gaps of a group another status."""
        status, what = _CHANGES.get(request.path_params["change"], (None, ""))
        if status is None:
            return self._refusal(404, "There is no such action.")
        await self._desk.refresh()
        gaps = self._chosen(self._cluster(request), await _fields(request))
        return await self._mark(request, gaps, status, what)

    async def resolve(self, request: Request) -> Response:
        """Say that an entry answers the gaps of a group, or that it was corrected after they were asked."""
        await self._desk.refresh()
        fields = await _fields(request)
        entry = fields.get("corrected") or fields.get("resolves", "")
        if entry not in self._matcher.faq.entries:
            return self._refusal(404, "There is no such entry.")
        is_judged = "corrected" in fields  # a gap whose answer was marked as wrong is not answered by it once more
        chosen = self._chosen(self._cluster(request), fields)
        gaps = tuple(gap for gap in chosen if (self._desk.gaps[gap].gap.entry == entry) == is_judged)
        return await self._mark(request, gaps, GapStatus.RESOLVED, f"{{}} answered by {entry}", entry=entry)

    async def _mark(
        self, request: Request, gaps: tuple[int, ...], status: GapStatus, what: str, *, entry: str = ""
    ) -> Response:
        """Mark gaps, and show the groups with what was done: also where it was done by the press before this one."""
        place = Place.of(request.query_params)
        if gaps and (done := await self._desk.mark(gaps, status, what, entry=entry)) is not None:
            return _to("/" + place.query(done=done.number))
        if not gaps and self._cluster(request) is not None:
            trouble = "No text is ticked. Tick those that this is about."
            return await self._group(request, await _fields(request), trouble=trouble)
        gap = request.path_params["gap"]
        earlier = next((one for one in reversed(self._desk.done) if gap in one.before and not one.is_undone), None)
        return _to("/" + place.query(done=earlier.number)) if earlier else self._no_group()

    async def apply(self, request: Request) -> Response:
        """Add the lines that were tried."""
        trial = self._desk.trials.get(request.path_params["number"])
        if trial is None:
            return self._no_trial()
        if trial.is_running or trial.problem:
            return _to(f"/trial/{trial.number}")
        try:
            done = await self._desk.apply(trial)
        except StaleError:
            return _to(f"/trial/{self._desk.again(trial).number}?stale=1")
        except LogError as error:
            says = f"The lines were added, but the gaps could not be marked: {error}. See “Done and undo”."
            return self._refusal(503, says)
        groups = trial.proposal.groups
        return _to(f"{groups}{'&' if '?' in groups else '?'}done={done.number}")

    async def again(self, request: Request) -> Response:
        """Try an edit once more."""
        trial = self._desk.trials.get(request.path_params["number"])
        return _to(f"/trial/{self._desk.again(trial).number}" if trial else "/")

    async def undo(self, request: Request) -> Response:
        """Undo something that was done."""
        await self._desk.undo(request.path_params["number"])
        return _to("/done")

    async def begin_replay(self, request: Request) -> Response:
        """Begin to ask the gaps again."""
        await self._desk.refresh()
        self._desk.replay()
        return _to("/replay")

    async def close_answered(self, request: Request) -> Response:
        """Resolve the gaps that the replay found answered."""
        done = await self._desk.close_answered()
        return _to(f"/?tab=resolved&done={done.number}" if done else "/replay")

    # --- How -----------------------------------------------------------------------------------------------------

    async def _group(
        self, request: Request, values: Mapping[str, str], *, trouble: str = "", sent: str = ""
    ) -> Response:
        """The page of a group; ``values`` are what its form holds, ``trouble`` what is wrong with the part ``sent``."""
        files = await asyncio.to_thread(lambda: topics(edition(self._desk.settings)))
        await self._desk.refresh()
        cluster = self._cluster(request)
        if cluster is None:
            return self._no_group()
        matcher, group = self._matcher, summarize(cluster, self._matcher, now=utc_now())
        wordings = Counter(gap.gap.text for gap in group.gaps)
        left_out = _left_out(values)
        find = values.get("other", "").strip()
        return self._page(
            "group.html",
            status=422 if trouble else 200,
            place=Place.of(request.query_params),
            gap=request.path_params["gap"],
            group=group,
            corrected=sorted({gap.gap.entry for gap in group.gaps} & matcher.faq.entries.keys()),
            wordings=[
                (name, text, number, name not in left_out)
                for text, number in list(wordings.items())[:SHOWN_WORDINGS]
                for name in [self._name(text)]
            ],
            hidden=max(0, len(wordings) - SHOWN_WORDINGS),
            found=[one.entry for one in matcher.rank(find).candidates[:FOUND]] if find else [],
            values=values,
            trouble=trouble,
            sent=sent,
            entries=matcher.faq.entries,
            files=files,
        )

    async def _propose(self, request: Request, propose: Callable[[Form, Settings, Faq], Proposal]) -> Response:
        await self._desk.refresh()
        fields, place, cluster = await _fields(request), Place.of(request.query_params), self._cluster(request)
        if "search" in fields or cluster is None:
            return await self._group(request, fields)
        texts = frozenset(gap.gap.text for gap in cluster.gaps)  # of those left out too
        kept = {name: fields[name] for name in KEPT_FIELDS[propose] if fields.get(name)}
        if left_out := _left_out(fields):
            kept["shown"] = " ".join(sorted(left_out))
        address = f"/group/{request.path_params['gap']}{place.query(**kept)}"
        try:
            proposal = propose(
                Form(fields, self._chosen(cluster, fields), texts, address[:LONGEST_ADDRESS], "/" + place.query()),
                self._desk.settings,
                self._matcher.faq,
            )
            trial = self._desk.propose(proposal)
        except (FormError, EditError) as error:
            return await self._group(request, fields, trouble=str(error), sent=propose.__name__)
        return _to(f"/trial/{trial.number}")

    def _cluster(self, request: Request) -> Cluster | None:
        """The group that an address names, as it is now."""
        return self._desk.cluster_of(request.path_params["gap"], Place.of(request.query_params).statuses)

    def _chosen(self, cluster: Cluster | None, fields: Mapping[str, str]) -> tuple[int, ...]:
        """The gaps of a group, without the wordings that were unticked, nor those that came since it was shown."""
        left_out, seen = _left_out(fields), {*fields.get("shown", "").split()}
        names = {gap.id: self._name(gap.gap.text) for gap in (cluster.gaps if cluster else ())}
        if "whole" in fields:  # all its wordings were shown
            return tuple(gap for gap, name in names.items() if name in seen - left_out)
        return tuple(gap for gap, name in names.items() if name not in left_out)

    def _name(self, text: str) -> str:
        """What a wording is called in forms and addresses, from which it cannot be read."""
        return hashlib.blake2s(text.encode(), key=self._key, digest_size=6).hexdigest()

    def _is_kept(self, gap: LoggedGap) -> bool:
        """Whether a gap that was read before is still in the log, and says the same."""
        now = self._desk.gaps.get(gap.id)
        return now is not None and now.gap.text == gap.gap.text

    def _is_open(self, gap: LoggedGap) -> bool:
        return self._desk.gaps[gap.id].status in OPEN

    @property
    def _matcher(self) -> Matcher:
        return self._desk.catalog.main

    @property
    def _questions(self) -> dict[str, str]:
        return {name: entry.question for name, entry in self._matcher.faq.entries.items()}

    def _just_done(self, request: Request) -> Done | None:
        number = request.query_params.get("done", "")
        return next((done for done in self._desk.done if str(done.number) == number), None)

    def _page(self, name: str, *, status: int = 200, renews: int = 0, **values: Any) -> Response:
        html = self._templates.get_template(name).render(
            **values,
            renews=renews,
            form_token=self.app.form_token,
            is_behind=self._desk.is_behind,
            version=self._matcher.faq.version,
        )
        return HTMLResponse(html, status)

    def _refusal(self, status: int, text: str) -> Response:
        return self._page("refusal.html", status=status, text=text)

    def _no_group(self) -> Response:
        return self._refusal(404, "This group is no longer here: it was dealt with, forgotten or regrouped.")

    def _no_trial(self) -> Response:
        return self._refusal(404, "This trial is no longer kept. Make the edit anew; nothing was changed.")

    async def _no_page(self, request: Request, error: Exception) -> Response:
        """To the page whose form has this address: somebody has loaded again what the form led to."""
        page = re.match(r"/(group|trial)/\d+|/\w*", request.url.path)
        return _to(f"{page[0] if page else '/'}{Place.of(request.query_params).query()}")

    async def _not_found(self, request: Request, error: Exception) -> Response:
        return self._refusal(404, "There is no such page.")

    async def _trouble(self, request: Request, error: Exception) -> Response:
        """A log that cannot be used, or a file that cannot be read or edited, in words."""
        if isinstance(error, OSError):
            return self._refusal(503, f"{error.filename}: {error.strerror}; see that it can be read and written")
        return self._refusal(503 if isinstance(error, LogError) else 409, str(error))

    async def _fault(self, request: Request, error: Exception) -> Response:
        return self._refusal(
            500, "Something went wrong in this program; the terminal says what. Go back and try again."
        )


async def _fields(request: Request) -> dict[str, str]:
    return fields_of(await request.body())


def _left_out(fields: Mapping[str, str]) -> set[str]:
    """The names of the wordings that were unticked."""
    return {*fields.get("shown", "").split()} - {*fields.get("ticked", "").split()}


def _to(address: str) -> Response:
    return RedirectResponse(address, 303)
