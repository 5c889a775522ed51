"""From a message to a decision, on the project's own FAQ: the rules that people would notice."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.answering.decide import (
    MOST_ANSWERS,
    NOTED_SCORE,
    Reasoning,
    conclude,
    decide,
    decide_with_reasoning,
    list_items,
    split,
)
from bot.domain.conversation import (
    Answer,
    Candidate,
    Clarify,
    Decision,
    EmergencyNumbers,
    NoAnswerReason,
    Question,
    Smalltalk,
    Unanswered,
    Urgent,
)
from bot.domain.faq import Kind
from bot.domain.matching import KNOWN, Basis, Thresholds
from bot.matching.calibration import CHOICES
from bot.matching.matcher import RegressionMatcher
from tests.support.samples import DOGS, ENTRIES, HELLO, HURT, WEATHER, garden

GARDEN = RegressionMatcher(garden())
PHRASINGS = [text for item in ENTRIES for text in item.phrasings]
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
        case EmergencyNumbers():
            return []


def test_the_model_question_is_answered(matcher: RegressionMatcher) -> None:
    """The question after which the FAQ is modelled gets its entry."""
    assert decide(Question(ASKED), matcher) == Answer((matcher.faq.entries["why-report-now"],))


@pytest.mark.parametrize(
    "greeting", ["Hello! ", "good morning, ", "Hi there. ", "thank you so much, ", "Hey, hello, ", "salam! "]
)
def test_a_greeting_before_a_question_is_a_question(greeting: str, matcher: RegressionMatcher) -> None:
    """However a person greets, the question gets its answer."""
    assert ids(decide(Question(greeting + ASKED), matcher)) == ["why-report-now"]


def test_a_greeting_alone_is_small_talk(matcher: RegressionMatcher) -> None:
    """Nothing asked, nothing answered but the greeting."""
    assert isinstance(decide(Question("hello there"), matcher), Smalltalk)


def test_two_questions_get_both_answers(matcher: RegressionMatcher) -> None:
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


def test_a_long_story_with_one_question_gets_that_question(matcher: RegressionMatcher) -> None:
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
def test_a_personal_case_gets_help_pages_and_no_answer(case: str, matcher: RegressionMatcher) -> None:
    """No advice on a single case: an honest sentence and pages that lead to people."""
    decision = decide(Question(case), matcher)
    assert isinstance(decision, Unanswered)
    assert decision.reason is NoAnswerReason.OUT_OF_SCOPE
    assert decision.entry is not None
    assert decision.entry.read_more


def test_another_language_is_told_so(matcher: RegressionMatcher) -> None:
    """A question in another language that the FAQ does not answer counts as other language, in any script."""
    for text in ("¿Cuándo llega el tren nocturno?", "متى يصل القطار الليلي؟", "коли прибуває нічний потяг?"):
        assert decide(Question(text), matcher) == Unanswered(NoAnswerReason.OTHER_LANGUAGE)


def test_a_question_in_another_language_is_understood(matcher: RegressionMatcher) -> None:
    """Its meaning is compared with that of the English phrasings."""
    for text in ("¿El pacto mundial obliga legalmente a los gobiernos?", "Что такое Нью-Йоркская декларация?"):
        reasoning = decide_with_reasoning(Question(text), matcher)
        assert isinstance(reasoning.decision, Answer)
        assert reasoning.language in ("es", "ru")


@pytest.mark.parametrize("text", ["", " ", "\n\n", "???", "😂", "\ud83d", "\x00", "…", "()[]{}"])
def test_a_message_without_words_is_told_so(text: str, matcher: RegressionMatcher) -> None:
    """No words, no guess."""
    assert decide(Question(text), matcher) == Unanswered(NoAnswerReason.EMPTY)


def test_a_year_of_which_the_entry_says_nothing_is_not_answered(matcher: RegressionMatcher) -> None:
    """A question about another year than the entry's never gets that entry as the answer."""
    assert isinstance(decide(Question("How many migrants and refugees died in 2017?"), matcher), Answer)
    assert not isinstance(decide(Question("How many migrants and refugees died in 2024?"), matcher), Answer)


