"""The metrics of the running bot, for Prometheus: no text, no person, no token.

Every label has a finite set of values: those of an enumeration, of a list here, or the languages of the FAQ; any other
value becomes `other`.
Children of labelled metrics are cached, so that counting takes a microsecond or two.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from enum import StrEnum
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

from bot.domain.conversation import Channel, Outcome
from bot.domain.faq import MAIN_LANGUAGE
from bot.domain.gap import GapReason


class Reload(StrEnum):
    """The result of an edit of the FAQ: put to use, without a change of content, or rejected."""

    TAKEN_UP = "taken-up"
    SAME = "same"
    REFUSED = "refused"


def label(value: str) -> str:
    """An enumeration's value as written in labels and log lines."""
    return value.replace(" ", "-")


OTHER = "other"
CHANNELS = frozenset(map(label, (Channel.PRIVATE, Channel.GROUP, Channel.INLINE)))
REASONS = frozenset(map(label, GapReason))
RELOADS = frozenset(map(label, Reload))
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


class Metrics:
    """The metrics of one process or one test: created at its start, and passed to everything that counts."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        messages = Counter(
            "faq_bot_messages_total",
            "Messages, presses and inline queries by what became of them",
            ("outcome", "channel", "language"),
            registry=registry,
        )
        self._seconds = Histogram(
            "faq_bot_message_seconds",
            "Seconds from a message's coming into this process to its reply being sent",
            buckets=BUCKETS,
            registry=registry,
        )
        failures = Counter(
            "faq_bot_telegram_failures_total",
            "Calls to Telegram that failed, each attempt, by what they failed of",
            ("method", "kind"),
            registry=registry,
        )
        gaps = Counter("faq_bot_gaps_total", "Questions noted as gaps", ("reason",), registry=registry)
        reloads = Counter(
            "faq_bot_reloads_total", "Edits of the FAQ by what became of them", ("result",), registry=registry
        )
        self._notes_dropped = Counter(
            "faq_bot_notes_dropped_total", "Notes lost while the gap log could not be written", registry=registry
        )
        self._gap_log_failures = Counter(
            "faq_bot_gap_log_failures_total", "Times that the gap log could not be read or written", registry=registry
        )
        self._messages, self._failures = cache(messages.labels), cache(failures.labels)
        self._gaps, self._reloads = cache(gaps.labels), cache(reloads.labels)
        for reason in REASONS:  # shown as 0 from the start, not only after the first
            self._gaps(reason)
        for result in RELOADS:
            self._reloads(result)
        self._live = _Live()
        registry.register(self._live)
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)

    def message(self, outcome: Outcome, channel: Channel, language: str, *, seconds: float | None = None) -> None:
        """Count a message by its outcome, and the seconds until its reply if it had one."""
        language = language if language in self._live.languages() else OTHER
        self._messages(label(outcome), _one_of(CHANNELS, channel), language).inc()
        if seconds is not None:
            self._seconds.observe(seconds)

    def call_failed(self, method: str, fault: BaseException) -> None:
        """Count an attempt at a call to Telegram that failed."""
        self._failures(_one_of(METHODS, method), _one_of(FAULTS, type(fault).__name__)).inc()

    def gap(self, reason: GapReason) -> None:
        """Count a question that is noted as a gap."""
        self._gaps(label(reason)).inc()

    def reload(self, result: Reload) -> None:
        """Count an edit of the FAQ by its result."""
        self._reloads(label(result)).inc()

    def notes_dropped(self, number: int) -> None:
        """Count notes that were lost before they were written to the gap log."""
        self._notes_dropped.inc(number)

    def gap_log_failed(self) -> None:
        """Count a failure to read or write the gap log."""
        self._gap_log_failures.inc()

    def watch(
        self,
        *,
        versions: Callable[[], Mapping[str, str]] | None = None,
        notes_waiting: Callable[[], int] | None = None,
        updates_in_hand: Callable[[], int] | None = None,
        updates_skipped: Callable[[], int] | None = None,
        updates_repeated: Callable[[], int] | None = None,
        silent_seconds: Callable[[], float] | None = None,
    ) -> None:
        """Read these figures by their functions at each scrape. A figure without one is not shown.

        ``versions`` are those of the FAQ in use, by language.
        """
        self._live.versions = versions
        self._live.figures = {
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

    def exposition(self) -> tuple[bytes, str]:
        """All metrics in the Prometheus exposition format, and its content type."""
        return generate_latest(self._registry), CONTENT_TYPE_LATEST


class _Live(Collector):
    """The figures that are read at each scrape."""

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
    """A value if it is one of the known values, else `other`."""
    return value if value in known else OTHER
