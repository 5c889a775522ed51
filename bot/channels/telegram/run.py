"""The life of the bot's process: it starts, receives updates, and shuts down when it gets a signal.

`Application.run_polling` and `run_webhook` are not used: they do not shut down cleanly while Telegram refuses every
call, and they confirm updates that are not handled yet.
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

from bot.answering.decide import decide
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
from bot.domain.conversation import Question
from bot.http.endpoints import Hook, HttpEndpoints, Silence, State
from bot.matching.encoder import encode
from bot.observability.logs import kind_and_place
from bot.observability.metrics import Metrics
from bot.runtime.catalog import Catalog
from bot.runtime.load import collect_frozen, freeze_loaded
from bot.runtime.reload import FaqWatcher
from bot.runtime.signals import on_stop_signal
from bot.settings import Settings, SettingsError
from bot.storage.keys import Keys
from bot.text.redaction_by_words import all_patterns

KEEP_ALIVE = 75  # seconds that an idle connection stays open: longer than proxies and Telegram keep theirs
MOST_CONNECTIONS = 500  # idle ones included: from Telegram or a proxy, and from health checks
SWITCH_SECONDS = 0.0001  # after which a thread lets the loop go on; a reply has many steps, each may wait so long
_ANY_TEXT, _ANY_NUMBER = "are we ready", "600 123 456"
_logger = logging.getLogger(__name__)


def run(settings: Settings, catalog: Catalog, keys: Keys, watch: FaqWatcher, metrics: Metrics) -> None:
    """Answer in Telegram until SIGINT or SIGTERM.

    Raises SettingsError if Telegram refuses the token or the port in LISTEN cannot be used. Exits with 1 if no updates
    could be fetched for too long, so that a supervisor restarts the process.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        with _listening_socket(settings) or nullcontext() as listener:
            asyncio.run(_run(settings, context_of(settings, catalog, keys, metrics), watch, listener))
    except InvalidToken:
        hint = "Telegram does not know this token; copy it anew from @BotFather"
        raise SettingsError(f"TELEGRAM_BOT_TOKEN: {hint}") from None
    except SilenceError as silence:
        _logger.critical("%s; ending, to be started anew", silence)
        sys.exit(1)


def _listening_socket(settings: Settings) -> socket.socket | None:
    """The socket of the HTTP server; None if the settings want no server. Raises SettingsError."""
    if settings.listens_at is None:
        return None
    host, port = settings.listens_at
    from bot.http.server import PortError, listen  # imported only where a server runs

    try:
        return listen(host, port)
    except PortError as error:
        raise SettingsError(f"LISTEN: port {port} at {host} cannot be used ({error}); name another") from None


@dataclass(frozen=True, slots=True)
class _Delivery:
    """How Telegram delivers updates to this process: by a webhook or by long polling.

    ``prepare`` sets or deletes the webhook; ``run`` goes on until cancelled; ``finish`` waits for the updates in hand.
    """

    prepare: Callable[[], Awaitable[object]]
    run: Callable[[], Coroutine[Any, Any, None]]
    finish: Callable[[], Awaitable[None]]
    endpoints: HttpEndpoints
    silent_seconds: Callable[[], float] | None = None


async def _run(settings: Settings, context: BotContext, watch: FaqWatcher, listener: socket.socket | None) -> None:
    application = build(settings, context)
    intake = Intake(application, context)
    delivery = _delivery(settings, application, intake, context)
    _watch_metrics(context, intake, delivery)
    stop_requested = asyncio.Event()
    on_stop_signal(stop_requested.set)
    stop = asyncio.create_task(stop_requested.wait())
    context.gap_writer.start()
    intake.start()
    if context.shared_answers is not None:
        context.shared_answers.start()
    async with _shutdown_after(application, intake, context), _http_server(delivery, listener) as server:
        warming, starting = asyncio.create_task(_warm_up(context)), asyncio.create_task(_start(application, delivery))
        for task in (starting, warming):
            if not await _wait_for_any(task, *server, unless=stop):
                await _cancel(starting)
                await _cancel(warming)
                return
        freeze_loaded()
        delivery.endpoints.state = State.READY
        _logger.info("answering in Telegram; FAQ %s", context.catalog.faq.version)
        background = _start_background(settings, application, context, watch)
        receiving = asyncio.create_task(delivery.run())
        try:
            await _wait_for_any(receiving, *server, unless=stop)
        finally:
            delivery.endpoints.state = State.ENDING
            for task in (receiving, stop, *background):
                await _cancel(task)


def _delivery(settings: Settings, application: AnyApplication, intake: Intake, context: BotContext) -> _Delivery:
    """A webhook if the settings name one, else long polling."""
    kinds = [kind.value for kind in HANDLERS]

    def versions() -> dict[str, str]:
        return context.catalog.versions

    token = settings.metrics_token.get_secret_value() if settings.metrics_token else None
    if (setup := setup_of(settings, kinds)) is not None:
        webhook = Webhook(application.bot, setup, intake)
        hook = Hook(setup.secret, webhook.receive)
        endpoints = HttpEndpoints(versions, context.metrics, hook=hook, metrics_token=token)
        return _Delivery(webhook.set, webhook.monitor, _nothing, endpoints)
    poller = Poller(application, intake, kinds, context.metrics, silence=settings.silence_seconds)

    def silent_seconds() -> float:
        return poller.silent_for

    # Unhealthy at half the silence that ends the process, but not while a long poll may still be waiting for news.
    limit = max(settings.silence_seconds / 2, LONG_POLL + ANSWER_WITHIN)
    silence = Silence(silent_seconds, limit)
    endpoints = HttpEndpoints(versions, context.metrics, silence=silence, metrics_token=token)
    # Telegram refuses getUpdates while a webhook is set.
    return _Delivery(application.bot.delete_webhook, poller.run, poller.finish, endpoints, silent_seconds)


