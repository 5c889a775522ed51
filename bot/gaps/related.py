"""Groups of gaps that may ask the same in other words or another language: suggestions, for a person to judge.

The encoder of meaning tells near questions apart too badly to join groups by itself: of the pairs of gaps that it finds
alike, every second one asks different things (`python -m tests.bench.related`). So nothing is joined.
"""

from __future__ import annotations

import numpy as np

from bot.matching.features import Floats

LEAST = 0.35  # cosine, of meanings without what all questions have in common
MOST = 6


def nearest(meanings: Floats, at: int) -> list[int]:
    """The rows of ``meanings`` that are near to one of them, the nearest first: at most `MOST`, without itself.

    ``meanings`` are vectors of length 1, or 0 where there is no meaning (texts x dimensions).
    """
    cosines = meanings @ meanings[at]
    cosines[at] = -1
    order = np.argsort(-cosines, kind="stable")[:MOST].tolist()
    return [row for row in order if cosines[row] >= LEAST]
