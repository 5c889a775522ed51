"""In which language a message is answered: cases by somebody who had not seen how it is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.answering.reply_language import reply_language
from bot.answering.turn import take_turn
from bot.domain.conversation import Channel, Question
from bot.domain.faq import Faq
from bot.matching.matcher import RegressionMatcher

CASES = [json.loads(line) for line in (Path(__file__).parent / "reply_language.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["id"]))
def test_a_reader_gets_the_language_that_they_would_want(case: dict[str, Any], matcher: RegressionMatcher) -> None:
    """Mixed messages, single words, names, Latin spellings, languages without texts, on devices of any language."""
    spoken = (case["device"],) if case["device"] else ()
    question = Question(case["text"], Channel.PRIVATE, spoken, before=case["before"])
    assert take_turn(question, matcher).reply_in == case["want"], case["why"]


def test_a_chosen_language_holds_for_all(faq: Faq) -> None:
    """Whatever the message and the device say; one that the FAQ has no texts in does not."""
    question = Question("сколько мигрантов в мире", spoken=("ru",), before="ru")
    for chosen, language in (("fr", "fr"), ("en", "en"), ("xx", "ru")):
        asked = Question(question.text, spoken=question.spoken, chosen=chosen, before=question.before)
        assert reply_language(asked, "ru", faq) == language
