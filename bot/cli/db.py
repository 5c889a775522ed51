"""`python -m bot db` and `keys`: the database of the gap log, and keys for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.console import fail
from bot.settings import read_settings

if TYPE_CHECKING:
    from bot.storage.database import Store

app = typer.Typer(help="The database of the gap log.")


@app.callback()
def db() -> None:
    """Look after the database of the gap log."""


@app.command()
def upgrade(
    *,
    only_check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit 1 if there is something to do.")
    ] = False,
) -> None:
    """Bring the database up to the schema of this program, which the first use of the log does too.

    A database that is ahead of this program, or from before its first release, is left alone, and exits 2.
    """
    from bot.storage.errors import LogError
    from bot.storage.migrate import NEWEST
    from bot.storage.stores import store_of

    settings = read_settings()
    store = store_of(settings.data_dir, settings.database_url)
    try:
        if not store.is_begun():
            print(f"There is no gap log in {settings.data_dir} yet; its first use begins it, with schema {NEWEST}")
            return
        schema = _prepare(store, only_check=only_check)
    except LogError as error:
        fail(f"db: {error}")
    if schema == NEWEST:
        print(f"{store.name}: has schema {NEWEST}, the newest")
    elif only_check:
        print(f"{store.name}: has {_schema(schema)}, the newest is {NEWEST}; run: python -m bot db upgrade")
        raise typer.Exit(1)
    else:
        print(f"{store.name}: has schema {NEWEST} now, and had {_schema(schema)}")


def keys() -> None:
    """Make keys for the gap log, as lines for .env or for a container's settings."""
    from bot.storage.keys import new_asker_key, new_text_key

    print(f"GAPS_KEY={new_text_key()}\nASKER_KEY={new_asker_key()}")


def _prepare(store: Store, *, only_check: bool) -> str | None:
    """Upgrade the database unless ``only_check``; return the schema that it had before. Raises LogError."""
    from bot.storage.database import translate_db_errors
    from bot.storage.migrate import step_of
    from bot.storage.migrate import upgrade as upgrade_

    with translate_db_errors(store):
        return store.prepare(step_of if only_check else upgrade_)


def _schema(step: str | None) -> str:
    return "no schema" if step is None else f"schema {step}"
