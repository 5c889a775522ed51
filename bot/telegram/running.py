"""The bot as a process: from the first word with Telegram until it is asked to end.

Not by `Application.run_polling`, which does not end well when it is asked to while Telegram refuses everything, and
which confirms what it has not handled yet.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from telegram import Bot
from telegram.error import InvalidToken, TelegramError

from bot.gaps.keys import Keys
from bot.in_use import InUse
from bot.language import guess
from bot.reloading import Watch
from bot.settings import Settings, SettingsError
from bot.telegram.application import HANDLERS, AnyApplication, build, service_of
from bot.telegram.digest import Weekly
from bot.telegram.menus import set_menus
from bot.telegram.polling import FIRST_PAUSE, LONGEST_PAUSE, Poller, SilenceError
from bot.telegram.service import Service

_log = logging.getLogger(__name__)


def run(settings: Settings, in_use: InUse, keys: Keys, watch: Watch) -> None:
    """Answer in Telegram until the process is asked to end. Raises SettingsError where Telegram refuses the token.

    Exits with 1 where no messages could be fetched for too long, so that a supervisor starts it anew.
    """
    try:
        asyncio.run(_run(settings, service_of(settings, in_use, keys), watch))
    except InvalidToken:
        mend = "Telegram does not know this token; copy it anew from @BotFather"
        raise SettingsError(f"TELEGRAM_BOT_TOKEN: {mend}") from None
    except SilenceError as silence:
        _log.critical("%s; ending, to be started anew", silence)
        sys.exit(1)


async def _run(settings: Settings, service: Service, watch: Watch) -> None:
    application = build(settings, service)
    # Past the limiter: a menu or digest that is refused for hours must not hold up the answers.
    unlimited = Bot(application.bot.token, f"{settings.telegram_api_url}/bot", request=application.bot.request)

    async def menus() -> None:
        await set_menus(unlimited, service.in_use.matchers)

    poller = Poller(application, [kind.value for kind in HANDLERS], silence=settings.silence_seconds)
    asked_to_end = asyncio.create_task(_asked_to_end())
    service.recorder.start()
    async with _stopped_at_the_end(application, poller, service):
        starting = asyncio.create_task(_start(application))
        await asyncio.wait({starting, asked_to_end}, return_when=asyncio.FIRST_COMPLETED)
        if asked_to_end.done():
            await _cancelled(starting)
            return
        if (refusal := starting.exception()) is not None:
            await _cancelled(asked_to_end)
            raise refusal
        _log.info("answering in Telegram; FAQ %s", service.in_use.main.faq.version)
        background: list[asyncio.Task[Any]] = [
            asyncio.create_task(menus()),
            asyncio.create_task(watch.run(service.in_use, changed=menus)),
            asyncio.create_task(asyncio.to_thread(guess, "ready")),  # takes half a second: before somebody waits for it
        ]
        if service.maintainer_chats:
            background.append(asyncio.create_task(Weekly(service, unlimited).run()))
        polling = asyncio.create_task(poller.run())
        await asyncio.wait({polling, asked_to_end}, return_when=asyncio.FIRST_COMPLETED)
        for task in (polling, asked_to_end, *background):
            await _cancelled(task)
        if not polling.cancelled() and (trouble := polling.exception()) is not None:
            raise trouble


async def _start(application: AnyApplication) -> None:
    """Be ready to take updates, however long Telegram cannot be reached. Raises InvalidToken."""
    pause = FIRST_PAUSE
    while True:
        try:
            await application.initialize()
            await application.bot.delete_webhook()  # while there is one, Telegram gives no updates to those who ask
            break
        except InvalidToken:
            raise
        except TelegramError as error:
            _log.warning("Telegram does not answer yet (%s); trying again in %.0f s", type(error).__name__, pause)
            await asyncio.sleep(pause)
            pause = min(LONGEST_PAUSE, 2 * pause)
    await application.start()


@asynccontextmanager
async def _stopped_at_the_end(application: AnyApplication, poller: Poller, service: Service) -> AsyncIterator[None]:
    """However it ends: the updates that were taken are answered and confirmed, and what was noted is written."""
    try:
        yield
    finally:
        await poller.finish()
        if application.running:
            await application.stop()
        await application.shutdown()
        await service.recorder.stop()
        _log.info("stopped")


async def _asked_to_end() -> None:
    """Wait until somebody presses ctrl-C or the system sends SIGTERM."""
    asked = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # on Windows, where ctrl-C raises KeyboardInterrupt instead
            asyncio.get_running_loop().add_signal_handler(number, asked.set)
    await asked.wait()


async def _cancelled(task: asyncio.Task[Any]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
