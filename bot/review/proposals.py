"""What a reviewer's form proposes to add to the FAQ: a phrasing, the draft of an entry, a message off topic.

All words that are added are the editor's own: a text that is just what somebody typed is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from rapidfuzz.process import extract

from bot.content.editor import load, with_entry, with_item, with_phrasing
from bot.content.loader import read_content
from bot.content.parsed import Edition
from bot.content.schema import ID_BYTES, ID_PATTERN
from bot.domain.faq import MAIN_LANGUAGE, Faq, Kind
from bot.domain.gap import GapStatus
from bot.review.workbench import Proposal
from bot.settings import Settings
from bot.text.normalize import words

OFF_TOPIC = "off_topic.yaml"
REVIEW_AFTER = timedelta(days=365)
ID_WORDS = 5  # of a question, in the id that is made from it
LONGEST = 300  # characters of a text that is added
_TYPED = "These are the words that somebody typed. Write them in your own, without what could tell who asked."


class FormError(Exception):
    """A form that says too little; the text says what to write."""


@dataclass(frozen=True, slots=True)
class Form:
    """The fields that came back, the gaps they are about with their texts, and the addresses of form and groups."""

    fields: Mapping[str, str]
    gaps: tuple[int, ...]
    texts: frozenset[str]
    address: str
    groups: str

    def own_words(self, text: str) -> str:
        """A text that is no gap's. Raises FormError."""
        if not words(text):
            raise FormError("Write some words.")
        if len(text) > LONGEST:
            raise FormError(f"That is too long. Say it in at most {LONGEST} characters.")
        if words(text) in [words(typed) for typed in self.texts]:
            raise FormError(_TYPED)
        return text.strip()


def phrasing(form: Form, settings: Settings, faq: Faq) -> Proposal:
    """A phrasing for an entry. Raises FormError, and EditError from `Proposal.make`."""
    entry = _entry(form.fields, faq)
    text = form.own_words(form.fields.get("text", ""))
    file = edition(settings).files.get(entry)
    if file is None:
        raise FormError(f"{entry} no longer stands in the FAQ's files. Choose another entry, or wait for the new FAQ.")
    path = _folder(settings) / file
    what = f"“{text}” added to {entry}"
    return Proposal(
        what,
        lambda: [with_phrasing(path, load(path), entry, text)],
        form.gaps,
        (text,),
        entry=entry,
        form=form.address,
        groups=form.groups,
    )


def draft(form: Form, settings: Settings, faq: Faq) -> Proposal:
    """The draft of a new entry, which the bot does not use until its answer is written. Raises FormError."""
    question = form.own_words(form.fields.get("question", ""))
    phrasings = [form.own_words(line) for line in form.fields.get("phrasings", "").splitlines() if line.strip()]
    name = form.fields.get("id", "").strip() or _id_from(question)
    file = form.fields.get("file", "")
    if file not in topics(edition(settings)):
        raise FormError("Choose the topic that the new entry belongs to.")
    if not re.fullmatch(ID_PATTERN, name) or len(name) > ID_BYTES:
        form_of_it = f"small letters a to z, digits and single hyphens, at most {ID_BYTES}"
        raise FormError(f"Write an id for the new entry: {form_of_it}.")
    if name in faq.entries:
        raise FormError(f"There is an entry {name} already. Give the new one another id.")
    if not phrasings:
        raise FormError("Write at least one other way to ask it.")
    path, today = _folder(settings) / file, date.today()

    return Proposal(
        f"{name} drafted in {file}",
        lambda: [
            with_entry(
                path,
                load(path),
                name,
                question=question,
                phrasings=phrasings,
                reviewed=today,
                review_by=today + REVIEW_AFTER,
            )
        ],
        form.gaps,
        (),
        status=GapStatus.LATER,
        form=form.address,
        groups=form.groups,
    )


def off_topic(form: Form, settings: Settings, faq: Faq) -> Proposal:  # noqa: ARG001  # as the others are called
    """A line by which the matcher learns to leave the like without an answer. Raises FormError."""
    text = form.own_words(form.fields.get("message", ""))
    path = _folder(settings) / OFF_TOPIC
    return Proposal(
        f"“{text}” listed as off topic",
        lambda: [with_item(path, load(path), ("off_topic",), text)],
        form.gaps,
        (text,),
        status=GapStatus.OFF_TOPIC,
        form=form.address,
        groups=form.groups,
    )


def edition(settings: Settings) -> Edition:
    """The files of the main language as they are now; empty where there are none."""
    editions = read_content(settings.faq_dir, settings.seeds_dir).editions
    return editions.get(MAIN_LANGUAGE) or Edition(MAIN_LANGUAGE)


def topics(files: Edition) -> dict[str, str]:
    """The names of the files that hold answers, each with its topic."""
    names = files.files
    return {names[entry.id]: entry.topic for entry, _ in files.entries if entry.kind is Kind.ANSWER}


def _id_from(question: str) -> str:
    """An id from a question's first words; empty where they have no letters of an id."""
    return "-".join(re.findall(r"[a-z0-9]+", question.lower())[:ID_WORDS])[:ID_BYTES].strip("-")


def _folder(settings: Settings) -> Path:
    return settings.faq_dir / MAIN_LANGUAGE


def _entry(fields: Mapping[str, str], faq: Faq) -> str:
    """The entry that a form names: the one typed, by id or by its whole question, else the one chosen.

    What was only searched for is no more than that, once one of those found is chosen.
    """
    typed, name = fields.get("other", "").strip(), fields.get("entry", "")
    if typed and not (name and typed == fields.get("searched", "")):
        questions = {entry.question: entry_id for entry_id, entry in faq.entries.items()}
        name = questions.get(typed, typed)
    if name in faq.entries:
        return name
    if not name:
        raise FormError("Choose the entry that answers this.")
    near = ", ".join(one for one, _, _ in extract(name, faq.entries.keys(), limit=3))
    raise FormError(f"There is no entry {name}. Choose one of those that are found below, or one of: {near}.")
