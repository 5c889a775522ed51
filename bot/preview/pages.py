"""The preview page: its routes and HTML. It only reads: the files, and the counts of the gap log."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bot.answering.render import render_entry
from bot.channels.telegram.ui.keyboards import ButtonAction, Rows, action_of
from bot.channels.telegram.ui.sender import OutgoingMessage, answer_message, reply_message
from bot.content.diagnostics import blocking_errors
from bot.content.translation_units import State
from bot.domain.faq import Entry, Faq, Kind
from bot.domain.gap import Count
from bot.gaps.statistics import statistics
from bot.preview.changes import STATES, changed_entries, changes_of, other_changes
from bot.preview.health import SOON, health_of
from bot.preview.search import search
from bot.preview.snapshot import Files, Snapshot
from bot.review.auth import POLICY, Guard
from bot.storage.errors import LogError
from bot.storage.keys import KeyProblem
from bot.text.direction import is_right_to_left

FOLDER, SHARED = Path(__file__).parent, Path(__file__).parent.parent / "review"
ON_A_PAGE = 50  # entries found
SHOWN = 5  # problems; the others are folded, since mostly the first is their cause
LISTED = 100  # entries of one list of the health page
DAYS = 90  # of counts
KINDS = {
    Kind.ANSWER: "answer",
    Kind.URGENT: "urgent card",
    Kind.SMALLTALK: "small talk",
    Kind.OUT_OF_SCOPE: "out of scope",
}
SCRIPT_POLICY = f"{POLICY}; script-src 'self'; connect-src 'self'"  # of the script that renews a page
_BLOCK_END = re.compile(r"(</blockquote>)\n")  # ends the block's last line; a browser would make it an empty one
ReadCounts = Callable[[], Awaitable[Sequence[tuple[date, Count, int]]]]


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message; ``address`` is that of the entry to which it leads, empty for any other."""

    label: str
    address: str


