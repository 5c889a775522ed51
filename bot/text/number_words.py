"""Parse English number words, as people type them, into digits, and large numbers into millions. Pure."""

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

_MILLION, _BILLION = 1_000_000, 1_000_000_000
_SHORT_FOR_MILLION = {"m", "mn", "mio", "mill"}
_YEARS_OF_CENTURY = 2  # digits after the k in 2k15

_FIRST = {*_ONES, *_TEENS, *_TENS}  # words that a number can begin with
_Parser = Callable[[Sequence[str]], tuple[int, int]]


def in_digits(tokens: Sequence[str]) -> list[str]:
    """Numbers in one form: `two hundred and forty four` as `244`, `2k15` as `2015`, `258000000` as `258 million`.

    Number words are read below a million. `one` by itself is often not a number, so it stays.
    """
    if _FIRST.isdisjoint(tokens) and not any(token[0].isdigit() for token in tokens):
        return list(tokens)
    result: list[str] = []
    at = 0
    while at < len(tokens):
        number, consumed = _number(tokens[at:]) if tokens[at] in _FIRST else (0, 0)
        if consumed and tuple(tokens[at : at + consumed]) != ("one",):
            result += _in_millions(number)
            at += consumed
        elif tokens[at].isdecimal():
            digits, consumed = _with_scale(tokens[at : at + 3])
            result += digits
            at += consumed
        else:
            result.append(tokens[at])
            at += 1
    return result


def _with_scale(tokens: Sequence[str]) -> tuple[list[str], int]:
    """A number in digits, with the letters after it that scale it, and of how many tokens it consists."""
    number = int(tokens[0])
    match tokens[1:]:
        case ["k", rest] if number == _YEARS_OF_CENTURY and rest.isdecimal() and len(rest) == _YEARS_OF_CENTURY:
            return [f"20{rest}"], 3
        case ["k", *_]:
            return [str(1000 * number)], 2
        case [letters, *_] if letters in _SHORT_FOR_MILLION:
            return [tokens[0], "million"], 2
    return (_in_millions(number) if number >= _MILLION else [tokens[0]]), 1


def _in_millions(number: int) -> list[str]:
    """A number as one token, or as two: so many millions or billions, where one decimal is enough."""
    for size, name in ((_BILLION, "billion"), (_MILLION, "million")):
        if number >= size and number % (size // 10) == 0:
            return [f"{number / size:.1f}".removesuffix(".0"), name]
    return [str(number)]


def _number(tokens: Sequence[str]) -> tuple[int, int]:
    """The number that the words begin with, and of how many words it consists; 0 words if there is no number."""
    first, consumed = _below_hundred(tokens)
    second, more = _below_hundred(tokens[consumed:])
    if consumed and first in (19, 20) and second >= 10:
        return 100 * first + second, consumed + more
    return _scaled(tokens, "thousand", 1000, lambda rest: _scaled(rest, "hundred", 100, _below_hundred))


def _scaled(tokens: Sequence[str], scale: str, size: int, smaller: _Parser) -> tuple[int, int]:
    """Parse `smaller`, or `smaller scale [and] [smaller]` as in `two hundred and four`; returns as `_number` does."""
    total, consumed = smaller(tokens)
    if not consumed or tokens[consumed : consumed + 1] != [scale]:
        return total, consumed
    total, consumed = total * size, consumed + 1
    after_and = consumed + (tokens[consumed : consumed + 1] == ["and"])
    rest, more = smaller(tokens[after_and:])
    return (total + rest, after_and + more) if more else (total, consumed)


def _below_hundred(tokens: Sequence[str]) -> tuple[int, int]:
    first, second = (tokens[at] if at < len(tokens) else "" for at in (0, 1))
    if first in _TENS:
        return _TENS[first] + _ONES.get(second, 0), 1 + (second in _ONES)
    number = _ONES.get(first) or _TEENS.get(first) or 0
    return number, int(number > 0)
