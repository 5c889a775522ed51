"""Pseudonyms: keyed hashes in place of persons, messages and updates."""

from __future__ import annotations

from enum import StrEnum

from bot.storage.keys import Keys


class Purpose(StrEnum):
    """What a pace is of."""

    MESSAGES = "messages"
    URGENT_CHECK = "care"
    INLINE = "inline"
    SENDS = "sends"


OF_PERSONS = (Purpose.MESSAGES, Purpose.URGENT_CHECK, Purpose.INLINE)


def pace_pseudonym(keys: Keys, purpose: Purpose, whose: str = "") -> str:
    """What a pace is kept under, which has nothing in common with other codes of the same person."""
    return keys.pseudonym(f"pace of {purpose}", whose)


def pace_pseudonyms(keys: Keys, person: str) -> list[str]:
    """All that the paces of a person may be kept under."""
    return [pace_pseudonym(keys, purpose, person) for purpose in OF_PERSONS]
