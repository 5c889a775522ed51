"""`chat`: the whole product in a terminal. Reads lines, prints replies; a bare number picks a choice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import chain

from bot.answering.commands import COMMANDS
from bot.answering.render import to_text
from bot.channels.terminal.gap_log import TerminalLog
from bot.domain.conversation import Choice, Question, Reply, Section
from bot.domain.faq import MAIN_LANGUAGE
from bot.domain.matching import Matcher
from bot.gaps.record import note_turn

PROMPT = "\nYou: "


def chat(lines: Iterable[str], say: Callable[[str], None], matchers: Mapping[str, Matcher], log: TerminalLog) -> None:
    """Greet, then answer line by line until the lines end or one is /quit."""
    matcher = matchers[MAIN_LANGUAGE]
    offered: tuple[Choice, ...] = ()
    asked = ""
    for line in chain(("/start",), _until_quit(lines)):
        if not line.strip():
            continue
        question = Question(line, matcher.faq.language)
        turn = log.take_turn(question, matcher, offered)
        reply = turn.reply
        if turn.language is not None:
            matcher = matchers[turn.language]
            reply = Reply((Section("", matcher.faq.interface.language_chosen),))
        say(to_text(reply))
        log.note(note_turn(turn, question, matcher, asked=asked))
        offered, asked = reply.choices, line if turn.outcome == "clarify" else ""


def ask_once(text: str, say: Callable[[str], None], matcher: Matcher, log: TerminalLog) -> None:
    """Answer one question."""
    question = Question(text, matcher.faq.language)
    turn = log.take_turn(question, matcher)
    say(to_text(turn.reply))
    log.note(note_turn(turn, question, matcher))


def hint() -> str:
    """What a newcomer to the terminal needs to know."""
    return f"Type a question, the number of a choice, or a command (/{', /'.join(COMMANDS)}, /quit)."


def _until_quit(lines: Iterable[str]) -> Iterable[str]:
    for line in lines:
        if line.strip().lower() in ("/quit", "/exit", "quit", "exit"):
            return
        yield line
