"""The pattern of legal sizes, and what it is called: `multiples of 32, at least 32`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from netspec.sizes.search import LARGEST, Found

FEW = 6
"""How many sizes without a pattern are listed."""
CERTAIN = 3
"""How often a pattern is seen before it is one."""


@dataclass(frozen=True)
class Pattern:
    """Sizes from `first` to `last` (None: without end) with these remainders by `period`, beside
    some `others` below them; if `tried` is a number, larger sizes were not tried.
    """

    others: tuple[int, ...] = ()
    period: int = 1
    remainders: tuple[int, ...] = ()
    first: int = 0
    last: int | None = None
    tried: int | None = None

    def __str__(self) -> str:
        text = self.regular
        if self.others:
            text = f"{text}; also {self.some_others}" if text else f"only {self.some_others}"
        tried = f" (tried up to {self.tried:,})" if self.tried else ""
        return f"{text or 'none'}{tried}"

    @property
    def regular(self) -> str:
        """What all but the others are called."""
        return _regular(self) if self.remainders else ""

    @property
    def some_others(self) -> str:
        """The others, as a stretch or a list."""
        count = len(self.others)
        if count > 2 and self.others[-1] - self.others[0] == count - 1:
            return f"{self.others[0]} to {self.others[-1]}"
        if count <= FEW:
            return listed(self.others, "and")
        more = f"{count - FEW + 1:,} more up to {self.others[-1]}"
        return listed([*self.others[: FEW - 1], more], "and")


def pattern(found: Found) -> Pattern:
    """The pattern that leaves the fewest sizes over, of those the one with the shortest period;
    first of all one without end.
    """
    end = _end(found)
    legal = [number in found for number in range(end + 1)]
    tried = None if found.is_complete else found.known
    largest = max((number for number, is_legal in enumerate(legal) if is_legal), default=0)
    for top, last in ((end, None), (largest, largest)):
        patterns = [p for n in _periods(found) if (p := _with_period(n, legal, top, last, tried))]
        if patterns:
            return min(patterns, key=lambda each: (len(each.others), each.period))
    return Pattern(_legal(legal, 1, end + 1), tried=tried)


def _end(found: Found) -> int:
    """A size some periods beyond all that is irregular."""
    if not found.is_complete:
        return found.known
    return min(LARGEST, max(found.bounds, default=0) + CERTAIN * found.step)


def _periods(found: Found) -> Iterator[int]:
    if not found.is_complete:
        return iter(range(1, found.known // CERTAIN + 1))
    return (period for period in range(1, found.step + 1) if found.step % period == 0)


def _with_period(
    period: int, legal: list[bool], top: int, last: int | None, tried: int | None
) -> Pattern | None:
    """The pattern of the sizes up to `top`, if there is one with that period."""
    remainders = {n % period for n in range(max(1, top - period + 1), top + 1) if legal[n]}
    start = top + 1
    while start > 1 and legal[start - 1] == ((start - 1) % period in remainders):
        start -= 1
    regular = _legal(legal, start, top + 1)
    if not remainders or len(regular) < CERTAIN * len(remainders):
        return None
    kinds = tuple(sorted(remainders))
    return Pattern(_legal(legal, 1, start), period, kinds, regular[0], last, tried)


def _legal(legal: list[bool], start: int, end: int) -> tuple[int, ...]:
    return tuple([number for number in range(start, end) if legal[number]])


def _regular(pattern: Pattern) -> str:
    kind = _kind(pattern.period, pattern.remainders)
    if pattern.last is None:
        is_smallest = pattern.first <= max(1, pattern.remainders[0])
        return (kind or "any size") + ("" if is_smallest else f", at least {pattern.first}")
    bounds = f"{pattern.first} to {pattern.last}"
    return f"{kind}, {bounds}" if kind else bounds


def _kind(period: int, remainders: tuple[int, ...]) -> str:
    """What numbers with these remainders are called; nothing where all have them."""
    if len(remainders) == period:
        return ""
    if period == 2:
        return "odd numbers" if remainders == (1,) else "even numbers"
    if remainders == (0,):
        return f"multiples of {period}"
    left_out = sorted({*range(period)} - {*remainders})
    if left_out == [0]:
        return f"all but multiples of {period}"
    if len(remainders) > 2 and remainders[-1] - remainders[0] == len(remainders) - 1:
        return f"{remainders[0]} to {remainders[-1]} more than a multiple of {period}"
    if len(left_out) < len(remainders):
        return f"all but {listed(left_out, 'and')} more than a multiple of {period}"
    return f"{listed(remainders, 'or')} more than a multiple of {period}"


def listed(entries: Iterable[object], word: str) -> str:
    """Entries in a row, the word before the last."""
    *before, last = map(str, entries)
    return f"{', '.join(before)} {word} {last}" if before else last
