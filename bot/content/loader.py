"""Load the YAML files of faq/ and seeds/ as one Faq, with its translations.

Every file is read before errors are reported: `read_content` never raises for what the files hold, `read_faq` raises
one ContentError with every error that stops the bot from using the content.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from bot.content.diagnostics import ContentError, Diagnostic
from bot.content.parsed import EMERGENCY, INTERFACE, Content, Edition, Located, Translation, Tree
from bot.content.references import Named, broken, check_drafts
from bot.content.schema import (
    NOBODY_YET,
    CardSchema,
    CardsSchema,
    CountryPagesSchema,
    CountrySchema,
    CriesSchema,
    DocumentSchema,
    EmergencyNumbersSchema,
    EmergencySchema,
    EntrySchema,
    FactSchema,
    FollowUpsSchema,
    InterfaceSchema,
    LinksSchema,
    OffTopicSchema,
    PagesByCountrySchema,
    PageSchema,
    PhrasingsSchema,
    Schema,
    SourceSchema,
    TopicSchema,
    TranslatedEmergencySchema,
    TranslatedEntrySchema,
    TranslatedInterfaceSchema,
    TranslatedTopicSchema,
    WordsSchema,
)
from bot.content.yaml_reader import parse, parse_each, read_tree
from bot.domain.emergency import AskingWords, EmergencyDirectory, EmergencyNumber, EmergencyTexts, Region, Service
from bot.domain.faq import (
    MAIN_LANGUAGE,
    CountryPages,
    Cries,
    Entry,
    Fact,
    Faq,
    Interface,
    Kind,
    Lookalike,
    Source,
    Wording,
)
from bot.domain.follow_up import FollowUps, Said

CRIES, PHRASINGS, FOLLOW_UPS = "cries", "phrasings", "follow_ups"  # the folders beside those of the languages
ByLanguage = TypeVar("ByLanguage", CriesSchema, PhrasingsSchema, FollowUpsSchema)
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_logger = logging.getLogger(__name__)


def read_faq(faq_dir: Path, seeds_dir: Path) -> Faq:
    """The FAQ with its translations, ready to use.

    Raises ContentError where a file of seeds/ or of the main language is invalid. An invalid translation is left out
    with a warning, and drafts without one. The further rules of `lint` are for editors, and are not run.
    """
    return usable_faq(readable_content(faq_dir, seeds_dir))


def readable_content(faq_dir: Path, seeds_dir: Path) -> Content:
    """As `read_content`. Raises ContentError for what cannot be read."""
    try:
        return read_content(faq_dir, seeds_dir)
    except OSError as error:
        where, fact = str(error.filename or faq_dir), f"cannot be read ({error.strerror})"
        raise ContentError((Diagnostic(where, 1, "Y101", fact, "see that the bot may read it"),)) from None


def usable_faq(content: Content) -> Faq:
    """The FAQ of files that were read, as `read_faq`."""
    return content.faq(without=unusable(content))


def unusable(content: Content, *, needed: Collection[str] = ()) -> set[str]:
    """The languages whose translation cannot be used, with a warning.

    Raises ContentError as `read_faq`, and where it is a ``needed`` language.
    """
    errors = broken(content)
    translations = {one.language: f"{one.folder}/" for one in content.translations if one.language not in needed}
    if any(not diagnostic.file.startswith(tuple(translations.values())) for diagnostic in errors):
        raise ContentError(errors)
    for diagnostic in errors:
        _logger.warning("%s", diagnostic)
    left_out = {
        language
        for language, folder in translations.items()
        if any(diagnostic.file.startswith(folder) for diagnostic in errors)
    }
    for translation in content.translations:
        if translation.interface is None and translation.language not in left_out:
            _logger.warning("%s/: cannot be used yet; add its interface.yaml", translation.folder)
    return left_out


def read_content(faq_dir: Path, seeds_dir: Path) -> Content:
    """Read every file of both folders, with diagnostics for what is wrong with them as files.

    Each draft gives a diagnostic instead of an entry.
    """
    content = Content()
    for path in _yaml_files(seeds_dir, seeds_dir.name, content):
        _read_source_file(path, f"{seeds_dir.name}/{path.name}", content)
    if faq_dir.is_dir() and not (faq_dir / MAIN_LANGUAGE).is_dir():
        fact = f"there is no folder '{MAIN_LANGUAGE}'"
        content.diagnostics.append(Diagnostic(str(faq_dir), 1, "Y101", fact, "see that FAQ_DIR names the FAQ's folder"))
    for folder in _folders(faq_dir, content):
        place = f"{faq_dir.name}/{folder.name}"
        files = {path: f"{place}/{path.name}" for path in _yaml_files(folder, place, content)}
        if folder.name != MAIN_LANGUAGE:
            content.translations.append(_read_translation(folder.name, place, files, content))
            continue
        for path, shown in files.items():
            _read_faq_file(path, shown, content)
        if content.main.interface_tree is None:
            content.diagnostics.append(Diagnostic(place, 1, "Y101", "interface.yaml is missing", "add it"))
    for cries, at in _read_by_language(faq_dir / CRIES, f"{faq_dir.name}/{CRIES}", CriesSchema, content):
        content.cries.append((_cries(cries), at))
    for asked, at in _read_by_language(faq_dir / PHRASINGS, f"{faq_dir.name}/{PHRASINGS}", PhrasingsSchema, content):
        content.phrasings.append((asked.phrasings, at))
    for said, at in _read_by_language(faq_dir / FOLLOW_UPS, f"{faq_dir.name}/{FOLLOW_UPS}", FollowUpsSchema, content):
        content.follow_ups.append((_follow_ups(said), at))
    if faq_dir.is_dir():
        content.diagnostics.extend(_misplaced(faq_dir))
    drafts = [(draft.id, at) for draft, at in content.main.drafts]
    content.diagnostics.extend(_duplicate_ids(content, drafts))
    content.diagnostics.extend(check_drafts(content, drafts))
    return content


def _folders(faq_dir: Path, content: Content) -> Iterator[Path]:
    if not faq_dir.is_dir():
        content.diagnostics.append(
            Diagnostic(str(faq_dir), 1, "Y101", "is no folder", "run from the project's folder, or set FAQ_DIR")
        )
        return
    for path in sorted(faq_dir.iterdir()):
        if path.is_dir() and _LANGUAGE.fullmatch(path.name):
            yield path


def _misplaced(faq_dir: Path) -> Iterator[Diagnostic]:
    """Report YAML files that no edition reads: beside the languages' folders, or deeper."""
    for path in sorted(faq_dir.rglob("*.yaml")):
        parts = path.relative_to(faq_dir).parts
        if len(parts) != 2 or not (_LANGUAGE.fullmatch(parts[0]) or parts[0] in (CRIES, PHRASINGS, FOLLOW_UPS)):
            shown = "/".join((faq_dir.name, *parts))
            yield Diagnostic(shown, 1, "Y111", "stands where no language reads it", f"move it to {faq_dir.name}/en/")


