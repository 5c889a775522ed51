"""The bot in Telegram: the only code that imports `telegram`."""

import os

# python-telegram-bot then gives durations as timedelta, and does not warn at every RetryAfter that it is going to.
os.environ.setdefault("PTB_TIMEDELTA", "1")
