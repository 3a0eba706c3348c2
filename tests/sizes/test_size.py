"""Sizes that are followed are numbers, and say for which others all came out as it did."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netspec.sizes.form import Form
from netspec.sizes.polynomial import same_sign, trimmed, value
from netspec.sizes.search import Found, search
from netspec.sizes.size import Indivisible, Path, Size, followed, size
from netspec.syntax.arithmetic import position, spelled

FUNCTIONS: dict[str, Callable[[int], bool]] = {
    "a stride and back": lambda n: (n - 1) // 2 * 2 + 2 == n,
    "rounded up": lambda n: -(-n // 4) * 4 == n,
    "a window": lambda n: n - 7 >= 1 and (n - 7) // 2 + 1 >= 3,
    "an upper bound": lambda n: n // 3 <= 20,
    "one size": lambda n: (n // 16) * (n // 16) + 1 == 197,
    "growing at different rates": lambda n: n // 2 == n - 100,
    "a remainder": lambda n: n % 6 in (1, 5),
    "odd": lambda n: bool(n % 2),
    "two stretches": lambda n: n < 20 or n > 90,
    "a cubic": lambda n: n * n * n - 60 * n * n + 1100 * n < 6000,
    "a distance": lambda n: abs(n - 50) < 12,
    "largest and smallest": lambda n: min(n, 70) - max(n // 2, 30) > 5,
    "a float": lambda n: n / 3 > 12.5,
    "a square root": lambda n: math.isqrt(int(n)) ** 2 == n,
    "a range": lambda n: len(range(int(n % 7))) == 3,
    "a table": lambda n: {5: True, 9: True}.get(int(n), False),
    "a power": lambda n: n**2 % 5 == 4,
    "of itself": lambda n: 60 % n == 0,
    "in a list": lambda n: n in (3, 17, 40),
    "everything": lambda n: True,
    "nothing": lambda n: False,
}
"""What may be asked of a size; with `int` where Python reads a number behind its back."""


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
def test_the_search_finds_what_trying_finds(function: Callable[[int], bool]) -> None:
    found = search(function)
    top = min(400, found.known)
    assert top > 150
    assert [n for n in range(1, top + 1) if n in found] == list(filter(function, range(1, top + 1)))


@pytest.mark.parametrize("name", ["a stride and back", "one size", "a remainder", "a distance"])
def test_what_is_linear_or_a_product_is_known_without_bound(name: str) -> None:
    found = search(FUNCTIONS[name])
    assert found.known == 1_000_000
    for number in (999_999, 999_997, 123_456, 65_536, 31_250):
        assert (number in found) == FUNCTIONS[name](number)


def test_a_search_without_end_stops_and_says_where() -> None:
    found = search(FUNCTIONS["a square root"])
    assert found.known == 600
    assert 576 in found
    assert 577 not in found


def polynomials() -> st.SearchStrategy[tuple[int, ...]]:
    return st.lists(st.integers(-60, 60), min_size=1, max_size=5).map(lambda p: trimmed(tuple(p)))


@given(polynomials(), st.integers(0, 40))
def test_a_stretch_of_one_sign_is_as_long_as_can_be(p: tuple[int, ...], k: int) -> None:
    def sign(at: int) -> int:
        return (value(p, at) > 0) - (value(p, at) < 0)

    first, last = same_sign(p, k, 0, 40)
    assert {sign(at) for at in range(first, last + 1)} == {sign(k)}
    assert first == 0 or sign(first - 1) != sign(k)
    assert last == 40 or sign(last + 1) != sign(k)


OPERATIONS: list[Callable[[Any, int], Any]] = [
    lambda n, m: n + m,
    lambda n, m: m - n,
    lambda n, m: n * m,
    lambda n, m: n * n,
    lambda n, m: n // m,
    lambda n, m: m // n,
    lambda n, m: n % m,
    lambda n, m: m % n,
    lambda n, m: n / m,
    lambda n, m: n < m,
    lambda n, m: m >= n,
    lambda n, m: n == m,
    lambda n, m: n in (m, 8),
    lambda n, m: -n,
    lambda n, m: abs(m - n),
    lambda n, m: divmod(n, m),
    lambda n, m: n**2,
    lambda n, m: 2**n % 1000,
    lambda n, m: (m,) * position(n % 5),
    lambda n, m: spelled(n),
    lambda n, m: math.floor(n) + math.ceil(n) + round(n) + math.trunc(n),
    lambda n, m: sum((n, m)) + max(n, m),
    lambda n, m: n << 1 | m & n,
    lambda n, m: bool(n - m),
    lambda n, m: {n: "found"}.get(n),
    lambda n, m: n == "a word" or n is None,
    lambda n, m: n > m + 0.5,
    lambda n, m: n * (n + m) // n,
    lambda n, m: n * (n + m) % (n + m),
    lambda n, m: (n * n + m) // n,
    lambda n, m: m * n // (n * n),
    lambda n, m: (n // 2 + m) // 3,
    lambda n, m: (2 * (n // 4) - m) // 6,
    lambda n, m: (m - n // 3) // 2,
    lambda n, m: n // -3,
    lambda n, m: -(-n // 2) * 2 >= n + m - 4,
    lambda n, m: (n + m) // 2 - n // 4,
    lambda n, m: (n + m) // 2 == (n + 1) // 4 * 2,
    lambda n, m: n // 2 < n - m * 5,
    lambda n, m: (n // 2 + 1) * (n // 2) // (n // 2 + 1),
    lambda n, m: (n // 6 + m) // 2 <= (n // 3 + m) // 4,
]


@pytest.mark.parametrize("at", range(len(OPERATIONS)))
@given(st.integers(0, 30), st.integers(1, 9), st.integers(1, 12), st.sampled_from([1, 4, 12]))
def test_what_is_computed_is_right_for_all_on_the_path(
    at: int, step: int, start: int, other: int, by: int
) -> None:
    operation, path = OPERATIONS[at], Path(step, 60, 0)
    computed = operation(size((start, by), path), other)
    assert path.first <= step <= path.last
    assert computed == operation(start + by * step, other)
    if not followed(computed):
        for k in range(path.first, path.last + 1):
            assert operation(start + by * k, other) == computed


ASKING: dict[int, Callable[[Any], Any]] = {
    3: lambda n: n % 6,
    6: lambda n: n // 8 * 2 + n // 12,
    2: lambda n: (n + 3) // 8 * 8 == n + 3,
}


@pytest.mark.parametrize("factor", ASKING)
def test_what_only_a_remainder_settles_asks_for_the_steps_that_it_needs(factor: int) -> None:
    with pytest.raises(Indivisible) as caught:
        ASKING[factor](size((5, 4), Path(2, 10, 100)))
    assert caught.value.factor == factor


def test_strides_divide_once() -> None:
    path = Path(7, 100, 100)
    computed = ((size((3, 1), path) - 1) // 2 + 1) // 2
    assert isinstance(computed, Size)
    assert computed.form == Form((1, 1), 0, 4)
    assert (path.first, path.last) == (0, 100)


def test_found_sizes_that_touch_are_one_stretch() -> None:
    found = Found(step=4)
    found.add(5, 9)
    found.add(13, 21)
    found.add(29, 29)
    assert found.legal == {1: [(5, 21), (29, 29)]}
