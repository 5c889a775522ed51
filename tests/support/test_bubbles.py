"""Pictures of a chat: what the page holds, and, with Chromium, how large it is drawn and which buttons it cuts."""

from __future__ import annotations

import struct
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from matplotlib.image import imread

from tests.support.bubbles import LOWEST, PHONE_SCALE, Bubble, clipped_labels, page, screenshot
from tests.support.telegram_html import RefusedError

QUESTION = Bubble(is_bot=False, html="May I work &amp; study?")
ANSWER = Bubble(
    is_bot=True,
    html='<b>May I work?</b>\n\nYes, for $title.\n\n<a href="https://garden.example/?a=1&amp;b=2">Guide</a>',
    buttons=(("How long?", "What does it cost?"), ("None of these",)),
    quoted="May I work & study?",
    is_edited=True,
)
GREETING = "مرحبا"
LONG_LABEL = "Is this a call for a new institution or a legal regime to govern migration?"


class _Elements(HTMLParser):
    """The page's elements as pairs of tag and attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def drawn(html: str, png: Path, *, width: int = 390, scale: int = 2) -> npt.NDArray[np.float32]:
    """The picture's pixels: rows, columns, red, green and blue from 0 to 1."""
    screenshot(html, png, width=width, scale=scale)
    return np.asarray(imread(png), dtype=np.float32)[:, :, :3]


def size(png: Path) -> tuple[int, int]:
    """Width and height as the file's header states them."""
    width, height = struct.unpack(">II", png.read_bytes()[16:24])
    return width, height


# --- The page ------------------------------------------------------------------------------------------------------


def test_a_page_shows_messages_in_order_with_all_that_belongs_to_them() -> None:
    html = page([QUESTION, ANSWER], title="Garden <FAQ>")
    parts = ("Garden &lt;FAQ&gt;", QUESTION.html, "May I work &amp; study?", ANSWER.html, "edited</span>", "How long?")
    at = -1
    for part in (*parts, "What does it cost?", "None of these"):
        at = html.find(part, at + 1)
        assert at >= 0, part


def test_persons_are_on_the_other_side_than_the_bot() -> None:
    classes = [attributes.get("class") for _, attributes in _Elements(page([QUESTION, ANSWER], title="FAQ")).found]
    assert [name for name in classes if name and name.startswith("message")] == ["message person", "message bot"]


def test_each_text_has_its_own_direction() -> None:
    bubble = Bubble(is_bot=True, html=GREETING, buttons=((GREETING,),), quoted=GREETING)
    found = _Elements(page([bubble], title="FAQ")).found
    assert {name["class"] for _, name in found if name.get("dir") == "auto"} == {"text", "label", "quoted"}


@pytest.mark.parametrize("is_dark", [False, True])
def test_nothing_is_loaded_from_elsewhere(*, is_dark: bool) -> None:
    html = page([QUESTION, ANSWER], title="FAQ", is_dark=is_dark)
    found = _Elements(html).found
    assert not {tag for tag, _ in found} & {"script", "link", "img", "iframe", "object", "base", "form"}
    addresses = [(tag, name) for tag, attributes in found for name, value in attributes.items() if "://" in str(value)]
    assert addresses == [("a", "href")]
    style = html.partition("<style>")[2].partition("</style>")[0]
    assert not [word for word in ("http", "url(", "@import", "@font-face") if word in style]
    assert "default-src 'none'" in html


@pytest.mark.parametrize(
    ("is_bot", "html"),
    [
        (True, "<b>not closed"),
        (True, "<div>no tag of Telegram's</div>"),
        (True, "a < b"),
        (True, "<tg-spoiler>not drawn</tg-spoiler>"),
        (True, ""),
        (False, "<b>a person sends no markup</b>"),
        (False, "not & escaped"),
    ],
)
def test_a_message_that_telegram_would_not_show_is_refused(*, is_bot: bool, html: str) -> None:
    with pytest.raises(RefusedError):
        page([Bubble(is_bot=is_bot, html=html)], title="FAQ")


