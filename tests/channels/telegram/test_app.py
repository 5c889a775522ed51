"""The bot in Telegram, through its real application: what a person sees, and what is noted of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.answering.commands import COMMANDS
from bot.channels.telegram.ui.keyboards import PAGE, ButtonAction, topic_key
from bot.channels.telegram.ui.menus import set_menus
from bot.domain.gap import GapReason
from bot.matching.matcher import RegressionMatcher
from tests.support.samples import DOGS, INTERFACE, entry, faq_of, garden
from tests.support.telegram_recording import deliver, deliver_at_once
from tests.support.telegram_talk import Talk, talk_with
from tests.support.telegram_world import BAD_GATEWAY, PERSONAL_MARKS, TOKEN, Call, Refused, Slow, made_person

MATCHER = RegressionMatcher(replace(garden(), languages={"en": "English"}, version="v1"))
FAQ = MATCHER.faq
OAK, OAK_TITLE = "how old is the big oak", "Which tree is the oldest?"
UNSURE = "how old is the oak in Peru"  # offered a choice
NOTHING = "do you sell tractors"
DANGER = "i fell and cannot stand up"


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    async with talk_with(MATCHER, tmp_path) as made:
        yield made
        assert refused(made) == []


def refused(talk: Talk) -> list[Call]:
    """What Telegram would have refused, save an edit that changes nothing, which is harmless."""
    return [call for call in talk.world.refused if "not modified" not in str(call.error)]


# --- Questions -------------------------------------------------------------------------------------------------


async def test_a_question_is_answered_with_its_source(talk: Talk) -> None:
    """The question, the answer, its time, its sources as links, and the message it answers is quoted."""
    shown = await talk.say(OAK)
    assert shown.from_bot
    assert shown.text.startswith(OAK_TITLE)
    assert "The oak is the oldest tree." in shown.text
    assert "This speaks of: 1850" in shown.text
    assert ("Guide to the garden (May 2016)", "https://garden.example/guide?a=1&b=2") in shown.links
    assert shown.reply_to == talk.world.shown(talk.chat)[-2].message_id
    assert await talk.counts() == {("answer", "oldest-tree", "private"): 1}
    assert await talk.gaps() == []


async def test_below_an_answer_stand_feedback_and_related_questions(talk: Talk) -> None:
    """Words on every button; the line above says what Yes and No mean."""
    shown = await talk.say(OAK)
    assert shown.text.endswith(INTERFACE.helpful)
    assert shown.labels == ("Yes", "No", "How many plants are there?", "May I bring my dog?")


async def test_a_related_question_is_a_message_of_its_own(talk: Talk) -> None:
    """The answer before it stays; the new one quotes it."""
    first = await talk.say(OAK)
    shown = await talk.press("May I bring my dog?")
    assert shown.text.startswith("May I bring my dog?")
    assert shown.reply_to == first.message_id
    assert (await talk.counts())["browsed", "dogs", "private"] == 1


async def test_a_choice_becomes_the_answer(talk: Talk) -> None:
    """Did-you-mean is edited, not followed; the answer still quotes the question."""
    offered = await talk.say(UNSURE)
    assert offered.text.startswith(INTERFACE.clarify)
    assert offered.labels[-1] == "None of these"
    shown = await talk.press(offered.labels[0])
    assert shown.message_id == offered.message_id
    assert shown.text.startswith(offered.labels[0])
    assert shown.reply_to == offered.reply_to
    assert shown.labels[:2] == ("Yes", "No")
    counts = await talk.counts()
    assert counts["clarify", "", "private"] == 1
    assert sum(number for (outcome, _, _), number in counts.items() if outcome == "chosen") == 1
    assert await talk.gaps() == []


async def test_none_of_these_is_a_gap(talk: Talk) -> None:
    """The question is kept with its reason and its nearest entries; the buttons give way to all topics."""
    await talk.say(UNSURE)
    shown = await talk.press("None of these")
    assert shown.text == INTERFACE.none_chosen
    assert shown.labels == (INTERFACE.browse_topics,)
    (kept,) = await talk.gaps()
    assert kept.gap.reason is GapReason.NONE_OF_THESE
    assert kept.gap.text == UNSURE
    assert kept.gap.nearest[0][0] == "oldest-tree"
    assert kept.gap.faq_version == "v1"


async def test_a_question_without_an_answer_is_a_gap(talk: Talk) -> None:
    """An honest "I don't know", and the editors learn of it."""
    shown = await talk.say(NOTHING)
    assert shown.text.startswith("I don't know.")
    (kept,) = await talk.gaps()
    assert (kept.gap.reason, kept.gap.text, kept.gap.language) == (GapReason.NO_MATCH, NOTHING, "en")


async def test_another_language_is_a_gap(talk: Talk) -> None:
    """One line in return, and the language is noted."""
    shown = await talk.say("как приготовить борщ")
    assert shown.text == f"{INTERFACE.other_language}\n\n{INTERFACE.program}"
    (kept,) = await talk.gaps()
    assert (kept.gap.reason, kept.gap.language) == (GapReason.OTHER_LANGUAGE, "ru")


@pytest.mark.parametrize("text", ["hello", "weather forecast", "???"])
async def test_what_is_no_gap_is_only_counted(text: str, talk: Talk) -> None:
    """Small talk, what is known to be out of scope, and what has no words."""
    await talk.say(text)
    assert await talk.gaps() == []
    assert sum((await talk.counts()).values()) == 1


async def test_a_message_of_danger_is_never_kept(talk: Talk) -> None:
    """A calm card at once; counted, and nothing else."""
    shown = await talk.say(DANGER)
    assert INTERFACE.emergency.strip() in shown.text
    assert ("Map of the garden", "https://town.example/map") in shown.links
    assert shown.labels == (INTERFACE.not_about_me,)
    assert await talk.gaps() == []
    assert await talk.counts() == {("urgent", "hurt", "private"): 1}


async def test_what_names_a_person_is_not_kept(talk: Talk) -> None:
    """The text is redacted before it is written, and nothing of the sender stands anywhere."""
    await talk.say("do you sell tractors, mail me at xyzzy_handle@example.org or call +49 30 901820")
    (kept,) = await talk.gaps()
    assert kept.gap.text == "do [word] [user][user] [word] [phone]"
    assert "xyzzy" not in kept.gap.text
    assert "901820" not in kept.gap.text.replace(" ", "")
    await talk.context.gap_writer.log.close()
    stored = b"".join(path.read_bytes() for path in talk.context.gap_writer.log.path.parent.iterdir())
    assert not any(mark.encode() in stored for mark in PERSONAL_MARKS)


# --- Feedback --------------------------------------------------------------------------------------------------


async def test_yes_is_thanked_and_counted(talk: Talk) -> None:
    """The line below the answer says thanks; the related questions stay."""
    await talk.say(OAK)
    shown = await talk.press("Yes")
    assert shown.text.endswith(INTERFACE.thanks_helpful)
    assert INTERFACE.helpful not in shown.text
    assert shown.labels == ("How many plants are there?", "May I bring my dog?")
    assert talk.toast() == INTERFACE.thanks_helpful
    assert (await talk.counts())["helpful", "oldest-tree", "private"] == 1
    assert await talk.gaps() == []


@pytest.mark.parametrize(
    ("label", "reason"),
    [("Wrong", GapReason.WRONG), ("Outdated", GapReason.OUTDATED), ("Unclear", GapReason.UNCLEAR)],
)
async def test_no_asks_why_and_is_a_gap(label: str, reason: GapReason, talk: Talk) -> None:
    """The question is found through the quoted message; the answer and its links stay as they are."""
    answer = await talk.say(OAK)
    asked = await talk.press("No")
    assert asked.text.endswith(INTERFACE.what_is_wrong)
    assert asked.labels[:3] == ("Wrong", "Outdated", "Unclear")
    shown = await talk.press(label)
    assert shown.message_id == answer.message_id
    assert shown.text.endswith(INTERFACE.thanks_not_helpful)
    assert shown.links == answer.links
    more = (INTERFACE.say_unclear,) if reason is GapReason.UNCLEAR else ()
    assert shown.labels == (*more, "How many plants are there?", "May I bring my dog?")
    (kept,) = await talk.gaps()
    assert (kept.gap.reason, kept.gap.text) == (reason, OAK)
    assert (await talk.counts())[reason.value, "oldest-tree", "private"] == 1


async def test_feedback_on_a_related_answer_keeps_its_question(talk: Talk) -> None:
    """Nobody typed it, so the FAQ's own question is kept."""
    await talk.say(OAK)
    await talk.press("May I bring my dog?")
    await talk.press("No")
    await talk.press("Unclear")
    (kept,) = await talk.gaps()
    assert kept.gap.text == "May I bring my dog?"


