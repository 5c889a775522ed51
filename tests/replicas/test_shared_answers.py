"""Follow-ups that come to another process than the one that gave the answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
import sqlalchemy as sa

from bot.gaps.repository import GapLog
from bot.replicas.shared_answers import SECONDS, LastReply, SharedAnswers, answer_pseudonym
from tests.channels.telegram.test_conversation import MATCHER, OAK, OAK_TITLE
from tests.gaps.test_repository import ASKER, OTHER
from tests.replicas.test_rate_limits import OUR_CLOCK, go_on, nowhere
from tests.support.postgresql_server import Server
from tests.support.samples import INTERFACE
from tests.support.telegram_talk import KEYS, Talk, talk_with

pytestmark = pytest.mark.container


@pytest_asyncio.fixture
async def answers(log: GapLog) -> AsyncIterator[SharedAnswers]:
    made = SharedAnswers(log.database, now=OUR_CLOCK, patience=timedelta(minutes=1), sweep=timedelta(seconds=0.05))
    yield made
    await made.stop()


@pytest_asyncio.fixture
async def talks(postgresql: Server, tmp_path: Path) -> AsyncIterator[tuple[Talk, Talk]]:
    """Two processes with one database; the same person writes to both."""
    name = postgresql.new_database()
    url = postgresql.url(name)
    async with (
        talk_with(MATCHER, tmp_path, database_url=url) as one,
        talk_with(MATCHER, tmp_path, database_url=url) as other,
    ):
        yield one, other
    postgresql.drop(name)


async def kept(log: GapLog) -> list[tuple[str, str]]:
    """The rows that are kept: code and entry."""
    async with log.database.connection() as connection:
        return [(code, entry) for code, entry in await connection.execute(sa.text("SELECT code, entry FROM answered"))]


VAGUE = "how old is the oak in Peru"  # offered a choice
DOGS, TREE = LastReply("dogs"), LastReply("oldest-tree", ("s:dogs", "sfr:plant-number"))


async def test_the_last_answer_is_known_for_ten_minutes(log: GapLog, answers: SharedAnswers) -> None:
    """From the last one on; under a pseudonym that leads to no gap."""
    assert await answers.get(ASKER) == LastReply()
    await answers.keep(ASKER, DOGS)
    await go_on(log, SECONDS - 1)
    await answers.keep(ASKER, TREE)
    await answers.keep(OTHER, DOGS)
    await go_on(log, SECONDS - 1)
    assert [await answers.get(one) for one in (ASKER, OTHER)] == [TREE, DOGS]
    assert sorted(await kept(log)) == sorted(
        [(answer_pseudonym(KEYS, ASKER), "oldest-tree"), (answer_pseudonym(KEYS, OTHER), "dogs")]
    )
    assert ASKER not in str(await kept(log))
    await go_on(log, 1)
    assert await answers.get(ASKER) == LastReply()


async def test_what_ends_it_deletes_the_row(log: GapLog, answers: SharedAnswers) -> None:
    """What ends the subject, forgetting, and time, without anybody writing."""
    for person in (ASKER, OTHER):
        await answers.keep(person, DOGS)
    await answers.keep(OTHER, LastReply())
    assert [code for code, _ in await kept(log)] == [answer_pseudonym(KEYS, ASKER)]
    await log.forget(ASKER)
    assert await kept(log) == []
    await answers.keep(ASKER, DOGS)
    await go_on(log, SECONDS + 1)
    answers.start()
    async with asyncio.timeout(30):
        while await kept(log):
            await asyncio.sleep(0.02)


async def test_of_many_at_once_each_gets_its_own(answers: SharedAnswers) -> None:
    """The last one given of a person counts."""
    people = [f"person {number}" for number in range(50)]
    own = {person: LastReply(f"entry-{at}") for at, person in enumerate(people)}
    await asyncio.gather(*(answers.keep(person, one) for person in people for one in (DOGS, own[person])))
    assert await asyncio.gather(*(answers.get(person) for person in people)) == list(own.values())


async def test_a_follow_up_is_understood_by_another_process(talks: tuple[Talk, Talk]) -> None:
    """It means the answer that was given last by any of them, not the last one of its own."""
    one, other = talks
    await one.say(OAK)
    assert (await other.say("source")).text.startswith(OAK_TITLE)
    await other.say("may i bring my dog")
    assert (await one.say("source")).text.startswith("May I bring my dog?")
    await one.press("How many plants are there?")
    assert (await other.say("source")).text.startswith("How many plants are there?")


async def test_a_choice_is_understood_by_another_process(talks: tuple[Talk, Talk]) -> None:
    """By its number or its words; none of them is refused there too. A card has no choices."""
    one, other = talks
    offered = await one.say(VAGUE)
    assert (await other.say("2")).text.startswith(offered.labels[1])
    await one.say(VAGUE)
    assert (await other.say("none of them")).text == INTERFACE.none_chosen
    await one.say(VAGUE)
    await other.say("i am hurt and bleeding, help me")
    assert not (await one.say("2")).text.startswith(offered.labels[1])


async def test_what_is_forgotten_or_ended_is_so_for_all(talks: tuple[Talk, Talk]) -> None:
    """Wherever /forget or a cry for help comes to."""
    one, other = talks
    for text in ("/forget", "i am hurt and bleeding, help me"):
        await one.say(OAK)
        await other.say("source")
        await one.say(text)
        assert not (await other.say("source")).text.startswith(OAK_TITLE), text


async def test_without_the_database_each_knows_its_own(tmp_path: Path) -> None:
    """A follow-up to the process that answered is understood all the same."""
    async with talk_with(MATCHER, tmp_path, database_url=nowhere()) as talk:
        await talk.say(OAK)
        assert (await talk.say("source")).text.startswith(OAK_TITLE)
