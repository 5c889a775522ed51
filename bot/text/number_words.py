"""English numbers in words, as people type them, in digits. Pure; knows no entry."""

from __future__ import annotations

from collections.abc import Callable, Sequence

_ONES = {
    word: at for at, word in enumerate(["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"], 1)
}
_TEENS = {
    word: at
    for at, word in enumerate(
        [
            *("ten", "eleven", "twelve", "thirteen", "fourteen"),
            *("fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
        ],
        10,
    )
}
_TENS = {
    word: 10 * at
    for at, word in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2)
}

_FIRST = {*_ONES, *_TEENS, *_TENS}  # words that a number may begin with
_Parser = Callable[[Sequence[str]], tuple[int, int]]


def in_digits(words_: Sequence[str]) -> list[str]:
    """Number words below a million as digits: `two hundred and forty four` to `244`, `twenty eighteen` to `2018`.

    `one` by itself is no number as often as it is one, and stays.
    """
    if _FIRST.isdisjoint(words_):
        return list(words_)
    result: list[str] = []
    at = 0
    while at < len(words_):
        number, taken = _number(words_[at:]) if words_[at] in _FIRST else (0, 0)
        if taken and tuple(words_[at : at + taken]) != ("one",):
            result.append(str(number))
            at += taken
        else:
            result.append(words_[at])
            at += 1
    return result


def _number(words_: Sequence[str]) -> tuple[int, int]:
    """The number that words begin with, and how many of them it takes; 0 words where they begin with none."""
    first, taken = _below_hundred(words_)
    second, more = _below_hundred(words_[taken:])
    if taken and first in (19, 20) and second >= 10:
        return 100 * first + second, taken + more
    return _scaled(words_, "thousand", 1000, lambda rest: _scaled(rest, "hundred", 100, _below_hundred))


def _scaled(words_: Sequence[str], scale: str, size: int, smaller: _Parser) -> tuple[int, int]:
    """A number below the scale, and if the scale follows, that many of it with another such number."""
    total, taken = smaller(words_)
    if not taken or words_[taken : taken + 1] != [scale]:
        return total, taken
    total, taken = total * size, taken + 1
    joined = taken + (words_[taken : taken + 1] == ["and"])
    rest, more = smaller(words_[joined:])
    return (total + rest, joined + more) if more else (total, taken)


def _below_hundred(words_: Sequence[str]) -> tuple[int, int]:
    first, second = (words_[at] if at < len(words_) else "" for at in (0, 1))
    if first in _TENS:
        return _TENS[first] + _ONES.get(second, 0), 1 + (second in _ONES)
    number = _ONES.get(first) or _TEENS.get(first) or 0
    return number, int(number > 0)
