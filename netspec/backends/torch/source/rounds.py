"""The order in which classes are settled, and that in which they stand in the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from netspec.backends.torch.code import ClassName
from netspec.backends.torch.source.classes import Class
from netspec.backends.torch.source.units import Unit
from netspec.backends.torch.tree import walk


def rounds(units: Sequence[Unit]) -> Iterator[list[Unit]]:
    """The units in groups, callees before callers.

    All units of a block are in one group, but for blocks that contain themselves: of those the
    units that contain no others of their own come first, then those that contain these, ...
    """
    recursive = _recursive(units)
    done: set[Unit] = set()
    left = list(units)
    while left:
        ready = [unit for unit in left if all(callee in done for callee in unit.units)]
        held_up = {unit.block for unit in set(left).difference(ready)}
        now = [unit for unit in ready if unit.block not in held_up]
        now = now or [unit for unit in ready if unit.block in recursive]
        yield now
        done.update(now)
        left = [unit for unit in left if unit not in done]


def _recursive(units: Sequence[Unit]) -> set[str]:
    """The blocks that contain themselves, directly or through others."""
    callees: dict[str, set[str]] = {}
    for unit in units:
        callees.setdefault(unit.block, set()).update(callee.block for callee in unit.units)
    return {block for block in callees if block in _reached(callees[block], callees)}


def _reached(blocks: set[str], callees: Mapping[str, set[str]]) -> set[str]:
    reached: set[str] = set()
    pending = list(blocks)
    while pending:
        block = pending.pop()
        if block not in reached:
            reached.add(block)
            pending += callees[block]
    return reached


def in_order(root: Class) -> list[Class]:
    """The classes that one needs and itself, callees before callers."""
    order: dict[int, Class] = {}
    stack: list[tuple[Class, bool]] = [(root, False)]
    while stack:
        cls, done = stack.pop()
        if done:
            order.setdefault(id(cls), cls)
        elif id(cls) not in order:
            stack.append((cls, True))
            callees = [name.of for name in walk(cls.body, ClassName)]
            stack += [(callee, False) for callee in reversed(callees)]
    return list(order.values())
