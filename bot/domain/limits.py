"""How long the texts of the FAQ may be, so that they fit where they are shown.

They are Telegram's limits, each with its source, and what a telephone shows of a button. `lint` holds the content to
them; the terminal has none.
"""

BUTTON_CHARACTERS = 36  # of a label that a telephone shows whole on a button as wide as the chat
# UTF-16 code units of one message after its markup is parsed: core.telegram.org/bots/api#sendmessage
MESSAGE_UNITS = 4096

# Characters of texts that stand in a place of their own in Telegram: core.telegram.org/bots/api#setmydescription,
# #setmyshortdescription, #botcommand, #answercallbackquery; and on a button as far as a telephone shows it.
LONGEST_COMMAND_LINE = 256
LONGEST_TEXTS = {
    "description": 512,
    "short_description": 120,
    **dict.fromkeys(("gone", "too_fast", "language_failed", "thanks_helpful", "thanks_not_helpful"), 200),
    **dict.fromkeys(("browse_topics", "all_topics", "none_of_these", "private_chat"), BUTTON_CHARACTERS),
    **dict.fromkeys(("back", "more", "helpful_yes", "helpful_no"), BUTTON_CHARACTERS // 2),
    **dict.fromkeys(("wrong", "outdated", "unclear"), BUTTON_CHARACTERS // 3),
}
