"""From what a person typed to words: Unicode, numbers, spelling, stems and meanings."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from unicodedata import category, normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.faq import Wording
from bot.text.normalize import MAX_CHARACTERS, MAX_WORD, Speller, clean, normalise, sentences, words

AWKWARD = "aAzZ0159 ,.¹₂’'%$&_\n\x00\x7f\u0301\u200b\u00ad\ud800\udfffоаİßǅﬁＡ½٣ﷺ😀"
any_text = st.text(st.one_of(st.sampled_from(AWKWARD), st.characters(exclude_categories=())), max_size=300)
no_digits = any_text.map(lambda text: "".join(c for c in text if not any(map(str.isnumeric, normalize("NFKD", c)))))
latin_word = st.text("abcdefghijklmnopqrstuvwxyzéèüñçß", min_size=1, max_size=12)
often = settings(max_examples=200, deadline=None)


def english(**more: Any) -> Wording:
    """A wording of English, with more than its stemmer and its number words."""
    return Wording(stemmer="english", number_words="english", **more)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("MIGRANTS", "migrants"),
        ("réfugié à Nîmes", "refugie a nimes"),
        ("re\u0301fugie\u0301", "refugie"),
        ("Straße", "strasse"),
        ("İstanbul", "istanbul"),
        ("ＭＩＧＲＡＮＴ　２０１６", "migrant 2016"),
        ("ﬁnd", "find"),
        ("mi\u200bgr\u200dant\ufeff", "migrant"),
        ("mi\u00adgrant", "migrant"),
        ("a\x00b\x1b\x85c\u2028d", "a b c d"),
        ("a\ud800b", "a b"),
        ("mіgrаnt", "migrant"),
        ("МIGRАNT", "migrant"),
        ("мигрант", "мигрант"),
        ("don't", "dont"),
        ("don’t", "dont"),
        ("don＇t", "dont"),
        ("migrants' rights", "migrants rights"),
        ("10%", "10 percent"),
        ("10 %", "10 percent"),
        ("5$", "5 dollar"),
        ("$500", "dollar 500"),
        ("US$ 5 & €6", "us dollar 5 and euro 6"),
        ("244m", "244 m"),
        ("covid-19", "covid 19"),
        ("how_many", "how many"),
        ("soooo many", "soo many"),
        ("… ?! 🙂", ""),
        ("", ""),
    ],
)
def test_spellings_of_one_thing_are_read_alike(typed: str, read: str) -> None:
    """Case, accents, width, hidden characters, look-alike letters, apostrophes and symbols do not change the words."""
    assert " ".join(words(typed)) == read


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("14,000", "14000"),
        ("14.000", "14000"),
        ("14 000", "14000"),
        ("14\u00a0000", "14000"),
        ("14\u202f000", "14000"),
        ("14’000", "14000"),
        ("14,000.", "14000"),
        ("14,000, and", "14000 and"),
        ("1,234,567", "1234567"),
        ("1 234 567", "1234567"),
        ("in 2014 500 people", "in 2014 500 people"),
        ("2014, 500 people", "2014 500 people"),
        ("1. 000", "1 000"),
        ("10,7", "10.7"),
        ("10.7", "10.7"),
        ("target 10.7.", "target 10.7"),
        ("article 1.2.3", "article 1.2.3"),
        ("14,000¹", "14000"),
        ("14,000¹ people", "14000 people"),
        ("people² in 2016³", "people in 2016"),
        ("people₁", "people"),
        ("258.000.000", "258000000"),
        ("٢٥٨٬٠٠٠٬٠٠٠", "258000000"),
        ("۱۰٫۷", "10.7"),
        ("२०१७", "2017"),
        ("in '15", "in 2015"),
        ("since ’98?", "since 1998"),
        ("the '90s", "the 1990 s"),
        ("the '5' and rock'15", "the 5 and rock 15"),
    ],
)
def test_numbers_have_one_form(typed: str, read: str) -> None:
    """Thousands are grouped in many ways and footnote marks stick to figures; the number stays what it is."""
    assert " ".join(words(typed)) == read


@pytest.mark.parametrize("typed", ["1,234,567.5", "1.234.567,5"])
def test_a_grouped_number_may_have_decimals(typed: str) -> None:
    """Grouping and a decimal mark may stand in one number."""
    assert words(typed) == ["1234567.5"]


@often
@given(no_digits)
def test_reading_twice_changes_nothing(text: str) -> None:
    """What has been cleaned, normalised or taken apart is stable."""
    assert clean(clean(text)) == clean(text)
    assert normalise(normalise(text)) == normalise(text)
    assert words(" ".join(words(text))) == words(text)


@pytest.mark.parametrize("typed", ["14  000", "14\n000", "14_000"])
def test_spaces_between_digits_are_read_once(typed: str) -> None:
    """A text once normalised holds no number that reads otherwise the second time."""
    assert normalise(normalise(typed)) == normalise(typed)


@often
@given(any_text)
def test_cleaned_text_holds_nothing_hidden(text: str) -> None:
    """No control character but the line's end, no zero-width character and no lone surrogate is left."""
    left = {category(c) for c in clean(text) if c != "\n"}
    assert not left & {"Cc", "Cf", "Cs", "Zl", "Zp"}