def test_a_place_of_which_the_entry_says_nothing_is_not_answered(matcher: RegressionMatcher) -> None:
    """World figures are no answer to a question about a country."""
    assert isinstance(decide(Question("How much money do migrants send home?"), matcher), Answer)
    assert not isinstance(decide(Question("How much money do migrants send home to Nepal?"), matcher), Answer)


def test_danger_comes_before_a_greeting_and_before_small_talk(matcher: RegressionMatcher) -> None:
    """A person in danger gets the card, however the message begins."""
    decision = decide(Question("hello sir, our boat has a hole and water is coming in, please help us"), matcher)
    assert ids(decision) == ["urgent-boat-distress"]


@pytest.mark.parametrize("text", ["no", "7", "yes", "maybe", "2", "work"])
def test_one_word_is_no_emergency(text: str, matcher: RegressionMatcher) -> None:
    """A word that stands in many a cry for help is none by itself."""
    assert not isinstance(decide(Question(text), matcher), Urgent)


@pytest.mark.parametrize("text", ["help", "SOS", "🆘", "🆘🆘 !!", "help me please", "ayuda", "au secours", "imdat"])
def test_a_plain_cry_is_urgent(text: str, matcher: RegressionMatcher) -> None:
    """One word can be a cry for help, also in another language."""
    assert isinstance(decide(Question(text), matcher), Urgent)


@pytest.mark.parametrize(
    ("lost", "taken"),
    [
        ("i lost my passport", "he took my passport"),
        ("perdí mi pasaporte", "me quitó el pasaporte"),
        ("j'ai perdu mon passeport", "il m'a pris mon passeport"),
        ("я потерял паспорт", "он забрал мой паспорт"),
        ("ضيعت جواز سفري", "هو أخذ جواز سفري"),
        ("我的护照丢了", "他拿走了我的护照"),
    ],
)
def test_a_lost_passport_is_none_that_somebody_keeps(lost: str, taken: str, matcher: RegressionMatcher) -> None:
    """Who lost one goes to the police or an embassy; from whom it was taken may be held. In each language of cards."""
    for text, card in ((lost, "urgent-passport-lost"), (taken, "urgent-passport-taken")):
        decision = decide(Question(text), matcher)
        assert isinstance(decision, Urgent)
        assert decision.entry.id == card


def test_choices_are_answers_and_few(matcher: RegressionMatcher) -> None:
    """Did-you-mean offers two or three questions, never a card or small talk."""
    vague = (
        "the agreement of states",
        "who decides about migrants",
        "what does remittance mean",
        "what do states have to do",
        "money and migration",
        "what about women and children",
    )
    decisions = [decide(Question(text), matcher) for text in vague]
    unclear = [decision for decision in decisions if isinstance(decision, Clarify)]
    assert len(unclear) >= 2
    for decision in unclear:
        assert 2 <= len(decision.choices) <= CHOICES
        assert all(entry.kind is Kind.ANSWER for entry in decision.choices)


def test_split(matcher: RegressionMatcher) -> None:
    """A message that is one plain sentence has no parts; others have their sentences, questions and greetings."""
    assert split("how many migrants are there", matcher) == []
    assert split("One came here. Why did he go?", matcher) == ["One came here.", "Why did he go?"]
    assert split("who came here first and why did he go there", matcher) == [
        "who came here first",
        "why did he go there",
    ]


