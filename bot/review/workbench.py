"""The state behind the review page: the gaps in clusters, dry runs of edits, and the actions that can be undone.

It caches the gap log in memory and reloads it when the log's stamp changes. It writes nothing but the statuses of gaps
and added lines in the FAQ.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from bot.content.diagnostics import ContentError, Diagnostic, errors
from bot.content.editor import Edit, EditError, GoneError, StaleError, apply, revert
from bot.domain.gap import OPEN, GapStatus, LoggedGap, Mark
from bot.domain.matching import Matcher
from bot.evaluation.evaluate import Judged, evaluate
from bot.evaluation.question_sets import Message
from bot.gaps.clustering import Cluster, by_size, clusters
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
_INTERNAL_ERROR = "Something went wrong in this program ({}); nothing was changed."
_logger = logging.getLogger(__name__)


class ChangedError(Exception):
    """Gaps are no longer as the page of an action shows them: nothing was done. ``gaps`` are these, as they are now."""

    def __init__(self, gaps: Sequence[LoggedGap]) -> None:
        super().__init__()
        self.gaps = gaps


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
    this one is tried, because of the errors ``lacking``.
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

    @property
    def is_running(self) -> bool:
        """Whether the impact is still unknown."""
        return self.impact is None and not self.problem


@dataclass(slots=True)
class Action:
    """A reviewer's action that can be undone: the added lines, and the marks of the gaps before and after.

    ``is_gone``: when it was undone, its lines had been changed or removed already.
    """

    number: int
    what: str
    edits: Sequence[Edit] = ()
    before: dict[int, Mark] = field(default_factory=dict)
    after: Mapping[int, Mark] = field(default_factory=dict)
    is_undone: bool = False
    is_gone: bool = False


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
        self.dry_runs: dict[int, DryRun] = {}
        self.actions: list[Action] = []
        self.replay_run: ReplayRun | None = None
        self._messages, self._known_misses = messages, known_misses
        self._judged: tuple[str, Sequence[Judged]] = ("", ())
        self._clusters: list[Cluster] = []
        self._meanings: Floats | None = None  # of the clusters' texts; None while they are not known
        self._cluster_of_gap: dict[int, int] = {}
        self._stamp: object = None
        self._marked_meanwhile: dict[int, Mark] = {}
        self._changed: list[tuple[int, Mark]] = []  # each change of a gap's mark that was noticed, with the mark before
        self._last_expiry: date | None = None
        self._reloading: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._dry_run_lock = asyncio.Lock()
        self._action_lock = asyncio.Lock()  # a button that is pressed twice sends two requests
        self._dry_run_count = 0

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
            self._clusters, self._cluster_of_gap, self._stamp, self._meanings = [], {}, None, None
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
            if dry_run.impact is not None:
                answered = tuple(one for one in dry_run.impact.answered if one[0].id in existing)
                lost = tuple(gap for gap in dry_run.impact.lost if gap.id in existing)
                dry_run.impact = replace(dry_run.impact, answered=answered, lost=lost)
        if self.replay_run is not None:
            self.replay_run.replayed[:] = [one for one in self.replay_run.replayed if one.gap.id in existing]

    async def _reload(self, stamp: object) -> None:
        self._marked_meanwhile = {}
        try:
            gaps = {gap.id: gap for gap in await self.log.gaps()}
            if {gap.id: gap.gap.text for gap in self.gaps.values()} != {gap.id: gap.gap.text for gap in gaps.values()}:
                found = await asyncio.to_thread(clusters, gaps.values(), self.catalog.matcher)
                self._clusters, self._meanings = found, None
                self._start(self._compare(found))
                self._cluster_of_gap = {gap.id: at for at, cluster in enumerate(found) for gap in cluster.gaps}
        except Exception:
            self._stamp = None  # so that the next page waits for the reload, and shows the error
            raise
        marked = {gap: mark for gap, mark in self._marked_meanwhile.items() if gap in gaps}
        gaps |= {gap: replace(gaps[gap], status=status, resolution=entry) for gap, (status, entry) in marked.items()}
        both = self.gaps.keys() & gaps.keys()
        self._changed += [(gap, self.gaps[gap].mark) for gap in both if self.gaps[gap].mark != gaps[gap].mark]
        self.gaps, self._stamp = gaps, stamp

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
            and (not language or cluster.gaps[0].gap.language == language)
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
        meanings = await asyncio.to_thread(self.catalog.matcher.meanings, [cluster.text for cluster in found])
        if found is self._clusters:
            self._meanings = meanings

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
            marks = self._changes(dict.fromkeys(gaps, (status, entry)))
            return await self._mark_and_record(what.format(plural(len(marks), "gap")), marks) if marks else None

    def _changes(self, marks: Mapping[int, Mark]) -> dict[int, Mark]:
        """Those of the marks that change a gap."""
        return {gap: mark for gap, mark in marks.items() if gap in self.gaps and self.gaps[gap].mark != mark}

    async def _mark_and_record(self, what: str, marks: Mapping[int, Mark]) -> Action:
        before = {gap: self.gaps[gap].mark for gap in marks}
        if changed := await self._mark(marks, before, whole=True):
            await self.catch_up()
            raise ChangedError([self.gaps[gap] for gap in sorted(changed) if gap in self.gaps])
        return self._record(what, (), before, marks)

    def _record(self, what: str, edits: Sequence[Edit], before: dict[int, Mark], marks: Mapping[int, Mark]) -> Action:
        self.actions.append(Action(len(self.actions) + 1, what, edits, before, marks))
        return self.actions[-1]

    async def _mark(self, marks: Mapping[int, Mark], was: Mapping[int, Mark], *, whole: bool) -> set[int]:
        """Set the marks of gaps that have those of ``was`` in the log, see `GapLog.change`; the ids of the others."""
        if not marks or not self.log.is_begun():
            return set()
        was_known = not self.is_behind and await self.log.stamp() == self._stamp
        others = await self.log.change(marks, was, whole=whole)
        done = {} if whole and others else {gap: mark for gap, mark in marks.items() if gap not in others}
        self._marked_meanwhile |= done
        for gap, (status, entry) in done.items():
            if gap in self.gaps:
                self._changed.append((gap, self.gaps[gap].mark))
                self.gaps[gap] = replace(self.gaps[gap], status=status, resolution=entry)
        if was_known and not others:
            self._stamp = await self.log.stamp()
        return others

    async def undo(self, number: int) -> Action | None:
        """Remove the added lines, and restore the statuses of the gaps that were not changed again since. None if there
        is no such action.

        Raises EditError if it is unclear which lines were added, and LogError.
        """
        action = self.actions[number - 1] if 0 < number <= len(self.actions) else None
        if action is None:
            return None
        async with self._action_lock:
            if not action.is_undone:
                if action.edits:
                    try:
                        await asyncio.to_thread(revert, action.edits)
                    except GoneError:
                        action.is_gone = True
                await self._unmark(action)
                action.is_undone = True
        return action

    async def _unmark(self, action: Action) -> None:
        """Restore the marks of gaps. A later decision on a gap stands, made here or by another program."""
        back: dict[int, Mark] = {}
        for gap, mark in action.before.items():
            later = (one for one in self.actions[action.number :] if gap in one.before and not one.is_undone)
            if (one := next(later, None)) is not None:
                one.before[gap] = mark  # which undoing the later action then restores
            else:
                back[gap] = mark
        await self._mark(back, action.after, whole=False)

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
        self._start(self._run_or_fail(dry_run))
        return dry_run

    async def _run_or_fail(self, dry_run: DryRun) -> None:
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

    async def _run(self, dry_run: DryRun) -> None:
        proposal, before = dry_run.proposal, self.catalog.matcher
        if proposal.otherwise is not None:
            lacking = errors(await new_problems(dry_run.edits, self.settings))
            if lacking:
                dry_run.wanted, dry_run.lacking = proposal, lacking
                dry_run.proposal = proposal = proposal.otherwise
                dry_run.edits = proposal.make()
        edited = await edited_faq(dry_run.edits, self.settings, now=before)
        gaps = list(self.gaps.values())
        dry_run.impact = await asyncio.to_thread(
            lambda: assess_impact(
                proposal.texts,
                proposal.entry,
                gaps,
                self._judge(before),
                before=before,
                after=edited.matcher,
            )
        )
        dry_run.edited, dry_run.problems = edited, edited.problems

    def _judge(self, matcher: Matcher) -> Sequence[Judged]:
        """The question sets as a matcher handles them, cached by the version of its FAQ."""
        version, judged = self._judged
        if version != matcher.faq.version:
            judged = tuple(evaluate(self._messages, matcher))
            self._judged = matcher.faq.version, judged
        return judged

    async def apply(self, dry_run: DryRun) -> Action:
        """Add the lines, and resolve the gaps that they answer. Raises StaleError if the FAQ has changed since the dry
        run, ChangedError if what became of the gaps has, EditError if it cannot be written, and LogError if the gaps
        cannot be marked: the lines are added then.
        """
        async with self._action_lock:
            if dry_run.action is None:
                await self.catch_up()
                if changed := self.changed_since(dry_run.state, dry_run.proposal.gaps):
                    dry_run.state = self.state
                    raise ChangedError(changed)
                dry_run.action = action = await self._apply(dry_run)
                await self._mark(action.after, action.before, whole=False)
            return dry_run.action

    async def _apply(self, dry_run: DryRun) -> Action:
        proposal, edited = dry_run.proposal, dry_run.edited
        if edited is not None and await asyncio.to_thread(self._version) != edited.made_from:
            hint = "try it anew"
            raise StaleError(dry_run.edits[0].path, 1, "the FAQ was changed since the edit was tried", hint)
        await asyncio.to_thread(apply, dry_run.edits)
        if edited is not None and edited.matcher.faq.version != self.catalog.matcher.faq.version:
            self.catalog.matcher = edited.matcher
        marks: dict[int, Mark] = {}
        if proposal.status is not None:
            marks = {gap: (proposal.status, "") for gap in proposal.gaps if self._is_open(gap)}
        if dry_run.impact is not None:
            answered = ((gap, entry) for gap, entry in dry_run.impact.answered if self._is_unchanged(gap))
            marks |= {gap.id: (GapStatus.RESOLVED, entry) for gap, entry in answered if self._is_open(gap.id)}
        dry_run.edited = None  # its matcher is in use now
        marks = self._changes(marks)
        return self._record(proposal.what, dry_run.edits, {gap: self.gaps[gap].mark for gap in marks}, marks)

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
            marks = {gap: (GapStatus.RESOLVED, entry) for gap, entry in answered.items() if self._is_open(gap)}
            what = f"{plural(len(marks), 'gap')} resolved that the FAQ answers by now"
            return await self._mark_and_record(what, marks) if marks else None


def plural(number: int, noun: str) -> str:
    """A number with its noun."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
