"""The image and all that deploys it: linted, built and run as docs/operations.md and deploy/ have it."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bot.settings import Settings
from tests.support.dockerfile import IMAGE, PACKAGES, Engine, engine_with_image, free_port
from tests.support.documentation import COMPOSE, HAPROXY, OPERATIONS, SYSTEMD, block, text_of
from tests.support.paths import ROOT
from tests.support.telegram_emulator import Emulator, serving
from tests.support.telegram_world import World, made_person

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
TOKEN = "123456:the-token-from-BotFather"  # noqa: S105  # as it stands in docs/operations.md
USER = "10001"
DIGEST = r"@sha256:[0-9a-f]{64}"


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """A program of Debian's or of the tests' own environment."""
    found = shutil.which(command[0])
    if found is None:
        pytest.fail(f"there is no {command[0]}; .ci/run installs it with apt-get")
    return subprocess.run([found, *command[1:]], capture_output=True, text=True)  # noqa: S603


# --- The Dockerfile ----------------------------------------------------------------------------------------------


def test_the_dockerfile_has_no_finding() -> None:
    """Of hadolint, with no rule switched off."""
    hadolint = Path(sys.executable).parent / "hadolint"
    done = subprocess.run([hadolint, ROOT / "Dockerfile"], capture_output=True, text=True)  # noqa: S603
    assert (done.returncode, done.stdout) == (0, "")
    assert "hadolint ignore" not in DOCKERFILE


def test_the_base_image_is_pinned_to_a_version() -> None:
    """Of Python, to the last digit, and of Debian, and by its digest; the same in both stages."""
    images = re.findall(r"^FROM (\S+)", DOCKERFILE, re.M)
    assert len(images) == 2
    assert len(set(images)) == 1
    assert re.fullmatch(rf"python:3\.11\.\d+-slim-bookworm{DIGEST}", images[0])


def test_no_secret_is_set_in_the_image() -> None:
    """Nor is there a build argument for one."""
    assert "ARG " not in DOCKERFILE
    names = set(re.findall(r"\b([A-Z_]+)=", DOCKERFILE))
    secret = {name.upper() for name, of in Settings.model_fields.items() if "SecretStr" in str(of.annotation)}
    assert secret
    assert not names & secret


def test_only_what_the_build_needs_goes_into_it() -> None:
    """Everything else is left out by name: all is, and then is let in."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    copied = re.findall(r"^COPY (?!--from)(\S+)", DOCKERFILE, re.M)
    assert lines[0] == "*"
    assert {line[1:] for line in lines if line.startswith("!")} == set(copied)


# --- What is deployed ----------------------------------------------------------------------------------------------


def names_set() -> set[str]:
    """Of settings, in the files of deploy/ and in the commands of docs/operations.md."""
    services = yaml.safe_load(text_of(COMPOSE))["services"]
    of_bots = {name for name, service in services.items() if service["image"] == IMAGE}
    assert len(of_bots) == 2
    found = {name for bot in of_bots for name in services[bot]["environment"]}
    found |= {secret.upper() for bot in of_bots for secret in services[bot]["secrets"]}
    environment = re.findall(r"^Environment=(.*)", text_of(SYSTEMD), re.M)
    found |= {pair.partition("=")[0] for line in environment for pair in line.split()}
    found |= {name.upper() for name in re.findall(r"LoadCredential=(\w+):", text_of(SYSTEMD))}
    found |= set(re.findall(r"-e ([A-Z_]+)=", block(OPERATIONS, "container") + block(OPERATIONS, "mounted faq")))
    return found


def test_every_setting_that_is_deployed_exists() -> None:
    """A name that the bot does not know would be passed over in silence."""
    assert names_set() <= {name.upper() for name in Settings.model_fields}


def test_compose_pins_what_is_not_built_here() -> None:
    """By a version and a digest: what runs is what was meant, whatever is published under that name since."""
    services = yaml.safe_load(text_of(COMPOSE))["services"]
    images = {service["image"] for service in services.values()} - {IMAGE}
    assert {image.partition(":")[0] for image in images} == {"haproxy", "postgres"}
    for image in images:
        assert re.fullmatch(rf"\w+:\d[\w.-]*{DIGEST}", image), image


def test_compose_lets_in_the_proxy_alone() -> None:
    """And nobody else has a port, a right or a file system to write to."""
    composed: dict[str, Any] = yaml.safe_load(text_of(COMPOSE))
    services = composed["services"]
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
    assert composed["networks"]["inside"] == {"internal": True}
    assert services["database"]["networks"] == ["inside"]
    assert {secret for service in services.values() for secret in service.get("secrets", ())} == set(
        composed["secrets"]
    )
    for name in ("bot-1", "bot-2", "proxy"):
        service = services[name]
        assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert f" {name}:8080" in text_of(HAPROXY) or name == "proxy"


