"""The log lines of a running bot, kept free of secrets and of what people write.

Lines of this package are logged in full. A line of another package is reduced to its template, without the values in
it, and an error to its type and place, since a library does not know that its input was a person's question. What
would go to standard error past the log, such as an uncaught error or a warning, is logged in the same way.
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

OWN_LOGGER = "bot"
REPEAT_SECONDS = 300.0  # seconds between two log lines of one kind
_logger = logging.getLogger(__name__)
FIELDS = "fields"  # of a record of this package: further keys of its JSON line
_PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[-#0 +]*+[\d.*]*+[a-zA-Z]")
_WARNING = re.compile(r"\A([^\n]*):(\d++): (\w+): ")  # as Python formats one: path, line, category, message
ASYNCIO_MESSAGES = (  # of asyncio and aiohttp, which continue with values
    "Task exception was never retrieved",
    "Future exception was never retrieved",
    "Task was destroyed but it is pending!",
    "Exception in callback",
    "Unclosed client session",
    "Unclosed connector",
    "Unclosed connection",
)
QUIET = ("httpx", "httpcore", "watchfiles", "alembic")  # httpx logs URLs, which contain the token


def configure(secrets: tuple[str, ...], *, as_json: bool = False) -> None:
    """Send log lines to standard error, as text or JSON. ``secrets`` are never shown, whichever package logs them."""
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
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  # the inherited one would print the values
        with suppress(OSError, ValueError):
            self.stream.write(f"a log line cannot be written ({Path(record.pathname).name}:{record.lineno})\n")


class RedactingFormatter(logging.Formatter):
    """Formats a record without secrets, and without the values that another package logs."""

    def __init__(self, secrets: tuple[str, ...]) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s", "%Y-%m-%dT%H:%M:%S%z")
        self._secrets = tuple(filter(None, secrets))

    def format(self, record: logging.LogRecord) -> str:
        """Format a record as one line."""
        return " ".join(self._without_secrets(super().format(self._redacted(record)) + _place(record)).split())

    def _redacted(self, record: logging.LogRecord) -> logging.LogRecord:
        """A record without its error, and without values where it is another package's."""
        fields = {**record.__dict__, "exc_info": None, "exc_text": None, "stack_info": None}
        if record.name.split(".")[0] != OWN_LOGGER:
            fields |= {"msg": _template(record), "args": ()}
        return logging.makeLogRecord(fields)

    def _without_secrets(self, line: str) -> str:
        for secret in self._secrets:
            line = line.replace(secret, "…")
        return line


class RedactingJsonFormatter(RedactingFormatter):
    """Formats a record as one JSON object: at, level, logger, message, and the record's own fields."""

    def format(self, record: logging.LogRecord) -> str:
        """Format a record as one line of ASCII."""
        message = self._redacted(record).getMessage() + _place(record)
        row = {
            "at": self.formatTime(record, self.datefmt),
            "level": record.levelname,
            "logger": record.name,
            "message": " ".join(self._without_secrets(message).split()),
        }
        fields: dict[str, object] = getattr(record, FIELDS, {})
        return json.dumps(row | {name: value for name, value in fields.items() if name not in row})


def _template(record: logging.LogRecord) -> str:
    """The template of another package's line, without values: only text that is in that package's source code."""
    first_line = (str(record.msg).splitlines() or [""])[0]
    if record.name == "asyncio":
        return next((text for text in ASYNCIO_MESSAGES if first_line.startswith(text)), "…")
    if record.name == "py.warnings" and (warning := _WARNING.match(record.getMessage())):
        return f"{warning[3]} at {Path(warning[1]).name}:{warning[2]}"
    if first_line not in _source_code(record.pathname):
        return f"… ({Path(record.pathname).name}:{record.lineno})"
    return _PLACEHOLDER.sub("…", first_line) if record.args else first_line


@lru_cache(maxsize=64)
def _source_code(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""


def _uncaught(_: type[BaseException], error: BaseException, __: TracebackType | None) -> None:
    _logger.critical("ended by an error: %s", kind_and_place(error))


def _uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None:
        _logger.error("a thread was ended by an error: %s", kind_and_place(args.exc_value))


def _unraisable(args: sys.UnraisableHookArgs) -> None:
    error = args.exc_value
    _logger.error(
        "an error that nobody could be told of: %s", kind_and_place(error) if error else args.exc_type.__name__
    )


class RateLimitedLogger:
    """Logs at most one line of a kind every `REPEAT_SECONDS`, for errors that may last. ``clock`` gives seconds."""

    def __init__(self, logger: logging.Logger, clock: Callable[[], float]) -> None:
        self._logger, self._clock = logger, clock
        self._quiet_until: dict[str, float] = {}

    def warn(self, kind: str, line: str) -> None:
        """Log a warning, unless a line of its kind was logged recently."""
        self._log(logging.WARNING, kind, line)

    def error(self, kind: str, line: str) -> None:
        """Log an error, unless a line of its kind was logged recently."""
        self._log(logging.ERROR, kind, line)

    def _log(self, level: int, kind: str, line: str) -> None:
        if self._clock() >= self._quiet_until.get(kind, 0.0):
            self._quiet_until[kind] = self._clock() + REPEAT_SECONDS
            self._logger.log(level, line)


def _place(record: logging.LogRecord) -> str:
    error = record.exc_info[1] if record.exc_info else None
    return f" [{kind_and_place(error)}]" if error is not None else ""


def kind_and_place(error: BaseException, *, within: Path | None = None) -> str:
    """The type of an error and the line that raised it, or the last line of its traceback ``within`` a folder."""
    name, frames = type(error).__name__, traceback.extract_tb(error.__traceback__)
    shown = [frame for frame in frames if within is None or Path(frame.filename).is_relative_to(within)]
    return f"{name} at {Path(shown[-1].filename).name}:{shown[-1].lineno}" if shown else name