async def test_feedback_on_a_deep_link_keeps_no_command(talk: Talk) -> None:
    """`/start oldest-tree` is not what somebody asked."""
    await talk.say("/start oldest-tree")
    await talk.press("No")
    await talk.press("Outdated")
    (kept,) = await talk.gaps()
    assert kept.gap.text == OAK_TITLE


async def test_two_answers_opened_from_one_message_are_two_gaps(talk: Talk) -> None:
    """Nobody typed their questions; one must not take the place of the other."""
    first = await talk.say(OAK)
    for label, reason in (("May I bring my dog?", "Wrong"), ("How many plants are there?", "Outdated")):
        await talk.press(label, message_id=first.message_id)
        await talk.press("No")
        await talk.press(reason)
    assert sorted(kept.gap.text for kept in await talk.gaps()) == ["How many plants are there?", "May I bring my dog?"]


async def test_a_question_that_became_a_cry_for_help_is_not_kept(talk: Talk) -> None:
    """Edited since, with the old buttons still there."""
    offered = await talk.say(UNSURE)
    assert offered.reply_to is not None
    talk.request.fail("editMessageText", Refused(400, "Bad Request: message can't be edited"))
    talk.request.fail("deleteMessage", Refused(400, "Bad Request: message can't be deleted"))
    card = await talk.give(talk.world.edit(offered.reply_to, DANGER, chat=talk.chat))
    assert INTERFACE.emergency.strip() in card.text
    await talk.press("None of these", message_id=offered.message_id)
    assert await talk.gaps() == []
    assert (await talk.counts())["none of these", "", "private"] == 1


