"""Sets of sizes and what they are called."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import pytest

from netspec.sizes.pattern import pattern
from netspec.sizes.search import scan, search

CALLED: dict[str, Callable[[int], bool]] = {
    "any size": lambda n: True,
    "none": lambda n: False,
    "any size, at least 29": lambda n: n >= 29,
    "any size, at least 9; also 5 and 7": lambda n: n >= 9 or n in (5, 7),
    "any size, at least 9; also 3 to 6": lambda n: n >= 9 or 3 <= n <= 6,
    "multiples of 32, at least 32": lambda n: n % 32 == 0,
    "multiples of 32, at least 96": lambda n: n % 32 == 0 and n > 64,
    "multiples of 32, 64 to 256": lambda n: n % 32 == 0 and 40 < n < 257,
    "12 more than a multiple of 16, at least 188": lambda n: n % 16 == 12 and n > 180,
    "12 or 13 more than a multiple of 16": lambda n: n % 16 in (12, 13),
    "9 to 12 more than a multiple of 16": lambda n: 9 <= n % 16 <= 12,
    "odd numbers": lambda n: n % 2 == 1,
    "even numbers, at least 2": lambda n: n % 2 == 0,
    "all but multiples of 3": lambda n: n % 3 > 0,
    "all but 1 more than a multiple of 4, at least 2": lambda n: n % 4 != 1,
    "224 to 239": lambda n: n // 16 == 14,
    "only 28": lambda n: n == 28,
    "only 3 and 28": lambda n: n in (3, 28),
    "odd numbers, 7 to 19": lambda n: n % 2 == 1 and 6 < n < 20,
}


@pytest.mark.parametrize(("text", "legal"), CALLED.items(), ids=CALLED)
def test_patterns(text: str, legal: Callable[[int], bool]) -> None:
    assert str(pattern(search(legal))) == text


@pytest.mark.parametrize(("text", "legal"), CALLED.items(), ids=CALLED)
def test_patterns_of_what_was_tried(text: str, legal: Callable[[int], bool]) -> None:
    assert str(pattern(scan(legal))) == f"{text} (tried up to 600)"


def powers(n: int) -> bool:
    """From 4 times a power of 2 up to 5 times that."""
    return n >= 4 and n >> (n.bit_length() - 3) == 4


PARTS: dict[str, Callable[[int], bool]] = {
    "only 4, 8, 9, 16 to 19, 32 to 39 and 201 more up to 600 (tried up to 600)": powers,
    "only 1, 4, 9, 16, 25 and 19 more up to 576 (tried up to 600)": lambda n: (
        math.isqrt(n) ** 2 == n
    ),
    "only 401 to 600 (tried up to 600)": lambda n: n > 400,
    "any size, at least 300 (tried up to 600)": lambda n: n >= 300,
    "any size, at least 9; also 1 to 3 and 5 to 7 (tried up to 600)": lambda n: n not in (4, 8),
}


@pytest.mark.parametrize(("text", "legal"), PARTS.items(), ids=PARTS)
def test_no_end_is_told_of_what_was_seen_too_shortly(
    text: str, legal: Callable[[int], bool]
) -> None:
    assert str(pattern(scan(legal))) == text


def test_a_size_that_is_known_beyond_those_that_were_tried() -> None:
    found = replace(scan(lambda n: False), own=997)
    assert str(pattern(found)) == "none (tried up to 600; 997 is legal)"
    assert 997 in found
    assert 998 not in found
