"""Expressions of a spec as Python expressions, and what they evaluate to."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from operator import truediv
from typing import Any

from netspec.backends.torch.code import (
    Call,
    Conditional,
    Infix,
    Literal,
    Name,
    Negative,
    Node,
    Not,
    Subscript,
    Tuple,
)
from netspec.syntax.arithmetic import BINARY, SIGNS, WorkLimit

Lookup = Callable[[str], "Node | None"]
Signs = Mapping[type[ast.AST], str]

_FUNCTIONS: dict[str, Callable[..., Any]] = {"abs": abs, "max": max, "min": min}


def translated(text: str, lookup: Lookup, division: str = "//") -> Node | None:
    """Plain arithmetic as code, its names looked up; None for anything else. A division of channels
    is whole.
    """
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError):
        return None
    return _translate(tree, lookup, {**SIGNS, ast.Div: division})


def _translate(tree: ast.expr, lookup: Lookup, signs: Signs) -> Node | None:
    match tree:
        case ast.Constant(value=int() | float() | str() as value):
            return Literal(value)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            nodes = _translate_all([test, body, orelse], lookup, signs)
            return _chosen(*nodes) if nodes else None
        case ast.Name(id=name):
            return lookup(name)
        case ast.BinOp(left=left, op=operator, right=right):
            operands = _translate_all([left, right], lookup, signs)
            return _simplified(signs[type(operator)], operands) if operands else None
        case ast.List(elts=items) | ast.Tuple(elts=items) if items:
            nodes = _translate_all(items, lookup, signs)
            return Tuple(nodes) if nodes else None
        case ast.Subscript(value=value, slice=index):
            nodes = _translate_all([value, index], lookup, signs)
            return _item(*nodes) if nodes else None
        case ast.Call(func=ast.Name(id="sqrt"), args=[value]):
            node = _translate(value, lookup, signs)
            return _simplified("**", (node, Literal(0.5))) if node else None
        case ast.Call(func=ast.Name(id=name), args=args) if name in _FUNCTIONS:
            arguments = _translate_all(args, lookup, signs)
            return Call(Name(name), arguments) if arguments else None
        case ast.Compare(left=left, ops=[operator], comparators=[right]):
            sign = _COMPARISONS.get(type(operator))
            operands = _translate_all([left, right], lookup, signs)
            return _compared(sign, operands) if sign and operands else None
        case ast.BoolOp(op=operator, values=values):
            operands = _translate_all(values, lookup, signs)
            return _connected("and" if isinstance(operator, ast.And) else "or", operands or ())
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            node = _translate(operand, lookup, signs)
            return Literal(-node.value) if isinstance(node, Literal) else node and Negative(node)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            node = _translate(operand, lookup, signs)
            return negated(node) if node else None
    return None


def _translate_all(trees: list[ast.expr], lookup: Lookup, signs: Signs) -> tuple[Node, ...] | None:
    nodes = [_translate(tree, lookup, signs) for tree in trees]
    found = tuple(node for node in nodes if node is not None)
    return found if len(found) == len(nodes) else None


def _simplified(operator: str, operands: tuple[Node, ...]) -> Node | None:
    """Constants folded and factors of one left out."""
    left, right = operands
    if isinstance(left, Literal) and isinstance(right, Literal):
        return _folded(operator, left.value, right.value)
    if right == Literal(1) and operator in ("*", "//", "**"):
        return left
    if left == Literal(1) and operator == "*":
        return right
    return Infix(operator, operands)


def _item(node: Node, index: Node) -> Node | None:
    if not isinstance(index, Literal) or type(index.value) is not int:
        return None
    if not isinstance(node, Literal):
        return Subscript(node, index)
    found = isinstance(node.value, tuple) and -len(node.value) <= index.value < len(node.value)
    return Literal(node.value[index.value]) if found else None


def _chosen(condition: Node, then: Node, otherwise: Node) -> Node:
    if isinstance(condition, Literal):
        return then if condition.value else otherwise
    return Conditional(condition, then, otherwise)


def _compared(sign: str, operands: tuple[Node, ...]) -> Node | None:
    left, right = operands
    if isinstance(left, Literal) and isinstance(right, Literal):
        return _folded(sign, left.value, right.value)
    return Infix(sign, operands)


def _folded(sign: str, left: Any, right: Any) -> Literal | None:
    """The value of two constants, within the bounds of expressions; None where there is none, as in
    a branch that the spec never takes.
    """
    try:
        return Literal(_APPLY[sign](left, right))
    except (ArithmeticError, TypeError, ValueError, WorkLimit):
        return None


def _connected(word: str, operands: tuple[Node, ...]) -> Node | None:
    """Operands of `and` or `or`, less those that are known."""
    settles = word == "or"
    open_ = tuple(o for o in operands if not isinstance(o, Literal))
    if any(isinstance(o, Literal) and bool(o.value) is settles for o in operands):
        return Literal(settles)
    if len(open_) > 1:
        return Infix(word, open_)
    return open_[0] if open_ else Literal(not settles) if operands else None


def negated(node: Node) -> Node:
    """The opposite of a condition."""
    match node:
        case Literal(value=value):
            return Literal(not value)
        case Not(value=value):
            return value
        case Infix(operator=("and" | "or") as word, operands=operands):
            return Infix("or" if word == "and" else "and", tuple(map(negated, operands)))
        case Infix(operator=sign, operands=operands) if sign in _OPPOSITES:
            return Infix(_OPPOSITES[sign], operands)
    return Not(node)


_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_OPPOSITES = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}

_APPLY = {SIGNS[kind]: BINARY[kind] for kind in BINARY if kind in SIGNS} | {"/": truediv}


def evaluated(node: Node, value_of: Callable[[Node], Any]) -> Any:
    """The value of a translated expression; `value_of` gives that of its names."""
    if isinstance(node, Literal):
        return node.value
    if isinstance(node, Conditional):
        holds = evaluated(node.condition, value_of)
        return evaluated(node.then if holds else node.otherwise, value_of)
    if isinstance(node, Not):
        return not evaluated(node.value, value_of)
    if isinstance(node, Negative):
        return -evaluated(node.value, value_of)
    if isinstance(node, Infix) and node.operator in ("and", "or"):
        quantifier = all if node.operator == "and" else any
        return quantifier(evaluated(operand, value_of) for operand in node.operands)
    if isinstance(node, Infix):
        first, *others = (evaluated(operand, value_of) for operand in node.operands)
        for other in others:
            first = _APPLY[node.operator](first, other)
        return first
    if isinstance(node, Tuple):
        return tuple(evaluated(item, value_of) for item in node.items)
    if isinstance(node, Subscript):
        return evaluated(node.value, value_of)[evaluated(node.index, value_of)]
    if isinstance(node, Call) and isinstance(node.function, Name):
        return _FUNCTIONS[node.function.text](*(evaluated(a, value_of) for a in node.arguments))
    return value_of(node)
