"""The checks of `python -m bot doctor`: everything that the bot needs, from its files to Telegram.

They change nothing: no key and no log is created, no message is sent or fetched.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from datetime import date
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from bot.channels.telegram.diagnostics import check_telegram
from bot.cli.gap_session import log_exists, open_log
from bot.content.diagnostics import ContentError, errors
from bot.content.lint import lint
from bot.content.loader import readable_content, usable_faq
from bot.http.endpoints import State
from bot.http.server import PortError, listen
from bot.matching.model_cache import is_learned
from bot.observability.check import Finding
from bot.settings import Settings, config_folder
from bot.storage.database import translate_db_errors
from bot.storage.errors import LogError
from bot.storage.keys import KeyProblem, Keys, read_keys
from bot.storage.migrate import NEWEST, step_of
from bot.storage.stores import store_of

PATIENCE = 5.0  # seconds to wait for the state of a running bot
MOST_BYTES = 10_000  # read of its response
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # the address to query, by the address listened at


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Run all checks and yield their findings as they come; Telegram is last, since it may be slow."""
    for finding in await asyncio.to_thread(_check_faq, settings):
        yield finding
    keys, found = _check_keys(settings)
    yield found
    yield await _check_log(settings, keys)
    for finding in await asyncio.to_thread(_check_endpoints, settings):
        yield finding
    async for finding in check_telegram(settings):
        yield finding


def _check_faq(settings: Settings) -> list[Finding]:
    try:
        content = readable_content(settings.faq_dir, settings.seeds_dir)
        faq = usable_faq(content)
    except ContentError as error:
        says = f"{len(error.diagnostics)} problems keep it from being used, first: {error.diagnostics[0]}"
        return [Finding("FAQ", says, "mend them; all are shown by: python -m bot check")]
    languages = ", ".join((faq.language, *faq.translations))
    found = [Finding("FAQ", f"{len(faq.entries)} entries, version {faq.version}, languages {languages}")]
    if failed := errors(lint(content, date.today())):
        hint = "mend them; all are shown by: python -m bot check"
        found.append(Finding("content", f"{len(failed)} errors of the content check, first: {failed[0]}", hint))
    if is_learned(faq, settings.cache_dir):
        found.append(Finding("model", "is learned: the first answer comes at once"))
    elif _may_write(settings.cache_dir):
        found.append(Finding("model", "will be learned at the next start, which takes about a minute"))
    else:
        hint = "let this user write there, or set CACHE_DIR to another folder"
        found.append(Finding("model", f"cannot be kept in {settings.cache_dir}, and is learned at each start", hint))
    return found


def _check_keys(settings: Settings) -> tuple[Keys | None, Finding]:
    given = [key.get_secret_value() if key else None for key in (settings.gaps_key, settings.asker_key)]
    try:
        keys = read_keys(
            gaps_key=given[0],
            asker_key_=given[1],
            folder=config_folder(),
            data_dir=settings.data_dir,
            create=False,
        )
    except KeyProblem as problem:
        if not log_exists(settings) and not settings.keys_required:
            return None, Finding("keys", "there are none yet; they are made when the first gap is noted")
        return None, Finding("keys", str(problem), "see there")
    return keys, Finding("keys", "both are there")


async def _check_log(settings: Settings, keys: Keys | None) -> Finding:
    store = store_of(settings.data_dir, settings.database_url)
    if not store.is_begun():
        if _may_write(settings.data_dir):
            return Finding("gap log", "there is none yet; it is begun when the first gap is noted")
        return Finding(
            "gap log", f"cannot be begun in {settings.data_dir}", "let this user write there, or set DATA_DIR"
        )
    if keys is None:
        return Finding("gap log", "cannot be read without its keys", "put the keys back that it was begun with")
    try:
        with translate_db_errors(store):
            step = await asyncio.to_thread(store.prepare, step_of)
        if step != NEWEST:
            was = "no tables" if step is None else f"schema {step}"
            return Finding("gap log", f"has {was} yet; the next start brings it up to schema {NEWEST}")
        async with open_log(settings, keys) as log:
            number = await log.number()
    except LogError as error:
        return Finding("gap log", str(error), "see there")
    return Finding("gap log", f"can be read; it holds {number}, each for {settings.retention_days} days")


def _check_endpoints(settings: Settings) -> list[Finding]:
    """Check that the bot answers at its address, or that a bot could listen there."""
    if settings.webhook_url is not None and settings.webhook_secret is None:
        hint = "make one, the same for all replicas, with: openssl rand -hex 32"
        return [Finding("webhook", "WEBHOOK_SECRET is not set, so the bot does not start", hint)]
    if settings.listens_at is None:
        return []
    host, port = settings.listens_at
    where = f"port {port} at {host}"
    try:
        with listen(host, port):
            return [Finding("doors", f"{where} is free: no bot listens there now")]
    except PortError as error:
        reason = str(error)
    state = _state_at(_EVERYWHERE.get(host, host), port)
    if state is None:
        hint = "name another port in LISTEN, or end what uses this one"
        return [Finding("doors", f"{where} cannot be listened at ({reason}), and no bot answers there", hint)]
    if state != State.READY:
        return [Finding("doors", f"the bot at {where} is {state}", "see its log")]
    return [Finding("doors", f"the bot at {where} is ready")]


def _state_at(host: str, port: int) -> str | None:
    """The state that the bot at an address reports; None if none answers there."""
    connection = HTTPConnection(host, port, timeout=PATIENCE)
    try:
        connection.request("GET", "/readyz")
        row = json.loads(connection.getresponse().read(MOST_BYTES))
        return str(State(row["state"]))
    except (OSError, HTTPException, ValueError, RecursionError, LookupError, TypeError):
        return None
    finally:
        connection.close()


def _may_write(folder: Path) -> bool:
    """Whether this user may write to a folder, or create it."""
    nearest = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    return nearest.is_dir() and os.access(nearest, os.W_OK)
