"""`python -m bot gaps export`, `import`, `purge`, `rekey`: commands for the gap log as a whole."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.console import is_terminal
from bot.cli.gap_session import (
    Json,
    fail,
    log_exists,
    open_log,
    run_or_fail,
    show,
    to_day,
    use_log,
    use_or_create_log,
)
from bot.domain.gap import GapStatus
from bot.settings import Settings, config_folder, read_settings

if TYPE_CHECKING:
    from bot.gaps.key_rotation import Rekeyed
    from bot.gaps.repository import GapLog
    from bot.gaps.transfer import Copied, Export, Returned

SETTLED = (GapStatus.RESOLVED, GapStatus.OFF_TOPIC)


# --- To another machine and back ------------------------------------------------------------------------------------


def export(
    file: Annotated[Path, typer.Argument(help="The file to write, which must not be there yet.")],
    *,
    as_json: Json = False,
) -> None:
    """Write the gaps and counts into one encrypted file, for a reviewer's machine or back from it.

    It holds nothing of who asked. Its key is shown once.
    """
    from bot.gaps.transfer import export_log, new_export_key, write_export

    settings = read_settings()
    _fail_without_log(settings)
    key = new_export_key()

    async def write(log: GapLog) -> Export:
        exported = await export_log(log)
        write_export(file, exported, key)
        return exported

    exported = use_or_create_log(settings, write)
    found = {"file": str(file), "gaps": len(exported.gaps), "counts": len(exported.counts), "key": key}
    text = f"{_number_of_gaps(len(exported.gaps))} and {len(exported.counts)} counts are in {file}, encrypted."
    text += f"\nKey of this export: {key}\nIt is shown this once; give it to the reviewer by another way than the file."
    show(found, text, as_json=as_json)


def import_(
    file: Annotated[Path, typer.Argument(help="A file that `gaps export` wrote.")],
    *,
    as_json: Json = False,
) -> None:
    """Take an export in: as a copy for review, or back at home what became of the gaps.

    The key is asked for, or taken from the environment: EXPORT_KEY.
    """
    from bot.gaps.transfer import Returned, import_log, open_export, read_export

    settings = read_settings()

    async def read() -> Export:
        sealed = read_export(file)
        return open_export(sealed, _export_key())

    exported = run_or_fail(read)
    done = use_or_create_log(settings, lambda log: import_log(log, exported))
    if isinstance(done, Returned):
        show({"did": "reviews", **asdict(done)}, _describe_reviews(done), as_json=as_json)
    else:
        show({"did": "copy", **asdict(done)}, _describe_copy(done, settings), as_json=as_json)


def _export_key() -> str:
    """The key of an export; not an argument, since it would stay in the shell's history."""
    key = os.environ.get("EXPORT_KEY", "")
    if not key and not is_terminal(sys.stdin):
        fail("there is nobody to ask for the export's key; set EXPORT_KEY to it")
    return key or str(typer.prompt("Key of the export (it is not shown)", hide_input=True, err=True))


def _describe_reviews(done: Returned) -> str:
    parts = [f"{_number_of_gaps(number)} set to {status.value}" for status, number in done.set_to.items()]
    if done.regrouped:
        parts.append(f"{_number_of_gaps(done.regrouped)} put into another group")
    if done.left:
        parts.append(f"{done.left} left: {'it was' if done.left == 1 else 'they were'} reviewed here already")
    if done.gone:
        parts.append(f"{done.gone} {'is' if done.gone == 1 else 'are'} no longer here")
    return ", ".join(parts) or "No gap is set: the file holds no review that is not here already"


def _describe_copy(done: Copied, settings: Settings) -> str:
    parts = [f"{_number_of_gaps(done.gaps)} in the copy in {settings.data_dir}, {done.new} of them new"]
    if done.deleted:
        parts.append(f"{done.deleted} deleted, no longer being in the file")
    if done.kept:
        parts.append(f"{done.kept} as reviewed here")
    if done.too_old:
        parts.append(f"{done.too_old} left out, past RETENTION_DAYS")
    return ", ".join(parts)


# --- Deleting -------------------------------------------------------------------------------------------------------


