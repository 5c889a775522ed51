"""The review page without a browser: a workbench on the small FAQ and a real gap log, and a visitor of its pages."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from bot.domain.conversation import Channel, Outcome
from bot.domain.gap import OPEN, Count, Gap, GapReason, GapStatus, Note
from bot.evaluation.question_sets import Message
from bot.gaps.repository import GapLog
from bot.review.pages import Review
from bot.review.workbench import Workbench
from bot.runtime.catalog import Catalog
from bot.runtime.load import load_matcher
from bot.settings import Settings
from bot.storage.keys import Keys, asker_key, new_asker_key, new_text_key, text_keys

KEYS = Keys(text_keys(new_text_key()), asker_key(new_asker_key()))
HOST = "127.0.0.1:8765"


def asked(
    text: str,
    *,
    language: str = "en",
    reason: GapReason = GapReason.NO_MATCH,
    ago: timedelta = timedelta(hours=1),
    entry: str = "",
    version: str = "v1",
    nearest: tuple[str, float] = ("ferry-price", 0.25),
) -> Note:
    """The note of a gap."""
    gap = Gap(reason, text, language, Channel.PRIVATE, version, (nearest,), entry)
    return Note(
        Count(Outcome.UNANSWERED, language, Channel.PRIVATE),
        gap,
        KEYS.pseudonym("asker", text),
        at=datetime.now(UTC) - ago,
    )


class Visitor:
    """Somebody at the page. What is read last is ``page``; links and forms are followed from it."""

    def __init__(self, client: httpx.AsyncClient, workbench: Workbench, review: Review) -> None:
        self.client, self.workbench, self.review = client, workbench, review
        self.page = ""
        self.told: list[str] = []

    async def opens(self, address: str = "/") -> httpx.Response:
        """Go to an address, through redirections and until the page does not renew itself."""
        while True:
            response = await self.client.get(address, follow_redirects=True)
            self.page = response.text
            if 'http-equiv="refresh"' not in self.page or "renew" not in self.page:
                return response
            address = str(response.url)
            await self._all_done()

    async def settles(self) -> None:
        """Come back when what goes on behind the pages is done."""
        await self._all_done()
        await self.opens()

    async def _all_done(self) -> None:
        while self.workbench._tasks:
            await asyncio.gather(*self.workbench._tasks)

    async def sends(self, address: str, **fields: str) -> httpx.Response:
        """Send a form, with what the page holds in it and these fields, and go where it leads."""
        response = await self.client.post(address, data=self._filled(address, fields))
        self.page = response.text
        if response.status_code == 303:
            return await self.opens(response.headers["location"])
        return response

    async def presses_twice(self, address: str, **fields: str) -> list[str]:
        """Send a form twice at once, as a double click does; where the answers lead."""
        data = self._filled(address, fields)
        answers = await asyncio.gather(*(self.client.post(address, data=data) for _ in range(2)))
        return [answer.headers["location"] for answer in answers]

    def _filled(self, address: str, fields: dict[str, str]) -> dict[str, str]:
        """The fields of a form as a browser sends them: the hidden ones and the ticks of the page's form too."""
        filled = {"form_token": self.review.app.form_token}
        for form in re.findall(r"<form.*?</form>", self.page, re.DOTALL):
            if address in map(html.unescape, re.findall(r'action="([^"]*)"', form)):
                filled |= dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))
                if ticked := re.findall(r'name="ticked" value="(\w+)" checked', form):
                    filled["ticked"] = " ".join(ticked)
                break
        return filled | fields

    @property
    def text(self) -> str:
        """The page without its tags."""
        return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", self.page)).split())

    def link_to(self, text: str) -> str:
        """The address of the link that holds a text."""
        for address, label in re.findall(r'<a[^>]* href="([^"]*)"[^>]*>(.*?)</a>', self.page, re.DOTALL):
            if text in html.unescape(re.sub(r"<[^>]+>", "", label)):
                return html.unescape(address)
        raise AssertionError(f"no link to {text!r} in: {self.text[:500]}")

    def action_of(self, ending: str) -> str:
        """The address to which the first form or button sends whose address has this ending, its query left out."""
        for address in re.findall(r'(?:form)?action="([^"]*)"', self.page):
            address = html.unescape(address)
            if address.partition("?")[0].endswith(ending):
                return address
        raise AssertionError(f"no form for {ending!r} in: {self.text[:500]}")

    def ticks_without(self, *texts: str) -> dict[str, str]:
        """The fields of a group's wordings, with these texts unticked."""
        boxes = re.findall(r'name="ticked" value="(\w+)"[^>]*> <bdi[^>]*>([^<]*)</bdi>', self.page)
        hidden = dict(re.findall(r'<input type="hidden" name="(shown|whole)" value="([^"]*)">', self.page))
        return {**hidden, "ticked": " ".join(name for name, text in boxes if html.unescape(text) not in texts)}

    async def compares(self) -> None:
        """Wait until the groups are compared by meaning."""
        while self.workbench.related(next(iter(self.workbench.gaps)), OPEN) is None:
            await asyncio.sleep(0.05)

    async def done(self) -> list[str]:
        """What was done, the first first."""
        return [action.what for action in await self.workbench.history.latest()][::-1]

    async def texts(self, status: GapStatus) -> list[str]:
        """The texts of the gaps in the log that have a status, sorted."""
        return sorted(gap.gap.text for gap in await self.workbench.log.gaps(statuses=[status]))


@asynccontextmanager
async def page_over(
    folder: Path, notes: Iterable[Note] = (), messages: Iterable[Message] = (), *, reviewer: str = ""
) -> AsyncIterator[Visitor]:
    """A page over the FAQ in a folder, with a log of these notes, and somebody who has opened it.

    The log may have been there before.
    """
    settings = Settings(
        faq_dir=folder / "faq",
        seeds_dir=folder / "seeds",
        cache_dir=folder / "cache",
        data_dir=folder / "data",
        reviewer=reviewer,
    )
    notes, told = list(notes), list[str]()
    async with GapLog(settings.data_dir, KEYS, keep=settings.retention) as log:
        if notes:
            await log.expire()  # it is in use, whatever the age of the notes
            await log.write(notes)
        workbench = Workbench(settings, log, Catalog(load_matcher(settings)), tuple(messages))
        review = Review(workbench, hosts=frozenset({HOST}), on_new_token=told.append)
        transport = httpx.ASGITransport(review.app)
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{HOST}") as client:
            visitor = Visitor(client, workbench, review)
            visitor.told = told
            await client.get("/", params={"token": review.app.token})
            await visitor.opens()
            yield visitor
        await workbench.close()
