"""The bot as a process against a Bot API server that nobody here wrote: what people see, and what is left behind."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path

import pytest
import pytest_asyncio

from bot.answering.commands import COMMANDS
from bot.domain.faq import Faq
from bot.gaps.digest import due_week
from bot.gaps.repository import utc_now
from bot.matching.matcher import RegressionMatcher
from bot.storage.keys import Keys, asker_key, new_asker_key, new_text_key, text_keys
from bot.storage.stores import FILE
from tests.support.paths import ROOT
from tests.support.telegram_emulator import BotProcess, Emulator, bot_environment, serving
from tests.support.telegram_phone import READY, Phone, phone_to
from tests.support.telegram_world import BAD_GATEWAY, PERSONAL_MARKS, TOKEN, Chat, Refused, Slow, World, made_person

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

MODEL_QUESTION = "Why is the Secretary-General releasing this report now?"
GAP = "which drawer holds the silver spoons"
MARK = "xyzzymailbox"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def phone(
    tmp_path_factory: pytest.TempPathFactory, cache: Path, matcher: RegressionMatcher
) -> AsyncIterator[Phone]:
    """One bot with the project's own FAQ for all that harm it not. At its end: nothing it wrote tells on anybody."""
    folder = tmp_path_factory.mktemp("phone")
    async with phone_to(folder, ROOT / "faq", ROOT / "seeds", cache, THROTTLE_MESSAGES="0", CONCURRENCY="16") as made:
        yield made
        assert await made.process.stop() == 0, made.process.output
        assert "outcome=answer entry=why-report-now" in made.process.output
        told = [mark for mark in (*PERSONAL_MARKS, TOKEN, TOKEN.partition(":")[2], MARK) if mark in made.process.output]
        assert not told, "a log line tells on somebody"
        assert GAP not in made.process.output
        assert MODEL_QUESTION not in made.process.output
        assert "Traceback" not in made.process.output
        stored = b"".join(path.read_bytes() for path in (folder / "data").iterdir())
        assert not any(mark.encode() in stored for mark in (*PERSONAL_MARKS, TOKEN, MARK, "tractors"))


@pytest.fixture
def chat(phone: Phone) -> Chat:
    return phone.somebody()


def question_of(label: str, faq: Faq) -> str:
    """The question of the entry to which a button leads."""
    return next(entry.question for entry in faq.entries.values() if entry.label == label)


# --- Answers ---------------------------------------------------------------------------------------------------


async def test_the_model_question_is_answered_with_its_source(phone: Phone, chat: Chat) -> None:
    """The main job: the answer, the time of its figures, the source as a link that says where it leads."""
    shown = await phone.say(MODEL_QUESTION, chat)
    assert shown.text.startswith(MODEL_QUESTION)
    assert "starting to negotiate the Compact" in shown.text
    assert "January 2018" in shown.text
    assert any(address == "https://refugeesmigrants.un.org/SGReport" for _, address in shown.links)
    assert shown.reply_to is not None
    assert shown.labels[:2] == ("Yes", "No")


async def test_a_choice_becomes_the_answer(phone: Phone, chat: Chat, faq: Faq) -> None:
    """Did-you-mean is edited into the answer."""
    offered = await phone.say("migrants and money", chat)
    assert offered.labels[-1] == "None of these"
    shown = await phone.press(offered.labels[0], chat)
    assert shown.message_id == offered.message_id
    assert shown.text.startswith(question_of(offered.labels[0], faq))


async def test_none_of_these_is_listed_as_a_gap(phone: Phone, chat: Chat) -> None:
    """With the words that were typed and what was near."""
    await phone.say("migrants and money", chat)
    shown = await phone.press("None of these", chat)
    assert shown.labels == ("Browse the topics",)
    listed = await phone.gaps(lambda gaps: any(gap["reason"] == "none of these" for gap in gaps))
    gap = next(gap for gap in listed if gap["reason"] == "none of these")
    assert gap["text"] == "migrants and money"
    assert len(gap["nearest"]) == 5
    assert (gap["status"], gap["channel"], gap["language"]) == ("new", "private", "en")


async def test_a_question_without_an_answer_is_listed_as_a_gap(phone: Phone, chat: Chat) -> None:
    """It says so honestly, and the text is redacted: beside an address goes what the FAQ does not know."""
    shown = await phone.say(f"{GAP} {MARK}@example.org", chat)
    assert shown.text.startswith("I don't know.")
    kept = "which [word] holds the [word] [e-mail]"
    listed = await phone.gaps(lambda gaps: any(gap["text"] == kept for gap in gaps))
    assert {gap["reason"] for gap in listed if gap["text"] == kept} == {"no match"}


