"""What the gap log promises those who ask, shown over the whole way, from what they type to wherever it could be.

Files, decrypted texts, log lines, the command line, an export, the review page and the digest are searched for what
`personal_data` puts into questions.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
import re
import sqlite3
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from cryptography.fernet import Fernet
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr
from typer.testing import CliRunner

from bot.answering.turn import take_turn
from bot.channels.telegram.ui.html import to_html
from bot.channels.terminal.chat import chat
from bot.channels.terminal.session import Session, TerminalGapNotes
from bot.cli.main import app
from bot.content.parsed import Content
from bot.domain.conversation import Question
from bot.domain.faq import Kind
from bot.domain.gap import Note
from bot.gaps.digest import digest
from bot.gaps.key_rotation import rekey
from bot.gaps.record import note_turn
from bot.gaps.repository import GapLog
from bot.gaps.transfer import export_log, import_log, new_export_key, open_export, read_export, write_export
from bot.gaps.writer import GapWriter
from bot.matching.matcher import RegressionMatcher
from bot.matching.model_cache import load_or_fit
from bot.observability.logs import OWN_LOGGER, RedactingFormatter
from bot.runtime.catalog import Catalog
from bot.settings import Settings
from bot.storage.keys import Keys, new_asker_key, new_text_key
from bot.storage.stores import FILE
from bot.storage.tables import TABLES
from bot.text.redaction import redact
from tests.support.documentation import PRIVACY as PRIVACY_PAGE
from tests.support.documentation import text_of
from tests.support.paths import SMALL
from tests.support.personal_data import NOT_PROMISED, PERSONAL, QUESTIONS, Personal
from tests.support.review_workbench import KEYS, Visitor, asked, page_over
from tests.support.telegram_talk import talk_with
from tests.support.telegram_world import PERSONAL_MARKS, made_person

pytestmark = pytest.mark.slow

few = settings(max_examples=10, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
MARKS = (("", ""), ("(", ")"), ("", ","), (": ", ""), ("«", "»"), ("", "!"), ("\n", "\n"), ("-", ""))
TELLING = 7  # letters of a word by which a text would be known


# --- What people write ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Message:
    """A question with personal data put in. ``figures`` are those of its figures that stand apart from that."""

    text: str
    items: tuple[Personal, ...]
    figures: tuple[str, ...]


@st.composite
def messages(draw: st.DrawFn, questions: Sequence[str] = QUESTIONS) -> Message:
    """A question with up to three items between its words, each with marks around it."""
    words = draw(st.sampled_from(questions)).split()
    put_in = st.tuples(st.integers(0, len(words)), st.sampled_from(PERSONAL), st.sampled_from(MARKS))
    placed = draw(st.lists(put_in, max_size=3))
    parts: list[tuple[str, bool]] = []
    for place, word in enumerate((*words, "")):
        parts += [(f"{before}{item.text}{after}", True) for at, item, (before, after) in placed if at == place]
        parts += [(word.replace("_", " "), False)] if word else []
    return Message(
        " ".join(part for part, _ in parts), tuple(item for _, item, _ in placed), tuple(_figures_apart(parts))
    )


def _figures_apart(parts: Sequence[tuple[str, bool]]) -> Iterator[str]:
    """The words with figures that have no personal data beside them: beside it a figure may go along."""
    for at, (word, _) in enumerate(parts):
        if re.search(r"\d", word) and not any(is_item for _, is_item in parts[max(at - 1, 0) : at + 2]):
            yield word.strip(",?")


def telling_words(text: str) -> set[bytes]:
    """The words of a question by which it would be known in a file."""
    return {word.encode() for word in re.findall(r"[^\W\d_]+", text.casefold()) if len(word) >= TELLING}


@pytest.mark.parametrize("kind", sorted({item.kind for item in PERSONAL}))
def test_personal_data_goes(kind: str) -> None:
    """Each kind, in whatever form it is typed and whatever stands around it."""
    for item in (item for item in PERSONAL if item.kind == kind):
        for before, after in (("", ""), ("please help ", " about papers"), ("اقرأ ", " صحيح"), *MARKS):
            assert item.traces(f"{before}{item.text}{after}"), "the search would not find it"
            assert not item.traces(redact(f"{before}{item.text}{after}")), item.text


@pytest.mark.parametrize(
    "item",
    [
        pytest.param(item, id=f"{item.kind}: {item.text}", marks=pytest.mark.xfail(reason="no promise", strict=True))
        for item in NOT_PROMISED
    ],
)
def test_what_no_promise_is_made_of(item: Personal) -> None:
    """The limit of redaction: these stay, and are kept encrypted. The day one goes, its marker does too."""
    assert not item.traces(redact(item.text))


@settings(max_examples=200, deadline=None)
@given(messages())
def test_figures_of_a_question_stay_while_personal_data_goes(message: Message) -> None:
    """In one and the same text: years, counts, shares, laws and days are left, what tells on a person is not."""
    kept = redact(message.text)
    assert [item.text for item in message.items if item.traces(kept)] == []
    assert [figure for figure in message.figures if figure not in kept] == []


# --- All places where it could be ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Seen:
    """What there is to see after a talk: the bytes of files, texts by where they stand, and the gaps' own texts."""

    files: dict[str, bytes]
    texts: dict[str, str]
    kept: tuple[str, ...]