# --- Commands and topics ---------------------------------------------------------------------------------------


async def test_start_welcomes_with_examples_and_topics(talk: Talk) -> None:
    """Who it is, three questions to press, and the way to all others."""
    shown = await talk.say("/start")
    assert shown.text.startswith(INTERFACE.welcome)
    assert shown.labels == ("When is the garden open?", OAK_TITLE, INTERFACE.browse_topics, INTERFACE.in_danger)
    answer = await talk.press(OAK_TITLE)
    assert answer.text.startswith(OAK_TITLE)
    topics = await talk.press(INTERFACE.browse_topics)
    assert topics.labels == ("Your visit", "The plants")


@pytest.mark.parametrize(("payload", "is_answer"), [("oldest-tree", True), ("gone", False), ("inline", False)])
async def test_a_deep_link_opens_its_answer(payload: str, is_answer: bool, talk: Talk) -> None:  # noqa: FBT001
    """An old link leads to the welcome."""
    shown = await talk.say(f"/start {payload}")
    assert shown.text.startswith(OAK_TITLE if is_answer else INTERFACE.welcome)
    assert ("Yes" in shown.labels) is is_answer
    assert await talk.counts() == {("command", payload if is_answer else "", "private"): 1}


@pytest.mark.parametrize("name", COMMANDS)
async def test_every_command_answers(name: str, talk: Talk) -> None:
    """And none is a gap."""
    shown = await talk.say(f"/{name}")
    assert shown.from_bot
    assert shown.text != INTERFACE.unknown_command
    assert await talk.gaps() == []


async def test_an_unknown_command_says_so(talk: Talk) -> None:
    """With the way to help."""
    assert (await talk.say("/nonsense")).text == INTERFACE.unknown_command


async def test_topics_are_browsed_in_one_message(talk: Talk) -> None:
    """Topics, questions, an answer, and back, all by editing."""
    topics = await talk.say("/topics")
    questions = await talk.press("The plants")
    assert questions.text.startswith("Questions on: The plants")
    assert questions.labels == (OAK_TITLE, "How many plants are there?", "All topics")
    answer = await talk.press(OAK_TITLE)
    assert answer.text.startswith(OAK_TITLE)
    assert answer.labels[-1] == "Back"
    assert (await talk.press("Back")).labels == questions.labels
    shown = await talk.press("All topics")
    assert shown.labels == topics.labels
    assert {shown.message_id, questions.message_id, answer.message_id} == {topics.message_id}
    assert len(talk.world.replies(talk.chat)) == 1


async def test_a_long_topic_is_turned_page_by_page(tmp_path: Path) -> None:
    """Every question is reached; back from an answer leads to the page it stood on."""
    many = [entry(f"plant-{n}", f"What is plant {n}?", f"plant number {n}", topic="All") for n in range(2 * PAGE + 3)]
    async with talk_with(RegressionMatcher(faq_of(DOGS, *many)), tmp_path) as talk:
        await talk.say("/topics")
        seen: list[str] = []
        shown = await talk.press("All")
        while True:
            seen += [label for label in shown.labels if label.startswith("What is")]
            if "More" not in shown.labels:
                break
            shown = await talk.press("More")
        assert seen == [item.question for item in many]
        assert shown.labels[-2:] == ("Back", "All topics")
        await talk.press("What is plant 17?")
        assert "What is plant 17?" in (await talk.press("Back")).labels


async def test_long_choices_stand_in_the_text_too(tmp_path: Path) -> None:
    """A telephone cuts a long label; the text shows it whole."""
    long = entry("long", "What is the longest question that anybody could ask about this garden?", "longest question")
    async with talk_with(RegressionMatcher(faq_of(DOGS, replace(long, topic="All"))), tmp_path) as talk:
        await talk.say("/topics")
        assert f"• {long.question}" in (await talk.press("All")).text


