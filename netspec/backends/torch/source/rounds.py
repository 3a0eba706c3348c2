"""The order in which classes are settled, and that in which they stand in the file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from netspec.backends.torch.code import ClassName
from netspec.backends.torch.source.classes import Class
from netspec.backends.torch.source.units import Unit
from netspec.backends.torch.tree import walk


def rounds(units: Sequence[Unit]) -> Iterator[list[Unit]]:
    """The units in groups, callees before callers: all units of a block, those too that contain
    each other, but for blocks that contain each other; of these one height after the other.
    """
    done: set[Unit] = set()
    left = list(units)
    while left:
        now = _settleable(left, done) or next(by_height(left))
        yield now
        done.update(now)
        left = [unit for unit in left if unit not in done]


def _settleable(left: Sequence[Unit], done: set[Unit]) -> list[Unit]:
    """The units of the blocks that need only themselves and what is done."""
    held_up = {
        unit.block
        for unit in left
        if any(callee not in done and callee.block != unit.block for callee in unit.units)
    }
    return [unit for unit in left if unit.block not in held_up]


def by_height(units: Sequence[Unit]) -> Iterator[list[Unit]]:
    """The units by their height: first those that contain no others of them."""
    heights: dict[Unit, int] = {}
    own = set(units)
    for unit in units:
        inside = (heights[callee] for callee in unit.units if callee in own)
        heights[unit] = 1 + max(inside, default=-1)
    for height in range(max(heights.values()) + 1):
        yield [unit for unit in units if heights[unit] == height]


def in_order(root: Class) -> list[Class]:
    """The classes that one needs and itself, callees before callers."""
    order: dict[int, Class] = {}
    seen: set[int] = set()
    stack: list[tuple[Class, bool]] = [(root, False)]
    while stack:
        cls, done = stack.pop()
        if done:
            order.setdefault(id(cls), cls)
        elif id(cls) not in seen:
            seen.add(id(cls))
            stack.append((cls, True))
            callees = [name.of for name in walk(cls.body, ClassName)]
            stack += [(callee, False) for callee in reversed(callees)]
    return list(order.values())
