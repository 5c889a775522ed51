"""The keys of the gap log, from the settings or from the files that they are generated into."""

from __future__ import annotations

from bot.settings import Settings, config_folder
from bot.storage.keys import KeyProblem, Keys, read_keys
from bot.storage.stores import store_of


def keys_of(settings: Settings) -> Keys:
    """The keys of the gap log. Those that no setting gives are read from files, or generated if there is no log yet.

    Raises KeyProblem, also for a missing key of a log that exists or where KEYS_REQUIRED is set.
    """
    try:
        is_begun = store_of(settings.data_dir, settings.database_url).is_begun()
    except OSError as error:
        hint = "let this user into DATA_DIR, or name another"
        raise KeyProblem(f"{settings.data_dir}: {error.strerror}; {hint}") from None
    return read_keys(
        gaps_key=settings.gaps_key.get_secret_value() if settings.gaps_key else None,
        asker_key_=settings.asker_key.get_secret_value() if settings.asker_key else None,
        folder=config_folder(),
        data_dir=settings.data_dir,
        create=not settings.keys_required and not is_begun,
    )
