"""Whatever updates come, the bot goes on: what can be answered is, by Telegram's rules, and nobody else's is lost."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.channels.telegram.app import HANDLERS, build, context_of
from bot.channels.telegram.delivery.intake import Intake, number_of
from bot.channels.telegram.delivery.polling import Poller
from bot.matching.matcher import RegressionMatcher
from bot.observability.metrics import Metrics
from bot.runtime.catalog import Catalog
from bot.settings import Settings
from tests.support.hostile import any_texts, junk, people, sound_texts, spoiled, updates
from tests.support.leaks import Private
from tests.support.telegram_sender import SenderRequest, Time
from tests.support.telegram_talk import KEYS
from tests.support.telegram_world import JSON, TOKEN, Chat, Person, World, made_person

FERRY = "when does the ferry go"
# The bot goes on from one example to the next, so what fails is not tried again in a smaller form.
any_settings = settings(
    max_examples=50,
    phases=[Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


class Polling:
    """A bot that polls while `until` waits, somebody who asks what can be answered, and the faults that were met."""

    def __init__(self, folder: Path, matcher: RegressionMatcher) -> None:
        chosen = Settings(telegram_bot_token=SecretStr(TOKEN), data_dir=folder, sends_a_second=0, throttle_messages=0)
        self.time, self.world = Time(), World()
        self.request = SenderRequest(self.world, self.time)
        self.context = context_of(chosen, Catalog(matcher), KEYS, Metrics())
        self.application = build(chosen, self.context, request=self.request)
        self.intake = Intake(self.application, self.context, clock=self.time.clock)
        kinds = [kind.value for kind in HANDLERS]
        time = self.time
        self.poller = Poller(
            self.application, self.intake, kinds, self.context.metrics, silence=600, clock=time.clock, sleep=time.sleep
        )
        self.asker, self.persons = self.world.private(), 1
        self.faults: list[BaseException | None] = []

    async def start(self) -> None:
        self.context.gap_writer.start()
        await self.application.initialize()
        self.running = asyncio.create_task(self.poller.run())

    async def stop(self) -> None:
        self.running.cancel()
        await asyncio.gather(self.running, return_exceptions=True)
        await self.poller.finish(within=1)
        await self.intake.stop()
        await self.application.shutdown()
        await self.context.gap_writer.stop()

    def note_faults(self) -> None:
        """Have the application's error handler only note what it is given."""

        async def note(_: object, context: Any) -> None:
            self.faults.append(context.error)

        self.application.error_handlers.clear()
        self.application.add_error_handler(note)

    def somebody(self, draw: Callable[[st.SearchStrategy[Any]], Any]) -> tuple[Person, Chat]:
        """A person of any name who has not written before, in private or in a group of any title."""
        self.persons += 1
        person: Person = draw(people(made_person(self.persons).id))
        private = self.world.private(person)
        kind = draw(st.sampled_from(["private", "group", "supergroup"]))
        return person, private if kind == "private" else self.world.group(draw(sound_texts), kind=kind)

    async def begin(self, chat: Chat, person: Person) -> None:
        """Have a question of theirs answered."""
        before = len(self.world.replies(chat))
        self.request.inbox.put(self.world.text(chat, f"/help@{self.world.username}", sender=person))
        await self.until(lambda: len(self.world.replies(chat)) > before)

    async def take(self, *given: Any) -> None:
        """Have the bot take all these; who asks before and behind them is answered, and nothing is left to do."""
        before = len(self.world.replies(self.asker))
        first = self.world.text(self.asker, FERRY)
        for update in given:
            if number_of(update) is None:  # Telegram has one for it all the same
                self.number()
        self.request.inbox.put(first, *given, self.world.text(self.asker, FERRY))
        # An update whose handling takes long by the test's clock is confirmed before its reply has come.
        await self.until(lambda: not self.request.inbox.pending and len(self.world.replies(self.asker)) >= before + 2)
        assert len(self.world.replies(self.asker)) == before + 2
        assert all(shown.labels[:2] == ("Yes", "No") for shown in self.world.replies(self.asker)[before:])

    def number(self) -> int:
        """The number of an update that is not made otherwise."""
        return int(self.world.service(self.asker)["update_id"])

    async def until(self, holds: Callable[[], bool]) -> None:
        try:
            async with asyncio.timeout(60):
                while not holds():
                    assert not self.running.done(), f"polling has ended: {self.running.exception()!r}"
                    await asyncio.sleep(0)
        except TimeoutError:
            raise AssertionError(f"not within a minute: {self.request.inbox.pending}") from None


