"""`python -m tests.support.pictures FOLDER`: every kind of reply of the real bot, drawn as a telephone would show it.

Urgent cards and talks of people in danger are as wide as the smallest telephones. The cards in other languages are on a
page each, the talks on one besides.

The talks are held with the bot's own application on the model of Telegram, so the pictures show what people get.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from html import escape
from pathlib import Path

from rich.progress import track

from bot.answering.render import render
from bot.channels.telegram.ui.html import to_html
from bot.channels.telegram.ui.keyboards import ButtonAction, choice_rows
from bot.domain.conversation import Urgent
from bot.domain.faq import Entry, Faq, Kind
from bot.domain.matching import Matcher
from bot.matching.matcher import RegressionMatcher
from bot.runtime.load import load_matcher
from bot.settings import Settings
from tests.support.bubbles import Bubble, page, screenshot
from tests.support.people_in_danger import DIALOGUES, Dialogue, update_of
from tests.support.samples import OLDEST_TREE, entry, faq_of
from tests.support.telegram_talk import Talk, talk_with
from tests.support.telegram_world import Chat

REPORT = "Why is the Secretary-General releasing this report now?"
DANGER = "they took my passport and lock me in, please help me"
ARABIC = replace(
    entry("hours", "متى تفتح الحديقة أبوابها للزوار في فصل الشتاء وفي أيام العطل الرسمية؟", "متى تفتح الحديقة"),
    answer=(
        "تفتح الحديقة أبوابها من الثامنة صباحا حتى السادسة مساء، وفي رمضان (2026) من العاشرة."
        "\n\nالدخول مجاني 🌳🌷 للأطفال."
    ),
    sources=("guide.1",),
    see_also=("arabic-tickets", "oldest-tree"),
)
TICKETS = entry("arabic-tickets", "كم ثمن التذكرة؟", "ثمن التذكرة")
LONG = replace(
    entry("long", f"What about {'many ' * 30}plants?", "what about many plants"),
    answer=(
        "One sentence after another says something of the garden. " * 18
        + "\n\n"
        + "Donaudampfschifffahrtsgesellschaftskapitän" * 4
    ),
    sources=("guide.1", "letter.1"),
    read_more=("map",),
    see_also=("oldest-tree", "hours"),
)
EMOJI = replace(
    entry("emoji", "👩🏽‍🌾 Who works here? 🧑🏿‍🤝‍🧑🏻", "who works here"),
    answer="👨‍👩‍👧‍👦 Families & friends <together> 🇺🇳🏳️‍🌈\n\n🌱🌿🌳 10 % more each year 💚",
    see_also=("oldest-tree",),
)
Scene = Callable[[Talk], Awaitable[Chat]]
WITHOUT_WORDS = {
    "photo": "🖼 a picture",
    "sticker": "🙂 a sticker",
    "voice": "🎤 a voice message",
    "video_note": "🎥 a video message",
    "location": "📍 a place",
    "contact": "👤 a contact",
}


async def answers(talk: Talk) -> Chat:
    """An answer, what is not right with it, and thanks; a related question; two questions at once."""
    await talk.say(REPORT)
    await talk.press("No")
    await talk.press("Outdated")
    await talk.say("hi! how many migrants are there? and how much money do they send home?")
    await talk.press("Yes")
    return talk.chat


async def question(talk: Talk) -> Chat:
    """One question and its answer: the picture in the README."""
    await talk.say("how much money do migrants send home")
    return talk.chat


async def choices(talk: Talk) -> Chat:
    """A choice to press, none of these, an honest "I don't know", out of scope, another language, small talk."""
    await talk.say("who decides about migrants")
    await talk.say("who decides about migrants please")
    await talk.press("None of these")
    await talk.say("do you sell inflatable tractors")
    await talk.say("how many migrants live in germany")
    await talk.say("كم عدد المهاجرين في ألمانيا اليوم")
    await talk.say("thanks!")
    return talk.chat


async def urgent(talk: Talk) -> Chat:
    """A card for somebody in danger."""
    await talk.say(DANGER)
    return talk.chat


async def group(talk: Talk) -> Chat:
    """The same in a group, where others read along, and a question there."""
    chat = talk.world.group()
    await talk.say(f"@made_faq_bot {DANGER}", chat)
    await talk.say("@made_faq_bot what is MICIC?", chat)
    return chat


async def commands(talk: Talk) -> Chat:
    """Welcome, help, sources."""
    for name in ("start", "help", "sources"):
        await talk.say(f"/{name}")
    return talk.chat


async def privacy(talk: Talk) -> Chat:
    """What is kept, forgetting it, settings, an unknown command, a picture."""
    for name in ("privacy", "forget", "settings", "nonsense"):
        await talk.say(f"/{name}")
    await talk.give(talk.world.photo(talk.chat))
    return talk.chat


async def topics(talk: Talk) -> Chat:
    """All topics, a topic's questions, an answer found by browsing: one message each here, one in all for a person."""
    await talk.say("/topics")
    await talk.say("/topics")
    questions = await talk.press("Numbers and trends")
    await talk.say("/topics")
    await talk.press("Numbers and trends")
    await talk.press(questions.labels[0])
    return talk.chat


