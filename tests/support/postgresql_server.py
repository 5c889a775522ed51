"""A real PostgreSQL for the tests that are marked `container`: Debian's binaries, a folder and a port of its own."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
from pydantic import SecretStr

BINARIES = Path("/usr/lib/postgresql")
HOST = "127.0.0.1"
USER = "faqbot"  # whom the bot is to the server: the owner of its database, and nothing more
_NAMES = count(1)


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs. Whoever tests talks to it as its superuser, through a socket that is for this user alone."""

    binaries: Path
    folder: Path
    port: int
    password: str

    def new_database(self, *, owner: str = USER) -> str:
        """The name of an empty database."""
        name = f"gaps{next(_NAMES)}"
        self.sql(f"CREATE DATABASE {name} OWNER {owner}")
        return name

    def drop(self, name: str) -> None:
        """Take a database away, whoever is using it."""
        self.sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def url(self, name: str, *, user: str = USER, password: str | None = None, port: int | None = None) -> SecretStr:
        """What DATABASE_URL is set to for a database."""
        word = self.password if password is None else password
        return SecretStr(f"postgresql+asyncpg://{user}:{word}@{HOST}:{port or self.port}/{name}")

    def sql(self, *statements: str, database: str = "postgres") -> str:
        """Do something as the superuser; the rows, in lines, with | between their columns."""
        commands = [part for statement in statements for part in ("--command", statement)]
        return self.run("psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", *commands, database).strip()

    def run(self, program: str, *arguments: str) -> str:
        """One of Debian's programs, as the superuser; what it prints. It must not fail."""
        where = {"PGHOST": str(self.folder), "PGPORT": str(self.port), "PGUSER": "postgres"}
        command = [str(self.binaries / program), *arguments]
        done = _run(command, env={**os.environ, **where})
        assert done.returncode == 0, f"{program}: {done.stderr}"
        return done.stdout

    def start(self) -> None:
        """Start it; back when it takes connections."""
        options = f"-p {self.port} -k {self.folder} -c listen_addresses={HOST} -c fsync=off -c max_connections=60"
        log = str(self.folder / "log")
        self._control("start", "--wait", f"--log={log}", f"--options={options}")

    def stop(self) -> None:
        """Stop it, whoever is using it."""
        self._control("stop", "--mode=fast", "--wait")

    def _control(self, *arguments: str) -> None:
        done = _run([str(self.binaries / "pg_ctl"), f"--pgdata={self.folder / 'data'}", *arguments])
        assert done.returncode == 0, f"pg_ctl {arguments[0]}: {done.stdout} {done.stderr}"


@contextmanager
def serving(binaries: Path = BINARIES) -> Iterator[Server]:
    """A server of its own, of the newest version. Where Debian's binaries are missing, the test fails."""
    found = sorted(binaries.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not found:
        pytest.fail(f"there is no PostgreSQL in {binaries}; install it with: apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="gaps-"))  # pytest's own may not be entered by another user
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    server = Server(found[-1].parent, folder, _free_port(), secrets.token_hex(12))
    try:
        options = ("--no-sync", "--encoding=UTF8", "--locale=C", "--auth-local=trust", "--auth-host=scram-sha-256")
        initdb = str(server.binaries / "initdb")
        done = _run([initdb, f"--pgdata={folder / 'data'}", "--username=postgres", *options])
        assert done.returncode == 0, done.stderr
        server.start()
        try:
            server.sql(f"CREATE ROLE {USER} LOGIN PASSWORD '{server.password}'")
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)


def _run(command: list[str], *, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """As the user postgres where we are root, which PostgreSQL refuses."""
    user = "postgres" if os.geteuid() == 0 else None
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:  # a pipe would stay open in a server
        done = subprocess.run(  # noqa: S603  # Debian's programs
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, cwd="/", env=env, user=user, group=user
        )
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(command, done.returncode, out.read(), err.read())


def _free_port() -> int:
    with socket.socket() as free:
        free.bind((HOST, 0))
        port: int = free.getsockname()[1]
        return port
