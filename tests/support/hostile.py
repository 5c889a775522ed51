"""What may come from people, editors and the network that nobody means well with: texts, JSON, updates, files.

Strategies of Hypothesis, for tests of all that takes something in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

from tests.support.telegram_world import BOT_USERNAME, JSON, Chat, Person, World

# --- Texts and values --------------------------------------------------------------------------------------------

TEXTS = (
    "<b>", "</a>", "&", "&lt;&#0;", "*_`[", "{0.__class__}", "%s%n", "${7*191}", "\x00", "\u202e", "\u2066", "\ufeff",
    "e\u0301" * 40, "\U0001f469\u200d\U0001f469\u200d\U0001f467", "\U000e0001", "١٢٣", "ﷺ", "\U0010ffff", "a" * 4096,
    "'; DROP TABLE gap; --", "../../etc/passwd", "/start", "/start\x00", "/forget@", f"@{BOT_USERNAME}",
    f"/help@{BOT_USERNAME}", "/ferry_", "https://t.me/x?start=1", "\n" * 50, " ", "when does the ferry go",
)  # fmt: skip
sound_texts = st.sampled_from(TEXTS) | st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200)
any_texts = sound_texts | st.text(st.characters(exclude_categories=()), max_size=60)  # lone surrogates too
numbers = st.sampled_from([0, -1, 1, 2**31, 2**52, -(2**63), 2**64, 10**40]) | st.integers() | st.floats()
junk: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | numbers | any_texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(any_texts, inner, max_size=3),
    max_leaves=6,
)

# --- Updates -----------------------------------------------------------------------------------------------------

PRESSES = st.one_of(
    any_texts.filter(bool).map(lambda text: text[:64]),
    st.builds(
        "{}:{}".format,
        st.sampled_from("cnsbtaxlyhwou"),
        st.sampled_from(["", "ferry-times", "urgent-fire", "x:y", "١:٢", "²", "-1", "9" * 60]),
    ),
)


def people(number: int) -> st.SearchStrategy[Person]:
    """A person of this number, of any name and language."""
    return st.builds(
        Person,
        st.just(number),
        first_name=sound_texts,
        username=st.text("abc_", min_size=5, max_size=32),
        language_code=st.none() | st.sampled_from(["en", "fr-CA", "zh-hans", "", "-", "x" * 40]) | any_texts,
    )


def updates(world: World, chat: Chat, person: Person) -> st.SearchStrategy[JSON]:
    """Updates as Telegram may send them, with whatever a person of this chat could put into them.

    An edit, a reply or a press needs a message of the chat's that is there.
    """
    texts = sound_texts.map(lambda text: text[:4096])
    there = st.sampled_from([shown.message_id for shown in world.shown(chat)])

    def edited(message: int, text: str) -> JSON:
        return world.edit(message, text, chat=chat)

    own = st.sampled_from([shown.message_id for shown in world.shown(chat) if not shown.from_bot])
    theirs = st.sampled_from([shown.message_id for shown in world.replies(chat)])
    return st.one_of(
        st.builds(lambda text: world.text(chat, text, sender=person), texts),
        st.builds(lambda text, to: world.text(chat, text, sender=person, reply_to=to), texts, there),
        st.builds(lambda payload: world.text(chat, f"/start {payload}", sender=person), texts.map(lambda t: t[:64])),
        st.builds(edited, own, texts),
        st.builds(lambda text: world.photo(chat, text[:1024], sender=person), texts),
        st.builds(lambda text: world.document(chat, text[:1024], sender=person), texts),
        st.builds(
            lambda data, message: world.press_data(chat, data, message_id=message, sender=person), PRESSES, theirs
        ),
        st.builds(lambda data: world.press_inaccessible(chat, data, sender=person), PRESSES),
        st.builds(
            lambda text, offset: world.inline(text[:256], sender=person, offset=offset),
            any_texts,
            any_texts.map(lambda text: text[:64]),
        ),
        *(st.builds(lambda make=make: make(chat, sender=person)) for make in _makers(world)),
    )


def _makers(world: World) -> tuple[Callable[..., JSON], ...]:
    return (world.sticker, world.voice, world.location, world.contact)


@st.composite
def spoiled(draw: st.DrawFn, update: JSON) -> JSON:
    """An update with garbage in one to three of its fields, at any depth; its own number stays."""
    made = deepcopy(update)
    for _ in range(draw(st.integers(1, 3))):
        places = [place for place in _places(made) if place[1] != "update_id"]
        if not places:
            break
        holder, key = draw(st.sampled_from(places))
        match draw(st.sampled_from(["replace", "replace", "delete", "nest"])):
            case "replace":
                holder[key] = draw(junk)
            case "delete":
                del holder[key]
            case "nest":
                holder[key] = [holder[key]] if draw(st.booleans()) else {draw(any_texts): holder[key]}
    return made


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place within a value where another could stand: what holds it, and its key or index there."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield value, key
        yield from _places(inner)


# --- Files -------------------------------------------------------------------------------------------------------

_PIECES = (
    b"\n", b"\t", b" ", b": ", b"- ", b"[", b"]", b"{", b"}", b"&a ", b"*a", b"!!python/object:os.system ", b"|\n",
    b">", b"'", b'"', b"#", b"%YAML 9.9\n", b"---\n", b"...\n", b"? ", b"<<: ", b"\xff", b"\x00", b"\xef\xbb\xbf",
    b"no", b"~", b"draft: true\n", b"{topic}", b"{", b"{0}", b"\xe2\x80\xa8", b"\xc2\x85", b"\r", b"9999-99-99",
    b"1e999",
)  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn, raw: bytes) -> bytes:
    """A file with bytes cut out, put in, doubled or swapped in a few places; or, now and then, any bytes at all."""
    if draw(st.integers(0, 9)) == 0:
        return draw(st.binary(max_size=400) | any_texts.map(lambda text: text.encode("utf-8", "surrogatepass")))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(raw)))
        end = min(len(raw), start + draw(st.integers(0, 60)))
        before, within, after = raw[:start], raw[start:end], raw[end:]
        match draw(st.sampled_from(["cut", "put", "double", "end", "lines"])):
            case "cut":
                raw = before + after
            case "put":
                raw = before + draw(st.sampled_from(_PIECES)) + within + after
            case "double":
                raw = before + within * draw(st.integers(2, 4)) + after
            case "end":
                raw = before
            case "lines":
                lines = raw.splitlines(keepends=True)
                draw(st.randoms(use_true_random=False)).shuffle(lines)
                raw = b"".join(lines)
    return raw
