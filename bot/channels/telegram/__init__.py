"""The bot in Telegram: the only code that imports `telegram`."""

import os

# python-telegram-bot then gives spans of time as such, and does not warn at every "too many requests" that it will.
os.environ.setdefault("PTB_TIMEDELTA", "1")