async def scripts(talk: Talk) -> Chat:
    """Right to left, emoji, and the longest words."""
    for text in ("متى تفتح الحديقة", "who works here", "what about many plants"):
        await talk.say(text)
    return talk.chat


async def languages(talk: Talk) -> Chat:
    """A chat that changes its language twice, and a button that stays in that of its message."""
    await talk.say("combien d'argent les migrants envoient-ils chez eux ?")
    await talk.say("¿el pacto mundial obliga a los países?")
    await talk.say("2015?")
    await talk.say("how many women are migrants")
    return talk.chat


async def arabic(talk: Talk) -> Chat:
    """From right to left: an answer, a card, what has no answer, a choice, the topics."""
    await talk.say("كم عدد المهاجرين في العالم")
    await talk.say("زوجي يضربني وأنا خائفة")
    await talk.say("كيف أحصل على تأشيرة ألمانيا")
    await talk.say("ما هو أفضل مطعم بيتزا")
    for name in ("start", "help", "topics"):
        await talk.say(f"/{name}")
    return talk.chat


async def follow_ups(talk: Talk) -> Chat:
    """A conversation: the source, a doubt, a question that continues one, a choice in words, not what was asked."""
    await talk.say("how many migrants are there")
    for text in ("source?", "hmm are you sure", "and how many are women", "in short"):
        await talk.say(text)
    await talk.say("who decides about migrants")
    await talk.say("the second one")
    await talk.press("No")
    await talk.press("Not what I asked")
    await talk.say("menu")
    return talk.chat


Act = tuple[str, str]  # what somebody does, and the text or the label
CONVERSATIONS: dict[str, tuple[str | Act, ...]] = {
    "01_numbers": ("how many migrants are there", "and in 2015?", "what about women", "source?", "thanks"),
    "02_doubt": ("do migrants take our jobs", "really?", "why", "in short", "and do they pay taxes?"),
    "03_choices": ("women or children", "1 and 2", "women or children", "none of them"),
    "04_points_at_nothing": ("and the one before?", "how many migrants die", "and the other one?", "and in 1960?"),
    "05_fragments": ("hello", ("soon", "how many"), ("soon", "migrants"), ("soon", "are there in the world")),
    "06_forward": (
        ("forward", "migrants do not pay taxes"),
        ("soon", "is this true?"),
        ("forward", "aliens eat cats"),
        ("soon", "really?"),
    ),
    "07_new_subject": ("what is the global compact", "is it binding", "who won the match", "menu", "stop"),
    "08_not_asked": ("what is the imrf", ("press", "No"), ("press", "Not what I asked"), "when was it"),
    "09_danger": ("they took my passport and lock me in", "hello??", "how many migrants are there"),
    "10_spanish": ("¿cuántos migrantes hay?", "¿y cuántas son mujeres?", "no me lo creo", "más fácil", "gracias"),
    "11_arabic": ("كم عدد المهاجرين في العالم", "وفي 2015؟", "المصدر؟", "وهذا؟"),
    "12_chinese": ("全球契约是什么", "有约束力吗", "为什么", "那个呢", "谢谢"),
}
MINUTE, SOON = 60, 2  # seconds between two messages


def conversation(acts: Sequence[str | Act]) -> Scene:
    """A scene in which somebody does one after another; a text alone is typed, a minute after the one before."""

    async def scene(talk: Talk) -> Chat:
        now = talk.world.clock()
        for act in acts:
            kind, text = ("type", act) if isinstance(act, str) else act
            now += SOON if kind == "soon" else MINUTE
            talk.world.clock = partial(float, now)
            match kind:
                case "press":
                    await talk.press(text)
                case "forward":
                    await talk.give(talk.world.forward(talk.chat, text))
                case _:
                    await talk.say(text)
        return talk.chat

    return scene


SCENES: tuple[Scene, ...] = (
    *(question, answers, choices, urgent, group, commands, privacy, topics, languages, arabic, follow_ups),
)


def in_danger(dialogue: Dialogue) -> Scene:
    """The dialogue of a person in danger."""

    async def scene(talk: Talk) -> Chat:
        for sent in (dialogue.cry, *dialogue.sends):
            await talk.give(update_of(sent, talk.world, talk.chat))
        return talk.chat

    return scene


