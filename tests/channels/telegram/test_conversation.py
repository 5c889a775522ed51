"""What a chat remembers of the bot's last message: acts, typed choices, quotes, half thoughts, albums."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from html import escape
from pathlib import Path

import pytest
import pytest_asyncio

from bot.channels.memory import Memory
from bot.channels.telegram.context import CONTEXT_SECONDS, CONTEXTS
from bot.domain.follow_up import FollowUps, Said
from bot.matching.matcher import RegressionMatcher
from bot.replicas.shared_answers import LastReply
from tests.support.samples import INTERFACE, garden
from tests.support.telegram_recording import deliver
from tests.support.telegram_talk import Talk, talk_with
from tests.support.telegram_world import Refused, made_person

OAK, OAK_TITLE = "how old is the big oak", "Which tree is the oldest?"
UNSURE = "how old is the oak in Peru"  # offered a choice
FOLLOW_UPS = FollowUps(
    "en",
    {
        Said.SOURCE: ("source", "where is that from"),
        Said.SURE: ("is this true", "really"),
        Said.SHORTER: ("shorter",),
        Said.FIRST: ("the first",),
        Said.NONE: ("none of them",),
        Said.TOPICS: ("menu",),
        Said.STOP: ("stop",),
    },
    openers=("and",),
    pronouns=("it",),
    fillers=("please",),
)
FAQ = replace(garden(), follow_ups=(FOLLOW_UPS,))
MATCHER = RegressionMatcher(FAQ)


@pytest_asyncio.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    async with talk_with(MATCHER, tmp_path) as made:
        yield made


def forget_all(talk: Talk) -> None:
    """As after ten minutes, or a restart."""
    for memory in (talk.context.said, talk.context.just_before):
        memory._kept.clear()


async def test_an_act_means_the_last_answer(talk: Talk) -> None:
    """Typed, or one whose button was pressed."""
    first = await talk.say(OAK)
    assert (await talk.say("source, please?")).text.startswith(OAK_TITLE)
    other = next(label for label in first.labels if label not in ("Yes", "No"))
    await talk.press(other, message_id=first.message_id)
    assert (await talk.say("source")).text.startswith(other)
    assert (await talk.counts())["follow up", "oldest-tree", "private"] == 1


async def test_what_was_said_is_forgotten(talk: Talk) -> None:
    """After ten minutes, and with /forget; a word about an answer is a message like any other then."""
    await talk.say(OAK)
    await talk.say("/forget")
    assert not (await talk.say("source")).text.startswith(OAK_TITLE)
    await talk.say(OAK)
    forget_all(talk)
    assert not (await talk.say("source")).text.startswith(OAK_TITLE)


async def test_a_quoted_message_is_meant_however_old(talk: Talk) -> None:
    """Also one whose buttons were pressed, and in a group."""
    first = await talk.say(OAK)
    await talk.press("Yes")
    await talk.say("opening hours")
    forget_all(talk)
    assert (await talk.say("source", reply_to=first.message_id)).text.startswith(OAK_TITLE)
    group = talk.world.group()
    there = await talk.say(f"@made_faq_bot {OAK}", group)
    assert (await talk.say("source", group, reply_to=there.message_id)).text.startswith(OAK_TITLE)


async def test_nobody_elses_answer_is_meant(talk: Talk) -> None:
    """Each person's chat is remembered by itself."""
    await talk.say(OAK)
    other = talk.world.private(made_person(7))
    assert not (await talk.say("source", other)).text.startswith(OAK_TITLE)


async def test_a_choice_may_be_typed(talk: Talk) -> None:
    """Instead of pressed: by a number, a word, its name."""
    for typed, at in (("1", 0), ("the first", 0), ("2", 1)):
        offered = await talk.say(UNSURE)
        assert (await talk.say(typed)).text.startswith(offered.labels[at])
    offered = await talk.say(UNSURE)
    assert (await talk.say("none of them")).text == INTERFACE.none_chosen
    assert (await talk.say("9")).text == INTERFACE.no_such_choice


async def test_a_number_after_a_card_picks_nothing(talk: Talk) -> None:
    """Who is in danger may mean anything by it, and gets the lines that matter again."""
    card = await talk.say("i am hurt and bleeding, help me")
    assert INTERFACE.not_about_me in card.labels
    for typed in ("2", "the first", "7"):
        assert INTERFACE.no_such_choice not in (await talk.say(typed)).text


async def test_words_stand_for_commands(talk: Talk) -> None:
    """In a private chat."""
    assert (await talk.say("menu")).text == (await talk.say("/topics")).text == (await talk.say("/menu")).text
    assert (await talk.say("stop")).text == INTERFACE.stopped


