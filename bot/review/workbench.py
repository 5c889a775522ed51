"""The state behind the review page: the gaps in clusters, dry runs of edits, and the actions that can be undone.

It caches the gap log in memory and reloads it when the log's stamp changes. It writes nothing but what was decided of
gaps, with the action that did it, and added lines in the FAQ.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Coroutine, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from time import monotonic
from typing import Any, TypeVar

import numpy as np

from bot.content.diagnostics import ContentError, Diagnostic, errors
from bot.content.editor import Edit, EditError, StaleError
from bot.domain.gap import OPEN, GapStatus, Grouped, LoggedGap, Mark, State
from bot.domain.matching import Matcher
from bot.evaluation.evaluate import Judged, evaluate
from bot.evaluation.question_sets import Message
from bot.gaps.clustering import Cluster, arranged, by_size, clusters
from bot.gaps.estimate import Estimate, estimate
from bot.gaps.history import Action, History
from bot.gaps.impact import Impact, assess_impact
from bot.gaps.related import nearest
from bot.gaps.replay import Became, Replayed, ReplayedSets, compare, replay
from bot.gaps.repository import GapLog
from bot.matching.features import Floats
from bot.observability.logs import kind_and_place
from bot.review.dry_run import CannotLearnError, EditedFaq, edited_faq, new_problems
from bot.runtime.catalog import Catalog
from bot.runtime.load import load_faq
from bot.settings import Settings
from bot.storage.errors import LogError

KEPT_DRY_RUNS = 6  # since each holds a matcher
NEAR_GAPS, OWN_GAPS = 8, 8  # of groups near to an edit, and of those that it is for, of which an estimate is made
KEPT_JUDGED = 3  # versions of the FAQ, of which the judged question sets are kept
PATIENCE = 2.0  # seconds that a page waits for an estimate
_INTERNAL_ERROR = "Something went wrong in this program ({}); nothing was changed."
_Found = TypeVar("_Found", Impact, Estimate)
_logger = logging.getLogger(__name__)


class ChangedError(Exception):
    """Gaps are no longer as the page of an action shows them: nothing was done. ``gaps`` are these, as they are now.

    ``is_regrouped``: it is their groups that have changed.
    """

    def __init__(self, gaps: Sequence[LoggedGap], *, is_regrouped: bool = False) -> None:
        super().__init__()
        self.gaps, self.is_regrouped = gaps, is_regrouped


@dataclass(frozen=True, slots=True)
class Proposal:
    """Lines that a reviewer wants to add to the FAQ because of some gaps.

    ``make`` makes the edits from the current files. ``texts`` are what they add, to ``entry`` if it is an entry's.
    ``status`` is given to those of ``gaps`` that the edited FAQ does not answer; None leaves them as they are. ``form``
    and ``groups`` are addresses to go back to: the form that proposed it, and the list of groups. ``following`` are
    gaps of the groups that come next in this list. ``otherwise`` is proposed in its place where the content check finds
    errors in the edits.
    """

    what: str
    make: Callable[[], Sequence[Edit]]
    gaps: tuple[int, ...]
    texts: tuple[str, ...]
    entry: str | None = None
    status: GapStatus | None = None
    form: str = "/"
    groups: str = "/"
    following: tuple[int, ...] = ()
    otherwise: Proposal | None = None


@dataclass(slots=True)
class DryRun:
    """A proposal that is being tried, until it has an ``impact``, or a ``problem`` that forbids the edit.

    ``state`` is that of the gaps when it was proposed, see `Workbench.state`. ``wanted`` is the proposal in whose place
    this one is tried, because of the errors ``lacking``. ``estimate`` is what it would probably change, once that is
    known. ``asked`` is how many of ``to_ask`` gaps and messages were asked again, once the edited FAQ is learned.
    """

    number: int
    proposal: Proposal
    state: int = 0
    edits: Sequence[Edit] = ()
    edited: EditedFaq | None = None
    impact: Impact | None = None
    problem: str = ""
    problems: tuple[Diagnostic, ...] = ()  # that the content check newly finds
    wanted: Proposal | None = None
    lacking: tuple[Diagnostic, ...] = ()
    action: Action | None = None
    estimate: Estimate | None = None
    estimating: asyncio.Task[None] | None = None
    began: float = field(default_factory=monotonic)
    asked: int = 0
    to_ask: int = 0

    @property
    def seconds(self) -> int:
        """For how long it has been running."""
        return round(monotonic() - self.began)

    @property
    def is_running(self) -> bool:
        """Whether the impact is still unknown."""
        return self.impact is None and not self.problem


@dataclass(slots=True)
class ReplayRun:
    """A replay of ``total`` gaps and then of the question sets, with its results so far, or its ``problem``."""

    total: int
    sets: ReplayedSets | None = None
    replayed: list[Replayed] = field(default_factory=list)
    is_running: bool = True
    problem: str = ""


class Workbench:
    """The state of one review page. ``messages`` are the question sets that edits are tried on; ``known_misses`` are
    the ids of those that are known not to be handled right, None if there is no list.
    """

    def __init__(
        self,
        settings: Settings,
        log: GapLog,
        catalog: Catalog,
        messages: Sequence[Message],
        *,
        known_misses: Collection[str] | None = None,
    ) -> None:
        self.settings, self.log, self.catalog = settings, log, catalog
        self.gaps: dict[int, LoggedGap] = {}
        self.history = History(log, settings.faq_dir)
        self.dry_runs: dict[int, DryRun] = {}
        self.replay_run: ReplayRun | None = None
        self._messages, self._known_misses = messages, known_misses
        self._judged: dict[str, Sequence[Judged]] = {}  # by versions of the FAQ
        self._by_words: list[Cluster] = []  # before reviewers arrange them
        self._clusters: list[Cluster] = []
        self._meaning_of: dict[str, Floats] = {}  # of the clusters' texts
        self._meanings: Floats | None = None  # of the clusters, in their order; None while they are not known
        self._cluster_of_gap: dict[int, int] = {}
        self._stamp: object = None
        self._decided_meanwhile: list[tuple[int, State]] = []
        self._changed: list[tuple[int, Mark]] = []  # each change of a gap's mark that was noticed, with the mark before
        self._last_expiry: date | None = None
        self._reloading: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._dry_run_lock = asyncio.Lock()
        self._action_lock = asyncio.Lock()  # a button that is pressed twice sends two requests
        self._dry_run_count = 0
        self.learning_took = 0.0  # seconds, the last time

    async def close(self) -> None:
        """Cancel the background tasks."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._on_end)
        return task

    def _on_end(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None and not isinstance(error, LogError):
            _logger.error("behind the pages: %s", kind_and_place(error))  # a LogError is shown by the next page

    # --- The gaps ------------------------------------------------------------------------------------------------

    @property
    def is_behind(self) -> bool:
        """Whether the gap log has changed and is being reloaded."""
        return self._reloading is not None and not self._reloading.done()

    async def refresh(self) -> None:
        """Reload the gap log if it has changed: the first time before this returns, later in the background. Gaps that
        were deleted from it are dropped at once from everything here. Raises LogError.
        """
        if not self.log.is_begun():
            self._drop_deleted(frozenset())
            self._by_words, self._stamp = [], None
            self._arrange()
            return
        if self._last_expiry != (today := self.log.now().date()):
            await self.log.expire()
            self._last_expiry = today
        stamp = await self.log.stamp()
        if stamp == self._stamp:
            return
        is_first = self._stamp is None
        self._drop_deleted(self.gaps.keys() & await self.log.ids())
        if not self.is_behind:
            self._reloading = self._start(self._reload(stamp))
        if is_first and self._reloading is not None:
            await self._reloading

    async def catch_up(self) -> None:
        """Reload the gap log, and wait for it. Raises LogError."""
        for _ in range(2):  # a reload that is running may have read too early
            await self.refresh()
            if self._reloading is not None:
                await self._reloading

    @property
    def state(self) -> int:
        """Which state of the gaps a page shows; it grows with each change of a mark, made here or elsewhere."""
        return len(self._changed)

    def changed_since(
        self, state: int, gaps: Collection[int], statuses: Collection[GapStatus] = OPEN
    ) -> list[LoggedGap]:
        """Those of the gaps that had one of the statuses in a state, and whose mark is another now."""
        before: dict[int, Mark] = {}
        for gap, mark in self._changed[state:]:
            before.setdefault(gap, mark)
        shown = [gap for gap, mark in before.items() if gap in gaps and gap in self.gaps and mark[0] in statuses]
        return [self.gaps[gap] for gap in shown if self.gaps[gap].mark != before[gap]]

    def _drop_deleted(self, existing: Collection[int]) -> None:
        """Drop the gaps that no longer exist, also from dry runs and the replay."""
        if len(existing) == len(self.gaps):
            return
        self.gaps = {number: gap for number, gap in self.gaps.items() if number in existing}
        for dry_run in self.dry_runs.values():
            dry_run.impact = dry_run.impact and _of_existing(dry_run.impact, existing)
            dry_run.estimate = dry_run.estimate and _of_existing(dry_run.estimate, existing)
        if self.replay_run is not None:
            self.replay_run.replayed[:] = [one for one in self.replay_run.replayed if one.gap.id in existing]

    async def _reload(self, stamp: object) -> None:
        self._decided_meanwhile = []
        try:
            gaps = {gap.id: gap for gap in await self.log.gaps()}
            if {gap.id: gap.gap.text for gap in self.gaps.values()} != {gap.id: gap.gap.text for gap in gaps.values()}:
                self._by_words = await asyncio.to_thread(clusters, gaps.values(), self.catalog.matcher)
        except Exception:
            self._stamp = None  # so that the next page waits for the reload, and shows the error
            raise
        for gap, state in self._decided_meanwhile:
            if gap in gaps:
                gaps[gap] = self._with(gaps[gap], state)
        both = self.gaps.keys() & gaps.keys()
        self._changed += [(gap, self.gaps[gap].mark) for gap in both if self.gaps[gap].mark != gaps[gap].mark]
        self.gaps, self._stamp = gaps, stamp
        self._arrange()

    def _with(self, gap: LoggedGap, state: State) -> LoggedGap:
        """A gap of which this reviewer has decided."""
        return replace(gap, **state._asdict(), reviewer=self.settings.reviewer)

    def _arrange(self) -> None:
        """Arrange the clusters by what reviewers put together, and have them compared by meaning."""
        known = (
            replace(cluster, gaps=tuple(self.gaps[gap.id] for gap in cluster.gaps if gap.id in self.gaps))
            for cluster in self._by_words
        )
        self._clusters = arranged(cluster for cluster in known if cluster.gaps)
        self._cluster_of_gap = {gap.id: at for at, cluster in enumerate(self._clusters) for gap in cluster.gaps}
        self._meanings = None
        self._start(self._compare(self._clusters))

    def clusters(
        self,
        statuses: Collection[GapStatus],
        *,
        language: str = "",
        words: str = "",
        since: date | None = None,
        until: date | None = None,
    ) -> list[Cluster]:
        """The clusters with those of their gaps that have one of the statuses, the largest and newest first.

        ``language`` and ``words`` filter by the language of the gaps, and by a substring of any text in the cluster;
        ``since`` and ``until`` by the first and last day, in UTC, on which at least one of its gaps was asked.
        """
        first, last = since or date.min, until or date.max
        wanted = words.casefold()
        found = (self._current(cluster, statuses) for cluster in self._clusters)
        kept = [
            cluster
            for cluster in found
            if cluster.gaps
            and (not language or any(gap.gap.language == language for gap in cluster.gaps))
            and (not wanted or any(wanted in gap.gap.text.casefold() for gap in cluster.gaps))
            and any(first <= gap.at.date() <= last for gap in cluster.gaps)
        ]
        return sorted(kept, key=by_size)

    def cluster_of(self, gap: int, statuses: Collection[GapStatus]) -> Cluster | None:
        """The cluster of a gap, with those of its gaps that have one of the statuses; None if it has none."""
        at = self._cluster_of_gap.get(gap)
        cluster = self._current(self._clusters[at], statuses) if at is not None else None
        return cluster if cluster and cluster.gaps else None

    async def _compare(self, found: list[Cluster]) -> None:
        """Encode the texts of clusters, which may take seconds, while the pages are shown without their meanings."""
        texts = [cluster.text for cluster in found]
        known = {text: self._meaning_of[text] for text in texts if text in self._meaning_of}
        if new := [text for text in texts if text not in known]:
            known |= dict(zip(new, await asyncio.to_thread(self.catalog.matcher.meanings, new), strict=True))
        if found is self._clusters:
            self._meaning_of = known  # of no text that was forgotten
            self._meanings = np.array([known[text] for text in texts]) if texts else None

    def related(self, gap: int, statuses: Collection[GapStatus]) -> list[Cluster] | None:
        """The clusters that may ask the same as that of a gap, the nearest first, with their gaps of the statuses.

        None while the meanings are not known.
        """
        at = self._cluster_of_gap.get(gap)
        if self._meanings is None or at is None:
            return None
        near = (self._current(self._clusters[row], statuses) for row in nearest(self._meanings, at))
        return [cluster for cluster in near if cluster.gaps]

    def _current(self, cluster: Cluster, statuses: Collection[GapStatus]) -> Cluster:
        """A cluster with the current gaps of these statuses; its text is one of theirs."""
        now = (self.gaps.get(gap.id) for gap in cluster.gaps)
        gaps = tuple(gap for gap in now if gap is not None and gap.status in statuses)
        texts = [gap.gap.text for gap in gaps]
        return Cluster(gaps, cluster.text if cluster.text in texts else texts[0] if texts else "")

    # --- Actions -------------------------------------------------------------------------------------------------

    async def mark(self, gaps: Iterable[int], status: GapStatus, what: str, *, entry: str = "") -> Action | None:
        """Set the status of gaps. ``what`` describes it, with ``{}`` for the number of gaps. None if they have the
        status already, for example because the button was pressed twice.

        Raises ChangedError, without marking any, where the log has other statuses than were known here; and LogError.
        """
        async with self._action_lock:
            marks = self._changes(dict.fromkeys(gaps, Mark(status, entry)))
            return await self._decide(what.format(plural(len(marks), "gap")), marks) if marks else None

    async def regroup(self, together: Collection[int], what: str) -> Action | None:
        """Put gaps into one group, and what is left of their groups into groups of their own. ``what`` is as in `mark`.

        None if they are a group already. Raises ChangedError where the log has them in other groups, and LogError.
        """
        async with self._action_lock:
            chosen = [gap for gap in dict.fromkeys(together) if gap in self._cluster_of_gap]
            touched = dict.fromkeys(self._cluster_of_gap[gap] for gap in chosen)
            if not chosen or (len(touched) == 1 and len(chosen) == len(self._clusters[next(iter(touched))].gaps)):
                return None
            # The time, so that of two groups of a gap the later one is known when a copy of the log comes home.
            number = round(self.log.now().timestamp() * 1e6)
            new = {gap: Grouped(number) for gap in chosen}
            for at, cluster in enumerate(touched, 1):
                left = (gap.id for gap in self._clusters[cluster].gaps if gap.id not in new)
                new |= {gap: Grouped(number + at) for gap in left}
            return await self._decide(what.format(plural(len(chosen), "gap")), new)

    def _changes(self, marks: Mapping[int, Mark]) -> dict[int, Mark]:
        """Those of the marks that change a gap."""
        return {gap: mark for gap, mark in marks.items() if gap in self.gaps and self.gaps[gap].mark != mark}

    async def _decide(
        self, what: str, new: Mapping[int, State], *, whole: bool = True, edits: Sequence[Edit] = ()
    ) -> Action:
        """Do and record an action, see `History.do`. Raises ChangedError where nothing was done."""
        was = {gap: self._state_like(state, gap) for gap, state in new.items()}
        was_known = not self.is_behind and (not self.log.is_begun() or await self.log.stamp() == self._stamp)
        done, others = await self.history.do(what, new, was, by=self.settings.reviewer, whole=whole, edits=edits)
        if done is None:
            await self.catch_up()
            changed = [self.gaps[gap] for gap in sorted(others) if gap in self.gaps]
            raise ChangedError(changed, is_regrouped=any(isinstance(state, Grouped) for state in new.values()))
        await self._take_up(done.after, was_known=was_known and not others)
        return done

    def _state_like(self, state: State, gap: int) -> State:
        """The state of a gap as it is known here, of the same kind as another."""
        return Grouped(self.gaps[gap].in_group) if isinstance(state, Grouped) else self.gaps[gap].mark

    async def _take_up(self, states: Mapping[int, State], *, was_known: bool) -> None:
        """Show the states that were set in the log, at once; ``was_known``: before that all of it was shown here."""
        self._decided_meanwhile += states.items()
        for gap, state in states.items():
            if gap in self.gaps:
                if isinstance(state, Mark):
                    self._changed.append((gap, self.gaps[gap].mark))
                self.gaps[gap] = self._with(self.gaps[gap], state)
        if any(isinstance(state, Grouped) for state in states.values()):
            self._arrange()
        if was_known:
            self._stamp = await self.log.stamp()

    async def undo(self, number: int) -> Action | None:
        """Undo an action, see `History.undo`. None if there is no such action. Raises EditError and LogError."""
        async with self._action_lock:
            action = await self.history.undo(number, by=self.settings.reviewer) if self.log.is_begun() else None
            await self.catch_up()
            return action

    # --- Edits ---------------------------------------------------------------------------------------------------

    def propose(self, proposal: Proposal) -> DryRun:
        """Start a dry run of an edit. Raises EditError if the edit cannot be made."""
        edits = proposal.make()
        latest = self.dry_runs.get(self._dry_run_count)
        if latest is not None and latest.is_running and (latest.edits, latest.proposal.gaps) == (edits, proposal.gaps):
            return latest  # the button was pressed twice
        self._dry_run_count += 1
        dry_run = DryRun(self._dry_run_count, proposal, self.state, edits)
        self.dry_runs[dry_run.number] = dry_run
        self.dry_runs.pop(dry_run.number - KEPT_DRY_RUNS, None)
        dry_run.estimating = self._start(self._estimate(dry_run))
        self._start(self._run_or_fail(dry_run))
        return dry_run

    async def _run_or_fail(self, dry_run: DryRun) -> None:
        await self.estimated(dry_run)  # first, and not beside it: both are busy in this process
        try:
            async with self._dry_run_lock:  # it takes a processor and some hundred megabytes
                if dry_run.number in self.dry_runs:  # newer ones may have replaced it while it waited
                    await self._run(dry_run)
        except ContentError as error:
            dry_run.problem = "\n".join(map(str, error.diagnostics))
        except (CannotLearnError, EditError, OSError) as error:
            dry_run.problem = str(error)
        except Exception as error:  # a bug must not leave its page waiting for ever
            _logger.error("an edit cannot be tried: %s", kind_and_place(error))
            dry_run.problem = _INTERNAL_ERROR.format(type(error).__name__)

    async def _estimate(self, dry_run: DryRun) -> None:
        """Say at once what an edit would probably change."""
        proposal, matcher = dry_run.proposal, self.catalog.matcher
        if proposal.entry is not None and proposal.texts and proposal.entry in matcher.faq.entries:
            texts, entry, own = proposal.texts, proposal.entry, {*proposal.gaps}
            dry_run.estimate = await asyncio.to_thread(lambda: estimate(texts, entry, self._near(texts, own), matcher))

    def _near(self, texts: Sequence[str], own: Collection[int]) -> list[LoggedGap]:
        """A gap of each wording of a proposal's gaps and, once meanings are known, of the groups near to its texts."""
        near = [self.gaps[gap] for gap in own if gap in self.gaps][:OWN_GAPS]
        if (meanings := self._meanings) is not None:
            found, cosines = self._clusters, meanings @ self.catalog.matcher.meanings(texts).T
            order = np.argsort(-cosines.max(axis=1), kind="stable")[:NEAR_GAPS].tolist()
            near += [self.gaps[gap.id] for at in order for gap in found[at].gaps[:1] if gap.id in self.gaps]
        return list({gap.gap.text: gap for gap in near}.values())

    async def estimated(self, dry_run: DryRun) -> None:
        """Wait until the estimate of a dry run is there, but not for long."""
        if dry_run.estimating is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(dry_run.estimating), PATIENCE)

    async def _run(self, dry_run: DryRun) -> None:
        proposal, before = dry_run.proposal, self.catalog.matcher
        if proposal.otherwise is not None:
            lacking = errors(await new_problems(dry_run.edits, self.settings))
            if lacking:
                dry_run.wanted, dry_run.lacking = proposal, lacking
                dry_run.proposal = proposal = proposal.otherwise
                dry_run.edits = proposal.make()
        began = monotonic()
        edited = await edited_faq(dry_run.edits, self.settings, now=before)
        self.learning_took = monotonic() - began
        gaps = list(self.gaps.values())
        dry_run.to_ask = sum(gap.status is not GapStatus.OFF_TOPIC for gap in gaps) + len(self._messages)

        def tell() -> None:
            dry_run.asked += 1

        dry_run.impact = await asyncio.to_thread(
            lambda: assess_impact(
                proposal.texts,
                proposal.entry,
                gaps,
                self._judge(before),
                self._judge(edited.matcher, tell),
                before=before,
                after=edited.matcher,
                tell=tell,
            )
        )
        dry_run.edited, dry_run.problems = edited, edited.problems

    def _judge(self, matcher: Matcher, tell: Callable[[], object] = lambda: None) -> Sequence[Judged]:
        """The question sets as a matcher handles them; kept for the last versions of the FAQ, with and without an edit.

        ``tell`` is called for each message that is asked.
        """
        version = matcher.faq.version
        if version not in self._judged:
            judged = []
            for one in evaluate(self._messages, matcher):
                judged.append(one)
                tell()
            self._judged = dict([*self._judged.items(), (version, tuple(judged))][-KEPT_JUDGED:])
        return self._judged[version]

    async def apply(self, dry_run: DryRun) -> Action:
        """Add the lines, and resolve the gaps that they answer: all of it or nothing. Raises StaleError if the FAQ has
        changed since the dry run, ChangedError if what became of the gaps has, EditError if it cannot be written, and
        LogError.
        """
        async with self._action_lock:
            if dry_run.action is None:
                await self.catch_up()
                if changed := self.changed_since(dry_run.state, dry_run.proposal.gaps):
                    dry_run.state = self.state
                    raise ChangedError(changed)
                dry_run.action = await self._apply(dry_run)
            return dry_run.action

    async def _apply(self, dry_run: DryRun) -> Action:
        proposal, edited = dry_run.proposal, dry_run.edited
        if edited is not None and await asyncio.to_thread(self._version) != edited.made_from:
            hint = "try it anew"
            raise StaleError(dry_run.edits[0].path, 1, "the FAQ was changed since the edit was tried", hint)
        marks: dict[int, Mark] = {}
        if proposal.status is not None:
            marks = {gap: Mark(proposal.status) for gap in proposal.gaps if self._is_open(gap)}
        if dry_run.impact is not None:
            answered = ((gap, entry) for gap, entry in dry_run.impact.answered if self._is_unchanged(gap))
            marks |= {gap.id: Mark(GapStatus.RESOLVED, entry) for gap, entry in answered if self._is_open(gap.id)}
        action = await self._decide(proposal.what, self._changes(marks), whole=False, edits=dry_run.edits)
        if edited is not None and edited.matcher.faq.version != self.catalog.matcher.faq.version:
            self.catalog.matcher = edited.matcher
        dry_run.edited = None  # its matcher is in use now
        return action

    def _version(self) -> str:
        """The FAQ version of the files; empty if they are invalid."""
        try:
            return load_faq(self.settings).version
        except ContentError:
            return ""

    def _is_unchanged(self, gap: LoggedGap) -> bool:
        """Whether the text of a gap is unchanged: the gap of an edited message may keep its id."""
        return gap.id in self.gaps and self.gaps[gap.id].gap.text == gap.gap.text

    def repeat(self, dry_run: DryRun) -> DryRun:
        """Start another dry run of the same proposal, from the current files. Raises EditError."""
        return self.propose(dry_run.wanted or dry_run.proposal)

    def left_open(self, dry_run: DryRun) -> int:
        """How many gaps of the proposal would stay open."""
        answered = {gap.id for gap, _ in dry_run.impact.answered} if dry_run.impact else set()
        return 0 if dry_run.proposal.status else sum(self._is_open(gap) for gap in {*dry_run.proposal.gaps} - answered)

    @property
    def messages(self) -> int:
        """The number of question set messages that edits are tried on."""
        return len(self._messages)

    def _is_open(self, gap: int) -> bool:
        return gap in self.gaps and self.gaps[gap].status in OPEN

    # --- Replay --------------------------------------------------------------------------------------------------

    def replay(self) -> None:
        """Start asking all gaps again, unless that is running."""
        if self.replay_run is None or not self.replay_run.is_running:
            self.replay_run = ReplayRun(len(self.gaps))
            self._start(self._replay(self.replay_run, list(self.gaps.values())))

    async def _replay(self, replay_run: ReplayRun, gaps: Sequence[LoggedGap]) -> None:
        matcher = self.catalog.matcher

        def ask() -> None:
            replay_run.replayed.extend(replay(gaps, matcher))
            if self._messages:
                replay_run.sets = compare(self._judge(matcher), self._known_misses)

        try:
            await asyncio.to_thread(ask)
        except Exception as error:  # a bug must not leave its page waiting for ever
            _logger.error("the gaps cannot be asked again: %s", kind_and_place(error))
            replay_run.problem = _INTERNAL_ERROR.format(type(error).__name__)
        finally:
            replay_run.is_running = False

    async def close_answered(self) -> Action | None:
        """Resolve the open gaps that the last replay found answered, each by its entry; None if there are none.

        Raises ChangedError and LogError.
        """
        async with self._action_lock:
            replayed = self.replay_run.replayed if self.replay_run and not self.replay_run.is_running else []
            answered = {
                one.gap.id: one.answered_by
                for one in replayed
                if one.became is Became.ANSWERED and self._is_unchanged(one.gap)
            }
            marks = {gap: Mark(GapStatus.RESOLVED, entry) for gap, entry in answered.items() if self._is_open(gap)}
            what = f"{plural(len(marks), 'gap')} resolved that the FAQ answers by now"
            return await self._decide(what, marks) if marks else None


def _of_existing(found: _Found, existing: Collection[int]) -> _Found:
    answered = tuple(one for one in found.answered if one[0].id in existing)
    return replace(found, answered=answered, lost=tuple(gap for gap in found.lost if gap.id in existing))


def plural(number: int, noun: str) -> str:
    """A number with its noun."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
