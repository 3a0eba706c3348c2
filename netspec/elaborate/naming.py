"""Names of modules, and so state-dict keys: what makes a level, what unnamed steps are called.

The rules are in docs/language.md, "Naming". A level is one module of the tree while its children
are being named.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import NamedTuple

from netspec.elaborate.environment import Environment, resolve
from netspec.elaborate.values import BlockValue, Partial, Reference
from netspec.ops.base import Op
from netspec.program import Path, Place
from netspec.syntax.spec import Block
from netspec.syntax.steps import Again, Branches, Step, Unread, Use

Bases = Counter[str]
_NUMBER = re.compile(r"(.*?)(0|[1-9][0-9]*)")
PASSING = frozenset({"identity", "nothing"})
"""Ops that hand tensors on and so never stand in the module tree."""


class Mark(NamedTuple):
    """How far the names of a level have come."""

    used: Bases
    position: int
    lists: dict[str, int]

    @property
    def size(self) -> int:
        return len(self.used) + len(self.lists)


NO_MARK = Mark(Counter(), 0, {})


class NameTaken(Exception):
    """Two children of one level would have the same name."""


class Numbers:
    """Numbers that are taken, as ranges."""

    def __init__(self) -> None:
        self._firsts: list[int] = []
        self._lasts: list[int] = []

    def take(self, first: int, last: int) -> int | None:
        """Take the numbers from first to last; one that is taken already, or None."""
        firsts, lasts = self._firsts, self._lasts
        at = bisect_right(firsts, last)
        if at and lasts[at - 1] >= first:
            return max(first, firsts[at - 1])
        if at and lasts[at - 1] == first - 1:
            lasts[at - 1] = last
        else:
            firsts.insert(at, first)
            lasts.insert(at, last)
        return None


class Level:
    """The children of one module, while they get their names."""

    def __init__(self, group: Path, bases: Bases, *, numbered: bool) -> None:
        self.group, self.numbered = group, numbered
        self._bases = bases
        self._used: Bases = Counter()
        self._position = 0
        self._taken: set[str] = set()
        self._lists: dict[str, int] = {}
        self._numbers: defaultdict[str, Numbers] = defaultdict(Numbers)
        self._replaying = False

    def mark(self) -> Mark:
        """Where the names stand now."""
        return Mark(self._used.copy(), self._position, dict(self._lists))

    @contextmanager
    def replaying(self, mark: Mark) -> Iterator[None]:
        """Give once more the names that were given since the mark."""
        after, before = self.mark(), self._replaying
        self._go_to(mark)
        self._replaying = True
        try:
            yield
        finally:
            self._replaying = before
            self._go_to(after)

    def advance(self, since: Mark, until: Mark) -> None:
        """Count on as another level did between two marks."""
        self._used.update(until.used - since.used)
        self._position += until.position - since.position

    def _go_to(self, mark: Mark) -> None:
        self._used, self._position, self._lists = mark.used.copy(), mark.position, dict(mark.lists)

    def unnamed(self, base: str, *, merge: bool) -> Path:
        """The path of the next child without a name, called after `base`."""
        if self.numbered and not merge:
            return self._claim(str(self._next_position()))
        used = self._used[base] = self._used.get(base, 0) + 1
        ends_in_number = _NUMBER.fullmatch(base)
        rivals = [base, ends_in_number[1]] if ends_in_number else [base]
        if all(self._bases.get(rival, 0) <= 1 for rival in rivals):
            return self._claim(base)
        return self._claim(f"{base}_{used}" if ends_in_number else f"{base}{used}")

    def named(self, name: str) -> Path:
        """The path of a child with a name; in a numbered group its position still counts."""
        self._next_position()
        return self._claim(name)

    def listed(self, name: str) -> Path:
        """The path of the next entry of a list: a name in an unnamed loop that does not vary it."""
        if name not in self._lists:
            self._next_position()
            self._claim(name)
        index = self._lists.get(name, 0)
        self._lists[name] = index + 1
        return (*self.group, name, str(index))

    def skip(self, bases: Bases) -> None:
        """Count steps that `when` leaves out, so that instances of one block agree."""
        self._used.update(bases)

    def pass_over(self, call: Place, base: str, count: int) -> None:
        """Claim the names of `count` more applications of a counted call."""
        assert call.first is not None
        taken = self._numbers[call.stem].take(call.first + 1, call.first + count)
        if taken is not None:
            raise NameTaken(f"{call.stem}{taken}")
        if self.numbered:
            self._position += count
        else:
            self._used[base] += count

    def _next_position(self) -> int:
        self._position += 1
        return self._position - 1

    def _claim(self, name: str) -> Path:
        if self._replaying:
            return (*self.group, name)
        numbered = _NUMBER.fullmatch(name)
        if numbered is not None:
            number = int(numbered[2])
            if self._numbers[numbered[1]].take(number, number) is not None:
                raise NameTaken(name)
        elif name in self._taken:
            raise NameTaken(name)
        else:
            self._taken.add(name)
        return (*self.group, name)


@lru_cache(maxsize=4096)
def place(path: Path) -> Place:
    """The place of a call with that path; a number at the end of its name is split off."""
    numbered = _NUMBER.fullmatch(path[-1])
    if numbered is None:
        return Place(path[:-1], path[-1])
    return Place(path[:-1], numbered[1], int(numbered[2]))


def bases(
    steps: Iterable[Step], environment: Environment, inside: frozenset[Block] = frozenset()
) -> Bases:
    """How often each unnamed child stands in a level's text; one in a loop counts as several.

    `inside` are the inline blocks that the text stands in: one that calls itself is a fault of the
    elaboration, not of this count.
    """
    counts: Bases = Counter()
    for step in steps:
        _count(step, environment, inside, counts, times=1, around=1)
    return counts


def _count(
    step: Step,
    environment: Environment,
    inside: frozenset[Block],
    counts: Bases,
    times: int,
    around: int,
) -> None:
    """Add the children of a step that is done `times` times, and `around` times outside the nearest
    loop, where a step that all iterations `share` is counted.
    """
    if step.name is not None or isinstance(step.body, Again | Unread):
        return
    if step.loop is not None:
        times, around = 2 * times, times
    if step.weights.share is not None:
        times = around
    if isinstance(step.body, Use):
        for base, count in _of_use(step.body, environment, inside).items():
            counts[base] += times * count
        return
    for inner in step.body.paths if isinstance(step.body, Branches) else step.body:
        _count(inner, environment, inside, counts, times, around)
    if isinstance(step.body, Branches) and step.body.merge is not None:
        for base, count in _of_use(step.body.merge, environment, inside).items():
            counts[base] += times * count


def _of_use(use: Use, environment: Environment, inside: frozenset[Block]) -> Bases:
    target = applied(use, environment)
    if isinstance(target, Block) and target.inline:
        return Counter() if target in inside else _of_inline(target, inside | {target})
    return Counter() if use.head in PASSING else Counter({use.base: 1})


@lru_cache(maxsize=1024)
def _of_inline(block: Block, inside: frozenset[Block]) -> Bases:
    unknown = dict.fromkeys(block.parameters)
    return bases(block.body, Environment(unknown, block.home), inside)


def applied(use: Use, environment: Environment) -> BlockValue | Block | type[Op] | None:
    """What a use applies in the end, whatever arguments are given on the way."""
    target = target_of(use, environment)
    while isinstance(target, Partial):
        target = target_of(target.use, target.environment)
    return target


def target_of(use: Use, environment: Environment) -> BlockValue | Block | type[Op] | None:
    """What the head of a use means; a variable that is not a block never hides an op."""
    value = environment.get(use.head)
    if isinstance(value, Reference):
        return value.target
    if isinstance(value, BlockValue):
        return value
    if value is None and use.head in environment:
        return None  # a parameter of an inline block, whose children are counted without arguments
    return resolve(use.head, environment.home)
