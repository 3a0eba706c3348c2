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

from netspec.backends.torch.code import (
    ABSENT,
    Call,
    Condition,
    Conditional,
    Infix,
    Literal,
    Node,
    Not,
    Parameter,
    Slot,
    Tuple,
    Wording,
    same,
)
from netspec.backends.torch.source.columns import (
    INPUT_SIZES,
    SIZES,
    Column,
    Key,
    agree,
    is_constant,
    key_of,
    offered,
    shared_expressions,
    where,
)
from netspec.backends.torch.source.expressions import evaluated, translated
from netspec.backends.torch.source.names import distinct, variable
from netspec.backends.torch.source.units import Unit
from netspec.backends.torch.tree import walk
from netspec.syntax.arithmetic import WorkLimit
from netspec.syntax.spec import BUILT_IN

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
        self.members, self.size, self.file_params = members, len(members), file_params
        self.independent = sum(member.params is members[0].params for member in members)
        """The members of one program: those of the same program with other params only follow."""
        self.columns: dict[str, Column] = {}
        self.locals: dict[str, Node] = {}
        """Parameters of the block that follow from others: variables of the constructor."""
        self.fallbacks: dict[str, Node] = {}
        """What a parameter is if it is left out, where that is no constant."""
        self.known: dict[Key, Node] = {}
        self.conditions: dict[Node, None] = {}
        self.expressions: dict[str, str] = {}
        """What the spec says of parameters that it has no name for."""
        self.flags: set[str] = set()
        """Parameters that only say which parts of the code a member has."""
        self.offered = offered(members)
        self.defaults = shared_expressions(members)
        mentioned = {name for slots in columns for name in _names_in(slots[0].expression)}
        first = [name for name in self.offered if name in mentioned and name not in INPUT_SIZES]
        for name in (*first, *INPUT_SIZES):
            if name in self.offered:
                self.offer(name, self.offered[name])

    def offer(self, name: str, column: Column) -> Node:
        """The column's expression; if none is known, a parameter or variable of that name."""
        if is_constant(column):
            return Literal(column[0])
        return self.known.get(key_of(column)) or self.named(name, column)

    def named(self, name: str, column: Column) -> Parameter:
        """A new parameter, or a variable of the constructor."""
        parameter = Parameter(distinct(variable(name), self.columns))
        definition = self.definition(name, column)
        fallback = self.fallback(name, column)
        if definition is not None:
            self.locals[parameter.name] = definition
        elif fallback is not None:
            self.fallbacks[parameter.name] = fallback
        self.columns[parameter.name] = column
        self.known[key_of(column)] = parameter
        return parameter

    def fallback(self, name: str, column: Column) -> Node | None:
        """What the block declares as the default of a parameter that some members are given: an
        expression of earlier parameters.
        """
        declared = {m.instance.defaults.get(name) for m in self.members} - {None}
        given = [member.arguments.get(name) for member in self.members]
        texts = [argument.expression if argument else None for argument in given]
        text = next((d.expression for d in declared if d), None)
        if name not in self.offered or len(declared) != 1 or text is None or text not in texts:
            return None
        node = self.by_earlier(name, text)
        left_out = tuple(v if t == text else ABSENT for v, t in zip(column, texts, strict=True))
        if node is None or any(p.name in self.locals for p in walk(node, Parameter)):
            return None
        sound = not isinstance(node, Parameter) and self.gives(node, left_out)
        return node if sound and self.is_known_for_all(node) else None

    def definition(self, name: str, column: Column) -> Node | None:
        """What the block's own default says, in terms of its earlier parameters and its input."""
        expression = self.defaults.get(name)
        if expression is None or name not in self.offered:
            return None
        node = self.by_earlier(name, expression)
        found = isinstance(node, Infix | Call | Not | Conditional) and self.gives(node, column)
        return node if found else None

    def by_earlier(self, name: str, expression: str) -> Node | None:
        """An expression of the parameters that the block has before that one."""
        earlier = {*INPUT_SIZES, *takewhile(lambda other: other != name, self.offered)}

        def lookup(other: str) -> Node | None:
            if other in self.offered and other in earlier:
                return self.offer(other, self.offered[other])
            value = None if other in self.offered else self.file_params.get(other)
            return Literal(value) if isinstance(value, int | float) else None

        return translated(expression, lookup)

    def solve(self, slots: Sequence[Slot], prefix: str) -> Node:
        """The code for one column of slots; `prefix` tells a new parameter from others like it."""
        column = tuple(slot.value for slot in slots)
        if is_constant(column):
            return Literal(column[0], Wording(slots[0]))
        found = self.stated(slots, column)
        if found is None and not isinstance(slots[0], Condition):
            found = self.coincident(slots, column)
        found = found or self.composed(column)
        if found is None and isinstance(slots[0], Condition):
            found = self.flag(slots[0].name, column)
        if found is None:
            name = slots[0].name if slots[0].name not in self.columns else prefix + slots[0].name
            found = self.either(slots[0], name, column) or self.named(name, column)
            expressions = {slot.expression for slot in slots}
            if isinstance(found, Parameter) and len(expressions) == 1 and None not in expressions:
                self.expressions[found.name] = slots[0].expression or ""
        if isinstance(slots[0], Condition):
            self.conditions[found] = None
        self.known[key_of(column)] = found
        return found

    def reorder(self, made: Mapping[str, int]) -> None:
        """Put the parameters that were made for slots in the order of these."""
        names = iter(sorted(made, key=lambda name: made[name]))
        order = [next(names) if name in made else name for name in self.columns]
        self.columns = {name: self.columns[name] for name in order}

    def is_open_size(self, slots: Sequence[Slot]) -> bool:
        """Whether it is a size that differs, and follows from shapes alone."""
        column = tuple(slot.value for slot in slots)
        free = slots[0].given is None and slots[0].name in SIZES
        return free and not is_constant(column) and key_of(column) not in self.known

    def either(self, slot: Slot, name: str, column: Column) -> Node | None:
        """A variable for a size that is one thing where a condition holds, else another."""
        if slot.given is not None or slot.name not in SIZES:
            return None
        for condition in self.conditions:
            holds = [bool(self.value(condition, k)) for k in range(self.size)]
            ways = [self.size_of(slot.name, where(column, holds, way)) for way in (True, False)]
            if ways[0] is not None and ways[1] is not None:
                return self.local(name, Conditional(condition, ways[0], ways[1]), column)
        return None

    def size_of(self, name: str, column: Column) -> Node | None:
        """What has the values of some members, which differ."""
        if is_constant(tuple(value for value in column if value is not ABSENT)):
            return None
        known = (node for node in self.known.values() if self.gives(node, column))
        return self.called(name, column) or next(known, None)

    def local(self, name: str, definition: Node, column: Column) -> Parameter:
        """A new variable of the constructor."""
        parameter = Parameter(distinct(variable(name), self.columns))
        self.locals[parameter.name] = definition
        self.columns[parameter.name] = column
        return parameter

    def composed(self, column: Column) -> Node | None:
        """Tuples of what is constant or known: `(dilation, 0)`."""
        lengths = {len(value) if isinstance(value, tuple) else None for value in column}
        if len(lengths) != 1 or None in lengths:
            return None
        items = [self.item(values) for values in zip(*column, strict=True)]
        found = tuple(item for item in items if item is not None)
        return Tuple(found) if len(found) == len(items) else None

    def item(self, column: Column) -> Node | None:
        """A constant, a parameter of the block, or what is known by these values."""
        if is_constant(column):
            return Literal(column[0])
        return self.offered_as(column) or self.known.get(key_of(column))

    def offered_as(self, column: Column) -> Node | None:
        """The parameter of the block, or the input size, that has just these values."""
        for name, values in self.offered.items():
            if key_of(values) == key_of(column):
                return self.offer(name, values)
        return None

    def flag(self, name: str, column: Column) -> Node:
        """A new parameter that says which parts of the code a member has. Where another condition
        must hold as well it is only asked under that.
        """
        wider = (node for node in self.conditions if self.is_wider(node, column))
        around = next(wider, None)
        if around is not None:
            column = tuple(v if self.value(around, k) else ABSENT for k, v in enumerate(column))
        parameter = self.named(name, column)
        self.flags.add(parameter.name)
        return Infix("and", (around, parameter)) if around else parameter

    def is_wider(self, node: Node, column: Column) -> bool:
        """Whether a condition holds for these members and others."""
        holds = [bool(self.value(node, k)) for k in range(self.size)]
        return holds != list(column) and all(h for h, v in zip(holds, column, strict=True) if v)

    def stated(
        self, slots: Sequence[Slot], column: Column, entering: Node | None = None
    ) -> Node | None:
        """The spec's own expression, if all members have it and it gives their values; `entering`
        is the size of what goes into a layer that some members do not have.
        """
        there = [slot for slot in slots if slot.value is not ABSENT]
        expression = there[0].expression
        if expression is None or any(slot.expression != expression for slot in there):
            return None

        def lookup(name: str) -> Node | None:
            values = tuple(
                ABSENT if slot.value is ABSENT else (slot.scope or {}).get(name) for slot in slots
            )
            if ABSENT in values and name in INPUT_SIZES:
                return entering if entering and self.gives(entering, values) else None
            if ABSENT in values:
                return self.agreeing(name, values)
            if is_constant(values):
                return Literal(values[0]) if isinstance(values[0], int | float | tuple) else None
            if isinstance(slots[0], Condition):
                return self.asked(name, values)
            return self.known.get(key_of(values))

        node = translated(expression, lookup)
        return node if node and self.gives(node, column) else None

    def asked(self, name: str, values: Column) -> Node | None:
        """What a condition speaks of, under its own name: others may agree by chance."""
        if name in self.columns and key_of(self.columns[name]) == key_of(values):
            return Parameter(name)
        if not self.may_be_given(name, values):
            return None
        declared = self.by_earlier(name, self.defaults.get(name, ""))
        same_as = isinstance(declared, Parameter) and self.gives(declared, values)
        return declared if same_as else self.named(name, values)

    def may_be_given(self, name: str, values: Column) -> bool:
        """Whether a condition may ask for what it speaks of: a number that is no input size."""
        if name in self.offered:
            return key_of(self.offered[name]) == key_of(values)
        return name not in BUILT_IN and all(isinstance(value, int | float) for value in values)

    def gives(self, node: Node, column: Column) -> bool:
        try:
            return all(
                same(self.value(node, k), value)
                for k, value in enumerate(column)
                if value is not ABSENT
            )
        except (ArithmeticError, LookupError, TypeError, WorkLimit):
            return False

    def is_known_for_all(self, node: Node) -> bool:
        """Whether it can be calculated for every member."""
        try:
            return all(self.value(node, k) is not None for k in range(self.size))
        except (ArithmeticError, TypeError):
            return False

    def called(self, name: str, column: Column) -> Node | None:
        """The parameter of that name, if it has the values of the members that have the part."""
        parameter = Parameter(name)
        return parameter if name in self.columns and self.gives(parameter, column) else None

    def offer_all_of(self, slot: Slot) -> bool:
        """Whether all members have what the spec's expression speaks of."""
        return _names_in(slot.expression) <= self.offered.keys()

    def input_size(self) -> Node | None:
        """The size of the first input, under its own name if the class takes that."""
        for name in INPUT_SIZES:
            if name in self.offered:
                own = Parameter(name) if name in self.columns else None
                return own or self.offer(name, self.offered[name])
        return None

    def agreeing(self, name: str, column: Column) -> Node | None:
        """What has the values of the members that have the part, at best under that name."""
        found = self.called(name, column)
        if found is None and name in self.offered and agree(self.offered[name], column):
            return self.offer(name, self.offered[name])
        if found is None and not is_constant(tuple(v for v in column if v is not ABSENT)):
            known = (node for node in self.known.values() if self.gives(node, column))
            found = next(known, None)
        if found is None and is_constant(tuple(v for v in column if v is not ABSENT)):
            value = next(v for v in column if v is not ABSENT)
            return Literal(value) if isinstance(value, int | float) else None
        return found

    def value(self, node: Node, member: int) -> Any:
        def of_parameter(node: Node) -> Any:
            assert isinstance(node, Parameter)
            return self.columns[node.name][member]

        return evaluated(node, of_parameter)

    def coincident(self, slots: Sequence[Slot], column: Column) -> Node | None:
        """What else has these values; of two that are given apart, agreement may be chance."""
        known = self.known.get(key_of(column))
        if isinstance(known, Parameter) and known.name == slots[0].name:
            return known
        if slots[0].given and self.independent < TRUSTED:
            return None
        return known or self.offered_as(column)


def _names_in(expression: str | None) -> set[str]:
    try:
        tree = ast.parse((expression or "0").strip(), mode="eval")
    except (SyntaxError, ValueError):
        return set()
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