async def test_another_language_is_listed_as_a_gap(phone: Phone, chat: Chat) -> None:
    """One line in return."""
    shown = await phone.say("trois boutons bleus", chat)
    assert shown.text.startswith("Je ne sais pas.")
    await phone.gaps(lambda gaps: any(gap["reason"] == "other language" for gap in gaps))


async def test_yes_is_thanked(phone: Phone, chat: Chat) -> None:
    """In place of the question whether it helped."""
    await phone.say(MODEL_QUESTION, chat)
    shown = await phone.press("Yes", chat)
    assert shown.text.endswith("Thank you.")
    assert "Yes" not in shown.labels
    assert any(address == "https://refugeesmigrants.un.org/SGReport" for _, address in shown.links)


@pytest.mark.parametrize(("label", "reason"), [("Wrong", "wrong"), ("Outdated", "outdated"), ("Unclear", "unclear")])
async def test_no_asks_why_and_is_listed(label: str, reason: str, phone: Phone, chat: Chat) -> None:
    """The question is found through the message that the answer quotes."""
    await phone.say(MODEL_QUESTION, chat)
    await phone.press("No", chat)
    shown = await phone.press(label, chat)
    assert shown.text.endswith("Thank you. The editors will look at it.")
    listed = await phone.gaps(lambda gaps: any(gap["reason"] == reason for gap in gaps))
    assert next(gap for gap in listed if gap["reason"] == reason)["text"] == MODEL_QUESTION


async def test_a_related_question_is_answered_below(phone: Phone, chat: Chat, faq: Faq) -> None:
    """The first answer stays."""
    first = await phone.say(MODEL_QUESTION, chat)
    shown = await phone.press(first.labels[2], chat)
    assert shown.message_id != first.message_id
    assert shown.text.startswith(question_of(first.labels[2], faq))


async def test_an_urgent_message_gets_a_card_and_is_not_kept(phone: Phone, chat: Chat) -> None:
    """Emergency number first, then help pages; in no list."""
    shown = await phone.say("they took my passport and lock me in, please help me", chat)
    assert "emergency number" in shown.text
    assert shown.links
    # By somebody else: after a card nothing is kept. Notes are written in order: with this the other would be there.
    await phone.say(f"{GAP} again", phone.somebody())
    listed = await phone.gaps(lambda gaps: any(gap["text"] == f"{GAP} again" for gap in gaps))
    assert not any("passport" in gap["text"] for gap in listed)


async def test_people_do_not_wait_for_each_other(phone: Phone) -> None:
    """Telegram takes its time with every reply: while one person's is on its way, those of others are too."""
    chats = [phone.somebody() for _ in range(40)]
    phone.emulator.fail("sendMessage", Slow(0.5), times=len(chats))
    await phone.emulator.send(*(phone.world.text(chat, MODEL_QUESTION) for chat in chats))
    await phone.emulator.until(lambda world: all(world.replies(chat) for chat in chats), timeout=120)
    assert all(phone.world.replies(chat)[-1].text.startswith(MODEL_QUESTION) for chat in chats)
    assert 8 <= phone.emulator.most_sending <= 16, "as many at once as CONCURRENCY says, or nearly"


# --- Commands, topics, inline ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", COMMANDS)
async def test_every_command_answers(name: str, phone: Phone, chat: Chat) -> None:
    """With words of its own."""
    shown = await phone.say(f"/{name}", chat)
    assert shown.text
    assert "I do not know that command" not in shown.text
    assert "{" not in shown.text


async def test_the_privacy_text_says_how_long(phone: Phone, chat: Chat) -> None:
    """As it is set."""
    assert "after 90 days" in (await phone.say("/privacy", chat)).text


async def test_an_unknown_command_says_so(phone: Phone, chat: Chat) -> None:
    """With the way to help."""
    assert "I do not know that command" in (await phone.say("/unheard_of", chat)).text


async def test_a_deep_link_opens_its_answer(phone: Phone, chat: Chat) -> None:
    """And an old one the welcome."""
    assert (await phone.say("/start why-report-now", chat)).text.startswith(MODEL_QUESTION)
    assert (await phone.say("/start of-an-older-faq", chat)).text.startswith("I answer questions about migration")


