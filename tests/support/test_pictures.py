"""What people see, drawn by a real browser."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from bot.matching.matcher import RegressionMatcher
from tests.support.bubbles import clipped_labels
from tests.support.pictures import pages


class _Text(HTMLParser):
    """The text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""

    def handle_data(self, data: str) -> None:
        self.text += data


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