@contextmanager
def all_logged(*forms: logging.Formatter) -> Iterator[list[str]]:
    """What all loggers say meanwhile, down to the last detail, in these forms."""
    lines: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.extend(form.format(record) for form in forms)

    root, listener = logging.getLogger(), Listener()
    before = root.level
    root.addHandler(listener)
    root.setLevel(logging.DEBUG)
    try:
        yield lines
    finally:
        root.setLevel(before)
        root.removeHandler(listener)


@contextmanager
def only_ours() -> Iterator[list[str]]:
    """What our own loggers say meanwhile, with every value."""
    with all_logged(logging.Formatter("%(name)s %(message)s")) as lines:
        ours: list[str] = []
        yield ours
        ours += [line for line in lines if line.startswith(OWN_LOGGER)]


@pytest.fixture(scope="module")
def known(cache: Path, small_matcher: RegressionMatcher) -> Path:
    """The folder of learned models, with the small FAQ in it."""
    load_or_fit(small_matcher.faq, cache)
    return cache


@contextmanager
def house(known: Path) -> Iterator[tuple[Path, Settings]]:
    """A folder with the small FAQ and a gap log of its own, and the settings of it."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        for part in ("faq", "seeds"):
            (folder / part).symlink_to(SMALL / part)
        (folder / "cache").symlink_to(known)
        yield (
            folder,
            Settings(
                faq_dir=folder / "faq",
                seeds_dir=folder / "seeds",
                cache_dir=known,
                data_dir=folder / "data",
                gaps_key=SecretStr(KEYS.texts[0].decode()),
                asker_key=SecretStr(KEYS.askers.hex()),
            ),
        )


def files_of(settings: Settings, when: str) -> dict[str, bytes]:
    """The bytes of the database, its journal and its journal's index."""
    return {f"{path.name} {when}": path.read_bytes() for path in settings.data_dir.iterdir()}


def talk_in_terminal(lines: Sequence[str], settings: Settings, matcher: RegressionMatcher) -> dict[str, bytes]:
    """Type these lines into the chat; the files while it is open and after it is closed."""
    warned: list[str] = []
    catalog = Catalog(matcher)
    with Session(catalog, TerminalGapNotes(settings, catalog, is_on=True, warn=warned.append)) as session:
        chat(lines, lambda _: None, session)
        files = files_of(settings, "while open")
    assert not warned
    return files | files_of(settings, "after close")


def environment_of(settings: Settings) -> dict[str, str]:
    """These settings as a command takes them."""
    return {
        "FAQ_DIR": str(settings.faq_dir),
        "SEEDS_DIR": str(settings.seeds_dir),
        "CACHE_DIR": str(settings.cache_dir),
        "DATA_DIR": str(settings.data_dir),
        "GAPS_KEY": KEYS.texts[0].decode(),
        "ASKER_KEY": KEYS.askers.hex(),
    }


def told_by_commands(settings: Settings, ids: Sequence[int]) -> dict[str, str]:
    """What the command line shows of the gaps, in words and as JSON."""
    numbers = [str(number) for number in ids]
    told = {}
    for command in (["list"], ["groups"], *([["show", *numbers]] if numbers else [])):
        for form in ([], ["--json"]):
            done = CliRunner().invoke(app, ["gaps", *command, *form], env=environment_of(settings))
            assert done.exit_code == 0, f"gaps {command[0]} {form} ended with {done.exit_code}"
            shown = json.dumps(json.loads(done.stdout), ensure_ascii=False) if form else done.stdout
            told[f"gaps {command[0]} {' '.join(form)}"] = shown + done.stderr
    return told


async def told_by_pages(visitor: Visitor) -> dict[str, str]:
    """The HTML of all pages of the review page, each group's and a replay's included, and its text without tags."""
    told = {}
    await visitor.sends("/replay/begin")
    groups = [f"/group/{number}" for number in visitor.workbench.gaps]
    for address in ("/", "/?tab=later", "/replay", "/statistics", "/done", *groups):
        assert (await visitor.opens(address)).status_code == 200
        told[f"page {address}"] = f"{visitor.page}\n{visitor.text}"
    return told


