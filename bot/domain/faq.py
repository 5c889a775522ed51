"""The FAQ: entries, sources, interface texts and wording. Frozen values that only look things up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Literal

from bot.domain.emergency import EmergencyDirectory, Service
from bot.domain.follow_up import FollowUps, Said

MAIN_LANGUAGE = "en"


class Kind(StrEnum):
    """The kind of an entry. Entries of all kinds are ranked together."""

    ANSWER = "answer"
    URGENT = "urgent"
    SMALLTALK = "smalltalk"
    OUT_OF_SCOPE = "out-of-scope"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that a source states, in the editors' words, with its figures as the source prints them.

    ``time`` is the time the fact refers to; ``as_of`` says whether the source prints that time or the editors inferred
    it. ``heading`` stands above the fact in the document; ``left_out`` is why no entry may answer with the fact.
    ``succeeded_by`` is the fact that states the same of a later time.
    """

    id: str
    fact: str
    time: str
    as_of: Literal["printed", "inferred"]
    figures: tuple[str, ...] = ()
    heading: str | None = None
    left_out: str | None = None
    succeeded_by: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A document that the FAQ cites, or a page that it links to.

    ``is_`` says what a reader finds at ``url``: the ``document`` itself, a ``landing`` page that leads to it, the
    ``publisher``'s page on the subject, or a ``page`` of its own.
    """

    id: str
    title: str
    publisher: str
    url: str
    is_: Literal["document", "landing", "publisher", "page"]
    rating: Literal["confirmed", "likely"]
    checked: date
    facts: tuple[Fact, ...] = ()
    date: str | None = None
    as_of: Literal["printed", "inferred"] | None = None
    purpose: Literal["help", "policy", "data"] | None = None
    original: str | None = None


@dataclass(frozen=True, slots=True)
class CountryPages:
    """The pages that a publisher has for single countries: their title with {country}, their addresses by code."""

    title: str
    urls: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Lookalike:
    """A message that resembles an entry's phrasings but belongs to another entry, or to none (``None``)."""

    text: str
    belongs_to: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One curated answer and the ways people ask for it. ``question`` is a title where the kind is not ``ANSWER``.

    The rest is for cards. ``button`` is what a button that leads to the card says; ``discreet`` cards are read where
    somebody else may see the screen; on ``careful`` ones a call to the emergency number may itself be a danger;
    ``reviewed_by`` names who of the profession has read the card, None if nobody has.

    ``language`` is that of its texts; ``is_machine``: a program translated them, and nobody who speaks it has read
    them.
    """

    id: str
    kind: Kind
    topic: str
    question: str
    phrasings: tuple[str, ...]
    answer: str
    reviewed: date
    review_by: date
    not_this: tuple[Lookalike, ...] = ()
    sources: tuple[str, ...] = ()
    read_more: tuple[str, ...] = ()
    see_also: tuple[str, ...] = ()
    then: Mapping[Said, str] = field(default_factory=dict, hash=False)  # the answers to what is asked after this one
    call_first: tuple[Service, ...] = ()  # of a card: the services whose numbers stand first
    hides_police: bool = False  # of a card: for somebody who must not be told to phone the police first
    button: str = ""
    discreet: bool = False
    careful: bool = False
    after_answer: Said | None = None  # of small talk: what it says of the answer before it
    reviewed_by: str | None = None
    language: str = MAIN_LANGUAGE
    is_machine: bool = False

    @property
    def label(self) -> str:
        """What a button that leads to the entry says."""
        return self.button or self.question


@dataclass(frozen=True, slots=True)
class Wording:
    """How people type in one language: spellings to correct, synonyms, first-person words.

    ``spellings`` maps a run of typed words to the words meant; ``synonyms`` holds groups whose first member names the
    group; ``first_person`` are the words by which people speak of themselves and theirs; ``question_words`` begin a
    question, ``lead_ins`` are what people say before one, ``joining_words`` stand between two; ``places`` are names of
    countries, peoples, cities and seas. ``stemmer`` is the Snowball algorithm that
    reduces words to stems, empty if there is none for the language; ``number_words`` is the language whose number words
    are read as digits, empty for none.
    """

    spellings: Mapping[str, str] = field(default_factory=dict)
    synonyms: tuple[tuple[str, ...], ...] = ()
    first_person: tuple[str, ...] = ()
    question_words: tuple[str, ...] = ()
    lead_ins: tuple[str, ...] = ()
    joining_words: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    stemmer: str = ""
    number_words: str = ""


@dataclass(frozen=True, slots=True)
class Interface:
    """The texts of the bot's interface in one language. The placeholders in braces are filled in by the bot."""

    language_name: str  # in the language itself
    description: str  # {days}; Telegram shows it before a chat begins
    short_description: str  # Telegram shows it with the bot's profile
    welcome: str
    examples: tuple[str, ...]  # ids of entries shown with the welcome
    try_asking: str
    help: str
    topics: str
    topic: str  # {topic}
    browse_topics: str
    all_topics: str
    back: str
    more: str
    sources: str
    privacy: str  # {days}
    forget: str
    forget_failed: str
    settings: str
    choose_language: str
    language_chosen: str
    language_failed: str
    unknown_command: str
    unanswered: str
    nearest_topic: str  # {topic}
    other_year: str  # {years}
    not_answered: str  # {numbers}
    too_many: str
    other_language: str
    no_words: str
    text_only: str
    too_fast: str
    failed: str
    clarify: str
    none_of_these: str
    none_chosen: str
    no_such_choice: str
    sure: str  # to one who doubts an answer, above its sources
    nothing_more: str  # to one who wants to know more, above the sources
    no_answer_before: str  # to one who means an answer before, where there is none
    taken_as: str  # {question}; to one whose message continues that question and has no answer, above near ones
    of_forward: str  # to one who doubts a forwarded message that had an answer, above the sources of that
    of_unknown_forward: str  # and that had none
    stopped: str  # to one who says stop
    contact: str  # {contact}
    feedback: str
    language: str  # a button to the choice of languages
    in_danger: str  # a button to the emergency numbers
    gone: str
    helpful: str
    helpful_yes: str
    helpful_no: str
    what_is_wrong: str
    wrong: str
    outdated: str
    unclear: str
    not_asked: str  # the answer is to another question
    say_unclear: str  # a button under an answer that was marked as unclear
    what_is_unclear: str  # to one who presses it: asks for a message, and says that it is kept
    instead: str  # above the questions that come next in that case
    thanks_helpful: str
    thanks_not_helpful: str
    urgent_title: str
    private_chat: str
    program: str  # on every urgent card and wherever a message was not read: nobody reads this chat
    emergency: str  # under the first line of an urgent card; 112 stands here and in the next text only
    emergency_careful: str  # the same for cards on which a call may be a danger
    delete_chat: str  # the last line of a discreet card
    which_danger: str  # asks which of some cards it is about
    machine: str  # under a text that a program translated
    original: str  # a button under such a text, that leads to the one in the main language
    or_card: str  # {card}; a button under a card that leads to another one
    not_about_me: str  # a button under a card
    type_again: str  # to one who presses it where the question is no longer known
    where_to_turn: str
    own_case: str  # above the next pages, under the reply to a message that has no answer
    own_case_pages: tuple[str, ...]  # ids of pages for a person's own life and papers
    read_more: str
    see_also: str
    can_answer: str  # above the questions that are near to one without an answer
    source: str  # before each source, where no link can be shown
    time: str  # {time}
    inferred: str
    landing: str
    publisher: str
    commands: Mapping[str, str]  # one line for each command of the menu
    in_this_language: Mapping[str, str]  # by language: that the reply is in the main language
    no_answer: Mapping[str, str]  # by language: that there is no answer, or the question was not understood


