"""A pydantic model for each YAML file: the loader validates by it, and its JSON Schema is generated from it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields
from datetime import date
from typing import Annotated, Any, Literal, TypeVar

import snowballstemmer
from pydantic import BaseModel, ConfigDict, Field, GetPydanticSchema, create_model
from pydantic_core import core_schema

from bot.domain.faq import Interface
from bot.domain.follow_up import Said

ID_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"
ID_BYTES = 40
NOBODY_YET = "nobody yet"
Text = Annotated[str, Field(min_length=1)]
AsOf = Literal["printed", "inferred"]
ServiceName = Literal["all", "coast_guard", "ambulance", "fire", "police", "women", "children"]
SaidName = Annotated[str, GetPydanticSchema(lambda _source, _handler: core_schema.literal_schema(list(map(str, Said))))]
# Of those that are installed, see snowballstem.org/algorithms; empty for none.
STEMMERS = (*snowballstemmer.algorithms(), "")
Stemmer = Annotated[str, GetPydanticSchema(lambda _source, _handler: core_schema.literal_schema(list(STEMMERS)))]


class Schema(BaseModel):
    """Unknown keys are errors, and no value is converted to the type of its key: YAML's `no` is not a text."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


Form = TypeVar("Form", bound=Schema)


class FactSchema(Schema):
    """One thing that a source states."""

    id: int = Field(ge=1, description="The fact's number within its source.")
    fact: Text = Field(description="What the source states, in our own words, with its figures.")
    figures: list[Text] = Field(default=[], description="The figures exactly as the source prints them.")
    time: Text = Field(description="The time that the fact speaks of.")
    as_of: AsOf = Field(description="Whether the source prints that time or we inferred it.")
    heading: Text | None = Field(default=None, description="The heading above it in the document.")
    left_out: Text | None = Field(default=None, description="Why no entry may answer with this fact.")
    succeeded_by: Text | None = Field(
        default=None, description="The fact that states the same of a later time, as in migrants-2024.1."
    )


class SourceSchema(Schema):
    """What documents and pages have in common."""

    id: str = Field(description="Lower-case ASCII letters, digits and single hyphens; at most 40 bytes.")
    title: Text
    publisher: Text
    url: Text
    rating: Literal["confirmed", "likely"] = Field(description="How the address is known; see seeds/links.yaml.")
    checked: date = Field(description="When the record was last compared with its source.")
    note: Text | None = None


class DocumentSchema(SourceSchema):
    """seeds/DOCUMENT.yaml: one source document and all that it states."""

    is_: Literal["document", "landing", "publisher"] = Field(alias="is", description="What the address leads to.")
    date: Text = Field(description="When the document was published.")
    as_of: AsOf = Field(description="Whether the document prints that date or we inferred it.")
    date_from: Text = Field(description="How the date is known.")
    original: Text = Field(description="The name of the original's text file, for `check --documents`.")
    facts: list[FactSchema]


class PageSchema(SourceSchema):
    """A page that answers link to, with facts of its own where an answer needs one."""

    is_: Literal["document", "landing", "publisher", "page"] = Field(alias="is", description="What the address is.")
    purpose: Literal["help", "policy", "data"]
    facts: list[FactSchema] = []


class LinksSchema(Schema):
    """seeds/links.yaml: read-more and help pages."""

    pages: list[PageSchema]


class EmergencyNumberSchema(Schema):
    """A number as it is dialled in its country."""

    number: str = Field(pattern=r"^[0-9]+( [0-9]+)*$", description="Digits, in quotes; blanks where people make them.")
    for_: list[ServiceName] = Field(alias="for", min_length=1, description="What the number is for.")
    sources: list[Text] = Field(min_length=1, description="Ids of pages, the best first.")
    note: Text | None = Field(default=None, description="Where in the country it applies.")


class CountrySchema(Schema):
    """A country with its numbers, the most general or most used first."""

    country: str = Field(pattern="^[A-Z]{2}$", description="ISO 3166-1 alpha-2, in quotes.")
    numbers: list[EmergencyNumberSchema] = Field(min_length=1)


