"""Nothing that the bot writes tells on anybody: the search for that finds what it should.

Every test that runs the bot (tests/telegram_emulator.py, tests/telegram_talk.py) ends with the same search.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from html import escape
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from bot.matching.matcher import RegressionMatcher
from bot.storage.keys import Keys, asker_key, new_asker_key, new_text_key, text_keys
from tests.support.leaks import Private
from tests.support.paths import ROOT
from tests.support.samples import garden
from tests.support.telegram_emulator import BotProcess, Emulator, bot_environment, serving
from tests.support.telegram_recording import deliver
from tests.support.telegram_talk import talk_with
from tests.support.telegram_world import ANYBODY, PERSONAL_MARKS, TOKEN, World

MATCHER = RegressionMatcher(garden())
TEXT = "do you sell inflatable tractors"
KEYS = {"GAPS_KEY": f"{new_text_key()},{new_text_key()}", "ASKER_KEY": new_asker_key()}
OF_ASKER = Keys(text_keys(KEYS["GAPS_KEY"]), asker_key(KEYS["ASKER_KEY"])).pseudonym("asker", f"telegram:{ANYBODY.id}")
PASSWORD = "hunter2hunter2"  # noqa: S105  # made up
ENVIRONMENT = {
    "TELEGRAM_BOT_TOKEN": TOKEN,
    **KEYS,
    "DATABASE_URL": f"postgresql+asyncpg://faqbot:{PASSWORD}@db.example/faqbot",
    "MAINTAINER_CHATS": "12345678, -1001234567890",
}


def private() -> Private:
    """What was said in a small world, with a bot that answered once."""
    world = World()
    chat, group = world.private(), world.group()
    world.text(chat, TEXT)
    world.text(chat, "когда открывается этот сад")
    world.text(group, "say “it's <b>you & me</b>”")
    world.location(chat)
    world.contact(chat)
    world.photo(chat, "is this a photograph of penguins")
    world.inline("walruses")
    reply = world.call("sendMessage", {"chat_id": chat.id, "text": "The <b>oak</b> is old."})
    world.edit(1, "what about zeppelins then", chat=chat)
    world.press_data(chat, "c:oldest-tree", message_id=reply["message_id"])
    made = Private()
    made.add_world(world)
    made.add_environment(ENVIRONMENT)
    return made


@pytest.mark.parametrize(
    ("planted", "kind"),
    [
        (TEXT, "a text"),
        (TEXT.upper(), "a text"),
        ("what about zeppelins then", "a text"),
        ("когда открывается этот сад", "a text"),
        ("walruses", "a text"),
        ("is this a photograph of penguins", "a text"),
        ("do you sell inflatable", "a part of a text"),
        ("'tractors'", "a word of a text"),
        ("The oak is old.", "a reply"),
        (ANYBODY.first_name, "a name"),
        (ANYBODY.username, "a name"),
        (PERSONAL_MARKS[3], "a name"),
        (f"+999{PERSONAL_MARKS[2]}", "a name"),
        (str(ANYBODY.id), "a number"),
        ("4000000001", "a number"),
        ("-1001234567890", "a number"),
        ("7.310583", "a place"),
        pytest.param(OF_ASKER, "a code", id="a code"),
        (TOKEN, "the token"),
        (TOKEN.partition(":")[2], "the token"),
        pytest.param(KEYS["GAPS_KEY"].partition(",")[2], "a secret", id="a key of texts"),
        pytest.param(KEYS["ASKER_KEY"], "a secret", id="the key of askers"),
        (PASSWORD, "a secret"),
    ],
)
def test_each_kind_of_leak_is_found(planted: str, kind: str) -> None:
    """In the middle of a line, whatever stands around it."""
    assert kind in private().leaks(f"2026-11-21T08:00:00+0000 INFO bot outcome=answer\nERROR x: {planted} …")


@pytest.mark.parametrize(
    "form", [str, json.dumps, repr, lambda text: repr(text.encode()), quote, quote_plus, escape, str.title]
)
@pytest.mark.parametrize("text", [TEXT, "когда открывается этот сад", "say “it's <b>you & me</b>”"])
def test_a_text_is_found_in_any_form(form: Callable[[str], str], text: str) -> None:
    """As a log, a traceback or an address may hold it."""
    assert private().leaks(f"ERROR x {form(text)}")


def test_what_tells_on_nobody_is_left_alone() -> None:
    """Log lines and metrics as they are; ids of the FAQ and words of the program, though somebody typed them."""
    told = private()
    told.texts |= {"answer", "oldest-tree", "/start oldest-tree", "is the answer in use"}
    line = "2026-11-21T08:00:00+0000 INFO bot.telegram outcome=answer entry=oldest-tree score=0.97 channel=private"
    assert (
        told.leaks(
            f"{line} language=en ms=12.1 error=-\nWARNING bot.channels.telegram.transport.http_client sendMessage fails"
        )
        == []
    )
    assert told.leaks("data/test_penguins/gaps.sqlite3", known=["data/test_penguins"]) == []


@pytest.mark.parametrize("planted", [TEXT, str(ANYBODY.id), TOKEN])
async def test_a_process_that_tells_fails_its_test(tmp_path: Path, planted: str) -> None:
    """Whoever runs it; the message has the kind and not the text."""
    emulator = Emulator(World())
    async with serving(emulator) as url:
        environment = bot_environment(tmp_path, url, faq=ROOT / "faq", seeds=ROOT / "seeds")
        emulator.world.text(emulator.world.private(), TEXT)
        with pytest.raises(AssertionError, match=r"what the process wrote holds (a|the) ") as failed:
            async with BotProcess(
                "-n1", "-r1", f"print({planted!r})", folder=tmp_path, environment=environment, module="timeit"
            ) as process:
                assert await process.wait() == 0
        assert planted not in str(failed.value)


async def test_what_a_process_served_is_searched_too(tmp_path: Path) -> None:
    """Such as its metrics."""
    emulator = Emulator(World())
    async with serving(emulator) as url:
        environment = bot_environment(tmp_path, url, faq=ROOT / "faq", seeds=ROOT / "seeds")
        async with BotProcess("-n1", "-r1", folder=tmp_path, environment=environment, module="timeit") as process:
            assert process.leaks() == []
            process.also_wrote(f'faq_bot_messages_total{{person="{TOKEN}"}} 1')
            assert process.leaks() == ["the token"]
            process.served.clear()


async def test_a_talk_that_tells_fails_its_test(tmp_path: Path) -> None:
    """In one process it is the same."""

    async def told() -> None:
        async with talk_with(MATCHER, tmp_path) as talk:
            await talk.say(TEXT)
            logging.getLogger("bot").error("cannot answer %s", TEXT)

    with pytest.raises(AssertionError, match="log lines or metrics hold a text"):
        await told()


async def test_with_all_log_lines_on_nothing_is_told(tmp_path: Path) -> None:
    """Those of python-telegram-bot's and asyncio's debugging too, which hold whole updates."""
    root = logging.getLogger()
    before = root.level
    root.setLevel(logging.DEBUG)
    try:
        async with talk_with(MATCHER, tmp_path) as talk:
            await talk.say(TEXT)
            await talk.say("how old is the big oak")
            await talk.press("No")
            await talk.press("Wrong")
            await deliver(talk.application, talk.world.inline("how old is the oak, says Xyzzyfirst"))
    finally:
        root.setLevel(before)
