"""A finding of `python -m bot doctor`: what was checked, the result, and a hint if something is to be fixed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """``what`` was checked and what the result ``says``; ``hint`` is how to fix it, empty where all is well."""

    what: str
    says: str
    hint: str = ""

    @property
    def is_well(self) -> bool:
        """Whether nothing needs to be fixed."""
        return not self.hint