async def told_by_log(folder: Path, settings: Settings, matcher: RegressionMatcher) -> tuple[Seen, list[int]]:
    """What is in the log once it is decrypted, in an export, on the review page and in the digest; the gaps' ids."""
    async with GapLog(settings.data_dir, KEYS, keep=settings.retention) as log:
        gaps, counts = await log.gaps(), await log.counts()
        key, file = new_export_key(), folder / "out.gaps"
        write_export(file, await export_log(log), key)
        now = log.now()
    texts = {
        "gaps": "\n".join(map(str, gaps)),
        "counts": str(counts),
        "export": Fernet(key).decrypt(read_export(file)).decode(),
        "digest": "\n".join(to_html(digest(counts, gaps, matcher, now=now))),
    }
    async with page_over(folder) as visitor:
        texts |= await told_by_pages(visitor)
    seen = Seen({"export": file.read_bytes()}, texts, tuple(logged.gap.text for logged in gaps))
    return seen, [logged.id for logged in gaps]


def assert_discreet(seen: Seen, written: Sequence[Message], matcher: RegressionMatcher) -> None:
    """Nothing personal stands in any text, and nothing of a text at all in any file."""
    for where, text in seen.texts.items():
        told = [item.text for message in written for item in message.items if item.traces(text)]
        assert not told, f"{where} tells on somebody: {told}"
    words = set.union(*(telling_words(text) for text in (*seen.kept, *(message.text for message in written))))
    for where, stored in seen.files.items():
        readable = _readable(stored, matcher)
        plain = readable.decode("utf-8", "ignore")
        told = [item.text for message in written for item in message.items if item.traces(plain)]
        assert not told, f"{where} tells on somebody: {told}"
        assert not [word for word in words if word in readable], f"{where} holds words of a question"
        assert not [text for text in seen.kept if text.encode() in stored], f"{where} holds a text"


def _readable(stored: bytes, matcher: RegressionMatcher) -> bytes:
    """What could be words or numbers of a person in a file: without encrypted texts, codes and ids of entries."""
    ids = b"|".join(name.encode() for name in matcher.faq.entries)
    parted = re.sub(rb"gAAAA[\w=-]{60,}|[0-9a-f]{32,}|[\x00-\x1f]+|%b" % ids, b"\n", stored)
    return parted.decode("utf-8", "ignore").casefold().encode()


def gaps_among(written: Sequence[Message], matcher: RegressionMatcher) -> list[Message]:
    """Those that are kept, as the FAQ does not serve them."""
    turns = [(message, take_turn(Question(message.text), matcher)) for message in written]
    return [message for message, turn in turns if turn.gap is not None and not turn.is_private]


def gaps_of_a_chat(written: Sequence[Message], matcher: RegressionMatcher) -> list[Message]:
    """As `gaps_among`, in one conversation: for an hour after a card nothing is kept."""
    cards = [at for at, message in enumerate(written) if take_turn(Question(message.text), matcher).card is not None]
    return gaps_among(written[: cards[0]] if cards else written, matcher)


def test_the_questions_are_gaps(small_matcher: RegressionMatcher) -> None:
    """The small FAQ serves none of them, so that what is said below is said of texts that are kept.

    A few it takes for what may be a cry for help.
    """
    plain = [Message(question.replace("_", " "), (), ()) for question in QUESTIONS]
    assert all(take_turn(Question(message.text), small_matcher).gap is not None for message in plain)
    assert len(gaps_among(plain, small_matcher)) >= 0.8 * len(plain)


def test_an_address_that_parts_of_a_message_share_goes(small_matcher: RegressionMatcher) -> None:
    """Where one of the parts has an answer, and only the others are kept."""
    asked = "what does Directive 2008/115/EC say about detention, is -zarminaq . k @ gmail . com it 6 months or longer?"
    turn = take_turn(Question(f"What does a ticket cost? @z.zarminaq! {asked}"), small_matcher)
    assert turn.gap_text
    assert "zarminaq" not in turn.gap_text


@few
@given(st.lists(messages(), min_size=2, max_size=4))
def test_what_is_typed_in_a_terminal_is_found_nowhere(
    known: Path, small_matcher: RegressionMatcher, written: list[Message]
) -> None:
    """From the chat to the files, the log lines, the commands, an export, the review page and the digest."""
    with house(known) as (folder, settings), all_logged(logging.Formatter()) as logged:
        files = talk_in_terminal([message.text for message in written], settings, small_matcher)
        seen, ids = asyncio.run(told_by_log(folder, settings, small_matcher))
        texts = seen.texts | told_by_commands(settings, ids)
        assert not [where for where, text in texts.items() if KEYS.pseudonym("asker", "terminal") in text]
        files |= seen.files | files_of(settings, "at the end")
        assert_discreet(Seen(files, texts | {"log lines": "\n".join(logged)}, seen.kept), written, small_matcher)
        for message, kept in zip(gaps_of_a_chat(written, small_matcher), reversed(seen.kept), strict=True):
            # The small FAQ may not know the words for what is counted.
            numbers = [part for figure in message.figures for part in figure.split() if re.search(r"\d", part)]
            assert [number for number in numbers if number not in kept] == []


