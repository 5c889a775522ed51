"""What the README and the author's guide say is so."""

from __future__ import annotations

import re

import typer
import yaml

from bot.answering.commands import COMMANDS
from bot.answering.render import to_text
from bot.answering.turn import take_turn
from bot.cli.main import app
from bot.content.diagnostics import RULES
from bot.content.parsed import Content
from bot.domain.conversation import Choice, Question
from bot.matching.matcher import RegressionMatcher
from bot.settings import Settings
from tests.support.paths import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
GUIDE = (ROOT / "faq" / "README.md").read_text(encoding="utf-8")


def test_the_dialogue_in_the_readme_is_the_bots_own(matcher: RegressionMatcher) -> None:
    """Each line that the person types in the README's dialogue gets just the reply that stands there."""
    block = re.search(r"```text\n(.*?)```", README, re.S)
    assert block is not None
    turns = re.split(r"^You: ", block[1], flags=re.M)[1:]
    assert len(turns) >= 3
    offered: tuple[Choice, ...] = ()
    for turn in turns:
        typed, _, shown = turn.partition("\n")
        reply = take_turn(Question(typed), matcher, offered).reply
        assert to_text(reply).strip() == shown.strip(), f"the README's reply to {typed!r} is not the bot's"
        offered = reply.choices


def test_every_command_line_command_and_option_is_documented() -> None:
    """The README names each command of `python -m bot` and each of its options."""
    group = typer.main.get_command(app)
    commands = getattr(group, "commands")  # noqa: B009  # click's Group has it, its base has not
    of_gaps = {f"gaps {name}": command for name, command in commands["gaps"].commands.items()}
    for name, command in (commands | of_gaps).items():
        assert any(f"{start} {name}" in README for start in ("python -m bot", "`")) or f"`{name}" in README, name
        for parameter in command.params:
            for option in parameter.opts:
                assert not option.startswith("--") or option in README, f"the README does not name {name} {option}"


def test_every_setting_is_documented() -> None:
    """The README names each environment variable."""
    for name in Settings.model_fields:
        assert f"`{name.upper()}`" in README


def test_every_chat_command_is_documented_and_has_a_line_in_the_menu(matcher: RegressionMatcher) -> None:
    """The README and the interface name each command of the chat."""
    for name in COMMANDS:
        assert f"`/{name}`" in README
    assert set(matcher.faq.interface.commands) == set(COMMANDS)


def test_every_rule_is_in_the_authors_guide() -> None:
    """The guide has each rule's code, name, level and meaning."""
    for rule in RULES.values():
        assert f"| {rule.code} | {rule.name} | {rule.severity} | {rule.means} |" in GUIDE


def test_the_annotated_entry_loads(content: Content) -> None:
    """The guide's example is YAML with the keys of a real entry, citing facts that exist."""
    block = re.search(r"```yaml\n(.*?)```", GUIDE, re.S)
    assert block is not None
    entry = yaml.safe_load(block[1])["entries"][0]
    assert len(entry["phrasings"]) >= 8
    facts = {fact.id for source, _ in content.sources for fact in source.facts}
    assert set(entry["sources"]) <= facts


def test_facts_left_out_are_listed_in_the_authors_guide(content: Content) -> None:
    """Every fact that no entry answers stands in the guide with its reason."""
    for source, _ in content.sources:
        for fact in source.facts:
            assert not fact.left_out or f"| {fact.id} |" in GUIDE
