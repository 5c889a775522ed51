"""What tests learn without a cache."""

from __future__ import annotations

from bot.domain.faq import Faq
from bot.domain.matching import RowCheck
from bot.matching.matcher import RegressionMatcher
from bot.matching.row_check import check_rows


def rows_checked(faq: Faq) -> RowCheck:
    """How the rows of a small FAQ stand to each other."""
    return check_rows(RegressionMatcher(faq))
