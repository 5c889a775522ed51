"""`python -m tests.bench.echo N [aiohttp]`: python-telegram-bot's own bot that says what it hears, N updates at once.

Its calls go over httpx, as python-telegram-bot's do by itself, or over this project's own client.
"""

from __future__ import annotations

import os
import sys

from telegram import Update
from telegram.ext import ApplicationBuilder, ContextTypes, MessageHandler, filters

from bot.channels.telegram.transport.http_client import AioRequest

POOL_TIMEOUT = 30.0  # seconds; with the default of one, sends fail under load


async def _answer(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    if update.message is not None:
        await update.message.reply_text(update.message.text or "")


def main(at_once: int, transport: str = "httpx") -> None:
    """Answer until asked to end."""
    url = os.environ["TELEGRAM_API_URL"]
    builder = ApplicationBuilder().token(os.environ["TELEGRAM_BOT_TOKEN"])
    builder = builder.base_url(f"{url}/bot").concurrent_updates(at_once)
    if transport == "aiohttp":
        request = AioRequest(url, connections=2 * at_once)
        application = builder.request(request).get_updates_request(request).build()
    else:
        application = builder.pool_timeout(POOL_TIMEOUT).build()
    application.add_handler(MessageHandler(filters.TEXT, _answer))
    application.run_polling()


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
