"""From a message to a decision, on the project's own FAQ: the rules that people would notice."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.deciding import MOST_CHOICES, decide, reason, split
from bot.matching.matcher import Matcher
from bot.model import Answer, Clarify, Decision, Kind, Question, Reason, Smalltalk, Unanswered, Urgent

ASKED = "Why is the Secretary-General releasing this report now?"


def ids(decision: Decision) -> list[str]:
    """The entries that a decision leads to."""
    match decision:
        case Answer(entries) | Clarify(entries):
            return [entry.id for entry in entries]
        case Urgent(entry) | Smalltalk(entry):
            return [entry.id]
        case Unanswered(_, entry, _):
            return [entry.id] if entry else []


def test_the_model_question_is_answered(matcher: Matcher) -> None:
    """The question after which the FAQ is modelled gets its entry."""
    assert decide(Question(ASKED), matcher) == Answer((matcher.faq.entries["why-report-now"],))


@pytest.mark.parametrize(
    "greeting", ["Hello! ", "good morning, ", "Hi there. ", "thank you so much, ", "Hey, hello, ", "salam! "]
)
def test_a_greeting_before_a_question_is_a_question(greeting: str, matcher: Matcher) -> None:
    """However a person greets, the question gets its answer."""
    assert ids(decide(Question(greeting + ASKED), matcher)) == ["why-report-now"]


def test_a_greeting_alone_is_small_talk(matcher: Matcher) -> None:
    """Nothing asked, nothing answered but the greeting."""
    assert isinstance(decide(Question("hello there"), matcher), Smalltalk)


def test_two_questions_get_both_answers(matcher: Matcher) -> None:
    """Two clear questions in one message, as two sentences or joined by 'and'."""
    first, second = "What is the Migration Governance Index?", "How many migrants are in forced labour?"
    both = ["migration-governance-index", "forced-labour"]
    assert ids(decide(Question(f"{first} {second}"), matcher)) == both
    assert (
        ids(
            decide(
                Question("what is the migration governance index and how many migrants are in forced labour"), matcher
            )
        )
        == both
    )


def test_a_long_story_with_one_question_gets_that_question(matcher: Matcher) -> None:
    """The sentences around a question do not hide it."""
    story = (
        "I teach at an evening school and my pupils come from everywhere. Last week we read an old newspaper together. "
        "One of them had heard of something and nobody in the room knew it. What is the Migration Governance Index? "
        "We would be glad of a short explanation. The lesson is on Friday."
    )
    assert ids(decide(Question(story), matcher)) == ["migration-governance-index"]


@pytest.mark.parametrize(
    "case",
    [
        "my visa was refused, what can I do",
        "i want to bring my wife here, which form do i need",
        "my asylum interview is next month, what should i say",
    ],
)
def test_a_personal_case_gets_help_pages_and_no_answer(case: str, matcher: Matcher) -> None:
    """No advice on a single case: an honest sentence and pages that lead to people."""
    decision = decide(Question(case), matcher)
    assert isinstance(decision, Unanswered)
    assert decision.reason is Reason.OUT_OF_SCOPE
    assert decision.entry is not None
    assert decision.entry.read_more


def test_another_language_is_told_so(matcher: Matcher) -> None:
    """A question in a language that the FAQ does not have counts as other language, in any script."""
    for text in ("¿Cuántos migrantes hay en el mundo?", "كم عدد المهاجرين في العالم؟", "скільки мігрантів у світі?"):
        assert decide(Question(text), matcher) == Unanswered(Reason.OTHER_LANGUAGE)


@pytest.mark.parametrize("text", ["", " ", "\n\n", "???", "😂", "\ud83d", "\x00", "…", "()[]{}"])
def test_a_message_without_words_is_told_so(text: str, matcher: Matcher) -> None:
    """No words, no guess."""
    assert decide(Question(text), matcher) == Unanswered(Reason.EMPTY)


def test_a_year_of_which_the_entry_says_nothing_is_not_answered(matcher: Matcher) -> None:
    """A question about another year than the entry's never gets that entry as the answer."""
    assert isinstance(decide(Question("How many migrants and refugees died in 2017?"), matcher), Answer)
    assert not isinstance(decide(Question("How many migrants and refugees died in 2024?"), matcher), Answer)