async def test_a_thought_in_several_messages_gets_one_answer(talk: Talk) -> None:
    """What was said to its parts is taken back, once the answer is there; so is that where more words follow."""
    unsure = await talk.say("so many")
    assert talk.world.replies(talk.chat) == (unsure,)
    for part in ("plants", "how many"):
        answer = await talk.say(part)
        assert answer.text.startswith("How many plants are there?")
        assert talk.world.replies(talk.chat) == (answer,)
    other = talk.world.private(made_person(7))
    greeting = await talk.say("hello", other)
    answer = await talk.say(OAK, other)
    assert talk.world.replies(other) == (greeting, answer)


async def test_thoughts_that_are_apart_keep_their_replies(talk: Talk) -> None:
    """By more than ten seconds, by a press, or by meaning."""
    update = talk.world.text(talk.chat, "are there")
    update["message"]["date"] -= 11
    await talk.give(update)
    await talk.say("plants")
    assert len(talk.world.replies(talk.chat)) == 2
    await talk.say("do you sell tractors")
    await talk.say(OAK)
    assert len(talk.world.replies(talk.chat)) == 4
    await talk.press("No")
    await talk.say(OAK)
    assert len(talk.world.replies(talk.chat)) == 5


async def test_what_may_be_a_cry_keeps_its_reply(talk: Talk) -> None:
    """Whatever is answered after it."""
    await talk.say("i am hurt and bleeding, help me")
    await talk.say("are there")
    await talk.say("plants")
    assert INTERFACE.program in talk.world.replies(talk.chat)[0].text


async def test_half_a_thought_goes_on(talk: Talk) -> None:
    """For half a minute."""
    await talk.say("do you sell tractors")
    assert [one.fragment for _, one in talk.context.just_before._kept.values()] == ["do you sell tractors"]
    await talk.say(OAK)
    assert [one.fragment for _, one in talk.context.just_before._kept.values()] == [""]


# --- A forwarded message, and what is said of it -----------------------------------------------------------------


@pytest.mark.parametrize("comment", ["is this true?", "?", "do you sell tractors"])
async def test_a_comment_before_a_forward_is_no_question_of_its_own(comment: str, talk: Talk) -> None:
    """Telegram sends it as a message right before. The one reply is to the text that was forwarded."""
    assert (await talk.say(comment)).from_bot
    shown = await talk.give(talk.world.forward(talk.chat, OAK))
    assert shown.text.startswith(OAK_TITLE)
    assert talk.world.replies(talk.chat) == (shown,)


@pytest.mark.parametrize("comment", ["is this true?", "really?", "?"])
async def test_a_doubt_after_a_forward_is_one_of_that(comment: str, talk: Talk) -> None:
    """The bot says that it cannot check the text: beside the sources of its answer, if it had one. No word on truth."""
    await talk.give(talk.world.forward(talk.chat, OAK))
    known = await talk.say(comment)
    assert known.text.startswith(INTERFACE.of_forward)
    assert "Guide to the garden" in known.text
    await talk.give(talk.world.forward(talk.chat, "do you sell tractors"))
    assert (await talk.say(comment)).text == INTERFACE.of_unknown_forward
    await talk.say("/start")
    await talk.give(talk.world.forward(talk.chat, OAK))
    assert (await talk.say("source")).text.startswith(OAK_TITLE)


async def test_a_forward_without_an_answer_means_no_earlier_one(talk: Talk) -> None:
    """Small talk that was forwarded has no sources to compare."""
    await talk.say(OAK)
    await talk.give(talk.world.forward(talk.chat, "hello"))
    assert (await talk.say("really?")).text == INTERFACE.of_unknown_forward


async def test_what_comes_later_is_said_of_the_answer(talk: Talk) -> None:
    """More than ten seconds before a forward or after it, as Telegram dates the messages."""
    comment, forward, doubt = (
        talk.world.text(talk.chat, "?"),
        talk.world.forward(talk.chat, OAK),
        talk.world.text(talk.chat, "really?"),
    )
    forward["message"]["date"] += 11
    doubt["message"]["date"] += 22
    for update in (comment, forward, doubt):
        await talk.give(update)
    first, second, third = talk.world.replies(talk.chat)
    assert not first.text.startswith(OAK_TITLE)
    assert second.text.startswith(OAK_TITLE)
    assert third.text.startswith(INTERFACE.sure)


async def test_a_forwarded_text_follows_nothing(talk: Talk) -> None:
    """It was written elsewhere: it means no answer of this chat, chooses nothing, and goes on from nothing."""
    await talk.say(OAK)
    assert not (await talk.give(talk.world.forward(talk.chat, "source"))).text.startswith(OAK_TITLE)
    offered = await talk.say(UNSURE)
    assert not (await talk.give(talk.world.forward(talk.chat, "1"))).text.startswith(offered.labels[0])
    await talk.give(talk.world.forward(talk.chat, "do you sell tractors"))
    assert all(not one.fragment for _, one in talk.context.just_before._kept.values())