def test_compose_names_files_that_are_there_or_are_to_be_made() -> None:
    """What it mounts lies beside it, or the page says how to make it; every secret is a file there."""
    composed: dict[str, Any] = yaml.safe_load(text_of(COMPOSE))
    page = text_of(OPERATIONS)
    mounted = {
        volume.partition(":")[0] for service in composed["services"].values() for volume in service.get("volumes", ())
    }
    for name in mounted - set(composed["volumes"]):
        assert (ROOT / COMPOSE).parent.joinpath(name).exists() or f"`{name.removeprefix('./')}`" in page, name
    for name, secret in composed["secrets"].items():
        assert secret["file"] == f"secrets/{name}"
        assert f"secrets/{name}" in page or f"`{name}`" in page, f"{OPERATIONS} does not say what is in secrets/{name}"


def test_what_is_made_beside_them_is_never_committed() -> None:
    """Secrets, the certificate with its key, and the settings."""
    ignored = text_of(".gitignore").splitlines()
    assert {"secrets/", "certificate.pem", ".env"} <= set(ignored)


@pytest.mark.container
def test_haproxy_takes_its_file(tmp_path: Path) -> None:
    """As it is, but for the certificate's place and the names that only compose knows."""
    certificate(tmp_path / "certificate.pem")
    text = text_of(HAPROXY).replace("/usr/local/etc/haproxy", str(tmp_path))
    text = re.sub(r" bot-\d:8080", " 127.0.0.1:8080", text)
    (tmp_path / "haproxy.cfg").write_text(text)
    done = run("haproxy", "-c", "-V", "-f", str(tmp_path / "haproxy.cfg"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING" not in done.stdout + done.stderr
    assert not re.search(r"capture|req\.body\b|log-format", text), "the log would have more than lines of requests"


@pytest.mark.container
def test_systemd_takes_its_unit(tmp_path: Path) -> None:
    """Without a word, and it finds little that is exposed."""
    unit = tmp_path / "migration-faq-bot.service"
    unit.write_text(text_of(SYSTEMD).replace("/opt/migration-faq-bot", str(ROOT)))
    done = run("systemd-analyze", "verify", str(unit))
    told = [line for line in done.stderr.splitlines() if unit.name in line]
    assert (done.returncode, told) == (0, [])
    done = run("systemd-analyze", "security", "--offline=true", "--threshold=20", str(unit))  # tenths of their scale
    assert done.returncode == 0, done.stdout


def certificate(path: Path) -> None:
    """One that nobody trusts, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "bot.example.org")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(1))
    whole = made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
    path.write_bytes(whole + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


# --- The image, built and run ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    """An engine with the image, for all tests here."""
    missing = [name for name in PACKAGES if shutil.which(name) is None]
    if missing:
        pytest.fail(f"Debian's packages are missing: apt-get install {' '.join(missing)}")
    with engine_with_image() as made:
        yield made


@pytest.mark.container
def test_the_chat_answers_on_a_read_only_root(engine: Engine, tmp_path: Path) -> None:
    """By the first command of the page, as it is."""
    command = re.search(r"^docker run .* chat --no-log$", text_of(OPERATIONS), re.M)
    assert command is not None
    done = engine.shell(command[0], tmp_path, typed="why now\nwo ist der Bahnhof bitte\n/quit\n")
    assert done.returncode == 0, done.stderr
    assert "starting to negotiate the Compact" in done.stdout
    assert "Das weiß ich nicht." in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.container
def test_the_content_is_checked_in_the_image(engine: Engine) -> None:
    """With no right and nowhere to write."""
    strictly = ("--read-only", "--read-only-tmpfs=false", "--cap-drop=ALL", "--security-opt=no-new-privileges")
    done = engine.podman("run", "--rm", "--network=none", *strictly, IMAGE, "check")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 errors" in done.stdout


async def talk(engine: Engine, script: str, folder: Path) -> None:
    """Run the page's lines up to the bot's start, and have two messages answered in Telegram."""
    emulator = Emulator(World(token=TOKEN))
    async with serving(emulator) as url:
        settings = {"TELEGRAM_API_URL": url, "LISTEN": f"127.0.0.1:{free_port()}"}
        done = await asyncio.to_thread(engine.shell, script, folder, settings=settings)
        assert done.returncode == 0, done.stderr
        chat = emulator.world.private(made_person(7))
        for text in ("why now", "do you sell inflatable tractors for gardens"):
            await emulator.send(emulator.world.text(chat, text))
        await emulator.until(lambda world: len(world.replies(chat)) == 2, timeout=200)
        assert "starting to negotiate" in emulator.world.replies(chat)[0].text
        stopped = await asyncio.to_thread(engine.podman, "stop", "faq-bot")
        assert stopped.returncode == 0, stopped.stderr


@pytest.mark.container
async def test_the_bot_answers_in_telegram_without_rights(engine: Engine, tmp_path: Path) -> None:
    """Run and stopped as the page says; then its volume has the gap, and its file has no other reader."""
    start, _, gaps = block(OPERATIONS, "container").strip().rpartition("\n")
    await talk(engine, start, tmp_path)
    try:
        state = json.loads(engine.podman("inspect", "faq-bot").stdout)[0]
        assert state["State"]["ExitCode"] == 0
        assert state["HostConfig"]["ReadonlyRootfs"]
        engine.podman("start", "faq-bot")
        status = engine.shell("docker exec faq-bot python -c 'print(open(\"/proc/1/status\").read())'", tmp_path).stdout
        found = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
        assert set(found["Uid"].split() + found["Gid"].split()) == {USER}
        assert {int(found[kind], 16) for kind in ("CapEff", "CapPrm", "CapBnd", "CapInh")} == {0}
        assert (found["NoNewPrivs"], found["Seccomp"]) == ("1", "2")
        listed = engine.shell(gaps, tmp_path)
        assert "inflatable tractors" in listed.stdout, listed.stderr
        shown = engine.podman("inspect", "faq-bot").stdout + engine.podman("logs", "faq-bot").stdout
        assert TOKEN not in shown
    finally:
        engine.podman("rm", "--force", "--time", "0", "faq-bot")
        engine.podman("volume", "rm", "faq-bot-data")


@pytest.mark.container
async def test_the_bot_writes_to_its_volume_alone(engine: Engine, tmp_path: Path) -> None:
    """On a root that it could write to as far as its user may: nothing there is added or changed."""
    start = block(OPERATIONS, "container").strip().rpartition("\n")[0]
    await talk(engine, start.replace("--read-only --tmpfs /tmp", ""), tmp_path)
    try:
        changed = set(engine.podman("diff", "faq-bot").stdout.splitlines())
        assert changed <= {"C /etc", "C /tmp"}, "the engine's own places of mounts, and what is gone again"
    finally:
        engine.podman("rm", "--force", "--time", "0", "faq-bot")
        engine.podman("volume", "rm", "faq-bot-data")


@pytest.mark.container
def test_it_does_not_start_in_telegram_without_its_keys(engine: Engine) -> None:
    """And says so with the code that no supervisor repeats."""
    done = engine.podman("run", "--rm", "--network=none", f"--env=TELEGRAM_BOT_TOKEN={TOKEN}", IMAGE, "run")
    assert done.returncode == 2
    assert "GAPS_KEY: is not set" in done.stdout + done.stderr


@pytest.mark.container
def test_a_mounted_faq_is_learned_once(engine: Engine, tmp_path: Path) -> None:
    """It answers, and what was learned is on the volume, which the image's user may write to."""
    options = block(OPERATIONS, "mounted faq").strip().replace("/srv/", f"{ROOT}/tests/small/")
    command = f"docker run --rm --read-only --tmpfs /tmp --cap-drop ALL {options} {IMAGE} "
    done = engine.shell(command + "learn", tmp_path)
    assert done.returncode == 0, done.stderr
    models = list((engine.folder / "storage" / "volumes" / "faq-bot-models" / "_data").iterdir())
    assert models
    assert {path.stat().st_uid for path in models} == {int(USER)}
    changed = [path.stat().st_mtime_ns for path in models]
    done = engine.shell(command + "ask --no-log 'how much money do migrants send home'", tmp_path)
    assert done.returncode == 0, done.stderr
    assert [path.stat().st_mtime_ns for path in models] == changed


@pytest.mark.container
async def test_the_image_tells_of_its_health(engine: Engine) -> None:
    """Within a container that reaches nothing, and while it waits for Telegram."""
    secrets = (f"TELEGRAM_BOT_TOKEN={TOKEN}", *engine.podman("run", "--rm", IMAGE, "keys").stdout.split())
    done = engine.podman(
        "run", "-d", "--name=waiting", "--network=none", *(f"-e={one}" for one in secrets), IMAGE, "run"
    )
    assert done.returncode == 0, done.stderr
    try:
        async with asyncio.timeout(200):
            while engine.podman("healthcheck", "run", "waiting").returncode:
                await asyncio.sleep(0.5)
    finally:
        engine.podman("rm", "--force", "--time", "0", "waiting")
