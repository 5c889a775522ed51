"""Fetching updates: nothing is lost, nobody waits for somebody else, and no fault makes the bot deaf or restless.

In one process, with the real application, on a sender with Telegram's manners and a clock that goes on when somebody
sleeps; at the end the bot as a process.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from telegram import Update
from telegram.error import InvalidToken

from bot.channels.telegram.app import HANDLERS, build, context_of
from bot.channels.telegram.delivery import chat_queue
from bot.channels.telegram.delivery.chat_queue import UNRECORDED, ChatQueue
from bot.channels.telegram.delivery.intake import Intake
from bot.channels.telegram.delivery.offsets import REMEMBERED, PendingOffsets
from bot.channels.telegram.delivery.polling import (
    CONFIRM_AFTER,
    CONFIRM_STUCK_AFTER,
    LIMIT,
    LONGEST_PAUSE,
    Poller,
    SilenceError,
)
from bot.channels.telegram.update_record import UpdateRecord
from bot.matching.matcher import RegressionMatcher
from bot.observability.metrics import Metrics
from bot.runtime.catalog import Catalog
from bot.settings import Settings
from tests.support.telegram_emulator import BotProcess, bot_environment, serving
from tests.support.telegram_phone import READY, Phone
from tests.support.telegram_sender import Inbox, Sender, SenderRequest, Time
from tests.support.telegram_talk import KEYS
from tests.support.telegram_world import (
    BAD_GATEWAY,
    PERSONAL_MARKS,
    TOKEN,
    Chat,
    Fault,
    Raw,
    Refused,
    Slow,
    World,
    made_person,
    raw_updates,
    too_many,
)

FERRY = "when does the ferry go"


class Polled:
    """A bot that polls, and those who write to it."""

    def __init__(self, poller: Poller, intake: Intake, request: SenderRequest, time: Time) -> None:
        self.poller, self.intake, self.request, self.time = poller, intake, request, time
        self.world, self.inbox = request.world, request.inbox
        self.running = asyncio.create_task(poller.run())
        self._persons = 0

    def somebody(self) -> Chat:
        self._persons += 1
        return self.world.private(made_person(self._persons))

    def say(self, text: str, chat: Chat) -> int:
        """Put a message into the inbox; its update's number."""
        update = self.world.text(chat, text)
        self.inbox.put(update)
        return int(update["update_id"])

    def answers(self, chat: Chat) -> int:
        return len(self.world.replies(chat))

    async def until(self, holds: Callable[[], bool]) -> None:
        """Let the bot go on until this holds. Fails with what is shown."""
        try:
            async with asyncio.timeout(60):
                while not holds():
                    assert not self.running.done(), f"polling has ended: {self.running.exception()}"
                    await asyncio.sleep(0)
        except TimeoutError:
            raise AssertionError(f"not within a minute:\n{self.world.listing()}") from None

    async def go_on(self, seconds: float) -> None:
        """Let so much of the bot's time pass."""
        end = self.time.now + seconds
        await self.until(lambda: self.time.now >= end)

    async def stop(self) -> None:
        """End as the process does when it is asked to."""
        self.running.cancel()
        await asyncio.gather(self.running, return_exceptions=True)
        await self.poller.finish(within=1)


Start = Callable[..., AbstractAsyncContextManager[Polled]]


@pytest.fixture
def polled(tmp_path: Path, small_matcher: RegressionMatcher) -> Start:
    """Makes a bot that polls, on the small FAQ."""

    @asynccontextmanager
    async def start(*, silence: float = 600, **settings: Any) -> AsyncIterator[Polled]:
        chosen = Settings(
            telegram_bot_token=SecretStr(TOKEN),
            data_dir=tmp_path / "data",
            **{"sends_a_second": 0, "throttle_messages": 0, **settings},
        )
        time = Time()
        request = SenderRequest(World(), time)
        context = context_of(chosen, Catalog(small_matcher), KEYS, Metrics())
        application = build(chosen, context, request=request)
        async with application:
            kinds = [kind.value for kind in HANDLERS]
            # Neither it nor the recorder is started: the database knows no such clock.
            intake = Intake(application, context, clock=time.clock)
            poller = Poller(
                application, intake, kinds, context.metrics, silence=silence, clock=time.clock, sleep=time.sleep
            )
            made = Polled(poller, intake, request, time)
            try:
                yield made
            finally:
                await made.stop()

    return start


