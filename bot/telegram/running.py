"""The bot as a process: from the first word with Telegram until it is asked to end.

Not by `Application.run_polling`, which does not end well when it is asked to while Telegram refuses everything.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, cast

from telegram import Bot
from telegram.error import Conflict, InvalidToken, TelegramError
from telegram.ext import Updater

from bot.gaps.keys import Keys
from bot.in_use import InUse
from bot.language import guess
from bot.reloading import Watch
from bot.settings import Settings, SettingsError
from bot.telegram.application import HANDLERS, AnyApplication, build, service_of
from bot.telegram.digest import Weekly
from bot.telegram.menus import set_menus
from bot.telegram.service import Service

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0  # seconds between attempts to reach Telegram at the start
_log = logging.getLogger(__name__)


def run(settings: Settings, in_use: InUse, keys: Keys, watch: Watch) -> None:
    """Answer in Telegram until the process is asked to end. Raises SettingsError where Telegram refuses the token."""
    asyncio.run(_run(settings, service_of(settings, in_use, keys), watch))


async def _run(settings: Settings, service: Service, watch: Watch) -> None:
    application = build(settings, service)
    # Past the limiter: a menu or digest that is refused for hours must not hold up the answers.
    unlimited = Bot(application.bot.token, f"{settings.telegram_api_url}/bot", request=application.bot.request)

    async def menus() -> None:
        await set_menus(unlimited, service.in_use.matchers)

    asked_to_end = asyncio.create_task(_asked_to_end())
    service.recorder.start()
    async with _stopped_at_the_end(application, service):
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
        await asked_to_end
        for task in background:
            await _cancelled(task)


async def _start(application: AnyApplication) -> None:
    """Begin to take updates, however long Telegram cannot be reached. Raises SettingsError for a wrong token."""
    pause = FIRST_PAUSE
    try:
        while True:
            try:
                await application.initialize()
                break
            except InvalidToken:
                raise
            except TelegramError as error:
                _log.warning("Telegram does not answer yet (%s); trying again in %.0f s", type(error).__name__, pause)
                await asyncio.sleep(pause)
                pause = min(LONGEST_PAUSE, 2 * pause)
        await application.start()
        await _updater(application).start_polling(
            allowed_updates=[kind.value for kind in HANDLERS], bootstrap_retries=-1, error_callback=_tell
        )
    except InvalidToken:
        mend = "Telegram does not know this token; copy it anew from @BotFather"
        raise SettingsError(f"TELEGRAM_BOT_TOKEN: {mend}") from None


def _tell(error: TelegramError) -> None:
    """Say that messages cannot be fetched now; it is tried again by itself."""
    if isinstance(error, Conflict):
        _log.error("another process fetches the messages of this token; end it, or this one")
    else:
        _log.warning("messages cannot be fetched now (%s); trying again", type(error).__name__)


@asynccontextmanager
async def _stopped_at_the_end(application: AnyApplication, service: Service) -> AsyncIterator[None]:
    """However it ends: no more updates are taken, those that were are answered, and what was noted is written."""
    try:
        yield
    finally:
        if _updater(application).running:
            await _updater(application).stop()
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


def _updater(application: AnyApplication) -> Updater:
    return cast(Updater, application.updater)  # there is one, since nobody switched it off


async def _cancelled(task: asyncio.Task[Any]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
