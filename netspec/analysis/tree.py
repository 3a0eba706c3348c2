"""The module tree of a program: what stands at each path, with its output and cost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from netspec.analysis.cost import Cost, Costs
from netspec.ops.base import Op
from netspec.program import Call, Instance, Path, Program
from netspec.tensor import Tensor

Outputs = tuple[Tensor, ...]


@dataclass(eq=False, slots=True)
class Node:
    """A module, or an op that needs none; with a counted call, `count` of them in a row. What is
    done again stands once for each time, without params.

    `op` names the op or block ("" for a named group), `output` is that of the last of them, and
    `cost` that of one.
    """

    name: str
    op: str
    output: Outputs
    cost: Cost
    call: Call | None = None
    children: list[Node] = field(default_factory=list)
    groups: dict[str, Node] = field(default_factory=dict)
    """The children that are named groups."""

    @property
    def count(self) -> int:
        return self.call.count if self.call else 1

    def names(self) -> Iterator[str]:
        """The name of each of the `count` modules."""
        if self.call is None:
            yield self.name
        else:
            yield from (path[-1] for path in self.call.paths)


class Row(NamedTuple):
    """One entry of a flat table."""

    path: Path
    op: str
    output: Outputs
    cost: Cost


def module_tree(program: Program, costs: Costs, depth: int) -> Node:
    """The tree down to `depth` levels below the root (0: the root alone)."""
    root = Node(program.name, "", program.outputs, costs.total)
    _grow(root, program.root, costs, depth)
    return root


def _grow(node: Node, instance: Instance, costs: Costs, depth: int) -> None:
    if depth == 0:
        return
    for call in instance.calls:
        group = _group(node, call, costs, depth)
        levels = depth - len(call.place.group)
        if levels > 0:
            name = call.place.path()[-1]
            child = Node(name, _label(call), _outputs(call), costs.once(call), call)
            group.children.append(child)
            if isinstance(call.target, Instance):
                _grow(child, call.target, costs, levels - 1)


def _group(node: Node, call: Call, costs: Costs, depth: int) -> Node:
    """The group that the call stands in (or the part of it within `depth`), the call counted in."""
    for name in call.place.group[:depth]:
        group = node.groups.get(name)
        if group is None:
            group = node.groups[name] = Node(name, "", (), Cost())
            node.children.append(group)
        group.cost = group.cost.plus(costs.once(call), call.count)
        group.output = _outputs(call)
        node = group
    return node


def _label(call: Call) -> str:
    return call.target.name if isinstance(call.target, Op) else call.target.block


def _outputs(call: Call) -> Outputs:
    return tuple([value.type for value in call.outputs])


def rows(program: Program, costs: Costs, depth: int) -> Iterator[Row]:
    """What stands at the `depth`-th level of the tree, or ends above it, an application a row: at
    every depth the costs add up to the total.
    """
    yield from leaves(module_tree(program, costs, depth))


def leaves(node: Node, path: Path = ()) -> Iterator[Row]:
    """The ends of the tree below a node, an application a row."""
    if not node.children:
        yield Row(path, node.op, node.output, node.cost)
    for child in node.children:
        for name in child.names():
            yield from leaves(child, (*path, name))


def walk(node: Node, level: int = 0) -> Iterator[tuple[int, Node]]:
    """Every node below, parents before children, with its level (0: the children of `node`)."""
    for child in node.children:
        yield level, child
        yield from walk(child, level + 1)


def find(root: Node, path: Path) -> Node | None:
    """The node at a path below `root`, or None."""
    node = root
    for name in path:
        child = next((each for each in node.children if name in each.names()), None)
        if child is None:
            return None
        node = child
    return node
