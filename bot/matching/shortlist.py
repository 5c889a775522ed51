"""Which rows may be nearest to a message in meaning: a first look at all of them, at one byte a component.

SimSIMD multiplies whole numbers from -127 to 127 in a fifth of the time that NumPy takes for floats, in a quarter of
the memory. A cosine of these is off by some thousandths, so the nearest rows are among somewhat more of those that look
nearest; these are then compared in full.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import simsimd
from numpy.typing import NDArray

from bot.matching.features import Floats
from bot.matching.similarity import Rows

FEW = 400  # rows or fewer are all compared in full
LISTED = 160  # of more: 128 had all of the 96 nearest to each of 150 messages
_LARGEST = 127  # of a signed byte
_AT_ONCE = 4_096  # rows turned into bytes together: more would take much memory


@dataclass(frozen=True, slots=True)
class Shortlist:
    """The rows' vectors as bytes (rows x components)."""

    rows: NDArray[np.int8]

    @classmethod
    def of(cls, vectors: Floats) -> Shortlist:
        """The shortlist of rows whose vectors are no longer than 1."""
        rows = np.empty(vectors.shape, np.int8)
        for start in range(0, len(vectors), _AT_ONCE):
            rows[start : start + _AT_ONCE] = _bytes(vectors[start : start + _AT_ONCE])
        return cls(rows)

    def near(self, message: Floats) -> Rows:
        """The rows whose product with a message seems to be largest, positive or negative: `LISTED` of them, unsorted.

        All, where there are few.
        """
        if len(self.rows) <= FEW:
            return np.arange(len(self.rows))
        products = np.asarray(simsimd.cdist(_bytes(message[None]), self.rows, "dot", out_dtype="float32"))[0]
        sizes = np.abs(products)
        likely = np.flatnonzero(sizes >= sizes.max() / 2)  # mostly few, which are sorted out sooner than all
        at = likely if len(likely) >= LISTED else np.arange(len(sizes))
        return at[np.argpartition(sizes[at], len(at) - LISTED)[-LISTED:]]


def _bytes(vectors: Floats) -> NDArray[np.int8]:
    whole: NDArray[np.int8] = np.rint(vectors * np.float32(_LARGEST)).astype(np.int8)
    return whole
