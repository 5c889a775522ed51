"""The assistant: what every channel gets, whatever its form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from bot.answering.render import unread
from bot.channels.assistant import Assistant
from bot.channels.memory import HOUR
from bot.channels.port import IncomingMessage, NoGapNotes
from bot.channels.throttle import Throttle, Throttles
from bot.domain.conversation import Channel, Conversation, Outcome, Reply, Section
from bot.domain.gap import GapReason, Note
from bot.matching.matcher import RegressionMatcher
from bot.runtime.catalog import Catalog
from tests.support.samples import DOGS, garden

NAMES = {"en": "English", "fr": "Français"}
FRENCH = replace(
    garden(),
    language="fr",
    languages=NAMES,
    interface=replace(garden().interface, language_chosen="Je réponds maintenant en français.", too_fast="Doucement."),
)
ENGLISH = RegressionMatcher(replace(garden(), languages=NAMES, translations={"fr": FRENCH}))
SAYS = ENGLISH.faq.interface
OAK, UNSURE, TRACTORS = "how old is the big oak", "how old is the oak in Peru", "do you sell tractors"
HURT = "i fell and cannot stand up"


@dataclass(slots=True)
class Notes(NoGapNotes):
    """A gap log that remembers what it was told."""

    notes: list[Note] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)
    languages: dict[str, str] = field(default_factory=dict)
    is_failing: bool = False

    def note(self, note: Note) -> None:
        self.notes.append(note)

    async def forget(self, asker: str) -> bool:
        self.forgotten.append(asker)
        return not self.is_failing

    async def language(self, asker: str) -> str | None:
        return self.languages.get(asker)

    async def choose_language(self, asker: str, language: str) -> bool:
        if not self.is_failing:
            self.languages[asker] = language
        return not self.is_failing


def said(text: str, **more: object) -> IncomingMessage:
    """A message of one person in a private chat."""
    message = IncomingMessage(text, Channel.PRIVATE, "somebody", id="m1")
    return replace(message, **more)  # type: ignore[arg-type]  # the fields' own types


def throttles(messages: int, clock: Callable[[], float]) -> Throttles:
    return Throttles(Throttle(messages, 60, clock), Throttle(10 * messages, 60, clock), Throttle(messages, 60, clock))


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
def assistant(notes: Notes) -> Assistant:
    return Assistant(Catalog(ENGLISH), notes)


@pytest.fixture
def hasty(notes: Notes) -> Assistant:
    """One that answers a single message a minute."""
    return Assistant(Catalog(ENGLISH), notes, throttles(1, lambda: 0.0))


async def test_an_answer_is_counted_and_keeps_nothing_of_the_person(assistant: Assistant, notes: Notes) -> None:
    """One note a message, and no pseudonym without a gap."""
    reply = await assistant.answer(said(OAK))
    assert (reply.turn.outcome, reply.turn.entry) == (Outcome.ANSWER, "oldest-tree")
    (note,) = notes.notes
    assert (note.count, note.gap, note.asker, note.message) == (reply.count, None, None, "m1")


async def test_a_gap_goes_with_its_person(assistant: Assistant, notes: Notes) -> None:
    """So that /forget finds it."""
    await assistant.answer(said(TRACTORS, is_edited=True))
    (note,) = notes.notes
    assert note.gap is not None
    assert (note.gap.reason, note.gap.text, note.asker) == (GapReason.NO_MATCH, TRACTORS, "somebody")
    assert note.is_edited


async def test_who_speaks_as_a_group_leaves_no_gap(assistant: Assistant, notes: Notes) -> None:
    """Nobody could ask to have it deleted."""
    reply = await assistant.answer(said(TRACTORS, asker=None, throttle_key="chat"))
    assert reply.turn.outcome is Outcome.UNANSWERED
    assert notes.notes[0].gap is None


async def test_a_number_picks_what_the_conversation_offered(assistant: Assistant, notes: Notes) -> None:
    """And "none of these" is about the question that the choice was offered for."""
    first = await assistant.answer(said(UNSURE))
    assert first.turn.outcome is Outcome.CLARIFY
    chosen = await assistant.answer(said("1", conversation=first.conversation))
    assert chosen.turn.entry == first.conversation.choices[0].entry
    none = await assistant.answer(said(str(len(first.conversation.choices)), conversation=first.conversation))
    assert none.count.outcome is Outcome.NONE_OF_THESE
    assert notes.notes[-1].gap is not None
    assert notes.notes[-1].gap.text == UNSURE
    assert none.conversation == Conversation(none.turn.reply.choices, replied_in="en")


async def test_of_what_comes_too_fast_the_urgent_is_answered(hasty: Assistant, notes: Notes) -> None:
    """And a wish to be forgotten; the person is told once that it was too fast."""
    outcomes = []
    for text in (OAK, OAK, OAK, HURT, "/forget", "/help"):
        reply = await hasty.answer(said(text))
        outcomes.append((reply.turn.outcome, reply.is_silent))
    assert outcomes[:3] == [(Outcome.ANSWER, False), (Outcome.TOO_FAST, False), (Outcome.TOO_FAST, True)]
    assert [outcome for outcome, _ in outcomes[3:5]] == [Outcome.URGENT, Outcome.COMMAND]
    assert notes.forgotten == ["somebody"]
    assert len(notes.notes) == 6


@pytest.mark.parametrize(("is_failing", "text"), [(False, SAYS.forget), (True, SAYS.forget_failed)])
async def test_forgetting_is_done_before_it_is_said(
    assistant: Assistant, notes: Notes, *, is_failing: bool, text: str
) -> None:
    """Or it is said that it was not."""
    notes.is_failing = is_failing
    reply = await assistant.answer(said("/forget"))
    assert reply.turn.reply == Reply((Section("", text),))
    assert notes.forgotten == ["somebody"]


@pytest.mark.parametrize(
    ("text", "chosen", "before", "languages", "kept", "language"),
    [
        (OAK, None, None, (), {}, "en"),
        (OAK, None, "fr", ("fr",), {}, "en"),
        (OAK, None, None, ("fr",), {"somebody": "fr"}, "fr"),
        (OAK, "fr", "en", ("en",), {"somebody": "en"}, "fr"),
        (OAK, "xx", None, (), {}, "en"),
        ("oak?", None, None, ("fr",), {}, "fr"),
        ("oak?", None, "en", ("fr",), {}, "en"),
        ("oak?", None, None, ("xx", "fr"), {}, "fr"),
        ("oak?", None, None, ("fr",), {"somebody": "en"}, "en"),
        ("quel est le plus vieil arbre de ce jardin", None, "en", ("en",), {}, "fr"),
        ("quel est le plus vieil arbre de ce jardin", None, None, ("en",), {"somebody": "en"}, "en"),
        ("cuál es el árbol más viejo del jardín", None, "fr", ("en",), {}, "fr"),
    ],
)
async def test_a_reply_is_in_the_language_chosen_then_in_that_of_the_message(
    assistant: Assistant,
    notes: Notes,
    text: str,
    chosen: str | None,
    before: str | None,
    languages: tuple[str, ...],
    kept: dict[str, str],
    language: str,
) -> None:
    """A word or two do not tell it: then that of the reply before, then the device's; one that is not there is none."""
    notes.languages = kept
    conversation = Conversation(language=chosen, replied_in=before)
    reply = await assistant.answer(said(text, languages=languages, conversation=conversation))
    assert (reply.faq.language, reply.conversation.replied_in) == (language, language)


