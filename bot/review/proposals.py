"""Makes proposals from a reviewer's forms: a phrasing, the draft of an entry, or an off-topic message for the FAQ.

The editor words all added texts: a text that equals what a person typed is rejected.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from rapidfuzz.process import extract

from bot.content.editor import Edit, load, with_entry, with_item, with_phrasing
from bot.content.loader import read_content
from bot.content.schema import ID_BYTES, ID_PATTERN
from bot.domain.faq import MAIN_LANGUAGE, Fact, Faq, Kind, Source
from bot.domain.gap import GapStatus
from bot.domain.limits import LONGEST_ANSWER
from bot.review.workbench import Proposal, plural
from bot.runtime.reload import file_stamps
from bot.settings import Settings
from bot.text.normalize import words

OFF_TOPIC = "off_topic.yaml"
REVIEW_AFTER = timedelta(days=365)
ID_WORDS = 5  # of a question, in the id that is generated from it
LONGEST = 300  # characters of an added text
FACTS = 12  # shown for a search
_TYPED = "These are the words that somebody typed. Write them in your own, without what could tell who asked."


class FormError(Exception):
    """A form is incomplete or invalid; the text says what to write."""


@dataclass(frozen=True, slots=True)
class ProposalForm:
    """A submitted form: its fields, the ids and texts of its gaps, the addresses of the form and of the groups, and
    gaps of the groups that come next.
    """

    fields: Mapping[str, str]
    gaps: tuple[int, ...]
    texts: frozenset[str]
    address: str
    groups: str
    following: tuple[int, ...]

    def own_words(self, text: str) -> str:
        """A text, stripped, that differs from those of the gaps. Raises FormError."""
        if not words(text):
            raise FormError("Write some words.")
        if len(text) > LONGEST:
            raise FormError(f"That is too long. Say it in at most {LONGEST} characters.")
        if words(text) in [words(typed) for typed in self.texts]:
            raise FormError(_TYPED)
        return text.strip()

    def own_lines(self, name: str) -> list[str]:
        """The lines of a field, each in the editor's own words and once. Raises FormError."""
        lines = (line for line in self.fields.get(name, "").splitlines() if line.strip())
        return [*dict.fromkeys(map(self.own_words, lines))]


def phrasing(form: ProposalForm, settings: Settings, faq: Faq) -> Proposal:
    """Propose phrasings for an entry. Raises FormError; `Proposal.make` raises EditError."""
    entry = _entry(form.fields, faq)
    texts = form.own_lines("text") or [form.own_words("")]
    file = places(settings).file_of.get(entry)
    if file is None:
        raise FormError(f"{entry} no longer stands in the FAQ's files. Choose another entry, or wait for the new FAQ.")
    path = _folder(settings) / file

    def make() -> list[Edit]:
        edits: list[Edit] = []
        for text in texts:  # each is made from what the one before leaves
            edits.append(with_phrasing(path, edits[-1].after if edits else load(path), entry, text))
        return edits

    others = f" and {plural(len(texts) - 1, 'other phrasing')}" if len(texts) > 1 else ""
    return Proposal(
        f"“{texts[0]}”{others} added to {entry}",
        make,
        form.gaps,
        tuple(texts),
        entry=entry,
        form=form.address,
        groups=form.groups,
        following=form.following,
    )