async def test_topics_are_browsed_in_one_message(phone: Phone, chat: Chat, faq: Faq) -> None:
    """There and back."""
    topics = await phone.say("/topics", chat)
    questions = await phone.press("Numbers and trends", chat)
    answer = await phone.press(questions.labels[0], chat)
    assert answer.text.startswith(question_of(questions.labels[0], faq))
    assert (await phone.press("Back", chat)).labels == questions.labels
    shown = await phone.press("All topics", chat)
    assert (shown.message_id, shown.labels) == (topics.message_id, topics.labels)
    assert len(phone.world.replies(chat)) == 1


async def test_an_answer_can_be_shared_inline(phone: Phone) -> None:
    """With its source; what has no answer offers the private chat."""
    await phone.emulator.send(phone.world.inline("why now"))
    await phone.emulator.until(lambda world: bool(world.called("answerInlineQuery")))
    offered = phone.world.called("answerInlineQuery")[-1].fields
    results = json.loads(offered["results"]) if isinstance(offered["results"], str) else offered["results"]
    assert results[0]["id"] == "why-report-now"
    assert "refugeesmigrants.un.org/SGReport" in results[0]["input_message_content"]["message_text"]


# --- Groups, edits, other messages -----------------------------------------------------------------------------


async def test_a_group_hears_it_only_when_it_calls(phone: Phone) -> None:
    """Silence to questions among people; an answer to a mention, a reply, a command."""
    group = phone.world.group()
    for text in (MODEL_QUESTION, GAP, "/unheard_of", "/help@other_bot"):
        await phone.emulator.send(phone.world.text(group, text))
    answer = await phone.say(f"@made_faq_bot {MODEL_QUESTION}", group)
    assert len(phone.world.replies(group)) == 1, "it spoke without being called"
    assert answer.text.startswith(MODEL_QUESTION)
    assert (await phone.say("what is MICIC?", group, reply_to=answer.message_id)).text
    assert (await phone.say("/help@made_faq_bot", group)).text.startswith("Ask in your own words")
    assert len(phone.world.replies(group)) == 3


async def test_an_urgent_card_in_a_group_offers_the_private_chat(phone: Phone) -> None:
    """Others read along there."""
    shown = await phone.say("@made_faq_bot they took my passport and lock me in, please help me", phone.world.group())
    assert shown.buttons[0][0].url == "https://t.me/made_faq_bot?start=group"


async def test_an_edit_changes_the_reply(phone: Phone, chat: Chat) -> None:
    """A typing mistake is mended in place, and is a gap no more."""
    wrong = await phone.say("blorp fizzle zzyx qwop", chat)
    asked = wrong.reply_to
    assert asked is not None
    shown = await phone.give(phone.world.edit(asked, MODEL_QUESTION, chat=chat), chat)
    assert (shown.message_id, shown.edited) == (wrong.message_id, True)
    assert shown.text.startswith(MODEL_QUESTION)
    await phone.gaps(lambda gaps: not any("blorp" in gap["text"] for gap in gaps))


@pytest.mark.parametrize("kind", ["photo", "voice", "sticker"])
async def test_what_is_no_text_gets_a_kind_word(kind: str, phone: Phone, chat: Chat) -> None:
    """Nobody is left waiting."""
    assert (await phone.give(getattr(phone.world, kind)(chat), chat)).text.startswith("I can read text only")


async def test_a_shared_place_gets_the_numbers_there(phone: Phone, chat: Chat) -> None:
    """First that nobody reads this, then whom to call at Lampedusa."""
    shown = await phone.give(phone.world.location(chat, 35.5012, 12.6096), chat)
    assert shown.text.startswith("I am a program. Nobody reads this chat. I cannot send help.")
    assert "1530" in shown.text


async def test_a_button_of_an_older_faq_is_answered(phone: Phone, chat: Chat) -> None:
    """With a word, and the message stays."""
    before = await phone.say(MODEL_QUESTION, chat)
    await phone.emulator.send(phone.world.press_data(chat, "c:an-entry-that-is-gone"))
    await phone.emulator.until(lambda world: not world.unanswered)
    assert "older version" in str(phone.world.called("answerCallbackQuery")[-1].fields["text"])
    assert phone.world.replies(chat)[-1] == before