async def test_a_forward_holds_no_cry_back(talk: Talk) -> None:
    """A cry before it keeps its card, a cry in it gets one, and a doubt after that the lines that matter."""
    card = await talk.say("i am hurt and bleeding, help me")
    await talk.give(talk.world.forward(talk.chat, OAK))
    assert card in talk.world.replies(talk.chat)
    other = talk.world.private(made_person(7))
    card = await talk.give(talk.world.forward(other, "i am hurt and bleeding, help me"), other)
    assert INTERFACE.not_about_me in card.labels
    assert INTERFACE.program in (await talk.say("?", other)).text
    third = talk.world.private(made_person(8))
    await talk.give(talk.world.forward(third, OAK), third)
    for text in ("i am hurt and bleeding, help me", "🆘"):
        assert (await talk.say(text, third)).from_bot


async def test_a_reply_that_cannot_be_taken_back_stays(talk: Talk) -> None:
    """Nothing fails for it."""
    first = await talk.say("is this true?")
    talk.request.fail("deleteMessage", Refused(400, "Bad Request: message can't be deleted"))
    await talk.give(talk.world.forward(talk.chat, OAK))
    assert talk.world.replies(talk.chat)[0] == first
    assert len(talk.world.replies(talk.chat)) == 2


# ----------------------------------------------------------------------------------------------------------------


async def test_not_what_i_asked_shows_what_comes_next(talk: Talk) -> None:
    """And is a gap of its own kind, with the question."""
    await talk.say(OAK)
    await talk.press("No")
    shown = await talk.press(INTERFACE.not_asked)
    assert shown.text in (INTERFACE.instead, INTERFACE.none_chosen)
    assert OAK_TITLE not in shown.labels
    (kept,) = await talk.gaps()
    assert (kept.gap.reason, kept.gap.entry, kept.gap.text) == ("not asked", "oldest-tree", OAK)


async def ask_what_is_unclear(talk: Talk) -> None:
    """As far as the button that says that the next message is kept."""
    answer = await talk.say(OAK)
    await talk.press("No")
    await talk.press("Unclear")
    shown = await talk.press(INTERFACE.say_unclear)
    assert shown.text == INTERFACE.what_is_unclear
    (answer,) = (one for one in talk.world.replies(talk.chat) if one.message_id == answer.message_id)
    assert INTERFACE.say_unclear not in answer.labels


async def test_what_is_unclear_may_be_said_after_a_button(talk: Talk) -> None:
    """The one message after it is a gap of its answer, redacted, and thanked for; the next is a question again."""
    await ask_what_is_unclear(talk)
    shown = await talk.say("which ship brought the oak? mail me at a@b.example")
    assert shown.text == INTERFACE.thanks_not_helpful
    assert (await talk.say("may i bring my dog")).text.startswith("May I bring my dog?")
    said, pressed = await talk.gaps()
    assert (said.gap.reason, said.gap.entry) == ("unclear", "oldest-tree")
    assert said.gap.text == "which [word] the oak? [word] [e-mail]"
    assert (pressed.gap.reason, pressed.gap.text) == ("unclear", OAK)
    counts = await talk.counts()
    assert (counts["explained", "oldest-tree", "private"], counts["unclear", "oldest-tree", "private"]) == (1, 1)
    await talk.say("/forget")
    assert await talk.gaps() == []


@pytest.mark.parametrize("text", ["i am hurt and bleeding, help me", "ምግብ እንዴት ይሰራል", "/help", "?"])
async def test_what_is_no_remark_is_not_kept_as_one(text: str, talk: Talk) -> None:
    """A cry gets its card, a command its reply; and the message after it is not kept either."""
    plain = (await talk.say(text)).text
    await talk.say("/forget")
    await ask_what_is_unclear(talk)
    number = len(await talk.gaps())
    assert (await talk.say(text)).text.startswith(plain[:20])
    await talk.say("may i bring my dog")
    assert len(await talk.gaps()) == number


async def test_in_the_hour_after_a_card_no_remark_is_kept(talk: Talk) -> None:
    """It may belong to the cry."""
    await talk.say("i am hurt and bleeding, help me")
    await ask_what_is_unclear(talk)
    (pressed,) = await talk.gaps()
    await talk.say("which ship brought the oak?")
    assert await talk.gaps() == [pressed]


