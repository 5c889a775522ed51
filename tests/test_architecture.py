"""Imports point inwards: values know nobody, the core knows values and itself, edges know all."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parent.parent
VALUES = {"model", "problem", "located", "finding"}
EDGES = {
    "reading",
    "content",
    "matching.store",
    "loading",
    "settings",
    "reloading",
    "diary",
    "metrics",
    "gaps.keys",
    "gaps.schema",
    "gaps.database",
    "gaps.sqlite",
    "gaps.postgresql",
    "gaps.log",
    "gaps.claims",
    "gaps.rates",
    "gaps.recorder",
    "gaps.terminal",
    "gaps.listing",
    "gaps.tabling",
    "gaps.session",
    "gaps.private_file",
    "gaps.exchange",
    "gaps.rekeying",
    "gaps_moving_cli",
    "db_cli",
    "gaps.migrations.env",
    "gaps.migrations.versions.first",
    "telegram.alerts",
    "telegram.application",
    "telegram.buttons",
    "telegram.digest",
    "telegram.checking",
    "telegram.hearing",
    "telegram.in_hand",
    "telegram.inline",
    "telegram.intake",
    "telegram.keyboards",
    "telegram.menus",
    "telegram.messages",
    "telegram.network",
    "telegram.order",
    "telegram.pace",
    "telegram.polling",
    "telegram.posting",
    "telegram.running",
    "telegram.service",
    "telegram.throttle",
    "telegram.webhook",
    "web.inlet",
    "web.server",
    "web.serving",
    "web.guarding",
    "web.review",
    "web.desk",
    "web.proposing",
    "web.trying",
    "doctor",
    "ending",
    "jsonl",
    "chat",
    "scoreboard",
    "calibrating",
    "cli",
    "gaps_cli",
    "gaps.migrations.versions.second",
    "gaps.migrations.versions.third",
    "gaps.migrations.versions.fourth",
    "gaps.migrations.versions.fifth",
    "editing",
    "yaml_lines",
    "__main__",
}
# What only edges may touch: files, the network, the clock, the environment, other processes, the terminal.
OUTSIDE = {
    *("asyncio", "os", "socket", "subprocess", "sys", "time", "tempfile", "shutil"),
    *("typer", "rich", "yaml", "prometheus_client"),
}


def imports(path: Path) -> set[str]:
    """The modules that a module imports, ours as `bot.…`."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            if node.module == "bot":
                found.update(f"bot.{alias.name}" for alias in node.names)
    return found


def modules() -> dict[str, set[str]]:
    """Every module of the program, as `matching.store`, with what it imports."""
    bot = ROOT / "bot"
    names = {path: ".".join(path.relative_to(bot).with_suffix("").parts) for path in bot.rglob("*.py")}
    return {name: imports(path) for path, name in names.items() if not name.endswith("__init__")}


def test_imports_point_inwards() -> None:
    """Values import only values; the core imports no edge."""
    for name, imported in modules().items():
        ours = {module.removeprefix("bot.") for module in imported if module.startswith("bot.")}
        if name in VALUES:
            assert ours <= VALUES, f"{name} is a value and imports {ours - VALUES}"
        elif name not in EDGES:
            assert not ours & EDGES, f"{name} is core and imports the edges {ours & EDGES}"


def test_the_core_touches_nothing_outside() -> None:
    """No file, clock, environment or terminal below the edges."""
    for name, imported in modules().items():
        if name not in EDGES:
            outside = {module for module in imported if module.split(".")[0] in OUTSIDE}
            assert not outside, f"{name} imports {outside}"


def test_only_one_package_knows_telegram() -> None:
    """All else would work with another messenger."""
    for name, imported in modules().items():
        knows = {module for module in imported if module.split(".")[0] == "telegram"}
        assert not knows or name.startswith("telegram."), f"{name} imports {knows}"


def test_every_module_says_what_it_is_for() -> None:
    """Each module begins with a docstring."""
    for path in (ROOT / "bot").rglob("*.py"):
        assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), f"{path.name} has no docstring"


def test_edges_named_here_exist() -> None:
    """The list of edges does not outlive its modules."""
    assert modules().keys() >= EDGES | VALUES