def _watch_metrics(context: BotContext, intake: Intake, delivery: _Delivery) -> None:
    """Export the figures that are read whenever the metrics are scraped."""
    context.metrics.watch(
        versions=lambda: context.catalog.versions,
        notes_waiting=lambda: context.gap_writer.waiting,
        updates_in_hand=lambda: intake.in_hand,
        updates_skipped=lambda: intake.skipped,
        updates_repeated=lambda: intake.repeated,
        silent_seconds=delivery.silent_seconds,
    )


async def _warm_up(context: BotContext) -> None:
    """Do first what would stall the first replies: open the database, load encoder and number plans, rank a message."""

    def rank() -> None:
        encode([_ANY_TEXT])
        all_patterns()
        context.catalog.redacted(_ANY_NUMBER)
        decide(Question(_ANY_TEXT), context.catalog.matcher)

    await asyncio.gather(context.gap_writer.open(), asyncio.to_thread(rank))


async def _start(application: AnyApplication, delivery: _Delivery) -> None:
    """Make the application ready for updates; retries for as long as Telegram is unreachable. Raises InvalidToken."""
    pause = FIRST_PAUSE
    while True:
        try:
            await application.initialize()
            await delivery.prepare()
            break
        except InvalidToken:
            raise
        except Exception as error:  # of any kind: what answers may be a proxy's page, not Telegram
            _logger.warning("Telegram does not answer yet (%s); trying again in %.0f s", type(error).__name__, pause)
            await asyncio.sleep(pause)
            pause = min(LONGEST_PAUSE, 2 * pause)
    await application.start()


def _start_background(
    settings: Settings, application: AnyApplication, context: BotContext, watch: FaqWatcher
) -> list[asyncio.Task[Any]]:
    """Start what runs beside the answers. An error ends only the task that it occurs in, and is logged."""
    request = application.bot.request
    # Without the rate limiter: a menu or digest that Telegram refuses for hours must not hold up the answers.
    bot = Bot(application.bot.token, f"{settings.telegram_api_url}/bot", request=request, get_updates_request=request)
    alerts = Alerts(bot, context.maintainer_chats)

    async def after_reload() -> None:
        collect_frozen()
        freeze_loaded()
        await set_menus(bot, context.catalog.faq)

    background: list[Coroutine[Any, Any, object]] = [
        set_menus(bot, context.catalog.faq),
        watch.run(context.catalog, changed=after_reload, tell=alerts.notify),
        alerts.run(),
        *(memory.run() for memory in context.memories),
    ]
    if context.maintainer_chats:
        background.append(WeeklyDigest(context, bot).run())
    tasks = [asyncio.create_task(work) for work in background]
    for task in tasks:
        task.add_done_callback(_log_error)
    return tasks


@asynccontextmanager
async def _http_server(
    delivery: _Delivery, listener: socket.socket | None
) -> AsyncIterator[tuple[asyncio.Task[None], ...]]:
    """Run the HTTP server, if there is a socket for it, and give its task; at the end, finish the updates in hand."""
    if listener is None:
        try:
            yield ()
        finally:
            await delivery.finish()
        return
    from bot.http.server import Server

    server = Server(
        delivery.endpoints,
        patience=round(END_WITHIN),
        log_level="error",  # with a warning for each malformed request, anybody could fill the log
        limit_concurrency=MOST_CONNECTIONS,
        timeout_keep_alive=KEEP_ALIVE,
    )
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    _logger.info("listening at %s:%d", *listener.getsockname()[:2])
    try:
        yield (serving,)
    finally:
        await delivery.finish()
        server.end()
        await asyncio.gather(serving, return_exceptions=True)


@asynccontextmanager
async def _shutdown_after(application: AnyApplication, intake: Intake, context: BotContext) -> AsyncIterator[None]:
    """At the end, however it comes: give back the leases of updates, stop the application, write the waiting notes."""
    try:
        yield
    finally:
        await intake.stop()
        if application.running:
            await application.stop()
        await application.shutdown()
        if context.shared_answers is not None:
            await context.shared_answers.stop()
        await context.gap_writer.stop()
        _logger.info("stopped")


async def _wait_for_any(*tasks: asyncio.Task[Any], unless: asyncio.Task[Any]) -> bool:
    """Wait until one of the tasks is done, or ``unless`` is; whether one of the tasks is. Raises what it raised."""
    await asyncio.wait({*tasks, unless}, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        if task.done():
            await task
    return any(task.done() for task in tasks)


def _log_error(task: asyncio.Task[Any]) -> None:
    if not task.cancelled() and (fault := task.exception()) is not None:
        _logger.error("what goes on beside the answers was ended by an error: %s", kind_and_place(fault))


async def _nothing() -> None:
    """With a webhook there is nothing to finish: the server waits for the requests that it is answering."""


async def _cancel(task: asyncio.Task[Any]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