def draft(form: ProposalForm, settings: Settings, faq: Faq) -> Proposal:
    """Propose a new entry: whole if it has an answer and the content check finds no error, else as a draft, which the
    bot does not use. Raises FormError.
    """
    question = form.own_words(form.fields.get("question", ""))
    phrasings = form.own_lines("phrasings")
    name = form.fields.get("id", "").strip() or _id_from(question)
    file = form.fields.get("file", "")
    if file not in places(settings).topics:
        raise FormError("Choose the topic that the new entry belongs to.")
    if not re.fullmatch(ID_PATTERN, name) or len(name) > ID_BYTES:
        id_format = f"small letters a to z, digits and single hyphens, at most {ID_BYTES}"
        raise FormError(f"Write an id for the new entry: {id_format}.")
    if name in faq.entries:
        raise FormError(f"There is an entry {name} already. Give the new one another id.")
    if not phrasings:
        raise FormError("Write at least one other way to ask it.")
    answer = form.fields.get("answer", "").strip()
    if len(answer) > LONGEST_ANSWER:
        raise FormError(f"That answer is too long. Say it in at most {LONGEST_ANSWER} characters.")
    facts = {fact.id for source in faq.sources.values() for fact in source.facts}
    sources = [fact for fact in form.fields.get("fact", "").split() if fact in facts]
    path, today = _folder(settings) / file, date.today()

    def make(*, is_draft: bool) -> list[Edit]:
        return [
            with_entry(
                path,
                load(path),
                name,
                question=question,
                phrasings=phrasings,
                reviewed=today,
                review_by=today + REVIEW_AFTER,
                answer=answer,
                sources=sources,
                is_draft=is_draft,
            )
        ]

    as_draft = Proposal(
        f"{name} drafted in {file}",
        lambda: make(is_draft=True),
        form.gaps,
        (),
        status=GapStatus.LATER,
        form=form.address,
        groups=form.groups,
        following=form.following,
    )
    if not answer:
        return as_draft
    texts, whole = (question, *phrasings), lambda: make(is_draft=False)
    return replace(
        as_draft, what=f"{name} added to {file}", make=whole, texts=texts, entry=name, status=None, otherwise=as_draft
    )


def facts_with(faq: Faq, query: str) -> list[tuple[Source, Fact]]:
    """The facts that have words and figures of a query, those with most of them first; without those to be left out.

    A word finds those that begin with it, and a figure is the same with and without commas.
    """
    wanted = [re.compile(rf"(?<!\w){re.escape(word)}") for word in re.findall(r"\w(?:[\w.-]*\w)?", _plain(query))]
    found = []
    for source in faq.sources.values():
        for fact in source.facts:
            text = _plain(" ".join((fact.id, source.title, fact.heading or "", fact.fact, *fact.figures, fact.time)))
            number = sum(word.search(text) is not None for word in wanted)
            if number and fact.left_out is None:
                found.append((-number, source, fact))
    return [(source, fact) for _, source, fact in sorted(found, key=lambda one: one[0])[:FACTS]]


def _plain(text: str) -> str:
    return re.sub(r"(?<=\d)[, \u00a0\u202f](?=\d{3}\b)", "", text.casefold())


def off_topic(form: ProposalForm, settings: Settings, faq: Faq) -> Proposal:  # noqa: ARG001  # the signature of the others
    """Propose an off-topic example, from which the matcher learns not to answer similar ones. Raises FormError."""
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
        following=form.following,
    )


@dataclass(frozen=True, slots=True)
class Places:
    """The files of the main language: in which of them each entry is, and the topics of those that hold answers."""

    file_of: Mapping[str, str]
    topics: Mapping[str, str]


def places(settings: Settings) -> Places:
    """Where entries are, by the files as they are; empty if there are none. They are read anew after each change."""
    return _places(settings.faq_dir, settings.seeds_dir, frozenset(file_stamps(settings).items()))


@lru_cache(maxsize=1)
def _places(faq_dir: Path, seeds_dir: Path, _stamps: frozenset[tuple[Path, tuple[int, ...]]]) -> Places:
    edition = read_content(faq_dir, seeds_dir).main
    file_of = edition.files
    return Places(file_of, {file_of[one.id]: one.topic for one, _ in edition.entries if one.kind is Kind.ANSWER})


def _id_from(question: str) -> str:
    """An id from a question's first words; empty if they have no characters that an id may have."""
    return "-".join(re.findall(r"[a-z0-9]+", question.lower())[:ID_WORDS])[:ID_BYTES].strip("-")


def _folder(settings: Settings) -> Path:
    return settings.faq_dir / MAIN_LANGUAGE


def _entry(fields: Mapping[str, str], faq: Faq) -> str:
    """The id of the entry that a form names: the one typed, as id or whole question, else the one chosen.

    Once a search result is chosen, the words of that search no longer count. Raises FormError.
    """
    typed, name = fields.get("other", "").strip(), fields.get("entry", "")
    if typed and not (name and typed == fields.get("searched", "")):
        questions = {entry.question: entry_id for entry_id, entry in faq.entries.items()}
        name = questions.get(typed, typed)
    if name in faq.entries:
        return name
    if not name:
        raise FormError("Choose the entry that answers this.")
    nearest = ", ".join(one for one, _, _ in extract(name, faq.entries.keys(), limit=3))
    raise FormError(f"There is no entry {name}. Choose one of those that are found below, or one of: {nearest}.")
