"""Columns: one value for each member of a class, and those that the spec has names for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from netspec.backends.torch.code import ABSENT, same, typed
from netspec.backends.torch.source.units import Unit

INPUT_SIZES = ("in_channels", "in_features")
SIZES = frozenset(
    {
        *(*INPUT_SIZES, "out_channels", "out_features", "num_features", "num_channels"),
        *("channels", "normalized_shape"),
    }
)
"""What torch, and helpers of ours, call the sizes of tensors."""
Column = tuple[Any, ...]
Key = tuple[tuple[type, Any], ...]


def where(column: Column, holds: Sequence[bool], way: bool) -> Column:
    """The values of the members that go that way."""
    return tuple(v if h is way else ABSENT for v, h in zip(column, holds, strict=True))


def agree(full: Column, column: Column) -> bool:
    return all(v is ABSENT or same(v, whole) for v, whole in zip(column, full, strict=True))


def is_constant(column: Column) -> bool:
    return all(same(value, column[0]) for value in column)


def key_of(column: Column) -> Key:
    return tuple(map(typed, column))


def offered(members: Sequence[Unit]) -> dict[str, Column]:
    """What a constructor may take: parameters of the file and of the block, the input's sizes."""
    return {**_file_parameters(members), **_block_parameters(members), **_input_sizes(members)}


def _file_parameters(members: Sequence[Unit]) -> dict[str, Column]:
    """The params of the file that differ between the programs that the members are of."""
    columns = {name: tuple(m.params.get(name) for m in members) for name in members[0].params}
    return {
        name: column
        for name, column in columns.items()
        if all(map(_is_plain, column)) and not is_constant(column)
    }


def _block_parameters(members: Sequence[Unit]) -> dict[str, Column]:
    shared = [name for name in members[0].arguments if all(name in m.arguments for m in members)]
    columns = {name: tuple(m.arguments[name].value for m in members) for name in shared}
    return {name: column for name, column in columns.items() if all(map(_is_plain, column))}


def shared_expressions(members: Sequence[Unit]) -> dict[str, str]:
    """The expressions that gave the block's parameters, where all members have the same."""
    first = {name: a.expression for name, a in members[0].arguments.items() if a.expression}
    return {
        name: expression
        for name, expression in first.items()
        if all(name in m.arguments and m.arguments[name].expression == expression for m in members)
    }


def _input_sizes(members: Sequence[Unit]) -> dict[str, Column]:
    shapes = [member.inputs[0].type.shape for member in members if member.inputs]
    if len(shapes) < len(members) or not all(shapes):
        return {}
    first, last = tuple(shape[0] for shape in shapes), tuple(shape[-1] for shape in shapes)
    if len(shapes[0]) == 1:
        return {"in_features": first}
    return {"in_channels": first} | ({"in_features": last} if len(shapes[0]) == 2 else {})


def _is_plain(value: Any) -> bool:
    if isinstance(value, tuple):
        return all(map(_is_plain, value))
    return isinstance(value, int | float | str)
