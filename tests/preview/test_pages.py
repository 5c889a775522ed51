"""The preview page: what an editor sees of an entry, of an edit, and of the whole content, and who gets in."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import httpx
import pytest

from bot.content.loader import read_content
from bot.domain.conversation import Channel, Outcome
from bot.domain.gap import Count, Note
from bot.gaps.repository import GapLog
from bot.matching.matcher import RegressionMatcher
from bot.preview import pages
from bot.preview.pages import Preview, ReadCounts
from bot.preview.snapshot import Files
from bot.settings import Settings
from bot.storage.errors import LogError
from tests.support.paths import FRENCH
from tests.support.review_workbench import HOST, KEYS
from tests.support.telegram_talk import talk_with

FERRY, FRENCH_FERRY = "faq/en/ferry.yaml", "faq/fr/ferry.yaml"
Edit = Callable[[str, str, str], None]


class Editor:
    """An editor at the page. What is read last is ``page``."""

    def __init__(self, client: httpx.AsyncClient, preview: Preview) -> None:
        self.client, self.preview = client, preview
        self.page = ""
        self.told: list[str] = []

    async def opens(self, address: str) -> str:
        """Go to an address; the page's text, without its tags."""
        response = await self.client.get(address)
        self.page = response.text
        assert response.status_code == 200, address
        return text_of(self.page)


def text_of(page: str) -> str:
    """A page without its tags."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


@asynccontextmanager
async def page_over(folder: Path, counts: ReadCounts | None = None) -> AsyncIterator[Editor]:
    """The page over the FAQ in a folder, and somebody who has opened it."""
    files = Files(Settings(faq_dir=folder / "faq", seeds_dir=folder / "seeds"))
    told: list[str] = []
    preview = Preview(files, counts, hosts=frozenset({HOST}), on_new_token=told.append)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(preview.app), base_url=f"http://{HOST}") as client:
        editor = Editor(client, preview)
        editor.told = told
        await client.get("/", params={"token": preview.app.token})
        yield editor


@pytest.fixture
def french(small: Path) -> Path:
    """The small FAQ with its French translation."""
    shutil.copytree(FRENCH / "faq", small / "faq", dirs_exist_ok=True)
    return small


def bubbles(page: str) -> list[str]:
    """The messages on an entry's page, as HTML."""
    return re.findall(r'<div class="bubble"[^>]*>(.*?)</div>', page, re.DOTALL)


def labels(page: str) -> list[str]:
    """The labels of the buttons on an entry's page."""
    found = re.findall(r'class="label"[^>]*><bdi>(.*?)</bdi>', page)
    return [html.unescape(label) for label in found]


# --- Who gets in -------------------------------------------------------------------------------------------------


async def test_only_the_address_of_the_terminal_opens_it_and_only_once(small: Path, edit: Edit) -> None:
    """Without its cookie every page is refused and says nothing of the files, broken ones neither; a token works once,
    and the terminal shows the next.
    """
    async with page_over(small) as editor:
        await editor.opens("/")
        edit(FERRY, "question: When", 'question: "When')
        await editor.opens("/changes")
        transport = httpx.ASGITransport(editor.preview.app)
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{HOST}") as other:
            for address in ("/", "/entry/ferry-times", "/changes", "/health", "/number", "/nothing", "/?token=guess"):
                response = await other.get(address)
                assert response.status_code == 403, address
                assert "ferry" not in response.text, address
            (told,) = editor.told
            assert (await other.get(f"/{told}")).status_code == 200
            assert (await other.get("/")).status_code == 200
            assert (await editor.client.get(f"/{told}", headers={"cookie": ""})).status_code == 403


async def test_no_other_name_and_no_script_from_elsewhere(small: Path) -> None:
    """Another host name is refused; scripts and styles are the page's own alone, and none stands within the HTML."""
    async with page_over(small) as editor:
        assert (await editor.client.get("/", headers={"host": "evil.example"})).status_code == 421
        response = await editor.client.get("/entry/ferry-times")
        policy = response.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert re.findall(r"<script[^>]*>([^<]*)</script>", response.text) == [""]
        assert re.findall(r'(?:src|href)="(\w+:[^"]*)"', response.text) == re.findall(
            r'<a href="(https?:[^"]*)"', response.text
        )
        for name in ("preview/preview.js", "preview/preview.css", "style.css"):
            assert (await editor.client.get(f"/static/{name}")).status_code == 200