async def test_settings_offer_a_language_once_there_are_two(tmp_path: Path, talk: Talk) -> None:
    """With one language there is nothing to choose; with two the choice is kept and used."""
    shown = await talk.say("/settings")
    assert (shown.text, shown.labels) == (INTERFACE.settings, ())
    names = {"en": "English", "fr": "Français"}
    says = replace(INTERFACE, language_name="Français", language_chosen="Je réponds en français.", helpful="Utile ?")
    french = replace(FAQ, language="fr", interface=says, languages=names)
    english = RegressionMatcher(replace(FAQ, languages=names, translations={"fr": french}))
    async with talk_with(english, tmp_path / "two") as two:
        assert (await two.say("/settings")).labels == ("English", "Français")
        assert (await two.press("Français")).text == "Je réponds en français."
        assert (await two.say(OAK)).text.endswith("Utile ?"), "though the question is in English"
        await two.say("/forget")
        assert (await two.say(OAK)).text.endswith(INTERFACE.helpful)
        guest = two.world.private(made_person(7, "fr-CA"))
        assert (await two.say("oak?", guest)).text.endswith("Utile ?"), "a word tells no language: Telegram's"
        asked = await two.say(OAK, guest)
        assert asked.text.endswith(INTERFACE.helpful), "a sentence tells it"
        assert (await two.say("oak?", guest)).text.endswith(INTERFACE.helpful), "a word does not change it"
        await two.say("/forget", guest)
        assert (await two.say("oak?", guest)).text.endswith("Utile ?"), "nothing is remembered"
        await two.give(two.world.press_data(two.chat, "l:xx"))
        assert two.toast() == INTERFACE.gone


async def test_what_is_wrong_is_said_in_the_language_of_the_answer(tmp_path: Path) -> None:
    """To the last word: the reasons, the thanks, what is unclear."""
    names = {"en": "English", "fr": "Français"}
    says = replace(
        INTERFACE,
        what_is_wrong="Quoi ?",
        unclear="Pas clair",
        thanks_not_helpful="Merci.",
        say_unclear="Dire quoi",
        what_is_unclear="Dites quoi.",
    )
    french = replace(FAQ, language="fr", interface=says, languages=names)
    matcher = RegressionMatcher(replace(FAQ, languages=names, translations={"fr": french}))
    async with talk_with(matcher, tmp_path) as talk:
        await talk.say("/settings")
        await talk.press("Français")
        await talk.say(OAK)
        assert (await talk.press("No")).text.endswith("Quoi ?")
        assert (await talk.press("Pas clair")).text.endswith("Merci.")
        assert (await talk.press("Dire quoi")).text == "Dites quoi."


# --- Other messages --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["photo", "sticker", "voice", "location", "contact", "document"])
async def test_what_is_no_text_gets_a_kind_word(kind: str, talk: Talk) -> None:
    """Nobody is left without an answer, and nothing is kept of it."""
    shown = await talk.give(getattr(talk.world, kind)(talk.chat))
    assert shown.text == f"{INTERFACE.text_only}\n\n{INTERFACE.program}"
    assert await talk.counts() == {("text only", "", "private"): 1}


async def test_the_text_under_a_picture_is_read(talk: Talk) -> None:
    """A question there is answered; what has no answer may be about the picture, which nobody saw."""
    unread = f"{INTERFACE.text_only}\n\n{INTERFACE.program}"
    assert (await talk.give(talk.world.photo(talk.chat, OAK))).text.startswith(OAK_TITLE)
    assert (await talk.give(talk.world.photo(talk.chat, NOTHING))).text == unread
    assert (await talk.give(talk.world.photo(talk.chat, "/forget"))).text == unread
    assert INTERFACE.emergency.strip() in (await talk.give(talk.world.photo(talk.chat, DANGER))).text
    assert await talk.gaps() == []


async def test_an_edited_message_is_answered_in_place(talk: Talk) -> None:
    """The earlier reply changes; a gap that the edit mends is a gap no more."""
    wrong = await talk.say(NOTHING)
    assert len(await talk.gaps()) == 1
    asked = wrong.reply_to
    assert asked is not None
    shown = await talk.give(talk.world.edit(asked, OAK, chat=talk.chat))
    assert shown.message_id == wrong.message_id
    assert shown.text.startswith(OAK_TITLE)
    assert shown.labels[0] == "Yes"
    assert await talk.gaps() == []
    again = await talk.give(talk.world.edit(asked, "do you sell boats", chat=talk.chat))
    assert again.message_id == wrong.message_id
    assert again.labels == (INTERFACE.browse_topics,)
    assert [kept.gap.text for kept in await talk.gaps()] == ["do you sell boats"]


async def test_an_edit_whose_reply_is_gone_gets_a_new_one(talk: Talk) -> None:
    """Telegram will not change the old one any more; what is left of it goes."""
    asked = (await talk.say(NOTHING)).reply_to
    assert asked is not None
    talk.request.fail("editMessageText", Refused(400, "Bad Request: message to edit not found"))
    shown = await talk.give(talk.world.edit(asked, OAK, chat=talk.chat))
    assert shown.text.startswith(OAK_TITLE)
    assert shown.reply_to == asked
    assert talk.world.replies(talk.chat) == (shown,)


