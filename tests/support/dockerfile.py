"""The image built from the Dockerfile and run by a real engine, Debian's podman, without a registry of images.

`python -m tests.support.dockerfile FOLDER` builds it below a folder and says where the engine's command lies, which is
called `docker` and takes what docs/operations.md shows. Needs root and Debian's podman, runc and mmdebstrap.

What stands in for the base image of the Dockerfile, under its name without the digest: a bare Debian bookworm with
Debian's own Python 3.11, linked as /usr/local/bin/python, where that image has it. So the Dockerfile's steps, the user,
the rights and the program are tried for real; the base image's own files are not.
"""

from __future__ import annotations

import ast
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from tests.support.paths import ROOT

IMAGE = "migration-faq-bot"
PACKAGES = ("podman", "runc", "mmdebstrap")  # Debian's
MEMORY, ROOM = Path("/dev/shm"), 6 * 2**30  # noqa: S108  # many small files, which a disk takes its time to delete
NOTHING: Mapping[str, str] = MappingProxyType({})
_BARE = ("python3", "python3-venv", "ca-certificates", "passwd")  # what the base image has and the build needs
_LEAN = ("/usr/share/doc/*", "/usr/share/man/*", "/usr/share/locale/*")
# The network is this machine's, since a network of its own asks for more than the tests need; the engine's own limits
# are higher than whoever is not free to raise them may set.
_SETTINGS = """
[containers]
netns = "host"
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
"""


