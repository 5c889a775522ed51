"""Settings from the environment, a .env file and files of secrets. All errors are reported at once, without secrets."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

NAME = "migration-faq-bot"
NonNegative = Annotated[int, Field(ge=0)]
TELEGRAM = "https://api.telegram.org"
HOOK_PORTS = (443, 80, 88, 8443)  # core.telegram.org/bots/api#setwebhook
HOOK_PATH = "/telegram"
_HTTP_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")  # Telegram would accept shorter ones
_LISTEN = re.compile(r"\A(?:\[([0-9A-Fa-f:.]+)\]|([0-9A-Za-z.-]+)):([0-9]{1,5})")
_CHAT = re.compile(r"-?[1-9][0-9]{0,15}")  # core.telegram.org/bots/api#chat: at most 52 significant bits


def _folder(variable: str, *home: str) -> Path:
    """This program's folder in an XDG base directory: the one that the variable names, or its default in the home."""
    try:
        folder = Path(os.environ.get(variable) or Path.home().joinpath(*home))
    except RuntimeError:  # the user has no home directory
        folder = Path(tempfile.gettempdir())
    return folder / NAME


def config_folder() -> Path | None:
    """The folder of generated keys; None for a user without a home directory."""
    try:
        return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / NAME
    except RuntimeError:
        return None


class _SecretFiles(PydanticBaseSettingsSource):
    """The files in the folder `secrets_dir`, each the value of the setting of its name, in any case."""

    def __call__(self) -> dict[str, Any]:
        named = self.current_state.get("secrets_dir")
        folder = None if named is None else Path(named).expanduser()
        self._files = {path.name.lower(): path for path in folder.iterdir()} if folder and folder.is_dir() else {}
        values = {name: self.get_field_value(field, name)[0] for name, field in self.settings_cls.model_fields.items()}
        return {name: value for name, value in values.items() if value is not None}

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[str | None, str, bool]:  # noqa: ARG002  # pydantic's signature
        file = self._files.get(field_name)
        value = None if file is None else file.read_text(encoding="utf-8").strip() or None  # an empty file is no value
        return value, field_name, False


