"""One turn of a conversation: a message and the reply to it.

The only state is what the turn before said: the answer that it gave and the choices that it offered, which a number, a
word or, in Telegram, a button picks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import assert_never

from bot.answering.commands import command_reply, deep_link, topic_reply
from bot.answering.decide import Reasoning, decide_with_reasoning
from bot.answering.follow_up import (
    SURELY_MEANT,
    act_by_meaning,
    act_reply,
    answer_before,
    chosen_numbers,
    continues,
    in_context,
    numbers_in,
    of_forward,
    picked_by_words,
    ranked_after,
    said_in,
    taken_as,
)
from bot.answering.render import (
    chosen_card,
    none_chosen,
    render,
    render_again,
    render_entry,
    render_numbers,
    render_regions,
    ways_on,
)
from bot.answering.reply_language import faq_of_reply
from bot.domain.conversation import (
    NOTHING_BEFORE,
    Answer,
    Candidate,
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
    Section,
    ShownCard,
    Smalltalk,
    Unanswered,
    Urgent,
)
from bot.domain.emergency import EmergencyDirectory
from bot.domain.faq import MAIN_LANGUAGE, Entry, Faq, Kind
from bot.domain.follow_up import Said
from bot.domain.gap import GapReason
from bot.domain.matching import Matcher
from bot.text.folding import folded_words
from bot.text.language_id import guess
from bot.text.redaction import redact

SHOWN_CANDIDATES = 5
LONGEST_FRAGMENT = 8  # words
SURELY_ANOTHER = 0.9  # confidence of an answer from which a message is no follow-up, although it is listed as one
LONGEST_PART = 3  # words of each of two messages that are parts of one question though the second has an answer alone
SURE = (Answer, Urgent, EmergencyNumbers)  # decisions that no message before or after a message changes
LONGEST_WAITING = 12  # words of a message that only says that the person waits
_NUMBER = re.compile(r"\A\s*+#?(\d{1,2})\s*+(?:[.)]\s*+)?")
_COMMANDS = {
    Said.START: "start",
    Said.HELP: "help",
    Said.TOPICS: "topics",
    Said.SETTINGS: "settings",
    Said.STOP: "stop",
    Said.CONTACT: "contact",
}
_ABOUT_AN_ANSWER = frozenset(
    {Said.SOURCE, Said.MORE, Said.SHORTER, Said.REPEAT, Said.WHY, Said.POINTING}
)  # and nothing else
_ASKING = frozenset({Said.DONE, Said.REST, Said.READ})  # that may also be the rest of a question


@dataclass(frozen=True, slots=True)
class Turn:
    """The result of a message: the outcome, the reply, the entry that it led to if any, and the ranked candidates.

    ``gap`` is the reason why it is a gap, if it is one, and ``gap_text`` the part of the message that is, if not all; a
    gap that ``is_private`` is counted but not kept. ``also`` are the entries that answer further questions of it.
    ``language`` is set where the person chose a language by it, ``foreign`` where the message is in another one than
    the FAQ's; the reply is ``reply_in`` a language. ``card`` is the card shown, or the question between cards. What
    ``is_comment`` only says something of another message, such as a doubt. A reply that ``takes_place`` of the one to
    the message just before answers both.
    """

    outcome: Outcome
    reply: Reply
    entry: str | None = None
    candidates: tuple[Candidate, ...] = ()
    gap: GapReason | None = None
    language: str | None = None
    gap_text: str = ""
    also: tuple[str, ...] = ()
    foreign: str | None = None
    is_private: bool = False
    card: Urgent | None = None
    reply_in: str = MAIN_LANGUAGE
    is_comment: bool = False
    takes_place: bool = False


def take_turn(question: Question, matcher: Matcher, before: Conversation = NOTHING_BEFORE) -> Turn:
    """Answer a message, knowing what was said ``before`` it. The first of these that knows a reply gives it."""
    says = in_its_language(question, matcher)
    return (
        _command(question, says)
        or _explained(question, before, matcher)
        or _choice(question, before, matcher, says)
        or _after_card(question, before, matcher, says)
        or _said(question, before, matcher, says)
        or _answered(question, before, matcher)
    )


def _command(question: Question, says: Faq) -> Turn | None:
    """The turn of a command."""
    reply = command_reply(question.text, says)
    if reply is None:
        return None
    entry = deep_link(question.text, says)
    return Turn(Outcome.COMMAND, reply, entry.id if entry else None, reply_in=says.language)


def _explained(question: Question, before: Conversation, matcher: Matcher) -> Turn | None:
    """The turn of a message that says what is unclear in an answer; None if it may be a cry, or has no words."""
    answer = answer_before(before.explains, matcher.faq)
    if answer is None or before.shown is not None:
        return None
    reasoning = decide_with_reasoning(question, matcher)
    match reasoning.decision:
        case Urgent() | EmergencyNumbers() | Unanswered(NoAnswerReason.EMPTY):
            return None
    if reasoning.is_private:
        return None
    faq, candidates = faq_of_reply(question, reasoning.language, matcher.faq), reasoning.whole.ranking.candidates
    thanks = Reply((Section("", faq.interface.thanks_not_helpful),), choices=ways_on(faq))
    return Turn(
        Outcome.EXPLAINED,
        thanks,
        answer.id,
        candidates[:SHOWN_CANDIDATES],
        GapReason.UNCLEAR,
        foreign=reasoning.language,
        reply_in=faq.language,
    )


def _choice(question: Question, before: Conversation, matcher: Matcher, says: Faq) -> Turn | None:
    """The turn of a message that picks from the choices offered before, by numbers or by their place."""
    number = _NUMBER.fullmatch(question.text)
    if number and (before.shown is None or int(number[1]) in range(1, len(before.choices) + 1)):
        return _choose(int(number[1]), question, matcher, says, before)
    said = said_in(question.text, matcher.faq)
    numbers = chosen_numbers(said, before.choices) if said is not None and before.choices else ()
    if said is None and before.shown is None:
        numbers = numbers_in(question.text, before.choices, matcher.faq)
    return _choose_all(numbers, question, matcher, says, before) if numbers else None


def _after_card(question: Question, before: Conversation, matcher: Matcher, says: Faq) -> Turn | None:
    """The turn of a message in the hour after a card. What asks nothing gets the lines of it that matter again.

    They also stand above small talk and what has no answer, which may belong to the cry and is kept no more than that.
    What can only be about an answer is about the one given since, or else about the card.
    """
    if before.shown is None:
        return None
    is_about_answer = said_in(question.text, matcher.faq) in _ABOUT_AN_ANSWER
    if is_about_answer and (turn := _said(question, before, matcher, says)) is not None:
        return turn if turn.entry is not None else again(before.shown, says)
    if is_waiting(question.text, matcher.faq):
        return again(before.shown, says)
    turn = _answered(question, NOTHING_BEFORE, matcher)
    if turn.outcome is Outcome.SMALLTALK or turn.gap is not None:
        lines = render_again(before.shown, matcher.faq.in_language(turn.reply_in))
        reply = replace(turn.reply, sections=(*lines.sections, *turn.reply.sections), choices=lines.choices)
        return replace(turn, reply=replace(reply, choices_title=lines.choices_title), gap=None, is_private=True)
    return turn


def _said(question: Question, before: Conversation, matcher: Matcher, says: Faq) -> Turn | None:
    """The turn of a short message about the one before, or of a word for a command; None where it means nothing."""
    said, is_doubt = said_in(question.text, matcher.faq), _is_listed_doubt(question.text, matcher.faq)
    if before.preceding is Preceding.FORWARD and is_doubt:
        return _said_of_forward(before, says)
    if said is None or (said in _ABOUT_AN_ANSWER and _has_own_answer(question.text, matcher)):
        return None
    turn = _follow_up(said, before.last, before.choices, says)
    return replace(turn, is_comment=is_doubt) if turn is not None else None


def _has_own_answer(text: str, matcher: Matcher) -> bool:
    """Whether words that may be about the answer before surely ask for another one: "why now"."""
    ranking = matcher.rank(text)
    is_answer = ranking.reply.entry.kind is Kind.ANSWER
    return len(text.split()) > 1 and is_answer and ranking.confidence >= SURELY_ANOTHER


def _is_listed_doubt(text: str, faq: Faq) -> bool:
    """Whether a message doubts the one before it: it is listed as such, or has question marks and no more."""
    is_question_mark = bool(text.strip()) and not text.strip("?؟？!！ \n")
    return is_question_mark or said_in(text, faq) is Said.SURE


def _said_of_forward(before: Conversation, says: Faq) -> Turn:
    """The turn of a doubt about a forwarded message: what the bot knows of that, and no word on whether it is true."""
    last = answer_before(before.last, says)
    reply = of_forward(last, says)
    return Turn(Outcome.FOLLOW_UP, reply, last.id if last else None, reply_in=says.language, is_comment=True)


def _follow_up(said: Said, last: str | None, offered: tuple[Choice, ...], says: Faq) -> Turn | None:
    """The turn of what is said about the message before, or of a word for a command; None where it means nothing."""
    if said in _COMMANDS:
        reply = command_reply(f"/{_COMMANDS[said]}", says)
        return Turn(Outcome.COMMAND, reply, reply_in=says.language) if reply is not None else None
    if said is Said.YES and any(choice.is_none for choice in offered):
        which = Reply((Section("", says.interface.clarify),), choices=offered)
        return Turn(Outcome.FOLLOW_UP, which, reply_in=says.language)
    entry = answer_before(last, says)
    if entry is None:
        which = Reply((Section("", says.interface.no_answer_before),), choices=ways_on(says))
        return Turn(Outcome.FOLLOW_UP, which, reply_in=says.language) if said in _ABOUT_AN_ANSWER else None
    if (following := says.entries.get(entry.then.get(said, ""))) is not None:
        return Turn(Outcome.ANSWER, render_entry(following, says), following.id, reply_in=says.language)
    reply = act_reply(said, entry, says)
    if reply is None:
        return None
    return Turn(Outcome.FOLLOW_UP, reply, entry.id, reply_in=says.language)


def in_its_language(question: Question, matcher: Matcher) -> Faq:
    """The FAQ in the language of the reply to a message that is not matched, such as a command."""
    return faq_of_reply(question, guess(question.text), matcher.faq)


def is_waiting(text: str, faq: Faq) -> bool:
    """Whether a message after a card asks nothing: it has no letters, or only says that the person waits."""
    if not any(map(str.isalpha, text)):
        return True
    left = tuple(folded_words(text))
    phrases = _waiting(faq.emergency) if len(left) <= LONGEST_WAITING else ()
    while left:
        longest = max((phrase for phrase in phrases if phrase == left[: len(phrase)]), key=len, default=())
        if not longest:
            return False
        left = left[len(longest) :]
    return True


@lru_cache(maxsize=8)  # one for each language; a reloaded FAQ brings a new directory
def _waiting(directory: EmergencyDirectory) -> frozenset[tuple[str, ...]]:
    """What people write while they wait, as folded words."""
    return frozenset(tuple(folded_words(phrase)) for phrase in directory.waiting)


def again(shown: ShownCard, faq: Faq) -> Turn:
    """The lines of a card that matter, once more."""
    return Turn(Outcome.URGENT_AGAIN, render_again(shown, faq), shown.card.entry.id, reply_in=faq.language)


def _answered(question: Question, before: Conversation, matcher: Matcher) -> Turn:
    """The turn of a message that is a question by itself, or goes on from the one before."""
    reasoning, is_rest = _with_fragment(question, before, matcher)
    picked = () if is_rest else picked_by_words(question.text, reasoning, before.choices, matcher)
    if picked:
        return _choose_all(picked, question, matcher, in_its_language(question, matcher), before)
    faq = faq_of_reply(question, reasoning.language, matcher.faq)
    is_after_forward = before.preceding is Preceding.FORWARD
    is_told = isinstance(reasoning.decision, Answer) and not is_after_forward
    is_meant = not is_told and act_by_meaning(question.text, reasoning.decision, matcher) is Said.SURE
    if is_after_forward and is_meant:
        return _said_of_forward(before, faq)
    is_doubt = is_meant or _is_listed_doubt(question.text, matcher.faq)
    last = answer_before(before.last, matcher.faq)
    if last is not None:
        near = ranked_after(question.text, last, reasoning, matcher)
        decision = in_context(question.text, last, near, reasoning, matcher)
        act = act_by_meaning(question.text, reasoning.decision, matcher, last, near)
        turn = _follow_up(act, before.last, (), faq) if act is not None else None
        if turn is not None:
            return replace(turn, is_comment=is_doubt)
        reasoning = replace(reasoning, decision=decision)
    turn = replace(_decided(reasoning, faq), is_comment=is_doubt)
    if is_unknown(turn) and continues(question.text, matcher.faq):
        return replace(turn, reply=(taken_as(last, faq) if last is not None else None) or turn.reply)
    if turn.outcome is not Outcome.ANSWER:
        return turn
    is_more = before.preceding is Preceding.PART and turn.entry == before.last and not turn.also
    return replace(turn, takes_place=is_rest or (is_more and len(question.text.split()) <= LONGEST_FRAGMENT))


def _follows_up(text: str, matcher: Matcher) -> bool:
    """Whether a message is one about the answer before it, as far as it alone tells."""
    said, cosine = matcher.nearest_act(text) or (None, 0.0)
    is_said = cosine >= SURELY_MEANT and said not in _ASKING
    return is_said or continues(text, matcher.faq, by_opener=True)


def is_unknown(turn: Turn) -> bool:
    """Whether nothing is known about a message, and it cannot be a cry."""
    return turn.outcome is Outcome.UNANSWERED and turn.gap is GapReason.NO_MATCH and not (turn.entry or turn.is_private)


def _decided(reasoning: Reasoning, faq: Faq) -> Turn:
    """The turn of a decision, in the language of ``faq``."""
    outcome, entry = outcome_of(reasoning.decision)
    turn = Turn(
        outcome,
        render(reasoning.decision, faq, reasoning.language),
        entry,
        reasoning.whole.ranking.candidates[:SHOWN_CANDIDATES],
        gap_reason(reasoning.decision),
        foreign=reasoning.language,
        is_private=reasoning.is_private,
        reply_in=faq.language,
    )
    match reasoning.decision:
        case Urgent() as card:
            return replace(turn, card=card)
        case Answer((_, *others), missing):
            unknown = _of_what_may_be_kept(reasoning.whole.text, [one.text for one in missing if one.is_gap])
            return replace(turn, also=tuple(other.id for other in others), gap_text=unknown)
        case _:
            return turn


def _of_what_may_be_kept(text: str, parts: Sequence[str]) -> str:
    """Parts of a text, without the words that redaction takes out of the whole: parts may share an address."""
    if not parts:
        return ""
    kept = redact(text)
    words = set(kept.split())
    return "\n".join(
        part if part in kept else " ".join(word for word in part.split() if word in words) for part in parts
    )


def _with_fragment(question: Question, before: Conversation, matcher: Matcher) -> tuple[Reasoning, bool]:
    """What a message means, together with the fragment before it if that tells; whether it is read so.

    No fragment changes what is urgent. A message with an answer of its own is read alone, unless both are so short that
    they are parts of one thought, and have the same answer together. What follows up an answer is read alone, and so is
    a message that stays without an answer beside the fragment: they are no one thought.
    """
    alone, fragment = decide_with_reasoning(question, matcher), before.fragment
    if not fragment or isinstance(alone.decision, Urgent | EmergencyNumbers):
        return alone, False
    if before.preceding is Preceding.PART and _follows_up(question.text, matcher):
        return alone, False
    joined = decide_with_reasoning(replace(question, text=f"{fragment} {question.text}"), matcher)
    are_parts = all(len(part.split()) <= LONGEST_PART for part in (fragment, question.text))
    is_open = not isinstance(alone.decision, Answer) or (are_parts and joined.decision == alone.decision)
    leaves_some = isinstance(joined.decision, Answer) and bool(joined.decision.missing)
    is_rest = is_open and isinstance(joined.decision, SURE) and not leaves_some
    return (joined if is_rest else alone), is_rest


def outcome_of(decision: Decision) -> tuple[Outcome, str | None]:
    """The outcome of a decision, and the id of the entry that it leads to."""
    match decision:
        case Answer(entries):
            return Outcome.ANSWER, entries[0].id
        case Clarify():
            return Outcome.CLARIFY, None
        case Urgent(is_question=True):
            return Outcome.URGENT_QUESTION, None
        case Urgent(entry):
            return Outcome.URGENT, entry.id
        case EmergencyNumbers():
            return Outcome.EMERGENCY_NUMBERS, None
        case Smalltalk(entry):
            return Outcome.SMALLTALK, entry.id
        case Unanswered(_, entry, _):
            return Outcome.UNANSWERED, entry.id if entry else None
        case _:
            assert_never(decision)


def gap_reason(decision: Decision) -> GapReason | None:
    """Why a decision is a gap, or None. A message of an out-of-scope entry is no gap: the editors foresaw it."""
    match decision:
        case Unanswered(NoAnswerReason.NO_MATCH | NoAnswerReason.OTHER_YEAR):
            return GapReason.NO_MATCH
        case Answer(_, missing) if any(one.is_gap for one in missing):
            return GapReason.NO_MATCH
        case Unanswered(NoAnswerReason.OTHER_LANGUAGE):
            return GapReason.OTHER_LANGUAGE
        case _:
            return None


def served_by(decision: Decision) -> tuple[str, ...]:
    """The ids of the entries that serve a message: those of its answer, or that which says why there is none."""
    match decision:
        case Answer(entries):
            return tuple(entry.id for entry in entries)
        case Unanswered(NoAnswerReason.OUT_OF_SCOPE, entry) if entry is not None:
            return (entry.id,)
        case _:
            return ()


def card_turn(entry: Entry, shown: ShownCard | None, faq: Faq) -> Turn:
    """A card that was chosen, with the lines in the language of the message that it is offered for."""
    card = chosen_card(entry, shown)
    foreign = shown.language if shown is not None else None
    return Turn(Outcome.URGENT, render(card, faq, foreign), entry.id, foreign=foreign, card=card, reply_in=faq.language)


def not_about_me(card: str, shown: ShownCard | None, question: Question, matcher: Matcher) -> Turn:
    """The message behind a card, answered as if it were no cry; a kind request to type it again if it is not known.

    Its text is kept no more than that of a cry. ``question`` has the rest of what is known of the message.
    """
    if shown is None or card not in (shown.card.entry.id, *(other.id for other in shown.card.others)):
        says = in_its_language(question, matcher)
        again = Reply((Section("", says.interface.type_again),))
        return Turn(Outcome.NOT_ABOUT_ME, again, card, reply_in=says.language)
    turn = _answered(replace(question, text=shown.text, is_calm=True), NOTHING_BEFORE, matcher)
    return replace(turn, gap=None, is_private=True)


def _choose_all(
    numbers: Sequence[int],
    question: Question,
    matcher: Matcher,
    says: Faq,
    before: Conversation,
) -> Turn:
    """The turn of one choice or, where several answers are chosen, of all of them."""
    first = _choose(numbers[0], question, matcher, says, before)
    chosen = [before.choices[number - 1].entry for number in numbers] if len(numbers) > 1 else []
    entries = [says.entries[entry] for entry in chosen if entry is not None]
    if not entries or len(entries) < len(chosen) or any(entry.kind is not Kind.ANSWER for entry in entries):
        return first
    reply = render(Answer(tuple(entries)), says)
    return replace(first, reply=reply, also=tuple(entry.id for entry in entries[1:]))


def _choose(number: int, question: Question, matcher: Matcher, says: Faq, before: Conversation) -> Turn:
    """The turn of a choice by its number; ``says`` is the FAQ in the language of the reply before."""
    offered, shown = before.choices, before.shown
    if not 1 <= number <= len(offered):
        none_such = Reply((Section("", says.interface.no_such_choice),), choices=offered or ways_on(says))
        return Turn(Outcome.UNANSWERED, none_such, reply_in=says.language)
    choice = offered[number - 1]
    if choice.is_not_about_me and choice.entry is not None:
        calm = not_about_me(choice.entry, shown, question, matcher)
        return replace(calm, outcome=Outcome.NOT_ABOUT_ME, entry=choice.entry, also=())
    if choice.entry is not None:
        return _chosen_entry(choice.entry, matcher.faq.in_language(choice.language) if choice.language else says, shown)
    return replace(_chosen(choice, says), reply_in=says.language)


def _chosen_entry(entry_id: str, faq: Faq, shown: ShownCard | None) -> Turn:
    entry = faq.entries[entry_id]
    if entry.kind is Kind.URGENT:
        return card_turn(entry, shown, faq)
    outcome: Outcome = Outcome.ANSWER if entry.kind is Kind.ANSWER else Outcome.UNANSWERED
    return Turn(outcome, render_entry(entry, faq), entry.id, reply_in=faq.language)


def _chosen(choice: Choice, faq: Faq) -> Turn:
    """The turn of a choice that leads to no entry."""
    if choice.topic is not None:
        return Turn(Outcome.COMMAND, topic_reply(choice.topic, faq))
    if choice.language is not None:
        return Turn(Outcome.COMMAND, Reply((Section("", choice.label),)), language=choice.language)
    if choice.country is not None:
        return Turn(Outcome.EMERGENCY_NUMBERS, render_numbers((choice.country,), faq))
    if choice.region is not None:
        return Turn(Outcome.EMERGENCY_NUMBERS, render_regions(choice.region, faq))
    if choice.command is not None:
        return Turn(Outcome.COMMAND, command_reply(f"/{choice.command}", faq) or Reply(()))
    return Turn(Outcome.UNANSWERED, none_chosen(faq), gap=GapReason.NONE_OF_THESE)
