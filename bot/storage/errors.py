"""What can be wrong with the gap log's database, in words that say what to do."""

from __future__ import annotations


class LogError(Exception):
    """The log cannot be used now; the text says where, what and what mends it, and holds nothing of a message."""


class NewerError(LogError):
    """The log was written by a newer version of this program."""


class DamagedError(LogError):
    """The log's file is none that the database can read, as far as one look can tell."""
