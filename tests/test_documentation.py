"""What the documentation says is so, and what it has to say it says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from bot.answering.commands import COMMANDS as CHAT_COMMANDS
from bot.answering.render import to_text
from bot.answering.turn import take_turn
from bot.cli.main import app
from bot.content.diagnostics import RULES
from bot.content.parsed import Content
from bot.domain.conversation import Choice, Conversation, Question
from bot.matching.matcher import RegressionMatcher
from bot.settings import Settings, read_settings
from tests.support.documentation import (
    COMMANDS,
    ENVIRONMENT,
    GUIDE,
    OPERATIONS,
    README,
    anchors,
    links,
    pages,
    text_of,
)
from tests.support.paths import ROOT

LONGEST_README = 150  # lines


def test_the_readme_is_short() -> None:
    """A newcomer reads it to its end."""
    assert len(text_of(README).splitlines()) < LONGEST_README


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    """To a file or folder that exists and, where it names one, to a heading there."""
    for link in links(page):
        path, _, anchor = link.partition("#")
        to = (page.parent / path).resolve() if path else page
        assert to.is_relative_to(ROOT.resolve()), f"{link} leads out of the repository"
        assert to.exists(), f"{link} leads nowhere"
        assert not anchor or anchor in anchors(to), f"{link} names no heading of that page"


def test_every_page_is_reached_from_the_readme() -> None:
    """By links from page to page."""
    reached, to_read = set[Path](), [ROOT / README]
    while to_read:
        page = to_read.pop().resolve()
        if page.suffix == ".md" and page.exists() and page not in reached:
            reached.add(page)
            to_read += [page.parent / link.partition("#")[0] for link in links(page) if not link.startswith("#")]
    assert {page.resolve() for page in pages()} <= reached


def test_the_dialogue_in_the_readme_is_the_bots_own(matcher: RegressionMatcher) -> None:
    """Each line that the person types in the README's dialogue gets just the reply that stands there."""
    block = re.search(r"```text\n(.*?)```", text_of(README), re.S)
    assert block is not None
    turns = re.split(r"^You: ", block[1], flags=re.M)[1:]
    assert len(turns) >= 3
    offered: tuple[Choice, ...] = ()
    for turn in turns:
        typed, _, shown = turn.partition("\n")
        reply = take_turn(Question(typed), matcher, Conversation(offered)).reply
        said = to_text(reply, matcher.faq.interface).strip()
        assert said == shown.strip(), f"the README's reply to {typed!r} is not the bot's"
        offered = reply.choices


def test_every_command_line_command_and_option_is_documented() -> None:
    """Each command of `python -m bot` has a row among the commands, and each of its options stands in it."""
    rows = [line for line in text_of(COMMANDS).splitlines() if line.startswith("|")]
    group = typer.main.get_command(app)
    for name, command in command_paths(group):
        of_command = [row for row in rows if re.search(rf"`(python -m bot )?{name}[ `]", row)]
        assert of_command, f"{COMMANDS} does not name {name}"
        for parameter in command.params:
            for option in parameter.opts:
                is_named = not option.startswith("--") or any(option in row for row in of_command)
                assert is_named, f"{COMMANDS} does not name {name} {option}"


def command_paths(group: Any) -> Iterator[tuple[str, Any]]:
    """Every command with its words, as `gaps show`; a group that does something by itself as well."""
    for name, command in group.commands.items():
        nested = getattr(command, "commands", None)
        if nested is None or command.invoke_without_command:
            yield name, command
        if nested is not None:
            yield from ((f"{name} {inner}", of) for inner, of in command_paths(command))


def default_of(name: str, monkeypatch: pytest.MonkeyPatch) -> str | None:
    """The default of a setting, as a person writes it; None where it is not set."""
    for variable in ("XDG_CACHE_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(variable, raising=False)
    value = Settings.model_fields[name].get_default(call_default_factory=True)
    if isinstance(value, Path) and value.is_relative_to(Path.home()):
        return f"~/{value.relative_to(Path.home())}"
    return str(value).lower() if isinstance(value, bool) else None if value is None else str(value)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_documented_with_its_default(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the table of the operations page: a row each, whose last cell begins with what the program takes."""
    (row,) = (line for line in text_of(OPERATIONS).splitlines() if line.startswith(f"| `{name.upper()}` |"))
    shown = row.strip("| ").rpartition(" | ")[2].partition(";")[0]
    assert shown.strip("`") == (default_of(name, monkeypatch) or "none")


def test_the_example_of_settings_has_all_with_their_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each on a line that is commented out, below a line that says what it is."""
    lines = text_of(ENVIRONMENT).splitlines()
    found = {}
    for before, line in pairwise(lines):
        if setting := re.fullmatch(r"# ([A-Z_]+)=(.*)", line):
            found[setting[1].lower()] = setting[2]
            assert re.match(r"# [A-Z0-9].*[a-z]", before), f"nothing is said of {setting[1]}"
    assert found == {name: default_of(name, monkeypatch) or "" for name in Settings.model_fields}


@pytest.mark.parametrize("is_set", [False, True], ids=["as it is", "with every default set"])
def test_the_example_of_settings_can_be_used(
    is_set: bool,  # noqa: FBT001  # a parameter of pytest's
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`cp .env.example .env` gives the settings of a folder without one, and so do its lines with their marks gone."""
    for name in (*map(str.upper, Settings.model_fields), "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    usual = read_settings()
    text = text_of(ENVIRONMENT)
    (tmp_path / ".env").write_text(re.sub(r"^# (?=[A-Z_]+=)", "", text, flags=re.M) if is_set else text)
    assert read_settings() == usual


def test_every_chat_command_is_documented_and_has_a_line_in_the_menu(matcher: RegressionMatcher) -> None:
    """The README and the interface name each command of the chat."""
    for name in CHAT_COMMANDS:
        assert f"`/{name}`" in text_of(README)
    assert set(matcher.faq.interface.commands) == set(CHAT_COMMANDS)


def test_every_rule_is_in_the_authors_guide() -> None:
    """The guide has each rule's code, name, level and meaning."""
    for rule in RULES.values():
        assert f"| {rule.code} | {rule.name} | {rule.severity} | {rule.means} |" in text_of(GUIDE)


def test_the_annotated_entry_loads(content: Content) -> None:
    """The guide's example is YAML with the keys of a real entry, citing facts that exist."""
    block = re.search(r"```yaml\n(.*?)```", text_of(GUIDE), re.S)
    assert block is not None
    entry = yaml.safe_load(block[1])["entries"][0]
    assert len(entry["phrasings"]) >= 8
    facts = {fact.id for source, _ in content.sources for fact in source.facts}
    assert set(entry["sources"]) <= facts


def test_facts_left_out_are_listed_in_the_authors_guide(content: Content) -> None:
    """Every fact that no entry answers stands in the guide with its reason."""
    for source, _ in content.sources:
        for fact in source.facts:
            assert not fact.left_out or f"| {fact.id} |" in text_of(GUIDE)