async def test_who_blocked_the_bot_holds_nobody_up(phone: Phone, chat: Chat) -> None:
    """A send that Telegram refuses is logged; the next message is answered."""
    blocked = phone.somebody()
    await phone.say(f"{GAP} of one who leaves", blocked)
    phone.emulator.fail("sendMessage", Refused(403, "Forbidden: bot was blocked by the user"))
    await phone.emulator.send(phone.world.text(blocked, MODEL_QUESTION))
    await phone.emulator.until_failed("sendMessage")  # two chats are answered at once, in no order
    assert (await phone.say(MODEL_QUESTION, chat)).text.startswith(MODEL_QUESTION)
    await phone.emulator.send(phone.world.member(blocked, "kicked"))
    await phone.gaps(lambda gaps: not any("of one who leaves" in gap["text"] for gap in gaps))


async def test_menus_and_descriptions_are_set(phone: Phone) -> None:
    """From the table of commands."""
    await phone.emulator.until(lambda world: bool(world.called("setMyShortDescription")))
    private, groups = phone.world.called("setMyCommands")[:2]
    assert all(name in str(private.fields["commands"]) for name in COMMANDS)
    assert "settings" not in str(groups.fields["commands"])
    assert "not a government service" in str(phone.world.called("setMyDescription")[0].fields["description"])


# --- Forgetting, restarting, reloading -------------------------------------------------------------------------


async def test_forget_leaves_nothing_in_the_file(phone: Phone, chat: Chat) -> None:
    """Neither in the database nor in its write-ahead log."""
    keys = Keys(
        text_keys((phone.folder / "config" / "migration-faq-bot" / "gaps.key").read_text(encoding="ascii")),
        asker_key((phone.folder / "config" / "migration-faq-bot" / "asker.key").read_text(encoding="ascii")),
    )
    code = keys.pseudonym("asker", f"telegram:{chat.id}").encode()
    data = phone.folder / "data"
    await phone.say(f"{GAP} twice", chat)
    await phone.gaps(lambda gaps: any("twice" in gap["text"] for gap in gaps))
    assert any(code in path.read_bytes() for path in data.iterdir())
    with closing(sqlite3.connect(data / FILE)) as connection:
        texts = [row[0] for row in connection.execute("SELECT text FROM gap WHERE asker = ?", (code.decode(),))]
    assert texts
    assert (await phone.say("/forget", chat)).text.startswith("Done.")
    stored = b"".join(path.read_bytes() for path in data.iterdir())
    assert code not in stored
    assert not any(text in stored for text in texts)
    await phone.gaps(lambda gaps: not any("twice" in gap["text"] for gap in gaps))


async def test_after_a_restart_all_goes_on(tmp_path: Path, small: Path, cache: Path) -> None:
    """Gaps are still there, buttons of before still work, an edit of before gets a reply."""
    emulator = Emulator(World())
    async with serving(emulator) as url:
        environment = bot_environment(tmp_path, url, faq=small / "faq", seeds=small / "seeds")
        chat = emulator.world.private()
        async with BotProcess("run", folder=tmp_path, environment=environment) as process:
            await process.wait_for_output(READY)
            phone = Phone(emulator, process, environment, tmp_path)
            unknown = await phone.say(GAP, chat)
            await phone.say("when does the ferry go", chat)
            assert await process.stop() == 0, process.output
        async with BotProcess("run", folder=tmp_path, environment=environment) as process:
            await process.wait_for_output(READY)
            phone = Phone(emulator, process, environment, tmp_path)
            assert [gap["text"] for gap in await phone.gaps()] == [GAP]
            await phone.press("No", chat)
            await phone.press("Wrong", chat)
            assert len(await phone.gaps(lambda gaps: len(gaps) == 2)) == 2
            assert unknown.reply_to is not None
            edited = await phone.give(emulator.world.edit(unknown.reply_to, "when does the ferry go", chat=chat), chat)
            assert edited.reply_to == unknown.reply_to
            assert await process.stop() == 0, process.output