def purge(
    *,
    resolved: Annotated[bool, typer.Option("--resolved", help="Those that are resolved or off topic.")] = False,
    before: Annotated[str, typer.Option(help="Those that were asked before this day, as in 2026-11-21.")] = "",
    every: Annotated[bool, typer.Option("--all", help="All gaps.")] = False,
    counts: Annotated[bool, typer.Option("--counts", help="With --all: the counts too.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """Delete gaps for good: --resolved, --before DAY, both of these together, or --all. Counts stay."""
    if every == bool(resolved or before) or (counts and not every):
        fail("purge: give --resolved, --before DAY or both; or --all, with --counts if you like")
    day = to_day(before, what="purge: ")
    if not yes and not is_terminal(sys.stdin):
        fail("purge: there is nobody to ask; add --yes to delete for good")
    settings = read_settings()
    statuses = SETTLED if resolved else tuple(GapStatus)
    number = use_log(settings, lambda log: log.number(statuses=statuses, before=day)) or 0
    asked = f"Delete {_number_of_gaps(number)}{' and all counts' if counts else ''} in {settings.data_dir} for good?"
    if not yes and (number or counts) and not typer.confirm(asked, err=True):
        fail("purge: nothing was deleted")
    deleted = use_log(settings, lambda log: log.purge(statuses=statuses, before=day, with_counts=counts)) or 0
    text = f"{_number_of_gaps(deleted)} deleted{', and all counts' if counts else ''}."
    show({"deleted": deleted, "counts_deleted": counts}, text, as_json=as_json)


# --- Another key ----------------------------------------------------------------------------------------------------


def rekey(
    *,
    drop_old: Annotated[
        bool, typer.Option("--drop-old", help="Second step, for a key in the configuration folder: the old one goes.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Write all texts anew with another GAPS_KEY. ASKER_KEY stays, and with it /forget.

    With GAPS_KEY=new,old the first is used. Where the key lies in the configuration folder a new one is made there, and
    the old one stays behind it until --drop-old.
    """
    settings = read_settings()
    _fail_without_log(settings)
    done, next_step = (
        _rekey_with_file(settings, drop_old=drop_old)
        if settings.gaps_key is None
        else _rekey(settings, drop_old=drop_old)
    )
    texts = f"{done.texts} text{'' if done.texts == 1 else 's'} written anew with the new key."
    show({**asdict(done), "next": next_step}, f"{texts}\n{next_step}", as_json=as_json)


def _rekey(settings: Settings, *, drop_old: bool) -> tuple[Rekeyed, str]:
    """Re-encrypt with the keys of the setting; also returns what to do next."""
    from bot.gaps.key_rotation import Rekeyed
    from bot.gaps.key_rotation import rekey as rekey_

    if drop_old:
        fail("rekey: GAPS_KEY is a setting; take the old key out of it where it is set, after: gaps rekey")

    async def work(log: GapLog) -> Rekeyed:
        await log.number()  # raises LogError unless the keys are those of the log
        keys = log.database.keys.texts
        if len(keys) == 1:
            hint = "put a new one before it, GAPS_KEY=new,old (python -m bot keys makes one), and start the bot anew"
            fail(f"rekey: GAPS_KEY holds one key; {hint}, then run this again")
        return Rekeyed(await rekey_(log, accepted=keys[:1]), len(keys))

    next_step = (
        "Next: start every bot anew that runs with the old key alone; it notes nothing until then. "
        "Then take the old key out of GAPS_KEY."
    )
    return use_or_create_log(settings, work), next_step


def _rekey_with_file(settings: Settings, *, drop_old: bool) -> tuple[Rekeyed, str]:
    """Re-encrypt with the key in the configuration folder; also returns what to do next."""
    from bot.gaps.key_rotation import drop_old_keys, rekey_with_file
    from bot.runtime.gap_keys import keys_of
    from bot.storage.keys import TEXTS_FILE

    file = (config_folder() or Path()) / TEXTS_FILE

    async def work() -> Rekeyed:
        keys_of(settings)  # raises KeyProblem, with a hint, if there are none
        step = drop_old_keys if drop_old else rekey_with_file
        return await step(lambda keys: open_log(settings, keys), lambda: keys_of(settings), file)

    done = run_or_fail(work)
    if drop_old:
        return done, f"{file} holds the new key alone. A bot that was not started anew notes nothing until it is."
    return done, (
        f"{file} holds the new key, and the old one behind it. Next: start the bot anew, which still writes with the "
        "old key; run `gaps rekey` with every other DATA_DIR whose key is in this file; then: gaps rekey --drop-old"
    )


# --- Words ----------------------------------------------------------------------------------------------------------


def _fail_without_log(settings: Settings) -> None:
    if not log_exists(settings):
        fail(f"there is no gap log in {settings.data_dir}; set DATA_DIR to the folder that holds one")


def _number_of_gaps(number: int) -> str:
    return f"{number} gap{'' if number == 1 else 's'}"
