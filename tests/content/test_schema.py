"""The JSON Schemas: an editor's language server accepts what the loader accepts, and refuses what it refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import snowballstemmer
import yaml
from jsonschema import Draft202012Validator

from bot.content.parsed import Tree
from bot.content.schema import SCHEMAS, SEED_SCHEMAS, json_schema
from bot.content.yaml_reader import parse
from tests.support.paths import ROOT, SMALL

FILES = sorted(
    path for folder in ("faq", "seeds", "tests/small", "tests/small_fr") for path in (ROOT / folder).rglob("*.yaml")
)
FORM_OF = {
    "interface.yaml": "interface",
    "words.yaml": "words",
    "off_topic.yaml": "off_topic",
    "links.yaml": "links",
    "emergency_numbers.yaml": "emergency_numbers",
    "country_pages.yaml": "country_pages",
    "emergency.yaml": "emergency",
    "urgent.yaml": "cards",
    "smalltalk.yaml": "cards",
    "out_of_scope.yaml": "cards",
}
EXAMPLES = {
    "document": "seeds/note.yaml",
    "links": "seeds/links.yaml",
    "emergency_numbers": "seeds/emergency_numbers.yaml",
    "country_pages": "seeds/country_pages.yaml",
    "emergency": "faq/en/emergency.yaml",
    "topic": "faq/en/ferry.yaml",
    "cards": "faq/en/urgent.yaml",
    "words": "faq/en/words.yaml",
    "cries": "faq/cries/de.yaml",
    "phrasings": "faq/phrasings/de.yaml",
    "follow_ups": "faq/follow_ups/en.yaml",
    "off_topic": "../../faq/en/off_topic.yaml",  # the small FAQ has none
    "interface": "faq/en/interface.yaml",
    "translated_topic": "../small_fr/faq/fr/ferry.yaml",
    "translated_interface": "../small_fr/faq/fr/interface.yaml",
    "translated_emergency": "../../faq/fr/emergency.yaml",
}
TRANSLATED = ("ar", "es", "fr", "ru", "zh")
VALIDATORS = {name: Draft202012Validator(json_schema(name)) for name in SCHEMAS}


def form_of(path: Path) -> str:
    """The form that a file has by its name and place."""
    if path.parent.name in ("cries", "phrasings", "follow_ups"):
        return path.parent.name
    if path.parent.name in TRANSLATED:
        form = FORM_OF.get(path.name, "topic")
        return f"translated_{form if form in ('interface', 'emergency') else 'topic'}"
    return FORM_OF.get(path.name, "document" if path.parent.name == "seeds" else "topic")


def as_json(value: Any) -> Any:
    """A value of YAML as a language server sees it: JSON has no dates."""
    match value:
        case date():
            return value.isoformat()
        case dict():
            return {key: as_json(item) for key, item in value.items()}
        case list():
            return [as_json(item) for item in value]
        case _:
            return value


def example_of(form: str) -> dict[str, Any]:
    """Sound data of a form, from the small FAQ."""
    data: dict[str, Any] = yaml.safe_load((SMALL / EXAMPLES[form]).read_text(encoding="utf-8"))
    return data


def refusals(form: str, data: dict[str, Any]) -> list[str]:
    """What the schema says against data, each with its path."""
    errors = VALIDATORS[form].iter_errors(as_json(data))
    return [f"{'.'.join(map(str, error.absolute_path))}: {error.message}" for error in errors]


def loads(form: str, data: dict[str, Any]) -> bool:
    """Whether the loader takes data as a form."""
    return parse(Tree("file.yaml", data), SCHEMAS[form]) is not None


def mappings(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The paths of all mappings in data."""
    if isinstance(value, dict):
        yield path
        for key, item in value.items():
            yield from mappings(item, (*path, key))
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from mappings(item, (*path, index))


def at(data: Any, path: tuple[str | int, ...]) -> Any:
    """What stands at a path."""
    for step in path:
        data = data[step]
    return data


# --- The schemas and the project's files -------------------------------------------------------------------------


