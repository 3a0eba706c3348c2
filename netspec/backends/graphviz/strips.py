"""Nodes of a figure: runs of calls that read as one thing, as `conv | bn | relu`, in one strip."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from netspec.backends.graphviz.fold import Fold, Item, Leaf, leaves
from netspec.ops.base import Op
from netspec.program import Call, Instance, Value

LIGHT = ("normalisation", "activation", "stochastic", "shape")
LONGEST_UNIT = 3
LONGEST_STRIP = 6


@dataclass(slots=True, eq=False)
class Strip:
    """A chain of calls drawn as one node."""

    leaves: list[Leaf]
    title: str | None = None
    times: tuple[int, ...] = ()


@dataclass(slots=True, eq=False)
class Frame:
    """Nodes of one level or one repeated body, drawn in a box."""

    members: list[Strip | Frame]
    title: str | None = None
    times: tuple[int, ...] = ()


Node = Strip | Frame


class Edge(NamedTuple):
    """From a strip or an input of the body to a strip or an output of it."""

    source: Strip | int
    target: Strip | int
    shapes: list[list[tuple[int, ...]]]
    """By version and iteration."""


@dataclass(slots=True, eq=False)
class Picture:
    """A body laid out as nodes and edges; inputs and outputs count from 0."""

    nodes: list[Node]
    edges: list[Edge]
    inputs: int
    outputs: int


def strips(nodes: Iterable[Node]) -> Iterator[Strip]:
    for node in nodes:
        if isinstance(node, Strip):
            yield node
        else:
            yield from strips(node.members)


def picture(items: Sequence[Item], versions: Sequence[Instance]) -> Picture:
    """The items of a body that stands for `versions` of one block."""
    wiring = Wiring(items, versions)
    nodes = _nodes(items, wiring)
    edges = list(_edges(nodes, wiring))
    return Picture(nodes, edges, len(versions[0].inputs), len(versions[0].outputs))


class Wiring:
    """Which leaf, or which input of the body, gives a leaf its inputs."""

    def __init__(self, items: Sequence[Item], versions: Sequence[Instance]) -> None:
        self.versions = versions
        self._leaf_of = {id(call): leaf for leaf in leaves(items) for call in leaf.calls}
        self._input_of = {
            id(value): k for version in versions for k, value in enumerate(version.inputs)
        }
        self._uses: dict[int, set[int]] = {}
        for leaf in leaves(items):
            for value in chain.from_iterable(call.inputs for call in leaf.versions[0]):
                self._uses.setdefault(id(self.source(value)), set()).add(id(leaf))
        for value in versions[0].outputs:
            self._uses.setdefault(id(self.source(value)), set()).add(id(self))

    def source(self, value: Value) -> Leaf | int:
        if value.producer is not None:
            return self._leaf_of[id(value.producer)]
        return self._input_of[id(value)]

    def linked(self, before: Leaf, after: Leaf) -> bool:
        """Whether `after` takes only what `before` gives, and nothing else does."""
        sources = [self.source(value) for value in after.first.inputs]
        return sources == [before] and self._uses[id(before)] == {id(after)}


def _nodes(items: Sequence[Item], wiring: Wiring) -> list[Node]:
    nodes: list[Node] = []
    for item in items:
        if isinstance(item, Leaf):
            last = nodes[-1] if nodes else None
            if isinstance(last, Strip) and not last.times and _joins(last, item, wiring):
                last.leaves.append(item)
            else:
                nodes.append(Strip([item]))
        else:
            nodes.append(_framed(item, _nodes(item.items, wiring)))
    return nodes


def _framed(item: Item, members: list[Node]) -> Node:
    node = members[0] if len(members) == 1 else Frame(members)
    if isinstance(item, Fold):
        return _repeated(node, item.times)
    return _titled(node, item.name)


def _repeated(node: Node, times: tuple[int, ...]) -> Node:
    if node.times:
        return Frame([node], times=times)
    node.times = times
    return node


def _titled(node: Node, name: str) -> Node:
    if name.isdigit():
        return node
    if node.title:
        return Frame([node], title=name)
    node.title = name
    return node


def _joins(strip: Strip, leaf: Leaf, wiring: Wiring) -> bool:
    """Light ops join the op that they follow; before any other (pre-activation), that one joins."""
    last = strip.leaves[-1]
    if not wiring.linked(last, leaf) or len(strip.leaves) == LONGEST_STRIP:
        return False
    if is_block(leaf) or is_block(last):
        return is_block(leaf) and is_block(last) and _keeps_shape(leaf) and _siblings(last, leaf)
    if all(map(_is_light, strip.leaves)):
        return True
    return _is_light(leaf) and _keeps_shape(leaf) and _family(leaf) != _family(strip.leaves[0])


def _siblings(one: Leaf, other: Leaf) -> bool:
    """Whether both are of one numbered group, as `layer1.0` and `layer1.1`."""
    a, b = one.first.place, other.first.place
    return a.first is not None and (a.group, a.stem) == (b.group, b.stem)


def _keeps_shape(leaf: Leaf) -> bool:
    return leaf.first.inputs[0].type.shape == leaf.first.outputs[0].type.shape


def _family(leaf: Leaf) -> str | None:
    target = leaf.first.target
    return target.group if isinstance(target, Op) else None


def _is_light(leaf: Leaf) -> bool:
    return _family(leaf) in LIGHT


def is_block(leaf: Leaf) -> bool:
    """Whether the leaf is a use of a block that is drawn elsewhere."""
    return isinstance(leaf.first.target, Instance) and not is_unit(leaf.first.target)


def is_unit(instance: Instance) -> bool:
    """A short chain of ops, as convolution, normalisation, activation: shown where it is used."""
    calls = instance.calls
    if not 0 < len(calls) <= LONGEST_UNIT or len(instance.inputs) != 1:
        return False
    values = [*instance.inputs, *(value for call in calls for value in call.outputs[:1])]
    taken = [*(call.inputs for call in calls), instance.outputs]
    plain = all(isinstance(call.target, Op) or is_unit(call.target) for call in calls)
    single = all(call.count == 1 for call in calls)
    chained = taken == [(value,) for value in values]
    return plain and single and chained and len(unit_ops(instance)) <= LONGEST_UNIT


def unit_ops(instance: Instance) -> list[Call]:
    """The calls of ops in a unit, in order."""
    inner = (
        [call] if isinstance(call.target, Op) else unit_ops(call.target) for call in instance.calls
    )
    return list(chain.from_iterable(inner))


def _edges(nodes: Sequence[Node], wiring: Wiring) -> Iterator[Edge]:
    strip_of = {id(leaf): strip for strip in strips(nodes) for leaf in strip.leaves}

    def end(source: Leaf | int) -> Strip | int:
        return source if isinstance(source, int) else strip_of[id(source)]

    for strip in strips(nodes):
        for leaf in strip.leaves:
            for k, value in enumerate(leaf.first.inputs):
                source = wiring.source(value)
                if end(source) is not strip:
                    yield Edge(end(source), strip, _shapes(leaf, k, source, wiring))
    for k, value in enumerate(wiring.versions[0].outputs):
        shapes = [[version.outputs[k].type.shape] for version in wiring.versions]
        yield Edge(end(wiring.source(value)), k, shapes)


def _shapes(
    leaf: Leaf, index: int, source: Leaf | int, wiring: Wiring
) -> list[list[tuple[int, ...]]]:
    """What comes along this edge: a later iteration may take its input from the one before."""
    return [
        [
            value.type.shape
            for call in calls
            for value in call.inputs[index : index + 1]
            if wiring.source(value) == source
        ]
        for calls in leaf.versions
    ]
