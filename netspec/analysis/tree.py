"""The module tree of a program: what stands at each path, with its output and cost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from netspec.analysis.cost import Cost, Costs
from netspec.diagnostics import SpecError, fault
from netspec.ops.base import Op
from netspec.program import Call, Instance, Path, Program
from netspec.tensor import Tensor

Outputs = tuple[Tensor, ...]


NOTHING = Cost()


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
    first: Cost = NOTHING
    """Of a group, the cost without what is done again."""
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


class Role(NamedTuple):
    """What the calls above say of the weights and the work of those below."""

    again: bool = False
    fixed: bool = False
    train_only: bool = False

    def inside(self, call: Call) -> Role:
        weighting = call.weighting
        return Role(
            self.again or weighting.again,
            self.fixed or weighting.fixed,
            self.train_only or call.train_only,
        )

    def of(self, cost: Cost) -> Cost:
        if self.again:
            cost = cost.reused
        elif self.fixed:
            cost = cost.constant
        return cost.without_work if self.train_only else cost


MAX_NODES = 1_000_000
"""Modules of a tree, and rows of a table."""


def module_tree(program: Program, costs: Costs, depth: int) -> Node:
    """The tree down to `depth` levels below the root (0: the root alone); raises `SpecError`
    (NS402) where it would be too large.
    """
    root = Node(program.name, "", program.outputs, costs.total)
    pending, size = [(root, program.root, depth, Role())], 0
    while pending:
        node, instance, levels, role = pending.pop()
        size += len(instance.calls) if levels else 0
        if size > MAX_NODES:
            raise _too_large(f"the tree has more than {MAX_NODES:,} modules")
        for child, left in _grow(node, instance, costs, levels, role) if levels else ():
            assert child.call is not None
            if isinstance(child.call.target, Instance):
                pending.append((child, child.call.target, left, role.inside(child.call)))
    return root


def _too_large(message: str) -> SpecError:
    return fault("NS402", message, hint="ask for fewer levels: `--depth 1`")


def _grow(
    node: Node, instance: Instance, costs: Costs, depth: int, role: Role
) -> Iterator[tuple[Node, int]]:
    """Add the calls of an instance; gives each child, and how many levels are left below it."""
    for call in instance.calls:
        cost = role.of(costs.once(call))
        group = _group(node, call, cost, depth)
        levels = depth - len(call.place.group)
        if levels > 0:
            name = call.place.path()[-1]
            child = Node(name, _label(call), _outputs(call), cost, call)
            group.children.append(child)
            yield child, levels - 1


def _group(node: Node, call: Call, cost: Cost, depth: int) -> Node:
    """The group that the call stands in (or the part of it within `depth`), the call counted in."""
    for name in call.place.group[:depth]:
        group = node.groups.get(name)
        if group is None:
            group = node.groups[name] = Node(name, "", (), Cost())
            node.children.append(group)
        group.cost = group.cost.plus(cost, call.count)
        if not call.weighting.again:
            group.first = group.first.plus(cost, call.count)
            group.output = _outputs(call)
        node = group
    return node


def _label(call: Call) -> str:
    return call.target.name if isinstance(call.target, Op) else call.target.block


def _outputs(call: Call) -> Outputs:
    return tuple([value.type for value in call.outputs])


def rows(program: Program, costs: Costs, depth: int) -> Iterator[Row]:
    """What stands at the `depth`-th level of the tree, or ends above it, an application a row: at
    every depth the costs add up to the total. Raises `SpecError` (NS402) for too many rows.
    """
    yield from leaves(module_tree(program, costs, depth))


def leaves(root: Node) -> Iterator[Row]:
    """The ends of the tree below a node, an application a row."""
    if _ends(root) > MAX_NODES:
        raise _too_large(f"the table has more than {MAX_NODES:,} rows")
    yield from _leaves(root, ())


def _ends(node: Node) -> int:
    """How many applications stand at the ends of the tree."""
    return sum(child.count * _ends(child) for child in node.children) if node.children else 1


def _leaves(node: Node, path: Path) -> Iterator[Row]:
    if not node.children:
        yield Row(path, node.op, node.output, node.cost)
    for child in node.children:
        for name in child.names():
            yield from _leaves(child, (*path, name))


def walk(node: Node, level: int = 0) -> Iterator[tuple[int, Node]]:
    """Every node below, parents before children, with its level (0: the children of `node`)."""
    for child in node.children:
        yield level, child
        yield from walk(child, level + 1)


class NotInTree(LookupError):
    """A path of no module: no `name` where it leads, but `names`."""

    def __init__(self, name: str, names: Iterator[str]) -> None:
        self.name, self.names = name, names


def find(program: Program, costs: Costs, path: Path) -> Node:
    """The node at a path of the module tree; raises `NotInTree`."""
    node, instance, rest = Node(program.name, "", (), Cost()), program.root, path
    role = Role()
    while True:
        for _ in _grow(node, instance, costs, len(rest), role):
            pass
        while rest and node.children:
            name, *below = rest
            child = next((each for each in node.children if name in each.names()), None)
            if child is None:
                raise NotInTree(name, (n for each in node.children for n in each.names()))
            node, rest = child, tuple(below)
        if not rest:
            return node
        if node.call is None or not isinstance(node.call.target, Instance):
            raise NotInTree(rest[0], iter(()))
        instance, role = node.call.target, role.inside(node.call)