# --- What is confirmed, and when -------------------------------------------------------------------------------


async def test_a_message_is_confirmed_when_it_is_answered(polled: Start) -> None:
    """And not before: until then Telegram keeps it."""
    async with polled() as bot:
        chat = bot.somebody()
        held = bot.request.hang(chat)
        number = bot.say(FERRY, chat)
        await bot.go_on(10)
        assert bot.inbox.pending == (number,)
        held.set()
        await bot.until(lambda: not bot.inbox.pending)
        assert bot.answers(chat) == 1


async def test_what_comes_again_is_handled_once(polled: Start) -> None:
    """While it is in hand, twice in one answer, and after it was answered."""
    async with polled() as bot:
        chat, other = bot.somebody(), bot.somebody()
        update = bot.world.text(chat, FERRY)
        bot.request.fail("getUpdates", raw_updates(update, update))
        await bot.until(lambda: bot.answers(chat) == 1)
        bot.inbox.put(update)
        bot.say(FERRY, other)
        await bot.until(lambda: bot.answers(other) == 1)
        await bot.until(lambda: not bot.inbox.pending)
        await bot.go_on(60)
        assert bot.answers(chat) == 1


async def test_one_persons_messages_stay_in_order_while_anothers_hangs(polled: Start) -> None:
    """Each chat for itself."""
    async with polled() as bot:
        hangs, chat = bot.somebody(), bot.somebody()
        held = bot.request.hang(hangs)
        bot.say(FERRY, hangs)
        for _ in range(10):
            bot.say(FERRY, chat)
        await bot.until(lambda: bot.answers(chat) == 10)
        asked = [shown.message_id for shown in bot.world.shown(chat) if not shown.from_bot]
        assert [shown.reply_to for shown in bot.world.replies(chat)] == asked
        assert bot.answers(hangs) == 0
        held.set()
        await bot.until(lambda: bot.answers(hangs) == 1)


@pytest.mark.slow
async def test_one_that_hangs_holds_nobody_up_though_telegram_sends_a_hundred_only(
    polled: Start, caplog: pytest.LogCaptureFixture
) -> None:
    """Before the hundred are full of finished ones for long, it is confirmed and goes on in hand."""
    async with polled() as bot:
        hangs, others = bot.somebody(), [bot.somebody() for _ in range(3 * LIMIT)]
        held = bot.request.hang(hangs)
        number = bot.say(FERRY, hangs)
        for chat in others:
            bot.say(FERRY, chat)
        await bot.until(lambda: all(bot.answers(chat) for chat in others))
        assert CONFIRM_STUCK_AFTER <= bot.time.now < CONFIRM_AFTER
        assert number not in bot.inbox.pending
        assert "not handled after 5 s: 1 updates; a kill would lose them now" in caplog.text
        held.set()
        await bot.until(lambda: bot.answers(hangs) == 1)


async def test_a_bot_at_its_limit_gives_up_no_message(polled: Start) -> None:
    """Where all places are taken, more could not be handled anyway: all stay with Telegram until they are answered."""
    async with polled(concurrency=1) as bot:
        hangs, others = bot.somebody(), [bot.somebody() for _ in range(LIMIT)]
        held = bot.request.hang(hangs)
        number = bot.say(FERRY, hangs)
        for chat in others:
            bot.say(FERRY, chat)
        await bot.go_on(CONFIRM_AFTER - 1)
        assert bot.inbox.pending[0] == number
        assert len(bot.inbox.pending) == LIMIT + 1
        held.set()
        await bot.until(lambda: not bot.inbox.pending)
        assert all(bot.answers(chat) == 1 for chat in (hangs, *others))


async def test_one_that_never_ends_is_confirmed_after_a_while(polled: Start, caplog: pytest.LogCaptureFixture) -> None:
    """So that what was answered behind it does not come again after a restart."""
    async with polled() as bot:
        hangs, chat = bot.somebody(), bot.somebody()
        bot.request.hang(hangs)
        number, other = bot.say(FERRY, hangs), bot.say(FERRY, chat)
        await bot.go_on(CONFIRM_AFTER - 1)
        assert list(bot.inbox.pending) == [number, other]
        await bot.go_on(2)
        assert not bot.inbox.pending
        assert "not handled after 90 s: 1 updates" in caplog.text