def test_a_place_of_which_the_entry_says_nothing_is_not_answered(matcher: Matcher) -> None:
    """World figures are no answer to a question about a country."""
    assert isinstance(decide(Question("How much money do migrants send home?"), matcher), Answer)
    assert not isinstance(decide(Question("How much money do migrants send home to Nepal?"), matcher), Answer)


def test_danger_comes_before_a_greeting_and_before_small_talk(matcher: Matcher) -> None:
    """A person in danger gets the card, however the message begins."""
    decision = decide(Question("hello sir, our boat has a hole and water is coming in, please help us"), matcher)
    assert ids(decision) == ["urgent-boat-distress"]


@pytest.mark.parametrize("text", ["no", "7", "yes", "maybe", "2", "work"])
def test_one_word_is_no_emergency(text: str, matcher: Matcher) -> None:
    """A word that stands in many a cry for help is none by itself."""
    assert not isinstance(decide(Question(text), matcher), Urgent)


@pytest.mark.parametrize("text", ["help", "SOS", "help me please", "ayuda", "au secours"])
def test_a_plain_cry_is_urgent(text: str, matcher: Matcher) -> None:
    """One word can be a cry for help, also in another language."""
    assert isinstance(decide(Question(text), matcher), Urgent)


def test_choices_are_answers_and_few(matcher: Matcher) -> None:
    """Did-you-mean offers two or three questions, never a card or small talk."""
    vague = ("what happened in december 2018", "number of migrants", "what does remittance mean", "migrant women")
    decisions = [decide(Question(text), matcher) for text in vague]
    unclear = [decision for decision in decisions if isinstance(decision, Clarify)]
    assert len(unclear) >= 2
    for decision in unclear:
        assert 2 <= len(decision.choices) <= MOST_CHOICES
        assert all(entry.kind is Kind.ANSWER for entry in decision.choices)


def test_split(matcher: Matcher) -> None:
    """A message that is one plain sentence has no parts; others have their sentences, questions and greetings."""
    assert split("how many migrants are there", matcher) == []
    assert split("One came here. Why did he go?", matcher) == ["One came here.", "Why did he go?"]
    assert split("who came here first and why did he go there", matcher) == [
        "who came here first",
        "why did he go there",
    ]


def test_the_reasoning_holds_what_the_decision_rests_on(matcher: Matcher) -> None:
    """`reason` and `decide` agree, and the parts are those of the message."""
    text = "hello! " + ASKED
    reasoning = reason(Question(text), matcher)
    assert reasoning.decision == decide(Question(text), matcher)
    assert reasoning.whole.text == text
    assert any(part.text == ASKED for part in reasoning.parts)


@given(st.text(max_size=300))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_gets_a_decision(matcher: Matcher, text: str) -> None:
    """Whatever is typed, something is decided and nothing raises."""
    assert isinstance(decide(Question(text), matcher), Answer | Clarify | Urgent | Smalltalk | Unanswered)


@given(st.sampled_from(["why now", "what is IRIS", "is the compact binding", "help our boat sinks"]), st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_case_and_spacing_do_not_change_a_decision(matcher: Matcher, text: str, data: st.DataObject) -> None:
    """Capitals and extra blanks are noise."""
    shouted = "".join(c.upper() if data.draw(st.booleans()) else c for c in text)
    spaced = shouted.replace(" ", " " * data.draw(st.integers(1, 4)))
    assert decide(Question(spaced), matcher) == decide(Question(text), matcher)


@pytest.mark.parametrize("text", ["word " * 5000, "a" * 100_000, "?" * 5000, "why now\n" * 3000])
def test_very_long_messages_are_decided(text: str, matcher: Matcher) -> None:
    """Length alone breaks nothing."""
    assert decide(Question(text), matcher) is not None


@pytest.mark.parametrize(
    "text",
    [
        "help me ma femme est blessée et nous sommes dans le bateau",
        "ayuda, mi barco se hunde, hay niños",
        "помогите мы тонем",
    ],
)
def test_danger_comes_before_the_language(text: str, matcher: Matcher) -> None:
    """A sure cry for help gets a card, even where the rest is in another language."""
    assert isinstance(decide(Question(text), matcher), Urgent)
