"""`ask --jsonl`: the form that other programs read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answering.render import body_text, render_entry, sources_of
from bot.answering.turn import SHOWN_CANDIDATES
from bot.channels.terminal.jsonl import KEPT_CHATS, LONGEST_LINE, answer_lines, entry_object, read_lines
from bot.channels.terminal.session import Session
from bot.domain.faq import Entry
from bot.domain.matching import Matcher
from bot.matching.matcher import RegressionMatcher
from bot.runtime.catalog import Catalog
from tests.support.samples import DOGS, ENTRIES, OLDEST_TREE, faq_of, garden

MATCHER = RegressionMatcher(garden())
FAQ = MATCHER.faq
KEYS = {"outcome", "entry", "reply", "sources", "offered", "candidates", "language"}
OAK = '{"text": "Which tree is the oldest?"}'


def answers(*lines: str) -> list[dict[str, Any]]:
    """The objects that come out for these lines."""
    return [json.loads(line) for line in answered(lines, MATCHER)]


def answered(lines: Iterable[str], matcher: Matcher) -> Iterator[str]:
    """The lines that come out of a bot with this matcher."""
    with Session(Catalog(matcher)) as session:
        yield from answer_lines(lines, session)


def request(text: str, **more: object) -> str:
    return json.dumps({"text": text, **more})


def test_an_answer_has_the_documented_keys() -> None:
    """All of them, in their types, and no others."""
    (answer,) = answers(OAK)
    ranked = MATCHER.rank("Which tree is the oldest?").candidates[:SHOWN_CANDIDATES]
    assert answer == {
        "outcome": "answer",
        "entry": "oldest-tree",
        "reply": body_text(render_entry(OLDEST_TREE, FAQ)),
        "sources": [
            {"title": "Guide to the garden (May 2016)", "url": "https://garden.example/guide?a=1&b=2"},
            {"title": "A letter", "url": "https://gardener.example/"},
            {"title": "Map of the garden", "url": "https://town.example/map"},
        ],
        "offered": ["plant-number", "dogs"],
        "candidates": [{"entry": c.entry.id, "score": round(c.score, 4)} for c in ranked],
        "language": "en",
    }


@pytest.mark.parametrize(
    ("text", "outcome", "entry"),
    [
        ("may i bring my dog", "answer", "dogs"),
        ("how old is the oak in Peru", "clarify", None),
        ("i fell and cannot stand up", "urgent", "hurt"),
        ("hello", "smalltalk", "hello"),
        ("weather forecast", "unanswered", "weather"),
        ("", "unanswered", None),
        ("/help", "command", None),
        ("как приготовить борщ", "unanswered", None),
    ],
)
def test_every_outcome_has_the_same_keys(text: str, outcome: str, entry: str | None) -> None:
    """A program need not ask what it got before it reads a key."""
    (answer,) = answers(request(text))
    assert set(answer) == KEYS
    assert (answer["outcome"], answer["entry"]) == (outcome, entry)
    assert answer["reply"]


def test_the_output_is_ascii_one_line_each() -> None:
    """Any terminal, pipe and locale can carry it."""
    matcher = RegressionMatcher(faq_of(replace(DOGS, answer="Où ?\u2028Là 🌳\n!"), OLDEST_TREE))
    lines = list(answered([request(DOGS.question), "é", request("🌳\u2028\n")], matcher))
    assert all(line.isascii() and "\n" not in line for line in lines)
    assert json.loads(lines[0])["reply"] == "Où ?\u2028Là 🌳\n!"


def test_the_order_is_kept() -> None:
    """The n-th line out answers the n-th line in, errors included."""
    asked = [OAK, "broken", request("may i bring my dog"), "", OAK]
    assert [answer.get("entry", "error") for answer in answers(*asked)] == [
        "oldest-tree",
        "error",
        "dogs",
        "error",
        "oldest-tree",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "\n",
        "why now",
        '{"text": "why"',
        '{"text": "why"} {"text": "now"}',
        "{'text': 'why'}",
        "[]",
        '["text"]',
        '"text"',
        "17",
        "null",
        "NaN",
        "{}",
        '{"Text": "why"}',
        '{"text": null}',
        '{"text": 17}',
        '{"text": ["why"]}',
        '{"text": "why", "language": 1}',
        "[" * 100_000,
        '{"text": ' * 100_000,
        "9" * 5_000,
        '{"text": "why", "chat": ' + "9" * 5_000 + "}",
        "\ud800",
        "\udcff\udcfe",
        "\ufeff" + OAK,
        "\x00",
        b"\xff\xfe{".decode("utf-8", errors="replace"),
    ],
    ids=lambda line: ascii(line[:16]),
)
def test_a_bad_line_gives_an_error_and_the_run_goes_on(line: str) -> None:
    """One object with `error`, which names the line, and then the next answer."""
    bad, good = answers(line, OAK)
    assert set(bad) == {"error"}
    assert bad["error"].startswith("line 1: ")
    assert good["entry"] == "oldest-tree"


@pytest.mark.parametrize("sign", ["a", "ж", "字", "😀"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("more", [1, LONGEST_LINE, 5 * LONGEST_LINE])
def test_a_line_that_is_too_long_gives_an_error_that_says_so(sign: str, mark: bytes, more: int) -> None:
    """Of a stream no more is held than that, and the line behind it is the next one."""
    too_long = json.dumps({"text": sign * (LONGEST_LINE + more)}, ensure_ascii=False).encode()
    typed = b"\n".join((mark + too_long, OAK.encode(), too_long))
    first, second, third = answers(*read_lines(BytesIO(typed)))
    for number, bad in ((1, first), (3, third)):
        assert bad == {
            "error": f"line {number}: longer than 65,536 bytes; of a text 4,096 characters are read: send fewer"
        }
    assert second["entry"] == "oldest-tree"


def test_the_longest_line_is_answered() -> None:
    """With its end it has as many bytes as are allowed."""
    padding = LONGEST_LINE - len(request("Which tree is the oldest?", more="")) - 1
    typed = request("Which tree is the oldest?", more="x" * padding).encode() + b"\n"
    assert len(typed) == LONGEST_LINE
    assert [answer["entry"] for answer in answers(*read_lines(BytesIO(2 * typed)))] == ["oldest-tree"] * 2


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=60) | st.sampled_from(["[]", "{}", "1", '{"text": 1}']))
def test_any_line_gives_one_object(line: str) -> None:
    """Nothing that comes in ends the run or goes without a line out."""
    first, second = answers(line, OAK)
    assert set(first) in (KEYS, {"error"})
    assert set(second) == KEYS


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=60))
def test_any_text_is_answered(text: str) -> None:
    """Lone surrogates, control characters and markup are a person's text like any other."""
    (answer,) = answers(request(text, chat=text))
    assert set(answer) == KEYS
    assert answer["reply"]