def test_the_line_break_behind_a_block_is_no_empty_line() -> None:
    html = page([Bubble(is_bot=True, html="<blockquote>a</blockquote>\nb\n<pre>c</pre>\n\nd")], title="FAQ")
    assert "<blockquote>a</blockquote>b\n<pre>c</pre>\nd" in html


def test_without_chromium_the_error_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="install Debian's chromium"):
        clipped_labels(page([QUESTION], title="FAQ"))


# --- In Chromium ---------------------------------------------------------------------------------------------------


@pytest.mark.container
@pytest.mark.parametrize(("width", "scale"), [(390, 2), (320, 3), (700, 1)])
def test_a_picture_is_exactly_as_wide_as_the_phone(tmp_path: Path, width: int, scale: int) -> None:
    png = tmp_path / "chat.png"
    pixels = drawn(page([QUESTION, ANSWER], title="FAQ", width=width), png, width=width, scale=scale)
    assert size(png)[0] == width * scale
    assert pixels.shape == (size(png)[1], size(png)[0], 3)


@pytest.mark.container
def test_a_picture_is_as_high_as_the_chat(tmp_path: Path) -> None:
    heights = []
    for number in (10, 11, 60):
        pixels = drawn(page([QUESTION] * number, title="FAQ"), tmp_path / "chat.png")
        heights.append(len(pixels))
        assert pixels[-1].max() < 0.95, "white below: drawn in part"
    ten, eleven, sixty = heights
    assert sixty - ten == 50 * (eleven - ten) > 0


@pytest.mark.container
def test_a_picture_of_a_short_chat_is_drawn_down_to_its_end(tmp_path: Path) -> None:
    pixels = drawn(page([QUESTION], title="FAQ"), tmp_path / "chat.png")
    assert len(pixels) == LOWEST * PHONE_SCALE
    assert pixels[-1].max() < 0.95, "white below: drawn in part"


@pytest.mark.container
def test_a_picture_of_another_width_than_the_page_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="the page is 390 px wide, not 320"):
        screenshot(page([QUESTION], title="FAQ"), tmp_path / "chat.png", width=320)


@pytest.mark.container
def test_long_labels_are_reported_and_short_ones_not() -> None:
    arabic = f"{GREETING} " * 15
    rows = (("Yes", LONG_LABEL), (LONG_LABEL,), ("What does it cost?",), (arabic,), ('data-measure="{}"',))
    shown = page([Bubble(is_bot=True, html="Hello", buttons=rows), QUESTION], title="FAQ")
    assert clipped_labels(shown) == [LONG_LABEL, LONG_LABEL, arabic]


@pytest.mark.container
def test_a_label_that_a_wide_phone_shows_can_be_cut_on_a_narrow_one() -> None:
    """A button grows beyond its bubble's text, though not beyond the phone; two in a row share its width."""
    label = "When may I work here, and how long?"
    alone, twice = (Bubble(is_bot=True, html="Hello", buttons=(row,)) for row in ((label,), (label, label)))
    assert clipped_labels(page([alone], title="FAQ", width=390)) == []
    assert clipped_labels(page([twice], title="FAQ", width=390)) == [label, label]
    assert clipped_labels(page([alone], title="FAQ", width=280)) == [label]


@pytest.mark.container
def test_right_to_left_text_stands_on_the_right(tmp_path: Path) -> None:
    sides = []
    for text in ("Hello", GREETING, f"<b>{GREETING}</b>\n\n<i>{GREETING}</i>"):
        wide = Bubble(is_bot=True, html=text, buttons=((LONG_LABEL,),))
        pixels = drawn(page([wide], title=" "), tmp_path / "chat.png")
        ink = (pixels.max(axis=2) < 0.3)[120:].sum(axis=0)  # below the header
        left, right = int(ink[:390].sum()), int(ink[390:].sum())
        sides.append((left > 0, right > 0))
    assert sides == [(True, False), (False, True), (False, True)]


@pytest.mark.container
def test_dark_is_darker_than_light(tmp_path: Path) -> None:
    light, dark = (
        drawn(page([QUESTION, ANSWER], title="FAQ", is_dark=is_dark), tmp_path / "chat.png")
        for is_dark in (False, True)
    )
    assert light.shape == dark.shape
    assert light.mean() > 0.6
    assert dark.mean() < 0.3
