"""The intake: each update is handled once, what is noted of it is written first, and no fault escapes."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from telegram.error import InvalidToken

from bot.channels.telegram.delivery import chat_queue
from bot.channels.telegram.delivery.chat_queue import UNRECORDED
from bot.channels.telegram.delivery.intake import Intake, IntakeResult
from bot.channels.telegram.delivery.webhook import Webhook, WebhookSetup
from bot.gaps import writer
from bot.gaps.repository import GapLog
from bot.matching.matcher import RegressionMatcher
from tests.support.telegram_talk import KEYS, Talk, talk_with
from tests.support.telegram_world import Raw, Refused, Slow, made_person

FERRY, UNKNOWN = "when does the ferry go", "do you have inflatable tractors"
Taking = Callable[[], AbstractAsyncContextManager[tuple[Intake, Talk]]]


@pytest.fixture
def taking(tmp_path: Path, small_matcher: RegressionMatcher) -> Taking:
    """Makes the intake of one more process with the same gap log, and a talk with it."""

    @asynccontextmanager
    async def start() -> AsyncIterator[tuple[Intake, Talk]]:
        async with talk_with(small_matcher, tmp_path) as talk:
            intake = Intake(talk.application, talk.context)
            intake.start()
            try:
                yield intake, talk
            finally:
                await intake.stop()

    return start


async def sending(talk: Talk) -> None:
    """Wait until a reply is on its way, which has to meet a fault."""
    async with asyncio.timeout(30):
        while not talk.request.faults.used:
            await asyncio.sleep(0.01)


@asynccontextmanager
async def held(talk: Talk) -> AsyncIterator[None]:
    """Meanwhile another process holds the gap log."""
    log = talk.context.gap_writer.log
    async with GapLog(log.path.parent, KEYS, keep=timedelta(days=9)) as other, other.database.connection(alone=True):
        yield


async def test_one_update_is_answered_once_whoever_gets_it(taking: Taking) -> None:
    """At once twice, again, and by another process; meanwhile it is held."""
    async with taking() as (intake, talk), taking() as (other, other_talk):
        update = talk.world.text(talk.chat, FERRY)
        talk.request.fail("sendMessage", Slow(0.3))
        first = asyncio.create_task(intake.handle(update))
        await sending(talk)
        assert await intake.handle(update) is IntakeResult.RETRY
        assert await other.handle(update) is IntakeResult.RETRY
        assert await first is IntakeResult.HANDLED
        assert await intake.handle(update) is IntakeResult.REPEATED
        async with asyncio.timeout(30):
            while (known := await other.handle(update)) is IntakeResult.RETRY:
                await asyncio.sleep(0.01)
        assert known is IntakeResult.REPEATED
        assert (intake.repeated, other.repeated) == (1, 1)
        assert len(talk.world.replies(talk.chat)) == 1
        assert other_talk.world.called("sendMessage") == ()


@pytest.mark.parametrize("at_once", [1, 64])
async def test_a_kill_could_double_five_replies_at_most(
    at_once: int, tmp_path: Path, small_matcher: RegressionMatcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 50 that come at once: whenever a reply reaches Telegram, five at most of those that did are not recorded."""
    monkeypatch.setattr(chat_queue, "SLOWEST", 0.01)  # however slow the machine is
    monkeypatch.setattr(chat_queue, "SPARE", 0.0)
    async with talk_with(small_matcher, tmp_path, concurrency=at_once) as talk:
        talk.context.gap_writer._patience = 60
        intake, unrecorded = Intake(talk.application, talk.context), list[int]()
        intake.start()
        intake._leases._exchanges._patience = 60
        send = talk.request.do_request

        async def look_and_send(url: str, *arguments: Any, **named: Any) -> tuple[int, bytes]:
            if url.endswith("/sendMessage"):
                unrecorded.append(len(talk.world.called("sendMessage")) + 1 - recorded(talk))
            return await send(url, *arguments, **named)

        monkeypatch.setattr(talk.request, "do_request", look_and_send)
        chats = [talk.world.private(made_person(person)) for person in range(50)]
        updates = [talk.world.text(chat, UNKNOWN if chat.id % 2 else FERRY) for chat in chats]
        async with asyncio.timeout(120):
            assert set(await asyncio.gather(*map(intake.handle, updates))) == {IntakeResult.HANDLED}
        assert len(unrecorded) == recorded(talk) == 50
        assert 0 < max(unrecorded) <= UNRECORDED
        assert sum((await talk.counts()).values()) == 50
        await intake.stop()


def recorded(talk: Talk) -> int:
    """How many updates are recorded as handled in the database, as another process would find it."""
    with closing(sqlite3.connect(talk.context.gap_writer.log.path)) as connection:
        found: int = connection.execute("SELECT count(*) FROM claim WHERE owner IS NULL").fetchone()[0]
    return found