def test_further_keys_are_passed_over() -> None:
    """A caller may keep notes of its own in a request; a language is taken and does not change the FAQ's."""
    plain, noted = answers(OAK, json.dumps({"id": 7, **json.loads(OAK), "language": "fr", "note": {"a": [1]}}))
    assert noted == plain


def test_a_chat_joins_turns() -> None:
    """A number picks from what the same chat was offered last."""
    first, second, third = answers(
        request("Which tree is the oldest?", chat="a"), request("2", chat="a"), request("2", chat="a")
    )
    assert first["offered"] == ["plant-number", "dogs"]
    assert second["entry"] == "dogs"
    assert third["entry"] != "dogs"


def test_topics_are_chosen_by_number() -> None:
    """A topic is a choice though it offers no entry yet."""
    topics, questions, answer = answers(*(request(text, chat=1) for text in ("/topics", "2", "1")))
    assert topics["offered"] == []
    assert questions["offered"] == ["oldest-tree", "plant-number"]
    assert answer["entry"] == "oldest-tree"


def test_chats_do_not_mix() -> None:
    """Nobody picks from what another chat was offered; 1 and "1" are different chats."""
    lines = [
        request("Which tree is the oldest?", chat="1"),
        request("may i bring my dog", chat="b"),
        request("1", chat="b"),
        request("1", chat=1),
        request("1"),
        request("1", chat="1"),
    ]
    assert [answer["entry"] for answer in answers(*lines)][2:] == [None, None, None, "plant-number"]


