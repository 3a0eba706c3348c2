"""Code that repeats with numbers that stay or grow by a constant step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from netspec.backends.torch.code import Affine, Node, Ordinal, Slot, same
from netspec.backends.torch.tree import rewrite, skeleton, walk

Steps = tuple[int, ...]
"""How much each number of the code grows from one repetition to the next."""


@dataclass(frozen=True)
class Run:
    """Pieces `start` to `stop` of a sequence are one piece, its numbers growing by `steps`."""

    start: int
    stop: int
    steps: Steps

    def __len__(self) -> int:
        return self.stop - self.start


def runs(pieces: Sequence[Any], follows: Callable[[int, int], bool]) -> Iterator[Run]:
    """The sequence as longest runs from the left; a piece that repeats nothing is a run of one.

    `follows(start, k)` says whether piece k may continue a run from `start` for other reasons. Two
    points are always on a line: they are a run only if nothing but names grows.
    """
    shapes = [skeleton(piece, opaque=(Slot, Ordinal)) for piece in pieces]
    numbers = [tuple(n.value for n in walk(piece, Slot, Ordinal)) for piece in pieces]
    start = 0
    while start < len(pieces):
        stop, steps = start + 1, None
        while stop < len(pieces) and shapes[stop] == shapes[start] and follows(start, stop):
            growth = _growth(numbers[stop - 1], numbers[stop])
            if growth is None or steps not in (None, growth):
                break
            stop, steps = stop + 1, growth
        run = Run(start, stop, steps or ())
        if len(run) == 2 and not _only_names_grow(pieces[start], run.steps):
            run = Run(start, start + 1, ())
        yield run
        start = run.stop


def _growth(before: Sequence[Any], after: Sequence[Any]) -> Steps | None:
    growth = []
    for a, b in zip(before, after, strict=True):
        if type(a) is int and type(b) is int:
            growth.append(b - a)
        elif same(a, b):
            growth.append(0)
        else:
            return None
    return tuple(growth)


def _only_names_grow(piece: Any, steps: Steps) -> bool:
    numbers = zip(walk(piece, Slot, Ordinal), steps, strict=True)
    return not any(step and isinstance(node, Slot) for node, step in numbers)


Tree = TypeVar("Tree")


def generalised(piece: Tree, steps: Steps, height: int) -> Tree:
    """The first piece of a run as what is repeated: growing numbers depend on the iteration."""
    growth = iter(steps)

    def replace(node: Node) -> Node | None:
        if not isinstance(node, Slot | Ordinal):
            return None
        step = next(growth)
        if not step:
            return node
        if isinstance(node, Ordinal):
            return Affine(node, Ordinal(step), height)
        base = Slot(node.value, node.name)
        return Affine(base, Slot(step, node.name), height)

    return rewrite(piece, replace)