class Settings(BaseSettings):
    """Each setting is the environment variable of its name in capitals, or a file of its name in `secrets_dir`."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True, hide_input_in_errors=True)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # `_SecretFiles` replaces it
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, dotenv_settings, _SecretFiles(settings_cls)

    secrets_dir: Path | None = None
    faq_dir: Path = Path("faq")
    seeds_dir: Path = Path("seeds")
    cache_dir: Path = Field(default_factory=lambda: _folder("XDG_CACHE_HOME", ".cache"))
    data_dir: Path = Field(default_factory=lambda: _folder("XDG_DATA_HOME", ".local", "share"))

    telegram_bot_token: SecretStr | None = None
    telegram_api_url: str = TELEGRAM
    concurrency: int = Field(default=64, ge=1, le=64)  # messages handled at once
    silence_seconds: int = Field(default=600, ge=1)  # without a successful poll of Telegram, after which the bot ends
    webhook_url: str | None = None  # where Telegram sends updates; without it the bot polls
    webhook_secret: SecretStr | None = None  # proves that a request is Telegram's
    webhook_connections: int = Field(default=40, ge=1, le=100)  # that Telegram opens at once
    listen: str | None = None  # parsed by `listens_at`
    metrics_token: SecretStr | None = None  # that /metrics asks for; without it anybody who reaches it may read it
    sends_a_second: NonNegative = 30  # over all chats; 0 for no limit
    group_sends_a_minute: NonNegative = 20  # in one group; 0 for no limit
    throttle_messages: NonNegative = 20  # of one person in `throttle_seconds`; 0 for no limit
    throttle_seconds: int = Field(default=60, ge=1)
    operator_contact: str | None = Field(default=None, max_length=200)  # shown to who asks for the people who run it
    maintainer_chats: SecretStr | None = None  # secret, since it says who runs the bot; parsed by `maintainers`

    log_format: Literal["plain", "json"] = "plain"

    database_url: SecretStr | None = None  # of PostgreSQL; without it SQLite in `data_dir`
    gaps_key: SecretStr | None = None
    asker_key: SecretStr | None = None
    keys_required: bool = False  # refuse to start rather than generate keys
    retention_days: int = Field(default=90, ge=1, le=3650)
    reviewer: str = Field(default="", max_length=40)  # who reviews gaps on this machine; kept with what they decide

    @field_validator("faq_dir", "seeds_dir", "cache_dir", "data_dir")
    @classmethod
    def _home(cls, path: Path) -> Path:
        return path.expanduser()

    @field_validator("secrets_dir")
    @classmethod
    def _folder_of_secrets(cls, path: Path | None) -> Path | None:
        if path is not None and not path.expanduser().is_dir():
            raise ValueError("is no folder; name the one that holds the secrets, each in a file of its setting's name")
        return path

    @field_validator("telegram_bot_token")
    @classmethod
    def _token(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None and not _is_token(token.get_secret_value().strip()):
            raise ValueError("is no token; it looks like 123456:ABC-DEF… and comes from @BotFather")
        return None if token is None else SecretStr(token.get_secret_value().strip())

    @field_validator("telegram_api_url")
    @classmethod
    def _origin(cls, url: str) -> str:
        try:
            parts = urlsplit(url)
            is_valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:  # a port that is no number, a bracket that is not closed
            is_valid = False
        if not is_valid or "@" in parts.netloc:
            raise ValueError("is no address; write scheme, host and port, as in https://api.telegram.org")
        if parts.path.strip("/") or parts.query or parts.fragment:
            raise ValueError("has more than scheme, host and port; write it as in https://api.telegram.org")
        return f"{parts.scheme}://{parts.netloc}"

    @field_validator("webhook_url")
    @classmethod
    def _hook(cls, url: str | None, info: ValidationInfo) -> str | None:
        if url is not None:
            _check_hook(url, is_telegrams=info.data.get("telegram_api_url", TELEGRAM) == TELEGRAM)
        return url

    @field_validator("webhook_secret", "metrics_token")
    @classmethod
    def _http_secret(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None and not _HTTP_SECRET.fullmatch(secret.get_secret_value()):
            raise ValueError("is not 16 to 256 of the signs A-Z a-z 0-9 _ -; make one with: openssl rand -hex 32")
        return secret

    @field_validator("listen")
    @classmethod
    def _place(cls, place: str | None) -> str | None:
        if place is not None:
            _host_and_port(place)
        return place

    @field_validator("maintainer_chats")
    @classmethod
    def _chats(cls, chats: SecretStr | None) -> SecretStr | None:
        if chats is not None:
            _numbers(chats.get_secret_value())
        return chats

    @field_validator("database_url")
    @classmethod
    def _database(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None:
            from bot.storage.postgresql import parsed  # its driver takes a while, spent only where a URL is set

            parsed(url)
        return url

    @field_validator("reviewer")
    @classmethod
    def _name(cls, name: str) -> str:
        if not name.isprintable():
            raise ValueError("has signs that cannot be shown; write a name or initials, as in Ana")
        return name.strip()

    @field_validator("gaps_key")
    @classmethod
    def _gaps_key(cls, key: SecretStr | None) -> SecretStr | None:
        from bot.storage.keys import text_keys  # a tenth of a second, spent only where a key is set

        return _checked(key, text_keys)

    @field_validator("asker_key")
    @classmethod
    def _asker_key(cls, key: SecretStr | None) -> SecretStr | None:
        from bot.storage.keys import asker_key

        return _checked(key, asker_key)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values that must never be shown."""
        of_http = (self.webhook_secret, self.metrics_token)
        kept = (self.telegram_bot_token, *of_http, self.gaps_key, self.asker_key, self.database_url)
        return (*(one.get_secret_value() for one in kept if one), *self._database_password)

    @property
    def _database_password(self) -> tuple[str, ...]:
        if self.database_url is None:
            return ()
        from bot.storage.postgresql import parsed

        password = parsed(self.database_url).password
        return (str(password),) if password else ()

    @property
    def listens_at(self) -> tuple[str, int] | None:
        """The host and port that the running bot listens at; None if it does not listen."""
        place = self.listen or ("127.0.0.1:8080" if self.webhook_url else None)
        return None if place is None else _host_and_port(place)

    @property
    def maintainers(self) -> tuple[int, ...]:
        """The numbers of the maintainers' chats, without duplicates, in the order of the setting."""
        return () if self.maintainer_chats is None else _numbers(self.maintainer_chats.get_secret_value())

    @property
    def retention(self) -> timedelta:
        """How long gaps and data about persons are kept."""
        return timedelta(days=self.retention_days)


