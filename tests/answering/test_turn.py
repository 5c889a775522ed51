"""One turn of a chat: numbers, commands and messages."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answering.render import render, render_entry
from bot.answering.turn import SHOWN_CANDIDATES, Turn, gap_reason, outcome_of, take_turn
from bot.domain.conversation import (
    Answer,
    Choice,
    Clarify,
    Conversation,
    Decision,
    NoAnswerReason,
    Outcome,
    Question,
    Smalltalk,
    Unanswered,
    Urgent,
)
from bot.domain.faq import Entry, Kind
from bot.matching.matcher import RegressionMatcher
from tests.support.samples import (
    DOGS,
    ENTRIES,
    HELLO,
    HURT,
    INTERFACE,
    OLDEST_TREE,
    OPENING_HOURS,
    PLANT_NUMBER,
    WEATHER,
    garden,
)

MATCHER = RegressionMatcher(garden())
FAQ = MATCHER.faq
OFFERED = (Choice(DOGS.question, "dogs"), Choice("The plants", topic="The plants"), Choice(INTERFACE.none_of_these))


def say(text: str, offered: tuple[Choice, ...] = ()) -> Turn:
    return take_turn(Question(text), MATCHER, Conversation(offered))


@pytest.mark.parametrize("text", ["1", " 1 ", "1.", "1)", "01", "1 .\n"])
def test_a_number_picks_its_choice(text: str) -> None:
    """However a person writes the number, it leads to the entry offered under it."""
    turn = say(text, OFFERED)
    assert (turn.outcome, turn.entry, turn.reply) == ("answer", "dogs", render_entry(DOGS, FAQ))


@pytest.mark.parametrize("text", ["0", "4", "99", "4."])
def test_a_number_out_of_range_offers_the_choices_again(text: str) -> None:
    """A slip of the finger does not end the choosing."""
    turn = say(text, OFFERED)
    assert (turn.outcome, turn.entry) == ("unanswered", None)
    assert turn.reply.sections[0].text == INTERFACE.no_such_choice
    assert turn.reply.choices == OFFERED
    assert say("1", turn.reply.choices).entry == "dogs"


@pytest.mark.parametrize("text", ["1", "2.", "7"])
def test_a_number_without_choices_says_so(text: str) -> None:
    """Where nothing was offered a number means nothing, and is no gap."""
    turn = say(text)
    assert turn.reply.sections[0].text == INTERFACE.no_such_choice
    assert [choice.command for choice in turn.reply.choices] == ["topics"]
    assert turn.gap is None


@pytest.mark.parametrize("text", ["2016", "10%", "-1", "1.5", "one", "112"])
def test_what_is_more_than_a_choice_is_a_message(text: str) -> None:
    """A year, a figure or an emergency number is never taken for a choice."""
    assert say(text, OFFERED) == say(text)


def test_none_of_these_is_taken_at_its_word() -> None:
    """The person is told that there is no answer, and is offered nothing that was just refused."""
    turn = say("3", OFFERED)
    assert (turn.outcome, turn.entry) == ("unanswered", None)
    assert turn.reply.sections[0].text == INTERFACE.none_chosen
    assert all(choice.entry is None for choice in turn.reply.choices)


def test_from_a_topic_to_its_question() -> None:
    """/topics, a number, a number: three turns lead to an answer."""
    topics = say("/topics")
    questions = say("2", topics.reply.choices)
    assert questions.reply.sections[0].text == "Questions on: The plants"
    answer = say("1", questions.reply.choices)
    assert (topics.outcome, questions.outcome, answer.outcome) == ("command", "command", "answer")
    assert answer.entry == "oldest-tree"
    assert answer.reply == render_entry(OLDEST_TREE, FAQ)


def test_related_questions_are_picked_by_number() -> None:
    """The questions below an answer are choices like any other."""
    answer = say("which tree is the oldest?")
    assert say("1", answer.reply.choices).entry == "plant-number"


def test_clarify_leads_to_an_answer_or_to_none() -> None:
    """The choices of a question back are picked by number; its last one is none of these."""
    turn = say("how old is the oak in Peru")
    assert turn.outcome == "clarify"
    assert say("1", turn.reply.choices).entry == "oldest-tree"
    last = str(len(turn.reply.choices))
    assert say(last, turn.reply.choices).reply.sections[0].text == INTERFACE.none_chosen


@pytest.mark.parametrize("text", ["/help", "/start dogs", "/topics", "/nosuch", "/help@SomeBot"])
def test_a_command_comes_before_choices_and_questions(text: str) -> None:
    """A command is never matched against entries, whatever was offered."""
    for offered in ((), OFFERED):
        turn = say(text, offered)
        assert turn.outcome == "command"
        assert turn.candidates == ()


@pytest.mark.parametrize(
    ("decision", "outcome", "entry"),
    [
        (Answer((DOGS,)), "answer", "dogs"),
        (Answer((OLDEST_TREE, DOGS)), "answer", "oldest-tree"),
        (Clarify((DOGS, OLDEST_TREE)), "clarify", None),
        (Urgent(HURT), "urgent", "hurt"),
        (Smalltalk(HELLO), "smalltalk", "hello"),
        (Unanswered(NoAnswerReason.NO_MATCH, topic="The plants"), "unanswered", None),
        (Unanswered(NoAnswerReason.EMPTY), "unanswered", None),
        (Unanswered(NoAnswerReason.OTHER_LANGUAGE), "unanswered", None),
        (Unanswered(NoAnswerReason.OUT_OF_SCOPE, WEATHER), "unanswered", "weather"),
    ],
)
def test_every_decision_has_an_outcome(decision: Decision, outcome: Outcome, entry: str | None) -> None:
    """Programs that read the outcome know all its names, and the entry that it led to."""
    assert outcome_of(decision) == (outcome, entry)


@pytest.mark.parametrize(
    ("text", "decision"),
    [
        ("May I bring my dog?", Answer((DOGS,))),
        ("how much plants are there? may i bring my dog?", Answer((PLANT_NUMBER, DOGS))),
        ("i fell and cannot stand up", Urgent(HURT)),
        ("good morning", Smalltalk(HELLO)),
        ("how old is the oak in 1900", Unanswered(NoAnswerReason.OTHER_YEAR, OLDEST_TREE)),
        ("weather forecast", Unanswered(NoAnswerReason.OUT_OF_SCOPE, WEATHER)),
        ("  \n", Unanswered(NoAnswerReason.EMPTY)),
        ("🙂", Unanswered(NoAnswerReason.EMPTY)),
        ("когда открывается этот сад", Answer((OPENING_HOURS,))),
        ("как приготовить борщ", Unanswered(NoAnswerReason.OTHER_LANGUAGE)),
    ],
)
def test_a_message_gets_the_reply_of_its_decision(text: str, decision: Decision) -> None:
    """From the message to what the person reads, with the candidates it was ranked by."""
    outcome, entry = outcome_of(decision)
    candidates = MATCHER.rank(text).candidates[:SHOWN_CANDIDATES]
    also = tuple(item.id for item in decision.entries[1:]) if isinstance(decision, Answer) else ()
    foreign, is_private = "ru" if "к" in text else None, isinstance(decision, Urgent)
    reply, gap = render(decision, FAQ, foreign), gap_reason(decision)
    card = decision if isinstance(decision, Urgent) else None
    wanted = Turn(outcome, reply, entry, candidates, gap, also=also, foreign=foreign, is_private=is_private, card=card)
    assert say(text) == wanted


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: str(entry.id))
def test_an_offered_entry_is_shown_whatever_its_kind(entry: Entry) -> None:
    """A choice leads to its entry; only an answer counts as one."""
    turn = say("1", (Choice(entry.question, entry.id),))
    assert turn.reply == render_entry(entry, FAQ)
    assert (turn.outcome == "answer") is (entry.kind is Kind.ANSWER)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=()), max_size=40) | st.sampled_from("123456"), max_size=4))
def test_any_chat_goes_on(texts: list[str]) -> None:
    """Whatever is typed, turn after turn, the bot says something."""
    offered: tuple[Choice, ...] = OFFERED
    for text in texts:
        turn = say(text, offered)
        assert turn.reply.sections[0].text
        offered = turn.reply.choices
