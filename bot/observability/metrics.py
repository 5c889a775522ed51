"""What the running bot counts of itself, for Prometheus: no text, no person, no token.

Every label takes its values from a finite set, which stands here or is the languages of the FAQ; whatever else comes is
`other`. What costs a lock or a look-up is kept, so that counting takes a microsecond or two.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.domain.faq import MAIN_LANGUAGE

OTHER = "other"
OUTCOMES = frozenset(
    {
        # of messages
        *("answer", "clarify", "unanswered", "urgent", "smalltalk", "command", "text-only", "too-fast"),
        # of pressed buttons
        *("chosen", "browsed", "none-of-these", "helpful", "not-helpful", "wrong", "outdated", "unclear"),
        *("topics", "language", "gone"),
        # of inline queries; of whatever was not for the bot; of being blocked; of what went wrong
        *("examples", "ignored", "blocked", "failed"),
    }
)
CHANNELS = frozenset({"private", "group", "inline"})
REASONS = frozenset({"no-match", "other-language", "none-of-these", "wrong", "outdated", "unclear"})
RELOADS = frozenset({"taken-up", "same", "refused"})
METHODS = frozenset(
    {
        *("getUpdates", "getMe", "getWebhookInfo", "setWebhook", "deleteWebhook"),
        *("sendMessage", "editMessageText", "editMessageReplyMarkup", "deleteMessage"),
        *("answerCallbackQuery", "answerInlineQuery"),
    }
)
FAULTS = frozenset(
    {
        *("UnreachedError", "AnswerLostError", "NetworkError", "TimedOut", "RetryAfter", "BadRequest", "Forbidden"),
        *("ChatMigrated", "Conflict", "InvalidToken", "EndPointNotFound"),
    }
)
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)  # seconds

disable_created_metrics()  # type: ignore[no-untyped-call]
REGISTRY = CollectorRegistry()
_MESSAGES = Counter(
    "faq_bot_messages_total",
    "Messages, presses and inline queries by what became of them",
    ("outcome", "channel", "language"),
    registry=REGISTRY,
)
_SECONDS = Histogram(
    "faq_bot_message_seconds",
    "Seconds from a message's coming into this process to its reply being sent",
    buckets=BUCKETS,
    registry=REGISTRY,
)
_FAILURES = Counter(
    "faq_bot_telegram_failures_total",
    "Calls to Telegram that failed, each attempt, by what they failed of",
    ("method", "kind"),
    registry=REGISTRY,
)
_GAPS = Counter("faq_bot_gaps_total", "Questions noted as gaps", ("reason",), registry=REGISTRY)
_RELOADS = Counter("faq_bot_reloads_total", "Edits of the FAQ by what became of them", ("result",), registry=REGISTRY)
NOTES_DROPPED = Counter(
    "faq_bot_notes_dropped_total", "Notes lost while the gap log could not be written", registry=REGISTRY
)
GAP_LOG_FAILURES = Counter(
    "faq_bot_gap_log_failures_total", "Times that the gap log could not be read or written", registry=REGISTRY
)


def message(outcome: str, channel: str, language: str, *, seconds: float | None = None) -> None:
    """Count what became of a message, and how long its reply took if it had one."""
    known = _live.languages()
    _of_message(_one_of(OUTCOMES, outcome), _one_of(CHANNELS, channel), language if language in known else OTHER).inc()
    if seconds is not None:
        _SECONDS.observe(seconds)


def call_failed(method: str, fault: BaseException) -> None:
    """Count an attempt at a call to Telegram that failed."""
    _of_call(_one_of(METHODS, method), _one_of(FAULTS, type(fault).__name__)).inc()


def gap(reason: str) -> None:
    """Count a question that is noted as a gap."""
    _of_gap(_one_of(REASONS, reason)).inc()


def reload(result: str) -> None:
    """Count an edit of the FAQ: taken up, one that says the same, or refused."""
    _of_reload(_one_of(RELOADS, result)).inc()


def watch(
    *,
    versions: Callable[[], Mapping[str, str]] | None = None,
    notes_waiting: Callable[[], int] | None = None,
    updates_in_hand: Callable[[], int] | None = None,
    updates_skipped: Callable[[], int] | None = None,
    updates_repeated: Callable[[], int] | None = None,
    silent_seconds: Callable[[], float] | None = None,
) -> None:
    """Take these figures where they stand, whenever somebody looks. What is not given is not shown.

    ``versions`` are those of the FAQ in use, by language.
    """
    _live.versions = versions
    _live.figures = {
        name: figure
        for name, figure in (
            ("notes_waiting", notes_waiting),
            ("updates_in_hand", updates_in_hand),
            ("updates_skipped", updates_skipped),
            ("updates_repeated", updates_repeated),
            ("telegram_silent_seconds", silent_seconds),
        )
        if figure is not None
    }


def exposition() -> tuple[bytes, str]:
    """All metrics as Prometheus reads them, and the content type of that."""
    return generate_latest(REGISTRY), CONTENT_TYPE_LATEST


class _Live(Collector):
    """The figures that are looked up when somebody asks."""

    def __init__(self) -> None:
        self.versions: Callable[[], Mapping[str, str]] | None = None
        self.figures: Mapping[str, Callable[[], float]] = {}

    def languages(self) -> Collection[str]:
        return self.versions() if self.versions else (MAIN_LANGUAGE,)

    def collect(self) -> Iterator[Metric]:
        if self.versions:
            info = InfoMetricFamily("faq_bot_faq", "The FAQ in use, by language", labels=("language",))
            for language, version in self.versions().items():
                info.add_metric((language,), {"version": version})
            yield info
        for name, figure in self.figures.items():
            family = CounterMetricFamily if name in _COUNTED else GaugeMetricFamily
            yield family(f"faq_bot_{name}", _MEANINGS[name], value=figure())


_MEANINGS = {
    "notes_waiting": "Notes that wait to be written to the gap log",
    "updates_in_hand": "Updates taken from Telegram and not yet handled",
    "updates_skipped": "Malformed updates that were skipped",
    "updates_repeated": "Updates that came again though they were handled",
    "telegram_silent_seconds": "Seconds since Telegram last answered a request for updates",
}
_COUNTED = frozenset({"updates_skipped", "updates_repeated"})


def _one_of(known: Collection[str], value: str) -> str:
    """A value in the form of labels if it is known, else `other`."""
    label = value.replace(" ", "-")
    return label if label in known else OTHER


@cache
def _of_message(outcome: str, channel: str, language: str) -> Counter:
    return _MESSAGES.labels(outcome, channel, language)


@cache
def _of_call(method: str, kind: str) -> Counter:
    return _FAILURES.labels(method, kind)


@cache
def _of_gap(reason: str) -> Counter:
    return _GAPS.labels(reason)


@cache
def _of_reload(result: str) -> Counter:
    return _RELOADS.labels(result)


for _reason in REASONS:  # that there were none yet is known only if they are there
    _of_gap(_reason)
for _result in RELOADS:
    _of_reload(_result)
_live = _Live()
REGISTRY.register(_live)
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)
