"""What the environment and a .env file set. All problems are reported at once."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict


def _cache_folder() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "migration-faq-bot"


class Settings(BaseSettings):
    """Each setting is the environment variable of its name in capitals."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True)

    faq_dir: Path = Path("faq")
    seeds_dir: Path = Path("seeds")
    cache_dir: Path = _cache_folder()


class SettingsError(Exception):
    """Settings that cannot be used; the text names each with its mend."""


def read_settings() -> Settings:
    """The settings of this process. Raises SettingsError with all that is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        lines = [f"{str(item['loc'][0]).upper()}: {item['msg']}" for item in error.errors(include_url=False)]
        raise SettingsError("\n".join(lines)) from None
