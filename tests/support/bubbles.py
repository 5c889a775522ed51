"""Draws chat messages as Telegram shows them on a phone, so that people can look at what the bot's users see.

Pictures and measures come from Debian's Chromium; it loads nothing, and neither does the page.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape, unescape
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory
from typing import TypedDict, cast

from tests.support.telegram_html import RefusedError, parse

PHONE_WIDTH, PHONE_SCALE = 390, 2  # CSS pixels, and the pictures' pixels in one of them
LOWEST = 200  # CSS pixels of a page; of a window under about 145 Chromium draws the upper part only
SECONDS = 60  # for one run of Chromium, which takes about one


@dataclass(frozen=True, slots=True)
class Bubble:
    """A message: Telegram's HTML if it is the bot's, escaped plain text if a person's.

    Buttons are rows of labels below it; `quoted` is the text of the message that it replies to.
    """

    is_bot: bool
    html: str
    buttons: tuple[tuple[str, ...], ...] = ()
    quoted: str = ""
    is_edited: bool = False


def page(bubbles: Sequence[Bubble], *, title: str, is_dark: bool = False, width: int = PHONE_WIDTH) -> str:
    """A chat as one HTML page that needs nothing else, `width` CSS pixels wide.

    Raises RefusedError where Telegram would refuse a message, or where it holds a tag that is not drawn here.
    """
    return _PAGE.substitute(
        policy=_POLICY,
        title=escape(title),
        initial=escape(title.strip()[:1].upper()),
        width=width,
        lowest=LOWEST,
        colours=_DARK if is_dark else _LIGHT,
        messages="\n".join(map(_message, bubbles)),
    )


def _message(bubble: Bubble) -> str:
    parse(bubble.html)
    if "<" in bubble.html and not bubble.is_bot:
        raise RefusedError(f"markup in a person's message: {bubble.html[:30]!r}")
    if "<tg-spoiler>" in bubble.html:
        raise RefusedError("<tg-spoiler> is not drawn")
    # The line break behind a block ends the block's last line; a browser would make it an empty line.
    html = re.sub(r"(</(?:blockquote|pre)>)\n", r"\1", bubble.html)
    quoted = f'<div class="quoted" dir="auto">{escape(bubble.quoted)}</div>' if bubble.quoted else ""
    edited = '<span class="edited">edited</span>' if bubble.is_edited else ""
    rows = "".join(f'<div class="row">{"".join(map(_button, row))}</div>' for row in bubble.buttons)
    side = "bot" if bubble.is_bot else "person"
    return (
        f'<div class="message {side}"><div class="bubble">{quoted}'
        f'<div class="text" dir="auto">{html}{edited}</div></div>{rows}</div>'
    )


def _button(label: str) -> str:
    return f'<div class="button"><div class="label" dir="auto">{escape(label)}</div></div>'


# --- In Chromium ---------------------------------------------------------------------------------------------------


def screenshot(html: str, png: Path, *, width: int = PHONE_WIDTH, scale: int = PHONE_SCALE) -> None:
    """A picture of the whole page, `scale` pixels to one of CSS. `width` is the one that the page was made with."""
    measure = _measure(html, scale)
    if measure["width"] != width:
        raise ValueError(f"the page is {measure['width']} px wide, not {width}; make it and the picture equally wide")
    _run_chromium(html, scale, f"--screenshot={png.absolute()}", f"--window-size={width},{measure['height']}")
    if not png.is_file():
        raise RuntimeError(f"chromium has written no {png}")


def clipped_labels(html: str) -> list[str]:
    """The labels that do not fit their buttons and end in an ellipsis, in the page's order."""
    return _measure(html, PHONE_SCALE)["clipped"]


def lowest_edges(html: str, lines: Sequence[Sequence[str]]) -> list[list[int]]:
    """How far down, in CSS pixels, each of some lines of each of the bot's messages ends, if the message is the first.

    A line that the message does not have is 0.
    """
    edges = _measure(html, PHONE_SCALE)["edges"]
    return [
        [next((edge for text, edge in of_one if line in text), 0) for line in listed]
        for listed, of_one in zip(lines, edges, strict=True)
    ]


class _Measure(TypedDict):
    width: int
    height: int
    clipped: list[str]
    edges: list[list[tuple[str, int]]]


def _measure(html: str, scale: int) -> _Measure:
    """Of a copy of the page with a script in it. The scale counts: Chromium rounds the width of letters to pixels."""
    dump = _run_chromium(html.replace(_POLICY, "") + _MEASURE, scale, "--dump-dom")
    found = re.search(r'data-measure="([^"]*)"', dump)
    if found is None:
        raise RuntimeError(f"chromium has measured nothing; it shows {dump[:200]!r}")
    return cast(_Measure, json.loads(unescape(found[1])))


def _run_chromium(html: str, scale: int, *arguments: str) -> str:
    program = shutil.which("chromium")
    if program is None:
        raise FileNotFoundError("there is no 'chromium' on PATH; install Debian's chromium")
    # Its processes may still write to the profile while it is removed.
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        file = Path(folder, "page.html")
        file.write_text(html, encoding="utf-8")
        profile, device = f"--user-data-dir={folder}/profile", f"--force-device-scale-factor={scale}"
        command = [program, *_FLAGS, profile, device, *arguments, file.as_uri()]
        run = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=SECONDS, check=False)  # noqa: S603 - Debian's program
    if run.returncode:
        raise RuntimeError(f"chromium has ended with {run.returncode}: {run.stderr[-500:]}")
    return run.stdout