async def talk_in_telegram(written: Sequence[Message], folder: Path, matcher: RegressionMatcher) -> Seen:
    """Send these messages, each by another person, and mark as wrong what is answered; what is kept of it."""
    async with talk_with(matcher, folder, throttle_messages=0) as talk:
        for number, message in enumerate(written):
            somebody = talk.world.private(made_person(number))
            await talk.say(message.text, somebody)
            await talk.say(f"What does a ticket cost? {message.text}", somebody)
            answered = await talk.say(
                f"What does a ticket cost? {' '.join(one.text for one in message.items)}", somebody
            )
            if "No" in answered.labels:
                await talk.press("No", somebody)
                await talk.press("Wrong", somebody)
        gaps = await talk.gaps()
        files = {f"{path.name} while open": path.read_bytes() for path in folder.iterdir()}
    files |= {f"{path.name} after close": path.read_bytes() for path in folder.iterdir()}
    return Seen(files, {"gaps": "\n".join(map(str, gaps))}, tuple(logged.gap.text for logged in gaps))


@few
@given(st.lists(messages(), min_size=1, max_size=2))
def test_what_is_written_in_telegram_is_found_nowhere(small_matcher: RegressionMatcher, written: list[Message]) -> None:
    """Nor who wrote it: no name, no number of a person or a chat, be it beside a text, in a file or in a log line.

    Log lines are looked at as the running bot writes them, at every level; its own also as they come.
    """
    with TemporaryDirectory() as name, all_logged(RedactingFormatter(())) as logged:
        with only_ours() as ours:
            seen = asyncio.run(talk_in_telegram(written, Path(name), small_matcher))
        assert len(seen.kept) >= len(gaps_among(written, small_matcher))
        texts = seen.texts | {"log lines": "\n".join(logged), "our log lines": "\n".join(ours)}
        assert "outcome=" in texts["our log lines"]
        assert_discreet(Seen(seen.files, texts, seen.kept), written, small_matcher)
        for mark in PERSONAL_MARKS:
            assert not [where for where, text in texts.items() if mark in text], mark
            assert not [where for where, stored in seen.files.items() if mark.encode() in stored], mark


# --- Calls for help ------------------------------------------------------------------------------------------------

CRIES = 6  # words of a call for help, from which on nothing beside it makes it another


def cries_of(matcher: RegressionMatcher) -> list[str]:
    """The phrasings of an FAQ's urgent cards."""
    urgent = (entry for entry in matcher.faq.entries.values() if entry.kind is Kind.URGENT)
    return [text for entry in urgent for text in entry.phrasings]


@few
@given(st.data())
def test_a_call_for_help_is_never_kept(known: Path, small_matcher: RegressionMatcher, data: st.DataObject) -> None:
    """Whatever of a person stands in it: it is counted, and neither its words nor a code of its writer are stored."""
    written = data.draw(st.lists(messages(cries_of(small_matcher)), min_size=1, max_size=3))
    with house(known) as (_, settings):
        files = talk_in_terminal([message.text for message in written], settings, small_matcher)
        with closing(sqlite3.connect(settings.data_dir / FILE)) as connection:
            assert connection.execute("SELECT count(*) FROM gap").fetchone() == (0,)
            counted = connection.execute("SELECT sum(number) FROM count WHERE outcome = 'urgent'").fetchone()
        assert counted == (len(written),), "with personal data in it, it is no call for help any more"
        assert_discreet(Seen(files, {}, ()), written, small_matcher)
        assert not [where for where, stored in files.items() if KEYS.pseudonym("asker", "terminal").encode() in stored]


def test_a_call_for_help_in_no_language_is_kept(known: Path, matcher: RegressionMatcher) -> None:
    """In each language of `faq/cries/`: cries with a word left out are counted, and neither kept nor left in a file."""
    for cries in matcher.faq.cries:
        whole = [text.split() for texts in cries.cries.values() for text in texts[::4]]
        written = [" ".join(words[:-1]) for words in whole if len(words) > CRIES][:5]
        with house(known) as (_, settings):
            files = talk_in_terminal(written, settings, matcher)
            with closing(sqlite3.connect(settings.data_dir / FILE)) as connection:
                kept = connection.execute("SELECT count(*) FROM gap").fetchone()[0]
                counted = connection.execute("SELECT sum(number) FROM count WHERE outcome != 'command'").fetchone()[0]
            stored = b"\n".join(_readable(stored, matcher) for stored in files.values())
        assert kept == 0, cries.language
        assert (counted or 0) == len(written), cries.language
        assert not [text for text in written for word in telling_words(text) if word in stored], cries.language


