"""Hourglasses: bodies that go down to a low resolution and up again, with skips across (U-Net)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from netspec.backends.graphviz.strips import Strip
from netspec.backends.graphviz.wires import Wire

MOST_SKIPS = 64


@dataclass(frozen=True, slots=True)
class Hourglass:
    """Strips deeper than `turn` make up the way up from `bottom`, the last wire of the way down."""

    skips: Sequence[tuple[Wire, Strip]]
    turn: int
    bottom: Wire


def hourglass(wires: Sequence[Wire], depth: Mapping[int, int]) -> Hourglass | None:
    """The body as one, if it has skips, each within the one before and of fewer positions."""
    long = [
        (wire, target)
        for wire in wires
        if wire.source
        for target in wire.targets
        if depth[id(target)] > _at(wire, depth) + 1
    ]
    if not 2 <= len(long) <= MOST_SKIPS:
        return None
    skips = [skip for skip in long if _dips(skip[0], depth[id(skip[1])], wires, depth)]
    skips.sort(key=lambda skip: _at(skip[0], depth))
    nested = all(
        _at(outer, depth) < _at(inner, depth)
        and depth[id(last)] > depth[id(first)]
        and outer.positions > inner.positions
        for (outer, last), (inner, first) in pairwise(skips)
    )
    if len(skips) < 2 or not nested:
        return None
    wire, target = skips[-1]
    inside = _between(wire, depth[id(target)], wires, depth)
    fewest = min(each.positions for each in inside)
    bottom = [each for each in inside if each.positions == fewest][-1]
    return Hourglass(skips, _at(bottom, depth), bottom)


def _at(wire: Wire, depth: Mapping[int, int]) -> int:
    return depth[id(wire.source)] if wire.source else 0


def _between(wire: Wire, end: int, wires: Sequence[Wire], depth: Mapping[int, int]) -> list[Wire]:
    return [each for each in wires if _at(wire, depth) < _at(each, depth) < end]


def _dips(wire: Wire, end: int, wires: Sequence[Wire], depth: Mapping[int, int]) -> bool:
    """Whether there are fewer positions on the way to the strip at depth `end`."""
    return any(each.positions < wire.positions for each in _between(wire, end, wires, depth))
