"""Nothing wrong goes live: an edit with an error is refused, also over a restart; what went live is told."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

import pytest

from bot.content.diagnostics import ContentError
from bot.content.loader import read_content, read_faq
from bot.content.parsed import Content
from bot.runtime.sound import copy_of, load_sound, refuse_errors, what_changed
from bot.settings import Settings

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
    refuse_errors(content_of(small))
    edit(small / FERRY, ANSWER, WRONG)
    with pytest.raises(ContentError, match="F404"):
        refuse_errors(content_of(small))


def test_a_warning_refuses_nothing(small: Path) -> None:
    """It is the editor's business."""
    edit(small / FERRY, ANSWER, f"{'so ' * 20}were not counted")
    refuse_errors(content_of(small))


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
    shutil.copytree(Path(__file__).parents[1] / "small_fr" / "faq" / "fr", small / "faq" / "fr")
    edit(small / FERRY, "id: ferry-bicycles", "id: ferry-bikes")
    for path in (small / "faq").rglob("*.yaml"):
        path.write_text(path.read_text(encoding="utf-8").replace("ferry-bicycles", "ferry-bikes"), encoding="utf-8")
    with_french = read_faq(small / "faq", small / "seeds")
    assert "1 entry new, 1 entry taken out" in what_changed(after, with_french)