async def test_an_edit_may_need_more_or_fewer_messages(tmp_path: Path) -> None:
    """A long answer and a short one in turn: nothing of the reply before is left."""
    long = replace(entry("long", "What is long?", "long story please"), answer="One sentence of many. " * 400)
    async with talk_with(RegressionMatcher(faq_of(DOGS, long)), tmp_path) as talk:
        short = await talk.say("may i bring my dog")
        assert short.reply_to is not None
        last = await talk.give(talk.world.edit(short.reply_to, "long story please", chat=talk.chat))
        first, *more = talk.world.replies(talk.chat)
        assert first.message_id == short.message_id
        assert first.text.startswith("What is long?")
        assert len(more) >= 2
        assert last.labels[:2] == ("Yes", "No")
        assert first.labels == ()
        again = await talk.give(talk.world.edit(short.reply_to, "may i bring my dog", chat=talk.chat))
        assert talk.world.replies(talk.chat) == (again,)
        assert again.text.startswith("May I bring my dog?")


async def test_service_messages_and_its_own_inline_answers_get_silence(talk: Talk) -> None:
    """A pinned message, or an answer that was shared through inline mode, is nothing asked."""
    await deliver(talk.application, talk.world.service(talk.chat))
    await deliver(talk.application, talk.world.text(talk.chat, OAK, via_bot=True))
    assert talk.world.replies(talk.chat) == ()


# --- Groups ----------------------------------------------------------------------------------------------------


async def test_in_a_group_it_speaks_only_when_addressed(talk: Talk) -> None:
    """A mention, a reply to it, and its commands; to all else silence, whatever it says."""
    group = talk.world.group()
    for text in (OAK, NOTHING, "/nonsense", "/start@other_bot", "@other_bot hello", "hi all"):
        await deliver(talk.application, talk.world.text(group, text))
    await deliver(talk.application, talk.world.photo(group))
    await deliver(talk.application, talk.world.service(group))
    assert talk.world.replies(group) == ()
    assert await talk.counts() == {}
    answer = await talk.say(f"@made_faq_bot {OAK}", group)
    assert answer.text.startswith(OAK_TITLE)
    assert (await talk.say("/help", group)).text == INTERFACE.help
    assert (await talk.say("/nonsense@made_faq_bot", group)).text == INTERFACE.unknown_command
    follow_up = await talk.say("may i bring my dog", group, reply_to=answer.message_id)
    assert follow_up.text.startswith("May I bring my dog?")
    assert ("answer", "oldest-tree", "group") in await talk.counts()


async def test_in_a_group_an_answer_is_short(talk: Talk) -> None:
    """The answer, a source, the rest of the sources to unfold, one row for feedback; so is one that a button shows."""
    group = talk.world.group()
    shown = await talk.say(f"@made_faq_bot {OAK}", group)
    private = await talk.say(OAK)
    assert shown.labels == ("Yes", "No")
    assert len(private.labels) > 2
    assert shown.links == private.links
    assert shown.html.index("<blockquote expandable>") < shown.html.index("https://town.example/map")
    assert INTERFACE.read_more in private.text
    assert INTERFACE.read_more not in shown.text
    assert len(shown.text) < len(private.text)
    offered = await talk.say(f"@made_faq_bot {UNSURE}", group)
    assert INTERFACE.none_of_these in offered.labels
    await talk.press(OAK_TITLE, group)
    chosen = next(one for one in talk.world.replies(group) if one.message_id == offered.message_id)
    assert (chosen.text, chosen.labels) == (shown.text, ("Yes", "No"))


async def test_the_name_that_called_it_is_no_part_of_the_question(talk: Talk) -> None:
    """A gap from a group holds the question alone."""
    await talk.say(f"{NOTHING} @Made_FAQ_bot", talk.world.group())
    (kept,) = await talk.gaps()
    assert kept.gap.text == NOTHING


async def test_feedback_in_a_group_keeps_the_question_alone(talk: Talk) -> None:
    """Whoever presses."""
    group = talk.world.group()
    await talk.say(f"@made_faq_bot {OAK}", group)
    await talk.press("No", group, sender=made_person(3))
    await talk.press("Wrong", group, sender=made_person(3))
    (kept,) = await talk.gaps()
    assert (kept.gap.text, kept.gap.entry) == (OAK, "oldest-tree")


async def test_a_gap_in_a_group_is_of_the_one_who_asked(talk: Talk) -> None:
    """Whoever pressed: /forget of the one who asked finds it."""
    group, bob = talk.world.group(), made_person(3)
    await talk.say(f"@made_faq_bot {OAK}", group)
    await talk.press("No", group, sender=bob)
    await talk.press("Wrong", group, sender=bob)
    await talk.say("/forget", talk.world.private(bob))
    assert len(await talk.gaps()) == 1
    await talk.say("/forget")
    assert await talk.gaps() == []


