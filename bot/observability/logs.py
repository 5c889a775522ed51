"""The log lines of a running bot, kept free of secrets and of what people write.

Our own lines say what they say. A line of another package is cut to its form, without the values in it, and an error
to its kind and place: a library does not know that what it was reading was somebody's question. What would go to
standard error past the log (an error that nobody caught, a warning) becomes a line of the same kind.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import TextIO

OURS = "bot"
REPEAT_SECONDS = 300.0  # seconds between two log lines of one kind
_logger = logging.getLogger(__name__)
FIELDS = "fields"  # of our records: what a JSON line has besides
_PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[-#0 +]*+[\d.*]*+[a-zA-Z]")
_WARNING = re.compile(r"\A([^\n]*):(\d++): (\w+): ")  # as Python writes one: path, line, kind, and what it says
OF_LOOPS = (  # what asyncio and aiohttp say of what went wrong, with values behind it
    "Task exception was never retrieved",
    "Future exception was never retrieved",
    "Task was destroyed but it is pending!",
    "Exception in callback",
    "Unclosed client session",
    "Unclosed connector",
    "Unclosed connection",
)
QUIET = ("httpx", "httpcore", "watchfiles", "alembic")  # httpx logs addresses, which hold the token


def configure(secrets: tuple[str, ...], *, as_json: bool = False) -> None:
    """Send log lines to standard error, in this form. ``secrets`` are never shown, whoever logs them."""
    handler = _RedactingHandler(sys.stderr)
    handler.setFormatter(RedactingJsonFormatter(secrets) if as_json else RedactingFormatter(secrets))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    sys.excepthook = _uncaught
    sys.unraisablehook = _unraisable
    threading.excepthook = _uncaught_in_thread


class _RedactingHandler(logging.StreamHandler[TextIO]):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  # logging's own would show the values
        with suppress(OSError, ValueError):
            self.stream.write(f"a log line cannot be written ({Path(record.pathname).name}:{record.lineno})\n")


class RedactingFormatter(logging.Formatter):
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
            kept |= {"msg": _form(record), "args": ()}
        return logging.makeLogRecord(kept)

    def _without_secrets(self, line: str) -> str:
        for secret in self._secrets:
            line = line.replace(secret, "…")
        return line


class RedactingJsonFormatter(RedactingFormatter):
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


def _form(record: logging.LogRecord) -> str:
    """What a line of another package says before values are put in: only what stands just so in its code."""
    first_line = (str(record.msg).splitlines() or [""])[0]
    if record.name == "asyncio":
        return next((form for form in OF_LOOPS if first_line.startswith(form)), "…")
    if record.name == "py.warnings" and (warning := _WARNING.match(record.getMessage())):
        return f"{warning[3]} at {Path(warning[1]).name}:{warning[2]}"
    if first_line not in _code(record.pathname):
        return f"… ({Path(record.pathname).name}:{record.lineno})"
    return _PLACEHOLDER.sub("…", first_line) if record.args else first_line


@lru_cache(maxsize=64)
def _code(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""


def _uncaught(_: type[BaseException], error: BaseException, __: TracebackType | None) -> None:
    _logger.critical("ended by an error: %s", kind_and_place(error))


def _uncaught_in_thread(told: threading.ExceptHookArgs) -> None:
    if told.exc_value is not None:
        _logger.error("a thread was ended by an error: %s", kind_and_place(told.exc_value))


def _unraisable(told: sys.UnraisableHookArgs) -> None:
    error = told.exc_value
    _logger.error(
        "an error that nobody could be told of: %s", kind_and_place(error) if error else told.exc_type.__name__
    )


class RateLimitedLogger:
    """Tells of what goes on for long: a line of one kind every few minutes. ``clock`` gives seconds."""

    def __init__(self, log: logging.Logger, clock: Callable[[], float]) -> None:
        self._log, self._clock = log, clock
        self._quiet_until: dict[str, float] = {}

    def warn(self, kind: str, line: str) -> None:
        """Log a warning, unless a line of its kind was logged not long ago."""
        self._tell(logging.WARNING, kind, line)

    def error(self, kind: str, line: str) -> None:
        """Log an error, likewise."""
        self._tell(logging.ERROR, kind, line)

    def _tell(self, level: int, kind: str, line: str) -> None:
        if self._clock() >= self._quiet_until.get(kind, 0.0):
            self._quiet_until[kind] = self._clock() + REPEAT_SECONDS
            self._log.log(level, line)


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