def test_a_text_that_cannot_be_read_is_not_kept(known: Path, small_matcher: RegressionMatcher) -> None:
    """In a script or a language that says nothing to the bot, it may be a cry for help: it is counted."""
    written = ["შველა გემი იძირება", "எங்களைக் காப்பாற்றுங்கள்", "ދެން ކޮބާ ތި އުޅެނީ"]
    with house(known) as (_, settings):
        talk_in_terminal(written, settings, small_matcher)
        with closing(sqlite3.connect(settings.data_dir / FILE)) as connection:
            assert connection.execute("SELECT count(*) FROM gap").fetchone() == (0,)
            assert connection.execute("SELECT sum(number) FROM count WHERE outcome = 'unanswered'").fetchone() == (3,)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_call_for_help_beside_personal_data_is_never_kept(matcher: RegressionMatcher, data: st.DataObject) -> None:
    """The phrasings of the project's own cards, with a number or an address before or behind them: no text is noted."""
    question = Question(data.draw(st.sampled_from(beside_personal_data(matcher, data.draw(st.integers())))))
    assert note_turn(take_turn(question, matcher), question, matcher).gap is None


def test_a_call_for_help_stays_one_beside_personal_data(matcher: RegressionMatcher) -> None:
    """The same texts: of 300 all but two at most get a card, or the emergency numbers if they ask for these.

    Of the two, what is said beside the cry may be in another language.
    """
    texts = [text for seed in range(100) for text in beside_personal_data(matcher, seed)]
    helped = ("urgent", "urgent question", "emergency numbers")
    missed = [text for text in texts if take_turn(Question(text), matcher).outcome not in helped]
    assert len(missed) <= 2, missed


def beside_personal_data(matcher: RegressionMatcher, seed: int) -> tuple[str, str, str]:
    """A call for help before, behind, and as a sentence before personal data."""
    chance = random.Random(seed)  # noqa: S311  # no secret
    cry = chance.choice([text for text in cries_of(matcher) if len(text.split()) >= CRIES])
    item = chance.choice(PERSONAL)
    return f"{cry} {item.text}", f"{item.text} {cry}", f"{cry}. {item.text}"


@pytest.mark.parametrize(
    "cry",
    [
        "help +44 7700 900123",
        "help me. zarminaq@example.org",
        pytest.param(
            "mayday. IBAN: SY21 0123 4567 8912 3456",
            marks=pytest.mark.xfail(reason="two words, of which one is unknown"),
        ),
        pytest.param("sos my UNHCR number is 24515C12345", marks=pytest.mark.xfail(reason="too many words stay")),
        "please help UNHCR 245-15C12345",
        "35.5074, 12.6278 help",
    ],
)
def test_a_short_call_for_help_stays_one_beside_personal_data(cry: str, matcher: RegressionMatcher) -> None:
    """A word with the number to call or the place to come to gets a card, and is not kept."""
    assert take_turn(Question(cry), matcher).outcome == "urgent"


# --- What a seized disk tells --------------------------------------------------------------------------------------


async def reencrypt(log: GapLog, folder: Path) -> tuple[GapLog, Keys]:
    """Another key, with which all texts are written anew."""
    keys = replace(KEYS, texts=(new_text_key().encode(), *KEYS.texts))
    rotated = GapLog(log.path.parent, keys, keep=timedelta(days=90), now=log.now)
    assert await rekey(rotated, accepted=keys.texts) == 3
    return rotated, keys


async def carry_over(log: GapLog, folder: Path) -> tuple[GapLog, Keys]:
    """An export, brought into another log."""
    keys = Keys((new_text_key().encode(),), bytes.fromhex(new_asker_key()))
    key = new_export_key()
    write_export(folder / "out.gaps", await export_log(log), key)
    copy = GapLog(folder / "copy", keys, keep=timedelta(days=90), now=log.now)
    await import_log(copy, open_export(read_export(folder / "out.gaps"), key))
    return copy, keys


async def only_write(log: GapLog, folder: Path) -> tuple[GapLog, Keys]:
    """The log as it was written."""
    return log, KEYS


