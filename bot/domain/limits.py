"""How long the FAQ's texts may be, so that they fit where they are shown.

These are Telegram's limits, each with its source, and the widths of buttons on a phone. `bot.content.lint` enforces
them; the terminal has no limits.
"""

import unicodedata

BUTTON_CHARACTERS = 36  # that a phone shows in full on a button as wide as the chat
SMALLEST_PHONE = (
    30.0  # the width of a label that the smallest phones, 320 CSS pixels wide, show in full, by `label_width`
)
_NARROW, _WIDE = frozenset("iljtfrI.,'’!:;|()[] -"), frozenset("mwMW@%шщжюмыфШЩЖЮМЫФ")
# UTF-16 code units of one message after its markup is parsed: core.telegram.org/bots/api#sendmessage
MESSAGE_UNITS = 4096
LONGEST_ANSWER = 1200  # characters, far below one message

# In characters: core.telegram.org/bots/api#setmydescription, #setmyshortdescription, #botcommand and
# #answercallbackquery; for button labels, as many as a phone shows.
LONGEST_COMMAND_LINE = 256
LONGEST_TEXTS = {
    "description": 512,
    "short_description": 120,
    **dict.fromkeys(("gone", "too_fast", "language_failed", "type_again", "thanks_helpful", "thanks_not_helpful"), 200),
    **dict.fromkeys(
        (
            *("browse_topics", "all_topics", "none_of_these", "private_chat", "not_about_me", "not_asked", "in_danger"),
            "say_unclear",
        ),
        BUTTON_CHARACTERS,
    ),
    **dict.fromkeys(("back", "more", "language", "helpful_yes", "helpful_no"), BUTTON_CHARACTERS // 2),
    **dict.fromkeys(("wrong", "outdated", "unclear"), BUTTON_CHARACTERS // 3),
}


def label_width(label: str) -> float:
    """About how wide a label is, in small letters of Roboto: measured on 882 labels in six languages in Chromium."""
    return sum(map(_letter_width, label))


def _letter_width(letter: str) -> float:
    if letter in _NARROW:
        return 0.55
    if letter in _WIDE:
        return 1.45
    if unicodedata.category(letter) in ("Mn", "Cf"):
        return 0.0
    if unicodedata.east_asian_width(letter) in "WF":
        return 1.9
    return 1.2 if letter.isupper() else 1.0
