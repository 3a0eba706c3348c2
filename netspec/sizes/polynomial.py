"""Polynomials of one variable with whole coefficients, the constant one first."""

from __future__ import annotations

from bisect import bisect_left
from itertools import pairwise, zip_longest
from math import comb

Polynomial = tuple[int, ...]


def value(p: Polynomial, k: int) -> int:
    """p(k)."""
    result = 0
    for coefficient in reversed(p):
        result = result * k + coefficient
    return result


def minus(p: Polynomial, q: Polynomial) -> Polynomial:
    return trimmed(tuple([a - b for a, b in zip_longest(p, q, fillvalue=0)]))


def plus(p: Polynomial, q: Polynomial) -> Polynomial:
    return trimmed(tuple([a + b for a, b in zip_longest(p, q, fillvalue=0)]))


def times(p: Polynomial, q: Polynomial) -> Polynomial:
    result = [0] * (len(p) + len(q) - 1)
    for i, a in enumerate(p):
        for j, b in enumerate(q):
            result[i + j] += a * b
    return trimmed(tuple(result))


def quotient(p: Polynomial, q: Polynomial) -> Polynomial | None:
    """The polynomial that is p when multiplied with q, if there is one."""
    rest, result = list(p), [0] * (len(p) - len(q) + 1)
    for power in reversed(range(len(result))):
        result[power], remainder = divmod(rest[power + len(q) - 1], q[-1])
        if remainder:
            return None
        for lower, coefficient in enumerate(q):
            rest[power + lower] -= result[power] * coefficient
    return None if any(rest) else trimmed(tuple(result))


def trimmed(p: Polynomial) -> Polynomial:
    """Without leading zeros; a constant has one coefficient."""
    end = len(p)
    while end > 1 and p[end - 1] == 0:
        end -= 1
    return p[:end]


def same_sign(p: Polynomial, k: int, low: int, high: int) -> tuple[int, int]:
    """The longest stretch of whole numbers around `k`, within `low..high`, on which p is positive,
    negative or zero throughout.
    """
    if len(p) == 1:
        return low, high
    if len(p) == 2:
        return _same_sign_of_line(p, k, low, high)
    turns = _turns(p, low, high)
    first = max([turn for turn in turns if turn <= k], default=low)
    last = min([turn - 1 for turn in turns if turn > k], default=high)
    return first, last


def _same_sign_of_line(p: Polynomial, k: int, low: int, high: int) -> tuple[int, int]:
    constant, slope = p
    now = constant + slope * k
    if now == 0:
        return k, k
    if now < 0:
        constant, slope = -constant, -slope
    if slope > 0:  # constant + slope * k >= 1
        return max(low, -((constant - 1) // slope)), high
    return low, min(high, (constant - 1) // -slope)


def _turns(p: Polynomial, low: int, high: int) -> list[int]:
    """Every k in `low + 1..high` where the sign of p is not that at k - 1. Between two turns of its
    difference p(k + 1) - p(k) it only rises or only falls.
    """
    if len(p) == 1:
        return []
    edges = [low, *_turns(_difference(p), low, high), high]
    found: list[int] = []
    for start, end in pairwise(edges):
        while start < end:
            start = _turn(p, start, end)
            if start <= end:
                found.append(start)
    return found


def _turn(p: Polynomial, start: int, end: int) -> int:
    """The first k after `start` where the sign of p is another, if it only rises or falls to `end`;
    `end + 1` where there is none.
    """
    sign = _sign(value(p, start))
    return start + bisect_left(
        range(start, end + 1), True, key=lambda k: _sign(value(p, k)) != sign
    )


def _difference(p: Polynomial) -> Polynomial:
    """p(k + 1) - p(k)."""
    shifted = [0] * len(p)
    for power, coefficient in enumerate(p):
        for lower in range(power + 1):
            shifted[lower] += coefficient * comb(power, lower)
    return minus(tuple(shifted), p)


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)