@pytest.mark.parametrize("way", [only_write, reencrypt, carry_over])
async def test_an_encrypted_text_tells_no_second_and_no_length(
    way: Callable[[GapLog, Path], Awaitable[tuple[GapLog, Keys]]], tmp_path: Path
) -> None:
    """Without the keys: the minute that the row has as well, and one of a few sizes; texts come back as they were."""
    now = datetime(2026, 11, 25, 13, 21, 42, 999, tzinfo=UTC)
    asked_at = [now - timedelta(days=1, seconds=19), now - timedelta(seconds=43), now]
    texts = ["why", "why do the boats not leave today", "where is the kite flying zone " * 9]
    async with GapLog(tmp_path / "data", KEYS, keep=timedelta(days=90), now=lambda: now) as first:
        await first.write([replace(asked(text), at=at) for text, at in zip(texts, asked_at, strict=True)])
        log, keys = await way(first, tmp_path)
        async with log:
            assert [logged.gap.text for logged in await log.gaps()][::-1] == [text.strip() for text in texts]
        with closing(sqlite3.connect(log.path)) as connection:
            rows = connection.execute("SELECT at, text FROM gap ORDER BY id").fetchall()
            (checked,) = connection.execute("SELECT text FROM key_check").fetchone()
    fernet = Fernet(keys.texts[0])
    for (at, token), moment in zip(rows, asked_at, strict=True):
        minute = moment.replace(second=0, microsecond=0)
        assert datetime.fromisoformat(at).replace(tzinfo=UTC) == minute
        assert fernet.extract_timestamp(token) == minute.timestamp()
    lengths = [len(token) for _, token in rows]
    assert lengths == [len(fernet.encrypt(bytes(size))) for size in (64, 64, 512)]
    assert {fernet.extract_timestamp(token) for token in checked.split()[:1]} == {0}


# --- Deletion ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Traces:
    """All by which a person's gaps could be found in a file: encrypted texts, codes of the person and of messages."""

    tokens: tuple[bytes, ...]
    codes: tuple[bytes, ...]

    def in_files(self, folder: Path) -> list[bytes]:
        """What of it stands in the database or its journal."""
        stored = b"".join(path.read_bytes() for path in folder.iterdir())
        return [trace for trace in (*self.tokens, *self.codes) if trace in stored]


def traces_of(folder: Path, asker: str) -> Traces:
    """What is stored of a person's gaps."""
    with closing(sqlite3.connect(folder / FILE)) as connection:
        rows = connection.execute("SELECT text, message FROM gap WHERE asker = ?", (asker,)).fetchall()
    return Traces(tuple(text for text, _ in rows), (asker.encode(), *(code.encode() for _, code in rows if code)))


def written_by(asker: str, text: str, *, at: datetime, message: str | None = None) -> Note:
    """The note of a gap of somebody."""
    return replace(asked(text), asker=asker, at=at, message=message)


OLD, YOUNG = KEYS.pseudonym("asker", "telegram:1"), KEYS.pseudonym("asker", "telegram:2")


async def fill(log: GapLog) -> Traces:
    """Have a log in use, with two gaps that are past their time and a young one, each of a message.

    Returns what is stored of the old.
    """
    await log.expire()
    past = log.now() - timedelta(days=90, minutes=1)
    notes = [written_by(OLD, text, at=past, message=KEYS.pseudonym("message", text)) for text in ("one", "two" * 300)]
    await log.write([*notes, written_by(YOUNG, "three", at=log.now(), message=KEYS.pseudonym("message", "three"))])
    traces = traces_of(log.path.parent, OLD)
    assert len(traces.in_files(log.path.parent)) == 5
    return traces


async def begin(folder: Path) -> Traces:
    """A log with gaps that are past their time and a young one, left by a bot that has ended."""
    async with GapLog(folder, KEYS, keep=timedelta(days=90)) as log:
        return await fill(log)


async def forget(log: GapLog) -> None:
    await log.forget(OLD)


async def expire(log: GapLog) -> None:
    await log.expire()


async def purge(log: GapLog) -> None:
    await log.purge(before=log.now().date())


async def export(log: GapLog) -> None:
    await export_log(log)


async def start(log: GapLog) -> None:
    """What the bot does when it starts."""
    gap_writer = GapWriter(log)
    gap_writer.start()
    while len(await log.gaps()) > 1:
        await asyncio.sleep(0.01)
    await gap_writer.stop()


@pytest.mark.parametrize("way", [forget, expire, purge, export, start])
async def test_what_is_deleted_leaves_no_byte(way: Callable[[GapLog], Awaitable[None]], tmp_path: Path) -> None:
    """Neither an encrypted text nor a code of a person or message, in the journal neither; counts and others stay."""
    now = datetime(2026, 11, 25, 13, 21, 42, tzinfo=UTC)
    async with GapLog(tmp_path, KEYS, keep=timedelta(days=90), now=lambda: now) as log:
        traces = await fill(log)
        await way(log)
        assert traces.in_files(tmp_path) == []
        assert [logged.gap.text for logged in await log.gaps()] == ["three"]
        assert sum(number for _, _, number in await log.counts()) == 3
    assert len(traces_of(tmp_path, YOUNG).in_files(tmp_path)) == 3


