"""The blocks of the README that tests run or check as they stand there."""

from __future__ import annotations

import re
from pathlib import Path

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


def block(name: str) -> str:
    """What stands in the block that follows the comment of this name."""
    found = re.search(rf"<!-- {re.escape(name)} -->\n```\w+\n(.*?)^```\n<!-- end -->", README, re.S | re.M)
    assert found is not None, f"the README has no block after <!-- {name} -->"
    return found[1]


def section(title: str) -> str:
    """The text below a heading of the second level."""
    return README.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]
