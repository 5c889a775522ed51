"""The bot's commands, each through the same door as a person's message."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answering.commands import COMMANDS, OTHER_COMMANDS, command_reply, topic_reply
from bot.answering.render import body_text, render_entry, to_text
from bot.channels.telegram.ui.html import to_html
from bot.domain.conversation import Choice, Reply
from bot.domain.faq import Faq, Kind
from tests.support.samples import ENTRIES, GUIDE, INTERFACE, LETTER, OLDEST_TREE, garden
from tests.support.telegram_html import parse

FAQ = garden()
UNKNOWN = INTERFACE.unknown_command


def answered(text: str, faq: Faq = FAQ) -> Reply:
    """The reply to a message that is a command."""
    reply = command_reply(text, faq)
    assert reply is not None
    return reply


@pytest.mark.parametrize("name", [*COMMANDS, *OTHER_COMMANDS])
def test_every_command_answers_with_text(name: str) -> None:
    """No command is silent or unknown, with an argument or without, and Telegram takes every reply."""
    for text in (f"/{name}", f"/{name} something"):
        reply = answered(text)
        assert reply.sections[0].text
        assert reply.sections[0].text != UNKNOWN
        assert all(parse(html).text for html in to_html(reply))


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_may_be_typed_in_many_ways(name: str) -> None:
    """Capitals, spaces, a line end and the bot's name, as groups send it, change nothing."""
    plain = answered(f"/{name}")
    for typed in (f"/{name.upper()}", f"  /{name.title()}  ", f"/{name}\n", f"/{name}@SomeBot", f"/{name}@Some_Bot x"):
        assert answered(typed) == plain


@pytest.mark.parametrize("text", ["/halt", "/start2", "/x", "/settings_all", "/etc/passwd", "/HALT@SomeBot now"])
def test_an_unknown_command_says_so(text: str) -> None:
    """A command that the bot lacks is not taken for a question."""
    assert to_text(answered(text), INTERFACE) == UNKNOWN


@pytest.mark.parametrize(
    "text", ["", " ", "start", "what does /start do", "/", "//", "/ start", "/1", "1/2", "\\start"]
)
def test_a_message_is_no_command(text: str) -> None:
    """Only a slash and a name at the beginning make a command."""
    assert command_reply(text, FAQ) is None


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=40))
def test_any_text_behind_a_slash_is_harmless(text: str) -> None:
    """Whatever stands behind a slash or a command, nothing is raised and every reply says something."""
    for typed in (f"/{text}", f"/start {text}", f"/start@{text}"):
        reply = command_reply(typed, FAQ)
        assert reply is None or to_text(reply, INTERFACE)


def test_start_welcomes_with_examples() -> None:
    """The first message says what the bot is and offers questions that have an answer."""
    reply = answered("/start")
    assert reply.sections[0].text == INTERFACE.welcome
    assert reply.choices_title == INTERFACE.try_asking
    assert [choice.entry or choice.command for choice in reply.choices] == [*INTERFACE.examples, "topics", "danger"]


@pytest.mark.parametrize("text", ["/start oldest-tree", "/START   oldest-tree ", "/start@SomeBot oldest-tree"])
def test_a_deep_link_shows_its_entry(text: str) -> None:
    """Whoever follows a link to an answer sees that answer at once."""
    assert answered(text) == render_entry(OLDEST_TREE, FAQ)


@pytest.mark.parametrize("payload", ["gone", "Oldest-Tree", "oldest-tree dogs", "hurt", "hello", "weather", "<b>", "☃"])
def test_an_unknown_payload_gets_the_welcome(payload: str) -> None:
    """An old or wrong link leads to the beginning; cards and small talk are not for linking to."""
    assert answered(f"/start {payload}") == answered("/start")


def test_topics_lead_to_their_questions() -> None:
    """Every answer is reached by choosing a topic and then a question, and nothing else is."""
    reached = []
    for topic in answered("/topics").choices:
        assert topic == Choice(topic.label, topic=topic.label)
        reply = topic_reply(topic.label, FAQ)
        assert reply.sections[0].text == f"Questions on: {topic.label}"
        reached += [choice.entry for choice in reply.choices]
    assert sorted(filter(None, reached)) == sorted(item.id for item in ENTRIES if item.kind is Kind.ANSWER)


def test_topics_stand_in_the_order_of_their_files() -> None:
    """Editors order the topics by their files."""
    assert [choice.label for choice in answered("/topics").choices] == ["Your visit", "The plants"]
    assert [choice.entry for choice in topic_reply("The plants", FAQ).choices] == ["oldest-tree", "plant-number"]


def test_a_topic_that_is_gone_offers_nothing() -> None:
    """A button of an old message may name a topic that no longer exists."""
    assert topic_reply("Gone {time}", FAQ).choices == ()


def test_sources_are_the_documents() -> None:
    """All documents with what their address leads to; mere pages are not among them."""
    section = answered("/sources").sections[0]
    assert [(link.url, link.label) for link in section.sources] == [
        (GUIDE.url, INTERFACE.landing),
        (LETTER.url, INTERFACE.publisher),
    ]


@pytest.mark.parametrize("name", ["help", "privacy", "forget", "settings"])
def test_texts_come_from_the_interface(name: str) -> None:
    """What the bot says is the editors' text, as it stands, markup characters included."""
    says = f"A <text> & {{braces}} of {name}"
    interface = replace(INTERFACE, help=says, privacy=says, forget=says, settings=says)
    assert body_text(answered(f"/{name}", replace(FAQ, interface=interface))) == says


def test_every_command_stands_in_the_menu(faq: Faq) -> None:
    """The project's own interface has one line for each command, and for no other."""
    assert set(faq.interface.commands) == set(COMMANDS)
    assert all(line.strip() and "\n" not in line for line in faq.interface.commands.values())


def test_the_projects_own_commands_answer(faq: Faq) -> None:
    """Every command works with the real content, its examples included, in one message."""
    for name in COMMANDS:
        reply = answered(f"/{name}", faq)
        (html,) = to_html(reply)
        assert parse(html).text
        known = {*faq.topics, *faq.entries, *faq.languages, *COMMANDS, *OTHER_COMMANDS}
        assert all({choice.topic, choice.entry, choice.language, choice.command} & known for choice in reply.choices)