@often
@given(any_text)
def test_any_text_is_taken_apart(text: str) -> None:
    """Words are short, not empty and without spaces, whatever was typed."""
    assert all(0 < len(word) <= MAX_WORD and not any(c.isspace() for c in word) for word in words(text))
    assert all(part == part.strip() and part for part in sentences(text))


@often
@given(st.lists(latin_word, max_size=8), st.lists(st.sampled_from([" ", "  ", ", ", "?\n", " – ", "! ", "; "])))
def test_case_punctuation_and_spacing_do_not_change_words(typed: list[str], marks: list[str]) -> None:
    """Only letters and figures make words."""
    plain = words(" ".join(typed))
    loose = "".join(word + mark for word, mark in zip(typed, [*marks, *[" "] * len(typed)], strict=False))
    assert words(loose) == plain
    assert words(loose.upper()) == plain
    assert words(f"  «{loose.title()}»…") == plain


@often
@given(st.integers(1_000, 999_999_999), st.sampled_from([",", ".", " ", "\u00a0", "\u202f", "'", "’"]))
def test_grouping_never_changes_a_number(number: int, mark: str) -> None:
    """A number reads the same with and without marks between its thousands, whatever the mark."""
    assert words(f"{number:,}".replace(",", mark)) == [str(number)]


def test_long_input_is_cut() -> None:
    """What does not fit into one message is not read, and a word without end is no word."""
    assert words("a " * MAX_CHARACTERS + "end")[-1] == "a"
    assert [len(word) for word in words("xy" * 500)] == [MAX_WORD]


def test_compatibility_characters_do_not_make_a_text_longer_than_a_message() -> None:
    """Characters that stand for whole phrases cannot blow a message up."""
    assert len(clean("ﷺ" * MAX_CHARACTERS)) <= MAX_CHARACTERS


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("How many? And why!", ["How many?", "And why!"]),
        ("one line\nanother line", ["one line", "another line"]),
        ("why?because", ["why?", "because"]),
        ("It grew by 10.7 percent.", ["It grew by 10.7 percent."]),
        ("(Is it so?) Tell me", ["(Is it so?", "Tell me"]),
        ("كم؟ لماذا؟", ["كم", "لماذا"]),
        ("Hm... so what", ["Hm...", "so what"]),
        ("... ?! 🙂", []),
        ("", []),
    ],
)
def test_sentences_end_at_marks_and_lines(text: str, parts: list[str]) -> None:
    """A message is divided at marks and line ends, never inside a number; parts without a word are dropped."""
    assert sentences(text) == parts


@often
@given(st.lists(st.lists(latin_word, min_size=1, max_size=4), max_size=5), st.sampled_from([". ", "? ", "!\n", "… "]))
def test_sentences_lose_no_word(typed: list[list[str]], mark: str) -> None:
    """All words of a message stand in its sentences, in order."""
    text = "".join(" ".join(sentence) + mark for sentence in typed)
    assert [words(part) for part in sentences(text)] == [words(" ".join(sentence)) for sentence in typed]


