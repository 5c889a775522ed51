"""`ask --jsonl`: a JSON object per line in, one per line out, in order. The format is stable, for other programs."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, BinaryIO

from bot.answering.render import body_text, render_entry, sources_of
from bot.channels.port import OutgoingReply
from bot.channels.terminal.session import Session
from bot.domain.conversation import Channel, Conversation, Reply
from bot.domain.faq import Entry, Faq

KEPT_CHATS = 1000  # conversations kept in memory; the least recently used is dropped first
LONGEST_LINE = 64 * 1024  # bytes with the line's end: more than the longest message in any spelling of JSON
_READ = LONGEST_LINE + 16  # bytes of a longer line: enough to see that it is too long, a byte order mark aside


def read_lines(stream: BinaryIO) -> Iterator[str]:
    """The lines of a stream, one that is too long without its end; bytes that are not UTF-8 do not end the run."""
    encoding = "utf-8-sig"
    while line := stream.readline(_READ):
        part = line
        while len(part) == _READ and not part.endswith(b"\n"):
            part = stream.readline(_READ)
        yield line.decode(encoding, errors="replace")
        encoding = "utf-8"


def answer_lines(lines: Iterable[str], session: Session) -> Iterator[str]:
    """Answer each line. A line that is not an object with a `text` gives an object with `error`; the run goes on.

    `language` is the one to answer in; without it, that is the message's own. Messages with the same `chat` are one
    conversation; a message without `chat` is a conversation of its own.
    """
    conversations: OrderedDict[str, Conversation] = OrderedDict()
    for number, line in enumerate(lines, 1):
        try:
            request = _request(line)
        except ValueError as error:
            yield json.dumps({"error": f"line {number}: {error}"})
            continue
        chat, language = request.get("chat"), request.get("language")
        key = json.dumps(chat, sort_keys=True)
        conversation = conversations.pop(key, None) if chat is not None else None
        conversation = replace(conversation or Conversation(), language=language)
        reply = session.answer(request["text"], channel=Channel.JSONL, conversation=conversation)
        if chat is not None:
            conversations[key] = reply.conversation
            while len(conversations) > KEPT_CHATS:
                conversations.popitem(last=False)
        yield json.dumps(_response(reply))
        session.write_notes()


def entry_object(entry: Entry, faq: Faq) -> dict[str, Any]:
    """The object of `show ID --json`: an entry with the same `reply` and `sources` as in an answer."""
    return {"entry": entry.id, "kind": entry.kind, "question": entry.question, **_reply(render_entry(entry, faq))}


def _request(line: str) -> dict[str, Any]:
    if len(line.encode("utf-8", "surrogatepass")) > LONGEST_LINE:
        raise ValueError(f"longer than {LONGEST_LINE:,} bytes; of a text 4,096 characters are read: send fewer")
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


def _response(reply: OutgoingReply) -> dict[str, Any]:
    turn = reply.turn
    return {
        "outcome": turn.outcome,
        "entry": turn.entry,
        **_reply(turn.reply),
        "offered": [choice.entry for choice in turn.reply.choices if choice.entry],
        "candidates": [{"entry": c.entry.id, "score": round(c.score, 4)} for c in turn.candidates],
        "language": turn.reply_in,
    }


def _reply(reply: Reply) -> dict[str, Any]:
    links = [{"title": link.title, "url": link.url} for link in sources_of(reply)]
    return {"reply": body_text(reply), "sources": links}