async def test_at_the_end_what_was_taken_is_answered_and_confirmed(polled: Start) -> None:
    """Though Telegram refuses the first words of the new request, as it does where the last one still waits."""
    async with polled() as bot:
        chats = [bot.somebody() for _ in range(50)]
        held = [bot.request.hang(chat) for chat in chats]
        for chat in chats:
            bot.say(FERRY, chat)
        await bot.go_on(1)
        bot.request.fail("getUpdates", Refused(409, "Conflict: terminated by other getUpdates request"), times=2)
        for event in held:
            asyncio.get_running_loop().call_later(0.1, event.set)
        await bot.stop()
        assert all(bot.answers(chat) == 1 for chat in chats)
        assert not bot.inbox.pending


async def test_what_does_not_end_in_time_at_the_end_comes_again(
    polled: Start, caplog: pytest.LogCaptureFixture
) -> None:
    """It is given up and not confirmed; what came before it is."""
    async with polled() as bot:
        chat, hangs = bot.somebody(), bot.somebody()
        bot.request.hang(hangs)
        bot.say(FERRY, chat)
        number = bot.say(FERRY, hangs)
        await bot.until(lambda: bot.answers(chat) == 1)
        await bot.stop()
        assert bot.inbox.pending == (number,)
    assert "not handled in time: 1 updates; the next start gets them again" in caplog.text


async def test_what_cannot_be_confirmed_at_the_end_is_told(polled: Start, caplog: pytest.LogCaptureFixture) -> None:
    """It holds up nothing, here since the token was taken back."""
    async with polled() as bot:
        chat = bot.somebody()
        bot.say(FERRY, chat)
        await bot.until(lambda: bot.answers(chat) == 1)
        bot.request.fail("getUpdates", Refused(401, "Unauthorized"), times=2)
        await bot.stop()
        assert bot.inbox.pending
    assert "what was handled last could not be confirmed; Telegram may send it again" in caplog.text


async def test_an_idle_bot_asks_nothing_more_at_its_end(polled: Start) -> None:
    """All is confirmed by then."""
    async with polled() as bot:
        chat = bot.somebody()
        bot.say(FERRY, chat)
        await bot.go_on(60)
        asked = len(bot.inbox.offsets)
        await bot.stop()
        assert len(bot.inbox.offsets) == asked


async def test_numbers_that_begin_anew_lower_lose_nothing(polled: Start) -> None:
    """As Telegram's do after a week without a message."""
    async with polled() as bot:
        chat = bot.somebody()
        bot.say(FERRY, chat)
        await bot.go_on(60)
        for number in (17, 18):
            bot.inbox.put(bot.world.text(chat, FERRY) | {"update_id": number})
        await bot.until(lambda: bot.answers(chat) == 3)


@given(st.data())
def test_no_update_is_lost_or_handled_twice(data: st.DataObject) -> None:
    """Whatever the order in which updates come and are finished; a kill loses none either."""
    inbox, finished, answered = Inbox(), set[int](), Counter[int]()
    in_hand, taken = PendingOffsets(lambda: 0.0), set[int]()
    numbers = data.draw(st.lists(st.integers(1, 50), unique=True, max_size=30))
    for number in sorted(numbers):
        inbox.put({"update_id": number})
        for _ in range(data.draw(st.integers(0, 2))):
            inbox.confirm(in_hand.offset)
            came = [update["update_id"] for update in inbox.deliver(5)]
            in_hand.advance(came)
            taken.update(number for number in came if in_hand.begin(number))
        for done in data.draw(st.sets(st.sampled_from(sorted(taken)))) if taken else ():
            taken.remove(done)
            in_hand.finish(done)
            finished.add(done)
            answered[done] += 1
        unfinished = {update for update in numbers if update <= number} - finished
        assert unfinished <= set(inbox.pending), "a kill now would lose a message"
    assert all(times == 1 for times in answered.values())


