"""Code of a class made plain: progressions, generators and labels spelled out, names put in."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from netspec.backends.torch.code import (
    Affine,
    Call,
    ClassName,
    Comprehension,
    Entry,
    Generator,
    Infix,
    Label,
    Literal,
    Name,
    Node,
    Ordinal,
    Pair,
    Parameter,
    Started,
    Text,
)
from netspec.backends.torch.source.classes import Class
from netspec.backends.torch.source.formulas import spelled
from netspec.backends.torch.source.names import LOOP_VARIABLES
from netspec.backends.torch.source.weights import within
from netspec.backends.torch.tree import parts, rewrite, walk

Loops = Mapping[int, str]
"""The variables of the enclosing loops, by height."""


def plain(node: Node, loops: Loops, parameter: Callable[[Parameter], Node]) -> Node:
    """The node as it is printed inside those loops."""

    def replace(part: Node) -> Node | None:
        if isinstance(part, Ordinal):
            return Literal(part.value)
        if isinstance(part, Literal):
            return spelled(part)
        if isinstance(part, Parameter):
            return parameter(part)
        if isinstance(part, ClassName):
            assert isinstance(part.of, Class)
            return Name(part.of.name)
        if isinstance(part, Affine):
            return _affine(part, loops, parameter)
        if isinstance(part, Infix) and next(walk(part, Affine), None):
            operands = tuple(plain(operand, loops, parameter) for operand in part.operands)
            return _gathered(Infix(part.operator, operands), loops)
        if isinstance(part, Label):
            return label(part, loops)
        if isinstance(part, Pair):
            return Entry(label(part.label, loops), plain(part.value, loops, parameter))
        if isinstance(part, Started):
            return plain(within(part), loops, parameter)
        if isinstance(part, Generator):
            return _comprehension(part, loops, parameter)
        return None

    return rewrite(node, replace)


def label(node: Label, loops: Loops) -> Text:
    """The name of a child as a string, `f"conv{i + 1}"` in a loop."""
    parts = [_label_part(part, loops) for part in node.parts]
    return Text(tuple(parts))


def _label_part(part: str | Node, loops: Loops) -> str | Node:
    if isinstance(part, Affine):
        return position(part, loops)
    return str(part.value) if isinstance(part, Ordinal) else part


def position(node: Node, loops: Loops) -> Node:
    """A growing number of a name: `i + 1`, `2 * i`."""
    if not isinstance(node, Affine):
        return plain(node, loops, _no_parameter)
    base, step = position(node.base, loops), plain(node.step, loops, _no_parameter)
    return sum_of(product(step, Name(loops[node.height])), base)


def _no_parameter(parameter: Parameter) -> Node:
    raise AssertionError(f"the name of a child depends on {parameter.name}")


def _affine(node: Affine, loops: Loops, parameter: Callable[[Parameter], Node]) -> Node:
    base, step = (plain(part, loops, parameter) for part in (node.base, node.step))
    return sum_of(base, product(step, Name(loops[node.height])))


def _gathered(node: Infix, loops: Loops) -> Node:
    """`18 + (i + 1) + 1` as `i + 20`."""
    for variable in loops.values():
        line = _line(node, variable)
        if line is not None:
            start, step = line
            return sum_of(product(Literal(step), Name(variable)), Literal(start))
    return node


def _line(node: Node, variable: str) -> tuple[int, int] | None:
    """The whole numbers a and b, if the node is a + b * i."""
    if isinstance(node, Literal) and type(node.value) is int:
        return node.value, 0
    if node == Name(variable):
        return 0, 1
    if not isinstance(node, Infix) or node.operator not in ("+", "-", "*"):
        return None
    lines = [_line(operand, variable) for operand in node.operands]
    known = [line for line in lines if line is not None]
    if len(known) != 2 or len(lines) != 2:
        return None
    (a, b), (c, d) = known
    if node.operator == "*":
        return (a * c, a * d + b * c) if not (b and d) else None
    return (a + c, b + d) if node.operator == "+" else (a - c, b - d)


def product(step: Node, variable: Name) -> Node:
    return variable if step == Literal(1) else Infix("*", (step, variable))


def sum_of(a: Node, b: Node) -> Node:
    if a == Literal(0):
        return b
    if b == Literal(0):
        return a
    if isinstance(b, Infix) and isinstance(b.operands[0], Literal) and b.operands[0].value < 0:
        positive = Literal(-b.operands[0].value)
        return Infix("-", (a, product(positive, Name(_variable(b)))))
    return Infix("+", (a, b))


def _variable(term: Infix) -> str:
    variable = term.operands[1]
    assert isinstance(variable, Name)
    return variable.text


def _comprehension(node: Generator, loops: Loops, parameter: Callable[[Parameter], Node]) -> Node:
    variable = loop_variable(node.element, node.height, loops)
    inner = {**loops, node.height: variable}
    element, count = plain(node.element, inner, parameter), plain(node.count, loops, parameter)
    return Comprehension(element, variable, Call(Name("range"), (count,)), node.spread)


def loop_variable(body: object, height: int, loops: Loops) -> str:
    """The next loop variable, or `_` where the body does not depend on the iteration."""
    return LOOP_VARIABLES[len(loops)] if depends_on(body, height) else "_"


def depends_on(tree: object, height: int) -> bool:
    """Whether a number in the code grows with the loop of that height."""
    if isinstance(tree, Affine) and tree.height == height:
        return True
    return any(depends_on(part, height) for part in parts(tree))
