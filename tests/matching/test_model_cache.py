"""Fitted models on disk: kept, found again, and never trusted when broken."""

from __future__ import annotations

import gc
import json
import logging
import os
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from bot.domain.faq import Faq, Lookalike, Wording
from bot.domain.matching import Ranking
from bot.matching import encoder, model_cache
from bot.matching import regression as ridge
from bot.matching.features import Floats
from bot.matching.matcher import Model, RegressionMatcher, fit
from bot.matching.model_cache import KEPT_MODELS, load_or_fit
from bot.matching.regression import LocalRidge, WholeRidge
from tests.support.samples import ENTRIES, OPENING_HOURS, WORDING, entry, faq_of, garden

TEXTS = ("opening hours", "may my puppy see the oak", "somebody fell", "жжж")


def assert_ranks_alike(one: Model, other: Model) -> None:
    """Both models give the same scores and probabilities."""
    for text in TEXTS:
        first, second = (RegressionMatcher(garden(), model).rank(text) for model in (one, other))
        assert [c.entry for c in first.candidates] == [c.entry for c in second.candidates]
        assert np.allclose([c.score for c in first.candidates], [c.score for c in second.candidates], atol=1e-6)
        assert np.allclose(probabilities(first), probabilities(second), atol=1e-6)
        assert first.reading == second.reading


def probabilities(ranking: Ranking) -> tuple[float, ...]:
    return ranking.confidence, ranking.certainty, ranking.urgency, ranking.coverage


def alpha_of(model: Model) -> Floats:
    assert isinstance(model.ridge, WholeRidge)
    return model.ridge.alpha


def only(folder: Path) -> Path:
    """The one model in a folder."""
    (path,) = models_in(folder)
    return path


def models_in(folder: Path) -> set[Path]:
    """What lies in the folder beside the vectors of the phrasings."""
    return {path for path in folder.iterdir() if path.suffix != ".npz"}


def test_a_model_is_the_same_from_disk(tmp_path: Path) -> None:
    """Learned, read, or learned without a folder: the scores are the same."""
    learned, read, unkept = load_or_fit(garden(), tmp_path), load_or_fit(garden(), tmp_path), fit(garden())
    assert_ranks_alike(learned, read)
    assert_ranks_alike(learned, unkept)
    assert read.calibration == learned.calibration == unkept.calibration
    assert np.array_equal(read.found_without, learned.found_without)


def test_phrasings_in_other_languages_are_kept_with_the_model(tmp_path: Path) -> None:
    """They are rows of the regression on meaning, after those in the FAQ's own language."""
    faq = replace(garden(), foreign_phrasings={ENTRIES[0].id: tuple(f"¿a qué hora abre el {at}?" for at in range(100))})
    learned = load_or_fit(faq, tmp_path)
    kept = load_or_fit(faq, tmp_path)
    assert len(kept.meaning.rows) == len(load_or_fit(garden(), tmp_path).meaning.rows) + 100
    assert np.array_equal(kept.meaning.rows, learned.meaning.rows)
    assert np.array_equal(kept.meaning.labels, learned.meaning.labels)


def test_a_local_model_is_the_same_from_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Among very many rows nothing is learned but the calibration; the ranking is the same all the same."""
    monkeypatch.setattr(ridge, "WHOLE_ROWS", 5)
    learned, read = load_or_fit(garden(), tmp_path), load_or_fit(garden(), tmp_path)
    assert isinstance(learned.ridge, LocalRidge)
    assert isinstance(read.ridge, LocalRidge)
    assert not (only(tmp_path) / "alpha.npy").exists()
    assert_ranks_alike(learned, read)
    assert read.calibration == learned.calibration
    assert read.ridge.power == learned.ridge.power
    assert np.array_equal(read.ridge.labels, learned.ridge.labels)


def test_a_broken_local_model_is_learned_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its rows are all that it has: a file of them that does not fit is not used."""
    monkeypatch.setattr(ridge, "WHOLE_ROWS", 5)
    fresh = load_or_fit(garden(), tmp_path)
    break_array("by_gram-data.npy", lambda data: data[1:])(only(tmp_path))
    assert_ranks_alike(load_or_fit(garden(), tmp_path), fresh)


def test_a_model_answers_with_the_lines_it_learned(tmp_path: Path) -> None:
    """Thresholds are part of what is kept."""
    load_or_fit(garden(), tmp_path)
    path = only(tmp_path) / "model.json"
    values = json.loads(path.read_text(encoding="utf-8"))
    values["calibrations"]["both"]["thresholds"]["clarify"] = 0.125
    path.write_text(json.dumps(values), encoding="utf-8")
    assert RegressionMatcher(garden(), load_or_fit(garden(), tmp_path)).thresholds.clarify == 0.125