def test_only_so_many_are_remembered() -> None:
    """A year of messages takes no more memory than a day."""
    in_hand = PendingOffsets(lambda: 0.0)
    for number in range(1, 2 * REMEMBERED):
        assert in_hand.begin(number)
        in_hand.finish(number)
    assert not in_hand.begin(2 * REMEMBERED - 1)
    assert in_hand.begin(1)


# --- Malformed updates -----------------------------------------------------------------------------------------


MALFORMED: Mapping[str, Callable[[int], Any]] = {
    "no message": lambda number: {"update_id": number, "message": "Xyzzyfirst"},
    "no date": lambda number: {"update_id": number, "message": {"message_id": 1}},
    "a chat without a number": lambda number: {
        "update_id": number,
        "message": {"message_id": 1, "date": 1, "chat": {"id": ["Xyzzyfirst"], "type": "private"}, "text": FERRY},
    },
    "a date in another age": lambda number: {
        "update_id": number,
        "message": {"message_id": 1, "date": 10**30, "chat": {"id": 1, "type": "private"}, "text": "Xyzzyfirst"},
    },
    "no number": lambda _: {"message": {"text": "Xyzzyfirst"}},
    "a text for a number": lambda number: {"update_id": str(number)},
    "true for a number": lambda _: {"update_id": True},
    "a negative number": lambda _: {"update_id": -5},
    "a number beyond all others": lambda _: {"update_id": 10**12},
    "no object": lambda _: [["Xyzzyfirst"]],
    "nothing": lambda _: None,
}


@pytest.mark.parametrize("name", MALFORMED)
async def test_a_malformed_update_costs_nobody_an_answer(
    name: str, polled: Start, caplog: pytest.LogCaptureFixture
) -> None:
    """Alone, then between others: it is skipped, and gone for good with the next that is sound. None of it is told."""
    async with polled() as bot:
        chats = [bot.somebody() for _ in range(3)]
        bot.inbox.put(MALFORMED[name](100))
        await bot.go_on(30)
        assert len(bot.inbox.offsets) < 80, "a loop without a pause"
        before, malformed, after = bot.world.text(chats[0], FERRY), MALFORMED[name](0), bot.world.text(chats[1], FERRY)
        if isinstance(malformed, dict) and malformed.get("update_id") == 0:
            malformed = MALFORMED[name](bot.world.text(chats[2], FERRY)["update_id"])
        bot.inbox.put(before, malformed, after)
        await bot.until(lambda: bot.answers(chats[0]) == bot.answers(chats[1]) == 1)
        bot.say(FERRY, chats[2])
        await bot.until(lambda: bot.answers(chats[2]) == 1)
        await bot.until(lambda: not bot.inbox.pending)
    assert "Xyzzyfirst" not in caplog.text


async def test_malformed_updates_are_counted_each_once(polled: Start, caplog: pytest.LogCaptureFixture) -> None:
    """However often Telegram sends them; one line says so."""
    async with polled() as bot:
        hangs = bot.somebody()
        bot.request.hang(hangs)
        bot.say(FERRY, hangs)
        first = int(bot.world.text(hangs, FERRY)["update_id"])
        bot.inbox.put({"update_id": first, "message": {}}, {"update_id": first + 1, "message": 5}, "nothing", None)
        await bot.go_on(60)
        assert bot.intake.skipped == 4
    assert caplog.text.count("malformed updates are skipped, 1 so far") == 1
    assert caplog.text.count("malformed") == 1


@pytest.mark.parametrize("update", [{"update_id": 5, "message": "no"}, {"message": "no"}, 7], ids=str)
async def test_a_malformed_update_for_ever_is_no_loop_without_a_pause(update: Any, polled: Start) -> None:
    """Whatever is confirmed; once it is over, people are answered."""
    async with polled() as bot:
        bot.request.fail("getUpdates", raw_updates(update), times=1000)
        await bot.go_on(60)
        assert len(bot.request.faults.used) < 80
        bot.request.faults.clear()
        chat = bot.somebody()
        bot.say(FERRY, chat)
        await bot.until(lambda: bot.answers(chat) == 1)


async def test_answers_that_come_at_once_and_hold_nothing_are_no_loop_without_a_pause(polled: Start) -> None:
    """From a server that does not wait for news."""
    async with polled() as bot:
        bot.request.fail("getUpdates", Raw(200, b'{"ok":true,"result":[]}', "application/json"), times=1000)
        await bot.go_on(6)
        assert len(bot.request.faults.used) < 400


