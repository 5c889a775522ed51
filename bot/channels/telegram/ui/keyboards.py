"""Buttons under a message, and what a button says when it is pressed.

A button's data is a letter, a colon and an id, at most 64 bytes (core.telegram.org/bots/api#inlinekeyboardbutton). It
holds all that is needed to answer it, so nothing is remembered between messages, and a button of an older FAQ is
either understood or said to be old.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from enum import StrEnum

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.answering.commands import topic_reply
from bot.domain.conversation import Choice, Reply
from bot.domain.faq import Faq, Interface
from bot.domain.gap import GapReason

PAGE = 8  # questions of a topic shown at once
Rows = list[list[InlineKeyboardButton]]


class ButtonAction(StrEnum):
    """What a pressed button asks for: the first letter of its data."""

    CHOOSE = "c"  # the entry that was meant; the message becomes its answer
    NONE = "n"  # none of those offered
    SHOW = "s"  # an entry, as a message of its own
    BROWSE = "b"  # an entry; the message of the topics becomes its answer
    TOPIC = "t"  # a topic's questions, and from which one on
    TOPICS = "a"  # all topics
    COMMAND = "x"  # what a command would give
    LANGUAGE = "l"
    HELPFUL = "y"
    NOT_HELPFUL = "h"  # asks why
    WRONG = "w"
    OUTDATED = "o"
    UNCLEAR = "u"


REASONS = {
    ButtonAction.WRONG: GapReason.WRONG,
    ButtonAction.OUTDATED: GapReason.OUTDATED,
    ButtonAction.UNCLEAR: GapReason.UNCLEAR,
}
_FEEDBACK = frozenset({ButtonAction.HELPFUL, ButtonAction.NOT_HELPFUL, *REASONS})


def action_of(data: str) -> tuple[ButtonAction, str] | None:
    """What a button's data asks for, and of what; None for data that no button of ours has."""
    letter, _, value = data.partition(":")
    try:
        return ButtonAction(letter), value
    except ValueError:
        return None


def topic_key(topic: str) -> str:
    """A topic in button data: names may be long, and their order may change with an edit."""
    return hashlib.sha256(topic.encode()).hexdigest()[:8]


def topic_of(key: str, faq: Faq) -> str | None:
    """The topic of a key; None if the FAQ has it no more."""
    return next((topic for topic in faq.topics if topic_key(topic) == key), None)


def keyboard(rows: Rows) -> InlineKeyboardMarkup | None:
    """The rows as Telegram takes them; None where there is none."""
    return InlineKeyboardMarkup(rows) if rows else None


def choice_rows(choices: Iterable[Choice], press: ButtonAction) -> Rows:
    """A row for each choice; ``press`` is what an entry's button does."""
    return [[_choice_button(choice, press)] for choice in choices]


def answer_rows(reply: Reply, entry: str, says: Interface) -> Rows:
    """Under an answer: was it helpful, and the related questions."""
    return [*helpful_rows(entry, says), *choice_rows(reply.choices, ButtonAction.SHOW)]


def start_rows(reply: Reply, says: Interface) -> Rows:
    """Under the welcome: example questions, and the way to all of them."""
    return [
        *choice_rows(reply.choices, ButtonAction.SHOW),
        [_button(says.browse_topics, ButtonAction.COMMAND, "topics")],
    ]


def topic_rows(topic: str, start: int, faq: Faq) -> tuple[tuple[Choice, ...], Rows]:
    """Under a topic: its questions from one on, more of them if there are, and the way back.

    The questions are given as choices too; a start that the topic does not have is its beginning.
    """
    questions = topic_reply(topic, faq).choices
    start = start if 0 <= start < len(questions) else 0
    says, key = faq.interface, topic_key(topic)
    shown = questions[start : start + PAGE]
    rows = choice_rows(shown, ButtonAction.BROWSE)
    turning = []
    if start > 0:
        turning.append(_button(says.back, ButtonAction.TOPIC, f"{key}:{max(0, start - PAGE)}"))
    if start + PAGE < len(questions):
        turning.append(_button(says.more, ButtonAction.TOPIC, f"{key}:{start + PAGE}"))
    return shown, [*rows, *([turning] if turning else []), [_button(says.all_topics, ButtonAction.TOPICS)]]


def back_rows(topic: str, entry: str, faq: Faq) -> Rows:
    """Under an answer that was found by browsing: the way back to its topic, where it stood."""
    questions = [item.id for item in faq.of_topic(topic)]
    start = questions.index(entry) // PAGE * PAGE if entry in questions else 0
    return [[_button(faq.interface.back, ButtonAction.TOPIC, f"{topic_key(topic)}:{start}")]]


def helpful_rows(entry: str, says: Interface) -> Rows:
    """Was it helpful?"""
    yes = _button(says.helpful_yes, ButtonAction.HELPFUL, entry)
    return [[yes, _button(says.helpful_no, ButtonAction.NOT_HELPFUL, entry)]]


def reason_rows(entry: str, says: Interface) -> Rows:
    """What is not right with it?"""
    labels = (
        (says.wrong, ButtonAction.WRONG),
        (says.outdated, ButtonAction.OUTDATED),
        (says.unclear, ButtonAction.UNCLEAR),
    )
    return [[_button(label, press, entry)] for label, press in labels]


def without_feedback(rows: Sequence[Sequence[InlineKeyboardButton]]) -> Rows:
    """The rows of a message without those about its helpfulness."""
    return [list(row) for row in rows if not any(_is_feedback(button) for button in row)]


def _is_feedback(button: InlineKeyboardButton) -> bool:
    press = action_of(str(button.callback_data or ""))
    return press is not None and press[0] in _FEEDBACK


def _choice_button(choice: Choice, press: ButtonAction) -> InlineKeyboardButton:
    if choice.topic is not None:
        return _button(choice.label, ButtonAction.TOPIC, f"{topic_key(choice.topic)}:0")
    if choice.language is not None:
        return _button(choice.label, ButtonAction.LANGUAGE, choice.language)
    if choice.entry is None:
        return _button(choice.label, ButtonAction.NONE)
    return _button(choice.label, press, choice.entry)


def _button(label: str, press: ButtonAction, value: str = "") -> InlineKeyboardButton:
    return InlineKeyboardButton(label, callback_data=f"{press}:{value}")
