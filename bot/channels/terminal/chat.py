"""`chat`: the whole bot in a terminal. It reads lines and prints replies; a bare number picks a choice."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain

from bot.answering.commands import COMMANDS
from bot.answering.render import to_text
from bot.channels.terminal.session import Session
from bot.domain.conversation import Conversation

PROMPT = "\nYou: "


def chat(lines: Iterable[str], output: Callable[[str], None], session: Session) -> None:
    """Greet, then answer line by line until the input ends or a line is /quit."""
    conversation = Conversation()
    for line in chain(("/start",), _until_quit(lines)):
        if line.strip():
            conversation = _answer(line, output, session, conversation)


def ask_once(text: str, output: Callable[[str], None], session: Session) -> None:
    """Answer one question."""
    _answer(text, output, session, Conversation())


def _answer(text: str, output: Callable[[str], None], session: Session, conversation: Conversation) -> Conversation:
    reply = session.answer(text, conversation=conversation)
    output(to_text(reply.turn.reply, reply.faq.interface))
    session.write_notes()
    return reply.conversation


def hint() -> str:
    """The line that tells a newcomer what can be typed."""
    return f"Type a question, the number of a choice, or a command (/{', /'.join(COMMANDS)}, /quit)."


def _until_quit(lines: Iterable[str]) -> Iterable[str]:
    for line in lines:
        if line.strip().lower() in ("/quit", "/exit", "quit", "exit"):
            return
        yield line
