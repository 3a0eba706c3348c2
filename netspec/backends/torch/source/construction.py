"""The expressions that construct modules."""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from netspec.backends.torch.code import (
    Argument,
    Call,
    ClassName,
    Label,
    Node,
    Ordinal,
    Slot,
    Under,
    Whens,
)
from netspec.backends.torch.lowering import Lowering
from netspec.backends.torch.source.classes import Made
from netspec.backends.torch.source.columns import INPUT_SIZES
from netspec.backends.torch.source.located import in_scope
from netspec.backends.torch.source.sequential import Entry, sequential
from netspec.backends.torch.source.units import Chain, Item, Unit
from netspec.backends.torch.source.weights import weighted

Constructed = Mapping[Unit, Made]
Chained = Callable[[list[Entry]], Node]


def constructor(item: Item, made: Constructed, chained: Chained = sequential) -> Node | None:
    """The expression that constructs the item's module; None where torch has no such module.
    `chained` gives that of layers in a row.
    """
    module = _module(item, made, chained)
    if isinstance(module, Call):
        module = replace(module, origin=item.origin)
    return None if module is None else weighted(module, item)


def _module(item: Item, made: Constructed, chained: Chained) -> Node | None:
    if isinstance(item.target, Lowering):
        return item.target.module
    if isinstance(item.target, Unit):
        return _construction(item, made[item.target])
    return chained(list(_entries(item.target, made, chained)))


def _entries(chain: Chain, made: Constructed, chained: Chained) -> Iterator[Entry]:
    for item in chain.items:
        module = constructor(item, made, chained)
        assert module is not None
        if item.conditions:
            module = Under(module, Whens(item.conditions))
        yield Entry(label(item.name), module, item.count, item.note, item.loops, item.inputs[0])


def _construction(item: Item, made: Made) -> Node:
    arguments = []
    for parameter in made.by.parameters:
        slot = Slot(made.arguments[parameter.name], parameter.name, parameter.name)
        if item.call:
            slot = in_scope(slot, item.call, item.scope)
        elif parameter.name in INPUT_SIZES:
            slot = replace(slot, given=None)
        elif parameter.expression is not None and isinstance(item.target, Unit):
            names = {name: argument.value for name, argument in item.target.arguments.items()}
            scope = ChainMap(names, dict(item.target.params))
            slot = replace(slot, expression=parameter.expression, scope=scope)
        keyword = parameter.name if parameter.has_default else None
        arguments.append(Argument(slot, keyword, parameter.default))
    return Call(ClassName(made.by), tuple(arguments))


def label(name: str) -> Label:
    """The name of a child, split into text and numbers."""
    parts = re.split(r"(0|[1-9][0-9]*)", name)
    return Label(tuple(Ordinal(int(p)) if p.isdecimal() else p for p in parts if p))
