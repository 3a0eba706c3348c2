"""The search for legal sizes: which way through the elaboration each size takes, and its end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heappop, heappush

from netspec.sizes.size import Indivisible, Path, Unaffordable, size

LARGEST = 1_000_000
"""Sizes beyond this one are not looked at."""
LONGEST_STEP = 4096
MAX_RUNS = 600
"""Elaborations in the search along one axis, beside two for each other remainder."""

Check = Callable[[int], bool]
"""Whether a spec checks with that size, which may be one that is followed."""


@dataclass
class Found:
    """What is known of the sizes of one axis. `legal[r]` are stretches `(first, last)` of the legal
    sizes that are `r` more than a multiple of `step`; every size up to `known` is known, and beyond
    it that `own` is legal.
    """

    step: int = 1
    known: int = LARGEST
    legal: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    own: int | None = None

    def __contains__(self, number: int) -> bool:
        stretches = self.legal.get(number % self.step, ())
        return number == self.own or any(first <= number <= last for first, last in stretches)

    @property
    def is_complete(self) -> bool:
        """Whether every size is known."""
        return self.known == LARGEST

    @property
    def bounds(self) -> list[int]:
        """Every size at which a stretch of legal ones starts or ends."""
        stretches = (stretch for each in self.legal.values() for stretch in each)
        ends = (bound for stretch in stretches for bound in stretch)
        return [bound for bound in ends if bound + self.step <= self.known]

    def add(self, first: int, last: int) -> None:
        """Sizes `step` apart are legal, larger ones than any so far of their kind."""
        stretches = self.legal.setdefault(first % self.step, [])
        if stretches and stretches[-1][1] + self.step == first:
            first, _ = stretches.pop()
        stretches.append((first, last))


def search(check: Check) -> Found:
    """The sizes that `check` accepts, from calls with sizes that are followed: each settles all
    sizes that take the same way through it.
    """
    step = _step(check)
    while True:
        try:
            return _search(check, step)
        except Indivisible as error:
            step *= error.factor


def _step(check: Check) -> int:
    """A step that all divisions on the way of a large size divide, if such a size can be tried."""
    step = 1
    while True:
        try:
            at = LARGEST // step - 1
            check(size((1, step), Path(at, at + 1, LONGEST_STEP // step)))
            return step
        except Indivisible as error:
            step *= error.factor
        except Unaffordable:
            return step


def _search(check: Check, step: int) -> Found:
    """Sizes `step` apart are followed together, the smallest unknown one always next."""
    found = Found(step)
    pending = [(start, start, 0) for start in range(1, step + 1)]
    for _ in range(2 * (step - 1) + MAX_RUNS):
        if not pending:
            return found
        _, start, at = heappop(pending)
        path = Path(at, (LARGEST - start) // step, LONGEST_STEP // step)
        path.first = at
        try:
            if check(size((start, step), path)):
                found.add(start + path.first * step, start + path.last * step)
        except Unaffordable:
            found.known = start + at * step - 1
            return found
        following = start + (path.last + 1) * step
        if following <= LARGEST:
            heappush(pending, (following, start, path.last + 1))
    found.known = pending[0][0] - 1 if pending else LARGEST
    return found


def scan(check: Check) -> Found:
    """The sizes up to `MAX_RUNS` that `check` accepts, each tried."""
    found = Found(known=MAX_RUNS)
    for number in range(1, MAX_RUNS + 1):
        try:
            if check(number):
                found.add(number, number)
        except Unaffordable:
            found.known = number - 1
            break
    return found
