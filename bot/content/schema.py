"""The form of each YAML file, as pydantic models: the loader checks by them, the JSON Schemas come from them."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from bot.domain.faq import Interface

ID_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"
ID_BYTES = 40
Text = Annotated[str, Field(min_length=1)]
AsOf = Literal["printed", "inferred"]
# Those that snowballstemmer has: snowballstem.org/algorithms
Stemmer = Literal[
    "arabic",
    "armenian",
    "basque",
    "catalan",
    "czech",
    "danish",
    "dutch",
    "dutch_porter",
    "english",
    "esperanto",
    "estonian",
    "finnish",
    "french",
    "german",
    "greek",
    "hindi",
    "hungarian",
    "indonesian",
    "irish",
    "italian",
    "lithuanian",
    "nepali",
    "norwegian",
    "persian",
    "polish",
    "porter",
    "portuguese",
    "romanian",
    "russian",
    "serbian",
    "sesotho",
    "spanish",
    "swedish",
    "tamil",
    "turkish",
    "yiddish",
]


class Form(BaseModel):
    """Unknown keys are errors; a value must already have its type: YAML's `no` is no text."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class FactForm(Form):
    """One thing that a source states."""

    id: int = Field(ge=1, description="The fact's number within its source.")
    fact: Text = Field(description="What the source states, in our own words, with its figures.")
    figures: list[Text] = Field(default=[], description="The figures exactly as the source prints them.")
    time: Text = Field(description="The time that the fact speaks of.")
    as_of: AsOf = Field(description="Whether the source prints that time or we inferred it.")
    heading: Text | None = Field(default=None, description="The heading above it in the document.")
    left_out: Text | None = Field(default=None, description="Why no entry may answer with this fact.")


class SourceForm(Form):
    """What documents and pages have in common."""

    id: str = Field(description="Lower-case ASCII letters, digits and single hyphens; at most 40 bytes.")
    title: Text
    publisher: Text
    url: Text
    rating: Literal["confirmed", "likely"] = Field(description="How the address is known; see seeds/links.yaml.")
    checked: date = Field(description="When the record was last compared with its source.")
    note: Text | None = None


class DocumentForm(SourceForm):
    """seeds/DOCUMENT.yaml: one source document and all that it states."""

    is_: Literal["document", "landing", "publisher"] = Field(alias="is", description="What the address leads to.")
    date: Text = Field(description="When the document was published.")
    as_of: AsOf = Field(description="Whether the document prints that date or we inferred it.")
    date_from: Text = Field(description="How the date is known.")
    original: Text = Field(description="The name of the original's text file, for `check --documents`.")
    facts: list[FactForm]


class PageForm(SourceForm):
    """A page that answers link to, with facts of its own where an answer needs one."""

    is_: Literal["document", "landing", "publisher", "page"] = Field(alias="is", description="What the address is.")
    purpose: Literal["help", "policy", "data"]
    facts: list[FactForm] = []


class LinksForm(Form):
    """seeds/links.yaml: read-more and help pages."""

    pages: list[PageForm]


class LookalikeForm(Form):
    """A message that looks like this entry's and belongs elsewhere."""

    text: Text
    belongs_to: Text = Field(description="The entry that it belongs to, or `none`.")


class BaseEntryForm(Form):
    """What entries of every kind have in common."""

    id: str = Field(description="Lower-case ASCII letters, digits and single hyphens; at most 40 bytes; unique.")
    draft: bool = Field(default=False, description="While its answer is being written: the bot does not know it yet.")
    phrasings: list[Text] = Field(description="How people ask; eight or more, of different kinds.")
    not_this: list[LookalikeForm] = []
    answer: Text
    read_more: list[Text] = Field(default=[], description="Ids of pages in seeds/links.yaml.")
    reviewed: date
    review_by: date


class EntryForm(BaseEntryForm):
    """A question with its sourced answer."""

    question: Text
    sources: list[Text] = Field(default=[], description="Facts, as SOURCE.NUMBER; years and links follow from them.")
    see_also: list[Text] = []


class TopicForm(Form):
    """faq/LANGUAGE/TOPIC.yaml: the entries of one topic."""

    topic: Text
    entries: list[EntryForm]


class CardForm(BaseEntryForm):
    """An entry that is no question: an urgent card, small talk, or what the FAQ does not cover."""

    title: Text = Field(description="What it is about, for editors.")


class CardsForm(Form):
    """faq/LANGUAGE/urgent.yaml, smalltalk.yaml and out_of_scope.yaml."""

    kind: Literal["urgent", "smalltalk", "out-of-scope"]
    entries: list[CardForm]


class WordsForm(Form):
    """faq/LANGUAGE/words.yaml: how the people of this language type."""

    spellings: dict[str, Text] = {}
    synonyms: list[list[Text]] = []
    first_person: list[Text] = Field(default=[], description="Words by which people speak of themselves and theirs.")
    question_words: list[Text] = Field(default=[], description="Words that begin a question.")
    places: list[list[Text]] = Field(
        default=[], description="Names of countries, peoples, cities, seas; grouped freely."
    )
    stemmer: Stemmer | Literal[""] = Field(
        default="", description="The Snowball algorithm that takes this language's words to their stems."
    )
    number_words: Literal["english", ""] = Field(
        default="", description="The language whose numbers in words are read as digits: two hundred is 200."
    )


class OffTopicForm(Form):
    """faq/LANGUAGE/off_topic.yaml: messages that no entry is for."""

    off_topic: list[Text] = Field(description="Messages in the editors' words; what is like them gets no answer.")


def _interface_form() -> type[Form]:
    """faq/LANGUAGE/interface.yaml: the fields of `Interface`, each a text that is not empty."""
    types: dict[str, Any] = {"str": Text, "tuple[str, ...]": list[Text], "Mapping[str, str]": dict[Text, Text]}
    keys: dict[str, Any] = {item.name: (types[str(item.type)], ...) for item in fields(Interface)}
    return create_model("InterfaceForm", __base__=Form, **keys)


InterfaceForm = _interface_form()

FORMS: dict[str, type[Form]] = {
    "document": DocumentForm,
    "links": LinksForm,
    "topic": TopicForm,
    "cards": CardsForm,
    "words": WordsForm,
    "off_topic": OffTopicForm,
    "interface": InterfaceForm,
}
SEED_FORMS = ("document", "links")


def json_schema(name: str) -> dict[str, Any]:
    """The JSON Schema of a form, for editors with a YAML language server."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **FORMS[name].model_json_schema(by_alias=True)}
