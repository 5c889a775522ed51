"""Seen from outside: each message has one log line and is counted once, and labels have few values, whatever comes."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families
from telegram import Update
from telegram.error import RetryAfter
from telegram.ext import AIORateLimiter

from bot.channels.telegram.delivery.intake import Intake
from bot.channels.telegram.transport.http_client import UnreachedError
from bot.channels.telegram.transport.retry import RetryingLimiter
from bot.channels.telegram.ui.keyboards import topic_key
from bot.channels.telegram.update_record import UpdateRecord
from bot.domain.conversation import Channel, Outcome
from bot.domain.gap import OUTCOME_OF, Count, GapReason, Note
from bot.gaps.repository import GapLog
from bot.gaps.writer import GapWriter
from bot.matching.matcher import RegressionMatcher
from bot.observability import metrics
from bot.observability.logs import FIELDS
from bot.observability.metrics import Metrics
from bot.runtime.catalog import Catalog
from bot.runtime.reload import FaqWatcher
from bot.settings import Settings
from bot.storage.stores import FILE
from tests.support.documentation import OPERATIONS, text_of
from tests.support.samples import garden
from tests.support.telegram_recording import deliver
from tests.support.telegram_talk import KEYS, Talk, talk_with
from tests.support.telegram_world import JSON, Refused

MATCHER = RegressionMatcher(replace(garden(), languages={"en": "English"}))
OAK = "how old is the big oak"
UNSURE = "how old is the oak in Peru"
OUTCOMES = frozenset(map(metrics.label, Outcome))
HOSTILE = st.one_of(
    st.text(),
    st.integers().map(str),
    st.sampled_from(["how old is the oak", "7:AAtoken", "@somebody", "\ud800", '"}\n']),
)


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    async with talk_with(MATCHER, tmp_path) as made:
        yield made


def samples(counted: Metrics) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """All that is exposed now, as Prometheus's own parser reads it."""
    families = text_string_to_metric_families(counted.exposition()[0].decode())
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def value(counted: Metrics, name: str, **labels: str) -> float:
    """What a metric counts now; 0 where it is not there."""
    return samples(counted).get((f"faq_bot_{name}", tuple(sorted(labels.items()))), 0)


class Counting:
    """How much metrics grow from when it is made."""

    def __init__(self, counted: Metrics) -> None:
        self._metrics, self._before = counted, samples(counted)

    def grown(self, name: str) -> dict[tuple[str, ...], float]:
        """By the values of the labels, in the labels' order."""
        found = {}
        for (full, labels), now in samples(self._metrics).items():
            if full == f"faq_bot_{name}" and (more := now - self._before.get((full, labels), 0)):
                found[tuple(value for _, value in labels)] = more
        return found


# --- Labels ----------------------------------------------------------------------------------------------------


@given(
    st.lists(
        st.tuples(HOSTILE, HOSTILE, st.sampled_from(Outcome), st.sampled_from(Channel), st.sampled_from(GapReason)),
        min_size=1,
        max_size=20,
    )
)
def test_labels_have_few_values_whatever_comes(values: list[tuple[str, str, Outcome, Channel, GapReason]]) -> None:
    """Texts, numbers and ids become `other`; nothing of them is exposed."""
    counted = Metrics()
    for one, two, outcome, channel, reason in values:
        fault = type("".join(filter(str.isalnum, one)) or "X", (Exception,), {})()
        counted.message(outcome, channel, one, seconds=0.01)
        counted.call_failed(two, fault)
        counted.gap(reason)
        counted.reload(metrics.Reload.SAME)
    exposed = samples(counted)
    known = {
        "outcome": OUTCOMES,
        "channel": metrics.CHANNELS,
        "language": {"en"},
        "method": metrics.METHODS,
        "kind": metrics.FAULTS,
        "reason": metrics.REASONS,
        "result": metrics.RELOADS,
    }
    for name, labels in exposed:
        for label, shown in labels:
            assert not name.startswith("faq_bot_") or label == "le" or shown in {*known[label], "other"}
    assert len(exposed) < 600


