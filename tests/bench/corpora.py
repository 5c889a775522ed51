"""Labelled messages of other bots, as FAQs to fit a matcher on and as messages to judge it by."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from bot.domain.faq import Entry, Faq, Kind, Wording
from tests.support.samples import INTERFACE

OUT_OF_SCOPE = "oos"  # the label of messages of which no label of the training file is right
RESAMPLES = 2_000
_ANY_DAY = date(2026, 1, 1)

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Labelled:
    """A message and the label that is right for it."""

    text: str
    label: str


def read_labelled(path: Path) -> list[Labelled]:
    """The messages of a JSON-lines file, one object with text and label a line. Raises ValueError with its place."""
    messages = []
    for number, line in enumerate(path.read_bytes().splitlines(), 1):  # bytes: a text may hold a line separator
        try:
            row = json.loads(line)
            messages.append(Labelled(str(row["text"]), str(row["label"])))
        except (ValueError, TypeError, KeyError) as error:
            raise ValueError(
                f'{path}:{number}: no labelled message ({error}); write {{"text": …, "label": …}}'
            ) from None
    return messages


def faq_of_labels(messages: Sequence[Labelled], *, stemmer: str = "english", wording: Wording | None = None) -> Faq:
    """An FAQ with one entry for each label, its messages being the phrasings."""
    phrasings: dict[str, list[str]] = {}
    for message in messages:
        if message.label != OUT_OF_SCOPE:
            phrasings.setdefault(message.label, []).append(message.text)
    entries = {
        label: Entry(
            id=label,
            kind=Kind.ANSWER,
            topic="",
            question=texts[0],
            phrasings=tuple(texts[1:]),
            answer="",
            reviewed=_ANY_DAY,
            review_by=_ANY_DAY,
        )
        for label, texts in phrasings.items()
    }
    number_words = "english" if stemmer == "english" else ""
    return Faq("en", entries, {}, INTERFACE, wording or Wording(stemmer=stemmer, number_words=number_words))


@dataclass(frozen=True, slots=True)
class Predictions:
    """What a matcher said of test messages: its first label and confidence for each, and where it begins to answer."""

    first: NDArray[np.str_]
    confidence: Floats
    threshold: float
    labels: NDArray[np.str_]

    @property
    def is_in_scope(self) -> Mask:
        """Which messages have a right label."""
        in_scope: Mask = self.labels != OUT_OF_SCOPE
        return in_scope


@dataclass(frozen=True, slots=True)
class Judged:
    """How well a matcher did, each from 0 to 1; nan where there is no message to judge by.

    ``top1``: first label right, of in-scope messages; ``auroc`` of the confidence, in-scope messages against the
    others; at the matcher's own threshold ``joint``: messages handled right (the right label, or none where none is),
    of all; ``in_scope_right`` and ``oos_recall``: the same of in-scope and of out-of-scope messages.
    """

    top1: float
    auroc: float
    joint: float
    in_scope_right: float
    oos_recall: float


def judge(predictions: Predictions) -> Judged:
    """Judge predictions."""
    in_scope = predictions.is_in_scope
    is_right = predictions.first == predictions.labels
    answers = predictions.confidence >= predictions.threshold
    handled = np.where(in_scope, is_right & answers, ~answers)
    return Judged(
        top1=_mean(is_right[in_scope]),
        auroc=auroc(predictions.confidence, in_scope),
        joint=_mean(handled),
        in_scope_right=_mean(handled[in_scope]),
        oos_recall=_mean(handled[~in_scope]),
    )


def auroc(confidence: Floats, is_positive: Mask) -> float:
    """The share of pairs of a positive and a negative in which the positive is more confident; ties count half."""
    positives, negatives = int(is_positive.sum()), int((~is_positive).sum())
    if not positives or not negatives:
        return float("nan")
    ranks = rankdata(confidence)[is_positive].sum()
    return float((ranks - positives * (positives + 1) / 2) / (positives * negatives))


def intervals(predictions: Predictions, *, resamples: int = RESAMPLES) -> dict[str, tuple[float, float]]:
    """95 % intervals of the figures, by resampling the messages (bootstrap, Efron 1979)."""
    return {name: _interval(values) for name, values in _resampled(predictions, resamples).items()}


def differences(
    ours: Predictions, theirs: Predictions, *, resamples: int = RESAMPLES
) -> dict[str, tuple[float, float]]:
    """95 % intervals of ours less theirs, the same messages being drawn for both."""
    first, second = _resampled(ours, resamples), _resampled(theirs, resamples)
    return {name: _interval(first[name] - second[name]) for name in first}


@dataclass(frozen=True, slots=True)
class Answered:
    """What is answered as the threshold falls: for each confidence that occurs, highest first, the number of messages
    with at least so much, of those answered rightly, and of those out of scope.
    """

    threshold: Floats
    messages: NDArray[np.int64]
    right: NDArray[np.int64]
    out_of_scope: NDArray[np.int64]


def answered(predictions: Predictions) -> Answered:
    """Count the answers at every threshold; a message with confidence -inf is never answered."""
    order = np.argsort(-predictions.confidence, kind="stable")
    falling, in_scope = predictions.confidence[order], predictions.is_in_scope[order]
    is_right = (predictions.first == predictions.labels)[order] & in_scope
    is_last = np.append(falling[1:] != falling[:-1], True)  # of equal confidences, which are answered together
    at = np.flatnonzero(is_last & np.isfinite(falling))
    return Answered(falling[at], at + 1, is_right.cumsum()[at], (~in_scope).cumsum()[at])


def at_best_threshold(predictions: Predictions) -> Predictions:
    """The same with the threshold at which most messages are handled right, of several the highest.

    Nobody can know it without the messages' labels, so it flatters.
    """
    counted = answered(predictions)
    handled = np.append(0, counted.right - counted.out_of_scope)
    nothing = np.nextafter(counted.threshold.max(initial=0.0), np.inf)  # a threshold at which nothing is answered
    return replace(predictions, threshold=float(np.append(nothing, counted.threshold)[handled.argmax()]))


def as_json(value: object) -> str:
    """JSON of figures. What cannot be said of the data (nan) is null, for JSON has no word for it."""
    return json.dumps(_finite(value), allow_nan=False)


def _finite(value: object) -> object:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _resampled(predictions: Predictions, resamples: int) -> dict[str, Floats]:
    rng = np.random.default_rng(0)
    number = len(predictions.labels)
    names = ("top1", "auroc", "joint")
    drawn: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(resamples):
        at = rng.integers(0, number, number)
        judged = judge(
            Predictions(
                predictions.first[at], predictions.confidence[at], predictions.threshold, predictions.labels[at]
            )
        )
        for name in names:
            drawn[name].append(getattr(judged, name))
    return {name: np.array(values) for name, values in drawn.items()}


def _interval(values: Floats) -> tuple[float, float]:
    if np.isnan(values).all():
        return float("nan"), float("nan")
    low, high = np.nanquantile(values, [0.025, 0.975])
    return float(low), float(high)


def _mean(values: Mask) -> float:
    return float(values.mean()) if len(values) else float("nan")