@dataclass(frozen=True, slots=True)
class Engine:
    """An engine that keeps all it has in a folder."""

    folder: Path

    @property
    def commands(self) -> Path:
        """The folder of the command `docker`."""
        return self.folder / "commands"

    def podman(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """One command of the engine, as it is; what it wrote and its exit code."""
        return _run([*self._podman(), *arguments], env=self.environment())

    def shell(
        self, script: str, folder: Path, *, typed: str = "", settings: Mapping[str, str] = NOTHING
    ) -> subprocess.CompletedProcess[str]:
        """Documented lines, in a folder, with this engine as `docker`. These settings go to all that it runs."""
        self._write_commands(settings)
        return _run(["bash", "-euo", "pipefail", "-c", script], typed=typed, env=self.environment(), cwd=folder)

    def environment(self) -> dict[str, str]:
        """The environment that `docker` is to be called in."""
        settings = self.folder / "containers.conf"
        more = {"CONTAINERS_CONF": str(settings), "BUILDAH_ISOLATION": "chroot", "BUILDAH_FORMAT": "docker"}
        return {**os.environ, **more, "PATH": f"{self.commands}:{os.environ['PATH']}"}

    def prepare(self) -> None:
        """Make the base image. Raises CalledProcessError, with what failed in its note."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "containers.conf").write_text(_SETTINGS)
        self._write_commands()
        archive = self.folder / "base.tar"
        if not archive.exists():
            _checked(_bare_root(archive))
        path = "ENV PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"
        for name in base_images():
            _checked([*self._podman(), "import", "--change", path, str(archive), name], env=self.environment())

    def remove(self) -> None:
        """End all that runs, and delete all that is kept."""
        self.podman("rm", "--all", "--force", "--time", "0")
        mounted = [line.split()[1] for line in Path("/proc/self/mounts").read_text().splitlines()]
        for place in reversed([place for place in mounted if place.startswith(f"{self.folder}/")]):
            _checked(["umount", "--lazy", place])
        shutil.rmtree(self.folder)

    def _podman(self) -> list[str]:
        return ["podman", "--root", str(self.folder / "storage"), "--runroot", str(self.folder / "run")]

    def _write_commands(self, settings: Mapping[str, str] = NOTHING) -> None:
        """`docker`, which is podman with what the surroundings ask for, and `sudo` for whoever is root already."""
        self.commands.mkdir(exist_ok=True)
        run = ["--read-only-tmpfs=false", *(f"--env={name}={value}" for name, value in settings.items())]
        build = ["--pull=never", "--layers=false", *pip_of_this_machine(self.folder)]
        podman = shlex.join(self._podman())
        lines = ["#!/bin/bash", "command=$1; shift", "case $command in"]
        lines += [f'run) exec {podman} run {shlex.join(run)} "$@" ;;']
        without_digests = "sed 's/@sha256:[0-9a-f]*//' Dockerfile"
        lines += [f'build) {without_digests} | {podman} build {shlex.join(build)} --file=- "$@" ;;']
        lines += [f'*) exec {podman} $command "$@" ;;', "esac"]
        for name, text in (("docker", "\n".join(lines)), ("sudo", '#!/bin/bash\nexec "$@"')):
            (self.commands / name).write_text(f"{text}\n")
            (self.commands / name).chmod(0o755)


@contextmanager
def engine_with_image() -> Iterator[Engine]:
    """An engine with the image of this project, which ends with all that it has."""
    is_roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM
    engine = Engine(Path(tempfile.mkdtemp(prefix="engine-", dir=MEMORY if is_roomy else None)))
    try:
        engine.prepare()
        build(engine)
        yield engine
    finally:
        engine.remove()


def build(engine: Engine) -> None:
    """Build the image with the command of docs/operations.md."""
    _checked(["bash", "-c", f"docker build -t {IMAGE} ."], env=engine.environment(), cwd=ROOT)


def base_images() -> list[str]:
    """The images that the Dockerfile starts from, in full but without their digests, each once."""
    named = re.findall(r"^FROM ([^\s@]+)", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.M)
    return [f"docker.io/library/{name}" for name in dict.fromkeys(named)]


def pip_of_this_machine(folder: Path) -> list[str]:
    """Options of a build that let pip find its packages as it finds them here, without a trace in the image."""
    listed = _checked([sys.executable, "-m", "pip", "config", "list"]).stdout.splitlines()
    pairs = [line.partition("=")[::2] for line in listed]
    values = {name.rpartition(".")[2]: str(ast.literal_eval(value)) for name, value in pairs}
    (folder / "pip.conf").write_text("\n".join(("[global]", *(f"{name} = {values[name]}" for name in values), "")))
    # An index in files has them beside its pages.
    words = [word for value in values.values() for word in value.split()]
    places = [word.removeprefix("file://").removesuffix("/simple") for word in words]
    mounted = {place: place for place in places if place.startswith("/") and Path(place).exists()}
    mounted[str(folder / "pip.conf")] = "/etc/pip.conf"
    return [f"--volume={source}:{target}:ro" for source, target in mounted.items()]


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _bare_root(archive: Path) -> list[str]:
    """The command that makes the bare root."""
    return [
        *("mmdebstrap", "--variant=minbase", f"--include={','.join(_BARE)}"),
        *(f"--dpkgopt=path-exclude={path}" for path in _LEAN),
        '--aptopt=APT::Install-Recommends "false"',
        '--aptopt=Acquire::Languages "none"',
        '--customize-hook=ln -s /usr/bin/python3 "$1/usr/local/bin/python"',
        *("bookworm", str(archive)),
    ]


def _checked(
    command: list[str], *, env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    done = _run(command, env=env, cwd=cwd)
    if done.returncode:
        error = subprocess.CalledProcessError(done.returncode, command)
        error.add_note(f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
        raise error
    return done


def _run(
    command: list[str],
    *,
    typed: str = "",
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  # Debian's programs, and lines of the documentation
        command, input=typed, capture_output=True, text=True, env=env, cwd=cwd, timeout=600
    )


def main() -> None:
    engine = Engine(Path(sys.argv[1]).absolute())
    engine.prepare()
    build(engine)
    settings = {name: value for name, value in engine.environment().items() if os.environ.get(name) != value}
    print(f"{IMAGE} is built; use it with:")
    print(f"export {' '.join(f'{name}={shlex.quote(value)}' for name, value in settings.items())}")


if __name__ == "__main__":
    main()
