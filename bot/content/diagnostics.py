"""The rules of the content check in one table, and `Diagnostic`: a violation of one, with its place and fix."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """Errors fail the check, and those of reading the files stop the bot from using them; warnings inform."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the content check; ``means`` is what it requires."""

    code: str
    name: str
    severity: Severity
    means: str


def _rules(severity: Severity, *rows: tuple[str, str, str]) -> dict[str, Rule]:
    return {code: Rule(code, name, severity, means) for code, name, means in rows}


DRAFT = "F409"  # fails the check, but does not stop the bot from using the content

# Y1: the file itself; F2: ids and what they point to; F3: phrasings; F4: answers; F5: reviews; F6: translations;
# F7: interface; F8: cries for help in other languages; S1: sources.
RULES = _rules(
    Severity.ERROR,
    ("Y101", "unreadable", "a file can be opened, is UTF-8 and no larger than 1 MB"),
    ("Y102", "syntax", "a file is well-formed YAML: one document that is a mapping"),
    ("Y103", "tab", "indents are spaces; YAML knows no tabs"),
    ("Y104", "duplicate-key", "a key stands once in its mapping; YAML would silently keep the last"),
    ("Y105", "alias", "no anchors and no aliases (&name, *name): every entry is written out"),
    ("Y106", "unknown-key", "only keys of the file's form"),
    ("Y107", "missing-key", "all keys that the form requires"),
    ("Y108", "wrong-type", "a value has the type that the form asks for"),
    ("Y109", "unquoted", "a text that YAML reads as something else (no, 1.10, 12:30, 2021) stands in quotes"),
    ("Y111", "unknown-file", "a file's name and place say what it is"),
    ("F201", "id-form", "an id is lower-case ASCII letters, digits and single hyphens"),
    ("F202", "id-length", "an id has at most 40 bytes; it travels in button data and deep links"),
    ("F203", "duplicate-id", "an id is unique among all entries, or among all sources"),
    ("F204", "unknown-fact", "every fact that is cited, or named as a successor, stands in a record in seeds/"),
    (
        "F205",
        "unknown-entry",
        "related entries and examples are questions of the FAQ, every belongs_to an entry",
    ),
    ("F206", "unknown-page", "every read-more page stands in seeds/links.yaml"),
    ("F207", "left-out-fact", "a fact marked left_out is not cited"),
    ("F209", "odd-relation", "an entry leads to others, to each once, and not to itself"),
    ("F208", "no-answer", "an FAQ has at least one answer"),
    ("F301", "few-phrasings", "an entry has at least eight phrasings"),
    ("F302", "repeated-phrasing", "a phrasing stands once in its entry"),
    ("F303", "shared-phrasing", "two entries do not claim the same or nearly the same phrasing"),
    ("F304", "lost-phrasing", "every phrasing finds its own entry first"),
    ("F401", "empty-text", "an answer, a question and a phrasing are not empty"),
    ("F402", "long-answer", "an answer is at most 1,200 characters, far below one message"),
    ("F403", "bare-address", "an answer holds no web or e-mail address; links come from the records"),
    ("F404", "unstated-figure", "every figure in an English answer is stated by a fact that the entry cites"),
    ("F405", "no-source", "an answer cites at least one fact, or leads to a help page"),
    ("F406", "phone-number", "no telephone number, save 112 in the emergency lines and one that a card's fact states"),
    ("F407", "no-help-page", "an urgent card leads to at least one help page"),
    ("F410", "slow-card", "an urgent card begins with at most 12 words; its other sentences have at most 15"),
    ("F416", "markup", "no text holds HTML or Markdown: people would see it as it is written"),
    (DRAFT, "draft", "no entry is a draft, which the bot leaves out until its answer is written"),
    ("F415", "shared-message", "a follow-up says one thing in its language, not two"),
    ("F602", "translation-only", "a translation has no entry that the English FAQ lacks"),
    ("F605", "other-figures", "a translation states the figures of the English answer, and no other"),
    ("F606", "other-parts", "a translation has a question or a button where the English entry has one"),
    ("F608", "direction-mark", "no text holds marks of writing direction; the bot sets names and numbers apart"),
    ("F701", "bad-placeholder", "a text of the interface uses the placeholders that the bot fills, and no other"),
    ("F703", "no-numbers", "a country to choose, or with other names, has emergency numbers"),
    ("F702", "too-long", "a text of the interface fits the place where Telegram shows it"),
    ("F801", "cry-of-no-card", "the cries of faq/cries/ are of urgent cards of the English FAQ"),
    ("F807", "phrasing-of-no-entry", "faq/phrasings/ has phrasings of entries of the English FAQ that are no cards"),
    ("F802", "few-cries", "each language has at least eight cries for each urgent card"),
    ("F803", "repeated-cry", "a cry or a look-alike stands once in its file"),
    (
        "F804",
        "long-line",
        "each of a language's four lines has at most 15 words; `call` names 112 and no other number",
    ),
    ("F805", "other-script", "a language's lines are in its script, its cries in that or in Latin letters"),
    ("S101", "unused-fact", "every fact of a document is cited by an entry, or says why not in left_out"),
    ("S102", "bad-link", "a link is https; http only where the record is rated likely"),
    ("S104", "figure-not-in-document", "a record's figures stand in the original document (with --documents)"),
    ("S105", "no-document", "the original document is there to be compared (with --documents)"),
    (
        "S107",
        "unknown-country",
        "a country of the emergency numbers or with pages of its own is an ISO 3166-1 code and stands once",
    ),
    ("S109", "country-page", "pages of single countries belong to a page of links.yaml, and their title has {country}"),
    (
        "S108",
        "unconfirmed-number",
        "an emergency number's pages exist; one that libphonenumber does not know has two, or its country's own",
    ),
    ("S106", "figure-not-in-fact", "the fact's own text states its figures, so that answers can be checked"),
) | _rules(
    Severity.WARNING,
    ("Y110", "no-schema", "the first line names the JSON Schema, so that an editor can complete and check"),
    ("Y112", "dropped-text", "what follows a # is a comment, and no part of the text before it"),
    ("Y113", "odd-allowance", "a comment that allows a warning gives a reason, and stands where there is one"),
    ("F305", "long-phrasing", "a phrasing has at most 200 characters"),
    ("F417", "other-year", "a figure beside a year is one that a cited fact states of that year"),
    ("F418", "document-count", "a text that says how many documents there are says as many as seeds/ has"),
    ("F419", "not-the-latest", "a figure that is called the latest has no successor among the facts"),
    ("F408", "long-sentence", "a sentence has at most 18 words"),
    ("F411", "wordy-answer", "an answer has at most 60 words"),
    ("F412", "slow-answer", "an answer's first sentence, the answer itself, has at most 12 words"),
    ("F420", "hard-words", "an answer's school grade, estimated from its letters, is at most 9"),
    ("F413", "archive-words", "an answer says what is known, not what stands in which document"),
    ("F414", "long-label", "what a button to an entry says fits a phone: at most 36 characters"),
    ("F501", "review-passed", "an entry's review date has not passed"),
    ("F502", "review-near", "an entry's review date is more than 30 days away"),
    ("F504", "odd-review", "an entry was reviewed by now, and is to be reviewed again later"),
    ("F503", "no-professional", "a person of the profession has read each urgent card (`reviewed_by`)"),
    ("F806", "no-native-reader", "a native speaker has read each language's lines and cries (`read_by`)"),
    ("F604", "stale-translation", "a translation renders the English text as it is now; until then English is shown"),
    ("F607", "unread-translation", "somebody who speaks the language has read each translation"),
    ("F601", "untranslated", "a translation has every entry of the English FAQ"),
    ("F603", "no-interface", "a translation has the bot's own texts too; without them nobody can choose the language"),
    ("S103", "http-link", "a link is https"),
)


@dataclass(frozen=True, slots=True, order=True)
class Diagnostic:
    """A violation of a rule: file and line, the ``fact`` that violates it, and a ``hint`` how to fix it."""

    file: str
    line: int
    code: str
    fact: str
    hint: str

    @property
    def rule(self) -> Rule:
        return RULES[self.code]

    def __str__(self) -> str:
        level = "" if self.rule.severity is Severity.ERROR else " (warning)"
        text = f"{self.file}:{self.line}: {self.code} {self.rule.name}: {self.fact}; {self.hint}{level}"
        return " ".join(text.split())  # one line, whatever the content holds


class ContentError(Exception):
    """The content cannot be used; ``diagnostics`` lists everything that is wrong with it."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        self.diagnostics = diagnostics
        super().__init__("\n".join(map(str, diagnostics)))


def errors(diagnostics: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
    """The diagnostics that fail the check."""
    return tuple(diagnostic for diagnostic in diagnostics if diagnostic.rule.severity is Severity.ERROR)


def blocking_errors(diagnostics: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
    """The errors that stop the bot from using the content. A draft does not: only its own entry is left out."""
    return tuple(diagnostic for diagnostic in errors(diagnostics) if diagnostic.code != DRAFT)