def test_a_model_is_learned_once(tmp_path: Path) -> None:
    """The second start takes what the first has kept: a change on disk shows."""
    load_or_fit(garden(), tmp_path)
    alpha = only(tmp_path) / "alpha.npy"
    np.save(alpha, np.load(alpha) * 2)
    before = {path.name: path.stat().st_mtime_ns for path in only(tmp_path).iterdir()}
    again = load_or_fit(garden(), tmp_path)
    assert np.allclose(alpha_of(again), 2 * alpha_of(fit(garden())), atol=1e-5)
    assert {path.name: path.stat().st_mtime_ns for path in only(tmp_path).iterdir()} == before


def test_learning_is_announced_only_when_it_happens(tmp_path: Path) -> None:
    """Whoever waits is told why, before the wait; a start from disk announces nothing."""
    announced: list[tuple[Faq, bool]] = []

    def announce(faq: Faq) -> None:
        announced.append((faq, any(tmp_path.iterdir())))

    for _ in range(2):
        load_or_fit(garden(), tmp_path, before_fit=announce)
    assert announced == [(garden(), False)]


def test_a_folder_is_made_where_there_is_none(tmp_path: Path) -> None:
    """The first start on a new machine keeps its model."""
    load_or_fit(garden(), tmp_path / "a" / "b")
    assert only(tmp_path / "a" / "b").is_dir()


@pytest.mark.parametrize(
    "edited",
    [
        faq_of(replace(OPENING_HOURS, phrasings=("opening hour", *OPENING_HOURS.phrasings[1:])), *ENTRIES[1:]),
        faq_of(replace(OPENING_HOURS, question="When does it open?"), *ENTRIES[1:]),
        faq_of(replace(OPENING_HOURS, not_this=(Lookalike("shop hours", None),)), *ENTRIES[1:]),
        faq_of(replace(OPENING_HOURS, id="hours"), *ENTRIES[1:]),
        faq_of(*reversed(ENTRIES)),
        faq_of(*ENTRIES, wording=Wording()),
        faq_of(*ENTRIES, wording=replace(WORDING, spellings={**WORDING.spellings, "hrs": "hours"})),
        replace(garden(), language="fr"),
        replace(garden(), off_topic=("the shop",)),
    ],
    ids=["phrasing", "question", "lookalike", "id", "order", "no wording", "spelling", "language", "off topic"],
)
def test_an_edited_faq_is_learned_anew(tmp_path: Path, edited: Faq) -> None:
    """Whatever the matcher learns from, a change of it never meets the old model."""
    load_or_fit(garden(), tmp_path)
    model = load_or_fit(edited, tmp_path)
    assert len(models_in(tmp_path)) == 2
    assert np.allclose(alpha_of(model), alpha_of(fit(edited)), atol=1e-6)


def test_an_edited_answer_needs_no_learning(tmp_path: Path) -> None:
    """Answers are not learned from; mending one costs no time."""
    load_or_fit(garden(), tmp_path)
    load_or_fit(faq_of(replace(OPENING_HOURS, answer="From nine to five."), *ENTRIES[1:]), tmp_path)
    assert only(tmp_path).is_dir()


def break_nothing_left(model: Path) -> None:
    for path in model.iterdir():
        path.unlink()


def break_file(name: str, content: bytes | None) -> Callable[[Path], None]:
    """Replace a file of a model by other bytes, or by its own first half."""

    def spoil(model: Path) -> None:
        path = model / name
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) // 2] if content is None else content)

    return spoil


def break_array(name: str, spoil: Callable[[NDArray[Any]], NDArray[Any]]) -> Callable[[Path], None]:
    """Replace an array of a model by one that does not fit."""
    return lambda model: np.save(model / name, spoil(np.load(model / name)))