def _yaml_files(folder: Path, shown: str, content: Content) -> list[Path]:
    if not folder.is_dir():
        content.diagnostics.append(
            Diagnostic(str(folder), 1, "Y101", "is no folder", "run from the project's folder, or set SEEDS_DIR")
        )
        return []
    for path in sorted(folder.glob("*.yml")):
        content.diagnostics.append(
            Diagnostic(f"{shown}/{path.name}", 1, "Y111", "the name ends in .yml", "name it .yaml")
        )
    for path in sorted(folder.glob("*.yaml?*")):
        fact = f"the name ends in {path.name.rpartition('.yaml')[2]}, so it is not read"
        content.diagnostics.append(
            Diagnostic(f"{shown}/{path.name}", 1, "Y111", fact, "let it end in .yaml, or delete it")
        )
    return sorted(folder.glob("*.yaml"))


# --- seeds/ ------------------------------------------------------------------------------------------------------


def _read_source_file(path: Path, shown: str, content: Content) -> None:
    tree = read_tree(path, shown)
    content.is_partial |= tree.data is None
    if tree.data is not None and path.name == "links.yaml":
        parse(tree, LinksSchema, data=_without_items(tree.data, "pages"))
        _declare(tree.data.get("pages"), content)
        for at, page in parse_each(tree, "pages", PageSchema):
            content.sources.append((_source(page), Located(tree, at)))
    elif tree.data is not None and path.name == "emergency_numbers.yaml":
        parse(tree, EmergencyNumbersSchema, data=_without_items(_without_items(tree.data, "pages"), "countries"))
        _declare(tree.data.get("pages"), content)
        for at, page in parse_each(tree, "pages", PageSchema):
            content.sources.append((_source(page), Located(tree, at)))
        for at, country in parse_each(tree, "countries", CountrySchema):
            content.emergency.append((country.country, _numbers(country), Located(tree, at)))
    elif tree.data is not None and path.name == "country_pages.yaml":
        parse(tree, CountryPagesSchema, data=_without_items(tree.data, "country_pages"))
        for at, listed in parse_each(tree, "country_pages", PagesByCountrySchema):
            urls = {code: one.url for code, one in listed.countries.items()}
            content.country_pages.append((listed.page, CountryPages(listed.title, urls), Located(tree, at)))
    elif tree.data is not None:
        _declare([tree.data], content)
        document = parse(tree, DocumentSchema)
        if document is not None:
            content.sources.append((_source(document), Located(tree, ())))
            if document.id != path.stem:
                tree.report(tree.line("id"), "Y111", f"the file of '{document.id}'", f"name it {document.id}.yaml")
    content.note(tree)


