"""Expressions of a spec as Python expressions, and what they evaluate to."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from netspec.backends.torch.code import Call, Infix, Literal, Name, Node
from netspec.syntax.arithmetic import SIGNS

Lookup = Callable[[str], "Node | None"]

_FUNCTIONS: dict[str, Callable[..., Any]] = {"abs": abs, "max": max, "min": min}


def translated(text: str, lookup: Lookup) -> Node | None:
    """Plain arithmetic as code, its names looked up; None for anything else."""
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError):
        return None
    return _translate(tree, lookup)


def _translate(tree: ast.expr, lookup: Lookup) -> Node | None:
    match tree:
        case ast.Constant(value=int() | float() as value):
            return Literal(value)
        case ast.Name(id=name):
            return lookup(name)
        case ast.BinOp(left=left, op=operator, right=right):
            operands = _translate_all([left, right], lookup)
            return _simplified(SIGNS[type(operator)], operands) if operands else None
        case ast.Call(func=ast.Name(id=name), args=args) if name in _FUNCTIONS:
            arguments = _translate_all(args, lookup)
            return Call(Name(name), arguments) if arguments else None
    return None


def _translate_all(trees: list[ast.expr], lookup: Lookup) -> tuple[Node, ...] | None:
    nodes = [_translate(tree, lookup) for tree in trees]
    found = tuple(node for node in nodes if node is not None)
    return found if len(found) == len(nodes) else None


def _simplified(operator: str, operands: tuple[Node, ...]) -> Node:
    """Constants folded and factors of one left out; a division of channels is whole."""
    operator = "//" if operator == "/" else operator
    left, right = operands
    if isinstance(left, Literal) and isinstance(right, Literal) and right.value != 0:
        return Literal(_APPLY[operator](left.value, right.value))
    if right == Literal(1) and operator in ("*", "//", "**"):
        return left
    if left == Literal(1) and operator == "*":
        return right
    return Infix(operator, operands)


_APPLY: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "//": lambda a, b: a // b,
    "%": lambda a, b: a % b,
    "**": lambda a, b: a**b,
}


def evaluated(node: Node, value_of: Callable[[Node], Any]) -> Any:
    """The value of a translated expression; `value_of` gives that of its names."""
    if isinstance(node, Literal):
        return node.value
    if isinstance(node, Infix):
        first, *others = (evaluated(operand, value_of) for operand in node.operands)
        for other in others:
            first = _APPLY[node.operator](first, other)
        return first
    if isinstance(node, Call) and isinstance(node.function, Name):
        return _FUNCTIONS[node.function.text](*(evaluated(a, value_of) for a in node.arguments))
    return value_of(node)