def break_bit(name: str) -> Callable[[Path], None]:
    """Flip a bit in the middle of a file of a model."""

    def spoil(model: Path) -> None:
        content = bytearray((model / name).read_bytes())
        content[len(content) // 2] ^= 1
        (model / name).write_bytes(content)

    return spoil


def break_away(name: str) -> Callable[[Path], None]:
    return lambda model: (model / name).unlink()


def break_into_file(model: Path) -> None:
    break_nothing_left(model)
    model.rmdir()
    model.write_text("no folder")


@pytest.mark.slow
@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(break_nothing_left, id="empty folder"),
        pytest.param(break_into_file, id="a file in its place"),
        pytest.param(break_away("model.json"), id="no json"),
        pytest.param(break_away("alpha.npy"), id="no alpha"),
        pytest.param(break_away("found_without.npy"), id="no found_without"),
        pytest.param(break_away("by_gram-indices.npy"), id="no indices"),
        pytest.param(break_file("model.json", None), id="half json"),
        pytest.param(break_file("model.json", b""), id="empty json"),
        pytest.param(break_file("model.json", b"\xff\xfe"), id="binary json"),
        pytest.param(break_file("model.json", b"{}"), id="json without keys"),
        pytest.param(break_file("model.json", b"[]"), id="json list"),
        pytest.param(break_file("model.json", b'{"calibration": {}}'), id="json without parts"),
        pytest.param(break_file("model.json", b'{"calibration": []}'), id="json of other types"),
        pytest.param(break_file("alpha.npy", None), id="half alpha"),
        pytest.param(break_file("alpha.npy", b"no array at all"), id="alpha that is no array"),
        pytest.param(break_file("alpha.npy", b""), id="empty alpha"),
        pytest.param(break_array("alpha.npy", lambda alpha: alpha[1:]), id="alpha of fewer rows"),
        pytest.param(break_array("alpha.npy", lambda alpha: alpha[:, 1:]), id="alpha of fewer entries"),
        pytest.param(break_file("found_without.npy", None), id="half found_without"),
        pytest.param(break_array("found_without.npy", lambda found: found[1:]), id="found_without of fewer rows"),
        pytest.param(break_file("by_row-indptr.npy", b""), id="empty indptr"),
        pytest.param(break_array("by_row-indptr.npy", lambda starts: starts[1:]), id="indptr of fewer rows"),
        pytest.param(break_array("by_gram-data.npy", lambda data: data[1:]), id="data of fewer postings"),
        pytest.param(break_file("by_gram-indices.npy", None), id="half indices"),
        pytest.param(break_file("words.marisa", None), id="half trie"),
        pytest.param(break_file("characters.marisa", b""), id="empty trie"),
        pytest.param(break_bit("words.marisa"), id="trie with one other bit"),
        pytest.param(break_array("words.npy", lambda columns: columns[1:]), id="columns of fewer grams"),
        pytest.param(break_array("words.npy", lambda columns: columns * 0), id="columns that are all one"),
        pytest.param(break_file("idf.npy", None), id="half idf"),
        pytest.param(break_array("idf.npy", lambda idf: idf[1:]), id="idf of fewer grams"),
    ],
)
def test_a_broken_model_is_learned_anew(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    """A crash, a full disk or a hand in the cache never keeps the bot from starting, nor changes a score."""
    fresh = load_or_fit(garden(), tmp_path)
    spoil(only(tmp_path))
    again = load_or_fit(garden(), tmp_path)
    assert_ranks_alike(again, fresh)
    assert np.array_equal(again.found_without, fresh.found_without)


def test_a_broken_model_is_mended(tmp_path: Path) -> None:
    """After one start that learned anew, the next finds a sound model."""
    load_or_fit(garden(), tmp_path)
    (only(tmp_path) / "alpha.npy").unlink()
    load_or_fit(garden(), tmp_path)
    assert (only(tmp_path) / "alpha.npy").is_file()


def test_an_unwritable_folder_only_warns(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The bot starts without its cache and says which setting mends that."""
    (tmp_path / "file").write_text("no folder")
    with caplog.at_level(logging.WARNING):
        model = load_or_fit(garden(), tmp_path / "file" / "models")
    assert_ranks_alike(model, fit(garden()))
    (record,) = caplog.records
    assert "CACHE_DIR" in record.getMessage()
    assert str(tmp_path / "file" / "models") in record.getMessage()


def test_a_sound_folder_warns_of_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """No warning without a reason, at the first start and the next."""
    load_or_fit(garden(), tmp_path)
    load_or_fit(garden(), tmp_path)
    assert not caplog.records


def test_old_models_are_deleted(tmp_path: Path) -> None:
    """An FAQ edited many times does not fill the disk; the newest models stay, with the one just learned."""
    kept = []
    for number in range(KEPT_MODELS + 2):
        before = models_in(tmp_path)
        load_or_fit(faq_of(entry("one", "What is one?", f"phrasing {number}")), tmp_path)
        (new,) = models_in(tmp_path) - before
        os.utime(new, (number, number))
        kept.append(new)
    assert models_in(tmp_path) == set(kept[-KEPT_MODELS:])


def test_only_plain_data_is_kept(tmp_path: Path) -> None:
    """A model is JSON, plain arrays and tries: reading one can run no code. Nothing half-written lies beside it."""
    load_or_fit(garden(), tmp_path)
    files = sorted(only(tmp_path).iterdir())
    assert {path.suffix for path in files} == {".json", ".npy", ".marisa"}
    for path in files:
        if path.suffix == ".npy":
            assert np.load(path, allow_pickle=False).dtype.kind in "fi"
        elif path.suffix == ".json":
            assert isinstance(json.loads(path.read_text(encoding="utf-8")), dict)


def test_only_new_phrasings_are_encoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After an edit the others' vectors are taken from the folder, and the model is the same as without it."""
    load_or_fit(garden(), tmp_path)
    encoded: list[str] = []

    def encode(texts: Sequence[str]) -> Floats:
        encoded.extend(texts)
        return encoder.encode(texts)

    longer = replace(OPENING_HOURS, phrasings=(*OPENING_HOURS.phrasings, "Until 6?"))
    edited = replace(garden(), entries={**garden().entries, longer.id: longer})
    with monkeypatch.context() as patched:
        patched.setattr(model_cache, "encode", encode)
        learned = load_or_fit(edited, tmp_path)
    assert encoded == ["until 6"]
    assert_ranks_alike(learned, fit(edited))


@pytest.mark.parametrize("damage", [lambda _: b"", lambda data: b"PK" + data[5:], lambda data: data[: len(data) // 2]])
def test_broken_vectors_are_encoded_anew(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    """A damaged file of vectors costs time, and nothing else; the next start finds a sound one."""
    load_or_fit(garden(), tmp_path)
    (vectors,) = tmp_path.glob("vectors-*.npz")
    sound = vectors.read_bytes()
    vectors.write_bytes(damage(sound))
    shutil.rmtree(only(tmp_path))
    assert_ranks_alike(load_or_fit(garden(), tmp_path), fit(garden()))
    assert vectors.read_bytes() == sound


@pytest.mark.parametrize("damage", ["pieces", "parts.npz"])
def test_a_broken_encoder_is_kept_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str) -> None:
    """It is loaded from its package as if it had never been kept, and the next start finds a sound one."""
    monkeypatch.setattr(encoder, "_loaders", list(encoder._loaders))
    (tmp_path / "encoder-of-before").mkdir()
    model_cache.keep_encoder(tmp_path)
    load = encoder._loaders[-1]
    expected = load().encode(["how many"])
    sound = (only(tmp_path) / damage).read_bytes()
    (only(tmp_path) / damage).write_bytes(sound[:-9])
    assert np.array_equal(load().encode(["how many"]), expected)
    assert (only(tmp_path) / damage).read_bytes() == sound
    assert np.array_equal(load().encode(["how many"]), expected)


def test_only_our_own_folders_are_deleted(tmp_path: Path) -> None:
    """Whatever else lies in CACHE_DIR stays."""
    others = [tmp_path / f"documents{number}" for number in range(8)]
    for other in others:
        other.mkdir()
    load_or_fit(garden(), tmp_path)
    assert all(other.is_dir() for other in others)


def test_a_kept_model_may_be_read_by_others(tmp_path: Path) -> None:
    """An image learns as one user and answers as another."""
    load_or_fit(garden(), tmp_path)
    folder = next(path for path in tmp_path.iterdir() if path.is_dir())
    assert folder.stat().st_mode & 0o055 == 0o055


def test_two_threads_load_at_the_same_time(tmp_path: Path) -> None:
    """However often they take turns, even while NumPy reads the head of a file, which Python 3.11 cannot do twice."""
    load_or_fit(garden(), tmp_path)
    before, threshold = sys.getswitchinterval(), gc.get_threshold()

    def take_turns(_phase: str, _info: dict[str, int]) -> None:
        time.sleep(0)  # waits for nothing: another thread may go on

    def load(_number: int) -> Model:
        return load_or_fit(garden(), tmp_path, before_fit=lambda _faq: pytest.fail("it is fitted anew"))

    try:
        sys.setswitchinterval(1e-6)
        gc.set_threshold(5)
        gc.callbacks.append(take_turns)
        with ThreadPoolExecutor(4) as threads:
            models = list(threads.map(load, range(40)))
    finally:
        gc.callbacks.remove(take_turns)
        gc.set_threshold(*threshold)
        sys.setswitchinterval(before)
    assert_ranks_alike(models[0], models[-1])