@dataclass(frozen=True, slots=True)
class Cries:
    """How people in danger write in one language, and what they read first in it.

    ``cries`` are by the id of an urgent card; ``look_alikes`` are calm messages in the same words. The lines: ``do``
    says what to do now, ``call`` that 112 works, ``program`` that nobody reads the chat, ``more`` that English follows.
    ``read_by`` is the native speaker who has read all this, None if nobody has.
    """

    language: str
    name: str  # in the language itself
    do: str
    call: str
    program: str
    more: str
    cries: Mapping[str, tuple[str, ...]]
    look_alikes: tuple[str, ...]
    read_by: str | None = None

    @property
    def lines(self) -> tuple[str, ...]:
        """The four lines, in their order."""
        return (self.do, self.call, self.program, self.more)


@dataclass(frozen=True, slots=True)
class Faq:
    """The FAQ in one language, with the sources that it cites.

    That of the main language has its ``translations``, by language: the same entries, in its own words where they have
    no translation that is up to date.
    """

    language: str
    entries: Mapping[str, Entry]
    sources: Mapping[str, Source]
    interface: Interface
    wording: Wording = Wording()
    off_topic: tuple[str, ...] = ()  # example messages that belong to no entry
    languages: Mapping[str, str] = field(default_factory=dict)  # to choose from: code -> name in the language itself
    emergency: EmergencyDirectory = field(default_factory=EmergencyDirectory)
    country_pages: Mapping[str, CountryPages] = field(default_factory=dict)  # by the page that is for all countries
    version: str = ""  # a digest of the content
    cries: tuple[Cries, ...] = ()  # in all languages in which a cry for help is heard
    follow_ups: tuple[FollowUps, ...] = ()  # in all languages in which they are understood
    contact: str = ""  # of the people who run the bot; empty if they do not say
    foreign_phrasings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # by entry id, in other languages
    topic_names: Mapping[str, str] = field(default_factory=dict)  # of a translation: by their names in the main one
    times: Mapping[str, str] = field(default_factory=dict)  # of a translation: by how the records write them
    translations: Mapping[str, Faq] = field(default_factory=dict)

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics of the answers, in file order."""
        return tuple(dict.fromkeys(entry.topic for entry in self.of_kind(Kind.ANSWER)))

    def in_language(self, language: str | None) -> Faq:
        """The FAQ in a language; this one if it has no translation into it."""
        return self.translations.get(language or "", self)

    def speaks(self, language: str) -> bool:
        """Whether the FAQ is in a language, or has a translation into it."""
        return language == self.language or language in self.translations

    def of_kind(self, kind: Kind) -> tuple[Entry, ...]:
        """All entries of one kind, in file order."""
        return tuple(entry for entry in self.entries.values() if entry.kind is kind)

    def of_topic(self, topic: str) -> tuple[Entry, ...]:
        """The answers of one topic, in file order."""
        return tuple(entry for entry in self.of_kind(Kind.ANSWER) if entry.topic == topic)

    def cited(self, entry: Entry) -> tuple[tuple[Source, Fact], ...]:
        """The facts that an entry cites, each with its source, in the entry's order."""
        facts = {fact.id: (source, fact) for source in self.sources.values() for fact in source.facts}
        return tuple(facts[reference] for reference in entry.sources)