async def test_neither_a_kill_nor_a_stop_costs_anybody_an_answer(tmp_path: Path, small: Path, cache: Path) -> None:
    """What was not answered when the process died is answered by the next one; asked to end, it answers all it took."""
    emulator = Emulator(World())
    chats = [emulator.world.private(made_person(person)) for person in range(100)]

    def answered(world: World) -> int:
        return sum(bool(world.replies(chat)) for chat in chats)

    async with serving(emulator) as url:
        environment = bot_environment(tmp_path, url, faq=small / "faq", seeds=small / "seeds")
        environment |= {"CACHE_DIR": str(cache), "SENDS_A_SECOND": "0", "CONCURRENCY": "16"}
        emulator.fail("sendMessage", Slow(0.2), times=200)
        async with BotProcess("run", folder=tmp_path, environment=environment) as process:
            await process.wait_for_output(READY)
            await emulator.send(*(emulator.world.text(chat, "when does the ferry go") for chat in chats[:50]))
            await emulator.until(lambda world: answered(world) >= 20)
            await process.kill()
            assert answered(emulator.world) < 50
        async with BotProcess("run", folder=tmp_path, environment=environment) as process:
            await emulator.until(lambda world: answered(world) == 50, timeout=120)
            await emulator.send(*(emulator.world.text(chat, "when does the ferry go") for chat in chats[50:]))
            await emulator.until(lambda world: answered(world) >= 55)
            assert await process.stop() == 0, process.output
            assert " ERROR " not in process.output
    assert answered(emulator.world) == 100
    assert all(len(emulator.world.replies(chat)) == 1 for chat in chats[50:])


async def test_an_edited_faq_is_taken_up(
    tmp_path: Path, small: Path, cache: Path, edit: Callable[[str, str, str], None]
) -> None:
    """While it runs; a broken file changes nothing and is told with its place."""
    async with phone_to(tmp_path / "bot", small / "faq", small / "seeds", cache) as phone:
        chat = phone.somebody()
        assert (await phone.say("do you have inflatable tractors", chat)).text.startswith("I don't know")
        path = small / "faq" / "en" / "ferry.yaml"
        sound = path.read_text(encoding="utf-8")
        path.write_text(sound + "oops: [\n", encoding="utf-8")
        await phone.process.wait_for_output("FAQ not taken up: faq/en/ferry.yaml:")
        assert (await phone.say("when does the ferry go", chat)).labels[:2] == ("Yes", "No")
        path.unlink()
        await phone.process.wait_for_output("FAQ not taken up: faq/en/interface.yaml:")  # its examples are gone
        assert (await phone.say("when does the ferry go", chat)).labels[:2] == ("Yes", "No")
        path.write_text(sound, encoding="utf-8")
        await phone.process.wait_for_output("stays in use: its files say the same")
        first = sound.index("    phrasings:\n") + len("    phrasings:\n")
        path.write_text(f"{sound[:first]}      - do you have inflatable tractors\n{sound[first:]}", encoding="utf-8")
        await phone.process.wait_for_output("is in use")
        assert (await phone.say("do you have inflatable tractors", chat)).labels[:2] == ("Yes", "No")
        assert await phone.process.stop() == 0, phone.process.output


async def test_a_log_that_cannot_be_written_costs_nobody_an_answer(tmp_path: Path, small: Path, cache: Path) -> None:
    """The mend is in the log, what stands in its place stays as it is."""
    (tmp_path / "bot" / "data").mkdir(parents=True)
    (tmp_path / "bot" / "config" / "migration-faq-bot").mkdir(parents=True)
    for name, key in (("gaps", new_text_key()), ("asker", new_asker_key())):
        (tmp_path / "bot" / "config" / "migration-faq-bot" / f"{name}.key").write_text(key, encoding="ascii")
    broken = tmp_path / "bot" / "data" / FILE
    broken.mkdir()
    async with phone_to(tmp_path / "bot", small / "faq", small / "seeds", cache) as phone:
        chat = phone.somebody()
        assert (await phone.say(GAP, chat)).text.startswith("I don't know")
        assert (await phone.say("/forget", chat)).text.startswith("I could not delete")
        await phone.process.wait_for_output("cannot be opened; let this user write to it")
        assert (await phone.say("when does the ferry go", chat)).labels[:2] == ("Yes", "No")
    assert list(broken.iterdir()) == []