def test_outcomes_and_reasons_keep_their_documented_names() -> None:
    """Dashboards and counted days know them by these."""
    assert {
        *(
            "answer",
            "clarify",
            "unanswered",
            "urgent",
            "urgent-question",
            "urgent-again",
            "emergency-numbers",
            "smalltalk",
            "command",
            "follow-up",
            "explained",
            "text-only",
            "too-fast",
        ),
        *(
            "chosen",
            "browsed",
            "none-of-these",
            "not-about-me",
            "helpful",
            "not-helpful",
            "wrong",
            "outdated",
            "unclear",
            "not-asked",
        ),
        *("topics", "language", "gone", "examples", "ignored", "blocked", "failed"),
    } == OUTCOMES
    assert {
        "no-match",
        "other-language",
        "none-of-these",
        "wrong",
        "outdated",
        "unclear",
        "not-asked",
    } == metrics.REASONS
    assert {"private", "group", "inline"} == metrics.CHANNELS
    assert {"taken-up", "same", "refused"} == metrics.RELOADS
    assert set(map(metrics.label, OUTCOME_OF.values())) <= metrics.REASONS


def test_languages_are_those_of_the_faq() -> None:
    """As it is in use when the message comes."""
    versions = {"en": "v1"}
    counted = Metrics()
    counted.watch(versions=lambda: versions)
    counting = Counting(counted)
    counted.message(Outcome.ANSWER, Channel.PRIVATE, "fr")
    versions["fr"] = "v2"
    counted.message(Outcome.ANSWER, Channel.PRIVATE, "fr")
    assert counting.grown("messages_total") == {
        ("private", "other", "answer"): 1,
        ("private", "fr", "answer"): 1,
    }


# --- One line and one count for each message -------------------------------------------------------------------


def lines(caplog: pytest.LogCaptureFixture) -> list[JSON]:
    """The lines of messages, as their fields."""
    return [getattr(record, FIELDS) for record in caplog.records if hasattr(record, FIELDS)]


async def _say(talk: Talk, text: str) -> JSON:
    return talk.world.text(talk.chat, text)


async def _press(talk: Talk, text: str, *labels: str) -> JSON:
    """The last of several presses below the reply to a text."""
    await deliver(talk.application, talk.world.text(talk.chat, text))
    for label in labels[:-1]:
        await deliver(talk.application, talk.world.press(talk.chat, label))
    return talk.world.press(talk.chat, labels[-1])


async def _press_data(talk: Talk, data: str) -> JSON:
    await deliver(talk.application, talk.world.text(talk.chat, OAK))
    return talk.world.press_data(talk.chat, data)


async def _edit(talk: Talk) -> JSON:
    shown = await talk.say("do you sell tractors")
    assert shown.reply_to is not None
    return talk.world.edit(shown.reply_to, OAK, chat=talk.chat)


UPDATES: dict[str, tuple[Callable[[Talk], Any], str, str]] = {
    "an answer": (lambda talk: _say(talk, OAK), "answer", "private"),
    "a choice": (lambda talk: _say(talk, UNSURE), "clarify", "private"),
    "no answer": (lambda talk: _say(talk, "do you sell tractors"), "unanswered", "private"),
    "an urgent one": (lambda talk: _say(talk, "i fell and cannot stand up"), "urgent", "private"),
    "a command": (lambda talk: _say(talk, "/help"), "command", "private"),
    "forgetting": (lambda talk: _say(talk, "/forget"), "command", "private"),
    "an edit": (_edit, "answer", "private"),
    "chosen": (lambda talk: _press(talk, UNSURE, "Which tree is the oldest?"), "chosen", "private"),
    "none of these": (lambda talk: _press(talk, UNSURE, "None of these"), "none-of-these", "private"),
    "browsed": (lambda talk: _press(talk, OAK, "May I bring my dog?"), "browsed", "private"),
    "yes": (lambda talk: _press(talk, OAK, "Yes"), "helpful", "private"),
    "no": (lambda talk: _press(talk, OAK, "No"), "not-helpful", "private"),
    "wrong": (lambda talk: _press(talk, OAK, "No", "Wrong"), "wrong", "private"),
    "a topic": (lambda talk: _press_data(talk, f"t:{topic_key('Your visit')}"), "topics", "private"),
    "all topics": (lambda talk: _press_data(talk, "a:"), "topics", "private"),
    "a command's button": (lambda talk: _press_data(talk, "x:help"), "command", "private"),
    "a language": (lambda talk: _press_data(talk, "l:en"), "language", "private"),
    "an old button": (lambda talk: _press_data(talk, "c:gone"), "gone", "private"),
    "no button of ours": (lambda talk: _press_data(talk, "zzz"), "gone", "private"),
}


