"""Errors of the gap log's database, in words that say what to do."""

from __future__ import annotations


class LogError(Exception):
    """The log cannot be used now; the text has the place, the fact and a hint, and nothing of a message."""


class NewerError(LogError):
    """The log was written by a newer version of this program."""


class DamagedError(LogError):
    """The log's file is damaged, as far as one error can tell."""


class UnfitError(DamagedError):
    """The log's tables do not fit this program: damaged, or changed by hand, as a look at the whole file shows."""