# --- An entry ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "entry"),
    [
        ("timetable", "ferry-times"),
        ("man overboard", "urgent-overboard"),
        ("what does the Coast Plan say", "ferry-plans"),
    ],
)
async def test_an_entry_looks_as_in_telegram(
    small: Path, small_matcher: RegressionMatcher, tmp_path: Path, message: str, entry: str
) -> None:
    """The same HTML and the same buttons as the bot sends to one who asks for it."""
    async with talk_with(small_matcher, tmp_path / "data") as talk:
        sent = await talk.say(message)
    async with page_over(small) as editor:
        await editor.opens(f"/entry/{entry}")
        (bubble,) = bubbles(editor.page)
        assert bubble == re.sub(r"(</blockquote>)\n", r"\1", sent.html)
        assert labels(editor.page) == list(sent.labels)


async def test_buttons_lead_to_their_entries(french: Path) -> None:
    """In the language of the page; the button to the original leads to the English one; feedback leads nowhere."""
    async with page_over(french) as editor:
        await editor.opens("/entry/ferry-passengers?language=fr")
        links = re.findall(r'<a class="label" href="([^"]*)"', editor.page)
        assert links[:2] == ["/entry/ferry-fares?language=fr", "/entry/ferry-times?language=fr"]
        assert links[-1] == "/entry/ferry-passengers?language=en"
        assert len(links) == len(labels(editor.page)) - 2
        for link in links:
            await editor.opens(link)


async def test_what_is_written_is_shown_and_not_obeyed(small: Path, edit: Edit) -> None:
    """Markup in a text, in a phrasing, in what the check quotes of it, and in a search."""
    edit(FERRY, "Three boats leave every", "Three <script>alert(1)</script> boats & <b>leave</b> every")
    edit(FERRY, "      - timetable", "      - '<img src=x onerror=alert(2)>'")
    async with page_over(small) as editor:
        await editor.opens("/entry/ferry-times")
        assert "Three &lt;script&gt;alert(1)&lt;/script&gt; boats &amp; &lt;b&gt;leave" in bubbles(editor.page)[0]
        await editor.opens("/?words=<script>alert(3)</script>")
        assert "&lt;script&gt;alert(3)" in editor.page
        edit(FERRY, "id: ferry-times", "id: ferry-times\n    <i>oops</i>: x")
        for address in ("/entry/ferry-times", "/", "/changes", "/health", "/?words=three"):
            await editor.opens(address)
            assert "&lt;i&gt;oops" in editor.page, "the check's words"
            assert not re.search(r"<script>|<img|<i>oops", editor.page), address


async def test_each_language_says_how_far_it_is(french: Path, edit: Edit) -> None:
    """A machine's text, one that was read, one of an older English text, and one that is missing."""
    edit(FERRY, "Yes. Bicycles", "Yes! Bicycles")  # not translated at all
    async with page_over(french) as editor:
        text = await editor.opens("/entry/ferry-passengers?language=fr")
        assert "Français unread" in text
        assert "A machine translated this" in text
        assert "le bac a transporté" in bubbles(editor.page)[0]
        text = await editor.opens("/entry/ferry-times?language=fr")
        assert "A machine translated this" not in text
        assert "Français English" not in text
        text = await editor.opens("/entry/ferry-bicycles?language=fr")
        assert "not translated into this language yet" in text
        assert "Yes! Bicycles" in bubbles(editor.page)[0]

        edit(FERRY, "School classes were not counted.", "School classes are not in that.")
        text = await editor.opens("/entry/ferry-passengers?language=fr")
        assert "renders an older English text" in text
        assert "School classes are not in that." in bubbles(editor.page)[0]
        assert "F604" in text, "the check says what to write"
        assert "F604" not in await editor.opens("/entry/ferry-passengers"), "of other languages it says nothing"


