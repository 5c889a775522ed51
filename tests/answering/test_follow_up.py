"""What follows a reply: acts on an answer, typed choices, questions that continue one, half a thought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.answering.commands import COMMANDS, OTHER_COMMANDS, command_reply
from bot.answering.follow_up import continues, said_in
from bot.answering.handover import fragment_after, last_answer, preceding
from bot.answering.render import choices_of, none_chosen, render, render_entry, render_numbers, unread
from bot.answering.turn import Turn, take_turn
from bot.domain.conversation import (
    Answer,
    Choice,
    Clarify,
    Conversation,
    Decision,
    EmergencyNumbers,
    NoAnswerReason,
    Outcome,
    Preceding,
    Question,
    Reply,
    Unanswered,
    Urgent,
)
from bot.domain.faq import Faq, Kind
from bot.domain.follow_up import Said
from bot.domain.gap import GapReason
from bot.matching.matcher import RegressionMatcher
from tests.support.follow_ups import SETS, counts, is_misled, judge, read

LAST = "how-many-migrants"
OFFERED = ("women-share", "children", "internal-migrants")
LEAST_RIGHT = {
    "development": 89,
    "first": 117,
    "second": 106,
    "third": 104,
    "fourth": 96,
}  # of 100, 130, 120 (three times)


def after(text: str, matcher: RegressionMatcher, last: str = LAST, **more: object) -> Turn:
    """The turn of a message after an answer."""
    question = Question(text, **more)  # type: ignore[arg-type]
    return take_turn(
        question, matcher, Conversation(render_entry(matcher.faq.entries[last], matcher.faq).choices, last=last)
    )


def choosing(text: str, matcher: RegressionMatcher) -> Turn:
    """The turn of a message after a choice was offered."""
    choices = choices_of(matcher.faq.entries[name] for name in OFFERED)
    return take_turn(Question(text), matcher, Conversation((*choices, Choice(matcher.faq.interface.none_of_these))))


# --- Words -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("source?", Said.SOURCE),
        ("Source please", Said.SOURCE),
        ("ok, are you sure??", Said.SURE),
        ("IN SHORT", Said.SHORTER),
        ("por qué", Said.WHY),
        ("¿fuente?", Said.SOURCE),
        ("t'es sûr", Said.SURE),
        ("المصدر", Said.SOURCE),
        ("подробнее", Said.MORE),
        ("короче!", Said.SHORTER),
        ("为什么", Said.WHY),
        ("第一个吧", Said.FIRST),
        ("the second one", Said.SECOND),
        ("1й", Said.FIRST),
        ("2й", Said.SECOND),
        ("все три", Said.ALL),
        ("none of them", Said.NONE),
        ("and the one before?", Said.POINTING),
        ("那个呢？", Said.POINTING),
        ("start over", Said.START),
        ("menu", Said.TOPICS),
        ("меню", Said.TOPICS),
    ],
)
def test_short_messages_are_read_as_a_whole(text: str, said: Said, faq: Faq) -> None:
    """Whatever their case, accents and marks, and with words of courtesy around them."""
    assert said_in(text, faq) is said


@pytest.mark.parametrize("text", ["", "?", "help", "help me", "source of remittances", "why do people migrate", "👍"])
def test_other_messages_are_none(text: str, faq: Faq) -> None:
    """A question is one, however short, and a call for help is never taken for a word about an answer."""
    assert said_in(text, faq) is None


def test_every_language_has_every_act(faq: Faq) -> None:
    """And no message says two things in one language."""
    assert {one.language for one in faq.follow_ups} == set(faq.languages)
    for one in faq.follow_ups:
        assert set(one.said) == set(Said)
        listed = [text.casefold() for texts in one.said.values() for text in texts]
        assert len(listed) == len(set(listed)), one.language


def test_a_continuing_question_is_seen_by_its_words(faq: Faq) -> None:
    """It begins so, or has a word that stands for another, and is short."""
    assert continues("and women?", faq)
    assert continues("is it binding", faq)
    assert not continues("is it binding", faq, by_opener=True)
    assert continues("а дети?", faq, by_opener=True)
    assert not continues("remittances", faq)
    assert not continues("and " + "word " * 20, faq)


# --- Acts on an answer -----------------------------------------------------------------------------------------


def test_the_source_is_shown_whole(matcher: RegressionMatcher) -> None:
    """With the time of its figures."""
    turn = after("where does it come from", matcher)
    assert (turn.outcome, turn.entry, turn.gap) == (Outcome.FOLLOW_UP, LAST, None)
    shown = render_entry(matcher.faq.entries[LAST], matcher.faq).sections[0]
    assert turn.reply.sections[0].sources == shown.sources
    assert turn.reply.sections[0].time == shown.time


def test_a_doubt_gets_the_source_and_a_word_of_caution(matcher: RegressionMatcher) -> None:
    """Also one that is worded in another way than any that is listed."""
    for text in ("are you sure", "i find that really hard to believe"):
        turn = after(text, matcher)
        assert turn.reply.sections[0].text == matcher.faq.interface.sure
        assert turn.reply.sections[0].sources


def test_shorter_is_the_first_line(matcher: RegressionMatcher) -> None:
    """Which is the answer itself; its source stays."""
    section = after("too long", matcher).reply.sections[0]
    assert section.text == matcher.faq.entries[LAST].answer.split("\n")[0]
    assert section.sources


def test_more_says_that_there_is_no_more_and_where(matcher: RegressionMatcher) -> None:
    """And offers the related questions."""
    reply = after("tell me more", matcher).reply
    assert reply.sections[0].text == matcher.faq.interface.nothing_more
    assert reply.sections[0].sources
    assert any(choice.entry for choice in reply.choices)


def test_repeat_shows_it_again(matcher: RegressionMatcher) -> None:
    """As it was."""
    assert after("say it again", matcher).reply == render_entry(matcher.faq.entries[LAST], matcher.faq)


def test_the_act_is_answered_in_its_language(matcher: RegressionMatcher) -> None:
    """Though the answer before was in another."""
    turn = after("¿estás seguro de eso?", matcher, before="es")
    assert turn.reply_in == "es"
    assert turn.reply.sections[0].text == matcher.faq.in_language("es").interface.sure


def test_without_an_answer_before_it_asks_which_is_meant(matcher: RegressionMatcher) -> None:
    """Where the message can mean nothing else; a doubt may be about anything."""
    for text in ("source", "why", "tldr", "more please"):
        turn = take_turn(Question(text), matcher)
        assert turn.reply.sections[0].text == matcher.faq.interface.no_answer_before
        assert turn.gap is None
    assert take_turn(Question("are you sure"), matcher).outcome is not Outcome.FOLLOW_UP


def test_a_cry_is_heard_whatever_came_before(matcher: RegressionMatcher) -> None:
    """Context never stands in its way."""
    for text in ("he is beating me", "and my child is not breathing", "they hold us and want money, help"):
        assert after(text, matcher).outcome is Outcome.URGENT, text


# --- Typed choices ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("2", "children"),
        ("#2", "children"),
        ("the first", OFFERED[0]),
        ("the last one", OFFERED[2]),
        ("第二个", "children"),
    ],
)
def test_a_choice_may_be_typed(text: str, entry: str, matcher: RegressionMatcher) -> None:
    """By its number or in words."""
    turn = choosing(text, matcher)
    assert (turn.outcome, turn.entry) == (Outcome.ANSWER, entry)


def test_all_of_them_are_answered_together(matcher: RegressionMatcher) -> None:
    """Each with its sources."""
    turn = choosing("all of them", matcher)
    assert (turn.entry, *turn.also) == OFFERED
    assert [section.question for section in turn.reply.sections] == [
        matcher.faq.entries[name].question for name in OFFERED
    ]


def test_none_and_no_refuse_the_choices(matcher: RegressionMatcher) -> None:
    """As the button does."""
    for text in ("none of them", "no"):
        assert choosing(text, matcher).gap is GapReason.NONE_OF_THESE


@pytest.mark.parametrize(
    ("text", "picked"),
    [
        ("1 and 3", (0, 2)),
        ("the first and the last, please", (0, 2)),
        ("la 1 y la 2", (0, 1)),
        ("1和3", (0, 2)),
        ("(2)", (1,)),
        ("1️⃣", (0,)),
        ("internal", (2,)),
        ("the one about women", (0,)),
    ],
)
def test_choices_are_picked_by_numbers_and_by_words_of_theirs(
    text: str, picked: tuple[int, ...], matcher: RegressionMatcher
) -> None:
    """Several together too; what only one of them says is enough."""
    turn = choosing(text, matcher)
    assert (turn.entry, *turn.also) == tuple(OFFERED[at] for at in picked)


@pytest.mark.parametrize("text", ["1 and 9", "number 7 please"])
def test_a_number_that_is_not_there_is_said_to_be_none(text: str, matcher: RegressionMatcher) -> None:
    """With the choices once more."""
    turn = choosing(text, matcher)
    assert turn.reply.sections[0].text == matcher.faq.interface.no_such_choice
    assert [choice.entry for choice in turn.reply.choices] == [*OFFERED, None]


def test_yes_to_a_choice_asks_which(matcher: RegressionMatcher) -> None:
    """It does not guess."""
    turn = choosing("yes", matcher)
    assert turn.reply.sections[0].text == matcher.faq.interface.clarify
    assert [choice.entry for choice in turn.reply.choices] == [*OFFERED, None]


# --- Questions that continue one -------------------------------------------------------------------------------


def test_an_ellipsis_is_read_with_the_question_before(matcher: RegressionMatcher) -> None:
    """Alone it means nothing."""
    text, last = "and the first one?", "imrf"
    assert take_turn(Question(text), matcher).outcome is not Outcome.ANSWER
    shown = after(text, matcher, last)
    assert "imrf-when" in (shown.entry, *(choice.entry for choice in shown.reply.choices))


@pytest.mark.parametrize(
    ("text", "last", "entry"),
    [
        ("and in 2015?", LAST, "migrants-in-2015"),
        ("and in 2017", "deaths-total", "deaths-2017"),
        ("et au maroc ?", "children", "morocco-children"),  # alone another answer
        ("что насчет прививок", "covid-impact", "covid-vaccines"),  # alone out of scope
        ("疫苗呢", "covid-impact", "covid-vaccines"),
        ("where can i read it", "what-is-the-report", "read-full-report"),  # like a question for the source
        ("so only 2017", "deaths-total", "deaths-2017"),  # the years count alone
    ],
)
def test_an_answer_that_fits_behind_the_one_before_is_given(
    text: str, last: str, entry: str, matcher: RegressionMatcher
) -> None:
    """Though the message alone seems to be something else."""
    assert after(text, matcher, last).entry == entry


@pytest.mark.parametrize(
    ("text", "last", "entry"),
    [
        ("is somebody doing something for them", "morocco-children", "morocco-programme"),
        ("et on les aide comment", "panama-costa-rica", "panama-programme"),
        ("what about the remaining part", "remittances-share", "earnings-stay"),
        ("why?", "deaths-total", "why-journey-dangerous"),
        ("¿por qué?", "deaths-2017", "why-journey-dangerous"),
    ],
)
def test_what_editors_say_comes_then_is_given(text: str, last: str, entry: str, matcher: RegressionMatcher) -> None:
    """What is asked names nothing; `then` of the answer before says which answer is meant."""
    turn = after(text, matcher, last)
    assert (turn.outcome, turn.entry) == (Outcome.ANSWER, entry)


def test_what_is_asked_then_is_read_as_a_question_where_nothing_is_said_of_it(matcher: RegressionMatcher) -> None:
    """With the question before; it is no wish to hear more."""
    assert not matcher.faq.entries["migrants-in-2015"].then
    assert after("what is being done about it", matcher, "migrants-in-2015").outcome is not Outcome.FOLLOW_UP


@pytest.mark.parametrize("text", ["and the one before?", "и предыдущий?", "et l'autre ?", "y eso?", "那个呢", "وهذا؟"])
def test_what_points_at_nothing_asks_which_answer_is_meant(text: str, matcher: RegressionMatcher) -> None:
    """After an answer the questions near to it are offered; it is no gap."""
    alone, behind = take_turn(Question(text), matcher), after(text, matcher)
    says = matcher.faq.in_language(alone.reply_in).interface
    assert (alone.outcome, alone.reply.sections[0].text) == (Outcome.FOLLOW_UP, says.no_answer_before)
    assert behind.reply.sections[0].text == matcher.faq.in_language(behind.reply_in).interface.clarify
    assert any(choice.entry for choice in behind.reply.choices)
    assert (alone.gap, behind.gap) == (None, None)


def test_what_continues_a_question_and_has_no_answer_is_said_to_be_taken_so(matcher: RegressionMatcher) -> None:
    """With the questions near to that one; alone it is unknown as any other message."""
    text, faq = "and in 1960?", matcher.faq
    turn = after(text, matcher)
    assert turn.reply.sections[0].text == faq.interface.taken_as.format(question=faq.entries[LAST].question)
    assert turn.reply.choices[0].entry in faq.entries[LAST].see_also
    assert (turn.outcome, turn.gap) == (Outcome.UNANSWERED, GapReason.NO_MATCH)


def test_a_new_subject_is_not_read_with_the_question_before(matcher: RegressionMatcher) -> None:
    """Whatever was asked before."""
    for last in ("mptf", "covid-impact", "remittances-total"):
        assert after("what is the new york declaration", matcher, last).entry == "new-york-declaration"
        assert after("who won the world cup", matcher, last).outcome is not Outcome.ANSWER


@pytest.mark.parametrize("name", SETS)
def test_follow_ups_are_understood_as_measured(name: str, matcher: RegressionMatcher) -> None:
    """`python -m tests.bench.follow_ups` shows more. Of new subjects at most 2 % are misled by the answer before."""
    judged = [judge(item, matcher) for item in read(SETS[name])]
    found = counts(judged)
    assert sum(number for (_, verdict), number in found.items() if verdict == "right") >= LEAST_RIGHT[name]
    assert sum(is_misled(one, matcher) for one in judged) <= 0.02 * sum(one.kind == "new subject" for one in judged)


def test_the_last_clause_says_what_is_asked(matcher: RegressionMatcher) -> None:
    """What stands before it is why it is asked."""
    doubted = after("that is not what my teacher told us. are you sure?", matcher)
    assert doubted.outcome is Outcome.FOLLOW_UP
    assert doubted.reply.sections[0].text == matcher.faq.interface.sure


def test_an_answer_outweighs_a_last_clause(matcher: RegressionMatcher) -> None:
    """A question that has an answer gets it, whatever is said after it."""
    turn = after("how many women are among the migrants, are you sure", matcher)
    assert (turn.outcome, turn.entry) == (Outcome.ANSWER, "women-share")


@pytest.mark.parametrize("text", ["thanks", "thank you", "ok", "bye", "hello", "gracias", "merci", "谢谢"])
def test_a_courtesy_after_an_answer_is_small_talk(text: str, matcher: RegressionMatcher) -> None:
    """Though a short word is near to many in meaning."""
    assert after(text, matcher).outcome is Outcome.SMALLTALK


# --- Half a thought --------------------------------------------------------------------------------------------


def test_half_a_thought_is_read_with_the_other_half(matcher: RegressionMatcher) -> None:
    """What had an answer is none, unless it is of few words."""
    first = take_turn(Question("is there some"), matcher)
    fragment = fragment_after(first, "is there some", "")
    assert fragment == "is there some"
    rest = take_turn(Question("campaign against xenophobia"), matcher, Conversation(fragment=fragment))
    assert (rest.entry, rest.takes_place) == ("together-campaign", True)
    answered = take_turn(Question("how many migrants are there"), matcher)
    assert fragment_after(answered, "how many migrants are there", "") == ""
    assert fragment_after(first, "word " * 9, "") == ""
    answered = take_turn(Question("pay taxes"), matcher)
    assert fragment_after(answered, "pay taxes", "") == "pay taxes"
    assert preceding(answered, "pay taxes", is_forwarded=False) is Preceding.PART


def test_the_answer_to_the_whole_stands_for_that_to_its_parts(matcher: RegressionMatcher) -> None:
    """Also where the last part says it all; not where each may be a question of its own, nor before a cry."""
    assert take_turn(Question("migrants"), matcher, Conversation(fragment="how many")).takes_place
    assert not take_turn(Question("migrants"), matcher, Conversation(fragment="do you sell tractors")).takes_place
    assert not take_turn(
        Question("how many migrants are there"), matcher, Conversation(fragment="tractors")
    ).takes_place
    for text, kind, is_rest in (
        ("migrants in the world", Preceding.PART, True),
        ("migrants in the world", Preceding.OTHER, False),
        ("what share of migrants are women", Preceding.PART, False),
    ):
        assert take_turn(Question(text), matcher, Conversation(last=LAST, preceding=kind)).takes_place is is_rest
    cry = take_turn(Question("my boss took my passport and locks me in"), matcher, Conversation(fragment="how many"))
    assert (cry.outcome, cry.takes_place) == (Outcome.URGENT, False)


def test_a_question_of_its_own_after_a_short_one_is_read_alone(matcher: RegressionMatcher) -> None:
    """Its explanation is not lost behind the answer to the short one, given a second time."""
    before = Conversation(last="migrants-in-2015", fragment="and in 2015?", preceding=Preceding.PART)
    turn = take_turn(Question("how do i get a lawyer in athens"), matcher, before)
    assert (turn.outcome, turn.entry, turn.takes_place) == (Outcome.UNANSWERED, "no-lawyer", False)


def test_what_ends_and_what_keeps_the_answer_before(matcher: RegressionMatcher) -> None:
    """Thanks and commands keep it; what has no answer ends it."""
    assert last_answer(after("thanks", matcher), LAST) == LAST
    assert last_answer(take_turn(Question("/help"), matcher), LAST) == LAST
    assert last_answer(after("why do cats purr at night", matcher), LAST) is None
    assert last_answer(after("what is iom", matcher), LAST) == "what-is-iom"


# --- A way on --------------------------------------------------------------------------------------------------


def replies_of_all_kinds(faq: Faq) -> dict[str, Reply]:
    """One reply of each kind."""
    answers = faq.of_kind(Kind.ANSWER)
    card = faq.of_kind(Kind.URGENT)[0]
    decided: dict[str, Sequence[Decision]] = {
        "answers": [Answer((entry,)) for entry in answers],
        "choice": [Clarify(answers[:2])],
        "card": [Urgent(card)],
        "cards": [Urgent(card, others=faq.of_kind(Kind.URGENT)[1:2], is_question=True)],
        "unanswered": [Unanswered(reason) for reason in NoAnswerReason],
        "out of scope": [Unanswered(NoAnswerReason.OUT_OF_SCOPE, one) for one in faq.of_kind(Kind.OUT_OF_SCOPE)],
        "other year": [Unanswered(NoAnswerReason.OTHER_YEAR, answers[0])],
        "numbers": [EmergencyNumbers()],
    }
    replies = {f"{name} {at}": render(one, faq) for name, some in decided.items() for at, one in enumerate(some)}
    talk = {one.id: render_entry(one, faq) for one in faq.of_kind(Kind.SMALLTALK)}
    commands = {name: command_reply(f"/{name}", faq) or Reply(()) for name in (*COMMANDS, *OTHER_COMMANDS)}
    return replies | talk | commands | {"none": none_chosen(faq), "unread": unread("A picture.", faq)}


# What ends by itself: it says what was done, or is the end of a way.
ENDS = {"sources", "privacy", "forget", "feedback", "stop", "contact"}


@pytest.mark.parametrize("language", ["en", "ar", "es", "fr", "ru", "zh"])
def test_no_reply_is_a_dead_end(language: str, faq: Faq) -> None:
    """Each has a button, or a page to go on to."""
    for name, reply in replies_of_all_kinds(faq.in_language(language)).items():
        assert name in ENDS or reply.choices or reply.pages, name


def test_numbers_of_a_country_say_what_to_do_elsewhere(faq: Faq) -> None:
    """They are the end of a way; the line below them leads on."""
    assert len(render_numbers(("IT",), faq).sections) > 1


def test_whom_to_write_to_is_said_if_somebody_is_named(faq: Faq) -> None:
    """Nobody reads the chat in any case."""
    program = faq.interface.program.strip()
    for contact, text in (
        ("", program),
        ("bot@example.org", f"{program}\nThe people who run this bot: bot@example.org"),
    ):
        reply = command_reply("/contact", replace(faq, contact=contact))
        assert reply is not None
        assert reply.sections[0].text == text
