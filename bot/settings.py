"""What the environment and a .env file set. All problems are reported at once."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


def _cache_folder() -> Path:
    try:
        folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    except RuntimeError:  # nobody's home
        folder = Path(tempfile.gettempdir())
    return folder / "migration-faq-bot"


class Settings(BaseSettings):
    """Each setting is the environment variable of its name in capitals."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True)

    faq_dir: Path = Path("faq")
    seeds_dir: Path = Path("seeds")
    cache_dir: Path = Field(default_factory=_cache_folder)

    @field_validator("faq_dir", "seeds_dir", "cache_dir")
    @classmethod
    def _home(cls, path: Path) -> Path:
        return path.expanduser()


class SettingsError(Exception):
    """Settings that cannot be used; the text names each with its mend."""


def read_settings() -> Settings:
    """The settings of this process. Raises SettingsError with all that is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        items = error.errors(include_url=False)
        lines = [f"{str(item['loc'][0]).upper()}: {item['msg']}; correct it, or leave it out" for item in items]
        raise SettingsError("\n".join(lines)) from None
    except UnicodeDecodeError:
        raise SettingsError(".env: is not UTF-8; save it as UTF-8") from None