async def test_a_language_is_chosen_by_number(assistant: Assistant, notes: Notes) -> None:
    """It is said in that language, kept, and holds from the next message on."""
    settings = await assistant.answer(said("/settings"))
    reply = await assistant.answer(said("2", conversation=settings.conversation))
    assert reply.turn.reply.sections[0].text == "Je réponds maintenant en français."
    assert notes.languages == {"somebody": "fr"}
    assert (await assistant.answer(said(OAK, conversation=reply.conversation))).faq.language == "fr"


async def test_a_language_that_cannot_be_kept_is_not_promised(assistant: Assistant, notes: Notes) -> None:
    settings = await assistant.answer(said("/settings"))
    notes.is_failing = True
    reply = await assistant.answer(said("2", conversation=settings.conversation))
    assert reply.turn.reply.sections[0].text == SAYS.language_failed


def test_only_a_language_of_the_faq_can_be_chosen(assistant: Assistant) -> None:
    """None is that of the texts as they were written."""
    assert assistant.faq_in("xx") is None
    found = [assistant.faq_in(language) for language in ("en", None, "fr")]
    assert [faq and faq.language for faq in found] == ["en", "en", "fr"]


async def test_words_under_a_picture_are_answered_and_a_picture_is_not(assistant: Assistant, notes: Notes) -> None:
    """Nobody looked at it: it is no gap."""
    assert (await assistant.answer(said(OAK, is_caption=True))).turn.outcome is Outcome.ANSWER
    for words in ("", TRACTORS):
        reply = await assistant.answer(said(words, is_caption=True))
        assert reply.turn.reply == unread(SAYS.text_only, reply.faq)
        assert notes.notes[-1].count.outcome is Outcome.TEXT_ONLY
        assert notes.notes[-1].gap is None