async def test_what_is_noted_is_written_with_the_record_of_its_update(
    taking: Taking, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the reply is on its way neither is written; once it is sent both are."""
    monkeypatch.setattr(writer, "LONGEST_HELD", timedelta(hours=1))  # however slow the machine is
    async with taking() as (intake, talk):
        await talk.context.gap_writer.log.write([])
        talk.context.gap_writer._patience = 60
        held = asyncio.Event()
        send = talk.request.do_request

        async def wait_and_send(url: str, *arguments: Any, **named: Any) -> tuple[int, bytes]:
            if url.endswith("/sendMessage"):
                assert (await talk.counts(), recorded(talk)) == ({}, 0)
                held.set()
            return await send(url, *arguments, **named)

        monkeypatch.setattr(talk.request, "do_request", wait_and_send)
        assert await intake.handle(talk.world.text(talk.chat, FERRY)) is IntakeResult.HANDLED
        assert held.is_set()
        assert (sum((await talk.counts()).values()), recorded(talk)) == (1, 1)


async def test_a_gap_is_written_before_its_update_is_done_with(taking: Taking) -> None:
    """So that a kill after it loses none."""
    async with taking() as (intake, talk):
        assert await intake.handle(talk.world.text(talk.chat, UNKNOWN)) is IntakeResult.HANDLED
        assert [logged.gap.text for logged in await talk.context.gap_writer.log.gaps()] == [UNKNOWN]


@pytest.mark.slow
async def test_while_the_log_fails_nobody_waits_for_long(taking: Taking) -> None:
    """And what was noted is written later."""
    async with taking() as (intake, talk):
        await talk.context.gap_writer.log.write([])
        async with held(talk), asyncio.timeout(60):
            for _ in range(5):
                assert await intake.handle(talk.world.text(talk.chat, UNKNOWN)) is IntakeResult.HANDLED
        assert len(await talk.gaps()) == 5


@pytest.mark.slow
async def test_who_blocks_the_bot_is_forgotten_whatever_happens(taking: Taking) -> None:
    """While the log cannot be written, the update is not done with and comes again."""
    async with taking() as (intake, talk):
        await intake.handle(talk.world.text(talk.chat, UNKNOWN))
        blocked = talk.world.member(talk.chat, "kicked")
        async with held(talk):
            assert await intake.handle(blocked) is IntakeResult.RETRY
            assert await talk.context.gap_writer.log.gaps() != []
        async with asyncio.timeout(60):
            while await intake.handle(blocked) is IntakeResult.RETRY:
                await asyncio.sleep(0.05)
        assert await talk.gaps() == []


async def test_a_fault_in_handling_is_an_end_of_it(taking: Taking, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing escapes, and it does not come for ever."""
    async with taking() as (intake, talk):

        async def fail(update: object) -> None:
            raise RuntimeError(str(update))

        monkeypatch.setattr(talk.application, "process_update", fail)
        update = talk.world.text(talk.chat, FERRY)
        assert await intake.handle(update) is IntakeResult.HANDLED
        assert await intake.handle(update) is IntakeResult.REPEATED


async def test_what_is_cut_off_is_handled_by_the_next(taking: Taking) -> None:
    """Who was not answered is answered then."""
    async with taking() as (intake, talk):
        update = talk.world.text(talk.chat, FERRY)
        talk.request.fail("sendMessage", Slow(60))
        first = asyncio.create_task(intake.handle(update))
        await sending(talk)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
    async with taking() as (intake, talk):
        assert await intake.handle(update) is IntakeResult.HANDLED


@pytest.mark.parametrize("update", [None, [], "text", {}, {"update_id": "1"}, {"update_id": 5, "message": 7}], ids=str)
async def test_what_is_no_update_is_skipped(update: Any, taking: Taking) -> None:
    """And counted."""
    async with taking() as (intake, _):
        assert await intake.handle(update) is IntakeResult.SKIPPED
        assert intake.skipped == 1


# --- Looking after the webhook ---------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", [[], True, None, {"url": 5}, "text"], ids=str)
async def test_an_answer_that_is_none_of_telegrams_ends_nothing(answer: Any, taking: Taking) -> None:
    """Somebody else may answer in its place for a while; then a token that is taken back is seen all the same."""
    async with taking() as (intake, talk):
        looked: list[float] = []

        async def sleep(seconds: float) -> None:
            looked.append(seconds)
            if len(looked) > 3:
                talk.request.fail("getWebhookInfo", Refused(401, "Unauthorized"))
            await asyncio.sleep(0)

        raw = json.dumps({"ok": True, "result": answer}).encode()
        talk.request.fail("getWebhookInfo", Raw(200, raw), times=3)
        setup = WebhookSetup("https://bot.example.org/telegram", "made-up_secret_01234", 40, ("message",))
        webhook = Webhook(talk.application.bot, setup, intake, sleep=sleep)
        with pytest.raises(InvalidToken):
            async with asyncio.timeout(30):
                await webhook.monitor()
        assert len(looked) == 4