@pytest.mark.parametrize("command", [["list"], ["groups"], ["show", "3"], ["purge", "--all", "--yes"]])
def test_who_looks_at_the_log_deletes_what_is_past_its_time(command: list[str], known: Path) -> None:
    """Though no bot has run since: it is not shown, and gone from the file; so is all that is purged."""
    with house(known) as (_, settings):
        traces = asyncio.run(begin(settings.data_dir))
        done = CliRunner().invoke(app, ["gaps", *command], env=environment_of(settings))
        assert done.exit_code == 0
        assert "two" not in done.output
        assert traces.in_files(settings.data_dir) == []


@pytest.mark.parametrize("line", ["/forget", "when do the boats leave"])
def test_a_terminal_deletes_too(line: str, known: Path, small_matcher: RegressionMatcher) -> None:
    """`/forget` what was noted there, and any turn what is past its time."""
    with house(known) as (_, settings):
        past = asyncio.run(begin(settings.data_dir))
        talk_in_terminal(["zebra poetry evenings"], settings, small_matcher)
        ours = traces_of(settings.data_dir, KEYS.pseudonym("asker", "terminal"))
        assert len(ours.in_files(settings.data_dir)) == 2
        talk_in_terminal([line], settings, small_matcher)
        assert past.in_files(settings.data_dir) == []
        assert bool(ours.in_files(settings.data_dir)) is (line != "/forget")


async def test_what_is_forgotten_is_on_no_page_any_more(small: Path) -> None:
    """Once the page has looked at the log: in no tab, group or search; and not in the digest."""
    kites = ["where is the kite flying zone", "is the kite zone open"]
    async with page_over(small, map(asked, (*kites, "zebra poetry"))) as visitor:
        log, own = visitor.workbench.log, visitor.link_to("zebra poetry")
        await forget_asker_of("zebra poetry", visitor)
        await look_and_wait(visitor)
        for address in ("/", own, "/?tab=later", "/?tab=resolved", "/?words=zebra", "/statistics", "/done"):
            assert "poetry" not in (await visitor.client.get(address)).text, address
        weekly = "".join(
            to_html(digest(await log.counts(), await log.gaps(), visitor.workbench.catalog.matcher, now=log.now()))
        )
        assert "kite" in weekly
        assert "zebra" not in weekly


async def test_what_is_forgotten_is_not_on_the_very_next_view(small: Path) -> None:
    """Nobody has to look twice for it to be gone."""
    async with page_over(small, map(asked, ("where is the kite flying zone", "zebra poetry"))) as visitor:
        await forget_asker_of("zebra poetry", visitor)
        assert "zebra" not in (await visitor.client.get("/")).text


@pytest.mark.parametrize("address", ["/replay", "/trial/1"])
async def test_what_is_forgotten_is_not_in_what_was_tried_before(address: str, small: Path) -> None:
    """A replay of the gaps, and what an edit would answer, forget too."""
    async with page_over(small, map(asked, ("what is the fare", "zebra poetry"))) as visitor:
        await visitor.sends("/replay/begin")
        await visitor.opens("/")
        await visitor.opens(visitor.link_to("what is the fare"))
        await visitor.sends(visitor.action_of("/add"), text="the fare, in short", entry="ferry-fares")
        await visitor.opens(address)
        assert "what is the fare" in visitor.page
        await forget_asker_of("what is the fare", visitor)
        await look_and_wait(visitor)
        assert "what is the fare" not in (await visitor.client.get(address)).text


async def forget_asker_of(text: str, visitor: Visitor) -> None:
    """What the bot does when whoever asked this sends `/forget`."""
    assert await visitor.workbench.log.forget(KEYS.pseudonym("asker", text)) == 1


async def look_and_wait(visitor: Visitor) -> None:
    """Look at the page, and again once it has read the log."""
    await visitor.opens()
    await visitor.settles()


# --- What people are told ------------------------------------------------------------------------------------------