async def test_of_one_who_speaks_as_the_group_nothing_is_kept(talk: Talk) -> None:
    """Nobody could find it again to delete it."""
    group = talk.world.group(kind="supergroup")
    update = talk.world.text(group, f"@made_faq_bot {NOTHING}")
    update["message"]["from"] |= {"id": 1087968824, "is_bot": True, "username": "GroupAnonymousBot"}
    update["message"]["sender_chat"] = {"id": group.id, "type": "supergroup", "title": group.title}
    shown = await talk.give(update, group)
    assert shown.text.startswith("I don't know.")
    assert await talk.gaps() == []
    assert (await talk.counts())["unanswered", "", "group"] == 1


async def test_an_urgent_card_in_a_group_offers_the_private_chat(talk: Talk) -> None:
    """Others read along there."""
    shown = await talk.say(f"@made_faq_bot {DANGER}", talk.world.group())
    assert INTERFACE.emergency.strip() in shown.text
    ((button,),) = shown.buttons
    assert button.url == "https://t.me/made_faq_bot?start=group"


@pytest.mark.parametrize("is_topic", [True, False])
async def test_an_answer_stays_in_its_topic(is_topic: bool, talk: Talk) -> None:  # noqa: FBT001
    """Of a forum; the thread of a chain of replies is none, and Telegram would refuse it."""
    group = talk.world.group(kind="supergroup")
    update = talk.world.text(group, f"@made_faq_bot {OAK}")
    update["message"] |= {"message_thread_id": 5} | ({"is_topic_message": True} if is_topic else {})
    await talk.give(update, group)
    assert talk.world.called("sendMessage")[-1].fields.get("message_thread_id") == (5 if is_topic else None)


async def test_bots_are_not_answered(talk: Talk) -> None:
    """Two bots in one group would talk for ever."""
    group = talk.world.group()
    update = talk.world.text(group, f"@made_faq_bot {OAK}")
    update["message"]["from"]["is_bot"] = True
    await deliver(talk.application, update)
    assert talk.world.replies(group) == ()


# --- Inline mode -----------------------------------------------------------------------------------------------


async def inline(talk: Talk, text: str) -> dict[str, Any]:
    """What is offered to somebody who types this in another chat."""
    await deliver(talk.application, talk.world.inline(text))
    return dict(talk.world.called("answerInlineQuery")[-1].fields)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        (OAK, ["oldest-tree"]),
        ("", ["opening-hours", "oldest-tree"]),
        (DANGER, ["hurt"]),
        ("hello", []),
        (NOTHING, []),
    ],
)
async def test_inline_mode_offers_sourced_answers(text: str, ids: list[str], talk: Talk) -> None:
    """An answer with its source, the card, or examples; else only the way to the private chat. Never a gap."""
    offered = await inline(talk, text)
    assert [result["id"] for result in offered["results"]] == ids
    assert offered["button"]["start_parameter"] == "inline"
    assert await talk.gaps() == []
    if text == OAK:
        (result,) = offered["results"]
        assert "https://garden.example/guide" in result["input_message_content"]["message_text"]
        assert await talk.counts() == {("answer", "oldest-tree", "inline"): 1}


# --- Old and strange buttons -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data", ["s:gone", "c:hurt", "b:gone", "t:00000000:0", "y:gone", "h:gone", "w:gone", "x:", "l:fr", "zz", "", "s"]
)
async def test_a_button_of_an_older_faq_says_so(data: str, talk: Talk) -> None:
    """The message stays as it is, and the person is told to write instead."""
    before = await talk.say(OAK)
    after = await talk.give(talk.world.press_data(talk.chat, data or "?"))
    assert after == before
    assert talk.toast() == INTERFACE.gone


async def test_a_topic_that_shrank_shows_its_beginning(talk: Talk) -> None:
    """A button of a page that is no more."""
    await talk.say("/topics")
    shown = await talk.give(talk.world.press_data(talk.chat, f"t:{topic_key('The plants')}:800"))
    assert shown.labels[0] == OAK_TITLE


async def test_a_message_too_old_to_be_shown_is_answered(talk: Talk) -> None:
    """Telegram gives no text for it. What its button leads to is sent anew; what would change the message is gone."""
    await deliver(talk.application, talk.world.press_inaccessible(talk.chat, "y:oldest-tree"))
    assert talk.toast() == INTERFACE.gone
    for action in "csb":
        await deliver(talk.application, talk.world.press_inaccessible(talk.chat, f"{action}:oldest-tree"))
        assert talk.world.last(talk.chat).text.startswith(OAK_TITLE)
    assert len(talk.world.replies(talk.chat)) == 3


async def test_pressing_twice_is_harmless(talk: Talk) -> None:
    """The second press changes nothing and is answered."""
    shown = await talk.say(OAK)
    first, second = talk.world.press(talk.chat, "Yes"), talk.world.press(talk.chat, "Yes")
    await deliver(talk.application, first)
    assert (await talk.give(second)).message_id == shown.message_id
    assert len(talk.world.refused) == 1


