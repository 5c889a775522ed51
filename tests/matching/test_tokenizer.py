"""The reader: typos, spellings, stems and meanings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from string import ascii_lowercase

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.faq import Wording
from bot.matching.tokenizer import NEAR_KEYS, Tokenizer
from bot.text.normalize import Speller
from tests.support.samples import ENTRIES, WORDING

TEXTS = [text for entry in ENTRIES for text in (entry.question, *entry.phrasings)]
READER, READINGS = Tokenizer.fit(Speller(WORDING), TEXTS)
often = settings(max_examples=150, deadline=None)


def knows(*typed: str, vocabulary: Sequence[str] = ()) -> Tokenizer:
    """A reader whose phrasings have these words, as often as they are named."""
    return Tokenizer(
        Speller(Wording(places=tuple(vocabulary), stemmer="english", number_words="english")), Counter(typed)
    )


def meant(tokenizer: Tokenizer, typed: str) -> str:
    """What one word is read as, two words with a blank between."""
    return " ".join(tokenizer.read(typed).corrected)


@pytest.mark.parametrize(
    ("known", "typed", "corrected"),
    [
        (["migrant"], "migrnt", "migrant"),
        (["migrant"], "migarnt", "migrant"),
        (["migrant"], "migrrant", "migrant"),
        (["migrant"], "migront", "migrant"),
        (["remittances"], "remitances", "remittances"),
        (["remittances"], "remitancs", "remittances"),
        (["pathways"], "pothwoys", "pothwoys"),
        (["bird"], "brd", "brd"),
        (["birds"], "brds", "birds"),
        (["children"], "chldrn", "chldrn"),
        (["migrant"], "immigrant", "immigrant"),
        (["2016"], "2017", "2017"),
        (["visa"], "vissa", "visa"),
        ([], "migrnt", "migrnt"),
    ],
)
def test_typos_are_mended_within_limits(known: list[str], typed: str, corrected: str) -> None:
    """One wrong letter from four letters on, two from nine; never a number."""
    assert meant(knows(*known), typed) == corrected


@pytest.mark.parametrize(
    ("known", "typed", "corrected"),
    [
        ("migrant", "nigrant", "migrant"),  # the key beside it
        ("migrant", "igrant", "migrant"),
        ("migrant", "imgrant", "migrant"),
        ("migrant", "mmigrant", "migrant"),
        ("migrant", "nmigrant", "migrant"),
        ("migrant", "pigrant", "pigrant"),  # the other end of the keyboard
        ("migrant", "nigrent", "nigrent"),  # one more letter is wrong
        ("visa", "cisa", "cisa"),  # too short
    ],
)
def test_a_wrong_first_letter_is_mended_if_a_finger_slips(known: str, typed: str, corrected: str) -> None:
    """From five letters on, a first letter may be missing, doubled, swapped or that of a key nearby."""
    assert meant(knows(known), typed) == corrected


def test_neighbours_on_the_keyboard_are_mutual() -> None:
    """Every letter has some, none is its own, and a key beside another has it beside itself."""
    assert NEAR_KEYS.keys() == set(ascii_lowercase)
    for key, near in NEAR_KEYS.items():
        assert len(set(near)) == len(near) > 0
        assert key not in near
        assert all(key in NEAR_KEYS[other] for other in near)


@pytest.mark.parametrize(
    ("key", "near"), [("q", "asw"), ("a", "qswxz"), ("g", "rtyfhvbn"), ("m", "hjkn"), ("p", "lo"), ("e", "wrsdf")]
)
def test_neighbours_on_the_keyboard_by_hand(key: str, near: str) -> None:
    """Those to the left and right, and the two or three above and below."""
    assert set(NEAR_KEYS[key]) == set(near)


@pytest.mark.parametrize(
    ("known", "typed", "corrected"),
    [
        (["open", "hours"], "openhours", "open hours"),
        (["in", "town"], "intown", "in town"),
        (["to", "go"], "togo", "togo"),
        (["open"], "openhours", "openhours"),
        (["the", "rapist", "therapist"], "therapist", "therapist"),
        (["the", "me", "them", "them", "eat", "eat"], "themeat", "them eat"),
    ],
)
def test_a_missing_space_is_put_in(known: list[str], typed: str, corrected: str) -> None:
    """Two known words of at least two letters each; of several ways the one whose words are most frequent."""
    assert meant(knows(*known), typed) == corrected


@pytest.mark.parametrize(
    ("known", "typed", "corrected"),
    [
        (["migration"], "mig ration", "migration"),
        (["migration", "mig"], "mig ration", "migration"),
        (["into", "in", "to"], "in to", "in to"),
        (["migration"], "my mig ration", "my migration"),
    ],
)
def test_a_space_within_a_word_is_taken_out(known: list[str], typed: str, corrected: str) -> None:
    """Only where one of the halves is no word by itself."""
    assert meant(knows(*known), typed) == corrected


def test_a_known_word_is_no_typo() -> None:
    """Words of the phrasings and of the wording stay, however near a frequent word is."""
    tokenizer = knows("border", "border", "bordes", vocabulary=["Borden"])
    assert meant(tokenizer, "bordes") == "bordes"
    assert meant(tokenizer, "borden") == "borden"
    assert meant(tokenizer, "bordex") == "border"


def test_a_dropped_vowel_is_likelier_than_another_letter() -> None:
    """Of words equally near, one with the same consonants is meant, though another be more frequent."""
    assert meant(knows("caps", "caps", "caps", "crops"), "crps") == "crops"


def test_of_typos_equally_likely_the_frequent_word_is_meant_then_the_first() -> None:
    """Ties fall by the frequency in the phrasings, then by the alphabet, whatever the order of the phrasings."""
    assert meant(knows("crops", "crips", "crops"), "crps") == "crops"
    assert meant(knows("crops", "crips"), "crps") == meant(knows("crips", "crops"), "crps") == "crips"


def test_the_nearer_word_is_meant_before_all_rules() -> None:
    """One wrong letter beats two."""
    assert meant(knows("remittances", "remittances", "remitters"), "remitterx") == "remitters"


def test_typos_are_mended_towards_words_of_the_wording() -> None:
    """Places and synonyms can be meant although no phrasing has them."""
    assert knows("oak", vocabulary=["Lisbon"]).read("from Libson").corrected == ("from", "lisbon")


def test_a_message_is_read_with_spellings_before_typos() -> None:
    """A spelling of the wording is applied first, then typos are mended, then stems and meanings are taken."""
    reading = READER.read("My PUPPY wants tix, op hours, entranse?")
    assert reading.typed == ("my", "puppy", "wants", "tix", "op", "hours", "entranse")
    assert reading.corrected == ("my", "puppy", "wants", "tickets", "opening", "hours", "entrance")
    assert reading.meanings[1] == READER.read("dogs").meanings[0] == "=dog"
    assert reading.is_personal
    assert not READER.read("the puppy").is_personal


def test_reading_a_phrasing_again_gives_what_was_learned() -> None:
    """A phrasing typed by a person is read exactly as it was when the FAQ was learned."""
    assert [READER.read(text) for text in TEXTS] == READINGS


def test_a_reader_knows_how_often_words_are_said() -> None:
    """Words are counted as mended, in all texts together."""
    tokenizer, _ = Tokenizer.fit(Speller(WORDING), ["tix for a dog", "a dog, a ticket, tickets", "…"])
    assert dict(tokenizer.known) == {"tickets": 2, "for": 1, "a": 3, "dog": 2, "ticket": 1}


def test_a_letter_held_down_is_let_go() -> None:
    """A doubled letter of a short word is no other word, however few letters it has."""
    assert knows("hi", "dog").read("hii doog").corrected == ("hi", "dog")


@often
@given(st.text(max_size=60) | st.lists(st.sampled_from(sorted(READER.known)), max_size=8).map(" ".join))
def test_a_text_is_read_word_by_word(text: str) -> None:
    """Any text is read, and alike each time; each mended word has its stem, and only no words give no reading."""
    reading = READER.read(text)
    assert len(reading.stems) == len(reading.corrected)
    assert len(reading.meanings) <= len(reading.stems)
    assert (reading.typed == ()) is (reading.corrected == ())
    assert READER.read(text) == reading


@often
@given(st.lists(st.sampled_from(sorted(READER.known)), max_size=8))
def test_known_words_are_read_as_they_stand(known: list[str]) -> None:
    """Nothing is mended, parted or joined where every word is known and no spelling changes it."""
    assert READER.read(" ".join(known)).corrected == tuple(Speller(WORDING).correct(known))