def _numbers(record: CountrySchema) -> tuple[EmergencyNumber, ...]:
    return tuple(
        EmergencyNumber(one.number, tuple(map(Service, one.for_)), tuple(one.sources), one.note or "")
        for one in record.numbers
    )


def _without_items(data: Mapping[str, Any], key: str) -> dict[str, Any]:
    """A file's data with the list under a key emptied, whose items are parsed one by one."""
    return {**data, **({key: []} if isinstance(data.get(key), list) else {})}


def _mappings(items: Any) -> list[dict[str, Any]]:
    """The items of a list that are mappings; none if it is no list."""
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _declare(records: Any, content: Content) -> None:
    """Note the ids of records, invalid ones too, so that one error does not invalidate every entry that cites them."""
    for record in _mappings(records):
        content.declared_sources.add(str(record.get("id")))
        numbers = (fact.get("id") for fact in _mappings(record.get("facts")))
        content.declared_facts.update(f"{record.get('id')}.{number}" for number in numbers)


def _source(record: SourceSchema) -> Source:
    values = record.model_dump(exclude={"facts", "note", "date_from"})
    facts: list[FactSchema] = getattr(record, "facts", [])
    return Source(**values, facts=tuple(_fact(record.id, fact) for fact in facts))


def _fact(source_id: str, record: FactSchema) -> Fact:
    values = record.model_dump(exclude={"id", "figures"})
    return Fact(id=f"{source_id}.{record.id}", figures=tuple(record.figures), **values)


# --- faq/LANGUAGE/ -----------------------------------------------------------------------------------------------


def _read_translation(language: str, folder: str, files: Mapping[Path, str], content: Content) -> Translation:
    """One language's texts; a file that cannot be read leaves the others as they are."""
    read = Translation(language, folder)
    for path, shown in files.items():
        tree = read_tree(path, shown)
        if tree.data is None:
            pass
        elif path.name == INTERFACE:
            read.interface_tree = tree
            says = parse(tree, TranslatedInterfaceSchema)
            if says is not None:
                read.interface = says.model_dump(exclude={"translated"})
                read.own[INTERFACE] = says.translated, Located(tree, ())
        elif path.name == EMERGENCY:
            read.emergency_tree = tree
            emergency = parse(tree, TranslatedEmergencySchema)
            if emergency is not None:
                read.own[EMERGENCY] = emergency.translated, Located(tree, ())
                read.emergency = EmergencyTexts(**emergency.texts.model_dump())
                read.regions = emergency.regions
        elif (head := parse(tree, TranslatedTopicSchema, data=_without_items(tree.data, "entries"))) is not None:
            read.topics |= {path.name: head.topic} if head.topic is not None else {}
            for place, text in parse_each(tree, "entries", TranslatedEntrySchema):
                read.entries.append((text, Located(tree, place)))
        content.note(tree)
    return read