async def _given(update: JSON) -> JSON:
    return update


UPDATES |= {
    "a picture": (lambda talk: _given(talk.world.photo(talk.chat)), "text-only", "private"),
    "an old message": (lambda talk: _given(talk.world.press_inaccessible(talk.chat, "a:")), "gone", "private"),
    "inline": (lambda talk: _given(talk.world.inline(OAK)), "answer", "inline"),
    "inline, nothing typed": (lambda talk: _given(talk.world.inline("")), "examples", "inline"),
    "in a group": (lambda talk: _given(talk.world.text(talk.world.group(), "/help@made_faq_bot")), "command", "group"),
    "not for the bot": (lambda talk: _given(talk.world.text(talk.world.group(), OAK)), "ignored", "group"),
    "somebody came": (lambda talk: _given(talk.world.service(talk.world.group())), "ignored", "group"),
    "blocked": (lambda talk: _given(talk.world.member(talk.chat, "kicked")), "blocked", "private"),
}


@pytest.mark.parametrize("name", UPDATES)
async def test_every_update_has_one_line_and_is_counted_once(
    name: str, talk: Talk, caplog: pytest.LogCaptureFixture
) -> None:
    """With the same outcome, channel and language in both, and none of them unknown."""
    make, outcome, channel = UPDATES[name]
    update = await make(talk)
    caplog.set_level(logging.INFO, logger="bot")
    counting = Counting(talk.context.metrics)
    await deliver(talk.application, update)
    (line,) = lines(caplog)
    assert (line["outcome"], line["channel"], line["error"]) == (outcome, channel, None)
    ((counted, number),) = counting.grown("messages_total").items()
    assert (counted, number) == ((channel, line["language"] or "other", outcome), 1)
    is_timed = outcome not in ("ignored", "blocked")
    assert counting.grown("message_seconds_count") == ({(): 1} if is_timed else {})


