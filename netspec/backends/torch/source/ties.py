"""Weights of other modules: how the class of a unit refers to them."""

from __future__ import annotations

from collections.abc import Sequence

from netspec.backends.torch.code import (
    Attribute,
    Node,
    Ordinal,
    Sibling,
    Subscript,
)
from netspec.backends.torch.lowering import Lowering
from netspec.backends.torch.source.construction import label
from netspec.backends.torch.source.kinds import Kind, held, weight
from netspec.backends.torch.source.units import WHOLE, Chain, Item, Unit
from netspec.program import Path, Tie


def tied(tie: Tie, unit: Unit) -> Node:
    """The weight of a tie, or its transpose."""
    path = (*tie.path, *tie.weight.split("."))[len(unit.prefix) :]
    item, rest = _child(unit.items, path)
    found = _inside(
        Sibling(item.container, label(path[len(item.container)]), item.kind), item, rest
    )
    return Attribute(found, "T") if tie.transposed else found


def _child(items: Sequence[Item], path: Path) -> tuple[Item, Path]:
    """The item that the path leads to or into, and the rest of the path in there."""
    for item in items:
        own = len(item.place)
        if item.has_name and path[:own] in item.paths:
            return item, path[own:]
    raise AssertionError(f"nothing is at {'.'.join(path)}")


def _inside(node: Node, item: Item, path: Path) -> Node:
    """What stands at the path in an item, the node."""
    if not path:
        return node
    if isinstance(item.target, Lowering):
        return weight(node, path)
    items = item.target.items
    if isinstance(item.target, Unit) and [inner.name for inner in items] == [WHOLE]:
        return _inside(node, items[0], path)
    child, rest = _child(items, path)
    if isinstance(item.target, Chain) and path[0].isdecimal():
        return _inside(Subscript(node, Ordinal(int(path[0]))), child, rest)
    for name in child.container:
        node = held(node, name, Kind.MODULE)
    return _inside(held(node, path[len(child.container)], child.kind), child, rest)
