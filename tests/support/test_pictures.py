"""What people see, drawn by a real browser."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from bot.content.loader import read_faq
from bot.domain.faq import Kind
from bot.matching.matcher import RegressionMatcher
from tests.support.bubbles import clipped_labels, lowest_edges
from tests.support.paths import ROOT
from tests.support.pictures import SMALL_HEIGHT, page_of_cards, pages


class _Text(HTMLParser):
    """The text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.container
@pytest.mark.parametrize("language", [None, "ar", "es", "fr", "ru", "zh", "uk", "am", "bn"])
def test_what_matters_of_a_card_is_on_the_first_screen(language: str | None) -> None:
    """What to do, whom to call and that nobody reads the chat: on a small telephone, in the person's language."""
    main = read_faq(ROOT / "faq", ROOT / "seeds")
    faq = main.in_language(language)
    cards, says = faq.of_kind(Kind.URGENT), faq.interface
    spoken = next((cries for cries in faq.cries if cries.language == language != faq.language), None)
    lines = [
        (spoken.do, spoken.call, spoken.program)
        if spoken is not None
        else (
            card.answer.partition("\n")[0],
            (says.emergency_careful if card.careful else says.emergency).strip().splitlines()[-1],
            says.program.strip(),
        )
        for card in cards
    ]
    assert cards
    for card, edges in zip(cards, lowest_edges(page_of_cards(main, language), lines), strict=True):
        assert all(0 < edge <= SMALL_HEIGHT for edge in edges), f"{card.id}: {edges}"


@pytest.mark.container
def test_no_choice_is_cut_that_is_not_shown_whole(matcher: RegressionMatcher) -> None:
    """Where a button is too narrow for its label, the text above it has every word, in every script."""
    cut = 0
    for name, html in pages(matcher).items():
        shown = _Text()
        shown.feed(html)
        for label in clipped_labels(html):
            cut += 1
            assert shown.text.count(label) >= 2, f"{name}: nobody can read all of the button {label!r}"
    assert cut, "no label was too long: this proves nothing"
