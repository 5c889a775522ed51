"""What many tests share: the real content, learned once a run, and a small FAQ of its own."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from pydantic import SecretStr

from bot.content.loader import read_content
from bot.content.parsed import Content
from bot.domain.faq import Faq
from bot.matching.matcher import RegressionMatcher
from bot.runtime.load import learn
from tests.support.paths import ROOT, SMALL
from tests.support.postgresql_server import Server, serving

if sys.platform != "win32":
    import fcntl


LONGEST = frozenset(
    f"test_{name}.py"
    for name in (
        *("database_faults", "end_to_end", "evaluate", "health_checks", "main", "pages", "polling", "privacy"),
        *("documentation", "lint", "webhook"),
    )
)

# Other processes share the cores: how long an example takes says nothing.
settings.register_profile("shared-cores", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared-cores")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever needs the project's own FAQ learned is slow. Files that take long come first, so that none is last."""
    for item in items:
        if "learned" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)
    items.sort(key=lambda item: item.path.name not in LONGEST)


@pytest.fixture(scope="session", autouse=True)
def _own_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test, and no process that one starts, writes a gap log or a key into somebody's home."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("DATA_DIR", str(tmp_path_factory.mktemp("data")))
        environment.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
        environment.delenv("DATABASE_URL", raising=False)
        yield


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A PostgreSQL that runs for the tests of this worker alone."""
    with serving() as server:
        yield server


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.container)])
def new_url(request: pytest.FixtureRequest) -> Iterator[Callable[[], SecretStr | None]]:
    """Makes the DATABASE_URL of a new log, for each of the two databases: None, and an empty one of PostgreSQL."""
    if request.param == "sqlite":
        yield lambda: None
        return
    server: Server = request.getfixturevalue("postgresql")
    made: list[str] = []

    def new() -> SecretStr:
        made.append(server.new_database())
        return server.url(made[-1])

    yield new
    for name in made:
        server.drop(name)


@pytest.fixture
def url(new_url: Callable[[], SecretStr | None]) -> SecretStr | None:
    """The DATABASE_URL of the one log of a test; None for SQLite."""
    return new_url()


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    """A loop that goes on between the examples of one test."""
    with asyncio.Runner() as made:
        yield made


@pytest.fixture(scope="session")
def content() -> Content:
    """The project's own content."""
    return read_content(ROOT / "faq", ROOT / "seeds")


@pytest.fixture(scope="session")
def faq(content: Content) -> Faq:
    return content.faq()


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The folder of learned models of this run, for processes too. All workers have the same one.

    ``TESTS_CACHE_DIR`` names one that several runs share, as those of CI do.
    """
    if shared := os.environ.get("TESTS_CACHE_DIR"):
        return Path(shared)
    if worker_id == "master":  # there are no workers
        return tmp_path_factory.mktemp("models")
    folder = tmp_path_factory.getbasetemp().parent / "models"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def learned(faq: Faq, cache: Path) -> Path:
    """The same folder, with the project's own FAQ in it, which one worker learns while the others wait for it."""
    with (cache / "lock").open("w") as lock:
        if sys.platform != "win32":
            fcntl.flock(lock, fcntl.LOCK_EX)
        learn(faq, cache)
    return cache


@pytest.fixture(scope="session")
def matcher(faq: Faq, learned: Path) -> RegressionMatcher:
    """The matcher of the project's own FAQ."""
    return learn(faq, learned)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A copy of the small FAQ that a test may break: a folder with faq/ and seeds/."""
    for path in SMALL.rglob("*"):
        if path.is_file():
            copy = tmp_path / path.relative_to(SMALL)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    return tmp_path


@pytest.fixture(scope="session")
def small_matcher() -> RegressionMatcher:
    """The matcher of the small FAQ."""
    return RegressionMatcher(read_content(SMALL / "faq", SMALL / "seeds").faq())


@pytest.fixture
def edit(small: Path) -> Callable[[str, str, str], None]:
    """Replace a text in a file of the small FAQ's copy; the text must be there."""

    def replace(file: str, old: str, new: str) -> None:
        path = small / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{file} holds no {old!r}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return replace