def test_spellings_are_mended_longest_run_first() -> None:
    """`per cent` is one spelling even where `per` has one of its own; what has none stays."""
    speller = Speller(english(spellings={"per": "for each", "per cent": "percent", "ppl": "people", "U.N.": "un"}))
    assert speller.correct(words("some per cent of ppl, per year; the U.N.")) == words(
        "some percent of people for each year the un"
    )


def test_mending_does_not_start_again_in_what_it_wrote() -> None:
    """Spellings that lead to each other end."""
    assert Speller(english(spellings={"a": "b", "b": "a a"})).correct(["a", "b", "a"]) == ["b", "a", "a", "b"]


def test_forms_of_a_word_share_their_stem() -> None:
    """Inflected forms are one stem in the FAQ's language; another language has its own rules."""
    in_english, in_french = Speller(english()), Speller(Wording(stemmer="french"))
    assert len(set(in_english.stems(["migrate", "migrated", "migrating", "migrates"]))) == 1
    assert len(set(in_french.stems(["continuer", "continuait", "continuera"]))) == 1
    assert len(set(in_english.stems(["continuer", "continuait", "continuera"]))) == 3


def test_synonyms_share_a_meaning() -> None:
    """Every member of a group, in any form and of any number of words, means the group's first member."""
    speller = Speller(english(synonyms=(("remittance", "money sent home", "send money"), ("UN", "united nations"))))

    def meanings(text: str) -> list[str]:
        return speller.meanings(speller.stems(words(text)))

    assert meanings("remittances") == meanings("money sent home") == meanings("sending money") == meanings("remittance")
    assert meanings("the united nations and remittances") == meanings("the UN and money sent home")
    assert meanings("money") == speller.stems(["money"])
    assert meanings("money sent") != meanings("remittance")


def test_a_wording_without_entries_leaves_words_alone() -> None:
    """A language may have no words.yaml."""
    speller = Speller(english())
    assert speller.correct(["ppl", "x"]) == ["ppl", "x"]
    assert speller.meanings(["ppl", "x"]) == ["ppl", "x"]
    assert not speller.vocabulary
    assert not speller.first_person


def test_an_empty_spelling_changes_nothing() -> None:
    """A spelling or synonym without a word in it, as `...`, never matches."""
    speller = Speller(english(spellings={"...": "dots"}, synonyms=(("thing", "?!"),)))
    assert speller.correct(["a", "b"]) == ["a", "b"]
    assert speller.meanings(["a", "b"]) == ["a", "b"]


def test_vocabulary_holds_the_words_that_the_wording_means() -> None:
    """Mended words, synonyms and places are known words, so that they are not taken for typos; typed forms are not."""
    wording = english(spellings={"ppl": "people"}, synonyms=(("dog", "small hound"),), places=("Sri Lanka",))
    assert Speller(wording).vocabulary == {"people", "dog", "small", "hound", "sri", "lanka"}


def test_first_person_words_are_normalised() -> None:
    """`I'm` in the list is found as it is read in a message."""
    assert Speller(english(first_person=("I", "I’m", "my"))).first_person == {"i", "im", "my"}


def test_stems_are_right_from_many_threads() -> None:
    """One speller serves all threads: no thread sees the word of another."""
    words_ = [
        f"{stem}{ending}" for stem in ("migrat", "regulat", "protect", "recruit") for ending in ("ing", "ed", "s")
    ]
    right = [Speller(english()).stem(word) for word in words_]
    for _ in range(20):
        speller = Speller(english())
        with ThreadPoolExecutor(8) as pool:
            assert all(found == right for found in pool.map(lambda _, s=speller: [s.stem(w) for w in words_], range(8)))


def test_a_language_without_settings_of_its_own_is_left_as_it_is() -> None:
    """No other language's stems and numbers are put upon it."""
    speller = Speller(Wording())
    assert speller.stems(["migrations", "gehende"]) == ["migrations", "gehende"]
    assert speller.correct(["two", "hundred"]) == ["two", "hundred"]