class SettingsError(Exception):
    """Settings that cannot be used; the text names each with how to fix it."""


def read_settings() -> Settings:
    """Read the settings of this process. Raises SettingsError with all errors."""
    try:
        return Settings()
    except ValidationError as error:
        items = error.errors(include_url=False, include_input=False)
        lines = [f"{str(item['loc'][0]).upper()}: {_message(item['msg'])}" for item in items]
        raise SettingsError("\n".join(lines)) from None
    except UnicodeDecodeError:
        raise SettingsError(".env, or a file in SECRETS_DIR: is not UTF-8; save it as UTF-8") from None
    except OSError as error:
        hint = "let the user read it whom the bot runs as"
        raise SettingsError(f"{error.filename}: cannot be read ({error.strerror}); {hint}") from None


def check_for_running(settings: Settings) -> None:
    """Check that all is set that the bot in Telegram needs. Raises SettingsError with all that is missing."""
    lines = []
    if settings.telegram_bot_token is None:
        lines.append("TELEGRAM_BOT_TOKEN: is not set; get a token from @BotFather in Telegram")
    if settings.webhook_url is not None and settings.webhook_secret is None:
        lines.append("WEBHOOK_SECRET: is not set; make one, the same for all replicas, with: openssl rand -hex 32")
    for name, key in (("GAPS_KEY", settings.gaps_key), ("ASKER_KEY", settings.asker_key)):
        if settings.keys_required and key is None:
            lines.append(f"{name}: is not set; make both keys with: python -m bot keys")
    if lines:
        raise SettingsError("\n".join(lines))


def _message(text: str) -> str:
    """The message of a pydantic error. Those of the validators here end with a hint; the others get one."""
    own = text.removeprefix("Value error, ")
    return own if own != text else f"{text}; correct it, or leave it out"


def _is_token(token: str) -> bool:
    number, colon, secret = token.partition(":")
    return bool(colon) and number.isascii() and number.isdigit() and secret.replace("-", "").replace("_", "").isalnum()


def _check_hook(url: str, *, is_telegrams: bool) -> None:
    """Check that Telegram would accept a webhook URL. A self-hosted Bot API server also accepts one without TLS.

    Raises ValueError with a hint.
    """
    schemes = ("https",) if is_telegrams else ("https", "http")
    try:
        parts = urlsplit(url)
        is_valid = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
        port = parts.port or 443
    except ValueError:  # a port that is no number, a bracket that is not closed
        is_valid = False
    if not is_valid or "@" in parts.netloc or not url.isascii() or not url.isprintable():
        raise ValueError(f"is no address that Telegram can use; write it as in https://bot.example.org{HOOK_PATH}")
    if is_telegrams and port not in HOOK_PORTS:
        raise ValueError(f"has a port that Telegram does not use; take one of {', '.join(map(str, HOOK_PORTS))}")
    if parts.path != HOOK_PATH or parts.query or parts.fragment or url[-1] in "?#":
        raise ValueError(f"does not end with {HOOK_PATH}, where the bot takes messages")


def _host_and_port(place: str) -> tuple[str, int]:
    """Split an address to listen at into host and port. Raises ValueError with a hint."""
    found = _LISTEN.fullmatch(place)
    if found is None or int(found[3]) > 65535:
        raise ValueError("is no host and port; write them as in 127.0.0.1:8080, or 0.0.0.0:8080 for all networks")
    return found[1] or found[2], int(found[3])


def _numbers(setting: str) -> tuple[int, ...]:
    """The chat numbers that a setting lists. Raises ValueError, which does not show them."""
    parts = setting.replace(",", " ").split()
    if not all(_CHAT.fullmatch(part) for part in parts):
        raise ValueError("is no list of chat numbers; write them as in 12345678, -1001234567890")
    return tuple(dict.fromkeys(map(int, parts)))


def _checked(key: SecretStr | None, read: Callable[[str], object]) -> SecretStr | None:
    from bot.storage.keys import KeyProblem

    try:
        if key is not None:
            read(key.get_secret_value())
    except KeyProblem as problem:
        raise ValueError(str(problem)) from None
    return key