def test_without_a_chat_nothing_is_remembered() -> None:
    """Lines without a chat are each for themselves; null is no chat."""
    _, alone = answers(OAK, request("1"))
    _, null = answers(request("Which tree is the oldest?", chat=None), request("1", chat=None))
    assert alone["entry"] is None
    assert null["entry"] is None


def test_a_bad_line_does_not_end_a_chat() -> None:
    """The choices outlive an error in between."""
    assert answers(request("Which tree is the oldest?", chat="a"), "broken", request("1", chat="a"))[2]["entry"] == (
        "plant-number"
    )


@pytest.mark.parametrize(("others", "entry"), [(KEPT_CHATS - 1, "plant-number"), (KEPT_CHATS, None)])
def test_only_so_many_chats_are_remembered(others: int, entry: str | None) -> None:
    """A long run does not grow: the chat that was silent longest is forgotten first."""
    between = (request("/help", chat=number) for number in range(others))
    *_, last = answers(request("/start oldest-tree", chat="a"), *between, request("1", chat="a"))
    assert last["entry"] == entry


def test_a_chat_that_goes_on_is_not_forgotten() -> None:
    """Who writes now and then stays among the chats remembered."""
    lines = [request("/start oldest-tree", chat="a")]
    for number in range(KEPT_CHATS + 10):
        lines.append(request("/help", chat=number))
        if number == KEPT_CHATS // 2:
            lines.append(request("/start dogs", chat="a"))
            lines.append(request("/start oldest-tree", chat="a"))
    assert answers(*lines, request("1", chat="a"))[-1]["entry"] == "plant-number"


def test_answers_come_as_lines_come() -> None:
    """A line is answered before the next is read, so that a program may hold a conversation."""
    read: list[str] = []

    def lines() -> Iterator[str]:
        for line in (OAK, OAK):
            read.append(line)
            yield line

    stream = answered(lines(), MATCHER)
    next(stream)
    assert read == [OAK]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: str(entry.id))
def test_an_entry_is_an_object(entry: Entry) -> None:
    """`show ID --json`: what the entry is, and what a person reads of it."""
    shown = entry_object(entry, FAQ)
    assert json.loads(json.dumps(shown)) == {
        "entry": entry.id,
        "kind": entry.kind.value,
        "question": entry.question,
        "reply": body_text(render_entry(entry, FAQ)),
        "sources": [{"title": link.title, "url": link.url} for link in sources_of(render_entry(entry, FAQ))],
    }


@pytest.mark.parametrize("entry", [DOGS, OLDEST_TREE], ids=lambda entry: str(entry.id))
def test_an_entry_is_shown_as_it_is_answered(entry: Entry) -> None:
    """A program that compares an answer with its entry finds them alike."""
    (answer,) = answers(request(entry.question))
    shown = entry_object(entry, FAQ)
    assert answer["entry"] == shown["entry"]
    assert {key: answer[key] for key in ("reply", "sources")} == {key: shown[key] for key in ("reply", "sources")}


def test_the_language_of_a_line_is_the_one_that_answers() -> None:
    """Where there is a translation into it; else that of the message, and the output says so."""
    french = replace(garden(), language="fr")
    matcher = RegressionMatcher(replace(garden(), translations={"fr": french}), MATCHER.model)
    lines = [request(DOGS.question, language=language) for language in ("fr", "en", "xx")] + [request(DOGS.question)]
    assert [json.loads(line)["language"] for line in answered(lines, matcher)] == ["fr", "en", "en", "en"]
