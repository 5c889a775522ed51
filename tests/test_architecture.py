"""The plan of the house, beyond the import contract in pyproject.toml: what the pure packages may not touch."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.support.paths import ROOT

BOT = ROOT / "bot"
PURE = ("domain", "text", "answering")
# What only edges may touch: files, the network, the clock, the environment, other processes, the terminal.
OUTSIDE = {
    *("asyncio", "os", "socket", "subprocess", "sys", "time", "tempfile", "shutil"),
    *("typer", "rich", "yaml", "prometheus_client"),
}
MODULES = sorted(BOT.rglob("*.py"))


def imports(path: Path) -> set[str]:
    """The first names of the modules that a module imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("package", PURE)
def test_a_pure_package_touches_nothing_outside(package: str) -> None:
    """No file, clock, environment or terminal in it."""
    modules = sorted((BOT / package).rglob("*.py"))
    assert modules
    for path in modules:
        assert not imports(path) & OUTSIDE, f"{path} imports {imports(path) & OUTSIDE}"


def test_only_one_package_knows_telegram() -> None:
    """All else would work with another messenger."""
    for path in MODULES:
        if "telegram" in imports(path):
            assert path.is_relative_to(BOT / "channels" / "telegram"), path


def test_every_module_says_what_it_is_for() -> None:
    """Each module begins with a docstring."""
    for path in MODULES:
        assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), f"{path} has no docstring"