class Preview:
    """The pages over the files of the FAQ, as the ASGI app ``app``. `Guard` explains ``hosts`` and ``on_new_token``.

    ``counts`` reads the counts of the gap log, and raises LogError or KeyProblem; None if there is no log.
    """

    def __init__(
        self,
        files: Files,
        counts: ReadCounts | None,
        *,
        hosts: frozenset[str],
        on_new_token: Callable[[str], None],
    ) -> None:
        self._files, self._counts = files, counts
        self._templates = Environment(
            loader=FileSystemLoader([FOLDER / "templates", SHARED / "templates"]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals |= {"kinds": KINDS, "shown": SHOWN, "address_of": _address_of, "says": STATES}
        pages = Starlette(
            routes=[
                Route("/", self.entries),
                Route("/entry/{entry}", self.entry),
                Route("/changes", self.changes),
                Route("/health", self.health),
                Route("/number", self.number),
                Mount("/static/preview", StaticFiles(directory=FOLDER / "static")),
                Mount("/static", StaticFiles(directory=SHARED / "static")),
            ],
            exception_handlers={404: self._not_found, Exception: self._show_internal_error},
        )
        self.app = Guard(pages, hosts=hosts, refuse=self._refusal, on_new_token=on_new_token, policy=SCRIPT_POLICY)

    async def number(self, request: Request) -> Response:
        """How often the files have changed, by which an open page knows that it is out of date."""
        await self._files.refresh()
        return PlainTextResponse(str(self._files.number))

    async def entries(self, request: Request) -> Response:
        """The entries by topic, or those that a search finds."""
        now = await self._now()
        if now is None:
            return self._page("unreadable.html")
        words = request.query_params.get("words", "").strip()
        found = search(words, now.index)
        pages = max(1, -(-len(found) // ON_A_PAGE))
        page = min(_number(request.query_params.get("page", "")), pages)
        return self._page(
            "entries.html",
            found=found[(page - 1) * ON_A_PAGE :][:ON_A_PAGE],
            number=len(found),
            shown_page=page,
            pages=pages,
            address=lambda number: "/?" + urlencode({"words": words, "page": number}),
            groups=_groups(now),
            words=words,
        )

    async def entry(self, request: Request) -> Response:
        """An entry as Telegram shows it in a language, with what the check says, what changed and what it rests on."""
        now = await self._now()
        if now is None:
            return self._page("unreadable.html")
        name, main = request.path_params["entry"], now.faq
        if name in now.drafts:
            main = replace(main, entries={**main.entries, name: now.drafts[name]}, languages={}, translations={})
        if name not in main.entries:
            return self._refusal(404, f"There is no entry {name}. It may be in a file under another id.")
        faq = main.in_language(request.query_params.get("language"))
        message = _message(faq.entries[name], faq)
        return self._page(
            "entry.html",
            entry=main.entries[name],
            is_draft=name in now.drafts,
            shown_in=faq,
            texts=[Markup(_BLOCK_END.sub(r"\1", text)) for text in message.texts],  # noqa: S704  # escaped by `to_html`
            rows=_buttons(message.rows, faq),
            direction="rtl" if is_right_to_left(faq.language) else "ltr",
            is_folded=any("<blockquote expandable>" in text for text in message.texts),
            states={language: states.get(name, State.MISSING) for language, states in now.states.items()},
            spans=now.spans.get(name, ()),
            problems=now.problems_of(name, faq.language),
            changed=None if name in now.drafts or not self._files.before else changes_of(name, self._files.before, now),
            cited=main.cited(main.entries[name]),
        )

    async def changes(self, request: Request) -> Response:
        """What differs from the last commit, or without git from the files as they were when the page was started."""
        now, before = await self._now(), self._files.before
        if now is None or before is None:
            return self._page("unreadable.html")
        return self._page("changes.html", entries=changed_entries(before, now), others=other_changes(before, now))

    async def health(self, request: Request) -> Response:
        """The entries that need somebody, by what they need."""
        now = await self._now()
        if now is None:
            return self._page("unreadable.html")
        today, counted, why_not = date.today(), None, ""
        try:
            if self._counts is not None:
                counted = statistics(await self._counts(), now.faq, today=today, days=DAYS)
        except (KeyProblem, LogError, OSError) as error:
            why_not = str(error)
        health = health_of(now, counted, today)
        return self._page("health.html", health=health, why_not=why_not, days=DAYS, listed=LISTED, soon=SOON.days)

    # --- Helpers -------------------------------------------------------------------------------------------------

    async def _now(self) -> Snapshot | None:
        await self._files.refresh()
        return self._files.now

    def _page(self, template: str, *, status: int = 200, **values: Any) -> Response:
        now = self._files.now
        given = {
            "words": "",
            "refresh_seconds": 0,
            "is_behind": False,
            "version": now.faq.version if now else "",
            "number_of_changes": self._files.number,
            "broken": self._files.broken,
            "refused": blocking_errors(now.problems) if now else (),
            "has_version": now is not None,
            "since": "the last commit" if self._files.is_committed else "you started this page",
            "names": now.faq.languages if now else {},
        }
        return HTMLResponse(self._templates.get_template(template).render(given | values), status)

    def _refusal(self, status: int, text: str) -> Response:
        """A page that says why there is none. It says nothing of the files, since it may be a stranger's."""
        return self._page("no_preview.html", status=status, text=text, broken=(), refused=(), version="")

    async def _not_found(self, request: Request, error: Exception) -> Response:
        return self._refusal(404, "There is no such page.")

    async def _show_internal_error(self, request: Request, error: Exception) -> Response:
        return self._refusal(500, "Something went wrong in this program; the terminal says what.")


def _message(entry: Entry, faq: Faq) -> OutgoingMessage:
    """The message that shows an entry in a private chat."""
    reply = render_entry(entry, faq)
    return answer_message(reply, entry.id, faq) if entry.kind is Kind.ANSWER else reply_message(reply, faq.language)


def _buttons(rows: Rows, faq: Faq) -> list[list[Button]]:
    return [[Button(button.text, _behind(str(button.callback_data), faq)) for button in row] for row in rows]


def _behind(data: str, faq: Faq) -> str:
    """The address of the entry to which a button leads, by its data; empty if it leads elsewhere."""
    action, name, language = action_of(data) or ("", "", None)
    if action not in (ButtonAction.CHOOSE, ButtonAction.SHOW, ButtonAction.CARD) or name not in faq.entries:
        return ""
    return _address_of(name, language or faq.language)


def _address_of(entry: str, language: str = "") -> str:
    """The address of an entry's page."""
    return f"/entry/{entry}" + (f"?{urlencode({'language': language})}" if language else "")


def _groups(now: Snapshot) -> dict[str, list[Entry]]:
    """The drafts, all entries by their topic, and the others by their kind, those for people in danger first."""
    faq = now.faq
    kinds = {
        "Urgent cards": Kind.URGENT,
        "What the bot does not answer": Kind.OUT_OF_SCOPE,
        "Small talk": Kind.SMALLTALK,
    }
    groups = {"Drafts": list(now.drafts.values())} if now.drafts else {}
    groups |= {topic: list(faq.of_topic(topic)) for topic in faq.topics}
    return groups | {name: list(faq.of_kind(kind)) for name, kind in kinds.items() if faq.of_kind(kind)}


def _number(text: str) -> int:
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 6 else 1
