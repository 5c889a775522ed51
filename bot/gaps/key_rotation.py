"""Rotates the key of the texts: re-encrypts them with the first key, so that the older keys can be dropped.

The texts are those of gaps and of what reviewers did.

The key of the pseudonyms is separate and stays, so that `/forget` and edited messages still find their gaps.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.gaps.repository import GapLog
from bot.storage import atomic_file
from bot.storage.database import key_tokens
from bot.storage.errors import LogError
from bot.storage.keys import KeyProblem, Keys, new_text_key, write_text_keys
from bot.storage.tables import action, gap, key_check

_TABLES = {"gap": gap, "action": action}  # with encrypted texts


@dataclass(frozen=True, slots=True)
class Rekeyed:
    """How many texts were re-encrypted, and how many keys there are now."""

    texts: int
    keys: int


async def rekey(log: GapLog, *, accepted: Sequence[bytes]) -> int:
    """Re-encrypt with the log's first key, in one transaction, the texts of all other keys; how many there were.

    From now on processes that have none of the ``accepted`` keys, which include the first, record nothing. The old
    ciphertexts are erased from the file and its journal. Raises LogError: no text is changed then, unless it says that
    the journal is in use; calling this again completes the work.
    """
    keys = log.database.keys
    async with log.database.connection(alone=True) as connection:
        updated = 0
        for name, table in _TABLES.items():
            updates = await asyncio.to_thread(_reencrypted, name, await _rows(connection, table), log)
            if updates:
                update = sa.update(table).where(table.c.id == sa.bindparam("row")).values(text=sa.bindparam("token"))
                await connection.execute(update, updates)
            updated += len(updates)
        tokens = key_tokens(replace(keys, texts=(key,)) for key in accepted)
        await connection.execute(sa.update(key_check).values(text=tokens))
    await log.database.erase()
    return updated


async def rekey_with_file(open_log: Callable[[Keys], GapLog], read: Callable[[], Keys], file: Path) -> Rekeyed:
    """Put a new key before the old one in the file, and re-encrypt the texts with it.

    If the file has several keys already, this resumes an interrupted rotation. Raises LogError, KeyProblem and OSError;
    a text that no key decrypts raises before anything is changed.
    """
    with atomic_file.locked(file.parent):
        keys = read()
        if len(keys.texts) == 1:
            async with open_log(keys) as log:
                await _check_all_decrypt(log)
            keys = replace(keys, texts=(new_text_key().encode(), *keys.texts))
            write_text_keys(file, keys.texts)  # before any text is encrypted with it
        async with open_log(keys) as log:
            return Rekeyed(await rekey(log, accepted=keys.texts), len(keys.texts))


async def drop_old_keys(open_log: Callable[[Keys], GapLog], read: Callable[[], Keys], file: Path) -> Rekeyed:
    """Re-encrypt the remaining texts of older keys, and keep only the first key in the file.

    Raises LogError, KeyProblem and OSError; the file keeps all its keys then.
    """
    with atomic_file.locked(file.parent):
        keys = read()
        async with open_log(keys) as log:
            texts = await rekey(log, accepted=keys.texts[:1])
        if len(keys.texts) > 1:
            write_text_keys(file, keys.texts[:1])
        return Rekeyed(texts, 1)


async def _check_all_decrypt(log: GapLog) -> None:
    async with log.database.connection() as connection:
        rows = {name: await _rows(connection, table) for name, table in _TABLES.items()}
    for name, of_table in rows.items():
        await asyncio.to_thread(_texts, name, of_table, log)


async def _rows(connection: AsyncConnection, table: sa.Table) -> Sequence[Any]:
    columns = sa.select(table.c.id, table.c.at, table.c.text)
    return (await connection.execute(columns.order_by(table.c.id))).all()


def _reencrypted(name: str, rows: Iterable[Any], log: GapLog) -> list[dict[str, Any]]:
    keys = log.database.keys
    old = [row for row in rows if not keys.is_of_first(row.text)]
    texts = _texts(name, old, log)
    return [{"row": row.id, "token": keys.encrypt(texts[row.id], at=_time(row.at))} for row in old]


def _time(at: datetime | float) -> datetime:
    return at if isinstance(at, datetime) else datetime.fromtimestamp(at, UTC)


def _texts(name: str, rows: Iterable[Any], log: GapLog) -> dict[int, str]:
    """The decrypted texts of gaps or actions by id. Raises LogError if no key decrypts one."""
    texts = {}
    for row in rows:
        try:
            texts[row.id] = log.database.keys.decrypt(row.text)
        except KeyProblem:
            hint = "add the key that it was written with behind the others, or delete it; nothing was changed"
            raise LogError(f"{log.database.store.name}: none of the keys opens {name} {row.id}; {hint}") from None
    return texts