@pytest.mark.parametrize(
    ("text", "before", "items"),
    [
        ("1) one thing 2) another", [], ["one thing", "another"]),
        ("Tell me: (1) this, (2) that", ["Tell me:"], ["this,", "that"]),
        ("1. this? 2. that? 3. these?", [], ["this?", "that?", "these?"]),
        ("Q1: this Q2: that", [], ["this", "that"]),
        ("a) this b) that", [], ["this", "that"]),
        ("I ask\n- this\n- that", ["I ask"], ["this", "that"]),
        ("• this\n• that", [], ["this", "that"]),
        ("this\nthat one", [], ["this", "that one"]),
        ("I came in 2015. 2 of us stayed", [], []),
        ("2) this 3) that", [], []),
        ("this is a long line of a letter\nthat goes on here", [], []),
        ("- this", [], []),
    ],
)
def test_list_items(text: str, before: list[str], items: list[str]) -> None:
    """What people number, mark or put on lines of their own is a list; numbers that do not count are none."""
    assert list_items(text) == (before, items)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "1) what is IRIS 2) is the compact binding 3) do migrants pay taxes",
            ["iris", "compact-binding", "pay-taxes"],
        ),
        ("- what is IRIS\n- is the compact binding", ["iris", "compact-binding"]),
        ("what is IRIS? also, is the compact binding?", ["iris", "compact-binding"]),
        ("smugglers? remittances?", ["fight-smuggling", "remittances-total"]),
        ("smugglers and remittances", ["fight-smuggling", "remittances-total"]),
        ("smugglers\nremittances", ["fight-smuggling", "remittances-total"]),
    ],
)
def test_every_question_of_a_list_is_answered(text: str, found: list[str], matcher: RegressionMatcher) -> None:
    """In the order in which they are asked, single words too."""
    assert decide(Question(text), matcher) == Answer(tuple(matcher.faq.entries[name] for name in found))


def test_more_questions_than_three_are_said_to_be_more(matcher: RegressionMatcher) -> None:
    """The first three are answered."""
    decision = decide(Question("what is IRIS? is the compact binding? do migrants pay taxes? who is IOM?"), matcher)
    assert isinstance(decision, Answer)
    assert len(decision.entries) == MOST_ANSWERS
    assert decision.is_cut


def test_a_question_without_an_answer_is_named_beside_those_that_have_one(matcher: RegressionMatcher) -> None:
    """By its number; a gap only if no editor foresaw it."""
    decision = decide(Question("what is IRIS? how many buttons has a shirt? is the compact binding?"), matcher)
    assert ids(decision) == ["iris", "compact-binding"]
    assert isinstance(decision, Answer)
    assert [(one.number, one.text) for one in decision.missing] == [(2, "how many buttons has a shirt?")]


@pytest.mark.parametrize("text", ["help? water? police?", "we sink\nhelp us\nat sea", "1) they beat me 2) who helps"])
def test_a_list_hides_no_danger(text: str, matcher: RegressionMatcher) -> None:
    """Single words are answered only where nobody is in need."""
    assert isinstance(decide(Question(text), matcher), Urgent)


@pytest.mark.parametrize(
    "lead_in",
    ["my question is ", "Can you tell me: ", "I would like to know, ", "Homework help - ", "hello, quick qestion: "],
)
def test_a_lead_in_hides_no_question(lead_in: str, matcher: RegressionMatcher) -> None:
    """Whatever people say before their question, one after the other and with typos."""
    for question, found in (("why do people migrate", "why-people-migrate"), ("what is IRIS", "iris")):
        assert ids(decide(Question(lead_in + question), matcher)) == [found]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("how many migrants in 2017", "how-many-migrants"),
        ("2017 migrants", "how-many-migrants"),
        ("how many migrants in 2k15", "migrants-in-2015"),
        ("migrants of '15", "migrants-in-2015"),
        ("deaths in ٢٠١٧", "deaths-2017"),
        ("women among migrants 2017", "women-share"),
        ("258.000.000", "how-many-migrants"),
    ],
)
def test_a_year_narrows_a_question(text: str, found: str, matcher: RegressionMatcher) -> None:
    """However it is written, it never outweighs what is asked."""
    decision = decide(Question(text), matcher)
    assert isinstance(decision, Answer)
    assert ids(decision) == [found]


def test_another_year_is_told_so(matcher: RegressionMatcher) -> None:
    """Where only the year keeps an entry from being the answer, the entry comes with the honest no."""
    decision = decide(Question("forced labour 2016"), matcher)
    assert decision == Unanswered(NoAnswerReason.OTHER_YEAR, matcher.faq.entries["forced-labour"])


def test_a_year_alone_goes_on_with_the_question_before_it(matcher: RegressionMatcher) -> None:
    """Its answer is not that of whatever else has the year."""
    decision = decide(Question("How many migrants died in 2017? And in 2003?"), matcher)
    assert isinstance(decision, Answer)
    assert ids(decision) == ["deaths-2017"]
    assert [one.number for one in decision.missing] == [2]


