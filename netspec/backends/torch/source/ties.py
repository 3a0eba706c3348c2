"""Weights of other modules: how the class of a unit refers to them."""

from __future__ import annotations

from collections.abc import Sequence

from netspec.backends.torch.code import (
    Attribute,
    Call,
    Name,
    Node,
    Ordinal,
    Sibling,
    Subscript,
    Text,
)
from netspec.backends.torch.lowering import Lowering
from netspec.backends.torch.source.construction import label
from netspec.backends.torch.source.kinds import Kind, held, weight
from netspec.backends.torch.source.names import is_module_attribute
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
    """What stands at the path in an item, the node. It is a parameter or, if what is around it is
    made constant, a buffer; `getattr` finds either where an attribute is of no known type.
    """
    if not path:
        return node
    plainly_typed = isinstance(item.target, Lowering) and not item.container
    if plainly_typed and path == ("weight",):
        return Attribute(node, "weight")
    if any(map(is_module_attribute, path)):
        return _step_by_step(node, item, path)
    *inner, name = path
    if inner:
        node = Call(Attribute(node, "get_submodule"), (Text((".".join(inner),)),))
    return Call(Name("getattr"), (node, Text((name,))))


def _inner(target: Unit | Chain, path: Path) -> tuple[Item, Path]:
    """The item in a unit or chain that the path leads to or into, and the rest of the path."""
    items = target.items
    return (items[0], path) if items[0].name == WHOLE else _child(items, path)


def _step_by_step(node: Node, item: Item, path: Path) -> Node:
    """What stands at a path with names that `nn.Module` has for its own ends."""
    if not path:
        return node
    if isinstance(item.target, Lowering):
        return weight(node, path)
    child, rest = _inner(item.target, path)
    if child.name == WHOLE:
        return _step_by_step(node, child, path)
    if isinstance(item.target, Chain) and path[0].isdecimal():
        return _step_by_step(Subscript(node, Ordinal(int(path[0]))), child, rest)
    for name in child.container:
        node = held(node, name, Kind.MODULE)
    return _step_by_step(held(node, path[len(child.container)], child.kind), child, rest)
