"""What a short message says about the bot's last message, by its meaning: the nearest of the listed follow-ups.

The lists are short and people vary them without end; the encoder puts the variants near.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.faq import Faq
from bot.domain.follow_up import Said
from bot.matching.encoder import DIMENSIONS, Encode, encode
from bot.matching.features import Floats

BY_MEANING = frozenset(
    {
        *(Said.SOURCE, Said.SURE, Said.MORE, Said.SHORTER, Said.REPEAT, Said.WHY, Said.DONE, Said.REST, Said.READ),
        *(Said.ALL, Said.NONE),
    }
)  # the rest are words for a place in a list or for a command


@dataclass(frozen=True, slots=True)
class Acts:
    """The listed follow-ups with their vectors, one row each."""

    said: tuple[Said, ...]
    vectors: Floats

    @classmethod
    def fit(cls, faq: Faq, encode: Encode = encode) -> Acts:
        """Encode the follow-ups of all languages, which takes a second or two."""
        rows = rows_of_acts(faq)
        return cls(tuple(what for what, _ in rows), encode([text for _, text in rows]).reshape(-1, DIMENSIONS))

    def nearest(self, vector: Floats) -> tuple[Said, float] | None:
        """What the nearest follow-up says, and its cosine; None if there are none."""
        if not self.said:
            return None
        cosines = self.vectors @ vector
        at = int(cosines.argmax())
        return self.said[at], float(cosines[at])


def rows_of_acts(faq: Faq) -> Sequence[tuple[Said, str]]:
    """The follow-ups that are compared by meaning, in the order of the rows."""
    return [
        (what, text)
        for one in faq.follow_ups
        for what, texts in one.said.items()
        if what in BY_MEANING
        for text in texts
    ]
