"""Whatever becomes of the FAQ's files while the bot runs, it answers on from the last good ones, and says where."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr
from telegram import Bot

from bot.channels.telegram.admin.alerts import MOST_KEPT, RETRY, Alerts
from bot.content.diagnostics import ContentError, Diagnostic
from bot.content.loader import read_faq
from bot.content.yaml_reader import MAX_BYTES
from bot.matching.matcher import RegressionMatcher
from bot.runtime.catalog import Catalog
from bot.runtime.load import load_matcher
from bot.runtime.reload import MOST_LOGGED, FaqWatcher, learn_apart
from bot.settings import Settings
from tests.support.hostile import mutated
from tests.support.paths import SMALL
from tests.support.samples import garden
from tests.support.telegram_emulator import BotProcess, Emulator, bot_environment, serving
from tests.support.telegram_phone import READY, Phone
from tests.support.telegram_talk import Talk, talk_with
from tests.support.telegram_world import (
    BAD_GATEWAY,
    PERSONAL_MARKS,
    TOKEN,
    Chat,
    Fault,
    Refused,
    Shown,
    World,
    made_person,
)

pytestmark = pytest.mark.slow

FERRY, INTERFACE, NOTE = "faq/en/ferry.yaml", "faq/en/interface.yaml", "seeds/note.yaml"
SOUND = "The FAQ's files are sound again."


# --- Seen from within --------------------------------------------------------------------------------------------


class Watched:
    """A watch on an FAQ in use, and what it tells."""

    def __init__(self, settings: Settings) -> None:
        self.told: list[str] = []
        self.taken_up = 0
        watch = FaqWatcher(settings, poll_seconds=1)
        self.catalog = Catalog(load_matcher(settings, notify=lambda _: None))
        self.before = self.catalog.matcher
        self._news = asyncio.Event()
        self.running = asyncio.create_task(watch.run(self.catalog, changed=self._changed, tell=self._tell))

    def _tell(self, text: str) -> None:
        self.told.append(text)
        self._news.set()

    async def _changed(self) -> None:
        self.taken_up += 1
        self._news.set()

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until this holds; it is looked at after each word."""
        try:
            async with asyncio.timeout(60):
                while not holds():
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(f"not within a minute; told: {self.told}") from None


@asynccontextmanager
async def watched(folder: Path, cache: Path) -> AsyncIterator[Watched]:
    made = Watched(Settings(faq_dir=folder / "faq", seeds_dir=folder / "seeds", cache_dir=cache))
    try:
        yield made
    finally:
        made.running.cancel()
        await asyncio.gather(made.running, return_exceptions=True)


Break = Callable[[Path], None]


def syntax(path: Path) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write("oops: [\n")