@pytest.fixture
def bot(runner: asyncio.Runner, tmp_path: Path, small_matcher: RegressionMatcher) -> Iterator[Polling]:
    made = Polling(tmp_path, small_matcher)
    runner.run(made.start())
    yield made
    runner.run(made.stop())


@pytest.mark.slow
def test_whatever_people_put_in_is_answered(runner: asyncio.Runner, bot: Polling) -> None:
    """Messages, edits, captions, start payloads, presses, inline queries: no fault, nothing that Telegram refuses."""
    bot.note_faults()

    @any_settings
    @given(data=st.data())
    def check(data: st.DataObject) -> None:
        person, chat = bot.somebody(data.draw)
        runner.run(bot.begin(chat, person))
        given = data.draw(st.lists(updates(bot.world, chat, person), min_size=1, max_size=4))
        typed = {update["inline_query"]["id"] for update in given if "inline_query" in update}
        pressed = {update["callback_query"]["id"] for update in given if "callback_query" in update}
        runner.run(bot.take(*given))
        assert bot.faults == []
        assert [call for call in bot.world.refused if "not modified" not in str(call.error)] == []
        assert bot.world.callback_answers.keys() >= pressed
        assert bot.world.inline_answers.keys() >= typed
        if chat.type == "private":  # a long text is read in a thread, for which the poller's clock does not wait
            asked = {update["message"]["message_id"] for update in given if "message" in update}
            runner.run(bot.until(lambda: asked <= {shown.reply_to for shown in bot.world.replies(chat)}))

    check()


@pytest.mark.slow
def test_garbage_in_any_field_costs_nobody_else_an_answer(
    runner: asyncio.Runner, bot: Polling, caplog: pytest.LogCaptureFixture
) -> None:
    """It is skipped or fails by itself; no error escapes the error handler, and the log says nothing of it."""
    caplog.set_level(logging.INFO)

    @any_settings
    @given(data=st.data())
    def check(data: st.DataObject) -> None:
        caplog.clear()
        person, chat = bot.somebody(data.draw)
        runner.run(bot.begin(chat, person))
        sound = data.draw(st.lists(updates(bot.world, chat, person) | members(bot.world, chat), min_size=1, max_size=3))
        given = [data.draw(spoiled(update)) for update in sound]
        runner.run(bot.take(*given))
        check_log(caplog, bot.world, given)

    check()


def members(world: World, chat: Chat) -> st.SearchStrategy[JSON]:
    """The bot is made a member again and again: its person or group must stay able to be answered."""
    return st.builds(lambda: world.member(chat, "member"))


def check_log(caplog: pytest.LogCaptureFixture, world: World, given: list[Any]) -> None:
    theirs = [record for record in caplog.records if record.name.split(".")[0] != "bot"]
    assert [record.getMessage() for record in theirs if record.levelno >= logging.WARNING] == []
    private = Private()
    private.add_update(given)
    assert private.leaks("\n".join(record.getMessage() for record in caplog.records)) == []


@pytest.mark.slow
def test_what_is_no_update_is_passed_over(
    runner: asyncio.Runner, bot: Polling, caplog: pytest.LogCaptureFixture
) -> None:
    """Any JSON at all, and numbered updates of any kind and content."""

    @any_settings
    @given(nameless=st.lists(junk | any_kind(), max_size=3), contents=st.lists(any_kind(), max_size=3))
    def check(nameless: list[Any], contents: list[JSON]) -> None:
        runner.run(bot.take(*nameless))
        runner.run(bot.take(*({"update_id": bot.number()} | content for content in contents)))
        theirs = [record for record in caplog.records if record.name.split(".")[0] != "bot"]
        assert [record.getMessage() for record in theirs if record.levelno >= logging.WARNING] == []

    check()


def any_kind() -> st.SearchStrategy[JSON]:
    """What an update says, of a kind that is known or not and of any content, without its number."""
    kinds = st.sampled_from([kind.value for kind in HANDLERS]) | any_texts
    return st.builds(lambda kind, content: {kind: content}, kinds, junk)


@pytest.mark.parametrize("status", ["member", "administrator", "restricted", "left", "kicked"])
def test_whatever_the_bot_becomes_in_a_chat_is_taken(runner: asyncio.Runner, bot: Polling, status: Any) -> None:
    """By whomever; and so is what then comes from there, which cannot be answered any more."""

    @settings(any_settings, max_examples=10)
    @given(data=st.data())
    def check(data: st.DataObject) -> None:
        person, chat = bot.somebody(data.draw)
        runner.run(bot.begin(chat, person))
        runner.run(bot.take(bot.world.member(chat, status, sender=person), bot.world.text(chat, FERRY, sender=person)))

    check()
