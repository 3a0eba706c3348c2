"""Numbers of repeated code that are formulas of the loop's variable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from netspec.backends.torch.code import Affine, Infix, Literal, Node, Parameter, Slot, same
from netspec.backends.torch.source.expressions import evaluated, translated
from netspec.backends.torch.tree import walk
from netspec.syntax.arithmetic import WorkLimit

OPEN = -1
"""The height of a loop that is not known yet."""
FEWEST = 4
"""So many numbers must agree with a formula."""


def formula(slots: Sequence[Slot]) -> Node | None:
    """What gives the numbers, one for each iteration: the spec's own expression, or powers."""
    if len(slots) < FEWEST:
        return None
    return _stated(slots) or _powers(slots)


SHORT = 8
"""A number with so many characters stands as it is."""


def spelled(number: Literal) -> Node | None:
    """The spec's expression for a long number, its names settled: `19 / 54 * 0.5`."""
    slot = number.wording.slot
    if type(number.value) is not float or _is_short(number.value):
        return None
    if slot is None or slot.expression is None:
        return None
    names = {**(slot.scope or {}), **(slot.variables or {})}
    known = {name for name, value in names.items() if type(value) in (int, float)}
    node = translated(slot.expression, lambda n: Parameter(n) if n in known else None, "/")
    if node is None or isinstance(node, Literal):
        return None
    node = _settled(node, names)
    try:
        value = evaluated(node, lambda other: None)
    except (ArithmeticError, TypeError, WorkLimit):
        return None
    return node if isinstance(node, Infix) and same(value, number.value) else None


def _settled(node: Node, names: Mapping[str, Any]) -> Node:
    """The expression with numbers for names; what comes to a short number is that."""
    if isinstance(node, Parameter):
        return Literal(names[node.name])
    if not isinstance(node, Infix):
        return node
    settled = Infix(node.operator, tuple(_settled(operand, names) for operand in node.operands))
    if not all(isinstance(operand, Literal) for operand in settled.operands):
        return settled
    try:
        value = evaluated(settled, lambda other: None)
    except (ArithmeticError, TypeError, WorkLimit):
        return settled
    return Literal(value) if _is_short(value) else settled


def _is_short(value: object) -> bool:
    return len(repr(value)) <= SHORT


def growing(base: int, step: int) -> Node:
    """`base + step * i`."""
    return Affine(Literal(base), Literal(step), OPEN)


def _stated(slots: Sequence[Slot]) -> Node | None:
    """The spec's expression, its names settled; a division is true or whole."""
    expression = slots[0].expression
    if expression is None or any(slot.expression != expression for slot in slots):
        return None
    for division in ("/", "//"):
        node = translated(expression, lambda name: _variable(name, slots), division)
        if node and next(walk(node, Affine), None) and _gives(node, slots):
            return node
    return None


def _variable(name: str, slots: Sequence[Slot]) -> Node | None:
    """What the name stands for: a number, or one that grows evenly."""
    values = [{**(slot.scope or {}), **(slot.variables or {})}.get(name) for slot in slots]
    first, second, *_ = values
    if type(first) in (int, float) and all(same(value, first) for value in values):
        return Literal(first)
    if type(first) is not int or type(second) is not int:
        return None
    step = second - first
    even = all(same(value, first + step * k) for k, value in enumerate(values))
    return growing(first, step) if even else None


def _gives(node: Node, slots: Sequence[Slot]) -> bool:
    def value(k: int) -> object:
        def of_affine(node: Node) -> int:
            assert isinstance(node, Affine)
            assert isinstance(node.base, Literal)
            assert isinstance(node.step, Literal)
            return int(node.base.value + node.step.value * k)

        return evaluated(node, of_affine)

    try:
        return all(same(value(k), slot.value) for k, slot in enumerate(slots))
    except (ArithmeticError, TypeError):
        return False


def _powers(slots: Sequence[Slot]) -> Node | None:
    """`2 ** i`, or `2 ** (i % 10)` where the powers start again."""
    values = [slot.value for slot in slots if type(slot.value) is int and slot.value > 0]
    if len(values) < len(slots) or values[1] % values[0]:
        return None
    base = values[1] // values[0]
    start = next((k for k, value in enumerate(values) if k and value == values[0]), len(values))
    exponent: Node = growing(0, 1)
    if start < len(values):
        exponent = Infix("%", (exponent, Literal(start)))
    node: Node = Infix("**", (Literal(base), exponent))
    if values[0] > 1:
        node = Infix("*", (Literal(values[0]), node))
    return node if base > 1 and start > 2 and _gives(node, slots) else None
