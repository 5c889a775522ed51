"""What is remembered for an hour is bounded, and gone after it."""

from __future__ import annotations

from bot.channels.memory import HOUR, MOST, Memory


def test_a_value_is_dropped_after_an_hour() -> None:
    """Also without being asked for; a new value begins a new hour."""
    now = [0.0]
    memory = Memory[str](lambda: now[0])
    memory.keep("one", "first")
    memory.keep("two", "second")
    now[0] = HOUR - 1
    memory.keep("two", "third")
    assert (memory.get("one"), memory.get("two")) == ("first", "third")
    now[0] = HOUR
    memory.drop_old()
    assert "first" not in str(memory.__dict__)
    assert (memory.get("one"), memory.get("two")) == (None, "third")


def test_what_is_dropped_is_gone() -> None:
    """/forget need not wait."""
    memory = Memory[str](lambda: 0.0)
    memory.keep("one", "first")
    memory.drop("one")
    memory.drop("never kept")
    assert memory.get("one") is None


def test_it_does_not_grow_without_end() -> None:
    """The oldest makes room."""
    memory = Memory[int](lambda: 0.0)
    for number in range(MOST + 1):
        memory.keep(str(number), number)
    assert (memory.get("0"), memory.get("1"), memory.get(str(MOST))) == (None, 1, MOST)
