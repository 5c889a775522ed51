"""The assistant: the conversation for all channels, from a message to its reply and its note for the gap log.

Each rule of a conversation stands here once: throttling and its exceptions, `/forget`, the language, one turn, the
note. Channels only translate. `Assistant.answer` shows the path of a message.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import assert_never

from bot.answering.commands import asks_to_forget, call_of, linked
from bot.answering.decide import Reasoning, decide, decide_with_reasoning
from bot.answering.follow_up import ANSWERS, instead
from bot.answering.handover import fragment_after, last_answer, preceding
from bot.answering.place import place_reply
from bot.answering.render import unread, with_lines
from bot.answering.reply_language import faq_of_reply
from bot.answering.turn import (
    Turn,
    again,
    card_turn,
    in_its_language,
    not_about_me,
    outcome_of,
    take_turn,
)
from bot.channels.long_texts import LongTexts
from bot.channels.memory import HOUR
from bot.channels.port import GapNotes, IncomingMessage, OutgoingReply
from bot.channels.throttle import UNLIMITED, Allowed, Throttles
from bot.domain.conversation import (
    NOTHING_BEFORE,
    Answer,
    Channel,
    Clarify,
    Conversation,
    Decision,
    EmergencyNumbers,
    Outcome,
    Preceding,
    Question,
    Reply,
    Section,
    ShownCard,
    Smalltalk,
    Unanswered,
    Urgent,
)
from bot.domain.faq import Entry, Faq, Kind
from bot.domain.gap import OUTCOME_OF, Count, Gap, GapReason, Note
from bot.domain.matching import Matcher
from bot.gaps.record import gap_behind, note_turn
from bot.runtime.catalog import Catalog
from bot.text.places import place_in

MOST_FOUND = 5  # entries of an inline query
ExtraCommands = Mapping[str, Callable[[], Awaitable[Reply]]]


@dataclass(frozen=True, slots=True)
class Found:
    """The results of an inline query: entries that can be shared, and what the gap log counts of it."""

    entries: tuple[Entry, ...]
    faq: Faq
    count: Count


class Assistant:
    """Answers people on any channel. ``notes`` receives the outcome of each message.

    ``rest`` is how long others are alone after a long text, see `LongTexts`. By the ``clock``, a card is remembered
    for an hour.
    """

    def __init__(
        self,
        catalog: Catalog,
        notes: GapNotes,
        throttles: Throttles = UNLIMITED,
        *,
        rest: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._catalog, self._notes, self._throttles = catalog, notes, throttles
        self._long_texts = LongTexts(rest)

    # --- Messages ------------------------------------------------------------------------------------------------

    async def answer(self, message: IncomingMessage, *, extra: ExtraCommands | None = None) -> OutgoingReply:
        """Answer a message and note its outcome.

        ``extra`` are commands that this person may use besides the bot's own: by name, the function that replies.
        """
        matcher, question = self._catalog.matcher, await self._question(message)
        says = in_its_language(question, matcher)
        allowed = await self._throttles.messages.admit(message.asker or message.throttle_key)
        if allowed is not Allowed.YES and not await self._is_exempt(question, message, matcher):
            turn = _too_fast(says) if allowed is Allowed.NOTIFY else Turn(Outcome.TOO_FAST, Reply(()))
        else:
            turn = await self._take_turn(message, question, matcher, says, extra or {})
        if message.is_forwarded and turn.outcome is not Outcome.TOO_FAST:
            turn = replace(turn, takes_place=message.conversation.preceding is Preceding.COMMENT)
        note = note_turn(turn, question, matcher, asked=message.conversation.asked)
        self._note(note, message)
        asked = message.text if turn.outcome is Outcome.CLARIFY else ""
        shown = self._shown(turn, message) if turn.card is not None else self._card_of(message, matcher.faq)
        if turn.outcome is Outcome.NOT_ABOUT_ME or asks_to_forget(message.text):
            shown = None
        language = turn.language or message.conversation.language
        faq = matcher.faq.in_language(turn.reply_in)
        conversation = Conversation(
            turn.reply.choices,
            asked,
            language,
            turn.language or turn.reply_in,
            shown,
            last_answer(turn, None if message.is_forwarded else message.conversation.last),
            "" if message.is_forwarded else fragment_after(turn, message.text, message.conversation.fragment),
            preceding(turn, message.text, is_forwarded=message.is_forwarded),
        )
        return OutgoingReply(turn, question, faq, note.count, conversation)

    async def _question(self, message: IncomingMessage) -> Question:
        """A message as a question, with what is known of the languages of its person."""
        chosen = message.conversation.language
        if chosen is None and message.asker is not None and self._catalog.faq.translations:
            chosen = await self._notes.language(message.asker)
        before = message.conversation.replied_in
        return Question(message.text, message.channel, tuple(message.languages), chosen, before)

    def _shown(self, turn: Turn, message: IncomingMessage) -> ShownCard | None:
        """The card of a turn, to be remembered. Not in a group: what one person asks is no other's business there."""
        if turn.card is None or message.channel is Channel.GROUP:
            return None
        before = message.conversation.shown
        is_chosen = before is not None and not turn.candidates  # by its number, not by a message of its own
        text, id_ = (before.text, before.message) if before is not None and is_chosen else (message.text, message.id)
        return ShownCard(turn.card, text, self._clock() + HOUR, id_, turn.foreign)

    def _card_of(self, message: IncomingMessage, faq: Faq) -> ShownCard | None:
        """The card that the conversation was shown within the last hour, if the FAQ still has it."""
        shown = message.conversation.shown
        if shown is None or shown.until <= self._clock() or shown.card.entry.id not in faq.entries:
            return None
        return shown

    async def _is_exempt(self, question: Question, message: IncomingMessage, matcher: Matcher) -> bool:
        """Whether a throttled message is answered all the same: /forget, or what is urgent, within its limit."""
        if call_of(question.text) is not None:
            return asks_to_forget(question.text)
        asker = message.asker
        is_checked = asker is not None and await self._throttles.urgent_checks.admit(asker) is Allowed.YES
        if not is_checked:
            return False
        if message.place is not None or self._card_of(message, matcher.faq) is not None:
            return True
        decision = await self._long_texts.read(question, partial(decide, matcher=matcher))
        return isinstance(decision, Urgent)

    async def _take_turn(
        self, message: IncomingMessage, question: Question, matcher: Matcher, says: Faq, extra: ExtraCommands
    ) -> Turn:
        """One turn, with the effects that its reply reports: deleting a person's data, storing a language.

        ``says`` is the FAQ in the language of replies to what has no words.
        """
        texts, call = says.interface, call_of(message.text)
        if call is not None and call.name in extra:
            return Turn(Outcome.COMMAND, await extra[call.name]())
        if asks_to_forget(message.text):
            return _text_turn(texts.forget if await self.forget(message.asker) else texts.forget_failed, says)
        place = message.place or place_in(message.text)
        shown = self._card_of(message, matcher.faq)
        numbers = place_reply(*place, says, shown.card.entry if shown else None) if place is not None else None
        if numbers is not None:
            lines = numbers if shown is None else with_lines(numbers, shown, says)
            return Turn(Outcome.EMERGENCY_NUMBERS, lines, reply_in=says.language)
        before = NOTHING_BEFORE if message.is_forwarded else message.conversation
        turn = await self._long_texts.read(
            question,
            partial(take_turn, matcher=matcher, before=replace(before, shown=shown)),
        )
        if message.is_caption and turn.outcome is Outcome.UNANSWERED and shown is not None:
            return again(shown, says)
        if message.is_caption and turn.outcome is Outcome.UNANSWERED:
            return Turn(Outcome.TEXT_ONLY, unread(texts.text_only, says), reply_in=says.language)
        if turn.language is not None:
            faq = self.faq_in(turn.language)
            if faq is None or message.asker is None:
                return _text_turn(texts.gone, says)
            if not await self.choose_language(message.asker, turn.language):
                return _text_turn(texts.language_failed, says)
            return replace(_text_turn(faq.interface.language_chosen, faq), language=turn.language)
        return turn

    # --- The person ----------------------------------------------------------------------------------------------

    async def faq_for(self, asker: str, languages: Sequence[str] = ()) -> Faq:
        """The FAQ for a person of whom no message tells the language: in the one chosen, else in the device's."""
        faq = self._catalog.faq
        chosen = await self._notes.language(asker) if faq.translations else None
        return faq_of_reply(Question("", spoken=tuple(languages), chosen=chosen), None, faq)

    def faq_in(self, language: str | None) -> Faq | None:
        """The FAQ in a language, that of the main one for None; None if there is none in it."""
        faq = self._catalog.faq
        return faq.in_language(language) if language is None or faq.speaks(language) else None

    async def choose_language(self, asker: str, language: str) -> bool:
        """Store the language that a person chose; whether that was done."""
        return await self._notes.choose_language(asker, language)

    async def forget(self, asker: str | None) -> bool:
        """Delete all that is kept of a person; whether that is done by now."""
        if asker is None:
            return True
        self._throttles.forget(asker)
        return await self._notes.forget(asker)

    # --- Buttons -------------------------------------------------------------------------------------------------

    async def admits_press(self, asker: str | None) -> bool:
        """Whether a button press is within the person's limit."""
        return await self._throttles.messages.admit(asker or "") is Allowed.YES

    def show(self, entry: str, outcome: Outcome, faq: Faq, channel: Channel) -> tuple[Entry, Count] | None:
        """The entry that a button leads to, and its count, which is noted; None if the FAQ no longer has the entry."""
        found = linked(entry, faq)
        if found is None:
            return None
        count = Count(outcome, faq.language, channel, found.id)
        self._notes.note(Note(count))
        return found, count

    def show_card(
        self, entry: str, shown: ShownCard | None, faq: Faq, channel: Channel
    ) -> tuple[Turn, ShownCard | None, Count] | None:
        """The card that a button leads to, what is to be remembered for another hour, and its count, which is noted.

        None if the FAQ no longer has the card.
        """
        found = faq.entries.get(entry)
        if found is None or found.kind is not Kind.URGENT:
            return None
        turn, count = card_turn(found, shown, faq), Count(Outcome.CHOSEN, faq.language, channel, found.id)
        self._notes.note(Note(count))
        if shown is None or turn.card is None:
            return turn, None, count
        return turn, replace(shown, card=turn.card, until=self._clock() + HOUR), count

    async def not_about_me(
        self, card: str, shown: ShownCard | None, message: IncomingMessage, faq: Faq
    ) -> tuple[Turn, Count]:
        """Answer the message behind a card that is not about the person, and count that the card was not needed.

        ``faq`` is in the language of the card.
        """
        count = Count(Outcome.NOT_ABOUT_ME, faq.language, message.channel, card)
        self._notes.note(Note(count))
        known = shown if shown is not None and shown.until > self._clock() else None
        text = known.text if known is not None else ""
        question = Question(text, message.channel, tuple(message.languages), before=faq.language)

        def answer(asked: Question) -> Turn:
            return not_about_me(card, known and replace(known, text=asked.text), asked, self._catalog.matcher)

        return await self._long_texts.read(question, answer), count

    async def none_of_these(self, message: IncomingMessage, faq: Faq) -> Count:
        """Note that none of the choices fitted a message: a gap, or only a count if the message's text is unknown."""
        count = Count(Outcome.NONE_OF_THESE, faq.language, message.channel)
        reason = GapReason.NONE_OF_THESE if message.text else None
        gap = await self._gap_behind(reason, Question(message.text, message.channel))
        self._note(Note(count, gap), message)
        return count

    async def judge(self, entry: Entry, reason: GapReason | None, message: IncomingMessage, faq: Faq) -> Count:
        """Note a person's feedback on the answer to a message: it helped (no reason), or what is wrong, which is a gap.

        If the message's text is unknown, the entry's own question takes its place.
        """
        outcome = Outcome.HELPFUL if reason is None else OUTCOME_OF[reason]
        count = Count(outcome, faq.language, message.channel, entry.id)
        question = Question(message.text or entry.question, message.channel)
        gap = await self._gap_behind(reason, question, entry=entry.id)
        self._note(Note(count, gap), message)
        return count

    async def instead(self, entry: Entry, message: IncomingMessage, faq: Faq) -> Reply:
        """What to offer to one who asked something else than ``entry`` answers."""
        question, matcher = Question(message.text, message.channel), self._catalog.matcher
        return await self._long_texts.read(question, lambda asked: instead(asked.text, entry, matcher, faq))

    async def _gap_behind(self, reason: GapReason | None, question: Question, *, entry: str = "") -> Gap | None:
        if reason is None:
            return None
        matcher = self._catalog.matcher
        return await self._long_texts.read(question, lambda asked: gap_behind(reason, asked, matcher, entry=entry))

    # --- Inline queries ------------------------------------------------------------------------------------------

    async def search(self, text: str, asker: str, languages: Sequence[str]) -> Found:
        """The entries to share for an inline query, or the examples for an empty one.

        A query is counted, and its text is never kept.
        """
        faq = await self.faq_for(asker, languages)
        if not text.strip():
            entries = tuple(faq.entries[name] for name in faq.interface.examples)
            return Found(entries, faq, Count(Outcome.EXAMPLES, faq.language, Channel.INLINE))
        if await self._throttles.inline.admit(asker) is not Allowed.YES:
            return Found((), faq, Count(Outcome.TOO_FAST, faq.language, Channel.INLINE))
        question = Question(text, Channel.INLINE, before=faq.language)
        matcher = self._catalog.matcher
        reasoning = await self._long_texts.read(question, partial(decide_with_reasoning, matcher=matcher))
        decision = reasoning.decision
        faq = faq_of_reply(question, reasoning.language, matcher.faq)
        outcome, entry = outcome_of(decision)
        count = Count(outcome, faq.language, Channel.INLINE, entry or "")
        self._notes.note(Note(count))
        return Found(tuple(faq.entries[one.id] for one in _found(reasoning)), faq, count)

    def _note(self, note: Note, message: IncomingMessage) -> None:
        """Pass a note on, with the pseudonyms that the gap log may keep.

        The person's pseudonym is kept only with a gap, so that /forget finds it. Without an asker, nobody could have a
        gap forgotten, so none is kept.
        """
        gap = note.gap if message.asker is not None else None
        asker = message.asker if gap else None
        self._notes.note(replace(note, gap=gap, asker=asker, message=message.id, is_edited=message.is_edited))


def _text_turn(text: str, faq: Faq, outcome: Outcome = Outcome.COMMAND) -> Turn:
    return Turn(outcome, Reply((Section("", text),)), reply_in=faq.language)


def _too_fast(faq: Faq) -> Turn:
    return _text_turn(faq.interface.too_fast, faq, Outcome.TOO_FAST)


def _found(reasoning: Reasoning) -> tuple[Entry, ...]:
    """The entries that an inline query finds: those of its decision, then the next answers, if nobody is in need."""
    first = _shareable(reasoning.decision)
    if isinstance(reasoning.decision, Urgent | EmergencyNumbers):
        return first
    near = (one.entry for one in reasoning.whole.ranking.answers if one.score >= ANSWERS)
    return tuple(dict.fromkeys((*first, *near)))[:MOST_FOUND]


def _shareable(decision: Decision) -> tuple[Entry, ...]:
    """The entries of a decision that can be shared."""
    match decision:
        case Answer(entries) | Clarify(entries):
            return entries
        case Urgent(entry, others=others, is_question=is_question):
            return (entry, *others) if is_question else (entry,)
        case EmergencyNumbers() | Smalltalk() | Unanswered():
            return ()
        case _:
            assert_never(decision)
