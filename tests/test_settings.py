"""Settings: what is taken, what is refused with its mend, and that no secret is shown."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from bot.settings import Settings, SettingsError, check_for_running, read_settings

TOKEN = "123456:AA-made_up"  # noqa: S105  # made up


def test_the_defaults_are_sound(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing need be set for the terminal."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATA_DIR")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    settings = read_settings()
    assert settings.telegram_bot_token is None
    assert settings.telegram_api_url == "https://api.telegram.org"
    assert settings.data_dir == tmp_path / "migration-faq-bot"
    assert (settings.concurrency, settings.retention_days, settings.keys_required) == (64, 90, False)


def test_a_token_is_taken_without_the_spaces_around_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Copied with a blank, it works; shown, it does not."""
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", f" {TOKEN}\n")
    settings = read_settings()
    assert settings.secrets == (TOKEN,)
    assert TOKEN not in repr(settings)


@pytest.mark.parametrize(
    "token", ["secret", "secret:", ":secret", "12 3:secret", "123:sec ret", "123:se/cret", "١٢:secret"]
)
def test_what_is_no_token_is_refused_unseen(token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mend says what one looks like."""
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", token)
    with pytest.raises(SettingsError, match="TELEGRAM_BOT_TOKEN: is no token; it looks like") as refused:
        read_settings()
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8081", "http://127.0.0.1:8081/", "https://bots.example"])
def test_an_api_server_is_scheme_host_and_port(url: str) -> None:
    """A slash at the end is no matter."""
    assert Settings(telegram_api_url=url).telegram_api_url == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "localhost:8081",
        "http://x:port",
        "http://x:99999",
        "http://[x",
        "http://:pw@x",
        "ftp://bots.example",
        "https://",
        "https://a:b@bots.example",
        "https://x.example/bot",
    ],
)
def test_what_is_no_api_server_is_refused(url: str) -> None:
    """A path, as other programs want it, would lead nowhere here."""
    with pytest.raises(ValueError, match=r"as in https://api\.telegram\.org"):
        Settings(telegram_api_url=url)


@pytest.mark.parametrize(
    ("chats", "numbers"),
    [
        ("12345678", (12345678,)),
        (" 12345678,-1001234567890 -4321, 12345678,", (12345678, -1001234567890, -4321)),
        (" ", ()),
        ("", ()),
    ],
)
def test_maintainers_chats_are_numbers(chats: str, numbers: tuple[int, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """With commas or blanks between them, each once; shown nowhere."""
    monkeypatch.setenv("MAINTAINER_CHATS", chats)
    settings = read_settings()
    assert settings.maintainers == numbers
    assert not any(str(number) in repr(settings) + str(settings) for number in numbers)


@pytest.mark.parametrize(
    "chats",
    [
        "4567x",
        "@4567",
        "4567;4568",
        "[4567, 4568]",
        "-",
        "--4567",
        "+4567",
        "4567.0",
        "0",
        "-0",
        "04567",
        "4567" * 5,
        "٤567",
    ],
)
def test_what_is_no_list_of_chats_is_refused_unseen(chats: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one line with its mend."""
    monkeypatch.setenv("MAINTAINER_CHATS", f"777, {chats}")
    with pytest.raises(SettingsError) as refused:
        read_settings()
    hint = "is no list of chat numbers; write them as in 12345678, -1001234567890"
    assert str(refused.value) == f"MAINTAINER_CHATS: {hint}"


def test_secrets_are_read_from_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Named as the settings, in small letters or capitals; the environment has the last word; shown nowhere."""
    monkeypatch.setenv("SECRETS_DIR", str(tmp_path))
    monkeypatch.setenv("RETENTION_DAYS", "30")
    for name, text in (("telegram_bot_token", f"{TOKEN}\n"), ("ASKER_KEY", "ab" * 32), ("retention_days", "60")):
        (tmp_path / name).write_text(text)
    (tmp_path / "gaps_key").write_text("\n")
    (tmp_path / "of_another_program").mkdir()
    settings = read_settings()
    assert settings.secrets == (TOKEN, "ab" * 32)
    assert settings.retention_days == 30
    assert TOKEN not in repr(settings)


def test_the_folder_of_secrets_may_stand_in_the_env_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As every setting may; a folder without secrets is none that is wrong."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("SECRETS_DIR=secrets\n")
    (tmp_path / "secrets").mkdir()
    assert read_settings().telegram_bot_token is None
    (tmp_path / "secrets" / "telegram_bot_token").write_text(TOKEN)
    assert read_settings().secrets == (TOKEN,)


def test_secrets_that_cannot_be_read_are_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each with its mend, and without what they hold."""
    monkeypatch.setenv("SECRETS_DIR", str(tmp_path / "nowhere"))
    with pytest.raises(SettingsError, match=r"^SECRETS_DIR: is no folder; name the one that holds the secrets"):
        read_settings()
    monkeypatch.setenv("SECRETS_DIR", str(tmp_path))
    (tmp_path / "telegram_bot_token").write_text("wrongvalue")
    with pytest.raises(SettingsError, match=r"^TELEGRAM_BOT_TOKEN: is no token") as refused:
        read_settings()
    assert "wrongvalue" not in str(refused.value)
    (tmp_path / "telegram_bot_token").write_bytes(b"\xff")
    with pytest.raises(SettingsError, match="SECRETS_DIR: is not UTF-8"):
        read_settings()


def test_a_secret_of_another_user_is_told_with_its_place() -> None:
    """As in a container whose user may not read what was mounted."""
    if os.geteuid() != 0:
        pytest.skip("only root can be another user")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        file = Path(folder, "telegram_bot_token")
        file.write_text(TOKEN)
        file.chmod(0o600)
        script = "from bot.settings import *\ntry: read_settings()\nexcept SettingsError as error: print(error)"
        environment = {"PATH": os.environ["PATH"], "SECRETS_DIR": folder}
        command = [sys.executable, "-c", f"import os; import bot.settings; os.setuid(10001); os.chdir('/')\n{script}"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True)  # noqa: S603  # ours
    assert done.stdout.startswith(f"{file}: cannot be read (Permission denied); let the user read it"), done.stderr
    assert TOKEN not in done.stdout + done.stderr


def test_all_problems_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """One look suffices; no value is repeated."""
    wrong = {
        "TELEGRAM_BOT_TOKEN": "wrongvalue",
        "MAINTAINER_CHATS": "wrongvalue",
        "CONCURRENCY": "wrongvalue",
        "RETENTION_DAYS": "0",
        "REVIEWER": "wrongvalue\n",
        "GAPS_KEY": "wrongvalue",
    }
    for name, value in (wrong | {"ASKER_KEY": "wrongvalue", "KEYS_REQUIRED": "wrongvalue"}).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        read_settings()
    lines = str(refused.value).splitlines()
    assert sorted(line.partition(":")[0] for line in lines) == sorted([*wrong, "ASKER_KEY", "KEYS_REQUIRED"])
    assert "wrongvalue" not in str(refused.value)


def test_all_that_running_needs_is_told_at_once() -> None:
    """The token, and in a container both keys."""
    with pytest.raises(SettingsError) as refused:
        check_for_running(Settings(keys_required=True))
    assert [line.partition(":")[0] for line in str(refused.value).splitlines()] == [
        *("TELEGRAM_BOT_TOKEN", "GAPS_KEY", "ASKER_KEY")
    ]
