"""The inverted index: each search against dot products and a sort in plain Python."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy import sparse

from bot.matching import similarity as index_module
from bot.matching.features import Columns, Floats
from bot.matching.similarity import CANDIDATES, SimilarityIndex, all_similarities

some = settings(max_examples=150, deadline=None)
# Small whole numbers, so that sums are exact, ties are frequent and no order of adding matters.
tables = st.tuples(st.integers(1, 25), st.integers(1, 8)).flatmap(
    lambda shape: arrays(np.float32, shape, elements=st.sampled_from([0, 0, 1, 2, 3]))
)


def index_of(table: Floats) -> SimilarityIndex:
    return SimilarityIndex.of(sparse.csr_array(table))


def message_of(data: st.DataObject, table: Floats) -> tuple[Columns, Floats]:
    """Some grams in any order, each with its value."""
    columns = data.draw(st.lists(st.integers(0, table.shape[1] - 1), unique=True), label="columns")
    values = data.draw(
        st.lists(st.integers(1, 3), min_size=len(columns), max_size=len(columns)), label="values of the columns"
    )
    return np.array(columns, dtype=np.int32), np.array(values, dtype=np.float32)


def slow_similarities(table: Floats, columns: Columns, values: Floats) -> list[float]:
    """The dot product of the message with each row, term by term."""
    message = dict(zip(columns.tolist(), values.tolist(), strict=True))
    return [sum(value * message.get(column, 0) for column, value in enumerate(row)) for row in table.tolist()]


def slow_nearest(similarities: Sequence[float], rows: Sequence[int], most: int) -> list[tuple[int, float]]:
    """The most similar of some rows that are similar at all, those alike in the order of their numbers."""
    near = sorted((-similarities[row], row) for row in rows if similarities[row] > 0)
    return [(row, -negative) for negative, row in near[:most]]


def slow_searched(table: Floats, columns: Columns, postings: int) -> list[int]:
    """The rows that hold any of the rarest grams of a message that may be read, the rarest of all in any case."""
    frequencies = {column: [row for row, held in enumerate(table[:, column]) if held] for column in columns.tolist()}
    found: set[int] = set()
    read = 0
    for at, column in enumerate(sorted(frequencies, key=lambda column: len(frequencies[column]))):
        read += len(frequencies[column])
        if at and read > postings:
            break
        found.update(frequencies[column])
    return sorted(found)


def as_pairs(found: tuple[NDArray[np.int64], Floats]) -> list[tuple[int, float]]:
    return list(zip(found[0].tolist(), found[1].tolist(), strict=True))


@some
@given(tables, st.data())
def test_similarities_are_dot_products(table: Floats, data: st.DataObject) -> None:
    """Every row is compared; a message without grams is similar to none."""
    columns, values = message_of(data, table)
    similarities = index_of(table).similarities(columns, values)
    assert similarities.tolist() == slow_similarities(table, columns, values)
    assert similarities.dtype == np.float32


@some
@given(tables, st.data())
def test_the_index_is_the_rows_turned_round(table: Floats, data: st.DataObject) -> None:
    """What stands at a row and gram stands at the gram and row, the last gram first."""
    index = index_of(table)
    assert (index.by_row.toarray() == table).all()
    assert (index.by_gram.toarray() == table.T[::-1]).all()


@some
@given(tables, st.integers(1, 30), st.data())
def test_nearest_is_a_sort(table: Floats, most: int, data: st.DataObject) -> None:
    """The most similar rows come first, those alike in the order of their numbers, and no row that is missing."""
    columns, values = message_of(data, table)
    without = data.draw(st.lists(st.integers(0, len(table) - 1), unique=True), label="without")
    found = as_pairs(index_of(table).nearest(columns, values, most, np.array(without, dtype=np.int64)))
    similarities = slow_similarities(table, columns, values)
    kept = [row for row in range(len(table)) if row not in without]
    slow = slow_nearest(similarities, kept, most)
    assert [similarity for _, similarity in found] == [similarity for _, similarity in slow]
    assert found == slow_nearest(similarities, [row for row, _ in found], most)
    if len(table) <= CANDIDATES * most:  # else which of very many rows alike are compared is left open
        assert found == slow


@some
@given(tables, st.integers(1, 30), st.integers(0, 20), st.data())
def test_nearest_reads_no_more_than_it_may(table: Floats, most: int, postings: int, data: st.DataObject) -> None:
    """Only rows of the rarest grams are found, as many grams as the budget holds, by their similarity in all grams."""
    columns, values = message_of(data, table)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index_module, "POSTINGS", postings)
        found = as_pairs(index_of(table).nearest(columns, values, most, np.zeros(0, np.int64)))
    similarities = slow_similarities(table, columns, values)
    searched = slow_searched(table, columns, postings)
    assert len(found) == min(most, len(searched))
    assert {row for row, _ in found} <= set(searched)
    assert found == slow_nearest(similarities, [row for row, _ in found], most)
    if len(searched) <= CANDIDATES * most:
        assert found == slow_nearest(similarities, searched, most)


def test_a_message_of_nothing_known_is_near_to_nothing() -> None:
    """No gram, no row, and no similarity."""
    index = index_of(np.ones((3, 2), np.float32))
    nothing = np.zeros(0, np.int32), np.zeros(0, np.float32)
    assert index.similarities(*nothing).tolist() == [0, 0, 0]
    assert as_pairs(index.nearest(*nothing, 5, np.zeros(0, np.int64))) == []


def test_where_all_rows_are_missing_nothing_is_near() -> None:
    """An FAQ of one entry, without that entry, finds nothing."""
    message = np.array([0, 1], np.int32), np.ones(2, np.float32)
    assert as_pairs(index_of(np.ones((3, 2), np.float32)).nearest(*message, 5, np.arange(3))) == []


@some
@given(tables)
def test_all_similarities_are_the_product_of_the_rows(table: Floats) -> None:
    """Common and rare grams together give X X^T."""
    assert (all_similarities(sparse.csr_array(table)) == table @ table.T).all()


def test_all_similarities_of_many_rows() -> None:
    """Rows beyond the first thousand are compared with all others, too, by common grams and by rare ones."""
    rng = np.random.default_rng(5)
    table = (rng.random((1100, 90)) < np.where(np.arange(90) < 10, 0.5, 0.01)).astype(np.float32)
    assert (all_similarities(sparse.csr_array(table)) == table @ table.T).all()