async def test_a_right_to_left_language_runs_so(french: Path) -> None:
    """The bubble and the buttons; an English one beside it does not."""
    digest = read_content(french / "faq", french / "seeds").digests()["ferry-times"]
    folder = french / "faq/ar"
    folder.mkdir()
    interface = (french / "faq/fr/interface.yaml").read_text(encoding="utf-8").replace("Français", "العربية")
    (folder / "interface.yaml").write_text(interface, encoding="utf-8")
    (folder / "ferry.yaml").write_text(
        "topic: العبّارة\nentries:\n  - id: ferry-times\n    question: متى تنطلق القوارب؟\n"
        "    answer: تنطلق ثلاثة قوارب كل 40 دقيقة من 6 صباحا إلى 11 مساء.\n"
        f"    translated: {{of: {digest}, state: machine}}\n",
        encoding="utf-8",
    )
    async with page_over(french) as editor:
        await editor.opens("/entry/ferry-times?language=ar")
        assert '<div class="bubble" dir="rtl" lang="ar">' in editor.page
        assert "متى تنطلق القوارب؟" in bubbles(editor.page)[0]
        await editor.opens("/entry/ferry-times")
        assert '<div class="bubble" dir="ltr" lang="en">' in editor.page


async def test_what_the_check_says_stands_with_its_entry(small: Path, edit: Edit) -> None:
    """With place, fact and hint; and that a running bot would refuse the file. Of other entries nothing is said."""
    edit(FERRY, "every 40 minutes", "every 55 minutes")
    async with page_over(small) as editor:
        text = await editor.opens("/entry/ferry-times")
        assert "A running bot would not take this up" in text
        said = text.partition("What the check says")[2]
        assert re.search(r"faq/en/ferry\.yaml , line \d+: no fact .* states '55'; cite the fact", said)
        assert "What the check says" not in await editor.opens("/entry/ferry-fares")


async def test_what_an_entry_rests_on(small: Path) -> None:
    """The facts with their source, the phrasings in all languages, what belongs elsewhere, and the dates."""
    async with page_over(small) as editor:
        text = await editor.opens("/entry/ferry-passengers")
        for said in ("The ferry carried 1,400 people a day in 2023", "note.1", "how busy is the boat", "2027-11-21"):
            assert said in text
        assert "how many boats are there → ferry-times" in text
        assert "how many people live in Lindmere → no entry" in text
        assert "wann fährt das Schiff ab" in await editor.opens("/entry/ferry-times")


async def test_an_entry_that_is_not_there(small: Path) -> None:
    """Says so, with what was asked for as text."""
    async with page_over(small) as editor:
        response = await editor.client.get("/entry/<b>nonsense")
        assert response.status_code == 404
        assert "There is no entry &lt;b&gt;nonsense." in response.text


async def test_a_draft(french: Path, edit: Edit) -> None:
    """It looks as it will, without the facts and pages that no record has yet, and the page says that nobody sees it.
    Nothing else shows it.
    """
    edit(FERRY, "id: ferry-history\n", "id: ferry-history\n    draft: true\n")
    edit(FERRY, "    see_also: [ferry-history]\n", "")
    edit(FERRY, "sources: [note.5]", "sources: [note.5, note.99]\n    read_more: [not-there-yet]")
    async with page_over(french) as editor:
        text = await editor.opens("/entry/ferry-history?language=fr")
        assert "A draft: the bot does not know it yet" in text
        assert "F409" in text
        assert "The line opened in 1921 with a single steamer." in bubbles(editor.page)[0]
        assert "Note on the Lindmere ferry line" in bubbles(editor.page)[0]
        assert "Drafts 1 When did the ferry line open?" in await editor.opens("/")
        assert "Nothing with" in await editor.opens("/?words=steamer")
        assert "ferry-history" not in await editor.opens("/health")
        assert "Nothing yet." in await editor.opens("/changes")


