"""Buttons under a message, and the data that a pressed button sends.

A button's data is a letter, a colon and an id, at most 64 bytes: core.telegram.org/bots/api#inlinekeyboardbutton. After
the letter stands the language of its message, if that is not the main one, as in `sfr:ID`. It contains all that is
needed to handle the press, so no state is kept between messages, and a button from an older FAQ either still works or
is answered as outdated.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from enum import StrEnum

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.answering.commands import topic_reply
from bot.domain.conversation import Choice, Reply
from bot.domain.faq import MAIN_LANGUAGE, Faq, Interface
from bot.domain.gap import GapReason

PAGE = 8  # questions of a topic shown at once
Rows = list[list[InlineKeyboardButton]]


class ButtonAction(StrEnum):
    """What a pressed button asks for: the first letter of its data."""

    CHOOSE = "c"  # an entry, the one meant; its answer replaces the message
    NONE = "n"  # none of the choices
    SHOW = "s"  # an entry, as a message of its own
    BROWSE = "b"  # an entry; its answer replaces the topic's message
    TOPIC = "t"  # a topic's questions, from a given one on
    TOPICS = "a"  # all topics
    COMMAND = "x"  # the reply of a command
    LANGUAGE = "l"
    COUNTRY = "e"  # the emergency numbers of a country, as a message of its own
    REGION = "r"  # the countries of a region in place of the buttons; the regions for -1
    CARD = "d"  # an urgent card, as a message of its own
    NOT_ABOUT_ME = "m"  # the card is not about the person: an answer to the question instead
    HELPFUL = "y"
    NOT_HELPFUL = "h"  # asks why
    WRONG = "w"
    OUTDATED = "o"
    UNCLEAR = "u"
    EXPLAIN = "f"  # the next message says what is unclear in an answer
    NOT_ASKED = "q"  # the answer is to another question: shows those that come next


REASONS = {
    ButtonAction.WRONG: GapReason.WRONG,
    ButtonAction.OUTDATED: GapReason.OUTDATED,
    ButtonAction.UNCLEAR: GapReason.UNCLEAR,
    ButtonAction.NOT_ASKED: GapReason.NOT_ASKED,
}
_OF_ENTRIES = frozenset({ButtonAction.CHOOSE, ButtonAction.SHOW, ButtonAction.BROWSE, ButtonAction.CARD})
_FEEDBACK = frozenset({ButtonAction.HELPFUL, ButtonAction.NOT_HELPFUL, ButtonAction.EXPLAIN, *REASONS})


def action_of(data: str) -> tuple[ButtonAction, str, str | None] | None:
    """The action, the value and the language in a button's data; None for data of no button of this bot.

    The language is None for the main one.
    """
    head, _, value = data.partition(":")
    try:
        return ButtonAction(head[:1]), value, head[1:] or None
    except ValueError:
        return None


def in_language(rows: Rows, language: str) -> Rows:
    """The buttons of a message in a language; those with a language of their own keep it."""
    if language == MAIN_LANGUAGE:
        return rows
    return [[_in_language(button, language) for button in row] for row in rows]


def _in_language(button: InlineKeyboardButton, language: str) -> InlineKeyboardButton:
    head, colon, value = str(button.callback_data or "").partition(":")
    if len(head) != 1 or not colon:
        return button
    return InlineKeyboardButton(button.text, callback_data=f"{head}{language}:{value}")


def topic_key(topic: str) -> str:
    """A topic in button data: a hash, since names may be long and their order may change with an edit."""
    return hashlib.sha256(topic.encode()).hexdigest()[:8]


def topic_of(key: str, faq: Faq) -> str | None:
    """The topic of a key; None if the FAQ no longer has it."""
    return next((topic for topic in faq.topics if topic_key(topic) == key), None)


def keyboard(rows: Rows) -> InlineKeyboardMarkup | None:
    """The rows as Telegram's markup; None if there are none."""
    return InlineKeyboardMarkup(rows) if rows else None


def choice_rows(choices: Iterable[Choice], action: ButtonAction) -> Rows:
    """A row for each choice, of countries and regions for each two; ``action`` is the action of an entry's button."""
    rows: Rows = []
    is_open = False  # whether the last row has room for another place
    for choice in choices:
        is_place = choice.country is not None or choice.region is not None
        if is_place and is_open:
            rows[-1].append(_choice_button(choice, action))
        else:
            rows.append([_choice_button(choice, action)])
        is_open = is_place and not is_open
    return rows


def choice_buttons(buttons: Iterable[str]) -> tuple[str, ...]:
    """Those of the buttons, by their data, that `choices_behind` reads; none under a card."""
    found = [(data, action_of(data)) for data in buttons]
    actions = {action[0] for _, action in found if action is not None}
    if ButtonAction.NOT_ABOUT_ME in actions:
        return ()
    read = (*_OF_ENTRIES, ButtonAction.NONE)
    return tuple(data for data, action in found if action is not None and action[0] in read)


