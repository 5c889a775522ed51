"""Words of any language in one form: the spellings of one word agree, and different words stay different."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.folding import LONGEST_WORD, folded_words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ساعدوني", "ســاعدوني"),  # stretched
        ("أنا", "انا"),
        ("كمك", "کمک"),  # an Arabic keyboard and a Persian one
        ("مي‌خواهم", "می‌خواهم"),
        ("مدرسة", "مدرسه"),
        ("یاری", "ياري"),
        ("مجھے", "مجهي"),  # Urdu's letters and Arabic's
        ("دەریا", "دهريا"),
        ("مُساعدة", "مساعدة"),
        ("नदी", "नदि"),
        ("ज़मीन", "जमीन"),
        ("হাঁটা", "হাটা"),
        ("ሰላም", "ሠላም"),
        ("ሐኪም", "ሀኪም"),
        ("помогите", "Помогитее"),
        ("ґанок", "ганок"),
        ("İMDAT", "imdat"),
        ("boğuluyorum", "boguluyorum"),
        ("ɗaki", "daki"),
        ("baouni", "ba3ouni"),
        ("wahed", "wa7ed"),
        ("ayuuudaaa", "ayuda"),
        ("au secours!!!", "Au  SECOURS"),
        ("n’ai", "nai"),
        ("١٤", "99"),  # of a number it counts how long it is
    ],
)
def test_spellings_of_one_word_agree(one: str, other: str) -> None:
    """What keyboards, habits and haste write differently is the same word."""
    assert folded_words(one) == folded_words(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("मर", "मार"),  # to die, to beat
        ("মরা", "মারা"),
        ("ሞት", "ሞተ"),
        ("мати", "мити"),
        ("14", "140"),
        ("mer", "mor"),
    ],
)
def test_different_words_stay_different(one: str, other: str) -> None:
    """A vowel tells words apart, also where it is a mark or a part of a syllable."""
    assert folded_words(one) != folded_words(other)


def test_every_script_gives_words() -> None:
    """Full stops of any script end words, and no sign is left as a word of its own."""
    assert folded_words("मैं मर रहा हूँ।बचाओ") == folded_words("मैं मर रहा हूँ बचाओ")
    assert len(folded_words("救命，我的船在下沉！")) == 2
    assert folded_words("🆘 !!! …") == []


@given(st.text())
def test_any_text_is_folded(text: str) -> None:
    """No text raises, no word is empty or without end, and folded words are folded already."""
    found = folded_words(text)
    assert all(0 < len(word) <= LONGEST_WORD for word in found)