class EmergencyNumbersSchema(Schema):
    """seeds/emergency_numbers.yaml: whom to call, by country, and the pages that say so."""

    pages: list[PageSchema]
    countries: list[CountrySchema]


class CountryPageSchema(Schema):
    """The page of one country."""

    url: Text
    rating: Literal["confirmed", "likely"] = Field(description="How the address is known; see seeds/links.yaml.")


class PagesByCountrySchema(Schema):
    """Pages of single countries, which stand in place of a page for all of them where a message names the country."""

    page: Text = Field(description="The id of the page for all countries, in seeds/links.yaml.")
    title: Text = Field(description="The title of a country's page, with {country}.")
    checked: date = Field(description="When the addresses were last compared with where they are known from.")
    note: Text = Field(description="How the addresses are known.")
    countries: dict[str, CountryPageSchema] = Field(description="By ISO 3166-1 alpha-2.")


class CountryPagesSchema(Schema):
    """seeds/country_pages.yaml: the pages of single countries."""

    country_pages: list[PagesByCountrySchema]


class EmergencyTextsSchema(Schema):
    """What the bot says with emergency numbers."""

    heading: Text
    elsewhere: Text
    where: Text
    other_countries: Text
    other_regions: Text
    near: Text
    at_sea: Text
    no_coast_guard: Text
    services: dict[ServiceName, Text]


class AskingSchema(Schema):
    """The words by which people ask for an emergency number, grouped freely."""

    numbers: list[list[Text]]
    calls: list[list[Text]]
    emergency: list[list[Text]]
    dangers: list[list[Text]]
    never: list[Text] = []
    services: dict[ServiceName, list[Text]]


class RegionSchema(Schema):
    """A part of the world, to choose a country from."""

    name: Text
    countries: list[str]


class EmergencySchema(Schema):
    """faq/en/emergency.yaml: what the bot says with emergency numbers, and how people ask for them."""

    texts: EmergencyTextsSchema
    asking: AskingSchema
    called: dict[str, list[Text]] = Field(default={}, description="How countries are called beside their CLDR names.")
    prefixes: list[Text] = []
    endings: list[Text] = []
    away: list[Text] = Field(default=[], description="A country after one of these is where the person is not.")
    likely: list[str] = Field(description="The countries of the first buttons.")
    regions: list[RegionSchema]
    waiting: list[list[Text]] = Field(default=[], description="What people write after a card while they wait.")


class LookalikeSchema(Schema):
    """A message that looks like this entry's and belongs elsewhere."""

    text: Text
    belongs_to: Text = Field(description="The entry that it belongs to, or `none`.")


class BaseEntrySchema(Schema):
    """What entries of every kind have in common."""

    id: str = Field(description="Lower-case ASCII letters, digits and single hyphens; at most 40 bytes; unique.")
    draft: bool = Field(default=False, description="While its answer is being written: the bot does not know it yet.")
    phrasings: list[Text] = Field(description="How people ask; eight or more, of different kinds.")
    not_this: list[LookalikeSchema] = []
    answer: Text
    read_more: list[Text] = Field(default=[], description="Ids of pages in seeds/links.yaml.")
    see_also: list[Text] = Field(
        default=[], description="Ids of the questions offered next; not of urgent or smalltalk."
    )
    reviewed: date
    review_by: date


class EntrySchema(BaseEntrySchema):
    """A question with its sourced answer."""

    question: Text
    button: Text | None = Field(
        default=None, description="The question in a few words, for buttons, where it is too long for one."
    )
    sources: list[Text] = Field(default=[], description="Facts, as SOURCE.NUMBER; years and links follow from them.")
    then: dict[Literal["why", "done", "rest", "read"], Text] = Field(
        default={},
        description="Ids of the questions meant by `why?`, `what is done about it?`, `and the rest?`, `where can I"
        " read it?` after this answer.",
    )


class TopicSchema(Schema):
    """faq/en/TOPIC.yaml: the entries of one topic."""

    topic: Text
    entries: list[EntrySchema]