_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)

_MEASURE = """<script>
const body = document.body.getBoundingClientRect();
const labels = [...document.querySelectorAll(".label")];
const clipped = labels.filter(label => label.scrollWidth > label.clientWidth).map(label => label.textContent);
const top_ = document.querySelector("main").getBoundingClientRect().top;
const edges = [...document.querySelectorAll(".bot")].map(message => {
  const lines = [], upper = message.getBoundingClientRect().top;
  const walker = document.createTreeWalker(message.querySelector(".text"), NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    let at = 0;
    for (const line of node.data.split("\\n")) {
      const range = document.createRange();
      range.setStart(node, at); range.setEnd(node, at + line.length);
      lines.push([line, Math.ceil(range.getBoundingClientRect().bottom - upper + top_)]);
      at += line.length + 1;
    }
  }
  return lines;
});
const measure = {width: Math.round(body.width), height: Math.ceil(body.height), clipped, edges};
document.documentElement.dataset.measure = JSON.stringify(measure);
</script>"""

_POLICY = """<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">"""

_LIGHT = """--chat: radial-gradient(at 0 0, #dbddbb, transparent 60%), radial-gradient(at 100% 100%, #d5d88d,
    transparent 60%), linear-gradient(#88b884, #6ba587); --bar: #f7f7f7; --ink: #000; --faint: #8e8e93;
  --bot: #fff; --bot-accent: #168acd; --person: #e1fec6; --person-accent: #3a9e2d; --link: #168acd;
  --button: rgb(40 70 40 / .4);"""
_DARK = """--chat: linear-gradient(#0e1621, #131d2b); --bar: #17212b; --ink: #f5f5f5; --faint: #7d8b99;
  --bot: #182533; --bot-accent: #64b5ef; --person: #2b5278; --person-accent: #9cd0f7; --link: #70baf5;
  --button: rgb(110 140 170 / .3);"""

# Buttons have the sizes of Telegram for iOS, the stricter client: they may be as wide as the screen less 48 px, their
# labels 8 px less; letters are 16 px high and of medium weight (github.com/TelegramMessenger/Telegram-iOS:
# ChatMessageActionButtonsNode, ChatMessageBubbleItemNode). On Android it is the screen less 15 px and letters of 15 px
# (github.com/DrKLO/Telegram: ChatMessageCell).
_PAGE = Template("""<!doctype html>
<html><head><meta charset="utf-8">$policy<title>$title</title><style>
:root { $colours }
* { box-sizing: border-box; }
body { margin: 0; width: ${width}px; min-height: ${lowest}px; background: var(--chat); color: var(--ink);
  font: 16px/21px Roboto, "Noto Sans", "Noto Sans Arabic", sans-serif, "Noto Color Emoji"; }
header { display: flex; gap: 10px; align-items: center; padding: 7px 12px; background: var(--bar); line-height: 18px; }
header b, header small { display: block; }
.avatar { flex: none; width: 38px; border-radius: 50%; background: linear-gradient(#72d5fd, #2a9ef1); color: #fff;
  font-weight: 500; line-height: 38px; text-align: center; }
small, .edited { color: var(--faint); font-size: 13px; }
main { display: flex; flex-direction: column; padding: 2px 9px 10px; }
.message { --accent: var(--bot-accent); display: flex; flex-direction: column; gap: 4px; margin-top: 8px;
  max-width: calc(${width}px - 48px); }
.bot { align-self: flex-start; } .person { --accent: var(--person-accent); align-self: flex-end; }
.bot + .bot, .person + .person { margin-top: 3px; }
.bubble { padding: 6px 11px; border-radius: 17px; box-shadow: 0 1px 1px rgb(0 0 0 / .12); }
.bot .bubble { background: var(--bot); border-bottom-left-radius: 5px; }
.person .bubble { background: var(--person); border-bottom-right-radius: 5px; }
.text { white-space: pre-wrap; overflow-wrap: anywhere; }
.text, pre, blockquote { unicode-bidi: plaintext; }
.text a { color: var(--link); text-decoration: none; }
.edited { float: right; margin: 5px 0 0 10px; line-height: 16px; }
.person .edited { color: var(--accent); }
code, pre { color: var(--accent); font: 15px/20px "Roboto Mono", "Noto Sans Mono", monospace; white-space: pre-wrap; }
pre, blockquote, .quoted { margin: 2px 0; padding: 3px 9px; border-inline-start: 3px solid var(--accent);
  border-radius: 5px; background: color-mix(in srgb, var(--accent) 12%, transparent); }
blockquote, .quoted { font-size: 15px; line-height: 20px; }
blockquote[expandable] { max-height: 60px; overflow: hidden; }
.quoted, .label, header b { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.row { display: grid; grid: auto / auto-flow minmax(0, 1fr); gap: 4px; }
.button { padding: 0 4px; border-radius: 8px; background: var(--button); }
.row:last-child .button:first-child { border-bottom-left-radius: 16px; }
.row:last-child .button:last-child { border-bottom-right-radius: 16px; }
.label { color: #fff; font-weight: 500; line-height: 42px; text-align: center; }
</style></head><body>
<header><div class="avatar">$initial</div><div><b>$title</b><small>bot</small></div></header>
<main>
$messages
</main>
</body></html>
""")