# --- Faults of getUpdates --------------------------------------------------------------------------------------


def as_json(answer: object) -> Raw:
    return Raw(200, json.dumps(answer).encode(), "application/json")


FAULTS: dict[str, Fault] = {
    "another process": Refused(409, "Conflict: terminated by other getUpdates request"),
    "too many requests": too_many(7),
    "bad request": Refused(400, "Bad Request: Xyzzyfirst"),
    "502 in HTML": BAD_GATEWAY,
    "500": Refused(500, "Internal Server Error"),
    "a proxy's 401": Raw(401, b"<html>Xyzzyfirst</html>"),
    "a proxy's 404": Raw(404, b"<html>Xyzzyfirst</html>"),
    "reset": "reset",
    "silence": "timeout",
    "a lost answer": "lost",
    "a cut answer": "cut",
    "no JSON": Raw(200, b"Xyzzyfirst"),
    "no bytes": Raw(200, b""),
    "JSON without a result": as_json({"ok": True}),
    "a result that is no list": as_json({"ok": True, "result": {"Xyzzyfirst": 1}}),
    "a list": as_json(["Xyzzyfirst"]),
    "null": as_json(None),
}


@pytest.mark.parametrize("name", FAULTS)
async def test_a_fault_of_getupdates_is_waited_out(name: str, polled: Start, caplog: pytest.LogCaptureFixture) -> None:
    """Once or many times; between the attempts lie growing pauses, and one log line tells its kind and nothing else."""
    async with polled() as bot:
        chat = bot.somebody()
        bot.request.fail("getUpdates", FAULTS[name])
        bot.say(FERRY, chat)
        await bot.until(lambda: bot.answers(chat) == 1)
        bot.request.fail("getUpdates", FAULTS[name], times=8)
        bot.say(FERRY, chat)
        await bot.until(lambda: bot.answers(chat) == 2)
        await bot.until(lambda: not bot.inbox.pending)
        pauses = [seconds for seconds in bot.time.slept if seconds >= 1 and seconds != 20]
        assert pauses == [7.0] * 9 if name == "too many requests" else [1.0, 1.0, 2.0, 4.0, 8.0, 16.0, *[30.0] * 3]
    lines = [record for record in caplog.records if record.name == "bot.channels.telegram.delivery.polling"]
    assert [record.levelno for record in lines] == [logging.WARNING]
    assert "Xyzzyfirst" not in " ".join(record.getMessage() for record in lines)


async def test_a_fault_that_lasts_is_told_every_few_minutes(polled: Start, caplog: pytest.LogCaptureFixture) -> None:
    """And not at each attempt."""
    async with polled(silence=10**6) as bot:
        bot.request.fail("getUpdates", Refused(409, "Conflict"), times=10**5)
        await bot.go_on(3600)
        assert 100 < len(bot.request.faults.used) < 3600 / LONGEST_PAUSE + 10
    told = caplog.text.count("another process fetches the messages of this token; end it, or this one")
    assert 8 <= told <= 13


@pytest.mark.slow
async def test_a_request_that_is_never_answered_is_given_up(polled: Start) -> None:
    """Though the transport itself would wait for ever."""
    async with polled(silence=1) as bot:
        bot.request.fail("getUpdates", Slow(10_000))
        chat = bot.somebody()
        bot.say(FERRY, chat)
        await bot.until(lambda: bot.answers(chat) == 1)


@pytest.mark.parametrize("answer", [Refused(401, "Unauthorized"), Refused(404, "Not Found")], ids=str)
async def test_a_token_that_telegram_refuses_ends_polling(answer: Fault, polled: Start) -> None:
    """At once: nothing will mend it but another token."""
    async with polled() as bot:
        bot.request.fail("getUpdates", answer, times=3)
        with pytest.raises(InvalidToken):
            await bot.running
        assert len(bot.request.faults.used) == 1


