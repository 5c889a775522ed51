"""Cards: the question between near ones, their buttons, and what is said in the hour after one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.answering.decide import NEAR, NEXT_CARD, conclude, decide_with_reasoning, urgent_of
from bot.answering.place import place_reply
from bot.answering.render import render, render_again, with_lines
from bot.answering.turn import again, card_turn, is_waiting, not_about_me, outcome_of, take_turn
from bot.content.loader import read_faq
from bot.domain.conversation import Candidate, Channel, Choice, Conversation, Outcome, Question, ShownCard, Urgent
from bot.domain.emergency import Service
from bot.domain.faq import Cries, Entry
from bot.domain.follow_up import FollowUps, Said
from bot.matching.matcher import RegressionMatcher
from tests.support.paths import ROOT
from tests.support.samples import DOGS, ENTRIES, HURT, INTERFACE, faq_of, garden

DIRECTORY = read_faq(ROOT / "faq", ROOT / "seeds").emergency
ROBBED = replace(HURT, id="robbed", button="Something is gone", careful=True, phrasings=("a man took my bag by force",))
RESCUE = replace(
    HURT, id="pond", button="In the pond", call_first=(Service.FIRE,), phrasings=("he fell into the pond",)
)
SOMALI = Cries("so", "Soomaali", "Wac", "call so", "program so", "more so", {}, ())
FAQ = replace(faq_of(*ENTRIES, ROBBED, RESCUE), emergency=DIRECTORY, cries=(SOMALI,))
CALM = RegressionMatcher(garden())
NOT_ABOUT_ME = Choice(INTERFACE.not_about_me, "hurt", is_not_about_me=True)


def ranked(*cards: tuple[Entry, float]) -> list[Candidate]:
    return [Candidate(entry, score) for entry, score in cards]


def shown(card: Urgent, text: str = "i fell and cannot stand up", language: str | None = None) -> ShownCard:
    return ShownCard(card, text, until=1e9, language=language)


def test_of_near_cards_the_person_is_asked_which() -> None:
    """About equally likely ones are offered; where the second is less likely, the first is shown."""
    near = ranked((HURT, 0.8), (ROBBED, 0.8 * NEAR + 0.01))
    assert urgent_of(near, may_ask=True) == Urgent(HURT, others=(ROBBED,), is_question=True)
    assert urgent_of(near, may_ask=False) == Urgent(HURT, others=(ROBBED,))
    less = ranked((HURT, 0.8), (ROBBED, 0.8 * NEAR - 0.01))
    assert urgent_of(less, may_ask=True) == Urgent(HURT, others=(ROBBED,))
    assert urgent_of([], may_ask=True) is None


def test_a_near_card_for_rescue_is_shown_at_once() -> None:
    """Minutes count on it, so it is not asked about, and goes before the first."""
    near = ranked((HURT, 0.8), (RESCUE, 0.79))
    assert urgent_of(near, may_ask=True) == Urgent(RESCUE, others=(HURT,))
    assert urgent_of(near, may_ask=False) == Urgent(HURT, others=(RESCUE,))


@pytest.mark.parametrize(
    ("language", "channel", "is_asked"),
    [
        (None, Channel.PRIVATE, True),
        ("fr", Channel.PRIVATE, True),
        ("fr", Channel.GROUP, False),
        ("so", Channel.PRIVATE, False),
    ],
)
def test_in_each_language_of_the_cards_the_person_is_asked(
    language: str | None, channel: Channel, *, is_asked: bool
) -> None:
    """Not where the labels would be in another language than the cry, nor in a group."""
    reasoning = decide_with_reasoning(Question("a branch hit my friend and he bleeds"), CALM)
    cards = tuple(ranked((HURT, 0.8), (ROBBED, 0.79)))
    whole = replace(reasoning.whole, ranking=replace(reasoning.whole.ranking, cards=cards, language=language))
    decision = conclude(Question(whole.text, channel), whole, (), CALM.thresholds, {"fr"})
    assert decision == Urgent(HURT, others=(ROBBED,), is_question=is_asked)


def test_an_unlikely_card_is_no_button() -> None:
    """The next card needs some score."""
    assert urgent_of(ranked((HURT, 0.8), (ROBBED, 0.8 * NEXT_CARD - 0.01)), may_ask=True) == Urgent(HURT)


def test_a_question_says_whom_to_call_and_that_nobody_reads() -> None:
    """With what to do first on each card, a button for each, and the careful line if one of them is careful."""
    reply = render(Urgent(HURT, others=(RESCUE,), is_question=True), FAQ)
    lines = f"• {HURT.label}: {HURT.answer}\n• In the pond: {RESCUE.answer}"
    assert reply.sections[0].text == "\n\n".join(
        [INTERFACE.emergency.strip(), INTERFACE.program, lines, "Which is it?"]
    )
    assert reply.choices == (Choice(HURT.label, "hurt", is_card=True), Choice("In the pond", "pond", is_card=True))
    careful = render(Urgent(HURT, others=(ROBBED,), is_question=True), FAQ)
    assert careful.sections[0].text.startswith(INTERFACE.emergency_careful)
    there = render(Urgent(HURT, ("IT",), (ROBBED,), is_question=True), FAQ)
    assert there.sections[0].text.startswith("Emergency numbers in Italy:")


def test_a_question_is_counted_as_one() -> None:
    """It has an outcome of its own, and no entry."""
    assert outcome_of(Urgent(HURT, others=(ROBBED,), is_question=True)) == (Outcome.URGENT_QUESTION, None)


def test_under_a_card_are_the_next_ones_and_the_way_out() -> None:
    """The other card first, then the countries, then that it is not about the person."""
    choices = render(Urgent(HURT, others=(ROBBED,)), FAQ).choices
    assert choices[0] == Choice("Or: Something is gone", "robbed", is_card=True)
    assert choices[1].country == "IT"
    assert choices[-1] == NOT_ABOUT_ME


def test_a_chosen_card_keeps_the_others_and_the_language() -> None:
    """Who chose the wrong one finds the right one below it."""
    turn = card_turn(ROBBED, shown(Urgent(HURT, others=(ROBBED, RESCUE)), language="so"), FAQ)
    assert turn.card == Urgent(ROBBED, others=(HURT, RESCUE))
    assert turn.reply.sections[0].text.startswith("Wac\n")
    assert card_turn(ROBBED, None, FAQ).card == Urgent(ROBBED)


@pytest.mark.parametrize(
    "text",
    ["🆘", "...", "112", "", "Hello?", "helloooo are you there?? please ANSWER", "ok", "هل من أحد؟ ارجوك",
     "¿Hay alguien? ¡¡Responda!!",
     "Est-ce que", "t’es là", "Вы здесь? Ответьте пожалуйста!", "有人吗？", "koi hai"],
)  # fmt: skip
def test_who_only_waits(text: str) -> None:
    """No letters, or nothing but phrases of waiting, in any language."""
    assert is_waiting(text, FAQ) is (text != "Est-ce que")


@pytest.mark.parametrize("text", ["hello, can i come with my dog", "please, when is the garden open", "ok but where"])
def test_a_question_is_no_waiting(text: str) -> None:
    """What has other words is a message of its own."""
    assert not is_waiting(text, FAQ)


def test_the_lines_again() -> None:
    """What to do, whom to call, nobody reads this, without the steps; the buttons are there again."""
    card = replace(HURT, answer="Sit down.\nWait for the gardener.")
    reply = render_again(shown(Urgent(card, others=(ROBBED,))), FAQ)
    assert reply.sections[0].text == f"Sit down.\n{INTERFACE.emergency}\n{INTERFACE.program}"
    assert reply.choices == render(Urgent(card, others=(ROBBED,)), FAQ).choices
    assert reply.pages == ()
    foreign = render_again(shown(Urgent(card), language="so"), FAQ)
    assert [section.text for section in foreign.sections] == ["Wac\ncall so\nprogram so", "Sit down."]
    question = Urgent(card, others=(ROBBED,), is_question=True)
    assert render_again(shown(question), FAQ) == render(question, FAQ)
    assert again(shown(Urgent(card)), FAQ).outcome is Outcome.URGENT_AGAIN


def test_a_place_after_a_card_begins_with_its_first_line() -> None:
    """Then the numbers there; no button asks where the person is."""
    card = shown(Urgent(replace(HURT, answer="Sit down.\nWait.", call_first=(Service.COAST_GUARD,)), others=(ROBBED,)))
    numbers = place_reply(35.5012, 12.6096, FAQ, card.card.entry)
    assert numbers is not None
    reply = with_lines(numbers, card, FAQ)
    text = "\n".join(section.text for section in reply.sections)
    assert text.startswith("Sit down.\n")
    assert text.index("1530: coast guard") < text.index("112: ")
    assert [choice.label for choice in reply.choices] == ["Or: Something is gone", INTERFACE.not_about_me]


def test_after_a_card_small_talk_and_what_has_no_answer_begin_with_its_lines() -> None:
    """They may belong to the cry: nothing of them is kept. A question is answered as ever."""
    card = shown(Urgent(HURT))
    lines = render_again(card, CALM.faq).sections
    talk = take_turn(Question("good morning"), CALM, Conversation(shown=card))
    unknown = take_turn(Question("do you sell tractors"), CALM, Conversation(shown=card))
    assert talk.reply.sections == (*lines, *take_turn(Question("good morning"), CALM).reply.sections)
    assert unknown.reply.sections[: len(lines)] == lines
    assert (unknown.gap, unknown.is_private) == (None, True)
    question = Question("can i come with my dog")
    assert take_turn(question, CALM, Conversation(shown=card)) == take_turn(question, CALM)


def test_after_a_card_a_word_on_an_answer_is_about_the_one_given_since() -> None:
    """Else about the card, whose lines come again: never about whatever its one word is nearest to."""
    card, follow_ups = shown(Urgent(HURT)), (FollowUps("en", {Said.SOURCE: ("source",)}),)
    calm = RegressionMatcher(replace(garden(), follow_ups=follow_ups))
    after_card = take_turn(Question("source?"), calm, Conversation(shown=card))
    assert (after_card.outcome, after_card.entry) == (Outcome.URGENT_AGAIN, "hurt")
    since = take_turn(Question("source?"), calm, Conversation(shown=card, last=DOGS.id))
    assert (since.outcome, since.entry) == (Outcome.FOLLOW_UP, DOGS.id)


def test_what_is_not_about_the_person_is_answered_as_a_question() -> None:
    """The decision without the card; the text is kept no more than a cry."""
    card = Urgent(HURT)
    asked = not_about_me("hurt", shown(card, "a branch hit my friend"), Question(""), CALM)
    assert asked.outcome is not Outcome.URGENT
    assert (asked.gap, asked.is_private, asked.card) == (None, True, None)
    answered = not_about_me("hurt", shown(card, "can i come with my dog"), Question(""), CALM)
    assert (answered.outcome, answered.entry) == (Outcome.ANSWER, DOGS.id)
    for unknown in (None, shown(Urgent(ROBBED), "can i come with my dog")):
        turn = not_about_me("hurt", unknown, Question(""), CALM)
        assert turn.reply.sections[0].text == INTERFACE.type_again


def test_by_its_number_a_card_is_chosen_or_refused() -> None:
    """The same in a terminal."""
    card = shown(Urgent(HURT, others=(HURT,)), "can i come with my dog")
    offered = (Choice("Or: that", "hurt", is_card=True), NOT_ABOUT_ME)
    chosen = take_turn(Question("1"), CALM, Conversation(offered, shown=card))
    assert (chosen.outcome, chosen.entry) == (Outcome.URGENT, "hurt")
    refused = take_turn(Question("2"), CALM, Conversation(offered, shown=card))
    assert (refused.outcome, refused.entry, refused.card) == (Outcome.NOT_ABOUT_ME, "hurt", None)
    assert refused.reply.sections[0].question == DOGS.question
