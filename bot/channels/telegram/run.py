"""The bot as a process: from the first word with Telegram until it is asked to end.

Not by `Application.run_polling` or `run_webhook`, which do not end well when they are asked to while Telegram refuses
everything, and which confirm what they have not handled yet.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

from telegram import Bot
from telegram.error import InvalidToken

from bot.channels.telegram.admin.alerts import Alerts
from bot.channels.telegram.admin.weekly_digest import WeeklyDigest
from bot.channels.telegram.app import HANDLERS, build, context_of
from bot.channels.telegram.context import BotContext
from bot.channels.telegram.delivery.intake import Intake
from bot.channels.telegram.delivery.polling import (
    ANSWER_WITHIN,
    END_WITHIN,
    FIRST_PAUSE,
    LONG_POLL,
    LONGEST_PAUSE,
    Poller,
    SilenceError,
)
from bot.channels.telegram.delivery.webhook import Webhook, setup_of
from bot.channels.telegram.types import AnyApplication
from bot.channels.telegram.ui.menus import set_menus
from bot.http.endpoints import Hook, HttpEndpoints, Silence, State
from bot.observability.logs import kind_and_place
from bot.observability.metrics import Metrics
from bot.runtime.catalog import Catalog
from bot.runtime.load import collect_frozen, freeze_loaded
from bot.runtime.reload import FaqWatcher
from bot.runtime.signals import on_stop_signal
from bot.settings import Settings, SettingsError
from bot.storage.keys import Keys
from bot.text.language_id import guess

KEPT_OPEN = 75  # seconds that a connection without requests is: longer than proxies and Telegram keep theirs
CONNECTIONS = 500  # at most, idle ones too: those of Telegram or of a proxy, and those that ask how the bot does
_logger = logging.getLogger(__name__)


def run(settings: Settings, catalog: Catalog, keys: Keys, watch: FaqWatcher, metrics: Metrics) -> None:
    """Answer in Telegram until the process is asked to end.

    Raises SettingsError where Telegram refuses the token, and where LISTEN cannot be listened at. Exits with 1 where no
    messages could be fetched for too long, so that a supervisor starts it anew.
    """
    try:
        with _listening(settings) or nullcontext() as listening:
            asyncio.run(_run(settings, context_of(settings, catalog, keys, metrics), watch, listening))
    except InvalidToken:
        hint = "Telegram does not know this token; copy it anew from @BotFather"
        raise SettingsError(f"TELEGRAM_BOT_TOKEN: {hint}") from None
    except SilenceError as silence:
        _logger.critical("%s; ending, to be started anew", silence)
        sys.exit(1)


def _listening(settings: Settings) -> socket.socket | None:
    place = settings.listens_at
    if place is None:
        return None
    from bot.http.server import PortError, listen  # the server is loaded where it serves

    try:
        return listen(*place)
    except PortError as error:
        raise SettingsError(f"LISTEN: port {place[1]} at {place[0]} cannot be used ({error}); name another") from None


@dataclass(frozen=True, slots=True)
class _Way:
    """How messages come in: what Telegram is told first, what is done for ever, and how what is in hand is ended."""

    begin: Callable[[], Awaitable[object]]
    work: Callable[[], Coroutine[Any, Any, None]]
    finish: Callable[[], Awaitable[None]]
    endpoints: HttpEndpoints


async def _run(settings: Settings, context: BotContext, watch: FaqWatcher, listening: socket.socket | None) -> None:
    application = build(settings, context)
    request = application.bot.request
    # Past the limiter: a menu or digest that is refused for hours must not hold up the answers.
    unlimited = Bot(
        application.bot.token, f"{settings.telegram_api_url}/bot", request=request, get_updates_request=request
    )
    alerts = Alerts(unlimited, context.maintainer_chats)

    async def menus() -> None:
        await set_menus(unlimited, context.catalog.matchers)

    async def taken_up() -> None:
        collect_frozen()
        freeze_loaded()
        await menus()

    intake = Intake(application, context)
    way = _way(settings, application, intake, context)
    asked = asyncio.Event()
    on_stop_signal(asked.set)
    asked_to_end = asyncio.create_task(asked.wait())
    context.gap_writer.start()
    intake.start()
    async with _stopped_at_the_end(application, intake, context), _served(way, listening) as serving:
        starting = asyncio.create_task(_start(application, way))
        if not await _done(starting, *serving, until=asked_to_end):
            await _cancelled(starting)
            return
        freeze_loaded()
        way.endpoints.state = State.READY
        _logger.info("answering in Telegram; FAQ %s", context.catalog.main.faq.version)
        background: list[asyncio.Task[Any]] = [
            asyncio.create_task(menus()),
            asyncio.create_task(watch.run(context.catalog, changed=taken_up, tell=alerts.tell)),
            asyncio.create_task(alerts.run()),
            asyncio.create_task(asyncio.to_thread(guess, "ready")),  # takes half a second: before somebody waits for it
        ]
        if context.maintainer_chats:
            background.append(asyncio.create_task(WeeklyDigest(context, unlimited).run()))
        for task in background:
            task.add_done_callback(_see_how_it_ended)
        working = asyncio.create_task(way.work())
        try:
            await _done(working, *serving, until=asked_to_end)
        finally:
            way.endpoints.state = State.ENDING
            for task in (working, asked_to_end, *background):
                await _cancelled(task)


def _way(settings: Settings, application: AnyApplication, intake: Intake, context: BotContext) -> _Way:
    """How messages come in as the settings want it; it can be looked at from outside from now on."""
    kinds = [kind.value for kind in HANDLERS]

    def versions() -> dict[str, str]:
        return context.catalog.versions

    if (setup := setup_of(settings, kinds)) is not None:
        webhook = Webhook(application.bot, setup, intake)
        endpoints = HttpEndpoints(versions, context.metrics, hook=Hook(setup.secret, webhook.receive))
        way, silent = _Way(webhook.set, webhook.keep, _nothing, endpoints), None
    else:
        poller = Poller(application, intake, kinds, context.metrics, silence=settings.silence_seconds)
        # Half of what ends the bot, but more than passes while there is no news.
        limit = max(settings.silence_seconds / 2, LONG_POLL + ANSWER_WITHIN)
        endpoints = HttpEndpoints(versions, context.metrics, silence=Silence(lambda: poller.silent_for, limit))
        # While there is a webhook, Telegram gives no updates to those who ask.
        way, silent = (
            _Way(application.bot.delete_webhook, poller.run, poller.finish, endpoints),
            lambda: poller.silent_for,
        )
    context.metrics.watch(
        versions=versions,
        notes_waiting=lambda: context.gap_writer.waiting,
        updates_in_hand=lambda: intake.in_hand,
        updates_skipped=lambda: intake.skipped,
        updates_repeated=lambda: intake.repeated,
        silent_seconds=silent,
    )
    return way


async def _start(application: AnyApplication, way: _Way) -> None:
    """Be ready to take updates, however long Telegram cannot be reached. Raises InvalidToken."""
    pause = FIRST_PAUSE
    while True:
        try:
            await application.initialize()
            await way.begin()
            break
        except InvalidToken:
            raise
        except Exception as error:  # be it that what answers is not Telegram
            _logger.warning("Telegram does not answer yet (%s); trying again in %.0f s", type(error).__name__, pause)
            await asyncio.sleep(pause)
            pause = min(LONGEST_PAUSE, 2 * pause)
    await application.start()


@asynccontextmanager
async def _served(way: _Way, listening: socket.socket | None) -> AsyncIterator[tuple[asyncio.Task[None], ...]]:
    """The doors are open within it, if there are any; at the end what came in is answered."""
    if listening is None:
        try:
            yield ()
        finally:
            await way.finish()
        return
    from bot.http.server import Server

    server = Server(
        way.endpoints,
        patience=round(END_WITHIN),
        log_level="error",  # a warning for each request that is none would let anybody fill the log
        limit_concurrency=CONNECTIONS,
        timeout_keep_alive=KEPT_OPEN,
    )
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    _logger.info("listening at %s:%d", *listening.getsockname()[:2])
    try:
        yield (serving,)
    finally:
        await way.finish()
        server.end()
        await asyncio.gather(serving, return_exceptions=True)


@asynccontextmanager
async def _stopped_at_the_end(application: AnyApplication, intake: Intake, context: BotContext) -> AsyncIterator[None]:
    """However it ends: what was taken is known to be handled, and what was noted is written."""
    try:
        yield
    finally:
        await intake.stop()
        if application.running:
            await application.stop()
        await application.shutdown()
        await context.gap_writer.stop()
        _logger.info("stopped")


async def _done(*works: asyncio.Task[Any], until: asyncio.Task[Any]) -> bool:
    """Wait until one of some works is done, or the process is asked to end; whether a work is done.

    Raises what that raises.
    """
    await asyncio.wait({*works, until}, return_when=asyncio.FIRST_COMPLETED)
    for work in works:
        if work.done():
            await work
    return any(work.done() for work in works)


def _see_how_it_ended(task: asyncio.Task[Any]) -> None:
    if not task.cancelled() and (fault := task.exception()) is not None:
        _logger.error("what goes on beside the answers was ended by an error: %s", kind_and_place(fault))


async def _nothing() -> None:
    """There is nothing to end but the server."""


async def _cancelled(task: asyncio.Task[Any]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