def choices_behind(buttons: Iterable[str], faq: Faq) -> tuple[Choice, ...]:
    """The entries, and none of them, to which buttons lead, by their data; labelled in the language of ``faq``.

    Under a card there are none: who types a number there may mean anything.
    """
    choices: list[Choice] = []
    actions = [found for found in map(action_of, buttons) if found is not None]
    for action, value, language in actions:
        if action is ButtonAction.NOT_ABOUT_ME:
            return ()
        entry = faq.entries.get(value)
        if action is ButtonAction.NONE:
            choices.append(Choice(faq.interface.none_of_these))
        elif action in _OF_ENTRIES and entry is not None and (language or MAIN_LANGUAGE) == faq.language:
            choices.append(Choice(entry.label, entry.id, is_card=action is ButtonAction.CARD))
    return tuple(choices)


def answer_rows(reply: Reply, entry: str, says: Interface) -> Rows:
    """Under an answer: feedback, and the related questions."""
    return [*helpful_rows(entry, says), *choice_rows(reply.choices, ButtonAction.SHOW)]


def without_places(rows: Sequence[Sequence[InlineKeyboardButton]]) -> Rows:
    """The rows of a message without those of countries and regions."""
    places = (ButtonAction.COUNTRY, ButtonAction.REGION)
    return [list(row) for row in rows if not any(_action_of(button) in places for button in row)]


def topic_rows(topic: str, start: int, faq: Faq) -> tuple[tuple[Choice, ...], Rows]:
    """Under a topic: a page of its questions from ``start`` on, buttons to turn pages, and all topics.

    The questions are returned as choices too. A start outside the topic means its first question.
    """
    questions = topic_reply(topic, faq).choices
    start = start if 0 <= start < len(questions) else 0
    says, key = faq.interface, topic_key(topic)
    shown = questions[start : start + PAGE]
    rows = choice_rows(shown, ButtonAction.BROWSE)
    paging = []
    if start > 0:
        paging.append(_button(says.back, ButtonAction.TOPIC, f"{key}:{max(0, start - PAGE)}"))
    if start + PAGE < len(questions):
        paging.append(_button(says.more, ButtonAction.TOPIC, f"{key}:{start + PAGE}"))
    return shown, [*rows, *([paging] if paging else []), [_button(says.all_topics, ButtonAction.TOPICS)]]


def back_rows(topic: str, entry: str, faq: Faq) -> Rows:
    """Under an answer found by browsing: back to the page of its topic that lists it."""
    questions = [item.id for item in faq.of_topic(topic)]
    start = questions.index(entry) // PAGE * PAGE if entry in questions else 0
    return [[_button(faq.interface.back, ButtonAction.TOPIC, f"{topic_key(topic)}:{start}")]]


def helpful_rows(entry: str, says: Interface) -> Rows:
    """The feedback buttons: helpful or not."""
    yes = _button(says.helpful_yes, ButtonAction.HELPFUL, entry)
    return [[yes, _button(says.helpful_no, ButtonAction.NOT_HELPFUL, entry)]]


def reason_rows(entry: str, says: Interface) -> Rows:
    """The reasons to choose from for an answer that did not help."""
    labels = (
        (says.wrong, ButtonAction.WRONG),
        (says.outdated, ButtonAction.OUTDATED),
        (says.unclear, ButtonAction.UNCLEAR),
        (says.not_asked, ButtonAction.NOT_ASKED),
    )
    return [[_button(label, action, entry)] for label, action in labels]


def explain_rows(entry: str, says: Interface) -> Rows:
    """The button to say in one's own words what is unclear in an answer."""
    return [[_button(says.say_unclear, ButtonAction.EXPLAIN, entry)]]


def without_feedback(rows: Sequence[Sequence[InlineKeyboardButton]]) -> Rows:
    """The rows of a message without those for feedback."""
    return [list(row) for row in rows if not any(_is_feedback(button) for button in row)]


def _is_feedback(button: InlineKeyboardButton) -> bool:
    return _action_of(button) in _FEEDBACK


def _action_of(button: InlineKeyboardButton) -> ButtonAction | None:
    found = action_of(str(button.callback_data or ""))
    return found[0] if found is not None else None


def _choice_button(choice: Choice, action: ButtonAction) -> InlineKeyboardButton:
    if choice.topic is not None:
        return _button(choice.label, ButtonAction.TOPIC, f"{topic_key(choice.topic)}:0")
    if choice.language is not None and choice.entry is None:
        return _button(choice.label, ButtonAction.LANGUAGE, choice.language)
    if choice.language is not None:
        shown = ButtonAction.CARD if choice.is_card else ButtonAction.SHOW
        return InlineKeyboardButton(choice.label, callback_data=f"{shown}{choice.language}:{choice.entry}")
    if choice.country is not None:
        return _button(choice.label, ButtonAction.COUNTRY, choice.country)
    if choice.region is not None:
        return _button(choice.label, ButtonAction.REGION, str(choice.region))
    if choice.command is not None:
        return _button(choice.label, ButtonAction.COMMAND, choice.command)
    if choice.is_not_about_me:
        return _button(choice.label, ButtonAction.NOT_ABOUT_ME, choice.entry or "")
    if choice.entry is None:
        return _button(choice.label, ButtonAction.NONE)
    if choice.is_card:
        return _button(choice.label, ButtonAction.CARD, choice.entry)
    return _button(choice.label, action, choice.entry)


def _button(label: str, action: ButtonAction, value: str = "") -> InlineKeyboardButton:
    return InlineKeyboardButton(label, callback_data=f"{action}:{value}")