# --- Forgetting ------------------------------------------------------------------------------------------------


async def test_forget_deletes_what_is_kept_of_a_person_and_of_nobody_else(talk: Talk) -> None:
    """Gaps of all chats; the words come after the deed."""
    other = talk.world.private(made_person(2))
    await talk.say(NOTHING)
    await talk.say(f"@made_faq_bot {NOTHING}", talk.world.group())
    await talk.say("do you sell boats", other)
    assert len(await talk.gaps()) == 3
    assert (await talk.say("/forget")).text == INTERFACE.forget
    assert [kept.gap.text for kept in await talk.gaps()] == ["do you sell boats"]


async def test_who_blocks_the_bot_is_forgotten(talk: Talk) -> None:
    """There is no other way left to ask for it."""
    await talk.say(NOTHING)
    await deliver(talk.application, talk.world.member(talk.chat, "kicked"))
    assert await talk.gaps() == []


@pytest.mark.slow
async def test_forget_that_fails_does_not_say_done(talk: Talk) -> None:
    """The log cannot be opened: the person is told to try again."""
    await talk.say(NOTHING)
    await talk.context.gap_writer.flush()
    await talk.break_log()
    assert (await talk.say("/forget")).text == INTERFACE.forget_failed
    assert (await talk.say(OAK)).text.startswith(OAK_TITLE), "answers go on without the log"
    talk.context.gap_writer.log.path.rmdir()


# --- Pace, order, faults ---------------------------------------------------------------------------------------


async def test_a_flood_is_told_once_and_others_are_answered(tmp_path: Path) -> None:
    """One person's twenty messages and then some."""
    async with talk_with(MATCHER, tmp_path, throttle_messages=3) as talk:
        for _ in range(10):
            await deliver(talk.application, talk.world.text(talk.chat, OAK))
        texts = [shown.text for shown in talk.world.replies(talk.chat)]
        assert len(texts) == 4
        assert texts[-1] == INTERFACE.too_fast
        other = talk.world.private(made_person(2))
        assert (await talk.say(OAK, other)).text.startswith(OAK_TITLE)
        await talk.give(talk.world.press(talk.chat, "Yes"))
        assert talk.toast() == INTERFACE.too_fast
        assert (await talk.counts())["too fast", "", "private"] == 7


async def test_at_any_pace_danger_is_heard_and_forgetting_is_done(tmp_path: Path) -> None:
    """And an edit takes out what the message said before, though it is not answered."""
    async with talk_with(MATCHER, tmp_path, throttle_messages=3) as talk:
        private = (await talk.say(f"{NOTHING} of Elm Road")).reply_to
        assert private is not None
        for _ in range(2):
            await talk.say(OAK)
        assert (await talk.say(OAK)).text == INTERFACE.too_fast
        assert len(await talk.gaps()) == 1
        await deliver(talk.application, talk.world.edit(private, NOTHING, chat=talk.chat))
        assert await talk.gaps() == []
        assert INTERFACE.emergency.strip() in (await talk.say(DANGER)).text
        assert (await talk.say("/forget")).text == INTERFACE.forget


async def test_a_throttled_inline_query_empties_nobodys_results(tmp_path: Path) -> None:
    """Telegram would show the empty list to everybody who types the same."""
    async with talk_with(MATCHER, tmp_path, throttle_messages=1) as talk:
        for _ in range(5):
            assert (await inline(talk, OAK))["results"]
        offered = await inline(talk, OAK)
        assert offered["results"] == []
        assert (offered["cache_time"], offered["is_personal"]) == (0, True)


async def test_messages_of_a_chat_keep_their_order(tmp_path: Path) -> None:
    """Though Telegram is slow for one of them, while other chats go ahead."""
    async with talk_with(MATCHER, tmp_path) as talk:
        other = talk.world.private(made_person(2))
        talk.request.fail("sendMessage", Slow(0.3))
        texts = [OAK, "may i bring my dog", "opening hours", NOTHING]
        updates = [talk.world.text(talk.chat, text) for text in texts] + [talk.world.text(other, OAK)]
        await deliver_at_once(talk.application, *updates)
        asked = [shown.message_id for shown in talk.world.shown(talk.chat) if not shown.from_bot]
        assert [shown.reply_to for shown in talk.world.replies(talk.chat)] == asked
        sent = [call.fields["chat_id"] for call in talk.world.called("sendMessage")]
        assert sent.index(other.id) < len(sent) - 1, "the other chat waited for this one"


async def test_a_failing_send_does_not_lose_the_gap(talk: Talk, caplog: pytest.LogCaptureFixture) -> None:
    """What was asked is noted before it is answered."""
    talk.request.fail("sendMessage", Refused(403, "Forbidden: bot was blocked by the user"))
    await deliver(talk.application, talk.world.text(talk.chat, NOTHING))
    assert [kept.gap.text for kept in await talk.gaps()] == [NOTHING]
    assert "an update was not handled: " in caplog.text


