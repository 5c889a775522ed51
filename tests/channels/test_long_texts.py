"""Texts that take long to read: others are answered meanwhile, however many of them there are."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot.channels.assistant import Assistant
from bot.channels.long_texts import MOST_WAITING, QUICK_CHARACTERS
from bot.channels.port import IncomingMessage, NoGapNotes
from bot.channels.telegram.delivery.intake import Intake
from bot.channels.throttle import UNLIMITED, Throttle, Throttles
from bot.domain.conversation import Channel, Outcome
from bot.domain.gap import GapReason, Note
from bot.domain.matching import Ranking
from bot.matching.matcher import RegressionMatcher
from bot.runtime.catalog import Catalog
from tests.support.samples import DOGS, garden
from tests.support.telegram_talk import talk_with
from tests.support.telegram_world import made_person

GARDEN = RegressionMatcher(garden())
OAK, TRACTORS = "how old is the big oak", "do you sell tractors"
LONG = f"{TRACTORS} or " * 20
PATIENCE = 60  # seconds, after which a test that waits for ever fails


class Held(RegressionMatcher):
    """A matcher that ranks a long text only once it may go on. ``begun`` are the texts that it has begun with."""

    def __init__(self) -> None:
        super().__init__(GARDEN.faq, GARDEN.model)
        self.begun: dict[str, None] = {}
        self.may_go = threading.Event()

    def rank(self, text: str) -> Ranking:
        if len(text) > QUICK_CHARACTERS:
            self.begun[text] = None
            assert self.may_go.wait(PATIENCE)
        return super().rank(text)

    async def has_begun(self) -> None:
        async with asyncio.timeout(PATIENCE):
            while not self.begun:
                await asyncio.sleep(0.001)


class Notes(NoGapNotes):
    def __init__(self) -> None:
        self.notes: list[Note] = []

    def note(self, note: Note) -> None:
        self.notes.append(note)


@pytest.fixture
def held() -> Held:
    return Held()


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
def assistant(held: Held, notes: Notes) -> Assistant:
    return Assistant(Catalog(held), notes)


def said(text: str, person: str = "somebody") -> IncomingMessage:
    return IncomingMessage(text, Channel.PRIVATE, person, id="m1")


WAYS: dict[str, Callable[[Assistant, Held], Awaitable[object]]] = {
    "a message": lambda assistant, _: assistant.answer(said(LONG)),
    "an inline query": lambda assistant, _: assistant.search(LONG, "somebody", ()),
    "none of these": lambda assistant, matcher: assistant.none_of_these(said(LONG), matcher.faq),
    "a complaint": lambda assistant, matcher: assistant.judge(DOGS, GapReason.WRONG, said(LONG), matcher.faq),
}


async def others_are_answered(assistant: Assistant, held: Held, reading: Awaitable[object]) -> None:
    """While a long text is still being read."""
    task = asyncio.ensure_future(reading)
    await held.has_begun()
    for person in ("another", "one more"):
        reply = await assistant.answer(said(OAK, person))
        assert reply.turn.outcome is Outcome.ANSWER
    assert not task.done()
    held.may_go.set()
    await task


@pytest.mark.parametrize("way", WAYS)
async def test_others_are_answered_while_a_long_text_is_read(assistant: Assistant, held: Held, way: str) -> None:
    """In whichever way it comes."""
    await others_are_answered(assistant, held, WAYS[way](assistant, held))


async def test_others_are_answered_while_a_throttled_text_is_looked_at(held: Held) -> None:
    """What comes too fast may be urgent, which takes as long to see."""
    nobody = Throttle(1, PATIENCE, lambda: 0.0)
    assistant = Assistant(Catalog(held), NoGapNotes(), Throttles(nobody, UNLIMITED.urgent_checks, nobody))
    await assistant.answer(said(OAK))
    await others_are_answered(assistant, held, assistant.answer(said(LONG)))


async def test_long_texts_are_read_one_at_a_time_in_their_order(assistant: Assistant, held: Held) -> None:
    """So that they share the processor with the others as one."""
    texts = [f"{number} {LONG}" for number in range(4)]
    tasks = [asyncio.create_task(assistant.answer(said(text, text))) for text in texts]
    await held.has_begun()
    await assistant.answer(said(OAK, "another"))
    assert len(held.begun) == 1
    held.may_go.set()
    await asyncio.gather(*tasks)
    order = list(dict.fromkeys(text.split()[0] for text in held.begun))
    assert order == [text.split()[0] for text in texts]


async def test_where_many_wait_the_beginning_is_read_at_once(assistant: Assistant, held: Held, notes: Notes) -> None:
    """A call for help is not to wait for texts that nobody needs; a gap has its whole text all the same."""
    flood = [asyncio.create_task(assistant.answer(said(LONG, str(number)))) for number in range(1 + MOST_WAITING)]
    await held.has_begun()
    cases = ((f"i fell and cannot stand up. {LONG}", Outcome.URGENT), (f"tractors {LONG}", Outcome.UNANSWERED))
    for text, outcome in cases:
        assert (await assistant.answer(said(text, "another"))).turn.outcome is outcome
    assert notes.notes[-1].gap is not None
    assert notes.notes[-1].gap.text == cases[-1][0]
    assert not any(task.done() for task in flood)
    held.may_go.set()
    await asyncio.gather(*flood)


async def test_a_long_text_holds_up_no_other_chat(held: Held, tmp_path: Path) -> None:
    """Through the application: the reply to another is sent before the long one's."""
    async with talk_with(held, tmp_path) as talk:
        intake = Intake(talk.application, talk.context)
        intake.start()
        other = talk.world.private(made_person(2))
        task = asyncio.create_task(intake.handle(talk.world.text(talk.chat, LONG)))
        await held.has_begun()
        await intake.handle(talk.world.text(other, OAK))
        assert (talk.world.answered()[other.id], talk.world.answered()[talk.chat.id]) == (1, 0)
        assert not task.done()
        held.may_go.set()
        await task
        await intake.stop()
    assert talk.world.answered()[talk.chat.id] == 1
