"""`ask --jsonl`: one JSON object a line in, one a line out, in order. Other programs read it: the form is stable."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import Any

from bot.answering.render import body_text, render_entry, sources_of
from bot.answering.turn import Turn, take_turn
from bot.channels.terminal.gap_log import TerminalLog
from bot.domain.conversation import Channel, Choice, Question, Reply
from bot.domain.faq import Entry, Faq
from bot.domain.matching import Matcher
from bot.gaps.record import note_turn

KEPT_CHATS = 1000  # chats whose last choices are remembered; the oldest go first


def answer_lines(lines: Iterable[str], matcher: Matcher, log: TerminalLog | None = None) -> Iterator[str]:
    """Answer each line. A line that is not an object with a `text` gives an object with `error`; the run goes on.

    ``log`` takes and notes the turns; without it nothing is noted, and `/forget` deletes nothing.
    """
    offered: OrderedDict[str, tuple[str, tuple[Choice, ...]]] = OrderedDict()
    for number, line in enumerate(lines, 1):
        try:
            request = _request(line)
        except ValueError as error:
            yield json.dumps({"error": f"line {number}: {error}"})
            continue
        chat = request.get("chat")
        key = json.dumps(chat, sort_keys=True)
        asked, before = offered.pop(key, ("", ())) if chat is not None else ("", ())
        question = Question(request["text"], matcher.faq.language, Channel.JSONL)
        turn = log.take_turn(question, matcher, before) if log else take_turn(question, matcher, before)
        if chat is not None:
            offered[key] = (question.text if turn.outcome == "clarify" else "", turn.reply.choices)
            while len(offered) > KEPT_CHATS:
                offered.popitem(last=False)
        yield json.dumps(_response(turn, question))
        if log is not None:
            log.note(note_turn(turn, question, matcher, asked=asked))


def entry_object(entry: Entry, faq: Faq) -> dict[str, Any]:
    """`show ID --json`: an entry with the same `reply` and `sources` as an answer has."""
    return {"entry": entry.id, "kind": entry.kind, "question": entry.question, **_reply(render_entry(entry, faq))}


def _request(line: str) -> dict[str, Any]:
    try:
        request = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ValueError(f'no JSON ({error}); write one object a line, as in {{"text": "…"}}') from None
    if not isinstance(request, dict) or not isinstance(request.get("text"), str):
        raise ValueError('no object with a text; write {"text": "…"}')
    language = request.get("language")
    if language is not None and not isinstance(language, str):
        raise ValueError("'language' is no text; write a code, as in \"en\"")
    return request


def _response(turn: Turn, question: Question) -> dict[str, Any]:
    return {
        "outcome": turn.outcome,
        "entry": turn.entry,
        **_reply(turn.reply),
        "offered": [choice.entry for choice in turn.reply.choices if choice.entry],
        "candidates": [{"entry": c.entry.id, "score": round(c.score, 4)} for c in turn.candidates],
        "language": question.language,
    }


def _reply(reply: Reply) -> dict[str, Any]:
    links = [{"title": link.title, "url": link.url} for link in sources_of(reply)]
    return {"reply": body_text(reply), "sources": links}
