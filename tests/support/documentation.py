"""The documentation as tests read it: its pages, and the blocks in them that are run or checked as they stand there."""

from __future__ import annotations

import re
from pathlib import Path

from tests.support.paths import ROOT

README = "README.md"
OPERATIONS = "docs/operations.md"
PRIVACY = "docs/privacy.md"
COMMANDS = "docs/commands.md"
GUIDE = "faq/README.md"
COMPOSE = "deploy/compose.yaml"
HAPROXY = "deploy/haproxy.cfg"
SYSTEMD = "deploy/migration-faq-bot.service"
ENVIRONMENT = ".env.example"
_FENCE = re.compile(r"^( *)```.*?^\1```$", re.S | re.M)


def text_of(name: str) -> str:
    """A file of the repository, by its path from the top."""
    return (ROOT / name).read_text(encoding="utf-8")


def block(page: str, name: str) -> str:
    """What stands on a page in the block that follows the comment of this name."""
    found = re.search(rf"<!-- {re.escape(name)} -->\n```\w+\n(.*?)^```\n<!-- end -->", text_of(page), re.S | re.M)
    assert found is not None, f"{page} has no block after <!-- {name} -->"
    return found[1]


def pages() -> list[Path]:
    """Every Markdown file of the repository."""
    folders = (path for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith("."))
    return sorted([*ROOT.glob("*.md"), *(page for folder in folders for page in folder.rglob("*.md"))])


def links(page: Path) -> list[str]:
    """Where the links and pictures of a page lead, but for other sites."""
    text = re.sub(r"`[^`\n]*`", "", _FENCE.sub("", page.read_text(encoding="utf-8")))
    found = re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'(?:src|href)="([^"]+)"', text)
    return [link for link in found if not re.match(r"[a-z]+:", link)]


def anchors(page: Path) -> set[str]:
    """What `#…` may follow a page's name: its headings, as hosts of Markdown write them."""
    headings = re.findall(r"^#{1,6} (.+)$", _FENCE.sub("", page.read_text(encoding="utf-8")), re.M)
    names = [re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in headings]
    return {f"{name}-{names[:at].count(name)}" if name in names[:at] else name for at, name in enumerate(names)}
