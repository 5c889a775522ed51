"""Builds the FAQ with an edit, without touching the real one: a copy of its folder is edited, checked and learned."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.content.diagnostics import Diagnostic
from bot.content.editor import Edit
from bot.content.lint import lint
from bot.content.loader import read_content, read_faq
from bot.domain.matching import Matcher
from bot.runtime.load import matcher_of
from bot.runtime.reload import learn_apart
from bot.settings import Settings


class CannotLearnError(Exception):
    """The edited FAQ could not be learned; the text says how to find out why."""


@dataclass(frozen=True, slots=True)
class EditedFaq:
    """The FAQ with an edit: its matcher, and the diagnostics that the content check newly finds. ``made_from`` is the
    version of the files without the edit; the bot may not use it yet, if the files were edited just now.

    The rules that need learning are left out: `bot.gaps.impact` covers what the edit affects of them.
    """

    matcher: Matcher
    problems: tuple[Diagnostic, ...]
    made_from: str


async def edited_faq(edits: Sequence[Edit], settings: Settings, *, now: Matcher) -> EditedFaq:
    """The edited FAQ, learned in a process of its own; ``now`` is the matcher of the FAQ in use.

    The model is cached, so that a bot with the same cache loads it at once. Raises ContentError if the edited files are
    invalid, CannotLearnError if learning fails, and OSError.
    """
    with tempfile.TemporaryDirectory(prefix="faq-") as folder:
        edited, made_from = await asyncio.to_thread(_edited_copy, edits, settings, Path(folder))
        problems = await asyncio.to_thread(_new_problems, settings, edited)
        faq = await asyncio.to_thread(read_faq, edited.faq_dir, edited.seeds_dir)
        if faq.version == now.faq.version:
            return EditedFaq(now, problems, made_from)
        code = await learn_apart(edited)
        if code != 0:
            raise CannotLearnError(f"learning the edited FAQ ended with {code}; python -m bot learn says why")
        return EditedFaq(await asyncio.to_thread(matcher_of, faq, edited), problems, made_from)


async def new_problems(edits: Sequence[Edit], settings: Settings) -> tuple[Diagnostic, ...]:
    """What the content check newly finds with edits, without learning. Raises ContentError and OSError."""
    with tempfile.TemporaryDirectory(prefix="faq-") as folder:
        edited, _ = await asyncio.to_thread(_edited_copy, edits, settings, Path(folder))
        return await asyncio.to_thread(_new_problems, settings, edited)


def _new_problems(was: Settings, edited: Settings) -> tuple[Diagnostic, ...]:
    known = {(problem.code, problem.fact) for problem in _problems(was)}  # line numbers change with an edit
    return tuple(problem for problem in _problems(edited) if (problem.code, problem.fact) not in known)


def _problems(settings: Settings) -> tuple[Diagnostic, ...]:
    return lint(read_content(settings.faq_dir, settings.seeds_dir), date.today())


def _edited_copy(edits: Sequence[Edit], settings: Settings, folder: Path) -> tuple[Settings, str]:
    """Settings whose FAQ is an edited copy of the given one, and the version of the copy without the edits."""
    copy = folder / settings.faq_dir.name
    shutil.copytree(settings.faq_dir, copy)
    made_from = read_faq(copy, settings.seeds_dir).version
    for edit in edits:  # several of one file build on each other
        file = copy / edit.path.relative_to(settings.faq_dir)  # a symbolic link was copied as a file
        file.write_text(edit.after, encoding="utf-8", newline="")
    return settings.model_copy(update={"faq_dir": copy}), made_from
