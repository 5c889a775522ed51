"""The rules for the bot's own texts, in every language: no telephone number but 112, and what Telegram can show."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.content.diagnostics import Diagnostic
from bot.content.parsed import Tree
from bot.domain.faq import Interface
from bot.domain.limits import LONGEST_COMMAND_LINE, LONGEST_TEXTS

TELEPHONE = re.compile(r"(?:\+|\b00)\d[\d\s().-]{6,}\d|\b\d{2,4}[\s-]\d{3,4}[\s-]\d{3,4}\b")
_EMERGENCY = ("emergency", "emergency_careful")  # the texts that name 112


def check_interface(interface: Interface, tree: Tree) -> Iterator[Diagnostic]:
    """Yield what is wrong with the texts of one language, which stand in the file of ``tree``."""
    for name in Interface.__dataclass_fields__:
        text = getattr(interface, name)
        if not isinstance(text, str):
            continue
        if (name not in _EMERGENCY and re.search(r"\b\d{3}\b", text)) or TELEPHONE.search(text):
            fact, hint = f"'{name}' holds a telephone number", "only 'emergency' may, and only 112"
            yield Diagnostic(tree.file, tree.line(name), "F406", fact, hint)
    yield from _check_lengths(interface, tree)
    for name in _EMERGENCY:
        if set(re.findall(r"\d+", getattr(interface, name))) != {"112"}:
            fact, hint = f"'{name}' does not hold 112, or another number too", "name 112 and no other"
            yield Diagnostic(tree.file, tree.line(name), "F406", fact, hint)


def _check_lengths(interface: Interface, tree: Tree) -> Iterator[Diagnostic]:
    """Yield each text that Telegram would reject or cut."""
    texts: dict[tuple[str, ...], tuple[str, int]] = {
        (name,): (getattr(interface, name), most) for name, most in LONGEST_TEXTS.items()
    }
    texts |= {("commands", name): (line, LONGEST_COMMAND_LINE) for name, line in interface.commands.items()}
    for path, (text, most) in texts.items():
        length = len(text.strip().replace("{days}", "3650"))
        if length > most:
            fact = f"'{path[-1]}' has {length} characters, and Telegram shows {most}"
            yield Diagnostic(tree.file, tree.line(*path), "F702", fact, "shorten it")
