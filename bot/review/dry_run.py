"""What the FAQ would be with an edit: a copy of its folder is edited, checked and learned, beside the real one."""

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
from bot.content.loader import load_faqs, read_content
from bot.domain.faq import MAIN_LANGUAGE
from bot.domain.matching import Matcher
from bot.runtime.load import load_matcher
from bot.runtime.reload import learn_apart
from bot.settings import Settings


class CannotLearnError(Exception):
    """The edited FAQ was not learned; the text says what shows why."""


@dataclass(frozen=True, slots=True)
class Edited:
    """The FAQ with an edit: its matcher, and what the content check says of it and did not before. ``made_from`` is
    the version of the files that the edit was tried on, which is not yet in use where they were edited just now.

    The rules that need learning are left out: `bot.gaps.impact` looks at what the edit touches of them.
    """

    matcher: Matcher
    problems: tuple[Diagnostic, ...]
    made_from: str


async def edited_faq(edits: Sequence[Edit], settings: Settings, *, now: Matcher) -> Edited:
    """The edited FAQ, learned in a process of its own; ``now`` is the matcher of the FAQ as it is.

    What is learned is kept, so that a bot with the same cache has it at once. Raises ContentError where the edited
    files could not be used, CannotLearnError where learning ends badly, and OSError.
    """
    with tempfile.TemporaryDirectory(prefix="faq-") as folder:
        edited, made_from = await asyncio.to_thread(_edited_copy, edits, settings, Path(folder))
        problems = await asyncio.to_thread(_new_problems, settings, edited)
        faqs = await asyncio.to_thread(load_faqs, edited.faq_dir, edited.seeds_dir)
        if faqs[MAIN_LANGUAGE].version == now.faq.version:
            return Edited(now, problems, made_from)
        code = await learn_apart(edited)
        if code != 0:
            raise CannotLearnError(f"learning the edited FAQ ended with {code}; python -m bot learn says why")
        return Edited(await asyncio.to_thread(load_matcher, edited), problems, made_from)


def _new_problems(was: Settings, edited: Settings) -> tuple[Diagnostic, ...]:
    known = {(problem.code, problem.fact) for problem in _problems(was)}  # lines are others after an edit
    return tuple(problem for problem in _problems(edited) if (problem.code, problem.fact) not in known)


def _problems(settings: Settings) -> tuple[Diagnostic, ...]:
    return lint(read_content(settings.faq_dir, settings.seeds_dir), date.today(), learn=None)


def _edited_copy(edits: Sequence[Edit], settings: Settings, folder: Path) -> tuple[Settings, str]:
    """Settings whose FAQ is a copy of ours, with the edits in it; and the version of the copy without them."""
    copy = folder / settings.faq_dir.name
    shutil.copytree(settings.faq_dir, copy)
    made_from = load_faqs(copy, settings.seeds_dir)[MAIN_LANGUAGE].version
    for edit in edits:  # of one file, each is made from the one before
        place = copy / edit.path.relative_to(settings.faq_dir)  # a link to elsewhere was copied as a file
        place.write_text(edit.after, encoding="utf-8", newline="")
    # Nobody is told of the seconds that it takes: the page says so.
    return settings.model_copy(update={"faq_dir": copy}), made_from