PRIVACY, PAGE = "the privacy text", "docs/privacy.md"
TOLD = {
    "gap.id": (PAGE, "its number"),
    "gap.at": (PRIVACY, "the time to the minute"),
    "gap.reason": (PRIVACY, "I keep the reason"),
    "gap.text": (PRIVACY, "I keep the question"),
    "gap.language": (PRIVACY, "the answer that was marked, the language"),
    "gap.channel": (PRIVACY, "where you asked (a private chat, a group, a terminal)"),
    "gap.entry": (PRIVACY, "the answer that was marked"),
    "gap.nearest": (PRIVACY, "the version of my answers and the ones that came nearest"),
    "gap.faq_version": (PRIVACY, "the version of my answers"),
    "gap.status": (PRIVACY, "whether an editor has dealt with it"),
    "gap.resolution": (PRIVACY, "which answer serves it now"),
    "gap.asker": (PRIVACY, "In place of you and of your message I keep codes"),
    "gap.message": (PRIVACY, "In place of you and of your message I keep codes"),
    "count.day": (PRIVACY, "only how often it came, by day"),
    "count.outcome": (PRIVACY, "what became of it"),
    "count.entry": (PRIVACY, "what became of it, answer"),
    "count.language": (PRIVACY, "answer, language and kind of chat"),
    "count.channel": (PRIVACY, "language and kind of chat"),
    "count.number": (PRIVACY, "only how often it came"),
    "person.asker": (PRIVACY, "under the same code"),
    "person.language": (PRIVACY, "If you choose a language with /settings, I keep that choice"),
    "person.last_used": (PRIVACY, "the day you last used it"),
    "home.asker": (PAGE, "the code of the log that it is a copy of (`home`)"),
    "key_check.id": (PAGE, "values by which it recognises its own two keys (`key_check`)"),
    "key_check.text": (PAGE, "values by which it recognises its own two keys (`key_check`)"),
    "key_check.asker": (PAGE, "With another one the log would lose who asked, so the log is then not used"),
    "claim.code": (PAGE, "for two to three days, a keyed hash of its number"),
    "claim.owner": (PAGE, "While it is handled also a code of the process that handles it and until when"),
    "claim.until": (PAGE, "until when; later only the day"),
    "pace.code": (PAGE, "with PostgreSQL as one more hash there"),
    "pace.at": (PAGE, "how fast somebody writes is known for `THROTTLE_SECONDS`"),
    "pace.number": (PAGE, "how fast somebody writes is known for `THROTTLE_SECONDS`"),
    "answered.code": (PAGE, "under one more hash"),
    "answered.entry": (PAGE, "which answer was given last"),
    "answered.choices": (PAGE, "which choices were offered, by their ids, for ten minutes"),
    "answered.until": (PAGE, "for ten minutes"),
    "gap.reviewer": (PAGE, "with each gap who decided on it last"),
    "gap.in_group": (PAGE, "group"),
    "action.id": (PAGE, "what they did"),
    "action.at": (PAGE, "what they did"),
    "action.text": (PAGE, "what they did"),
    "job.name": (PAGE, "a keyed hash of the chat"),
    "job.period": (PAGE, "so that several processes send it once: the week"),
}
GOES = {
    "[e-mail]": "e-mail addresses",
    "[phone]": "telephone numbers",
    "[link]": "links",
    "[user]": "user names",
    "[number]": "long or document-like numbers",
}


@pytest.fixture(scope="module")
def told(content: Content) -> dict[str, str]:
    """What people can read of what is kept: `/privacy`, and docs/privacy.md."""
    return {PRIVACY: content.faq().interface.privacy, PAGE: " ".join(text_of(PRIVACY_PAGE).split())}


def test_people_are_told_of_all_that_is_kept(told: dict[str, str]) -> None:
    """Each column of the tables stands in the privacy text, those that are not of persons on the page."""
    columns = {f"{table.name}.{column.name}" for table in TABLES.sorted_tables for column in table.columns}
    assert set(TOLD) == columns, "say of each new column, and of no other, where people are told of it"
    untold = [column for column, (where, phrase) in TOLD.items() if phrase not in told[where]]
    assert untold == [], "these words are not in the text any more"


def test_people_are_told_what_is_taken_out(told: dict[str, str]) -> None:
    """What redaction puts in place of something is named in the privacy text and on the page, and nothing else is."""
    put_in = {placeholder for item in PERSONAL for placeholder in re.findall(r"\[[a-z-]+\]", redact(item.text))}
    assert put_in == set(GOES)
    for text in told.values():
        assert [phrase for phrase in GOES.values() if phrase not in text] == []


def test_people_are_told_how_long_and_of_the_limit(told: dict[str, str]) -> None:
    """For how long, how to have it deleted, what to leave out, and that counts stay."""
    for phrase in (
        "deleted after {days} days",
        "/forget deletes it at once",
        "Please leave out names and home addresses yourself",
        "Editors may also have the text",
        "These counts stay",
        "a call for help in danger or need is never kept",
        "I never keep your name, your user name, your number or the title of a group",
    ):
        assert phrase in told[PRIVACY], phrase
