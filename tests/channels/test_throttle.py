"""The pace of one person: answered, told once, then silence until a while has passed."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.throttle import MOST_PERSONS, Allowed, Throttle


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


async def test_up_to_the_limit_all_is_answered_then_told_once() -> None:
    """The person learns once why there is silence."""
    throttle = Throttle(3, 60, Clock())
    assert [await throttle.admit("a") for _ in range(6)] == [Allowed.YES] * 3 + [Allowed.NOTIFY] + [Allowed.SILENT] * 2


async def test_others_are_not_affected() -> None:
    """One person's flood costs nobody else an answer."""
    throttle = Throttle(1, 60, Clock())
    for _ in range(100):
        await throttle.admit("a")
    assert await throttle.admit("b") is Allowed.YES


async def test_after_a_while_all_is_well_again() -> None:
    """Each answered message frees its place after the while, and the next flood is told again."""
    clock = Clock()
    throttle = Throttle(2, 60, clock)
    await throttle.admit("a")
    clock.now += 30
    await throttle.admit("a")
    assert await throttle.admit("a") is Allowed.NOTIFY
    clock.now += 31
    assert await throttle.admit("a") is Allowed.YES
    assert await throttle.admit("a") is Allowed.NOTIFY


async def test_no_limit() -> None:
    """0 switches it off."""
    throttle = Throttle(0, 60, Clock())
    assert {await throttle.admit("a") for _ in range(1000)} == {Allowed.YES}


async def test_a_forgotten_person_begins_anew() -> None:
    """What /forget deletes includes the pace."""
    throttle = Throttle(1, 60, Clock())
    await throttle.admit("a")
    await throttle.admit("a")
    throttle.forget("a")
    assert await throttle.admit("a") is Allowed.YES


async def test_nobody_is_remembered_longer_than_needed() -> None:
    """After the while nothing of a person is left; a flood of persons stays within bounds."""
    clock = Clock()
    throttle = Throttle(1, 60, clock)
    for number in range(MOST_PERSONS + 500):
        await throttle.admit(str(number))
    assert len(throttle._answered) <= MOST_PERSONS + 1
    await throttle.admit("0")
    clock.now += 61
    await throttle.admit("new")
    assert set(throttle._answered) == {"new"}
    assert not throttle._notified


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("ab"), st.floats(0, 40)), max_size=60))
async def test_never_more_than_the_limit_in_any_while(steps: list[tuple[str, float]]) -> None:
    """However the messages come, no span of the while's length has more answers than the limit."""
    clock = Clock()
    throttle = Throttle(3, 60, clock)
    answered: dict[str, list[float]] = {"a": [], "b": []}
    for person, pause in steps:
        clock.now += pause
        if await throttle.admit(person) is Allowed.YES:
            answered[person].append(clock.now)
    for times in answered.values():
        assert all(later - first >= 60 for first, later in zip(times, times[3:], strict=False))
