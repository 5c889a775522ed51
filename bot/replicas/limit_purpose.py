"""What shared rate limits are for, and the pseudonyms under which each is kept."""

from __future__ import annotations

from enum import StrEnum

from bot.storage.keys import Keys


class RateLimitPurpose(StrEnum):
    """What a rate limit is for."""

    MESSAGES = "messages"
    URGENT_CHECK = "care"  # part of what is hashed, so it stays
    INLINE = "inline"
    SENDS = "sends"


_OF_PERSONS = (RateLimitPurpose.MESSAGES, RateLimitPurpose.URGENT_CHECK, RateLimitPurpose.INLINE)


def pace_pseudonym(keys: Keys, purpose: RateLimitPurpose, whose: str = "") -> str:
    """The key of a row in `pace`, which has nothing in common with other pseudonyms of the same person."""
    return keys.pseudonym(f"pace of {purpose}", whose)


def pace_pseudonyms(keys: Keys, person: str) -> list[str]:
    """The keys of all rows in `pace` that a person may have."""
    return [pace_pseudonym(keys, purpose, person) for purpose in _OF_PERSONS]
