"""What `python -m bot doctor` finds: one thing that it looked at, whether it is well, and what mends it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """``what`` was looked at and what it ``says``; ``hint`` is empty where all is well."""

    what: str
    says: str
    hint: str = ""

    @property
    def is_well(self) -> bool:
        """Whether nothing is to be mended."""
        return not self.hint
