"""A search of what a process wrote for what must not be there: texts, persons, the token, keys.

What is found is told by its kind alone, so that a failing test does not show it either. It is found encoded, too (as
JSON, Python, URLs and HTML do).
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus, urlsplit

from bot.settings import NAME, Settings
from bot.storage.keys import KeyProblem, Keys, asker_key, text_keys
from tests.support.paths import ROOT
from tests.support.telegram_world import JSON, World

SHORTEST = 6  # characters of a text, or of a word of it, that is looked for
RUN = 4  # words on end of a text that is cut
_WORD = re.compile(r"\w+")
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)+")
_TAG = re.compile(r"<[^>]+>")
_ESCAPED = re.compile(r"(?:\\x[0-9a-fA-F]{2})+")
_UNICODE = re.compile(r"(?:\\u[0-9a-fA-F]{4})+")
_NAMES = {"first_name", "last_name", "username", "title", "phone_number", "file_name", "file_id", "file_unique_id"}
_TEXTS = {"text", "caption", "query"}
_PLACES = {"latitude", "longitude"}


@dataclass
class Private:
    """What must not be told, by what it is."""

    texts: set[str] = field(default_factory=set)  # of persons
    replies: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)  # of persons, chats and queries
    places: set[str] = field(default_factory=set)
    codes: set[str] = field(default_factory=set)  # keyed hashes of persons and chats
    token: set[str] = field(default_factory=set)
    secrets: set[str] = field(default_factory=set)

    def add_world(self, world: World) -> None:
        """All that was said and sent in a world so far."""
        for update in world.updates:
            self.add_update(update)
        for call in world.calls:
            for name in ("text", "description", "results"):
                said = str(call.fields.get(name, ""))
                self.replies.update((said, unescape(_TAG.sub("", said))))
            if "chat_id" in call.fields:
                self.numbers.add(str(call.fields["chat_id"]))
        self.add_token(world.token)

    def add_update(self, update: object) -> None:
        """All of an update as Telegram sends it, well-formed or not."""
        for parent, name, value in _walk(update):
            is_of_bot = parent.get("is_bot") is True or _is_of_bot(parent)
            if name in _TEXTS and isinstance(value, str):
                (self.replies if is_of_bot else self.texts).add(value)
            elif name in _NAMES and not is_of_bot:
                self.names.add(str(value))
            elif name in ("id", "user_id") and not is_of_bot:
                self.numbers.add(str(value).lstrip("-"))
            elif name in _PLACES:
                self.places.add(str(value))

    def add_token(self, token: str) -> None:
        self.token.update((token, token.partition(":")[2]))

    def add_environment(self, environment: Mapping[str, str]) -> None:
        """The secret settings of a process, and the keys that it keeps in its configuration folder."""
        secret = [name.upper() for name, kind in Settings.model_fields.items() if "SecretStr" in str(kind.annotation)]
        given = {name: environment[name] for name in (*secret, "EXPORT_KEY") if environment.get(name)}
        if "SECRETS_DIR" in environment:
            files = {path.name.upper(): path for path in Path(environment["SECRETS_DIR"]).iterdir()}
            given = {name: files[name].read_text(encoding="utf-8") for name in files.keys() & {*secret}} | given
        folder = Path(environment.get("XDG_CONFIG_HOME", "/nowhere")) / NAME
        for name, file in (("GAPS_KEY", "gaps.key"), ("ASKER_KEY", "asker.key")):
            if name not in given and (folder / file).is_file():
                given[name] = (folder / file).read_text(encoding="ascii")
        self.add_token(given.pop("TELEGRAM_BOT_TOKEN", "").strip())
        self.numbers.update(given.pop("MAINTAINER_CHATS", "").replace(",", " ").replace("-", " ").split())
        for value in given.values():
            self.secrets.update((value.strip(), *value.replace(",", " ").split()))
            self.secrets.add(urlsplit(value).password or "")
        try:
            keys = Keys(text_keys(given["GAPS_KEY"]), asker_key(given["ASKER_KEY"]))
        except (KeyError, KeyProblem):
            return
        for number in self.numbers:
            for prefix in ("", "-"):
                self.codes.add(keys.pseudonym("asker", f"telegram:{prefix}{number}"))
                self.codes.add(keys.pseudonym("chat", f"telegram:{prefix}{number}"))
                self.codes.add(keys.pseudonym("chat", f"{prefix}{number}"))

    def leaks(self, written: str, *, known: Collection[str] = ()) -> list[str]:
        """The kinds of what stands in what was written. Words that are ``known`` tell on nobody."""
        forms = _forms(written)
        words, runs = _words(forms), _runs(forms)
        usual = {word for text in known for word in _WORD.findall(text.casefold())} | program_words()
        found = []
        for kind, needles in (
            ("a text", (text for text in self.texts if _plain(text) not in usual)),
            ("a reply", self.replies),
            ("a name", self.names),
            ("a number", self.numbers),
            ("a place", self.places),
            ("a code", self.codes),
            ("the token", self.token),
            ("a secret", self.secrets),
        ):
            plain = {_plain(needle) for needle in needles}
            if any(len(needle) >= SHORTEST and needle in form for needle in plain for form in forms):
                found.append(kind)
        texts = [_plain(text) for text in self.texts]
        if runs & _runs(texts):
            found.append("a part of a text")
        if (words & _words(texts)) - usual:
            found.append("a word of a text")
        return found


@cache
def program_words() -> frozenset[str]:
    """All words of the program and of the FAQs that tests use: no sign that a person said them."""
    places = ("bot/**/*.py", "faq/**/*.yaml", "tests/small/**/*.yaml", "tests/support/samples.py")
    paths = [path for place in places for path in ROOT.glob(place)]
    texts = [_plain(path.read_text(encoding="utf-8")) for path in paths]
    return frozenset(_words(texts) | {name for text in texts for name in _ID.findall(text)})


def _is_of_bot(message: Mapping[str, Any]) -> bool:
    sender = message.get("from")
    return isinstance(sender, dict) and sender.get("is_bot") is True


def _walk(value: object) -> Iterator[tuple[JSON, str, Any]]:
    """Every value of an update that is no object itself, with its name and the object that holds it."""
    if isinstance(value, list):
        for item in value:
            yield from _walk(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield value, str(name), item
            yield from _walk(item)


def _plain(text: str) -> str:
    """A text in one form: log lines have no line breaks, and case tells nothing."""
    return " ".join(text.casefold().split())


def _forms(written: str) -> list[str]:
    """What was written as it stands, and with its escapes undone."""
    as_json = _UNICODE.sub(lambda match: json.loads(f'"{match[0]}"'), written)
    as_bytes = _ESCAPED.sub(
        lambda match: bytes.fromhex(match[0].replace("\\x", "")).decode("utf-8", "replace"), written
    )
    return [_plain(form) for form in {written, as_json, as_bytes, unquote_plus(written), unescape(written)}]


def _words(texts: Iterable[str]) -> set[str]:
    return {word for text in texts for word in _WORD.findall(text) if len(word) >= SHORTEST}


def _runs(texts: Iterable[str]) -> set[tuple[str, ...]]:
    """The runs of some words on end that are no figures alone."""
    found: set[tuple[str, ...]] = set()
    for text in texts:
        words = _WORD.findall(text)
        found.update(zip(*(words[start:] for start in range(RUN)), strict=False))
    return {run for run in found if not all(word.isdigit() for word in run)}
