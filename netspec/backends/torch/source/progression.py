"""Code that repeats with numbers that stay or grow by a constant step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeVar

from netspec.backends.torch.code import Affine, Literal, Node, Ordinal, Slot, same
from netspec.backends.torch.source.formulas import FEWEST, formula
from netspec.backends.torch.tree import rewrite, skeleton, walk

Steps = tuple["int | Node", ...]
"""How much each number of the code grows from one repetition to the next, or its formula."""


@dataclass(frozen=True)
class Run:
    """Pieces `start` to `stop` of a sequence are one piece, its numbers growing by `steps`."""

    start: int
    stop: int
    steps: Steps

    def __len__(self) -> int:
        return self.stop - self.start


Follows = Callable[[int, int], bool]


def runs(pieces: Sequence[Any], follows: Follows, laws: Laws | None = None) -> Iterator[Run]:
    """The sequence as longest runs from the left; a piece that repeats nothing is a run of one.

    `follows(start, k)` says whether piece k may continue a run from `start` for other reasons. Two
    points are always on a line: they are a run only if nothing but names grows. `laws` finds how
    the numbers of many pieces follow from the iteration where they do not grow evenly.
    """
    numbers = [tuple(walk(piece, Slot, Ordinal)) for piece in pieces]
    shapes = [skeleton(piece, opaque=(Slot, Ordinal)) for piece in pieces]

    def alike(start: int, k: int) -> bool:
        return shapes[k] == shapes[start] and follows(start, k)

    start, tried = 0, 0
    while start < len(pieces):
        run = _even(numbers, start, alike)
        if len(run) < len(pieces) - start and tried < MOST_TRIED:
            longer = _by_laws(numbers, start, alike, laws or formulas)
            tried = 0 if longer else tried + 1
            run = longer if longer and len(longer) > len(run) else run
        yield run
        start = run.stop


MOST_TRIED = 3
"""So many pieces in a row are tried as the start of a run by formulas."""

Column = Sequence["Slot | Ordinal"]
Numbers = Sequence[tuple["Slot | Ordinal", ...]]
Laws = Callable[[Sequence[Column]], "Steps | None"]


def _even(numbers: Numbers, start: int, alike: Follows) -> Run:
    """The longest run from there whose numbers grow evenly."""
    stop, steps = start + 1, None
    while stop < len(numbers) and alike(start, stop):
        growth = _growth(numbers[stop - 1], numbers[stop])
        if growth is None or steps not in (None, growth):
            break
        stop, steps = stop + 1, growth
    run = Run(start, stop, steps or ())
    if len(run) == 2 and not _only_names_grow(numbers[start], run.steps):
        return Run(start, start + 1, ())
    return run


def _by_laws(numbers: Numbers, start: int, alike: Follows, laws: Laws) -> Run | None:
    """A run from there whose numbers have laws: of all pieces that are alike, or all but one."""
    stop = start + 1
    while stop < len(numbers) and alike(start, stop):
        stop += 1
    for end in (stop, stop - 1):
        columns = list(zip(*numbers[start:end], strict=True))
        steps = laws(columns) if end - start >= FEWEST else None
        if steps is not None:
            return Run(start, end, steps)
    return None


def formulas(columns: Sequence[Column]) -> Steps | None:
    """How the numbers grow, or their formulas."""
    steps = [law_of(column) for column in columns]
    return None if None in steps else tuple(step for step in steps if step is not None)


def law_of(column: Column) -> int | Node | None:
    """By how much the numbers grow, or their formula; None if they do neither."""
    growths = {_grown(a, b) for a, b in pairwise(column)}
    if len(growths) == 1 and None not in growths:
        return growths.pop()
    slots = [number for number in column if isinstance(number, Slot)]
    return formula(slots) if len(slots) == len(column) else None


def _growth(before: Sequence[Slot | Ordinal], after: Sequence[Slot | Ordinal]) -> Steps | None:
    growth = [_grown(a, b) for a, b in zip(before, after, strict=True)]
    return None if None in growth else tuple(step for step in growth if step is not None)


def _grown(before: Slot | Ordinal, after: Slot | Ordinal) -> int | None:
    a: Any = before.value
    b: Any = after.value
    if type(a) is int and type(b) is int:
        return b - a
    return 0 if same(a, b) else None


def _only_names_grow(numbers: Sequence[Slot | Ordinal], steps: Steps) -> bool:
    pairs = zip(numbers, steps, strict=True)
    return not any(step and isinstance(node, Slot) for node, step in pairs)


Tree = TypeVar("Tree")


def generalised(piece: Tree, steps: Steps, height: int) -> Tree:
    """The first piece of a run as what is repeated: growing numbers depend on the iteration."""
    growth = iter(steps)

    def replace(node: Node) -> Node | None:
        if not isinstance(node, Slot | Ordinal):
            return None
        step = next(growth)
        return _grows(node, step, height) if step else node

    return rewrite(piece, replace)


def _grows(first: Slot | Ordinal, step: int | Node, height: int) -> Node:
    """A number that grows in a loop of that height, or its formula there."""
    if isinstance(step, Node):
        return _at(height, step)
    if isinstance(first, Ordinal):
        return Affine(first, Ordinal(step), height)
    return Affine(Slot(first.value, first.name), Slot(step, first.name), height)


def law(slots: Sequence[Slot], height: int) -> Node | None:
    """What gives the settled numbers in a loop of that height; None if they do not grow so."""
    step = law_of(slots)
    if step is None or isinstance(step, Node):
        return step and _at(height, step)
    return Affine(Literal(slots[0].value), Literal(step), height)


def _at(height: int, formula: Node) -> Node:
    """The formula in a loop of that height."""
    return rewrite(
        formula, lambda n: Affine(n.base, n.step, height) if isinstance(n, Affine) else None
    )
