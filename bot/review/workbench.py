"""A reviewer's desk: the gaps in clusters, edits that are being tried, and what was done and can be undone.

It keeps in memory what the log holds, and reads it anew when the log says that something changed. All that it writes
are marks in the log and added lines in the FAQ.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from bot.content.diagnostics import ContentError, Diagnostic
from bot.content.editor import Edit, GoneError, StaleError, apply, revert
from bot.domain.faq import MAIN_LANGUAGE
from bot.domain.gap import OPEN, GapStatus, LoggedGap
from bot.domain.matching import Matcher
from bot.evaluation.evaluate import Judged, evaluate
from bot.evaluation.question_sets import Message
from bot.gaps.clustering import Cluster, by_size, clusters
from bot.gaps.impact import Impact, assess_impact
from bot.gaps.replay import Became, Replayed, ReplayedSets, compare, replay
from bot.gaps.repository import GapLog
from bot.observability.logs import kind_and_place
from bot.review.dry_run import CannotLearnError, Edited, edited_faq
from bot.runtime.catalog import Catalog
from bot.runtime.load import load_faq
from bot.settings import Settings
from bot.storage.errors import LogError

KEPT_TRIALS = 6  # each holds a matcher
_Mark = tuple[GapStatus, str]  # a status, and the entry that resolves
_OURS = "Something went wrong in this program ({}); nothing was changed."
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Proposal:
    """Lines to add for some gaps, as a reviewer wants it and before it is done.

    ``make`` makes the edits from the files as they are. ``texts`` are what they add, to ``entry`` if it is one;
    ``status`` is what ``gaps`` get that the edited FAQ does not answer, None for none. ``form`` and ``groups`` are the
    addresses of the form that it was made with, and of the groups that its reviewer was at.
    """

    what: str
    make: Callable[[], Sequence[Edit]]
    gaps: tuple[int, ...]
    texts: tuple[str, ...]
    entry: str | None = None
    status: GapStatus | None = None
    form: str = "/"
    groups: str = "/"


@dataclass(slots=True)
class Trial:
    """A proposal that is being tried, until there are ``impact``, or a ``problem`` that keeps it from being done."""

    number: int
    proposal: Proposal
    edits: Sequence[Edit] = ()
    edited: Edited | None = None
    impact: Impact | None = None
    problem: str = ""
    problems: tuple[Diagnostic, ...] = ()  # of the content check, new with it
    done: Done | None = None

    @property
    def is_running(self) -> bool:
        """Whether what it changes is not known yet."""
        return self.impact is None and not self.problem


@dataclass(slots=True)
class Done:
    """Something that was done: the lines that were added, and what the gaps were before and after.

    ``is_gone``: it was undone, and its lines were others by then, or not there any more.
    """

    number: int
    what: str
    edits: Sequence[Edit] = ()
    before: dict[int, _Mark] = field(default_factory=dict)
    after: Mapping[int, _Mark] = field(default_factory=dict)
    is_undone: bool = False
    is_gone: bool = False


@dataclass(slots=True)
class Replaying:
    """The gaps being asked again, so many of ``total`` so far; after them the question sets. Or what went wrong."""

    total: int
    sets: ReplayedSets | None = None
    replayed: list[Replayed] = field(default_factory=list)
    is_running: bool = True
    problem: str = ""


class Workbench:
    """The desk of one review page. ``messages`` are the question sets that edits are tried on, ``known_misses`` the ids
    of those that are known not to be handled right; None where nobody listed them.
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
        self.trials: dict[int, Trial] = {}
        self.done: list[Done] = []
        self.replaying: Replaying | None = None
        self._messages, self._known_misses = messages, known_misses
        self._judged: tuple[str, Sequence[Judged]] = ("", ())
        self._clusters: list[Cluster] = []
        self._of_gap: dict[int, int] = {}
        self._stamp: object = None
        self._marked: dict[int, _Mark] = {}
        self._expired_on: date | None = None
        self._reading: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._learning = asyncio.Lock()
        self._doing = asyncio.Lock()  # one deed after another: a button that is pressed twice sends two requests
        self._trials = 0

    async def close(self) -> None:
        """End what still runs."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None and not isinstance(error, LogError):
            _logger.error("behind the pages: %s", kind_and_place(error))  # of a LogError the next page tells

    # --- The gaps ------------------------------------------------------------------------------------------------

    @property
    def is_behind(self) -> bool:
        """Whether the log has changed and is being read anew."""
        return self._reading is not None and not self._reading.done()

    async def refresh(self) -> None:
        """See whether the log has changed. The first time it is waited for, later it is read behind the pages; what is
        gone from the log is gone at once from all that is kept here. Raises LogError.
        """
        if not self.log.is_begun():
            self._keep(frozenset())
            self._clusters, self._of_gap, self._stamp = [], {}, None
            return
        if self._expired_on != (today := self.log.now().date()):
            await self.log.expire()
            self._expired_on = today
        stamp = await self.log.stamp()
        if stamp == self._stamp:
            return
        is_first = self._stamp is None
        self._keep(self.gaps.keys() & await self.log.ids())
        if not self.is_behind:
            self._reading = self._start(self._read(stamp))
        if is_first and self._reading is not None:
            await self._reading

    def _keep(self, there: Collection[int]) -> None:
        """Forget the gaps that are not there any more, wherever they stand."""
        if len(there) == len(self.gaps):
            return
        self.gaps = {number: gap for number, gap in self.gaps.items() if number in there}
        for trial in self.trials.values():
            if trial.impact is not None:
                answered = tuple(one for one in trial.impact.answered if one[0].id in there)
                lost = tuple(gap for gap in trial.impact.lost if gap.id in there)
                trial.impact = replace(trial.impact, answered=answered, lost=lost)
        if self.replaying is not None:
            self.replaying.replayed[:] = [one for one in self.replaying.replayed if one.gap.id in there]

    async def _read(self, stamp: object) -> None:
        self._marked = {}
        try:
            gaps = {gap.id: gap for gap in await self.log.gaps()}
            if {gap.id: gap.gap.text for gap in self.gaps.values()} != {gap.id: gap.gap.text for gap in gaps.values()}:
                found = await asyncio.to_thread(clusters, gaps.values(), self.catalog.main)
                self._clusters = found
                self._of_gap = {gap.id: at for at, cluster in enumerate(found) for gap in cluster.gaps}
        except Exception:
            self._stamp = None  # the next page waits for the reading, and says what is wrong
            raise
        marked = {gap: mark for gap, mark in self._marked.items() if gap in gaps}  # while it was being read
        gaps |= {gap: replace(gaps[gap], status=status, resolution=entry) for gap, (status, entry) in marked.items()}
        self.gaps, self._stamp = gaps, stamp

    def clusters(self, statuses: Collection[GapStatus], *, language: str = "", words: str = "") -> list[Cluster]:
        """The clusters with those of their gaps that have one of the statuses, the biggest and freshest first.

        ``language`` and ``words`` narrow it to gaps of a language, and to clusters in which a text holds the words.
        """
        wanted = words.casefold()
        found = (self._kept(cluster, statuses) for cluster in self._clusters)
        kept = [
            cluster
            for cluster in found
            if cluster.gaps
            and (not language or cluster.gaps[0].gap.language == language)
            and (not wanted or any(wanted in gap.gap.text.casefold() for gap in cluster.gaps))
        ]
        return sorted(kept, key=by_size)

    def cluster_of(self, gap: int, statuses: Collection[GapStatus]) -> Cluster | None:
        """The cluster of a gap, with those of its gaps that have one of the statuses; None if there is none."""
        at = self._of_gap.get(gap)
        cluster = self._kept(self._clusters[at], statuses) if at is not None else None
        return cluster if cluster and cluster.gaps else None

    def _kept(self, cluster: Cluster, statuses: Collection[GapStatus]) -> Cluster:
        """A cluster as it is now; its text is one of those that are left."""
        now = (self.gaps.get(gap.id) for gap in cluster.gaps)
        gaps = tuple(gap for gap in now if gap is not None and gap.status in statuses)
        texts = [gap.gap.text for gap in gaps]
        return Cluster(gaps, cluster.text if cluster.text in texts else texts[0] if texts else "")

    # --- What a reviewer does ------------------------------------------------------------------------------------

    async def mark(self, gaps: Iterable[int], status: GapStatus, what: str, *, entry: str = "") -> Done | None:
        """Say what became of gaps; ``what`` says so, with ``{}`` for how many. None where nothing is to be done: they
        have the status, by a press before this one. Raises LogError.
        """
        async with self._doing:
            marks = self._changes(dict.fromkeys(gaps, (status, entry)))
            return await self._do(what.format(plural(len(marks), "gap")), (), marks) if marks else None

    def _changes(self, marks: Mapping[int, _Mark]) -> dict[int, _Mark]:
        """Those marks that change something."""
        return {gap: mark for gap, mark in marks.items() if gap in self.gaps and self._mark_of(gap) != mark}

    def _mark_of(self, gap: int) -> _Mark:
        return self.gaps[gap].status, self.gaps[gap].resolution

    async def _do(self, what: str, edits: Sequence[Edit], marks: Mapping[int, _Mark]) -> Done:
        done = self._begin(what, edits, marks)
        await self._mark(marks)
        return done

    def _begin(self, what: str, edits: Sequence[Edit], marks: Mapping[int, _Mark]) -> Done:
        """Note what is done, before the log is asked: lines that were added can be undone though it fails."""
        before = {gap: self._mark_of(gap) for gap in marks}
        self.done.append(Done(len(self.done) + 1, what, edits, before, marks))
        return self.done[-1]

    async def _mark(self, marks: Mapping[int, _Mark]) -> None:
        if not marks or not self.log.is_begun():
            return
        was_known = not self.is_behind and await self.log.stamp() == self._stamp
        for mark in set(marks.values()):
            gaps = [gap for gap, of_gap in marks.items() if of_gap == mark]
            await self.log.mark(gaps, mark[0], entry=mark[1])
        self._marked |= marks
        for gap, (status, entry) in marks.items():
            if gap in self.gaps:
                self.gaps[gap] = replace(self.gaps[gap], status=status, resolution=entry)
        if was_known:
            self._stamp = await self.log.stamp()

    async def undo(self, number: int) -> Done | None:
        """Take out the lines that were added, and give gaps the status that they had, unless something else became of
        them since; None if there is no such deed.

        Raises EditError where it is not clear which lines were added, and LogError.
        """
        done = self.done[number - 1] if 0 < number <= len(self.done) else None
        if done is None:
            return None
        async with self._doing:
            if not done.is_undone:
                if done.edits:
                    try:
                        await asyncio.to_thread(revert, done.edits)
                    except GoneError:
                        done.is_gone = True
                await self._unmark(done)
                done.is_undone = True
        return done

    async def _unmark(self, done: Done) -> None:
        """Give gaps back what they were before. What was decided on them later stands, here or by somebody else."""
        back: dict[int, _Mark] = {}
        for gap, mark in done.before.items():
            later = (one for one in self.done[done.number :] if gap in one.before and not one.is_undone)
            if (one := next(later, None)) is not None:
                one.before[gap] = mark  # to which its undoing leads, now that this is undone
            else:
                back[gap] = mark
        if back and self.log.is_begun():
            now = {gap.id: (gap.status, gap.resolution) for gap in await self.log.gaps(ids=list(back))}
            await self._mark({gap: mark for gap, mark in back.items() if now.get(gap) == done.after[gap]})

    # --- Edits ---------------------------------------------------------------------------------------------------

    def propose(self, proposal: Proposal) -> Trial:
        """Begin to try what an edit would change. Raises EditError where it cannot be made."""
        edits = proposal.make()
        latest = self.trials.get(self._trials)
        if latest is not None and latest.is_running and (latest.edits, latest.proposal.gaps) == (edits, proposal.gaps):
            return latest  # the button was pressed twice
        self._trials += 1
        trial = Trial(self._trials, proposal, edits)
        self.trials[trial.number] = trial
        self.trials.pop(trial.number - KEPT_TRIALS, None)
        self._start(self._try(trial))
        return trial

    async def _try(self, trial: Trial) -> None:
        try:
            async with self._learning:  # it takes a processor and some hundred megabytes
                if trial.number in self.trials:  # still
                    await self._learn(trial)
        except ContentError as error:
            trial.problem = "\n".join(map(str, error.problems))
        except (CannotLearnError, OSError) as error:
            trial.problem = str(error)
        except Exception as error:  # a fault of ours must not leave its page waiting for ever
            _logger.error("an edit cannot be tried: %s", kind_and_place(error))
            trial.problem = _OURS.format(type(error).__name__)

    async def _learn(self, trial: Trial) -> None:
        proposal, before = trial.proposal, self.catalog.main
        edited = await edited_faq(trial.edits, self.settings, now=before)
        gaps = list(self.gaps.values())
        trial.impact = await asyncio.to_thread(
            lambda: assess_impact(
                proposal.texts,
                proposal.entry,
                gaps,
                self._judge(before),
                before=before,
                after=edited.matcher,
            )
        )
        trial.edited, trial.problems = edited, edited.problems

    def _judge(self, matcher: Matcher) -> Sequence[Judged]:
        """What a matcher makes of the question sets."""
        version, judged = self._judged
        if version != matcher.faq.version:
            judged = tuple(evaluate(self._messages, matcher))
            self._judged = matcher.faq.version, judged
        return judged

    async def apply(self, trial: Trial) -> Done:
        """Add the lines, and close the gaps that they answer. Raises StaleError where the FAQ has changed since it was
        tried, EditError where it cannot be written, and LogError where the gaps cannot be marked: the lines stand then.
        """
        async with self._doing:
            if trial.done is None:
                trial.done = await self._apply(trial)
                await self._mark(trial.done.after)
            return trial.done

    async def _apply(self, trial: Trial) -> Done:
        proposal, edited = trial.proposal, trial.edited
        if edited is not None and await asyncio.to_thread(self._version) != edited.made_from:
            hint = "try it anew"
            raise StaleError(trial.edits[0].path, 1, "the FAQ was changed since the edit was tried", hint)
        await asyncio.to_thread(apply, trial.edits)
        if edited is not None and edited.matcher.faq.version != self.catalog.main.faq.version:
            self.catalog.matchers = {**self.catalog.matchers, MAIN_LANGUAGE: edited.matcher}
        marks: dict[int, _Mark] = {}
        if proposal.status is not None:
            marks = {gap: (proposal.status, "") for gap in proposal.gaps if self._is_open(gap)}
        if trial.impact is not None:
            answered = ((gap, entry) for gap, entry in trial.impact.answered if self._is_same(gap))
            marks |= {gap.id: (GapStatus.RESOLVED, entry) for gap, entry in answered if self._is_open(gap.id)}
        trial.edited = None  # its matcher is in use now
        return self._begin(proposal.what, trial.edits, self._changes(marks))

    def _version(self) -> str:
        """The version that the files have; empty where they cannot be used."""
        try:
            return load_faq(self.settings).version
        except ContentError:
            return ""

    def _is_same(self, gap: LoggedGap) -> bool:
        """Whether a gap still says what it said: an edited message has the number of the one before."""
        return gap.id in self.gaps and self.gaps[gap.id].gap.text == gap.gap.text

    def again(self, trial: Trial) -> Trial:
        """Try the proposal of a trial anew, from the files as they are now. Raises EditError."""
        return self.propose(trial.proposal)

    def left_open(self, trial: Trial) -> int:
        """How many of the gaps that a trial is about stay open with it."""
        answered = {gap.id for gap, _ in trial.impact.answered} if trial.impact else set()
        return 0 if trial.proposal.status else sum(self._is_open(gap) for gap in {*trial.proposal.gaps} - answered)

    @property
    def messages(self) -> int:
        """How many messages of question sets edits are tried on."""
        return len(self._messages)

    def _is_open(self, gap: int) -> bool:
        return gap in self.gaps and self.gaps[gap].status in OPEN

    # --- Replay --------------------------------------------------------------------------------------------------

    def replay(self) -> None:
        """Begin to ask all gaps again, unless that is going on."""
        if self.replaying is None or not self.replaying.is_running:
            self.replaying = Replaying(len(self.gaps))
            self._start(self._replay(self.replaying, list(self.gaps.values())))

    async def _replay(self, replaying: Replaying, gaps: Sequence[LoggedGap]) -> None:
        matcher = self.catalog.main

        def ask() -> None:
            replaying.replayed.extend(replay(gaps, matcher))
            if self._messages:
                replaying.sets = compare(self._judge(matcher), self._known_misses)

        try:
            await asyncio.to_thread(ask)
        except Exception as error:  # a fault of ours must not leave its page waiting for ever
            _logger.error("the gaps cannot be asked again: %s", kind_and_place(error))
            replaying.problem = _OURS.format(type(error).__name__)
        finally:
            replaying.is_running = False

    async def close_answered(self) -> Done | None:
        """Resolve the open gaps that the last replay found answered, each by its entry; None where there is none.

        Raises LogError.
        """
        async with self._doing:
            replayed = self.replaying.replayed if self.replaying and not self.replaying.is_running else []
            answered = {
                one.gap.id: one.answered_by
                for one in replayed
                if one.became is Became.ANSWERED and self._is_same(one.gap)
            }
            marks = {gap: (GapStatus.RESOLVED, entry) for gap, entry in answered.items() if self._is_open(gap)}
            what = f"{plural(len(marks), 'gap')} resolved that the FAQ answers by now"
            return await self._do(what, (), marks) if marks else None


def plural(number: int, noun: str) -> str:
    """A number with its noun."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