def _read_faq_file(path: Path, shown: str, content: Content) -> None:
    tree, edition = read_tree(path, shown), content.main
    content.is_partial |= tree.data is None
    if tree.data is not None:
        if path.name == INTERFACE:
            edition.interface, edition.interface_tree = _interface(parse(tree, InterfaceSchema)), tree
        elif path.name == "words.yaml":
            words = parse(tree, WordsSchema)
            edition.wording = _wording(words) if words else Wording()
        elif path.name == EMERGENCY:
            edition.emergency = _emergency(parse(tree, EmergencySchema))
            edition.emergency_tree = tree
        elif path.name == "off_topic.yaml":
            listed = parse(tree, OffTopicSchema)
            edition.off_topic = [
                (text, Located(tree, ("off_topic", at))) for at, text in enumerate(listed.off_topic if listed else ())
            ]
        else:
            _read_entries(tree, edition)
    content.note(tree)


def _read_entries(tree: Tree, edition: Edition) -> None:
    for item in _mappings(tree.data.get("entries")):  # invalid ones too, see `_declare`
        edition.declared.add(str(item.get("id")))
        cited = item.get("sources")
        edition.cited.update(map(str, cited) if isinstance(cited, list) else ())
    for parsed, kind, topic, at in _parsed_entries(tree):
        found = edition.drafts if parsed.draft else edition.entries
        found.append((_entry(parsed, kind, topic), at))


def _parsed_entries(tree: Tree) -> Iterator[tuple[EntrySchema | CardSchema, Kind, str, Located]]:
    """The valid entries of a file, each with its kind, topic and place."""
    head = _without_items(tree.data, "entries")
    if "kind" in tree.data:
        cards = parse(tree, CardsSchema, data=head)
        if cards is not None:
            for at, card in parse_each(tree, "entries", CardSchema):
                yield card, Kind(cards.kind), "", Located(tree, at)
        return
    topic = parse(tree, TopicSchema, data=head)
    if topic is not None:
        for at, entry in parse_each(tree, "entries", EntrySchema):
            yield entry, Kind.ANSWER, topic.topic, Located(tree, at)


def _entry(parsed: EntrySchema | CardSchema, kind: Kind, topic: str) -> Entry:
    card = parsed if isinstance(parsed, CardSchema) else None
    return Entry(
        id=parsed.id,
        kind=kind,
        topic=topic,
        question=parsed.title if isinstance(parsed, CardSchema) else parsed.question,
        phrasings=tuple(parsed.phrasings),
        answer=parsed.answer.strip(),
        reviewed=parsed.reviewed,
        review_by=parsed.review_by,
        not_this=tuple(
            Lookalike(item.text, None if item.belongs_to == "none" else item.belongs_to) for item in parsed.not_this
        ),
        sources=tuple(parsed.sources),
        read_more=tuple(parsed.read_more),
        see_also=tuple(parsed.see_also),
        then={Said(said): name for said, name in parsed.then.items()} if isinstance(parsed, EntrySchema) else {},
        call_first=tuple(map(Service, card.call_first)) if card is not None else (),
        hides_police=card is not None and card.hides_police,
        button=parsed.button or "",
        discreet=card is not None and card.discreet,
        careful=card is not None and card.careful,
        after_answer=Said(card.after_answer) if card is not None and card.after_answer else None,
        reviewed_by=None if card is None or card.reviewed_by == NOBODY_YET else card.reviewed_by,
    )