async def test_without_the_button_no_remark_is_kept(talk: Talk) -> None:
    """Nor after ten minutes, after /forget, forwarded, or in a group, where no such button stands."""
    await talk.say(OAK)
    await talk.press("No")
    assert INTERFACE.say_unclear in (await talk.press("Unclear")).labels
    assert (await talk.say("may i bring my dog")).text.startswith("May I bring my dog?")
    await ask_what_is_unclear(talk)
    talk.context.explaining._kept.clear()
    assert (await talk.say("may i bring my dog")).text.startswith("May I bring my dog?")
    await ask_what_is_unclear(talk)
    assert (await talk.give(talk.world.forward(talk.chat, "opening hours"))).text.startswith("When is the garden open?")
    await talk.say("/forget")
    assert (await talk.say("may i bring my dog")).text.startswith("May I bring my dog?")
    group = talk.world.group()
    await talk.say(f"@made_faq_bot {OAK}", group)
    await talk.press("No", group)
    assert INTERFACE.say_unclear not in (await talk.press("Unclear", group)).labels


async def test_an_album_gets_one_reply(talk: Talk) -> None:
    """With the words under its first picture."""
    for caption in (OAK, None, None):
        update = talk.world.photo(talk.chat, caption)
        update["message"]["media_group_id"] = "13"
        await talk.give(update)
    (reply,) = talk.world.replies(talk.chat)
    assert reply.text.startswith(OAK_TITLE)


async def test_the_bots_name_alone_calls_it_to_a_question(talk: Talk) -> None:
    """As a reply to what somebody asked in a group; in a private chat the name is taken off."""
    group = talk.world.group()
    question = talk.world.text(group, OAK)
    await talk.give(question, group)
    called = talk.world.text(group, "@made_faq_bot", reply_to=question["message"]["message_id"])
    assert (await talk.give(called, group)).text.startswith(OAK_TITLE)
    assert (await talk.say(f"@made_faq_bot {OAK}")).text.startswith(OAK_TITLE)


# --- Chats that change -----------------------------------------------------------------------------------------


async def test_where_the_topic_is_gone_the_reply_comes_without_it(talk: Talk) -> None:
    """Somebody has deleted it meanwhile."""
    group = talk.world.group(kind="supergroup")
    update = talk.world.text(group, f"@made_faq_bot {OAK}")
    update["message"] |= {"message_thread_id": 5, "is_topic_message": True}
    talk.request.fail("sendMessage", Refused(400, "Bad Request: message thread not found"))
    assert (await talk.give(update, group)).text.startswith(OAK_TITLE)
    assert "message_thread_id" not in talk.world.called("sendMessage")[-1].fields


async def test_where_the_group_has_moved_the_reply_follows(talk: Talk) -> None:
    """It is another chat now, and the message that is answered is not in it."""
    group, moved = talk.world.group(), talk.world.group(kind="supergroup")
    talk.request.fail(
        "sendMessage",
        Refused(
            400,
            "Bad Request: group chat was upgraded to a supergroup chat",
            {"migrate_to_chat_id": moved.id},
        ),
    )
    await deliver(talk.application, talk.world.text(group, f"@made_faq_bot {OAK}"))
    assert talk.world.last(moved).text.startswith(OAK_TITLE)


async def test_an_inline_query_finds_several_answers(talk: Talk) -> None:
    """From the first letters on; what is shared says what the bot is."""
    await talk.give(talk.world.text(talk.chat, OAK))
    await deliver(talk.application, talk.world.inline("how old is the oak"))
    fields = talk.world.called("answerInlineQuery")[-1].fields
    results = json.loads(fields["results"]) if isinstance(fields["results"], str) else fields["results"]
    assert results[0]["id"] == "oldest-tree"
    assert all(escape(INTERFACE.short_description) in one["input_message_content"]["message_text"] for one in results)


async def test_all_that_is_remembered_is_dropped_in_time(talk: Talk) -> None:
    """Also while nobody writes: whatever holds something of chats is among what is looked through."""
    context = talk.context
    held = {name for name in context.__slots__ if isinstance(getattr(context, name), Memory)}
    assert {id(getattr(context, name)) for name in held} == {id(memory) for memory in context.memories}
    assert {"said", "just_before", "albums"} <= held


def test_a_hundred_thousand_chats_take_little_memory() -> None:
    """The oldest are dropped first."""
    now = [0.0]
    memory = Memory[LastReply](lambda: now[0], CONTEXT_SECONDS, 3)
    for key in "abcd":
        memory.keep(key, LastReply("oldest-tree", ()))
    assert [memory.get(key) is not None for key in "abcd"] == [False, True, True, True]
    now[0] = CONTEXT_SECONDS
    assert memory.get("d") is None
    assert CONTEXTS == 100_000
