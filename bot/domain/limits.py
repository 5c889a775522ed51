"""How long the FAQ's texts may be, so that they fit where they are shown.

These are Telegram's limits, each with its source, and the widths of buttons on a phone. `bot.content.lint` enforces
them; the terminal has no limits.
"""

BUTTON_CHARACTERS = 36  # that a phone shows in full on a button as wide as the chat
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
        ("browse_topics", "all_topics", "none_of_these", "private_chat", "not_about_me", "not_asked", "in_danger"),
        BUTTON_CHARACTERS,
    ),
    **dict.fromkeys(("back", "more", "language", "helpful_yes", "helpful_no"), BUTTON_CHARACTERS // 2),
    **dict.fromkeys(("wrong", "outdated", "unclear"), BUTTON_CHARACTERS // 3),
}