def half(path: Path) -> None:
    raw = path.read_bytes()
    path.write_bytes(raw[: len(raw) // 2])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def latin(path: Path) -> None:
    path.write_bytes(b"a: b\nc: caf\xe9\n")


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def dangling(path: Path) -> None:
    path.unlink()
    path.symlink_to("nowhere.yaml")


def itself(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.name)


def endless(path: Path) -> None:
    path.unlink()
    path.symlink_to("/dev/zero")


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def huge(path: Path) -> None:
    os.truncate(path, 20 << 30)  # of which the disk holds nothing


def bomb(path: Path) -> None:
    """Nine levels of nine aliases each: 9 to the 9th values, were they written out."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    path.write_text("\n".join(lines), encoding="utf-8")


def aliases(path: Path) -> None:
    """As many aliases as a file of the largest size has room for."""
    start = "a: &a x\nb: ["
    path.write_text(start + "*a, " * ((MAX_BYTES - 20) // 4) + "]", encoding="utf-8")


def deep(path: Path) -> None:
    path.write_text("a: " + "[" * (MAX_BYTES - 10), encoding="utf-8")


FAULTS: dict[str, tuple[str, Break, str]] = {
    "syntax": (FERRY, syntax, "faq/en/ferry.yaml:132: Y102"),
    "half written": (FERRY, half, "faq/en/ferry.yaml:"),
    "half a record": (NOTE, half, "seeds/note.yaml:"),
    "empty": (FERRY, empty, "faq/en/ferry.yaml:1: Y102"),
    "deleted": (INTERFACE, Path.unlink, "faq/en:1: Y101 unreadable: interface.yaml is missing"),
    "record deleted": (NOTE, Path.unlink, "faq/en/ferry.yaml:"),
    "a folder in its place": (FERRY, folder, "faq/en/ferry.yaml:1: Y101"),
    "a link to nowhere": (FERRY, dangling, "faq/en/ferry.yaml:1: Y101"),
    "a link to itself": (FERRY, itself, "faq/en/ferry.yaml:1: Y101"),
    "a pipe": (FERRY, pipe, "faq/en/ferry.yaml:1: Y101"),
    "an endless device": (FERRY, endless, "faq/en/ferry.yaml:1: Y101"),
    "20 GB": (FERRY, huge, "faq/en/ferry.yaml:1: Y101 unreadable: has 21,474,836,480 bytes"),
    "no UTF-8": (FERRY, latin, "faq/en/ferry.yaml:2: Y101"),
    "a bomb": (FERRY, bomb, "faq/en/ferry.yaml:"),
    "aliases": (FERRY, aliases, "faq/en/ferry.yaml:"),
    "deep": (FERRY, deep, "faq/en/ferry.yaml:1: Y102"),
}


@pytest.mark.parametrize("name", FAULTS)
async def test_a_broken_file_changes_nothing_and_is_told_with_its_place(
    small: Path, cache: Path, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    """One word in which the file and what is the matter stand; one more when it is mended. In the log no flood."""
    file, break_, place = FAULTS[name]
    async with watched(small, cache) as bot:
        raw = (small / file).read_bytes()
        break_(small / file)
        await bot.until(lambda: len(bot.told) == 1)
        assert place in bot.told[0]
        assert f"FAQ {bot.catalog.matcher.faq.version}, from before it, stays in use." in bot.told[0]
        assert len(bot.told[0]) < 4096
        assert bot.catalog.matcher is bot.before
        lines = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
        assert lines[0].startswith("FAQ not taken up: ")
        assert len(lines) <= MOST_LOGGED + 1
        path = small / file
        if path.is_dir() and not path.is_symlink():
            path.rmdir()
        path.unlink(missing_ok=True)
        path.write_bytes(raw)
        await bot.until(lambda: len(bot.told) == 2)
        assert bot.told[1].startswith(SOUND)
        assert bot.catalog.matcher is bot.before


@pytest.mark.parametrize("which", ["faq", "faq/en", "seeds"])
async def test_a_folder_that_goes_and_comes_back(small: Path, cache: Path, which: str) -> None:
    """Moved away, as by a deployment, and another put in its place; then it is watched as the first was."""
    async with watched(small, cache) as bot:
        gone = small / "gone"
        (small / which).rename(gone)
        await bot.until(lambda: len(bot.told) == 1)
        assert "Y101" in bot.told[0]
        assert bot.catalog.matcher is bot.before
        shutil.copytree(gone, small / which)
        await bot.until(lambda: len(bot.told) == 2)
        assert bot.told[1].startswith(SOUND)
        syntax(small / FERRY)
        await bot.until(lambda: len(bot.told) == 3)
        assert FERRY in bot.told[2]


async def test_what_the_check_refuses_is_not_taken_up(small: Path, cache: Path) -> None:
    """A figure that no fact states is told with its place; mended, what changed is told."""
    async with watched(small, cache) as bot:
        path = small / FERRY
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("were not counted", "came 999 times"), encoding="utf-8")
        await bot.until(lambda: len(bot.told) == 1)
        assert f"{FERRY}:" in bot.told[0]
        assert "F404" in bot.told[0]
        assert bot.catalog.matcher is bot.before
        path.write_text(text.replace("were not counted", "never came"), encoding="utf-8")
        await bot.until(lambda: bot.taken_up == 1)
        assert bot.told[1].endswith(f"FAQ {bot.catalog.faq.version} is in use: 1 entry changed.")


async def test_the_same_fault_is_told_once(small: Path, cache: Path) -> None:
    """However often the file is saved; another fault is another word."""
    async with watched(small, cache) as bot:
        syntax(small / FERRY)
        await bot.until(lambda: len(bot.told) == 1)
        (small / FERRY).touch()
        (small / "seeds" / "more.yaml").write_text("title: of nothing\n", encoding="utf-8")
        await bot.until(lambda: len(bot.told) == 2)
        assert "seeds/more.yaml:1" in bot.told[1]
        (small / FERRY).touch()
        (small / INTERFACE).touch()
        (small / "seeds" / "more.yaml").unlink()
        await bot.until(lambda: len(bot.told) == 3)
        assert bot.told[2] == bot.told[0]


async def test_an_edit_that_keeps_size_and_time_is_seen(small: Path, cache: Path) -> None:
    """As one copied with its times is, or one that the bot may only read since."""
    async with watched(small, cache) as bot:
        path = small / FERRY
        stat, raw = path.stat(), path.read_bytes()
        new = path.with_suffix(".new")
        new.write_bytes(raw.replace(b"topic:", b"tropic", 1))
        os.utime(new, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        new.replace(path)
        await bot.until(lambda: len(bot.told) == 1)


def with_french(small: Path) -> Path:
    shutil.copytree(SMALL.parent / "small_fr" / "faq" / "fr", small / "faq" / "fr")
    return small / "faq" / "fr" / "ferry.yaml"


async def test_a_language_in_use_is_not_lost_to_a_broken_file(small: Path, cache: Path) -> None:
    """Those who read French would get English instead."""
    path = with_french(small)
    async with watched(small, cache) as bot:
        assert bot.catalog.versions.keys() == {"en", "fr"}
        syntax(path)
        await bot.until(lambda: len(bot.told) == 1)
        assert "faq/fr/ferry.yaml:" in bot.told[0]
        assert bot.catalog.matcher is bot.before


async def test_a_language_that_was_broken_at_the_start_holds_up_no_edit(small: Path, cache: Path) -> None:
    """It was left out then, and still is; an edit of the others is put to use."""
    syntax(with_french(small))
    async with watched(small, cache) as bot:
        assert bot.catalog.versions.keys() == {"en"}
        path = small / INTERFACE
        path.write_text(path.read_text(encoding="utf-8").replace("All topics", "Every topic"), encoding="utf-8")
        await bot.until(lambda: bot.taken_up == 1)
        assert bot.catalog.matcher.faq.interface.all_topics == "Every topic"
        assert bot.told == [f"FAQ {bot.catalog.faq.version} is in use: other texts changed."]


async def test_a_translation_that_is_not_taken_up_is_told_of(small: Path, cache: Path) -> None:
    """Once, with its place and what is wrong with it; the edit is in use, and the entry in English."""
    path = with_french(small)
    text = path.read_text(encoding="utf-8")
    begin, end = text.index("  - id: ferry-passengers"), text.index("  - id: ferry-times")
    path.write_text(text[:begin] + text[end:], encoding="utf-8")
    async with watched(small, cache) as bot:
        path.write_text(text.replace("1 400", "1 900"), encoding="utf-8")
        await bot.until(lambda: len(bot.told) == 1)
        assert "is in use" in bot.told[0]
        assert "'ferry-passengers' is shown in English: faq/fr/ferry.yaml:" in bot.told[0]
        assert "F605" in bot.told[0]
        other = small / INTERFACE
        other.write_text(other.read_text(encoding="utf-8").replace("All topics", "Every topic"), encoding="utf-8")
        await bot.until(lambda: len(bot.told) == 2)
        assert "F605" not in bot.told[1]
        assert bot.catalog.faq.translations["fr"].entries["ferry-passengers"].language == "en"


def at_start_of_python(folder: Path, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Have every Python that is started from now on run this first."""
    (folder / "sitecustomize.py").write_text(code, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(folder))


async def test_what_cannot_be_learned_is_told(
    small: Path, cache: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process that learns ended badly: the FAQ before stays, and the next edit is tried again."""
    at_start = tmp_path_factory.mktemp("start")
    at_start_of_python(at_start, monkeypatch, "import os\nos._exit(3)\n")
    async with watched(small, cache) as bot:
        path = small / FERRY
        text = path.read_text(encoding="utf-8")
        path.write_text(
            text.replace("    phrasings:\n", "    phrasings:\n      - a new wording\n", 1), encoding="utf-8"
        )
        await bot.until(lambda: len(bot.told) == 1)
        assert "learning it ended with 3; python -m bot learn says why" in bot.told[0]
        assert bot.catalog.matcher is bot.before
        at_start_of_python(at_start, monkeypatch, "")
        path.touch()
        await bot.until(lambda: bot.taken_up == 1)
        assert bot.told[1].startswith(SOUND)


async def test_who_learns_knows_no_secret(
    small: Path, cache: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No setting but the folders: neither a secret nor what makes no sense without one."""
    at_start = tmp_path_factory.mktemp("start")
    seen = at_start / "environment.json"
    code = f"import json, os, pathlib\npathlib.Path({str(seen)!r}).write_text(json.dumps(dict(os.environ)))\n"
    chosen = Settings(faq_dir=small / "faq", seeds_dir=small / "seeds", cache_dir=cache)
    at_start_of_python(at_start, monkeypatch, code)
    for name in Settings.model_fields:
        monkeypatch.setenv(name.upper(), "a secret")
        monkeypatch.setenv(name, "a secret")
    assert await learn_apart(chosen) == 0
    environment = json.loads(seen.read_text(encoding="utf-8"))
    assert environment["FAQ_DIR"] == str(small / "faq")
    assert "a secret" not in environment.values()
    assert "PATH" in environment


# --- The maintainers' chats --------------------------------------------------------------------------------------

MATCHER = RegressionMatcher(garden())
CHATS = SecretStr(", ".join(str(made_person(number).id) for number in (1, 2)))


class Naps:
    """Sleeps that are over at once, and counted."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)


def bot_of(talk: Talk) -> Bot:
    """As `running` has it: past the rate limiter, and without its markup."""
    return Bot(TOKEN, request=talk.request)


@asynccontextmanager
async def alerts_of(talk: Talk, naps: Naps) -> AsyncIterator[Alerts]:
    alerts = Alerts(bot_of(talk), talk.context.maintainer_chats, sleep=naps.sleep)
    running = asyncio.create_task(alerts.run())
    try:
        yield alerts
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not holds():
            await asyncio.sleep(0.001)


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    async with talk_with(MATCHER, tmp_path, maintainer_chats=CHATS) as made:
        yield made


@pytest.mark.parametrize(
    "refusal",
    [
        Refused(403, "Forbidden: bot was blocked by the user"),
        Refused(400, "Bad Request: chat not found"),
        Refused(400, "Bad Request: group chat was upgraded", {"migrate_to_chat_id": -1005432345}),
    ],
)
async def test_a_chat_that_refuses_disturbs_nothing(
    talk: Talk, refusal: Refused, caplog: pytest.LogCaptureFixture
) -> None:
    """The other one is told; the log names the place in the setting and no number."""
    other, naps = talk.world.private(made_person(2)), Naps()
    async with alerts_of(talk, naps) as alerts:
        talk.request.fail("sendMessage", refusal)
        alerts.notify("faq/en/a.yaml:3: something & <more>")
        await until(lambda: bool(talk.world.replies(other)))
        assert talk.world.last(other).text == "faq/en/a.yaml:3: something & <more>"
        assert talk.world.replies(talk.chat) == ()
        assert caplog.text.count("at place 1 of MAINTAINER_CHATS") == 1
        assert not any(mark in caplog.text for mark in (*PERSONAL_MARKS, "5432345"))
        alerts.notify("sound again")
        await until(lambda: bool(talk.world.replies(talk.chat)))
    assert naps.slept == []


@pytest.mark.parametrize("fault", [BAD_GATEWAY, "reset", "timeout"])
async def test_a_bad_moment_of_the_network_is_waited_for(
    talk: Talk, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    """In each chat the texts keep their order, and none comes twice; the log says it once."""
    other, naps = talk.world.private(made_person(2)), Naps()
    async with alerts_of(talk, naps) as alerts:
        talk.request.fail("sendMessage", fault, times=60)
        texts = ["ferry.yaml:7 is broken", "all is mended"]
        for text in texts:
            alerts.notify(text)
        await until(lambda: all(len(talk.world.replies(chat)) == 2 for chat in (talk.chat, other)))
        for chat in (talk.chat, other):
            assert [shown.text for shown in talk.world.replies(chat)] == texts
    assert len(naps.slept) > 1
    assert set(naps.slept) == {RETRY}
    assert caplog.text.count("word of a fault cannot be sent now") == 1


async def test_of_many_texts_the_newest_are_kept(talk: Talk) -> None:
    """For a Telegram that cannot be reached for a day."""
    alerts = Alerts(bot_of(talk), talk.context.maintainer_chats)
    for number in range(50):
        alerts.notify(f"text {number}")
    running = asyncio.create_task(alerts.run())
    await until(lambda: len(talk.world.replies(talk.chat)) == MOST_KEPT)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert talk.world.last(talk.chat).text == "text 49"


async def test_a_file_with_an_impossible_name_is_told_of(talk: Talk) -> None:
    """Linux has names that no message can hold."""
    async with alerts_of(talk, Naps()) as alerts:
        alerts.notify("faq/en/\udcff.yaml:1: broken")
        await until(lambda: bool(talk.world.replies(talk.chat)))
    assert talk.world.last(talk.chat).text == "faq/en/?.yaml:1: broken"


# --- The bot as a process ----------------------------------------------------------------------------------------


@asynccontextmanager
async def told_to(folder: Path, small: Path, cache: Path) -> AsyncIterator[tuple[Phone, Chat]]:
    """A bot whose maintainers' chats are one that it does not know, and this one."""
    emulator = Emulator(World())
    chat = emulator.world.private()
    folder.mkdir()
    async with serving(emulator) as url:
        environment = bot_environment(folder, url, faq=small / "faq", seeds=small / "seeds")
        environment |= {"CACHE_DIR": str(cache), "MAINTAINER_CHATS": f"-{chat.id}, {chat.id}"}
        async with BotProcess("run", folder=folder, environment=environment) as process:
            await process.wait_for_output(READY, timeout=120)
            yield Phone(emulator, process, environment, folder), chat
            assert await process.stop() == 0, process.output
            assert "Traceback" not in process.output
            assert not any(mark in process.output for mark in (*PERSONAL_MARKS, TOKEN))


def words(phone: Phone, chat: Chat) -> list[Shown]:
    """What the maintainers were told, the weekly digest left out."""
    return [shown for shown in phone.world.replies(chat) if not shown.text.startswith("The seven days to ")]


def _has_more(phone: Phone, chat: Chat, before: int, _: World) -> bool:
    return len(words(phone, chat)) > before


async def test_while_a_file_is_broken_people_are_answered_and_maintainers_told(
    tmp_path: Path, small: Path, cache: Path
) -> None:
    """Half written, then a pipe that would never end, then sound again."""
    async with told_to(tmp_path / "bot", small, cache) as (phone, chat):
        somebody, path = phone.somebody(), small / FERRY
        raw = path.read_bytes()
        for break_ in (half, pipe):
            before = len(words(phone, chat))
            break_(path)
            await phone.emulator.until(partial(_has_more, phone, chat, before))
            assert f"{FERRY}:" in words(phone, chat)[-1].text
            assert (await phone.say("when does the ferry go", somebody)).labels[:2] == ("Yes", "No")
        path.unlink()
        path.write_bytes(raw)
        await phone.emulator.until(lambda _: len(words(phone, chat)) == 3)
        assert words(phone, chat)[-1].text.startswith(SOUND)
        await phone.process.wait_for_output("at place 1 of MAINTAINER_CHATS (BadRequest)")


async def test_without_its_folder_the_bot_answers_on(tmp_path: Path, small: Path, cache: Path) -> None:
    """Deleted whole, and put back; asked to end in between it would."""
    async with told_to(tmp_path / "bot", small, cache) as (phone, chat):
        somebody = phone.somebody()
        (small / "faq" / "en").rename(tmp_path / "kept")  # at once, so that no half of it is seen
        await phone.emulator.until(lambda _: bool(words(phone, chat)))
        assert "there is no folder 'en'" in words(phone, chat)[-1].text
        assert (await phone.say("when does the ferry go", somebody)).labels[:2] == ("Yes", "No")
        shutil.copytree(tmp_path / "kept", small / "faq" / "en")
        await phone.emulator.until(lambda _: words(phone, chat)[-1].text.startswith(SOUND))


async def test_it_ends_while_a_pipe_stands_in_a_files_place(tmp_path: Path, small: Path, cache: Path) -> None:
    """Nobody waits for what will never be read."""
    async with told_to(tmp_path / "bot", small, cache) as (phone, chat):
        pipe(small / FERRY)
        await phone.emulator.until(lambda _: bool(words(phone, chat)))


# --- Whatever stands in the files --------------------------------------------------------------------------------

FILES = sorted(path.relative_to(SMALL).as_posix() for path in SMALL.rglob("*.yaml"))


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_files_make_nothing_but_problems_with_a_place(small: Path, data: st.DataObject) -> None:
    """One or two files, changed anywhere or made of anything: an FAQ, or a ContentError that says where."""
    chosen = data.draw(st.lists(st.sampled_from(FILES), min_size=1, max_size=2, unique=True))
    for file in chosen:
        (small / file).write_bytes(data.draw(mutated((SMALL / file).read_bytes())))
    problems = problems_of(small)
    for file in chosen:
        (small / file).write_bytes((SMALL / file).read_bytes())
    for problem in problems:
        assert problem.file.startswith(("faq/en", "faq/cries", "faq/phrasings", "faq/follow_ups", "seeds"))
        assert problem.line >= 1
        assert len(str(problem).splitlines()) == 1


def problems_of(folder: Path) -> tuple[Diagnostic, ...]:
    """Why the files cannot be used; none if they can."""
    try:
        assert read_faq(folder / "faq", folder / "seeds").entries
    except ContentError as error:
        return error.diagnostics or (Diagnostic("", 0, "Y101", "no problem is named", ""),)
    return ()