@pytest.mark.parametrize("name", ["another process", "502 in HTML", "silence", "no JSON", "null"])
async def test_past_its_time_the_watchdog_ends_polling(name: str, polled: Start) -> None:
    """So that a supervisor starts the process anew; not a second before."""
    async with polled(silence=100) as bot:
        await bot.go_on(1000)
        bot.request.fail("getUpdates", FAULTS[name], times=1000)
        await bot.until(lambda: bot.request.faults.used != [])
        began = bot.time.now
        with pytest.raises(SilenceError, match=r"no messages could be fetched for 100 s"):
            await bot.running
        assert 75 <= bot.time.now - began <= 130
        assert bot.poller.silent_for >= 100


async def test_what_telegram_asks_to_wait_is_waited_whole(polled: Start) -> None:
    """Even where it is longer than the watchdog's time."""
    async with polled(silence=100) as bot:
        bot.request.fail("getUpdates", too_many(500))
        chat = bot.somebody()
        bot.say(FERRY, chat)
        await bot.until(lambda: bot.answers(chat) == 1)
        assert bot.time.now >= 500


# --- Order -----------------------------------------------------------------------------------------------------


async def test_handling_that_does_not_end_gives_its_place_and_its_turn_to_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """And goes on; nothing of it is cut off."""
    order, may_end, done = ChatQueue(1, longest=0.01), asyncio.Event(), []

    async def wait() -> None:
        await may_end.wait()
        done.append("waited")

    async def quick() -> None:
        done.append("quick")

    def handle(handling: Awaitable[None]) -> asyncio.Task[None]:
        return asyncio.create_task(order.process_update(Update(1), handling))

    first = handle(wait())
    await asyncio.sleep(0)
    assert not order.has_free_slots
    await handle(quick())
    assert done == ["quick"]
    assert "an update is still being handled after 0 s; others go on without it" in caplog.text
    may_end.set()
    await first
    assert done == ["quick", "waited"]
    assert order.has_free_slots
    await handle(quick())


async def test_where_telegram_is_slow_more_are_begun() -> None:
    """Though none of those before is recorded as handled, and nothing remembers them any more."""
    order, world, begun = ChatQueue(64), World(), Counter[int]()
    chats = [world.private(made_person(person)) for person in range(4 * UNRECORDED)]
    updates = [Update.de_json(world.text(chat, FERRY), None) for chat in chats]

    async def handle(update: Update) -> None:
        begun[update.update_id] += 1

    async with asyncio.timeout(60):
        await asyncio.gather(*(order.process_update(UpdateRecord(update), handle(update)) for update in updates))
    assert begun == {update.update_id: 1 for update in updates}


async def most_unrecorded(handle: Callable[[], Awaitable[None]], recording: float) -> int:
    """How many updates are at most between their beginning and their record, which takes so many seconds more."""
    order, world, unrecorded, most = ChatQueue(64), World(), set[int](), 0
    chats = [world.private(made_person(person)) for person in range(4 * UNRECORDED)]
    records = [UpdateRecord(Update.de_json(world.text(chat, FERRY), None)) for chat in chats]

    async def begin(number: int) -> None:
        nonlocal most
        unrecorded.add(number)
        most = max(most, len(unrecorded))
        await handle()

    async def process(record: UpdateRecord) -> None:
        with record.recorded:
            await order.process_update(record, begin(record.update.update_id))
            await asyncio.sleep(recording)
            unrecorded.remove(record.update.update_id)

    async with asyncio.timeout(60):
        await asyncio.gather(*map(process, records))
    return most