@pytest.mark.parametrize("form", SCHEMAS)
def test_a_schema_is_sound(form: str) -> None:
    """Each schema is one by the standard that it names, and every key tells an editor what it is for or its type."""
    schema = json_schema(form)
    assert schema["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    Draft202012Validator.check_schema(schema)


@pytest.mark.slow
@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_schema_accepts_the_projects_own_files(path: Path) -> None:
    """An editor who opens a sound file sees no red line."""
    assert refusals(form_of(path), yaml.safe_load(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_names_the_schema_of_its_form(path: Path) -> None:
    """The first line leads, from the file's own folder, to the schema that `schema` writes for its form."""
    first = path.read_text(encoding="utf-8").splitlines()[0]
    match = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
    assert match is not None
    folder = "seeds" if form_of(path) in SEED_SCHEMAS else "faq"
    assert (path.parent / match[1]).resolve() == ROOT / folder / "schema" / f"{form_of(path)}.json"


# --- What both refuse --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", SCHEMAS)
def test_an_unknown_key_is_refused_at_every_level(form: str) -> None:
    """A mistyped key is refused wherever a form has keys of its own, by the schema and by the loader."""
    sound = example_of(form)
    free_of: dict[str, set[tuple[str | int, ...]]] = {
        "words": {("spellings",)},
        "cries": {("cries",)},
        "phrasings": {("phrasings",)},
        "interface": {("commands",), ("in_this_language",), ("no_answer",)},
        "emergency": {("called",)},
        "translated_interface": {("commands",)},
        "translated_emergency": {("regions",)},
        "country_pages": {("country_pages", 0, "countries")},
    }
    free = free_of.get(form, set())
    paths = [path for path in mappings(sound) if path not in free]
    for path in paths:
        data = deepcopy(sound)
        at(data, path)["colour"] = "red"
        assert any("'colour'" in refusal for refusal in refusals(form, data)), path
        assert not loads(form, data), path
    assert paths


@pytest.mark.parametrize("form", SCHEMAS)
def test_a_missing_key_is_refused_by_both_or_by_none(form: str) -> None:
    """The schema asks for the same keys as the loader, at every level."""
    sound = example_of(form)
    assert loads(form, sound)
    for path in mappings(sound):
        for key in at(sound, path):
            data = deepcopy(sound)
            del at(data, path)[key]
            assert (refusals(form, data) == []) == loads(form, data), (path, key)


@pytest.mark.parametrize("value", [7, True, None, "", [], ["a"], {}, {"a": "b"}, 1.5])
@pytest.mark.parametrize("form", SCHEMAS)
def test_a_value_of_another_type_is_refused_by_both_or_by_none(form: str, value: Any) -> None:
    """Numbers, lists, texts and nothing in place of what belongs there: schema and loader agree."""
    sound = example_of(form)
    for path in mappings(sound):
        for key in at(sound, path):
            data = deepcopy(sound)
            at(data, path)[key] = value
            found = refusals(form, data)
            if loads(form, data):
                assert found == [], (path, key)
            elif not isinstance(value, str) or not isinstance(at(sound, path)[key], date):
                assert found, (path, key)  # an empty date is a matter of format, which schemas only note


@pytest.mark.parametrize(
    ("form", "key", "value"),
    [
        ("document", "rating", "sure"),
        ("document", "is", "page"),
        ("document", "as_of", "guessed"),
        ("cards", "kind", "topic"),
    ],
)
def test_a_word_that_is_no_choice_is_refused(form: str, key: str, value: str) -> None:
    """Where only some words are allowed, an editor is offered them."""
    data = example_of(form) | {key: value}
    assert any(refusal.startswith(f"{key}:") for refusal in refusals(form, data))
    assert not loads(form, data)


@pytest.mark.parametrize("number", [0, -1])
def test_facts_are_numbered_from_one(number: int) -> None:
    """A fact's number is at least 1."""
    data = example_of("document")
    data["facts"][0]["id"] = number
    assert refusals("document", data)
    assert not loads("document", data)


@pytest.mark.parametrize("value", ["true", "yes", 1, None, []])
@pytest.mark.parametrize("form", ["topic", "cards"])
def test_whether_an_entry_is_a_draft_is_yes_or_no(form: str, value: Any) -> None:
    """A mistyped value is refused, by the schema and by the loader, and does not make an answer of a draft."""
    data = example_of(form)
    for sound in (True, False):
        data["entries"][0]["draft"] = sound
        assert refusals(form, data) == []
        assert loads(form, data)
    data["entries"][0]["draft"] = value
    assert refusals(form, data)
    assert not loads(form, data)


def test_keys_that_need_it_are_explained() -> None:
    """Keys whose meaning is no matter of course carry a description, which editors see while they type."""
    described = {
        name
        for form in SCHEMAS
        for definition in (json_schema(form), *json_schema(form).get("$defs", {}).values())
        for name, key in definition.get("properties", {}).items()
        if "description" in key
    }
    assert {"id", "is", "rating", "checked", "as_of", "time", "figures", "left_out", "original"} <= described
    assert {
        "phrasings",
        "belongs_to",
        "sources",
        "read_more",
        "title",
        "first_person",
        "draft",
        "reviewed_by",
    } <= described


def test_stemmers_are_those_that_there_are() -> None:
    """A word list can name each algorithm of the library, and no other."""
    assert json_schema("words")["properties"]["stemmer"]["enum"] == [*snowballstemmer.algorithms(), ""]