# --- While files are edited --------------------------------------------------------------------------------------


async def test_it_follows_the_files(small: Path, edit: Edit) -> None:
    """A saved edit is on the next page, and changes the number by which open pages know of it."""
    async with page_over(small) as editor:
        before = await editor.opens("/number")
        assert await editor.opens("/number") == before
        edit(FERRY, "Three boats leave", "Three ferries leave")
        assert await editor.opens("/number") != before
        assert "Three ferries leave" in await editor.opens("/entry/ferry-times")


async def test_a_broken_file(small: Path, edit: Edit) -> None:
    """What is wrong stands above the last good version, the cause first and its consequences folded, until mended."""
    async with page_over(small) as editor:
        await editor.opens("/entry/ferry-times")
        edit(FERRY, "question: When do", 'question: "When do')
        text = await editor.opens("/entry/ferry-times")
        assert "The files cannot be used as they are Below is what they said before." in text
        assert re.search(r"faq/en/ferry\.yaml , line \d+: the quote \" that opens here is not closed", text)
        assert "When do the boats leave?" in bubbles(editor.page)[0]
        edit(FERRY, '"When do', "When do")
        assert "cannot be used" not in await editor.opens("/entry/ferry-times")


async def test_many_mistakes_do_not_fill_the_page(small: Path) -> None:
    """Five are shown, the others on demand."""
    path = small / FERRY
    path.write_text(path.read_text(encoding="utf-8").replace("    reviewed:", "    reviwed:"), encoding="utf-8")
    async with page_over(small) as editor:
        text = await editor.opens("/")
        assert "Nothing can be shown yet" in text
        more = re.search(r"(\d+) more, mostly because of these", text)
        assert more is not None
        shown, _, folded = editor.page.partition("<details>")
        assert shown.count("<li><strong>faq") == pages.SHOWN
        assert folded.count("<li><strong>faq") == int(more[1]) > 0


async def test_files_that_are_broken_from_the_start(small: Path, edit: Edit) -> None:
    """Every page says what to mend; then it shows the FAQ by itself."""
    edit(FERRY, "question: When do", 'question: "When do')
    async with page_over(small) as editor:
        for address in ("/", "/entry/ferry-times", "/changes", "/health", "/?words=boat"):
            assert "Nothing can be shown yet" in await editor.opens(address)
        edit(FERRY, '"When do', "When do")
        assert "Nothing yet." in await editor.opens("/changes")


async def test_a_language_is_not_dropped_for_an_error_in_it(french: Path, edit: Edit) -> None:
    """The last good version has it, and what is wrong is said."""
    async with page_over(french) as editor:
        await editor.opens("/")
        edit(FRENCH_FERRY, "question: À quelle", 'question: "À quelle')
        text = await editor.opens("/entry/ferry-times?language=fr")
        assert "faq/fr/ferry.yaml" in text
        assert "Un bateau part" in bubbles(editor.page)[0]


# --- Search ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("ferry-times", ["ferry-times"]),
        ("DEPARTURE times", ["ferry-times"]),
        ("note.5", ["ferry-history"]),
        ("3.50", ["ferry-fares"]),
        ("1,400", ["ferry-passengers"]),
        ("3.5", []),
        ("40", ["ferry-times"]),
        ("a quelle heure", ["ferry-times"]),
        ("Überfahrt", ["ferry-fares"]),
        ("uberfahrt", ["ferry-fares"]),
        ("coast-plan", ["ferry-plans"]),
        ("drowning", ["urgent-overboard"]),
        ("zebra", []),
        ("boats zebra", []),
    ],
)
async def test_entries_are_found(french: Path, words: str, found: list[str]) -> None:
    """By id, words, source, figure, page, in every language, without accents and capitals; a figure as a whole."""
    async with page_over(french) as editor:
        text = await editor.opens(f"/?words={words}")
        assert re.findall(r'<li><p><a href="/entry/([\w-]+)"', editor.page) == found
        assert ("Nothing with" in text) == (not found)


