"""`chat`: the whole product in a terminal. Reads lines, prints replies; a bare number picks a choice."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain

from bot.commands import COMMANDS
from bot.dialogue import take_turn
from bot.matching.matcher import Matcher
from bot.model import Choice, Question
from bot.rendering import to_text

PROMPT = "\nYou: "


def chat(lines: Iterable[str], say: Callable[[str], None], matcher: Matcher) -> None:
    """Greet, then answer line by line until the lines end or one is /quit."""
    offered: tuple[Choice, ...] = ()
    for line in chain(("/start",), _until_quit(lines)):
        if not line.strip():
            continue
        turn = take_turn(Question(line, matcher.faq.language), matcher, offered)
        offered = turn.reply.choices
        say(to_text(turn.reply))


def hint() -> str:
    """What a newcomer to the terminal needs to know."""
    return f"Type a question, the number of a choice, or a command (/{', /'.join(COMMANDS)}, /quit)."


def _until_quit(lines: Iterable[str]) -> Iterable[str]:
    for line in lines:
        if line.strip().lower() in ("/quit", "/exit"):
            return
        yield line
