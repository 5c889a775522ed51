"""The log lines of a running bot, kept free of secrets and of what people write.

Our own lines say what they say. A line of another package is cut to its form, without the values in it, and an error
to its kind and place: a library does not know that what it was reading was somebody's question.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from pathlib import Path

OURS = "bot"
FIELDS = "fields"  # of our records: what a JSON line has besides
_PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[-#0 +]*[\d.*]*[a-zA-Z]")
QUIET = ("httpx", "httpcore", "watchfiles", "alembic")  # httpx logs addresses, which hold the token


def begin(secrets: tuple[str, ...], *, as_json: bool = False) -> None:
    """Send log lines to standard error, in this form. ``secrets`` are never shown, whoever logs them."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(DiscreetJson(secrets) if as_json else Discreet(secrets))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


class Discreet(logging.Formatter):
    """Formats a record without what is not ours to show."""

    def __init__(self, secrets: tuple[str, ...]) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s", "%Y-%m-%dT%H:%M:%S%z")
        self._secrets = tuple(filter(None, secrets))

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        return " ".join(self._without_secrets(super().format(self._kept(record)) + _place(record)).split())

    def _kept(self, record: logging.LogRecord) -> logging.LogRecord:
        """A record without errors, and without values that are not ours."""
        kept = {**record.__dict__, "exc_info": None, "exc_text": None, "stack_info": None}
        if record.name.split(".")[0] != OURS:
            first_line = (str(record.msg).splitlines() or [""])[0]
            kept |= {"msg": _PLACEHOLDER.sub("…", first_line) if record.args else first_line, "args": ()}
        return logging.makeLogRecord(kept)

    def _without_secrets(self, line: str) -> str:
        for secret in self._secrets:
            line = line.replace(secret, "…")
        return line


class DiscreetJson(Discreet):
    """Formats a record as one JSON object: at, level, logger, message, and the fields of a message's line."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, in ASCII."""
        message = self._kept(record).getMessage() + _place(record)
        row = {
            "at": self.formatTime(record, self.datefmt),
            "level": record.levelname,
            "logger": record.name,
            "message": " ".join(self._without_secrets(message).split()),
        }
        fields: dict[str, object] = getattr(record, FIELDS, {})
        return json.dumps(row | {name: value for name, value in fields.items() if name not in row})


def _place(record: logging.LogRecord) -> str:
    error = record.exc_info[1] if record.exc_info else None
    return f" [{kind_and_place(error)}]" if error is not None else ""


def kind_and_place(error: BaseException, *, within: Path | None = None) -> str:
    """What kind of error it is, and the last line that it passed through, of the files ``within`` a folder if given."""
    steps = [
        step
        for step in traceback.extract_tb(error.__traceback__)
        if within is None or Path(step.filename).is_relative_to(within)
    ]
    return (
        f"{type(error).__name__} at {Path(steps[-1].filename).name}:{steps[-1].lineno}"
        if steps
        else type(error).__name__
    )