@pytest.mark.slow
@pytest.mark.parametrize("fault", [BAD_GATEWAY, "reset", "timeout"])
async def test_a_send_that_fails_is_tried_again(fault: Any, talk: Talk, caplog: pytest.LogCaptureFixture) -> None:
    """A card for somebody in danger must not be lost to one bad moment; nor what a button changes."""
    talk.request.fail("sendMessage", fault)
    assert INTERFACE.emergency.strip() in (await talk.say(DANGER)).text
    offered = await talk.say(UNSURE)
    talk.request.fail("editMessageText", fault)
    assert (await talk.press(offered.labels[0])).text.startswith(offered.labels[0])
    assert "not handled" not in caplog.text


async def test_a_fault_of_ours_is_told_in_words(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The person gets one sentence; the log has the kind and the place, and nothing that was said."""
    async with talk_with(MATCHER, tmp_path) as talk:
        broken = replace(FAQ, interface=replace(INTERFACE, unanswered=None))  # type: ignore[arg-type]
        talk.context.catalog.matcher = RegressionMatcher(broken, MATCHER.model)
        shown = await talk.say(f"{NOTHING} secretword")
        assert shown.text == INTERFACE.failed
        assert "an update was not handled: AttributeError at render.py:" in caplog.text
        assert "secretword" not in caplog.text


async def test_one_line_a_message_without_text_or_person(talk: Talk, caplog: pytest.LogCaptureFixture) -> None:
    """Outcome, entry, score, channel, language, milliseconds."""
    caplog.set_level(logging.INFO, logger="bot")
    await talk.say(OAK)
    await talk.say(f"{NOTHING} secretword")
    lines = [record.getMessage() for record in caplog.records if record.name == "bot.telegram"]
    assert len(lines) == 2
    assert lines[0].startswith("outcome=answer entry=oldest-tree score=")
    assert "channel=private language=en ms=" in lines[0]
    assert lines[1].startswith("outcome=unanswered entry=- score=")
    assert not any(mark in caplog.text for mark in (*PERSONAL_MARKS, TOKEN, "secretword"))


# --- Menus -----------------------------------------------------------------------------------------------------


async def test_menus_and_descriptions_are_set_once(talk: Talk) -> None:
    """From the table of commands and the interface; what Telegram has already is not set again."""
    await set_menus(talk.application.bot, talk.context.catalog.faq)
    names = [call.method for call in talk.world.calls if call.method.startswith("set")]
    assert sorted(names) == ["setMyCommands", "setMyCommands", "setMyDescription", "setMyShortDescription"]
    commands = talk.world.called("setMyCommands")
    assert [item["command"] for item in commands[0].fields["commands"]] == list(COMMANDS)
    assert "settings" not in [item["command"] for item in commands[1].fields["commands"]]
    await set_menus(talk.application.bot, talk.context.catalog.faq)
    assert [call.method for call in talk.world.calls if call.method.startswith("set")] == names


async def test_a_menu_that_is_refused_stops_nothing(talk: Talk, caplog: pytest.LogCaptureFixture) -> None:
    """The bot goes on, and sets the others."""
    talk.request.fail("getMyCommands", Refused(501, "Not Implemented"), times=2)
    talk.request.fail("setMyDescription", Refused(429, "Too Many Requests", {"retry_after": 1}), times=5)
    await set_menus(talk.application.bot, talk.context.catalog.faq)
    assert caplog.text.count("could not be set") == 3
    assert talk.world.called("setMyShortDescription")
    assert (await talk.say(OAK)).text.startswith(OAK_TITLE)


# --- Anything --------------------------------------------------------------------------------------------------


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=300), max_size=4),
    data=st.lists(
        st.one_of(
            st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=16),
            st.builds(
                "{}:{}".format, st.sampled_from(list(ButtonAction)), st.sampled_from(["", "dogs", "hurt", "x:y", "١:٢"])
            ),
        ),
        max_size=4,
    ),
)
def test_whatever_comes_is_answered_within_telegrams_rules(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], data: list[str]
) -> None:
    """No text and no button data raises, and no reply is refused by Telegram."""

    async def converse() -> None:
        async with talk_with(MATCHER, tmp_path_factory.mktemp("any"), throttle_messages=0) as talk:
            faults: list[BaseException | None] = []

            async def note_fault(_: object, context: Any) -> None:
                faults.append(context.error)

            talk.application.error_handlers.clear()
            talk.application.add_error_handler(note_fault)
            await talk.say(OAK)
            for text in texts:
                await talk.give(talk.world.text(talk.chat, text))
                await deliver(talk.application, talk.world.inline(text[:256]))
            for item in data:
                await talk.give(talk.world.press_data(talk.chat, item))
            assert faults == []
            assert refused(talk) == []

    asyncio.run(converse())
