"""The rules for translations: what is missing or out of date, and whether they state the figures of the English."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from babel.dates import get_month_names

from bot.content.diagnostics import Diagnostic
from bot.content.figures import figures, figures_in
from bot.content.interface_check import check_interface
from bot.content.parsed import Content, Located, Translation
from bot.content.schema import TranslatedEntrySchema
from bot.domain.faq import Entry, Interface, Kind
from bot.domain.limits import BUTTON_CHARACTERS, LONGEST_ANSWER

ADDRESS = re.compile(
    r"https?://|www\.|(?<![\w.+-])[\w.+-]++@[\w-]++\.\w+|(?<![\w-])[\w-]++\.(?:org|int|com|net|info)\b", re.I | re.A
)
DIRECTION_MARKS = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")


def check_translations(content: Content) -> Iterator[Diagnostic]:
    """Yield what is wrong with the translations, and what they lack."""
    if content.is_partial or content.main.interface is None:
        return
    digests = content.digests()
    english = {entry.id: entry for entry, _ in content.main.entries}
    for translation in content.translations:
        yield from _check_own_texts(translation, content.main.interface, digests)
        yield from _check_missing(translation, content)
        for text, at in translation.entries:
            if text.id in english:
                yield from _check_entry(text, at, english[text.id], translation.language, digests[text.id])
        yield from _check_read(translation)


def _check_own_texts(translation: Translation, english: Interface, digests: Mapping[str, str]) -> Iterator[Diagnostic]:
    if translation.interface is None or translation.interface_tree is None:
        if translation.interface_tree is None:
            fact = f"the bot's own texts have no translation into '{translation.language}', so it is not used"
            yield Diagnostic(translation.folder, 1, "F603", fact, "translate interface.yaml")
        return
    for file, (translated, at) in translation.own.items():
        if translated.of != digests[file]:
            fact = f"the English {file} has changed since it was translated"
            yield at.diagnostic("F604", fact, f"compare it, then write {digests[file]} here", "translated", "of")
    yield from check_interface(replace(english, **translation.interface), translation.interface_tree)


def _check_missing(translation: Translation, content: Content) -> Iterator[Diagnostic]:
    has = {text.id for text, _ in translation.entries}
    files = content.main.files
    for entry, _ in content.main.entries:
        if entry.id not in has:
            fact = f"'{entry.id}' has no translation into '{translation.language}', and is shown in English"
            yield Diagnostic(f"{translation.folder}/{files[entry.id]}", 1, "F601", fact, "translate it there")


def _check_entry(
    text: TranslatedEntrySchema, at: Located, entry: Entry, language: str, digest: str
) -> Iterator[Diagnostic]:
    if text.translated.of != digest:
        fact = f"the English '{text.id}' has changed since it was translated, and is shown instead"
        hint = f"compare it, then write {digest} here"
        yield at.diagnostic("F604", fact, hint, "translated", "of")
    elif missing := _unlike_figures(text.answer, entry.answer, language):
        hint = "say the same figures as the English answer, and no other"
        yield at.diagnostic("F605", f"the figures of '{text.id}' differ: {', '.join(missing)}", hint, "answer")
    for key, own, other in (
        ("question", text.question, entry.kind is Kind.ANSWER),
        ("button", text.button, bool(entry.button)),
    ):
        is_shortened = key == "button" and entry.kind is Kind.ANSWER and text.button is not None
        if (own is not None) != other and not is_shortened:
            hint = f"write it, as '{entry.id}' has one" if other else "take it out: the English entry has none"
            yield at.diagnostic("F606", f"the {key} of '{text.id}' is {'missing' if other else 'extra'}", hint, key)
    yield from check_label(text.id, text.button or text.question or "", at)
    if len(text.answer) > LONGEST_ANSWER:
        fact = f"the answer of '{text.id}' has {len(text.answer):,} characters"
        yield at.diagnostic("F402", fact, f"shorten it to {LONGEST_ANSWER:,}", "answer")
    for address in set(ADDRESS.findall(text.answer)) - set(ADDRESS.findall(entry.answer)):
        yield at.diagnostic("F403", f"the answer of '{text.id}' holds '{address}'", "take it out", "answer")
    yield from check_marks(text, at)


def check_marks(text: TranslatedEntrySchema | Entry, at: Located) -> Iterator[Diagnostic]:
    """Yield the texts of an entry, in any language, that hold marks of writing direction."""
    for key, shown in (("question", text.question), ("button", text.button), ("answer", text.answer)):
        if DIRECTION_MARKS.search(shown or ""):
            hint = "take it out: the bot sets names and numbers apart by itself"
            yield at.diagnostic("F608", f"the {key} of '{text.id}' holds a direction mark", hint, key)


def check_label(entry: str, label: str, at: Located) -> Iterator[Diagnostic]:
    """Yield a warning where a phone would cut what a button to an entry says."""
    if len(label) > BUTTON_CHARACTERS:
        fact = f"a button to '{entry}' says {len(label)} characters"
        yield at.diagnostic("F414", fact, f"write {BUTTON_CHARACTERS} or fewer under 'button'", "button")


def _unlike_figures(text: str, english: str, language: str) -> list[str]:
    """The figures that stand in digits in one of two answers and not in the other.

    One with a comma or a point may be read in two ways; either may fit. Figures in words are not compared, save where
    the other answer has them in digits. Months may be numbers, and one and two digits: they are no figures in English.
    """
    wanted = {figure.removesuffix("%"): wording for figure, wording in figures(english).items()}
    stated = figures_in(text, language)
    months = {str(number) for number, name in get_month_names(locale="en").items() if name in english}
    extra = [wording for wording, values in stated.items() if values.isdisjoint({*wanted, *months, "1", "2"})]
    known = set().union(*stated.values())
    lacking = [
        wording.strip() for figure, wording in wanted.items() if wording.strip()[:1].isdigit() and figure not in known
    ]
    return [*(f"only here {wording}" for wording in extra), *(f"not here {wording}" for wording in lacking)]


def _check_read(translation: Translation) -> Iterator[Diagnostic]:
    """Yield one warning for all texts of a language that nobody who speaks it has read."""
    texts = [*((text.translated, at) for text, at in translation.entries), *translation.own.values()]
    unread = [at for translated, at in texts if translated.state == "machine"]
    if unread:
        fact = f"{len(unread)} texts in '{translation.language}' are a machine's, and nobody has read them"
        hint = "have them read (`translations` lists them), then write state: reviewed and by"
        yield unread[0].diagnostic("F607", fact, hint, "translated", "state")
