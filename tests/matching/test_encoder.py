"""The encoder: what the rest of the program relies on, and its vectors, so that a release that changes them is seen."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from bot.matching import encoder
from bot.matching.encoder import DIMENSIONS, encode, encode_messages, is_readable


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("how many migrants are there", [0.0295, -0.0228, 0.0275, 0.0141, 0.0530, 0.0585]),
        ("¿Cuántos migrantes hay?", [-0.0349, -0.0016, 0.0602, 0.0250, 0.0581, 0.0721]),
        ("كم عدد المهاجرين؟", [0.0463, -0.0151, 0.0311, -0.0152, 0.0559, 0.0680]),
        ("help me", [0.1052, -0.0038, -0.0136, 0.0553, -0.1093, -0.0484]),
    ],
)
def test_the_vectors_are_those_that_were_measured(text: str, first: list[float]) -> None:
    """All that is written about the matching was measured with them; other ones need measuring anew."""
    assert encode([text])[0, :6].tolist() == pytest.approx(first, abs=2e-4)


def test_vectors_have_length_one_and_are_alike_alone_and_together() -> None:
    """A text's vector does not depend on the texts beside it."""
    texts = ["How many migrants are there?", "the weather in Lisbon", "", "a" * 5_000, "\ud83d", "多少移民"]
    together = encode(texts)
    assert together.shape == (len(texts), DIMENSIONS)
    assert np.linalg.norm(together, axis=1) == pytest.approx(1, abs=1e-4)
    for text, vector in zip(texts, together, strict=True):
        assert np.allclose(encode_messages([text])[0], vector, atol=1e-5)
    assert encode([]).shape == (0, DIMENSIONS)


def test_a_text_is_near_its_translation() -> None:
    """Nearer than another text in its own language."""
    english, spanish, other = encode(
        ["how many migrants are there", "¿cuántos migrantes hay?", "how many ships are there"]
    )
    assert english @ spanish > 0.6 > english @ other


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("how many?", True),
        ("сколько", True),
        ("كم", True),
        ("多少", True),
        ("ไหม", True),
        ("얼마나", True),
        ("কত", False),
        ("ስንት", False),
        ("πόσοι", False),
        ("2017?", False),
        ("", False),
    ],
)
def test_only_scripts_that_it_learned_are_readable(text: str, *, read: bool) -> None:
    """To the encoder all of another script is the same unknown sign."""
    assert is_readable(text) is read


def test_an_encoder_from_a_folder_gives_the_same_vectors(tmp_path: Path) -> None:
    """To the last bit, for pieces that are read for the first time and again."""
    texts = ["How many migrants are there?", "¿cuántos hay?", "", "ስንት ስደተኞች", "多少移民 " * 300]
    packaged = encoder.load()
    encoder.write(packaged, tmp_path)
    read = encoder.load_from(tmp_path)
    for _ in range(2):
        assert np.array_equal(read.encode(texts), packaged.encode(texts))


@pytest.mark.parametrize("size", [0, DIMENSIONS + 1])
def test_a_table_of_another_size_is_refused(tmp_path: Path, size: int) -> None:
    """A file that a full disk cut short gives no vectors at all, rather than wrong ones."""
    encoder.write(encoder.load(), tmp_path)
    os.truncate(tmp_path / "pieces", size)
    with pytest.raises(ValueError, match="no table of pieces"):
        encoder.load_from(tmp_path)
