"""A reply as messages in Telegram's HTML. All text is escaped here, and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from html import escape

from bot.domain.conversation import Choice, Link, Reply, Section
from bot.domain.limits import MESSAGE_UNITS, SMALLEST_PHONE, label_width

LONGEST_TITLE, LONGEST_ADDRESS = 300, 2000
PIECE_UNITS = 3000  # UTF-16 code units of one paragraph; longer ones are divided
_PART_OF_WORD = re.compile(r"(?:&#?\w+;|[^&]|&){1,500}+")


def to_html(reply: Reply, *, closing: str = "") -> list[str]:
    """The reply as messages in Telegram's HTML, each within the limit of a message; mostly one.

    Of an answer the first source stands in a line, all that is known of its sources in a quotation to unfold. Choices
    become buttons; if a phone would cut the label of one, all are listed in the text as well. ``closing`` is the last
    line, the question that the first buttons answer. Long texts are divided between words. Titles over 300 characters
    are cut; a URL over 2,000 characters, or without a title, is left out.
    """
    blocks: list[str] = []
    for section in reply.sections:
        blocks += [f"<b>{_escape(section.question[:LONGEST_TITLE])}</b>"] if section.question.strip() else []
        blocks += [piece for paragraph in section.text.split("\n\n") for piece in _pieces(paragraph)]
        blocks += _answer_sources(section) if section.question.strip() else _sources(section)
    if reply.pages:
        blocks += _joined([*_pieces(reply.pages_title), *(_html_link(link) for link in reply.pages)], "\n")
    listed = _listed(reply.choices)
    if listed or (reply.choices and not closing):
        blocks += _joined([*_pieces(reply.choices_title), *listed], "\n")
    blocks += [f"<i>{_escape(closing)}</i>"] if closing else []
    return _joined(blocks, "\n\n")


def _sources(section: Section) -> list[str]:
    times = [f"<i>{piece}</i>" for piece in _pieces(section.time)]
    return [*times, *_joined([_html_link(link) for link in section.sources], "\n")]


def _answer_sources(section: Section) -> list[str]:
    """The first source; then what a reader asks for who wants to know more, in a quotation that is folded at first."""
    first, others = section.sources[:1], section.sources[1:]
    details = _pieces(section.time)
    details += [_html_link(replace(link, url="")) for link in first if link.label]
    details += map(_html_link, others)
    quoted = [f"<blockquote expandable>{part}</blockquote>" for part in _joined(details, "\n", MESSAGE_UNITS - 100)]
    return [*(_html_link(replace(link, label="")) for link in first), *quoted]


def _listed(choices: Sequence[Choice]) -> list[str]:
    """The choices as lines if the smallest phones would cut the label of one; without "none of these"."""
    if all(label_width(choice.label) <= SMALLEST_PHONE for choice in choices):
        return []
    named = [choice for choice in choices if (choice.entry or choice.topic) and choice.language is None]
    return [f"• {_escape(choice.label[:LONGEST_TITLE])}" for choice in named]


def _escape(text: str) -> str:
    """The one place where text becomes HTML. A lone surrogate, which no message can contain, becomes U+FFFD."""
    return escape(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def _html_link(link: Link) -> str:
    title = _escape(link.title[:LONGEST_TITLE])
    label = f" ({_escape(link.label[:LONGEST_TITLE])})" if link.label else ""
    if not link.url or len(link.url) > LONGEST_ADDRESS or not title.strip():
        return f"{title}{label}"
    return f'<a href="{_escape(link.url)}">{title}</a>{label}'


def _pieces(text: str) -> list[str]:
    """A paragraph as escaped HTML, in as many pieces as it takes to keep each within a message."""
    escaped = _escape(text).strip()
    if _units(escaped) < PIECE_UNITS:
        return [escaped] if escaped else []
    pieces: list[str] = []
    for word in _words(escaped):
        if pieces and _units(pieces[-1]) + _units(word) < PIECE_UNITS:
            pieces[-1] += word
        else:
            pieces.append(word)
    return [piece.strip() for piece in pieces if piece.strip()]


def _words(escaped: str) -> list[str]:
    """The words with the space after each; very long ones are divided, though never inside an `&amp;`."""
    return [part for word in re.findall(r"\S*\s*", escaped) for part in _PART_OF_WORD.findall(word)]


def _joined(blocks: Sequence[str], between: str, most: int = MESSAGE_UNITS) -> list[str]:
    """Blocks joined to as few messages as the limit allows. Markup counts too, so a message may be a little shorter."""
    joined: list[str] = []
    for block in blocks:
        if joined and _units(joined[-1]) + _units(between) + _units(block) <= most:
            joined[-1] += between + block
        elif block:
            joined.append(block)
    return joined


def _units(text: str) -> int:
    """The length in UTF-16 code units, in which Telegram counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