class CardSchema(BaseEntrySchema):
    """An entry that is no question: an urgent card, small talk, or what the FAQ does not cover."""

    title: Text = Field(description="What it is about, for editors.")
    call_first: list[ServiceName] = Field(default=[], description="The services whose numbers stand first on a card.")
    hides_police: bool = Field(
        default=False, description="For somebody in hiding or held: numbers of the police alone are left out."
    )
    button: Text | None = Field(default=None, description="What its button says: short, and neutral if discreet.")
    sources: list[Text] = Field(default=[], description="Facts that its advice rests on, as SOURCE.NUMBER; not shown.")
    discreet: bool = Field(
        default=False,
        description="Somebody else may see the screen: a neutral first line, a word on deleting the chat.",
    )
    careful: bool = Field(
        default=False,
        description="A call may itself be a danger: whom to call is said with a caution, and never first.",
    )
    after_answer: SaidName | None = Field(
        default=None, description="What this small talk says of the answer before it."
    )
    reviewed_by: Text = Field(default=NOBODY_YET, description="Who of the profession has read it, or `nobody yet`.")


class CardsSchema(Schema):
    """faq/en/urgent.yaml, smalltalk.yaml and out_of_scope.yaml."""

    kind: Literal["urgent", "smalltalk", "out-of-scope"]
    entries: list[CardSchema]


class WordsSchema(Schema):
    """faq/en/words.yaml: how people type."""

    spellings: dict[str, Text] = {}
    synonyms: list[list[Text]] = []
    first_person: list[Text] = Field(default=[], description="Words by which people speak of themselves and theirs.")
    question_words: list[Text] = Field(default=[], description="Words that begin a question.")
    lead_ins: list[Text] = Field(default=[], description="What people say before their question.")
    joining_words: list[Text] = Field(default=[], description="Words that join two questions, as `and` does.")
    places: list[list[Text]] = Field(
        default=[], description="Names of countries, peoples, cities, seas; grouped freely."
    )
    stemmer: Stemmer = Field(
        default="", description="The Snowball algorithm that takes this language's words to their stems."
    )
    number_words: Literal["english", ""] = Field(
        default="", description="The language whose numbers in words are read as digits: two hundred is 200."
    )


class OffTopicSchema(Schema):
    """faq/en/off_topic.yaml: messages that no entry is for."""

    off_topic: list[Text] = Field(description="Messages in the editors' words; what is like them gets no answer.")


class LinesSchema(Schema):
    """What a person in danger reads first, in their language: four short lines, each at most 15 words."""

    do: Text = Field(description="What to do now.")
    call: Text = Field(description="That 112 works in the EU and on most mobile phones; no other number.")
    program: Text = Field(description="That this is a program, that nobody reads the chat, that it cannot send help.")
    more: Text = Field(description="What follows is in English and leads to people who can help.")


class CriesSchema(Schema):
    """faq/cries/LANGUAGE.yaml: how people in danger write in one language, whether or not the FAQ speaks it."""

    language: Text = Field(description="The language's ISO 639 code, which is the file's name too.")
    name: Text = Field(description="The language's name in itself.")
    read_by: Text = Field(default=NOBODY_YET, description="Which native speaker has read it, or `nobody yet`.")
    lines: LinesSchema
    cries: dict[str, list[Text]] = Field(description="By the id of an urgent card: eight or more cries for help.")
    look_alikes: list[Text] = Field(description="Calm messages with the same words, which are no cries.")


class PhrasingsSchema(Schema):
    """faq/phrasings/LANGUAGE.yaml: how people ask for the entries of the English FAQ in another language."""

    language: Text = Field(description="The language's ISO 639 code, which is the file's name too.")
    phrasings: dict[str, list[Text]] = Field(description="By the id of an entry that is no urgent card.")


class FollowUpsSchema(Schema):
    """faq/follow_ups/LANGUAGE.yaml: what people of a language say about the bot's last message."""

    language: Text = Field(description="The language's ISO 639 code, which is the file's name too.")
    said: dict[SaidName, list[Text]] = Field(description="Whole messages, each in one list only, by what they say.")
    openers: list[Text] = Field(description="What begins a question that continues the one before: `what about`.")
    pronouns: list[Text] = Field(description="Words that stand for what was said before: `it`, `they`.")
    fillers: list[Text] = Field(description="Words that may stand before or after any of these: `please`, `ok`.")


