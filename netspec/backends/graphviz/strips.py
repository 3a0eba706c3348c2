"""Nodes of a figure: calls that read as one thing, as `conv | bn | relu`, in one strip."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from netspec.backends.graphviz.fold import Fold, Item, Leaf, Level, folds, leaves
from netspec.backends.graphviz.units import is_unit
from netspec.ops.base import Op
from netspec.ops.formula import Formula
from netspec.ops.parameter import Parameter
from netspec.program import Call, Instance, Value
from netspec.syntax.formula import operands

LIGHT = ("normalisation", "activation", "stochastic", "shape")
LONGEST = 6

Shapes = list[list[tuple[int, ...]]]
"""Of one tensor, by version of the block and iteration."""


@dataclass(slots=True, eq=False)
class Strip:
    """A chain of calls drawn as one node."""

    leaves: list[Leaf]
    title: str | None = None
    times: tuple[int, ...] = ()
    parallel: bool = False

    @property
    def calls(self) -> Iterator[Call]:
        return chain.from_iterable(leaf.calls for leaf in self.leaves)

    @property
    def train_only(self) -> bool:
        return self.leaves[0].first.train_only


@dataclass(slots=True, eq=False)
class Frame:
    """Nodes of one level or one repeated body, in a box."""

    members: list[Node]
    title: str | None = None
    times: tuple[int, ...] = ()
    parallel: bool = False


Node = Strip | Frame


class Link(NamedTuple):
    """A tensor from a strip, or an input of the body by its number, to a strip or an output.

    `value` is the one of the first version and iteration; `role` what the target calls it.
    """

    source: Strip | int
    target: Strip | int
    value: Value
    shapes: Shapes
    role: str | None = None


def strips(nodes: Iterable[Node]) -> Iterator[Strip]:
    for node in nodes:
        if isinstance(node, Strip):
            yield node
        else:
            yield from strips(node.members)


def arrange(items: Sequence[Item], versions: Sequence[Instance]) -> tuple[list[Node], list[Link]]:
    """The body that stands for `versions` of one block, as nodes and links in textual order."""
    wiring = _Wiring(items, versions)
    nodes = _nodes(items, wiring)
    return nodes, list(_links(nodes, wiring))


class _Wiring:
    """Which leaf, or which input of the body, makes a value, and who takes it."""

    def __init__(self, items: Sequence[Item], versions: Sequence[Instance]) -> None:
        self.versions = versions
        self._maker = {id(call): leaf for leaf in leaves(items) for call in leaf.calls}
        self._input = {
            id(value): k for version in versions for k, value in enumerate(version.inputs)
        }
        self._fold = {id(leaf): id(fold) for fold in folds(items) for leaf in leaves([fold])}
        self._takers: dict[int, set[int]] = {}
        for leaf in leaves(items):
            for value in chain.from_iterable(map(taken, leaf.versions[0])):
                self._takers.setdefault(id(self.source(value)), set()).add(id(leaf))
        for value in versions[0].outputs:
            self._takers.setdefault(id(self.source(value)), set()).add(id(versions))

    def source(self, value: Value) -> Leaf | int:
        if value.producer is None:
            return self._input[id(value)]
        return self._maker[id(value.producer)]

    def taken(self, leaf: Leaf, index: int) -> Iterator[Value]:
        """The values that `leaf` takes from outside of its loop, and those of one iteration."""
        values: dict[Value, None] = {}
        for call in leaf.versions[0]:
            for value in taken(call)[index : index + 1]:
                source = self.source(value)
                inside = isinstance(source, Leaf) and id(source) in self._fold
                if call is leaf.first or not (
                    inside and self._fold[id(source)] == self._fold.get(id(leaf))
                ):
                    values[value] = None
        yield from values

    def chained(self, before: Leaf, after: Leaf) -> bool:
        """Whether `after` takes only what `before` makes, and nothing else does."""
        sources = [self.source(value) for value in taken(after.first)]
        return sources == [before] and self._takers[id(before)] == {id(after)}


def _nodes(items: Sequence[Item], wiring: _Wiring) -> list[Node]:
    nodes: list[Node] = []
    for item in items:
        last = nodes[-1] if nodes else None
        if not isinstance(item, Leaf):
            nodes.append(_boxed(item, _nodes(item.items, wiring)))
        elif isinstance(last, Strip) and _joins(last, item, wiring):
            last.leaves.append(item)
        else:
            nodes.append(Strip([item]))
    return nodes


def _boxed(item: Level | Fold, members: list[Node]) -> Node:
    """A single node takes the title or the number itself, if it has none."""
    node = members[0] if len(members) == 1 else Frame(members)
    if isinstance(item, Fold):
        node = Frame([node]) if node.times else node
        node.times, node.parallel = item.times, item.parallel
    elif not item.name.isdigit():
        node = Frame([node]) if node.title else node
        node.title = item.name
    return node


def _joins(strip: Strip, leaf: Leaf, wiring: _Wiring) -> bool:
    """Light ops join the op before them, or (pre-activation) the one after; siblings join."""
    first, last = strip.leaves[0], strip.leaves[-1]
    closed = strip.times or strip.title or len(strip.leaves) == LONGEST
    unlike = leaf.first.weighting.fixed or last.first.train_only != leaf.first.train_only
    if closed or unlike or not wiring.chained(last, leaf):
        return False
    if is_block(leaf) or is_block(last):
        return is_block(leaf) and is_block(last) and _keeps_shape(leaf) and _siblings(last, leaf)
    if all(_family(each) in LIGHT for each in strip.leaves):
        return True
    return _family(leaf) in LIGHT and _keeps_shape(leaf) and _family(leaf) != _family(first)


def is_block(leaf: Leaf) -> bool:
    """Whether the leaf is a use of a block that is drawn elsewhere."""
    return isinstance(leaf.first.target, Instance) and not is_unit(leaf.first.target)


def _siblings(one: Leaf, other: Leaf) -> bool:
    """Whether both are of one numbered group, as `layer1.0` and `layer1.1`."""
    a, b = one.first.place, other.first.place
    return a.first is not None and (a.group, a.stem) == (b.group, b.stem)


def _keeps_shape(leaf: Leaf) -> bool:
    return leaf.first.inputs[0].type.shape == leaf.first.outputs[0].type.shape


def _family(leaf: Leaf) -> str | None:
    return leaf.first.target.group if isinstance(leaf.first.target, Op) else None


def _links(nodes: Sequence[Node], wiring: _Wiring) -> Iterator[Link]:
    strip_of = {id(leaf): strip for strip in strips(nodes) for leaf in strip.leaves}

    def end(source: Leaf | int) -> Strip | int:
        return source if isinstance(source, int) else strip_of[id(source)]

    for strip in strips(nodes):
        for leaf in strip.leaves:
            for k in range(max(len(taken(call)) for call in leaf.versions[0])):
                known: dict[int, Shapes] = {}
                for value in wiring.taken(leaf, k):
                    source = wiring.source(value)
                    if end(source) is not strip:
                        if id(source) not in known:
                            known[id(source)] = _shapes(leaf, k, source, wiring)
                        role = _role(leaf.first, k)
                        yield Link(end(source), strip, value, known[id(source)], role)
    for k, value in enumerate(wiring.versions[0].outputs):
        shapes = [[version.outputs[k].type.shape] for version in wiring.versions]
        yield Link(end(wiring.source(value)), k, value, shapes)


def taken(call: Call) -> tuple[Value, ...]:
    """What the call's result depends on: a learned tensor on nothing but its weight."""
    return () if isinstance(call.target, Parameter) else call.inputs


def _role(call: Call, index: int) -> str | None:
    """The name of an input in a formula of several."""
    if len(call.inputs) == 1 or not isinstance(call.target, Formula):
        return None
    names = {operand.index: operand.name for operand in operands(call.target.expr)}
    return names[index]


def _shapes(leaf: Leaf, index: int, source: Leaf | int, wiring: _Wiring) -> Shapes:
    """What comes from `source`: a later iteration may take its input from the one before."""
    return [
        [
            value.type.shape
            for call in calls
            for value in call.inputs[index : index + 1]
            if wiring.source(value) == source
        ]
        for calls in leaf.versions
    ]