@pytest.mark.parametrize(
    "text", ["I am a nurse from Oslo", "my uncle sends money to us", "good evening, I am 67 and retired"]
)
def test_who_says_who_they_are_is_in_no_danger(text: str, matcher: RegressionMatcher) -> None:
    """An introduction gets a kind line; what comes after it is judged by itself."""
    assert ids(decide(Question(text), matcher)) == ["smalltalk-introduction"]
    assert ids(decide(Question(f"{text}. What is IRIS?"), matcher)) == ["iris"]
    assert isinstance(decide(Question(f"{text}, and they locked me in"), matcher), Urgent)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("you tell lies", "smalltalk-accusation"),
        ("are you quite sure", "smalltalk-doubt"),
        ("what a dumb bot", "smalltalk-insult"),
        ("useless answer", "smalltalk-complaint"),
    ],
)
def test_doubt_and_anger_get_fitting_words(text: str, found: str, matcher: RegressionMatcher) -> None:
    """And no thanks."""
    assert decide(Question(text), matcher) == Smalltalk(matcher.faq.entries[found])


def test_thanks_before_a_question_is_a_question(matcher: RegressionMatcher) -> None:
    """Even where the question has no answer."""
    assert isinstance(decide(Question("Thanks a lot! And how many buttons has a shirt?"), matcher), Unanswered)


@pytest.mark.parametrize("text", ["so", "b", "x y", "and", "the", "all of these", "none"])
def test_a_word_that_says_nothing_gets_no_answer(text: str, matcher: RegressionMatcher) -> None:
    """Neither a goodbye, an insult, nor a choice."""
    assert decide(Question(text), matcher) == Unanswered(NoAnswerReason.NO_MATCH)


def test_the_reasoning_holds_what_the_decision_rests_on(matcher: RegressionMatcher) -> None:
    """`reason` and `decide` agree, and the parts are those of the message."""
    text = "hello! " + ASKED
    reasoning = decide_with_reasoning(Question(text), matcher)
    assert reasoning.decision == decide(Question(text), matcher)
    assert reasoning.whole.text == text
    assert any(part.text == ASKED for part in reasoning.parts)


@given(st.text(max_size=300))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_gets_a_decision(matcher: RegressionMatcher, text: str) -> None:
    """Whatever is typed, something is decided and nothing raises."""
    assert isinstance(decide(Question(text), matcher), Answer | Clarify | Urgent | Smalltalk | Unanswered)