class TranslatedSchema(Schema):
    """What a translation renders, and who has read it."""

    of: str = Field(
        pattern="^[0-9a-f]{6}$", description="The digest of the English texts and facts, as `check` names it."
    )
    state: Literal["machine", "reviewed"] = Field(
        description="`machine` until somebody who speaks the language has read it, then `reviewed`."
    )
    by: Text | None = Field(default=None, description="Who has read it, and when.")


class TranslatedEntrySchema(Schema):
    """An entry in another language; sources, pages, related questions and dates are the English entry's."""

    id: str = Field(description="The English entry's.")
    question: Text | None = Field(default=None, description="Of an answer only, as people of the language would ask.")
    button: Text | None = Field(
        default=None, description="What a button to it says, where the English entry has such a text."
    )
    answer: Text
    translated: TranslatedSchema


class TranslatedTopicSchema(Schema):
    """faq/LANGUAGE/FILE.yaml for a language other than English: the entries of the English file of that name."""

    topic: Text | None = Field(default=None, description="The topic's name, where the English file has one.")
    entries: list[TranslatedEntrySchema]


class TranslatedOwnSchema(Schema):
    """A file of the bot's own texts in another language."""

    translated: TranslatedSchema


class TranslatedEmergencySchema(TranslatedOwnSchema):
    """faq/LANGUAGE/emergency.yaml for a language other than English: what the bot says with emergency numbers."""

    texts: EmergencyTextsSchema
    regions: dict[Text, Text] = Field(description="The regions' names by the English ones.")


# Of the interface: not to be translated.
ENGLISH_ONLY = frozenset({"examples", "own_case_pages", "in_this_language", "no_answer"})


def _interface_schema(name: str, base: type[Form], *, without: Collection[str] = ()) -> type[Form]:
    """The fields of ``base`` and of `Interface`, ``without`` some, each a text that is not empty."""
    types: dict[str, Any] = {"str": Text, "tuple[str, ...]": list[Text], "Mapping[str, str]": dict[Text, Text]}
    texts = {item.name: (types[str(item.type)], ...) for item in fields(Interface) if item.name not in without}
    keys: dict[str, Any] = texts
    return create_model(name, __base__=base, **keys)


InterfaceSchema = _interface_schema("InterfaceSchema", Schema)
TranslatedInterfaceSchema = _interface_schema("TranslatedInterfaceSchema", TranslatedOwnSchema, without=ENGLISH_ONLY)

SCHEMAS: dict[str, type[Schema]] = {
    "document": DocumentSchema,
    "links": LinksSchema,
    "emergency_numbers": EmergencyNumbersSchema,
    "country_pages": CountryPagesSchema,
    "topic": TopicSchema,
    "cards": CardsSchema,
    "words": WordsSchema,
    "off_topic": OffTopicSchema,
    "emergency": EmergencySchema,
    "interface": InterfaceSchema,
    "cries": CriesSchema,
    "phrasings": PhrasingsSchema,
    "follow_ups": FollowUpsSchema,
    "translated_topic": TranslatedTopicSchema,
    "translated_emergency": TranslatedEmergencySchema,
    "translated_interface": TranslatedInterfaceSchema,
}
# The order in which an entry has its keys, in every form; `check --fix` puts them so.
ENTRY_KEYS = (
    *("id", "title", "question", "after_answer", "call_first", "hides_police", "button", "discreet", "careful"),
    *("draft", "phrasings", "not_this", "answer", "sources", "read_more", "see_also", "then", "reviewed", "review_by"),
    *("reviewed_by", "translated"),
)
SEED_SCHEMAS = ("document", "links", "emergency_numbers", "country_pages")


def json_schema(name: str) -> dict[str, Any]:
    """The JSON Schema of one of `SCHEMAS`, for editors with a YAML language server."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **SCHEMAS[name].model_json_schema(by_alias=True)}
