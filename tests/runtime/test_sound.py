"""Nothing wrong goes live: an edit with an error is refused, also over a restart; what went live is told."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

import pytest

from bot.content.diagnostics import ContentError
from bot.content.loader import read_content, read_faq
from bot.content.parsed import Content
from bot.runtime.sound import copy_of, load_sound, sound_faq, what_changed
from bot.settings import Settings
from tests.support.paths import FRENCH

FERRY = "faq/en/ferry.yaml"
ANSWER = "were not counted"
WRONG = "came 999 times"  # F404: no fact states it


def settings_of(small: Path, cache: Path) -> Settings:
    return Settings(faq_dir=small / "faq", seeds_dir=small / "seeds", cache_dir=cache)


def content_of(small: Path) -> Content:
    return read_content(small / "faq", small / "seeds")


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_figure_that_no_fact_states_is_refused(small: Path) -> None:
    """Though the file can be read."""
    sound_faq(content_of(small))
    edit(small / FERRY, ANSWER, WRONG)
    with pytest.raises(ContentError, match="F404"):
        sound_faq(content_of(small))


def test_a_warning_refuses_nothing(small: Path) -> None:
    """It is the editor's business."""
    edit(small / FERRY, ANSWER, f"{'so ' * 20}were not counted")
    sound_faq(content_of(small))


def test_after_a_restart_the_last_sound_content_is_used(
    small: Path, cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """With a warning and the errors; once they are mended, the files."""
    settings = settings_of(small, cache)
    sound = load_sound(settings).faq
    assert (copy_of(settings) / FERRY).is_file()
    edit(small / FERRY, ANSWER, WRONG)
    with caplog.at_level(logging.WARNING):
        assert load_sound(settings).faq.version == sound.version
    assert "F404" in caplog.text
    assert f"FAQ {sound.version}, the last sound one, is in use instead" in caplog.text
    edit(small / FERRY, WRONG, "never came")
    assert "never came" in load_sound(settings).faq.entries["ferry-passengers"].answer


def with_french(small: Path) -> Path:
    shutil.copytree(FRENCH, small, dirs_exist_ok=True)
    return small / "faq" / "fr" / "ferry.yaml"


def test_a_translation_with_another_figure_is_not_served(
    small: Path, cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Its entry is in English, with a warning, at each start; the language's other texts are in use."""
    settings, path = settings_of(small, cache), with_french(small)
    assert "1 400" in load_sound(settings).faq.translations["fr"].entries["ferry-passengers"].answer
    edit(path, "1 400", "1 900")
    for _ in range(2):
        caplog.clear()
        french = load_sound(settings).faq.translations["fr"].entries
        assert "F605" in caplog.text
        assert "'ferry-passengers' is shown in English: faq/fr/ferry.yaml:" in caplog.text
        assert (french["ferry-passengers"].language, french["ferry-times"].language) == ("en", "fr")
        assert "1,400" in french["ferry-passengers"].answer
    edit(path, "1 900", "1 400")
    assert "1 400" in load_sound(settings).faq.translations["fr"].entries["ferry-passengers"].answer


def test_a_translation_is_not_wrong_behind_the_check(small: Path, cache: Path) -> None:
    """It stays in English where the English falls back to its last sound content, too."""
    settings, path = settings_of(small, cache), with_french(small)
    edit(path, "1 400", "1 900")
    load_sound(settings)
    edit(small / FERRY, ANSWER, WRONG)
    assert load_sound(settings).faq.translations["fr"].entries["ferry-passengers"].language == "en"


def test_a_language_whose_own_texts_are_wrong_is_left_out(
    small: Path, cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """As one whose files are broken; English answers."""
    path = with_french(small).with_name("interface.yaml")
    edit(path, "all_topics: ", f'all_topics: "{"x" * 200}" #')
    assert not load_sound(settings_of(small, cache)).faq.translations
    assert "F702" in caplog.text


def test_an_edit_may_not_take_a_translation_away(small: Path) -> None:
    """It is refused where it would show English instead; what is in English already holds up nothing."""
    path = with_french(small)
    in_use = sound_faq(content_of(small))
    edit(path, "1 400", "1 900")
    with pytest.raises(ContentError, match="F605"):
        sound_faq(content_of(small), in_use=in_use)
    started = sound_faq(content_of(small))
    edit(small / FERRY, "A crossing costs", "One crossing costs")
    assert sound_faq(content_of(small), in_use=started).version != started.version


def test_a_translation_of_an_older_text_refuses_nothing(small: Path) -> None:
    """It is not shown, whatever is wrong with it."""
    with_french(small)
    in_use = sound_faq(content_of(small))
    asks = "    question: How many people take the ferry?\n"
    edit(small / FERRY, asks, f"{asks}    button: How many\n")
    assert sound_faq(content_of(small), in_use=in_use).translations["fr"].entries["ferry-passengers"].language == "en"


def test_without_sound_content_it_does_not_start(small: Path, cache: Path) -> None:
    """Rather than to say what is wrong."""
    edit(small / FERRY, ANSWER, WRONG)
    with pytest.raises(ContentError, match="F404"):
        load_sound(settings_of(small, cache))


def test_a_folder_that_cannot_be_written_to_stops_nothing(
    small: Path, cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The next start may lack the copy, which is said."""
    (small / "models").write_text("no folder", encoding="utf-8")
    assert load_sound(settings_of(small, small / "models")).faq.entries
    assert "no copy of the FAQ is kept" in caplog.text


def test_what_changed_is_counted(small: Path) -> None:
    """By entry, whatever the language."""
    before = read_faq(small / "faq", small / "seeds")
    assert what_changed(before, before) == "other texts changed"
    edit(small / FERRY, ANSWER, "were never counted")
    after = read_faq(small / "faq", small / "seeds")
    assert what_changed(before, after) == "1 entry changed"
    with_french(small)
    edit(small / FERRY, "id: ferry-bicycles", "id: ferry-bikes")
    for path in (small / "faq").rglob("*.yaml"):
        path.write_text(path.read_text(encoding="utf-8").replace("ferry-bicycles", "ferry-bikes"), encoding="utf-8")
    translated = read_faq(small / "faq", small / "seeds")
    assert "1 entry new, 1 entry taken out" in what_changed(after, translated)
