"""Changes the key of the texts: what an older key wrote is written anew with the first, and the older one can go.

The key of the hashes is another one and stays, so that `/forget` and edited messages find their gaps as before.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot.gaps.repository import GapLog
from bot.storage import atomic_file
from bot.storage.database import key_tokens
from bot.storage.errors import LogError
from bot.storage.keys import KeyProblem, Keys, new_text_key, write_text_keys
from bot.storage.tables import gap, key_check


@dataclass(frozen=True, slots=True)
class Rekeyed:
    """How many texts were written anew, and how many keys are left that read them."""

    texts: int
    keys: int


async def rekey(log: GapLog, *, accepted: Sequence[bytes]) -> int:
    """Write anew with the log's first key what another wrote, all or nothing; the number of texts that were.

    Programs that know none of the ``accepted`` keys, of which the first is one, note nothing from now on. What was
    there before leaves the file and its journal. Raises LogError, and then every text is as it was, unless it says
    that the journal is in use; done again, it goes on where it was.
    """
    keys = log.database.keys
    async with log.database.connection(alone=True) as connection:
        rows = (await connection.execute(sa.select(gap.c.id, gap.c.text).order_by(gap.c.id))).all()
        anew = await asyncio.to_thread(_anew, rows, log)
        if anew:
            of_row = sa.update(gap).where(gap.c.id == sa.bindparam("row")).values(text=sa.bindparam("token"))
            await connection.execute(of_row, anew)
        known_by = key_tokens(replace(keys, texts=(key,)) for key in accepted)
        await connection.execute(sa.update(key_check).values(text=known_by))
    await log.database.erase()
    return len(anew)


async def rekey_with_file(open_log: Callable[[Keys], GapLog], read: Callable[[], Keys], file: Path) -> Rekeyed:
    """Put a new key before the one in the file, which stays behind it, and write the texts anew.

    Where there are several keys already, a rekeying was begun, and is gone on with. Raises LogError, KeyProblem and
    OSError; a text that no key opens is found before anything changes.
    """
    with atomic_file.locked(file.parent):
        keys = read()
        if len(keys.texts) == 1:
            async with open_log(keys) as log:
                await _see_that_all_open(log)
            keys = replace(keys, texts=(new_text_key().encode(), *keys.texts))
            write_text_keys(file, keys.texts)  # before any text needs it
        async with open_log(keys) as log:
            return Rekeyed(await rekey(log, accepted=keys.texts), len(keys.texts))


async def drop_old_keys(open_log: Callable[[Keys], GapLog], read: Callable[[], Keys], file: Path) -> Rekeyed:
    """Write anew what older keys wrote since, and leave the first key alone in the file.

    Raises LogError, KeyProblem and OSError, and then the file has all its keys.
    """
    with atomic_file.locked(file.parent):
        keys = read()
        async with open_log(keys) as log:
            texts = await rekey(log, accepted=keys.texts[:1])
        if len(keys.texts) > 1:
            write_text_keys(file, keys.texts[:1])
        return Rekeyed(texts, 1)


async def _see_that_all_open(log: GapLog) -> None:
    async with log.database.connection() as connection:
        rows = (await connection.execute(sa.select(gap.c.id, gap.c.text))).all()
    await asyncio.to_thread(_texts, rows, log)


def _anew(rows: Iterable[Any], log: GapLog) -> list[dict[str, Any]]:
    keys = log.database.keys
    old = [row for row in rows if not keys.is_of_first(row.text)]
    return [{"row": id_, "token": keys.encrypt(text)} for id_, text in _texts(old, log).items()]


def _texts(rows: Iterable[Any], log: GapLog) -> dict[int, str]:
    """The texts of gaps by their ids. Raises LogError where no key opens one."""
    texts = {}
    for row in rows:
        try:
            texts[row.id] = log.database.keys.decrypt(row.text)
        except KeyProblem:
            hint = "add the key that it was written with behind the others, or delete it; nothing was changed"
            raise LogError(f"{log.database.store.name}: none of the keys opens gap {row.id}; {hint}") from None
    return texts
