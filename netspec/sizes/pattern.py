"""The pattern of legal sizes, and what it is called: `multiples of 32, at least 32`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from netspec.sizes.search import LARGEST, MAX_RUNS, Found

FEW = 6
"""How many sizes without a pattern are listed."""
CERTAIN = 3
"""How often a pattern is seen before it is one."""


@dataclass(frozen=True)
class Pattern:
    """Sizes from `first` to `last` (None: without end) with these remainders by `period`, beside
    some `others` below them; if `tried` is a number, no larger sizes are known but `own`.
    """

    others: tuple[int, ...] = ()
    period: int = 1
    remainders: tuple[int, ...] = ()
    first: int = 0
    last: int | None = None
    tried: int | None = None
    own: int | None = None

    def __str__(self) -> str:
        if self.tried == 0:
            return f"none tried but {self.own}"
        text = self.regular
        if self.others:
            text = f"{text}; also {self.some_others}" if text else f"only {self.some_others}"
        own = f"; {self.own} is legal" if self.own else ""
        tried = f" (tried up to {self.tried:,}{own})" if self.tried is not None else ""
        return f"{text or 'none'}{tried}"

    @property
    def regular(self) -> str:
        """What all but the others are called."""
        return _regular(self) if self.remainders else ""

    @property
    def some_others(self) -> str:
        """The others, as stretches and a list."""
        stretches = list(_stretches(self.others))
        if len(stretches) <= FEW:
            return listed(stretches, "and")
        shown = stretches[: FEW - 1]
        count = sum(number > int(shown[-1].split()[-1]) for number in self.others)
        return listed([*shown, f"{count:,} more up to {self.others[-1]}"], "and")


def _stretches(numbers: tuple[int, ...]) -> Iterator[str]:
    """Three or more in a row as `16 to 19`."""
    for _, pairs in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        row = [number for _, number in pairs]
        if len(row) > 2:
            yield f"{row[0]} to {row[-1]}"
        else:
            yield from map(str, row)


def pattern(found: Found) -> Pattern:
    """The pattern that leaves the fewest sizes over, of those the one with the shortest period;
    first of all one without end, which is seen for half of what is known.
    """
    end = _end(found)
    legal = [number in found for number in range(end + 1)]
    largest = max((number for number, is_legal in enumerate(legal) if is_legal), default=0)
    endless = [p for p in _patterns(found, legal, end, None) if p.first <= found.known // 2]
    if not endless and largest < end:
        ended = _patterns(found, legal, largest, largest)
        endless = [p for p in ended if len(p.others) <= FEW]
    best = min(
        endless,
        key=lambda each: (len(each.others), each.period),
        default=Pattern(_legal(legal, 1, end + 1)),
    )
    is_known = found.is_complete and (bool(endless) or largest < end)
    return replace(best, tried=None if is_known else found.known, own=found.own)


def _patterns(found: Found, legal: list[bool], top: int, last: int | None) -> Iterator[Pattern]:
    """Those of the sizes up to `top`."""
    for period in _periods(found):
        if (seen := _with_period(period, legal, top, last)) is not None:
            yield seen


def _end(found: Found) -> int:
    """A size some periods beyond all that is irregular."""
    if not found.is_complete:
        return found.known
    return min(LARGEST, max(found.bounds, default=0) + CERTAIN * found.step)


def _periods(found: Found) -> Iterator[int]:
    if not found.is_complete:
        return iter(range(1, min(found.known, MAX_RUNS) // CERTAIN + 1))
    return (period for period in range(1, found.step + 1) if found.step % period == 0)


def _with_period(period: int, legal: list[bool], top: int, last: int | None) -> Pattern | None:
    """The pattern of the sizes up to `top`, if there is one with that period."""
    remainders = {n % period for n in range(max(1, top - period + 1), top + 1) if legal[n]}
    start = top + 1
    while start > 1 and legal[start - 1] == ((start - 1) % period in remainders):
        start -= 1
    regular = _legal(legal, start, top + 1)
    if not remainders or len(regular) < CERTAIN * len(remainders):
        return None
    kinds = tuple(sorted(remainders))
    return Pattern(_legal(legal, 1, start), period, kinds, regular[0], last)


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