async def test_maintainers_get_the_digest_and_nobody_else(tmp_path: Path, small: Path, cache: Path) -> None:
    """By itself once this week, and when asked for; to others it is an unknown command. No log line tells on a chat."""
    emulator = Emulator(World())
    chat, outsider = emulator.world.private(), emulator.world.private(made_person(2))
    is_due = due_week(utc_now()) is not None

    def digests(world: World) -> int:
        return sum(shown.text.startswith("The seven days to ") for shown in world.replies(chat))

    async with serving(emulator) as url:
        environment = bot_environment(tmp_path, url, faq=small / "faq", seeds=small / "seeds")
        environment |= {"CACHE_DIR": str(cache), "MAINTAINER_CHATS": f"{chat.id}, -{chat.id}"}
        for start in range(2):
            async with BotProcess("run", folder=tmp_path, environment=environment) as process:
                await process.wait_for_output(READY)
                phone = Phone(emulator, process, environment, tmp_path)
                if is_due and start == 0:
                    await emulator.until(lambda world: digests(world) == 1)
                    await process.wait_for_output("at place 2 of MAINTAINER_CHATS (BadRequest)")
                await phone.say(GAP, outsider)
                await phone.gaps()
                asked = await phone.say("/digest", chat)
                assert GAP in asked.text
                assert asked.reply_to is not None
                unknown = await phone.say("/nonsense", outsider)
                refused = await phone.say("/digest", outsider)
                assert (refused.html, refused.buttons) == (unknown.html, unknown.buttons)
                assert await process.stop() == 0, process.output
                assert not any(mark in process.output for mark in (*PERSONAL_MARKS, TOKEN, GAP, "The seven days"))
                assert "Traceback" not in process.output
    assert digests(emulator.world) == 2 + is_due


# --- Starting --------------------------------------------------------------------------------------------------


async def test_a_token_that_telegram_refuses_ends_it_in_words(tmp_path: Path, small: Path) -> None:
    """Exit 2, what to do, no traceback and no token."""
    emulator = Emulator(World())
    emulator.fail("getMe", Refused(401, "Unauthorized"))
    async with serving(emulator) as url:
        environment = bot_environment(tmp_path, url, faq=small / "faq", seeds=small / "seeds")
        async with BotProcess("run", folder=tmp_path, environment=environment) as process:
            assert await process.wait() == 2
            assert "TELEGRAM_BOT_TOKEN: Telegram does not know this token" in process.stderr
            assert "Traceback" not in process.output
            assert TOKEN not in process.output


async def test_it_waits_for_telegram_and_says_so(tmp_path: Path, small: Path) -> None:
    """Down at the start, it is tried again; then people are answered."""
    emulator = Emulator(World())
    emulator.fail("getMe", BAD_GATEWAY, times=2)
    async with serving(emulator) as url:
        environment = bot_environment(tmp_path, url, faq=small / "faq", seeds=small / "seeds")
        async with BotProcess("run", folder=tmp_path, environment=environment) as process:
            await process.wait_for_output("Telegram does not answer yet (NetworkError); trying again in 1 s")
            await process.wait_for_output(READY)
            phone = Phone(emulator, process, environment, tmp_path)
            assert (await phone.say("when does the ferry go", phone.somebody())).labels[:2] == ("Yes", "No")
            assert await process.stop() == 0, process.output


async def test_it_ends_when_asked_to_though_telegram_refuses_everything(tmp_path: Path, small: Path) -> None:
    """Before the first update could be fetched, too."""
    emulator = Emulator(World())
    emulator.fail("deleteWebhook", BAD_GATEWAY, times=1000)
    async with serving(emulator) as url:
        environment = bot_environment(tmp_path, url, faq=small / "faq", seeds=small / "seeds")
        async with BotProcess("run", folder=tmp_path, environment=environment) as process:
            while not emulator.faults.used:
                await asyncio.sleep(0.05)
            assert await process.stop() == 0, process.output
            assert READY not in process.output


async def test_all_that_is_wrong_with_the_settings_is_said_at_once(tmp_path: Path) -> None:
    """Each with its mend, and no secret is shown."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TELEGRAM_BOT_TOKEN": "my secret token"}
    environment |= {
        "TELEGRAM_API_URL": "https://api.telegram.org/bot123",
        "CONCURRENCY": "many",
        "GAPS_KEY": "secretkey",
    }
    async with BotProcess("run", folder=tmp_path, environment=environment) as process:
        assert await process.wait() == 2
    for name in ("TELEGRAM_BOT_TOKEN", "TELEGRAM_API_URL", "CONCURRENCY", "GAPS_KEY"):
        assert f"{name}: " in process.stderr
    assert "secret" not in process.output
    assert "Traceback" not in process.output


async def test_a_container_does_not_start_without_its_keys(tmp_path: Path) -> None:
    """Keys made inside it would be lost with it."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "KEYS_REQUIRED": "true"}
    environment.pop("TELEGRAM_BOT_TOKEN", None)
    async with BotProcess("run", folder=tmp_path, environment=environment) as process:
        assert await process.wait() == 2
    for name in ("TELEGRAM_BOT_TOKEN", "GAPS_KEY", "ASKER_KEY"):
        assert f"{name}: is not set" in process.stderr