async def drawn(scene: Scene, matcher: Matcher, *, is_dark: bool, width: int) -> str:
    """The page of a scene."""
    with tempfile.TemporaryDirectory() as folder:
        async with talk_with(matcher, Path(folder), throttle_messages=0) as talk:
            chat = await scene(talk)
            shown = talk.world.shown(chat)
    texts = {message.message_id: message.text for message in shown}
    bubbles = [
        Bubble(
            is_bot=message.from_bot,
            html=message.html if message.from_bot else escape(message.text or WITHOUT_WORDS[message.kind]),
            buttons=tuple(tuple(button.label for button in row) for row in message.buttons),
            quoted=texts.get(message.reply_to or 0, ""),
            is_edited=message.edited,
        )
        for message in shown
    ]
    return page(bubbles, title="Migration FAQ", is_dark=is_dark, width=width)


SMALL_WIDTH, SMALL_HEIGHT = 320, 568  # of the smallest telephones, in CSS pixels


def page_of_cards(faq: Faq, language: str | None = None, cards: Sequence[Entry] = ()) -> str:
    """Urgent cards, or all of them, below each other, as a small telephone shows them, for messages in a language."""
    faq = faq.in_language(language)
    replies = [render(Urgent(card), faq, language) for card in cards or faq.of_kind(Kind.URGENT)]
    bubbles = [
        Bubble(
            is_bot=True,
            html=to_html(reply)[0],
            quoted=DANGER,
            buttons=tuple(tuple(one.text for one in row) for row in choice_rows(reply.choices, ButtonAction.SHOW)),
        )
        for reply in replies
    ]
    return page(bubbles, title="Migration FAQ", width=SMALL_WIDTH)


def pages(real: Matcher) -> dict[str, str]:
    """Every picture's name with its page."""
    strange = RegressionMatcher(_strange())
    made = {scene.__name__: (scene, real, False, 390) for scene in SCENES}
    made |= {"scripts": (scripts, strange, False, 390), "scripts_narrow": (scripts, strange, False, 320)}
    made |= {"answers_dark": (answers, real, True, 390), "choices_narrow": (choices, real, False, 320)}
    return {
        name: asyncio.run(drawn(scene, matcher, is_dark=is_dark, width=width))
        for name, (scene, matcher, is_dark, width) in made.items()
    }


def side_by_side(shown: Sequence[str]) -> str:
    """A page that shows pages of small telephones beside each other, each as long as it is."""
    grow = "this.style.height = this.contentDocument.documentElement.scrollHeight + 'px'"
    frames = "\n".join(
        f'<iframe srcdoc="{escape(one)}" width="{SMALL_WIDTH}" style="border: 0" onload="{grow}"></iframe>'
        for one in shown
    )
    style = "display: flex; flex-wrap: wrap; gap: 24px; align-items: flex-start"
    return f'<!doctype html><meta charset="utf-8"><title>Small telephones</title><body style="{style}">\n{frames}\n'


def _strange() -> Faq:
    entries: tuple[Entry, ...] = (ARABIC, TICKETS, LONG, EMOJI, OLDEST_TREE)
    return faq_of(*entries)


def draw_conversations(real: Matcher, folder: Path) -> None:
    """Twelve whole conversations."""
    for name, acts in track(CONVERSATIONS.items(), "Drawing"):
        html = asyncio.run(drawn(conversation(acts), real, is_dark=False, width=390))
        screenshot(html, folder / f"{name}.png", width=390)


def main() -> None:
    """Draw all of them."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.pictures", description=__doc__)
    parser.add_argument("folder", type=Path, help="for the pictures")
    parser.add_argument("--conversations", action="store_true", help="draw whole conversations instead")
    asked = parser.parse_args()
    folder: Path = asked.folder
    folder.mkdir(parents=True, exist_ok=True)
    real = load_matcher(Settings())
    if asked.conversations:
        draw_conversations(real, folder)
        return
    for name, html in track(pages(real).items(), "Drawing"):
        width = 320 if name.endswith("narrow") else 390
        screenshot(html, folder / f"{name}.png", width=width)
    for card in track(real.faq.of_kind(Kind.URGENT), "Drawing cards"):
        screenshot(page_of_cards(real.faq, cards=[card]), folder / f"{card.id}.png", width=SMALL_WIDTH)
    for language in real.faq.translations:
        cards = [page_of_cards(real.faq, language, [card]) for card in real.faq.of_kind(Kind.URGENT)]
        (folder / f"cards_{language}.html").write_text(side_by_side(cards), encoding="utf-8")
    talks = [asyncio.run(drawn(in_danger(one), real, is_dark=False, width=SMALL_WIDTH)) for one in DIALOGUES]
    (folder / "people_in_danger.html").write_text(side_by_side(talks), encoding="utf-8")
    for number, talk in enumerate(track(talks, "Drawing people in danger"), 1):
        screenshot(talk, folder / f"people_in_danger_{number:02}.png", width=SMALL_WIDTH)
    print(f"{len(list(folder.glob('*.png')))} pictures in {folder}")


if __name__ == "__main__":
    main()
