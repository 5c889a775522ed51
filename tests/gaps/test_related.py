"""Which groups are suggested as alike."""

from __future__ import annotations

import numpy as np

from bot.gaps.related import MOST, nearest


def test_the_nearest_come_first_and_none_that_is_far() -> None:
    """Nor the text itself, nor one without a meaning."""
    meanings = np.array([[1, 0], [0.6, 0.8], [0.9, np.sqrt(0.19)], [0, 1], [0, 0]], np.float32)
    assert nearest(meanings, 0) == [2, 1]
    assert nearest(meanings, 4) == []


def test_few_are_suggested() -> None:
    """However many are alike."""
    assert nearest(np.ones((20, 1), np.float32), 3) == [0, 1, 2, 4, 5, 6][:MOST]
