"""A small validator of the HTML that Telegram accepts (core.telegram.org/bots/api#html-style), for tests.

Stricter than Telegram in one thing: tags have no attribute but the address of a link, and that a quotation unfolds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape

MOST_UNITS = 4096  # UTF-16 code units of one message after its markup is parsed
FOLDED = "blockquote expandable"
TAGS = frozenset({"b", "i", "u", "s", "a", "code", "pre", "blockquote", FOLDED, "tg-spoiler"})
LEAVES = frozenset({"code", "pre"})  # these hold no other tag
_ENTITY = r"&(?:amp|lt|gt|quot|#\d{1,7}|#x[0-9a-fA-F]{1,6});"
_TOKEN = re.compile(
    rf'</(?P<closed>[a-z-]+)>|<(?P<opened>{FOLDED}|[a-z-]+)(?: href="(?P<address>(?:[^"<>&]|{_ENTITY})*)")?>'
    rf"|(?P<text>(?:[^<>&]|{_ENTITY})+)"
)


class RefusedError(ValueError):
    """A message that Telegram would refuse, or show otherwise than meant."""


class TooLongError(RefusedError):
    """More text than a message may hold."""


class EmptyError(RefusedError):
    """Nothing that a person could see."""


@dataclass(frozen=True, slots=True)
class Span:
    """What one pair of tags marks: where it starts and how long it is, both in UTF-16 code units."""

    tag: str
    start: int
    length: int
    address: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """A message as a person sees it: its text, and its links as pairs of text and address.

    Its spans, outermost first, are left out when two are compared.
    """

    text: str
    links: tuple[tuple[str, str], ...]
    spans: tuple[Span, ...] = field(default=(), compare=False)


def parse(html: str) -> Message:
    """The message that Telegram makes of the HTML. Raises RefusedError where it cannot."""
    text = ""
    links: list[tuple[str, str]] = []
    spans: list[Span] = []
    opened: list[tuple[str, int, str]] = []
    at = 0
    while at < len(html):
        token = _TOKEN.match(html, at)
        if token is None:
            raise RefusedError(f"neither text nor a tag: {html[at : at + 30]!r}")
        at = token.end()
        if token["text"]:
            text += unescape(token["text"])
        elif token["opened"]:
            _check_opening(token["opened"], token["address"], [name for name, _, _ in opened])
            opened.append((token["opened"], len(text), unescape(token["address"] or "")))
        else:
            name, start, address = opened.pop() if opened else ("nothing", 0, "")
            if name.partition(" ")[0] != token["closed"]:
                raise RefusedError(f"</{token['closed']}> closes {name}")
            spans.insert(0, Span(name, units(text[:start]), units(text[start:]), address))
            if name == "a":
                links.append((text[start:], address))
    if opened:
        raise RefusedError(f"<{opened[-1][0]}> is not closed")
    check_length(text)
    return Message(text, tuple(links), tuple(sorted(spans, key=lambda span: (span.start, -span.length))))


def _check_opening(name: str, address: str | None, within: list[str]) -> None:
    if name not in TAGS:
        raise RefusedError(f"<{name}> is no tag of Telegram's")
    if (address is None) is (name == "a"):
        raise RefusedError(f"<{name}> has an address and should not, or has none and should")
    if LEAVES & set(within) or (name == "a" and name in within):
        raise RefusedError(f"<{name}> may not stand within {within[-1]}")
    if name.startswith("blockquote") and any(one.startswith("blockquote") for one in within):
        raise RefusedError(f"<{name}> may not stand within {within[-1]}")


def units(text: str) -> int:
    """How long Telegram finds a text: its UTF-16 code units. Raises RefusedError for a lone surrogate."""
    try:
        return len(text.encode("utf-16-le")) // 2
    except UnicodeEncodeError:
        raise RefusedError("a lone surrogate, which UTF-8 cannot carry") from None


def check_length(text: str) -> None:
    """Raises RefusedError unless one message can hold the text, and a person can see something of it."""
    if units(text) > MOST_UNITS:
        raise TooLongError(f"{units(text)} units, at most {MOST_UNITS}")
    if not text.strip():
        raise EmptyError("nothing to see")
