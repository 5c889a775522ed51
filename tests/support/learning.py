"""What tests learn without a cache."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from bot.content.diagnostics import Diagnostic
from bot.content.lint import lint, lint_phrasings
from bot.content.parsed import Content
from bot.content.references import broken
from bot.matching.matcher import RegressionMatcher
from bot.matching.row_check import check_rows


def lint_all(
    content: Content, today: date, *, originals: Mapping[str, str | None] | None = None
) -> tuple[Diagnostic, ...]:
    """All diagnostics of a small FAQ, those of its phrasings too if it is sound."""
    found = lint(content, today, originals=originals)
    if broken(content):
        return found
    return tuple(sorted({*found, *lint_phrasings(content, check_rows(RegressionMatcher(content.faq())))}))
