"""Looks at all that the bot needs, from its files to Telegram, and says of each what is the matter and what mends it.

Nothing is changed by it: no key and no log is made, no message is sent and none is fetched.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

from bot.content import load_faqs, read_content
from bot.finding import Finding
from bot.gaps.database import LogError, told
from bot.gaps.keys import KeyProblem, Keys, read_keys
from bot.gaps.log import store_of
from bot.gaps.schema import NEWEST, step_of
from bot.gaps.session import is_begun, opened
from bot.lint import lint
from bot.located import MAIN_LANGUAGE
from bot.matching.store import is_learned
from bot.problem import ContentError, errors
from bot.settings import Settings, config_folder
from bot.telegram.checking import check_telegram


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """What is found, one thing after the other; Telegram comes last, since it may take its time."""
    for finding in await asyncio.to_thread(_check_faq, settings):
        yield finding
    keys, found = _check_keys(settings)
    yield found
    yield await _check_log(settings, keys)
    async for finding in check_telegram(settings):
        yield finding


def _check_faq(settings: Settings) -> list[Finding]:
    try:
        faqs = load_faqs(settings.faq_dir, settings.seeds_dir)
    except ContentError as error:
        says = f"{len(error.problems)} problems keep it from being used, first: {error.problems[0]}"
        return [Finding("FAQ", says, "mend them; all are shown by: python -m bot check")]
    main = faqs[MAIN_LANGUAGE]
    found = [Finding("FAQ", f"{len(main.entries)} entries, version {main.version}, languages {', '.join(faqs)}")]
    problems = lint(read_content(settings.faq_dir, settings.seeds_dir), date.today(), learn=None)
    if failed := errors(problems):
        mend = "mend them; all are shown by: python -m bot check"
        found.append(Finding("content", f"{len(failed)} errors of the content check, first: {failed[0]}", mend))
    if all(is_learned(faq, settings.cache_dir) for faq in faqs.values()):
        found.append(Finding("model", "is learned: the first answer comes at once"))
    elif _may_write(settings.cache_dir):
        found.append(Finding("model", "will be learned at the next start, which takes some seconds"))
    else:
        mend = "let this user write there, or set CACHE_DIR to another folder"
        found.append(Finding("model", f"cannot be kept in {settings.cache_dir}, and is learned at each start", mend))
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
        if not is_begun(settings) and not settings.keys_required:
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
        with told(store):
            step = await asyncio.to_thread(store.prepare, step_of)
        if step != NEWEST:
            was = "no tables" if step is None else f"schema {step}"
            return Finding("gap log", f"has {was} yet; the next start brings it up to schema {NEWEST}")
        async with opened(settings, keys) as log:
            number = await log.number()
    except LogError as error:
        return Finding("gap log", str(error), "see there")
    return Finding("gap log", f"can be read; it holds {number}, each for {settings.retention_days} days")


def _may_write(folder: Path) -> bool:
    """Whether this user may write to a folder, or make it."""
    there = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    return there.is_dir() and os.access(there, os.W_OK)