@pytest.mark.parametrize("kind", ["messages", "presses", "inline queries"])
async def test_who_is_too_fast_has_a_line_each_too(kind: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Also those to whom nothing is said; the time of a reply is only that of replies."""
    caplog.set_level(logging.INFO, logger="bot")
    async with talk_with(MATCHER, tmp_path, throttle_messages=1) as talk:
        await deliver(talk.application, talk.world.text(talk.chat, OAK))
        makers: dict[str, Callable[[], JSON]] = {
            "messages": lambda: talk.world.text(talk.chat, OAK),
            "presses": lambda: talk.world.press(talk.chat, "Yes"),
            "inline queries": lambda: talk.world.inline(OAK),
        }
        counting = Counting(talk.context.metrics)
        caplog.clear()
        for _ in range(10):
            await deliver(talk.application, makers[kind]())
    assert len(lines(caplog)) == 10
    too_fast = [line for line in lines(caplog) if line["outcome"] == "too-fast"]
    assert len(too_fast) == {"messages": 10, "presses": 10, "inline queries": 5}[kind]
    assert sum(counting.grown("messages_total").values()) == 10
    assert counting.grown("message_seconds_count") == {(): 1 if kind == "messages" else 10}


@pytest.mark.parametrize(
    ("method", "make"),
    [
        ("sendMessage", lambda talk: talk.world.text(talk.chat, OAK)),
        ("editMessageText", lambda talk: talk.world.press(talk.chat, "Yes")),
        ("answerInlineQuery", lambda talk: talk.world.inline(OAK)),
    ],
)
async def test_what_fails_has_one_line_that_says_so(
    method: str, make: Callable[[Talk], JSON], talk: Talk, caplog: pytest.LogCaptureFixture
) -> None:
    """With the kind of the error; the call that failed is counted by method and kind."""
    await deliver(talk.application, talk.world.text(talk.chat, OAK))
    caplog.set_level(logging.INFO, logger="bot")
    counting = Counting(talk.context.metrics)
    talk.request.fail(method, Refused(403, "Forbidden: bot was blocked by the user"))
    await deliver(talk.application, make(talk))
    (line,) = lines(caplog)
    assert (line["outcome"], line["error"]) == ("failed", "Forbidden")
    assert sum(counting.grown("messages_total").values()) == 1
    assert counting.grown("telegram_failures_total") == {("Forbidden", method): 1}
    assert counting.grown("message_seconds_count") == {}


async def test_a_fault_of_ours_has_one_line_too(
    talk: Talk, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the fault has it: its kind alone."""
    caplog.set_level(logging.INFO, logger="bot")
    monkeypatch.setattr(talk.context.catalog, "matcher", None)
    await deliver(talk.application, talk.world.text(talk.chat, OAK))
    (line,) = lines(caplog)
    assert (line["outcome"], line["error"], line["entry"]) == ("failed", "AttributeError", None)
    monkeypatch.undo()


async def test_what_comes_twice_has_one_line(talk: Talk, caplog: pytest.LogCaptureFixture) -> None:
    """The second time nothing is done, and that is counted where updates come in."""
    caplog.set_level(logging.INFO, logger="bot")
    intake, update = Intake(talk.application, talk.context), talk.world.text(talk.chat, OAK)
    intake.start()
    for _ in range(3):
        await intake.handle(update)
    await intake.stop()
    assert len(lines(caplog)) == 1
    assert intake.repeated == 2


async def test_a_message_is_timed_from_its_coming(talk: Talk, caplog: pytest.LogCaptureFixture) -> None:
    """The wait for its turn is a wait for the person too."""
    caplog.set_level(logging.INFO, logger="bot")
    record = UpdateRecord(Update.de_json(talk.world.text(talk.chat, OAK), talk.application.bot))
    await asyncio.sleep(0.05)
    waited = time.perf_counter() - record.received_at
    await talk.application.process_update(record)
    (line,) = lines(caplog)
    assert line["ms"] >= waited * 1000 - 0.1


async def test_the_line_of_a_process_has_its_fields(talk: Talk, caplog: pytest.LogCaptureFixture) -> None:
    """Those that docs/operations.md has, in plain text as in JSON."""
    caplog.set_level(logging.INFO, logger="bot")
    await talk.say(OAK)
    (record,) = (record for record in caplog.records if hasattr(record, FIELDS))
    assert re.fullmatch(
        r"outcome=answer entry=oldest-tree score=[\d.]+ channel=private language=en ms=[\d.]+ error=-",
        record.getMessage(),
    )
    for name in getattr(record, FIELDS):
        assert f"| `{name}` |" in text_of(OPERATIONS)


# --- Calls, the gap log, edits ---------------------------------------------------------------------------------


async def test_each_attempt_of_a_call_is_counted() -> None:
    """What failed first and was done then, as well."""
    faults: list[Exception] = [UnreachedError("no connection"), RetryAfter(1)]

    async def call() -> str:
        if faults:
            raise faults.pop(0)
        return "done"

    async def at_once(_: float) -> None:
        """Time that nobody waits for."""

    counted = Metrics()
    counting = Counting(counted)
    calls = RetryingLimiter(AIORateLimiter(max_retries=0), counted, sleep=at_once)
    assert await calls.process_request(call, (), {}, "sendMessage", {}, None) == "done"
    assert counting.grown("telegram_failures_total") == {
        ("UnreachedError", "sendMessage"): 1,
        ("RetryAfter", "sendMessage"): 1,
    }


async def test_gaps_are_counted_by_reason(talk: Talk) -> None:
    """When they are noted."""
    counting = Counting(talk.context.metrics)
    await talk.say("do you sell tractors")
    await talk.say("как приготовить борщ")
    await talk.say(OAK)
    await talk.press("No")
    await talk.press("Outdated")
    assert counting.grown("gaps_total") == {("no-match",): 1, ("other-language",): 1, ("outdated",): 1}


@pytest.mark.slow
async def test_a_log_that_cannot_be_written_shows(tmp_path: Path) -> None:
    """In notes that wait and in failures."""
    (tmp_path / FILE).mkdir()
    async with talk_with(MATCHER, tmp_path) as talk:
        counted = talk.context.metrics
        counting = Counting(counted)
        counted.watch(notes_waiting=lambda: talk.context.gap_writer.waiting)
        await talk.say(OAK)
        assert not await talk.context.gap_writer.flush(within=timedelta(seconds=0.5))
        assert value(counted, "notes_waiting") == 1
    assert counting.grown("gap_log_failures_total")[()] >= 1


async def test_notes_that_are_lost_are_counted(tmp_path: Path) -> None:
    """Those beyond the most that may wait."""
    counted = Metrics()
    counting = Counting(counted)
    async with GapLog(tmp_path, KEYS, keep=timedelta(days=90)) as log:
        gap_writer = GapWriter(log, counted, most_waiting=2)
        for _ in range(5):
            gap_writer.note(Note(Count(Outcome.ANSWER, "en", Channel.PRIVATE)))
        assert gap_writer.waiting == 2
    assert counting.grown("notes_dropped_total") == {(): 3}


async def test_edits_of_the_faq_are_counted_by_what_became_of_them(
    small: Path, small_matcher: RegressionMatcher, edit: Callable[[str, str, str], None]
) -> None:
    """Refused, and saying the same."""

    async def changed() -> None:
        raise AssertionError("nothing changed")

    counted, folders = Metrics(), Settings(faq_dir=small / "faq", seeds_dir=small / "seeds", data_dir=small)
    watch = FaqWatcher(folders, counted, poll_seconds=0.05)
    counting = Counting(counted)
    watching = asyncio.create_task(watch.run(Catalog(small_matcher), changed=changed))
    try:
        async with asyncio.timeout(60):
            edit("faq/en/ferry.yaml", "entries:", "entrances:")
            while ("refused",) not in counting.grown("reloads_total"):
                await asyncio.sleep(0.02)
            edit("faq/en/ferry.yaml", "entrances:", "entries:")
            while ("same",) not in counting.grown("reloads_total"):
                await asyncio.sleep(0.02)
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


# --- What is exposed -------------------------------------------------------------------------------------------


def test_figures_are_taken_where_they_stand() -> None:
    """When somebody looks; those that nobody gives are not there, and an FAQ that is no more in use goes."""
    versions, waiting = {"en": "v1"}, [3]
    counted = Metrics()
    counted.watch(
        versions=lambda: versions,
        notes_waiting=lambda: waiting[0],
        updates_in_hand=lambda: 2,
        updates_skipped=lambda: 1,
        updates_repeated=lambda: 4,
    )
    assert value(counted, "faq_info", language="en", version="v1") == 1
    assert (value(counted, "notes_waiting"), value(counted, "updates_in_hand")) == (3, 2)
    assert (value(counted, "updates_skipped_total"), value(counted, "updates_repeated_total")) == (1, 4)
    assert ("faq_bot_telegram_silent_seconds", ()) not in samples(counted)
    versions["en"], waiting[0] = "v2", 0
    assert value(counted, "faq_info", language="en", version="v2") == 1
    assert value(counted, "faq_info", language="en", version="v1") == 0
    assert ("faq_bot_notes_waiting", ()) in samples(counted)


def test_what_is_exposed_is_what_prometheus_reads() -> None:
    """Its content type, its process metrics, and every metric of ours is in docs/operations.md."""
    zero: dict[str, Any] = dict.fromkeys(
        ("notes_waiting", "updates_in_hand", "updates_skipped", "updates_repeated", "silent_seconds"), lambda: 0
    )
    counted = Metrics()
    counted.watch(versions=lambda: {"en": "v1"}, **zero)
    body, kind = counted.exposition()
    assert kind.startswith("text/plain; version=")
    families = list(text_string_to_metric_families(body.decode()))
    names = {family.name + "_total" * (family.type == "counter") for family in families}
    assert {"process_resident_memory_bytes", "process_cpu_seconds_total", "python_info"} <= names
    ours = {name for name in names if name.startswith("faq_bot_")}
    assert len(ours) == 13
    for name in ours:
        assert f"`{name}`" in text_of(OPERATIONS), f"{OPERATIONS} does not name {name}"
