"""What the constructor of a shared class takes: one expression for every value of its members.

Everything known of a class is a column: one value for each member. A column of equal values is a
literal. Another one is the spec's own expression for it, or a parameter of the block or the number
of input channels that has just these values, or else a new parameter.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any

from netspec.backends.torch.code import Call, Infix, Literal, Node, Parameter, Slot, same, typed
from netspec.backends.torch.source.expressions import evaluated, translated
from netspec.backends.torch.source.names import distinct, variable
from netspec.backends.torch.source.units import Unit

Column = tuple[Any, ...]
Key = tuple[tuple[type, Any], ...]

INPUT_SIZES = ("in_channels", "in_features")
TRUSTED = 3
"""So many members must agree before what the spec does not mention is believed."""


class Parameters:
    """The expressions and parameters of one class, found column by column."""

    def __init__(
        self,
        members: Sequence[Unit],
        columns: Sequence[Sequence[Slot]],
        file_params: Mapping[str, Any],
    ) -> None:
        self.size, self.file_params = len(members), file_params
        self.independent = sum(member.params is members[0].params for member in members)
        """The members of one program: those of the same program with other params only follow."""
        self.columns: dict[str, Column] = {}
        self.locals: dict[str, Node] = {}
        """Parameters of the block that follow from others: variables of the constructor."""
        self.known: dict[Key, Node] = {}
        self.offered = {
            **_file_parameters(members),
            **_block_parameters(members),
            **_input_sizes(members),
        }
        self.defaults = _shared_expressions(members)
        mentioned = {name for slots in columns for name in _names_in(slots[0].expression)}
        first = [name for name in self.offered if name in mentioned and name not in INPUT_SIZES]
        for name in (*first, *INPUT_SIZES):
            if name in self.offered:
                self.offer(name, self.offered[name])

    def offer(self, name: str, column: Column) -> Node:
        """The column's expression; if none is known, a parameter or variable of that name."""
        if _constant(column):
            return Literal(column[0])
        return self.known.get(_key(column)) or self.named(name, column)

    def named(self, name: str, column: Column) -> Parameter:
        """A new parameter, or a variable of the constructor."""
        parameter = Parameter(distinct(variable(name), self.columns))
        definition = self.definition(name, column)
        if definition is not None:
            self.locals[parameter.name] = definition
        self.columns[parameter.name] = column
        self.known[_key(column)] = parameter
        return parameter

    def definition(self, name: str, column: Column) -> Node | None:
        """What the block's own default says, in terms of its earlier parameters and its input."""
        expression = self.defaults.get(name)
        if expression is None or name not in self.offered:
            return None
        earlier = {*INPUT_SIZES, *takewhile(lambda other: other != name, self.offered)}

        def lookup(other: str) -> Node | None:
            if other in self.offered and other in earlier:
                return self.offer(other, self.offered[other])
            value = None if other in self.offered else self.file_params.get(other)
            return Literal(value) if isinstance(value, int | float) else None

        node = translated(expression, lookup)
        return node if isinstance(node, Infix | Call) and self.gives(node, column) else None

    def solve(self, slots: Sequence[Slot], prefix: str) -> Node:
        """The code for one column of slots; `prefix` tells a new parameter from others like it."""
        column = tuple(slot.value for slot in slots)
        if _constant(column):
            return Literal(column[0])
        found = self.stated(slots, column) or self.coincident(slots, column)
        if found is None:
            name = slots[0].name
            found = self.named(name if name not in self.columns else prefix + name, column)
        self.known[_key(column)] = found
        return found

    def stated(self, slots: Sequence[Slot], column: Column) -> Node | None:
        """The spec's own expression, if all members have it and it gives their values."""
        expression = slots[0].expression
        if expression is None or any(slot.expression != expression for slot in slots):
            return None

        def lookup(name: str) -> Node | None:
            values = tuple((slot.scope or {}).get(name) for slot in slots)
            if _constant(values):
                return Literal(values[0]) if isinstance(values[0], int | float) else None
            return self.known.get(_key(values))

        node = translated(expression, lookup)
        return node if node and self.gives(node, column) else None

    def gives(self, node: Node, column: Column) -> bool:
        try:
            return all(same(self.value(node, k), column[k]) for k in range(self.size))
        except (ArithmeticError, TypeError):
            return False

    def value(self, node: Node, member: int) -> Any:
        def of_parameter(node: Node) -> Any:
            assert isinstance(node, Parameter)
            return self.columns[node.name][member]

        return evaluated(node, of_parameter)

    def coincident(self, slots: Sequence[Slot], column: Column) -> Node | None:
        """What else has these values; of two that are given apart, agreement may be chance."""
        known = self.known.get(_key(column))
        if isinstance(known, Parameter) and known.name == slots[0].name:
            return known
        if slots[0].given and self.independent < TRUSTED:
            return None
        if known is not None:
            return known
        for name, values in self.offered.items():
            if _key(values) == _key(column):
                return self.offer(name, values)
        return None


def _file_parameters(members: Sequence[Unit]) -> dict[str, Column]:
    """The params of the file that differ between the programs that the members are of."""
    columns = {name: tuple(m.params.get(name) for m in members) for name in members[0].params}
    return {
        name: column
        for name, column in columns.items()
        if all(map(_is_plain, column)) and not _constant(column)
    }


def _block_parameters(members: Sequence[Unit]) -> dict[str, Column]:
    shared = [name for name in members[0].arguments if all(name in m.arguments for m in members)]
    columns = {name: tuple(m.arguments[name].value for m in members) for name in shared}
    return {name: column for name, column in columns.items() if all(map(_is_plain, column))}


def _shared_expressions(members: Sequence[Unit]) -> dict[str, str]:
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


def _names_in(expression: str | None) -> set[str]:
    try:
        tree = ast.parse((expression or "0").strip(), mode="eval")
    except (SyntaxError, ValueError):
        return set()
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _constant(column: Column) -> bool:
    return all(same(value, column[0]) for value in column)


def _key(column: Column) -> Key:
    return tuple(map(typed, column))


def annotation(column: Column) -> str:
    """The type of a parameter with those values, as written."""
    kinds = {_annotation(value) for value in column}
    if kinds == {"int", "float"}:
        return "float"
    return " | ".join(sorted(kinds))


def _annotation(value: Any) -> str:
    if isinstance(value, tuple):
        return f"tuple[{annotation(value)}, ...]" if value else "tuple[()]"
    return type(value).__name__
