"""Comments that allow a warning at one place, with a reason, as in `# allow F408: the law's own words`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

import yaml

from bot.content.diagnostics import RULES, Diagnostic, Severity

_ALLOWS = re.compile(r"(?:^|(?<=\s))#\s*allow ([A-Z]\d{3})\b(?::\s*(.*))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Allowance:
    """A comment that allows the warnings of a rule on the lines from ``first`` to ``last``; ``column`` is from 0."""

    file: str
    line: int
    column: int
    code: str
    reason: str
    first: int
    last: int


def allowances_in(lines: Sequence[str], file: str) -> list[Allowance]:
    """What looks like an allowance in a file: one at the end of a line is for it, one above for the next line of YAML.

    Lines of comments above that line count as it, so that what is said of line 1 can be allowed there.
    """
    found = []
    for number, line in enumerate(lines, 1):
        for comment in _ALLOWS.finditer(line) if "#" in line else ():
            first = last = number
            if not line[: comment.start()].strip():
                while first > 1 and _is_comment(lines[first - 2]):
                    first -= 1
                while last <= len(lines) and _is_comment(lines[last - 1]):
                    last += 1
            code, reason = comment[1].upper(), (comment[2] or "").strip()
            found.append(Allowance(file, number, comment.start(), code, reason, first, last))
    return found


def is_within(one: Allowance, text: yaml.ScalarEvent) -> bool:
    """Whether what looks like an allowance is part of a text."""
    at = (one.line - 1, one.column)
    begin, end = ((mark.line, mark.column) if mark else (0, 0) for mark in (text.start_mark, text.end_mark))
    begin = (begin[0] + 1, 0) if text.style in ("|", ">") else begin  # a comment may stand after the mark itself
    return begin <= at < end


def allows(comment: str) -> bool:
    """Whether a comment begins with an allowance."""
    return _ALLOWS.match(comment) is not None


def without_allowed(
    found: Iterable[Diagnostic], allowances: Collection[Allowance], *, is_complete: bool
) -> Iterator[Diagnostic]:
    """The diagnostics without the warnings that are allowed, and one for each allowance that allows nothing.

    ``is_complete``: all that can be found was looked for, so that an allowance that nothing needs is too much.
    """
    sound = [one for one in allowances if one.reason and one.code in RULES and _is_warning(one.code)]
    needed = set()
    for diagnostic in found:
        allowing = {one for one in sound if _is_for(one, diagnostic)}
        needed |= allowing
        if not allowing:
            yield diagnostic
    for one in allowances:
        if one not in sound:
            yield Diagnostic(one.file, one.line, "Y113", *_fault(one))
        elif is_complete and one not in needed:
            fact = f"the check has no {one.code} to report here"
            yield Diagnostic(one.file, one.line, "Y113", fact, "take the comment out, or move it to its line")


def _is_for(one: Allowance, diagnostic: Diagnostic) -> bool:
    is_there = one.file == diagnostic.file and one.first <= diagnostic.line <= one.last
    return is_there and one.code == diagnostic.code


def _fault(one: Allowance) -> tuple[str, str]:
    """What is wrong with an allowance, and what to do."""
    if one.code not in RULES:
        return f"there is no rule {one.code}", "write the code that the check shows"
    if not _is_warning(one.code):
        return f"{one.code} is an error, which no comment allows", "mend it, and take the comment out"
    return "no reason is given", f"write it after a colon: allow {one.code}: …"


def _is_warning(code: str) -> bool:
    return RULES[code].severity is Severity.WARNING


def _is_comment(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")
