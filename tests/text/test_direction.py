"""Latin names, commands and telephone numbers within Arabic."""

from __future__ import annotations

import unicodedata

import pytest

from bot.domain.faq import Faq, Kind
from bot.text.direction import is_right_to_left, isolated, right_to_left


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("تقول UNHCR ذلك", "تقول <UNHCR> ذلك"),
        ("UN DESA تقدر", "<UN DESA> تقدر"),
        ("اكتب /topics أو /help.", "اكتب </topics> أو </help>."),
        ("اتصل بـ Alarm Phone +334 86 51 71 61 الآن", "اتصل بـ <Alarm Phone +334 86 51 71 61> الآن"),
        ("الرقم 116 000 مجاني", "الرقم <116 000> مجاني"),
        ("نحو 304 ملايين في 2024", "نحو 304 ملايين في 2024"),
        ("تحذف بعد {days} يوما (GCM)", "تحذف بعد {days} يوما (<GCM>)"),
        ("قالت IOM. ثم", "قالت <IOM>. ثم"),
    ],
)
def test_what_runs_from_left_to_right_is_set_apart(text: str, shown: str) -> None:
    assert isolated(text).replace("\u2066", "<").replace("\u2069", ">") == shown


@pytest.mark.parametrize("language", ["ar", "fa", "ur", "ckb"])
def test_a_language_that_runs_from_right_to_left_is_known(language: str) -> None:
    assert is_right_to_left(language)


@pytest.mark.parametrize("language", ["en", "zh", "xx", "no language"])
def test_one_that_does_not_is_none(language: str) -> None:
    assert not is_right_to_left(language)


def test_what_is_said_of_a_source_beside_its_latin_title_is_set_apart(faq: Faq) -> None:
    """Else the title, the date and what the address leads to change their order; there is nothing to set apart else."""
    arabic = faq.in_language("ar")
    says = arabic.interface
    for said in (*arabic.times.values(), says.landing, says.publisher):
        assert (said[0], said[-1]) == ("\u2067", "\u2069")
    french = faq.in_language("fr")
    assert not any("\u2067" in said for said in (*french.times.values(), french.interface.landing))
    assert right_to_left("") == ""


def test_every_line_of_the_arabic_faq_runs_from_right_to_left(faq: Faq) -> None:
    """By rule P2: its first strong character outside isolates is an Arabic one; and no isolate is left open."""
    arabic = faq.in_language("ar")
    says = arabic.interface
    texts = [says.welcome, says.help, says.privacy, says.unanswered, says.program, says.machine, says.emergency]
    for entry in arabic.entries.values():
        texts += [entry.answer, entry.button, entry.question if entry.kind is Kind.ANSWER else ""]
    for line in (line for text in texts for line in text.splitlines()):
        depth, strong = 0, []
        for character in line:
            depth += {"LRI": 1, "PDI": -1}.get(unicodedata.bidirectional(character), 0)
            if depth == 0 and unicodedata.bidirectional(character) in ("L", "R", "AL"):
                strong.append(unicodedata.bidirectional(character))
        assert depth == 0, line
        assert not strong or set(strong) == {"AL"} or "{" in line, line
