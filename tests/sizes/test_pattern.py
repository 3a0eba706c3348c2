"""Sets of sizes and what they are called."""

from __future__ import annotations

from collections.abc import Callable

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
