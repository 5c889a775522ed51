"""`python -m tests.bench.echo N`: a bot of python-telegram-bot's own that says what it hears, N updates at once."""

from __future__ import annotations

import os
import sys

from telegram import Update
from telegram.ext import ApplicationBuilder, ContextTypes, MessageHandler, filters

POOL_TIMEOUT = 30.0  # seconds; with the default of one, sends fail under load


async def _answer(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    if update.message is not None:
        await update.message.reply_text(update.message.text or "")


def main(at_once: int) -> None:
    """Answer until asked to end."""
    builder = ApplicationBuilder().token(os.environ["TELEGRAM_BOT_TOKEN"])
    builder = builder.base_url(f"{os.environ['TELEGRAM_API_URL']}/bot").concurrent_updates(at_once)
    application = builder.pool_timeout(POOL_TIMEOUT).build()
    application.add_handler(MessageHandler(filters.TEXT, _answer))
    application.run_polling()


if __name__ == "__main__":
    main(int(sys.argv[1]))