async def test_where_this_process_is_busy_no_more_are_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reply that waits to be heard of, since others are matched meanwhile, does not make Telegram slow."""
    monkeypatch.setattr(chat_queue, "MOST_OF_A_STEP", 0.002)  # however slow the machine is: 83 rounds of the loop

    async def handle() -> None:
        time.sleep(0.05)  # as matching does
        for _ in range(12):  # what Telegram answers is read in rounds of the loop
            await asyncio.sleep(0)

    assert await most_unrecorded(handle, 0) == UNRECORDED


async def test_once_a_reply_is_sent_its_record_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """However little Telegram is waited for."""
    monkeypatch.setattr(chat_queue, "SLOWEST", 1e9)
    monkeypatch.setattr(chat_queue, "LONGEST_RECORDING", 60.0)

    async def handle() -> None:
        """Sent at once."""

    assert await most_unrecorded(handle, 0.05) == UNRECORDED


# --- The bot as a process --------------------------------------------------------------------------------------


@pytest.fixture
def sender() -> Sender:
    return Sender(World(), delay=0.02)


async def sent(sender: Sender, messages: int) -> None:
    """Wait until the bot has sent so many messages."""
    await sender.until(lambda _: sender.world.answered().total() >= messages, timeout=120)


async def confirmed(sender: Sender) -> None:
    """Wait until the bot has confirmed all that was sent to it."""
    async with asyncio.timeout(60):
        while sender.inbox.pending:
            await asyncio.sleep(0.05)


@pytest.mark.slow
async def test_three_kills_lose_nothing(tmp_path: Path, small: Path, cache: Path, sender: Sender) -> None:
    """Of 50 that wait each time, all are answered after the restart; twice at most those in flight at a kill."""
    chats: dict[int, Chat] = {}  # by the number of the update; everybody writes once
    in_flight: Counter[int] = Counter()  # by chat
    async with serving(sender) as url:
        environment = bot_environment(tmp_path, url, faq=small / "faq", seeds=small / "seeds")
        environment |= {"CACHE_DIR": str(cache), "SENDS_A_SECOND": "0", "CONCURRENCY": "16"}
        for kill in range(3):
            new = [sender.world.private(made_person(100 * kill + person)) for person in range(50)]
            updates = [sender.world.text(chat, FERRY) for chat in new]
            chats |= {update["update_id"]: chat for update, chat in zip(updates, new, strict=True)}
            sender.fail("sendMessage", Slow(0.2), times=50)
            before = sender.world.answered().total()
            async with BotProcess("run", folder=tmp_path, environment=environment) as process:
                await process.wait_for_output(READY, timeout=120)
                await sender.send(*updates)
                await sent(sender, before + 10 + 10 * kill)
                await process.kill()
                in_flight.update(chats[number].id for number in sender.inbox.in_flight)
            sender.faults.clear()
        async with BotProcess("run", folder=tmp_path, environment=environment) as process:
            await process.wait_for_output(READY, timeout=120)
            await sender.until(lambda _: len(sender.world.answered()) == 150, timeout=120)
            assert await process.stop() == 0, process.output
    assert sender.world.answered().keys() == {chat.id for chat in chats.values()}
    assert sum(in_flight.values()) >= 3, "nothing was in flight at the kills"
    assert all(times <= 1 + in_flight[chat] for chat, times in sender.world.answered().items())
    assert sender.world.answered().total() - 150 <= 3 * 2 * 16, (
        "more came twice than CONCURRENCY and what it had just finished"
    )
    assert not sender.inbox.pending


@pytest.mark.slow
async def test_an_update_that_comes_again_is_answered_once(
    tmp_path: Path, small: Path, cache: Path, sender: Sender
) -> None:
    """To the same process, after an orderly end, and after a kill: one answer, one gap, one count."""
    unknown = "do you have inflatable tractors"
    chat, other = sender.world.private(made_person(1)), sender.world.private(made_person(2))
    update = sender.world.text(chat, unknown)
    async with serving(sender) as url:
        environment = bot_environment(tmp_path, url, faq=small / "faq", seeds=small / "seeds")
        environment |= {"CACHE_DIR": str(cache)}
        for start in range(3):
            async with BotProcess("run", folder=tmp_path, environment=environment) as process:
                await process.wait_for_output(READY, timeout=120)
                await sender.send(update)
                await confirmed(sender)
                await sender.send(update, sender.world.text(other, FERRY))
                await sent(sender, 2 + start)
                phone = Phone(sender, process, environment, tmp_path)
                assert [gap["text"] for gap in await phone.gaps()] == [unknown]
                await (process.stop() if start == 0 else process.kill())
            assert len(sender.world.replies(chat)) == 1


@pytest.mark.slow
async def test_asked_to_end_it_answers_all_that_it_took(
    tmp_path: Path, small: Path, cache: Path, sender: Sender
) -> None:
    """Exit 0, and none of them comes again."""
    chats = [sender.world.private(made_person(person)) for person in range(50)]
    async with serving(sender) as url:
        environment = bot_environment(tmp_path, url, faq=small / "faq", seeds=small / "seeds")
        environment |= {"CACHE_DIR": str(cache), "SENDS_A_SECOND": "0", "CONCURRENCY": "16"}
        async with BotProcess("run", folder=tmp_path, environment=environment) as process:
            await process.wait_for_output(READY, timeout=120)
            sender.fail("sendMessage", Slow(0.3), times=50)
            await sender.send(*(sender.world.text(chat, FERRY) for chat in chats))
            await sender.until(lambda world: bool(world.called("sendMessage")), timeout=120)
            assert len(sender.world.answered()) < 50
            assert await process.stop() == 0, process.output
            assert not any(word in process.output for word in ("Traceback", " ERROR ", " CRITICAL "))
    assert sender.world.answered() == dict.fromkeys((chat.id for chat in chats), 1)
    assert not sender.inbox.pending


@pytest.mark.slow
async def test_faults_of_getupdates_over_the_network(tmp_path: Path, small: Path, cache: Path, sender: Sender) -> None:
    """Each for itself; then people are answered, and nothing that was said stands in the log."""
    chat = sender.world.private()
    async with serving(sender) as url:
        environment = bot_environment(tmp_path, url, faq=small / "faq", seeds=small / "seeds")
        environment |= {"CACHE_DIR": str(cache), "SILENCE_SECONDS": "60"}
        async with BotProcess("run", folder=tmp_path, environment=environment) as process:
            await process.wait_for_output(READY, timeout=120)
            faults = [fault for name, fault in FAULTS.items() if name not in ("silence", "too many requests")]
            for number, fault in enumerate(faults, 1):
                sender.fail("getUpdates", fault)
                await sender.send(sender.world.text(chat, FERRY))
                await sent(sender, number)
            assert await process.stop() == 0, process.output
            assert not any(mark in process.output for mark in (*PERSONAL_MARKS, TOKEN, "Traceback"))
    assert not sender.inbox.pending


@pytest.mark.slow
@pytest.mark.parametrize("fault", [Refused(409, "Conflict"), Raw(200, b"Xyzzyfirst"), "timeout"], ids=str)
async def test_a_deaf_bot_ends_to_be_started_anew(
    fault: Fault, tmp_path: Path, small: Path, cache: Path, sender: Sender
) -> None:
    """Past SILENCE_SECONDS it exits with 1 and says why; the next one answers what waited."""
    chat = sender.world.private()
    async with serving(sender) as url:
        environment = bot_environment(tmp_path, url, faq=small / "faq", seeds=small / "seeds")
        environment |= {"CACHE_DIR": str(cache), "SILENCE_SECONDS": "3"}
        async with BotProcess("run", folder=tmp_path, environment=environment) as process:
            await process.wait_for_output(READY, timeout=120)
            sender.fail("getUpdates", fault, times=10_000)
            await sender.send(sender.world.text(chat, FERRY))
            assert await process.wait(timeout=120) == 1
            assert "no messages could be fetched for 3 s" in process.stderr
            assert "ending, to be started anew" in process.stderr
            assert not any(mark in process.output for mark in (*PERSONAL_MARKS, TOKEN, "Traceback"))
        sender.faults.clear()
        async with BotProcess("run", folder=tmp_path, environment=environment) as process:
            await sender.until(lambda world: len(world.replies(chat)) == 1, timeout=120)


@pytest.mark.slow
async def test_a_token_taken_back_while_it_runs_ends_it_in_words(
    tmp_path: Path, small: Path, cache: Path, sender: Sender
) -> None:
    """Exit 2 and what to do, as at the start."""
    async with serving(sender) as url:
        environment = bot_environment(tmp_path, url, faq=small / "faq", seeds=small / "seeds")
        environment |= {"CACHE_DIR": str(cache)}
        async with BotProcess("run", folder=tmp_path, environment=environment) as process:
            await process.wait_for_output(READY, timeout=120)
            sender.fail("getUpdates", Refused(401, "Unauthorized"), times=10_000)
            await sender.send(sender.world.text(sender.world.private(), FERRY))
            assert await process.wait(timeout=120) == 2
            assert "TELEGRAM_BOT_TOKEN: Telegram does not know this token" in process.stderr
            assert "Traceback" not in process.output