def _read_by_language(
    folder: Path, shown: str, form: type[ByLanguage], content: Content
) -> Iterator[tuple[ByLanguage, Located]]:
    """Each sound file of a folder that has one for each language, with its place."""
    for path in _yaml_files(folder, shown, content) if folder.is_dir() else ():
        tree = read_tree(path, f"{shown}/{path.name}")
        content.is_partial |= tree.data is None
        parsed = parse(tree, form) if tree.data is not None else None
        if parsed is not None:
            language = parsed.language
            if language != path.stem:
                tree.report(tree.line("language"), "Y111", f"the file of '{language}'", f"name it {language}.yaml")
            yield parsed, Located(tree, ())
        content.note(tree)


def _cries(parsed: CriesSchema) -> Cries:
    return Cries(
        language=parsed.language,
        name=parsed.name,
        **parsed.lines.model_dump(),
        cries={card: tuple(texts) for card, texts in parsed.cries.items()},
        look_alikes=tuple(parsed.look_alikes),
        read_by=None if parsed.read_by == NOBODY_YET else parsed.read_by,
    )


def _follow_ups(parsed: FollowUpsSchema) -> FollowUps:
    return FollowUps(
        language=parsed.language,
        said={Said(what): tuple(texts) for what, texts in parsed.said.items()},
        openers=tuple(parsed.openers),
        pronouns=tuple(parsed.pronouns),
        fillers=tuple(parsed.fillers),
    )


def _wording(parsed: WordsSchema) -> Wording:
    return Wording(
        spellings=parsed.spellings,
        synonyms=tuple(tuple(group) for group in parsed.synonyms),
        first_person=tuple(parsed.first_person),
        question_words=tuple(parsed.question_words),
        lead_ins=tuple(parsed.lead_ins),
        joining_words=tuple(parsed.joining_words),
        places=tuple(name for group in parsed.places for name in group),
        stemmer=parsed.stemmer,
        number_words=parsed.number_words,
    )


def _emergency(parsed: EmergencySchema | None) -> EmergencyDirectory | None:
    """How people ask for emergency numbers, and what the bot says; `Content.faq` adds the countries."""
    if parsed is None:
        return None

    def flat(groups: list[list[str]]) -> tuple[str, ...]:
        return tuple(word for group in groups for word in group)

    asking = parsed.asking
    return EmergencyDirectory(
        texts=EmergencyTexts(**parsed.texts.model_dump()),
        asking=AskingWords(
            numbers=flat(asking.numbers),
            calls=flat(asking.calls),
            emergency=flat(asking.emergency),
            dangers=flat(asking.dangers),
            never=tuple(asking.never),
            services={name: tuple(words) for name, words in asking.services.items()},
        ),
        called=tuple((name, code) for code, names in parsed.called.items() for name in names),
        prefixes=tuple(parsed.prefixes),
        endings=tuple(parsed.endings),
        away=tuple(parsed.away),
        likely=tuple(parsed.likely),
        regions=tuple(Region(item.name, tuple(item.countries)) for item in parsed.regions),
        waiting=flat(parsed.waiting),
    )


def _interface(parsed: Schema | None) -> Interface | None:
    if parsed is None:
        return None
    values = parsed.model_dump()
    return Interface(**values | {name: tuple(values[name]) for name in ("examples", "own_case_pages")})


def _duplicate_ids(content: Content, drafts: Sequence[Named]) -> Iterator[Diagnostic]:
    groups: list[list[Named]] = [[(source.id, at) for source, at in content.sources]]
    named = [*((entry.id, at) for entry, at in content.main.entries), *drafts]
    groups.append(sorted(named, key=lambda one: (one[1].tree.file, one[1].line())))  # in the order of reading
    groups += [[(text.id, at) for text, at in translation.entries] for translation in content.translations]
    for group in groups:
        first: dict[str, Located] = {}
        for name, at in group:
            other = first.setdefault(name, at)
            if other is not at:
                fact = f"'{name}' stands already at {other.tree.file}:{other.line('id')}"
                yield at.diagnostic("F203", fact, "give one of them another id", "id")
