"""Times of the records, which are written in English, in other languages."""

from __future__ import annotations

import pytest

from bot.content.parsed import Content
from bot.content.times import time_in


@pytest.mark.parametrize(
    ("language", "time", "said"),
    [
        ("fr", "January 2018", "janvier 2018"),
        ("fr", "11 January 2018", "11 janvier 2018"),
        ("ru", "June 2025", "июнь 2025\u202fг."),
        ("zh", "December 2018 to December 2021", "2018年12月 – 2021年12月"),
        ("ar", "2014 to April 2025", "2014 – أبريل 2025"),
        ("fr", "11-12 January 2018", "11 janvier 2018\u2009–\u200912 janvier 2018"),
        ("zh", "10 to 12 December 2016", "2016年12月10日 – 2016年12月12日"),
        ("es", "2017", "2017"),
        ("fr", "mid-2024", "2024"),
        ("fr", "end of 2016 to early 2017", "2016\u2009–\u20092017"),
        ("fr", "the years before January 2018", "2018"),
        ("fr", "99 January 2018", "2018"),
        ("fr", "2014 to 2015 to 2016", "2014, 2015, 2016"),
        ("fr", "long ago", ""),
        ("fr", "long ago to 2016", "2016"),
        ("xx", "January 2018", "January 2018"),
    ],
)
def test_a_time_is_put_in_another_language(language: str, time: str, said: str) -> None:
    """Where it is a year, a month, a day or a range of these; of others the years are left."""
    assert time_in(language, time) == said


def test_no_time_of_the_project_is_lost(content: Content) -> None:
    """Each that an answer shows says its years in every language, and no English month."""
    faq = content.faq()
    times = {fact.time for source in faq.sources.values() for fact in source.facts}
    for translated in faq.translations.values():
        assert times <= translated.times.keys()
        assert all(translated.times.values())
        assert not any("January" in said or "December" in said for said in translated.times.values())