async def test_commands_that_only_some_may_give(assistant: Assistant) -> None:
    """To whom they are given they are answered; to all others they are unknown."""

    async def digest() -> Reply:
        return Reply((Section("", "seven days"),))

    mine = await assistant.answer(said("/digest"), extra={"digest": digest})
    assert mine.turn.reply.sections[0].text == "seven days"
    other = await assistant.answer(said("/digest"))
    assert other.turn.reply.sections[0].text == SAYS.unknown_command


async def test_what_is_said_of_an_answer_is_counted_and_a_complaint_is_a_gap(
    assistant: Assistant, notes: Notes
) -> None:
    """With the question if it is known, else the entry's own."""
    assert (await assistant.judge(DOGS, None, said(OAK), ENGLISH.faq)).outcome is Outcome.HELPFUL
    assert notes.notes[-1].gap is None
    for words, kept in ((OAK, OAK), ("", DOGS.question)):
        count = await assistant.judge(DOGS, GapReason.OUTDATED, said(words), ENGLISH.faq)
        assert count.outcome is Outcome.OUTDATED
        gap = notes.notes[-1].gap
        assert gap is not None
        assert (gap.reason, gap.text, gap.entry) == (GapReason.OUTDATED, kept, DOGS.id)


async def test_a_question_that_is_urgent_by_now_is_never_kept(assistant: Assistant, notes: Notes) -> None:
    """A message may have been edited since its choice was shown."""
    await assistant.none_of_these(said(HURT), ENGLISH.faq)
    await assistant.judge(DOGS, GapReason.WRONG, said(HURT), ENGLISH.faq)
    assert [note.gap for note in notes.notes] == [None, None]


async def test_inline_queries_are_counted_and_never_kept(hasty: Assistant, notes: Notes) -> None:
    """Before anything is typed there are examples, whatever the limit."""
    found = [await hasty.search(text, "somebody", ()) for text in (OAK, OAK, "")]
    outcomes = [Outcome.ANSWER, Outcome.TOO_FAST, Outcome.EXAMPLES]
    assert [one.count.outcome for one in found] == outcomes
    assert [entry.id for entry in found[0].entries] == ["oldest-tree"]
    assert found[1].entries == ()
    assert [note.count.outcome for note in notes.notes] == [Outcome.ANSWER]
    assert all(note.gap is None and note.asker is None for note in notes.notes)


async def test_a_card_is_remembered_in_the_conversation_for_an_hour(notes: Notes) -> None:
    """Through questions in between; by its number it is taken back, and then no more of it is known."""
    now = [0.0]
    assistant = Assistant(Catalog(ENGLISH), notes, clock=lambda: now[0])
    card = await assistant.answer(said(HURT))
    oak = await assistant.answer(said(OAK, conversation=card.conversation))
    waiting = await assistant.answer(said("🆘", conversation=oak.conversation))
    assert waiting.turn.outcome is Outcome.URGENT_AGAIN
    refused = await assistant.answer(said("1", conversation=card.conversation))
    assert refused.count.outcome is Outcome.NOT_ABOUT_ME
    assert refused.conversation.shown is None
    now[0] = HOUR
    late = await assistant.answer(said("🆘", conversation=oak.conversation))
    assert (late.turn.outcome, late.conversation.shown) == (Outcome.UNANSWERED, None)
    assert all(note.gap is None for note in notes.notes[:-1])  # no card of the small FAQ knows the sign by itself


async def test_forget_forgets_the_card_of_the_conversation(assistant: Assistant) -> None:
    """And one in a group is not remembered at all."""
    card = await assistant.answer(said(f"{HURT} xyzzy"))
    assert card.conversation.shown is not None
    assert card.conversation.shown.text.endswith("xyzzy")
    assert "xyzzy" not in repr(card.conversation)
    assert (await assistant.answer(said("/forget", conversation=card.conversation))).conversation.shown is None
    assert (await assistant.answer(said(HURT, channel=Channel.GROUP))).conversation.shown is None


async def test_who_waits_after_a_card_is_not_told_to_write_less(hasty: Assistant) -> None:
    """Somebody in danger who writes fast gets the lines again."""
    card = await hasty.answer(said(HURT))
    waiting = await hasty.answer(said("🆘", conversation=card.conversation))
    assert waiting.turn.outcome is Outcome.URGENT_AGAIN


async def test_a_reply_is_written_out_without_the_faq(assistant: Assistant) -> None:
    """Where a task ends, asyncio writes out its result: with a whole FAQ in it each answer took a second more."""
    reply = await assistant.answer(said(OAK))
    assert reply.faq.interface.welcome not in repr(reply)
    assert "too_fast" not in repr(reply)