async def test_the_best_is_found_first_and_says_why(french: Path) -> None:
    """What has the words in its question stands before what has them in a phrasing, which is shown then."""
    async with page_over(french) as editor:
        text = await editor.opens("/?words=boats")
        assert re.findall(r'<li><p><a href="/entry/([\w-]+)"', editor.page)[0] == "ferry-times"
        text = await editor.opens("/?words=number of passengers a day")
        assert "The ferry · phrasing: number of passengers a day" in text
        assert "question, fr: À quelle heure" in await editor.opens("/?words=heure partent")


async def test_many_are_shown_in_pages(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each entry on one of them."""
    monkeypatch.setattr(pages, "ON_A_PAGE", 2)
    async with page_over(small) as editor:
        found: list[str] = []
        address = "/?words=ferry"
        while address:
            await editor.opens(address)
            found += re.findall(r'<li><p><a href="/entry/([\w-]+)"', editor.page)
            (address,) = re.findall(r'rel="next" href="([^"]*)"', editor.page) or [""]
            address = html.unescape(address)
        assert len(found) == len(set(found)) > 4


async def test_without_a_search_all_entries_are_there(small: Path) -> None:
    """By topic, and the others by kind."""
    async with page_over(small) as editor:
        text = await editor.opens("/")
        assert "The ferry 6" in text
        assert "Urgent cards" in text
        for name in read_content(small / "faq", small / "seeds").faq().entries:
            assert f'href="/entry/{name}"' in editor.page


# --- Changes -----------------------------------------------------------------------------------------------------


async def test_an_edit_before_and_after(french: Path, edit: Edit) -> None:
    """Phrasings that came and went, a text word by word, the facts, and what became of translations."""
    async with page_over(french) as editor:
        assert "Nothing yet." in await editor.opens("/changes")
        edit(FERRY, "      - number of passengers a day\n", "      - riders a day\n")
        edit(FERRY, "School classes were not counted.", "School classes were left out.")
        edit("seeds/note.yaml", "in 2023, school", "in 2023; school")
        for address in ("/changes", "/entry/ferry-passengers"):
            text = await editor.opens(address)
            assert "Changed since you started this page" in text
            assert "<del>number of passengers a day</del>" in editor.page
            assert "<ins>riders a day</ins>" in editor.page
            assert "School classes were <del>not counted</del><ins>left out</ins>." in editor.page
            assert "<del>note.1: The ferry carried 1,400 people a day in 2023, school" in editor.page
            assert "fr <del>unread</del><ins>out of date</ins>" in editor.page
            assert "transporté" not in text, "the translation itself is as it was"
            assert "python -m bot evaluate" in text
        assert "Changed since you started this page Nothing." in await editor.opens("/entry/ferry-times")


async def test_an_edit_of_a_translation_and_of_the_bots_own_texts(french: Path, edit: Edit) -> None:
    """Each under its language."""
    async with page_over(french) as editor:
        await editor.opens("/")
        edit(FRENCH_FERRY, "Un bateau part toutes", "Un bateau quitte le port toutes")
        edit("faq/fr/interface.yaml", "Je réponds maintenant", "Je répondrai désormais")
        text = await editor.opens("/changes")
        assert "answer (fr) Un bateau part quitte le port toutes" in text
        assert "language chosen (fr)" in text


async def test_entries_that_come_and_go(small: Path, edit: Edit) -> None:
    """A new one and one that was taken out are named."""
    async with page_over(small) as editor:
        await editor.opens("/")
        edit(FERRY, "id: ferry-bicycles", "id: ferry-pets")
        edit(FERRY, "see_also: [ferry-bicycles]", "see_also: [ferry-pets]")
        edit("faq/en/interface.yaml", "ferry-bicycles", "ferry-pets")
        text = await editor.opens("/changes")
        assert "ferry-pets New." in text
        assert "ferry-bicycles Taken out." in text


async def test_with_git_it_is_compared_with_the_last_commit(small: Path, edit: Edit) -> None:
    """Also what was edited before the page was started; a commit makes it the new state."""

    def git(*arguments: str) -> None:
        who = ("-c", "user.name=Editor", "-c", "user.email=editor@example.org")
        subprocess.run(["git", *who, *arguments], cwd=small, check=True, capture_output=True)  # noqa: S603, S607  # git

    git("init", "-q")
    git("add", "faq", "seeds")
    git("commit", "-q", "-m", "before")
    edit(FERRY, "Three boats leave", "Three ferries leave")
    async with page_over(small) as editor:
        text = await editor.opens("/changes")
        assert "Changed since the last commit" in text
        assert "Three <del>boats</del><ins>ferries</ins> leave" in editor.page
        git("commit", "-q", "-a", "-m", "after")
        assert "Nothing yet." in await editor.opens("/changes")


# --- Health ------------------------------------------------------------------------------------------------------


def in_section(page: str, heading: str) -> str:
    """The text of a section of a page, by its heading's id."""
    (found,) = re.findall(rf'<section[^>]* aria-labelledby="{heading}">(.*?)</section>', page, re.DOTALL)
    return text_of(found)


async def test_review_dates(small: Path, edit: Edit) -> None:
    """Those that passed, the oldest first, and those of the next weeks, each leading to its entry."""
    today = date.today()
    path = small / FERRY
    text = path.read_text(encoding="utf-8")
    for ago in (timedelta(days=3), timedelta(days=9), timedelta(days=-20)):
        text = text.replace("review_by: 2027-11-21", f"review_by: {today - ago}", 1)
    path.write_text(text.replace("reviewed: 2026-11-21", "reviewed: 2020-11-21"), encoding="utf-8")
    async with page_over(small) as editor:
        await editor.opens("/health")
        said = in_section(editor.page, "dates")
        assert re.search(r"Passed 2 What does a ticket cost.*How many people take.*Within 30 days 1 When do", said)
        assert 'href="/entry/ferry-fares"' in editor.page
        assert "no translation" in in_section(editor.page, "translations")


async def test_translations(french: Path, edit: Edit) -> None:
    """Of each language what is missing, out of date and unread."""
    async with page_over(french) as editor:
        edit(FERRY, "School classes were not counted.", "School classes are not in that.")
        await editor.opens("/health")
        said = in_section(editor.page, "translations")
        assert re.search(r"Français Out of date: people get the English 1 How many people .* Missing: .* \d+ ", said)
        assert 'href="/entry/ferry-passengers?language=fr"' in editor.page


async def test_without_a_log_it_says_so(small: Path) -> None:
    """Nothing is known then of what people ask for."""
    async with page_over(small) as editor:
        await editor.opens("/health")
        assert "There is no gap log on this machine" in in_section(editor.page, "counts")


async def test_what_people_ask_for_and_mark_as_wrong(small: Path, tmp_path: Path) -> None:
    """From the counts of the log: what was never asked for, and what was marked, and as what."""
    counts = [Count(Outcome.ANSWER, "en", Channel.PRIVATE, "ferry-times")]
    counts += [Count(outcome, "en", Channel.PRIVATE, "ferry-fares") for outcome in (Outcome.WRONG, Outcome.OUTDATED)]
    async with GapLog(tmp_path / "data", KEYS, keep=timedelta(days=90)) as log:
        await log.write([*map(Note, counts), Note(replace(counts[1]))])
        async with page_over(small, log.counts) as editor:
            await editor.opens("/health")
            said = in_section(editor.page, "counts")
            assert "What does a ticket cost? ferry-fares wrong 2, outdated 1" in said
            never = said.partition("Never asked for")[2]
            assert "ferry-history" in never
            assert "ferry-times" not in never


async def test_a_log_that_cannot_be_read(small: Path) -> None:
    """It is said why, and the rest of the page is there."""

    async def fail() -> list[tuple[date, Count, int]]:
        raise LogError("it was begun with another ASKER_KEY")

    async with page_over(small, fail) as editor:
        assert "Review dates" in await editor.opens("/health")
        assert "cannot be read: it was begun with another ASKER_KEY" in in_section(editor.page, "counts")
