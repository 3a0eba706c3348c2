"""Layers of an `nn.Sequential` that a person writes as loops: rows of one structure, such as some
convolutions of one width and a pooling.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise, takewhile
from typing import NamedTuple

from netspec.backends.torch.code import (
    Affine,
    Call,
    Generator,
    Literal,
    Name,
    Node,
    Noted,
    Option,
    Started,
)
from netspec.backends.torch.source.stacks import CELLS, FEWEST_ROWS, Naming, Row, Stack, stack_of
from netspec.backends.torch.tree import rewrite, walk

UNEVEN = (Started, Option, Noted, Generator, Affine)
"""What no layer of a loop has in it."""
LONGEST_UNIT, LONGEST_TAIL = 8, 4
MOST_LAYERS = 1000
"""So many layers are looked at."""
MOST_TRIED = 8
"""So many layers in a row are tried as the start of a loop."""


class _Layer(NamedTuple):
    """A layer, the number of its structure, and the argument that makes it."""

    node: Node
    shape: int | None
    argument: int


def stacked(arguments: tuple[Node, ...], naming: Naming) -> tuple[Node, ...]:
    """The arguments of an `nn.Sequential`, stacks in place of layers that are rows of units."""
    layers = list(_layers(arguments))
    if len(layers) > MOST_LAYERS:
        return arguments
    result: list[Node] = []
    done = at = tried = 0
    while at < len(layers) and tried < MOST_TRIED:
        found = _longest(layers, at, naming)
        if found is None:
            at, tried = at + 1, tried + 1
            continue
        stack, stop = found
        result += [*_remaining(arguments, layers, done, at), stack]
        done, at, tried = stop, stop, 0
    return (*result, *_remaining(arguments, layers, done, len(layers)))


def _layers(arguments: tuple[Node, ...]) -> Iterator[_Layer]:
    """The layers one by one, those of a generator too."""
    shapes: dict[Node, int] = {}
    for position, argument in enumerate(arguments):
        for node in _each(argument):
            shape = _shape(node)
            number = None if shape is None else shapes.setdefault(shape, len(shapes))
            yield _Layer(node, number, position)


def _shape(node: Node) -> Node | None:
    """The layer without what may differ between rows; None for one that no loop makes."""
    if not isinstance(node, Call) or next(walk(node, *UNEVEN), None):
        return None
    return rewrite(node, lambda part: Name("") if isinstance(part, CELLS) else None)


def _each(argument: Node) -> Iterator[Node]:
    if isinstance(argument, Generator) and isinstance(argument.count, Literal):
        yield from (_iteration(argument, k) for k in range(argument.count.value))
    else:
        yield argument


def _iteration(generator: Generator, k: int) -> Node:
    """What a generator makes in one iteration."""

    def settled(node: Node) -> Node | None:
        match node:
            case Affine(Literal(base), Literal(step), generator.height):
                return Literal(base + k * step)
        return None

    return rewrite(generator.element, settled)


def _remaining(
    arguments: tuple[Node, ...], layers: list[_Layer], start: int, stop: int
) -> Iterator[Node]:
    """The arguments for these layers; where only some of one are left, these."""
    for position, some in groupby(layers[start:stop], lambda layer: layer.argument):
        left = [layer.node for layer in some]
        total = sum(layer.argument == position for layer in layers)
        yield from left if len(left) < total else [arguments[position]]


def _longest(layers: Sequence[_Layer], start: int, naming: Naming) -> tuple[Stack, int] | None:
    """The stack from there on that says most in least, and where it stops."""
    sizes = [(u, t) for t in range(LONGEST_TAIL + 1) for u in range(1, LONGEST_UNIT + 1)]
    found = [(rows, sum(size)) for size in sizes if (rows := _rows(layers, start, *size))]
    for rows, size in sorted(found, key=lambda pair: pair[1] - _length(pair[0])):
        stop = start + _length(rows)
        if start + size < stop and _is_whole(layers, start, stop, rows):
            stack = stack_of(rows, naming)
            if stack is not None:
                return stack, stop
    return None


def _is_whole(layers: Sequence[_Layer], start: int, stop: int, rows: Sequence[Row]) -> bool:
    """Whether the rows begin and end where iterations do, if loops of the text make them."""
    units = [unit[0] for row in rows for unit in row.units]
    depths = [depth for a, b in pairwise(units) if (depth := _depth(a, b)) is not None]
    ends = [(start - 1, start)] * (start > 0) + [(stop - 1, stop)] * (stop < len(layers))
    found = [_depth(layers[k].node, layers[after].node) for k, after in ends]
    return not depths or all(depth is not None and depth <= min(depths) for depth in found)


def _depth(before: Node, after: Node) -> int | None:
    """How many loops of the text both layers are in one iteration of; None if they are in one of
    all loops, or if one of them was made elsewhere.
    """
    found = [next(walk(layer, Call), None) for layer in (before, after)]
    loops = [call.origin.loops for call in found if call is not None]
    if len(loops) < 2 or loops[0] == loops[1]:
        return None
    return len([*takewhile(lambda pair: pair[0] == pair[1], zip(*loops, strict=False))])


def _length(rows: Sequence[Row]) -> int:
    return sum(len(row.units) * len(row.units[0]) + len(row.tail) for row in rows)


def _rows(layers: Sequence[_Layer], start: int, unit: int, tail: int) -> list[Row]:
    """The rows of one structure from there on, as many as there are, each of `unit` layers once or
    several times and `tail` other ones; without a tail one row of all.
    """
    shapes = [layer.shape for layer in layers]
    head, end = shapes[start : start + unit], None
    rows: list[Row] = []
    at = stop = start
    if None in head or len(head) < unit:
        return []
    while shapes[stop : stop + unit] == head:
        while shapes[stop : stop + unit] == head:
            stop += unit
        last = shapes[stop : stop + tail]
        if len(last) < tail or None in last or last != (last if end is None else end):
            break
        nodes = [layer.node for layer in layers[at : stop + tail]]
        units = [tuple(nodes[k : k + unit]) for k in range(0, stop - at, unit)]
        rows.append(Row(tuple(units), tuple(nodes[stop - at :])))
        end, at = last, stop + tail
        stop = at
    return rows if len(rows) >= (FEWEST_ROWS if tail else 1) else []
