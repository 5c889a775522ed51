"""The content check: rules over the FAQ and its sources, all diagnostics in one run. Pure: the date is an argument."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from functools import lru_cache

import phonenumbers
from rapidfuzz import fuzz

from bot.content import countries
from bot.content.allowances import without_allowed
from bot.content.diagnostics import Diagnostic, blocking_errors
from bot.content.figures import figures
from bot.content.interface_check import TELEPHONE, check_interface
from bot.content.parsed import Content, Edition, KeyPath, Located
from bot.content.plainness import archive_words, estimated_syllables, grade, reading_words, sentences
from bot.content.references import check_soundness
from bot.content.schema import ID_BYTES, ID_PATTERN
from bot.content.translation_check import ADDRESS, DIRECTION_MARKS, check_label, check_marks, check_translations
from bot.domain.faq import MAIN_LANGUAGE, Cries, Entry, Fact, Kind, Source
from bot.domain.follow_up import Said
from bot.domain.limits import LONGEST_ANSWER
from bot.domain.matching import RowCheck
from bot.text.folding import folded_words
from bot.text.normalize import is_year, without_footnotes, words
from bot.text.normalize import sentences as steps_of

FEWEST_PHRASINGS = 8
MOST_WORDS = 60  # of an answer, which then fits the screen of a phone
FIRST_SENTENCE = 12  # words of an answer's first sentence
LONGEST_SENTENCE = 18  # words
HIGHEST_GRADE = 9  # of a school in the United States, by Flesch and Kincaid
LONGEST_FIRST_LINE = 12  # words of an urgent card's first line
LONGEST_STEP = 15  # words of its other sentences, and of a line in another language
FEWEST_CRIES = 8
NEAR_SAME = 95  # RapidFuzz ratio of two normalised phrasings that a person would call the same
REVIEW_NOTICE = timedelta(days=30)
LONGEST_PHRASING = 200  # characters; what people type in one breath is shorter
_ID = re.compile(ID_PATTERN)
_MARKUP = re.compile(
    r"</?[a-z][a-z0-9]*(?: [^<>]*)?/?>|\*\*|__|\[[^\[\]]{1,80}\]\([^()]{0,200}\)|^#+ |`|&[a-z]+;",
    re.IGNORECASE | re.MULTILINE,
)
_BEFORE_DOCUMENTS = re.compile(r"(?<![\w-])((?:[\w-]+ ){1,6})documents\b")
_LATEST = re.compile(r"\b(?:latest|newest|most recent|current)\b", re.IGNORECASE)
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}", re.IGNORECASE)  # of a host name, RFC 1035
_ALLOWED_ADDRESSES = frozenset({"humansecurity@un.org"})  # an office, not a person; fact human-security.23
_SCRIPTS = {  # by language, as Unicode names their letters; of the others Latin. Kurmanji is typed in Arabic ones too
    **dict.fromkeys(("ar", "ckb", "fa", "ps", "ur"), ("ARABIC", "LATIN")),
    **dict.fromkeys(("am", "ti"), ("ETHIOPIC", "LATIN")),
    **dict.fromkeys(("ru", "uk"), ("CYRILLIC", "LATIN")),
    "bn": ("BENGALI", "LATIN"),
    "hi": ("DEVANAGARI", "LATIN"),
    "zh": ("CJK", "LATIN"),
    "ku": ("LATIN", "ARABIC"),
}


def lint(
    content: Content,
    today: date,
    *,
    originals: Mapping[str, str | None] | None = None,
) -> tuple[Diagnostic, ...]:
    """All diagnostics of the content, sorted by place, but those of `lint_phrasings` and warnings that are allowed.

    ``originals`` are the texts of the original documents by file name, None where a file is missing; without them the
    figures are not compared with the documents.
    """
    diagnostics = [*content.diagnostics, *check_soundness(content)]
    for source, at in content.sources:
        diagnostics += _check_source(source, at)
        if originals is not None and source.original is not None:
            diagnostics += _check_original(source, at, originals)
    diagnostics += _check_numbers(content)
    diagnostics += _check_country_pages(content)
    if not content.is_partial:
        diagnostics += _check_used(content)
        diagnostics += _check_document_count(content)
    diagnostics += _check_main(content, today)
    diagnostics += _check_cries(content)
    diagnostics += _check_follow_ups(content)
    diagnostics += check_translations(content)
    is_complete = not content.is_partial and not blocking_errors(tuple(content.diagnostics))
    return tuple(sorted(set(without_allowed(diagnostics, content.allowances, is_complete=is_complete))))


# --- seeds/ ------------------------------------------------------------------------------------------------------


def _check_source(source: Source, at: Located) -> Iterator[Diagnostic]:
    yield from _check_id(source.id, at)
    scheme, _, rest = source.url.partition("://")
    if not _is_host(rest) or scheme not in ("http", "https") or " " in source.url:
        yield at.diagnostic("S102", f"'{source.url}' is no web address", "write https://…", "url")
    elif scheme == "http" and source.rating != "likely":
        yield at.diagnostic("S102", "the address is http", "use https, or rate the record likely", "url")
    elif scheme == "http":
        yield at.diagnostic("S103", "the address is http", "use https once it is known to work", "url")
    seen: dict[str, int] = {}
    for index, fact in enumerate(source.facts):
        first = seen.setdefault(fact.id, index)
        if first != index:
            duplicate = f"{fact.id} stands already on line {at.line('facts', first)}"
            yield at.diagnostic("F203", duplicate, "number it anew", "facts", index)
        stated = figures(fact.fact)
        missing = [
            wording for text in fact.figures for figure, wording in figures(text).items() if figure not in stated
        ]
        if missing:
            unstated = f"the text of {fact.id} does not state {', '.join(missing)}"
            yield at.diagnostic("S106", unstated, "say the figure in the fact", "facts", index, "fact")


def _is_host(address: str) -> bool:
    """Whether an address without its scheme begins with a host name of two labels or more, or an IP address."""
    labels = re.split(r"[/?#:]", address, maxsplit=1)[0].split(".")
    return len(labels) > 1 and all(map(_LABEL.fullmatch, labels))


def _check_original(source: Source, at: Located, originals: Mapping[str, str | None]) -> Iterator[Diagnostic]:
    original = originals.get(source.original or "")
    if original is None:
        yield at.diagnostic("S105", f"{source.original} is not among the documents", "correct the name", "original")
        return
    printed = _printed(original)
    for index, fact in enumerate(source.facts):
        for figure in fact.figures:
            if not _stands_in(_printed(figure), printed):
                absent = f"{fact.id}: '{figure}' does not stand in {source.original}"
                yield at.diagnostic("S104", absent, "write it as the document prints it", "facts", index, "figures")


def _stands_in(figure: str, printed: str) -> bool:
    """Whether a text contains a figure by itself: `14,000` does not contain `14`, nor `often` `ten`."""
    before = r"(?<![\w.,])" if figure[:1].isalnum() else ""
    return re.search(rf"{before}{re.escape(figure)}(?!\w|[.,]\d)", printed) is not None


def _printed(text: str) -> str:
    """A text normalised for comparing figures: without markup and footnote marks, white space and case folded."""
    return " ".join(without_footnotes(text.replace("\\", "")).casefold().split())


def _check_used(content: Content) -> Iterator[Diagnostic]:
    for source, at in content.sources:
        for index, fact in enumerate(source.facts):
            if fact.id not in content.main.cited and not fact.left_out:
                hint = "cite it in an entry, or say why not with 'left_out'"
                yield at.diagnostic("S101", f"no entry cites {fact.id}", hint, "facts", index)


def _check_document_count(content: Content) -> Iterator[Diagnostic]:
    """Yield each English text that says another number of documents, of more than two, than there are."""
    count = sum(source.original is not None for source, _ in content.sources)
    edition = content.main
    texts: list[tuple[str, Located, KeyPath]] = []
    for source, at in content.sources:
        texts += [(fact.fact, at, ("facts", index, "fact")) for index, fact in enumerate(source.facts)]
    for entry, at in edition.entries:
        texts += [(text, at, (key,)) for key, text in (("question", entry.question), ("answer", entry.answer))]
    if edition.interface is not None and edition.interface_tree is not None:
        at = Located(edition.interface_tree, ())
        texts += [(text, at, (key,)) for key, text in asdict(edition.interface).items() if isinstance(text, str)]
    for text, at, path in texts:
        for before in _BEFORE_DOCUMENTS.findall(text):
            said = [figure for figure in figures(before).items() if not is_year(figure[0])]
            if said and said[-1][0] != str(count):
                fact = f"the text speaks of {said[-1][1]} documents, and there are {count}"
                yield at.diagnostic("F418", fact, "write how many there are, or no number", *path)


def _check_numbers(content: Content) -> Iterator[Diagnostic]:
    """Yield what is wrong with the emergency numbers; whether a number exists is what libphonenumber and pages say."""
    citing = Counter(
        name for _, listed, _ in content.emergency for name in {one for item in listed for one in item.sources}
    )
    first: dict[str, Located] = {}
    for country, listed, at in content.emergency:
        other = first.setdefault(country, at)
        if country not in countries.names(MAIN_LANGUAGE):
            yield at.diagnostic("S107", f"'{country}' is no country", "use its code of ISO 3166-1 alpha-2", "country")
        elif other is not at:
            fact = f"'{country}' stands already on line {other.line('country')}"
            yield at.diagnostic("S107", fact, "put all its numbers there", "country")
        for index, item in enumerate(listed):
            path = ("numbers", index)
            missing = [name for name in item.sources if name not in content.declared_sources]
            if missing:
                fact = f"{item.number} cites '{missing[0]}', which is no page"
                yield at.diagnostic("S108", fact, "add the page to 'pages', or correct the id", *path)
            has_own = any(citing[name] == 1 for name in item.sources)
            if len(item.sources) < 2 and not has_own and not _is_known(item.number, country):
                fact = f"libphonenumber does not know {item.number} in '{country}'"
                yield at.diagnostic("S108", fact, "find a page of that country that says it, or take it out", *path)


def _check_country_pages(content: Content) -> Iterator[Diagnostic]:
    """Yield what is wrong with the pages of single countries."""
    for page, own, at in content.country_pages:
        if page not in content.declared_sources:
            yield at.diagnostic("S109", f"'{page}' is no page", "add it to links.yaml, or correct the id", "page")
        if set(re.findall("{[^{}]*}", own.title)) != {"{country}"}:
            yield at.diagnostic("S109", "the title does not name the country", "write {country} in it", "title")
        for country, url in own.urls.items():
            if country not in countries.names(MAIN_LANGUAGE):
                hint = "use its code of ISO 3166-1 alpha-2"
                yield at.diagnostic("S107", f"'{country}' is no country", hint, "countries", country)
            if not url.startswith("https://"):
                yield at.diagnostic("S102", f"'{url}' is no https address", "write https://…", "countries", country)


def _is_known(number: str, country: str) -> bool:
    """Whether libphonenumber knows a number as an emergency or short number of a country."""
    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return False
    short = phonenumbers.is_valid_short_number_for_region(parsed, country)
    return bool(short or phonenumbers.is_emergency_number(number, country))


# --- faq/ --------------------------------------------------------------------------------------------------------


def _check_main(content: Content, today: date) -> Iterator[Diagnostic]:
    edition = content.main
    facts = {fact.id: (source, fact) for source, _ in content.sources for fact in source.facts}
    purposes = {source.id: source.purpose for source, _ in content.sources}
    stated = {
        name: figures(" ; ".join([fact.fact, *fact.figures, fact.time, source.date or ""])).keys()
        for name, (source, fact) in facts.items()
    }
    for entry, at in edition.entries:
        yield from _check_id(entry.id, at)
        yield from _check_phrasings(entry, at)
        yield from _check_answer(
            entry, at, {figure for name in entry.sources if name in facts for figure in facts[name][1].figures}
        )
        yield from _check_card(entry, at)
        yield from _check_related(entry, at)
        if not content.is_partial:  # what seems to be unstated may stand in the file that cannot be read
            yield from _check_figures(entry, at, {figure for name in entry.sources for figure in stated.get(name, ())})
            yield from _check_years(entry, at, [stated[name] for name in entry.sources if name in stated])
            yield from _check_latest(entry, at, [facts[name][1] for name in entry.sources if name in facts], stated)
            yield from _check_support(entry, at, purposes)
        yield from _check_review(entry, at, today)
    yield from _check_professional(edition)
    if edition.interface is not None and edition.interface_tree is not None:
        yield from check_interface(edition.interface, edition.interface_tree)
    yield from _check_choosable(edition, content)


def _check_id(name: str, at: Located) -> Iterator[Diagnostic]:
    if not _ID.fullmatch(name):
        yield at.diagnostic(
            "F201", f"'{name}' is no id", "use lower-case ASCII letters, digits and single hyphens", "id"
        )
    if len(name.encode()) > ID_BYTES:
        yield at.diagnostic("F202", f"'{name}' has {len(name.encode())} bytes", f"shorten it to {ID_BYTES}", "id")


def _check_phrasings(entry: Entry, at: Located) -> Iterator[Diagnostic]:
    if len(entry.phrasings) < FEWEST_PHRASINGS:
        fact = f"entry '{entry.id}' has {len(entry.phrasings)}"
        yield at.diagnostic(
            "F301", fact, f"add phrasings of other kinds until there are {FEWEST_PHRASINGS}", "phrasings"
        )
    first: dict[str, int] = {}
    for index, phrasing in enumerate(entry.phrasings):
        normal = " ".join(words(phrasing))
        if not normal:
            yield at.diagnostic("F401", f"'{phrasing}' has no words", "write words, or delete it", "phrasings", index)
            continue
        if len(phrasing) > LONGEST_PHRASING:
            fact = f"a phrasing of '{entry.id}' has {len(phrasing)} characters"
            yield at.diagnostic("F305", fact, f"shorten it to {LONGEST_PHRASING}", "phrasings", index)
        if DIRECTION_MARKS.search(phrasing):
            yield at.diagnostic("F608", f"a phrasing of '{entry.id}' holds one", "take it out", "phrasings", index)
        same = first.setdefault(normal, index)
        if same != index:
            fact = f"'{phrasing}' stands already on line {at.line('phrasings', same)}"
            yield at.diagnostic("F302", fact, "delete one, or say it in other words", "phrasings", index)


def _check_answer(entry: Entry, at: Located, printed: set[str]) -> Iterator[Diagnostic]:
    """Check an answer; ``printed`` are the figures, as printed, of the facts that it cites."""
    for key, text in (("answer", entry.answer), ("question", entry.question)):
        if not text.strip():
            yield at.diagnostic("F401", f"the {key} of '{entry.id}' is empty", "write it", key)
    if len(entry.answer) > LONGEST_ANSWER:
        fact = f"the answer of '{entry.id}' has {len(entry.answer):,} characters"
        yield at.diagnostic("F402", fact, f"shorten it to {LONGEST_ANSWER:,}", "answer")
    for address in ADDRESS.findall(entry.answer):
        if address not in _ALLOWED_ADDRESSES:
            hint = "take it out and name the page under 'read_more'"
            yield at.diagnostic("F403", f"the answer of '{entry.id}' holds '{address}'", hint, "answer")
    for key, shown in (("question", entry.question), ("button", entry.button), ("answer", entry.answer)):
        if markup := _MARKUP.search(shown or ""):
            fact = f"the {key} of '{entry.id}' holds the markup '{markup[0].strip()}'"
            yield at.diagnostic("F416", fact, "take it out: people would see it as it is written", key)
    yield from check_marks(entry, at)
    numbers = set(TELEPHONE.findall(entry.answer))
    if numbers - printed or (numbers and entry.kind is not Kind.URGENT):
        yield at.diagnostic("F406", f"the answer of '{entry.id}' holds a telephone number", "take it out", "answer")
    yield from check_label(entry.id, entry.label, at) if entry.kind in (Kind.ANSWER, Kind.URGENT) else ()
    yield from _check_plainness(entry, at)


def _check_plainness(entry: Entry, at: Located) -> Iterator[Diagnostic]:
    """Check that an answer is short, says the main thing first and speaks plainly."""
    lengths = [len(reading_words(sentence)) for sentence in sentences(entry.answer)]
    for length in lengths:
        if length > LONGEST_SENTENCE:
            fact = f"a sentence of '{entry.id}' has {length} words"
            yield at.diagnostic("F408", fact, f"split it, at most {LONGEST_SENTENCE} in each", "answer")
    for phrase in archive_words(entry.answer):
        hint = "say what is known, and leave the source to the source line"
        yield at.diagnostic("F413", f"'{entry.id}' says '{phrase}'", hint, "answer")
    if entry.kind is not Kind.ANSWER or not lengths:
        return
    if sum(lengths) > MOST_WORDS:
        fact = f"the answer of '{entry.id}' has {sum(lengths)} words"
        yield at.diagnostic("F411", fact, f"shorten it to {MOST_WORDS}", "answer")
    if lengths[0] > FIRST_SENTENCE:
        fact = f"the first sentence of '{entry.id}' has {lengths[0]} words"
        yield at.diagnostic("F412", fact, f"answer in at most {FIRST_SENTENCE}", "answer")
    if (found := grade(entry.answer, estimated_syllables)) > HIGHEST_GRADE:
        fact = f"the answer of '{entry.id}' is of school grade {found:.1f}"
        yield at.diagnostic("F420", fact, f"take shorter words and sentences, at most {HIGHEST_GRADE}", "answer")


def _check_card(entry: Entry, at: Located) -> Iterator[Diagnostic]:
    """Check that a person in danger is not kept reading."""
    if entry.kind is not Kind.URGENT:
        return
    first, _, steps = entry.answer.partition("\n")
    lines = [(first, LONGEST_FIRST_LINE), *((sentence, LONGEST_STEP) for sentence in steps_of(steps))]
    for line, most in lines:
        if len(line.split()) > most:
            fact = f"'{line[:30]}…' of '{entry.id}' has {len(line.split())} words"
            yield at.diagnostic("F410", fact, f"shorten it to {most}", "answer")


def _check_professional(edition: Edition) -> Iterator[Diagnostic]:
    """Yield one warning for all urgent cards that nobody of the profession has read."""
    unread = [at for entry, at in edition.entries if entry.kind is Kind.URGENT and entry.reviewed_by is None]
    if unread:
        fact = f"{len(unread)} urgent cards have been reviewed by no professional yet"
        yield unread[0].diagnostic(
            "F503", fact, "have them read (`check --unread` lists their lines), and name the reader", "reviewed_by"
        )


def _check_figures(entry: Entry, at: Located, stated: set[str]) -> Iterator[Diagnostic]:
    for figure, wording in figures(entry.answer).items():
        if figure not in stated:
            hint = "cite the fact that states it, or take it out"
            yield at.diagnostic("F404", f"no fact that '{entry.id}' cites states '{wording.strip()}'", hint, "answer")


def _check_years(entry: Entry, at: Located, stated: Sequence[Collection[str]]) -> Iterator[Diagnostic]:
    """Yield the figures in sentences with one year that no cited fact states of that year; ``stated`` is by fact."""
    for sentence in sentences(entry.answer):
        found = figures(sentence)
        years = [figure for figure in found if is_year(figure)]
        if len(years) != 1:
            continue
        (year,) = years
        for figure, wording in found.items():
            of_figure = [fact for fact in stated if figure in fact]
            if figure != year and of_figure and not any(year in fact for fact in of_figure):
                fact = f"'{entry.id}' says '{wording.strip()}' of {year}, and no fact that it cites does"
                yield at.diagnostic("F417", fact, "name the fact's own year, or cite the fact of that year", "answer")


def _check_latest(
    entry: Entry, at: Located, cited: Sequence[Fact], stated: Mapping[str, Collection[str]]
) -> Iterator[Diagnostic]:
    """Yield the figures that an answer calls the latest and that only facts with a successor state."""
    for sentence in filter(_LATEST.search, sentences(entry.answer)):
        for figure, wording in figures(sentence).items():
            of_figure = [fact for fact in cited if figure in stated[fact.id]]
            if of_figure and not is_year(figure) and all(fact.succeeded_by for fact in of_figure):
                old = of_figure[0]
                fact = f"'{entry.id}' calls '{wording.strip()}' the latest, and {old.succeeded_by} succeeds {old.id}"
                yield at.diagnostic("F419", fact, "say the later figure, or name the year alone", "answer")


def _check_related(entry: Entry, at: Located) -> Iterator[Diagnostic]:
    for index, name in enumerate(entry.see_also):
        if name == entry.id or name in entry.see_also[:index]:
            fact = f"'{entry.id}' leads to itself" if name == entry.id else f"'{name}' stands twice"
            yield at.diagnostic("F209", fact, "take it out", "see_also", index)


def _check_support(entry: Entry, at: Located, purposes: Mapping[str, str | None]) -> Iterator[Diagnostic]:
    leads_to_help = any(purposes.get(name) == "help" for name in entry.read_more)
    if entry.kind is Kind.ANSWER and not entry.sources and not leads_to_help:
        yield at.diagnostic("F405", f"entry '{entry.id}' cites no fact", "add at least one under 'sources'")
    if entry.kind is Kind.URGENT and not leads_to_help:
        yield at.diagnostic("F407", f"card '{entry.id}' leads to no help", "name a help page under 'read_more'")


def _check_review(entry: Entry, at: Located, today: date) -> Iterator[Diagnostic]:
    hint = "compare it with its sources and set 'reviewed' and 'review_by'"
    if entry.reviewed > today + timedelta(days=1) or entry.review_by < entry.reviewed:
        fact = f"'{entry.id}' was reviewed on {entry.reviewed}, and is to be again by {entry.review_by}"
        yield at.diagnostic("F504", fact, "write the day of the last review, and a later one", "reviewed")
    if entry.review_by < today:
        yield at.diagnostic("F501", f"'{entry.id}' was to be reviewed by {entry.review_by}", hint, "review_by")
    elif entry.review_by <= today + REVIEW_NOTICE:
        yield at.diagnostic("F502", f"'{entry.id}' is to be reviewed by {entry.review_by}", hint, "review_by")


def _check_choosable(edition: Edition, content: Content) -> Iterator[Diagnostic]:
    """Yield each country that emergency.yaml offers or names and that has no numbers."""
    directory, tree = edition.emergency, edition.emergency_tree
    if directory is None or tree is None:
        return
    known = {country for country, _, _ in content.emergency}
    named: list[tuple[str, tuple[str | int, ...]]] = [
        *((code, ("likely", at)) for at, code in enumerate(directory.likely)),
        *((code, ("called", code)) for _, code in directory.called),
        *(
            (code, ("regions", at, "countries", index))
            for at, region in enumerate(directory.regions)
            for index, code in enumerate(region.countries)
        ),
    ]
    for code, path in named:
        if code not in known:
            hint = "add them to seeds/emergency_numbers.yaml, or take the country out"
            yield Diagnostic(tree.file, tree.line(*path), "F703", f"'{code}' has no emergency numbers", hint)


# --- faq/cries/ --------------------------------------------------------------------------------------------------


def _check_follow_ups(content: Content) -> Iterator[Diagnostic]:
    for follow_ups, at in content.follow_ups:
        first: dict[str, Said] = {}
        for said, texts in follow_ups.said.items():
            for index, text in enumerate(texts):
                other = first.setdefault(text.casefold(), said)
                if other is not said:
                    fact = f"'{text}' stands under '{other}' too"
                    yield at.diagnostic("F415", fact, "keep it where it is meant more often", "said", said, index)


def _check_cries(content: Content) -> Iterator[Diagnostic]:
    cards = [entry.id for entry, _ in content.main.entries if entry.kind is Kind.URGENT]
    for cries, at in content.cries:
        for card in cards:
            count = len(cries.cries.get(card, ()))
            if count < FEWEST_CRIES:
                fact = f"'{cries.language}' has {count} cries for '{card}'"
                yield at.diagnostic("F802", fact, f"add some until there are {FEWEST_CRIES}", "cries", card)
        yield from _check_lines(cries, at)
        yield from _check_texts_of_cries(cries, at)
    unread = [(cries, at) for cries, at in content.cries if cries.read_by is None]
    if unread:
        fact = f"no native speaker has read the cries of {', '.join(cries.language for cries, _ in unread)}"
        yield unread[0][1].diagnostic("F806", fact, "have them read, and name the reader in 'read_by'", "read_by")


def _check_lines(cries: Cries, at: Located) -> Iterator[Diagnostic]:
    script = _SCRIPTS.get(cries.language, ("LATIN",))[0]
    for name in ("do", "call", "program", "more"):
        text = getattr(cries, name)
        numbers = re.findall(r"\d+", text)
        if len(text.split()) > LONGEST_STEP:
            fact = f"'{name}' has {len(text.split())} words"
            yield at.diagnostic("F804", fact, f"shorten it to {LONGEST_STEP}", "lines", name)
        if [int(number) for number in numbers] != ([112] if name == "call" else []):
            hint = "name 112 in 'call', and no other number"
            yield at.diagnostic("F804", f"the numbers of '{name}' are off", hint, "lines", name)
        if _script(text) != script:
            yield at.diagnostic("F805", f"'{name}' is not in {script}", "write it in that script", "lines", name)


def _check_texts_of_cries(cries: Cries, at: Located) -> Iterator[Diagnostic]:
    scripts = _SCRIPTS.get(cries.language, ("LATIN",))
    texts: list[tuple[KeyPath, str]] = [
        (("cries", card, index), text) for card, of in cries.cries.items() for index, text in enumerate(of)
    ]
    texts += [(("look_alikes", index), text) for index, text in enumerate(cries.look_alikes)]
    first: dict[str, KeyPath] = {}
    for path, text in texts:
        same = first.setdefault(" ".join(folded_words(text)), path)
        if same != path:
            fact = f"'{text}' stands already on line {at.line(*same)}"
            yield at.diagnostic("F803", fact, "delete one, or say it in other words", *path)
        if _script(text) not in scripts:
            yield at.diagnostic("F805", f"'{text}' is in another script", "move it to its language's file", *path)


def _script(text: str) -> str:
    """The script of most letters of a text, as Unicode names them."""
    if text.isascii():
        return "LATIN" if any(map(str.isalpha, text)) else ""
    scripts = Counter(map(_script_of, filter(str.isalpha, text)))
    return scripts.most_common(1)[0][0] if scripts else ""


@lru_cache(maxsize=10_000)
def _script_of(letter: str) -> str:
    return unicodedata.name(letter, "?").split()[0]


# --- Rules over all phrasings together ---------------------------------------------------------------------------


def lint_phrasings(content: Content, found: RowCheck) -> tuple[Diagnostic, ...]:
    """The phrasings that stand too near to those of another entry, or lead to it, sorted by place."""
    return tuple(sorted(set(_phrasings_astray(content, found))))


def _phrasings_astray(content: Content, found: RowCheck) -> Iterator[Diagnostic]:
    places = _places(content.main)
    for one, other in found.near:
        here, there = places.get(one), places.get(other)
        if here is not None and there is not None and is_near_same(one.text, other.text):
            mine = f"'{one.text}' ({one.owner or 'none'})"
            other_place = f"{there[0].tree.file}:{there[0].line(*there[1])}"
            twin = f"'{other.text}' ({other.owner or 'none'}) at {other_place}"
            hint = "leave it to one of the two, or add the words that set them apart"
            yield here[0].diagnostic("F303", f"{mine} is nearly {twin}", hint, *here[1])
    for row, finds, by in found.astray:
        place = places.get(row)
        if place is not None and words(row.text):
            fact = f"'{row.text}' belongs to '{row.owner}' and finds '{finds}'"
            if by is not None:
                fact += f" by its '{by}'"
            hint = "add the words that set it apart, or leave it to the other entry"
            yield place[0].diagnostic("F304", fact, hint, *place[1])


def _places(edition: Edition) -> dict[tuple[str, str | None], tuple[Located, tuple[str | int, ...]]]:
    """The place of each text that the matcher learns from, by text and entry (None: belongs to no entry)."""
    places: dict[tuple[str, str | None], tuple[Located, tuple[str | int, ...]]] = {}
    for entry, at in edition.entries:
        places.setdefault((entry.question, entry.id), (at, ("question",)))
        for index, text in enumerate(entry.phrasings):
            places.setdefault((text, entry.id), (at, ("phrasings", index)))
        for index, other in enumerate(entry.not_this):
            places.setdefault((other.text, other.belongs_to), (at, ("not_this", index)))
    for text, at in edition.off_topic:
        places.setdefault((text, None), (at, ()))
    return places


def is_near_same(one: str, other: str) -> bool:
    """Whether a person would call two phrasings the same; phrasings with different numbers are not."""
    first, second = words(one), words(other)
    if [word for word in first if word[0].isdigit()] != [word for word in second if word[0].isdigit()]:
        return False
    return fuzz.ratio(" ".join(first), " ".join(second)) >= NEAR_SAME