@given(st.sampled_from(["why now", "what is IRIS", "is the compact binding", "help our boat sinks"]), st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_case_and_spacing_do_not_change_a_decision(matcher: RegressionMatcher, text: str, data: st.DataObject) -> None:
    """Capitals and extra blanks are noise."""
    shouted = "".join(c.upper() if data.draw(st.booleans()) else c for c in text)
    spaced = shouted.replace(" ", " " * data.draw(st.integers(1, 4)))
    assert decide(Question(spaced), matcher) == decide(Question(text), matcher)


@pytest.mark.parametrize("text", ["word " * 5000, "a" * 100_000, "?" * 5000, "why now\n" * 3000])
def test_very_long_messages_are_decided(text: str, matcher: RegressionMatcher) -> None:
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
def test_danger_comes_before_the_language(text: str, matcher: RegressionMatcher) -> None:
    """A sure cry for help gets a card, even where the rest is in another language."""
    assert isinstance(decide(Question(text), matcher), Urgent)


# --- Where the lines are ---------------------------------------------------------------------------------------------


def again(reasoning: Reasoning, lines: Thresholds) -> Decision:
    """What is decided on the same rankings where other lines are drawn."""
    return conclude(Question(reasoning.whole.text), reasoning.whole, reasoning.parts, lines)


def test_an_answer_needs_confidence_and_certainty() -> None:
    """Short of either it is offered among others; short of what a choice needs, too, there is none."""
    reasoning, lines = decide_with_reasoning(Question("can i come with my dog"), GARDEN), GARDEN.thresholds
    assert again(reasoning, lines) == reasoning.decision == Answer((DOGS,))
    for higher in (replace(lines, answer=1.01), replace(lines, certain=1.01)):
        offered = again(reasoning, higher)
        assert isinstance(offered, Clarify)
        assert offered.choices[0] == DOGS
    none = again(reasoning, replace(lines, answer=1.01, clarify=1.01))
    assert none == Unanswered(NoAnswerReason.NO_MATCH, topic=DOGS.topic)


def test_a_card_needs_urgency() -> None:
    """Below the line nobody is taken to be in need; where no question has an answer, the lower line is enough."""
    reasoning, lines = (
        decide_with_reasoning(Question("a branch hit my friend and he bleeds"), GARDEN),
        GARDEN.thresholds,
    )
    assert again(reasoning, lines) == Urgent(HURT)
    assert again(reasoning, replace(lines, surely_urgent=1.01)) == Urgent(HURT)
    assert not isinstance(again(reasoning, replace(lines, urgent=1.01, surely_urgent=1.01)), Urgent)


def test_a_question_with_an_answer_comes_before_what_is_hardly_urgent() -> None:
    """Only what is surely urgent comes before an answer."""
    reasoning, lines = decide_with_reasoning(Question("can i come with my dog"), GARDEN), GARDEN.thresholds
    assert again(reasoning, replace(lines, urgent=0.0)) == Answer((DOGS,))
    assert again(reasoning, replace(lines, urgent=0.0, surely_urgent=0.0)) == Urgent(HURT)


def test_small_talk_needs_the_confidence_of_an_answer() -> None:
    """A greeting that is hardly one gets no greeting."""
    reasoning, lines = decide_with_reasoning(Question("hey there"), GARDEN), GARDEN.thresholds
    assert again(reasoning, lines) == Smalltalk(HELLO)
    assert not isinstance(again(reasoning, replace(lines, answer=1.01)), Smalltalk)


@pytest.mark.parametrize(("coverage", "is_answered"), [(KNOWN, True), (KNOWN - 0.01, False), (0.0, False)])
def test_a_message_of_mostly_unknown_words_is_not_answered(coverage: float, *, is_answered: bool) -> None:
    """However sure the matcher is: neither an answer nor a choice, and no topic is named as near."""
    reasoning = decide_with_reasoning(Question("can i come with my dog"), GARDEN)
    whole = replace(reasoning.whole, ranking=replace(reasoning.whole.ranking, coverage=coverage))
    decision = again(replace(reasoning, whole=whole), GARDEN.thresholds)
    assert decision == (Answer((DOGS,)) if is_answered else Unanswered(NoAnswerReason.NO_MATCH))


def test_a_language_is_told_only_where_few_words_are_known() -> None:
    """A message that reads as another language is still asked where its words are known."""
    reasoning = decide_with_reasoning(Question("can i come with my dog"), GARDEN)
    lines = replace(GARDEN.thresholds, answer=1.01, clarify=1.01)
    for basis, reason in ((Basis.BOTH, NoAnswerReason.NO_MATCH), (Basis.FOREIGN, NoAnswerReason.OTHER_LANGUAGE)):
        ranking = replace(reasoning.whole.ranking, basis=basis, coverage=0.6)
        whole = replace(reasoning.whole, text="est-ce que je peux venir avec mon chien dans le jardin", ranking=ranking)
        decision = conclude(Question(whole.text), whole, (), lines)
        assert isinstance(decision, Unanswered)
        assert decision.reason is reason


@pytest.mark.parametrize("text", ["7", "2017", "194?", "10.8", "1,000,000", "12 2018", "2016 / 2017", "٢٠١٧", "244."])
def test_numbers_alone_ask_nothing(text: str, matcher: RegressionMatcher) -> None:
    """Neither an answer, a choice, a card nor another language: whatever stands beside a number in the phrasings."""
    for of in (matcher, GARDEN):
        assert decide(Question(text), of) == Unanswered(NoAnswerReason.NO_MATCH)


@pytest.mark.parametrize(("text", "found"), [("193?", "declaration-193"), ("10.7", "sdg-target-10-7")])
def test_a_number_that_is_a_phrasing_is_answered(text: str, found: str, matcher: RegressionMatcher) -> None:
    """Where an editor has listed it."""
    decision = decide(Question(text), matcher)
    assert isinstance(decision, Answer)
    assert [item.id for item in decision.entries] == [found]


# --- What is outside -------------------------------------------------------------------------------------------------


def outside(text: str, *, score: float, coverage: float = 1.0, is_first: bool = True) -> Reasoning:
    """A message as it would be ranked with an out-of-scope entry of this score before, or behind, all others."""
    reasoning = decide_with_reasoning(Question(text), GARDEN)
    others = tuple(one for one in reasoning.whole.ranking.candidates if one.entry != WEATHER)
    weather = Candidate(WEATHER, score)
    candidates = (weather, *others) if is_first else (*others, weather)
    whole = replace(reasoning.whole, ranking=replace(reasoning.whole.ranking, candidates=candidates, coverage=coverage))
    return replace(reasoning, whole=whole)


NO_ANSWER = replace(GARDEN.thresholds, answer=1.01, clarify=0.0)


@pytest.mark.parametrize(
    ("score", "is_first", "is_offered"),
    [(NOTED_SCORE, True, False), (NOTED_SCORE - 0.01, True, True), (NOTED_SCORE, False, True)],
)
def test_what_is_outside_goes_before_a_choice(score: float, *, is_first: bool, is_offered: bool) -> None:
    """Where an out-of-scope entry is first and its score is one to note, the message is not offered other questions."""
    lines = NO_ANSWER
    decision = again(outside("can i come with my dog", score=score, is_first=is_first), lines)
    if is_offered:
        assert isinstance(decision, Clarify)
        assert decision.choices[0] == DOGS
    else:
        assert decision == Unanswered(NoAnswerReason.OUT_OF_SCOPE, WEATHER)


def test_what_is_outside_is_noted_only_where_the_words_are_known() -> None:
    """Of a message of mostly unknown words nothing is said but that there is no answer."""
    lines = NO_ANSWER
    for coverage, decision in (
        (KNOWN, Unanswered(NoAnswerReason.OUT_OF_SCOPE, WEATHER)),
        (KNOWN - 0.01, Unanswered(NoAnswerReason.NO_MATCH)),
    ):
        assert again(outside("can i come with my dog", score=0.9, coverage=coverage), lines) == decision


def test_an_answer_a_card_and_small_talk_go_before_what_is_outside() -> None:
    """Where one of them is sure enough, an out-of-scope entry that is first of all changes nothing."""
    for text, decision in (
        ("can i come with my dog", Answer((DOGS,))),
        ("a branch hit my friend and he bleeds", Urgent(HURT)),
        ("hey there", Smalltalk(HELLO)),
    ):
        assert again(outside(text, score=2.0), GARDEN.thresholds) == decision


def test_a_question_on_what_is_outside_is_told_so() -> None:
    """The garden's visitors ask about the weather, and about the weather and the garden."""
    for text in ("will it rain tomorrow", "is a storm coming tomorrow"):
        assert decide(Question(text), GARDEN) == Unanswered(NoAnswerReason.OUT_OF_SCOPE, WEATHER)


# --- What is noise ---------------------------------------------------------------------------------------------------


@given(
    st.sampled_from(PHRASINGS),
    st.randoms(use_true_random=False),
    st.sampled_from(["", "?", "!", ".", "???", "...", "…", " ?", "!!", " .", "?!"]),
)
@settings(max_examples=200, deadline=None)
def test_case_spacing_and_a_final_mark_do_not_change_a_decision(text: str, order: random.Random, mark: str) -> None:
    """However a phrasing is typed, what is decided on it stays; so do the scores."""
    typed = "".join(c.upper() if order.random() < 0.4 else c for c in text)
    typed = " " * order.randint(0, 2) + typed.replace(" ", " " * order.randint(1, 3)) + mark
    assert decide(Question(typed), GARDEN) == decide(Question(text), GARDEN)
    one, other = GARDEN.rank(typed), GARDEN.rank(text)
    assert one.candidates == other.candidates
    assert (one.confidence, one.certainty, one.urgency) == (other.confidence, other.certainty, other.urgency)


@given(st.sampled_from(PHRASINGS), st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_commas_between_words_change_no_score(text: str, order: random.Random) -> None:
    """Marks are no words."""
    marked = "".join(c if c != " " else order.choice((" ", ", ", " - ", ": ")) for c in text)
    assert GARDEN.rank(marked).candidates == GARDEN.rank(text).candidates
